//! `segue run` and `segue runs` from outside: the built binary in real repositories, with the built-in
//! rehearsal agent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(target_os = "linux")]
#[path = "../support/client.rs"]
mod client;
mod limits;
mod lists;
mod refusals;
mod review;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(target_os = "linux")]
mod together;
mod verbs;
mod whole;
mod world;
