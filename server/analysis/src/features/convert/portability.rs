//! What each client makes of a file: whether it reads it, and what in it means nothing to it.

use super::words;
use crate::clients::{discovering, readers};
use crate::diagnostics::mcp_file;
use crate::intern::PathId;
use crate::world::World;
use segue_catalog::{
    Catalog, ClaudeName, ClientId, ClientSet, Dialect, Kind, McpFile, Support, VscodeName, catalog,
};
use segue_syntax::Facts;

/// One client's view of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientView {
    /// The client.
    pub client: ClientId,
    /// Whether it reads the file.
    pub reads: Reads,
    /// Keys of the header that it passes over.
    pub ignored_keys: Vec<String>,
    /// Keys that it refuses, or that are old to it.
    pub refused_keys: Vec<String>,
    /// Tools in the file's lists that mean nothing to it.
    pub ignored_tools: Vec<String>,
    /// Whether its header reader cannot read the header.
    pub header_unread: bool,
    /// The longest body that it takes, where the file's is longer.
    pub body_over: Option<u32>,
}

/// Whether a client reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reads {
    /// Where it lies.
    Here,
    /// It reads such files, but does not look here.
    Elsewhere,
    /// It has no such files.
    Never,
}

/// The view of every client, in the order in which they are named. Empty for what is no primitive.
#[must_use]
pub fn of_file(world: &World, id: PathId) -> Vec<ClientView> {
    let Some(state) = world.file(id) else { return Vec::new() };
    let Some(kind) = state.kind else { return Vec::new() };
    let path = world.path(id);
    let (found, all) = match kind {
        Kind::Mcp => readers_of_servers(&path),
        _ => (discovering(&path, kind, state.dialect), readers(&path, kind, state.dialect)),
    };
    let target =
        match state.facts().and_then(|facts| facts.header.yaml.map()).and_then(|map| map.str("target")) {
            Some("vscode") => Some([ClientId::Vscode].as_slice()),
            Some("github-copilot") => Some([ClientId::CopilotCli, ClientId::Github].as_slice()),
            _ => None,
        };
    ClientId::ALL
        .into_iter()
        .map(|client| {
            let reads = match (found.has(client), all.has(client)) {
                _ if target.is_some_and(|named| !named.contains(&client)) => Reads::Never,
                (true, _) => Reads::Here,
                (_, true) => Reads::Elsewhere,
                _ => Reads::Never,
            };
            let mut view = ClientView {
                client,
                reads,
                ignored_keys: Vec::new(),
                refused_keys: Vec::new(),
                ignored_tools: Vec::new(),
                header_unread: false,
                body_over: None,
            };
            if let Some(facts) = state.facts().filter(|_| reads != Reads::Never) {
                look(&mut view, kind, state.dialect, facts);
                view.body_over =
                    longest_body(kind, state.dialect, client, &path).filter(|most| facts.body_chars > *most);
            }
            view
        })
        .collect()
}

/// The clients that read this configuration of servers, and those that read any in a checkout.
fn readers_of_servers(path: &str) -> (ClientSet, ClientSet) {
    let of = |row: &McpFile| ClientSet::of(&row.clients);
    let rows = catalog().mcp_files.iter().filter(|row| !row.path.starts_with("~/"));
    let all = rows.map(of).fold(ClientSet::NONE, ClientSet::or);
    (mcp_file(path).map_or(ClientSet::NONE, of), all)
}

fn look(view: &mut ClientView, kind: Kind, dialect: Dialect, facts: &Facts) {
    let strict = catalog().client(view.client).and_then(|row| row.strict_yaml) == Some(true);
    view.header_unread = strict && !facts.header.strict.is_empty();
    let Some(table) = catalog().keys(kind, dialect) else { return };
    for entry in facts.header.yaml.map().into_iter().flat_map(|map| &map.entries) {
        let name = entry.key.text.to_string();
        match table.get(&name).map(|key| key.support(view.client)) {
            None if table.row.closed_keys => view.ignored_keys.push(name),
            Some(Support::Ignored) => view.ignored_keys.push(name),
            Some(Support::Rejected | Support::Deprecated) => view.refused_keys.push(name),
            _ => {}
        }
        let is_list = matches!(&*entry.key.text, "tools" | "disallowedTools");
        if let Some(node) = entry.value.as_ref().filter(|_| is_list) {
            let names = words::names(node, dialect == Dialect::Claude);
            let unknown = names.into_iter().filter(|name| !knows(catalog(), view.client, dialect, name));
            view.ignored_tools.extend(unknown);
        }
    }
}

/// Whether a name in a list of tools means something to a client. What may be a server's counts.
pub(in crate::features) fn knows(
    catalog: &Catalog,
    client: ClientId,
    dialect: Dialect,
    written: &str,
) -> bool {
    let name = written.split('(').next().unwrap_or(written).trim();
    let vscode = catalog.vscode_tool(name);
    let server = name.contains('/') && vscode.is_none();
    let claude = matches!(catalog.claude_tool(name), Some(ClaudeName::Tool(_))) || name.starts_with("mcp__");
    match (client, dialect) {
        (ClientId::Claude, _) => claude,
        (ClientId::Vscode, Dialect::Claude) => match catalog.claude_tool(name) {
            Some(ClaudeName::Tool(tool)) => !tool.maps_to.is_empty(),
            _ => name.starts_with("mcp__"),
        },
        (_, Dialect::Claude) => claude,
        (ClientId::Vscode, _) => match vscode {
            Some(VscodeName::Old(old)) => !old.now.is_empty(),
            Some(_) => true,
            None => server,
        },
        (ClientId::CopilotCli, _) => {
            name == "*"
                || server
                || catalog.copilot_alias(name).is_some()
                || catalog.cli_runtime_tool(name).is_some()
        }
        (ClientId::Github, _) => {
            let on_github = catalog.copilot_alias(name).is_some_and(|alias| !alias.not_on.contains(&client));
            name == "*" || on_github || (server && !name.contains('.'))
        }
    }
}

fn longest_body(kind: Kind, dialect: Dialect, client: ClientId, path: &str) -> Option<u32> {
    let row = catalog().kind_row(kind, dialect)?;
    let at = row.clients.iter().find(|at| at.client == client && at.discovers(path))?;
    at.longest_body
}
