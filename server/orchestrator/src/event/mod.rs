//! What happened in a run, as its journal keeps it: append-only, and all that a state is made of.
//!
//! Two sorts: **decisions** of the engine, durable before what they decide begins ([`Event::AttemptPlanned`]),
//! and **outcomes** of what it began ([`Event::TurnEnded`]). Names of events and fields are never
//! changed, only added with a default, so that a newer binary reads any older journal.

mod parts;

pub use parts::*;

use crate::facts::{Facts, TaskId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Milliseconds since 1970, by the clock of the machine; never earlier than the event before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// This long after.
    #[must_use]
    pub fn plus_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// How long since `earlier`, in milliseconds.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// An event with its place in the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its number, counted from 1 without gaps.
    pub seq: u64,
    /// When it became durable.
    pub at: Millis,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// One attempt of one task: the key by which its effects are done once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptKey {
    /// The task.
    pub task: TaskId,
    /// The attempt, counted from 1. Interrupted ones count too.
    pub attempt: u32,
}

impl fmt::Display for AttemptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.task, self.attempt)
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run begins to exist.
    RunCreated(Box<RunCreated>),
    /// What its plan says.
    Planned {
        /// The plan.
        facts: Box<Facts>,
    },
    /// A runner took the run over: at its start, and whenever it is resumed.
    RunnerStarted {
        /// Its process.
        pid: u32,
        /// The version of the binary.
        version: String,
        /// What the run may start and use as things stand now; `None` where that was not looked at.
        #[serde(default)]
        list: Option<Vec<String>>,
    },
    /// The run goes from one part to the next.
    PhaseEntered {
        /// Where it is now.
        phase: Phase,
    },
    /// A person has to decide.
    GateOpened(GateOpened),
    /// A gate was answered; the first answer holds.
    GateAnswered {
        /// The gate.
        gate: u32,
        /// The answer.
        answer: Answer,
        /// What was said with it; joins the next task cards.
        #[serde(default)]
        note: Option<String>,
        /// Who answered.
        by: By,
    },
    /// A gate is no longer asked, because what it decided about is no longer so.
    GateWithdrawn {
        /// The gate.
        gate: u32,
    },
    /// A reviewer has looked at the plan.
    PlanReviewed {
        /// The part: `plan-auditor`, ….
        part: String,
        /// How often it has looked, this time included.
        round: u64,
        /// What it says.
        verdict: Verdict,
        /// Why.
        notes: String,
    },
    /// The planner agent shall revise the plan.
    RevisionPlanned {
        /// How many revisions, this one included.
        round: u64,
        /// Whether a reviewer of the plan wants it; else a task.
        for_review: bool,
        /// What is wrong with the plan.
        reason: String,
    },
    /// The plan is another one now.
    PlanRevised {
        /// The plan as it is now.
        facts: Box<Facts>,
    },
    /// The planner agent could not do it.
    RevisionFailed {
        /// Why.
        reason: String,
    },
    /// What has to be there before a wave begins was looked at.
    PreflightDone {
        /// The wave.
        wave: u32,
        /// The commit of the integration branch from which its tasks begin.
        base: String,
        /// What is missing; empty: go.
        missing: Vec<String>,
        /// What the run may start and use from this commit on; `None` where that was not looked at.
        #[serde(default)]
        list: Option<Vec<String>>,
    },
    /// An attempt shall begin.
    AttemptPlanned(AttemptPlanned),
    /// It has its worktree.
    AttemptPrepared {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// The folder.
        worktree: String,
        /// The branch.
        branch: String,
        /// The commit it begins from.
        base: String,
    },
    /// A turn of the agent shall begin.
    TurnPlanned {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// The turn, counted from 1.
        turn: u32,
        /// What it is asked for.
        kind: TurnKind,
    },
    /// The agent asks, and waits for the answer.
    QuestionAsked(QuestionAsked),
    /// A question was answered; the first answer holds.
    QuestionAnswered {
        /// The question.
        question: u32,
        /// The answer, in words or as one of the options.
        answer: String,
        /// Who answered.
        by: By,
        /// Whether who asked did not live any more: it is for the attempt that follows.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unheard: bool,
    },
    /// A turn is over.
    TurnEnded {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// The turn.
        turn: u32,
        /// How it ended.
        end: Box<TurnEnd>,
    },
    /// What the turn left in the worktree is a commit.
    Committed {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// The turn.
        turn: u32,
        /// The branch's commit; `None` where nothing was ever changed.
        commit: Option<String>,
        /// What differs from the base.
        diff: Diff,
    },
    /// The task's commands shall be run in its worktree.
    ValidationPlanned {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
    },
    /// The task's commands were run in its worktree.
    Validated {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// What each came to, until the first that failed.
        checks: Vec<Check>,
    },
    /// The reviewer agent shall look at what the attempt changed.
    ReviewPlanned {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
    },
    /// The reviewer agent has looked at what the attempt changed.
    Reviewed {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// What it says.
        verdict: Verdict,
        /// Why.
        notes: String,
    },
    /// The attempt holds: it waits to be merged.
    AttemptAccepted {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// Whether a command proved it.
        proved: bool,
    },
    /// The attempt failed.
    AttemptFailed {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// By what.
        class: Class,
        /// What shows it.
        evidence: Evidence,
    },
    /// The attempt was under way when its runner ended. Nobody's fault: it counts for nothing.
    AttemptInterrupted {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
    },
    /// The attempt was stopped because a person wanted it.
    AttemptStopped {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
    },
    /// The task is tried again.
    RetryPlanned {
        /// The task.
        task: TaskId,
        /// Not before this moment.
        not_before: Millis,
        /// The evidence that goes into the next card.
        #[serde(default)]
        hint: Option<String>,
        /// Whether it begins from the tip of the integration branch rather than from the wave's base.
        from_tip: bool,
        /// How many models of the agent's list are left behind.
        model: u32,
    },
    /// The task waits for a revision of the plan.
    ReplanWanted {
        /// The task.
        task: TaskId,
        /// Why the plan does not hold.
        reason: String,
    },
    /// A person ended the task.
    TaskCancelled {
        /// The task.
        task: TaskId,
    },
    /// The task is over and a person is told everything.
    TaskEscalated {
        /// The task.
        task: TaskId,
        /// Why.
        reason: String,
    },
    /// The task cannot be done because of another one.
    TaskSkipped {
        /// The task.
        task: TaskId,
        /// Whom it waited for.
        because: TaskId,
    },
    /// Fewer tasks of a wave run at the same time from now on.
    Throttled {
        /// The wave.
        wave: u32,
        /// How many.
        jobs: u64,
    },
    /// An attempt shall be merged into the integration branch.
    MergePlanned {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
    },
    /// It is merged, and its task is ticked.
    Merged {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// The tip of the integration branch.
        commit: String,
    },
    /// It cannot be merged.
    MergeConflicted {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// Where, and both sides.
        evidence: Evidence,
    },
    /// The integration branch shall be proved.
    IntegrationPlanned {
        /// The wave.
        wave: u32,
        /// The commit.
        commit: String,
        /// How many times it was tried before for reasons outside it.
        retry: u64,
        /// Not before this moment.
        not_before: Millis,
    },
    /// The integration branch was proved at a commit, or not.
    Integrated {
        /// The wave.
        wave: u32,
        /// The commit.
        commit: String,
        /// Whether the health command said yes, or there is none.
        healthy: bool,
        /// What each command came to, until the first that failed.
        checks: Vec<Check>,
    },
    /// What this task merged broke the integration branch: it shall be taken out of it.
    CulpritFound {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// What failed.
        evidence: Evidence,
    },
    /// A person let the wave stand although the integration branch is not proved.
    IntegrationAccepted {
        /// The wave.
        wave: u32,
    },
    /// It was taken out, and what came after it was merged again.
    Unmerged {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// The tip of the integration branch.
        commit: String,
        /// What was merged again, in order.
        #[serde(default)]
        again: Vec<MergedAgain>,
        /// What cannot be merged without it.
        #[serde(default)]
        conflicted: Vec<AttemptKey>,
    },
    /// The commands that compare variants were run in the worktree of one that holds.
    Compared {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// What each printed.
        checks: Vec<Check>,
    },
    /// Of the variants of a task one goes on as its result, or none does.
    VariantChosen {
        /// The task.
        task: TaskId,
        /// The attempt that goes on.
        #[serde(default)]
        variant: Option<AttemptKey>,
        /// Where the others ended.
        #[serde(default)]
        others: Vec<Unchosen>,
        /// Who chose.
        by: By,
    },
    /// The worktrees and branches of a variant that was not chosen are gone.
    VariantRemoved {
        /// The variant.
        task: TaskId,
        /// What is left of each of its attempts.
        kept: Vec<Remains>,
    },
    /// What an attempt used.
    UsageReported {
        /// Which.
        #[serde(flatten)]
        key: AttemptKey,
        /// How much, since the last report.
        usage: Usage,
    },
    /// Nothing more may be begun: the run has used up what it was given.
    BudgetSpent {
        /// What was spent, in words with numbers.
        what: String,
    },
    /// A person wants a task or the whole run to end.
    CancelAsked {
        /// The task; `None`: all.
        #[serde(default)]
        task: Option<TaskId>,
        /// Who.
        by: By,
    },
    /// A person wants a task that is over tried again.
    RetryAsked {
        /// The task.
        task: TaskId,
        /// What was said with it.
        #[serde(default)]
        note: Option<String>,
        /// Who.
        by: By,
    },
    /// The runner cannot go on: something is wrong that concerns the whole run. It can be resumed.
    RunnerStopped {
        /// What, in a sentence that says what to do.
        why: String,
    },
    /// Something that the user sees and nothing depends on: a change of theirs in the checkout, a
    /// message of the engine.
    Noted {
        /// Whom it concerns.
        #[serde(default)]
        task: Option<TaskId>,
        /// What, in a sentence.
        text: String,
    },
}
