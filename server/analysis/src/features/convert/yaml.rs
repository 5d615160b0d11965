//! Values as they are written into a header.

/// A scalar: plain where any reader takes it for this text, quoted where not.
pub(super) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// A flow list with each item in quotes, as most headers have it.
pub(super) fn list<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

/// In single quotes; in double ones where it has line ends or other control characters.
pub(super) fn quoted(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether the text is the same to every reader without quotes.
pub(in crate::features) fn is_plain(text: &str) -> bool {
    const RESERVED: [&str; 12] =
        ["true", "false", "null", "~", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"];
    let begins = text.chars().next().is_some_and(|first| {
        first.is_alphanumeric() || matches!(first, '_' | '/' | '.' | '(' | '$') || !first.is_ascii()
    });
    let number_like = text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-' | '+'));
    begins
        && text.trim() == text
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(char::is_control)
        && !number_like
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_could_take_for_something_else_is_quoted() {
        for (text, written) in [
            ("Reviews code.", "Reviews code."),
            ("a: b", "'a: b'"),
            ("it's: so", "'it''s: so'"),
            ("", "''"),
            ("true", "'true'"),
            ("1.0", "'1.0'"),
            ("**/*.ts", "'**/*.ts'"),
            ("@x", "'@x'"),
            ("a\nb\"", "\"a\\nb\\\"\""),
            ("- x", "'- x'"),
            ("Agent (copilot)", "Agent (copilot)"),
        ] {
            assert_eq!(scalar(text), written);
            let header = format!("---\nk: {written}\n---\n");
            let facts = segue_syntax::Facts::of(&header);
            let map = facts.header.yaml.map().expect("a map");
            assert_eq!(map.str("k"), Some(text), "{written}");
        }
    }
}
