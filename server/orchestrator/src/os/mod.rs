//! What the engine needs of the operating system, in one place: processes and their ends, locks,
//! detaching, waking each other, and what is on a disk.
//!
//! - [`Program`], [`Running`], [`run`]: a child in a group of its own that carries a marker; its output,
//!   its limits, and its end, after which nothing that it started lives.
//! - [`sweep`]: ends every process that carries a marker, wherever it went.
//! - [`Confinement`]: which folders a program may touch, where the kernel can see to that.
//! - [`OwnerLock`]: who owns a run, told by a lock that dies with its process.
//! - [`ProcessId`]: a process, and not another one that got its number later.
//! - [`detach`], [`step_aside`]: a process that outlives the one that wanted it.
//! - [`WakeServer`], [`WakeClient`]: a tap on the shoulder; everything works without it.
//!
//! Linux as it is run and tested here; the other systems have a file of their own with what can be done
//! there (`docs/platforms.md`).

use std::path::{Path, PathBuf};

mod confine;
mod detach;
#[cfg(unix)]
mod group;
#[cfg(target_os = "linux")]
mod landlock;
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

pub use confine::Confinement;
pub use detach::{detach, step_aside};
pub use lock::OwnerLock;
pub use process::{Ended, How, Input, Kept, Limits, Program, Running, Stream, run};
pub use shell::joined;
pub use system::{ProcessId, free_bytes, is_program, is_writable};
pub(crate) use system::{kill_group, leads_a_group};
pub use wake::{WakeClient, WakeServer};

/// Whether a folder lies on a disk of another machine. In builds with debug assertions `SEGUE_NETWORK_DISK` names
/// a folder that is taken for one: no test can have a real one.
#[must_use]
pub fn is_on_network(folder: &Path) -> bool {
    let named = cfg!(debug_assertions).then(|| std::env::var_os("SEGUE_NETWORK_DISK")).flatten();
    named.is_some_and(|named| folder.starts_with(named)) || system::is_on_network(folder)
}

/// Where a program lies: by its path, or on the `PATH`, of which relative folders are nobody's.
#[must_use]
pub fn find_program(program: &str) -> Option<PathBuf> {
    let path = Path::new(program);
    if path.components().count() > 1 {
        return (path.is_absolute() && is_program(path)).then(|| path.to_owned());
    }
    let folders = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&folders).filter(|folder| folder.is_absolute());
    places.find_map(|folder| Some(folder.join(program)).filter(|file| is_program(file)))
}

/// The variable by which every process of a session is known: `run/task/attempt`. Everything that a
/// session starts inherits it.
pub const MARKER: &str = "SEGUE_RUN";

/// The variables that say where temporary files lie.
pub const TEMPORARY: [&str; 3] = ["TMPDIR", "TMP", "TEMP"];

/// Ends every process that carries the marker, or one below it: `k3v9` means all sessions of that run,
/// `k3v9/login/2` one attempt. Looks again until there is none; gives how many it ended.
#[must_use]
pub fn sweep(marker: &str) -> usize {
    const ROUNDS: usize = 100;
    let mut ended = std::collections::HashSet::new();
    for round in 0..ROUNDS {
        let (found, unsettled) = system::look(marker);
        if found.is_empty() && !unsettled {
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
    system::look(marker).0
}

/// Whether the value of the variable is the marker, or one below it.
fn is_of(value: &str, marker: &str) -> bool {
    value.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shell ends while what it began is still becoming its program.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_just_being_started_is_ended_too() {
        let marker = format!("starting{}/a/1", std::process::id());
        for _ in 0..100 {
            let mut shell = std::process::Command::new("sh");
            let began = shell.args(["-c", "sleep 600 &"]).env(MARKER, &marker).status();
            assert!(began.unwrap().success());
            let _ = sweep(&marker);
            assert_eq!(marked(&marker), Vec::<u32>::new());
        }
    }

    #[cfg(unix)]
    #[test]
    fn programs_are_found_by_path_alone() {
        assert!(find_program("sh").is_some_and(|path| path.is_absolute()));
        assert_eq!(find_program("/bin/sh"), Some(PathBuf::from("/bin/sh")));
        for program in ["no-such-program-at-all", "./sh", "/etc/passwd"] {
            assert_eq!(find_program(program), None);
        }
    }

    #[test]
    fn markers_hold_those_below_them() {
        assert!(is_of("k3v9/login/2", "k3v9") && is_of("k3v9/login/2", "k3v9/login/2"));
        assert!(!is_of("k3v9/login/21", "k3v9/login/2") && !is_of("k3v99", "k3v9") && !is_of("", "k3v9"));
    }
}
