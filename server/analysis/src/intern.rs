//! Paths as small numbers.
//!
//! The interner only grows: it holds every path that was seen or referred to since the start, so a
//! number means the same path in every snapshot. A new path costs its text and some 40 bytes.

use dashmap::DashMap;
use rustc_hash::FxBuildHasher;
use std::sync::{Arc, RwLock};

/// A path of one root, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathId(u32);

impl PathId {
    /// The number, as an index into tables.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub(crate) fn from_index(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

/// The two-way table between paths and numbers. No guard leaves it.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    ids: DashMap<Arc<str>, PathId, FxBuildHasher>,
    paths: RwLock<Vec<Arc<str>>>,
    /// Destinations of links in closed files, as they are written: many link the same.
    texts: DashMap<Arc<str>, (), FxBuildHasher>,
}

impl Interner {
    /// The number of `path`, new where it was not seen before.
    pub fn intern(&self, path: &str) -> PathId {
        if let Some(id) = self.ids.get(path) {
            return *id;
        }
        let path: Arc<str> = path.into();
        *self.ids.entry(path.clone()).or_insert_with(|| {
            let mut paths = self.paths.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            let id = PathId::from_index(paths.len());
            paths.push(path);
            id
        })
    }

    /// The one copy of a text.
    pub fn share(&self, text: &Arc<str>) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return known.key().clone();
        }
        self.texts.entry(text.clone()).or_default().key().clone()
    }

    /// The number of `path`, where it has one.
    pub fn get(&self, path: &str) -> Option<PathId> {
        self.ids.get(path).map(|id| *id)
    }

    /// Runs `read` over all paths by number.
    pub fn with_paths<T>(&self, read: impl FnOnce(&[Arc<str>]) -> T) -> T {
        read(&self.paths.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// How many paths have a number.
    pub fn len(&self) -> usize {
        self.paths.read().unwrap_or_else(std::sync::PoisonError::into_inner).len()
    }

    /// The path behind a number.
    pub fn path(&self, id: PathId) -> Arc<str> {
        let paths = self.paths.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        paths.get(id.index()).cloned().unwrap_or_else(|| "".into())
    }
}
