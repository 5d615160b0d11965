//! The numbers of the policy and the smaller promises of a run, each as somebody sees it.

use crate::world::{PLAN, World};

const SECOND: &str = "  second:\n    - - write: { path: second.txt, text: two }\n";

/// A first task by these attempts, and settings beside the usual ones.
fn world(attempts: &str, settings: &str) -> World {
    let world = World::scripted(&format!("tasks:\n  first:\n{attempts}{SECOND}"));
    let usual = world.read("segue.toml");
    world.write("segue.toml", &format!("{usual}{settings}\n"));
    world.commit("Settings");
    world
}

#[test]
fn a_wave_that_meets_two_transient_failures_goes_on_with_half_as_many() {
    let fail = "    - - fail: { class: transient, text: busy }\n";
    let good = "    - - write: { path: first.txt, text: one }\n";
    let world = world(&format!("{fail}{fail}{good}"), "");
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]).out;
    let (before, after) = ran.split_once("Wave 1 goes on with 2 at the same time.").unwrap();
    assert!(before.contains("first: attempt 2 failed (transient)"), "{ran}");
    assert!(after.contains("first: merged") && !after.contains("goes on with"), "{ran}");
}

#[test]
fn the_same_class_three_times_in_a_row_hands_the_task_over() {
    let bad = "    - - write: { path: first.txt, text: '' }\n";
    let world = world(&bad.repeat(5), "fixable-retries = 9\n");
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]).out;
    assert!(
        ran.contains("first: is handed to you: ") && ran.contains("It failed 3 times in a row as fixable."),
        "{ran}"
    );
    assert!(!ran.contains("first: attempt 4"), "{ran}");
}

#[test]
fn a_question_that_nobody_answers_in_time_hands_the_task_over() {
    let world =
        world("    - - ask: { question: Which one?, options: [left, right] }\n", "question-time = 1\n");
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]).out;
    assert!(ran.contains("first: is handed to you: Nobody answered its question."), "{ran}");
}

#[test]
fn an_agent_that_reached_its_limit_is_told_so_in_its_next_attempt() {
    for limit in ["max_tokens", "max_requests"] {
        let world = world(
            &format!(
                "    - - append: {{ path: first.txt, text: half }}\n      - stop: {limit}\n    - - write: {{ path: first.txt, text: one }}\n"
            ),
            "",
        );
        let ran = world.ends(0, &["run", "x.spec.md", "--yes"]).out;
        assert!(ran.contains("first: attempt 1 failed (fixable): The agent reached its limit"), "{ran}");
        let card = world.state_file("first-2-1.prompt.md");
        assert!(card.contains("## What went wrong before\n\nThe agent reached its limit"), "{card}");
    }
}

#[test]
fn what_is_said_at_a_gate_stands_in_the_next_cards() {
    let world = world("    - - write: { path: first.txt, text: one }\n", "");
    world.ends(3, &["run", "x.spec.md"]);
    let run = world.run();
    world.ends(0, &["runs", "approve", &run, "--note", "Keep it short."]);
    world.waits(&run);
    let card = world.state_file("first-1-1.prompt.md");
    assert!(card.contains("## Said by the people in charge\n\n- Keep it short.\n"), "{card}");
}

#[test]
fn what_tasks_without_files_changed_is_listed_at_the_gate() {
    let world = world(
        "    - - write: { path: odd.txt, text: one }\n      - write: { path: first.txt, text: one }\n",
        "",
    );
    world.write("x.spec.md", &PLAN.replacen("**Files:** `first.txt`\n", "", 1));
    world.commit("Without files");
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]).out;
    assert!(ran.contains("Changed by tasks that name no files: first.txt, odd.txt."), "{ran}");
}

/// Surroundings that are not healthy are nobody's failure: it is looked again, and then a person decides.
#[test]
fn a_health_command_that_fails_is_tried_again_and_then_asks() {
    let healthy = tempfile::tempdir().unwrap();
    let counted = healthy.path().join("count");
    let command = |after: u32| format!("echo x >> {0}; test $(wc -l < {0}) -gt {after}", counted.display());
    let with = |after: u32| {
        PLAN.replacen("## Component", &format!("**Health:** `{}`\n\n## Component", command(after)), 1)
    };
    let world = world(
        "    - - write: { path: first.txt, text: one }\n",
        "integration-retries = 2\nbackoff-most = 0\n",
    );
    world.write("x.spec.md", &with(2));
    world.commit("Healthy at last");
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]).out;
    assert!(ran.contains("Complete."), "{ran}");
    std::fs::remove_file(&counted).unwrap();
    world.write("x.spec.md", &with(1000));
    world.commit("Never healthy");
    let ran = world.ends(3, &["run", "x.spec.md", "--yes"]).out;
    assert!(ran.contains("The surroundings are not healthy, so wave 1 is not proved."), "{ran}");
    assert!(!ran.contains("first: attempt 2"), "{ran}");
    let run = world.run();
    assert_eq!(std::fs::read_to_string(&counted).unwrap().lines().count(), 3);
    world.ends(0, &["runs", "approve", &run]);
    assert!(world.waits(&run).contains("second: merged"));
}

/// Nothing is promised that is not there.
#[test]
fn a_run_that_brought_nothing_says_so_when_it_is_merged() {
    let world = world("    - - fail: { class: escalate, text: no }\n", "");
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    assert!(!ran.err.contains("segue runs merge"), "{}", ran.err);
    let run = world.run();
    let refused = world.ends(2, &["runs", "merge", &run]);
    assert!(refused.err.contains("brought nothing that could be merged"), "{refused:?}");
}
