//! What becomes of news: whoever sits here is told, asked and shown what changed.

use super::ask::{self, Asked};
use super::{Watched, called, progress, verbs};
use crate::session::Session;
use crate::session::root::lock;
use segue_orchestrator::event::{Answer, By, Event, Record};
use segue_orchestrator::journal::gate_words;
use segue_orchestrator::os::WakeClient;
use segue_orchestrator::state::State;
use segue_runs::follow::{News, Seen};
use segue_runs::open::{session_word, word};
use segue_runs::value;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedReceiver;
use tower_lsp::gen_lsp_types as lsp;

/// What was heard and said of runs here.
#[derive(Default)]
pub struct Heard {
    /// What a person here was asked, of which run.
    pub asked: BTreeSet<(String, Asked)>,
    /// What a person here has answered.
    pub answered: BTreeSet<(String, Asked)>,
    /// The runs that somebody here launched or steered: their reports are shown.
    pub ours: BTreeSet<String>,
    /// The runs that came to their end while somebody worked on them.
    ending: BTreeSet<String>,
    /// The runs whose owners tap us.
    tapping: BTreeSet<String>,
}

/// Hears of the runs of a repository until the server ends.
pub async fn hear(session: Arc<Session>, watched: Arc<Watched>, mut news: UnboundedReceiver<News>) {
    let mut drawn = String::new();
    while let Some(news) = news.recv().await {
        notify(&session, &watched, &news).await;
        if news.first {
            say_what_waits(&session, &news);
        }
        for (seen, records) in &news.changed {
            progress::tell(&session, &watched, seen);
            tell_answers(&session, seen, records).await;
            ask::ask(&session, &watched, seen);
            if has_ended(&session, seen, records) {
                tokio::spawn(tell_end(session.clone(), watched.clone(), seen.clone()));
            }
            be_tapped(&session, &watched, seen);
        }
        let words = words(&watched.seen());
        if words != drawn {
            drawn = words;
            crate::views::draw_runs(&session);
        }
    }
}

/// A run for the client: all that is known of it, and where it is.
pub fn as_data(session: &Session, watched: &Watched, seen: &Seen) -> Value {
    let mut run = value::of_run(&seen.run, &seen.state, seen.owned);
    run["folder"] = json!(watched.folder);
    let plan = seen.state.created.as_ref().map(|created| watched.uri(session, &created.plan));
    run["uri"] = json!(plan);
    run
}

/// The notification `segue/runs`.
enum RunsNotification {}

impl lsp::Notification for RunsNotification {
    type Params = Value;
    const METHOD: lsp::LspNotificationMethod<'static> = lsp::LspNotificationMethod::new("segue/runs");
    const MESSAGE_DIRECTION: lsp::MessageDirection = lsp::MessageDirection::ServerToClient;
}

async fn notify(session: &Session, watched: &Watched, news: &News) {
    if !session.facts().runs {
        return;
    }
    let runs: Vec<Value> = news.changed.iter().map(|(seen, _)| as_data(session, watched, seen)).collect();
    let params = json!({ "folder": watched.folder, "runs": runs, "gone": news.gone });
    session.client.send_notification::<RunsNotification>(params).await;
}

/// What is drawn of runs: something else has to be drawn where these words are others.
fn words(seen: &[Seen]) -> String {
    let mut words = String::new();
    for own in seen {
        words += &format!("{} {}", own.run, word(&own.state, own.owned));
        for (facts, task) in own.state.all() {
            words += &format!(" {}", session_word(&own.state, facts, task, own.owned));
            words += &task
                .current()
                .map(|own| format!(" {} {}", own.diff.added, own.diff.removed))
                .unwrap_or_default();
        }
        words.extend(own.state.open_gates().map(|gate| format!(" gate {}", gate.opened.gate)));
        words.extend(own.state.open_questions().map(|own| format!(" question {}", own.asked.question)));
        words.push('\n');
    }
    words
}

