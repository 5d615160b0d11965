//! What changed between two commits, and what of it lies outside the files that were declared.

use super::run::{parts, path};
use super::{GitError, Repository};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// It is new.
    Added,
    /// Its content or its mode is another.
    Modified,
    /// It is gone.
    Deleted,
}

/// A file that differs between two commits. A renamed file is one that is gone and one that is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its path from the top.
    pub path: PathBuf,
    /// What became of it.
    pub change: Change,
    /// Lines added and removed; `None` where it is no text.
    pub lines: Option<(u64, u64)>,
    /// The modes before and after, where they differ: a file that can be run, a link, a submodule.
    pub modes: Option<(u32, u32)>,
}

/// The mode of a folder that is a repository of its own: its commit is named, and nothing in it is there.
const REPOSITORY: u32 = 0o160_000;

impl Changed {
    /// Whether it became a repository of its own.
    #[must_use]
    pub fn is_repository(&self) -> bool {
        self.modes.is_some_and(|(_, new)| new == REPOSITORY)
    }
}

/// The files that differ between two commits (or trees), by path.
///
/// # Errors
/// One of them is not there, or git fails.
pub fn between(repository: &Repository, old: &str, new: &str) -> Result<Vec<Changed>, GitError> {
    let arguments =
        ["diff-tree", "-r", "-z", "--raw", "--numstat", "--no-renames", "--no-ext-diff", old, new, "--"];
    Ok(read(&repository.asks(arguments)?.printed()?).0)
}

/// The same, and the difference as text, as long as it is. One call of git.
///
/// # Errors
/// One of them is not there, or git fails.
pub fn with_text(repository: &Repository, old: &str, new: &str) -> Result<(Vec<Changed>, String), GitError> {
    let how = ["diff-tree", "-r", "-z", "--raw", "--numstat", "--patch", "--no-renames", "--no-ext-diff"];
    let printed = repository.asks(how.into_iter().chain(["--no-color", old, new, "--"]))?.printed()?;
    let (changed, rest) = read(&printed);
    Ok((changed, String::from_utf8_lossy(rest).into_owned()))
}

/// Reads `:100644 100755 OLD NEW M\0path\0…` and then as many `3\t1\tpath\0…`; what follows is the rest.
fn read(printed: &[u8]) -> (Vec<Changed>, &[u8]) {
    let mut changed: BTreeMap<PathBuf, Changed> = BTreeMap::new();
    let mut rest = printed;
    let mut count = 0;
    while let Some((about, after)) = rest.strip_prefix(b":").and_then(part) {
        let Some((file, after)) = part(after) else { break };
        rest = after;
        count += 1;
        let about = String::from_utf8_lossy(about);
        let fields: Vec<&str> = about.split(' ').collect();
        let mode =
            |place: usize| fields.get(place).and_then(|mode| u32::from_str_radix(mode, 8).ok()).unwrap_or(0);
        let change = match fields.last().and_then(|letter| letter.chars().next()) {
            Some('A') => Change::Added,
            Some('D') => Change::Deleted,
            _ => Change::Modified,
        };
        let is_other = change == Change::Modified && mode(0) != mode(1);
        let modes =
            (is_other || (mode(1) == REPOSITORY && mode(0) != REPOSITORY)).then(|| (mode(0), mode(1)));
        changed.insert(path(file), Changed { path: path(file), change, lines: None, modes });
    }
    for _ in 0..count {
        let Some((about, after)) = part(rest) else { break };
        rest = after;
        let mut fields = about.splitn(3, |byte| *byte == b'\t');
        let number = |field: Option<&[u8]>| std::str::from_utf8(field?).ok()?.parse().ok();
        let (added, removed) = (number(fields.next()), number(fields.next()));
        if let Some(file) = fields.next().and_then(|file| changed.get_mut(&path(file))) {
            file.lines = added.zip(removed);
        }
    }
    (changed.into_values().collect(), rest.strip_prefix(b"\0").unwrap_or(rest))
}

/// What stands before the first NUL, and what after it.
fn part(printed: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = printed.iter().position(|byte| *byte == 0)?;
    let (part, after) = printed.split_at(end);
    Some((part, after.get(1..).unwrap_or_default()))
}

/// The files that differ between two commits and lie outside `declared`: paths from the top, of files
/// and of folders, with `*` and `**` where they are patterns.
///
/// # Errors
/// One of the commits is not there, or git fails.
pub fn outside(
    repository: &Repository,
    old: &str,
    new: &str,
    declared: &[&str],
) -> Result<Vec<PathBuf>, GitError> {
    let mut arguments: Vec<OsString> =
        ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", old, new, "--", ":(top)"]
            .map(OsString::from)
            .into();
    for path in declared {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        if path.is_empty() || path == "." {
            return Ok(Vec::new());
        }
        // As it stands first: `[id].ts` is a file, and a pattern that does not match it.
        arguments.push(format!(":(top,exclude,literal){path}").into());
        if path.contains(['*', '?', '[']) {
            arguments.push(format!(":(top,exclude,glob){path}").into());
        }
    }
    let printed = repository.asks(arguments)?.printed()?;
    Ok(super::run::parts(&printed).map(path).collect())
}

/// The difference between two commits as text, at most `limit` bytes of it.
///
/// # Errors
/// One of the commits is not there, or git fails.
pub fn text(repository: &Repository, old: &str, new: &str, limit: usize) -> Result<String, GitError> {
    let arguments = ["diff", "--no-ext-diff", "--no-color", "--patch", "--stat", old, new, "--"];
    Ok(cut(&repository.asks(arguments)?.printed()?, limit))
}

/// The largest new file that is shown as a difference, in bytes.
const LONGEST_NEW: u64 = 1 << 20;

