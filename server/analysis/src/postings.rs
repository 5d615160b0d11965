//! From a key to the files that have it, cheap to copy.
//!
//! Keys are 64-bit hashes of what they stand for (a name, a path); whoever reads a posting checks
//! the real name in the file's own exports, so a collision costs time and never an answer. The map
//! is cut into 256 shards, shared between snapshots until one is changed.

use crate::intern::PathId;
use rustc_hash::FxHashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

const SHARDS: usize = 256;

/// What a posting is filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(u64);

impl Key {
    /// The key of anything that can be hashed. Stable within one process.
    pub fn of(value: impl Hash) -> Self {
        let mut hasher = rustc_hash::FxHasher::default();
        value.hash(&mut hasher);
        // FxHash leaves its low bits poor; the shards are cut by them.
        Self(hasher.finish().wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(26))
    }

    fn shard(self) -> usize {
        (self.0 as usize) % SHARDS
    }
}

type Shard = FxHashMap<Key, Arc<Vec<PathId>>>;

/// Sorted lists of files by key.
#[derive(Clone, Debug)]
pub(crate) struct Postings {
    shards: Arc<Vec<Arc<Shard>>>,
}

impl Default for Postings {
    fn default() -> Self {
        Self { shards: Arc::new((0..SHARDS).map(|_| Arc::default()).collect()) }
    }
}

impl Postings {
    /// The files under `key`, sorted.
    pub fn get(&self, key: Key) -> &[PathId] {
        self.shards[key.shard()].get(&key).map_or(&[], |files| files)
    }

    /// Files `file` under `key`.
    pub fn add(&mut self, key: Key, file: PathId) {
        let shards = Arc::make_mut(&mut self.shards);
        let files = Arc::make_mut(&mut shards[key.shard()]).entry(key).or_default();
        if let Err(place) = files.binary_search(&file) {
            Arc::make_mut(files).insert(place, file);
        }
    }

    /// Takes `file` out from under `key`.
    pub fn remove(&mut self, key: Key, file: PathId) {
        if self.get(key).binary_search(&file).is_err() {
            return;
        }
        let shards = Arc::make_mut(&mut self.shards);
        let shard = Arc::make_mut(&mut shards[key.shard()]);
        let Some(files) = shard.get_mut(&key) else { return };
        if let Ok(place) = files.binary_search(&file) {
            Arc::make_mut(files).remove(place);
        }
        if files.is_empty() {
            shard.remove(&key);
        }
    }

    /// Every key with its files, in no order. For tests and dumps.
    pub fn iter(&self) -> impl Iterator<Item = (Key, &[PathId])> {
        self.shards.iter().flat_map(|shard| shard.iter().map(|(key, files)| (*key, files.as_slice())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_does_not_see_later_changes() {
        let (key, a, b) = (Key::of("k"), PathId::from_index(1), PathId::from_index(2));
        let mut postings = Postings::default();
        postings.add(key, b);
        let before = postings.clone();
        postings.add(key, a);
        postings.add(key, a);
        assert_eq!(postings.get(key), [a, b]);
        assert_eq!(before.get(key), [b]);
        postings.remove(key, b);
        postings.remove(key, a);
        postings.remove(key, a);
        assert_eq!(postings.get(key), []);
        assert_eq!(postings.iter().count(), 0);
    }
}
