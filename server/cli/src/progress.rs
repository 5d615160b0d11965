//! Progress of long work, for a person at a terminal.
//!
//! Nothing is drawn where stderr is no terminal, and nothing during the first third of a second:
//! most runs are over by then, and a bar that flashes up is noise. `SEGUE_PROGRESS_AFTER_MS` sets
//! another time.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use segue_analysis::Progress;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

const QUIET_MS: u64 = 300;

/// A bar that appears when the work turns out to be long. It vanishes when dropped.
pub struct Meter {
    started: Instant,
    quiet: Duration,
    bar: Option<ProgressBar>,
}

impl Meter {
    /// Begins to wait.
    pub fn start() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {pos}/{len}") {
                bar.set_style(style);
            }
            bar
        });
        let wanted = std::env::var("SEGUE_PROGRESS_AFTER_MS").ok().and_then(|text| text.parse().ok());
        let quiet = Duration::from_millis(wanted.unwrap_or(QUIET_MS));
        Self { started: Instant::now(), quiet, bar }
    }

    /// Tells how far the scan is; may be called from several threads.
    pub fn scan(&self, progress: Progress) {
        match progress {
            Progress::Walking => self.show("Looking for files", 0, 0),
            Progress::Reading(done, total) => self.show("Reading", done, total),
        }
    }

    /// Tells how many of the files are judged.
    pub fn judged(&self, done: usize, total: usize) {
        self.show("Checking", done, total);
    }

    /// Tells how many of the servers have answered, or will not.
    pub fn asked(&self, done: usize, total: usize) {
        self.show("Asking servers", done, total);
    }

    fn show(&self, what: &'static str, done: usize, total: usize) {
        let Some(bar) = &self.bar else { return };
        if self.started.elapsed() < self.quiet {
            return;
        }
        if bar.is_hidden() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        bar.set_message(what);
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
