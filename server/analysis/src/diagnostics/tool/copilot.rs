//! The `tools` of agents, chat modes and prompts: VS Code's names, and the words that GitHub and
//! Copilot CLI share.

use super::elsewhere::Elsewhere;
use super::list::{Form, Item, ToolList};
use super::{for_vscode, granted, is_known, is_placeholder, lines, old_message, quoted};
use crate::diagnostics::{Context, Fix, Report, Tag, near};
use rustc_hash::FxHashSet;
use segue_catalog::{Catalog, ClientId, ClientSet, OldTool, Severity, VscodeName};
use segue_syntax::Span;

/// Something that nobody can verify without the editor of whoever uses the file.
pub(super) struct Doubt {
    pub code: &'static str,
    pub span: Span,
    pub message: String,
}

pub(super) fn check(context: &mut Context<'_>, list: &ToolList<'_>) {
    let again = super::repeated(list);
    let plan = if for_vscode(context) { Plan::of(context.catalog, list, &again) } else { Plan::default() };
    let (mut doubts, mut elsewhere) = (Vec::new(), Elsewhere::default());
    for (at, item) in list.items.iter().enumerate() {
        if again[at] || is_placeholder(item.name) {
            continue;
        }
        if item.name == "*" {
            everything(context, list, item);
            continue;
        }
        if let Some((old, fresh)) = plan.of_item(at) {
            deprecated(context, list, at, old, fresh, &plan.gone);
            elsewhere.add_new_names(context, at, item.name, old.now.iter().map(String::as_str));
            continue;
        }
        if is_known(context, item.name) {
            continue;
        }
        if is_somebodys_word(context, item.name) {
            elsewhere.add(context, at, item.name);
            if for_vscode(context) {
                redundant(context, list, at);
            }
        } else if item.name.contains('/') {
            doubts.extend(super::server::judge(context, item.name, item.span));
        } else {
            let names = meant(context, item.name);
            elsewhere.add_new_names(context, at, item.name, names.iter().flatten().copied());
            doubts.extend(unknown(context, list, at, names));
        }
    }
    tell_doubts(context, list.form, doubts);
    elsewhere.tell(context, list);
}

/// Whether some client has this very name in its table.
pub(super) fn is_somebodys_word(context: &Context<'_>, name: &str) -> bool {
    let catalog = context.catalog;
    matches!(catalog.vscode_tool(name), Some(VscodeName::Set(_) | VscodeName::Tool(_)))
        || catalog.copilot_alias(name).is_some()
        || catalog.cli_runtime_tool(name).is_some()
        || catalog.claude_tool(name).is_some()
}

/// What becomes of the old names of a list, so that all of them can be put right at once: each
/// replacement is written once, and not at all where the list grants it already.
#[derive(Default)]
struct Plan<'c> {
    /// Per item its old name and the names that take its place.
    items: Vec<Option<(&'c OldTool, Vec<&'c str>)>>,
    /// The items that go away.
    gone: Vec<bool>,
}

impl<'c> Plan<'c> {
    fn of(catalog: &'c Catalog, list: &ToolList<'_>, again: &[bool]) -> Self {
        let mut there: FxHashSet<&str> = FxHashSet::default();
        for item in &list.items {
            there.extend(granted(catalog, item.name));
        }
        let mut plan = Self { items: Vec::new(), gone: again.to_vec() };
        for (at, item) in list.items.iter().enumerate() {
            let old = match catalog.vscode_tool(item.name) {
                Some(VscodeName::Old(old)) if !again[at] => old,
                _ => {
                    plan.items.push(None);
                    continue;
                }
            };
            let has = |now: &str| {
                let members = catalog.set_members(now);
                there.contains(now)
                    || (!members.is_empty() && members.iter().all(|own| there.contains(own.as_str())))
            };
            let fresh: Vec<&str> = now_of(old).filter(|now| !has(now)).collect();
            if old.unsettled.is_none() {
                plan.gone[at] |= fresh.is_empty() && !old.now.is_empty();
                for now in &fresh {
                    there.extend(granted(catalog, now));
                }
            }
            plan.items.push(Some((old, fresh)));
        }
        plan
    }

