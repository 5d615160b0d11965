//! The language server as a client sees it: the built binary over its pipes.
//!
//! Every test is named after what a client would notice. The head of each says which guard it is about:
//! take that guard away, and the test is red.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/client.rs"]
mod client;
#[path = "../support/mcp.rs"]
mod mcp;
#[path = "../support/mod.rs"]
mod support;
#[allow(dead_code)]
#[path = "../run/world.rs"]
mod world;

mod accepted;
mod answers;
mod beside;
mod completion;
mod conversions;
mod editor;
mod format;
mod gates;
mod handed;
mod hazards;
mod hierarchy;
mod hover;
mod lessons;
mod navigation;
mod peers;
mod questions;
mod refactors;
mod rename;
mod runs;
mod scopes;
mod settings;
mod standing;
mod steering;
mod sync;
mod tasks;
mod tools;
mod traps;
mod views;
mod workspaces;
