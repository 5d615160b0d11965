//! A process that outlives the one that wanted it. Editors end a server's descendants by following
//! parents, so it must have none of them: an intermediate process of the same binary leaves the session,
//! starts the lasting one and ends, which leaves that one to the system.

use std::ffi::OsStr;
use std::io::{Error, Result};
use std::path::Path;
use std::process::{Command, Stdio};

/// Starts `program` with `arguments` as the intermediate process and waits until it has ended. It has to
/// call [`step_aside`].
///
/// # Errors
/// It cannot be started, or it says that it failed.
pub fn detach<I, S>(program: &Path, arguments: I) -> Result<()>
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let output = command.spawn()?.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Error::other(if said.is_empty() { format!("it ended with {}", output.status) } else { said }))
}

/// In the intermediate process: leaves the session and starts the lasting process, which says what it
/// has to say in the file `log`. Then this process has to end.
///
/// # Errors
/// The session cannot be left, the file cannot be written, or the process cannot be started.
pub fn step_aside<I, S>(program: &Path, arguments: I, log: &Path) -> Result<()>
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    #[cfg(unix)]
    rustix::process::setsid()?;
    let log = std::fs::File::options().create(true).append(true).open(log)?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    // The marker is that of a session: what a session detaches goes with it, and keeps it.
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        // DETACHED_PROCESS, CREATE_NEW_PROCESS_GROUP, CREATE_BREAKAWAY_FROM_JOB
        command.creation_flags(0x8 | 0x200 | 0x0100_0000);
    }
    command.spawn().map(drop)
}

/// The tests of this crate are the binary: one of them is the intermediate process, one the lasting one.
#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use rustix::process::{getpid, getppid, getsid};
    use std::path::PathBuf;

    /// The folder of a test that wants this one to play its part.
    fn asked(variable: &str) -> Option<PathBuf> {
        std::env::var_os(variable).map(PathBuf::from)
    }

    /// `env` sets the variable and becomes the binary.
    fn play(variable: &str, folder: &Path, test: &str) -> [String; 5] {
        let binary = std::env::current_exe().unwrap().display().to_string();
        let name = format!("os::detach::tests::{test}");
        [format!("{variable}={}", folder.display()), binary, "--exact".into(), name, "--nocapture".into()]
    }

    #[test]
    fn intermediate() {
        if let Some(folder) = asked("SEGUE_TEST_INTERMEDIATE") {
            let arguments = play("SEGUE_TEST_LASTING", &folder, "lasting");
            step_aside(Path::new("env"), arguments, &folder.join("log")).unwrap();
        }
    }

    #[test]
    fn lasting() {
        let Some(folder) = asked("SEGUE_TEST_LASTING") else { return };
        let session = getsid(None).unwrap();
        // The leader of the session is the intermediate process, until it has ended.
        while getppid() == Some(session) {
            std::thread::yield_now();
        }
        let parent = getppid().map_or(0, |parent| parent.as_raw_nonzero().get());
        let told = format!("{parent} {}", session.as_raw_nonzero());
        std::fs::write(folder.join("half"), told).unwrap();
        std::fs::rename(folder.join("half"), folder.join("told")).unwrap();
    }

    /// The session of this process; 0 where its leader is in another namespace, as it can be in a container.
    fn own_session() -> String {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        // `id (name) state parent group session …`: the name may have spaces in it.
        stat.rsplit(')').next().unwrap().split_whitespace().nth(3).unwrap().to_owned()
    }

    #[test]
    fn the_lasting_process_has_no_parent_of_ours() {
        let folder = tempfile::tempdir().unwrap();
        detach(Path::new("env"), play("SEGUE_TEST_INTERMEDIATE", folder.path(), "intermediate")).unwrap();
        let told = loop {
            if let Ok(told) = std::fs::read_to_string(folder.path().join("told")) {
                break told;
            }
            std::thread::yield_now();
        };
        let (parent, session) = told.split_once(' ').unwrap();
        assert_ne!(parent, getpid().as_raw_nonzero().to_string());
        assert_ne!(session, own_session());
        assert!(std::fs::read_to_string(folder.path().join("log")).unwrap().contains("running 1 test"));
    }

    #[test]
    fn what_the_intermediate_process_says_is_told() {
        let error = detach(Path::new("sh"), ["-c", "echo 'no room' >&2; exit 1"]).unwrap_err();
        assert_eq!(error.to_string(), "no room");
        assert!(detach(Path::new("no-such-program"), [""; 0]).is_err());
    }
}
