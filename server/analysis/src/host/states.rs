//! What is known of single files, and the postings that follow from it.

use super::Host;
use super::effects::{EffectSets, ties_differ, user_keys};
use crate::config::file::NAME;
use crate::file::{FileState, LARGEST_FILE, Name, Space};
use crate::intern::PathId;
use crate::postings::Key;
use crate::recognise::{self, Recognised};
use crate::world::{Slot, key_of};
use crate::{path, read};
use std::sync::Arc;

impl Host {
    /// Reads a file again, from its buffer or the disk, where it is one that is read at all. Unless
    /// `force` it stays as it is where its bytes are the same.
    pub(super) fn refresh(&mut self, id: PathId, force: bool, effects: &mut EffectSets) {
        let path = self.world.path(id);
        if path::file_name(&path) == NAME {
            self.load_settings(&path, effects);
            return;
        }
        let link = matches!(self.slot(id), Slot::File { link: true });
        let what = self.recognise(&path);
        let wanted = !link && self.is_file(id) && (what.is_some() || self.is_hub(id, &path));
        if !wanted {
            if is_read_when_asked_for(&path) {
                effects.dependents.extend(self.world.referrers(id));
            }
            self.set_state(id, None, effects);
            return;
        }
        let state = match self.buffers.get(&id) {
            // The disk does not count while a buffer is open.
            Some(_) if !force => return,
            Some(buffer) => {
                let before = self.world.file(id).map(|state| &**state);
                read::open(&path, what, &buffer.text, buffer.version, &self.world.interner, before)
            }
            None => {
                let bytes = self.world.disk.read(&path, LARGEST_FILE);
                if let (false, Ok(bytes), Some(old)) = (force, &bytes, self.world.file(id))
                    && old.hash == read::hash(bytes)
                    && old.kind == what.map(|what| what.kind)
                {
                    return;
                }
                read::closed(&path, what, bytes, &self.world.interner)
            }
        };
        // What its header did not bear out may still be somebody's target.
        let keep = state.kind.is_some() || self.is_hub(id, &path);
        self.set_state(id, keep.then(|| Arc::new(state)), effects);
    }

    pub(super) fn recognise(&self, path: &str) -> Option<Recognised> {
        recognise::by_path(path, &|beside| self.file_at(beside).is_some())
    }

    /// Whether the file is Markdown that some primitive refers to.
    pub(super) fn is_hub(&self, id: PathId, path: &str) -> bool {
        is_read_for_others(path) && !self.world.referrers(id).is_empty()
    }

    /// Puts a state in its place and brings the postings after it.
    pub(super) fn set_state(&mut self, id: PathId, state: Option<Arc<FileState>>, effects: &mut EffectSets) {
        let old = self.world.file(id).cloned();
        if old.is_none() && state.is_none() {
            return;
        }
        effects.changed.insert(id);
        let fingerprint =
            |state: &Option<Arc<FileState>>| state.as_ref().map(|state| state.exports.fingerprint);
        if fingerprint(&old) != fingerprint(&state) {
            effects.dependents.extend(self.world.referrers(id));
        }
        if ties_differ(old.as_deref(), state.as_deref()) {
            effects.graph.insert(id);
        }
        self.update_names(id, old.as_deref(), state.as_deref(), effects);
        let (before, after) = (targets(old.as_ref()), targets(state.as_ref()));
        self.world.slots.set(id.index(), state.map_or(Slot::File { link: false }, Slot::Read));
        self.update_targets(id, &before, &after, effects);
    }

    fn update_targets(&mut self, id: PathId, before: &[PathId], after: &[PathId], effects: &mut EffectSets) {
        let missing_in = |other: &[PathId], target: &PathId| other.binary_search(target).is_err();
        let removed: Vec<PathId> =
            before.iter().copied().filter(|target| missing_in(after, target)).collect();
        let added: Vec<PathId> = after.iter().copied().filter(|target| missing_in(before, target)).collect();
        for target in &removed {
            self.world.backlinks.remove(Key::of(*target), id);
        }
        for target in &added {
            self.world.backlinks.add(Key::of(*target), id);
        }
        for target in removed.into_iter().chain(added) {
            // Who refers to a file may be a finding of that file.
            if self.world.file(target).is_some() {
                effects.dependents.insert(target);
            }
            self.target_changed(target, effects);
        }
    }

