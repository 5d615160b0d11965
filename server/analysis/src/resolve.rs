//! What a destination leads to, in a state of the workspace.

use crate::disk::Probe;
use crate::path;
use crate::target::{Base, Target, understand};
use crate::world::World;
use crate::written::Written;
use segue_syntax::Facts;

/// What stands where a destination leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct There {
    /// The path.
    pub path: String,
    /// Whether it is a folder.
    pub folder: bool,
    /// Which of the destination's candidates it is.
    pub candidate: usize,
    /// How its spelling differs from the candidate's.
    pub spelling: Spelling,
}

/// How a path differs from what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// Not at all.
    Same,
    /// The destination leaves out `.md`.
    WithoutEnding,
    /// In the case of its letters.
    OtherCase,
}

/// A destination that leads into the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Where it may lie, the likeliest first.
    pub candidates: Vec<String>,
    /// What is there; `None` where nothing is.
    pub there: Option<There>,
    /// The anchor, percent-decoded.
    pub anchor: Option<String>,
}

/// Where a destination in the file at `from` leads; `None` where it leads out of the workspace, or
/// waits to be filled in.
#[must_use]
pub fn lead(world: &World, from: &str, written: &Written<'_>) -> Option<Lead> {
    lead_of(world, from, written.text, written.base)
}

/// [`lead`] for the text of a destination.
#[must_use]
pub fn lead_of(world: &World, from: &str, written: &str, base: Base) -> Option<Lead> {
    match understand(written, from, base) {
        Target::SameFile { anchor } => {
            let there =
                There { path: from.to_owned(), folder: false, candidate: 0, spelling: Spelling::Same };
            Some(Lead { candidates: vec![from.to_owned()], there: Some(there), anchor: Some(anchor) })
        }
        Target::Path { candidates, anchor, .. } => {
            let there = there(world, &candidates);
            Some(Lead { candidates, there, anchor })
        }
        _ => None,
    }
}

/// What stands at the first of `candidates` at which something stands.
#[must_use]
pub fn there(world: &World, candidates: &[String]) -> Option<There> {
    let found = |candidate, path: &str, folder, spelling| {
        Some(There { path: path.to_owned(), folder, candidate, spelling })
    };
    let seen = |path: &str| world.id(path).is_some_and(|id| world.is_discovered(id)) || path.is_empty();
    for (index, path) in candidates.iter().enumerate() {
        if seen(path) {
            let folder = world.probe(path) == Probe::Folder;
            return found(index, path, folder, Spelling::Same);
        }
    }
    for (index, path) in candidates.iter().enumerate() {
        let longer = format!("{path}.md");
        if path::extension(path).is_empty() && seen(&longer) {
            return found(index, &longer, false, Spelling::WithoutEnding);
        }
    }
    for (index, path) in candidates.iter().enumerate() {
        let lower = path.to_lowercase();
        let same = |other: &std::sync::Arc<str>| other.to_lowercase() == lower;
        if let Some(other) = world.same_ignoring_case(path).into_iter().find(same) {
            return found(index, &other, false, Spelling::OtherCase);
        }
    }
    // What discovery passes by (ignored files) may be there all the same.
    for (index, path) in candidates.iter().enumerate() {
        match world.probe(path) {
            Probe::Missing => {}
            probe => return found(index, path, probe == Probe::Folder, Spelling::Same),
        }
    }
    None
}

/// What an anchor leads to in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchored {
    /// The heading with this index.
    Heading(usize),
    /// The HTML `id` or `name` with this index.
    Html(usize),
}

/// What a decoded anchor leads to. Slugs are lower case already; browsers are lenient about the case
/// of the link.
#[must_use]
pub fn anchored(facts: &Facts, anchor: &str) -> Option<Anchored> {
    let wanted = anchor.strip_prefix("user-content-").unwrap_or(anchor);
    let heading = |wanted: &str| {
        let at = facts.headings.iter().position(|heading| &*heading.slug == wanted && !wanted.is_empty());
        at.map(Anchored::Heading)
    };
    let html =
        || facts.html_ids.iter().position(|id| &*id.id == wanted && !wanted.is_empty()).map(Anchored::Html);
    heading(wanted).or_else(html).or_else(|| heading(&wanted.to_lowercase()))
}

/// The anchor as the file spells it: what two links to one place have in common.
#[must_use]
pub fn canonical_anchor(facts: &Facts, anchor: &str) -> Option<Box<str>> {
    match anchored(facts, anchor)? {
        Anchored::Heading(index) => facts.headings.get(index).map(|heading| heading.slug.clone()),
        Anchored::Html(index) => facts.html_ids.get(index).map(|id| id.id.clone()),
    }
}
