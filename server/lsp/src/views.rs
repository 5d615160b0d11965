//! What an editor draws around the text where its user wants that: code lenses and inlay hints.
//!
//! Those of plans are on unless a setting turns them off, all others off until one turns them on, and cost
//! nothing then.

use crate::actions;
use crate::capabilities::SHOW_CONTEXT;
use crate::compute::{Cancel, Lane};
use crate::convert::locate::Locator;
use crate::convert::position::Places;
use crate::convert::uri;
use crate::runs;
use crate::session::facts::ClientFacts;
use crate::session::root::lock;
use crate::session::{Session, Ticket};
use crate::wait;
use segue_analysis::features::hints::{self, Hint, Wanted};
use segue_analysis::features::lenses;
use segue_analysis::features::navigate::Use;
use segue_analysis::features::refactor::Way;
use segue_analysis::features::tasks::page;
use segue_analysis::features::tasks::waves::{self, PlanLens};
use serde_json::{Value, json};
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;
use tower_lsp::jsonrpc::{Error, Result};
use tracing::{debug, warn};

/// The command behind a lens, where the client has none of its own for it.
pub const SHOW_USES: &str = "segue.showUses";

/// The command of clients that show a list of places at a place: its arguments are URI, position and
/// locations. They announce it in `experimental.commands.commands`.
pub const PEEK: &str = "segue.peekLocations";

/// Marks the lens that says what comes along with a file.
const CONTEXT: &str = "context";

/// The command that shows a plan as a page.
pub const SHOW_PLAN: &str = "segue.showPlan";

/// The command that ticks a task, or takes the tick back: its arguments are those of a lens.
pub const TICK: &str = "segue.tickTask";

/// What the user wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Views {
    /// `segue.lens.uses`
    pub uses: bool,
    /// `segue.lens.context`
    pub context: bool,
    /// `segue.lens.plans`
    pub plans: bool,
    /// `segue.lens.ticks`
    pub ticks: bool,
    /// `segue.lens.runs`
    pub runs: bool,
    /// `segue.inlay.runs`
    pub run_hints: bool,
    /// `segue.inlay`
    pub hints: Wanted,
}

impl Default for Views {
    fn default() -> Self {
        Self::of(&Value::Null)
    }
}

impl Views {
    /// What the section `segue` of the settings says.
    pub fn of(settings: &Value) -> Self {
        let on = |path: &str| settings.pointer(path).and_then(Value::as_bool) == Some(true);
        let not_off = |path: &str| settings.pointer(path).and_then(Value::as_bool) != Some(false);
        Self {
            uses: on("/lens/uses"),
            context: on("/lens/context"),
            plans: not_off("/lens/plans"),
            ticks: on("/lens/ticks"),
            runs: not_off("/lens/runs"),
            run_hints: not_off("/inlay/runs"),
            hints: Wanted {
                tokens: on("/inlay/tokens"),
                matches: on("/inlay/matches"),
                waves: not_off("/inlay/waves"),
            },
        }
    }
}

/// Takes what the settings say, and has everything drawn anew where that is something else.
pub fn take(session: &Arc<Session>, settings: &Value) {
    let views = Views::of(settings);
    let before = std::mem::replace(&mut *lock(&session.views), views);
    if before != views {
        tokio::spawn(draw_anew(session.clone(), true, true));
    }
}

/// Has lenses and hints drawn anew where there are some that hang on other files: files or names came or
/// went.
pub fn refresh(session: &Arc<Session>) {
    let views = *lock(&session.views);
    let (lenses, hints) = (views.uses || views.context, views.hints.needs_all());
    if lenses || hints {
        tokio::spawn(draw_anew(session.clone(), lenses, hints));
    }
}

/// Has lenses and hints drawn anew because runs stand otherwise.
pub fn draw_runs(session: &Arc<Session>) {
    let views = *lock(&session.views);
    if views.runs || views.run_hints {
        tokio::spawn(draw_anew(session.clone(), views.runs, views.run_hints));
    }
}

