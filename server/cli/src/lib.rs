//! The command line: one file a command.
//!
//! ```text
//! arguments ──clap──▶ Args (as typed) ──▶ Settings (checked, defaults filled in) ──▶ run ──▶ exit status
//! ```
//!
//! A command is a function `run(&Args) -> Result<ExitCode, Failure>`. What it prints goes through
//! [`output`]; what stops it is a [`Failure`], said on stderr in one sentence with exit status 2.
//! A reader that goes away (`segue check | head`) ends the command quietly, with status 0.

mod agents;
mod check;
mod completions;
mod context;
mod convert;
mod demo;
mod explain;
mod format;
mod graph;
mod man;
mod markdown;
mod new;
mod output;
mod places;
mod plan;
mod progress;
mod rule_page;
mod run;
mod runs;
mod schema;
mod shown;
mod tools;
mod write;

use clap::{CommandFactory, Parser, Subcommand};
pub use output::Failure;
use std::ffi::OsString;
use std::process::ExitCode;

/// Language server and orchestrator for agent primitives: the markdown files that steer coding agents.
#[derive(Debug, Parser)]
#[command(name = "segue", version, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve editors: the language server, on stdin and stdout
    Lsp {
        /// Flags of clients; unknown ones are told in the log
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        arguments: Vec<OsString>,
    },
    Agents(agents::Args),
    Check(Box<check::Args>),
    Completions(completions::Args),
    Context(context::Args),
    Convert(convert::Args),
    Demo(demo::Args),
    Explain(explain::Args),
    Graph(graph::Args),
    Man(man::Args),
    New(new::Args),
    Plan(plan::Args),
    Run(run::Args),
    #[command(hide = true)]
    Runner(run::runner::Args),
    Runs(runs::Args),
    Schema(schema::Args),
    Tools(tools::Args),
}

/// Runs the command that the process arguments name; `lsp` by way of `serve`, because this crate knows
/// no protocol.
#[must_use]
pub fn main(serve: impl FnOnce(&[OsString]) -> ExitCode) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help that nobody reads to its end is no failure.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let result = match cli.command {
        None => print_help(),
        Some(Command::Lsp { arguments }) => Ok(serve(&arguments)),
        Some(Command::Agents(args)) => agents::run(&args),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Completions(args)) => completions::run(&args),
        Some(Command::Context(args)) => context::run(&args),
        Some(Command::Convert(args)) => convert::run(&args),
        Some(Command::Demo(args)) => demo::run(&args),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Graph(args)) => graph::run(&args),
        Some(Command::Man(args)) => man::run(&args),
        Some(Command::New(args)) => new::run(&args),
        Some(Command::Plan(args)) => plan::run(&args),
        Some(Command::Run(args)) => run::run(&args),
        Some(Command::Runner(args)) => run::runner::run(&args),
        Some(Command::Runs(args)) => runs::run(&args),
        Some(Command::Schema(args)) => schema::run(&args),
        Some(Command::Tools(args)) => tools::run(&args),
    };
    match result {
        Ok(status) => status,
        Err(Failure::ReaderLeft) => ExitCode::SUCCESS,
        Err(Failure::Said(sentence)) => {
            output::note(&format!("segue: {sentence}"));
            ExitCode::from(2)
        }
    }
}

fn print_help() -> Result<ExitCode, Failure> {
    let _ = Cli::command().print_help();
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
