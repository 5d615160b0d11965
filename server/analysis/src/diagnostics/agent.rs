//! `agent/*`: names of agents in `agents`, `handoffs` and a prompt's `agent`, and the graph they make.
//!
//! VS Code finds an agent by its `name`, spelled exactly. Users, organisations and extensions supply
//! agents that no checkout shows, so a name that nobody here has is a hint, unless it is clearly meant
//! for one that is here.

pub(crate) mod graph;
mod handoff;
#[cfg(test)]
mod tests;

use super::{Context, Fix, Report, near, tool};
use crate::config::Known;
use crate::file::{FileState, Space};
use crate::{names, path};
use segue_catalog::{Catalog, ClientId, Dialect, Kind, Severity};
use segue_syntax::facts::HeaderShape;
use segue_syntax::yaml::{Map, Node};
use std::sync::Arc;

pub(super) fn check(context: &mut Context<'_>) {
    let facts = context.facts;
    if facts.header.shape != HeaderShape::Closed {
        return;
    }
    let Some(map) = facts.header.yaml.map() else { return };
    let mut told_in_flow = false;
    for node in names::agent_nodes(context.kind, context.dialect, map) {
        unknown(context, map, node, &mut told_in_flow);
    }
    let is_agent =
        matches!(context.kind, Kind::Agent | Kind::ChatMode) && context.dialect == Dialect::Copilot;
    // Only VS Code acts on handoffs and `agents`.
    if is_agent && context.clients.has(ClientId::Vscode) {
        handoff::check(context, map);
        agents_and_their_tool(context, map);
        graph::cycle(context, map);
    }
    graph::unreachable(context, map);
}

/// Whether a plan may name this agent: by its name, or as its file is called.
pub(super) fn is_known(context: &Context<'_>, name: &str) -> bool {
    is_there(context, name) || context.world.definers(Space::AgentFile, name).next().is_some()
}

/// Whether all agents of this name, or of files that are called so, are ones that nobody can start.
pub(super) fn is_out_of_reach(context: &Context<'_>, name: &str) -> bool {
    let world = context.world;
    let by_name = world.definers(Space::Agent, name);
    let mut all = by_name.chain(world.definers(Space::AgentFile, name)).peekable();
    all.peek().is_some() && all.all(|(id, state)| graph::is_out_of_reach(world, id, state))
}

/// The agent that a slip surely means.
pub(super) fn meant(context: &Context<'_>, name: &str) -> Option<String> {
    nearest(context, name)
}

/// What a client does with the name of an agent that it does not find.
fn unknown(context: &mut Context<'_>, map: &Map, node: &Node, told_in_flow: &mut bool) {
    let Some(written) = node.as_str().map(str::trim) else { return };
    let listed = map
        .value("agents")
        .and_then(Node::as_seq)
        .filter(|seq| seq.items.iter().any(|item| std::ptr::eq(item, node)));
    if written.is_empty() || written.contains(['{', '}', '<', '>', '$']) || is_there(context, written) {
        return;
    }
    if written == "*" && listed.is_some() {
        return;
    }
    let span = node.inner_span();
    let as_file = file_spelling(written);
    let by_file = name_of_file(context, as_file.unwrap_or(written));
    let meant = by_file.clone().or_else(|| nearest(context, as_file.unwrap_or(written)));
    let message = match (as_file, &meant) {
        (Some(_), Some(name)) => {
            format!("`{written}` is a file; VS Code looks for the agent's name, `{name}`.")
        }
        (Some(_), None) => format!("`{written}` is a file name, and agents are looked for by their names."),
        (None, Some(name)) if by_file.is_some() => {
            format!("`{written}` is how the file is called; VS Code looks for the agent's name, `{name}`.")
        }
        (None, Some(name)) => format!("No agent is called `{written}`. Did you mean `{name}`?"),
        (None, None) => {
            let flow = listed.is_some_and(|seq| seq.flow);
            if flow && std::mem::replace(told_in_flow, true) {
                return;
            }
            let message = format!(
                "No agent of this workspace is called `{written}`: one of a user, an organisation or an extension cannot be verified here."
            );
            context.send(Report::new("agent/unknown", span, message).severity(Severity::Hint));
            return;
        }
    };
    let mut report = Report::new("agent/unknown", span, message);
    if let Some(name) = meant {
        report = report.offered_fix(format!("Replace by `{name}`"), span, name);
    } else if let Some(stem) = as_file {
        report = report.offered_fix(format!("Replace by `{stem}`"), span, stem);
    }
    context.send(report);
}

