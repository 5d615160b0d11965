//! Inlay hints: the waves of tasks, what a link brings along in tokens, how many files a glob matches.

use super::{at, context, tasks};
use crate::globs;
use crate::resolve::{self, Anchored, Lead};
use crate::tokens;
use crate::world::World;
use crate::written::{self, What};
use crate::{clients, path};
use segue_catalog::{ClientId, ClientSet};
use segue_syntax::{Facts, Span};
use std::sync::Arc;

/// Something to show in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The byte that it stands before.
    pub at: u32,
    /// What it says.
    pub label: String,
    /// More of it.
    pub tooltip: String,
}

/// Which hints are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The tokens of what links lead to.
    pub tokens: bool,
    /// How many files globs match.
    pub matches: bool,
    /// The waves of tasks.
    pub waves: bool,
}

impl Wanted {
    /// Whether something is wanted that only the whole workspace tells.
    #[must_use]
    pub fn needs_all(self) -> bool {
        self.tokens || self.matches
    }
}

/// What is larger than this is no context that somebody wants counted while a page is shown; in bytes.
const LARGEST_COUNTED: usize = 256 * 1024;

/// The hints of a primitive whose places `range` touches, in order. `go_on` is asked now and then
/// whether the answer is still wanted.
#[must_use]
pub fn of(world: &World, path: &str, range: Span, wanted: Wanted, go_on: &dyn Fn() -> bool) -> Vec<Hint> {
    let mut hints = Vec::new();
    if wanted.matches {
        hints.extend(matches(world, path, range));
    }
    if wanted.tokens {
        hints.extend(costs(world, path, range, go_on));
    }
    if let Some((_, state)) = world.file_at(path).filter(|_| wanted.waves) {
        hints.extend(tasks::waves::hints(state, range));
    }
    hints.sort_by_key(|hint| hint.at);
    hints
}

fn touches(span: Span, range: Span) -> bool {
    span.start <= range.end && range.start <= span.end
}

/// How many files each glob of a header matches, as the client matches that is asked first.
fn matches(world: &World, path: &str, range: Span) -> Vec<Hint> {
    let Some((_, state)) = world.file_at(path) else { return Vec::new() };
    let (Some(kind), Some(facts)) = (state.kind, state.facts()) else { return Vec::new() };
    let Some(globs) = globs::of_file(path, state) else { return Vec::new() };
    let clients = clients::of_file(path, kind, state.dialect, facts, world.config(path));
    let client = clients.iter().next().unwrap_or(ClientId::Vscode);
    let hint = |glob: &globs::WrittenGlob<'_>| {
        let count = super::matches::count(world, glob.text, client)?;
        Some(Hint {
            at: glob.span.end,
            label: super::matches::files(count),
            tooltip: format!("As {} matches `{}`.", clients::told(ClientSet::of(&[client])), glob.text),
        })
    };
    globs.iter().filter(|glob| touches(glob.span, range)).filter_map(hint).collect()
}

/// The tokens of what each link leads to: the file, or the section that its anchor selects.
fn costs(world: &World, path: &str, range: Span, go_on: &dyn Fn() -> bool) -> Vec<Hint> {
    let Some((_, state)) = world.file_at(path) else { return Vec::new() };
    let Some(facts) = state.facts().filter(|_| state.kind.is_some()) else { return Vec::new() };
    let mut hints = Vec::new();
    for (_, written) in written::all(state.kind, facts) {
        if matches!(written.what, What::Image | What::Worker) || !touches(written.whole, range) || !go_on() {
            continue;
        }
        let Some(lead) = resolve::lead(world, path, &written) else { continue };
        let Some((count, what)) = cost(world, path, &lead) else { continue };
        let label = context::count_of(count, "token");
        hints.push(Hint { at: written.whole.end, label, tooltip: format!("{what}. {}", tokens::TOLD) });
    }
    hints
}

/// How many tokens a link brings along, and what they are the tokens of; `None` for what is no Markdown
/// of another file.
fn cost(world: &World, from: &str, lead: &Lead) -> Option<(usize, String)> {
    let there = lead.there.as_ref().filter(|there| !there.folder && there.path != from)?;
    if !path::extension(&there.path).eq_ignore_ascii_case("md") {
        return None;
    }
    let text = world.any_text(&there.path).filter(|text| text.len() <= LARGEST_COUNTED)?;
    match lead.anchor.as_deref().filter(|anchor| !anchor.is_empty()) {
        Some(anchor) => {
            let (title, section) = section(world, &there.path, &text, anchor)?;
            Some((world.tokens.of(section.of(&text)), format!("The section *{title}* of `{}`", there.path)))
        }
        None => Some((world.tokens.of(&text), format!("All of `{}`", there.path))),
    }
}

/// The heading that an anchor leads to, and the section below it.
fn section(world: &World, path: &str, text: &Arc<str>, anchor: &str) -> Option<(String, Span)> {
    let read = |facts: &Facts| match resolve::anchored(facts, anchor)? {
        Anchored::Heading(index) => {
            Some((facts.headings.get(index)?.text.to_string(), at::section(facts, index)))
        }
        Anchored::Html(_) => None,
    };
    match world.file_at(path).and_then(|(_, state)| state.facts()) {
        Some(facts) => read(facts),
        None => read(&Facts::of(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Host, Options, fixture};

    fn told(fixture: &str, path: &str, wanted: Wanted) -> String {
        let world = Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ()).snapshot();
        let mut text = world.read_inside(path).expect("the file").to_string();
        let all = Span::new(0, text.len());
        for hint in of(&world, path, all, wanted, &|| true).iter().rev() {
            text.insert_str(hint.at as usize, &format!("«{} · {}»", hint.label, hint.tooltip));
        }
        text
    }

    #[test]
    fn links_say_what_they_bring() {
        let fixture = "//- a.prompt.md
Read [all](b.memory.md), [one](b.memory.md#one), [none](b.memory.md#none) and [gone](c.md).
![image](b.memory.md) [here](#x) [text](d.txt) [folder](docs) [other](docs/e.md) #file:b.memory.md
//- b.memory.md
# B
Hello world
## One
Hello world
//- d.txt
x
//- docs/e.md
Hello world
";
        let wanted = Wanted { tokens: true, ..Wanted::default() };
        insta::assert_snapshot!(told(fixture, "a.prompt.md", wanted));
        assert_eq!(told(fixture, "a.prompt.md", Wanted::default()).matches('«').count(), 0);
    }

    #[test]
    fn globs_say_how_many_files_they_match() {
        let fixture = "//- .github/instructions/a.instructions.md
---
applyTo: 'src/**/*.ts, **/*.py, **'
---
Text.
//- src/a.ts
//- lib/src/b.ts
";
        let wanted = Wanted { matches: true, ..Wanted::default() };
        insta::assert_snapshot!(told(fixture, ".github/instructions/a.instructions.md", wanted));
        let elsewhere = "//- a.prompt.md\n---\napplyTo: 'x'\n---\n";
        assert!(!told(elsewhere, "a.prompt.md", wanted).contains('«'), "no scope");
    }
}
