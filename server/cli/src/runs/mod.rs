//! `segue runs`: what is going on, what waits for a person, and what is done with the work.

mod keep;
mod list;
mod logs;
pub mod open;
mod post;
pub mod sentence;
mod stats;

pub use list::{session_word, tasks, waiting};

use crate::Failure;
use crate::output::{Output, note};
use clap::{Parser, Subcommand, ValueEnum};
use open::{Meant, Runs, TASK_WORDS, WORDS};
use segue_orchestrator::event::{Answer, AttemptKey};
use segue_orchestrator::git::unique;
use segue_orchestrator::journal::{self, Command};
use segue_orchestrator::state::{State, Status};
use std::io::Write;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  segue runs                                   all runs of this repository, the newest first
  segue runs show k3v9                         its tasks, and what waits for you
  segue runs logs k3v9/login --follow          what happens to one task, and what its agent says
  segue runs diff k3v9                         what it changed
  segue runs approve k3v9 --note 'Keep the old endpoint'
  segue runs answer k3v9 2                     the second option of the open question
  segue runs merge k3v9                        into the branch that is checked out here
  segue runs archive --state complete          remove the worktrees of all that are complete
  segue runs retry --state escalated --tasks failed    what failed, in all runs that ended so

A run is named by its id or the beginning of it, a task by RUN/TASK; where nothing is named the newest
run is meant. Several may be named at once. Exit status: 0 done, 1 refused, 2 the command itself failed.";

