//! Agents that clients bring along.

use serde::Deserialize;

/// A row of `grammars/agents.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BuiltinAgent {
    /// Its name, as `agent:`, `agents:` and `handoffs` write it.
    pub name: String,
    /// Other spellings of the name that documentation uses.
    #[serde(default)]
    pub also: Vec<String>,
    /// What it does.
    pub doc: String,
    /// The clients that have it.
    pub clients: Vec<crate::ClientId>,
}
