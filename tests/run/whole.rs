//! Whole runs: from the launch to the user's branch.

use crate::world::World;

/// A script of two tasks that do their work.
pub const GOOD: &str = "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n  second:\n    - - write: { path: second.txt, text: two }\n";

#[test]
fn the_sample_comes_through_gates_a_question_and_every_fault() {
    let world = World::sample();
    let before = world.checkout();
    let launched = world.ends(3, &["run", "specs/sign-in.spec.md"]);
    let run = world.run();
    for part in [
        "5 tasks in 2 waves, at most 4 at the same time",
        "Wave 2",
        "proof: sh check.sh",
        "Proposed: with gates, because this list was not run before.",
        &format!("segue runs approve {run} --gate 1"),
    ] {
        assert!(launched.out.contains(part), "{part} in {}", launched.out);
    }
    assert!(world.worktrees().is_empty(), "nothing begins before the yes");
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("tokens: attempt 1 failed (transient): rate limit"), "{log}");
    assert!(
        log.contains("question 1: Which function hashes passwords?\n  1. argon2id (recommended)"),
        "{log}"
    );
    assert_eq!(world.state(), "needs-you");
    world.ends(0, &["runs", "answer", &run, "2"]);
    let log = world.waits(&run);
    assert!(log.contains("sessions: cannot be merged") && log.contains("Wave 1 as a whole holds."), "{log}");
    assert!(log.contains("after wave 1: 3 of 3 tasks are done"), "{log}");
    world.ends(0, &["runs", "approve", &run, "--note", "Mind the ports"]);
    let log = world.waits(&run);
    assert!(log.contains("Wave 2 as a whole fails: `sh check.sh`"), "{log}");
    assert!(log.contains("service: was taken out again") && log.contains("service: attempt 2"), "{log}");
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    assert_eq!(world.state(), "complete");
    assert_eq!(world.checkout(), before, "the checkout is as it was");
    // Who answers now is late.
    let late = world.ends(1, &["runs", "approve", &run, "--gate", "1"]);
    assert!(late.out.contains("Too late: Ada (terminal) answered"), "{late:?}");
    let merged = world.ends(0, &["runs", "merge", &run]);
    assert!(merged.out.starts_with("Merged into main: "), "{merged:?}");
    assert_eq!(world.read("CHANGES.md"), "# Changes\n\n- Tokens\n- Sessions\n");
    assert_eq!(
        (world.read("auth/passwords.txt"), world.read("web/service.port")),
        ("hash: bcrypt\n".into(), "8081\n".into())
    );
    assert_eq!(world.git(&["log", "-1", "--format=%an|%s"]), format!("Ada|Merge Sign in ({run})"));
    let report = world.ends(0, &["runs", "export", &run]).out;
    assert!(report.contains("| `service` Sign-in service | 2 | done | 2 |"), "{report}");
    assert!(report.contains("approved: Mind the ports"), "{report}");
}

#[test]
fn yes_answers_every_gate() {
    let world = World::scripted(GOOD);
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]);
    assert!(
        ran.out.contains("Gate 1 approved by --yes (option)") && ran.out.contains("Complete."),
        "{}",
        ran.out
    );
    assert!(ran.err.contains("segue runs merge"), "{}", ran.err);
    let run = world.run();
    let text = world.git(&["show", &format!("segue/{run}/integration:second.txt")]);
    assert_eq!(text, "two");
}

