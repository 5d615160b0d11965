//! The facts of one file: the plain data that every rule and every feature reads.
//!
//! Facts are made from the whole text in one go ([`Facts::of`]), for open and closed files alike,
//! and hold no reference to it, so the text of a closed file can be dropped.

use crate::yaml::{Strict, Yaml};
use crate::{Span, header, ignores, markdown, oddities};
use std::sync::Arc;

/// Everything known of one Markdown file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Length of the text in bytes.
    pub len: u32,
    /// Number of characters (Unicode scalar values) after the header: the unit of GitHub's limits.
    pub body_chars: u32,
    /// Number of lines.
    pub lines: u32,
    /// The first line that is not blank, without the blanks around it.
    pub first_line: Span,
    /// Whether the body has anything but blanks and comments.
    pub has_body: bool,
    /// Whether the text begins with a byte order mark.
    pub bom: bool,
    /// The frontmatter.
    pub header: Header,
    /// Headings in order, outside code.
    pub headings: Vec<Heading>,
    /// `id="…"` and `name="…"` of HTML tags: anchors too, as GitHub renders them.
    pub html_ids: Vec<HtmlId>,
    /// Links, images and autolinks, in order.
    pub links: Vec<Link>,
    /// `[label]: target` definitions, in order; also the ones nobody uses.
    pub definitions: Vec<Definition>,
    /// Full and collapsed references whose label no definition has: `[text][label]`, `[label][]`.
    pub undefined: Vec<UndefinedReference>,
    /// Fenced code blocks.
    pub fences: Vec<Fence>,
    /// What the lexer finds in text: tools, files, variables, mentions, imports, commands.
    pub tokens: Vec<Token>,
    /// Characters that hide or damage text.
    pub oddities: Vec<Oddity>,
    /// `segue-ignore` comments.
    pub ignores: Vec<Ignore>,
}

/// The frontmatter and how it is delimited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// What kind of header the file has.
    pub shape: HeaderShape,
    /// From the first `-` of the opening line to the end of the closing line, without its line end.
    /// For `NotAtStart` and `Fenced` the header that no client reads. Empty where there is none.
    pub span: Span,
    /// The opening `---` alone (in `Fenced` the fence's opening line).
    pub open: Span,
    /// The lines between the delimiters.
    pub content: Span,
    /// Where the body begins: after the closing line's end.
    pub body: u32,
    /// What the tolerant reader made of it. Read for `Closed` and `Unclosed` alone.
    pub yaml: Yaml,
    /// What a strict parser objects to although the tolerant reader does not.
    pub strict: Vec<Strict>,
}

/// What kind of header a file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HeaderShape {
    /// None.
    #[default]
    None,
    /// `---` on line 1 and a closing `---`: what clients read.
    Closed,
    /// `---` on line 1 and a first line that looks like `key:`, but no closing line.
    Unclosed,
    /// A comment, blank lines or text stand before a header that is otherwise whole.
    NotAtStart,
    /// The header stands in a code fence that begins on the first non-blank line.
    Fenced,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The whole heading, markers included, without its line end.
    pub span: Span,
    /// The content only (without `#`, closing `#`, underline); empty for an empty heading.
    pub text_span: Span,
    /// The plain text as it is rendered: markup removed, entities decoded.
    pub text: Box<str>,
    /// GitHub's anchor, with its `-1` suffix where the file has the same earlier.
    pub slug: Box<str>,
}

/// An `id` or `name` attribute in raw HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtmlId {
    /// The attribute's value.
    pub id: Box<str>,
    /// Where the value stands.
    pub span: Span,
}

/// A link, image or autolink that Markdown recognises (never in code). Of nothing else a workspace has so
/// many, so it is kept in 40 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The whole construct.
    pub span: Span,
    /// The destination as it stands in the text: no angle brackets, no title. For a reference the
    /// label. Empty, at its place, where there is none.
    pub target_span: Span,
    /// The destination after Markdown's own escapes and entities, percent-encoding kept. For
    /// references that of their definition. Many files link one file: whoever keeps facts may let links
    /// with one destination share it.
    pub target: Arc<str>,
    text_end: u32,
    /// The kind in the upper bits, the definition below.
    form: u32,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Link>() == 40);

