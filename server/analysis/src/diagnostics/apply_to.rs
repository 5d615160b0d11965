//! `apply-to/*`: the globs that say which files instructions are for.

use super::{Context, Report};
use crate::scope::{self, Never, Pattern};
use segue_catalog::{ClientId, Dialect, Kind, Severity};
use segue_syntax::Span;
use segue_syntax::facts::HeaderShape;
use segue_syntax::yaml::{Entry, Node, Style, Value};

pub(super) fn check(context: &mut Context<'_>) {
    if context.kind != Kind::Instructions
        || crate::path::file_name(&context.path) == "copilot-instructions.md"
    {
        return;
    }
    let facts = context.facts;
    if !matches!(facts.header.shape, HeaderShape::Closed | HeaderShape::None) {
        return;
    }
    let map = facts.header.yaml.map();
    let key = if context.dialect == Dialect::Claude { "paths" } else { "applyTo" };
    match map.and_then(|map| map.get(key)) {
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
        (Value::Scalar(scalar), _) => patterns(context, node, &scalar.text),
        (Value::Seq(seq), dialect) => {
            if dialect == Dialect::Copilot {
                wrong_type(context, node);
            }
            for item in &seq.items {
                if let Some(text) = item.as_str() {
                    pattern(context, item, 0, text);
                }
            }
        }
        (Value::Map(_), _) => wrong_type(context, node),
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

fn patterns(context: &mut Context<'_>, node: &Node, text: &str) {
    let parts = scope::split(text);
    if parts.is_empty() {
        // An empty value is `frontmatter/empty-value`'s; `,` alone is a glob that is none.
        if !text.trim().is_empty() {
            let message = format!("`{}` has no pattern in it.", text.trim());
            context.send(Report::new("apply-to/invalid-glob", node.span, message));
        }
        return;
    }
    for (at, part) in parts {
        pattern(context, node, at, part);
    }
}

/// Judges one pattern that begins at byte `at` of the node's text.
fn pattern(context: &mut Context<'_>, node: &Node, at: usize, text: &str) {
    let span = part_span(node, at, text);
    match scope::understand(text) {
        Pattern::Always => too_broad(context, span, text),
        Pattern::Invalid(error) => {
            let message = format!("`{text}` is no glob: {}. It matches nothing.", error.reason);
            context.send(Report::new("apply-to/invalid-glob", span, message));
        }
        Pattern::Never(why) => never(context, span, text, why),
        Pattern::Glob(matcher) => {
            let world = context.world;
            if !context.said_once("apply-to/matches-nothing")
                && !world.globs.matches_some(world, text, &matcher)
            {
                let message = format!("`{text}` matches no file of this workspace.");
                context.send(Report::new("apply-to/matches-nothing", span, message));
            }
        }
    }
}

/// The range of a part of a scalar: exact where the text stands as it is written.
fn part_span(node: &Node, at: usize, text: &str) -> Span {
    let inner = node.inner_span();
    let verbatim = node.as_scalar().is_some_and(|scalar| {
        matches!(scalar.style, Style::Plain | Style::Single | Style::Double)
            && scalar.text.len() == inner.len()
    });
    if verbatim {
        let start = inner.start as usize + at;
        Span::new(start, start + text.len())
    } else {
        node.span
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
    let (reason, better) = match why {
        Never::Dot => (
            "paths are matched without a leading `./`",
            text.strip_prefix("./")
                .map(str::to_owned)
                .filter(|rest| !rest.is_empty() && !rest.starts_with('.')),
        ),
        Never::Root => {
            ("`/` is the root of the file system, not of the workspace", Some(text[1..].to_owned()))
        }
        Never::Backslash => ("a backslash is no separator in a glob", Some(text.replace('\\', "/"))),
        Never::Negation => ("there is no negation in `applyTo`", None),
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
