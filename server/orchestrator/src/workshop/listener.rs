//! Writes down what an agent says, and passes on what it asks.

use crate::agent::{Boxed, Listener};
use crate::driver::Talk;
use crate::event::Usage;
use crate::journal::Redact;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

/// The longest output of a session that is written down, in bytes.
const LONGEST: usize = 16 << 20;

/// A listener that writes to a file.
pub(super) struct Scribe<'a> {
    talk: &'a Talk,
    redact: &'a Redact,
    page: Mutex<Page>,
}

struct Page {
    file: Option<File>,
    /// What came since the last line break: a secret is found in whole lines.
    line: String,
    written: usize,
    said: String,
}

impl<'a> Scribe<'a> {
    /// Writes to the end of the file at `path`. Where that cannot be, nothing is written down, and the
    /// session goes on.
    pub fn new(path: &Path, talk: &'a Talk, redact: &'a Redact) -> Self {
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        let mut options = File::options();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = made.and_then(|()| options.open(path)).ok();
        let page = Page { file, line: String::new(), written: 0, said: String::new() };
        Self { talk, redact, page: Mutex::new(page) }
    }

    /// All that was said, for what has to be looked for in it; its last part where it is long.
    pub fn ended(self) -> String {
        let mut page = self.page.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let rest = std::mem::take(&mut page.line);
        page.write(&rest, self.redact);
        page.said
    }
}

impl Page {
    fn write(&mut self, text: &str, redact: &Redact) {
        if text.is_empty() || self.written > LONGEST {
            return;
        }
        let clean = redact(text).unwrap_or_else(|| text.to_owned());
        self.written += clean.len();
        if let Some(file) = &mut self.file {
            // What cannot be written down is missed in the log and nowhere else.
            let _ = file.write_all(clean.as_bytes());
        }
    }
}

impl Listener for Scribe<'_> {
    fn said(&self, text: &str) {
        let Ok(mut page) = self.page.lock() else { return };
        if page.said.len() < LONGEST {
            page.said.push_str(text);
        }
        page.line.push_str(text);
        // A line that never ends is written too.
        let whole = if page.line.len() > 64 << 10 { Some(page.line.len()) } else { None };
        let end = page.line.rfind('\n').map(|at| at + 1).or(whole);
        if let Some(end) = end {
            let rest = page.line.split_off(end);
            let whole = std::mem::replace(&mut page.line, rest);
            page.write(&whole, self.redact);
        }
    }

    fn used(&self, usage: Usage) {
        self.talk.used(usage);
    }

    fn asks_leave<'a>(&'a self, text: &'a str, options: &'a [String]) -> Boxed<'a, String> {
        Box::pin(self.talk.ask(text, options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    #[test]
    fn secrets_do_not_reach_the_log_however_they_come() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run/one-1.log");
        let (sender, _receiver) = mpsc::unbounded_channel();
        let talk = Talk::new(None, sender);
        let redact: Box<Redact> =
            Box::new(|text| text.contains("hunter2").then(|| text.replace("hunter2", "[redacted]")));
        let scribe = Scribe::new(&file, &talk, &redact);
        for part in ["the key is hun", "ter2\nand ag", "ain hunter2", " it ends so: hunter2"] {
            scribe.said(part);
        }
        let said = scribe.ended();
        let log = std::fs::read_to_string(&file).unwrap();
        assert_eq!(log, "the key is [redacted]\nand again [redacted] it ends so: [redacted]");
        assert!(said.ends_with("hunter2"), "what is looked for is looked for in what was said");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_log_that_cannot_be_written_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let (sender, _receiver) = mpsc::unbounded_channel();
        let talk = Talk::new(None, sender);
        let redact: Box<Redact> = Box::new(|_| None);
        let scribe = Scribe::new(&folder.path().join("file/one-1.log"), &talk, &redact);
        scribe.said("all the same\n");
        assert_eq!(scribe.ended(), "all the same\n");
    }
}