/// Whether some client, the workspace, the user or the team has an agent of that name.
fn is_there(context: &Context<'_>, name: &str) -> bool {
    let world = context.world;
    let by_stem = !context.clients.has(ClientId::Vscode);
    is_built_in(context.catalog, name)
        || world.definers(Space::Agent, name).next().is_some()
        || (by_stem && world.definers(Space::AgentFile, name).next().is_some())
        || world.user_files(&context.path).agents.iter().any(|own| own == name)
        || Known::has(&context.config.known.agents, name)
}

fn is_built_in(catalog: &Catalog, name: &str) -> bool {
    catalog.builtin_agents.iter().any(|(own, _)| own == name)
}

/// The stem, where a name is written as a file: `doc-writer.agent.md`, `./agents/doc-writer.md`.
fn file_spelling(written: &str) -> Option<&str> {
    written.ends_with(".md").then(|| names::stem(written)).filter(|stem| !stem.is_empty())
}

/// The name of the one agent whose file has that stem.
fn name_of_file(context: &Context<'_>, stem: &str) -> Option<String> {
    let mut files = context.world.definers(Space::AgentFile, stem);
    let (_, state) = files.next()?;
    let name = agent_name(state)?.to_owned();
    files.all(|(_, other)| agent_name(other) == Some(&name)).then_some(name)
}

/// The name under which VS Code knows an agent's file.
fn agent_name(state: &FileState) -> Option<&str> {
    state.exports.names.iter().find(|name| name.space == Space::Agent).map(|name| &*name.text)
}

/// The one agent that a slip surely means.
fn nearest(context: &Context<'_>, written: &str) -> Option<String> {
    let built_in = context.catalog.builtin_agents.iter();
    let vscode =
        built_in.filter(|(_, clients)| clients.contains(&ClientId::Vscode)).map(|(name, _)| name.as_str());
    let files =
        context.world.files().filter(|(_, state)| matches!(state.kind, Some(Kind::Agent | Kind::ChatMode)));
    let own = files.filter_map(|(_, state)| agent_name(state));
    near::meant_words(written, own.chain(vscode)).map(str::to_owned)
}

/// The one file of the workspace that defines an agent.
fn definer<'w>(context: &Context<'w>, name: &'w str) -> Option<(crate::PathId, &'w Arc<FileState>)> {
    let world = context.world;
    let mut all = world.definers(Space::Agent, name);
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// `agents` says whom it may start; without the tool `agent` it can start nobody, and an empty list allows
/// nobody.
fn agents_and_their_tool(context: &mut Context<'_>, map: &Map) {
    let Some((value, seq)) = map.value("agents").and_then(|value| Some((value, value.as_seq()?))) else {
        return;
    };
    let facts = context.facts;
    let lists = tool::lists(context.kind, context.dialect, facts);
    let Some(list) = lists.first() else { return };
    let tool = list.items.iter().find(|item| starts_agents(context.catalog, item.name));
    match tool {
        Some(tool) if seq.items.is_empty() && tool.name != "*" => {
            let message =
                "VS Code reads an empty list as nobody: the tool that starts agents has nobody to start.";
            let report = Report::new("agent/nobody-to-start", value.span, message);
            let report = report.related(context.path.clone(), tool.span, "the tool that starts agents");
            return context.send(report.offered_fix("Allow all agents", value.span, "['*']"));
        }
        None if !seq.items.is_empty() => {}
        _ => return,
    }
    let message = "`tools` does not grant `agent`: VS Code lets this agent start none of these.";
    let mut report = Report::new("agent/missing-agent-tool", value.span, message).related(
        context.path.clone(),
        list.entry.key.span,
        "the tools that the file grants",
    );
    if let Some(edit) = list.append("agent", tool::lines(context)) {
        report =
            report.fix(Fix { title: "Add `agent` to `tools`".to_owned(), edits: vec![edit], safe: false });
    }
    context.send(report);
}

/// Whether a list of tools lets an agent start others.
pub(crate) fn grants_agents(catalog: &Catalog, list: &tool::ToolList<'_>) -> bool {
    list.items.iter().any(|item| starts_agents(catalog, item.name))
}

/// Whether a name in `tools` lets an agent start others, for some client.
pub(crate) fn starts_agents(catalog: &Catalog, name: &str) -> bool {
    let set = "agent";
    name == "*"
        || name.split('/').next() == Some(set)
        || catalog.copilot_alias(name).is_some_and(|alias| alias.name == set)
        || matches!(catalog.vscode_tool(name), Some(segue_catalog::VscodeName::Old(old)) if old.now.iter().any(|now| now.split('/').next() == Some(set)))
        || matches!(catalog.claude_tool(name), Some(segue_catalog::ClaudeName::Tool(tool)) if tool.name == "Agent" || tool.maps_to.iter().any(|now| now == set))
}

/// How a file is called in messages.
fn called(path: &str) -> String {
    format!("`{}`", path::file_name(path))
}
