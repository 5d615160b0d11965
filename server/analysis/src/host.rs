//! The one writer: takes changes in, gives snapshots out.
//!
//! An edit costs what it changes. The file's facts are made anew, its names and references are
//! compared with the former ones as sets, and only the postings that differ are touched.

use crate::config_file;
use crate::disk::{Disk, Found, Probe};
use crate::file::FileState;
use crate::intern::PathId;
use crate::path;
use crate::postings::Key;
use crate::read;
use crate::recognise::Recognised;
use crate::user::UserFiles;
use crate::world::{Slot, World, key_of};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use segue_catalog::ClientSet;
use std::sync::Arc;

/// At most so many entries of a root are looked at.
pub const MOST_ENTRIES: usize = 200_000;

/// How a root is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// At most so many entries are looked at.
    pub most_entries: usize,
    /// What the user's own folders define, where they may be read.
    pub user: UserFiles,
    /// The only clients that findings are about, whatever settings say; `None` leaves it to them.
    pub clients: Option<ClientSet>,
}

impl Default for Options {
    fn default() -> Self {
        Self { most_entries: MOST_ENTRIES, user: UserFiles::default(), clients: None }
    }
}

/// How far the first scan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Walking the folders.
    Walking,
    /// So many of so many files are read.
    Reading(usize, usize),
}

/// A change that reached the workspace.
#[derive(Clone, Debug)]
pub enum Change {
    /// Something at this path was created, written or removed on disk: a file or a folder.
    Disk(String),
    /// An open buffer has this text now.
    Buffer {
        /// The file.
        path: String,
        /// The whole text.
        text: Arc<str>,
        /// The version the client gave it.
        version: Option<i32>,
    },
    /// The buffer was closed: the disk counts again.
    Closed(String),
}

/// What a change reached: what may have to be judged again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Files whose own content or kind changed, or that are gone.
    pub changed: Vec<PathId>,
    /// Files whose findings may differ although they did not change.
    pub dependents: Vec<PathId>,
    /// Whether settings changed, so that everything has to be judged again.
    pub everything: bool,
}

/// The writer of one root.
#[derive(Debug)]
pub struct Host {
    world: World,
    buffers: FxHashMap<PathId, Buffer>,
    options: Options,
}

#[derive(Clone, Debug)]
struct Buffer {
    text: Arc<str>,
    version: Option<i32>,
}

impl Host {
    /// Scans a root. `progress` is told how far it is, from several threads.
    #[must_use]
    pub fn open(disk: Arc<dyn Disk>, options: Options, progress: &(dyn Fn(Progress) + Sync)) -> Self {
        let mut host = Self { world: World::new(disk), buffers: FxHashMap::default(), options };
        host.world.user = Arc::new(host.options.user.clone());
        Arc::make_mut(&mut host.world.default_config).narrow(host.options.clients);
        progress(Progress::Walking);
        let walk = host.world.disk.walk("", host.options.most_entries);
        host.world.left_out_after = walk.cut_at;
        host.world.checkouts = Arc::new(walk.checkouts);
        host.world.unreadable = Arc::new(walk.unreadable);
        let ids: Vec<PathId> = walk.files.iter().map(|found| host.add_path(found)).collect();
        host.load_configs(&walk.files);
        host.read_primitives(&ids, progress);
        host.read_hubs();
        host.world.revision = 1;
        host.world.paths_revision = 1;
        host
    }

    /// The present state.
    #[must_use]
    pub fn snapshot(&self) -> Arc<World> {
        Arc::new(self.world.clone())
    }

