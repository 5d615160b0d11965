//! The publisher: says what is found, unasked, and tells clients that ask themselves to ask again.
//!
//! One task does all of it, one state after the other, so nothing older is ever sent over something
//! newer. Open files come first, small ones before large ones, each told as soon as it is judged; large
//! ones that did not change themselves, and closed ones, follow in small portions that a key interrupts.
//! Where the client asks itself, nothing is sent; when an answer that it has is no longer right although the
//! document did not change, it is told to ask again.

use crate::compute::{Cancel, Lane};
use crate::judge::{self, Judged};
use crate::session::facts::ClientFacts;
use crate::session::root::{Batch, Root, Since, Snapshot, lock};
use crate::session::{Pulled, Session, Ticket};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use segue_analysis::World;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::sync::{mpsc, watch};
use tower_lsp::gen_lsp_types as lsp;
use tracing::debug;

/// Closed files are judged in portions of so many: small ones, since a key throws away what is under way.
const PORTION: usize = 32;

/// Open files with more bytes than this can wait until nobody types, where only others changed.
const LARGE: usize = 64 * 1024;

/// What was sent for a URI.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sent {
    hash: u64,
    version: Option<i32>,
    empty: bool,
}

/// What the publisher remembers.
#[derive(Default)]
struct Memory {
    sent: FxHashMap<Arc<str>, Sent>,
    roots: Vec<Seen>,
}

/// A root as far as it was looked at.
struct Seen {
    root: Arc<Root>,
    stamp: u64,
    paths_revision: u64,
    /// Open files that are large, and closed ones, which can wait.
    large: VecDeque<Arc<str>>,
    /// The names of the first state that was seen and those since; what was coloured by then waited for it.
    names_revision: Option<u64>,
    waiting: VecDeque<Arc<str>>,
    queued: FxHashSet<Arc<str>>,
    sent: FxHashSet<Arc<str>>,
    snapshot: Option<Snapshot>,
}

/// What one look at a root gave.
struct Look {
    snapshot: Option<Snapshot>,
    large: Vec<Arc<str>>,
    closed: Vec<Arc<str>>,
    stale: Vec<Stale>,
}

/// An answer that the client has and that is no longer right.
struct Stale {
    uri: Arc<str>,
    had: u64,
    now: u64,
}

/// Publishes until the session ends.
pub async fn run(session: Arc<Session>) {
    let mut wake = session.wake.subscribe();
    let mut memory = Memory::default();
    loop {
        wake.borrow_and_update();
        memory.follow_roots(&session).await;
        for index in 0..memory.roots.len() {
            memory.look(&session, index).await;
        }
        memory.what_can_wait(&session, &mut wake).await;
        if wake.changed().await.is_err() {
            return;
        }
    }
}

impl Memory {
    /// Forgets roots that are gone, and clears what was said of their files.
    async fn follow_roots(&mut self, session: &Arc<Session>) {
        let roots = session.roots();
        let gone = |seen: &Seen| !roots.iter().any(|root| Arc::ptr_eq(root, &seen.root));
        let (old, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.roots).into_iter().partition(gone);
        self.roots = kept;
        for uri in old.iter().flat_map(|seen| &seen.sent) {
            self.send(session, uri.clone(), None, Vec::new(), 0).await;
        }
        for root in roots {
            if !self.roots.iter().any(|seen| Arc::ptr_eq(&seen.root, &root)) {
                self.roots.push(Seen::new(root));
            }
        }
    }

    /// Takes the changes of a root in and sends what is new about its open files.
    async fn look(&mut self, session: &Arc<Session>, index: usize) {
        let Some(seen) = self.roots.get(index) else { return };
        let (root, stamp, facts) = (seen.root.clone(), seen.stamp, session.facts());
        if root.is_lost() {
            session.rescue(&root);
        }
        // Once there is an index, it knows what is open.
        let tickets = if root.is_ready() { Vec::new() } else { session.open_tickets(&root) };
        let batch = root.seal();
        let pulled = if facts.pulls { Some(lock(&session.pulled).clone()) } else { None };
        let (sender, mut judged) = mpsc::unbounded_channel();
        let work = {
            let root = root.clone();
            move |_: &_| look_at(&root, &batch, &tickets, stamp, pulled.as_ref(), &facts, &sender)
        };
        // The work drops its end of the channel, also when it panics.
        let say = async {
            while let Some(judged) = judged.recv().await {
                self.say(session, index, judged).await;
            }
        };
        let (look, ()) = tokio::join!(session.lanes.compute(Lane::Interactive, work), say);
        let Ok(look) = look else { return };
        if !look.stale.is_empty() {
            note_told(session, &look.stale);
            session.refreshing.ask(session);
        }
        let Some(snapshot) = look.snapshot else { return };
        let Some(seen) = self.roots.get_mut(index) else { return };
        if snapshot.stamp != seen.stamp {
            seen.stamp = snapshot.stamp;
            session.news.send_modify(|count| *count += 1);
        }
        if snapshot.world.paths_revision != seen.paths_revision || session.watching.folders_moved() {
            seen.paths_revision = snapshot.world.paths_revision;
            session.watching.follow(session, &root, &snapshot.world);
            crate::views::refresh(session);
        }
        session.formatting.follow(session, &snapshot.world);
        for path in look.large {
            if !seen.large.contains(&path) {
                seen.large.push_back(path);
            }
        }
        let names = snapshot.world.names_revision;
        if seen.names_revision.replace(names).is_some_and(|before| before != names) {
            tokio::spawn(crate::colours::refresh(session.clone()));
            crate::views::refresh(session);
        }
        for path in look.closed {
            if seen.queued.insert(path.clone()) {
                seen.waiting.push_back(path);
            }
        }
        seen.snapshot = Some(snapshot);
    }

