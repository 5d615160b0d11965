//! The agents that do the work: one trait, one implementation a way of asking.
//!
//! - [`acp`]: an agent that speaks the Agent Client Protocol.
//! - [`command`]: a headless command line, once a turn.
//! - [`rehearsal`]: built in; replays a script. No network, no key: for trying out, for tests.

pub mod acp;
pub mod command;
pub mod rehearsal;

use crate::event::{AttemptKey, Exit, TurnEnd, TurnKind, Usage};
use crate::facts::TaskId;
use crate::os;
use crate::servers::Server;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;

/// The answer to a question for leave that holds for the same question in the whole run.
pub const FOR_THIS_RUN: &str = "for this run";

/// A future that an object gives.
pub type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A coding agent.
pub trait Agent: Send + Sync {
    /// Does one turn, to its end or until it is stopped. When this returns nothing that the turn started
    /// lives any more.
    fn turn<'a>(&'a self, turn: &'a Turn, listener: &'a dyn Listener) -> Boxed<'a, TurnEnd>;

    /// What it starts, and what it writes outside of its worktree, as it is shown before a launch: a line each.
    fn shown(&self) -> Vec<String>;

    /// Whether it can be handed servers of the Model Context Protocol.
    fn takes_servers(&self) -> bool {
        false
    }
}

/// Who hears of a turn while it goes on.
pub trait Listener: Send + Sync {
    /// The agent said or printed something.
    fn said(&self, text: &str);

    /// The agent used something.
    fn used(&self, usage: Usage);

    /// The agent asks for leave, and waits for the answer.
    fn asks_leave<'a>(&'a self, text: &'a str, options: &'a [String]) -> Boxed<'a, String>;
}

/// A turn that is to be done.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The attempt.
    pub key: AttemptKey,
    /// The task as the plan knows it: of a variant that which it is a variant of.
    pub stated: TaskId,
    /// Which of the attempts that count it is, from 0: an interrupted one is tried again as the same.
    pub counted: usize,
    /// The turn, counted from 1.
    pub number: u32,
    /// What it is asked for.
    pub kind: TurnKind,
    /// Whether the attempt began with a turn that only planned.
    pub planned_first: bool,
    /// The model; `None`: the agent's own.
    pub model: Option<String>,
    /// The folder it works in.
    pub worktree: PathBuf,
    /// What the agent is told.
    pub prompt: String,
    /// The file that holds the same.
    pub prompt_file: PathBuf,
    /// The files it may write, as the plan names them.
    pub allowed: Vec<String>,
    /// The tools that its agent file grants; `None`: it does not say.
    pub tools: Option<Vec<String>>,
    /// The servers that it is handed.
    pub servers: Vec<Server>,
    /// Whether it shall change nothing.
    pub read_only: bool,
    /// Where its processes may read and write; `None`: wherever the user may.
    pub confinement: Option<os::Confinement>,
    /// What its processes carry.
    pub marker: String,
    /// What those of the attempts carried that were interrupted just before this one, at the same task by the
    /// same agent, the newest first.
    pub interrupted: Vec<String>,
    /// The longest it may take.
    pub total: Duration,
    /// The longest it may say nothing.
    pub silence: Duration,
    /// Becomes true when it shall stop.
    pub stop: watch::Receiver<bool>,
}

impl Turn {
    /// Waits until it shall stop.
    pub async fn stopped(&self) {
        let mut stop = self.stop.clone();
        if stop.wait_for(|stop| *stop).await.is_err() {
            // Who could stop it is gone without having done so.
            std::future::pending::<()>().await;
        }
    }
}

/// How a program's end is told.
#[must_use]
pub fn exit_of(how: os::How) -> Exit {
    match how {
        os::How::TimedOut => Exit::TimedOut,
        os::How::Silent => Exit::Silent,
        os::How::Cancelled => Exit::Stopped,
        os::How::Exited(status) if status.success() => Exit::Fine,
        os::How::Exited(status) => match status.code() {
            Some(code) => Exit::Status(code),
            None => Exit::Signal(signal_of(status)),
        },
    }
}

#[cfg(unix)]
fn signal_of(status: std::process::ExitStatus) -> i32 {
    std::os::unix::process::ExitStatusExt::signal(&status).unwrap_or_default()
}

#[cfg(not(unix))]
fn signal_of(_: std::process::ExitStatus) -> i32 {
    0
}

/// Why the program of a command line could not be started, with its name.
pub(crate) fn not_started(line: &[String], error: &std::io::Error) -> String {
    let program = line.first().map(String::as_str).unwrap_or_default();
    let advice = match error.kind() {
        std::io::ErrorKind::NotFound => "; install it, put it on PATH, or name another in segue.toml",
        _ => "",
    };
    format!("`{program}`: {error}{advice}")
}

/// The last of a text, for evidence: at most this many characters, from the beginning of a line where
/// one is near.
#[must_use]
pub fn tail(text: &str) -> String {
    const MOST: usize = 4000;
    let count = text.chars().count();
    if count <= MOST {
        return text.trim_end().to_owned();
    }
    let kept: String = text.chars().skip(count - MOST).collect();
    kept.split_once('\n').map_or(kept.as_str(), |(_, rest)| rest).trim_end().to_owned()
}
