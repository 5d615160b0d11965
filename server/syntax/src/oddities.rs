//! Characters that hide or damage text.

use std::ops::Range;

use memchr::memchr2;
use unicode_properties::UnicodeEmoji;

use crate::Span;
use crate::facts::{Oddity, OddityKind};

/// Finds the odd characters of `text`; `code` are its code spans and blocks, in order.
#[must_use]
pub fn find(text: &str, code: &[Span]) -> Vec<Oddity> {
    find_in(text, 0..text.len(), code)
}

/// Those of whole lines of a text.
pub(crate) fn find_in(text: &str, part: Range<usize>, code: &[Span]) -> Vec<Oddity> {
    let mut found: Vec<Oddity> = Vec::new();
    let bytes = text.as_bytes().get(part.clone()).unwrap_or_default();
    if bytes.is_ascii() {
        return found;
    }
    // Where the last replacement character stood.
    let mut replaced: Option<usize> = None;
    for at in leads(bytes).map(|at| at + part.start) {
        let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) else { continue };
        let Some(kind) = kind_of(text, at, character) else { continue };
        if kind == OddityKind::Replacement
            && let Some(last) = replaced.replace(at)
            && memchr2(b'\n', b'\r', text.as_bytes().get(last..at).unwrap_or_default()).is_none()
        {
            continue;
        }
        let end = at + character.len_utf8();
        if let Some(last) = found.last_mut()
            && last.kind == kind
            && last.span.end as usize == at
        {
            last.span = Span::new(last.span.start as usize, end);
            continue;
        }
        let span = Span::new(at, end);
        found.push(Oddity { kind, span, character, in_code: is_in(code, span) });
    }
    found
}

/// Where bytes stand that begin one of the characters this module knows.
fn leads(bytes: &[u8]) -> impl Iterator<Item = usize> {
    const CHUNK: usize = 32;
    // Most of most texts is ASCII, which whole chunks are tested for at once.
    let chunks = bytes.chunks(CHUNK).enumerate().filter(|(_, chunk)| !chunk.is_ascii());
    chunks.flat_map(|(index, chunk)| {
        let is_lead = |byte: &u8| matches!(byte, 0xC2 | 0xD8 | 0xE2 | 0xEF | 0xF3);
        let leads = chunk.iter().enumerate().filter(move |(_, byte)| is_lead(byte));
        leads.map(move |(at, _)| index * CHUNK + at)
    })
}

/// Whether `span` lies in one of the ordered `ranges`.
fn is_in(ranges: &[Span], span: Span) -> bool {
    let after = ranges.partition_point(|range| range.start <= span.start);
    after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|range| range.contains(span))
}

/// What is odd about the `character` at `at`, if anything is.
fn kind_of(text: &str, at: usize, character: char) -> Option<OddityKind> {
    match character {
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{61C}' => {
            Some(OddityKind::Bidirectional)
        }
        '\u{E0000}'..='\u{E007F}' => (!is_flag(text, at)).then_some(OddityKind::Tag),
        '\u{FEFF}' if at == 0 => None,
        '\u{FEFF}' | '\u{2060}' | '\u{AD}' => Some(OddityKind::ZeroWidth),
        '\u{200B}'..='\u{200D}' => {
            (!is_joiner_in_place(text, at, character)).then_some(OddityKind::ZeroWidth)
        }
        '\u{FFFD}' => Some(OddityKind::Replacement),
        _ => None,
    }
}

/// Whether the tag character at `at` belongs to an emoji flag: a black flag, three to six letters or
/// digits, the cancel tag.
fn is_flag(text: &str, at: usize) -> bool {
    let is_tag = |c: &char| matches!(c, '\u{E0000}'..='\u{E007F}');
    let before = text.get(..at).unwrap_or_default();
    // More than seven are no flag, so nothing further back needs to be looked at.
    let ahead = before.chars().rev().take(8).take_while(is_tag).count();
    let base = before.chars().rev().nth(ahead);
    let start: usize = before.chars().rev().take(ahead).map(char::len_utf8).sum();
    let tags: Vec<char> =
        text.get(at - start..).unwrap_or_default().chars().take(8).take_while(is_tag).collect();
    let Some((cancel, letters)) = tags.split_last() else { return false };
    base == Some('\u{1F3F4}')
        && *cancel == '\u{E007F}'
        && (3..=6).contains(&letters.len())
        && letters.iter().all(|c| matches!(c, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}'))
}

/// Whether the zero-width `character` at `at` joins what it is made for: emoji, or letters of a
/// script that needs it.
fn is_joiner_in_place(text: &str, at: usize, character: char) -> bool {
    let modifies = |c: &char| matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
    let before = text.get(..at).unwrap_or_default().chars().next_back();
    let after = text.get(at + character.len_utf8()..).and_then(|rest| rest.chars().next());
    if character == '\u{200D}' {
        let base = text.get(..at).unwrap_or_default().chars().rev().take(3).find(|c| !modifies(c));
        if base.is_some_and(is_emoji) && after.is_some_and(is_emoji) {
            return true;
        }
    }
    let fits = if character == '\u{200B}' { breaks_without_spaces } else { joins_letters };
    before.is_some_and(fits) || after.is_some_and(fits)
}

fn is_emoji(character: char) -> bool {
    !character.is_ascii() && character.is_emoji_char()
}

/// Scripts whose letters join or stack: ZWNJ and ZWJ choose their form.
fn joins_letters(character: char) -> bool {
    matches!(u32::from(character),
        0x0600..=0x08FF // Arabic, Syriac, Thaana, N'Ko, Mandaic
        | 0x0900..=0x0DFF // Devanagari to Sinhala
        | 0x0F00..=0x109F // Tibetan, Myanmar
        | 0x1780..=0x18AF // Khmer, Mongolian
        | 0x1900..=0x1AFF // Limbu to Tai Tham
        | 0x1B00..=0x1C4F // Balinese to Lepcha
        | 0x1CD0..=0x1CFF // Vedic
        | 0xA800..=0xABFF // Syloti Nagri to Meetei Mayek
        | 0xFB50..=0xFDFF | 0xFE70..=0xFEFC // Arabic presentation forms
        | 0x10A00..=0x10FFF | 0x11000..=0x11FFF | 0x1E900..=0x1E95F)
}

/// Scripts without spaces between words: U+200B marks where a line may break.
fn breaks_without_spaces(character: char) -> bool {
    matches!(u32::from(character), 0x0E00..=0x0FFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x1950..=0x1AAF)
}
