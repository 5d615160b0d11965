//! What follows from a failure: the same again, with the evidence, by another model, after a revision
//! of the plan, or never.

use crate::decide::count_of;
use crate::event::{Class, Event, Evidence, Millis};
use crate::facts::TaskFacts;
use crate::state::{Outcome, State, Status, TaskState};
use segue_plan::Policy;

/// How often a task was tried again; nothing where it was not.
fn tried_again(retries: u64) -> String {
    if retries == 0 { String::new() } else { format!("It was tried again {}.", times(retries)) }
}

/// What follows for each task whose attempt failed.
pub(super) fn failing(state: &State, now: Millis) -> Vec<Event> {
    let policy = state.policy();
    let failing = state.all().filter(|(_, task)| task.status == Status::Failing);
    failing.filter_map(|(facts, task)| after_failure(state, &policy, facts, task, now)).collect()
}

fn after_failure(
    state: &State,
    policy: &Policy,
    facts: &TaskFacts,
    task: &TaskState,
    now: Millis,
) -> Option<Event> {
    let Outcome::Failed { class, evidence } = task.current()?.outcome.as_ref()? else { return None };
    let escalated =
        |why: String| Some(Event::TaskEscalated { task: task.id.clone(), reason: reason(&why, evidence) });
    if *class == Class::Escalate {
        return escalated(String::new());
    }
    let attempts = task.failures.len() as u64;
    if attempts >= policy.attempts {
        return escalated(format!("{} failed.", count_of(task.failures.len(), "attempt")));
    }
    if *class != Class::Transient && task.in_a_row(*class) >= policy.same_class {
        let often = times(task.in_a_row(*class));
        return escalated(format!("It failed {often} in a row as {}.", class.name()));
    }
    let failed = task.failed_by(*class);
    let retry = |not_before: Millis, hint: Option<String>, model: u32| {
        let from_tip = task.from_tip;
        Some(Event::RetryPlanned { task: task.id.clone(), not_before, hint, from_tip, model })
    };
    match class {
        Class::Transient if failed > policy.transient_retries => {
            escalated(tried_again(policy.transient_retries))
        }
        Class::Transient => {
            let seed = state.created.as_ref().map_or(0, |created| created.seed);
            let wait = backoff(policy, failed, seed ^ fingerprint(&task.id.0) ^ attempts);
            retry(Millis(now.0.saturating_add(wait)), task.hint.clone(), task.model)
        }
        Class::Fixable if failed > policy.fixable_retries => escalated(tried_again(policy.fixable_retries)),
        Class::Fixable => retry(now, Some(evidence.text()), task.model),
        Class::ModelUnavailable => {
            let next = task.model + 1;
            if state.worker(facts, task).models.len() <= next as usize {
                return escalated("Its agent has no other model.".to_owned());
            }
            if failed > policy.model_fallbacks {
                return escalated(format!("{failed} models could not be had."));
            }
            retry(now, task.hint.clone(), next)
        }
        // Another variant may do it as it is planned.
        Class::NeedsReplan if facts.variant_of.is_some() => escalated(String::new()),
        Class::NeedsReplan => {
            Some(Event::ReplanWanted { task: task.id.clone(), reason: evidence.summary.clone() })
        }
        Class::Escalate => None,
    }
}

fn times(number: u64) -> String {
    count_of(usize::try_from(number).unwrap_or(usize::MAX), "time")
}

fn reason(why: &str, evidence: &Evidence) -> String {
    format!("{} {why}", evidence.summary).trim().to_owned()
}

/// Tasks that a person ended, or that may not begin any more, and of which nothing is under way.
pub(super) fn stopped(state: &State, _: Millis) -> Vec<Event> {
    let idle = state.all().filter(|(_, task)| {
        matches!(
            task.status,
            Status::Queued | Status::NeedsReplan { .. } | Status::Accepted { .. } | Status::Choosing { .. }
        )
    });
    idle.filter_map(|(facts, task)| {
        if task.cancel_asked {
            return Some(Event::TaskCancelled { task: task.id.clone() });
        }
        // What holds already costs nothing more.
        let has_variants = !facts.variants.is_empty() && task.chosen.is_none();
        let may_go_on = has_variants || matches!(task.status, Status::Accepted { .. });
        let what = state.spent.as_ref().filter(|_| !may_go_on)?;
        Some(Event::TaskEscalated { task: task.id.clone(), reason: what.clone() })
    })
    .collect()
}

/// Tasks that can never begin because one they wait for is lost.
pub(super) fn skipped(state: &State, _: Millis) -> Vec<Event> {
    let queued = state.all().filter(|(_, task)| task.status == Status::Queued);
    queued
        .filter_map(|(facts, task)| {
            let lost =
                |id: &&crate::facts::TaskId| state.task(id).is_some_and(|other| other.status.is_lost());
            let because = facts.before.iter().find(lost)?.clone();
            Some(Event::TaskSkipped { task: task.id.clone(), because })
        })
        .collect()
}

/// How long to wait before the retry after the `failures`th transient failure, in milliseconds: drawn
/// evenly between nothing and a bound that doubles (full jitter), so that many who failed together do
/// not come back together.
#[must_use]
pub(super) fn backoff(policy: &Policy, failures: u64, seed: u64) -> u64 {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    let bound = policy
        .backoff_first
        .saturating_mul(2_u64.checked_pow(doublings).unwrap_or(u64::MAX))
        .min(policy.backoff_most)
        .saturating_mul(1000);
    match bound.checked_add(1) {
        Some(values) => scrambled(seed) % values,
        None => scrambled(seed),
    }
}

/// `SplitMix64`: from a seed a number that looks like none before.
fn scrambled(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// FNV-1a: the same on every machine and in every version, which the standard library's hash is not.
fn fingerprint(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_are_spread_below_it() {
        let policy = Policy::default();
        for (failures, most) in [(1, 2_000), (2, 4_000), (3, 8_000), (7, 120_000), (90, 120_000)] {
            let waits: Vec<u64> = (0..400).map(|seed| backoff(&policy, failures, seed)).collect();
            assert!(waits.iter().all(|wait| *wait <= most), "{failures}");
            assert!(waits.iter().any(|wait| *wait > most * 9 / 10), "{failures}");
            assert!(waits.iter().any(|wait| *wait < most / 10), "{failures}");
        }
    }

    #[test]
    fn a_wait_is_the_same_when_it_is_drawn_again() {
        let policy = Policy::default();
        assert_eq!(backoff(&policy, 3, 42), backoff(&policy, 3, 42));
        assert_eq!(backoff(&Policy { backoff_first: 0, ..policy }, 3, 42), 0);
    }
}
