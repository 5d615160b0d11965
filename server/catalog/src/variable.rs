//! Variables such as `${input:name}` and `$ARGUMENTS`, and where they mean something.

use serde::Deserialize;

/// A row of `grammars/variables.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variable {
    /// The word between `${` and `:` or `}`; for a bare variable the word after `$`.
    pub name: String,
    /// How it is written, as completion inserts it.
    pub written: String,
    /// What it stands for.
    pub doc: String,
    /// Where it means something.
    pub places: Vec<VariablePlace>,
    /// Whether it is written without braces.
    #[serde(default)]
    pub bare: bool,
    /// Whether something follows the name after a colon: `${env:NAME}`.
    #[serde(default)]
    pub argument: bool,
}

/// A kind of text in which a variable means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VariablePlace {
    /// The body of a prompt file.
    Prompt,
    /// The body of a Claude skill.
    ClaudeSkill,
    /// The body of a Claude command.
    ClaudeCommand,
    /// `tasks.json` and `launch.json` of VS Code.
    Task,
    /// The configuration of MCP servers.
    Mcp,
}
