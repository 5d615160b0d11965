//! `mcp/*`: configuration of MCP servers, in files of their own and in the header of agents.

mod secret;
mod shape;

use super::{Context, Report};
use crate::file::Content;
use crate::names::ends_with_path;
use segue_catalog::{ClientId, Dialect, Kind, McpFile, Severity, catalog};
use segue_syntax::Span;
use segue_syntax::json::Document;
use segue_syntax::yaml::{Entry, Map, Node, Value};

pub(super) fn check(context: &mut Context<'_>) {
    match &context.state.content {
        Content::Json(document) => file(context, document),
        Content::Markdown(facts) => {
            if let Some(map) = facts.header.yaml.map() {
                header(context, map);
            }
        }
        Content::Unreadable(_) => {}
    }
}

/// What holds for the servers of one place.
#[derive(Clone, Copy)]
struct Place<'c> {
    /// Whether a `url` needs a `type` beside it.
    url_needs_type: bool,
    /// Where `${input:…}` leads, where it means something.
    inputs: Option<&'c [&'c str]>,
}

fn file(context: &mut Context<'_>, document: &Document) {
    let Some(row) = row_of(&context.path) else { return };
    syntax(context, row, document);
    let Some(root) = document.root.as_ref().and_then(Node::as_map) else { return };
    shape::check(context, row, root);
    let inputs = inputs_of(root);
    let place = Place { url_needs_type: row.url_needs_type, inputs: row.inputs.then_some(&inputs) };
    for entry in root.value(&row.top).and_then(Node::as_map).into_iter().flat_map(|map| &map.entries) {
        server(context, place, entry);
    }
}

/// The row of the file at `path`, where it is one that configures servers.
pub(crate) fn row_of(path: &str) -> Option<&'static McpFile> {
    catalog().mcp_files.iter().find(|row| ends_with_path(path, &row.path))
}