/// What these files of the user's checkout have that HEAD has not, as text, at most `limit` bytes of it: the
/// whole of files that git does not know. Nothing where HEAD has no commit.
///
/// # Errors
/// Git cannot be run.
pub fn since_head(repository: &Repository, files: &[PathBuf], limit: usize) -> Result<String, GitError> {
    let head = ["diff", "--no-ext-diff", "--no-color", "--patch", "HEAD", "--"].map(OsString::from);
    let exactly = |file: &PathBuf| {
        let mut exact = OsString::from(":(top,literal)");
        exact.push(file);
        exact
    };
    let ended = repository.asks(head.into_iter().chain(files.iter().map(exactly)))?;
    if !ended.status.success() {
        return Ok(String::new());
    }
    let mut printed = ended.printed;
    let others = ["ls-files", "--others", "-z", "--"].map(OsString::from);
    let new = repository.asks(others.into_iter().chain(files.iter().map(exactly)))?.printed()?;
    for file in parts(&new).map(path) {
        let about = repository.top().join(&file).symlink_metadata();
        if printed.len() > limit || !about.is_ok_and(|own| own.is_file() && own.len() <= LONGEST_NEW) {
            continue;
        }
        // It ends with 1 where there is a difference, as diff does.
        let nothing =
            ["diff", "--no-ext-diff", "--no-color", "--no-index", "--", "/dev/null"].map(OsString::from);
        let whole = repository.asks(nothing.into_iter().chain([file.into_os_string()]))?;
        printed.extend(whole.printed);
    }
    Ok(cut(&printed, limit))
}

/// At most `limit` bytes of a text, and how much more there is.
fn cut(printed: &[u8], limit: usize) -> String {
    let kept =
        String::from_utf8_lossy(printed.get(..limit.min(printed.len())).unwrap_or_default()).into_owned();
    if printed.len() > limit { format!("{kept}\n… {} bytes more\n", printed.len() - limit) } else { kept }
}

/// The number of lines added and removed in all.
#[must_use]
pub fn total(changed: &[Changed]) -> (u64, u64) {
    let lines = changed.iter().filter_map(|file| file.lines);
    lines.fold((0, 0), |(added, removed), (more, less)| (added + more, removed + less))
}

/// Whether a path is among the changed ones.
#[must_use]
pub fn touches(changed: &[Changed], path: &Path) -> bool {
    changed.iter().any(|file| file.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::Fixture;

    #[test]
    fn files_with_their_lines() {
        let fixture = Fixture::new();
        fixture.write("gone ü.txt", "a\nb\n");
        fixture.write("run.sh", "x\n");
        let old = fixture.commit("Old");
        fixture.write("-new\tname.txt", "a\nb\nc\n");
        fixture.write("README.md", "Start\nMore\n");
        std::fs::write(fixture.top().join("image.bin"), [0, 1, 2, 0]).unwrap();
        std::fs::remove_file(fixture.top().join("gone ü.txt")).unwrap();
        fixture.does(&["add", "--all"]);
        fixture.does(&["update-index", "--chmod=+x", "run.sh"]);
        fixture.does(&["commit", "--quiet", "-m", "New"]);
        let changed = between(&fixture.repository(), &old, "HEAD").unwrap();
        let row = |path: &str, change, lines, modes| Changed { path: path.into(), change, lines, modes };
        assert_eq!(
            changed,
            [
                row("-new\tname.txt", Change::Added, Some((3, 0)), None),
                row("README.md", Change::Modified, Some((1, 0)), None),
                row("gone ü.txt", Change::Deleted, Some((0, 2)), None),
                row("image.bin", Change::Added, None, None),
                row("run.sh", Change::Modified, Some((0, 0)), Some((0o100_644, 0o100_755))),
            ]
        );
        let (same, text_of_all) = with_text(&fixture.repository(), &old, "HEAD").unwrap();
        assert_eq!(same, changed);
        assert!(text_of_all.starts_with("diff --git "), "{text_of_all}");
        assert!(text_of_all.contains("\n+++ b/README.md\n@@ -1 +1,2 @@\n Start\n+More\n"), "{text_of_all}");
        assert_eq!(with_text(&fixture.repository(), "HEAD", "HEAD").unwrap(), (Vec::new(), String::new()));
        assert_eq!(total(&changed), (4, 2));
        assert!(touches(&changed, Path::new("run.sh")) && !touches(&changed, Path::new("run")));
        assert_eq!(between(&fixture.repository(), "HEAD", "HEAD").unwrap(), []);
        let text = text(&fixture.repository(), &old, "HEAD", 200).unwrap();
        assert!(text.contains("bytes more"), "{text}");
    }

    #[test]
    fn what_lies_outside_of_the_declared_files() {
        let fixture = Fixture::new();
        let old = fixture.commit("Old");
        for file in
            ["app/[id].ts", "app/i.ts", "src/a.rs", "src/deep/b.rs", "src2/c.rs", "docs/d e.md", ":odd"]
        {
            fixture.write(file, "x");
        }
        fixture.commit("New");
        let outside = |declared: &[&str]| {
            let found = outside(&fixture.repository(), &old, "HEAD", declared).unwrap();
            found.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("|")
        };
        assert_eq!(outside(&["./src/", "docs/d e.md", ":odd"]), "app/[id].ts|app/i.ts|src2/c.rs");
        assert_eq!(outside(&["src", "src2", "docs", "app/[id].ts", ":odd"]), "");
        assert_eq!(outside(&["**/*.rs", "app"]), ":odd|docs/d e.md");
        assert_eq!(outside(&["src/*.rs", "app", "docs", ":odd"]), "src/deep/b.rs|src2/c.rs");
        assert_eq!(outside(&["."]), "");
        assert_eq!(outside(&[]).split('|').count(), 7);
    }
}
