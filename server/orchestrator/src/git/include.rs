//! Ignored files that worktrees need (local configuration), chosen by the project's patterns.
//!
//! Patterns come from `.worktreeinclude` (as in `.gitignore`), from the git setting `worktree.include`
//! (the same, one pattern each), and from `git.worktreeIncludeFiles` of `.vscode/settings.json` (globs
//! from the top). What they match is copied only where git ignores it: they make nothing tracked.

use super::run::{bytes, parts, path};
use super::{GitError, Repository};
use std::path::{Path, PathBuf};

/// A file that is to be copied into each worktree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// Its path from the top.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
}

/// What is copied into worktrees, by path. The launch gate lists it.
///
/// # Errors
/// Git fails.
pub fn list(repository: &Repository) -> Result<Vec<Included>, GitError> {
    let patterns = patterns(repository)?;
    if patterns.is_empty() {
        return Ok(Vec::new());
    }
    let file = tempfile::NamedTempFile::new()
        .and_then(|file| std::fs::write(file.path(), patterns.join("\n") + "\n").map(|()| file));
    let file = file.map_err(|error| GitError::file(&std::env::temp_dir(), error))?;
    let mut exclude = std::ffi::OsString::from("--exclude-from=");
    exclude.push(file.path());
    let arguments = ["ls-files".into(), "--others".into(), "--ignored".into(), "-z".into(), exclude];
    let matched = repository.asks(arguments)?.printed()?;
    if matched.is_empty() {
        return Ok(Vec::new());
    }
    let ended = repository.git.asks_with(repository.top(), ["check-ignore", "-z", "--stdin"], &matched)?;
    // 1: git ignores none of them.
    if !matches!(ended.status.code(), Some(0 | 1)) {
        return Err(ended.error());
    }
    let mut included: Vec<Included> = parts(&ended.printed)
        .map(path)
        .filter_map(|path| {
            let data = repository.top().join(&path).symlink_metadata().ok()?;
            (data.is_file() || data.is_symlink()).then_some(Included { size: data.len(), path })
        })
        .collect();
    included.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(included)
}

/// Copies files of the user's checkout into a worktree. What is there already stays, so that it can be
/// asked again; nothing is written through a link.
///
/// # Errors
/// A file cannot be read or written.
pub fn copy(repository: &Repository, included: &[Included], worktree: &Path) -> Result<(), GitError> {
    for file in included {
        let (from, to) = (repository.top().join(&file.path), worktree.join(&file.path));
        if to.symlink_metadata().is_ok() || leads_through_a_link(worktree, &file.path) {
            continue;
        }
        copy_one(&from, &to).map_err(|error| GitError::file(&to, error))?;
    }
    Ok(())
}

/// By another name first: half a copy is never taken for a whole one.
fn copy_one(from: &Path, to: &Path) -> std::io::Result<()> {
    let folder = to.parent().unwrap_or(to);
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    if from.symlink_metadata()?.is_symlink() {
        return std::os::unix::fs::symlink(std::fs::read_link(from)?, to);
    }
    let half = tempfile::Builder::new().prefix(".segue-").tempfile_in(folder)?.into_temp_path();
    std::fs::copy(from, &half)?;
    half.persist(to).map_err(|error| error.error)
}

/// Whether a folder on the way to `path` is a link (a tracked link may lead anywhere).
fn leads_through_a_link(worktree: &Path, path: &Path) -> bool {
    let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    let mut folders = folders.map(|folder| worktree.join(folder).symlink_metadata());
    folders.any(|data| data.is_ok_and(|data| data.is_symlink()))
}

/// All patterns, in the form of `.gitignore`.
fn patterns(repository: &Repository) -> Result<Vec<String>, GitError> {
    let read = |file: &str| std::fs::read(repository.top().join(file)).unwrap_or_default();
    let text = read(".worktreeinclude");
    let text = String::from_utf8_lossy(text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text)).into_owned();
    let mut patterns: Vec<String> = text.lines().map(str::to_owned).collect();
    let configured = repository.asks(["config", "--get-all", "-z", "worktree.include"])?;
    patterns.extend(parts(&configured.printed).map(|pattern| String::from_utf8_lossy(pattern).into_owned()));
    patterns.extend(of_settings(&String::from_utf8_lossy(&read(".vscode/settings.json"))));
    patterns.retain(|pattern| !pattern.trim().is_empty() && !pattern.starts_with('#'));
    Ok(patterns)
}

/// The globs of VS Code's settings, as patterns from the top.
fn of_settings(text: &str) -> Vec<String> {
    use jsonc_parser::{JsonValue, ParseOptions, parse_to_value};
    let Ok(Some(JsonValue::Object(settings))) = parse_to_value(text, &ParseOptions::default()) else {
        return Vec::new();
    };
    let globs = settings.get_array("git.worktreeIncludeFiles").into_iter().flat_map(|globs| globs.iter());
    let globs = globs.filter_map(|glob| match glob {
        JsonValue::String(glob) => Some(glob.as_ref()),
        _ => None,
    });
    globs.flat_map(without_braces).map(|glob| from_the_top(&glob)).collect()
}