/// The bits of [`Link::form`] that number a definition: a text of 4 GiB has no more.
const DEFINITION_BITS: u32 = 29;

/// Stands for no definition.
const NO_DEFINITION: u32 = (1 << DEFINITION_BITS) - 1;

const LINK_KINDS: [LinkKind; 5] =
    [LinkKind::Inline, LinkKind::Reference, LinkKind::Image, LinkKind::ImageReference, LinkKind::Autolink];

impl Link {
    pub(crate) fn new(kind: LinkKind, target: Arc<str>) -> Self {
        let nowhere = Span::default();
        let form = (kind as u32) << DEFINITION_BITS | NO_DEFINITION;
        Self { span: nowhere, target_span: nowhere, target, text_end: 0, form }
    }

    /// How it is written.
    #[must_use]
    pub fn kind(&self) -> LinkKind {
        let index = (self.form >> DEFINITION_BITS) as usize;
        LINK_KINDS.get(index).copied().unwrap_or(LinkKind::Autolink)
    }

    /// The link's text; empty for autolinks.
    #[must_use]
    pub fn text_span(&self) -> Span {
        let image = matches!(self.kind(), LinkKind::Image | LinkKind::ImageReference);
        let start = self.span.start + if image { 2 } else { 1 };
        Span { start: start.min(self.text_end), end: self.text_end }
    }

    pub(crate) fn end_text(&mut self, end: u32) {
        self.text_end = end;
    }

    pub(crate) fn change_end_of_text(&mut self, change: &mut impl FnMut(&mut Span)) {
        let mut end = Span { start: self.text_end, end: self.text_end };
        change(&mut end);
        self.text_end = end.end;
    }

    /// For references the index into [`Facts::definitions`].
    #[must_use]
    pub fn definition(&self) -> Option<u32> {
        Some(self.form & NO_DEFINITION).filter(|index| *index != NO_DEFINITION)
    }

    pub(crate) fn set_definition(&mut self, index: Option<u32>) {
        let index = index.filter(|index| *index < NO_DEFINITION).unwrap_or(NO_DEFINITION);
        self.form = self.form & !NO_DEFINITION | index;
    }
}

/// How a link is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// `[text](target "title")`
    Inline,
    /// `[text][label]` or `[label][]`
    Reference,
    /// `![alt](target)`
    Image,
    /// `![alt][label]`
    ImageReference,
    /// `<https://…>`, `<a@b.c>`
    Autolink,
}

/// `[label]: target "title"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The label, folded for comparison (case and blanks).
    pub label: Box<str>,
    /// The label as it stands, without brackets.
    pub label_span: Span,
    /// The whole definition.
    pub span: Span,
    /// The destination as it stands, without angle brackets.
    pub target_span: Span,
    /// The destination after escapes and entities.
    pub target: Box<str>,
    /// Whether some reference uses it.
    pub used: bool,
}

/// A full or collapsed reference to a label that has no definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndefinedReference {
    /// The label, folded.
    pub label: Box<str>,
    /// The label as it stands, without brackets.
    pub span: Span,
    /// The whole `[text][label]`.
    pub whole: Span,
}

/// A fenced code block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The opening line from its first backtick or tilde to its end, without the line end.
    pub open: Span,
    /// The whole block, closing line included where there is one.
    pub span: Span,
    /// The info string, trimmed.
    pub info: Box<str>,
    /// Whether a closing fence is there (the end of the file or of its container closes it otherwise).
    pub closed: bool,
    /// How many backticks or tildes open it.
    pub width: u16,
    /// The fence character, `` ` `` or `~`.
    pub mark: char,
    /// Whether it stands inside a list item or quotation.
    pub nested: bool,
    /// Lines in it that look like Markdown structure: ATX headings, links, list items, and lines that
    /// open another fence. What makes an unclosed fence a swallowed document.
    pub prose_lines: u32,
    /// The first line in it that looks like the opening of an inner fence of the same mark and at
    /// least its width: what closes that one closes this one.
    pub inner_open: Option<Span>,
}

