//! Where the reader stands: the lines of the header, a position in one of them, and what was found.
//!
//! Block structure is a matter of lines and their indentation, so lines are split once and the
//! position never leaves its line by itself. [`Cursor::finish_line`] is the one way onwards; after it
//! the reader is *fresh*: it stands at the first character of the next line that has content.

use super::{YamlError, YamlErrorKind};
use crate::Span;

/// How deep collections may nest before the reader stops following.
pub(super) const DEPTH_LIMIT: usize = 64;

/// One line: where it starts, where its first non-blank stands, and where it ends (no terminator).
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub start: usize,
    pub text: usize,
    pub end: usize,
}

impl Line {
    /// Blanks before the text. A tab counts as one, as in VS Code's reader.
    pub fn indent(self) -> usize {
        self.text - self.start
    }

    /// Whether the line has nothing but blanks.
    pub fn is_blank(self) -> bool {
        self.text >= self.end
    }
}

/// The reader's state.
pub(super) struct Cursor<'t> {
    pub text: &'t str,
    pub lines: Vec<Line>,
    pub line: usize,
    pub pos: usize,
    /// The position is the start of a line's text that nobody has read yet (or the end).
    pub fresh: bool,
    pub depth: usize,
    pub errors: Vec<YamlError>,
    pub comments: Vec<Span>,
    /// For `'` and `"`: no partner was found up to here, so nobody needs to look again.
    pub unclosed_until: [usize; 2],
    /// No `}}` was found up to here.
    pub no_template_until: usize,
    end: usize,
}

impl<'t> Cursor<'t> {
    /// A cursor at the first line with content.
    pub fn new(text: &'t str, content: Span) -> Self {
        let end = floor(text, content.end as usize);
        let start = floor(text, content.start as usize).min(end);
        let mut cursor = Self {
            text,
            lines: split(text, start, end),
            line: 0,
            pos: start,
            fresh: true,
            depth: 0,
            errors: Vec::new(),
            comments: Vec::new(),
            unclosed_until: [0; 2],
            no_template_until: 0,
            end,
        };
        cursor.settle();
        cursor
    }

    /// Whether every line was read.
    pub fn at_end(&self) -> bool {
        self.line >= self.lines.len()
    }

    /// Line `index`; an empty one at the end beyond the last.
    pub fn line_at(&self, index: usize) -> Line {
        self.lines.get(index).copied().unwrap_or(Line { start: self.end, text: self.end, end: self.end })
    }

    /// The line of the position.
    pub fn current(&self) -> Line {
        self.line_at(self.line)
    }

    /// The byte at `at`, where `line` still has one there.
    pub fn byte_in(&self, line: Line, at: usize) -> Option<u8> {
        if at < line.end { self.text.as_bytes().get(at).copied() } else { None }
    }

    /// The byte at the position; `None` at the end of the line.
    pub fn peek(&self) -> Option<u8> {
        self.byte_in(self.current(), self.pos)
    }

    /// The byte `ahead` bytes on in the same line.
    pub fn peek_ahead(&self, ahead: usize) -> Option<u8> {
        self.byte_in(self.current(), self.pos + ahead)
    }

    /// The text between two offsets; empty where they do not fit.
    pub fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Steps over `count` bytes of the line, all of them ASCII.
    pub fn bump(&mut self, count: usize) {
        self.pos += count;
        self.fresh = false;
    }

    /// Steps over blanks.
    pub fn skip_blanks(&mut self) {
        while self.peek().is_some_and(is_blank) {
            self.pos += 1;
        }
    }

    /// The column of the position, counted like indentation.
    pub fn column(&self) -> usize {
        self.pos.saturating_sub(self.current().start)
    }

    /// Whether a `#` at `at` begins a comment: it must follow a blank or begin the line.
    pub fn is_comment(&self, line: Line, at: usize) -> bool {
        self.byte_in(line, at) == Some(b'#')
            && (at <= line.text
                || self.text.as_bytes().get(at.wrapping_sub(1)).copied().is_some_and(is_blank))
    }

    /// Whether the line has nothing more but blanks and a comment.
    pub fn rest_is_empty(&mut self) -> bool {
        self.skip_blanks();
        self.peek().is_none() || self.is_comment(self.current(), self.pos)
    }

    /// Ends the line: notes its comment, complains about anything else, goes to the next content.
    pub fn finish_line(&mut self) {
        if self.fresh {
            return;
        }
        let line = self.current();
        if self.rest_is_empty() {
            if self.pos < line.end {
                self.comments.push(Span::new(self.pos, line.end));
            }
        } else {
            let (end, comment) = self.plain_end(line, self.pos);
            self.error(self.pos, end, YamlErrorKind::UnexpectedToken);
            self.comments.extend(comment.map(|at| Span::new(at, line.end)));
        }
        self.next_content();
    }

    /// Goes to the next line with content, whatever is left of this one.
    pub fn next_content(&mut self) {
        self.line += 1;
        self.settle();
    }

