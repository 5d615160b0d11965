//! The wire: messages out of stdin, however broken, and into the duplex pipe that the library reads.
//!
//! The library ends the session at the first frame it cannot read. So nothing reaches it that it cannot:
//! header names are taken in any case, bodies longer than [`LONGEST_BODY`] are skipped, bytes that are
//! not UTF-8 and escapes of half a surrogate pair become U+FFFD, and what is no JSON-RPC message is
//! dropped with a line in the log. A document's version that is left out, or is no 32-bit integer, is
//! written in as [`NO_VERSION`]: the library's types would refuse the edit. Noise between messages is skipped up to the next `Content-Length`.
//!
//! The library refuses what it reads before `initialize` is answered, so what a hasty client sends behind
//! it is held back until then.
//!
//! Reading and writing have a thread each: a system call that blocks never blocks a request.

use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::io::{BufRead, Read, Write};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tracing::{debug, warn};

/// Bodies longer than this are skipped.
pub const LONGEST_BODY: usize = 64 * 1024 * 1024;

/// Stands for a version that the client did not give.
pub const NO_VERSION: i32 = i32::MIN;

/// A line of a header is never longer; what is, is noise.
const LONGEST_HEADER_LINE: u64 = 8 * 1024;

/// What comes behind `initialize` is held back no longer than this.
const LONGEST_BEGINNING: Duration = Duration::from_secs(10);

/// How the input stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Messages may come.
    Open,
    /// The client said `exit`.
    Exit,
    /// The client closed the pipe.
    End,
}

/// Reads `source` to its end on a thread of its own and hands the messages to `sink`. `initialize` is
/// shown the body of the message of that name; nothing behind that message is handed on before the
/// library has said something.
pub fn read_on_thread(
    handle: Handle,
    source: impl Read + Send + 'static,
    mut sink: DuplexStream,
    mut said: watch::Receiver<bool>,
    initialize: impl FnOnce(&[u8]) + Send + 'static,
) -> watch::Receiver<Input> {
    let (state, told) = watch::channel(Input::Open);
    let read = move || {
        let mut source = std::io::BufReader::with_capacity(64 * 1024, source);
        let mut initialize = Some(initialize);
        while let Some(body) = next_body(&mut source) {
            let Some((message, method)) = sound(&body) else { continue };
            if method == Method::Initialize
                && let Some(initialize) = initialize.take()
            {
                initialize(&message);
            }
            let mut frame = format!("Content-Length: {}\r\n\r\n", message.len()).into_bytes();
            frame.extend_from_slice(&message);
            if handle.block_on(sink.write_all(&frame)).is_err() {
                break;
            }
            if method == Method::Initialize {
                // Whoever says nothing in time, or never will, is handed the rest.
                let said = async {
                    tokio::time::timeout(LONGEST_BEGINNING, said.wait_for(|said| *said)).await.is_ok()
                };
                handle.block_on(said);
            }
            if method == Method::Exit {
                let _ = state.send(Input::Exit);
                return;
            }
        }
        let _ = state.send(Input::End);
    };
    // A thread that cannot be started leaves the sender dropped, which reads as the end.
    let _ = std::thread::Builder::new().name("stdin".to_owned()).spawn(read);
    told
}

/// Writes all that comes from `source` to `sink` on a thread of its own; the receiver is told when all
/// is written, and `said` when something is. Short messages are shown to `instead`, which may give another
/// body.
pub fn write_on_thread(
    handle: Handle,
    mut source: DuplexStream,
    mut sink: impl Write + Send + 'static,
    said: watch::Sender<bool>,
    longest: usize,
    instead: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + 'static,
) -> oneshot::Receiver<()> {
    let (done, told) = oneshot::channel();
    let write = move || {
        let mut buffer = vec![0; 64 * 1024];
        let mut frames = Frames::default();
        while let Ok(count) = handle.block_on(source.read(&mut buffer)) {
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
            if frames.pass(bytes, &mut sink, longest, &instead).and_then(|()| sink.flush()).is_err() {
                break;
            }
            said.send_replace(true);
        }
        let _ = done.send(());
    };
    let _ = std::thread::Builder::new().name("stdout".to_owned()).spawn(write);
    told
}

