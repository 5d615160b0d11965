//! The pipes to an agent, as lines: what comes is bounded and looked at before the protocol sees it, for
//! agents print logs where messages belong, answer what nobody asked, flood, and fall silent.

use futures_util::{Sink, Stream, sink, stream};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::watch;
use tokio::time::{Duration, Instant};

/// What may come from an agent in one turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The longest line, in bytes.
    pub line: usize,
    /// All lines together, in bytes.
    pub total: u64,
    /// How many lines that are no messages are passed over.
    pub noise: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { line: 32 << 20, total: 1 << 30, noise: 200 }
    }
}

/// What is known of the wire while it is in use.
#[derive(Debug)]
pub struct Pulse {
    inner: Mutex<Inner>,
    trouble: watch::Sender<Option<String>>,
}

#[derive(Debug)]
struct Inner {
    began: Instant,
    /// Whether it is ready: until then each step has a time of its own, and a long start is no silence.
    is_ready: bool,
    /// When something came last.
    last: Instant,
    /// Since when a person is asked, and how many questions are open.
    asking: Option<(Instant, u32)>,
    /// How long persons were asked before.
    asked: Duration,
    /// The ids of our requests that have no answer yet.
    open: BTreeSet<String>,
    came: u64,
    noise: u32,
    /// The last line that was no message.
    stray: String,
}

impl Default for Pulse {
    fn default() -> Self {
        let now = Instant::now();
        let inner = Inner {
            began: now,
            is_ready: false,
            last: now,
            asking: None,
            asked: Duration::ZERO,
            open: BTreeSet::new(),
            came: 0,
            noise: 0,
            stray: String::new(),
        };
        Self { inner: Mutex::new(inner), trouble: watch::Sender::new(None) }
    }
}

/// Why a turn is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// It took too long.
    Total,
    /// Nothing came for too long.
    Silence,
}

impl Pulse {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something came.
    pub fn beats(&self) {
        self.inner().last = Instant::now();
    }

    /// It is ready: its turn begins.
    pub fn begins(&self) {
        let mut inner = self.inner();
        inner.is_ready = true;
        inner.last = Instant::now();
    }

    /// A person is asked; the agent's time stands still.
    pub fn asks(&self) {
        let mut inner = self.inner();
        let (since, open) = inner.asking.unwrap_or((Instant::now(), 0));
        inner.asking = Some((since, open + 1));
    }

    /// A person has answered.
    pub fn is_answered(&self) {
        let mut inner = self.inner();
        inner.asking = match inner.asking {
            Some((since, open)) if open > 1 => Some((since, open - 1)),
            Some((since, _)) => {
                inner.asked += since.elapsed();
                None
            }
            None => None,
        };
        inner.last = Instant::now();
    }

    /// Waits until the turn has taken or been silent for too long.
    pub async fn overdue(&self, total: Duration, silence: Duration) -> Overdue {
        /// How often it is looked whether a person has answered, and whether it is ready.
        const LOOK: Duration = Duration::from_millis(250);
        loop {
            let (until, what) = {
                let inner = self.inner();
                let (end, quiet) = (inner.began + total + inner.asked, inner.last + silence);
                match inner.asking {
                    Some(_) => (Instant::now() + LOOK, None),
                    None if !inner.is_ready && end > Instant::now() => (end.min(Instant::now() + LOOK), None),
                    None if end <= quiet || !inner.is_ready => (end, Some(Overdue::Total)),
                    None => (quiet, Some(Overdue::Silence)),
                }
            };
            match what {
                Some(what) if until <= Instant::now() => return what,
                _ => tokio::time::sleep_until(until).await,
            }
        }
    }

    /// Waits until the agent breaks the rules of the wire; how.
    pub async fn trouble(&self) -> String {
        let mut seen = self.trouble.subscribe();
        let found = seen.wait_for(Option::is_some).await.ok().and_then(|found| found.clone());
        match found {
            Some(found) => found,
            None => std::future::pending().await,
        }
    }

