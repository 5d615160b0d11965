//! Servers of `.vscode/mcp.json` in `.mcp.json`, which Copilot CLI and Claude Code read.
//!
//! The file that VS Code reads stays. What is in the other file already is never changed.

use super::{Conversion, Refusal, Source};
use crate::changes::Changes;
use crate::diagnostics::Edit;
use crate::disk::Probe;
use crate::file::Content;
use crate::names::ends_with_path;
use segue_syntax::Span;
use segue_syntax::json;
use segue_syntax::yaml::{Map, Node, Style, Value as Read};
use serde_json::{Map as Object, Value};
use std::sync::Arc;

/// The file that is converted.
pub(super) const FROM: &str = ".vscode/mcp.json";

/// Properties that VS Code alone has.
const OWN: [&str; 6] = ["gallery", "version", "dev", "sandboxEnabled", "sandbox", "envFile"];

/// `None` where the file is another one.
pub(super) fn to_shared_file(source: Source<'_>) -> Option<Result<Conversion, Refusal>> {
    ends_with_path(source.path, FROM).then(|| conversion(source))
}

fn conversion(source: Source<'_>) -> Result<Conversion, Refusal> {
    let Content::Json(document) = &source.state.content else { return Err(Refusal::Unread) };
    if document.error.is_some() {
        return Err(Refusal::NoJson);
    }
    let top = source.path.strip_suffix(FROM).unwrap_or_default();
    let to = format!("{top}.mcp.json");
    let (mut lost, mut look_at) = (Vec::new(), Vec::new());
    let servers = document.root.as_ref().and_then(Node::as_map).and_then(|root| root.value("servers"));
    let mut wanted: Vec<(String, Value)> = Vec::new();
    for entry in servers.and_then(Node::as_map).into_iter().flat_map(|map| &map.entries) {
        let Some(map) = entry.value.as_ref().and_then(Node::as_map) else { continue };
        let mut server = Server { name: &entry.key.text, lost: &mut lost, look_at: &mut look_at };
        wanted.push((entry.key.text.to_string(), server.converted(map)));
    }
    let changes = match source.world.probe(&to) {
        Probe::Missing => written(&to, wanted),
        Probe::Folder => return Err(Refusal::Taken(to)),
        Probe::File => {
            let text = source.world.id(&to).and_then(|id| source.world.text(id));
            let text = text.ok_or_else(|| Refusal::Taken(to.clone()))?;
            added(&to, &text, wanted, &mut look_at)?
        }
    };
    let title = "Copy the servers to .mcp.json, for Copilot CLI and Claude Code".to_owned();
    Ok(Conversion { title, changes, result: to, lost, look_at })
}

fn written(to: &str, servers: Vec<(String, Value)>) -> Changes {
    if servers.is_empty() {
        return Changes::default();
    }
    let servers: Object<String, Value> = servers.into_iter().collect();
    let root = Value::Object([("mcpServers".to_owned(), Value::Object(servers))].into_iter().collect());
    let text = format!("{root:#}\n");
    Changes::of_new(to, text)
}

/// The servers that the file lacks, put into it.
fn added(
    to: &str,
    text: &Arc<str>,
    wanted: Vec<(String, Value)>,
    look_at: &mut Vec<String>,
) -> Result<Changes, Refusal> {
    let document = json::parse(text);
    let root = document.root.as_ref().and_then(Node::as_map).filter(|_| document.error.is_none());
    let root = root.ok_or_else(|| Refusal::Taken(to.to_owned()))?;
    let there = root.get("mcpServers").and_then(|entry| entry.value.as_ref());
    let map = match there {
        Some(node) => Some(node.as_map().ok_or_else(|| Refusal::Taken(to.to_owned()))?),
        None => None,
    };
    let mut missing: Vec<(String, Value)> = Vec::new();
    for (name, server) in wanted {
        match map.and_then(|map| map.value(&name)) {
            Some(own) if value(own) == server => {}
            Some(_) => {
                look_at.push(format!("`{name}` is in `{to}` already, and otherwise: it was left alone."))
            }
            None => missing.push((name, server)),
        }
    }
    if missing.is_empty() {
        return Ok(Changes::default());
    }
    let edit = match (there, map) {
        (Some(_), Some(map)) if !map.entries.is_empty() => {
            let at = map.entries.last().map_or(0, |last| last.span().end as usize);
            Edit { span: Span::at(at), insert: format!(",{}", members(&missing, "    ")) }
        }
        (Some(node), Some(_)) => {
            Edit { span: node.span, insert: format!("{{{}\n  }}", members(&missing, "    ")) }
        }
        _ => {
            let inner = format!("\n  \"mcpServers\": {{{}\n  }}", members(&missing, "    "));
            match root.entries.last() {
                Some(last) => Edit { span: Span::at(last.span().end as usize), insert: format!(",{inner}") },
                None => {
                    let span = document.root.as_ref().map_or(Span::at(0), |root| root.span);
                    Edit { span, insert: format!("{{{inner}\n}}") }
                }
            }
        }
    };
    Ok(Changes::of_file(&to.into(), text, vec![edit]))
}