/// What the library writes, cut into its messages.
#[derive(Default)]
struct Frames {
    /// The beginning of a message that is not whole yet.
    begun: Vec<u8>,
    /// What is left of a long message that is under way.
    left: usize,
}

impl Frames {
    fn pass(
        &mut self,
        bytes: &[u8],
        sink: &mut impl Write,
        longest: usize,
        instead: &impl Fn(&[u8]) -> Option<Vec<u8>>,
    ) -> std::io::Result<()> {
        let (of_long, rest) = bytes.split_at(self.left.min(bytes.len()));
        sink.write_all(of_long)?;
        self.left -= of_long.len();
        self.begun.extend_from_slice(rest);
        let mut at = 0;
        while let Some(begun) = self.begun.get(at..)
            && let Some((header, length)) = own_header(begun)
        {
            let (body, whole) = (begun.get(header..header + length), header + length);
            if length > longest {
                let there = begun.len().min(whole);
                sink.write_all(begun.get(..there).unwrap_or_default())?;
                (self.left, at) = (whole - there, at + there);
                continue;
            }
            let Some(body) = body else { break };
            let other = instead(body);
            let body = other.as_deref().unwrap_or(body);
            write!(sink, "Content-Length: {}\r\n\r\n", body.len())?;
            sink.write_all(body)?;
            at += whole;
        }
        self.begun.drain(..at);
        Ok(())
    }
}

/// The lengths of the header that the library writes, and of the body that it states.
fn own_header(begun: &[u8]) -> Option<(usize, usize)> {
    let end = memchr::memmem::find(begun, b"\r\n\r\n")?;
    let header = std::str::from_utf8(begun.get(..end)?).ok()?;
    Some((end + 4, header.lines().find_map(stated_length)?))
}

/// The next body, whatever it holds; `None` at the end of the input.
fn next_body(source: &mut impl BufRead) -> Option<Vec<u8>> {
    loop {
        let length = next_length(source)?;
        if length > LONGEST_BODY {
            warn!("a message of {length} bytes is skipped: {LONGEST_BODY} are the most");
            std::io::copy(&mut source.take(length as u64), &mut std::io::sink()).ok()?;
            continue;
        }
        let mut body = vec![0; length];
        source.read_exact(&mut body).ok()?;
        return Some(body);
    }
}

/// Reads header lines up to the blank one; the length that they state.
fn next_length(source: &mut impl BufRead) -> Option<usize> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if source.take(LONGEST_HEADER_LINE).read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() {
            if let Some(length) = length.take() {
                return Some(length);
            }
            continue;
        }
        match stated_length(text) {
            Some(stated) => length = Some(stated),
            None if text.to_ascii_lowercase().starts_with("content-type:") => {}
            None => warn!("noise before a message is skipped: {} bytes", line.len()),
        }
    }
}

/// The number of a `Content-Length`, also where something stands before it on the line.
fn stated_length(line: &str) -> Option<usize> {
    const NAME: &str = "content-length";
    let lower = line.to_ascii_lowercase();
    let rest = lower.get(lower.rfind(NAME)? + NAME.len()..)?;
    rest.trim_start().strip_prefix(':')?.trim().parse().ok()
}

/// What a message is, as far as the framing cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Initialize,
    Exit,
    /// One that carries the version of a document.
    Versioned,
    Other,
}

/// Of a message only what decides whether the library can read it.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(default)]
    id: Option<Id>,
    #[serde(default, deserialize_with = "present")]
    result: Option<IgnoredAny>,
    #[serde(default)]
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
#[expect(dead_code, reason = "only whether it has one of these forms is asked")]
enum Id {
    Number(i64),
    Text(String),
}

/// An explicit `null` is a result too.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<IgnoredAny>, D::Error> {
    IgnoredAny::deserialize(deserializer).map(Some)
}

