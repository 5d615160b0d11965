//! What keeps links leading where they lead when a file or folder is created that would take the place of
//! another: `[x](guide)` means `guide.md` as long as there is no `guide`, and `#file:a.md` the one at
//! the top as long as there is none beside.

use super::moves::{self, Rewrite};
use super::navigate::{hint_of, outside};
use crate::changes::{Changes, Why};
use crate::disk::Probe;
use crate::intern::PathId;
use crate::path;
use crate::resolve::{self, Spelling};
use crate::sites::Page;
use crate::world::World;
use crate::written;
use segue_syntax::Span;
use std::sync::Arc;

/// The edits that go before a creation. `None` where a file changed on disk and is not known as it is, or
/// nobody waits any more.
#[must_use]
pub fn before_creation(
    world: &World,
    created: &[String],
    wanted: &(dyn Fn() -> bool + Sync),
) -> Option<Changes> {
    let comes = |own: &str| comes(world, created, own);
    let mut referrers: Vec<PathId> =
        world.known_paths(comes).into_iter().flat_map(|target| world.referrers(target)).copied().collect();
    referrers.sort_unstable();
    referrers.dedup();
    let mut changes = Changes::default();
    for id in referrers {
        let Some(state) = world.file(id).filter(|state| state.kind.is_some()) else { continue };
        let (path, text) = (world.path(id), world.text(id)?);
        for (span, insert) in shadowed(world, &Page::of(&path, state, Some(&text)), created) {
            changes.add(&path, &text, span, insert, Why::Link);
        }
    }
    let above = created.iter().flat_map(|path| path::ancestors(path)).filter(|own| comes(own));
    let hints: Vec<String> = above.chain(created.iter().map(String::as_str)).map(hint_of).collect();
    let found = outside(world, &hints, &|_| false, wanted, |page, _, text| {
        let edits = shadowed(world, page, created).into_iter();
        edits.map(|(span, insert)| (Arc::<str>::from(page.path), text.clone(), span, insert)).collect()
    });
    for (path, text, span, insert) in found {
        changes.add(&path, &text, span, insert, Why::Link);
    }
    wanted().then_some(changes)
}

/// Whether something is to be at a path where nothing is.
fn comes(world: &World, created: &[String], own: &str) -> bool {
    created.iter().any(|created| path::is_below(created, own)) && world.probe(own) == Probe::Missing
}

/// The destinations that would lead elsewhere.
fn shadowed(world: &World, page: &Page<'_>, created: &[String]) -> Vec<(Span, String)> {
    let Some(facts) = page.facts else { return Vec::new() };
    let rewrite = Rewrite { world, moves: &[], created, origin: page.path, from: page.path };
    let mut edits = Vec::new();
    for (_, written) in written::all(page.kind, facts) {
        let Some(lead) = resolve::lead(world, page.path, &written) else { continue };
        let own = lead.there.as_ref().filter(|_| !written.text.starts_with('#'));
        // Who wrote other letters than the file has may mean the one that comes.
        let Some(there) = own.filter(|there| there.spelling != Spelling::OtherCase) else { continue };
        if lead.candidates.iter().any(|own| comes(world, created, own)) {
            edits.extend(moves::rewritten(&rewrite, page, &written, &lead, &there.path));
        }
    }
    edits
}
