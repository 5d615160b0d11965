//! Tools: sets and their members, the words that clients share, and the servers with what they offer.

use super::ProposalKind;
use super::context::Context;
use super::spot::Spot;
use super::write::Value;
use crate::features::about::About;
use crate::file::Space;
use crate::servers::{self, spelled_by_claude};
use segue_catalog::{AliasSet, ClientId, ClientSet, VscodeName};
use std::collections::BTreeSet;

/// Items of `tools` in agents, chat modes and prompts.
pub(super) fn of_copilot(context: &Context<'_>, spot: &Spot) -> Vec<Value> {
    if spot.beside.iter().any(|own| own == "*") {
        return Vec::new();
    }
    let mut found = if context.clients.has(ClientId::Vscode) || context.clients.is_empty() {
        of_vscode(context, &spot.beside)
    } else {
        shared_words(context)
    };
    found.extend(of_servers(
        context,
        context.clients,
        &spot.beside,
        |server| format!("{server}/"),
        str::to_owned,
    ));
    found.extend(context.config.known.tools.iter().filter(|name| !name.contains('*')).map(|name| Value {
        text: name.clone(),
        kind: ProposalKind::Tool,
        detail: Some("segue.toml".to_owned()),
        about: None,
    }));
    found
}

/// What VS Code knows: sets first, then their members, then single tools. What the list grants already,
/// and what would make something of the list superfluous, is left out.
pub(super) fn of_vscode(context: &Context<'_>, beside: &[String]) -> Vec<Value> {
    let Some(table) = context.catalog.tools(ClientId::Vscode) else { return Vec::new() };
    let granted = |name: &str| {
        beside.iter().any(|own| context.catalog.set_members(own).iter().any(|member| member == name))
    };
    let there = |name: &str| {
        beside.iter().any(|own| {
            own == name
                || matches!(context.catalog.vscode_tool(own), Some(VscodeName::Tool(tool)) if tool.name == name)
        })
    };
    let sets = table.sets.iter().filter(|set| {
        !set.hidden && !there(&set.name) && !set.members.iter().any(|member| there(member) || granted(member))
    });
    let sets = sets.map(|set| Value {
        text: set.name.clone(),
        kind: ProposalKind::ToolSet,
        detail: Some(format!("{} tools", set.members.len())),
        about: Some(About::Tool { client: ClientId::Vscode, name: set.name.clone() }),
    });
    let tools = table.tools.iter().filter(|tool| !there(&tool.name) && !granted(&tool.name));
    let mut tools: Vec<_> = tools.collect();
    // What not everybody has comes after what everybody has.
    tools.sort_by_key(|tool| tool.unsettled.is_some() || tool.conditional);
    let tools = tools.into_iter().map(|tool| Value {
        text: tool.name.clone(),
        kind: ProposalKind::Tool,
        detail: tool.conditional.then(|| "not always there".to_owned()),
        about: Some(About::Tool { client: ClientId::Vscode, name: tool.name.clone() }),
    });
    sets.chain(tools).collect()
}

/// The words that GitHub and Copilot CLI share.
fn shared_words(context: &Context<'_>) -> Vec<Value> {
    let rows = context.catalog.tools(ClientId::Github).into_iter().flat_map(|table| &table.aliases);
    let known = |row: &&AliasSet| {
        context.clients.is_empty() || context.clients.iter().any(|client| !row.not_on.contains(&client))
    };
    let mut rows: Vec<_> = rows.filter(known).collect();
    let lacks = |row: &AliasSet| -> ClientSet {
        context.clients.iter().filter(|client| row.not_on.contains(client)).collect()
    };
    rows.sort_by_key(|row| !lacks(row).is_empty());
    rows.into_iter()
        .map(|row| Value {
            text: row.name.clone(),
            kind: ProposalKind::ToolSet,
            detail: Some(lacks(row))
                .filter(|missing| !missing.is_empty())
                .map(|missing| format!("not known to {}", crate::clients::told(missing))),
            about: Some(About::Tool { client: ClientId::Github, name: row.name.clone() }),
        })
        .collect()
}

