//! Cleaning up, without ever losing work unasked: what would be lost is said, or committed first.

use super::run::{line, parts, path};
use super::worktree::{Worktree, of_run, other_repository};
use super::{GitError, Place, Repository, integration_branch};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Work that is nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The branch it is on, or the folder it lies in.
    pub what: String,
    /// The number of commits that no branch outside of the run has.
    pub commits: u32,
    /// The files that are not committed.
    pub files: Vec<PathBuf>,
}

impl std::fmt::Display for Loss {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let some =
            |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let mut parts = Vec::new();
        if self.commits > 0 {
            parts.push(some(self.commits as usize, "commit"));
        }
        if !self.files.is_empty() {
            parts.push(some(self.files.len(), "uncommitted file"));
        }
        write!(formatter, "{}: {}", self.what, parts.join(", "))
    }
}

/// The branches of a run, by name.
///
/// # Errors
/// Git fails.
pub fn branches(repository: &Repository, run: &str) -> Result<Vec<String>, GitError> {
    let below = format!("refs/heads/segue/{run}/");
    let printed = repository.asks(["for-each-ref", "--format=%(refname:lstrip=2)", &below])?.printed()?;
    Ok(String::from_utf8_lossy(&printed).lines().map(str::to_owned).collect())
}

/// What discarding a run would lose: commits that no other branch, tag or remote has, and files that no
/// commit has. Commits that the integration branch has are counted there alone.
///
/// # Errors
/// Git fails.
pub fn would_lose(repository: &Repository, run: &str) -> Result<Vec<Loss>, GitError> {
    let mut losses = Vec::new();
    let integration = integration_branch(run);
    let has_integration = repository.tip(&integration)?.is_some();
    for branch in branches(repository, run)? {
        let also = (has_integration && branch != integration).then_some(integration.as_str());
        let commits = only_on(repository, run, &branch, also)?;
        if commits > 0 {
            losses.push(Loss { what: branch, commits, files: Vec::new() });
        }
    }
    for worktree in of_run(repository, run)? {
        let files = uncommitted(repository, &worktree)?;
        let commits = if worktree.branch.is_none() && !is_integration(&worktree.folder) {
            only_on(repository, run, &worktree.head, has_integration.then_some(integration.as_str()))?
        } else {
            0
        };
        if commits == 0 && files.is_empty() || is_integration(&worktree.folder) {
            continue;
        }
        match losses.iter_mut().find(|loss| Some(&loss.what) == worktree.branch.as_ref()) {
            Some(loss) => loss.files = files,
            None => {
                let what = worktree.branch.clone().unwrap_or_else(|| worktree.folder.display().to_string());
                losses.push(Loss { what, commits, files });
            }
        }
    }
    Ok(losses)
}

/// Removes all worktrees of a run and keeps its branches; what is not committed is committed first.
/// Gives the bytes that became free.
///
/// # Errors
/// Git fails, or something cannot be committed: then its worktree stays.
pub fn archive(repository: &Repository, run: &str) -> Result<u64, GitError> {
    let _turn = repository.turn()?;
    let mut freed = 0;
    for worktree in of_run(repository, run)? {
        if !is_integration(&worktree.folder) && worktree.folder.is_dir() {
            super::worktree::clear_locks_in(&worktree.folder);
            keep(repository, &worktree)?;
        }
        freed += size(&worktree.folder);
        remove_folder(repository, &worktree.folder)?;
    }
    remove_empty(repository, run);
    Ok(freed)
}

/// Removes all worktrees and branches of a run, with all that [`would_lose`] tells. Asked again, there
/// is nothing left.
///
/// # Errors
/// Somebody has one of the branches checked out elsewhere, or git fails.
pub fn discard(repository: &Repository, run: &str) -> Result<(), GitError> {
    let _turn = repository.turn()?;
    for worktree in of_run(repository, run)? {
        remove_folder(repository, &worktree.folder)?;
    }
    for branch in branches(repository, run)? {
        delete_branch(repository, &branch)?;
    }
    remove_empty(repository, run);
    Ok(())
}

