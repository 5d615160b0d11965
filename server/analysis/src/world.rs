//! One state of one root: immutable, cheap to copy, complete in itself.
//!
//! A [`World`] is what features and rules read. The writer ([`crate::Host`]) copies it, changes the
//! copy and publishes it; whoever holds the old one goes on reading the old state.

use crate::config::{Config, ConfigFile};
use crate::diagnostics::Finding;
use crate::disk::{Disk, Probe};
use crate::file::{Content, FileState, Name, Space};
use crate::intern::{Interner, PathId};
use crate::mentions;
use crate::path;
use crate::postings::{Key, Postings};
use crate::table::Table;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use segue_catalog::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What stands at a path.
#[derive(Clone, Debug, Default)]
pub(crate) enum Slot {
    /// Nothing was found there; somebody may refer to it.
    #[default]
    Nothing,
    /// A file of which nothing but its existence is known. True for symbolic links.
    File { link: bool },
    /// A file that was read.
    Read(Arc<FileState>),
}

/// The state of one root.
#[derive(Clone)]
pub struct World {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) interner: Arc<Interner>,
    pub(crate) slots: Table<Slot>,
    /// How many files lie directly or deeper in a folder. A path can be both, file and folder, while
    /// a buffer is open below what became a file.
    pub(crate) folders: Table<u32>,
    /// From a folder to the files and folders directly in it.
    pub(crate) children: Postings,
    /// From a name space to the files that define a name in it.
    pub(crate) by_space: Postings,
    /// How many files have an extension.
    pub(crate) extensions: Arc<BTreeMap<Box<str>, u32>>,
    /// From a path to the files that refer to it, whether it exists or not.
    pub(crate) backlinks: Postings,
    /// From a name to the files that define it.
    pub(crate) definitions: Postings,
    /// From a name to the files that use it, whether anybody defines it or not.
    pub(crate) uses: Postings,
    /// From a name in some file's text to the files that have it there.
    pub(crate) mentions: Postings,
    /// From a lower-cased path, and from a lower-cased base name, to the files that have it.
    pub(crate) folded: Postings,
    /// The texts of open buffers.
    pub(crate) buffers: Arc<FxHashMap<PathId, Arc<str>>>,
    pub(crate) configs: Arc<BTreeMap<String, Arc<ConfigFile>>>,
    pub(crate) default_config: Arc<Config>,
    pub(crate) user: Arc<crate::user::UserFiles>,
    pub(crate) live: Arc<crate::live::LiveTools>,
    /// Counts changes of any kind.
    pub revision: u64,
    /// Counts changes of the set of paths.
    pub paths_revision: u64,
    /// Counts changes of the set of names.
    pub names_revision: u64,
    /// The number of entries at which discovery stopped, where it did.
    pub left_out_after: Option<usize>,
    /// Folders that are checkouts of their own and were left alone.
    pub checkouts: Arc<Vec<String>>,
    /// Whether nothing is known but one buffer ([`crate::features::alone`]).
    pub alone: bool,
    /// Folders that could not be read, with the reason.
    pub unreadable: Arc<Vec<(String, String)>>,
    pub(crate) globs: Arc<crate::scope::Memo>,
    /// What moved since the first scan.
    pub(crate) moved: Arc<crate::moved::Moved>,
    pub(crate) tokens: Arc<crate::tokens::Counts>,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("revision", &self.revision).finish_non_exhaustive()
    }
}

impl World {
    pub(crate) fn new(disk: Arc<dyn Disk>) -> Self {
        Self {
            disk,
            interner: Arc::default(),
            slots: Table::default(),
            folders: Table::default(),
            children: Postings::default(),
            by_space: Postings::default(),
            extensions: Arc::default(),
            backlinks: Postings::default(),
            definitions: Postings::default(),
            uses: Postings::default(),
            mentions: Postings::default(),
            folded: Postings::default(),
            buffers: Arc::default(),
            configs: Arc::default(),
            default_config: Arc::default(),
            user: Arc::default(),
            live: Arc::default(),
            revision: 0,
            paths_revision: 0,
            names_revision: 0,
            left_out_after: None,
            checkouts: Arc::default(),
            alone: false,
            unreadable: Arc::default(),
            globs: Arc::default(),
            moved: Arc::default(),
            tokens: Arc::default(),
        }
    }

    /// The number of a path that was ever seen or referred to.
    #[must_use]
    pub fn id(&self, path: &str) -> Option<PathId> {
        self.interner.get(path)
    }

