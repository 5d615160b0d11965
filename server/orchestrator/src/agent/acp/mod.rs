//! An agent that speaks the Agent Client Protocol on its standard input and output.
//!
//! A process a turn, in a group of its own, with the marker, in the worktree. It is offered neither files
//! nor terminals of ours: it has its own. A later turn of the same attempt goes on with the session of the
//! one before, where the agent can; so does the attempt after one that was interrupted.
//!
//! - [`leave`], [`command`], [`writes`], [`undone`], [`shell`]: what it may do without a person's word.
//! - [`process`]: how it is started, watched and ended.
//! - [`wire`]: the pipes, bounded, and what breaks their rules.
//! - [`talk`]: the conversation.
//! - [`scene`]: what comes meanwhile: [`account`] keeps it, questions for leave go to a person.
//! - [`servers`]: the MCP servers that it is handed.
//! - [`session`]: mode, model, and the session of an earlier turn.
//! - [`failure`]: which class what it says of failures belongs to.
//!
//! A turn that ends as if all had gone well may have done nothing: nothing here says that a task is done.

mod account;
mod command;
mod failure;
pub(in crate::agent) mod leave;
mod process;
mod scene;
mod servers;
mod session;
mod shell;
mod talk;
mod undone;
mod wire;
mod writes;

use crate::agent::{Agent, Boxed, Listener, Turn, not_started, tail};
use crate::event::{Exit, Stop, TurnEnd, TurnKind, Usage};
use crate::{os, report};
use account::Account;
use acp::v1::schema as own;
use agent_client_protocol as acp;
use process::{Limits, Ran, Told, run};
use scene::Scene;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
pub use talk::Introduction;
use talk::{Broken, Script};
pub use undone::hint_in_title;

/// An agent, and how it is started and dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acp {
    /// The program and its arguments.
    pub line: Vec<String>,
    /// Variables that it gets where they are not set already.
    pub environment: BTreeMap<String, String>,
    /// The mode to work in, where it offers that.
    pub mode: Option<String>,
    /// The mode to plan in, where it offers that.
    pub plan_mode: Option<String>,
    /// Whether it can go on with an earlier session, where it says so.
    pub loads: bool,
    /// How long each step may take until it is ready.
    pub start: Duration,
    /// How lines begin by which it tells of a failure at the end of a turn.
    pub failure_words: Vec<String>,
}

impl Acp {
    /// An agent of which nothing is known; `None` where there is no program.
    #[must_use]
    pub fn new(line: Vec<String>) -> Option<Self> {
        line.first().is_some_and(|program| !program.is_empty()).then(|| Self {
            line,
            environment: BTreeMap::new(),
            mode: None,
            plan_mode: None,
            loads: true,
            start: Duration::from_secs(60),
            failure_words: Vec::new(),
        })
    }

    fn program(&self, folder: &Path, marker: &str) -> os::Program {
        let (name, arguments) =
            self.line.split_first().map(|(name, rest)| (name.as_str(), rest)).unwrap_or_default();
        let mut program =
            os::Program::new(name, folder, marker).with_arguments(arguments).with_input(os::Input::Kept);
        for (name, value) in &self.environment {
            if std::env::var_os(name).is_none() {
                program = program.with_variable(name, value);
            }
        }
        program
    }

    /// Starts it and asks who it is, and ends it again.
    ///
    /// # Errors
    /// A sentence: it cannot be started, or does not answer.
    pub async fn introduces_itself(&self, folder: &Path, marker: &str) -> Result<Introduction, String> {
        let script = Script {
            folder: folder.to_owned(),
            prompt: None,
            earlier: None,
            servers: Vec::new(),
            marker: marker.to_owned(),
            temporary: None,
            mode: None,
            model: None,
            start: self.start,
        };
        let limits = Limits { total: self.start * 2, silence: self.start * 2 };
        let ran = run(&self.program(folder, marker), script, limits, std::future::pending(), None).await;
        let ran = ran.map_err(|error| format!("it cannot be started: {error}"))?;
        if let Some(Ok(talked)) = &ran.talked {
            return Ok(talked.who.clone());
        }
        let how = ran.exit().map(|exit| exit_words(&exit)).or_else(|| ran.broken());
        Err(how.unwrap_or_else(|| "it does not answer".to_owned()))
    }