/// The tools of Claude Code, and those of servers in its spelling. Where they are allowed without a
/// question, commands are not proposed without a limit.
pub(super) fn of_claude(context: &Context<'_>, spot: &Spot, allowed: bool) -> Vec<Value> {
    let rows = context.catalog.tools(ClientId::Claude).into_iter().flat_map(|table| &table.tools);
    let absent = rows.filter(|row| !spot.beside.iter().any(|own| own.split('(').next() == Some(&row.name)));
    let mut found: Vec<Value> = absent
        .map(|row| Value {
            text: if allowed && row.name == "Bash" { "Bash(git *)".to_owned() } else { row.name.clone() },
            kind: ProposalKind::Tool,
            detail: None,
            about: Some(About::Tool { client: ClientId::Claude, name: row.name.clone() }),
        })
        .collect();
    let prefix = |server: &str| format!("mcp__{}__", spelled_by_claude(server));
    found.extend(of_servers(context, context.clients, &spot.beside, prefix, spelled_by_claude));
    found
}

/// What the configuration of one server may let through: all of its tools, or those that are known.
pub(super) fn of_one_server(context: &Context<'_>, spot: &Spot) -> Vec<Value> {
    let value = |text: String, kind, about| Value { text, kind, detail: None, about };
    let mut found = vec![value("*".to_owned(), ProposalKind::ToolSet, None)];
    let [_, server, ..] = spot.above.as_slice() else { return found };
    let offer = servers::offer(context.world, context.path, server);
    // What this very list lets through says nothing of what it may let through.
    let told = offer.answers().flat_map(|answer| &answer.tools).map(|tool| tool.name.clone());
    let tools: BTreeSet<String> = offer.names().into_iter().chain(told).collect();
    for tool in tools {
        let (reader, server) = (context.path.to_owned(), server.clone());
        let about = offer.tool(&tool).map(|_| About::ServerTool { reader, server, tool: tool.clone() });
        found.push(value(tool, ProposalKind::Tool, about));
    }
    found
}

/// Servers that are configured, or that one of the clients brings along: all of their tools, and each that
/// is known.
pub(super) fn of_servers(
    context: &Context<'_>,
    clients: ClientSet,
    beside: &[String],
    prefix: impl Fn(&str) -> String,
    spelled: fn(&str) -> String,
) -> Vec<Value> {
    let mut names: Vec<(String, &str)> =
        context.world.names(Space::Server).into_iter().map(|name| (name.into(), "MCP server")).collect();
    names.extend(
        context.world.user_files(context.path).servers.iter().map(|name| (name.clone(), "your MCP server")),
    );
    let rows = context
        .catalog
        .servers
        .iter()
        .filter(|row| row.built_in_on.iter().any(|client| clients.has(*client)));
    names.extend(rows.map(|row| (row.name.clone(), "MCP server, built in")));
    let mut found: Vec<Value> = Vec::new();
    for (server, detail) in names {
        let canonical = context.catalog.canonical_server(&server).to_owned();
        let prefix = prefix(&canonical);
        let all = format!("{prefix}*");
        if beside.contains(&all) || found.iter().any(|own| own.text == all) {
            continue;
        }
        let value = |text: String, kind, about| Value { text, kind, detail: Some(detail.to_owned()), about };
        if !beside.iter().any(|own| own.starts_with(&prefix)) {
            let about = About::Name { space: Space::Server, name: server.clone() };
            found.push(value(all, ProposalKind::ToolSet, Some(about)));
        }
        let offer = servers::offer(context.world, context.path, &server);
        for tool in offer.names() {
            let text = format!("{prefix}{}", spelled(&tool));
            if beside.contains(&text) {
                continue;
            }
            let about = match offer.tool(&tool) {
                Some(_) => {
                    About::ServerTool { reader: context.path.to_owned(), server: server.clone(), tool }
                }
                None => About::Name { space: Space::Server, name: server.clone() },
            };
            found.push(value(text, ProposalKind::Tool, Some(about)));
        }
    }
    found
}
