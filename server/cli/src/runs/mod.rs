//! `segue runs`: what is going on, what waits for a person, and what is done with the work.

mod keep;
mod lessons;
mod list;
mod logs;
mod stats;
mod verbs;

pub use list::{lost, tasks, waiting};
pub use verbs::Args;

use crate::output::{Output, note, visible};
use crate::{Failure, places};
use segue_orchestrator::event::Answer;
use segue_orchestrator::facts::TaskId;
use segue_orchestrator::journal::{Command, Outcome};
use segue_orchestrator::state::State;
use segue_runs::open::{Meant, Runs, TERMINAL, person};
use segue_runs::post::{self, Resumed};
use segue_runs::{report, variants};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use verbs::{AtGate, Chosen, Export, Form, Verb};

/// What is said where `--state` and `--tasks` choose nothing.
const NOTHING: &str = "note: nothing stands so; `segue runs` lists all runs";

/// Does what the verb says.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let everything = Verb::List { state: Vec::new(), format: Form::Human };
    match args.verb.as_ref().unwrap_or(&everything) {
        Verb::List { state, format } => match here()? {
            Some(runs) => list::list(&runs, state, *format == Form::Json)?,
            None if *format == Form::Json => print("[]\n")?,
            None => note("note: no run was launched in this repository; `segue run FILE` launches one"),
        },
        verb => return of_some(verb, some()?),
    }
    Ok(ExitCode::SUCCESS)
}

/// The runs of the repository that the current folder lies in; `None` where none was ever launched.
fn here() -> Result<Option<Runs>, Failure> {
    Ok(Runs::of(&places::current_folder()?)?)
}

/// The same, where there has to be one.
fn some() -> Result<Runs, Failure> {
    here()?.ok_or_else(|| {
        Failure::said("No run was ever launched in this repository. `segue run FILE` launches one.")
    })
}

/// Posts a command, and says what became of it; whether it was done.
fn posted(runs: &mut Runs, run: &str, command: &Command) -> Result<bool, Failure> {
    let by = person(&runs.repository, TERMINAL);
    let (was_owned, after) = (runs.is_owned(run), runs.journal.state(run)?.seq);
    let outcome = post::post(runs, run, command, &by)?;
    print(&format!("{run}: {}\n", visible(&outcome.text())))?;
    if outcome == Outcome::Done && !was_owned {
        post::watch_the_beginning(runs, run, after)?;
    }
    Ok(outcome == Outcome::Done)
}