    /// Judges large and closed files, portion by portion, until there are none left or something else
    /// comes. What is under way then is given up, and done again in the state after it.
    async fn what_can_wait(&mut self, session: &Arc<Session>, wake: &mut watch::Receiver<u64>) {
        for index in 0..self.roots.len() {
            while !wake.has_changed().unwrap_or(true) {
                let Some((portion, snapshot)) = self.roots.get(index).and_then(Seen::portion) else { break };
                let Some(seen) = self.roots.get(index) else { break };
                let (root, facts, paths) = (seen.root.clone(), session.facts(), portion.clone());
                let work = move |cancel: &Cancel| -> Vec<Judged> {
                    let wanted = paths.par_iter().filter(|_| !cancel.is_cancelled());
                    wanted.map(|path| judge::judge(&root, &snapshot, path, &facts)).collect()
                };
                let judged = tokio::select! {
                    judged = session.lanes.compute(Lane::Background, work) => judged,
                    _ = wake.changed() => {
                        wake.mark_changed();
                        return;
                    }
                };
                if let Some(seen) = self.roots.get_mut(index) {
                    seen.done(&portion);
                }
                for judged in judged.into_iter().flatten() {
                    self.say(session, index, judged).await;
                }
            }
        }
    }

    /// Sends what is said of a file, where it is news to the client.
    async fn say(&mut self, session: &Arc<Session>, index: usize, judged: Judged) {
        let news = match self.sent.get(&judged.uri) {
            Some(sent) => sent.hash != judged.hash || (judged.ours && sent.version != judged.version),
            None => !judged.items.is_empty() || (judged.ours && judged.open),
        };
        if !news {
            return;
        }
        if let Some(seen) = self.roots.get_mut(index) {
            seen.sent.insert(judged.uri.clone());
        }
        self.send(session, judged.uri, judged.version, judged.items, judged.hash).await;
    }

    async fn send(
        &mut self,
        session: &Arc<Session>,
        uri: Arc<str>,
        version: Option<i32>,
        items: Vec<lsp::Diagnostic>,
        hash: u64,
    ) {
        let empty = items.is_empty();
        if empty && version.is_none() {
            // Nothing to take back: the client holds nothing about it.
            if self.sent.remove(&uri).is_none_or(|sent| sent.empty) {
                return;
            }
        } else {
            self.sent.insert(uri.clone(), Sent { hash, version, empty });
        }
        if !crate::self_test::withholds("diagnostics") {
            session.client.publish_diagnostics((&*uri).into(), items, version).await;
        }
    }
}

impl Seen {
    fn new(root: Arc<Root>) -> Self {
        Self {
            root,
            stamp: 0,
            paths_revision: 0,
            large: VecDeque::new(),
            names_revision: None,
            waiting: VecDeque::new(),
            queued: FxHashSet::default(),
            sent: FxHashSet::default(),
            snapshot: None,
        }
    }

    /// The next files that waited, and the state to judge them in.
    fn portion(&self) -> Option<(Vec<Arc<str>>, Snapshot)> {
        let snapshot = self.snapshot.clone()?;
        let portion: Vec<Arc<str>> = match self.large.front() {
            Some(large) => vec![large.clone()],
            None => self.waiting.iter().take(PORTION).cloned().collect(),
        };
        (!portion.is_empty()).then_some((portion, snapshot))
    }

    fn done(&mut self, portion: &[Arc<str>]) {
        if self.large.pop_front().is_none() {
            self.waiting.drain(..portion.len().min(self.waiting.len()));
            portion.iter().for_each(|path| {
                self.queued.remove(path);
            });
        }
    }
}

