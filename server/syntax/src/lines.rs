//! Where the lines of a text that is not edited begin.

use crate::{Encoding, Position};

/// The line starts of one text. Lines end at LF, CRLF and a lone CR, and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    /// Finds the lines of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let _ = text;
        Self { starts: vec![0] }
    }

    /// The position of byte `offset` of `text`; beyond the end it is the end.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let _ = (text, offset, encoding);
        Position { line: self.starts[0], character: 0 }
    }

    /// The byte offset of `position` in `text`: clamped to the line's end before its terminator, then
    /// to the text; inside a character it is the character's start.
    #[must_use]
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let _ = (text, position, encoding);
        0
    }
}
