//! A child process: how it is started, how it is watched, and how it ends, with all that it started.

use super::confine::Temporary;
use super::{Confinement, MARKER, TEMPORARY, system};
use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, sleep_until, timeout};

/// How long after a process what still comes through its pipes is waited for.
const DRAIN: Duration = Duration::from_millis(250);

/// A program that is to be started.
#[derive(Clone, Debug)]
pub struct Program {
    program: OsString,
    arguments: Vec<OsString>,
    folder: PathBuf,
    marker: String,
    set: Vec<(OsString, OsString)>,
    without: Vec<OsString>,
    input: Input,
    confinement: Option<Confinement>,
}

/// What a child reads on its standard input.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Input {
    /// Nothing.
    #[default]
    Closed,
    /// This, and then its end.
    Bytes(Vec<u8>),
    /// What is written by [`Running::take_input`].
    Kept,
}

impl Program {
    /// A program that works in `folder` and carries `marker` (`run/task/attempt`).
    #[must_use]
    pub fn new(program: impl Into<OsString>, folder: &Path, marker: &str) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            folder: folder.to_owned(),
            marker: marker.to_owned(),
            set: Vec::new(),
            without: Vec::new(),
            input: Input::Closed,
            confinement: None,
        }
    }

    /// With these arguments.
    #[must_use]
    pub fn with_arguments<I, S>(mut self, arguments: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// With a variable in its environment.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.set.push((name.into(), value.into()));
        self
    }

    /// Without these variables of ours.
    #[must_use]
    pub fn without(mut self, names: impl IntoIterator<Item = OsString>) -> Self {
        self.without.extend(names);
        self
    }

    /// With this on its standard input.
    #[must_use]
    pub fn with_input(mut self, input: Input) -> Self {
        self.input = input;
        self
    }

    /// Confined: it may touch these places and a folder for temporary files of its own, and nothing else.
    #[must_use]
    pub fn confined(mut self, confinement: Option<Confinement>) -> Self {
        self.confinement = confinement;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// It is not there, may not be started, or shall be confined and cannot be.
    pub fn start(&self) -> std::io::Result<Running> {
        let mut command = std::process::Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder);
        for name in &self.without {
            command.env_remove(name);
        }
        command.envs(self.set.iter().map(|(name, value)| (name, value))).env(MARKER, &self.marker);
        command.stdin(if self.input == Input::Closed { Stdio::null() } else { Stdio::piped() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        system::leads_a_group(&mut command);
        let (mut child, temporary) = self.spawn(command)?;
        if let Input::Bytes(bytes) = &self.input
            && let Some(mut pipe) = child.stdin.take()
        {
            let bytes = bytes.clone();
            // A child that does not read to the end has its reasons; its status tells.
            tokio::spawn(async move { pipe.write_all(&bytes).await });
        }
        let leader = child.id().unwrap_or_default();
        Ok(Running { child, leader, marker: self.marker.clone(), temporary })
    }

    fn spawn(&self, mut command: std::process::Command) -> std::io::Result<(Child, Option<Temporary>)> {
        let Some(confinement) = &self.confinement else {
            return Ok((Command::from(command).spawn()?, None));
        };
        let temporary = Temporary::new()?;
        for name in TEMPORARY {
            command.env(name, temporary.path());
        }
        // An input that is closed is opened from there, by the confined thread.
        let always = [temporary.path(), Path::new("/dev/null")];
        let confinement = confinement.clone().with_writes(always);
        let runtime = tokio::runtime::Handle::current();
        let child = confinement.within(|| {
            let _entered = runtime.enter();
            Command::from(command).spawn()
        })??;
        Ok((child, Some(temporary)))
    }
}

/// A child that was started.
#[derive(Debug)]
pub struct Running {
    child: Child,
    leader: u32,
    marker: String,
    /// Goes when this does.
    temporary: Option<Temporary>,
}

impl Running {
    /// Its number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.leader
    }

    /// Its own folder for temporary files, where it is confined.
    #[must_use]
    pub fn temporary(&self) -> Option<&Path> {
        self.temporary.as_ref().map(Temporary::path)
    }

    /// The end of its standard input that we write to, where it was kept and is not taken yet.
    pub fn take_input(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// What it prints.
    pub fn take_output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// What it says on standard error.
    pub fn take_errors(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Waits until it has ended. Its pipes may stay open: something that it started can hold them.
    ///
    /// # Errors
    /// The system does not tell.
    pub async fn exited(&mut self) -> std::io::Result<ExitStatus> {
        // Not `wait` on the child as it is: that would close an input which somebody still writes to.
        let input = self.child.stdin.take();
        let status = self.child.wait().await;
        self.child.stdin = input;
        status
    }

    /// Ends it and everything that it started: its input is closed (an input that was taken has to be
    /// dropped before), it gets `grace` to end by itself, then its group is asked to end, then killed,
    /// and then every process that carries its marker. Does nothing twice.
    pub async fn end(&mut self, grace: Duration, after_asking: Duration) -> Option<ExitStatus> {
        drop(self.child.stdin.take());
        let mut status = timeout(grace, self.child.wait()).await.ok();
        if status.is_none() {
            system::terminate_group(self.leader);
            status = timeout(after_asking, self.child.wait()).await.ok();
        }
        let status = match status {
            Some(status) => {
                system::kill_rest_of_group(self.leader);
                status
            }
            None => {
                system::kill_group(self.leader);
                self.child.wait().await
            }
        };
        let marker = self.marker.clone();
        let _ = tokio::task::spawn_blocking(move || super::sweep(&marker)).await;
        status.ok()
    }
}

/// What a run of a program may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest it may run.
    pub total: Duration,
    /// The longest it may print nothing.
    pub silence: Duration,
    /// How much is kept of each of its outputs, in bytes: half from the beginning, half from the end.
    pub kept: usize,
    /// How long it gets to end by itself when it has to, and again when it is asked.
    pub grace: (Duration, Duration),
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(600),
            silence: Duration::from_secs(600),
            kept: 1 << 20,
            grace: (Duration::from_secs(5), Duration::from_secs(2)),
        }
    }
}

