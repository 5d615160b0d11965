//! Runs that go from hand to hand: a terminal that sits down at one, and leaves it.

use crate::terminal::Screen;
use crate::whole::GOOD;
use crate::world::World;
use std::path::Path;

/// The first task goes on once there is a file, and then asks.
fn world(sign: &Path) -> World {
    World::scripted(&format!(
        "tasks:\n  first:\n    - - run: 'while [ ! -e {} ]; do sleep 0.02; done'\n      - ask: {{ question: Which one?, options: [left, right] }}\n      - write: {{ path: first.txt, text: \"{{answer}}\" }}\n",
        sign.display()
    ))
}

#[test]
fn a_run_is_handed_over_and_a_terminal_sits_down_at_it_leaves_it_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let sign = folder.path().join("go");
    let world = world(&sign);
    let run = world.interrupted();
    let resumed = world.ends(0, &["runs", "resume", &run, "--detach"]).out;
    assert_eq!(
        resumed,
        format!(
            "{run}: resumed; it goes on without you. `segue runs attach {run}` shows it, and asks you.\n"
        )
    );
    world.reaches("working");
    let worked = world.ends(0, &["runs", "resume", &run, "--detach"]).out;
    assert!(worked.contains("it is being worked on"), "{worked}");
    let mut screen = Screen::of(&world, &["runs", "attach", &run]);
    screen.until("Resumed by process");
    screen.until("0 of 2 tasks");
    std::fs::write(&sign, "").unwrap();
    screen.until("first, your answer:");
    // Ctrl-D at the beginning of a line.
    screen.types("\u{4}");
    screen.until(&format!("The run `{run}` goes on"));
    screen.ends_with(3);
    assert_eq!(world.state(), "needs-you");
    let mut screen = Screen::of(&world, &["runs", "watch"]);
    screen.until("first, your answer:");
    screen.types("2\n");
    screen.until("segue runs merge");
    let drawn = screen.ends_with(0);
    assert!(!drawn.contains("after wave 1? yes or no"), "`--yes` answered that: {drawn}");
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "right");
}

#[test]
fn who_resumes_on_a_terminal_sits_at_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let sign = folder.path().join("go");
    let world = world(&sign);
    let run = world.interrupted();
    std::fs::write(&sign, "").unwrap();
    let mut screen = Screen::of(&world, &["runs", "resume"]);
    screen.until("first, your answer:");
    // Somebody else is quicker: this terminal is told, and goes on.
    world.ends(0, &["runs", "answer", &run, "1"]);
    screen.until("segue runs merge");
    screen.ends_with(0);
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "left");
}

#[test]
fn without_a_terminal_it_is_shown_until_it_is_over_or_needs_a_person() {
    let world = World::scripted(GOOD);
    world.ends(3, &["run", "x.spec.md"]);
    let run = world.run();
    let parked = world.ends(3, &["runs", "attach", &run]).out;
    assert!(parked.contains(&format!("segue runs approve {run} --gate 1")), "{parked}");
    world.ends(0, &["runs", "approve", &run]);
    world.reaches("needs-you");
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    let over = world.ends(0, &["runs", "attach", &run]);
    assert!(over.out.contains("Complete.") && over.err.contains("segue runs merge"), "{over:?}");
    let none = world.ends(2, &["runs", "attach", "zzzz"]);
    assert!(none.err.contains("There is no run `zzzz` here"), "{none:?}");
}
