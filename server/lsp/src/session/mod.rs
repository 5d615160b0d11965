//! The state of a session: roots, open documents, and what the client said of itself.
//!
//! Notifications change it at once and in order; nothing here waits. Readers take a [`Ticket`] first.

pub mod documents;
pub mod facts;
pub mod root;
pub mod trees;

use crate::answers::Answers;
use crate::compute::Lanes;
use crate::convert::{from_lsp, uri};
use documents::{Documents, Place};
use facts::ClientFacts;
use root::{Batch, Extent, Pending, Root, Snapshot, lock};
use rustc_hash::FxHashMap;
use segue_analysis::features::alone;
use segue_syntax::{Span, Text};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use tokio::sync::watch;
use tower_lsp::Client;
use tower_lsp::gen_lsp_types as lsp;

/// The state of a session.
pub struct Session {
    /// The client.
    pub client: Client,
    /// Large answers on their way out.
    pub answers: Arc<Answers>,
    /// The fence.
    pub lanes: Lanes,
    /// `initialize` as it came.
    pub raw_initialize: Arc<OnceLock<serde_json::Value>>,
    /// What the client last got on its own asking, by URI.
    pub pulled: Mutex<FxHashMap<Arc<str>, Pulled>>,
    /// Said whenever a change waits for the publisher.
    pub wake: watch::Sender<u64>,
    /// Said whenever the publisher took changes in.
    pub news: watch::Sender<u64>,
    /// Said whenever `workspace/diagnostic` is asked anew: the former one ends.
    pub workspace_turn: watch::Sender<u64>,
    /// Whether the client said `shutdown`.
    pub shut_down: Arc<AtomicBool>,
    /// The client's process, where it named one.
    pub parent: watch::Sender<Option<u32>>,
    /// Counts work-done tokens.
    pub tokens: AtomicU64,
    /// The block trees of open documents.
    pub trees: trees::Trees,
    /// The colours that the client has.
    pub coloured: crate::colours::Coloured,
    /// What the user wants to see around the text.
    pub views: Mutex<crate::views::Views>,
    /// How files are watched.
    pub watching: crate::watch::Watching,
    /// Moves that were part of a rename.
    pub moves_told: crate::moves::MovesTold,
    /// The refresh that is under way.
    pub refreshing: crate::publish::Refreshing,
    /// The servers that are being asked.
    pub asking: crate::tools::Asking,
    /// The runs of the repositories that are open.
    pub runs: crate::runs::Faces,
    /// Whether the client knows that headers are formatted.
    pub formatting: crate::format::Announced,
    facts: OnceLock<ClientFacts>,
    started: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    roots: Vec<Arc<Root>>,
    documents: Documents,
    settings: String,
}

/// What the client got when it asked for the diagnostics of a document.
#[derive(Clone, Copy, Debug)]
pub struct Pulled {
    /// The version that they were about.
    pub version: Option<i32>,
    /// The state that they were about.
    pub stamp: u64,
    /// What identifies them.
    pub hash: u64,
    /// The newer diagnostics for which the client was told to ask again.
    pub told: Option<u64>,
}

/// A document, and the state of its root, as they were when a request came.
#[derive(Clone)]
pub struct Ticket {
    /// The URI as the request spells it.
    pub uri: Arc<str>,
    /// The root.
    pub root: Arc<Root>,
    /// The path below it.
    pub path: Arc<str>,
    /// The text, where the document is open.
    pub open: Option<(Text, Option<i32>)>,
    batch: Arc<Batch>,
}

impl Ticket {
    /// The state that the request is about: with the whole root in it, else the document alone.
    pub fn snapshot(&self) -> Snapshot {
        self.root.at(&self.batch).unwrap_or_else(|| self.alone())
    }