fn syntax(context: &mut Context<'_>, row: &McpFile, document: &Document) {
    if let Some((span, reason)) = &document.error {
        let message = format!("This is no JSON: {}.", lower_first(reason.trim_end_matches('.')));
        context.send(Report::new("mcp/invalid-json", *span, message));
    }
    if row.comments {
        return;
    }
    for (spans, what) in
        [(&document.comments, "Comments"), (&document.trailing_commas, "Commas before a closing bracket")]
    {
        let Some(first) = spans.first() else { continue };
        let message = format!("{what} are no JSON: the clients that read this file may refuse it.");
        context.send(Report::new("mcp/invalid-json", *first, message).severity(Severity::Information));
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn inputs_of(root: &Map) -> Vec<&str> {
    let items =
        root.value("inputs").and_then(Node::as_seq).map(|seq| seq.items.as_slice()).unwrap_or_default();
    items.iter().filter_map(Node::as_map).filter_map(|input| input.str("id")).collect()
}

/// `mcp-servers` of Copilot's agents, `mcpServers` of Claude's.
fn header(context: &mut Context<'_>, map: &Map) {
    if !matches!(context.kind, Kind::Agent | Kind::ChatMode) {
        return;
    }
    let place = Place { url_needs_type: context.dialect == Dialect::Claude, inputs: None };
    let Some(servers) = ["mcp-servers", "mcpServers"].iter().find_map(|key| map.value(key)) else { return };
    match &servers.value {
        Value::Map(servers) => servers.entries.iter().for_each(|entry| server(context, place, entry)),
        // Claude's list has names of servers and maps of one name to a server.
        Value::Seq(seq) => {
            let maps = seq.items.iter().filter_map(Node::as_map);
            maps.flat_map(|map| &map.entries).for_each(|entry| server(context, place, entry));
        }
        Value::Scalar(_) => {}
    }
}

fn server(context: &mut Context<'_>, place: Place<'_>, entry: &Entry) {
    let Some(map) = entry.value.as_ref().and_then(Node::as_map) else { return };
    transport(context, place, entry, map);
    for part in &map.entries {
        if let Some(value) = &part.value {
            strings(value, &mut |node, text| {
                secret::check(context, node, text);
                if let Some(inputs) = place.inputs {
                    undefined_inputs(context, node, text, inputs);
                }
            });
        }
    }
}

/// How the server is reached: a command, or an address with its type.
fn transport(context: &mut Context<'_>, place: Place<'_>, entry: &Entry, map: &Map) {
    let kind = map.str("type").map(str::trim);
    let remote = context.catalog.mcp_properties.iter().filter(|property| {
        property.required && !property.transports.iter().any(|transport| transport == "stdio")
    });
    let has_address = remote.clone().any(|property| map.get(&property.name).is_some())
        || map.entries.iter().any(|own| own.key.text.to_ascii_lowercase().ends_with("url"));
    let has_command = map.get("command").is_some();
    let is_remote = kind.is_some_and(|kind| {
        remote.clone().any(|property| property.transports.iter().any(|own| own == kind))
            || kind.contains("http")
    });
    let name = &entry.key.text;
    let known = context
        .catalog
        .servers
        .iter()
        .any(|row| *row.name == **name || row.aliases.iter().any(|alias| **alias == **name));
    let message = match (is_remote, has_command, has_address) {
        (true, _, false) => format!("`{name}` is a remote server without a `url`."),
        (false, false, true) if matches!(kind, Some("stdio" | "local")) => {
            format!("`{name}` is a local server without a `command`; what has a `url` is `http` or `sse`.")
        }
        // Servers that a client brings along are named to choose among their tools.
        (false, false, false) if !known => {
            format!("`{name}` has neither a `command` to start nor a `url` to call.")
        }
        (false, false, true) if kind.is_none() && place.url_needs_type => {
            return missing_type(context, entry, map);
        }
        _ => return,
    };
    context.send(Report::new("mcp/missing-command", entry.key.span, message));
}

fn missing_type(context: &mut Context<'_>, entry: &Entry, map: &Map) {
    if !context
        .catalog
        .client(ClientId::Claude)
        .is_some_and(|_| context.config.clients.is_none_or(|own| own.has(ClientId::Claude)))
    {
        return;
    }
    let message = format!(
        "`{}` has a `url` and no `type`: Claude Code takes it for a local server and skips it.",
        entry.key.text
    );
    let url = map.get("url").map_or(entry.key.span, |url| url.key.span);
    let mut report = Report::new("mcp/missing-type", url, message);
    if map.flow {
        let at = Span::at(url.start as usize);
        report = report.offered_fix("Add `\"type\": \"http\"`", at, "\"type\": \"http\", ").offered_fix(
            "Add `\"type\": \"sse\"`",
            at,
            "\"type\": \"sse\", ",
        );
    }
    context.send(report);
}

/// Calls `see` with every string below a node.
fn strings(node: &Node, see: &mut dyn FnMut(&Node, &str)) {
    match &node.value {
        Value::Scalar(scalar) => see(node, &scalar.text),
        Value::Seq(seq) => seq.items.iter().for_each(|item| strings(item, see)),
        Value::Map(map) => {
            map.entries.iter().filter_map(|entry| entry.value.as_ref()).for_each(|value| strings(value, see));
        }
    }
}

fn undefined_inputs(context: &mut Context<'_>, node: &Node, text: &str, inputs: &[&str]) {
    for (at, _) in text.match_indices("${input:") {
        let rest = text.get(at + "${input:".len()..).unwrap_or_default();
        let Some((id, _)) = rest.split_once('}') else { continue };
        if inputs.contains(&id) {
            continue;
        }
        let whole = "${input:".len() + id.len() + 1;
        let message = format!("No entry of `inputs` has the id `{id}`: VS Code cannot ask for it.");
        context.send(Report::new("mcp/undefined-input", part(node, text, at, whole), message));
    }
}

/// The range of a part of a string: exact where it is written without escapes.
fn part(node: &Node, text: &str, at: usize, length: usize) -> Span {
    let inner = node.inner_span();
    if inner.len() == text.len() {
        let start = inner.start as usize + at;
        return Span::new(start, start + length);
    }
    node.span
}
