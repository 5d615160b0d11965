//! `workflow/*`: GitHub agentic workflows.
//!
//! Their schema moves from week to week, so what the rows do not have is a hint; an error is said only of
//! what GitHub Actions itself refuses.

mod body;
mod dispatch;
mod header;
mod import;
mod part;
pub(crate) mod rights;

use super::{Context, Report};
use crate::PathId;
use crate::target::workflows_folder;
use crate::written::SiteId;
use segue_catalog::Kind;
use segue_syntax::facts::HeaderShape;

pub(super) use header::entry;

pub(super) fn check(context: &mut Context<'_>) {
    if context.kind != Kind::Workflow || context.facts.header.shape != HeaderShape::Closed {
        return;
    }
    missing_on(context);
    import::check(context);
    let Some(map) = context.facts.header.yaml.map() else { return };
    part::check(context, map);
    rights::check(context, map);
    dispatch::check(context, map);
    body::expressions(context, map);
    body::waits(context, map);
}

/// Without `on:` it is a part for others, and nobody takes it in.
fn missing_on(context: &mut Context<'_>) {
    let header = &context.facts.header;
    let Some(map) = header.yaml.map() else { return };
    let is_well = ["on", "import-schema"].iter().any(|key| map.get(key).is_some());
    // What stands around an error may have been read otherwise than it was meant.
    if is_well
        || workflows_folder(&context.path).is_some()
        || !header.yaml.errors.is_empty()
        || is_imported(context)
    {
        return;
    }
    let message = "An agentic workflow needs `on`: without it the file is compiled to nothing, and no workflow imports it.";
    context.send(Report::new("workflow/missing-on", header.open, message));
}

/// Whether the file is there for others: below the folder of workflows, or started by nothing and imported.
fn is_part(context: &Context<'_>) -> bool {
    let map = context.facts.header.yaml.map();
    workflows_folder(&context.path).is_some()
        || map.is_some_and(|map| map.get("on").is_none()) && is_imported(context)
}

fn is_imported(context: &Context<'_>) -> bool {
    let world = context.world;
    let importers = world.referrers(context.id).iter().filter(|id| **id != context.id);
    importers.filter_map(|id| world.file(*id)).any(|state| {
        // A body may name it without taking it in.
        let leads_here = state.refs.iter().any(|own| own.target == context.id && own.site != SiteId::NONE);
        state.kind == Some(Kind::Workflow) && leads_here
    })
}

/// At most so many workflows are looked at from one file.
const MOST_WORKFLOWS: usize = 200;

/// The files from `first` to `home`, both included, along what each leads to; the shortest way.
fn way_back(first: PathId, home: PathId, next: impl Fn(PathId) -> Vec<PathId>) -> Option<Vec<PathId>> {
    let mut reached: Vec<(PathId, usize)> = vec![(first, 0)];
    let mut at = 0;
    while let Some((id, _)) = reached.get(at).copied() {
        if id == home {
            let mut way = vec![id];
            while at != 0 {
                at = reached.get(at)?.1;
                way.push(reached.get(at)?.0);
            }
            way.reverse();
            return Some(way);
        }
        for other in next(id) {
            if reached.len() < MOST_WORKFLOWS && !reached.iter().any(|(own, _)| *own == other) {
                reached.push((other, at));
            }
        }
        at += 1;
    }
    None
}
