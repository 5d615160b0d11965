//! Where a person has to say yes, and what follows from the answer.

use crate::decide::{count_of, ended, first_open_wave, judge::next_gate};
use crate::event::{Answer, Event, GateKind, GateOpened, Phase, Verdict};
use crate::facts::Facts;
use crate::state::{Gate, State, Status};
use std::collections::BTreeSet;

/// Opens a gate at which the whole run waits.
pub(super) fn open(
    state: &State,
    kind: GateKind,
    text: String,
    approvals: Vec<String>,
    needs_a_person: bool,
) -> Vec<Event> {
    let gate = GateOpened { gate: next_gate(state), kind, text, approvals, needs_a_person };
    vec![Event::GateOpened(gate), Event::PhaseEntered { phase: Phase::WaitingApproval }]
}

/// A run begins with a gate: before it nothing runs.
pub(super) fn launch(state: &State) -> Vec<Event> {
    let Some(_) = state.created.as_ref().filter(|_| state.seq > 1) else { return Vec::new() };
    let open_tasks = state.facts.without_variants().filter(|task| !task.done);
    let unproved = open_tasks.clone().filter(|task| task.validation.is_empty()).count();
    let (tasks, waves) = (open_tasks.count(), state.facts.waves());
    let mut text = format!("{} in {}.", count_of(tasks, "task"), count_of(waves, "wave"));
    if unproved > 0 {
        text += &format!(" Nothing proves {unproved} of them.");
    }
    for task in state.facts.tasks.iter().filter(|task| !task.variants.is_empty()) {
        text += &format!(" {} is tried in {} variants.", task.id, task.variants.len());
    }
    text += &reviewed_by(&state.facts);
    for doubt in &state.facts.doubts {
        text += &format!(" {doubt}");
    }
    open(state, GateKind::Launch, text, Vec::new(), state.facts.abstained)
}

/// The gate about what nobody agreed to: opened, asked anew where it became something else, no longer
/// asked where it was undone. Who rejects it ends the run.
pub(super) fn list(state: &State) -> Vec<Event> {
    // Where another gate is open nothing begins, and it may be the end.
    if state.cancelled.is_some() || is_asking(state) {
        return Vec::new();
    }
    let last = state.gate(&GateKind::List);
    let open = last.filter(|gate| gate.answer.is_none() && !gate.withdrawn);
    if let Some(open) = open.filter(|gate| gate.opened.approvals != state.unagreed) {
        return vec![Event::GateWithdrawn { gate: open.opened.gate }];
    }
    if state.unagreed.is_empty() || open.is_some() {
        return Vec::new();
    }
    let answered = last.filter(|gate| !gate.dealt_with).and_then(|gate| gate.answer.as_ref());
    if let Some(refused) = answered.filter(|own| own.answer == Answer::Reject) {
        return vec![Event::CancelAsked { task: None, by: refused.by.clone() }];
    }
    vec![Event::GateOpened(GateOpened {
        gate: next_gate(state),
        kind: GateKind::List,
        text: "The run would start or use what was not on its list.".to_owned(),
        approvals: state.unagreed.clone(),
        needs_a_person: false,
    })]
}

/// Whether the run waits for a person to say which way it goes.
pub(super) fn is_asking(state: &State) -> bool {
    matches!(state.phase, Some(Phase::Planning | Phase::WaitingApproval))
}

/// Who reviews the plan before it runs, where its tier asks for that.
fn reviewed_by(facts: &Facts) -> String {
    let by: Vec<String> = facts.reviews.iter().map(|own| format!("{} ({})", own.part, own.agent)).collect();
    let nobody = facts.unreviewed.join(", ");
    match (by.is_empty(), nobody.is_empty()) {
        (true, true) => String::new(),
        (true, false) => " No agent reviews the plan: its static checks are the review.".to_owned(),
        (false, true) => format!(" It is reviewed first by {}.", by.join(", ")),
        (false, false) => {
            let by = by.join(", ");
            format!(
                " It is reviewed first by {by}; no agent is its {nobody}: there its static checks are the review."
            )
        }
    }
}

/// What follows while a person is asked, and once there is an answer.
pub(super) fn waiting(state: &State) -> Vec<Event> {
    let Some(gate) = state.gates.iter().rev().find(|gate| gate.opened.kind.is_of_the_course()) else {
        return Vec::new();
    };
    let Some(answered) = &gate.answer else { return withdrawn(state, gate) };
    match (answered.answer, &gate.opened.kind) {
        (Answer::Reject, GateKind::Review { verdict: Verdict::Abstain }) => ended(state, Phase::Abstained),
        (Answer::Reject, _) => ended(state, Phase::Rejected),
        (Answer::Approve, kind) => approved(state, kind),
    }
}

