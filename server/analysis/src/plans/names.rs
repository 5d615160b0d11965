//! Whom a dependency means: ids, numbers and titles of tasks and of their groups.

use super::page::{Page, plain, range};
use rustc_hash::FxHashMap;
use segue_plan::{Dependency, Plan, Stated};
use segue_syntax::Span;
use segue_syntax::slug::slug_text;
use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;

/// Plans with more names than this are looked into by exact names alone: comparing takes its time.
const MOST_COMPARED: usize = 2_000;

/// What can be meant, by how it may be written (in lower case).
#[derive(Default)]
pub(crate) struct Names {
    meant: FxHashMap<String, Range<u32>>,
    /// What is meant by a number behind one of [`WORDS`].
    numbers: FxHashMap<String, Range<u32>>,
    /// What words were found to mean: the same ones stand in many tasks, and comparing takes its time.
    compared: RefCell<FxHashMap<String, Option<Range<u32>>>>,
}

/// Words before a number, in lower case: `Issue 2`, `#2`.
const WORDS: &[&str] = &["issue ", "issue #", "#", "task ", "component "];

impl Names {
    /// The ids and titles of a plan's tasks.
    pub fn of(plan: &Plan) -> Self {
        let mut names = Self::default();
        for (index, task) in plan.tasks.iter().enumerate() {
            names.add(&task.id, at(index));
        }
        for (index, task) in plan.tasks.iter().enumerate() {
            names.add(&task.title, at(index));
            let slug = slug_text(&task.title);
            if slug != *task.id {
                names.add(&slug, at(index));
            }
        }
        names
    }

    /// Adds a way to write something; what was there first stays.
    pub fn add(&mut self, written: &str, on: Range<u32>) {
        let key = written.trim().to_lowercase();
        if !key.is_empty() {
            self.meant.entry(key).or_insert(on);
        }
    }

    /// Adds a number that may stand behind one of the words; what was there first stays.
    pub fn add_number(&mut self, number: String, on: Range<u32>) {
        self.numbers.entry(number).or_insert(on);
    }

    /// What is written exactly so.
    pub fn get(&self, written: &str) -> Option<Range<u32>> {
        let written = written.trim();
        // Numbers and most ids are in lower case already.
        let is_lower = written.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        let written = if is_lower { Cow::Borrowed(written) } else { Cow::Owned(written.to_lowercase()) };
        let numbered = || {
            let mut numbers = WORDS.iter().filter_map(|word| written.strip_prefix(word));
            numbers.find_map(|number| self.numbers.get(number))
        };
        self.meant.get(&*written).or_else(numbered).cloned()
    }

    /// How many ways there are to write something.
    fn ways(&self) -> usize {
        self.meant.len() + self.numbers.len() * WORDS.len()
    }

    /// What is meant by words: exactly, as a slug, or the one name that is nearly the same.
    pub fn in_words(&self, words: &str) -> Option<Range<u32>> {
        let wanted = plain(words).to_lowercase();
        let wanted = wanted.trim();
        let exact = self.get(wanted).or_else(|| self.get(&slug_text(wanted)));
        if exact.is_some() || wanted.chars().count() < 4 || self.ways() > MOST_COMPARED {
            return exact;
        }
        let known = self.compared.borrow().get(wanted).cloned();
        known.unwrap_or_else(|| {
            let found = self.nearly(wanted);
            self.compared.borrow_mut().insert(wanted.to_owned(), found.clone());
            found
        })
    }

    /// What is meant by the one name that is nearly the same.
    fn nearly(&self, wanted: &str) -> Option<Range<u32>> {
        let near = |name: &&String| {
            name.chars().count() >= 4
                && (is_similar(name, wanted) || contains_words(name, wanted) || contains_words(wanted, name))
        };
        let with_words = self
            .numbers
            .iter()
            .flat_map(|(number, on)| WORDS.iter().map(move |word| (format!("{word}{number}"), on)));
        let numbered: Vec<(String, &Range<u32>)> = with_words.collect();
        let all = self.meant.iter().chain(numbered.iter().map(|(name, on)| (name, *on)));
        let mut found: Vec<&Range<u32>> = all.filter(|(name, _)| near(name)).map(|(_, on)| on).collect();
        found.sort_by_key(|on| (on.start, on.end));
        found.dedup();
        match found.as_slice() {
            [one] => Some((*one).clone()),
            _ => None,
        }
    }
}

