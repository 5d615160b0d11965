//! What is known of MCP servers: where they are configured, and which tools they offer.
//!
//! A server's tools are known from two sides: a configuration may name those that it lets through, and the
//! server itself may have told all of them ([`crate::live`]). What it told counts for the configuration
//! that it told it under, and where the settings let the user's own files be known.

use crate::diagnostics::mcp_file;
use crate::features::at::names_of_server;
use crate::file::{Content, Space};
use crate::intern::PathId;
use crate::live::{Answer, Tool};
use crate::user::UserServer;
use crate::world::World;
use segue_catalog::{ClientId, Kind, McpFile, catalog};
use segue_syntax::json::Document;
use segue_syntax::yaml::{Entry, Map, Node, Style, Value};
use segue_syntax::{Facts, Span};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

/// The keys of a header that hold servers: Copilot's and Claude's.
const KEYS: [&str; 2] = ["mcp-servers", "mcpServers"];

/// A server as one place configures it.
#[derive(Clone, Debug, PartialEq)]
pub struct Configuration {
    /// Its name.
    pub name: Box<str>,
    /// The file.
    pub path: Arc<str>,
    /// The name, quotes included.
    pub span: Span,
    /// All of the entry.
    pub whole: Span,
    /// Whether variables are written as VS Code has them, and not as shells do.
    pub vscode_words: bool,
    /// The entry as JSON: scalars are texts, or null.
    pub entry: Json,
}

impl Configuration {
    /// What identifies this very configuration, whatever the order of its keys, and whichever of its tools
    /// it lets through.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        use std::fmt::Write;
        let whole = json!([*self.path, *self.name, self.vscode_words, sorted(&self.entry, true)]);
        let digest = Sha256::digest(whole.to_string());
        digest.iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Its command or its address, as it is written.
    #[must_use]
    pub fn how(&self) -> Option<&str> {
        ["command", "url"].iter().find_map(|key| self.entry.get(*key)?.as_str())
    }

    /// The tools that it lets through; `None` where that is all of them.
    #[must_use]
    pub fn allowed(&self) -> Option<Vec<&str>> {
        let names: Vec<&str> = self.entry.get("tools")?.as_array()?.iter().filter_map(Json::as_str).collect();
        (!names.contains(&"*")).then_some(names)
    }
}

/// A value with the keys of its maps in order. At the top, what does not concern the server is left out.
fn sorted(value: &Json, top: bool) -> Json {
    match value {
        Json::Object(map) => {
            let mut pairs: Vec<(&String, &Json)> =
                map.iter().filter(|(key, _)| !(top && key.as_str() == "tools")).collect();
            pairs.sort_by_key(|(key, _)| *key);
            Json::Array(pairs.into_iter().map(|(key, value)| json!([key, sorted(value, false)])).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(|item| sorted(item, false)).collect()),
        other => other.clone(),
    }
}

/// Every server that some file of the workspace configures, by path and place.
#[must_use]
pub fn all(world: &World) -> Vec<Configuration> {
    let mut found: Vec<Configuration> =
        world.definers_in(Space::Server).flat_map(|(id, _)| of_file(world, id)).collect();
    found.sort_by(|a, b| (&a.path, a.span).cmp(&(&b.path, b.span)));
    found
}

/// Every place where a server of that name is configured, by path.
#[must_use]
pub fn configured(world: &World, name: &str) -> Vec<Configuration> {
    let files = world.definers(Space::Server, name);
    files.flat_map(|(id, _)| of_file(world, id)).filter(|own| *own.name == *name).collect()
}

/// The servers that a file configures.
#[must_use]
pub fn of_file(world: &World, id: PathId) -> Vec<Configuration> {
    let Some(state) = world.file(id) else { return Vec::new() };
    let path = world.path(id);
    match &state.content {
        Content::Json(document) => {
            let row = mcp_file(&path);
            row.map(|row| of_document(document, &path, row)).unwrap_or_default()
        }
        Content::Markdown(facts) if matches!(state.kind, Some(Kind::Agent | Kind::ChatMode)) => {
            of_header(facts, &path)
        }
        Content::Markdown(_) | Content::Unreadable(_) => Vec::new(),
    }
}

/// The map of a file in which the key of its servers stands: the file's own, except where it holds much else.
pub(crate) fn holder<'d>(document: &'d Document, row: &McpFile) -> Option<&'d Map> {
    let root = document.root.as_ref().and_then(Node::as_map)?;
    row.below.iter().try_fold(root, |map, key| map.value(key)?.as_map())
}

