//! The only place that writes to stdout and stderr.
//!
//! Writers are locked and buffered. A closed pipe is no error of ours: it becomes
//! [`Failure::ReaderLeft`], which ends the command quietly.

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

/// A text from files with control characters as signs: none reaches a terminal, which would obey it. Line
/// ends and tabs stay.
pub fn visible(text: &str) -> String {
    let sign = |c: char| match u32::from(c) {
        0x09 | 0x0a => c,
        0x7f => '␡',
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x80..0xa0 => '\u{fffd}',
        _ => c,
    };
    text.chars().map(sign).collect()
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
