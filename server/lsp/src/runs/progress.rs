//! Progress of runs that live, with a way to end them, where the client shows it.

use super::{Watched, called, verbs};
use crate::session::Session;
use crate::session::root::lock;
use segue_orchestrator::journal::Command;
use segue_orchestrator::state::Status;
use segue_runs::follow::Seen;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use tower_lsp::gen_lsp_types as lsp;

/// The runs whose progress is shown: by run the token, the repository, and what is to be said next.
#[derive(Default)]
pub struct Shown(Mutex<BTreeMap<String, UnderWay>>);

struct UnderWay {
    token: String,
    watched: Arc<Watched>,
    /// Its drop ends it.
    says: watch::Sender<Value>,
}

/// Shows how far a run is; where nobody works on it any more, that ends. One that was launched or steered here is
/// shown too while it does nothing but wait for a person: its process rests meanwhile.
pub fn tell(session: &Arc<Session>, watched: &Arc<Watched>, seen: &Seen) {
    if !session.facts().progress {
        return;
    }
    let waits_here = seen.state.needs_a_person() && lock(&session.runs.heard).ours.contains(&seen.run);
    let mut shown = lock(&session.runs.progress.0);
    if !(seen.owned || waits_here) || seen.state.is_over() {
        shown.remove(&seen.run);
        return;
    }
    let report = report(seen);
    if let Some(under_way) = shown.get(&seen.run) {
        under_way.says.send_replace(report);
        return;
    }
    let token = format!("segue/run/{}/{}", seen.run, session.tokens.fetch_add(1, Ordering::Relaxed));
    let (says, hears) = watch::channel(report);
    tokio::spawn(show(session.clone(), token.clone(), called(&seen.run, &seen.state), hears));
    shown.insert(seen.run.clone(), UnderWay { token, watched: watched.clone(), says });
}

fn report(seen: &Seen) -> Value {
    let tasks: Vec<_> = seen.state.without_variants().map(|(_, task)| task).collect();
    let over = tasks.iter().filter(|task| task.status.is_over()).count();
    let working = seen.state.tasks.iter().filter(|task| task.status == Status::Working);
    let working: Vec<&str> = working.map(|task| task.id.0.as_str()).collect();
    let mut message = format!("{over}/{} tasks", tasks.len());
    if !working.is_empty() {
        message += &format!(", working: {}", working.join(", "));
    }
    if seen.state.needs_a_person() {
        message += ", needs you";
    }
    json!({ "kind": "report", "message": message, "percentage": over * 100 / tasks.len().max(1) })
}

async fn show(session: Arc<Session>, token: String, title: String, mut hears: watch::Receiver<Value>) {
    let token = lsp::ProgressToken::String(token);
    if session.client.create_work_done_progress(token.clone()).await.is_err() {
        return;
    }
    let say = async |value: Value| {
        let params = lsp::ProgressParams { token: token.clone(), value };
        session.client.send_notification::<lsp::ProgressNotification>(params).await;
    };
    say(json!({ "kind": "begin", "title": title, "percentage": 0, "cancellable": true })).await;
    loop {
        let report = hears.borrow_and_update().clone();
        say(report).await;
        if hears.changed().await.is_err() {
            break;
        }
    }
    say(json!({ "kind": "end" })).await;
}

/// `window/workDoneProgress/cancel`: ends the run whose progress it was.
pub fn cancelled(session: &Arc<Session>, token: &Value) {
    let shown = lock(&session.runs.progress.0);
    let found = shown.iter().find(|(_, own)| token.as_str() == Some(own.token.as_str()));
    if let Some((run, own)) = found {
        let command = Command::Cancel { task: None };
        tokio::spawn(verbs::post_and_say(session.clone(), own.watched.clone(), run.clone(), command));
    }
}