    /// Takes changes in, in order.
    pub fn apply(&mut self, changes: impl IntoIterator<Item = Change>) -> Effects {
        let mut effects = EffectSets::default();
        for change in changes {
            match change {
                Change::Disk(path) => self.disk_changed(&path, &mut effects),
                Change::Buffer { path, text, version } => {
                    self.buffer_changed(&path, text, version, &mut effects)
                }
                Change::Closed(path) => {
                    if let Some(id) = self.world.id(&path)
                        && self.buffers.remove(&id).is_some()
                    {
                        self.disk_changed(&path, &mut effects);
                        self.refresh(id, true, &mut effects);
                    }
                }
            }
        }
        self.world.revision += 1;
        effects.done()
    }

    fn buffer_changed(&mut self, path: &str, text: Arc<str>, version: Option<i32>, effects: &mut EffectSets) {
        let id = self.world.interner.intern(path);
        self.buffers.insert(id, Buffer { text, version });
        if matches!(self.world.slots.get(id.index()), None | Some(Slot::Nothing | Slot::Folder(_))) {
            self.appear(&Found { path: path.to_owned(), link: false }, effects);
        } else {
            self.refresh(id, true, effects);
        }
    }

    /// Looks at the disk again below `path`.
    fn disk_changed(&mut self, path: &str, effects: &mut EffectSets) {
        // A checkout began or ended to be one: its whole folder comes or goes.
        let path = if path::file_name(path) == ".git" { path::parent(path) } else { path };
        let known = self.world.id(path).and_then(|id| self.world.slots.get(id.index())).cloned();
        let now = self.world.disk.probe(path);
        match (known, now) {
            (Some(Slot::File { .. } | Slot::Read(_)), Probe::File) => {
                if let Some(id) = self.world.id(path) {
                    self.refresh(id, false, effects);
                }
            }
            (_, Probe::File) => {
                if self.world.disk.discoverable(path) {
                    self.remove_below(path, &FxHashSet::default(), effects);
                    self.appear(
                        &Found { path: path.to_owned(), link: self.world.disk.is_link(path) },
                        effects,
                    );
                }
            }
            (_, Probe::Folder) => self.rescan_folder(path, effects),
            (_, Probe::Missing) => self.remove_below(path, &FxHashSet::default(), effects),
        }
        if path::file_name(path) == ".gitignore" || path::file_name(path) == ".ignore" {
            self.rescan_folder(path::parent(path), effects);
        }
    }

    fn rescan_folder(&mut self, folder: &str, effects: &mut EffectSets) {
        let walk = if folder.is_empty() || self.world.disk.discoverable(folder) {
            self.world.disk.walk(folder, self.options.most_entries)
        } else {
            crate::disk::Walk::default()
        };
        let there: FxHashSet<String> = walk.files.iter().map(|found| found.path.clone()).collect();
        self.remove_below(folder, &there, effects);
        for found in &walk.files {
            match self.world.id(&found.path).and_then(|id| Some((id, self.world.slots.get(id.index())?))) {
                Some((id, Slot::File { .. } | Slot::Read(_))) => self.refresh(id, false, effects),
                _ => self.appear(found, effects),
            }
        }
    }

    /// Removes every file at or below `path` that is not in `keep` and not open.
    fn remove_below(&mut self, path: &str, keep: &FxHashSet<String>, effects: &mut EffectSets) {
        let gone: Vec<PathId> = match self.world.id(path).map(|id| (id, self.world.slots.get(id.index()))) {
            Some((id, Some(Slot::File { .. } | Slot::Read(_)))) => vec![id],
            Some((_, Some(Slot::Folder(_)))) => self
                .world
                .slots
                .iter()
                .filter(|(_, slot)| matches!(slot, Slot::File { .. } | Slot::Read(_)))
                .map(|(index, _)| PathId::from_index(index))
                .filter(|id| path::is_below(&self.world.path(*id), path))
                .collect(),
            _ if path.is_empty() => self.all_files(),
            _ => Vec::new(),
        };
        for id in gone {
            let path = self.world.path(id);
            if !keep.contains(&*path) && !self.buffers.contains_key(&id) {
                self.disappear(id, &path, effects);
            }
        }
    }

