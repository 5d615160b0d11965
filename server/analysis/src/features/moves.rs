//! What follows a file or folder that moves: links into it and out of it, imports, globs, and names
//! that it has from its path.

use super::navigate::{hint_of, outside};
use super::rename::names_follow;
use crate::changes::{Changes, FileChanges, Move, Why};
use crate::disk::Probe;
use crate::intern::PathId;
use crate::resolve::{self, Lead, Spelling, There};
use crate::sites::Page;
use crate::target::{Base, Target, nested_top, understand};
use crate::world::World;
use crate::written::{self, What, Written};
use crate::{path, scope};
use segue_catalog::Kind;
use segue_syntax::Span;
use segue_syntax::yaml::{Node, Style, Value};
use std::sync::Arc;

/// The edits that keep everything whole when `moves` are made; `None` where a file changed on disk and
/// is not known as it is, or nobody waits any more. The moves themselves are not among the changes.
#[must_use]
pub fn follow(world: &World, moves: &[Move], wanted: &(dyn Fn() -> bool + Sync)) -> Option<Changes> {
    let mut changes = paths_follow(world, moves, wanted)?;
    for (id, _) in world.primitives() {
        let path = world.path(id);
        if let Some(to) = moved(moves, &path) {
            changes.extend(names_follow(world, id, &to)?);
        }
    }
    Some(changes)
}

/// One file that moves, with the edits of links, imports and globs alone: whoever asks sees to the names.
pub(super) fn of_file(world: &World, from: &str, to: &str) -> Option<Changes> {
    let moves = vec![Move { from: from.to_owned(), to: to.to_owned() }];
    let mut changes = paths_follow(world, &moves, &|| true)?;
    changes.moves = moves;
    Some(changes)
}

/// The text of a file as it has to be in a copy at `to`: its links lead where they lead now.
pub(super) fn text_at(world: &World, id: PathId, to: &str) -> Option<String> {
    let (path, text, state) = (world.path(id), world.text(id)?, world.file(id)?);
    let moves = [Move { from: path.to_string(), to: to.to_owned() }];
    let mut changes = Changes::default();
    for (span, insert) in destinations(world, &Page::of(&path, state, Some(&text)), &moves) {
        changes.add(&path, &text, span, insert, Why::Link);
    }
    changes.files.get(&path).map_or_else(|| Some(text.to_string()), FileChanges::applied)
}

/// The edits of links, imports and globs alone.
pub(super) fn paths_follow(
    world: &World,
    moves: &[Move],
    wanted: &(dyn Fn() -> bool + Sync),
) -> Option<Changes> {
    let mut changes = Changes::default();
    for id in concerned(world, moves) {
        if !wanted() {
            return None;
        }
        let Some(state) = world.file(id).filter(|state| state.kind.is_some()) else { continue };
        let (path, text) = (world.path(id), world.text(id)?);
        for (span, insert) in destinations(world, &Page::of(&path, state, Some(&text)), moves) {
            changes.add(&path, &text, span, insert, Why::Link);
        }
    }
    let hints: Vec<String> = moves.iter().map(|one| hint_of(&one.from)).collect();
    let is_moved = |path: &str| moved(moves, path).is_some();
    let found = outside(world, &hints, &is_moved, wanted, |page, _, text| {
        let path: Arc<str> = page.path.into();
        let edits = destinations(world, page, moves).into_iter();
        edits.map(|(span, insert)| (path.clone(), text.clone(), span, insert)).collect()
    });
    for (path, text, span, insert) in found {
        changes.add(&path, &text, span, insert, Why::Link);
    }
    changes.extend(globs(world, moves)?);
    wanted().then_some(changes)
}

/// The files that refer to something that moves, and those that move.
fn concerned(world: &World, moves: &[Move]) -> Vec<PathId> {
    let mut files: Vec<PathId> = Vec::new();
    for target in world.known_paths(|path| touches(moves, path)) {
        files.extend(world.referrers(target));
        if world.file(target).is_some() {
            files.push(target);
        }
    }
    files.sort_unstable();
    files.dedup();
    files
}

/// Whether a path is taken along by a move, also when it is written without `.md` or in other letters.
fn touches(moves: &[Move], path: &str) -> bool {
    moves.iter().any(|one| {
        let from = one.from.as_str();
        let same = |from: &str| {
            path.get(..from.len()).is_some_and(|start| start.eq_ignore_ascii_case(from))
                && matches!(path.as_bytes().get(from.len()), None | Some(b'/'))
        };
        same(from) || from.strip_suffix(".md").is_some_and(same)
    })
}

