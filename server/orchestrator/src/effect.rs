//! What has to be under way, as a function of the state: the driver begins what is not, once, and every
//! effect ends with an event. After a restart the same set comes out of the same journal, so all of
//! them have to be idempotent; their keys say by what.

use crate::decide;
use crate::event::{AttemptKey, Millis, Phase};
use crate::facts::TaskId;
use crate::state::{Integration, Leftover, Stage, State, Status};

/// Something that the engine wants done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// A reviewer looks at the plan → `PlanReviewed`.
    ReviewPlan {
        /// Which: an index into [`crate::facts::Facts::reviews`].
        reviewer: usize,
        /// How often it has looked, this time included.
        round: u64,
        /// How many revisions there were.
        revision: u64,
    },
    /// The planner agent revises the plan → `PlanRevised` or `RevisionFailed`.
    RevisePlan {
        /// How many, this one included.
        round: u64,
        /// Whether a reviewer wants it.
        for_review: bool,
    },
    /// What has to be there before a wave → `PreflightDone`.
    Preflight {
        /// The wave.
        wave: u32,
        /// The number of gates there were: a preflight after an answer is another one.
        gates: u32,
    },
    /// A worktree on a branch of its own, with what belongs into it → `AttemptPrepared`.
    Prepare(AttemptKey),
    /// A turn of the agent → `TurnEnded`; in between `QuestionAsked` and `UsageReported`.
    Turn(AttemptKey, u32),
    /// What the turn left becomes a commit → `Committed`.
    Commit(AttemptKey, u32),
    /// The task's commands run in its worktree → `Validated`.
    Validate(AttemptKey),
    /// The reviewer agent looks → `Reviewed`.
    Review(AttemptKey),
    /// The branch is merged into the integration branch, and the task ticked → `Merged` or
    /// `MergeConflicted`.
    Merge(AttemptKey),
    /// The commands that compare variants run in the worktree of one that holds → `Compared`.
    Compare(AttemptKey),
    /// The worktrees and branches of a variant that was not chosen go → `VariantRemoved`.
    RemoveVariant(TaskId),
    /// What was merged is taken out → `Unmerged`.
    Unmerge(AttemptKey),
    /// The integration branch is proved at a commit → `Integrated`.
    Integrate {
        /// The wave.
        wave: u32,
        /// The commit.
        commit: String,
        /// How often that was tried before.
        retry: u64,
    },
    /// Whatever is under way for an attempt ends → `AttemptStopped`.
    Stop(AttemptKey),
}

impl Effect {
    /// The attempt it is done for, where it is done for one.
    #[must_use]
    pub fn attempt(&self) -> Option<&AttemptKey> {
        match self {
            Self::Prepare(key)
            | Self::Turn(key, _)
            | Self::Commit(key, _)
            | Self::Validate(key)
            | Self::Review(key)
            | Self::Merge(key)
            | Self::Compare(key)
            | Self::Unmerge(key)
            | Self::Stop(key) => Some(key),
            _ => None,
        }
    }
}

/// What has to be under way now.
#[must_use]
pub fn due(state: &State, now: Millis) -> Vec<Effect> {
    let mut due = Vec::new();
    if state.is_over() {
        return due;
    }
    if state.is_held() {
        return due;
    }
    if state.cancelled.is_none() {
        of_the_run(state, now, &mut due);
    }
    for (facts, task) in state.all() {
        if task.leftover == Leftover::Removing {
            due.push(Effect::RemoveVariant(facts.id.clone()));
            continue;
        }
        let Some(attempt) = task.current() else { continue };
        let key = AttemptKey { task: facts.id.clone(), attempt: attempt.number };
        if state.is_to_be_compared(facts, task) {
            due.push(Effect::Compare(key));
            continue;
        }
        if matches!(task.status, Status::Merging { .. }) {
            due.push(Effect::Merge(key));
            continue;
        }
        if task.active().is_none() {
            continue;
        }
        if decide::is_being_stopped(state, &facts.id) {
            due.push(Effect::Stop(key));
            continue;
        }
        due.extend(match attempt.stage {
            Stage::Preparing => Some(Effect::Prepare(key)),
            Stage::Working => Some(Effect::Turn(key, attempt.turn)),
            Stage::Committing => Some(Effect::Commit(key, attempt.turn)),
            Stage::Validating => Some(Effect::Validate(key)),
            Stage::Reviewing => Some(Effect::Review(key)),
            Stage::Ready | Stage::Committed | Stage::Validated | Stage::Reviewed => None,
        });
    }
    let taken_out = state.waves.values().filter_map(|wave| match &wave.integration {
        Integration::TakingOut(key) => Some(Effect::Unmerge(key.clone())),
        _ => None,
    });
    due.extend(taken_out);
    due
}

fn of_the_run(state: &State, now: Millis, due: &mut Vec<Effect>) {
    if let Some(revision) = &state.revising {
        due.push(Effect::RevisePlan { round: revision.round, for_review: revision.for_review });
    }
    if decide::review_is_due(state) {
        let review = &state.review;
        let (reviewer, round) = (review.reviewer, review.rounds + 1);
        due.push(Effect::ReviewPlan { reviewer, round, revision: review.revisions });
    }
    match state.phase {
        Some(Phase::Acting(number)) => {
            let is_due = state.waves.get(&number).is_some_and(|wave| wave.preflight_due);
            if is_due && state.revising.is_none() {
                due.push(Effect::Preflight { wave: number, gates: state.gates.len() as u32 });
            }
        }
        Some(Phase::Reviewing(number)) => {
            if let Some(Integration::Running { commit, retry, not_before, .. }) =
                state.waves.get(&number).map(|wave| &wave.integration)
                && *not_before <= now
            {
                due.push(Effect::Integrate { wave: number, commit: commit.clone(), retry: *retry });
            }
        }
        _ => {}
    }
}
