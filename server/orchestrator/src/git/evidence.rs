//! What the user's checkout looked like before and after: evidence, never a reason to change anything
//! in it.

use super::run::{bytes, parts, path};
use super::{GitError, Repository};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a checkout looks like.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Checkout {
    /// The commit that HEAD is at; empty where its branch has none yet.
    pub head: String,
    /// The branch that is checked out.
    pub branch: Option<String>,
    /// Each file that is not as HEAD has it: what git says of it (its index entry too), and how large
    /// it is and when it was written.
    pub files: BTreeMap<PathBuf, String>,
}

/// In what two looks at a checkout differ.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Difference {
    /// HEAD before and after, where it is at another commit.
    pub head: Option<(String, String)>,
    /// The branch before and after, where it is another.
    pub branch: Option<(Option<String>, Option<String>)>,
    /// The files that changed, in the index, in the folder, or with HEAD.
    pub paths: Vec<PathBuf>,
}

impl Difference {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Looks at the user's checkout. Writes nothing, takes no lock.
///
/// # Errors
/// Git fails.
pub fn look(repository: &Repository) -> Result<Checkout, GitError> {
    let status = ["status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all"];
    let printed = repository.asks(status)?.printed()?;
    let said = |label: &str| {
        let of_head =
            parts(&printed).filter_map(|entry| std::str::from_utf8(entry).ok()?.strip_prefix(label));
        of_head.map(str::to_owned).next()
    };
    // A branch without a commit is a place where somebody may work too.
    let head = said("# branch.oid ").filter(|id| id != "(initial)").unwrap_or_default();
    let branch = said("# branch.head ").filter(|name| name != "(detached)");
    let files = parts(&printed).filter_map(|entry| {
        let (about, file) = entry_of(entry)?;
        let data = repository.top().join(path(file)).symlink_metadata().ok();
        let written = data.as_ref().and_then(|data| data.modified().ok());
        let size = data.map(|data| data.len());
        Some((path(file), format!("{} {size:?} {written:?}", String::from_utf8_lossy(about))))
    });
    let files = files.collect();
    Ok(Checkout { head, branch, files })
}

/// Splits an entry of `git status --porcelain=v2` into what it says and its path.
fn entry_of(entry: &[u8]) -> Option<(&[u8], &[u8])> {
    // The number of fields before the path: changed, unmerged, untracked.
    let fields = match entry.first()? {
        b'1' => 8,
        b'u' => 10,
        b'?' => 1,
        _ => return None,
    };
    let mut spaces = entry.iter().enumerate().filter(|(_, byte)| **byte == b' ').map(|(place, _)| place);
    let place = spaces.nth(fields - 1)?;
    Some((entry.get(..place)?, entry.get(place + 1..)?))
}

/// In what a checkout differs from what it was.
///
/// # Errors
/// Git fails.
pub fn compare(repository: &Repository, before: &Checkout, after: &Checkout) -> Result<Difference, GitError> {
    let mut paths: Vec<PathBuf> = before
        .files
        .iter()
        .filter(|(file, about)| after.files.get(*file) != Some(about))
        .chain(after.files.iter().filter(|(file, _)| !before.files.contains_key(*file)))
        .map(|(file, _)| file.clone())
        .collect();
    let head = (before.head != after.head).then(|| (before.head.clone(), after.head.clone()));
    if let Some((old, new)) = head.as_ref().filter(|(old, new)| !old.is_empty() && !new.is_empty()) {
        paths.extend(super::changes::between(repository, old, new)?.into_iter().map(|file| file.path));
    }
    paths.sort();
    paths.dedup();
    let branch = (before.branch != after.branch).then(|| (before.branch.clone(), after.branch.clone()));
    Ok(Difference { head, branch, paths })
}

/// Whether a path that a session named (in a tool call, a command, a diff) lies in the user's checkout:
/// only then is a difference evidence against that session.
#[must_use]
pub fn names_the_checkout(repository: &Repository, words: &str) -> bool {
    let top = bytes(repository.top());
    let is_whole =
        |rest: &[u8]| rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b".-_".contains(byte));
    let words = words.as_bytes();
    (0..words.len())
        .any(|at| words.get(at..).and_then(|rest| rest.strip_prefix(top.as_slice())).is_some_and(is_whole))
}

