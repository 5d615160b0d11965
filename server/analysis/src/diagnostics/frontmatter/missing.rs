//! `frontmatter/missing-key`: keys that a client needs and the header has not.

use super::{Context, Report, with_article};
use crate::clients::{one_or_more, told};
use crate::diagnostics::first_token;
use crate::diagnostics::near::meant;
use segue_catalog::{ClientId, ClientSet, Dialect, HookDialect, Key, KeyTable, Severity, Support};
use segue_syntax::Span;
use segue_syntax::yaml::{Entry, Map, Node};

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
    let wants = |client| missing.iter().any(|key| key.support(client) == Support::Required);
    let wanting: ClientSet = context.clients.iter().filter(|client| wants(*client)).collect();
    let message = format!(
        "{} needs {} in its header{}{}.",
        capitalised(&with_article(&table.row.title)),
        names.join(" and "),
        if wanting.is_empty() { String::new() } else { format!(" for {}", told(wanting)) },
        match missing.as_slice() {
            [one] => format!(": {}", first_sentence(&one.doc)),
            _ => String::new(),
        }
    );
    let mut report = Report::new("frontmatter/missing-key", first_token(context.facts), message);
    if wanting.is_empty() && !context.clients.is_empty() {
        // The clients that the file is for do without it; others, and the format, do not.
        report = report.severity(Severity::Information);
    }
    context.send(report);
}

/// What a client cannot do without below a key that another client reads otherwise.
pub(super) fn below(context: &mut Context<'_>, table: KeyTable<'_>, place: &[&str], at: Span, map: &Map) {
    let lacking = |key: &&Key| !key.required && !key.name.ends_with('*') && map.get(key.word()).is_none();
    // A row names what is called anyhow by a star.
    let path = table.at(place).map_or_else(|| place.join("."), |row| row.name.clone());
    for key in table.below(&path).filter(lacking) {
        let wants = |client: &ClientId| key.support(*client) == Support::Required;
        let wanting: ClientSet = context.clients.iter().filter(wants).collect();
        if !wanting.is_empty() {
            let verb = one_or_more(wanting, "needs", "need");
            let message = format!("{} {verb} `{}` here.", told(wanting), key.word());
            let report = Report::new("frontmatter/missing-key", at, message);
            context.send(report.severity(Severity::Information));
        }
    }
}

/// Two texts that share a limit.
pub(super) fn together(context: &mut Context<'_>, table: KeyTable<'_>, map: &Map) {
    for key in table.top() {
        let Some(limit) = key.together.as_ref().filter(|limit| context.clients.has(limit.client)) else {
            continue;
        };
        let length = |name: &str| map.str(name).map_or(0, |text| text.trim().chars().count());
        let (own, other) = (length(&key.name), length(&limit.key));
        let Some(entry) = map.get(&limit.key).filter(|_| own > 0 && own + other > limit.most as usize) else {
            continue;
        };
        let message = format!(
            "`{}` and `{}` have {} characters together; {} cuts off what is after {}.",
            key.name,
            limit.key,
            own + other,
            told(ClientSet::of(&[limit.client])),
            limit.most
        );
        context.send(Report::new("frontmatter/too-long", entry.key.span, message));
    }
}

/// Entries of `hooks` that say of nothing that it is to be run. VS Code alone reads them in this dialect.
pub(super) fn hook_commands(context: &mut Context<'_>, table: KeyTable<'_>, map: &Map) {
    let is_read = table.get("hooks").is_some_and(|key| key.support(ClientId::Vscode) == Support::Yes);
    if !is_read || context.dialect == Dialect::Claude || !context.clients.has(ClientId::Vscode) {
        return;
    }
    let events = map.value("hooks").and_then(Node::as_map).into_iter().flat_map(|hooks| &hooks.entries);
    events.clone().for_each(|event| hook_event(context, event));
    for hook in events.filter_map(|event| event.value.as_ref()).flat_map(maps) {
        match hook.value("hooks") {
            Some(matched) => maps(matched).for_each(|hook| hook_command(context, hook)),
            None => hook_command(context, hook),
        }
    }
}

/// An event that nobody has, and that is nearly one: the lists of the clients grow, so no other is judged.
fn hook_event(context: &mut Context<'_>, event: &Entry) {
    let rows = &context.catalog.hook_events;
    let name = &*event.key.text;
    if rows.iter().any(|row| row.name == name) {
        return;
    }
    let own = rows.iter().filter(|row| row.dialects.contains(&HookDialect::Vscode));
    let Some(near) = meant(name, own.map(|row| row.name.as_str())) else { return };
    let message = format!("No client has the event `{name}`. Did you mean `{near}`?");
    let report = Report::new("frontmatter/unknown-key", event.key.span, message);
    let title = format!("Rename to `{near}`");
    context.send(report.severity(Severity::Hint).offered_fix(title, event.key.span, near.to_owned()));
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

#[cfg(test)]
mod tests {
    use crate::fixture;

    #[test]
    fn a_slip_in_an_event_is_told_and_no_new_event() {
        let found = |event: &str| {
            fixture::findings(&format!(
                "//- .github/agents/a.agent.md\n---\ndescription: d\nhooks:\n  {event}:\n    - command: x\n---\nText\n"
            ))
        };
        assert!(found("PreToolUses").contains("Did you mean `PreToolUse`?"), "{}", found("PreToolUses"));
        for fine in ["PreToolUse", "preToolUse", "WorktreeOpened"] {
            assert!(!found(fine).contains("Did you mean"), "{}", found(fine));
        }
    }
}
