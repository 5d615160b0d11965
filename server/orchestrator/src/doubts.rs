//! What the author of a plan says against it: a status that hands it out unanswered for, a low confidence.

use segue_plan::Plan;

/// The states in which ControlFlow's planner hands out a plan that nobody shall carry out yet.
const REFUSING: &[(&str, &str)] =
    &[("ABSTAIN", "its author does not answer for it"), ("REPLAN_REQUIRED", "it has to be planned again")];
/// Less than this is a doubt.
const SURE: f64 = 0.9;

/// Whether its author does not answer for a plan.
pub fn abstains(plan: &Plan) -> bool {
    refusing_status(plan).is_some()
}

/// The status by which its author says that a plan shall not run, and what that means.
fn refusing_status(plan: &Plan) -> Option<(&'static str, &'static str)> {
    let status = plan.status.as_ref()?;
    let first = status.split(|c: char| !(c.is_alphanumeric() || c == '_')).find(|word| !word.is_empty())?;
    REFUSING.iter().copied().find(|(own, _)| own.eq_ignore_ascii_case(first))
}

/// What its author says against a plan, a sentence each.
pub fn of(plan: &Plan) -> Vec<String> {
    let status = refusing_status(plan).map(|(word, means)| format!("Its status is {word}: {means}."));
    let confidence = plan.confidence.as_ref().filter(|own| own.value < SURE);
    let confidence = confidence.map(|own| format!("Its author is sure of it by {}.", own.value));
    status.into_iter().chain(confidence).collect()
}
