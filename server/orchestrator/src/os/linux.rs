//! Linux.

use rustix::process::{Pid, Signal, kill_process_group};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// File systems that another machine keeps: NFS, SMB, CIFS, 9P, AFS, Ceph.
const NETWORK: &[u64] = &[0x6969, 0xFE53_4D42, 0xFF53_4D42, 0x0102_1997, 0x5346_414F, 0x00C3_6400];

/// Lets the process lead a group of its own: a key pressed in the terminal does not end it, and we can
/// end it with all that it started.
pub fn leads_a_group(command: &mut Command) {
    command.process_group(0);
}

/// Kills a group of processes by the id of its leader.
pub fn kill_group(leader: u32) {
    if let Some(group) = i32::try_from(leader).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
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

/// Whether a folder lies on a disk of another machine.
#[must_use]
pub fn is_on_network(folder: &Path) -> bool {
    let kind = rustix::fs::statfs(folder).map(|disk| disk.f_type);
    kind.is_ok_and(|kind| u64::try_from(kind).is_ok_and(|kind| NETWORK.contains(&kind)))
}

/// Whether a file can be run.
#[must_use]
pub fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_this_machine() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_writable(folder.path()) && !is_on_network(folder.path()));
        assert!(free_bytes(folder.path()).unwrap() > 0);
        assert!(!is_writable(&folder.path().join("missing")));
        assert!(is_program(Path::new("/bin/sh")) && !is_program(Path::new("/etc/passwd")));
    }
}