/// Removes the worktree and the branch of one attempt, with all that is in them (a variant that lost).
///
/// # Errors
/// Git fails.
pub fn discard_attempt(repository: &Repository, place: &Place) -> Result<(), GitError> {
    let _turn = repository.turn()?;
    remove_if_there(repository, place)?;
    let branch = place.branch();
    if repository.tip(&branch)?.is_some() {
        delete_branch(repository, &branch)?;
    }
    remove_empty(repository, &place.run);
    Ok(())
}

/// Keeps what an attempt changed since `base` as a patch, what is not committed included; gives the commit it
/// ended at. `None`: its branch is gone, and what there is to keep was kept. Nothing is written where nothing
/// was changed.
///
/// # Errors
/// Git fails, what is there cannot be committed, or the file cannot be written.
pub fn keep_as_patch(
    repository: &Repository,
    place: &Place,
    base: &str,
    patch: &Path,
) -> Result<Option<String>, GitError> {
    let _turn = repository.turn()?;
    let folder = place.folder(repository.worktrees());
    let own = of_run(repository, &place.run)?.into_iter().find(|worktree| worktree.folder == folder);
    if let Some(worktree) = own.filter(|worktree| worktree.folder.is_dir()) {
        super::worktree::clear_locks_in(&worktree.folder);
        keep(repository, &worktree)?;
    }
    let Some(tip) = repository.tip(&place.branch())? else { return Ok(None) };
    let how = ["diff", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", base, tip.as_str(), "--"];
    let printed = repository.asks(how)?.printed()?;
    if !printed.is_empty() {
        write_whole(patch, &printed).map_err(|error| GitError::WouldLose {
            what: place.branch(),
            why: format!("work that cannot be kept in {}: {error}", patch.display()),
        })?;
    }
    Ok(Some(tip))
}

/// Writes a file under another name first: a half one is never taken for it.
fn write_whole(file: &Path, content: &[u8]) -> std::io::Result<()> {
    let half = file.with_extension("half");
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut written = std::fs::File::create(&half)?;
    written.write_all(content)?;
    written.sync_all()?;
    drop(written);
    std::fs::rename(&half, file)
}

/// The bytes that a folder takes. Follows no link.
#[must_use]
pub fn size(folder: &Path) -> u64 {
    let mut open = vec![folder.to_owned()];
    let mut bytes = 0;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                Ok(_) => bytes += entry.metadata().map_or(0, |data| data.len()),
                Err(_) => {}
            }
        }
    }
    bytes
}

fn is_integration(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "integration")
}

/// The number of commits that only the branches of the run have, and `also` has not.
fn only_on(repository: &Repository, run: &str, commit: &str, also: Option<&str>) -> Result<u32, GitError> {
    let own = format!("--exclude=segue/{run}/*");
    let mut arguments =
        vec!["rev-list", "--count", commit, "--not", &own, "--branches", "--tags", "--remotes"];
    arguments.extend(also);
    // The user's HEAD may be at no branch.
    arguments.extend(["HEAD", "--"]);
    let printed = repository.asks(arguments)?.printed()?;
    Ok(line(&printed).parse().unwrap_or(0))
}

/// The files of a worktree that no commit has.
fn uncommitted(repository: &Repository, worktree: &Worktree) -> Result<Vec<PathBuf>, GitError> {
    if !worktree.folder.is_dir() {
        return Ok(Vec::new());
    }
    if let Some(other) = other_repository(repository, &worktree.folder)? {
        return Ok(vec![other]);
    }
    let status = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all"];
    let printed = repository.git.asks(&worktree.folder, status)?.printed()?;
    Ok(parts(&printed).filter_map(|entry| entry.get(3..)).map(path).collect())
}

