//! Windows and everything else: what the standard library alone can do.

use std::path::Path;
use std::process::Command;

/// Lets the process lead a group of its own: here it stays in ours.
pub fn leads_a_group(_: &mut Command) {}

/// Kills a group of processes by the id of its leader: nothing that can be done here.
pub fn kill_group(_: u32) {}

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
