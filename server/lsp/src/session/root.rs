//! One root: its index, the changes that wait for it, and its states.
//!
//! A change is queued and costs nothing more. The first reader that needs the state after it lets the
//! index take it in, and all that waited before it; what nobody asked about in between is taken in at
//! once, so a burst of keys is read once. A reader asks with a [`Batch`] in hand, which it took when it
//! was asked itself: so its answer is about that state and no later one.

use crate::judge::Found;
use rustc_hash::{FxHashMap, FxHashSet};
use segue_analysis::live::LiveTools;
use segue_analysis::user::UserFiles;
use segue_analysis::{Change, Disk, Effects, Host, Options, PathId, Progress, RealDisk, World};
use segue_syntax::{Span, Text};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::watch;

/// Locks even after a panic of another holder: what is behind our locks is whole at every await and
/// return, or is thrown away after a panic.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// More paths than this in one batch, and the whole root is looked through instead.
const MOST_PATHS_A_BATCH: usize = 300;

/// A change that waits.
#[derive(Clone, Debug)]
pub enum Pending {
    /// An open buffer has this text now.
    Buffer {
        /// The file.
        path: Arc<str>,
        /// How the client names it.
        uri: Arc<str>,
        /// The text; a clone shares it with the document.
        text: Text,
        /// The client's version of it.
        version: Option<i32>,
    },
    /// A buffer was closed.
    Closed(Arc<str>),
    /// Something happened on disk.
    Disk(String),
    /// The editor's settings, as a `segue.toml`.
    Settings(String),
    /// What servers told of their tools.
    Live(Arc<LiveTools>),
}

/// An open buffer, as it was in some state.
#[derive(Clone, Debug)]
pub struct Open {
    /// How the client names it.
    pub uri: Arc<str>,
    /// The client's version of it.
    pub version: Option<i32>,
}

/// A state of the root.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The files.
    pub world: Arc<World>,
    /// The open buffers by path.
    pub open: Arc<FxHashMap<Arc<str>, Open>>,
    /// Whether the whole root is known, or one buffer alone.
    pub complete: bool,
    /// Counts the changes taken in.
    pub stamp: u64,
    /// What was found in it so far.
    pub found: Arc<Found>,
}

/// Changes that are taken in together, and the state after them.
#[derive(Debug, Default)]
pub struct Batch {
    changes: Mutex<Vec<Pending>>,
    after: OnceLock<Snapshot>,
}

/// What changes touched, and when: who looked at stamp `s` has to look again at what was touched later.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    log: Vec<(u64, PathId)>,
    latest: FxHashMap<PathId, u64>,
    /// The last change of a file's own content.
    changed: FxHashMap<PathId, u64>,
    everything: u64,
}

/// What was touched after some stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// Anything may be different.
    Everything,
    /// These files may be.
    Files(FxHashSet<PathId>),
}

/// How much of a folder is indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it: the client named it, or it is a repository.
    Whole,
    /// A little: it is no more than the folder of a single file.
    Small,
}

/// The most entries that are looked at around a single file.
const SMALL: usize = 2_000;

/// One root.
pub struct Root {
    /// The folder, as the client spells it.
    pub folder: PathBuf,
    /// The folder, symbolic links followed.
    pub real: PathBuf,
    /// The client's URI of it, without a slash at the end.
    pub uri: String,
    /// How much of it is indexed.
    pub extent: Extent,
    disk: Arc<RealDisk>,
    queue: Mutex<Queue>,
    writer: Mutex<Writer>,
    touched: Mutex<Touched>,
    latest: Mutex<Option<Arc<World>>>,
    /// Ranges in closed files that were translated before.
    pub known: Mutex<crate::convert::locate::Known>,
    /// What was seen of the servers' answers.
    pub seen_tools: crate::tools::Seen,
    being_rescued: AtomicBool,
    ready: watch::Sender<bool>,
}

#[derive(Default)]
struct Queue {
    next: Vec<Pending>,
    sealed: VecDeque<Arc<Batch>>,
    last: Arc<Batch>,
}

#[derive(Default)]
struct Writer {
    host: Option<Host>,
    open: Arc<FxHashMap<Arc<str>, Open>>,
    stamp: u64,
}