    /// What is talked about in a turn.
    fn script(&self, turn: &Turn) -> Script {
        let plans = turn.kind == TurnKind::Plan;
        Script {
            folder: turn.worktree.clone(),
            prompt: Some(turn.prompt.clone()),
            earlier: self.loads.then(|| session::kept(turn, &self.line)).flatten(),
            servers: turn.servers.clone(),
            marker: turn.marker.clone(),
            temporary: None,
            mode: if plans {
                self.plan_mode.clone().or_else(|| self.mode.clone())
            } else {
                self.mode.clone()
            },
            model: turn.model.clone(),
            start: self.start,
        }
    }
}

impl Agent for Acp {
    fn turn<'a>(&'a self, turn: &'a Turn, listener: &'a dyn Listener) -> Boxed<'a, TurnEnd> {
        Box::pin(async move {
            let mut scene = Scene::new(turn, listener, &self.line);
            let program = self.program(&turn.worktree, &turn.marker).confined(turn.confinement.clone());
            let limits = Limits { total: turn.total, silence: turn.silence };
            match run(&program, self.script(turn), limits, turn.stopped(), Some(&mut scene)).await {
                Ok(ran) => ended(&ran, &scene.account, &self.failure_words),
                Err(error) => {
                    TurnEnd { exit: Exit::NotStarted(not_started(&self.line, &error)), ..TurnEnd::default() }
                }
            }
        })
    }

    fn shown(&self) -> Vec<String> {
        // A mode may be the one in which it asks for nothing.
        let mode = self.mode.as_ref().map(|mode| format!(", in its mode {mode}")).unwrap_or_default();
        vec![format!("{}{mode}", os::joined(&self.line))]
    }

    fn takes_servers(&self) -> bool {
        true
    }
}

fn exit_words(exit: &Exit) -> String {
    match exit {
        Exit::Status(status) => format!("it ended with status {status}"),
        Exit::Signal(signal) => format!("it was ended by signal {signal}"),
        Exit::TimedOut | Exit::Silent => "it does not answer".to_owned(),
        Exit::NotStarted(why) => why.clone(),
        Exit::Fine | Exit::Stopped => "it ended".to_owned(),
    }
}

/// How a turn ended, by what was seen of it.
fn ended(ran: &Ran, account: &Account, words: &[String]) -> TurnEnd {
    let talked = match &ran.talked {
        Some(Ok(talked)) => Some(talked),
        _ => None,
    };
    let by_error = match &ran.talked {
        Some(Err(Broken::Refused { code, message, data, .. })) => {
            failure::of_error(*code, message, data.as_ref())
        }
        _ => None,
    };
    let typed = talked.and_then(|talked| failure::typed(talked.meta.as_ref()));
    let tokens = talked.and_then(|talked| talked.tokens);
    let tokens = tokens.map(|(input, output)| Usage { input, output, micros: 0 });
    let failure = account.refused.clone().or(typed).or(by_error).or_else(|| account.failure(words));
    let went_well = talked.is_some() && failure.is_none();
    let heard = if went_well { account.said.clone() } else { format!("{}\n{}", account.said, ran.errors) };
    TurnEnd {
        exit: ran.exit().unwrap_or_default(),
        protocol_error: ran.broken(),
        failure,
        tool_calls: Some(account.tool_calls()),
        usage: account.usage(tokens),
        stop: talked.map_or(Stop::EndTurn, |talked| stop_of(talked.stop)),
        report: report::read(&account.said),
        tail: tail(heard.trim()),
        trespass: None,
    }
}

fn stop_of(reason: Option<own::StopReason>) -> Stop {
    match reason {
        Some(own::StopReason::MaxTokens) => Stop::MaxTokens,
        Some(own::StopReason::MaxTurnRequests) => Stop::MaxRequests,
        Some(own::StopReason::Refusal) => Stop::Refusal,
        Some(own::StopReason::Cancelled) => Stop::Cancelled,
        _ => Stop::EndTurn,
    }
}
