//! An editor session against the built server, over pipes: what a user waits for, measured.
//!
//! Times are wall times from the last byte written to the last byte of the answer read; each is the
//! median of many, with the 95th percentile beside it. Nothing is asserted.

use serde_json::{Value, json};
use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long an answer may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server.
pub struct Session {
    child: Child,
    stdin: ChildStdin,
    /// Bodies, and when each was there whole. They are read as JSON later: that is the client's own work.
    messages: Receiver<(Instant, Vec<u8>)>,
    next_id: i64,
    /// Whether the server wants the whole text with each change.
    whole_texts: bool,
    /// From the start of the process to the answer to `initialize`.
    pub initialize: Duration,
}

impl Session {
    /// Starts a server, given as words of a command line, on `folder` and says hello.
    pub fn start(command: &[&str], folder: &Path, pull: bool) -> io::Result<Self> {
        let begun = Instant::now();
        let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        // Its own folder is another one: a path means the file that it means here.
        let found = Path::new(program).canonicalize();
        let mut child = Command::new(found.as_deref().unwrap_or(Path::new(program)))
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (stdin, stdout) = match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => (stdin, stdout),
            _ => return Err(io::ErrorKind::BrokenPipe.into()),
        };
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            while let Ok(message) = read_body(&mut reader) {
                if sender.send((Instant::now(), message)).is_err() {
                    break;
                }
            }
        });
        let mut session =
            Self { child, stdin, messages, next_id: 0, whole_texts: false, initialize: Duration::ZERO };
        let text_document = if pull {
            json!({ "diagnostic": { "relatedDocumentSupport": true } })
        } else {
            json!({ "publishDiagnostics": { "versionSupport": true } })
        };
        let (_, answer) = session.request(
            "initialize",
            json!({
                "processId": std::process::id(),
                "rootUri": uri(folder),
                "workspaceFolders": [{ "uri": uri(folder), "name": "bench" }],
                "capabilities": { "general": { "positionEncodings": ["utf-8", "utf-16"] }, "textDocument": text_document },
            }),
        )?;
        let sync = &answer["result"]["capabilities"]["textDocumentSync"];
        session.whole_texts = sync.get("change").unwrap_or(sync) == 1;
        session.initialize = begun.elapsed();
        session.notify("initialized", json!({}))?;
        Ok(session)
    }

    /// Sends a request and waits for its answer; answers what the server asks meanwhile.
    pub fn request(&mut self, method: &str, params: Value) -> io::Result<(Duration, Value)> {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        let sent = Instant::now();
        let (at, answer) = self.wait(|message| message["id"] == id && message.get("method").is_none())?;
        Ok((at.saturating_duration_since(sent), answer))
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) -> io::Result<()> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Waits for the diagnostics of a document in a version. Where none is asked for, and of a server
    /// that sends none, the first ones count that come after `since`.
    pub fn published(&mut self, uri: &str, version: Option<i64>, since: Instant) -> io::Result<Instant> {
        let wanted = |at: Instant, message: &Value| {
            let params = &message["params"];
            let told = version.and(params["version"].as_i64());
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri
                && told.map_or(at > since, |told| version == Some(told))
        };
        Ok(self.wait_from(wanted)?.0)
    }

    /// When the diagnostics of all these files were there; `since` where there are none.
    pub fn published_all(&mut self, mut uris: HashSet<String>, since: Instant) -> io::Result<Instant> {
        let mut last = since;
        while !uris.is_empty() {
            let (at, message) =
                self.wait(|message| message["method"] == "textDocument/publishDiagnostics")?;
            uris.remove(message["params"]["uri"].as_str().unwrap_or_default());
            last = at;
        }
        Ok(last)
    }

    fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> io::Result<(Instant, Value)> {
        self.wait_from(|_, message| wanted(message))
    }

    fn wait_from(&mut self, wanted: impl Fn(Instant, &Value) -> bool) -> io::Result<(Instant, Value)> {
        let given_up = Instant::now() + PATIENCE;
        loop {
            let left = given_up.saturating_duration_since(Instant::now());
            let (at, body) =
                self.messages.recv_timeout(left).map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
            let message: Value = serde_json::from_slice(&body)?;
            if wanted(at, &message) {
                return Ok((at, message));
            }
            if message.get("method").is_some() && message.get("id").is_some() {
                let result = match message["method"].as_str() {
                    Some("workspace/configuration") => json!([null]),
                    _ => Value::Null,
                };
                self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }))?;
            }
        }
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        let body = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        self.stdin.flush()
    }

    /// The most memory the server had, in MB (Linux).
    pub fn peak_memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
    }

    /// The time that the server's threads have worked, in milliseconds (Linux): what the load of the
    /// machine does not change much. Threads that have ended are not in it.
    pub fn worked(&self) -> Option<f64> {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?;
        let nanoseconds = threads.flatten().filter_map(|thread| {
            let told = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
            told.split_whitespace().next()?.parse::<f64>().ok()
        });
        Some(nanoseconds.sum::<f64>() / 1e6)
    }

    /// Says goodbye. Some servers leave only when their input ends.
    pub fn end(mut self) -> io::Result<()> {
        self.request("shutdown", Value::Null)?;
        self.notify("exit", Value::Null)?;
        let Self { mut child, stdin, .. } = self;
        drop(stdin);
        child.wait().map(drop)
    }

    /// Ends the process of a server that does not answer.
    pub fn kill(mut self) {
        if self.child.kill().is_ok() {
            let _ = self.child.wait();
        }
    }
}

