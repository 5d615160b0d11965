//! The actions that answer what agents ask: an option, words that fit any question, and words of one's own,
//! typed where the editor has a place for that, or selected in any text, which every editor can.

use super::actions::List;
use super::verbs::SHOW;
use super::{Faces, Watched};
use crate::convert::to_lsp::Place;
use crate::session::facts::ClientFacts;
use segue_orchestrator::state::Question;
use segue_runs::visible;
use segue_syntax::Span;
use serde_json::json;

/// What fits a question that comes without options.
pub const USUAL: [&str; 3] = ["Yes", "No", "Decide yourself"];

const ANSWER: &str = "segue.answer";

/// The letters of an answer that is selected. Where a cursor stands, some editors say that one is.
const LETTERS: std::ops::RangeInclusive<usize> = 2..=4000;

/// The most questions that a selection answers.
const MOST_QUESTIONS: usize = 4;

/// The most letters of a question in a title.
const MOST_LETTERS: usize = 60;

/// Whether words of one's own answer a question.
pub fn takes_words(question: &Question) -> bool {
    !question.asked.permission && !question.asked.choice
}

fn short(text: &str) -> String {
    let text = visible(&text.replace('\n', " "));
    if text.chars().count() <= MOST_LETTERS {
        return text;
    }
    text.chars().take(MOST_LETTERS).chain(['…']).collect()
}

impl List {
    /// One action an option, and one for other words: what the editor has no place to type is shown, with
    /// the ways to answer it.
    pub fn answers(&mut self, watched: &Watched, run: &str, question: &Question, facts: &ClientFacts) {
        let asked = &question.asked;
        let task = visible(&asked.key.task.0);
        let to = json!({ "run": run, "folder": watched.folder, "question": asked.question });
        let usual = USUAL.map(str::to_owned);
        let options = if asked.options.is_empty() { usual.as_slice() } else { &asked.options };
        for option in options {
            let mut argument = to.clone();
            argument["answer"] = json!(option);
            self.add(format!("Answer {task}: {}", short(option)), ANSWER, argument);
        }
        let title = format!("Answer… ({task}: {})", short(&asked.text));
        if facts.types && takes_words(question) {
            self.add(title, ANSWER, to);
        } else if asked.options.is_empty() {
            self.add(title, SHOW, json!({ "run": run, "folder": watched.folder }));
        }
    }

    /// Where a text is selected, it answers whatever question takes words, wherever it stands.
    pub fn selected(&mut self, runs: &Faces, place: &Place<'_>, range: Span) {
        if range.is_empty() {
            return;
        }
        let world = &place.snapshot.world;
        let text = world.id(place.path).and_then(|id| world.text(id));
        let Some(answer) = text.as_deref().and_then(|text| text.get(range.range())) else { return };
        let answer = answer.trim();
        if !LETTERS.contains(&answer.chars().take(LETTERS.end() + 1).count()) {
            return;
        }
        let mut left = MOST_QUESTIONS;
        for watched in runs.watched() {
            for seen in watched.seen().iter() {
                let open = seen.state.open_questions().filter(|own| takes_words(own));
                for asked in open.take(left).map(|own| &own.asked) {
                    let (task, words) = (visible(&asked.key.task.0), short(&asked.text));
                    let argument = json!({
                        "run": seen.run, "folder": watched.folder, "question": asked.question,
                        "answer": answer,
                    });
                    self.add(format!("Answer {task} with the selected text ({words})"), ANSWER, argument);
                    left -= 1;
                }
            }
        }
    }
}