impl Root {
    /// A root of which nothing is known yet.
    pub fn new(folder: PathBuf, real: PathBuf, uri: String, extent: Extent) -> Self {
        let first = Arc::new(Batch::default());
        let queue = Queue { sealed: VecDeque::from([first.clone()]), last: first, next: Vec::new() };
        Self {
            disk: Arc::new(RealDisk::new(&folder)),
            folder,
            real,
            uri,
            extent,
            queue: Mutex::new(queue),
            writer: Mutex::default(),
            touched: Mutex::default(),
            latest: Mutex::default(),
            known: Mutex::default(),
            seen_tools: crate::tools::Seen::default(),
            being_rescued: AtomicBool::new(false),
            ready: watch::Sender::new(false),
        }
    }

    /// The files behind it.
    pub fn disk(&self) -> &Arc<RealDisk> {
        &self.disk
    }

    /// Tells when the first scan is done.
    pub fn ready(&self) -> watch::Receiver<bool> {
        self.ready.subscribe()
    }

    /// Whether the first scan is done.
    pub fn is_ready(&self) -> bool {
        *self.ready.borrow()
    }

    /// Waits for the first scan. Never inside the fence: a permit must not be held meanwhile.
    pub async fn until_ready(&self) {
        // An error means that nobody scans any more; the answer is then what is known.
        let _ = self.ready().wait_for(|ready| *ready).await;
    }

    /// Whether the index was lost in a panic and has to be made anew: true for one who asks.
    pub fn is_lost(&self) -> bool {
        self.is_ready()
            && lock(&self.writer).host.is_none()
            && !self.being_rescued.swap(true, Ordering::SeqCst)
    }

    /// Reads the root from the disk; `user` are the user's own files, `live` is what its servers told. Takes
    /// as long as that takes.
    pub fn scan(&self, user: UserFiles, live: Arc<LiveTools>, progress: &(dyn Fn(Progress) + Sync)) {
        let most_entries = match self.extent {
            Extent::Whole => crate::self_test::most_entries(),
            Extent::Small => SMALL,
        };
        let disk: Arc<dyn Disk> = self.disk.clone();
        let host = Host::open(disk, Options { most_entries, user, live, ..Options::default() }, progress);
        let mut writer = lock(&self.writer);
        *lock(&self.latest) = Some(host.snapshot());
        writer.host = Some(host);
        writer.stamp += 1;
        lock(&self.touched).everything(writer.stamp);
        // A batch that was under way when an index was lost never gets its state: nobody asks for it again.
        let fresh = Arc::new(Batch::default());
        let mut queue = lock(&self.queue);
        queue.sealed.push_back(fresh.clone());
        queue.last = fresh;
        drop((queue, writer));
        self.being_rescued.store(false, Ordering::SeqCst);
        self.ready.send_replace(true);
    }

    /// Queues a change.
    pub fn push(&self, change: Pending) {
        let mut queue = lock(&self.queue);
        if let (Pending::Buffer { path, .. }, Some(Pending::Buffer { path: before, .. })) =
            (&change, queue.next.last())
            && path == before
        {
            queue.next.pop();
        }
        queue.next.push(change);
    }

    /// The state as it is now, to be had by [`Root::at`].
    pub fn seal(&self) -> Arc<Batch> {
        let mut queue = lock(&self.queue);
        if !queue.next.is_empty() {
            let batch =
                Arc::new(Batch { changes: Mutex::new(std::mem::take(&mut queue.next)), ..Batch::default() });
            queue.sealed.push_back(batch.clone());
            queue.last = batch;
        }
        queue.last.clone()
    }

    /// The state after `batch`; `None` while the first scan runs, and after a panic in the index.
    pub fn at(&self, batch: &Batch) -> Option<Snapshot> {
        if let Some(snapshot) = batch.after.get() {
            return Some(snapshot.clone());
        }
        let mut writer = lock(&self.writer);
        while batch.after.get().is_none() {
            // Gone while it is changed: a panic on the way leaves no half-changed index behind.
            let mut host = writer.host.take()?;
            let Some(next) = lock(&self.queue).sealed.pop_front() else {
                writer.host = Some(host);
                break;
            };
            let changes = std::mem::take(&mut *lock(&next.changes));
            let effects = host.apply(writer.take_in(changes));
            writer.stamp += 1;
            lock(&self.touched).note(writer.stamp, &effects);
            let snapshot = Snapshot {
                world: host.snapshot(),
                open: writer.open.clone(),
                complete: true,
                stamp: writer.stamp,
                found: Arc::default(),
            };
            writer.host = Some(host);
            *lock(&self.latest) = Some(snapshot.world.clone());
            let _ = next.after.set(snapshot);
        }
        batch.after.get().cloned()
    }

