//! Kinds of files, recognised by path alone.

use serde::Deserialize;

/// What a file is, from its path (and, for workflows and plans, from its header).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `*.agent.md`; `.md` directly in an agents folder of a client.
    Agent,
    /// `*.chatmode.md`: the former name of agent.
    ChatMode,
    /// `*.prompt.md`; `.claude/commands/*.md`.
    Prompt,
    /// `*.instructions.md`, `copilot-instructions.md`, `.claude/rules/**/*.md`.
    Instructions,
    /// `AGENTS.md`, `CLAUDE.md`, `CLAUDE.local.md`, `GEMINI.md`.
    AlwaysOn,
    /// `SKILL.md`.
    Skill,
    /// `*.spec.md`.
    Spec,
    /// Plans in the formats that Segue reads (Markdown ones and `*.plan.json`).
    Plan,
    /// `*.memory.md`.
    Memory,
    /// `*.context.md`.
    Context,
    /// `.github/workflows/*.md` that is a GitHub agentic workflow.
    Workflow,
    /// Configuration of MCP servers.
    Mcp,
}

/// Which family of clients a file's keys belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// Copilot's (VS Code, CLI, GitHub).
    #[default]
    Copilot,
    /// Claude Code's, from the path (`.claude/…`).
    Claude,
}

/// A row of `grammars/primitives/*.toml`: how a kind is recognised and which keys it has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KindRow {
    /// The kind.
    pub kind: Kind,
    /// The dialect this row describes.
    #[serde(default)]
    pub dialect: Dialect,
    /// What people call it, in the singular.
    pub title: String,
    /// One or two sentences: what it is and who reads it.
    pub doc: String,
    /// Endings of the base name, such as `.agent.md`.
    #[serde(default)]
    pub suffixes: Vec<String>,
    /// Exact base names; compared ignoring case where `names_ignore_case`.
    #[serde(default)]
    pub names: Vec<String>,
    /// Whether `names` are compared ignoring case.
    #[serde(default)]
    pub names_ignore_case: bool,
    /// Folders (path endings, `/`-separated) whose direct `.md` children are of this kind.
    #[serde(default)]
    pub folders: Vec<String>,
    /// Folders whose `.md` files at any depth are of this kind.
    #[serde(default)]
    pub deep_folders: Vec<String>,
    /// Base names that `folders`, `deep_folders` and `places` leave out, ignoring case: a `README.md`
    /// explains a folder and is never what the folder holds.
    #[serde(default)]
    pub not_names: Vec<String>,
    /// Base names of this kind that do without a header although the others have one.
    #[serde(default)]
    pub headerless_names: Vec<String>,
    /// The kind of the same dialect whose keys this one has too (a chat mode is an old agent). A key
    /// stays required only where a client of this row requires it.
    #[serde(default)]
    pub keys_from: Option<Kind>,
    /// The kind that took this one's place, where it is an old one.
    #[serde(default)]
    pub renamed_to: Option<Kind>,
    /// Places where a file is of this kind, or may be.
    #[serde(default, rename = "place")]
    pub places: Vec<crate::Place>,
    /// What new files of this kind begin with.
    #[serde(default, rename = "template")]
    pub templates: Vec<crate::Template>,
    /// Which clients can read a file of this kind at all.
    pub clients: Vec<ClientAt>,
    /// The header's keys.
    #[serde(default, rename = "key")]
    pub keys: Vec<crate::Key>,
    /// What each client does with the keys that do not say.
    #[serde(default)]
    pub keys_read_by: std::collections::BTreeMap<String, crate::Support>,
    /// Where each key of the row is found.
    #[serde(skip)]
    pub(crate) index: crate::key_index::KeyIndex,
    /// Whether keys outside the table are reported.
    pub closed_keys: bool,
    /// Whether a file of this kind is expected to have a header.
    pub header_expected: bool,
    /// Keys that a file which others of this kind take in cannot have.
    #[serde(default)]
    pub not_in_parts: Vec<String>,
    /// Where the facts come from.
    pub source: Vec<crate::Source>,
}

/// Where a client discovers files of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClientAt {
    /// The client.
    pub client: crate::ClientId,
    /// Folders below the workspace root in which it looks, `/`-separated, as path *endings* of the
    /// file's folder (so that a nested project counts); `**` at the end means any depth, `*` one
    /// level. An empty list means that the client takes the kind from anywhere.
    #[serde(default)]
    pub folders: Vec<String>,
    /// Folders below the user's home.
    #[serde(default)]
    pub user_folders: Vec<String>,
    /// Folders of a plugin, or of an organisation's own repository: a file there is loaded by this
    /// client where the repository is one of those, which a checkout alone does not tell.
    #[serde(default)]
    pub plugin_folders: Vec<String>,
    /// How many folders below one that ends in `**` it still reads; missing means all.
    #[serde(default)]
    pub depth: Option<u32>,
    /// The longest body that this client takes from its folders, in characters.
    #[serde(default)]
    pub longest_body: Option<u32>,
    /// The base names for which this row holds; an empty list means all of the kind.
    #[serde(default)]
    pub names: Vec<String>,
}
