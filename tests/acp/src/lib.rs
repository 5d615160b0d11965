//! An agent of the Agent Client Protocol that behaves as its first argument says: well, or in one of the
//! ways in which agents do not. By hand, so that it can break every rule.
//!
//! A library too, so that the suites of the binary can be agents themselves ([`run_where_told`]).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The variable that tells a test's own process to be an agent: its arguments as a list in JSON.
pub const TOLD: &str = "SEGUE_TEST_ACP";

/// Behaves as the environment says, and does nothing where it says nothing.
pub fn run_where_told() {
    if let Ok(words) = std::env::var(TOLD) {
        run(serde_json::from_str(&words).expect("a list of words"));
        std::process::exit(0);
    }
}

/// Behaves as these words say, until its input ends.
pub fn run(words: Vec<String>) {
    let mut words = words.into_iter();
    let mode = words.next().unwrap_or_else(|| "good".to_owned());
    let mut peer = Peer { mode, argument: words.next().unwrap_or_default(), session: String::new(), next: 1 };
    if peer.mode == "noise" {
        loop {
            println!("a line of a log");
        }
    }
    let mut lines = std::io::stdin().lock().lines();
    while let Some(Ok(line)) = lines.next() {
        let message: Value = serde_json::from_str(&line).unwrap();
        match message["method"].as_str() {
            Some("initialize") => peer.initialize(&message),
            Some("session/new") => {
                peer.is_handed(&message["params"]["mcpServers"]);
                peer.opens(&message["id"], "session-new");
            }
            Some(method @ ("session/load" | "session/resume")) => {
                peer.is_handed(&message["params"]["mcpServers"]);
                let id = message["params"]["sessionId"].as_str().unwrap().to_owned();
                if peer.mode == "forgets" {
                    peer.fails(&message["id"], -32602, "There is no such session", &Value::Null);
                    continue;
                }
                std::fs::write("loaded.txt", format!("{method} {id}\n")).unwrap();
                if method == "session/load" {
                    peer.says("Told before.");
                }
                peer.opens(&message["id"], &id);
            }
            Some("session/set_config_option") => {
                let set = &message["params"];
                eprintln!("set {} to {}", set["configId"], set["value"]);
                std::fs::write(
                    format!("set-{}.txt", set["configId"].as_str().unwrap()),
                    set["value"].as_str().unwrap_or_default(),
                )
                .unwrap();
                peer.answers(&message["id"], &json!({ "configOptions": [] }));
            }
            Some("session/set_mode") => {
                let mut file =
                    std::fs::OpenOptions::new().append(true).create(true).open("set-mode.txt").unwrap();
                writeln!(file, "{}", message["params"]["modeId"].as_str().unwrap()).unwrap();
                peer.answers(&message["id"], &json!({}));
            }
            Some("session/prompt") => peer.prompt(&message, &mut lines),
            _ => {}
        }
    }
    if peer.mode == "deaf" {
        std::thread::sleep(Duration::from_secs(600));
    }
}

struct Peer {
    mode: String,
    argument: String,
    session: String,
    next: u64,
}

type Lines<'a> = std::io::Lines<std::io::StdinLock<'a>>;

