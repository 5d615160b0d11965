//! `segue check` and `segue explain` from outside: the built binary in temporary folders, its output,
//! its exit status, and what it leaves on disk.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod workspace;

mod baseline;
mod context;
mod convert;
mod demo;
mod explain;
mod fix;
mod formats;
mod graph;
mod roots;
mod sarif;
mod since;
mod streams;
mod watch;
