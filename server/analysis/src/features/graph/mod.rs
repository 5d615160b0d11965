//! Who leads to whom: prompts, agents, skills, tools and MCP servers as a graph.
//!
//! What stands at a place is what navigation says of it ([`super::at`]); here it only gets an arrow,
//! whose kind follows from the key or the text that it stands in.

mod build;
mod marks;
#[cfg(test)]
mod tests;

use crate::path;
use rustc_hash::FxHashSet;
use segue_catalog::Kind;
use std::sync::Arc;

pub use build::of;

/// The graph. Nodes and arrows are sorted, so that the same workspace gives the same graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// By kind, name and path.
    pub nodes: Vec<Node>,
    /// By their ends; no two have the same ends and the same kind.
    pub arrows: Vec<Arrow>,
}

/// A primitive, a tool or a server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// What it is called.
    pub name: String,
    /// The file that defines it (of a server the first); `None` for what this workspace does not define.
    pub path: Option<Arc<str>>,
    /// Where it is from.
    pub origin: Origin,
    /// A prompt, agent or skill of the workspace that no primitive leads to, and that leads to none.
    pub orphan: bool,
    /// An agent or skill that neither people nor models can start.
    pub unreachable: bool,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeKind {
    /// A prompt or command.
    Prompt,
    /// An agent or chat mode.
    Agent,
    /// A skill.
    Skill,
    /// A tool, or a set of tools.
    Tool,
    /// An MCP server.
    Server,
}

/// Where a node is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Defined in this workspace.
    Workspace,
    /// Built into a client.
    Client,
    /// Neither: a user, an organisation or an extension may have it.
    Elsewhere,
}

/// An arrow between two nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arrow {
    /// The index of the node that it begins at.
    pub from: usize,
    /// The index of the node that it leads to.
    pub to: usize,
    /// What it means.
    pub kind: ArrowKind,
    /// The labels of handoffs.
    pub labels: Vec<String>,
}

/// What an arrow means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArrowKind {
    /// A prompt or skill runs as this agent.
    RunsAs,
    /// An agent may start this one as a subagent.
    Starts,
    /// An agent offers to hand over to this one.
    HandsOff,
    /// `/name` in the text, or at the beginning of a handoff's prompt.
    Calls,
    /// A skill in `skills`.
    Loads,
    /// `@name` in the text.
    Mentions,
    /// A link to the file.
    Links,
    /// A tool in `tools` or in the text, or a server.
    Uses,
}

impl NodeKind {
    /// What a file of this kind is in the graph; `None` for kinds that are not in it.
    #[must_use]
    pub fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Prompt => Some(Self::Prompt),
            Kind::Agent | Kind::ChatMode => Some(Self::Agent),
            Kind::Skill => Some(Self::Skill),
            _ => None,
        }
    }
}

impl Graph {
    /// The part of the graph that concerns the files below `scopes` (root-relative files or folders, the
    /// empty string being all): they, all that they lead to, and all that leads to them.
    #[must_use]
    pub fn narrowed(&self, scopes: &[String]) -> Self {
        let inside = |path: &str| {
            scopes.iter().any(|scope| scope.is_empty() || path == scope || path::is_below(path, scope))
        };
        let seeds = || {
            let own = |node: &Node| node.path.as_deref().is_some_and(inside);
            self.nodes.iter().enumerate().filter(move |(_, node)| own(node)).map(|(index, _)| index)
        };
        let mut kept = self.reached(seeds(), |arrow| (arrow.from, arrow.to), |_| true);
        kept.extend(self.reached(seeds(), |arrow| (arrow.to, arrow.from), |_| true));
        let mut moved = vec![None; self.nodes.len()];
        let mut nodes = Vec::new();
        for (index, node) in self.nodes.iter().enumerate().filter(|(index, _)| kept.contains(index)) {
            if let Some(place) = moved.get_mut(index) {
                *place = Some(nodes.len());
            }
            nodes.push(node.clone());
        }
        let place = |index: usize| moved.get(index).copied().flatten();
        let arrows = self.arrows.iter().filter_map(|arrow| {
            Some(Arrow { from: place(arrow.from)?, to: place(arrow.to)?, ..arrow.clone() })
        });
        Self { arrows: arrows.collect(), nodes }
    }

    /// The nodes without tools and servers, and the arrows between them.
    #[must_use]
    pub fn without_tools(&self) -> Self {
        let plain = |node: &&Node| !matches!(node.kind, NodeKind::Tool | NodeKind::Server);
        // Tools and servers are sorted behind all others, and so no index moves.
        let nodes: Vec<Node> = self.nodes.iter().filter(plain).cloned().collect();
        let inside = |arrow: &&Arrow| arrow.from < nodes.len() && arrow.to < nodes.len();
        Self { arrows: self.arrows.iter().filter(inside).cloned().collect(), nodes }
    }

    /// The nodes that arrows of some kinds lead to from `seeds`, themselves included.
    fn reached(
        &self,
        seeds: impl Iterator<Item = usize>,
        ends: impl Fn(&Arrow) -> (usize, usize),
        follows: impl Fn(ArrowKind) -> bool,
    ) -> FxHashSet<usize> {
        let mut next = vec![Vec::new(); self.nodes.len()];
        for arrow in self.arrows.iter().filter(|arrow| follows(arrow.kind)) {
            let (from, to) = ends(arrow);
            if let Some(next) = next.get_mut(from) {
                next.push(to);
            }
        }
        let mut open: Vec<usize> = seeds.collect();
        let mut reached: FxHashSet<usize> = open.iter().copied().collect();
        while let Some(index) = open.pop() {
            open.extend(next.get(index).into_iter().flatten().copied().filter(|to| reached.insert(*to)));
        }
        reached
    }
}
