//! The walk over a root: which files are there.
//!
//! `.gitignore`, `.ignore` and the repository's excludes are respected, hidden files are seen (most
//! primitives live in hidden folders), symbolic links are noted and not followed, and a folder that
//! is a checkout of its own (clone, linked worktree, submodule) is left alone.

use crate::disk::{Found, Walk};
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Folders in which nobody keeps primitives and which can be enormous, ignored or not.
const NEVER: &[&str] = &[".git", "node_modules", ".hg", ".svn", "__pycache__", ".venv"];

#[derive(Default)]
struct Sink {
    walk: Mutex<Walk>,
    seen: AtomicUsize,
}

impl Sink {
    fn with(&self, change: impl FnOnce(&mut Walk)) {
        change(&mut self.walk.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

/// Walks `folder` of `root`; at most `limit` entries are looked at.
pub(crate) fn walk(root: &Path, folder: &str, limit: usize) -> Walk {
    let start = if folder.is_empty() { root.to_owned() } else { root.join(folder) };
    let sink = Sink::default();
    let mut builder = WalkBuilder::new(&start);
    builder
        .hidden(false)
        .follow_links(false)
        .require_git(false)
        .threads(std::thread::available_parallelism().map_or(1, usize::from).min(8))
        .filter_entry(|entry| !is_never(entry));
    builder.build_parallel().run(|| {
        let mut batch = Batch { sink: &sink, found: Vec::new() };
        let (root, start) = (root.to_owned(), start.clone());
        Box::new(move |entry| batch.visit(&root, &start, limit, entry))
    });
    let mut walk = sink.walk.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    walk.files.sort_by(|a, b| a.path.cmp(&b.path));
    walk.checkouts.sort();
    walk.unreadable.sort();
    walk
}

/// Whether a walk from `root` would come by `path`: the walk itself, led straight to it.
pub(crate) fn comes_by(root: &Path, path: &str) -> bool {
    let wanted = root.join(path);
    let (start, on_the_way) = (root.to_owned(), wanted.clone());
    let mut builder = WalkBuilder::new(root);
    builder.hidden(false).follow_links(false).require_git(false).filter_entry(move |entry| {
        let checkout = entry.path() != start
            && entry.file_type().is_some_and(|kind| kind.is_dir())
            && entry.path().join(".git").symlink_metadata().is_ok();
        on_the_way.starts_with(entry.path()) && !is_never(entry) && !checkout
    });
    builder.build().any(|entry| entry.is_ok_and(|entry| entry.path() == wanted))
}

fn is_never(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
        && entry.file_name().to_str().is_some_and(|name| NEVER.contains(&name))
}

/// What one thread found and has not handed over yet.
struct Batch<'s> {
    sink: &'s Sink,
    found: Vec<Found>,
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        let found = std::mem::take(&mut self.found);
        self.sink.with(|walk| walk.files.extend(found));
    }
}

impl Batch<'_> {
    fn visit(
        &mut self,
        root: &Path,
        start: &Path,
        limit: usize,
        entry: Result<DirEntry, ignore::Error>,
    ) -> WalkState {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                self.sink.with(|walk| walk.unreadable.push(describe(root, &error)));
                return WalkState::Continue;
            }
        };
        if self.sink.seen.fetch_add(1, Ordering::Relaxed) >= limit {
            self.sink.with(|walk| walk.cut_at = Some(limit));
            return WalkState::Quit;
        }
        // A name that is not UTF-8 cannot be written in a link or a glob.
        let Some(path) = relative(root, entry.path()) else { return WalkState::Continue };
        let Some(kind) = entry.file_type() else { return WalkState::Continue };
        if kind.is_dir() {
            if entry.path() != start && entry.path().join(".git").symlink_metadata().is_ok() {
                self.sink.with(|walk| walk.checkouts.push(path));
                return WalkState::Skip;
            }
        } else if kind.is_file() || kind.is_symlink() {
            self.found.push(Found { path, link: kind.is_symlink() });
        }
        WalkState::Continue
    }
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let path = path.strip_prefix(root).ok()?.to_str()?;
    Some(if std::path::MAIN_SEPARATOR == '/' { path.to_owned() } else { path.replace('\\', "/") })
}

fn describe(root: &Path, error: &ignore::Error) -> (String, String) {
    fn path_of(error: &ignore::Error) -> Option<&Path> {
        match error {
            ignore::Error::WithPath { path, .. } => Some(path),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
            _ => None,
        }
    }
    let path = path_of(error).and_then(|path| relative(root, path)).unwrap_or_default();
    (path, error.to_string())
}
