//! A file before, or without, an index of its workspace.
//!
//! While a large root is scanned for the first time, an open file is judged alone: with the settings
//! that hold for it, and by the rules that need nothing but the file. What others say of it, and
//! whether what it names exists, waits for the index.

use crate::config::file::NAME;
use crate::disk::{Disk, Found, Probe, Walk};
use crate::host::{Change, Host, Options};
use crate::path;
use crate::world::World;
use std::io;
use std::sync::Arc;

/// Rules and families that can be judged from the file alone.
const JUDGED_ALONE: &[&str] = &[
    "frontmatter/",
    "markdown/",
    "security/",
    "variable/",
    "part/",
    "segue/config",
    "link/undefined-reference",
    "link/unused-definition",
    "file/encoding",
    "file/empty-body",
    "tool/duplicate",
    "tool/deprecated",
    "apply-to/invalid-glob",
    "apply-to/wrong-type",
];

/// Whether a rule can be judged from the file alone.
#[must_use]
pub fn can_judge(code: &str) -> bool {
    JUDGED_ALONE
        .iter()
        .any(|known| if known.ends_with('/') { code.starts_with(known) } else { code == *known })
}

/// The state of a root of which nothing is known but one buffer and the settings above it.
#[must_use]
pub fn world(disk: Arc<dyn Disk>, path: &str, text: Arc<str>, version: Option<i32>) -> Arc<World> {
    let mut host = Host::open(Arc::new(Above { disk, path: path.to_owned() }), Options::default(), &|_| ());
    host.apply([Change::Buffer { path: path.to_owned(), text, version }]);
    let mut world = (*host.snapshot()).clone();
    world.alone = true;
    Arc::new(world)
}

/// A disk on which a walk finds the settings above one file and nothing else.
struct Above {
    disk: Arc<dyn Disk>,
    path: String,
}

impl Disk for Above {
    fn read(&self, path: &str, limit: usize) -> io::Result<Vec<u8>> {
        self.disk.read(path, limit)
    }

    fn probe(&self, path: &str) -> Probe {
        self.disk.probe(path)
    }

    fn walk(&self, _: &str, _: usize) -> Walk {
        let settings = path::ancestors(&self.path)
            .map(|folder| if folder.is_empty() { NAME.to_owned() } else { format!("{folder}/{NAME}") })
            .filter(|path| self.disk.probe(path) == Probe::File);
        let files = settings.map(|path| Found { link: self.disk.is_link(&path), path }).collect();
        Walk { files, ..Walk::default() }
    }

    fn spells(&self, path: &str) -> bool {
        self.disk.spells(path)
    }

    fn discoverable(&self, path: &str) -> bool {
        self.disk.discoverable(path)
    }

    fn is_link(&self, path: &str) -> bool {
        self.disk.is_link(path)
    }
}
