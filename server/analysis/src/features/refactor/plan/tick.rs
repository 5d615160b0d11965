//! A task is marked as done, or as open again, with the mark of its format.

use crate::changes::{Changes, Why};
use crate::features::refactor::{Offer, Refusal, Source, Way};
use crate::features::rename;
use crate::features::tasks::waves::task_at;
use segue_plan::{Plan, Task};
use segue_syntax::Span;

pub(super) fn offer(source: &Source<'_>, range: Span, offers: &mut Vec<Offer>) {
    let task = source.state.plan.as_ref().and_then(|plan| plan.get(task_at(source.state, range)?));
    let Some(task) = task.filter(|task| task.tick.is_some()) else { return };
    let (name, what) = (&task.id.value, if task.is_done() { "open again" } else { "done" });
    let at = task.head.start;
    let span = Span { start: at, end: task.head.end };
    offers.push(Offer { title: format!("Mark `{name}` as {what}"), span, way: Way::Tick { at } });
}

pub(in crate::features::refactor) fn change(
    source: &Source<'_>,
    at: u32,
    wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Changes, Refusal> {
    let plan = source.state.plan.as_ref().ok_or(Refusal::Changed)?;
    let task = plan.tasks.iter().find(|task| task.head.start == at).ok_or(Refusal::Changed)?;
    let mut changes = Changes::default();
    let (span, insert) = edit(source.text, task).ok_or(Refusal::Changed)?;
    changes.add(&source.path, source.text, span, insert, Why::Asked);
    if let Some((span, insert)) = of_group(source.text, plan, task) {
        changes.add(&source.path, source.text, span, insert.to_owned(), Why::Asked);
    }
    // A box in a heading is part of the heading's anchor.
    rename::follow_headings(source.world, &source.path, &mut changes, wanted).map_err(
        |refusal| match refusal {
            rename::Refusal::Changed => Refusal::Changed,
            rename::Refusal::Reason(_) => Refusal::Reason("The anchor of its heading would be another's."),
        },
    )?;
    Ok(changes)
}

/// The box of the group that a task is the last open one of, or that is open again with it.
fn of_group(text: &str, plan: &Plan, task: &Task) -> Option<(Span, &'static str)> {
    let group = plan.groups.get(task.group? as usize)?;
    let mut others = plan.tasks.get(group.tasks.start as usize..group.tasks.end as usize)?.iter();
    if !others.all(|own| own.head == task.head || own.is_done()) {
        return None;
    }
    let (_, content) = text.get(group.head.bytes())?.split_once('[')?;
    let mark = content.chars().next()?;
    let is_box = content.get(mark.len_utf8()..)?.starts_with(']');
    let wanted = if task.is_done() { " " } else { "x" };
    let start = group.head.end as usize - content.len();
    let differs = !wanted.eq_ignore_ascii_case(content.get(..mark.len_utf8())?);
    (is_box && differs).then(|| (Span::new(start, start + mark.len_utf8()), wanted))
}

/// What is written where.
pub(in crate::features) fn edit(text: &str, task: &Task) -> Option<(Span, String)> {
    let tick = task.tick.as_ref()?;
    let span = Span { start: tick.range.start, end: tick.range.end };
    let mark = if task.is_done() { tick.open } else { tick.done };
    // The cell of a table that holds nothing ends where the next one begins: with a blank between.
    let lead = text.get(..span.start as usize)?;
    let tail = text.get(span.end as usize..)?;
    let in_cell = span.is_empty() && tail.starts_with('|');
    Some((span, if in_cell && lead.ends_with(' ') { format!("{mark} ") } else { mark.to_owned() }))
}