    fn all_files(&self) -> Vec<PathId> {
        self.world
            .slots
            .iter()
            .filter(|(_, slot)| matches!(slot, Slot::File { .. } | Slot::Read(_)))
            .map(|(index, _)| PathId::from_index(index))
            .collect()
    }

    fn appear(&mut self, found: &Found, effects: &mut EffectSets) {
        let id = self.add_path(found);
        self.world.paths_revision += 1;
        effects.changed.insert(id);
        self.path_set_changed(id, effects);
        self.refresh(id, true, effects);
        self.neighbours_changed(&found.path, effects);
    }

    fn disappear(&mut self, id: PathId, path: &str, effects: &mut EffectSets) {
        self.set_state(id, None, effects);
        self.remove_path(id, path);
        self.world.paths_revision += 1;
        effects.changed.insert(id);
        self.path_set_changed(id, effects);
        if path::file_name(path) == config_file::NAME {
            self.load_config(path, effects);
        }
        self.neighbours_changed(path, effects);
    }

    /// Findings about a path concern whoever refers to it, or to a folder above it.
    fn path_set_changed(&mut self, id: PathId, effects: &mut EffectSets) {
        effects.dependents.extend(self.world.referrers(id));
        let path = self.world.path(id);
        for folder in path::ancestors(&path) {
            if let Some(folder) = self.world.id(folder) {
                effects.dependents.extend(self.world.referrers(folder));
            }
        }
    }

    /// Files whose kind hangs on what stands beside them.
    fn neighbours_changed(&mut self, path: &str, effects: &mut EffectSets) {
        if matches!(path::file_name(path), "spec.md" | "plan.md") {
            let beside = match path::parent(path) {
                "" => "tasks.md".to_owned(),
                folder => format!("{folder}/tasks.md"),
            };
            if let Some(id) = self.world.id(&beside) {
                self.refresh(id, true, effects);
            }
        }
    }

