//! The keys of `segue.toml`, one row a key: what the reader checks, what it suggests, and what the
//! JSON Schema and the page about settings are made of.

use segue_catalog::{ClientId, Severity, catalog};
use segue_plan::policy;
use serde_json::{Map, Value, json};

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands: `known.tools`; `*` is any name, `[]` an element of a list of tables.
    pub path: &'static str,
    /// What its value is.
    pub shape: Shape,
    /// What holds where the key is missing, in words.
    pub default: &'static str,
    /// What it does. Markdown, one line.
    pub doc: &'static str,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A list of names of clients.
    Clients,
    /// A list of globs.
    Globs,
    /// A list of strings.
    Strings,
    /// A string.
    Text,
    /// The path of another such file.
    File,
    /// The name of a coding agent that can be started by name.
    Preset,
    /// `true` or `false`.
    Bool,
    /// A whole number of 1 or more.
    Count,
    /// From rule codes to severities or `"off"`.
    Severities,
    /// From any name to a string.
    Texts,
    /// A table with keys of its own. An open one may have more keys than the rows name: they belong to
    /// a part of the program that checks them itself.
    Table {
        /// Whether keys that no row names are left alone.
        open: bool,
    },
    /// A list of tables.
    Tables,
    /// From any name to a table.
    NamedTables,
}

/// The table whose keys the numbers of the table of policies are, beside the rows.
const NUMBERS_AT: &str = "orchestrator";

const CLOSED: Shape = Shape::Table { open: false };
const OPEN: Shape = Shape::Table { open: true };

/// Every key, in the order of the page about settings.
pub const ROWS: &[Row] = &[
    Row {
        path: "clients",
        shape: Shape::Clients,
        default: "every client that could read the file",
        doc: "The clients your team uses. Findings about other clients are left out.",
    },
    Row {
        path: "exclude",
        shape: Shape::Globs,
        default: "nothing",
        doc: "Files that are not judged, relative to this file's folder; a folder means all below it. They are still known as targets of links and names.",
    },
    Row {
        path: "userFiles",
        shape: Shape::Bool,
        default: "`true` in an editor; `segue check` reads them with `--user` only",
        doc: "Whether the names of agents, skills and MCP servers in your own folders are known too, and what servers told of their tools (`segue tools refresh`).",
    },
    Row {
        path: "extend",
        shape: Shape::File,
        default: "nothing",
        doc: "Another `segue.toml`, relative to this one, whose settings hold where this one has none. Lists of globs, overrides and known names add up.",
    },
    Row {
        path: "rules",
        shape: Shape::Severities,
        default: "each rule's own severity",
        doc: "The severity of rules, by code or by family (`link/*`): `error`, `warning`, `information`, `hint`, or `off`.",
    },
    Row {
        path: "overrides",
        shape: Shape::Tables,
        default: "none",
        doc: "Severities for some files only. Later tables win, and all of them win over `rules`.",
    },
    Row {
        path: "overrides[].paths",
        shape: Shape::Globs,
        default: "no file",
        doc: "The files, relative to this file's folder; a folder means all below it.",
    },
    Row {
        path: "overrides[].rules",
        shape: Shape::Severities,
        default: "nothing",
        doc: "The severities that hold for them, written as in `rules`.",
    },
    Row {
        path: "known",
        shape: CLOSED,
        default: "nothing",
        doc: "Names that are right although nothing in the workspace shows it. An entry may end in `*`.",
    },
    Row { path: "known.tools", shape: Shape::Strings, default: "none", doc: "Tools." },
    Row { path: "known.keys", shape: Shape::Strings, default: "none", doc: "Header keys." },
    Row { path: "known.agents", shape: Shape::Strings, default: "none", doc: "Agents." },
    Row { path: "known.models", shape: Shape::Strings, default: "none", doc: "Models." },
    Row { path: "known.servers", shape: Shape::Strings, default: "none", doc: "MCP servers." },
    Row {
        path: "format",
        shape: CLOSED,
        default: "nothing is formatted",
        doc: "What is formatted when an editor asks for it.",
    },
    Row {
        path: "format.frontmatter",
        shape: Shape::Bool,
        default: "`false`",
        doc: "Whether headers are formatted: the order of keys, blanks, the form of lists and their quotes. Comments and the body stay as they are.",
    },
    Row {
        path: "agents",
        shape: Shape::NamedTables,
        default: "none",
        doc: "Coding agents that plans can be handed to, by a name of your choice. Each has one of `acp`, `command`, `preset` and `rehearsal`.",
    },
    Row { path: "agents.*", shape: OPEN, default: "", doc: "One coding agent." },
    Row {
        path: "agents.*.acp",
        shape: Shape::Strings,
        default: "none",
        doc: "The command line of an agent that speaks the Agent Client Protocol on its standard input and output.",
    },
    Row {
        path: "agents.*.command",
        shape: Shape::Strings,
        default: "none",
        doc: "A command line that is run once a turn; `{prompt}`, `{prompt_file}`, `{worktree}` and `{model}` are filled in.",
    },
    Row {
        path: "agents.*.preset",
        shape: Shape::Preset,
        default: "none",
        doc: "The name of an agent that Segue knows how to start; `segue agents` lists them.",
    },
    Row {
        path: "agents.*.rehearsal",
        shape: Shape::Text,
        default: "none",
        doc: "A script (YAML) that the built-in rehearsal agent replays, relative to this file's folder.",
    },
    Row {
        path: "agents.*.mode",
        shape: Shape::Text,
        default: "the preset's, else the agent's own",
        doc: "The mode that an agent of the Agent Client Protocol works in, by the id it has there.",
    },
    Row {
        path: "orchestrator",
        shape: CLOSED,
        default: "the defaults of its keys",
        doc: "How plans are run.",
    },
    Row {
        path: "orchestrator.agent",
        shape: Shape::Text,
        default: "asked for at launch",
        doc: "The agent of `agents` that takes a task for which nothing else is stated.",
    },
    Row {
        path: "orchestrator.jobs",
        shape: Shape::Count,
        default: "4",
        doc: "How many tasks of a wave run at the same time.",
    },
    Row {
        path: "orchestrator.validate",
        shape: Shape::Strings,
        default: "none",
        doc: "Commands that prove a task where neither it nor its plan states any.",
    },
    Row {
        path: "orchestrator.setup",
        shape: Shape::Text,
        default: "none",
        doc: "A command that runs in each new worktree before its agent begins.",
    },
    Row {
        path: "orchestrator.worktrees",
        shape: Shape::Text,
        default: "`<repository>.worktrees` beside the repository",
        doc: "The folder of all worktrees, relative to the repository's top.",
    },
    Row {
        path: "orchestrator.confine",
        shape: Shape::Bool,
        default: "`false`",
        doc: "Whether agents and commands of a run may read and change only what they need: their worktree, a folder for temporary files, and what the page about runs names. Linux 6.2 or newer.",
    },
    Row {
        path: "orchestrator.confine-read",
        shape: Shape::Strings,
        default: "none",
        doc: "What they may read besides: files and folders, `~/…` for those of your home, else relative to the repository's top.",
    },
    Row {
        path: "orchestrator.confine-write",
        shape: Shape::Strings,
        default: "none",
        doc: "What they may change besides, written in the same way.",
    },
    Row {
        path: "review",
        shape: Shape::Texts,
        default: "agents of the reviewers' own names",
        doc: "Which agents of the workspace take the parts of reviewers, by part: `plan-auditor = \"PlanAuditor\"`.",
    },
];

