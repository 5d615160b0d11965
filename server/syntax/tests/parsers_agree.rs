//! Two parsers on every file of the corpus: the facts (pulldown-cmark) and the block and inline
//! grammars (tree-sitter-md) must say the same of headings, fences, definitions, links and the header.
//!
//! Neither is right by definition. Every disagreement is either fixed on our side or named in
//! [`REASONS`], with the ground on which the facts are kept.

// Clippy allows these in test functions alone, not in what they call.
#![allow(clippy::panic, clippy::unwrap_used, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use segue_syntax::blocks::Blocks;
use segue_syntax::facts::{Facts, LinkKind};
use segue_syntax::{Lines, Span, Text};
use tree_sitter::{Node, Parser, Range};

/// One statement about a text, in a form that both parsers can make.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    /// The body begins at this byte.
    Body(usize),
    /// A heading of this level.
    Heading(u8),
    /// A fence, with the line after its first on which it is closed.
    Fence(Option<usize>),
    /// A definition.
    Definition,
    /// A link of this kind with this destination.
    Link(&'static str, String),
}

impl Claim {
    fn kind(&self) -> &'static str {
        match self {
            Self::Body(_) => "body",
            Self::Heading(_) => "heading",
            Self::Fence(_) => "fence",
            Self::Definition => "definition",
            Self::Link(kind, _) => kind,
        }
    }
}

/// A claim that one parser makes and the other does not.
struct Dispute<'a> {
    path: &'a Path,
    text: &'a str,
    /// Where the claim's construct begins.
    offset: usize,
    /// From 1.
    line: usize,
    claim: Claim,
    /// Whether the facts make it; otherwise the grammars do.
    is_ours: bool,
}

impl fmt::Display for Dispute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.is_ours { "facts alone" } else { "grammar alone" };
        write!(f, "{}:{}: {side}: {:?}", self.path.display(), self.line, self.claim)
    }
}

/// A class of disagreements and why the facts are kept.
struct Reason {
    why: &'static str,
    covers: fn(&Dispute<'_>) -> bool,
}

const REASONS: &[Reason] = &[Reason {
    why: "`](<word>)`: a destination in angle brackets, which the inline grammar takes for an HTML tag",
    covers: |dispute| {
        let Claim::Link("inline", target) = &dispute.claim else { return false };
        let rest = dispute.text.get(dispute.offset..).unwrap_or_default();
        dispute.is_ours && rest.contains(&format!("](<{target}>"))
    },
}];

/// Claims by the byte at which their construct begins, or the line for blocks: whether the indent
/// before a block belongs to it is a matter of taste.
type Claims = BTreeSet<(usize, Claim)>;

fn claims_of_facts(text: &str, facts: &Facts, lines: &Lines) -> Claims {
    let mut claims = Claims::new();
    claims.insert((0, Claim::Body(facts.header.body as usize)));
    let start = |span: Span| span.start as usize;
    let line_start = |span: Span| start_of_line(text, lines, start(span));
    for heading in &facts.headings {
        claims.insert((line_start(heading.span), Claim::Heading(heading.level)));
    }
    for fence in &facts.fences {
        let lines_on = lines.line_of(fence.span.end as usize) - lines.line_of(start(fence.span));
        claims.insert((line_start(fence.open), Claim::Fence(fence.closed.then_some(lines_on))));
    }
    for definition in &facts.definitions {
        claims.insert((line_start(definition.span), Claim::Definition));
    }
    for link in &facts.links {
        let target = link.target_span.of(text).to_owned();
        let claim = match link.kind() {
            LinkKind::Inline => Claim::Link("inline", target),
            LinkKind::Image => Claim::Link("image", target),
            LinkKind::Reference => Claim::Link("reference", target),
            LinkKind::ImageReference => Claim::Link("image reference", target),
            LinkKind::Autolink => Claim::Link("autolink", target),
        };
        claims.insert((start(link.span), claim));
    }
    claims
}

fn start_of_line(text: &str, lines: &Lines, offset: usize) -> usize {
    lines.line_span(text, lines.line_of(offset)).start as usize
}

/// The two grammars, without anything of the crate under test.
struct Grammars {
    block: Parser,
    inline: Parser,
}

/// Longer regions are not parsed by the inline grammar: it takes more than linear time.
const LONGEST_REGION: usize = 4_096;

impl Grammars {
    fn new() -> Self {
        let (mut block, mut inline) = (Parser::new(), Parser::new());
        block.set_language(&tree_sitter_md::LANGUAGE.into()).unwrap();
        inline.set_language(&tree_sitter_md::INLINE_LANGUAGE.into()).unwrap();
        Self { block, inline }
    }