    /// The path behind a number.
    #[must_use]
    pub fn path(&self, id: PathId) -> Arc<str> {
        self.interner.path(id)
    }

    /// A file that was read.
    #[must_use]
    pub fn file(&self, id: PathId) -> Option<&Arc<FileState>> {
        match self.slots.get(id.index()) {
            Some(Slot::Read(state)) => Some(state),
            _ => None,
        }
    }

    /// A file that was read, by its path.
    #[must_use]
    pub fn file_at(&self, path: &str) -> Option<(PathId, &Arc<FileState>)> {
        let id = self.id(path)?;
        Some((id, self.file(id)?))
    }

    /// All files that were read, hubs included, in the order in which they were first seen.
    pub fn files(&self) -> impl Iterator<Item = (PathId, &Arc<FileState>)> {
        self.slots.iter().filter_map(|(index, slot)| match slot {
            Slot::Read(state) => Some((PathId::from_index(index), state)),
            _ => None,
        })
    }

    /// The primitives: files with a kind.
    pub fn primitives(&self) -> impl Iterator<Item = (PathId, &Arc<FileState>)> {
        self.files().filter(|(_, state)| state.kind.is_some())
    }

    /// Every file that discovery saw, by its path.
    pub fn paths(&self) -> impl Iterator<Item = Arc<str>> {
        self.slots
            .iter()
            .filter(|(_, slot)| matches!(slot, Slot::File { .. } | Slot::Read(_)))
            .map(|(index, _)| self.path(PathId::from_index(index)))
    }

    /// Every file that discovery saw.
    pub(crate) fn discovered(&self) -> impl Iterator<Item = PathId> {
        self.slots
            .iter()
            .filter(|(_, slot)| matches!(slot, Slot::File { .. } | Slot::Read(_)))
            .map(|(index, _)| PathId::from_index(index))
    }

    /// What stands at `path`: what discovery saw, else (ignored files, checkouts below the root) what
    /// the disk says now.
    #[must_use]
    pub fn probe(&self, path: &str) -> Probe {
        if path.is_empty() {
            return Probe::Folder;
        }
        match self.id(path).and_then(|id| self.slots.get(id.index())) {
            Some(Slot::File { link: true }) => self.disk.probe(path),
            Some(Slot::File { .. } | Slot::Read(_)) => Probe::File,
            _ if self.is_folder(path) => Probe::Folder,
            _ => self.disk.probe(path),
        }
    }

    /// A file that discovery saw whose path `wanted` accepts.
    pub(crate) fn find_path(&self, wanted: impl Fn(&str) -> bool) -> Option<PathId> {
        self.interner.with_paths(|paths| {
            let found = self.slots.iter().find(|(index, slot)| {
                matches!(slot, Slot::File { .. } | Slot::Read(_))
                    && paths.get(*index).is_some_and(|path| wanted(path))
            });
            found.map(|(index, _)| PathId::from_index(index))
        })
    }

    /// Whether discovery saw something at that path.
    #[must_use]
    pub fn is_discovered(&self, id: PathId) -> bool {
        !matches!(self.slots.get(id.index()), None | Some(Slot::Nothing))
            || self.folders.get(id.index()).is_some_and(|count| *count > 0)
    }

    /// Whether the disk has `path` in this very spelling (some file systems ignore case).
    #[must_use]
    pub fn disk_spells(&self, path: &str) -> bool {
        self.disk.spells(path)
    }

    /// Whether some file lies below `path`.
    pub(crate) fn is_folder(&self, path: &str) -> bool {
        let count = self.id(path).and_then(|id| self.folders.get(id.index()));
        path.is_empty() || count.is_some_and(|count| *count > 0)
    }

    /// Files whose path, or whose base name, equals `wanted` ignoring case.
    #[must_use]
    pub fn same_ignoring_case(&self, wanted: &str) -> Vec<Arc<str>> {
        let lower = wanted.to_lowercase();
        let whole = lower.contains('/');
        let mut found: Vec<Arc<str>> = self
            .folded
            .get(Key::of(lower.as_str()))
            .iter()
            .map(|id| self.path(*id))
            .filter(|path| {
                let text = if whole { path } else { path::file_name(path) };
                text.to_lowercase() == lower
            })
            .collect();
        found.sort();
        found
    }

    /// The files that refer to `target`, sorted.
    #[must_use]
    pub fn referrers(&self, target: PathId) -> &[PathId] {
        self.backlinks.get(Key::of(target))
    }

