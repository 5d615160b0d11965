//! What is said of a file in a state, in the protocol's words. Push and pull both come here.

use crate::convert::position::Places;
use crate::convert::{to_lsp, uri};
use crate::session::facts::ClientFacts;
use crate::session::root::{Root, Snapshot, lock};
use segue_analysis::features::shown::{self, Shown, View};
use segue_catalog::Answerers;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex};
use tower_lsp::gen_lsp_types as lsp;

/// What is said of a file.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The file, as the client names it.
    pub uri: Arc<str>,
    /// Whether it is open.
    pub open: bool,
    /// The version that was judged, where it is open.
    pub version: Option<i32>,
    /// Whether it is one of ours at all.
    pub ours: bool,
    /// What is said.
    pub items: Vec<lsp::Diagnostic>,
    /// What identifies the items.
    pub hash: u64,
}

impl Judged {
    /// The name of these items for the client.
    pub fn result_id(&self) -> String {
        result_id(self.hash)
    }
}

/// The name of items for the client.
pub fn result_id(hash: u64) -> String {
    format!("{hash:016x}")
}

/// What was found in open files of one state: publishing, hovers and code actions ask for the same.
#[derive(Debug, Default)]
pub struct Found(Mutex<Vec<OfFile>>);

/// A file, beside what the editor reports, and what was found in it.
type OfFile = (Arc<str>, Answerers, Arc<(Shown, Places)>);

/// At most so many files are remembered in a state.
const MOST_FOUND: usize = 16;

/// All findings of a file with what translates their places: also those that the editor reports
/// itself, since it seldom mends what it reports.
pub fn shown(snapshot: &Snapshot, path: &str, facts: &ClientFacts) -> Option<Arc<(Shown, Places)>> {
    beside(snapshot, path, facts, Answerers::NONE)
}

/// The findings of a file beside what these parts of the editor report.
fn beside(
    snapshot: &Snapshot,
    path: &str,
    facts: &ClientFacts,
    editor: Answerers,
) -> Option<Arc<(Shown, Places)>> {
    let open = snapshot.open.get_key_value(path).map(|(path, _)| path);
    let is_own = |own: &&(Arc<str>, Answerers, _)| *own.0 == *path && own.1 == editor;
    if let Some((.., known)) = lock(&snapshot.found.0).iter().find(is_own) {
        return Some(known.clone());
    }
    let view = View { open: open.is_some(), complete: snapshot.complete, editor };
    let shown = shown::of_file(&snapshot.world, path, view)?;
    let places = Places::new(shown.text.clone(), facts.encoding, view.open);
    let found = Arc::new((shown, places));
    if let Some(path) = open {
        let mut known = lock(&snapshot.found.0);
        if known.len() < MOST_FOUND {
            known.push((path.clone(), editor, found.clone()));
        }
    }
    Some(found)
}

/// Judges a file.
pub fn judge(root: &Root, snapshot: &Snapshot, path: &str, facts: &ClientFacts) -> Judged {
    let open = snapshot.open.get(path);
    let uri = open.map_or_else(|| uri::below(&root.uri, path).into(), |open| open.uri.clone());
    let found = beside(snapshot, path, facts, facts.editor_answers);
    let ours = found.is_some();
    let items = found.map_or_else(Vec::new, |found| {
        let (shown, places) = &*found;
        let place = to_lsp::Place { root, snapshot, path, uri: &uri, places, facts };
        shown.findings.iter().map(|finding| place.diagnostic(finding)).collect()
    });
    let hash = hash(&items);
    Judged { uri, open: open.is_some(), version: open.and_then(|open| open.version), ours, items, hash }
}

fn hash(items: &[lsp::Diagnostic]) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    serde_json::to_vec(items).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}
