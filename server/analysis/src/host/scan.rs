//! The first scan of a root.

use super::effects::EffectSets;
use super::{Host, Progress};
use crate::config::file::NAME;
use crate::disk::Found;
use crate::file::{FileState, LARGEST_FILE};
use crate::intern::PathId;
use crate::postings::Key;
use crate::recognise::Recognised;
use crate::world::{Slot, key_of};
use crate::{path, read};
use rayon::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

type Wanted = (PathId, Arc<str>, Option<Recognised>);

impl Host {
    /// Walks the root, then reads settings, primitives, and what those refer to.
    pub(super) fn scan(&mut self, progress: &(dyn Fn(Progress) + Sync)) {
        progress(Progress::Walking);
        let walk = self.world.disk.walk("", self.options.most_entries);
        self.note_walk("", &walk);
        let ids: Vec<PathId> = walk.files.iter().map(|found| self.add_path(found)).collect();
        self.read_settings(&walk.files);
        self.read_primitives(&ids, progress);
        self.read_hubs();
    }

    fn read_settings(&mut self, files: &[Found]) {
        let mut unused = EffectSets::default();
        for found in files.iter().filter(|found| path::file_name(&found.path) == NAME) {
            self.load_settings(&found.path, &mut unused);
        }
    }

    fn read_primitives(&mut self, ids: &[PathId], progress: &(dyn Fn(Progress) + Sync)) {
        let wanted = ids
            .iter()
            .filter(|id| matches!(self.slot(**id), Slot::File { link: false }))
            .filter_map(|id| {
                let path = self.world.path(*id);
                let what = self.recognise(&path)?;
                Some((*id, path, Some(what)))
            })
            .collect();
        self.read_all(wanted, progress);
    }

    fn read_hubs(&mut self) {
        let hubs = self
            .world
            .slots
            .iter()
            .filter(|(_, slot)| matches!(slot, Slot::File { link: false }))
            .map(|(index, _)| PathId::from_index(index))
            .map(|id| (id, self.world.path(id), None))
            .filter(|(id, path, _)| self.is_hub(*id, path))
            .collect();
        self.read_all(hubs, &|_| ());
    }

    fn read_all(&mut self, wanted: Vec<Wanted>, progress: &(dyn Fn(Progress) + Sync)) {
        let (disk, interner) = (self.world.disk.clone(), self.world.interner.clone());
        let (total, done) = (wanted.len(), AtomicUsize::new(0));
        let states: Vec<(PathId, Arc<FileState>)> = wanted
            .into_par_iter()
            .map(|(id, path, what)| {
                let bytes = disk.read(&path, LARGEST_FILE);
                let state = read::closed(&path, what, bytes, &interner);
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                if done.is_multiple_of(64) || done == total {
                    progress(Progress::Reading(done, total));
                }
                (id, Arc::new(state))
            })
            .collect();
        let is_kept = |(id, state): &(PathId, Arc<FileState>)| {
            state.kind.is_some() || self.is_hub(*id, &self.world.path(*id))
        };
        let kept: Vec<_> = states.into_iter().filter(is_kept).collect();
        // Nothing of a scan is so many as these.
        self.world.backlinks.add_all(|| {
            kept.iter().flat_map(|(id, state)| state.targets().map(|target| (Key::of(target), *id)))
        });
        for (id, state) in kept {
            self.place(id, state);
        }
    }

    /// [`Host::set_state`] for the first scan: who refers to what is noted before, and hubs are read
    /// afterwards, all at once.
    fn place(&mut self, id: PathId, state: Arc<FileState>) {
        for name in &state.exports.names {
            self.world.definitions.add(key_of(name), id);
            self.world.by_space.add(Key::of(name.space), id);
            self.unresolved.remove(&key_of(name));
        }
        for name in &state.uses {
            self.world.uses.add(key_of(name), id);
            self.note_resolved(key_of(name), name.space);
        }
        for key in &state.mentions {
            self.world.mentions.add(*key, id);
        }
        self.world.slots.set(id.index(), Slot::Read(state));
    }
}
