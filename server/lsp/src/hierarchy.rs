//! Call hierarchy: who leads to whom among prompts, agents and skills.

use crate::compute::{Cancel, Lane};
use crate::convert::locate::Locator;
use crate::convert::position::Places;
use crate::convert::to_lsp;
use crate::session::Session;
use crate::session::facts::ClientFacts;
use crate::session::root::Snapshot;
use crate::wait;
use segue_analysis::features::calls::{self, Call, Party};
use segue_analysis::features::workspace_symbols::WorkspaceSymbolKind;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};

/// `textDocument/prepareCallHierarchy`
pub async fn prepare(
    session: &Arc<Session>,
    params: lsp::CallHierarchyPrepareParams,
) -> Result<Option<Vec<lsp::CallHierarchyItem>>> {
    let facts = session.facts();
    let at = params.text_document_position_params;
    let Some(ticket) = session.ticket(&at.text_document.uri) else { return Ok(None) };
    let token = params.work_done_progress_params.work_done_token;
    wait::until_ready(session, &ticket.root, token.as_ref()).await;
    let work = move |_: &Cancel| {
        let snapshot = ticket.snapshot();
        let world = &snapshot.world;
        let text = world.text(world.id(&ticket.path)?)?;
        let places = Places::new(text, facts.encoding, snapshot.open.contains_key(&ticket.path));
        let parties = calls::at(world, &ticket.path, places.offset(at.position));
        let mut locator = Locator::new(&ticket.root, &snapshot, &facts);
        let items: Vec<_> = parties.iter().filter_map(|party| item(&mut locator, party)).collect();
        (!items.is_empty()).then_some(items)
    };
    session.lanes.compute(Lane::Interactive, work).await
}

fn item(locator: &mut Locator<'_>, party: &Party) -> Option<lsp::CallHierarchyItem> {
    Some(lsp::CallHierarchyItem {
        name: party.name.clone(),
        kind: to_lsp::workspace_symbol_kind(WorkspaceSymbolKind::Primitive(party.kind)),
        tags: None,
        detail: Some(party.path.to_string()),
        uri: locator.uri(&party.path).into(),
        range: locator.range(&party.path, party.whole, None)?,
        selection_range: locator.range(&party.path, party.span, None)?,
        data: None,
    })
}

/// `callHierarchy/outgoingCalls`
pub async fn outgoing(
    session: &Arc<Session>,
    params: lsp::CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<lsp::CallHierarchyOutgoingCall>>> {
    let token = params.work_done_progress_params.work_done_token;
    let calls = |snapshot: &Snapshot, path: &str, _: &Cancel| calls::outgoing(&snapshot.world, path);
    let made = |own: &Arc<str>, call: &Call, locator: &mut Locator<'_>| {
        let ranges = call.spans.iter().map(|span| locator.range(own, *span, None)).collect::<Option<_>>()?;
        Some(lsp::CallHierarchyOutgoingCall { to: item(locator, &call.party)?, from_ranges: ranges })
    };
    told(session, &params.item.uri, token.as_ref(), calls, made).await
}

/// `callHierarchy/incomingCalls`
pub async fn incoming(
    session: &Arc<Session>,
    params: lsp::CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<lsp::CallHierarchyIncomingCall>>> {
    let token = params.work_done_progress_params.work_done_token;
    let calls = |snapshot: &Snapshot, path: &str, cancel: &Cancel| {
        calls::incoming(&snapshot.world, path, &|| !cancel.is_cancelled())
    };
    let made = |_: &Arc<str>, call: &Call, locator: &mut Locator<'_>| {
        let path = &call.party.path;
        let ranges = call.spans.iter().map(|span| locator.range(path, *span, None)).collect::<Option<_>>()?;
        Some(lsp::CallHierarchyIncomingCall { from: item(locator, &call.party)?, from_ranges: ranges })
    };
    told(session, &params.item.uri, token.as_ref(), calls, made).await
}

/// The calls of the file at `uri`, all of them: after the first scan, or an error where a file changed
/// under the answer.
async fn told<T: Send + 'static>(
    session: &Arc<Session>,
    uri: &lsp::Uri,
    token: Option<&lsp::ProgressToken>,
    calls: impl Fn(&Snapshot, &str, &Cancel) -> Vec<Call> + Send + 'static,
    made: impl Fn(&Arc<str>, &Call, &mut Locator<'_>) -> Option<T> + Send + 'static,
) -> Result<Option<Vec<T>>> {
    let facts: ClientFacts = session.facts();
    let Some(ticket) = session.ticket(uri) else { return Ok(None) };
    wait::until_ready(session, &ticket.root, token).await;
    let work = move |cancel: &Cancel| {
        let snapshot = ticket.snapshot();
        let mut locator = Locator::new(&ticket.root, &snapshot, &facts);
        let calls = calls(&snapshot, &ticket.path, cancel);
        let told: Option<Vec<T>> = calls.iter().map(|call| made(&ticket.path, call, &mut locator)).collect();
        (told, snapshot.world.left_out_after)
    };
    let (found, left_out) = session.lanes.compute(Lane::Background, work).await?;
    wait::say_if_cut(session, left_out, "calls");
    found.map(Some).ok_or_else(Error::content_modified)
}
