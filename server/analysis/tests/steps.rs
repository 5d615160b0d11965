//! Whatever happens to a workspace, in whatever order, the index and all findings are those of a
//! fresh start over the same files and buffers; and every file whose findings change is named by the
//! effects of the change.
//!
//! `SEGUE_STEPS` sets the number of steps, `SEGUE_SEED` the seed, which is printed.

#![allow(clippy::panic, reason = "helpers of tests fail by panicking")]

#[path = "steps/make.rs"]
mod make;

use make::Random;
use segue_analysis::diagnostics::{self, Finding};
use segue_analysis::disk::Probe;
use segue_analysis::fixture::MemoryDisk;
use segue_analysis::{Change, Disk, Host, Options, World};
use std::collections::BTreeMap;
use std::sync::Arc;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A workspace with everything that can happen to it.
struct Workspace {
    random: Random,
    /// How many names there are of each sort: fewer make more of them meet.
    pool: usize,
    disk: Arc<MemoryDisk>,
    host: Host,
    buffers: BTreeMap<String, String>,
    pending: Vec<Change>,
    done: Vec<String>,
}

impl Workspace {
    fn new(seed: u64, files: usize, pool: usize) -> Self {
        let mut random = Random(seed);
        let disk = Arc::new(MemoryDisk::default());
        while disk.paths().len() < files {
            let path = make::path(&mut random, pool);
            disk.write(&path, make::text(&mut random, &path, pool));
        }
        let host = Host::open(disk.clone(), Options::default(), &|_| ());
        let (buffers, pending, done) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { random, pool, disk, host, buffers, pending, done }
    }

    fn text(&self, path: &str) -> String {
        let of_disk =
            || self.disk.read(path, 1 << 20).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        self.buffers.get(path).cloned().unwrap_or_else(|| of_disk().unwrap_or_default())
    }

    fn edited(&mut self, path: &str) -> String {
        let text = self.text(path);
        make::edited(&mut self.random, &text, path, self.pool)
    }

    fn any_path(&mut self) -> String {
        let mut paths = self.disk.paths();
        paths.extend(self.buffers.keys().cloned());
        match paths.len() {
            0 => make::path(&mut self.random, self.pool),
            n => paths.swap_remove(self.random.below(n)),
        }
    }

    fn open_path(&mut self) -> Option<String> {
        let at = self.random.below(self.buffers.len());
        self.buffers.keys().nth(at).cloned()
    }

    fn buffer(&mut self, path: String, text: String) {
        self.buffers.insert(path.clone(), text.clone());
        self.pending.push(Change::Buffer { path, text: text.into(), version: None });
    }

    fn write(&mut self, path: &str, text: String) {
        // A file cannot lie below a file.
        for (slash, _) in path.match_indices('/') {
            if self.disk.read(&path[..slash], 1).is_ok() {
                return;
            }
        }
        if self.disk.probe(path) == Probe::Folder {
            self.disk.remove(path);
        }
        self.disk.write(path, text);
        self.pending.push(Change::Disk(path.to_owned()));
    }

    fn rename(&mut self, from: &str, to: &str) {
        self.disk.remove(to);
        self.disk.rename(from, to);
        self.pending.push(Change::Disk(from.to_owned()));
        self.pending.push(Change::Disk(to.to_owned()));
    }

    /// One thing that happens.
    fn step(&mut self) {
        let path = self.any_path();
        let pool = self.pool;
        let kind = self.random.below(20);
        self.done.push(format!("{kind} {path}"));
        match kind {
            0..=5 => {
                let path = self.open_path().filter(|_| self.random.below(3) > 0).unwrap_or(path);
                let text = self.edited(&path);
                self.buffer(path, text);
            }
            6 => {
                if let Some(path) = self.open_path() {
                    self.write(&path.clone(), self.buffers[&path].clone());
                }
            }
            7 | 8 => {
                if let Some(path) = self.open_path() {
                    self.buffers.remove(&path);
                    self.pending.push(Change::Closed(path));
                }
            }
            9 | 10 => {
                let text = self.edited(&path);
                self.write(&path, text);
            }
            11 => {
                let path = make::path(&mut self.random, pool);
                let text = make::text(&mut self.random, &path, pool);
                self.write(&path, text);
            }
            12 | 13 => {
                self.disk.remove(&path);
                self.pending.push(Change::Disk(path));
            }
            14 => {
                let to = make::path(&mut self.random, pool);
                self.rename(&path, &to);
            }
            15 => self.move_folder(&path),
            16 => {
                let top = self.random.pick(&["", "pkg/one/", "pkg/two/"]);
                let path = self.random.pick(&["segue.toml", "segue.toml", "docs/base.toml"]);
                let path = if path == "segue.toml" { format!("{top}{path}") } else { path.to_owned() };
                let text = make::settings(&mut self.random);
                match self.random.below(4) {
                    0 => {
                        self.disk.remove(&path);
                        self.pending.push(Change::Disk(path));
                    }
                    1 => self.buffer(path, text),
                    _ => self.write(&path, text),
                }
            }
            17 => {
                // A file gives way to a folder of its name, or the other way round.
                self.disk.remove(&path);
                self.pending.push(Change::Disk(path.clone()));
                let inner = format!("{path}/inner.agent.md");
                let text = make::text(&mut self.random, &inner, pool);
                self.write(&inner, text);
            }
            18 => {
                let path = make::path(&mut self.random, pool);
                let text = make::text(&mut self.random, &path, pool);
                self.buffer(path, text);
            }
            _ => self.pending.push(Change::Disk(path)),
        }
    }