    /// The last line that came and was no message.
    pub fn stray(&self) -> String {
        self.inner().stray.clone()
    }

    fn breaks(&self, how: impl Into<String>) {
        self.trouble.send_if_modified(|trouble| {
            let is_first = trouble.is_none();
            trouble.get_or_insert(how.into());
            is_first
        });
    }

    /// Notes what we send: an answer to it may come.
    fn sends(&self, line: &str) {
        let Ok(message) = serde_json::from_str::<Value>(line) else { return };
        if let (Some(_), Some(id)) = (message.get("method"), message.get("id")) {
            self.inner().open.insert(id.to_string());
        }
    }

    /// Whether a line that came goes on to the protocol; `None`: nothing may come any more.
    fn takes(&self, bytes: Vec<u8>, bounds: &Bounds) -> Option<Option<String>> {
        self.beats();
        let length = bytes.len() as u64;
        let text = String::from_utf8(bytes);
        let message = text.as_ref().ok().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let mut inner = self.inner();
        inner.came = inner.came.saturating_add(length);
        if inner.came > bounds.total {
            drop(inner);
            self.breaks(format!("it sent more than {} MB", bounds.total >> 20));
            return None;
        }
        let Some(message) = message.filter(|message| message.is_object() || message.is_array()) else {
            let text = text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
            if text.trim().is_empty() {
                return Some(None);
            }
            inner.noise += 1;
            inner.stray = text.chars().take(400).collect();
            let (noise, stray) = (inner.noise, inner.stray.clone());
            drop(inner);
            if noise > bounds.noise {
                self.breaks(format!("it prints what is no message: {stray}"));
                return None;
            }
            return Some(None);
        };
        let is_answer = message.get("method").is_none()
            && (message.get("result").is_some() || message.get("error").is_some());
        if is_answer {
            let id = message.get("id").map(Value::to_string).unwrap_or_default();
            let was_open = inner.open.remove(&id);
            drop(inner);
            if !was_open {
                self.breaks(format!("it answered the request {id}, which nobody made"));
                return None;
            }
        }
        text.ok().map(Some)
    }
}

/// The lines that come from an agent, as far as they are messages.
pub fn incoming<R>(
    pipe: R,
    pulse: Arc<Pulse>,
    bounds: Bounds,
) -> impl Stream<Item = std::io::Result<String>> + Send
where
    R: AsyncRead + Unpin + Send,
{
    stream::unfold((BufReader::with_capacity(64 << 10, pipe), pulse), move |(mut pipe, pulse)| async move {
        loop {
            match line(&mut pipe, bounds.line).await {
                Ok(Some(bytes)) => match pulse.takes(bytes, &bounds) {
                    Some(Some(line)) => return Some((Ok(line), (pipe, pulse))),
                    Some(None) => {}
                    None => return None,
                },
                Ok(None) => return None,
                Err(error) => {
                    pulse.breaks(error.to_string());
                    return None;
                }
            }
        }
    })
}

/// One line without its end; `None` at the end of the pipe.
async fn line<R: AsyncRead + Unpin>(
    pipe: &mut BufReader<R>,
    most: usize,
) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        let chunk = pipe.fill_buf().await?;
        if chunk.is_empty() {
            return Ok((!line.is_empty()).then_some(line));
        }
        let end = chunk.iter().position(|byte| *byte == b'\n');
        line.extend_from_slice(chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default());
        let used = end.map_or(chunk.len(), |end| end + 1);
        pipe.consume(used);
        if line.len() > most {
            return Err(std::io::Error::other(format!("it sent a line of more than {} MB", most >> 20)));
        }
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}

