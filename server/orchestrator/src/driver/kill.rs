//! For tests only: the runner ends itself as hard as it can be ended, before or after an event is
//! durable. `SEGUE_KILL=before:17` or `SEGUE_KILL=after:17`.

use std::sync::OnceLock;

/// The variable.
const VARIABLE: &str = "SEGUE_KILL";

fn point() -> Option<(&'static str, u64)> {
    static POINT: OnceLock<Option<(String, u64)>> = OnceLock::new();
    let read = || {
        let text = std::env::var(VARIABLE).ok()?;
        let (when, number) = text.split_once(':')?;
        Some((when.to_owned(), number.parse().ok()?))
    };
    POINT.get_or_init(read).as_ref().map(|(when, number)| (when.as_str(), *number))
}

pub(super) fn before(last: u64, count: usize) {
    end_at("before", last, count);
}

pub(super) fn after(last: u64, count: usize) {
    end_at("after", last, count);
}

fn end_at(when: &str, last: u64, count: usize) {
    if point().is_some_and(|(own, number)| own == when && number > last && number <= last + count as u64) {
        #[cfg(unix)]
        {
            use rustix::process::{Signal, getpid, kill_process};
            let _ = kill_process(getpid(), Signal::KILL);
        }
        // The signal takes a moment; nothing may happen in it.
        loop {
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
    }
}
