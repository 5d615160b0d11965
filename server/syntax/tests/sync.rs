//! Text synchronisation against a model that is written from the protocol's rules alone.
//!
//! Random changes go to a [`Text`] with its [`Blocks`] and to a model, which is a vector of
//! characters searched from the start each time. After each change the texts must be equal and the
//! block tree must be that of a fresh parse; now and then every kind of position is compared, with
//! the [`Lines`] of the same text too.
//!
//! `SEGUE_SYNC_EDITS` is the number of changes, `SEGUE_SEED` repeats a run.

// Clippy allows these in test functions alone, not in what they call.
#![allow(clippy::panic, clippy::unwrap_used, clippy::print_stdout)]

#[path = "support/random.rs"]
mod random;

use std::ops::ControlFlow;
use std::time::Instant;

use random::{Random, from_environment, seed};
use segue_syntax::blocks::Blocks;
use segue_syntax::text::Edit;
use segue_syntax::{Encoding, Lines, Position, Span, Text};

const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

/// The protocol's text, written for obviousness.
#[derive(Clone)]
struct Model {
    characters: Vec<char>,
}

impl Model {
    /// The index of the character at `position`.
    fn index(&self, position: Position, encoding: Encoding) -> usize {
        let mut line = 0;
        let mut index = 0;
        while line < position.line {
            match self.characters.get(index) {
                None => return index,
                Some('\r') if self.characters.get(index + 1) == Some(&'\n') => {
                    index += 2;
                    line += 1;
                }
                Some('\r' | '\n') => {
                    index += 1;
                    line += 1;
                }
                Some(_) => index += 1,
            }
        }
        let mut column = 0;
        loop {
            match self.characters.get(index) {
                None | Some('\r' | '\n') => return index,
                Some(character) => {
                    column += units(*character, encoding);
                    if column > u64::from(position.character) {
                        return index;
                    }
                    index += 1;
                }
            }
        }
    }

    /// The position of character `index`.
    fn position(&self, index: usize, encoding: Encoding) -> Position {
        let mut line = 0;
        let mut column = 0;
        for at in 0..index {
            let next = self.characters.get(at + 1);
            match self.characters[at] {
                '\r' if next == Some(&'\n') && at + 1 == index => break,
                '\r' if next == Some(&'\n') => {}
                '\r' | '\n' => {
                    line += 1;
                    column = 0;
                }
                character => column += units(character, encoding),
            }
        }
        Position { line, character: column as u32 }
    }

    fn replace(&mut self, range: Option<(Position, Position)>, encoding: Encoding, new_text: &str) {
        let (start, end) = match range {
            None => (0, self.characters.len()),
            Some((one, other)) => {
                let (one, other) = (self.index(one, encoding), self.index(other, encoding));
                (one.min(other), one.max(other))
            }
        };
        self.characters.splice(start..end, new_text.chars());
    }

    fn text(&self) -> String {
        self.characters.iter().collect()
    }
}

fn units(character: char, encoding: Encoding) -> u64 {
    match encoding {
        Encoding::Utf8 => character.to_string().len() as u64,
        Encoding::Utf16 if u32::from(character) > 0xffff => 2,
        Encoding::Utf16 | Encoding::Utf32 => 1,
    }
}

/// What Markdown is made of: block markers, inline markup, and characters of every width.
const PIECES: &[&str] = &[
    "a",
    "word ",
    "two words",
    " ",
    "  ",
    "    ",
    "\t",
    "# ",
    "## ",
    "###### ",
    "#",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "10) ",
    "> ",
    ">",
    "```",
    "````",
    "~~~",
    "```rust",
    "---",
    "***",
    "===",
    "--",
    "|",
    "| a | b |",
    "|---|",
    "[a]: b",
    "[a]",
    "](b)",
    "![",
    "<div>",
    "</div>",
    "<!--",
    "-->",
    "<?",
    "?>",
    "<![CDATA[",
    "]]>",
    "<pre>",
    "</pre>",
    "<script>",
    "`",
    "``",
    "*",
    "**",
    "_",
    "\\",
    "&amp;",
    "&#35;",
    "<https://a.b>",
    "- [ ] ",
    "- [x] ",
    "+++",
    "name: x",
    "é",
    "ü",
    "中文",
    "日",
    "😀",
    "👩‍👧",
    "🇩🇪",
    "e\u{301}",
    "\u{200d}",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{85}",
    "\u{b}",
    "\u{c}",
    "\u{feff}",
    "\u{fffd}",
    "\u{10ffff}",
    "$x$",
    "~",
    "\"",
    "'",
];

