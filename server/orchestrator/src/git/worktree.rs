//! A worktree for each attempt, made one at a time: concurrent `git worktree add` fails.

use super::run::{parts, path};
use super::{GitError, Place, Repository, integration_branch};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// A worktree as git knows it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Worktree {
    /// Its folder.
    pub folder: PathBuf,
    /// The commit it is at.
    pub head: String,
    /// The branch it is at.
    pub branch: Option<String>,
    /// Whether it is locked.
    pub is_locked: bool,
}

/// Writes the files of a worktree that has none yet.
const RESET: [&str; 4] = ["reset", "--quiet", "--hard", "--no-recurse-submodules"];

/// All worktrees of the repository, that of the repository itself first.
///
/// # Errors
/// Git fails.
pub fn list(repository: &Repository) -> Result<Vec<Worktree>, GitError> {
    let printed = repository.asks(["worktree", "list", "--porcelain", "-z"])?.printed()?;
    Ok(listed(&printed))
}

/// Reads `worktree PATH\0HEAD COMMIT\0branch refs/heads/NAME\0…\0\0`.
fn listed(printed: &[u8]) -> Vec<Worktree> {
    let mut worktrees: Vec<Worktree> = Vec::new();
    for part in parts(printed) {
        if let Some(folder) = part.strip_prefix(b"worktree ") {
            worktrees.push(Worktree { folder: path(folder), ..Worktree::default() });
            continue;
        }
        let Some(worktree) = worktrees.last_mut() else { continue };
        let text = String::from_utf8_lossy(part);
        if let Some(head) = text.strip_prefix("HEAD ") {
            worktree.head = head.to_owned();
        } else if let Some(branch) = text.strip_prefix("branch ") {
            worktree.branch = Some(branch.strip_prefix("refs/heads/").unwrap_or(branch).to_owned());
        } else if text == "locked" || text.starts_with("locked ") {
            worktree.is_locked = true;
        }
    }
    worktrees
}

/// The worktrees of a run: what lies in its folder, and what has one of its branches.
///
/// # Errors
/// Git fails.
pub fn of_run(repository: &Repository, run: &str) -> Result<Vec<Worktree>, GitError> {
    let folder = repository.worktrees().join(run);
    let mut worktrees = list(repository)?;
    worktrees.retain(|worktree| worktree.folder.starts_with(&folder));
    Ok(worktrees)
}

/// The worktree of an attempt, on its branch. A new one begins at `base`; one that is there stays as it
/// is; one whose folder went comes back from its branch; one that was broken off is made anew.
///
/// # Errors
/// The branch or the folder is taken by something else, or git fails.
pub fn add(repository: &Repository, place: &Place, base: &str) -> Result<PathBuf, GitError> {
    let folder = place.folder(repository.worktrees());
    let branch = place.branch();
    let tip = repository.tip(&branch)?;
    if let Some(tip) = &tip
        && !repository.contains(tip, base)?
    {
        return Err(GitError::BranchTaken { branch });
    }
    let (start, files): (Vec<OsString>, Vec<&str>) = match &tip {
        Some(_) => (vec![folder.clone().into(), branch.clone().into()], RESET.to_vec()),
        // The branch is made with the files: `worktree add -b` takes a process more for it.
        None => {
            let files = ["checkout", "--quiet", "--force", "--no-recurse-submodules", "--no-track", "-b"];
            (
                vec!["--detach".into(), folder.clone().into(), base.into()],
                [&files[..], &[branch.as_str(), base]].concat(),
            )
        }
    };
    make(repository, &folder, &place.to_string(), &start, &files)?;
    Ok(folder)
}

/// The worktree in which what was merged is proved: at `commit`, at no branch, and with nothing else in
/// it but what git ignores (which keeps builds warm).
///
/// # Errors
/// The folder is taken by something else, or git fails.
pub fn for_integration(repository: &Repository, run: &str, commit: &str) -> Result<PathBuf, GitError> {
    let folder = repository.worktrees().join(run).join("integration");
    let start: [OsString; 3] = ["--detach".into(), folder.clone().into_os_string(), commit.into()];
    make(repository, &folder, &integration_branch(run), &start, &RESET)?;
    clear_locks_in(&folder);
    repository.git.does(&folder, ["checkout", "--quiet", "--force", "--detach", commit])?.printed()?;
    repository.git.does(&folder, ["clean", "--quiet", "-ffd"])?.printed()?;
    Ok(folder)
}

