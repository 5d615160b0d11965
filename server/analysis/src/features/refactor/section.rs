//! A section as it is written in another file: its links lead where they led, its headings have the
//! level that fits there, and the link definitions that it needs come along.

use super::{Refusal, edited};
use crate::changes::Move;
use crate::features::moves;
use crate::path;
use crate::resolve::{self, Anchored};
use crate::sites::Page;
use crate::target::{Target, understand};
use crate::world::World;
use crate::written;
use segue_syntax::facts::{Definition, LinkKind};
use segue_syntax::{Facts, Span};

use super::relative::spelled;

/// A section for another file.
pub(super) struct Carried {
    /// Its text.
    pub text: String,
    /// The definitions that stand elsewhere in its file, by folded label.
    pub definitions: Vec<(Box<str>, String)>,
    /// The anchors of itself that it has links to.
    pub own_anchors: Vec<String>,
}

/// What is carried where.
pub(super) struct Carry<'a> {
    pub world: &'a World,
    /// The file in which the section stands.
    pub page: Page<'a>,
    pub facts: &'a Facts,
    pub text: &'a str,
    /// The section.
    pub span: Span,
    /// The file to which it goes.
    pub to: &'a str,
    /// How many levels its headings go down, or up where negative.
    pub shift: i8,
}

impl Carry<'_> {
    /// The section as the other file has it.
    pub fn carried(&self) -> Result<Carried, Refusal> {
        if self.span.of(self.text).contains("[^") {
            return Err(Refusal::Reason("It has footnotes, whose texts may stand elsewhere."));
        }
        let needed = self.definitions()?;
        let moves = [Move { from: self.page.path.to_owned(), to: self.to.to_owned() }];
        let mut edits = moves::destinations(self.world, &self.page, &moves);
        let mut own_anchors = Vec::new();
        let carried = |span: Span| {
            self.span.contains(span) || needed.iter().any(|definition| definition.span.contains(span))
        };
        for (_, written) in written::all(self.page.kind, self.facts).filter(|(_, own)| carried(own.whole)) {
            match understand(written.text, self.page.path, written.base) {
                Target::Outside => return Err(Refusal::Reason("A link in it leads out of the workspace.")),
                Target::SameFile { anchor } if self.has(&anchor) => own_anchors.push(anchor),
                Target::SameFile { .. } => {
                    let relative = path::relative(path::parent(self.to), self.page.path);
                    let angle =
                        self.text.get(..written.span.start as usize).is_some_and(|text| text.ends_with('<'));
                    edits.push((written.span, spelled(&relative, written.span.of(self.text), angle)));
                }
                Target::Path { candidates, .. } if candidates.iter().any(|own| own == self.page.path) => {
                    return Err(Refusal::Reason("It has a link to its own file by name."));
                }
                _ => {}
            }
        }
        edits.extend(self.levels());
        let definition = |definition: &&Definition| {
            let text = part(self.text, definition.span, &edits)?;
            Some((definition.label.clone(), text))
        };
        let definitions: Option<Vec<_>> = needed.iter().map(definition).collect();
        Ok(Carried {
            text: part(self.text, self.span, &edits).ok_or(Refusal::Changed)?,
            definitions: definitions.ok_or(Refusal::Changed)?,
            own_anchors,
        })
    }

    /// Whether an anchor is one of the section.
    fn has(&self, anchor: &str) -> bool {
        let place = match resolve::anchored(self.facts, anchor) {
            Some(Anchored::Heading(index)) => self.facts.headings.get(index).map(|heading| heading.span),
            Some(Anchored::Html(index)) => self.facts.html_ids.get(index).map(|id| id.span),
            None => None,
        };
        place.is_some_and(|place| self.span.contains(place))
    }

    /// The definitions outside of the section that it uses. Those in it must be its own.
    fn definitions(&self) -> Result<Vec<&Definition>, Refusal> {
        let mut needed: Vec<&Definition> = Vec::new();
        for link in &self.facts.links {
            if !matches!(link.kind(), LinkKind::Reference | LinkKind::ImageReference) {
                continue;
            }
            let index = link.definition().map(|index| index as usize);
            let Some(definition) = index.and_then(|index| self.facts.definitions.get(index)) else {
                continue;
            };
            match (self.span.contains(link.span), self.span.contains(definition.span)) {
                (true, false) if !needed.iter().any(|own| own.span == definition.span) => {
                    needed.push(definition)
                }
                (false, true) => {
                    return Err(Refusal::Reason("Links outside of it use a link definition in it."));
                }
                _ => {}
            }
        }
        Ok(needed)
    }

    /// The marks of its headings, more or fewer.
    fn levels(&self) -> Vec<(Span, String)> {
        let own = self.facts.headings.iter().filter(|heading| self.span.contains(heading.span));
        let mark = |start: u32, level: u8| (Span { start, end: start + u32::from(level) }, level);
        let marks = own.map(|heading| mark(heading.span.start, heading.level));
        let shifted = marks.filter_map(|(span, level)| {
            let level = usize::try_from(i16::from(level) + i16::from(self.shift)).ok()?;
            (self.shift != 0).then(|| (span, "#".repeat(level)))
        });
        shifted.collect()
    }
}

/// The shift that gives the headings in `span` their new level, `wanted` for the highest of them: none
/// where one is underlined, or would be too deep.
pub(super) fn shift_to(facts: &Facts, text: &str, span: Span, wanted: u8) -> i8 {
    let own: Vec<_> = facts.headings.iter().filter(|heading| span.contains(heading.span)).collect();
    let underlined = own.iter().any(|heading| !heading.span.of(text).starts_with('#'));
    let (Some(high), Some(deep)) =
        (own.iter().map(|own| own.level).min(), own.iter().map(|own| own.level).max())
    else {
        return 0;
    };
    let shift = i16::from(wanted) - i16::from(high);
    if underlined || i16::from(deep) + shift > 6 { 0 } else { i8::try_from(shift).unwrap_or(0) }
}

/// A part of a text after those of the edits that lie in it.
fn part(text: &str, span: Span, edits: &[(Span, String)]) -> Option<String> {
    let inside = edits.iter().filter(|(own, _)| span.contains(*own));
    let moved = |own: &Span| Span { start: own.start - span.start, end: own.end - span.start };
    let edits = inside.map(|(own, insert)| (moved(own), insert.clone())).collect();
    edited(text.get(span.range())?, edits)
}
