//! The conversation itself: initialize, a session in the worktree, its mode and model, the prompt, the
//! answer.

use crate::agent::acp::{Told, failure, session};
use crate::servers::Server;
use acp::schema::ProtocolVersion;
use acp::v1::schema as own;
use agent_client_protocol as acp;
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

/// How long a cancelled turn gets to say that it is.
const CANCEL: Duration = Duration::from_secs(3);

/// What shall be talked about.
#[derive(Clone, Debug)]
pub struct Script {
    /// The folder of the session.
    pub folder: PathBuf,
    /// What the agent is told; `None`: only who it is.
    pub prompt: Option<String>,
    /// An earlier session to go on with, where the agent can.
    pub earlier: Option<String>,
    /// The servers that it is handed.
    pub servers: Vec<Server>,
    /// What its processes carry: those servers too.
    pub marker: String,
    /// Where they may keep temporary files, where they may do that in one place alone.
    pub temporary: Option<PathBuf>,
    /// The mode to work in, where it offers that.
    pub mode: Option<String>,
    /// The model to work with, where it offers that.
    pub model: Option<String>,
    /// How long it may take to be ready, for each step.
    pub start: Duration,
}

/// Who an agent says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Introduction {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The version of the protocol that it speaks.
    pub protocol: String,
    /// Whether it says that it can go on with an earlier session.
    pub loads: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Talked {
    /// Who it is.
    pub who: Introduction,
    /// Why the turn ended.
    pub stop: Option<own::StopReason>,
    /// The tokens that it says were used: read and written.
    pub tokens: Option<(u64, u64)>,
    /// What came along with the answer.
    pub meta: Option<Map<String, Value>>,
}

/// Why it broke off.
#[derive(Clone, Debug, PartialEq)]
pub enum Broken {
    /// Its pipe closed.
    Closed,
    /// A step was not answered in time.
    Late(&'static str),
    /// A step was answered by an error.
    Refused {
        /// The step.
        step: &'static str,
        /// The code.
        code: i64,
        /// What it says.
        message: String,
        /// What it adds.
        data: Option<Value>,
    },
}

/// Talks with an agent through `transport`. What it tells meanwhile goes to `told`; `halt` cancels the
/// turn.
pub async fn talk<T>(
    transport: T,
    script: Script,
    told: mpsc::UnboundedSender<Told>,
    halt: watch::Receiver<bool>,
) -> Result<Talked, Broken>
where
    T: acp::ConnectTo<acp::Client> + 'static,
{
    let (updates, leaves) = (told.clone(), told.clone());
    let (answer, answered) = tokio::sync::oneshot::channel();
    let connection = acp::Client
        .v1()
        .name("segue")
        .on_receive_notification(
            async move |update: own::SessionNotification, _| {
                // Who does not listen any more has ended the turn.
                let _ = updates.send(Told::Update(Box::new(update)));
                Ok(())
            },
            acp::on_receive_notification!(),
        )
        .on_receive_request(
            async move |request: own::RequestPermissionRequest, responder, _| {
                let _ = leaves.send(Told::Leave(Box::new(request), responder));
                Ok(())
            },
            acp::on_receive_request!(),
        )
        .connect_with(transport, async move |agent: acp::v1::ConnectionTo<acp::Agent>| {
            let talked = converse(&agent, script, &told, halt).await;
            let _ = answer.send(talked);
            Ok(())
        });
    let ended = connection.await;
    match (answered.await, ended) {
        (Ok(talked), _) => talked,
        (Err(_), Err(error)) => Err(refused("the connection", &error)),
        (Err(_), Ok(())) => Err(Broken::Closed),
    }
}

async fn converse(
    agent: &acp::v1::ConnectionTo<acp::Agent>,
    script: Script,
    told: &mpsc::UnboundedSender<Told>,
    halt: watch::Receiver<bool>,
) -> Result<Talked, Broken> {
    let mut talked = Talked::default();
    let hello = own::InitializeRequest::new(ProtocolVersion::V1)
        .client_capabilities(own::ClientCapabilities::new().meta(failure::asked_for()))
        .client_info(own::Implementation::new("segue", env!("CARGO_PKG_VERSION")));
    let hello = step("initialize", script.start, agent.send_request(hello).block_task()).await?;
    talked.who = introduction(&hello);
    let Some(prompt) = script.prompt.clone() else { return Ok(talked) };
    let opened = session::open(agent, &script, &hello, told).await?;
    session::settle(agent, &script, &opened, told).await;
    let session = opened.id;
    // What was replayed of an earlier session is no part of this turn.
    let _ = told.send(Told::Begins(session.0.to_string()));
    let asked = own::PromptRequest::new(
        session.clone(),
        vec![own::ContentBlock::Text(own::TextContent::new(prompt))],
    );
    let answer = agent.send_request(asked).block_task();
    tokio::pin!(answer);
    let answer = tokio::select! {
        answer = &mut answer => answer,
        () = halted(halt) => {
            let _ = agent.send_notification(own::CancelNotification::new(session.clone()));
            match timeout(CANCEL, &mut answer).await {
                Ok(answer) => answer,
                Err(_) => return Err(Broken::Late("session/cancel")),
            }
        }
    };
    let answer = answer.map_err(|error| refused("session/prompt", &error))?;
    talked.stop = Some(answer.stop_reason);
    talked.tokens = answer.usage.map(|usage| (usage.input_tokens, usage.output_tokens));
    talked.meta = answer.meta;
    Ok(talked)
}

/// Waits until the turn shall end.
async fn halted(mut halt: watch::Receiver<bool>) {
    let is_gone = halt.wait_for(|halt| *halt).await.is_err();
    if is_gone {
        std::future::pending::<()>().await;
    }
}

/// Waits for the answer of a step.
pub async fn step<T>(
    name: &'static str,
    time: Duration,
    answer: impl Future<Output = Result<T, acp::Error>>,
) -> Result<T, Broken> {
    match timeout(time, answer).await {
        Ok(answer) => answer.map_err(|error| refused(name, &error)),
        Err(_) => Err(Broken::Late(name)),
    }
}

fn refused(step: &'static str, error: &acp::Error) -> Broken {
    if acp::is_incoming_transport_closed(error) || acp::is_connection_terminated(error) {
        return Broken::Closed;
    }
    Broken::Refused {
        step,
        code: i64::from(error.code.value()),
        message: error.message.clone(),
        data: error.data.clone(),
    }
}

fn introduction(hello: &own::InitializeResponse) -> Introduction {
    let (name, version) =
        hello.agent_info.as_ref().map(|own| (own.name.clone(), own.version.clone())).unwrap_or_default();
    let loads = session::can_load(hello) || session::can_resume(hello);
    Introduction { name, version, protocol: hello.protocol_version.to_string(), loads }
}
