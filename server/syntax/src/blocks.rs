//! The block tree of an open document, kept up to date edit by edit.
//!
//! [`Blocks`] is the tree of tree-sitter-md's block grammar together with the text it belongs to.
//! [`Blocks::parse`] makes it, [`Blocks::edit`] follows changes at a cost that depends on the change
//! and not on the length of the text. Features see plain data ([`Block`], spans), never a node.
//!
//! What the grammar makes necessary:
//!
//! - After a NUL the incremental tree can differ from a fresh one, and with a lone CR the rows of the
//!   grammar (LF only) are not those of the text. Such texts are parsed from scratch each time.
//! - Where the grammar has to recover from an error, the incremental recovery can differ from that of
//!   a fresh parse. (One such text: a list item `1.` without content, then `1. <div`.) So a tree with
//!   an error in it is neither the start nor the result of an incremental parse.
//! - The grammar wants each line ended: a heading or an opening fence on a last line without line end
//!   is an error to it. So it is always given one line end more than the text has, whether or not that
//!   has one, which keeps edits at the end like any other; offsets beyond the text are clamped.
//! - A parser that was interrupted resumes its old text in the next parse, whatever that is given.
//!   So it is reset after a break, and an interrupted parse leaves the former tree as it was.
//! - Blocks nest as deep as the text likes (100,000 `> ` on a line), so every walk uses a cursor.
//! - The grammar takes less for frontmatter than clients do and sometimes more. The header is found
//!   elsewhere ([`crate::header`]); questions here take `body`, the offset where it ends, and blocks
//!   that begin before it do not exist.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use tree_sitter::{InputEdit, Language, Node, ParseOptions, ParseState, Parser, Point, Tree, TreeCursor};

use crate::text::{Edit, Place};
use crate::{Span, Text};

/// Asked every few microseconds of a parse whether to go on.
pub type KeepGoing<'a> = &'a mut dyn FnMut() -> ControlFlow<()>;

/// The block tree of one text.
#[derive(Clone, Debug)]
pub struct Blocks {
    text: Text,
    /// `None` only if the grammar's version did not suit the library's: then there are no blocks.
    tree: Option<Tree>,
}

/// One block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// From its first character to its last that is neither blank nor line end.
    pub span: Span,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// A heading of level 1 to 6.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// A fenced code block.
    Fence,
    /// Code by indentation.
    IndentedCode,
    /// A list.
    List,
    /// An item of a list.
    Item,
    /// A quotation.
    Quote,
    /// A table.
    Table,
    /// Raw HTML.
    Html,
    /// `[label]: target`.
    Definition,
    /// `---` between paragraphs.
    Break,
}

/// A heading with everything that belongs under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// The heading's level, 1 to 6.
    pub level: u8,
    /// The heading alone.
    pub heading: Span,
    /// The heading and what follows it, up to the next heading of its level or a higher one in the
    /// same container.
    pub span: Span,
}

/// What an edit changed, in offsets of the text after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Everything that was typed or replaced.
    pub edited: Span,
    /// Where the structure is another than before, in order.
    pub structure: Vec<Span>,
}

impl Blocks {
    /// The blocks of `text`.
    #[must_use]
    pub fn parse(text: &Text) -> Self {
        Self::parse_while(text, &mut || ControlFlow::Continue(()))
            .unwrap_or_else(|| Self { text: text.clone(), tree: None })
    }

    /// The blocks of `text`, or nothing if `keep_going` broke the parse off.
    #[must_use]
    pub fn parse_while(text: &Text, keep_going: KeepGoing<'_>) -> Option<Self> {
        let tree = parse(text, None, keep_going)?;
        Some(Self { text: text.clone(), tree: Some(tree) })
    }

    /// Follows `edits`, in the order in which they were applied, to `text`, the text after them.
    pub fn edit(&mut self, edits: &[Edit], text: &Text) -> Changed {
        self.edit_while(edits, text, &mut || ControlFlow::Continue(())).unwrap_or_else(|| {
            *self = Self { text: text.clone(), tree: None };
            Changed { edited: Span::new(0, text.len()), structure: Vec::new() }
        })
    }

