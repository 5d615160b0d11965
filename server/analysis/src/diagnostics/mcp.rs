//! `mcp/*`: configuration of MCP servers, in files of their own and in the header of agents.

mod secret;
mod shape;

use super::{Context, Report};
use crate::file::Content;
use crate::names::ends_with_path;
use crate::servers;
use segue_catalog::{ClientId, ClientSet, Dialect, Kind, McpFile, Severity, catalog};
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
    /// Whether the clients that read it know no inputs at all.
    nobody_asks: bool,
}

fn file(context: &mut Context<'_>, document: &Document) {
    let Some(row) = row_of(&context.path) else { return };
    let read_by: ClientSet = row.clients.iter().copied().collect();
    if context.config.clients.is_some_and(|wanted| wanted.and(read_by).is_empty()) {
        return;
    }
    let holder = servers::holder(document, row);
    // What else is in such a file is judged by those whose file it is.
    if row.below.is_empty() || holder.is_some() {
        syntax(context, row, document);
    }
    let Some(root) = holder else { return };
    shape::check(context, row, root);
    let inputs = inputs_of(root);
    let judged = row.inputs && row.below.is_empty();
    let place = Place {
        url_needs_type: row.url_needs_type,
        nobody_asks: !row.clients.contains(&ClientId::Vscode),
        inputs: judged.then_some(&inputs),
    };
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

pub(super) fn lower_first(text: &str) -> String {
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
    let place =
        Place { url_needs_type: context.dialect == Dialect::Claude, inputs: None, nobody_asks: false };
    let written = servers::written_in(map).next();
    for entry in written.into_iter().flat_map(servers::maps).flat_map(|map| &map.entries) {
        server(context, place, entry);
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
                if place.nobody_asks {
                    inputs_of_others(context, node, text);
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

/// VS Code's words for what it asks, in a file of clients that ask nothing.
fn inputs_of_others(context: &mut Context<'_>, node: &Node, text: &str) {
    let Some(at) = text.find("${input:") else { return };
    let length = text.get(at..).and_then(|rest| rest.find('}')).map_or(text.len() - at, |end| end + 1);
    let message = "Nobody asks for inputs in this file: `${NAME}` takes a variable of the environment.";
    let report = Report::new("mcp/undefined-input", part(node, text, at, length), message);
    context.send(report.severity(Severity::Information));
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

#[cfg(test)]
mod tests {
    use crate::fixture;

    fn found(path: &str, text: &str) -> String {
        fixture::findings(&format!("//- {path}\n{text}\n"))
    }

    #[test]
    fn servers_of_a_dev_container() {
        let path = ".devcontainer/devcontainer.json";
        let with = |servers: &str| {
            format!(
                "// Comments are fine.\n{{ \"image\": \"debian\", \"customizations\": {{ \"vscode\": {{ \"mcp\": {servers} }} }} }}"
            )
        };
        let fine = with(
            "{ \"servers\": { \"docs\": { \"command\": \"docs\", \"env\": { \"T\": \"${input:t}\" } } } }",
        );
        assert_eq!(found(path, &fine), "");
        let wrong = with("{ \"servers\": { \"docs\": { \"command\": 5 } } }");
        assert!(found(path, &wrong).contains("mcp/wrong-type"), "{}", found(path, &wrong));
        // What else is in the file is judged by others.
        assert_eq!(found(path, "{ \"servers\": 5, \"mcpServers\": {}, "), "");
        let known =
            "//- .github/agents/a.agent.md\n---\ndescription: d\ntools: ['docs/*', 'read']\n---\nText\n";
        let beside = |json: &str| fixture::findings(&format!("{known}//- {path}\n{json}\n"));
        assert!(beside("{}").contains("tool/server-unknown"));
        assert_eq!(beside(&fine), "");
    }

    #[test]
    fn inputs_where_nobody_asks() {
        let text = |top: &str| {
            format!(
                "{{ \"{top}\": {{ \"d\": {{ \"command\": \"d\", \"env\": {{ \"T\": \"${{input:t}}\" }} }} }} }}"
            )
        };
        assert!(found(".mcp.json", &text("mcpServers")).contains("Nobody asks for inputs in this file"));
        assert!(found(".vscode/mcp.json", &text("servers")).contains("No entry of `inputs`"));
        assert_eq!(found(".cursor/mcp.json", &text("mcpServers")), "");
    }

    #[test]
    fn addresses_that_lead_nowhere() {
        let with = |url: &str| {
            found(
                ".mcp.json",
                &format!("{{ \"mcpServers\": {{ \"d\": {{ \"type\": \"http\", \"url\": \"{url}\" }} }} }}"),
            )
        };
        assert!(
            with("docs.example.com/mcp").contains("Write `https://docs.example.com/mcp`")
                || with("docs.example.com/mcp").contains("is no address")
        );
        for fine in [
            "https://x.example.com",
            "http://localhost:3000",
            "${DOCS}/mcp",
            "$DOCS",
            "unix:///run/d.sock",
            "",
        ] {
            assert_eq!(with(fine), "", "{fine}");
        }
    }

    #[test]
    fn a_file_of_other_clients_is_left_alone() {
        let text = "{ \"servers\": { \"d\": { \"command\": 5 } } }";
        let only = |client: &str| {
            fixture::findings(&format!(
                "//- segue.toml\nclients = [\"{client}\"]\n//- .vscode/mcp.json\n{text}\n"
            ))
        };
        assert!(only("vscode").contains("mcp/wrong-type"));
        assert_eq!(only("claude"), "");
    }
}
