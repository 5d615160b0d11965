//! What events are made of.

use crate::event::AttemptKey;
use crate::facts::TaskId;
use segue_plan::Policy;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a run begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunCreated {
    /// Its id: short, `[a-z0-9]`.
    pub run: String,
    /// The plan's file, relative to the repository's top.
    pub plan: String,
    /// The commit it begins from.
    pub base: String,
    /// The numbers it is run by.
    pub policy: Policy,
    /// How many tasks run at the same time.
    pub jobs: u64,
    /// What all its random choices are made of.
    pub seed: u64,
    /// Whether gates are taken as answered, destructive ones excepted.
    #[serde(default)]
    pub yes: bool,
    /// Whether tasks that nothing proves are accepted without a question.
    #[serde(default)]
    pub accept_unproved: bool,
    /// Who said yes to the same launch list before.
    #[serde(default)]
    pub launch_known: Option<By>,
    /// Who began it.
    pub by: By,
}

/// The parts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "wave", rename_all = "snake_case")]
pub enum Phase {
    /// It is being put together.
    Planning,
    /// A person decides.
    WaitingApproval,
    /// Reviewers look at the plan.
    PlanReview,
    /// The tasks of a wave are done.
    Acting(u32),
    /// What they did is looked at as a whole.
    Reviewing(u32),
    /// All is done.
    Complete,
    /// A person said no.
    Rejected,
    /// A reviewer would not judge, and a person agreed.
    Abstained,
    /// Some of it is not done, and a person has to see why.
    Escalated,
    /// A person ended it.
    Cancelled,
}

impl Phase {
    /// Whether nothing happens any more by itself.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Complete | Self::Rejected | Self::Abstained | Self::Escalated | Self::Cancelled)
    }

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::WaitingApproval => "waiting_approval",
            Self::PlanReview => "plan_review",
            Self::Acting(_) => "acting",
            Self::Reviewing(_) => "reviewing",
            Self::Complete => "complete",
            Self::Rejected => "rejected",
            Self::Abstained => "abstained",
            Self::Escalated => "escalated",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A gate as it is opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateOpened {
    /// Its number in the run, counted from 1.
    pub gate: u32,
    /// What it decides.
    pub kind: GateKind,
    /// What is shown, in a few sentences.
    pub text: String,
    /// Approvals that are named in the plan.
    #[serde(default)]
    pub approvals: Vec<String>,
    /// Whether `--yes` does not answer it.
    pub needs_a_person: bool,
}

/// What a gate decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "gate_kind", rename_all = "snake_case")]
pub enum GateKind {
    /// Whether anything runs at all.
    Launch,
    /// Whether what the plan wants cleared up before the start is.
    Start,
    /// Whether the plan runs although its review did not approve it.
    Review {
        /// What the review says.
        verdict: Verdict,
    },
    /// Whether the revised plan runs.
    Plan,
    /// Whether the run may start and use what was not on its list. Nothing new begins until then, wherever
    /// the run is.
    List,
    /// Whether what was missing before a wave is there now.
    Preflight {
        /// The wave.
        wave: u32,
    },
    /// Whether a destructive task begins.
    Destructive {
        /// The task.
        task: TaskId,
    },
    /// Whether a task is done as its planning turn says.
    Planning {
        /// The task.
        task: TaskId,
    },
    /// Whether a wave's work stands although the integration branch is not proved.
    Integration {
        /// The wave.
        wave: u32,
    },
    /// Whether a wave's work is good and the next wave begins.
    Wave {
        /// The wave that is over.
        wave: u32,
    },
    /// Whether all is good.
    Completion,
}

impl GateKind {
    /// The task it is about, where it is about one.
    #[must_use]
    pub fn task(&self) -> Option<&TaskId> {
        match self {
            Self::Destructive { task } | Self::Planning { task } => Some(task),
            _ => None,
        }
    }

    /// Whether it is about one task, while the others go on.
    #[must_use]
    pub fn is_of_a_task(&self) -> bool {
        self.task().is_some()
    }

    /// Whether its answer leads the run from one phase to the next.
    #[must_use]
    pub fn is_of_the_course(&self) -> bool {
        !self.is_of_a_task() && *self != Self::List
    }
}

/// The answer to a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Go on.
    Approve,
    /// Do not.
    Reject,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The user's name, or `--yes`.
    pub who: String,
    /// By which face: `terminal`, `editor`, `option`.
    pub how: String,
}

impl By {
    /// The answer that `--yes` gave beforehand.
    #[must_use]
    pub fn option() -> Self {
        Self { who: "--yes".to_owned(), how: "option".to_owned() }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.who, self.how)
    }
}

/// What a reviewer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// Good.
    Approved,
    /// Good once something is changed.
    NeedsRevision,
    /// Not good.
    Rejected,
    /// It cannot judge.
    Abstain,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::NeedsRevision => "NEEDS_REVISION",
            Self::Rejected => "REJECTED",
            Self::Abstain => "ABSTAIN",
        }
    }
}

/// An attempt as it is planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptPlanned {
    /// Which.
    #[serde(flatten)]
    pub key: AttemptKey,
    /// The agent, by its name in the settings.
    pub agent: String,
    /// The model; `None`: the agent's own.
    #[serde(default)]
    pub model: Option<String>,
    /// The commit it begins from.
    pub base: String,
    /// What the attempt before teaches.
    #[serde(default)]
    pub hint: Option<String>,
    /// Whether it tries an agent that rests because it failed too often.
    #[serde(default)]
    pub probe: bool,
}

/// What a turn is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "turn_kind", rename_all = "snake_case")]
pub enum TurnKind {
    /// Say how it will be done; change nothing.
    Plan,
    /// Do it.
    Work,
    /// Go on with this answer to a question.
    Answer {
        /// The answer.
        answer: String,
    },
}

