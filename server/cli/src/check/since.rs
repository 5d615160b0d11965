//! `--since REF`: what changed since the branch left REF, and what that caused elsewhere.
//!
//! All findings of changed files are reported (changed: committed since the merge base, uncommitted,
//! or untracked). For the others the workspace is indexed a second time as it was at the merge base,
//! through a disk that shows the old contents of changed files; a finding that was there already, at
//! the same token under the same code, is not reported. So a link is reported whose target the branch
//! deleted, and one that was always broken is not.
//!
//! What git ignores is taken to be ignored at the merge base too.

use super::git;
use super::settings::Settings;
use super::survey::Survey;
use crate::Failure;
use rustc_hash::FxHashSet;
use segue_analysis::diagnostics;
use segue_analysis::disk::{Disk, Found, Probe, Walk};
use segue_analysis::{Host, RealDisk, World, path};
use segue_syntax::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Findings by code and token.
type Known = FxHashSet<(&'static str, Span)>;

/// A root as it was.
pub struct Base {
    changed: BTreeSet<String>,
    world: Arc<World>,
}

impl Base {
    /// The root at the merge base of `reference` and HEAD.
    pub fn of(top: &Path, reference: &str, settings: &Settings) -> Result<Self, Failure> {
        let commit = git::merge_base(top, reference)?;
        let changed = git::changed_since(top, &commit)?;
        let disk = OldDisk { now: RealDisk::new(top), old: old_contents(top, &changed)? };
        let world = Host::open(Arc::new(disk), settings.options(top), &|_| ()).snapshot();
        Ok(Self { changed: changed.into_iter().map(|file| file.path).collect(), world })
    }

    /// The findings that an unchanged file had.
    fn findings(&self, path: &str) -> Known {
        let of_file = self.world.id(path).map(|id| diagnostics::of_file(&self.world, id));
        let of_settings = self.world.config_findings().into_iter().filter(|(at, _)| **at == *path);
        let findings = of_file.into_iter().flatten().chain(of_settings.map(|(_, finding)| finding));
        findings.map(|finding| (finding.code, finding.span)).collect()
    }
}

/// Takes out of the survey what was there before.
pub fn hide_old(survey: &mut Survey) {
    let mut old: BTreeMap<(usize, Arc<str>), Known> = BTreeMap::new();
    for file in &survey.files {
        let base = survey.root(file).and_then(|root| root.base.as_ref());
        if let Some(base) = base.filter(|base| !base.changed.contains(&*file.path)) {
            old.insert((file.root, file.path.clone()), base.findings(&file.path));
        }
    }
    survey.retain(|file, item| {
        let known = old.get(&(file.root, file.path.clone()));
        !known.is_some_and(|known| known.contains(&(item.finding.code, item.finding.span)))
    });
}

fn old_contents(top: &Path, changed: &[git::Changed]) -> Result<BTreeMap<String, Option<Vec<u8>>>, Failure> {
    // Of other files nothing but their existence is ever asked.
    let is_read = |path: &str| matches!(path::extension(path), "md" | "json" | "jsonc" | "toml");
    let wanted: Vec<String> =
        changed.iter().filter(|file| is_read(&file.path)).filter_map(|file| file.old.clone()).collect();
    let mut contents = git::blobs(top, &wanted)?.into_iter();
    let mut old = BTreeMap::new();
    for file in changed {
        let content = match &file.old {
            Some(_) if is_read(&file.path) => contents.next(),
            Some(_) => Some(Vec::new()),
            None => None,
        };
        old.insert(file.path.clone(), content);
    }
    Ok(old)
}

/// The files as they were: those of `old` with that content or missing, all others as they are.
#[derive(Debug)]
struct OldDisk {
    now: RealDisk,
    old: BTreeMap<String, Option<Vec<u8>>>,
}

impl OldDisk {
    fn changed_below(&self, folder: &str, was_there: bool) -> bool {
        self.old.iter().any(|(path, old)| old.is_some() == was_there && path::is_below(path, folder))
    }
}

impl Disk for OldDisk {
    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>> {
        match self.old.get(path) {
            Some(Some(bytes)) => Ok(bytes.iter().take(limit.saturating_add(1)).copied().collect()),
            Some(None) => Err(io::ErrorKind::NotFound.into()),
            None => self.now.read(path, limit),
        }
    }

    fn probe(&self, path: &str) -> Probe {
        match self.old.get(path) {
            Some(Some(_)) => return Probe::File,
            Some(None) => return Probe::Missing,
            None => {}
        }
        match self.now.probe(path) {
            _ if self.changed_below(path, true) => Probe::Folder,
            // A folder of which every file is new was not there.
            Probe::Folder
                if self.changed_below(path, false) && self.walk(path, usize::MAX).files.is_empty() =>
            {
                Probe::Missing
            }
            now => now,
        }
    }

    fn walk(&self, folder: &str, limit: usize) -> Walk {
        let mut walk = self.now.walk(folder, limit);
        walk.files.retain(|found| !self.old.contains_key(&found.path));
        let old = self.old.iter().filter(|(path, old)| old.is_some() && path::is_below(path, folder));
        walk.files.extend(old.map(|(path, _)| Found { path: path.clone(), link: false }));
        walk.files.sort_by(|a, b| a.path.cmp(&b.path));
        walk
    }

    fn spells(&self, path: &str) -> bool {
        match self.old.get(path) {
            Some(old) => old.is_some(),
            None => self.now.spells(path),
        }
    }

    fn discoverable(&self, path: &str) -> bool {
        self.now.discoverable(path)
    }

    fn is_link(&self, path: &str) -> bool {
        !self.old.contains_key(path) && self.now.is_link(path)
    }
}
