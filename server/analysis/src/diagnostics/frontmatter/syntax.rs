//! `frontmatter/invalid-yaml`, `duplicate-key` and `portability`: whether the header can be read.

use super::{Context, Report, on_one_line, whole_lines};
use crate::clients::told;
use crate::diagnostics::{Edit, Fix};
use segue_catalog::{ClientSet, KeyTable, Severity};
use segue_syntax::Span;
use segue_syntax::yaml::{Entry, Map, Node, Strict, Value, YamlErrorKind};
use std::sync::Arc;

/// Reports what cannot be read, and gives back where that is.
pub(super) fn check(context: &mut Context<'_>, table: KeyTable<'_>) -> Vec<Span> {
    let header = &context.facts.header;
    if header.yaml.errors.is_empty() && header.strict.is_empty() {
        return Vec::new();
    }
    let text = context.text();
    let damaged = errors(context, table, text.as_ref());
    portability(context, text.as_ref(), &damaged);
    damaged
}

fn errors(context: &mut Context<'_>, table: KeyTable<'_>, text: Option<&Arc<str>>) -> Vec<Span> {
    let mut damaged: Vec<Span> = Vec::new();
    for error in &context.facts.header.yaml.errors {
        let message = match error.kind {
            YamlErrorKind::DuplicateKey => {
                duplicate(context, error.span, text);
                continue;
            }
            // The reader goes on with an empty value, which `empty-value` judges by its key.
            YamlErrorKind::MissingValue => continue,
            YamlErrorKind::UnexpectedIndentation => {
                "This line is indented otherwise than the ones around it allow. Align it with its neighbours."
            }
            YamlErrorKind::ExpectedColon => {
                "This line is no `key: value`. Put a colon and a blank behind the key, or indent the line if it belongs to the one above."
            }
            YamlErrorKind::MissingItem => "A list item without a value. Write one, or remove the `-`.",
            YamlErrorKind::ExpectedKey => {
                "`{` opens a map, and this is no `key: value` of one. Put a text that begins with `{` in quotes."
            }
            YamlErrorKind::UnclosedMap => {
                "`{` opens a map that no `}` closes. Put a text that begins with `{` in quotes."
            }
            YamlErrorKind::UnclosedSequence => {
                "`[` opens a list that no `]` closes. Put a text that begins with `[` in quotes."
            }
            YamlErrorKind::UnclosedQuote => "The quote that begins here is never closed.",
            YamlErrorKind::UnexpectedToken => {
                "This does not belong here: a comma, a quote or a bracket is missing or too many."
            }
            YamlErrorKind::NotAMap => "A header is made of lines `key: value`; this is something else.",
            YamlErrorKind::TooDeep => "The header is nested deeper than any client follows.",
        };
        // One slip makes several errors on its line.
        if damaged.last().is_some_and(|last| on_one_line(text.map(|text| &**text), *last, error.span)) {
            continue;
        }
        damaged.push(error.span);
        let mut report = Report::new("frontmatter/invalid-yaml", error.span, message);
        if table.row.clients.is_empty() {
            report = report.severity(Severity::Warning);
        }
        context.send(report);
    }
    damaged
}

fn duplicate(context: &mut Context<'_>, span: Span, text: Option<&Arc<str>>) {
    let Some(root) = &context.facts.header.yaml.root else { return };
    let Some((map, entry)) = entry_at(root, span) else { return };
    let Some(first) = map.get(&entry.key.text).filter(|first| first.key.span != span) else { return };
    let message = format!(
        "`{}` is there twice. VS Code refuses that; other clients take one of the two.",
        entry.key.text
    );
    let mut report = Report::new("frontmatter/duplicate-key", span, message).related(
        context.path.clone(),
        first.key.span,
        "the first one",
    );
    if let Some(text) = text.filter(|_| !map.flow) {
        let lines = whole_lines(text, entry.span());
        report = report.offered_fix(format!("Remove this `{}`", entry.key.text), lines, "");
    }
    context.send(report);
}