    fn move_folder(&mut self, path: &str) {
        let Some((folder, _)) = path.rsplit_once('/') else { return };
        let to = match self.random.below(3) {
            0 => "moved/here".to_owned(),
            1 => folder.replace("docs", "specs/1"),
            _ => folder.replace("one", "two"),
        };
        if to != folder && !to.starts_with(&format!("{folder}/")) && !folder.starts_with(&format!("{to}/")) {
            self.rename(folder, &to);
        }
    }

    fn fresh(&self) -> Arc<World> {
        let mut host = Host::open(self.disk.clone(), Options::default(), &|_| ());
        host.apply(self.buffers.iter().map(|(path, text)| Change::Buffer {
            path: path.clone(),
            text: text.as_str().into(),
            version: None,
        }));
        host.snapshot()
    }
}

fn findings(world: &World) -> BTreeMap<Arc<str>, Vec<Finding>> {
    world.files().map(|(id, _)| (world.path(id), diagnostics::of_file(world, id))).collect()
}

/// Fails with the first line in which two texts differ.
fn assert_same(what: &str, mine: &str, fresh: &str, told: &dyn Fn() -> String) {
    if mine != fresh {
        let only = |a: &str, b: &str| {
            let other: std::collections::HashSet<&str> = b.lines().collect();
            a.lines().filter(|line| !other.contains(line)).take(5).collect::<Vec<_>>().join("\n")
        };
        panic!("{what} differ\nkept up:\n{}\nfresh:\n{}\n{}", only(mine, fresh), only(fresh, mine), told());
    }
}

#[test]
fn any_steps_lead_where_a_fresh_start_leads() {
    let (steps, seed) = (number("SEGUE_STEPS", 2_000), number("SEGUE_SEED", 20_261_121));
    println!("{steps} steps, SEGUE_SEED={seed}");
    let begun = std::time::Instant::now();
    let mut work = Workspace::new(seed, 300, 12);
    let mut seen = 0;
    for step in 1..=steps {
        work.step();
        if work.random.one_in(2) || step % 50 == 0 {
            work.host.apply(std::mem::take(&mut work.pending));
        }
        if step % 50 == 0 {
            let (mine, fresh) = (work.host.snapshot(), work.fresh());
            let told = || {
                format!(
                    "step {step}, SEGUE_SEED={seed}, last: {:#?}",
                    &work.done[work.done.len().saturating_sub(50)..]
                )
            };
            assert_same("states", &mine.dump(), &fresh.dump(), &told);
            let lines = |world: &World| {
                let found = findings(world).into_iter().flat_map(|(path, found)| {
                    found.into_iter().map(move |finding| format!("{path} {finding:?}"))
                });
                found.collect::<Vec<_>>()
            };
            let (mine, fresh) = (lines(&mine), lines(&fresh));
            seen += mine.len();
            assert_same("findings", &mine.join("\n"), &fresh.join("\n"), &told);
        }
    }
    println!("{seen} findings compared in {:.1?}", begun.elapsed());
    assert!(seen > 0 || steps < 50, "the workspaces have nothing to find");
}

#[test]
fn effects_name_every_file_whose_findings_change() {
    let (steps, seed) = (number("SEGUE_STEPS", 2_000), number("SEGUE_SEED", 20_261_122));
    println!("{steps} steps, SEGUE_SEED={seed}");
    let mut work = Workspace::new(seed, 40, 3);
    // Places in other files that a finding points to move with those files.
    let bare = |world: &World| {
        let mut all = findings(world);
        all.values_mut().flatten().for_each(|finding| finding.related.clear());
        all
    };
    let mut before = bare(&work.host.snapshot());
    let (mut changes, mut named, mut differing) = (0, 0, 0);
    for step in 1..=steps {
        work.step();
        if work.pending.is_empty() {
            continue;
        }
        let effects = work.host.apply(std::mem::take(&mut work.pending));
        let world = work.host.snapshot();
        let after = bare(&world);
        let named_paths: std::collections::BTreeSet<Arc<str>> =
            effects.changed.iter().chain(&effects.dependents).map(|id| world.path(*id)).collect();
        let none = Vec::new();
        for path in before.keys().chain(after.keys()) {
            let (was, is) = (before.get(path).unwrap_or(&none), after.get(path).unwrap_or(&none));
            let told = effects.everything || named_paths.contains(path);
            differing += usize::from(was != is);
            assert!(
                was == is || told,
                "step {step}, SEGUE_SEED={seed}: {path} is not named\nwas {was:#?}\nis {is:#?}\nafter {:?}",
                work.done.last()
            );
        }
        changes += 1;
        named += named_paths.len();
        before = after;
    }
    println!("{changes} changes named {named} files, findings of {differing} differed");
}
