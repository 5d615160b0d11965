//! What a strict YAML 1.2 parser says of a header.
//!
//! The verdict is that of a strict parser; the places are our own, because such a parser names the
//! character where it gave up, which is rarely the one to change. Each plain scalar that looks
//! suspicious is put before the parser alone: it is reported if it is refused or read as something
//! else, and never otherwise.

use super::node::{Map, Node, Style, Value};
use super::verdict::{Refusal, Shape, read_strictly, shape};
use super::{Yaml, parse};
use crate::Span;
use std::borrow::Cow;

/// Headers beyond this are not put before the strict parser: no real one comes near it.
const LENGTH_LIMIT: usize = 1 << 18;

/// How far lines inside flow collections are indented at most.
const INDENT_LIMIT: usize = 64;

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
    objections(text, content, &parse(text, content))
}

/// The same for a header that was read already.
pub(crate) fn objections(text: &str, content: Span, yaml: &Yaml) -> Vec<Strict> {
    let source = content.of(text);
    if source.len() > LENGTH_LIMIT {
        return Vec::new();
    }
    let verdict = verdict(text, content, yaml);
    if let Ok(theirs) = &verdict
        && *theirs == shape(yaml.root.as_ref())
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(root) = &yaml.root {
        collect(text, root, Place::Block, &mut found);
    }
    if let Err(refusal) = &verdict {
        collect_tabs(text, content, yaml, &mut found);
        if found.is_empty() && yaml.errors.is_empty() {
            found.extend(line_of(text, content, refusal));
        }
    } else if found.is_empty() && yaml.errors.is_empty() {
        found.extend(whole(text, content));
    }
    found.sort_by_key(|objection| objection.span);
    found
}

/// What a strict parser reads.
pub(super) fn verdict(text: &str, content: Span, yaml: &Yaml) -> Result<Shape, Refusal> {
    read_strictly(&presented(text, content, yaml))
}

/// The header as it is put before the strict parser: ending with a line end, as it does before its
/// closing line, and with the lines inside flow collections indented.
///
/// YAML 1.2 wants those lines, `]` and `}` included, to be indented more than the key. The parsers
/// that clients are built on (libyaml, js-yaml, yaml) do not insist, and a bracket at the start of its
/// line is common, so that rule alone is no objection. Nor is a tab between `:` and a value on its line,
/// which YAML allows and they take; the oracle alone does not.
fn presented(text: &str, content: Span, yaml: &Yaml) -> String {
    let mut flows = Vec::new();
    if let Some(root) = &yaml.root {
        spans_of_leaves(root, &mut flows, false);
    }
    let mut flows = flows.into_iter().peekable();
    let mut owned = String::with_capacity(content.len() + 1);
    let mut start = content.start as usize;
    let source = without_tabs_before_values(content.of(text), content.start, yaml);
    for line in source.split_inclusive(['\n', '\r']) {
        while flows.next_if(|flow| flow.end as usize <= start).is_some() {}
        // The second half of a `\r\n` starts no line.
        let starts_line = !(line == "\n" && owned.ends_with('\r'));
        if let Some(flow) = flows.peek().filter(|flow| starts_line && (flow.start as usize) < start) {
            let before = text.get(..flow.start as usize).unwrap_or_default();
            let on_line = before.bytes().rev().take_while(|byte| !matches!(byte, b'\n' | b'\r'));
            owned.extend(std::iter::repeat_n(' ', on_line.take(INDENT_LIMIT).count()));
        }
        owned.push_str(line);
        start += line.len();
    }
    if !owned.ends_with(['\n', '\r']) {
        owned.push('\n');
    }
    owned
}

/// The same text, of the same length, with blanks for tabs between `:` and a value on its line.
fn without_tabs_before_values<'t>(source: &'t str, start: u32, yaml: &Yaml) -> Cow<'t, str> {
    if !source.contains(":\t") {
        return Cow::Borrowed(source);
    }
    let mut gaps = Vec::new();
    if let Some(root) = &yaml.root {
        gaps_before_values(root, &mut gaps);
    }
    let mut owned = source.to_owned();
    for gap in gaps {
        let range = gap.start.saturating_sub(start) as usize..gap.end.saturating_sub(start) as usize;
        let Some(between) = owned.get(range.clone()) else { continue };
        let on_line = between.split(['\n', '\r', '#']).next().unwrap_or_default().len();
        let plain = between.get(..on_line).unwrap_or_default().replace('\t', " ");
        owned.replace_range(range.start..range.start + on_line, &plain);
    }
    Cow::Owned(owned)
}