/// Says once, when a folder is opened, what waits for a person since before.
fn say_what_waits(session: &Arc<Session>, news: &News) {
    let began = session.runs.began;
    let waits = |seen: &&Seen| seen.state.needs_a_person() && seen.state.at < began;
    let waiting: Vec<&Seen> = news.changed.iter().map(|(seen, _)| seen).filter(waits).collect();
    let text = match waiting.as_slice() {
        [] => return,
        [one] => {
            let plan = one.state.created.as_ref().map(|created| created.plan.clone()).unwrap_or_default();
            format!(
                "{} waits for you: answer by a code action at the title of {plan}, or see `segue runs show {}`.",
                called(&one.run, &one.state),
                one.run
            )
        }
        several => {
            let names: Vec<String> = several.iter().map(|seen| called(&seen.run, &seen.state)).collect();
            format!("{} wait for you: answer by code actions at the titles of their plans.", names.join(", "))
        }
    };
    let session = session.clone();
    tokio::spawn(async move { session.client.show_message(lsp::MessageType::Info, text).await });
}

/// Tells who answered what a person here was asked, unless they did it themselves.
async fn tell_answers(session: &Session, seen: &Seen, records: &[Record]) {
    for record in records {
        let (asked, what, by) = match &record.event {
            Event::GateAnswered { gate, answer, by, .. } => {
                let word = if *answer == Answer::Approve { "approved" } else { "rejected" };
                (Asked::Gate(*gate), word.to_owned(), by)
            }
            Event::QuestionAnswered { question, answer, by, .. } => {
                (Asked::Question(*question), format!("answered “{answer}”"), by)
            }
            _ => continue,
        };
        let key = (seen.run.clone(), asked);
        let is_news = {
            let heard = lock(&session.runs.heard);
            heard.asked.contains(&key) && !heard.answered.contains(&key) && *by != By::option()
        };
        if is_news {
            let text = format!(
                "{}, {}: {what} by {by}.",
                called(&seen.run, &seen.state),
                name_of(&seen.state, asked)
            );
            session.client.show_message(lsp::MessageType::Info, text).await;
        }
    }
}

/// What was asked, in a few words.
pub fn name_of(state: &State, asked: Asked) -> String {
    match asked {
        Asked::Gate(number) => {
            let gate = state.gates.iter().find(|gate| gate.opened.gate == number);
            gate.map_or_else(|| format!("gate {number}"), |gate| gate_words(&gate.opened.kind))
        }
        Asked::Question(number) => {
            let own = state.questions.iter().find(|own| own.asked.question == number);
            own.map_or_else(|| format!("question {number}"), |own| own.asked.key.task.0.clone())
        }
    }
}

/// Whether a run that came to its end since this server began is left by its owner: then all can be done
/// with it.
fn has_ended(session: &Session, seen: &Seen, records: &[Record]) -> bool {
    let is_end = |record: &Record| matches!(&record.event, Event::PhaseEntered { phase } if phase.is_over());
    let mut heard = lock(&session.runs.heard);
    if records.iter().any(|record| is_end(record) && record.at >= session.runs.began) {
        heard.ending.insert(seen.run.clone());
    }
    seen.state.is_over() && !seen.owned && heard.ending.remove(&seen.run)
}

/// Says that a run is over; its report is shown where it was steered.
async fn tell_end(session: Arc<Session>, watched: Arc<Watched>, seen: Seen) {
    let state = &seen.state;
    let (added, removed) = value::lines_of(state);
    let mut text = format!(
        "{} is {}: {} of {} tasks done, +{added} −{removed}.",
        called(&seen.run, state),
        word(state, false),
        value::done(state),
        value::total(state)
    );
    if !state.lessons.is_empty() {
        text += &format!(" Its agents told lessons: segue runs lessons {}.", seen.run);
    }
    let is_ours = lock(&session.runs.heard).ours.contains(&seen.run);
    if is_ours && let Some((name, report)) = verbs::report(&session, &watched, &seen.run).await {
        let path = crate::actions::shown_beside(&session, &name, &report).await;
        if let Some(path) = path.filter(|_| !session.facts().show_document) {
            text += &format!(" The report: {path}");
        }
    }
    session.client.show_message(lsp::MessageType::Info, text).await;
}

/// Has the owner of a run tap us when something happens in it.
fn be_tapped(session: &Arc<Session>, watched: &Arc<Watched>, seen: &Seen) {
    if !seen.owned || !lock(&session.runs.heard).tapping.insert(seen.run.clone()) {
        return;
    }
    let (session, watched, run) = (session.clone(), watched.clone(), seen.run.clone());
    tokio::spawn(async move {
        if let Ok(mut owner) = WakeClient::connect(&watched.place.socket(&run)).await {
            while owner.woken().await {
                watched.poke();
            }
        }
        lock(&session.runs.heard).tapping.remove(&run);
        watched.poke();
    });
}
