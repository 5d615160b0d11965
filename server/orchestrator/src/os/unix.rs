//! macOS and the BSDs: as on Linux where POSIX says so, by `ps` where only Linux tells more. Not run.

use super::group::pid;
pub use super::group::{kill_group, kill_rest_of_group, leads_a_group, terminate_group};
use rustix::process::{Signal, kill_process};
use std::path::Path;
use std::process::Command;

/// The processes that carry the marker, or one below it, as `ps` shows environments; never this one.
pub fn look(marker: &str) -> (Vec<u32>, bool) {
    let listed = Command::new("ps").args(["-A", "-E", "-ww", "-o", "pid=,command="]).output();
    let listed =
        listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let begin = format!("{}=", super::MARKER);
    let carries = |words: &str| {
        let mut values = words.split_whitespace().filter_map(|word| word.strip_prefix(&begin));
        values.any(|value| super::is_of(value, marker))
    };
    let rows = listed.lines().filter_map(|line| line.trim_start().split_once(' '));
    let numbers = rows.filter(|(_, words)| carries(words)).filter_map(|(number, _)| number.parse().ok());
    (numbers.filter(|number| *number != std::process::id()).collect(), false)
}

/// Kills a process.
pub fn kill(number: u32, _: &str) {
    if let Some(process) = pid(number) {
        let _ = kill_process(process, Signal::KILL);
    }
}

/// A process: its number, and when it began, as `ps` says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProcessId {
    pid: u32,
    began: String,
}

impl ProcessId {
    /// This process.
    #[must_use]
    pub fn own() -> Option<Self> {
        Self::of(std::process::id())
    }

    /// The process with this number now; `None` where none lives.
    #[must_use]
    pub fn of(pid: u32) -> Option<Self> {
        let output = Command::new("ps").args(["-o", "lstart=", "-p", &pid.to_string()]).output().ok()?;
        let began = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        (!began.is_empty()).then_some(Self { pid, began })
    }

    /// Whether this very process lives.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        Self::of(self.pid).as_ref() == Some(self)
    }

    /// Its number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }
}

impl std::fmt::Display for ProcessId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.pid, self.began)
    }
}

impl std::str::FromStr for ProcessId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (pid, began) = text.split_once(' ').ok_or(())?;
        Ok(Self { pid: pid.parse().map_err(drop)?, began: began.trim().to_owned() })
    }
}

/// Whether this process may write in a folder.
#[must_use]
pub fn is_writable(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

/// The bytes that are free for this user on the disk of a folder.
#[must_use]
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

/// Whether a folder lies on a disk of another machine: not known here.
#[must_use]
pub fn is_on_network(_: &Path) -> bool {
    false
}

/// Whether a file can be run.
#[must_use]
pub fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}
