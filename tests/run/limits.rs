//! What ends a run early, and what is left of it: budgets, files that are not there, worktrees of failures.

use crate::whole::GOOD;
use crate::world::{PLAN, World};

fn with_settings(script: &str, rows: &str) -> World {
    let world = World::scripted(script);
    world.write("segue.toml", &format!("{}{rows}", world.read("segue.toml")));
    world
}

#[test]
fn a_run_that_costs_more_than_it_may_stops_and_goes_on_when_somebody_wants_it() {
    let script = "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n      - usage: { input: 10, output: 5, micros: 400000 }\n  second:\n    - - write: { path: second.txt, text: two }\n      - usage: { micros: 300000 }\n";
    let world = with_settings(script, "run-cost = 50\n");
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("Spent: The run has cost the 50 cents it may cost."), "{ran:?}");
    assert!(
        ran.out.contains("first: merged") && ran.out.contains("second: attempt 1 was stopped"),
        "{ran:?}"
    );
    let run = world.run();
    assert_eq!(world.state(), "escalated");
    let stats = world.ends(0, &["runs", "stats"]).out;
    assert!(stats.contains("0.70"), "{stats}");
    world.ends(0, &["runs", "retry", &run]);
    world.waits(&run);
    assert_eq!(world.state(), "complete", "whoever wants it tried again gives as much again");
}

#[test]
fn a_run_that_takes_longer_than_it_may_stops_what_is_under_way() {
    let script = "tasks:\n  first:\n    - - leave: sleep 600\n      - wait: 600000\n";
    let world = with_settings(script, "run-time = 1\n");
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("Spent: The attempts of the run took the 1 seconds they may take."), "{ran:?}");
    assert!(ran.out.contains("first: attempt 1 was stopped"), "{ran:?}");
    assert_eq!(world.state(), "escalated");
}

#[test]
fn files_that_a_task_reads_have_to_be_there() {
    let plan = PLAN
        .replace("**Files:** `second.txt`", "**Files:** `second.txt`, `first.txt` (read), `notes.md` (read)");
    let world = World::scripted(GOOD);
    world.write("x.spec.md", &plan);
    world.commit("It reads");
    world.ends(3, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let log = world.ends(0, &["runs", "logs", &run]).out;
    let missing =
        "Before wave 2 can begin: `second` reads `notes.md`, which is not there and is made by no task";
    assert!(log.contains(missing), "{log}");
    assert!(!log.contains("first.txt`, which"), "what the first task made is there: {log}");
    assert_eq!(world.state(), "needs-you");
    // Approved, it is looked for again: nobody made it.
    world.ends(0, &["runs", "approve", &run]);
    assert_eq!(world.waits(&run).matches(missing).count(), 2);
    world.ends(0, &["runs", "reject", &run]);
    world.waits(&run);
    assert_eq!(world.state(), "rejected");
}

#[test]
fn what_failures_left_is_offered_for_removal_and_never_removed_by_itself() {
    let script = "tasks:\n  first:\n    - - say: nothing\n";
    let world = with_settings(script, "keep-failures = 0\n");
    world.ends(1, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let kept = world.worktrees();
    let listed = world.ends(0, &["runs"]).out;
    let offer = format!("{run}: failed attempts left 2 worktrees (");
    assert!(
        listed.contains(&offer) && listed.contains(&format!("`segue runs archive {run}` removes")),
        "{listed}"
    );
    assert_eq!(world.worktrees(), kept);
    world.ends(0, &["runs", "archive", &run]);
    assert!(!world.ends(0, &["runs"]).out.contains("failed attempts left"));
    // By default that is offered after two weeks.
    let world = World::scripted(script);
    world.ends(1, &["run", "x.spec.md", "--yes"]);
    assert!(!world.ends(0, &["runs"]).out.contains("failed attempts left"));
}

#[test]
fn tasks_are_chosen_by_how_they_stand() {
    let world = World::scripted("tasks:\n  first:\n    - - say: nothing\n");
    world.ends(1, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let log = world.ends(0, &["runs", "logs", "--tasks", "failed"]).out;
    assert!(log.contains("first: attempt 2") && !log.contains("second:"), "{log}");
    let log = world.ends(0, &["runs", "logs", &run, "--tasks", "skipped"]).out;
    assert!(log.contains("second: skipped") && !log.contains("first: attempt"), "{log}");
    assert_eq!(world.ends(0, &["runs", "logs", "--tasks", "working"]).out, "");
    let refused = world.ends(2, &["runs", "archive", &run, "--tasks", "failed"]);
    assert!(refused.err.contains("done to whole runs"), "{refused:?}");
    world.ends(0, &["runs", "retry", "--state", "escalated", "--tasks", "failed"]);
    let log = world.waits(&run);
    assert!(log.contains("first: is tried again for") && log.contains("first: attempt 3"), "{log}");
}
