//! What can go wrong with git, each as a sentence that says what to do.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why something with git did not work. Every message says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No program `git`.
    #[error("git cannot be started ({0}); install git 2.38 or newer and put it on PATH.")]
    Missing(std::io::Error),
    /// A git without `merge-tree --write-tree`.
    #[error(
        "git {found} is too old; runs need git 2.38 or newer: update it, or put a newer one first on PATH."
    )]
    TooOld {
        /// The version it says it has.
        found: String,
    },
    /// No repository at or above this path.
    #[error("`{}` is not in a git repository; make one with `git init` and a first commit.", .0.display())]
    NotARepository(PathBuf),
    /// A repository without a checkout.
    #[error("`{}` is a bare repository; start from a checkout of it (`git worktree add ../checkout`).", .0.display())]
    Bare(PathBuf),
    /// The repository belongs to somebody else, and git refuses it.
    #[error(
        "git refuses `{}`, which belongs to another user; if you trust it: git config --global --add safe.directory '{}'",
        .0.display(), .0.display()
    )]
    OtherOwner(PathBuf),
    /// A repository without a commit.
    #[error(
        "the repository has no commit to start from; make the first one (`git commit --allow-empty -m Start`)."
    )]
    NoCommits,
    /// Something that has to be a commit is none.
    #[error(
        "`{0}` is no commit here; it was deleted, or this is a shallow clone without it (`git fetch --unshallow`)."
    )]
    NoSuchCommit(String),
    /// No name and address for commits.
    #[error(
        "git does not know who makes the commits; tell it with these two commands:\n  git config --global user.name \"Your Name\"\n  git config --global user.email you@example.com"
    )]
    IdentityMissing,
    /// A branch that a run needs is there already, with other work.
    #[error(
        "the branch `{branch}` is in the way; rename or delete it (`git branch -m {branch} {branch}-old`)."
    )]
    BranchTaken {
        /// The branch.
        branch: String,
    },
    /// A folder that a run needs is there already, with other content.
    #[error("`{}` is in the way; move it away, or remove it if nothing in it is needed.", .0.display())]
    PathTaken(PathBuf),
    /// A disk without room.
    #[error("the disk with `{}` is full; make room (`segue runs archive --state complete` removes the worktrees of runs that are complete).", .0.display())]
    DiskFull(PathBuf),
    /// A place that cannot be written.
    #[error("`{}` cannot be written; check its permissions and whether its disk is mounted read-only.", .0.display())]
    ReadOnly(PathBuf),
    /// Another git is at work, or left its lock.
    #[error(
        "another git command is at work in this repository, or one ended without cleaning up; wait for it, or, where no git runs any more, remove the lock that it names: {said}"
    )]
    Busy {
        /// What git said, which names the lock file.
        said: String,
    },
    /// A clean-up that would lose work.
    #[error("`{what}` holds work that is nowhere else ({why}); merge it, or discard it by name.")]
    WouldLose {
        /// A worktree or a branch.
        what: String,
        /// Which work.
        why: String,
    },
    /// HEAD is at no branch, so that a merge would belong to nothing.
    #[error("HEAD is at no branch here; switch to the branch that shall take the run (`git switch BRANCH`).")]
    NotOnABranch,
    /// Another branch is checked out than the one that was meant.
    #[error(
        "`{found}` is checked out here, not `{wanted}`; switch to it (`git switch {wanted}`), or name `{found}` as the target."
    )]
    OtherBranch {
        /// The branch that was meant.
        wanted: String,
        /// The branch that is checked out.
        found: String,
    },
    /// The user is in the middle of something.
    #[error(
        "a {0} is under way in this checkout; finish or abort it first (`git {0} --continue`, `git {0} --abort`)."
    )]
    UnderWay(&'static str),
    /// Changes of the user stand where a merge would write.
    #[error("what is not committed stands where the merge would write; commit, stash (`git stash --include-untracked`) or move it first: {}", names(.0))]
    DirtyFiles(Vec<PathBuf>),
    /// The index holds staged changes, which every merge refuses.
    #[error("changes are staged; commit or unstage them first (`git restore --staged .`): {}", names(.0))]
    Staged(Vec<PathBuf>),
    /// The user's branch and the run changed the same lines.
    #[error("the branch and the run changed the same lines of {}; merge by hand (`git merge {branch}`), or launch the plan again from here.", names(.files))]
    Conflicts {
        /// The files.
        files: Vec<PathBuf>,
        /// The branch that could not be merged.
        branch: String,
    },
    /// The ordinary merge did not come through, and was taken back.
    #[error("git took the merge back; a hook, a signature or a setting refused it: {said}")]
    MergeRefused {
        /// What git and the hooks said.
        said: String,
    },
    /// A branch moved while something was made for it.
    #[error("`{branch}` was moved by somebody else meanwhile; try again.")]
    Moved {
        /// The branch.
        branch: String,
    },
    /// What was merged is not in the integration branch any more.
    #[error(
        "`{branch}` was moved and lacks what the run merged; put it back: git branch --force {branch} {known}"
    )]
    MovedBack {
        /// The branch.
        branch: String,
        /// The commit that it has to hold.
        known: String,
    },
    /// A command that took too long; it was ended.
    #[error("`{command}` took longer than {} s and was ended; look at what holds it up (a hook, a credential, a slow disk).", .limit.as_secs())]
    TimedOut {
        /// The command.
        command: String,
        /// The limit.
        limit: Duration,
    },
    /// A command that printed more than is read.
    #[error("`{command}` printed more than {} MB, which is more than is read.", .limit >> 20)]
    TooMuchOutput {
        /// The command.
        command: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// A folder or file could not be read or written.
    #[error("`{}`: {source}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Everything else git says no to.
    #[error("`{command}` failed: {said}")]
    Failed {
        /// The command.
        command: String,
        /// What it said.
        said: String,
    },
}

