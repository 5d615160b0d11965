//! Windows and everything else: what the standard library alone can do. Not run.

use std::path::Path;
use std::process::Command;

/// Lets the process lead a group of its own: here it stays in ours.
pub fn leads_a_group(_: &mut Command) {}

/// Kills a group of processes by the id of its leader, and what it started.
pub fn kill_group(leader: u32) {
    let _ = Command::new("taskkill").args(["/F", "/T", "/PID", &leader.to_string()]).output();
}

/// What lives on of a group whose leader was collected: not known here.
pub fn kill_rest_of_group(_: u32) {}

/// Asks a group of processes to end.
pub fn terminate_group(leader: u32) {
    let _ = Command::new("taskkill").args(["/T", "/PID", &leader.to_string()]).output();
}

/// The processes that carry a marker: not known here.
pub fn look(_: &str) -> (Vec<u32>, bool) {
    (Vec::new(), false)
}

/// Kills a process.
pub fn kill(number: u32, _: &str) {
    let _ = Command::new("taskkill").args(["/F", "/PID", &number.to_string()]).output();
}

/// A process, by its number alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProcessId {
    pid: u32,
}

impl ProcessId {
    /// This process.
    #[must_use]
    pub fn own() -> Option<Self> {
        Some(Self { pid: std::process::id() })
    }

    /// The process with this number now.
    #[must_use]
    pub fn of(pid: u32) -> Option<Self> {
        Some(Self { pid })
    }

    /// Whether this very process lives: of others it is not known here, and said of none.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.pid == std::process::id()
    }

    /// Its number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }
}

impl std::fmt::Display for ProcessId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.pid)
    }
}

impl std::str::FromStr for ProcessId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.trim().parse().map(|pid| Self { pid }).map_err(drop)
    }
}

/// Whether this process may write in a folder.
#[must_use]
pub fn is_writable(folder: &Path) -> bool {
    folder.metadata().is_ok_and(|data| !data.permissions().readonly())
}

/// The bytes that are free on the disk of a folder: not known here.
#[must_use]
pub fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// Whether a folder lies on a disk of another machine: not known here.
#[must_use]
pub fn is_on_network(_: &Path) -> bool {
    false
}

/// Whether a file can be run: git for Windows runs every hook that is there.
#[must_use]
pub fn is_program(file: &Path) -> bool {
    file.is_file()
}
