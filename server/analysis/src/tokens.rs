//! How many tokens a text has: the only user of the tokenizer.
//!
//! Counted with o200k, the encoding of OpenAI's current models. Other models count differently, by a
//! tenth or two; whoever shows a count says whose it is. The tables are unpacked when the first text is
//! counted (25 MB, kept from then on), so a session that never counts never pays.

use dashmap::DashMap;
use rustc_hash::FxBuildHasher;

/// The encoding's name.
pub const TOKENIZER: &str = "o200k_base";

/// What is said beside every count.
pub const TOLD: &str = "Tokens are counted with o200k; other models differ.";

/// So many counts are remembered, some 30 bytes each.
const MOST_KNOWN: usize = 1 << 16;

/// Counts by the text's hash and length. No guard leaves it.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    known: DashMap<(u64, usize), usize, FxBuildHasher>,
}

impl Counts {
    /// The number of tokens of a text.
    pub fn of(&self, text: &str) -> usize {
        if text.is_empty() {
            return 0;
        }
        let key = (crate::read::hash(text.as_bytes()), text.len());
        if let Some(count) = self.known.get(&key) {
            return *count;
        }
        let count = tiktoken::get_encoding(TOKENIZER).map_or(0, |encoding| encoding.count(text));
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        self.known.insert(key, count);
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counted once with the reference implementation's tables by another program (bpe-openai 0.3).
    #[test]
    fn counts_are_those_of_o200k() {
        let counts = Counts::default();
        for (text, expected) in RECORDED {
            assert_eq!(counts.of(text), *expected, "{text:?}");
            assert_eq!(counts.of(text), *expected, "{text:?} again");
        }
        assert_eq!(counts.of(&"word ".repeat(1000)), 1001);
    }

    const RECORDED: &[(&str, usize)] = &[
        ("", 0),
        ("Hello world", 2),
        ("---\nname: planner\ntools: ['search/codebase', \"edit\"]\n---\n\n# Plan\n\n- [ ] one\n", 24),
        ("  \n\n\t indented\r\nand CRLF\r\n", 9),
        ("It's we'll THEY'RE I'd", 6),
        ("1234567890 3.14159", 9),
        ("Überprüft die Änderungen in größeren Straßen", 8),
        ("日本語のテキストとカタカナ、漢字。", 15),
        ("Привет, мир! Ελληνικά עברית العربية हिन\u{94d}दी", 11),
        ("👩\u{200d}👩\u{200d}👧\u{200d}👦 🎭 generator ✅", 15),
        ("camelCaseAndPascalCase snake_case_name SCREAMING_SNAKE", 15),
        ("!!!???...---___===+++", 7),
        ("fn main() { let x = vec![1, 2, 3]; }\n\n\n", 18),
        ("a\u{200b}b\u{feff}c", 5),
        ("trailing spaces   ", 4),
        ("<|endoftext|> is text here", 10),
        ("[link](./docs/auth.memory.md#token-life-times)", 13),
    ];
}
