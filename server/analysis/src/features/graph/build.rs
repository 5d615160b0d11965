//! Nodes and arrows of all primitives.

use super::marks::{self, Start};
use super::{Arrow, ArrowKind, Graph, Node, NodeKind, Origin};
use crate::features::at::{self, Symbol};
use crate::file::{FileState, Space};
use crate::intern::PathId;
use crate::sites::{self, Page, Sign, Site};
use crate::world::World;
use crate::{names, path};
use rustc_hash::FxHashMap;
use segue_catalog::catalog;
use segue_syntax::Span;
use segue_syntax::yaml::{Map, Node as Value};
use std::sync::Arc;

/// The graph of a workspace.
#[must_use]
pub fn of(world: &World) -> Graph {
    let mut build = Build {
        world,
        graph: Graph::default(),
        known: FxHashMap::default(),
        starts: Vec::new(),
        led_to: Vec::new(),
    };
    let mut others = Vec::new();
    for (id, state) in world.primitives() {
        match state.kind.and_then(NodeKind::of) {
            Some(_) => {
                build.file(id);
            }
            None => others.push((id, state)),
        }
    }
    for (id, state) in world.primitives().filter(|(_, state)| state.kind.and_then(NodeKind::of).is_some()) {
        build.arrows_of(id, state);
    }
    // Instructions and specs are not in the graph, and what they lead to is no orphan.
    for (id, state) in others {
        build.led_to_by(id, state);
    }
    let Build { mut graph, starts, led_to, .. } = build;
    graph.merge_arrows();
    marks::mark(&mut graph, &starts, &led_to);
    graph.sort();
    graph
}

/// What a node stands for, while the graph is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    File(PathId),
    Agent(Box<str>),
    Tool(Box<str>),
    Server(Box<str>),
}

struct Build<'w> {
    world: &'w World,
    graph: Graph,
    known: FxHashMap<Key, usize>,
    /// Who can start a node, by its index.
    starts: Vec<Start>,
    /// The nodes that files outside of the graph lead to.
    led_to: Vec<usize>,
}

impl Build<'_> {
    fn node(&mut self, key: Key, node: impl FnOnce() -> Node, start: Start) -> usize {
        let next = self.graph.nodes.len();
        let index = *self.known.entry(key).or_insert(next);
        if index == next {
            self.graph.nodes.push(node());
            self.starts.push(start);
        }
        index
    }

    /// The node of a prompt, an agent or a skill; `None` for other files.
    fn file(&mut self, id: PathId) -> Option<usize> {
        let world = self.world;
        let state = world.file(id)?;
        let kind = NodeKind::of(state.kind?)?;
        let path = world.path(id);
        let start = marks::start(world, &path, state);
        let name = || {
            let own = state.exports.names.iter().find(|name| name.space != Space::AgentFile);
            let own = own.filter(|name| name.space != Space::Server);
            own.map_or_else(|| names::stem(&path).to_owned(), |name| name.text.to_string())
        };
        let node = || new_node(kind, name(), Some(path.clone()), Origin::Workspace);
        Some(self.node(Key::File(id), node, start))
    }

    /// The nodes of a thing that is named in a file.
    fn named(&mut self, symbol: &Symbol) -> Vec<usize> {
        let world = self.world;
        match symbol {
            Symbol::Agent(name) => match at::agents(world, name).as_slice() {
                [] => self.agent_from_elsewhere(name).into_iter().collect(),
                files => files.iter().filter_map(|id| self.file(*id)).collect(),
            },
            Symbol::Prompt(name) => self.files(Space::Prompt, name),
            Symbol::Skill(name) => self.files(Space::Skill, name),
            Symbol::Path(path) => world.id(path).and_then(|id| self.file(id)).into_iter().collect(),
            Symbol::Server(name) => vec![self.server(name)],
            Symbol::Tool(name) if !name.is_empty() => {
                let origin = if is_known_tool(name) { Origin::Client } else { Origin::Elsewhere };
                let node = || new_node(NodeKind::Tool, name.to_string(), None, origin);
                vec![self.node(Key::Tool(name.clone()), node, Start::Anybody)]
            }
            _ => Vec::new(),
        }
    }

    fn files(&mut self, space: Space, name: &str) -> Vec<usize> {
        self.world.definers(space, name).filter_map(|(id, _)| self.file(id)).collect()
    }

    fn agent_from_elsewhere(&mut self, name: &str) -> Option<usize> {
        // A name that waits to be filled in, and `*` for all agents, name nobody.
        if name.is_empty() || name.contains(['{', '}', '<', '>', '$', '*']) {
            return None;
        }
        let built_in = catalog().builtin_agents.iter().any(|(own, _)| own == name);
        let origin = if built_in { Origin::Client } else { Origin::Elsewhere };
        let node = || new_node(NodeKind::Agent, name.to_owned(), None, origin);
        Some(self.node(Key::Agent(name.into()), node, Start::Anybody))
    }

    fn server(&mut self, name: &str) -> usize {
        let files = self.world.definers(Space::Server, name).map(|(id, _)| self.world.path(id));
        let path = files.min();
        let origin = if path.is_some() { Origin::Workspace } else { Origin::Elsewhere };
        let node = || new_node(NodeKind::Server, name.to_owned(), path, origin);
        self.node(Key::Server(name.into()), node, Start::Anybody)
    }

    fn arrows_of(&mut self, id: PathId, state: &FileState) {
        let Some(from) = self.file(id) else { return };
        for (symbol, kind, label) in signs(self.world, id, state) {
            for to in self.named(&symbol).into_iter().filter(|to| *to != from) {
                let labels = label.iter().cloned().collect();
                self.graph.arrows.push(Arrow { from, to, kind, labels });
            }
        }
    }

    fn led_to_by(&mut self, id: PathId, state: &FileState) {
        for (symbol, ..) in signs(self.world, id, state) {
            // Only what is in the graph already: a tool that instructions name is no node.
            let here =
                matches!(symbol, Symbol::Agent(_) | Symbol::Prompt(_) | Symbol::Skill(_) | Symbol::Path(_));
            let there = |symbol: &Symbol| match symbol {
                Symbol::Agent(name) => !at::agents(self.world, name).is_empty(),
                _ => true,
            };
            if here && there(&symbol) {
                let found = self.named(&symbol);
                self.led_to.extend(found);
            }
        }
    }
}

