//! What lies beside a plan of spec-kit, and is settled before anybody implements.

use crate::world::World;

const TASKS: &str = "# Tasks: X\n\n## Phase 1: All\n\n- [ ] T001 Write first.txt in `first.txt`\n";
const ACTOR: &str = "tasks:\n  T001:\n    - - write: { path: first.txt, text: one }\n";

#[test]
fn what_is_not_ticked_beside_a_plan_is_a_gate_before_the_start() {
    let world = World::scripted(ACTOR);
    world.write("specs/1-x/spec.md", "# X\n");
    world.write("specs/1-x/tasks.md", TASKS);
    world.write(
        "specs/1-x/checklists/security.md",
        "# Security\n\n- [ ] CHK001 Is it asked who may?\n- [x] CHK002 Said\n",
    );
    world.write("specs/1-x/checklists/ux.md", "# UX\n\n- [x] CHK003 Shown\n");
    world.commit("A feature");
    let shown = world.ends(0, &["plan", "specs/1-x/tasks.md"]).out;
    assert!(shown.contains("before the start: Security (checklists/security.md) (1 of 2 ticked)"), "{shown}");
    assert!(!shown.contains("UX"), "{shown}");
    world.ends(3, &["run", "specs/1-x/tasks.md"]);
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("Security (checklists/security.md)"), "{log}");
    assert!(log.contains("Is it asked who may?") && !log.contains("Said"), "{log}");
    assert!(world.worktrees().is_empty(), "nothing begins: {log}");
    world.ends(0, &["runs", "approve", &run]);
    assert!(world.waits(&run).contains("T001: merged"));
}

#[test]
fn what_the_spec_beside_a_plan_leaves_open_blocks_the_launch() {
    let world = World::scripted(ACTOR);
    world.write("specs/1-x/spec.md", "# X\n\n- Keep tokens [NEEDS CLARIFICATION: how long?]\n");
    world.write("specs/1-x/tasks.md", TASKS);
    world.commit("A feature");
    let shown = world.ends(0, &["plan", "specs/1-x/tasks.md"]).out;
    assert!(shown.contains("to be clarified\n  how long? (spec.md:3)"), "{shown}");
    let refused = world.ends(2, &["run", "specs/1-x/tasks.md", "--yes"]).err;
    assert!(refused.contains("`specs/1-x/tasks.md` still asks: how long? (spec.md:3)"), "{refused}");
    world.write("specs/1-x/spec.md", "# X\n\n- Keep tokens a day\n");
    world.commit("Settle it");
    world.ends(0, &["run", "specs/1-x/tasks.md", "--yes", "--accept-unproved"]);
}
