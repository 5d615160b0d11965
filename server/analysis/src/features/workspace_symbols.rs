//! What the workspace has by a name that is typed: primitives first, then their headings and tasks.

use crate::file::{FileState, Space};
use crate::intern::PathId;
use crate::names;
use crate::path;
use crate::world::World;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use rustc_hash::FxHashSet;
use segue_catalog::Kind;
use segue_plan::Task;
use segue_syntax::Span;
use std::cmp::Reverse;
use std::sync::Arc;

/// At most so many are given.
pub const MOST: usize = 128;

/// Something that has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceSymbol {
    /// What it is called.
    pub name: String,
    /// What it is: a primitive of a kind, or a heading.
    pub kind: WorkspaceSymbolKind,
    /// The file, by its root-relative path.
    pub path: Arc<str>,
    /// Its name in the file.
    pub span: Span,
    /// How well it fits what is typed: the larger, the better.
    pub score: u32,
}

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WorkspaceSymbolKind {
    /// A file of that kind.
    Primitive(Kind),
    /// A heading of a primitive.
    Heading,
    /// A task of a plan.
    Task,
}

/// A symbol before it is spelt out.
struct Candidate {
    score: u32,
    /// Primitives come before headings that fit as well.
    primitive: bool,
    length: usize,
    id: PathId,
    part: Part,
}

/// What of a file a symbol is, by its index; of equals the first in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    File,
    Task(usize),
    Heading(usize),
}

/// The best [`MOST`] symbols for `query`, the best first. All words of it have to be found in a name,
/// each letter by letter in order, case and accents aside; nothing typed finds primitives alone.
/// `go_on` is asked now and then whether the answer is still wanted.
#[must_use]
pub fn of(world: &World, query: &str, go_on: &dyn Fn() -> bool) -> Vec<WorkspaceSymbol> {
    let pattern = Pattern::new(query, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut found: Vec<Candidate> = Vec::new();
    let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher);
    for (at, (id, state)) in world.primitives().enumerate() {
        if at % 64 == 0 && !go_on() {
            return Vec::new();
        }
        let name = name(&world.path(id), state);
        let mut add = |part: Part, text: &str| {
            if let Some(score) = score(text) {
                let length = text.len();
                found.push(Candidate { score, primitive: part == Part::File, length, id, part });
            }
        };
        add(Part::File, &name);
        if !pattern.atoms.is_empty() {
            parts(state, &mut add);
        }
        shorten(&mut found, 16 * MOST);
    }
    shorten(&mut found, MOST);
    let mut symbols: Vec<_> = found.iter().filter_map(|candidate| symbol(world, candidate)).collect();
    symbols.sort_by_key(|symbol| {
        let primitive = matches!(symbol.kind, WorkspaceSymbolKind::Primitive(_));
        (Reverse(symbol.score), !primitive, symbol.name.len(), symbol.path.clone(), symbol.span)
    });
    symbols
}

/// The headings and tasks of a file. A heading that is a task's is told once, as the task.
fn parts(state: &FileState, add: &mut dyn FnMut(Part, &str)) {
    let tasks = state.plan.iter().flat_map(|plan| &plan.tasks);
    let heads: FxHashSet<u32> = tasks.clone().map(|task| task.head.start).collect();
    let headings = state.facts().map_or(&[][..], |facts| &facts.headings).iter().enumerate();
    for (at, heading) in headings.filter(|(_, heading)| !heads.contains(&heading.span.start)) {
        if !heading.text.trim().is_empty() {
            add(Part::Heading(at), &heading.text);
        }
    }
    for (at, task) in tasks.enumerate() {
        add(Part::Task(at), &task_name(task));
    }
}

/// What a task is called: its id, where it has one of its own, and its title.
fn task_name(task: &Task) -> String {
    let id = if task.id_is_stated { task.id.as_str() } else { "" };
    format!("{id} {}", task.title.value).trim().to_owned()
}

/// Keeps the best [`MOST`] where there are more than `limit`.
fn shorten(found: &mut Vec<Candidate>, limit: usize) {
    if found.len() > limit {
        let order = |one: &Candidate| (Reverse(one.score), !one.primitive, one.length, one.id, one.part);
        found.select_nth_unstable_by_key(MOST, order);
        found.truncate(MOST);
    }
}

