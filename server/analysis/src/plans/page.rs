//! A Markdown file as its lines: what plan readers walk over.
//!
//! Plans are written by hand and by models, half-typed and with uneven indents, so the readers look
//! at lines, as a person does, and not at Markdown's own nesting. Headings and code come from the
//! facts; what stands in code, comments or the header is hidden from every reader.

use super::line::{blanks_before, form_of};
pub(crate) use super::plain::plain;
use segue_plan::{Range, State, Stated};
use segue_syntax::facts::HeaderShape;
use segue_syntax::{Facts, Lines, Span};

/// A file, line by line.
pub(crate) struct Page<'t> {
    /// Its path in the workspace.
    pub path: &'t str,
    /// Its text.
    pub text: &'t str,
    /// What is known of it.
    pub facts: &'t Facts,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Its headings with what stands under them.
    pub sections: Vec<Section<'t>>,
}

/// A line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// Without its end.
    pub span: Span,
    /// What it is.
    pub form: Form,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Nothing, or a thematic break.
    Blank,
    /// Code, a comment, the header.
    Hidden,
    /// A heading: its place in [`Page::sections`].
    Heading(usize),
    /// A list item.
    Item(Item),
    /// A row of a table.
    Row,
    /// Anything else.
    Text,
}

/// A list item's first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Columns before the marker.
    pub indent: usize,
    /// The number of an ordered item.
    pub number: Option<u32>,
    /// Its checkbox.
    pub check: Option<Check>,
    /// Whether a `*` follows the checkbox: Kiro's mark of what is optional.
    pub starred: bool,
    /// What follows marker and checkbox, trimmed.
    pub text: Span,
}

/// A checkbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    /// The character between the brackets.
    pub mark: Span,
    /// What it says.
    pub state: State,
}

/// A heading and what stands under it.
#[derive(Clone, Debug)]
pub(crate) struct Section<'t> {
    /// 1 to 6.
    pub level: u8,
    /// Its plain text.
    pub title: &'t str,
    /// The same without the numbers and signs before it and the colon after it: it is asked for by many names.
    bare: &'t str,
    /// The whole heading.
    pub head: Span,
    /// Its content.
    pub text: Span,
    /// Its line.
    pub line: usize,
    /// The section that it is below.
    pub parent: Option<usize>,
    /// The lines until the next heading of its level or a higher one.
    pub body: std::ops::Range<usize>,
    /// The lines until the next heading of any level.
    pub own: std::ops::Range<usize>,
}

impl Section<'_> {
    /// Whether it is called by one of `names`: in any case, without numbers and signs before it.
    pub fn is_called(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.bare.eq_ignore_ascii_case(name))
    }
}

/// A title without the numbers and signs before it and the colon after it.
pub(crate) fn bare_title(title: &str) -> &str {
    title.trim_start_matches(|c: char| !c.is_alphabetic()).trim_end().trim_end_matches(':').trim_end()
}

impl<'t> Page<'t> {
    /// The lines of a file.
    pub fn of(path: &'t str, text: &'t str, facts: &'t Facts) -> Self {
        let starts = Lines::of(text);
        let mut page =
            Self { path, text, facts, lines: Vec::with_capacity(starts.count()), sections: Vec::new() };
        let mut hidden = Hidden::new(facts, text);
        let mut headings = facts.headings.iter().peekable();
        for number in 0..starts.count() {
            let mut span = starts.line_span(text, number);
            if number == 0 && text.starts_with('\u{feff}') {
                span.start = '\u{feff}'.len_utf8() as u32;
            }
            while headings.next_if(|heading| heading.span.end < span.start).is_some() {}
            let heading = headings.peek().filter(|heading| span.contains_start(heading.span));
            let form = if hidden.covers(span, text) {
                Form::Hidden
            } else if let Some(heading) = heading {
                page.sections.push(Section {
                    level: heading.level,
                    title: &heading.text,
                    bare: bare_title(&heading.text),
                    head: heading.span,
                    text: heading.text_span,
                    line: number,
                    parent: None,
                    body: number + 1..number + 1,
                    own: number + 1..number + 1,
                });
                Form::Heading(page.sections.len() - 1)
            } else if headings.peek().is_some_and(|heading| heading.span.overlaps(span)) {
                // The underline of a heading.
                Form::Hidden
            } else {
                form_of(text, span)
            };
            page.lines.push(Line { span, form });
        }
        page.close_sections();
        page
    }

    fn close_sections(&mut self) {
        let end = self.lines.len();
        let starts: Vec<(u8, usize)> =
            self.sections.iter().map(|section| (section.level, section.line)).collect();
        // Of each level that is open, its section: closed by the next heading that is not below it.
        let mut open: Vec<usize> = Vec::new();
        for (index, (level, line)) in starts.iter().enumerate() {
            while let Some(last) =
                open.last().copied().filter(|last| starts.get(*last).is_some_and(|s| s.0 >= *level))
            {
                open.pop();
                if let Some(section) = self.sections.get_mut(last) {
                    section.body.end = (*line).max(section.body.start);
                }
            }
            if let Some(section) = self.sections.get_mut(index) {
                section.parent = open.last().copied();
            }
            open.push(index);
        }
        for last in open {
            if let Some(section) = self.sections.get_mut(last) {
                section.body.end = end.max(section.body.start);
            }
        }
        for (index, section) in self.sections.iter_mut().enumerate() {
            let next = starts.get(index + 1).map_or(end, |(_, line)| *line);
            section.own.end = next.max(section.own.start);
        }
    }