/// Where in a worktree another repository lies that git would go into, and what it would find there is not
/// ours: the worktree's own link leads elsewhere, or a folder is a repository itself. `None`: there is none,
/// or no worktree.
///
/// # Errors
/// Git fails.
pub fn other_repository(repository: &Repository, folder: &Path) -> Result<Option<PathBuf>, GitError> {
    if folder.exists() && !is_ours(repository, folder) {
        return Ok(Some(folder.join(".git")));
    }
    if !folder.exists() {
        return Ok(None);
    }
    // Git names what it does not know file by file, and a repository as a folder.
    let unknown = ["ls-files", "--others", "--exclude-standard", "-z"];
    let unknown = repository.git.asks(folder, unknown)?.printed()?;
    let inner = unknown.split(|byte| *byte == 0).find(|name| name.ends_with(b"/"));
    if let Some(inner) = inner {
        return Ok(Some(path(inner)));
    }
    let known = repository.git.asks(folder, ["ls-files", "--stage", "-z"])?.printed()?;
    let modules = known.split(|byte| *byte == 0).filter(|row| row.starts_with(b"160000 "));
    let mut modules = modules.filter_map(|row| Some(path(row.splitn(2, |byte| *byte == b'\t').nth(1)?)));
    Ok(modules.find(|module| folder.join(module).join(".git").symlink_metadata().is_ok()))
}

/// Whether git takes a folder for a worktree of this repository. Where it does not, it would look for one
/// further up, and find that of somebody else. Asks the files alone.
#[must_use]
pub fn is_ours(repository: &Repository, folder: &Path) -> bool {
    let is_file = folder.join(".git").symlink_metadata().is_ok_and(|kind| kind.is_file());
    let leads_to = private_directory(folder).filter(|_| is_file);
    leads_to.is_some_and(|leads_to| kept_of(repository, folder).any(|own| same(&own, &leads_to)))
}

/// Puts the link of a worktree back that somebody removed (`rm -rf * .*` is quickly typed): what was done in the
/// folder is work all the same. Does nothing where there is any link, or no folder.
///
/// # Errors
/// The link cannot be written.
pub fn mend(repository: &Repository, folder: &Path) -> Result<(), GitError> {
    let link = folder.join(".git");
    if !folder.is_dir() || link.symlink_metadata().is_ok() {
        return Ok(());
    }
    let own = kept_of(repository, folder).find(|own| own.join("gitdir").exists());
    let Some(own) = own else { return Ok(()) };
    let text = [b"gitdir: ", own.as_os_str().as_encoded_bytes(), b"\n"].concat();
    std::fs::write(&link, text).map_err(|error| GitError::file(&link, error))
}

/// Makes a worktree. A note in the git directory says for which folder: where it is still there, the making
/// was broken off, and what there is of it is no work. Git is told of one worktree at a time among all
/// processes; their files are written at the same time.
fn make(
    repository: &Repository,
    folder: &Path,
    key: &str,
    start: &[OsString],
    files: &[&str],
) -> Result<(), GitError> {
    if let Some(file) = folder.ancestors().find(|own| own.is_file()) {
        return Err(GitError::PathTaken(file.to_owned()));
    }
    let turn = repository.turn()?;
    let note = repository.notes()?.join(format!("adding-{}", key.replace('/', "-")));
    let is_known = kept_of(repository, folder).any(|own| own.join("gitdir").exists());
    if note.exists() || (is_known && !folder.join(".git").exists()) {
        forget(repository, folder)?;
    } else if is_known {
        return Ok(());
    } else if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(GitError::PathTaken(folder.to_owned()));
    }
    std::fs::write(&note, folder.as_os_str().as_encoded_bytes())
        .map_err(|error| GitError::file(&note, error))?;
    let reason = format!("segue {key}");
    let head = ["worktree", "add", "--quiet", "--no-checkout", "--lock", "--reason", &reason];
    let mut made = repository.does(head.map(OsString::from).iter().chain(start))?.printed();
    drop(turn);
    if made.is_ok() {
        made = repository.git.does(folder, files)?.printed();
    }
    if made.is_err() {
        // What git could not finish is nobody's work.
        let _turn = repository.turn()?;
        forget(repository, folder)?;
    }
    std::fs::remove_file(&note).map_err(|error| GitError::file(&note, error))?;
    made.map(drop)
}