    /// A path gained or lost a referrer: it may begin or cease to be a hub.
    fn target_changed(&mut self, target: PathId, effects: &mut EffectSets) {
        match self.slot(target) {
            Slot::File { link: false } if is_read_for_others(&self.world.path(target)) => {
                self.refresh(target, true, effects);
            }
            Slot::Read(state) if state.kind.is_none() && self.world.referrers(target).is_empty() => {
                self.set_state(target, None, effects);
            }
            _ => {}
        }
    }

    fn update_names(
        &mut self,
        id: PathId,
        old: Option<&FileState>,
        new: Option<&FileState>,
        effects: &mut EffectSets,
    ) {
        let before: &[Name] = old.map_or(&[], |state| &state.exports.names);
        let after: &[Name] = new.map_or(&[], |state| &state.exports.names);
        for name in before.iter().filter(|name| !after.contains(name)) {
            self.world.definitions.remove(key_of(name), id);
            if !after.iter().any(|other| other.space == name.space) {
                self.world.by_space.remove(Key::of(name.space), id);
            }
            self.name_changed(name, effects);
        }
        for name in after.iter().filter(|name| !before.contains(name)) {
            self.world.definitions.add(key_of(name), id);
            self.world.by_space.add(Key::of(name.space), id);
            self.name_changed(name, effects);
        }
        if old.map(|old| old.exports.fingerprint) != new.map(|new| new.exports.fingerprint) {
            for name in after {
                for key in user_keys(name.space, &name.text) {
                    effects.dependents.extend(self.world.uses.get(key));
                }
            }
        }
        let before: &[Key] = old.map_or(&[], |state| &state.mentions);
        let after: &[Key] = new.map_or(&[], |state| &state.mentions);
        for key in before.iter().filter(|key| after.binary_search(key).is_err()) {
            self.world.mentions.remove(*key, id);
        }
        for key in after.iter().filter(|key| before.binary_search(key).is_err()) {
            self.world.mentions.add(*key, id);
        }
        let before: &[Name] = old.map_or(&[], |state| &state.uses);
        let after: &[Name] = new.map_or(&[], |state| &state.uses);
        for name in before.iter().filter(|name| after.binary_search(name).is_err()) {
            self.world.uses.remove(key_of(name), id);
            self.use_changed(name, effects);
        }
        for name in after.iter().filter(|name| before.binary_search(name).is_err()) {
            self.world.uses.add(key_of(name), id);
            self.use_changed(name, effects);
        }
    }

    /// A file began or ceased to define a name.
    fn name_changed(&mut self, name: &Name, effects: &mut EffectSets) {
        let key = key_of(name);
        effects.spaces.insert(name.space);
        if name.space == Space::AgentFile {
            effects.spaces.insert(Space::Agent);
        }
        effects.dependents.extend(self.world.definitions.get(key));
        for key in user_keys(name.space, &name.text) {
            effects.dependents.extend(self.world.uses.get(key));
        }
        self.note_resolved(key, name.space);
    }

    /// A file began or ceased to use a name: who defines it may not be reached otherwise.
    fn use_changed(&mut self, name: &Name, effects: &mut EffectSets) {
        let key = key_of(name);
        effects.graph.extend(self.world.definitions.get(key));
        self.note_resolved(key, name.space);
    }

    /// Brings the list of used names that nobody defines after a change of one.
    pub(super) fn note_resolved(&mut self, key: Key, space: Space) {
        if self.world.definitions.get(key).is_empty() && !self.world.uses.get(key).is_empty() {
            self.unresolved.insert(key, space);
        } else {
            self.unresolved.remove(&key);
        }
    }
}

/// Whether a file that is no primitive is read where somebody refers to it.
fn is_read_for_others(path: &str) -> bool {
    path.ends_with(".md") || crate::four_sections::is_table(path)
}

/// Whether findings of other files hang on what it holds although no state of it is kept: a workflow of
/// GitHub Actions, of which only those that start it want to know something.
fn is_read_when_asked_for(path: &str) -> bool {
    (path.ends_with(".yml") || path.ends_with(".yaml"))
        && crate::names::ends_with_path(path::parent(path), ".github/workflows")
}

fn targets(state: Option<&Arc<FileState>>) -> Box<[PathId]> {
    state.map(|state| state.targets().collect()).unwrap_or_default()
}
