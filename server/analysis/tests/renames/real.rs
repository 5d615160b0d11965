//! Moves and renames in real workspaces, where `SEGUE_CORPUS` names a folder of them: a seeded draw of
//! files, folders and headings that something leads to.

use crate::GO_ON;
use crate::ties::{make, open, ties};
use segue_analysis::changes::{Changes, Move};
use segue_analysis::disk::Probe;
use segue_analysis::features::at::{self, Symbol};
use segue_analysis::features::{moves, rename};
use segue_analysis::fixture::MemoryDisk;
use segue_analysis::sites::{self, Page};
use segue_analysis::{Disk, RealDisk, World, path};
use std::sync::Arc;

/// Draws of each kind in each workspace.
const DRAWS: usize = 2;

#[test]
fn nothing_breaks_in_real_workspaces() {
    let Some(corpus) = std::env::var_os("SEGUE_CORPUS") else { return };
    let folders = std::fs::read_dir(corpus).expect("the corpus").flatten();
    let mut folders: Vec<_> = folders.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    let mut draws = 0;
    for folder in folders {
        let copy = || Arc::new(copied(&folder));
        let world = open(&copy());
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (paths, headings) = led_to(&world);
        for (n, from) in drawn(&paths).enumerate() {
            let name_of = path::file_name(&from);
            // What a file is may follow from where it lies.
            let stays_what_it_is = world.probe(&from) == Probe::File
                && (name_of.split('.').count() > 2 || !name_of.ends_with(".md"));
            let to = match n % 4 {
                1 if stays_what_it_is => format!("a b/c/{name_of}"),
                2 if stays_what_it_is => name_of.to_owned(),
                3 if stays_what_it_is => format!("docs/moved/{from}"),
                _ => path::beside(&from, &format!("moved (x) {name_of}")),
            };
            if world.probe(&to) != Probe::Missing || path::is_below(&to, &from) {
                continue;
            }
            let one = [Move { from, to }];
            let changes = moves::follow(&world, &one, GO_ON).expect("known");
            same(&name, &world, &copy(), &changes, &one);
            draws += 1;
        }
        for (path, offset) in drawn(&headings) {
            match rename::rename(&world, &path, offset, "Quite Another Heading", GO_ON) {
                Ok(Some(changes)) => same(&name, &world, &copy(), &changes, &[]),
                other => panic!("{name} {path} {offset}: {other:?}"),
            }
            draws += 1;
        }
    }
    assert!(draws > 30, "{draws} draws");
}

/// The text files of a folder.
fn copied(folder: &std::path::Path) -> MemoryDisk {
    let (real, copy) = (RealDisk::new(folder), MemoryDisk::default());
    for found in real.walk("", 50_000).files.iter().filter(|found| !found.link) {
        copy.write(&found.path, real.read(&found.path, 1_000_000).unwrap_or_default());
    }
    copy
}

/// What some primitive leads to: files and folders, and headings with their places.
fn led_to(world: &World) -> (Vec<String>, Vec<(String, u32)>) {
    let (mut paths, mut headings) = (Vec::new(), Vec::new());
    for (id, state) in world.primitives() {
        let (path, Some(text)) = (world.path(id), world.text(id)) else { continue };
        let page = Page::of(&path, state, Some(&text));
        for site in sites::all(&page) {
            match at::meaning(world, &page, &site) {
                Some(Symbol::Path(target))
                    if world.probe(&target) != Probe::Missing && !target.is_empty() =>
                {
                    paths.push(target.to_string());
                }
                Some(symbol @ Symbol::Anchor { .. }) if !site.defines => {
                    let place = at::definitions(world, &symbol).into_iter().next();
                    headings.extend(place.filter(|place| !place.span.is_empty()).and_then(|place| {
                        let at = at::at(world, &place.path, place.span.start)?;
                        at.defines.then(|| (place.path.to_string(), place.span.start))
                    }));
                }
                _ => {}
            }
        }
    }
    paths.sort();
    paths.dedup();
    headings.sort();
    headings.dedup();
    (paths, headings)
}

/// A few of many, always the same.
fn drawn<T: Clone>(all: &[T]) -> impl Iterator<Item = T> {
    let step = (all.len() / DRAWS).max(1);
    all.iter().skip(step / 3).step_by(step).take(DRAWS).cloned()
}

fn same(name: &str, world: &World, disk: &Arc<MemoryDisk>, changes: &Changes, moves: &[Move]) {
    let before = ties(world, moves);
    make(world, disk, changes, moves);
    let now: std::collections::BTreeSet<String> = ties(&open(disk), &[]).into_iter().collect();
    // What leads nowhere may lead anywhere, and a name that several files have stays with the others.
    let tied = |row: &&String| !row.ends_with("Missing") && !row.contains("\", \"");
    let lost: Vec<_> = before.iter().filter(tied).filter(|row| !now.contains(*row)).collect();
    assert!(lost.is_empty(), "{name} {moves:?}\nlost {lost:#?}\n{changes:#?}");
}
