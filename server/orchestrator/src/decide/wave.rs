//! A wave: which of its tasks begin, which are merged, whether the whole still holds, and what comes
//! after it.

use crate::decide::{gates, judge, review};
use crate::event::{AttemptKey, AttemptPlanned, Event, GateKind, GateOpened, Millis, Phase};
use crate::facts::{TaskFacts, TaskId};
use crate::state::{BreakerKey, Integration, Leftover, Merge, State, Status, TaskState, Trace};
use std::collections::BTreeSet;

/// Budgets that are used up, and waves that have become too much for their agents.
pub(super) fn limits(state: &State, now: Millis) -> Vec<Event> {
    let Some(Phase::Acting(number)) = state.phase else { return Vec::new() };
    let policy = state.policy();
    if state.spent.is_none() {
        let cost = state.used.micros.saturating_sub(state.granted.0);
        if policy.run_cost > 0 && cost >= policy.run_cost.saturating_mul(10_000) {
            let what = format!("The run has cost the {} cents it may cost.", policy.run_cost);
            return vec![Event::BudgetSpent { what }];
        }
        let time = state.attempts_time(now).saturating_sub(state.granted.1);
        if policy.run_time > 0 && time >= policy.run_time.saturating_mul(1000) {
            let what = format!("The attempts of the run took the {} seconds they may take.", policy.run_time);
            return vec![Event::BudgetSpent { what }];
        }
    }
    let jobs = state.created.as_ref().map_or(policy.jobs, |created| created.jobs);
    match state.waves.get(&number) {
        Some(wave) if wave.jobs.is_none() && wave.transients >= policy.throttle_after && jobs > 1 => {
            vec![Event::Throttled { wave: number, jobs: jobs / 2 }]
        }
        _ => Vec::new(),
    }
}

/// When the time that the attempts may take is used up, should all go on as now.
pub(super) fn budget_ends(state: &State, now: Millis) -> Option<Millis> {
    let allowed = state.policy().run_time.saturating_mul(1000);
    let turns = state.tasks.iter().filter_map(TaskState::active).filter(|own| own.turn_began.is_some());
    let working = turns.count() as u64;
    if allowed == 0 || working == 0 || state.spent.is_some() {
        return None;
    }
    let left = allowed.saturating_sub(state.attempts_time(now).saturating_sub(state.granted.1));
    Some(Millis(now.0.saturating_add(left.div_ceil(working).max(1))))
}

/// How many more attempts may run at the same time now.
pub(super) fn places(state: &State) -> u64 {
    let jobs = state.created.as_ref().map_or(1, |created| created.jobs);
    let jobs = match state.phase {
        Some(Phase::Acting(wave)) => state.waves.get(&wave).and_then(|wave| wave.jobs).unwrap_or(jobs),
        _ => jobs,
    };
    let taken = state.tasks.iter().filter_map(TaskState::active).filter(|own| own.takes_a_place()).count();
    jobs.saturating_sub(taken as u64)
}

/// What follows while the tasks of a wave are done.
pub(super) fn acting(state: &State, number: u32, now: Millis) -> Vec<Event> {
    if state.revising.is_some() {
        return Vec::new();
    }
    if state.plan_gate_due {
        return review::revised_plan(state);
    }
    if state.of_wave(number).all(|(_, task)| task.status.is_over()) {
        if state.of_wave(number).any(|(_, task)| task.leftover == Leftover::Removing) {
            return Vec::new();
        }
        return vec![Event::PhaseEntered { phase: Phase::Reviewing(number) }];
    }
    let Some(wave) = state.waves.get(&number) else { return Vec::new() };
    let Some(base) = &wave.base else {
        if wave.preflight_due {
            return Vec::new();
        }
        let text = format!("Before wave {number} can begin: {}", wave.missing.join("; "));
        return gates::open(state, GateKind::Preflight { wave: number }, text, Vec::new(), true);
    };
    let held = held(state, number);
    let merge = next_merge(state, number, &held);
    if !merge.is_empty() {
        return merge;
    }
    if places(state) == 0 {
        return Vec::new();
    }
    let begun = state.of_wave(number).find_map(|(facts, task)| begin(state, facts, task, base, &held, now));
    match begun {
        Some(event) => vec![event],
        None => stuck(state, number),
    }
}

