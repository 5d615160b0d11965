//! The one writer: takes changes in, gives snapshots out.
//!
//! An edit costs what it changes. The file's facts are made anew, its names and references are
//! compared with the former ones as sets, and only the postings that differ are touched. Whatever
//! order changes come in, the state is that of a fresh start over the same files and buffers.
//!
//! [`scan`] reads a root for the first time, [`paths`] keeps the set of paths, [`states`] what is known
//! of single files, [`settings`] those of `segue.toml`; [`effects`] says who has to be judged again.

mod effects;
mod paths;
mod scan;
mod settings;
mod states;

use crate::disk::Disk;
use crate::file::Space;
use crate::intern::PathId;
use crate::live::LiveTools;
use crate::path;
use crate::postings::Key;
use crate::user::UserFiles;
use crate::world::{Slot, World};
use effects::EffectSets;
use rustc_hash::FxHashMap;
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
    /// What servers answered when somebody asked them, where that may be read.
    pub live: Arc<LiveTools>,
    /// The only clients that findings are about, whatever settings say; `None` leaves it to them.
    pub clients: Option<ClientSet>,
}

impl Default for Options {
    fn default() -> Self {
        Self { most_entries: MOST_ENTRIES, user: UserFiles::default(), live: Arc::default(), clients: None }
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
    /// The editor's own settings, written as a `segue.toml`: they hold where no such file does.
    Settings(String),
    /// What servers answered when they were last asked.
    Live(Arc<LiveTools>),
}

/// What a change reached: every file whose findings may differ now is in `changed` or `dependents`.
///
/// Places in *other* files that a finding points to ([`crate::diagnostics::Related`]) may move without
/// the finding's own file being named here.
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
    /// The editor's settings, as they came.
    defaults: String,
    /// Names that files use and none defines: what a new name, or a near one, may concern.
    unresolved: FxHashMap<Key, Space>,
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
        let world = World::new(disk);
        let unresolved = FxHashMap::default();
        let mut host =
            Self { world, buffers: FxHashMap::default(), options, defaults: String::new(), unresolved };
        host.world.user = Arc::new(host.options.user.clone());
        host.world.live = host.options.live.clone();
        Arc::make_mut(&mut host.world.default_config).narrow(host.options.clients);
        host.scan(progress);
        host.world.revision = 1;
        host.world.paths_revision = 1;
        host.world.globs = Arc::new(crate::scope::Memo::of(1));
        host
    }

    /// A writer that goes on from a state, to try changes of buffers out: what it makes of them is seen by
    /// nobody else.
    pub(crate) fn over(world: &World) -> Self {
        let mut world = world.clone();
        world.globs = Arc::new(crate::scope::Memo::of(world.paths_revision));
        let open = world.files().filter_map(|(id, state)| {
            Some((id, Buffer { text: state.text.clone()?, version: state.version }))
        });
        let buffers = open.collect();
        let (options, defaults) = (Options::default(), String::new());
        Self { world, buffers, options, defaults, unresolved: FxHashMap::default() }
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
                    self.buffer_changed(&path, Buffer { text, version }, &mut effects);
                }
                Change::Closed(path) => self.buffer_closed(&path, &mut effects),
                Change::Settings(text) => self.defaults_changed(&text, &mut effects),
                Change::Live(live) => {
                    effects.everything |= self.world.live != live;
                    self.world.live = live;
                }
            }
        }
        self.widen(&mut effects);
        if effects.paths {
            self.settle_moves();
        }
        self.world.names_revision += u64::from(!effects.spaces.is_empty());
        self.world.revision += 1;
        effects.done()
    }

    fn slot(&self, id: PathId) -> &Slot {
        self.world.slots.get(id.index()).unwrap_or(&Slot::Nothing)
    }

    /// Whether discovery, or an open buffer, put a file there.
    fn is_file(&self, id: PathId) -> bool {
        matches!(self.slot(id), Slot::File { .. } | Slot::Read(_))
    }

    fn file_at(&self, path: &str) -> Option<PathId> {
        self.world.id(path).filter(|id| self.is_file(*id))
    }

    /// The files at or below `path`.
    fn files_below(&self, path: &str) -> Vec<PathId> {
        if !self.world.is_folder(path) {
            return self.file_at(path).into_iter().collect();
        }
        self.world
            .slots
            .iter()
            .filter(|(_, slot)| matches!(slot, Slot::File { .. } | Slot::Read(_)))
            .map(|(index, _)| PathId::from_index(index))
            .filter(|id| path::is_below(&self.world.path(*id), path))
            .collect()
    }
}