/// Which output something was printed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Errors,
}

/// How a run of a program came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By itself, with this status.
    Exited(ExitStatus),
    /// By us: it took too long.
    TimedOut,
    /// By us: it printed nothing for too long.
    Silent,
    /// By us: it was not wanted any more.
    Cancelled,
}

impl How {
    /// Whether it went well.
    #[must_use]
    pub fn is_success(self) -> bool {
        matches!(self, Self::Exited(status) if status.success())
    }
}

/// What a run of a program left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How it came to its end.
    pub how: How,
    /// What it printed.
    pub output: Kept,
    /// What it said on standard error.
    pub errors: Kept,
}

/// An output: its beginning and its end, where it is long.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Kept {
    limit: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    dropped: u64,
}

impl Kept {
    fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    fn push(&mut self, bytes: &[u8]) {
        let half = self.limit / 2;
        let room = half.saturating_sub(self.head.len()).min(bytes.len());
        let (first, rest) = bytes.split_at(room);
        self.head.extend_from_slice(first);
        self.tail.extend(rest);
        let excess = self.tail.len().saturating_sub(self.limit - half);
        self.tail.drain(..excess);
        self.dropped += excess as u64;
    }

    /// The bytes that were not kept.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// As text, with a line where something was left out.
    #[must_use]
    pub fn text(&self) -> String {
        let tail: Vec<u8> = self.tail.iter().copied().collect();
        if self.dropped == 0 {
            return String::from_utf8_lossy(&[self.head.as_slice(), &tail].concat()).into_owned();
        }
        let (head, tail) = (String::from_utf8_lossy(&self.head), String::from_utf8_lossy(&tail));
        format!("{head}\n… {} bytes left out …\n{tail}", self.dropped)
    }
}

/// Runs a program to its end, which is also the end of everything that it started. What it prints goes
/// to `sees` as it comes. `cancelled` ends it when it comes.
///
/// # Errors
/// It cannot be started.
pub async fn run(
    program: &Program,
    limits: &Limits,
    mut sees: impl FnMut(Stream, &[u8]),
    cancelled: impl Future<Output = ()>,
) -> std::io::Result<Ended> {
    let mut running = program.start()?;
    let (mut output, mut errors) = (running.take_output(), running.take_errors());
    let (mut kept_output, mut kept_errors) = (Kept::new(limits.kept), Kept::new(limits.kept));
    let (mut chunk, mut other) = (vec![0; 16 << 10], vec![0; 4 << 10]);
    let start = Instant::now();
    let (mut last, mut status) = (start, None);
    tokio::pin!(cancelled);
    let how = loop {
        if let Some(status) = status.filter(|_| output.is_none() && errors.is_none()) {
            break How::Exited(status);
        }
        let (until, then) = match status {
            Some(status) => (last + DRAIN, How::Exited(status)),
            None if start + limits.total <= last + limits.silence => (start + limits.total, How::TimedOut),
            None => (last + limits.silence, How::Silent),
        };
        tokio::select! {
            read = read(&mut output, &mut chunk) => {
                take(read, &mut output, &chunk, Stream::Output, &mut kept_output, &mut sees);
                last = Instant::now();
            }
            read = read(&mut errors, &mut other) => {
                take(read, &mut errors, &other, Stream::Errors, &mut kept_errors, &mut sees);
                last = Instant::now();
            }
            exited = running.exited(), if status.is_none() => {
                status = Some(exited?);
                last = Instant::now();
            }
            () = sleep_until(until) => break then,
            () = &mut cancelled, if status.is_none() => break How::Cancelled,
        }
        // What a survivor prints without end is not waited for.
        if let Some(status) = status.filter(|_| last > start + limits.total) {
            break How::Exited(status);
        }
    };
    let grace = if status.is_some() { (Duration::ZERO, Duration::ZERO) } else { limits.grace };
    drop((output, errors));
    running.end(grace.0, grace.1).await;
    Ok(Ended { how, output: kept_output, errors: kept_errors })
}

