//! The section that a link leads to, in the link's place.

use super::section::{Carry, shift_to};
use super::{Offer, Refusal, Source, Way};
use crate::changes::{Changes, Why};
use crate::features::at;
use crate::path;
use crate::resolve::{self, Anchored};
use crate::sites::Page;
use crate::written::{What, Written};
use segue_syntax::{Facts, Lines, Span};
use std::sync::Arc;

pub(super) fn offer(source: &Source<'_>, range: Span, offers: &mut Vec<Offer>) {
    for written in source.touched(range) {
        if let (Some((path, _)), Some(_)) = (target(source, &written), line_of(source, &written)) {
            let title = format!("Put what `{}` says here", path::file_name(&path));
            offers.push(Offer { title, span: written.whole, way: Way::Inline { at: written.span.start } });
        }
    }
}

/// The Markdown file that a link leads to, and the anchor.
fn target(source: &Source<'_>, written: &Written<'_>) -> Option<(Arc<str>, Option<String>)> {
    let is_link = source.facts.links.iter().any(|link| link.span == written.whole);
    let lead = resolve::lead(source.world, &source.path, written)
        .filter(|_| is_link && written.what == What::Link)?;
    let there = lead.there.filter(|there| !there.folder && there.path != *source.path)?;
    let anchor = lead.anchor.filter(|anchor| !anchor.is_empty());
    (path::extension(&there.path) == "md").then(|| (there.path.into(), anchor))
}

/// The line of a link that is alone in its paragraph, with at most a word before it (`See`) and a mark
/// behind it.
fn line_of(source: &Source<'_>, written: &Written<'_>) -> Option<Span> {
    let text = source.text;
    let lines = Lines::of(text);
    let number = lines.line_of(written.whole.start as usize);
    let line = lines.line_span(text, number);
    line.contains(written.whole).then_some(())?;
    let before = Span { start: line.start, end: written.whole.start }.of(text);
    let after = Span { start: written.whole.end, end: line.end }.of(text);
    let word = before.trim();
    let plain = before.len() - before.trim_start().len() < 4 && word.chars().all(char::is_alphabetic);
    let mark = matches!(after.trim(), "" | "." | ":");
    let ends = |at: usize| {
        let span = lines.line_span(text, at);
        let heading =
            source.facts.headings.iter().any(|own| own.span.start <= span.end && span.start <= own.span.end);
        span.of(text).trim().is_empty() || heading || span.start < source.facts.header.body
    };
    let alone = number.checked_sub(1).is_none_or(ends) && (number + 1 >= lines.count() || ends(number + 1));
    (plain && mark && alone).then_some(line)
}

pub(super) fn change(source: &Source<'_>, at: u32) -> Result<Changes, Refusal> {
    let written = source.beginning_at(at).ok_or(Refusal::Changed)?;
    let (path, anchor) = target(source, &written).ok_or(Refusal::Changed)?;
    let line = line_of(source, &written).ok_or(Refusal::Changed)?;
    let text = source.world.any_text(&path).ok_or(Refusal::Changed)?;
    let facts = Facts::of(&text);
    let state = source.world.file_at(&path).map(|(_, state)| state).filter(|state| state.kind.is_some());
    let mut page = Page::plain(&path, &facts, &text);
    page.kind = state.and_then(|state| state.kind);
    let (span, wanted) = part(source, line, &facts, &text, anchor.as_deref())?;
    let shift = shift_to(&facts, &text, span, wanted);
    let world = source.world;
    let carry = Carry { world, page, facts: &facts, text: &text, span, to: &source.path, shift };
    let carried = carry.carried()?;
    let mut changes = Changes::default();
    let end = source.line_end();
    let inserted = carried.text.trim().replace("\r\n", "\n").replace('\n', end);
    changes.add(&source.path, source.text, line, inserted, Why::Asked);
    append_definitions(source, carried.definitions, &mut changes)?;
    check_anchors(source, line, &facts, span, !carried.own_anchors.is_empty(), &changes)?;
    Ok(changes)
}

