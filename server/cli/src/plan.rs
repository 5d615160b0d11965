//! `segue plan`: the tasks of a plan, their waves, and what contradicts itself. Runs nothing.

mod human;

use crate::check::positions;
use crate::output::{self, Output};
use crate::progress::Meter;
use crate::{Failure, places};
use clap::{Parser, ValueEnum};
use segue_analysis::diagnostics::{self, Finding};
use segue_analysis::features::run::no_plan;
use segue_analysis::plans::{self, Planned};
use segue_analysis::{Host, Options, RealDisk, World};
use segue_catalog::Severity;
use segue_plan::{Place, Plan, Report, Rows, mermaid};
use segue_syntax::{Lines, Position};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  segue plan specs/login.spec.md                   the tasks by waves, and what is wrong with them
  segue plan .kiro/specs/login/tasks.md            the same; nine formats are read
  segue plan plans/login-plan.md --format mermaid  the waves as a picture, for a page that draws Mermaid
  segue plan specs/login.spec.md --format json     as data";

/// Show the plan in a file: tasks, waves, dependencies, gates and problems. Runs nothing.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A spec, a plan or a prompt
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// One object; its schema is docs/plan.schema.json
    Json,
    /// A Mermaid flowchart of the waves
    Mermaid,
}

/// A file that was read, and what is said of it.
struct Seen {
    /// As the reader of the output types it.
    shown: String,
    text: Arc<str>,
    plan: Arc<Planned>,
    findings: Vec<Finding>,
}

/// Prints the plan; the status says whether it can run.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let seen = Seen::of(&args.file)?;
    let order = seen.plan.order();
    if seen.plan.tasks.is_empty() {
        let no_plan = no_plan(&seen.shown).map(|why| format!("note: {why}"));
        output::note(&no_plan.unwrap_or_else(|| format!("note: `{}` holds no tasks", seen.shown)));
    }
    let lines = Lines::of(&seen.text);
    let mut output = Output::lock();
    match args.format {
        Format::Human => human::print(&seen, order, &lines, &mut output)?,
        Format::Mermaid => output.write_all(mermaid(&seen.plan, order).as_bytes())?,
        Format::Json => {
            let line_of = |byte: u32| u32::try_from(lines.line_of(byte as usize)).unwrap_or(u32::MAX);
            let report = Report::of(&seen.plan, order, &line_of, seen.diagnostics(&lines));
            serde_json::to_writer_pretty(&mut output, &report).map_err(std::io::Error::from)?;
            writeln!(output)?;
        }
    }
    output.finish()?;
    let cannot_run = seen.findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if cannot_run { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

impl Seen {
    fn of(typed: &Path) -> Result<Self, Failure> {
        let current = places::current_folder()?;
        let (folder, path) = places::file(&current, typed)?;
        let meter = Meter::start();
        let disk = Arc::new(RealDisk::new(&folder));
        let world = Host::open(disk, Options::default(), &|progress| meter.scan(progress)).snapshot();
        drop(meter);
        let shown = places::seen_from(&current, &folder.join(&path));
        let judged = world.file_at(&path).filter(|(_, state)| state.kind.is_some());
        let Some((id, state)) = judged else { return Self::of_loose(&folder, &path, shown) };
        let text = match world.text(id) {
            Some(text) => text,
            None => text_of(&folder.join(&path), &shown)?,
        };
        let plan = state.plan.clone();
        let plan = plan.unwrap_or_else(|| Arc::new(Planned::new(plans::of_text(&path, &text))));
        let plan = with_what_lies_beside(plan, &folder, &path, &world);
        Ok(Self { shown, plan, text, findings: findings(&world, &path) })
    }

    /// A file that is none of the workspace's primitives: what it holds decides.
    fn of_loose(folder: &Path, path: &str, shown: String) -> Result<Self, Failure> {
        let text = text_of(&folder.join(path), &shown)?;
        let plan = Planned::new(plans::of_text(path, &text));
        let findings = diagnostics::of_plan(&plan, &path.into());
        Ok(Self { shown, text, plan: Arc::new(plan), findings })
    }

    fn diagnostics(&self, lines: &Lines) -> Vec<segue_plan::Finding> {
        let place = |position: Position| Place { line: position.line, character: position.character };
        let shown = |finding: &Finding| {
            let (start, end) = positions(&self.text, lines, finding.span);
            segue_plan::Finding {
                path: self.shown.clone(),
                range: Rows { start: place(start), end: place(end) },
                severity: finding.severity.name().to_owned(),
                code: finding.code.to_owned(),
                message: finding.message.clone(),
                fixable: finding.fixes.iter().any(|fix| fix.safe),
            }
        };
        self.findings.iter().map(shown).collect()
    }
}

/// The plan with what lies beside it in files of their own.
fn with_what_lies_beside(plan: Arc<Planned>, folder: &Path, path: &str, world: &World) -> Arc<Planned> {
    let files = || world.paths().map(|path| path.to_string()).collect();
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
    let mut whole = Plan::clone(&plan);
    if plans::beside::add(&mut whole, path, files, read) { Arc::new(Planned::new(whole)) } else { plan }
}

fn findings(world: &World, path: &str) -> Vec<Finding> {
    world.id(path).map(|id| diagnostics::of_file(world, id)).unwrap_or_default()
}

fn text_of(path: &Path, shown: &str) -> Result<Arc<str>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.into()),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err(Failure::said(format!("`{shown}` is no text in UTF-8.")))
        }
        Err(error) => Err(Failure::said(format!("`{shown}` cannot be read: {}.", places::reason(&error)))),
    }
}
