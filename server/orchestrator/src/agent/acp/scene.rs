//! What comes from an agent while its turn goes on, and what is answered.

use crate::agent::acp::account::{Account, wanted};
use crate::agent::acp::leave::{self, Grant, Verdict};
use crate::agent::acp::wire::Pulse;
use crate::agent::acp::{Told, session};
use crate::agent::{Boxed, Listener, Turn};
use crate::event::{Class, Failure};
use agent_client_protocol::v1::Responder;
use agent_client_protocol::v1::schema::{
    PermissionOption, PermissionOptionKind, RequestPermissionOutcome, RequestPermissionRequest,
    RequestPermissionResponse, SelectedPermissionOutcome,
};
use futures_util::stream::FuturesUnordered;

/// A question for leave that a person has.
pub struct Asked {
    text: String,
    options: Vec<PermissionOption>,
    responder: Responder<RequestPermissionResponse>,
}

/// A turn as it is heard.
pub struct Scene<'a> {
    turn: &'a Turn,
    listener: &'a dyn Listener,
    line: &'a [String],
    /// What was heard.
    pub account: Account,
    /// The questions that persons have.
    pub asks: FuturesUnordered<Boxed<'a, (String, Asked)>>,
    began: bool,
}

impl<'a> Scene<'a> {
    /// Before anything was heard. `line` is the command line of the agent.
    pub fn new(turn: &'a Turn, listener: &'a dyn Listener, line: &'a [String]) -> Self {
        Self {
            turn,
            listener,
            line,
            account: Account::default(),
            asks: FuturesUnordered::new(),
            began: false,
        }
    }

    /// Takes what came; whether the turn shall end.
    pub fn hears(&mut self, told: Told, pulse: &Pulse) -> bool {
        match told {
            Told::Update(update) if self.began => self.account.hears(*update, self.listener),
            Told::Update(update) => self.account.hears(*update, &Deaf),
            Told::Begins(id) => {
                self.account.begins();
                self.began = true;
                pulse.begins();
                session::keep(self.turn, self.line, &id);
            }
            Told::Notes(text) => self.account.notes(&text, self.listener),
            Told::Leave(request, responder) => return self.wants(*request, responder, pulse),
        }
        false
    }

    /// It wants to do something; whether the turn shall end.
    fn wants(
        &mut self,
        request: RequestPermissionRequest,
        responder: Responder<RequestPermissionResponse>,
        pulse: &Pulse,
    ) -> bool {
        let wanted = wanted(&request.tool_call.fields);
        let grant = Grant::of(self.turn);
        match leave::judge(&wanted, grant) {
            Verdict::Allowed => {
                let what = leave::what(&wanted, grant);
                self.account.notes(&format!("[allowed] {what}"), self.listener);
                answer(responder, &request.options, true);
                false
            }
            Verdict::Refused { why, escalates } => {
                self.account.notes(&format!("[refused] {why}"), self.listener);
                answer(responder, &request.options, false);
                if escalates {
                    self.account.refused = Some(Failure { class: Class::Escalate, text: why });
                }
                escalates
            }
            Verdict::Asked { text, destructive } => {
                self.account.notes(&format!("[asks] {text}"), self.listener);
                pulse.asks();
                let words = leave::options(destructive);
                let asked = Asked { text, options: request.options, responder };
                let listener = self.listener;
                self.asks.push(Box::pin(async move {
                    let answer = listener.asks_leave(&asked.text, &words).await;
                    (answer, asked)
                }));
                false
            }
        }
    }

    /// A person has answered; whether the turn shall end.
    pub fn is_answered(&mut self, words: &str, asked: Asked) -> bool {
        let yes = leave::is_yes(words);
        self.account.notes(&format!("[answered] {words}"), self.listener);
        answer(asked.responder, &asked.options, yes);
        if !yes {
            let text = format!("Leave was denied. {}", asked.text);
            self.account.refused = Some(Failure { class: Class::Escalate, text });
        }
        !yes
    }
}

/// Answers by the kind of an option: what their ids mean is each agent's own affair.
fn answer(responder: Responder<RequestPermissionResponse>, options: &[PermissionOption], yes: bool) {
    // Never more than was asked for, where there is less.
    let kinds = if yes {
        [PermissionOptionKind::AllowOnce, PermissionOptionKind::AllowAlways]
    } else {
        [PermissionOptionKind::RejectOnce, PermissionOptionKind::RejectAlways]
    };
    let found = kinds.iter().find_map(|kind| options.iter().find(|option| option.kind == *kind));
    let outcome = match found {
        Some(option) => {
            RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(option.option_id.clone()))
        }
        None => RequestPermissionOutcome::Cancelled,
    };
    // An agent that went does not wait for it.
    let _ = responder.respond(RequestPermissionResponse::new(outcome));
}

/// Who hears nothing: what an earlier session replays is known already.
struct Deaf;

impl Listener for Deaf {
    fn said(&self, _: &str) {}

    fn used(&self, _: crate::event::Usage) {}

    fn asks_leave<'a>(&'a self, _: &'a str, _: &'a [String]) -> Boxed<'a, String> {
        Box::pin(std::future::pending())
    }
}
