//! Asks configured MCP servers for their tools.
//!
//! ```text
//! Server (as configured) ──resolve──▶ Launch (exactly what is run or called) ──consent?──▶ ask ──▶ Answer
//!                            └▶ Obstacle: told, and nothing is started                              │
//!                                                                            cache, by fingerprint ◀┘
//! ```
//!
//! Nothing here is ever done by itself: a person says so each time, and has seen the [`Launch`]
//! ([`consent`]). A server gets a process group and a mark of its own, a limited time, and a limited room
//! to write in ([`Limits`]); whatever became of it, nothing of it is left when [`ask`] returns
//! ([`process`]). What it answers is kept in the user's cache ([`cache`]) for whoever reads that.
//!
//! A server may also be handed to somebody else, who starts it ([`hand`]): the agents of a run.

mod ask;
pub mod cache;
mod capped;
pub mod consent;
mod hand;
mod http;
mod launch;
pub mod places;
pub mod process;
mod refresh;
mod server;
mod signals;
mod tool;
mod variables;

pub use ask::{Failure, Limits, ask, ask_all};
pub use hand::{Handed, hand};
pub use launch::{Launch, Text};
pub use refresh::{Outcome, Turn, prepare, refresh};
pub use server::{Reach, Server, Words};
pub use signals::told_to_end;
pub use tool::{Answer, Argument, Tool};
pub use variables::{Known, Obstacle, resolve};
