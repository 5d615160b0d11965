//! Diagnostics that the client asks for: of a document, and of the workspace.

use crate::answers::Written;
use crate::compute::{Cancel, Lane};
use crate::judge::{self, Judged};
use crate::publish::judged_paths;
use crate::session::facts::ClientFacts;
use crate::session::root::{Batch, Root, lock};
use crate::session::{Pulled, Session, Ticket};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::HashMap;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::Result;

/// `textDocument/diagnostic`
pub async fn document(
    session: &Arc<Session>,
    params: lsp::DocumentDiagnosticParams,
) -> Result<lsp::DocumentDiagnosticReport> {
    let facts = session.facts();
    session.watching.document_used(session, &params.text_document.uri);
    let Some(ticket) = session.ticket(&params.text_document.uri) else { return Ok(report(None, None, None)) };
    if !facts.refresh {
        // Who cannot be told to ask again gets the whole truth at once.
        ticket.root.until_ready().await;
    }
    let pulled = lock(&session.pulled).clone();
    let (judged, stamp, related) =
        session.lanes.compute(Lane::Interactive, move |_| one_and_related(&ticket, &pulled, &facts)).await?;
    {
        let mut pulled = lock(&session.pulled);
        for judged in related.iter().chain([&judged]).filter(|judged| judged.open) {
            let now = Pulled { version: judged.version, stamp, hash: judged.hash, told: None };
            pulled.insert(judged.uri.clone(), now);
        }
    }
    // Changes taken in meanwhile, the end of the first scan above all, were compared with the answer
    // before this one: the publisher has to look at this one too.
    session.wake();
    Ok(report(Some(judged), params.previous_result_id.as_deref(), Some(related)))
}

/// A document judged, and with it the open ones whose last answer its change made wrong.
fn one_and_related(
    ticket: &Ticket,
    pulled: &FxHashMap<Arc<str>, Pulled>,
    facts: &ClientFacts,
) -> (Judged, u64, Vec<Judged>) {
    let snapshot = ticket.snapshot();
    let root = &ticket.root;
    let judged = judge::judge(root, &snapshot, &ticket.path, facts);
    let mut related = Vec::new();
    if facts.related_documents && snapshot.complete {
        for (path, open) in snapshot.open.iter().filter(|(path, _)| **path != ticket.path) {
            let (Some(had), Some(id)) = (pulled.get(&open.uri), snapshot.world.id(path)) else { continue };
            if had.version == open.version && root.is_touched(id, had.stamp) {
                related.push(judge::judge(root, &snapshot, path, facts));
            }
        }
        related.retain(|other| pulled.get(&other.uri).is_some_and(|had| had.hash != other.hash));
    }
    (judged, snapshot.stamp, related)
}

fn report(
    judged: Option<Judged>,
    previous: Option<&str>,
    related: Option<Vec<Judged>>,
) -> lsp::DocumentDiagnosticReport {
    let related: HashMap<lsp::Uri, lsp::RelatedDocument> = related
        .into_iter()
        .flatten()
        .map(|judged| {
            let full = full(judged.result_id(), judged.items);
            ((&*judged.uri).into(), lsp::RelatedDocument::FullDocumentDiagnosticReport(full))
        })
        .collect();
    let related_documents = (!related.is_empty()).then_some(related);
    let (id, items) = judged.map_or((None, Vec::new()), |judged| (Some(judged.result_id()), judged.items));
    match id {
        Some(id) if previous == Some(&*id) => {
            lsp::DocumentDiagnosticReport::RelatedUnchangedDocumentDiagnosticReport(
                lsp::RelatedUnchangedDocumentDiagnosticReport {
                    related_documents,
                    unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport {
                        result_id: id,
                    },
                },
            )
        }
        id => lsp::DocumentDiagnosticReport::RelatedFullDocumentDiagnosticReport(
            lsp::RelatedFullDocumentDiagnosticReport {
                related_documents,
                full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport { result_id: id, items },
            },
        ),
    }
}

fn full(id: String, items: Vec<lsp::Diagnostic>) -> lsp::FullDocumentDiagnosticReport {
    lsp::FullDocumentDiagnosticReport { result_id: Some(id), items }
}

/// Files in one partial result.
const PORTION: usize = 256;

