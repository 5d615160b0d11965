//! A repository, and the user's checkout of it that a run is launched from.

use super::run::{Ended, line, path};
use super::{Git, GitError};
use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The file of [`Repository::notes`] that holds the first commit.
const FIRST: &str = "first-commit";

/// A repository seen from one checkout.
#[derive(Clone, Debug)]
pub struct Repository {
    pub(crate) git: Git,
    top: PathBuf,
    own: PathBuf,
    common: PathBuf,
    worktrees: PathBuf,
}

/// Held while worktrees and branches of runs change: by one process of the machine at a time.
#[derive(Debug)]
pub(crate) struct Turn {
    _lock: File,
}

impl Repository {
    /// The repository that `inside` lies in, seen from the checkout there. Reads nothing but git's own
    /// answer.
    ///
    /// # Errors
    /// No git, no repository, a bare one, or one that git refuses.
    pub fn open(git: Git, inside: &Path) -> Result<Self, GitError> {
        // Git would take the folder of this process for it.
        if inside.as_os_str().is_empty() {
            return Err(GitError::NotARepository(inside.to_owned()));
        }
        let wanted =
            ["rev-parse", "--path-format=absolute", "--git-dir", "--git-common-dir", "--is-bare-repository"];
        let ended = git.asks(inside, wanted)?;
        if ended.said.contains("cannot change to") {
            return Err(GitError::NotARepository(inside.to_owned()));
        }
        let printed = ended.printed().map_err(|error| match error {
            GitError::NotARepository(_) => GitError::NotARepository(inside.to_owned()),
            error => error,
        })?;
        let mut lines = printed.split(|byte| *byte == b'\n').map(path);
        let (own, common) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        // Apart from the rest: it fails where there is no checkout.
        let Ok(printed) =
            git.asks(inside, ["rev-parse", "--path-format=absolute", "--show-toplevel"])?.printed()
        else {
            return Err(GitError::Bare(common));
        };
        let top = path(printed.strip_suffix(b"\n").unwrap_or(&printed));
        let worktrees = beside(&common);
        Ok(Self { git, top, own, common, worktrees })
    }

    /// With worktrees below another folder than the one beside the repository.
    #[must_use]
    pub fn with_worktrees(mut self, folder: &Path) -> Self {
        self.worktrees = self.top.join(folder);
        self
    }

    /// The same repository, with git run in another way (as somebody, with a marker).
    #[must_use]
    pub fn with_git(mut self, change: impl FnOnce(Git) -> Git) -> Self {
        self.git = change(self.git);
        self
    }

    /// The top of the user's checkout.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The git directory of the user's checkout.
    #[must_use]
    pub fn own_directory(&self) -> &Path {
        &self.own
    }

    /// The git directory that all checkouts share: with [`Self::known_by`] what a journal is keyed by.
    #[must_use]
    pub fn common_directory(&self) -> &Path {
        &self.common
    }

    /// The folder of all worktrees of runs: `<repo>.worktrees` beside the repository.
    #[must_use]
    pub fn worktrees(&self) -> &Path {
        &self.worktrees
    }

    /// The oldest commit that HEAD comes from.
    ///
    /// # Errors
    /// No commit, or git fails.
    pub fn first_commit(&self) -> Result<String, GitError> {
        let printed = self.git.asks(&self.top, ["rev-list", "--max-parents=0", "HEAD", "--"])?.printed();
        let printed = printed.map_err(|_| GitError::NoCommits)?;
        let text = String::from_utf8_lossy(&printed).into_owned();
        text.lines().last().map(str::to_owned).ok_or(GitError::NoCommits)
    }

    /// The commit that a journal is keyed by: the one that was written down at the first launch, whatever
    /// the checkout is at now; before that the oldest that HEAD comes from.
    ///
    /// # Errors
    /// Nothing was written down, and there is no commit or git fails.
    pub fn known_by(&self) -> Result<String, GitError> {
        let kept = std::fs::read_to_string(self.common.join("segue").join(FIRST)).unwrap_or_default();
        let kept = kept.trim();
        if kept.is_empty() { self.first_commit() } else { Ok(kept.to_owned()) }
    }