    /// Line `number`, or nothing beyond the end.
    pub fn line(&self, number: usize) -> Option<Line> {
        self.lines.get(number).copied()
    }

    /// The numbered lines of a range.
    pub fn numbered(
        &self,
        range: std::ops::Range<usize>,
    ) -> impl DoubleEndedIterator<Item = (usize, Line)> + '_ {
        let start = range.start.min(self.lines.len());
        let lines = self.lines.get(start..range.end.clamp(start, self.lines.len())).unwrap_or_default();
        lines.iter().enumerate().map(move |(index, line)| (start + index, *line))
    }

    /// The list items of a range of lines.
    pub fn items(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = (usize, Item)> + '_ {
        self.numbered(range).filter_map(|(number, line)| match line.form {
            Form::Item(item) => Some((number, item)),
            _ => None,
        })
    }

    /// The sections that are called by one of `names`.
    pub fn called<'p>(&'p self, names: &'p [&'p str]) -> impl Iterator<Item = &'p Section<'t>> + 'p {
        self.sections.iter().filter(move |section| section.is_called(names))
    }

    /// The innermost section that holds a line.
    pub fn section_of(&self, line: usize) -> Option<usize> {
        let after = self.sections.partition_point(|section| section.line <= line);
        after.checked_sub(1)
    }

    /// The sections that hold a line, innermost first.
    pub fn sections_around(&self, line: usize) -> impl Iterator<Item = &Section<'t>> + '_ {
        let above = |index: &usize| self.sections.get(*index).and_then(|section| section.parent);
        let indices = std::iter::successors(self.section_of(line), above);
        indices.filter_map(|index| self.sections.get(index))
    }

    /// What a span covers.
    pub fn str(&self, span: Span) -> &'t str {
        span.of(self.text)
    }

    /// What a span says, without Markdown's marks, on one line.
    pub fn stated(&self, span: Span) -> Stated<String> {
        Stated::new(plain(self.str(span)), range(span))
    }

    /// From the beginning of one line to the end of the last line before `end` that is not blank.
    pub fn block(&self, first: usize, end: usize) -> Range {
        let start =
            self.line(first).map_or(0, |line| line.span.start as usize + blanks_before(self.str(line.span)));
        let last = self
            .numbered(first..end)
            .rev()
            .find(|(number, line)| *number == first || line.form != Form::Blank)
            .map_or(start, |(_, line)| line.span.start as usize + self.str(line.span).trim_end().len());
        Range::new(start, last)
    }

    /// The content of a line without the blanks around it.
    pub fn trimmed(&self, line: Line) -> Span {
        trimmed(self.text, line.span)
    }

    /// The cells of a row, trimmed.
    pub fn cells(&self, line: Line) -> Vec<Span> {
        let span = self.trimmed(line);
        let row = self.str(span);
        let mut cells = Vec::with_capacity(6);
        let mut start = usize::from(row.starts_with('|'));
        let mut escaped = false;
        for (at, byte) in row.bytes().enumerate().skip(start) {
            if byte == b'|' && !escaped {
                cells.push((start, at));
                start = at + 1;
            }
            escaped = byte == b'\\' && !escaped;
        }
        if start < row.len() {
            cells.push((start, row.len()));
        }
        let base = span.start as usize;
        cells.into_iter().map(|(from, to)| trimmed(self.text, Span::new(base + from, base + to))).collect()
    }

    /// Whether a row only separates the head of a table from its body.
    pub fn is_rule(&self, line: Line) -> bool {
        let row = self.str(line.span).trim();
        row.contains('-') && row.chars().all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t'))
    }

    /// The first heading of level 1, else the first of any.
    pub fn title(&self) -> Option<Stated<String>> {
        self.head().or_else(|| self.sections.first().map(|section| self.stated(section.text)))
    }

    /// The first heading of level 1: what a page is called whose other headings are of its parts.
    pub fn head(&self) -> Option<Stated<String>> {
        let first = self.sections.iter().find(|section| section.level == 1);
        first.map(|section| self.stated(section.text))
    }
}

/// A span as the plan knows it.
pub(crate) fn range(span: Span) -> Range {
    Range { start: span.start, end: span.end }
}

/// A span without the blanks around it.
pub(crate) fn trimmed(text: &str, span: Span) -> Span {
    let content = span.of(text);
    let start = span.start as usize + blanks_before(content);
    Span::new(start, start + content.trim().len())
}

/// Whether some item of a page has a box.
pub(crate) fn has_boxes(page: &Page<'_>) -> bool {
    page.lines.iter().any(has_box)
}

