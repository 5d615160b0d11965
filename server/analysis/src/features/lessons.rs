//! What was learnt, as edits of the files that a plan links for it: a memory, instructions, a prompt, the
//! template of a spec. A lesson becomes an item at the end of the linked section, unless the file says it
//! already.

use crate::diagnostics::Edit;
use crate::features::context::section_of;
use crate::features::refactor::{heading_for, title_of};
use crate::target::{Target, understand};
use crate::written::{self, What};
use crate::{names, path, plans};
use segue_catalog::{Kind, catalog};
use segue_syntax::{Facts, Span};

/// The headings under which lessons stand where a link names no section.
const HEADINGS: &[&str] =
    &["lessons", "lessons learned", "lessons learnt", "learnings", "what we learned", "what was learned"];

/// The heading that is made where there is none of them.
const HEADING: &str = "Lessons";

/// Where lessons may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The paths that may be meant, the likeliest first.
    pub paths: Vec<String>,
    /// The section.
    pub anchor: Option<String>,
}

impl Place {
    /// The path that is meant: what is there, else what may be made there.
    pub fn path(&self, is_there: &dyn Fn(&str) -> bool) -> Option<&str> {
        let there = self.paths.iter().find(|path| is_there(path));
        there.or_else(|| self.paths.first().filter(|path| may_be_made(path))).map(String::as_str)
    }
}

/// Whether nothing but a title has to stand in a file of this name.
fn may_be_made(path: &str) -> bool {
    matches!(kind_of(path), Some(Kind::Memory | Kind::Context))
}

fn kind_of(path: &str) -> Option<Kind> {
    catalog().kind_of(path).map(|(kind, _)| kind)
}

/// Where the plan in `text` says that lessons of `task` go, the best first: the memory that the task links,
/// what its section *Post-Implementation Learning* links, the memory that is linked elsewhere in it.
#[must_use]
pub fn places(plan_path: &str, text: &str, task: Option<&str>) -> Vec<Place> {
    let facts = Facts::of(text);
    let plan = match path::extension(plan_path) {
        "md" => plans::of_read(plan_path, text, &facts),
        _ => plans::of_text(plan_path, text),
    };
    let one_of_several = task.filter(|_| plan.tasks.len() > 1);
    let of_task = one_of_several.and_then(|id| plan.get(plan.find(id)?)).map(|task| task.range);
    let mut found: Vec<(u8, u32, Place)> = Vec::new();
    for (_, own) in written::all(kind_of(plan_path), &facts) {
        if !matches!(own.what, What::Link | What::FileReference | What::Import) {
            continue;
        }
        let (paths, anchor) = match understand(own.text, plan_path, own.base) {
            Target::Path { candidates, anchor, .. } => (candidates, anchor),
            Target::SameFile { anchor } => (vec![plan_path.to_owned()], Some(anchor)),
            _ => continue,
        };
        let is_memory = paths.iter().any(|path| kind_of(path) == Some(Kind::Memory));
        let at = own.whole.start;
        let within = |range: Option<segue_plan::Range>| {
            range.is_some_and(|range| (range.start..range.end).contains(&at))
        };
        let rank = match (within(of_task), within(plan.learning), is_memory) {
            (true, _, true) => 0,
            (_, true, true) => 1,
            (_, true, false) => 2,
            (_, false, true) => 3,
            _ => continue,
        };
        if paths.iter().any(|path| path::extension(path) == "md") {
            found.push((rank, at, Place { paths, anchor: anchor.filter(|anchor| !anchor.is_empty()) }));
        }
    }
    found.sort_by_key(|(rank, at, _)| (*rank, *at));
    let mut places: Vec<Place> = Vec::new();
    for (_, _, place) in found {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// A file with the lessons that were added to it so far.
#[derive(Clone, Debug)]
pub struct Draft {
    before: String,
    /// What is inserted, by its place in the text before, in order.
    pieces: Vec<(usize, String)>,
}

/// What became of a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// It stands in the section with this heading now.
    New(String),
    /// The file said it before.
    Known,
}

/// Why a lesson cannot be added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The section is not there, and its anchor is that of no heading that could be made.
    #[error("it has no section `#{0}`")]
    NoSection(String),
    /// What is added would stand in a code block or a comment.
    #[error("a code block or a comment that nobody closed would swallow it")]
    Swallowed,
}

