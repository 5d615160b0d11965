//! Who leads to whom, as a hierarchy of calls: prompts start agents, agents start and hand over to
//! others, and all of them load skills. Callers may be primitives of any kind.
//!
//! What stands at a place is what navigation says of it ([`super::at`]); what leads here is what
//! references say ([`super::navigate::indexed`]), so that both directions tell the same story.

use super::at::{self, Symbol};
use super::navigate;
use super::workspace_symbols;
use crate::file::Space;
use crate::intern::PathId;
use crate::path;
use crate::sites::{self, Page, Sign};
use crate::world::World;
use segue_catalog::Kind;
use segue_syntax::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A primitive that calls or is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Its file.
    pub path: Arc<str>,
    /// Its number.
    pub id: PathId,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its name in the file; the beginning where it has none there.
    pub span: Span,
    /// What belongs to the name: the header.
    pub whole: Span,
}

/// One party of a call, and the places where the caller's file says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The caller, or who is called.
    pub party: Party,
    /// In the caller's file, in order.
    pub spans: Vec<Span>,
}

/// Who is called at byte `offset` of the file at `path`; where nobody is, the file itself.
#[must_use]
pub fn at(world: &World, path: &str, offset: u32) -> Vec<Party> {
    let called = at::at(world, path, offset).map(|at| called(world, &at.symbol)).unwrap_or_default();
    let files = if called.is_empty() { world.id(path).into_iter().collect() } else { called };
    files.into_iter().filter_map(|id| party(world, id)).collect()
}

/// Whom the primitive at `path` calls, in the order in which it first does.
#[must_use]
pub fn outgoing(world: &World, path: &str) -> Vec<Call> {
    let Some((own, state)) = world.file_at(path).filter(|(_, state)| state.kind.is_some()) else {
        return Vec::new();
    };
    let page = Page::of(path, state, None);
    let mut sites = sites::all(&page);
    // An anchor stands behind a path, which says the same.
    sites.retain(|site| !site.defines && !matches!(site.what, Sign::Anchor(_)));
    sites.sort_by_key(|site| site.span);
    let mut calls: Vec<(PathId, Vec<Span>)> = Vec::new();
    for site in &sites {
        let Some(symbol) = at::meaning(world, &page, site) else { continue };
        for id in called(world, &symbol) {
            if id == own && matches!(symbol, Symbol::Path(_)) {
                continue;
            }
            match calls.iter_mut().find(|(to, _)| *to == id) {
                Some((_, spans)) if spans.last() == Some(&site.span) => {}
                Some((_, spans)) => spans.push(site.span),
                None => calls.push((id, vec![site.span])),
            }
        }
    }
    calls.into_iter().filter_map(|(id, spans)| Some(Call { party: party(world, id)?, spans })).collect()
}

/// Which primitives call the one at `path`, by path. `wanted` is asked now and then whether to go on.
#[must_use]
pub fn incoming(world: &World, path: &str, wanted: &(dyn Fn() -> bool + Sync)) -> Vec<Call> {
    let Some((own, state)) = world.file_at(path).filter(|(_, state)| is_called(state.kind)) else {
        return Vec::new();
    };
    let page = Page::of(path, state, None);
    let mut symbols = vec![Symbol::Path(path.into())];
    symbols.extend(at::own_symbol(world, &page).filter(|symbol| symbols.first() != Some(symbol)));
    if state.kind == Some(Kind::Skill) {
        symbols.push(Symbol::Path(path::parent(path).into()));
    }
    let mut callers: BTreeMap<Arc<str>, (PathId, Vec<Span>)> = BTreeMap::new();
    for symbol in &symbols {
        for found in navigate::indexed(world, symbol, wanted) {
            let to_itself = found.id == own && matches!(symbol, Symbol::Path(_));
            if !found.defines && !to_itself {
                callers.entry(found.path).or_insert((found.id, Vec::new())).1.push(found.span);
            }
        }
    }
    let call = |(id, mut spans): (PathId, Vec<Span>)| {
        spans.sort_unstable();
        spans.dedup();
        Some(Call { party: party(world, id)?, spans })
    };
    callers.into_values().filter_map(call).collect()
}

/// Whether somebody can call a file of that kind.
fn is_called(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::Agent | Kind::ChatMode | Kind::Prompt | Kind::Skill))
}

