//! `--fix`: safe fixes, applied until nothing changes.
//!
//! Everything happens in the index first: each round edits buffers and judges again, so that what a
//! fix uncovers is fixed too, and `--diff` needs no other way. Files are written once, at the end,
//! each by a new file that takes the old one's place. A file that cannot be written, or is no longer
//! what was read, is left as it is, and said.

use super::edits;
use super::settings::Settings;
use super::survey::Survey;
use crate::output::Output;
use crate::progress::Meter;
use crate::{Failure, output, places, write};
use segue_analysis::Change;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

/// Fixes that uncover fixes end after so many rounds; two that undo each other must not go on forever.
const MOST_ROUNDS: usize = 10;

/// What was fixed.
#[derive(Default)]
pub struct Outcome {
    /// Fixes applied.
    pub fixes: usize,
    /// Files that changed.
    pub files: usize,
    /// Files that should have changed and could not be written.
    pub failures: usize,
}

/// At most so many files that could not be written are named.
const MOST_NAMED: usize = 20;

/// What became of a text.
struct Edited {
    before: Arc<str>,
    after: Arc<str>,
    fixes: usize,
}

/// Edited texts, by the index of the root and the path in it.
type Texts = BTreeMap<(usize, Arc<str>), Edited>;

/// Applies safe fixes to the files on disk. The survey then tells what remains.
pub fn write(survey: &mut Survey, settings: &Settings) -> Outcome {
    let mut outcome = Outcome::default();
    for ((index, path), text) in rounds(survey, settings) {
        let Some(root) = survey.roots.get_mut(index) else { continue };
        match write::replace(&root.folder, &root.absolute(&path), &text.before, &text.after) {
            Ok(()) => {
                outcome.files += 1;
                outcome.fixes += text.fixes;
            }
            Err(reason) => {
                outcome.failures += 1;
                if outcome.failures <= MOST_NAMED {
                    let shown = places::seen_from(&settings.current, &root.absolute(&path));
                    output::note(&format!("segue: `{shown}` is not fixed: {reason}."));
                }
            }
        }
        root.host.apply([Change::Closed(path.to_string())]);
    }
    if outcome.failures > MOST_NAMED {
        output::note(&format!("segue: {} more files are not fixed.", outcome.failures - MOST_NAMED));
    }
    super::judge(survey, settings, &Meter::start());
    outcome
}

/// Prints what [`write`] would do, as a patch. The survey then tells what would remain.
pub fn diff(survey: &mut Survey, settings: &Settings, output: &mut Output) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::default();
    for ((index, path), text) in rounds(survey, settings) {
        let Some(root) = survey.roots.get(index) else { continue };
        let shown = places::seen_from(&settings.current, &root.absolute(&path));
        let changes = similar::TextDiff::from_lines(&*text.before, &*text.after);
        let mut patch = changes.unified_diff();
        patch.header(&format!("a/{shown}"), &format!("b/{shown}")).to_writer(&mut *output)?;
        outcome.files += 1;
        outcome.fixes += text.fixes;
    }
    output.flush()?;
    Ok(outcome)
}

/// Fixes in the index alone, round by round.
fn rounds(survey: &mut Survey, settings: &Settings) -> Texts {
    let mut texts = Texts::new();
    for _ in 0..MOST_ROUNDS {
        let changed = round(survey);
        if changed.is_empty() {
            break;
        }
        for ((index, path), text) in changed {
            if let Some(root) = survey.roots.get_mut(index) {
                let (path, text) = (path.to_string(), text.after.clone());
                root.host.apply([Change::Buffer { path, text, version: None }]);
            }
            match texts.get_mut(&(index, path.clone())) {
                Some(known) => {
                    known.after = text.after;
                    known.fixes += text.fixes;
                }
                None => {
                    texts.insert((index, path), text);
                }
            }
        }
        super::judge(survey, settings, &Meter::start());
    }
    texts.retain(|_, text| text.before != text.after);
    texts
}

fn round(survey: &Survey) -> Vec<((usize, Arc<str>), Edited)> {
    let mut changed = Vec::new();
    for file in &survey.files {
        let Some(root) = survey.root(file).filter(|root| root.may_write(&file.path)) else { continue };
        let fixes: Vec<_> = file
            .items
            .iter()
            .filter_map(|item| item.finding.fixes.iter().find(|fix| fix.safe))
            .map(|fix| fix.edits.as_slice())
            .collect();
        if fixes.is_empty() {
            continue;
        }
        let Some(before) = root.text(&file.path) else { continue };
        let (after, fixes) = edits::apply(&before, &fixes);
        if *after != *before {
            changed.push(((file.root, file.path.clone()), Edited { before, after: after.into(), fixes }));
        }
    }
    changed
}

impl Outcome {
    /// The sentence that tells of it; empty where nothing was to be done.
    pub fn sentence(&self, done: bool) -> Option<String> {
        let (fixes, files) = (count(self.fixes, "fix"), super::human::count(self.files, "file"));
        match (self.fixes, done) {
            (0, _) => None,
            (_, true) => Some(format!("Applied {fixes}, wrote {files}.")),
            (_, false) => Some(format!("{fixes} in {files} would be applied.")),
        }
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}es") }
}