/// The entry whose key stands at `span`, with its map.
fn entry_at(node: &Node, span: Span) -> Option<(&Map, &Entry)> {
    match &node.value {
        Value::Scalar(_) => None,
        Value::Seq(seq) => seq.items.iter().find_map(|item| entry_at(item, span)),
        Value::Map(map) => match map.entries.iter().find(|entry| entry.key.span == span) {
            Some(entry) => Some((map, entry)),
            None => map
                .entries
                .iter()
                .filter_map(|entry| entry.value.as_ref())
                .find_map(|value| entry_at(value, span)),
        },
    }
}

/// What strict parsers refuse or read otherwise: one finding a line, which mends the whole line.
fn portability(context: &mut Context<'_>, text: Option<&Arc<str>>, damaged: &[Span]) {
    let header = &context.facts.header;
    let text = text.map(|text| &**text);
    let strict_clients: ClientSet = context
        .catalog
        .clients
        .iter()
        .filter(|row| row.strict_yaml == Some(true))
        .map(|row| row.id)
        .collect();
    let named = context.config.clients.unwrap_or(ClientSet::NONE).and(strict_clients).and(context.clients);
    let severity = if named.is_empty() { Severity::Information } else { Severity::Error };
    let readers = context.clients.and(strict_clients);
    let mut lines: Vec<Vec<&Strict>> = Vec::new();
    for strict in &header.strict {
        match lines.last_mut() {
            Some(line) if line.first().is_some_and(|first| on_one_line(text, first.span, strict.span)) => {
                line.push(strict);
            }
            _ => lines.push(vec![strict]),
        }
    }
    for line in lines {
        let Some(first) = line.first() else { continue };
        if damaged.iter().any(|error| first.span.overlaps(*error) || on_one_line(text, *error, first.span)) {
            continue;
        }
        let whom = match readers.is_empty() {
            true => String::new(),
            false => format!(" {} reads this file with such a parser.", told(readers)),
        };
        let mut report =
            Report::new("frontmatter/portability", first.span, format!("{}{whom}", first.message))
                .severity(severity);
        if let Some(fix) = quote_all(header.yaml.root.as_ref(), &line) {
            report = report.fix(fix);
        }
        context.send(report);
    }
}

/// Quotes every scalar of a line that needs it.
fn quote_all(root: Option<&Node>, line: &[&Strict]) -> Option<Fix> {
    let mut edits = Vec::new();
    let mut safe = true;
    for strict in line {
        let plain = root.filter(|_| strict.quote).and_then(|root| text_at(root, strict.span))?;
        let (insert, verbatim) = quoted(plain)?;
        safe &= verbatim;
        edits.push(Edit { span: strict.span, insert });
    }
    Some(Fix { title: "Put it in quotes".to_owned(), edits, safe })
}

/// The decoded text of the scalar, value or key, that stands at `span`.
fn text_at(node: &Node, span: Span) -> Option<&str> {
    if node.span == span {
        return node.as_str();
    }
    match &node.value {
        Value::Scalar(_) => None,
        Value::Seq(seq) => seq.items.iter().find_map(|item| text_at(item, span)),
        Value::Map(map) => map.entries.iter().find_map(|entry| {
            if entry.key.span == span {
                return Some(&*entry.key.text);
            }
            entry.value.as_ref().and_then(|value| text_at(value, span))
        }),
    }
}

/// The text in quotes, and whether nothing in it had to be escaped. Readers differ about escapes.
fn quoted(text: &str) -> Option<(String, bool)> {
    if text.chars().any(char::is_control) {
        return None;
    }
    if !text.contains('\'') {
        return Some((format!("'{text}'"), true));
    }
    if !text.contains(['"', '\\']) {
        return Some((format!("\"{text}\""), true));
    }
    Some((format!("'{}'", text.replace('\'', "''")), false))
}
