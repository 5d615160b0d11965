//! The runs of a repository, for every face: what a launch would do, how a run begins and is carried on,
//! what people want of it and what is done with its work.
//!
//! The engine (`segue-orchestrator`) knows no workspace and no settings; the faces (a terminal, the
//! language server) decide nothing. What lies between them is here, once.
//!
//! - [`launch`]: the list that a person says yes to, and the beginning of a run.
//! - [`runner`]: the process in which a run lives, of the same binary as everything else.
//! - [`open`]: the journal of a repository, and the words for how runs and tasks stand.
//! - [`post`]: what people want of a run, handed to whoever owns it.
//! - [`follow`], [`log`]: what happens, and what happened.
//! - [`keep`]: what is done with the work: seen, merged, archived, discarded.
//! - [`report`]: what is kept of it for others.
//! - [`lessons`]: what its agents learnt, as changes of the files that its plan links.
//! - [`variants`]: tasks that are tried several times side by side.
//! - [`sentence`], [`value`]: events and runs for people and for machines.

mod confine;
pub mod follow;
pub mod keep;
pub mod launch;
pub mod lessons;
pub mod log;
pub mod open;
mod parts;
pub mod post;
pub mod report;
pub mod runner;
pub mod sentence;
mod servers;
pub mod settings;
mod shell;
pub mod value;
pub mod variants;
mod workspace;

/// What stands in the way, in a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    /// A failure that is told in a sentence.
    pub fn said(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl From<segue_orchestrator::journal::JournalError> for Failure {
    fn from(error: segue_orchestrator::journal::JournalError) -> Self {
        Self::said(error.to_string())
    }
}

impl From<segue_orchestrator::git::GitError> for Failure {
    fn from(error: segue_orchestrator::git::GitError) -> Self {
        Self::said(error.to_string())
    }
}

/// A text from files with control characters as signs: none reaches a terminal, which would obey it. Line
/// ends and tabs stay.
#[must_use]
pub fn visible(text: &str) -> String {
    let sign = |c: char| match u32::from(c) {
        0x09 | 0x0a => c,
        0x7f => '␡',
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x80..0xa0 => '\u{fffd}',
        _ => c,
    };
    text.chars().map(sign).collect()
}
