//! What people want of runs: the commands behind code actions, and what they come to.

use super::{Watched, editor};
use crate::session::Session;
use crate::session::root::lock;
use segue_orchestrator::event::Answer;
use segue_orchestrator::facts::TaskId;
use segue_orchestrator::journal::{Command, Outcome};
use segue_runs::follow::Seen;
use segue_runs::open::{Meant, Runs};
use segue_runs::post::Resumed;
use segue_runs::{Failure, keep, post, report, visible};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};

/// What can be done, in the request `segue/runs/do` and as commands with `segue.` before them.
pub const VERBS: &[&str] =
    &["approve", "reject", "answer", "retry", "resume", "cancel", "merge", "discard", "archive", "export"];

/// The command that shows a run, or a task of it.
pub const SHOW: &str = "segue.showRun";

/// The run, or the task of it, that something is done to.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct To {
    pub run: Option<String>,
    pub folder: Option<String>,
    pub task: Option<String>,
    pub gate: Option<u32>,
    pub question: Option<u32>,
}

/// What is said with it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct With {
    pub note: Option<String>,
    pub answer: Option<String>,
    pub into: Option<String>,
    #[serde(default)]
    pub yes: bool,
}

/// What came of it.
pub struct Done {
    pub run: String,
    pub task: Option<String>,
    pub done: bool,
    /// For people.
    pub text: String,
    /// More, by names: it goes into the answer as it is.
    pub more: Value,
}

impl Done {
    /// As the protocol has it.
    pub fn as_data(&self) -> Value {
        let mut value = json!({ "run": self.run, "task": self.task, "done": self.done, "text": self.text });
        if let (Some(all), Some(more)) = (value.as_object_mut(), self.more.as_object()) {
            all.extend(more.clone());
        }
        value
    }
}

/// The repository and the run that are meant: by a run's name or its beginning; without one the only run
/// that waits for a person.
pub fn meant(session: &Session, to: &To) -> std::result::Result<(Arc<Watched>, Meant), Failure> {
    let mut found: Vec<(Arc<Watched>, Seen)> = Vec::new();
    for watched in session.runs.watched() {
        if to.folder.as_ref().is_some_and(|folder| *folder != watched.folder) {
            continue;
        }
        let seen = watched.seen();
        let exact: Vec<&Seen> = seen.iter().filter(|own| to.run.as_ref() == Some(&own.run)).collect();
        let fits = |own: &&Seen| match &to.run {
            Some(run) => !run.is_empty() && own.run.starts_with(run),
            None => own.state.needs_a_person(),
        };
        let own = if exact.is_empty() { seen.iter().filter(fits).collect() } else { exact };
        found.extend(own.into_iter().map(|own| (watched.clone(), own.clone())));
    }
    let name = to.run.as_deref().unwrap_or_default();
    let (watched, seen) = match (found.pop(), found.is_empty()) {
        (Some(one), true) => one,
        (Some(_), false) if to.run.is_none() => {
            return Err(Failure::said("Several runs wait for you: say which."));
        }
        (Some(_), false) => {
            return Err(Failure::said(format!("More than one run is called `{name}`: say which.")));
        }
        (None, _) if to.run.is_none() => return Err(Failure::said("No run waits for you.")),
        (None, _) => {
            return Err(Failure::said(format!("There is no run `{name}` in the folders that are open.")));
        }
    };
    let task = to.task.clone().map(TaskId);
    if let Some(task) = task.as_ref().filter(|task| seen.state.task(task).is_none()) {
        return Err(Failure::said(format!("The run `{}` has no task `{task}`.", seen.run)));
    }
    Ok((watched, Meant { run: seen.run, task }))
}

