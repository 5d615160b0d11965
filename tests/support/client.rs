//! A small synchronous client that drives the built server over its pipes.
//!
//! It fails on every message that nobody expects: requests for what it did not announce, diagnostics of
//! files that the test does not speak of, versions that go back, warnings in the log. It waits for
//! events; a time limit is only where a failure shows.

#![allow(dead_code, clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A wait that takes longer than this is a failure.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A folder of files written from a fixture: `//- path` lines, each followed by the file's text.
pub struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub fn new(fixture: &str) -> Self {
        let folder = Self { folder: tempfile::tempdir().unwrap() };
        let mut path = None;
        let mut text = String::new();
        for line in fixture.split_inclusive('\n') {
            if let Some(next) = line.strip_prefix("//- ") {
                if let Some(path) = path.replace(next.trim().to_owned()) {
                    folder.write(&path, &text);
                }
                text.clear();
            } else {
                text.push_str(line);
            }
        }
        if let Some(path) = path {
            folder.write(&path, &text);
        }
        folder
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(path)).unwrap()
    }

    pub fn remove(&self, path: &str) {
        let path = self.folder.path().join(path);
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap()
        } else {
            std::fs::remove_file(path).unwrap()
        }
    }

    /// The URI of the folder, or of a file in it.
    pub fn uri(&self, path: &str) -> String {
        uri_of(&if path.is_empty() { self.path() } else { self.at(path) })
    }
}

pub fn uri_of(path: &Path) -> String {
    format!("file://{}", path.to_str().unwrap().replace(' ', "%20"))
}

/// What the client says of itself.
pub fn push_capabilities() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-16"] },
        "workspace": {
            "configuration": true,
            "workspaceFolders": true,
            "workspaceEdit": { "documentChanges": true },
            "didChangeWatchedFiles": { "dynamicRegistration": true },
        },
        "textDocument": {
            "publishDiagnostics": { "relatedInformation": true, "versionSupport": true },
            "codeAction": {
                "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix", "source.fixAll"] } },
                "isPreferredSupport": true,
            },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "hover": { "contentFormat": ["markdown"] },
        },
    })
}

/// The same of a client that asks for diagnostics itself.
pub fn pull_capabilities() -> Value {
    let mut capabilities = push_capabilities();
    capabilities["textDocument"]["diagnostic"] =
        json!({ "relatedDocumentSupport": true, "relatedInformation": true });
    capabilities["workspace"]["diagnostics"] = json!({ "refreshSupport": true });
    capabilities
}

/// A running server and the client's side of the session.
pub struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    incoming: Receiver<Value>,
    next_id: i64,
    responses: BTreeMap<i64, Value>,
    /// What was published and not yet looked at.
    published: VecDeque<Value>,
    versions: BTreeMap<String, i64>,
    /// Files that the test speaks of.
    known: BTreeSet<String>,
    /// Answers to `workspace/configuration`.
    pub settings: Value,
    capabilities: Value,
    options: Value,
    /// Registrations by method.
    pub registered: BTreeMap<String, Value>,
    pub refreshes: usize,
    /// Requests to draw something anew, by method.
    pub redrawn: BTreeMap<String, usize>,
    pub progress: Vec<Value>,
    pub shown: Vec<Value>,
    /// What was told of runs.
    pub runs: Vec<Value>,
    /// Edits that the server asked for.
    pub applied: Vec<Value>,
    /// Questions that a person was asked,
    pub questions: Vec<Value>,
    /// and what they choose, in order.
    pub choices: VecDeque<String>,
    /// Whether they put aside what comes after that.
    pub puts_aside: bool,
    logs: VecDeque<(i64, String)>,
    expected_logs: Vec<String>,
    finished: bool,
    held: Option<Vec<Value>>,
    /// Whether what is kept back is what asks a person, and nothing else.
    holds_questions: bool,
}

impl Client {
    /// Starts a server and nothing more.
    pub fn start() -> Self {
        Self::start_with(&["lsp"], &[])
    }

