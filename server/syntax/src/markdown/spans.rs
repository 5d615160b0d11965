//! Where the parts of a construct stand, read from the source.
//!
//! The parser has already said that the construct is there, so these scanners only have to agree
//! with it; whatever they are given they end inside the range.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};
use pulldown_cmark::LinkType;

use crate::Span;
use crate::facts::{Fence, LinkKind};

/// The places of a link.
pub(super) struct Places {
    pub(super) whole: Span,
    pub(super) text: Span,
    pub(super) target: Span,
}

/// The places of the link at `range` whose content ends at `content_end`.
pub(super) fn link(
    source: &str,
    range: &Range<usize>,
    link_type: LinkType,
    kind: LinkKind,
    content_end: usize,
) -> Places {
    let mut whole = range.clone();
    if kind == LinkKind::Autolink {
        let target = Span::new(range.start + 1, range.end.saturating_sub(1));
        return Places { whole: Span::new(whole.start, whole.end), text: Span::at(range.start + 1), target };
    }
    let image = matches!(kind, LinkKind::Image | LinkKind::ImageReference);
    let start = range.start + if image { 2 } else { 1 };
    let bytes = source.as_bytes();
    let after = bytes.get(content_end..).unwrap_or_default();
    let close = memchr(b']', after).map_or(content_end, |at| content_end + at).max(start);
    let text = Span::new(start, close);
    let target = match link_type {
        LinkType::Inline => destination(source, close + 2, range.end.saturating_sub(1)),
        LinkType::Reference | LinkType::ReferenceUnknown => {
            Span::new(label_open(source, range.start, range.end), range.end.saturating_sub(1))
        }
        LinkType::Collapsed | LinkType::CollapsedUnknown => {
            // The parser's range ends before the empty brackets.
            if bytes.get(whole.end..).is_some_and(|rest| rest.starts_with(b"[]")) {
                whole.end += 2;
            }
            text
        }
        _ => text,
    };
    Places { whole: Span::new(whole.start, whole.end), text, target }
}

