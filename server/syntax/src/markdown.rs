//! Markdown to facts: headings, anchors in HTML, links, definitions, fences, and the text to lex.
//!
//! One pass of the parser over the body. The parser says what a construct is and where it stands;
//! the places inside of it (a link's target, a heading's content) it does not say, so they are read
//! from the source by the small scanners of [`spans`] and [`definitions`].
//!
//! Heading attributes, wiki links, smart punctuation, math and metadata blocks are off, because
//! GitHub has none of them; the header has been cut off before by a rule of our own.

mod definitions;
mod spans;

use std::cell::RefCell;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};
use rustc_hash::FxHashMap;

use crate::Span;
use crate::edited::Placed;
use crate::facts::{Definition, Fence, Heading, HtmlId, Link, LinkKind, Token, UndefinedReference};
use crate::html::{self, Piece};
use crate::lexer::Lexer;
use crate::slug::Slugger;

/// What Markdown says of one text. All offsets are offsets into the whole text.
#[derive(Debug, Default)]
pub struct Marked {
    /// See [`crate::Facts::headings`].
    pub headings: Vec<Heading>,
    /// See [`crate::Facts::html_ids`].
    pub html_ids: Vec<HtmlId>,
    /// See [`crate::Facts::links`].
    pub links: Vec<Link>,
    /// See [`crate::Facts::definitions`].
    pub definitions: Vec<Definition>,
    /// See [`crate::Facts::undefined`].
    pub undefined: Vec<UndefinedReference>,
    /// See [`crate::Facts::fences`].
    pub fences: Vec<Fence>,
    /// See [`crate::Facts::tokens`].
    pub tokens: Vec<Token>,
    /// Code spans and blocks, in order.
    pub code: Vec<Span>,
    /// HTML comments, in order.
    pub comments: Vec<Span>,
}

/// Reads the Markdown of `text` from byte `body` on.
#[must_use]
pub fn read(text: &str, body: usize) -> Marked {
    read_part(text, body..text.len())
}

/// Reads a part of `text` as if nothing stood around it.
pub(crate) fn read_part(text: &str, part: Range<usize>) -> Marked {
    let body = part.start;
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES;
    let Some(markdown) = text.get(part) else { return Marked::default() };
    let broken = RefCell::new(Vec::new());
    let note_broken = |link: BrokenLink<'_>| {
        if !matches!(link.link_type, LinkType::Shortcut | LinkType::ShortcutUnknown) {
            broken.borrow_mut().push((link.span, link.link_type, Box::from(link.reference.as_ref())));
        }
        None
    };
    let parser = Parser::new_with_broken_link_callback(markdown, options, Some(note_broken));
    let defined = definitions::Defined::of(text, body, parser.reference_definitions());
    let mut pass = Pass::new(text, body, defined);
    for (event, range) in parser.into_offset_iter() {
        pass.event(event, range.start + body..range.end + body);
    }
    let mut marked = pass.finish();
    marked.undefined = undefined(text, body, broken.into_inner());
    marked
}

impl Marked {
    /// Leaves out what begins at `end` or behind it.
    pub(crate) fn cut(&mut self, end: usize) {
        fn keep<T: Placed>(facts: &mut Vec<T>, end: usize) {
            facts.retain(|fact| fact.start() < end);
        }
        keep(&mut self.headings, end);
        keep(&mut self.html_ids, end);
        keep(&mut self.links, end);
        keep(&mut self.undefined, end);
        keep(&mut self.fences, end);
        keep(&mut self.tokens, end);
        self.code.retain(|span| (span.start as usize) < end);
        self.comments.retain(|span| (span.start as usize) < end);
    }
}

/// A reference without a definition, as the parser reports it.
type Broken = (Range<usize>, LinkType, Box<str>);

