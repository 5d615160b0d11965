//! How many files a glob matches, kept up to date as files come and go.
//!
//! What is known of a glob is brought after the paths that came and went since, one match each; only a
//! glob that was never asked about is tried on the paths of the workspace. Most globs end in an
//! extension, and then on the paths with that extension alone.

use super::{LazyGlob, Way};
use crate::intern::PathId;
use crate::path;
use crate::world::World;
use rustc_hash::FxHashMap;
use segue_catalog::ClientSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is known of globs in the newest state of the paths. Older states are answered without it.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The state of the paths that this is about ([`World::paths_revision`]).
    revision: u64,
    /// What came (`true`) and went, in order.
    log: Vec<(PathId, bool)>,
    known: FxHashMap<(Way, Box<str>), Known>,
    endings: Option<Arc<Endings>>,
    /// What was told of globs, to whom it concerns; of this state of the paths alone.
    pages: FxHashMap<(Box<str>, ClientSet), Arc<str>>,
}

/// The paths by their extension in lower case.
type Endings = FxHashMap<String, Vec<PathId>>;

#[derive(Clone, Copy, Debug)]
struct Known {
    /// How much of the log is in it.
    upto: usize,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// No path matches.
    Nothing,
    /// This one does, and perhaps others.
    Witness(PathId),
    /// So many do.
    Count(usize),
}

/// So much log is kept; whoever changes more paths at once pays for asking anew.
const LONGEST_LOG: usize = 4_096;
/// So many globs are remembered: while one is typed, each key makes another.
const MOST_KNOWN: usize = 4_096;
/// So many pages are remembered: few globs are looked at more than once.
const MOST_PAGES: usize = 32;

impl Memo {
    /// Nothing known yet of a set of paths.
    pub fn of(revision: u64) -> Self {
        Self { state: Mutex::new(State { revision, ..State::default() }) }
    }

    /// Notes a change of the set of paths, which has this revision from now on: a path that came
    /// (`Some(true)`), one that went, or one that stayed (a file became a link).
    pub fn paths_changed(&self, revision: u64, path: PathId, came: Option<bool>, name: &str) {
        let mut state = self.lock();
        state.revision = revision;
        state.pages.clear();
        let Some(came) = came else { return };
        if state.log.len() >= LONGEST_LOG {
            *state = State { revision, ..State::default() };
            return;
        }
        state.log.push((path, came));
        if let (Some(endings), Some(ending)) = (state.endings.as_mut(), ending_of(name)) {
            let paths = Arc::make_mut(endings).entry(ending).or_default();
            if came {
                paths.push(path);
            } else if let Some(at) = paths.iter().position(|other| *other == path) {
                paths.swap_remove(at);
            }
        }
    }

    /// Whether `glob` matches a path of `world`.
    pub fn matches_some(&self, world: &World, glob: &LazyGlob) -> bool {
        let what = self.known(world, glob).unwrap_or_else(|| {
            let first = self.find(world, glob);
            self.remember(world, glob, first.map_or(What::Nothing, What::Witness))
        });
        what != What::Nothing && what != What::Count(0)
    }

    /// How many paths of `world` the glob matches.
    pub fn count(&self, world: &World, glob: &LazyGlob) -> usize {
        let known = self.known(world, glob).filter(|what| !matches!(what, What::Witness(_)));
        let what =
            known.unwrap_or_else(|| self.remember(world, glob, What::Count(self.all(world, glob).len())));
        match what {
            What::Count(count) => count,
            What::Nothing | What::Witness(_) => 0,
        }
    }

    /// What is told of a pattern to those clients, as `make` writes it: naming thousands of files in order
    /// takes its time, and one card is looked at again and again.
    pub fn page(
        &self,
        world: &World,
        glob: &str,
        clients: ClientSet,
        make: impl FnOnce() -> String,
    ) -> Arc<str> {
        let key = (glob.into(), clients);
        let is_now = |state: &State| state.revision == world.paths_revision;
        if let Some(page) =
            Some(self.lock()).filter(|state| is_now(state)).and_then(|state| state.pages.get(&key).cloned())
        {
            return page;
        }
        // Not under the lock: it asks for matches.
        let page: Arc<str> = make().into();
        let mut state = self.lock();
        if is_now(&state) {
            if state.pages.len() >= MOST_PAGES {
                state.pages.clear();
            }
            state.pages.insert(key, page.clone());
        }
        page
    }

    /// The paths of `world` that the glob matches, in no order. Tries it on every path that may.
    pub fn all(&self, world: &World, glob: &LazyGlob) -> Vec<PathId> {
        match self.candidates(world, glob) {
            Some((endings, ending)) => {
                let paths = endings.get(&ending).map_or(&[][..], Vec::as_slice);
                paths.iter().copied().filter(|id| glob.is_match(&world.path(*id))).collect()
            }
            None => world.discovered().filter(|id| glob.is_match(&world.path(*id))).collect(),
        }
    }

    fn find(&self, world: &World, glob: &LazyGlob) -> Option<PathId> {
        match self.candidates(world, glob) {
            Some((endings, ending)) => {
                endings.get(&ending)?.iter().copied().find(|id| glob.is_match(&world.path(*id)))
            }
            None => world.find_path(|path| glob.is_match(path)),
        }
    }

    /// The paths by ending with the ending of the glob; `None` where it has none, and for old states.
    fn candidates(&self, world: &World, glob: &LazyGlob) -> Option<(Arc<Endings>, String)> {
        let ending = ending_of_all(&glob.written)?;
        let mut state = self.lock();
        if state.revision != world.paths_revision {
            return None;
        }
        let endings = state.endings.get_or_insert_with(|| Arc::new(by_ending(world)));
        Some((endings.clone(), ending))
    }

