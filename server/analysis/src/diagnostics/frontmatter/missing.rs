//! `frontmatter/missing-key`: keys that a client needs and the header has not.

use super::{Context, Report, with_article};
use crate::diagnostics::first_token;
use segue_catalog::{ClientId, Dialect, Key, KeyTable, Support};
use segue_syntax::yaml::{Map, Node};

/// A file without any header.
pub(super) fn header(context: &mut Context<'_>, table: KeyTable<'_>) {
    let headerless = &table.row.headerless_names;
    if table.row.header_expected
        && context.facts.has_body
        && !headerless.iter().any(|name| name == crate::path::file_name(&context.path))
    {
        keys(context, table, None, &[]);
    }
}

/// The keys that `map` lacks; `meant` are the ones that misspelled keys probably stand for.
pub(super) fn keys(context: &mut Context<'_>, table: KeyTable<'_>, map: Option<&Map>, meant: &[&str]) {
    let missing: Vec<&Key> = table
        .top()
        .filter(|key| key.required && !meant.contains(&key.name.as_str()))
        .filter(|key| map.is_none_or(|map| map.get(&key.name).is_none()))
        .collect();
    let names: Vec<String> = missing.iter().map(|key| format!("`{}`", key.name)).collect();
    if names.is_empty() {
        return;
    }
    let message = format!(
        "{} needs {} in its header{}.",
        capitalised(&with_article(&table.row.title)),
        names.join(" and "),
        match missing.as_slice() {
            [one] => format!(": {}", first_sentence(&one.doc)),
            _ => String::new(),
        }
    );
    context.send(Report::new("frontmatter/missing-key", first_token(context.facts), message));
}

/// Entries of `hooks` that say of nothing that it is to be run. VS Code alone reads them in this dialect.
pub(super) fn hook_commands(context: &mut Context<'_>, table: KeyTable<'_>, map: &Map) {
    let is_read = table.get("hooks").is_some_and(|key| key.support(ClientId::Vscode) == Support::Yes);
    if !is_read || context.dialect == Dialect::Claude || !context.clients.has(ClientId::Vscode) {
        return;
    }
    let events = map.value("hooks").and_then(Node::as_map).into_iter().flat_map(|hooks| &hooks.entries);
    for hook in events.filter_map(|event| event.value.as_ref()).flat_map(maps) {
        match hook.value("hooks") {
            Some(matched) => maps(matched).for_each(|hook| hook_command(context, hook)),
            None => hook_command(context, hook),
        }
    }
}

/// The maps of a list.
fn maps(node: &Node) -> impl Iterator<Item = &Map> {
    node.as_seq().into_iter().flat_map(|seq| &seq.items).filter_map(Node::as_map)
}

fn hook_command(context: &mut Context<'_>, hook: &Map) {
    let fields = &context.catalog.hook_fields;
    let runs = fields.iter().filter(|field| field.runs).any(|field| hook.get(&field.name).is_some());
    if let Some(first) = hook.entries.first().filter(|_| !runs) {
        let message = "This hook says nothing to run: give it a `command`.";
        context.send(Report::new("frontmatter/missing-key", first.key.span, message));
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The beginning of a key's documentation, as the end of another sentence.
fn first_sentence(doc: &str) -> String {
    let sentence = doc.split(". ").next().unwrap_or(doc).trim_end_matches('.');
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
