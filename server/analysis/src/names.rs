//! Names: who defines an agent, a prompt, a skill or a server, and who uses it.

use crate::diagnostics::mcp_file;
use crate::file::{Name, Space};
use crate::{path, servers};
use segue_catalog::{Dialect, Kind};
use segue_syntax::yaml::{Map, Node, Scalar};
use segue_syntax::{Facts, json};

/// The names that a file defines.
#[must_use]
pub fn defined(path: &str, kind: Kind, facts: &Facts) -> Vec<Name> {
    let map = facts.header.yaml.map();
    let own = map.and_then(|map| map.str("name")).map(str::trim).filter(|name| !name.is_empty());
    let stem = stem(path);
    let mut names = Vec::new();
    let mut add = |space, text: &str| names.push(Name { space, text: text.into() });
    match kind {
        Kind::Agent | Kind::ChatMode => {
            add(Space::Agent, own.unwrap_or(stem));
            add(Space::AgentFile, stem);
        }
        Kind::Prompt => add(Space::Prompt, &slash_name(own.unwrap_or(stem))),
        // The folder is what every client calls a skill; its `name` is a second way to say it.
        Kind::Skill => add(Space::Skill, path::folder_name(path)),
        _ => {}
    }
    for servers in map.into_iter().flat_map(servers::written_in).flat_map(servers::maps) {
        servers.entries.iter().for_each(|entry| add(Space::Server, &entry.key.text));
    }
    names
}

/// The names that a file uses.
#[must_use]
pub fn used(kind: Kind, dialect: Dialect, facts: &Facts) -> Vec<Name> {
    let Some(map) = facts.header.yaml.map() else { return Vec::new() };
    let mut names = Vec::new();
    for node in agent_nodes(kind, dialect, map) {
        if let Some(text) = node.as_str() {
            names.push(Name { space: Space::Agent, text: text.trim().into() });
        }
    }
    for node in tool_nodes(map) {
        if let Some((server, _)) = node.as_str().and_then(|text| text.split_once('/')) {
            names.push(Name { space: Space::Server, text: server.into() });
        }
    }
    names
}

/// The values of the header that name agents: `agents`, `handoffs[].agent`, a prompt's `agent`.
#[must_use]
pub fn agent_nodes(kind: Kind, dialect: Dialect, map: &Map) -> Vec<&Node> {
    let mut nodes = Vec::new();
    if dialect == Dialect::Claude {
        return nodes;
    }
    match kind {
        Kind::Agent | Kind::ChatMode => {
            nodes.extend(map.value("agents").and_then(Node::as_seq).into_iter().flat_map(|seq| &seq.items));
            nodes.extend(handoffs(map).filter_map(|handoff| handoff.value("agent")));
        }
        Kind::Prompt => nodes.extend(map.value("agent").or_else(|| map.value("mode"))),
        _ => {}
    }
    nodes
}

/// Other values that name an agent, which only some clients read: the `agent` in which a skill or a
/// command of Claude Code runs.
pub fn more_agent_nodes(kind: Kind, map: &Map) -> Option<&Node> {
    (kind == Kind::Skill).then(|| map.value("agent")).flatten()
}

/// What names a prompt or skill in a header: the items of `skills`, and the command that a handoff's
/// `prompt` begins with. The value, its scalar, and offset and length of the name in its text.
#[must_use]
pub fn slash_nodes(kind: Kind, map: &Map) -> Vec<(&Node, &Scalar, usize, usize)> {
    if !matches!(kind, Kind::Agent | Kind::ChatMode) {
        return Vec::new();
    }
    let skills = map.value("skills").and_then(Node::as_seq).into_iter().flat_map(|seq| &seq.items);
    let skills = skills.filter_map(|node| {
        let scalar = node.as_scalar()?;
        let name = scalar.text.trim();
        let at = scalar.text.len() - scalar.text.trim_start().len();
        (!name.is_empty()).then_some((node, scalar, at, name.len()))
    });
    let prompts = handoffs(map).filter_map(|handoff| {
        let node = handoff.value("prompt")?;
        let scalar = node.as_scalar()?;
        let rest = scalar.text.strip_prefix('/')?;
        let len = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
        (len > 0 && !rest.get(..len)?.contains('/')).then_some((node, scalar, 1, len))
    });
    skills.chain(prompts).collect()
}