/// The first task of the plan's order that holds is merged once all before it are settled: whoever is
/// faster, the integration branch comes to be the same.
fn next_merge(state: &State, number: u32, held: &BTreeSet<&TaskId>) -> Vec<Event> {
    for (facts, task) in state.of_wave(number).filter(|(facts, _)| facts.variant_of.is_none()) {
        match task.status {
            Status::Accepted { .. } => {
                let Some(attempt) = task.current() else { continue };
                let key = AttemptKey { task: facts.id.clone(), attempt: attempt.number };
                return vec![Event::MergePlanned { key }];
            }
            _ if task.status.is_over() || held.contains(&facts.id) => {}
            _ => break,
        }
    }
    Vec::new()
}

/// The tasks of a wave that wait for a revision of the plan, and those that wait for these: nothing of
/// them comes before it.
fn held(state: &State, number: u32) -> BTreeSet<&TaskId> {
    let mut held = BTreeSet::new();
    for (facts, task) in state.of_wave(number) {
        let waits = task.status == Status::Queued && facts.before.iter().any(|id| held.contains(id));
        if waits || matches!(task.status, Status::NeedsReplan { .. }) {
            held.insert(&facts.id);
        }
    }
    held
}

/// The event that begins a task, where it may begin now.
fn begin(
    state: &State,
    facts: &TaskFacts,
    task: &TaskState,
    base: &str,
    held: &BTreeSet<&TaskId>,
    now: Millis,
) -> Option<Event> {
    let is_done =
        |id: &TaskId| state.task(id).is_none_or(|other| matches!(other.status, Status::Done { .. }));
    if task.status != Status::Queued || task.not_before > now || judge::is_being_stopped(state, &facts.id) {
        return None;
    }
    // Its variants are what begins.
    let waits_for_variants = !facts.variants.is_empty() && task.chosen.is_none();
    if waits_for_variants || !facts.before.iter().all(is_done) {
        return None;
    }
    let earlier = state.of_wave(facts.wave).take_while(|(other, _)| other.id != facts.id);
    let mut in_its_way = earlier.filter(|(other, _)| other.conflicts_with(facts)).peekable();
    let has_conflict = in_its_way.peek().is_some();
    if !in_its_way.all(|(own, other)| other.status.is_over() || held.contains(&own.id)) {
        return None;
    }
    let worker = state.worker(facts, task);
    let model = worker.models.get(task.model as usize).cloned();
    let breaker = state.breakers.get(&BreakerKey { agent: worker.agent.clone(), model: model.clone() });
    let probe = breaker.map_or(Some(false), |breaker| breaker.admits(now))?;
    if facts.destructive {
        let kind = GateKind::Destructive { task: facts.stated().clone() };
        match state.gate(&kind).map(|gate| gate.answer.as_ref().map(|own| own.answer)) {
            None => {
                return Some(Event::GateOpened(GateOpened {
                    gate: judge::next_gate(state),
                    kind,
                    text: format!("`{}` is destructive: {}", facts.stated(), facts.title),
                    approvals: Vec::new(),
                    needs_a_person: true,
                }));
            }
            Some(None) => return None,
            Some(Some(crate::event::Answer::Approve)) => {}
            Some(Some(crate::event::Answer::Reject)) => {
                let reason = "The destructive task was refused.".to_owned();
                return Some(Event::TaskEscalated { task: facts.id.clone(), reason });
            }
        }
    }
    // What it builds on is in the wave's base, unless it came in this wave.
    let of_this_wave = |id: &TaskId| state.facts.find(id).is_some_and(|(_, own)| own.wave == facts.wave);
    let from_tip = task.from_tip || has_conflict || facts.before.iter().any(of_this_wave);
    let base = if from_tip { state.tip.clone() } else { base.to_owned() };
    let of = facts.variant_of.as_ref().and_then(|id| state.task(id));
    Some(Event::AttemptPlanned(AttemptPlanned {
        key: AttemptKey { task: facts.id.clone(), attempt: state.next_attempt(facts) },
        agent: worker.agent.clone(),
        model,
        base: of.and_then(|of| of.variants_base.clone()).unwrap_or(base),
        hint: task.hint.clone(),
        probe,
    }))
}