/// Commits what a worktree holds, on the branch it is at; where it is at none, its commits get one.
fn keep(repository: &Repository, worktree: &Worktree) -> Result<(), GitError> {
    let git = &repository.git;
    if other_repository(repository, &worktree.folder)?.is_some() {
        return Err(GitError::WouldLose {
            what: worktree.folder.display().to_string(),
            why: "a repository of its own, which no commit here would keep".to_owned(),
        });
    }
    let has_files = !uncommitted(repository, worktree)?.is_empty();
    if has_files {
        let add = ["-c", "core.safecrlf=false", "add", "--all", "--sparse"];
        git.does(&worktree.folder, add)?.printed()?;
        let commit = ["commit", "--quiet", "--no-verify", "-m", "Keep what was not committed"];
        git.does(&worktree.folder, commit)?.printed()?;
    }
    if worktree.branch.is_none() {
        let head = line(&git.asks(&worktree.folder, ["rev-parse", "HEAD"])?.printed()?);
        let run = worktree
            .folder
            .parent()
            .and_then(Path::file_name)
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let name = worktree.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let branch = format!("segue/{run}/kept/{name}");
        let from = repository.tip(&branch)?;
        repository.move_branch(&branch, from.as_deref(), &head)?;
    }
    Ok(())
}

fn remove_if_there(repository: &Repository, place: &Place) -> Result<(), GitError> {
    let folder = place.folder(repository.worktrees());
    if of_run(repository, &place.run)?.iter().any(|worktree| worktree.folder == folder) {
        remove_folder(repository, &folder)?;
    }
    Ok(())
}

/// Twice `--force`: it is locked, and submodules in it hold git up else.
fn remove_folder(repository: &Repository, folder: &Path) -> Result<(), GitError> {
    let remove: [std::ffi::OsString; 5] =
        ["worktree".into(), "remove".into(), "--force".into(), "--force".into(), folder.into()];
    if !repository.does(remove)?.status.success() || folder.exists() {
        // Without its `.git` file, or broken off in the middle.
        super::worktree::forget(repository, folder)?;
    }
    Ok(())
}

fn delete_branch(repository: &Repository, branch: &str) -> Result<(), GitError> {
    repository.does(["branch", "--quiet", "--delete", "--force", "--", branch])?.printed().map(drop)
}