/// The files that a name or a link calls.
fn called(world: &World, symbol: &Symbol) -> Vec<PathId> {
    match symbol {
        Symbol::Agent(name) => at::agents(world, name),
        Symbol::Prompt(name) => world.definers(Space::Prompt, name).map(|(id, _)| id).collect(),
        Symbol::Skill(name) => world.definers(Space::Skill, name).map(|(id, _)| id).collect(),
        Symbol::Path(path) => {
            let file =
                |path: &str| world.file_at(path).filter(|(_, state)| is_called(state.kind)).map(|(id, _)| id);
            file(path).or_else(|| file(&format!("{path}/SKILL.md"))).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn party(world: &World, id: PathId) -> Option<Party> {
    let state = world.file(id)?;
    let kind = state.kind.filter(|kind| *kind != Kind::Mcp)?;
    let place = at::name_place(world, id);
    let name = workspace_symbols::name(&place.path, state);
    Some(Party { path: place.path, id, name, kind, span: place.span, whole: place.whole })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Host, Options, fixture};

    const FILES: &str = "//- .github/agents/lead.agent.md
---
name: Lead
description: x
agents: [worker, nobody]
tools: [search]
handoffs:
  - label: Review
    agent: Reviewer
    prompt: /check this
---
Start @worker, read [the skill](../skills/deploy/SKILL.md#steps) and hand over to @lead or @Lead.
//- .github/agents/worker.agent.md
---
description: x
---
See [skills](../skills/deploy) and [again](./worker.agent.md).
//- .github/agents/review.agent.md
---
name: Reviewer
description: x
agents: [worker]
---
Text.
//- .github/prompts/check.prompt.md
---
description: x
agent: Lead
---
Use /deploy.
//- .github/skills/deploy/SKILL.md
---
name: deploy
description: x
---
# Steps
Ask the [worker][w].

[w]: ../../agents/worker.agent.md
//- AGENTS.md
Run /check or @worker.
//- docs/plain.md
[worker](../.github/agents/worker.agent.md)
";

    fn world() -> Arc<World> {
        Host::open(Arc::new(fixture::disk(FILES)), Options::default(), &|_| ()).snapshot()
    }

    fn told(world: &World, caller: Option<&str>, calls: &[Call]) -> String {
        let line = |call: &Call| {
            let text = world.read_inside(caller.unwrap_or(&call.party.path)).expect("the caller");
            let places: Vec<_> = call.spans.iter().map(|span| span.of(&text)).collect();
            format!("{} ({}): {}\n", call.party.name, call.party.kind.name(), places.join(" | "))
        };
        calls.iter().map(line).collect()
    }

    #[test]
    fn a_file_calls_by_names_and_links() {
        let world = world();
        let lead = ".github/agents/lead.agent.md";
        insta::assert_snapshot!(told(&world, Some(lead), &outgoing(&world, lead)), @r"
        worker (agent): worker | worker
        Reviewer (agent): Reviewer
        check (prompt): check
        deploy (skill): ../skills/deploy/SKILL.md
        Lead (agent): lead | Lead
        ");
        let worker = ".github/agents/worker.agent.md";
        insta::assert_snapshot!(told(&world, Some(worker), &outgoing(&world, worker)), @"deploy (skill): ../skills/deploy");
        assert_eq!(outgoing(&world, "docs/plain.md"), []);
    }

    #[test]
    fn a_file_is_called_by_all_kinds_of_primitives() {
        let world = world();
        let calls = incoming(&world, ".github/agents/worker.agent.md", &|| true);
        insta::assert_snapshot!(told(&world, None, &calls), @r"
        Lead (agent): worker | worker
        Reviewer (agent): worker
        deploy (skill): ../../agents/worker.agent.md
        AGENTS.md (always-on): worker
        ");
        let calls = incoming(&world, ".github/skills/deploy/SKILL.md", &|| true);
        insta::assert_snapshot!(told(&world, None, &calls), @r"
        Lead (agent): ../skills/deploy/SKILL.md
        worker (agent): ../skills/deploy
        check (prompt): deploy
        ");
    }

    #[test]
    fn both_directions_agree() {
        let world = world();
        let paths: Vec<Arc<str>> = world.primitives().map(|(id, _)| world.path(id)).collect();
        let mut out = Vec::new();
        let mut back = Vec::new();
        for path in &paths {
            out.extend(
                outgoing(&world, path).into_iter().map(|call| (path.clone(), call.party.path, call.spans)),
            );
            back.extend(
                incoming(&world, path, &|| true)
                    .into_iter()
                    .map(|call| (call.party.path, path.clone(), call.spans)),
            );
        }
        out.sort();
        back.sort();
        assert_eq!(out, back);
        assert!(out.len() > 10);
    }

    #[test]
    fn the_place_says_who_is_meant_else_the_file() {
        let world = world();
        let path = ".github/agents/lead.agent.md";
        let text = world.read_inside(path).expect("the file");
        let named = |token: &str| {
            let offset = u32::try_from(text.find(token).expect("the token")).expect("fits");
            at(&world, path, offset).into_iter().map(|party| party.name).collect::<Vec<_>>()
        };
        assert_eq!(named("worker, nobody"), ["worker"]);
        assert_eq!(named("nobody"), ["Lead"], "nobody has that name");
        assert_eq!(named("Start"), ["Lead"]);
        assert_eq!(named("../skills"), ["deploy"]);
        assert_eq!(at(&world, "docs/plain.md", 3), [], "no primitive");
    }
}