/// What of the file comes here, and the level of its highest heading. Below a heading that is called
/// like it, a section comes without its own.
fn part(
    source: &Source<'_>,
    line: Span,
    facts: &Facts,
    text: &str,
    anchor: Option<&str>,
) -> Result<(Span, u8), Refusal> {
    let above = source.facts.headings.iter().rfind(|own| own.span.end <= line.start);
    let level = above.map_or(0, |own| own.level);
    let whole = Span { start: facts.header.body.max(if facts.bom { 3 } else { 0 }), end: facts.len };
    let (first, mut span) = match anchor.map(|anchor| resolve::anchored(facts, anchor)) {
        None => {
            let body = whole.of(text);
            let start = whole.start as usize + body.len() - body.trim_start().len();
            let first = facts.headings.first().filter(|own| own.span.start as usize == start);
            (first, whole)
        }
        Some(Some(Anchored::Heading(index))) => (facts.headings.get(index), at::section(facts, index)),
        Some(_) => return Err(Refusal::Reason("The link leads to no section.")),
    };
    let mut wanted = level + 1;
    if let (Some(first), Some(above)) = (first, above) {
        let between = Span { start: above.span.end, end: line.start }.of(source.text);
        if first.text.trim() == above.text.trim() && between.trim().is_empty() {
            span.start = first.span.end;
            let lower = facts.headings.iter().filter(|own| span.contains(own.span)).map(|own| own.level);
            // What stood so much lower than its heading still does.
            wanted = level + lower.min().map_or(1, |lower| lower.saturating_sub(first.level).max(1));
        }
    }
    if span.of(text).trim().is_empty() {
        return Err(Refusal::Reason("There is nothing in the section."));
    }
    Ok((span, wanted.min(6)))
}

/// Adds definitions at the end. One whose label has another meaning here is in the way.
fn append_definitions(
    source: &Source<'_>,
    definitions: Vec<(Box<str>, String)>,
    changes: &mut Changes,
) -> Result<(), Refusal> {
    let end = source.line_end();
    let mut block = String::new();
    for (label, text) in definitions {
        match source.facts.definitions.iter().find(|own| own.label == label) {
            Some(own) if own.span.of(source.text) == text => {}
            Some(_) => return Err(Refusal::Reason("A link definition of the section has a namesake here.")),
            None => block.push_str(&format!("{end}{text}")),
        }
    }
    if !block.is_empty() {
        let kept = source.text.trim_end();
        let span = Span::new(kept.len(), source.text.len());
        changes.add(&source.path, source.text, span, format!("{end}{block}{end}"), Why::Asked);
    }
    Ok(())
}

/// Whether headings here keep their anchors, and those that come, where the section has links to them.
fn check_anchors(
    source: &Source<'_>,
    line: Span,
    other: &Facts,
    span: Span,
    needs_own: bool,
    changes: &Changes,
) -> Result<(), Refusal> {
    let after = changes.files.get(&source.path).and_then(|file| file.applied()).ok_or(Refusal::Changed)?;
    let after = Facts::of(&after);
    let own = &source.facts.headings;
    let before = own.iter().take_while(|own| own.span.end <= line.start).count();
    let come: Vec<_> = other.headings.iter().filter(|own| span.contains(own.span)).collect();
    let slug = |at: usize| after.headings.get(at).map(|own| &own.slug);
    let stay = own
        .iter()
        .enumerate()
        .all(|(at, own)| slug(if at < before { at } else { at + come.len() }) == Some(&own.slug));
    let same = come.iter().enumerate().all(|(at, own)| slug(before + at) == Some(&own.slug));
    if after.headings.len() != own.len() + come.len() || !stay {
        return Err(Refusal::Reason("Headings of this file would get other anchors."));
    }
    if needs_own && !same {
        return Err(Refusal::Reason(
            "A link in the section leads to a heading of it that would get another anchor.",
        ));
    }
    Ok(())
}