/// Whether a session named this file of the user's checkout: by its whole path, or by its path in the
/// checkout behind the folder itself in one line (`cd FOLDER && … > FILE`, `git -C FOLDER add FILE`).
#[must_use]
pub fn names_file(repository: &Repository, words: &str, file: &Path) -> bool {
    let (top, file) = (repository.top().to_string_lossy(), file.to_string_lossy());
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/');
    let named_in = |rest: &str| {
        rest.match_indices(&*file).any(|(at, _)| {
            let before = rest.get(..at).unwrap_or_default();
            let before = before.strip_suffix("./").unwrap_or(before);
            let behind = rest.get(at + file.len()..).unwrap_or_default();
            !before.ends_with(|c: char| goes_on(c) || c == '.') && !behind.starts_with(goes_on)
        })
    };
    let behind_the_folder = |line: &str| {
        line.match_indices(&*top).any(|(at, _)| {
            let rest = line.get(at + top.len()..).unwrap_or_default();
            let rest = rest.strip_prefix('/').unwrap_or(rest);
            !rest.starts_with(|c: char| goes_on(c) || c == '.') && named_in(rest)
        })
    };
    words.contains(&format!("{top}/{file}")) || words.lines().any(behind_the_folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::Fixture;

    #[test]
    fn a_look_changes_nothing_and_nothing_is_no_difference() {
        let fixture = Fixture::new();
        fixture.write("open.txt", "open");
        let repository = fixture.repository();
        let index = || std::fs::read(fixture.top().join(".git/index")).unwrap();
        let (before, bytes) = (look(&repository).unwrap(), index());
        let after = look(&repository).unwrap();
        assert_eq!(index(), bytes);
        assert!(compare(&repository, &before, &after).unwrap().is_none());
    }

    #[test]
    fn edits_stages_commits_and_switches_are_told_with_their_paths() {
        let fixture = Fixture::new();
        fixture.write("open ü.txt", "open");
        let repository = fixture.repository();
        let paths = |before: &Checkout| {
            let difference = compare(&repository, before, &look(&repository).unwrap()).unwrap();
            difference.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("|")
        };
        let before = look(&repository).unwrap();
        fixture.write("-new.txt", "new");
        assert_eq!(paths(&before), "-new.txt");
        // Open before, and open still, with another content.
        fixture.write("open ü.txt", "open and longer");
        assert_eq!(paths(&before), "-new.txt|open ü.txt");
        let before = look(&repository).unwrap();
        fixture.does(&["add", "--", "-new.txt"]);
        assert_eq!(paths(&before), "-new.txt");
        let before = look(&repository).unwrap();
        fixture.write("README.md", "Committed\n");
        fixture.does(&["commit", "--quiet", "-m", "Readme", "README.md"]);
        fixture.does(&["switch", "--quiet", "--create", "side"]);
        let difference = compare(&repository, &before, &look(&repository).unwrap()).unwrap();
        assert_eq!(difference.paths, [Path::new("README.md")]);
        assert_eq!(difference.head.unwrap().0, before.head);
        assert_eq!(difference.branch.unwrap(), (Some("main".into()), Some("side".into())));
    }

    #[test]
    fn a_session_that_names_a_file_of_the_checkout() {
        let fixture = Fixture::new();
        let repository = fixture.repository();
        let top = repository.top().display().to_string();
        let named = |words: &str| names_file(&repository, words, Path::new("src/a.txt"));
        for words in [
            format!("Edited {top}/src/a.txt."),
            format!("cd {top} && echo x > src/a.txt"),
            format!("cd '{top}/'; echo x >./src/a.txt"),
            format!("git -C {top} add src/a.txt"),
        ] {
            assert!(named(&words), "{words}");
        }
        for words in [
            format!("cd {top} && git log\necho x > src/a.txt"),
            format!("cd {top}.worktrees/k3v9/login-1 && echo x > src/a.txt"),
            format!("cd {top}/docs && echo x > src/a.txt"),
            format!("cd {top} && cat other/src/a.txt src/a.txt2 src/a.txt/b"),
            "echo x > src/a.txt".to_owned(),
        ] {
            assert!(!named(&words), "{words}");
        }
    }

    #[test]
    fn a_session_that_names_the_checkout() {
        let fixture = Fixture::new();
        let repository = fixture.repository();
        let top = fixture.top().display().to_string();
        assert!(names_the_checkout(&repository, &format!("rm '{top}/a.txt'")));
        assert!(names_the_checkout(&repository, &format!("cd {top}")));
        assert!(!names_the_checkout(&repository, &format!("cd {top}.worktrees/k3v9/login-1")));
        assert!(!names_the_checkout(&repository, "rm a.txt"));
    }
}
