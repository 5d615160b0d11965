//! From a key to the files that have it, cheap to copy.
//!
//! Keys are 64-bit hashes of what they stand for (a name, a path); whoever reads a posting checks
//! the real name in the file's own exports, so a collision costs time and never an answer. The map
//! is cut into 256 shards, shared between snapshots until one is changed.

use crate::intern::PathId;
use rayon::prelude::*;
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

/// In no more parts than these is it worth while to go through all that is filed.
const MOST_PARTS: usize = 8;

fn add_to(shard: &mut Arc<Shard>, key: Key, file: PathId) {
    let files = Arc::make_mut(shard).entry(key).or_default();
    if let Err(place) = files.binary_search(&file) {
        Arc::make_mut(files).insert(place, file);
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
        add_to(&mut shards[key.shard()], key, file);
    }

    /// Files much at once, on all threads. Each takes a part of the shards and goes through all of `entries`
    /// for it, which costs less than keeping them.
    pub fn add_all<E: Iterator<Item = (Key, PathId)>>(&mut self, entries: impl Fn() -> E + Sync) {
        let shards = Arc::make_mut(&mut self.shards);
        let size = SHARDS.div_ceil(rayon::current_num_threads().clamp(1, MOST_PARTS));
        shards.par_chunks_mut(size).enumerate().for_each(|(part, shards)| {
            for (key, file) in entries() {
                let own = key.shard().checked_sub(part * size).and_then(|index| shards.get_mut(index));
                if let Some(shard) = own {
                    add_to(shard, key, file);
                }
            }
        });
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
    fn much_at_once_is_the_same_as_one_by_one() {
        let entries =
            || (0..5_000_u32).map(|n| (Key::of(n * 7 % 900), PathId::from_index((n % 77) as usize)));
        let (mut one, mut all) = (Postings::default(), Postings::default());
        entries().for_each(|(key, file)| one.add(key, file));
        all.add_all(entries);
        let sorted = |postings: &Postings| {
            let mut found: Vec<(Key, Vec<PathId>)> =
                postings.iter().map(|(key, files)| (key, files.to_vec())).collect();
            found.sort();
            found
        };
        assert_eq!(sorted(&one), sorted(&all));
        assert_eq!(one.iter().count(), 900);
    }

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
