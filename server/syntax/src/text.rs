//! The text of an open document: a rope with the protocol's line rule.
//!
//! The only file that knows the rope. Everything here is total: offsets and positions beyond the
//! text are clamped to it, those inside a character mean its start, and a range that is given end
//! first is turned round. The rules are those of [`Lines`](crate::Lines), so that an open document
//! and its saved copy have the same positions.
//!
//! A clone costs some 35 ns and shares its content with the original: a snapshot may keep one.

use std::borrow::Cow;
use std::fmt;

use ropey::Rope;

use crate::Span;

/// The unit in which a client counts columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what every client has.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

/// A place in a text as the protocol counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 0.
    pub line: u32,
    /// From 0, in the units of the [`Encoding`].
    pub character: u32,
}

/// What one change did: the bytes `start..old_end` of the text before became `start..new_end` of
/// the text after. Only [`Text::apply`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where it begins, in both texts.
    pub start: usize,
    /// Where what it replaced ended in the text before.
    pub old_end: usize,
    /// Where what it put there ends in the text after.
    pub new_end: usize,
    /// The same three places as line and byte column.
    pub(crate) start_place: Place,
    pub(crate) old_end_place: Place,
    pub(crate) new_end_place: Place,
    /// What [`Text::is_plain`] says of the text after.
    pub(crate) leaves_plain: bool,
}

/// A line and a byte offset in it, which may also be between the CR and the LF of one line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) byte_column: usize,
}

/// A text that is edited.
#[derive(Clone, Debug, Default)]
pub struct Text {
    rope: Rope,
    /// How many NUL bytes and lone CRs are in it; kept up to date so that no edit has to look at
    /// the whole text.
    odd_bytes: usize,
}