fn gaps_before_values(node: &Node, gaps: &mut Vec<Span>) {
    match &node.value {
        Value::Seq(seq) => seq.items.iter().for_each(|item| gaps_before_values(item, gaps)),
        Value::Map(map) => {
            for entry in &map.entries {
                let Some(value) = &entry.value else { continue };
                if entry.key.span.end < value.span.start {
                    gaps.push(Span { start: entry.key.span.end, end: value.span.start });
                }
                gaps_before_values(value, gaps);
            }
        }
        Value::Scalar(_) => {}
    }
}

/// What surrounds a scalar, which decides what may stand in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Block,
    Flow,
    Key,
    FlowKey,
}

/// Walks the tree (its depth is bounded by the reader) and tries every suspicious plain scalar.
fn collect(text: &str, node: &Node, place: Place, found: &mut Vec<Strict>) {
    match &node.value {
        Value::Scalar(scalar) if scalar.style == Style::Plain => {
            found.extend(judge(text, node.span, &scalar.text, place));
        }
        Value::Scalar(_) => {}
        Value::Seq(seq) => {
            let inside = if seq.flow { Place::Flow } else { Place::Block };
            seq.items.iter().for_each(|item| collect(text, item, inside, found));
        }
        Value::Map(map) => collect_map(text, map, found),
    }
}

fn collect_map(text: &str, map: &Map, found: &mut Vec<Strict>) {
    let (keys, values) = if map.flow { (Place::FlowKey, Place::Flow) } else { (Place::Key, Place::Block) };
    for entry in &map.entries {
        found.extend(judge(text, entry.key.span, &entry.key.text, keys));
        if let Some(value) = &entry.value {
            collect(text, value, values, found);
        }
    }
}

/// Puts one plain scalar before the strict parser, in the smallest document that has its place.
fn judge(text: &str, span: Span, ours: &str, place: Place) -> Option<Strict> {
    let source = span.of(text);
    if !is_suspicious(source) {
        return None;
    }
    let scalar = Shape::Scalar(ours.to_owned());
    let key = Shape::Scalar("k".to_owned());
    let (document, expected) = match place {
        Place::Block => (format!("k: {source}\n"), Shape::Map(vec![(key, scalar)])),
        Place::Flow => (format!("k: [{source} ]\n"), Shape::Map(vec![(key, Shape::Seq(vec![scalar]))])),
        Place::Key => (format!("{source}: k\n"), Shape::Map(vec![(scalar, key)])),
        Place::FlowKey => (format!("{{{source}: k}}\n"), Shape::Map(vec![(scalar, key)])),
    };
    match read_strictly(&document) {
        Ok(theirs) if theirs == expected => None,
        verdict => {
            let differs = verdict.is_ok();
            Some(Strict { span, message: explain(source, place, differs), quote: true, differs })
        }
    }
}

