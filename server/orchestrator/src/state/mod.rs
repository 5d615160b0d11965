//! What a run is now: a fold over its events, and nothing else. Two folds over the same events are
//! equal, whoever makes them and whenever.

mod apply;
mod attempt;
mod breaker;
mod proofs;
mod task;
mod variants;

pub use breaker::{Breaker, BreakerKey, Caution};
pub use task::{Attempt, Leftover, Outcome, Stage, Status, TaskState};

use crate::event::{
    Answer, By, Check, GateKind, GateOpened, Millis, Phase, QuestionAsked, Record, RunCreated, Usage, Verdict,
};
use crate::facts::{Facts, TaskFacts, TaskId};
use crate::lessons::Lesson;
use std::collections::{BTreeMap, BTreeSet};

/// A run.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct State {
    /// How it began; `None` before its first event.
    pub created: Option<RunCreated>,
    /// Its plan.
    pub facts: Facts,
    /// Where it is.
    pub phase: Option<Phase>,
    /// The number of the last event.
    pub seq: u64,
    /// When that was.
    pub at: Millis,
    /// When the first event was.
    pub began: Millis,
    /// The tasks, in the order of [`Facts::tasks`].
    pub tasks: Vec<TaskState>,
    /// The waves that were begun, by number.
    pub waves: BTreeMap<u32, Wave>,
    /// The tip of the integration branch.
    pub tip: String,
    /// What is in the integration branch, in the order in which it came.
    pub merges: Vec<Merge>,
    /// The gates, in the order of their numbers.
    pub gates: Vec<Gate>,
    /// The questions, in the order of their numbers.
    pub questions: Vec<Question>,
    /// What keeps agents that fail from being asked.
    pub breakers: BTreeMap<BreakerKey, Breaker>,
    /// How far the plan's review is.
    pub review: Review,
    /// What agents learnt, in the order in which they told it.
    pub lessons: Vec<Lesson>,
    /// What all attempts used.
    pub used: Usage,
    /// What tells that nothing more may be begun; cleared when a person wants a task tried again.
    pub spent: Option<String>,
    /// What was used when a person last gave leave to go on: cost in millionths, attempts' time in
    /// milliseconds.
    pub granted: (u64, u64),
    /// Who ended the run.
    pub cancelled: Option<By>,
    /// What was said at gates, for the next cards.
    pub notes: Vec<String>,
    /// How many revisions of the plan were made because a task could not be done as planned.
    pub replans: u64,
    /// What the planner agent is asked for now.
    pub revising: Option<Revision>,
    /// Whether a person has to look at the plan again because it was revised.
    pub plan_gate_due: bool,
    /// How often the run was taken over by a runner.
    pub runners: u32,
    /// Why the last runner could not go on, where it said so.
    pub stopped: Option<String>,
    /// What a person agreed that the run may start and use; `None` where no list was kept.
    pub agreed: Option<BTreeSet<String>>,
    /// What it would start or use that nobody agreed to.
    pub unagreed: Vec<String>,
    /// Whether that was found by a runner that took the run over: then nothing goes on before the answer.
    pub held: bool,
}

/// A wave.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Wave {
    /// The commit its tasks begin from, once the preflight said go.
    pub base: Option<String>,
    /// What the last preflight missed.
    pub missing: Vec<String>,
    /// Whether the preflight is to be made.
    pub preflight_due: bool,
    /// How many transient failures it had.
    pub transients: u64,
    /// How many of its tasks run at the same time, where that was lowered.
    pub jobs: Option<u64>,
    /// How the integration branch stands since the wave's last merge.
    pub integration: Integration,
    /// Whether a person said that it is good.
    pub approved: bool,
}

/// How the integration branch stands with a wave in it.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Integration {
    /// Something was merged since it was last proved, or nothing ever was.
    #[default]
    Open,
    /// It is being proved at a commit.
    Running {
        /// The commit.
        commit: String,
        /// How often that was tried before.
        retry: u64,
        /// Not before this moment.
        not_before: Millis,
        /// The failure at the tip that is being traced.
        tracing: Option<Trace>,
    },
    /// A commit was looked at, and what follows is not yet decided.
    Looked {
        /// The commit.
        commit: String,
        /// How often that was tried before.
        retry: u64,
        /// Whether the surroundings were healthy.
        healthy: bool,
        /// What each command came to.
        checks: Vec<Check>,
        /// The failure at the tip that is being traced.
        tracing: Option<Trace>,
    },
    /// A task's merge is being taken out.
    TakingOut(crate::event::AttemptKey),
    /// It holds.
    Passed,
    /// It does not, and a person let it stand.
    Accepted,
}

/// A failure at the tip whose cause is sought.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// What failed at the tip.
    pub checks: Vec<Check>,
}

impl Trace {
    /// The check that failed.
    #[must_use]
    pub fn failed(&self) -> Option<&Check> {
        self.checks.iter().find(|check| !check.passed())
    }
}

/// Something that is in the integration branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// The attempt.
    pub key: crate::event::AttemptKey,
    /// Its wave.
    pub wave: u32,
    /// The tip before.
    pub before: String,
    /// The tip after.
    pub commit: String,
}

/// A gate.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// As it was opened.
    pub opened: GateOpened,
    /// When.
    pub at: Millis,
    /// The first answer.
    pub answer: Option<Answered>,
    /// Whether what it decided about is no longer so.
    pub withdrawn: bool,
    /// Whether what follows from the answer was decided.
    pub dealt_with: bool,
}

