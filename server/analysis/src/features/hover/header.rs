//! Keys and values of a header.

use super::Hover;
use crate::clients;
use crate::features::about::{self, About};
use crate::features::completion::{self, Role, Spot};
use crate::features::convert;
use crate::file::{FileState, Space};
use crate::servers;
use crate::world::World;
use segue_catalog::{Answer, Answerers, ClientId, ClientSet, Dialect, Key, Kind, Shape, catalog};
use segue_syntax::Span;

pub(super) fn meaning(
    world: &World,
    path: &str,
    state: &FileState,
    text: &str,
    (content, offset): (Span, usize),
    editor: Answerers,
) -> Option<Hover> {
    let spot = completion::spot_at(text, content, offset)?;
    let table = catalog().keys(state.kind?, state.dialect)?;
    let word = spot.whole.of(text);
    if word.is_empty() {
        return None;
    }
    let is_key = match spot.role {
        Role::Key(followed) => followed,
        // The first key of a map in a list.
        Role::BlockItem => text.get(spot.whole.end as usize..).is_some_and(|rest| rest.starts_with(':')),
        Role::Value(_) | Role::FlowItem => false,
    };
    let word = word.trim_matches(['"', '\'']);
    let hooks = spot.above.first().is_some_and(|key| key.trim_end_matches("[]") == "hooks");
    let (span, found) = if is_key && hooks {
        let known = |about: About| about::card(world, &about);
        let event = spot.above.len() == 1;
        let found = if event { About::HookEvent(word.to_owned()) } else { About::HookField(word.to_owned()) };
        (spot.whole, known(found))
    } else if is_key {
        let place: Vec<&str> = spot.above.iter().map(String::as_str).chain([word]).collect();
        let key = table.at(&place)?;
        let told = editor.prompts && key.in_vscode == Answer::Same;
        let about = About::Key { kind: state.kind?, dialect: state.dialect, name: key.name.clone() };
        let card = if told { about::key_beside(&about) } else { about::card(world, &about) };
        (spot.whole, card)
    } else {
        let key = completion::own_key(table, &spot)?;
        if let Some(span) = completion::agent_in_tool(text, offset).filter(|_| lists_tools(&key.name)) {
            let about = About::Name { space: Space::Agent, name: span.of(text).to_owned() };
            if let Some(markdown) = about::card(world, &about) {
                return Some(Hover { span, markdown });
            }
        }
        let spot = part(text, state, key, spot);
        (spot.whole, value(world, path, state, key, spot.whole.of(text).trim(), editor))
    };
    Some(Hover { span, markdown: found? })
}

/// The part of a string with commas; `Bash(git *, ls)` keeps together what its parentheses hold.
fn part(text: &str, state: &FileState, key: &Key, spot: Spot) -> Spot {
    let list = key.shapes.contains(&Shape::CommaString) && matches!(spot.role, Role::Value(_));
    let globs = state.kind == Some(Kind::Instructions);
    if list && !globs { completion::part(text, &spot) } else { spot }
}

fn value(
    world: &World,
    path: &str,
    state: &FileState,
    key: &Key,
    word: &str,
    editor: Answerers,
) -> Option<String> {
    let (kind, dialect) = (state.kind?, state.dialect);
    let told = editor.prompts && key.in_vscode == Answer::Same;
    let word = word.trim_matches(['"', '\'']);
    let named = |space| about::card(world, &About::Name { space, name: word.to_owned() });
    let own = || {
        let (name, value) = (key.name.clone(), word.to_owned());
        about::card(world, &About::Value { kind, dialect, name, value })
    };
    match key.name.as_str() {
        name if lists_tools(name) && kind != Kind::Workflow => {
            let config = world.config(path);
            let clients = clients::of_file(path, kind, dialect, state.facts()?, config);
            let claude = dialect == Dialect::Claude || kind == Kind::Skill;
            let vscode = clients.has(ClientId::Vscode);
            let known = told && vscode && catalog().vscode_tool(word).is_some();
            let mut card = match known {
                true => format!("**{word}**"),
                false => tool(world, path, word, claude, vscode)?,
            };
            if kind != Kind::Skill {
                card.push_str(&readers(clients, dialect, word));
            }
            Some(card).filter(|card| !known || card.contains('\n'))
        }
        "model" | "agent" if told => None,
        "model" | "models" | "handoffs[].model" => own().or_else(|| model(world, word)),
        "agents" | "handoffs[].agent" => named(Space::Agent),
        "agent" => named(Space::Agent).or_else(own),
        "skills" => named(Space::Skill),
        "mcpServers" => named(Space::Server),
        _ => own(),
    }
}

fn lists_tools(key: &str) -> bool {
    matches!(key, "tools" | "disallowedTools" | "allowed-tools" | "disallowed-tools")
}

/// Which clients of the file read a name in a list of tools, and which pass it over.
fn readers(clients: ClientSet, dialect: Dialect, word: &str) -> String {
    if clients.iter().count() < 2 {
        return String::new();
    }
    let mut table = "\n\n| client | |\n|---|---|".to_owned();
    for client in clients.iter() {
        let known = convert::knows(catalog(), client, dialect, word);
        let title = clients::told(ClientSet::of(&[client]));
        table.push_str(&format!("\n| {title} | {} |", if known { "reads it" } else { "ignores it" }));
    }
    table
}

/// A name in a list of tools, in the words of whoever reads it first.
pub(super) fn tool(world: &World, reader: &str, written: &str, claude: bool, vscode: bool) -> Option<String> {
    let name = written.split('(').next().unwrap_or(written).trim();
    let of = |client| about::card(world, &About::Tool { client, name: name.to_owned() });
    let server = || {
        if let Some((server, tool)) = servers::named(world, reader, name) {
            let (reader, about) = (reader.to_owned(), server.clone());
            let tool = about::card(world, &About::ServerTool { reader, server, tool });
            return tool.or_else(|| about::card(world, &About::Name { space: Space::Server, name: about }));
        }
        let name = name.strip_prefix("mcp__")?.to_owned();
        about::card(world, &About::Name { space: Space::Server, name })
    };
    let order: &[ClientId] = match (claude, vscode) {
        (true, _) => &[ClientId::Claude, ClientId::Github, ClientId::Vscode],
        (false, true) => &[ClientId::Vscode, ClientId::Github, ClientId::Claude],
        (false, false) => &[ClientId::Github, ClientId::Vscode, ClientId::Claude],
    };
    order.iter().find_map(|client| of(*client)).or_else(server)
}

/// A model by its name or id, with or without vendor.
fn model(world: &World, written: &str) -> Option<String> {
    let name =
        written.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")).map_or(written, |(name, _)| name);
    let same = |own: &str| own.eq_ignore_ascii_case(name) || own.eq_ignore_ascii_case(written);
    let row = catalog().models.iter().find(|row| same(&row.name) || row.id.as_deref().is_some_and(same))?;
    about::card(world, &About::Model(row.name.clone()))
}
