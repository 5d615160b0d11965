//! What events change in attempts.

use crate::event::{AttemptKey, AttemptPlanned, Class, Event, Evidence, Millis};
use crate::lessons::{self, Lesson};
use crate::state::{Attempt, Breaker, BreakerKey, Outcome, Stage, State, Status, TaskState};

impl State {
    pub(super) fn attempts(&mut self, event: &Event, at: Millis) {
        match event {
            Event::AttemptPlanned(planned) => self.begins(planned, at),
            Event::UsageReported { key, usage } => self.uses(key, *usage),
            Event::AttemptPrepared { key, worktree, branch, base } => {
                if let Some(attempt) = self.attempt_mut(key) {
                    attempt.worktree = Some(worktree.clone());
                    attempt.branch = Some(branch.clone());
                    attempt.base.clone_from(base);
                    attempt.stage = Stage::Ready;
                }
            }
            Event::TurnPlanned { key, turn, kind } => {
                if let Some(attempt) = self.attempt_mut(key) {
                    attempt.stage = Stage::Working;
                    attempt.turn = *turn;
                    attempt.kind = Some(kind.clone());
                    attempt.end = None;
                    attempt.turn_began = Some(at);
                }
                self.deals_with_gates_of(&key.task);
            }
            Event::TurnEnded { key, end, .. } => {
                if let Some(usage) = end.usage {
                    self.uses(key, usage);
                }
                self.learns(key, end.report.as_ref().map_or("", |report| report.lessons.as_str()));
                if let Some(attempt) = self.attempt_mut(key) {
                    attempt.rests(at);
                    attempt.end = Some((**end).clone());
                    attempt.stage = Stage::Committing;
                }
            }
            Event::Committed { key, commit, diff, .. } => {
                if let Some(attempt) = self.attempt_mut(key) {
                    attempt.commit.clone_from(commit);
                    attempt.diff = diff.clone();
                    attempt.stage = Stage::Committed;
                }
            }
            Event::ValidationPlanned { key } => self.goes_to(key, Stage::Validating),
            Event::Validated { key, checks } => {
                if let Some(attempt) = self.attempt_mut(key) {
                    attempt.checks.clone_from(checks);
                }
                self.goes_to(key, Stage::Validated);
            }
            Event::ReviewPlanned { key } => self.goes_to(key, Stage::Reviewing),
            Event::Reviewed { key, verdict, notes } => {
                if let Some(attempt) = self.attempt_mut(key) {
                    attempt.review = Some((*verdict, notes.clone()));
                }
                self.goes_to(key, Stage::Reviewed);
            }
            Event::AttemptAccepted { key, proved } => self.holds(key, *proved, at),
            Event::AttemptFailed { key, class, evidence } => self.attempt_fails(key, *class, evidence, at),
            Event::AttemptInterrupted { key } => self.breaks_off(key, Outcome::Interrupted, at),
            Event::AttemptStopped { key } => self.breaks_off(key, Outcome::Stopped, at),
            _ => {}
        }
    }

    fn goes_to(&mut self, key: &AttemptKey, stage: Stage) {
        if let Some(attempt) = self.attempt_mut(key) {
            attempt.stage = stage;
        }
    }

    fn begins(&mut self, planned: &AttemptPlanned, at: Millis) {
        let AttemptPlanned { key, agent, model, base, hint, .. } = planned;
        let Some(task) = self.task_mut(&key.task) else { return };
        task.status = Status::Working;
        task.attempts.push(Attempt {
            number: key.attempt,
            agent: agent.clone(),
            model: model.clone(),
            base: base.clone(),
            hint: hint.clone(),
            worktree: None,
            branch: None,
            stage: Stage::Preparing,
            turn: 0,
            kind: None,
            end: None,
            commit: None,
            diff: crate::event::Diff::default(),
            checks: Vec::new(),
            review: None,
            compared: None,
            usage: crate::event::Usage::default(),
            began: at,
            turn_began: None,
            worked: 0,
            outcome: None,
        });
        self.breaker(key).begins(key);
        self.variant_begins(&key.task, base);
    }

    fn learns(&mut self, key: &AttemptKey, text: &str) {
        for text in lessons::told(text) {
            let lesson = Lesson { key: key.clone(), text };
            if !self.lessons.contains(&lesson) {
                self.lessons.push(lesson);
            }
        }
    }

    fn uses(&mut self, key: &AttemptKey, usage: crate::event::Usage) {
        self.used = self.used.plus(usage);
        if let Some(attempt) = self.attempt_mut(key) {
            attempt.usage = attempt.usage.plus(usage);
        }
    }

    fn holds(&mut self, key: &AttemptKey, proved: bool, at: Millis) {
        if let Some(attempt) = self.attempt_mut(key) {
            attempt.rests(at);
            attempt.outcome = Some(Outcome::Accepted);
        }
        let policy = self.policy();
        self.breaker(key).succeeds(key, &policy);
        if let Some(task) = self.task_mut(&key.task) {
            task.status = Status::Accepted { proved };
        }
    }

    fn attempt_fails(&mut self, key: &AttemptKey, class: Class, evidence: &Evidence, at: Millis) {
        let Some(attempt) = self.attempt_mut(key) else { return };
        attempt.rests(at);
        // The agent was there, whatever its work is worth, once a turn of it went to its end.
        let worked = attempt.end.is_some();
        // Before its first turn it was the setup that failed, which says nothing about the agent.
        let was_asked = attempt.stage != Stage::Preparing;
        let policy = self.policy();
        let breaker = self.breaker(key);
        match class {
            Class::Transient | Class::ModelUnavailable if was_asked => breaker.fails(key, at, &policy),
            _ if worked => breaker.succeeds(key, &policy),
            _ => breaker.forgets(key),
        }
        if class == Class::Transient
            && let Some(wave) = self.facts.find(&key.task).map(|(_, facts)| facts.wave)
        {
            self.waves.entry(wave).or_default().transients += 1;
        }
        self.fails(key, class, evidence);
    }

    fn breaks_off(&mut self, key: &AttemptKey, outcome: Outcome, at: Millis) {
        let Some(attempt) = self.attempt_mut(key) else { return };
        attempt.rests(at);
        attempt.outcome = Some(outcome);
        self.breaker(key).forgets(key);
        if let Some(task) = self.task_mut(&key.task) {
            task.status = Status::Queued;
            task.not_before = at;
        }
    }

    fn breaker(&mut self, key: &AttemptKey) -> &mut Breaker {
        let attempt = self.task(&key.task).and_then(TaskState::current);
        let (agent, model) = attempt.map(|own| (own.agent.clone(), own.model.clone())).unwrap_or_default();
        self.breakers.entry(BreakerKey { agent, model }).or_default()
    }

    /// The numbers the run is run by.
    #[must_use]
    pub fn policy(&self) -> segue_plan::Policy {
        self.created.as_ref().map(|created| created.policy.clone()).unwrap_or_default()
    }
}

impl Attempt {
    /// Its turn is over.
    fn rests(&mut self, at: Millis) {
        if let Some(began) = self.turn_began.take() {
            self.worked = self.worked.saturating_add(at.since(began));
        }
    }
}