/// Does a verb. May take its time: it waits for the owner of the run, or for git.
pub fn perform(session: &Session, verb: &str, to: &To, with: &With) -> std::result::Result<Done, Failure> {
    let (watched, meant) = meant(session, to)?;
    let mut runs = watched.runs()?;
    lock(&session.runs.heard).ours.insert(meant.run.clone());
    let run = meant.run.clone();
    let mut done =
        Done { run: run.clone(), task: to.task.clone(), done: true, text: String::new(), more: json!({}) };
    let answer = if verb == "approve" { Answer::Approve } else { Answer::Reject };
    match verb {
        "approve" | "reject" => {
            let gate = post::gate_of(&runs.journal.state(&run)?, meant.task.as_ref(), to.gate)?;
            let command = Command::Decide { gate, answer, note: with.note.clone() };
            posted(session, &mut runs, &run, &command, &mut done)?;
        }
        "answer" => {
            let answer = with.answer.clone().filter(|answer| !answer.trim().is_empty());
            let answer = answer.ok_or_else(|| Failure::said("An answer takes words."))?;
            let question = post::question_of(&runs.journal.state(&run)?, meant.task.as_ref(), to.question)?;
            let command = Command::Reply { question, answer };
            posted(session, &mut runs, &run, &command, &mut done)?;
        }
        "retry" => {
            let lost = match meant.task {
                Some(task) => vec![task],
                None => post::to_be_retried(&runs.journal.state(&run)?),
            };
            if lost.is_empty() {
                return Err(Failure::said(format!("No task of the run `{run}` failed.")));
            }
            for task in lost {
                let command = Command::Retry { task, note: with.note.clone() };
                posted(session, &mut runs, &run, &command, &mut done)?;
            }
        }
        "cancel" => {
            let command = Command::Cancel { task: meant.task };
            posted(session, &mut runs, &run, &command, &mut done)?;
        }
        "resume" => {
            let resumed = post::resume(&runs, &run, false)?;
            done.done = resumed != Resumed::Over;
            let text = match resumed {
                Resumed::Begun => "Resumed.",
                Resumed::Worked => "It is being worked on.",
                Resumed::Over => "It is over; what failed can be retried.",
            };
            text.clone_into(&mut done.text);
        }
        "merge" => {
            let merged = keep::merge(&runs, &run, with.into.as_deref())?;
            done.text = match merged.is_new {
                true => format!("Merged into {}.", merged.branch),
                false => format!("{} has all of it already.", merged.branch),
            };
            done.more = json!({ "branch": merged.branch, "commit": merged.commit });
        }
        "archive" => {
            let freed = keep::archive(&runs, &run)?;
            done.text = format!("{} kB freed; its branches are kept.", freed.div_ceil(1000));
        }
        "discard" => {
            let lost = keep::would_lose(&runs, &run)?;
            if with.yes || lost.is_empty() {
                keep::discard(&mut runs, &run)?;
                "Discarded.".clone_into(&mut done.text);
            } else {
                let lost: Vec<String> = lost.iter().map(|loss| visible(&loss.to_string())).collect();
                done.done = false;
                done.text = format!("This work is nowhere else and would be lost:\n{}", lost.join("\n"));
                done.more = json!({ "lost": lost });
            }
        }
        "export" => done.text = report::markdown(&runs, &run)?,
        other => return Err(Failure::said(format!("There is no verb `{other}`."))),
    }
    watched.poke();
    Ok(done)
}

/// Posts a command for the owner of a run, and waits for what it comes to.
fn posted(
    session: &Session,
    runs: &mut Runs,
    run: &str,
    command: &Command,
    done: &mut Done,
) -> std::result::Result<(), Failure> {
    let by = editor(session, &runs.repository);
    note_answer(session, run, command);
    let outcome = post::post(runs, run, command, &by)?;
    done.done &= outcome == Outcome::Done;
    done.text = outcome.text();
    Ok(())
}

/// What is answered here needs not be told here.
fn note_answer(session: &Session, run: &str, command: &Command) {
    use super::ask::Asked;
    let asked = match command {
        Command::Decide { gate, .. } => gate.map(Asked::Gate),
        Command::Reply { question, .. } => question.map(Asked::Question),
        _ => None,
    };
    lock(&session.runs.heard).answered.extend(asked.map(|asked| (run.to_owned(), asked)));
}

/// Posts what a person chose; says what came of it where it was not just done.
pub async fn post_and_say(session: Arc<Session>, watched: Arc<Watched>, run: String, command: Command) {
    let own = session.clone();
    let work = move || {
        let mut done =
            Done { run: run.clone(), task: None, done: true, text: String::new(), more: json!({}) };
        lock(&own.runs.heard).ours.insert(run.clone());
        let result = watched.runs().and_then(|mut runs| posted(&own, &mut runs, &run, &command, &mut done));
        watched.poke();
        result.map(|()| done)
    };
    let said = match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) if done.done => return,
        Ok(Ok(done)) => done.text,
        Ok(Err(failure)) => failure.to_string(),
        Err(_) => return,
    };
    session.client.show_message(lsp::MessageType::Warning, said).await;
}

