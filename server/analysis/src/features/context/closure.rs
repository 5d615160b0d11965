//! What comes along with a primitive: its links, their links, and so on, each file once.
//!
//! An anchor selects a section: from its heading to the next of the same level or a higher one. Only the
//! links of what was selected are followed.

use super::Read;
use crate::diagnostics::link::is_special_anchor;
use crate::disk::Probe;
use crate::features::at;
use crate::file::{FileState, Space};
use crate::names;
use crate::resolve::{self, Anchored, Spelling};
use crate::target::{Base, Target, understand};
use crate::world::World;
use rustc_hash::{FxHashMap, FxHashSet};
use segue_catalog::Kind;
use segue_syntax::facts::{LinkKind, TokenKind};
use segue_syntax::{Facts, Span};
use std::sync::Arc;

/// What comes along with a primitive, itself included.
#[derive(Clone, Debug)]
pub struct Closure {
    /// The primitive, with what hangs on it.
    pub root: Node,
    /// How many files are in it, whole or in part.
    pub files: usize,
    /// What all of it costs; what is there twice counts once.
    pub tokens: usize,
    /// Whether it was cut: at [`MOST_NODES`], or because nobody waited for it any more.
    pub cut: bool,
}

/// A file in a closure, or a section of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The file; what is written where there is none.
    pub path: Arc<str>,
    /// The anchor of the link, percent-decoded.
    pub anchor: Option<String>,
    /// What it is.
    pub standing: Standing,
    /// What it costs, without what hangs on it.
    pub tokens: usize,
    /// What hangs on it.
    pub links: Vec<Node>,
}

/// What a node of a closure is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The whole file.
    Whole,
    /// The section with this heading.
    Section(String),
    /// It is in the closure already, further up.
    Again,
    /// It leads back to a file on the way to it.
    Cycle,
    /// The file is there and the anchor is not.
    NoAnchor,
    /// There is no such file.
    Missing,
    /// A folder, an image, or something else that is no text.
    NoText,
}

/// So many nodes are shown.
pub const MOST_NODES: usize = 1_000;
/// So deep is followed.
const DEEPEST: usize = 24;

/// The closure of the primitive at `path`.
pub(super) fn of(
    world: &World,
    path: &str,
    kind: Kind,
    state: &FileState,
    wanted: &dyn Fn() -> bool,
) -> Closure {
    let mut walk = Walk {
        world,
        wanted,
        chain: Vec::new(),
        seen: FxHashSet::default(),
        covered: FxHashMap::default(),
        nodes: 0,
    };
    let path: Arc<str> = path.into();
    let mut root = walk.node(path.clone(), None);
    if kind == Kind::Prompt {
        walk.chain.push(path);
        root.links.extend(walk.agent_of(state));
    }
    let files = walk.covered.len();
    let tokens = walk.covered.into_values().map(cost).sum();
    Closure { root, files, tokens, cut: walk.nodes >= MOST_NODES || !wanted() }
}

struct Walk<'w> {
    world: &'w World,
    /// Whether somebody still waits for the answer.
    wanted: &'w dyn Fn() -> bool,
    /// The files on the way to the present one.
    chain: Vec<Arc<str>>,
    seen: FxHashSet<(Arc<str>, Option<String>)>,
    /// What of each file is in the closure, and its tokens. The texts are not kept.
    covered: FxHashMap<Arc<str>, Vec<(Span, usize)>>,
    nodes: usize,
}

