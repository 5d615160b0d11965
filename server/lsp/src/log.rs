//! The log: to stderr, and to the client as `window/logMessage`.
//!
//! `SEGUE_LOG` (`error`, `warn`, `info`, `debug`, `trace`) says how much; `info` where it is not set.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// A line for the client.
pub type Line = (Level, String);

/// Lines that wait for the client; what does not fit is on stderr alone.
const MOST_WAITING: usize = 256;

struct Log {
    level: Level,
    lines: mpsc::Sender<Line>,
    spans: AtomicU64,
}

/// Begins to log; the receiver has what the client is to be told.
pub fn start() -> mpsc::Receiver<Line> {
    let (lines, receiver) = mpsc::channel(MOST_WAITING);
    let level = std::env::var("SEGUE_LOG").ok().and_then(|name| name.parse().ok()).unwrap_or(Level::INFO);
    // A second server in one process (a test) keeps the first one's log.
    let _ = tracing::subscriber::set_global_default(Log { level, lines, spans: AtomicU64::new(1) });
    receiver
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed).max(1))
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let level = *event.metadata().level();
        // Nobody may be reading stderr.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr().lock(),
            format!("segue: {}: {}\n", level.as_str().to_ascii_lowercase(), text.0).as_bytes(),
        );
        let _ = self.lines.try_send((level, text.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