/// `workspace/diagnostic`: with a token for partial results the request stays open and goes on telling
/// what changes; without one it is answered at once.
pub async fn workspace(
    session: &Arc<Session>,
    params: lsp::WorkspaceDiagnosticParams,
) -> Result<lsp::WorkspaceDiagnosticReport> {
    let mut known: FxHashMap<Arc<str>, String> =
        params.previous_result_ids.into_iter().map(|id| (id.uri.as_ref().into(), id.value)).collect();
    let mut turn = session.workspace_turn.subscribe();
    session.workspace_turn.send_modify(|turn| *turn += 1);
    turn.borrow_and_update();
    let mut news = session.news.subscribe();
    let mut seen = Vec::new();
    let token = params.partial_result_params.partial_result_token;
    loop {
        news.borrow_and_update();
        let items = all_items(session, &mut seen, &mut known, token.is_none()).await?;
        let Some(token) = &token else {
            let write = move |_: &Cancel| Written::of(lsp::WorkspaceDiagnosticReport { items });
            let written = session.lanes.compute(Lane::Background, write).await?;
            return Ok(session.answers.ticket(written));
        };
        send(session, token, items).await;
        tokio::select! {
            changed = news.changed() => if changed.is_err() { break },
            // Asked anew: whoever asks has what was sent, and the older request ends.
            _ = turn.changed() => break,
        }
    }
    Ok(lsp::WorkspaceDiagnosticReport { items: Vec::new() })
}

async fn send(
    session: &Session,
    token: &lsp::ProgressToken,
    items: Vec<lsp::WorkspaceDocumentDiagnosticReport>,
) {
    let mut items = items.into_iter();
    loop {
        let portion: Vec<_> = items.by_ref().take(PORTION).collect();
        if portion.is_empty() {
            return;
        }
        let result = lsp::WorkspaceDiagnosticReportPartialResult { items: portion };
        session.client.send_partial_result::<lsp::WorkspaceDiagnosticRequest>(token.clone(), result).await;
    }
}

/// What there is to say of all files that changed since the last time.
async fn all_items(
    session: &Arc<Session>,
    seen: &mut Vec<(Arc<Root>, u64)>,
    known: &mut FxHashMap<Arc<str>, String>,
    with_unchanged: bool,
) -> Result<Vec<lsp::WorkspaceDocumentDiagnosticReport>> {
    let facts = session.facts();
    let mut reports = Vec::new();
    let roots = session.roots();
    seen.retain(|(root, _)| roots.iter().any(|other| Arc::ptr_eq(root, other)));
    for root in roots {
        let batch = root.seal();
        root.until_ready().await;
        let stamp = seen.iter().find(|(own, _)| Arc::ptr_eq(own, &root)).map_or(0, |(_, stamp)| *stamp);
        let work = {
            let root = root.clone();
            move |cancel: &Cancel| changed_files(&root, &batch, stamp, &facts, cancel)
        };
        let Some((judged, now)) = session.lanes.compute(Lane::Background, work).await? else { continue };
        seen.retain(|(own, _)| !Arc::ptr_eq(own, &root));
        seen.push((root, now));
        reports.extend(
            judged.into_iter().filter_map(|judged| item(judged, known, stamp == 0 || with_unchanged)),
        );
    }
    Ok(reports)
}

fn changed_files(
    root: &Root,
    batch: &Batch,
    stamp: u64,
    facts: &ClientFacts,
    cancel: &Cancel,
) -> Option<(Vec<Judged>, u64)> {
    use crate::session::root::Since;
    let snapshot = root.at(batch)?;
    let paths = match root.touched_since(stamp, snapshot.stamp) {
        Since::Everything => {
            let mut paths = judged_paths(&snapshot.world);
            paths.extend(snapshot.open.keys().cloned());
            paths.sort();
            paths.dedup();
            paths
        }
        Since::Files(files) => files.iter().map(|id| snapshot.world.path(*id)).collect(),
    };
    let judge =
        |path: &Arc<str>| (!cancel.is_cancelled()).then(|| judge::judge(root, &snapshot, path, facts));
    let judged: Option<Vec<Judged>> = paths.par_iter().map(judge).collect();
    Some((judged?, snapshot.stamp))
}

/// The report of a file; `None` where there is nothing to say that the client does not know.
fn item(
    judged: Judged,
    known: &mut FxHashMap<Arc<str>, String>,
    with_unchanged: bool,
) -> Option<lsp::WorkspaceDocumentDiagnosticReport> {
    let id = judged.result_id();
    let uri: lsp::Uri = (&*judged.uri).into();
    match known.get(&judged.uri) {
        Some(before) if *before == id => {
            let report = lsp::WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version: judged.version,
                unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport {
                    result_id: id,
                },
            };
            with_unchanged.then_some(
                lsp::WorkspaceDocumentDiagnosticReport::WorkspaceUnchangedDocumentDiagnosticReport(report),
            )
        }
        None if judged.items.is_empty() => None,
        _ => {
            known.insert(judged.uri.clone(), id.clone());
            let report = lsp::WorkspaceFullDocumentDiagnosticReport {
                uri,
                version: judged.version,
                full_document_diagnostic_report: full(id, judged.items),
            };
            Some(lsp::WorkspaceDocumentDiagnosticReport::WorkspaceFullDocumentDiagnosticReport(report))
        }
    }
}
