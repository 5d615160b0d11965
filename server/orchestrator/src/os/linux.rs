//! Linux.

use super::group::pid;
pub use super::group::{kill_group, kill_rest_of_group, leads_a_group, terminate_group};
use rustix::process::{PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::io::Read;
use std::path::Path;

/// File systems that another machine keeps: NFS, SMB, CIFS, 9P, AFS, Ceph.
const NETWORK: &[u64] = &[0x6969, 0xFE53_4D42, 0xFF53_4D42, 0x0102_1997, 0x5346_414F, 0x00C3_6400];

/// The processes that carry the marker, or one below it; never this one. A process that is just becoming
/// another program shows no environment for that moment: whether one was met is told too.
pub fn look(marker: &str) -> (Vec<u32>, bool) {
    let own = std::process::id();
    let began = stat(own).map_or(0, |stat| stat.began);
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let (mut marked, mut unsettled) = (Vec::new(), false);
    let mut buffer = Vec::new();
    for number in numbers.filter(|number| *number != own) {
        match environment(number, &mut buffer) {
            // Threads of the kernel have no memory, and what is older than this process was begun by others.
            Some([]) => {
                unsettled |= stat(number).is_some_and(|stat| stat.memory > 0 && stat.began >= began);
            }
            Some(environment) if names(environment, marker) => marked.push(number),
            _ => {}
        }
    }
    (marked, unsettled)
}

fn carries(number: u32, marker: &str) -> bool {
    environment(number, &mut Vec::new()).is_some_and(|environment| names(environment, marker))
}

/// The environment of a process, in one piece: of one that becomes another program meanwhile a second read would
/// find nothing more.
fn environment(number: u32, buffer: &mut Vec<u8>) -> Option<&[u8]> {
    const USUAL: usize = 1 << 16;
    let mut size = buffer.len().max(USUAL);
    loop {
        buffer.resize(size, 0);
        let mut file = std::fs::File::open(format!("/proc/{number}/environ")).ok()?;
        let length = file.read(buffer).ok()?;
        if length < size {
            return buffer.get(..length);
        }
        size *= 2;
    }
}

fn names(environment: &[u8], marker: &str) -> bool {
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

/// What the kernel says of a process that lives.
struct Stat {
    /// When it began, in ticks since the machine did.
    began: u64,
    /// Bytes of its address space.
    memory: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold anything: what follows the last one is numbers.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    if matches!(fields.next()?, "Z" | "X") {
        return None;
    }
    Some(Stat { began: fields.nth(18)?.parse().ok()?, memory: fields.next()?.parse().ok()? })
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
        let began = stat(pid)?.began;
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
