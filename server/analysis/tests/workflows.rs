//! Agentic workflows: what their parts and workers mean, who has to be judged again, and what follows a file
//! that moves.

#![allow(clippy::panic, clippy::expect_used, reason = "helpers of tests fail by panicking")]

use segue_analysis::changes::{FileChanges, Move};
use segue_analysis::diagnostics;
use segue_analysis::features::completion::{Request, completion};
use segue_analysis::features::{at, links, moves, navigate};
use segue_analysis::fixture;
use segue_analysis::{Change, Host, Options, World};
use segue_catalog::Answerers;
use std::sync::Arc;

const WORKSPACE: &str = "//- .github/workflows/plan.md
---
on: weekly
timeout-minutes: 10
imports:
  - shared/tools.md
  - uses: .github/agents/judge.md
  - acme/parts/x.md@v1
safe-outputs:
  dispatch-workflow:
    workflows: [fix, 'report']
    max: 2
---

# Plan

@include shared/more.md
@include? shared/maybe.md

{{#runtime-import shared/words.md:1-3}}

Dispatch `fix` for each issue.
//- .github/workflows/fix.md
---
description: Mends what an issue tells of
on:
  workflow_dispatch:
    inputs:
      issue:
        description: The number of the issue
        required: true
timeout-minutes: 10
safe-outputs:
  create-pull-request:
---

# Fix

See ${{ inputs.issue }}.
//- .github/workflows/report.yml
on:
  workflow_dispatch:
jobs: {}
//- .github/workflows/shared/tools.md
---
tools:
  edit:
---
//- .github/workflows/shared/more.md
More.
//- .github/shared/words.md
Words.
//- .github/agents/judge.md
---
description: Judges
---
Judge.
";

const PLAN: &str = ".github/workflows/plan.md";
const FIX: &str = ".github/workflows/fix.md";

fn open(fixture: &str) -> Host {
    Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ())
}

fn text(world: &World, path: &str) -> String {
    world.text(world.id(path).expect("a path")).expect("its text").to_string()
}

fn offset(world: &World, path: &str, token: &str) -> u32 {
    let at = text(world, path).find(token).unwrap_or_else(|| panic!("{token}"));
    u32::try_from(at + token.len() / 2).expect("short")
}

fn findings(world: &World, path: &str) -> Vec<String> {
    let id = world.id(path).expect("a path");
    let text = text(world, path);
    let told = |one: &diagnostics::Finding| format!("{} {}", one.code, one.span.of(&text));
    diagnostics::of_file(world, id).iter().map(told).collect()
}

#[test]
fn parts_and_workers_lead_to_their_files() {
    let world = open(WORKSPACE).snapshot();
    assert_eq!(findings(&world, PLAN), [""; 0]);
    for (token, expected) in [
        ("shared/tools.md", ".github/workflows/shared/tools.md"),
        (".github/agents/judge.md", ".github/agents/judge.md"),
        ("fix, ", FIX),
        ("report", ".github/workflows/report.yml"),
        ("shared/more.md", ".github/workflows/shared/more.md"),
        ("shared/words.md", ".github/shared/words.md"),
    ] {
        let found = at::at(&world, PLAN, offset(&world, PLAN, token)).unwrap_or_else(|| panic!("{token}"));
        let places = at::definitions(&world, &found.symbol);
        assert_eq!(places.first().map(|place| &*place.path), Some(expected), "{token}");
    }
    let links = links::of(&world, PLAN);
    let text = text(&world, PLAN);
    let told: Vec<&str> = links.iter().map(|link| link.span.of(&text)).collect();
    assert_eq!(
        told,
        ["shared/tools.md", ".github/agents/judge.md", "fix", "report", "shared/more.md", "shared/words.md"]
    );
    let fix = at::Symbol::Path(FIX.into());
    let uses = navigate::references(&world, &fix, &|| true);
    assert!(uses.iter().any(|found| &*found.path == PLAN && found.span.of(&text) == "fix"), "{uses:?}");
}

#[test]
fn names_of_workers_and_paths_of_parts_follow_a_move() {
    let world = open(WORKSPACE).snapshot();
    let moved = |from: &str, to: &str| {
        let one = [Move { from: from.to_owned(), to: to.to_owned() }];
        let changes = moves::follow(&world, &one, &|| true).expect("known");
        changes.files.get(PLAN).map(FileChanges::applied).map(|text| text.expect("applied"))
    };
    for (from, to, expected) in [
        (FIX, ".github/workflows/mend.md", Some("workflows: [mend, 'report']")),
        (".github/workflows/report.yml", ".github/workflows/tell.yml", Some("workflows: [fix, 'tell']")),
        (FIX, "docs/fix.md", None),
        (".github/workflows/shared/tools.md", ".github/workflows/parts/all.md", Some("- parts/all.md\n")),
        (".github/workflows/shared/more.md", ".github/workflows/more.md", Some("@include more.md\n")),
        (
            ".github/agents/judge.md",
            ".github/agents/judge.agent.md",
            Some("uses: .github/agents/judge.agent.md"),
        ),
    ] {
        let text = moved(from, to);
        let holds = match expected {
            Some(expected) => text.as_ref().is_some_and(|text| text.contains(expected)),
            None => text.is_none(),
        };
        assert!(holds, "{from} → {to}: {text:?}");
    }
}

/// A worker that changes concerns who starts it, names it, and gives it inputs, along the whole chain.
#[test]
fn who_starts_a_worker_is_judged_again() {
    let mut host = open(WORKSPACE);
    let mut write = |path: &str, text: &str| {
        let change = Change::Buffer { path: path.to_owned(), text: text.into(), version: None };
        let effects = host.apply([change]);
        let world = host.snapshot();
        let touched = effects.everything
            || effects.changed.iter().chain(&effects.dependents).any(|id| &*world.path(*id) == PLAN);
        (findings(&world, PLAN), touched)
    };
    let (found, touched) = write(FIX, "---\non: push\nengine: copilot\n---\n# Fix\n");
    assert_eq!((found, touched), (vec!["workflow/unknown-worker fix".to_owned()], true));
    let circle = "---\non: workflow_dispatch\ntimeout-minutes: 1\nsafe-outputs:\n  dispatch-workflow: {workflows: [plan], max: 1}\n---\n# Fix\n";
    let (found, touched) = write(FIX, circle);
    assert_eq!((found, touched), (vec!["workflow/dispatch-cycle fix".to_owned()], true));
    let through = circle.replace("plan", "third");
    let (found, touched) = write(FIX, &through);
    assert_eq!((found, touched), (Vec::new(), true));
    // Two steps away.
    let (found, touched) = write(".github/workflows/third.md", circle);
    assert_eq!((found, touched), (vec!["workflow/dispatch-cycle fix".to_owned()], true));
}

/// Guard: `is_read_when_asked_for`.
#[test]
fn a_worker_of_github_actions_that_changes_concerns_who_starts_it() {
    let disk = Arc::new(fixture::disk(WORKSPACE));
    let mut host = Host::open(disk.clone(), Options::default(), &|_| ());
    let worker = ".github/workflows/report.yml";
    for (text, expected) in [
        ("on: push\njobs: {}\n", vec!["workflow/unknown-worker report"]),
        ("on: [push, workflow_dispatch]\njobs: {}\n", vec![]),
    ] {
        disk.write(worker, text);
        let effects = host.apply([Change::Disk(worker.to_owned())]);
        let world = host.snapshot();
        assert!(effects.dependents.iter().any(|id| &*world.path(*id) == PLAN), "{effects:?}");
        assert_eq!(findings(&world, PLAN), expected);
    }
}

/// What is merged into others has no start, no end and no place of its own.
#[test]
fn parts_are_judged_as_parts() {
    let part = ".github/workflows/shared/tools.md";
    let mut host = open(WORKSPACE);
    let mut of_part = |header: &str| {
        let text = format!("---\n{header}\n---\nUse ${{{{ inputs.anything }}}}.\n");
        host.apply([Change::Buffer { path: part.to_owned(), text: text.into(), version: None }]);
        findings(&host.snapshot(), part)
    };
    assert_eq!(of_part("tools:\n  edit:"), [""; 0]);
    assert_eq!(
        of_part("tools:\n  edit:\ntimeout-minutes: 5\nstrict: true\nenv: {A: b}"),
        ["workflow/part-key timeout-minutes", "workflow/part-key strict"]
    );
    assert_eq!(of_part("on: {skip-roles: [admin]}\nname: x"), ["workflow/part-key name"]);
    assert_eq!(of_part("on: push\nname: x"), ["workflow/part-key on"]);
    assert_eq!(of_part("tolls:\n  edit:\nengine: copilot"), ["workflow/unknown-key tolls"]);
    // What a part names stands beside the workflows.
    let starts = |name: &str| format!("safe-outputs:\n  dispatch-workflow: [{name}]");
    assert_eq!(of_part(&starts("fix")), [""; 0]);
    assert_eq!(of_part(&starts("fxi")), ["workflow/unknown-worker fxi"]);
    assert_eq!(of_part("imports: [shared/more.md, more.md]\nengine: copilot"), [""; 0]);
    assert_eq!(of_part("imports: [shared/none.md]\nengine: copilot"), ["workflow/import shared/none.md"]);
}

/// Without `on`, and imported: a part wherever it lies.
#[test]
fn imports_that_come_back_are_told_and_followed() {
    let mut host = open(
        "//- .github/workflows/a.md\n---\non: push\nimports: [b.md]\n---\nA\n\
         //- .github/workflows/b.md\n---\nengine: copilot\ntools: {edit: null}\nimports: [shared/c.md]\n---\nB\n\
         //- .github/workflows/shared/c.md\n---\nimports: []\n---\nC\n",
    );
    let (b, c) = (".github/workflows/b.md", ".github/workflows/shared/c.md");
    assert_eq!(findings(&host.snapshot(), b), [""; 0]);
    let text = "---\nimports: [../b.md]\n---\nC\n";
    let effects = host.apply([Change::Buffer { path: c.to_owned(), text: text.into(), version: None }]);
    let world = host.snapshot();
    assert!(effects.dependents.iter().any(|id| &*world.path(*id) == b), "{effects:?}");
    assert_eq!(findings(&world, b), ["workflow/import shared/c.md"]);
    assert_eq!(findings(&world, c), ["workflow/import ../b.md"]);
    // It is on nobody's way back.
    assert_eq!(findings(&world, ".github/workflows/a.md"), [""; 0]);
}

#[test]
fn half_written_workflows_are_no_trouble() {
    for text in [
        "---\non:\nsafe-outputs:\n  dispatch-workflow:\n---\n${{ ",
        "---\non: [\nimports: {aw: x}\nsafe-outputs: {dispatch-workflow: [[a], {b: c}]}\n---\n{{#import }}\n@include \n",
        "---\r\non: x\r\nimports:\r\n- 'a''b.md'\r\n- uses:\r\n- [x]\r\npermissions: [write]\r\n---\r\n${{ a.b[0 }}\r\n",
        "---\non: push\nsafe-outputs: x\nengine: copilot\npermissions:\n  issues: {a: b}\n---\n```json\n{\"workflow_name\": [\n",
        "\u{feff}---\non: push\nsafe-outputs:\n  dispatch-workflow: [plan, plan, '']\n---\ndispatch ``` ` `plan`\n",
    ] {
        let mut host = open(WORKSPACE);
        host.apply([Change::Buffer { path: PLAN.to_owned(), text: text.into(), version: None }]);
        let world = host.snapshot();
        findings(&world, PLAN);
        for at in 0..=text.len() {
            let at = u32::try_from(at).expect("short");
            let _ = at::at(&world, PLAN, at);
            let request =
                Request { world: &world, path: PLAN, text, offset: at, editor: Answerers::default() };
            let _ = completion(request);
        }
    }
}

#[test]
fn names_are_proposed() {
    let mut host = open(WORKSPACE);
    for (marked, expected) in [
        ("---\non: weekly\nsafe-outputs:\n  dispatch-workflow: [‸]\n---\n", "fix plan"),
        (
            "---\non: weekly\nsafe-outputs:\n  dispatch-workflow:\n    workflows:\n      - ‸\n---\n",
            "fix plan",
        ),
        (
            "---\non: weekly\nimports:\n  - uses: ‸\n---\n",
            "../agents/judge.md shared/more.md shared/tools.md",
        ),
        ("---\non: weekly\nimports: [shared/more.md, ‸]\n---\n", "../agents/judge.md shared/tools.md"),
        ("---\non: weekly\n---\n{{#import ‸", "../agents/judge.md shared/more.md shared/tools.md"),
        ("---\non: weekly\n---\nThen dispatch `‸` for each.\n", "fix plan"),
        ("---\non: weekly\n---\nDispatch `fix`, ‸", ""),
        ("---\non: weekly\n---\nRun `gh workflow run ‸", "fix plan"),
        ("---\non: weekly\n---\ngh workflow run fix.lock.yml -f ‸", "issue="),
        ("---\non: weekly\n---\ngh workflow run fix -f issue=1 ‸", ""),
    ] {
        let path = ".github/workflows/new.md";
        let at = marked.find('‸').expect("a cursor");
        let text = marked.replace('‸', "");
        host.apply([Change::Buffer { path: path.to_owned(), text: text.as_str().into(), version: None }]);
        let world = host.snapshot();
        let request = Request {
            world: &world,
            path,
            text: &text,
            offset: u32::try_from(at).expect("short"),
            editor: Answerers::default(),
        };
        let mut labels: Vec<String> =
            completion(request).proposals.into_iter().map(|own| own.label).collect();
        labels.sort();
        assert_eq!(labels.join(" "), expected, "{marked}");
    }
}

#[test]
fn inputs_lead_to_the_header() {
    let world = open(WORKSPACE).snapshot();
    let at = at::at(&world, FIX, offset(&world, FIX, "inputs.issue") + 3).expect("an input");
    let own = text(&world, FIX);
    let places = at::definitions(&world, &at.symbol);
    let lines: Vec<usize> =
        places.iter().map(|place| own[..place.span.start as usize].lines().count()).collect();
    assert_eq!(lines, [6], "{places:?}");
    let named = navigate::references(&world, &at.symbol, &|| true);
    let spans: Vec<&str> = named.iter().map(|own_use| own_use.span.of(&own)).collect();
    assert_eq!(spans, ["issue", "issue"]);
    let changes = segue_analysis::features::rename::rename(&world, FIX, at.span.start, "ticket", &|| true);
    let changes = changes.expect("a rename").expect("changes");
    let after = changes.files[FIX].applied().expect("edits that fit");
    assert_eq!(after, own.replace("      issue:", "      ticket:").replace("inputs.issue", "inputs.ticket"));
}

#[test]
fn inputs_of_local_imports_are_known() {
    let workflow = |imports: &str| {
        format!(
            "//- .github/workflows/a.md\n---\non: push\nimports: [{imports}]\n---\nSee ${{{{ inputs.issue }}}}.\n\
             //- .github/workflows/shared/with.md\n---\non:\n  workflow_dispatch:\n    inputs:\n      issue:\n        description: x\n---\n\
             //- .github/workflows/shared/without.md\n---\ntools:\n  edit:\n---\n"
        )
    };
    for (imports, told) in [("shared/with.md", 0), ("shared/without.md", 1), ("acme/parts/x.md@v1", 0)] {
        let world = open(&workflow(imports)).snapshot();
        let said = findings(&world, ".github/workflows/a.md");
        assert_eq!(said.iter().filter(|row| row.contains("expression")).count(), told, "{imports}: {said:?}");
    }
}