    /// Like [`Blocks::edit`], but gives nothing and leaves the blocks of the former text if
    /// `keep_going` broke the parse off. The edits are not remembered: the next call has to bring
    /// them again, before its own.
    pub fn edit_while(&mut self, edits: &[Edit], text: &Text, keep_going: KeepGoing<'_>) -> Option<Changed> {
        let edited = edited_span(edits);
        if let Some(old) = self.edited_tree(edits) {
            let tree = parse(text, Some(&old), keep_going)?;
            if !tree.root_node().has_error() {
                let changed = old.changed_ranges(&tree);
                let clamp = |offset: usize| offset.min(text.len());
                let structure = changed.map(|r| Span::new(clamp(r.start_byte), clamp(r.end_byte))).collect();
                *self = Self { text: text.clone(), tree: Some(tree) };
                return Some(Changed { edited, structure });
            }
        }
        *self = Self::parse_while(text, keep_going)?;
        Some(Changed { edited, structure: vec![Span::new(0, text.len())] })
    }

    /// The tree with its nodes moved by `edits`, if the grammar may start from it.
    fn edited_tree(&self, edits: &[Edit]) -> Option<Tree> {
        let is_plain = self.text.is_plain() && edits.iter().all(|edit| edit.leaves_plain);
        let is_sound = |tree: &&Tree| is_plain && !tree.root_node().has_error();
        let mut tree = self.tree.as_ref().filter(is_sound)?.clone();
        for edit in edits {
            tree.edit(&input_edit(edit));
        }
        Some(tree)
    }

    /// The text these are the blocks of.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// Every block from `body` on, each before those inside it.
    #[must_use]
    pub fn blocks(&self, body: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut ends = TrimmedEnds::new(&self.text);
        self.walk(|step| {
            if let Step::Enter { node, shape: Shape::Block(kind), .. } = step
                && node.start_byte() >= body
            {
                blocks.push(Block { kind: kind.of(node), span: ends.span(node) });
            }
        });
        blocks
    }

    /// Every section from `body` on, in the order of their headings. Headings in list items and
    /// quotations have sections too, which end with the item or quotation.
    #[must_use]
    pub fn sections(&self, body: usize) -> Vec<Section> {
        let mut sections: Vec<Section> = Vec::new();
        // Of each section that is still open: the depth of its container, and its index.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut containers: Vec<usize> = Vec::new();
        let mut ends = TrimmedEnds::new(&self.text);
        self.walk(|step| match step {
            Step::Enter { node, shape: Shape::Block(BlockKindOf::Heading), .. } => {
                if node.start_byte() < body {
                    return;
                }
                let level = heading_level(node);
                while let Some(&(depth, index)) = open.last()
                    && depth == containers.len()
                    && let Some(section) = sections.get_mut(index)
                    && section.level >= level
                {
                    section.span = ends.between(section.heading.start as usize, node.start_byte());
                    open.pop();
                }
                open.push((containers.len(), sections.len()));
                let heading = ends.span(node);
                sections.push(Section { level, heading, span: heading });
            }
            Step::Enter { node, shape, .. } if shape.is_container() => containers.push(node.end_byte()),
            Step::Enter { .. } => {}
            Step::Leave { shape } if shape.is_container() => {
                let end = containers.last().copied().unwrap_or_default();
                while let Some(&(depth, index)) = open.last()
                    && depth == containers.len()
                {
                    if let Some(section) = sections.get_mut(index) {
                        section.span = ends.between(section.heading.start as usize, end);
                    }
                    open.pop();
                }
                containers.pop();
            }
            Step::Leave { .. } => {}
        });
        sections
    }

    /// What can be folded from `body` on: sections, fences, lists and their items, quotations, tables
    /// and raw HTML of more than one line, ordered by where they begin, the longer first. `None` stands
    /// for a section.
    #[must_use]
    pub fn folds(&self, body: usize) -> Vec<(Option<BlockKind>, Span)> {
        let sections = self.sections(body).into_iter().map(|section| (None, section.span));
        let blocks = self.blocks(body).into_iter().filter(|block| block.kind.can_fold());
        let mut folds: Vec<_> = sections.chain(blocks.map(|block| (Some(block.kind), block.span))).collect();
        folds.retain(|(_, span)| {
            self.text.line_of(span.start as usize) < self.text.line_of(span.end as usize)
        });
        folds.sort_by_key(|(_, span)| (span.start, u32::MAX - span.end));
        folds
    }

