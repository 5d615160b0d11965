//! The variants of a task: what compares them, and what becomes of those that were not chosen.

use crate::driver::{Failed, Job};
use crate::event::{AttemptKey, Class, Event, Remains};
use crate::facts::TaskId;
use crate::git::tidy;
use crate::state::{Attempt, Outcome};
use crate::workshop::attempt::attempt_of;
use crate::workshop::{Workshop, seconds};
use std::path::PathBuf;
use std::sync::Arc;

impl Workshop {
    /// Runs the commands that compare variants in the worktree of one that holds. None of them has to go
    /// well: what they print is shown to who chooses.
    pub(super) async fn compare(self: &Arc<Self>, job: &Job, key: AttemptKey) -> Result<Event, Failed> {
        let attempt = attempt_of(job, &key)?;
        let folder = attempt.worktree.as_ref().map(PathBuf::from).unwrap_or_default();
        let commands = job.state.facts.find(&key.task).map(|(_, facts)| facts.compare.clone());
        let marker = self.place_of(&job.state, &key).to_string();
        let limit = seconds(job.state.policy().command_time);
        let mut checks = Vec::new();
        for command in commands.unwrap_or_default() {
            checks.push(self.check(&command, &folder, &marker, limit, &job.stop).await);
        }
        Ok(Event::Compared { key, checks })
    }

    /// Removes the worktrees and branches of a variant; what it changed is kept as patches beside the
    /// journal. Where that cannot be, its worktree stays.
    pub(super) async fn remove_variant(self: &Arc<Self>, job: &Job, task: TaskId) -> Result<Event, Failed> {
        let attempts = job.state.task(&task).map(|own| own.attempts.clone()).unwrap_or_default();
        let mut kept = Vec::new();
        // What was in the way of an attempt is somebody else's.
        let is_ours = |own: &Attempt| {
            let escalated = matches!(own.outcome, Some(Outcome::Failed { class: Class::Escalate, .. }));
            own.branch.is_some() || !escalated
        };
        for attempt in attempts.into_iter().filter(is_ours) {
            let key = AttemptKey { task: task.clone(), attempt: attempt.number };
            let place = self.place_of(&job.state, &key);
            let patch = self.place.output(&self.run, &place.name()).with_extension("patch");
            let let_go = self.blocking(move |own| {
                let kept = tidy::keep_as_patch(&own.repository, &place, &attempt.base, &patch);
                let gone = kept.and_then(|tip| tidy::discard_attempt(&own.repository, &place).map(|()| tip));
                Ok(match gone {
                    Ok(tip) => (tip, patch, None),
                    Err(error) => (None, patch, Some(error.to_string())),
                })
            });
            let (tip, patch, why) = let_go.await?;
            kept.push(Remains {
                attempt: key.attempt,
                commit: tip.or(attempt.commit),
                patch: patch.is_file().then(|| patch.to_string_lossy().into_owned()),
                why,
            });
        }
        Ok(Event::VariantRemoved { task, kept })
    }
}
