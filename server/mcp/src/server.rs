//! A server as it is configured, with nothing filled in.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// A configured server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// The file that configures it, as people are told of it.
    pub origin: String,
    /// The folder that is open.
    pub workspace: PathBuf,
    /// How variables are written in that file.
    pub words: Words,
    /// How it is reached.
    pub reach: Reach,
    /// What identifies this very configuration in the cache.
    pub fingerprint: String,
}

/// How variables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// `${workspaceFolder}`, `${env:NAME}`, `${input:id}`.
    Vscode,
    /// `${NAME}`, `${NAME:-default}`, and `$NAME` in the environment: Claude Code and Copilot CLI.
    Shell,
}

/// How a server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// By its standard input and output.
    Command {
        /// The program.
        command: String,
        /// Its arguments.
        args: Vec<String>,
        /// Its environment, besides ours.
        env: Vec<(String, String)>,
        /// A file with more of it.
        env_file: Option<String>,
        /// The folder in which it starts, where it is not the one that is open.
        cwd: Option<String>,
    },
    /// By HTTP.
    Address {
        /// The address.
        url: String,
        /// What is sent along.
        headers: Vec<(String, String)>,
        /// Whether it is the older way, with an event stream: it is not spoken here, and agents may.
        sse: bool,
    },
    /// In a way that is not spoken here.
    Other(String),
}

impl Server {
    /// The server that an entry of a configuration file means. `entry` is the entry as JSON, scalars as
    /// texts; `file` is where it stands, from the workspace's folder.
    #[must_use]
    pub fn read(
        name: &str,
        file: &str,
        workspace: &Path,
        words: Words,
        entry: &Value,
        fingerprint: String,
    ) -> Self {
        let (name, origin) = (name.to_owned(), file.to_owned());
        Self { name, origin, workspace: workspace.to_owned(), words, reach: reach(entry), fingerprint }
    }
}

fn reach(entry: &Value) -> Reach {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let owned = |key: &str| text(key).map(str::to_owned);
    let pairs = |key: &str| -> Vec<(String, String)> {
        let entries = entry.get(key).and_then(Value::as_object).into_iter().flatten();
        // A variable that is `null` is taken out by VS Code, and set by nobody.
        entries.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
    };
    let address = || owned("url").or_else(|| owned("serverUrl"));
    let command = || {
        let args = entry.get("args").and_then(Value::as_array).into_iter().flatten();
        Some(Reach::Command {
            command: owned("command")?,
            args: args.filter_map(Value::as_str).map(str::to_owned).collect(),
            env: pairs("env"),
            env_file: owned("envFile"),
            cwd: owned("cwd"),
        })
    };
    let called = |sse| Some(Reach::Address { url: address()?, headers: pairs("headers"), sse });
    let neither = || Reach::Other("it has neither a command to start nor an address to call".to_owned());
    match text("type").map(str::to_ascii_lowercase).as_deref() {
        None => command().or_else(|| called(false)).unwrap_or_else(neither),
        Some("stdio" | "local") => command().unwrap_or_else(neither),
        Some("http" | "streamable-http" | "streamablehttp") => called(false).unwrap_or_else(neither),
        Some("sse") => called(true).unwrap_or_else(neither),
        Some(other) => Reach::Other(format!("it is reached by `{other}`, which is not spoken here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn entries_are_read_as_the_clients_do() {
        let command = reach(&json!({
            "command": "npx", "args": ["-y", "x", 7], "env": { "A": "1", "B": null }, "cwd": "sub", "tools": ["*"]
        }));
        let expected = Reach::Command {
            command: "npx".to_owned(),
            args: vec!["-y".to_owned(), "x".to_owned()],
            env: vec![("A".to_owned(), "1".to_owned())],
            env_file: None,
            cwd: Some("sub".to_owned()),
        };
        assert_eq!(command, expected);
        let address = |sse| Reach::Address {
            url: "https://x".to_owned(),
            headers: vec![("K".to_owned(), "v".to_owned())],
            sse,
        };
        let headers = json!({ "K": "v" });
        for entry in [
            json!({ "url": "https://x", "headers": headers }),
            json!({ "type": "http", "url": "https://x", "headers": headers, "command": "" }),
            json!({ "type": "streamable-http", "serverUrl": "https://x", "headers": headers }),
        ] {
            assert_eq!(reach(&entry), address(false));
        }
        assert_eq!(reach(&json!({ "type": "sse", "url": "https://x", "headers": headers })), address(true));
        for entry in [
            json!({}),
            json!({ "type": "http", "command": "x" }),
            json!({ "type": "stdio", "url": "x" }),
            json!({ "type": "sse", "command": "x" }),
            json!({ "type": "ws", "url": "x" }),
            json!("text"),
            json!([1]),
        ] {
            assert!(matches!(reach(&entry), Reach::Other(_)), "{entry}");
        }
    }
}
