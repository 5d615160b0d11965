//! What effects tell the runner before they end.

use crate::event::{AttemptKey, Usage};
use crate::facts::TaskId;
use tokio::sync::{mpsc, oneshot};

pub(crate) enum Heard {
    Usage(AttemptKey, Usage),
    Note(Option<TaskId>, String),
    Question(Question),
}

pub(crate) struct Question {
    pub key: AttemptKey,
    pub text: String,
    pub options: Vec<String>,
    pub answer: oneshot::Sender<String>,
}

/// The way from an effect to the runner. What a runner that ended is told is lost.
#[derive(Clone)]
pub struct Talk {
    key: Option<AttemptKey>,
    sender: mpsc::UnboundedSender<Heard>,
}

impl Talk {
    pub(crate) fn new(key: Option<AttemptKey>, sender: mpsc::UnboundedSender<Heard>) -> Self {
        Self { key, sender }
    }

    /// Something was used.
    pub fn used(&self, usage: Usage) {
        if let Some(key) = &self.key {
            let _ = self.sender.send(Heard::Usage(key.clone(), usage));
        }
    }

    /// Something that people should see.
    pub fn note(&self, text: impl Into<String>) {
        let task = self.key.as_ref().map(|key| key.task.clone());
        let _ = self.sender.send(Heard::Note(task, text.into()));
    }

    /// Asks a person, and waits for the answer; for ever where there is none.
    pub async fn ask(&self, text: &str, options: &[String]) -> String {
        if let Some(key) = self.key.clone() {
            let (answer, answered) = oneshot::channel();
            let question = Question { key, text: text.to_owned(), options: options.to_vec(), answer };
            if self.sender.send(Heard::Question(question)).is_ok()
                && let Ok(answer) = answered.await
            {
                return answer;
            }
        }
        std::future::pending().await
    }
}
