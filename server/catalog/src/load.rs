//! The loader: every table, parsed once.
//!
//! The files are compiled in. [`catalog`] parses them when it is first asked and keeps the result for
//! the life of the process; a binary starts by asking, so the whole of it has to stay within a few
//! milliseconds. The hundreds of keys that some kind has in files of their own wait until they are needed.

use crate::detect::PathIndex;
use crate::key::{KeyGroup, MoreKeys};
use crate::key_index::{self, KeyIndex};
use crate::names::{self, NameIndex};
use crate::{
    Answer, BuiltinAgent, Client, ClientId, Dialect, ExpressionRow, HookEvent, HookField, KeyTable, Kind,
    KindRow, McpFile, McpProperty, McpTransport, Model, ModelForm, OpenPlace, PlaceRow, Preset, Rule, RuleId,
    Secret, ServerAlias, Source, Support, ToolTable, Variable,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::OnceLock;

/// Every row.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// `grammars/clients/*.toml`.
    pub clients: Vec<Client>,
    /// `grammars/primitives/*.toml`.
    pub kinds: Vec<KindRow>,
    /// `grammars/tools/*.toml`, with the old names that follow from the rows.
    pub tools: Vec<ToolTable>,
    /// `grammars/models.toml`.
    pub models: Vec<Model>,
    /// The forms in which models are written.
    pub model_forms: Vec<ModelForm>,
    /// `grammars/mcp.toml`.
    pub mcp_files: Vec<McpFile>,
    /// The properties of servers.
    pub mcp_properties: Vec<McpProperty>,
    /// The ways to reach servers.
    pub mcp_transports: Vec<McpTransport>,
    /// `grammars/secrets.toml`: what credentials look like.
    pub secrets: Vec<Secret>,
    /// `grammars/hooks.toml`.
    pub hook_events: Vec<HookEvent>,
    /// The keys of hook commands.
    pub hook_fields: Vec<HookField>,
    /// `grammars/agents.toml`.
    pub builtin_agent_rows: Vec<BuiltinAgent>,
    /// Names of agents that clients bring along, all spellings, with the clients.
    pub builtin_agents: Vec<(String, Vec<ClientId>)>,
    /// `grammars/presets.toml`: coding agents that can be started by name.
    pub presets: Vec<Preset>,
    /// `grammars/confinement.toml`: what programs need beside their own folder.
    pub open_places: Vec<OpenPlace>,
    /// `grammars/server_aliases.toml`.
    pub servers: Vec<ServerAlias>,
    /// `grammars/variables.toml`.
    pub variables: Vec<Variable>,
    /// `grammars/expressions.toml`.
    pub expressions: Vec<ExpressionRow>,
    /// `grammars/completion.toml`.
    pub places: Vec<PlaceRow>,
    /// `grammars/rules/*.toml`, sorted by code.
    pub rules: Vec<Rule>,
    sources: Vec<TableSource>,
    more: OnceLock<More>,
    pub(crate) names: NameIndex,
    pub(crate) paths: PathIndex,
}

/// The rows whose keys stand in files of their own, whole, and where those facts come from.
#[derive(Clone, Debug, Default)]
struct More {
    rows: Vec<KindRow>,
    sources: Vec<TableSource>,
}

/// Where a table's facts come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSource {
    /// The file below `grammars/`.
    pub file: &'static str,
    /// Its sources.
    pub source: Vec<Source>,
}

/// A table that does not parse. Cannot happen in a built binary: a test loads them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The file below `grammars/`.
    pub file: &'static str,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "grammars/{}: {}", self.file, self.message)
    }
}

impl std::error::Error for LoadError {}

/// The catalog of this binary.
pub fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::load().unwrap_or_default())
}

/// A file below `grammars/` with its text.
type Table = (&'static str, &'static str);

/// Files with their texts, compiled in.
macro_rules! tables_below {
    ($folder:literal, $($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!($folder, $file)))),*]
    };
}
pub(crate) use tables_below;

macro_rules! tables {
    ($($file:literal),* $(,)?) => {
        tables_below!("../../../grammars/", $($file),*)
    };
}

const CLIENTS: &[Table] =
    tables!["clients/vscode.toml", "clients/copilot-cli.toml", "clients/github.toml", "clients/claude.toml"];

const KINDS: &[Table] = tables![
    "primitives/agent.toml",
    "primitives/claude-agent.toml",
    "primitives/chat-mode.toml",
    "primitives/prompt.toml",
    "primitives/claude-command.toml",
    "primitives/instructions.toml",
    "primitives/claude-rule.toml",
    "primitives/always-on.toml",
    "primitives/skill.toml",
    "primitives/spec.toml",
    "primitives/plan.toml",
    "primitives/memory.toml",
    "primitives/context.toml",
    "primitives/workflow.toml",
];

const MORE_KEYS: &[Table] = tables![
    "primitives/workflow/on.toml",
    "primitives/workflow/agent.toml",
    "primitives/workflow/tools.toml",
    "primitives/workflow/safe-outputs.toml",
    "primitives/workflow/run.toml",
];

