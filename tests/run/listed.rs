//! What the launch list says of a plan before anybody says yes, and where else it is to be seen.

use crate::whole::GOOD;
use crate::world::{PLAN, World};

const SETTINGS: &str =
    "[agents.actor]\nrehearsal = \"actor.yaml\"\n[orchestrator]\nagent = \"actor\"\nbackoff-first = 0\n";

fn world(plan: &str, text: &str, script: &str) -> World {
    World::new(&[(plan, text), ("actor.yaml", script), ("segue.toml", SETTINGS)])
}

fn phases(status: &str) -> String {
    format!(
        "# Plan: X\n\n**Status:** {status}\n**Complexity Tier:** TRIVIAL\n\n#### Phase 1 — First\n- **Objective:** Write\n- **Wave:** 1\n- **Files:** `first.txt`\n- **Validation:** `test -s first.txt`\n"
    )
}

#[test]
fn a_plan_that_its_author_does_not_answer_for_needs_a_person() {
    let script = "tasks:\n  '1':\n    - - write: { path: first.txt, text: one }\n";
    for (status, means) in [
        ("ABSTAIN", "Its status is ABSTAIN: its author does not answer for it."),
        ("REPLAN_REQUIRED", "Its status is REPLAN_REQUIRED: it has to be planned again."),
    ] {
        let world = world("plans/x-plan.md", &phases(status), script);
        let asked = world.ends(3, &["run", "plans/x-plan.md", "--yes"]).out;
        assert_eq!(asked.matches(means).count(), 3, "in the list, in the log and at the gate: {asked}");
        assert!(asked.contains("its author is not sure of it"), "{asked}");
        let run = world.run();
        world.ends(0, &["runs", "approve", &run]);
        assert!(world.waits(&run).contains("1: merged"));
    }
    let unsure = format!("{}\n", phases("READY_FOR_EXECUTION\n**Confidence:** 0.4"));
    let world = world("plans/x-plan.md", &unsure, script);
    let told = world.ends(0, &["run", "plans/x-plan.md", "--yes"]).out;
    assert!(told.contains("Its author is sure of it by 0.4.") && told.contains("Complete."), "{told}");
}

/// Whether or not somebody reviews the plan.
#[test]
fn tasks_that_are_put_in_sequence_are_told() {
    let same = PLAN
        .replace("**Dependencies:** First", "**Dependencies:** None")
        .replace("`second.txt`", "`first.txt`");
    let world = world("x.spec.md", &same, GOOD);
    let told = "`first.txt` is written by `first` and `second` in the same wave (1): they will be run one after another.";
    let list = world.ends(3, &["run", "x.spec.md"]).out;
    assert!(list.contains("TRIVIAL") && list.contains(told), "{list}");
    let alone = world.ends(3, &["run", "x.spec.md", "--only", "first"]).out;
    assert!(!alone.contains("one after another"), "{alone}");
    world.write("PlanAuditor.agent.md", "---\nname: PlanAuditor\n---\n\nYou look.\n");
    world.write("x.spec.md", &format!("{same}**Tier:** SMALL\n"));
    world.commit("A reviewer");
    assert!(world.ends(3, &["run", "x.spec.md"]).out.contains(told));
}

#[test]
fn patterns_are_what_they_match() {
    let plan = PLAN
        .replace("**Dependencies:** First", "**Dependencies:** None")
        .replace("**Files:** `first.txt`", "**Files:** `lib/*.txt`, `bin/tool`, `a b.txt`")
        .replace("**Files:** `second.txt`", "**Files:** `lib/{second,third}.txt`")
        .replace("test -s first.txt", "test -s lib/first.txt -a -s bin/tool -a -s 'a b.txt'")
        .replace("test -s second.txt", "test -s lib/second.txt");
    let script = "tasks:\n  first:\n    - - write: { path: lib/first.txt, text: one }\n      - write: { path: bin/tool, text: one }\n      - write: { path: a b.txt, text: one }\n  second:\n    - - write: { path: lib/second.txt, text: two }\n";
    let world = world("x.spec.md", &plan, script);
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]).out;
    assert!(ran.contains("writes a b.txt, bin/tool, lib/*.txt"), "{ran}");
    assert!(ran.contains("Files of `lib/*.txt` are written by `first` and `second`"), "{ran}");
    assert!(!ran.contains("not its own") && ran.contains("Complete."), "{ran}");
}

#[test]
fn a_file_outside_of_the_repository_is_refused() {
    let world = world("x.spec.md", &PLAN.replace("`second.txt`\n", "`../outside.txt`\n"), GOOD);
    let said = "`../outside.txt` lies outside of the repository: no task can write it.";
    let refused = world.ends(2, &["run", "x.spec.md", "--yes"]).err;
    assert!(refused.contains(&format!("`x.spec.md` cannot be run: {said}")), "{refused}");
    let planned = world.ends(1, &["plan", "x.spec.md"]).out;
    assert!(planned.contains("error[plan/outside-file]") && planned.contains(said), "{planned}");
}