/// The agents in `Agent(one, two)`, as Claude Code limits whom an agent may start, with their offsets.
#[must_use]
pub fn agents_of_tool(item: &str) -> Vec<(usize, &str)> {
    let Some((tool, rest)) = item.split_once('(') else { return Vec::new() };
    let Some(list) = rest.strip_suffix(')').filter(|_| matches!(tool.trim(), "Agent" | "Task")) else {
        return Vec::new();
    };
    let mut at = tool.len() + 1;
    let mut found = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        if !name.is_empty() {
            found.push((at + (part.len() - part.trim_start().len()), name));
        }
        at += part.len() + 1;
    }
    found
}

/// Whether some client reads `@name` and `/name` in the body of this kind.
#[must_use]
pub fn reads_mentions(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Agent | Kind::ChatMode | Kind::Prompt | Kind::Instructions | Kind::AlwaysOn | Kind::Skill
    )
}

/// The server of a tool, as the parts of its name may mean it, the longest first.
pub fn servers_of_tool(tool: &str) -> impl Iterator<Item = &str> {
    let claude =
        tool.strip_prefix("mcp__").map(|rest| rest.split_once("__").map_or(rest, |(server, _)| server));
    let ends = tool.rmatch_indices('/').filter_map(move |(at, _)| tool.get(..at));
    claude.into_iter().chain(ends)
}

/// The entries of `handoffs` that are maps.
pub fn handoffs(map: &Map) -> impl Iterator<Item = &Map> {
    map.value("handoffs")
        .and_then(Node::as_seq)
        .into_iter()
        .flat_map(|seq| &seq.items)
        .filter_map(Node::as_map)
}

/// The items of `tools`, where it is a list.
pub fn tool_nodes(map: &Map) -> impl Iterator<Item = &Node> {
    map.value("tools").and_then(Node::as_seq).into_iter().flat_map(|seq| &seq.items)
}

/// Whether an agent hides from users' pickers (`user-invocable: false`).
#[must_use]
pub fn hidden(facts: &Facts) -> bool {
    facts.header.yaml.map().and_then(|map| map.value("user-invocable")).and_then(Node::as_bool) == Some(false)
}

/// Whether the header of an agent or skill hides it from people and from models alike.
#[must_use]
pub fn switched_off(kind: Kind, map: &Map) -> bool {
    let says = |key: &str, value: bool| map.value(key).and_then(Node::as_bool) == Some(value);
    let both = says("user-invocable", false) && says("disable-model-invocation", true);
    match kind {
        Kind::Skill => both,
        // The old switch turned both off at once (VS Code).
        Kind::Agent => both || says("infer", false),
        _ => false,
    }
}

/// A text as a name of lower-case ASCII letters, digits and single hyphens.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// The base name without the ending that says what the file is: `planner` of `planner.agent.md`.
#[must_use]
pub fn stem(path: &str) -> &str {
    let name = path::file_name(path);
    let endings = [
        ".agent.md",
        ".chatmode.md",
        ".prompt.md",
        ".instructions.md",
        ".spec.md",
        ".plan.md",
        ".memory.md",
        ".context.md",
        ".md",
    ];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// What a prompt is called after the slash: every run of other characters than letters, digits and
/// `_-.:` becomes a hyphen (VS Code).
#[must_use]
pub fn slash_name(name: &str) -> String {
    let mut slash = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':') {
            slash.push(c);
        } else if !slash.ends_with('-') {
            slash.push('-');
        }
    }
    slash
}

/// Whether `@path` in the body of this kind is an import for some client.
#[must_use]
pub fn reads_imports(kind: Kind) -> bool {
    matches!(kind, Kind::AlwaysOn | Kind::Instructions)
}

/// The servers that a configuration file defines.
#[must_use]
pub fn servers_of_file(path: &str, document: &json::Document) -> Vec<Name> {
    let row = mcp_file(path);
    let servers = row.and_then(|row| servers::holder(document, row)?.value(&row.top)?.as_map());
    servers
        .into_iter()
        .flat_map(|servers| &servers.entries)
        .map(|entry| Name { space: Space::Server, text: entry.key.text.clone() })
        .collect()
}

/// Whether `path` is `ending` or ends in `/ending`.
#[must_use]
pub fn ends_with_path(path: &str, ending: &str) -> bool {
    path.strip_suffix(ending).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_and_slash_names() {
        assert_eq!(stem(".github/agents/planner.agent.md"), "planner");
        assert_eq!(stem(".claude/agents/a.b.md"), "a.b");
        assert_eq!(slash_name("My Prompt (v2)"), "My-Prompt-v2-");
        assert_eq!(slash_name("plan.do:it_now"), "plan.do:it_now");
    }
}
