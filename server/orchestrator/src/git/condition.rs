//! The conditions that a run can meet in a repository: which of them end it, and what is said of each.

use super::GitError;

/// Something about a repository that a run meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// No program `git`.
    GitMissing,
    /// A git older than 2.38.
    GitTooOld,
    /// No repository here.
    NotARepository,
    /// A repository without a checkout.
    Bare,
    /// Git refuses a repository of another user.
    OtherOwner,
    /// Nothing to start from.
    NoCommits,
    /// Git itself fails.
    Broken,
    /// Nobody to make the commits.
    IdentityMissing,
    /// A branch is in the way.
    BranchTaken,
    /// A file is in the way.
    PathTaken,
    /// A disk that is full.
    DiskFull,
    /// A place that cannot be written.
    ReadOnly,
    /// Files of Git LFS, and no `git-lfs` that git could run.
    LfsMissing,
    /// HEAD is at no branch.
    DetachedHead,
    /// A clone that ends early.
    Shallow,
    /// A clone whose files come when they are needed.
    Partial,
    /// A checkout of some of the files.
    Sparse,
    /// Files of Git LFS.
    Lfs,
    /// Repositories within the repository.
    Submodules,
    /// Programs that git runs at commits and merges.
    Hooks,
    /// Commits shall be signed.
    Signing,
    /// Changes that no commit has.
    Uncommitted,
    /// A merge, rebase, … that waits for its end.
    UnderWay,
    /// A disk on another machine.
    NetworkDisk,
}

/// What a condition does to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// No run begins.
    Obstacle,
    /// The run goes on, and people should know.
    Note,
}

/// Which condition weighs what, and what is said of it: `{}` stands for what was found. Conditions that
/// git reports are said in the words of [`GitError`].
const TABLE: &[(Condition, Weight, &str)] = {
    use Condition as C;
    use Weight::{Note, Obstacle};
    &[
        (C::GitMissing, Obstacle, "{}"),
        (C::GitTooOld, Obstacle, "{}"),
        (C::NotARepository, Obstacle, "{}"),
        (C::Bare, Obstacle, "{}"),
        (C::OtherOwner, Obstacle, "{}"),
        (C::NoCommits, Obstacle, "{}"),
        (C::Broken, Obstacle, "{}"),
        (C::IdentityMissing, Obstacle, "{}"),
        (C::BranchTaken, Obstacle, "{}"),
        (C::PathTaken, Obstacle, "{}"),
        (C::DiskFull, Obstacle, "{}"),
        (C::ReadOnly, Obstacle, "{}"),
        (
            C::LfsMissing,
            Obstacle,
            "git is set up for Git LFS and the program git-lfs is missing, so that no worktree can be made; install it, or turn it off with `git lfs uninstall` where it is installed.",
        ),
        (
            C::DetachedHead,
            Note,
            "HEAD is at no branch: the run starts from {}; to merge its result, switch to the branch that shall take it.",
        ),
        (
            C::Shallow,
            Note,
            "this is a shallow clone: agents see its last commits only; `git fetch --unshallow` brings the rest.",
        ),
        (C::Partial, Note, "this is a partial clone: making a worktree may fetch files from its remote."),
        (
            C::Sparse,
            Note,
            "this is a sparse checkout: worktrees hold the same part of the files, and the folders of the files that their tasks name; `git sparse-checkout add` widens it.",
        ),
        (C::Lfs, Note, "files of Git LFS: {}"),
        (
            C::Submodules,
            Note,
            "submodules stay empty in worktrees; where tasks need them, let the setup command run `git submodule update --init`.",
        ),
        (
            C::Hooks,
            Note,
            "the hooks {} do not run for the commits of a run; they run when its result is merged into your branch.",
        ),
        (
            C::Signing,
            Note,
            "commits of a run are not signed; the merge into your branch is, as your configuration says.",
        ),
        (
            C::Uncommitted,
            Note,
            "{} not committed: the run starts from the last commit and does not see that.",
        ),
        (
            C::UnderWay,
            Note,
            "a {} is under way in this checkout: the run starts from the commit that HEAD is at.",
        ),
        (
            C::NetworkDisk,
            Note,
            "`{}` is on a network disk: git is slow there, and locks hold only as well as that disk keeps them.",
        ),
    ]
};

/// One condition as it was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub condition: Condition,
    /// What it does to a run.
    pub weight: Weight,
    /// What is said of it, with what to do.
    pub message: String,
}

impl Finding {
    pub(super) fn new(condition: Condition, found: &str) -> Self {
        let row = TABLE.iter().find(|(own, _, _)| *own == condition);
        let (weight, words) = row.map_or((Weight::Obstacle, "{}"), |(_, weight, words)| (*weight, *words));
        Self { condition, weight, message: words.replace("{}", found) }
    }

    /// A condition that git reports.
    pub(super) fn of(error: &GitError) -> Self {
        let condition = match error {
            GitError::Missing(_) => Condition::GitMissing,
            GitError::TooOld { .. } => Condition::GitTooOld,
            GitError::NotARepository(_) => Condition::NotARepository,
            GitError::Bare(_) => Condition::Bare,
            GitError::OtherOwner(_) => Condition::OtherOwner,
            GitError::NoCommits => Condition::NoCommits,
            GitError::IdentityMissing => Condition::IdentityMissing,
            GitError::BranchTaken { .. } => Condition::BranchTaken,
            GitError::PathTaken(_) => Condition::PathTaken,
            GitError::DiskFull(_) => Condition::DiskFull,
            GitError::ReadOnly(_) => Condition::ReadOnly,
            _ => Condition::Broken,
        };
        Self::new(condition, &error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_has_one_row() {
        use Condition as C;
        let all = [C::GitMissing, C::Broken, C::NetworkDisk, C::LfsMissing, C::Partial, C::UnderWay];
        for condition in all {
            assert!(TABLE.iter().any(|(own, _, _)| *own == condition), "{condition:?}");
        }
        let mut rows: Vec<_> = TABLE.iter().map(|(condition, _, _)| format!("{condition:?}")).collect();
        rows.sort();
        rows.dedup();
        assert_eq!(rows.len(), TABLE.len());
    }
}
