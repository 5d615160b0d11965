//! Findings that were there when Segue was taken up: written once, hidden from then on.
//!
//! A finding is known again by its code, its file's path and the text of its token, so that lines
//! may move. How often the same three occur is counted: one more is a new finding. The file is JSON,
//! sorted, one entry a line.

use super::settings::Settings;
use super::survey::{FileReport, Item, Survey};
use crate::{Failure, output, places};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Where a baseline is written when no file is named.
pub const DEFAULT_FILE: &str = "segue-baseline.json";

/// At most so many stale entries are listed.
const MOST_LISTED: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    path: String,
    code: String,
    token: String,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    key: Key,
    count: usize,
}

#[derive(Serialize, Deserialize)]
struct Content {
    version: u32,
    findings: Vec<Entry>,
}

/// What is known.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    counts: BTreeMap<Key, usize>,
}

impl Baseline {
    /// Reads a baseline.
    pub fn read(file: &Path) -> Result<Self, Failure> {
        let shown = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::said(format!("The baseline `{shown}` cannot be read: {}.", places::reason(&error)))
        })?;
        let content: Content = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| Failure::said(format!("`{shown}` is no baseline: {error}.")))?;
        if content.version != 1 {
            let version = content.version;
            return Err(Failure::said(format!("The baseline `{shown}` has version {version}; this is 1.")));
        }
        Ok(Self { counts: content.findings.into_iter().map(|entry| (entry.key, entry.count)).collect() })
    }

    /// The findings of a survey.
    pub fn of(survey: &Survey) -> Self {
        let mut counts = BTreeMap::new();
        for file in &survey.files {
            for item in &file.items {
                *counts.entry(key(file, item)).or_insert(0) += 1;
            }
        }
        Self { counts }
    }

    /// Writes it, and says so.
    pub fn write(self, file: &Path, settings: &Settings) -> Result<(), Failure> {
        let shown = places::seen_from(&settings.current, file);
        let failure = |reason: String| Failure::said(format!("`{shown}` cannot be written: {reason}."));
        if file.is_dir() {
            return Err(failure("it is a folder".to_owned()));
        }
        let total: usize = self.counts.values().sum();
        let mut text = "{\"version\": 1, \"findings\": [".to_owned();
        let mut separator = "\n  ";
        for (key, count) in self.counts {
            let line =
                serde_json::to_string(&Entry { key, count }).map_err(|error| failure(error.to_string()))?;
            text.push_str(separator);
            text.push_str(&line);
            separator = ",\n  ";
        }
        text.push_str("\n]}\n");
        std::fs::write(file, text).map_err(|error| failure(places::reason(&error)))?;
        output::note(&format!("Wrote {} to `{shown}`.", super::human::count(total, "finding")));
        Ok(())
    }

    /// Takes what is known out of the survey. Gives the entries that no longer apply, with how many
    /// too many they count.
    pub fn hide(&self, survey: &mut Survey) -> Vec<String> {
        let mut left = self.counts.clone();
        survey.retain(|file, item| match left.get_mut(&key(file, item)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        left.iter()
            .filter(|(key, count)| **count > 0 && survey.reports(&key.path))
            .map(|(key, _)| format!("{}: {} `{}`", key.path, key.code, key.token.escape_debug()))
            .collect()
    }
}

/// Says which entries no longer apply.
pub fn say_stale(stale: &[String]) {
    if stale.is_empty() {
        return;
    }
    let (what, verb) = if stale.len() == 1 { ("entry", "applies") } else { ("entries", "apply") };
    output::note(&format!(
        "note: {} {what} of the baseline no longer {verb}; write it again with --write-baseline:",
        stale.len()
    ));
    for entry in stale.iter().take(MOST_LISTED) {
        output::note(&format!("  {entry}"));
    }
    if stale.len() > MOST_LISTED {
        output::note(&format!("  … and {} more", stale.len() - MOST_LISTED));
    }
}

fn key(file: &FileReport, item: &Item) -> Key {
    Key {
        path: file.path.to_string(),
        code: item.finding.code.to_owned(),
        token: item.token.replace("\r\n", "\n"),
    }
}

/// The findings of a file, each with how many of the same code and token stand before it.
pub fn numbered(file: &FileReport) -> impl Iterator<Item = (&Item, usize)> {
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    file.items.iter().map(move |item| {
        let count = seen.entry((item.finding.code, item.token.as_str())).or_insert(0);
        *count += 1;
        (item, *count - 1)
    })
}

/// A number by which a finding is known again although lines moved. FNV-1a: the same on every machine
/// and in every version.
pub fn fingerprint(file: &FileReport, item: &Item, number: usize) -> u64 {
    let number = number.to_string();
    let parts = [item.finding.code, &*file.path, item.token.as_str(), number.as_str()];
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
