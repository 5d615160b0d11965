//! The process of a turn: started, talked with, watched, and ended with all that it started.

use crate::agent::acp::scene::{Asked, Scene};
use crate::agent::acp::talk::{self, Broken, Script, Talked};
use crate::agent::acp::wire::{self, Bounds, Overdue, Pulse};
use crate::agent::{Boxed, exit_of};
use crate::event::Exit;
use crate::os;
use acp::v1::schema as own;
use agent_client_protocol as acp;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

/// How long a conversation gets to end once its process has, and a process once its pipe has.
const DRAIN: Duration = Duration::from_millis(500);
/// How long a cancelled conversation gets to end.
const CANCEL: Duration = Duration::from_secs(4);
/// How long a process gets to end by itself, and again when it is asked.
const GRACE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(2));
/// How much of what it says on standard error is kept, in bytes.
const ERRORS: usize = 8 << 10;

/// What comes from an agent while it is talked with.
pub enum Told {
    /// It tells of its work.
    Update(Box<own::SessionNotification>),
    /// The turn itself begins, in this session.
    Begins(String),
    /// Something about the conversation that people should know.
    Notes(String),
    /// It asks for leave.
    Leave(Box<own::RequestPermissionRequest>, acp::v1::Responder<own::RequestPermissionResponse>),
}

/// How long a turn may take, and how long nothing may come.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The one.
    pub total: Duration,
    /// The other.
    pub silence: Duration,
}

/// Why a turn was cut off by us.
#[derive(Clone, Debug, PartialEq)]
pub enum Cut {
    /// It took too long, or nothing came.
    Overdue(Overdue),
    /// Nobody wants it any more.
    Stopped,
    /// It broke the rules of the wire.
    Trouble(String),
}

/// What came of a process and its conversation.
#[derive(Debug, Default)]
pub struct Ran {
    /// What came of the conversation; `None`: it did not come to its end.
    pub talked: Option<Result<Talked, Broken>>,
    /// Why it was cut off.
    pub cut: Option<Cut>,
    /// How the process ended, where it did before it was told to.
    pub status: Option<ExitStatus>,
    /// The last of what it said on standard error, and on the wire without being a message.
    pub errors: String,
}

/// Starts a program and talks with it. When this returns, nothing that it started lives any more.
pub async fn run(
    program: &os::Program,
    mut script: Script,
    limits: Limits,
    stopped: impl Future<Output = ()>,
    mut scene: Option<&mut Scene<'_>>,
) -> std::io::Result<Ran> {
    let mut running = program.start()?;
    script.temporary = running.temporary().map(Path::to_owned);
    let pulse = Arc::new(Pulse::default());
    let (Some(input), Some(output), Some(errors)) =
        (running.take_input(), running.take_output(), running.take_errors())
    else {
        return Err(std::io::Error::other("its pipes are not there"));
    };
    let errors = tokio::spawn(last_words(errors, Arc::clone(&pulse)));
    let transport = acp::Lines::new(
        wire::outgoing(input, Arc::clone(&pulse)),
        wire::incoming(output, Arc::clone(&pulse), Bounds::default()),
    );
    let (tell, mut told) = mpsc::unbounded_channel();
    let (halt, halted) = watch::channel(false);
    let mut talk = Box::pin(talk::talk(transport, script, tell, halted));
    let mut overdue = std::pin::pin!(pulse.overdue(limits.total, limits.silence));
    let mut trouble = std::pin::pin!(pulse.trouble());
    let mut stopped = std::pin::pin!(stopped);
    let mut ran = Ran::default();
    let mut last_call: Option<Instant> = None;
    loop {
        let until = last_call.unwrap_or_else(Instant::now);
        let answers = scene.as_mut().map(|scene| &mut scene.asks).filter(|asks| !asks.is_empty());
        tokio::select! {
            biased;
            Some(heard) = told.recv() => {
                if let Some(scene) = &mut scene && scene.hears(heard, &pulse) {
                    halt.send_replace(true);
                }
            }
            Some((answer, asked)) = next(answers) => {
                pulse.is_answered();
                if let Some(scene) = &mut scene && scene.is_answered(&answer, asked) {
                    halt.send_replace(true);
                }
            }
            talked = &mut talk => {
                ran.talked = Some(talked);
                break;
            }
            status = running.exited(), if ran.status.is_none() => {
                ran.status = Some(status?);
                last_call = Some(Instant::now() + DRAIN);
            }
            how = &mut trouble, if ran.cut.is_none() => {
                ran.cut = Some(Cut::Trouble(how));
                break;
            }
            what = &mut overdue, if ran.cut.is_none() => {
                ran.cut = Some(Cut::Overdue(what));
                halt.send_replace(true);
                last_call = Some(Instant::now() + CANCEL);
            }
            () = &mut stopped, if ran.cut.is_none() => {
                ran.cut = Some(Cut::Stopped);
                halt.send_replace(true);
                last_call = Some(Instant::now() + CANCEL);
            }
            () = sleep_until(until), if last_call.is_some() => break,
        }
    }
    // What was told before the answer came before it.
    while let Ok(heard) = told.try_recv() {
        if let Some(scene) = &mut scene {
            scene.hears(heard, &pulse);
        }
    }
    if let Some(scene) = &mut scene {
        // Who is asked is not asked any more: the responders that go answer nothing, and the pipe closes.
        scene.asks.clear();
    }
    drop(talk);
    if ran.status.is_none() && matches!(ran.talked, None | Some(Err(Broken::Closed))) && ran.cut.is_none() {
        // A pipe that closed is the end of a process that is not known yet.
        ran.status = timeout(DRAIN, running.exited()).await.ok().and_then(Result::ok);
    }
    let grace = if ran.status.is_some() { (Duration::ZERO, Duration::ZERO) } else { GRACE };
    running.end(grace.0, grace.1).await;
    ran.errors = timeout(DRAIN, errors).await.ok().and_then(Result::ok).unwrap_or_default();
    let stray = pulse.stray();
    if !stray.is_empty() {
        ran.errors = format!("{}\n{stray}", ran.errors).trim().to_owned();
    }
    Ok(ran)
}

