//! What the test suites share: where the corpus is, seeds, and small randomness.

#![allow(dead_code, clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use segue_analysis::disk::{Disk, Found, Probe, RealDisk, Walk};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of real repositories: `SEGUE_CORPUS`, else beside the checkout. `None`, said on stdout,
/// where there is none; a failure where `SEGUE_REQUIRE` names it.
pub fn corpus() -> Option<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::var_os("SEGUE_CORPUS").map_or_else(|| top.join("../shared/corpus"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    let required = std::env::var("SEGUE_REQUIRE").unwrap_or_default();
    assert!(
        !required.split(',').any(|part| part == "corpus"),
        "the corpus is required and not at {}",
        folder.display()
    );
    println!("skipped: no corpus at {} (set SEGUE_CORPUS)", folder.display());
    None
}

/// The repositories of the corpus, sorted: name and folder.
pub fn repositories(corpus: &Path) -> Vec<(String, PathBuf)> {
    let mut found: Vec<(String, PathBuf)> = std::fs::read_dir(corpus)
        .expect("the corpus can be listed")
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .collect();
    found.sort();
    found
}

/// A number from the environment.
pub fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The seed of this run: `SEGUE_SEED`, else the clock. Printed, so that a failure can be repeated.
pub fn seed() -> u64 {
    let clock = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(1, |now| now.as_nanos() as u64);
    let seed = number("SEGUE_SEED", clock | 1);
    println!("seed: SEGUE_SEED={seed}");
    seed
}

/// SplitMix64: enough for tests, and the same everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`, 0 where that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { (self.next() % limit as u64) as usize }
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// A repository of the corpus with the files that its copy left out (`omitted.tsv`) put back as empty
/// ones, so that a link to them is what it is in the repository.
pub struct Restored {
    disk: RealDisk,
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
    /// Whether the workflows, which lie at the top to be copied, lie where they are copied to.
    at_work: bool,
}

/// Collections of agentic workflows, which nobody runs where they lie.
const COLLECTIONS: &[&str] = &["githubnext+agentics", "github+awesome-copilot"];

impl Restored {
    /// The path in the copy of a path as it is asked for.
    fn real<'p>(&self, path: &'p str) -> &'p str {
        let below =
            path.strip_prefix(".github/").filter(|below| self.at_work && below.starts_with("workflows/"));
        below.filter(|below| self.disk.probe(below) == Probe::File).unwrap_or(path)
    }

    pub fn new(corpus: &Path, name: &str, folder: &Path) -> Self {
        let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
        let omitted = std::fs::read_to_string(corpus.join("omitted.tsv")).unwrap_or_default();
        for line in omitted.lines() {
            let Some((repository, path)) = line.split_once('\t') else { continue };
            if repository == name {
                match path.strip_suffix('/') {
                    Some(folder) => folders.insert(folder.to_owned()),
                    None => files.insert(path.to_owned()),
                };
            }
        }
        Self { disk: RealDisk::new(folder), files, folders, at_work: COLLECTIONS.contains(&name) }
    }
}

impl Disk for Restored {
    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>> {
        if self.files.contains(path) { Ok(Vec::new()) } else { self.disk.read(self.real(path), limit) }
    }

    fn probe(&self, path: &str) -> Probe {
        if self.files.contains(path) {
            return Probe::File;
        }
        let below = format!("{path}/");
        if self.folders.contains(path)
            || self.files.iter().chain(&self.folders).any(|own| own.starts_with(&below))
        {
            return Probe::Folder;
        }
        self.disk.probe(self.real(path))
    }

    fn walk(&self, folder: &str, limit: usize) -> Walk {
        let mut walk = self.disk.walk(folder, limit);
        let known: BTreeSet<String> = walk.files.iter().map(|found| found.path.clone()).collect();
        walk.files
            .extend(self.files.difference(&known).map(|path| Found { path: path.clone(), link: false }));
        if self.at_work && folder.is_empty() {
            let copies = walk.files.iter().filter(|found| found.path.starts_with("workflows/"));
            let copies: Vec<Found> = copies
                .map(|found| Found { path: format!(".github/{}", found.path), link: found.link })
                .collect();
            walk.files.extend(copies);
        }
        walk.files.sort_by(|a, b| a.path.cmp(&b.path));
        walk
    }

    fn spells(&self, path: &str) -> bool {
        self.files.contains(path) || self.disk.spells(self.real(path))
    }

    fn discoverable(&self, path: &str) -> bool {
        self.files.contains(path) || self.disk.discoverable(self.real(path))
    }

    fn is_link(&self, path: &str) -> bool {
        self.disk.is_link(path)
    }
}