/// Something that was merged again after another merge was taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedAgain {
    /// Which.
    #[serde(flatten)]
    pub key: AttemptKey,
    /// The tip of the integration branch with it.
    pub commit: String,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// An attempt of a variant that does not go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unchosen {
    /// Which.
    #[serde(flatten)]
    pub key: AttemptKey,
    /// The commit it ended at.
    pub commit: Option<String>,
}

/// What is left of an attempt whose worktree and branch are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remains {
    /// The attempt.
    pub attempt: u32,
    /// The commit it ended at.
    #[serde(default)]
    pub commit: Option<String>,
    /// The file that holds what it changed; `None` where it changed nothing.
    #[serde(default)]
    pub patch: Option<String>,
    /// Why its worktree was not removed, where it was not.
    #[serde(default)]
    pub why: Option<String>,
}

/// A question as it is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuestionAsked {
    /// Its number in the run, counted from 1.
    pub question: u32,
    /// Who asks.
    #[serde(flatten)]
    pub key: AttemptKey,
    /// In which turn.
    pub turn: u32,
    /// Whether it is asked for leave to do something.
    #[serde(default)]
    pub permission: bool,
    /// Whether it asks which of the task's variants goes on: then no agent waits, and only an option answers.
    #[serde(default, skip_serializing_if = "is_false")]
    pub choice: bool,
    /// What is asked.
    pub text: String,
    /// What may be answered; empty: anything.
    #[serde(default)]
    pub options: Vec<String>,
    /// What the asker would answer.
    #[serde(default)]
    pub recommendation: Option<String>,
}

/// How a turn ended, in the order in which it is judged.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TurnEnd {
    /// How the process ended.
    pub exit: Exit,
    /// What broke the protocol with the agent.
    pub protocol_error: Option<String>,
    /// What the agent itself calls a failure.
    pub failure: Option<Failure>,
    /// How many tool calls were seen; `None`: the agent does not show them.
    pub tool_calls: Option<u64>,
    /// What was used; `None`: the agent does not say.
    pub usage: Option<Usage>,
    /// Why the agent stopped.
    pub stop: Stop,
    /// What the agent reports of itself.
    pub report: Option<crate::report::Report>,
    /// The last of what it said or printed.
    pub tail: String,
    /// What shows that the session wrote into the user's checkout.
    pub trespass: Option<String>,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "exit", content = "what", rename_all = "snake_case")]
pub enum Exit {
    /// Well, or it still lives as it should.
    #[default]
    Fine,
    /// With this status.
    Status(i32),
    /// By this signal.
    Signal(i32),
    /// It took longer than it may, and was ended.
    TimedOut,
    /// It said nothing for longer than it may, and was ended.
    Silent,
    /// It could not be started.
    NotStarted(String),
    /// It was ended because a person wanted it.
    Stopped,
}

/// A failure as the agent types it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The class it comes to.
    pub class: Class,
    /// What the agent says.
    pub text: String,
}

/// Why an agent stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// It thinks it is done.
    #[default]
    EndTurn,
    /// It may say no more.
    MaxTokens,
    /// It may ask its model no more.
    MaxRequests,
    /// It refuses.
    Refusal,
    /// It was told to.
    Cancelled,
}

/// The classes of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The process or protocol died, timed out, met a limit: the same again may go well.
    Transient,
    /// The work is not good yet: the evidence may help.
    Fixable,
    /// The plan does not hold.
    NeedsReplan,
    /// A person has to see it.
    Escalate,
    /// The model cannot be had: another may.
    ModelUnavailable,
}

impl Class {
    /// All of them.
    pub const ALL: [Class; 5] =
        [Class::Transient, Class::Fixable, Class::NeedsReplan, Class::Escalate, Class::ModelUnavailable];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Fixable => "fixable",
            Self::NeedsReplan => "needs_replan",
            Self::Escalate => "escalate",
            Self::ModelUnavailable => "model_unavailable",
        }
    }

    /// The class of that name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name().eq_ignore_ascii_case(name))
    }
}

/// What shows a failure.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// One sentence.
    pub summary: String,
    /// What was printed, shortened.
    #[serde(default)]
    pub detail: String,
}

impl Evidence {
    /// A sentence without more.
    #[must_use]
    pub fn new(summary: impl Into<String>) -> Self {
        Self { summary: summary.into(), detail: String::new() }
    }

    /// Both in one text, for the next card.
    #[must_use]
    pub fn text(&self) -> String {
        if self.detail.is_empty() {
            self.summary.clone()
        } else {
            format!("{}\n\n{}", self.summary, self.detail)
        }
    }
}

/// What an attempt changed.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Diff {
    /// The files, relative to the repository's top.
    pub files: Vec<String>,
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
    /// The lines added and removed of each file, in their order; `None` for what has no lines. Empty in
    /// journals of older versions.
    pub lines: Vec<Option<(u64, u64)>>,
    /// Where a secret stands in it: a file with its line.
    pub secret: Option<String>,
}

/// What a command came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The command.
    pub command: String,
    /// How it ended.
    pub exit: Exit,
    /// The last of what it printed.
    #[serde(default)]
    pub tail: String,
    /// How long it took, in milliseconds.
    #[serde(default)]
    pub millis: u64,
}

impl Check {
    /// Whether it ended well.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.exit == Exit::Fine
    }
}

/// What was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Tokens read.
    pub input: u64,
    /// Tokens written.
    pub output: u64,
    /// What it cost, in millionths of the agent's currency.
    pub micros: u64,
}

impl Usage {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            micros: self.micros.saturating_add(other.micros),
        }
    }
}