fn read_body(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length: ") {
                    length = value.parse().unwrap_or(0);
                }
            }
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(body)
}

/// A path as a URI; the paths of measurements have no characters that need encoding.
pub fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// An open document that is typed into: always behind the same place, so that every key costs the same.
pub struct Document {
    uri: String,
    version: i64,
    line: usize,
    /// The text in lines with their ends, for servers that want it whole.
    lines: Vec<String>,
}

impl Document {
    /// Opens a file and waits for its diagnostics, where they are pushed.
    pub fn open(session: &mut Session, path: &Path, push: bool) -> io::Result<(Self, Duration)> {
        let text = std::fs::read_to_string(path)?;
        let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let uri = uri(path);
        let item = json!({ "uri": uri, "languageId": "markdown", "version": 1, "text": text });
        let sent = Instant::now();
        session.notify("textDocument/didOpen", json!({ "textDocument": item }))?;
        let took = if push {
            session.published(&uri, None, sent)?.saturating_duration_since(sent)
        } else {
            session.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }))?.0
        };
        Ok((Self { uri, version: 1, line: lines.len() / 2, lines }, took))
    }

    /// Types one character, or takes it back.
    pub fn key(&mut self, session: &mut Session) -> io::Result<()> {
        let (at, taken, text) = if self.version % 2 == 1 { (0, 0, "x") } else { (0, 1, "") };
        if let Some(line) = self.lines.get_mut(self.line) {
            line.replace_range(at..taken, text);
        }
        let start = json!({ "line": self.line, "character": at });
        let end = json!({ "line": self.line, "character": taken });
        self.change(session, json!({ "range": { "start": start, "end": end }, "text": text }))
    }

    fn change(&mut self, session: &mut Session, change: Value) -> io::Result<()> {
        self.version += 1;
        let change = if session.whole_texts { json!({ "text": self.lines.concat() }) } else { change };
        let document = json!({ "uri": self.uri, "version": self.version });
        session
            .notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }))
    }

    /// Replaces a whole line.
    pub fn write_line(&mut self, session: &mut Session, line: usize, text: &str) -> io::Result<()> {
        let text = format!("{text}\n");
        if let Some(old) = self.lines.get_mut(line) {
            old.clone_from(&text);
        }
        let range =
            json!({ "start": { "line": line, "character": 0 }, "end": { "line": line + 1, "character": 0 } });
        self.change(session, json!({ "range": range, "text": text }))
    }

    /// From a key to the diagnostics that know it, `count` times.
    pub fn keys(&mut self, session: &mut Session, count: usize, push: bool) -> io::Result<Keys> {
        let mut times = Vec::with_capacity(count);
        let before = session.worked();
        for _ in 0..count {
            let begun = Instant::now();
            self.key(session)?;
            let took = if push {
                let published = session.published(&self.uri, Some(self.version), begun)?;
                published.saturating_duration_since(begun)
            } else {
                // Its own clock starts after the key was sent.
                let key = begun.elapsed();
                key + session
                    .request("textDocument/diagnostic", json!({ "textDocument": { "uri": self.uri } }))?
                    .0
            };
            times.push(took.as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        let worked = before.zip(session.worked()).map(|(before, after)| (after - before) / count as f64);
        Ok(Keys { times, worked })
    }

    /// From the first of `count` edits to the diagnostics of the last, in milliseconds.
    pub fn storm(&mut self, session: &mut Session, count: usize) -> io::Result<f64> {
        let begun = Instant::now();
        for _ in 0..count {
            self.key(session)?;
        }
        let done = session.published(&self.uri, Some(self.version), Instant::now())?;
        Ok(done.saturating_duration_since(begun).as_secs_f64() * 1000.0)
    }
}

/// What some keys cost.
#[derive(Default)]
pub struct Keys {
    /// From a key to its diagnostics, in milliseconds, sorted.
    pub times: Vec<f64>,
    /// How long the server worked for one, in milliseconds.
    pub worked: Option<f64>,
}

impl Keys {
    /// The median, the 95th of a hundred, and what the server worked.
    pub fn cell(&self) -> String {
        let worked = self.worked.map_or_else(String::new, |worked| format!(" ({worked:.2})"));
        format!("{:.2} / {:.2}{worked}", percentile(&self.times, 0.5), percentile(&self.times, 0.95))
    }
}

/// The value below which `part` of the sorted times lie.
pub fn percentile(sorted: &[f64], part: f64) -> f64 {
    let index = ((sorted.len() as f64 - 1.0) * part).round() as usize;
    sorted.get(index).copied().unwrap_or(0.0)
}

/// A file made of copies of another one's body, of about `bytes`.
pub fn enlarge(from: &Path, to: &Path, bytes: usize) -> io::Result<PathBuf> {
    let text = std::fs::read_to_string(from)?;
    let mut large = text.clone();
    let body = text.rsplit_once("---\n").map_or(text.as_str(), |(_, body)| body);
    while large.len() < bytes {
        large.push_str(body);
    }
    std::fs::write(to, large)?;
    Ok(to.to_owned())
}