impl GitError {
    /// Whether it says something about what lies in one worktree, and not about the repository or the machine.
    #[must_use]
    pub fn is_of_one_worktree(&self) -> bool {
        let is_missing =
            matches!(self, Self::File { source, .. } if source.kind() == std::io::ErrorKind::NotFound);
        let of_git = matches!(
            self,
            Self::NotARepository(_)
                | Self::NoCommits
                | Self::NoSuchCommit(_)
                | Self::WouldLose { .. }
                | Self::TimedOut { .. }
                | Self::TooMuchOutput { .. }
                | Self::Failed { .. }
        );
        is_missing || of_git
    }

    /// The error of a file operation at `path`.
    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::DiskFull(path.to_owned())
            }
            std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => {
                Self::ReadOnly(path.to_owned())
            }
            std::io::ErrorKind::NotADirectory => Self::PathTaken(path.to_owned()),
            _ => Self::File { path: path.to_owned(), source },
        }
    }

    /// What a failed command means, by the words of its standard error (in English: we set the locale).
    pub(crate) fn of_words(command: String, said: &str, place: &Path) -> Self {
        let has = |words: &str| said.contains(words);
        let path = || place.to_owned();
        if has("not a git repository") {
            Self::NotARepository(path())
        } else if has("dubious ownership") {
            Self::OtherOwner(path())
        } else if has("No space left on device") || has("Disk quota exceeded") {
            Self::DiskFull(path())
        } else if has("Read-only file system") || has("Permission denied") {
            Self::ReadOnly(path())
        } else if has(".lock': File exists") || has("Another git process seems to be running") {
            Self::Busy { said: said.to_owned() }
        } else if has("Please tell me who you are")
            || has("empty ident name")
            || has("auto-detect email address")
        {
            Self::IdentityMissing
        } else {
            Self::Failed { command, said: said.to_owned() }
        }
    }
}

/// The first names, and how many more there are.
fn names(paths: &[PathBuf]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = paths.iter().take(SHOWN).map(|path| path.display().to_string()).collect();
    match paths.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Conditions that a test cannot make on every machine are known by git's words.
    #[test]
    fn words_of_git_become_sentences_that_say_what_to_do() {
        let place = Path::new("project");
        for (said, wanted) in [
            ("fatal: not a git repository (or any of the parent directories): .git", "git init"),
            ("fatal: detected dubious ownership in repository at 'project'", "safe.directory"),
            ("error: file write error: No space left on device", "make room"),
            ("fatal: sha1 file write error: Disk quota exceeded", "make room"),
            ("fatal: could not create work tree dir 'x': Read-only file system", "mounted read-only"),
            ("error: could not open '.git/COMMIT_EDITMSG': Permission denied", "permissions"),
            ("fatal: Unable to create 'project/.git/index.lock': File exists.", "index.lock"),
            ("fatal: unable to auto-detect email address (got 'me@host.(none)')", "user.email"),
            ("fatal: something else", "something else"),
        ] {
            let message = GitError::of_words("git commit".into(), said, place).to_string();
            assert!(message.contains(wanted), "{said}: {message}");
        }
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert!(GitError::file(place, full).to_string().contains("is full"));
        let read_only = std::io::Error::from(std::io::ErrorKind::ReadOnlyFilesystem);
        assert!(GitError::file(place, read_only).to_string().contains("cannot be written"));
    }

    #[test]
    fn long_lists_are_cut() {
        let paths: Vec<PathBuf> = (0..7).map(|number| PathBuf::from(format!("f{number}"))).collect();
        assert_eq!(names(&paths), "f0, f1, f2, f3, f4 and 2 more");
    }
}