/// The servers of a file that configures some and nothing else.
pub(crate) fn of_document(document: &Document, path: &Arc<str>, row: &McpFile) -> Vec<Configuration> {
    holder(document, row).map(|root| below(root, path, row)).unwrap_or_default()
}

/// The servers that a file of the user's configures for the project at `project` alone.
pub(crate) fn of_project(
    document: &Document,
    path: &Arc<str>,
    row: &McpFile,
    project: &Path,
) -> Vec<Configuration> {
    let root = document.root.as_ref().and_then(Node::as_map);
    let projects = root.zip(row.by_project.as_ref()).and_then(|(root, key)| root.value(key)?.as_map());
    let entries = projects.into_iter().flat_map(|projects| &projects.entries);
    let own = entries.filter(|entry| Path::new(&*entry.key.text) == project);
    let own = own.filter_map(|entry| entry.value.as_ref()?.as_map());
    own.flat_map(|own| below(own, path, row)).collect()
}

fn below(map: &Map, path: &Arc<str>, row: &McpFile) -> Vec<Configuration> {
    let servers = map.value(&row.top).and_then(Node::as_map);
    let entries = servers.into_iter().flat_map(|map| &map.entries);
    entries.filter_map(|entry| configuration(entry, path, row.inputs)).collect()
}

/// The servers of an agent's header.
pub(crate) fn of_header(facts: &Facts, path: &Arc<str>) -> Vec<Configuration> {
    let Some(map) = facts.header.yaml.map() else { return Vec::new() };
    let entries = written_in(map).flat_map(maps).flat_map(|map| &map.entries);
    entries.filter_map(|entry| configuration(entry, path, false)).collect()
}

fn configuration(entry: &Entry, path: &Arc<str>, vscode_words: bool) -> Option<Configuration> {
    let value = entry.value.as_ref().filter(|value| value.as_map().is_some())?;
    Some(Configuration {
        name: entry.key.text.clone(),
        path: path.clone(),
        span: entry.key.span,
        whole: entry.span(),
        vscode_words,
        entry: as_json(value),
    })
}

/// What stands in a header below the keys that hold servers.
pub(crate) fn written_in(map: &Map) -> impl Iterator<Item = &Node> {
    KEYS.iter().filter_map(|key| map.value(key))
}

/// A map of servers; Claude's list has maps of one among names.
pub(crate) fn maps(value: &Node) -> impl Iterator<Item = &Map> {
    let items = value.as_seq().into_iter().flat_map(|seq| &seq.items);
    value.as_map().into_iter().chain(items.filter_map(Node::as_map))
}

fn as_json(node: &Node) -> Json {
    match &node.value {
        Value::Scalar(scalar)
            if scalar.style == Style::Plain && matches!(&*scalar.text, "null" | "~" | "") =>
        {
            Json::Null
        }
        Value::Scalar(scalar) => Json::String(scalar.text.to_string()),
        Value::Seq(seq) => Json::Array(seq.items.iter().map(as_json).collect()),
        Value::Map(map) => {
            let value = |entry: &Entry| entry.value.as_ref().map_or(Json::Null, as_json);
            Json::Object(map.entries.iter().map(|entry| (entry.key.text.to_string(), value(entry))).collect())
        }
    }
}

/// What is known of the tools of a server, for a file that names them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offer {
    /// The places that configure it, with what it told there.
    pub places: Vec<(Configuration, Option<Arc<Answer>>)>,
    /// The same of the user's own files.
    pub yours: Vec<(UserServer, Option<Arc<Answer>>)>,
    /// Whether a client brings along a server of that name, or a file of the user's names one and no more.
    pub elsewhere: bool,
}

