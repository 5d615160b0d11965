//! Files that change under us.
//!
//! The client watches where it can. Where it cannot, a watcher of our own does, on the folders that
//! hold primitives or what they refer to. Where neither works (too many folders, a file system that
//! tells nothing, or `"watch": "none"` in the initialization options), what a document refers to is
//! looked at again when the document is opened, saved or asked about.

use crate::convert::uri;
use crate::session::root::{Root, lock};
use crate::session::{Session, Ticket};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use rustc_hash::{FxHashMap, FxHashSet};
use segue_analysis::{World, path};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};
use std::time::SystemTime;
use tower_lsp::gen_lsp_types as lsp;
use tracing::{debug, info, warn};

/// At most so many folders are watched.
const MOST_FOLDERS: usize = 4_000;

/// At most so many targets of a document are looked at again.
const MOST_TARGETS: usize = 200;

/// Who tells what changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// The client.
    #[default]
    Client,
    /// A watcher of our own.
    Own,
    /// Nobody.
    Nobody,
}

/// How files are watched.
#[derive(Default)]
pub struct Watching {
    mode: Mutex<Mode>,
    own: Mutex<Own>,
    moved: Mutex<Moved>,
    stamps: Mutex<FxHashMap<PathBuf, Option<(SystemTime, u64)>>>,
}

#[derive(Default)]
struct Own {
    watcher: Option<RecommendedWatcher>,
    folders: FxHashSet<PathBuf>,
}

/// Folders that came or went: the system forgets what it watched when a folder goes, also when another
/// comes in its place. Apart from [`Own`], which is locked while the watcher's thread is waited for.
#[derive(Default)]
struct Moved {
    gone: Vec<PathBuf>,
    any: bool,
}

impl Watching {
    /// Decides who watches.
    pub fn begin(&self, client_watches: bool, options: Option<&Value>) {
        let wish = options.and_then(|options| options.get("watch")).and_then(Value::as_str);
        *lock(&self.mode) = match wish {
            Some("none") => Mode::Nobody,
            Some("own") => Mode::Own,
            _ if client_watches => Mode::Client,
            _ => Mode::Own,
        };
    }

    fn mode(&self) -> Mode {
        *lock(&self.mode)
    }

    /// Whether folders came or went since the last time.
    pub fn folders_moved(&self) -> bool {
        std::mem::take(&mut lock(&self.moved).any)
    }

    fn note(&self, event: &notify::Event) {
        use notify::event::{CreateKind, EventKind, ModifyKind};
        let mut moved = lock(&self.moved);
        match event.kind {
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => {
                moved.gone.extend(event.paths.iter().cloned());
                moved.any = true;
            }
            EventKind::Create(CreateKind::Folder | CreateKind::Any) => moved.any = true,
            _ => {}
        }
    }

    /// Brings our own watcher after the folders of a root.
    pub fn follow(&self, session: &Arc<Session>, root: &Arc<Root>, world: &Arc<World>) {
        if self.mode() != Mode::Own {
            return;
        }
        let (session, root, world) = (session.clone(), root.clone(), world.clone());
        tokio::task::spawn_blocking(move || {
            let wanted = folders_of(&root, &world);
            session.watching.watch(&session, &root, wanted);
        });
    }

