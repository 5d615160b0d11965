//! Linux.

use super::group::pid;
pub use super::group::{kill_group, kill_rest_of_group, leads_a_group, terminate_group};
use rustix::process::{PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::path::Path;

/// File systems that another machine keeps: NFS, SMB, CIFS, 9P, AFS, Ceph.
const NETWORK: &[u64] = &[0x6969, 0xFE53_4D42, 0xFF53_4D42, 0x0102_1997, 0x5346_414F, 0x00C3_6400];

/// The processes that carry the marker, or one below it; never this one.
pub fn marked(marker: &str) -> Vec<u32> {
    let own = std::process::id();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers.filter(|number| *number != own && carries(*number, marker)).collect()
}

fn carries(number: u32, marker: &str) -> bool {
    let Ok(environment) = std::fs::read(format!("/proc/{number}/environ")) else { return false };
    environment.split(|byte| *byte == 0).any(|variable| {
        let value = std::str::from_utf8(variable)
            .ok()
            .and_then(|text| text.strip_prefix(super::MARKER)?.strip_prefix('='));
        value.is_some_and(|value| super::is_of(value, marker))
    })
}

/// Kills a process that carries the marker, and no other that got its number meanwhile.
pub fn kill(number: u32, marker: &str) {
    let Some(process) = pid(number) else { return };
    match pidfd_open(process, PidfdFlags::empty()) {
        Ok(handle) if carries(number, marker) => {
            let _ = pidfd_send_signal(handle, Signal::KILL);
        }
        Err(rustix::io::Errno::NOSYS) => {
            let _ = rustix::process::kill_process(process, Signal::KILL);
        }
        _ => {}
    }
}

/// A process: its number, when it began (in ticks since the machine did), and which start of the
/// machine that was.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProcessId {
    pid: u32,
    began: u64,
    boot: String,
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
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in parentheses and may hold anything: what follows the last one is numbers.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        if matches!(fields.next()?, "Z" | "X") {
            return None;
        }
        let began = fields.nth(18)?.parse().ok()?;
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        Some(Self { pid, began, boot: boot.trim().to_owned() })
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
        write!(formatter, "{} {} {}", self.pid, self.began, self.boot)
    }
}

impl std::str::FromStr for ProcessId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut fields = text.split(' ');
        let mut next = || fields.next().ok_or(());
        let (pid, began) = (next()?.parse().map_err(drop)?, next()?.parse().map_err(drop)?);
        Ok(Self { pid, began, boot: next()?.trim().to_owned() })
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
    use std::process::Command;

    #[test]
    fn a_folder_of_this_machine() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_writable(folder.path()) && !is_on_network(folder.path()));
        assert!(free_bytes(folder.path()).unwrap() > 0);
        assert!(!is_writable(&folder.path().join("missing")));
        assert!(is_program(Path::new("/bin/sh")) && !is_program(Path::new("/etc/passwd")));
    }

    #[test]
    fn a_process_is_known_by_more_than_its_number() {
        let own = ProcessId::own().unwrap();
        assert!(own.is_alive());
        assert_eq!(own.to_string().parse::<ProcessId>().unwrap(), own);
        let later = ProcessId { began: own.began + 1, ..own.clone() };
        assert!(!later.is_alive());
        let before_the_restart = ProcessId { boot: "another".into(), ..own };
        assert!(!before_the_restart.is_alive());
        for wrong in ["", "1", "a b c", "1 2"] {
            assert!(wrong.parse::<ProcessId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_process_that_ended_and_was_not_collected_is_dead() {
        let mut child = Command::new("true").spawn().unwrap();
        let identity = ProcessId::of(child.id());
        while ProcessId::of(child.id()).is_some() {
            std::thread::yield_now();
        }
        assert!(!identity.is_some_and(|identity| identity.is_alive()));
        child.wait().unwrap();
    }
}
