//! Whether an attempt holds. Success is proved, not reported: agents end a turn as if all went well
//! when their model was down or a tool was refused.
//!
//! Judged in this order, the first that speaks decides: how the process ended, an error of the
//! protocol, a failure that the agent types, a turn with neither a tool call nor usage, why the agent
//! stopped, what it reports, the commands, the changed files, the reviewer.

use crate::event::AttemptKey;
use crate::event::{
    Answer, Check, Class, Diff, Event, Evidence, Exit, GateKind, GateOpened, Millis, QuestionAsked, Stop,
    TurnEnd, TurnKind, Verdict,
};
use crate::facts::TaskFacts;
use crate::report::Status as Reported;
use crate::state::{Attempt, Question, Stage, State};
use segue_plan::files::covers;

/// What follows for the attempts that wait for a judgement.
pub(super) fn attempts(state: &State, now: Millis) -> Vec<Event> {
    let active = state.all().filter_map(|(facts, task)| Some((facts, task.active()?)));
    let goes_on = active.filter(|(facts, _)| !is_being_stopped(state, &facts.id));
    let follows = goes_on.filter_map(|(facts, attempt)| {
        let key = AttemptKey { task: facts.id.clone(), attempt: attempt.number };
        match attempt.stage {
            Stage::Ready => Some(first_turn(state, facts, key)),
            Stage::Committed => after_turn(state, facts, attempt, key, now),
            Stage::Validated => Some(after_validation(state, facts, attempt, key)),
            Stage::Reviewed => Some(after_review(facts, attempt, key)),
            _ => None,
        }
    });
    // Whose turn is over goes on before one that waited for a person takes up a place.
    let takes_a_place = |event: &Event| matches!(event, Event::TurnPlanned { turn, .. } if *turn > 1);
    follows.min_by_key(takes_a_place).into_iter().collect()
}

/// Whether nothing more of this task may begin.
pub(crate) fn is_being_stopped(state: &State, id: &crate::facts::TaskId) -> bool {
    let asked = state.task(id).is_some_and(|task| task.cancel_asked);
    asked || state.cancelled.is_some() || state.spent.is_some()
}

fn failed(key: AttemptKey, class: Class, evidence: Evidence) -> Event {
    Event::AttemptFailed { key, class, evidence }
}

fn first_turn(state: &State, facts: &TaskFacts, key: AttemptKey) -> Event {
    let gate = state.gate(&GateKind::Planning { task: facts.id.clone() });
    let is_approved =
        gate.and_then(|gate| gate.answer.as_ref()).is_some_and(|own| own.answer == Answer::Approve);
    let kind = if facts.plan_first.is_some() && !is_approved { TurnKind::Plan } else { TurnKind::Work };
    Event::TurnPlanned { key, turn: 1, kind }
}

fn after_turn(
    state: &State,
    facts: &TaskFacts,
    attempt: &Attempt,
    key: AttemptKey,
    now: Millis,
) -> Option<Event> {
    let end = attempt.end.as_ref()?;
    if let Some((class, evidence)) = turn(end, &attempt.diff) {
        return Some(failed(key, class, evidence));
    }
    if attempt.kind == Some(TurnKind::Plan) {
        return after_planning(state, facts, attempt, key);
    }
    if let Some(report) = end.report.as_ref() {
        let summary = |otherwise: &str| {
            if report.summary.is_empty() { otherwise.to_owned() } else { report.summary.clone() }
        };
        match report.status {
            Reported::NeedsInput => return after_question(state, attempt, key, now),
            Reported::Failed => {
                let class = report.failure.unwrap_or(Class::Fixable);
                return Some(failed(key, class, Evidence::new(summary("The agent says that it failed."))));
            }
            Reported::Abstain => {
                let why = summary("The agent is not sure enough to try.");
                return Some(failed(key, Class::Escalate, Evidence::new(why)));
            }
            Reported::Complete => {}
        }
    }
    if facts.validation.is_empty() {
        return Some(after_proof(state, facts, attempt, key));
    }
    Some(Event::ValidationPlanned { key })
}

