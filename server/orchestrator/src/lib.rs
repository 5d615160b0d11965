//! The run engine: it carries out the tasks of a plan by agents, each in a git worktree of its own,
//! proves what they did, merges it, and asks the human where the human has to decide.
//!
//! Knows plans, git and processes. Knows no parser, no workspace and no protocol of an editor: what it
//! needs of them it states as a trait.

pub mod git;
pub mod os;