    /// The blocks and sections that hold byte `offset`, the innermost first, each larger than the one
    /// before, the whole text last. In a header it is the whole text alone.
    #[must_use]
    pub fn enclosing(&self, offset: usize, body: usize) -> Vec<Span> {
        let whole = Span::new(0, self.text.len());
        let offset = offset.min(self.text.len());
        let mut spans = vec![whole];
        let mut ends = TrimmedEnds::new(&self.text);
        // At the very end no block holds the offset; what ends there is meant.
        let inside = if offset == self.text.len() { offset.saturating_sub(1) } else { offset };
        let mut cursor = self.tree.iter().filter(|_| offset >= body).map(Tree::walk).next();
        while let Some(cursor) = &mut cursor
            && goto_child_at(cursor, inside)
        {
            let node = cursor.node();
            let span = ends.span(node);
            let is_new = spans.last().is_some_and(|&last| last != span && last.contains(span));
            if node.start_byte() >= body && Shape::of(node) != Shape::Part && span.touches(offset) && is_new {
                spans.push(span);
            }
        }
        self.add_section_spans(&mut spans, offset, body);
        spans.reverse();
        spans
    }

    /// Puts the sections that hold `offset` between the spans that hold it, largest first. The
    /// grammar's own section nodes are not enough: underlined headings have none.
    fn add_section_spans(&self, spans: &mut Vec<Span>, offset: usize, body: usize) {
        if offset < body {
            return;
        }
        for section in self.sections(body) {
            let crosses = |span: &Span| !span.contains(section.span) && !section.span.contains(*span);
            if section.span.touches(offset) && !spans.contains(&section.span) && !spans.iter().any(crosses) {
                let place = spans.partition_point(|span| span.contains(section.span));
                spans.insert(place, section.span);
            }
        }
    }

    /// Walks the blocks in document order, without what is inside a leaf, telling `visit` of each
    /// that is entered and left.
    fn walk(&self, mut visit: impl FnMut(Step<'_>)) {
        let Some(tree) = &self.tree else { return };
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let shape = Shape::of(node);
            visit(Step::Enter { node, shape });
            if shape.has_blocks() && cursor.goto_first_child() {
                continue;
            }
            visit(Step::Leave { shape });
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
                visit(Step::Leave { shape: Shape::of(cursor.node()) });
            }
        }
    }

    /// Every node of the tree with its depth, kind and bytes: what tests compare with a fresh parse.
    #[doc(hidden)]
    #[must_use]
    pub fn dump(&self) -> Vec<(usize, &'static str, Span)> {
        let mut nodes = Vec::new();
        let Some(tree) = &self.tree else { return nodes };
        let (mut cursor, mut depth) = (tree.walk(), 0);
        loop {
            let node = cursor.node();
            let kind = LANGUAGE.node_kind_for_id(node.kind_id()).unwrap_or_default();
            nodes.push((depth, kind, Span::new(node.start_byte(), node.end_byte())));
            if cursor.goto_first_child() {
                depth += 1;
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return nodes;
                }
                depth -= 1;
            }
        }
    }
}

impl BlockKind {
    fn can_fold(self) -> bool {
        use BlockKind::{Fence, Html, IndentedCode, Item, List, Quote, Table};
        matches!(self, Fence | Html | IndentedCode | Item | List | Quote | Table)
    }
}

enum Step<'tree> {
    Enter { node: Node<'tree>, shape: Shape },
    Leave { shape: Shape },
}

/// What the kind of a node means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Document,
    /// Transparent: the grammar's section, because it knows `#` headings only, and what stands
    /// around the blocks that it did recognise in a text with an error.
    Section,
    Block(BlockKindOf),
    /// A piece of a block: a marker, a line, a cell.
    Part,
}

/// A block's kind, for headings without the level, which stands in a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlockKindOf {
    Heading,
    Other(BlockKind),
}

impl Shape {
    fn of(node: Node<'_>) -> Self {
        let known = SHAPES.get(usize::from(node.kind_id())).copied();
        known.unwrap_or(if node.is_error() { Self::Section } else { Self::Part })
    }

    fn of_name(name: &str) -> Self {
        let kind = match name {
            "document" => return Self::Document,
            "section" => return Self::Section,
            "atx_heading" | "setext_heading" => return Self::Block(BlockKindOf::Heading),
            "paragraph" => BlockKind::Paragraph,
            "fenced_code_block" => BlockKind::Fence,
            "indented_code_block" => BlockKind::IndentedCode,
            "list" => BlockKind::List,
            "list_item" => BlockKind::Item,
            "block_quote" => BlockKind::Quote,
            "pipe_table" => BlockKind::Table,
            "html_block" => BlockKind::Html,
            "link_reference_definition" => BlockKind::Definition,
            "thematic_break" => BlockKind::Break,
            _ => return Self::Part,
        };
        Self::Block(BlockKindOf::Other(kind))
    }

    /// Whether headings in it are of another order than those outside.
    fn is_container(self) -> bool {
        use BlockKind::{Item, Quote};
        matches!(self, Self::Document | Self::Block(BlockKindOf::Other(Item | Quote)))
    }