/// Removes a worktree that was never finished, or whose folder is gone: the folder and what git keeps
/// about it, whatever state they are in.
pub(super) fn forget(repository: &Repository, folder: &Path) -> Result<(), GitError> {
    for own in kept_of(repository, folder) {
        std::fs::remove_dir_all(&own).map_err(|error| GitError::file(&own, error))?;
    }
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(GitError::file(folder, error)),
        _ => Ok(()),
    }
}

/// The directories that git keeps for the worktree in a folder: one, where it knows of it.
fn kept_of(repository: &Repository, folder: &Path) -> impl Iterator<Item = PathBuf> {
    let link = folder.join(".git");
    let stem = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let all =
        std::fs::read_dir(repository.common_directory().join("worktrees")).into_iter().flatten().flatten();
    all.filter_map(move |entry| {
        // Git names it after the folder, with a number where that is taken.
        let is_named_so = entry.file_name().to_string_lossy().starts_with(&stem);
        let own = entry.path();
        let is_this = match std::fs::read(own.join("gitdir")) {
            Ok(bytes) => same(&own.join(path(bytes.trim_ascii_end())), &link),
            // Broken off before git wrote where it leads.
            Err(_) => is_named_so,
        };
        is_this.then_some(own)
    })
}

/// Whether two paths mean one place: git may write them relative.
fn same(one: &Path, other: &Path) -> bool {
    let resolved = |path: &Path| {
        let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
        parent.map(|parent| parent.join(path.file_name().unwrap_or_default()))
    };
    one == other || (resolved(one).is_some() && resolved(one) == resolved(other))
}

/// The directory that git keeps for one worktree alone.
pub(crate) fn private_directory(folder: &Path) -> Option<PathBuf> {
    let text = std::fs::read(folder.join(".git")).ok()?;
    let to = text.strip_prefix(b"gitdir: ")?.trim_ascii_end();
    Some(folder.join(path(to)))
}

/// Removes the locks that a killed git left in a worktree of ours. Only where no process of the session
/// lives any more.
pub(crate) fn clear_locks_in(folder: &Path) {
    if let Some(own) = private_directory(folder) {
        for lock in ["index.lock", "HEAD.lock"] {
            let _ = std::fs::remove_file(own.join(lock));
        }
    }
}

