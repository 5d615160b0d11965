//! What a strict YAML 1.2 parser says of a header.

use crate::Span;

/// An objection of a strict parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strict {
    /// The token at fault as exactly as it can be known: the plain scalar that needs quotes, the tab,
    /// the anchor; never empty.
    pub span: Span,
    /// A sentence for people.
    pub message: Box<str>,
    /// Whether quoting the scalar at `span` puts it right.
    pub quote: bool,
    /// Whether a strict parser reads something else instead of refusing (an alias, a tag, a comment
    /// that swallows the rest of a value).
    pub differs: bool,
}

/// What a strict parser objects to in `text[content]`, which the tolerant reader accepts.
#[must_use]
pub fn strict(text: &str, content: Span) -> Vec<Strict> {
    let _ = (text, content);
    Vec::new()
}
