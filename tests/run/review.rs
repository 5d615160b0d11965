//! The look at a plan before anything runs: by agents of the workspace, else by the static checks.

use crate::world::{Ran, World};

/// Two tasks that write four files: a small plan, which an auditor shall see.
const PLAN: &str = "# Feature: X\n\n## Component Breakdown\n\n\
    ### Issue 1: First (`first`)\n\n**Scope:** The first.\n**Dependencies:** None\n**Files:** `first.txt`, `one.txt`\n**Validation:** `test -s first.txt`\n\n\
    ### Issue 2: Second (`second`)\n\n**Scope:** The second.\n**Dependencies:** First\n**Files:** `second.txt`, `two.txt`\n**Validation:** `test -s second.txt`\n";
const SETTINGS: &str =
    "[agents.actor]\nrehearsal = \"actor.yaml\"\n[orchestrator]\nagent = \"actor\"\nbackoff-first = 0\n";
const AUDITOR: (&str, &str) = (
    ".github/agents/PlanAuditor-subagent.agent.md",
    "---\nname: PlanAuditor-subagent\n---\n\nYou judge plans.\n",
);
const PLANNER: (&str, &str) = (".github/agents/Planner.agent.md", "---\nname: Planner\n---\n\nYou plan.\n");
const WORK: &str = "  first:\n    - - write: { path: first.txt, text: one }\n  second:\n    - - write: { path: second.txt, text: two }\n";

/// A workspace with these agent files whose sessions are played by a script.
fn world(files: &[(&str, &str)], script: &str) -> World {
    let script = format!("tasks:\n{WORK}{script}");
    let mut all = vec![("x.spec.md", PLAN), ("segue.toml", SETTINGS), ("actor.yaml", script.as_str())];
    all.extend(files);
    World::new(&all)
}

/// Launches the plan and says yes to the list; the run, and what was printed at the launch.
fn launched(world: &World) -> (String, Ran) {
    let launched = world.ends(3, &["run", "x.spec.md"]);
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    (run, launched)
}

#[test]
fn an_auditor_who_approves_lets_the_plan_run() {
    let world = world(&[AUDITOR], "  plan-auditor:\n    - - say: 'Verdict: APPROVED'\n");
    let (run, list) = launched(&world);
    assert!(list.out.contains("plan-auditor by PlanAuditor-subagent, at most 2 times"), "{list:?}");
    assert!(list.out.contains("It is reviewed first by plan-auditor (PlanAuditor-subagent)."), "{list:?}");
    let log = world.waits(&run);
    let looked = log.find("plan-auditor: APPROVED").expect(&log);
    assert!(looked < log.find("first: attempt 1").expect(&log), "{log}");
    let prompt = world.state_file(&format!("{run}/plan-auditor.prompt.md"));
    assert!(prompt.contains("You judge plans.") && prompt.contains("`x.spec.md`"), "{prompt}");
}

#[test]
fn a_plan_that_needs_revision_goes_to_the_planner_and_to_the_gate_again() {
    let revised = PLAN.replace("test -s second.txt", "grep -q two second.txt");
    let script = format!(
        "  plan-auditor:\n    - - say: \"Verdict: NEEDS_REVISION\\nThe second proof proves nothing.\"\n    - - say: 'Verdict: APPROVED'\n  planner:\n    - - write: {{ path: x.spec.md, text: {} }}\n      - write: {{ path: stray.txt, text: not asked for }}\n",
        serde_json::to_string(&revised).unwrap()
    );
    let world = world(&[AUDITOR, PLANNER], &script);
    let (run, list) = launched(&world);
    assert!(list.out.contains("a plan that does not hold is revised by Planner"), "{list:?}");
    let log = world.waits(&run);
    assert!(log.contains("The plan is to be revised: The second proof proves nothing."), "{log}");
    assert!(log.contains("revised plan") && !log.contains("first: attempt"), "{log}");
    assert_eq!(world.state(), "needs-you");
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("plan-auditor: APPROVED"), "{log}");
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert_eq!(world.state(), "complete", "{log}");
    let integration = format!("segue/{run}/integration");
    assert!(world.git(&["show", &format!("{integration}:x.spec.md")]).contains("grep -q two second.txt"));
    assert!(!world.git(&["ls-tree", "-r", "--name-only", &integration]).contains("stray.txt"));
    assert_eq!(world.read("x.spec.md"), PLAN, "the user's file is theirs");
}

#[test]
fn without_a_planner_a_person_decides_about_a_revision() {
    let script = "  plan-auditor:\n    - - say: \"Verdict: NEEDS_REVISION\\nIt is too large.\"\n";
    let world = world(&[AUDITOR], script);
    let (run, _) = launched(&world);
    let log = world.waits(&run);
    assert!(log.contains("The plan-auditor says NEEDS_REVISION: It is too large."), "{log}");
    world.ends(0, &["runs", "approve", &run]);
    assert!(world.waits(&run).contains("first: attempt 1"));
}

