//! Small workspaces written as one string: for tests, and for the examples of the rule table.
//!
//! ```text
//! //- .github/agents/planner.agent.md
//! ---
//! tools: [«serach»]
//! ---
//! //- README.md
//! …
//! ```
//!
//! A line `//- path` begins a file, and `//* 400 text` stands for 400 lines of that text. `«` and `»` stand around tokens that something is expected of;
//! they are taken out of the text and remembered as ranges. `{n}` becomes the number of the copy.

use crate::disk::{Disk, Found, Probe, Walk};
use segue_syntax::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{PoisonError, RwLock};

/// A workspace in memory.
#[derive(Debug, Default)]
pub struct MemoryDisk {
    files: RwLock<BTreeMap<String, Vec<u8>>>,
    ignored: RwLock<BTreeSet<String>>,
}

impl MemoryDisk {
    /// Writes a file.
    pub fn write(&self, path: &str, text: impl Into<Vec<u8>>) {
        self.files.write().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), text.into());
    }

    /// Removes a file, or all files of a folder.
    pub fn remove(&self, path: &str) {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        files.retain(|own, _| !crate::path::is_below(own, path));
    }

    /// Moves a file or a folder.
    pub fn rename(&self, from: &str, to: &str) {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let moved: Vec<String> =
            files.keys().filter(|own| crate::path::is_below(own, from)).cloned().collect();
        for path in moved {
            if let Some(bytes) = files.remove(&path) {
                files.insert(format!("{to}{}", &path[from.len()..]), bytes);
            }
        }
    }

    /// Makes discovery pass a file by, as `.gitignore` does.
    pub fn ignore(&self, path: &str) {
        self.ignored.write().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    /// The paths of all files, sorted.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.files.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    fn is_ignored(&self, path: &str) -> bool {
        self.ignored.read().unwrap_or_else(PoisonError::into_inner).contains(path)
    }
}

impl Disk for MemoryDisk {
    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let bytes = files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(bytes[..bytes.len().min(limit + 1)].to_vec())
    }

    fn probe(&self, path: &str) -> Probe {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        if files.contains_key(path) {
            return Probe::File;
        }
        let below = format!("{path}/");
        let folder = path.is_empty()
            || files.range(below.clone()..).next().is_some_and(|(own, _)| own.starts_with(&below));
        if folder { Probe::Folder } else { Probe::Missing }
    }

    fn walk(&self, folder: &str, limit: usize) -> Walk {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let seen: Vec<Found> = files
            .keys()
            .filter(|path| crate::path::is_below(path, folder) && !self.is_ignored(path))
            .map(|path| Found { path: path.clone(), link: false })
            .collect();
        let cut_at = (seen.len() > limit).then_some(limit);
        Walk { files: seen.into_iter().take(limit).collect(), cut_at, ..Walk::default() }
    }

    fn spells(&self, path: &str) -> bool {
        self.probe(path) != Probe::Missing
    }

    fn discoverable(&self, path: &str) -> bool {
        !self.is_ignored(path)
    }

    fn is_link(&self, _path: &str) -> bool {
        false
    }
}

/// A file of a fixture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixtureFile {
    /// Its path.
    pub path: String,
    /// Its text, without marks.
    pub text: String,
    /// The marked ranges, in order.
    pub marks: Vec<Span>,
}

/// Reads a fixture; `n` numbers the copy.
#[must_use]
pub fn files(fixture: &str, n: &str) -> Vec<FixtureFile> {
    let mut files: Vec<FixtureFile> = Vec::new();
    for line in fixture.replace("{n}", n).split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("//- ") {
            files.push(FixtureFile { path: path.trim().to_owned(), text: String::new(), marks: Vec::new() });
        } else if let Some(file) = files.last_mut() {
            match line.strip_prefix("//* ").and_then(|rest| rest.split_once(' ')) {
                Some((times, text)) => file.text.push_str(&text.repeat(times.parse().unwrap_or(1))),
                None => file.text.push_str(line),
            }
        }
    }
    for file in &mut files {
        (file.text, file.marks) = take_marks(&file.text);
    }
    files
}

fn take_marks(marked: &str) -> (String, Vec<Span>) {
    let (mut text, mut marks, mut open) = (String::with_capacity(marked.len()), Vec::new(), None);
    for c in marked.chars() {
        match c {
            '«' => open = Some(text.len()),
            '»' => marks.extend(open.take().map(|start| Span::new(start, text.len()))),
            other => text.push(other),
        }
    }
    (text, marks)
}

/// A disk with the files of a fixture.
#[must_use]
pub fn disk(fixture: &str) -> MemoryDisk {
    let disk = MemoryDisk::default();
    for file in files(fixture, "") {
        disk.write(&file.path, file.text);
    }
    disk
}

/// The findings on a fixture as lines `path:line:column code severity `token` message`, sorted, with
/// 1-based lines and columns counted in characters. What feature tests compare.
#[must_use]
pub fn findings(fixture: &str) -> String {
    let host = crate::Host::open(std::sync::Arc::new(disk(fixture)), crate::Options::default(), &|_| ());
    let world = host.snapshot();
    let mut rows = Vec::new();
    let of_settings = world.config_findings().into_iter().filter_map(|(path, finding)| {
        let text = world.config_text(&path)?;
        Some((path, text, vec![finding]))
    });
    let of_primitives = world.primitives().filter_map(|(id, _)| {
        Some((world.path(id), world.text(id)?, crate::diagnostics::of_file(&world, id)))
    });
    for (path, text, findings) in of_primitives.chain(of_settings) {
        let lines = segue_syntax::Lines::of(&text);
        for finding in findings {
            let at = lines.position(&text, finding.span.start as usize, segue_syntax::Encoding::Utf32);
            rows.push((
                path.clone(),
                at,
                format!(
                    "{path}:{}:{} {} {} `{}` {}",
                    at.line + 1,
                    at.character + 1,
                    finding.severity.name(),
                    finding.code,
                    finding.span.of(&text).replace('\n', "⏎"),
                    finding.message
                ),
            ));
        }
    }
    rows.sort();
    rows.into_iter().map(|(_, _, row)| row + "\n").collect()
}
