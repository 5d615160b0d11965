//! `segue runs`, verb by verb.

use crate::whole::GOOD;
use crate::world::World;

#[test]
fn runs_are_listed_shown_and_chosen_by_how_they_stand() {
    let world = World::scripted(GOOD);
    world.ends(0, &["run", "x.spec.md", "--yes"]);
    let complete = world.run();
    world.ends(3, &["run", "x.spec.md"]);
    let waiting = world.run();
    let listed = world.ends(0, &["runs"]).out;
    assert!(listed.starts_with("RUN "), "{listed}");
    assert!(listed.contains(&format!("{complete}  complete")), "{listed}");
    assert!(listed.contains(&format!("{waiting}  needs-you")), "{listed}");
    let chosen = world.ends(0, &["runs", "list", "--state", "complete"]).out;
    assert!(chosen.contains(&complete) && !chosen.contains(&waiting), "{chosen}");
    let shown = world.ends(0, &["runs", "show", &complete[..3]]).out;
    assert!(shown.contains("first ") && shown.contains("done"), "{shown}");
    let as_data: serde_json::Value =
        serde_json::from_str(&world.ends(0, &["runs", "show", &waiting, "--format", "json"]).out).unwrap();
    assert_eq!(
        (as_data["state"].as_str(), as_data["gates"][0]["gate"].as_u64()),
        (Some("needs-you"), Some(1))
    );
    let stats = world.ends(0, &["runs", "stats"]).out;
    assert!(
        stats.contains("2 runs: 1 complete, 1 needs-you") && stats.contains("actor  2         2"),
        "{stats}"
    );
    world.ends(0, &["runs", "reject", &waiting, "--note", "not now"]);
    world.waits(&waiting);
    assert_eq!(world.state(), "rejected");
}

#[test]
fn what_was_done_is_seen_by_run_and_by_task() {
    let world = World::scripted(
        "tasks:\n  first:\n    - - say: Hello from the agent\n      - write: { path: first.txt, text: \"one\\n\" }\n",
    );
    world.ends(0, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let diff = world.ends(0, &["runs", "diff", &run, "--stat"]).out;
    assert!(diff.contains("first.txt") && diff.contains("second.txt"), "{diff}");
    let diff = world.ends(0, &["runs", "diff", &format!("{run}/first")]).out;
    assert!(diff.contains("+one") && !diff.contains("second.txt"), "{diff}");
    let log = world.ends(0, &["runs", "logs", &format!("{run}/first")]).out;
    assert!(log.contains("Hello from the agent") && !log.contains("second"), "{log}");
    let lines = world.ends(0, &["runs", "export", &run, "--format", "jsonl"]).out;
    let kinds: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(kinds[0]["event"], "run_created");
}

#[test]
fn a_run_is_cancelled_and_nothing_of_it_lives() {
    let world =
        World::scripted("tasks:\n  first:\n    - - leave: sleep 600\n      - ask: { question: Ready? }\n");
    world.segue(&["run", "x.spec.md", "--yes"]);
    let run = world.run();
    world.ends(0, &["runs", "cancel", &run]);
    world.waits(&run);
    assert_eq!(world.state(), "cancelled");
    let again = world.ends(1, &["runs", "resume", &run]);
    assert!(again.out.contains("it is over"), "{again:?}");
}

#[test]
fn of_several_questions_the_one_of_the_task_is_answered() {
    let asks = |name: &str| {
        format!(
            "  {name}:\n    - - ask: {{ question: Which?, options: [l, r] }}\n      - write: {{ path: {name}.txt, text: \"{{answer}}\" }}\n"
        )
    };
    let world = World::scripted(&format!("tasks:\n{}{}", asks("first"), asks("second")));
    world
        .write("x.spec.md", &crate::world::PLAN.replace("**Dependencies:** First", "**Dependencies:** None"));
    world.commit("At once");
    world.ends(3, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let several = world.ends(1, &["runs", "answer", &run, "2"]).out;
    assert!(
        several.contains("Several questions are open: say which by its number or its task."),
        "{several}"
    );
    world.ends(0, &["runs", "answer", &format!("{run}/second"), "2"]);
    let none = world.ends(2, &["runs", "answer", &format!("{run}/second"), "2"]).err;
    assert!(none.contains("No question of `second` is open."), "{none}");
    let none = world.ends(2, &["runs", "approve", &format!("{run}/first")]).err;
    assert!(none.contains("No gate of `first` is open."), "{none}");
    world.ends(0, &["runs", "answer", &run, "1"]);
    world.waits(&run);
    let show = |file: &str| world.git(&["show", &format!("segue/{run}/integration:{file}")]);
    assert_eq!((show("first.txt"), show("second.txt")), ("l".to_owned(), "r".to_owned()));
}

#[test]
fn archives_keep_the_work_and_discards_say_what_is_lost() {
    let world = World::scripted(GOOD);
    world.ends(0, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let branches = world.branches();
    world.ends(0, &["runs", "archive", "--state", "complete"]);
    assert!(world.worktrees().is_empty());
    assert_eq!(world.branches(), branches);
    let kept = world.ends(1, &["runs", "discard", &run]);
    assert!(kept.err.contains(&format!("segue/{run}/integration: 4 commits")), "{kept:?}");
    assert_eq!(world.branches(), branches);
    world.ends(0, &["runs", "discard", &run, "--yes"]);
    assert!(world.branches().is_empty() && world.runs().is_empty());
    // What is merged is not lost, and nobody is asked.
    world.ends(0, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    world.ends(0, &["runs", "merge"]);
    assert!(world.exists("first.txt"));
    world.ends(0, &["runs", "discard", &run]);
    assert!(world.branches().is_empty() && world.worktrees().is_empty());
}

/// However its process ends, a run is interrupted, known to be so, and can be carried on.
#[cfg(target_os = "linux")]
#[test]
fn a_runner_that_is_ended_leaves_a_run_that_goes_on() {
    use rustix::process::{Pid, Signal, kill_process};
    let world = World::scripted("tasks:\n  first:\n    - - leave: sleep 600\n      - wait: 600000\n");
    for signal in [Signal::INT, Signal::KILL] {
        let mut child = world
            .command(&["run", "x.spec.md", "--yes"])
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        world.reaches("working");
        let run = world.run();
        kill_process(Pid::from_child(&child), signal).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), (signal == Signal::INT).then_some(3));
        assert_eq!(world.state(), "interrupted");
        world.ends(0, &["runs", "resume", &run]);
        world.reaches("working");
        world.ends(0, &["runs", "cancel", &run]);
        let log = world.waits(&run);
        assert!(log.contains("Resumed by process") && log.contains("Cancelled."), "{log}");
        let marker = format!("SEGUE_RUN={run}/");
        let marked = std::fs::read_dir("/proc").unwrap().flatten().filter(|entry| {
            let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(&marker)
        });
        assert_eq!(marked.count(), 0, "nothing of it lives");
    }
}