    pub fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_segue"))
            .args(arguments)
            // What the user at this machine has is no part of a test.
            .env("HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-home"))
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().unwrap();
        let (sender, incoming) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            while let Some(message) = read_message(&mut reader) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            stdin,
            incoming,
            next_id: 1,
            responses: BTreeMap::new(),
            published: VecDeque::new(),
            versions: BTreeMap::new(),
            known: BTreeSet::new(),
            settings: Value::Null,
            capabilities: Value::Null,
            options: Value::Null,
            registered: BTreeMap::new(),
            refreshes: 0,
            redrawn: BTreeMap::new(),
            progress: Vec::new(),
            shown: Vec::new(),
            runs: Vec::new(),
            applied: Vec::new(),
            questions: Vec::new(),
            choices: VecDeque::new(),
            puts_aside: false,
            logs: VecDeque::new(),
            expected_logs: Vec::new(),
            finished: false,
            held: None,
            holds_questions: false,
        }
    }

    /// Starts a server on a folder, for a client that is told diagnostics.
    pub fn push(folder: &Folder) -> Self {
        Self::on(folder, push_capabilities())
    }

    /// Starts a server on a folder, for a client that asks for diagnostics.
    pub fn pull(folder: &Folder) -> Self {
        Self::on(folder, pull_capabilities())
    }

    pub fn on(folder: &Folder, capabilities: Value) -> Self {
        Self::begin(Self::start(), &[folder], capabilities)
    }

    pub fn begin(mut client: Self, folders: &[&Folder], capabilities: Value) -> Self {
        let folders: Vec<Value> =
            folders.iter().map(|folder| json!({ "uri": folder.uri(""), "name": "w" })).collect();
        client.initialize(json!({
            "processId": std::process::id(), "rootUri": null, "workspaceFolders": folders,
            "capabilities": capabilities,
        }));
        client
    }

    /// `initialize` and `initialized`; the answer.
    pub fn initialize(&mut self, params: Value) -> Value {
        self.capabilities = params["capabilities"].clone();
        self.options = params["initializationOptions"].clone();
        let answer = self.request("initialize", params);
        self.notify("initialized", json!({}));
        answer
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    pub fn send(&mut self, message: &Value) {
        let body = serde_json::to_vec(message).unwrap();
        let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        frame.extend(body);
        self.raw(&frame);
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request without waiting; its id.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// The whole answer to a request, error or result.
    pub fn answer(&mut self, id: i64) -> Value {
        let deadline = Instant::now() + LIMIT;
        while !self.responses.contains_key(&id) {
            assert!(self.take_in(deadline), "no answer to request {id}: the server ended or hangs");
        }
        self.responses.remove(&id).unwrap()
    }

    /// Whether the answer to a request is among what was read so far.
    pub fn is_answered(&self, id: i64) -> bool {
        self.responses.contains_key(&id)
    }

    pub fn result(&mut self, id: i64) -> Value {
        let answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].clone()
    }

    /// The code actions at a place, of one kind where `only` names it.
    pub fn actions(&mut self, uri: &str, line: u64, character: u64, only: Option<&str>) -> Vec<Value> {
        let at = json!({ "line": line, "character": character });
        let mut context = json!({ "diagnostics": [] });
        if let Some(only) = only {
            context["only"] = json!([only]);
        }
        let params = json!({ "textDocument": { "uri": uri }, "range": { "start": at, "end": at }, "context": context });
        self.request("textDocument/codeAction", params).as_array().unwrap().clone()
    }

    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.result(id)
    }

    /// Keeps answers to the server's requests back until [`Client::answer_held`].
    pub fn hold_answers(&mut self) {
        self.held = Some(Vec::new());
    }

    /// Keeps the answers of people back, and no others.
    pub fn hold_questions(&mut self) {
        self.hold_answers();
        self.holds_questions = true;
    }

    pub fn held(&self) -> usize {
        self.held.as_ref().map_or(0, Vec::len)
    }

    /// Whether a request of this method is kept back.
    pub fn holds(&self, method: &str) -> bool {
        self.held.iter().flatten().any(|request| request["method"] == method)
    }

    pub fn answer_held(&mut self) {
        for request in self.held.take().unwrap_or_default() {
            self.answer_to(&request);
        }
    }

    pub fn open(&mut self, uri: &str, version: i64, text: &str) {
        self.know(uri);
        self.versions.remove(uri);
        self.notify(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": uri, "languageId": "markdown", "version": version, "text": text } }),
        );
    }

    pub fn change(&mut self, uri: &str, version: i64, changes: Value) {
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes }),
        );
    }

    pub fn close(&mut self, uri: &str) {
        self.versions.remove(uri);
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// Says that something changed on disk.
    pub fn touch(&mut self, uris: &[String]) {
        let changes: Vec<Value> = uris.iter().map(|uri| json!({ "uri": uri, "type": 2 })).collect();
        self.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    }

    /// Diagnostics of this file are no surprise.
    pub fn know(&mut self, uri: &str) {
        self.known.insert(uri.to_owned());
    }

    /// Waits for the next diagnostics of a file that were not looked at.
    pub fn diagnostics(&mut self, uri: &str) -> Value {
        self.diagnostics_where(uri, |_| true)
    }

    /// Waits for the diagnostics of a version of a file.
    pub fn diagnostics_of(&mut self, uri: &str, version: i64) -> Value {
        self.diagnostics_where(uri, |params| params["version"] == version)
    }

    /// Waits for diagnostics of a file that are as wished, looking past others.
    pub fn diagnostics_where(&mut self, uri: &str, wished: impl Fn(&Value) -> bool) -> Value {
        self.know(uri);
        let deadline = Instant::now() + LIMIT;
        loop {
            while let Some(at) = self.published.iter().position(|params| params["uri"] == uri) {
                let params = self.published.remove(at).unwrap();
                if wished(&params) {
                    return params;
                }
            }
            assert!(self.take_in(deadline), "no such diagnostics of {uri}");
        }
    }

    /// Codes of diagnostics, in order.
    pub fn codes(diagnostics: &Value) -> Vec<String> {
        let list = if diagnostics.is_array() {
            diagnostics.as_array()
        } else {
            diagnostics.get("diagnostics").or_else(|| diagnostics.get("items")).and_then(Value::as_array)
        };
        list.expect("a list").iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
    }

    /// Asks for the diagnostics of a document.
    pub fn pull_of(&mut self, uri: &str) -> Value {
        self.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }))
    }

    /// Asks for the diagnostics of a document until they are as wished: for what follows an event that
    /// the protocol does not tell.
    pub fn pull_until(&mut self, uri: &str, wished: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + LIMIT;
        loop {
            let report = self.pull_of(uri);
            if wished(&report) {
                return report;
            }
            assert!(Instant::now() < deadline, "still {report}");
            std::thread::yield_now();
        }
    }

    /// Waits for a warning or error in the log that has these words.
    pub fn expect_log(&mut self, words: &str) {
        self.expected_logs.push(words.to_owned());
        let deadline = Instant::now() + LIMIT;
        while !self.logs.iter().any(|(_, text)| text.contains(words)) {
            assert!(self.take_in(deadline), "the log does not say {words:?}: {:?}", self.logs);
        }
        self.logs.retain(|(_, text)| !text.contains(words));
    }

    /// From now on warnings with these words are no surprise.
    pub fn allow_log(&mut self, words: &str) {
        self.expected_logs.push(words.to_owned());
    }

    /// Waits until the client asked for something and `done` is true.
    pub fn wait_for(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !done(self) {
            assert!(self.take_in(deadline), "waited in vain for {what}");
        }
    }

    /// Takes one message in; `false` at the end of the output.
    fn take_in(&mut self, deadline: Instant) -> bool {
        match self.incoming.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(message) => {
                self.sort(message);
                true
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
        }
    }

    fn sort(&mut self, message: Value) {
        match (message.get("method").and_then(Value::as_str), message.get("id")) {
            (None, Some(id)) => {
                let id = id.as_i64().unwrap_or_else(|| panic!("an answer to nothing: {message}"));
                let before = self.responses.insert(id, message);
                assert!(before.is_none(), "two answers to request {id}");
            }
            (Some(_), Some(_)) => match &mut self.held {
                Some(held) if !self.holds_questions || message["method"] == "window/showMessageRequest" => {
                    held.push(message);
                }
                _ => self.answer_to(&message),
            },
            (Some(method), None) => {
                let method = method.to_owned();
                self.notified(&method, message["params"].clone());
            }
            (None, None) => panic!("neither request nor answer: {message}"),
        }
    }

    fn answer_to(&mut self, request: &Value) {
        let method = request["method"].as_str().unwrap();
        let announced = |path: &str| self.capabilities.pointer(path).is_some_and(|value| *value != false);
        let params = &request["params"];
        let result = match method {
            "workspace/configuration" if announced("/workspace/configuration") => json!([self.settings]),
            "client/registerCapability" => {
                for registration in params["registrations"].as_array().unwrap() {
                    let method = registration["method"].as_str().unwrap();
                    assert!(
                        announced(&format!("/{method}/dynamicRegistration")),
                        "{method} was not offered for registration"
                    );
                    self.registered.insert(method.to_owned(), registration["registerOptions"].clone());
                }
                Value::Null
            }
            "workspace/diagnostic/refresh"
                if announced("/workspace/diagnostics/refreshSupport")
                    || announced("/workspace/diagnostic/refreshSupport") =>
            {
                self.refreshes += 1;
                Value::Null
            }
            "workspace/applyEdit" if announced("/workspace/applyEdit") => {
                self.applied.push(params["edit"].clone());
                json!({ "applied": true })
            }
            "workspace/semanticTokens/refresh"
            | "workspace/codeLens/refresh"
            | "workspace/inlayHint/refresh"
                if announced(&format!("/{method}Support")) =>
            {
                *self.redrawn.entry(method.to_owned()).or_default() += 1;
                Value::Null
            }
            "window/workDoneProgress/create" if announced("/window/workDoneProgress") => Value::Null,
            "window/showMessageRequest" if announced("/window/showMessage") => {
                self.questions.push(params.clone());
                let chosen = self.choices.pop_front();
                assert!(chosen.is_some() || self.puts_aside, "a person knows what to choose");
                let mut offered = params["actions"].as_array().unwrap().iter();
                chosen.map_or(Value::Null, |chosen| {
                    offered.find(|action| action["title"] == chosen).expect("it is offered").clone()
                })
            }
            "segue/input" if self.options["inputs"] == true => {
                self.questions.push(params.clone());
                self.choices.pop_front().map_or(Value::Null, Value::String)
            }
            "window/showDocument" if announced("/window/showDocument") => {
                self.shown.push(params.clone());
                json!({ "success": true })
            }
            "workspace/applyEdit" if announced("/workspace/applyEdit") => {
                self.applied.push(params["edit"].clone());
                json!({ "applied": true })
            }
            _ => panic!("nobody asked for {request}"),
        };
        let answer = json!({ "jsonrpc": "2.0", "id": request["id"], "result": result });
        self.send(&answer);
    }

    fn notified(&mut self, method: &str, params: Value) {
        match method {
            "textDocument/publishDiagnostics" => {
                assert!(
                    self.capabilities.pointer("/textDocument/diagnostic").is_none(),
                    "sent unasked to a client that asks: {params}"
                );
                let uri = params["uri"].as_str().unwrap().to_owned();
                if let Some(version) = params["version"].as_i64() {
                    let before = self.versions.insert(uri, version).unwrap_or(i64::MIN);
                    assert!(before <= version, "version {version} published after {before}: {params}");
                }
                self.published.push_back(params);
            }
            "window/logMessage" => {
                let text = params["message"].as_str().unwrap().to_owned();
                self.logs.push_back((params["type"].as_i64().unwrap(), text));
            }
            "$/progress" => self.progress.push(params),
            "window/showMessage" => self.shown.push(params),
            "segue/runs" if self.options["runs"] == true => self.runs.push(params),
            _ => panic!("nobody expects {method}: {params}"),
        }
    }

    /// Everything that is still to come, after `shutdown` and `exit`; the exit status.
    pub fn finish(mut self) -> ExitStatus {
        self.end()
    }

    fn end(&mut self) -> ExitStatus {
        self.finished = true;
        if self.held.is_some() {
            self.answer_held();
        }
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        let status = self.wait();
        self.look_at_the_rest();
        status
    }

    /// Waits for the process to end by itself.
    pub fn wait(&mut self) -> ExitStatus {
        self.finished = true;
        let deadline = Instant::now() + LIMIT;
        while self.take_in(deadline) {}
        assert!(Instant::now() < deadline, "the server does not end");
        self.child.wait().unwrap()
    }

    /// Closes the server's input.
    pub fn close_input(&mut self) {
        self.stdin = None;
    }

    /// Ends the process at once: for tests in which nothing is left to be looked at.
    pub fn kill(mut self) {
        self.finished = true;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn look_at_the_rest(&mut self) {
        const WARNING: i64 = 2;
        for params in &self.published {
            let uri = params["uri"].as_str().unwrap();
            assert!(self.known.contains(uri), "nobody expected diagnostics of {uri}: {params}");
        }
        for (level, text) in &self.logs {
            let expected = *level > WARNING || self.expected_logs.iter().any(|words| text.contains(words));
            assert!(expected, "the log warned: {text}");
        }
        assert!(self.responses.is_empty(), "answers that nobody waited for: {:?}", self.responses);
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if !self.finished && !std::thread::panicking() {
            let status = self.end();
            assert!(status.success(), "ended with {status}");
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_message(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if line.is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("Content-Length:") {
            length = number.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("the server writes JSON"))
}