/// Something that primitives add to Markdown, found in text (never in comments, tags or the header;
/// in code only [`TokenKind::Variable`], because prompts like to write it there).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The whole token.
    pub span: Span,
    /// The part that names something: `search/codebase` of `#tool:search/codebase`, the path of
    /// `#file:`, the inside of `${…}`, the name after `@` or `/`.
    pub name_span: Span,
    /// That part as text, unquoted.
    pub name: Box<str>,
    /// Whether it stands in a code span or block, where variables alone are looked for.
    pub in_code: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `#tool:name`
    Tool,
    /// `#file:path`
    File,
    /// `${name}` or `${input:name:placeholder}`; the name is everything between the braces.
    Variable,
    /// `${` that no `}` closes on its line.
    UnclosedVariable,
    /// `@path/to/file.md`, `@./x`, `@~/x`: an import candidate. Whether a client reads it is not
    /// known here.
    Import,
    /// `@include path` alone on its line, `{{#import path}}`, `{{#runtime-import path}}`: what agentic
    /// workflows take in.
    Include,
    /// The same with a `?`: what is not there is left out.
    OptionalInclude,
    /// `@name`
    Mention,
    /// `/name` at the start of a line or after a blank.
    Command,
    /// `$ARGUMENTS`, `$1`, `$ARGUMENTS[0]`
    Argument,
}

/// A character that hides or damages text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// What it is.
    pub kind: OddityKind,
    /// The character, or the run of them.
    pub span: Span,
    /// The first character of the run.
    pub character: char,
    /// Whether it stands in code.
    pub in_code: bool,
}

/// The kinds of [`Oddity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OddityKind {
    /// Bidirectional controls: U+202A–202E, U+2066–2069, U+200E, U+200F, U+061C.
    Bidirectional,
    /// Tag characters U+E0000–E007F outside an emoji flag sequence.
    Tag,
    /// Zero-width characters outside emoji sequences and scripts that need them: U+200B, U+200C,
    /// U+200D, U+2060, U+FEFF inside the text, U+00AD.
    ZeroWidth,
    /// U+FFFD, where text was lost in a conversion. One per line.
    Replacement,
}

/// A `segue-ignore` or `segue-ignore-file` comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// The comment.
    pub span: Span,
    /// The codes it names; empty means every code.
    pub codes: Vec<(Box<str>, Span)>,
    /// The lines it covers, as a byte range; `None` for the whole file.
    pub covers: Option<Span>,
}

impl Facts {
    /// The facts of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let bom = text.starts_with(BYTE_ORDER_MARK);
        let header = header::find(text);
        let body = (header.body as usize).max(if bom { BYTE_ORDER_MARK.len_utf8() } else { 0 });
        let marked = markdown::read(text, body);
        let body_text = text.get(body..).unwrap_or_default();
        Self {
            len: Span::at(text.len()).end,
            body_chars: fit(body_text.chars().count()),
            lines: line_count(text),
            first_line: first_line(text),
            has_body: has_body(body_text),
            bom,
            oddities: oddities::find(text, &marked.code),
            ignores: ignores::find(text, header.content, &marked.comments),
            header,
            headings: marked.headings,
            html_ids: marked.html_ids,
            links: marked.links,
            definitions: marked.definitions,
            undefined: marked.undefined,
            fences: marked.fences,
            tokens: marked.tokens,
        }
    }
}

/// The first line that is not blank, without the blanks around it.
pub(crate) fn first_line(text: &str) -> Span {
    let rest = text.trim_start_matches(|c: char| c.is_whitespace() || c == BYTE_ORDER_MARK);
    let start = text.len() - rest.len();
    let line = rest.split(['\n', '\r']).next().unwrap_or_default().trim_end();
    Span::new(start, start + line.len())
}

const BYTE_ORDER_MARK: char = '\u{FEFF}';

fn fit(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The number of lines: an end of line ends one, and what follows the last end is one more.
pub(crate) fn line_count(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let mut lines = memchr::memchr_iter(b'\n', bytes).count();
    lines += memchr::memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
    lines += usize::from(bytes.last().is_some_and(|last| !matches!(last, b'\n' | b'\r')));
    fit(lines)
}

/// Whether `body` has anything but blanks and HTML comments.
pub(crate) fn has_body(body: &str) -> bool {
    let mut rest = body.trim_start();
    while let Some(comment) = rest.strip_prefix("<!--") {
        let Some((_, after)) = comment.split_once("-->") else { return false };
        rest = after.trim_start();
    }
    !rest.is_empty()
}
