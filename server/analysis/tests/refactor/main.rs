//! Refactorings: each is offered, made, and leaves nothing broken that was whole.

#![allow(clippy::panic, clippy::expect_used, reason = "helpers of tests fail by panicking")]

mod cases;

use segue_analysis::features::refactor::{self, Offer, Refusal};
use segue_analysis::fixture::{self, MemoryDisk};
use segue_analysis::{Host, Options, World, diagnostics};
use segue_syntax::Span;
use std::sync::Arc;

fn open(disk: &Arc<MemoryDisk>) -> Arc<World> {
    Host::open(disk.clone(), Options::default(), &|_| ()).snapshot()
}

/// Where `‸` stands in a token of a file, else the token's beginning.
fn place(world: &World, path: &str, token: &str) -> Span {
    let text = world.any_text(path).unwrap_or_else(|| panic!("no {path}"));
    let plain = token.replace('‸', "");
    let at = text.find(&plain).unwrap_or_else(|| panic!("no {plain} in {text}"));
    Span::at(at + token.find('‸').unwrap_or_default())
}

fn offers(world: &World, (path, token): (&str, &str)) -> Vec<Offer> {
    refactor::offers(world, path, place(world, path, token), &|_| true)
}

fn offered(world: &World, at: (&str, &str), title: &str) -> Offer {
    let mut all = offers(world, at);
    let found = all.iter().position(|offer| offer.title.starts_with(title));
    let found = found.unwrap_or_else(|| panic!("no {title:?} at {at:?} but {all:#?}"));
    all.swap_remove(found)
}

/// The codes and messages of all findings that a check would show, by file.
fn findings(world: &World) -> Vec<String> {
    let mut rows = Vec::new();
    for (id, _) in world.primitives() {
        let path = world.path(id);
        let all = diagnostics::of_file(world, id).into_iter();
        rows.extend(all.map(|finding| format!("{path} {}: {}", finding.code, finding.message)));
    }
    rows.sort();
    rows
}

/// The files that change, with their texts afterwards.
fn told(fixture: &str, at: (&str, &str), title: &str) -> String {
    let disk = Arc::new(fixture::disk(fixture));
    let world = open(&disk);
    let offer = offered(&world, at, title);
    let changes = refactor::change(&world, at.0, &offer.way, &|| true);
    let changes = changes.unwrap_or_else(|refusal| panic!("{title}: {refusal}"));
    let read = |path: &str| world.any_text(path).map(|text| text.to_string());
    let after = changes.outcome(&read).expect("the changes fit");
    assert!(!after.is_empty(), "{title}");
    let before = findings(&world);
    let mut out = String::new();
    for (path, text) in after {
        let text = text.expect("nothing goes");
        out.push_str(&format!("//- {path}\n{text}"));
        disk.write(&path, text);
    }
    let now = open(&disk);
    let mut worse = findings(&now);
    worse.retain(|row| !before.contains(row));
    // What was broken may be broken elsewhere; a new file that nobody has filled in may be told so.
    let links = |rows: &[String]| rows.iter().filter(|row| row.contains(" link/")).count();
    assert!(links(&findings(&now)) <= links(&before), "{title}: {worse:#?}\n{out}");
    worse.retain(|row| !changes.creates.keys().any(|path| row.starts_with(&**path)));
    assert!(worse.is_empty(), "{title}: {worse:#?}\n{out}");
    if let Some(code) = offer.way.fixes() {
        let count = |rows: &[String]| rows.iter().filter(|row| row.contains(code)).count();
        let had = count(&before);
        assert!(had == 0 || count(&findings(&now)) < had, "{title} puts {code} right\n{out}");
    }
    out
}

#[test]
fn what_is_offered_is_made_and_breaks_nothing() {
    let mut wrong = String::new();
    for case in cases::MADE {
        let made = told(case.fixture, case.at, case.title);
        if made != case.then {
            wrong.push_str(&format!("== {}\n{made}== and not\n{}\n", case.case, case.then));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_would_break_something_is_refused() {
    for case in cases::REFUSED {
        let world = open(&Arc::new(fixture::disk(case.fixture)));
        let offer = offered(&world, case.at, case.title);
        match refactor::change(&world, case.at.0, &offer.way, &|| true) {
            Err(Refusal::Reason(reason)) => assert!(reason.contains(case.then), "{}: {reason}", case.case),
            other => panic!("{}: {other:#?}", case.case),
        }
    }
}

#[test]
fn what_cannot_be_done_is_not_offered() {
    for (case, fixture, at) in cases::NOT_OFFERED {
        let world = open(&Arc::new(fixture::disk(fixture)));
        let found: Vec<_> = offers(&world, *at).into_iter().map(|offer| offer.title).collect();
        assert_eq!(found, [""; 0], "{case}");
    }
}

#[test]
fn an_offer_for_another_text_is_refused() {
    let world = open(&Arc::new(fixture::disk("//- a.prompt.md\n[x](gone.md)\n")));
    let offer = offered(&world, ("a.prompt.md", "gone"), "Create");
    let other = open(&Arc::new(fixture::disk("//- a.prompt.md\nNo: [x](gone.md)\n")));
    assert_eq!(refactor::change(&other, "a.prompt.md", &offer.way, &|| true), Err(Refusal::Changed));
    assert_eq!(refactor::change(&other, "b.prompt.md", &offer.way, &|| true), Err(Refusal::Changed));
}

/// Any place of any of the fixtures: what is offered can be made, or is refused; nothing breaks.
#[test]
fn every_offer_everywhere_is_made_or_refused() {
    let fixtures =
        cases::MADE.iter().map(|case| case.fixture).chain(cases::REFUSED.iter().map(|case| case.fixture));
    let mut seen = 0;
    for text in fixtures {
        let world = open(&Arc::new(fixture::disk(text)));
        for (id, _) in world.primitives() {
            let path = world.path(id);
            let length = world.any_text(&path).map_or(0, |text| text.len());
            for offer in refactor::offers(&world, &path, Span::new(0, length), &|_| true) {
                if let Ok(changes) = refactor::change(&world, &path, &offer.way, &|| true) {
                    let read = |path: &str| world.any_text(path).map(|text| text.to_string());
                    assert!(changes.outcome(&read).is_some(), "{}: {}", offer.title, path);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > cases::MADE.len(), "{seen}");
}
