//! A run before a person: the table lives, and questions are answered where they appear.

use crate::world::World;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use std::fs::File;
use std::io::{Read, Write};
use std::process::Child;

/// A terminal with the binary before it.
pub struct Screen {
    child: Child,
    screen: File,
    /// All that was drawn.
    pub drawn: String,
    /// How far it was looked at.
    seen: usize,
}

impl Screen {
    /// The binary with these arguments, at the top of the repository.
    pub fn of(world: &World, arguments: &[&str]) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        let ours = openpt(flags).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let theirs = ioctl_tiocgptpeer(&ours, flags).unwrap();
        let mut command = world.command(arguments);
        command.env("TERM", "xterm-256color");
        command.stdin(theirs.try_clone().unwrap()).stdout(theirs.try_clone().unwrap()).stderr(theirs);
        let child = command.spawn().unwrap();
        drop(command);
        Self { child, screen: File::from(ours), drawn: String::new(), seen: 0 }
    }

    /// Reads what is drawn until these words are there, behind those that were waited for before.
    pub fn until(&mut self, words: &str) {
        let mut chunk = [0; 4096];
        loop {
            let news = &self.drawn[self.seen..];
            if let Some(at) = news.find(words) {
                self.seen += at + words.len();
                return;
            }
            let number = self.screen.read(&mut chunk).unwrap_or(0);
            assert!(number > 0, "{words} never came: {}", self.drawn);
            self.drawn.push_str(&String::from_utf8_lossy(&chunk[..number]));
        }
    }

    pub fn types(&mut self, keys: &str) {
        self.screen.write_all(keys.as_bytes()).unwrap();
    }

    /// Reads to the end; the status has to be this one. All that was drawn.
    pub fn ends_with(mut self, status: i32) -> String {
        let mut chunk = [0; 4096];
        while let Ok(number @ 1..) = self.screen.read(&mut chunk) {
            self.drawn.push_str(&String::from_utf8_lossy(&chunk[..number]));
        }
        assert_eq!(self.child.wait().unwrap().code(), Some(status), "{}", self.drawn);
        self.drawn
    }
}

#[test]
fn gates_and_questions_are_answered_inline() {
    let world = World::scripted(
        "tasks:\n  first:\n    - - ask: { question: Which one?, options: [left, right] }\n      - write: { path: first.txt, text: \"{answer}\" }\n",
    );
    let mut screen = Screen::of(&world, &["run", "x.spec.md"]);
    screen.until("launch? yes or no");
    assert!(screen.drawn.contains('\u{7}'), "the bell: {}", screen.drawn);
    screen.types("perhaps\nyes\n");
    screen.until("Begin with yes or no.");
    screen.until("first, your answer:");
    screen.types("2\n");
    screen.until("after wave 1? yes or no");
    screen.types("yes, and mind the rest\n");
    screen.until("completion? yes or no");
    screen.types("y\n");
    screen.until("segue runs merge");
    let drawn = screen.ends_with(0);
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
    let mut screen = Screen::of(&world, &["run", "x.spec.md"]);
    screen.until("launch? yes or no");
    // Ctrl-D at the beginning of a line.
    screen.types("\u{4}");
    screen.until("segue runs resume");
    screen.ends_with(3);
    assert_eq!(world.state(), "needs-you");
    let run = world.run();
    world.ends(0, &["runs", "reject", &run]);
}
