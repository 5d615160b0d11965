//! What exists in the world of agent primitives, as rows: kinds, keys, tools, models, clients, MCP
//! shapes, hooks and rules.
//!
//! The rows live in `grammars/**/*.toml` and are compiled into the binary. Everything that speaks
//! of a key, a tool, a client or a rule (diagnostics, completion, hover, `segue explain`, the docs
//! pages, the settings schema) is a loop over them: adding one is adding a row. Each row carries
//! where the fact comes from and when it was read.

mod agent;
mod client;
mod detect;
mod editor;
mod expression;
mod hook;
mod key;
mod key_index;
mod kind;
mod load;
mod mcp;
mod model;
mod names;
mod place;
mod preset;
mod rule;
mod scope;
mod secret;
mod server;
mod template;
mod tool;
mod variable;

pub use agent::BuiltinAgent;
pub use client::{Client, ClientId, ClientSet, Support};
pub use detect::{Candidate, Place, folder_matches};
pub use editor::{Answer, Answerer, Answerers, EditorPlace, PlaceRow};
pub use expression::ExpressionRow;
pub use hook::{HookDialect, HookEvent, HookField};
pub use key::{Form, Key, KeyGroup, KeyTable, Rewrite, Shape, Value};
pub use kind::{ClientAt, Dialect, Kind, KindRow};
pub use load::{Catalog, LoadError, TableSource, catalog};
pub use mcp::{McpFile, McpProperty, McpTransport};
pub use model::{Model, ModelForm};
pub use names::{ClaudeName, VscodeName};
pub use place::OpenPlace;
pub use preset::Preset;
pub use rule::{Rule, RuleId, Severity, VscodePart};
pub use scope::{Globs, Load, LoadAt, LoadOrder, WithoutGlobs};
pub use secret::{Secret, SecretForm};
pub use server::ServerAlias;
pub use template::{Piece, Template, pieces};
pub use tool::{AliasSet, OldTool, Tool, ToolSet, ToolTable};
pub use variable::{Variable, VariablePlace};

/// Where a row comes from and when it was last read there.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The document, source file or issue.
    pub from: String,
    /// The day it was read, `YYYY-MM-DD`.
    pub read: String,
}
