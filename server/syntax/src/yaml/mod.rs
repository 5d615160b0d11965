//! The tolerant frontmatter reader: YAML as VS Code's prompt files are read, with spans.
//!
//! The dialect is a subset (maps, sequences, scalars, comments; no anchors, tags or complex keys):
//! `applyTo: **/*.ts` is a string, not an alias. Nothing stops the reader: after an error it goes
//! on at the next line of smaller or equal indent. What a strict parser would say of the same text
//! is a separate question, answered by [`strict`].

mod block;
mod cursor;
mod flow;
mod node;
#[cfg(test)]
mod oracle_tests;
mod parse;
mod scalar;
mod strict;
#[cfg(test)]
mod strict_tests;
#[cfg(test)]
mod tests;
mod verdict;

pub use node::{Entry, Key, Map, Node, Scalar, Seq, Style, Value};
pub use parse::parse;
pub(crate) use strict::objections;
pub use strict::{Strict, strict};

use crate::Span;

/// The result of reading one header: a tree, the errors on the way, and the comments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Yaml {
    /// The root; `None` where there is nothing but blanks and comments.
    pub root: Option<Node>,
    /// What this dialect itself cannot read, in the order of the text.
    pub errors: Vec<YamlError>,
    /// `# …` comments, from the `#` to the end of the line.
    pub comments: Vec<Span>,
}

impl Yaml {
    /// The root as a map, where it is one.
    #[must_use]
    pub fn map(&self) -> Option<&Map> {
        self.root.as_ref().and_then(Node::as_map)
    }
}

/// Something that even a lenient reader does not accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// The token at fault; never empty where the text is not.
    pub span: Span,
    /// What is wrong.
    pub kind: YamlErrorKind,
}

/// The errors of VS Code's reader, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum YamlErrorKind {
    /// A line is indented more, or otherwise, than its neighbours allow.
    UnexpectedIndentation,
    /// The same key twice in one map.
    DuplicateKey,
    /// A line in a map that is no `key: value`.
    ExpectedColon,
    /// `key:` with nothing after it and nothing below it. The value reads as an empty string.
    MissingValue,
    /// `-` with nothing after it.
    MissingItem,
    /// A flow map with something that is no key.
    ExpectedKey,
    /// `{` without `}`.
    UnclosedMap,
    /// `[` without `]`.
    UnclosedSequence,
    /// A quote without its partner.
    UnclosedQuote,
    /// A token that does not belong where it stands.
    UnexpectedToken,
    /// The root of the header is not a map.
    NotAMap,
    /// Nesting deeper than the reader follows.
    TooDeep,
}
