//! Files that moved while nobody told: what went, what came, and which of these are the same.
//!
//! A watcher tells of a move as of a file that went and another that came, in either order and not
//! always together. What was read is known again by its content, the rest by the folder that moved
//! around it, or by its name where that went once and came once.

use crate::path;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::sync::Arc;

/// At most so many files are remembered, of each kind.
const MOST: usize = 2_000;

/// What is known of moves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moved {
    /// From where a file was to where it is.
    to: FxHashMap<Arc<str>, Arc<str>>,
    /// What went, with the hash of its content where it was read.
    gone: VecDeque<(Arc<str>, Option<u64>)>,
    /// What came.
    came: VecDeque<Arc<str>>,
}

impl Moved {
    /// A file went.
    pub fn went(&mut self, path: &Arc<str>, hash: Option<u64>) {
        self.came.retain(|own| own != path);
        self.gone.push_back((path.clone(), hash));
        if self.gone.len() > MOST {
            self.gone.pop_front();
        }
    }

    /// A file came.
    pub fn came(&mut self, path: &Arc<str>) {
        // What is where it was has not moved.
        self.to.remove(path);
        self.gone.retain(|(own, _)| own != path);
        self.came.push_back(path.clone());
        if self.came.len() > MOST {
            self.came.pop_front();
        }
    }

    /// Finds out which of what went is what came. `hash` tells the hash of a file's content.
    pub fn settle(&mut self, hash: impl Fn(&str) -> Option<u64>) {
        if self.gone.is_empty() || self.came.is_empty() {
            return;
        }
        let mut found = self.by_content(hash);
        found.extend(self.by_folder(&found));
        found.extend(self.by_name(&found));
        for (from, to) in found {
            self.gone.retain(|(own, _)| *own != from);
            self.came.retain(|own| *own != to);
            for place in self.to.values_mut().filter(|place| **place == from) {
                place.clone_from(&to);
            }
            if self.to.len() >= MOST {
                self.to.clear();
            }
            self.to.insert(from, to);
        }
        // What moved and moved back is where it was.
        self.to.retain(|from, to| from != to);
    }

    fn by_content(&self, hash: impl Fn(&str) -> Option<u64>) -> Vec<(Arc<str>, Arc<str>)> {
        let mut gone: FxHashMap<u64, Vec<&Arc<str>>> = FxHashMap::default();
        for (path, hash) in &self.gone {
            if let Some(hash) = hash {
                gone.entry(*hash).or_default().push(path);
            }
        }
        if gone.is_empty() {
            return Vec::new();
        }
        let mut came: FxHashMap<u64, Vec<&Arc<str>>> = FxHashMap::default();
        for path in &self.came {
            if let Some(hash) = hash(path).filter(|hash| gone.contains_key(hash)) {
                came.entry(hash).or_default().push(path);
            }
        }
        let mut found = Vec::new();
        for (hash, came) in came {
            found.extend(pairs(gone.get(&hash).map(Vec::as_slice).unwrap_or_default(), &came));
        }
        found.sort();
        found
    }

    /// What lay in a folder from which something else is known to have moved.
    fn by_folder(&self, known: &[(Arc<str>, Arc<str>)]) -> Vec<(Arc<str>, Arc<str>)> {
        let mut folders: Vec<(&str, &str)> = known.iter().map(|(from, to)| differing(from, to)).collect();
        folders.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
        folders.dedup();
        let came: FxHashSet<&str> = self.came.iter().map(|path| &**path).collect();
        let unread = self.gone.iter().filter(|(_, hash)| hash.is_none());
        let place = |path: &Arc<str>| {
            folders.iter().find_map(|(from, to)| {
                let rest = path.strip_prefix(*from).filter(|_| path::is_below(path, from))?;
                let there = format!("{to}{rest}");
                came.contains(there.trim_start_matches('/')).then(|| there.trim_start_matches('/').into())
            })
        };
        unread.filter_map(|(path, _)| Some((path.clone(), place(path)?))).collect()
    }

    /// What went by a name by which one file came.
    fn by_name(&self, known: &[(Arc<str>, Arc<str>)]) -> Vec<(Arc<str>, Arc<str>)> {
        let is_known = |path: &str| known.iter().any(|(from, to)| **from == *path || **to == *path);
        let unread = self.gone.iter().filter(|(path, hash)| hash.is_none() && !is_known(path));
        let gone: Vec<&Arc<str>> = unread.map(|(path, _)| path).collect();
        if gone.is_empty() {
            return Vec::new();
        }
        let came: Vec<&Arc<str>> = self.came.iter().filter(|path| !is_known(path)).collect();
        by_file_name(&gone, &came)
    }

