//! The merge into the user's branch, when they ask for it: an ordinary one, with their hooks and their
//! signature. It either comes through or leaves the checkout as it was.

use super::changes::{Change, between};
use super::predict::{Prediction, predict};
use super::run::{parts, path};
use super::survey::under_way;
use super::{GitError, Repository, integration_branch};
use std::path::PathBuf;

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The user's branch.
    pub branch: String,
    /// Its tip now.
    pub commit: String,
    /// Whether this merge brought it there; else it was there already.
    pub is_new: bool,
}

/// Merges a run into the branch that is checked out. `wanted` is the branch it has to be, where it was
/// said.
///
/// # Errors
/// HEAD is at no branch or at another; something is under way; changes of the user are staged or stand
/// where the merge would write; both changed the same lines; a hook or a signature refuses.
pub fn deliver(
    repository: &Repository,
    run: &str,
    wanted: Option<&str>,
    message: &str,
) -> Result<Delivered, GitError> {
    let source = integration_branch(run);
    let branch = repository.branch()?.ok_or(GitError::NotOnABranch)?;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != branch) {
        return Err(GitError::OtherBranch { wanted: wanted.to_owned(), found: branch });
    }
    if let Some(what) = under_way(repository) {
        return Err(GitError::UnderWay(what));
    }
    let theirs = repository.tip(&source)?.ok_or_else(|| GitError::NoSuchCommit(source.clone()))?;
    let ours = repository.head()?;
    if repository.contains(&ours, &theirs)? {
        return Ok(Delivered { branch, commit: ours, is_new: false });
    }
    let lock = repository.own_directory().join("index.lock");
    if lock.exists() {
        return Err(GitError::Busy { said: lock.display().to_string() });
    }
    refuse_if_in_the_way(repository, &ours, &theirs, &source)?;
    let ended = repository.git.ordinary(
        repository.top(),
        ["merge", "--no-ff", "--no-edit", "--no-squash", "--commit", "-m", message, &source],
    )?;
    if !ended.status.success() {
        let said = format!("{}{}", String::from_utf8_lossy(&ended.printed), ended.said).trim().to_owned();
        if repository.own_directory().join("MERGE_HEAD").exists() {
            repository.git.ordinary(repository.top(), ["merge", "--abort"])?.printed()?;
        }
        return Err(GitError::MergeRefused { said });
    }
    Ok(Delivered { branch, commit: repository.head()?, is_new: true })
}