    /// Goes on from the current line, inclusive, to one that has content.
    fn settle(&mut self) {
        while !self.at_end() {
            let line = self.current();
            self.pos = line.text;
            if !line.is_blank() {
                if self.byte_in(line, line.text) != Some(b'#') {
                    break;
                }
                self.comments.push(Span::new(line.text, line.end));
            }
            self.line += 1;
        }
        self.pos = self.current().text;
        self.fresh = true;
    }

    /// Where plain text that begins at `from` ends on its line, and the comment that follows it.
    pub fn plain_end(&self, line: Line, from: usize) -> (usize, Option<usize>) {
        let rest = self.slice(from, line.end);
        let comment = memchr::memchr_iter(b'#', rest.as_bytes())
            .map(|found| from + found)
            .find(|&at| at > from && self.is_comment(line, at));
        let end = comment.unwrap_or(line.end);
        (from + self.slice(from, end).trim_end_matches([' ', '\t']).len(), comment)
    }

    /// Whether the text at `at` is a sequence's dash.
    pub fn is_dash_at(&self, line: Line, at: usize) -> bool {
        self.byte_in(line, at) == Some(b'-') && self.byte_in(line, at + 1).is_none_or(is_blank)
    }

    /// Whether the position is at a sequence's dash.
    pub fn is_dash(&self) -> bool {
        self.is_dash_at(self.current(), self.pos)
    }

    /// The key that stands at `from`: where it ends and where its colon is.
    pub fn find_key(&self, line: Line, from: usize) -> Option<(usize, usize)> {
        let first = self.byte_in(line, from)?;
        match first {
            b'"' | b'\'' => {
                let end = self.quote_end(line, from, first)?;
                let mut colon = end;
                while self.byte_in(line, colon).is_some_and(is_blank) {
                    colon += 1;
                }
                self.is_colon(line, colon).then_some((end, colon))
            }
            b'[' | b'{' | b'#' | b',' | b']' | b'}' => None,
            _ => {
                let (end, _) = self.plain_end(line, from);
                let colon = memchr::memchr_iter(b':', self.slice(from, end).as_bytes())
                    .map(|found| from + found)
                    .find(|&at| self.is_colon(line, at))?;
                let key = self.slice(from, colon).trim_end_matches([' ', '\t']);
                (!key.is_empty()).then_some((from + key.len(), colon))
            }
        }
    }

    /// Whether the line at `from` begins with a key that is one word or quoted: what people type as a
    /// key, while `see also: this` in running text rarely is one.
    pub fn has_word_key(&self, line: Line, from: usize) -> bool {
        self.find_key(line, from).is_some_and(|(end, _)| {
            matches!(self.byte_in(line, from), Some(b'"' | b'\''))
                || !self.slice(from, end).bytes().any(is_blank)
        })
    }

    /// Whether a colon in block context separates a key from its value.
    pub fn is_colon(&self, line: Line, at: usize) -> bool {
        self.byte_in(line, at) == Some(b':') && self.byte_in(line, at + 1).is_none_or(is_blank)
    }

    /// Where the quoted text that begins at `from` ends, if it does on this line.
    fn quote_end(&self, line: Line, from: usize, quote: u8) -> Option<usize> {
        let mut at = from + 1;
        loop {
            let byte = self.byte_in(line, at)?;
            let next = self.byte_in(line, at + 1);
            let escapes = if quote == b'"' { byte == b'\\' } else { byte == quote && next == Some(quote) };
            if escapes {
                at += 2;
            } else if byte == quote {
                return Some(at + 1);
            } else {
                at += 1;
            }
        }
    }

    /// Notes an error, at least one character wide where the text has one there.
    pub fn error(&mut self, start: usize, end: usize, kind: YamlErrorKind) {
        let next = self.text.get(start..self.end).and_then(|rest| rest.chars().next());
        let least = start + next.map_or(0, char::len_utf8);
        self.errors.push(YamlError { span: Span::new(start, end.max(least)), kind });
    }

    /// Complains about the indentation of a line.
    pub fn indentation_error(&mut self, line: Line) {
        self.error(line.start, line.text, YamlErrorKind::UnexpectedIndentation);
    }
}

/// Whether a byte is a blank.
pub(super) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Whether a byte has a meaning of its own in flow collections.
pub(super) fn is_flow_indicator(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

/// `at`, or the character boundary before it.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The lines of `text[start..end]`; they end at LF, CRLF and a lone CR.
fn split(text: &str, start: usize, end: usize) -> Vec<Line> {
    let bytes = text.as_bytes().get(..end).unwrap_or_default();
    let mut lines = Vec::new();
    let mut from = start;
    while from < end {
        let rest = bytes.get(from..).unwrap_or_default();
        let line_end = memchr::memchr2(b'\n', b'\r', rest).map_or(end, |found| from + found);
        let blanks = rest.iter().take(line_end - from).take_while(|&&byte| is_blank(byte)).count();
        lines.push(Line { start: from, text: from + blanks, end: line_end });
        let crlf = bytes.get(line_end) == Some(&b'\r') && bytes.get(line_end + 1) == Some(&b'\n');
        from = line_end + if crlf { 2 } else { 1 };
    }
    lines
}