/// The facts of the references that have no definition.
fn undefined(text: &str, body: usize, broken: Vec<Broken>) -> Vec<UndefinedReference> {
    let mut undefined = Vec::with_capacity(broken.len());
    for (range, kind, label) in broken {
        let (start, mut end) = (range.start + body, range.end + body);
        // `matrix[i][j]` is an index, not a reference: nobody glues a link to a word.
        let before = text.get(..start).and_then(|before| before.chars().next_back());
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ')' | ']')) {
            continue;
        }
        // `$map["key"]` and regular expressions are code that lost its backticks.
        let quoted = label.starts_with(['"', '\'']) && label.ends_with(['"', '\'']);
        if quoted || label.contains('\\') {
            continue;
        }
        let close = if kind == LinkType::Collapsed { end } else { spans::label_open(text, start, end) };
        let span = if kind == LinkType::Collapsed {
            // The parser's range ends before the empty brackets.
            let open = start + usize::from(text.as_bytes().get(start) == Some(&b'!')) + 1;
            if text.get(end..).is_some_and(|rest| rest.starts_with("[]")) {
                end += 2;
            }
            Span::new(open, close.saturating_sub(1))
        } else {
            Span::new(close, end.saturating_sub(1))
        };
        let label = definitions::fold(&label);
        undefined.push(UndefinedReference { label, span, whole: Span::new(start, end) });
    }
    undefined.sort_by_key(|reference| reference.whole);
    undefined.dedup_by_key(|reference| reference.whole);
    undefined
}

/// A link that has begun.
struct OpenLink {
    /// Its place in the list.
    index: usize,
    range: Range<usize>,
    link_type: LinkType,
    /// The label, for references.
    label: Box<str>,
    /// Where its last child ends.
    content_end: usize,
}

/// A heading that has begun.
struct OpenHeading {
    level: u8,
    range: Range<usize>,
    text: String,
}

/// The state of one pass.
struct Pass<'a> {
    source: &'a str,
    out: Marked,
    lexer: Lexer<'a>,
    slugger: Slugger,
    defined: definitions::Defined,
    heading: Option<OpenHeading>,
    links: Vec<OpenLink>,
    /// How many images are open: their alternative text is no heading text.
    images: u32,
    /// How many list items, quotations and footnotes are open.
    containers: u32,
    /// The code block that is open and how far its content goes.
    block: Option<(Range<usize>, usize)>,
    /// Adjacent text that was not lexed yet.
    run: Range<usize>,
    /// Whether the text is that of an autolink.
    autolink: bool,
}

impl<'a> Pass<'a> {
    fn new(source: &'a str, body: usize, defined: definitions::Defined) -> Self {
        Self {
            source,
            out: Marked::default(),
            lexer: Lexer::new(source),
            slugger: Slugger::default(),
            defined,
            heading: None,
            links: Vec::new(),
            images: 0,
            containers: 0,
            block: None,
            run: body..body,
            autolink: false,
        }
    }

