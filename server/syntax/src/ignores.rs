//! `segue-ignore` comments: in the header after `#`, in the body in HTML comments, in JSON after `//`.
//!
//! A comment names the codes that it silences, separated by blanks or commas; none means all. What
//! follows ` -- ` is the reason. `segue-ignore` is for one line, `segue-ignore-file` for the file.

use memchr::memmem;

use crate::Span;
use crate::facts::Ignore;

/// What every such comment holds.
pub(crate) const NAME: &str = "segue-ignore";
const FILE: &str = "-file";

/// The ignore comments of the header's `content` and of the HTML `comments`, in order.
#[must_use]
pub fn find(text: &str, content: Span, comments: &[Span]) -> Vec<Ignore> {
    let mut found = Vec::new();
    if memmem::find(text.as_bytes(), NAME.as_bytes()).is_none() {
        return found;
    }
    let mut at = content.start as usize;
    for line in content.of(text).split_inclusive('\n') {
        found.extend(in_header_line(text, content, at, line.trim_end_matches(['\n', '\r'])));
        at += line.len();
    }
    for &span in comments {
        let comment = span.of(text);
        let inner = comment.strip_prefix("<!--").unwrap_or(comment);
        let start = span.start as usize + (comment.len() - inner.len());
        let inner = inner.strip_suffix("-->").unwrap_or(inner);
        let covers = || next_line(text, span.end as usize, text.len(), &["<!--"]);
        found.extend(ignore(inner, start, span, covers));
    }
    found
}

/// The ignore comments among the `//` and `/* */` comments of a JSON text, in order: alone on its line
/// one is for the next line, behind something for its own.
#[must_use]
pub fn find_in_json(text: &str, comments: &[Span]) -> Vec<Ignore> {
    let mut found = Vec::new();
    for &span in comments {
        let comment = span.of(text);
        let inner = comment.trim_start_matches(['/', '*']);
        let start = span.start as usize + (comment.len() - inner.len());
        let inner = inner.strip_suffix("*/").unwrap_or(inner);
        let before = text.get(..span.start as usize).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let covers = || {
            // A byte order mark is nothing that a comment could stand behind.
            let lead = before.get(line..).unwrap_or_default().trim_start_matches('\u{feff}');
            if lead.trim().is_empty() {
                next_line(text, span.end as usize, text.len(), &["//", "/*"])
            } else {
                Span::new(line, span.end as usize)
            }
        };
        found.extend(ignore(inner, start, span, covers));
    }
    found
}

/// The ignore comment of the header's line that begins at `at`.
fn in_header_line(text: &str, content: Span, at: usize, line: &str) -> Option<Ignore> {
    let name = line.find(NAME)?;
    let before = line.get(..name)?.trim_end();
    let code = before.strip_suffix('#')?;
    if !(code.is_empty() || code.ends_with([' ', '\t'])) {
        return None;
    }
    let span = Span::new(at + code.len(), at + line.trim_end().len());
    let own = Span::new(at, at + line.len());
    let alone = code.trim().is_empty();
    let covers = || if alone { next_line(text, own.end as usize, content.end as usize, &["#"]) } else { own };
    ignore(line.get(name..)?, at + name, span, covers)
}

/// The ignore comment whose content is `inner` and begins at `start`, if it is one.
fn ignore(inner: &str, start: usize, span: Span, covers: impl FnOnce() -> Span) -> Option<Ignore> {
    let begin = inner.len() - inner.trim_start().len();
    let rest = inner.trim_start().strip_prefix(NAME)?;
    let whole_file = rest.strip_prefix(FILE);
    let list = whole_file.unwrap_or(rest);
    if !(list.is_empty() || list.starts_with(|c: char| c.is_whitespace() || c == ',')) {
        return None;
    }
    let list_start = start + begin + (inner.trim_start().len() - list.len());
    let mut codes = Vec::new();
    let mut at = list_start;
    for part in list.split_inclusive(|c: char| c.is_whitespace() || c == ',') {
        let code = part.trim_end_matches(|c: char| c.is_whitespace() || c == ',');
        if code == "--" {
            break;
        }
        if !code.is_empty() {
            codes.push((Box::from(code), Span::new(at, at + code.len())));
        }
        at += part.len();
    }
    Some(Ignore { span, codes, covers: whole_file.is_none().then(covers) })
}

/// How many ignore comments may stand above the line that all of them are for.
const STACKED: usize = 50;

/// The next line after the one `from` is in that is neither blank nor another ignore comment, which
/// begins with one of `openers`.
fn next_line(text: &str, from: usize, to: usize, openers: &[&str]) -> Span {
    let rest = text.get(from..to).unwrap_or_default();
    let mut at = from;
    for (index, line) in rest.split_inclusive('\n').enumerate() {
        let content = line.trim_end_matches(['\n', '\r']);
        let mut inner = content.trim();
        for opener in openers {
            inner = inner.strip_prefix(opener).unwrap_or(inner);
        }
        let stacked =
            index <= STACKED && inner.len() < content.trim().len() && inner.trim_start().starts_with(NAME);
        if index > 0 && !content.trim().is_empty() && !stacked {
            return Span::new(at, at + content.len());
        }
        at += line.len();
    }
    Span::at(to)
}