async fn draw_anew(session: Arc<Session>, lenses: bool, hints: bool) {
    let facts = session.facts();
    if lenses
        && facts.refresh_lenses
        && let Err(error) = session.client.code_lens_refresh().await
    {
        debug!("the client did not draw its lenses anew: {error}");
    }
    if hints
        && facts.refresh_hints
        && let Err(error) = session.client.inlay_hint_refresh().await
    {
        debug!("the client did not draw its hints anew: {error}");
    }
}

/// `textDocument/codeLens`: which there are; what they say is told when they are looked at.
pub async fn code_lenses(
    session: &Arc<Session>,
    params: lsp::CodeLensParams,
) -> Result<Option<Vec<lsp::CodeLens>>> {
    let facts = session.facts();
    let views = *lock(&session.views);
    if !(views.uses || views.context || views.plans || views.ticks || views.runs) {
        return Ok(None);
    }
    let Some(ticket) = session.ticket(&params.text_document.uri) else { return Ok(None) };
    let apply_edit = facts.apply_edit;
    let own = session.clone();
    let work = move |_: &Cancel| {
        let snapshot = ticket.snapshot();
        let world = &snapshot.world;
        let text = world.text(world.id(&ticket.path)?)?;
        let places = Places::new(text, facts.encoding, snapshot.open.contains_key(&ticket.path));
        let lens = |span, data| lsp::CodeLens { range: places.range(span), command: None, data: Some(data) };
        let uri = &*ticket.uri;
        let mut found = Vec::new();
        let version = snapshot.open.get(&ticket.path).and_then(|open| open.version);
        if views.plans || views.ticks {
            let all = waves::lenses(world, &ticket.path, views.ticks && apply_edit).into_iter();
            let all = all.filter(|(_, _, what)| views.plans || *what != PlanLens::Plan);
            found.extend(all.map(|(span, title, what)| lsp::CodeLens {
                range: places.range(span),
                command: Some(of_plan(uri, version, title, what)),
                data: None,
            }));
        }
        if views.runs {
            let file = uri::real(&ticket.root.folder.join(&*ticket.path));
            found.extend(runs::views::lenses(&own.runs, world, &ticket.path, &file, &places));
        }
        if views.context {
            let own = lenses::of_context(world, &ticket.path);
            found.extend(own.map(|span| lens(span, json!([uri, null, CONTEXT]))));
        }
        if views.uses {
            let uses = lenses::of(world, &ticket.path).into_iter();
            found.extend(uses.map(|own| lens(own.span, json!([uri, own.anchor]))));
        }
        (views.uses || views.context || !found.is_empty()).then_some(found)
    };
    session.lanes.compute(Lane::Background, work).await
}

/// The command behind a lens of a plan.
fn of_plan(uri: &str, version: Option<i32>, title: String, what: PlanLens) -> lsp::Command {
    let (command, arguments) = match what {
        PlanLens::Plan => (SHOW_PLAN, vec![json!(uri)]),
        PlanLens::Tick { at } => (TICK, vec![json!(uri), json!(version), json!(at)]),
    };
    lsp::Command { title, command: command.to_owned(), arguments: Some(arguments), tooltip: None }
}

/// [`SHOW_PLAN`]: shows the plan in a document as a page. The answer comes at once.
pub fn show_plan(session: &Arc<Session>, arguments: &[Value]) -> Result<Option<Value>> {
    let uri = arguments.first().and_then(Value::as_str);
    let ticket = uri.and_then(|uri| session.ticket(&lsp::Uri::from(uri)));
    let Some(ticket) = ticket else {
        return Err(Error::invalid_params("the argument is the URI of a plan in an open folder"));
    };
    let session = session.clone();
    tokio::spawn(async move {
        let name = format!("plan {}", ticket.path);
        let work = move |_: &Cancel| page::of(&ticket.snapshot().world, &ticket.path);
        if let Ok(Some(page)) = session.lanes.compute(Lane::Background, work).await {
            actions::show(session, name, page).await;
        }
    });
    Ok(None)
}

