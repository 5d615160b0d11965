//! Our commits, after every turn of a session.

use super::repository::branch_of;
use super::run::line;
use super::worktree::{clear_locks_in, private_directory};
use super::{GitError, Place, Repository, refs};
use std::path::Path;

/// Where an attempt stands after a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turned {
    /// The tip of the attempt's branch.
    pub tip: String,
    /// Whether there was anything to commit.
    pub is_new: bool,
}

/// The trailer by which a commit names its attempt.
pub const TRAILER: &str = "Segue-Task";

/// Commits everything in the worktree of an attempt, by the user's identity, without hooks and
/// signature, and puts the attempt's branch there. A session that committed by itself, or that went to
/// another branch, loses nothing: the branch of the attempt takes what its HEAD is at. No process of the
/// session may live any more.
///
/// # Errors
/// Nobody to make commits, a full disk, something that git cannot add, or an attempt whose HEAD no
/// longer comes from `base`.
pub fn after_turn(
    repository: &Repository,
    place: &Place,
    base: &str,
    message: &str,
) -> Result<Turned, GitError> {
    let folder = place.folder(repository.worktrees());
    clear_locks_in(&folder);
    let git = &repository.git;
    // `--sparse`: files that a session made outside of a sparse checkout are its work too.
    let add = ["-c", "core.safecrlf=false", "-c", "advice.addEmbeddedRepo=false", "add", "--all", "--sparse"];
    git.does(&folder, add)?.printed()?;
    let commit =
        ["commit", "--quiet", "--no-verify", "--cleanup=whitespace", "--allow-empty-message", "-F", "-"];
    let committed = git.does_with(&folder, commit, with_trailer(message, place).as_bytes())?;
    let is_new = committed.status.success();
    // It fails too where there is nothing to commit.
    if !is_new && !git.asks(&folder, ["diff-index", "--cached", "--quiet", "HEAD", "--"])?.status.success() {
        return Err(committed.error());
    }
    let branch = place.branch();
    let is_there =
        private_directory(&folder).and_then(|own| refs::head(&own)).is_some_and(|own| own == branch);
    if is_there && let Some(tip) = repository.tip(&branch)? {
        return Ok(Turned { tip, is_new });
    }
    let tip = line(&git.asks(&folder, ["rev-parse", "HEAD"])?.printed()?);
    put_branch(repository, place, &folder, base, &tip)?;
    Ok(Turned { tip, is_new })
}

/// Whether the worktree of an attempt holds nothing that is not committed.
///
/// # Errors
/// Git fails.
pub fn is_committed(repository: &Repository, folder: &Path) -> Result<bool, GitError> {
    let status = ["status", "--porcelain", "-z", "--untracked-files=normal"];
    Ok(repository.git.asks(folder, status)?.printed()?.is_empty())
}

/// Sees to it that HEAD is at the attempt's branch, and the branch at `tip`.
fn put_branch(
    repository: &Repository,
    place: &Place,
    folder: &Path,
    base: &str,
    tip: &str,
) -> Result<(), GitError> {
    let branch = place.branch();
    if branch_of(&repository.git, folder)?.as_deref() == Some(&branch) {
        return Ok(());
    }
    if !repository.contains(tip, base)? {
        return Err(GitError::WouldLose {
            what: branch,
            why: format!("the session left it for {tip}, which does not come from it"),
        });
    }
    let from = repository.tip(&branch)?;
    repository.move_branch(&branch, from.as_deref(), tip)?;
    let reference = format!("refs/heads/{branch}");
    repository.git.does(folder, ["symbolic-ref", "HEAD", &reference])?.printed()?;
    Ok(())
}

