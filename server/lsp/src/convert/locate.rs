//! Places in any file of a root, as the client names files and counts columns.

use crate::convert::position::Places;
use crate::convert::uri;
use crate::session::facts::ClientFacts;
use crate::session::root::{Root, Snapshot, lock};
use rustc_hash::FxHashMap;
use segue_analysis::PathId;
use segue_syntax::Span;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;

/// Translates places of one state of a root. Texts of closed files are read once.
pub struct Locator<'p> {
    root: &'p Root,
    snapshot: &'p Snapshot,
    facts: &'p ClientFacts,
    texts: FxHashMap<Arc<str>, Option<Arc<Places>>>,
    /// The closed file whose places were remembered last: ten thousand texts at once would be too much.
    last: Option<Arc<str>>,
}

/// Ranges in closed files that were translated before, with the hash of the text they are true of: a
/// heading with ten thousand links is asked for more than once, and the files are not kept.
#[derive(Default)]
pub struct Known(FxHashMap<PathId, (u64, Vec<(Span, lsp::Range)>)>);

/// At most so many files are remembered.
const MOST_FILES: usize = 50_000;

impl<'p> Locator<'p> {
    /// For a state of a root.
    pub fn new(root: &'p Root, snapshot: &'p Snapshot, facts: &'p ClientFacts) -> Self {
        Self { root, snapshot, facts, texts: FxHashMap::default(), last: None }
    }

    /// The URI of a file or folder.
    pub fn uri(&self, path: &str) -> String {
        match self.snapshot.open.get(path) {
            Some(open) => open.uri.to_string(),
            None if path.is_empty() => self.root.uri.clone(),
            None => uri::below(&self.root.uri, path),
        }
    }

    /// The client's version of a file that is open.
    pub fn version(&self, path: &str) -> Option<i32> {
        self.snapshot.open.get(path).and_then(|open| open.version)
    }

    /// What translates places of a file; `None` where it is not known or changed on disk meanwhile.
    pub fn places(&mut self, path: &Arc<str>, text: Option<&Arc<str>>) -> Option<Arc<Places>> {
        if let Some(known) = self.texts.get(path) {
            return known.clone();
        }
        let text = text.cloned().or_else(|| self.snapshot.world.any_text(path));
        let open = self.snapshot.open.contains_key(path);
        let places = text.map(|text| Arc::new(Places::new(text, self.facts.encoding, open)));
        self.texts.insert(path.clone(), places.clone());
        places
    }

    /// A place in a file. The beginning of a file needs no text.
    pub fn range(&mut self, path: &Arc<str>, span: Span, text: Option<&Arc<str>>) -> Option<lsp::Range> {
        if span.end == 0 {
            return Some(lsp::Range::default());
        }
        self.places(path, text).map(|places| places.range(span))
    }

    /// A place in a file, remembered for the next time where the file is closed and of the index.
    pub fn remembered(
        &mut self,
        known: &mut Known,
        id: PathId,
        path: &Arc<str>,
        span: Span,
    ) -> Option<lsp::Range> {
        let hash = match self.snapshot.world.file(id) {
            Some(state) if state.text.is_none() => state.hash,
            _ => return self.range(path, span, None),
        };
        let own = known.0.get(&id).filter(|(of, _)| *of == hash);
        if let Some((_, range)) = own.and_then(|(_, all)| all.iter().find(|(own, _)| *own == span)) {
            return Some(*range);
        }
        if self.last.as_ref() != Some(path)
            && let Some(last) = self.last.replace(path.clone())
        {
            self.texts.remove(&last);
        }
        let range = self.range(path, span, None)?;
        if known.0.len() > MOST_FILES {
            known.0.clear();
        }
        let entry = known.0.entry(id).or_insert_with(|| (hash, Vec::new()));
        if entry.0 != hash {
            *entry = (hash, Vec::new());
        }
        entry.1.push((span, range));
        Some(range)
    }
}

impl Root {
    /// Runs `work` with the ranges that were translated before.
    pub fn with_known<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut lock(&self.known))
    }
}
