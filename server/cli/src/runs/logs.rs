//! `segue runs logs`: what happened, line by line, and what agents said; as it comes with `--follow`.

use super::open::{Meant, Runs};
use super::sentence;
use crate::Failure;
use crate::output::{Output, visible};
use segue_orchestrator::event::{AttemptKey, Event, Record};
use segue_orchestrator::facts::TaskId;
use segue_orchestrator::state::State;
use segue_orchestrator::time::utc;
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::time::Duration;

/// How often is looked for news.
const LOOK: Duration = Duration::from_millis(250);

/// What is read on of a run.
struct Follower {
    run: String,
    task: Option<TaskId>,
    state: State,
    /// How far the output of each attempt was printed, in bytes.
    printed: BTreeMap<AttemptKey, u64>,
}

/// Prints what happened in runs or tasks; with `follow` goes on until nobody works on
/// any of them.
pub fn print(runs: &Runs, meant: &[Meant], follow: bool) -> Result<(), Failure> {
    let mut followers: Vec<Follower> = meant
        .iter()
        .map(|meant| Follower {
            run: meant.run.clone(),
            task: meant.task.clone(),
            state: State::default(),
            printed: BTreeMap::new(),
        })
        .collect();
    let several = followers.len() > 1;
    let mut version = None;
    loop {
        // Looked at before the reading: what an owner wrote before it went is read then.
        let ends: Vec<bool> = followers.iter().map(|follower| !runs.is_owned(&follower.run)).collect();
        let now = runs.journal.data_version()?;
        let news = version.replace(now) != Some(now);
        let mut output = Output::lock();
        for follower in &mut followers {
            if news {
                follower.events(runs, several, &mut output)?;
            }
            follower.said(runs, &mut output)?;
        }
        output.finish()?;
        let mut all = followers.iter().zip(ends);
        if !follow || all.all(|(follower, ends)| ends || follower.task_is_over()) {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
}

impl Follower {
    fn task_is_over(&self) -> bool {
        let task = self.task.as_ref().and_then(|task| self.state.task(task));
        task.is_some_and(|task| task.status.is_over())
    }

    fn events(&mut self, runs: &Runs, several: bool, output: &mut Output) -> Result<(), Failure> {
        for record in runs.journal.records(&self.run, self.state.seq)? {
            self.state.apply(&record);
            if !self.concerns(&record) {
                continue;
            }
            if let Some(text) = sentence::of(&self.state, &record.event) {
                let run = if several { format!("{} ", self.run) } else { String::new() };
                writeln!(output, "{} {run}{}", utc(record.at), visible(&text))?;
            }
        }
        Ok(())
    }

    fn concerns(&self, record: &Record) -> bool {
        let Some(task) = &self.task else { return true };
        // Every event of a task names it by this field.
        let value = serde_json::to_value(&record.event).unwrap_or_default();
        value.get("task").and_then(|own| own.as_str()) == Some(task.0.as_str())
            || matches!(&record.event, Event::GateOpened(gate) if gate.kind.task() == Some(task))
    }

    /// What the agents of the task said, as far as it was not printed.
    fn said(&mut self, runs: &Runs, output: &mut Output) -> Result<(), Failure> {
        let Some(task) = self.task.as_ref().and_then(|task| self.state.task(task)) else { return Ok(()) };
        for attempt in &task.attempts {
            let key = AttemptKey { task: task.id.clone(), attempt: attempt.number };
            let file = runs.place.output(&self.run, &super::attempt_name(&self.state, &key));
            let Ok(mut file) = std::fs::File::open(file) else { continue };
            let from = self.printed.entry(key).or_default();
            let mut bytes = Vec::new();
            let read = file.seek(SeekFrom::Start(*from)).and_then(|_| file.read_to_end(&mut bytes));
            if read.is_ok() && !bytes.is_empty() {
                *from += bytes.len() as u64;
                for line in String::from_utf8_lossy(&bytes).lines() {
                    writeln!(output, "    {}", visible(line))?;
                }
            }
        }
        Ok(())
    }
}
