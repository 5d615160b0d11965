//! Groups of processes, as POSIX has them.

use rustix::process::{Pid, Signal, kill_process_group};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Lets the process lead a group of its own: a key pressed in the terminal does not end it, and we can
/// end it with all that it started.
pub fn leads_a_group(command: &mut Command) {
    command.process_group(0);
}

/// Kills a group of processes by the id of its leader.
pub fn kill_group(leader: u32) {
    signal_group(leader, Signal::KILL);
}

/// Asks a group of processes to end.
pub fn terminate_group(leader: u32) {
    signal_group(leader, Signal::TERM);
}

fn signal_group(leader: u32, signal: Signal) {
    if let Some(group) = pid(leader) {
        let _ = kill_process_group(group, signal);
    }
}

/// The id of a process as the system takes it.
pub(super) fn pid(number: u32) -> Option<Pid> {
    i32::try_from(number).ok().and_then(Pid::from_raw)
}
