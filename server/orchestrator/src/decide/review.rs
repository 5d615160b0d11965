//! The review of the plan before anything runs, and its revisions.

use crate::decide::gates;
use crate::event::{Event, GateKind, Phase, Verdict};
use crate::state::State;

/// What follows while the plan is looked at.
pub(super) fn plan(state: &State) -> Vec<Event> {
    if state.revising.is_some() {
        return Vec::new();
    }
    if state.plan_gate_due {
        return revised_plan(state);
    }
    let review = &state.review;
    let Some(reviewer) = state.facts.reviews.get(review.reviewer).filter(|_| !review.passed) else {
        return gates::into_work(state);
    };
    let Some((verdict, notes)) = &review.verdict else { return Vec::new() };
    let policy = state.policy();
    match verdict {
        Verdict::Abstain if review.abstentions <= policy.review_abstentions => Vec::new(),
        Verdict::NeedsRevision if state.facts.planner.is_some() && review.rounds < reviewer.rounds => {
            let round = review.revisions + 1;
            // A planner that failed once is not asked again for the same verdict.
            if review.revision_failed {
                return ask(state, *verdict, &reviewer.part, notes);
            }
            vec![Event::RevisionPlanned { round, for_review: true, reason: notes.clone() }]
        }
        verdict => ask(state, *verdict, &reviewer.part, notes),
    }
}

fn ask(state: &State, verdict: Verdict, part: &str, notes: &str) -> Vec<Event> {
    let text = format!("The {part} says {}: {notes}", verdict.name());
    gates::open(state, GateKind::Review { verdict }, text, Vec::new(), true)
}

/// The gate after a revision.
pub(super) fn revised_plan(state: &State) -> Vec<Event> {
    let text = format!("The plan was revised: {} tasks now.", state.facts.without_variants().count());
    let is_new = |line: &&String| state.agreed.as_ref().is_some_and(|agreed| !agreed.contains(*line));
    let new: Vec<String> = state.facts.list.iter().flatten().filter(is_new).cloned().collect();
    let text = if new.is_empty() { text } else { format!("{text} It would start or use what is new:") };
    gates::open(state, GateKind::Plan, text, new, false)
}

/// Tasks wait for a revision of the plan, and nothing else of the wave is under way.
pub(super) fn replan(state: &State, reasons: &[(crate::facts::TaskId, String)]) -> Vec<Event> {
    if state.facts.planner.is_none() || state.replans >= state.policy().replans {
        let escalated = |(task, reason): &(crate::facts::TaskId, String)| Event::TaskEscalated {
            task: task.clone(),
            reason: reason.clone(),
        };
        return reasons.iter().map(escalated).collect();
    }
    let reason: Vec<String> = reasons.iter().map(|(task, reason)| format!("{task}: {reason}")).collect();
    vec![Event::RevisionPlanned { round: state.replans + 1, for_review: false, reason: reason.join("\n") }]
}

/// Whether the next look of a reviewer is due.
pub(crate) fn is_due(state: &State) -> bool {
    let review = &state.review;
    let again = match &review.verdict {
        None => true,
        Some((Verdict::Abstain, _)) => review.abstentions <= state.policy().review_abstentions,
        Some(_) => false,
    };
    state.phase == Some(Phase::PlanReview)
        && state.revising.is_none()
        && !state.plan_gate_due
        && !review.passed
        && again
}
