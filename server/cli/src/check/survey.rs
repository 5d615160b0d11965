//! The roots indexed, and what the rules say of their files.

use super::settings::Settings;
use super::since::Base;
use crate::places::{self, Asked, Scope};
use crate::progress::Meter;
use crate::{Failure, output};
use rayon::prelude::*;
use segue_analysis::diagnostics::{self, Finding};
use segue_analysis::{Host, PathId, RealDisk, World, path};
use segue_catalog::{Kind, Severity};
use segue_syntax::{Encoding, Lines, Position, Span};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Everything that a report is made from.
pub struct Survey {
    /// The roots, in the order in which they were asked for.
    pub roots: Vec<Root>,
    /// Files with findings, by the path that is shown.
    pub files: Vec<FileReport>,
    /// How many files were judged: primitives and, where there is none of them, configurations of servers.
    pub judged: usize,
}

/// An indexed root.
pub struct Root {
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// The writer of its index.
    pub host: Host,
    /// The state that the findings are about.
    pub world: Arc<World>,
    /// What of it is reported.
    pub scopes: Vec<Scope>,
    /// The root as it was, where only what is newer is reported.
    pub base: Option<Base>,
}

/// The findings of a file.
pub struct FileReport {
    /// Index of its root.
    pub root: usize,
    /// Its root-relative path.
    pub path: Arc<str>,
    /// Its path from the current folder.
    pub shown: String,
    /// The findings, in the order of the text.
    pub items: Vec<Item>,
}

/// A finding with what formats need of the text, so that the text need not be kept.
pub struct Item {
    /// The finding.
    pub finding: Finding,
    /// Where it begins, in UTF-16 units.
    pub start: Position,
    /// Where it ends, in UTF-16 units.
    pub end: Position,
    /// The token at fault, at most [`LONGEST_TOKEN`] bytes of it.
    pub token: String,
}

/// So much of a token is enough to know it again.
const LONGEST_TOKEN: usize = 200;

impl Item {
    /// Whether `--fix` would put it right.
    pub fn fixable(&self) -> bool {
        self.finding.fixes.iter().any(|fix| fix.safe)
    }
}

impl Survey {
    /// Indexes the roots and judges their files.
    pub fn take(settings: &Settings) -> Result<Self, Failure> {
        let meter = Meter::start();
        let roots = settings.roots.iter().map(|asked| Root::open(asked, settings, &meter)).collect();
        let mut survey = Self { roots, files: Vec::new(), judged: 0 };
        survey.find_bases(settings)?;
        survey.judge(settings, &meter);
        Ok(survey)
    }

    /// Looks up what each root was, where only what is newer is reported.
    pub fn find_bases(&mut self, settings: &Settings) -> Result<(), Failure> {
        let Some(reference) = &settings.since else { return Ok(()) };
        for root in &mut self.roots {
            root.base = Some(Base::of(&root.folder, reference, settings)?);
        }
        Ok(())
    }

    /// Judges all files anew, in the present state of each root.
    pub fn judge(&mut self, settings: &Settings, meter: &Meter) {
        self.files.clear();
        self.judged = 0;
        for (index, root) in self.roots.iter_mut().enumerate() {
            root.world = root.host.snapshot();
            let wanted = root.wanted();
            let primitives = wanted.iter().filter(|(_, kind)| *kind != Kind::Mcp).count();
            self.judged += if primitives == 0 { root.configurations(&wanted) } else { primitives };
            let done = AtomicUsize::new(0);
            let files: Vec<FileReport> = wanted
                .par_iter()
                .filter_map(|(id, _)| {
                    let report = root.judge(index, *id, settings);
                    let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                    if done.is_multiple_of(64) {
                        meter.judged(done, wanted.len());
                    }
                    report
                })
                .collect();
            self.files.extend(files);
            self.files.extend(root.judge_settings(index, settings));
        }
        self.files.sort_by(|a, b| (&a.shown, a.root).cmp(&(&b.shown, b.root)));
    }

    /// All findings.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.files.iter().flat_map(|file| &file.items)
    }

    /// How many findings have that severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.items().filter(|item| item.finding.severity == severity).count()
    }

    /// Keeps the findings for which `keep` holds, and the files that still have some.
    pub fn retain(&mut self, mut keep: impl FnMut(&FileReport, &Item) -> bool) {
        for file in &mut self.files {
            let items = std::mem::take(&mut file.items);
            file.items = items.into_iter().filter(|item| keep(file, item)).collect();
        }
        self.files.retain(|file| !file.items.is_empty());
    }

    /// Whether findings of the file at a root-relative path are reported.
    pub fn reports(&self, path: &str) -> bool {
        self.roots.iter().any(|root| root.in_scope(path))
    }

    /// The root of a file.
    pub fn root(&self, file: &FileReport) -> Option<&Root> {
        self.roots.get(file.root)
    }

    /// Says on stderr what was left out, and why.
    pub fn say_notes(&self) {
        for root in &self.roots {
            root.say_notes();
        }
    }
}

