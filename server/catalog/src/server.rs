//! MCP servers that are known without any configuration, and the names that mean the same server.

use serde::Deserialize;

/// A row of `grammars/server_aliases.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ServerAlias {
    /// The name that `tools` should use: `github` in `github/*`.
    pub name: String,
    /// Names that mean the same server; written in `tools` they are old spellings.
    pub aliases: Vec<String>,
    /// What its tools do together.
    pub doc: String,
    /// The clients that have it without configuration.
    #[serde(default)]
    pub built_in_on: Vec<crate::ClientId>,
}
