//! What can be done in plans and in the specs that they are made from.

pub(super) mod chart;
mod graph;
pub(super) mod make;
pub(super) mod renumber;
pub(super) mod sections;
pub(super) mod split;
pub(super) mod tick;

pub(in crate::features) use tick::edit as tick_edit;

use super::{Offer, Refusal, Source};
use crate::changes::Changes;
use crate::plans::{self, Planned};
use segue_plan::{Plan, Range};
use segue_syntax::{Lines, Span};

pub(super) fn offer(source: &Source<'_>, range: Span, offers: &mut Vec<Offer>) {
    let Some(plan) = source.state.plan.as_deref() else { return };
    let title = title(source, plan);
    tick::offer(source, range, offers);
    split::offer(source, plan, range, offers);
    let at_title = range.start <= title.end;
    renumber::offer(plan, title, range, offers);
    if at_title && source.state.facts().is_some() {
        make::offer(source, plan, title, offers);
        chart::offer(source, plan, title, offers);
        sections::offer(source, offers);
    }
}

/// The title of a plan, at least its first line: where what concerns the whole is offered.
fn title(source: &Source<'_>, plan: &Plan) -> Span {
    let first = source.facts.first_line.end.max(source.facts.header.body);
    match &plan.title {
        Some(title) => Span { start: title.range.start, end: title.range.end.max(title.range.start) },
        None => Span { start: 0, end: first },
    }
}

fn span(range: Range) -> Span {
    Span { start: range.start, end: range.end }
}

/// The plan of a file. Offers are made of files that have one.
fn plan_of<'s>(source: &'s Source<'_>) -> Result<&'s Planned, Refusal> {
    source.state.plan.as_deref().ok_or(Refusal::Changed)
}

/// The plan after some changes of its file.
fn after(source: &Source<'_>, changes: &Changes) -> Result<Planned, Refusal> {
    let file = changes.files.get(&source.path).ok_or(Refusal::Reason("There is nothing to change."))?;
    let text = file.applied().ok_or(Refusal::Changed)?;
    Ok(Planned::new(plans::of_text(&source.path, &text)))
}

/// The line that holds a byte, without its end.
fn line_at(text: &str, offset: u32) -> Span {
    let lines = Lines::of(text);
    lines.line_span(text, lines.line_of(offset as usize))
}

/// Lines with the line end of the file.
fn with_line_ends(source: &Source<'_>, lines: &str) -> String {
    match source.line_end() {
        "\n" => lines.to_owned(),
        end => lines.replace('\n', end),
    }
}
