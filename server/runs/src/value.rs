//! A run as data: what `--format json` prints and what editors are told (`docs/runs-protocol.md`).

use crate::open::{session_word, task_word, word};
use crate::sentence::short;
use segue_orchestrator::event::Usage;
use segue_orchestrator::facts::TaskFacts;
use segue_orchestrator::journal::gate_words;
use segue_orchestrator::state::{State, Status, TaskState};
use segue_orchestrator::time::utc;
use serde_json::{Value, json};

/// All about a run; `owned` says whether a process works on it.
#[must_use]
pub fn of_run(run: &str, state: &State, owned: bool) -> Value {
    let (added, removed) = lines_of(state);
    let tasks: Vec<Value> = state.all().map(|(facts, task)| of_task(state, facts, task, owned)).collect();
    json!({
        "run": run,
        "state": word(state, owned),
        "title": state.facts.title,
        "plan": state.created.as_ref().map(|created| created.plan.clone()),
        "over": state.is_over(),
        "alive": owned,
        "seq": state.seq,
        "begun": utc(state.began),
        "milliseconds": state.at.since(state.began),
        "done": done(state),
        "added": added,
        "removed": removed,
        "tokens": state.used.input + state.used.output,
        "micros": state.used.micros,
        "tip": short(&state.tip),
        "tasks": tasks,
        "gates": gates(state),
        "questions": questions(state),
        "lessons": state.lessons.len(),
    })
}

fn of_task(state: &State, facts: &TaskFacts, task: &TaskState, owned: bool) -> Value {
    let attempt = state.last_attempt_of(facts, task);
    let used = usage_of(task);
    json!({
        "id": facts.id.0,
        "title": facts.title,
        "wave": facts.wave,
        "state": task_word(session_word(state, facts, task, owned)),
        "variants": facts.variants,
        "variant_of": facts.variant_of,
        "chosen": task.chosen,
        "agent": attempt.map(|attempt| attempt.agent.clone()),
        "attempts": task.attempts.len(),
        "milliseconds": state.time_of(facts, task),
        "branch": attempt.and_then(|attempt| attempt.branch.clone()),
        "worktree": attempt.and_then(|attempt| attempt.worktree.clone()),
        "files": attempt.map(|attempt| attempt.diff.files.clone()).unwrap_or_default(),
        "added": attempt.map_or(0, |attempt| attempt.diff.added),
        "removed": attempt.map_or(0, |attempt| attempt.diff.removed),
        "tokens": used.input + used.output,
        "micros": used.micros,
    })
}

fn gates(state: &State) -> Vec<Value> {
    let gate = |gate: &segue_orchestrator::state::Gate| {
        json!({
            "gate": gate.opened.gate,
            "kind": gate_words(&gate.opened.kind),
            "task": gate.opened.kind.task().map(|task| task.0.clone()),
            "text": gate.opened.text,
            "approvals": gate.opened.approvals,
        })
    };
    state.open_gates().map(gate).collect()
}

fn questions(state: &State) -> Vec<Value> {
    let question = |question: &segue_orchestrator::state::Question| {
        let asked = &question.asked;
        json!({
            "question": asked.question,
            "task": asked.key.task.0,
            "text": asked.text,
            "options": asked.options,
            "recommendation": asked.recommendation,
            "choice": asked.choice,
        })
    };
    state.open_questions().map(question).collect()
}

/// What all attempts at a task used, as far as their agents tell.
#[must_use]
pub fn usage_of(task: &TaskState) -> Usage {
    task.attempts.iter().fold(Usage::default(), |sum, attempt| sum.plus(attempt.usage))
}

/// How many tasks are done.
#[must_use]
pub fn done(state: &State) -> usize {
    state.tasks.iter().filter(|task| matches!(task.status, Status::Done { .. })).count()
}

/// How many tasks there are; the variants of one are one task.
#[must_use]
pub fn total(state: &State) -> usize {
    state.facts.without_variants().count()
}

/// The lines that the last attempts of all tasks added and removed.
#[must_use]
pub fn lines_of(state: &State) -> (u64, u64) {
    let tasks = state.without_variants().map(|(_, task)| task);
    let diffs = tasks.filter_map(|task| task.current()).map(|attempt| &attempt.diff);
    diffs.fold((0, 0), |(added, removed), diff| (added + diff.added, removed + diff.removed))
}
