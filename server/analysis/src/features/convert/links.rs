//! Links that follow a file: its own, and those of the files that refer to it.

use crate::changes::{Changes, Move, Why};
use crate::diagnostics::Edit;
use crate::disk::Probe;
use crate::intern::PathId;
use crate::names::reads_imports;
use crate::path;
use crate::target::{Base, Target, understand};
use crate::world::World;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use segue_catalog::Kind;
use segue_syntax::facts::TokenKind;
use segue_syntax::{Facts, Span};

/// What a destination in a link cannot hold as it is.
const ENCODED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'%').add(b'(').add(b')').add(b'<').add(b'>').add(b'#').add(b'?').add(b'"');

/// A destination as it is written.
struct Written<'f> {
    text: &'f str,
    span: Span,
    base: Base,
    link: bool,
}

/// Every destination of a file, in order.
fn destinations(kind: Option<Kind>, facts: &Facts) -> Vec<Written<'_>> {
    let inline = facts
        .links
        .iter()
        .filter(|link| link.definition.is_none())
        .map(|link| (&*link.target, link.target_span));
    let defined = facts.definitions.iter().map(|definition| (&*definition.target, definition.target_span));
    let mut all: Vec<Written<'_>> = inline
        .chain(defined)
        .map(|(text, span)| Written { text, span, base: Base::Link, link: true })
        .collect();
    all.extend(facts.tokens.iter().filter(|token| !token.in_code).filter_map(|token| {
        let base = match token.kind {
            TokenKind::File => Base::FileThenTop,
            TokenKind::Import if kind.is_some_and(reads_imports) => Base::Link,
            _ => return None,
        };
        Some(Written { text: &token.name, span: token.name_span, base, link: false })
    }));
    all.retain(|written| !written.span.is_empty());
    all.sort_by_key(|written| written.span);
    all.dedup_by(|one, other| one.span.overlaps(other.span));
    all
}

/// The edits after which a file's own destinations lead from `to` where they lead from `from` now.
/// What leads nowhere is left alone.
pub(super) fn own(world: &World, kind: Kind, facts: &Facts, from: &str, to: &str) -> Vec<Edit> {
    destinations(Some(kind), facts)
        .iter()
        .filter_map(|written| {
            let target = existing(world, written, from)?;
            let target = if target == from { to } else { &target };
            let moved = Written { base: written.base, ..*written };
            // From its new place it may lead there as it is written.
            if leads_to(world, &moved, to).as_deref() == Some(target) {
                return None;
            }
            rewritten(written, to, target)
        })
        .collect()
}

/// The file at its new place; all other files refer to it there.
pub(super) fn moved(world: &World, id: PathId, to: &str) -> Changes {
    let from = world.path(id);
    let moves = vec![Move { from: from.to_string(), to: to.to_owned() }];
    let mut changes = Changes { moves, ..Changes::default() };
    for referrer in world.referrers(id).iter().filter(|referrer| **referrer != id) {
        let Some(state) = world.file(*referrer) else { continue };
        let Some(facts) = state.facts().filter(|_| state.kind.is_some()) else { continue };
        let Some(text) = world.text(*referrer) else { continue };
        let place = world.path(*referrer);
        for written in destinations(state.kind, facts) {
            if existing(world, &written, &place).as_deref() == Some(&*from)
                && let Some(edit) = rewritten(&written, &place, to)
            {
                changes.add(&place, &text, edit.span, edit.insert, Why::Link);
            }
        }
    }
    changes
}

/// The path that a destination leads to, where something is there.
fn existing(world: &World, written: &Written<'_>, from: &str) -> Option<String> {
    let Target::Path { candidates, .. } = understand(written.text, from, written.base) else { return None };
    candidates.into_iter().find(|candidate| world.probe(candidate) != Probe::Missing)
}

/// The same for a place at which the file is not yet.
fn leads_to(world: &World, written: &Written<'_>, place: &str) -> Option<String> {
    existing(world, written, place)
}

/// The edit that makes a destination lead from the file at `place` to `target`, in the form in which
/// it is written.
fn rewritten(written: &Written<'_>, place: &str, target: &str) -> Option<Edit> {
    let rest = written.text.find(['#', '?']).and_then(|at| written.text.get(at..)).unwrap_or_default();
    let path = if written.text.starts_with('/') {
        format!("/{target}")
    } else {
        let relative = path::relative(path::parent(place), target);
        match relative.strip_prefix("./") {
            Some(bare) if !written.text.starts_with("./") => bare.to_owned(),
            _ => relative,
        }
    };
    let path = if written.link { utf8_percent_encode(&path, ENCODED).to_string() } else { path };
    let folder = if written.text.ends_with('/') { "/" } else { "" };
    let insert = format!("{path}{folder}{rest}");
    (insert != written.text).then_some(Edit { span: written.span, insert })
}