/// The folders of the run and of all runs go with their last worktree.
fn remove_empty(repository: &Repository, run: &str) {
    let _ = std::fs::remove_dir(repository.worktrees().join(run));
    let _ = std::fs::remove_dir(repository.worktrees());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::{Fixture, git, write};
    use crate::git::{commit, merge, worktree};

    fn begun(fixture: &Fixture) -> (Repository, String) {
        let repository = fixture.repository();
        let base = repository.head().unwrap();
        merge::begin(&repository, "k3v9", &base, &base).unwrap();
        (repository, base)
    }

    fn attempt(repository: &Repository, task: &str, base: &str) -> (Place, PathBuf) {
        let place = Fixture::place(task, 1);
        let folder = worktree::add(repository, &place, base).unwrap();
        write(&folder.join(format!("{task}.txt")), task);
        commit::after_turn(repository, &place, base, task).unwrap();
        (place, folder)
    }

    #[test]
    fn losses_are_told_and_then_discarded() {
        let fixture = Fixture::new();
        let (repository, base) = begun(&fixture);
        let (merged, _) = attempt(&repository, "merged", &base);
        let (_, folder) = attempt(&repository, "open", &base);
        merge::merge(&repository, &merged, "Merged", |_| Ok(Vec::new())).unwrap();
        write(&folder.join("ünïcode late.txt"), "late");
        worktree::for_integration(&repository, "k3v9", &merge::tip(&repository, "k3v9").unwrap()).unwrap();
        let told = |repository: &Repository| {
            let losses = would_lose(repository, "k3v9").unwrap();
            losses.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            told(&repository),
            ["segue/k3v9/integration: 2 commits", "segue/k3v9/task/open/1: 1 commit, 1 uncommitted file"]
        );
        // What is in the user's branch is not lost.
        fixture.does(&["merge", "--quiet", "segue/k3v9/integration"]);
        assert_eq!(told(&repository), ["segue/k3v9/task/open/1: 1 commit, 1 uncommitted file"]);
        let other = Place::new("other", "x", 1);
        worktree::add(&repository, &other, &base).unwrap();
        discard(&repository, "k3v9").unwrap();
        discard(&repository, "k3v9").unwrap();
        assert!(told(&repository).is_empty() && branches(&repository, "k3v9").unwrap().is_empty());
        assert!(!repository.worktrees().join("k3v9").exists());
        assert!(other.folder(repository.worktrees()).exists());
        assert_eq!(fixture.does(&["status", "--porcelain"]), "");
    }

    #[test]
    fn an_archive_keeps_every_byte_of_work() {
        let fixture = Fixture::new();
        let (repository, base) = begun(&fixture);
        let (place, folder) = attempt(&repository, "one", &base);
        write(&folder.join("late.txt"), "late");
        write(&worktree::private_directory(&folder).unwrap().join("index.lock"), "");
        let (_, left) = attempt(&repository, "left", &base);
        git(&left, &["switch", "--quiet", "--detach"]);
        write(&left.join("detached.txt"), "detached");
        assert!(size(&folder) > 10);
        assert!(archive(&repository, "k3v9").unwrap() > 10);
        assert_eq!(archive(&repository, "k3v9").unwrap(), 0);
        assert!(!folder.exists());
        assert_eq!(fixture.does(&["show", &format!("{}:late.txt", place.branch())]), "late");
        assert_eq!(fixture.does(&["show", "segue/k3v9/kept/left-1:detached.txt"]), "detached");
        // From its branch it can come back.
        worktree::add(&repository, &place, &base).unwrap();
        assert!(folder.join("late.txt").exists());
    }

    #[test]
    fn a_variant_that_lost_goes_alone() {
        let fixture = Fixture::new();
        let (repository, base) = begun(&fixture);
        let (one, _) = attempt(&repository, "one", &base);
        attempt(&repository, "two", &base);
        discard_attempt(&repository, &one).unwrap();
        discard_attempt(&repository, &one).unwrap();
        assert_eq!(
            branches(&repository, "k3v9").unwrap(),
            ["segue/k3v9/integration", "segue/k3v9/task/two/1"]
        );
    }

    #[test]
    fn a_branch_that_the_user_looks_at_is_not_pulled_away() {
        let fixture = Fixture::new();
        let (repository, base) = begun(&fixture);
        let (place, _) = attempt(&repository, "one", &base);
        git(&place.folder(repository.worktrees()), &["switch", "--quiet", "--detach"]);
        fixture.does(&["switch", "--quiet", &place.branch()]);
        assert!(discard(&repository, "k3v9").is_err());
        assert!(repository.tip(&place.branch()).unwrap().is_some());
    }

    #[test]
    fn submodules_and_lost_folders_hold_nothing_up() {
        let fixture = Fixture::new();
        let other = Fixture::new();
        fixture.does(&["submodule", "--quiet", "add", other.top().to_str().unwrap(), "sub"]);
        fixture.commit("Submodule");
        let (repository, base) = begun(&fixture);
        let (_, folder) = attempt(&repository, "one", &base);
        git(&folder, &["submodule", "--quiet", "update", "--init"]);
        let (_, gone) = attempt(&repository, "two", &base);
        std::fs::remove_dir_all(&gone).unwrap();
        let (_, unlinked) = attempt(&repository, "three", &base);
        std::fs::remove_file(unlinked.join(".git")).unwrap();
        discard(&repository, "k3v9").unwrap();
        assert_eq!(worktree::list(&repository).unwrap().len(), 1);
        assert!(!folder.exists() && !unlinked.exists());
    }
}
