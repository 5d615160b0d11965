//! Link definitions: in order at the end of their file, without those that no link uses.

use super::{Offer, Refusal, Source, Way, edited};
use crate::changes::{Changes, Why};
use segue_syntax::facts::Definition;
use segue_syntax::{Facts, Span};

pub(super) fn offer(source: &Source<'_>, range: Span, offers: &mut Vec<Offer>) {
    let unused = source.facts.definitions.iter().filter(|own| is_unused(own)).count();
    let touched = |own: &&Definition| own.span.start <= range.end && range.start <= own.span.end;
    let here = source.facts.definitions.iter().filter(touched).find(|own| is_unused(own));
    if let Some(here) = here {
        let title = match unused {
            1 => "Remove the unused link definition".to_owned(),
            several => format!("Remove the {several} unused link definitions"),
        };
        offers.push(Offer { title, span: here.span, way: Way::RemoveUnusedDefinitions });
    }
    if source.facts.definitions.iter().any(|own| touched(&own)) && organize(source).is_ok() {
        let title = "Organise link definitions".to_owned();
        offers.push(Offer { title, span: Span::at(0), way: Way::OrganizeDefinitions });
    }
}

/// `[//]: # (note)` is the idiom for a comment.
fn is_comment(definition: &Definition) -> bool {
    definition.label.starts_with("//") || &*definition.target == "#"
}

fn is_unused(definition: &Definition) -> bool {
    !definition.used && !is_comment(definition)
}

/// The lines of a definition that stands alone on them, with their last line end.
pub(super) fn lines_of(source: &Source<'_>, definition: &Definition) -> Option<Span> {
    let span = definition.span;
    source.begins_line(span.start).then_some(())?;
    let start = source.text.get(..span.start as usize)?.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let rest = source.text.get(span.end as usize..)?;
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let after = rest.get(blank..)?;
    let end = match after {
        "" => 0,
        _ if after.starts_with("\r\n") => 2,
        _ if after.starts_with(['\n', '\r']) => 1,
        _ => return None,
    };
    Some(Span::new(start, span.end as usize + blank + end))
}

pub(super) fn remove_unused(source: &Source<'_>) -> Result<Changes, Refusal> {
    let unused = source.facts.definitions.iter().filter(|own| is_unused(own));
    let edits: Vec<(Span, String)> =
        unused.filter_map(|own| Some((lines_of(source, own)?, String::new()))).collect();
    as_changes(source, edits)
}

pub(super) fn organize(source: &Source<'_>) -> Result<Changes, Refusal> {
    let mut kept: Vec<(&str, &str)> = Vec::new();
    let mut edits: Vec<(Span, String)> = Vec::new();
    let end = source.line_end();
    for definition in source.facts.definitions.iter().filter(|own| !is_comment(own)) {
        let Some(lines) = lines_of(source, definition) else { continue };
        edits.push((lines, String::new()));
        // A later definition of the same label is never read.
        if definition.used && !kept.iter().any(|(label, _)| *label == &*definition.label) {
            kept.push((&definition.label, definition.span.of(source.text)));
        }
    }
    if edits.is_empty() {
        return Err(Refusal::Changed);
    }
    kept.sort_unstable();
    let rest = edited(source.text, edits).ok_or(Refusal::Changed)?;
    let rest = rest.trim_end_matches(['\n', '\r', ' ', '\t']);
    let block: Vec<&str> = kept.iter().map(|(_, text)| *text).collect();
    let gap = if rest.is_empty() || block.is_empty() { "" } else { end };
    let last = if rest.is_empty() { "" } else { end };
    let tail = if block.is_empty() { String::new() } else { format!("{}{end}", block.join(end)) };
    let after = format!("{rest}{last}{gap}{tail}");
    // From where the texts part; all before stays as it is.
    let same = source.text.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
    let same = (0..=same).rev().find(|at| source.text.is_char_boundary(*at) && after.is_char_boundary(*at));
    let same = same.unwrap_or_default();
    let insert = after.get(same..).unwrap_or_default().to_owned();
    as_changes(source, vec![(Span::new(same, source.text.len()), insert)])
}

/// The edits, where they leave every link and heading what it is.
fn as_changes(source: &Source<'_>, edits: Vec<(Span, String)>) -> Result<Changes, Refusal> {
    let after = edited(source.text, edits.clone()).ok_or(Refusal::Changed)?;
    if after == **source.text {
        return Err(Refusal::Reason("The link definitions are in order."));
    }
    let (before, now) = (source.facts, Facts::of(&after));
    let links = |facts: &Facts| -> Vec<_> {
        facts.links.iter().map(|own| (own.kind(), own.target.clone())).collect()
    };
    let headings = |facts: &Facts| -> Vec<_> { facts.headings.iter().map(|own| own.slug.clone()).collect() };
    let same = links(before) == links(&now)
        && headings(before) == headings(&now)
        && before.tokens.len() == now.tokens.len()
        && before.undefined.len() == now.undefined.len();
    if !same {
        return Err(Refusal::Reason(
            "Without the definitions where they are, the text around them would be read in another way.",
        ));
    }
    let mut changes = Changes::default();
    for (span, insert) in edits {
        changes.add(&source.path, source.text, span, insert, Why::Asked);
    }
    Ok(changes)
}
