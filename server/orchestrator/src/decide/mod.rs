//! What happens next. Pure: the same state at the same moment gives the same decisions, so that a run
//! that was killed goes on as if it had not been. No clock, no random number, no file.
//!
//! [`decide`] gives the next few decisions, as the events that make them durable; it is asked again
//! until it has none. What has to be begun then is [`crate::effect::due`]: a function of the state too.

mod choose;
mod gates;
mod judge;
mod retry;
mod review;
mod wave;

pub(crate) use judge::{is_being_stopped, of_check};
pub(crate) use review::is_due as review_is_due;

use crate::event::{Answer, AttemptKey, Event, GateKind, Millis, Phase};
use crate::state::{Gate, Integration, Stage, State, Status};

/// What follows from a state.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Step {
    /// Decisions, to be made durable in this order and all at once, before anything of them begins.
    pub events: Vec<Event>,
    /// When to ask again although nothing happened; `None`: not before something happens.
    pub wake: Option<Millis>,
}

/// Whether a turn failed by what it alone shows: for turns that are no attempt at a task.
#[must_use]
pub fn judge_turn(end: &crate::event::TurnEnd) -> Option<(crate::event::Class, crate::event::Evidence)> {
    judge::turn(end, &crate::event::Diff::default())
}

/// The next decisions of a run. Ask again until there are none.
#[must_use]
pub fn decide(state: &State, now: Millis) -> Step {
    let Some(phase) = state.phase else { return Step::default() };
    let parts: [fn(&State, Millis) -> Vec<Event>; 10] = [
        cancelled,
        answered_beforehand,
        |state, _| gates::list(state),
        |state, now| if state.is_held() { Vec::new() } else { judge::attempts(state, now) },
        retry::failing,
        retry::stopped,
        retry::skipped,
        choose::variants,
        wave::limits,
        |state, now| {
            let may_begin = state.unagreed.is_empty() || gates::is_asking(state);
            if may_begin { of_phase(state, now) } else { Vec::new() }
        },
    ];
    if phase.is_over() {
        return Step { events: reopened(state), wake: None };
    }
    for part in parts {
        let events = part(state, now);
        if !events.is_empty() {
            return Step { events, wake: None };
        }
    }
    // Whatever would happen by itself has to wait for the answer too.
    let wake = if state.is_held() { None } else { wake(state, now) };
    Step { events: Vec::new(), wake }
}

fn of_phase(state: &State, now: Millis) -> Vec<Event> {
    match state.phase {
        Some(Phase::Planning) => gates::launch(state),
        Some(Phase::WaitingApproval) => gates::waiting(state),
        Some(Phase::PlanReview) => review::plan(state),
        Some(Phase::Acting(wave)) => wave::acting(state, wave, now),
        Some(Phase::Reviewing(wave)) => wave::reviewing(state, wave),
        _ => Vec::new(),
    }
}

/// What a runner makes durable first when it takes over a run: turns that were under way are broken off,
/// for nobody holds their agents any more. All else is begun again, and finds what it did before.
#[must_use]
pub fn recovered(state: &State) -> Vec<Event> {
    let working = state.all().filter_map(|(facts, task)| Some((facts, task.active()?)));
    let working = working.filter(|(_, attempt)| attempt.stage == Stage::Working);
    working
        .map(|(facts, attempt)| Event::AttemptInterrupted {
            key: AttemptKey { task: facts.id.clone(), attempt: attempt.number },
        })
        .collect()
}

/// A run that is over begins again where a person wants a task tried again; one that was never allowed
/// to begin asks for that first.
fn reopened(state: &State) -> Vec<Event> {
    let launch = state.gate(&GateKind::Launch).and_then(|gate| gate.answer.as_ref());
    let may_run = launch.is_some_and(|own| own.answer == Answer::Approve);
    match first_open_wave(state) {
        Some(_) if !may_run => vec![Event::PhaseEntered { phase: Phase::Planning }],
        Some(wave) => vec![Event::PhaseEntered { phase: Phase::Acting(wave) }],
        None => Vec::new(),
    }
}

/// The first wave that has a task which is not over.
fn first_open_wave(state: &State) -> Option<u32> {
    state.all().filter(|(_, task)| !task.status.is_over()).map(|(facts, _)| facts.wave).min()
}

/// A person ended the run: once nothing of it is under way, it is over.
fn cancelled(state: &State, _: Millis) -> Vec<Event> {
    let under_way = |task: &crate::state::TaskState| {
        task.active().is_some() || matches!(task.status, Status::Merging { .. })
    };
    let taking_out = state.waves.values().any(|wave| matches!(wave.integration, Integration::TakingOut(_)));
    if state.cancelled.is_none() || taking_out || state.tasks.iter().any(under_way) {
        return Vec::new();
    }
    ended(state, Phase::Cancelled)
}

/// The run is over: what is not done stays so.
fn ended(state: &State, phase: Phase) -> Vec<Event> {
    let open = state.tasks.iter().filter(|task| !task.status.is_over());
    let mut events: Vec<Event> = open.map(|task| Event::TaskCancelled { task: task.id.clone() }).collect();
    events.extend(state.open_gates().map(|gate| Event::GateWithdrawn { gate: gate.opened.gate }));
    events.push(Event::PhaseEntered { phase });
    events
}

/// `--yes` answers the gates that do not need a person; who said yes to the same launch list before
/// answers that gate.
fn answered_beforehand(state: &State, _: Millis) -> Vec<Event> {
    let answered = |gate: &Gate| {
        let (gate, by) = (gate.opened.gate, state.answered_beforehand(gate)?);
        Some(Event::GateAnswered { gate, answer: Answer::Approve, note: None, by })
    };
    state.open_gates().filter_map(answered).collect()
}

/// When something happens by itself.
fn wake(state: &State, now: Millis) -> Option<Millis> {
    let queued = state.tasks.iter().filter(|task| task.status == Status::Queued);
    let retries = queued.map(|task| task.not_before);
    let rests = state.breakers.values().filter_map(|breaker| breaker.wakes(now));
    let checks = state.waves.values().filter_map(|wave| match wave.integration {
        Integration::Running { not_before, .. } => Some(not_before),
        _ => None,
    });
    let questions = judge::questions_end(state);
    let all = retries.chain(rests).chain(checks).chain(questions).chain(wave::budget_ends(state, now));
    all.filter(|moment| *moment > now).min()
}

/// A number with what it counts: `1 task`, `2 tasks`.
pub(crate) fn count_of(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
