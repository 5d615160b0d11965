//! The set of paths: what came, what went, and what stands where.

use super::effects::EffectSets;
use super::{Buffer, Host};
use crate::config::file::NAME;
use crate::disk::{Found, Probe, Walk};
use crate::file::LARGEST_FILE;
use crate::intern::PathId;
use crate::path;
use crate::postings::Key;
use crate::read;
use crate::recognise;
use crate::world::Slot;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What the disk has at a path, links not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Missing,
    File { link: bool },
    Folder,
}

/// At most so many files that came are read to see whether they are ones that went.
const MOST_READ: usize = 300;

/// Files whose change can change which others are seen.
const IGNORE_FILES: &[&str] = &[".gitignore", ".ignore"];

impl Host {
    pub(super) fn buffer_changed(&mut self, path: &str, buffer: Buffer, effects: &mut EffectSets) {
        let id = self.world.interner.intern(path);
        Arc::make_mut(&mut self.world.buffers).insert(id, buffer.text.clone());
        self.buffers.insert(id, buffer);
        if self.is_file(id) {
            self.refresh(id, true, effects);
        } else {
            let link = self.world.disk.is_link(path);
            self.appear(&Found { path: path.to_owned(), link }, effects);
        }
        self.settings_changed(path, effects);
        // Settings that say the same are no change, and still nobody told who opened them what is wrong there.
        if !effects.changed.contains(&id) {
            effects.dependents.insert(id);
        }
    }

    pub(super) fn buffer_closed(&mut self, path: &str, effects: &mut EffectSets) {
        let Some(id) = self.world.id(path).filter(|id| self.buffers.remove(id).is_some()) else { return };
        Arc::make_mut(&mut self.world.buffers).remove(&id);
        match self.standing(path) {
            Standing::File { link } if self.world.disk.discoverable(path) => {
                self.relink(id, link, effects);
                self.refresh(id, true, effects);
            }
            _ => self.disappear(id, path, effects),
        }
        self.settings_changed(path, effects);
    }

    /// Looks at the disk again at and below `path`.
    pub(super) fn disk_changed(&mut self, path: &str, effects: &mut EffectSets) {
        if path::file_name(path) == ".git" {
            // A folder began or ceased to be a checkout of its own: what is seen of it changes.
            self.rescan_folder(path::parent(path::parent(path)), effects);
            return;
        }
        match self.standing(path) {
            Standing::File { link } => {
                // Nothing is left of a folder that stood here; a buffer may hold the file's own place.
                self.remove_below(path, &FxHashMap::from_iter([(path, link)]), effects);
                if let Some(id) = self.file_at(path) {
                    self.relink(id, link, effects);
                    self.refresh(id, false, effects);
                } else if self.world.disk.discoverable(path) {
                    self.appear(&Found { path: path.to_owned(), link }, effects);
                }
            }
            Standing::Folder => self.rescan_folder(path, effects),
            Standing::Missing => self.remove_below(path, &FxHashMap::default(), effects),
        }
        if IGNORE_FILES.contains(&path::file_name(path)) {
            self.rescan_folder(path::parent(path), effects);
        }
        self.settings_changed(path, effects);
    }

    fn standing(&self, path: &str) -> Standing {
        if self.world.disk.is_link(path) {
            return Standing::File { link: true };
        }
        match self.world.disk.probe(path) {
            Probe::Missing => Standing::Missing,
            Probe::File => Standing::File { link: false },
            Probe::Folder => Standing::Folder,
        }
    }

    fn rescan_folder(&mut self, folder: &str, effects: &mut EffectSets) {
        let seen = folder.is_empty() || self.world.disk.discoverable(folder);
        let walk =
            if seen { self.world.disk.walk(folder, self.options.most_entries) } else { Walk::default() };
        self.note_walk(folder, &walk);
        let there: FxHashMap<&str, bool> =
            walk.files.iter().map(|found| (found.path.as_str(), found.link)).collect();
        self.remove_below(folder, &there, effects);
        for found in &walk.files {
            match self.file_at(&found.path) {
                Some(id) => {
                    self.relink(id, found.link, effects);
                    self.refresh(id, false, effects);
                }
                None => self.appear(found, effects),
            }
        }
    }

    /// Remembers what a walk left out below `folder`.
    pub(super) fn note_walk(&mut self, folder: &str, walk: &Walk) {
        let mut checkouts = self.world.checkouts.to_vec();
        checkouts.retain(|path| !path::is_below(path, folder));
        checkouts.extend(walk.checkouts.iter().cloned());
        checkouts.sort();
        let mut unreadable = self.world.unreadable.to_vec();
        unreadable.retain(|(path, _)| !path::is_below(path, folder));
        unreadable.extend(walk.unreadable.iter().cloned());
        unreadable.sort();
        self.world.checkouts = checkouts.into();
        self.world.unreadable = unreadable.into();
        if folder.is_empty() || walk.cut_at.is_some() {
            self.world.left_out_after = walk.cut_at;
        }
    }

    /// Removes every file at or below `path` that is not in `keep` and not open.
    fn remove_below(&mut self, path: &str, keep: &FxHashMap<&str, bool>, effects: &mut EffectSets) {
        for id in self.files_below(path) {
            let path = self.world.path(id);
            if !keep.contains_key(&*path) && !self.buffers.contains_key(&id) {
                self.disappear(id, &path, effects);
            }
        }
    }