impl Draft {
    /// A file as it is.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self { before: text.to_owned(), pieces: Vec::new() }
    }

    /// A file that is to be made.
    #[must_use]
    pub fn fresh(path: &str) -> Self {
        Self { before: String::new(), pieces: vec![(0, format!("# {}\n", title_of(names::stem(path))))] }
    }

    /// The text as it is to be.
    #[must_use]
    pub fn text(&self) -> String {
        let (mut text, mut from) = (String::new(), 0);
        for (at, piece) in &self.pieces {
            text.push_str(self.before.get(from..*at).unwrap_or_default());
            text.push_str(piece);
            from = *at;
        }
        text.push_str(self.before.get(from..).unwrap_or_default());
        text
    }

    /// What is inserted, in order.
    #[must_use]
    pub fn edits(&self) -> Vec<Edit> {
        let edit =
            |(at, insert): &(usize, String)| Edit { span: Span::new(*at, *at), insert: insert.clone() };
        self.pieces.iter().map(edit).collect()
    }

    /// Adds a lesson to the section of an anchor; without one to the section of lessons, which is made at
    /// the end where there is none.
    ///
    /// # Errors
    /// Where it cannot stand there; nothing is added then.
    pub fn add(&mut self, anchor: Option<&str>, lesson: &str) -> Result<Added, Unfit> {
        let text = self.text();
        if says(&text, lesson) {
            return Ok(Added::Known);
        }
        let facts = Facts::of(&text);
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let found = match anchor {
            Some(anchor) => section_of(&facts, anchor),
            None => section_of_lessons(&facts),
        };
        let item = as_item(lesson);
        let (heading, at, insert) = match found {
            Some((heading, section)) => {
                let at = end_of_own(&facts, &text, section);
                let (gap, mark) = match mark_before(&text, section.start as usize, at) {
                    Some(mark) => (end.to_owned(), mark),
                    None => (end.repeat(2), '-'),
                };
                (heading, at, format!("{gap}{mark} {item}"))
            }
            None => {
                let heading = match anchor {
                    Some(anchor) => heading_for(anchor).ok_or_else(|| Unfit::NoSection(anchor.to_owned()))?,
                    None => HEADING.to_owned(),
                };
                let at = trimmed_end(&text, text.len());
                let gap = if at == 0 { String::new() } else { end.repeat(2) };
                let last = if at == text.len() { end } else { "" };
                let insert = format!("{gap}## {heading}{end}{end}- {item}{last}");
                (heading, at, insert)
            }
        };
        let mut grown = self.clone();
        grown.insert(at, &insert);
        if is_lost(&grown.text(), at + insert.rfind(&item).unwrap_or_default(), &heading) {
            return Err(Unfit::Swallowed);
        }
        *self = grown;
        Ok(Added::New(heading))
    }

    /// Inserts at a place of the text as it is now.
    fn insert(&mut self, at: usize, insert: &str) {
        let mut gained = 0;
        for (index, (place, piece)) in self.pieces.iter_mut().enumerate() {
            let begin = *place + gained;
            if at < begin {
                self.pieces.insert(index, (at - gained, insert.to_owned()));
                return;
            }
            if at <= begin + piece.len() {
                piece.insert_str(at - begin, insert);
                return;
            }
            gained += piece.len();
        }
        self.pieces.push((at - gained, insert.to_owned()));
    }
}

/// Whether what stands at `at` is not read as what stands below this heading.
fn is_lost(text: &str, at: usize, heading: &str) -> bool {
    let facts = Facts::of(text);
    let is_it = |own: &&segue_syntax::facts::Heading| *own.text == *heading;
    let above = facts.headings.iter().rev().find(|own| (own.span.start as usize) < at);
    let is_below = above.is_some_and(|own| is_it(&own)) || !facts.headings.iter().any(|own| is_it(&own));
    !is_below || facts.fences.iter().any(|fence| fence.span.touches(at)) || is_in_comment(text, at)
}

/// Whether a comment that begins before `at` has no end before it.
fn is_in_comment(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    before.rfind("<!--").is_some_and(|open| before.rfind("-->").is_none_or(|close| close < open))
}

/// The section of lessons.
fn section_of_lessons(facts: &Facts) -> Option<(String, Span)> {
    let is_one = |text: &str| {
        let bare = text.trim_start_matches(|c: char| !c.is_alphabetic());
        let bare = bare.trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        HEADINGS.contains(&bare.as_str())
    };
    let heading = facts.headings.iter().find(|heading| is_one(&heading.text))?;
    section_of(facts, &heading.slug)
}

