//! What a key is to the clients: unknown, misspelled, deprecated, ignored.

use super::{Context, Report, whole_lines, with_article};
use crate::clients::{one_or_more, told};
use crate::config::Known;
use crate::diagnostics::near::{meant, slips};
use crate::diagnostics::{Edit, Fix, Tag};
use segue_catalog::{ClientSet, Key, KeyTable, KindRow, Rewrite, Severity, Support};
use segue_syntax::yaml::{Entry, Map, Node};

/// A key that the table has.
pub(super) fn known(context: &mut Context<'_>, table: KeyTable<'_>, map: &Map, entry: &Entry, key: &Key) {
    if key.deprecated {
        deprecated(context, table, map, entry, key);
    } else if !key.note {
        ignored(context, key, entry);
    }
}

fn deprecated(context: &mut Context<'_>, table: KeyTable<'_>, map: &Map, entry: &Entry, key: &Key) {
    let new = key.replaced_by.as_deref().unwrap_or_default();
    let renamed = table.get(new);
    let new = if renamed.is_some() { format!("`{new}`") } else { new.to_owned() };
    let mut message = format!("`{}` is deprecated: use {new}.", key.name);
    let mut fixes: Vec<Fix> = Vec::new();
    match renamed {
        Some(renamed) if map.get(&renamed.name).is_none() => {
            let edits = vec![Edit { span: entry.key.span, insert: renamed.name.clone() }];
            fixes.push(Fix { title: format!("Rename to {new}"), edits, safe: true });
        }
        Some(_) => message = format!("`{}` is deprecated, and {new} is there too.", key.name),
        None => fixes = rewrites(context, key, entry, map),
    }
    let mut report = Report::new("frontmatter/deprecated-key", entry.key.span, message).tag(Tag::Deprecated);
    for fix in fixes {
        report = report.fix(fix);
    }
    context.send(report);
}

/// The lines that say the same without the deprecated key, where none of their keys is there yet: one
/// fix a meaning, where clients disagree about what it meant.
fn rewrites(context: &Context<'_>, key: &Key, entry: &Entry, map: &Map) -> Vec<Fix> {
    let Some(value) = entry.value.as_ref().and_then(Node::as_str) else { return Vec::new() };
    let is_there = |line: &String| line.split(':').next().is_some_and(|name| map.get(name).is_some());
    let concerns = |row: &&Rewrite| {
        row.clients.is_empty() || row.clients.iter().any(|client| context.clients.has(*client))
    };
    let rows: Vec<&Rewrite> = key
        .rewrites
        .iter()
        .filter(|row| row.value.eq_ignore_ascii_case(value) && !map.flow && !row.to.iter().any(is_there))
        .filter(concerns)
        .collect();
    let Some(text) = (!rows.is_empty()).then(|| context.text()).flatten() else { return Vec::new() };
    let span = whole_lines(&text, entry.span());
    let end = if span.of(&text).ends_with("\r\n") { "\r\n" } else { "\n" };
    let as_read = |row: &Rewrite| match rows.len() {
        1 => String::new(),
        _ => format!(
            ", as {} read{} it",
            told(ClientSet::of(&row.clients)),
            if row.clients.len() == 1 { "s" } else { "" }
        ),
    };
    rows.iter()
        .map(|row| {
            let keys: Vec<String> = row.to.iter().map(|line| format!("`{line}`")).collect();
            let title = match keys.as_slice() {
                [] => format!("Remove `{}`", key.name),
                keys => format!("Rewrite as {}{}", keys.join(" and "), as_read(row)),
            };
            let insert: String = row.to.iter().map(|line| format!("{line}{end}")).collect();
            Fix { title, edits: vec![Edit { span, insert }], safe: false }
        })
        .collect()
}

fn ignored(context: &mut Context<'_>, key: &Key, entry: &Entry) {
    let ignoring: ClientSet =
        context.clients.iter().filter(|client| key.support(*client) == Support::Ignored).collect();
    if ignoring.is_empty() {
        return;
    }
    let named = context.named_clients().and(ignoring);
    let (severity, who) =
        if named.is_empty() { (Severity::Hint, ignoring) } else { (Severity::Information, named) };
    let verb = one_or_more(who, "ignores", "ignore");
    let message = format!("{} {verb} `{}`.", told(who), key.name);
    let mut report = Report::new("frontmatter/ignored-by-client", entry.key.span, message).severity(severity);
    if context.clients.without(ignoring).is_empty() {
        report = report.tag(Tag::Unnecessary);
    }
    context.send(report);
}

