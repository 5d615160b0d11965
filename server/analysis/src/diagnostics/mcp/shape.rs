//! `mcp/wrong-type`: values of another type than the clients' schemas have.
//!
//! Only in files of JSON, where a number and a text can be told apart, and only what rows of the table
//! are sure of. `null` is as good as nothing.

use super::{Context, Report};
use crate::diagnostics::near::meant;
use segue_catalog::{ClientId, McpFile, McpProperty};
use segue_syntax::Span;
use segue_syntax::yaml::{Entry, Map, Node, Scalar, Style, Value};

pub(super) fn check(context: &mut Context<'_>, file: &McpFile, root: &Map) {
    if let Some(entry) = root.get("inputs").filter(|_| file.inputs) {
        expect(context, entry, "a list", |node| node.as_seq().is_some());
    }
    let Some(servers) = root.get(&file.top) else { return elsewhere(context, file, root) };
    expect(context, servers, "an object with one entry a server", |node| node.as_map().is_some());
    let servers = servers.value.as_ref().and_then(Node::as_map);
    for server in servers.into_iter().flat_map(|map| &map.entries) {
        expect(context, server, "an object with a `command` or a `url`", |node| node.as_map().is_some());
        let parts = server.value.as_ref().and_then(Node::as_map).into_iter().flat_map(|map| &map.entries);
        for part in parts {
            let rows = &context.catalog.mcp_properties;
            let known = |row: &&McpProperty| {
                row.judged
                    && *row.name == *part.key.text
                    && row.clients.iter().any(|own| file.clients.contains(own))
            };
            if let Some(row) = rows.iter().find(known) {
                property(context, file, row, part);
            }
            match &*part.key.text {
                "type" => transport(context, file, part),
                "url" => address(context, part),
                _ => {}
            }
        }
    }
}

/// Servers below the key that another client has for them: nobody reads them here.
fn elsewhere(context: &mut Context<'_>, file: &McpFile, root: &Map) {
    let others = context.catalog.mcp_files.iter().map(|other| other.top.as_str());
    let Some(entry) = others.filter(|top| *top != file.top).find_map(|top| root.get(top)) else { return };
    let message = format!(
        "The servers of this file stand below `{}`: nobody reads `{}` here.",
        file.top, entry.key.text
    );
    let report = Report::new("mcp/wrong-key", entry.key.span, message);
    context.send(report.offered_fix(
        format!("Write `{}`", file.top),
        entry.key.span,
        format!("\"{}\"", file.top),
    ));
}

/// A `type` that no client of the file has.
fn transport(context: &mut Context<'_>, file: &McpFile, entry: &Entry) {
    let known: Vec<&str> = context
        .catalog
        .mcp_transports
        .iter()
        .filter(|row| row.clients.iter().any(|own| file.clients.contains(own)))
        .map(|row| row.name.as_str())
        .collect();
    let Some(node) = entry.value.as_ref().filter(|node| is_text(node)) else { return };
    let Some(text) = node.as_str().filter(|text| !known.contains(text)) else { return };
    let quoted: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("`{text}` is no type of a server here: it is one of {}.", quoted.join(", "));
    let mut report = Report::new("mcp/wrong-type", node.span, message);
    if let Some(near) = meant(text, known.iter().copied()) {
        report = report.offered_fix(format!("Write `{near}`"), node.span, format!("\"{near}\""));
    }
    context.send(report);
}

/// An address that says no way to get there. What stands in braces is filled in later.
fn address(context: &mut Context<'_>, entry: &Entry) {
    let Some(node) = entry.value.as_ref().filter(|node| is_text(node)) else { return };
    let Some(text) = node.as_str().map(str::trim) else { return };
    if text.is_empty() || text.contains("://") || text.starts_with('$') {
        return;
    }
    let message = format!("`{text}` is no address: it begins with `http://` or `https://`.");
    let mut report = Report::new("mcp/wrong-type", node.span, message);
    if text.contains(['.', ':']) && !text.contains(|c: char| c.is_whitespace() || c == '"' || c == '\\') {
        let local = text.starts_with("localhost") || text.starts_with("127.");
        let whole = format!("{}://{text}", if local { "http" } else { "https" });
        report = report.offered_fix(format!("Write `{whole}`"), node.span, format!("\"{whole}\""));
    }
    context.send(report);
}

