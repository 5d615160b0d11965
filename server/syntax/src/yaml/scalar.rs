//! Scalars: plain, quoted and block text, with folding and escapes.

use super::YamlErrorKind;
use super::block::{scalar_node, signed};
use super::cursor::{Cursor, Line, is_blank, is_flow_indicator};
use super::node::{Node, Style};
use crate::Span;

/// Adds a line break to folded text: one break is a blank, each empty line a line feed.
fn fold(text: &mut String, empty_lines: usize) {
    if empty_lines == 0 {
        text.push(' ');
    } else {
        text.extend(std::iter::repeat_n('\n', empty_lines));
    }
}

/// The next line that is not blank after line `index`, and how many blank ones stand between.
fn next_filled(cursor: &Cursor<'_>, index: usize) -> Option<(usize, Line, usize)> {
    let found = (index + 1..cursor.lines.len()).find(|&next| !cursor.line_at(next).is_blank())?;
    Some((found, cursor.line_at(found), found - index - 1))
}

/// Whether `{{` at the position has its `}}` on the line: a template's hole, which is text to us.
pub(super) fn is_template(cursor: &mut Cursor<'_>) -> bool {
    if cursor.peek_ahead(1) != Some(b'{') || cursor.pos < cursor.no_template_until {
        return false;
    }
    let line = cursor.current();
    let found = cursor.slice(cursor.pos, line.end).contains("}}");
    if !found {
        cursor.no_template_until = line.end;
    }
    found
}

/// Reads plain text in block context: to the end of the line or its comment, `: ` included, and the
/// lines below that are indented more than `parent`.
pub(super) fn read_plain(cursor: &mut Cursor<'_>, parent: isize) -> Node {
    let start = cursor.pos;
    let (mut end, mut comment) = cursor.plain_end(cursor.current(), start);
    let mut text = String::from(cursor.slice(start, end));
    while comment.is_none() {
        let Some((index, line, empty_lines)) = next_filled(cursor, cursor.line) else { break };
        if signed(line.indent()) <= parent || cursor.byte_in(line, line.text) == Some(b'#') {
            break;
        }
        if cursor.find_key(line, line.text).is_some() {
            // `key:` below a value is somebody's pair, only indented wrongly; a colon in running
            // text is read on, but VS Code stumbles over it.
            if cursor.has_word_key(line, line.text) || line.indent() == 0 {
                break;
            }
            cursor.indentation_error(line);
        }
        cursor.line = index;
        (end, comment) = cursor.plain_end(line, line.text);
        fold(&mut text, empty_lines);
        text.push_str(cursor.slice(line.text, end));
    }
    cursor.pos = end;
    scalar_node(&text, Style::Plain, Span::new(start, end))
}

/// Reads plain text in flow context: to a flow indicator, a colon or a comment, over several lines.
pub(super) fn read_flow_plain(cursor: &mut Cursor<'_>, parent: isize) -> Node {
    let start = cursor.pos;
    let mut from = start;
    if cursor.peek() == Some(b'{') {
        let rest = cursor.slice(start, cursor.current().end);
        from = start + rest.find("}}").map_or(1, |found| found + 2);
    }
    let (mut end, mut to_line_end) = flow_plain_end(cursor, cursor.current(), from, start);
    let mut text = String::from(cursor.slice(start, end));
    while to_line_end {
        let Some((index, line, empty_lines)) = next_filled(cursor, cursor.line) else { break };
        let first = cursor.byte_in(line, line.text);
        if ends_flow(cursor, line, parent) || first == Some(b'#') || first.is_some_and(is_flow_indicator) {
            break;
        }
        let (line_text_end, whole) = flow_plain_end(cursor, line, line.text, line.text);
        if line_text_end == line.text {
            break;
        }
        cursor.line = index;
        (end, to_line_end) = (line_text_end, whole);
        fold(&mut text, empty_lines);
        text.push_str(cursor.slice(line.text, end));
    }
    cursor.pos = end;
    scalar_node(&text, Style::Plain, Span::new(start, end))
}

/// Where plain text in flow context ends on its line, and whether only blanks follow.
fn flow_plain_end(cursor: &Cursor<'_>, line: Line, from: usize, start: usize) -> (usize, bool) {
    let mut at = from;
    while let Some(byte) = cursor.byte_in(line, at) {
        let ends = is_flow_indicator(byte)
            || byte == b':' && is_flow_colon(cursor, line, at)
            || byte == b'#' && at > start && cursor.is_comment(line, at);
        if ends {
            break;
        }
        at += 1;
    }
    let text = cursor.slice(start, at).trim_end_matches([' ', '\t']);
    (start + text.len(), at >= line.end)
}

/// Whether a colon in flow context separates a key from its value.
pub(super) fn is_flow_colon(cursor: &Cursor<'_>, line: Line, at: usize) -> bool {
    cursor.byte_in(line, at) == Some(b':')
        && cursor.byte_in(line, at + 1).is_none_or(|next| is_blank(next) || is_flow_indicator(next))
}