/// The row of a key below the table at `at` (empty for the top).
#[must_use]
pub fn row(at: &str, key: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| last_word(at, row) == Some(key))
}

/// The number of the table of policies that a key below the table at `at` sets.
#[must_use]
pub fn number(at: &str, key: &str) -> Option<&'static policy::Row> {
    (at == NUMBERS_AT).then(|| policy::row(key)).flatten()
}

/// The keys that the table at `at` may have: those of the rows, then the numbers.
pub fn keys_of(at: &str) -> impl Iterator<Item = &'static str> {
    let numbers = policy::ROWS.iter().filter(move |own| at == NUMBERS_AT && row(at, own.name).is_none());
    ROWS.iter().filter_map(move |row| last_word(at, row)).chain(numbers.map(|own| own.name))
}

/// The row of each table below a row whose tables have names of the author's choice.
#[must_use]
pub fn named(path: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.path.strip_suffix(".*") == Some(path))
}

/// A path with a word for what is any name.
#[must_use]
pub fn shown_path(path: &str) -> String {
    path.replace('*', "NAME")
}

/// The key of a row that stands directly in the table at `at`.
fn last_word(at: &str, row: &Row) -> Option<&'static str> {
    let rest = match at {
        "" => row.path,
        at => row.path.strip_prefix(at)?.strip_prefix('.')?,
    };
    (!rest.contains(['.', '[', '*'])).then_some(rest)
}

/// The words that a rule may be set to.
#[must_use]
pub fn severity_words() -> [&'static str; 5] {
    let name = Severity::name;
    ["off", name(Severity::Hint), name(Severity::Information), name(Severity::Warning), name(Severity::Error)]
}

