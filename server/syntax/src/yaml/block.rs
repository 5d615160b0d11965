//! Block maps and sequences: structure by indentation.

use super::YamlErrorKind;
use super::cursor::{Cursor, DEPTH_LIMIT};
use super::flow::read_flow;
use super::node::{Entry, Key, Map, Node, Scalar, Seq, Style, Value};
use super::scalar::{block_scalar_header, is_template, key_text, read_block_scalar, read_plain, read_quoted};
use crate::Span;
use rustc_hash::FxHashSet;

/// Reads the node at the position, where a block collection may begin. Lines of it are indented more
/// than `parent`.
pub(super) fn read_node(cursor: &mut Cursor<'_>, parent: isize) -> Node {
    let line = cursor.current();
    let is_seq = cursor.is_dash();
    if !is_seq && !begins_map(cursor, line.text == cursor.pos) {
        if cursor.is_colon(line, cursor.pos) {
            cursor.error(cursor.pos, cursor.pos + 1, YamlErrorKind::ExpectedKey);
        }
        return read_inline(cursor, parent);
    }
    if cursor.depth >= DEPTH_LIMIT {
        return skip_too_deep(cursor, parent);
    }
    let column = cursor.column();
    if is_seq { read_seq(cursor, column) } else { read_map(cursor, column) }
}

/// Whether a map begins here: a key, or half a key with a pair right below it.
fn begins_map(cursor: &Cursor<'_>, line_begins: bool) -> bool {
    let line = cursor.current();
    if cursor.find_key(line, cursor.pos).is_some() {
        return true;
    }
    let half = line_begins
        && !cursor.slice(cursor.pos, line.end).trim_end().bytes().any(|byte| b" \t\"'[{|>".contains(&byte));
    let below = cursor.line_at(cursor.line + 1);
    half && below.indent() == line.indent() && cursor.has_word_key(below, below.text)
}

/// Reads a value that begins in the middle of a line: flow, quoted, block scalar or plain.
pub(super) fn read_inline(cursor: &mut Cursor<'_>, parent: isize) -> Node {
    cursor.fresh = false;
    let node = match cursor.peek() {
        Some(b'[') => read_flow(cursor, parent),
        Some(b'{') if !is_template(cursor) => read_flow(cursor, parent),
        Some(b'"' | b'\'') => read_quoted(cursor, parent, false),
        Some(b'|' | b'>') => match block_scalar_header(cursor) {
            Some(header) => read_block_scalar(cursor, parent, header),
            None => read_plain(cursor, parent),
        },
        _ => read_plain(cursor, parent),
    };
    cursor.finish_line();
    node
}

/// Reads a map whose keys stand in `column`, beginning at the position.
pub(super) fn read_map(cursor: &mut Cursor<'_>, column: usize) -> Node {
    cursor.depth += 1;
    let start = cursor.pos;
    let mut entries = Vec::new();
    let mut seen = FxHashSet::default();
    // Lines of this indent were complained about already; the rest of them are read in peace.
    let mut excused = None;
    let mut first = true;
    while !cursor.at_end() {
        let line = cursor.current();
        let own = cursor.column();
        if !first && own < column {
            break;
        }
        if own > column && excused != Some(own) {
            cursor.indentation_error(line);
            excused = Some(own);
        } else if own == column {
            excused = None;
        }
        first = false;
        if cursor.is_dash() {
            skip_line(cursor, YamlErrorKind::UnexpectedToken);
        } else if let Some((key_end, colon)) = cursor.find_key(line, cursor.pos) {
            let entry = read_entry(cursor, own, key_end, colon);
            note_key(cursor, &mut seen, &entry.key);
            entries.push(entry);
        } else if own > column {
            // The indentation was reported; what stands there is no pair either way.
            cursor.next_content();
        } else {
            skip_line(cursor, YamlErrorKind::ExpectedColon);
        }
    }
    cursor.depth -= 1;
    map_node(entries, start)
}

/// Complains about a key that its map has already.
pub(super) fn note_key(cursor: &mut Cursor<'_>, seen: &mut FxHashSet<Box<str>>, key: &Key) {
    if !seen.insert(key.text.clone()) {
        cursor.error(key.span.start as usize, key.span.end as usize, YamlErrorKind::DuplicateKey);
    }
}

