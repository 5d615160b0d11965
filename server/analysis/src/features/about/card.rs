//! Cards of what stands in the tables.

use segue_catalog::{
    Catalog, ClaudeName, ClientId, Dialect, Key, KeyTable, Kind, Shape, Support, Tool, VariablePlace,
    VscodeName, catalog,
};

/// A key: what it does, its shape and default, who honours it, and what took its place. Where somebody else
/// has `told` what it means, the rest, if there is any.
pub(super) fn key(kind: Kind, dialect: Dialect, name: &str, told: bool) -> Option<String> {
    let table = catalog().keys(kind, dialect)?;
    let row = table.get(name)?;
    let mut card = format!("**{name}** · {}", shapes(row));
    if row.required {
        card.push_str(" · required");
    }
    let head = card.len();
    if let Some(new) = row.replaced_by.as_deref().filter(|_| row.deprecated && !told) {
        let new = if new.contains('`') { new.to_owned() } else { format!("`{new}`") };
        card.push_str(&format!("\n\nDeprecated: use {new}."));
    }
    if !told {
        card.push_str(&format!("\n\n{}", row.doc));
    }
    if let Some(default) = &row.default {
        card.push_str(&format!("\n\nDefault: {default}."));
    }
    card.push_str(&values(row));
    let below: Vec<String> = below(table, row);
    if !below.is_empty() {
        card.push_str(&format!("\n\nKeys: {}.", below.join(", ")));
    }
    if let Some(most) = row.max_length {
        card.push_str(&format!("\n\nAt most {most} characters."));
    }
    if let Some(since) = &row.since {
        card.push_str(&format!("\n\nSince {since}."));
    }
    card.push_str(&support_table(&table.row.clients.iter().map(|at| at.client).collect::<Vec<_>>(), row));
    (card.len() > head).then_some(card)
}

fn shapes(row: &Key) -> String {
    let words = row.shapes.iter().map(|shape| match shape {
        Shape::String => "text",
        Shape::Bool => "`true` or `false`",
        Shape::Integer => "number",
        Shape::List => "list",
        Shape::MapList => "list of maps",
        Shape::CommaString => "text with commas",
        Shape::Map => "map",
        Shape::Any => "anything",
    });
    words.collect::<Vec<_>>().join(" or ")
}

fn values(row: &Key) -> String {
    if row.values.is_empty() || row.shapes == [Shape::Bool] && row.values.iter().all(|own| own.doc.is_empty())
    {
        return String::new();
    }
    let lines = row.values.iter().map(|value| match (&value.replaced_by, value.doc.as_str()) {
        (Some(new), _) => format!("\n- `{}`: old, use `{new}`.", value.value),
        (None, "") => format!("\n- `{}`", value.value),
        (None, doc) => format!("\n- `{}`: {doc}", value.value),
    });
    format!("\n{}", lines.collect::<String>())
}

fn below(table: KeyTable<'_>, row: &Key) -> Vec<String> {
    let path =
        if row.shapes.contains(&Shape::MapList) { format!("{}[]", row.name) } else { row.name.clone() };
    let keys = table.below(&path).filter(|key| !key.hidden && key.word() != "*");
    keys.map(|key| format!("`{}`", key.word())).collect()
}

/// Which client makes what of a key.
fn support_table(clients: &[ClientId], row: &Key) -> String {
    let mut known: Vec<ClientId> = clients.to_vec();
    known.sort();
    known.dedup();
    if known.is_empty() {
        return String::new();
    }
    let mut table = "\n\n| client | |\n|---|---|".to_owned();
    for client in known {
        let title = catalog().client(client).map_or(client.name(), |row| row.title.as_str());
        let words = match row.support(client) {
            Support::Yes => "reads it",
            Support::Required => "needs it",
            Support::Ignored => "ignores it",
            Support::Deprecated => "still reads it",
            Support::Rejected => "refuses it",
            Support::Unknown => "not known",
        };
        table.push_str(&format!("\n| {title} | {words} |"));
    }
    table
}

/// A value of a key.
pub(super) fn value(kind: Kind, dialect: Dialect, name: &str, value: &str) -> Option<String> {
    let row = catalog().keys(kind, dialect)?.get(name)?;
    let found = row.values.iter().find(|own| own.value == value)?;
    let mut card = format!("`{name}: {value}`");
    if !found.doc.is_empty() {
        card.push_str(&format!("\n\n{}", found.doc));
    }
    if let Some(new) = &found.replaced_by {
        card.push_str(&format!("\n\nOld: use `{new}`."));
    }
    if !found.clients.is_empty() {
        let clients = found.clients.iter().copied().collect();
        card.push_str(&format!("\n\nKnown to {}.", crate::clients::told(clients)));
    }
    if row.default.as_deref().is_some_and(|default| default.trim_matches('`') == value) {
        card.push_str("\n\nThis is the default.");
    }
    Some(card)
}

/// A tool, a set or a word that stands for tools.
pub(super) fn tool(client: ClientId, name: &str) -> Option<String> {
    match client {
        ClientId::Vscode => of_vscode(catalog(), name),
        ClientId::Claude => of_claude(catalog(), name),
        ClientId::Github | ClientId::CopilotCli => of_copilot(catalog(), name),
    }
}