impl Peer {
    fn sends(&self, message: &Value) {
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{message}").and_then(|()| out.flush()).is_err() {
            std::process::exit(0);
        }
    }

    fn answers(&self, id: &Value, result: &Value) {
        self.sends(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    }

    fn fails(&self, id: &Value, code: i64, message: &str, data: &Value) {
        self.sends(&json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message, "data": data } }));
    }

    fn updates(&self, update: &Value) {
        let params = json!({ "sessionId": self.session, "update": update });
        self.sends(&json!({ "jsonrpc": "2.0", "method": "session/update", "params": params }));
    }

    fn says(&self, text: &str) {
        self.updates(
            &json!({ "sessionUpdate": "agent_message_chunk", "content": { "type": "text", "text": text } }),
        );
    }

    fn uses(&self) {
        self.updates(&json!({ "sessionUpdate": "usage_update", "used": 1200, "size": 200_000, "cost": { "amount": 0.25, "currency": "USD" } }));
    }

    fn calls(&self, kind: &str, title: &str, input: &Value) {
        self.updates(&json!({
            "sessionUpdate": "tool_call", "toolCallId": title, "title": title, "kind": kind, "status": "in_progress",
            "rawInput": input,
        }));
    }

    fn initialize(&self, message: &Value) {
        let capabilities = &message["params"]["clientCapabilities"];
        assert_ne!(capabilities["fs"]["readTextFile"], true, "no files are offered");
        assert_ne!(capabilities["terminal"], true, "no terminals are offered");
        assert!(
            capabilities["_meta"]["jetbrains"]["air"].is_object(),
            "typed failures are asked for: {message}"
        );
        match self.mode.as_str() {
            "mute" => return,
            "wrong-id" => return self.answers(&json!("nobody's"), &json!({ "protocolVersion": 1 })),
            "dead" => std::process::exit(3),
            _ => {}
        }
        println!("a log where a message belongs");
        self.answers(
            &message["id"],
            &json!({
                "protocolVersion": 1, "agentInfo": { "name": "peer", "version": "1.2.3" },
                "agentCapabilities": {
                    "loadSession": matches!(self.mode.as_str(), "loads" | "resumes" | "forgets" | "waits"),
                    "sessionCapabilities": if self.mode == "resumes" { json!({ "resume": {} }) } else { json!({}) },
                    "mcpCapabilities": { "http": self.argument == "http", "sse": self.argument == "sse" },
                },
                "authMethods": [],
            }),
        );
    }

    /// Writes down which servers it is handed, and starts them as the SDKs do, with nothing of its own
    /// environment but the path, and with nobody who would end them.
    fn is_handed(&self, servers: &Value) {
        let servers = servers.as_array().expect("a list of servers");
        if servers.is_empty() {
            return;
        }
        std::fs::write("servers.json", json!(servers).to_string()).unwrap();
        for server in servers.iter().filter(|server| server["type"].is_null()) {
            let words = server["args"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
            let pairs = server["env"].as_array().unwrap().iter();
            let pairs = pairs.map(|own| (own["name"].as_str().unwrap(), own["value"].as_str().unwrap()));
            let path = std::env::var("PATH").unwrap();
            let program = server["command"].as_str().unwrap();
            let mut command = Command::new("setsid");
            command.arg("-f").arg(program).args(words).env_clear().env("PATH", path).envs(pairs);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            assert!(command.status().unwrap().success());
        }
    }

    fn opens(&mut self, id: &Value, session: &str) {
        self.session = session.to_owned();
        if self.mode == "login" {
            return self.fails(id, -32000, "Authentication required", &Value::Null);
        }
        let select = |id: &str, category: &str, options: Value| json!({ "id": id, "name": id, "category": category, "type": "select", "currentValue": "first", "options": options });
        let named = |names: &[&str]| {
            names.iter().map(|name| json!({ "value": name, "name": name })).collect::<Vec<_>>()
        };
        let options = if self.mode == "chooses" {
            json!([
                select("how", "mode", json!(named(&["first", "careful"]))),
                select(
                    "which",
                    "model",
                    json!([{ "group": "own", "name": "Own", "options": named(&["first", "own/big"]) }])
                ),
            ])
        } else {
            Value::Null
        };
        let modes = (self.mode == "modes").then(|| {
            let offered = ["first"].into_iter().chain(self.argument.split(' '));
            let offered: Vec<Value> = offered.map(|id| json!({ "id": id, "name": id })).collect();
            json!({ "currentModeId": "first", "availableModes": offered })
        });
        self.answers(id, &json!({ "sessionId": session, "modes": modes, "configOptions": options }));
    }

    /// Asks for leave, and gives the id of the option that was chosen; nothing where it was cancelled.
    fn asks(&mut self, call: &Value, options: &Value, lines: &mut Lines<'_>) -> Option<String> {
        let id = self.next;
        self.next += 1;
        let params = json!({ "sessionId": self.session, "toolCall": call, "options": options });
        self.sends(
            &json!({ "jsonrpc": "2.0", "id": id, "method": "session/request_permission", "params": params }),
        );
        loop {
            let answer: Value = serde_json::from_str(&lines.next()?.ok()?).ok()?;
            if answer["id"] == id && answer["method"].is_null() {
                return answer["result"]["outcome"]["optionId"].as_str().map(str::to_owned);
            }
        }
    }

    fn prompt(&mut self, message: &Value, lines: &mut Lines<'_>) {
        let id = &message["id"];
        let end = |reason: &str| json!({ "stopReason": reason });
        match self.mode.clone().as_str() {
            "quiet" => self.answers(id, &end("end_turn")),
            "refuses" => self.answers(id, &end("refusal")),
            "dies" => std::process::exit(7),
            "killed" => {
                let _ = Command::new("sh").args(["-c", "sleep 600 & kill -9 $PPID; sleep 600"]).status();
            }
            "silent" | "deaf" => {
                self.says("I begin.");
                std::thread::sleep(Duration::from_secs(if self.mode == "deaf" { 600 } else { 0 }));
            }
            "flood" => loop {
                self.says("word ");
            },
            "long" => {
                let line = vec![b'x'; 1 << 20];
                let mut out = std::io::stdout().lock();
                while out.write_all(&line).is_ok() {}
            }
            "answers-twice" => {
                self.answers(id, &end("end_turn"));
                self.answers(id, &end("end_turn"));
                std::thread::sleep(Duration::from_secs(600));
            }
            "holds-the-pipe" => {
                // The grandchild has our output, and no group of ours.
                Command::new("setsid").args(["sleep", "600"]).stdin(Stdio::null()).spawn().unwrap();
                std::process::exit(5);
            }
            "error" => self.fails(id, -32603, "Internal error", &json!({ "errorKind": self.argument })),
            "typed" => {
                self.calls("execute", "ls", &json!({ "command": "ls" }));
                let failure = json!({ "category": self.argument, "severity": "error", "title": "It broke", "actions": [] });
                let meta = json!({ "jetbrains": { "air": { "sessionFailure": failure } } });
                self.answers(id, &json!({ "stopReason": "end_turn", "_meta": meta }));
            }
            "thread" => {
                let update = json!({ "sessionUpdate": "agent_message_chunk", "content": { "type": "text", "text": "Hm." } });
                let meta = json!({ "codex": { "threadStatus": { "type": "systemError" } } });
                let params = json!({ "sessionId": self.session, "update": update, "_meta": meta });
                self.sends(&json!({ "jsonrpc": "2.0", "method": "session/update", "params": params }));
                self.answers(id, &end("end_turn"));
            }
            "words" => {
                self.says("Error: Failed to get response from the model");
                self.answers(id, &end("end_turn"));
            }
            "asks" => {
                // The ids mean the opposite of what they say.
                let options = json!([
                    { "optionId": "allow", "name": "No", "kind": "reject_once" },
                    { "optionId": "reject", "name": "Yes", "kind": "allow_once" },
                    { "optionId": "deny", "name": "Always", "kind": "allow_always" },
                ]);
                let call: Value = serde_json::from_str(&self.argument).unwrap();
                let chosen = self.asks(&call, &options, lines);
                if chosen.as_deref() == Some("reject") {
                    std::fs::write("allowed.txt", "").unwrap();
                }
                self.calls("edit", "did it", &json!({}));
                self.uses();
                self.says(&format!("Chosen: {chosen:?}"));
                self.answers(id, &end("end_turn"));
            }
            // Begins, and does it only where its session goes on.
            "waits" if !std::path::Path::new("loaded.txt").exists() => {
                self.says("I begin.\n");
                for _ in lines {}
            }
            "cancels" => {
                self.says("I begin.");
                for line in lines.map_while(Result::ok) {
                    if line.contains("session/cancel") {
                        return self.answers(id, &end("cancelled"));
                    }
                }
            }
            _ => self.works(message),
        }
    }

    fn works(&mut self, message: &Value) {
        if self.mode == "leaves" {
            let script = "setsid -f sleep 600 >/dev/null 2>&1; sleep 600 >/dev/null 2>&1 &";
            Command::new("sh").args(["-c", script]).status().unwrap();
        }
        let prompt = message["params"]["prompt"][0]["text"].as_str().unwrap();
        std::fs::write("written.txt", format!("{prompt}\n{}\n", self.session)).unwrap();
        self.updates(&json!({ "sessionUpdate": "plan", "entries": [{ "content": "Write it", "priority": "high", "status": "pending" }] }));
        self.updates(&json!({ "sessionUpdate": "agent_thought_chunk", "content": { "type": "text", "text": "Easy." } }));
        self.calls("edit", "written.txt", &json!({ "path": "written.txt" }));
        self.updates(&json!({ "sessionUpdate": "tool_call_update", "toolCallId": "written.txt", "status": "completed" }));
        self.updates(&json!({ "sessionUpdate": "something_new", "x": 1 }));
        self.uses();
        for part in ["Status: COM", "PLETE\nSummary: ", "Written.\n"] {
            self.says(part);
        }
        let usage = json!({ "totalTokens": 1220, "inputTokens": 1200, "outputTokens": 20 });
        self.answers(&message["id"], &json!({ "stopReason": "end_turn", "usage": usage }));
    }
}