    /// Where what was at `path` is now: a file, or a folder that some file moved with.
    pub fn to(&self, path: &str) -> Option<Arc<str>> {
        if let Some(to) = self.to.get(path) {
            return Some(to.clone());
        }
        let below = self.to.iter().filter(|(from, _)| path::is_below(from, path) && !path.is_empty());
        let folders = below.filter_map(|(from, to)| to.strip_suffix(from.get(path.len()..)?));
        // A link may have been in other letters than its file.
        let alike = || self.to.iter().filter(|(from, _)| from.eq_ignore_ascii_case(path));
        folders.min().map(Into::into).or_else(|| alike().map(|(_, to)| to.clone()).min())
    }

    /// Where what is at `path` was.
    pub fn from(&self, path: &str) -> Option<Arc<str>> {
        self.to.iter().filter(|(_, to)| ***to == *path).map(|(from, _)| from.clone()).min()
    }
}

/// One of each is a pair; of several those with a name that is there once.
fn pairs(gone: &[&Arc<str>], came: &[&Arc<str>]) -> Vec<(Arc<str>, Arc<str>)> {
    if let ([from], [to]) = (gone, came) {
        return vec![((*from).clone(), (*to).clone())];
    }
    by_file_name(gone, came)
}

fn by_file_name(gone: &[&Arc<str>], came: &[&Arc<str>]) -> Vec<(Arc<str>, Arc<str>)> {
    let names = |paths: &[&Arc<str>]| {
        let mut names: FxHashMap<String, Vec<Arc<str>>> = FxHashMap::default();
        for path in paths {
            names.entry(path::file_name(path).to_owned()).or_default().push((*path).clone());
        }
        names
    };
    let came = names(came);
    let mut found: Vec<(Arc<str>, Arc<str>)> = names(gone)
        .into_iter()
        .filter_map(|(name, gone)| match (gone.as_slice(), came.get(&name).map(Vec::as_slice)) {
            ([from], Some([to])) => Some((from.clone(), to.clone())),
            _ => None,
        })
        .collect();
    found.sort();
    found
}

/// The folders that differ, after which two paths go on alike.
fn differing<'p>(from: &'p str, to: &'p str) -> (&'p str, &'p str) {
    let (mut one, mut other) = (from, to);
    while !one.is_empty() && !other.is_empty() && path::file_name(one) == path::file_name(other) {
        (one, other) = (path::parent(one), path::parent(other));
    }
    (one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(steps: &[(&str, Option<u64>)], came: &[(&str, Option<u64>)]) -> Moved {
        let mut moved = Moved::default();
        steps.iter().for_each(|(path, hash)| moved.went(&Arc::from(*path), *hash));
        came.iter().for_each(|(path, _)| moved.came(&Arc::from(*path)));
        moved.settle(|path| came.iter().find(|(own, _)| *own == path).and_then(|(_, hash)| *hash));
        moved
    }

    #[test]
    fn what_went_is_known_again() {
        let moved = moved(
            &[("docs/a.md", Some(1)), ("docs/img/x.png", None), ("docs/b.md", Some(2)), ("y.png", None)],
            &[
                ("hand/book/a.md", Some(1)),
                ("hand/book/img/x.png", None),
                ("new.md", Some(2)),
                ("z/y.png", None),
            ],
        );
        for (from, to) in [
            ("docs/a.md", Some("hand/book/a.md")),
            ("docs/b.md", Some("new.md")),
            ("docs/img/x.png", Some("hand/book/img/x.png")),
            ("docs/img", Some("hand/book/img")),
            ("y.png", Some("z/y.png")),
            ("docs/c.md", None),
            ("doc", None),
        ] {
            assert_eq!(moved.to(from).as_deref(), to, "{from}");
        }
        assert_eq!(moved.from("new.md").as_deref(), Some("docs/b.md"));
    }

    #[test]
    fn what_may_be_one_or_the_other_is_neither() {
        let same = moved(
            &[("a/x.md", Some(1)), ("b/x.md", Some(1)), ("c/y.md", Some(1))],
            &[("d/x.md", Some(1)), ("d/y.md", Some(1))],
        );
        assert_eq!((same.to("a/x.md"), same.to("c/y.md").as_deref()), (None, Some("d/y.md")));
    }

    #[test]
    fn who_moves_twice_is_found_and_who_comes_back_has_not_moved() {
        let mut moved = moved(&[("a.md", Some(1))], &[("b.md", Some(1))]);
        moved.went(&"b.md".into(), Some(1));
        moved.came(&"c.md".into());
        moved.settle(|_| Some(1));
        assert_eq!(moved.to("a.md").as_deref(), Some("c.md"));
        moved.went(&"c.md".into(), Some(1));
        moved.came(&"a.md".into());
        moved.settle(|_| Some(1));
        assert_eq!((moved.to("a.md"), moved.to("c.md").as_deref()), (None, Some("a.md")));
    }
}
