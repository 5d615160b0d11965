//! `segue check`: the findings of a workspace, for people and for machines.
//!
//! ```text
//! Args ──▶ Settings ──▶ Survey (roots indexed, findings, sorted) ──▶ a format ──▶ exit status
//!                          ▲    │
//!                          └────┘ --fix and --watch change files and judge again
//! ```

mod baseline;
mod edits;
mod excerpt;
mod fix;
mod git;
mod github;
mod human;
mod json;
mod sarif;
mod settings;
mod since;
mod survey;
mod watch;

use crate::Failure;
use crate::output::{self, Output};
use crate::progress::Meter;
use segue_catalog::Severity;
pub use settings::{Args, Client};
use settings::{Format, Settings};
use std::io::Write;
use std::process::ExitCode;
use survey::Survey;
pub use survey::positions;

/// Checks, prints, and says by the exit status whether anything is denied.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let settings = Settings::of(args)?;
    let mut survey = Survey::take(&settings)?;
    survey.say_notes();
    if let Some(file) = &settings.write_baseline {
        baseline::Baseline::of(&survey).write(file, &settings)?;
        return Ok(ExitCode::SUCCESS);
    }
    let stale = filter(&mut survey, &settings);
    if settings.fix && settings.diff {
        let mut output = Output::lock();
        let outcome = fix::diff(&mut survey, &settings, &mut output)?;
        output.finish()?;
        output::note(&outcome.sentence(false).unwrap_or_else(|| "Nothing to fix.".to_owned()));
        return Ok(status(&survey, settings.deny));
    }
    let mut failures = 0;
    if settings.fix {
        let outcome = fix::write(&mut survey, &settings);
        outcome.sentence(true).iter().for_each(|sentence| output::note(sentence));
        failures = outcome.failures;
    }
    if settings.watch {
        watch::run(&mut survey, &settings)?;
    } else {
        print(&survey, &settings, false)?;
        baseline::say_stale(&stale);
    }
    Ok(if failures > 0 { ExitCode::from(2) } else { status(&survey, settings.deny) })
}

/// Judges everything again, and takes out what is not to be reported.
fn judge(survey: &mut Survey, settings: &Settings, meter: &Meter) {
    survey.judge(settings, meter);
    filter(survey, settings);
}

/// Takes out what is older than `--since` or known to the baseline; gives the baseline's entries that
/// no longer apply.
fn filter(survey: &mut Survey, settings: &Settings) -> Vec<String> {
    // What the baseline knows is told from all findings, not only from those of changed files.
    let stale = settings.baseline.as_ref().map(|baseline| baseline.hide(survey)).unwrap_or_default();
    since::hide_old(survey);
    stale
}

/// Prints the findings in the format that was asked for. `again` clears a terminal first.
fn print(survey: &Survey, settings: &Settings, again: bool) -> Result<(), Failure> {
    let mut output = Output::lock();
    if again && output.terminal {
        output.write_all(b"\x1b[2J\x1b[H")?;
    }
    match settings.format {
        Format::Human => human::print(survey, settings, &mut output)?,
        Format::Json => json::print(survey, &mut output)?,
        Format::Sarif => sarif::print(survey, settings, &mut output)?,
        Format::Github => github::print(survey, settings, &mut output)?,
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
