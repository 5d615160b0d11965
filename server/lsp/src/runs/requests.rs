//! The requests `segue/runs/…`: what an editor with a view of its own asks for.

use super::answers::takes_words;
use super::hear::as_data;
use super::verbs::{self, To, With};
use super::{Watched, ask, called};
use crate::session::Session;
use segue_orchestrator::state::State;
use segue_orchestrator::time::utc;
use segue_runs::launch::list_file;
use segue_runs::log::{Cursor, Line, Log};
use segue_runs::open::{Meant, session_word, unanswered, word};
use segue_runs::{Failure, keep, variants, visible};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};

/// How often is looked for what an agent said, while somebody follows.
const LOOK: Duration = Duration::from_millis(250);

/// How long an answer waits for something to tell, in looks.
const LOOKS: u32 = 20;

#[derive(Deserialize)]
struct Do {
    verb: String,
    to: Vec<To>,
    #[serde(flatten)]
    with: With,
}

#[derive(Clone, Deserialize)]
struct Read {
    #[serde(flatten)]
    to: To,
    from: Option<Cursor>,
    #[serde(default)]
    follow: bool,
}

fn params<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| Error::invalid_params(error.to_string()))
}

pub fn failed(failure: &Failure) -> Error {
    Error { code: ErrorCode::ServerError(-32001), message: failure.to_string().into(), data: None }
}

/// Work that may wait for a run's owner, on a thread that nobody else needs.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, Failure> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| Error::internal_error())?;
    done.map_err(|failure| failed(&failure))
}

/// `segue/runs/list`
pub fn list(session: &Session) -> Value {
    let repositories: Vec<Value> = session
        .runs
        .watched()
        .iter()
        .map(|watched| {
            let runs: Vec<Value> =
                watched.seen().iter().map(|seen| as_data(session, watched, seen)).collect();
            json!({ "folder": watched.folder, "runs": runs })
        })
        .collect();
    json!({ "repositories": repositories })
}

/// `segue/runs/show`
pub fn show(session: &Session, value: Value) -> Result<Value> {
    let (watched, meant) = verbs::meant(session, &params(value)?).map_err(|failure| failed(&failure))?;
    let seen = watched.seen();
    let own = seen.iter().find(|own| own.run == meant.run).ok_or_else(Error::content_modified)?;
    Ok(as_data(session, &watched, own))
}

/// `segue/runs/do`
pub async fn act(session: &Arc<Session>, value: Value) -> Result<Value> {
    let Do { verb, to, with } = params(value)?;
    if !verbs::VERBS.contains(&verb.as_str()) {
        return Err(Error::invalid_params(format!("there is no verb `{verb}`")));
    }
    let session = session.clone();
    let work = move || {
        let outcome = |to: &To| match verbs::perform(&session, &verb, to, &with) {
            Ok(done) => done.as_data(),
            Err(failure) => {
                json!({ "run": to.run, "task": to.task, "done": false, "text": failure.to_string() })
            }
        };
        Ok(json!({ "outcomes": to.iter().map(outcome).collect::<Vec<_>>() }))
    };
    apart(work).await
}

/// `segue/runs/diff`
pub async fn diff(session: &Arc<Session>, value: Value) -> Result<Value> {
    let (watched, meant) = verbs::meant(session, &params(value)?).map_err(|failure| failed(&failure))?;
    let work = move || {
        let runs = watched.runs()?;
        let files: Vec<Value> = keep::changed(&runs, &meant)?
            .iter()
            .map(|file| {
                let (added, removed) = file.lines.unwrap_or_default();
                json!({
                    "path": file.path.to_string_lossy(), "added": added, "removed": removed,
                    "binary": file.lines.is_none(),
                })
            })
            .collect();
        Ok(json!({ "text": keep::diff(&runs, &meant)?, "files": files }))
    };
    apart(work).await
}

/// `segue/runs/log`
pub async fn log(session: &Arc<Session>, value: Value) -> Result<Value> {
    let Read { to, from, follow } = params(value)?;
    let (watched, meant) = verbs::meant(session, &to).map_err(|failure| failed(&failure))?;
    let mut cursor = from.unwrap_or_default();
    let mut looked = watched.looked.subscribe();
    for turn in 1.. {
        looked.mark_unchanged();
        let (own, meant, at) = (watched.clone(), meant.clone(), cursor);
        let (answer, is_news, next) = apart(move || lines(&own, meant, at)).await?;
        if is_news || !follow || turn >= LOOKS {
            return Ok(answer);
        }
        cursor = next;
        // What an agent says is no event: nobody tells of it.
        let _ = tokio::time::timeout(LOOK, looked.changed()).await;
    }
    Err(Error::internal_error())
}

