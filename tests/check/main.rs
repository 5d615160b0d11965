//! `segue check` and `segue explain` from outside: the built binary in temporary folders, its output,
//! its exit status, and what it leaves on disk.
//!
//! | option | tests |
//! |---|---|
//! | `PATH…` | `roots::the_repository_is_the_root_and_paths_narrow_the_report`, `roots::another_repository_…` |
//! | `--format` | `formats::{human, human_with_hints, json, github}`, `sarif::…` |
//! | `--fix` | `fix::…`, `roots::links_are_not_followed_out_of_the_repository`; edits that collide: `edits::of_two_that_collide_the_first_wins_whole` |
//! | `--diff` | `fix::a_diff_writes_nothing_and_applies_with_git` |
//! | `--deny` | `formats::the_exit_status_is_about_what_is_denied` |
//! | `--level` | `formats::{human_with_hints, json, github}` |
//! | `--client` | `formats::clients_narrow_what_is_found` |
//! | `--since` | `since::…` |
//! | `--baseline`, `--write-baseline` | `baseline::…` |
//! | `--user` | `roots::the_users_own_files_are_known_only_on_demand` |
//! | `--watch` | `watch::changes_are_followed_and_the_end_of_stdin_ends_it` |
//! | progress, colour | `terminal::…`, `formats::colour_is_for_terminals_and_for_who_insists` |
//! | a broken pipe | `streams::a_reader_that_leaves_ends_it_quietly` |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "../support/mcp.rs"]
mod mcp;
mod workspace;

mod baseline;
mod context;
mod convert;
mod demo;
mod explain;
mod fix;
mod formats;
mod graph;
mod manual;
mod new;
mod plan;
mod roots;
mod sarif;
mod schema;
mod shells;
mod since;
mod streams;
#[cfg(target_os = "linux")]
mod terminal;
mod tools;
mod watch;