const LINE_ENDS: &[&str] = &["\n", "\n", "\n", "\n\n", "\r\n", "\r\n\r\n"];

const RARE: &[&str] = &["\r", "\r\r\n", "\n\r", "\0", "a\rb", "\0\n"];

/// How one document is made: some never have what forces a full parse, so that the incremental
/// parse is what most of the run tests.
#[derive(Clone, Copy)]
struct Style {
    rare_one_in: Option<usize>,
    limit: usize,
}

fn random_text(random: &mut Random, style: Style, pieces: usize) -> String {
    let mut text = String::new();
    for _ in 0..pieces {
        let is_rare = style.rare_one_in.is_some_and(|chances| random.one_in(chances));
        text.push_str(match random.below(4) {
            _ if is_rare => random.pick(RARE),
            0 => random.pick(LINE_ENDS),
            _ => random.pick(PIECES),
        });
    }
    text
}

fn random_position(random: &mut Random, model: &Model, encoding: Encoding) -> Position {
    let index = random.below(model.characters.len() + 1);
    let mut position = model.position(index, encoding);
    match random.below(24) {
        // One further may be inside a character, a surrogate pair or a line end.
        0..=3 => position.character += 1,
        4 => position.character += random.below(200) as u32,
        5 => position.character = u32::MAX,
        6 => position.line += 1 + random.below(5) as u32,
        7 if random.one_in(4) => position.line = u32::MAX,
        8..=10 => position.character = 0,
        _ => {}
    }
    position
}

#[derive(Clone, Debug)]
struct Change {
    range: Option<(Position, Position)>,
    encoding: Encoding,
    new_text: String,
}

fn random_change(random: &mut Random, model: &Model, style: Style, encoding: Encoding) -> Change {
    let is_full = random.one_in(200) || (model.characters.len() > style.limit && random.one_in(20));
    if is_full {
        let pieces = style.limit / 8 + random.below(style.limit / 4 + 1);
        return Change { range: None, encoding, new_text: random_text(random, style, pieces) };
    }
    let one = random_position(random, model, encoding);
    let other = match random.below(8) {
        0..=3 => one,
        4..=6 => {
            let index = model.index(one, encoding) + random.below(12);
            model.position(index.min(model.characters.len()), encoding)
        }
        _ if model.characters.len() < 300 && !random.one_in(5) => one,
        _ => random_position(random, model, encoding),
    };
    let range = if random.one_in(5) { (other, one) } else { (one, other) };
    let is_deletion = model.characters.len() > style.limit && random.one_in(2);
    let pieces = if is_deletion { 0 } else { random.below(4) };
    Change { range: Some(range), encoding, new_text: random_text(random, style, pieces) }
}

#[test]
fn random_edits_agree_with_the_model() {
    let edits = from_environment("SEGUE_SYNC_EDITS", 30_000);
    let seed = seed();
    println!("SEGUE_SEED={seed} SEGUE_SYNC_EDITS={edits}");
    let started = Instant::now();
    let mut random = Random(seed);
    let mut counts = Counts::default();
    while counts.changes < edits {
        let style = Style {
            rare_one_in: [None, None, Some(200), Some(20)][random.below(4)],
            limit: if random.one_in(50) { 20_000 } else { 400 + random.below(2_000) },
        };
        let changes = if style.limit > 10_000 { 60 } else { 1_000 };
        run_document(&mut random, style, changes.min(edits - counts.changes), seed, &mut counts);
    }
    println!("{counts:?} in {:?}", started.elapsed());
    assert!(counts.changes < 1_000 || counts.incremental * 4 > counts.notifications);
}

