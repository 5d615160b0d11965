//! Refactorings as code actions: told cheaply, worked out when one is chosen where the client can wait
//! for that.

use crate::compute::{Cancel, Lane};
use crate::convert::locate::Locator;
use crate::convert::to_lsp::Place;
use crate::convert::{changes, from_lsp};
use crate::rename::refused_for;
use crate::session::facts::ClientFacts;
use crate::session::root::{Root, Snapshot};
use crate::session::{Session, Ticket};
use segue_analysis::diagnostics::Finding;
use segue_analysis::features::refactor::{self, Family, Offer, Refusal, Way};
use segue_syntax::Span;
use serde_json::{Value, json};
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};

/// The kind of the action that puts link definitions in order.
pub const ORGANIZE: &str = "source.organizeLinkDefinitions.segue";

fn kind(family: Family) -> lsp::CodeActionKind {
    match family {
        Family::Fix => lsp::CodeActionKind::QuickFix,
        Family::Extract => lsp::CodeActionKind::RefactorExtract,
        Family::Inline => lsp::CodeActionKind::RefactorInline,
        Family::Rewrite => lsp::CodeActionKind::RefactorRewrite,
        Family::Organize => lsp::CodeActionKind::Custom(ORGANIZE.into()),
    }
}

fn kind_name(family: Family) -> &'static str {
    match family {
        Family::Fix => "quickfix",
        Family::Extract => "refactor.extract",
        Family::Inline => "refactor.inline",
        Family::Rewrite => "refactor.rewrite",
        Family::Organize => ORGANIZE,
    }
}

/// What may be done where `range` is, once the whole root is known: what breaks nothing hangs on all files.
pub fn actions(
    place: &Place<'_>,
    findings: &[Finding],
    range: Span,
    only: Option<&[lsp::CodeActionKind]>,
) -> Vec<lsp::CodeAction> {
    if !place.snapshot.complete {
        return Vec::new();
    }
    let creates = place.facts.creates_files;
    let wanted = |family| {
        let wanted = from_lsp::wants(only, kind_name(family));
        // A link of one machine is a finding, so its other form is a fix as well.
        wanted || (family == Family::Rewrite && from_lsp::wants(only, "quickfix"))
    };
    let offers = refactor::offers(&place.snapshot.world, place.path, range, &wanted);
    let makes_files = |way: &Way| {
        matches!(way, Way::CreateFile { .. } | Way::Extract { .. } | Way::MakePlan { file: true })
    };
    let offers = offers.into_iter().filter(|offer| creates || !makes_files(&offer.way));
    offers.filter_map(|offer| action(place, findings, offer, only)).collect()
}

fn action(
    place: &Place<'_>,
    findings: &[Finding],
    offer: Offer,
    only: Option<&[lsp::CodeActionKind]>,
) -> Option<lsp::CodeAction> {
    let fixed = |finding: &&Finding| {
        offer.way.fixes() == Some(finding.code)
            && (finding.span.overlaps(offer.span) || finding.span.touches(offer.span.start as usize))
    };
    let fixed = findings.iter().find(fixed).map(|finding| place.diagnostic(finding));
    let family = if fixed.is_some() { Family::Fix } else { offer.way.family() };
    if !from_lsp::wants(only, kind_name(family)) {
        return None;
    }
    let later = place.facts.resolves_edits && offer.way.takes_its_time();
    let (edit, data) = if later {
        let version = place.snapshot.open.get(place.path).and_then(|open| open.version);
        (None, Some(json!({ "uri": place.uri, "version": version, "way": offer.way })))
    } else {
        let edit = edit(place.root, place.snapshot, place.path, &offer.way, place.facts, &|| true);
        (Some(edit.ok()?), None)
    };
    Some(lsp::CodeAction {
        title: offer.title,
        kind: Some(kind(family)),
        diagnostics: fixed.map(|fixed| vec![fixed]),
        edit,
        data,
        ..lsp::CodeAction::default()
    })
}

/// The edits of one way for a document as it is now; `None` where it cannot be gone.
pub fn edit_of(ticket: &Ticket, way: &Way, facts: &ClientFacts) -> Option<lsp::WorkspaceEdit> {
    edit(&ticket.root, &ticket.snapshot(), &ticket.path, way, facts, &|| true).ok()
}

/// The edits in the protocol's words.
fn edit(
    root: &Root,
    snapshot: &Snapshot,
    path: &str,
    way: &Way,
    facts: &ClientFacts,
    go_on: &(dyn Fn() -> bool + Sync),
) -> std::result::Result<lsp::WorkspaceEdit, Refusal> {
    let changes = refactor::change(&snapshot.world, path, way, go_on)?;
    let written = changes::written(&mut Locator::new(root, snapshot, facts), &changes, facts);
    let written = written.filter(|written| written.left.is_empty()).ok_or(Refusal::Changed)?;
    Ok(written.edit)
}

/// `codeAction/resolve`: the edits of an action that was chosen.
pub async fn resolve(session: &Arc<Session>, mut action: lsp::CodeAction) -> Result<lsp::CodeAction> {
    let Some(data) = action.data.as_ref().filter(|_| action.edit.is_none()) else { return Ok(action) };
    let way = data.get("way").cloned().and_then(|way| serde_json::from_value::<Way>(way).ok());
    let uri = data.get("uri").and_then(Value::as_str);
    let (Some(way), Some(uri)) = (way, uri) else {
        return Err(Error::invalid_params("the data is that of a code action"));
    };
    let version = data.get("version").and_then(Value::as_i64);
    let ticket = session.ticket(&lsp::Uri::from(uri)).ok_or_else(Error::content_modified)?;
    let own = ticket.open.as_ref().and_then(|(_, version)| *version).map(i64::from);
    if own != version {
        return Err(Error::content_modified());
    }
    let facts = session.facts();
    let work = move |cancel: &Cancel| {
        let snapshot = ticket.snapshot();
        edit(&ticket.root, &snapshot, &ticket.path, &way, &facts, &|| !cancel.is_cancelled())
    };
    let made = session.lanes.compute(Lane::Interactive, work).await?;
    action.edit = Some(made.map_err(|refusal| match refusal {
        Refusal::Changed => Error::content_modified(),
        Refusal::Reason(reason) => refused_for(reason.to_owned()),
    })?);
    Ok(action)
}