/// The link destination after `from`, blanks and one line end skipped, without angle brackets.
pub(super) fn destination(source: &str, from: usize, to: usize) -> Span {
    let bytes = source.as_bytes();
    let byte = |at: usize| if at < to { bytes.get(at).copied() } else { None };
    let mut at = from;
    let mut next_line = false;
    while let Some(next) = byte(at) {
        next_line |= matches!(next, b'\n' | b'\r');
        // On the next line the marks of the quotations around it come first.
        if !(next.is_ascii_whitespace() || (next_line && next == b'>')) {
            break;
        }
        at += 1;
    }
    let start = at;
    if byte(at) == Some(b'<') {
        at += 1;
        while let Some(next) = byte(at) {
            match next {
                b'>' => break,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        return Span::new(start + 1, clamp(source, at, start + 1, to));
    }
    let mut depth = 0_u32;
    while let Some(next) = byte(at) {
        match next {
            b'\\' if byte(at + 1).is_some_and(|next| next.is_ascii_punctuation()) => at += 1,
            b'(' => depth += 1,
            b')' if depth == 0 => break,
            b')' => depth -= 1,
            _ if next.is_ascii_whitespace() || next.is_ascii_control() => break,
            _ => {}
        }
        at += 1;
    }
    Span::new(start, clamp(source, at, start, to))
}

/// `at`, but inside `from..=to` and on a character boundary.
fn clamp(source: &str, at: usize, from: usize, to: usize) -> usize {
    let mut at = at.min(to).max(from);
    while at > from && !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The offset of the unescaped `]` that closes the label beginning at `from`.
pub(super) fn label_close(source: &str, from: usize, to: usize) -> usize {
    let bytes = source.as_bytes();
    let mut at = from;
    while at < to {
        match bytes.get(at) {
            Some(b']') | None => break,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
        }
    }
    clamp(source, at, from, to)
}

/// The offset after the unescaped `[` that opens the label whose `]` is the last byte before `to`.
pub(super) fn label_open(source: &str, from: usize, to: usize) -> usize {
    let bytes = source.as_bytes();
    let before = |at: usize| bytes.get(from..at).unwrap_or_default().iter().rev();
    let mut at = to.saturating_sub(1);
    while let Some(open) = memrchr(b'[', bytes.get(from..at).unwrap_or_default()) {
        at = from + open;
        if before(at).take_while(|&&byte| byte == b'\\').count() % 2 == 0 {
            return at + 1;
        }
    }
    from
}

/// The whole heading at `range` without its line end, and its content alone.
pub(super) fn heading(source: &str, range: &Range<usize>) -> (Span, Span) {
    let raw = source.get(range.clone()).unwrap_or_default();
    let whole = raw.trim_end_matches(['\n', '\r']);
    let start = range.start + (whole.len() - whole.trim_start_matches([' ', '\t']).len());
    let end = range.start + whole.len();
    let line = source.get(start..end).unwrap_or_default();
    let hashes = line.bytes().take_while(|&byte| byte == b'#').count();
    let after = line.as_bytes().get(hashes);
    let atx = (1..=6).contains(&hashes) && after.is_none_or(u8::is_ascii_whitespace);
    let content = if atx { atx_content(line, hashes) } else { setext_content(line) };
    (Span::new(start, end), Span::new(start + content.start, start + content.end))
}

const BLANKS: [char; 2] = [' ', '\t'];

/// The content of the ATX heading `line`, which begins with `hashes` marks.
fn atx_content(line: &str, hashes: usize) -> Range<usize> {
    let rest = line.get(hashes..).unwrap_or_default();
    let start = hashes + (rest.len() - rest.trim_start_matches(BLANKS).len());
    let content = line.get(start..).unwrap_or_default().trim_end_matches(BLANKS);
    let unmarked = content.trim_end_matches('#');
    // The closing marks count only after a blank.
    let content = if unmarked.is_empty() || unmarked.ends_with(BLANKS) {
        unmarked.trim_end_matches(BLANKS)
    } else {
        content
    };
    start..start + content.len()
}

/// The content of the setext heading `lines`: all but the last line.
fn setext_content(lines: &str) -> Range<usize> {
    let end = lines.rfind(['\n', '\r']).unwrap_or(lines.len());
    let content = lines.get(..end).unwrap_or_default();
    // In a quotation the underline has its mark before it.
    let content = content.trim_end_matches(['\n', '\r', ' ', '\t']);
    0..content.len()
}

/// Where the fence of the code block at `range` has its first mark.
pub(super) fn fence_start(source: &str, range: &Range<usize>) -> usize {
    let block = source.get(range.clone()).unwrap_or_default();
    range.start + (block.len() - block.trim_start_matches(BLANKS).len())
}

/// The facts of the fenced code block at `range`, all but whether it is closed.
pub(super) fn fence(source: &str, range: &Range<usize>, info: &str, nested: bool) -> Fence {
    let start = fence_start(source, range);
    let block = source.get(start..range.end).unwrap_or_default();
    let line = block.split(['\n', '\r']).next().unwrap_or_default();
    let mark = if line.starts_with('~') { '~' } else { '`' };
    let width = line.chars().take_while(|&character| character == mark).count();
    Fence {
        open: Span::new(start, start + line.len()),
        span: Span::new(start, range.end),
        info: info.trim().into(),
        closed: false,
        width: u16::try_from(width).unwrap_or(u16::MAX),
        mark,
        nested,
        prose_lines: 0,
        inner_open: None,
    }
}

/// Completes `fence`, whose content ends at `content_end` and which itself ends at `end`.
pub(super) fn close_fence(source: &str, fence: &mut Fence, content_end: usize, end: usize) {
    let opened = fence.open.end as usize;
    let content_end = content_end.max(opened);
    // What is left after the content is the closing line, or nothing but the marks of containers.
    let rest = source.get(content_end..end).unwrap_or_default();
    let left = rest.trim_matches(|c: char| c.is_ascii_whitespace() || c == '>');
    let width = left.chars().take_while(|&c| c == fence.mark).count();
    fence.closed = width >= usize::from(fence.width) && width == left.len();
    let block = source.get(fence.span.start as usize..end).unwrap_or_default();
    fence.span.end = Span::at(fence.span.start as usize + block.trim_end_matches(['\n', '\r']).len()).end;
    let content = source.get(opened..content_end).unwrap_or_default();
    // Most blocks have no link, which is cheaper to ask of the whole than of every line.
    let linked = memmem::find(content.as_bytes(), b"](").is_some();
    let lines = content.as_bytes().split(|byte| matches!(byte, b'\n' | b'\r'));
    let prose = lines.filter(|line| is_structure(line) || (linked && has_link(line))).count();
    fence.prose_lines = u32::try_from(prose).unwrap_or(u32::MAX);
    fence.inner_open = inner_open(content, fence).map(|inner| inner.shift(opened));
}

/// The first line of `content` that looks as if it opened another fence and that a fence of this width
/// does not keep apart: its closing line closes the outer one.
fn inner_open(content: &str, fence: &Fence) -> Option<Span> {
    let mut at = 0;
    for line in content.split_inclusive(['\n', '\r']) {
        let text = line.trim_start_matches([' ', '\t', '>']);
        let width = text.chars().take_while(|&c| c == fence.mark).count();
        let info = text.get(width..).unwrap_or_default().trim();
        let named = info.starts_with(|first: char| first.is_alphabetic()) && !info.contains(['`', ' ']);
        if width >= usize::from(fence.width) && named {
            let start = at + line.len() - text.len();
            return Some(Span::new(start, start + text.trim_end().len()));
        }
        at += line.len();
    }
    None
}

/// Whether `line` looks like Markdown structure: a heading, a list item or another fence.
fn is_structure(line: &[u8]) -> bool {
    let indent = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'>')).count();
    let bytes = line.get(indent..).unwrap_or_default();
    let blank = |at: usize| bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    let first = bytes.first().copied().unwrap_or_default();
    let run = |mark: u8| bytes.iter().take_while(|&&byte| byte == mark).count();
    match first {
        b'#' => {
            let hashes = run(b'#');
            hashes <= 6 && blank(hashes)
        }
        b'-' | b'*' | b'+' => blank(1),
        b'0'..=b'9' => {
            let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
            digits <= 9 && matches!(bytes.get(digits), Some(b'.' | b')')) && blank(digits + 1)
        }
        // A fence with an info string opens another one; without it, it would close.
        b'`' | b'~' => {
            let marks = run(first);
            let info = bytes.get(marks..).unwrap_or_default().trim_ascii();
            marks >= 3 && !info.is_empty() && !(first == b'`' && info.contains(&b'`'))
        }
        _ => false,
    }
}

/// Whether `[…](…)` is in `line`.
fn has_link(line: &[u8]) -> bool {
    memmem::find(line, b"](").is_some_and(|at| {
        let (before, after) = line.split_at(at);
        before.contains(&b'[') && after.contains(&b')')
    })
}
