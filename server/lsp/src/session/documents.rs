//! The open documents: their texts, as the client's edits make them.

use crate::convert::{from_lsp, uri};
use crate::session::root::{Pending, Root};
use crate::session::trees::EditLog;
use rustc_hash::FxHashMap;
use segue_syntax::{Encoding, Text};
use std::path::PathBuf;
use std::sync::Arc;
use tower_lsp::gen_lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem};
use tracing::warn;

/// Where a document lies.
#[derive(Clone)]
pub struct Place {
    /// Its root.
    pub root: Arc<Root>,
    /// Its path below the root, symbolic links followed: what makes two spellings one file.
    pub path: Arc<str>,
}

impl Place {
    fn is(&self, other: &Place) -> bool {
        Arc::ptr_eq(&self.root, &other.root) && self.path == other.path
    }
}

/// An open document.
pub struct Document {
    /// Its URI as the client spells it.
    pub uri: Arc<str>,
    /// Its text.
    pub text: Text,
    /// The client's number for it, where it gives one.
    pub version: Option<i32>,
    /// The file on disk that its URI means, if it is one.
    pub file: Option<PathBuf>,
    /// Where it lies; `None` for what is no file.
    pub place: Option<Place>,
    /// What the client takes it for: `markdown`, `chatagent`.
    pub language: Arc<str>,
    /// What was edited lately.
    pub edits: EditLog,
    /// Whether it was said that the client's edits do not fit.
    complained: bool,
    /// Counts openings: of two spellings of one file the one opened first is the one that is spoken of.
    order: u64,
}

/// All open documents, by URI.
#[derive(Default)]
pub struct Documents {
    by_uri: FxHashMap<Arc<str>, Document>,
    opened: u64,
}

impl Documents {
    /// A document was opened, or opened again.
    pub fn open(&mut self, item: &TextDocumentItem, file: Option<PathBuf>, place: Option<Place>) {
        self.opened += 1;
        let (uri, text): (Arc<str>, _) = (item.uri.as_ref().into(), &item.text);
        let version = from_lsp::version(item.version);
        if let Some(open) = self.by_uri.get_mut(&uri) {
            warn!("{uri} was opened while it was open");
            open.text = Text::new(text);
            open.edits.begin_anew();
            open.version = version;
            let open = &self.by_uri[&uri];
            self.tell(open);
            return;
        }
        let order = self.opened;
        let document = Document {
            uri: uri.clone(),
            text: Text::new(text),
            version,
            file,
            place,
            language: String::from(item.language_id.clone()).into(),
            edits: EditLog::default(),
            complained: false,
            order,
        };
        self.by_uri.insert(uri.clone(), document);
        if let Some(document) = self.by_uri.get(&uri) {
            self.tell(document);
        }
    }

    /// Edits of a document, in the order in which they are to be made.
    pub fn change(
        &mut self,
        uri: &str,
        version: Option<i32>,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        let Some(uri) = self.get(uri).map(|document| document.uri.clone()) else {
            warn!("edits of {uri}, which is not open, are left out");
            return;
        };
        let Some(document) = self.by_uri.get_mut(&uri) else { return };
        if version.is_some() && version <= document.version {
            document.complain("versions do not grow; edits are made in the order in which they come");
        }
        for change in changes {
            let (range, text) = from_lsp::change(change);
            if let Some((start, end)) = range {
                let lines = document.text.line_count();
                if start > end || end.line as usize >= lines + usize::from(end.character == 0) {
                    document.complain("an edit lies outside of the text; it is made at the nearest place");
                }
            }
            let edit = document.text.apply(range, encoding, &text);
            document.edits.note(edit);
        }
        document.version = version;
        let document = &self.by_uri[&uri];
        self.tell(document);
    }

    /// A document was closed.
    pub fn close(&mut self, uri: &str) {
        let Some(uri) = self.get(uri).map(|document| document.uri.clone()) else {
            warn!("{uri}, which is not open, was closed");
            return;
        };
        let Some(closed) = self.by_uri.remove(&uri) else { return };
        let Some(place) = closed.place else { return };
        match self.at(&place) {
            Some(other) => self.tell(other),
            None => place.root.push(Pending::Closed(place.path)),
        }
    }

    /// The document of a URI: of this spelling, else of another of the same file.
    pub fn get(&self, uri: &str) -> Option<&Document> {
        if let Some(document) = self.by_uri.get(uri) {
            return Some(document);
        }
        let file = uri::to_path(uri)?;
        self.by_uri.values().find(|document| document.file.as_ref() == Some(&file))
    }

    /// The documents that are spoken of, with their places: of several spellings of a file the one that
    /// was opened first.
    pub fn placed(&self) -> impl Iterator<Item = (&Document, &Place)> {
        let placed = self.by_uri.values().filter_map(|document| Some((document, document.place.as_ref()?)));
        placed.filter(|(document, place)| self.at(place).is_some_and(|first| first.order == document.order))
    }

    /// Puts documents into the roots that `place` finds for them now, and tells those roots.
    pub fn place_again(&mut self, place: impl Fn(&std::path::Path) -> Option<Place>) {
        let uris: Vec<Arc<str>> = self.by_uri.keys().cloned().collect();
        for uri in uris {
            let Some(document) = self.by_uri.get_mut(&uri) else { continue };
            let new = document.file.as_deref().and_then(&place);
            let same = match (&document.place, &new) {
                (Some(old), Some(new)) => old.is(new),
                (None, None) => true,
                _ => false,
            };
            if same {
                continue;
            }
            if let Some(old) = std::mem::replace(&mut document.place, new) {
                old.root.push(Pending::Closed(old.path));
            }
            if let Some(document) = self.by_uri.get(&uri) {
                self.tell(document);
            }
        }
    }

    /// Tells a root of all that is open in it.
    pub fn tell_again(&self, root: &Arc<Root>) {
        let inside = |document: &&Document| {
            document.place.as_ref().is_some_and(|place| Arc::ptr_eq(&place.root, root))
        };
        self.by_uri.values().filter(inside).for_each(|document| self.tell(document));
    }

    /// The document at a place that was opened first.
    fn at(&self, place: &Place) -> Option<&Document> {
        let here = |document: &&Document| document.place.as_ref().is_some_and(|own| own.is(place));
        self.by_uri.values().filter(here).min_by_key(|document| document.order)
    }

    /// Queues the text of a document in its root, under the name of the one that was opened first.
    fn tell(&self, document: &Document) {
        let Some(place) = &document.place else { return };
        let uri = self.at(place).map_or(&document.uri, |first| &first.uri).clone();
        // A version counts the texts of one spelling; under another name it would say nothing true.
        let version = document.version.filter(|_| uri == document.uri);
        let (path, text) = (place.path.clone(), document.text.clone());
        place.root.push(Pending::Buffer { path, uri, text, version });
    }
}

impl Document {
    fn complain(&mut self, about: &str) {
        if !self.complained {
            self.complained = true;
            warn!("{}: {about} (said once)", self.uri);
        }
    }
}
