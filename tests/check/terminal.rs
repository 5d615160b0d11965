//! What is drawn on a terminal, and nowhere else: progress and colour.

use crate::workspace::{Workspace, agent};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use std::io::{Read, Write};
use std::process::{Command, Stdio};

fn broken_prompts() -> Workspace {
    let files: Vec<(String, String)> =
        (0..40).map(|number| (format!("p{number}.prompt.md"), agent("[x](gone.md)"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Workspace::new(&files)
}

/// A command whose three ends are one terminal.
pub struct Terminal {
    child: std::process::Child,
    ours: std::fs::File,
    drawn: Vec<u8>,
}

impl Terminal {
    pub fn start(command: &mut Command) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        let ours = openpt(flags).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let theirs = || ioctl_tiocgptpeer(&ours, flags).unwrap();
        command.env("TERM", "xterm-256color").stdin(theirs()).stdout(theirs()).stderr(theirs());
        let child = command.spawn().unwrap();
        // Our copies of the other end would keep it open.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self { child, ours: ours.into(), drawn: Vec::new() }
    }

    /// Waits until that is drawn.
    pub fn wait_for(&mut self, text: &str) {
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&self.drawn).contains(text) {
            let read = self.ours.read(&mut buffer).unwrap_or_default();
            assert!(read > 0, "it ended after {:?}", String::from_utf8_lossy(&self.drawn));
            self.drawn.extend(&buffer[..read]);
        }
    }

    pub fn type_line(&mut self, line: &str) {
        self.ours.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Waits for the end: the exit status, and all that was drawn.
    pub fn end(mut self) -> (i32, String) {
        // Reading a terminal that nobody has open any more is an error.
        let _ = self.ours.read_to_end(&mut self.drawn);
        let status = self.child.wait().unwrap().code().unwrap();
        (status, String::from_utf8_lossy(&self.drawn).into_owned())
    }
}

/// Runs a command with a terminal where `place` puts it; what was drawn there, and the other output.
fn on_a_terminal(command: &mut Command, place: impl FnOnce(&mut Command, Stdio)) -> (String, Vec<u8>) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    let ours = openpt(flags).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let theirs = ioctl_tiocgptpeer(&ours, flags).unwrap();
    place(command.env("TERM", "xterm-256color").env("SEGUE_PROGRESS_AFTER_MS", "0"), theirs.into());
    let child = command.spawn().unwrap();
    // The other end is closed when the process and the command's own copy are gone.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let drawn = std::thread::spawn(move || {
        let (mut drawn, mut ours) = (Vec::new(), std::fs::File::from(ours));
        // Reading a terminal that nobody has open any more is an error.
        let _ = ours.read_to_end(&mut drawn);
        String::from_utf8_lossy(&drawn).into_owned()
    });
    let output = child.wait_with_output().unwrap();
    (drawn.join().unwrap(), [output.stdout, output.stderr].concat())
}

/// Guard: `Meter::scan` given to `Host::open`, `Drop` of `Meter`, `is_terminal` in `Meter::start`.
#[test]
fn progress_is_for_terminals_and_leaves_nothing_behind() {
    let workspace = broken_prompts();
    let check = ["check", "--format", "json"];
    let (drawn, out) = on_a_terminal(&mut workspace.command("", &check), |command, terminal| {
        command.stdout(Stdio::piped()).stderr(terminal);
    });
    // How much of it is drawn depends on how long the work takes; the first is, and at last the line is empty.
    assert!(drawn.starts_with("\u{2801} Looking for files"), "{drawn:?}");
    assert!(drawn.ends_with("\r\u{1b}[2K"), "{drawn:?}");
    let found: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(found["files"], 40);
    // Not where nobody looks.
    let ran = workspace.command("", &check).env("SEGUE_PROGRESS_AFTER_MS", "0").output().unwrap();
    assert!(ran.stderr.is_empty(), "{ran:?}");
}

/// Guard: `Output::lock`.
#[test]
fn findings_are_coloured_on_a_terminal() {
    let workspace = broken_prompts();
    let run = |name: Option<&str>| {
        let mut command = workspace.command("", &["check"]);
        name.map(|name| command.env(name, "1"));
        on_a_terminal(&mut command, |command, terminal| {
            command.stdout(terminal).stderr(Stdio::piped());
        })
        .0
    };
    let plain = run(Some("NO_COLOR"));
    assert!(plain.contains("warning[link/missing-file]") && !plain.contains('\u{1b}'), "{plain:?}");
    let drawn = run(None);
    assert!(drawn.contains("\u{1b}["), "{drawn:?}");
}
