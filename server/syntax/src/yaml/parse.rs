//! The reader itself.

use super::Yaml;

/// Reads `text[content]` (the lines between the delimiters); spans count from the start of `text`.
#[must_use]
pub fn parse(text: &str, content: crate::Span) -> Yaml {
    let _ = (text, content);
    Yaml::default()
}
