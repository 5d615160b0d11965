//! A run before a person: the table lives, and questions are answered where they appear.

use crate::world::World;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use std::fs::File;
use std::io::{Read, Write};

/// Reads what is drawn until these words are there; all of it so far.
fn until(screen: &mut File, drawn: &mut String, words: &str) {
    let mut chunk = [0; 4096];
    while !drawn.contains(words) {
        let number = screen.read(&mut chunk).unwrap_or(0);
        assert!(number > 0, "{words} never came: {drawn}");
        drawn.push_str(&String::from_utf8_lossy(&chunk[..number]));
    }
}

#[test]
fn gates_and_questions_are_answered_inline() {
    let world = World::scripted(
        "tasks:\n  first:\n    - - ask: { question: Which one?, options: [left, right] }\n      - write: { path: first.txt, text: \"{answer}\" }\n",
    );
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    let ours = openpt(flags).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let theirs = ioctl_tiocgptpeer(&ours, flags).unwrap();
    let mut command = world.command(&["run", "x.spec.md"]);
    command.env("TERM", "xterm-256color");
    command.stdin(theirs.try_clone().unwrap()).stdout(theirs.try_clone().unwrap()).stderr(theirs);
    let mut child = command.spawn().unwrap();
    drop(command);
    let (mut screen, mut drawn) = (File::from(ours), String::new());
    until(&mut screen, &mut drawn, "launch? yes or no");
    assert!(drawn.contains('\u{7}'), "the bell: {drawn}");
    screen.write_all(b"perhaps\nyes\n").unwrap();
    until(&mut screen, &mut drawn, "Begin with yes or no.");
    until(&mut screen, &mut drawn, "first, your answer:");
    screen.write_all(b"2\n").unwrap();
    until(&mut screen, &mut drawn, "after wave 1? yes or no");
    screen.write_all(b"yes, and mind the rest\n").unwrap();
    until(&mut screen, &mut drawn, "completion? yes or no");
    screen.write_all(b"y\n").unwrap();
    until(&mut screen, &mut drawn, "segue runs merge");
    assert_eq!(child.wait().unwrap().code(), Some(0), "{drawn}");
    assert!(drawn.contains("2 of 2 tasks") || drawn.contains("1 of 2 tasks"), "a table was drawn: {drawn}");
    let run = world.run();
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "right");
    let report = world.ends(0, &["runs", "export"]).out;
    assert!(report.contains("approved: and mind the rest"), "{report}");
}

/// The end of the input is nobody there: the run stays for later.
#[test]
fn who_leaves_the_terminal_leaves_the_run_for_later() {
    let world = World::scripted(crate::whole::GOOD);
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    let ours = openpt(flags).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let theirs = ioctl_tiocgptpeer(&ours, flags).unwrap();
    let mut command = world.command(&["run", "x.spec.md"]);
    command.env("TERM", "xterm-256color");
    command.stdin(theirs.try_clone().unwrap()).stdout(theirs.try_clone().unwrap()).stderr(theirs);
    let mut child = command.spawn().unwrap();
    drop(command);
    let (mut screen, mut drawn) = (File::from(ours), String::new());
    until(&mut screen, &mut drawn, "launch? yes or no");
    // Ctrl-D at the beginning of a line.
    screen.write_all(&[4]).unwrap();
    until(&mut screen, &mut drawn, "segue runs resume");
    assert_eq!(child.wait().unwrap().code(), Some(3), "{drawn}");
    assert_eq!(world.state(), "needs-you");
    let run = world.run();
    world.ends(0, &["runs", "reject", &run]);
}
