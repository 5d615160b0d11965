//! What ties a workspace together, for comparison: where each site leads, before a change and after it.

use segue_analysis::changes::{Changes, Move};
use segue_analysis::features::at::{self, Symbol};
use segue_analysis::features::moves::moved;
use segue_analysis::fixture::{self, MemoryDisk};
use segue_analysis::sites::{self, Page};
use segue_analysis::{Host, Options, World, diagnostics};
use segue_syntax::Facts;
use std::collections::BTreeMap;
use std::sync::Arc;

pub fn open(disk: &Arc<MemoryDisk>) -> Arc<World> {
    Host::open(disk.clone(), Options::default(), &|_| ()).snapshot()
}

pub fn disk(fixture: &str) -> Arc<MemoryDisk> {
    Arc::new(fixture::disk(fixture))
}

/// Makes changes as an editor does: edits, then moves.
pub fn make(world: &World, disk: &MemoryDisk, changes: &Changes, more: &[Move]) {
    for (path, file) in &changes.files {
        let now = world.any_text(path).expect("it is there");
        assert_eq!(now, file.text, "the edits of {path} are for what it is");
        disk.write(path, file.applied().expect("the edits fit"));
    }
    for one in changes.moves.iter().chain(more) {
        // A name that differs in case alone is free, and nothing else is written over.
        assert!(!disk.paths().contains(&one.to) || one.from == one.to, "{} is there already", one.to);
        disk.rename(&one.from, &one.to);
    }
}

/// Where each site of each file leads, with paths as they are after `moves`.
pub fn ties(world: &World, moves: &[Move]) -> Vec<String> {
    let after = |path: &str| moved(moves, path).unwrap_or_else(|| path.to_owned());
    let mut paths: Vec<Arc<str>> =
        world.paths().filter(|path| path.ends_with(".md") || path.ends_with(".json")).collect();
    paths.sort_by_key(|path| after(path));
    let mut rows = Vec::new();
    let mut ends = Ends::new();
    for path in paths {
        with_page(world, &path, |page| {
            let mut all = sites::all(page);
            all.sort_by_key(|site| (site.span, site.whole));
            for (index, site) in all.iter().enumerate() {
                let told = match at::meaning(world, page, site) {
                    None => "nothing".to_owned(),
                    Some(symbol) => told(world, &symbol, &after, &mut ends),
                };
                rows.push(format!("{} {index} {told}", after(&path)));
            }
        });
    }
    rows
}

fn with_page(world: &World, path: &str, read: impl FnOnce(&Page<'_>)) {
    let Some(text) = world.any_text(path) else { return };
    match world.file_at(path) {
        Some((_, state)) if state.kind.is_some() => read(&Page::of(path, state, Some(&text))),
        _ => read(&Page::plain(path, &Facts::of(&text), &text)),
    }
}

/// Where the sites of files end.
type Ends = BTreeMap<Arc<str>, Vec<u32>>;

fn told(world: &World, symbol: &Symbol, after: &dyn Fn(&str) -> String, ends: &mut Ends) -> String {
    let kind = match symbol {
        Symbol::Path(path) => return format!("path {} {:?}", after(path), world.probe(path)),
        Symbol::Anchor { .. } => "anchor",
        Symbol::Label { .. } => "label",
        Symbol::Agent(_) => "agent",
        Symbol::Prompt(_) => "prompt",
        Symbol::Skill(_) => "skill",
        Symbol::Server(_) => "server",
        Symbol::Tool(name) => return format!("tool {name}"),
        Symbol::Input { .. } => "input",
        Symbol::Task { .. } => "task",
    };
    let mut places: Vec<String> = at::definitions(world, symbol)
        .iter()
        .map(|place| {
            let own = ends.entry(place.path.clone()).or_insert_with(|| {
                let mut own = Vec::new();
                with_page(world, &place.path, |page| {
                    own.extend(sites::all(page).iter().map(|site| site.span.end));
                });
                own.sort_unstable();
                own
            });
            let before = own.partition_point(|end| *end <= place.span.start);
            format!("{}:{before}", after(&place.path))
        })
        .collect();
    places.sort();
    format!("{kind} {places:?}")
}

/// The codes of all findings by file, with paths as they are after `moves`.
pub fn findings(world: &World, moves: &[Move]) -> Vec<String> {
    let mut rows = Vec::new();
    for (id, _) in world.primitives() {
        let path = world.path(id);
        let path = moved(moves, &path).unwrap_or_else(|| path.to_string());
        rows.extend(diagnostics::of_file(world, id).iter().map(|finding| format!("{path} {}", finding.code)));
    }
    rows.sort();
    rows
}