    /// Whether there are blocks in it.
    fn has_blocks(self) -> bool {
        self.is_container()
            || matches!(self, Self::Section | Self::Block(BlockKindOf::Other(BlockKind::List)))
    }
}

impl BlockKindOf {
    fn of(self, node: Node<'_>) -> BlockKind {
        match self {
            Self::Heading => BlockKind::Heading(heading_level(node)),
            Self::Other(kind) => kind,
        }
    }
}

static LANGUAGE: LazyLock<Language> = LazyLock::new(|| tree_sitter_md::LANGUAGE.into());

/// The shape of each kind of node, by the kind's number.
static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let kinds = u16::try_from(LANGUAGE.node_kind_count()).unwrap_or(u16::MAX);
    (0..kinds).map(|kind| LANGUAGE.node_kind_for_id(kind).map_or(Shape::Part, Shape::of_name)).collect()
});

thread_local! {
    static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
}

/// Parses `text`, with the help of the edited tree of the text before where there is one.
fn parse(text: &Text, old: Option<&Tree>, keep_going: KeepGoing<'_>) -> Option<Tree> {
    // Taken out for the time of the parse: `keep_going` is foreign code and might parse as well.
    let mut parser = PARSER.take().or_else(new_parser)?;
    let mut progress = |_: &ParseState| keep_going();
    let options = ParseOptions::new().progress_callback(&mut progress);
    let len = text.len();
    let mut read =
        |offset: usize, _: Point| if offset == len { b"\n" } else { text.chunk_from(offset).as_bytes() };
    let tree = parser.parse_with_options(&mut read, old, Some(options));
    if tree.is_none() {
        parser.reset();
    }
    PARSER.set(Some(parser));
    tree
}

fn new_parser() -> Option<Parser> {
    let mut parser = Parser::new();
    parser.set_language(&LANGUAGE).ok()?;
    Some(parser)
}

fn input_edit(edit: &Edit) -> InputEdit {
    let point = |place: Place| Point { row: place.line, column: place.byte_column };
    InputEdit {
        start_byte: edit.start,
        old_end_byte: edit.old_end,
        new_end_byte: edit.new_end,
        start_position: point(edit.start_place),
        old_end_position: point(edit.old_end_place),
        new_end_position: point(edit.new_end_place),
    }
}

/// The smallest span of the last text that holds what `edits` put there.
fn edited_span(edits: &[Edit]) -> Span {
    let mut edited: Option<(usize, usize)> = None;
    for edit in edits {
        let moved = |offset: usize| {
            if offset >= edit.old_end { offset - edit.old_end + edit.new_end } else { offset.min(edit.start) }
        };
        let (start, end) =
            edited.map_or((edit.start, edit.new_end), |(start, end)| (moved(start), moved(end)));
        edited = Some((start.min(edit.start), end.max(edit.new_end)));
    }
    edited.map_or_else(Span::default, |(start, end)| Span::new(start, end))
}

fn heading_level(heading: Node<'_>) -> u8 {
    let mut cursor = heading.walk();
    heading.children(&mut cursor).find_map(|child| marker_level(child.kind())).unwrap_or(1)
}

/// The level of `atx_h2_marker` or `setext_h2_underline`.
fn marker_level(kind: &str) -> Option<u8> {
    let rest = kind.strip_prefix("atx_h").or_else(|| kind.strip_prefix("setext_h"))?;
    rest.bytes().next().filter(u8::is_ascii_digit).map(|digit| digit - b'0')
}

/// Moves to the child that holds byte `offset`.
fn goto_child_at(cursor: &mut TreeCursor<'_>, offset: usize) -> bool {
    cursor.goto_first_child_for_byte(offset).is_some() && cursor.node().start_byte() <= offset
}

/// Cuts blanks and line ends off the ends of nodes. Nodes that are nested end at the same place, so
/// the last answer is kept: 100,000 nested quotations do not look at the same blanks again.
struct TrimmedEnds<'a> {
    text: &'a Text,
    last: (usize, usize),
}

impl<'a> TrimmedEnds<'a> {
    fn new(text: &'a Text) -> Self {
        Self { text, last: (0, 0) }
    }

    fn span(&mut self, node: Node<'_>) -> Span {
        self.between(node.start_byte(), node.end_byte())
    }

    fn between(&mut self, start: usize, end: usize) -> Span {
        if self.last.0 != end {
            self.last = (end, self.text.trimmed_end(0, end));
        }
        let start = start.min(self.text.len());
        Span::new(start, self.last.1.max(start))
    }
}

#[cfg(test)]
mod tests;