/// Whether two names differ in no more than a few letters. Where their lengths differ more, so do they.
fn is_similar(one: &str, other: &str) -> bool {
    let (one_length, other_length) = (one.chars().count(), other.chars().count());
    one_length.abs_diff(other_length) * 100 <= one_length.max(other_length) * 15
        && strsim::normalized_damerau_levenshtein(one, other) >= 0.85
}

/// Whether all words of `part` stand in `whole`, side by side.
fn contains_words(whole: &str, part: &str) -> bool {
    part.len() <= whole.len()
        && whole.match_indices(part).any(|(at, _)| {
            let before = whole.get(..at).and_then(|text| text.chars().next_back());
            let after = whole.get(at + part.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
}

/// The range that holds one task.
pub(crate) fn at(index: usize) -> Range<u32> {
    let index = u32::try_from(index).unwrap_or(u32::MAX - 1);
    index..index + 1
}

/// The parts of a list in words: split at commas, semicolons and "and", outside brackets and code,
/// what stands in brackets (a reason) left out.
pub(crate) fn parts(text: &str, span: Span) -> Vec<Span> {
    let content = span.of(text);
    let start = span.start as usize;
    let mut parts = Vec::new();
    let (mut from, mut cut, mut depth, mut in_code) = (0, None, 0_u32, false);
    let mut push = |from: usize, to: usize| {
        let part = super::page::trimmed(text, Span::new(start + from, start + to));
        if !part.is_empty() {
            parts.push(part);
        }
    };
    let mut chars = content.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '`' => in_code = !in_code,
            '(' if !in_code => {
                if depth == 0 && cut.is_none() {
                    cut = Some(at);
                }
                depth += 1;
            }
            ')' if !in_code => depth = depth.saturating_sub(1),
            ',' | ';' | '\n' if depth == 0 && !in_code => {
                push(from, cut.take().unwrap_or(at));
                from = at + c.len_utf8();
            }
            ' ' if depth == 0 && !in_code => {
                let rest = content.get(at..).unwrap_or_default();
                if let Some(word) = [" and ", " & ", " + "].iter().find(|word| rest.starts_with(**word)) {
                    push(from, cut.take().unwrap_or(at));
                    from = at + word.len();
                    for _ in 0..word.len() - 1 {
                        chars.next();
                    }
                }
            }
            _ => {}
        }
    }
    push(from, cut.unwrap_or(content.len()));
    parts
}

/// The numbers that a text refers to: `Phase 1`, `phases 2 and 3`, `Phases 4–6`, or nothing but
/// numbers. Each with where it stands.
pub(crate) fn numbers(text: &str, span: Span, words: &[&str]) -> Vec<(Span, Range<u32>)> {
    let content = span.of(text);
    let mut found: Vec<(Span, Range<u32>)> = Vec::new();
    let only_numbers = content.chars().all(|c| {
        c.is_ascii_digit()
            || c.is_whitespace()
            || matches!(c, ',' | ';' | '.' | '[' | ']' | '#' | '&' | '–' | '-')
    }) || content
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .all(|word| word == "and" || word.bytes().all(|b| b.is_ascii_digit()));
    let (mut listing, mut ranging) = (only_numbers, false);
    let mut at = 0;
    while let Some(c) = content.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = content.get(at..).unwrap_or_default();
        if c.is_ascii_digit() {
            let length = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number: Option<u32> = rest.get(..length).and_then(|digits| digits.parse().ok());
            let here = Span::new(span.start as usize + at, span.start as usize + at + length);
            if let Some(number) = number.filter(|number| listing && *number < u32::MAX) {
                match found.last_mut().filter(|(_, last)| ranging && last.start <= number) {
                    Some((place, last)) => {
                        last.end = number + 1;
                        *place = place.cover(here);
                    }
                    None => found.push((here, number..number + 1)),
                }
            }
            ranging = false;
            at += length;
        } else if c.is_alphabetic() {
            let length = rest.len() - rest.trim_start_matches(char::is_alphanumeric).len();
            let word = rest.get(..length).unwrap_or_default();
            let is = |own: &&str| own.eq_ignore_ascii_case(word);
            if ["to", "through"].iter().any(is) {
                ranging = listing;
            } else if !["and", "or"].iter().any(is) {
                listing = words.iter().any(is);
            }
            at += length;
        } else {
            if matches!(c, '–' | '-' | '—') {
                ranging = listing;
            } else if !c.is_whitespace() {
                ranging = false;
                listing = listing && matches!(c, ',' | ';' | '&' | '#' | '*' | '`' | '[' | ']');
            }
            at += c.len_utf8();
        }
    }
    found
}

