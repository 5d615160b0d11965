//! What a run looks like in a terminal: a table that lives, questions inline; plain lines elsewhere.

use super::runner::{News, Posts};
use crate::Failure;
use crate::output::{Output, visible};
use crate::runs::{lost, tasks, waiting};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use segue_orchestrator::driver::{Ended, now};
use segue_orchestrator::event::{Answer, Event, Record};
use segue_orchestrator::journal::{Command, gate_words};
use segue_orchestrator::state::State;
use segue_orchestrator::time::duration;
use segue_runs::open::{session_word, unanswered};
use segue_runs::sentence;
use segue_runs::value::total;
use std::io::{BufRead, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// How often the table is drawn although nothing happened: its clocks go on.
const TICK: Duration = Duration::from_millis(250);
/// The most rows of the table.
const ROWS: usize = 20;

/// What is asked on the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Gate(u32),
    Question(u32),
}

/// Shows a run until its runner has ended; how that was.
pub fn show(
    run: &str,
    news: &Receiver<News>,
    sender: &Sender<News>,
    posts: &mut Posts,
    terminal: bool,
) -> Result<(Option<Ended>, State), Failure> {
    let mut face =
        Face { state: State::default(), table: terminal.then(Table::default), asked: None, listens: false };
    let ended = loop {
        match news.recv_timeout(TICK) {
            Ok(News::Records(records)) => face.tells(&records)?,
            Ok(News::Line(line)) => face.answers(line.as_deref(), posts)?,
            Ok(News::Ended(Ok(ended))) => break Some(ended),
            Ok(News::Ended(Err(why))) => {
                face.clear();
                return Err(Failure::said(format!(
                    "{why}\nThe run `{run}` can be resumed: segue runs resume {run}"
                )));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Ok(News::Left) | Err(RecvTimeoutError::Disconnected) => break None,
        }
        if let Some(said) = posts.heard()? {
            face.line(&said)?;
        }
        face.asks(sender)?;
        face.draws();
    };
    face.clear();
    let mut output = Output::lock();
    writeln!(output)?;
    tasks(&face.state, false, &mut output)?;
    lost(&face.state, &mut output)?;
    waiting(run, &face.state, &mut output)?;
    output.finish()?;
    Ok((ended, face.state))
}

struct Face {
    state: State,
    /// Where a person looks at it.
    table: Option<Table>,
    asked: Option<Asked>,
    /// Whether a thread reads what is typed.
    listens: bool,
}

impl Face {
    fn tells(&mut self, records: &[Record]) -> Result<(), Failure> {
        for record in records {
            self.state.apply(record);
            if matches!(record.event, Event::RunnerStopped { .. }) {
                // It is said once, as the end of the command.
                continue;
            }
            if let Some(text) = sentence::of(&self.state, &record.event) {
                self.line(&visible(&text))?;
            }
        }
        Ok(())
    }

    /// A line above the table.
    fn line(&self, text: &str) -> Result<(), Failure> {
        match &self.table {
            Some(table) if self.asked.is_none() => Ok(table.all.println(text)?),
            _ => {
                let mut output = Output::lock();
                writeln!(output, "{text}")?;
                output.finish()
            }
        }
    }

    fn clear(&mut self) {
        if let Some(table) = &mut self.table {
            table.clear();
        }
    }

    fn draws(&mut self) {
        if self.asked.is_none()
            && let Some(table) = &mut self.table
        {
            table.draw(&self.state);
        }
    }

    fn is_open(&self, asked: Asked) -> bool {
        match asked {
            Asked::Gate(number) => self.state.open_gates().any(|gate| gate.opened.gate == number),
            Asked::Question(number) => self.state.open_questions().any(|own| own.asked.question == number),
        }
    }

    /// Asks the next of what waits for a person, one at a time.
    fn asks(&mut self, sender: &Sender<News>) -> Result<(), Failure> {
        if self.table.is_none() || self.state.is_over() {
            return Ok(());
        }
        if self.asked.is_some_and(|asked| self.is_open(asked)) {
            return Ok(());
        }
        self.asked = None;
        let gate = unanswered(&self.state).next().map(|gate| Asked::Gate(gate.opened.gate));
        let question = self.state.open_questions().next().map(|own| Asked::Question(own.asked.question));
        let Some(next) = gate.or(question) else { return Ok(()) };
        self.clear();
        self.asked = Some(next);
        let mut output = Output::lock();
        // The bell: somebody may look elsewhere.
        write!(output, "\u{7}{}", self.prompt(next))?;
        output.finish()?;
        if !self.listens {
            self.listens = true;
            let sender = sender.clone();
            std::thread::spawn(move || {
                for line in std::io::stdin().lock().lines() {
                    let Ok(line) = line else { break };
                    if sender.send(News::Line(Some(line))).is_err() {
                        return;
                    }
                }
                let _ = sender.send(News::Line(None));
            });
        }
        Ok(())
    }

    fn prompt(&self, asked: Asked) -> String {
        match asked {
            Asked::Gate(number) => {
                let gate = self.state.open_gates().find(|gate| gate.opened.gate == number);
                let words = gate.map(|gate| gate_words(&gate.opened.kind)).unwrap_or_default();
                format!("\n{}? yes or no, and a note if you like: ", visible(&words))
            }
            Asked::Question(number) => {
                let question = self.state.open_questions().find(|own| own.asked.question == number);
                let task = question.map(|own| own.asked.key.task.0.clone()).unwrap_or_default();
                let what = if question.is_some_and(|own| own.asked.choice) { "choice" } else { "answer" };
                format!("\n{}, your {what}: ", visible(&task))
            }
        }
    }

    /// Takes what was typed; `None` is the end of the input.
    fn answers(&mut self, line: Option<&str>, posts: &mut Posts) -> Result<(), Failure> {
        let Some(line) = line else {
            posts.leave();
            return Ok(());
        };
        let (Some(asked), line) = (self.asked, line.trim()) else { return Ok(()) };
        if line.is_empty() {
            return Ok(());
        }
        match asked {
            Asked::Question(number) => {
                posts.post(&Command::Reply { question: Some(number), answer: line.to_owned() })
            }
            Asked::Gate(number) => match decision(line) {
                Some((answer, note)) => posts.post(&Command::Decide { gate: Some(number), answer, note }),
                None => self.line("Begin with yes or no."),
            },
        }
    }
}

/// Yes or no, and what follows.
fn decision(line: &str) -> Option<(Answer, Option<String>)> {
    let (word, note) = line.split_once([' ', ',', ':']).unwrap_or((line, ""));
    let answer = match word.to_ascii_lowercase().as_str() {
        "y" | "yes" | "approve" => Answer::Approve,
        "n" | "no" | "reject" => Answer::Reject,
        _ => return None,
    };
    let note = note.trim_start_matches([',', ':', ' ']).trim();
    Some((answer, (!note.is_empty()).then(|| note.to_owned())))
}

/// The rows at the bottom of the terminal.
struct Table {
    all: MultiProgress,
    rows: Vec<ProgressBar>,
}

impl Default for Table {
    fn default() -> Self {
        Self { all: MultiProgress::new(), rows: Vec::new() }
    }
}

impl Table {
    fn clear(&mut self) {
        for row in self.rows.drain(..) {
            row.finish_and_clear();
        }
        let _ = self.all.clear();
    }

    fn draw(&mut self, state: &State) {
        let lines = lines(state);
        while self.rows.len() < lines.len() {
            let row = self.all.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
                row.set_style(style);
            }
            self.rows.push(row);
        }
        for row in self.rows.drain(lines.len()..) {
            row.finish_and_clear();
        }
        for (row, line) in self.rows.iter().zip(lines) {
            row.set_message(line);
            row.tick();
        }
    }
}

