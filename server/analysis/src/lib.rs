//! The workspace: files, names and references of one root, kept up to date edit by edit, and what
//! the rules and features make of them.
//!
//! ```text
//! Disk ──walk──▶ Host ──apply(Change)──▶ World (immutable) ──▶ diagnostics::of_file
//!                  │                        │
//!                  └ read: bytes → Facts    └ backlinks, definitions, uses: postings by key
//! ```
//!
//! One root is one [`Host`]; names and references never cross roots, and a checkout below a root is
//! not part of it. A client with several folders has several hosts.
//!
//! Knows no protocol and no async runtime. The disk is behind one trait ([`disk::Disk`]), globs are
//! behind one module ([`scope`]).

pub mod arguments;
pub mod changes;
pub mod clients;
pub mod config;
pub mod diagnostics;
pub mod disk;
pub mod features;
pub mod file;
pub mod fixture;
pub mod globs;
pub mod host;
pub mod live;
pub mod names;
pub mod path;
pub mod plans;
pub mod resolve;
pub mod scope;
pub mod servers;
pub mod sites;
pub mod target;
pub mod tokens;
pub mod user;
pub mod world;
pub mod written;

mod discover;
mod four_sections;
mod ignores;
mod intern;
mod line_ends;
mod mentions;
mod moved;
mod postings;
mod read;
mod recognise;
mod risks;
mod table;
mod workflows;

pub use disk::{Disk, RealDisk};
pub use host::{Change, Effects, Host, Options, Progress};
pub use intern::PathId;
pub use world::World;
