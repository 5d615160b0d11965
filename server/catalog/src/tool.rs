//! Tool names: sets, members, old names, aliases, and how each client spells them.

use crate::ClientId;
use serde::Deserialize;

/// `grammars/tools/<client>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ToolTable {
    /// Whose names these are.
    pub client: ClientId,
    /// Named groups.
    #[serde(default, rename = "set")]
    pub sets: Vec<ToolSet>,
    /// Single tools.
    #[serde(default, rename = "tool")]
    pub tools: Vec<Tool>,
    /// Names of one idea (`execute`: `shell`, `Bash`, `powershell`).
    #[serde(default, rename = "alias")]
    pub aliases: Vec<AliasSet>,
    /// Names that were once right.
    #[serde(default, rename = "old")]
    pub old: Vec<OldTool>,
    /// Where the facts come from.
    pub source: Vec<crate::Source>,
}

/// A set of tools.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ToolSet {
    /// Its name, as written in `tools`.
    pub name: String,
    /// What its tools do together.
    pub doc: String,
    /// Full names of its members.
    #[serde(default)]
    pub members: Vec<String>,
    /// Whether the client hides it from its own picker. The members of a hidden set are those of
    /// other sets: `vscodeTasks/runTask` is a second full name of `execute/runTask`.
    #[serde(default)]
    pub hidden: bool,
    /// Names under which the set was known before.
    #[serde(default)]
    pub legacy: Vec<String>,
}

/// A tool.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tool {
    /// Its full name, as written in `tools`: `search/codebase`, `todo`, `Bash`.
    pub name: String,
    /// What it does, in a few words.
    pub doc: String,
    /// Whether it exists only with some setting or in some context.
    #[serde(default)]
    pub conditional: bool,
    /// What is not settled about it (documentation and code disagree); never reported then.
    #[serde(default)]
    pub unsettled: Option<String>,
    /// Other spellings that are as right as `name`.
    #[serde(default)]
    pub also: Vec<String>,
    /// Names under which the tool was registered before, from which the old names are derived.
    #[serde(default)]
    pub legacy: Vec<String>,
    /// Tools of VS Code that the name grants, for Claude's names.
    #[serde(default)]
    pub maps_to: Vec<String>,
    /// Names of VS Code for which it is the nearest that Claude Code has, when a file is converted.
    #[serde(default)]
    pub stands_in_for: Vec<String>,
    /// The tool of Claude Code that is the same, for the names of Copilot CLI's runtime.
    #[serde(default)]
    pub in_claude: Option<String>,
}

/// Names of one idea.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AliasSet {
    /// The primary name.
    pub name: String,
    /// The others.
    pub aliases: Vec<String>,
    /// What it grants.
    pub doc: String,
    /// Clients (of those that read this table) on which it does nothing.
    #[serde(default)]
    pub not_on: Vec<ClientId>,
}

/// A name that was once right.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OldTool {
    /// The old name.
    pub name: String,
    /// What replaces it; more than one where it was split; none where it was removed.
    #[serde(default)]
    pub now: Vec<String>,
    /// What to use instead, in words, where it was removed.
    #[serde(default)]
    pub hint: Option<String>,
    /// What is not settled about it; the finding is a hint then.
    #[serde(default)]
    pub unsettled: Option<String>,
}
