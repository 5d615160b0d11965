//! Lenses: where a file and its headings are used, and what a file brings along. Which lenses there are
//! costs nothing; how much one of them has to say is counted when it is looked at.

use super::at::{self, Symbol};
use super::context::{self, count_of};
use super::navigate::{self, Use};
use crate::sites::Page;
use crate::world::World;
use segue_catalog::Kind;
use segue_syntax::Span;

/// A lens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// What it stands at.
    pub span: Span,
    /// The anchor of the heading that it is about; `None` for the file itself.
    pub anchor: Option<Box<str>>,
}

/// The lenses of a primitive: one for itself, one a heading.
#[must_use]
pub fn of(world: &World, path: &str) -> Vec<Lens> {
    let Some((id, state)) = world.file_at(path) else { return Vec::new() };
    let Some(facts) = state.facts().filter(|_| has_lenses(state.kind)) else { return Vec::new() };
    let own = Lens { span: at::name_place(world, id).span, anchor: None };
    let headings = facts.headings.iter().filter(|heading| !heading.slug.is_empty());
    let headings = headings.map(|heading| Lens { span: heading.span, anchor: Some(heading.slug.clone()) });
    std::iter::once(own).chain(headings).collect()
}

/// Where the lens of a primitive stands that says what comes along with it.
#[must_use]
pub fn of_context(world: &World, path: &str) -> Option<Span> {
    let (id, state) = world.file_at(path)?;
    has_lenses(state.kind).then(|| at::name_place(world, id).span)
}

/// What that lens says; `None` where nobody waits for it any more.
#[must_use]
pub fn context_title(world: &World, path: &str, wanted: &dyn Fn() -> bool) -> Option<String> {
    let closure = context::closure_of(world, path, wanted)?;
    let tokens = count_of(closure.tokens, "token");
    if !wanted() {
        return None;
    }
    Some(match closure.files {
        0 | 1 => tokens,
        files => format!("{tokens} with its links: {}", count_of(files, "file")),
    })
}

fn has_lenses(kind: Option<Kind>) -> bool {
    kind.is_some_and(|kind| kind != Kind::Mcp)
}

/// The places of primitives that name the file at `path`, or the heading with that anchor in it.
#[must_use]
pub fn uses(world: &World, path: &str, anchor: Option<&str>, wanted: &(dyn Fn() -> bool + Sync)) -> Vec<Use> {
    let Some((_, state)) = world.file_at(path) else { return Vec::new() };
    let mut symbols = Vec::new();
    match anchor {
        Some(anchor) => symbols.push(Symbol::Anchor { path: path.into(), anchor: anchor.into() }),
        None => {
            symbols.push(Symbol::Path(path.into()));
            symbols.extend(at::own_symbol(world, &Page::of(path, state, None)));
            symbols.dedup();
        }
    }
    let mut found: Vec<Use> =
        symbols.iter().flat_map(|symbol| navigate::indexed(world, symbol, wanted)).collect();
    found.retain(|found| !found.defines);
    found.sort_by(|a, b| (&a.path, a.span).cmp(&(&b.path, b.span)));
    found
}

/// What a lens says.
#[must_use]
pub fn title(uses: usize) -> String {
    match uses {
        0 => "not used by primitives".to_owned(),
        1 => "used once by primitives".to_owned(),
        several => format!("used {several} times by primitives"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Host, Options, fixture};
    use std::sync::Arc;

    #[test]
    fn each_lens_counts_what_the_index_knows() {
        let fixture = "//- .github/agents/a.agent.md
---
name: A
description: x
agents: [B]
---
# One
[one](#one) [b](b.agent.md) [two](b.agent.md#two)
//- .github/agents/b.agent.md
---
name: B
description: x
---
# One
## Two
Ask @A.
//- plain.md
[b](.github/agents/b.agent.md#two)
";
        let world = Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ()).snapshot();
        let told = |path: &str| -> Vec<String> {
            let text = world.read_inside(path).expect("the file");
            let line = |lens: Lens| {
                let uses = uses(&world, path, lens.anchor.as_deref(), &|| true);
                format!("{}: {}", lens.span.of(&text), title(uses.len()))
            };
            of(&world, path).into_iter().map(line).collect()
        };
        assert_eq!(
            told(".github/agents/a.agent.md"),
            ["A: used once by primitives", "# One: used once by primitives"]
        );
        assert_eq!(
            told(".github/agents/b.agent.md"),
            [
                "B: used 3 times by primitives",
                "# One: not used by primitives",
                "## Two: used once by primitives"
            ]
        );
        assert_eq!(told("plain.md"), [""; 0]);
    }
}
