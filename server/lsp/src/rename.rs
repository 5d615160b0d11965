//! Rename, and what is asked before it.

use crate::answers;
use crate::compute::{Cancel, Lane};
use crate::convert::changes::{self, Written};
use crate::convert::locate::Locator;
use crate::convert::position::Places;
use crate::session::facts::ClientFacts;
use crate::session::root::Snapshot;
use crate::session::{Session, Ticket};
use crate::wait;
use segue_analysis::changes::Changes;
use segue_analysis::features::rename::{self, Refusal};
use std::borrow::Cow;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};

/// `RequestFailed`: well asked, and not done.
const REQUEST_FAILED: i64 = -32803;

fn refused(refusal: &Refusal) -> Error {
    match refusal {
        Refusal::Changed => Error::content_modified(),
        Refusal::Reason(reason) => refused_for(reason.clone()),
    }
}

/// Well asked, and not done for a reason that the user is told.
pub fn refused_for(reason: String) -> Error {
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: Cow::Owned(reason), data: None }
}

/// `textDocument/prepareRename`: refuses what cannot be renamed before anybody types a name.
pub async fn prepare(
    session: &Arc<Session>,
    params: lsp::TextDocumentPositionParams,
) -> Result<Option<lsp::PrepareRenameResult>> {
    let facts = session.facts();
    let Some(ticket) = session.ticket(&params.text_document.uri) else { return Ok(None) };
    wait::until_ready(session, &ticket.root, None).await;
    let work = move |_: &Cancel| {
        let snapshot = ticket.snapshot();
        let Some(places) = places(&ticket, &snapshot, &facts) else { return Ok(None) };
        let found = rename::prepare(&snapshot.world, &ticket.path, places.offset(params.position))?;
        let placeholder = |found: rename::Renamable| {
            let range = places.range(found.span);
            lsp::PrepareRenamePlaceholder { range, placeholder: found.name }.into()
        };
        Ok(found.map(placeholder))
    };
    session.lanes.compute(Lane::Interactive, work).await?.map_err(|refusal| refused(&refusal))
}

/// `textDocument/rename`: everything, after the first scan, or nothing.
pub async fn rename(session: &Arc<Session>, params: lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>> {
    let facts = session.facts();
    let at = params.text_document_position_params;
    let Some(ticket) = session.ticket(&at.text_document.uri) else { return Ok(None) };
    let token = params.work_done_progress_params.work_done_token;
    wait::until_ready(session, &ticket.root, token.as_ref()).await;
    let new = params.new_name;
    let work = |ticket: Ticket| {
        let (session, uri, new) = (session.clone(), at.text_document.uri.clone(), new.clone());
        move |cancel: &Cancel| {
            let done = renamed(&ticket, at.position, &new, &facts, cancel)?;
            let is_stale = |done: &Renamed| is_stale(&session, &uri, &ticket, done);
            if !facts.document_changes && done.as_ref().is_some_and(is_stale) {
                // Such a client would make the edits in whatever the text is by now.
                return Err(Refusal::Changed);
            }
            Ok(done)
        }
    };
    let mut found = session.lanes.compute(Lane::Interactive, work(ticket.clone())).await?;
    if matches!(found, Err(Refusal::Changed))
        && let Some(again) = wait::look_again(session, &ticket).await?
    {
        found = session.lanes.compute(Lane::Interactive, work(again)).await?;
    }
    let Some(done) = found.map_err(|refusal| refused(&refusal))? else { return Ok(None) };
    wait::say_if_cut(session, done.left_out_after, "uses");
    session.moves_told.tell(&ticket.root, &done.changes.moves, done.stamp);
    if !done.written.left.is_empty() {
        let text = format!(
            "Everything that uses it is changed. What is left to do by hand, because this editor does not move files for a server: {}",
            done.written.left.join(" ")
        );
        let session = session.clone();
        tokio::spawn(async move { session.client.show_message(lsp::MessageType::Warning, text).await });
    }
    let edit = done.written.edit;
    let write = move |_: &Cancel| answers::Written::of(edit);
    let written = session.lanes.compute(Lane::Interactive, write).await?;
    Ok(Some(session.answers.ticket(written)))
}

/// Whether a file that is to be edited changed since it was looked at.
fn is_stale(session: &Session, uri: &lsp::Uri, ticket: &Ticket, done: &Renamed) -> bool {
    let now = session.ticket(uri).map(|ticket| ticket.snapshot());
    now.is_some_and(|now| {
        let mut files = done.changes.files.keys();
        files.any(|path| ticket.root.is_changed(&now.world, path, done.stamp))
    })
}

struct Renamed {
    changes: Changes,
    written: Written,
    /// The state in which it is true.
    stamp: u64,
    left_out_after: Option<usize>,
}

fn renamed(
    ticket: &Ticket,
    position: lsp::Position,
    new: &str,
    facts: &ClientFacts,
    cancel: &Cancel,
) -> std::result::Result<Option<Renamed>, Refusal> {
    let snapshot = ticket.snapshot();
    let world = &snapshot.world;
    let Some(places) = places(ticket, &snapshot, facts) else { return Ok(None) };
    let offset = places.offset(position);
    let found = rename::rename(world, &ticket.path, offset, new, &|| !cancel.is_cancelled())?;
    let Some(changes) = found else { return Ok(None) };
    let mut locator = Locator::new(&ticket.root, &snapshot, facts);
    let written = changes::written(&mut locator, &changes, facts).ok_or(Refusal::Changed)?;
    let left_out_after = world.left_out_after;
    Ok(Some(Renamed { changes, written, stamp: snapshot.stamp, left_out_after }))
}

fn places(ticket: &Ticket, snapshot: &Snapshot, facts: &ClientFacts) -> Option<Places> {
    let world = &snapshot.world;
    let text = world.text(world.id(&ticket.path)?)?;
    Some(Places::new(text, facts.encoding, snapshot.open.contains_key(&ticket.path)))
}
