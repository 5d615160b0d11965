//! A header rewritten entry by entry: what is kept stays as it was written, with its comments.

use super::{Refusal, Source};
use crate::line_ends;
use crate::names;
use segue_syntax::Facts;
use segue_syntax::facts::HeaderShape;
use segue_syntax::yaml::{Entry, Map};

/// What becomes of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays as it is written.
    Keep,
    /// These lines take its place.
    Lines(Vec<String>),
    /// It stays as a comment, so that nothing a person wrote is lost.
    Comment,
}

/// A header that can be rewritten: a closed one without errors, or none.
pub(super) struct Header<'f> {
    text: &'f str,
    facts: &'f Facts,
    /// Its entries; none where the file has no header, or an empty one.
    pub map: Option<&'f Map>,
}

impl<'f> Header<'f> {
    /// # Errors
    /// Where nobody knows what the header says.
    pub fn of(text: &'f str, facts: &'f Facts) -> Result<Self, Refusal> {
        let header = &facts.header;
        match header.shape {
            HeaderShape::None => return Ok(Self { text, facts, map: None }),
            HeaderShape::Closed => {}
            HeaderShape::Unclosed => return Err(Refusal::Header("is never closed")),
            HeaderShape::NotAtStart => return Err(Refusal::Header("does not begin on the first line")),
            HeaderShape::Fenced => return Err(Refusal::Header("stands in a code fence")),
        }
        let map = header.yaml.map();
        if !header.yaml.errors.is_empty() || (map.is_none() && header.yaml.root.is_some()) {
            return Err(Refusal::Header("has errors"));
        }
        if map.is_some_and(|map| map.flow) {
            return Err(Refusal::Header("is written in braces"));
        }
        Ok(Self { text, facts, map })
    }

    /// The text of a value, where it is a scalar that is not blank.
    pub fn str(&self, key: &str) -> Option<&'f str> {
        self.map.and_then(|map| map.str(key)).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The text up to the body, with `first` as its first lines and each entry as `fate` has it.
    pub fn rewritten(&self, first: &[String], mut fate: impl FnMut(&'f Entry) -> Fate) -> String {
        let end = line_ends::of_text(self.text);
        let mark = if self.facts.bom { "\u{feff}" } else { "" };
        let header = &self.facts.header;
        let mut out = String::new();
        let lines = |out: &mut String, lines: &[String]| {
            for line in lines {
                out.push_str(line);
                out.push_str(end);
            }
        };
        if header.shape == HeaderShape::None {
            out.push_str(mark);
            lines(&mut out, &["---".to_owned()]);
            lines(&mut out, first);
            lines(&mut out, &["---".to_owned(), String::new()]);
            return out;
        }
        let content = header.content.start as usize;
        out.push_str(self.text.get(..content).unwrap_or_default());
        lines(&mut out, first);
        let mut at = content;
        for entry in self.map.into_iter().flat_map(|map| &map.entries) {
            let block = line_ends::around(self.text, entry.span());
            out.push_str(self.text.get(at..block.start as usize).unwrap_or_default());
            let own = block.of(self.text);
            match fate(entry) {
                Fate::Keep => out.push_str(own),
                Fate::Lines(new) => lines(&mut out, &new),
                Fate::Comment => {
                    for line in line_ends::split(own) {
                        out.push_str(if line.trim().is_empty() { "#" } else { "# " });
                        out.push_str(line);
                    }
                }
            }
            at = block.end as usize;
        }
        out.push_str(self.text.get(at..header.body as usize).unwrap_or_default());
        out
    }

    /// Where the body begins.
    pub fn body(&self) -> usize {
        (self.facts.header.body as usize).max(if self.facts.bom { 3 } else { 0 })
    }
}

/// What a file says of itself where its header does not, and where that stands.
pub(super) fn first_words(source: Source<'_>) -> (&str, &'static str) {
    let heading = source.state.facts().and_then(|facts| facts.headings.first());
    match heading.map(|heading| heading.text.trim()).filter(|text| !text.is_empty()) {
        Some(text) => (text, "the first heading"),
        None => (names::stem(source.path), "the file's name"),
    }
}
