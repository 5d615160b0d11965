//! What exists in the world of agent primitives, as rows: kinds, keys, tools, models, clients, MCP
//! shapes, hooks and rules.
//!
//! The rows live in `grammars/**/*.toml` and are compiled into the binary. Everything that speaks
//! of a key, a tool, a client or a rule (diagnostics, completion, hover, `segue explain`, the docs
//! pages, the settings schema) is a loop over them: adding one is adding a row. Each row carries
//! where the fact comes from and when it was read.

mod client;
mod hook;
mod key;
mod kind;
mod load;
mod mcp;
mod model;
mod rule;
mod tool;

pub use client::{Client, ClientId, ClientSet, Support};
pub use hook::{HookDialect, HookEvent, HookField};
pub use key::{Key, KeyTable, Shape};
pub use kind::{Dialect, Kind, KindRow};
pub use load::{Catalog, LoadError, catalog};
pub use mcp::{McpFile, McpProperty};
pub use model::{Model, ModelForm};
pub use rule::{Rule, RuleId, Severity};
pub use tool::{AliasSet, OldTool, Tool, ToolSet, ToolTable};

/// Where a row comes from and when it was last read there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The document, source file or issue.
    pub from: String,
    /// The day it was read, `YYYY-MM-DD`.
    pub read: String,
}
