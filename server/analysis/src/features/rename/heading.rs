//! Headings and HTML anchors: every link to them follows, and the links to their namesakes, whose
//! counters shift.

use super::{Refusal, refuse, rewrite};
use crate::changes::{Changes, Why};
use crate::features::at::Symbol;
use crate::path;
use crate::resolve::{self, Anchored};
use crate::world::World;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use segue_syntax::facts::Heading;
use segue_syntax::slug::slug_text;
use segue_syntax::{Facts, Span};
use std::sync::Arc;

pub(super) fn rename(
    world: &World,
    path: &Arc<str>,
    anchor: &str,
    new: &str,
    wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Changes, Refusal> {
    let (id, state) = world.file_at(path).ok_or(Refusal::Changed)?;
    let text = world.text(id).ok_or(Refusal::Changed)?;
    let facts = state.facts().ok_or(Refusal::Changed)?;
    let mut changes = Changes::default();
    // Old anchors with the ones that take their place.
    let mut shifted: Vec<(Box<str>, Box<str>)> = Vec::new();
    match resolve::anchored(facts, anchor) {
        Some(Anchored::Heading(index)) => {
            let heading = facts.headings.get(index).ok_or(Refusal::Changed)?;
            let (span, insert) = written(heading, &text, new);
            let after = reread(&text, span, &insert, facts, index)?;
            collision(facts, &after, index)?;
            shifted.extend(
                facts
                    .headings
                    .iter()
                    .zip(&after.headings)
                    .filter(|(old, new)| old.slug != new.slug)
                    .map(|(old, new)| (old.slug.clone(), new.slug.clone())),
            );
            changes.add(path, &text, span, insert, Why::Name);
        }
        Some(Anchored::Html(index)) => {
            let own = facts.html_ids.get(index).ok_or(Refusal::Changed)?;
            if new.contains([' ', '"', '\'', '<', '>', '&', '=', '`']) {
                return refuse(format!("`{new}` cannot be the id of an HTML element."));
            }
            if resolve::anchored(facts, new).is_some() {
                return refuse(taken(path, new));
            }
            shifted.push((own.id.clone(), new.into()));
            changes.add(path, &text, own.span, new.to_owned(), Why::Name);
        }
        None => return Err(Refusal::Changed),
    }
    for (old, new) in shifted {
        if new.is_empty() {
            return refuse("Nothing of this text is left in an anchor: links could not lead to it.");
        }
        let symbol = Symbol::Anchor { path: path.clone(), anchor: old };
        rewrite(world, &symbol, &mut changes, wanted, |written| anchor_like(written, &new))?;
    }
    Ok(changes)
}

fn taken(path: &str, anchor: &str) -> String {
    format!("Something else in `{}` has the anchor `#{anchor}` already.", path::file_name(path))
}

/// The edit of a heading: of its content, or after the marks of an empty one.
fn written(heading: &Heading, text: &str, new: &str) -> (Span, String) {
    if !heading.text_span.is_empty() {
        return (heading.text_span, new.to_owned());
    }
    let marks = heading.span.of(text).trim_end().len();
    let at = heading.span.start as usize + marks;
    (Span { start: Span::at(at).start, end: heading.span.end }, format!(" {new}"))
}

/// The facts of the text with the edit, where it leaves the headings what they are.
fn reread(text: &str, span: Span, insert: &str, facts: &Facts, index: usize) -> Result<Facts, Refusal> {
    let mut after = text.to_owned();
    if after.get(span.range()).is_none() {
        return Err(Refusal::Changed);
    }
    after.replace_range(span.range(), insert);
    let after = Facts::of(&after);
    let levels = |facts: &Facts| facts.headings.iter().map(|heading| heading.level).collect::<Vec<_>>();
    let same_place = after.headings.get(index).map(|heading| heading.span.start)
        == facts.headings.get(index).map(|heading| heading.span.start);
    if levels(facts) != levels(&after) || !same_place {
        return refuse("With this text it would be no heading any more, or another one.");
    }
    Ok(after)
}

/// A heading may not take the anchor of another: links to that one would lead here, or its counter
/// would shift under links that nobody sees.
fn collision(before: &Facts, after: &Facts, index: usize) -> Result<(), Refusal> {
    let text = |facts: &Facts| facts.headings.get(index).map(|heading| slug_text(&heading.text));
    let (Some(old), Some(new)) = (text(before), text(after)) else { return Err(Refusal::Changed) };
    if old == new {
        return Ok(());
    }
    let others = before.headings.iter().enumerate().filter(|(own, _)| *own != index);
    let other = others.map(|(_, heading)| heading).find(|heading| *heading.slug == *new);
    if let Some(other) = other {
        return refuse(format!("The heading “{}” has the anchor `#{new}` already.", other.text));
    }
    if before.html_ids.iter().any(|id| *id.id == *new) {
        return refuse(format!("An HTML element has the anchor `#{new}` already."));
    }
    Ok(())
}

/// An anchor as another one is written: encoded where that was, with the prefix that it had.
pub(super) fn anchor_like(written: &str, new: &str) -> String {
    let prefix = if written.starts_with("user-content-") { "user-content-" } else { "" };
    let encoded = if written.contains('%') {
        const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
        utf8_percent_encode(new, ENCODED).to_string()
    } else {
        new.replace('%', "%25").replace(' ', "%20").replace('(', "%28").replace(')', "%29")
    };
    format!("{prefix}{encoded}")
}