    /// Writes down, once, by which commit the repository is known. Only a launch does that.
    ///
    /// # Errors
    /// No commit, git fails, or the git directory cannot be written.
    pub fn keep_first_commit(&self) -> Result<(), GitError> {
        let _turn = self.turn()?;
        let notes = self.notes()?;
        let (file, new) = (notes.join(FIRST), notes.join("first-commit.new"));
        if file.exists() {
            return Ok(());
        }
        let first = self.first_commit()?;
        // All of it or nothing: half a name would be another repository.
        std::fs::write(&new, format!("{first}\n"))
            .and_then(|()| std::fs::rename(&new, &file))
            .map_err(|error| GitError::file(&file, error))
    }

    /// The commit that HEAD is at.
    ///
    /// # Errors
    /// No commit, or git fails.
    pub fn head(&self) -> Result<String, GitError> {
        self.commit("HEAD").map_err(|error| match error {
            GitError::NoSuchCommit(_) => GitError::NoCommits,
            error => error,
        })
    }

    /// The branch that is checked out; `None` where HEAD is at none.
    ///
    /// # Errors
    /// Git fails.
    pub fn branch(&self) -> Result<Option<String>, GitError> {
        branch_of(&self.git, &self.top)
    }

    /// The commit that a name means.
    ///
    /// # Errors
    /// There is none, or git fails.
    pub fn commit(&self, name: &str) -> Result<String, GitError> {
        self.object(name, "commit")?.ok_or_else(|| GitError::NoSuchCommit(name.to_owned()))
    }

    /// The tip of a branch; `None` where there is no such branch.
    ///
    /// # Errors
    /// Git fails.
    pub fn tip(&self, branch: &str) -> Result<Option<String>, GitError> {
        let reference = format!("refs/heads/{branch}");
        match super::refs::read(&self.common, &reference) {
            Some(read) => Ok(read),
            None => self.object(&reference, "commit"),
        }
    }

    /// The tree of a commit.
    pub(crate) fn tree(&self, commit: &str) -> Result<String, GitError> {
        self.object(commit, "tree")?.ok_or_else(|| GitError::NoSuchCommit(commit.to_owned()))
    }

