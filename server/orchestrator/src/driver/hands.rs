//! What does the effects.

use crate::agent::Boxed;
use crate::driver::Talk;
use crate::effect::Effect;
use crate::event::{Class, Event, Evidence};
use crate::state::State;
use std::sync::Arc;
use tokio::sync::watch;

/// Does effects. Each may have been done before, by a process that was killed before it could say so:
/// doing it again ends in the same place and gives the same event.
pub trait Hands: Send + Sync + 'static {
    /// Does an effect, to its end or until it shall stop, and gives the event that says what came of it.
    fn perform(self: Arc<Self>, job: Job) -> Boxed<'static, Result<Event, Failed>>;

    /// What the run may start and use as things stand now, a line each; `None` where nobody keeps that.
    fn list(self: Arc<Self>, _: Arc<State>) -> Boxed<'static, Result<Option<Vec<String>>, String>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Ends what an earlier runner of this run left behind, before anything else begins.
    fn recover(self: Arc<Self>, state: Arc<State>) -> Boxed<'static, Result<(), String>>;
}

/// An effect that is to be done.
pub struct Job {
    /// What.
    pub effect: Effect,
    /// What the run was when it was found due.
    pub state: Arc<State>,
    /// Takes what comes before the end.
    pub talk: Talk,
    /// Becomes true when it shall stop.
    pub stop: watch::Receiver<bool>,
}

/// Why an effect could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It says something about the attempt.
    Attempt {
        /// The class of failure.
        class: Class,
        /// What shows it.
        evidence: Evidence,
    },
    /// It concerns the whole run (a full disk, a repository that went): nothing more is begun, and the
    /// run can be resumed when it is mended.
    Run(String),
}