fn of_some(verb: &Verb, mut runs: Runs) -> Result<ExitCode, Failure> {
    let mut all_done = true;
    match verb {
        Verb::List { .. } => {}
        Verb::Show { chosen, format } => {
            for run in whole(&runs, chosen)? {
                list::show(&runs, &run, *format == Form::Json)?;
            }
        }
        Verb::Logs { chosen, follow } => logs::print(&runs, &meant(&runs, chosen)?, *follow)?,
        Verb::Diff { chosen, stat } => {
            let meant = meant(&runs, chosen)?;
            for one in &meant {
                if meant.len() > 1 {
                    let task = one.task.as_ref().map(|task| format!("/{task}")).unwrap_or_default();
                    print(&format!("{}{}\n", one.run, visible(&task)))?;
                }
                keep::diff(&runs, one, *stat)?;
            }
        }
        Verb::Approve(at) => all_done = decide(&mut runs, at, Answer::Approve)?,
        Verb::Reject(at) => all_done = decide(&mut runs, at, Answer::Reject)?,
        Verb::Answer { run, answer, question } => {
            let Meant { run, task } = runs.meant(run)?;
            let question = post::question_of(&runs.journal.state(&run)?, task.as_ref(), *question)?;
            let command = Command::Reply { question, answer: answer.clone() };
            all_done = posted(&mut runs, &run, &command)?;
        }
        Verb::Compare { task, format } => {
            let (_, state, task) = one_task(&runs, task)?;
            let stated = state.facts.stated(&task).clone();
            if state.variants_of(&stated).next().is_none() {
                return Err(Failure::said(format!("`{stated}` is not tried in variants.")));
            }
            print(&match format {
                Form::Human => visible(&variants::compared(&state, &stated)),
                Form::Json => format!("{:#}\n", serde_json::Value::from(variants::as_data(&state, &stated))),
            })?;
        }
        Verb::Choose { task, variant } => {
            let (run, state, task) = one_task(&runs, task)?;
            let command = variants::choice(&state, &task, variant)?;
            all_done = posted(&mut runs, &run, &command)?;
        }
        Verb::Retry { chosen, note } => all_done = retry(&mut runs, chosen, note.as_deref())?,
        Verb::Attach { run } => {
            let named: Vec<String> = run.iter().cloned().collect();
            let whole = whole(&runs, &Chosen { named, ..Chosen::default() })?;
            if let Some(run) = whole.first() {
                return crate::run::attach(runs, run);
            }
        }
        Verb::Resume { chosen, detach } => {
            let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
            let whole = whole(&runs, chosen)?;
            for run in &whole {
                all_done &= resume(&runs, run, *detach)?;
            }
            if let ([run], true) = (whole.as_slice(), terminal && !detach && all_done) {
                return crate::run::attach(runs, run);
            }
        }
        Verb::Cancel { chosen } => {
            for meant in meant(&runs, chosen)? {
                all_done &= posted(&mut runs, &meant.run, &Command::Cancel { task: meant.task })?;
            }
        }
        Verb::Merge { chosen, into } => {
            for run in whole(&runs, chosen)? {
                keep::merge(&runs, &run, into.as_deref())?;
            }
        }
        Verb::Discard { chosen, yes } => {
            let chosen = named_only(&runs, chosen)?;
            all_done = keep::discard(&mut runs, &chosen, *yes)?;
        }
        Verb::Archive { chosen } => {
            for run in named_only(&runs, chosen)? {
                keep::archive(&runs, &run)?;
            }
        }
        Verb::Lessons { chosen, apply, to, format } => {
            let wanted = lessons::Wanted { apply: *apply, to: to.as_deref(), as_json: *format == Form::Json };
            for meant in meant(&runs, chosen)? {
                all_done &= lessons::print(&runs, &meant, &wanted)?;
            }
        }
        Verb::Export { chosen, format } => {
            for run in whole(&runs, chosen)? {
                print(&match format {
                    Export::Jsonl => report::json_lines(&runs, &run)?,
                    Export::Markdown => visible(&report::markdown(&runs, &run)?),
                })?;
            }
        }
        Verb::Stats { chosen, format } => {
            let chosen = if chosen.named.is_empty() && chosen.state.is_empty() {
                runs.journal.runs()?.into_iter().map(|row| row.run).collect()
            } else {
                whole(&runs, chosen)?
            };
            stats::print(&runs, &chosen, *format == Form::Json)?;
        }
    }
    Ok(if all_done { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The run and the task that RUN/TASK means.
fn one_task(runs: &Runs, typed: &str) -> Result<(String, State, TaskId), Failure> {
    let Meant { run, task: Some(task) } = runs.meant(typed)? else {
        return Err(Failure::said(format!("`{typed}` is a run: name a task of it as RUN/TASK.")));
    };
    let state = runs.journal.state(&run)?;
    Ok((run, state, task))
}

/// The runs and tasks that are meant.
fn meant(runs: &Runs, chosen: &Chosen) -> Result<Vec<Meant>, Failure> {
    let meant = runs.all_meant(&chosen.named, &chosen.state)?;
    let meant = if chosen.tasks.is_empty() { meant } else { runs.tasks_of(meant, &chosen.tasks)? };
    if meant.is_empty() {
        note(NOTHING);
    }
    Ok(meant)
}

/// The runs that are meant, each once.
fn whole(runs: &Runs, chosen: &Chosen) -> Result<Vec<String>, Failure> {
    if !chosen.tasks.is_empty() {
        return Err(Failure::said("This is done to whole runs; `--tasks` chooses tasks."));
    }
    let mut whole: Vec<String> = Vec::new();
    for meant in runs.all_meant(&chosen.named, &chosen.state)? {
        if !whole.contains(&meant.run) {
            whole.push(meant.run);
        }
    }
    if whole.is_empty() {
        note(NOTHING);
    }
    Ok(whole)
}

/// The same for what removes something: there nothing is meant that was not named.
fn named_only(runs: &Runs, chosen: &Chosen) -> Result<Vec<String>, Failure> {
    if chosen.named.is_empty() && chosen.state.is_empty() {
        return Err(Failure::said("Name the runs, or choose them with `--state`."));
    }
    if let Some(task) = chosen.named.iter().find(|named| named.contains('/')) {
        return Err(Failure::said(format!("`{task}` is a task; this is done to whole runs.")));
    }
    whole(runs, chosen)
}

fn decide(runs: &mut Runs, at: &AtGate, answer: Answer) -> Result<bool, Failure> {
    let mut all_done = true;
    for Meant { run, task } in meant(runs, &at.chosen)? {
        // The gate that is open now: one that somebody else answers meanwhile is theirs.
        let state = runs.journal.state(&run)?;
        let gate = post::gate_of(&state, task.as_ref(), at.gate)?;
        if gate.is_none() && state.open_gates().next().is_none() {
            print(&format!("{run}: No gate is open.\n"))?;
            all_done = false;
            continue;
        }
        let command = Command::Decide { gate, answer, note: at.note.clone() };
        all_done &= posted(runs, &run, &command)?;
    }
    Ok(all_done)
}

/// The named tasks; of a run all that are over and not done.
fn retry(runs: &mut Runs, chosen: &Chosen, note: Option<&str>) -> Result<bool, Failure> {
    let mut all_done = true;
    for meant in meant(runs, chosen)? {
        let tasks = match meant.task {
            Some(task) => vec![task],
            None => post::to_be_retried(&runs.journal.state(&meant.run)?),
        };
        if tasks.is_empty() {
            return Err(Failure::said(format!("No task of the run `{}` failed.", meant.run)));
        }
        for task in tasks {
            let command = Command::Retry { task, note: note.map(str::to_owned) };
            all_done &= posted(runs, &meant.run, &command)?;
        }
    }
    Ok(all_done)
}

fn resume(runs: &Runs, run: &str, detach: bool) -> Result<bool, Failure> {
    let resumed = post::resume(runs, run, detach)?;
    print(&match resumed {
        Resumed::Begun => {
            format!(
                "{run}: resumed; it goes on without you. `segue runs attach {run}` shows it, and asks you.\n"
            )
        }
        Resumed::Worked => format!("{run}: it is being worked on; `segue runs attach {run}` shows it.\n"),
        Resumed::Over => format!("{run}: it is over; `segue runs retry` tries again what failed.\n"),
    })?;
    Ok(resumed != Resumed::Over)
}

fn print(text: &str) -> Result<(), Failure> {
    let mut output = Output::lock();
    output.write_all(text.as_bytes())?;
    output.finish()
}
