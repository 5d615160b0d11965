//! Renames and moves: each case is made, and everything that led somewhere leads there still.

#![allow(clippy::panic, clippy::expect_used, reason = "helpers of tests fail by panicking")]

mod cases;
mod come_and_go;
#[path = "../support/links.rs"]
#[allow(dead_code, reason = "what each part leads to is another test's")]
mod links_of_all_forms;
mod moved;
mod outside;
mod real;
mod refused;
mod suite;
mod ties;
mod workspaces;

use segue_analysis::World;
use segue_analysis::changes::{Changes, Move};
use segue_analysis::features::moves;
use segue_analysis::features::rename::{self, Refusal};
use ties::{disk, findings, make, open, ties};

const GO_ON: &(dyn Fn() -> bool + Sync) = &|| true;

fn offset(world: &World, path: &str, token: &str) -> u32 {
    let text = world.any_text(path).unwrap_or_else(|| panic!("no {path}"));
    // `‸` in the token is where the cursor is, else its middle.
    let plain = token.replace('‸', "");
    let at = text.find(&plain).unwrap_or_else(|| panic!("no {plain} in {text}"));
    let inside = token.find('‸').unwrap_or(plain.len() / 2);
    u32::try_from(at + inside).expect("short")
}

fn renamed(world: &World, path: &str, token: &str, new: &str) -> Result<Option<Changes>, Refusal> {
    rename::rename(world, path, offset(world, path, token), new, GO_ON)
}

/// A rename: the file, the token in it, the new name, and what the files say afterwards.
struct Rename {
    case: &'static str,
    fixture: &'static str,
    at: (&'static str, &'static str),
    new: &'static str,
    then: &'static [(&'static str, &'static str)],
}

/// Moves, and what the files say afterwards.
struct Moves {
    case: &'static str,
    fixture: &'static str,
    moves: &'static [(&'static str, &'static str)],
    then: &'static [(&'static str, &'static str)],
}

fn check(case: &str, fixture: &str, changes: &Changes, more: &[Move], then: &[(&str, &str)]) {
    let disk = disk(fixture);
    let world = open(&disk);
    let all: Vec<Move> = changes.moves.iter().chain(more).cloned().collect();
    let (tied, found) = (ties(&world, &all), findings(&world, &all));
    make(&world, &disk, changes, more);
    let after = open(&disk);
    for (path, text) in then {
        let now = after.any_text(path).unwrap_or_else(|| panic!("{case}: no {path} in {:?}", disk.paths()));
        assert!(now.contains(text), "{case}: {path} has no `{text}`:\n{now}");
    }
    let tied_after = ties(&after, &[]);
    let lost: Vec<_> = tied.iter().filter(|row| !tied_after.contains(row)).collect();
    let new: Vec<_> = tied_after.iter().filter(|row| !tied.contains(row)).collect();
    assert!(lost.is_empty() && new.is_empty(), "{case}\nlost {lost:#?}\nnew {new:#?}");
    let mut worse = findings(&after, &[]);
    for had in found {
        // A rename may put something right, as the case of a letter.
        if let Some(at) = worse.iter().position(|own| *own == had) {
            worse.remove(at);
        }
    }
    assert!(worse.is_empty(), "{case}: {worse:#?}");
}

#[test]
fn renames_leave_everything_tied() {
    for one in cases::RENAMES {
        let world = open(&disk(one.fixture));
        let (path, token) = one.at;
        let changes = renamed(&world, path, token, one.new);
        let changes = changes.unwrap_or_else(|refusal| panic!("{}: {refusal}", one.case));
        let changes = changes.unwrap_or_else(|| panic!("{}: nothing is renamed", one.case));
        check(one.case, one.fixture, &changes, &[], one.then);
    }
}

#[test]
fn moves_leave_everything_tied() {
    for one in moved::MOVES {
        let world = open(&disk(one.fixture));
        let moves: Vec<Move> = one
            .moves
            .iter()
            .map(|(from, to)| Move { from: (*from).to_owned(), to: (*to).to_owned() })
            .collect();
        let changes = moves::follow(&world, &moves, GO_ON).unwrap_or_else(|| panic!("{}", one.case));
        check(one.case, one.fixture, &changes, &moves, one.then);
    }
}

#[test]
fn what_cannot_be_renamed_whole_is_refused() {
    for (case, fixture, (path, token), new, reason) in refused::REFUSED {
        let world = open(&disk(fixture));
        match renamed(&world, path, token, new) {
            Err(refusal) => {
                let told = refusal.to_string();
                assert!(told.contains(reason), "{case}: {told}");
            }
            Ok(changes) => panic!("{case}: {changes:?}"),
        }
    }
}

#[test]
fn what_has_no_name_is_not_renamed() {
    for (fixture, (path, token)) in refused::NOTHING {
        let world = open(&disk(fixture));
        let at = offset(&world, path, token);
        assert_eq!(rename::prepare(&world, path, at), Ok(None), "{token}");
        assert_eq!(rename::rename(&world, path, at, "x", GO_ON), Ok(None), "{token}");
    }
}

#[test]
fn what_is_shown_before_a_rename_is_what_is_renamed() {
    for (fixture, (path, token), span, name) in refused::PREPARED {
        let world = open(&disk(fixture));
        let text = world.any_text(path).expect("its text");
        let found = rename::prepare(&world, path, offset(&world, path, token));
        let found = found.unwrap_or_else(|refusal| panic!("{token}: {refusal}")).expect("a name");
        assert_eq!((found.span.of(&text), found.name.as_str()), (*span, *name), "{token}");
    }
}

#[test]
fn a_rename_that_nobody_waits_for_is_given_up() {
    let world = open(&disk(workspaces::HEADINGS));
    let at = offset(&world, "docs/hub.memory.md", "One");
    let given_up = rename::rename(&world, "docs/hub.memory.md", at, "Two", &|| false);
    assert_eq!(given_up, Err(Refusal::Changed));
}