    fn event(&mut self, event: Event<'a>, range: Range<usize>) {
        if let Some(open) = self.links.last_mut()
            && !matches!(event, Event::End(TagEnd::Link | TagEnd::Image))
        {
            open.content_end = open.content_end.max(range.end);
        }
        match event {
            Event::Text(text) => self.text(&text, range),
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::SoftBreak | Event::HardBreak => {
                self.flush();
                self.heading_text("\n");
            }
            Event::Code(text) => {
                self.flush();
                self.heading_text(&text);
                self.defined.cover(&range);
                self.out.code.push(Span::new(range.start, range.end));
                self.lexer.code(range);
            }
            Event::InlineHtml(_) => {
                self.flush();
                self.defined.cover(&range);
                self.html(range);
            }
            Event::FootnoteReference(_) | Event::TaskListMarker(_) | Event::Rule => self.flush(),
            // The text of an HTML block has been read as a whole at its start.
            Event::Html(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        if let Some((_, content_end)) = &mut self.block {
            *content_end = range.end;
            return;
        }
        self.heading_text(text);
        self.defined.cover(&range);
        if self.autolink {
            return;
        }
        // A backslash escape leaves its backslash out.
        let gap = self.source.as_bytes().get(self.run.end..range.start);
        if !matches!(gap, Some(b"" | b"\\")) {
            self.flush();
            self.run.start = range.start;
        }
        self.run.end = range.end;
    }

    /// Adds to the plain text of the heading that is open, if one is.
    fn heading_text(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading
            && self.images == 0
        {
            heading.text.push_str(text);
        }
    }

    /// Lexes the text that has gathered.
    fn flush(&mut self) {
        if !self.run.is_empty() {
            self.lexer.text(self.run.clone());
        }
        self.run = self.run.end..self.run.end;
    }

    fn start(&mut self, tag: Tag<'a>, range: Range<usize>) {
        self.flush();
        match tag {
            Tag::Heading { level, .. } => {
                self.defined.cover(&range);
                self.heading = Some(OpenHeading { level: level as u8, range, text: String::new() });
            }
            Tag::Paragraph | Tag::Table(_) => self.defined.cover(&range),
            Tag::CodeBlock(kind) => {
                self.defined.cover(&range);
                if let CodeBlockKind::Fenced(info) = kind {
                    self.out.fences.push(spans::fence(self.source, &range, &info, self.containers > 0));
                }
                self.block = Some((range.clone(), range.start));
            }
            Tag::HtmlBlock => {
                self.defined.cover(&range);
                self.html(range);
            }
            Tag::Item | Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) => self.containers += 1,
            Tag::Link { link_type, dest_url, id, .. } => {
                self.open_link(link_type, &dest_url, &id, range, false)
            }
            Tag::Image { link_type, dest_url, id, .. } => {
                self.images += 1;
                self.open_link(link_type, &dest_url, &id, range, true);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        self.flush();
        match tag {
            TagEnd::Heading(_) => self.close_heading(),
            TagEnd::CodeBlock => {
                if let Some((block, content_end)) = self.block.take() {
                    self.out.code.push(Span::new(block.start, block.end));
                    if let Some(fence) = self.out.fences.last_mut()
                        && fence.open.start as usize == spans::fence_start(self.source, &block)
                    {
                        spans::close_fence(self.source, fence, content_end, block.end);
                    }
                    self.lexer.code(block);
                }
            }
            TagEnd::Item | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.containers = self.containers.saturating_sub(1);
            }
            TagEnd::Link => self.close_link(range),
            TagEnd::Image => {
                self.images = self.images.saturating_sub(1);
                self.close_link(range);
            }
            _ => {}
        }
    }

    /// Reads anchors, comments and text of raw HTML.
    fn html(&mut self, range: Range<usize>) {
        let Self { source, out, lexer, .. } = self;
        html::pieces(source, range, |piece| match piece {
            Piece::Comment(range) => out.comments.push(Span::new(range.start, range.end)),
            Piece::Text(range) => lexer.text(range),
            Piece::Id(range) => {
                let span = Span::new(range.start, range.end);
                out.html_ids.push(HtmlId { id: span.of(source).into(), span });
            }
        });
    }

    fn close_heading(&mut self) {
        let Some(OpenHeading { level, range, mut text }) = self.heading.take() else { return };
        let slug = self.slugger.slug(&text).into();
        if text.contains('\n') {
            text = text.replace('\n', " ");
        }
        let (span, text_span) = spans::heading(self.source, &range);
        self.out.headings.push(Heading { level, span, text_span, text: text.into(), slug });
    }

    fn open_link(&mut self, link_type: LinkType, target: &str, id: &str, range: Range<usize>, image: bool) {
        let kind = match link_type {
            LinkType::Autolink | LinkType::Email => LinkKind::Autolink,
            LinkType::Inline | LinkType::WikiLink { .. } if image => LinkKind::Image,
            LinkType::Inline | LinkType::WikiLink { .. } => LinkKind::Inline,
            _ if image => LinkKind::ImageReference,
            _ => LinkKind::Reference,
        };
        self.autolink = kind == LinkKind::Autolink;
        let target =
            if link_type == LinkType::Email { format!("mailto:{target}").into() } else { target.into() };
        let content_end = range.start + if image { 2 } else { 1 };
        let label = if matches!(kind, LinkKind::Reference | LinkKind::ImageReference) {
            definitions::fold(id)
        } else {
            Box::default()
        };
        self.links.push(OpenLink { index: self.out.links.len(), range, link_type, label, content_end });
        self.out.links.push(Link::new(kind, target));
    }

    fn close_link(&mut self, range: Range<usize>) {
        self.autolink = false;
        let Some(open) = self.links.pop() else { return };
        if let Some(outer) = self.links.last_mut() {
            outer.content_end = outer.content_end.max(range.end);
        }
        let definition = if open.label.is_empty() { None } else { self.defined.use_label(&open.label) };
        if let Some(link) = self.out.links.get_mut(open.index) {
            let places = spans::link(self.source, &open.range, open.link_type, link.kind(), open.content_end);
            link.span = places.whole;
            link.end_text(places.text.end);
            link.target_span = places.target;
            link.set_definition(definition);
        }
    }

    fn finish(mut self) -> Marked {
        self.flush();
        self.out.tokens = std::mem::take(&mut self.lexer.tokens);
        let (definitions, moved) = self.defined.finish(self.source);
        self.out.definitions = definitions;
        for link in &mut self.out.links {
            link.set_definition(link.definition().and_then(|old| moved.get(old as usize).copied()));
        }
        self.out
    }
}

/// Labels to definitions.
type ByLabel = FxHashMap<Box<str>, u32>;

/// Whether the byte at `offset` of the body stands in code or in a comment, where nobody reads it as text.
/// `fences` are those of the text.
#[must_use]
pub fn is_code(text: &str, body: usize, fences: &[Fence], offset: usize) -> bool {
    let fence = |fence: &Fence| {
        (fence.span.start as usize) < offset
            && (offset < fence.span.end as usize || !fence.closed && offset <= fence.span.end as usize)
    };
    fences.iter().any(fence)
        || may_be_code(text.get(body..offset).unwrap_or_default()) && is_inline_code(text, body, offset)
}

/// Whether what stands before a place leaves it open that code or a comment goes on there: seldom, which
/// spares reading the whole text at each key.
fn may_be_code(before: &str) -> bool {
    let paragraph = before.rfind("\n\n").max(before.rfind("\n\r\n")).unwrap_or(0);
    let paragraph = before.get(paragraph..).unwrap_or_default();
    let line = paragraph.rsplit(['\n', '\r']).next().unwrap_or_default();
    let comment = before.rfind("<!--").and_then(|at| before.get(at + 4..));
    paragraph.contains('`')
        || line.contains('\t')
        || line.contains("    ")
        || comment.is_some_and(|inside| !inside.contains("-->"))
        || ["<", "<!", "<!-"].iter().any(|begun| before.ends_with(begun))
}

fn is_inline_code(text: &str, body: usize, offset: usize) -> bool {
    let marked = read(text, body);
    let inside = |span: &Span| (span.start as usize) < offset && offset < span.end as usize;
    // What is typed at the end of an indented line still belongs to it.
    let at_end = |span: &Span| span.end as usize == offset && !span.of(text).ends_with('`');
    marked.code.iter().any(|span| inside(span) || at_end(span)) || marked.comments.iter().any(inside)
}

#[cfg(test)]
mod code_tests {
    use super::{is_code, is_inline_code, may_be_code, read};

    /// What the short way says no to, the long way says no to as well, indentation aside: nothing is written
    /// there yet.
    #[test]
    fn the_short_way_agrees_with_the_long_one() {
        let text = "# One `a`\n\ntext `b\nc` d\r\n\r\n    code\n\n\tcode\n\n-     code\n- a\n\n      code\n\n\
            > `q\n> r` s\n\n<!-- x\n\ny --> z\n\n<!-->a-->\n<!-- `open` -->\n`` a ` b ``\n\n1. a\n   `b`\n<!-- end";
        for offset in 0..=text.len() {
            let before = &text[..offset];
            let is_blank = before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
            let long = is_inline_code(text, 0, offset);
            assert!(!long || is_blank || may_be_code(before), "{before:?}");
        }
    }

    #[test]
    fn code_and_comments_are_no_text() {
        let cases = [
            ("a | b", false),
            ("`a|b`", true),
            ("`a`|", false),
            ("|`a`", false),
            ("`a| b", false),
            ("```\na|\n```\n", true),
            ("```\na\n```\n|", false),
            ("```\na|", true),
            ("~~~md\n#tool:|\n", true),
            ("```j|\n```\n", true),
            ("text\n\n    code|", true),
            ("text\n\n    code\n\ntext|", false),
            ("- item\n    text|", false),
            ("<!-- a| -->", true),
            ("<!-- a --> |", false),
            ("|", false),
        ];
        for (marked, expected) in cases {
            let offset = marked.find('|').unwrap();
            let text = marked.replacen('|', "", 1);
            assert_eq!(is_code(&text, 0, &read(&text, 0).fences, offset), expected, "{marked:?}");
        }
    }
}
