//! One event, and what is different after it. No policy is decided here: what an event means for what
//! comes next is `decide`'s. Events that do not fit the state (a task that no plan has) change nothing.

use crate::event::{
    Answer, AttemptKey, Class, Event, Evidence, GateKind, MergedAgain, Millis, Phase, Record, Verdict,
};
use crate::facts::{Facts, TaskId};
use crate::state::{
    Answered, Attempt, Gate, Integration, Merge, Outcome, Question, Review, Revision, State, Status,
    TaskState, Trace, Wave,
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
            Event::Planned { facts } => {
                // Nothing begins before the launch gate, which is about this very list.
                self.agreed = facts.list.as_ref().map(|list| list.iter().cloned().collect());
                self.plans(facts);
            }
            Event::PlanRevised { facts } => {
                let for_review = self.revising.as_ref().is_some_and(|revision| revision.for_review);
                self.plan_gate_due = !for_review || facts.list_hash != self.facts.list_hash;
                self.plans(facts);
            }
            Event::RunnerStarted { list, .. } => {
                self.runners += 1;
                self.stopped = None;
                self.compares(list.as_ref());
                self.held = !self.unagreed.is_empty();
            }
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
            Event::CancelAsked { task: None, by } => {
                self.cancelled = Some(by.clone());
                for gate in self.gates.iter_mut().filter(|gate| gate.opened.kind == GateKind::List) {
                    gate.dealt_with = true;
                }
            }
            Event::CancelAsked { task: Some(task), .. } => {
                self.cancels(task);
            }
            Event::RunnerStopped { why } => self.stopped = Some(why.clone()),
            Event::Noted { .. } => {}
            Event::RetryAsked { task, note, .. } => self.reopens(task, note.as_ref(), at),
            Event::RetryPlanned { .. }
            | Event::ReplanWanted { .. }
            | Event::TaskEscalated { .. }
            | Event::TaskCancelled { .. }
            | Event::TaskSkipped { .. } => self.tasks(&record.event),
            Event::Compared { .. } | Event::VariantChosen { .. } | Event::VariantRemoved { .. } => {
                self.variants(&record.event);
            }
            event => self.attempts(event, at),
        }
    }

    pub(super) fn task_mut(&mut self, id: &TaskId) -> Option<&mut TaskState> {
        self.tasks.iter_mut().find(|task| task.id == *id)
    }

    pub(super) fn attempt_mut(&mut self, key: &AttemptKey) -> Option<&mut Attempt> {
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
            // What is to be chosen among may be others now: it is asked again.
            if matches!(
                task.status,
                Status::NeedsReplan { .. } | Status::Skipped { .. } | Status::Choosing { .. }
            ) {
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
            gate.dealt_with |= gate.answer.is_some() && gate.opened.kind.is_of_the_course();
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
                    match (answer, &open.opened.kind) {
                        (Answer::Approve, GateKind::Wave { wave }) => {
                            self.waves.entry(*wave).or_default().approved = true;
                        }
                        (Answer::Approve, GateKind::List) => {
                            let lines = open.opened.approvals.clone();
                            self.agrees(lines);
                        }
                        (Answer::Approve, GateKind::Plan) => {
                            self.agrees(self.facts.list.clone().unwrap_or_default())
                        }
                        _ => {}
                    }
                }
            }
            Event::GateWithdrawn { gate } => {
                if let Some(open) = self.gates.iter_mut().find(|own| own.opened.gate == *gate) {
                    open.withdrawn = open.answer.is_none();
                }
            }
            Event::QuestionAsked(asked) => {
                if asked.choice {
                    let question = asked.question;
                    self.becomes(&asked.key.task, Status::Choosing { question });
                }
                self.questions.push(Question { asked: asked.clone(), at, answer: None, unheard: false });
            }
            Event::QuestionAnswered { question, answer, by, unheard } => {
                let open = self.questions.iter_mut().find(|own| own.asked.question == *question);
                if let Some(open) = open.filter(|own| own.answer.is_none()) {
                    open.answer = Some((answer.clone(), by.clone(), at));
                    open.unheard = *unheard;
                }
            }
            _ => {}
        }
    }

    /// What the run would start or use, beside what was agreed to.
    fn compares(&mut self, list: Option<&Vec<String>>) {
        let (Some(list), Some(agreed)) = (list, &self.agreed) else { return };
        self.unagreed = list.iter().filter(|line| !agreed.contains(*line)).cloned().collect();
    }

    /// A person agreed to these lines.
    fn agrees(&mut self, lines: Vec<String>) {
        let Some(agreed) = &mut self.agreed else { return };
        agreed.extend(lines);
        self.unagreed.retain(|line| !agreed.contains(line));
        self.held &= !self.unagreed.is_empty();
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
            Event::PreflightDone { wave, base, missing, list } => {
                self.compares(list.as_ref());
                if missing.is_empty() {
                    // With a revision of the plan, and whatever a person put on the branch.
                    self.tip.clone_from(base);
                }
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
    pub(super) fn fails(&mut self, key: &AttemptKey, class: Class, evidence: &Evidence) {
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
        self.deals_with_gates_of(task);
        if let Some(task) = self.task_mut(task) {
            task.status = status;
        }
    }

    /// A person wants a task tried again: it and what waited for it begin anew.
    fn reopens(&mut self, id: &TaskId, note: Option<&String>, at: Millis) {
        let Some(task) = self.task_mut(id).filter(|task| task.status.is_lost()) else { return };
        task.begins_anew(note);
        self.variants_begin_anew(id, note);
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
}
