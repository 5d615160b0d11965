//! Tasks that are tried several times side by side: who tries them, and how they compare.

use crate::launch::{Agents, Wish, joins};
use crate::workspace::Committed;
use crate::{Failure, visible};
use segue_orchestrator::facts::{Facts, TaskFacts, TaskId};
use segue_orchestrator::journal::Command;
use segue_orchestrator::state::{Leftover, State};
use segue_orchestrator::variants::{MOST, NONE, Tried, tried};
use segue_plan::Plan;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// One variant, as somebody asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Variant {
    /// The agent; `None`: that of the task.
    pub agent: Option<String>,
    /// The model; `None`: those that the task may use anyway.
    pub model: Option<String>,
}

impl Variant {
    /// `AGENT` or `AGENT:MODEL`, as it is typed.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        let (agent, model) = text.split_once(':').map_or((text, None), |(agent, model)| (agent, Some(model)));
        let is_word = |word: &str| !word.trim().is_empty();
        let model = model.map(str::trim).map(str::to_owned);
        (is_word(agent) && model.as_deref().is_none_or(is_word))
            .then(|| Self { agent: Some(agent.trim().to_owned()), model })
    }

    /// So many alike; of more than are tried enough to be refused.
    #[must_use]
    pub fn alike(number: usize) -> Vec<Self> {
        vec![Self::default(); number.min(MOST + 1)]
    }
}

/// Refuses variants of no task in particular, and more than are tried.
pub(crate) fn refuse_wrong(plan: &Plan, wish: &Wish) -> Result<(), Failure> {
    let open: Vec<&str> =
        plan.tasks.iter().filter(|task| !task.is_done()).map(|task| task.id.value.as_str()).collect();
    match wish.variants.len() {
        0 => {}
        1 => return Err(Failure::said("One variant is none: ask for two or more.")),
        number if number > MOST => {
            return Err(Failure::said(format!("At most {MOST} variants of a task are tried, not {number}.")));
        }
        _ if wish.only.is_empty() && open.len() > 1 => {
            return Err(Failure::said(format!(
                "Which task shall be tried in variants? Say so with `--only`: it has {}.",
                open.join(", ")
            )));
        }
        _ => {}
    }
    let too_many = plan.tasks.iter().find_map(|task| {
        let stated = task.variants.as_ref().filter(|stated| stated.value as usize > MOST)?;
        Some((task.id.value.as_str(), stated.value))
    });
    match too_many {
        Some((id, number)) => Err(Failure::said(format!(
            "`{id}` asks for {number} variants; at most {MOST} of a task are tried."
        ))),
        None => Ok(()),
    }
}

/// Of each task that is tried in variants the agents and models.
type Of = BTreeMap<TaskId, Vec<(String, Vec<String>)>>;

/// Who tries which task. Those agents take part.
pub(crate) fn of(
    plan: &Plan,
    agents: &BTreeMap<TaskId, (String, Vec<String>)>,
    wish: &Wish,
    workspace: &Committed,
    taking_part: &mut Agents,
) -> Result<Of, Failure> {
    let mut all = Of::new();
    for task in &plan.tasks {
        let id = TaskId(task.id.value.clone());
        let Some((agent, models)) = agents.get(&id) else { continue };
        let is_meant = wish.only.is_empty() || wish.only.contains(&id.0);
        let stated = task.variants.as_ref().map_or(0, |stated| stated.value as usize);
        let asked = match wish.variants.as_slice() {
            asked if is_meant && !asked.is_empty() => asked.to_vec(),
            _ => vec![Variant::default(); stated.min(MOST)],
        };
        let mut variants = Vec::new();
        for variant in asked {
            let runner = variant.agent.unwrap_or_else(|| agent.clone());
            joins(taking_part, &runner, workspace)?;
            let own = if runner == *agent { models.clone() } else { Vec::new() };
            variants.push((runner, variant.model.map_or(own, |model| vec![model])));
        }
        all.insert(id, variants);
    }
    Ok(all)
}

/// The lines of a launch list about the variants of a task.
pub(crate) fn list(page: &mut String, facts: &Facts, task: &TaskFacts) {
    for variant in facts.tasks.iter().filter(|own| own.variant_of.as_ref() == Some(&task.id)) {
        let model = variant.models.first().map(|model| format!(" with {model}")).unwrap_or_default();
        let _ = writeln!(page, "    variant {} [{}{model}]", visible(&variant.id.0), visible(&variant.agent));
    }
}

