//! What users and agents do to the branches, folders and processes of a run: nothing that was done is lost, and what
//! is broken concerns one task.

use crate::whole::GOOD;
use crate::world::{PLAN, World};

/// The plan with both tasks beside each other.
fn side_by_side(script: &str) -> World {
    let world = World::scripted(script);
    world.write("x.spec.md", &PLAN.replace("**Dependencies:** First", "**Dependencies:** None"));
    world.commit("Side by side");
    world
}

/// A run that waits between its waves; its integration branch.
fn between_waves(world: &World) -> (String, String) {
    world.ends(3, &["run", "x.spec.md"]);
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("first: merged") && !log.contains("second: attempt"), "{log}");
    let branch = format!("segue/{run}/integration");
    (run, branch)
}

/// Approves whatever is asked, until it is complete.
fn approved_to_the_end(world: &World, run: &str) {
    while world.state() != "complete" {
        world.ends(0, &["runs", "approve", run]);
        world.waits(run);
    }
}

#[test]
fn an_integration_branch_that_was_deleted_comes_back_with_all_that_was_merged() {
    let world = World::scripted(GOOD);
    let (run, branch) = between_waves(&world);
    world.git(&["branch", "--quiet", "-D", &branch]);
    approved_to_the_end(&world, &run);
    world.git(&["branch", "--quiet", "-D", &branch]);
    world.ends(0, &["runs", "merge", &run]);
    assert_eq!((world.read("first.txt"), world.read("second.txt")), ("one".to_owned(), "two".to_owned()));
    assert_eq!(world.read("x.spec.md").matches("first.txt").count(), PLAN.matches("first.txt").count());
}

#[test]
fn an_integration_branch_that_was_moved_back_stops_the_run_until_it_is_put_back() {
    let world = World::scripted(GOOD);
    let (run, branch) = between_waves(&world);
    let tip = world.git(&["rev-parse", &branch]);
    world.git(&["branch", "--quiet", "--force", &branch, "main"]);
    world.ends(2, &["runs", "approve", &run]);
    let shown = world.ends(0, &["runs", "show", &run]).out;
    let advice = format!("git branch --force {branch} {tip}");
    assert!(shown.contains(&advice), "{shown}");
    world.git(&["branch", "--quiet", "--force", &branch, &tip]);
    world.ends(0, &["runs", "resume", &run]);
    world.waits(&run);
    approved_to_the_end(&world, &run);
    assert_eq!(world.git(&["show", &format!("{branch}:first.txt")]), "one");
}

/// When the run is over its branch is the user's: squashed by hand, it is merged as it is.
#[test]
fn an_integration_branch_that_somebody_squashed_is_merged_as_it_is() {
    let world = World::scripted(GOOD);
    world.ends(0, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let branch = format!("segue/{run}/integration");
    let squashed =
        world.git(&["commit-tree", "-p", "main", "-m", "All of it", &format!("{branch}^{{tree}}")]);
    world.git(&["branch", "--quiet", "--force", &branch, &squashed]);
    world.ends(0, &["runs", "merge", &run]);
    assert_eq!((world.read("first.txt"), world.read("second.txt")), ("one".to_owned(), "two".to_owned()));
    assert_eq!(world.git(&["log", "-1", "--format=%s", "HEAD^2"]), "All of it");
}

/// Leave to do what may destroy something is heard by one attempt, however many follow.
#[test]
fn what_was_allowed_once_is_asked_again_by_the_attempt_after() {
    let world = World::scripted("tasks:\n  first:\n    - - want: 'rm -rf build; exit 1'\n");
    world.ends(3, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    for heard in [2, 4] {
        world.ends(0, &["runs", "answer", &run, "once"]);
        let log = world.waits(&run);
        assert_eq!(world.state(), "needs-you", "{log}");
        assert!(log.contains(&format!("first: attempt {heard} failed")), "{log}");
        assert!(!log.contains(&format!("first: attempt {} failed", heard + 1)), "{log}");
    }
}

#[test]
fn a_worktree_without_its_link_is_mended_and_one_that_is_gone_fails_its_task_alone() {
    let world = side_by_side(
        "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n      - run: 'rm .git'\n  second:\n    - - run: 'rm -rf \"$PWD\"'\n    - - write: { path: second.txt, text: two }\n",
    );
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    assert!(!ran.out.contains("first: attempt 1 failed"), "{}", ran.out);
    assert!(ran.out.contains("second: attempt 1 failed (fixable): Its worktree"), "{}", ran.out);
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "one");
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:second.txt")]), "two");
}

/// A repository in the worktree would reach the branch as the name of a commit, without a file.
#[test]
fn a_repository_that_a_task_made_of_its_own_fails_it_alone() {
    for made in [
        "git init -q inner && cp x.spec.md inner",
        "git init -q inner && git -C inner commit -q --allow-empty -m x",
    ] {
        let world = side_by_side(&format!(
            "tasks:\n  first:\n    - - run: '{made}'\n      - write: {{ path: first.txt, text: one }}\n  second:\n    - - write: {{ path: second.txt, text: two }}\n"
        ));
        let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
        let run = world.run();
        assert!(
            ran.out.contains("inner") && ran.out.contains("first: attempt 2 failed (fixable)"),
            "{}",
            ran.out
        );
        assert!(ran.out.contains("second: merged") && !ran.out.contains("first: merged"), "{}", ran.out);
        world.ends(0, &["runs", "discard", &run, "--yes"]);
        assert!(world.worktrees().is_empty());
    }
}

/// Many agents tick what they have done. The run ticks what is proved, and two that tick beside each other would not
/// merge.
#[test]
fn an_agent_may_tick_the_plan_and_change_nothing_else_in_it() {
    let boxes = "## Overview\n\n- [ ] first: written\n- [ ] second: written\n\n## Component";
    let world = side_by_side(
        "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n      - run: 'sed -i \"s/\\[ \\] first/[x] first/\" x.spec.md'\n  second:\n    - - write: { path: second.txt, text: two }\n      - run: 'echo more >> x.spec.md'\n",
    );
    let plan = world.read("x.spec.md");
    world.write("x.spec.md", &plan.replace("## Component", boxes));
    world.commit("With boxes");
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("first: merged"), "{}", ran.out);
    assert!(
        ran.out.contains("second: attempt 1 failed (needs replan)") && ran.out.contains("x.spec.md"),
        "{}",
        ran.out
    );
    let card = world.state_file("first-1-1.prompt.md");
    assert!(card.contains("\n- x.spec.md: the plan, which the run ticks itself\n"), "{card}");
}