/// `"name": {…}` for each, on lines of their own.
fn members(servers: &[(String, Value)], indent: &str) -> String {
    let one = |(name, server): &(String, Value)| {
        let body = format!("{server:#}").replace('\n', &format!("\n{indent}"));
        format!("\n{indent}{}: {body}", Value::String(name.clone()))
    };
    servers.iter().map(one).collect::<Vec<_>>().join(",")
}

/// One server on its way.
struct Server<'a> {
    name: &'a str,
    lost: &'a mut Vec<String>,
    look_at: &'a mut Vec<String>,
}

impl Server<'_> {
    fn converted(&mut self, map: &Map) -> Value {
        let mut server = Object::new();
        for entry in &map.entries {
            let (key, Some(node)) = (&*entry.key.text, &entry.value) else { continue };
            if OWN.contains(&key) {
                self.lost.push(format!("`{}`: `{key}` is VS Code's own.", self.name));
                continue;
            }
            if key == "oauth" {
                self.sign_in(node, &mut server);
                continue;
            }
            if key == "cwd" {
                self.look_at.push(format!("`{}`: Claude Code has no `cwd`.", self.name));
            }
            let mut value = self.translated(value(node));
            if key == "env" {
                as_texts(&mut value);
            }
            server.insert(key.to_owned(), value);
        }
        let url = server.get("url").and_then(Value::as_str);
        if url.is_some_and(|url| url.starts_with("unix:") || url.starts_with("pipe:")) {
            self.look_at.push(format!("`{}`: only VS Code reaches servers at a socket or pipe.", self.name));
        }
        if url.is_some() && !server.contains_key("type") {
            // Claude Code takes a server without a type for a local one.
            server.shift_insert(0, "type".to_owned(), Value::String("http".to_owned()));
        }
        Value::Object(server)
    }

    /// How the server's user signs in: Claude Code and Copilot CLI each have a key of their own for the id.
    fn sign_in(&mut self, node: &Node, server: &mut Object<String, Value>) {
        for entry in node.as_map().into_iter().flat_map(|map| &map.entries) {
            match (&*entry.key.text, &entry.value) {
                ("clientId", Some(node)) => {
                    let id = self.translated(value(node));
                    let own = [("clientId".to_owned(), id.clone())].into_iter().collect();
                    server.insert("oauth".to_owned(), Value::Object(own));
                    server.insert("oauthClientId".to_owned(), id);
                }
                (key, _) => self.lost.push(format!("`{}`: `oauth.{key}` is VS Code's own.", self.name)),
            }
        }
    }

    /// A value with VS Code's variables as the others write them.
    fn translated(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.variables(&text)),
            Value::Array(items) => {
                Value::Array(items.into_iter().map(|item| self.translated(item)).collect())
            }
            Value::Object(object) => {
                let mut kept = Object::new();
                for (key, value) in object {
                    if value.is_null() {
                        self.lost.push(format!(
                            "`{}`: `{key}` cannot be taken away from the environment.",
                            self.name
                        ));
                        continue;
                    }
                    kept.insert(key, self.translated(value));
                }
                Value::Object(kept)
            }
            other => other,
        }
    }

    fn variables(&mut self, text: &str) -> String {
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while let Some((before, inner)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, after)) = inner.split_once('}') else {
                out.push_str("${");
                rest = inner;
                continue;
            };
            out.push_str(&self.variable(name));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn variable(&mut self, name: &str) -> String {
        match name.split_once(':') {
            None if name == "workspaceFolder" => ".".to_owned(),
            None if name == "userHome" => "${HOME}".to_owned(),
            Some(("env", variable)) => format!("${{{variable}}}"),
            Some(("input", id)) => {
                let variable: String = id
                    .chars()
                    .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
                    .collect();
                let said = format!("Nobody asks for `{id}`: set the environment variable `{variable}`.");
                if !self.look_at.contains(&said) {
                    self.look_at.push(said);
                }
                format!("${{{variable}}}")
            }
            _ => {
                self.lost.push(format!("`{}`: only VS Code fills in `${{{name}}}`.", self.name));
                format!("${{{name}}}")
            }
        }
    }
}

/// Numbers of an environment as the text that they are there.
fn as_texts(environment: &mut Value) {
    for value in environment.as_object_mut().into_iter().flat_map(Object::values_mut) {
        if value.is_number() {
            *value = Value::String(value.to_string());
        }
    }
}

/// A node as JSON.
fn value(node: &Node) -> Value {
    match &node.value {
        Read::Scalar(scalar) if scalar.style == Style::Plain => {
            serde_json::from_str(&scalar.text).unwrap_or_else(|_| Value::String(scalar.text.to_string()))
        }
        Read::Scalar(scalar) => Value::String(scalar.text.to_string()),
        Read::Seq(seq) => Value::Array(seq.items.iter().map(value).collect()),
        Read::Map(map) => {
            let pair = |entry: &segue_syntax::yaml::Entry| {
                (entry.key.text.to_string(), entry.value.as_ref().map_or(Value::Null, value))
            };
            Value::Object(map.entries.iter().map(pair).collect())
        }
    }
}