/// A command of [`VERBS`]. The answer comes at once; what comes of it is shown.
pub fn execute(session: &Arc<Session>, verb: &'static str, arguments: &[Value]) -> Result<Option<Value>> {
    let none = json!({});
    let argument = arguments.first().filter(|own| !own.is_null()).unwrap_or(&none);
    let wrong = |_| Error::invalid_params("the argument is an object with the name of a `run`");
    let to = To::deserialize(argument).map_err(wrong)?;
    let with = With::deserialize(argument).map_err(wrong)?;
    let session = session.clone();
    tokio::spawn(async move { do_and_say(&session, verb, to, with).await });
    Ok(None)
}

async fn do_and_say(session: &Arc<Session>, verb: &'static str, to: To, mut with: With) {
    const DISCARD: &str = "Discard it";
    if verb == "answer" && with.answer.is_none() && session.facts().types {
        let Some(answer) = super::ask::typed_answer(session, &to).await else { return };
        with.answer = Some(answer);
    }
    loop {
        let (own, own_to, own_with) = (session.clone(), to.clone(), with.clone());
        let work = move || perform(&own, verb, &own_to, &own_with);
        let Ok(result) = tokio::task::spawn_blocking(work).await else { return };
        let (kind, text) = match result {
            Err(failure) => (lsp::MessageType::Error, failure.to_string()),
            Ok(done) if verb == "export" => {
                let name = format!("report of {}", done.run);
                return page(session, name, done.text).await;
            }
            Ok(done) if verb == "discard" && !done.done => {
                if session.facts().asks {
                    let choice = |title: &str| lsp::MessageActionItem {
                        title: title.to_owned(),
                        ..Default::default()
                    };
                    let choices = Some(vec![choice(DISCARD), choice("Keep it")]);
                    let kind = lsp::MessageType::Warning;
                    let answer = session.client.show_message_request(kind, done.text, choices).await;
                    if answer.is_ok_and(|own| own.is_some_and(|own| own.title == DISCARD)) {
                        with.yes = true;
                        continue;
                    }
                    return;
                }
                let how = format!("Nothing was removed. `segue runs discard {} --yes` removes it.", done.run);
                (lsp::MessageType::Warning, format!("{}\n{how}", done.text))
            }
            // What was posted shows by itself.
            Ok(done) if done.done && done.text == Outcome::Done.text() => return,
            Ok(done) => (
                if done.done { lsp::MessageType::Info } else { lsp::MessageType::Warning },
                format!("{}: {}", done.run, done.text),
            ),
        };
        return session.client.show_message(kind, text).await;
    }
}

/// [`SHOW`]. The answer comes at once.
pub fn show(session: &Arc<Session>, arguments: &[Value]) -> Result<Option<Value>> {
    let to = arguments.first().map_or_else(|| Ok(To::default()), To::deserialize);
    let to = to.map_err(|_| Error::invalid_params("the argument is an object with the name of a `run`"))?;
    let session = session.clone();
    tokio::spawn(async move {
        match meant(&session, &to) {
            Ok((watched, meant)) => show_run(&session, &watched, &meant.run, meant.task).await,
            Err(failure) => session.client.show_message(lsp::MessageType::Error, failure.to_string()).await,
        }
    });
    Ok(None)
}

/// Shows a run as a page; of a task what happened and what it changed.
pub async fn show_run(session: &Arc<Session>, watched: &Arc<Watched>, run: &str, task: Option<TaskId>) {
    let (watched, meant) = (watched.clone(), Meant { run: run.to_owned(), task });
    let made = tokio::task::spawn_blocking(move || super::requests::page(&watched, &meant)).await;
    match made {
        Ok(Ok((name, text))) => page(session, name, text).await,
        Ok(Err(failure)) => session.client.show_message(lsp::MessageType::Error, failure.to_string()).await,
        Err(_) => {}
    }
}

/// Shows a page; where the client shows no documents a message says where it lies.
pub async fn page(session: &Arc<Session>, name: String, text: String) {
    if !session.facts().show_document
        && let Some(path) = crate::actions::shown_beside(session, &name, &text).await
    {
        return session.client.show_message(lsp::MessageType::Info, format!("The {name}: {path}")).await;
    }
    crate::actions::show(session.clone(), name, text).await;
}

/// The report of a run, with a name for it.
pub async fn report(session: &Arc<Session>, watched: &Arc<Watched>, run: &str) -> Option<(String, String)> {
    let (watched, own) = (watched.clone(), run.to_owned());
    let work = move |_: &_| watched.runs().and_then(|runs| report::markdown(&runs, &own));
    let page = session.lanes.compute(crate::compute::Lane::Background, work).await.ok()?.ok()?;
    Some((format!("report of {run}"), page))
}
