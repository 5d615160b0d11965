//! What a client loads when somebody works on a file.

use super::Read;
use crate::clients::discovering;
use crate::disk::Probe;
use crate::file::FileState;
use crate::globs;
use crate::path;
use crate::scope::{self, Pattern};
use crate::target::{Base, Target, understand};
use crate::world::World;
use segue_catalog::{Client, ClientId, Kind, Load, LoadAt, LoadOrder, WithoutGlobs, catalog, folder_matches};
use segue_syntax::facts::TokenKind;
use segue_syntax::yaml::{Node, Value};
use std::sync::Arc;

/// What one client loads.
#[derive(Clone, Debug)]
pub struct Guidance {
    /// The client.
    pub client: ClientId,
    /// Its name for people.
    pub title: &'static str,
    /// What the order of the files means.
    pub order: LoadOrder,
    /// The files, each once.
    pub files: Vec<Loaded>,
    /// The tokens of what is loaded by itself.
    pub tokens: usize,
}

/// A file that a client loads, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The file.
    pub path: Arc<str>,
    /// Whether it is loaded.
    pub when: When,
    /// Why, as a clause.
    pub why: String,
    /// The glob that matched, where one did.
    pub glob: Option<String>,
    /// The file that imports it, where one does.
    pub importer: Option<Arc<str>>,
    /// What it costs.
    pub tokens: usize,
}

/// Whether a file is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// By itself.
    Loaded,
    /// When somebody, or a model that reads its description, asks for it.
    OnRequest,
    /// Only with this setting turned on.
    Setting(String),
    /// What the client does with it is not documented.
    Unknown,
}

/// How far imports are followed where a client's own limit is not known.
const MOST_HOPS: u8 = 16;

/// What `client` loads when somebody works on the file at `path`.
pub(super) fn of(world: &World, path: &str, client: ClientId) -> Option<Guidance> {
    let row = catalog().client(client)?;
    let mut loading = Loading { world, row, path, files: Vec::new() };
    match row.load_order {
        LoadOrder::Unknown => row.loads.iter().for_each(|load| loading.row(load, None)),
        LoadOrder::FolderByFolder => {
            for folder in way_down(path) {
                row.loads.iter().for_each(|load| loading.row(load, Some(folder)));
            }
        }
    }
    let by_itself = loading.files.iter().filter(|file| file.when == When::Loaded);
    let tokens = by_itself.map(|file| file.tokens).sum();
    Some(Guidance { client, title: &row.title, order: row.load_order, files: loading.files, tokens })
}

/// The folders from the top down to that of `path`.
fn way_down(path: &str) -> Vec<&str> {
    let mut folders: Vec<&str> = path::ancestors(path).collect();
    folders.reverse();
    folders
}

struct Loading<'w> {
    world: &'w World,
    row: &'static Client,
    path: &'w str,
    files: Vec<Loaded>,
}

