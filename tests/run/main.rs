//! `segue run` and `segue runs` from outside: the built binary in real repositories, with the built-in
//! rehearsal agent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/acp.rs"]
mod acp;
mod beside;
#[cfg(target_os = "linux")]
#[path = "../support/client.rs"]
mod client;
mod confined;
mod gates;
#[cfg(target_os = "linux")]
mod handed;
mod hostile;
mod inputs;
mod lessons;
mod limits;
mod listed;
mod lists;
mod mishaps;
mod obstacles;
mod policy;
mod presets;
mod prompts;
mod proof;
mod refusals;
mod review;
mod servers;
mod sessions;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(target_os = "linux")]
mod together;
mod told;
mod variants;
mod verbs;
mod whole;
mod world;
