//! What agents learnt, brought into the files that the plan links: shown first, made where somebody
//! agrees.

use super::verbs::{self, To};
use super::{Watched, called};
use crate::compute::Lane;
use crate::convert::changes;
use crate::convert::locate::Locator;
use crate::session::{Session, Ticket};
use segue_analysis::changes::Changes;
use segue_runs::lessons::{self, Fate, Proposal, Proposed, Read};
use segue_runs::open::Meant;
use segue_runs::{Failure, visible};
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};

/// The command that proposes the lessons of a run.
pub const LESSONS: &str = "segue.lessons";

const ADD: &str = "Add";
const SHOW: &str = "Show";

/// What is asked for.
#[derive(Clone, Deserialize)]
struct Asked {
    #[serde(flatten)]
    to: To,
    /// `FILE#SECTION`, in place of what the plan links.
    into: Option<String>,
    /// Whether nobody has to be asked.
    #[serde(default)]
    yes: bool,
}

/// A proposal with the edits that make it.
struct Made {
    watched: Arc<Watched>,
    meant: Meant,
    proposal: Proposal,
    edits: Vec<lsp::WorkspaceEdit>,
    /// Whether the client shows all of them before it makes them.
    is_previewed: bool,
}

/// [`LESSONS`]. The answer comes at once.
pub fn execute(session: &Arc<Session>, arguments: &[Value]) -> Result<Option<Value>> {
    let none = json!({});
    let argument = arguments.first().filter(|own| !own.is_null()).unwrap_or(&none);
    let wrong = |_| Error::invalid_params("the argument is an object with the name of a `run`");
    let asked = Asked::deserialize(argument).map_err(wrong)?;
    let session = session.clone();
    tokio::spawn(async move {
        if let Err(failure) = bring(&session, asked).await {
            session.client.show_message(lsp::MessageType::Error, failure.to_string()).await;
        }
    });
    Ok(None)
}

/// `segue/runs/lessons`: the same as data, for who shows it itself.
pub async fn request(session: &Arc<Session>, value: Value) -> Result<Value> {
    let asked: Asked =
        serde_json::from_value(value).map_err(|error| Error::invalid_params(error.to_string()))?;
    let made = make(session, asked).await.map_err(|failure| super::requests::failed(&failure))?;
    let Made { watched, meant, proposal, .. } = made;
    let file = |file: &Proposed| {
        json!({
            "path": file.path, "uri": watched.uri(session, &file.path), "new": file.before.is_none(),
            "diff": file.patch(),
        })
    };
    let told: Vec<Value> = proposal.lessons.iter().map(lessons::Told::as_data).collect();
    let files: Vec<Value> = proposal.files.iter().map(file).collect();
    Ok(json!({ "run": meant.run, "lessons": told, "files": files }))
}

/// Works out what is proposed, by what is open here and what lies on disk.
async fn make(session: &Arc<Session>, asked: Asked) -> std::result::Result<Made, Failure> {
    let own = session.clone();
    let work = move |_: &_| {
        let (watched, meant) = verbs::meant(&own, &asked.to)?;
        let place = asked.into.as_deref().map(|into| lessons::place("", into)).transpose()?;
        let read = |path: &str| read(&own, &watched, path);
        let read: &Read<'_> = &read;
        let proposal = lessons::propose(&watched.runs()?, &meant, place.as_ref(), read)?;
        let facts = own.facts();
        let mut edits = Vec::new();
        let mut is_previewed = facts.annotations && facts.document_changes;
        for file in &proposal.files {
            is_previewed &= file.before.is_some();
            edits.push(edit(&own, &watched, file)?);
        }
        Ok(Made { watched, meant, proposal, edits, is_previewed })
    };
    let made = session.lanes.compute(Lane::Background, work).await;
    made.map_err(|error| Failure::said(error.to_string()))?
}

/// The text of a file as it is here: of one that is open what stands in the editor.
fn read(session: &Session, watched: &Watched, path: &str) -> std::result::Result<Option<String>, Failure> {
    let on_disk = lessons::on_disk(watched.repository.top(), path)?;
    let Some(ticket) = session.ticket(&watched.uri(session, path).into()) else { return Ok(on_disk) };
    let snapshot = ticket.snapshot();
    let is_open = snapshot.open.contains_key(&ticket.path);
    let in_editor = is_open.then(|| snapshot.world.any_text(&ticket.path)).flatten();
    Ok(in_editor.map(|text| text.to_string()).or(on_disk))
}

/// The edit of one file, as the client takes it.
fn edit(
    session: &Session,
    watched: &Watched,
    file: &Proposed,
) -> std::result::Result<lsp::WorkspaceEdit, Failure> {
    let ticket = session.ticket(&watched.uri(session, &file.path).into());
    let cannot = || Failure::said(format!("`{}` cannot be changed from here.", file.path));
    let ticket: Ticket = ticket.ok_or_else(cannot)?;
    let (snapshot, facts) = (ticket.snapshot(), session.facts());
    let changes: Changes = file.changes(&ticket.path);
    let written = changes::written(&mut Locator::new(&ticket.root, &snapshot, &facts), &changes, &facts);
    let written = written.filter(|own| own.left.is_empty()).ok_or_else(cannot)?;
    Ok(written.edit)
}

