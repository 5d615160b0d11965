//! What only the graph of agents shows: circles without a way out, and what nobody can start.

use super::{called, definer, handoff};
use crate::PathId;
use crate::diagnostics::{Context, Report};
use crate::file::{FileState, Space};
use crate::names;
use crate::world::World;
use segue_catalog::{ClientId, ClientSet, Kind};
use segue_syntax::yaml::{Map, Node};

/// At most so many agents are looked at from one file.
const MOST_AGENTS: usize = 200;

/// A circle in which every handoff is sent unasked and none leads out: whoever runs it on autopilot
/// never gets to an end. Told at the handoff that enters it.
pub(super) fn cycle(context: &mut Context<'_>, map: &Map) {
    let Some(first) = handoff::offered(map).first().map(|(node, ..)| node.inner_span()) else { return };
    let Some(way) = closed_circle(context) else { return };
    let world = context.world;
    let told: Vec<String> = way.iter().chain(way.first()).map(|id| called(&world.path(*id))).collect();
    let message = format!("Every handoff from here is sent unasked and leads back: {}.", told.join(" → "));
    let mut report = Report::new("agent/cycle", first, message);
    for id in way.iter().skip(1) {
        let facts = world.file(*id).and_then(|state| state.facts());
        let next = facts.and_then(|facts| facts.header.yaml.map()).and_then(|map| map.get("handoffs"));
        if let Some(entry) = next {
            report = report.related(world.path(*id), entry.key.span, "goes on from here");
        }
    }
    context.send(report);
}

/// The agents that are reached from this one, where all their handoffs are sent and lead to agents of
/// the same group, and one of them leads back here.
fn closed_circle(context: &Context<'_>) -> Option<Vec<PathId>> {
    let mut reached: Vec<PathId> = vec![context.id];
    let mut back = false;
    let mut at = 0;
    while let Some(id) = reached.get(at).copied() {
        at += 1;
        let map = context.world.file(id)?.facts()?.header.yaml.map()?;
        let handoffs = handoff::offered(map);
        if handoffs.is_empty() {
            return None;
        }
        for (_, name, sends) in handoffs {
            let (next, _) = definer(context, name).filter(|_| sends)?;
            back |= next == context.id;
            if !reached.contains(&next) {
                reached.push(next);
            }
        }
        if reached.len() > MOST_AGENTS {
            return None;
        }
    }
    back.then_some(reached)
}

/// Hidden from people and from models: nobody can start it.
pub(super) fn unreachable(context: &mut Context<'_>, map: &Map) {
    if !names::switched_off(context.kind, map) {
        return;
    }
    if may_be_switched_off(context.world, context.id, context.state, context.clients) {
        return;
    }
    let Some(entry) = map.get("disable-model-invocation").or_else(|| map.get("infer")) else { return };
    let what = if context.kind == Kind::Agent { "agent" } else { "skill" };
    let message = format!("Neither people nor models can start this {what}.");
    let mut report = Report::new("agent/unreachable", entry.span(), message);
    if let Some(other) = map.get("user-invocable") {
        report = report.related(context.path.clone(), other.span(), "the other switch");
    }
    context.send(report);
}

/// Whether a file that neither people nor models start is one that something else still starts, for a
/// client that we know it of.
pub(crate) fn may_be_switched_off(world: &World, id: PathId, state: &FileState, clients: ClientSet) -> bool {
    state.kind == Some(Kind::Agent) && (is_listed(world, id, state) || !clients.has(ClientId::Vscode))
}

/// Whether nobody can start the agent of this file: neither people nor models, and no other file says that
/// it does.
pub(crate) fn is_out_of_reach(world: &World, id: PathId, state: &FileState) -> bool {
    let map = state.facts().and_then(|facts| facts.header.yaml.map());
    state.kind == Some(Kind::Agent)
        && map.is_some_and(|map| names::switched_off(Kind::Agent, map))
        && !is_listed(world, id, state)
}

/// Whether another agent names it in `agents`, which overrides `disable-model-invocation`, or a prompt
/// runs as it.
fn is_listed(world: &World, own: PathId, state: &FileState) -> bool {
    let Some(name) = super::agent_name(state) else { return false };
    world.users(Space::Agent, name).filter(|id| *id != own).any(|id| {
        let Some(state) = world.file(id) else { return false };
        if state.kind == Some(Kind::Prompt) {
            return true;
        }
        let map = state.facts().and_then(|facts| facts.header.yaml.map());
        let listed = map.and_then(|map| map.value("agents")).and_then(Node::as_seq);
        listed.is_some_and(|seq| seq.items.iter().any(|item| item.as_str().map(str::trim) == Some(name)))
    })
}