/// What a primitive is called: as others call it, else by its file.
pub(super) fn name(path: &str, state: &FileState) -> String {
    let own = |space| state.exports.names.iter().find(|name| name.space == space).map(|name| &*name.text);
    let called = match state.kind {
        Some(Kind::Agent | Kind::ChatMode) => own(Space::Agent),
        Some(Kind::Prompt) => own(Space::Prompt),
        Some(Kind::Skill) => own(Space::Skill),
        Some(Kind::AlwaysOn | Kind::Mcp) => Some(path::file_name(path)),
        _ => None,
    };
    called.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| names::stem(path)).to_owned()
}

fn symbol(world: &World, candidate: &Candidate) -> Option<WorkspaceSymbol> {
    let state = world.file(candidate.id)?;
    let path = world.path(candidate.id);
    let (name, kind, span) = match candidate.part {
        Part::Task(at) => {
            let task = state.plan.as_ref()?.tasks.get(at)?;
            let span = Span { start: task.head.start, end: task.head.end };
            (task_name(task), WorkspaceSymbolKind::Task, span)
        }
        Part::Heading(at) => {
            let heading = state.facts()?.headings.get(at)?;
            (heading.text.trim().to_owned(), WorkspaceSymbolKind::Heading, heading.span)
        }
        Part::File => (name(&path, state), WorkspaceSymbolKind::Primitive(state.kind?), name_span(state)),
    };
    Some(WorkspaceSymbol { name, kind, path, span, score: candidate.score })
}

/// Where a primitive says what it is called: its `name`, else its first heading, else its beginning.
fn name_span(state: &FileState) -> Span {
    let Some(facts) = state.facts() else { return Span::at(0) };
    let own = facts.header.yaml.map().and_then(|map| map.value("name")).map(|node| node.inner_span());
    own.or_else(|| facts.headings.first().map(|heading| heading.span)).unwrap_or(facts.first_line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Host, Options, fixture};

    const FILES: &str = "//- .github/agents/plan.agent.md
---
name: Planner
description: x
---
# Plan the work
//- .github/prompts/make plan.prompt.md
---
description: x
---
## Öffnen
//- .github/skills/deploy/SKILL.md
---
name: deploy
description: x
---
# Steps
//- docs/plain.md
# Planet
";

    fn found(fixture: &str, query: &str) -> String {
        let world = Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ()).snapshot();
        let symbols = of(&world, query, &|| true);
        let told = symbols.iter().map(|symbol| {
            let (id, _) = world.file_at(&symbol.path).expect("its file");
            let text = world.text(id).expect("its text");
            let kind = match symbol.kind {
                WorkspaceSymbolKind::Primitive(kind) => kind.name(),
                WorkspaceSymbolKind::Heading => "heading",
                WorkspaceSymbolKind::Task => "task",
            };
            format!("{} ({kind}) {}: {}\n", symbol.name, symbol.path, symbol.span.of(&text))
        });
        told.collect()
    }

    #[test]
    fn primitives_by_name_and_headings_by_text() {
        insta::assert_snapshot!(found(FILES, "plan"), @r"
        Planner (agent) .github/agents/plan.agent.md: Planner
        Plan the work (heading) .github/agents/plan.agent.md: # Plan the work
        make-plan (prompt) .github/prompts/make plan.prompt.md: ## Öffnen
        ");
        insta::assert_snapshot!(found(FILES, "work plan"), @"Plan the work (heading) .github/agents/plan.agent.md: # Plan the work");
        insta::assert_snapshot!(found(FILES, "DPLY"), @"deploy (skill) .github/skills/deploy/SKILL.md: deploy");
        insta::assert_snapshot!(found(FILES, "offnen"), @"Öffnen (heading) .github/prompts/make plan.prompt.md: ## Öffnen");
        assert_eq!(found(FILES, "^plan$"), "", "signs are letters like others");
    }

    #[test]
    fn nothing_typed_finds_the_primitives() {
        assert_eq!(found(FILES, "  ").lines().count(), 3);
    }

    #[test]
    fn the_best_of_many_are_kept_whatever_the_order() {
        let many: String =
            (0..3000).map(|n| format!("//- docs/a{n}.memory.md\n# Part {n}\n# Lesson x{n}\n")).collect();
        let fixture = format!("{many}//- docs/zz.memory.md\n# Part\n");
        let world = Host::open(Arc::new(fixture::disk(&fixture)), Options::default(), &|_| ()).snapshot();
        let symbols = of(&world, "part", &|| true);
        assert_eq!((symbols.len(), &*symbols[0].name), (MOST, "Part"));
        assert!(of(&world, "part", &|| false).is_empty());
    }
}
