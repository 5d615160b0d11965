//! The tour's editor: starts `segue lsp` as a child, as an editor does, and prints what comes back.
//!
//! It is the smallest client there is: it opens one file, types into it, asks what can be done about a
//! finding, does it, and leaves. Positions are bytes (`utf-8` is what it asks for), so that it need not
//! keep the text.

use crate::Failure;
use crate::output::Output;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The file that is opened.
const FILE: &str = ".github/prompts/implement.prompt.md";

/// What is typed at its end: a link to what is not there.
const TYPED: &str = "See [the design](../../docs/design.context.md).\n";

/// An answer that takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Plays the session in `folder` and prints it.
pub fn play(program: &Path, folder: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(folder.join(FILE))
        .map_err(|error| Failure::said(format!("{FILE} cannot be read: {error}")))?;
    let mut editor = Editor::start(program, folder)?;
    let hello = editor.request("initialize", greeting(folder))?;
    editor.notify("initialized", &json!({}))?;
    let server = &hello["serverInfo"];
    say(&format!("→ initialize\n← {} {}\n", word(&server["name"]), word(&server["version"])))?;

    let report = editor.request("workspace/diagnostic", json!({ "previousResultIds": [] }))?;
    let files = report["items"].as_array().map_or(0, Vec::len);
    say(&format!("→ workspace/diagnostic\n← {files} files have findings\n"))?;

    let uri = uri(&folder.join(FILE));
    let document = json!({ "uri": uri, "languageId": "prompt", "version": 1, "text": text });
    editor.notify("textDocument/didOpen", &json!({ "textDocument": document }))?;
    let found = editor.diagnostics(&uri, 1)?;
    say(&format!("→ open {FILE}\n{}", rendered(&found)))?;

    let end = json!({ "line": text.lines().count(), "character": 0 });
    let typed = json!({ "range": { "start": end, "end": end }, "text": TYPED });
    editor.change(&uri, 2, &[typed])?;
    let found = editor.diagnostics(&uri, 2)?;
    say(&format!("→ type `{}` below its last line\n{}", TYPED.trim_end(), rendered(&found)))?;

    fix(&mut editor, &uri, &found)?;
    editor.leave()
}

/// Takes the first fix that there is for a finding, the editor's own way: asks, edits, and is told.
fn fix(editor: &mut Editor, uri: &str, found: &[Value]) -> Result<(), Failure> {
    for finding in found {
        let params = json!({
            "textDocument": { "uri": uri },
            "range": finding["range"],
            "context": { "diagnostics": [finding], "only": ["quickfix"] },
        });
        let actions = editor.request("textDocument/codeAction", params)?;
        let actions = actions.as_array().map_or(&[][..], Vec::as_slice);
        // Every finding can be ignored or explained; a fix is what comes before those.
        let is_fix =
            |action: &&Value| action.get("edit").is_some() && !word(&action["title"]).starts_with("Ignore ");
        let Some(action) = actions.iter().find(is_fix) else { continue };
        let titles: Vec<String> =
            actions.iter().map(|action| format!("← {}\n", word(&action["title"]))).collect();
        say(&format!("→ what can be done about {}?\n{}", word(&finding["code"]), titles.concat()))?;
        let mut edits = action["edit"]["documentChanges"][0]["edits"].as_array().cloned().unwrap_or_default();
        // They all count in the text as it is: from the last to the first, one does not move the other.
        edits.reverse();
        let changes: Vec<Value> =
            edits.iter().map(|edit| json!({ "range": edit["range"], "text": edit["newText"] })).collect();
        editor.change(uri, 3, &changes)?;
        let left = editor.diagnostics(uri, 3)?;
        return say(&format!("→ {}\n{}", word(&action["title"]), rendered(&left)));
    }
    say("→ Nothing here has a fix that the editor could make.\n")
}

