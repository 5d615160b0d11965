//! Every conversion on every real file: it brings no new error for a client that read the file before,
//! and a second time it changes nothing. Skips where there is no corpus.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use rayon::prelude::*;
use segue_analysis::changes::Changes;
use segue_analysis::diagnostics::of_file;
use segue_analysis::features::convert::{self, To};
use segue_analysis::{Change, Host, Options, World, clients};
use segue_catalog::{ClientId, ClientSet, Severity};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use support::{Restored, repositories};

fn open(corpus: &Path, name: &str, folder: &Path, client: ClientId) -> Host {
    let disk = Arc::new(Restored::new(corpus, name, folder));
    Host::open(disk, Options { clients: Some(ClientSet::of(&[client])), ..Options::default() }, &|_| ())
}

/// The errors of the files at `paths`, by code and message.
fn errors(world: &World, paths: &[String]) -> Vec<String> {
    let mut all: Vec<String> = paths
        .iter()
        .filter_map(|path| world.id(path))
        .flat_map(|id| of_file(world, id))
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| format!("{}: {}", finding.code, finding.message))
        .collect();
    all.sort();
    all
}

/// What is wrong with a conversion, and how many were tried.
fn try_all(corpus: &Path, name: &str, folder: &Path, client: ClientId) -> (usize, Vec<String>) {
    let mut host = open(corpus, name, folder, client);
    let before = host.snapshot();
    let (mut tried, mut wrong) = (0, Vec::new());
    let files: Vec<_> = before.primitives().map(|(id, state)| (id, state.clone())).collect();
    for (id, state) in files {
        let path = before.path(id);
        let Some(kind) = state.kind else { continue };
        let read = clients::readers(&path, kind, state.dialect).has(client);
        for to in convert::targets(&before, id) {
            let Ok(conversion) = convert::convert(&before, id, to) else { continue };
            let text = |path: &str| before.any_text(path).map(|text| text.to_string());
            let Some(after) = conversion.changes.outcome(&text) else {
                wrong.push(format!("{name}/{path}: the changes do not fit"));
                continue;
            };
            tried += 1;
            let mut paths: Vec<String> = after.keys().cloned().collect();
            paths.push(path.to_string());
            let changes = after.iter().map(|(path, text)| match text {
                Some(text) => {
                    Change::Buffer { path: path.clone(), text: text.as_str().into(), version: None }
                }
                None => Change::Buffer { path: path.clone(), text: "".into(), version: None },
            });
            host.apply(changes.collect::<Vec<_>>());
            let world = host.snapshot();
            if read {
                let old = errors(&before, &paths);
                let new: Vec<_> =
                    errors(&world, &paths).into_iter().filter(|one| !old.contains(one)).collect();
                if !new.is_empty() {
                    wrong.push(format!("{name}/{path} --to {} for {}: {new:?}", to.name(), client.name()));
                }
            }
            again(&world, &path, to, &after, &conversion.result, &mut wrong);
            host.apply(after.keys().map(|path| Change::Closed(path.clone())).collect::<Vec<_>>());
        }
    }
    (tried, wrong)
}

/// A second time: what was moved is what was asked for, what was made beside the file stays as it is.
fn again(
    world: &World,
    path: &str,
    to: To,
    after: &BTreeMap<String, Option<String>>,
    result: &str,
    wrong: &mut Vec<String>,
) {
    let moved = after.get(path).is_some_and(Option::is_none);
    let subject = if moved { result } else { path };
    let Some(id) = world.id(subject) else { return };
    match convert::convert(world, id, to) {
        Ok(second) if second.changes.is_empty() => {}
        Err(convert::Refusal::Already) if moved => {}
        other => wrong.push(format!("{path} --to {} a second time: {other:?}", to.name())),
    }
}

#[test]
fn conversions_bring_no_error_and_are_done_once() {
    let Some(corpus) = support::corpus() else { return };
    let work: Vec<_> = repositories(&corpus)
        .into_iter()
        .flat_map(|(name, folder)| ClientId::ALL.map(|client| (name.clone(), folder.clone(), client)))
        .collect();
    let results: Vec<(usize, Vec<String>)> =
        work.par_iter().map(|(name, folder, client)| try_all(&corpus, name, folder, *client)).collect();
    let tried: usize = results.iter().map(|(tried, _)| tried).sum();
    let wrong: Vec<&String> = results.iter().flat_map(|(_, wrong)| wrong).collect();
    for row in wrong.iter().take(40) {
        println!("{row}");
    }
    println!("{tried} conversions, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{} conversions are wrong", wrong.len());
}

/// All old names of tools, replaced at once in each repository.
#[test]
fn old_tool_names_are_replaced_once() {
    let Some(corpus) = support::corpus() else { return };
    for (name, folder) in repositories(&corpus) {
        let disk = Arc::new(Restored::new(&corpus, &name, &folder));
        let mut host = Host::open(disk, Options::default(), &|_| ());
        let before = host.snapshot();
        let conversion = convert::old_names(&before);
        let text = |path: &str| before.any_text(path).map(|text| text.to_string());
        let after = conversion.changes.outcome(&text).expect("edits that fit");
        let paths: Vec<String> = after.keys().cloned().collect();
        let changes = after
            .into_iter()
            .filter_map(|(path, text)| Some(Change::Buffer { path, text: text?.into(), version: None }));
        host.apply(changes.collect::<Vec<_>>());
        let world = host.snapshot();
        let (old, new) = (errors(&before, &paths), errors(&world, &paths));
        assert!(new.iter().all(|one| old.contains(one)), "{name}: {new:?}");
        assert_eq!(convert::old_names(&world).changes, Changes::default(), "{name}");
    }
}
