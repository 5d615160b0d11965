//! `segue run`: hands the tasks of a plan to coding agents, each in a worktree of its own.

mod attach;
mod face;
pub mod runner;

pub use attach::attach;

use crate::output::{Output, note, visible};
use crate::{Failure, places};
use clap::Parser;
use segue_analysis::features::context::count_of;
use segue_orchestrator::driver::Ended;
use segue_orchestrator::state::State;
use segue_plan::Input;
use segue_runs::launch::{self, How, Launch, Wish};
use segue_runs::open::{TERMINAL, person};
use segue_runs::settings;
use segue_runs::variants::Variant;
use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc;

const EXAMPLES: &str = "\
Examples:
  segue run specs/login.spec.md                     asks before it begins, and after each wave
  segue run specs/login.spec.md --agent rehearsal   try the plan without an agent: no network, no key
  segue run plans/login-plan.md --only T003 T004    two of its tasks
  segue run review.prompt.md --input file=src/a.rs  a prompt is a plan of one task
  segue run Tester.agent.md --prompt 'Test src/a'   an agent file, told what it shall do
  segue run fix.prompt.md --variants 3              three tries side by side; you choose one
  segue run fix.prompt.md --variant codex --variant opencode:gpt-5    by two agents
  segue run specs/login.spec.md --yes               ask at destructive steps only

Everything happens in worktrees beside the repository; your checkout is not touched. `segue runs merge`
brings the result into your branch. Without a terminal a run that needs a person parks: it prints how to
answer, and ends. Exit status: 0 complete, 1 something failed or was refused, 2 the command itself failed,
3 waiting for a person.";

/// Carry out the plan in a file by coding agents.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A spec, a plan, a prompt or an agent
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// An input of a prompt
    #[arg(long, value_name = "NAME=VALUE", value_parser = input)]
    pub input: Vec<(String, String)>,
    /// What an agent file shall do
    #[arg(long, value_name = "TEXT")]
    pub prompt: Option<String>,
    /// The agent that does every task: a name of `[agents]` in segue.toml, a preset, or `rehearsal`
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// Only these tasks
    #[arg(long, value_name = "TASK", num_args = 1..)]
    pub only: Vec<String>,
    /// Try the task so many times side by side, and choose: each in a worktree of its own. Of a plan with
    /// several tasks `--only` says which
    #[arg(long, value_name = "N", conflicts_with = "variant")]
    pub variants: Option<usize>,
    /// Try the task by this agent, and by those of further `--variant`, side by side
    #[arg(long, value_name = "AGENT[:MODEL]", value_parser = variant)]
    pub variant: Vec<Variant>,
    /// How many tasks run at the same time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub jobs: Option<u64>,
    /// Answer every gate with yes, those excepted that need a person: destructive tasks, tasks that nothing
    /// proves, a wave that cannot begin or does not hold
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

fn variant(text: &str) -> Result<Variant, String> {
    Variant::typed(text).ok_or_else(|| "write it as AGENT or AGENT:MODEL".to_owned())
}

/// Launches the plan, and stays with the run until it is over or needs a person that is not here.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let current = places::current_folder()?;
    let (folder, plan) = places::file(&current, &args.file)?;
    let config = settings::of(&folder, &plan);
    let mut wish = Wish {
        plan,
        agent: args.agent.clone(),
        only: args.only.clone(),
        jobs: args.jobs,
        inputs: args.input.clone(),
        prompt: args.prompt.clone(),
        variants: match args.variants {
            Some(number) => Variant::alike(number),
            None => args.variant.clone(),
        },
    };
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let found = launch::surveyed(&folder, &config)?;
    if terminal {
        let missing = launch::missing_inputs(&found, &wish, &config)?;
        wish.inputs.extend(typed(&missing)?);
    }
    let launch = Launch::of(found, &wish, &config)?;
    if launch.is_done() {
        note(&format!("note: every task of `{}` is done; there is nothing to run", wish.plan));
        return Ok(ExitCode::SUCCESS);
    }
    let (place, mut journal) = launch::journal(&launch.repository)?;
    let known = launch.known(&journal)?;
    let mut output = Output::lock();
    write!(output, "{}\n{}\n\n", launch.list(), launch.proposal(known.as_ref()))?;
    output.finish()?;
    let how = How { yes: args.yes, accept_unproved: args.accept_unproved };
    let by = person(&launch.repository, TERMINAL);
    let (run, owner) = launch.begin(&mut journal, &place, &wish, how, by)?;
    let (sender, news) = mpsc::channel();
    let before = journal.records(&run, 0)?;
    let _ = sender.send(runner::News::Records(before));
    let mut posts = runner::here(&launch.repository, &place, &run, owner, !terminal, sender.clone())?;
    let (ended, state) = face::show(&run, &news, &sender, &mut posts, terminal)?;
    if let Some(ended) = ended {
        tell_end(&run, ended, &state);
    }
    Ok(ExitCode::from(state.exit_status()))
}

/// Says what can be done with a run that nobody works on any more.
fn tell_end(run: &str, ended: Ended, state: &State) {
    if ended == Ended::Interrupted {
        match &state.stopped {
            Some(why) => note(&format!("The run `{run}` could not go on: {}", visible(why))),
            None => note(&format!("The run `{run}` was interrupted.")),
        }
        note(&format!("It can be resumed: segue runs resume {run}"));
    } else if state.is_over() {
        if state.exit_status() == 1 {
            note(&format!(
                "All that happened: segue runs logs {run}. What failed, once more: segue runs retry {run}."
            ));
        }
        if !state.lessons.is_empty() {
            let count = count_of(state.lessons.len(), "lesson");
            note(&format!("Its agents told {count}: segue runs lessons {run}."));
        }
        if !state.merges.is_empty() {
            note(&format!("What it did: segue runs diff {run}. Into your branch: segue runs merge {run}."));
        }
    }
}

/// Asks for inputs, a line each. Where the input ends, the rest is missing, and that is told as ever.
fn typed(missing: &[Input]) -> Result<Vec<(String, String)>, Failure> {
    let mut given = Vec::new();
    let mut lines = std::io::stdin().lock().lines();
    for input in missing {
        let name = visible(&input.name.value);
        let beside =
            input.placeholder.as_deref().map(|text| format!(" ({})", visible(text))).unwrap_or_default();
        let mut output = Output::lock();
        write!(output, "{name}{beside}: ")?;
        output.finish()?;
        let Some(Ok(line)) = lines.next() else { break };
        given.push((input.name.value.clone(), line.trim().to_owned()));
    }
    Ok(given)
}