/// A block map from its entries.
pub(super) fn map_node(entries: Vec<Entry>, start: usize) -> Node {
    let span = match (entries.first(), entries.last()) {
        (Some(first), Some(last)) => first.key.span.cover(last.span()),
        _ => Span::at(start),
    };
    Node { span, value: Value::Map(Map { entries, flow: false }) }
}

/// Reads `key: value`, the key ending at `key_end` and its colon at `colon`.
fn read_entry(cursor: &mut Cursor<'_>, column: usize, key_end: usize, colon: usize) -> Entry {
    let start = cursor.pos;
    let key = Key { text: key_text(cursor.slice(start, key_end)), span: Span::new(start, key_end) };
    cursor.pos = colon;
    cursor.bump(1);
    if !cursor.rest_is_empty() {
        return Entry { key, value: Some(read_inline(cursor, signed(column))) };
    }
    cursor.finish_line();
    let below = if cursor.at_end() { None } else { Some(cursor.current().indent()) };
    let value = match below {
        Some(indent) if indent > column => Some(read_node(cursor, signed(column))),
        // A list may stand as far left as the key it belongs to.
        Some(indent) if indent == column && cursor.is_dash() => {
            if cursor.depth >= DEPTH_LIMIT {
                Some(skip_too_deep(cursor, signed(column) - 1))
            } else {
                Some(read_seq(cursor, column))
            }
        }
        _ => {
            cursor.error(start, colon + 1, YamlErrorKind::MissingValue);
            None
        }
    };
    Entry { key, value }
}

/// Reads a sequence whose dashes stand in `column`, beginning at the position.
fn read_seq(cursor: &mut Cursor<'_>, column: usize) -> Node {
    cursor.depth += 1;
    let start = cursor.pos;
    let mut span = Span::new(start, start + 1);
    let mut items = Vec::new();
    let mut first = true;
    while !cursor.at_end() {
        let own = cursor.column();
        if !first && own < column || own == column && !cursor.is_dash() {
            break;
        }
        if own > column {
            let line = cursor.current();
            cursor.indentation_error(line);
            if !cursor.is_dash() {
                cursor.next_content();
                continue;
            }
        }
        first = false;
        let item = read_item(cursor, own);
        span = span.cover(item.span);
        items.push(item);
    }
    cursor.depth -= 1;
    Node { span, value: Value::Seq(Seq { items, flow: false }) }
}

/// Reads one item; the position is at its dash.
fn read_item(cursor: &mut Cursor<'_>, column: usize) -> Node {
    let dash = cursor.pos;
    cursor.bump(1);
    if !cursor.rest_is_empty() {
        return read_node(cursor, signed(column));
    }
    cursor.finish_line();
    if !cursor.at_end() && cursor.current().indent() > column {
        return read_node(cursor, signed(column));
    }
    cursor.error(dash, dash + 1, YamlErrorKind::MissingItem);
    scalar_node("", Style::Plain, Span::at(dash + 1))
}

/// Complains about the rest of the line and leaves it.
fn skip_line(cursor: &mut Cursor<'_>, kind: YamlErrorKind) {
    let line = cursor.current();
    let (end, _) = cursor.plain_end(line, cursor.pos);
    cursor.error(cursor.pos, end, kind);
    cursor.next_content();
}

/// Leaves everything that is indented more than `parent`; what was skipped on the first line is kept
/// as text, so that nothing is lost silently.
fn skip_too_deep(cursor: &mut Cursor<'_>, parent: isize) -> Node {
    let line = cursor.current();
    let (start, (end, _)) = (cursor.pos, cursor.plain_end(line, cursor.pos));
    cursor.error(start, end, YamlErrorKind::TooDeep);
    let node = scalar_node(cursor.slice(start, end), Style::Plain, Span::new(start, end));
    cursor.next_content();
    while !cursor.at_end() && signed(cursor.current().indent()) > parent {
        cursor.next_content();
    }
    node
}

/// A scalar.
pub(super) fn scalar_node(text: &str, style: Style, span: Span) -> Node {
    Node { span, value: Value::Scalar(Scalar { text: text.into(), style }) }
}

/// A column as the signed number that parents are compared by (the root's parent is −1).
pub(super) fn signed(column: usize) -> isize {
    isize::try_from(column).unwrap_or(isize::MAX)
}
