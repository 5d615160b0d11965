//! JSON with comments and trailing commas, read into the tree of the YAML reader.
//!
//! Configuration files (MCP servers, hooks, settings) have the same checks as headers, so they have
//! the same tree: strings are double-quoted scalars, numbers and words plain ones, collections flow.

mod half;

use crate::facts::Ignore;
use crate::yaml::{Entry, Key, Map, Node, Scalar, Seq, Style, Value};
use crate::{Span, ignores};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, ast, parse_to_ast};

/// How deep collections may nest.
const DEPTH_LIMIT: usize = 128;

/// The result of reading one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The root. Where the text has an error it is what a more lenient reading gives, if that gives
    /// anything.
    pub root: Option<Node>,
    /// The first error: where, and what.
    pub error: Option<(Span, String)>,
    /// Comments, delimiters included, in order.
    pub comments: Vec<Span>,
    /// `// segue-ignore` comments.
    pub ignores: Vec<Ignore>,
    /// Commas before a closing bracket or brace, in order.
    pub trailing_commas: Vec<Span>,
}

/// Reads `text`. A byte order mark before it is stepped over.
#[must_use]
pub fn parse(text: &str) -> Document {
    let mut document = read_document(text);
    document.ignores = ignores::find_in_json(text, &document.comments);
    document
}

/// Reads `text` like [`parse`], and where nothing can be read so, because brackets or strings are not closed
/// yet, what there is of it: for files that are of use while they are written.
#[must_use]
pub fn parse_half_written(text: &str) -> Document {
    let mut document = parse(text);
    if document.root.is_none() && document.error.is_some() {
        document.root = half::read(text);
    }
    document
}

fn read_document(text: &str) -> Document {
    let skipped = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let source = text.get(skipped..).unwrap_or_default();
    match read(source, false) {
        Ok((root, comments)) => {
            let mut document = Document { comments: shifted(comments, skipped), ..Document::default() };
            let Some(root) = root else { return document };
            if let Some(deep) = too_deep(&root, DEPTH_LIMIT) {
                document.error = Some((deep.shift(skipped), "Nesting is too deep".to_owned()));
            } else {
                document.trailing_commas = trailing_commas(source, &root, skipped);
                document.root = Some(convert(source, &root, skipped));
            }
            document
        }
        Err(error) => {
            let mut document = Document {
                error: Some((place(text, &error, skipped), words(&error))),
                ..Document::default()
            };
            if let Ok((root, comments)) = read(source, true) {
                document.comments = shifted(comments, skipped);
                document.root = root
                    .filter(|root| too_deep(root, DEPTH_LIMIT).is_none())
                    .map(|root| convert(source, &root, skipped));
            }
            document
        }
    }
}

/// What the parser gives: a value and the comments around it.
type Read<'t> = (Option<ast::Value<'t>>, Vec<Span>);

/// Reads as VS Code reads its own files (comments, trailing commas), or, `leniently`, whatever the
/// parser is able to.
fn read(source: &str, leniently: bool) -> Result<Read<'_>, jsonc_parser::errors::ParseError> {
    let collect =
        CollectOptions { comments: CommentCollectionStrategy::Separate, ..CollectOptions::default() };
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: leniently,
        allow_missing_commas: leniently,
        allow_single_quoted_strings: leniently,
        allow_hexadecimal_numbers: leniently,
        allow_unary_plus_numbers: leniently,
        allow_bare_decimal_point_numbers: leniently,
        allow_non_finite_numbers: leniently,
        allow_extended_string_escapes: leniently,
    };
    let result = parse_to_ast(source, &collect, &options)?;
    let mut comments: Vec<Span> = result
        .comments
        .iter()
        .flat_map(|map| map.values())
        .flat_map(|group| group.iter())
        .map(|comment| Span::new(comment.range().start, comment.range().end))
        .collect();
    // The parser files each comment under the token before it and the one after it.
    comments.sort_unstable();
    comments.dedup();
    Ok((result.value, comments))
}

fn shifted(spans: Vec<Span>, by: usize) -> Vec<Span> {
    spans.into_iter().map(|span| span.shift(by)).collect()
}

/// Where the error is, at least one character wide where the text has one.
fn place(text: &str, error: &jsonc_parser::errors::ParseError, skipped: usize) -> Span {
    let range = error.range();
    let start = (range.start + skipped).min(text.len());
    let end = (range.end + skipped).min(text.len());
    if start < end {
        return Span::new(start, end);
    }
    match text.get(start..).and_then(|rest| rest.chars().next()) {
        Some(next) => Span::new(start, start + next.len_utf8()),
        None => {
            let last = text.get(..start).and_then(|before| before.chars().next_back());
            Span::new(start - last.map_or(0, char::len_utf8), start)
        }
    }
}

/// The parser's words without the line and column it adds to them.
fn words(error: &jsonc_parser::errors::ParseError) -> String {
    error.kind().to_string()
}

/// The first node that is nested too deep.
fn too_deep(value: &ast::Value<'_>, left: usize) -> Option<Span> {
    if left == 0 {
        return Some(Span::new(value.range().start, value.range().end));
    }
    match value {
        ast::Value::Object(object) => {
            object.properties.iter().find_map(|property| too_deep(&property.value, left - 1))
        }
        ast::Value::Array(array) => array.elements.iter().find_map(|element| too_deep(element, left - 1)),
        _ => None,
    }
}