impl Root {
    fn open(asked: &Asked, settings: &Settings, meter: &Meter) -> Self {
        let disk = Arc::new(RealDisk::new(&asked.folder));
        let host = Host::open(disk, settings.options(&asked.folder), &|progress| meter.scan(progress));
        let world = host.snapshot();
        Self { folder: asked.folder.clone(), host, world, scopes: asked.scopes.clone(), base: None }
    }

    /// Where a file of it lies.
    pub fn absolute(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// The text that the findings of a file count in.
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        self.world.config_text(path).or_else(|| self.world.text(self.world.id(path)?))
    }

    /// The files that are reported, with their kinds.
    fn wanted(&self) -> Vec<(PathId, Kind)> {
        self.world
            .primitives()
            .filter_map(|(id, state)| Some((id, state.kind?)))
            .filter(|(id, _)| {
                let path = self.world.path(*id);
                self.in_scope(&path) && !self.world.config(&path).excludes(&path)
            })
            .collect()
    }

    /// How many of these files configure servers.
    fn configurations(&self, files: &[(PathId, Kind)]) -> usize {
        let has_some = |id: PathId| self.world.file(id).is_some_and(|state| !state.exports.names.is_empty());
        files.iter().filter(|(id, _)| has_some(*id)).count()
    }

    /// Whether the file is reported.
    pub fn in_scope(&self, path: &str) -> bool {
        self.scopes.iter().any(|scope| path::is_below(path, &scope.path))
    }

    /// Whether `--fix` may write the file: not where only a link out of the repository led to it.
    pub fn may_write(&self, path: &str) -> bool {
        self.scopes.iter().any(|scope| !scope.through_link && path::is_below(path, &scope.path))
    }

    fn judge(&self, root: usize, id: PathId, settings: &Settings) -> Option<FileReport> {
        self.report(root, self.world.path(id), diagnostics::of_file(&self.world, id), settings)
    }

    /// The findings of the settings files that are reported.
    fn judge_settings(&self, root: usize, settings: &Settings) -> Vec<FileReport> {
        let mut by_path: BTreeMap<Arc<str>, Vec<Finding>> = BTreeMap::new();
        for (path, finding) in self.world.config_findings() {
            by_path.entry(path).or_default().push(finding);
        }
        let wanted = by_path.into_iter().filter(|(path, _)| self.in_scope(path));
        wanted.filter_map(|(path, findings)| self.report(root, path, findings, settings)).collect()
    }

    fn report(
        &self,
        root: usize,
        path: Arc<str>,
        findings: Vec<Finding>,
        settings: &Settings,
    ) -> Option<FileReport> {
        if findings.is_empty() {
            return None;
        }
        let text = self.text(&path).unwrap_or_else(|| "".into());
        let lines = Lines::of(&text);
        let items = findings.into_iter().map(|finding| Item::of(finding, &text, &lines)).collect();
        let shown = places::seen_from(&settings.current, &self.absolute(&path));
        Some(FileReport { root, path, shown, items })
    }

    fn say_notes(&self) {
        if let Some(limit) = self.world.left_out_after {
            output::note(&format!("note: only the first {limit} files and folders were looked at"));
        }
        for (folder, reason) in self.world.unreadable.iter().filter(|(folder, _)| self.in_scope(folder)) {
            output::note(&format!("note: `{folder}` cannot be read: {reason}"));
        }
        for folder in self.world.checkouts.iter().filter(|folder| self.in_scope(folder)) {
            output::note(&format!(
                "note: `{folder}` is a checkout of its own and was left alone; `segue check {folder}` checks it"
            ));
        }
        for scope in self.scopes.iter().filter(|scope| !scope.typed.is_empty()) {
            let any =
                self.world.primitives().any(|(id, _)| path::is_below(&self.world.path(id), &scope.path));
            if !any {
                output::note(&format!("note: nothing in `{}` is a primitive", scope.typed));
            }
        }
    }
}

impl Item {
    fn of(finding: Finding, text: &str, lines: &Lines) -> Self {
        let (start, end) = positions(text, lines, finding.span);
        let token = finding.span.of(text);
        let token = token.get(..token.floor_char_boundary(LONGEST_TOKEN)).unwrap_or_default().to_owned();
        Self { finding, start, end, token }
    }
}

/// Where a span begins and ends, as editors count: a byte order mark takes no column.
pub fn positions(text: &str, lines: &Lines, span: Span) -> (Position, Position) {
    let marked = text.starts_with('\u{feff}');
    let at = |offset: u32| {
        let mut position = lines.position(text, offset as usize, Encoding::Utf16);
        if marked && position.line == 0 {
            position.character = position.character.saturating_sub(1);
        }
        position
    };
    (at(span.start), at(span.end))
}