const TOOLS: &[Table] =
    tables!["tools/vscode.toml", "tools/copilot-cli.toml", "tools/github.toml", "tools/claude.toml"];

const RULES: &[Table] = tables![
    "rules/frontmatter.toml",
    "rules/file.toml",
    "rules/tool.toml",
    "rules/model.toml",
    "rules/agent.toml",
    "rules/link.toml",
    "rules/apply-to.toml",
    "rules/variable.toml",
    "rules/markdown.toml",
    "rules/security.toml",
    "rules/mcp.toml",
    "rules/plan.toml",
    "rules/spec.toml",
    "rules/part.toml",
    "rules/workflow.toml",
    "rules/own.toml",
];

const MODELS: &[Table] = tables!["models.toml"];
const MCP: &[Table] = tables!["mcp.toml", "secrets.toml"];
const HOOKS: &[Table] = tables!["hooks.toml"];
const AGENTS: &[Table] = tables!["agents.toml", "presets.toml", "confinement.toml"];
const SERVERS: &[Table] = tables!["server_aliases.toml"];
const VARIABLES: &[Table] = tables!["variables.toml"];
const EXPRESSIONS: &[Table] = tables!["expressions.toml"];
const COMPLETION: &[Table] = tables!["completion.toml"];

/// A file with several lists of rows. Each file has the lists that are its own; a list that is not
/// expected in a file is caught by a test, not here.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Lists {
    source: Vec<Source>,
    rule: Vec<Rule>,
    model: Vec<Model>,
    form: Vec<ModelForm>,
    file: Vec<McpFile>,
    property: Vec<McpProperty>,
    transport: Vec<McpTransport>,
    secret: Vec<Secret>,
    event: Vec<HookEvent>,
    field: Vec<HookField>,
    agent: Vec<BuiltinAgent>,
    preset: Vec<Preset>,
    place: Vec<OpenPlace>,
    server: Vec<ServerAlias>,
    variable: Vec<Variable>,
    context: Vec<PlaceRow>,
    expression: Vec<ExpressionRow>,
}

fn parse<T: DeserializeOwned>(tables: &[Table]) -> Result<Vec<(&'static str, T)>, LoadError> {
    let one = |&(file, text): &Table| match toml::from_str(text) {
        Ok(row) => Ok((file, row)),
        Err(error) => Err(LoadError { file, message: error.to_string() }),
    };
    tables.iter().map(one).collect()
}

/// Whether keys of a kind stand in files of their own, in a folder called like it.
fn has_more_keys(kind: Kind) -> bool {
    let folder_of = |file: &'static str| file.strip_prefix("primitives/")?.split_once('/');
    MORE_KEYS.iter().any(|(file, _)| folder_of(file).is_some_and(|(folder, _)| folder == kind.name()))
}

impl More {
    /// Parses the files and adds their keys to the rows they are for, each group where it belongs.
    fn load(kinds: &[KindRow]) -> Result<Self, LoadError> {
        let files = parse::<MoreKeys>(MORE_KEYS)?;
        let groups: Vec<KeyGroup> = files.iter().flat_map(|(_, more)| more.groups.clone()).collect();
        let mut rows: Vec<KindRow> = kinds.iter().filter(|row| has_more_keys(row.kind)).cloned().collect();
        let mut sources = Vec::new();
        for (file, more) in files {
            sources.push(TableSource { file, source: more.source });
            if let Some(row) = rows.iter_mut().find(|row| row.kind == more.kind) {
                row.keys.extend(key_index::spread(more.keys, &groups, &row.keys_read_by));
            }
        }
        for row in &mut rows {
            row.index = KeyIndex::new(&row.keys);
        }
        Ok(Self { rows, sources })
    }
}

impl Catalog {
    /// Parses every table but the keys that wait ([`Catalog::keys`]).
    ///
    /// # Errors
    /// The first table that does not parse, with its file.
    pub fn load() -> Result<Self, LoadError> {
        let mut catalog = Self::default();
        for (file, row) in parse::<Client>(CLIENTS)? {
            catalog.note_source(file, &row.source);
            catalog.clients.push(row);
        }
        for (file, row) in parse::<KindRow>(KINDS)? {
            catalog.note_source(file, &row.source);
            catalog.kinds.push(row);
        }
        for (file, mut row) in parse::<ToolTable>(TOOLS)? {
            catalog.note_source(file, &row.source);
            names::derive_old_names(&mut row);
            catalog.tools.push(row);
        }
        for tables in [MODELS, MCP, HOOKS, AGENTS, SERVERS, VARIABLES, EXPRESSIONS, COMPLETION, RULES] {
            for (file, lists) in parse::<Lists>(tables)? {
                catalog.take_lists(file, lists);
            }
        }
        catalog.finish();
        Ok(catalog)
    }