/// The checkout rule: nothing of the user's is ever in danger.
fn refuse_if_in_the_way(
    repository: &Repository,
    ours: &str,
    theirs: &str,
    source: &str,
) -> Result<(), GitError> {
    let status =
        ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=dirty"];
    let status = repository.asks(status)?.printed()?;
    let entries = parts(&status).filter(|entry| entry.len() > 3).map(|entry| entry.split_at(3));
    let (mut staged, mut dirty) = (Vec::new(), Vec::new());
    for (letters, file) in entries {
        if !matches!(letters.first(), Some(b' ' | b'?')) {
            staged.push(path(file));
        }
        dirty.push(path(file));
    }
    if !staged.is_empty() {
        return Err(GitError::Staged(staged));
    }
    let tree = match predict(repository, ours, theirs)? {
        Prediction::Clean { tree } => tree,
        Prediction::Conflict(conflict) => {
            let files = conflict.files.into_iter().map(|file| file.path).collect();
            return Err(GitError::Conflicts { files, branch: source.to_owned() });
        }
    };
    // A new file must not be there in any form: git would overwrite one that it ignores.
    let is_there = |file: &PathBuf| repository.top().join(file).symlink_metadata().is_ok();
    let changed = between(repository, ours, &tree)?.into_iter();
    let in_the_way: Vec<PathBuf> = changed
        .filter(|file| dirty.contains(&file.path) || (file.change == Change::Added && is_there(&file.path)))
        .map(|file| file.path)
        .collect();
    if in_the_way.is_empty() { Ok(()) } else { Err(GitError::DirtyFiles(in_the_way)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::{Fixture, write};
    use crate::git::{commit, merge, worktree};

    /// A run whose one task wrote these files.
    fn run(fixture: &Fixture, files: &[(&str, &str)]) -> Repository {
        let (repository, place) = (fixture.repository(), Fixture::place("one", 1));
        let base = repository.head().unwrap();
        merge::begin(&repository, "k3v9", &base, &base).unwrap();
        let folder = worktree::add(&repository, &place, &base).unwrap();
        for (file, text) in files {
            write(&folder.join(file), text);
        }
        repository.git.does(&folder, ["add", "--all", "--force"]).unwrap().printed().unwrap();
        commit::after_turn(&repository, &place, &base, "One").unwrap();
        merge::merge(&repository, &place, "One", |_| Ok(Vec::new())).unwrap();
        repository
    }

    /// Refused, with these words, and with the checkout as it was.
    #[track_caller]
    fn refused(fixture: &Fixture, repository: &Repository, words: &str) {
        let state =
            || fixture.does(&["status", "--porcelain", "--branch"]) + &fixture.does(&["rev-parse", "HEAD"]);
        let before = state();
        let message = deliver(repository, "k3v9", Some("main"), "Run").unwrap_err().to_string();
        assert!(message.contains(words), "{message}");
        assert_eq!(state(), before);
        assert!(!fixture.top().join(".git/MERGE_HEAD").exists());
    }

    #[test]
    fn a_run_comes_into_the_users_branch_beside_their_own_work() {
        let fixture = Fixture::new();
        let repository = run(&fixture, &[("one.txt", "1")]);
        fixture.write("mine.txt", "mine");
        fixture.commit("The user goes on");
        fixture.write("README.md", "Not committed\n");
        fixture.write("new.txt", "Not tracked\n");
        let delivered = deliver(&repository, "k3v9", Some("main"), "Merge run k3v9").unwrap();
        assert!(delivered.is_new);
        assert_eq!(fixture.does(&["log", "-1", "--format=%s|%an"]), "Merge run k3v9|Ada");
        assert_eq!(fixture.does(&["show", "HEAD:one.txt"]), "1");
        assert_eq!(fixture.does(&["status", "--porcelain"]), " M README.md\n?? new.txt");
        let again = deliver(&repository, "k3v9", None, "Merge run k3v9").unwrap();
        assert_eq!(again, Delivered { is_new: false, ..delivered });
    }

    #[test]
    fn their_setting_of_fast_forwards_does_not_hide_the_merge() {
        let fixture = Fixture::new();
        fixture.set("merge.ff", "only");
        let repository = run(&fixture, &[("one.txt", "1")]);
        deliver(&repository, "k3v9", None, "Run").unwrap();
        assert_eq!(fixture.does(&["log", "-1", "--format=%s"]), "Run");
    }

    #[test]
    fn work_of_the_user_is_never_in_danger() {
        let fixture = Fixture::new();
        fixture.write(".gitignore", ".env\n");
        fixture.commit("Ignore");
        let repository = run(&fixture, &[("README.md", "Run\n"), ("new.txt", "run"), (".env", "run")]);
        fixture.write("README.md", "User\n");
        refused(&fixture, &repository, "or move it first: README.md");
        fixture.does(&["restore", "README.md"]);
        fixture.write("new.txt", "user");
        refused(&fixture, &repository, "new.txt");
        std::fs::remove_file(fixture.top().join("new.txt")).unwrap();
        // Git would overwrite a file that it ignores without a word.
        fixture.write(".env", "user");
        refused(&fixture, &repository, ".env");
        assert_eq!(std::fs::read_to_string(fixture.top().join(".env")).unwrap(), "user");
        std::fs::remove_file(fixture.top().join(".env")).unwrap();
        fixture.write("other.txt", "staged");
        fixture.does(&["add", "other.txt"]);
        refused(&fixture, &repository, "git restore --staged");
        fixture.does(&["rm", "--quiet", "--cached", "other.txt"]);
        deliver(&repository, "k3v9", None, "Run").unwrap();
    }

    #[test]
    fn conflicts_other_branches_and_open_merges_are_said() {
        let fixture = Fixture::new();
        let repository = run(&fixture, &[("README.md", "Run\n")]);
        fixture.does(&["switch", "--quiet", "--create", "side"]);
        refused(&fixture, &repository, "`side` is checked out here, not `main`");
        fixture.does(&["switch", "--quiet", "--detach"]);
        refused(&fixture, &repository, "HEAD is at no branch");
        fixture.does(&["switch", "--quiet", "main"]);
        let lock = fixture.top().join(".git/index.lock");
        write(&lock, "");
        refused(&fixture, &repository, "remove the lock that it names");
        std::fs::remove_file(&lock).unwrap();
        fixture.write("README.md", "User\n");
        fixture.commit("User");
        refused(&fixture, &repository, "git merge segue/k3v9/integration");
        fixture.does(&["merge", "--quiet", "--no-commit", "--no-ff", "side"]);
        fixture.does(&["reset", "--quiet", "--hard"]);
        let head = fixture.does(&["rev-parse", "side"]);
        write(&fixture.top().join(".git/CHERRY_PICK_HEAD"), &head);
        refused(&fixture, &repository, "a cherry-pick is under way");
    }

    #[cfg(unix)]
    #[test]
    fn their_hooks_and_signature_decide() {
        let fixture = Fixture::new();
        let repository = run(&fixture, &[("one.txt", "1")]);
        fixture.write("README.md", "Not committed\n");
        fixture.hook("commit-msg", "echo 'no ticket in the message'; exit 1");
        refused(&fixture, &repository, "no ticket in the message");
        std::fs::remove_file(fixture.top().join(".git/hooks/commit-msg")).unwrap();
        fixture.set("commit.gpgsign", "true");
        fixture.set("gpg.program", "false");
        refused(&fixture, &repository, "gpg failed to sign");
        fixture.set("commit.gpgsign", "false");
        fixture.hook("pre-merge-commit", "touch ran");
        deliver(&repository, "k3v9", None, "Run").unwrap();
        assert!(fixture.top().join("ran").exists());
        assert_eq!(fixture.does(&["status", "--porcelain"]), " M README.md\n?? ran");
    }
}