impl Walk<'_> {
    /// The agent that a prompt runs as comes along too.
    fn agent_of(&mut self, state: &FileState) -> Option<Node> {
        let map = state.facts()?.header.yaml.map()?;
        let nodes = names::agent_nodes(Kind::Prompt, state.dialect, map);
        let name = nodes.first()?.as_str()?.trim();
        let (id, _) = self.world.definers(Space::Agent, name).next()?;
        Some(self.node(self.world.path(id), None))
    }

    /// The file at `path`, or the section of it, with what hangs on it.
    fn node(&mut self, path: Arc<str>, anchor: Option<String>) -> Node {
        self.nodes += 1;
        let mut node = Node {
            path: path.clone(),
            anchor: anchor.clone(),
            standing: Standing::Whole,
            tokens: 0,
            links: Vec::new(),
        };
        if self.chain.contains(&path) {
            node.standing = Standing::Cycle;
            return node;
        }
        let this = (path.clone(), anchor);
        if self.seen.contains(&this) {
            node.standing = Standing::Again;
            return node;
        }
        let Some(read) = Read::of(self.world, &path) else {
            let there = self.world.probe(&path) != Probe::Missing;
            node.standing = if there { Standing::NoText } else { Standing::Missing };
            return node;
        };
        let body = Span::new(read.facts.header.body as usize, read.text.len());
        let mut span = body;
        if let Some(anchor) = node.anchor.as_deref().filter(|anchor| !anchor.is_empty()) {
            match section(&read.facts, anchor) {
                Some((title, found)) => {
                    node.standing = Standing::Section(title);
                    span = found;
                }
                None if path.ends_with(".md") && !is_special_anchor(anchor) => {
                    node.standing = Standing::NoAnchor;
                    return node;
                }
                None => {}
            }
        }
        self.seen.insert(this);
        node.tokens = self.world.tokens.of(span.of(&read.text));
        self.covered.entry(path.clone()).or_default().push((span, node.tokens));
        if self.chain.len() < DEEPEST {
            self.chain.push(path.clone());
            node.links = self.links(&path, &read, span);
            self.chain.pop();
        }
        node
    }

    /// What the links in `span` lead to, in the order of the text, each once.
    fn links(&mut self, path: &Arc<str>, read: &Read, span: Span) -> Vec<Node> {
        let mut written = destinations(self.world, path, &read.facts);
        written.retain(|(place, ..)| span.contains(*place));
        written.sort_by_key(|(place, ..)| place.start);
        let mut nodes: Vec<Node> = Vec::new();
        for (_, text, base) in written {
            if self.nodes >= MOST_NODES || !(self.wanted)() {
                break;
            }
            let Target::Path { candidates, anchor, .. } = understand(text, path, base) else { continue };
            // Other letters are another file where it counts: on GitHub, in a container.
            let there = resolve::there(self.world, &candidates);
            let there = there.filter(|there| there.spelling != Spelling::OtherCase);
            let target = match (there, candidates.first()) {
                (Some(found), _) if found.path == **path => continue,
                (Some(found), _) => Arc::<str>::from(found.path),
                (None, Some(likeliest)) => Arc::<str>::from(likeliest.as_str()),
                (None, None) => continue,
            };
            if nodes.iter().all(|own| own.path != target || own.anchor != anchor) {
                nodes.push(self.node(target, anchor));
            }
        }
        nodes
    }
}

/// What the covered parts of a file cost, each byte once: sections lie within each other or apart.
fn cost(mut spans: Vec<(Span, usize)>) -> usize {
    spans.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let (mut tokens, mut last) = (0, Span::default());
    for (span, own) in spans {
        if !last.contains(span) || last.is_empty() {
            tokens += own;
            last = span;
        }
    }
    tokens
}

/// What may lead to a file: links and references, `#file:`, and imports where the kind has them.
fn destinations<'f>(world: &World, path: &str, facts: &'f Facts) -> Vec<(Span, &'f str, Base)> {
    let kind = world.file_at(path).and_then(|(_, state)| state.kind);
    let links =
        facts.links.iter().filter(|link| matches!(link.kind(), LinkKind::Inline | LinkKind::Reference));
    let links = links.map(|link| (link.span, &*link.target, Base::Link));
    let tokens = facts.tokens.iter().filter(|token| !token.in_code);
    let tokens = tokens.filter_map(|token| match token.kind {
        TokenKind::File => Some((token.span, &*token.name, Base::FileThenTop)),
        TokenKind::Import if kind.is_none_or(names::reads_imports) => {
            Some((token.span, &*token.name, Base::Link))
        }
        _ => None,
    });
    links.chain(tokens).collect()
}

/// The section that an anchor selects, with its heading's text. An HTML `id` selects the section that it
/// stands in, or what is above the first heading.
pub(in crate::features) fn section(facts: &Facts, anchor: &str) -> Option<(String, Span)> {
    let index = match resolve::anchored(facts, anchor)? {
        Anchored::Heading(index) => Some(index),
        Anchored::Html(index) => {
            let place = facts.html_ids.get(index)?.span.start;
            facts.headings.iter().rposition(|heading| heading.span.start <= place)
        }
    };
    match index.and_then(|index| Some((index, facts.headings.get(index)?))) {
        Some((index, heading)) => Some((heading.text.to_string(), at::section(facts, index))),
        None => {
            let end = facts.headings.first().map_or(facts.len, |first| first.span.start);
            Some((anchor.to_owned(), Span { start: facts.header.body, end }))
        }
    }
}
