//! What a single line is: list items with their markers and checkboxes, rows, breaks.

use super::page::{Check, Form, Item, trimmed};
use segue_plan::State;
use segue_syntax::Span;

/// How many bytes of blanks a text begins with.
pub(super) fn blanks_before(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// What a line that is neither code nor a heading is.
pub(super) fn form_of(text: &str, span: Span) -> Form {
    let line = span.of(text);
    let content = line.trim();
    if content.is_empty() || is_break(content) {
        return Form::Blank;
    }
    if content.starts_with('|') {
        return Form::Row;
    }
    item(text, span).map_or(Form::Text, Form::Item)
}

fn is_break(content: &str) -> bool {
    ['-', '*', '_'].iter().any(|mark| {
        content.starts_with(*mark)
            && content.chars().all(|c| c == *mark || c.is_whitespace())
            && content.chars().filter(|c| c == mark).count() >= 3
    })
}

/// Reads a line as a list item.
fn item(text: &str, span: Span) -> Option<Item> {
    let line = span.of(text);
    let content = line.trim_start();
    let before = line.len() - content.len();
    let indent = line
        .get(..before)?
        .chars()
        .fold(0, |column, c| if c == '\t' { column / 4 * 4 + 4 } else { column + 1 });
    let (number, marker) = marker(content)?;
    let start = span.start as usize + before;
    let rest = content.get(marker..)?;
    let (check, starred, after) = match checkbox(rest, start + marker) {
        Some((check, starred, length)) => (Some(check), starred, length),
        None => (None, false, 0),
    };
    let text_span = trimmed(text, Span::new(start + marker + after, span.end as usize));
    Some(Item { indent, number, check, starred, text: text_span })
}

/// The number of an ordered item, and the length of the marker.
fn marker(content: &str) -> Option<(Option<u32>, usize)> {
    let first = content.chars().next()?;
    let (number, length) = if matches!(first, '-' | '*' | '+') {
        (None, 1)
    } else {
        let digits = content.len() - content.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 || digits > 9 || !matches!(content.as_bytes().get(digits), Some(b'.' | b')')) {
            return None;
        }
        (content.get(..digits)?.parse().ok(), digits + 1)
    };
    let rest = content.get(length..)?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some((number, length))
}

/// `[x]` at the beginning of an item: the box, whether a `*` follows, and the length of it all.
fn checkbox(rest: &str, at: usize) -> Option<(Check, bool, usize)> {
    let blanks = blanks_before(rest);
    let inside = rest.get(blanks..)?.strip_prefix('[')?;
    let mark = inside.chars().next()?;
    let after = inside.get(mark.len_utf8()..)?.strip_prefix(']')?;
    let starred = after.starts_with('*') && !after.starts_with("**");
    let next = if starred { after.get(1..)? } else { after };
    // `[x](y)` is a link.
    if !(next.is_empty() || next.starts_with([' ', '\t'])) {
        return None;
    }
    let state = match mark {
        'x' | 'X' | '✓' | '✔' | '✅' => State::Done,
        '-' | '/' | '>' => State::InProgress,
        ' ' | '~' => State::Open,
        _ => return None,
    };
    let start = at + blanks + 1;
    let length = blanks + 2 + mark.len_utf8() + usize::from(starred);
    Some((Check { mark: Span::new(start, start + mark.len_utf8()), state }, starred, length))
}