    /// What the grammars claim of `text`. Of references only those with a label in `labels`.
    fn claims(&mut self, text: &str, body: usize, lines: &Lines, labels: &BTreeSet<String>) -> Claims {
        // The grammar wants each line ended.
        let tree = self.block.parse(format!("{text}\n"), None).unwrap();
        let mut claims = Claims::new();
        let mut grammar_body = 0;
        let mut regions = Vec::new();
        each_node(tree.root_node(), |node| {
            let begin = node.start_byte();
            if node.kind() == "minus_metadata" {
                grammar_body = node.end_byte().min(text.len());
            }
            if begin < body {
                return;
            }
            let line_start = start_of_line(text, lines, begin);
            match node.kind() {
                "atx_heading" | "setext_heading" => {
                    claims.insert((line_start, Claim::Heading(heading_level(node))));
                }
                "fenced_code_block" => {
                    let marks = children_of(node, "fenced_code_block_delimiter");
                    let first = lines.line_of(begin);
                    let closed = marks.get(1).map(|mark| lines.line_of(mark.start_byte()) - first);
                    claims.insert((line_start, Claim::Fence(closed)));
                }
                "link_reference_definition" => {
                    claims.insert((line_start, Claim::Definition));
                }
                "inline" | "pipe_table_cell" if node.end_byte() - begin <= LONGEST_REGION => {
                    regions.push(included_ranges(node, text.len()));
                }
                _ => {}
            }
        });
        claims.insert((0, Claim::Body(grammar_body)));
        for ranges in regions {
            self.add_links(text, &ranges, labels, &mut claims);
        }
        claims
    }

    fn add_links(&mut self, text: &str, ranges: &[Range], labels: &BTreeSet<String>, claims: &mut Claims) {
        self.inline.reset();
        self.inline.set_included_ranges(ranges).unwrap();
        let tree = self.inline.parse(text, None).unwrap();
        each_node(tree.root_node(), |node| {
            let part = |kind: &str| {
                let part = children_of(node, kind).first().map(|part| &text[part.byte_range()]);
                part.unwrap_or_default().to_owned()
            };
            let bare = |target: String| {
                let inside = target.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
                inside.map(str::to_owned).unwrap_or(target)
            };
            let label = || {
                let label = part("link_label");
                let label = if label.is_empty() { part("link_text") } else { label };
                let label = if label.is_empty() { part("image_description") } else { label };
                label.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&label).to_owned()
            };
            let claim = match node.kind() {
                "inline_link" => Claim::Link("inline", bare(part("link_destination"))),
                "uri_autolink" | "email_autolink" => {
                    Claim::Link("autolink", bare(text[node.byte_range()].to_owned()))
                }
                "full_reference_link" | "collapsed_reference_link" => Claim::Link("reference", label()),
                "image" if text[node.byte_range()].ends_with(')') => {
                    Claim::Link("image", bare(part("link_destination")))
                }
                "image" if text[node.byte_range()].contains("][") => Claim::Link("image reference", label()),
                _ => return,
            };
            let is_undefined = matches!(&claim, Claim::Link(kind, label)
                if kind.ends_with("reference") && !labels.contains(&fold(label)));
            if !is_undefined {
                claims.insert((node.start_byte(), claim));
            }
        });
    }
}