/// Nothing can begin and nothing is under way: what is left waits for the plan, or for what can never
/// come.
fn stuck(state: &State, number: u32) -> Vec<Event> {
    let moves = |status: &Status| {
        matches!(
            status,
            Status::Working
                | Status::Failing
                | Status::Accepted { .. }
                | Status::Merging { .. }
                | Status::Choosing { .. }
        )
    };
    if state.of_wave(number).any(|(_, task)| moves(&task.status)) {
        return Vec::new();
    }
    let is_blocked = |facts: &TaskFacts| {
        facts
            .before
            .iter()
            .any(|id| state.task(id).is_some_and(|other| !matches!(other.status, Status::Done { .. })))
    };
    let queued: Vec<_> = state.of_wave(number).filter(|(_, task)| task.status == Status::Queued).collect();
    if queued.iter().any(|(facts, _)| !is_blocked(facts)) {
        return Vec::new();
    }
    let waiting: Vec<(TaskId, String)> = state
        .of_wave(number)
        .filter_map(|(facts, task)| match &task.status {
            Status::NeedsReplan { reason } => Some((facts.id.clone(), reason.clone())),
            _ => None,
        })
        .collect();
    if !waiting.is_empty() {
        return review::replan(state, &waiting);
    }
    let reason = "It waits for a task that cannot come before it.".to_owned();
    let never = queued.into_iter();
    never.map(|(facts, _)| Event::TaskEscalated { task: facts.id.clone(), reason: reason.clone() }).collect()
}

/// What follows once all tasks of a wave are over.
pub(super) fn reviewing(state: &State, number: u32) -> Vec<Event> {
    if state.of_wave(number).any(|(_, task)| !task.status.is_over()) {
        let taking_out = state.waves.get(&number).map(|wave| &wave.integration);
        return match taking_out {
            Some(Integration::TakingOut(_)) => Vec::new(),
            _ => vec![Event::PhaseEntered { phase: Phase::Acting(number) }],
        };
    }
    match integration(state, number) {
        Some(events) => events,
        None => after(state, number),
    }
}

/// What the proof of the integration branch asks for; `None` where it holds or there is nothing to
/// prove.
fn integration(state: &State, number: u32) -> Option<Vec<Event>> {
    let wave = state.waves.get(&number)?;
    let merges = merges_of(state, number);
    let planned = |commit: &str, retry: u64, not_before: Millis| {
        let commit = commit.to_owned();
        Some(vec![Event::IntegrationPlanned { wave: number, commit, retry, not_before }])
    };
    match &wave.integration {
        Integration::Passed | Integration::Accepted => None,
        Integration::Running { .. } | Integration::TakingOut(_) => Some(Vec::new()),
        Integration::Open if !has_merges(state, number) => None,
        Integration::Open if state.proofs().is_empty() => None,
        Integration::Open => planned(&state.tip, 0, Millis::default()),
        Integration::Looked { commit, retry, healthy: false, .. } => {
            let policy = state.policy();
            if *retry >= policy.integration_retries {
                let text = format!("The surroundings are not healthy, so wave {number} is not proved.");
                return Some(ask(state, number, text));
            }
            let seed = state.created.as_ref().map_or(0, |created| created.seed) ^ state.seq;
            let wait = crate::decide::retry::backoff(&policy, retry + 1, seed);
            planned(commit, retry + 1, Millis(state.at.0.saturating_add(wait)))
        }
        Integration::Looked { checks, tracing: None, .. } => match merges.first() {
            Some(first) => planned(&first.before, 0, Millis::default()),
            None => Some(no_culprit(state, number, &Trace { checks: checks.clone() })),
        },
        Integration::Looked { commit, checks, tracing: Some(trace), .. } => {
            let failed = checks.iter().any(|check| !check.passed());
            Some(traced(state, number, commit, failed, trace))
        }
    }
}