/// What a turn alone shows.
pub(super) fn turn(end: &TurnEnd, diff: &Diff) -> Option<(Class, Evidence)> {
    // What must not be comes before why the rest went wrong.
    let trespass = end.trespass.as_ref().map(|what| Evidence {
        summary: "The session wrote into your checkout.".to_owned(),
        detail: what.clone(),
    });
    let secret = diff
        .secret
        .as_ref()
        .map(|place| Evidence::new(format!("A secret stands in what it wrote: {place}.")));
    if let Some(evidence) = trespass.or(secret) {
        return Some((Class::Escalate, evidence));
    }
    let with_tail = |summary: String| Evidence { summary, detail: end.tail.clone() };
    let transient = |summary: String| Some((Class::Transient, with_tail(summary)));
    let by_exit = match &end.exit {
        Exit::Fine | Exit::Stopped => None,
        Exit::Status(status) => transient(format!("The agent ended with status {status}.")),
        Exit::Signal(signal) => transient(format!("The agent was ended by signal {signal}.")),
        Exit::TimedOut => transient("The attempt took longer than it may.".to_owned()),
        Exit::Silent => transient("The agent said nothing for longer than it may.".to_owned()),
        Exit::NotStarted(why) => {
            Some((Class::Escalate, with_tail(format!("The agent could not be started: {why}."))))
        }
    };
    // What a failure is about can be told better than that there was one.
    let typed = end.failure.as_ref().map(|failure| (failure.class, with_tail(failure.text.clone())));
    if by_exit.is_some() {
        return if matches!(end.exit, Exit::Status(_)) { typed.or(by_exit) } else { by_exit };
    }
    if let Some(error) = &end.protocol_error {
        let (class, evidence) =
            typed.unwrap_or_else(|| (Class::Transient, with_tail(format!("The protocol broke: {error}."))));
        return Some((class, evidence));
    }
    if typed.is_some() {
        return typed;
    }
    if end.tool_calls == Some(0) && end.usage.is_none() && diff.files.is_empty() && end.report.is_none() {
        return transient("The turn had neither a tool call nor any usage.".to_owned());
    }
    match end.stop {
        Stop::EndTurn => None,
        Stop::MaxTokens | Stop::MaxRequests => {
            Some((Class::Fixable, with_tail("The agent reached its limit before it was done.".to_owned())))
        }
        Stop::Refusal => Some((Class::Escalate, with_tail("The agent refused.".to_owned()))),
        Stop::Cancelled => transient("The turn was cancelled.".to_owned()),
    }
}

fn after_planning(state: &State, facts: &TaskFacts, attempt: &Attempt, key: AttemptKey) -> Option<Event> {
    let kind = GateKind::Planning { task: facts.id.clone() };
    let Some(gate) = state.gate(&kind) else {
        let end = attempt.end.as_ref()?;
        let said = end.report.as_ref().map(|report| report.summary.clone()).filter(|said| !said.is_empty());
        return Some(Event::GateOpened(GateOpened {
            gate: next_gate(state),
            kind,
            text: said.unwrap_or_else(|| end.tail.clone()),
            approvals: facts.plan_first.clone().unwrap_or_default(),
            needs_a_person: false,
        }));
    };
    let answered = gate.answer.as_ref()?;
    match answered.answer {
        Answer::Reject => Some(failed(key, Class::Escalate, Evidence::new("Its plan was refused."))),
        Answer::Approve if has_place(state) => {
            Some(Event::TurnPlanned { key, turn: attempt.turn + 1, kind: TurnKind::Work })
        }
        Answer::Approve => None,
    }
}

