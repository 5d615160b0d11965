//! The tree the reader builds: plain data, every node with its span.

use crate::Span;

/// A value with the range of text it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// From the first to after the last character: quotes, brackets and braces included; for a block
    /// collection from its first key or dash to the end of its last value; for a block scalar from
    /// its `|` or `>` to the end of its last non-empty line.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a node is. Scalars stay strings: the dialect has no numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text in any of the five styles.
    Scalar(Scalar),
    /// `key: value` pairs.
    Map(Map),
    /// Items.
    Seq(Seq),
}

/// A scalar: its decoded text and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text with quotes removed, escapes decoded and folds applied.
    pub text: Box<str>,
    /// How it is written, so that an edit can keep it.
    pub style: Style,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In `'…'`.
    Single,
    /// In `"…"`.
    Double,
    /// A `|` block.
    Literal,
    /// A `>` block.
    Folded,
}

/// A map, block or flow, in the order of the text. Duplicate keys are all kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// The pairs.
    pub entries: Vec<Entry>,
    /// Whether it is written `{…}`.
    pub flow: bool,
}

/// A sequence, block or flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seq {
    /// The items.
    pub items: Vec<Node>,
    /// Whether it is written `[…]`.
    pub flow: bool,
}

/// One pair of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value; `None` where nothing is written (VS Code reads an empty string).
    pub value: Option<Node>,
}

/// A key: always a scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The decoded text.
    pub text: Box<str>,
    /// The token, quotes included.
    pub span: Span,
}

impl Entry {
    /// From the key to the end of the value (or of the key, where there is none).
    #[must_use]
    pub fn span(&self) -> Span {
        match &self.value {
            Some(value) => self.key.span.cover(value.span),
            None => self.key.span,
        }
    }
}

impl Node {
    /// The scalar, where it is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of the scalar, where it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar().map(|scalar| &*scalar.text)
    }

    /// The map, where it is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The sequence, where it is one.
    #[must_use]
    pub fn as_seq(&self) -> Option<&Seq> {
        match &self.value {
            Value::Seq(seq) => Some(seq),
            _ => None,
        }
    }

    /// The boolean: exactly the unquoted words `true` and `false`, as VS Code has it.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_scalar() {
            Some(Scalar { text, style: Style::Plain }) if &**text == "true" => Some(true),
            Some(Scalar { text, style: Style::Plain }) if &**text == "false" => Some(false),
            _ => None,
        }
    }

    /// The range of the text inside the quotes of a scalar; the whole span of anything else.
    #[must_use]
    pub fn inner_span(&self) -> Span {
        match self.as_scalar() {
            Some(Scalar { style: Style::Single | Style::Double, .. }) if self.span.len() >= 2 => {
                Span { start: self.span.start + 1, end: self.span.end - 1 }
            }
            _ => self.span,
        }
    }
}

impl Map {
    /// The first entry with that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| &*entry.key.text == key)
    }

    /// The value of the first entry with that key.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Node> {
        self.get(key).and_then(|entry| entry.value.as_ref())
    }

    /// The text of the scalar under that key.
    #[must_use]
    pub fn str(&self, key: &str) -> Option<&str> {
        self.value(key).and_then(Node::as_str)
    }
}