    /// Finds out which of the files that went are those that came.
    pub(super) fn settle_moves(&mut self) {
        let world = &self.world;
        let left = std::cell::Cell::new(MOST_READ);
        let hash = |path: &str| {
            if let Some((_, state)) = world.file_at(path) {
                return Some(state.hash);
            }
            // Markdown that nobody refers to where it is now.
            left.set(left.get().checked_sub(1).filter(|_| path.ends_with(".md"))?);
            world.disk.read(path, LARGEST_FILE).ok().map(|bytes| read::hash(&bytes))
        };
        let mut moved = (*world.moved).clone();
        moved.settle(hash);
        self.world.moved = Arc::new(moved);
    }

    fn appear(&mut self, found: &Found, effects: &mut EffectSets) {
        let id = self.add_path(found);
        effects.changed.insert(id);
        self.path_set_changed(id, Some(true), effects);
        self.refresh(id, true, effects);
        self.neighbours_changed(&found.path, effects);
        let path = self.world.path(id);
        Arc::make_mut(&mut self.world.moved).came(&path);
    }

    fn disappear(&mut self, id: PathId, path: &str, effects: &mut EffectSets) {
        let hash = self.world.file(id).filter(|state| state.text.is_none()).map(|state| state.hash);
        let known = self.world.path(id);
        Arc::make_mut(&mut self.world.moved).went(&known, hash.filter(|hash| *hash != read::hash(&[])));
        self.set_state(id, None, effects);
        self.remove_path(id, path);
        effects.changed.insert(id);
        self.path_set_changed(id, Some(false), effects);
        if path::file_name(path) == NAME {
            self.load_settings(path, effects);
        }
        self.neighbours_changed(path, effects);
    }

    /// A file became a symbolic link, or ceased to be one.
    fn relink(&mut self, id: PathId, link: bool, effects: &mut EffectSets) {
        let was = matches!(self.slot(id), Slot::File { link: true });
        if was != link {
            self.set_state(id, None, effects);
            self.world.slots.set(id.index(), Slot::File { link });
            effects.changed.insert(id);
            self.path_set_changed(id, None, effects);
            self.refresh(id, true, effects);
        }
    }

    /// Findings about a path concern whoever refers to it, or to a folder above it. `came` says whether
    /// it came, went, or stayed as something else.
    fn path_set_changed(&mut self, id: PathId, came: Option<bool>, effects: &mut EffectSets) {
        let path = self.world.path(id);
        self.world.paths_revision += 1;
        self.world.globs.paths_changed(self.world.paths_revision, id, came, &path);
        effects.paths = true;
        effects.dependents.extend(self.world.referrers(id));
        for folder in path::ancestors(&path) {
            if let Some(folder) = self.world.id(folder) {
                effects.dependents.extend(self.world.referrers(folder));
            }
        }
    }

    /// Files whose kind hangs on what stands beside them.
    fn neighbours_changed(&mut self, path: &str, effects: &mut EffectSets) {
        if let Some(id) = recognise::decided_by(path).and_then(|beside| self.file_at(&beside)) {
            self.refresh(id, true, effects);
        }
    }

    pub(super) fn add_path(&mut self, found: &Found) -> PathId {
        let id = self.world.interner.intern(&found.path);
        self.world.slots.set(id.index(), Slot::File { link: found.link });
        for key in folded_keys(&found.path) {
            self.world.folded.add(key, id);
        }
        self.world.children.add(Key::of(path::parent(&found.path)), id);
        self.count_extension(&found.path, |count| count.saturating_add(1));
        self.count_folders(&found.path, |count| count.saturating_add(1));
        id
    }

    fn remove_path(&mut self, id: PathId, path: &str) {
        self.world.slots.set(id.index(), Slot::Nothing);
        for key in folded_keys(path) {
            self.world.folded.remove(key, id);
        }
        self.count_extension(path, |count| count.saturating_sub(1));
        self.count_folders(path, |count| count.saturating_sub(1));
        if !self.world.is_folder(path) {
            self.world.children.remove(Key::of(path::parent(path)), id);
        }
    }

    fn count_extension(&mut self, path: &str, change: fn(u32) -> u32) {
        let extension = path::extension(path);
        if extension.is_empty() {
            return;
        }
        let extensions = Arc::make_mut(&mut self.world.extensions);
        let count = change(extensions.get(extension).copied().unwrap_or_default());
        if count == 0 {
            extensions.remove(extension);
        } else {
            extensions.insert(extension.into(), count);
        }
    }

    /// A folder that gets its first file appears in the folder above it, one that loses its last goes.
    fn count_folders(&mut self, path: &str, change: fn(u32) -> u32) {
        for folder in path::ancestors(path) {
            let id = self.world.interner.intern(folder);
            let count = self.world.folders.get(id.index()).copied().unwrap_or_default();
            let changed = change(count);
            self.world.folders.set(id.index(), changed);
            if folder.is_empty() || (count == 0) == (changed == 0) {
                continue;
            }
            let above = Key::of(path::parent(folder));
            if changed > 0 {
                self.world.children.add(above, id);
            } else if !self.is_file(id) {
                self.world.children.remove(above, id);
            }
        }
    }
}

fn folded_keys(path: &str) -> [Key; 2] {
    let lower = path.to_lowercase();
    // A file at the top has one key twice, which is the same as once.
    [Key::of(lower.as_str()), Key::of(path::file_name(&lower))]
}
