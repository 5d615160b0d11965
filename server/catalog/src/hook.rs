//! Hook events and the keys of their commands, per dialect.

use serde::Deserialize;

/// Whose hooks a table describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookDialect {
    /// VS Code, and agents without `target`.
    Vscode,
    /// GitHub's own names.
    Github,
    /// Claude Code.
    Claude,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HookEvent {
    /// Its name.
    pub name: String,
    /// When it fires.
    pub doc: String,
    /// The dialects that have it.
    pub dialects: Vec<HookDialect>,
}

/// A key of a hook's command.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HookField {
    /// Its name.
    pub name: String,
    /// What it does.
    pub doc: String,
    /// What completion writes behind the colon, as in [`crate::Key::write`].
    #[serde(default)]
    pub write: Option<String>,
    /// Whether it says what to run or to call: an entry with none of these does nothing.
    #[serde(default)]
    pub runs: bool,
    /// The dialects that have it.
    pub dialects: Vec<HookDialect>,
}
