//! Groups of processes, as POSIX has them.

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process};
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

/// Kills what lives on of a group whose leader was collected. As long as one of the group lives, no other
/// process gets the leader's number; once somebody has it, the group is gone, and it is not theirs to end.
pub fn kill_rest_of_group(leader: u32) {
    if pid(leader).is_some_and(|number| test_kill_process(number) == Err(Errno::SRCH)) {
        signal_group(leader, Signal::KILL);
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    fn shell(line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]).stdin(Stdio::null()).stdout(Stdio::piped());
        leads_a_group(&mut command);
        command
    }

    #[test]
    fn the_rest_of_a_group_is_ended_and_who_has_its_number_now_is_not() {
        // The number of a process that was collected may be another's by now: here it is.
        let mut other = shell("sleep 600").spawn().unwrap();
        kill_rest_of_group(other.id());
        assert_eq!(other.try_wait().unwrap(), None, "it lives");
        kill_group(other.id());
        other.wait().unwrap();
        // A leader that is gone, and one of its group that is not.
        let mut leader = shell("sleep 600 & echo begun").spawn().unwrap();
        let mut output = BufReader::new(leader.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        leader.wait().unwrap();
        kill_rest_of_group(leader.id());
        // It held the pipe open.
        assert_eq!(output.read_line(&mut line).unwrap(), 0);
    }
}