/// Work that begins again while the result of a wave is asked about makes the question one of before.
fn withdrawn(state: &State, gate: &Gate) -> Vec<Event> {
    let wave = match gate.opened.kind {
        GateKind::Wave { wave } | GateKind::Integration { wave } => wave,
        GateKind::Completion => u32::MAX,
        _ => return Vec::new(),
    };
    match first_open_wave(state).filter(|open| *open <= wave) {
        Some(open) => vec![
            Event::GateWithdrawn { gate: gate.opened.gate },
            Event::PhaseEntered { phase: Phase::Acting(open) },
        ],
        None => Vec::new(),
    }
}

fn approved(state: &State, kind: &GateKind) -> Vec<Event> {
    match kind {
        GateKind::Launch | GateKind::Start => {
            let asked = state.gates.iter().filter(|gate| gate.opened.kind == GateKind::Start).count();
            match state.facts.start.get(asked) {
                Some(named) => {
                    let text = format!("{} is not yet ticked in the plan.", named.title);
                    open(state, GateKind::Start, text, named.approvals.clone(), false)
                }
                None => into_review_or_work(state),
            }
        }
        GateKind::Plan => into_review_or_work(state),
        GateKind::Integration { wave } => vec![
            Event::IntegrationAccepted { wave: *wave },
            Event::PhaseEntered { phase: Phase::Reviewing(*wave) },
        ],
        GateKind::Completion => finished(state),
        _ => into_work(state),
    }
}

fn into_review_or_work(state: &State) -> Vec<Event> {
    if state.facts.reviews.is_empty() || state.review.passed {
        return into_work(state);
    }
    vec![Event::PhaseEntered { phase: Phase::PlanReview }]
}

/// The first wave that has something to do, else the end.
pub(super) fn into_work(state: &State) -> Vec<Event> {
    match first_open_wave(state) {
        Some(wave) => vec![Event::PhaseEntered { phase: Phase::Acting(wave) }],
        None => finished(state),
    }
}

/// The end: all that is required is done, or a person has to see what is not.
pub(super) fn finished(state: &State) -> Vec<Event> {
    let lost = state.all().any(|(facts, task)| !facts.optional && task.status.is_lost());
    ended(state, if lost { Phase::Escalated } else { Phase::Complete })
}

/// The gate after a wave, or at the end.
pub(super) fn after_wave(state: &State, wave: u32, is_last: bool) -> Vec<Event> {
    let tasks: Vec<_> = state.without_variants().filter(|(facts, _)| is_last || facts.wave == wave).collect();
    let done = tasks.iter().filter(|(_, task)| matches!(task.status, Status::Done { .. })).count();
    let are = if tasks.len() == 1 { "is" } else { "are" };
    let mut text = format!("{done} of {} {are} done.", count_of(tasks.len(), "task"));
    let named = |which: &dyn Fn(&Status) -> bool| -> String {
        let ids = tasks.iter().filter(|(_, task)| which(&task.status)).map(|(facts, _)| facts.id.0.as_str());
        ids.collect::<Vec<_>>().join(", ")
    };
    let lost = named(&|status| status.is_lost());
    if !lost.is_empty() {
        text += &format!(" Not done: {lost}.");
    }
    // Those of earlier waves were asked about at their own gates.
    let of_this_wave = state.of_wave(wave);
    let unproved: Vec<&str> = of_this_wave
        .filter(|(_, task)| task.status == Status::Done { proved: false })
        .map(|(facts, _)| facts.id.0.as_str())
        .collect();
    if !unproved.is_empty() {
        text += &format!(" Done, but nothing proved it: {}.", unproved.join(", "));
    }
    let unbounded =
        state.of_wave(wave).filter(|(facts, _)| facts.writes.is_empty() && facts.variant_of.is_none());
    let changed: BTreeSet<&str> = unbounded
        .filter_map(|(_, task)| task.current())
        .flat_map(|attempt| attempt.diff.files.iter().map(String::as_str))
        .collect();
    let changed: Vec<&str> = changed.into_iter().collect();
    if !changed.is_empty() {
        text += &format!(" Changed by tasks that name no files: {}.", changed.join(", "));
    }
    let accepted = state.created.as_ref().is_some_and(|created| created.accept_unproved);
    let needs_a_person = !unproved.is_empty() && !accepted;
    let mut approvals: Vec<String> =
        state.of_wave(wave).flat_map(|(facts, _)| facts.approvals.iter().cloned()).collect();
    if is_last {
        approvals.extend(state.facts.completion.iter().cloned());
    }
    let kind = if is_last { GateKind::Completion } else { GateKind::Wave { wave } };
    open(state, kind, text, approvals, needs_a_person)
}
