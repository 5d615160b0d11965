//! `segue run`: hands the tasks of a plan to coding agents, each in a worktree of its own.

mod face;
pub mod launch;
mod parts;
pub mod runner;
pub mod settings;
mod workspace;

use crate::output::{Output, note};
use crate::runs::open::{now, person};
use crate::{Failure, places};
use clap::Parser;
use launch::{Launch, Wish};
use runner::Kept;
use segue_orchestrator::driver::Ended;
use segue_orchestrator::event::{Event, RunCreated};
use segue_orchestrator::git::merge;
use segue_orchestrator::journal::Journal;
use std::hash::{BuildHasher, Hasher};
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc;

const EXAMPLES: &str = "\
Examples:
  segue run specs/login.spec.md                     asks before it begins, and after each wave
  segue run specs/login.spec.md --agent rehearsal   try the plan without an agent: no network, no key
  segue run plans/login-plan.md --only T003 T004    two of its tasks
  segue run review.prompt.md --input file=src/a.rs  a prompt is a plan of one task
  segue run specs/login.spec.md --yes               ask at destructive steps only

Everything happens in worktrees beside the repository; your checkout is not touched. `segue runs merge`
brings the result into your branch. Without a terminal a run that needs a person parks: it prints how to
answer, and ends. Exit status: 0 complete, 1 something failed or was refused, 2 the command itself failed,
3 waiting for a person.";

/// Carry out the plan in a file by coding agents.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A spec, a plan or a prompt
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// An input of a prompt
    #[arg(long, value_name = "NAME=VALUE", value_parser = input)]
    pub input: Vec<(String, String)>,
    /// The agent that does every task: a name of `[agents]` in segue.toml, a preset, or `rehearsal`
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// Only these tasks
    #[arg(long, value_name = "TASK", num_args = 1..)]
    pub only: Vec<String>,
    /// How many tasks run at the same time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub jobs: Option<u64>,
    /// Answer every gate with yes, destructive ones excepted
    #[arg(long)]
    pub yes: bool,
    /// Take tasks as done that nothing proves, without asking
    #[arg(long)]
    pub accept_unproved: bool,
}

fn input(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// Launches the plan, and stays with the run until it is over or needs a person that is not here.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let current = places::current_folder()?;
    let (folder, plan) = places::file(&current, &args.file)?;
    let config = settings::of(&folder, &plan);
    let wish = Wish {
        plan,
        agent: args.agent.clone(),
        only: args.only.clone(),
        jobs: args.jobs,
        inputs: args.input.clone(),
    };
    let launch = Launch::of(launch::surveyed(&folder, &config)?, &wish, &config)?;
    if launch.is_done() {
        note(&format!("note: every task of `{}` is done; there is nothing to run", wish.plan));
        return Ok(ExitCode::SUCCESS);
    }
    let (place, mut journal) = launch::journal(&launch.repository)?;
    let known = launch.known(&journal)?;
    let mut output = Output::lock();
    write!(output, "{}\n{}\n\n", launch.list(), launch.proposal(known.as_ref()))?;
    output.finish()?;
    let run = new_run(&launch, &journal)?;
    let by = person(&launch.repository);
    let created = RunCreated {
        run: run.clone(),
        plan: wish.plan.clone(),
        base: launch.base.clone(),
        policy: launch.policy.clone(),
        jobs: launch.jobs,
        seed: random(),
        yes: args.yes,
        accept_unproved: args.accept_unproved,
        launch_known: known.clone(),
        by,
    };
    let Some(owner) = runner::owner(&place, &run)? else {
        return Err(Failure::said(format!("the run `{run}` is another's.")));
    };
    let kept =
        Kept { inputs: wish.inputs, branch: launch.branch.clone(), agent: wish.agent, only: wish.only };
    kept.write(&place, &run)?;
    let facts = Box::new(launch.facts.clone());
    journal.append(&run, 0, vec![Event::RunCreated(Box::new(created)), Event::Planned { facts }], now())?;
    let (sender, news) = mpsc::channel();
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let before = journal.records(&run, 0)?;
    let _ = sender.send(runner::News::Records(before));
    let mut posts = runner::here(&launch.repository, &place, &run, owner, !terminal, sender.clone())?;
    let (ended, state) = face::show(&run, &news, &sender, &mut posts, terminal)?;
    if ended == Some(Ended::Interrupted) {
        note(&format!("The run `{run}` was interrupted and can be resumed: segue runs resume {run}"));
    } else if state.is_over() {
        note(&format!("What it did: segue runs diff {run}. Into your branch: segue runs merge {run}."));
    }
    Ok(ExitCode::from(state.exit_status()))
}

/// A short id that no run of the repository has.
fn new_run(launch: &Launch, journal: &Journal) -> Result<String, Failure> {
    // Without letters and digits that look alike.
    const SIGNS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let taken = journal.runs()?;
    loop {
        let mut number = random();
        let mut id = String::new();
        for _ in 0..4 {
            let sign = usize::try_from(number % SIGNS.len() as u64).ok().and_then(|place| SIGNS.get(place));
            id.push(char::from(*sign.unwrap_or(&b'x')));
            number /= SIGNS.len() as u64;
        }
        let is_free = taken.iter().all(|row| row.run != id) && merge::tip(&launch.repository, &id).is_err();
        if is_free {
            return Ok(id);
        }
    }
}

/// A number that nobody foresees.
fn random() -> u64 {
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}
