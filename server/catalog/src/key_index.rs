//! Where the keys of a kind are found: by path, by place in a header, and by what they stand below.

use crate::key::{Key, KeyGroup};
use crate::{Shape, Support};
use std::collections::{BTreeMap, HashMap};

/// Groups may hold keys with groups, and no row needs more than this.
const DEEPEST_GROUP: usize = 4;

/// The rows of a kind by their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyIndex {
    by_path: HashMap<String, usize>,
    /// From a path (`""` for the top, `handoffs[]` for items) to the keys directly below it.
    below: HashMap<String, Vec<usize>>,
}

impl KeyIndex {
    pub fn new(keys: &[Key]) -> Self {
        let mut index = Self::default();
        for (at, key) in keys.iter().enumerate() {
            let above = key.name.rsplit_once('.').map_or("", |(above, _)| above);
            index.below.entry(above.to_owned()).or_default().push(at);
            index.by_path.insert(key.name.clone(), at);
        }
        index
    }

    pub fn exact(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    pub fn below(&self, path: &str) -> &[usize] {
        self.below.get(path).map_or(&[], Vec::as_slice)
    }

    /// The key at a place: names as they are where a row has them, else `*`; of several ways the one
    /// with the fewest stars.
    pub fn at(&self, place: &[&str]) -> Option<usize> {
        let mut ways: Vec<(usize, String)> = vec![(0, String::new())];
        for segment in place {
            let name = segment.trim_end_matches("[]");
            let items = segment.get(name.len()..).unwrap_or_default();
            let mut next = Vec::new();
            for (stars, path) in &ways {
                let step = |word: &str| {
                    let path = if path.is_empty() { word.to_owned() } else { format!("{path}.{word}") };
                    Some(path).filter(|path| self.by_path.contains_key(path))
                };
                // A dot in a name is no step.
                let named = Some(name).filter(|name| !name.contains(['.', '[']) && *name != "*");
                next.extend(named.and_then(step).map(|path| (*stars, path + items)));
                if let Some(path) = step("*") {
                    // `hooks.*.command` is below the items of whatever `*` is.
                    if !items.is_empty() {
                        next.push((stars + 1, path.clone()));
                    }
                    next.push((stars + 1, path + items));
                }
            }
            ways = next;
        }
        ways.sort_by_key(|(stars, _)| *stars);
        ways.first().and_then(|(_, path)| self.exact(path))
    }
}

/// The rows with the keys of their groups right behind them, each with what `read_by` says of clients
/// where it says nothing itself.
pub(crate) fn spread(keys: Vec<Key>, groups: &[KeyGroup], read_by: &BTreeMap<String, Support>) -> Vec<Key> {
    let mut all = Vec::with_capacity(keys.len());
    for key in keys {
        add(key, groups, read_by, 0, &mut all);
    }
    all
}

fn add(
    mut key: Key,
    groups: &[KeyGroup],
    read_by: &BTreeMap<String, Support>,
    depth: usize,
    all: &mut Vec<Key>,
) {
    if key.clients.is_empty() {
        key.clients.clone_from(read_by);
    }
    let mut below = Vec::new();
    let named = key.groups.iter().filter_map(|name| groups.iter().find(|group| group.name == *name));
    for member in named.filter(|_| depth < DEEPEST_GROUP).flat_map(|group| &group.keys) {
        for (shape, items) in [(Shape::Map, ""), (Shape::MapList, "[]")] {
            if key.shapes.contains(&shape) {
                below.push(Key { name: format!("{}{items}.{}", key.name, member.name), ..member.clone() });
            }
        }
    }
    all.push(key);
    for member in below {
        add(member, groups, read_by, depth + 1, all);
    }
}
