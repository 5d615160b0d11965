//! The publisher: says what is found, unasked, and tells clients that ask themselves to ask again.
//!
//! One task does all of it, one state after the other, so nothing older is ever sent over something
//! newer. Open files come first; closed ones follow in small portions that a key interrupts. Where the
//! client asks itself, nothing is sent; when an answer that it has is no longer right although the
//! document did not change, it is told to ask again.

use crate::compute::Lane;
use crate::judge::{self, Judged};
use crate::session::facts::ClientFacts;
use crate::session::root::{Batch, Root, Since, Snapshot, lock};
use crate::session::{Pulled, Session, Ticket};
use rustc_hash::{FxHashMap, FxHashSet};
use segue_analysis::World;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tower_lsp::gen_lsp_types as lsp;
use tracing::debug;

/// Closed files are judged in portions of so many.
const PORTION: usize = 64;

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
    waiting: VecDeque<Arc<str>>,
    queued: FxHashSet<Arc<str>>,
    sent: FxHashSet<Arc<str>>,
    snapshot: Option<Snapshot>,
}

/// What one look at a root gave.
struct Look {
    snapshot: Option<Snapshot>,
    judged: Vec<Judged>,
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
        memory.closed_files(&session, || wake.has_changed().unwrap_or(true)).await;
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
        let work = {
            let root = root.clone();
            move |_: &_| look_at(&root, &batch, &tickets, stamp, pulled.as_ref(), &facts)
        };
        let Ok(look) = session.lanes.compute(Lane::Interactive, work).await else { return };
        for judged in look.judged {
            self.say(session, index, judged).await;
        }
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
        }
        for path in look.closed {
            if seen.queued.insert(path.clone()) {
                seen.waiting.push_back(path);
            }
        }
        seen.snapshot = Some(snapshot);
    }

    /// Judges closed files, portion by portion, until there are none left or something else comes.
    async fn closed_files(&mut self, session: &Arc<Session>, interrupted: impl Fn() -> bool) {
        for index in 0..self.roots.len() {
            loop {
                if interrupted() {
                    return;
                }
                let Some(seen) = self.roots.get_mut(index) else { break };
                let Some(snapshot) = seen.snapshot.clone() else { break };
                let count = seen.waiting.len().min(PORTION);
                let portion: Vec<Arc<str>> = seen.waiting.drain(..count).collect();
                if portion.is_empty() {
                    break;
                }
                portion.iter().for_each(|path| {
                    seen.queued.remove(path);
                });
                let (root, facts) = (seen.root.clone(), session.facts());
                let work = move |_: &_| -> Vec<Judged> {
                    portion.iter().map(|path| judge::judge(&root, &snapshot, path, &facts)).collect()
                };
                let Ok(judged) = session.lanes.compute(Lane::Background, work).await else { continue };
                for judged in judged {
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
        session.client.publish_diagnostics((&*uri).into(), items, version).await;
    }
}

impl Seen {
    fn new(root: Arc<Root>) -> Self {
        Self {
            root,
            stamp: 0,
            paths_revision: 0,
            waiting: VecDeque::new(),
            queued: FxHashSet::default(),
            sent: FxHashSet::default(),
            snapshot: None,
        }
    }
}

/// Looks at the open files of a root. `pulled` is what the client has, where it asks itself.
fn look_at(
    root: &Root,
    batch: &Batch,
    tickets: &[Ticket],
    stamp: u64,
    pulled: Option<&FxHashMap<Arc<str>, Pulled>>,
    facts: &ClientFacts,
) -> Look {
    let Some(snapshot) = root.at(batch) else {
        let judged = if pulled.is_some() { Vec::new() } else { alone(root, tickets, facts) };
        return Look { snapshot: None, judged, closed: Vec::new(), stale: Vec::new() };
    };
    let since = root.touched_since(stamp, snapshot.stamp);
    if let Some(pulled) = pulled {
        let stale = stale(root, &snapshot, pulled, facts);
        return Look { snapshot: Some(snapshot), judged: Vec::new(), closed: Vec::new(), stale };
    }
    let touched = snapshot.open.keys().filter(|path| is_touched(&since, &snapshot.world, path));
    let judged = touched.map(|path| judge::judge(root, &snapshot, path, facts)).collect();
    let closed = closed_paths(&since, &snapshot);
    Look { snapshot: Some(snapshot), judged, closed, stale: Vec::new() }
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

/// What can be said of open files before the first scan is done.
fn alone(root: &Root, tickets: &[Ticket], facts: &ClientFacts) -> Vec<Judged> {
    tickets.iter().map(|ticket| judge::judge(root, &ticket.snapshot(), &ticket.path, facts)).collect()
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