#[derive(Debug, Default)]
struct Counts {
    changes: u64,
    notifications: u64,
    /// Notifications that the tree followed without a parse from scratch, as far as can be seen.
    incremental: u64,
    broken_off: u64,
    positions: u64,
}

fn run_document(random: &mut Random, style: Style, changes: u64, seed: u64, counts: &mut Counts) {
    let pieces = random.below(style.limit / 2);
    let first = random_text(random, style, pieces);
    let mut model = Model { characters: first.chars().collect() };
    let mut text = Text::new(&first);
    let mut blocks = Blocks::parse(&text);
    let end = counts.changes + changes;
    while counts.changes < end {
        let encoding = ENCODINGS[random.below(3)];
        let before = model.text();
        let mut notification = Vec::new();
        let mut done: Vec<Edit> = Vec::new();
        for _ in 0..if random.one_in(6) { 2 + random.below(4) } else { 1 } {
            let change = random_change(random, &model, style, encoding);
            model.replace(change.range, encoding, &change.new_text);
            done.push(text.apply(change.range, encoding, &change.new_text));
            notification.push(change);
        }
        counts.changes += notification.len() as u64;
        counts.notifications += 1;
        let check_positions = random.one_in(if style.limit > 10_000 { 60 } else { 40 });
        let problem = follow(&mut blocks, &done, &text, random, counts)
            .or_else(|| problem_of(&model, &text, &blocks))
            .or_else(|| problem_of_edits(&before, &model.text(), &done))
            .or_else(|| {
                check_positions.then(|| problem_of_positions(random, &model, &text, counts)).flatten()
            });
        if let Some(problem) = problem {
            report(&before, &notification, seed, counts, &problem);
        }
    }
}

