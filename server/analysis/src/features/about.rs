//! What can be told about a thing: the card behind a proposal, and the one under the pointer.
//!
//! Cards are compact: what it is, what it may be, who makes what of it. Markdown.

mod card;
mod link;
mod named;
mod server_tool;
pub(in crate::features) mod setting;

use crate::file::Space;
use crate::world::World;
use segue_catalog::{ClientId, Dialect, Kind};
use serde::{Deserialize, Serialize};

pub(in crate::features) use link::section;

/// Something that can be told about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// A key of a header.
    Key {
        /// The kind of the file.
        #[serde(with = "kind")]
        kind: Kind,
        /// Whose keys the file has.
        #[serde(with = "dialect")]
        dialect: Dialect,
        /// The name of the row.
        name: String,
    },
    /// One of the values of a key.
    Value {
        /// The kind of the file.
        #[serde(with = "kind")]
        kind: Kind,
        /// Whose keys the file has.
        #[serde(with = "dialect")]
        dialect: Dialect,
        /// The name of the row.
        name: String,
        /// The value.
        value: String,
    },
    /// A tool, a set of tools, or a word that stands for some.
    Tool {
        /// Whose name it is.
        #[serde(with = "client")]
        client: ClientId,
        /// The name.
        name: String,
    },
    /// A model, by the name of its row.
    Model(String),
    /// An agent, a prompt, a skill or a server.
    Name {
        /// Where it is a name.
        #[serde(with = "space")]
        space: Space,
        /// The name.
        name: String,
    },
    /// A tool of a server, for the file that names it.
    ServerTool {
        /// The file.
        reader: String,
        /// The server.
        server: String,
        /// The tool.
        tool: String,
    },
    /// A variable, by the name of its row.
    Variable(String),
    /// An event of hooks.
    HookEvent(String),
    /// A key of a hook's command.
    HookField(String),
    /// A file.
    Path(String),
    /// A section of a file.
    Section {
        /// The file.
        path: String,
        /// Its anchor.
        anchor: String,
    },
    /// What a new file begins with.
    Template(String),
    /// A setting of `segue.toml`, by the path of its row.
    Setting(String),
    /// A rule or a family of rules.
    Rule(String),
    /// A coding agent that can be started by name.
    Preset(String),
}

/// The card, as Markdown; `None` where there is nothing to tell, or nothing any more.
#[must_use]
pub fn card(world: &World, about: &About) -> Option<String> {
    match about {
        About::Key { kind, dialect, name } => card::key(*kind, *dialect, name, false),
        About::Value { kind, dialect, name, value } => card::value(*kind, *dialect, name, value),
        About::Tool { client, name } => card::tool(*client, name),
        About::Model(name) => card::model(name),
        About::Name { space, name } => named::card(world, *space, name),
        About::ServerTool { reader, server, tool } => server_tool::card(world, reader, server, tool),
        About::Variable(name) => card::variable(name),
        About::HookEvent(name) => card::hook_event(name),
        About::HookField(name) => card::hook_field(name),
        About::Path(path) => link::file(world, path),
        About::Section { path, anchor } => section(world, path, Some(anchor)),
        About::Template(name) => card::template(name),
        About::Setting(path) => setting::card(path),
        About::Rule(code) => setting::rules(code),
        About::Preset(name) => setting::preset(name),
    }
}

/// What is said of a key beside an editor that says what it means.
#[must_use]
pub fn key_beside(about: &About) -> Option<String> {
    let About::Key { kind, dialect, name } = about else { return None };
    card::key(*kind, *dialect, name, true)
}

/// Words for the enums of the catalog, which are read from tables and never written.
macro_rules! by_name {
    ($module:ident, $type:ty, $all:expr, $name:expr) => {
        mod $module {
            use super::*;
            use serde::de::Error;
            use serde::{Deserializer, Serializer};

            pub fn serialize<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($name(value))
            }

            pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                let name = String::deserialize(deserializer)?;
                let all: &[$type] = $all;
                let found = all.iter().find(|value| $name(*value) == name);
                found.copied().ok_or_else(|| D::Error::custom(format!("there is no `{name}`")))
            }
        }
    };
}

const KINDS: &[Kind] = &[
    Kind::Agent,
    Kind::ChatMode,
    Kind::Prompt,
    Kind::Instructions,
    Kind::AlwaysOn,
    Kind::Skill,
    Kind::Spec,
    Kind::Plan,
    Kind::Memory,
    Kind::Context,
    Kind::Workflow,
    Kind::Mcp,
];
const SPACES: &[Space] = &[Space::Agent, Space::AgentFile, Space::Prompt, Space::Skill, Space::Server];

fn dialect_name(dialect: &Dialect) -> &'static str {
    match dialect {
        Dialect::Copilot => "copilot",
        Dialect::Claude => "claude",
    }
}

fn space_name(space: &Space) -> &'static str {
    match space {
        Space::Agent => "agent",
        Space::AgentFile => "agent-file",
        Space::Prompt => "prompt",
        Space::Skill => "skill",
        Space::Server => "server",
    }
}

by_name!(kind, Kind, KINDS, |value: &Kind| value.name());
by_name!(dialect, Dialect, &[Dialect::Copilot, Dialect::Claude], dialect_name);
by_name!(client, ClientId, &ClientId::ALL, |value: &ClientId| value.name());
by_name!(space, Space, SPACES, space_name);
