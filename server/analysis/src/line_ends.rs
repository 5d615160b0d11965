//! Lines of a text by their ends: `\n`, `\r\n`, and the `\r` of old Macs.

use segue_syntax::Span;

/// The line end that a text uses.
pub(crate) fn of_text(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.as_bytes().get(at.wrapping_sub(1)) == Some(&b'\r') => "\r\n",
        None if text.contains('\r') => "\r",
        _ => "\n",
    }
}

/// The lines of a text, each with its end.
pub(crate) fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.find(['\n', '\r']).map_or(rest.len(), |at| {
            at + if rest.get(at..).is_some_and(|end| end.starts_with("\r\n")) { 2 } else { 1 }
        });
        let (line, after) = rest.split_at(end);
        rest = after;
        (!line.is_empty()).then_some(line)
    })
}

/// The whole lines that a range touches, with the end of the last one.
pub(crate) fn around(text: &str, span: Span) -> Span {
    let before = text.get(..span.start as usize).unwrap_or_default();
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let rest = text.get(span.end as usize..).unwrap_or_default();
    Span::new(start, span.end as usize + split(rest).next().map_or(0, str::len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_every_end() {
        for (end, text) in [("\n", "a\nbc\n\nd"), ("\r\n", "a\r\nbc\r\n\r\nd"), ("\r", "a\rbc\r\rd")] {
            assert_eq!(of_text(text), end);
            let lines: Vec<String> = ["a", "bc", ""].iter().map(|line| format!("{line}{end}")).collect();
            assert_eq!(split(text).take(3).collect::<Vec<_>>(), lines);
            assert_eq!(split(text).last(), Some("d"));
            let at = 1 + end.len();
            assert_eq!(around(text, Span::new(at + 1, at + 2)).of(text), format!("bc{end}"));
            assert_eq!(around(text, Span::at(text.len())).of(text), "d");
        }
        assert_eq!((of_text("a"), split("").count()), ("\n", 0));
    }
}
