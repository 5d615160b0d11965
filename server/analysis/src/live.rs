//! What MCP servers answered when somebody last asked them: the user's cache, read as plain data.
//!
//! Asking is not done here, and never by itself. An answer is filed under the fingerprint of the very
//! configuration that it came from ([`crate::features::servers::Configuration`]), so one that was changed
//! has none.

use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// The form of the files that is read.
const VERSION: u32 = 1;

/// At most so many answers are read.
const MOST_ANSWERS: usize = 500;

/// Longer files are passed by.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// The answers, by fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveTools {
    answers: FxHashMap<String, Arc<Answer>>,
}

/// What a server answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// The form of the file.
    #[serde(default)]
    version: u32,
    /// When it was asked, in seconds since 1970.
    #[serde(default)]
    pub asked: u64,
    /// Whether the server says that its list may change.
    #[serde(default)]
    pub dynamic: bool,
    /// Whether there were more tools than were kept.
    #[serde(default)]
    pub cut: bool,
    /// The tools, by name.
    #[serde(default)]
    pub tools: Vec<Tool>,
}

/// A tool, in the server's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub title: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// What it takes.
    #[serde(default)]
    pub arguments: Vec<Argument>,
    /// Whether it says that it changes nothing.
    pub read_only: Option<bool>,
    /// Whether it says that it may destroy something.
    pub destructive: Option<bool>,
    /// Whether it says that a second call does nothing more.
    pub idempotent: Option<bool>,
    /// Whether it says that it reaches out into the world.
    pub open_world: Option<bool>,
}

/// An argument of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type, in words of JSON Schema.
    pub kind: Option<String>,
    /// Whether the tool cannot do without.
    #[serde(default)]
    pub required: bool,
    /// What it means.
    pub description: Option<String>,
}

impl LiveTools {
    /// The answer to a fingerprint.
    #[must_use]
    pub fn of(&self, fingerprint: &str) -> Option<&Arc<Answer>> {
        self.answers.get(fingerprint)
    }

    /// Whether nothing was ever asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// Takes an answer in, as the text of its file; nothing where it is none.
    pub fn take(&mut self, fingerprint: &str, text: &[u8]) {
        let answer = serde_json::from_slice::<Answer>(text).ok().filter(|answer| answer.version == VERSION);
        if let Some(answer) = answer {
            self.answers.insert(fingerprint.to_owned(), Arc::new(answer));
        }
    }
}

/// Reads the answers for a workspace: the files `FINGERPRINT.json` of a folder. What cannot be read is
/// passed by.
#[must_use]
pub fn read(folder: &Path) -> LiveTools {
    let mut live = LiveTools::default();
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.take(MOST_ANSWERS) {
        let path = entry.path();
        let is_ours = path.extension().is_some_and(|ending| ending == "json");
        let Some(name) = path.file_stem().and_then(|name| name.to_str()).filter(|_| is_ours) else {
            continue;
        };
        // Opening a pipe would wait for its writer.
        if !path.symlink_metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST_FILE) {
            continue;
        }
        let mut bytes = Vec::new();
        let read =
            std::fs::File::open(&path).and_then(|file| file.take(LARGEST_FILE).read_to_end(&mut bytes));
        if read.is_ok() {
            live.take(name, &bytes);
        }
    }
    live
}

impl Answer {
    /// The tool of that name.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// The day on which it was asked, in UTC: `2026-11-21`.
    #[must_use]
    pub fn day(&self) -> String {
        let (year, month, day) = civil(self.asked / 86_400);
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    // Eras of 400 years that begin on a first of March, so that a leap day ends its year.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_795_219_200, "2026-11-21"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(Answer { asked: seconds, ..Answer::default() }.day(), day);
        }
    }

    #[test]
    fn whatever_lies_there_is_passed_by() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
        write("a.json", br#"{"version": 1, "asked": 7, "server": "x", "tools": [{"name": "t", "more": 1}]}"#);
        write("b.json", br#"{"version": 2, "tools": []}"#);
        write("c.json", b"{\"version\": 1, \"tools\": [");
        write("d.json", b"\xff\xfe");
        write("e.part", br#"{"version": 1}"#);
        std::fs::create_dir(folder.path().join("f.json")).unwrap();
        let live = read(folder.path());
        assert_eq!(live.answers.keys().collect::<Vec<_>>(), ["a"]);
        assert!(live.of("a").unwrap().tool("t").is_some());
        assert!(read(&folder.path().join("missing")).is_empty());
    }
}