/// The tools of the server that clients know by `name`, for the file at `reader`.
#[must_use]
pub fn offer(world: &World, reader: &str, name: &str) -> Offer {
    let names = names_of_server(name);
    let user = world.user_files(reader);
    let may = world.config(reader).user_files != Some(false);
    let told = |fingerprint: &str| world.live.of(fingerprint).filter(|_| may).cloned();
    let places = names.iter().flat_map(|name| configured(world, name)).map(|own| {
        // A fingerprint is not made for nothing.
        let wanted = may && !world.live.is_empty();
        let answer = wanted.then(|| told(&own.fingerprint())).flatten();
        (own, answer)
    });
    let is_it = |own: &str| names.iter().any(|name| **name == *own);
    let yours: Vec<_> = user.configured.iter().filter(|own| is_it(&own.name)).collect();
    let brought = |name: &str| {
        let rows = &catalog().servers;
        rows.iter().any(|row| row.name == name && row.built_in_on.iter().any(|own| *own != ClientId::Vscode))
    };
    let no_more = |name: &String| is_it(name) && !yours.iter().any(|own| own.name == *name);
    Offer {
        places: places.collect(),
        elsewhere: names.iter().any(|name| brought(name)) || user.servers.iter().any(no_more),
        yours: yours.into_iter().map(|own| (own.clone(), told(&own.fingerprint))).collect(),
    }
}

impl Offer {
    /// The names of the tools, sorted: those that a configuration names, and those that the server told and
    /// the configuration lets through.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let places = self.places.iter().map(|(place, answer)| (place.allowed(), answer));
        let yours = self.yours.iter().map(|(own, answer)| (own.allowed(), answer));
        for (allowed, answer) in places.chain(yours) {
            match answer {
                Some(answer) => {
                    let told = answer.tools.iter().map(|tool| tool.name.as_str());
                    let lets = |name: &&str| allowed.as_ref().is_none_or(|list| list.contains(name));
                    names.extend(told.filter(lets).map(str::to_owned));
                }
                None => names.extend(allowed.into_iter().flatten().map(str::to_owned)),
            }
        }
        names.retain(|name| !name.is_empty());
        names.sort();
        names.dedup();
        names
    }

    /// A tool that the server told of, with the answer that it is part of.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<(&Tool, &Answer)> {
        self.answers().find_map(|answer| Some((answer.tool(name)?, answer)))
    }

    /// What the server told, in whichever configuration.
    pub fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.each().filter_map(|answer| answer.as_deref())
    }

    /// Whether every configuration has an answer, and each of them is complete.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let whole = |answer: &Option<Arc<Answer>>| answer.as_ref().is_some_and(|answer| !answer.cut);
        self.each().next().is_some() && self.each().all(whole)
    }

    /// What each configuration has of an answer.
    fn each(&self) -> impl Iterator<Item = &Option<Arc<Answer>>> {
        let places = self.places.iter().map(|(_, answer)| answer);
        places.chain(self.yours.iter().map(|(_, answer)| answer))
    }
}

/// A server or a tool as Claude Code spells it: underscores for what else stands in the name.
#[must_use]
pub fn spelled_by_claude(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_")
}

/// A tool that is named, with its server: `server/tool`, `mcp__server__tool`. The server has the name under
/// which it is configured, where it is; the tool the one that the server gave it, where that is known.
#[must_use]
pub fn named(world: &World, reader: &str, written: &str) -> Option<(String, String)> {
    let Some(rest) = written.strip_prefix("mcp__") else {
        let (server, tool) = written.rsplit_once('/')?;
        return Some((server.to_owned(), tool.to_owned())).filter(|(server, _)| !server.is_empty());
    };
    // Names of servers and of tools may have two underscores in them: the longest server that is known.
    let servers = world.names(Space::Server);
    let fits = servers.iter().filter_map(|name| {
        let tool = rest.strip_prefix(spelled_by_claude(name).as_str())?.strip_prefix("__")?;
        Some((name, tool))
    });
    let (server, tool) = match fits.max_by_key(|(name, _)| name.len()) {
        Some((name, tool)) => (name.to_string(), tool),
        None => rest.split_once("__").map(|(server, tool)| (server.to_owned(), tool))?,
    };
    let told = offer(world, reader, &server).names().into_iter().find(|own| spelled_by_claude(own) == tool);
    Some((server, told.unwrap_or_else(|| tool.to_owned())))
}
