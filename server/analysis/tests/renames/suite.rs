//! Every form of a link, in every place, with every kind of target: what it leads to moves, is renamed, or
//! the file that it stands in moves.

use crate::links_of_all_forms::{self, Case, WORKSPACE};
use crate::ties::{disk, make, open, ties};
use crate::{GO_ON, offset};
use segue_analysis::changes::{Changes, Move};
use segue_analysis::features::{moves, rename};

const FROM: &str = "pkg/AGENTS.md";

/// What the names of files have that destinations need escapes for.
const MOVES: &[(&str, &str)] = &[
    ("docs", "a (new) place/docs"),
    ("docs/b.md", "docs/b b.md"),
    ("pkg", "deep/er/pkg"),
    ("src/main.rs", "main.rs"),
];

const HEADINGS: &[(&str, &str)] =
    &[("docs/b.md", "One *Two*"), ("docs/b.md", "Dup\n"), ("docs/a b.md", "Über")];

#[test]
fn each_link_follows_what_moves() {
    let mut turn = 0;
    let count = links_of_all_forms::each(|case| {
        let fixture = format!("{WORKSPACE}//- {FROM}\n{}", case.text);
        // One of each case, in turn: the cases around it differ in little.
        turn += 1;
        for (from, to) in MOVES.iter().skip((turn + turn / 14) % MOVES.len()).take(1) {
            let one = [Move { from: (*from).to_owned(), to: (*to).to_owned() }];
            let changes = moves::follow(&open(&disk(&fixture)), &one, GO_ON).expect("known");
            same(case, &fixture, &changes, &one);
        }
    });
    assert!(count > 1_500, "{count} combinations");
}

#[test]
fn each_link_follows_a_heading() {
    let mut turn = 0;
    links_of_all_forms::each(|case| {
        let fixture = format!("{WORKSPACE}//- {FROM}\n{}", case.text);
        let world = open(&disk(&fixture));
        turn += 1;
        for (path, heading) in HEADINGS.iter().skip((turn + turn / 14) % HEADINGS.len()).take(1) {
            if world.file_at(path).is_none() {
                continue;
            }
            let at = offset(&world, path, heading);
            let changes = rename::rename(&world, path, at, "Größer & so (neu)", GO_ON);
            let changes = changes.unwrap_or_else(|refusal| panic!("{}: {refusal}", case.name));
            same(case, &fixture, &changes.unwrap_or_else(|| panic!("{}", case.name)), &[]);
        }
    });
}

/// Makes changes, and compares where everything leads.
fn same(case: &Case<'_>, fixture: &str, changes: &Changes, moves: &[Move]) {
    let disk = disk(fixture);
    let world = open(&disk);
    let before = ties(&world, moves);
    make(&world, &disk, changes, moves);
    let after = open(&disk);
    let now = ties(&after, &[]);
    // What led nowhere may lead anywhere.
    let differs = |row: &&String| !now.contains(row) && !row.ends_with("Missing");
    let lost: Vec<_> = before.iter().filter(differs).collect();
    assert!(lost.is_empty(), "{}\n{moves:?}\nlost {lost:#?}\nnow {now:#?}\n{changes:#?}", case.name);
    assert_eq!(before.len(), now.len(), "{}: {now:#?}", case.name);
}