/// The commas that no value follows; the depth of the tree was checked.
fn trailing_commas(source: &str, value: &ast::Value<'_>, by: usize) -> Vec<Span> {
    let mut found = Vec::new();
    collect_commas(source, value, by, &mut found);
    found.sort_unstable();
    found
}

fn collect_commas(source: &str, value: &ast::Value<'_>, by: usize, found: &mut Vec<Span>) {
    let last = match value {
        ast::Value::Object(object) => {
            object.properties.iter().for_each(|property| collect_commas(source, &property.value, by, found));
            object.properties.last().map(|property| property.range().end)
        }
        ast::Value::Array(array) => {
            array.elements.iter().for_each(|element| collect_commas(source, element, by, found));
            array.elements.last().map(|element| element.range().end)
        }
        _ => None,
    };
    // A comment before the comma hides it; that is one oddity less, not a wrong one more.
    let rest = last.and_then(|last| source.get(last..value.range().end).map(|rest| (last, rest)));
    if let Some((last, rest)) = rest
        && rest.trim_start().starts_with(',')
    {
        let at = last + (rest.len() - rest.trim_start().len());
        found.push(Span::new(at, at + 1).shift(by));
    }
}

/// Builds the tree; its depth was checked.
fn convert(source: &str, value: &ast::Value<'_>, by: usize) -> Node {
    let span = Span::new(value.range().start, value.range().end);
    let converted = match value {
        ast::Value::StringLit(literal) => {
            Value::Scalar(Scalar { text: (&*literal.value).into(), style: Style::Double })
        }
        ast::Value::Object(object) => {
            let entries = object
                .properties
                .iter()
                .map(|property| Entry {
                    key: Key {
                        text: property.name.as_str().into(),
                        span: Span::new(property.name.range().start, property.name.range().end).shift(by),
                    },
                    value: Some(convert(source, &property.value, by)),
                })
                .collect();
            Value::Map(Map { entries, flow: true })
        }
        ast::Value::Array(array) => {
            let items = array.elements.iter().map(|element| convert(source, element, by)).collect();
            Value::Seq(Seq { items, flow: true })
        }
        ast::Value::NumberLit(_) | ast::Value::BooleanLit(_) | ast::Value::NullKeyword(_) => {
            Value::Scalar(Scalar { text: span.of(source).into(), style: Style::Plain })
        }
    };
    Node { span: span.shift(by), value: converted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_keep_their_text_and_place() {
        let text = "\u{feff}// ä\n{\"a\": [1.50, true, null, \"x\\n\"], /* b */ \"c\": {},}";
        let document = parse(text);
        assert_eq!(document.error, None);
        let comments: Vec<_> = document.comments.iter().map(|span| span.of(text)).collect();
        assert_eq!(comments, ["// ä", "/* b */"]);
        let root = document.root.unwrap();
        let map = root.as_map().unwrap();
        assert!(map.flow);
        assert_eq!(map.entries[0].key.span.of(text), "\"a\"");
        assert_eq!(map.entries[0].span().of(text), "\"a\": [1.50, true, null, \"x\\n\"]");
        let items = &map.value("a").unwrap().as_seq().unwrap().items;
        let texts: Vec<_> = items.iter().map(|item| item.as_str().unwrap()).collect();
        assert_eq!(texts, ["1.50", "true", "null", "x\n"]);
        assert_eq!(items[1].as_bool(), Some(true));
        assert_eq!(items[3].inner_span().of(text), "x\\n");
    }

    #[test]
    fn errors_have_a_place_and_leave_what_can_be_read() {
        for (text, place, keys) in [
            ("{\"a\": 1 \"b\": 2}", Some(" "), vec!["a", "b"]),
            ("{a: 1}", Some("a"), vec!["a"]),
            ("{\"a\": ", Some(" "), vec![]),
            ("{\"a\": 1} x", Some("x"), vec![]),
            ("", None, vec![]),
            ("// only", None, vec![]),
        ] {
            let document = parse(text);
            let found = document.error.as_ref().map(|(span, _)| span.of(text));
            assert_eq!(found, place, "{text}: {:?}", document.error);
            let read: Vec<_> = document
                .root
                .iter()
                .filter_map(Node::as_map)
                .flat_map(|map| map.entries.iter())
                .map(|entry| &*entry.key.text)
                .collect();
            assert_eq!(read, keys, "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        for depth in [100, 200, 600, 100_000] {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            let document = parse(&text);
            assert_eq!(document.root.is_some(), depth == 100, "{depth}");
            assert_eq!(document.error.is_some(), depth != 100, "{depth}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read(text in r#"(\PC|[\[\]{},:"\\/*'\n\r 0-9a-u.+-]){0,60}"#) {
            let document = parse(&text);
            if let Some((span, _)) = &document.error {
                prop_assert!(text.get(span.range()).is_some());
                prop_assert!(!span.is_empty() || text.is_empty());
            }
            for comment in &document.comments {
                prop_assert!(text.get(comment.range()).is_some());
            }
            if let Some(root) = &document.root {
                prop_assert!(text.get(root.span.range()).is_some());
            }
        }
    }
}