    /// Reads a file again, from its buffer or the disk, where it is one that is read at all.
    fn refresh(&mut self, id: PathId, force: bool, effects: &mut EffectSets) {
        let path = self.world.path(id);
        if path::file_name(&path) == config_file::NAME {
            self.load_config(&path, effects);
            return;
        }
        let link = matches!(self.world.slots.get(id.index()), Some(Slot::File { link: true }));
        let what = self.recognise(&path);
        let buffer = self.buffers.get(&id).cloned();
        let wanted = !link && (what.is_some() || self.is_hub(id, &path));
        if !wanted {
            self.set_state(id, None, effects);
            return;
        }
        let state = match buffer {
            Some(buffer) => read::open(&path, what, &buffer.text, buffer.version, &self.world.interner),
            None => {
                let bytes = self.world.disk.read(&path, crate::file::LARGEST_FILE);
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
        if state.kind.is_none() && !self.is_hub(id, &path) {
            self.set_state(id, None, effects);
        } else {
            self.set_state(id, Some(Arc::new(state)), effects);
        }
    }

    /// Whether the file is Markdown that some primitive refers to.
    fn is_hub(&self, id: PathId, path: &str) -> bool {
        path.ends_with(".md") && !self.world.referrers(id).is_empty()
    }

    /// Puts a state in its place and brings the postings after it.
    fn set_state(&mut self, id: PathId, state: Option<Arc<FileState>>, effects: &mut EffectSets) {
        let old = self.world.file(id).cloned();
        if old.is_none() && state.is_none() {
            return;
        }
        effects.changed.insert(id);
        let (old_targets, new_targets) = (targets(old.as_ref()), targets(state.as_ref()));
        let exported_same = old.as_ref().map(|old| old.exports.fingerprint)
            == state.as_ref().map(|state| state.exports.fingerprint);
        self.update_names(id, old.as_deref(), state.as_deref(), effects);
        self.world.slots.set(id.index(), state.map_or(Slot::File { link: false }, Slot::Read));
        if !exported_same {
            effects.dependents.extend(self.world.referrers(id));
        }
        let removed: Vec<PathId> =
            old_targets.iter().filter(|target| new_targets.binary_search(target).is_err()).copied().collect();
        let added: Vec<PathId> =
            new_targets.iter().filter(|target| old_targets.binary_search(target).is_err()).copied().collect();
        for target in &removed {
            self.world.backlinks.remove(Key::of(*target), id);
        }
        for target in &added {
            self.world.backlinks.add(Key::of(*target), id);
        }
        for target in removed.into_iter().chain(added) {
            if target != id {
                self.target_changed(target, effects);
            }
        }
    }

    /// A path gained or lost a referrer: it may begin or cease to be a hub.
    fn target_changed(&mut self, target: PathId, effects: &mut EffectSets) {
        match self.world.slots.get(target.index()) {
            Some(Slot::File { link: false }) if self.world.path(target).ends_with(".md") => {
                self.refresh(target, true, effects);
            }
            Some(Slot::Read(state)) if state.kind.is_none() && self.world.referrers(target).is_empty() => {
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
        let old_names: &[_] = old.map_or(&[], |state| &state.exports.names);
        let new_names: &[_] = new.map_or(&[], |state| &state.exports.names);
        for (name, defined) in
            old_names.iter().map(|name| (name, false)).chain(new_names.iter().map(|name| (name, true)))
        {
            let other = if defined { old_names } else { new_names };
            let key = key_of(name);
            if !other.contains(name) {
                if defined {
                    self.world.definitions.add(key, id);
                } else {
                    self.world.definitions.remove(key, id);
                }
                effects.dependents.extend(self.world.definitions.get(key));
                effects.dependents.extend(self.world.uses.get(key));
            } else if old.map(|old| old.exports.fingerprint) != new.map(|new| new.exports.fingerprint) {
                effects.dependents.extend(self.world.uses.get(key));
            }
        }
        let old_uses: &[_] = old.map_or(&[], |state| &state.uses);
        let new_uses: &[_] = new.map_or(&[], |state| &state.uses);
        for name in old_uses.iter().filter(|name| new_uses.binary_search(name).is_err()) {
            self.world.uses.remove(key_of(name), id);
        }
        for name in new_uses.iter().filter(|name| old_uses.binary_search(name).is_err()) {
            self.world.uses.add(key_of(name), id);
        }
    }

    fn add_path(&mut self, found: &Found) -> PathId {
        let id = self.world.interner.intern(&found.path);
        self.world.slots.set(id.index(), Slot::File { link: found.link });
        for key in folded_keys(&found.path) {
            self.world.folded.add(key, id);
        }
        self.count_folders(&found.path, 1);
        id
    }

    fn remove_path(&mut self, id: PathId, path: &str) {
        self.world.slots.set(id.index(), Slot::Nothing);
        for key in folded_keys(path) {
            self.world.folded.remove(key, id);
        }
        self.count_folders(path, -1);
    }

    fn count_folders(&mut self, path: &str, by: i64) {
        for folder in path::ancestors(path) {
            let id = self.world.interner.intern(folder);
            let count = match self.world.slots.get(id.index()) {
                Some(Slot::Folder(count)) => i64::from(*count),
                _ => 0,
            };
            let slot = match u32::try_from(count + by) {
                Ok(count) if count > 0 => Slot::Folder(count),
                _ => Slot::Nothing,
            };
            self.world.slots.set(id.index(), slot);
        }
    }

    fn recognise(&self, path: &str) -> Option<Recognised> {
        let exists = |beside: &str| {
            let id = self.world.id(beside)?;
            matches!(self.world.slots.get(id.index())?, Slot::File { .. } | Slot::Read(_)).then_some(())
        };
        crate::recognise::by_path(path, &|beside| exists(beside).is_some())
    }

    fn read_primitives(&mut self, ids: &[PathId], progress: &(dyn Fn(Progress) + Sync)) {
        let wanted: Vec<(PathId, Arc<str>, Recognised)> = ids
            .iter()
            .filter(|id| matches!(self.world.slots.get(id.index()), Some(Slot::File { link: false })))
            .filter_map(|id| {
                let path = self.world.path(*id);
                let what = self.recognise(&path)?;
                Some((*id, path, what))
            })
            .collect();
        self.read_all(
            wanted.iter().map(|(id, path, what)| (*id, path.clone(), Some(*what))).collect(),
            progress,
        );
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

    fn read_all(
        &mut self,
        wanted: Vec<(PathId, Arc<str>, Option<Recognised>)>,
        progress: &(dyn Fn(Progress) + Sync),
    ) {
        let (disk, interner) = (self.world.disk.clone(), self.world.interner.clone());
        let (total, done) = (wanted.len(), std::sync::atomic::AtomicUsize::new(0));
        let states: Vec<(PathId, FileState)> = wanted
            .into_par_iter()
            .map(|(id, path, what)| {
                let bytes = disk.read(&path, crate::file::LARGEST_FILE);
                let state = read::closed(&path, what, bytes, &interner);
                let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
                if done.is_multiple_of(64) || done == total {
                    progress(Progress::Reading(done, total));
                }
                (id, state)
            })
            .collect();
        let mut unused = EffectSets::default();
        for (id, state) in states {
            if state.kind.is_some() || self.is_hub(id, &self.world.path(id)) {
                self.place(id, Arc::new(state), &mut unused);
            }
        }
    }

    /// [`Host::set_state`] during the first scan: hubs are read afterwards, all at once.
    fn place(&mut self, id: PathId, state: Arc<FileState>, unused: &mut EffectSets) {
        self.update_names(id, None, Some(&state), unused);
        for target in &state.targets {
            self.world.backlinks.add(Key::of(*target), id);
        }
        self.world.slots.set(id.index(), Slot::Read(state));
    }

    fn load_configs(&mut self, files: &[Found]) {
        let mut unused = EffectSets::default();
        for found in files.iter().filter(|found| path::file_name(&found.path) == config_file::NAME) {
            self.load_config(&found.path, &mut unused);
        }
    }

    fn load_config(&mut self, path: &str, effects: &mut EffectSets) {
        effects.everything = true;
        let configs = Arc::make_mut(&mut self.world.configs);
        let buffer = self.world.interner.get(path).and_then(|id| self.buffers.get(&id));
        let text = match buffer {
            Some(buffer) => Some(buffer.text.to_string()),
            None if self.world.disk.probe(path) == Probe::File => self
                .world
                .disk
                .read(path, crate::file::LARGEST_FILE)
                .ok()
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            None => None,
        };
        let disk = self.world.disk.clone();
        match text {
            Some(text) => {
                let read = |path: &str| {
                    disk.read(path, crate::file::LARGEST_FILE)
                        .ok()
                        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                };
                let mut config = config_file::load(path, &text, &read);
                config.narrow(self.options.clients);
                configs.insert(path::parent(path).to_owned(), Arc::new(config));
            }
            None => {
                configs.remove(path::parent(path));
            }
        }
    }
}

fn targets(state: Option<&Arc<FileState>>) -> Box<[PathId]> {
    state.map(|state| state.targets.clone()).unwrap_or_default()
}

fn folded_keys(path: &str) -> [Key; 2] {
    let lower = path.to_lowercase();
    // A file at the top has one key twice, which is the same as once.
    [Key::of(&lower), Key::of(&path::file_name(&lower).to_owned())]
}

#[derive(Default)]
struct EffectSets {
    changed: FxHashSet<PathId>,
    dependents: FxHashSet<PathId>,
    everything: bool,
}

impl EffectSets {
    fn done(self) -> Effects {
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