    fn of_item(&self, at: usize) -> Option<(&'c OldTool, &[&'c str])> {
        let (old, fresh) = self.items.get(at)?.as_ref()?;
        Some((old, fresh))
    }
}

fn deprecated(
    context: &mut Context<'_>,
    list: &ToolList<'_>,
    at: usize,
    old: &OldTool,
    fresh: &[&str],
    gone: &[bool],
) {
    let item = &list.items[at];
    let mut report =
        Report::new("tool/deprecated", item.span, old_message(item.name, old)).tag(Tag::Deprecated);
    // `shell` is old in VS Code and right on GitHub.
    let others = context.clients.without(ClientSet::of(&[ClientId::Vscode]));
    let shared = context.catalog.copilot_alias(item.name).is_some() && !others.is_empty();
    if old.unsettled.is_some() || shared {
        report = report.severity(Severity::Hint);
    }
    let settled = old.unsettled.is_none() && !old.now.is_empty();
    let (title, edit) = if fresh.is_empty() {
        let title = match old.now.as_slice() {
            [] => format!("Remove `{}`", item.name),
            _ => format!("Remove `{}`: the list grants {} already", item.name, quoted(now_of(old))),
        };
        (title, list.remove(at, gone, lines(context)))
    } else {
        let title = format!("Replace by {}", quoted(fresh.iter().copied()));
        // A set beside some of its tools would make those redundant.
        let members: Vec<&String> = fresh.iter().flat_map(|now| context.catalog.set_members(now)).collect();
        let splits = list.items.iter().any(|other| members.contains(&&other.name.to_owned()));
        (title, list.replace(at, fresh, lines(context)).filter(|_| !splits))
    };
    if let Some(edit) = edit {
        report = report.fix(Fix { title, edits: vec![edit], safe: settled });
    }
    context.send(report);
}

fn now_of(old: &OldTool) -> impl Iterator<Item = &str> {
    old.now.iter().map(String::as_str)
}

/// A tool whose set stands in the list, or that stands there under its other full name.
fn redundant(context: &mut Context<'_>, list: &ToolList<'_>, at: usize) {
    let catalog = context.catalog;
    let item = &list.items[at];
    let Some(VscodeName::Tool(tool)) = catalog.vscode_tool(item.name) else { return };
    let grants_it = |(other_at, other): &(usize, &Item<'_>)| match catalog.vscode_tool(other.name) {
        Some(VscodeName::Set(set)) => tool.unsettled.is_none() && set.members.contains(&tool.name),
        Some(VscodeName::Tool(same)) => *other_at < at && same.name == tool.name,
        _ => false,
    };
    let Some((_, by)) = list.items.iter().enumerate().find(grants_it) else { return };
    let message = format!("`{}` in the same list grants `{}` already.", by.name, item.name);
    let mut report = Report::new("tool/redundant", item.span, message).tag(Tag::Unnecessary).related(
        context.path.clone(),
        by.span,
        "grants it",
    );
    let once = list.items.iter().filter(|other| other.text == item.text).count() == 1;
    if let Some(edit) = list.remove(at, &[], lines(context)).filter(|_| once) {
        report = report.fix(Fix { title: format!("Remove `{}`", item.name), edits: vec![edit], safe: false });
    }
    context.send(report);
}

