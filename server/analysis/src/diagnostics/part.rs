//! `part/*`: agents in four sections: prompt, archive, resources, tools, in this order; what the body says of
//! its tools; and the tables of grants of a team.

mod grants;

use super::{Context, Report, first_token, tool};
use crate::disk::Probe;
use crate::four_sections::{FourSections, SECTIONS, places};
use segue_catalog::{Severity, VscodeName};
use segue_syntax::Span;

/// What reaches outside of the repository.
const OUTSIDE: &[&str] = &["web", "web/fetch", "web/githubRepo", "fetch", "githubRepo"];

pub(super) fn check(context: &mut Context<'_>) {
    let Some(body) = context.state.four_sections.clone() else { return };
    let facts = context.facts;
    // Which of the four each heading is, in the order of the file.
    let found: Vec<(usize, &str, Span)> = facts
        .headings
        .iter()
        .filter(|heading| heading.level == 2)
        .filter_map(|heading| {
            let (place, name) = SECTIONS.iter().enumerate().find(|(_, name)| **name == &*heading.text)?;
            Some((place, *name, heading.text_span))
        })
        .collect();
    let has = |place: usize| found.iter().any(|(own, ..)| *own == place);
    let team = grants::Team::of(context);
    // Resources and tools are common words; the first two together are this form alone.
    let is_form = has(0) && has(1) || team.has_tables();
    if !is_form {
        return;
    }
    sections(context, &found);
    tools(context, &body);
    // What a team checks is a warning there; another that likes the form may do without.
    if team.has_tables() {
        companions(context, &body);
    }
    references(context, &body, if team.has_tables() { Severity::Warning } else { Severity::Information });
    grants::check(context, &team);
}

fn sections(context: &mut Context<'_>, found: &[(usize, &str, Span)]) {
    let has = |place: usize| found.iter().any(|(own, ..)| *own == place);
    let missing: Vec<String> = SECTIONS
        .iter()
        .enumerate()
        .filter(|(place, _)| !has(*place))
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    if !missing.is_empty() {
        let message = format!("An agent in the form of P.A.R.T. also has {}.", missing.join(" and "));
        context.send(Report::new("part/missing-section", first_token(context.facts), message));
    }
    let mut last: Option<(usize, &str, Span)> = None;
    for (place, own, at) in found {
        if let Some((before, other, earlier)) = last
            && *place < before
        {
            let message = format!("`{own}` belongs before `{other}`: prompt, archive, resources, tools.");
            let report = Report::new("part/order", *at, message);
            context.send(report.related(context.path.clone(), earlier, format!("`{other}`")));
        } else {
            last = Some((*place, own, *at));
        }
    }
}

/// The tools that the section allows and forbids, against those that the header grants.
fn tools(context: &mut Context<'_>, body: &FourSections) {
    let lists = tool::lists(context.kind, context.dialect, context.facts);
    let Some(list) = lists.first() else { return };
    let key = list.entry.key.span;
    let catalog = context.catalog;
    for (name, span) in &body.allowed {
        let known = matches!(
            catalog.vscode_tool(name),
            Some(VscodeName::Set(_) | VscodeName::Tool(_) | VscodeName::Old(_))
        );
        if !known
            || list.items.iter().any(|item| item.name == &**name)
            || tool::is_granted(catalog, list, name)
        {
            continue;
        }
        let message = format!("The section `Tools` allows `{name}`, and the header does not grant it.");
        let report = Report::new("part/tool-mismatch", *span, message);
        context.send(report.related(context.path.clone(), key, "what the header grants"));
    }
    for (name, span) in &body.forbidden {
        if let Some(item) = list.items.iter().find(|item| item.name == &**name) {
            let message = format!("The header grants `{name}`, and the section `Tools` forbids it.");
            let report = Report::new("part/tool-mismatch", item.span, message);
            context.send(report.related(context.path.clone(), *span, "forbidden here"));
        }
    }
    let Some(forbidden) = body.forbids_edits else { return };
    for item in list.items.iter().filter(|item| tool::may_edit(catalog, item.name)) {
        let message = format!("The section `Tools` forbids edits, and `{}` lets the agent edit.", item.name);
        let report = Report::new("part/tool-mismatch", item.span, message);
        context.send(report.related(context.path.clone(), forbidden, "forbidden here"));
    }
}

/// What goes with the four sections: what happens where something is unclear, and how tools that reach
/// outside are used.
fn companions(context: &mut Context<'_>, body: &FourSections) {
    let facts = context.facts;
    let mut lacks = |message: &str| {
        context.send(Report::new("part/missing-section", first_token(facts), message));
    };
    if !body.clarifies {
        lacks(
            "The agent does not say what it does where something is unclear: a section `Clarification`, `NEEDS_INPUT`, or an answer that abstains.",
        );
    }
    let lists = tool::lists(segue_catalog::Kind::Agent, segue_catalog::Dialect::Copilot, facts);
    let reaches_out = lists
        .iter()
        .flat_map(|list| &list.items)
        .any(|item| OUTSIDE.contains(&item.name) || item.name.contains("context7"));
    if reaches_out && !body.routes {
        lacks(
            "The agent has tools that reach outside, and no section `Tool Routing` says when they are used.",
        );
    }
}

/// Schemas and documents in backticks that are not there.
fn references(context: &mut Context<'_>, body: &FourSections, severity: Severity) {
    for (file, span) in &body.references {
        let there = |path: &String| context.world.probe(path) != Probe::Missing;
        if !places(&context.path, file).iter().any(there) {
            let message = format!("`{file}` does not exist: the agent will look for it in vain.");
            context.send(Report::new("part/reference", *span, message).severity(severity));
        }
    }
}
