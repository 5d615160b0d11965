//! A plan: what has to be done, in which order, by whom, and what proves it. One model for every
//! format that people write plans in.
//!
//! ```text
//! reader (in analysis) ──▶ Plan ──▶ Order (waves, cycles, critical path) ──▶ Problems
//!                                     └──▶ Report (the JSON of `segue plan`)
//! ```
//!
//! - [`Plan`], [`Task`], [`Gate`]: what the file says. Every field is a [`Stated`] value: it knows the
//!   bytes of the file it came from.
//! - [`Order`]: [`Plan::order`] puts each task into the earliest wave that its dependencies and the
//!   format's order rules allow; a wave that the file states holds where it agrees with them.
//! - [`Problem`]: [`Plan::problems`] tells what contradicts itself: ids, dependencies, cycles, stated
//!   waves, files that two tasks of a wave write or that no task can.
//! - [`Report`]: the plan as `segue plan --format json` prints it; [`mermaid`] draws its waves.
//! - [`files`]: what a stated path means, and whether two mean the same file.
//! - [`policy`]: the numbers by which plans are run.
//!
//! Knows no parser, no workspace and no async runtime. All functions are total.

pub mod files;
mod lists;
mod mermaid;
mod order;
mod plan;
pub mod policy;
mod problem;
mod range;
mod report;
mod task;
mod tier;

pub use mermaid::{in_mermaid, mermaid};
pub use order::Order;
pub use plan::{Contract, Diagram, Gate, GateAt, Group, Impact, Input, Plan, Risk};
pub use policy::Policy;
pub use problem::Problem;
pub use range::{Range, Stated};
pub use report::{Finding, Place, Report, Rows, TaskRow, schema};
pub use task::{
    Action, CheckItem, ContextLink, Dependency, FailureExpectation, File, State, Task, TaskIndex, Tick,
    Unread,
};
pub use tier::Tier;
