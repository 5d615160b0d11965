//! Asking: a conversation with a server, its bounds, and several at a time.

use crate::capped::{Capped, Tail};
use crate::http;
use crate::launch::{Launch, Text};
use crate::process::{Pipes, Process};
use crate::tool::{Answer, Tool};
use rmcp::model::{
    ClientCapabilities, ClientConfig, Implementation, PaginatedRequestParams, ProtocolVersion,
};
use rmcp::service::{
    ClientInitializeError, ClientLifecycleMode, ClientServiceExt, RoleClient, RunningService, ServiceError,
};
use rmcp::transport::{IntoTransport, async_rw::AsyncRwTransport};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

/// How much a server may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For one server to answer.
    pub answer: Duration,
    /// For all of them together.
    pub all: Duration,
    /// So many are asked at a time.
    pub at_once: usize,
    /// For a server to end by itself, and again after it was asked to.
    pub grace: Duration,
    /// Bytes that a server may write in all; a message over HTTP may be as long.
    pub output: u64,
    /// Pages of its list that are asked for.
    pub pages: usize,
    /// Tools that are kept.
    pub tools: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(20),
            all: Duration::from_secs(60),
            at_once: 4,
            grace: Duration::from_millis(500),
            output: 8 * 1024 * 1024,
            pages: 100,
            tools: 2_000,
        }
    }
}

/// Why a server gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The system did not start it.
    #[error("it cannot be started: {0}")]
    NotStarted(String),
    /// It did not answer in time.
    #[error("it did not answer within {}{}", seconds(.within), beside(.said))]
    Late {
        /// The time it had.
        within: Duration,
        /// The last line it said beside.
        said: Option<String>,
    },
    /// It ended, or closed its output, before it had answered.
    #[error("it ended before it answered{}", beside(.0))]
    Ended(Option<String>),
    /// It wrote more than it may.
    #[error("it wrote more than {0} bytes and was stopped")]
    TooMuch(u64),
    /// It answered with an error, or with what is none of the protocol's answers.
    #[error("{0}")]
    Refused(String),
    /// The time for all servers was over before its turn, or in the middle of it.
    #[error("the time for all servers was over")]
    NoTimeLeft,
}

fn seconds(time: &Duration) -> String {
    format!("{} s", time.as_secs_f32())
}

fn beside(line: &Option<String>) -> String {
    line.as_ref().map(|line| format!("; it said: {line}")).unwrap_or_default()
}

/// Asks one server. When this returns, or is dropped, nothing of the server is left.
///
/// # Errors
/// What kept it from an answer.
pub async fn ask(launch: &Launch, limits: &Limits) -> Result<Answer, Failure> {
    let deadline = Instant::now() + limits.answer;
    match attempt(launch, limits, ClientLifecycleMode::Initialize, deadline).await {
        // A server of the newest protocol alone has no `initialize`.
        Err(Trouble::Refused(first)) => {
            let preferred_versions = vec![ProtocolVersion::LATEST];
            let again = ClientLifecycleMode::Discover { preferred_versions };
            attempt(launch, limits, again, deadline).await.map_err(|_| Failure::Refused(first))
        }
        Err(Trouble::Final(failure)) => Err(failure),
        Ok(answer) => Ok(answer),
    }
}

/// Asks several servers, some at a time. `told` hears of each as it is done, by its place in the list.
pub async fn ask_all(
    launches: Vec<Launch>,
    limits: &Limits,
    mut told: impl FnMut(usize, &Result<Answer, Failure>),
) -> Vec<Result<Answer, Failure>> {
    // Ending takes its time too.
    let deadline = Instant::now() + limits.all.saturating_sub(limits.grace * 3);
    let turns = Arc::new(Semaphore::new(limits.at_once.max(1)));
    let mut results: Vec<Result<Answer, Failure>> = vec![Err(Failure::NoTimeLeft); launches.len()];
    let mut under_way = JoinSet::new();
    for (index, launch) in launches.into_iter().enumerate() {
        let (turns, mut limits) = (turns.clone(), limits.clone());
        under_way.spawn(async move {
            let Ok(Ok(_turn)) = timeout_at(deadline, turns.acquire()).await else {
                return (index, Err(Failure::NoTimeLeft));
            };
            let left = deadline.saturating_duration_since(Instant::now());
            let shortened = left < limits.answer;
            limits.answer = limits.answer.min(left);
            let result = match ask(&launch, &limits).await {
                Err(Failure::Late { .. }) if shortened => Err(Failure::NoTimeLeft),
                other => other,
            };
            (index, result)
        });
    }
    while let Some(done) = under_way.join_next().await {
        let Ok((index, result)) = done else { continue };
        told(index, &result);
        if let Some(slot) = results.get_mut(index) {
            *slot = result;
        }
    }
    results
}

