//! `workflow/import`: what is merged in has to be there.

use super::way_back;
use crate::PathId;
use crate::diagnostics::{Context, Report};
use crate::disk::Probe;
use crate::target::{Target, understand};
use crate::world::World;
use crate::written::{self, What, Written};
use segue_catalog::Severity;
use segue_syntax::facts::TokenKind;

pub(super) fn check(context: &mut Context<'_>) {
    let facts = context.facts;
    let parts: Vec<Written<'_>> = written::all(Some(context.kind), facts)
        .map(|(_, written)| written)
        .filter(|written| written.what == What::Part)
        .collect();
    let optional = |written: &Written<'_>| {
        written.text.trim_end().ends_with('?')
            || facts
                .tokens
                .iter()
                .any(|token| token.kind == TokenKind::OptionalInclude && token.name_span == written.span)
    };
    let mut first_agent: Option<Written<'_>> = None;
    for part in parts {
        match understand(part.text, &context.path, part.base) {
            Target::Path { candidates, .. } => {
                let there = candidates.iter().find(|path| context.world.probe(path) != Probe::Missing);
                match there.and_then(|path| context.world.id(path)) {
                    Some(id) => circle(context, &part, id),
                    None if there.is_none() && !optional(&part) => missing(context, &part, &candidates),
                    None => {}
                }
            }
            // Somewhere else, or a stand-in: not to be judged from here.
            _ => continue,
        }
        // Of agents one can be taken in.
        if !part.text.contains(".github/agents/") && !part.text.contains("../agents/") {
            continue;
        }
        match &first_agent {
            None => first_agent = Some(part),
            Some(first) if first.text != part.text => {
                let message = "A workflow can import one agent, and another is imported already.";
                let report = Report::new("workflow/import", part.span, message).severity(Severity::Warning);
                context.send(report.related(context.path.clone(), first.span, "the other agent"));
            }
            Some(_) => {}
        }
    }
}

/// An import that comes back.
fn circle(context: &mut Context<'_>, part: &Written<'_>, first: PathId) {
    let world = context.world;
    let Some(way) = way_back(first, context.id, |id| imported(world, id)) else { return };
    let names: Vec<String> =
        [context.id].iter().chain(&way).map(|id| format!("`{}`", world.path(*id))).collect();
    let message = format!(
        "This import comes back to its own file: {}. It brings nothing, or is refused.",
        names.join(" → ")
    );
    context.send(Report::new("workflow/import", part.span, message).severity(Severity::Warning));
}

/// The files that a workflow imports.
fn imported(world: &World, id: PathId) -> Vec<PathId> {
    let Some((state, facts)) = world.file(id).and_then(|state| Some((state, state.facts()?))) else {
        return Vec::new();
    };
    let from = world.path(id);
    let parts = written::all(state.kind, facts).filter(|(_, written)| written.what == What::Part);
    let lead = parts.filter_map(|(_, part)| match understand(part.text, &from, part.base) {
        Target::Path { candidates, .. } => candidates.iter().find_map(|path| Some(world.file_at(path)?.0)),
        _ => None,
    });
    lead.collect()
}

/// All files that a workflow imports, and that those import; `None` where one of them cannot be read.
pub(super) fn all_imported(world: &World, id: PathId) -> Option<Vec<PathId>> {
    const MOST: usize = 50;
    let mut found = vec![id];
    let mut at = 0;
    while let Some(own) = found.get(at).copied() {
        let (state, from) = (world.file(own)?, world.path(own));
        let parts =
            written::all(state.kind, state.facts()?).filter(|(_, written)| written.what == What::Part);
        for (_, part) in parts {
            let Target::Path { candidates, .. } = understand(part.text, &from, part.base) else {
                return None;
            };
            let (part, state) = candidates.iter().find_map(|path| world.file_at(path))?;
            state.facts()?;
            if !found.contains(&part) {
                found.push(part);
            }
        }
        at += 1;
        if found.len() > MOST {
            return None;
        }
    }
    found.remove(0);
    Some(found)
}

fn missing(context: &mut Context<'_>, part: &Written<'_>, candidates: &[String]) {
    let path = part.text.split(['#', '?']).next().unwrap_or(part.text);
    let mut message = format!("`{path}` does not exist: `gh aw compile` stops here.");
    let name = candidates.first().map(|path| crate::path::file_name(path)).unwrap_or_default();
    let others = context.world.same_ignoring_case(name);
    let mut parts = others.iter().filter(|other| other.contains(".github/") && **other != context.path);
    let near = parts.next().filter(|_| parts.next().is_none());
    if let Some(near) = near {
        message += &format!(" `{near}` is called so.");
    }
    let mut report = Report::new("workflow/import", part.span, message);
    if let Some(near) = near {
        let new = crate::path::relative(crate::path::parent(&context.path), near);
        let new = new.strip_prefix("./").unwrap_or(&new).to_owned();
        let kept = part.text.get(path.len()..).unwrap_or_default();
        report = report.offered_fix(format!("Write `{new}`"), part.span, format!("{new}{kept}"));
    }
    context.send(report);
}