/// Reads some bytes; never comes back where there is nothing to read from.
async fn read(pipe: &mut Option<impl AsyncRead + Unpin>, chunk: &mut [u8]) -> usize {
    match pipe {
        Some(pipe) => pipe.read(chunk).await.unwrap_or(0),
        None => std::future::pending().await,
    }
}

/// Keeps and passes on what was read; nothing read is the end of the pipe.
fn take<P>(
    read: usize,
    pipe: &mut Option<P>,
    chunk: &[u8],
    stream: Stream,
    kept: &mut Kept,
    sees: &mut impl FnMut(Stream, &[u8]),
) {
    if read == 0 {
        *pipe = None;
        return;
    }
    let bytes = chunk.get(..read).unwrap_or_default();
    kept.push(bytes);
    sees(stream, bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_outputs_keep_their_beginning_and_their_end() {
        let mut kept = Kept::new(8);
        kept.push(b"ab");
        kept.push(b"cdef");
        assert_eq!(kept.text(), "abcdef");
        kept.push(b"ghijkl");
        assert_eq!((kept.text().as_str(), kept.dropped()), ("abcd\n… 4 bytes left out …\nijkl", 4));
        kept.push(&[b'x'; 1000]);
        assert!(kept.text().ends_with("xxxx") && kept.tail.len() == 4);
    }
}

/// Real processes, each misbehaving in its own way.
#[cfg(test)]
#[cfg(target_os = "linux")]
mod misbehaving {
    use super::*;
    use crate::os::{marked, sweep};
    use std::future::pending;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Another marker for each test: they run side by side.
    fn marker() -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        format!("test{}x{}/task/1", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
    }

    fn quick() -> Limits {
        let short = Duration::from_millis(50);
        Limits { grace: (short, short), ..Limits::default() }
    }

    async fn shell(line: &str, limits: Limits) -> (Ended, String) {
        let (folder, marker) = (tempfile::tempdir().unwrap(), marker());
        let program = Program::shell(line, folder.path(), &marker);
        let ended = run(&program, &limits, |_, _| (), pending()).await.unwrap();
        assert_eq!(marked(&marker), [0; 0], "{line}");
        (ended, marker)
    }

    #[tokio::test]
    async fn it_prints_and_ends() {
        let (ended, _) = shell("echo out; echo err >&2; pwd >/dev/null; exit 3", quick()).await;
        let How::Exited(status) = ended.how else { panic!("{ended:?}") };
        assert_eq!(status.code(), Some(3));
        assert_eq!((ended.output.text().as_str(), ended.errors.text().as_str()), ("out\n", "err\n"));
    }

    #[tokio::test]
    async fn it_is_not_there() {
        let program = Program::new("no-such-program", Path::new("."), &marker());
        assert!(run(&program, &quick(), |_, _| (), pending()).await.is_err());
    }

    #[tokio::test]
    async fn it_reads_what_it_is_given() {
        let program = Program::shell("cat; echo $SEGUE_RUN", Path::new("."), "m/t/1")
            .with_input(Input::Bytes(vec![b'x'; 300_000]));
        let mut seen = 0;
        let ended = run(&program, &quick(), |_, bytes| seen += bytes.len(), pending()).await.unwrap();
        assert!(ended.output.text().ends_with("xm/t/1\n"));
        assert_eq!(seen, 300_006);
        let deaf = Program::shell("exec true", Path::new("."), &marker())
            .with_input(Input::Bytes(vec![b'x'; 300_000]));
        assert!(run(&deaf, &quick(), |_, _| (), pending()).await.unwrap().how.is_success());
    }

    #[tokio::test]
    async fn it_ignores_being_asked() {
        let limits = Limits { total: Duration::from_millis(100), ..quick() };
        let (ended, _) = shell("trap '' TERM; while :; do sleep 0.01; done", limits).await;
        assert_eq!(ended.how, How::TimedOut);
    }

    #[tokio::test]
    async fn it_says_nothing() {
        let limits = Limits { silence: Duration::from_millis(100), ..quick() };
        let (ended, _) = shell("echo begun; sleep 600", limits).await;
        assert_eq!((ended.how, ended.output.text().as_str()), (How::Silent, "begun\n"));
    }

    #[tokio::test]
    async fn it_floods() {
        let limits = Limits { total: Duration::from_millis(300), kept: 1000, ..quick() };
        let (ended, _) = shell("yes flood", limits).await;
        assert_eq!(ended.how, How::TimedOut);
        assert!(ended.output.dropped() > 1000 && ended.output.text().len() < 1100);
    }

    #[tokio::test]
    async fn it_leaves_its_group_and_its_session() {
        let (ended, marker) = shell("setsid -f sleep 600; (setsid sleep 600 &); echo done", quick()).await;
        assert!(ended.how.is_success());
        assert_eq!(sweep(&marker), 0);
    }

    /// The child is gone, and a grandchild holds the pipe: its end never comes.
    #[tokio::test]
    async fn something_it_started_holds_the_pipe() {
        let (ended, _) = shell("echo done; setsid -f sleep 600", quick()).await;
        assert!(ended.how.is_success());
        assert_eq!(ended.output.text(), "done\n");
    }

    #[tokio::test]
    async fn something_it_started_floods_the_pipe() {
        let limits = Limits { total: Duration::from_millis(300), ..quick() };
        let (ended, _) = shell("setsid -f yes", limits).await;
        assert!(ended.how.is_success());
    }

    #[tokio::test]
    async fn it_closes_its_output_and_goes_on() {
        let limits = Limits { total: Duration::from_millis(200), ..quick() };
        let (ended, _) = shell("exec >&- 2>&-; while :; do sleep 0.01; done", limits).await;
        assert_eq!(ended.how, How::TimedOut);
    }

    #[tokio::test]
    async fn it_breeds() {
        let limits = Limits { total: Duration::from_millis(200), ..quick() };
        let (ended, _) = shell(
            "breed() { trap '' TERM; while :; do setsid -f sleep 600; sleep 0.02; done; }; breed",
            limits,
        )
        .await;
        assert_eq!(ended.how, How::TimedOut);
    }

    #[tokio::test]
    async fn it_is_cancelled() {
        let (folder, marker) = (tempfile::tempdir().unwrap(), marker());
        let program = Program::shell("echo begun; sleep 600", folder.path(), &marker);
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let mut sender = Some(sender);
        let tell = |_: Stream, _: &[u8]| {
            sender.take().map(|sender| sender.send(()));
        };
        let ended = run(&program, &quick(), tell, async { drop(receiver.await) }).await.unwrap();
        assert_eq!(ended.how, How::Cancelled);
        assert!(marked(&marker).is_empty());
    }

    #[tokio::test]
    async fn an_input_that_is_kept_is_its_end_when_dropped() {
        let marker = marker();
        let program = Program::shell("while read line; do echo got $line; done", Path::new("."), &marker)
            .with_input(Input::Kept);
        let mut running = program.start().unwrap();
        let (mut input, mut output) = (running.take_input().unwrap(), running.take_output().unwrap());
        input.write_all(b"one\n").await.unwrap();
        let mut bytes = [0; 8];
        output.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"got one\n");
        drop(input);
        let status = running.end(Duration::from_secs(60), Duration::from_secs(60)).await.unwrap();
        assert!(status.success());
    }

    #[tokio::test]
    async fn tokens_stay_with_us() {
        // Cargo sets this one for tests; the others stay.
        let program = Program::shell("env", Path::new("."), &marker())
            .without_tokens()
            .without(["CARGO_PKG_NAME".into()]);
        let ended = run(&program, &quick(), |_, _| (), pending()).await.unwrap();
        let text = ended.output.text();
        assert!(
            text.contains("PATH=") && !text.contains("CARGO_PKG_NAME") && !text.contains("_TOKEN="),
            "{text}"
        );
    }
}