fn new_node(kind: NodeKind, name: String, path: Option<Arc<str>>, origin: Origin) -> Node {
    Node { kind, name, path, origin, orphan: false, unreachable: false }
}

fn is_known_tool(name: &str) -> bool {
    let catalog = catalog();
    name == "*"
        || catalog.vscode_tool(name).is_some()
        || catalog.claude_tool(name).is_some()
        || catalog.copilot_alias(name).is_some()
}

/// What a file leads to, and how.
fn signs(world: &World, id: PathId, state: &FileState) -> Vec<(Symbol, ArrowKind, Option<String>)> {
    let path = world.path(id);
    let page = Page::of(&path, state, None);
    let map = state.facts().and_then(|facts| facts.header.yaml.map());
    let mut found = Vec::new();
    for site in sites::all(&page) {
        let Some((kind, label)) = arrow(&site, map) else { continue };
        if let Some(symbol) = at::meaning(world, &page, &site) {
            let symbol = match symbol {
                Symbol::Path(path) => Symbol::Path(file_of(world, path)),
                symbol => symbol,
            };
            found.push((symbol, kind, label));
        }
    }
    // Claude's agents name servers that are configured elsewhere as plain strings.
    let servers = map.and_then(|map| map.value("mcpServers")).and_then(Value::as_seq);
    for name in servers.into_iter().flat_map(|seq| &seq.items).filter_map(Value::as_str) {
        found.push((Symbol::Server(name.trim().into()), ArrowKind::Uses, None));
    }
    found
}

/// A skill's folder stands for the skill.
fn file_of(world: &World, path: Arc<str>) -> Arc<str> {
    let skill = path::beside(&format!("{path}/"), "SKILL.md");
    if world.id(&path).is_none_or(|id| world.file(id).is_none()) && world.id(&skill).is_some() {
        return skill.into();
    }
    path
}

/// What the arrow from a site means; `None` where it leads nowhere.
fn arrow(site: &Site<'_>, map: Option<&Map>) -> Option<(ArrowKind, Option<String>)> {
    let entry = map.and_then(|map| map.entries.iter().find(|entry| entry.span().contains(site.span)));
    let Some(entry) = entry else {
        let kind = match site.what {
            Sign::Tool(_) => ArrowKind::Uses,
            Sign::Mention(_) => ArrowKind::Mentions,
            Sign::Slash(_) => ArrowKind::Calls,
            Sign::Path(_) => ArrowKind::Links,
            _ => return None,
        };
        return Some((kind, None));
    };
    let kind = match (&*entry.key.text, &site.what) {
        ("agents", Sign::Agent(_)) => ArrowKind::Starts,
        ("handoffs", Sign::Agent(_)) => {
            return Some((ArrowKind::HandsOff, handoff_label(entry.value.as_ref(), site.span)));
        }
        ("handoffs", Sign::Slash(_)) => ArrowKind::Calls,
        ("agent" | "mode", Sign::Agent(_)) => ArrowKind::RunsAs,
        ("skills", Sign::Slash(_)) => ArrowKind::Loads,
        ("disallowedTools" | "disallowed-tools", _) => return None,
        (_, Sign::Agent(_)) if !site.defines => ArrowKind::Starts,
        (_, Sign::Tool(_) | Sign::Server(_)) => ArrowKind::Uses,
        _ => return None,
    };
    Some((kind, None))
}

/// The label of the handoff that a place is in.
fn handoff_label(handoffs: Option<&Value>, place: Span) -> Option<String> {
    let items = &handoffs?.as_seq()?.items;
    let own = items.iter().find(|item| item.span.contains(place))?.as_map()?;
    own.str("label").map(str::trim).filter(|label| !label.is_empty()).map(str::to_owned)
}

impl Graph {
    /// One arrow for all with the same ends and the same kind.
    fn merge_arrows(&mut self) {
        let mut merged: FxHashMap<(usize, usize, ArrowKind), Vec<String>> = FxHashMap::default();
        for arrow in self.arrows.drain(..) {
            let labels = merged.entry((arrow.from, arrow.to, arrow.kind)).or_default();
            let new = |label: &String| !labels.contains(label);
            let added: Vec<String> = arrow.labels.into_iter().filter(new).collect();
            labels.extend(added);
        }
        let arrows = merged.into_iter().map(|((from, to, kind), labels)| Arrow { from, to, kind, labels });
        self.arrows = arrows.collect();
    }

    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by(|one, other| self.nodes.get(*one).cmp(&self.nodes.get(*other)));
        let mut moved = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            if let Some(place) = moved.get_mut(*old) {
                *place = new;
            }
        }
        let place = |old: usize| moved.get(old).copied().unwrap_or(old);
        for arrow in &mut self.arrows {
            (arrow.from, arrow.to) = (place(arrow.from), place(arrow.to));
        }
        self.nodes.sort();
        self.arrows.sort();
    }
}
