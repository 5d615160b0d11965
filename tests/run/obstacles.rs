//! What gets in the way of a run that has begun: where it goes on all the same, and where it says what stops
//! it.

use crate::whole::GOOD;
use crate::world::{PLAN, World};

/// Approves whatever is asked until nothing is; all that happened.
fn approved_to_the_end(world: &World, run: &str) -> String {
    loop {
        world.ends(0, &["runs", "approve", run]);
        let log = world.waits(run);
        if world.state() != "needs-you" {
            return log;
        }
    }
}

#[test]
fn runs_are_found_wherever_the_checkout_goes() {
    let world = World::scripted(GOOD);
    let (settings, script) = (world.read("segue.toml"), world.read("actor.yaml"));
    world.ends(3, &["run", "x.spec.md"]);
    let run = world.run();
    // A branch without a commit, and with nothing of the files.
    world.git(&["switch", "--quiet", "--orphan", "pages"]);
    assert!(world.ends(0, &["runs"]).out.contains(&run));
    world.write("segue.toml", &settings);
    world.write("actor.yaml", &script);
    let log = approved_to_the_end(&world, &run);
    assert_eq!(world.state(), "complete", "{log}");
    // A branch with another first commit.
    world.commit("Pages");
    assert!(world.ends(0, &["runs"]).out.contains(&run));
    world.git(&["switch", "--quiet", "main"]);
    world.ends(0, &["runs", "merge", &run]);
    assert_eq!(world.read("second.txt"), "two");
}

#[test]
fn runs_are_found_after_a_clone_got_the_rest_of_its_history() {
    let world = World::scripted(GOOD);
    world.commit("Second");
    let origin = world.top().with_file_name("origin.git");
    let url = format!("file://{}", origin.display());
    world.git(&["clone", "--quiet", "--bare", ".", origin.to_str().unwrap()]);
    std::fs::remove_dir_all(world.top().join(".git")).unwrap();
    world.git(&["init", "--quiet", "--initial-branch=main"]);
    world.git(&["config", "user.name", "Ada"]);
    world.git(&["config", "user.email", "ada@example.com"]);
    world.git(&["remote", "add", "origin", &url]);
    world.git(&["fetch", "--quiet", "--depth=1", "origin", "main"]);
    world.git(&["reset", "--quiet", "--hard", "FETCH_HEAD"]);
    let listed = world.ends(3, &["run", "x.spec.md"]);
    assert!(listed.out.contains("this is a shallow clone"), "{listed:?}");
    let run = world.run();
    world.git(&["fetch", "--quiet", "--unshallow", "origin"]);
    assert!(world.ends(0, &["runs", "show", &run]).out.contains("needs-you"));
}

#[test]
fn a_runner_that_cannot_go_on_says_why() {
    let world = World::scripted(GOOD);
    world.ends(3, &["run", "x.spec.md"]);
    let run = world.run();
    let taken = format!("segue/{run}");
    world.git(&["branch", &taken]);
    let advice = format!("git branch -m {taken}");
    let stopped = world.ends(2, &["runs", "approve", &run]);
    assert!(stopped.out.contains("Done.") && stopped.err.contains(&advice), "{stopped:?}");
    assert_eq!(world.state(), "interrupted");
    assert!(world.ends(0, &["runs", "show", &run]).out.contains(&advice));
    assert!(world.ends(0, &["runs"]).out.contains(&advice));
    let again = world.ends(2, &["runs", "resume", &run]);
    assert!(again.err.contains(&advice), "{again:?}");
    // Mended, it goes on.
    world.git(&["branch", "--quiet", "-D", &taken]);
    world.ends(0, &["runs", "resume", &run]);
    let log = world.waits(&run);
    assert!(log.contains(&format!("The runner cannot go on: the branch `{taken}` is in the way")), "{log}");
    assert!(log.contains("first: merged"), "{log}");
    assert!(!world.ends(0, &["runs", "show", &run]).out.contains("It could not go on"));
}

