//! Rules: one row a code, from which findings, `segue explain`, the docs and the schema are made.

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

/// A row of `grammars/rules/*.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rule {
    /// `family/name`.
    pub code: String,
    /// The severity where nothing else is set.
    pub severity: Severity,
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