/// How many items of a page have a box: what tasks there may be. Each is large, and a list that grows would
/// move them again and again.
pub(crate) fn boxes(page: &Page<'_>) -> usize {
    page.lines.iter().filter(|line| has_box(line)).count()
}

fn has_box(line: &Line) -> bool {
    matches!(line.form, Form::Item(Item { check: Some(_), .. }))
}

trait ContainsStart {
    fn contains_start(self, other: Span) -> bool;
}

impl ContainsStart for Span {
    fn contains_start(self, other: Span) -> bool {
        self.start <= other.start && other.start < self.end.max(self.start + 1)
    }
}

/// Which lines are code, comments or the header.
struct Hidden<'t> {
    body: u32,
    fences: std::iter::Peekable<std::slice::Iter<'t, segue_syntax::facts::Fence>>,
    has_comments: bool,
    in_comment: bool,
}

impl<'t> Hidden<'t> {
    fn new(facts: &'t Facts, text: &str) -> Self {
        let fences = facts.fences.iter().peekable();
        let has_comments = memchr::memmem::find(text.as_bytes(), b"<!--").is_some();
        // Without a header the body begins behind a byte order mark, on the first line all the same.
        let body = if facts.header.shape == HeaderShape::None { 0 } else { facts.header.body };
        Self { body, fences, has_comments, in_comment: false }
    }

    /// Asked once a line, in order.
    fn covers(&mut self, line: Span, text: &str) -> bool {
        if line.start < self.body {
            return true;
        }
        while self
            .fences
            .next_if(|fence| fence.span.end <= line.start && fence.span.end < line.end.max(1))
            .is_some()
        {}
        let in_fence = self.fences.peek().is_some_and(|fence| {
            fence.span.overlaps(line) || (fence.span.start <= line.start && line.start < fence.span.end)
        });
        if in_fence || !self.has_comments {
            return in_fence;
        }
        let content = line.of(text);
        if self.in_comment {
            self.in_comment = !content.contains("-->");
            return true;
        }
        let Some((before, after)) = content.rsplit_once("<!--") else { return false };
        self.in_comment = !after.contains("-->");
        before.trim().is_empty() && (self.in_comment || after.trim_end().ends_with("-->"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(text: &str) -> Vec<String> {
        let facts = Facts::of(text);
        let page = Page::of("a.spec.md", text, &facts);
        page.lines
            .iter()
            .map(|line| match line.form {
                Form::Item(item) => format!(
                    "item {} {:?} {:?} `{}`",
                    item.indent,
                    item.number,
                    item.check.map(|check| check.state),
                    page.str(item.text)
                ),
                Form::Heading(index) => format!("heading {}", page.sections[index].title),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn lines_are_what_a_person_sees() {
        let text = "---\na: b\n---\n# One\r\n- [ ] open\r\n\t* [X]  done \n  2) [-]* 1.2 half\n- [x](y)\n- []\n***\n| a | b |\n<!-- - [ ] no\n- [ ] no -->\n```md\n- [ ] no\n```\nTwo\n===\ntext\n";
        assert_eq!(
            forms(text),
            [
                "Hidden",
                "Hidden",
                "Hidden",
                "heading One",
                "item 0 None Some(Open) `open`",
                "item 4 None Some(Done) `done`",
                "item 2 Some(2) Some(InProgress) `1.2 half`",
                "item 0 None None `[x](y)`",
                "item 0 None None `[]`",
                "Blank",
                "Row",
                "Hidden",
                "Hidden",
                "Hidden",
                "Hidden",
                "Hidden",
                "heading Two",
                "Hidden",
                "Text",
                "Blank",
            ]
        );
    }

    #[test]
    fn sections_hold_their_lines() {
        let text = "# A\nx\n## B\ny\n### C\nz\n## D\n";
        let facts = Facts::of(text);
        let page = Page::of("a.spec.md", text, &facts);
        let bodies: Vec<_> =
            page.sections.iter().map(|section| (section.body.clone(), section.own.clone())).collect();
        assert_eq!(bodies, [(1..8, 1..2), (3..6, 3..4), (5..6, 5..6), (7..8, 7..8)]);
        let around: Vec<&str> = page.sections_around(5).map(|section| section.title).collect();
        assert_eq!(around, ["C", "B", "A"]);
    }

    #[test]
    fn cells_and_plain_text() {
        let text = "| `a` | b \\| c |  |\n| x | y\n";
        let facts = Facts::of(text);
        let page = Page::of("a.spec.md", text, &facts);
        let cells: Vec<Vec<&str>> = page
            .lines
            .iter()
            .take(2)
            .map(|line| page.cells(*line).into_iter().map(|cell| page.str(cell)).collect())
            .collect();
        assert_eq!(cells, [vec!["`a`", "b \\| c", ""], vec!["x", "y"]]);
        assert_eq!(
            plain("**Bold**  `code` [link](x.md#y) snake_case a[0]"),
            "Bold code link snake_case a[0]"
        );
    }
}
