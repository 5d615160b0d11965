//! What an agent tells while its turn goes on: what it says and does for the log, what it used, and what
//! of it is a failure.

use crate::agent::Listener;
use crate::agent::acp::failure;
use crate::agent::acp::leave::{Kind, Wanted};
use crate::event::{Class, Failure, Usage};
use crate::os;
use agent_client_protocol::v1::schema::{
    ContentBlock, Plan, SessionNotification, SessionUpdate, ToolCallContent, ToolCallStatus,
    ToolCallUpdateFields, ToolKind,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How much of what it said is kept for its report, in bytes.
const KEPT: usize = 1 << 20;
/// How much of a tool's input is written down, in characters.
const INPUT: usize = 2000;

/// The account of one turn.
#[derive(Debug, Default)]
pub struct Account {
    /// What it said, its end where it is long.
    pub said: String,
    /// What it said since it last used a tool.
    last: String,
    /// The titles of the tools that it called, by the ids of the calls.
    calls: BTreeMap<String, String>,
    /// What is in its context, as it told last.
    context: Option<u64>,
    /// Whether that changed since the turn began.
    is_used: bool,
    /// What the session cost, as it told last, in millionths.
    cost: Option<u64>,
    broke: bool,
    /// What it wanted and was refused, where that ends the attempt.
    pub refused: Option<Failure>,
    speaks: Speech,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Speech {
    #[default]
    Nothing,
    Words,
    Thoughts,
}

impl Account {
    /// The turn itself begins: what a loaded session replayed is known already.
    pub fn begins(&mut self) {
        let (context, cost) = (self.context, self.cost);
        *self = Self { context, cost, ..Self::default() };
    }

    /// Takes what it told.
    pub fn hears(&mut self, told: SessionNotification, listener: &dyn Listener) {
        if let Some(broke) = failure::thread_broke(told.meta.as_ref()) {
            self.broke = broke;
        }
        match told.update {
            SessionUpdate::AgentMessageChunk(chunk) => {
                if let ContentBlock::Text(text) = chunk.content {
                    self.speaks_now(Speech::Words, "", listener);
                    self.says(&text.text, listener);
                }
            }
            SessionUpdate::AgentThoughtChunk(chunk) => {
                if let ContentBlock::Text(text) = chunk.content {
                    self.speaks_now(Speech::Thoughts, "[thinks] ", listener);
                    listener.said(&text.text);
                }
            }
            SessionUpdate::ToolCall(call) => {
                let id = call.tool_call_id.0.to_string();
                let input = call.raw_input.clone();
                let mut paths: Vec<PathBuf> = call.locations.iter().map(|place| place.path.clone()).collect();
                paths.extend(diffs(&call.content));
                self.calls.insert(id, call.title.clone());
                self.notes(&tool_line(call.kind, &call.title, &paths, input.as_ref()), listener);
            }
            SessionUpdate::ToolCallUpdate(update) => {
                self.call_changes(&update.tool_call_id.0, &update.fields, listener)
            }
            SessionUpdate::Plan(plan) => self.notes(&plan_line(&plan), listener),
            SessionUpdate::UsageUpdate(usage) => {
                self.is_used |= self.context.is_some_and(|before| before != usage.used)
                    || (self.context.is_none() && usage.used > 0);
                self.context = Some(usage.used);
                if let Some(cost) = usage.cost {
                    self.costs(cost.amount, listener);
                }
            }
            _ => {}
        }
    }

    /// Takes what a session cost until now, and tells what came on top.
    fn costs(&mut self, amount: f64, listener: &dyn Listener) {
        let micros = (amount * 1_000_000.0).round();
        // Nonsense is no cost.
        if !(0.0..=1e15).contains(&micros) {
            return;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let now = micros as u64;
        let before = self.cost.replace(now).unwrap_or_default();
        if now > before {
            self.is_used = true;
            listener.used(Usage { micros: now - before, ..Usage::default() });
        }
    }

    fn call_changes(&mut self, id: &str, fields: &ToolCallUpdateFields, listener: &dyn Listener) {
        let is_new = !self.calls.contains_key(id);
        let title = self.calls.entry(id.to_owned()).or_default();
        if let Some(new) = &fields.title {
            title.clone_from(new);
        }
        let title = title.clone();
        let mut paths: Vec<PathBuf> =
            fields.locations.iter().flatten().map(|place| place.path.clone()).collect();
        paths.extend(diffs(fields.content.as_deref().unwrap_or_default()));
        if is_new || fields.raw_input.is_some() || !paths.is_empty() {
            let kind = fields.kind.unwrap_or_default();
            self.notes(&tool_line(kind, &title, &paths, fields.raw_input.as_ref()), listener);
        }
        if fields.status == Some(ToolCallStatus::Failed) {
            self.notes(&format!("[failed] {title}"), listener);
        }
    }

    fn speaks_now(&mut self, how: Speech, begin: &str, listener: &dyn Listener) {
        if self.speaks == how {
            return;
        }
        if self.speaks != Speech::Nothing {
            listener.said("\n");
        }
        listener.said(begin);
        self.speaks = how;
    }

    fn says(&mut self, text: &str, listener: &dyn Listener) {
        listener.said(text);
        self.last.push_str(text);
        self.said.push_str(text);
        for kept in [&mut self.said, &mut self.last] {
            if kept.len() > 2 * KEPT {
                let cut = (kept.len() - KEPT..kept.len()).find(|at| kept.is_char_boundary(*at));
                kept.drain(..cut.unwrap_or_default());
            }
        }
    }

    /// A line of its own in the log. What was said before it was not the last.
    pub fn notes(&mut self, line: &str, listener: &dyn Listener) {
        self.speaks_now(Speech::Nothing, "", listener);
        listener.said(line);
        listener.said("\n");
        self.last.clear();
        if !self.said.ends_with('\n') && !self.said.is_empty() {
            self.said.push('\n');
        }
    }

    /// How many tools it called.
    #[must_use]
    pub fn tool_calls(&self) -> u64 {
        self.calls.len() as u64
    }

    /// What was used, beside the cost that was told already.
    #[must_use]
    pub fn usage(&self, told: Option<Usage>) -> Option<Usage> {
        match told {
            Some(usage) if usage.input + usage.output > 0 => Some(usage),
            _ => self.is_used.then(Usage::default),
        }
    }

    /// What of all that is a failure, at the end of a turn: `known` are the words by which it tells of one.
    #[must_use]
    pub fn failure(&self, known: &[String]) -> Option<Failure> {
        let broke = self.broke.then(|| Failure {
            class: Class::Transient,
            text: "Its thread broke: the model could not be had.".to_owned(),
        });
        self.refused.clone().or(broke).or_else(|| failure::of_words(&self.last, known))
    }
}

/// What it asks leave for.
#[must_use]
pub fn wanted(fields: &ToolCallUpdateFields) -> Wanted {
    let kind = match fields.kind.unwrap_or_default() {
        ToolKind::Read => Kind::Read,
        ToolKind::Edit => Kind::Edit,
        ToolKind::Delete => Kind::Delete,
        ToolKind::Move => Kind::Move,
        ToolKind::Search => Kind::Search,
        ToolKind::Execute => Kind::Execute,
        ToolKind::Think => Kind::Think,
        ToolKind::Fetch => Kind::Fetch,
        ToolKind::SwitchMode => Kind::SwitchMode,
        _ => Kind::Other,
    };
    let title = fields.title.clone().unwrap_or_default();
    let mut paths: Vec<PathBuf> = fields.locations.iter().flatten().map(|place| place.path.clone()).collect();
    paths.extend(diffs(fields.content.as_deref().unwrap_or_default()));
    let mut command = None;
    if let Some(input) = &fields.raw_input {
        command = command_of(input);
        if kind != Kind::Fetch {
            paths.extend(paths_of(input));
        }
    }
    if kind == Kind::Execute && command.is_none() {
        command = Some(title.trim_matches('`').to_owned());
    }
    paths.sort();
    paths.dedup();
    Wanted { kind, title, paths, command }
}

/// The command line in the input of a tool: a text, or a list of words.
fn command_of(input: &Value) -> Option<String> {
    let found = ["command", "cmd", "script"].iter().find_map(|key| input.get(key))?;
    match found {
        Value::String(text) => Some(text.clone()),
        Value::Array(words) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            Some(match words.as_slice() {
                [line] => (*line).to_owned(),
                words => os::joined(words),
            })
        }
        _ => None,
    }
}

/// The paths in the input of a tool, by the names that agents give them.
fn paths_of(input: &Value) -> Vec<PathBuf> {
    const NAMES: &[&str] = &[
        "path",
        "filepath",
        "file",
        "filename",
        "absolutepath",
        "parentdir",
        "directory",
        "dir",
        "dirpath",
        "cwd",
        "workdir",
        "workingdirectory",
        "notebookpath",
        "oldpath",
        "newpath",
        "source",
        "destination",
    ];
    let fields = input.as_object().into_iter().flatten();
    fields
        .filter(|(name, _)| {
            let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            NAMES.contains(&plain.to_lowercase().as_str())
        })
        .filter_map(|(_, value)| value.as_str())
        .filter(|text| !text.is_empty() && !text.contains("://") && !text.contains('\n'))
        .map(PathBuf::from)
        .collect()
}

fn diffs(content: &[ToolCallContent]) -> impl Iterator<Item = PathBuf> {
    content.iter().filter_map(|part| match part {
        ToolCallContent::Diff(diff) => Some(diff.path.clone()),
        _ => None,
    })
}

fn tool_line(kind: ToolKind, title: &str, paths: &[PathBuf], input: Option<&Value>) -> String {
    let word = serde_json::to_value(kind).ok().and_then(|word| word.as_str().map(str::to_owned));
    let mut line = format!("[{}] {}", word.unwrap_or_else(|| "tool".to_owned()), title.replace('\n', " "));
    for path in paths {
        line += &format!(" {}", path.display());
    }
    if let Some(input) = input.filter(|input| input.as_object().is_some_and(|fields| !fields.is_empty())) {
        let input: String = input.to_string().chars().take(INPUT).collect();
        line += &format!(" {input}");
    }
    line
}

fn plan_line(plan: &Plan) -> String {
    let entries: Vec<String> = plan.entries.iter().map(|entry| format!("  - {}", entry.content)).collect();
    format!("[plan]\n{}", entries.join("\n"))
}