/// Brings the lessons into their files, where somebody agrees.
async fn bring(session: &Arc<Session>, asked: Asked) -> std::result::Result<(), Failure> {
    let yes = asked.yes;
    let Made { watched, meant, proposal, edits, is_previewed } = make(session, asked).await?;
    let named =
        watched.seen().iter().find(|own| own.run == meant.run).map(|own| called(&own.run, &own.state));
    let named = visible(&named.unwrap_or_else(|| meant.run.clone()));
    let say = async |kind, text: String| session.client.show_message(kind, text).await;
    let name = format!("lessons of {}", meant.run);
    let page = page(&named, &proposal);
    if proposal.files.is_empty() {
        let (kind, text) = nothing(&named, &proposal);
        say(kind, text).await;
        return Ok(());
    }
    let facts = session.facts();
    if !facts.apply_edit {
        verbs::page(session, name, page).await;
        say(
            lsp::MessageType::Warning,
            format!("This editor makes no changes for us: segue runs lessons {} --apply", meant.run),
        )
        .await;
        return Ok(());
    }
    if !(yes || is_previewed) {
        if !facts.asks {
            verbs::page(session, name, page).await;
            let text = format!(
                "{named}: nothing was written. The code action “Add its lessons” at the title of {} does it, or: segue runs lessons {} --apply",
                visible(&proposal.plan),
                meant.run
            );
            say(lsp::MessageType::Info, text).await;
            return Ok(());
        }
        if !agrees(session, &question(&named, &proposal), name, page).await {
            return Ok(());
        }
    }
    for edit in edits {
        let made = session.client.apply_edit(edit).await;
        if !made.is_ok_and(|answer| answer.applied) {
            say(lsp::MessageType::Warning, format!("{named}: the editor did not take the lessons.")).await;
        }
    }
    Ok(())
}

/// Asks whether the lessons shall be added; who wants to see them first is shown them, and asked again.
async fn agrees(session: &Arc<Session>, question: &str, name: String, page: String) -> bool {
    let choice = |title: &str| lsp::MessageActionItem { title: title.to_owned(), ..Default::default() };
    loop {
        let choices = Some(vec![choice(ADD), choice(SHOW), choice("Leave it")]);
        let kind = lsp::MessageType::Info;
        match session.client.show_message_request(kind, question.to_owned(), choices).await {
            Ok(Some(chosen)) if chosen.title == ADD => return true,
            Ok(Some(chosen)) if chosen.title == SHOW => {
                verbs::page(session, name.clone(), page.clone()).await;
            }
            _ => return false,
        }
    }
}

fn question(named: &str, proposal: &Proposal) -> String {
    let paths: Vec<String> = proposal.files.iter().map(|file| visible(&file.path)).collect();
    let new = proposal.lessons.iter().filter(|told| matches!(told.fate, Fate::New { .. }));
    let lines: Vec<String> = new.map(|told| format!("- {}", visible(&told.text))).collect();
    format!("{named}: add to {}?\n{}", paths.join(", "), lines.join("\n"))
}

/// What is said where nothing is to be changed.
fn nothing(named: &str, proposal: &Proposal) -> (lsp::MessageType, String) {
    let why = proposal.lessons.iter().find_map(|told| match &told.fate {
        Fate::Nowhere(why) => Some(why),
        _ => None,
    });
    match why {
        Some(why) => (lsp::MessageType::Warning, format!("{named}: {}", visible(why))),
        None if proposal.lessons.is_empty() => {
            (lsp::MessageType::Info, format!("{named}: no agent told a lesson."))
        }
        None => (lsp::MessageType::Info, format!("{named}: what its agents learnt is written already.")),
    }
}

/// The lessons with what they change, as a page.
fn page(named: &str, proposal: &Proposal) -> String {
    let mut page = format!("# Lessons of {named}\n\n");
    for told in &proposal.lessons {
        let failed = if told.failed { ", which failed" } else { "" };
        let _ = writeln!(page, "- {}{failed}: {}", visible(&told.key.to_string()), visible(&told.text));
        let _ = match &told.fate {
            Fate::New { path, section } => {
                writeln!(page, "  For {}, section “{}”.", visible(path), visible(section))
            }
            Fate::Known { path } => writeln!(page, "  {} says it already.", visible(path)),
            Fate::Nowhere(why) => writeln!(page, "  {}", visible(why)),
        };
    }
    for file in &proposal.files {
        super::requests::fenced(&mut page, &visible(&file.path), "diff", &visible(&file.patch()));
    }
    page
}
