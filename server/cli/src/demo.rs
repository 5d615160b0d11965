//! `segue demo`: the tour on a bundled workspace, with no network and no key.
//!
//! The workspace is the sign-in feature of a small notes service, with mistakes planted in it. It is
//! written to a temporary folder, and the commands that a user would type are run there by this very
//! binary.

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
    write_sample(folder)?;
    introduce(folder)?;
    for stop in TOUR {
        visit(stop, folder)?;
    }
    conclude(args)
}

fn new_folder(folder: &Path) -> Result<PathBuf, Failure> {
    let occupied = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        return Err(Failure::said(format!("{} is not empty: name a new folder", folder.display())));
    }
    Ok(folder.to_owned())
}

fn write_sample(folder: &Path) -> Result<(), Failure> {
    for (path, text) in SAMPLE {
        let place = folder.join(path);
        let written = place
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(&place, text));
        written.map_err(|error| Failure::said(format!("cannot write {}: {error}", place.display())))?;
    }
    Ok(())
}

fn introduce(folder: &Path) -> Result<(), Failure> {
    let mut output = Output::lock();
    writeln!(
        output,
        "A sample workspace, the sign-in feature of a notes service, is at {}:\n",
        folder.display()
    )?;
    for (path, _) in SAMPLE {
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
        fn below(folder: &Path, top: &Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                if entry.path().is_dir() {
                    below(&entry.path(), top, found);
                } else {
                    let path = entry.path().strip_prefix(top).unwrap().to_string_lossy().replace('\\', "/");
                    found.push(path);
                }
            }
        }
        let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/sign-in");
        let mut found = Vec::new();
        below(&top, &top, &mut found);
        found.sort();
        assert_eq!(found, SAMPLE.iter().map(|(path, _)| *path).collect::<Vec<_>>());
    }
}
