//! `tool/*`: names of tools in headers and after `#tool:`.
//!
//! Which tools exist depends on the day, the extensions and the servers of whoever opens the file, so
//! a name that no table has is a hint at most. Surely wrong is only a slip next to a name that exists.

mod body;
mod claude;
mod copilot;
mod elsewhere;
mod list;
mod role;
mod server;
#[cfg(test)]
mod tests;

use super::{Context, Fix, Report};
use crate::config::Known;
use segue_catalog::{Catalog, ClientId, ClientSet, Dialect, Kind, OldTool, VscodeName};
use segue_syntax::facts::HeaderShape;
use segue_syntax::{Facts, Span};

pub(crate) use list::{Lines, ToolList, Words, all as lists};
pub(crate) use role::{takes_no_tools, without_tools};

/// The names of tools in a header, with their ranges.
pub(crate) fn names(kind: Kind, dialect: Dialect, facts: &Facts) -> Vec<(&str, Span)> {
    let lists = lists(kind, dialect, facts);
    lists.iter().flat_map(|list| list.items.iter().map(|item| (item.name, item.span))).collect()
}

pub(super) fn check(context: &mut Context<'_>) {
    let facts = context.facts;
    // In a header that is never closed nobody knows where it was meant to end.
    if !matches!(facts.header.shape, HeaderShape::Closed | HeaderShape::None) {
        return;
    }
    let lists = lists(context.kind, context.dialect, facts);
    for list in &lists {
        duplicates(context, list);
        match list.words {
            Words::Copilot => copilot::check(context, list),
            Words::Claude | Words::Skill => claude::check(context, list),
        }
    }
    body::check(context, lists.first());
    role::check(context, lists.first());
    if let Some(map) = facts.header.yaml.map() {
        role::passed_by(context, map);
    }
}

/// Names that a list has twice, each in the same words.
fn duplicates(context: &mut Context<'_>, list: &ToolList<'_>) {
    let again = repeated(list);
    for (at, item) in list.items.iter().enumerate().filter(|(at, _)| again[*at]) {
        let message = format!("`{}` is already in this list.", item.text);
        let mut report = Report::new("tool/duplicate", item.span, message).tag(super::Tag::Unnecessary);
        if let Some(edit) = list.remove(at, &again, lines(context)) {
            report =
                report.fix(Fix { title: format!("Remove `{}`", item.text), edits: vec![edit], safe: true });
        }
        context.send(report);
    }
}

/// For each item whether an earlier one is the same.
fn repeated(list: &ToolList<'_>) -> Vec<bool> {
    let earlier = |at: usize| &list.items[..at];
    list.items
        .iter()
        .enumerate()
        .map(|(at, item)| earlier(at).iter().any(|other| other.text == item.text))
        .collect()
}

/// The file's lines, for edits that need them.
pub(super) fn lines<'w>(context: &Context<'w>) -> impl FnOnce() -> Option<Lines> + use<'w> {
    let (world, id) = (context.world, context.id);
    move || world.text(id).map(Lines)
}

/// The full names of what a name grants in VS Code: a set and its members, or one tool. What is not
/// settled is not said to be in a set.
fn granted<'c>(catalog: &'c Catalog, name: &str) -> Vec<&'c str> {
    match catalog.vscode_tool(name) {
        Some(VscodeName::Set(set)) => {
            let settled = |member: &&String| matches!(catalog.vscode_tool(member), Some(VscodeName::Tool(tool)) if tool.unsettled.is_none());
            set.members.iter().filter(settled).chain([&set.name]).map(String::as_str).collect()
        }
        Some(VscodeName::Tool(tool)) => vec![&tool.name],
        _ => Vec::new(),
    }
}

/// The same for a name that may be an old one, with what is not settled.
fn granted_at_most<'c>(catalog: &'c Catalog, name: &str) -> Vec<&'c str> {
    match catalog.vscode_tool(name) {
        Some(VscodeName::Old(old)) => old.now.iter().flat_map(|now| granted(catalog, now)).collect(),
        Some(VscodeName::Set(set)) => set.members.iter().chain([&set.name]).map(String::as_str).collect(),
        _ => granted(catalog, name),
    }
}

/// Whether some item of a list grants what `wanted` names, in VS Code.
pub(super) fn is_granted(catalog: &Catalog, list: &ToolList<'_>, wanted: &str) -> bool {
    let wanted = match catalog.vscode_tool(wanted) {
        Some(VscodeName::Old(_)) => granted_at_most(catalog, wanted),
        _ => granted(catalog, wanted),
    };
    let has = |name: &str| granted_at_most(catalog, name).iter().any(|grant| wanted.contains(grant));
    list.items.iter().any(|item| item.name == "*" || has(item.name))
}

/// Whether a name of VS Code's or Copilot's lets whoever has it change files.
pub(super) fn may_edit(catalog: &Catalog, name: &str) -> bool {
    role::may_edit(catalog, Words::Copilot, name)
}

/// Words in backticks, with commas.
fn quoted<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Names of clients as people write them: `GitHub and Copilot CLI`.
fn titles(catalog: &Catalog, clients: ClientSet) -> String {
    let names: Vec<&str> = clients
        .iter()
        .map(|client| catalog.client(client).map_or(client.name(), |row| row.title.as_str()))
        .collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Whether the team says that the name is right.
fn is_known(context: &Context<'_>, name: &str) -> bool {
    Known::has(&context.config.known.tools, name)
}

/// What an old name is, as a sentence.
fn old_message(name: &str, old: &OldTool) -> String {
    match old.now.as_slice() {
        [] => format!("`{name}` is no tool of VS Code today. {}", old.hint.as_deref().unwrap_or_default()),
        [now] => format!("`{name}` is an old name of `{now}`."),
        several => {
            format!(
                "`{name}` is an old name that was split into {}.",
                quoted(several.iter().map(String::as_str))
            )
        }
    }
}

/// A placeholder that somebody is meant to fill in.
fn is_placeholder(name: &str) -> bool {
    name.contains(['<', '>', '{', '}', '$', '…']) || name.contains("...")
}

/// The clients for which settings were made outright.
fn clients_are_set(context: &Context<'_>) -> bool {
    context.config.clients.is_some()
}

/// Whether VS Code is among the clients.
fn for_vscode(context: &Context<'_>) -> bool {
    context.clients.has(ClientId::Vscode)
}