/// [`TICK`]: has the client tick a task, unless the text is another one by now.
pub fn tick(session: &Arc<Session>, arguments: &[Value]) -> Result<Option<Value>> {
    let [Value::String(uri), version, at] = arguments else {
        return Err(Error::invalid_params("the arguments are those of a lens"));
    };
    let ticket = session.ticket(&uri.as_str().into());
    let at = at.as_u64().and_then(|at| u32::try_from(at).ok());
    let (Some(ticket), Some(at)) = (ticket, at) else {
        return Err(Error::invalid_params("the arguments are those of a lens"));
    };
    let own = ticket.open.as_ref().and_then(|(_, version)| *version);
    if own.map(i64::from) != version.as_i64() {
        return Err(Error::content_modified());
    }
    let session = session.clone();
    tokio::spawn(async move {
        let facts = session.facts();
        let work = move |_: &Cancel| crate::refactors::edit_of(&ticket, &Way::Tick { at }, &facts);
        if let Ok(Some(edit)) = session.lanes.compute(Lane::Interactive, work).await
            && let Err(error) = session.client.apply_edit(edit).await
        {
            warn!("the client did not tick the task: {error}");
        }
    });
    Ok(None)
}

/// `codeLens/resolve`: counts, after the first scan.
pub async fn resolve_lens(session: &Arc<Session>, mut lens: lsp::CodeLens) -> Result<lsp::CodeLens> {
    let facts = session.facts();
    let Some((ticket, anchor)) = about(session, lens.data.as_ref()) else { return Ok(lens) };
    wait::until_ready(session, &ticket.root, None).await;
    let start = lens.range.start;
    let of_context = lens.data.as_ref().and_then(|data| data.get(2)?.as_str()) == Some(CONTEXT);
    let work = move |cancel: &Cancel| {
        if of_context {
            context(&ticket, cancel)
        } else {
            command(&ticket, anchor.as_deref(), start, &facts, cancel)
        }
    };
    let command = session.lanes.compute(Lane::Background, work).await?;
    lens.command = Some(command.ok_or_else(Error::content_modified)?);
    Ok(lens)
}

/// What a lens is about: the document and the anchor of a heading.
fn about(session: &Session, data: Option<&Value>) -> Option<(Ticket, Option<String>)> {
    let uri = data?.get(0)?.as_str()?;
    let anchor = data?.get(1).and_then(Value::as_str).map(str::to_owned);
    Some((session.ticket(&lsp::Uri::from(uri))?, anchor))
}

/// What comes along with a file; the page behind it says how that comes about.
fn context(ticket: &Ticket, cancel: &Cancel) -> Option<lsp::Command> {
    let snapshot = ticket.snapshot();
    let title = lenses::context_title(&snapshot.world, &ticket.path, &|| !cancel.is_cancelled())?;
    Some(lsp::Command {
        title,
        command: SHOW_CONTEXT.to_owned(),
        arguments: Some(vec![json!(&*ticket.uri)]),
        tooltip: None,
    })
}

/// `None` where a file changed under the answer.
fn command(
    ticket: &Ticket,
    anchor: Option<&str>,
    start: lsp::Position,
    facts: &ClientFacts,
    cancel: &Cancel,
) -> Option<lsp::Command> {
    let snapshot = ticket.snapshot();
    let uses = lenses::uses(&snapshot.world, &ticket.path, anchor, &|| !cancel.is_cancelled());
    let title = lenses::title(uses.len());
    if !facts.peeks {
        let arguments = vec![json!(&*ticket.uri), json!(anchor)];
        return Some(lsp::Command {
            title,
            command: SHOW_USES.to_owned(),
            arguments: Some(arguments),
            tooltip: None,
        });
    }
    let mut locator = Locator::new(&ticket.root, &snapshot, facts);
    let places = ticket.root.with_known(|known| {
        let place = |found: &Use| {
            let range = locator.remembered(known, found.id, &found.path, found.span)?;
            Some(json!({ "uri": locator.uri(&found.path), "range": range }))
        };
        uses.iter().map(place).collect::<Option<Vec<Value>>>()
    })?;
    let arguments = vec![json!(&*ticket.uri), json!(start), json!(places)];
    Some(lsp::Command { title, command: PEEK.to_owned(), arguments: Some(arguments), tooltip: None })
}

