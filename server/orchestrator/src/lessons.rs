//! What agents learnt, as they say it under `Lessons:` of their reports; those of attempts that failed
//! too. A lesson is an item of a list, or a paragraph, in one line.
//!
//! Who reads them may have them written into files that other agents read: nothing stands in a lesson
//! that a terminal would obey or that a person would not see.

use crate::event::AttemptKey;
use crate::report::item;

/// A lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Whose it is.
    pub key: AttemptKey,
    /// In one line.
    pub text: String,
}

/// What agents write where they learnt nothing, letters alone.
const NOTHING: &[&str] = &[
    "none",
    "na",
    "no",
    "nothing",
    "nolessons",
    "nonelearned",
    "nonelearnt",
    "nothingnew",
    "nothinglearned",
    "nothinglearnt",
    "nothingofnote",
    "nothingtoreport",
];

/// The lessons in what stands under the label.
#[must_use]
pub fn told(text: &str) -> Vec<String> {
    let mut lessons: Vec<String> = Vec::new();
    let (mut goes_on, mut has_items) = (false, false);
    for line in text.lines() {
        let line = clean(line);
        let words = line.trim();
        if words.is_empty() || words.starts_with("```") || words.starts_with("~~~") {
            goes_on &= !words.is_empty();
            continue;
        }
        let own = item(&line);
        if own.is_some() && !std::mem::replace(&mut has_items, true) {
            // What only leads to a list is none.
            lessons.retain(|own| !own.ends_with(':'));
        }
        match (own, lessons.last_mut()) {
            (None, Some(last)) if goes_on => {
                last.push(' ');
                last.push_str(words);
            }
            (own, _) => lessons.push(own.unwrap_or(words).trim().to_owned()),
        }
        goes_on = true;
    }
    lessons.retain(|lesson| says_something(lesson));
    lessons
}

fn says_something(lesson: &str) -> bool {
    let letters: String =
        lesson.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    !letters.is_empty() && !NOTHING.contains(&letters.as_str())
}

/// A line without what a terminal would obey and without what nobody sees; blanks are one each.
fn clean(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\u{1b}' => skip_sequence(&mut signs),
            // A joiner has its work between letters of some scripts and parts of pictures.
            '\u{200c}' | '\u{200d}' if !text.chars().next_back().is_none_or(|last| last.is_ascii()) => {
                text.push(sign)
            }
            _ if sign.is_whitespace() => {
                if !text.ends_with(' ') || text.trim().is_empty() {
                    text.push(' ');
                }
            }
            _ if sign.is_control() || is_hidden(sign) => {}
            _ => text.push(sign),
        }
    }
    text
}

/// The rest of a sequence that a terminal obeys: `[…m` and the like, or a title up to its end.
fn skip_sequence(signs: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match signs.peek() {
        Some('[') => {
            signs.next();
            while signs.next().is_some_and(|sign| !('@'..='~').contains(&sign)) {}
        }
        Some(']' | 'P' | '^' | '_') => {
            while signs.next_if(|sign| !matches!(sign, '\u{7}' | '\u{9c}' | '\u{1b}')).is_some() {}
            if signs.next() == Some('\u{1b}') {
                signs.next_if_eq(&'\\');
            }
        }
        _ => {}
    }
}

fn is_hidden(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_and_paragraphs_are_lessons_in_one_line_each() {
        for (text, wanted) in [
            ("Keep `x` short.", vec!["Keep `x` short."]),
            ("- one\n- two\n  goes on\n\n* three\n", vec!["one", "two goes on", "three"]),
            ("1. one\n2) two", vec!["one", "two"]),
            ("What I learnt:\n- one", vec!["one"]),
            ("A first\none.\n\nA second.", vec!["A first one.", "A second."]),
            ("Run it so:\n```sh\nmake  it\n```\n", vec!["Run it so: make it"]),
            ("None.", vec![]),
            ("n/a", vec![]),
            ("- No lessons!\n---\n", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(told(text), wanted, "{text:?}");
        }
    }

    #[test]
    fn nothing_hidden_and_nothing_for_terminals_is_left() {
        let red = "- Mind \u{1b}[1;31mthe\u{1b}[0m\tgap\u{7}\u{9b}";
        let title = "- \u{1b}]0;owned\u{7}Seen\u{202e}\u{200b}\u{e0041} \u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\\r";
        assert_eq!(told(&format!("{red}\n{title}\n- \u{1b}]0;never ends")), ["Mind the gap", "Seen link"]);
        assert_eq!(told("👩\u{200d}🚀 and a\u{200d}b"), ["👩\u{200d}🚀 and ab"]);
    }
}
