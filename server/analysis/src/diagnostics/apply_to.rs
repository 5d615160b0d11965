//! `apply-to/*`: the globs that say which files instructions are for.

use super::{Context, Report};
use crate::globs;
use crate::scope::{self, Never, Pattern};
use segue_catalog::{ClientId, Dialect, Severity};
use segue_syntax::Span;
use segue_syntax::facts::HeaderShape;
use segue_syntax::yaml::{Entry, Node, Value};

pub(super) fn check(context: &mut Context<'_>) {
    let facts = context.facts;
    if !globs::has_scope(&context.path, context.kind)
        || !matches!(facts.header.shape, HeaderShape::Closed | HeaderShape::None)
    {
        return;
    }
    match facts.header.yaml.map().and_then(|map| map.get(globs::key(context.dialect))) {
        Some(entry) => value(context, entry),
        None => never_attached(context),
    }
}

/// Instructions without globs come into play only when somebody, or a model that reads their
/// description, picks them.
fn never_attached(context: &mut Context<'_>) {
    let facts = context.facts;
    let map = facts.header.yaml.map();
    let described = map.and_then(|map| map.str("description")).is_some_and(|text| !text.trim().is_empty());
    if context.dialect == Dialect::Claude || described || !facts.has_body {
        return;
    }
    let span = match map.and_then(|map| map.entries.first()) {
        Some(_) => facts.header.open,
        None => super::first_token(facts),
    };
    let message = "Neither `applyTo` nor `description`: no client attaches these instructions by itself.";
    context.send(Report::new("apply-to/never-attached", span, message));
}

fn value(context: &mut Context<'_>, entry: &Entry) {
    let Some(node) = &entry.value else { return };
    match (&node.value, context.dialect) {
        (Value::Scalar(scalar), _) if scope::split(&scalar.text).is_empty() => {
            // An empty value is `frontmatter/empty-value`'s; `,` alone is a glob that is none.
            if !scalar.text.trim().is_empty() {
                let message = format!("`{}` has no pattern in it.", scalar.text.trim());
                context.send(Report::new("apply-to/invalid-glob", node.span, message));
            }
        }
        (Value::Map(_), _) | (Value::Seq(_), Dialect::Copilot) => wrong_type(context, node),
        (Value::Scalar(scalar), Dialect::Claude) => wants_list(context, node, &scalar.text),
        (Value::Scalar(_) | Value::Seq(_), _) => {}
    }
    for written in globs::of_value(node) {
        pattern(context, written.span, written.text);
    }
}

/// VS Code refuses a list; Copilot CLI reads both.
fn wrong_type(context: &mut Context<'_>, node: &Node) {
    let (severity, who) = if context.clients.has(ClientId::Vscode) {
        (Severity::Error, "VS Code reads one string with commas and refuses anything else")
    } else {
        (Severity::Information, "VS Code would refuse it")
    };
    let mut report =
        Report::new("apply-to/wrong-type", node.span, format!("`applyTo` must be a string: {who}."))
            .severity(severity);
    let texts: Option<Vec<&str>> =
        node.as_seq().map(|seq| &seq.items).and_then(|items| items.iter().map(Node::as_str).collect());
    if let Some(texts) =
        texts.filter(|texts| !texts.is_empty() && texts.iter().all(|text| !text.contains(['\'', '\n'])))
    {
        report = report.safe_fix(
            "Write one string",
            value_span(context, node),
            format!("{}'{}'", if is_block_list(node) { " " } else { "" }, texts.join(", ")),
        );
    }
    context.send(report);
}

/// VS Code reads a list alone in Claude's rules; Claude Code and Copilot CLI read a string too.
fn wants_list(context: &mut Context<'_>, node: &Node, text: &str) {
    if !context.clients.has(ClientId::Vscode) {
        return;
    }
    let named = context.named_clients().has(ClientId::Vscode);
    let severity = if named { Severity::Error } else { Severity::Information };
    let message = "`paths` must be a list: VS Code refuses a string, which others read.";
    let mut report = Report::new("apply-to/wrong-type", node.span, message).severity(severity);
    let patterns = scope::split(text);
    if patterns.iter().all(|(_, pattern)| !pattern.contains(['\'', '\n'])) {
        let items: Vec<String> =
            patterns.iter().map(|(_, pattern)| format!("'{}'", pattern.trim())).collect();
        report = report.safe_fix("Write a list", node.span, format!("[{}]", items.join(", ")));
    }
    context.send(report);
}

/// A block list hangs below its key: the string that replaces it stands behind the colon.
fn value_span(context: &Context<'_>, node: &Node) -> Span {
    let facts = context.facts;
    let entry = facts.header.yaml.map().and_then(|map| {
        map.entries.iter().find(|entry| entry.value.as_ref().is_some_and(|value| value.span == node.span))
    });
    match entry {
        Some(entry) if is_block_list(node) => {
            // From behind `applyTo:` (the colon follows the key) to the end of the list.
            Span { start: entry.key.span.end + 1, end: node.span.end }
        }
        _ => node.span,
    }
}

fn is_block_list(node: &Node) -> bool {
    node.as_seq().is_some_and(|seq| !seq.flow)
}

fn pattern(context: &mut Context<'_>, span: Span, text: &str) {
    match scope::understand(text) {
        Pattern::Always => too_broad(context, span, text),
        Pattern::Invalid(error) => {
            let message = format!("`{text}` is no glob: {}. It matches nothing.", error.reason);
            context.send(Report::new("apply-to/invalid-glob", span, message));
        }
        Pattern::Never(why) => never(context, span, text, why),
        Pattern::Glob(glob) => {
            let world = context.world;
            if !context.said_once("apply-to/matches-nothing") && !world.globs.matches_some(world, &glob) {
                let message = format!("`{text}` matches no file of this workspace.");
                context.send(Report::new("apply-to/matches-nothing", span, message));
            }
        }
    }
}

fn too_broad(context: &mut Context<'_>, span: Span, text: &str) {
    if context.said_once("apply-to/too-broad") || context.dialect == Dialect::Claude {
        return;
    }
    let message =
        format!("`{text}` attaches these instructions to every request, whatever file it is about.");
    context.send(Report::new("apply-to/too-broad", span, message));
}

fn never(context: &mut Context<'_>, span: Span, text: &str, why: Never) {
    let reason = why.reason();
    let better = match why {
        Never::Dot => text
            .strip_prefix("./")
            .map(str::to_owned)
            .filter(|rest| !rest.is_empty() && !rest.starts_with('.')),
        Never::Root => text.strip_prefix('/').map(str::to_owned),
        Never::Backslash => Some(text.replace('\\', "/")),
        Never::Negation => None,
    };
    let message = format!("`{text}` never matches: {reason}.");
    let mut report = Report::new("apply-to/never-attached", span, message).severity(Severity::Warning);
    if let Some(better) = better.filter(|better| !better.is_empty()) {
        let title = format!("Write `{better}`");
        report = if why == Never::Dot {
            report.safe_fix(title, span, better)
        } else {
            report.offered_fix(title, span, better)
        };
    }
    context.send(report);
}