    /// The files that define `name`, by path: numbers say who was seen first, which is no order that
    /// a finding may show.
    pub fn definers<'w>(
        &'w self,
        space: Space,
        name: &'w str,
    ) -> impl Iterator<Item = (PathId, &'w Arc<FileState>)> {
        let defines = |id: &PathId| {
            let names = &self.file(*id)?.exports.names;
            names.iter().any(|own| own.space == space && &*own.text == name).then_some(*id)
        };
        let mut ids: Vec<PathId> =
            self.definitions.get(name_key(space, name)).iter().filter_map(defines).collect();
        if ids.len() > 1 {
            ids.sort_by_cached_key(|id| self.path(*id));
        }
        ids.into_iter().filter_map(move |id| Some((id, self.file(id)?)))
    }

    /// The files that define some name of a space, in the order in which they were first seen.
    pub fn definers_in(&self, space: Space) -> impl Iterator<Item = (PathId, &Arc<FileState>)> {
        let files = self.by_space.get(Key::of(space)).iter();
        files.filter_map(move |id| {
            let state = self.file(*id)?;
            state.exports.names.iter().any(|own| own.space == space).then_some((*id, state))
        })
    }

    /// Looks through what lies directly in `folder`: each name, and whether it is a folder.
    pub fn each_child(&self, folder: &str, mut look: impl FnMut(&str, bool)) {
        let ids = self.children.get(Key::of(folder));
        self.interner.with_paths(|paths| {
            for id in ids {
                let Some(path) = paths.get(id.index()).filter(|path| path::parent(path) == folder) else {
                    continue;
                };
                if matches!(self.slots.get(id.index()), Some(Slot::File { .. } | Slot::Read(_))) {
                    look(path::file_name(path), false);
                }
                if self.folders.get(id.index()).is_some_and(|count| *count > 0) {
                    look(path::file_name(path), true);
                }
            }
        });
    }

    /// The extensions of the files, the commonest first.
    #[must_use]
    pub fn extensions(&self) -> Vec<(&str, u32)> {
        let mut all: Vec<(&str, u32)> =
            self.extensions.iter().map(|(extension, count)| (&**extension, *count)).collect();
        all.sort_by_key(|(extension, count)| (std::cmp::Reverse(*count), *extension));
        all
    }

    /// The facts of a Markdown file that nobody refers to yet, read from the disk; nothing for what lies
    /// elsewhere or leads elsewhere.
    #[must_use]
    pub fn look_into(&self, path: &str) -> Option<segue_syntax::Facts> {
        path.ends_with(".md").then(|| self.read_inside(path).map(|text| segue_syntax::Facts::of(&text)))?
    }

    /// The text that the disk has at a path which discovery saw. Links are not followed: they may lead out
    /// of the workspace.
    #[must_use]
    pub fn read_inside(&self, path: &str) -> Option<Arc<str>> {
        match self.id(path).and_then(|id| self.slots.get(id.index())) {
            Some(Slot::File { link: false } | Slot::Read(_)) => {}
            _ => return None,
        }
        let bytes = self.disk.read(path, crate::file::LARGEST_FILE).ok()?;
        Some(crate::read::decode(bytes).ok()?.into())
    }

    /// The files that use `name`.
    pub fn users<'w>(&'w self, space: Space, name: &'w str) -> impl Iterator<Item = PathId> + 'w {
        self.uses.get(name_key(space, name)).iter().copied().filter(move |id| {
            self.file(*id)
                .is_some_and(|state| state.uses.iter().any(|own| own.space == space && &*own.text == name))
        })
    }

    /// The files in whose text, or for navigation alone, a name stands, sorted.
    #[must_use]
    pub(crate) fn mentioners(&self, sign: char, name: &str) -> &[PathId] {
        self.mentions.get(mentions::key(sign, name))
    }

    /// Every name of a space that some file defines, sorted, without repetition. Walks all files.
    #[must_use]
    pub fn names(&self, space: Space) -> Vec<Box<str>> {
        let mut names: Vec<Box<str>> = self
            .definers_in(space)
            .flat_map(|(_, state)| state.exports.names.iter())
            .filter(|name| name.space == space)
            .map(|name| name.text.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The settings that hold for a file; those at the top for the empty path.
    #[must_use]
    pub fn config(&self, path: &str) -> &Config {
        if self.configs.is_empty() {
            return &self.default_config;
        }
        // The empty path is the top itself, for what is about no file.
        let top = path.is_empty().then_some("");
        path::ancestors(path)
            .chain(top)
            .find_map(|folder| self.configs.get(folder))
            .map_or(&self.default_config, |file| &file.config)
    }

    /// The user's own files, as far as the settings let the file at `reader` know them.
    pub(crate) fn user_files(&self, reader: &str) -> &crate::user::UserFiles {
        static NONE: std::sync::LazyLock<crate::user::UserFiles> = std::sync::LazyLock::new(Default::default);
        if self.config(reader).user_files == Some(false) { &NONE } else { &self.user }
    }

    /// What is wrong with the `segue.toml` files, with their paths.
    #[must_use]
    pub fn config_findings(&self) -> Vec<(Arc<str>, Finding)> {
        let files = self.configs.values();
        files
            .filter_map(|file| Some((Arc::<str>::from(file.config.path.as_deref()?), file)))
            .flat_map(|(path, file)| file.findings.iter().map(move |finding| (path.clone(), finding.clone())))
            .collect()
    }

    /// The paths of the `segue.toml` files.
    pub fn config_paths(&self) -> impl Iterator<Item = &str> {
        self.configs.values().filter_map(|file| file.config.path.as_deref())
    }

    /// The text of the `segue.toml` at `path`: what the spans of its findings count in.
    #[must_use]
    pub fn config_text(&self, path: &str) -> Option<Arc<str>> {
        let file = self.configs.get(path::parent(path))?;
        (file.config.path.as_deref() == Some(path)).then(|| file.text.clone())
    }

    /// The text of a file: the open buffer's, else what the disk holds now, where that is still what
    /// the facts were made from.
    #[must_use]
    pub fn text(&self, id: PathId) -> Option<Arc<str>> {
        let state = self.file(id)?;
        if let Some(text) = &state.text {
            return Some(text.clone());
        }
        let bytes = self.disk.read(&self.path(id), crate::file::LARGEST_FILE).ok()?;
        (crate::read::hash(&bytes) == state.hash).then(|| String::from_utf8_lossy(&bytes).into())
    }

    /// The files that are not any more what was read of them, and of which nobody has told yet. Reads all
    /// that are known.
    #[must_use]
    pub fn changed_on_disk(&self) -> Vec<Arc<str>> {
        let closed: Vec<PathId> =
            self.files().filter(|(_, state)| state.text.is_none()).map(|(id, _)| id).collect();
        let changed = closed.into_par_iter().filter(|id| self.text(*id).is_none());
        changed.map(|id| self.path(id)).collect()
    }

    /// The text of any file: of one that was read as long as it is what was read, else of the open buffer,
    /// else what the disk holds now; `None` where it is no text, or where a symbolic link is on the way.
    #[must_use]
    pub fn any_text(&self, path: &str) -> Option<Arc<str>> {
        let known = self.id(path);
        if let Some(id) = known.filter(|id| self.file(*id).is_some()) {
            return self.text(id);
        }
        if let Some(text) = known.and_then(|id| self.buffers.get(&id)) {
            return Some(text.clone());
        }
        // A folder on the way may be a link that leads out of the root.
        if path::ancestors(path).any(|folder| !folder.is_empty() && self.disk.is_link(folder)) {
            return None;
        }
        let bytes = self.disk.read(path, crate::file::LARGEST_FILE).ok()?;
        crate::read::decode(bytes).ok().map(Into::into)
    }

    /// The text of a file that is open.
    #[must_use]
    pub fn buffer(&self, path: &str) -> Option<Arc<str>> {
        self.buffers.get(&self.id(path)?).cloned()
    }

    /// The text of Markdown that is no primitive: the open buffer's, else the disk's.
    pub(crate) fn plain_text(&self, id: PathId) -> Option<Arc<str>> {
        if let Some(text) = self.buffers.get(&id) {
            return Some(text.clone());
        }
        let bytes = self.disk.read(&self.path(id), crate::file::LARGEST_FILE).ok()?;
        crate::read::decode(bytes).ok().map(Into::into)
    }

    /// The paths, seen or referred to, that `wanted` accepts.
    pub(crate) fn known_paths(&self, wanted: impl Fn(&str) -> bool) -> Vec<PathId> {
        self.interner.with_paths(|paths| {
            let found = paths.iter().enumerate().filter(|(_, path)| wanted(path));
            found.map(|(index, _)| PathId::from_index(index)).collect()
        })
    }

    /// Where what was at `path` is now, where it was moved since the first scan.
    #[must_use]
    pub fn moved_to(&self, path: &str) -> Option<Arc<str>> {
        self.moved.to(path).filter(|to| self.probe(to) != Probe::Missing)
    }

    /// Where the file at `path` was, where it was moved since the first scan.
    #[must_use]
    pub fn moved_from(&self, path: &str) -> Option<Arc<str>> {
        self.moved.from(path)
    }

    /// Paths that somebody refers to, at which nothing is, and which differ from `path` in the case of
    /// their letters alone.
    pub(crate) fn unseen_spellings(&self, path: &str) -> Vec<PathId> {
        let like = |own: &str| own.len() == path.len() && own != path && own.eq_ignore_ascii_case(path);
        self.interner.with_paths(|paths| {
            let found = paths.iter().enumerate().filter(|(_, own)| like(own));
            let ids = found.map(|(index, _)| PathId::from_index(index));
            ids.filter(|id| !self.is_discovered(*id)).collect()
        })
    }

    /// The state as text, independent of the order in which things were seen: what two worlds that
    /// came about differently are compared by.
    #[must_use]
    pub fn dump(&self) -> String {
        use std::fmt::Write;
        let mut rows: Vec<String> = Vec::new();
        for index in 0..self.interner.len() {
            let path = self.path(PathId::from_index(index));
            match self.slots.get(index).unwrap_or(&Slot::Nothing) {
                Slot::Nothing => {}
                Slot::File { link } => rows.push(format!("{path} unread link={link}")),
                Slot::Read(state) => {
                    let mut row = format!("{path} {:?} {:?}", state.kind, state.exports.names);
                    let mut targets: Vec<_> = state.targets().map(|id| self.path(id)).collect();
                    targets.sort();
                    let _ = write!(row, " -> {targets:?} uses {:?} {:?}", state.uses, state.mentions);
                    let mut refs: Vec<_> =
                        state.refs.iter().map(|own| (own.site, self.path(own.target))).collect();
                    refs.sort();
                    let _ = write!(row, " by {refs:?}");
                    if let Content::Markdown(facts) = &state.content {
                        let slugs: Vec<_> = facts.headings.iter().map(|heading| &heading.slug).collect();
                        let _ = write!(row, " {slugs:?}");
                    }
                    rows.push(row);
                }
            }
            let mut from: Vec<_> =
                self.referrers(PathId::from_index(index)).iter().map(|id| self.path(*id)).collect();
            from.sort();
            if !from.is_empty() {
                rows.push(format!("{path} <- {from:?}"));
            }
        }
        for (label, postings) in [
            ("defined", &self.definitions),
            ("used", &self.uses),
            ("mentioned", &self.mentions),
            ("folded", &self.folded),
            ("in", &self.children),
            ("space", &self.by_space),
        ] {
            for (key, files) in postings.iter() {
                let mut files: Vec<_> = files.iter().map(|id| self.path(*id)).collect();
                files.sort();
                rows.push(format!("{label} {key:?} {files:?}"));
            }
        }
        for (index, count) in self.folders.iter().filter(|(_, count)| **count > 0) {
            rows.push(format!("{}/ {count}", self.path(PathId::from_index(index))));
        }
        for file in self.configs.values() {
            let extended: Vec<_> = file.extended.iter().collect();
            rows.push(format!("{:?} {:?} {extended:?} {:?}", file.config.path, file.text, file.findings));
        }
        rows.push(format!("{:?} {:?} {:?}", self.checkouts, self.unreadable, self.left_out_after));
        rows.sort();
        rows.join("\n")
    }

    /// Whether something of that kind is there at all.
    #[must_use]
    pub fn has_primitives(&self) -> bool {
        self.primitives().next().is_some()
    }

    /// Whether settings somewhere ask for headers to be formatted.
    #[must_use]
    pub fn formats(&self) -> bool {
        let own = self.configs.values().map(|file| &*file.config);
        own.chain([&*self.default_config]).any(|config| config.format_frontmatter == Some(true))
    }

    /// The number of primitives, configuration files of servers not counted.
    #[must_use]
    pub fn primitive_count(&self) -> usize {
        self.primitives().filter(|(_, state)| state.kind != Some(Kind::Mcp)).count()
    }
}

pub(crate) fn name_key(space: Space, name: &str) -> Key {
    Key::of((space, name))
}

pub(crate) fn key_of(name: &Name) -> Key {
    name_key(name.space, &name.text)
}
