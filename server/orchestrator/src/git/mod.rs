//! Git, by running it: never a library, so that whatever the user's git can do (filters, submodules,
//! sparse checkouts, relative worktrees) works, and nothing of it is judged differently here.
//!
//! ```text
//! survey ──▶ Repository ──▶ start (integration branch) ──▶ worktrees ──▶ commits ──▶ changes
//!              │                                              │
//!              └─ evidence (the user's checkout)              └──▶ merge ──▶ deliver (the user's branch)
//! ```
//!
//! - [`survey`](survey::survey): everything that stands in the way of a run; [`condition`] has the table.
//! - [`Place`]: the key of all effects, run + task + attempt; it gives branch and folder.
//! - [`worktree`]: a worktree per attempt; [`tidy`]: what is lost by removing it, and removing it.
//! - [`commit`]: our commits after each turn; [`changes`]: what an attempt changed, and what of it lies
//!   outside its files.
//! - [`predict`], [`merge`]: prediction and merging without any checkout; [`deliver`]: the ordinary merge at the end.
//! - [`evidence`]: whether the user's checkout is as it was.
//!
//! Everything is synchronous (a child process each), and every effect can be asked for again after the
//! process ended in the middle of it: it ends in the same place. A run writes nothing in the user's
//! checkout; only [`deliver`] does, when the user asks.

pub mod changes;
pub mod commit;
pub mod condition;
pub mod deliver;
mod error;
pub mod evidence;
#[cfg(test)]
pub(crate) mod fixture;
pub mod include;
pub mod merge;
mod names;
pub mod predict;
mod refs;
mod repository;
mod run;
pub mod sparse;
pub mod survey;
pub mod tidy;
pub mod worktree;

pub use error::GitError;
pub use names::{Place, integration_branch, is_run_id, reduced, unique};
pub use repository::Repository;
pub use run::{Git, Identity};
