//! `segue runs lessons`: what agents learnt, as changes of the files that the plan links for it.

use crate::Failure;
use crate::output::{Output, visible};
use crate::{places, write as files};
use segue_analysis::features::context::count_of;
use segue_analysis::path::real;
use segue_runs::lessons::{self, Fate, Proposal, Proposed, Told};
use segue_runs::open::{Meant, Runs};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// What is wanted of lessons.
pub struct Wanted<'w> {
    /// Whether the files shall be written.
    pub apply: bool,
    /// Where to, in place of what the plan links.
    pub to: Option<&'w str>,
    /// As data.
    pub as_json: bool,
}

/// Prints the lessons of a run or a task and what they change, or makes the changes. Whether every lesson
/// has its place.
pub fn print(runs: &Runs, meant: &Meant, wanted: &Wanted<'_>) -> Result<bool, Failure> {
    let top = real(runs.repository.top()).map_err(|error| {
        Failure::said(format!("The checkout cannot be read: {}.", places::reason(&error)))
    })?;
    let place = match wanted.to {
        Some(to) => {
            let here = places::current_folder()?;
            let here = here.strip_prefix(&top).map(places::slashed).unwrap_or_default();
            Some(lessons::place(&here, to)?)
        }
        None => None,
    };
    let read = |path: &str| lessons::on_disk(&top, path);
    let proposal = lessons::propose(runs, meant, place.as_ref(), &read)?;
    if wanted.apply {
        write(&top, &proposal)?;
    }
    let mut output = Output::lock();
    if wanted.as_json {
        let value = as_data(meant, &proposal, wanted.apply);
        serde_json::to_writer_pretty(&mut output, &value).map_err(std::io::Error::from)?;
        writeln!(output)?;
    } else {
        for_people(&mut output, meant, &proposal, wanted)?;
    }
    output.finish()?;
    Ok(proposal.lessons.iter().all(|told| !matches!(told.fate, Fate::Nowhere(_))))
}

/// Writes the files.
fn write(top: &Path, proposal: &Proposal) -> Result<(), Failure> {
    for file in &proposal.files {
        let target = top.join(&file.path);
        let done = match &file.before {
            Some(before) => files::replace(top, &target, before, &file.after()),
            None => files::create(top, &target, &file.after()),
        };
        done.map_err(|why| Failure::said(format!("`{}` is not written: {why}.", file.path)))?;
    }
    Ok(())
}

fn for_people(
    output: &mut Output,
    meant: &Meant,
    proposal: &Proposal,
    wanted: &Wanted<'_>,
) -> Result<(), Failure> {
    let name = name(meant);
    let count = proposal.lessons.len();
    if count == 0 {
        writeln!(output, "{}: no agent told a lesson.", visible(&name))?;
        return Ok(());
    }
    writeln!(output, "{}: {}", visible(&name), count_of(count, "lesson"))?;
    let mut reasons: Vec<&str> = Vec::new();
    for told in &proposal.lessons {
        let failed = if told.failed { ", which failed" } else { "" };
        writeln!(output, "  {}{failed}: {}", visible(&told.key.to_string()), visible(&told.text))?;
        match &told.fate {
            Fate::New { path, section } => {
                writeln!(output, "    for {}, section “{}”", visible(path), visible(section))?;
            }
            Fate::Known { path } => writeln!(output, "    {} says it already", visible(path))?,
            Fate::Nowhere(why) if !reasons.contains(&why.as_str()) => reasons.push(why),
            Fate::Nowhere(_) => {}
        }
    }
    for why in &reasons {
        writeln!(output, "\n{}", visible(why))?;
    }
    if wanted.apply {
        for file in &proposal.files {
            writeln!(output, "\nWritten: {}", visible(&file.path))?;
        }
        return Ok(());
    }
    for file in &proposal.files {
        writeln!(output)?;
        output.write_all(visible(&file.patch()).as_bytes())?;
    }
    if !proposal.files.is_empty() {
        let to = wanted.to.map(|to| format!(" --to '{to}'")).unwrap_or_default();
        writeln!(output, "\nNothing was written. `segue runs lessons {name}{to} --apply` writes it.")?;
    } else if reasons.is_empty() {
        writeln!(output, "\nThere is nothing to write.")?;
    }
    Ok(())
}

fn name(meant: &Meant) -> String {
    meant.task.as_ref().map_or_else(|| meant.run.clone(), |task| format!("{}/{task}", meant.run))
}

fn as_data(meant: &Meant, proposal: &Proposal, applied: bool) -> Value {
    let file =
        |file: &Proposed| json!({ "path": file.path, "new": file.before.is_none(), "diff": file.patch() });
    let files: Vec<Value> = proposal.files.iter().map(file).collect();
    let lessons: Vec<Value> = proposal.lessons.iter().map(Told::as_data).collect();
    json!({ "run": meant.run, "lessons": lessons, "files": files, "applied": applied })
}