/// The names of the coding agents that can be started by name.
pub(super) fn presets() -> impl Iterator<Item = &'static str> {
    catalog().presets.iter().map(|row| row.name.as_str())
}

/// The JSON Schema of `segue.toml`, as it is shipped.
#[must_use]
pub fn schema() -> Value {
    let mut schema = table_schema("", false);
    let mut top = Map::new();
    top.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    top.insert("title".to_owned(), json!("segue.toml"));
    top.insert("description".to_owned(), json!("Settings of Segue for the files below this folder."));
    if let Some(schema) = schema.as_object_mut() {
        top.append(schema);
    }
    Value::Object(top)
}

fn table_schema(at: &str, open: bool) -> Value {
    let properties: Map<String, Value> =
        keys_of(at).filter_map(|key| Some((key.to_owned(), key_schema(at, key)?))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": open })
}

fn key_schema(at: &str, key: &str) -> Option<Value> {
    let Some(number) = number(at, key) else { return row(at, key).map(value_schema) };
    Some(json!({
        "type": "integer", "minimum": number.min, "maximum": number.max, "default": number.default,
        "description": number.meaning,
    }))
}

fn value_schema(row: &Row) -> Value {
    let strings = || json!({ "type": "array", "items": { "type": "string" } });
    let mut schema = match row.shape {
        Shape::Clients => json!({
            "type": "array", "items": { "enum": ClientId::ALL.map(ClientId::name) }, "uniqueItems": true,
        }),
        Shape::Globs | Shape::Strings => strings(),
        Shape::Text | Shape::File => json!({ "type": "string" }),
        Shape::Preset => json!({ "enum": presets().collect::<Vec<_>>() }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Count => json!({ "type": "integer", "minimum": 1 }),
        Shape::Severities => severities_schema(),
        Shape::Texts => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Shape::Table { open } => table_schema(row.path, open),
        Shape::Tables => {
            json!({ "type": "array", "items": table_schema(&format!("{}[]", row.path), false) })
        }
        Shape::NamedTables => {
            json!({ "type": "object", "additionalProperties": table_schema(&format!("{}.*", row.path), true) })
        }
    };
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), json!(row.doc));
    }
    schema
}

fn severities_schema() -> Value {
    let properties: Map<String, Value> = catalog()
        .rules
        .iter()
        .map(|rule| {
            let words = json!({ "enum": severity_words(), "default": rule.severity.name(), "description": rule.title });
            (rule.code.clone(), words)
        })
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "patternProperties": { "^[a-z-]+/\\*$": { "enum": severity_words() } },
        "additionalProperties": false,
    })
}

/// The table of keys of the page about settings.
#[must_use]
pub fn docs_table() -> String {
    let mut table = "| key | value | where it is missing | what it does |\n|---|---|---|---|\n".to_owned();
    for row in ROWS.iter().filter(|row| row.path != "agents.*") {
        let key = shown_path(row.path);
        table += &format!("| `{key}` | {} | {} | {} |\n", row.shape.words(), row.default, row.doc);
    }
    table
}

impl Shape {
    /// What the value has to be, as it is said to people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Shape::Clients => "a list of clients",
            Shape::Globs => "a list of globs",
            Shape::Strings => "a list of strings",
            Shape::Text => "a string",
            Shape::File => "a path",
            Shape::Preset => "the name of a preset",
            Shape::Bool => "`true` or `false`",
            Shape::Count => "a whole number, 1 or more",
            Shape::Severities => "a table from rules to severities",
            Shape::Texts => "a table of strings",
            Shape::Table { .. } => "a table",
            Shape::Tables => "a list of tables",
            Shape::NamedTables => "a table of tables",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_table_and_key() {
        assert_eq!(row("", "clients").map(|row| row.shape), Some(Shape::Clients));
        assert_eq!(row("overrides[]", "paths").map(|row| row.path), Some("overrides[].paths"));
        assert_eq!(row("agents.*", "acp").map(|row| row.path), Some("agents.*.acp"));
        assert!(row("", "tools").is_none() && row("", "known.tools").is_none());
        assert_eq!(keys_of("known").collect::<Vec<_>>(), ["tools", "keys", "agents", "models", "servers"]);
        assert_eq!(keys_of("agents").count(), 0);
        let jobs = keys_of("orchestrator").filter(|key| *key == "jobs").count();
        assert_eq!((jobs, keys_of("orchestrator").any(|key| key == "attempts")), (1, true));
        assert!(number("orchestrator", "attempts").is_some() && number("", "attempts").is_none());
    }
}