fn of_vscode(catalog: &Catalog, name: &str) -> Option<String> {
    Some(match catalog.vscode_tool(name)? {
        VscodeName::Set(set) => {
            let mut card = format!("**{}** · set of tools\n\n{}\n", set.name, set.doc);
            for member in &set.members {
                let doc = match catalog.vscode_tool(member) {
                    Some(VscodeName::Tool(tool)) => format!(": {}", tool.doc),
                    _ => String::new(),
                };
                card.push_str(&format!("\n- `{member}`{doc}"));
            }
            card.push_str(&elsewhere(catalog, name));
            card
        }
        VscodeName::Tool(tool) => {
            let mut card = one(tool);
            let sets = catalog.tools(ClientId::Vscode).into_iter().flat_map(|table| &table.sets);
            let sets: Vec<String> = sets
                .filter(|set| !set.hidden && set.members.contains(&tool.name))
                .map(|set| format!("`{}`", set.name))
                .collect();
            if !sets.is_empty() {
                card.push_str(&format!("\n\nIn the set {}.", sets.join(" and ")));
            }
            card.push_str(&elsewhere(catalog, name));
            card
        }
        VscodeName::Old(old) => {
            let now: Vec<String> = old.now.iter().map(|name| format!("`{name}`")).collect();
            let mut card = format!("**{}** · old name", old.name);
            if !now.is_empty() {
                card.push_str(&format!("\n\nNow {}.", now.join(", ")));
            }
            for text in [&old.hint, &old.unsettled].into_iter().flatten() {
                card.push_str(&format!("\n\n{text}"));
            }
            for name in &old.now {
                if let Some(VscodeName::Tool(tool)) = catalog.vscode_tool(name) {
                    card.push_str(&format!("\n- `{name}`: {}", tool.doc));
                }
            }
            card
        }
    })
}

fn one(tool: &Tool) -> String {
    let mut card = format!("**{}** · tool\n\n{}", tool.name, tool.doc);
    if tool.conditional {
        card.push_str("\n\nThere only with some setting or in some context.");
    }
    if let Some(text) = &tool.unsettled {
        card.push_str(&format!("\n\nNot settled: {text}"));
    }
    card
}

/// What GitHub and Copilot CLI make of a name of VS Code.
fn elsewhere(catalog: &Catalog, name: &str) -> String {
    match catalog.copilot_alias(name) {
        Some(alias) if alias.not_on.is_empty() => {
            format!("\n\nGitHub and Copilot CLI know `{}` too: {}", alias.name, alias.doc)
        }
        Some(alias) => format!("\n\nCopilot CLI knows `{}` too: {}", alias.name, alias.doc),
        None => String::new(),
    }
}

fn of_claude(catalog: &Catalog, name: &str) -> Option<String> {
    Some(match catalog.claude_tool(name)? {
        ClaudeName::Tool(tool) => {
            let mut card = one(tool);
            let grants: Vec<String> = tool.maps_to.iter().map(|name| format!("`{name}`")).collect();
            if !grants.is_empty() {
                card.push_str(&format!("\n\nVS Code takes it for {}.", grants.join(", ")));
            }
            card
        }
        ClaudeName::Old(old) => {
            let now: Vec<String> = old.now.iter().map(|name| format!("`{name}`")).collect();
            let mut card = format!("**{}** · old name", old.name);
            if !now.is_empty() {
                card.push_str(&format!("\n\nNow {}.", now.join(", ")));
            }
            if let Some(hint) = &old.hint {
                card.push_str(&format!("\n\n{hint}"));
            }
            card
        }
    })
}

fn of_copilot(catalog: &Catalog, name: &str) -> Option<String> {
    if let Some(alias) = catalog.copilot_alias(name) {
        let names: Vec<String> = alias.aliases.iter().map(|name| format!("`{name}`")).collect();
        return Some(format!(
            "**{}** · tools\n\n{}\n\nAlso written {}.",
            alias.name,
            alias.doc,
            names.join(", ")
        ));
    }
    catalog.cli_runtime_tool(name).map(|tool| format!("{}\n\nA tool of Copilot CLI.", one(tool)))
}

/// A model.
pub(super) fn model(name: &str) -> Option<String> {
    let row = catalog().models.iter().find(|row| row.name == name)?;
    let mut card = format!("**{}** · model", row.name);
    if let Some(family) = &row.family {
        card.push_str(&format!(" of {family}"));
    }
    if let Some(id) = &row.id {
        card.push_str(&format!("\n\nCopilot CLI and GitHub also read its id, `{id}`."));
    }
    if row.claude_word {
        card.push_str("\n\nA word of Claude Code: which model it is depends on the version.");
        if let Some(model) = &row.maps_to {
            card.push_str(&format!(" VS Code takes it for {model}."));
        }
    } else {
        card.push_str("\n\nWhich models there are depends on the day and the account.");
    }
    Some(card)
}

/// A variable.
pub(super) fn variable(name: &str) -> Option<String> {
    let row = catalog().variable(name)?;
    let places = row.places.iter().map(|place| match place {
        VariablePlace::Prompt => "prompt files",
        VariablePlace::ClaudeSkill => "skills in Claude Code",
        VariablePlace::ClaudeCommand => "commands of Claude Code",
        VariablePlace::Task => "tasks of VS Code",
        VariablePlace::Mcp => "configuration of MCP servers",
    });
    let places = places.collect::<Vec<_>>().join(", ");
    Some(format!("**{}** · variable\n\n{}\n\nIn {places}.", row.written, row.doc))
}

/// An event of hooks.
pub(super) fn hook_event(name: &str) -> Option<String> {
    let row = catalog().hook_events.iter().find(|row| row.name == name)?;
    Some(format!("**{}** · event\n\n{}", row.name, row.doc))
}

/// A key of a hook's command.
pub(super) fn hook_field(name: &str) -> Option<String> {
    let row = catalog().hook_fields.iter().find(|row| row.name == name)?;
    Some(format!("**{}** · key of a hook\n\n{}", row.name, row.doc))
}

/// What a new file begins with.
pub(super) fn template(name: &str) -> Option<String> {
    let (row, template) = catalog().template(name)?;
    Some(format!("{}\n\n````markdown\n{}````", row.doc, template.plain(name)))
}
