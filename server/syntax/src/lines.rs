//! Where the lines of a text that is not edited begin.
//!
//! [`Lines`] is made once from a whole text and then translates between byte offsets and the
//! protocol's positions. The text itself is not kept; each question brings it along again. A text
//! that is edited is a [`Text`](crate::Text), which follows the same rules:
//!
//! - lines end at LF, CRLF and a lone CR, and nowhere else;
//! - a column beyond the line's end is the line's end, before its terminator;
//! - a line beyond the last is the end of the text;
//! - inside a character (or between its two UTF-16 halves) is where the character starts;
//! - between the CR and the LF of one line end is before the CR.

use crate::{Encoding, Position, Span};

/// The line starts of one text. Lines end at LF, CRLF and a lone CR, and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// Offset of each line's first byte; the first is always 0.
    starts: Vec<u32>,
}

impl Lines {
    /// Finds the lines of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let ends_with_next_byte = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
            if !ends_with_next_byte {
                starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
            }
        }
        Self { starts }
    }

    /// How many lines there are: one more than there are line ends, so at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line, from 0, on which byte `offset` stands; its terminator belongs to it. Beyond the end
    /// of the text it is the last line.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        let starts_at_or_before = self.starts.partition_point(|&start| start as usize <= offset);
        starts_at_or_before.saturating_sub(1)
    }

    /// Line `line` of `text`, from 0, without its terminator; beyond the last line it is empty and
    /// at the end of the text.
    #[must_use]
    pub fn line_span(&self, text: &str, line: usize) -> Span {
        let Some(&start) = self.starts.get(line) else { return Span::at(text.len()) };
        let start = (start as usize).min(text.len());
        let end = self.starts.get(line + 1).map_or(text.len(), |&next| next as usize);
        let whole = text.get(start..end).unwrap_or_default();
        Span::new(start, start + without_line_end(whole).len())
    }

    /// The position of byte `offset` of `text`; beyond the end it is the end.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let offset = text.floor_char_boundary(offset);
        let line = self.line_of(offset);
        let span = self.line_span(text, line);
        let before = text.get(span.start as usize..offset.min(span.end as usize));
        // Only an offset inside `\r\n` lies beyond the end that the terminator leaves; `\r` alone and
        // `\n` alone are one byte, and after them the next line begins.
        Position { line: fit(line), character: columns(before.unwrap_or_default(), encoding) }
    }

    /// The byte offset of `position` in `text`: clamped to the line's end before its terminator, then
    /// to the text; inside a character it is the character's start.
    #[must_use]
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let span = self.line_span(text, position.line as usize);
        span.start as usize + bytes_of_columns(span.of(text), position.character, encoding)
    }
}

/// `line` without the line end it may end in.
fn without_line_end(line: &str) -> &str {
    match line.strip_suffix('\n') {
        Some(rest) => rest.strip_suffix('\r').unwrap_or(rest),
        None => line.strip_suffix('\r').unwrap_or(line),
    }
}

/// How many columns `text` takes.
fn columns(text: &str, encoding: Encoding) -> u32 {
    fit(match encoding {
        _ if text.is_ascii() => text.len(),
        Encoding::Utf8 => text.len(),
        Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
        Encoding::Utf32 => text.chars().count(),
    })
}

/// How many bytes of `line` its first `character` columns take, whole characters only.
fn bytes_of_columns(line: &str, character: u32, encoding: Encoding) -> usize {
    let wanted = character as usize;
    if encoding == Encoding::Utf8 || line.is_ascii() {
        return line.floor_char_boundary(wanted);
    }
    let mut passed = 0;
    for (at, character) in line.char_indices() {
        passed += if encoding == Encoding::Utf16 { character.len_utf16() } else { 1 };
        if passed > wanted {
            return at;
        }
    }
    line.len()
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

    #[test]
    fn lines_end_at_lf_crlf_and_cr_and_nowhere_else() {
        for (text, lines) in [
            ("", &[""][..]),
            ("a", &["a"]),
            ("a\nb", &["a", "b"]),
            ("a\r\nb", &["a", "b"]),
            ("a\rb", &["a", "b"]),
            ("a\r\r\nb\n", &["a", "", "b", ""]),
            ("\n\r", &["", "", ""]),
            ("a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f", &["a\u{2028}b\u{2029}c\u{85}d\u{b}e\u{c}f"]),
        ] {
            let found = Lines::of(text);
            let spans: Vec<&str> =
                (0..found.count()).map(|line| found.line_span(text, line).of(text)).collect();
            assert_eq!(spans, lines, "{text:?}");
            assert_eq!(found.line_of(text.len()), lines.len() - 1, "{text:?}");
            assert_eq!(found.line_of(usize::MAX), lines.len() - 1, "{text:?}");
            assert_eq!(found.line_span(text, usize::MAX), Span::at(text.len()), "{text:?}");
        }
    }

    #[test]
    fn columns_count_in_the_units_of_the_encoding() {
        // é is 2 bytes, 1 unit; 中 3 bytes, 1 unit; 😀 4 bytes, 2 units.
        let text = "né中😀x\nend";
        let lines = Lines::of(text);
        let x = text.find('x').unwrap();
        for (encoding, column) in [(Utf8, 10), (Utf16, 5), (Utf32, 4)] {
            assert_eq!(lines.position(text, x, encoding), at(0, column), "{encoding:?}");
            assert_eq!(lines.offset(text, at(0, column), encoding), x, "{encoding:?}");
        }
    }

    #[test]
    fn inside_a_character_is_where_it_starts() {
        let text = "a😀b";
        let lines = Lines::of(text);
        assert_eq!(lines.offset(text, at(0, 2), Utf16), 1);
        assert_eq!(lines.offset(text, at(0, 3), Utf8), 1);
        assert_eq!(lines.position(text, 3, Utf16), at(0, 1));
        assert_eq!(lines.position(text, 3, Utf8), at(0, 1));
    }

    #[test]
    fn between_cr_and_lf_is_before_both() {
        let text = "ab\r\ncd";
        let lines = Lines::of(text);
        for offset in [2, 3] {
            assert_eq!(lines.position(text, offset, Utf16), at(0, 2));
        }
        assert_eq!(lines.position(text, 4, Utf16), at(1, 0));
        assert_eq!(lines.offset(text, at(0, 3), Utf8), 2);
    }

    #[test]
    fn positions_and_offsets_beyond_the_end_are_clamped() {
        let text = "ab\ncde";
        let lines = Lines::of(text);
        for encoding in [Utf8, Utf16, Utf32] {
            assert_eq!(lines.offset(text, at(0, 99), encoding), 2);
            assert_eq!(lines.offset(text, at(1, u32::MAX), encoding), 6);
            assert_eq!(lines.offset(text, at(u32::MAX, 1), encoding), 6);
            assert_eq!(lines.position(text, usize::MAX, encoding), at(1, 3));
        }
    }

    #[test]
    fn lines_of_another_text_give_an_answer_too() {
        let lines = Lines::of("one\ntwo\nthree");
        for text in ["", "😀😀", "x"] {
            for line in 0..4 {
                let _ = lines.line_span(text, line);
                let _ = lines.offset(text, at(line as u32, 2), Utf16);
                let _ = lines.position(text, line, Utf16);
            }
        }
    }
}
