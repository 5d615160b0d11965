//! Rename: of headings, agents, prompts, skills, link definitions, inputs, ids of tasks and files, from either end.
//!
//! What cannot be renamed whole is refused with a reason; nothing is renamed in part.

mod heading;
mod local;
mod named;
mod scalar;
mod task;

pub(super) use named::names_follow;
pub(super) use task::follow_headings;

use super::at::{self, Symbol};
use super::{moves, navigate};
use crate::changes::{Changes, Move};
use crate::disk::Probe;
use crate::path;
use crate::resolve::{self, Anchored};
use crate::world::World;
use segue_syntax::Span;

/// What can be renamed at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamable {
    /// The token.
    pub span: Span,
    /// What it is called.
    pub name: String,
}

/// Why something is not renamed, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It cannot be done as wished.
    #[error("{0}")]
    Reason(String),
    /// A file changed on disk and is not known as it is, or nobody waits any more: asked again it may be
    /// done.
    #[error("a file changed while it was looked at")]
    Changed,
}

fn refuse<T>(reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Reason(reason.into()))
}

/// What can be renamed at byte `offset` of the file at `path`; `None` where nothing has a name.
///
/// # Errors
/// Why what is there cannot be renamed.
pub fn prepare(world: &World, path: &str, offset: u32) -> Result<Option<Renamable>, Refusal> {
    let Some(at) = at::at(world, path, offset).filter(|at| at.on_token) else { return Ok(None) };
    let found = |name: String| Ok(Some(Renamable { span: at.span, name }));
    match &at.symbol {
        Symbol::Path(target) => {
            let name = file_name(world, target)?;
            Ok(Some(Renamable { span: last_segment(world, path, at.span), name: name.to_owned() }))
        }
        Symbol::Anchor { path: target, anchor } => {
            let Some((_, state)) = world.file_at(target) else {
                return refuse(format!("`{target}` is no file whose headings are known."));
            };
            let text = world.any_text(target).ok_or(Refusal::Changed)?;
            let facts = state.facts();
            match facts.and_then(|facts| resolve::anchored(facts, anchor)) {
                Some(Anchored::Heading(index)) => {
                    let heading = facts.and_then(|facts| facts.headings.get(index));
                    found(heading.map_or_else(String::new, |heading| heading.text_span.of(&text).to_owned()))
                }
                Some(Anchored::Html(_)) => found(anchor.to_string()),
                None => {
                    refuse(format!("No heading of `{}` has the anchor `#{anchor}`.", path::file_name(target)))
                }
            }
        }
        Symbol::Label { .. } => {
            let text = world.any_text(path).ok_or(Refusal::Changed)?;
            found(at.span.of(&text).to_owned())
        }
        Symbol::Input { name, .. } => found(name.to_string()),
        Symbol::Task { path, id } => {
            task::check(world, path, id)?;
            found(id.to_string())
        }
        Symbol::Agent(_) | Symbol::Prompt(_) | Symbol::Skill(_) => {
            let subject = named::subject(world, &at.symbol)?;
            found(subject.name.clone())
        }
        Symbol::Server(_) | Symbol::Tool(_) => Ok(None),
    }
}