    /// What is known of the glob, brought after the log.
    fn known(&self, world: &World, glob: &LazyGlob) -> Option<What> {
        let mut state = self.lock();
        if state.revision != world.paths_revision {
            return None;
        }
        let key = (glob.way, glob.written.clone());
        let State { log, known, .. } = &mut *state;
        let mut what = known.get(&key)?.what;
        for (id, came) in log.iter().skip(known.get(&key)?.upto) {
            if !glob.is_match(&world.path(*id)) {
                continue;
            }
            what = match (what, came) {
                (What::Nothing, true) => What::Witness(*id),
                (What::Witness(witness), false) if witness == *id => {
                    known.remove(&key);
                    return None;
                }
                (What::Count(count), true) => What::Count(count + 1),
                (What::Count(count), false) => What::Count(count.saturating_sub(1)),
                (what, _) => what,
            };
        }
        known.insert(key, Known { upto: log.len(), what });
        Some(what)
    }

    fn remember(&self, world: &World, glob: &LazyGlob, what: What) -> What {
        let mut state = self.lock();
        if state.revision == world.paths_revision {
            if state.known.len() >= MOST_KNOWN {
                state.known.clear();
            }
            let upto = state.log.len();
            state.known.insert((glob.way, glob.written.clone()), Known { upto, what });
        }
        what
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn by_ending(world: &World) -> Endings {
    let mut endings = Endings::default();
    for id in world.discovered() {
        if let Some(ending) = ending_of(&world.path(id)) {
            endings.entry(ending).or_default().push(id);
        }
    }
    endings
}

fn ending_of(path: &str) -> Option<String> {
    path::file_name(path).rsplit_once('.').map(|(_, ending)| ending.to_lowercase())
}

/// The extension that every path has which a pattern matches, in lower case.
fn ending_of_all(pattern: &str) -> Option<String> {
    let (before, ending) = pattern.trim().rsplit_once('.')?;
    let plain = !ending.is_empty() && ending.chars().all(|c| c.is_ascii_alphanumeric());
    // In `{a.b,c}` the dot is one branch's alone.
    let whole = !before.contains('{') || before.matches('{').count() == before.matches('}').count();
    (plain && whole).then(|| ending.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{MemoryDisk, disk};
    use crate::scope::{Pattern, of_client, understand, understand_for};
    use crate::{Change, Host, Options};
    use segue_catalog::ClientId;

    #[test]
    fn the_ending_of_a_pattern_is_one_that_every_match_has() {
        let files = disk("//- a/b.TS\n//- .rs\n//- c.d.json\n//- plain\n");
        let world = Host::open(Arc::new(files), Options::default(), &|_| ()).snapshot();
        for (pattern, expected, found) in [
            ("**/*.ts", Some("ts"), true),
            ("*.rs", Some("rs"), true),
            ("**/*.d.json", Some("json"), true),
            ("*.md", Some("md"), false),
            ("{a/b.ts,plain}", None, true),
            ("{x.y,plain", None, false),
            ("*.{ts,js}", None, true),
            ("a.b/*", None, false),
            ("plain", None, true),
        ] {
            assert_eq!(ending_of_all(pattern).as_deref(), expected, "{pattern}");
            let Pattern::Glob(glob) = understand(pattern) else { continue };
            assert_eq!(world.globs.matches_some(&world, &glob), found, "{pattern}");
        }
    }

    #[test]
    fn files_come_and_go_and_the_counts_follow() {
        let disk = Arc::new(MemoryDisk::default());
        disk.write("src/0.ts", "");
        let mut host = Host::open(disk.clone(), Options::default(), &|_| ());
        let globs: Vec<LazyGlob> = ["src/**/*.ts", "*.md", "lib/*", "**/{a,b}/**", "1?.ts"]
            .iter()
            .flat_map(|pattern| {
                [ClientId::Vscode, ClientId::Claude].map(|client| understand_for(pattern, &of_client(client)))
            })
            .filter_map(|pattern| if let Pattern::Glob(glob) = pattern { Some(*glob) } else { None })
            .collect();
        let old = host.snapshot();
        let before: Vec<usize> = globs.iter().map(|glob| old.globs.count(&old, glob)).collect();
        let folders = ["src", "lib", "app/src", "a", "x/b/y", ""];
        let mut number = 7_usize;
        for step in 0..400 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pick = number >> 33;
            let (folder, ending) = (folders[pick % 6], ["ts", "md", "TS"][pick / 6 % 3]);
            let name = format!("{}.{ending}", pick / 18 % 20);
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            if disk.paths().contains(&path) {
                disk.remove(&path)
            } else {
                disk.write(&path, "")
            };
            host.apply([Change::Disk(path)]);
            let world = host.snapshot();
            for (index, glob) in globs.iter().enumerate() {
                let expected = world.paths().filter(|path| glob.is_match(path)).count();
                // Some are asked for one match, some for all, some seldom.
                if (step + index) % 3 > 0 {
                    assert_eq!(world.globs.matches_some(&world, glob), expected > 0, "{glob:?}");
                }
                if (step + index) % 5 < 2 {
                    assert_eq!(world.globs.count(&world, glob), expected, "{glob:?} at step {step}");
                    assert_eq!(world.globs.all(&world, glob).len(), expected);
                }
            }
        }
        let after: Vec<usize> = globs.iter().map(|glob| old.globs.count(&old, glob)).collect();
        assert_eq!(before, after, "a snapshot does not see later changes");
    }
}