/// A glob without a slash matches at the top only, where a pattern would match anywhere.
fn from_the_top(glob: &str) -> String {
    let glob = glob.trim_start_matches("./");
    if glob.starts_with('/') { glob.to_owned() } else { format!("/{glob}") }
}

/// `{a,b}.json` as `a.json` and `b.json`; within reason.
fn without_braces(glob: &str) -> Vec<String> {
    const MOST: usize = 256;
    let mut open = vec![glob.to_owned()];
    let mut done = Vec::new();
    while let Some(glob) = open.pop() {
        let braces = glob.find('{').and_then(|start| Some((start, start + glob.get(start..)?.find('}')?)));
        let Some((start, end)) = braces.filter(|_| open.len() + done.len() < MOST) else {
            done.push(glob);
            continue;
        };
        let (head, inner, tail) = (glob.get(..start), glob.get(start + 1..end), glob.get(end + 1..));
        for choice in inner.unwrap_or_default().split(',') {
            open.push(format!("{}{choice}{}", head.unwrap_or_default(), tail.unwrap_or_default()));
        }
    }
    done.sort();
    done
}

/// The bytes that the files take, in all.
#[must_use]
pub fn size(included: &[Included]) -> u64 {
    included.iter().map(|file| file.size).sum()
}

/// The paths as text, as a gate shows them.
#[must_use]
pub fn shown(included: &[Included]) -> Vec<String> {
    included.iter().map(|file| String::from_utf8_lossy(&bytes(&file.path)).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::fixture::{Fixture, write};

    #[test]
    fn braces_and_places_of_globs() {
        assert_eq!(without_braces("{a,b}/{c,d}.json"), ["a/c.json", "a/d.json", "b/c.json", "b/d.json"]);
        assert_eq!(without_braces("a{"), ["a{"]);
        assert_eq!(from_the_top("*.env"), "/*.env");
        assert!(without_braces(&"{a,b}".repeat(40)).len() <= 300);
    }

    #[test]
    fn settings_with_comments_are_read_and_broken_ones_are_not() {
        let text = "{ // local\n \"git.worktreeIncludeFiles\": [\"**/.env\", 3, \"{a,b}.json\",], }";
        assert_eq!(of_settings(text), ["/**/.env", "/a.json", "/b.json"]);
        for broken in ["", "{", "[]", "{\"git.worktreeIncludeFiles\": 3}"] {
            assert!(of_settings(broken).is_empty(), "{broken}");
        }
    }

    #[test]
    fn ignored_files_that_patterns_name_are_copied() {
        let fixture = Fixture::new();
        fixture.write(".gitignore", ".env*\n*.local\nsecrets/\nbuild/\n");
        fixture.write(
            ".worktreeinclude",
            "\u{feff}# local configuration\r\n.env*\r\n!.env.prod\nnot-ignored.txt\n",
        );
        fixture
            .write(".vscode/settings.json", "{\"git.worktreeIncludeFiles\": [\"*.local\", \"secrets/**\"]}");
        fixture.commit("Patterns");
        fixture.set("worktree.include", "build/keep ü.txt");
        for file in [
            ".env",
            "app/.env.test",
            ".env.prod",
            "a.local",
            "deep/b.local",
            "secrets/x/key",
            "build/keep ü.txt",
            "build/big.o",
            "not-ignored.txt",
            "README.md",
        ] {
            fixture.write(file, file);
        }
        let repository = fixture.repository();
        let included = list(&repository).unwrap();
        assert_eq!(
            shown(&included),
            [".env", "a.local", "app/.env.test", "build/keep ü.txt", "secrets/x/key"]
        );
        assert_eq!(size(&included), 54);
        let worktree = fixture.outside("worktree");
        write(&worktree.join(".env"), "changed by the session");
        copy(&repository, &included, &worktree).unwrap();
        copy(&repository, &included, &worktree).unwrap();
        let read = |file: &str| std::fs::read_to_string(worktree.join(file)).unwrap();
        assert_eq!(read(".env"), "changed by the session");
        assert_eq!(read("app/.env.test"), "app/.env.test");
        assert!(!worktree.join(".env.prod").exists());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link_and_modes_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let fixture = Fixture::new();
        fixture.write(".gitignore", "local/\n");
        fixture.write(".worktreeinclude", "local/\n");
        fixture.commit("Patterns");
        fixture.write("local/run.sh", "x");
        std::fs::set_permissions(fixture.top().join("local/run.sh"), std::fs::Permissions::from_mode(0o700))
            .unwrap();
        symlink("run.sh", fixture.top().join("local/link")).unwrap();
        let repository = fixture.repository();
        let included = list(&repository).unwrap();
        let (good, bad) = (fixture.outside("good"), fixture.outside("bad"));
        copy(&repository, &included, &good).unwrap();
        assert_eq!(good.join("local/run.sh").metadata().unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(std::fs::read_link(good.join("local/link")).unwrap(), Path::new("run.sh"));
        let elsewhere = fixture.outside("elsewhere");
        std::fs::create_dir_all(&elsewhere).unwrap();
        std::fs::create_dir_all(&bad).unwrap();
        symlink(&elsewhere, bad.join("local")).unwrap();
        copy(&repository, &included, &bad).unwrap();
        assert_eq!(std::fs::read_dir(&elsewhere).unwrap().count(), 0);
    }
}