/// What happened from a cursor on: the answer, whether it tells something, and the cursor after it.
fn lines(
    watched: &Watched,
    meant: Meant,
    cursor: Cursor,
) -> std::result::Result<(Value, bool, Cursor), Failure> {
    let runs = watched.runs()?;
    let mut log = Log::from(&runs, meant, cursor)?;
    let lines: Vec<String> = log.lines(&runs)?.into_iter().map(shown).collect();
    let (over, is_news) = (log.is_over(), !lines.is_empty());
    let answer = json!({ "lines": lines, "next": log.cursor, "over": over });
    Ok((answer, is_news || over, log.cursor))
}

fn shown(line: Line) -> String {
    match line {
        Line::Event(at, text) => format!("{} {}", utc(at), visible(&text)),
        Line::Said(text) => format!("    {}", visible(&text)),
    }
}

/// A run as a page; of a task what happened and what it changed. With a name for it.
pub fn page(watched: &Watched, meant: &Meant) -> std::result::Result<(String, String), Failure> {
    let runs = watched.runs()?;
    let state = runs.journal.state(&meant.run)?;
    let owned = runs.is_owned(&meant.run);
    let mut page = String::new();
    let named = called(&meant.run, &state);
    let mut log = Log::from(&runs, meant.clone(), Cursor::default())?;
    let lines: Vec<String> = log.lines(&runs)?.into_iter().map(shown).collect();
    let Some(task) = &meant.task else {
        let _ = writeln!(page, "# {}\n\n{}\n", visible(&named), word(&state, owned));
        page += "| task | wave | state | attempts | + | − |\n|---|---|---|---|---|---|\n";
        for (facts, task) in state.all() {
            let diff = task.current().map(|own| (own.diff.added, own.diff.removed)).unwrap_or_default();
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} | {} |",
                visible(&facts.id.0),
                facts.wave,
                session_word(&state, facts, task, owned),
                task.attempts.len(),
                diff.0,
                diff.1
            );
        }
        what_waits(&mut page, &meant.run, &state);
        fenced(
            &mut page,
            "What it may start",
            "text",
            &std::fs::read_to_string(list_file(&watched.place, &meant.run)).unwrap_or_default(),
        );
        fenced(&mut page, "What happened", "text", &lines.join("\n"));
        return Ok((format!("run {}", meant.run), page));
    };
    let _ = writeln!(page, "# {} of {}", visible(&task.0), visible(&named));
    fenced(&mut page, "Its variants", "text", &visible(&variants::compared(&state, task)));
    fenced(&mut page, "What happened", "text", &lines.join("\n"));
    fenced(&mut page, "What it changed", "diff", &keep::diff(&runs, meant).unwrap_or_default());
    Ok((format!("run {} {task}", meant.run), page))
}

/// What waits for a person, and the commands of a terminal that answer.
fn what_waits(page: &mut String, run: &str, state: &State) {
    for gate in unanswered(state) {
        let (number, text) = (gate.opened.gate, visible(&ask::of_gate(state, gate)));
        let _ = writeln!(page, "\n## Gate {number}\n\n{text}\n");
        for answer in ["approve", "reject"] {
            let _ = writeln!(page, "    segue runs {answer} {run} --gate {number}");
        }
    }
    for question in state.open_questions() {
        let (number, text) = (question.asked.question, visible(&ask::of_question(question)));
        let _ = writeln!(page, "\n## Question {number}\n\n{text}\n");
        for (place, option) in question.asked.options.iter().enumerate() {
            let _ = writeln!(page, "{}. {}", place + 1, visible(option));
        }
        let _ = writeln!(page, "\n    segue runs answer {run} ANSWER --question {number}");
        if takes_words(question) {
            let task = visible(&question.asked.key.task.0);
            let _ = writeln!(
                page,
                "\nOr write your answer in any file of the workspace, select it, and choose the code action *Answer {task} with the selected text*."
            );
        }
    }
}

/// A section with a block of text that cannot end it.
pub fn fenced(page: &mut String, title: &str, language: &str, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = write!(page, "\n## {title}\n\n{fence}{language}\n{}\n{fence}\n", text.trim_end());
}
