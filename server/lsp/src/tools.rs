//! `segue.refreshTools`: the configured MCP servers are asked for their tools, each after a yes.
//!
//! Nothing here is done by itself. A yes is taken by `window/showMessageRequest`; a client that has none is
//! told the command for a terminal. What servers told is read from the user's cache when a root is read,
//! after a refresh, and when a document is opened or saved after somebody else refreshed it.

use crate::capabilities::REFRESH_TOOLS;
use crate::compute::Lane;
use crate::convert::from_lsp;
use crate::convert::to_lsp::Place;
use crate::session::root::{Pending, Root, lock};
use crate::session::{Session, Ticket};
use crate::wait;
use segue_analysis::diagnostics::Finding;
use segue_analysis::live::{self, LiveTools};
use segue_analysis::servers::{self, Configuration};
use segue_analysis::user::{self, Home, UserFiles};
use segue_mcp::consent::Consents;
use segue_mcp::{Known, Limits, Outcome, Server, Turn, Words};
use segue_syntax::Span;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use tokio::sync::watch;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};
use tracing::warn;

/// The refresh that is under way: its token for progress, and how it is told to stop.
#[derive(Default)]
pub struct Asking(Mutex<Option<UnderWay>>);

struct UnderWay {
    token: String,
    stop: watch::Sender<bool>,
}

/// Where a workspace's answers are kept, and when the folder was last changed as far as we saw.
#[derive(Default)]
pub struct Seen(Mutex<Option<SystemTime>>);

fn folder_of(root: &Root) -> Option<PathBuf> {
    Some(segue_mcp::cache::folder(&segue_mcp::places::cache()?, &root.real))
}

fn changed_at(folder: &Path) -> Option<SystemTime> {
    folder.metadata().ok()?.modified().ok()
}

/// What the servers of a root told when they were last asked; nothing where the workspace is not trusted.
pub fn told(session: &Session, root: &Root) -> Arc<LiveTools> {
    if session.facts().untrusted {
        return Arc::default();
    }
    let Some(folder) = folder_of(root) else { return Arc::default() };
    *lock(&root.seen_tools.0) = changed_at(&folder);
    Arc::new(live::read(&folder))
}

/// The user's own files, as far as they count in a root; none where the workspace is not trusted.
pub fn user_files(session: &Session, root: &Root) -> UserFiles {
    let home = Home::of_process().filter(|_| !session.facts().untrusted);
    home.map(|home| user::read(&home, &root.real)).unwrap_or_default()
}

/// Reads the answers again where somebody else asked in the meantime.
pub fn look_again(session: &Arc<Session>, uri: &lsp::Uri) {
    let Some(root) = session.ticket(uri).map(|ticket| ticket.root) else { return };
    let Some(folder) = folder_of(&root).filter(|_| !session.facts().untrusted) else { return };
    let now = changed_at(&folder);
    if !root.is_ready() || *lock(&root.seen_tools.0) == now {
        return;
    }
    take(session, &root);
}

/// Gives a root what its servers told.
fn take(session: &Arc<Session>, root: &Arc<Root>) {
    let (session, root) = (session.clone(), root.clone());
    tokio::task::spawn_blocking(move || {
        root.push(Pending::Live(told(&session, &root)));
        session.wake();
    });
}

/// The action on a server's entry, and on a tool that a server did not tell of.
pub fn actions(
    place: &Place<'_>,
    findings: &[Finding],
    range: Span,
    only: Option<&[lsp::CodeActionKind]>,
) -> Vec<lsp::CodeAction> {
    if !from_lsp::wants(only, "quickfix") || !place.snapshot.complete || place.facts.untrusted {
        return Vec::new();
    }
    let world = &place.snapshot.world;
    let here = world.id(place.path).map(|id| servers::of_file(world, id)).unwrap_or_default();
    let touched =
        here.iter().find(|own| own.whole.overlaps(range) || own.whole.touches(range.start as usize));
    let told_of = |finding: &&Finding| {
        finding.code == "tool/not-in-server"
            && (finding.span.overlaps(range) || finding.span.touches(range.start as usize))
    };
    let (title, name) = match (touched, findings.iter().find(told_of)) {
        (Some(own), _) => (format!("Ask `{}` for its tools", own.name), Some(own.name.to_string())),
        (None, Some(_)) => ("Ask the servers for their tools again".to_owned(), None),
        (None, None) => return Vec::new(),
    };
    let arguments = std::iter::once(place.uri.to_owned()).chain(name).map(Value::String).collect();
    let command = lsp::Command {
        title: title.clone(),
        command: REFRESH_TOOLS.to_owned(),
        arguments: Some(arguments),
        ..lsp::Command::default()
    };
    let kind = Some(lsp::CodeActionKind::QuickFix);
    vec![lsp::CodeAction { title, kind, command: Some(command), ..lsp::CodeAction::default() }]
}

