//! The globs of a header as they are written: `applyTo` of instructions, `paths` of Claude's rules.

use crate::file::FileState;
use crate::path;
use crate::scope;
use segue_catalog::{Dialect, Kind};
use segue_syntax::Span;
use segue_syntax::yaml::{Node, Style, Value};

/// A glob as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenGlob<'f> {
    /// The pattern, blanks around it trimmed.
    pub text: &'f str,
    /// Where it stands; the whole value where that cannot be told exactly.
    pub span: Span,
}

/// Whether files of this kind and name say by globs what they are for.
#[must_use]
pub fn has_scope(path: &str, kind: Kind) -> bool {
    kind == Kind::Instructions && path::file_name(path) != "copilot-instructions.md"
}

/// The header's key that holds the globs.
#[must_use]
pub fn key(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Claude => "paths",
        Dialect::Copilot => "applyTo",
    }
}

/// The globs of a file; `None` where it has no such key, or is none that has a scope.
#[must_use]
pub fn of_file<'f>(path: &str, state: &'f FileState) -> Option<Vec<WrittenGlob<'f>>> {
    let map = state.facts()?.header.yaml.map()?;
    has_scope(path, state.kind?).then(|| map.value(key(state.dialect)).map(of_value))?
}

/// The globs of a value: a string with commas between them, or a list.
#[must_use]
pub fn of_value(value: &Node) -> Vec<WrittenGlob<'_>> {
    let split = |node, text| -> Vec<WrittenGlob<'_>> {
        let parts = scope::split(text).into_iter();
        parts.map(|(at, text)| WrittenGlob { text, span: part_span(node, at, text) }).collect()
    };
    match &value.value {
        Value::Scalar(scalar) => split(value, &scalar.text),
        Value::Seq(seq) => {
            let items = seq.items.iter().filter_map(|item| Some((item, item.as_str()?)));
            items.map(|(item, text)| WrittenGlob { text, span: part_span(item, 0, text) }).collect()
        }
        Value::Map(_) => Vec::new(),
    }
}

/// The range of a part of a scalar: exact where the text stands as it is written.
fn part_span(node: &Node, at: usize, text: &str) -> Span {
    let inner = node.inner_span();
    let verbatim = node.as_scalar().is_some_and(|scalar| {
        matches!(scalar.style, Style::Plain | Style::Single | Style::Double)
            && scalar.text.len() == inner.len()
    });
    if verbatim {
        let start = inner.start as usize + at;
        Span::new(start, start + text.len())
    } else {
        node.span
    }
}
