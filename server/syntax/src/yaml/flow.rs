//! Flow collections: `[…]` and `{…}`, on one line or several.
//!
//! A collection that is never closed ends before the first line that is not indented below its key
//! and begins like a pair or an item, so that one bracket does not cost the rest of the header.

use super::YamlErrorKind;
use super::block::{note_key, scalar_node};
use super::cursor::{Cursor, DEPTH_LIMIT};
use super::node::{Entry, Key, Map, Node, Seq, Style, Value};
use super::scalar::{ends_flow, is_flow_colon, is_template, read_flow_plain, read_quoted};
use crate::Span;
use rustc_hash::FxHashSet;

/// Reads the flow collection at the position.
pub(super) fn read_flow(cursor: &mut Cursor<'_>, parent: isize) -> Node {
    if cursor.depth >= DEPTH_LIMIT {
        return skip_too_deep(cursor, parent);
    }
    cursor.depth += 1;
    let node = if cursor.peek() == Some(b'[') { read_seq(cursor, parent) } else { read_map(cursor, parent) };
    cursor.depth -= 1;
    node
}

/// Goes to the next token of the collection, over blanks, comments and line ends. `false` where the
/// collection has to be given up; the cursor is then fresh.
fn next_token(cursor: &mut Cursor<'_>, parent: isize) -> bool {
    loop {
        if cursor.fresh {
            if cursor.at_end() || ends_flow(cursor, cursor.current(), parent) {
                return false;
            }
            cursor.fresh = false;
        }
        if !cursor.rest_is_empty() {
            return true;
        }
        cursor.finish_line();
    }
}

/// Reads a node inside a collection.
fn read_value(cursor: &mut Cursor<'_>, parent: isize) -> Node {
    match cursor.peek() {
        Some(b'[') => read_flow(cursor, parent),
        Some(b'{') if !is_template(cursor) => read_flow(cursor, parent),
        Some(b'"' | b'\'') => read_quoted(cursor, parent, true),
        _ => read_flow_plain(cursor, parent),
    }
}

/// Complains about the byte at the position and steps over it.
fn refuse(cursor: &mut Cursor<'_>, kind: YamlErrorKind) {
    let at = cursor.pos;
    cursor.error(at, at + 1, kind);
    cursor.bump(1);
}

fn read_seq(cursor: &mut Cursor<'_>, parent: isize) -> Node {
    let start = cursor.pos;
    cursor.bump(1);
    let mut span = Span::new(start, start + 1);
    let mut items = Vec::new();
    let mut comma_allowed = false;
    loop {
        if !next_token(cursor, parent) {
            cursor.error(start, start + 1, YamlErrorKind::UnclosedSequence);
            break;
        }
        match cursor.peek() {
            Some(b']') => {
                cursor.bump(1);
                span = span.cover(Span::at(cursor.pos));
                break;
            }
            Some(b',') if comma_allowed => {
                cursor.bump(1);
                comma_allowed = false;
            }
            Some(b',' | b'}') => refuse(cursor, YamlErrorKind::UnexpectedToken),
            _ if cursor.is_dash() => refuse(cursor, YamlErrorKind::UnexpectedToken),
            _ => {
                let item = read_item(cursor, parent);
                span = span.cover(item.span);
                items.push(item);
                comma_allowed = true;
            }
        }
    }
    Node { span, value: Value::Seq(Seq { items, flow: true }) }
}

/// Reads an item, which may be a pair without braces. VS Code refuses such a pair.
fn read_item(cursor: &mut Cursor<'_>, parent: isize) -> Node {
    let item = if is_flow_colon(cursor, cursor.current(), cursor.pos) {
        scalar_node("", Style::Plain, Span::at(cursor.pos))
    } else {
        read_value(cursor, parent)
    };
    if cursor.fresh || !next_token(cursor, parent) || !at_colon_after(cursor, &item) {
        return item;
    }
    refuse(cursor, YamlErrorKind::UnexpectedToken);
    let value = read_pair_value(cursor, parent);
    match item.value {
        Value::Scalar(scalar) => {
            let entry = Entry { key: Key { text: scalar.text, span: item.span }, value };
            let span = entry.span();
            Node { span, value: Value::Map(Map { entries: vec![entry], flow: true }) }
        }
        // A collection as a key has no place in the tree; the collection alone is kept.
        _ => item,
    }
}

