//! Names as values of a header or of JSON.

use segue_syntax::yaml::Style;

/// `text` as the content of a scalar of that style, and whether quotes have to be put around it. What
/// stands between quotes already is escaped for them.
#[must_use]
pub(super) fn scalar_text(text: &str, style: Option<Style>) -> String {
    match style {
        Some(Style::Single) => text.replace('\'', "''"),
        Some(Style::Double) => text.replace('\\', "\\\\").replace('"', "\\\""),
        Some(Style::Plain) if !is_plain(text) => format!("'{}'", text.replace('\'', "''")),
        _ => text.to_owned(),
    }
}

/// Whether every reader takes the text as a string where it stands without quotes, in a list too.
fn is_plain(text: &str) -> bool {
    let first = text.chars().next();
    let words = ["true", "false", "null", "yes", "no", "on", "off", "~", "-", "?"];
    first.is_some_and(|first| first.is_alphabetic() || first == '_' || first == '.')
        && !text.ends_with(char::is_whitespace)
        && !text.contains([',', '[', ']', '{', '}', '"', '\'', '\n', '\r', '\t'])
        && !text.contains(": ")
        && !text.ends_with(':')
        && !text.contains(" #")
        && !words.iter().any(|word| text.eq_ignore_ascii_case(word))
        && text.parse::<f64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_keep_their_quotes() {
        for (text, style, expected) in [
            ("New Name", Style::Plain, "New Name"),
            ("a, b", Style::Plain, "'a, b'"),
            ("it's: x", Style::Plain, "'it''s: x'"),
            ("true", Style::Plain, "'true'"),
            ("1.5", Style::Plain, "'1.5'"),
            ("it's", Style::Single, "it''s"),
            ("a\"b\\", Style::Double, "a\\\"b\\\\"),
        ] {
            assert_eq!(scalar_text(text, Some(style)), expected);
        }
    }
}
