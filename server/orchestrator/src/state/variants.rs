//! A task that is tried in variants: it stands for them while they are tried, then for the one that was
//! chosen, whose attempt becomes its own.

use crate::event::{AttemptKey, Event};
use crate::facts::{TaskFacts, TaskId};
use crate::state::{Attempt, Leftover, State, Status, TaskState};

impl State {
    /// The variants of a task, in their order.
    pub fn variants_of(&self, id: &TaskId) -> impl Iterator<Item = (&TaskFacts, &TaskState)> {
        self.all().filter(move |(facts, _)| facts.variant_of.as_ref() == Some(id))
    }

    /// The tasks that the plan has, without their variants.
    pub fn without_variants(&self) -> impl Iterator<Item = (&TaskFacts, &TaskState)> {
        self.all().filter(|(facts, _)| facts.variant_of.is_none())
    }

    /// Whether the commands that compare a variant are still to be run.
    #[must_use]
    pub fn is_to_be_compared(&self, facts: &TaskFacts, task: &TaskState) -> bool {
        let holds = facts.variant_of.is_some() && matches!(task.status, Status::Accepted { .. });
        let was_compared = task.current().is_some_and(|attempt| attempt.compared.is_some());
        holds && !task.cancel_asked && !facts.compare.is_empty() && !was_compared
    }

    /// Whose agent and models an attempt of a task uses: those of the variant that was chosen.
    #[must_use]
    pub fn worker<'s>(&'s self, facts: &'s TaskFacts, task: &TaskState) -> &'s TaskFacts {
        let chosen = task.chosen.as_ref().and_then(|id| self.facts.find(id));
        chosen.map_or(facts, |(_, chosen)| chosen)
    }