fn after_question(state: &State, attempt: &Attempt, key: AttemptKey, now: Millis) -> Option<Event> {
    let own = |question: &&Question| question.asked.key == key && question.asked.turn == attempt.turn;
    let asked = state.questions.iter().filter(|question| !question.asked.permission).find(own);
    let Some(question) = asked else {
        let report = attempt.end.as_ref()?.report.as_ref()?;
        let text = [&report.question, &report.summary].into_iter().find(|text| !text.is_empty());
        return Some(Event::QuestionAsked(QuestionAsked {
            question: state.questions.len() as u32 + 1,
            turn: attempt.turn,
            permission: false,
            choice: false,
            text: text.cloned().unwrap_or_else(|| "The agent asks how to go on.".to_owned()),
            options: report.options.clone(),
            recommendation: Some(report.recommendation.clone()).filter(|own| !own.is_empty()),
            key,
        }));
    };
    match &question.answer {
        Some((answer, _, _)) if has_place(state) => {
            let kind = TurnKind::Answer { answer: answer.clone() };
            Some(Event::TurnPlanned { key, turn: attempt.turn + 1, kind })
        }
        Some(_) => None,
        None => {
            let ends = question_ends(state, question).filter(|end| now >= *end);
            ends.map(|_| failed(key, Class::Escalate, Evidence::new("Nobody answered its question.")))
        }
    }
}

pub(super) fn question_ends(state: &State, question: &Question) -> Option<Millis> {
    let time = state.policy().question_time;
    (time > 0).then(|| question.at.plus_seconds(time))
}

/// When the open questions are given up.
pub(super) fn questions_end(state: &State) -> impl Iterator<Item = Millis> {
    state.open_questions().filter_map(|question| question_ends(state, question))
}

fn after_validation(state: &State, facts: &TaskFacts, attempt: &Attempt, key: AttemptKey) -> Event {
    match attempt.checks.iter().find(|check| !check.passed()) {
        Some(check) => failed(key, Class::Fixable, of_check(check)),
        None => after_proof(state, facts, attempt, key),
    }
}

/// What a failed command shows.
pub(crate) fn of_check(check: &Check) -> Evidence {
    let how = match &check.exit {
        Exit::Fine => "passed".to_owned(),
        Exit::Status(status) => format!("failed with status {status}"),
        Exit::Signal(signal) => format!("was ended by signal {signal}"),
        Exit::TimedOut | Exit::Silent => "took longer than it may".to_owned(),
        Exit::NotStarted(why) => format!("could not be started: {why}"),
        Exit::Stopped => "was stopped".to_owned(),
    };
    Evidence { summary: format!("`{}` {how}.", check.command), detail: check.tail.clone() }
}

fn after_proof(state: &State, facts: &TaskFacts, attempt: &Attempt, key: AttemptKey) -> Event {
    if let Some((class, evidence)) = changed_files(facts, &attempt.diff) {
        return failed(key, class, evidence);
    }
    if state.facts.reviewer.is_some() && !attempt.diff.files.is_empty() {
        return Event::ReviewPlanned { key };
    }
    Event::AttemptAccepted { key, proved: !facts.validation.is_empty() }
}

/// What the changed files show.
fn changed_files(facts: &TaskFacts, diff: &Diff) -> Option<(Class, Evidence)> {
    if diff.files.is_empty() {
        let nothing = || (Class::Fixable, Evidence::new("Nothing was changed."));
        return (!facts.read_only).then(nothing);
    }
    let has_bounds = facts.read_only || !facts.writes.is_empty();
    let outside: Vec<&str> = diff
        .files
        .iter()
        .filter(|file| has_bounds && !facts.writes.iter().any(|own| covers(own, file)))
        .map(String::as_str)
        .collect();
    if outside.is_empty() {
        return None;
    }
    let summary = format!("It changed files that are not its own: {}.", outside.join(", "));
    Some((Class::NeedsReplan, Evidence::new(summary)))
}

fn after_review(facts: &TaskFacts, attempt: &Attempt, key: AttemptKey) -> Event {
    match &attempt.review {
        Some((Verdict::NeedsRevision | Verdict::Rejected, notes)) => {
            let summary = "The reviewer did not approve it.".to_owned();
            failed(key, Class::Fixable, Evidence { summary, detail: notes.clone() })
        }
        _ => Event::AttemptAccepted { key, proved: !facts.validation.is_empty() },
    }
}

/// Whether one more turn may run.
pub(super) fn has_place(state: &State) -> bool {
    super::wave::places(state) > 0
}

/// The number of the next gate.
pub(super) fn next_gate(state: &State) -> u32 {
    state.gates.len() as u32 + 1
}