/// The answer to a gate.
#[derive(Clone, Debug, PartialEq)]
pub struct Answered {
    /// Yes or no.
    pub answer: Answer,
    /// What was said with it.
    pub note: Option<String>,
    /// By whom.
    pub by: By,
    /// When.
    pub at: Millis,
}

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// As it was asked.
    pub asked: QuestionAsked,
    /// When.
    pub at: Millis,
    /// The first answer, by whom and when.
    pub answer: Option<(String, By, Millis)>,
    /// Whether who asked did not live any more when it came.
    pub unheard: bool,
}

/// How far the plan's review is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Review {
    /// The reviewer whose turn it is: an index into [`Facts::reviews`].
    pub reviewer: usize,
    /// How often this one has looked.
    pub rounds: u64,
    /// How often it would not judge.
    pub abstentions: u64,
    /// How many revisions were made for reviewers.
    pub revisions: u64,
    /// What it said last, where that is not yet dealt with.
    pub verdict: Option<(Verdict, String)>,
    /// Whether the planner agent could not make the revision that it wants.
    pub revision_failed: bool,
    /// Whether all of it is over.
    pub passed: bool,
}

/// A revision of the plan that is under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// How many, this one included.
    pub round: u64,
    /// What is wrong with the plan.
    pub reason: String,
    /// Whether a reviewer wants it; else a task.
    pub for_review: bool,
}

impl State {
    /// The state after these events.
    #[must_use]
    pub fn fold<'r>(records: impl IntoIterator<Item = &'r Record>) -> Self {
        let mut state = Self::default();
        for record in records {
            state.apply(record);
        }
        state
    }

    /// The task with this id.
    #[must_use]
    pub fn task(&self, id: &TaskId) -> Option<&TaskState> {
        self.tasks.iter().find(|task| task.id == *id)
    }

    /// Whether an attempt failed.
    #[must_use]
    pub fn has_failed(&self, key: &crate::event::AttemptKey) -> bool {
        let own = self.all().find(|(facts, _)| facts.id == key.task);
        let mut attempts = own.into_iter().flat_map(|(facts, task)| self.attempts_of(facts, task));
        attempts.any(|own| own.number == key.attempt && matches!(own.outcome, Some(Outcome::Failed { .. })))
    }

    /// The tasks with what the plan says of them.
    pub fn all(&self) -> impl Iterator<Item = (&TaskFacts, &TaskState)> {
        self.facts.tasks.iter().zip(&self.tasks)
    }

    /// The tasks of a wave, in the order of the plan.
    pub fn of_wave(&self, wave: u32) -> impl Iterator<Item = (&TaskFacts, &TaskState)> {
        self.all().filter(move |(facts, _)| facts.wave == wave)
    }

    /// The open gates.
    pub fn open_gates(&self) -> impl Iterator<Item = &Gate> {
        self.gates.iter().filter(|gate| gate.answer.is_none() && !gate.withdrawn)
    }

    /// Who answered a gate before it was opened: by `--yes`, or by a yes to the same launch list.
    #[must_use]
    pub fn answered_beforehand(&self, gate: &Gate) -> Option<By> {
        let created = self.created.as_ref()?;
        match gate.opened.kind {
            _ if gate.opened.needs_a_person => None,
            _ if created.yes => Some(By::option()),
            GateKind::Launch => created.launch_known.clone(),
            _ => None,
        }
    }

    /// The open questions.
    pub fn open_questions(&self) -> impl Iterator<Item = &Question> {
        let lives = |question: &&Question| {
            let key = &question.asked.key;
            if question.asked.choice {
                let question = question.asked.question;
                return self.task(&key.task).is_some_and(|own| own.status == Status::Choosing { question });
            }
            self.task(&key.task)
                .and_then(TaskState::current)
                .is_some_and(|attempt| attempt.number == key.attempt && attempt.outcome.is_none())
        };
        self.questions.iter().filter(|question| question.answer.is_none()).filter(lives)
    }

    /// The last gate of this kind.
    #[must_use]
    pub fn gate(&self, kind: &GateKind) -> Option<&Gate> {
        self.gates.iter().rev().find(|gate| gate.opened.kind == *kind)
    }

    /// Whether it needs a person now.
    #[must_use]
    pub fn needs_a_person(&self) -> bool {
        !self.is_over() && (self.open_gates().next().is_some() || self.open_questions().next().is_some())
    }

    /// Whether nothing may go on before a person has answered what the run may start.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.held && self.cancelled.is_none()
    }

    /// Whether nothing happens any more by itself.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase.is_some_and(Phase::is_over)
    }

    /// How long all attempts took together, in milliseconds; those under way until `now`.
    #[must_use]
    pub fn attempts_time(&self, now: Millis) -> u64 {
        let attempts = self.tasks.iter().flat_map(|task| &task.attempts);
        attempts.map(|attempt| attempt.time(now)).fold(0, u64::saturating_add)
    }

    /// The exit status of `segue run`: 0 complete; 1 a task failed, was escalated or refused; 3 it waits
    /// for a person or is not over.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self.phase {
            Some(Phase::Complete) => 0,
            Some(phase) if phase.is_over() => 1,
            _ => 3,
        }
    }
}