impl Loading<'_> {
    /// Loads what a row says, in all its folders or in `only` one.
    fn row(&mut self, load: &Load, only: Option<&str>) {
        let mut folders: Vec<&str> = match load.at {
            LoadAt::Top => vec![""],
            LoadAt::Path | LoadAt::Below => way_down(self.path),
            LoadAt::Nearest => path::ancestors(self.path).collect(),
        };
        if load.at == LoadAt::Below {
            folders.retain(|folder| !folder.is_empty());
        }
        for folder in folders.into_iter().filter(|folder| only.is_none_or(|only| only == *folder)) {
            let before = self.files.len();
            match load.kind {
                Some(kind) => self.scoped(load, folder, kind),
                None => load.names.iter().for_each(|name| self.named(load, folder, name)),
            }
            if load.at == LoadAt::Nearest && self.files.len() > before {
                return;
            }
        }
    }

    fn named(&mut self, load: &Load, folder: &str, name: &str) {
        let wanted = [folder, &load.folder, name];
        let wanted = wanted.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        let Some(path) = self.spelt(&wanted) else { return };
        let when = load.setting.clone().map_or(When::Loaded, When::Setting);
        let always = folder.is_empty() && load.at != LoadAt::Nearest;
        let why = if always { "always".to_owned() } else { load.because.clone() };
        self.add(load, path, when, why, None);
    }

    /// The file at `wanted`, ignoring the case of its letters.
    fn spelt(&self, wanted: &str) -> Option<Arc<str>> {
        if self.world.probe(wanted) == Probe::File {
            return Some(wanted.into());
        }
        let lower = wanted.to_lowercase();
        let found = self.world.same_ignoring_case(path::file_name(wanted)).into_iter();
        found.into_iter().find(|path| path.to_lowercase() == lower)
    }

    /// The files of a kind in their folder that are loaded by their globs, by path.
    fn scoped(&mut self, load: &Load, folder: &str, kind: Kind) {
        let own = if folder.is_empty() { load.folder.clone() } else { format!("{folder}/{}", load.folder) };
        let top = own.strip_suffix("/**").unwrap_or(&own).to_owned();
        let mut found: Vec<(Arc<str>, Arc<FileState>)> = self
            .world
            .primitives()
            .filter(|(_, state)| state.kind == Some(kind))
            .map(|(id, state)| (self.world.path(id), state.clone()))
            .filter(|(path, _)| path::is_below(path, &top) && folder_matches(path::parent(path), &own))
            .filter(|(path, state)| discovering(path, kind, state.dialect).has(self.row.id))
            .collect();
        found.sort_by(|one, other| one.0.cmp(&other.0));
        for (path, state) in found {
            if let Some((when, why, glob)) = self.by_globs(load, &path, &state) {
                self.add(load, path, when, why, glob);
            }
        }
    }

    /// Whether and why instructions are loaded for the file.
    fn by_globs(&self, load: &Load, own: &str, state: &FileState) -> Option<(When, String, Option<String>)> {
        let map = state.facts()?.header.yaml.map();
        let key = globs::key(state.dialect);
        let value = map.and_then(|map| map.value(key));
        // A list is what VS Code refuses to read.
        let read = value.filter(|node| self.row.globs.lists || !is_copilot_list(node, key));
        if read.is_none() {
            let described =
                map.and_then(|map| map.str("description")).is_some_and(|text| !text.trim().is_empty());
            let (when, what) = match load.without_globs {
                WithoutGlobs::Always => (When::Loaded, "always"),
                WithoutGlobs::OnRequest if described => (When::OnRequest, "offered by its description"),
                WithoutGlobs::OnRequest => (When::OnRequest, "only when somebody picks it"),
                WithoutGlobs::Unknown => (When::Unknown, "what follows is not documented"),
            };
            let none =
                if value.is_some() { "its `applyTo` is no string" } else { &format!("it has no `{key}`") };
            return Some((when, format!("{none}: {what}"), None));
        }
        let written = globs::of_file(own, state).unwrap_or_default();
        let matching =
            written.iter().find(|glob| match scope::understand_for(glob.text, &self.row.globs) {
                Pattern::Always => true,
                Pattern::Glob(matcher) => matcher.is_match(self.path),
                Pattern::Never(_) | Pattern::Invalid(_) => false,
            })?;
        let mut why = format!("`{}` matches", matching.text);
        if let Some(left_out) = map.and_then(|map| map.value("excludeAgent")).map(words)
            && self.row.id == ClientId::Github
        {
            why.push_str(&format!("; not read by {}", left_out.join(" and ")));
        }
        Some((When::Loaded, why, Some(matching.text.to_owned())))
    }

    fn add(&mut self, load: &Load, path: Arc<str>, when: When, why: String, glob: Option<String>) {
        if self.files.iter().any(|own| own.path == path) {
            return;
        }
        let read = Read::of(self.world, &path);
        let tokens = read.as_ref().map_or(0, |read| self.world.tokens.of(read.body()));
        self.files.push(Loaded { path: path.clone(), when: when.clone(), why, glob, importer: None, tokens });
        if let (true, Some(read)) = (load.imports, read) {
            self.imports(&path, &read, &when, 1);
        }
    }

    fn imports(&mut self, importer: &Arc<str>, read: &Read, when: &When, hop: u8) {
        if hop > self.row.import_hops.unwrap_or(MOST_HOPS) {
            return;
        }
        let tokens = read.facts.tokens.iter();
        for token in tokens.filter(|token| token.kind == TokenKind::Import && !token.in_code) {
            let before = read.text.get(..token.span.start as usize).unwrap_or_default();
            if self.row.imports_at_line_start && !(before.is_empty() || before.ends_with(['\n', '\r'])) {
                continue;
            }
            let Target::Path { candidates, .. } = understand(&token.name, importer, Base::Link) else {
                continue;
            };
            let there = |path: &&String| self.world.probe(path) == Probe::File;
            let Some(path) = candidates.iter().find(there).map(|path| Arc::<str>::from(path.as_str())) else {
                continue;
            };
            if self.files.iter().any(|own| own.path == path) {
                continue;
            }
            let Some(imported) = Read::of(self.world, &path) else { continue };
            self.files.push(Loaded {
                path: path.clone(),
                when: when.clone(),
                why: format!("imported by `{importer}`"),
                glob: None,
                importer: Some(importer.clone()),
                tokens: self.world.tokens.of(imported.body()),
            });
            self.imports(&path, &imported, when, hop + 1);
        }
    }
}

fn is_copilot_list(node: &Node, key: &str) -> bool {
    key == "applyTo" && matches!(node.value, Value::Seq(_))
}

/// The words of a string or a list of strings.
fn words(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Scalar(scalar) => vec![scalar.text.trim().to_owned()],
        Value::Seq(seq) => seq.items.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
        Value::Map(_) => Vec::new(),
    }
}