/// Takes the lines that go to an agent. Dropping it closes the pipe.
pub fn outgoing<W>(pipe: W, pulse: Arc<Pulse>) -> impl Sink<String, Error = std::io::Error> + Send
where
    W: AsyncWrite + Unpin + Send,
{
    sink::unfold((pipe, pulse), |(mut pipe, pulse), mut line: String| async move {
        pulse.sends(&line);
        line.push('\n');
        pipe.write_all(line.as_bytes()).await?;
        pipe.flush().await?;
        Ok((pipe, pulse))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{SinkExt, StreamExt};

    const SMALL: Bounds = Bounds { line: 100, total: 1000, noise: 2 };

    async fn read(text: &str, open: &[&str]) -> (Vec<String>, Option<String>, Arc<Pulse>) {
        let pulse = Arc::new(Pulse::default());
        pulse.inner().open.extend(open.iter().map(|id| (*id).to_owned()));
        let lines = incoming(std::io::Cursor::new(text.as_bytes().to_vec()), Arc::clone(&pulse), SMALL);
        let lines: Vec<String> = lines.map(|line| line.unwrap()).collect().await;
        let trouble = pulse.trouble.borrow().clone();
        (lines, trouble, pulse)
    }

    #[tokio::test]
    async fn messages_pass_and_logs_do_not() {
        let text = "starting\n{\"method\":\"a\"}\n\n[{\"method\":\"b\"}]\n17\n{\"id\":1,\"result\":{}}";
        let (lines, trouble, pulse) = read(text, &["1"]).await;
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!((trouble, pulse.stray().as_str()), (None, "17"));
    }

    #[tokio::test]
    async fn what_breaks_the_rules() {
        for (text, told) in [
            ("a\nb\nc\n", "it prints what is no message: c"),
            ("{\"id\":7,\"result\":null}\n", "it answered the request 7, which nobody made"),
            ("{\"id\":1,\"result\":{}}\n{\"id\":1,\"error\":{}}\n", "it answered the request 1,"),
            (&"x".repeat(101), "it sent a line of more than 0 MB"),
            (&"{\"method\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaa\"}\n".repeat(40), "it sent more than 0 MB"),
        ] {
            let (_, trouble, _) = read(text, &["1"]).await;
            let trouble = trouble.unwrap_or_else(|| panic!("{text:?}"));
            assert!(trouble.starts_with(told), "{trouble}");
        }
    }

    #[tokio::test]
    async fn what_is_sent_may_be_answered() {
        let pulse = Arc::new(Pulse::default());
        let mut pipe: Vec<u8> = Vec::new();
        {
            let sent = outgoing(&mut pipe, Arc::clone(&pulse));
            let mut sent = std::pin::pin!(sent);
            sent.send("{\"id\":\"a\",\"method\":\"x\"}".to_owned()).await.unwrap();
            sent.send("{\"id\":4,\"result\":1}".to_owned()).await.unwrap();
        }
        assert_eq!(pipe.iter().filter(|byte| **byte == b'\n').count(), 2);
        assert_eq!(pulse.inner().open.iter().collect::<Vec<_>>(), ["\"a\""]);
    }

    #[tokio::test]
    async fn time_stands_still_while_a_person_is_asked_and_until_it_is_ready() {
        let pulse = Pulse::default();
        let (long, none) = (Duration::from_secs(600), Duration::ZERO);
        let early =
            |total, silence| tokio::time::timeout(Duration::from_millis(30), pulse.overdue(total, silence));
        assert!(early(long, none).await.is_err(), "a long start is no silence");
        // Also where it was waited for before.
        let (what, ()) = tokio::join!(pulse.overdue(long, none), async { pulse.begins() });
        assert_eq!(what, Overdue::Silence);
        pulse.asks();
        pulse.asks();
        pulse.is_answered();
        assert!(early(none, none).await.is_err(), "a person is asked still");
        pulse.is_answered();
        assert_eq!(pulse.overdue(long, none).await, Overdue::Silence);
        assert_eq!(pulse.overdue(none, long).await, Overdue::Total);
    }
}
