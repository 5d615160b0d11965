//! Conversions as code actions, and old tool names put right in the whole workspace.

use crate::capabilities::RENAME_TOOLS;
use crate::compute::Lane;
use crate::convert::locate::Locator;
use crate::convert::to_lsp::Place;
use crate::convert::{changes, from_lsp};
use crate::session::facts::ClientFacts;
use crate::session::root::{Root, Snapshot};
use crate::session::{Session, Ticket};
use segue_analysis::changes::Changes;
use segue_analysis::diagnostics::Finding;
use segue_analysis::features::convert::{self, Conversion};
use segue_syntax::Span;
use serde_json::Value;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};

/// The kind of a conversion.
const REWRITE: &str = "refactor.rewrite";

/// The conversions of a file, where its header or first line is looked at, and what can be done about
/// old names of tools at once.
pub fn actions(
    place: &Place<'_>,
    findings: &[Finding],
    range: Span,
    only: Option<&[lsp::CodeActionKind]>,
) -> Vec<lsp::CodeAction> {
    let mut actions = Vec::new();
    if from_lsp::wants(only, "quickfix") {
        actions.extend(tools(place, findings, range));
    }
    let world = &place.snapshot.world;
    let Some((id, state)) = world.file_at(place.path) else { return actions };
    let top = state.facts().map_or(0, |facts| facts.header.body.max(facts.first_line.end));
    if !place.snapshot.complete || range.start > top || !from_lsp::wants(only, REWRITE) {
        return actions;
    }
    for conversion in convert::offers(world, id) {
        let edit = workspace_edit(place.root, place.snapshot, place.facts, &conversion.changes);
        actions.extend(edit.map(|edit| lsp::CodeAction {
            title: told(&conversion),
            kind: Some(lsp::CodeActionKind::RefactorRewrite),
            edit: Some(edit),
            ..lsp::CodeAction::default()
        }));
    }
    actions
}

/// The title, with how much is lost: a preview shows what.
fn told(conversion: &Conversion) -> String {
    match conversion.lost.len() {
        0 => conversion.title.clone(),
        1 => format!("{} (one thing is lost)", conversion.title),
        many => format!("{} ({many} things are lost)", conversion.title),
    }
}

/// Old names: all of the file, where there are several, and all of the workspace.
fn tools(place: &Place<'_>, findings: &[Finding], range: Span) -> Vec<lsp::CodeAction> {
    let here = findings.iter().any(|finding| {
        finding.code == "tool/deprecated"
            && (finding.span.overlaps(range) || finding.span.touches(range.start as usize))
    });
    if !here {
        return Vec::new();
    }
    let mut actions = Vec::new();
    let (edits, _) = convert::old_names_in(findings);
    if edits.len() > 1
        && let Some(text) = place.snapshot.world.any_text(place.path)
    {
        let changes = Changes::of_file(&place.path.into(), &text, edits);
        let edit = workspace_edit(place.root, place.snapshot, place.facts, &changes);
        actions.extend(edit.map(|edit| lsp::CodeAction {
            title: "Replace all old tool names in this file".to_owned(),
            kind: Some(lsp::CodeActionKind::QuickFix),
            edit: Some(edit),
            ..lsp::CodeAction::default()
        }));
    }
    if place.facts.apply_edit && place.snapshot.complete {
        let title = "Replace old tool names in the whole workspace".to_owned();
        let command = lsp::Command {
            title: title.clone(),
            command: RENAME_TOOLS.to_owned(),
            arguments: Some(vec![Value::String(place.uri.to_owned())]),
            ..lsp::Command::default()
        };
        let kind = Some(lsp::CodeActionKind::QuickFix);
        actions.push(lsp::CodeAction { title, kind, command: Some(command), ..lsp::CodeAction::default() });
    }
    actions
}

/// `segue.renameTools`: the argument is a document of the workspace that is meant.
pub fn rename_tools(session: &Arc<Session>, params: &lsp::ExecuteCommandParams) -> Result<Option<Value>> {
    let uri = params.arguments.as_ref().and_then(|arguments| arguments.first()).and_then(Value::as_str);
    let ticket = uri.and_then(|uri| session.ticket(&uri.into()));
    let Some(ticket) = ticket else {
        return Err(Error::invalid_params("the argument is the address of a document in the workspace"));
    };
    tokio::spawn(rename_in(session.clone(), ticket));
    Ok(None)
}

async fn rename_in(session: Arc<Session>, ticket: Ticket) {
    let facts = session.facts();
    let work = move |_: &_| {
        let snapshot = ticket.snapshot();
        let conversion = snapshot.complete.then(|| convert::old_names(&snapshot.world))?;
        let edit = workspace_edit(&ticket.root, &snapshot, &facts, &conversion.changes)?;
        Some((edit, conversion))
    };
    let Ok(Some((edit, conversion))) = session.lanes.compute(Lane::Background, work).await else {
        let wait = "The workspace is not known yet: try again in a moment.";
        session.client.show_message(lsp::MessageType::Info, wait).await;
        return;
    };
    let files = conversion.changes.files.len();
    let mut said = match files {
        0 => "No file has an old tool name with a certain successor.".to_owned(),
        1 => "Old tool names were replaced in one file.".to_owned(),
        files => format!("Old tool names were replaced in {files} files."),
    };
    if files > 0 && !session.client.apply_edit(edit).await.is_ok_and(|answer| answer.applied) {
        said = "The editor did not take the changes.".to_owned();
    }
    for more in &conversion.look_at {
        said.push(' ');
        said.push_str(more);
    }
    session.client.show_message(lsp::MessageType::Info, said).await;
}

/// The changes in the protocol's words; `None` where the client cannot make all of them.
fn workspace_edit(
    root: &Root,
    snapshot: &Snapshot,
    facts: &ClientFacts,
    changes: &Changes,
) -> Option<lsp::WorkspaceEdit> {
    let written = changes::written(&mut Locator::new(root, snapshot, facts), changes, facts)?;
    written.left.is_empty().then_some(written.edit)
}