/// A bare name that no table has: a slip, or something that a person's own editor may know.
fn unknown(
    context: &mut Context<'_>,
    list: &ToolList<'_>,
    at: usize,
    meant: Option<Vec<&'static str>>,
) -> Option<Doubt> {
    let item = &list.items[at];
    if let Some(defined) = super::server::defined_as(context, item.name) {
        bare_server(context, list, at, &defined);
        return None;
    }
    if let Some(names) = meant {
        let message =
            format!("There is no tool `{}`. Did you mean {}?", item.name, quoted(names.iter().copied()));
        let mut report = Report::new("tool/unknown", item.span, message);
        if let Some(edit) = list.replace(at, &names, lines(context)) {
            let title = format!("Replace by {}", quoted(names.iter().copied()));
            report = report.fix(Fix { title, edits: vec![edit], safe: false });
        }
        context.send(report);
        return None;
    }
    let message = format!(
        "`{}` is in no table of known tools: an extension or a tool set of your own may supply it, which cannot be verified here.",
        item.name
    );
    Some(Doubt { code: "tool/unknown", span: item.span, message })
}

/// The present names that a slip stands for.
pub(super) fn meant(context: &Context<'_>, written: &str) -> Option<Vec<&'static str>> {
    let name = slip_of(context, written)?;
    match context.catalog.vscode_tool(name) {
        Some(VscodeName::Old(old)) if for_vscode(context) => {
            Some(old.now.iter().map(String::as_str).collect())
        }
        _ => Some(vec![name]),
    }
}

/// The name, present or old, that `written` is a slip of.
pub(super) fn slip_of(context: &Context<'_>, written: &str) -> Option<&'static str> {
    let catalog = context.catalog;
    if !for_vscode(context) {
        let words = catalog.tools(ClientId::Github).into_iter().flat_map(|table| &table.aliases);
        return near::meant(written, words.map(|alias| alias.name.as_str()));
    }
    let table = catalog.tools(ClientId::Vscode)?;
    let sets = table.sets.iter().filter(|set| !set.hidden).map(|set| &set.name);
    let tools = table.tools.iter().filter(|tool| tool.unsettled.is_none()).map(|tool| &tool.name);
    let old =
        table.old.iter().filter(|old| old.unsettled.is_none() && !old.now.is_empty()).map(|old| &old.name);
    let like = |name: &&str| name.contains('/') == written.contains('/');
    near::meant(written, sets.chain(tools).chain(old).map(String::as_str).filter(like))
}

/// The name of a configured server, without the `/*` that means its tools.
fn bare_server(context: &mut Context<'_>, list: &ToolList<'_>, at: usize, defined: &str) {
    let item = &list.items[at];
    let now = format!("{defined}/*");
    let message = format!("`{}` is a server; write `{now}` for all of its tools.", item.name);
    let mut report = Report::new("tool/deprecated", item.span, message).severity(Severity::Hint);
    if let Some(edit) = list.replace(at, &[&now], lines(context)) {
        report = report.fix(Fix { title: format!("Replace by `{now}`"), edits: vec![edit], safe: false });
    }
    context.send(report);
}

/// `*`: GitHub and Copilot CLI grant everything, VS Code knows no such tool.
fn everything(context: &mut Context<'_>, list: &ToolList<'_>, item: &Item<'_>) {
    if !for_vscode(context) {
        return;
    }
    let what = if list.items.len() == 1 { "the agent gets no tool there" } else { "it grants nothing there" };
    let message =
        format!("VS Code has no tool `*`: {what}. To grant everything everywhere, leave `tools` out.");
    context.send(Report::new("tool/too-broad", item.span, message));
}

/// One such hint a line is enough: a flow list and a string are taken for one line.
pub(super) fn tell_doubts(context: &mut Context<'_>, form: Form, doubts: Vec<Doubt>) {
    let more = doubts.len().saturating_sub(1);
    let one = form != Form::Block;
    for doubt in doubts.into_iter().take(if one { 1 } else { usize::MAX }) {
        let message = match more {
            1 if one => format!("{} So it is with one more name of this list.", doubt.message),
            2.. if one => format!("{} So it is with {more} more names of this list.", doubt.message),
            _ => doubt.message,
        };
        context.send(Report::new(doubt.code, doubt.span, message).severity(Severity::Hint));
    }
}
