//! Model names, as far as they can be known offline.

use serde::Deserialize;

/// A row of `grammars/models.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Model {
    /// The display name, without vendor: `GPT-5.2`.
    pub name: String,
    /// The id that Copilot CLI and GitHub use: `gpt-5.2`.
    #[serde(default)]
    pub id: Option<String>,
    /// Who makes it.
    #[serde(default)]
    pub family: Option<String>,
    /// One of Claude Code's words (`sonnet`, `inherit`).
    #[serde(default)]
    pub claude_word: bool,
    /// The model that VS Code takes for the word.
    #[serde(default)]
    pub maps_to: Option<String>,
}

/// How a model is written: a row for what `model/form` accepts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ModelForm {
    /// Short name of the form.
    pub form: String,
    /// Example.
    pub example: String,
    /// Which clients read it.
    pub clients: Vec<crate::ClientId>,
}
