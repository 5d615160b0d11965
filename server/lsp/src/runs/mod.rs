//! Runs in an editor: seen, launched, steered and answered (`docs/runs-protocol.md`).
//!
//! ```text
//! journal ──look (a thread a repository)──▶ Seen ──▶ hear: notification, progress, questions, redraw
//!    ▲                                        └────▶ actions, lenses, hints, requests
//!    └── verbs: what people want, posted for whoever owns the run ◀── commands, questions, requests
//! ```
//!
//! Opening a folder starts nothing and writes nothing: a journal is watched where there is one, and made
//! by a launch alone.

pub mod actions;
mod answers;
mod ask;
mod hear;
mod input;
pub mod launch;
pub mod lessons;
mod progress;
pub mod requests;
mod variants;
pub mod verbs;
pub mod views;

pub use progress::cancelled;

use crate::convert::uri;
use crate::session::Session;
use crate::session::root::lock;
use segue_orchestrator::driver::now;
use segue_orchestrator::event::{By, Millis};
use segue_orchestrator::git::{Git, Repository};
use segue_orchestrator::journal::{Journal, Place};
use segue_orchestrator::state::State;
use segue_runs::Failure;
use segue_runs::follow::{Follower, News, Seen};
use segue_runs::open::{Runs, journals_changed, may_have_runs, person, place_of, redactor};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::sync::{mpsc, watch};
use tracing::warn;

/// How often is looked for news while a run is not over, where nobody taps.
const LOOK: Duration = Duration::from_millis(250);

/// How often while all are, and for journals that were not there.
const REST: Duration = Duration::from_secs(1);

/// Between two looks at least.
const PAUSE: Duration = Duration::from_millis(50);

/// The commands of runs.
pub const COMMANDS: &[&str] = &[
    launch::LAUNCH,
    launch::REHEARSE,
    launch::VARIANTS,
    verbs::SHOW,
    lessons::LESSONS,
    "segue.approve",
    "segue.reject",
    "segue.answer",
    "segue.retry",
    "segue.resume",
    "segue.cancel",
    "segue.merge",
    "segue.discard",
    "segue.archive",
    "segue.export",
];

/// A command of [`COMMANDS`]; `None` for others. The answer comes at once.
pub fn execute(
    session: &Arc<Session>,
    command: &str,
    arguments: &[Value],
) -> Option<tower_lsp::jsonrpc::Result<Option<Value>>> {
    match command {
        launch::LAUNCH | launch::REHEARSE | launch::VARIANTS if crate::self_test::withholds("runs") => {
            Some(Ok(None))
        }
        launch::LAUNCH | launch::REHEARSE | launch::VARIANTS => {
            Some(launch::launch(session, arguments, command))
        }
        verbs::SHOW => Some(verbs::show(session, arguments)),
        lessons::LESSONS => Some(lessons::execute(session, arguments)),
        other => {
            let own = COMMANDS.iter().copied().find(|own| *own == other)?;
            Some(verbs::execute(session, own.strip_prefix("segue.")?, arguments))
        }
    }
}

/// What a session knows of runs.
pub struct Faces {
    /// When this server began: what was opened before is shown, not asked.
    began: Millis,
    watched: Mutex<Vec<Arc<Watched>>>,
    heard: Mutex<hear::Heard>,
    progress: progress::Shown,
}

impl Default for Faces {
    fn default() -> Self {
        Self {
            began: now(),
            watched: Mutex::default(),
            heard: Mutex::default(),
            progress: progress::Shown::default(),
        }
    }
}

/// A repository whose journal is watched.
pub struct Watched {
    /// The repository.
    pub repository: Repository,
    /// Where its journal lies.
    pub place: Place,
    /// The address of its top.
    pub folder: String,
    seen: Mutex<Arc<[Seen]>>,
    poke: SyncSender<()>,
    /// Counts what was seen.
    looked: watch::Sender<u64>,
}

impl Watched {
    /// The runs as they were at the last look, the newest first.
    pub fn seen(&self) -> Arc<[Seen]> {
        lock(&self.seen).clone()
    }

    /// Its journal, opened anew: a connection is for one thread at a time.
    pub fn runs(&self) -> Result<Runs, Failure> {
        let journal = Journal::open(&self.place, redactor())?;
        let journal = journal.ok_or_else(|| Failure::said("The journal of this repository is gone."))?;
        Ok(Runs { repository: self.repository.clone(), place: self.place.clone(), journal })
    }

    /// Has the journal looked at soon.
    pub fn poke(&self) {
        // A full one is looked at anyway.
        let _ = self.poke.try_send(());
    }

    /// The address of a file of the repository, in the client's spelling where it named a folder around it.
    pub fn uri(&self, session: &Session, path: &str) -> String {
        let file = self.repository.top().join(path);
        let roots = session.roots();
        let below = roots.iter().filter_map(|root| Some((root, uri::relative(&root.real, &file)?)));
        let deepest = below.max_by_key(|(root, _)| root.real.as_os_str().len());
        deepest.map_or_else(|| uri::of_path(&file), |(root, path)| uri::below(&root.uri, &path))
    }

    /// The runs of the plan in this file, the newest first.
    pub fn of_plan(&self, file: &Path) -> Vec<Seen> {
        let Some(path) = uri::relative(self.repository.top(), file) else { return Vec::new() };
        let is_of = |state: &State| state.created.as_ref().is_some_and(|created| created.plan == path);
        self.seen().iter().filter(|seen| is_of(&seen.state)).cloned().collect()
    }
}