/// A command that could not hold before its task was merged still finds who broke it: in the same wave or in a later
/// one.
#[test]
fn what_breaks_the_proof_of_another_task_goes_back() {
    let script = "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n  second:\n    - - write: { path: second.txt, text: bad }\n    - - write: { path: second.txt, text: two }\n";
    let proved = PLAN.replace("`test -s first.txt`", "`test -s first.txt && ! grep -qs bad second.txt`");
    for plan in [proved.clone(), proved.replace("**Dependencies:** First", "**Dependencies:** None")] {
        let world = World::scripted(script);
        world.write("x.spec.md", &plan);
        world.commit("Proved together");
        let ran = world.ends(0, &["run", "x.spec.md", "--yes"]);
        let run = world.run();
        assert!(ran.out.contains("second: broke the whole: `test -s first.txt"), "{}", ran.out);
        assert!(!ran.out.contains("first: attempt 2"), "{}", ran.out);
        assert_eq!(world.git(&["show", &format!("segue/{run}/integration:second.txt")]), "two");
    }
}

/// A runner that was killed leaves its agents; with the worktrees or the journal gone nobody would find them.
#[cfg(target_os = "linux")]
#[test]
fn what_a_killed_runner_left_ends_with_its_run() {
    for verb in [&["archive"][..], &["discard", "--yes"]] {
        let folder = tempfile::tempdir().unwrap();
        let begun = folder.path().join("begun");
        let world = World::scripted(&format!(
            "tasks:\n  first:\n    - - run: 'touch {}; exec sleep 4321'\n",
            begun.display()
        ));
        let mut terminal = world.command(&["run", "x.spec.md", "--yes"]);
        let mut terminal = terminal.stdout(std::process::Stdio::null()).spawn().unwrap();
        while !begun.exists() {
            std::thread::yield_now();
        }
        terminal.kill().unwrap();
        terminal.wait().unwrap();
        let run = world.run();
        let (name, options) = verb.split_first().unwrap();
        world.ends(0, &[&["runs", name, run.as_str()], options].concat());
        let marker = format!("SEGUE_RUN={run}/");
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let alive = processes.filter(|entry| {
            std::fs::read(entry.path().join("environ"))
                .is_ok_and(|all| String::from_utf8_lossy(&all).contains(&marker))
        });
        assert_eq!(alive.count(), 0, "{verb:?}");
    }
}

/// The settings may be on the branch alone that the run was launched from.
#[test]
fn a_run_goes_on_while_a_branch_without_its_settings_is_checked_out() {
    let world = World::scripted(GOOD);
    world.git(&["switch", "--quiet", "--create", "bare"]);
    world.git(&["rm", "--quiet", "segue.toml", "actor.yaml"]);
    world.commit("Without settings");
    world.git(&["switch", "--quiet", "main"]);
    world.ends(3, &["run", "x.spec.md"]);
    let run = world.run();
    world.git(&["switch", "--quiet", "bare"]);
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    approved_to_the_end(&world, &run);
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:second.txt")]), "two");
}

#[test]
fn an_answer_needs_words() {
    let world = World::scripted("tasks:\n  first:\n    - - ask: { question: Which one? }\n");
    world.ends(3, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let refused = world.segue(&["runs", "answer", &run, " "]);
    assert!(refused.status != 0 && format!("{refused:?}").contains("needs words"), "{refused:?}");
    assert_eq!(world.state(), "needs-you");
}
