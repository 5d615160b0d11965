//! How many tokens a text has.
//!
//! Counted with o200k, the encoding of OpenAI's current models. Other models count differently, by a
//! tenth or two; whoever shows a count says whose it is. The libraries that count keep 25 to 70 MB for
//! the tables, more than a quarter of what a session may use, so these are our own: 1.5 MB of the binary
//! and 3 MB from the first count on. One of the libraries is the oracle of the tests.

mod merge;
mod pieces;
mod vocabulary;

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
        let count = count(text);
        if self.known.len() >= MOST_KNOWN {
            self.known.clear();
        }
        self.known.insert(key, count);
        count
    }
}

fn count(text: &str) -> usize {
    let vocabulary = vocabulary::Vocabulary::get();
    pieces::of(text).map(|piece| merge::count(vocabulary, piece.as_bytes())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn agrees(text: &str) {
        let oracle = tiktoken::get_encoding(TOKENIZER).expect("the encoding");
        assert_eq!(pieces::of(text).collect::<String>(), text);
        assert_eq!(count(text), oracle.count(text), "{text:?}");
    }

    /// What the pattern tells apart: cases, marks, numbers, blanks of all sorts, contractions.
    fn character() -> impl Strategy<Value = char> {
        prop_oneof![
            prop::sample::select("aZé日ʰǅ\u{301}ßſ".chars().collect::<Vec<_>>()),
            prop::sample::select(" \t\n\r\u{a0}\u{2028}\u{3000}".chars().collect::<Vec<_>>()),
            prop::sample::select("'sTrevlLMd09٣½/.-_#\u{200d}👩€`".chars().collect::<Vec<_>>()),
            // Characters that both libraries' tables of Unicode have.
            prop::char::range('\0', '\u{557}'),
            prop::char::range('\u{900}', '\u{b52}'),
            prop::char::range('\u{1e00}', '\u{206f}'),
            prop::char::range('\u{20a0}', '\u{a7cd}'),
            prop::char::range('\u{ac00}', '\u{d7a3}'),
            prop::char::range('\u{e000}', '\u{107ba}'),
            prop::char::range('\u{1f000}', '\u{1faff}'),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn counts_are_those_of_the_oracle(text in prop::collection::vec(character(), 0..60)) {
            agrees(&text.into_iter().collect::<String>());
        }
    }

    #[test]
    fn long_runs_are_counted_too() {
        for unit in ["a", " ", "ab", "\n", "0", "A日", "-", "'s"] {
            agrees(&unit.repeat(3_000));
        }
        // Cut, and so a token more at most for each cut.
        let oracle = tiktoken::get_encoding(TOKENIZER).expect("the encoding");
        let long = "abcdefg".repeat(60_000);
        assert!(count(&long).abs_diff(oracle.count(&long)) <= long.len() / (1 << 16) + 1);
    }

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
