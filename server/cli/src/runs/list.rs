//! `segue runs list` and `show`.

use crate::Failure;
use crate::output::{Output, visible};
use segue_analysis::features::context::count_of;
use segue_orchestrator::driver::now;
use segue_orchestrator::event::{GateKind, Usage};
use segue_orchestrator::git::tidy;
use segue_orchestrator::journal::{cost, gate_words};
use segue_orchestrator::state::{Outcome, State, Status};
use segue_orchestrator::time::{duration, utc};
use segue_runs::open::{INTERRUPTED, Runs, session_word, unanswered, word};
use segue_runs::report::launch_list;
use segue_runs::sentence::{SHOWN, indented};
use segue_runs::value::{done, lines_of, of_run, total, usage_of};
use serde_json::Value;
use std::io::Write;
use std::path::Path;

/// A day, in milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1000;

/// One line a run, the newest first.
pub fn list(runs: &Runs, states: &[String], as_json: bool) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for row in runs.journal.runs()? {
        let state = runs.journal.state(&row.run)?;
        let word = runs.word(&row.run, &state);
        if states.is_empty() || states.iter().any(|wanted| wanted.eq_ignore_ascii_case(word)) {
            rows.push((row.run, state, word));
        }
    }
    let size = |run: &str| tidy::size(&runs.repository.worktrees().join(run));
    let mut output = Output::lock();
    if as_json {
        let value = |run: &str, state: &State| with_size(of_run(run, state, runs.is_owned(run)), size(run));
        let all: Vec<Value> = rows.iter().map(|(run, state, _)| value(run, state)).collect();
        serde_json::to_writer_pretty(&mut output, &all).map_err(std::io::Error::from)?;
        writeln!(output)?;
        return output.finish();
    }
    let mut table =
        vec![["RUN", "STATE", "TASKS", "+", "−", "TIME", "SIZE", "BEGUN", "PLAN"].map(str::to_owned)];
    for (run, state, word) in &rows {
        let (added, removed) = lines_of(state);
        let plan = state.created.as_ref().map(|created| created.plan.clone()).unwrap_or_default();
        table.push([
            run.clone(),
            (*word).to_owned(),
            format!("{}/{}", done(state), total(state)),
            added.to_string(),
            removed.to_string(),
            duration(state.at.since(state.began)),
            bytes(size(run)),
            utc(state.began),
            visible(&plan),
        ]);
    }
    columns(&table, &mut output)?;
    let stopped = rows.iter().filter(|(_, _, word)| *word == INTERRUPTED).filter_map(|(run, state, _)| {
        Some(format!("{run} could not go on: {} `segue runs resume {run}`", visible(state.stopped.as_ref()?)))
    });
    let left = rows.iter().filter_map(|(run, state, _)| left_behind(run, state));
    let left: Vec<String> = stopped.chain(left).collect();
    for (place, line) in left.iter().enumerate() {
        let before = if place == 0 { "\n" } else { "" };
        writeln!(output, "{before}{line}")?;
    }
    output.finish()
}

/// With the room that its worktrees take, in bytes.
fn with_size(mut value: Value, size: u64) -> Value {
    value["bytes"] = size.into();
    value
}

/// The worktrees that failures of a run left long ago, offered for removal. Nothing removes them by itself.
fn left_behind(run: &str, state: &State) -> Option<String> {
    let age = now().since(state.at);
    if !state.is_over() || age < state.policy().keep_failures.saturating_mul(DAY) {
        return None;
    }
    let attempts = state.tasks.iter().flat_map(|task| &task.attempts);
    let failed = attempts.filter(|attempt| matches!(attempt.outcome, Some(Outcome::Failed { .. })));
    let folders = failed.filter_map(|attempt| attempt.worktree.as_deref()).map(Path::new);
    let there: Vec<&Path> = folders.filter(|folder| folder.is_dir()).collect();
    let size: u64 = there.iter().map(|folder| tidy::size(folder)).sum();
    let count = count_of(there.len(), "worktree");
    (!there.is_empty()).then(|| {
        format!(
            "{run}: failed attempts left {count} ({}) {} ago. `segue runs archive {run}` removes the run's worktrees; its branches stay.",
            bytes(size),
            count_of(usize::try_from(age / DAY).unwrap_or(usize::MAX), "day")
        )
    })
}

/// All about a run.
pub fn show(runs: &Runs, run: &str, as_json: bool) -> Result<(), Failure> {
    let state = runs.journal.state(run)?;
    let owned = runs.is_owned(run);
    let word = word(&state, owned);
    let list = asks_about_its_list(&state).then(|| launch_list(runs, run));
    let mut output = Output::lock();
    if as_json {
        let size = tidy::size(&runs.repository.worktrees().join(run));
        let mut value = with_size(of_run(run, &state, owned), size);
        value["list"] = list.into();
        serde_json::to_writer_pretty(&mut output, &value).map_err(std::io::Error::from)?;
        writeln!(output)?;
        return output.finish();
    }
    let created = state.created.as_ref();
    let plan = created.map(|created| created.plan.as_str()).unwrap_or_default();
    writeln!(output, "{run}  {word}  {}  {}", visible(&state.facts.title), visible(plan))?;
    if word == INTERRUPTED
        && let Some(why) = &state.stopped
    {
        writeln!(output, "It could not go on: {}\n  segue runs resume {run}", visible(why))?;
    }
    writeln!(output)?;
    if let Some(list) = list {
        writeln!(output, "{}\n", visible(list.trim_end()))?;
    }
    tasks(&state, owned, &mut output)?;
    lost(&state, &mut output)?;
    waiting(run, &state, &mut output)?;
    output.finish()
}

