//! The only place that writes to stdout and stderr.
//!
//! Writers are locked and buffered. A closed pipe is no error of ours: it becomes
//! [`Failure::ReaderLeft`], which ends the command quietly.

pub use segue_runs::visible;
use std::io::{self, BufWriter, IsTerminal, Write};

/// Why a command stops.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Whoever read our output has enough.
    #[error("the reader of the output left")]
    ReaderLeft,
    /// The command itself failed; the sentence says how.
    #[error("{0}")]
    Said(String),
}

impl Failure {
    /// A failure that is told in a sentence.
    pub fn said(sentence: impl Into<String>) -> Self {
        Self::Said(sentence.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderLeft,
            _ => Self::Said(format!("The output cannot be written: {error}.")),
        }
    }
}

impl From<segue_runs::Failure> for Failure {
    fn from(failure: segue_runs::Failure) -> Self {
        Self::said(failure.to_string())
    }
}

impl From<segue_orchestrator::journal::JournalError> for Failure {
    fn from(error: segue_orchestrator::journal::JournalError) -> Self {
        Self::said(error.to_string())
    }
}

/// Stdout, locked and buffered, with or without colour.
pub struct Output {
    writer: BufWriter<anstream::AutoStream<io::StdoutLock<'static>>>,
    /// Whether colour and other styles reach the reader.
    pub colour: bool,
    /// Whether a person looks at it.
    pub terminal: bool,
}

impl Output {
    /// Locks stdout. Colour is for terminals alone and obeys `NO_COLOR` and `CLICOLOR_FORCE`.
    pub fn lock() -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        let choice = anstream::AutoStream::choice(&stdout);
        let colour = choice != anstream::ColorChoice::Never;
        let writer = BufWriter::with_capacity(1 << 16, anstream::AutoStream::new(stdout.lock(), choice));
        Self { writer, colour, terminal }
    }

    /// Writes what is still held back.
    pub fn finish(mut self) -> Result<(), Failure> {
        Ok(self.writer.flush()?)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Asks a person at the terminal, on stderr, and gives the line that was typed; nothing at the end of the
/// input.
pub fn ask(question: &str) -> Option<String> {
    let mut stderr = anstream::stderr().lock();
    write!(stderr, "{} ", visible(question)).and_then(|()| stderr.flush()).ok()?;
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim().to_owned())
}

/// Says something beside the result, on stderr. Where nobody can hear it, it is lost.
pub fn note(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{}", visible(text));
}
