//! The reader itself.

use super::block::{map_node, read_map, read_node};
use super::cursor::Cursor;
use super::node::{Node, Value};
use super::{Yaml, YamlErrorKind};

/// Reads `text[content]` (the lines between the delimiters); spans count from the start of `text`.
///
/// Takes time in proportion to the text and follows collections to a fixed depth only. Whatever
/// cannot be read is reported, and the reader goes on at the next line of smaller or equal indent.
#[must_use]
pub fn parse(text: &str, content: crate::Span) -> Yaml {
    let mut cursor = Cursor::new(text, content);
    let mut root = None;
    if !cursor.at_end() {
        root = Some(if begins_with_half_a_key(&cursor) {
            let column = cursor.column();
            read_map(&mut cursor, column)
        } else {
            read_node(&mut cursor, -1)
        });
    }
    while !cursor.at_end() {
        read_leftover(&mut cursor, &mut root);
    }
    if let Some(node) = root.as_ref().filter(|node| node.as_map().is_none()) {
        cursor.error(node.span.start as usize, node.span.end as usize, YamlErrorKind::NotAMap);
    }
    let Cursor { mut errors, mut comments, .. } = cursor;
    errors.sort_by_key(|error| error.span.start);
    comments.sort_unstable();
    Yaml { root, errors, comments }
}

/// Whether the header begins with a line that is no pair although pairs follow: somebody is typing.
fn begins_with_half_a_key(cursor: &Cursor<'_>) -> bool {
    let first = cursor.current();
    let begins_otherwise = cursor.is_dash()
        || matches!(cursor.peek(), Some(b'[' | b'{' | b'"' | b'\'' | b'|' | b'>'))
        || cursor.find_key(first, first.text).is_some();
    !begins_otherwise
        && (cursor.line + 1..cursor.lines.len()).map(|index| cursor.line_at(index)).any(|line| {
            !line.is_blank() && line.indent() <= first.indent() && cursor.has_word_key(line, line.text)
        })
}

/// Reads what stands left of the root: its pairs join the root map, anything else is refused.
fn read_leftover(cursor: &mut Cursor<'_>, root: &mut Option<Node>) {
    let line = cursor.current();
    let Some((key_end, _)) = cursor.find_key(line, line.text) else {
        let (end, _) = cursor.plain_end(line, line.text);
        cursor.error(line.text, end, YamlErrorKind::UnexpectedToken);
        cursor.next_content();
        return;
    };
    cursor.error(line.text, key_end, YamlErrorKind::UnexpectedIndentation);
    let column = cursor.column();
    let more = read_map(cursor, column);
    let Value::Map(more) = more.value else { return };
    match root.as_mut().map(|node| &mut node.value) {
        Some(Value::Map(map)) if !map.flow => map.entries.extend(more.entries),
        _ => *root = Some(map_node(more.entries, line.text)),
    }
    if let Some(node) = root
        && let Value::Map(map) = &node.value
        && let Some(last) = map.entries.last()
    {
        node.span = node.span.cover(last.span());
    }
}
