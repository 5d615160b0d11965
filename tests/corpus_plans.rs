//! Specs and plans of other people: how many tasks each of them holds, counted by hand. Skips where
//! there is no corpus.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use segue_analysis::{Host, Options, plans};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use support::{Restored, repositories};

/// Whether a file of no kind is named like a plan, a spec or a list of tasks.
fn is_named_so(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let folder = ["/plans/", "/plan/", "/specs/"].iter().any(|part| format!("/{path}").contains(part));
    let named = ["plan", "spec", "tasks"].iter().any(|word| name.contains(word));
    (name.ends_with(".md") || name.ends_with(".json")) && (folder || named)
}

/// Of each file its format, its tasks and its waves, by repository and path. A sixth cell says why.
fn counted() -> BTreeMap<(String, String), (String, usize, usize)> {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus-plans.tsv");
    let text = std::fs::read_to_string(table).unwrap_or_default();
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [repo, path, format, tasks, waves, ..] = cells.as_slice() else {
                panic!("five cells: {line}")
            };
            let key = ((*repo).to_owned(), (*path).to_owned());
            (key, ((*format).to_owned(), tasks.parse().unwrap(), waves.parse().unwrap()))
        })
        .collect()
}

#[test]
fn every_file_holds_as_many_tasks_as_a_reader_counts() {
    let Some(corpus) = support::corpus() else { return };
    let counted = counted();
    let (mut seen, mut wrong) = (BTreeSet::new(), Vec::new());
    for (name, folder) in repositories(&corpus) {
        let disk = Arc::new(Restored::new(&corpus, &name, &folder));
        let world = Host::open(disk, Options::default(), &|_| ()).snapshot();
        for path in world.paths() {
            let state = world.file_at(&path).map(|(_, state)| state);
            let plan = match state.and_then(|state| state.plan.clone()) {
                Some(plan) => plan,
                // A prompt is a plan too, which is read when somebody asks for it.
                None if state.is_some_and(|state| state.kind == Some(segue_catalog::Kind::Prompt)) => {
                    let text = state.and_then(|_| world.any_text(&path)).unwrap_or_default();
                    Arc::new(plans::Planned::new(plans::of_text(&path, &text)))
                }
                // Agents and prompts about planning hold no plan.
                None if state.is_some_and(|state| state.kind.is_some()) || !is_named_so(&path) => continue,
                None => {
                    let Ok(text) = std::fs::read_to_string(folder.join(&*path)) else { continue };
                    Arc::new(plans::Planned::new(plans::of_text(&path, &text)))
                }
            };
            let found = (plan.format.to_owned(), plan.tasks.len(), plan.order().waves().len());
            let key = (name.clone(), path.to_string());
            if counted.get(&key) != Some(&found) {
                wrong.push(format!("{name}\t{path}\t{}\t{}\t{}", found.0, found.1, found.2));
            }
            seen.insert(key);
        }
    }
    println!("{} files that are plans or specs, or named so", seen.len());
    let gone: Vec<_> = counted.keys().filter(|key| !seen.contains(*key)).collect();
    assert!(gone.is_empty(), "counted and no longer there: {gone:?}");
    assert!(wrong.is_empty(), "read otherwise than counted:\n{}", wrong.join("\n"));
}
