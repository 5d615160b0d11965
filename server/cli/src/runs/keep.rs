//! What is done with the work of runs, in a terminal.

use crate::Failure;
use crate::output::{Output, note, visible};
use segue_analysis::features::context::count_of;
use segue_orchestrator::git::changes;
use segue_runs::keep;
use segue_runs::open::{Meant, Runs};
use segue_runs::sentence::short;
use std::io::{BufRead, IsTerminal, Write};

/// Prints what a run, or the last attempt of a task, changed.
pub fn diff(runs: &Runs, meant: &Meant, stat: bool) -> Result<(), Failure> {
    let mut output = Output::lock();
    if stat {
        let changed = keep::changed(runs, meant)?;
        for file in &changed {
            let lines = file
                .lines
                .map_or_else(|| "binary".to_owned(), |(added, removed)| format!("+{added} −{removed}"));
            writeln!(output, "{lines:>14}  {}", visible(&file.path.display().to_string()))?;
        }
        let (added, removed) = changes::total(&changed);
        writeln!(output, "{}, +{added} −{removed}", count_of(changed.len(), "file"))?;
    } else {
        let diff = keep::diff(runs, meant)?;
        // A terminal would obey what an agent wrote; who keeps the patch wants it as it is.
        let shown = if output.terminal || output.colour { visible(&diff) } else { diff };
        output.write_all(shown.as_bytes())?;
    }
    output.finish()
}

/// Merges a run into the branch that is checked out.
pub fn merge(runs: &Runs, run: &str, into: Option<&str>) -> Result<(), Failure> {
    let delivered = keep::merge(runs, run, into)?;
    let mut output = Output::lock();
    let commit = short(&delivered.commit);
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

/// Removes the worktrees of a run, and keeps its branches and journal.
pub fn archive(runs: &Runs, run: &str) -> Result<(), Failure> {
    let freed = keep::archive(runs, run)?;
    let mut output = Output::lock();
    writeln!(output, "{run}: {} freed; its branches are kept.", super::list::bytes(freed))?;
    output.finish()
}

/// Removes worktrees and branches of runs, after saying what is lost.
pub fn discard(runs: &mut Runs, chosen: &[String], yes: bool) -> Result<bool, Failure> {
    let mut lost = Vec::new();
    for run in chosen {
        lost.extend(keep::would_lose(runs, run)?);
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
        keep::discard(runs, run)?;
        writeln!(output, "{run}: discarded.")?;
    }
    output.finish()?;
    Ok(true)
}