    fn object(&self, name: &str, kind: &str) -> Result<Option<String>, GitError> {
        let wanted = format!("{name}^{{{kind}}}");
        let ended = self.asks(["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
        Ok(ended.status.success().then(|| line(&ended.printed)).filter(|object| !object.is_empty()))
    }

    /// Whether everything in `old` is in `new` too.
    ///
    /// # Errors
    /// One of them is no commit, or git fails.
    pub fn contains(&self, new: &str, old: &str) -> Result<bool, GitError> {
        let ended = self.asks(["merge-base", "--is-ancestor", old, new])?;
        match ended.status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(ended.error()),
        }
    }

    /// The bytes of a file at a commit or in a tree; `None` where there is no such file.
    ///
    /// # Errors
    /// Git fails.
    pub fn file(&self, tree: &str, file: &Path) -> Result<Option<Vec<u8>>, GitError> {
        let mut wanted = format!("{tree}:").into_bytes();
        wanted.extend(super::run::bytes(file));
        let ended = self
            .git
            .asks(&self.top, [OsStr::new("cat-file"), OsStr::new("blob"), path(&wanted).as_os_str()])?;
        Ok(ended.status.success().then_some(ended.printed))
    }

    /// The bytes of several files at a commit or in a tree, in the order asked for; `None` where there is
    /// no such file. One call of git, however many they are.
    ///
    /// # Errors
    /// Git fails.
    pub fn files(&self, tree: &str, files: &[String]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: String = files.iter().map(|file| format!("{tree}:{file}\0")).collect();
        let ended = self.git.asks_with(&self.top, ["cat-file", "--batch", "-z"], wanted.as_bytes())?;
        let printed = ended.printed()?;
        let mut rest = printed.as_slice();
        Ok(files.iter().map(|_| next_of_batch(&mut rest)).collect())
    }

    /// The paths of all files of a commit, with `/`.
    ///
    /// # Errors
    /// There is no such commit, or git fails.
    pub fn paths(&self, commit: &str) -> Result<Vec<String>, GitError> {
        let printed = self.asks(["ls-tree", "-r", "--full-tree", "--name-only", "-z", commit])?.printed()?;
        Ok(super::run::parts(&printed).map(|path| String::from_utf8_lossy(path).into_owned()).collect())
    }

    /// The name by which commits are made here, where git knows one.
    #[must_use]
    pub fn user_name(&self) -> Option<String> {
        let said = line(&self.asks(["var", "GIT_COMMITTER_IDENT"]).ok()?.printed().ok()?);
        let name = said.split(" <").next()?.trim();
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// The name that git would give a file of these bytes: alike for alike bytes only.
    ///
    /// # Errors
    /// Git fails.
    pub fn name_of(&self, bytes: &[u8]) -> Result<String, GitError> {
        let ended = self.git.asks_with(&self.top, ["hash-object", "--stdin"], bytes)?;
        Ok(line(&ended.printed()?))
    }

    /// Moves a branch from one commit to another, and nothing where somebody else moved it. `None` for
    /// a branch that must not be there yet.
    pub(crate) fn move_branch(&self, branch: &str, from: Option<&str>, to: &str) -> Result<(), GitError> {
        let reference = format!("refs/heads/{branch}");
        let ended = self.does(["update-ref", "-m", "segue", &reference, to, from.unwrap_or("")])?;
        if ended.status.success() {
            return Ok(());
        }
        let said = ended.said.clone();
        if said.contains("but expected") || said.contains("reference already exists") {
            return Err(GitError::Moved { branch: branch.to_owned() });
        }
        // A branch `segue/k3v9` leaves no room for `segue/k3v9/…`.
        let there = said.split("' exists").next().filter(|_| said.contains("; cannot create"));
        if let Some((_, there)) = there.and_then(|there| there.rsplit_once("'refs/heads/")) {
            return Err(GitError::BranchTaken { branch: there.to_owned() });
        }
        Err(ended.error())
    }

    /// Takes the turn to change worktrees and branches of runs; waits for whoever has it.
    pub(crate) fn turn(&self) -> Result<Turn, GitError> {
        let file = self.notes()?.join("lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&file)
            .and_then(|lock| lock.lock().map(|()| lock))
            .map_err(|error| GitError::file(&file, error))?;
        Ok(Turn { _lock: lock })
    }

    /// The folder in the git directory where we keep what concerns all runs.
    pub(crate) fn notes(&self) -> Result<PathBuf, GitError> {
        let folder = self.common.join("segue");
        std::fs::create_dir_all(&folder).map_err(|error| GitError::file(&folder, error))?;
        Ok(folder)
    }

    pub(crate) fn asks<I, S>(&self, arguments: I) -> Result<Ended, GitError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.git.asks(&self.top, arguments)
    }

    pub(crate) fn does<I, S>(&self, arguments: I) -> Result<Ended, GitError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.git.does(&self.top, arguments)
    }
}

/// Takes the next object of what `git cat-file --batch` prints: `ID blob SIZE\nBYTES\n`, or that there is
/// none: `NAME missing\n`.
fn next_of_batch(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let all = *rest;
    let end = all.iter().position(|byte| *byte == b'\n')?;
    let (head, after) = all.split_at(end);
    *rest = after.get(1..).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let mut words = head.rsplit(' ');
    let size: usize = words.next()?.parse().ok()?;
    let (bytes, after) = after.get(1..)?.split_at_checked(size)?;
    *rest = after.get(1..).unwrap_or_default();
    (words.next() == Some("blob")).then(|| bytes.to_vec())
}

/// The branch checked out at `place`.
pub(crate) fn branch_of(git: &Git, place: &Path) -> Result<Option<String>, GitError> {
    let ended = git.asks(place, ["symbolic-ref", "--quiet", "--short", "HEAD"])?;
    Ok(ended.status.success().then(|| line(&ended.printed)))
}

/// The folder of worktrees beside a repository: `app.worktrees` for `app/.git` and for `app.git`.
fn beside(common: &Path) -> PathBuf {
    let repository = match common.parent() {
        Some(parent)
            if common.file_name().is_some_and(|name| name == ".git") && parent.file_name().is_some() =>
        {
            parent
        }
        _ => common,
    };
    let mut name = repository.file_name().unwrap_or_default().to_owned();
    if let Some(stem) =
        repository.file_stem().filter(|_| repository.extension().is_some_and(|ending| ending == "git"))
    {
        name = stem.to_owned();
    }
    name.push(".worktrees");
    repository.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::{Fixture, git};

    #[test]
    fn worktrees_lie_beside_the_repository() {
        assert_eq!(beside(Path::new("/a/app/.git")), Path::new("/a/app.worktrees"));
        assert_eq!(beside(Path::new("/a/app.git")), Path::new("/a/app.worktrees"));
        assert_eq!(beside(Path::new("/a/my.app/.git")), Path::new("/a/my.app.worktrees"));
    }

    #[test]
    fn a_repository_is_found_from_below_and_from_a_linked_worktree() {
        let fixture = Fixture::new();
        fixture.write("deep/down/a.txt", "a");
        fixture.commit("More");
        let deep = Repository::open(fixture.git(), &fixture.top().join("deep/down")).unwrap();
        assert_eq!(deep.top(), fixture.top());
        let linked = fixture.outside("linked ünïcode");
        git(fixture.top(), &["worktree", "add", "--quiet", "--detach", linked.to_str().unwrap()]);
        let from_linked = Repository::open(fixture.git(), &linked).unwrap();
        assert_eq!(from_linked.top(), linked);
        assert_eq!(from_linked.common_directory(), deep.common_directory());
        assert_eq!(from_linked.worktrees(), deep.worktrees());
        assert_eq!(from_linked.branch().unwrap(), None);
        assert_eq!(from_linked.first_commit().unwrap(), deep.first_commit().unwrap());
    }

    #[test]
    fn files_are_read_at_a_commit() {
        let fixture = Fixture::new();
        let repository = fixture.repository();
        assert_eq!(repository.file("HEAD", Path::new("README.md")).unwrap().unwrap(), b"Start\n");
        assert_eq!(repository.file("HEAD", Path::new("-missing")).unwrap(), None);
        assert!(repository.commit("no-such").is_err());
        assert!(matches!(Repository::open(fixture.git(), Path::new("")), Err(GitError::NotARepository(_))));
        fixture.write("two\nlines and ünïcode 7", "7 blob 3\n\nmissing\n");
        fixture.commit("More");
        let wanted = ["README.md", "two\nlines and ünïcode 7", "no 12", "", "README.md"].map(str::to_owned);
        let start = || Some(b"Start\n".to_vec());
        let odd = Some(b"7 blob 3\n\nmissing\n".to_vec());
        assert_eq!(repository.files("HEAD", &wanted).unwrap(), [start(), odd, None, None, start()]);
        fixture.does(&["reset", "--quiet", "--hard", "HEAD~1"]);
        assert_eq!(repository.paths("HEAD").unwrap(), ["README.md"]);
        assert_eq!(repository.user_name().as_deref(), Some("Ada"));
        assert_eq!(repository.name_of(b"Start\n").unwrap(), fixture.does(&["rev-parse", "HEAD:README.md"]));
    }
}