/// A row a task: what is under way first, then what waits, then what is over.
fn lines(state: &State) -> Vec<String> {
    let mut rows: Vec<(u8, String)> = Vec::new();
    let width =
        state.facts.tasks.iter().map(|task| task.id.0.chars().count()).max().unwrap_or_default().min(32);
    for (facts, task) in state.all() {
        let word = session_word(state, facts, task, true);
        let rank = match word {
            "needs you" => 0,
            "working" => 1,
            "queued" => 3,
            _ if task.status.is_over() => 4,
            _ => 2,
        };
        let attempt = state.last_attempt_of(facts, task);
        let time = state.attempts_of(facts, task).map(|attempt| attempt.time(now())).sum();
        let lines = attempt.map(|attempt| (attempt.diff.added, attempt.diff.removed)).unwrap_or_default();
        let id: String = visible(&facts.id.0).chars().take(width).collect();
        let mut row = format!("  {id:<width$}  {word:<18}");
        if let Some(attempt) = attempt {
            row += &format!(
                "  {:<12} {:>9}  +{} −{}",
                visible(&attempt.agent),
                duration(time),
                lines.0,
                lines.1
            );
        }
        rows.push((rank, row));
    }
    rows.sort_by_key(|(rank, _)| *rank);
    let more = rows.len().saturating_sub(ROWS);
    let mut lines: Vec<String> = rows.into_iter().take(ROWS).map(|(_, row)| row).collect();
    if more > 0 {
        lines.push(format!("  … and {more} more"));
    }
    let over = state.without_variants().filter(|(_, task)| task.status.is_over()).count();
    lines.insert(0, format!("{over} of {} tasks, {}", total(state), duration(now().since(state.began))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_at_gates() {
        assert_eq!(decision("y"), Some((Answer::Approve, None)));
        assert_eq!(decision("Yes, keep it"), Some((Answer::Approve, Some("keep it".into()))));
        assert_eq!(decision("no: not now"), Some((Answer::Reject, Some("not now".into()))));
        assert_eq!(decision("maybe"), None);
    }
}
