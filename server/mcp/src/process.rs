//! A server's processes, and their end.
//!
//! A server leads a process group of its own, and its environment has a mark that whatever it starts
//! inherits. At the end the group is killed, and on Linux also what left the group and still has the mark:
//! servers that ignore signals, that fork, that make themselves daemons. The leader is not reaped before
//! its group is killed, so the number of the group cannot have become another's.
//!
//! What is alive is noted for the whole process ([`end_all`]): one that ends early ends its servers first.

use crate::launch::Text;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// The variable that marks what a server starts.
pub const MARK: &str = "SEGUE_MCP_SERVER";

/// What is alive.
static ALIVE: Mutex<Vec<Group>> = Mutex::new(Vec::new());

fn alive() -> MutexGuard<'static, Vec<Group>> {
    ALIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A group of processes and its mark.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    leader: u32,
    mark: String,
}

/// Kills every server that is alive, at once: for a process that is about to end.
pub fn end_all() {
    let groups = std::mem::take(&mut *alive());
    groups.iter().for_each(Group::kill);
}

/// The ends of a server's pipes.
pub(crate) struct Pipes {
    pub stdin: ChildStdin,
    pub stdout: ChildStdout,
    pub stderr: ChildStderr,
}

/// A running server. Dropped, it is killed.
pub(crate) struct Process {
    child: Child,
    group: Group,
    /// Whether it was ended: the group's number may be another's by now.
    ended: bool,
}

impl Process {
    /// Starts a server.
    ///
    /// # Errors
    /// Those of the system: no such program, no such folder, no permission.
    pub fn start(
        program: &Text,
        args: &[Text],
        env: &[(String, Text)],
        folder: &Path,
    ) -> std::io::Result<(Self, Pipes)> {
        let mark = new_mark();
        let mut command = Command::new(in_folder(&program.value, folder));
        command
            .args(args.iter().map(|word| &word.value))
            .envs(env.iter().map(|(name, text)| (name, &text.value)))
            .env(MARK, &mark)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        // Held over the start: whoever ends everything ends this one too.
        let mut alive = alive();
        let mut child = command.spawn()?;
        let group = Group { leader: child.id().unwrap_or_default(), mark };
        alive.push(group.clone());
        drop(alive);
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let process = Self { child, group, ended: false };
        match pipes {
            (Some(stdin), Some(stdout), Some(stderr)) => Ok((process, Pipes { stdin, stdout, stderr })),
            _ => Err(std::io::Error::other("it has no pipes")),
        }
    }

    /// Ends it: its input is closed already, so it may end by itself, for `grace`; then it is asked to, for
    /// as long; then it is killed with all that it started.
    pub async fn end(mut self, grace: Duration) {
        self.wait(grace).await;
        self.group.ask_to_end();
        self.wait(grace).await;
        self.group.kill();
        self.forget();
        let _ = self.child.wait().await;
    }

    fn forget(&mut self) {
        self.ended = true;
        alive().retain(|group| *group != self.group);
    }

    /// Waits until the leader has ended, without reaping it.
    async fn wait(&mut self, grace: Duration) {
        const STEP: Duration = Duration::from_millis(5);
        let until = Instant::now() + grace;
        while !self.group.has_ended() && Instant::now() < until {
            tokio::time::sleep(STEP).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.ended {
            self.group.kill();
            self.forget();
        }
    }
}

/// A program named with a folder is looked for below the one where it starts, and not below ours.
pub(crate) fn in_folder(program: &str, folder: &Path) -> std::path::PathBuf {
    let path = Path::new(program);
    if path.is_relative() && path.components().count() > 1 { folder.join(path) } else { path.to_owned() }
}

/// A mark that no other server has.
fn new_mark() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_nanos());
    format!("{}-{nanos}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

#[cfg(unix)]
impl Group {
    fn leader(&self) -> Option<rustix::process::Pid> {
        // 1 would be everybody, 0 ourselves.
        i32::try_from(self.leader).ok().filter(|id| *id > 1).and_then(rustix::process::Pid::from_raw)
    }

    fn signal(&self, signal: rustix::process::Signal) {
        if let Some(leader) = self.leader() {
            // Nobody is left, or nobody may be asked: both are well.
            let _ = rustix::process::kill_process_group(leader, signal);
        }
    }

    fn ask_to_end(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    fn kill(&self) {
        self.signal(rustix::process::Signal::KILL);
        #[cfg(target_os = "linux")]
        marked::kill(&self.mark);
    }

    /// Whether the leader has ended; it is left for [`Process::end`] to reap.
    fn has_ended(&self) -> bool {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let Some(leader) = self.leader() else { return true };
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        !matches!(waitid(WaitId::Pid(leader), look), Ok(None))
    }
}

#[cfg(not(unix))]
impl Group {
    fn ask_to_end(&self) {}

    /// The process with all below it.
    fn kill(&self) {
        let id = self.leader.to_string();
        let _ = std::process::Command::new("taskkill").args(["/T", "/F", "/PID", &id]).output();
    }

    fn has_ended(&self) -> bool {
        false
    }
}

/// Processes that left the group and have the mark.
#[cfg(target_os = "linux")]
mod marked {
    use super::MARK;
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

    /// One that starts others while it is looked for is met again so often.
    const MOST_LOOKS: usize = 50;

    pub fn kill(mark: &str) {
        let line = format!("{MARK}={mark}");
        for _ in 0..MOST_LOOKS {
            let found: Vec<Pid> = processes().filter(|id| has(*id, line.as_bytes())).collect();
            if found.is_empty() {
                return;
            }
            for id in found {
                // The handle is of whoever has the number now, so the mark is looked at again.
                if let Ok(handle) = pidfd_open(id, PidfdFlags::empty())
                    && has(id, line.as_bytes())
                {
                    let _ = pidfd_send_signal(handle, Signal::KILL);
                }
            }
        }
    }

    fn processes() -> impl Iterator<Item = Pid> {
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?))
    }

    /// Whether its environment has the line. One that ended has none, and another user's is not to be read.
    fn has(id: Pid, line: &[u8]) -> bool {
        let environment = std::fs::read(format!("/proc/{}/environ", id.as_raw_nonzero()));
        environment.is_ok_and(|bytes| bytes.split(|byte| *byte == 0).any(|own| own == line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_where_it_starts() {
        let folder = Path::new("/w/project");
        assert_eq!(in_folder("npx", folder), Path::new("npx"));
        assert_eq!(in_folder("./run.sh", folder), Path::new("/w/project/./run.sh"));
        assert_eq!(in_folder("bin/run", folder), Path::new("/w/project/bin/run"));
        assert_eq!(in_folder("/bin/sh", folder), Path::new("/bin/sh"));
    }

    #[test]
    fn marks_differ() {
        assert_ne!(new_mark(), new_mark());
    }
}
