//! What is in a stretch of raw HTML: anchors, comments, and the text between tags.
//!
//! Not an HTML parser: Markdown has already said that the stretch is HTML, and here only the parts
//! that other files can point at or that steer this program are looked for.

use std::ops::Range;

use memchr::{memchr, memmem};

/// A part of raw HTML. Ranges are offsets into the whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `<!-- … -->`, delimiters included.
    Comment(Range<usize>),
    /// The value of an `id` or `name` attribute.
    Id(Range<usize>),
    /// Text between tags.
    Text(Range<usize>),
}

/// Tags whose content is not prose.
const VERBATIM: [&str; 4] = ["pre", "script", "style", "code"];

/// Calls `found` for every piece of `source[range]`, in order.
pub fn pieces(source: &str, range: Range<usize>, mut found: impl FnMut(Piece)) {
    let bytes = source.as_bytes();
    let end = range.end.min(bytes.len());
    let mut at = range.start;
    let mut verbatim = 0_u32;
    while at < end {
        let open = find_byte(bytes, b'<', at, end).unwrap_or(end);
        if open > at && verbatim == 0 {
            found(Piece::Text(at..open));
        }
        if open == end {
            return;
        }
        let rest = bytes.get(open..end).unwrap_or_default();
        if rest.starts_with(b"<!--") {
            // `<!-->` and `<!--->` are whole comments.
            let close = memmem::find(rest.get(2..).unwrap_or_default(), b"-->");
            at = close.map_or(end, |close| open + 2 + close + 3);
            found(Piece::Comment(open..at));
        } else if rest.get(1).is_some_and(|&next| next.is_ascii_alphabetic() || next == b'/') {
            at = tag(source, open, end, &mut found);
            let name = rest.get(1..).unwrap_or_default();
            if VERBATIM.iter().any(|tag| is_tag(name, tag)) {
                verbatim += 1;
            } else if name.first() == Some(&b'/')
                && VERBATIM.iter().any(|tag| is_tag(name.get(1..).unwrap_or_default(), tag))
            {
                verbatim = verbatim.saturating_sub(1);
            }
        } else {
            at = open + 1;
        }
    }
}

/// Whether `name` begins with the tag name `tag` and nothing that would continue it.
fn is_tag(name: &[u8], tag: &str) -> bool {
    name.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag.as_bytes()))
        && !name.get(tag.len()).is_some_and(|next| next.is_ascii_alphanumeric() || *next == b'-')
}

/// Reads the tag that opens at `open`; gives the offset after it.
fn tag(source: &str, open: usize, end: usize, found: &mut impl FnMut(Piece)) -> usize {
    let bytes = source.as_bytes();
    let byte = |at: usize| if at < end { bytes.get(at).copied() } else { None };
    let mut at = open + 1;
    while byte(at).is_some_and(|b| !b.is_ascii_whitespace() && b != b'>') {
        at += 1;
    }
    loop {
        while byte(at).is_some_and(|b| b.is_ascii_whitespace() || b == b'/') {
            at += 1;
        }
        let name = at;
        while byte(at).is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'>' | b'/')) {
            at += 1;
        }
        let name = name..at;
        while byte(at).is_some_and(|b| b.is_ascii_whitespace()) {
            at += 1;
        }
        match byte(at) {
            None => return end,
            Some(b'>') => return at + 1,
            Some(b'=') => {
                at += 1;
                let (value, after) = attribute_value(bytes, at, end);
                at = after;
                let name = source.get(name).unwrap_or_default();
                let names = name.eq_ignore_ascii_case("id") || name.eq_ignore_ascii_case("name");
                if names && !value.is_empty() {
                    found(Piece::Id(value));
                }
            }
            Some(_) => {}
        }
    }
}

/// The range of the attribute value at `at`, without quotes, and the offset after it.
fn attribute_value(bytes: &[u8], mut at: usize, end: usize) -> (Range<usize>, usize) {
    let byte = |at: usize| if at < end { bytes.get(at).copied() } else { None };
    while byte(at).is_some_and(|b| b.is_ascii_whitespace()) {
        at += 1;
    }
    if let Some(quote @ (b'"' | b'\'')) = byte(at) {
        return match find_byte(bytes, quote, at + 1, end) {
            Some(close) => (at + 1..close, close + 1),
            None => (end..end, end),
        };
    }
    let start = at;
    while byte(at).is_some_and(|b| !b.is_ascii_whitespace() && b != b'>') {
        at += 1;
    }
    (start..at, at)
}

/// The first `needle` in `bytes[from..to]`, as an offset into `bytes`.
fn find_byte(bytes: &[u8], needle: u8, from: usize, to: usize) -> Option<usize> {
    memchr(needle, bytes.get(from..to)?).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(source: &str) -> String {
        let mut out = Vec::new();
        pieces(source, 0..source.len(), |piece| {
            out.push(match piece {
                Piece::Comment(range) => format!("comment {:?}", &source[range]),
                Piece::Id(range) => format!("id {:?}", &source[range]),
                Piece::Text(range) => format!("text {:?}", &source[range]),
            });
        });
        out.join("; ")
    }

    #[test]
    fn pieces_of_html() {
        let cases = [
            ("<a name=\"x\"></a>", "id \"x\""),
            ("<A ID='x y' class=c>t</A>", "id \"x y\"; text \"t\""),
            ("<p id=plain>", "id \"plain\""),
            ("<p id = \"q\" />", "id \"q\""),
            ("<p data-id=\"x\" ids=\"y\">", ""),
            ("<p\n  hidden\n  id=\"x\">", "id \"x\""),
            ("<p title=\"id='no'\">", ""),
            ("<!-- <a id=\"x\"> -->a", "comment \"<!-- <a id=\\\"x\\\"> -->\"; text \"a\""),
            ("<!-->b", "comment \"<!-->\"; text \"b\""),
            ("<!-- open", "comment \"<!-- open\""),
            ("<pre>a</pre>b", "text \"b\""),
            ("a < b", "text \"a \"; text \" b\""),
            ("<p id=\"open", ""),
            ("<p id=", ""),
            ("<", ""),
        ];
        for (source, expected) in cases {
            assert_eq!(show(source), expected, "{source}");
        }
    }
}
