//! Runs git: arguments only, no shell, no hooks, no prompts, with limits on time and output.

use super::GitError;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The longest a command may take that only asks.
const READ_LIMIT: Duration = Duration::from_secs(120);
/// The longest a command may take that checks out, adds or merges.
const WRITE_LIMIT: Duration = Duration::from_secs(600);
/// The most that is read of a command's output.
const OUTPUT_LIMIT: usize = 256 << 20;
/// The most that is kept of what a command says on standard error.
const SAID_LIMIT: usize = 8 << 10;
/// How often the exit status is looked at while a pipe stays open.
const LOOK: Duration = Duration::from_millis(100);
/// How long after a command has ended what it printed is waited for: on a busy machine the threads that
/// read it come late, and half an answer of git is worse than none.
const DRAIN: Duration = Duration::from_secs(2);

/// Variables by which a git (or a hook of one) that started us would point elsewhere.
const FOREIGN: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ATTR_SOURCE",
    "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_DATE",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_MERGE_AUTOEDIT",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REFLOG_ACTION",
    "GIT_REPLACE_REF_BASE",
    "GIT_SEQUENCE_EDITOR",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Who makes the commits of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

/// How git is run: which program, where, and with what around it.
#[derive(Clone, Debug)]
pub struct Git {
    program: OsString,
    environment: Vec<(OsString, OsString)>,
}

impl Default for Git {
    fn default() -> Self {
        Self { program: "git".into(), environment: Vec::new() }
    }
}

/// Whose rules a command follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// It asks: no locks either.
    Reads,
    /// It is a step of a run: no hooks, no signature, no clean-up in the background.
    Writes,
    /// It is what the user would type: their hooks, their signature.
    Ordinary,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub printed: Vec<u8>,
    /// What it said on standard error, its end where it is long.
    pub said: String,
    command: String,
    place: PathBuf,
}

impl Ended {
    /// What it printed, where it went well.
    pub fn printed(self) -> Result<Vec<u8>, GitError> {
        if self.status.success() { Ok(self.printed) } else { Err(self.error()) }
    }

    /// What it means that it did not go well.
    pub fn error(self) -> GitError {
        let said = self.said.trim();
        let said = if said.is_empty() { format!("it ended with {}", self.status) } else { said.to_owned() };
        GitError::of_words(self.command, &said, &self.place)
    }
}

impl Git {
    /// Another program than the `git` on `PATH`.
    #[must_use]
    pub fn with_program(mut self, program: impl Into<OsString>) -> Self {
        self.program = program.into();
        self
    }

    /// With a variable set for every command.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// With commits made by `identity`, whatever the configuration says.
    #[must_use]
    pub fn with_identity(self, identity: &Identity) -> Self {
        self.with_variable("GIT_AUTHOR_NAME", &identity.name)
            .with_variable("GIT_AUTHOR_EMAIL", &identity.email)
            .with_variable("GIT_COMMITTER_NAME", &identity.name)
            .with_variable("GIT_COMMITTER_EMAIL", &identity.email)
    }

    /// Asks git something in `place`. Takes no lock.
    pub(crate) fn asks<I, S>(&self, place: &Path, arguments: I) -> Result<Ended, GitError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.run(Manner::Reads, place, collected(arguments), None)
    }

    /// The same, with something to read on standard input.
    pub(crate) fn asks_with<I, S>(&self, place: &Path, arguments: I, input: &[u8]) -> Result<Ended, GitError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.run(Manner::Reads, place, collected(arguments), Some(input))
    }

    /// A step of a run: without hooks, signature and background clean-up.
    pub(crate) fn does<I, S>(&self, place: &Path, arguments: I) -> Result<Ended, GitError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.run(Manner::Writes, place, collected(arguments), None)
    }

    /// The same, with something to read on standard input.
    pub(crate) fn does_with<I, S>(&self, place: &Path, arguments: I, input: &[u8]) -> Result<Ended, GitError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.run(Manner::Writes, place, collected(arguments), Some(input))
    }

    /// What the user would type: with their hooks and their signature.
    pub(crate) fn ordinary<I, S>(&self, place: &Path, arguments: I) -> Result<Ended, GitError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.run(Manner::Ordinary, place, collected(arguments), None)
    }

    fn command(&self, manner: Manner, place: &Path, arguments: &[OsString]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("-C").arg(place);
        if manner != Manner::Ordinary {
            let settings = [
                "core.hooksPath=/dev/null",
                "commit.gpgsign=false",
                "gc.auto=0",
                "maintenance.auto=false",
                "core.fsmonitor=false",
            ];
            for setting in settings {
                command.args(["-c", setting]);
            }
            // What git says is read: in English.
            command.env("LC_ALL", "C").env_remove("LANGUAGE");
        }
        command.args(arguments);
        for name in FOREIGN {
            command.env_remove(name);
        }
        command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_EDITOR", "true").env("GIT_PAGER", "cat");
        if manner == Manner::Reads {
            command.env("GIT_OPTIONAL_LOCKS", "0");
        } else {
            command.env_remove("GIT_OPTIONAL_LOCKS");
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        crate::os::leads_a_group(&mut command);
        command
    }

    fn run(
        &self,
        manner: Manner,
        place: &Path,
        arguments: Vec<OsString>,
        input: Option<&[u8]>,
    ) -> Result<Ended, GitError> {
        let limit = if manner == Manner::Reads { READ_LIMIT } else { WRITE_LIMIT };
        let shown = shown(&arguments);
        let mut command = self.command(manner, place, &arguments);
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(GitError::Missing)?;
        let (status, printed, said) = watched(child, input, limit, &shown)?;
        if printed.len() > OUTPUT_LIMIT {
            return Err(GitError::TooMuchOutput { command: shown, limit: OUTPUT_LIMIT });
        }
        let from = said.len().saturating_sub(SAID_LIMIT);
        let said = String::from_utf8_lossy(said.get(from..).unwrap_or_default()).into_owned();
        Ok(Ended { status, printed, said, command: shown, place: place.to_owned() })
    }
}