    fn alone(&self) -> Snapshot {
        let (text, version) = match &self.open {
            Some((text, version)) => (text.slice(Span::new(0, text.len())).into(), *version),
            None => ("".into(), None),
        };
        let world = alone::world(self.root.disk().clone(), &self.path, text, version);
        let open = root::Open { uri: self.uri.clone(), version };
        Snapshot {
            world,
            open: Arc::new([(self.path.clone(), open)].into_iter().collect()),
            complete: false,
            stamp: 0,
            found: Arc::default(),
        }
    }
}

impl Session {
    /// A session that has not begun.
    pub fn new(
        client: Client,
        raw_initialize: Arc<OnceLock<serde_json::Value>>,
        shut_down: Arc<AtomicBool>,
        parent: watch::Sender<Option<u32>>,
        answers: Arc<Answers>,
    ) -> Self {
        Self {
            client,
            answers,
            lanes: Lanes::default(),
            raw_initialize,
            pulled: Mutex::default(),
            wake: watch::Sender::new(0),
            news: watch::Sender::new(0),
            workspace_turn: watch::Sender::new(0),
            shut_down,
            parent,
            started: AtomicBool::new(false),
            tokens: AtomicU64::new(0),
            trees: trees::Trees::default(),
            coloured: crate::colours::Coloured::default(),
            views: Mutex::default(),
            watching: crate::watch::Watching::default(),
            moves_told: crate::moves::MovesTold::default(),
            refreshing: crate::publish::Refreshing::default(),
            asking: crate::tools::Asking::default(),
            runs: crate::runs::Faces::default(),
            formatting: crate::format::Announced::default(),
            facts: OnceLock::new(),
            state: Mutex::default(),
        }
    }

    /// What the client can do.
    pub fn facts(&self) -> ClientFacts {
        self.facts.get().copied().unwrap_or_default()
    }

    /// Begins: takes the client's capabilities and its folders.
    pub fn begin(self: &Arc<Self>, params: &lsp::InitializeParams) {
        let none = serde_json::Value::Null;
        let facts = ClientFacts::of(self.raw_initialize.get().unwrap_or(&none));
        let _ = self.facts.set(facts);
        let parent = params.process_id.and_then(|id| u32::try_from(id).ok());
        if let Some(id) = parent.and_then(crate::serve::seen_alive) {
            self.parent.send_replace(Some(id));
        }
        self.watching.begin(facts.watches, params.initialization_options.as_ref());
        for uri in named_folders(params) {
            self.add_root(&uri);
        }
    }

    /// Adds a folder that the client names, and begins to read it.
    pub fn add_root(self: &Arc<Self>, uri: &str) {
        let Some(folder) = uri::to_path(uri) else {
            tracing::warn!("the folder {uri} is no file URI and is left alone");
            return;
        };
        let real = uri::real(&folder);
        let mut state = lock(&self.state);
        if state.roots.iter().any(|root| root.real == real && root.extent == Extent::Whole) {
            return;
        }
        let root = Root::new(folder, real, uri::folder(uri), Extent::Whole);
        self.start(&mut state, root);
        self.place_again(&mut state);
    }

    /// Removes a folder; its open documents go where they belong then.
    pub fn remove_root(self: &Arc<Self>, uri: &str) {
        let Some(real) = uri::to_path(uri).map(|folder| uri::real(&folder)) else { return };
        let mut state = lock(&self.state);
        state.roots.retain(|root| root.real != real);
        self.place_again(&mut state);
        drop(state);
        self.wake();
    }

    fn start(self: &Arc<Self>, state: &mut State, root: Root) -> Arc<Root> {
        let root = Arc::new(root);
        if !state.settings.is_empty() {
            root.push(Pending::Settings(state.settings.clone()));
        }
        state.roots.push(root.clone());
        tokio::spawn(crate::progress::scan(self.clone(), root.clone()));
        root
    }

    fn place_again(self: &Arc<Self>, state: &mut State) {
        let roots = state.roots.clone();
        state.documents.place_again(|file| place_in(&roots, file));
    }

