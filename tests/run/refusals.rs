//! What no run begins in, each with what to do.

use crate::whole::GOOD;
use crate::world::World;

/// Refused with status 2, with these words, and with nothing made.
#[track_caller]
fn refused(world: &World, arguments: &[&str], words: &str) {
    let ran = world.ends(2, arguments);
    assert!(ran.err.contains(words), "{words} in {ran:?}");
    assert!(world.worktrees().is_empty());
}

#[test]
fn repositories_that_nothing_can_run_in() {
    let world = World::scripted(GOOD);
    world.git(&["config", "--unset", "user.email"]);
    refused(&world, &["run", "x.spec.md"], "git config --global user.email");
    world.git(&["config", "user.email", "a@b.c"]);
    world.git(&["branch", "segue"]);
    refused(&world, &["run", "x.spec.md"], "git branch -m segue segue-old");
    world.git(&["branch", "-D", "segue"]);
    std::fs::remove_dir_all(world.top().join(".git")).unwrap();
    let ran = world.segue(&["run", "x.spec.md"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("git init"), "{ran:?}");
    world.git(&["init", "--quiet"]);
    let ran = world.segue(&["run", "x.spec.md"]);
    assert!(ran.err.contains("git commit --allow-empty"), "{ran:?}");
}

#[test]
fn plans_and_wishes_that_cannot_be_carried_out() {
    let world = World::scripted(GOOD);
    refused(&world, &["run", "x.spec.md", "--only", "third"], "has no task `third`; it has first, second");
    refused(&world, &["run", "x.spec.md", "--agent", "nobody"], "there is no `[agents.nobody]`");
    world.write("new.spec.md", crate::world::PLAN);
    refused(&world, &["run", "new.spec.md"], "is not in the commit");
    world.write(
        "circle.spec.md",
        &crate::world::PLAN.replace("Dependencies:** None", "Dependencies:** Second"),
    );
    world.write("actor.yaml", "tasks: 3\n");
    world.commit("More");
    refused(&world, &["run", "circle.spec.md"], "wait for each other");
    refused(&world, &["run", "x.spec.md"], "actor.yaml");
    world.write("segue.toml", "[orchestrator]\nattempts = 0\nagent = \"rehearsal\"\n");
    refused(&world, &["run", "x.spec.md"], "`attempts` lies between 1 and 100");
    world.write("segue.toml", "");
    refused(&world, &["run", "x.spec.md"], "no agent is set");
}

#[test]
fn what_there_is_not_is_said() {
    let world = World::scripted(GOOD);
    let none = world.ends(0, &["runs"]);
    assert!(none.err.contains("no run was launched in this repository"), "{none:?}");
    let none = world.ends(2, &["runs", "show"]);
    assert!(none.err.contains("No run was ever launched"), "{none:?}");
    world.ends(0, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    assert!(world.ends(2, &["runs", "show", "zzzzz"]).err.contains("There is no run `zzzzz`"));
    assert!(world.ends(2, &["runs", "show", &format!("{run}/third")]).err.contains("has no task `third`"));
    assert!(world.ends(2, &["runs", "discard"]).err.contains("Name the runs"));
    // Opening a repository makes no journal: only a launch does.
    let other = World::scripted(GOOD);
    other.ends(0, &["runs"]);
    assert!(!other.top().parent().unwrap().join("state").exists());
}

#[test]
fn what_is_done_is_not_run() {
    let world = World::new(&[(
        "x.spec.md",
        "# Feature: X\n\n## Implementation Requirements\n\n- [x] Done (`a.txt`)\n",
    )]);
    let ran = world.ends(0, &["run", "x.spec.md", "--agent", "rehearsal"]);
    assert!(ran.err.contains("every task of `x.spec.md` is done"), "{ran:?}");
}