/// The command that chooses among the variants of a task, by what somebody typed: the id of a variant, its
/// number, or `none`.
///
/// # Errors
/// Nothing is to be chosen there, or nothing is called so.
pub fn choice(state: &State, task: &TaskId, typed: &str) -> Result<Command, Failure> {
    let stated = state.facts.stated(task);
    let open = state.open_questions().find(|own| own.asked.choice && own.asked.key.task == *stated);
    // Somebody may have answered: then whoever owns the run says who.
    let last = || state.questions.iter().rev().find(|own| own.asked.choice && own.asked.key.task == *stated);
    let question = open.or_else(last).ok_or_else(|| {
        Failure::said(format!(
            "Nothing is to be chosen for `{stated}`: its variants have not ended, or it has none."
        ))
    })?;
    let options = &question.asked.options;
    let by_number = typed.parse::<usize>().ok().and_then(|number| {
        let (_, facts) = state.facts.find(stated)?;
        facts.variants.get(number.checked_sub(1)?).map(|id| id.0.clone())
    });
    let wanted = if typed.eq_ignore_ascii_case("none") { NONE.to_owned() } else { typed.to_owned() };
    let wanted = by_number.unwrap_or(wanted);
    match options.contains(&wanted) {
        true => Ok(Command::Reply { question: Some(question.asked.question), answer: wanted }),
        false => Err(Failure::said(format!("`{typed}` is none of {}.", options.join(", ")))),
    }
}

/// How the variants of a task compare, for people.
#[must_use]
pub fn compared(state: &State, task: &TaskId) -> String {
    let mut page = String::new();
    for own in tried(state, task) {
        let _ = writeln!(page, "{}", own.line(state));
        let Some(attempt) = own.attempt else { continue };
        let mut lines = attempt.diff.lines.iter();
        for file in &attempt.diff.files {
            let lines = lines.next().copied().flatten();
            let lines = lines.map(|(added, removed)| format!("  +{added} −{removed}")).unwrap_or_default();
            let _ = writeln!(page, "  {file}{lines}");
        }
        for check in attempt.compared.iter().flatten() {
            let ending = if check.passed() { "" } else { ", which failed" };
            let _ = writeln!(page, "  {}{ending}", check.command);
            for line in check.tail.lines() {
                let _ = writeln!(page, "    {line}");
            }
        }
        for left in left(&own) {
            let _ = writeln!(page, "  {left}");
        }
    }
    page
}

/// What is left of a variant that was not chosen, a sentence each.
fn left(own: &Tried<'_>) -> Vec<String> {
    let Leftover::Removed(kept) = &own.task.leftover else { return Vec::new() };
    let line = |one: &segue_orchestrator::event::Remains| match (&one.why, &one.patch) {
        (Some(why), _) => format!("attempt {}: its worktree stays: {why}", one.attempt),
        (None, Some(patch)) => format!("attempt {}: what it changed is kept in {patch}", one.attempt),
        (None, None) => format!("attempt {}: it changed nothing", one.attempt),
    };
    kept.iter().map(line).collect()
}

/// The same as data.
#[must_use]
pub fn as_data(state: &State, task: &TaskId) -> Vec<Value> {
    let one = |own: Tried<'_>| {
        let attempt = own.attempt;
        let diff = attempt.map(|attempt| attempt.diff.clone()).unwrap_or_default();
        let check = |check: &segue_orchestrator::event::Check| json!({ "command": check.command, "passed": check.passed(), "output": check.tail, "milliseconds": check.millis });
        let all =
            |checks: &[segue_orchestrator::event::Check]| checks.iter().map(check).collect::<Vec<Value>>();
        let usage = attempt.map(|attempt| attempt.usage).unwrap_or_default();
        json!({
            "id": own.facts.id.0,
            "agent": attempt.map_or(&own.facts.agent, |attempt| &attempt.agent),
            "model": attempt.and_then(|attempt| attempt.model.clone()),
            "standing": own.standing(),
            "holds": attempt.is_some_and(|own| own.outcome == Some(segue_orchestrator::state::Outcome::Accepted)),
            "attempt": attempt.map(|attempt| attempt.number),
            "branch": attempt.and_then(|attempt| attempt.branch.clone()),
            "commit": attempt.and_then(|attempt| attempt.commit.clone()),
            "files": diff.files,
            "added": diff.added,
            "removed": diff.removed,
            "commands": attempt.map(|attempt| all(&attempt.checks)).unwrap_or_default(),
            "compared": attempt.and_then(|attempt| attempt.compared.as_deref().map(all)).unwrap_or_default(),
            "milliseconds": own.time(state),
            "tokens": usage.input + usage.output,
            "micros": usage.micros,
        })
    };
    tried(state, task).into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_typed_as_agent_and_model() {
        let of = |agent: &str, model: Option<&str>| {
            Some(Variant { agent: Some(agent.to_owned()), model: model.map(str::to_owned) })
        };
        assert_eq!(Variant::typed("codex"), of("codex", None));
        assert_eq!(Variant::typed("codex:gpt-5:high"), of("codex", Some("gpt-5:high")));
        assert_eq!([Variant::typed(""), Variant::typed(":m"), Variant::typed("codex:")], [None, None, None]);
    }
}
