//! The launch list is asked about again whenever there is something new in it, within a run too.

use crate::whole::GOOD;
use crate::world::{PLAN, World};

const SETTINGS: &str =
    "[agents.actor]\nrehearsal = \"actor.yaml\"\n[orchestrator]\nagent = \"actor\"\nbackoff-first = 0\n";
const BUILDER: (&str, &str) =
    (".github/agents/Builder.agent.md", "---\nname: Builder\ntools: [read]\n---\n\nYou build.\n");

/// The second task is done by an agent file, which the first one may write.
fn world(script: &str) -> World {
    let plan = PLAN
        .replace("**Files:** `first.txt`", "**Files:** `first.txt`, `.github/agents/Builder.agent.md`")
        .replace("**Files:** `second.txt`", "**Agent:** Builder\n**Files:** `second.txt`");
    World::new(&[("x.spec.md", &plan), ("segue.toml", SETTINGS), ("actor.yaml", script), BUILDER])
}

/// Grants itself more than anybody agreed to.
const GRANTS: &str = "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n      - write: { path: .github/agents/Builder.agent.md, text: \"---\\nname: Builder\\ntools: [read, execute]\\n---\\n\\nYou build.\\n\" }\n  second:\n    - - write: { path: second.txt, text: two }\n";

/// Says yes to the launch and to the first wave; what happened until then.
fn until_the_second_wave(world: &World) -> (String, String) {
    let list = world.ends(3, &["run", "x.spec.md"]).out;
    assert!(list.contains("Builder: tools read; models any; content "), "{list}");
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    (run, log)
}

#[test]
fn settings_that_changed_are_asked_about_before_anything_of_them_begins() {
    let world = World::scripted(GOOD);
    let settings = world.read("segue.toml");
    world.write("segue.toml", &format!("{settings}setup = \"touch set-up\"\n"));
    let launched = world.ends(3, &["run", "x.spec.md"]);
    assert!(launched.out.contains("setup: touch set-up"), "{launched:?}");
    let run = world.run();
    world.write("segue.toml", &format!("{settings}setup = \"touch something-else\"\n"));
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("changed list: The run would start or use what was not on its list."), "{log}");
    assert!(log.contains("[ ] setup: touch something-else") && !log.contains("first: attempt"), "{log}");
    assert!(world.worktrees().is_empty(), "nothing begins before the answer");
    assert_eq!(world.state(), "needs-you");
    // What is undone is no longer asked about.
    world.write("segue.toml", &settings);
    world.ends(0, &["runs", "resume", &run]);
    let log = world.waits(&run);
    assert!(log.contains("is no longer asked.") && log.contains("first: merged"), "{log}");
    // And what is changed to something else yet is asked about as that.
    world.write("segue.toml", &format!("{settings}setup = \"touch a-third\"\n"));
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("[ ] setup: touch a-third") && !log.contains("second: attempt"), "{log}");
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    let tried = world.worktrees().into_iter().find(|folder| folder.ends_with("second-1")).unwrap();
    assert!(std::path::Path::new(&tried).join("a-third").exists());
}

#[test]
fn an_agent_file_that_a_task_changed_is_asked_about_before_the_next_wave() {
    let world = world(GRANTS);
    let (run, log) = until_the_second_wave(&world);
    assert!(log.contains("[ ] agent file Builder: tools read, execute;"), "{log}");
    assert!(!log.contains("second: attempt"), "{log}");
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("second: merged") && log.matches("changed list: ").count() == 1, "{log}");
    let card = world.state_file(&format!("{run}/second-1-1.prompt.md"));
    assert!(card.contains("- execute"), "{card}");
}

#[test]
fn who_says_no_to_what_is_new_ends_the_run() {
    let world = world(GRANTS);
    let (run, _) = until_the_second_wave(&world);
    world.ends(0, &["runs", "reject", &run]);
    let log = world.waits(&run);
    assert!(!log.contains("second: attempt"), "{log}");
    assert_eq!(world.state(), "cancelled");
    // What was done is kept; tried again, it is asked again.
    world.ends(0, &["runs", "retry", &format!("{run}/second")]);
    let log = world.waits(&run);
    assert_eq!(log.matches("[ ] agent file Builder: tools read, execute;").count(), 2, "{log}");
    assert_eq!(world.state(), "needs-you");
}

#[test]
fn yes_takes_it_as_answered_and_says_so() {
    let world = world(GRANTS);
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]).out;
    assert!(ran.contains("[ ] agent file Builder: tools read, execute;"), "{ran}");
    assert!(ran.contains("Complete."), "{ran}");
}

