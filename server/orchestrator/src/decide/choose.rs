//! What follows for a task that is tried in variants: once all of them have ended, a person chooses.

use crate::decide::{count_of, judge::question_ends};
use crate::event::{AttemptKey, By, Event, Millis, QuestionAsked, Unchosen};
use crate::facts::{TaskFacts, TaskId};
use crate::state::{State, Status};
use crate::variants::{NONE, Tried, tried};

/// What follows for the first task of which something follows.
pub(super) fn variants(state: &State, now: Millis) -> Vec<Event> {
    if state.cancelled.is_some() {
        return Vec::new();
    }
    let mut tasks = state.all().filter(|(facts, task)| !facts.variants.is_empty() && !task.cancel_asked);
    let follows = tasks.find_map(|(facts, task)| match task.status {
        Status::Queued if task.chosen.is_none() => settled(state, facts),
        Status::Choosing { question } => answered(state, facts, question, now),
        _ => None,
    });
    follows.unwrap_or_default()
}

/// All variants have ended: one of them is chosen, or none holds.
fn settled(state: &State, facts: &TaskFacts) -> Option<Vec<Event>> {
    let all = tried(state, &facts.id);
    let has_ended = |own: &Tried<'_>| match own.task.status {
        Status::Accepted { .. } => !state.is_to_be_compared(own.facts, own.task),
        _ => own.task.status.is_over(),
    };
    if all.is_empty() || !all.iter().all(has_ended) {
        return None;
    }
    let holding: Vec<&Tried<'_>> =
        all.iter().filter(|own| matches!(own.task.status, Status::Accepted { .. })).collect();
    let yes = state.created.as_ref().is_some_and(|created| created.yes);
    match holding.as_slice() {
        [] => {
            let reason = format!("None of its {} holds.", count_of(all.len(), "variant"));
            Some(vec![Event::TaskEscalated { task: facts.id.clone(), reason }])
        }
        [only] if yes => Some(vec![chosen(state, facts, Some(only), By::option())]),
        [only] if state.policy().choose_alone > 0 => {
            let by = By { who: "choose-alone".to_owned(), how: "setting".to_owned() };
            Some(vec![chosen(state, facts, Some(only), by)])
        }
        several => Some(vec![asked(state, facts, &all, several)]),
    }
}

/// The question which variant goes on.
fn asked(state: &State, facts: &TaskFacts, all: &[Tried<'_>], holding: &[&Tried<'_>]) -> Event {
    let what = match holding.len() {
        1 => "only one of them holds. Does it go on?".to_owned(),
        number if number == all.len() => "all hold. Which one goes on?".to_owned(),
        number => format!("{number} of them hold. Which one goes on?"),
    };
    let mut text = format!("It was tried in {}; {what}", count_of(all.len(), "variant"));
    for own in all {
        text += &format!("\n{}", own.line(state));
    }
    let options = holding.iter().map(|own| own.facts.id.0.clone());
    let alone = (holding.len() == 1).then(|| holding.first()).flatten();
    Event::QuestionAsked(QuestionAsked {
        question: state.questions.len() as u32 + 1,
        key: AttemptKey { task: facts.id.clone(), attempt: 0 },
        turn: 0,
        permission: false,
        choice: true,
        text,
        options: options.chain([NONE.to_owned()]).collect(),
        recommendation: alone.map(|own| own.facts.id.0.clone()),
    })
}

/// What follows from the answer.
fn answered(state: &State, facts: &TaskFacts, question: u32, now: Millis) -> Option<Vec<Event>> {
    let question = state.questions.iter().find(|own| own.asked.question == question)?;
    let escalated = |reason: &str| Event::TaskEscalated { task: facts.id.clone(), reason: reason.to_owned() };
    let Some((answer, by, _)) = &question.answer else {
        let ends = question_ends(state, question).filter(|ends| now >= *ends);
        let nobody = || By { who: "question-time".to_owned(), how: "setting".to_owned() };
        let given_up = "Nobody chose among its variants.";
        return ends.map(|_| vec![chosen(state, facts, None, nobody()), escalated(given_up)]);
    };
    let all = tried(state, &facts.id);
    let mut holding = all.iter().filter(|own| matches!(own.task.status, Status::Accepted { .. }));
    match holding.find(|own| own.facts.id.0 == *answer) {
        Some(own) => Some(vec![chosen(state, facts, Some(own), by.clone())]),
        None => {
            let none = chosen(state, facts, None, by.clone());
            Some(vec![none, escalated("None of its variants was taken.")])
        }
    }
}

fn chosen(state: &State, facts: &TaskFacts, own: Option<&Tried<'_>>, by: By) -> Event {
    let variant =
        own.and_then(|own| Some(AttemptKey { task: own.facts.id.clone(), attempt: own.attempt?.number }));
    let is_other = |id: &TaskId| variant.as_ref().is_none_or(|variant| variant.task != *id);
    let others = state.variants_of(&facts.id).filter(|(other, _)| is_other(&other.id));
    let others = others.flat_map(|(_, task)| {
        task.attempts.iter().map(|attempt| Unchosen {
            key: AttemptKey { task: task.id.clone(), attempt: attempt.number },
            commit: attempt.commit.clone(),
        })
    });
    let others = others.collect();
    Event::VariantChosen { task: facts.id.clone(), variant, others, by }
}