/// `segue.refreshTools`: the arguments are a document of the workspace and the name of a server; without the
/// name all servers are meant, without a document all workspaces. The answer comes at once.
pub fn refresh(session: &Arc<Session>, arguments: &[Value]) -> Result<Option<Value>> {
    let wrong =
        || Error::invalid_params("the arguments are a document's address and a server's name, or nothing");
    let texts: Option<Vec<&str>> = arguments.iter().map(Value::as_str).collect();
    let (roots, name) = match texts.ok_or_else(wrong)?.as_slice() {
        [] => (session.roots(), None),
        [uri, name @ ..] if name.len() < 2 => {
            let ticket: Ticket = session.ticket(&lsp::Uri::from(*uri)).ok_or_else(wrong)?;
            (vec![ticket.root], name.first().map(|name| (*name).to_owned()))
        }
        _ => return Err(wrong()),
    };
    tokio::spawn(run(session.clone(), roots, name));
    Ok(None)
}

/// `window/workDoneProgress/cancel`
pub fn cancelled(session: &Session, token: &Value) {
    if let Some(under_way) = lock(&session.asking.0).as_ref()
        && token.as_str() == Some(under_way.token.as_str())
    {
        under_way.stop.send_replace(true);
    }
}

async fn say(session: &Session, kind: lsp::MessageType, text: impl std::fmt::Display) {
    session.client.show_message(kind, text).await;
}

async fn run(session: Arc<Session>, roots: Vec<Arc<Root>>, name: Option<String>) {
    if session.facts().untrusted {
        let text = "Nothing is started in a workspace that is not trusted.";
        return say(&session, lsp::MessageType::Warning, text).await;
    }
    let token = format!("segue/tools/{}", session.tokens.fetch_add(1, Ordering::Relaxed));
    let stop = watch::Sender::new(false);
    let stopped = stop.subscribe();
    let busy = {
        let mut asking = lock(&session.asking.0);
        let busy = asking.is_some();
        if !busy {
            *asking = Some(UnderWay { token: token.clone(), stop });
        }
        busy
    };
    if busy {
        return say(&session, lsp::MessageType::Info, "Servers are being asked already.").await;
    }
    let told = refresh_roots(&session, &roots, name.as_deref(), &token, stopped).await;
    // Who hears how it ended may begin again at once.
    *lock(&session.asking.0) = None;
    say(&session, lsp::MessageType::Info, told).await;
}

/// Asks the servers of these roots; what is to be said of it.
async fn refresh_roots(
    session: &Arc<Session>,
    roots: &[Arc<Root>],
    name: Option<&str>,
    token: &str,
    stopped: watch::Receiver<bool>,
) -> String {
    let consents = Consents::of_user();
    let mut turns = Vec::new();
    for root in roots {
        wait::until_ready(session, root, None).await;
        turns.extend(prepared(session, root, name.map(str::to_owned), consents.clone()).await);
    }
    if turns.is_empty() {
        return match name {
            Some(name) => format!("No server `{name}` is configured in this workspace."),
            None => "No MCP server is configured in this workspace.".to_owned(),
        };
    }
    let questions = agree(session, &mut turns, consents.as_ref()).await;
    let outcomes = asked(session, turns, token, stopped).await;
    roots.iter().for_each(|root| take(session, root));
    match outcomes {
        Some((outcomes, lost)) => told_of(&outcomes, questions, lost.as_ref()),
        None => "The servers were stopped.".to_owned(),
    }
}

/// The servers of a root, with what would be run.
async fn prepared(
    session: &Session,
    root: &Arc<Root>,
    name: Option<String>,
    consents: Option<Consents>,
) -> Vec<Turn> {
    let root = root.clone();
    let work = move |_: &_| {
        let Some(snapshot) = root.at(&root.seal()) else { return Vec::new() };
        let mut found: Vec<Configuration> = servers::all(&snapshot.world);
        if snapshot.world.config("").user_files != Some(false) {
            found.extend(Home::of_process().map(|home| user::servers(&home, &root.real)).unwrap_or_default());
        }
        found.retain(|own| name.as_ref().is_none_or(|name| **name == *own.name));
        let server = |own: &Configuration| {
            let words = if own.vscode_words { Words::Vscode } else { Words::Shell };
            Server::read(&own.name, &own.path, &root.real, words, &own.entry, own.fingerprint())
        };
        segue_mcp::prepare(found.iter().map(server).collect(), &Known::of_process(), consents.as_ref())
    };
    session.lanes.compute(Lane::Background, work).await.unwrap_or_default()
}