/// Whether the position is at the colon between `key` and a value. After a quote or bracket no blank
/// needs to follow the colon.
fn at_colon_after(cursor: &Cursor<'_>, key: &Node) -> bool {
    let quoted = key.as_scalar().is_none_or(|scalar| scalar.style != Style::Plain);
    quoted && cursor.peek() == Some(b':') || is_flow_colon(cursor, cursor.current(), cursor.pos)
}

/// Reads what follows a colon, if anything does.
fn read_pair_value(cursor: &mut Cursor<'_>, parent: isize) -> Option<Node> {
    if !next_token(cursor, parent) || matches!(cursor.peek(), Some(b',' | b']' | b'}')) {
        return None;
    }
    let again = is_flow_colon(cursor, cursor.current(), cursor.pos);
    (!again).then(|| read_value(cursor, parent))
}

fn read_map(cursor: &mut Cursor<'_>, parent: isize) -> Node {
    let start = cursor.pos;
    cursor.bump(1);
    let mut span = Span::new(start, start + 1);
    let mut entries = Vec::new();
    let mut seen = FxHashSet::default();
    let mut comma_allowed = false;
    loop {
        if !next_token(cursor, parent) {
            cursor.error(start, start + 1, YamlErrorKind::UnclosedMap);
            break;
        }
        match cursor.peek() {
            Some(b'}') => {
                cursor.bump(1);
                span = span.cover(Span::at(cursor.pos));
                break;
            }
            Some(b',') if comma_allowed => {
                cursor.bump(1);
                comma_allowed = false;
            }
            Some(b',' | b']') => refuse(cursor, YamlErrorKind::ExpectedKey),
            _ => {
                comma_allowed = true;
                if let Some(entry) = read_entry(cursor, parent) {
                    span = span.cover(entry.span());
                    note_key(cursor, &mut seen, &entry.key);
                    entries.push(entry);
                }
            }
        }
    }
    Node { span, value: Value::Map(Map { entries, flow: true }) }
}

/// Reads `key: value`, `key` alone, or nothing where there is no key.
fn read_entry(cursor: &mut Cursor<'_>, parent: isize) -> Option<Entry> {
    if is_flow_colon(cursor, cursor.current(), cursor.pos) {
        refuse(cursor, YamlErrorKind::ExpectedKey);
        read_pair_value(cursor, parent);
        return None;
    }
    let key = read_value(cursor, parent);
    let mut value = None;
    if !cursor.fresh && next_token(cursor, parent) && at_colon_after(cursor, &key) {
        cursor.bump(1);
        value = read_pair_value(cursor, parent);
    }
    match key.value {
        Value::Scalar(scalar) => Some(Entry { key: Key { text: scalar.text, span: key.span }, value }),
        _ => {
            cursor.error(key.span.start as usize, key.span.end as usize, YamlErrorKind::ExpectedKey);
            None
        }
    }
}

/// Steps over a collection by counting its brackets, without following it.
fn skip_too_deep(cursor: &mut Cursor<'_>, parent: isize) -> Node {
    let start = cursor.pos;
    cursor.error(start, start + 1, YamlErrorKind::TooDeep);
    let mut end = start;
    let mut open = 0_usize;
    while next_token(cursor, parent) {
        match cursor.peek() {
            Some(b'[' | b'{') => open += 1,
            Some(b']' | b'}') => open -= 1,
            _ => {}
        }
        let rest = cursor.slice(cursor.pos, cursor.current().end);
        cursor.pos += rest.chars().next().map_or(1, char::len_utf8);
        end = cursor.pos;
        if open == 0 {
            break;
        }
    }
    scalar_node(cursor.slice(start, end), Style::Plain, Span::new(start, end))
}
