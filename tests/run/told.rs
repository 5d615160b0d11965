//! What people are told while a run goes on, and by the verbs.

use crate::whole::GOOD;
use crate::world::{PLAN, World};

#[test]
fn waiting_is_told_and_the_setup_says_nothing_about_an_agent() {
    let fails = "      - fail: { class: transient, text: overloaded }\n";
    let script = format!(
        "tasks:\n  first:\n    - - say: a\n{fails}    - - say: b\n{fails}    - - say: c\n{fails}    - - write: {{ path: first.txt, text: one }}\n"
    );
    let world = World::scripted(&script);
    let settings = world.read("segue.toml");
    world.write("segue.toml", &format!("{settings}breaker-cool-down = 1\n"));
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("actor failed several times in a row: its tasks wait for 1.0 s"), "{}", ran.out);
    world.write("segue.toml", &format!("{settings}breaker-cool-down = 3600\nsetup = \"exit 1\"\n"));
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("The setup command `exit 1` failed with status 1."), "{}", ran.out);
    assert!(!ran.out.contains("tasks wait for"), "{}", ran.out);
}

#[test]
fn titles_and_gates_of_plans_say_what_cannot_be_undone() {
    let world = World::scripted(GOOD);
    world.write("x.spec.md", &PLAN.replace("Issue 2: Second", "Issue 2: Deploy the second"));
    let plan = "## Plan: X\n\n**Status:** READY_FOR_EXECUTION\n**Complexity Tier:** SMALL\n**Confidence:** 0.95\n**Summary:** Clean.\n\n### Phases\n\n#### Phase 1 — Clean\n- **Objective:** Clean up\n- **Executor Agent:** actor\n- **Wave:** 1\n- **Dependencies:** None\n- **Files:**\n  - `first.txt` (create)\n- **Quality Gates:** `tests_pass`, `human_approved_if_required`\n";
    world.write("plans/x-plan.md", plan);
    world.commit("Words");
    let launched = world.ends(3, &["run", "x.spec.md"]);
    assert!(launched.out.contains("says “deploy”: where that cannot be undone"), "{}", launched.out);
    let launched = world.segue(&["run", "plans/x-plan.md"]);
    assert!(launched.out.contains("is marked as destructive: it asks before it begins"), "{launched:?}");
}

#[test]
fn verbs_say_what_they_mean() {
    let script = "tasks:\n  first:\n    - - ask: { question: Which?, options: [a, b] }\n      - write: { path: first.txt, text: one }\n";
    let world = World::scripted(script);
    world.ends(3, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let none = world.ends(1, &["runs", "approve", &run]);
    assert!(none.out.contains("No gate is open."), "{none:?}");
    let wrong = world.ends(1, &["runs", "answer", &run, "7"]);
    assert!(wrong.out.contains("There is no option 7: give a number from 1 to 2, or words."), "{wrong:?}");
    world.ends(0, &["runs", "answer", &run, "2"]);
    world.waits(&run);
    assert_eq!(world.state(), "complete");
    let nothing = world.ends(0, &["runs", "archive", "--state", "cancelled"]);
    assert!(nothing.err.contains("nothing stands so"), "{nothing:?}");
    let lines = world.ends(0, &["runs", "export", &run, "--format", "jsonl"]).out;
    for line in lines.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["run"], run.as_str(), "{line}");
    }
    let report = world.ends(0, &["runs", "export", &run]).out;
    assert!(report.contains("- Changed: `first.txt`, +1 −0"), "{report}");
    let diffs = world.ends(0, &["runs", "diff", &format!("{run}/first"), &format!("{run}/second")]).out;
    assert!(
        diffs.starts_with(&format!("{run}/first\n")) && diffs.contains(&format!("\n{run}/second\n")),
        "{diffs}"
    );
    world.ends(0, &["runs", "merge", "--state", "complete"]);
    assert_eq!(world.read("first.txt"), "one");
}

#[test]
fn an_agent_that_is_not_there_is_named() {
    let world = World::scripted(GOOD);
    let settings =
        "[agents.actor]\ncommand = [\"no-such-agent\", \"{prompt}\"]\n[orchestrator]\nagent = \"actor\"\n";
    world.write("segue.toml", settings);
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("`no-such-agent`: ") && ran.out.contains("install it"), "{}", ran.out);
}