/// Whether a plain scalar has anything that could mean something else to a strict parser. A quoted
/// key begins with its quote and is never suspicious.
fn is_suspicious(source: &str) -> bool {
    let Some(first) = source.bytes().next() else { return false };
    if matches!(first, b'"' | b'\'') {
        return false;
    }
    matches!(
        first,
        b'*' | b'&'
            | b'!'
            | b'@'
            | b'`'
            | b'%'
            | b'|'
            | b'>'
            | b'{'
            | b'['
            | b'}'
            | b']'
            | b','
            | b'?'
            | b'-'
    ) || source.ends_with(':')
        || source.contains(": ")
        || source.contains(":\t")
        || source.contains(":\n")
        || source.contains(":\r")
        || source.bytes().any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

/// Says what a strict parser sees.
fn explain(source: &str, place: Place, differs: bool) -> Box<str> {
    let what = if matches!(place, Place::Key | Place::FlowKey) { "key" } else { "value" };
    let meaning = match source.bytes().next() {
        Some(b'*') => "`*` at the start is an alias",
        Some(b'&') => "`&` at the start is an anchor",
        Some(b'!') => "`!` at the start is a tag",
        Some(b'@') => "no value may begin with `@`",
        Some(b'`') => "no value may begin with a backtick",
        Some(b'%') => "no value may begin with `%`",
        Some(b'|' | b'>') => "`|` and `>` at the start announce a block of text",
        Some(b'{') => "`{` at the start opens a map",
        Some(b'[') => "`[` at the start opens a list",
        Some(b'?') => "`? ` at the start announces a key",
        Some(b'-') => "`- ` at the start announces a list item",
        _ if source.contains(':') => "a colon before a blank ends a key",
        _ => "a character in it is not allowed",
    };
    let result = if differs { "read this differently" } else { "refuse this" };
    format!("Strict YAML parsers {result}: {meaning}. Put the {what} in quotes.").into()
}

/// Reports tabs that indent a line, outside scalars and flow collections of several lines.
fn collect_tabs(text: &str, content: Span, yaml: &Yaml, found: &mut Vec<Strict>) {
    let mut inside = Vec::new();
    if let Some(root) = &yaml.root {
        spans_of_leaves(root, &mut inside, true);
    }
    let mut leaves = inside.into_iter().peekable();
    let mut start = content.start as usize;
    for line in content.of(text).split_inclusive(['\n', '\r']) {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let (indent, rest) = line.split_at_checked(blanks).unwrap_or((line, ""));
        while leaves.next_if(|leaf| leaf.end as usize <= start).is_some() {}
        let covered = leaves.peek().is_some_and(|leaf| (leaf.start as usize) < start);
        if indent.contains('\t') && !covered && !rest.starts_with(['\n', '\r', '#']) && !rest.is_empty() {
            found.push(Strict {
                span: Span::new(start, start + blanks),
                message: "Strict YAML parsers refuse tabs as indentation. Use blanks.".into(),
                quote: false,
                differs: false,
            });
        }
        start += line.len();
    }
}

/// The spans of flow collections, and of `scalars` if wanted, in the order of the text.
fn spans_of_leaves(node: &Node, spans: &mut Vec<Span>, scalars: bool) {
    match &node.value {
        Value::Seq(seq) if !seq.flow => {
            seq.items.iter().for_each(|item| spans_of_leaves(item, spans, scalars));
        }
        Value::Map(map) if !map.flow => {
            map.entries.iter().filter_map(|entry| entry.value.as_ref()).for_each(|value| {
                spans_of_leaves(value, spans, scalars);
            });
        }
        Value::Scalar(_) if !scalars => {}
        _ => spans.push(node.span),
    }
}

/// The line on which a strict parser gave up, for whatever has no better place; where that line is
/// empty (it gives up at the end, or below the line at fault) the last one before it that is not.
fn line_of(text: &str, content: Span, refusal: &Refusal) -> Option<Strict> {
    let mut start = content.start as usize;
    let mut place = None;
    let mut number = 0;
    for line in content.of(text).split_inclusive(['\n', '\r']) {
        if !line.trim().is_empty() && (number <= refusal.line || place.is_none()) {
            let blanks = line.len() - line.trim_start().len();
            place = Some(Span::new(start + blanks, start + blanks + line.trim().len()));
        }
        start += line.len();
        // CR and LF of one line end come as two pieces, of which the second has no text.
        let ends = line.ends_with('\n') || !text.get(start..).is_some_and(|rest| rest.starts_with('\n'));
        number += usize::from(ends);
    }
    let message = format!("Strict YAML parsers refuse this: {}.", refusal.reason.trim_end_matches('.'));
    place.map(|span| Strict { span, message: message.into(), quote: false, differs: false })
}

/// The whole header, where a strict parser reads something else and no token alone explains it.
fn whole(text: &str, content: Span) -> Option<Strict> {
    let source = content.of(text);
    let start = content.start as usize + (source.len() - source.trim_start().len());
    let span = Span::new(start, start + source.trim().len());
    (!span.is_empty()).then(|| Strict {
        span,
        message: "Strict YAML parsers read this header differently.".into(),
        quote: false,
        differs: true,
    })
}
