//! What is done with the work of runs: seen, merged, archived, discarded.

use super::open::{Meant, Runs};
use crate::Failure;
use crate::output::{Output, note, visible};
use segue_analysis::features::context::count_of;
use segue_orchestrator::git::{Place, changes, deliver, integration_branch, tidy, unique};
use std::io::{BufRead, IsTerminal, Write};

/// The most of a difference that is printed, in bytes.
const MOST: usize = 64 << 20;

/// What a run, or the last attempt of a task, changed.
pub fn diff(runs: &Runs, meant: &Meant, stat: bool) -> Result<(), Failure> {
    let state = runs.journal.state(&meant.run)?;
    let (old, new) = match &meant.task {
        None => {
            let base = state.created.as_ref().map(|created| created.base.clone()).unwrap_or_default();
            (base, integration_branch(&meant.run))
        }
        Some(task) => {
            let attempt = state.task(task).and_then(|task| task.current());
            let attempt =
                attempt.ok_or_else(|| Failure::said(format!("Nothing was done for `{task}` yet.")))?;
            let names = unique(state.facts.tasks.iter().map(|task| task.id.0.as_str()));
            let name =
                state.facts.find(task).and_then(|(place, _)| names.get(place)).cloned().unwrap_or_default();
            (attempt.base.clone(), Place::new(&meant.run, &name, attempt.number).branch())
        }
    };
    let mut output = Output::lock();
    if stat {
        let changed = changes::between(&runs.repository, &old, &new)?;
        for file in &changed {
            let lines = file
                .lines
                .map_or_else(|| "binary".to_owned(), |(added, removed)| format!("+{added} −{removed}"));
            writeln!(output, "{lines:>14}  {}", visible(&file.path.display().to_string()))?;
        }
        let (added, removed) = changes::total(&changed);
        writeln!(output, "{}, +{added} −{removed}", count_of(changed.len(), "file"))?;
    } else {
        output.write_all(changes::text(&runs.repository, &old, &new, MOST)?.as_bytes())?;
    }
    output.finish()
}

/// Merges a run into the branch that is checked out.
pub fn merge(runs: &Runs, run: &str, into: Option<&str>) -> Result<(), Failure> {
    let state = runs.journal.state(run)?;
    if runs.is_owned(run) && !state.is_over() {
        return Err(Failure::said(format!(
            "The run `{run}` is not over; wait for it, or end it with `segue runs cancel {run}`."
        )));
    }
    let title = if state.facts.title.is_empty() { "run" } else { state.facts.title.as_str() };
    let message = format!("Merge {title} ({run})");
    let delivered = deliver::deliver(&runs.repository, run, into, &message)?;
    let mut output = Output::lock();
    let commit = super::sentence::short(&delivered.commit);
    if delivered.is_new {
        writeln!(
            output,
            "Merged into {}: {commit}. `segue runs discard {run}` removes what is left of it.",
            delivered.branch
        )?;
    } else {
        writeln!(output, "{} has all of it already.", delivered.branch)?;
    }
    output.finish()
}

/// Removes the worktrees of runs, and keeps their branches and journals.
pub fn archive(runs: &Runs, run: &str) -> Result<(), Failure> {
    refuse_if_alive(runs, run)?;
    let freed = tidy::archive(&runs.repository, run)?;
    let mut output = Output::lock();
    writeln!(output, "{run}: {} freed; its branches are kept.", super::list::bytes(freed))?;
    output.finish()
}

/// Removes worktrees and branches of runs, after saying what is lost.
pub fn discard(runs: &mut Runs, chosen: &[String], yes: bool) -> Result<bool, Failure> {
    let mut lost = Vec::new();
    for run in chosen {
        refuse_if_alive(runs, run)?;
        lost.extend(tidy::would_lose(&runs.repository, run)?);
    }
    if !lost.is_empty() && !yes {
        note("This work is nowhere else and would be lost:");
        for loss in &lost {
            note(&format!("  {}", visible(&loss.to_string())));
        }
        if !std::io::stdin().is_terminal() {
            note("Nothing was removed. `--yes` removes it.");
            return Ok(false);
        }
        note("Type `discard` to remove it:");
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::said(error.to_string()))?;
        if answer.trim() != "discard" {
            note("Nothing was removed.");
            return Ok(false);
        }
    }
    let mut output = Output::lock();
    for run in chosen {
        tidy::discard(&runs.repository, run)?;
        runs.journal.forget(run)?;
        let folder = runs.place.folder();
        let _ = std::fs::remove_dir_all(folder.join(run));
        for file in [runs.place.lock(run), runs.place.socket(run)] {
            let _ = std::fs::remove_file(file);
        }
        writeln!(output, "{run}: discarded.")?;
    }
    output.finish()?;
    Ok(true)
}

fn refuse_if_alive(runs: &Runs, run: &str) -> Result<(), Failure> {
    if runs.is_owned(run) {
        return Err(Failure::said(format!(
            "The run `{run}` is being worked on; end it first with `segue runs cancel {run}`."
        )));
    }
    Ok(())
}
