//! `segue tools refresh`: shows what would be run, asks, runs it, keeps the answers.

use super::{Format, Workspace, print};
use crate::progress::Meter;
use crate::{Failure, output};
use clap::Parser;
use segue_mcp::consent::Consents;
use segue_mcp::{Known, Limits, Outcome, Turn, prepare, process};
use std::io::IsTerminal;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  segue tools refresh                 every server of the workspace, after a yes to each
  segue tools refresh github files    these alone
  segue tools refresh --yes           where nobody can be asked: whatever the files name is run
  segue tools refresh --format json   for scripts

An input of VS Code's mcp.json is given by a variable: SEGUE_INPUT_API_KEY for `${input:api-key}`.

Exit status: 0 all answered, 1 one did not, 2 the command itself failed.";

/// Ask the configured MCP servers for their tools, after a yes.
///
/// Shows the exact command or address of each server first. A yes is remembered in your own folder for
/// exactly that: whatever changes is asked again.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Names of servers [default: all]
    #[arg(value_name = "SERVER")]
    pub servers: Vec<String>,
    /// Say yes to all that is shown
    #[arg(long)]
    pub yes: bool,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Asks the servers.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let workspace = Workspace::here()?;
    let wanted = |name: &str| args.servers.is_empty() || args.servers.iter().any(|own| own == name);
    let unknown = args.servers.iter().find(|name| !workspace.servers.iter().any(|own| *own.name == ***name));
    if let Some(name) = unknown {
        let mut names: Vec<&str> = workspace.servers.iter().map(|own| &*own.name).collect();
        names.dedup();
        let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        return Err(Failure::said(format!("No server `{name}` is configured here. There are: {there}.")));
    }
    let servers = workspace.servers.iter().filter(|own| wanted(&own.name)).map(|own| workspace.server(own));
    let consents = Consents::of_user();
    let mut turns = prepare(servers.collect(), &Known::of_process(), consents.as_ref());
    if turns.is_empty() {
        output::note("No MCP server is configured in this workspace.");
        return Ok(ExitCode::SUCCESS);
    }
    agree(&mut turns, consents.as_ref(), args.yes)?;
    let total = turns.iter().filter(|turn| turn.agreed).count();
    let Some((outcomes, lost)) = ask(turns, total)? else { return Ok(ExitCode::from(130)) };
    print::outcomes(&outcomes, args.format)?;
    if let Some(error) = lost {
        return Err(Failure::said(format!("The answers cannot be kept: {error}.")));
    }
    let all = outcomes.iter().all(|(_, outcome)| matches!(outcome, Outcome::Answered(_)));
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Shows what nobody agreed to yet, and takes a yes or a no to each.
fn agree(turns: &mut [Turn], consents: Option<&Consents>, yes: bool) -> Result<(), Failure> {
    let new = turns.iter_mut().filter(|turn| !turn.agreed && turn.launch.is_ok());
    let new: Vec<&mut Turn> = new.collect();
    if new.is_empty() {
        return Ok(());
    }
    let count = new.len();
    let person = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let mut yes_to_all = yes;
    for turn in new {
        let Ok(launch) = &turn.launch else { continue };
        output::note(&format!("{} ({})", turn.server.name, turn.server.origin));
        for (what, words) in launch.lines() {
            output::note(&format!("  {what}: {words}"));
        }
        if !yes_to_all {
            if !person {
                continue;
            }
            match output::ask("Ask this server? [y]es, [n]o, yes to [a]ll, [q]uit:").as_deref() {
                Some("y" | "yes" | "Y") => {}
                Some("a" | "all" | "A") => yes_to_all = true,
                Some("q" | "quit" | "Q") | None => {
                    return Err(Failure::said("Nothing was started."));
                }
                Some(_) => continue,
            }
        }
        turn.agreed = true;
        let kept = consents.map(|consents| consents.remember(&turn.server, launch));
        if let Some(Err(error)) = kept {
            output::note(&format!("note: the yes cannot be remembered: {error}"));
        }
    }
    if person || yes {
        return Ok(());
    }
    let what = if count == 1 { "this server" } else { "these servers" };
    Err(Failure::said(format!(
        "Nothing was started: nobody agreed to {what}, and there is no terminal to ask on. `--yes` agrees to all that is shown."
    )))
}

type Outcomes = (Vec<(segue_mcp::Server, Outcome)>, Option<std::io::Error>);

/// Asks; nothing where somebody interrupted it. Whichever way it ends, no server is left.
fn ask(turns: Vec<Turn>, total: usize) -> Result<Option<Outcomes>, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::said(format!("There are no threads to ask with: {error}.")))?;
    let cache = segue_mcp::places::cache();
    let meter = Meter::start();
    let done = runtime.block_on(async {
        let limits = Limits::default();
        let asking = segue_mcp::refresh(turns, &limits, cache.as_deref(), |done| meter.asked(done, total));
        tokio::select! {
            done = asking => Some(done),
            () = segue_mcp::told_to_end() => None,
        }
    });
    process::end_all();
    Ok(done)
}
