//! Text as a person reads it: without Markdown's marks.

/// Text without Markdown's marks (emphasis, code, links, entities stay), its blanks made one.
pub(crate) fn plain(text: &str) -> String {
    if is_plain(text.as_bytes()) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.as_bytes().first() {
        // What is no mark is taken at once: most of every text is that.
        let run = rest.bytes().take_while(|byte| !is_special(*byte)).count();
        if run > 0 {
            out.push_str(rest.get(..run).unwrap_or_default());
            rest = rest.get(run..).unwrap_or_default();
            continue;
        }
        let is_double = rest.as_bytes().get(1) == Some(first);
        match first {
            b'*' | b'_' if is_double => rest = rest.get(2..).unwrap_or_default(),
            b'`' => rest = rest.get(1..).unwrap_or_default(),
            b'[' if let Some((label, after)) = link_text(rest) => {
                out.push_str(&plain(label));
                rest = after;
            }
            _ => {
                let Some(c) = rest.chars().next() else { break };
                if !c.is_whitespace() {
                    out.push(c);
                } else if !out.is_empty() && !out.ends_with(' ') {
                    out.push(' ');
                }
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether a byte may begin a mark, a blank, or a blank that is not ASCII.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'*' | b'_' | b'`' | b'[') || byte <= b' ' || byte >= 0x80
}

/// Whether there is nothing to take out: no mark, no blank but single ones between words.
fn is_plain(bytes: &[u8]) -> bool {
    let mut before = b' ';
    for byte in bytes {
        match *byte {
            b'*' | b'`' | b'[' => return false,
            b'_' if before == b'_' => return false,
            b' ' if before == b' ' => return false,
            other if !(b' '..0x80).contains(&other) => return false,
            _ => {}
        }
        before = *byte;
    }
    before != b' ' || bytes.is_empty()
}

/// `[text](target)` at the beginning: its text, and what follows.
fn link_text(rest: &str) -> Option<(&str, &str)> {
    let close = rest.find("](")?;
    let label = rest.get(1..close)?;
    if label.contains(['[', ']']) {
        return None;
    }
    let after = rest.get(close + 2..)?;
    let end = after.find(')')?;
    Some((label, after.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [`plain`] letter by letter.
    fn plain_slowly(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("**").or_else(|| rest.strip_prefix("__")) {
                rest = after;
            } else if let Some((label, after)) = link_text(rest).filter(|_| c == '[') {
                out.push_str(&plain_slowly(label));
                rest = after;
            } else {
                if c.is_whitespace() {
                    out.push_str(if out.is_empty() || out.ends_with(' ') { "" } else { " " });
                } else if c != '`' {
                    out.push(c);
                }
                rest = &rest[c.len_utf8()..];
            }
        }
        out.trim_end().to_owned()
    }

    proptest::proptest! {
        #[test]
        fn marks_are_taken_out_the_same_in_runs(text in "[a-c*_`\\[\\]() \\t\\né\u{a0}]{0,40}") {
            proptest::prop_assert_eq!(plain(&text), plain_slowly(&text));
        }
    }
}
