//! What a merge would give, told by `git merge-tree` before anything moves.

use super::run::{line, parts, path};
use super::{GitError, Repository};
use std::path::PathBuf;

/// What merging two commits would give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// This tree.
    Clean {
        /// Its id.
        tree: String,
    },
    /// Changes that contradict each other.
    Conflict(Conflict),
}

/// Changes of two sides that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The tree as far as it could be merged; its files hold both sides between markers.
    pub tree: String,
    /// The files, by path.
    pub files: Vec<Contested>,
    /// What git says of them.
    pub said: Vec<String>,
}

/// A file that both sides changed. The ids of its contents; `None` where a side has no such file.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Contested {
    /// Its path from the top.
    pub path: PathBuf,
    /// As it was before both.
    pub base: Option<String>,
    /// As the integration branch (or the user's branch) has it.
    pub ours: Option<String>,
    /// As the task (or the run) has it.
    pub theirs: Option<String>,
}

/// What merging `theirs` into `ours` would give. Moves nothing.
///
/// # Errors
/// One of them is no commit, they have no common history, or git fails.
pub fn predict(repository: &Repository, ours: &str, theirs: &str) -> Result<Prediction, GitError> {
    let ended = repository.asks(["merge-tree", "--write-tree", "--messages", "-z", ours, theirs])?;
    match ended.status.code() {
        Some(0) => {
            let tree = parts(&ended.printed).next().map(line).unwrap_or_default();
            Ok(Prediction::Clean { tree })
        }
        Some(1) => Ok(Prediction::Conflict(conflict(&ended.printed))),
        _ => Err(ended.error()),
    }
}

/// Reads `TREE\0MODE ID STAGE\tPATH\0…\0\0NUMBER\0PATH\0…TYPE\0MESSAGE\0…`.
fn conflict(printed: &[u8]) -> Conflict {
    let mut fields = printed.split(|byte| *byte == 0);
    let tree = fields.next().map(line).unwrap_or_default();
    let mut files: Vec<Contested> = Vec::new();
    for field in fields.by_ref().take_while(|field| !field.is_empty()) {
        let Some(tab) = field.iter().position(|byte| *byte == b'\t') else { continue };
        let (about, file) = field.split_at(tab);
        let file = path(file.get(1..).unwrap_or_default());
        let about = String::from_utf8_lossy(about).into_owned();
        let mut about = about.split(' ').skip(1);
        let (id, stage) = (about.next().map(str::to_owned), about.next());
        if files.last().is_none_or(|last| last.path != file) {
            files.push(Contested { path: file, ..Contested::default() });
        }
        let Some(last) = files.last_mut() else { continue };
        match stage {
            Some("1") => last.base = id,
            Some("2") => last.ours = id,
            _ => last.theirs = id,
        }
    }
    let mut said = Vec::new();
    while let Some(number) =
        fields.next().and_then(|field| String::from_utf8_lossy(field).parse::<usize>().ok())
    {
        let rest: Vec<&[u8]> = fields.by_ref().take(number + 2).collect();
        let message = rest.last().map(|message| line(message)).unwrap_or_default();
        if message.starts_with("CONFLICT") {
            said.push(message);
        }
    }
    Conflict { tree, files, said }
}

/// The text of one side of a contested file, at most `limit` bytes; empty for a side without it.
///
/// # Errors
/// Git fails.
pub fn side(repository: &Repository, id: Option<&str>, limit: usize) -> Result<String, GitError> {
    let Some(id) = id else { return Ok(String::new()) };
    let printed = repository.asks(["cat-file", "blob", id])?.printed()?;
    Ok(String::from_utf8_lossy(printed.get(..limit.min(printed.len())).unwrap_or_default()).into_owned())
}