    /// The last state that somebody asked for.
    pub fn latest(&self) -> Option<Arc<World>> {
        lock(&self.latest).clone()
    }

    /// Loses the index, as a panic in it would.
    pub fn lose(&self) {
        lock(&self.writer).host = None;
    }

    /// What was touched after `stamp`, and up to `until`.
    pub fn touched_since(&self, stamp: u64, until: u64) -> Since {
        let touched = lock(&self.touched);
        if touched.everything > stamp {
            return Since::Everything;
        }
        let from = touched.log.partition_point(|(at, _)| *at <= stamp);
        let later = touched.log.get(from..).unwrap_or_default();
        Since::Files(later.iter().filter(|(at, _)| *at <= until).map(|(_, id)| *id).collect())
    }

    /// Whether a file's own content changed after `stamp`.
    pub fn is_changed(&self, world: &World, path: &str, stamp: u64) -> bool {
        let touched = lock(&self.touched);
        world.id(path).and_then(|id| touched.changed.get(&id)).is_some_and(|at| *at > stamp)
    }

    /// Whether a file may differ from how it was at `stamp`.
    pub fn is_touched(&self, id: PathId, stamp: u64) -> bool {
        let touched = lock(&self.touched);
        touched.everything > stamp || touched.latest.get(&id).is_some_and(|at| *at > stamp)
    }
}

impl Writer {
    /// The changes as the index takes them, texts written out; what is open is noted on the way.
    fn take_in(&mut self, pending: Vec<Pending>) -> Vec<Change> {
        let mut last_buffer: FxHashMap<Arc<str>, usize> = FxHashMap::default();
        let mut paths: FxHashSet<String> = FxHashSet::default();
        for (index, change) in pending.iter().enumerate() {
            match change {
                Pending::Buffer { path, .. } => {
                    last_buffer.insert(path.clone(), index);
                }
                Pending::Disk(path) => {
                    paths.insert(path.clone());
                }
                Pending::Closed(_) | Pending::Settings(_) | Pending::Live(_) => {}
            }
        }
        let whole_root = paths.len() > MOST_PATHS_A_BATCH;
        let mut changes = Vec::with_capacity(pending.len());
        for (index, change) in pending.into_iter().enumerate() {
            match change {
                Pending::Buffer { path, uri, text, version } => {
                    // Later texts of the same buffer make earlier ones pointless.
                    if last_buffer.get(&path) == Some(&index) {
                        Arc::make_mut(&mut self.open).insert(path.clone(), Open { uri, version });
                        let text: Arc<str> = text.slice(Span::new(0, text.len())).into();
                        changes.push(Change::Buffer { path: path.to_string(), text, version });
                    }
                }
                Pending::Closed(path) => {
                    Arc::make_mut(&mut self.open).remove(&path);
                    changes.push(Change::Closed(path.to_string()));
                }
                Pending::Disk(path) => {
                    if !whole_root && paths.remove(&path) {
                        changes.push(Change::Disk(path));
                    }
                }
                Pending::Settings(text) => changes.push(Change::Settings(text)),
                Pending::Live(live) => changes.push(Change::Live(live)),
            }
        }
        if whole_root {
            changes.push(Change::Disk(String::new()));
        }
        changes
    }
}

impl Touched {
    /// The log is no longer than this: beyond, everything counts as touched.
    const LONGEST: usize = 200_000;

    fn note(&mut self, stamp: u64, effects: &Effects) {
        self.changed.extend(effects.changed.iter().map(|id| (*id, stamp)));
        if effects.everything || self.log.len() > Self::LONGEST {
            self.everything(stamp);
            return;
        }
        for id in effects.changed.iter().chain(&effects.dependents) {
            self.log.push((stamp, *id));
            self.latest.insert(*id, stamp);
        }
    }

    fn everything(&mut self, stamp: u64) {
        self.everything = stamp;
        self.log.clear();
        self.latest.clear();
    }
}
