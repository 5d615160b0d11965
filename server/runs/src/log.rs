//! What happened in a run, line by line, and of a task what its agents said.

use crate::Failure;
use crate::open::{Meant, Runs, attempt_name};
use crate::sentence;
use segue_orchestrator::event::{AttemptKey, Event, Millis, Record};
use segue_orchestrator::facts::TaskId;
use segue_orchestrator::state::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

/// The most that is read at once of what an agent said, in bytes.
const MOST: u64 = 1 << 20;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Something happened.
    Event(Millis, String),
    /// An agent said it, or its program printed it.
    Said(String),
}

/// How far somebody has read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cursor {
    /// The number of the last event.
    pub seq: u64,
    /// By the number of each attempt the bytes of its output.
    pub said: BTreeMap<u32, u64>,
}

/// Who reads on in a run or a task.
pub struct Log {
    /// What is read.
    pub meant: Meant,
    /// How far.
    pub cursor: Cursor,
    state: State,
}

impl Log {
    /// Reads from a cursor on.
    pub fn from(runs: &Runs, meant: Meant, cursor: Cursor) -> Result<Self, Failure> {
        let mut state = State::default();
        if cursor.seq > 0 {
            let before = runs.journal.records(&meant.run, 0)?;
            before
                .iter()
                .take_while(|record| record.seq <= cursor.seq)
                .for_each(|record| state.apply(record));
        }
        Ok(Self { meant, cursor, state })
    }

    /// Whether the task is over, or the run where no task is meant.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match &self.meant.task {
            Some(task) => self.state.task(task).is_some_and(|task| task.status.is_over()),
            None => self.state.is_over(),
        }
    }

    /// What happened since.
    pub fn lines(&mut self, runs: &Runs) -> Result<Vec<Line>, Failure> {
        let mut lines = Vec::new();
        for record in runs.journal.records(&self.meant.run, self.state.seq)? {
            self.state.apply(&record);
            if !self.concerns(&record) {
                continue;
            }
            let Some(text) = sentence::of(&self.state, &record.event) else { continue };
            lines.push(Line::Event(record.at, text + &self.behind(&record.event)));
        }
        self.cursor.seq = self.state.seq;
        if let Some(task) = self.meant.task.clone() {
            self.said(runs, &task, &mut lines);
        }
        Ok(lines)
    }

    /// What stands behind a line: of a task all of it, of a run its end.
    fn behind(&self, event: &Event) -> String {
        let most = if self.meant.task.is_some() { usize::MAX } else { sentence::SHOWN };
        sentence::detail(event).map(|detail| sentence::indented(detail, most)).unwrap_or_default()
    }

    fn concerns(&self, record: &Record) -> bool {
        let Some(task) = &self.meant.task else { return true };
        // Every event of a task names it by this field.
        let value = serde_json::to_value(&record.event).unwrap_or_default();
        value.get("task").and_then(|own| own.as_str()) == Some(task.0.as_str())
            || matches!(&record.event, Event::GateOpened(gate) if gate.kind.task() == Some(task))
    }

    /// What the agents of the task said since, in whole lines while they go on.
    fn said(&mut self, runs: &Runs, task: &TaskId, lines: &mut Vec<Line>) {
        let Some((facts, task)) = self.state.all().find(|(facts, _)| facts.id == *task) else { return };
        for attempt in self.state.attempts_of(facts, task) {
            let key = AttemptKey { task: task.id.clone(), attempt: attempt.number };
            let file = runs.place.output(&self.meant.run, &attempt_name(&self.state, &key));
            let Ok(mut file) = std::fs::File::open(file) else { continue };
            let from = self.cursor.said.entry(attempt.number).or_default();
            let mut bytes = Vec::new();
            let read =
                file.seek(SeekFrom::Start(*from)).and_then(|_| file.take(MOST).read_to_end(&mut bytes));
            if read.is_err() {
                continue;
            }
            let whole = bytes.iter().rposition(|byte| *byte == b'\n').map(|last| last + 1);
            let is_full = bytes.len() as u64 == MOST;
            match whole {
                Some(whole) if attempt.outcome.is_none() || is_full => bytes.truncate(whole),
                None if attempt.outcome.is_none() && !is_full => continue,
                _ => {}
            }
            *from += bytes.len() as u64;
            lines.extend(String::from_utf8_lossy(&bytes).lines().map(|line| Line::Said(line.to_owned())));
        }
    }
}
