//! What the rest of a header makes of a proposal: what would contradict it is left out, and what it needs
//! comes with it.

use super::context::Context;
use super::spot::{Role, Spot};
use super::{Piece, Proposal, ProposalKind};
use crate::diagnostics::workflow::rights;
use crate::diagnostics::{
    Edit, ToolLines, grants_agents, may_be_switched_off, starts_agents, takes_no_tools, tool_lists,
    without_tools,
};
use segue_catalog::{ClientId, Dialect, Key, Kind};
use segue_syntax::yaml::{Map, Node};

/// Whether a value of the key goes with what stands elsewhere in the header.
pub(super) fn suits(context: &Context<'_>, key: &Key, spot: &Spot, value: &str) -> bool {
    let Some(map) = context.facts.header.yaml.map() else { return true };
    let is = |key: &str, value: bool| map.value(key).and_then(Node::as_bool) == Some(value);
    match (key.name.as_str(), value) {
        ("user-invocable", "false") => !is("disable-model-invocation", true) || may_be_off(context),
        ("disable-model-invocation", "true") => !is("user-invocable", false) || may_be_off(context),
        ("tools", tool) if is_agent(context) => {
            tool == "*" || !nobody_may_be_started(map) || !starts_agents(context.catalog, tool)
        }
        ("agent" | "mode", agent) if is_prompt(context) => {
            map.get("tools").is_none() || !takes_no_tools(agent)
        }
        ("permissions", "write-all") if context.kind == Kind::Workflow => !rights::writes_by_outputs(map),
        (name, level) if context.kind == Kind::Workflow => name
            .strip_prefix("permissions.")
            .is_none_or(|scope| !rights::changes_something(scope, level) || !rights::writes_by_outputs(map)),
        ("mcp-servers.*.type", transport) => is_reached(map, spot, transport),
        _ => true,
    }
}

/// Whether the key itself says something beside the others.
pub(super) fn is_read_beside(context: &Context<'_>, key: &Key) -> bool {
    let map = context.facts.header.yaml.map().filter(|_| key.name == "tools" && is_prompt(context));
    map.and_then(without_tools).is_none()
}

/// What else has to be written where the key gets a value.
pub(super) fn also(context: &Context<'_>, key: &Key) -> Option<Edit> {
    if key.name != "agents" || !is_read(context) {
        return None;
    }
    let lists = tool_lists(context.kind, context.dialect, &context.facts);
    let list = lists.first().filter(|list| !grants_agents(context.catalog, list))?;
    list.append("agent", || Some(ToolLines(context.text.into())))
}

/// Adds `agent` where a list of tools begins in a header that names whom the agent may start.
pub(super) fn begin_with_agent(context: &Context<'_>, key: &Key, spot: &Spot, proposal: &mut Proposal) {
    let is_key = proposal.kind == ProposalKind::Key;
    let begins = key.name == "tools" && spot.quote.is_none() && (is_key || spot.beside.is_empty());
    let map = context.facts.header.yaml.map().filter(|_| begins && is_read(context));
    let agents = map.and_then(|map| map.value("agents")).and_then(Node::as_seq);
    if agents.is_none_or(|seq| seq.items.is_empty()) || starts_agents(context.catalog, &proposal.label) {
        return;
    }
    let Some(Piece::Text(written)) = proposal.pieces.last_mut() else { return };
    let dash = if written.starts_with("- ") { Some(spot.column) } else { spot.column.checked_sub(2) };
    if let Some(list) = written.strip_suffix(']') {
        let item = if list.contains('\'') { "'agent'" } else { "agent" };
        *written = format!("{list}, {item}]");
    } else if let (false, Some(column), true) =
        (is_key, dash, written.starts_with("- ") || spot.role == Role::BlockItem)
    {
        *written = format!("{written}{}{:column$}- agent", context.line_end(), "");
    } else if !is_key {
        written.push_str(", agent");
    }
}

/// Whether a client of the file compares `agents` with `tools`.
fn is_read(context: &Context<'_>) -> bool {
    is_agent(context) && context.clients.has(ClientId::Vscode)
}

fn is_prompt(context: &Context<'_>) -> bool {
    context.kind == Kind::Prompt
        && context.dialect == Dialect::Copilot
        && context.clients.has(ClientId::Vscode)
}

fn is_agent(context: &Context<'_>) -> bool {
    matches!(context.kind, Kind::Agent | Kind::ChatMode) && context.dialect == Dialect::Copilot
}

fn nobody_may_be_started(map: &Map) -> bool {
    map.value("agents").and_then(Node::as_seq).is_some_and(|seq| seq.items.is_empty())
}

/// Whether somebody still starts what neither people nor models do.
fn may_be_off(context: &Context<'_>) -> bool {
    let state = context.world.file_at(context.path);
    state.is_some_and(|(id, state)| may_be_switched_off(context.world, id, state, context.clients))
}

/// Whether a server that says what it runs, or where it is, can be of that transport.
fn is_reached(map: &Map, spot: &Spot, transport: &str) -> bool {
    let [top, name, ..] = spot.above.as_slice() else { return true };
    let server = map.value(top).and_then(Node::as_map).and_then(|servers| servers.value(name)?.as_map());
    let says = |key: &str| server.is_some_and(|server| server.get(key).is_some());
    let is_local = matches!(transport, "local" | "stdio");
    let is_open = !says("command") && !says("url");
    is_open || says(if is_local { "command" } else { "url" })
}
