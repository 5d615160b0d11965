//! One event, and what is different after it. No policy is decided here: what an event means for what
//! comes next is `decide`'s. Events that do not fit the state (a task that no plan has) change nothing.

use crate::event::{
    Answer, AttemptKey, AttemptPlanned, Class, Event, Evidence, GateKind, MergedAgain, Millis, Phase, Record,
    Verdict,
};
use crate::facts::{Facts, TaskId};
use crate::state::{
    Answered, Attempt, Breaker, BreakerKey, Gate, Integration, Merge, Outcome, Question, Review, Revision,
    Stage, State, Status, TaskState, Trace, Wave,
};

impl State {
    /// The state after one more event.
    pub fn apply(&mut self, record: &Record) {
        if self.seq == 0 {
            self.began = record.at;
        }
        self.seq = record.seq;
        self.at = record.at;
        let at = record.at;
        match &record.event {
            Event::RunCreated(created) => {
                self.tip.clone_from(&created.base);
                self.created = Some((**created).clone());
                self.phase = Some(Phase::Planning);
            }
            Event::Planned { facts } => self.plans(facts),
            Event::PlanRevised { facts } => {
                let for_review = self.revising.as_ref().is_some_and(|revision| revision.for_review);
                self.plan_gate_due = !for_review || facts.list_hash != self.facts.list_hash;
                self.plans(facts);
            }
            Event::RunnerStarted { .. } => self.runners += 1,
            Event::PhaseEntered { phase } => self.enters(*phase),
            Event::GateOpened(_)
            | Event::GateAnswered { .. }
            | Event::GateWithdrawn { .. }
            | Event::QuestionAsked(_)
            | Event::QuestionAnswered { .. } => self.asks(&record.event, at),
            Event::PlanReviewed { .. } | Event::RevisionPlanned { .. } | Event::RevisionFailed { .. } => {
                self.reviews(&record.event);
            }
            Event::PreflightDone { .. }
            | Event::Throttled { .. }
            | Event::IntegrationPlanned { .. }
            | Event::Integrated { .. }
            | Event::IntegrationAccepted { .. } => self.waves(&record.event),
            Event::MergePlanned { .. }
            | Event::Merged { .. }
            | Event::MergeConflicted { .. }
            | Event::CulpritFound { .. }
            | Event::Unmerged { .. } => self.merges(&record.event),
            Event::BudgetSpent { what } => self.spent = Some(what.clone()),
            Event::CancelAsked { task: None, by } => self.cancelled = Some(by.clone()),
            Event::CancelAsked { task: Some(task), .. } => {
                if let Some(task) = self.task_mut(task).filter(|task| !task.status.is_over()) {
                    task.cancel_asked = true;
                }
            }
            Event::Noted { .. } => {}
            Event::RetryAsked { task, note, .. } => self.reopens(task, note.as_ref(), at),
            Event::RetryPlanned { .. }
            | Event::ReplanWanted { .. }
            | Event::TaskEscalated { .. }
            | Event::TaskCancelled { .. }
            | Event::TaskSkipped { .. } => self.tasks(&record.event),
            event => self.attempts(event, at),
        }
    }

    fn task_mut(&mut self, id: &TaskId) -> Option<&mut TaskState> {
        self.tasks.iter_mut().find(|task| task.id == *id)
    }

    fn attempt_mut(&mut self, key: &AttemptKey) -> Option<&mut Attempt> {
        let attempt = self.task_mut(&key.task)?.attempts.last_mut()?;
        (attempt.number == key.attempt && attempt.outcome.is_none()).then_some(attempt)
    }

    /// Another plan: tasks that both have keep what they are.
    fn plans(&mut self, facts: &Facts) {
        let mut old = std::mem::take(&mut self.tasks);
        self.tasks = facts
            .tasks
            .iter()
            .map(|task| match old.iter().position(|own| own.id == task.id) {
                Some(place) => old.swap_remove(place),
                None => TaskState::new(task.id.clone(), task.done),
            })
            .collect();
        for task in &mut self.tasks {
            if matches!(task.status, Status::NeedsReplan { .. } | Status::Skipped { .. }) {
                task.status = Status::Queued;
            }
        }
        // What was begun stays in the waves that were; what comes is looked at anew.
        for wave in self.waves.values_mut() {
            wave.base = None;
            wave.preflight_due = true;
        }
        self.facts = facts.clone();
        if self.revising.take().is_some_and(|revision| revision.for_review) {
            self.review.verdict = None;
        }
    }