#[test]
fn a_revised_plan_shows_what_it_brings_in_and_is_not_asked_about_twice() {
    let revised = PLAN.replace("**Files:** `second.txt`", "**Agent:** other\n**Files:** `second.txt`");
    let script = format!(
        "tasks:\n  first:\n    - - write: {{ path: stray.txt, text: '?' }}\n    - - write: {{ path: first.txt, text: one }}\n  planner:\n    - - write: {{ path: x.spec.md, text: {} }}\n",
        serde_json::to_string(&revised).unwrap()
    );
    let settings =
        format!("{SETTINGS}[agents.other]\ncommand = [\"sh\", \"-c\", \"echo two > second.txt\"]\n");
    let plan = PLAN.replace("**Validation:** `test -s first.txt`", "");
    let world = World::new(&[
        ("x.spec.md", &plan),
        ("segue.toml", &settings),
        ("actor.yaml", &script),
        ("Planner.agent.md", "---\nname: Planner\n---\n\nYou plan.\n"),
    ]);
    let list = world.ends(3, &["run", "x.spec.md", "--accept-unproved"]).out;
    assert!(!list.contains("other: sh"), "nobody needs it yet: {list}");
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(
        log.contains("revised plan: The plan was revised: 2 tasks now. It would start or use what is new:"),
        "{log}"
    );
    assert!(log.contains("[ ] other: sh -c 'echo two > second.txt'"), "{log}");
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("second: attempt 1 by other") && !log.contains("changed list"), "{log}");
}

#[test]
fn files_that_nobody_saw_are_not_copied() {
    let world = World::scripted(GOOD);
    world.write(".gitignore", ".env*\n");
    world.write(".worktreeinclude", ".env\n");
    world.commit("Ignore");
    world.write(".env", "a secret");
    world.write(".env.more", "more");
    let list = world.ends(3, &["run", "x.spec.md"]).out;
    assert!(list.contains("  .env\n") && !list.contains(".env.more"), "{list}");
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    let copied = |task: &str, file: &str| {
        let folder = world.worktrees().into_iter().find(|folder| folder.ends_with(task)).unwrap();
        std::path::Path::new(&folder).join(file).exists()
    };
    assert!(copied("first-1", ".env"));
    world.write(".worktreeinclude", ".env*\n");
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("[ ] copied: .env.more") && !log.contains("second: attempt"), "{log}");
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    assert!(copied("second-1", ".env") && copied("second-1", ".env.more"));
}

/// A task that begins from the tip of its own wave is given its role as it was agreed to.
#[test]
fn what_an_agent_file_became_within_a_wave_holds_for_nobody() {
    let plan = PLAN
        .replace("**Files:** `first.txt`", "**Files:** `first.txt`, `.github/agents/Builder.agent.md`")
        .replace("**Dependencies:** First\n", "**Dependencies:** None\n")
        .replace(
            "**Files:** `second.txt`",
            "**Agent:** Builder\n**Files:** `second.txt`, `.github/agents/Builder.agent.md`",
        );
    let world =
        World::new(&[("x.spec.md", &plan), ("segue.toml", SETTINGS), ("actor.yaml", GRANTS), BUILDER]);
    world.ends(0, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let written = world.git(&["show", &format!("segue/{run}/task/second/1:.github/agents/Builder.agent.md")]);
    assert!(written.contains("execute"), "it began from the tip: {written}");
    let card = world.state_file(&format!("{run}/second-1-1.prompt.md"));
    assert!(card.contains("- read\n") && !card.contains("execute"), "{card}");
}

#[test]
fn patterns_that_change_within_a_wave_bring_nothing_in() {
    let world = World::scripted("");
    let include = world.top().join(".worktreeinclude");
    let script = format!(
        "tasks:\n  first:\n    - - run: 'echo .env.more >> \"{}\"'\n      - write: {{ path: first.txt, text: one }}\n  second:\n    - - write: {{ path: second.txt, text: two }}\n",
        include.display()
    );
    world.write("actor.yaml", &script);
    world.write("x.spec.md", &PLAN.replace("**Dependencies:** First", "**Dependencies:** None"));
    world.write(".gitignore", ".env*\n");
    world.write(".worktreeinclude", ".env\n");
    world.commit("Ignore");
    world.write(".env", "a secret");
    world.write(".env.more", "more");
    world.ends(0, &["run", "x.spec.md", "--yes", "--jobs", "1"]);
    assert!(world.read(".worktreeinclude").contains(".env.more"), "it did change");
    let second = world.worktrees().into_iter().find(|folder| folder.ends_with("second-1")).unwrap();
    let second = std::path::Path::new(&second);
    assert!(second.join(".env").exists() && !second.join(".env.more").exists());
}