/// The next answer of a person; never where nobody is asked.
async fn next<'a>(
    asks: Option<&mut FuturesUnordered<Boxed<'a, (String, Asked)>>>,
) -> Option<(String, Asked)> {
    match asks {
        Some(asks) => asks.next().await,
        None => std::future::pending().await,
    }
}

/// Reads what it says on standard error to the end, and gives the last of it.
async fn last_words(mut pipe: impl AsyncRead + Unpin, pulse: Arc<Pulse>) -> String {
    let mut kept: Vec<u8> = Vec::new();
    let mut chunk = vec![0; 4 << 10];
    while let Ok(read @ 1..) = pipe.read(&mut chunk).await {
        pulse.beats();
        kept.extend_from_slice(chunk.get(..read).unwrap_or_default());
        let excess = kept.len().saturating_sub(ERRORS);
        kept.drain(..excess);
    }
    String::from_utf8_lossy(&kept).trim().to_owned()
}

impl Ran {
    /// How the process ended, where that is what ended the turn.
    pub fn exit(&self) -> Option<Exit> {
        match &self.cut {
            Some(Cut::Stopped) => return Some(Exit::Stopped),
            Some(Cut::Overdue(Overdue::Total)) => return Some(Exit::TimedOut),
            Some(Cut::Overdue(Overdue::Silence)) => return Some(Exit::Silent),
            Some(Cut::Trouble(_)) | None => {}
        }
        let status = self.status.filter(|_| !matches!(self.talked, Some(Ok(_))))?;
        Some(exit_of(os::How::Exited(status))).filter(|exit| *exit != Exit::Fine)
    }

    /// What broke the protocol.
    pub fn broken(&self) -> Option<String> {
        if let Some(Cut::Trouble(how)) = &self.cut {
            return Some(how.clone());
        }
        match &self.talked {
            Some(Ok(_)) => None,
            Some(Err(Broken::Late(step))) => Some(format!("it did not answer `{step}` in time")),
            Some(Err(Broken::Refused { step, message, .. })) => Some(format!("`{step}` failed: {message}")),
            Some(Err(Broken::Closed)) => Some("it ended before it answered".to_owned()),
            None if self.status.is_some() => Some("it ended before it answered".to_owned()),
            None => self.cut.is_none().then(|| "it did not answer".to_owned()),
        }
    }
}
