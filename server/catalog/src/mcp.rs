//! MCP configuration files and what stands in them.

use serde::Deserialize;

/// A row of `grammars/mcp.toml`: a file that configures servers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct McpFile {
    /// Path ending below a root, `/`-separated; `~/` for the user's home.
    pub path: String,
    /// The key that holds the servers.
    pub top: String,
    /// The keys above it, outermost first, in files that hold much else.
    #[serde(default)]
    pub below: Vec<String>,
    /// Whether the file may have comments and trailing commas.
    #[serde(default)]
    pub comments: bool,
    /// Whether `inputs` and `${input:id}` mean something in it.
    #[serde(default)]
    pub inputs: bool,
    /// Whether a server with `url` needs an explicit `type` (Claude takes it for stdio otherwise).
    #[serde(default)]
    pub url_needs_type: bool,
    /// The variable of the environment that moves a file of the user's: it names the folder it is in then.
    pub moved_by: Option<String>,
    /// The key whose map holds, by the path of a project, servers that are the user's for that project alone.
    pub by_project: Option<String>,
    /// The clients that read it.
    pub clients: Vec<crate::ClientId>,
    /// Where the facts come from.
    pub source: Vec<crate::Source>,
}

/// A way to reach a server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct McpTransport {
    /// What `type` says.
    pub name: String,
    /// Which clients know it.
    pub clients: Vec<crate::ClientId>,
}

/// A property of a server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct McpProperty {
    /// Its name.
    pub name: String,
    /// For which transport: `stdio`, `http`, `sse`, `ws`; empty means any.
    #[serde(default)]
    pub transports: Vec<String>,
    /// Its shape, in words of JSON: `string`, `string[]`, `map`, `boolean`, `number`, `object`.
    pub shape: String,
    /// Whether the shape was read in a schema or documentation, so that another one is a finding.
    #[serde(default)]
    pub judged: bool,
    /// What it does.
    pub doc: String,
    /// Which clients know it.
    pub clients: Vec<crate::ClientId>,
    /// Whether a server of its transport cannot do without.
    #[serde(default)]
    pub required: bool,
}