/// Takes a yes or a no to what nobody agreed to yet; gives whether the client can ask at all.
async fn agree(session: &Session, turns: &mut [Turn], consents: Option<&Consents>) -> bool {
    const YES: &str = "Ask it";
    const NO: &str = "Not this one";
    if !session.facts().asks {
        return false;
    }
    let choice = |title: &str| lsp::MessageActionItem { title: title.to_owned(), ..Default::default() };
    for turn in turns.iter_mut().filter(|turn| !turn.agreed) {
        let Ok(launch) = &turn.launch else { continue };
        let mut text = format!("Ask `{}` ({}) for its tools?", turn.server.name, turn.server.origin);
        for (what, words) in launch.lines() {
            text.push_str(&format!("\n{what}: {words}"));
        }
        let actions = vec![choice(YES), choice(NO)];
        let answer =
            session.client.show_message_request(lsp::MessageType::Warning, text, Some(actions)).await;
        if !answer.is_ok_and(|chosen| chosen.is_some_and(|item| item.title == YES)) {
            continue;
        }
        turn.agreed = true;
        if let Some(Err(error)) = consents.map(|consents| consents.remember(&turn.server, launch)) {
            warn!("the yes cannot be remembered: {error}");
        }
    }
    true
}

type Outcomes = (Vec<(Server, Outcome)>, Option<std::io::Error>);

/// Asks, with progress where the client shows it; nothing where somebody stopped it.
async fn asked(
    session: &Arc<Session>,
    turns: Vec<Turn>,
    token: &str,
    mut stopped: watch::Receiver<bool>,
) -> Option<Outcomes> {
    let total = turns.iter().filter(|turn| turn.agreed).count();
    let shown = session.facts().progress && total > 0 && {
        let token = lsp::ProgressToken::String(token.to_owned());
        session.client.create_work_done_progress(token).await.is_ok()
    };
    let tell = async |value: Value| {
        if shown {
            let token = lsp::ProgressToken::String(token.to_owned());
            let params = lsp::ProgressParams { token, value };
            session.client.send_notification::<lsp::ProgressNotification>(params).await;
        }
    };
    tell(json!({ "kind": "begin", "title": "Asking servers", "percentage": 0, "cancellable": true })).await;
    let (count, mut counted) = watch::channel(0);
    let (limits, cache) = (Limits::default(), segue_mcp::places::cache());
    let asking = segue_mcp::refresh(turns, &limits, cache.as_deref(), |done| {
        count.send_replace(done);
    });
    let report = async {
        while counted.changed().await.is_ok() {
            let done = *counted.borrow_and_update();
            let message = format!("{done}/{total} servers");
            tell(json!({ "kind": "report", "message": message, "percentage": done * 100 / total.max(1) }))
                .await;
        }
        std::future::pending::<()>().await;
    };
    let outcomes = tokio::select! {
        outcomes = asking => Some(outcomes),
        () = report => None,
        // The sender is kept as long as this is under way.
        _ = stopped.wait_for(|stop| *stop) => None,
    };
    if outcomes.is_none() {
        // What was dropped ends in its own time; this is when somebody says that it has.
        let _ = tokio::task::spawn_blocking(segue_mcp::process::end_all).await;
    }
    tell(json!({ "kind": "end" })).await;
    outcomes
}

/// What came of it, in a sentence a server.
fn told_of(outcomes: &[(Server, Outcome)], can_ask: bool, lost: Option<&std::io::Error>) -> String {
    let mut said: Vec<String> = Vec::new();
    for (server, outcome) in outcomes {
        let name = &server.name;
        said.push(match outcome {
            Outcome::Answered(answer) => match answer.tools.len() {
                1 => format!("`{name}` has 1 tool."),
                count => format!("`{name}` has {count} tools."),
            },
            Outcome::Failed(failure) => format!("`{name}` gave no answer: {failure}."),
            Outcome::Obstacle(obstacle) => format!("`{name}` was not asked: {obstacle}."),
            Outcome::NotAgreed if can_ask => format!("`{name}` was not asked."),
            Outcome::NotAgreed => format!(
                "`{name}` was not asked: run `segue tools refresh {name}` in a terminal, which shows what would be started and asks."
            ),
        });
    }
    said.extend(lost.map(|error| format!("The answers cannot be kept: {error}.")));
    said.join(" ")
}