    fn watch(&self, session: &Arc<Session>, root: &Root, wanted: FxHashSet<PathBuf>) {
        let mut own = lock(&self.own);
        if own.watcher.is_none() {
            match new_watcher(session) {
                Ok(watcher) => own.watcher = Some(watcher),
                Err(error) => return self.give_up(&error.to_string()),
            }
        }
        let first = own.folders.is_empty();
        for gone in std::mem::take(&mut lock(&self.moved).gone) {
            own.folders.retain(|folder| !folder.starts_with(&gone));
        }
        let gone: Vec<PathBuf> = own
            .folders
            .iter()
            .filter(|folder| folder.starts_with(&root.folder) && !wanted.contains(*folder))
            .cloned()
            .collect();
        let added: Vec<PathBuf> = wanted.into_iter().filter(|folder| !own.folders.contains(folder)).collect();
        if own.folders.len() - gone.len() + added.len() > MOST_FOLDERS {
            return self.give_up(&format!("more than {MOST_FOLDERS} folders"));
        }
        for folder in gone {
            own.folders.remove(&folder);
            if let Some(watcher) = &mut own.watcher {
                // It is gone from the disk, or soon will be.
                let _ = watcher.unwatch(&folder);
            }
        }
        for folder in &added {
            let Some(watcher) = &mut own.watcher else { return };
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    own.folders.insert(folder.clone());
                }
                Err(error) if matches!(error.kind, notify::ErrorKind::MaxFilesWatch) => {
                    return self.give_up(&error.to_string());
                }
                Err(error) => debug!("{} is not watched: {error}", folder.display()),
            }
        }
        let count = own.folders.len();
        drop(own);
        if !added.is_empty() {
            info!("watching {count} folders");
            // What came into a new folder before it was watched told nobody.
            if !first {
                added.iter().for_each(|folder| session.disk_changed(folder));
                session.wake();
            }
        }
    }

    fn give_up(&self, reason: &str) {
        warn!("files are not watched ({reason}); what a document refers to is looked at when it is used");
        *lock(&self.mode) = Mode::Nobody;
    }

    /// A document was opened.
    pub fn document_opened(&self, session: &Arc<Session>, uri: &lsp::Uri) {
        self.document_used(session, uri);
    }

    /// A document was saved.
    pub fn document_saved(&self, session: &Arc<Session>, uri: &lsp::Uri) {
        self.document_used(session, uri);
        if self.mode() == Mode::Nobody
            && let Some(path) = uri::to_path(uri.as_ref())
        {
            session.disk_changed(&path);
            session.wake();
        }
    }

    /// Looks again at what a document refers to, where nobody tells.
    pub fn document_used(&self, session: &Arc<Session>, uri: &lsp::Uri) {
        if self.mode() != Mode::Nobody {
            return;
        }
        if let Some(ticket) = session.ticket(uri)
            && self.look_at_targets(session, &ticket)
        {
            session.wake();
        }
    }

    fn look_at_targets(&self, session: &Session, ticket: &Ticket) -> bool {
        let Some(world) = ticket.root.latest() else { return false };
        let Some((_, state)) = world.file_at(&ticket.path) else { return false };
        let mut any = false;
        for target in state.targets().take(MOST_TARGETS) {
            let path = ticket.root.folder.join(&*world.path(target));
            let now = path.metadata().ok().and_then(|meta| Some((meta.modified().ok()?, meta.len())));
            let before = lock(&self.stamps).insert(path.clone(), now);
            if before != Some(now) {
                session.disk_changed(&path);
                any = true;
            }
        }
        any
    }
}

/// The folders that hold primitives or what they refer to, and those above.
fn folders_of(root: &Root, world: &World) -> FxHashSet<PathBuf> {
    let mut relative: FxHashSet<Arc<str>> = FxHashSet::default();
    let mut add = |path: &str| {
        for folder in path::ancestors(path) {
            if !relative.insert(folder.into()) {
                break;
            }
        }
    };
    for (id, state) in world.files() {
        add(&world.path(id));
        state.targets().for_each(|target| add(&world.path(target)));
    }
    add("segue.toml");
    let absolute = relative.iter().map(|folder| root.folder.join(&**folder));
    absolute.filter(|folder| folder.is_dir()).collect()
}

fn new_watcher(session: &Arc<Session>) -> notify::Result<RecommendedWatcher> {
    let session: Weak<Session> = Arc::downgrade(session);
    notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Some(session) = session.upgrade() else { return };
        match event {
            Ok(event) if event.kind.is_access() => {}
            Ok(event) => {
                session.watching.note(&event);
                if event.need_rescan() {
                    session.roots().iter().for_each(|root| session.disk_changed(&root.folder));
                }
                event.paths.iter().for_each(|path| session.disk_changed(path));
                session.wake();
            }
            Err(error) => debug!("watching: {error}"),
        }
    })
}

/// `workspace/didChangeWatchedFiles`
pub fn told(session: &Arc<Session>, changes: &[lsp::FileEvent]) {
    look_at(session, changes.iter().map(|change| &change.uri));
}

/// Looks at the disk again at and below what was named.
pub fn look_at<'u>(session: &Arc<Session>, uris: impl Iterator<Item = &'u lsp::Uri>) {
    uris.filter_map(|uri| uri::to_path(uri.as_ref())).for_each(|path| session.disk_changed(&path));
    session.wake();
}

/// Registers for what changes on disk, where the client watches; not to be awaited in a handler.
///
/// Anything may be a link's target, and a folder that comes or goes is told as the folder alone, so
/// comings and goings are asked for without limit, changes only of what is read.
pub async fn register(session: Arc<Session>) {
    if session.watching.mode() != Mode::Client {
        return;
    }
    const CREATE_AND_DELETE: u8 = 1 | 4;
    const CHANGE: u8 = 2;
    let registration = lsp::Registration {
        id: "segue/files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: Some(json!({ "watchers": [
            { "globPattern": "**/*", "kind": CREATE_AND_DELETE },
            { "globPattern": "**/*.{md,json,jsonc,toml,gitignore,ignore}", "kind": CHANGE },
            { "globPattern": "**/.github/workflows/*.{yml,yaml}", "kind": CHANGE },
        ] })),
    };
    if let Err(error) = session.client.register_capability(vec![registration]).await {
        warn!("the client does not watch files after all: {error}");
        *lock(&session.watching.mode) = Mode::Own;
        for root in session.roots() {
            if let Some(world) = root.latest() {
                session.watching.follow(&session, &root, &world);
            }
        }
    }
}
