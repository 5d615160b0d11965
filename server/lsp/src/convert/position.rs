//! Spans to ranges and back, in the unit that was negotiated.

use segue_syntax::{Encoding, Lines, Position, Span};
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;

/// A text with its lines, to translate many places of it.
#[derive(Debug)]
pub struct Places {
    text: Arc<str>,
    lines: Lines,
    encoding: Encoding,
    /// Whether the text begins with a byte order mark that the client's text of it would not have.
    hidden_mark: bool,
}

const MARK: char = '\u{feff}';

impl Places {
    /// `open` is whether the text came from the client.
    pub fn new(text: Arc<str>, encoding: Encoding, open: bool) -> Self {
        let lines = Lines::of(&text);
        let hidden_mark = !open && text.starts_with(MARK);
        Self { text, lines, encoding, hidden_mark }
    }

    /// The position of a byte.
    pub fn position(&self, offset: u32) -> lsp::Position {
        let at = self.lines.position(&self.text, offset as usize, self.encoding);
        let hidden = if self.hidden_mark && at.line == 0 { self.mark_width() } else { 0 };
        lsp::Position { line: at.line, character: at.character.saturating_sub(hidden) }
    }

    /// The range of a span.
    pub fn range(&self, span: Span) -> lsp::Range {
        lsp::Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// The byte of a position, clamped to the text.
    pub fn offset(&self, position: lsp::Position) -> u32 {
        let hidden = if self.hidden_mark && position.line == 0 { self.mark_width() } else { 0 };
        let character = position.character.saturating_add(hidden);
        let offset =
            self.lines.offset(&self.text, Position { line: position.line, character }, self.encoding);
        u32::try_from(offset).unwrap_or(u32::MAX)
    }

    /// The span of a range, in either order.
    pub fn span(&self, range: lsp::Range) -> Span {
        let (one, other) = (self.offset(range.start), self.offset(range.end));
        Span { start: one.min(other), end: one.max(other) }
    }

    fn mark_width(&self) -> u32 {
        if self.encoding == Encoding::Utf8 { 3 } else { 1 }
    }
}
