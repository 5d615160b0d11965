//! `workflow/*`: GitHub agentic workflows.
//!
//! Their schema moves from week to week, so what the rows do not have is a hint; an error is said only of
//! what GitHub Actions itself refuses.

mod body;
mod dispatch;
mod header;
mod import;
mod rights;

use super::{Context, Report};
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
    rights::check(context, map);
    dispatch::check(context, map);
    body::expressions(context, map);
    body::waits(context, map);
}

/// Without `on:` it is a part for others, and nobody takes it in.
fn missing_on(context: &mut Context<'_>) {
    let header = &context.facts.header;
    let Some(map) = header.yaml.map() else { return };
    let is_part = map.get("on").is_some() || map.get("import-schema").is_some();
    // What stands around an error may have been read otherwise than it was meant.
    if is_part || !header.yaml.errors.is_empty() || is_imported(context) {
        return;
    }
    let message = "An agentic workflow needs `on`: without it the file is compiled to nothing, and no workflow imports it.";
    context.send(Report::new("workflow/missing-on", header.open, message));
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
