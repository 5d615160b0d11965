//! What waits for a person, asked where the client can ask, and said where it cannot. Either way it is
//! state in the journal first, and whoever answers first has answered it.

use super::answers::{USUAL, takes_words};
use super::input::typed;
use super::verbs::To;
use super::{Watched, called, verbs};
use crate::session::Session;
use crate::session::root::lock;
use segue_orchestrator::event::{Answer, GateKind};
use segue_orchestrator::journal::{Command, gate_words};
use segue_orchestrator::state::{Gate, Question, State};
use segue_runs::follow::Seen;
use segue_runs::launch::list_file;
use segue_runs::open::unanswered;
use segue_runs::visible;
use std::sync::Arc;
use tower_lsp::gen_lsp_types as lsp;

/// The most lines of a list that stand in a question; the rest stands in the list.
const MOST_LINES: usize = 20;

const APPROVE: &str = "Approve";
const REJECT: &str = "Reject";
const SHOW: &str = "Show";

/// What is asked, by its number in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    Gate(u32),
    Question(u32),
}

/// Asks whoever sits here what waits for a person in a run since this server began, once.
pub fn ask(session: &Arc<Session>, watched: &Arc<Watched>, seen: &Seen) {
    let began = session.runs.began;
    let gates =
        unanswered(&seen.state).filter(|gate| gate.at >= began).map(|gate| Asked::Gate(gate.opened.gate));
    let questions = seen.state.open_questions().filter(|own| own.at >= began);
    let questions = questions.map(|own| Asked::Question(own.asked.question));
    for asked in gates.chain(questions) {
        if lock(&session.runs.heard).asked.insert((seen.run.clone(), asked)) {
            tokio::spawn(ask_one(session.clone(), watched.clone(), seen.clone(), asked));
        }
    }
}

async fn ask_one(session: Arc<Session>, watched: Arc<Watched>, seen: Seen, asked: Asked) {
    let Some((mut text, mut choices, how)) = words(&seen, asked) else { return };
    let facts = session.facts();
    if let (Asked::Question(number), true) = (asked, choices.is_empty()) {
        if let Some(answer) = typed(&session, text.clone(), None).await {
            let command = Command::Reply { question: Some(number), answer };
            return verbs::post_and_say(session, watched, seen.run, command).await;
        }
        // Who could type and did not is not asked again.
        if !facts.types {
            choices = USUAL.map(str::to_owned).to_vec();
            if facts.asks {
                text +=
                    "\nFor other words put this aside, select them in any file, and choose the code action.";
            }
        }
    }
    if !facts.asks || choices.is_empty() {
        let mut text = format!("{text}\n{how}");
        if is_launch(&seen.state, asked) {
            let list = list_file(&watched.place, &seen.run);
            text += &format!("\nThe whole list: {}", list.display());
        }
        return session.client.show_message(lsp::MessageType::Warning, text).await;
    }
    let choice = |title: &String| lsp::MessageActionItem { title: title.clone(), ..Default::default() };
    let mut offered: Vec<_> = choices.iter().map(choice).collect();
    let shows = matches!(asked, Asked::Gate(_));
    if shows {
        offered.push(choice(&SHOW.to_owned()));
    }
    loop {
        let kind = lsp::MessageType::Warning;
        let answer = session.client.show_message_request(kind, text.clone(), Some(offered.clone())).await;
        // Put aside: it stays open, and can be answered any other way.
        let Ok(Some(chosen)) = answer else { return };
        if shows && chosen.title == SHOW {
            verbs::show_run(&session, &watched, &seen.run, None).await;
            continue;
        }
        let command = match asked {
            Asked::Gate(number) => {
                let answer = if chosen.title == APPROVE { Answer::Approve } else { Answer::Reject };
                Command::Decide { gate: Some(number), answer, note: None }
            }
            Asked::Question(number) => Command::Reply { question: Some(number), answer: chosen.title },
        };
        return verbs::post_and_say(session, watched, seen.run, command).await;
    }
}

fn is_launch(state: &State, asked: Asked) -> bool {
    matches!(asked, Asked::Gate(number) if unanswered(state).any(|gate| gate.opened.gate == number && gate.opened.kind == GateKind::Launch))
}

/// What somebody types in answer to a question, by an action on it.
pub async fn typed_answer(session: &Session, to: &To) -> Option<String> {
    let (watched, meant) = verbs::meant(session, to).ok()?;
    let seen = watched.seen().iter().find(|own| own.run == meant.run).cloned()?;
    let (text, ..) = words(&seen, Asked::Question(to.question?))?;
    typed(session, text, None).await
}

/// What is asked, the answers that are offered, and how it is answered where nobody is asked for one.
fn words(seen: &Seen, asked: Asked) -> Option<(String, Vec<String>, String)> {
    let run = &seen.run;
    let plan = seen.state.created.as_ref().map(|created| created.plan.as_str()).unwrap_or_default();
    let named = called(run, &seen.state);
    match asked {
        Asked::Gate(number) => {
            let gate = unanswered(&seen.state).find(|gate| gate.opened.gate == number)?;
            let text = visible(&format!("{named}, {}", of_gate(&seen.state, gate)));
            let how = format!(
                "Answer by a code action at the title of {plan}, or: segue runs approve {run} --gate {number} (or reject)"
            );
            Some((text, vec![APPROVE.to_owned(), REJECT.to_owned()], how))
        }
        Asked::Question(number) => {
            let own = seen.state.open_questions().find(|own| own.asked.question == number)?;
            let text = visible(&format!("{named}, {}", of_question(own)));
            let selected = if takes_words(own) { ", by one on words that you select" } else { "" };
            let how = format!(
                "Answer by a code action at the title of {plan}{selected}, or: segue runs answer {run} ANSWER --question {number}"
            );
            Some((text, own.asked.options.clone(), how))
        }
    }
}

/// A gate in words: what it decides, and the lines that are agreed to.
pub fn of_gate(state: &State, gate: &Gate) -> String {
    let mut text = format!("{}: {}", gate_words(&gate.opened.kind), gate.opened.text);
    let mut lines: Vec<String> = gate.opened.approvals.iter().map(|line| format!("[ ] {line}")).collect();
    if gate.opened.kind == GateKind::Launch {
        lines.extend(state.facts.list.iter().flatten().cloned());
        if lines.is_empty() {
            text += "\nNo command runs.";
        }
    }
    let more = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    for line in lines {
        text += &format!("\n{}", line.replace('\n', "\n    "));
    }
    if more > 0 {
        text += &format!("\n… and {more} more");
    }
    text
}

/// A question in words.
pub fn of_question(question: &Question) -> String {
    let asked = &question.asked;
    let mut text = format!("{} asks: {}", asked.key.task.0, asked.text);
    if let Some(recommended) = &asked.recommendation {
        text += &format!("\nIt would choose: {recommended}");
    }
    text
}