    /// The attempts of a task or a variant, wherever they are kept now: that of the chosen variant lies with
    /// its task.
    pub fn attempts_of<'s>(
        &'s self,
        facts: &TaskFacts,
        task: &'s TaskState,
    ) -> impl Iterator<Item = &'s Attempt> + use<'s> {
        let of = if task.status == Status::Chosen { self.task(facts.stated()) } else { None };
        task.attempts.iter().chain(of.and_then(|of| of.attempts.first()))
    }

    /// The last of them.
    #[must_use]
    pub fn last_attempt_of<'s>(&'s self, facts: &TaskFacts, task: &'s TaskState) -> Option<&'s Attempt> {
        self.attempts_of(facts, task).last()
    }

    /// The milliseconds that all of them worked.
    #[must_use]
    pub fn time_of(&self, facts: &TaskFacts, task: &TaskState) -> u64 {
        self.attempts_of(facts, task).map(|attempt| attempt.time(self.at)).sum()
    }

    /// The number of the next attempt: retries and variants are counted together.
    #[must_use]
    pub fn next_attempt(&self, facts: &TaskFacts) -> u32 {
        let all = self.all().filter(|(own, _)| own.stated() == facts.stated());
        all.flat_map(|(_, task)| &task.attempts).map(|attempt| attempt.number).max().unwrap_or_default() + 1
    }

    /// The name that a task has in branches and folders. It keeps it when the plan is revised, and its
    /// variants share it.
    #[must_use]
    pub fn name_of(&self, id: &TaskId) -> String {
        let stated = self.facts.stated(id);
        let own = self.all().filter(|(facts, _)| facts.stated() == stated);
        let branches =
            own.flat_map(|(_, task)| task.attempts.iter().rev()).filter_map(|own| own.branch.as_deref());
        let known = branches.filter_map(|branch| branch.rsplit('/').nth(1)).map(str::to_owned).next();
        known.unwrap_or_else(|| {
            let ids: Vec<&str> = self.facts.without_variants().map(|task| task.id.0.as_str()).collect();
            let place = ids.iter().position(|id| *id == stated.0);
            let mut names = crate::git::unique(ids.iter().copied()).into_iter();
            place.and_then(|place| names.nth(place)).unwrap_or_else(|| crate::git::reduced(&stated.0))
        })
    }

    /// All variants of a task begin from one commit.
    pub(super) fn variant_begins(&mut self, id: &TaskId, base: &str) {
        let Some(of) = self.facts.find(id).and_then(|(_, facts)| facts.variant_of.clone()) else { return };
        if let Some(task) = self.task_mut(&of) {
            task.variants_base.get_or_insert_with(|| base.to_owned());
        }
    }

    /// What was answered about a task at a gate is dealt with.
    pub(super) fn deals_with_gates_of(&mut self, id: &TaskId) {
        let stated = self.facts.stated(id).clone();
        let is_own = |task: &TaskId| *task == *id || *task == stated;
        for gate in &mut self.gates {
            gate.dealt_with |= gate.answer.is_some() && gate.opened.kind.task().is_some_and(is_own);
        }
    }

    /// A person wants a task to end, and with it its variants.
    pub(super) fn cancels(&mut self, id: &TaskId) {
        for (facts, task) in self.facts.tasks.iter().zip(&mut self.tasks) {
            if (facts.id == *id || facts.variant_of.as_ref() == Some(id)) && !task.status.is_over() {
                task.cancel_asked = true;
            }
        }
    }

    /// A task is tried again: where none of its variants was chosen, by all of them. Where it is a variant,
    /// its task waits for it again.
    pub(super) fn variants_begin_anew(&mut self, id: &TaskId, note: Option<&String>) {
        if let Some(of) = self.facts.find(id).and_then(|(_, facts)| facts.variant_of.clone())
            && let Some(task) = self.task_mut(&of)
            && matches!(task.status, Status::Choosing { .. })
        {
            task.status = Status::Queued;
        }
        if self.task(id).is_none_or(|task| task.chosen.is_some()) {
            return;
        }
        let all = self.facts.tasks.iter().zip(&mut self.tasks);
        for (_, variant) in all.filter(|(facts, _)| facts.variant_of.as_ref() == Some(id)) {
            variant.begins_anew(note);
            variant.leftover = Leftover::Stays;
        }
        if let Some(task) = self.task_mut(id) {
            task.variants_base = None;
        }
    }

    pub(super) fn variants(&mut self, event: &Event) {
        match event {
            Event::Compared { key, checks } => {
                let attempt = self.task_mut(&key.task).and_then(|task| task.attempts.last_mut());
                if let Some(attempt) = attempt.filter(|attempt| attempt.number == key.attempt) {
                    attempt.compared = Some(checks.clone());
                }
            }
            Event::VariantChosen { task, variant, .. } => self.chooses(task, variant.as_ref()),
            Event::VariantRemoved { task, kept } => {
                if let Some(task) = self.task_mut(task) {
                    task.leftover = Leftover::Removed(kept.clone());
                }
            }
            _ => {}
        }
    }

    fn chooses(&mut self, id: &TaskId, chosen: Option<&AttemptKey>) {
        let moved = chosen.and_then(|key| {
            let variant = self.task_mut(&key.task)?;
            let Status::Accepted { proved } = variant.status else { return None };
            let is_own = variant.current().is_some_and(|attempt| attempt.number == key.attempt);
            let attempt = if is_own { variant.attempts.pop() } else { None };
            variant.status = Status::Chosen;
            Some((attempt?, proved))
        });
        let goes = moved.is_some();
        let all = self.facts.tasks.iter().zip(&mut self.tasks);
        for (_, variant) in all.filter(|(facts, _)| facts.variant_of.as_ref() == Some(id)) {
            if matches!(variant.status, Status::Accepted { .. }) {
                variant.status = Status::Unchosen;
            }
            if goes && variant.status != Status::Chosen && !variant.attempts.is_empty() {
                variant.leftover = Leftover::Removing;
            }
        }
        if let (Some((attempt, proved)), Some(key), Some(task)) = (moved, chosen, self.task_mut(id)) {
            // Before what it may be tried again as.
            task.attempts.insert(0, attempt);
            task.chosen = Some(key.task.clone());
            task.status = Status::Accepted { proved };
        }
    }
}
