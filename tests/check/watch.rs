//! `--watch`: one report at the start, one after each change, and an end.

use crate::workspace::{Workspace, agent};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Long enough for the slowest machine; nothing waits for it where all is well.
const PATIENCE: Duration = Duration::from_secs(60);

struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(workspace: &Workspace) -> Self {
        let mut child = workspace
            .command("", &["check", "--watch", "--format", "json"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// The next report, as text.
    fn report(&self) -> String {
        let mut report = String::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("a report comes");
            report.push_str(&line);
            report.push('\n');
            if line.ends_with("]}") {
                return report;
            }
        }
    }

    /// Reads reports until one holds.
    fn until(&self, wanted: impl Fn(&str) -> bool) -> String {
        loop {
            let report = self.report();
            if wanted(&report) {
                return report;
            }
        }
    }

    fn end(mut self) -> Option<i32> {
        drop(self.child.stdin.take());
        self.child.wait().unwrap().code()
    }
}

#[test]
fn changes_are_followed_and_the_end_of_stdin_ends_it() {
    let workspace = Workspace::new(&[("a.prompt.md", &agent("[x](docs/b.md)"))]);
    std::fs::create_dir_all(workspace.path("empty")).unwrap();
    let watch = Watch::start(&workspace);
    assert!(watch.report().contains("docs/b.md"));
    // A new folder, with the file that was missing.
    workspace.write("docs/b.md", "# B\n");
    watch.until(|report| !report.contains("missing-file"));
    // A file in a folder that was empty at the start.
    workspace.write("empty/c.prompt.md", &agent("[x](gone.md)"));
    watch.until(|report| report.contains("empty/c.prompt.md"));
    // A folder that goes away.
    std::fs::remove_dir_all(workspace.path("docs")).unwrap();
    watch.until(|report| report.contains("`docs/b.md`"));
    assert_eq!(watch.end(), Some(0));
}
