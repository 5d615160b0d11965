//! What a task and its attempts are now.

use crate::event::{Check, Class, Diff, Evidence, Millis, Remains, TurnEnd, TurnKind, Usage, Verdict};
use crate::facts::TaskId;

/// A task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskState {
    /// Its id.
    pub id: TaskId,
    /// How it stands.
    pub status: Status,
    /// Its attempts, in the order of their numbers.
    pub attempts: Vec<Attempt>,
    /// Not before this moment.
    pub not_before: Millis,
    /// What the attempt before teaches.
    pub hint: Option<String>,
    /// Whether it begins from the tip of the integration branch.
    pub from_tip: bool,
    /// How many models of the agent's list are left behind.
    pub model: u32,
    /// Whether a person wants it to end.
    pub cancel_asked: bool,
    /// The failures that count, in order. Emptied when a person wants it tried again.
    pub failures: Vec<Class>,
    /// The variant that goes on as its result, where it was tried in variants.
    pub chosen: Option<TaskId>,
    /// The commit from which all its variants begin.
    pub variants_base: Option<String>,
    /// What becomes of its worktrees and branches, where it is a variant.
    pub leftover: Leftover,
}

/// What becomes of the worktrees and branches of a variant.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Leftover {
    /// They stay.
    #[default]
    Stays,
    /// They go, because another variant was chosen.
    Removing,
    /// They are gone, and this is left.
    Removed(Vec<Remains>),
}

/// How a task stands.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Status {
    /// Nothing of it is under way.
    #[default]
    Queued,
    /// An attempt is under way.
    Working,
    /// An attempt failed, and what follows is not yet decided.
    Failing,
    /// An attempt holds, and waits to be merged.
    Accepted {
        /// Whether a command proved it.
        proved: bool,
    },
    /// It is being merged.
    Merging {
        /// Whether a command proved it.
        proved: bool,
    },
    /// It is in the integration branch, or was done before.
    Done {
        /// Whether a command proved it, or it was done before.
        proved: bool,
    },
    /// Its variants have ended, and a person chooses.
    Choosing {
        /// The question that asks.
        question: u32,
    },
    /// A variant: it goes on as the result of its task.
    Chosen,
    /// A variant that holds: another one was chosen, or none.
    Unchosen,
    /// It waits for a revision of the plan.
    NeedsReplan {
        /// Why.
        reason: String,
    },
    /// A person has to see it.
    Escalated {
        /// Why.
        reason: String,
    },
    /// A task it waited for is not done.
    Skipped {
        /// Which.
        because: TaskId,
    },
    /// A person ended it.
    Cancelled,
}

impl Status {
    /// Whether nothing happens to it any more by itself.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_lost() || matches!(self, Self::Done { .. } | Self::Chosen | Self::Unchosen)
    }

    /// Whether it is over and not done.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Escalated { .. } | Self::Skipped { .. } | Self::Cancelled)
    }
}

/// An attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Its number, counted from 1.
    pub number: u32,
    /// The agent.
    pub agent: String,
    /// The model; `None`: the agent's own.
    pub model: Option<String>,
    /// The commit it begins from.
    pub base: String,
    /// What the attempt before teaches.
    pub hint: Option<String>,
    /// The folder, once it is there.
    pub worktree: Option<String>,
    /// The branch, once it is there.
    pub branch: Option<String>,
    /// How far it is.
    pub stage: Stage,
    /// The turn that is under way or was last, counted from 1; 0 before the first.
    pub turn: u32,
    /// What that turn was asked for.
    pub kind: Option<TurnKind>,
    /// How that turn ended.
    pub end: Option<TurnEnd>,
    /// The branch's commit.
    pub commit: Option<String>,
    /// What differs from the base.
    pub diff: Diff,
    /// What its commands came to.
    pub checks: Vec<Check>,
    /// What the reviewer said.
    pub review: Option<(Verdict, String)>,
    /// What the commands printed that compare it with the other variants; `None`: they were not run.
    pub compared: Option<Vec<Check>>,
    /// What it used.
    pub usage: Usage,
    /// When it was planned.
    pub began: Millis,
    /// When its turn began, while one is under way.
    pub turn_began: Option<Millis>,
    /// How long its turns took until now, in milliseconds.
    pub worked: u64,
    /// How it ended.
    pub outcome: Option<Outcome>,
}

/// How far an attempt is. Each is what was last made durable about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Its worktree is being made.
    Preparing,
    /// A turn is to begin.
    Ready,
    /// The agent works.
    Working,
    /// The turn is over; what it left is being made a commit.
    Committing,
    /// The commit is there; what follows is to be decided.
    Committed,
    /// Its commands run.
    Validating,
    /// They are over; what follows is to be decided.
    Validated,
    /// The reviewer agent looks.
    Reviewing,
    /// It has looked; what follows is to be decided.
    Reviewed,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It holds.
    Accepted,
    /// It failed.
    Failed {
        /// By what.
        class: Class,
        /// What shows it.
        evidence: Evidence,
    },
    /// Its runner ended.
    Interrupted,
    /// A person wanted it stopped.
    Stopped,
}

impl TaskState {
    /// A task of which nothing has happened.
    #[must_use]
    pub fn new(id: TaskId, done: bool) -> Self {
        Self {
            id,
            status: if done { Status::Done { proved: true } } else { Status::Queued },
            attempts: Vec::new(),
            not_before: Millis::default(),
            hint: None,
            from_tip: false,
            model: 0,
            cancel_asked: false,
            failures: Vec::new(),
            chosen: None,
            variants_base: None,
            leftover: Leftover::Stays,
        }
    }

    /// A person wants it tried again.
    pub(super) fn begins_anew(&mut self, note: Option<&String>) {
        self.status = Status::Queued;
        self.failures.clear();
        self.cancel_asked = false;
        self.not_before = Millis::default();
        self.from_tip = true;
        self.model = 0;
        self.hint = note.cloned().or_else(|| match self.attempts.last()?.outcome.as_ref()? {
            Outcome::Failed { evidence, .. } => Some(evidence.text()),
            _ => None,
        });
    }

    /// The last attempt.
    #[must_use]
    pub fn current(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// The attempt that is under way.
    #[must_use]
    pub fn active(&self) -> Option<&Attempt> {
        self.current().filter(|attempt| attempt.outcome.is_none())
    }

    /// How many of its last failures are of this class, without another in between.
    #[must_use]
    pub fn in_a_row(&self, class: Class) -> u64 {
        self.failures.iter().rev().take_while(|own| **own == class).count() as u64
    }

    /// How many of its failures are of this class.
    #[must_use]
    pub fn failed_by(&self, class: Class) -> u64 {
        self.failures.iter().filter(|own| **own == class).count() as u64
    }
}

impl Attempt {
    /// How long its turns took, in milliseconds; one under way until `now`. Waiting for a person
    /// between turns does not count.
    #[must_use]
    pub fn time(&self, now: Millis) -> u64 {
        self.worked.saturating_add(self.turn_began.map_or(0, |began| now.since(began)))
    }

    /// Whether it uses a place among those that run at the same time. One that waits for a person
    /// between two turns does not.
    #[must_use]
    pub fn takes_a_place(&self) -> bool {
        self.outcome.is_none() && self.stage != Stage::Committed
    }
}