/// Whoever is asked elsewhere has it before them.
#[test]
fn the_list_is_shown_while_it_is_asked_about_and_kept() {
    let world = World::scripted(GOOD);
    let launched = world.ends(3, &["run", "x.spec.md"]).out;
    let run = world.run();
    let command = "proof: test -s first.txt";
    assert!(launched.contains(command));
    assert!(world.ends(0, &["runs", "show", &run]).out.contains(command));
    let shown = |run: &str| -> serde_json::Value {
        serde_json::from_str(&world.ends(0, &["runs", "show", run, "--format", "json"]).out).unwrap()
    };
    assert!(shown(&run)["list"].as_str().unwrap().contains(command));
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    assert!(!world.ends(0, &["runs", "show", &run]).out.contains(command), "it was agreed to");
    assert!(shown(&run)["list"].is_null());
    let report = world.ends(0, &["runs", "export", &run]).out;
    assert!(report.contains("## Launch list\n") && report.contains(command), "{report}");
    let lines = world.ends(0, &["runs", "export", &run, "--format", "jsonl"]).out;
    let last: serde_json::Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!((last["type"].as_str(), last["run"].as_str()), (Some("launch_list"), Some(run.as_str())));
    assert!(last["text"].as_str().unwrap().contains(command));
}

#[test]
fn files_that_are_not_committed_are_named_the_plan_first() {
    let world = World::scripted(GOOD);
    world.write("x.spec.md", &PLAN.replace("The second.", "Another."));
    world.write("notes.md", "later");
    let list = world.ends(3, &["run", "x.spec.md"]).out;
    assert!(
        list.contains("\n`x.spec.md` itself is changed and not committed: it is run as it stands in "),
        "{list}"
    );
    assert!(list.contains("  `x.spec.md`, `notes.md` are not committed:"), "{list}");
}

#[test]
fn what_a_chosen_task_waits_for_is_told() {
    let world = World::scripted(GOOD);
    let list = world.ends(3, &["run", "x.spec.md", "--only", "second"]).out;
    assert!(list.contains("1 task in 1 wave,") && !list.contains("Wave 1\n"), "{list}");
    assert!(list.contains("waits for first, which is not done and not part of this run"), "{list}");
    assert!(list.contains("some of its tasks wait for what is left out"), "{list}");
    let shown = world.ends(0, &["runs", "show"]).out;
    assert!(shown.contains("1 task in 1 wave."), "{shown}");
    let first = world.ends(3, &["run", "x.spec.md", "--only", "first", "second"]).out;
    assert!(!first.contains("not part of this run"), "{first}");
}

#[test]
fn more_at_the_same_time_than_may_be_is_said() {
    let world = World::scripted(GOOD);
    let list = world.ends(3, &["run", "x.spec.md", "--jobs", "50"]).out;
    let cut =
        "at most 10 at the same time (50 were asked for: `jobs-asked-at-most` in segue.toml allows no more)";
    assert!(list.contains(cut), "{list}");
    assert!(!world.ends(3, &["run", "x.spec.md", "--jobs", "10"]).out.contains("were asked for"));
}

#[test]
fn files_that_are_no_plans() {
    let world = World::new(&[
        ("x.plan.json", "{\"phases\": [{\"phase_id\": 1, \"title\": \"One\",}\n"),
        ("a.instructions.md", "---\napplyTo: '**'\n---\n\nBe kind.\n"),
        ("segue.toml", SETTINGS),
        ("actor.yaml", GOOD),
    ]);
    let refused = world.ends(2, &["run", "x.plan.json"]).err;
    assert!(
        refused.contains("`x.plan.json` is no JSON in the commit") && refused.contains("line "),
        "{refused}"
    );
    let refused = world.ends(2, &["run", "a.instructions.md"]).err;
    assert!(
        refused.contains("`a.instructions.md` is no plan but an instructions file. A plan is"),
        "{refused}"
    );
    let planned = world.ends(0, &["plan", "a.instructions.md"]).err;
    assert!(planned.contains("is no plan but an instructions file"), "{planned}");
}

#[test]
fn what_a_session_used_stands_beside_its_task() {
    let script = "tasks:\n  first:\n    - - usage: { input: 1200, output: 34, micros: 250000 }\n      - write: { path: first.txt, text: one }\n  second:\n    - - write: { path: second.txt, text: two }\n";
    let world = World::scripted(script);
    world.ends(0, &["run", "x.spec.md", "--yes"]);
    let shown = world.ends(0, &["runs", "show"]).out;
    let row = shown.lines().find(|line| line.starts_with("first ")).unwrap();
    assert!(shown.contains("TOKENS  COST") && row.ends_with("  1234    0.25"), "{shown}");
    let shown: serde_json::Value =
        serde_json::from_str(&world.ends(0, &["runs", "show", "--format", "json"]).out).unwrap();
    let first = &shown["tasks"][0];
    assert_eq!((first["tokens"].as_u64(), first["micros"].as_u64()), (Some(1234), Some(250_000)));
    assert_eq!(shown["tasks"][1]["tokens"], 0);
    assert_eq!(shown["tokens"], 1234);
    let quiet = World::scripted(GOOD);
    quiet.ends(0, &["run", "x.spec.md", "--yes"]);
    assert!(!quiet.ends(0, &["runs", "show"]).out.contains("TOKENS"));
}
