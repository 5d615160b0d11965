//! The hands of a real run: git, processes and agents.
//!
//! - `attempt`: worktree, turn, commit, commands of one attempt.
//! - `branch`: preflight, merging, taking out, proving the integration branch.
//! - `consult`: agents that judge and revise instead of doing.
//! - `variants`: comparing the variants of a task, and removing those that were not chosen.
//! - `confine`: where what a run starts may read and write.
//!
//! Git calls and files are blocking, so they are made off the runner's threads.

mod attempt;
mod branch;
mod confine;
mod consult;
mod listener;
mod variants;

use crate::agent::{Agent, Boxed};
use crate::confine::Confine;
use crate::driver::{Failed, Hands, Job};
use crate::effect::Effect;
use crate::event::{AttemptKey, Check, Class, Event, Evidence, Exit};
use crate::facts::{Facts, TaskId};
use crate::git::{self, GitError, Repository};
use crate::journal;
use crate::list::{List, Means};
use crate::os;
use crate::state::State;
use crate::workspace::Workspace;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How much of a command's output is kept, in bytes.
const KEPT: usize = 64 << 10;

/// Everything that a run needs done.
pub struct Workshop {
    /// The repository, seen from the user's checkout.
    pub repository: Repository,
    /// Where the journal lies, and beside it the output of agents.
    pub place: journal::Place,
    /// The run.
    pub run: String,
    /// The agents, by their names in the settings.
    pub agents: BTreeMap<String, Arc<dyn Agent>>,
    /// The agent that plays agent files.
    pub default_agent: String,
    /// Files, plans and cards.
    pub workspace: Arc<dyn Workspace>,
    /// Commands that are run in a new worktree.
    pub setup: Vec<String>,
    /// Where agents and commands may read and write; `None`: wherever the user may.
    pub confine: Option<Confine>,
    /// Takes secrets out of a text; `None` where there are none.
    pub redact: Box<journal::Redact>,
}

impl Hands for Workshop {
    fn perform(self: Arc<Self>, job: Job) -> Boxed<'static, Result<Event, Failed>> {
        Box::pin(async move {
            match job.effect.clone() {
                Effect::Prepare(key) => self.prepare(&job, key).await,
                Effect::Turn(key, turn) => self.turn(&job, key, turn).await,
                Effect::Commit(key, turn) => self.commit(&job, key, turn).await,
                Effect::Validate(key) => self.validate(&job, key).await,
                Effect::Review(key) => self.review(&job, key).await,
                Effect::Preflight { wave, .. } => self.preflight(&job, wave).await,
                Effect::Merge(key) => self.merge(&job, key).await,
                Effect::Compare(key) => self.compare(&job, key).await,
                Effect::RemoveVariant(task) => self.remove_variant(&job, task).await,
                Effect::Unmerge(key) => self.unmerge(&job, key).await,
                Effect::Integrate { wave, commit, .. } => self.integrate(&job, wave, commit).await,
                Effect::ReviewPlan { reviewer, round, .. } => self.review_plan(&job, reviewer, round).await,
                Effect::RevisePlan { .. } => self.revise_plan(&job).await,
                // The runner stops by itself; it asks nobody.
                Effect::Stop(key) => Ok(Event::AttemptStopped { key }),
            }
        })
    }

    fn list(self: Arc<Self>, state: Arc<State>) -> Boxed<'static, Result<Option<Vec<String>>, String>> {
        Box::pin(async move {
            let listed = self.blocking(move |own| own.list_of(&state.facts, &state.tip)).await;
            listed.map_err(|failed| match failed {
                Failed::Run(why) => why,
                Failed::Attempt { evidence, .. } => evidence.text(),
            })
        })
    }

    fn recover(self: Arc<Self>, _: Arc<State>) -> Boxed<'static, Result<(), String>> {
        Box::pin(async move {
            let swept = tokio::task::spawn_blocking(move || {
                let _ = os::sweep(&self.run);
                git::worktree::clear_locks(&self.repository, &self.run)
            });
            match swept.await {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(error) => Err(error.to_string()),
            }
        })
    }
}

impl Workshop {
    /// Does something that blocks off the runner's threads.
    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, GitError> + Send + 'static,
    ) -> Result<T, Failed> {
        let own = Arc::clone(self);
        match tokio::task::spawn_blocking(move || work(&own)).await {
            Ok(result) => result.map_err(|error| Failed::Run(error.to_string())),
            Err(error) => Err(Failed::Run(format!("A part of the engine broke: {error}"))),
        }
    }

    /// What a run of this plan may start and use; `None` where no list was kept of it.
    fn list_of(&self, facts: &Facts, commit: &str) -> Result<Option<Vec<String>>, GitError> {
        if facts.list.is_none() {
            return Ok(None);
        }
        let means = Means {
            repository: &self.repository,
            workspace: &*self.workspace,
            agents: &self.agents,
            default_agent: &self.default_agent,
            setup: &self.setup,
            confine: self.confine.as_ref(),
        };
        List::of(facts, commit, &means).map(|list| Some(list.lines()))
    }

    /// The key of an attempt's branch and folder.
    fn place_of(&self, state: &State, key: &AttemptKey) -> git::Place {
        git::Place::new(&self.run, &state.name_of(&key.task), key.attempt)
    }

    /// The attempt of a task that belongs to a branch and folder.
    fn key_of(&self, state: &State, place: &git::Place) -> Option<AttemptKey> {
        let keys = state
            .facts
            .without_variants()
            .map(|task| AttemptKey { task: task.id.clone(), attempt: place.attempt });
        keys.into_iter().find(|key| self.place_of(state, key) == *place)
    }

    /// Runs command lines one after the other in a folder, until one fails.
    async fn checks(
        &self,
        commands: &[String],
        folder: &Path,
        marker: &str,
        limit: Duration,
        stop: &watch::Receiver<bool>,
    ) -> Vec<Check> {
        let mut checks = Vec::new();
        for command in commands {
            let check = self.check(command, folder, marker, limit, stop).await;
            let passed = check.passed();
            checks.push(check);
            if !passed {
                break;
            }
        }
        checks
    }

    async fn check(
        &self,
        command: &str,
        folder: &Path,
        marker: &str,
        limit: Duration,
        stop: &watch::Receiver<bool>,
    ) -> Check {
        let program = os::Program::shell(command, folder, marker)
            .without_tokens()
            .confined(self.confinement(folder, None, None));
        let limits = os::Limits { total: limit, silence: limit, kept: KEPT, ..os::Limits::default() };
        let mut stop = stop.clone();
        let stopped = async move {
            if stop.wait_for(|stop| *stop).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let began = Instant::now();
        let (exit, tail) = match os::run(&program, &limits, |_, _| (), stopped).await {
            Ok(ended) => {
                let both = format!("{}\n{}", ended.output.text(), ended.errors.text());
                (crate::agent::exit_of(ended.how), crate::agent::tail(both.trim()))
            }
            Err(error) => (Exit::NotStarted(error.to_string()), String::new()),
        };
        let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Check { command: command.to_owned(), exit, tail, millis }
    }

    /// The marker of the processes that belong to a run and to none of its attempts.
    fn own_marker(&self, what: &str) -> String {
        format!("{}/{what}/0", self.run)
    }
}

fn attempt_failed(class: Class, evidence: Evidence) -> Failed {
    Failed::Attempt { class, evidence }
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// The titles of tasks, for messages of commits.
fn title_of(state: &State, id: &TaskId) -> String {
    let title = state.facts.find(id).map(|(_, facts)| facts.title.clone()).filter(|title| !title.is_empty());
    title.unwrap_or_else(|| id.0.clone())
}
