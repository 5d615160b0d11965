//! Cuts a text into the pieces that are made into tokens one by one: words with a blank before them,
//! numbers, punctuation, white space. A restatement of the pattern of o200k, whose parts are quoted.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// What the pattern asks of a character.
#[derive(Clone, Copy, Debug)]
struct Class {
    /// `\p{L}`
    letter: bool,
    /// `\p{N}`
    number: bool,
    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
    upper: bool,
    /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
    lower: bool,
    /// `\s`
    blank: bool,
    /// `[\r\n]`
    line_end: bool,
}

fn class(c: char) -> Class {
    let none =
        Class { letter: false, number: false, upper: false, lower: false, blank: false, line_end: false };
    if c.is_ascii() {
        let (upper, lower) = (c.is_ascii_uppercase(), c.is_ascii_lowercase());
        let line_end = matches!(c, '\r' | '\n');
        let number = c.is_ascii_digit();
        return Class { letter: upper || lower, number, upper, lower, blank: c.is_whitespace(), line_end };
    }
    let blank = c.is_whitespace();
    match c.general_category() {
        GeneralCategory::UppercaseLetter | GeneralCategory::TitlecaseLetter => {
            Class { letter: true, upper: true, ..none }
        }
        GeneralCategory::LowercaseLetter => Class { letter: true, lower: true, ..none },
        GeneralCategory::ModifierLetter | GeneralCategory::OtherLetter => {
            Class { letter: true, upper: true, lower: true, ..none }
        }
        _ => match c.general_category_group() {
            GeneralCategoryGroup::Mark => Class { upper: true, lower: true, ..none },
            GeneralCategoryGroup::Number => Class { number: true, ..none },
            _ => Class { blank, ..none },
        },
    }
}

/// The pieces of a text, in order; together they are the text.
pub(super) fn of(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = piece(rest).unwrap_or(first.len_utf8());
        let (piece, behind) = rest.split_at_checked(end)?;
        rest = behind;
        Some(piece)
    })
}

/// Where the piece ends that a text begins with. The pattern's parts in their order.
fn piece(text: &str) -> Option<usize> {
    word(text, lower_word)
        .or_else(|| word(text, upper_word))
        .or_else(|| number(text))
        .or_else(|| punctuation(text))
        .or_else(|| white_space(text))
}

/// The end of the run of characters from byte `from` on that are of a class.
fn run(text: &str, from: usize, is: impl Fn(Class) -> bool) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.char_indices().find(|(_, c)| !is(class(*c))).map_or(text.len(), |(at, _)| from + at)
}

fn class_at(text: &str, at: usize) -> Option<Class> {
    text.get(at..)?.chars().next().map(class)
}

/// `[^\r\n\p{L}\p{N}]?` before a word, and behind it `(?i:'s|'t|'re|'ve|'m|'ll|'d)?`
fn word(text: &str, end: impl Fn(&str, usize) -> Option<usize>) -> Option<usize> {
    let first = text.chars().next()?;
    let class = class(first);
    let leads = !class.line_end && !class.letter && !class.number;
    let with_lead = if leads { end(text, first.len_utf8()) } else { None };
    let end = with_lead.or_else(|| end(text, 0))?;
    Some(end + contraction(text.get(end..).unwrap_or_default()))
}

/// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`
fn lower_word(text: &str, from: usize) -> Option<usize> {
    let upper = run(text, from, |class| class.upper);
    if class_at(text, upper).is_some_and(|class| class.lower) {
        return Some(run(text, upper, |class| class.lower));
    }
    // The first part gives back what the second can take: the last such character, and no more, for
    // what is behind it is of the first alone.
    let run = text.get(from..upper)?;
    let last = run.char_indices().rev().find(|(_, c)| class(*c).lower)?;
    Some(from + last.0 + last.1.len_utf8())
}

/// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*`
fn upper_word(text: &str, from: usize) -> Option<usize> {
    let upper = run(text, from, |class| class.upper);
    (upper > from).then(|| run(text, upper, |class| class.lower))
}

/// The length of `'s`, `'ll` and their like, in letters of any case.
fn contraction(text: &str) -> usize {
    let Some(rest) = text.strip_prefix('\'') else { return 0 };
    let mut chars = rest.chars();
    let fold = |c: Option<char>| c.map(|c| if c == 'ſ' { 's' } else { c.to_ascii_lowercase() });
    let (first, second) = (chars.next(), chars.next());
    match (fold(first), fold(second)) {
        (Some('s' | 't' | 'm' | 'd'), _) => 1 + first.map_or(0, char::len_utf8),
        (Some('r' | 'v'), Some('e')) | (Some('l'), Some('l')) => 3,
        _ => 0,
    }
}

/// `\p{N}{1,3}`
fn number(text: &str) -> Option<usize> {
    let digits = text.chars().take(3).take_while(|c| class(*c).number);
    let len: usize = digits.map(char::len_utf8).sum();
    (len > 0).then_some(len)
}

/// ` ?[^\s\p{L}\p{N}]+[\r\n/]*`
fn punctuation(text: &str) -> Option<usize> {
    let from = usize::from(text.starts_with(' '));
    let end = run(text, from, |class| !class.blank && !class.letter && !class.number);
    let rest = text.get(end..)?;
    let tail = rest.find(|c| !matches!(c, '\r' | '\n' | '/')).unwrap_or(rest.len());
    (end > from).then_some(end + tail)
}

/// `\s*[\r\n]+|\s+(?!\S)|\s+`
fn white_space(text: &str) -> Option<usize> {
    let end = run(text, 0, |class| class.blank);
    let blanks = text.get(..end)?;
    if let Some(last) = blanks.rfind(['\r', '\n']) {
        return Some(last + 1);
    }
    let last = blanks.chars().next_back()?.len_utf8();
    // The last blank before a word belongs to the word.
    Some(if end < text.len() && end > last { end - last } else { end })
}