    fn note_source(&mut self, file: &'static str, source: &[Source]) {
        self.sources.push(TableSource { file, source: source.to_vec() });
    }

    fn take_lists(&mut self, file: &'static str, lists: Lists) {
        let of_rows = lists.file.iter().flat_map(|row| &row.source);
        let of_rows = of_rows.chain(lists.rule.iter().flat_map(|row| &row.source));
        let mut source = lists.source.clone();
        for one in of_rows {
            if !source.contains(one) {
                source.push(one.clone());
            }
        }
        self.note_source(file, &source);
        self.rules.extend(lists.rule);
        self.models.extend(lists.model);
        self.model_forms.extend(lists.form);
        self.mcp_files.extend(lists.file);
        self.mcp_properties.extend(lists.property);
        self.mcp_transports.extend(lists.transport);
        self.secrets.extend(lists.secret);
        self.hook_events.extend(lists.event);
        self.hook_fields.extend(lists.field);
        self.builtin_agent_rows.extend(lists.agent);
        self.presets.extend(lists.preset);
        self.open_places.extend(lists.place);
        self.servers.extend(lists.server);
        self.variables.extend(lists.variable);
        self.places.extend(lists.context);
        self.expressions.extend(lists.expression);
    }

    /// What follows from the rows: shared keys and words, the order of the rules, the indexes.
    fn finish(&mut self) {
        self.share_keys();
        for row in &mut self.kinds {
            row.index = KeyIndex::new(&row.keys);
        }
        self.share_aliases();
        self.rules.sort_by(|one, other| one.code.cmp(&other.code));
        for row in &self.builtin_agent_rows {
            let spellings = row.also.iter().chain([&row.name]);
            self.builtin_agents.extend(spellings.map(|name| (name.clone(), row.clients.clone())));
        }
        self.names = NameIndex::new(self);
        self.paths = PathIndex::new(self);
    }

    /// Gives rows with `keys-from` the keys of that kind.
    fn share_keys(&mut self) {
        for at in 0..self.kinds.len() {
            let Some(row) = self.kinds.get(at) else { continue };
            let Some(mut keys) = row
                .keys_from
                .and_then(|from| {
                    self.kinds.iter().find(|other| other.kind == from && other.dialect == row.dialect)
                })
                .map(|other| other.keys.clone())
            else {
                continue;
            };
            for key in &mut keys {
                key.required &= row.clients.iter().any(|at| key.support(at.client) == Support::Required);
                // VS Code's own support proposes nothing in an old kind.
                (key.in_vscode, key.values_in_vscode) = (Answer::None, Answer::None);
            }
            if let Some(row) = self.kinds.get_mut(at) {
                row.keys.extend(keys);
            }
        }
    }

    /// Copilot CLI understands the shared words that stand in GitHub's table.
    fn share_aliases(&mut self) {
        let shared = self.tools(ClientId::Github).map(|table| table.aliases.clone()).unwrap_or_default();
        if let Some(table) = self.tools.iter_mut().find(|table| table.client == ClientId::CopilotCli) {
            table.aliases.extend(shared);
        }
    }

    /// The keys of a kind.
    #[must_use]
    pub fn keys(&self, kind: Kind, dialect: Dialect) -> Option<KeyTable<'_>> {
        let of = |dialect| self.kinds.iter().find(move |row| row.kind == kind && row.dialect == dialect);
        of(dialect).or_else(|| of(Dialect::Copilot)).map(|row| KeyTable { row: self.whole(row) })
    }

    /// A row with the keys that stand in files of their own.
    fn whole<'c>(&'c self, row: &'c KindRow) -> &'c KindRow {
        if !has_more_keys(row.kind) {
            return row;
        }
        let is_it = |own: &&KindRow| own.kind == row.kind && own.dialect == row.dialect;
        self.more().rows.iter().find(is_it).unwrap_or(row)
    }

    fn more(&self) -> &More {
        self.more.get_or_init(|| More::load(&self.kinds).unwrap_or_default())
    }

    /// Each table with where its facts come from, for `segue explain --sources`.
    pub fn sources(&self) -> impl Iterator<Item = &TableSource> {
        self.sources.iter().chain(&self.more().sources)
    }

    /// The rule with that code.
    #[must_use]
    pub fn rule(&self, code: &str) -> Option<(RuleId, &Rule)> {
        let index = self.rules.binary_search_by(|rule| rule.code.as_str().cmp(code)).ok()?;
        Some((RuleId(u16::try_from(index).ok()?), self.rules.get(index)?))
    }

    /// The tools of a client.
    #[must_use]
    pub fn tools(&self, client: ClientId) -> Option<&ToolTable> {
        self.tools.iter().find(|table| table.client == client)
    }

    /// The row of a client.
    #[must_use]
    pub fn client(&self, client: ClientId) -> Option<&Client> {
        self.clients.iter().find(|row| row.id == client)
    }

    /// The variable of that name.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }
}

#[cfg(test)]
mod tests;
