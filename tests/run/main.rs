//! `segue run` and `segue runs` from outside: the built binary in real repositories, with the built-in
//! rehearsal agent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod refusals;
mod review;
#[cfg(target_os = "linux")]
mod terminal;
mod verbs;
mod whole;
mod world;
