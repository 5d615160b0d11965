//! Stated waves become what they come to: none too early, none left out. In a graph the ids move, and the waves
//! are counted among themselves: what the graph leaves out has waves too.

use super::{Source, after, graph, plan_of, span};
use crate::changes::{Changes, Why};
use crate::features::refactor::{Offer, Refusal, Way};
use crate::plans::Planned;
use segue_plan::TaskIndex;
use segue_syntax::Span;

pub(super) fn offer(plan: &Planned, title: Span, range: Span, offers: &mut Vec<Offer>) {
    let on_wave = |own: &Span| own.start <= range.end && range.start <= own.end;
    let mut waves = plan.tasks.iter().filter_map(|task| task.wave.as_ref()).map(|wave| span(wave.range));
    let here = waves.find(on_wave).or((range.start <= title.end).then_some(title));
    if let Some(here) = here.filter(|_| !others(plan).is_empty()) {
        offers.push(Offer { title: "Renumber waves".to_owned(), span: here, way: Way::RenumberWaves });
    }
}

/// The places of waves that are not what they come to, and what that is.
fn others(plan: &Planned) -> Vec<(Span, u32)> {
    if !plan.order().cycles().is_empty() {
        return Vec::new();
    }
    let in_graph = graph::has_one(plan);
    if in_graph && !graph::is_plain(plan) {
        return Vec::new();
    }
    let due = in_graph.then(|| graph::due(plan));
    let tasks = plan.tasks.iter().enumerate();
    let other = tasks.filter_map(|(index, task)| {
        let (stated, index) = (task.wave.as_ref()?, TaskIndex::new(index));
        let own =
            due.as_ref().map_or_else(|| Some(plan.order().wave_of(index)), |due| due.get(&index).copied())?;
        (own != stated.value).then_some((span(stated.range), own))
    });
    other.collect()
}

pub(in crate::features::refactor) fn change(source: &Source<'_>) -> Result<Changes, Refusal> {
    let plan = plan_of(source)?;
    let mut changes = Changes::default();
    let edits: Vec<(Span, String)> = if graph::has_one(plan) {
        graph::renumbered(source, plan).into_iter().collect()
    } else {
        others(plan).into_iter().map(|(place, wave)| (place, wave.to_string())).collect()
    };
    for (place, insert) in edits {
        changes.add(&source.path, source.text, place, insert, Why::Asked);
    }
    let now = after(source, &changes)?;
    if others(&now).is_empty() && now.tasks.len() == plan.tasks.len() {
        Ok(changes)
    } else {
        Err(Refusal::Reason("The waves are written in a way that another number does not fit into."))
    }
}
