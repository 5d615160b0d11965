//! `segue schema`: the JSON Schemas of what is written by hand, for editors and checkers that read them.

use crate::Failure;
use crate::output::Output;
use clap::{Parser, ValueEnum};
use segue_analysis::config::keys;
use std::io::Write;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  segue schema > .segue.schema.json    then `#:schema ./.segue.schema.json` as first line of segue.toml
  segue schema plan                    what `segue plan --format json` prints";

/// Print the JSON Schema of segue.toml, or of plans as data.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What the schema is of
    #[arg(value_name = "WHAT", value_enum, default_value_t = What::Settings)]
    pub what: What,
}

/// Something with a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// The file segue.toml
    Settings,
    /// A plan as data
    Plan,
}

/// Prints the schema.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let schema = match args.what {
        What::Settings => keys::schema(),
        What::Plan => segue_plan::schema().to_value(),
    };
    let mut output = Output::lock();
    writeln!(output, "{schema:#}")?;
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}
