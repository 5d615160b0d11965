//! In agentic workflows: expressions, parts that are imported, workflows that are started.

use super::Hover;
use crate::features::about;
use crate::file::FileState;
use crate::names;
use crate::resolve;
use crate::workflows::expressions::operands;
use crate::workflows::{self, Taken};
use crate::world::World;
use crate::written::{self, What, Written};
use segue_catalog::catalog;
use segue_syntax::yaml::{Map, Node};
use segue_syntax::{Facts, Span};

pub(super) fn meaning(
    world: &World,
    path: &str,
    state: &FileState,
    facts: &Facts,
    offset: usize,
) -> Option<Hover> {
    let map = facts.header.yaml.map()?;
    if let Some(found) = expression(state, map, offset) {
        return Some(found);
    }
    let touched = |written: &Written<'_>| {
        matches!(written.what, What::Part | What::Worker) && written.whole.touches(offset)
    };
    let written = written::all(state.kind, facts).map(|(_, written)| written).find(touched)?;
    let lead = resolve::lead(world, path, &written)?;
    let there = lead.there?;
    let markdown = match written.what {
        What::Worker => worker(world, &there.path, written.text)?,
        _ => about::section(world, &there.path, lead.anchor.as_deref())?,
    };
    Some(Hover { span: written.span, markdown })
}

fn expression(state: &FileState, map: &Map, offset: usize) -> Option<Hover> {
    let body = state.workflow.as_ref()?;
    let found = body.expressions.iter().find(|own| own.span.touches(offset))?;
    let operand = operands(&found.inner).into_iter().find(|operand| {
        Span::new(found.start + operand.at, found.start + operand.at + operand.name.len()).touches(offset)
    })?;
    let start = found.start + operand.at;
    let row = catalog().expressions.iter().find(|row| row.is_about(operand.name))?;
    let mut markdown = format!("`{}`\n\n{}", operand.name, row.doc);
    let input = ["inputs.", "github.event.inputs."].iter().find_map(|start| operand.name.strip_prefix(start));
    if let Some(told) = input.and_then(|input| told_of_input(map, input)) {
        markdown.push_str(&format!("\n\n{told}"));
    }
    if row.refused {
        markdown.push_str("\n\nRefused in a body.");
    }
    Some(Hover { span: Span::new(start, start + operand.name.len()), markdown })
}

/// What the header says of an input to whoever fills it in.
fn told_of_input(map: &Map, name: &str) -> Option<String> {
    let on = map.value("on")?.as_map()?;
    let inputs = ["workflow_dispatch", "workflow_call"]
        .iter()
        .filter_map(|event| on.value(event)?.as_map()?.value("inputs")?.as_map());
    let input = inputs.filter_map(|inputs| inputs.value(name)?.as_map()).next()?;
    input.str("description").map(str::to_owned)
}

/// A workflow that is started: what it does, and what it asks for.
fn worker(world: &World, path: &str, name: &str) -> Option<String> {
    let map = world.file_at(path).and_then(|(_, state)| state.facts()?.header.yaml.map());
    let Some(map) = map else { return Some(format!("**{name}** · `{path}`")) };
    let mut card = format!("**{}** · agentic workflow", map.str("name").unwrap_or(names::stem(path)));
    if let Some(description) = map.str("description") {
        card.push_str(&format!("\n\n{}", description.trim()));
    }
    let (Taken::Yes(inputs), Some(on)) =
        (workflows::takes(map, "workflow_dispatch"), map.value("on").and_then(Node::as_map))
    else {
        return Some(card);
    };
    if on.get("workflow_dispatch").is_some() && !inputs.names.is_empty() {
        card.push_str("\n\n| input | |\n|---|---|");
        for (name, needed) in &inputs.names {
            let told = told_of_input(map, name).unwrap_or_default().replace('|', "\\|").replace('\n', " ");
            let needed = if *needed { "needed. " } else { "" };
            card.push_str(&format!("\n| `{name}` | {needed}{told} |"));
        }
    }
    Some(card)
}
