//! Agents, by the names that clients look for.

use super::ProposalKind;
use super::context::Context;
use super::spot::Spot;
use super::values;
use super::write::Value;
use crate::features::about::About;
use crate::file::Space;
use crate::world::World;
use segue_catalog::ClientId;

/// Items of `agents`: whom an agent may start.
pub(super) fn listed(context: &Context<'_>, spot: &Spot) -> Vec<Value> {
    if spot.beside.iter().any(|own| own == "*") {
        return Vec::new();
    }
    let mut found = others(context, |_| true);
    if spot.beside.is_empty() {
        found.push(Value {
            text: "*".to_owned(),
            kind: ProposalKind::Agent,
            detail: Some("all agents".to_owned()),
            about: None,
        });
    }
    found
}

/// Who may take over: a handoff does not reach an agent that people cannot pick.
pub(super) fn of_handoff(context: &Context<'_>) -> Vec<Value> {
    others(context, |hidden| !hidden)
}

/// A prompt's `agent`; the words of the row are there already.
pub(super) fn of_prompt(context: &Context<'_>) -> Vec<Value> {
    others(context, |hidden| !hidden)
}

/// Who carries out a task: also those that only others start.
pub(super) fn of_task(world: &World, reader: &str) -> Vec<String> {
    let states = world.definers_in(Space::Agent);
    let names = states.flat_map(|(_, state)| state.exports.names.iter());
    let mut found: Vec<String> =
        names.filter(|name| name.space == Space::Agent).map(|name| name.text.to_string()).collect();
    found.sort();
    found.dedup();
    found.extend(world.user_files(reader).agents.iter().cloned());
    found
}

/// Claude's kinds of subagents.
pub(super) fn of_claude(context: &Context<'_>) -> Vec<Value> {
    let mut found = values::names(context, Space::Agent, ProposalKind::Agent);
    found.extend(built_in(context, ClientId::Claude));
    found
}

/// All agents but the file's own, of the workspace, the user and VS Code.
fn others(context: &Context<'_>, wanted: impl Fn(bool) -> bool) -> Vec<Value> {
    let own = context.world.id(context.path);
    let mut found: Vec<Value> = Vec::new();
    for (id, state) in context.world.definers_in(Space::Agent) {
        if Some(id) == own || !wanted(state.exports.hidden) {
            continue;
        }
        let names = state.exports.names.iter().filter(|name| name.space == Space::Agent);
        found.extend(names.map(|name| Value {
            text: name.text.to_string(),
            kind: ProposalKind::Agent,
            detail: None,
            about: Some(About::Name { space: Space::Agent, name: name.text.to_string() }),
        }));
    }
    found.sort_by(|one, other| one.text.cmp(&other.text));
    let yours = context.world.user_files(context.path).agents.iter().map(|name| Value {
        text: name.clone(),
        kind: ProposalKind::Agent,
        detail: Some("yours".to_owned()),
        about: None,
    });
    found.extend(yours);
    found.extend(built_in(context, ClientId::Vscode));
    found
}

fn built_in<'c>(context: &'c Context<'_>, client: ClientId) -> impl Iterator<Item = Value> + 'c {
    let rows = context.catalog.builtin_agent_rows.iter().filter(move |row| row.clients.contains(&client));
    rows.map(|row| Value {
        text: row.name.clone(),
        kind: ProposalKind::Agent,
        detail: Some("built in".to_owned()),
        about: Some(About::Name { space: Space::Agent, name: row.name.clone() }),
    })
}
