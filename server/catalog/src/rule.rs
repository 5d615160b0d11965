//! Rules: one row a code, from which findings, `segue explain`, the docs and the schema are made.

use crate::{Answer, Kind};
use serde::Deserialize;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Cannot be verified, or taste.
    Hint,
    /// Deprecated names and kinds, portability.
    Information,
    /// Surely not what the author meant.
    Warning,
    /// A client it is for will misread or refuse the file.
    Error,
}

impl Severity {
    /// The word in output, settings and flags.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Information => "information",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Severity::Hint, Severity::Information, Severity::Warning, Severity::Error]
            .into_iter()
            .find(|severity| severity.name() == name)
    }
}

/// A rule by its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

/// The findings of a rule that VS Code's own diagnostics have too: all that is said holds for them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VscodePart {
    /// In files of these kinds.
    pub kinds: Vec<Kind>,
    /// At these keys of the header; empty means anywhere.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Not at these keys of the header.
    #[serde(default)]
    pub except_keys: Vec<String>,
    /// At most that severe: VS Code says it no louder.
    #[serde(default)]
    pub up_to: Option<Severity>,
    /// At the path of an inline link or of `#file:`.
    #[serde(default)]
    pub paths: bool,
}

/// A row of `grammars/rules/*.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rule {
    /// `family/name`.
    pub code: String,
    /// The severity where nothing else is set.
    pub severity: Severity,
    /// Whether VS Code's own diagnostics report the same, a part of it (ours are wider), or none of it.
    pub in_vscode: Answer,
    /// What it is that they report. For `same` it says in which kinds; `wider` without it leaves open
    /// which part.
    #[serde(default)]
    pub vscode_part: Option<VscodePart>,
    /// One line: what is wrong.
    pub title: String,
    /// Why it matters, who reads it how, what to do. Markdown.
    pub explain: String,
    /// Whether it knows a fix for some of its findings.
    #[serde(default)]
    pub fixable: bool,
    /// A workspace in which it fires. Files are headed by `//- path` lines (the first may be left
    /// out where there is one file only and `path` is given), the tokens at fault stand between `«` and `»`,
    /// and `{n}` is a number that makes names unique when many copies are planted.
    pub bad: String,
    /// The same put right: it stays silent here.
    pub good: String,
    /// Settings with which both are checked, where they need any (the content of a `segue.toml`).
    #[serde(default)]
    pub config: Option<String>,
    /// Where the rule comes from.
    pub source: Vec<crate::Source>,
}