/// A label as references are compared.
fn fold(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn each_node<'tree>(root: Node<'tree>, mut visit: impl FnMut(Node<'tree>)) {
    let mut cursor = root.walk();
    loop {
        visit(cursor.node());
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

fn children_of<'tree>(node: Node<'tree>, kind: &str) -> Vec<Node<'tree>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).filter(|child| child.kind() == kind).collect()
}

/// What of `node` is its own: without the `> ` and indents that continue the blocks around it.
fn included_ranges(node: Node<'_>, len: usize) -> Vec<Range> {
    let mut ranges = Vec::new();
    let mut rest = node.range();
    rest.end_byte = rest.end_byte.min(len);
    for child in children_of(node, "block_continuation") {
        let skipped = child.range();
        ranges.push(Range { end_byte: skipped.start_byte, end_point: skipped.start_point, ..rest });
        rest.start_byte = skipped.end_byte;
        rest.start_point = skipped.end_point;
    }
    ranges.push(rest);
    ranges
}

fn heading_level(heading: Node<'_>) -> u8 {
    let mut cursor = heading.walk();
    let digit = |kind: &str| {
        kind.strip_prefix("atx_h").or_else(|| kind.strip_prefix("setext_h"))?.chars().next()?.to_digit(10)
    };
    heading.children(&mut cursor).find_map(|child| digit(child.kind())).unwrap() as u8
}

/// The folder of the corpus, where there is one.
fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("SEGUE_CORPUS")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"));
    if folder.is_dir() {
        return Some(folder);
    }
    let required = std::env::var("SEGUE_REQUIRE").unwrap_or_default().contains("corpus");
    assert!(!required, "SEGUE_REQUIRE names the corpus, but it is not there");
    println!("skipped: no corpus (SEGUE_CORPUS is not set)");
    None
}

fn markdown_files(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The sections that features fold begin at the headings of the facts.
fn sections_are_those_of_the_headings(text: &str, facts: &Facts, lines: &Lines, path: &Path) {
    let sections = Blocks::parse(&Text::new(text)).sections(facts.header.body as usize);
    let place = |span: Span| lines.line_of(span.start as usize);
    let found: Vec<_> = sections.iter().map(|section| (section.level, place(section.heading))).collect();
    let expected: Vec<_> =
        facts.headings.iter().map(|heading| (heading.level, place(heading.span))).collect();
    assert_eq!(found, expected, "{}", path.display());
}

#[test]
fn both_parsers_say_the_same_of_the_corpus() {
    let Some(corpus) = corpus() else { return };
    let mut grammars = Grammars::new();
    let mut by_reason: BTreeMap<usize, usize> = BTreeMap::new();
    let mut by_kind: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut unexplained, mut files) = (0, 0);
    for path in markdown_files(&corpus) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let (facts, lines) = (Facts::of(&text), Lines::of(&text));
        let labels =
            facts.definitions.iter().map(|definition| fold(definition.label_span.of(&text))).collect();
        let body = facts.header.body as usize;
        let ours = claims_of_facts(&text, &facts, &lines);
        let theirs = grammars.claims(&text, body, &lines, &labels);
        files += 1;
        for (_, claim) in &ours {
            *by_kind.entry(claim.kind()).or_default() += 1;
        }
        sections_are_those_of_the_headings(&text, &facts, &lines, &path);
        for (offset, claim) in ours.symmetric_difference(&theirs) {
            let dispute = Dispute {
                path: path.strip_prefix(&corpus).unwrap(),
                text: &text,
                offset: *offset,
                line: lines.line_of(*offset) + 1,
                claim: claim.clone(),
                is_ours: ours.contains(&(*offset, claim.clone())),
            };
            match REASONS.iter().position(|reason| (reason.covers)(&dispute)) {
                Some(reason) => *by_reason.entry(reason).or_default() += 1,
                None => {
                    unexplained += 1;
                    println!("{dispute}");
                }
            }
        }
    }
    println!("{files} files, {unexplained} disputed without a reason, claims: {by_kind:?}");
    for (reason, count) in &by_reason {
        println!("{count:6}  {}", REASONS[*reason].why);
    }
    assert_eq!(unexplained, 0, "see the list above");
}