fn say(text: &str) -> Result<(), Failure> {
    let mut output = Output::lock();
    writeln!(output, "{text}")?;
    output.finish()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Diagnostics, a line each, places counted from 1.
fn rendered(found: &[Value]) -> String {
    const SEVERITIES: &[&str] = &["error", "warning", "information", "hint"];
    if found.is_empty() {
        return "← no findings\n".to_owned();
    }
    let line = |finding: &Value| {
        let start = &finding["range"]["start"];
        let place = |key: &str| start[key].as_u64().unwrap_or_default() + 1;
        let level = finding["severity"].as_u64().and_then(|level| usize::try_from(level).ok());
        let level = level.and_then(|level| SEVERITIES.get(level.wrapping_sub(1))).unwrap_or(&"error");
        let (code, message) = (word(&finding["code"]), word(&finding["message"]));
        format!("← {}:{} {level}[{code}]: {message}\n", place("line"), place("character"))
    };
    found.iter().map(line).collect()
}

fn greeting(folder: &Path) -> Value {
    json!({
        "processId": std::process::id(),
        "clientInfo": { "name": "segue demo" },
        "rootUri": null,
        "workspaceFolders": [{ "uri": uri(folder), "name": "sample" }],
        "initializationOptions": { "watch": "none" },
        "capabilities": {
            "general": { "positionEncodings": ["utf-8"] },
            "workspace": { "workspaceEdit": { "documentChanges": true } },
            "textDocument": {
                "publishDiagnostics": { "versionSupport": true },
                "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } } },
            },
        },
    })
}

/// A path as a URI.
fn uri(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    let text = path.to_string_lossy().replace('\\', "/");
    if !text.starts_with('/') {
        uri.push('/');
    }
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The editor's end of the pipes.
struct Editor {
    child: Child,
    stdin: ChildStdin,
    messages: Receiver<Value>,
    requests: u64,
}

impl Editor {
    fn start(program: &Path, folder: &Path) -> Result<Self, Failure> {
        let mut child = Command::new(program)
            .arg("lsp")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Failure::said(format!("`segue lsp` did not start: {error}")))?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(ended());
        };
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            while let Some(message) = read_message(&mut reader) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, stdin, messages, requests: 0 })
    }

    fn send(&mut self, message: &Value) -> Result<(), Failure> {
        let body = message.to_string();
        let written = write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len());
        written.and_then(|()| self.stdin.flush()).map_err(|_| ended())
    }

    fn notify(&mut self, method: &str, params: &Value) -> Result<(), Failure> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    fn request(&mut self, method: &str, params: Value) -> Result<Value, Failure> {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        let answer = self.wait(|message| message["id"] == id && message.get("method").is_none())?;
        match answer.get("error") {
            Some(error) => Err(Failure::said(format!("{method} failed: {}", word(&error["message"])))),
            None => Ok(answer["result"].clone()),
        }
    }

    fn change(&mut self, uri: &str, version: u64, changes: &[Value]) -> Result<(), Failure> {
        let document = json!({ "uri": uri, "version": version });
        self.notify("textDocument/didChange", &json!({ "textDocument": document, "contentChanges": changes }))
    }

    /// The diagnostics of a version of a file.
    fn diagnostics(&mut self, uri: &str, version: u64) -> Result<Vec<Value>, Failure> {
        let told = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
        })?;
        Ok(told["params"]["diagnostics"].as_array().cloned().unwrap_or_default())
    }

    /// The next message that is wanted; others (the log, findings of other files) are passed over.
    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Result<Value, Failure> {
        loop {
            let message = self.messages.recv_timeout(PATIENCE).map_err(|_| ended())?;
            if wanted(&message) {
                return Ok(message);
            }
        }
    }

    fn leave(mut self) -> Result<(), Failure> {
        self.request("shutdown", Value::Null)?;
        self.notify("exit", &Value::Null)?;
        let status = self.child.wait().map_err(|_| ended())?;
        if !status.success() {
            return Err(Failure::said(format!("`segue lsp` ended with {status}")));
        }
        say("→ shutdown, exit\n← the server has ended")
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // After `leave` there is nobody left.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ended() -> Failure {
    Failure::said("`segue lsp` ended early or does not answer")
}

fn read_message(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length:") {
                    length = value.trim().parse().ok()?;
                }
            }
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri(Path::new("/a b/é.md")), "file:///a%20b/%C3%A9.md");
    }

    #[test]
    fn diagnostics_are_lines() {
        let finding = json!({ "range": { "start": { "line": 0, "character": 4 } }, "severity": 2,
            "code": "a/b", "message": "No." });
        assert_eq!(rendered(&[finding]), "← 1:5 warning[a/b]: No.\n");
        assert_eq!(rendered(&[]), "← no findings\n");
    }
}
