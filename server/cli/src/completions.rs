//! `segue completions`: the script by which a shell completes our commands, flags and their values.

use crate::output::Output;
use crate::{Failure, shown};
use clap::Parser;
use clap_complete::aot::{Shell, generate};
use std::io::Write;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  segue completions bash > ~/.local/share/bash-completion/completions/segue
  segue completions zsh > ~/.zfunc/_segue            with `fpath+=(~/.zfunc)` before compinit
  segue completions fish > ~/.config/fish/completions/segue.fish
  segue completions powershell >> $PROFILE";

/// Print the script by which a shell completes commands, flags and their values.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The shell that reads it
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: Shell,
}

/// Prints the script.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    // In memory first: a reader that leaves is no reason to panic.
    let mut script = Vec::new();
    generate(args.shell, &mut shown::commands(), "segue", &mut script);
    let mut output = Output::lock();
    output.write_all(&script)?;
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}
