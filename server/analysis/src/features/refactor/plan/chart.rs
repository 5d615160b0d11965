//! The waves of a plan as a Mermaid diagram in its file; the one that was made before is brought up to
//! date.

use super::{Source, after, plan_of, with_line_ends};
use crate::changes::{Changes, Why};
use crate::features::refactor::{Offer, Refusal, Way};
use crate::plans::Planned;
use segue_plan::mermaid;
use segue_syntax::Span;

/// What every such diagram has, and hardly another one.
const OURS: &str = "subgraph wave1[\"Wave 1\"]";

pub(super) fn offer(source: &Source<'_>, plan: &Planned, title: Span, offers: &mut Vec<Offer>) {
    if plan.tasks.len() < 2 {
        return;
    }
    let drawn = with_line_ends(source, &mermaid(plan, plan.order()));
    let title_of = match ours(source) {
        Some(there) if there.of(source.text) == drawn => return,
        Some(_) => "Update the Mermaid of the waves",
        None => "Insert Mermaid of the waves",
    };
    let span = plan.stated_tier.as_ref().map_or(title, |tier| title.cover(super::span(tier.range)));
    offers.push(Offer { title: title_of.to_owned(), span, way: Way::InsertWaves });
}

/// The content of the diagram that was made before.
fn ours(source: &Source<'_>) -> Option<Span> {
    let fences =
        source.facts.fences.iter().filter(|fence| fence.info.split_whitespace().next() == Some("mermaid"));
    fences
        .filter_map(|fence| {
            let whole = source.text.get(fence.open.end as usize..fence.span.end as usize)?;
            let begin = whole.find('\n')? + 1;
            let close = whole.trim_end().rfind('\n')? + 1;
            let start = fence.open.end as usize;
            (begin <= close).then(|| Span::new(start + begin, start + close))
        })
        .find(|inside| inside.of(source.text).contains(OURS))
}

pub(in crate::features::refactor) fn change(source: &Source<'_>) -> Result<Changes, Refusal> {
    let plan = plan_of(source)?;
    let drawn = mermaid(plan, plan.order());
    let mut changes = Changes::default();
    match ours(source) {
        Some(inside) => {
            changes.add(&source.path, source.text, inside, with_line_ends(source, &drawn), Why::Asked);
        }
        None => {
            let kept = source.text.trim_end().len();
            let section = format!("\n\n## Waves\n\n```mermaid\n{drawn}```\n");
            let place = Span::new(kept, source.text.len());
            changes.add(&source.path, source.text, place, with_line_ends(source, &section), Why::Asked);
        }
    }
    let now = after(source, &changes)?;
    // In a fence that nobody closed it would be no diagram.
    let is_read = now.diagrams.len() == plan.diagrams.len() + usize::from(ours(source).is_none());
    let knows_diagrams = !matches!(plan.format, "kiro" | "openspec");
    if now.tasks.len() == plan.tasks.len() && (is_read || !knows_diagrams) {
        Ok(changes)
    } else {
        Err(Refusal::Reason("At the end of this file it would be no diagram."))
    }
}