impl Text {
    /// The text `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let rope = Rope::from_str(text);
        let odd_bytes = count_odd_bytes(&rope, 0, rope.len_bytes());
        Self { rope, odd_bytes }
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rope.len_bytes()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many lines there are: one more than there are line ends, so at least one.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.rope.len_lines()
    }

    /// Whether there is neither a NUL nor a CR without LF in it. The block grammar may be parsed
    /// incrementally only where that is so: it ends its input at a NUL, and counts lines by LF alone.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.odd_bytes == 0
    }

    /// What `span` covers, clamped to the text and to whole characters; borrowed where it lies in one
    /// piece of the rope.
    #[must_use]
    pub fn slice(&self, span: Span) -> Cow<'_, str> {
        let start = self.char_boundary(span.start as usize);
        let end = self.char_boundary(span.end as usize).max(start);
        self.rope.get_byte_slice(start..end).map(Cow::from).unwrap_or_default()
    }

    /// The rest of the rope's piece in which byte `offset` lies, from there on; empty at the end of
    /// the text and inside a character. Reading on from `offset` plus its length gives all of it.
    #[must_use]
    pub fn chunk_from(&self, offset: usize) -> &str {
        let Some((chunk, chunk_start, ..)) = self.rope.get_chunk_at_byte(offset) else { return "" };
        chunk.get(offset - chunk_start..).unwrap_or_default()
    }

    /// The text without the blanks and line ends at the end of `start..end`: the new end.
    pub(crate) fn trimmed_end(&self, start: usize, end: usize) -> usize {
        let mut end = end.min(self.len());
        let mut bytes = self.rope.bytes_at(end).reversed();
        while end > start && bytes.next().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
            end -= 1;
        }
        end
    }

    /// The line, from 0, on which byte `offset` stands; its terminator belongs to it.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        let line = self.rope.try_byte_to_line(offset.min(self.len())).unwrap_or_default();
        // Inside `\r\n` the rope may already count the line end as passed.
        if self.is_inside_line_end(offset) { self.rope.byte_to_line(offset - 1) } else { line }
    }

    /// Line `line`, from 0, without its terminator; beyond the last line it is empty and at the end.
    #[must_use]
    pub fn line_span(&self, line: usize) -> Span {
        if line >= self.line_count() {
            return Span::at(self.len());
        }
        let start = self.line_start(line);
        let end = if line + 1 == self.line_count() {
            self.len()
        } else {
            let end = self.line_start(line + 1) - 1;
            if self.is_inside_line_end(end) { end - 1 } else { end }
        };
        Span::new(start, end)
    }

    /// The byte offset of `position`: clamped to the line's end before its terminator, then to the
    /// text; inside a character (or between its UTF-16 halves) it is the character's start.
    #[must_use]
    pub fn offset(&self, position: Position, encoding: Encoding) -> usize {
        let line = self.line_span(position.line as usize);
        let (start, end) = (line.start as usize, line.end as usize);
        let columns = position.character as usize;
        if encoding == Encoding::Utf8 {
            return self.char_boundary((start + columns).min(end));
        }
        let (first, last) = (self.char_of(start), self.char_of(end));
        let wanted = match encoding {
            Encoding::Utf16 => self
                .rope
                .try_char_to_utf16_cu(first)
                .and_then(|units| self.rope.try_utf16_cu_to_char(units + columns))
                .unwrap_or(last),
            _ => first + columns,
        };
        self.rope.try_char_to_byte(wanted.min(last)).unwrap_or(end)
    }

    /// The position of byte `offset`: beyond the end that of the end, inside a character that of its
    /// start, between the CR and the LF of one line end that before the CR.
    #[must_use]
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let offset = self.char_boundary(offset);
        let offset = if self.is_inside_line_end(offset) { offset - 1 } else { offset };
        let line = self.line_of(offset);
        let start = self.line_start(line);
        let units_at = |offset: usize| match encoding {
            Encoding::Utf8 => offset,
            Encoding::Utf16 => self.rope.try_char_to_utf16_cu(self.char_of(offset)).unwrap_or_default(),
            Encoding::Utf32 => self.char_of(offset),
        };
        let column = units_at(offset).saturating_sub(units_at(start));
        Position { line: fit(line), character: fit(column) }
    }

    /// Replaces what lies between the two positions of `range`, in either order, or the whole text
    /// where there is none, with `new_text`.
    pub fn apply(&mut self, range: Option<(Position, Position)>, encoding: Encoding, new_text: &str) -> Edit {
        let (start, old_end) = match range {
            Some((one, other)) => {
                let (one, other) = (self.offset(one, encoding), self.offset(other, encoding));
                (one.min(other), one.max(other))
            }
            None => (0, self.len()),
        };
        let (start_place, old_end_place) = (self.place(start), self.place(old_end));
        self.replace(start, old_end, new_text);
        let new_end = start + new_text.len();
        Edit {
            start,
            old_end,
            new_end,
            start_place,
            old_end_place,
            new_end_place: self.place(new_end),
            leaves_plain: self.is_plain(),
        }
    }

    fn replace(&mut self, start: usize, old_end: usize, new_text: &str) {
        if start == 0 && old_end == self.len() {
            *self = Self::new(new_text);
            return;
        }
        // A CR is lone or not by the byte after it, so the byte before the change counts too.
        let seam = start.saturating_sub(1);
        let odd_before = count_odd_bytes(&self.rope, seam, old_end);
        let first = self.char_of(start);
        // Neither can fail: both are characters of this rope, in order.
        let _ = self.rope.try_remove(first..self.char_of(old_end));
        let _ = self.rope.try_insert(first, new_text);
        let odd_after = count_odd_bytes(&self.rope, seam, start + new_text.len());
        self.odd_bytes = (self.odd_bytes + odd_after).saturating_sub(odd_before);
    }

    /// The index of the character in which byte `offset` lies.
    fn char_of(&self, offset: usize) -> usize {
        self.rope.try_byte_to_char(offset).unwrap_or_else(|_| self.rope.len_chars())
    }

    /// `offset`, or the start of the character it lies in, or the end of the text.
    fn char_boundary(&self, offset: usize) -> usize {
        self.rope.try_char_to_byte(self.char_of(offset)).unwrap_or_else(|_| self.len())
    }

    fn line_start(&self, line: usize) -> usize {
        self.rope.try_line_to_byte(line).unwrap_or_else(|_| self.len())
    }

    fn is_inside_line_end(&self, offset: usize) -> bool {
        offset > 0
            && self.rope.get_byte(offset) == Some(b'\n')
            && self.rope.get_byte(offset - 1) == Some(b'\r')
    }

    fn place(&self, offset: usize) -> Place {
        let line = self.line_of(offset);
        Place { line, byte_column: offset.saturating_sub(self.line_start(line)) }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rope.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

/// How many of the bytes `start..end` are a NUL or a CR that no LF follows.
fn count_odd_bytes(rope: &Rope, start: usize, end: usize) -> usize {
    let Some(mut bytes) = rope.get_bytes_at(start) else { return 0 };
    let mut count = 0;
    let mut current = bytes.next();
    for _ in start..end {
        let next = bytes.next();
        count += usize::from(match current {
            Some(b'\0') => true,
            Some(b'\r') => next != Some(b'\n'),
            _ => false,
        });
        current = next;
    }
    count
}

fn fit(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Encoding::{Utf8, Utf16, Utf32};

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    /// The rope's line rule is chosen by features that are not additive: any crate of the build that
    /// takes its defaults would change the lines of every document.
    #[test]
    fn the_rope_has_the_lines_of_the_protocol() {
        for (text, lines) in [
            ("a\u{2028}b", 1),
            ("a\u{2029}b\u{85}c\u{b}d\u{c}e", 1),
            ("a\rb", 2),
            ("a\r\nb", 2),
            ("a\r\r\nb", 3),
            ("\n\r", 3),
            ("", 1),
        ] {
            assert_eq!(Text::new(text).line_count(), lines, "{text:?}");
        }
    }

    #[test]
    fn changes_apply_in_the_encoding_of_the_client() {
        for (encoding, start, end) in [(Utf8, 5, 7), (Utf16, 3, 4), (Utf32, 2, 3)] {
            let mut text = Text::new("a😀éz\nb");
            let edit = text.apply(Some((at(0, start), at(0, end))), encoding, "XY");
            assert_eq!(text.to_string(), "a😀XYz\nb", "{encoding:?}");
            assert_eq!((edit.start, edit.old_end, edit.new_end), (5, 7, 7), "{encoding:?}");
        }
    }

    #[test]
    fn ranges_out_of_order_or_beyond_the_text_mean_the_nearest_thing() {
        for (range, expected) in [
            (Some((at(1, 2), at(0, 1))), "aX"),
            (Some((at(0, 1), at(0, 99))), "aX\ncd"),
            (Some((at(1, 1), at(99, 0))), "ab\ncX"),
            (Some((at(99, 0), at(99, 9))), "ab\ncdX"),
            (None, "X"),
        ] {
            let mut text = Text::new("ab\ncd");
            text.apply(range, Utf16, "X");
            assert_eq!(text.to_string(), expected, "{range:?}");
        }
    }

    #[test]
    fn a_change_inside_a_character_begins_where_it_starts() {
        let mut text = Text::new("😀b");
        text.apply(Some((at(0, 1), at(0, 2))), Utf16, "a");
        assert_eq!(text.to_string(), "ab");
    }

    #[test]
    fn text_is_plain_without_nul_and_lone_cr() {
        let mut text = Text::new("a\r\nb");
        assert!(text.is_plain());
        text.apply(Some((at(1, 1), at(1, 1))), Utf16, "\r");
        assert!(!text.is_plain());
        text.apply(Some((at(2, 0), at(2, 0))), Utf16, "\n");
        assert!(text.is_plain(), "{text}");
        text.apply(Some((at(0, 0), at(0, 0))), Utf16, "\0");
        assert!(!text.is_plain());
        text.apply(Some((at(0, 0), at(0, 1))), Utf16, "");
        assert!(text.is_plain());
    }

    #[test]
    fn slices_and_chunks_take_any_offset() {
        let text = Text::new(&"né中😀\r\n".repeat(1_000));
        let whole = text.to_string();
        assert_eq!(text.slice(Span::new(2, 6)), "é中", "inside é and at the end of 中");
        assert_eq!(text.slice(Span::new(usize::MAX, usize::MAX)), "");
        assert_eq!(text.slice(Span::new(0, usize::MAX)), whole);
        let (mut read, mut offset) = (String::new(), 0);
        while let chunk = text.chunk_from(offset)
            && !chunk.is_empty()
        {
            read.push_str(chunk);
            offset += chunk.len();
        }
        assert_eq!(read, whole);
        for offset in [2, whole.len(), usize::MAX] {
            assert_eq!(text.chunk_from(offset), "");
        }
    }

    #[test]
    fn lines_and_offsets_agree_with_the_lines_of_a_closed_file() {
        let source = "né\r\n中😀\r\r\n\n\u{2028}x\rend";
        let (text, lines) = (Text::new(source), crate::Lines::of(source));
        assert_eq!(text.line_count(), lines.count());
        for line in 0..9 {
            assert_eq!(text.line_span(line), lines.line_span(source, line), "line {line}");
            for column in 0..9 {
                for encoding in [Utf8, Utf16, Utf32] {
                    let position = at(line as u32, column);
                    let expected = lines.offset(source, position, encoding);
                    assert_eq!(text.offset(position, encoding), expected, "{position:?} {encoding:?}");
                }
            }
        }
        for offset in 0..source.len() + 3 {
            assert_eq!(text.line_of(offset), lines.line_of(offset), "{offset}");
            for encoding in [Utf8, Utf16, Utf32] {
                let expected = lines.position(source, offset, encoding);
                assert_eq!(text.position(offset, encoding), expected, "{offset} {encoding:?}");
            }
        }
    }
}
