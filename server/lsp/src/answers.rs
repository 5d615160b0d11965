//! Large answers, written once.
//!
//! The library makes every answer a tree of JSON values before it writes it, on the thread that reads
//! the next messages. For ten thousand places that tree is 20 MB, and takes longer than finding them. So
//! a large answer is written on the thread that computed it and kept here; the library gets a small one
//! of the same type that holds a ticket, and the thread that writes to the client puts the kept one in
//! its place.

use crate::session::root::lock;
use memchr::memmem;
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde::de::IgnoredAny;
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tower_lsp::gen_lsp_types as lsp;

/// A message with a ticket in it is never longer.
pub const LONGEST_TICKET: usize = 1024;

/// An answer that can be large.
pub trait Answer: Serialize {
    /// Whether it is so large that it is worth the way around.
    fn is_large(&self) -> bool;

    /// One of its type with nothing in it but a ticket.
    fn with_ticket(ticket: String) -> Self;
}

/// So many parts of an answer make it large.
const LARGE: usize = 200;

impl Answer for Vec<lsp::Location> {
    fn is_large(&self) -> bool {
        self.len() > LARGE
    }

    fn with_ticket(ticket: String) -> Self {
        vec![lsp::Location { uri: ticket.into(), range: lsp::Range::default() }]
    }
}

impl Answer for lsp::WorkspaceEdit {
    fn is_large(&self) -> bool {
        self.document_changes.as_ref().is_some_and(|changes| changes.len() > LARGE)
            || self.changes.as_ref().is_some_and(|changes| changes.len() > LARGE)
    }

    fn with_ticket(ticket: String) -> Self {
        Self { changes: Some([(ticket.into(), Vec::new())].into()), ..Self::default() }
    }
}

impl Answer for lsp::WorkspaceDiagnosticReport {
    fn is_large(&self) -> bool {
        self.items.len() > LARGE
    }

    fn with_ticket(ticket: String) -> Self {
        let id = lsp::UnchangedDocumentDiagnosticReport { result_id: String::new() };
        let unchanged = lsp::WorkspaceUnchangedDocumentDiagnosticReport::new(ticket.into(), None, id);
        Self { items: vec![unchanged.into()] }
    }
}

/// Answers on their way to the client.
pub struct Answers {
    /// What a ticket begins with: nothing that a workspace holds, because nobody can guess it.
    mark: String,
    kept: Mutex<FxHashMap<u64, Vec<u8>>>,
    next: AtomicU64,
}

impl Default for Answers {
    fn default() -> Self {
        let random = || RandomState::new().hash_one(std::process::id());
        let mark = format!("segue-answer-{:016x}{:016x}-", random(), random());
        Self { mark, kept: Mutex::default(), next: AtomicU64::new(0) }
    }
}

/// An answer as it will be sent.
pub enum Written<A> {
    /// As it is.
    Small(A),
    /// As JSON.
    Large(Vec<u8>),
}

impl<A: Answer> Written<A> {
    /// Writes an answer, where it is large. Takes its time.
    pub fn of(answer: A) -> Self {
        if !answer.is_large() {
            return Self::Small(answer);
        }
        serde_json::to_vec(&answer).map_or(Self::Small(answer), Self::Large)
    }
}

impl Answers {
    /// What the library is given for an answer. Nothing may be waited for between this and giving it: a
    /// ticket that is lost on the way keeps its answer here.
    pub fn ticket<A: Answer>(&self, written: Written<A>) -> A {
        match written {
            Written::Small(answer) => answer,
            Written::Large(written) => {
                let number = self.next.fetch_add(1, Ordering::Relaxed);
                lock(&self.kept).insert(number, written);
                A::with_ticket(format!("{}{number}", self.mark))
            }
        }
    }

    /// The whole body of the message that `body` has a ticket for; `None` where it has none.
    pub fn redeem(&self, body: &[u8]) -> Option<Vec<u8>> {
        #[derive(serde::Deserialize)]
        struct Answered {
            id: serde_json::Value,
            #[serde(rename = "result")]
            _result: IgnoredAny,
        }
        let at = memmem::find(body, self.mark.as_bytes())? + self.mark.len();
        let digits = body.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number: u64 = std::str::from_utf8(body.get(at..at + digits)?).ok()?.parse().ok()?;
        let answered: Answered = serde_json::from_slice(body).ok()?;
        let result = lock(&self.kept).remove(&number)?;
        let mut whole = format!(r#"{{"jsonrpc":"2.0","id":{},"result":"#, answered.id).into_bytes();
        whole.extend_from_slice(&result);
        whole.push(b'}');
        Some(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(count: usize) -> Vec<lsp::Location> {
        let place =
            |n: usize| lsp::Location { uri: format!("file:///{n}.md").into(), range: lsp::Range::default() };
        (0..count).map(place).collect()
    }

    #[test]
    fn a_large_answer_comes_back_as_it_was() {
        let answers = Answers::default();
        let small = answers.ticket(Written::of(places(2)));
        assert_eq!(small, places(2));
        let large = answers.ticket(Written::of(places(1000)));
        assert_eq!(large.len(), 1);
        let body = serde_json::json!({"jsonrpc": "2.0", "result": large, "id": "a \"b\""}).to_string();
        assert!(body.len() < LONGEST_TICKET);
        let whole = answers.redeem(body.as_bytes()).expect("a ticket");
        let whole: serde_json::Value = serde_json::from_slice(&whole).expect("JSON");
        let wanted = serde_json::json!({"jsonrpc": "2.0", "result": places(1000), "id": "a \"b\""});
        assert_eq!(whole, wanted);
        // A ticket is good for once.
        assert_eq!(answers.redeem(body.as_bytes()), None);
        assert_eq!(answers.redeem(b"{\"result\":\"segue-answer-1\",\"id\":1}"), None);
    }
}