/// Why one attempt failed.
enum Trouble {
    /// The server answered with an error of the protocol: another way of beginning may do.
    Refused(String),
    Final(Failure),
}

async fn attempt(
    launch: &Launch,
    limits: &Limits,
    beginning: ClientLifecycleMode,
    deadline: Instant,
) -> Result<Answer, Trouble> {
    match launch {
        Launch::Process { program, args, env, folder } => {
            let (process, pipes) = Process::start(program, args, env, folder)
                .map_err(|error| Trouble::Final(Failure::NotStarted(started(&error, program))))?;
            let Pipes { stdin, stdout, stderr } = pipes;
            let tail = Tail::default();
            let beside = tokio::spawn(tail.clone().follow(stderr));
            let (stdout, exceeded) = Capped::new(stdout, limits.output);
            let longest = usize::try_from(limits.output).unwrap_or(usize::MAX);
            let transport = AsyncRwTransport::new_client(stdout, stdin).with_max_line_length(longest);
            let outcome = timeout_at(deadline, converse(transport, beginning, limits)).await;
            process.end(limits.grace).await;
            // What it said last is in the pipe; a process that got away may hold the other end open.
            let _ = tokio::time::timeout(limits.grace, beside).await;
            match outcome {
                Ok(Ok(answer)) => Ok(answer),
                _ if exceeded.load(Ordering::Relaxed) => Err(Trouble::Final(Failure::TooMuch(limits.output))),
                Ok(Err(Silence::Closed)) => Err(Trouble::Final(Failure::Ended(tail.last_line()))),
                Ok(Err(Silence::Error(text))) => Err(Trouble::Refused(text)),
                Ok(Err(Silence::Wrong(text))) => Err(Trouble::Final(Failure::Refused(text))),
                Err(_) => Err(Trouble::Final(late(limits, tail.last_line()))),
            }
        }
        Launch::Http { url, headers } => {
            let longest = usize::try_from(limits.output).unwrap_or(usize::MAX);
            let transport = http::transport(url, headers, longest, limits.answer).map_err(Trouble::Final)?;
            // What stands in an address may be a secret.
            let shown = |text: String| text.replace(&url.value, &url.shown);
            match timeout_at(deadline, converse(transport, beginning, limits)).await {
                Ok(Ok(answer)) => Ok(answer),
                Ok(Err(Silence::Closed)) => Err(Trouble::Final(Failure::Ended(None))),
                Ok(Err(Silence::Error(text))) => Err(Trouble::Refused(shown(text))),
                Ok(Err(Silence::Wrong(text))) => Err(Trouble::Final(Failure::Refused(shown(text)))),
                Err(_) => Err(Trouble::Final(late(limits, None))),
            }
        }
    }
}

fn late(limits: &Limits, said: Option<String>) -> Failure {
    Failure::Late { within: limits.answer, said }
}

fn started(error: &std::io::Error, program: &Text) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            format!("there is no program `{}`, or not the folder it starts in", program.shown)
        }
        std::io::ErrorKind::PermissionDenied => format!("`{}` may not be run", program.shown),
        _ => error.to_string(),
    }
}

/// Why a conversation ended without an answer.
enum Silence {
    /// The other side closed it.
    Closed,
    /// An error of the protocol.
    Error(String),
    /// Something that is no answer.
    Wrong(String),
}

