//! Stated waves become what they come to: none too early, none left out.

use super::{Source, after, plan_of, span};
use crate::changes::{Changes, Why};
use crate::features::refactor::{Offer, Refusal, Way};
use crate::plans::Planned;
use segue_plan::TaskIndex;
use segue_syntax::Span;

pub(super) fn offer(plan: &Planned, title: Span, range: Span, offers: &mut Vec<Offer>) {
    let on_wave = |own: &Span| own.start <= range.end && range.start <= own.end;
    let mut waves = plan.tasks.iter().filter_map(|task| task.wave.as_ref()).map(|wave| span(wave.range));
    let here = waves.find(on_wave).or((range.start <= title.end).then_some(title));
    if let Some(here) = here.filter(|_| others(plan).next().is_some()) {
        offers.push(Offer { title: "Renumber waves".to_owned(), span: here, way: Way::RenumberWaves });
    }
}

/// The places of waves that are not what they come to, and what that is. The graph of a file that has one
/// names the tasks of a wave, not the waves of its tasks.
fn others(plan: &Planned) -> impl Iterator<Item = (Span, u32)> {
    let tasks =
        plan.tasks.iter().enumerate().filter(|_| plan.format != "kiro" && plan.order().cycles().is_empty());
    tasks.filter_map(|(index, task)| {
        let stated = task.wave.as_ref()?;
        let own = plan.order().wave_of(TaskIndex::new(index));
        (own != stated.value).then_some((span(stated.range), own))
    })
}

pub(in crate::features::refactor) fn change(source: &Source<'_>) -> Result<Changes, Refusal> {
    let plan = plan_of(source)?;
    let mut changes = Changes::default();
    for (place, wave) in others(plan) {
        changes.add(&source.path, source.text, place, wave.to_string(), Why::Asked);
    }
    let now = after(source, &changes)?;
    if others(&now).next().is_none() && now.tasks.len() == plan.tasks.len() {
        Ok(changes)
    } else {
        Err(Refusal::Reason("The waves are written in a way that another number does not fit into."))
    }
}
