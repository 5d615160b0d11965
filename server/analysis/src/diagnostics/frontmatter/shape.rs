//! Headers that no client reads, because of where or how they stand.

use super::{Context, Report};
use crate::clients::{one_or_more, told};
use crate::diagnostics::{Edit, Fix};
use segue_catalog::{KeyTable, Severity};
use segue_syntax::Span;

/// `---` on the first line, and no second one.
pub(super) fn unclosed(context: &mut Context<'_>, table: KeyTable<'_>) {
    let header = &context.facts.header;
    let message =
        "The header that begins here is never closed by a second `---`: clients take the whole file for it.";
    let mut report = Report::new("frontmatter/unclosed", header.open, message);
    // Nobody reads the headers of such a kind, so the line may as well be a rule of the text.
    if table.row.clients.is_empty() {
        report = report.severity(Severity::Hint);
    }
    if let Some(text) = context.text() {
        let before = text.get(..header.content.end as usize).unwrap_or_default();
        let newline = if before.ends_with(['\n', '\r']) { "" } else { "\n" };
        let at = Span::at(header.content.end as usize);
        let edits = vec![Edit { span: at, insert: format!("{newline}---\n") }];
        let fix = Fix { title: "Close the header here".to_owned(), edits, safe: false };
        if context.brings_nothing(&text, &fix) {
            report = report.fix(fix);
        }
    }
    context.send(report);
}

/// A header after a comment, blank lines or text.
pub(super) fn not_at_start(context: &mut Context<'_>, table: KeyTable<'_>) {
    if table.row.keys.is_empty() {
        return;
    }
    let header = &context.facts.header;
    let message = "A header must begin on the first line: no client reads this one.";
    let mut report = Report::new("frontmatter/not-at-start", header.open, message);
    // A header that is read can be judged: the move is offered where it needs no second mending.
    if let Some(text) = context.text()
        && let Some(fix) = move_to_top(&text, header.span)
        && context.brings_nothing(&text, &fix)
    {
        report = report.fix(fix);
    }
    context.send(report);
}

fn move_to_top(text: &str, header: Span) -> Option<Fix> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let before = text.get(start..header.start as usize)?;
    let title = "Move the header to the first line".to_owned();
    if before.trim().is_empty() {
        let edits = vec![Edit { span: Span::new(start, header.start as usize), insert: String::new() }];
        return Some(Fix { title, edits, safe: true });
    }
    let taken = super::whole_lines(text, header);
    let mut moved = taken.of(text).to_owned();
    if !moved.ends_with(['\n', '\r']) {
        moved.push('\n');
    }
    let edits =
        vec![Edit { span: Span::at(start), insert: moved }, Edit { span: taken, insert: String::new() }];
    Some(Fix { title, edits, safe: only_comments(before) })
}

/// Whether nothing but HTML comments and blanks stands there.
fn only_comments(text: &str) -> bool {
    let mut rest = text.trim_start();
    while let Some(comment) = rest.strip_prefix("<!--") {
        let Some((_, after)) = comment.split_once("-->") else { return false };
        rest = after.trim_start();
    }
    rest.is_empty()
}

/// A header inside a code fence.
pub(super) fn fenced(context: &mut Context<'_>, table: KeyTable<'_>) {
    if table.row.keys.is_empty() {
        return;
    }
    let message = "The header stands in a code fence: no client reads it. Take the fence away.";
    context.send(Report::new("frontmatter/fenced", context.facts.header.open, message));
}

/// A header in a file that goes without.
pub(super) fn not_read(context: &mut Context<'_>) {
    let named = context.named_clients();
    let severity = if named.is_empty() { Severity::Hint } else { Severity::Information };
    let message = format!(
        "`{}` always applies: {} take{} no header here.",
        crate::path::file_name(&context.path),
        told(context.clients),
        one_or_more(context.clients, "s", "")
    );
    context.send(
        Report::new("frontmatter/ignored-by-client", context.facts.header.open, message).severity(severity),
    );
}