/// The message with the trailer of the attempt at its end.
pub(crate) fn with_trailer(message: &str, place: &Place) -> String {
    let message = message.trim_end();
    let message = if message.trim().is_empty() { "Work" } else { message };
    format!("{message}\n\n{TRAILER}: {place}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::{Fixture, git, write};
    use crate::git::worktree;
    use std::path::PathBuf;

    fn attempt(fixture: &Fixture) -> (Repository, Place, String, PathBuf) {
        let (repository, place) = (fixture.repository(), Fixture::place("login", 1));
        let base = repository.head().unwrap();
        let folder = worktree::add(&repository, &place, &base).unwrap();
        (repository, place, base, folder)
    }

    #[test]
    fn a_turn_becomes_a_commit_of_the_user() {
        let fixture = Fixture::new();
        fixture.set("commit.gpgsign", "true");
        fixture.set("gpg.program", "false");
        #[cfg(unix)]
        for hook in ["pre-commit", "commit-msg", "prepare-commit-msg", "post-commit"] {
            fixture.hook(hook, "exit 1");
        }
        let (repository, place, base, folder) = attempt(&fixture);
        write(&folder.join("ünïcode dir/-dash ü.txt"), "a\r\nb\r\n");
        std::fs::remove_file(folder.join("README.md")).unwrap();
        let turned = after_turn(&repository, &place, &base, "-n: add the form\n\n# not a comment").unwrap();
        assert!(turned.is_new);
        let said = git(&folder, &["log", "-1", "--format=%an <%ae>|%B|%(trailers:key=Segue-Task,valueonly)"]);
        assert_eq!(
            said,
            "Ada <ada@example.com>|-n: add the form\n\n# not a comment\n\nSegue-Task: k3v9/login/1\n|k3v9/login/1"
        );
        assert_eq!(repository.tip(&place.branch()).unwrap().unwrap(), turned.tip);
        assert!(is_committed(&repository, &folder).unwrap());
        // Asked again, there is nothing left to do.
        let again = after_turn(&repository, &place, &base, "Again").unwrap();
        assert_eq!(again, Turned { tip: turned.tip, is_new: false });
    }

    #[test]
    fn an_empty_turn_makes_no_commit() {
        let fixture = Fixture::new();
        let (repository, place, base, _) = attempt(&fixture);
        assert_eq!(
            after_turn(&repository, &place, &base, "Nothing").unwrap(),
            Turned { tip: base, is_new: false }
        );
    }

    #[test]
    fn nobody_to_commit_is_said_and_an_identity_of_ours_helps() {
        let fixture = Fixture::new();
        let (repository, place, base, folder) = attempt(&fixture);
        fixture.does(&["config", "--unset", "user.email"]);
        fixture.set("user.useConfigOnly", "true");
        write(&folder.join("a.txt"), "a");
        let error = after_turn(&repository, &place, &base, "Work").unwrap_err();
        assert!(matches!(error, GitError::IdentityMissing), "{error}");
        let guest = super::super::Identity { name: "Demo".into(), email: "demo@localhost".into() };
        let repository = repository.with_git(|git| git.with_identity(&guest));
        assert!(after_turn(&repository, &place, &base, "Work").unwrap().is_new);
        assert_eq!(git(&folder, &["log", "-1", "--format=%an %ce"]), "Demo demo@localhost");
    }

    #[test]
    fn a_session_that_commits_or_leaves_its_branch_loses_nothing() {
        let fixture = Fixture::new();
        let (repository, place, base, folder) = attempt(&fixture);
        git(&folder, &["switch", "--quiet", "--create", "my-own-idea"]);
        write(&folder.join("a.txt"), "a");
        git(&folder, &["add", "--all"]);
        git(&folder, &["commit", "--quiet", "-m", "By the agent"]);
        write(&folder.join("b.txt"), "b");
        let turned = after_turn(&repository, &place, &base, "The rest").unwrap();
        assert_eq!(repository.tip(&place.branch()).unwrap().unwrap(), turned.tip);
        assert_eq!(git(&folder, &["branch", "--show-current"]), place.branch());
        assert_eq!(git(&folder, &["log", "--format=%s", &format!("{base}..")]), "The rest\nBy the agent");
        git(&folder, &["switch", "--quiet", "--orphan", "elsewhere"]);
        write(&folder.join("c.txt"), "c");
        git(&folder, &["add", "--all"]);
        git(&folder, &["commit", "--quiet", "-m", "Unrelated"]);
        let error = after_turn(&repository, &place, &base, "Lost?").unwrap_err();
        assert!(matches!(error, GitError::WouldLose { .. }), "{error}");
        assert_eq!(repository.tip(&place.branch()).unwrap().unwrap(), turned.tip);
    }

    #[cfg(unix)]
    #[test]
    fn modes_links_and_sparse_files_are_work_too() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let fixture = Fixture::new();
        fixture.write("docs/a.md", "a");
        fixture.commit("Docs");
        fixture.does(&["sparse-checkout", "set", "docs"]);
        let (repository, place, base, folder) = attempt(&fixture);
        std::fs::set_permissions(folder.join("docs/a.md"), std::fs::Permissions::from_mode(0o755)).unwrap();
        symlink("a.md", folder.join("docs/link")).unwrap();
        write(&folder.join("src/new.rs"), "new");
        write(&worktree::private_directory(&folder).unwrap().join("index.lock"), "");
        after_turn(&repository, &place, &base, "Modes").unwrap();
        let listed = git(&folder, &["ls-tree", "-r", "--format=%(objectmode) %(path)", "HEAD"]);
        assert_eq!(listed, "100644 README.md\n100755 docs/a.md\n120000 docs/link\n100644 src/new.rs");
    }
}