/// [`SHOW_USES`]: shows where a file or a heading is used, as a page. The answer comes at once.
pub fn show_uses(session: &Arc<Session>, arguments: &[Value]) -> Result<Option<Value>> {
    let data = Value::Array(arguments.to_vec());
    let Some((ticket, anchor)) = about(session, Some(&data)) else {
        return Err(Error::invalid_params("the arguments are the URI of a file, and an anchor or null"));
    };
    let session = session.clone();
    tokio::spawn(async move {
        wait::until_ready(&session, &ticket.root, None).await;
        let name = format!("uses of {}", ticket.path);
        let work = move |cancel: &Cancel| page(&ticket, anchor.as_deref(), cancel);
        if let Ok(page) = session.lanes.compute(Lane::Background, work).await {
            actions::show(session, name, page).await;
        }
    });
    Ok(None)
}

/// The places as Markdown, lines from 1.
fn page(ticket: &Ticket, anchor: Option<&str>, cancel: &Cancel) -> String {
    let snapshot = ticket.snapshot();
    let facts = ClientFacts::default();
    let mut locator = Locator::new(&ticket.root, &snapshot, &facts);
    let anchor_told = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
    let mut page = format!("# Uses of `{}{anchor_told}`\n\n", ticket.path);
    let uses = lenses::uses(&snapshot.world, &ticket.path, anchor, &|| !cancel.is_cancelled());
    if uses.is_empty() {
        page.push_str("No primitive names it.\n");
    }
    for found in &uses {
        let line = locator.range(&found.path, found.span, None).map(|range| range.start.line + 1);
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        page.push_str(&format!("- `{}{line}`\n", found.path));
    }
    page
}

/// `textDocument/inlayHint`
pub async fn inlay_hints(
    session: &Arc<Session>,
    params: lsp::InlayHintParams,
) -> Result<Option<Vec<lsp::InlayHint>>> {
    let facts = session.facts();
    let views = *lock(&session.views);
    let wanted = views.hints;
    if wanted == Wanted::default() && !views.run_hints {
        return Ok(None);
    }
    let Some(ticket) = session.ticket(&params.text_document.uri) else { return Ok(None) };
    // How many files there are is known when all are.
    if wanted.needs_all() {
        wait::until_ready(session, &ticket.root, None).await;
    }
    let own = session.clone();
    let work = move |cancel: &Cancel| {
        let snapshot = ticket.snapshot();
        let world = &snapshot.world;
        let text = world.text(world.id(&ticket.path)?)?;
        let places = Places::new(text, facts.encoding, snapshot.open.contains_key(&ticket.path));
        let range = places.span(params.range);
        let hint = |hint: Hint| lsp::InlayHint {
            position: places.position(hint.at),
            label: lsp::Label::String(hint.label),
            kind: None,
            text_edits: None,
            tooltip: Some(lsp::Tooltip::String(hint.tooltip)),
            padding_left: Some(true),
            padding_right: None,
            data: None,
        };
        let found = hints::of(world, &ticket.path, range, wanted, &|| !cancel.is_cancelled());
        let mut found: Vec<lsp::InlayHint> = found.into_iter().map(hint).collect();
        if views.run_hints {
            let file = uri::real(&ticket.root.folder.join(&*ticket.path));
            found.extend(runs::views::hints(&own.runs, world, &ticket.path, &file, range, &places));
        }
        (wanted.needs_all() || !found.is_empty()).then_some(found)
    };
    session.lanes.compute(Lane::Background, work).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_unless_it_is_wanted() {
        assert_eq!(Views::of(&json!({ "lens": true, "inlay": { "tokens": "yes" } })), Views::default());
        assert!(!Views::default().uses && Views::default().plans && Views::default().hints.waves);
        assert!(!Views::of(&json!({ "lens": { "plans": false } })).plans);
        assert!(Views::default().runs && Views::default().run_hints);
        let off = Views::of(&json!({ "lens": { "runs": false }, "inlay": { "runs": false } }));
        assert!(!off.runs && !off.run_hints && off.plans);
        let views = Views::of(&json!({ "lens": { "uses": true }, "inlay": { "matches": true } }));
        let hints = Wanted { tokens: false, matches: true, waves: true };
        assert_eq!(views, Views { uses: true, hints, ..Views::default() });
        assert!(Views::of(&json!({ "lens": { "context": true } })).context);
    }
}