/// A key that the table has not. Gives back the key it probably stands for.
pub(super) fn unknown<'t>(
    context: &mut Context<'_>,
    table: KeyTable<'t>,
    map: &Map,
    entry: &Entry,
) -> Option<&'t str> {
    let name = &*entry.key.text;
    if !table.row.closed_keys || name.is_empty() || Known::has(&context.config.known.keys, name) {
        return None;
    }
    if let Some(key) = table.misspelled(name) {
        misspelled(context, map, entry, key);
        return Some(&key.name);
    }
    let candidates = || table.top().filter(|key| !key.hidden && map.get(&key.name).is_none());
    // `applyto`, `argument_hint` and `argumentHint` differ in nothing else from what was meant.
    if let Some(key) = candidates().find(|key| slips(name, &key.name) == Some(0)) {
        near(context, table, entry, key, Severity::Warning);
        return Some(&key.name);
    }
    if let Some(other) = other_dialect(context, table, name) {
        let message = format!(
            "`{name}` is a key of {}; {} ignore{} it here.",
            with_article(&other.title),
            told(context.clients),
            one_or_more(context.clients, "s", "")
        );
        let named = !context.named_clients().is_empty();
        let severity = if named { Severity::Information } else { Severity::Hint };
        context.send(
            Report::new("frontmatter/ignored-by-client", entry.key.span, message)
                .severity(severity)
                .tag(Tag::Unnecessary),
        );
        return None;
    }
    if let Some(other) = other_kind(context, table, name) {
        let message = format!(
            "`{name}` is a key of {}, not of {}: it has no effect here.",
            with_article(&other.title),
            with_article(&table.row.title)
        );
        context.send(Report::new("frontmatter/unknown-key", entry.key.span, message).tag(Tag::Unnecessary));
        return None;
    }
    let near_name = meant(name, candidates().map(|key| key.name.as_str()));
    match near_name.and_then(|name| table.get(name)) {
        Some(key) => {
            near(context, table, entry, key, Severity::Hint);
            Some(&key.name)
        }
        None => {
            let message = format!("No client knows `{name}` in {}.", with_article(&table.row.title));
            context
                .send(Report::new("frontmatter/unknown-key", entry.key.span, message).tag(Tag::Unnecessary));
            None
        }
    }
}

/// A spelling that is met in the wild and means one certain key.
fn misspelled(context: &mut Context<'_>, map: &Map, entry: &Entry, key: &Key) {
    let message = format!("`{}` has no effect: the key is spelled `{}`.", entry.key.text, key.name);
    let mut report =
        Report::new("frontmatter/unknown-key", entry.key.span, message).severity(Severity::Warning);
    if map.get(&key.name).is_none() {
        report = report.safe_fix(format!("Rename to `{}`", key.name), entry.key.span, key.name.clone());
    }
    context.send(report);
}

fn near(context: &mut Context<'_>, table: KeyTable<'_>, entry: &Entry, key: &Key, severity: Severity) {
    let message = format!(
        "No client knows `{}` in {}. Did you mean `{}`?",
        entry.key.text,
        with_article(&table.row.title),
        key.name
    );
    context.send(
        Report::new("frontmatter/unknown-key", entry.key.span, message)
            .severity(severity)
            .tag(Tag::Unnecessary)
            .offered_fix(format!("Rename to `{}`", key.name), entry.key.span, key.name.clone()),
    );
}

/// The same kind in the other dialect, where that has the key.
fn other_dialect<'c>(context: &Context<'c>, table: KeyTable<'_>, name: &str) -> Option<&'c KindRow> {
    let kind = table.row.keys_from.unwrap_or(table.row.kind);
    let rows = context.catalog.kinds.iter();
    rows.filter(|row| row.kind == kind && row.dialect != table.row.dialect)
        .find(|row| KeyTable { row }.get(name).is_some())
}

/// Another kind that has the key. Workflows share only words with primitives.
fn other_kind<'c>(context: &Context<'c>, table: KeyTable<'_>, name: &str) -> Option<&'c KindRow> {
    let own = table.row.keys_from.unwrap_or(table.row.kind);
    let others = || {
        let rows = context.catalog.kinds.iter();
        rows.filter(|row| row.closed_keys && row.kind != own && row.keys_from.is_none())
            .filter(|row| KeyTable { row }.get(name).is_some())
    };
    others().find(|row| row.dialect == table.row.dialect).or_else(|| others().next())
}