/// The person's yes to a list is known the next time, and a changed list is another one.
#[test]
fn the_yes_to_a_list_is_kept() {
    let world = World::scripted(GOOD);
    world.ends(3, &["run", "x.spec.md"]);
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    let again = world.segue(&["run", "x.spec.md"]).out;
    assert!(again.contains("Proposed: --yes, because Ada (terminal) said yes to this very list"), "{again}");
    // What is not committed is no part of a run.
    world.write("mine.txt", "mine");
    let again = world.segue(&["run", "x.spec.md"]).out;
    assert!(
        again.contains("`mine.txt` is not committed") && again.contains("said yes to this very list"),
        "{again}"
    );
    world.write("x.spec.md", &crate::world::PLAN.replace("test -s second.txt", "test -e second.txt"));
    // Nobody runs another plan than the one before their eyes unasked.
    let changed = world.ends(3, &["run", "x.spec.md"]).out;
    assert!(
        changed.contains("it is run as it stands in") && changed.contains("was not run before"),
        "{changed}"
    );
    world.commit("Another proof");
    let other = world.segue(&["run", "x.spec.md"]).out;
    assert!(other.contains("this list was not run before"), "{other}");
}

#[test]
fn a_task_that_cannot_be_done_ends_the_run_with_1_and_is_tried_again_on_demand() {
    let world = World::scripted("tasks:\n  first:\n    - - say: nothing\n");
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("first: is handed to you"), "{}", ran.out);
    assert!(ran.out.contains("second: skipped, because first is not done"), "{}", ran.out);
    let run = world.run();
    assert_eq!(world.state(), "escalated");
    // The agent can do it by now.
    world.write("actor.yaml", GOOD);
    world.ends(0, &["runs", "retry", &run, "--note", "Write the file"]);
    let log = world.waits(&run);
    assert!(log.contains("first: is tried again for Ada (terminal)"), "{log}");
    assert!(log.contains("first: merged"), "{log}");
}

/// The user edits, commits and switches branches while agents work: neither disturbs the other.
#[test]
fn the_user_goes_on_working_in_the_checkout() {
    let script = "tasks:\n  first:\n    - - ask: { question: Ready?, options: [yes, no] }\n      - write: { path: first.txt, text: one }\n";
    let world = World::scripted(script);
    world.segue(&["run", "x.spec.md", "--yes"]);
    let run = world.run();
    assert_eq!(world.state(), "needs-you");
    world.write("first.txt", "the user's own");
    world.commit("The user's");
    world.git(&["switch", "--quiet", "--create", "side"]);
    world.write("x.spec.md", "# Nothing\n");
    world.write("new.txt", "not committed");
    let mine = world.checkout();
    world.ends(0, &["runs", "answer", &run, "yes"]);
    let log = world.waits(&run);
    assert!(log.contains("Complete."), "{log}");
    assert_eq!(world.checkout(), mine);
    let other = world.ends(2, &["runs", "merge", &run, "--into", "main"]);
    assert!(other.err.contains("`side` is checked out here"), "{other:?}");
    let both = world.ends(2, &["runs", "merge", &run]);
    assert!(both.err.contains("changed the same lines of first.txt"), "{both:?}");
    assert_eq!(world.checkout(), mine);
}

#[test]
fn two_runs_and_two_terminals_at_once() {
    let script =
        "pace: 5\ntasks:\n  first:\n    - - write: { path: first.txt, text: one }\n      - wait: 200\n";
    let world = World::scripted(script);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| world.ends(0, &["run", "x.spec.md", "--yes"]));
        }
    });
    let runs = world.runs();
    assert_eq!(runs.len(), 2);
    assert!(runs.iter().all(|run| run["state"] == "complete"), "{runs:?}");
}

/// A prompt is a plan of one task; its inputs are asked for.
#[test]
fn a_prompt_with_an_input() {
    let world = World::new(&[(
        "add.prompt.md",
        "---\ndescription: Add a file\nagent: agent\n---\n\nAdd `${input:file}`.\n",
    )]);
    let missing = world.ends(2, &["run", "add.prompt.md", "--agent", "rehearsal"]);
    assert!(missing.err.contains("--input file=…"), "{missing:?}");
    let given = [
        "run",
        "add.prompt.md",
        "--agent",
        "rehearsal",
        "--input",
        "file=a.txt",
        "--yes",
        "--accept-unproved",
    ];
    world.ends(0, &given);
    let run = world.run();
    let told = world.ends(0, &["runs", "export", &run]).out;
    assert!(told.contains("done, unproved"), "{told}");
}
