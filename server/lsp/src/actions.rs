//! Code actions, and the command behind one of them.

use crate::capabilities::{APPLY, EXPLAIN, REFRESH_TOOLS, RENAME_TOOLS, SHOW_CONTEXT};
use crate::compute::Lane;
use crate::conversions;
use crate::convert::locate::Locator;
use crate::convert::{changes, from_lsp, to_lsp, uri};
use crate::judge;
use crate::refactors;
use crate::session::facts::ClientFacts;
use crate::session::{Session, Ticket};
use segue_analysis::changes::Changes;
use segue_analysis::features::actions::{self, Action, What};
use segue_analysis::features::{astray, explain};
use segue_catalog::catalog;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};
use tracing::warn;

/// The kind of the action that puts right all that is safe.
pub const FIX_ALL: &str = "source.fixAll.segue";

/// `textDocument/codeAction`
pub async fn code_actions(
    session: &Arc<Session>,
    params: lsp::CodeActionParams,
) -> Result<Option<Vec<lsp::CodeActionResponse>>> {
    let facts = session.facts();
    let Some(ticket) = session.ticket(&params.text_document.uri) else { return Ok(None) };
    let own = session.clone();
    let work = move |_: &_| Some(all(&own.runs, &ticket, &params, &facts));
    session.lanes.compute(Lane::Interactive, work).await
}

fn all(
    runs: &crate::runs::Faces,
    ticket: &Ticket,
    params: &lsp::CodeActionParams,
    facts: &ClientFacts,
) -> Vec<lsp::CodeActionResponse> {
    let snapshot = ticket.snapshot();
    let Some(found) = judge::shown(&snapshot, &ticket.path, facts) else { return Vec::new() };
    let (shown, places) = &*found;
    let place = to_lsp::Place {
        root: &ticket.root,
        snapshot: &snapshot,
        path: &ticket.path,
        uri: &ticket.uri,
        places,
        facts,
    };
    let only = params.context.only.as_deref();
    let mut found: Vec<Action> = Vec::new();
    if from_lsp::wants(only, "quickfix") {
        let range = places.span(params.range);
        found.extend(astray::fixes(&snapshot.world, &ticket.path, shown, range));
        found.extend(actions::of(shown, range));
    }
    if from_lsp::wants(only, FIX_ALL) {
        found.extend(actions::fix_all(shown));
    }
    let mut locator = Locator::new(&ticket.root, &snapshot, facts);
    let render = |action: Action| {
        let diagnostic = action.finding.and_then(|index| shown.findings.get(index)).map(|finding| {
            let ours = place.diagnostic(finding);
            let theirs = params.context.diagnostics.iter().find(|theirs| same(theirs, &ours)).cloned();
            theirs.unwrap_or(ours)
        });
        rendered(&place, &mut locator, &shown.text, action, diagnostic)
    };
    let more = conversions::actions(&place, &shown.findings, places.span(params.range), only);
    let asking = crate::tools::actions(&place, &shown.findings, places.span(params.range), only);
    let refactorings = refactors::actions(&place, &shown.findings, places.span(params.range), only);
    let launching = crate::runs::actions::actions(runs, &place, places.span(params.range), only);
    let answers = found.into_iter().filter_map(render).chain(asking).chain(more).chain(refactorings);
    let answers = launching.into_iter().chain(answers);
    if facts.action_literals {
        answers.map(lsp::CodeActionResponse::CodeAction).collect()
    } else {
        let commands = answers.filter_map(|action| as_command(&place, action));
        commands.map(lsp::CodeActionResponse::Command).collect()
    }
}

fn same(one: &lsp::Diagnostic, other: &lsp::Diagnostic) -> bool {
    one.range == other.range && one.code == other.code
}

/// An action for clients that take edits with it; `None` where the client cannot make all of it.
fn rendered(
    place: &to_lsp::Place<'_>,
    locator: &mut Locator<'_>,
    text: &Arc<str>,
    action: Action,
    diagnostic: Option<lsp::Diagnostic>,
) -> Option<lsp::CodeAction> {
    let kind = match &action.what {
        What::FixAll => lsp::CodeActionKind::Custom(FIX_ALL.into()),
        What::Fix { .. } | What::Ignore | What::Explain(_) => lsp::CodeActionKind::QuickFix,
    };
    let preferred = place.facts.preferred_actions && action.what == What::Fix { safe: true };
    let command = match &action.what {
        What::Explain(code) => Some(lsp::Command {
            title: action.title.clone(),
            command: EXPLAIN.to_owned(),
            arguments: Some(vec![Value::String(code.clone())]),
            ..lsp::Command::default()
        }),
        _ => None,
    };
    let changes = Changes::of_file(&place.path.into(), text, action.edits);
    let edit = match changes.is_empty() {
        true => None,
        false => {
            Some(changes::written(locator, &changes, place.facts).filter(|own| own.left.is_empty())?.edit)
        }
    };
    Some(lsp::CodeAction {
        kind: Some(kind),
        diagnostics: diagnostic.map(|diagnostic| vec![diagnostic]),
        is_preferred: preferred.then_some(true),
        edit,
        command,
        title: action.title,
        ..lsp::CodeAction::default()
    })
}

