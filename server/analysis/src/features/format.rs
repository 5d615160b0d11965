//! Formatting of headers: the order of keys, blanks around values, the form of lists and their quotes. Off
//! unless the settings ask for it (`[format]` with `frontmatter = true`).
//!
//! Words stay as they are written: comments and the text of values are kept, and comments above a key go
//! where the key goes. What comes out is read again, and thrown away where it does not say
//! exactly what the header said. The body is never touched.

mod quotes;

use crate::diagnostics::Edit;
use crate::world::World;
use segue_catalog::{Catalog, Dialect, Kind, catalog};
use segue_syntax::facts::HeaderShape;
use segue_syntax::yaml::{Entry, Map, Node, Scalar, Style, Value, YamlErrorKind};
use segue_syntax::{Facts, Span};

/// What formatting changes in a file, where the settings ask for it and there is anything to change.
#[must_use]
pub fn of_file(world: &World, path: &str) -> Option<Edit> {
    let (id, state) = world.file_at(path)?;
    let config = world.config(path);
    if config.format_frontmatter != Some(true) || config.excludes(path) {
        return None;
    }
    let text = world.text(id)?;
    header(&text, state.facts()?, &order(catalog(), state.kind?, state.dialect))
}

/// The keys of a kind in the order in which they are written; empty where it is the author's.
fn order(catalog: &'static Catalog, kind: Kind, dialect: Dialect) -> Vec<&'static str> {
    let table = catalog.keys(kind, dialect).filter(|table| table.row.closed_keys);
    table.map(|table| table.top().map(|key| key.name.as_str()).collect()).unwrap_or_default()
}

/// The edit that formats the header of a text, where that changes anything.
#[must_use]
pub fn header(text: &str, facts: &Facts, order: &[&str]) -> Option<Edit> {
    let header = &facts.header;
    let map = header.yaml.map().filter(|map| !map.flow && header.shape == HeaderShape::Closed)?;
    if header.yaml.errors.iter().any(|error| error.kind != YamlErrorKind::MissingValue) {
        return None;
    }
    // An alias of strict YAML has to stand behind its anchor.
    let order = if header.strict.is_empty() { order } else { &[] };
    let content = header.content;
    let formatted = Page::new(text, content, map)?.formatted(order);
    if formatted == content.of(text) {
        return None;
    }
    let mut after = text.to_owned();
    after.replace_range(content.range(), &formatted);
    says_the_same(text, facts, &after).then(|| smallest(content, content.of(text), &formatted))
}

/// The lines of a header and what stands on them.
struct Page<'t> {
    text: &'t str,
    map: &'t Map,
    /// Without their ends.
    lines: Vec<&'t str>,
    /// Where each begins.
    starts: Vec<usize>,
    /// Lines that belong to a text of several lines, where each blank counts.
    verbatim: Vec<bool>,
    end: &'static str,
}

impl<'t> Page<'t> {
    fn new(text: &'t str, content: Span, map: &'t Map) -> Option<Self> {
        let own = content.of(text);
        let end = if own.contains("\r\n") { "\r\n" } else { "\n" };
        if own.replace("\r\n", "").contains('\r') || end == "\r\n" && own.replace("\r\n", "").contains('\n') {
            return None;
        }
        let (mut lines, mut starts, mut at) = (Vec::new(), Vec::new(), content.start as usize);
        for line in own.split_inclusive('\n') {
            starts.push(at);
            lines.push(line.trim_end_matches(['\n', '\r']));
            at += line.len();
        }
        let mut page = Self { text, map, verbatim: vec![false; lines.len()], lines, starts, end };
        for entry in &map.entries {
            if page.starts.binary_search(&(entry.key.span.start as usize)).is_err() {
                return None;
            }
            if let Some(node) = &entry.value {
                page.mark(node)?;
            }
        }
        Some(page)
    }

    fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|start| *start <= offset as usize).saturating_sub(1)
    }

    fn line(&self, at: usize) -> &'t str {
        self.lines.get(at).copied().unwrap_or_default()
    }

    /// Marks the lines of texts that have several. `None` where a text keeps the blank lines behind it.
    fn mark(&mut self, node: &Node) -> Option<()> {
        match &node.value {
            Value::Map(map) => {
                map.entries.iter().filter_map(|entry| entry.value.as_ref()).try_for_each(|own| self.mark(own))
            }
            Value::Seq(seq) => seq.items.iter().try_for_each(|own| self.mark(own)),
            Value::Scalar(Scalar { style, .. }) => {
                let written = node.span.of(self.text);
                let block = matches!(style, Style::Literal | Style::Folded);
                if block && written.lines().next().is_some_and(|first| first.contains('+')) {
                    return None;
                }
                let (first, last) =
                    (self.line_of(node.span.start), self.line_of(node.span.end.saturating_sub(1)));
                if first < last {
                    self.verbatim.iter_mut().take(last + 1).skip(first).for_each(|own| *own = true);
                }
                Some(())
            }
        }
    }

    fn formatted(&self, order: &[&str]) -> String {
        let mut blocks: Vec<Block> = Vec::new();
        let mut head: Vec<Line> = Vec::new();
        let mut next = 0;
        for entry in &self.map.entries {
            let first = self.line_of(entry.key.span.start);
            let mut above = self.between(next, first);
            match (blocks.last_mut(), above.iter().rposition(Line::is_blank)) {
                // What a blank line parts from the first key is about the whole.
                (None, Some(blank)) => head = above.drain(..=blank).collect(),
                (Some(last), _) => last.take_indented(self, &mut above, next),
                _ => {}
            }
            next = self.line_of(entry.span().end.saturating_sub(1)) + 1;
            let place = order.iter().position(|own| *own == &*entry.key.text).unwrap_or(order.len());
            blocks.push(Block { place, above, own: self.entry(entry, first, next) });
        }
        let mut below = self.between(next, self.lines.len());
        if let Some(last) = blocks.last_mut() {
            last.take_indented(self, &mut below, next);
        }
        blocks.sort_by_key(|block| block.place);
        let middle = blocks.into_iter().flat_map(|block| block.above.into_iter().chain(block.own));
        self.joined(head.into_iter().chain(middle).chain(below))
    }

    /// Comments and blank lines.
    fn between(&self, from: usize, to: usize) -> Vec<Line> {
        (from..to).map(|at| Line::of(self.line(at).trim())).collect()
    }

    /// The lines, without blank ones at the ends and with one where there were several.
    fn joined(&self, lines: impl Iterator<Item = Line>) -> String {
        let mut text = String::new();
        let mut blank = false;
        for line in lines {
            if line.is_blank() {
                blank = true;
                continue;
            }
            if std::mem::take(&mut blank) && !text.is_empty() {
                text.push_str(self.end);
            }
            text.push_str(&line.text);
            text.push_str(self.end);
        }
        text
    }

    /// The lines of an entry.
    fn entry(&self, entry: &Entry, first: usize, next: usize) -> Vec<Line> {
        let key = entry.key.span.of(self.text);
        let end_of_first = self.starts.get(first).map_or(0, |start| start + self.line(first).len());
        let rest = self.text.get(entry.key.span.end as usize..end_of_first).unwrap_or_default();
        let behind = rest.trim_start().strip_prefix(':').unwrap_or_default().trim_start();
        let value = entry.value.as_ref();
        let here = value.is_some_and(|value| self.line_of(value.span.start) == first);
        let behind = match value.filter(|_| here).and_then(|value| self.flow_list(value)) {
            Some((list, after)) => format!("{list}{}", after.trim_end()),
            None if self.is_verbatim(first) => behind.to_owned(),
            None => behind.trim_end().to_owned(),
        };
        let own = if behind.is_empty() { format!("{key}:") } else { format!("{key}: {behind}") };
        // The dashes of a list below its key stand two blanks further in.
        let dashes = value.filter(|_| !here).is_some_and(|value| {
            let line = self.line(self.line_of(value.span.start));
            matches!(&value.value, Value::Seq(seq) if !seq.flow) && line.starts_with('-')
        });
        let indent = if dashes { "  " } else { "" };
        let quoted = value.filter(|_| !here).map(|value| self.quoted(value)).unwrap_or_default();
        let below = (first + 1..next).map(|at| self.inner(at, indent, &quoted));
        std::iter::once(Line::of(&own)).chain(below).collect()
    }

    /// The items of a list with dashes whose quotes change, each on its line.
    fn quoted(&self, value: &Node) -> Vec<(usize, Edit)> {
        let Some(seq) = value.as_seq().filter(|seq| !seq.flow) else { return Vec::new() };
        let written = quotes::alike(self.text, &seq.items).unwrap_or_default();
        let edits = seq.items.iter().zip(written);
        edits
            .map(|(item, insert)| (self.line_of(item.span.start), Edit { span: item.span, insert }))
            .collect()
    }

    /// A line within an entry, with the quotes that its item gets.
    fn inner(&self, at: usize, indent: &str, quoted: &[(usize, Edit)]) -> Line {
        let verbatim = self.is_verbatim(at);
        let mut line = self.line(at).to_owned();
        if let Some((_, edit)) = quoted.iter().find(|(own, _)| *own == at && !verbatim) {
            let start = self.starts.get(at).copied().unwrap_or_default();
            line.replace_range(
                edit.span.start as usize - start..edit.span.end as usize - start,
                &edit.insert,
            );
        }
        let line = if verbatim { &line } else { line.trim_end() };
        let indent = if line.trim().is_empty() { "" } else { indent };
        Line { text: format!("{indent}{line}"), verbatim }
    }

    fn is_verbatim(&self, at: usize) -> bool {
        self.verbatim.get(at).copied().unwrap_or(false)
    }

    /// A list in brackets on one line, with one blank behind each comma; and what follows it there.
    fn flow_list(&self, value: &Node) -> Option<(String, &'t str)> {
        let seq = value.as_seq().filter(|seq| seq.flow)?;
        if value.span.of(self.text).contains('\n') {
            return None;
        }
        let as_written = || seq.items.iter().map(|item| item.span.of(self.text).trim().to_owned()).collect();
        let items: Vec<String> = quotes::alike(self.text, &seq.items).unwrap_or_else(as_written);
        let line = self.line_of(value.span.start);
        let end = self.starts.get(line)? + self.line(line).len();
        let after = self.text.get(value.span.end as usize..end)?;
        Some((format!("[{}]", items.join(", ")), after))
    }
}