/// The merges of a wave among which a culprit is sought.
fn merges_of(state: &State, number: u32) -> Vec<&Merge> {
    let changed = |merge: &&Merge| merge.before != merge.commit;
    state.merges.iter().filter(|merge| merge.wave == number).filter(changed).collect()
}

fn has_merges(state: &State, number: u32) -> bool {
    state.merges.iter().any(|merge| merge.wave == number)
}

/// One step of the trace: the commit before the first merge must hold, as far as it can, and the first merge that
/// does not is the culprit's. The last needs no look: the tip is known to fail.
fn traced(state: &State, number: u32, commit: &str, failed: bool, trace: &Trace) -> Vec<Event> {
    let merges = merges_of(state, number);
    let looked = merges.iter().position(|merge| merge.commit == commit);
    let culprit = match (looked, failed) {
        (None, true) => return no_culprit(state, number, trace),
        (Some(place), true) => Some(place),
        (None, false) => (merges.len() == 1).then_some(0),
        (Some(place), false) => (place + 2 >= merges.len()).then(|| merges.len() - 1),
    };
    if let Some(merge) = culprit.and_then(|place| merges.get(place)) {
        // Only what the task stands for now can go back to it.
        let is_current = state.task(&merge.key.task).is_some_and(|task| {
            matches!(task.status, Status::Done { .. })
                && task.current().is_some_and(|attempt| attempt.number == merge.key.attempt)
        });
        if !is_current || held_alone(state, merge, trace) {
            return no_culprit(state, number, trace);
        }
        let check = trace.failed().map(judge::of_check).unwrap_or_default();
        return vec![Event::CulpritFound { key: merge.key.clone(), evidence: check }];
    }
    match merges.get(looked.map_or(0, |place| place + 1)) {
        Some(next) => vec![Event::IntegrationPlanned {
            wave: number,
            commit: next.commit.clone(),
            retry: 0,
            not_before: Millis::default(),
        }],
        None => no_culprit(state, number, trace),
    }
}

/// Whether the very same files held in the task's own worktree: the branch had nothing else yet. Then it is the
/// surroundings that differ.
fn held_alone(state: &State, merge: &Merge, trace: &Trace) -> bool {
    let key = &merge.key;
    let attempts = state.task(&key.task).into_iter().flat_map(|task| &task.attempts);
    let mut own = attempts.filter(|attempt| attempt.number == key.attempt);
    let was_the_base = own.next().is_some_and(|attempt| attempt.base == merge.before);
    let proves_it =
        |facts: &TaskFacts| trace.failed().is_some_and(|failed| facts.validation.contains(&failed.command));
    let is_its_own = state.facts.find(&key.task).is_some_and(|(_, facts)| proves_it(facts));
    state.facts.validation.is_empty() && was_the_base && is_its_own
}

fn no_culprit(state: &State, number: u32, trace: &Trace) -> Vec<Event> {
    let what = trace.failed().map(judge::of_check).unwrap_or_default();
    let text = format!(
        "The integration branch fails after wave {number}, and no task of it alone brought that: {}",
        what.summary
    );
    ask(state, number, text)
}

fn ask(state: &State, number: u32, text: String) -> Vec<Event> {
    gates::open(state, GateKind::Integration { wave: number }, text, Vec::new(), true)
}

/// A wave is over and holds.
fn after(state: &State, number: u32) -> Vec<Event> {
    let next = super::first_open_wave(state);
    let was_worked_on = state.of_wave(number).any(|(_, task)| !task.attempts.is_empty());
    let is_approved = state.waves.get(&number).is_some_and(|wave| wave.approved);
    match next {
        Some(next) if is_approved || !was_worked_on => {
            vec![Event::PhaseEntered { phase: Phase::Acting(next) }]
        }
        Some(_) => gates::after_wave(state, number, false),
        // Where nothing came in there is nothing to say yes to.
        None if state.merges.is_empty() => gates::finished(state),
        None => gates::after_wave(state, number, true),
    }
}
