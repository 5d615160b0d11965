//! Who has to be judged again after a change.
//!
//! Findings of one file hang on others in five ways: by the paths that exist, by the names that are
//! defined, by the anchors and flags of what it refers to, by the graph of who uses whom, and by the
//! settings. Changes note what they touched; [`Host::widen`] follows the graph once, at the end.

use super::{Effects, Host};
use crate::file::{FileState, Space};
use crate::intern::PathId;
use crate::names;
use crate::postings::Key;
use crate::world::{Slot, key_of};
use rustc_hash::FxHashSet;
use segue_catalog::Kind;
use segue_syntax::facts::TokenKind;

/// What changes touched so far.
#[derive(Default)]
pub(super) struct EffectSets {
    pub changed: FxHashSet<PathId>,
    pub dependents: FxHashSet<PathId>,
    pub everything: bool,
    /// Whether a path came or went.
    pub paths: bool,
    /// The spaces in which a name came or went.
    pub spaces: FxHashSet<Space>,
    /// Files from which the graph of uses and imports has to be followed, both ways.
    pub graph: FxHashSet<PathId>,
}

impl EffectSets {
    pub fn done(self) -> Effects {
        let sorted = |set: FxHashSet<PathId>| {
            let mut ids: Vec<PathId> = set.into_iter().collect();
            ids.sort_unstable();
            ids
        };
        Effects {
            dependents: sorted(self.dependents.difference(&self.changed).copied().collect()),
            changed: sorted(self.changed),
            everything: self.everything,
        }
    }
}

/// Whether `old` and `new` differ in what they tie together: names, uses, imports.
pub(super) fn ties_differ(old: Option<&FileState>, new: Option<&FileState>) -> bool {
    let ties = |state: Option<&FileState>| {
        state.map(|state| (state.kind, state.exports.hidden, state.exports.names.clone(), state.uses.clone()))
    };
    let imports = |state: Option<&FileState>| -> Vec<Box<str>> {
        let tokens = state.and_then(FileState::facts).map_or(&[][..], |facts| &facts.tokens);
        let imports = tokens.iter().filter(|token| token.kind == TokenKind::Import);
        imports.map(|token| token.name.clone()).collect()
    };
    let workers = |state: Option<&FileState>| {
        state
            .filter(|state| state.kind == Some(Kind::Workflow))
            .map(|state| state.targets().collect::<Vec<_>>())
    };
    ties(old) != ties(new) || imports(old) != imports(new) || workers(old) != workers(new)
}

/// Whether findings of a kind look along the chain of what files refer to: imports, workflows that start
/// each other.
fn ties_by_path(kind: Kind) -> bool {
    names::reads_imports(kind) || kind == Kind::Workflow
}

impl Host {
    /// Adds what the changes reach by way of others.
    pub(super) fn widen(&mut self, effects: &mut EffectSets) {
        if effects.paths {
            self.add_path_readers(effects);
        }
        if !effects.spaces.is_empty() {
            // Whoever uses a name that nobody defines may be nearer to a right one now.
            for (key, space) in &self.unresolved {
                if effects.spaces.contains(space) {
                    effects.dependents.extend(self.world.uses.get(*key));
                }
            }
        }
        let roots: Vec<PathId> = effects.graph.iter().copied().collect();
        self.follow(&roots, &mut effects.dependents, Self::users_of);
        self.follow(&roots, &mut effects.dependents, Self::used_by);
    }

    /// Files whose findings look at the whole set of paths: those that refer to something that is not
    /// there (it may have come under another spelling) and those with globs.
    fn add_path_readers(&self, effects: &mut EffectSets) {
        for index in 0..self.world.interner.len() {
            let id = PathId::from_index(index);
            match self.slot(id) {
                Slot::Nothing => effects.dependents.extend(self.world.referrers(id)),
                Slot::Read(state) if state.kind == Some(Kind::Instructions) => {
                    effects.dependents.insert(id);
                }
                Slot::File { .. } | Slot::Read(_) => {}
            }
        }
    }

    fn follow(
        &self,
        roots: &[PathId],
        reached: &mut FxHashSet<PathId>,
        next: fn(&Self, PathId) -> Vec<PathId>,
    ) {
        let mut seen: FxHashSet<PathId> = roots.iter().copied().collect();
        let mut waiting: Vec<PathId> = roots.to_vec();
        while let Some(id) = waiting.pop() {
            for other in next(self, id) {
                if seen.insert(other) {
                    reached.insert(other);
                    waiting.push(other);
                }
            }
        }
        reached.extend(roots);
    }

    /// Files that use a name of this one, or import it.
    fn users_of(&self, id: PathId) -> Vec<PathId> {
        let Some(state) = self.world.file(id) else { return Vec::new() };
        let by_name = state.exports.names.iter().flat_map(|name| {
            user_keys(name.space, &name.text)
                .into_iter()
                .flat_map(|key| self.world.uses.get(key).iter().copied())
        });
        let importers = self
            .world
            .referrers(id)
            .iter()
            .copied()
            .filter(|id| self.world.file(*id).is_some_and(|state| state.kind.is_some_and(ties_by_path)));
        by_name.chain(importers).collect()
    }

    /// Files whose names this one uses, or that it imports.
    fn used_by(&self, id: PathId) -> Vec<PathId> {
        let Some(state) = self.world.file(id) else { return Vec::new() };
        let by_name =
            state.uses.iter().flat_map(|name| self.world.definitions.get(key_of(name)).iter().copied());
        let imports = state.kind.is_some_and(ties_by_path);
        by_name.chain(state.targets().filter(|_| imports)).collect()
    }
}

/// The keys under which users of a defined name are filed. Agents are called by name in one client
/// and by file in another, and a use does not say which.
pub(super) fn user_keys(space: Space, text: &str) -> Vec<Key> {
    let mut keys = vec![crate::world::name_key(space, text)];
    if space == Space::AgentFile {
        keys.push(crate::world::name_key(Space::Agent, text));
    }
    keys
}