/// The changes that give what stands at byte `offset` of the file at `path` the name `new`; `None` where
/// nothing has a name. `wanted` is asked now and then whether to go on.
///
/// # Errors
/// Why it cannot be done.
pub fn rename(
    world: &World,
    path: &str,
    offset: u32,
    new: &str,
    wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Option<Changes>, Refusal> {
    let Some(at) = at::at(world, path, offset).filter(|at| at.on_token) else { return Ok(None) };
    // The same is refused as before anything was typed.
    if prepare(world, path, offset)?.is_none() {
        return Ok(None);
    }
    let new = new.trim();
    if new.is_empty() || new.chars().any(char::is_control) {
        return refuse("A name is one line and has at least one character.");
    }
    let changes = match &at.symbol {
        Symbol::Path(target) => file(world, target, new, wanted)?,
        Symbol::Anchor { path, anchor } => heading::rename(world, path, anchor, new, wanted)?,
        Symbol::Label { .. } => local::label(world, &at.symbol, new)?,
        Symbol::Input { .. } => local::input(world, &at.symbol, new)?,
        Symbol::Task { path, id } => task::rename(world, path, id, new, wanted)?,
        Symbol::Agent(_) | Symbol::Prompt(_) | Symbol::Skill(_) => named::rename(world, &at, new, wanted)?,
        Symbol::Server(_) | Symbol::Tool(_) => return Ok(None),
    };
    Ok(Some(changes))
}

/// The last segment of a file or folder that is there.
fn file_name<'p>(world: &World, target: &'p str) -> Result<&'p str, Refusal> {
    let name = path::file_name(target);
    if name.is_empty() {
        return refuse("The workspace itself is not renamed from here.");
    }
    if world.probe(target) == Probe::Missing {
        return refuse(format!("`{target}` does not exist."));
    }
    Ok(name)
}

/// The last segment of a destination's path, in the text.
fn last_segment(world: &World, path: &str, span: Span) -> Span {
    let Some(text) = world.any_text(path) else { return span };
    let raw = span.of(&text);
    let plain = raw.trim_end_matches('/');
    let start = plain.rfind('/').map_or(0, |slash| slash + 1);
    let start = span.start as usize + start;
    Span::new(start, span.start as usize + plain.len())
}

/// A file or folder gets another name; with slashes in it, another place seen from where it lies.
fn file(
    world: &World,
    target: &str,
    new: &str,
    wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Changes, Refusal> {
    let folder = world.probe(target) == Probe::Folder;
    let mut name = new.trim_end_matches('/').to_owned();
    if !folder && path::extension(&name).is_empty() {
        // Without an ending it keeps the one that says what the file is.
        let old = path::file_name(target);
        let stem = crate::names::stem(old);
        name.push_str(old.strip_prefix(stem).unwrap_or_default());
    }
    let Some(to) = path::join(path::parent(target), &name).filter(|to| !to.is_empty()) else {
        return refuse(format!("`{new}` leads out of the workspace."));
    };
    move_to(world, target, &to, wanted)
}

/// All changes of one move, the move among them.
fn move_to(
    world: &World,
    from: &str,
    to: &str,
    wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Changes, Refusal> {
    let moves = [Move { from: from.to_owned(), to: to.to_owned() }];
    free(world, from, to)?;
    let mut changes = moves::follow(world, &moves, wanted).ok_or(Refusal::Changed)?;
    if from != to {
        changes.moves.extend(moves);
    }
    Ok(changes)
}

/// Refuses a path at which something else lies already.
fn free(world: &World, from: &str, to: &str) -> Result<(), Refusal> {
    if path::is_below(to, from) && to != from {
        return refuse(format!("`{from}` cannot be moved into itself."));
    }
    let other_letters = from.to_lowercase() == to.to_lowercase();
    if from != to && !other_letters && world.probe(to) != Probe::Missing {
        return refuse(format!("`{to}` exists already."));
    }
    Ok(())
}

/// Adds an edit of every reference to a symbol: `write` gives the new token for the old one.
fn rewrite(
    world: &World,
    symbol: &Symbol,
    changes: &mut Changes,
    wanted: &(dyn Fn() -> bool + Sync),
    write: impl Fn(&str) -> String,
) -> Result<(), Refusal> {
    for found in navigate::references(world, symbol, wanted).into_iter().filter(|found| !found.defines) {
        let text = found.text.clone().or_else(|| world.text(found.id)).ok_or(Refusal::Changed)?;
        let insert = write(found.span.of(&text));
        changes.add(&found.path, &text, found.span, insert, crate::changes::Why::Link);
    }
    if wanted() { Ok(()) } else { Err(Refusal::Changed) }
}