/// What a planner leaves as it is was not revised, and goes to the person instead of round and round.
#[test]
fn a_planner_who_changes_nothing_is_told_of() {
    let script = "  plan-auditor:\n    - - say: \"Verdict: NEEDS_REVISION\\nNo.\"\n  planner:\n    - - say: It is fine.\n";
    let world = world(&[AUDITOR, PLANNER], script);
    let (run, _) = launched(&world);
    let log = world.waits(&run);
    assert!(log.contains("The plan could not be revised: The planner left the plan as it is."), "{log}");
    assert!(log.contains("The plan-auditor says NEEDS_REVISION: No."), "{log}");
    assert_eq!(world.state(), "needs-you");
}

#[test]
fn a_rejected_plan_is_a_persons_decision() {
    let world = world(&[AUDITOR], "  plan-auditor:\n    - - say: \"Verdict: REJECTED\\nNobody wants it.\"\n");
    let (run, _) = launched(&world);
    let log = world.waits(&run);
    assert!(log.contains("The plan-auditor says REJECTED: Nobody wants it."), "{log}");
    world.ends(0, &["runs", "reject", &run]);
    let log = world.waits(&run);
    assert!(!log.contains("first: attempt"), "{log}");
    assert_eq!(world.state(), "rejected");
}

#[test]
fn who_abstains_is_asked_once_more_and_then_a_person() {
    let world = world(
        &[AUDITOR],
        "  plan-auditor:\n    - - say: 'I cannot tell.'\n    - - say: 'Verdict: ABSTAIN'\n",
    );
    let (run, _) = launched(&world);
    let log = world.waits(&run);
    assert_eq!(log.matches("plan-auditor: ABSTAIN").count(), 2, "{log}");
    assert!(log.contains("The plan-auditor says ABSTAIN"), "{log}");
    world.ends(0, &["runs", "reject", &run]);
    world.waits(&run);
    assert_eq!(world.state(), "abstained");
}

#[test]
fn where_no_agent_looks_the_static_checks_do_and_say_what_they_found() {
    let world = world(&[], "");
    let plan = PLAN
        .replace("**Dependencies:** First", "**Dependencies:** None")
        .replace("`two.txt`", "`one.txt`, `two.txt`");
    world.write("x.spec.md", &plan);
    world.commit("Both write one.txt");
    let list = world.ends(3, &["run", "x.spec.md"]).out;
    assert!(
        list.contains("plan-auditor: no agent of that name, so the static checks are the review; they found"),
        "{list}"
    );
    assert!(list.contains("plan/file-conflict: `one.txt` is written by"), "{list}");
    assert!(list.contains("No agent reviews the plan: its static checks are the review."), "{list}");
}

#[test]
fn parts_are_given_by_the_settings() {
    let world = world(&[("strict.agent.md", "---\nname: Strict\n---\n\nBe strict.\n")], "");
    let with = |rows: &str| world.write("segue.toml", &format!("{SETTINGS}{rows}"));
    with("[review]\nplan-auditor = \"Nobody\"\n");
    let refused = world.ends(2, &["run", "x.spec.md"]).err;
    assert!(refused.contains("gives the part `plan-auditor` to `Nobody`"), "{refused}");
    with("[review]\nauditor = \"Strict\"\n");
    let refused = world.ends(2, &["run", "x.spec.md"]).err;
    assert!(refused.contains("knows no part `auditor`; it knows plan-auditor,"), "{refused}");
    with(
        "[review]\nplan-auditor = \"Strict\"\nreviewer = \"judge\"\n[agents.judge]\ncommand = [\"sh\", \"-c\", \"echo 'Verdict: NEEDS_REVISION'; echo Too short.\"]\n",
    );
    let list = world.ends(3, &["run", "x.spec.md"]).out;
    assert!(list.contains("plan-auditor by Strict") && list.contains("each task by judge"), "{list}");
    assert!(list.contains("judge: sh -c"), "what is started is on the list: {list}");
    // Without a script the rehearsal approves; the judge of the settings does not.
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(
        log.contains("plan-auditor: APPROVED") && log.contains("first: reviewed: NEEDS_REVISION Too short."),
        "{log}"
    );
    // Who rehearses starts nobody.
    let list = world.ends(3, &["run", "x.spec.md", "--agent", "rehearsal"]).out;
    assert!(!list.contains("judge: sh"), "{list}");
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("first: reviewed: APPROVED"), "{log}");
}
