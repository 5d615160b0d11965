//! Cards of what has a name in the workspace: agents, prompts, skills and servers.

use crate::file::{FileState, Space};
use crate::names;
use crate::servers;
use crate::world::World;
use segue_catalog::catalog;
use segue_syntax::yaml::{Map, Node};

pub(super) fn card(world: &World, space: Space, name: &str) -> Option<String> {
    match space {
        Space::Server => server(world, name),
        Space::Agent | Space::AgentFile => agent(world, space, name),
        Space::Prompt => file(world, space, name, "prompt"),
        Space::Skill => file(world, space, name, "skill"),
    }
}

fn agent(world: &World, space: Space, name: &str) -> Option<String> {
    if world.definers(space, name).next().is_some() {
        return file(world, space, name, "agent");
    }
    let rows = &catalog().builtin_agent_rows;
    if let Some(row) = rows.iter().find(|row| row.name == name || row.also.iter().any(|other| other == name))
    {
        let clients = crate::clients::told(row.clients.iter().copied().collect());
        return Some(format!("**{}** · agent built into {clients}\n\n{}", row.name, row.doc));
    }
    let own = world.user_files("").agents.iter().any(|own| own == name);
    own.then(|| format!("**{name}** · agent of yours"))
}

/// The files that define a name: what the first says of itself, and where all of them are.
fn file(world: &World, space: Space, name: &str, what: &str) -> Option<String> {
    let mut definers = world.definers(space, name);
    let (id, state) = definers.next()?;
    let slash = if matches!(space, Space::Prompt | Space::Skill) { "/" } else { "" };
    let mut card = format!("**{slash}{name}** · {what}");
    if state.exports.hidden {
        card.push_str(" · hidden from users");
    }
    card.push_str(&described(state));
    card.push_str(&format!("\n\n`{}`", world.path(id)));
    for (other, _) in definers {
        card.push_str(&format!(", `{}`", world.path(other)));
    }
    Some(card)
}

/// The header in a few lines.
fn described(state: &FileState) -> String {
    let Some(map) = state.facts().and_then(|facts| facts.header.yaml.map()) else { return String::new() };
    let mut text = String::new();
    if let Some(description) = map.str("description").map(str::trim).filter(|text| !text.is_empty()) {
        text.push_str(&format!("\n\n{description}"));
    }
    let mut lines = Vec::new();
    for key in ["tools", "model", "agents", "agent", "argument-hint"] {
        if let Some(words) = map.value(key).and_then(words) {
            lines.push(format!("\n- {key}: {words}"));
        }
    }
    let handoffs: Vec<String> = names::handoffs(map).filter_map(handoff).collect();
    if !handoffs.is_empty() {
        lines.push(format!("\n- hands off to {}", handoffs.join(", ")));
    }
    if !lines.is_empty() {
        text.push_str(&format!("\n{}", lines.concat()));
    }
    text
}

fn handoff(map: &Map) -> Option<String> {
    let agent = map.str("agent")?;
    Some(match map.str("label") {
        Some(label) => format!("`{agent}` ({label})"),
        None => format!("`{agent}`"),
    })
}

/// A scalar or a list in one line.
fn words(node: &Node) -> Option<String> {
    const MOST: usize = 12;
    if let Some(text) = node.as_str() {
        return Some(format!("`{}`", text.trim())).filter(|_| !text.trim().is_empty());
    }
    let items: Vec<&str> = node.as_seq()?.items.iter().filter_map(Node::as_str).collect();
    if items.is_empty() {
        return Some("none".to_owned());
    }
    let mut shown: Vec<String> = items.iter().take(MOST).map(|item| format!("`{item}`")).collect();
    if items.len() > MOST {
        shown.push(format!("and {} more", items.len() - MOST));
    }
    Some(shown.join(", "))
}

fn server(world: &World, name: &str) -> Option<String> {
    let configured = servers::configured(world, name);
    let canonical = catalog().canonical_server(name);
    let row = catalog().servers.iter().find(|row| row.name == canonical);
    let own = world.user_files("").servers.iter().any(|own| own == name);
    if configured.is_empty() && row.is_none() && !own {
        return None;
    }
    let mut card = format!("**{name}** · MCP server");
    if let Some(row) = row {
        card.push_str(&format!("\n\n{}", row.doc));
        if !row.built_in_on.is_empty() {
            let clients = crate::clients::told(row.built_in_on.iter().copied().collect());
            card.push_str(&format!(" Built into {clients}."));
        }
    }
    for server in &configured {
        let how = server.how().map(|how| format!(": `{how}`")).unwrap_or_default();
        card.push_str(&format!("\n\nConfigured in `{}`{how}", server.path));
    }
    if own {
        card.push_str("\n\nConfigured in a file of yours.");
    }
    // A card of a name is about no file: the settings at the top hold.
    let offer = servers::offer(world, "", name);
    let tools = offer.names();
    if !tools.is_empty() {
        const MOST: usize = 60;
        let mut shown: Vec<String> = tools.iter().take(MOST).map(|tool| format!("`{tool}`")).collect();
        if tools.len() > MOST {
            shown.push(format!("and {} more", tools.len() - MOST));
        }
        card.push_str(&format!("\n\nTools: {}", shown.join(", ")));
    }
    if let Some(answer) = offer.answers().max_by_key(|answer| answer.asked) {
        card.push_str(&format!("\n\nAsked on {}.", answer.day()));
    }
    Some(card)
}
