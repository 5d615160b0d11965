//! The script of a rehearsal.

use crate::event::{Class, Stop, Usage};
use crate::report::Report;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What the rehearsal agent does, by task.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// How long each step takes beside its own time, in milliseconds.
    #[serde(default)]
    pub pace: u64,
    /// Of each task, by id, its attempts, each a list of steps.
    #[serde(default)]
    pub tasks: BTreeMap<String, Vec<Vec<Step>>>,
}

/// A step: an edit, a question, or a fault.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Says something.
    Say(String),
    /// Takes this many milliseconds.
    Wait(u64),
    /// Writes a file of the worktree; `{answer}` in the text is the answer to the question before.
    Write(Text),
    /// Adds to the end of a file.
    Append(Text),
    /// Deletes a file.
    Delete(String),
    /// Writes a file outside of the worktree, by its absolute path, as a session must not.
    WriteOutside(Text),
    /// Runs a command line in the worktree; the turn ends where it fails.
    Run(String),
    /// Starts a command line and does not wait for it, as an agent does that loses its children.
    Leave(String),
    /// Used so much.
    #[serde(rename = "usage")]
    Use(Usage),
    /// Wants to run a command line, and asks for leave as an agent of the protocol does: the policy answers,
    /// else a person.
    Want(String),
    /// Asks a person for leave while the turn goes on.
    Permit(Leave),
    /// Ends the turn with a question; what follows belongs to the turn with the answer.
    Ask(Question),
    /// Reports this at the end.
    Report(Report),
    /// Ends with a failure of this class.
    Fail(Fail),
    /// Ends with this exit status.
    Exit(i32),
    /// Ends as one that was killed.
    Die,
    /// Ends with an answer that nobody can read.
    BreakProtocol,
    /// Ends as if all went well, with neither a tool call nor usage.
    Quiet,
    /// Ends for this reason.
    Stop(Stop),
    /// Says nothing until that is too long.
    Hang,
}

/// A file and a text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The file.
    pub path: String,
    /// What is written.
    #[serde(default)]
    pub text: String,
}

/// A question for leave.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leave {
    /// For what.
    pub text: String,
    /// What may be answered.
    #[serde(default = "once_or_deny")]
    pub options: Vec<String>,
    /// The answer that refuses.
    #[serde(default = "deny")]
    pub refused: String,
}

fn once_or_deny() -> Vec<String> {
    vec!["once".to_owned(), crate::agent::FOR_THIS_RUN.to_owned(), deny()]
}

fn deny() -> String {
    "deny".to_owned()
}

/// A question that ends a turn.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What is asked.
    pub question: String,
    /// What may be answered.
    #[serde(default)]
    pub options: Vec<String>,
    /// What the agent would answer.
    #[serde(default)]
    pub recommendation: String,
}

/// A failure.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// Its class.
    pub class: Class,
    /// What the agent says.
    #[serde(default)]
    pub text: String,
}

/// Why a script cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is no script.
    #[error("{path} is no script of a rehearsal: {why}")]
    Form {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        why: String,
    },
}

impl Script {
    /// The script in a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is no script.
    pub fn read(path: &Path) -> Result<Self, ScriptError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ScriptError::File { path: path.to_owned(), source })?;
        Self::of(&text).map_err(|why| ScriptError::Form { path: path.to_owned(), why })
    }

    /// The script that a text is.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with its place.
    pub fn of(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        serde_saphyr::from_str(text).map_err(|error| error.to_string())
    }
}
