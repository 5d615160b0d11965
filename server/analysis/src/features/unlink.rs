//! What becomes of links to files and folders that are deleted: their texts stay.
//!
//! An editor asks for this with the deletion and lets somebody agree to it: what was deleted by mistake,
//! or to be made anew, keeps its links.

use super::navigate::{hint_of, outside};
use crate::changes::{Changes, Why};
use crate::intern::PathId;
use crate::path;
use crate::resolve;
use crate::sites::Page;
use crate::world::World;
use crate::written::{self, What, Written};
use segue_syntax::facts::{Link, LinkKind};
use segue_syntax::{Facts, Lines, Span};
use std::sync::Arc;

/// The edits that take every link to one of `deleted` out, its text left, and imports that have a line
/// of their own. Nothing else is touched: what is left of references in sentences is diagnosed. `None`
/// where a file changed on disk and is not known as it is, or nobody waits any more.
#[must_use]
pub fn links_to(world: &World, deleted: &[String], wanted: &(dyn Fn() -> bool + Sync)) -> Option<Changes> {
    let is_deleted = |path: &str| deleted.iter().any(|own| path::is_below(path, own));
    let mut referrers: Vec<PathId> = world
        .known_paths(|path| is_deleted(path) || is_deleted(&format!("{path}.md")))
        .into_iter()
        .flat_map(|target| world.referrers(target))
        .copied()
        .collect();
    referrers.sort_unstable();
    referrers.dedup();
    let mut changes = Changes::default();
    for id in referrers {
        let path = world.path(id);
        let Some(state) = world.file(id).filter(|state| state.kind.is_some() && !is_deleted(&path)) else {
            continue;
        };
        let text = world.text(id)?;
        for span in taken_out(world, &Page::of(&path, state, Some(&text)), &is_deleted) {
            changes.add(&path, &text, span, String::new(), Why::Unlink);
        }
    }
    let hints: Vec<String> = deleted.iter().map(|path| hint_of(path)).collect();
    let found = outside(world, &hints, &|_| false, wanted, |page, _, text| {
        let spans = if is_deleted(page.path) { Vec::new() } else { taken_out(world, page, &is_deleted) };
        spans.into_iter().map(|span| (Arc::<str>::from(page.path), text.clone(), span)).collect()
    });
    for (path, text, span) in found {
        changes.add(&path, &text, span, String::new(), Why::Unlink);
    }
    wanted().then_some(changes)
}

/// What goes from a file.
fn taken_out(world: &World, page: &Page<'_>, is_deleted: &dyn Fn(&str) -> bool) -> Vec<Span> {
    let (Some(facts), Some(text)) = (page.facts, page.text) else { return Vec::new() };
    let mut spans = Vec::new();
    for (_, written) in written::all(page.kind, facts) {
        let lead = resolve::lead(world, page.path, &written);
        let there = lead.and_then(|lead| lead.there).filter(|there| is_deleted(&there.path));
        if there.is_none() {
            continue;
        }
        match written.what {
            What::Link | What::Image => spans.extend(around_text(facts, text, &written)),
            What::FileReference | What::Import | What::Part | What::Worker => {
                spans.extend(own_line(text, written.whole, true))
            }
        }
    }
    spans.retain(|span| !span.is_empty());
    spans
}

/// All of a link but its text; of a definition the line, and all but the texts of its uses.
fn around_text(facts: &Facts, text: &str, written: &Written<'_>) -> Vec<Span> {
    let around = |link: &Link| {
        let (start, end) = (link.text_span().start, link.text_span().end);
        [Span { start: link.span.start, end: start }, Span { start: end, end: link.span.end }]
    };
    let is_own = |link: &&Link| link.span == written.whole && link.target_span == written.span;
    if let Some(link) = facts.links.iter().find(is_own) {
        return around(link).to_vec();
    }
    let Some(index) = facts.definitions.iter().position(|own| own.target_span == written.span) else {
        return Vec::new();
    };
    let uses = facts.links.iter().filter(|link| {
        matches!(link.kind(), LinkKind::Reference | LinkKind::ImageReference)
            && link.definition().is_some_and(|own| own as usize == index)
    });
    uses.flat_map(around).chain(own_line(text, written.whole, false)).collect()
}

/// The line of something that stands alone in it, behind the mark of a list where that may be.
fn own_line(text: &str, whole: Span, listed: bool) -> Option<Span> {
    let lines = Lines::of(text);
    let line = lines.line_of(whole.start as usize);
    let span = lines.line_span(text, line);
    let before = text.get(span.start as usize..whole.start as usize)?.trim();
    let after = text.get(whole.end as usize..span.end as usize)?.trim();
    let alone = after.is_empty() && (before.is_empty() || (listed && matches!(before, "-" | "*" | "+")));
    let end = lines.line_span(text, line + 1).start.max(span.end);
    alone.then_some(Span { start: span.start, end })
}