    /// The roots.
    pub fn roots(&self) -> Vec<Arc<Root>> {
        lock(&self.state).roots.clone()
    }

    /// A document was opened.
    pub fn open(self: &Arc<Self>, item: &lsp::TextDocumentItem) {
        let uri = item.uri.as_ref();
        let file = uri::to_path(uri);
        let mut state = lock(&self.state);
        let place = file.as_deref().map(|file| self.place(&mut state, file));
        state.documents.open(item, file, place);
        drop(state);
        self.wake();
    }

    fn place(self: &Arc<Self>, state: &mut State, file: &Path) -> Place {
        if let Some(place) = place_in(&state.roots, file) {
            return place;
        }
        let (folder, extent) = single_root(file);
        let real = uri::real(&folder);
        let root = self.start(state, Root::new(folder.clone(), real, uri::of_path(&folder), extent));
        let path = uri::relative(&folder, file).unwrap_or_default().into();
        place_in(&state.roots, file).unwrap_or(Place { root, path })
    }

    /// A document was edited.
    pub fn change(&self, params: lsp::DidChangeTextDocumentParams) {
        let id = params.text_document;
        let uri = id.text_document_identifier.uri;
        lock(&self.state).documents.change(
            uri.as_ref(),
            from_lsp::version(id.version),
            params.content_changes,
            self.facts().encoding,
        );
        self.wake();
    }

    /// A document was closed.
    pub fn close(&self, uri: &str) {
        lock(&self.state).documents.close(uri);
        lock(&self.pulled).remove(uri);
        self.trees.forget(uri);
        self.coloured.forget(uri);
        self.wake();
    }

    /// Something happened on disk to a file or folder.
    pub fn disk_changed(&self, path: &Path) {
        let roots = self.roots();
        for root in &roots {
            let relative = uri::relative(&root.folder, path).or_else(|| uri::relative(&root.real, path));
            if let Some(relative) = relative.filter(|relative| is_worth_a_look(relative)) {
                root.push(Pending::Disk(relative));
            }
        }
    }

    /// The editor's settings, as the text of a `segue.toml`.
    pub fn settings(&self, text: String) {
        let mut state = lock(&self.state);
        if state.settings == text {
            return;
        }
        for root in &state.roots {
            root.push(Pending::Settings(text.clone()));
        }
        state.settings = text;
        drop(state);
        self.wake();
    }

    /// Makes a root's index anew after it was lost.
    pub fn rescue(self: &Arc<Self>, root: &Arc<Root>) {
        let state = lock(&self.state);
        if !state.settings.is_empty() {
            root.push(Pending::Settings(state.settings.clone()));
        }
        state.documents.tell_again(root);
        drop(state);
        tokio::spawn(crate::progress::scan(self.clone(), root.clone()));
    }

    /// The document of a URI with the state of its root, as they are now.
    pub fn ticket(&self, uri: &lsp::Uri) -> Option<Ticket> {
        Self::ticket_of(&lock(&self.state), uri)
    }

    /// The same, with what it takes to have the blocks of the text.
    pub fn structured_ticket(&self, uri: &lsp::Uri) -> Option<(Ticket, Option<trees::Growing>)> {
        let state = lock(&self.state);
        let ticket = Self::ticket_of(&state, uri)?;
        let document = state.documents.get(uri.as_ref());
        Some((ticket, document.map(|document| self.trees.take(document))))
    }

    /// What the client takes an open document for.
    pub fn language(&self, uri: &lsp::Uri) -> Option<Arc<str>> {
        lock(&self.state).documents.get(uri.as_ref()).map(|document| document.language.clone())
    }

    fn ticket_of(state: &State, uri: &lsp::Uri) -> Option<Ticket> {
        let document = state.documents.get(uri.as_ref());
        let open = document.map(|document| (document.text.clone(), document.version));
        let place = match document {
            Some(document) => document.place.clone(),
            None => place_in(&state.roots, &uri::to_path(uri.as_ref())?),
        }?;
        let batch = place.root.seal();
        Some(Ticket { uri: uri.as_ref().into(), root: place.root, path: place.path, open, batch })
    }

