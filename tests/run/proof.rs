//! What an agent says of its work, against what its work is.

use crate::world::{PLAN, World};

/// The first task as somebody does it who reports that all is well.
fn claims(steps: &str) -> World {
    World::scripted(&format!(
        "tasks:\n  first:\n    - {steps}\n      - report: {{ status: COMPLETE, summary: All tests pass., tests: All pass. }}\n"
    ))
}

/// Whoever says that it is done and is wrong is found out, for each reason by what shows it.
#[test]
fn the_proof_and_the_diff_decide_whatever_an_agent_reports() {
    let cases = [
        ("- say: Done.", "attempt 1 failed (fixable): ", "`test -s first.txt` failed with status 1."),
        (
            "- write: { path: first.txt, text: '' }",
            "attempt 1 failed (fixable): ",
            "`test -s first.txt` failed with status 1.",
        ),
        (
            "- write: { path: first.txt, text: one }\n      - write: { path: other.txt, text: two }",
            "attempt 1 failed (needs replan): ",
            "It changed files that are not its own: other.txt",
        ),
    ];
    for (steps, class, why) in cases {
        let world = claims(steps);
        world.ends(1, &["run", "x.spec.md", "--yes"]);
        let log = world.ends(0, &["runs", "logs", &world.run()]).out;
        assert!(log.contains(class) && log.contains(why), "{steps}: {why:?} in {log}");
        assert!(!log.contains("first: merged"), "{log}");
    }
    // A proof that holds without it shows nothing.
    let world = claims("- say: Done.");
    world.write("x.spec.md", &PLAN.replace("test -s first.txt", "test -s x.spec.md"));
    world.commit("A proof of nothing");
    world.ends(1, &["run", "x.spec.md", "--yes"]);
    let log = world.ends(0, &["runs", "logs", &world.run()]).out;
    assert!(log.contains("first: attempt 1 failed (fixable): Nothing was changed."), "{log}");
    let world = claims("- write: { path: first.txt, text: one }");
    world.ends(0, &["run", "x.spec.md", "--yes"]);
}

/// It is not tried again, it reaches no branch but the attempt's own, and nobody writes it down once more.
#[test]
fn a_secret_in_what_a_task_wrote_is_handed_to_a_person() {
    let secret = format!("ghp_{}", "k3Jq9vXw2mZt7RbY5nHd4LpC8sk3Jq9vXw2m");
    let world = World::scripted(&format!(
        "tasks:\n  first:\n    - - write: {{ path: first.txt, text: 'token = {secret}' }}\n"
    ));
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let log = world.ends(0, &["runs", "logs", &run]).out;
    let told = "first: attempt 1 failed (escalate): A secret stands in what it wrote: first.txt.";
    assert!(log.contains(told) && log.contains("first: is handed to you"), "{log}");
    assert!(!log.contains("attempt 2") && !log.contains("first: merged"), "{log}");
    assert_eq!(world.state(), "escalated");
    let report = world.ends(0, &["runs", "export", &run]).out;
    for page in [&ran.out, &ran.err, &log, &report] {
        assert!(!page.contains(&secret), "{page}");
    }
    let files = world.git(&["ls-tree", "-r", "--name-only", &format!("segue/{run}/integration")]);
    assert!(!files.contains("first.txt"), "{files}");
}