/// The destinations of a file that have to be written anew: where, and how.
pub(super) fn destinations(world: &World, page: &Page<'_>, moves: &[Move]) -> Vec<(Span, String)> {
    let Some(facts) = page.facts else { return Vec::new() };
    let to = moved(moves, page.path);
    let from_new = to.as_deref().unwrap_or(page.path);
    let mut edits = Vec::new();
    for (_, written) in written::all(page.kind, facts) {
        let Some(lead) = resolve::lead(world, page.path, &written) else { continue };
        let Some(there) = lead.there.as_ref().filter(|_| !written.text.starts_with('#')) else { continue };
        let target = moved(moves, &there.path);
        if to.is_none() && target.is_none() {
            continue;
        }
        let target = target.unwrap_or_else(|| there.path.clone());
        let rewrite = Rewrite { world, moves, created: &[], origin: page.path, from: from_new };
        edits.extend(rewritten(&rewrite, page, &written, &lead, &target));
    }
    edits
}

/// For whom a destination is written anew.
pub(super) struct Rewrite<'a> {
    pub world: &'a World,
    /// Moves that are yet to be made.
    pub moves: &'a [Move],
    /// Files and folders that are yet to be created.
    pub created: &'a [String],
    /// Where the file was when the destination was written.
    pub origin: &'a str,
    /// Where it will be.
    pub from: &'a str,
}

/// A destination that led to `lead.there` and is to lead to `target`: where its path stands, and what to
/// write; `None` where it leads there already.
pub(super) fn rewritten(
    rewrite: &Rewrite<'_>,
    page: &Page<'_>,
    written: &Written<'_>,
    lead: &Lead,
    target: &str,
) -> Option<(Span, String)> {
    let (text, there) = (page.text?, lead.there.as_ref()?);
    if written.base == Base::Worker {
        return worker(rewrite, written, there, target);
    }
    let after = After { rewrite, base: written.base };
    if after.leads(written.text, target, there.spelling) {
        return None;
    }
    let span = written.parts(Some(text)).path;
    let before = text.get(..span.start as usize).and_then(|text| text.chars().next_back());
    let style = StyleOf { written, raw: span.of(text), before, from: rewrite.origin };
    Some((span, style.write(lead, there, &after, target)))
}

/// The name of a workflow that moves; `None` where it is called as before, and where it goes to another
/// folder, in which nobody finds it.
fn worker(
    rewrite: &Rewrite<'_>,
    written: &Written<'_>,
    there: &There,
    target: &str,
) -> Option<(Span, String)> {
    let ending = there.path.strip_prefix(&path::beside(rewrite.origin, written.text))?;
    let name = path::file_name(target).strip_suffix(ending)?;
    let stays = path::parent(target) == path::parent(rewrite.from) && name != written.text;
    stays.then(|| (written.span, name.to_owned()))
}

/// The workspace after the moves, seen from a destination.
struct After<'a> {
    rewrite: &'a Rewrite<'a>,
    base: Base,
}

impl After<'_> {
    /// Whether a destination leads to `target`.
    fn leads(&self, written: &str, target: &str, spelling: Spelling) -> bool {
        let Target::Path { candidates, .. } = understand(written, self.rewrite.from, self.base) else {
            return false;
        };
        let first = candidates.iter().find(|candidate| self.is_there(candidate));
        match (first, spelling) {
            (Some(first), _) => first == target,
            (None, Spelling::WithoutEnding) => {
                candidates.iter().any(|candidate| target.strip_suffix(".md") == Some(candidate))
            }
            (None, Spelling::OtherCase) => {
                candidates.first().is_some_and(|own| own.to_lowercase() == target.to_lowercase())
            }
            (None, Spelling::Same) => false,
        }
    }

    /// Whether something stands at a path.
    fn is_there(&self, path: &str) -> bool {
        let Rewrite { world, moves, created, .. } = *self.rewrite;
        let came = moves.iter().filter(|one| path::is_below(path, &one.to));
        let mut origins = came.filter_map(|one| Some(format!("{}{}", one.from, path.get(one.to.len()..)?)));
        let stands = |path: &str| world.probe(path) != Probe::Missing;
        created.iter().any(|own| path::is_below(own, path))
            || origins.any(|origin| stands(&origin))
            || (stands(path) && moved(moves, path).is_none())
    }
}

/// How a destination is written: what its author chose is kept.
struct StyleOf<'s> {
    written: &'s Written<'s>,
    /// Its path in the text.
    raw: &'s str,
    /// The character before it.
    before: Option<char>,
    /// The file in which it stands.
    from: &'s str,
}