/// What has been read of a pipe so far.
type Kept = Arc<Mutex<Vec<u8>>>;

/// Waits for a command, reading both of its pipes and looking at its status: a process that it started
/// and left behind can hold the pipes open.
fn watched(
    mut child: Child,
    input: Option<&[u8]>,
    limit: Duration,
    command: &str,
) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), GitError> {
    let failed =
        |error: std::io::Error| GitError::Failed { command: command.to_owned(), said: error.to_string() };
    let (sender, receiver) = mpsc::channel();
    let printed = child.stdout.take().map(|pipe| reading(pipe, sender.clone()));
    let said = child.stderr.take().map(|pipe| reading(pipe, sender.clone()));
    drop(sender);
    if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
        let input = input.to_owned();
        // A command that does not want all of its input has its reasons; its status tells.
        std::thread::spawn(move || pipe.write_all(&input));
    }
    let (start, mut ended) = (Instant::now(), None);
    // Each pipe that is read to its end says so; then nobody is left to say anything.
    while let Err(RecvTimeoutError::Timeout) | Ok(()) = receiver.recv_timeout(LOOK) {
        match ended {
            None => ended = child.try_wait().map_err(failed)?.map(|status| (status, Instant::now())),
            // What holds a pipe so long after is not git. On a busy machine its own output takes a while.
            Some((_, since)) if since.elapsed() > DRAIN => break,
            Some(_) => {}
        }
        if ended.is_none() && start.elapsed() > limit {
            crate::os::kill_group(child.id());
            let _ = child.kill();
            let _ = child.wait();
            return Err(GitError::TimedOut { command: command.to_owned(), limit });
        }
    }
    let status = match ended {
        Some((status, _)) => status,
        None => child.wait().map_err(failed)?,
    };
    Ok((status, kept(printed), kept(said)))
}

/// Reads a pipe to its end on a thread of its own; keeps a byte more than the limit, so that the excess
/// shows, and drops the rest: a full pipe would hold the command up.
fn reading(mut pipe: impl Read + Send + 'static, done: mpsc::Sender<()>) -> Kept {
    let kept = Kept::default();
    let keeps = Arc::clone(&kept);
    std::thread::spawn(move || {
        let mut chunk = vec![0; 64 << 10];
        loop {
            let bytes = match pipe.read(&mut chunk) {
                Ok(0) => break,
                Ok(number) => chunk.get(..number).unwrap_or_default(),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            let mut kept = keeps.lock().unwrap_or_else(PoisonError::into_inner);
            let room = (OUTPUT_LIMIT + 1).saturating_sub(kept.len()).min(bytes.len());
            kept.extend_from_slice(bytes.get(..room).unwrap_or_default());
        }
        let _ = done.send(());
    });
    kept
}

/// What was kept, by now.
fn kept(kept: Option<Kept>) -> Vec<u8> {
    kept.map(|kept| std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner)))
        .unwrap_or_default()
}

fn collected<I, S>(arguments: I) -> Vec<OsString>
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect()
}

/// The command as it is told to people: `git worktree add …`, its first words.
fn shown(arguments: &[OsString]) -> String {
    const WORDS: usize = 8;
    let mut shown = "git".to_owned();
    for argument in arguments.iter().take(WORDS) {
        shown.push(' ');
        shown.push_str(&argument.to_string_lossy());
    }
    if arguments.len() > WORDS {
        shown.push_str(" …");
    }
    shown
}

/// The parts of an output that NUL ends or separates.
pub(crate) fn parts(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    output.split(|byte| *byte == 0).filter(|part| !part.is_empty())
}

/// The only line of an output.
pub(crate) fn line(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim_end_matches(['\n', '\r']).to_owned()
}

/// A path as git prints it, byte for byte where the system can.
pub(crate) fn path(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    {
        PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// A path as git reads it: with `/` between its parts.
pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        path.as_os_str().as_bytes().to_vec()
    }
    #[cfg(not(unix))]
    {
        path.to_string_lossy().replace('\\', "/").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_git_says_what_to_do() {
        let error = Git::default().with_program("no-such-git").asks(Path::new("."), ["version"]).unwrap_err();
        assert!(error.to_string().contains("install git 2.38"), "{error}");
    }

    #[test]
    fn variables_that_point_elsewhere_are_cleared() {
        let command = Git::default().command(Manner::Writes, Path::new("."), &[]);
        let cleared = |name: &str| command.get_envs().any(|(own, value)| own == name && value.is_none());
        assert!(cleared("GIT_DIR") && cleared("GIT_INDEX_FILE") && cleared("GIT_WORK_TREE"));
    }

    /// The command has ended, and something that it started holds its output open.
    #[cfg(unix)]
    #[test]
    fn a_process_left_behind_holds_nobody_up() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo done; sleep 600 & echo $! >&2"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        crate::os::leads_a_group(&mut command);
        let child = command.spawn().unwrap();
        let group = child.id();
        let (status, printed, _) = watched(child, None, Duration::from_secs(60), "sh").unwrap();
        assert!(status.success());
        assert_eq!(printed, b"done\n");
        crate::os::kill_group(group);
    }

    #[cfg(unix)]
    #[test]
    fn what_takes_too_long_is_ended() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        crate::os::leads_a_group(&mut command);
        let error = watched(command.spawn().unwrap(), None, Duration::ZERO, "git fetch").unwrap_err();
        assert!(matches!(error, GitError::TimedOut { .. }), "{error}");
    }
}