    fn enters(&mut self, phase: Phase) {
        if self.phase == Some(Phase::PlanReview) || matches!(phase, Phase::Acting(_)) {
            self.review.verdict = None;
        }
        if let Phase::Acting(number) = phase {
            self.review.passed = true;
            let wave = self.waves.entry(number).or_default();
            wave.preflight_due = wave.base.is_none();
        }
        for gate in &mut self.gates {
            gate.dealt_with |= gate.answer.is_some() && !gate.opened.kind.is_of_a_task();
        }
        self.phase = Some(phase);
    }

    fn asks(&mut self, event: &Event, at: Millis) {
        match event {
            Event::GateOpened(opened) => {
                self.plan_gate_due &= opened.kind != GateKind::Plan;
                self.gates.push(Gate {
                    opened: opened.clone(),
                    at,
                    answer: None,
                    withdrawn: false,
                    dealt_with: false,
                });
            }
            Event::GateAnswered { gate, answer, note, by } => {
                let open = self.gates.iter_mut().find(|own| own.opened.gate == *gate);
                if let Some(open) = open.filter(|own| own.answer.is_none() && !own.withdrawn) {
                    let answered = Answered { answer: *answer, note: note.clone(), by: by.clone(), at };
                    open.answer = Some(answered);
                    self.notes.extend(note.clone());
                    if let (Answer::Approve, GateKind::Wave { wave }) = (answer, &open.opened.kind) {
                        self.waves.entry(*wave).or_default().approved = true;
                    }
                }
            }
            Event::GateWithdrawn { gate } => {
                if let Some(open) = self.gates.iter_mut().find(|own| own.opened.gate == *gate) {
                    open.withdrawn = open.answer.is_none();
                }
            }
            Event::QuestionAsked(asked) => {
                self.questions.push(Question { asked: asked.clone(), at, answer: None });
            }
            Event::QuestionAnswered { question, answer, by } => {
                let open = self.questions.iter_mut().find(|own| own.asked.question == *question);
                if let Some(open) = open.filter(|own| own.answer.is_none()) {
                    open.answer = Some((answer.clone(), by.clone(), at));
                }
            }
            _ => {}
        }
    }

    fn reviews(&mut self, event: &Event) {
        match event {
            Event::PlanReviewed { round, verdict, notes, .. } => {
                let review = &mut self.review;
                review.rounds = *round;
                match verdict {
                    Verdict::Approved => {
                        let reviewer = review.reviewer + 1;
                        let passed = reviewer >= self.facts.reviews.len();
                        *review =
                            Review { reviewer, passed, revisions: review.revisions, ..Review::default() };
                    }
                    Verdict::Abstain => {
                        review.abstentions += 1;
                        review.verdict = Some((*verdict, notes.clone()));
                    }
                    _ => review.verdict = Some((*verdict, notes.clone())),
                }
            }
            Event::RevisionPlanned { round, reason, for_review } => {
                if *for_review {
                    self.review.revisions += 1;
                } else {
                    self.replans += 1;
                }
                self.revising =
                    Some(Revision { round: *round, reason: reason.clone(), for_review: *for_review });
            }
            Event::RevisionFailed { .. } => {
                let for_review = self.revising.take().is_some_and(|revision| revision.for_review);
                self.review.revision_failed = for_review;
            }
            _ => {}
        }
    }

