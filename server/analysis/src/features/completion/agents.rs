//! Agents, by the names that clients look for.

use super::context::Context;
use super::spot::Spot;
use super::write::{self, Form, Value};
use super::{Proposal, ProposalKind};
use crate::diagnostics::is_out_of_reach;
use crate::features::about::About;
use crate::file::{FileState, Space};
use crate::intern::PathId;
use crate::world::World;
use segue_catalog::{ClientId, Dialect};
use segue_syntax::Span;

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

/// Who carries out a task: also those that only others start, but not those that nobody can.
pub(super) fn of_task(world: &World, reader: &str) -> Vec<String> {
    let states = world.definers_in(Space::Agent).filter(|(id, state)| !is_out_of_reach(world, *id, state));
    let names = states.flat_map(|(_, state)| state.exports.names.iter());
    let mut found: Vec<String> =
        names.filter(|name| name.space == Space::Agent).map(|name| name.text.to_string()).collect();
    found.sort();
    found.dedup();
    found.extend(world.user_files(reader).agents.iter().cloned());
    found
}

/// The name around a byte between the parentheses of `Agent(one, two)`, closed or not; empty where none
/// stands there yet.
pub(in crate::features) fn in_tool(text: &str, offset: usize) -> Option<Span> {
    let before = text.get(..offset)?;
    let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let open = line
        + before
            .get(line..)?
            .rfind(['(', ')'])
            .filter(|at| before.get(line + at..).is_some_and(|rest| rest.starts_with('(')))?;
    let word = before.get(line..open)?;
    let begins = |tool: &str| {
        let rest = word.strip_suffix(tool)?;
        (!rest.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'))).then_some(())
    };
    ["Agent", "Task"].into_iter().find_map(begins)?;
    let inner = before.get(open + 1..)?;
    let start = inner.rfind(',').map_or(0, |at| at + 1);
    let start = start + inner.get(start..)?.len() - inner.get(start..)?.trim_start().len();
    let rest = text.get(offset..)?;
    let end = rest.find([',', ')', '"', '\'', '\n', '\r']).unwrap_or(rest.len());
    let end = rest.get(..end)?.trim_end().len();
    Some(Span::new(open + 1 + start, offset + end))
}

/// The agents for the parentheses of `Agent(…)`, without those that stand there.
pub(super) fn between_parentheses(context: &Context<'_>, spot: &Spot, name: Span) -> Vec<Proposal> {
    let line = context.text.get(..name.start as usize).and_then(|before| before.rsplit('(').next());
    let after = context.text.get(name.end as usize..).and_then(|after| after.split([')', '\n', '\r']).next());
    let others = line.into_iter().chain(after).flat_map(|side| side.split(',')).map(str::trim);
    let others: Vec<&str> = others.filter(|own| !own.is_empty()).collect();
    let spot = Spot { typed: Span::new(name.start as usize, context.offset), whole: name, ..spot.clone() };
    let found = of_claude(context).into_iter().filter(|own| !others.contains(&own.text.as_str()));
    found.map(|value| write::value(context, &spot, Form::Part, value)).collect()
}

/// Claude's kinds of subagents.
pub(super) fn of_claude(context: &Context<'_>) -> Vec<Value> {
    let own = context.world.id(context.path);
    let read = |state: &FileState| state.dialect == Dialect::Claude;
    let mut found = of_workspace(context, |id, state| Some(id) != own && read(state));
    found.extend(yours(context));
    found.extend(built_in(context, ClientId::Claude));
    found
}

/// All agents but the file's own, of the workspace, the user and VS Code.
fn others(context: &Context<'_>, wanted: impl Fn(bool) -> bool) -> Vec<Value> {
    let own = context.world.id(context.path);
    let mut found = of_workspace(context, |id, state| Some(id) != own && wanted(state.exports.hidden));
    found.extend(yours(context));
    found.extend(built_in(context, ClientId::Vscode));
    found
}

/// The agents of the workspace's files for which `wanted` holds, by name.
fn of_workspace(context: &Context<'_>, wanted: impl Fn(PathId, &FileState) -> bool) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    for (id, state) in context.world.definers_in(Space::Agent) {
        if !wanted(id, state) {
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
    found
}

fn yours<'c>(context: &'c Context<'_>) -> impl Iterator<Item = Value> + 'c {
    context.world.user_files(context.path).agents.iter().map(|name| Value {
        text: name.clone(),
        kind: ProposalKind::Agent,
        detail: Some("yours".to_owned()),
        about: None,
    })
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
