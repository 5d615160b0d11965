//! `segue new`: a file of a kind, where its clients look for it.

use crate::check::Client;
use crate::output::{Output, note};
use crate::progress::Meter;
use crate::{Failure, places, write};
use clap::Parser;
use segue_analysis::diagnostics::{self, Finding};
use segue_analysis::features::new_file::{self, NewFile, Request};
use segue_analysis::{Change, Host, Options, RealDisk, clients, path};
use segue_catalog::{ClientSet, Severity, catalog};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  segue new                                  the kinds, and where each goes
  segue new agent tester                     .github/agents/tester.agent.md
  segue new agent tester --client claude     .claude/agents/tester.md
  segue new skill pdf-forms                  .github/skills/pdf-forms/SKILL.md
  segue new skill pdf-forms --client claude  .claude/skills/pdf-forms/SKILL.md
  segue new prompt review-change             .github/prompts/review-change.prompt.md
  segue new CLAUDE.md                        CLAUDE.md
  segue new spec docs/sign-in                docs/sign-in.spec.md, from the current folder
  segue new plan sign-in --diff              what would be written, as a patch

A name alone goes where the kind belongs, from the top of the repository. A file that is there is never
written over.";

/// Begin a new primitive from the template of its kind; without KIND, list the kinds.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What it is: a name of the list, or of an always-on file such as CLAUDE.md
    pub kind: Option<String>,
    /// What it is called; with a folder before it, it goes there
    pub name: Option<String>,
    /// The client that has to find it
    #[arg(long, value_name = "NAME", value_enum, requires = "kind")]
    pub client: Option<Client>,
    /// Print what would be written as a patch, and write nothing
    #[arg(long, requires = "kind")]
    pub diff: bool,
}

/// Writes the file, or lists the kinds.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let Some(word) = &args.kind else { return list() };
    let client = args.client.map(|client| client.0);
    let refused = |refusal: new_file::Refusal| Failure::said(format!("Nothing is written: {refusal}."));
    let file = new_file::plan(Request { word, name: args.name.as_deref(), client }).map_err(refused)?;
    let current = places::current_folder()?;
    let (root, path) = place(&current, &file)?;
    let target = root.join(&path);
    let shown = places::seen_from(&current, &target);
    let readers = new_file::readers(&file, &path, client).map_err(refused)?;
    if target.symlink_metadata().is_ok() {
        return Err(Failure::said(format!("Nothing is written: `{shown}` is there already.")));
    }
    let findings = findings(&root, &path, &file.text);
    if let Some(wrong) = findings.iter().find(|finding| finding.code == "frontmatter/invalid-value") {
        return Err(Failure::said(format!("Nothing is written, the name cannot be one: {}", wrong.message)));
    }
    let mut output = Output::lock();
    if args.diff {
        write::patch(&shown, None, Some(&file.text), &mut output)?;
    } else {
        write::create(&root, &target, &file.text)
            .map_err(|reason| Failure::said(format!("`{shown}` is not written: {reason}.")))?;
        writeln!(output, "Wrote {shown}")?;
    }
    output.finish()?;
    note(&who_reads(readers));
    for finding in findings.iter().filter(|finding| finding.severity >= Severity::Warning) {
        note(&format!("Look at it: {}", finding.message));
    }
    Ok(ExitCode::SUCCESS)
}

/// The root that the new file belongs to, and its path below it.
fn place(current: &Path, file: &NewFile) -> Result<(PathBuf, String), Failure> {
    let here = places::root_of(current);
    let Some(folder) = &file.folder else { return Ok((here, file.path.clone())) };
    let target = path::plain(&current.join(folder).join(&file.path));
    let there = target.ancestors().skip(1).find(|above| above.is_dir()).unwrap_or(current);
    let real = path::real(there)
        .map_err(|error| Failure::said(format!("`{folder}` cannot be read: {}.", places::reason(&error))))?;
    let rest = target.strip_prefix(there).unwrap_or(&target);
    let root = match places::repository_top(&real) {
        Some(top) => top.to_owned(),
        None if real.starts_with(&here) => here,
        None => real.clone(),
    };
    let path = places::slashed(real.join(rest).strip_prefix(&root).unwrap_or(rest));
    Ok((root, path))
}

/// What would be said of the file if it were there.
fn findings(root: &Path, path: &str, text: &str) -> Vec<Finding> {
    let meter = Meter::start();
    let disk = Arc::new(RealDisk::new(root));
    let mut host = Host::open(disk, Options::default(), &|progress| meter.scan(progress));
    drop(meter);
    host.apply([Change::Buffer { path: path.to_owned(), text: text.into(), version: None }]);
    let world = host.snapshot();
    world.id(path).map(|id| diagnostics::of_file(&world, id)).unwrap_or_default()
}

fn who_reads(readers: ClientSet) -> String {
    match readers.iter().count() {
        0 => "No client loads it by itself; link to it from one that is loaded.".to_owned(),
        1 => format!("{} finds it there.", clients::told(readers)),
        _ => format!("{} find it there.", clients::told(readers)),
    }
}

/// Prints the kinds.
fn list() -> Result<ExitCode, Failure> {
    let mut output = Output::lock();
    let rows: Vec<_> = catalog()
        .templates()
        .map(|(row, template)| {
            let path = match row.names.first() {
                Some(name) if new_file::is_called(row, template) => name.clone(),
                _ => template.path.replace("{name}", "NAME"),
            };
            (template.name.as_str(), path, row.doc.split_inclusive(". ").next().unwrap_or_default().trim())
        })
        .collect();
    let width =
        |part: &dyn Fn(&(&str, String, &str)) -> usize| rows.iter().map(part).max().unwrap_or_default();
    let (first, second) = (width(&|row| row.0.len()), width(&|row| row.1.len()));
    for (name, path, doc) in &rows {
        writeln!(output, "{name:first$}  {path:second$}  {doc}")?;
    }
    writeln!(output, "\nsegue new KIND NAME; `segue new --help` has examples.")?;
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}