/// Whether a flow collection or quotation that is still open must be given up before `line`: the line
/// is not indented below `parent` and begins like a pair or an item.
pub(super) fn ends_flow(cursor: &Cursor<'_>, line: Line, parent: isize) -> bool {
    signed(line.indent()) <= parent
        && (cursor.is_dash_at(line, line.text) || cursor.find_key(line, line.text).is_some())
}

/// Reads quoted text. Where the partner is missing it ends with its line (in a flow collection before
/// the next comma or bracket).
pub(super) fn read_quoted(cursor: &mut Cursor<'_>, parent: isize, flow: bool) -> Node {
    let start = cursor.pos;
    let double = cursor.peek() == Some(b'"');
    let style = if double { Style::Double } else { Style::Single };
    let searched = start < cursor.unclosed_until[usize::from(double)];
    match scan_quoted(cursor, parent, double, searched) {
        Ok(Quoted { text, line, end }) => {
            cursor.line = line;
            cursor.pos = end;
            scalar_node(&text, style, Span::new(start, end))
        }
        Err(until) => {
            let memo = &mut cursor.unclosed_until[usize::from(double)];
            *memo = until.max(*memo);
            let rest = cursor.slice(start, cursor.current().end);
            let stop = if flow { rest.find([',', ']', '}']).unwrap_or(rest.len()) } else { rest.len() };
            let raw = rest.get(..stop).unwrap_or(rest).trim_end_matches([' ', '\t']);
            let end = start + raw.len();
            cursor.error(start, end, YamlErrorKind::UnclosedQuote);
            cursor.pos = end;
            // Quotes are always two in the tree's view of a quoted scalar, so this one is plain.
            scalar_node(raw.get(1..).unwrap_or_default(), Style::Plain, Span::new(start, end))
        }
    }
}

/// Quoted text that was read to its end.
struct Quoted {
    text: String,
    line: usize,
    end: usize,
}

/// Reads quoted text, or says up to where no partner is.
fn scan_quoted(cursor: &Cursor<'_>, parent: isize, double: bool, one_line: bool) -> Result<Quoted, usize> {
    let mut index = cursor.line;
    let mut line = cursor.current();
    let mut at = cursor.pos + 1;
    let mut text = String::new();
    // Blanks that an escape produced are not trimmed before a line break.
    let mut fixed = 0;
    loop {
        let rest = cursor.slice(at, line.end);
        let special = if double {
            memchr::memchr2(b'"', b'\\', rest.as_bytes())
        } else {
            memchr::memchr(b'\'', rest.as_bytes())
        };
        text.push_str(rest.get(..special.unwrap_or(rest.len())).unwrap_or_default());
        if let Some(found) = special {
            at += found;
            match (cursor.byte_in(line, at), cursor.byte_in(line, at + 1)) {
                (Some(b'\\'), Some(_)) => {
                    at += unescape(cursor.slice(at, line.end), &mut text);
                    fixed = text.len();
                    continue;
                }
                (Some(b'\\'), None) => {}
                (_, Some(b'\'')) if !double => {
                    text.push('\'');
                    fixed = text.len();
                    at += 2;
                    continue;
                }
                _ => return Ok(Quoted { text, line: index, end: at + 1 }),
            }
        }
        let (next, below, empty_lines) = next_filled(cursor, index).ok_or(cursor.text.len())?;
        if one_line || ends_flow(cursor, below, parent) {
            return Err(below.start);
        }
        if special.is_none() {
            let kept = text.trim_end_matches([' ', '\t']).len().max(fixed);
            text.truncate(kept);
            fold(&mut text, empty_lines);
        } else {
            // An escaped line break joins the lines; empty lines after it still count.
            text.extend(std::iter::repeat_n('\n', empty_lines));
        }
        fixed = text.len();
        (index, line, at) = (next, below, below.text);
    }
}

/// Decodes the escape at the start of `rest` into `text` and says how long it is. What is no escape
/// stays as it is written.
fn unescape(rest: &str, text: &mut String) -> usize {
    let Some(letter) = rest.chars().nth(1) else { return rest.len() };
    let digits = match letter {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    if digits > 0 {
        let number = rest.get(2..2 + digits).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let decoded = number.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        if let Some(character) = decoded {
            text.push(character);
            return 2 + digits;
        }
    }
    let decoded = match letter {
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\x0b',
        'f' => '\x0c',
        'r' => '\r',
        'e' => '\x1b',
        ' ' | '"' | '/' | '\\' => letter,
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        _ => {
            text.push('\\');
            letter
        }
    };
    text.push(decoded);
    1 + letter.len_utf8()
}

/// The decoded text of a key token that stands on one line.
pub(super) fn key_text(token: &str) -> Box<str> {
    match token.bytes().next() {
        Some(b'\'') => {
            token.get(1..token.len().saturating_sub(1)).unwrap_or_default().replace("''", "'").into()
        }
        Some(b'"') => {
            let mut rest = token.get(1..token.len().saturating_sub(1)).unwrap_or_default();
            let mut text = String::new();
            while let Some(found) = rest.find('\\') {
                text.push_str(rest.get(..found).unwrap_or_default());
                rest = rest.get(found..).unwrap_or_default();
                let used = unescape(rest, &mut text);
                rest = rest.get(used..).unwrap_or_default();
            }
            text.push_str(rest);
            text.into()
        }
        _ => token.into(),
    }
}

/// What follows `|` or `>`.
#[derive(Clone, Copy)]
pub(super) struct BlockHeader {
    style: Style,
    indent: Option<usize>,
    chomp: Chomp,
    end: usize,
}

/// What happens to the line breaks at the end of a block scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    Clip,
    Strip,
    Keep,
}

