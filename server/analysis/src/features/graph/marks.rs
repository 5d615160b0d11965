//! Which nodes nobody leads to, and which nobody can start.

use super::{Arrow, ArrowKind, Graph, Node, NodeKind, Origin};
use crate::clients;
use crate::file::FileState;
use crate::names;
use crate::world::World;
use rustc_hash::FxHashSet;
use segue_catalog::{ClientId, Kind};

/// Who can start a node without being led to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// People, or models that look for help.
    Anybody,
    /// Only who names it.
    Named,
}

/// Who can start what a file defines.
pub(super) fn start(world: &World, path: &str, state: &FileState) -> Start {
    let of = || {
        let (kind, facts) = (state.kind?, state.facts()?);
        if !names::switched_off(kind, facts.header.yaml.map()?) {
            return None;
        }
        let clients = clients::of_file(path, kind, state.dialect, facts, world.config(path));
        (kind == Kind::Skill || clients.has(ClientId::Vscode)).then_some(Start::Named)
    };
    of().unwrap_or(Start::Anybody)
}

/// Marks orphans, and what nobody can start.
pub(super) fn mark(graph: &mut Graph, starts: &[Start], led_to: &[usize]) {
    let seeds =
        starts.iter().enumerate().filter(|(_, start)| **start == Start::Anybody).map(|(index, _)| index);
    let follows = |kind| matches!(kind, ArrowKind::Starts | ArrowKind::RunsAs | ArrowKind::Loads);
    let reached = graph.reached(seeds, |arrow| (arrow.from, arrow.to), follows);
    let connected = connected(graph, led_to);
    for (index, node) in graph.nodes.iter_mut().enumerate() {
        node.unreachable = !reached.contains(&index);
        node.orphan = is_primitive(node) && !connected.contains(&index);
    }
}

/// The prompts, agents and skills that lead to others, or are led to.
fn connected(graph: &Graph, led_to: &[usize]) -> FxHashSet<usize> {
    let primitive = |index: usize| graph.nodes.get(index).is_some_and(is_not_tool);
    let between = |arrow: &&Arrow| primitive(arrow.from) && primitive(arrow.to);
    let ends = graph.arrows.iter().filter(between).flat_map(|arrow| [arrow.from, arrow.to]);
    ends.chain(led_to.iter().copied()).collect()
}

fn is_not_tool(node: &Node) -> bool {
    !matches!(node.kind, NodeKind::Tool | NodeKind::Server)
}

fn is_primitive(node: &Node) -> bool {
    is_not_tool(node) && node.origin == Origin::Workspace
}
