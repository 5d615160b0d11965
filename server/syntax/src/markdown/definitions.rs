//! Link reference definitions: the ones in force, and the repeated ones that nothing reads.
//!
//! The parser keeps the first definition of each label and says nothing of a later one, for which
//! it makes no event either. So every line that begins like a definition is remembered, and the ones
//! that no event covers are definitions too.

use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::{Parser, RefDefs};
use unicase::UniCase;

use super::{ByLabel, spans};
use crate::Span;
use crate::facts::Definition;

/// The definitions of one text.
pub(super) struct Defined {
    /// In order of their place; first ones only.
    first: Vec<Definition>,
    by_label: ByLabel,
    /// Offsets of a `[` that could begin a definition, and whether an event covers it.
    candidates: Vec<(usize, bool)>,
}

impl Defined {
    /// The definitions that the parser found in `text` from `body` on.
    pub(super) fn of(text: &str, body: usize, found: &RefDefs<'_>) -> Self {
        let mut first = Vec::new();
        for (label, definition) in found.iter() {
            let span = definition.span.start + body..definition.span.end + body;
            first.push(self::definition(text, label, &definition.dest, span));
        }
        if first.is_empty() {
            return Self { first, by_label: ByLabel::default(), candidates: Vec::new() };
        }
        first.sort_by_key(|definition| definition.span);
        let by_label =
            first.iter().zip(0..).map(|(definition, index)| (definition.label.clone(), index)).collect();
        Self { first, by_label, candidates: candidates(text, body) }
    }

    /// Notes that an event stands for `range`, so that no definition can begin in it.
    pub(super) fn cover(&mut self, range: &Range<usize>) {
        if self.candidates.is_empty() {
            return;
        }
        let from = self.candidates.partition_point(|(at, _)| *at < range.start);
        for (at, covered) in self.candidates.iter_mut().skip(from) {
            if *at >= range.end {
                break;
            }
            *covered = true;
        }
    }

    /// The definition of the folded `label`, which is used from now on.
    pub(super) fn use_label(&mut self, label: &str) -> Option<u32> {
        let index = *self.by_label.get(label)?;
        if let Some(definition) = self.first.get_mut(index as usize) {
            definition.used = true;
        }
        Some(index)
    }

    /// All definitions in order, and where each of the first ones has gone.
    pub(super) fn finish(self, text: &str) -> (Vec<Definition>, Vec<u32>) {
        let firsts: Vec<u32> = self.first.iter().map(|definition| definition.span.start).collect();
        let mut later: Vec<Definition> = Vec::new();
        for (at, covered) in self.candidates {
            let before = self.first.partition_point(|definition| definition.span.start as usize <= at);
            let before = before.checked_sub(1).and_then(|before| self.first.get(before));
            let inside = |definition: &Definition| at < definition.span.end as usize;
            if !covered && !before.is_some_and(inside) && !later.last().is_some_and(inside) {
                later.extend(repeated(text, at));
            }
        }
        let mut all = self.first;
        all.append(&mut later);
        all.sort_by_key(|definition| definition.span);
        let place = |start: &u32| all.partition_point(|definition| definition.span.start < *start);
        let moved = firsts.iter().map(|start| u32::try_from(place(start)).unwrap_or(u32::MAX)).collect();
        (all, moved)
    }
}

/// The label as labels are compared: case folded, blanks collapsed.
pub(super) fn fold(label: &str) -> Box<str> {
    let folded = UniCase::new(label).to_folded_case();
    let mut words = folded.split_whitespace();
    let mut out = String::with_capacity(folded.len());
    out.push_str(words.next().unwrap_or_default());
    for word in words {
        out.push(' ');
        out.push_str(word);
    }
    out.into()
}

/// The facts of the definition that stands at `span`.
fn definition(text: &str, label: &str, target: &str, span: Range<usize>) -> Definition {
    let label_start = span.start + 1;
    let label_end = spans::label_close(text, label_start, span.end);
    Definition {
        label: fold(label),
        label_span: Span::new(label_start, label_end),
        target_span: spans::destination(text, label_end + 2, span.end),
        span: Span::new(span.start, span.end),
        target: target.into(),
        used: false,
    }
}

/// More bytes than the 999 characters of the longest label have.
const LABEL_LIMIT: usize = 4096;

/// Every `[` with which a line begins whose label is followed by a colon.
fn candidates(text: &str, body: usize) -> Vec<(usize, bool)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for close in memmem::find_iter(bytes.get(body..).unwrap_or_default(), b"]:") {
        let from = body + close.saturating_sub(LABEL_LIMIT);
        let open = spans::label_open(text, from, body + close + 1).saturating_sub(1);
        let line = bytes.get(body..open).unwrap_or_default().iter().rev();
        // A definition may stand in a quotation or a list item.
        let marker = |byte: &&u8| !matches!(byte, b'\n' | b'\r');
        let begins = line.take_while(marker).all(|byte| b" \t>-+*.)0123456789".contains(byte));
        if begins && bytes.get(open) == Some(&b'[') && bytes.get(open + 1) != Some(&b'^') {
            found.push((open, false));
        }
    }
    found
}

/// The definition that begins at `at`, which nothing reads because its label was defined before.
fn repeated(text: &str, at: usize) -> Option<Definition> {
    // A definition is three lines at most, unless its label or title is broken.
    let rest = text.get(at..)?;
    let end = memchr::memchr_iter(b'\n', rest.as_bytes()).nth(2).unwrap_or(rest.len());
    let parser = Parser::new(rest.get(..end)?);
    let (label, found) = parser.reference_definitions().iter().find(|(_, found)| found.span.start == 0)?;
    Some(definition(text, label, &found.dest, at..at + found.span.end))
}