/// Show, answer, steer and clean up the runs of this repository.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// Which runs.
#[derive(Clone, Debug, Default, clap::Args)]
struct Chosen {
    /// Runs, or tasks of runs as RUN/TASK
    #[arg(value_name = "RUN[/TASK]")]
    named: Vec<String>,
    /// All runs that stand so
    #[arg(long, value_name = "STATE", value_parser = clap::builder::PossibleValuesParser::new(WORDS))]
    state: Vec<String>,
    /// Of these runs the tasks that stand so: queued, working, needs-you, done, done-unproved, failed, …
    #[arg(long, value_name = "STATE", value_parser = clap::builder::PossibleValuesParser::new(TASK_WORDS))]
    tasks: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Human,
    /// As data
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Export {
    /// Every event as a line of JSON
    Jsonl,
    /// A report
    Markdown,
}

#[derive(Clone, Debug, Subcommand)]
enum Verb {
    /// All runs, the newest first, with the room their worktrees take
    List {
        /// Only those that stand so
        #[arg(long, value_name = "STATE", value_parser = clap::builder::PossibleValuesParser::new(WORDS))]
        state: Vec<String>,
        #[arg(long, value_enum, default_value_t = Form::Human)]
        format: Form,
    },
    /// The tasks of runs, and what waits for you
    Show {
        #[command(flatten)]
        chosen: Chosen,
        #[arg(long, value_enum, default_value_t = Form::Human)]
        format: Form,
    },
    /// What happened; of a task also what its agent said
    Logs {
        #[command(flatten)]
        chosen: Chosen,
        /// Go on until it is over
        #[arg(long, short)]
        follow: bool,
    },
    /// What runs or tasks changed
    Diff {
        #[command(flatten)]
        chosen: Chosen,
        /// The files with their numbers of lines only
        #[arg(long)]
        stat: bool,
    },
    /// Say yes at a gate
    Approve(AtGate),
    /// Say no at a gate
    Reject(AtGate),
    /// Answer the question of an agent
    Answer {
        /// The run
        run: String,
        /// Words, or the number of an option
        answer: String,
        /// Which question, where several are open
        #[arg(long)]
        question: Option<u32>,
    },
    /// Try tasks again that failed
    Retry {
        #[command(flatten)]
        chosen: Chosen,
        /// What the agent shall know
        #[arg(long)]
        note: Option<String>,
    },
    /// Go on with runs that nobody works on
    Resume {
        #[command(flatten)]
        chosen: Chosen,
    },
    /// End runs or tasks; what is done is kept
    Cancel {
        #[command(flatten)]
        chosen: Chosen,
    },
    /// Merge a run into the branch that is checked out here, as `git merge` would
    Merge {
        /// The run
        run: Option<String>,
        /// The branch that has to be checked out
        #[arg(long, value_name = "BRANCH")]
        into: Option<String>,
    },
    /// Remove worktrees, branches and journal of runs, after saying what would be lost
    Discard {
        #[command(flatten)]
        chosen: Chosen,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Remove the worktrees of runs; branches and journal stay
    Archive {
        #[command(flatten)]
        chosen: Chosen,
    },
    /// Print the journal of runs
    Export {
        #[command(flatten)]
        chosen: Chosen,
        #[arg(long, value_enum, default_value_t = Export::Markdown)]
        format: Export,
    },
    /// What the runs came to, by agent
    Stats {
        #[command(flatten)]
        chosen: Chosen,
        #[arg(long, value_enum, default_value_t = Form::Human)]
        format: Form,
    },
}

#[derive(Clone, Debug, clap::Args)]
struct AtGate {
    #[command(flatten)]
    chosen: Chosen,
    /// Which gate, where several are open
    #[arg(long)]
    gate: Option<u32>,
    /// What is said with it; joins the next task cards
    #[arg(long)]
    note: Option<String>,
}

/// Does what the verb says.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let everything = Verb::List { state: Vec::new(), format: Form::Human };
    match args.verb.as_ref().unwrap_or(&everything) {
        Verb::List { state, format } => match Runs::here()? {
            Some(runs) => list::list(&runs, state, *format == Form::Json)?,
            None if *format == Form::Json => print("[]\n")?,
            None => note("note: no run was launched in this repository; `segue run FILE` launches one"),
        },
        verb => return of_some(verb, Runs::some()?),
    }
    Ok(ExitCode::SUCCESS)
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
            for meant in meant(&runs, chosen)? {
                keep::diff(&runs, &meant, *stat)?;
            }
        }
        Verb::Approve(at) => all_done = decide(&mut runs, at, Answer::Approve)?,
        Verb::Reject(at) => all_done = decide(&mut runs, at, Answer::Reject)?,
        Verb::Answer { run, answer, question } => {
            let run = runs.meant(run)?.run;
            let command = Command::Reply { question: *question, answer: answer.clone() };
            all_done = post::post(&mut runs, &run, &command)?;
        }
        Verb::Retry { chosen, note } => all_done = retry(&mut runs, chosen, note.as_deref())?,
        Verb::Resume { chosen } => {
            for run in whole(&runs, chosen)? {
                all_done &= resume(&runs, &run)?;
            }
        }
        Verb::Cancel { chosen } => {
            for meant in meant(&runs, chosen)? {
                all_done &= post::post(&mut runs, &meant.run, &Command::Cancel { task: meant.task })?;
            }
        }
        Verb::Merge { run, into } => {
            let named: Vec<String> = run.iter().cloned().collect();
            for meant in runs.all_meant(&named, &[])? {
                keep::merge(&runs, &meant.run, into.as_deref())?;
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
        Verb::Export { chosen, format } => {
            for run in whole(&runs, chosen)? {
                let records = runs.journal.records(&run, 0)?;
                print(&match format {
                    Export::Jsonl => journal::json_lines(&records),
                    Export::Markdown => journal::markdown(&records),
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

/// The runs and tasks that are meant.
fn meant(runs: &Runs, chosen: &Chosen) -> Result<Vec<Meant>, Failure> {
    let meant = runs.all_meant(&chosen.named, &chosen.state)?;
    if chosen.tasks.is_empty() { Ok(meant) } else { runs.tasks_of(meant, &chosen.tasks) }
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
    for run in whole(runs, &at.chosen)? {
        let command = Command::Decide { gate: at.gate, answer, note: at.note.clone() };
        all_done &= post::post(runs, &run, &command)?;
    }
    Ok(all_done)
}

/// The named tasks; of a run all that are over and not done.
fn retry(runs: &mut Runs, chosen: &Chosen, note: Option<&str>) -> Result<bool, Failure> {
    let mut all_done = true;
    for meant in meant(runs, chosen)? {
        let tasks = match meant.task {
            Some(task) => vec![task],
            None => {
                let state = runs.journal.state(&meant.run)?;
                state
                    .tasks
                    .iter()
                    .filter(|task| is_to_be_retried(&task.status))
                    .map(|task| task.id.clone())
                    .collect()
            }
        };
        if tasks.is_empty() {
            return Err(Failure::said(format!("No task of the run `{}` failed.", meant.run)));
        }
        for task in tasks {
            let command = Command::Retry { task, note: note.map(str::to_owned) };
            all_done &= post::post(runs, &meant.run, &command)?;
        }
    }
    Ok(all_done)
}

/// Whoever was skipped comes along with those they waited for.
fn is_to_be_retried(status: &Status) -> bool {
    status.is_lost() && !matches!(status, Status::Skipped { .. })
}

fn resume(runs: &Runs, run: &str) -> Result<bool, Failure> {
    let state = runs.journal.state(run)?;
    if state.is_over() {
        print(&format!("{run}: it is over; `segue runs retry` tries again what failed.\n"))?;
        return Ok(false);
    }
    if !runs.is_owned(run) {
        crate::run::runner::start(&runs.repository, run)?;
        post::wait_for_a_runner(runs, run, state.runners)?;
    }
    print(&format!("{run}: resumed; `segue runs logs {run} --follow` shows what happens.\n"))?;
    Ok(true)
}

fn print(text: &str) -> Result<(), Failure> {
    let mut output = Output::lock();
    output.write_all(text.as_bytes())?;
    output.finish()
}

/// The name of an attempt in file names: its task as folders have it, and its number.
pub fn attempt_name(state: &State, key: &AttemptKey) -> String {
    let names = unique(state.facts.tasks.iter().map(|task| task.id.0.as_str()));
    let name =
        state.facts.find(&key.task).and_then(|(place, _)| names.get(place)).cloned().unwrap_or_default();
    format!("{name}-{}", key.attempt)
}