impl Faces {
    /// The repositories that are watched.
    pub fn watched(&self) -> Vec<Arc<Watched>> {
        lock(&self.watched).clone()
    }

    /// The runs of the plan in this file, the newest first, with their repository.
    pub fn of_plan(&self, file: &Path) -> Option<(Arc<Watched>, Vec<Seen>)> {
        let all = self.watched().into_iter().map(|watched| {
            let runs = watched.of_plan(file);
            (watched, runs)
        });
        all.into_iter().find(|(_, runs)| !runs.is_empty())
    }
}

/// Who sits at this editor.
pub fn editor(session: &Session, repository: &Repository) -> By {
    let raw = session.raw_initialize.get();
    let name = raw.and_then(|raw| raw.pointer("/params/clientInfo/name")).and_then(Value::as_str);
    person(repository, name.unwrap_or("editor"))
}

/// How a run is called to people.
pub fn called(run: &str, state: &State) -> String {
    if state.facts.title.is_empty() { format!("run {run}") } else { format!("{} ({run})", state.facts.title) }
}

/// Looks for journals of the folders that are open, as long as the server lives. No git is asked before
/// there may be one.
pub async fn watch_roots(session: Arc<Session>) {
    if session.facts().untrusted {
        return;
    }
    let mut known: BTreeMap<PathBuf, Option<(Repository, Place)>> = BTreeMap::new();
    let mut looked: (Option<SystemTime>, BTreeSet<PathBuf>) = Default::default();
    loop {
        let folders: BTreeSet<PathBuf> = session.roots().iter().map(|root| root.real.clone()).collect();
        let now = (journals_changed(), folders);
        if now.0.is_some() && now != looked {
            let turn = session.clone();
            let work = move |_: &_| {
                let mut waits = false;
                for folder in &now.1 {
                    waits |= look_at(&turn, folder, &mut known);
                }
                (now, known, waits)
            };
            let lane = crate::compute::Lane::Background;
            let Ok((now, kept, waits)) = session.lanes.compute(lane, work).await else { return };
            known = kept;
            looked = if waits { Default::default() } else { now };
        }
        tokio::time::sleep(REST).await;
    }
}

/// Watches the journal of the repository around a folder where there is one; whether it is still to come.
fn look_at(
    session: &Arc<Session>,
    folder: &Path,
    known: &mut BTreeMap<PathBuf, Option<(Repository, Place)>>,
) -> bool {
    if !may_have_runs(folder) {
        return false;
    }
    let own = known.entry(folder.to_owned()).or_insert_with(|| {
        let repository = Repository::open(Git::default(), folder).ok()?;
        let place = place_of(&repository).ok()?;
        Some((repository, place))
    });
    match own {
        Some((repository, place)) if place.file().is_file() => {
            watch(session, repository, place);
            false
        }
        // Its folder is made before its file.
        Some((_, place)) => place.folder().is_dir(),
        None => {
            known.remove(folder);
            false
        }
    }
}

/// Watches a journal, once.
pub fn watch(session: &Arc<Session>, repository: &Repository, place: &Place) -> Arc<Watched> {
    let mut all = lock(&session.runs.watched);
    if let Some(known) = all.iter().find(|own| own.place == *place) {
        return known.clone();
    }
    let (poke, pokes) = sync_channel(1);
    let top = repository.top();
    let root = session.roots().into_iter().find(|root| root.real == top);
    let watched = Arc::new(Watched {
        repository: repository.clone(),
        place: place.clone(),
        folder: root.map_or_else(|| uri::of_path(top), |root| root.uri.clone()),
        seen: Mutex::new(Arc::from([])),
        poke,
        looked: watch::Sender::new(0),
    });
    all.push(watched.clone());
    let (sender, news) = mpsc::unbounded_channel();
    let looks = watched.clone();
    std::thread::spawn(move || look(&looks, &pokes, &sender));
    tokio::spawn(hear::hear(session.clone(), watched.clone(), news));
    watched
}

/// Looks at a journal until nobody hears of it any more.
fn look(watched: &Watched, pokes: &Receiver<()>, news: &mpsc::UnboundedSender<News>) {
    let mut follower: Option<Follower> = None;
    let mut has_warned = false;
    while !news.is_closed() {
        match look_once(watched, &mut follower) {
            Ok(Some(found)) => {
                has_warned = false;
                if news.send(found).is_err() {
                    return;
                }
                watched.looked.send_modify(|count| *count += 1);
            }
            Ok(None) => {}
            Err(failure) => {
                follower = None;
                if !std::mem::replace(&mut has_warned, true) {
                    warn!("runs cannot be watched: {failure}");
                }
            }
        }
        let lively = follower.as_ref().is_some_and(Follower::is_lively);
        std::thread::sleep(PAUSE);
        match pokes.recv_timeout(if lively { LOOK } else { REST }) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn look_once(watched: &Watched, follower: &mut Option<Follower>) -> Result<Option<News>, Failure> {
    let follower = match follower {
        Some(follower) => follower,
        None => follower.insert(Follower::new(watched.runs()?)),
    };
    let news = follower.look()?;
    if news.is_some() {
        *lock(&watched.seen) = follower.seen().into();
    }
    Ok(news)
}