/// Brings the blocks up to date, now and then with a parse that is broken off first.
fn follow(
    blocks: &mut Blocks,
    edits: &[Edit],
    text: &Text,
    random: &mut Random,
    counts: &mut Counts,
) -> Option<String> {
    if random.one_in(50) {
        let before = blocks.dump();
        let mut left = random.below(4);
        let changed = blocks.edit_while(edits, text, &mut || {
            left = left.wrapping_sub(1);
            if left == usize::MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if changed.is_some() {
            return None;
        }
        counts.broken_off += 1;
        if blocks.dump() != before {
            return Some("a parse that was broken off changed the blocks".into());
        }
    }
    let changed = blocks.edit(edits, text);
    let is_inside = |span: &Span| span.end as usize <= text.len();
    counts.incremental += u64::from(changed.structure != [Span::new(0, text.len())]);
    let all_inside = is_inside(&changed.edited) && changed.structure.iter().all(is_inside);
    (!all_inside).then(|| format!("{changed:?} is outside the text of {} bytes", text.len()))
}

fn problem_of(model: &Model, text: &Text, blocks: &Blocks) -> Option<String> {
    let (is, should) = (text.to_string(), model.text());
    if is != should {
        return Some(format!("the text is {is:?}, should be {should:?}"));
    }
    let odd = should.contains('\0') || should.replace("\r\n", "\n").contains('\r');
    if text.is_plain() == odd {
        return Some(format!("is_plain is {} of {should:?}", text.is_plain()));
    }
    let fresh = Blocks::parse(&Text::new(&should)).dump();
    let kept = blocks.dump();
    (kept != fresh).then(|| {
        let at = kept
            .iter()
            .zip(&fresh)
            .position(|(one, other)| one != other)
            .unwrap_or(kept.len().min(fresh.len()));
        format!("the tree differs at node {at}: is {:?}, should be {:?}", kept.get(at), fresh.get(at))
    })
}

/// Whether the edits say what became of the text: what they leave alone is the same before and after.
fn problem_of_edits(before: &str, after: &str, edits: &[Edit]) -> Option<String> {
    let [edit] = edits else { return None };
    let same_start = before.get(..edit.start) == after.get(..edit.start);
    let same_end = before.get(edit.old_end..) == after.get(edit.new_end..);
    (!same_start || !same_end || before.get(edit.start..edit.old_end).is_none())
        .then(|| format!("{edit:?} does not lead from {before:?} to {after:?}"))
}

/// Compares all that can be asked of positions, at random places and in every encoding.
fn problem_of_positions(
    random: &mut Random,
    model: &Model,
    text: &Text,
    counts: &mut Counts,
) -> Option<String> {
    let whole = model.text();
    let lines = Lines::of(&whole);
    if text.line_count() != lines.count() {
        return Some(format!("{} lines, but {}", text.line_count(), lines.count()));
    }
    let byte_of = |index: usize| model.characters[..index].iter().map(|c| c.len_utf8()).sum::<usize>();
    for _ in 0..20 {
        for encoding in ENCODINGS {
            counts.positions += 1;
            let position = random_position(random, model, encoding);
            let should = byte_of(model.index(position, encoding));
            let found = [text.offset(position, encoding), lines.offset(&whole, position, encoding)];
            if found != [should; 2] {
                return Some(format!("{encoding:?} {position:?} is at {found:?}, should be {should}"));
            }
            let index = random.below(model.characters.len() + 1);
            let inside = model.characters.get(index).map_or(9, |c| random.below(c.len_utf8()));
            let offset = byte_of(index) + inside;
            let should = model.position(index, encoding);
            let found = [text.position(offset, encoding), lines.position(&whole, offset, encoding)];
            if found != [should; 2] {
                return Some(format!("{encoding:?} offset {offset} is {found:?}, should be {should:?}"));
            }
            if text.line_of(offset) != lines.line_of(offset) {
                return Some(format!(
                    "line of {offset}: {} or {}",
                    text.line_of(offset),
                    lines.line_of(offset)
                ));
            }
            let line = should.line as usize;
            if text.line_span(line) != lines.line_span(&whole, line) {
                return Some(format!(
                    "line {line} is {:?} or {:?}",
                    text.line_span(line),
                    lines.line_span(&whole, line)
                ));
            }
        }
    }
    None
}

/// Whether the changes lead to a wrong result from a fresh start at `before`.
fn fails(before: &str, changes: &[Change]) -> Option<String> {
    let mut model = Model { characters: before.chars().collect() };
    let mut text = Text::new(before);
    let mut blocks = Blocks::parse(&text);
    let mut done = Vec::new();
    for change in changes {
        model.replace(change.range, change.encoding, &change.new_text);
        done.push(text.apply(change.range, change.encoding, &change.new_text));
    }
    blocks.edit(&done, &text);
    problem_of(&model, &text, &blocks)
}

/// Fails with the one step that went wrong, its lines made as few as the failure allows.
fn report(before: &str, changes: &[Change], seed: u64, counts: &Counts, problem: &str) -> ! {
    let step = format!("SEGUE_SEED={seed}, change {}: {problem}", counts.changes);
    if fails(before, changes).is_none() {
        panic!("{step}\nonly with the history of its document: {changes:?}\non {before:?}");
    }
    // Positions are by line, so only what stands on the lines after the changes can go, and whole
    // characters of the new texts.
    let mut before = before.to_owned();
    while let Some((end, _)) = before.char_indices().next_back()
        && fails(&before[..end], changes).is_some()
    {
        before.truncate(end);
    }
    let mut changes = changes.to_vec();
    for index in 0..changes.len() {
        while let mut shorter = changes.clone()
            && shorter[index].new_text.pop().is_some()
            && fails(&before, &shorter).is_some()
        {
            changes = shorter;
        }
    }
    let problem = fails(&before, &changes);
    panic!("{step}\nsmallest step: {changes:?}\non {before:?}\n{problem:?}");
}
