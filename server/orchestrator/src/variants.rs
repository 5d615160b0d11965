//! A task that is tried several times side by side, each time by another agent or model or by the same
//! once more. Each variant is a task of its own as long as it is tried, with its retries, questions and
//! failures; the task itself waits for all of them, and becomes the one that a person chooses.

use crate::decide::count_of;
use crate::event::Check;
use crate::facts::{TaskFacts, TaskId};
use crate::journal::cost;
use crate::state::{Attempt, Outcome, State, Status, TaskState};
use crate::time::duration;
use std::collections::BTreeMap;

/// The most variants of one task.
pub const MOST: usize = 10;

/// The option by which none of the variants is taken.
pub const NONE: &str = "none of them";

/// The longest output of a comparing command that stands in the line of its variant, in characters.
const SHORT: usize = 60;

/// Tasks with their variants behind them. A task that is done, or that has fewer than two, has none.
pub(crate) fn with_variants(
    tasks: Vec<TaskFacts>,
    wanted: &BTreeMap<TaskId, Vec<(String, Vec<String>)>>,
    compare: &[String],
) -> Vec<TaskFacts> {
    let taken: Vec<TaskId> = tasks.iter().map(|task| task.id.clone()).collect();
    let mut all = Vec::with_capacity(tasks.len());
    for mut task in tasks {
        let agents = wanted.get(&task.id).filter(|agents| agents.len() > 1 && !task.done);
        let variant = |(number, (agent, models)): (usize, &(String, Vec<String>))| TaskFacts {
            id: id_of(&task.id, number + 1, &taken),
            agent: agent.clone(),
            models: models.clone(),
            variant_of: Some(task.id.clone()),
            compare: compare.to_vec(),
            // Its task is what has to be done.
            optional: true,
            approvals: Vec::new(),
            ..task.clone()
        };
        let variants: Vec<TaskFacts> =
            agents.into_iter().flatten().take(MOST).enumerate().map(variant).collect();
        if let Some(first) = variants.first() {
            (task.agent, task.models) = (first.agent.clone(), first.models.clone());
        }
        task.variants = variants.iter().map(|variant| variant.id.clone()).collect();
        all.push(task);
        all.extend(variants);
    }
    all
}

/// `login~2`, and unlike any id of the plan.
fn id_of(task: &TaskId, number: usize, taken: &[TaskId]) -> TaskId {
    let mut sign = "~".to_owned();
    loop {
        let id = TaskId(format!("{task}{sign}{number}"));
        if !taken.contains(&id) {
            return id;
        }
        sign.push('~');
    }
}

/// One variant as it is compared with the others.
pub struct Tried<'s> {
    /// What the plan says of it.
    pub facts: &'s TaskFacts,
    /// How it stands.
    pub task: &'s TaskState,
    /// Its last attempt.
    pub attempt: Option<&'s Attempt>,
}

/// The variants of a task as they are compared.
#[must_use]
pub fn tried<'s>(state: &'s State, id: &TaskId) -> Vec<Tried<'s>> {
    let all = state.variants_of(id);
    all.map(|(facts, task)| Tried { facts, task, attempt: state.last_attempt_of(facts, task) }).collect()
}

impl Tried<'_> {
    /// Its agent, with the model where one is named.
    #[must_use]
    pub fn by(&self) -> String {
        let agent = self.attempt.map_or(&self.facts.agent, |attempt| &attempt.agent);
        let model = self.attempt.map_or(self.facts.models.first(), |attempt| attempt.model.as_ref());
        model.map_or_else(|| agent.clone(), |model| format!("{agent} with {model}"))
    }

    /// How it stands, in words.
    #[must_use]
    pub fn standing(&self) -> String {
        match (&self.task.status, self.attempt.and_then(|attempt| attempt.outcome.as_ref())) {
            (Status::Accepted { proved: false }, _) => "holds, nothing proved it".to_owned(),
            (Status::Accepted { .. }, _) => "holds".to_owned(),
            (Status::Chosen, _) => "chosen".to_owned(),
            (Status::Unchosen, _) => "not chosen".to_owned(),
            (Status::Escalated { reason }, _) => format!("failed: {reason}"),
            (Status::Cancelled, _) => "cancelled".to_owned(),
            (Status::Skipped { because }, _) => format!("skipped, because {because} is not done"),
            (Status::Queued, None) => "queued".to_owned(),
            (_, Some(Outcome::Failed { evidence, .. })) => format!("is tried again: {}", evidence.summary),
            _ => "under way".to_owned(),
        }
    }

    /// The milliseconds that all its attempts worked.
    #[must_use]
    pub fn time(&self, state: &State) -> u64 {
        state.time_of(self.facts, self.task)
    }

    /// All of it in one line, for whoever chooses.
    #[must_use]
    pub fn line(&self, state: &State) -> String {
        let mut parts = vec![self.standing()];
        if let Some(attempt) = self.attempt {
            let diff = &attempt.diff;
            parts.push(format!("{}, +{} −{}", count_of(diff.files.len(), "file"), diff.added, diff.removed));
            if !attempt.checks.is_empty() {
                let passed = attempt.checks.iter().filter(|check| check.passed()).count();
                parts
                    .push(format!("{passed} of {} passed", count_of(self.facts.validation.len(), "command")));
            }
            parts.push(duration(self.time(state)));
            let usage = attempt.usage;
            if usage.input + usage.output > 0 {
                parts.push(format!("{} tokens", usage.input + usage.output));
            }
            if usage.micros > 0 {
                parts.push(format!("cost {}", cost(usage.micros)));
            }
            parts.extend(attempt.compared.iter().flatten().filter_map(printed));
        }
        format!("{} by {}: {}", self.facts.id, self.by(), parts.join("; "))
    }
}

/// What a comparing command printed, where it is short.
fn printed(check: &Check) -> Option<String> {
    let text = check.tail.trim();
    let is_short = !text.is_empty() && !text.contains('\n') && text.chars().count() <= SHORT;
    is_short.then(|| format!("`{}`: {text}", check.command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_a_variant_is_unlike_any_of_the_plan() {
        let ids = ["a".into(), "a~2".into()];
        let of = |number| id_of(&ids[0], number, &ids).0;
        assert_eq!([of(1), of(2)], ["a~1", "a~~2"]);
    }
}