/// A dependency on the numbered tasks or groups that a text refers to.
pub(crate) fn numbered(page: &Page<'_>, span: Span, words: &[&str], names: &Names) -> Vec<Dependency> {
    let mut dependencies = Vec::new();
    for (place, numbers) in numbers(page.text, span, words) {
        // More would be a slip of the finger.
        for number in numbers.take(1_000) {
            let on = names.get(&number.to_string()).unwrap_or(0..0);
            dependencies.push(Dependency::new(Stated::new(number.to_string(), range(place)), on));
        }
    }
    dependencies
}

/// Gives every id that is made from a title a number where it was there before.
pub(crate) fn make_ids_differ(plan: &mut Plan) {
    let mut taken: FxHashMap<String, u32> = FxHashMap::default();
    for task in plan.tasks.iter().filter(|task| task.id_is_stated) {
        taken.insert(task.id.value.clone(), 1);
    }
    for task in plan.tasks.iter_mut().filter(|task| !task.id_is_stated) {
        let base = if task.id.is_empty() { "task".to_owned() } else { task.id.value.clone() };
        let mut candidate = base.clone();
        while let Some(count) = taken.get_mut(&candidate) {
            *count += 1;
            candidate = format!("{base}-{count}");
        }
        taken.insert(candidate.clone(), 1);
        task.id.value = candidate;
    }
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "ranges of numbers are meant")]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Range<u32>> {
        numbers(text, Span::new(0, text.len()), &["phase", "phases"])
            .into_iter()
            .map(|(_, range)| range)
            .collect()
    }

    #[test]
    fn numbers_that_mean_phases() {
        assert_eq!(all("Phase 1"), [1..2]);
        assert_eq!(all("Phases 1, 2 and 4 (schema v3)"), [1..2, 2..3, 4..5]);
        assert_eq!(all("phases 2–4"), [2..5]);
        assert_eq!(all("[1, 2]"), [1..2, 2..3]);
        assert_eq!(all("1 and 3"), [1..2, 3..4]);
        assert_eq!(all("the 2 files of team 3"), []);
        assert_eq!(all("None"), []);
    }

    #[test]
    fn parts_of_a_list() {
        let text = "User Model (types, ids), `a, b` and Token store; Gateway";
        let found: Vec<&str> =
            parts(text, Span::new(0, text.len())).iter().map(|span| span.of(text)).collect();
        assert_eq!(found, ["User Model", "`a, b`", "Token store", "Gateway"]);
    }

    #[test]
    fn names_in_words() {
        let mut names = Names::default();
        names.add("user model", 0..1);
        names.add("token store", 1..2);
        names.add("token refresh", 2..3);
        assert_eq!(names.in_words("User Model"), Some(0..1));
        assert_eq!(names.in_words("the `user model` issue"), Some(0..1));
        assert_eq!(names.in_words("User Modle"), Some(0..1));
        assert_eq!(names.in_words("token"), None);
        assert_eq!(names.in_words("payment gateway"), None);
    }
}
