//! Heading anchors as GitHub makes them.
//!
//! The rule, as GitHub's rendering shows it: take the heading's plain text, lower its case, delete
//! every character that is neither a word character (alphabetic, marks, decimal numbers, connector
//! punctuation) nor `-` nor a space, and turn each single space into `-`. Nothing is
//! trimmed or collapsed. A repeated anchor gets a counter, and the anchor with its counter is taken
//! from then on as well.

use rustc_hash::FxHashMap;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Makes the anchors of one document, in the order of its headings.
#[derive(Clone, Debug, Default)]
pub struct Slugger {
    /// Every anchor given out, with the last counter that was tried for it.
    taken: FxHashMap<Box<str>, u32>,
}

impl Slugger {
    /// The anchor of the next heading, whose plain text is `plain_text`.
    pub fn slug(&mut self, plain_text: &str) -> String {
        let original = slug_text(plain_text);
        let Some(&last) = self.taken.get(original.as_str()) else {
            self.taken.insert(original.as_str().into(), 0);
            return original;
        };
        let mut counter = last;
        let result = loop {
            counter = counter.saturating_add(1);
            let candidate = format!("{original}-{counter}");
            if counter == u32::MAX || !self.taken.contains_key(candidate.as_str()) {
                break candidate;
            }
        };
        self.taken.insert(original.into(), counter);
        self.taken.insert(result.as_str().into(), 0);
        result
    }
}

/// The anchor of a heading that has no earlier namesake.
#[must_use]
pub fn slug_text(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    if text.is_ascii() {
        slug.extend(text.chars().filter_map(|character| match character {
            ' ' => Some('-'),
            '-' | '_' => Some(character),
            _ if character.is_ascii_alphanumeric() => Some(character.to_ascii_lowercase()),
            _ => None,
        }));
        return slug;
    }
    // The whole text is lowered at once, because a final sigma has a small form of its own.
    for character in text.to_lowercase().chars() {
        match character {
            ' ' => slug.push('-'),
            '-' => slug.push('-'),
            _ if is_word(character) => slug.push(character),
            _ => {}
        }
    }
    slug
}

/// Whether `character` is a word character in the sense of Unicode's regular expressions: alphabetic,
/// a mark, a decimal number or connector punctuation.
#[must_use]
pub fn is_word(character: char) -> bool {
    use GeneralCategory as Category;
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || character == '_';
    }
    let is_word = character.is_alphabetic()
        || matches!(
            character.general_category(),
            Category::NonspacingMark
                | Category::SpacingMark
                | Category::EnclosingMark
                | Category::DecimalNumber
                | Category::LetterNumber
                | Category::ConnectorPunctuation
        );
    is_word && !is_young(u32::from(character))
}

/// Whether `code` got its character after Unicode 14. GitHub's renderer knows no younger ones: it
/// deletes them, as the anchors show that it renders.
fn is_young(code: u32) -> bool {
    let after = YOUNG.partition_point(|(first, _)| *first <= code);
    after.checked_sub(1).and_then(|at| YOUNG.get(at)).is_some_and(|(_, last)| code <= *last)
}

/// The gaps of Unicode 14 in which later versions have word characters.
const YOUNG: [(u32, u32); 41] = [
    (0x088F, 0x088F),
    (0x0892, 0x0897),
    (0x0C5B, 0x0C5C),
    (0x0CD7, 0x0CDC),
    (0x0CF3, 0x0CFF),
    (0x0ECE, 0x0ECF),
    (0x1ACF, 0x1AFF),
    (0x1C89, 0x1C8F),
    (0xA7CB, 0xA7CF),
    (0xA7D2, 0xA7D2),
    (0xA7D4, 0xA7D4),
    (0xA7DA, 0xA7F1),
    (0x105BD, 0x105FF),
    (0x10940, 0x1097F),
    (0x10D3A, 0x10E5F),
    (0x10EB2, 0x10EFF),
    (0x1123F, 0x1127F),
    (0x11375, 0x113FF),
    (0x116CA, 0x116FF),
    (0x11AF9, 0x11BFF),
    (0x11DAA, 0x11EDF),
    (0x11EF9, 0x11FAF),
    (0x1342F, 0x1342F),
    (0x13439, 0x143FF),
    (0x14647, 0x167FF),
    (0x16B90, 0x16E3F),
    (0x16E9B, 0x16EFF),
    (0x16FF2, 0x16FFF),
    (0x187F8, 0x187FF),
    (0x18CD6, 0x18CFF),
    (0x18D09, 0x1AFEF),
    (0x1B123, 0x1B14F),
    (0x1B153, 0x1B163),
    (0x1BCA4, 0x1CEFF),
    (0x1DF1F, 0x1DFFF),
    (0x1E02B, 0x1E0FF),
    (0x1E300, 0x1E7DF),
    (0x2B739, 0x2B73F),
    (0x2CEA2, 0x2CEAF),
    (0x2EBE1, 0x2F7FF),
    (0x3134B, 0xE0000),
];
