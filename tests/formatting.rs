//! Every header of every real file, formatted: it has the same findings then, and a second time nothing
//! changes. Skips where there is no corpus.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use rayon::prelude::*;
use segue_analysis::diagnostics::of_file;
use segue_analysis::features::format;
use segue_analysis::{Change, Host, Options, PathId, World};
use std::path::Path;
use std::sync::Arc;
use support::{Restored, repositories};

fn codes(world: &World, id: PathId) -> Vec<&'static str> {
    let mut all: Vec<&str> = of_file(world, id).iter().map(|finding| finding.code).collect();
    all.sort_unstable();
    all
}

/// How many headers changed, of how many files, and what is wrong with it.
fn try_all(corpus: &Path, name: &str, folder: &Path) -> (usize, usize, Vec<String>) {
    let disk = Arc::new(Restored::new(corpus, name, folder));
    let mut host = Host::open(disk, Options::default(), &|_| ());
    host.apply([Change::Settings("format.frontmatter = true\n".to_owned())]);
    let before = host.snapshot();
    let (mut changed, mut files, mut wrong) = (0, 0, Vec::new());
    for id in before.primitives().map(|(id, _)| id) {
        files += 1;
        let path = before.path(id);
        let Some(edit) = format::of_file(&before, &path) else { continue };
        changed += 1;
        let mut text = before.text(id).expect("a text").to_string();
        text.replace_range(edit.span.range(), &edit.insert);
        host.apply([Change::Buffer { path: path.to_string(), text: text.into(), version: None }]);
        let after = host.snapshot();
        let again = after.id(&path).map(|id| codes(&after, id));
        if again.as_ref() != Some(&codes(&before, id)) {
            wrong.push(format!("{name}/{path}: {:?} became {again:?}", codes(&before, id)));
        }
        if let Some(edit) = format::of_file(&after, &path) {
            wrong.push(format!("{name}/{path} a second time: {edit:?}"));
        }
        host.apply([Change::Closed(path.to_string())]);
    }
    (changed, files, wrong)
}

#[test]
fn real_headers_say_the_same_and_are_formatted_once() {
    let Some(corpus) = support::corpus() else { return };
    let work = repositories(&corpus);
    let results: Vec<_> = work.par_iter().map(|(name, folder)| try_all(&corpus, name, folder)).collect();
    let sum = |part: fn(&(usize, usize, Vec<String>)) -> usize| results.iter().map(part).sum::<usize>();
    let wrong: Vec<&String> = results.iter().flat_map(|(_, _, wrong)| wrong).collect();
    for row in wrong.iter().take(40) {
        println!("{row}");
    }
    println!("{} of {} headers are formatted, {} wrong", sum(|one| one.0), sum(|one| one.1), wrong.len());
    assert!(wrong.is_empty(), "{} headers are wrong", wrong.len());
}
