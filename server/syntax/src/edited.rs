//! The facts of a text after an edit, made from those before it.
//!
//! Markdown is read block by block from the top, and what is open at a place depends on what stands
//! before it alone. A heading `# …` at the beginning of a line closes all that may be open, fences and raw
//! HTML excepted, and inside of those it is no heading. So where the facts before the edit have such a
//! heading in front of the edit, reading may begin there; and where what is read anew comes upon such a
//! heading behind the edit, all that follows is as it was, only elsewhere. What reaches across blocks
//! (definitions, footnotes, ignore comments) makes it the whole text again.

use memchr::memmem;

use crate::facts::{
    Facts, Fence, Heading, HtmlId, Link, Oddity, Token, UndefinedReference, first_line, has_body, line_count,
};
use crate::slug::Slugger;
use crate::{Span, header, markdown, oddities};

/// Where two texts differ: `start..old_end` of the one became `start..new_end` of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The first byte that differs, on a character's boundary.
    pub start: usize,
    /// Where the common end begins in the text before.
    pub old_end: usize,
    /// Where it begins in the text after.
    pub new_end: usize,
}

impl Damage {
    /// Where `text` differs from `before`; empty at the end of the text where it does not.
    #[must_use]
    pub fn between(before: &str, text: &str) -> Self {
        let mut start =
            common(before.as_bytes().chunks(CHUNK), text.as_bytes().chunks(CHUNK), |one, other| {
                one.iter().zip(other).take_while(|(one, other)| one == other).count()
            });
        while !(before.is_char_boundary(start) && text.is_char_boundary(start)) {
            start -= 1;
        }
        let (old_rest, new_rest) =
            (before.get(start..).unwrap_or_default(), text.get(start..).unwrap_or_default());
        let mut end =
            common(old_rest.as_bytes().rchunks(CHUNK), new_rest.as_bytes().rchunks(CHUNK), |one, other| {
                one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
            });
        while !(before.is_char_boundary(before.len() - end) && text.is_char_boundary(text.len() - end)) {
            end -= 1;
        }
        Self { start, old_end: before.len() - end, new_end: text.len() - end }
    }

    /// Where a byte of the common end stands now.
    #[must_use]
    pub fn moved(&self, offset: usize) -> usize {
        offset - self.old_end + self.new_end
    }

    /// One list of the facts before and those of what was read anew.
    fn spliced<T: Placed>(&self, old: &[T], new: Vec<T>) -> Vec<T> {
        let in_front = old.iter().take_while(|fact| fact.start() < self.start).count();
        let behind = old.iter().rev().take_while(|fact| fact.start() >= self.old_end).count();
        let moved = |offset: u32| {
            let offset = offset as usize;
            if offset < self.old_end { offset } else { self.moved(offset) }
        };
        let mut all = Vec::with_capacity(in_front + new.len() + behind);
        all.extend(old.iter().take(in_front).cloned());
        all.extend(new);
        all.extend(old.iter().skip(old.len() - behind).cloned().map(|mut fact| {
            fact.each_span(&mut |span| *span = Span::new(moved(span.start), moved(span.end)));
            fact
        }));
        all
    }
}

/// So many bytes are compared at once.
const CHUNK: usize = 64;

/// How many bytes the two have in common from where the chunks begin.
fn common<'t>(
    before: impl Iterator<Item = &'t [u8]>,
    text: impl Iterator<Item = &'t [u8]>,
    in_chunk: impl Fn(&[u8], &[u8]) -> usize,
) -> usize {
    let mut length = 0;
    for (one, other) in before.zip(text) {
        if one != other {
            return length + in_chunk(one, other);
        }
        length += one.len();
    }
    length
}

/// So many headings behind an edit are tried as the end of what is read anew, each twice as far as the
/// one before.
const TRIES: u32 = 4;

/// How footnotes begin.
const FOOTNOTE: &[u8] = b"[^";

/// What is read anew, and what was read there.
struct Region {
    part: Damage,
    marked: markdown::Marked,
}

impl Facts {
    /// The facts of `text`, where `self` are those of `before` and `damage` is where the two differ: what
    /// [`Facts::of`] says, and sooner said where little changed. `None` where the whole text has to be read.
    #[must_use]
    pub fn edited(&self, before: &str, text: &str, damage: Damage) -> Option<Self> {
        let old_body = self.body_start();
        if damage.start < old_body || self.len as usize != before.len() || self.reaches_across_blocks(text) {
            return None;
        }
        // A footnote that the edit took away may have been used outside of it.
        let touched = damage.start.saturating_sub(1)..(damage.old_end + 1).min(before.len());
        if memmem::find(before.as_bytes().get(touched)?, FOOTNOTE).is_some() {
            return None;
        }
        let header = header::find(text);
        if header != self.header {
            return None;
        }
        let region = self.region(before, text, damage)?;
        if !region.marked.definitions.is_empty() {
            return None;
        }
        let Region { part, marked } = region;
        let old_slice = before.get(part.start..part.old_end)?;
        let new_slice = text.get(part.start..part.new_end)?;
        let body_chars = self.body_chars as usize - old_slice.chars().count() + new_slice.chars().count();
        let mut facts = Self {
            len: Span::at(text.len()).end,
            body_chars: u32::try_from(body_chars).ok()?,
            lines: line_count(text),
            first_line: first_line(text),
            has_body: has_body(text.get(old_body..)?),
            bom: self.bom,
            oddities: part
                .spliced(&self.oddities, oddities::find_in(text, part.start..part.new_end, &marked.code)),
            ignores: Vec::new(),
            header,
            headings: part.spliced(&self.headings, marked.headings),
            html_ids: part.spliced(&self.html_ids, marked.html_ids),
            links: part.spliced(&self.links, marked.links),
            definitions: Vec::new(),
            undefined: part.spliced(&self.undefined, marked.undefined),
            fences: part.spliced(&self.fences, marked.fences),
            tokens: part.spliced(&self.tokens, marked.tokens),
        };
        self.name_headings(&mut facts, part, text)?;
        Some(facts)
    }

