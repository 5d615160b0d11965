//! A server as it is handed to somebody else, who starts it in a folder: an agent in its worktree.
//!
//! What a person sees and agrees to is one line, the same for every folder; what is handed has the folder
//! and the values in it, and goes nowhere but to who starts it.

use crate::launch::{Launch, plain, quoted};
use crate::process::in_folder;
use crate::server::{Reach, Server};
use crate::variables::{Known, Obstacle, filled};
use std::path::Path;

/// What stands for the folder in a line.
const FOLDER: &str = "{worktree}";

/// How much of a fingerprint stands in a line.
const CONTENT: usize = 12;

/// A server that can be handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// What is started or called.
    pub launch: Launch,
    /// Whether an address is called in the older way, with an event stream.
    pub sse: bool,
    /// What a person agrees to: the name, every word, where it is configured, the names of its variables
    /// and headers, and the name of its content, so that another value is another line. Values that come
    /// from the environment count by their names.
    pub line: String,
}

/// The server as it is handed to who starts it in `folder`. `server.workspace` means nothing here.
///
/// # Errors
/// What has to be known first, or cannot be handed on.
pub fn hand(server: &Server, known: &Known<'_>, folder: &Path) -> Result<Handed, Obstacle> {
    refuse(&server.reach)?;
    let within = |folder: &Path| filled(&Server { workspace: folder.to_owned(), ..server.clone() }, known);
    let (shown, mut launch) = (within(Path::new(FOLDER))?, within(folder)?);
    if let Launch::Process { program, .. } = &mut launch {
        program.value = in_folder(&program.value, folder).to_string_lossy().into_owned();
    }
    let sse = matches!(server.reach, Reach::Address { sse: true, .. });
    Ok(Handed { line: line(server, &shown, sse), launch, sse })
}

/// What who starts it cannot be told: only the words, and the variables beside them, are handed on.
fn refuse(reach: &Reach) -> Result<(), Obstacle> {
    let Reach::Command { cwd, env_file, .. } = reach else { return Ok(()) };
    let is_own = |cwd: &String| !["", ".", "${workspaceFolder}"].contains(&cwd.trim_end_matches('/'));
    if cwd.as_ref().is_some_and(is_own) {
        let why = "it starts in a folder of its own (`cwd`), which an agent cannot be told";
        return Err(Obstacle::Reach(why.to_owned()));
    }
    if env_file.is_some() {
        let why = "its `envFile` is for its client alone: an agent is handed what stands in `env`";
        return Err(Obstacle::Reach(why.to_owned()));
    }
    Ok(())
}

fn line(server: &Server, shown: &Launch, sse: bool) -> String {
    let (mut words, mut more) = (String::new(), vec![format!("from {}", plain(&server.origin))]);
    for (what, text) in shown.lines() {
        match what {
            "command" | "address" => words = text,
            "folder" => {}
            _ => more.push(format!("{what} {text}")),
        }
    }
    if sse {
        more.push("by an event stream".to_owned());
    }
    let mut content = shown.fingerprint(&[&server.name, &server.origin]);
    content.truncate(CONTENT);
    format!("{} {words} ({}; content {content})", quoted(&server.name), more.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Words;
    use serde_json::{Value, json};

    fn server(entry: &Value) -> Server {
        Server::read("files", ".mcp.json", Path::new("/nobody"), Words::Vscode, entry, String::new())
    }

    fn known<'a>() -> Known<'a> {
        Known { env: &|name| (name == "TOKEN").then(|| "s3cret".to_owned()), input: &|_| None, home: None }
    }

    fn told(entry: &Value) -> Result<Handed, String> {
        hand(&server(entry), &known(), Path::new("/trees/a-1")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_person_sees_one_line_and_who_starts_it_gets_the_values() {
        let entry = json!({
            "command": "./bin/server", "args": ["--root", "${workspaceFolder}/a b"],
            "env": { "KEY": "${env:TOKEN}", "MODE": "safe" }, "cwd": "${workspaceFolder}",
        });
        let handed = told(&entry).unwrap();
        let Launch::Process { program, args, env, .. } = &handed.launch else { panic!("a program") };
        assert_eq!(program.value, "/trees/a-1/./bin/server");
        assert_eq!(args[1].value, "/trees/a-1/a b");
        assert_eq!(env[0].1.value, "s3cret");
        let (front, content) = handed.line.rsplit_once("; content ").unwrap();
        assert_eq!(
            front,
            "files ./bin/server --root '{worktree}/a b' (from .mcp.json; environment KEY, MODE (values not shown); given from your environment TOKEN"
        );
        assert_eq!(content.len(), CONTENT + 1);
        assert!(!handed.line.contains("s3cret"));
    }

    #[test]
    fn whatever_changes_is_another_line() {
        let line = |entry: Value| told(&entry).unwrap().line;
        let own = line(json!({ "command": "x", "args": ["a"], "env": { "NODE_OPTIONS": "" } }));
        for other in [
            json!({ "command": "y", "args": ["a"], "env": { "NODE_OPTIONS": "" } }),
            json!({ "command": "x", "args": ["b"], "env": { "NODE_OPTIONS": "" } }),
            // No value is shown, and one that starts something else asks again all the same.
            json!({ "command": "x", "args": ["a"], "env": { "NODE_OPTIONS": "--require ./evil.js" } }),
            json!({ "command": "x", "args": ["a"] }),
            json!({ "url": "https://x" }),
        ] {
            assert_ne!(own, line(other));
        }
        let http = told(&json!({ "type": "http", "url": "https://x/?key=abc" })).unwrap();
        let sse = told(&json!({ "type": "sse", "url": "https://x/?key=abc" })).unwrap();
        assert!(sse.sse && !http.sse && sse.line != http.line);
        assert!(http.line.starts_with("files https://x/?key=••• (from .mcp.json; content "), "{}", http.line);
    }

    #[test]
    fn what_cannot_be_handed_on_is_said() {
        for (entry, words) in [
            (json!({ "command": "x", "args": ["${input:api-key}"] }), "set SEGUE_INPUT_API_KEY to give it"),
            (json!({ "command": "x", "envFile": ".env" }), "its `envFile` is for its client alone"),
            (json!({ "command": "x", "cwd": "sub" }), "a folder of its own (`cwd`)"),
            (json!({ "type": "ws", "url": "https://x" }), "not spoken here"),
            (json!({ "command": " " }), "it has neither a command"),
        ] {
            let why = told(&entry).unwrap_err();
            assert!(why.contains(words), "{why}");
        }
    }
}
