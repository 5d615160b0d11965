//! What the engine needs of the operating system, in one place: processes and their ends, locks,
//! detaching, waking each other, and what is on a disk.
//!
//! - [`Program`], [`Running`], [`run`]: a child in a group of its own that carries a marker; its output,
//!   its limits, and its end, after which nothing that it started lives.
//! - [`sweep`]: ends every process that carries a marker, wherever it went.
//! - [`OwnerLock`]: who owns a run, told by a lock that dies with its process.
//! - [`ProcessId`]: a process, and not another one that got its number later.
//! - [`detach`], [`step_aside`]: a process that outlives the one that wanted it.
//! - [`WakeServer`], [`WakeClient`]: a tap on the shoulder; everything works without it.
//!
//! Linux as it is run and tested here; the other systems have a file of their own with what can be done
//! there (`docs/platforms.md`).

mod detach;
#[cfg(unix)]
mod group;
mod lock;
mod process;
mod shell;
mod wake;

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(all(unix, not(target_os = "linux")))]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "other.rs"]
mod system;

pub use detach::{detach, step_aside};
pub use lock::OwnerLock;
pub use process::{Ended, How, Input, Kept, Limits, Program, Running, Stream, run};
pub use system::{ProcessId, free_bytes, is_on_network, is_program, is_writable};
pub(crate) use system::{kill_group, leads_a_group};
pub use wake::{WakeClient, WakeServer};

/// The variable by which every process of a session is known: `run/task/attempt`. Everything that a
/// session starts inherits it.
pub const MARKER: &str = "SEGUE_RUN";

/// Ends every process that carries the marker, or one below it: `k3v9` means all sessions of that run,
/// `k3v9/login/2` one attempt. Looks again until there is none; gives how many it ended.
#[must_use]
pub fn sweep(marker: &str) -> usize {
    const ROUNDS: usize = 100;
    let mut ended = std::collections::HashSet::new();
    for round in 0..ROUNDS {
        let found = system::marked(marker);
        if found.is_empty() {
            break;
        }
        for process in found {
            system::kill(process, marker);
            ended.insert(process);
        }
        // What is killed takes a moment to go; what it was just starting shows up then.
        std::thread::sleep(std::time::Duration::from_millis(if round < 10 { 1 } else { 20 }));
    }
    ended.len()
}

/// The processes that carry the marker, or one below it.
#[must_use]
pub fn marked(marker: &str) -> Vec<u32> {
    system::marked(marker)
}

/// Whether the value of the variable is the marker, or one below it.
fn is_of(value: &str, marker: &str) -> bool {
    value.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_hold_those_below_them() {
        assert!(is_of("k3v9/login/2", "k3v9") && is_of("k3v9/login/2", "k3v9/login/2"));
        assert!(!is_of("k3v9/login/21", "k3v9/login/2") && !is_of("k3v99", "k3v9") && !is_of("", "k3v9"));
    }
}