fn property(context: &mut Context<'_>, file: &McpFile, row: &McpProperty, entry: &Entry) {
    match row.shape.as_str() {
        "string" => expect(context, entry, "a text in quotes", is_text),
        "string[]" => {
            if !expect(context, entry, "a list of texts", |node| node.as_seq().is_some()) {
                return;
            }
            // What becomes of a bare number is known of VS Code alone.
            let strict = file.clients.contains(&ClientId::Vscode);
            let fits = |item: &&Node| is_text(item) || (!strict && item.as_scalar().is_some());
            let items = entry.value.as_ref().and_then(Node::as_seq).into_iter().flat_map(|seq| &seq.items);
            if let Some(wrong) = items.into_iter().find(|item| !fits(item)) {
                let message = format!(
                    "An item of `{}` must be a text in quotes, and this is {}.",
                    entry.key.text,
                    what(wrong)
                );
                let mut report = Report::new("mcp/wrong-type", place(entry, wrong), message);
                if let Some(scalar) = wrong.as_scalar() {
                    let quoted = format!("\"{}\"", scalar.text);
                    report = report.offered_fix(format!("Write `{quoted}`"), wrong.span, quoted);
                }
                context.send(report);
            }
            true
        }
        "map" => {
            let is_map = expect(context, entry, "an object", |node| node.as_map().is_some());
            let values = entry.value.as_ref().and_then(Node::as_map).into_iter().flat_map(|map| &map.entries);
            for value in values {
                expect(context, value, "a text", |node| node.as_scalar().is_some());
            }
            is_map
        }
        _ => expect(context, entry, "an object", |node| node.as_map().is_some()),
    };
}

/// Reports a value that `fits` does not accept; gives whether it does.
fn expect(context: &mut Context<'_>, entry: &Entry, wanted: &str, fits: impl Fn(&Node) -> bool) -> bool {
    let Some(node) = entry.value.as_ref().filter(|node| !is_null(node)) else { return false };
    if fits(node) {
        return true;
    }
    let message = format!("`{}` must be {wanted}, and this is {}.", entry.key.text, what(node));
    let mut report = Report::new("mcp/wrong-type", place(entry, node), message);
    if wanted == "a list of texts" && is_text(node) {
        let edits = vec![
            crate::diagnostics::Edit { span: Span::at(node.span.start as usize), insert: "[".to_owned() },
            crate::diagnostics::Edit { span: Span::at(node.span.end as usize), insert: "]".to_owned() },
        ];
        let title = "Make it a list of one".to_owned();
        report = report.fix(crate::diagnostics::Fix { title, edits, safe: false });
    }
    context.send(report);
    false
}

/// The value where it is one token, else its key: an object may be as long as the file.
fn place(entry: &Entry, node: &Node) -> Span {
    if node.as_scalar().is_some() { node.span } else { entry.key.span }
}

fn is_text(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| scalar.style == Style::Double)
}

fn is_null(node: &Node) -> bool {
    node.as_scalar().is_some_and(|scalar| scalar.style == Style::Plain && &*scalar.text == "null")
}

/// What a value is, in words.
fn what(node: &Node) -> &'static str {
    match &node.value {
        Value::Seq(_) => "a list",
        Value::Map(_) => "an object",
        Value::Scalar(Scalar { style: Style::Double, .. }) => "a text",
        Value::Scalar(Scalar { text, .. }) if matches!(&**text, "true" | "false") => "true or false",
        Value::Scalar(Scalar { text, .. }) if &**text == "null" => "nothing",
        Value::Scalar(_) => "a number",
    }
}