/// Whether somebody still has to agree to what the run would do.
fn asks_about_its_list(state: &State) -> bool {
    unanswered(state).any(|gate| gate.opened.kind == GateKind::Launch)
}

/// What was not done, why, and where its work is kept.
pub fn lost(state: &State, output: &mut dyn Write) -> Result<(), Failure> {
    for (facts, task) in state.all() {
        let Status::Escalated { reason } = &task.status else { continue };
        writeln!(output, "\n{}: {}", visible(&facts.id.0), visible(reason))?;
        let attempt = task.current();
        if let Some(Outcome::Failed { evidence, .. }) = attempt.and_then(|attempt| attempt.outcome.as_ref()) {
            let detail = indented(&evidence.detail, SHOWN);
            if !detail.is_empty() {
                writeln!(output, "{}", visible(detail.trim_start_matches('\n')))?;
            }
        }
        let kept = attempt.and_then(|attempt| attempt.worktree.as_deref());
        if let Some(kept) = kept.filter(|kept| Path::new(kept).is_dir()) {
            writeln!(output, "  its work is kept in {}", visible(kept))?;
        }
    }
    Ok(())
}

/// The tasks of a run as a table.
pub fn tasks(state: &State, owned: bool, output: &mut dyn Write) -> Result<(), Failure> {
    // Not every agent tells what it used.
    let used = state.all().fold(Usage::default(), |sum, (_, task)| sum.plus(usage_of(task)));
    let (has_tokens, has_cost) = (used.input + used.output > 0, used.micros > 0);
    let mut head = vec!["TASK", "WAVE", "STATE", "ATTEMPT", "AGENT", "FILES", "+", "−", "TIME"];
    head.extend(has_tokens.then_some("TOKENS"));
    head.extend(has_cost.then_some("COST"));
    let mut table: Vec<Vec<String>> = vec![head.into_iter().map(str::to_owned).collect()];
    for (facts, task) in state.all() {
        let attempt = state.last_attempt_of(facts, task);
        let diff = attempt.map(|attempt| &attempt.diff);
        let time = state.time_of(facts, task);
        let number = |of: fn(&segue_orchestrator::event::Diff) -> u64| diff.map_or(0, of).to_string();
        let mut row = vec![
            visible(&facts.id.0),
            facts.wave.to_string(),
            session_word(state, facts, task, owned).to_owned(),
            task.attempts.len().to_string(),
            visible(attempt.map_or(facts.agent.as_str(), |attempt| attempt.agent.as_str())),
            number(|diff| diff.files.len() as u64),
            number(|diff| diff.added),
            number(|diff| diff.removed),
            duration(time),
        ];
        let used = usage_of(task);
        row.extend(has_tokens.then(|| (used.input + used.output).to_string()));
        row.extend(has_cost.then(|| cost(used.micros)));
        table.push(row);
    }
    columns(&table, output)
}

/// What waits for a person, and how to answer it.
pub fn waiting(run: &str, state: &State, output: &mut dyn Write) -> Result<(), Failure> {
    for gate in state.open_gates() {
        let opened = &gate.opened;
        writeln!(
            output,
            "\nGate {}, {}: {}",
            opened.gate,
            visible(&gate_words(&opened.kind)),
            visible(&opened.text)
        )?;
        for approval in &opened.approvals {
            writeln!(output, "  [ ] {}", visible(approval))?;
        }
        writeln!(
            output,
            "  segue runs approve {run} --gate {}\n  segue runs reject {run} --gate {}",
            opened.gate, opened.gate
        )?;
    }
    for question in state.open_questions() {
        let asked = &question.asked;
        writeln!(
            output,
            "\nQuestion {} of {}: {}",
            asked.question,
            visible(&asked.key.task.0),
            visible(&asked.text)
        )?;
        for (number, option) in asked.options.iter().enumerate() {
            let recommended = asked.recommendation.as_deref() == Some(option);
            writeln!(
                output,
                "  {}. {}{}",
                number + 1,
                visible(option),
                if recommended { " (recommended)" } else { "" }
            )?;
        }
        if asked.choice {
            let task = visible(&asked.key.task.0);
            writeln!(output, "  segue runs compare {run}/{task}\n  segue runs choose {run}/{task} VARIANT")?;
        }
        writeln!(output, "  segue runs answer {run} ANSWER --question {}", asked.question)?;
    }
    Ok(())
}

/// A size as people read it.
pub fn bytes(size: u64) -> String {
    match size {
        0 => "-".to_owned(),
        1..1_000_000 => format!("{} kB", size.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{} MB", size / 1_000_000),
        _ => format!("{}.{} GB", size / 1_000_000_000, size / 100_000_000 % 10),
    }
}

/// Rows with their columns in line, two blanks between; the last one as long as it is.
pub fn columns(rows: &[impl AsRef<[String]>], output: &mut dyn Write) -> Result<(), Failure> {
    let mut widths = vec![0; rows.iter().map(|row| row.as_ref().len()).max().unwrap_or_default()];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row.as_ref()) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for row in rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row.as_ref()) {
            line += cell;
            line.extend(std::iter::repeat_n(' ', (width + 2).saturating_sub(cell.chars().count())));
        }
        writeln!(output, "{}", line.trim_end())?;
    }
    Ok(())
}