/// Where what a section says itself ends, before its first section below and the blanks there.
fn end_of_own(facts: &Facts, text: &str, section: Span) -> usize {
    let mut inside = facts.headings.iter().filter(|heading| section.contains(heading.span));
    let first = inside.next().filter(|first| first.span.start == section.start);
    let below = if first.is_some() { inside.next() } else { None };
    let end = below.map_or(section.end, |below| below.span.start) as usize;
    trimmed_end(text, end).max(first.map_or(section.start, |first| first.span.end) as usize)
}

fn trimmed_end(text: &str, end: usize) -> usize {
    text.get(..end).unwrap_or(text).trim_end().len()
}

/// The mark of the list that ends at `at`, where one does.
fn mark_before(text: &str, from: usize, at: usize) -> Option<char> {
    let block = text.get(from..at)?;
    let lines = block.lines().rev().take_while(|line| !line.trim().is_empty());
    for line in lines {
        let mut signs = line.trim_start().chars();
        match (signs.next(), signs.next()) {
            (Some(mark @ ('-' | '*' | '+')), Some(' ')) => return Some(mark),
            (Some('#' | '|' | '>' | '`' | '~'), _) => return None,
            _ => {}
        }
    }
    None
}

/// A lesson as the text of an item: nothing in it begins a heading, a fence, a quotation, a comment.
fn as_item(lesson: &str) -> String {
    let mut item = String::with_capacity(lesson.len() + 2);
    let digits = lesson.chars().take_while(char::is_ascii_digit).count();
    let after = lesson.get(digits..).unwrap_or_default();
    let is_numbered = digits > 0
        && digits < 10
        && after.starts_with(['.', ')'])
        && after.get(1..2).is_none_or(|c| c == " ");
    let first_two = lesson.get(..2).unwrap_or_default();
    let begins = lesson.starts_with(['#', '>', '|'])
        || lesson.starts_with("```")
        || lesson.starts_with("~~~")
        || matches!(first_two, "- " | "+ " | "* ")
        || (lesson.starts_with('[') && lesson.contains("]:"));
    if is_numbered {
        item.push_str(lesson.get(..digits).unwrap_or_default());
    }
    if begins || is_numbered {
        item.push('\\');
    }
    let rest = if is_numbered { after } else { lesson };
    let (mut code, mut from) = (0, 0);
    for (at, sign) in rest.char_indices() {
        if at < from {
            continue;
        }
        if sign == '`' {
            let ticks = rest.get(at..).unwrap_or_default().chars().take_while(|c| *c == '`').count();
            from = at + ticks;
            code = match code {
                0 if has_close(rest.get(from..).unwrap_or_default(), ticks) => ticks,
                own if own == ticks => 0,
                own => own,
            };
            item.push_str(rest.get(at..from).unwrap_or_default());
            continue;
        }
        let opens = rest.get(at + sign.len_utf8()..).and_then(|rest| rest.chars().next());
        if sign == '<' && code == 0 && opens.is_some_and(|c| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            item.push('\\');
        }
        item.push(sign);
    }
    item
}

/// Whether a run of exactly `ticks` backticks stands in `rest`.
fn has_close(rest: &str, ticks: usize) -> bool {
    rest.split(|c| c != '`').any(|run| run.len() == ticks)
}

/// Whether a text says a lesson: an item, a paragraph or a line of it is the same but for marks, case and
/// the sign at its end.
fn says(text: &str, lesson: &str) -> bool {
    let wanted = sense(lesson);
    let mut block = String::new();
    for line in text.lines().chain([""]) {
        let words = line.trim_start_matches([' ', '\t', '>']);
        let item = without_mark(words);
        if item.len() != words.len() || words.trim().is_empty() || words.starts_with('#') {
            if sense(&block) == wanted {
                return true;
            }
            block.clear();
        }
        if sense(item) == wanted {
            return true;
        }
        block.push_str(item);
        block.push(' ');
    }
    false
}

/// A line without the mark of an item and its box.
fn without_mark(line: &str) -> &str {
    let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = if digits.len() < line.len() { digits.strip_prefix(['.', ')']) } else { None };
    let rest =
        numbered.or_else(|| line.strip_prefix(['-', '*', '+'])).filter(|rest| rest.starts_with([' ', '\t']));
    let Some(rest) = rest.map(str::trim_start) else { return line };
    ["[ ] ", "[x] ", "[X] "].iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or(rest)
}

/// Two texts of the same sense are one lesson.
#[must_use]
pub fn sense(text: &str) -> String {
    let plain: String =
        text.chars().filter(|c| !matches!(c, '*' | '_' | '`' | '\\')).flat_map(char::to_lowercase).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    words.join(" ").trim_end_matches(['.', '!', ';', ',', ':']).to_owned()
}

#[cfg(test)]
mod tests;