    /// Tickets for what is open in a root.
    pub fn open_tickets(&self, root: &Arc<Root>) -> Vec<Ticket> {
        let state = lock(&self.state);
        let batch = root.seal();
        let inside = state.documents.placed().filter(|(_, place)| Arc::ptr_eq(&place.root, root));
        let tickets = inside.map(|(document, place)| Ticket {
            uri: document.uri.clone(),
            root: root.clone(),
            path: place.path.clone(),
            open: Some((document.text.clone(), document.version)),
            batch: batch.clone(),
        });
        tickets.collect()
    }

    /// Tells the publisher that something changed.
    pub fn wake(&self) {
        self.wake.send_modify(|count| *count += 1);
    }

    /// True once: whoever asks first starts what runs beside the handlers.
    pub fn start_once(&self) -> bool {
        !self.started.swap(true, Ordering::Relaxed)
    }
}

/// Folders below which nothing is ever looked at, so that events from there are noise.
const NOISE: &[&str] = &["node_modules", ".git", ".hg", ".svn", "__pycache__", ".venv"];

fn is_worth_a_look(path: &str) -> bool {
    let mut parts = path.split('/');
    let last = parts.next_back().unwrap_or_default();
    !parts.any(|part| NOISE.contains(&part)) && last != "node_modules"
}

/// The folders that `initialize` names, in whichever of its three ways.
fn named_folders(params: &lsp::InitializeParams) -> Vec<String> {
    if let Some(lsp::WorkspaceFolders::WorkspaceFolderList(folders)) =
        &params.workspace_folders_initialize_params.workspace_folders
        && !folders.is_empty()
    {
        return folders.iter().map(|folder| folder.uri.to_string()).collect();
    }
    #[expect(deprecated, reason = "clients still send nothing else")]
    let (uri, path) = (&params.root_uri, &params.root_path);
    match (uri, path) {
        (Some(uri), _) => vec![uri.to_string()],
        (None, Some(lsp::RootPath::String(path))) if !path.is_empty() => vec![uri::of_path(Path::new(path))],
        _ => Vec::new(),
    }
}

/// Where a file lies: in the deepest root that has it, by its real path.
fn place_in(roots: &[Arc<Root>], file: &Path) -> Option<Place> {
    let real = uri::real(file);
    let by_real = roots.iter().filter_map(|root| Some((root, uri::relative(&root.real, &real)?)));
    let deepest = by_real.max_by_key(|(root, _)| root.real.as_os_str().len());
    let (root, path) = deepest.or_else(|| {
        // A link that leads out of every root is still a file of the root where it stands.
        let by_name = roots.iter().filter_map(|root| Some((root, uri::relative(&root.folder, file)?)));
        by_name.max_by_key(|(root, _)| root.folder.as_os_str().len())
    })?;
    (!path.is_empty()).then(|| Place { root: root.clone(), path: path.into() })
}

/// The root of a file outside of every folder that the client named: its repository, else the folder
/// that holds `.github` or the like above it, else its own folder.
fn single_root(file: &Path) -> (PathBuf, Extent) {
    let folder = file.parent().unwrap_or(file);
    if let Some(top) = folder.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok()) {
        return (top.to_owned(), Extent::Whole);
    }
    const HOLDERS: &[&str] = &[".github", ".claude", ".copilot", ".vscode", ".kiro"];
    let holds = |folder: &&Path| {
        folder.file_name().and_then(|name| name.to_str()).is_some_and(|name| HOLDERS.contains(&name))
    };
    let above = folder.ancestors().filter(holds).last().and_then(Path::parent);
    (above.unwrap_or(folder).to_owned(), Extent::Small)
}