/// Looks at the open files of a root and tells of each to `judged`. `pulled` is what the client has,
/// where it asks itself.
fn look_at(
    root: &Root,
    batch: &Batch,
    tickets: &[Ticket],
    stamp: u64,
    pulled: Option<&FxHashMap<Arc<str>, Pulled>>,
    facts: &ClientFacts,
    judged: &mpsc::UnboundedSender<Judged>,
) -> Look {
    let tell = |found: Judged| {
        // Nobody listens any more when the session ends.
        let _ = judged.send(found);
    };
    let Some(snapshot) = root.at(batch) else {
        if pulled.is_none() {
            // What can be said of open files before the first scan is done.
            let alone = |ticket: &Ticket| judge::judge(root, &ticket.snapshot(), &ticket.path, facts);
            tickets.iter().map(alone).for_each(tell);
        }
        return Look { snapshot: None, large: Vec::new(), closed: Vec::new(), stale: Vec::new() };
    };
    let since = root.touched_since(stamp, snapshot.stamp);
    if let Some(pulled) = pulled {
        let stale = stale(root, &snapshot, pulled, facts);
        return Look { snapshot: Some(snapshot), large: Vec::new(), closed: Vec::new(), stale };
    }
    let mut large = Vec::new();
    for (size, path) in open_files(&since, &snapshot) {
        if size > LARGE && !root.is_changed(&snapshot.world, &path, stamp) {
            large.push(path);
        } else {
            tell(judge::judge(root, &snapshot, &path, facts));
        }
    }
    let closed = closed_paths(&since, &snapshot);
    Look { snapshot: Some(snapshot), large, closed, stale: Vec::new() }
}

/// The answers that a change made wrong: by the state that each was about, since an answer may be made
/// before a change and come to be known here after it.
fn stale(
    root: &Root,
    snapshot: &Snapshot,
    pulled: &FxHashMap<Arc<str>, Pulled>,
    facts: &ClientFacts,
) -> Vec<Stale> {
    let stale = snapshot.open.iter().filter_map(|(path, open)| {
        let had = pulled.get(&open.uri).filter(|had| had.version == open.version)?;
        if !root.is_touched(snapshot.world.id(path)?, had.stamp) {
            return None;
        }
        let now = judge::judge(root, snapshot, path, facts).hash;
        let news = now != had.hash && had.told != Some(now);
        news.then(|| Stale { uri: open.uri.clone(), had: had.hash, now })
    });
    stale.collect()
}

/// Remembers what the client is told to ask again for, so that it is told once.
fn note_told(session: &Session, stale: &[Stale]) {
    let mut pulled = lock(&session.pulled);
    for stale in stale {
        if let Some(had) = pulled.get_mut(&stale.uri).filter(|had| had.hash == stale.had) {
            had.told = Some(stale.now);
        }
    }
}

/// The open files that may have to be spoken of with their sizes, small ones first.
fn open_files(since: &Since, snapshot: &Snapshot) -> Vec<(usize, Arc<str>)> {
    let world = &snapshot.world;
    let size = |path: &str| {
        let text = world.file_at(path).and_then(|(_, state)| state.text.as_ref());
        text.map_or(0, |text| text.len())
    };
    let touched = snapshot.open.keys().filter(|path| is_touched(since, world, path));
    let mut files: Vec<_> = touched.map(|path| (size(path), path.clone())).collect();
    files.sort();
    files
}

fn is_touched(since: &Since, world: &World, path: &str) -> bool {
    match since {
        Since::Everything => true,
        Since::Files(files) => world.id(path).is_some_and(|id| files.contains(&id)),
    }
}

/// The closed files that may have to be spoken of.
fn closed_paths(since: &Since, snapshot: &Snapshot) -> Vec<Arc<str>> {
    let world = &snapshot.world;
    let mut paths: Vec<Arc<str>> = match since {
        Since::Files(files) => files.iter().map(|id| world.path(*id)).collect(),
        Since::Everything => judged_paths(world),
    };
    paths.retain(|path| !snapshot.open.contains_key(path));
    paths.sort();
    paths
}

/// Every file of which something may be said.
pub fn judged_paths(world: &World) -> Vec<Arc<str>> {
    let primitives = world.primitives().map(|(id, _)| world.path(id));
    let mut paths: Vec<Arc<str>> =
        primitives.chain(world.config_findings().into_iter().map(|(path, _)| path)).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// `workspace/diagnostic/refresh`: one at a time, and one more where something changed meanwhile.
#[derive(Debug, Default)]
pub struct Refreshing(AtomicU8);

const IDLE: u8 = 0;
const ASKED: u8 = 1;
const ASKED_AGAIN: u8 = 2;

impl Refreshing {
    /// Tells the client to ask again.
    pub fn ask(&self, session: &Arc<Session>) {
        if !session.facts().refresh {
            return;
        }
        let before = self.0.fetch_max(ASKED, Ordering::SeqCst);
        if before != IDLE {
            self.0.store(ASKED_AGAIN, Ordering::SeqCst);
            return;
        }
        let session = session.clone();
        tokio::spawn(async move {
            loop {
                session.refreshing.0.store(ASKED, Ordering::SeqCst);
                if let Err(error) = session.client.workspace_diagnostic_refresh().await {
                    debug!("the client did not refresh: {error}");
                }
                let done =
                    session.refreshing.0.compare_exchange(ASKED, IDLE, Ordering::SeqCst, Ordering::SeqCst);
                if done.is_ok() {
                    return;
                }
            }
        });
    }
}
