//! What git knows of a repository, asked by running it.
//!
//! Arguments only, no shell; output separated by NUL; no hooks, no file system monitor, no locks, and
//! none of the variables by which a git hook that runs us would point elsewhere.

use crate::Failure;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A file that is not as it was at a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its path from the top of the repository.
    pub path: String,
    /// The blob that it was; `None` where it was not there.
    pub old: Option<String>,
}

/// The last common ancestor of `reference` and HEAD.
pub fn merge_base(top: &Path, reference: &str) -> Result<String, Failure> {
    let commit = |name: &str| {
        let wanted = format!("{name}^{{commit}}");
        text(&run(top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?)
            .ok_or_else(|| Failure::said(format!("git knows no commit `{name}` in `{}`.", top.display())))
    };
    let (there, head) = (commit(reference)?, commit("HEAD")?);
    text(&run(top, &["merge-base", &there, &head])?).ok_or_else(|| {
        Failure::said(format!(
            "`{reference}` and HEAD have no common ancestor here; in a shallow clone, fetch more of the history."
        ))
    })
}

/// The files that differ between `commit` and the folder as it is now, untracked ones included.
pub fn changed_since(top: &Path, commit: &str) -> Result<Vec<Changed>, Failure> {
    let arguments = [
        "diff",
        "--raw",
        "-z",
        "--no-abbrev",
        "--no-renames",
        "--no-ext-diff",
        "--ignore-submodules=all",
        commit,
        "--",
    ];
    let diff = succeeded(run(top, &arguments)?)?;
    let untracked = succeeded(run(top, &["ls-files", "--others", "--exclude-standard", "-z"])?)?;
    let mut changed = raw_entries(&diff);
    let new = untracked.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    changed.extend(new.map(|path| Changed { path: String::from_utf8_lossy(path).into_owned(), old: None }));
    Ok(changed)
}

/// Reads `:100644 100755 OLD NEW M\0path\0…`.
fn raw_entries(diff: &[u8]) -> Vec<Changed> {
    let mut changed = Vec::new();
    let mut parts = diff.split(|byte| *byte == 0);
    while let (Some(about), Some(path)) = (parts.next(), parts.next()) {
        let about = String::from_utf8_lossy(about);
        let fields: Vec<&str> = about.trim_start_matches(':').split(' ').collect();
        let (Some(mode), Some(old)) = (fields.first(), fields.get(2)) else { continue };
        // 100…: a file. Links, submodules and nothing (000000) have no text that was read.
        let old = mode.starts_with("100").then(|| (*old).to_owned());
        changed.push(Changed { path: String::from_utf8_lossy(path).into_owned(), old });
    }
    changed
}

/// The contents of blobs, in order.
pub fn blobs(top: &Path, names: &[String]) -> Result<Vec<Vec<u8>>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut child = command(top, &["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| not_run(&error))?;
    let wanted = names.join("\n") + "\n";
    let stdin = child.stdin.take();
    // Written from a thread of its own: git answers while it reads, and both pipes could be full.
    let writer = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(wanted.as_bytes())));
    let output = child.wait_with_output().map_err(|error| not_run(&error))?;
    let _ = writer.join();
    Ok(batch(&succeeded(output)?, names.len()))
}

/// Reads `NAME blob SIZE\n…\n`, once for each name.
fn batch(mut output: &[u8], number: usize) -> Vec<Vec<u8>> {
    let mut contents = Vec::with_capacity(number);
    while let Some(end) = output.iter().position(|byte| *byte == b'\n') {
        let (head, rest) = output.split_at(end);
        let size = String::from_utf8_lossy(head).rsplit(' ').next().and_then(|size| size.parse().ok());
        let size: usize = size.unwrap_or(0);
        let rest = rest.get(1..).unwrap_or_default();
        contents.push(rest.get(..size).unwrap_or_default().to_vec());
        output = rest.get(size + 1..).unwrap_or_default();
    }
    contents
}

fn command(top: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(top).args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]);
    command.args(arguments).env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF"] {
        command.env_remove(name);
    }
    command
}

fn run(top: &Path, arguments: &[&str]) -> Result<Output, Failure> {
    command(top, arguments).stdin(Stdio::null()).output().map_err(|error| not_run(&error))
}

fn not_run(error: &std::io::Error) -> Failure {
    Failure::said(format!("git cannot be run: {error}."))
}

fn succeeded(output: Output) -> Result<Vec<u8>, Failure> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(Failure::said(format!("git failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

fn text(output: &Output) -> Option<String> {
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_diffs_are_read() {
        let diff = b":100644 100644 aaa 000 M\0a b.md\0:000000 100644 000 000 A\0new\n.md\0:160000 160000 c d M\0sub\0";
        let row = |path: &str, old: Option<&str>| Changed { path: path.into(), old: old.map(str::to_owned) };
        assert_eq!(raw_entries(diff), [row("a b.md", Some("aaa")), row("new\n.md", None), row("sub", None)]);
    }

    #[test]
    fn batches_of_blobs_are_read() {
        let contents = batch(b"aaa blob 3\nx\ny\nbbb blob 0\n\nccc blob 1\nz\n", 3);
        assert_eq!(contents, [b"x\ny".to_vec(), Vec::new(), b"z".to_vec()]);
        assert!(batch(b"", 0).is_empty());
    }
}