    /// Where Markdown begins.
    fn body_start(&self) -> usize {
        (self.header.body as usize).max(if self.bom { '\u{feff}'.len_utf8() } else { 0 })
    }

    /// Whether something in one block may say what another one is.
    fn reaches_across_blocks(&self, text: &str) -> bool {
        let has = |what: &[u8]| memmem::find(text.as_bytes(), what).is_some();
        !self.definitions.is_empty()
            || !self.ignores.is_empty()
            || has(FOOTNOTE)
            || has(crate::ignores::NAME.as_bytes())
    }

    /// Reads what an edit may have changed.
    fn region(&self, before: &str, text: &str, damage: Damage) -> Option<Region> {
        let body = self.body_start();
        let first_behind =
            self.headings.partition_point(|heading| (heading.span.start as usize) < damage.start);
        let in_front = self.headings.get(..first_behind)?.iter().rev();
        let start = in_front
            .map(|heading| heading.span.start as usize)
            .filter(|at| *at >= body)
            .find(|at| {
                is_boundary(before, *at) && line_end(before, *at).is_some_and(|end| end <= damage.start)
            })
            .unwrap_or(body);
        // The line end before belongs to what has to be as it was.
        let behind = self.headings.get(first_behind..)?.iter().map(|heading| heading.span.start as usize);
        let mut behind = behind.filter(|at| *at > damage.old_end && is_boundary(before, *at));
        for attempt in 0..TRIES {
            let Some(old_end) = behind.nth((1 << attempt) - 1) else { break };
            let new_end = damage.moved(old_end);
            let mut marked = markdown::read_part(text, start..line_end(text, new_end).unwrap_or(text.len()));
            if marked.headings.last().is_some_and(|last| last.span.start as usize == new_end) {
                marked.cut(new_end);
                return Some(Region { part: Damage { start, old_end, new_end }, marked });
            }
        }
        let marked = markdown::read_part(text, start..text.len());
        Some(Region { part: Damage { start, old_end: before.len(), new_end: text.len() }, marked })
    }

    /// Gives headings their anchors, which depend on all headings above. `None` where that cannot be told
    /// from the facts.
    fn name_headings(&self, facts: &mut Self, part: Damage, text: &str) -> Option<()> {
        let of_region = |headings: &[Heading], end: usize| {
            let index =
                |offset: usize| headings.partition_point(|heading| (heading.span.start as usize) < offset);
            index(part.start)..index(end)
        };
        let old = self.headings.get(of_region(&self.headings, part.old_end))?;
        let region = of_region(&facts.headings, part.new_end);
        let new = facts.headings.get_mut(region)?;
        // The text of a heading over several lines has blanks where its anchor has nothing.
        let several_lines = |heading: &Heading| heading.text_span.of(text).contains(['\n', '\r']);
        if new.iter().any(several_lines) {
            return None;
        }
        let same = old.len() == new.len() && old.iter().zip(&*new).all(|(old, new)| old.text == new.text);
        if same {
            new.iter_mut().zip(old).for_each(|(new, old)| new.slug.clone_from(&old.slug));
            return Some(());
        }
        let mut slugger = Slugger::default();
        for heading in &mut facts.headings {
            if several_lines(heading) {
                return None;
            }
            heading.slug = slugger.slug(&heading.text).into();
        }
        Some(())
    }
}

/// Whether a heading at `at` ends whatever stands before it: one that is underlined begins as a paragraph,
/// and what is indented or marked may belong to a list or quotation.
fn is_boundary(text: &str, at: usize) -> bool {
    let line_begins = text.get(..at).is_some_and(|before| before.ends_with('\n'));
    line_begins && text.as_bytes().get(at) == Some(&b'#')
}

/// Where the line of `at` ends, its end included; `None` where the text ends without one.
fn line_end(text: &str, at: usize) -> Option<usize> {
    let length = memchr::memchr(b'\n', text.as_bytes().get(at..)?)?;
    Some(at + length + 1)
}

/// A fact with its places.
pub(crate) trait Placed: Clone {
    /// Where it begins.
    fn start(&self) -> usize;

    /// Changes its places.
    fn each_span(&mut self, change: &mut impl FnMut(&mut Span));
}

macro_rules! placed {
    ($fact:ty, $first:ident $(, $other:ident)*) => {
        impl Placed for $fact {
            fn start(&self) -> usize {
                self.$first.start as usize
            }

            fn each_span(&mut self, change: &mut impl FnMut(&mut Span)) {
                change(&mut self.$first);
                $(change(&mut self.$other);)*
            }
        }
    };
}

placed!(Heading, span, text_span);
placed!(HtmlId, span);
placed!(UndefinedReference, whole, span);
placed!(Token, span, name_span);
placed!(Oddity, span);

impl Placed for Link {
    fn start(&self) -> usize {
        self.span.start as usize
    }

    fn each_span(&mut self, change: &mut impl FnMut(&mut Span)) {
        change(&mut self.span);
        change(&mut self.target_span);
        self.change_end_of_text(change);
    }
}

impl Placed for Fence {
    fn start(&self) -> usize {
        self.span.start as usize
    }

    fn each_span(&mut self, change: &mut impl FnMut(&mut Span)) {
        change(&mut self.span);
        change(&mut self.open);
        if let Some(inner) = &mut self.inner_open {
            change(inner);
        }
    }
}