/// Removes every lock that killed gits of a run left: in its worktrees and at its branches. To be asked
/// when no process of the run lives any more.
///
/// # Errors
/// Git fails.
pub fn clear_locks(repository: &Repository, run: &str) -> Result<(), GitError> {
    fn below(folder: &Path) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                below(&path);
            } else if path.extension() == Some(OsStr::new("lock")) {
                let _ = std::fs::remove_file(path);
            }
        }
    }
    let _turn = repository.turn()?;
    below(&repository.common_directory().join("refs/heads/segue").join(run));
    for worktree in of_run(repository, run)? {
        clear_locks_in(&worktree.folder);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::{Fixture, git, write};

    #[test]
    fn lists_are_read() {
        let printed = b"worktree /a b\0HEAD 11\0branch refs/heads/x/y\0\0worktree /c\0HEAD 22\0detached\0locked why\0\0";
        let worktrees = listed(printed);
        assert_eq!(worktrees[0].branch.as_deref(), Some("x/y"));
        assert_eq!((worktrees[1].is_locked, worktrees[1].branch.as_deref()), (true, None));
    }

    #[test]
    fn a_worktree_begins_at_the_base_on_its_branch_and_is_locked() {
        let fixture = Fixture::new();
        let base = fixture.does(&["rev-parse", "HEAD"]);
        fixture.commit("The user goes on");
        // A remote branch to start from must not be followed.
        fixture.set("branch.autoSetupMerge", "always");
        let place = Fixture::place("login", 1);
        let folder = add(&fixture.repository(), &place, &base).unwrap();
        assert_eq!(folder, fixture.outside("my prøject.worktrees/k3v9/login-1"));
        let own = of_run(&fixture.repository(), "k3v9").unwrap();
        assert_eq!(own.len(), 1);
        assert_eq!(own[0].branch.as_deref(), Some("segue/k3v9/task/login/1"));
        assert_eq!(own[0].head, base);
        assert!(own[0].is_locked);
        assert_eq!(fixture.does(&["config", "--default", "", "branch.segue/k3v9/task/login/1.remote"]), "");
        assert_eq!(fixture.does(&["status", "--porcelain"]), "");
    }

    #[test]
    fn asked_again_it_keeps_what_is_there() {
        let fixture = Fixture::new();
        let (repository, place) = (fixture.repository(), Fixture::place("login", 1));
        let base = repository.head().unwrap();
        let folder = add(&repository, &place, &base).unwrap();
        write(&folder.join("work.txt"), "work");
        assert_eq!(add(&repository, &place, &base).unwrap(), folder);
        assert!(folder.join("work.txt").exists());
    }

    #[test]
    fn a_folder_that_went_comes_back_with_its_commits() {
        let fixture = Fixture::new();
        let (repository, place) = (fixture.repository(), Fixture::place("login", 1));
        let base = repository.head().unwrap();
        let folder = add(&repository, &place, &base).unwrap();
        write(&folder.join("work.txt"), "work");
        git(&folder, &["add", "--all"]);
        git(&folder, &["commit", "--quiet", "-m", "Work"]);
        std::fs::remove_dir_all(&folder).unwrap();
        add(&repository, &place, &base).unwrap();
        assert!(folder.join("work.txt").exists());
    }

    #[test]
    fn a_making_that_was_broken_off_is_made_anew() {
        let fixture = Fixture::new();
        let (repository, place) = (fixture.repository(), Fixture::place("login", 1));
        let base = repository.head().unwrap();
        let folder = add(&repository, &place, &base).unwrap();
        let note = repository.notes().unwrap().join("adding-k3v9-login-1");
        // Killed while git checked out: half of the files, no index, and git's own lock.
        write(&note, "");
        std::fs::remove_file(folder.join("README.md")).unwrap();
        std::fs::remove_file(private_directory(&folder).unwrap().join("index")).unwrap();
        write(&private_directory(&folder).unwrap().join("index.lock"), "");
        add(&repository, &place, &base).unwrap();
        assert_eq!(git(&folder, &["status", "--porcelain"]), "");
        // Killed before git knew of the folder.
        write(&note, "");
        std::fs::remove_file(private_directory(&folder).unwrap().join("gitdir")).unwrap();
        std::fs::remove_file(folder.join(".git")).unwrap();
        add(&repository, &place, &base).unwrap();
        assert_eq!(git(&folder, &["status", "--porcelain"]), "");
        assert!(!note.exists());
        assert_eq!(list(&repository).unwrap().len(), 2);
    }

    #[test]
    fn what_is_in_the_way_is_never_touched() {
        let fixture = Fixture::new();
        let repository = fixture.repository();
        let base = repository.head().unwrap();
        let place = Fixture::place("login", 1);
        write(&place.folder(repository.worktrees()).join("mine.txt"), "mine");
        let error = add(&repository, &place, &base).unwrap_err();
        assert!(matches!(error, GitError::PathTaken(_)), "{error}");
        assert!(place.folder(repository.worktrees()).join("mine.txt").exists());
        let second = Fixture::place("login", 2);
        fixture.does(&["switch", "--quiet", "--orphan", &second.branch()]);
        fixture.commit("Somebody's");
        let error = add(&repository, &second, &base).unwrap_err();
        assert!(error.to_string().contains("git branch -m segue/k3v9/task/login/2"), "{error}");
        fixture.does(&["branch", "segue/k4"]);
        let third = Place::new("k4", "login", 1);
        assert!(add(&repository, &third, &base).is_err());
        assert!(!third.folder(repository.worktrees()).exists());
    }

    /// Concurrent adds of plain git fail half of the time.
    #[test]
    fn many_at_once_all_succeed() {
        let fixture = Fixture::new();
        let base = fixture.repository().head().unwrap();
        std::thread::scope(|scope| {
            for task in ["a", "b", "c", "d", "e", "f", "g", "h"] {
                for run in ["one", "two"] {
                    let (repository, base) = (fixture.repository(), &base);
                    scope.spawn(move || add(&repository, &Place::new(run, task, 1), base).unwrap());
                }
            }
        });
        assert_eq!(list(&fixture.repository()).unwrap().len(), 17);
    }

    #[test]
    fn settings_and_contents_of_all_kinds() {
        let fixture = Fixture::new();
        fixture.set("worktree.useRelativePaths", "true");
        fixture.set("checkout.defaultRemote", "origin");
        fixture.set("core.autocrlf", "true");
        fixture.set("submodule.recurse", "true");
        let other = Fixture::new();
        fixture.does(&["submodule", "--quiet", "add", other.top().to_str().unwrap(), "sub"]);
        fixture.write("-dash.txt", "a\n");
        fixture.write("windows.txt", "a\r\nb\r\n");
        fixture.commit("All kinds");
        #[cfg(unix)]
        fixture.hook("post-checkout", "exit 1");
        let repository = fixture.repository();
        let folder = add(&repository, &Fixture::place("all", 1), &repository.head().unwrap()).unwrap();
        assert_eq!(git(&folder, &["status", "--porcelain"]), "");
        assert!(folder.join("-dash.txt").exists());
    }

    #[test]
    fn sparse_checkouts_stay_sparse() {
        let fixture = Fixture::new();
        fixture.write("docs/a.md", "a");
        fixture.write("src/b.rs", "b");
        fixture.commit("Two folders");
        fixture.does(&["sparse-checkout", "set", "docs"]);
        let repository = fixture.repository();
        let folder = add(&repository, &Fixture::place("docs", 1), &repository.head().unwrap()).unwrap();
        assert!(folder.join("docs/a.md").exists() && !folder.join("src/b.rs").exists());
    }

    #[test]
    fn the_integration_worktree_follows_and_keeps_what_is_ignored() {
        let fixture = Fixture::new();
        fixture.write(".gitignore", "target/\n");
        let first = fixture.commit("Ignore");
        fixture.write("new.txt", "new");
        let second = fixture.commit("New");
        let repository = fixture.repository();
        let folder = for_integration(&repository, "k3v9", &second).unwrap();
        write(&folder.join("target/warm"), "");
        write(&folder.join("left.txt"), "left by a validation");
        write(&folder.join("README.md"), "changed by a validation");
        write(&private_directory(&folder).unwrap().join("index.lock"), "");
        for_integration(&repository, "k3v9", &first).unwrap();
        assert!(folder.join("target/warm").exists());
        assert!(!folder.join("left.txt").exists() && !folder.join("new.txt").exists());
        assert_eq!(git(&folder, &["rev-parse", "HEAD"]), first);
        assert_eq!(git(&folder, &["status", "--porcelain"]), "");
    }

    #[test]
    fn locks_of_killed_gits_are_cleared_for_the_run_alone() {
        let fixture = Fixture::new();
        let repository = fixture.repository();
        let base = repository.head().unwrap();
        let folder = add(&repository, &Fixture::place("a", 1), &base).unwrap();
        let other = add(&repository, &Place::new("other", "a", 1), &base).unwrap();
        let lock = |folder: &Path| private_directory(folder).unwrap().join("index.lock");
        let branch = repository.common_directory().join("refs/heads/segue/k3v9/integration.lock");
        for file in [&lock(&folder), &lock(&other), &branch] {
            write(file, "");
        }
        clear_locks(&repository, "k3v9").unwrap();
        assert!(!lock(&folder).exists() && !branch.exists());
        assert!(lock(&other).exists());
    }
}
