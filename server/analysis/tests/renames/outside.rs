//! Moves that nobody told of beforehand: what they broke is offered to be put right.

use crate::{moved, workspaces};
use segue_analysis::changes::Changes;
use segue_analysis::features::actions::{self, Action};
use segue_analysis::features::astray;
use segue_analysis::features::shown::{self, View};
use segue_analysis::fixture::MemoryDisk;
use segue_analysis::{Change, Host, Options, World};
use segue_catalog::Answerers;
use std::sync::Arc;

const SEEN: View = View { open: true, complete: true, editor: Answerers::NONE };

/// A workspace after moves, which are told as a watcher does.
fn after(fixture: &str, moves: &[(&str, &str)]) -> (Arc<MemoryDisk>, Host) {
    let disk = crate::disk(fixture);
    let mut host = Host::open(disk.clone(), Options::default(), &|_| ());
    for (from, to) in moves {
        disk.rename(from, to);
    }
    for (from, to) in moves {
        host.apply([Change::Disk((*to).to_owned())]);
        host.apply([Change::Disk((*from).to_owned())]);
    }
    (disk, host)
}

fn missing(world: &World) -> Vec<(String, segue_syntax::Span)> {
    let mut found = Vec::new();
    for (id, _) in world.primitives() {
        let path = world.path(id);
        let shown = shown::of_file(world, &path, SEEN).expect("shown");
        let own = shown.findings.iter().filter(|finding| finding.code == "link/missing-file");
        found.extend(own.map(|finding| (path.to_string(), finding.span)));
    }
    found
}

fn offered(world: &World, path: &str, span: segue_syntax::Span) -> Vec<Action> {
    let shown = shown::of_file(world, path, SEEN).expect("shown");
    let mut actions = astray::fixes(world, path, &shown, span);
    actions.extend(actions::of(&shown, span).into_iter().filter(|action| !action.edits.is_empty()));
    actions
}

fn make(world: &World, disk: &MemoryDisk, path: &str, action: &Action) {
    let text = world.any_text(path).expect("its text");
    let changes = Changes::of_file(&path.into(), &text, action.edits.clone());
    crate::make(world, disk, &changes, &[]);
}

#[test]
fn each_link_that_a_move_broke_has_a_fix() {
    let mut broken = 0;
    // What a link names without its ending is not read, and cannot be known again by another name.
    for case in moved::MOVES.iter().filter(|case| !case.case.contains("without its ending")) {
        let (disk, mut host) = after(case.fixture, case.moves);
        while let Some((path, span)) = missing(&host.snapshot()).pop() {
            broken += 1;
            assert!(broken < 1_000, "{}: the fixes put nothing right", case.case);
            let world = host.snapshot();
            let actions = offered(&world, &path, span);
            let action = actions.iter().find(|action| action.title.starts_with("Link to"));
            let action = action.unwrap_or_else(|| panic!("{}: no fix in {path}: {actions:#?}", case.case));
            make(&world, &disk, &path, action);
            host.apply([Change::Disk(path)]);
        }
    }
    assert!(broken > 30, "{broken} links were broken");
}

#[test]
fn all_links_of_a_file_follow_at_once() {
    let (disk, mut host) = after(workspaces::LINKED, &[("docs/guide", "handbook"), ("src", "source")]);
    for path in ["docs/top.memory.md", "handbook/b.memory.md"] {
        let world = host.snapshot();
        let (_, span) = missing(&world).into_iter().find(|(own, _)| own == path).expect("a broken link");
        let actions = offered(&world, path, span);
        let all = actions.iter().find(|action| action.title.contains("links of this file")).expect("all");
        make(&world, &disk, path, all);
        host.apply([Change::Disk(path.to_owned())]);
        assert!(missing(&host.snapshot()).iter().all(|(own, _)| own != path), "{path}");
    }
    let text = host.snapshot().any_text("handbook/b.memory.md").expect("its text");
    assert_eq!(&*text, "[a](./a.memory.md) [bare](c) #file:../source/main.rs #file:source/main.rs\n");
}

#[test]
fn what_is_gone_for_good_has_no_such_fix() {
    let (_, host) = after("//- a.spec.md\n[x](b.memory.md)\n//- b.memory.md\n# B\n", &[]);
    assert!(missing(&host.snapshot()).is_empty());
    let disk = crate::disk("//- a.spec.md\n[x](b.memory.md)\n//- b.memory.md\n# B\n");
    let mut host = Host::open(disk.clone(), Options::default(), &|_| ());
    disk.remove("b.memory.md");
    disk.write("c.memory.md", "# Another\n");
    host.apply([Change::Disk("b.memory.md".into()), Change::Disk("c.memory.md".into())]);
    let world = host.snapshot();
    let (path, span) = missing(&world).pop().expect("a broken link");
    let titles: Vec<String> = offered(&world, &path, span).into_iter().map(|action| action.title).collect();
    assert_eq!(titles, ["Ignore link/missing-file here"]);
}

#[test]
fn the_only_file_of_a_name_is_linked_as_the_link_is_written() {
    let fixture = "//- AGENTS.md
[a](gone/a%20_b.memory.md#one) [b](gone/a%20\\_b.memory.md#one) #file:\"gone/a _b.memory.md\"
@gone/a\\ _b.memory.md
//- docs/a _b.memory.md
# One
";
    let (disk, mut host) = after(fixture, &[]);
    while let Some((path, span)) = missing(&host.snapshot()).pop() {
        let world = host.snapshot();
        let actions = offered(&world, &path, span);
        let action = actions.iter().find(|action| action.title.starts_with("Link to")).expect("a fix");
        make(&world, &disk, &path, action);
        host.apply([Change::Disk(path)]);
    }
    assert_eq!(
        &*host.snapshot().any_text("AGENTS.md").expect("its text"),
        "[a](./docs/a%20_b.memory.md#one) [b](./docs/a%20_b.memory.md#one) #file:\"./docs/a _b.memory.md\"\n@./docs/a\\ _b.memory.md\n"
    );
}