/// An action for clients that take commands alone: its edits come back to us to be made, with the
/// version that they are for.
fn as_command(place: &to_lsp::Place<'_>, action: lsp::CodeAction) -> Option<lsp::Command> {
    let Some(edit) = action.edit else { return action.command };
    if !place.facts.apply_edit {
        return None;
    }
    let version = place.snapshot.open.get(place.path).and_then(|open| open.version);
    let arguments = vec![Value::from(place.uri), version.into(), serde_json::to_value(edit).ok()?];
    Some(lsp::Command {
        title: action.title,
        command: APPLY.to_owned(),
        arguments: Some(arguments),
        ..lsp::Command::default()
    })
}

/// `workspace/executeCommand`
pub fn execute(session: &Arc<Session>, params: &lsp::ExecuteCommandParams) -> Result<Option<Value>> {
    let arguments = params.arguments.as_deref().unwrap_or_default();
    match params.command.as_str() {
        EXPLAIN => explain(session, arguments),
        APPLY => apply(session, arguments),
        REFRESH_TOOLS => crate::tools::refresh(session, arguments),
        SHOW_CONTEXT => crate::context::show(session, arguments),
        RENAME_TOOLS => conversions::rename_tools(session, params),
        crate::views::SHOW_USES => crate::views::show_uses(session, arguments),
        crate::views::SHOW_PLAN => crate::views::show_plan(session, arguments),
        crate::views::TICK => crate::views::tick(session, arguments),
        other => crate::runs::execute(session, other, arguments)
            .unwrap_or_else(|| Err(Error::invalid_params(format!("there is no command `{other}`")))),
    }
}

/// Has the client make the edits of a fix, unless the text is another one by now.
fn apply(session: &Arc<Session>, arguments: &[Value]) -> Result<Option<Value>> {
    let wrong = || Error::invalid_params("the arguments are those of a code action");
    let [Value::String(uri), version, edit] = arguments else { return Err(wrong()) };
    let edit: lsp::WorkspaceEdit = serde_json::from_value(edit.clone()).map_err(|_| wrong())?;
    let open = session.ticket(&uri.as_str().into()).and_then(|ticket| ticket.open);
    if open.and_then(|(_, version)| version).map(i64::from) != version.as_i64() {
        return Err(Error::content_modified());
    }
    let session = session.clone();
    tokio::spawn(async move {
        if let Err(error) = session.client.apply_edit(edit).await {
            warn!("the client did not make the edits: {error}");
        }
    });
    Ok(None)
}

fn explain(session: &Arc<Session>, arguments: &[Value]) -> Result<Option<Value>> {
    let code = arguments.first().and_then(Value::as_str);
    let page = code.and_then(|code| Some((code.to_owned(), explain::page(catalog().rule(code)?.1))));
    let Some((code, page)) = page else {
        return Err(Error::invalid_params("the argument is the code of a rule, as in `link/missing-file`"));
    };
    tokio::spawn(show(session.clone(), code, page));
    Ok(None)
}

/// Shows a page: as a document where the client can, else as a message.
pub async fn show(session: Arc<Session>, name: String, page: String) {
    if session.facts().show_document
        && let Some(path) = written(&name, &page)
    {
        let params = lsp::ShowDocumentParams {
            uri: uri::of_path(&path).into(),
            external: Some(false),
            take_focus: Some(true),
            selection: None,
        };
        if session.client.show_document(params).await == Ok(true) {
            return;
        }
    }
    session.client.show_message(lsp::MessageType::Info, page).await;
}

/// Writes a page and has the client show it beside what somebody works at, where it can; the page's path.
pub async fn shown_beside(session: &Session, name: &str, page: &str) -> Option<String> {
    let path = written(name, page)?;
    if session.facts().show_document {
        open_file(session, &path).await;
    }
    Some(path.display().to_string())
}

/// Has the client show a file without taking anybody's place.
pub async fn open_file(session: &Session, path: &Path) {
    let params = lsp::ShowDocumentParams {
        uri: uri::of_path(path).into(),
        external: Some(false),
        take_focus: Some(false),
        selection: None,
    };
    if let Err(error) = session.client.show_document(params).await {
        warn!("{} is not shown: {error}", path.display());
    }
}

/// The end of a name as every file system takes it.
fn file_name(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_alphanumeric() || ".-_ ".contains(c) { c } else { '-' });
    let plain: Vec<char> = plain.collect();
    plain.iter().skip(plain.len().saturating_sub(100)).collect()
}

/// A folder of this process where the system keeps temporary files: new, with a name that nobody could
/// foresee and put a link at, and for its owner alone. It stays: editors may show its pages for longer than
/// we run.
/// Another one takes its place where somebody cleaned up.
fn pages() -> std::io::Result<PathBuf> {
    static PAGES: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut pages = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = pages.as_ref().filter(|folder| folder.is_dir()) {
        return Ok(folder.clone());
    }
    let folder = tempfile::Builder::new().prefix("segue-").tempdir()?.keep();
    Ok(pages.insert(folder).clone())
}

/// Writes a page into the folder of pages.
fn written(name: &str, page: &str) -> Option<PathBuf> {
    let folder = pages().inspect_err(|error| warn!("there is no place for pages: {error}")).ok()?;
    let path = folder.join(format!("{}.md", file_name(name)));
    match std::fs::write(&path, page) {
        Ok(()) => Some(path),
        Err(error) => {
            warn!("{} cannot be written: {error}", path.display());
            None
        }
    }
}