    fn waves(&mut self, event: &Event) {
        match event {
            Event::PreflightDone { wave, base, missing } => {
                let wave = self.waves.entry(*wave).or_default();
                wave.preflight_due = false;
                wave.base = missing.is_empty().then(|| base.clone());
                wave.missing.clone_from(missing);
            }
            Event::Throttled { wave, jobs } => self.waves.entry(*wave).or_default().jobs = Some(*jobs),
            Event::IntegrationPlanned { wave, commit, retry, not_before } => {
                let wave = self.waves.entry(*wave).or_default();
                let tracing = match std::mem::take(&mut wave.integration) {
                    Integration::Looked { tracing: Some(tracing), .. } => Some(tracing),
                    // The tip failed: from here on its cause is sought.
                    Integration::Looked { healthy: true, checks, .. } => Some(Trace { checks }),
                    _ => None,
                };
                wave.integration = Integration::Running {
                    commit: commit.clone(),
                    retry: *retry,
                    not_before: *not_before,
                    tracing,
                };
            }
            Event::Integrated { wave, commit, healthy, checks } => {
                let wave = self.waves.entry(*wave).or_default();
                let Integration::Running { commit: own, retry, tracing, .. } = &wave.integration else {
                    return;
                };
                if own != commit {
                    return;
                }
                wave.integration = match (tracing, *healthy && checks.iter().all(crate::event::Check::passed))
                {
                    (None, true) => Integration::Passed,
                    (tracing, _) => Integration::Looked {
                        commit: commit.clone(),
                        retry: *retry,
                        healthy: *healthy,
                        checks: checks.clone(),
                        tracing: tracing.clone(),
                    },
                };
            }
            Event::IntegrationAccepted { wave } => {
                self.waves.entry(*wave).or_default().integration = Integration::Accepted;
            }
            _ => {}
        }
    }

    fn merges(&mut self, event: &Event) {
        match event {
            Event::MergePlanned { key } => {
                if let Some(task) = self.task_mut(&key.task)
                    && let Status::Accepted { proved } = task.status
                {
                    task.status = Status::Merging { proved };
                }
            }
            Event::Merged { key, commit } => {
                let Some(wave) = self.facts.find(&key.task).map(|(_, facts)| facts.wave) else { return };
                if let Some(task) = self.task_mut(&key.task)
                    && let Status::Merging { proved } = task.status
                {
                    task.status = Status::Done { proved };
                    let before = std::mem::replace(&mut self.tip, commit.clone());
                    self.merges.push(Merge { key: key.clone(), wave, before, commit: commit.clone() });
                    let wave = self.waves.entry(wave).or_default();
                    wave.integration = Integration::Open;
                    wave.approved = false;
                }
            }
            Event::MergeConflicted { key, evidence } => {
                self.fails(key, Class::Fixable, evidence);
                if let Some(task) = self.task_mut(&key.task) {
                    task.from_tip = true;
                }
            }
            Event::CulpritFound { key, evidence } => {
                self.fails(key, Class::Fixable, evidence);
                let Some(wave) = self.facts.find(&key.task).map(|(_, facts)| facts.wave) else { return };
                self.waves.entry(wave).or_default().integration = Integration::TakingOut(key.clone());
                if let Some(task) = self.task_mut(&key.task) {
                    task.from_tip = true;
                }
            }
            Event::Unmerged { key, commit, again, conflicted } => {
                self.takes_out(key, commit, again, conflicted);
            }
            _ => {}
        }
    }

    fn takes_out(
        &mut self,
        key: &AttemptKey,
        commit: &str,
        again: &[MergedAgain],
        conflicted: &[AttemptKey],
    ) {
        self.tip = commit.to_owned();
        let place = self.merges.iter().position(|merge| merge.key == *key);
        let later = place.map(|place| self.merges.split_off(place)).unwrap_or_default();
        let mut before = later.first().map(|merge| merge.before.clone()).unwrap_or_default();
        for merge in later {
            if let Some(own) = again.iter().find(|own| own.key == merge.key) {
                let commit = own.commit.clone();
                let before = std::mem::replace(&mut before, commit.clone());
                self.merges.push(Merge { before, commit, ..merge });
            }
        }
        for wave in self.waves.values_mut() {
            if wave.integration == Integration::TakingOut(key.clone()) {
                wave.integration = Integration::Open;
            }
        }
        for key in conflicted {
            let summary = "It cannot be merged without what was taken out before it.";
            self.fails(key, Class::Fixable, &Evidence::new(summary));
            if let Some(task) = self.task_mut(&key.task) {
                task.from_tip = true;
            }
        }
    }

