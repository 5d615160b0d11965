//! Expressions of GitHub Actions in the bodies of agentic workflows.

use serde::Deserialize;

/// A row of `grammars/expressions.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExpressionRow {
    /// What it reads, with its dots; a star at the end stands for any rest.
    pub name: String,
    /// What that is.
    pub doc: String,
    /// Whether the compiler refuses it; the others it lets through.
    #[serde(default)]
    pub refused: bool,
}

impl ExpressionRow {
    /// Whether it is about `name`.
    #[must_use]
    pub fn is_about(&self, name: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(start) => name.len() > start.len() && name.starts_with(start),
            None => self.name == name,
        }
    }
}