/// Says hello, asks for the tools page by page, says goodbye.
async fn converse<T, E, A>(
    transport: T,
    beginning: ClientLifecycleMode,
    limits: &Limits,
) -> Result<Answer, Silence>
where
    T: IntoTransport<RoleClient, E, A>,
    E: std::error::Error + Send + Sync + 'static,
{
    let us = Implementation::new("segue", env!("CARGO_PKG_VERSION"));
    let hello = ClientConfig::new(ClientCapabilities::default(), us)
        .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE);
    let mut service = hello.serve_with_lifecycle(transport, beginning).await.map_err(Silence::from)?;
    let answer = list(&service, limits).await;
    let _ = service.close_with_timeout(limits.grace).await;
    answer
}

async fn list(
    service: &RunningService<RoleClient, ClientConfig>,
    limits: &Limits,
) -> Result<Answer, Silence> {
    let about = service.peer_info();
    let offers = about.as_ref().and_then(|info| info.capabilities.tools.as_ref());
    let dynamic = offers.and_then(|tools| tools.list_changed) == Some(true);
    let mut answer = Answer { dynamic, ..Answer::default() };
    // One without tools need not know the question.
    if about.is_some() && offers.is_none() {
        return Ok(answer);
    }
    let mut cursor = None;
    for page in 0.. {
        if page == limits.pages || answer.tools.len() >= limits.tools {
            answer.cut = true;
            break;
        }
        let asked = PaginatedRequestParams::default().with_cursor(cursor.clone());
        let result = service.list_tools(Some(asked)).await.map_err(Silence::from)?;
        answer.tools.extend(result.tools.into_iter().map(Tool::from));
        match result.next_cursor {
            // A cursor that leads to itself would lead on for ever.
            Some(next) if Some(&next) != cursor.as_ref() => cursor = Some(next),
            Some(_) => {
                answer.cut = true;
                break;
            }
            None => break,
        }
    }
    answer.cut |= answer.tools.len() > limits.tools;
    answer.tools.truncate(limits.tools);
    answer.tools.retain(|tool| !tool.name.is_empty());
    answer.tools.sort_by(|a, b| a.name.cmp(&b.name));
    answer.tools.dedup_by(|a, b| a.name == b.name);
    Ok(answer)
}

impl From<ClientInitializeError> for Silence {
    fn from(error: ClientInitializeError) -> Self {
        match error {
            ClientInitializeError::ConnectionClosed(_) => Self::Closed,
            ClientInitializeError::JsonRpcError(data) => {
                Self::Error(format!("it answered with an error: {}", cut(&data.message)))
            }
            ClientInitializeError::TransportError { error, .. } => Self::of_transport(&*error.error),
            other => Self::Wrong(cut(&other.to_string())),
        }
    }
}

impl From<ServiceError> for Silence {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::TransportClosed => Self::Closed,
            ServiceError::McpError(data) => {
                Self::Wrong(format!("it answered with an error: {}", cut(&data.message)))
            }
            ServiceError::TransportSend(error) => Self::of_transport(&*error.error),
            other => Self::Wrong(cut(&other.to_string())),
        }
    }
}

impl Silence {
    /// The error that is at the bottom of one of the transport.
    fn of_transport(error: &(dyn std::error::Error + 'static)) -> Self {
        if let Some(reason) = http::unreachable(error) {
            return Self::Wrong(cut(&format!("it cannot be reached: {reason}")));
        }
        let mut words = vec![error.to_string()];
        let mut below = error.source();
        while let Some(error) = below {
            words.push(error.to_string());
            below = error.source();
        }
        let pipe = |text: &String| text.contains("Broken pipe") || text.contains("Transport is closed");
        if words.iter().any(pipe) {
            return Self::Closed;
        }
        words.dedup();
        Self::Wrong(cut(&words.join(": ")))
    }
}

/// An error's words, short and without what a terminal would obey.
fn cut(text: &str) -> String {
    const LONGEST: usize = 300;
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}
