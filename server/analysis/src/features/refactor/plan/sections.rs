//! The sections that a spec of this form also has, each where it belongs, with a line that says what it
//! is for.

use super::{Source, with_line_ends};
use crate::changes::{Changes, Why};
use crate::features::at;
use crate::features::refactor::{Offer, Refusal, Way};
use crate::plans::SPEC_SECTIONS;
use segue_catalog::Kind;
use segue_syntax::Span;

/// What stands in a new section: of each what somebody has to write there.
const ASKED: &[(&str, &str)] = &[
    ("Problem Statement", "To be written: what is wrong today, for whom, and what it costs them."),
    ("Approach", "To be written: how it is put right, and what was decided against."),
    (
        "Implementation Requirements",
        "To be written: the components, each with its file, and what proves them.",
    ),
];

/// A section of the form: its name, and its heading where the file has one.
struct Place {
    name: &'static str,
    heading: Option<usize>,
}

fn places(source: &Source<'_>) -> Vec<Place> {
    let called = |name: &str| {
        let mut headings = source.facts.headings.iter();
        headings.position(|heading| {
            let title = heading.text.trim_start_matches(|c: char| !c.is_alphabetic());
            heading.level <= 3 && title.trim_end_matches([':', ' ']).eq_ignore_ascii_case(name)
        })
    };
    SPEC_SECTIONS.iter().map(|name| Place { name, heading: called(name) }).collect()
}

pub(super) fn offer(source: &Source<'_>, offers: &mut Vec<Offer>) {
    let places = places(source);
    let there = places.iter().filter(|place| place.heading.is_some()).count();
    if source.state.kind != Some(Kind::Spec) || there < 2 || there == places.len() {
        return;
    }
    let facts = source.facts;
    let span = if facts.header.open.is_empty() {
        facts.headings.first().map_or(facts.first_line, |heading| heading.span)
    } else {
        facts.header.open
    };
    offers.push(Offer { title: "Add missing sections".to_owned(), span, way: Way::AddSections });
}

pub(in crate::features::refactor) fn change(source: &Source<'_>) -> Result<Changes, Refusal> {
    let places = places(source);
    let facts = source.facts;
    let mut changes = Changes::default();
    for (at, place) in places.iter().enumerate().filter(|(_, place)| place.heading.is_none()) {
        let (_, asked) = ASKED.iter().find(|(name, _)| *name == place.name).ok_or(Refusal::Changed)?;
        let before = places.iter().take(at).rev().find_map(|place| place.heading);
        let after = places.iter().skip(at).find_map(|place| place.heading);
        let level =
            before.or(after).and_then(|index| facts.headings.get(index)).map_or(2, |heading| heading.level);
        let body = format!("{} {}\n\n{asked}\n", "#".repeat(usize::from(level)), place.name);
        let (offset, section) = match (after.and_then(|index| facts.headings.get(index)), before) {
            (Some(next), _) => (next.span.start, format!("{body}\n")),
            (None, Some(previous)) => end_of(source, previous, &body),
            (None, None) => return Err(Refusal::Changed),
        };
        let place = Span { start: offset, end: offset };
        changes.add(&source.path, source.text, place, with_line_ends(source, &section), Why::Asked);
    }
    Ok(changes)
}

/// The end of a section, and what is written there.
fn end_of(source: &Source<'_>, heading: usize, body: &str) -> (u32, String) {
    let end = at::section(source.facts, heading).end;
    if (end as usize) < source.text.len() {
        return (end, format!("{body}\n"));
    }
    let text: &str = source.text;
    let gap = if text.ends_with("\n\n") || text.ends_with("\r\n\r\n") { "" } else { "\n" };
    let end_of_line = if text.ends_with('\n') { "" } else { "\n" };
    (end, format!("{end_of_line}{gap}{body}"))
}
