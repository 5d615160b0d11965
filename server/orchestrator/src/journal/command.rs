//! What people want of a run, posted by whatever process they sit at. The owner of the run deals with
//! it: the first answer holds, a later one is told who answered what.

use crate::event::{Answer, By, Event, Millis, Phase};
use crate::facts::TaskId;
use crate::state::{Integration, State, Status};
use serde::{Deserialize, Serialize};

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Answer a gate.
    Decide {
        /// The gate; `None`: the one that is open.
        gate: Option<u32>,
        /// Yes or no.
        answer: Answer,
        /// What is said with it.
        note: Option<String>,
    },
    /// Answer a question.
    Reply {
        /// The question; `None`: the one that is open.
        question: Option<u32>,
        /// The answer: words, or the number of an option counted from 1.
        answer: String,
    },
    /// Try a task again that is over and not done.
    Retry {
        /// The task.
        task: TaskId,
        /// What is said with it.
        note: Option<String>,
    },
    /// End a task, or the run.
    Cancel {
        /// The task; `None`: the run.
        task: Option<TaskId>,
    },
}

/// A command that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its number.
    pub id: i64,
    /// What is wanted.
    pub command: Command,
    /// By whom.
    pub by: By,
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It is done.
    Done,
    /// Somebody answered before.
    Late {
        /// Who.
        by: By,
        /// What.
        answer: String,
        /// When.
        at: Millis,
    },
    /// It makes no sense.
    Refused {
        /// Why, in a sentence.
        why: String,
    },
}

impl Outcome {
    fn refused(why: impl Into<String>) -> Self {
        Self::Refused { why: why.into() }
    }

    /// One sentence about it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Done => "Done.".to_owned(),
            Self::Late { by, answer, at } => {
                format!("Too late: {by} answered “{answer}” at {}.", crate::time::utc(*at))
            }
            Self::Refused { why } => why.clone(),
        }
    }
}

/// What a command comes to in this state: events to be made durable, and what its sender is told.
#[must_use]
pub fn settle(state: &State, posted: &Posted) -> (Vec<Event>, Outcome) {
    let result = match &posted.command {
        Command::Decide { gate, answer, note } => decided(state, *gate, *answer, note.clone(), &posted.by),
        Command::Reply { question, answer } => replied(state, *question, answer, &posted.by),
        Command::Retry { task, note } => retried(state, task, note.clone(), &posted.by),
        Command::Cancel { task } => cancelled(state, task.clone(), &posted.by),
    };
    match result {
        Ok(event) => (vec![event], Outcome::Done),
        Err(outcome) => (Vec::new(), outcome),
    }
}

fn decided(
    state: &State,
    gate: Option<u32>,
    answer: Answer,
    note: Option<String>,
    by: &By,
) -> Result<Event, Outcome> {
    let found = match gate {
        Some(number) => state.gates.iter().find(|gate| gate.opened.gate == number),
        None => {
            let mut open = state.open_gates();
            let first = open.next();
            if let (Some(one), Some(other)) = (first, open.next()) {
                let (one, other) = (one.opened.gate, other.opened.gate);
                return Err(Outcome::refused(format!(
                    "Several gates are open ({one}, {other}): say which by its number or its task."
                )));
            }
            first.or_else(|| state.gates.last())
        }
    };
    let Some(found) = found else { return Err(Outcome::refused("No gate is open.")) };
    if let Some(answered) = &found.answer {
        let word = if answered.answer == Answer::Approve { "approve" } else { "reject" };
        let said = answered.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        let (by, at) = (answered.by.clone(), answered.at);
        return Err(Outcome::Late { by, answer: format!("{word}{said}"), at });
    }
    if found.withdrawn || state.is_over() {
        return Err(Outcome::refused("This gate is no longer asked."));
    }
    Ok(Event::GateAnswered { gate: found.opened.gate, answer, note, by: by.clone() })
}

fn replied(state: &State, question: Option<u32>, answer: &str, by: &By) -> Result<Event, Outcome> {
    let found = match question {
        Some(number) => state.questions.iter().find(|question| question.asked.question == number),
        None => {
            let mut open = state.open_questions();
            let first = open.next();
            if open.next().is_some() {
                return Err(Outcome::refused(
                    "Several questions are open: say which by its number or its task.",
                ));
            }
            first.or_else(|| state.questions.last())
        }
    };
    let Some(found) = found else { return Err(Outcome::refused("No question is open.")) };
    if let Some((answer, by, at)) = &found.answer {
        return Err(Outcome::Late { by: by.clone(), answer: answer.clone(), at: *at });
    }
    if !state.open_questions().any(|open| open.asked.question == found.asked.question) {
        return Err(Outcome::refused("Nobody waits for this answer any more."));
    }
    if answer.trim().is_empty() {
        return Err(Outcome::refused("An answer needs words; `segue runs show` has what was asked."));
    }
    let options = &found.asked.options;
    let number = answer.trim().parse::<usize>().ok().filter(|_| !options.iter().any(|own| own == answer));
    let option = number.and_then(|number| options.get(number.checked_sub(1)?));
    if let (Some(number), None, false) = (number, option, options.is_empty()) {
        let most = options.len();
        return Err(Outcome::refused(format!(
            "There is no option {number}: give a number from 1 to {most}, or words."
        )));
    }
    let is_an_option = option.is_some() || options.iter().any(|own| own == answer);
    if found.asked.choice && !is_an_option {
        return Err(Outcome::refused(format!("It is a choice: answer with one of {}.", options.join(", "))));
    }
    let answer = option.cloned().unwrap_or_else(|| answer.to_owned());
    Ok(Event::QuestionAnswered { question: found.asked.question, answer, by: by.clone(), unheard: false })
}

fn retried(state: &State, id: &TaskId, note: Option<String>, by: &By) -> Result<Event, Outcome> {
    let Some(task) = state.task(id) else {
        return Err(Outcome::refused(format!("The run has no task `{id}`.")));
    };
    let of = state.facts.find(id).and_then(|(_, facts)| facts.variant_of.as_ref());
    if let Some(of) =
        of.filter(|of| state.task(of).is_some_and(|of| of.chosen.is_some() || of.status.is_over()))
    {
        return Err(Outcome::refused(format!(
            "It was decided about the variants of `{of}`: try `{of}` again."
        )));
    }
    if !task.status.is_lost() {
        let word = if matches!(task.status, Status::Done { .. }) { "done" } else { "not over" };
        return Err(Outcome::refused(format!("`{id}` is {word}.")));
    }
    if state.cancelled.is_some() && state.phase != Some(Phase::Cancelled) {
        return Err(Outcome::refused("The run is being cancelled."));
    }
    if state.waves.values().any(|wave| matches!(wave.integration, Integration::TakingOut(_))) {
        return Err(Outcome::refused("A merge is being taken out: try again in a moment."));
    }
    Ok(Event::RetryAsked { task: id.clone(), note, by: by.clone() })
}

fn cancelled(state: &State, task: Option<TaskId>, by: &By) -> Result<Event, Outcome> {
    if state.is_over() {
        return Err(Outcome::refused("The run is over."));
    }
    if let Some(first) = &state.cancelled {
        let (by, answer) = (first.clone(), "cancel".to_owned());
        return Err(Outcome::Late { by, answer, at: state.at });
    }
    match task.as_ref().map(|id| state.task(id)) {
        Some(None) => Err(Outcome::refused("The run has no such task.")),
        Some(Some(task)) if task.status.is_over() => Err(Outcome::refused(format!("`{}` is over.", task.id))),
        _ => Ok(Event::CancelAsked { task, by: by.clone() }),
    }
}