/// The message, repaired, with what it is; `None`, said in the log, where it is none.
fn sound(body: &[u8]) -> Option<(Cow<'_, [u8]>, Method)> {
    let repaired = repair(body);
    let envelope: Envelope<'_> = match serde_json::from_slice(&repaired) {
        Ok(envelope) => envelope,
        Err(error) => {
            warn!("a message that is no JSON-RPC object is dropped: {error}");
            return None;
        }
    };
    let answer = envelope.result.is_some() || envelope.error.is_some();
    let problem = if envelope.jsonrpc != "2.0" {
        Some("its version is not 2.0")
    } else if envelope.method.is_none() && !(answer && envelope.id.is_some()) {
        Some("it has no method and answers nothing")
    } else {
        None
    };
    if let Some(problem) = problem {
        warn!("a message is dropped: {problem}");
        return None;
    }
    let method = match envelope.method.as_deref() {
        Some("initialize") => Method::Initialize,
        Some("exit") => Method::Exit,
        Some("textDocument/didOpen" | "textDocument/didChange") => Method::Versioned,
        _ => Method::Other,
    };
    if envelope.method.is_none() && envelope.error.is_some() {
        return plain_error(&repaired).map(|message| (Cow::Owned(message), method));
    }
    if method == Method::Versioned && !has_version(&repaired) {
        return with_no_version(&repaired).map(|message| (Cow::Owned(message), method));
    }
    Some((repaired, method))
}

/// Whether the document of a message has a version that the library takes; also where there is no
/// document at all, which is not mended here.
fn has_version(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Message {
        params: Params,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Params {
        text_document: Document,
    }
    #[derive(Deserialize)]
    struct Document {
        #[serde(default)]
        version: Option<Version>,
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Version {
        Sound(#[expect(dead_code, reason = "only whether it is one is asked")] i32),
        Other(IgnoredAny),
    }
    let message: Result<Message, _> = serde_json::from_slice(body);
    message.map_or(true, |message| matches!(message.params.text_document.version, Some(Version::Sound(_))))
}

/// The message with a version that says that there is none.
fn with_no_version(body: &[u8]) -> Option<Vec<u8>> {
    let mut message: serde_json::Value = serde_json::from_slice(body).ok()?;
    let document = message.pointer_mut("/params/textDocument")?.as_object_mut()?;
    document.insert("version".to_owned(), NO_VERSION.into());
    serde_json::to_vec(&message).ok()
}

/// An error response with nothing but what the library knows: it refuses every other field.
fn plain_error(body: &[u8]) -> Option<Vec<u8>> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let error = value.get("error");
    let code = error.and_then(|error| error.get("code")).and_then(serde_json::Value::as_i64);
    let message = error.and_then(|error| error.get("message")).and_then(serde_json::Value::as_str);
    let plain = serde_json::json!({
        "jsonrpc": "2.0",
        "id": value.get("id"),
        "error": { "code": code.unwrap_or(-32603), "message": message.unwrap_or("no reason given") },
    });
    serde_json::to_vec(&plain).ok()
}

/// The body with bytes that are not UTF-8, and escapes of half a surrogate pair, replaced by U+FFFD.
fn repair(body: &[u8]) -> Cow<'_, [u8]> {
    let text = match std::str::from_utf8(body) {
        Ok(_) => Cow::Borrowed(body),
        Err(_) => {
            debug!("a message with bytes that are not UTF-8 is repaired");
            Cow::Owned(String::from_utf8_lossy(body).into_owned().into_bytes())
        }
    };
    let lone = lone_surrogates(&text);
    if lone.is_empty() {
        return text;
    }
    let mut repaired = text.into_owned();
    for at in lone {
        if let Some(escape) = repaired.get_mut(at..at + 6) {
            escape.copy_from_slice(b"\\ufffd");
        }
    }
    Cow::Owned(repaired)
}

/// Where escapes of half a surrogate pair begin.
fn lone_surrogates(body: &[u8]) -> Vec<usize> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(next) = body.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += next;
        match escaped_unit(body, at) {
            Some(0xD800..=0xDBFF) => match escaped_unit(body, at + 6) {
                Some(0xDC00..=0xDFFF) => at += 12,
                _ => {
                    found.push(at);
                    at += 6;
                }
            },
            Some(0xDC00..=0xDFFF) => {
                found.push(at);
                at += 6;
            }
            // Another escape: its second byte may be a backslash too.
            _ => at += 2,
        }
    }
    found
}