impl StyleOf<'_> {
    /// The destination for `target`: in the author's way, or relative where that would lead elsewhere, or
    /// with its ending.
    fn write(&self, lead: &Lead, there: &There, after: &After<'_>, target: &str) -> String {
        let bare = there.spelling == Spelling::WithoutEnding;
        let short = target.strip_suffix(".md").filter(|_| bare).unwrap_or(target);
        let relative = |target: &str| path::relative(path::parent(after.rewrite.from), target);
        let ways = [self.way(lead, there, after, short, &relative(short)), relative(short)];
        let leads = |way: &String| after.leads(&written::encoded(way, "", false), target, there.spelling);
        let mut path = ways.into_iter().find(leads).unwrap_or_else(|| {
            let full = relative(target);
            full.strip_prefix("./").filter(|_| !self.is_dotted()).map(str::to_owned).unwrap_or(full)
        });
        if self.raw.ends_with('/') && !path.ends_with('/') {
            path.push('/');
        }
        self.written.spelt(&path, self.raw, self.before)
    }

    /// What had no `./` before gets none, save where it may make a path of a word.
    fn is_dotted(&self) -> bool {
        self.raw.starts_with("./") || (self.raw.starts_with('.') && self.written.what == What::Import)
    }

    /// The path from where its author saw it: from the top, from the top of a nested project, or from the
    /// file itself.
    fn way(&self, lead: &Lead, there: &There, after: &After<'_>, target: &str, relative: &str) -> String {
        let from_top = self.raw.starts_with('/');
        let beside = lead.candidates.get(there.candidate).is_some_and(|own| {
            path::join(path::parent(self.from), self.raw).is_some_and(|path| path == *own)
        });
        let tries_top = matches!(self.written.base, Base::FileThenTop | Base::Part);
        if from_top || (tries_top && !beside) {
            // Who sees it from a nested top could see it from the top of all, too.
            let was_nested = nested_top(self.from).is_some_and(|top| {
                let own = lead.candidates.get(there.candidate).and_then(|own| own.strip_prefix(top));
                own.is_some_and(|rest| {
                    lead.candidates.iter().any(|other| rest.strip_prefix('/') == Some(other))
                })
            });
            let top = nested_top(after.rewrite.from).filter(|top| was_nested && path::is_below(target, top));
            let below = top.and_then(|top| target.get(top.len() + 1..)).unwrap_or(target);
            return if from_top { format!("/{below}") } else { below.to_owned() };
        }
        match relative.strip_prefix("./") {
            Some(plain) if !self.is_dotted() && !plain.is_empty() => plain.to_owned(),
            _ => relative.to_owned(),
        }
    }
}

/// Globs of `applyTo` and `paths` that begin with the path of what moves.
fn globs(world: &World, moves: &[Move]) -> Option<Changes> {
    let mut changes = Changes::default();
    for (id, state) in world.primitives().filter(|(_, state)| state.kind == Some(Kind::Instructions)) {
        let Some(map) = state.facts().and_then(|facts| facts.header.yaml.map()) else { continue };
        let mut edits: Vec<(Span, String)> = Vec::new();
        for value in ["applyTo", "paths"].iter().filter_map(|key| map.value(key)) {
            match &value.value {
                Value::Seq(seq) => seq.items.iter().for_each(|item| glob_edits(item, moves, &mut edits)),
                _ => glob_edits(value, moves, &mut edits),
            }
        }
        if edits.is_empty() {
            continue;
        }
        let (path, text) = (world.path(id), world.text(id)?);
        for (span, insert) in edits {
            changes.add(&path, &text, span, insert, Why::Glob);
        }
    }
    Some(changes)
}

fn glob_edits(node: &Node, moves: &[Move], edits: &mut Vec<(Span, String)>) {
    let Some(scalar) = node.as_scalar() else { return };
    let inner = node.inner_span();
    if inner.len() != scalar.text.len() || matches!(scalar.style, Style::Literal | Style::Folded) {
        return;
    }
    for (at, part) in scope::split(&scalar.text) {
        // A path that is a glob's beginning word for word; `[` in a path would be another glob.
        let fits = |one: &&Move| path::is_below(part, &one.from) && !one.from.is_empty();
        let Some(one) = moves.iter().filter(fits).max_by_key(|one| one.from.len()) else { continue };
        if one.to.contains(['[', ']', '{', '}', '*', '?', ',', '!', '\'', '"']) {
            continue;
        }
        let start = inner.start as usize + at;
        edits.push((Span::new(start, start + one.from.len()), one.to.clone()));
    }
}

/// The new path of what lies at `path`, where one of the moves takes it along: the longest one.
#[must_use]
pub fn moved(moves: &[Move], path: &str) -> Option<String> {
    let taken = moves.iter().filter(|one| !one.from.is_empty() && path::is_below(path, &one.from));
    let one = taken.max_by_key(|one| one.from.len())?;
    Some(format!("{}{}", one.to, path.get(one.from.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_move_takes_a_path_along() {
        let moves =
            [Move { from: "a".into(), to: "x".into() }, Move { from: "a/b".into(), to: "y/z".into() }];
        for (path, expected) in
            [("a", Some("x")), ("a/c.md", Some("x/c.md")), ("a/b/d", Some("y/z/d")), ("ab", None)]
        {
            assert_eq!(moved(&moves, path).as_deref(), expected, "{path}");
        }
    }
}