    /// An attempt that held does not hold after all.
    fn fails(&mut self, key: &AttemptKey, class: Class, evidence: &Evidence) {
        let Some(task) = self.task_mut(&key.task) else { return };
        let Some(attempt) = task.attempts.last_mut().filter(|attempt| attempt.number == key.attempt) else {
            return;
        };
        attempt.outcome = Some(Outcome::Failed { class, evidence: evidence.clone() });
        task.failures.push(class);
        task.status = Status::Failing;
    }

    fn tasks(&mut self, event: &Event) {
        match event {
            Event::RetryPlanned { task, not_before, hint, from_tip, model } => {
                if let Some(task) = self.task_mut(task) {
                    task.status = Status::Queued;
                    task.not_before = *not_before;
                    task.hint.clone_from(hint);
                    task.from_tip = *from_tip;
                    task.model = *model;
                }
            }
            Event::ReplanWanted { task, reason } => {
                self.becomes(task, Status::NeedsReplan { reason: reason.clone() });
            }
            Event::TaskEscalated { task, reason } => {
                self.becomes(task, Status::Escalated { reason: reason.clone() });
            }
            Event::TaskCancelled { task } => self.becomes(task, Status::Cancelled),
            Event::TaskSkipped { task, because } => {
                self.becomes(task, Status::Skipped { because: because.clone() });
            }
            _ => {}
        }
    }

    fn becomes(&mut self, task: &TaskId, status: Status) {
        for gate in &mut self.gates {
            gate.dealt_with |= gate.answer.is_some() && gate.opened.kind.task() == Some(task);
        }
        if let Some(task) = self.task_mut(task) {
            task.status = status;
        }
    }

    /// A person wants a task tried again: it and what waited for it begin anew.
    fn reopens(&mut self, id: &TaskId, note: Option<&String>, at: Millis) {
        let Some(task) = self.task_mut(id).filter(|task| task.status.is_lost()) else { return };
        task.status = Status::Queued;
        task.failures.clear();
        task.cancel_asked = false;
        task.not_before = Millis::default();
        task.from_tip = true;
        task.model = 0;
        task.hint = note.cloned().or_else(|| match task.attempts.last()?.outcome.as_ref()? {
            Outcome::Failed { evidence, .. } => Some(evidence.text()),
            _ => None,
        });
        self.spent = None;
        self.granted = (self.used.micros, self.attempts_time(at));
        self.cancelled = None;
        let mut reopened = vec![id.clone()];
        for task in &mut self.tasks {
            if matches!(task.status, Status::Skipped { .. }) {
                task.status = Status::Queued;
                reopened.push(task.id.clone());
            }
        }
        let numbers: Vec<u32> =
            reopened.iter().filter_map(|id| self.facts.find(id)).map(|(_, facts)| facts.wave).collect();
        for number in numbers {
            let wave = self.waves.entry(number).or_default();
            let integration = match std::mem::take(&mut wave.integration) {
                Integration::Looked { .. } => Integration::Open,
                integration => integration,
            };
            *wave = Wave { integration, preflight_due: true, ..Wave::default() };
        }
    }

    fn attempts(&mut self, event: &Event, at: Millis) {
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
                for gate in &mut self.gates {
                    gate.dealt_with |= gate.answer.is_some() && gate.opened.kind.task() == Some(&key.task);
                }
            }
            Event::TurnEnded { key, end, .. } => {
                if let Some(usage) = end.usage {
                    self.uses(key, usage);
                }
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
            usage: crate::event::Usage::default(),
            began: at,
            turn_began: None,
            worked: 0,
            outcome: None,
        });
        self.breaker(key).begins(key);
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
        let policy = self.policy();
        let breaker = self.breaker(key);
        match class {
            Class::Transient | Class::ModelUnavailable => breaker.fails(key, at, &policy),
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