/// The code unit of a `\uXXXX` at `at`.
fn escaped_unit(body: &[u8], at: usize) -> Option<u16> {
    let digits = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(input: &str) -> Vec<String> {
        let mut source = std::io::BufReader::new(input.as_bytes());
        std::iter::from_fn(|| next_body(&mut source))
            .map(|body| String::from_utf8_lossy(&body).into_owned())
            .collect()
    }

    #[test]
    fn headers_in_any_case_and_noise_between_messages() {
        let input = "content-length: 2\r\n\r\n{}\
            noise CONTENT-LENGTH :3\nContent-Type: text/plain\n\n[1]\
            Content-Length: many\r\n\r\nContent-Length: 1\r\n\r\n7";
        assert_eq!(bodies(input), ["{}", "[1]", "7"]);
    }

    #[test]
    fn a_body_cut_short_is_the_end() {
        assert!(bodies("Content-Length: 10\r\n\r\n{}").is_empty());
    }

    #[test]
    fn only_messages_pass() {
        let passes = |body: &str| sound(body.as_bytes()).is_some();
        assert!(passes(r#"{"jsonrpc":"2.0","method":"x"}"#));
        assert!(passes(r#"{"jsonrpc":"2.0","method":"x","id":1,"params":null}"#));
        assert!(passes(r#"{"jsonrpc":"2.0","id":"a","result":null}"#));
        for broken in [
            "",
            "{",
            "[]",
            r#"[{"jsonrpc":"2.0","method":"x"}]"#,
            "7",
            "{}",
            r#"{"jsonrpc":"2.0"}"#,
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"jsonrpc":"1.0","method":"x"}"#,
            r#"{"method":"x"}"#,
            r#"{"jsonrpc":"2.0","method":7}"#,
            r#"{"jsonrpc":"2.0","method":"x","id":{}}"#,
        ] {
            assert!(!passes(broken), "{broken}");
        }
    }

    #[test]
    fn an_error_with_more_fields_is_made_plain() {
        let body = br#"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no","stack":[]}}"#;
        let (plain, _) = sound(body).expect("passes");
        assert!(!String::from_utf8_lossy(&plain).contains("stack"));
    }

    #[test]
    fn a_version_that_is_left_out_is_written_in() {
        let version = |document: &str| {
            let body = format!(
                r#"{{"jsonrpc":"2.0","method":"textDocument/didChange","params":{{"textDocument":{document},"contentChanges":[]}}}}"#
            );
            let (passed, _) = sound(body.as_bytes()).expect("passes");
            let message: serde_json::Value = serde_json::from_slice(&passed).expect("JSON");
            message["params"]["textDocument"]["version"].clone()
        };
        for without in [
            r#"{"uri":"a"}"#,
            r#"{"uri":"a","version":null}"#,
            r#"{"uri":"a","version":1.5}"#,
            r#"{"uri":"a","version":"7"}"#,
            r#"{"version":99999999999,"uri":"a"}"#,
        ] {
            assert_eq!(version(without), NO_VERSION, "{without}");
        }
        assert_eq!(version(r#"{"uri":"a","version":-3}"#), -3);
        // What is no document is left as it is.
        assert_eq!(version("7"), serde_json::Value::Null);
    }

    #[test]
    fn messages_are_cut_anywhere_and_come_out_whole() {
        let frame = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let long = "x".repeat(50);
        let bodies = ["{}", "swap", &long, "swap", "swap", &long, &long, "é"];
        let instead = |body: &[u8]| (body == b"swap").then(|| b"something longer".to_vec());
        let sent: String = bodies.iter().map(|body| frame(body)).collect();
        let wanted: String = bodies
            .iter()
            .map(|body| frame(if *body == "swap" { "something longer" } else { body }))
            .collect();
        for step in 1..sent.len() {
            let (mut frames, mut written) = (Frames::default(), Vec::new());
            for part in sent.as_bytes().chunks(step) {
                frames.pass(part, &mut written, 20, &instead).expect("memory takes it");
            }
            assert_eq!(String::from_utf8_lossy(&written), wanted, "{step} bytes at once");
        }
    }

    #[test]
    fn halves_of_surrogate_pairs_are_replaced_in_place() {
        for (body, expected) in [
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\ude00 \ud83d\ude00 \ud83dx""#, r#""\ufffd \ud83d\ude00 \ufffdx""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\n\u00e9""#, r#""\n\u00e9""#),
        ] {
            assert_eq!(String::from_utf8_lossy(&repair(body.as_bytes())), expected);
        }
        assert_eq!(String::from_utf8_lossy(&repair(b"\"\xff\"")), "\"\u{fffd}\"");
    }
}
