//! Gates that open now and then: what the plan wants cleared up before the start, and a whole that does
//! not hold.

use crate::whole::GOOD;
use crate::world::{PLAN, World};

fn world(from: &str, to: &str) -> World {
    let world = World::scripted(GOOD);
    world.write("x.spec.md", &PLAN.replace(from, to));
    world.commit("Another plan");
    world
}

const CHECKLIST: &str = "## Handoff Checklist\n\n- [x] The scope is agreed\n- [ ] The keys are there\n\n";

#[test]
fn an_unchecked_handoff_checklist_is_a_gate_before_the_start() {
    let unticked = world("## Component", &format!("{CHECKLIST}## Component"));
    unticked.ends(3, &["run", "x.spec.md"]);
    let run = unticked.run();
    unticked.ends(0, &["runs", "approve", &run]);
    let log = unticked.waits(&run);
    assert!(log.contains("before the start: Handoff Checklist is not yet ticked in the plan."), "{log}");
    assert!(log.contains("[ ] The keys are there") && !log.contains("The scope is agreed"), "{log}");
    assert!(!log.contains("first: attempt") && unticked.worktrees().is_empty(), "nothing begins: {log}");
    unticked.ends(0, &["runs", "approve", &run]);
    assert!(unticked.waits(&run).contains("first: merged"));
    // Said no, nothing is done.
    unticked.ends(3, &["run", "x.spec.md"]);
    let run = unticked.run();
    unticked.ends(0, &["runs", "reject", &run]);
    assert!(!unticked.waits(&run).contains("first: attempt"));
    assert_eq!(unticked.state(), "rejected");
    // What is ticked is not asked about.
    let ticked = world("## Component", &format!("{}## Component", CHECKLIST.replace("[ ]", "[x]")));
    let ran = ticked.ends(0, &["run", "x.spec.md", "--yes"]).out;
    assert!(!ran.contains("before the start"), "{ran}");
}

/// What proves the first task holds where it was done, and nowhere else: no task brought that.
#[test]
fn a_whole_that_fails_without_a_culprit_is_a_persons_decision() {
    let world =
        world("`test -s first.txt`", "`test -s first.txt && git branch --show-current | grep -q /task/`");
    world.ends(3, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let log = world.waits(&run);
    let asked = "integration of wave 1: The integration branch fails after wave 1, and no task of it alone brought that: `test -s first.txt";
    assert!(log.contains("Wave 1 as a whole fails") && log.contains(asked), "`--yes` is no answer: {log}");
    assert!(!log.contains("was taken out") && !log.contains("second: attempt"), "{log}");
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("second: merged"), "{log}");
    // Said no, what was done is kept.
    world.ends(3, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    world.ends(0, &["runs", "reject", &run]);
    let log = world.waits(&run);
    assert!(!log.contains("second: attempt"), "{log}");
    assert_eq!(world.state(), "rejected");
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "one");
}