/// The header of a block scalar at the position; `None` where `|` or `>` only begins plain text.
pub(super) fn block_scalar_header(cursor: &Cursor<'_>) -> Option<BlockHeader> {
    let line = cursor.current();
    let style = if cursor.peek() == Some(b'|') { Style::Literal } else { Style::Folded };
    let (mut indent, mut chomp, mut end) = (None, Chomp::Clip, cursor.pos + 1);
    for _ in 0..2 {
        match cursor.byte_in(line, end) {
            Some(digit @ b'1'..=b'9') if indent.is_none() => indent = Some(usize::from(digit - b'0')),
            Some(b'-') if chomp == Chomp::Clip => chomp = Chomp::Strip,
            Some(b'+') if chomp == Chomp::Clip => chomp = Chomp::Keep,
            _ => break,
        }
        end += 1;
    }
    let mut rest = end;
    while cursor.byte_in(line, rest).is_some_and(is_blank) {
        rest += 1;
    }
    let ends = cursor.byte_in(line, rest).is_none() || cursor.is_comment(line, rest);
    ends.then_some(BlockHeader { style, indent, chomp, end })
}

/// Reads a block scalar: the lines below that are indented more than `parent`.
pub(super) fn read_block_scalar(cursor: &mut Cursor<'_>, parent: isize, header: BlockHeader) -> Node {
    let start = cursor.pos;
    let opening = cursor.current();
    let mut end = header.end;
    if let (_, Some(comment)) = cursor.plain_end(opening, start) {
        cursor.comments.push(Span::new(comment, opening.end));
    }
    let least = usize::try_from(parent + 1).unwrap_or(0);
    let mut indent = header.indent.map(|more| usize::try_from(parent.max(0)).unwrap_or(0) + more);
    let mut rows: Vec<&str> = Vec::new();
    let mut filled = 0;
    let mut index = cursor.line + 1;
    while index < cursor.lines.len() {
        let line = cursor.line_at(index);
        let whole = cursor.slice(line.start, line.end);
        let spaces = whole.len() - whole.trim_start_matches(' ').len();
        // A tab is content, or ends the scalar where it stands too far left.
        let blank = whole.len() == spaces;
        if blank {
            // Blanks beyond the indentation are content; they end with the scalar's last text.
            rows.push(whole.get(indent.unwrap_or(usize::MAX)..).unwrap_or_default());
        } else {
            let needed = *indent.get_or_insert(spaces.max(least));
            if spaces < needed {
                break;
            }
            rows.push(whole.get(needed..).unwrap_or_default());
            end = line.end;
        }
        if rows.last().is_some_and(|row| !row.is_empty()) {
            filled = rows.len();
        }
        index += 1;
    }
    let text = assemble(&rows, filled, header);
    // The empty lines after it were looked at, but comments there are still to be noted.
    cursor.line = index;
    cursor.line -= 1;
    cursor.next_content();
    scalar_node(&text, header.style, Span::new(start, end))
}

/// Joins the rows of a block scalar and treats its end as the header says.
fn assemble(rows: &[&str], filled: usize, header: BlockHeader) -> String {
    let body = rows.get(..filled).unwrap_or_default();
    let mut text = if header.style == Style::Literal { body.join("\n") } else { fold_rows(body) };
    let trailing = rows.len() - filled;
    match header.chomp {
        Chomp::Strip => {}
        Chomp::Clip if filled == 0 => {}
        Chomp::Clip => text.push('\n'),
        Chomp::Keep => text.extend(std::iter::repeat_n('\n', trailing + usize::from(filled > 0))),
    }
    text
}

/// Folds the rows of a `>` scalar: breaks between ordinary rows become blanks, rows that are indented
/// more keep theirs, empty rows are line feeds.
fn fold_rows(rows: &[&str]) -> String {
    let mut text = String::new();
    let mut before: Option<bool> = None;
    let mut empty_lines = 0;
    for row in rows {
        if row.is_empty() {
            empty_lines += 1;
            continue;
        }
        let indented = row.starts_with([' ', '\t']);
        match before {
            None => text.extend(std::iter::repeat_n('\n', empty_lines)),
            Some(previous) if previous || indented => {
                text.extend(std::iter::repeat_n('\n', empty_lines + 1));
            }
            Some(_) => fold(&mut text, empty_lines),
        }
        text.push_str(row);
        before = Some(indented);
        empty_lines = 0;
    }
    text
}
