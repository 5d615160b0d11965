//! `segue check`: the findings of a workspace, for people and for machines.
//!
//! ```text
//! Args ──▶ Settings ──▶ Survey (roots indexed, findings, sorted) ──▶ a format ──▶ exit status
//! ```

mod excerpt;
mod human;
mod json;
mod settings;
mod survey;

use crate::Failure;
use crate::output::Output;
use segue_catalog::Severity;
pub use settings::Args;
use settings::{Format, Settings};
use std::process::ExitCode;
use survey::Survey;

/// Checks, prints, and says by the exit status whether anything is denied.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let settings = Settings::of(args)?;
    let survey = Survey::take(&settings)?;
    survey.say_notes();
    print(&survey, &settings)?;
    Ok(status(&survey, settings.deny))
}

/// Prints the findings in the format that was asked for.
fn print(survey: &Survey, settings: &Settings) -> Result<(), Failure> {
    let mut output = Output::lock();
    match settings.format {
        Format::Human => human::print(survey, settings, &mut output)?,
        Format::Json => json::print(survey, &mut output)?,
    }
    output.finish()
}

/// 0 where nothing is at or above `deny`, else 1.
fn status(survey: &Survey, deny: Severity) -> ExitCode {
    if survey.items().any(|item| item.finding.severity >= deny) {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    }
}