/// A line that will be written.
struct Line {
    text: String,
    /// It belongs to a text of several lines, so that it counts also where it is blank.
    verbatim: bool,
}

impl Line {
    fn of(text: &str) -> Self {
        Self { text: text.to_owned(), verbatim: false }
    }

    fn is_blank(&self) -> bool {
        self.text.is_empty() && !self.verbatim
    }
}

/// A key with its value and what stands above it.
struct Block {
    place: usize,
    above: Vec<Line>,
    own: Vec<Line>,
}

impl Block {
    /// Takes comments that are indented, which speak of what stands above them, from `lines`, the first of
    /// which is line `from` of the page.
    fn take_indented(&mut self, page: &Page<'_>, lines: &mut Vec<Line>, from: usize) {
        let is_ours = |at: usize| page.line(at).starts_with([' ', '\t']) && !page.line(at).trim().is_empty();
        let count = (from..from + lines.len()).take_while(|at| is_ours(*at)).count();
        lines.drain(..count).for_each(drop);
        self.own.extend((from..from + count).map(|at| Line::of(page.line(at).trim_end())));
    }
}

/// Whether two texts have headers with the same keys, values and comments, and the same bodies.
fn says_the_same(text: &str, facts: &Facts, after: &str) -> bool {
    let new = Facts::of(after);
    let (Some(one), Some(other)) = (facts.header.yaml.map(), new.header.yaml.map()) else { return false };
    let comments = |text: &str, facts: &Facts| {
        let spans = facts.header.yaml.comments.iter();
        let mut all: Vec<String> = spans.map(|span| span.of(text).trim().to_owned()).collect();
        all.sort();
        all
    };
    let found = |entry: &Entry| other.get(&entry.key.text).is_some_and(|own| same_value(entry, own));
    new.header.shape == HeaderShape::Closed
        && new.header.yaml.errors.len() == facts.header.yaml.errors.len()
        && one.entries.len() == other.entries.len()
        && one.entries.iter().all(found)
        && comments(text, facts) == comments(after, &new)
        && text.get(facts.header.body as usize..) == after.get(new.header.body as usize..)
}

fn same_value(one: &Entry, other: &Entry) -> bool {
    match (&one.value, &other.value) {
        (Some(one), Some(other)) => same(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Scalar(one), Value::Scalar(other)) => one == other,
        (Value::Seq(one), Value::Seq(other)) => {
            one.items.len() == other.items.len()
                && one.items.iter().zip(&other.items).all(|(a, b)| same(a, b) || quotes::differ_alone(a, b))
        }
        (Value::Map(one), Value::Map(other)) => {
            let alike = |(a, b): (&Entry, &Entry)| a.key.text == b.key.text && same_value(a, b);
            one.entries.len() == other.entries.len() && one.entries.iter().zip(&other.entries).all(alike)
        }
        _ => false,
    }
}

/// The edit without the lines that stay, so that cursors and folds stay where they are.
fn smallest(content: Span, before: &str, after: &str) -> Edit {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let first = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let room = old.len().min(new.len()) - first;
    let last = old.iter().rev().zip(new.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    let size = |lines: &[&str]| lines.iter().map(|line| line.len()).sum::<usize>();
    let start = content.start as usize + size(old.get(..first).unwrap_or_default());
    let end = content.end as usize - size(old.get(old.len() - last..).unwrap_or_default());
    let insert = new.get(first..new.len() - last).unwrap_or_default().concat();
    Edit { span: Span::new(start, end), insert }
}

#[cfg(test)]
mod tests;
