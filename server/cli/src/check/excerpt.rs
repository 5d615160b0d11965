//! The piece of source that a finding is shown with: one line, cut to a window around the token.

use segue_syntax::{Lines, Span};
use std::ops::Range;

/// Lines up to so many characters are shown whole.
const LONGEST_LINE: usize = 200;
/// So many characters are shown before the token on a longer line,
const BEFORE: usize = 60;
/// and so many from its beginning on.
const FROM_START: usize = 100;

/// A line to be shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// What is shown, with `…` where it was cut.
    pub source: String,
    /// The token in `source`, in bytes.
    pub marked: Range<usize>,
    /// The line's number, from 1.
    pub line: usize,
    /// The token's column in the whole line, in characters from 1.
    pub column: usize,
}

/// The line in which `span` begins. A token of several lines is marked to the end of its first.
pub fn of(text: &str, lines: &Lines, span: Span) -> Excerpt {
    let number = lines.line_of(span.start as usize);
    let line_span = lines.line_span(text, number);
    let line = line_span.of(text);
    let within = |offset: u32| {
        let offset = offset.saturating_sub(line_span.start) as usize;
        line.floor_char_boundary(offset.min(line.len()))
    };
    let (start, end) = (within(span.start), within(span.end).max(within(span.start)));
    let column =
        line.get(..start).map_or(0, |before| before.trim_start_matches('\u{feff}').chars().count()) + 1;
    let (source, marked) = window(line, start..end);
    Excerpt { source, marked, line: number + 1, column }
}

fn window(line: &str, marked: Range<usize>) -> (String, Range<usize>) {
    // Counting stops at the limit, so that a line of ten megabytes costs nothing.
    if line.chars().nth(LONGEST_LINE).is_none() {
        return (line.to_owned(), marked);
    }
    let (before, rest) = line.split_at_checked(marked.start).unwrap_or((line, ""));
    let first = before.char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    let shown = rest.char_indices().nth(FROM_START).map_or(rest.len(), |(at, _)| at);
    let mut source = String::new();
    if first > 0 {
        source.push('…');
    }
    source.push_str(before.get(first..).unwrap_or_default());
    let start = source.len();
    source.push_str(rest.get(..shown).unwrap_or_default());
    let end = start + marked.len().min(shown);
    if shown < rest.len() {
        source.push('…');
    }
    (source, start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, start: usize, end: usize) -> (String, usize, usize) {
        let found = of(text, &Lines::of(text), Span::new(start, end));
        let mut source = found.source;
        source.insert(found.marked.end, '»');
        source.insert(found.marked.start, '«');
        (source, found.line, found.column)
    }

    #[test]
    fn the_line_of_a_token_without_its_end() {
        assert_eq!(shown("a\r\nbé c\r\n", 7, 8), ("bé «c»".into(), 2, 4));
        assert_eq!(shown("one\ntwo\nthree", 1, 9), ("o«ne»".into(), 1, 2));
        assert_eq!(shown("", 0, 0), ("«»".into(), 1, 1));
        assert_eq!(shown("a\n", 2, 2), ("«»".into(), 2, 1));
        assert_eq!(shown("\u{feff}abc", 3, 6), ("\u{feff}«abc»".into(), 1, 1));
    }

    #[test]
    fn a_long_line_is_cut_around_the_token() {
        let text = format!("{}{}{}", "é".repeat(5_000_000), "TOKEN", "中".repeat(10));
        let (source, line, column) = shown(&text, 10_000_000, 10_000_005);
        assert_eq!(source, format!("…{}«TOKEN»{}", "é".repeat(60), "中".repeat(10)));
        assert_eq!((line, column), (1, 5_000_001));
        let all = "x".repeat(1000);
        let (source, ..) = shown(&all, 0, 1000);
        assert_eq!(source, format!("«{}»…", "x".repeat(100)));
    }

    #[test]
    fn spans_that_do_not_fit_give_an_answer() {
        for (start, end) in [(0, 99), (99, 100), (2, 2)] {
            let _ = shown("aé\nb", start, end);
        }
    }
}
