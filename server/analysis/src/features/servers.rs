//! What is known of MCP servers: where they are configured, and which tools they may offer.

use crate::file::{Content, Space};
use crate::intern::PathId;
use crate::world::World;
use segue_syntax::yaml::{Map, Node};
use std::sync::Arc;

/// Where a server is configured, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The file.
    pub path: Arc<str>,
    /// Its command or its address, as it is written.
    pub how: Option<String>,
    /// The tools that the configuration names.
    pub tools: Vec<String>,
}

/// Every place where a server of that name is configured, by path.
#[must_use]
pub fn configured(world: &World, name: &str) -> Vec<Server> {
    world.definers(Space::Server, name).filter_map(|(id, _)| of_file(world, id, name)).collect()
}

/// The tools that some configuration of the server names, sorted.
#[must_use]
pub fn tools_of(world: &World, name: &str) -> Vec<String> {
    let mut tools: Vec<String> =
        configured(world, name).into_iter().flat_map(|server| server.tools).collect();
    tools.sort();
    tools.dedup();
    tools
}

fn of_file(world: &World, id: PathId, name: &str) -> Option<Server> {
    let root = match &world.file(id)?.content {
        Content::Json(document) => document.root.as_ref().and_then(Node::as_map),
        Content::Markdown(facts) => facts.header.yaml.map(),
        Content::Unreadable(_) => None,
    }?;
    let tops = segue_catalog::catalog().mcp_files.iter().map(|row| row.top.as_str());
    let mut tops = tops.chain(["mcp-servers"]);
    let server: &Map = tops.find_map(|top| root.value(top)?.as_map()?.value(name)?.as_map())?;
    let tools =
        server.value("tools").and_then(Node::as_seq).map(|seq| seq.items.as_slice()).unwrap_or_default();
    let tools = tools.iter().filter_map(Node::as_str).filter(|tool| !tool.is_empty() && *tool != "*");
    Some(Server {
        path: world.path(id),
        how: server.str("command").or_else(|| server.str("url")).map(str::to_owned),
        tools: tools.map(str::to_owned).collect(),
    })
}
