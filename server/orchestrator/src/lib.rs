//! The run engine: it carries out the tasks of a plan by agents, each in a git worktree of its own,
//! proves what they did, merges it, and asks the human where the human has to decide.
//!
//! ```text
//! Plan ──▶ Facts ──▶ Event, Event, … ──▶ State (a fold) ──▶ what has to be under way
//!                      ▲                     │
//!                      └───── decisions ◀────┘
//! ```
//!
//! - [`facts`]: the part of a plan that decides, kept in the journal.
//! - [`event`]: what happened, append-only: decisions, durable before what they begin, and outcomes.
//! - [`state`]: what a run is now, made of its events and of nothing else.
//! - [`decide`]: what happens next, without clock, chance or files.
//! - [`effect`]: what has to be under way, by the state alone.
//! - [`journal`]: the events, durable; and what other processes want of a run.
//! - [`agent`], [`card`]: who does the work, and what they are told.
//! - [`servers`]: the MCP servers that agents are handed.
//! - [`confine`]: where what is started may read and write, where the settings say.
//! - [`workspace`]: what the engine needs of the workspace.
//! - [`variants`]: a task that is tried several times side by side.
//! - [`launch`]: how a run comes to be.
//! - [`list`]: what it may start and use, which is asked about whenever there is something new in it.
//! - [`driver`]: the runner's loop, and what it needs done.
//! - [`workshop`]: the hands of a real run: git, processes, agents.
//! - [`report`]: what an agent says of itself; [`lessons`]: what it learnt.
//! - [`git`], [`os`]: worktrees, commits and merges by real git; processes and locks.
//!
//! Knows plans, git and processes. Knows no parser, no workspace and no protocol of an editor: what it
//! needs of them it states as a trait.

pub mod agent;
pub mod card;
pub mod confine;
pub mod decide;
mod doubts;
pub mod driver;
pub mod effect;
pub mod event;
pub mod facts;
pub mod git;
pub mod journal;
pub mod launch;
pub mod lessons;
pub mod list;
pub mod os;
pub mod report;
pub mod servers;
pub mod state;
pub mod time;
pub mod variants;
pub mod workshop;
pub mod workspace;
