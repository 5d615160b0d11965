//! Coding agents that can be started by name.

use serde::Deserialize;
use std::collections::BTreeMap;

/// A row of `grammars/presets.toml`. It has either `acp` or `command`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Preset {
    /// The word in `segue.toml`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// The version of which the row was seen to be true.
    pub seen: String,
    /// Its command line, where it speaks the Agent Client Protocol.
    #[serde(default)]
    pub acp: Option<Vec<String>>,
    /// Its command line, where it is run once a turn.
    #[serde(default)]
    pub command: Option<Vec<String>>,
    /// The command that tells its version.
    pub version: Vec<String>,
    /// How it is installed.
    pub install: String,
    /// Variables that it gets where they are not set already.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The mode to work in, where it offers that.
    #[serde(default)]
    pub mode: Option<String>,
    /// The mode to plan in, where it offers that.
    #[serde(default)]
    pub plan_mode: Option<String>,
    /// Whether it can go on with an earlier session, where it says so.
    #[serde(default = "yes")]
    pub load: bool,
    /// How long it may take until it is ready.
    #[serde(default = "a_minute")]
    pub start_seconds: u64,
    /// What it keeps in the user's home, and changes as it works: relative to it.
    #[serde(default)]
    pub keeps: Vec<String>,
    /// How lines begin by which it tells of a failure at the end of a turn.
    #[serde(default)]
    pub failure_words: Vec<String>,
    /// What one should know of it. Markdown, a sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
}

fn yes() -> bool {
    true
}

fn a_minute() -> u64 {
    60
}

impl Preset {
    /// The command line that it is started by.
    #[must_use]
    pub fn line(&self) -> &[String] {
        self.acp.as_ref().or(self.command.as_ref()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The table of all presets, for the page about agents.
    #[must_use]
    pub fn docs_table(rows: &[Self]) -> String {
        let mut table = String::from("| preset | agent | it runs | good to know |\n|---|---|---|---|\n");
        for row in rows {
            table += &format!(
                "| `{}` | {} (seen with {}) | `{}` | {} |\n",
                row.name,
                row.title,
                row.seen,
                row.line().join(" "),
                row.notes.join(" ")
            );
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog;

    #[test]
    fn each_preset_has_one_way_to_be_started() {
        let presets = &catalog().presets;
        assert!(presets.len() >= 10);
        let mut names: Vec<&str> = presets.iter().map(|row| row.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), presets.len());
        for row in presets {
            assert!(row.acp.is_some() != row.command.is_some(), "{}", row.name);
            assert!(row.line().len() > 1 || row.acp.is_some(), "{}", row.name);
            assert!(!row.version.is_empty(), "{}", row.name);
            let prompts = row.line().iter().filter(|part| part.contains("{prompt")).count();
            assert_eq!(prompts, usize::from(row.command.is_some()), "{} is told its task", row.name);
        }
    }
}
