//! A language model for tests: it speaks the two forms of OpenAI's interface (chat completions and
//! responses), on this machine alone, and does what a script says, faults included.
//!
//! ```json
//! { "rules": [ { "when": "Task first", "steps": [
//!     { "do": { "write": { "path": "a.txt", "text": "one\n" } }, "fault": "overloaded", "times": 2 },
//!     { "do": { "shell": "ls" } },
//!     { "do": { "say": "Done." } } ] } ] }
//! ```
//!
//! A rule holds where its words stand in what the user says. How far its steps have come is read from the
//! conversation that the agent sends, not kept here: an agent may ask again, and any number of agents may
//! ask at once. Kept is only how often a fault was had.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod http;
mod speak;
mod tools;

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the model does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The first rule that holds counts.
    pub rules: Vec<Rule>,
}

/// What it does where certain words are said.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The words.
    pub when: String,
    /// One answer each; after the last one it says that it is done.
    pub steps: Vec<Step>,
}

/// One answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What the answer is.
    #[serde(rename = "do", default)]
    pub act: Act,
    /// What goes wrong before it.
    #[serde(default)]
    pub fault: Option<Fault>,
    /// How often that goes wrong; without it always.
    #[serde(default)]
    pub times: Option<u32>,
}

/// What an answer is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// It says something, which ends its turn.
    Say(String),
    /// It says nothing at all.
    #[default]
    Nothing,
    /// It writes a file.
    Write {
        /// The file.
        path: String,
        /// What it holds then.
        text: String,
    },
    /// It replaces a part of a file.
    Edit {
        /// The file.
        path: String,
        /// The part.
        old: String,
        /// What stands there then.
        new: String,
    },
    /// It reads a file.
    Read(String),
    /// It runs a command.
    Shell(String),
    /// It calls a tool by its name; agents put the name of its server before it.
    Tool {
        /// The tool.
        name: String,
        /// What it is given.
        input: Value,
    },
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Status 500.
    Broken,
    /// Status 429.
    Overloaded,
    /// No answer, for as long as the agent waits.
    Hang,
    /// The stream ends in its middle.
    Drop,
}

/// What was asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The words of the rule that held.
    pub rule: Option<String>,
    /// Which of its steps was due.
    pub step: usize,
    /// What went wrong.
    pub fault: Option<Fault>,
}

/// A model that is there as long as this is.
#[derive(Clone, Debug)]
pub struct Model {
    port: u16,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    script: Script,
    had: Mutex<BTreeMap<(usize, usize), u32>>,
    log: Mutex<Vec<Asked>>,
}

impl Model {
    /// Starts one on a port of this machine.
    #[must_use]
    pub fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let inner = Arc::new(Inner { script, had: Mutex::default(), log: Mutex::default() });
        let own = Arc::clone(&inner);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = Arc::clone(&own);
                std::thread::spawn(move || own.serve(stream));
            }
        });
        Self { port, inner }
    }

    /// The same from a text.
    #[must_use]
    pub fn scripted(script: &str) -> Self {
        Self::start(serde_json::from_str(script).expect("a script"))
    }

    /// Where it is asked.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// All that was asked of it.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.inner.log.lock().expect("the log").clone()
    }
}

/// A request as far as it matters, in either form.
#[derive(Debug, Default)]
struct Request {
    /// What users said and tools were called, in order.
    turns: Vec<Turn>,
    /// The tools on offer, by name, with the schema of their input; `None`: free text.
    tools: BTreeMap<String, Option<Value>>,
}

#[derive(Debug)]
enum Turn {
    Said(String),
    Called,
}

impl Inner {
    fn serve(&self, mut stream: TcpStream) {
        let Some(asked) = http::read(&mut stream) else { return };
        let path = asked.path.split('?').next().unwrap_or_default().trim_end_matches('/').to_owned();
        let streamed = asked.body["stream"] == true;
        if path.ends_with("/models") {
            return http::json(
                &mut stream,
                200,
                &serde_json::json!({ "object": "list", "data": [{ "id": "scripted", "object": "model" }] }),
            );
        }
        let responses = path.ends_with("/responses");
        if !responses && !path.ends_with("/chat/completions") {
            return http::json(
                &mut stream,
                404,
                &serde_json::json!({ "error": { "message": format!("no {path}") } }),
            );
        }
        let request = if responses { speak::of_responses(&asked.body) } else { speak::of_chat(&asked.body) };
        let (act, fault) = self.due(&request);
        let error = |text: &str| serde_json::json!({ "error": { "message": text, "type": "scripted" } });
        match fault {
            Some(Fault::Broken) => return http::json(&mut stream, 500, &error("scripted failure")),
            Some(Fault::Overloaded) => return http::json(&mut stream, 429, &error("scripted limit")),
            Some(Fault::Hang) => return http::wait_for_the_end(&mut stream),
            Some(Fault::Drop) | None => {}
        }
        let answer = tools::answer(&act, &request.tools);
        let parts = if responses { speak::responses(&answer) } else { speak::chat(&answer) };
        if fault == Some(Fault::Drop) {
            return http::stream(&mut stream, &parts[..parts.len() / 2], false);
        }
        if streamed {
            http::stream(&mut stream, &parts, true);
        } else {
            http::json(
                &mut stream,
                200,
                &if responses { speak::responses_whole(&answer) } else { speak::chat_whole(&answer) },
            );
        }
    }

    /// What is due, and what goes wrong before it.
    fn due(&self, request: &Request) -> (Act, Option<Fault>) {
        // Titles and summaries are asked for without tools.
        if request.tools.is_empty() {
            return (Act::Say("A title".to_owned()), None);
        }
        let said = |turn: &Turn, words: &str| matches!(turn, Turn::Said(text) if text.contains(words));
        let found = self.script.rules.iter().enumerate().find_map(|(place, rule)| {
            let at = request.turns.iter().rposition(|turn| said(turn, &rule.when))?;
            let calls = request.turns[at..].iter().filter(|turn| matches!(turn, Turn::Called)).count();
            Some((place, rule, calls))
        });
        let Some((place, rule, step)) = found else {
            self.log.lock().expect("the log").push(Asked { rule: None, step: 0, fault: None });
            return (Act::Say("There is nothing to do.".to_owned()), None);
        };
        let due = rule.steps.get(step);
        let fault = due.and_then(|due| due.fault.map(|fault| (fault, due.times))).filter(|(_, times)| {
            let mut had = self.had.lock().expect("the faults");
            let count = had.entry((place, step)).or_default();
            *count += 1;
            times.is_none_or(|times| *count <= times)
        });
        let fault = fault.map(|(fault, _)| fault);
        self.log.lock().expect("the log").push(Asked { rule: Some(rule.when.clone()), step, fault });
        (due.map_or_else(|| Act::Say("Done.".to_owned()), |due| due.act.clone()), fault)
    }
}
