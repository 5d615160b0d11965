//! `segue demo`: the tour on a bundled workspace, with no network and no key.
//!
//! The workspace is the sign-in feature of a small notes service, with mistakes planted in it. It is
//! written to a temporary folder, and the commands that a user would type are run there by this very
//! binary; to its language server it speaks as an editor ([`editor`]).

mod editor;
mod rehearsal;

use crate::Failure;
use crate::output::Output;
use clap::Parser;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const EXAMPLES: &str = "\
Examples:
  segue demo                  the tour, in a temporary folder
  segue demo --keep DIR       the same in DIR, to look around and play in afterwards";

/// See what Segue does, on a bundled workspace with planted mistakes.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Write the workspace to this new folder and leave it there
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Play it on the files of this folder instead of the bundled ones
    #[arg(long, value_name = "DIR", hide = true)]
    pub from: Option<PathBuf>,
}

macro_rules! sample {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../samples/sign-in/", $path)))),*]
    };
}

/// The files of the bundled workspace.
const SAMPLE: &[(&str, &str)] = sample![
    ".github/agents/builder.agent.md",
    ".github/agents/planner.agent.md",
    ".github/agents/reviewer.agent.md",
    ".github/instructions/security.instructions.md",
    ".github/prompts/implement.prompt.md",
    ".github/skills/token-review/SKILL.md",
    ".vscode/mcp.json",
    "AGENTS.md",
    "auth/tokens.ts",
    "docs/api.context.md",
    "docs/auth.memory.md",
    "specs/sign-in.spec.md",
];

/// One stop of the tour: what is said before, and the arguments that are typed.
struct Stop {
    says: &'static str,
    types: &'static [&'static str],
}

const TOUR: &[Stop] = &[
    Stop {
        says: "The whole workspace is judged as clients would read it: links and their anchors, tools, agents, globs.",
        types: &["check"],
    },
    Stop {
        says: "Why is the pattern of the security rules wrong? Every code has a page.",
        types: &["explain", "apply-to/never-attached"],
    },
    Stop {
        says: "An editor starts the language server and is told the same with every key, before anything is saved.",
        types: &["lsp"],
    },
    Stop {
        says: "Some findings have one right answer. This is what `--fix` would do:",
        types: &["check", "--fix", "--diff"],
    },
    Stop { says: "Done for real, this is what is left for a person to decide:", types: &["check", "--fix"] },
    Stop {
        says: "Scripts and editors get the same as data; GitHub gets annotations or SARIF.",
        types: &["check", "--format", "github"],
    },
];

/// Runs the tour.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let kept;
    let temporary;
    let folder: &Path = match &args.keep {
        Some(folder) => {
            kept = new_folder(folder)?;
            &kept
        }
        None => {
            temporary = tempfile::Builder::new()
                .prefix("segue-demo-")
                .tempdir()
                .map_err(|error| Failure::said(format!("no temporary folder for the demo: {error}")))?;
            temporary.path()
        }
    };
    let sample = sample(args.from.as_deref())?;
    write_sample(&sample, folder)?;
    introduce(&sample, folder)?;
    for stop in TOUR {
        visit(stop, folder)?;
    }
    // A workspace that stays can be looked at with its runs; else nothing of it stays anywhere.
    let state = folder.join("state");
    rehearsal::play(folder, args.keep.is_none().then_some(state.as_path()))?;
    conclude(args)
}

fn new_folder(folder: &Path) -> Result<PathBuf, Failure> {
    let occupied = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        return Err(Failure::said(format!("{} is not empty: name a new folder", folder.display())));
    }
    Ok(folder.to_owned())
}

/// The files to play with: the bundled ones, or those of a folder.
fn sample(from: Option<&Path>) -> Result<Vec<(String, String)>, Failure> {
    let Some(from) = from else {
        return Ok(SAMPLE.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect());
    };
    let mut files = Vec::new();
    read_below(from, "", &mut files)
        .map_err(|error| Failure::said(format!("cannot read {}: {error}", from.display())))?;
    files.sort();
    Ok(files)
}

fn read_below(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_below(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push((path, std::fs::read_to_string(entry.path())?));
        }
    }
    Ok(())
}

fn write_sample(sample: &[(String, String)], folder: &Path) -> Result<(), Failure> {
    for (path, text) in sample {
        let place = folder.join(path);
        let written = place
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(&place, text));
        written.map_err(|error| Failure::said(format!("cannot write {}: {error}", place.display())))?;
    }
    Ok(())
}

fn introduce(sample: &[(String, String)], folder: &Path) -> Result<(), Failure> {
    let mut output = Output::lock();
    writeln!(
        output,
        "A sample workspace, the sign-in feature of a notes service, is at {}:\n",
        folder.display()
    )?;
    for (path, _) in sample {
        writeln!(output, "  {path}")?;
    }
    output.finish()
}

/// Says what comes, then runs this binary as a user would.
fn visit(stop: &Stop, folder: &Path) -> Result<(), Failure> {
    let mut output = Output::lock();
    writeln!(output, "\n{}\n\n$ segue {}\n", stop.says, stop.types.join(" "))?;
    output.finish()?;
    let program = std::env::current_exe()
        .map_err(|error| Failure::said(format!("this binary cannot be found: {error}")))?;
    if stop.types == ["lsp"] {
        return editor::play(&program, folder);
    }
    let status =
        Command::new(program).args(stop.types).current_dir(folder).status().map_err(|error| {
            Failure::said(format!("`segue {}` did not start: {error}", stop.types.join(" ")))
        })?;
    // 1 means that there are findings, which is what the tour is about.
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => Err(Failure::said(format!("`segue {}` ended with {status}", stop.types.join(" ")))),
    }
}

fn conclude(args: &Args) -> Result<ExitCode, Failure> {
    let mut output = Output::lock();
    match &args.keep {
        Some(folder) => {
            writeln!(output, "\nThe workspace stays at {}. Try `segue check` in it.", folder.display())?
        }
        None => writeln!(output, "\nThat was the tour. Try `segue check` in a repository of yours.")?,
    }
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_sample_is_bundled() {
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/sign-in");
        assert_eq!(sample(Some(&top)).unwrap(), sample(None).unwrap());
    }
}
