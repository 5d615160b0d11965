//! `segue runs stats`: what the runs of this repository came to.

use super::list::columns;
use crate::Failure;
use crate::output::{Output, visible};
use segue_analysis::features::context::count_of;
use segue_orchestrator::event::Class;
use segue_orchestrator::journal::cost;
use segue_orchestrator::state::{Outcome, Status};
use segue_orchestrator::time::duration;
use segue_runs::open::Runs;
use segue_runs::value::total;
use std::collections::BTreeMap;
use std::io::Write;

/// What one agent came to.
#[derive(Default)]
struct Tally {
    attempts: u64,
    held: u64,
    failed: BTreeMap<Class, u64>,
    millis: u64,
    tokens: u64,
    micros: u64,
}

/// Prints how many runs, tasks and attempts there were, and what each agent made of its own.
pub fn print(runs: &Runs, chosen: &[String], as_json: bool) -> Result<(), Failure> {
    let mut words: BTreeMap<&'static str, u64> = BTreeMap::new();
    let (mut tasks, mut done, mut unproved) = (0_usize, 0_u64, 0_u64);
    let mut agents: BTreeMap<String, Tally> = BTreeMap::new();
    for run in chosen {
        let state = runs.journal.state(run)?;
        *words.entry(runs.word(run, &state)).or_default() += 1;
        tasks += total(&state);
        for task in &state.tasks {
            match task.status {
                Status::Done { proved } if !task.attempts.is_empty() => {
                    done += 1;
                    unproved += u64::from(!proved);
                }
                _ => {}
            }
            for attempt in &task.attempts {
                let tally = agents.entry(attempt.agent.clone()).or_default();
                tally.attempts += 1;
                tally.millis += attempt.time(state.at);
                tally.tokens += attempt.usage.input + attempt.usage.output;
                tally.micros += attempt.usage.micros;
                match &attempt.outcome {
                    Some(Outcome::Accepted) => tally.held += 1,
                    Some(Outcome::Failed { class, .. }) => *tally.failed.entry(*class).or_default() += 1,
                    _ => {}
                }
            }
        }
    }
    let mut output = Output::lock();
    if as_json {
        let agents: serde_json::Map<String, serde_json::Value> =
            agents.into_iter().map(|(name, tally)| (name, tally.as_value())).collect();
        let all = serde_json::json!({ "runs": words, "tasks": tasks, "done": done, "unproved": unproved, "agents": agents });
        serde_json::to_writer_pretty(&mut output, &all).map_err(std::io::Error::from)?;
        writeln!(output)?;
        return output.finish();
    }
    let words: Vec<String> = words.iter().map(|(word, number)| format!("{number} {word}")).collect();
    writeln!(output, "{}: {}", count_of(chosen.len(), "run"), words.join(", "))?;
    writeln!(output, "{}: {done} done, {unproved} of them unproved\n", count_of(tasks, "task"))?;
    let mut table =
        vec![["AGENT", "ATTEMPTS", "HELD", "FAILED BY", "TIME", "TOKENS", "COST"].map(str::to_owned)];
    for (name, tally) in &agents {
        let failed: Vec<String> =
            tally.failed.iter().map(|(class, number)| format!("{} {number}", class.name())).collect();
        table.push([
            visible(name),
            tally.attempts.to_string(),
            tally.held.to_string(),
            if failed.is_empty() { "-".to_owned() } else { failed.join(", ") },
            duration(tally.millis),
            tally.tokens.to_string(),
            cost(tally.micros),
        ]);
    }
    columns(&table, &mut output)?;
    output.finish()
}

impl Tally {
    fn as_value(&self) -> serde_json::Value {
        let failed: BTreeMap<&str, u64> =
            self.failed.iter().map(|(class, number)| (class.name(), *number)).collect();
        serde_json::json!({
            "attempts": self.attempts, "held": self.held, "failed": failed, "milliseconds": self.millis,
            "tokens": self.tokens, "micros": self.micros,
        })
    }
}