#[test]
fn what_is_in_the_way_of_one_task_stops_that_task_alone() {
    let world = World::scripted(GOOD);
    world.write("x.spec.md", &PLAN.replace("**Dependencies:** First", "**Dependencies:** None"));
    world.commit("Side by side");
    world.ends(3, &["run", "x.spec.md"]);
    let run = world.run();
    let folder = world.top().with_file_name("my äpp.worktrees").join(&run).join("second-1");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("mine.txt"), "mine").unwrap();
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("first: merged"), "{log}");
    assert!(log.contains("second: is handed to you: ") && log.contains("second-1"), "{log}");
    assert_eq!(std::fs::read_to_string(folder.join("mine.txt")).unwrap(), "mine");
    // Tried again it gets a folder of its own.
    world.ends(0, &["runs", "retry", &run]);
    let log = world.waits(&run);
    assert!(log.contains("second: merged"), "{log}");
}

#[test]
fn a_failure_is_told_with_all_that_shows_it() {
    let world = World::scripted(GOOD);
    world.write("x.spec.md", &PLAN.replace("test -s first.txt", "cat not-there.txt"));
    world.commit("It cannot be proved");
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let shows = "    cat: not-there.txt: No such file";
    let kept = format!("its work is kept in {}", world.worktrees()[1]);
    assert!(ran.out.contains(shows) && ran.out.contains(&kept), "{}", ran.out);
    assert!(ran.err.contains(&format!("segue runs retry {run}")), "{}", ran.err);
    assert!(ran.err.contains(&format!("segue runs logs {run}")), "{}", ran.err);
    let shown = world.ends(0, &["runs", "show", &run]).out;
    assert!(shown.contains(shows) && shown.contains(&kept), "{shown}");
    let log = world.ends(0, &["runs", "logs", &format!("{run}/first")]).out;
    assert_eq!(log.matches(shows).count(), 2, "{log}");
    let report = world.ends(0, &["runs", "export", &run]).out;
    assert!(report.contains("  ```text\n  cat: not-there.txt: No such file"), "{report}");
}

#[test]
fn a_session_that_writes_into_the_checkout_is_shown_with_what_it_changed() {
    let world = World::scripted("");
    let plan = world.top().join("x.spec.md").display().to_string();
    let script = format!(
        "tasks:\n  first:\n    - - say: \"I edit {plan}\"\n      - run: \"echo '- one more' >> '{plan}'\"\n      - write: {{ path: first.txt, text: one }}\n"
    );
    world.write("actor.yaml", &script);
    world.commit("A script");
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("It named and changed x.spec.md."), "{}", ran.out);
    assert!(ran.out.contains("    +- one more"), "{}", ran.out);
    assert!(world.read("x.spec.md").ends_with("- one more\n"), "nothing of it is taken back");
}

/// Guard: `names_file` in `trespass`.
#[test]
fn a_session_that_goes_to_the_checkout_first_is_shown_with_what_it_changed_too() {
    let world = World::scripted("");
    let top = world.top().display().to_string();
    let script = format!(
        "tasks:\n  first:\n    - - say: \"cd {top} && echo '- one more' >> x.spec.md\"\n      - run: \"cd '{top}' && echo '- one more' >> x.spec.md\"\n      - write: {{ path: first.txt, text: one }}\n"
    );
    world.write("actor.yaml", &script);
    world.commit("A script");
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("It named and changed x.spec.md."), "{}", ran.out);
    assert!(ran.out.contains("    +- one more"), "{}", ran.out);
}

#[test]
fn a_step_that_prints_a_lot_goes_well() {
    let script = "tasks:\n  first:\n    - - run: \"seq 1 60000; seq 1 60000 >&2\"\n      - write: { path: first.txt, text: one }\n";
    let world = World::scripted(script);
    world.ends(0, &["run", "x.spec.md", "--yes"]);
}

#[test]
fn a_sparse_checkout_gets_the_files_that_tasks_name() {
    let script = "tasks:\n  first:\n    - - run: \"test -s src/deep/old.txt\"\n      - write: { path: src/deep/old.txt, text: new }\n";
    let world = World::scripted(script);
    let plan = PLAN
        .replace("`first.txt`", "`src/deep/old.txt`")
        .replace("test -s first.txt", "grep new src/deep/old.txt");
    world.write("x.spec.md", &plan);
    world.write("src/deep/old.txt", "old");
    world.write("docs/a.md", "a");
    world.commit("Folders");
    world.git(&["sparse-checkout", "set", "docs"]);
    assert!(!world.exists("src"));
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("this is a sparse checkout"), "{}", ran.out);
    assert!(!world.exists("src"), "the checkout stays as it was");
    let run = world.run();
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:src/deep/old.txt")]), "new");
}
