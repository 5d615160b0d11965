//! `segue man`: the manual, a page for each command.

use crate::output::Output;
use crate::{Failure, places, shown};
use clap::{Command, Parser};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  segue man | man -l -                             look at it
  segue man runs merge | man -l -                  the page of one command
  segue man --out ~/.local/share/man/man1          all pages, for `man segue` and `man segue-check`";

/// Print the manual page of segue or of one of its commands.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The words of a command, such as `check` or `runs merge`
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
    /// Write the pages of all commands into DIR instead
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub out: Option<PathBuf>,
}

/// Prints a page, or writes them all.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let mut top = shown::commands();
    // Gives every command its full name: `segue-runs-merge`.
    top.build();
    if let Some(folder) = &args.out {
        let refused = |error: io::Error| {
            Failure::said(format!(
                "The pages cannot be written to `{}`: {}.",
                folder.display(),
                places::reason(&error)
            ))
        };
        std::fs::create_dir_all(folder).map_err(refused)?;
        write_all(&top, folder).map_err(refused)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = &top;
    for word in &args.command {
        command = command
            .find_subcommand(word)
            .ok_or_else(|| Failure::said(format!("There is no command `{}`.", args.command.join(" "))))?;
    }
    let mut output = Output::lock();
    output.write_all(&page(command)?)?;
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

fn write_all(command: &Command, folder: &Path) -> io::Result<()> {
    for part in command.get_subcommands() {
        write_all(part, folder)?;
    }
    let name = Man::new(command.clone()).get_filename();
    std::fs::write(folder.join(name), page(command)?)
}

/// The page of one command, in the language of `man`.
fn page(command: &Command) -> io::Result<Vec<u8>> {
    // An empty date would be no argument at all, and move those behind it.
    let source = concat!("segue ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).date(" ").source(source).manual("Segue");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if command.get_arguments().next().is_some() {
        man.render_options_section(&mut page)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(help) = command.get_after_help() {
        examples(&help.to_string()).to_writer(&mut page)?;
    }
    Ok(page)
}

/// What stands below the flags in help: indented lines stay as they are, all others are set as paragraphs.
fn examples(help: &str) -> Roff {
    let mut section = Roff::new();
    section.control("SH", ["EXAMPLES"]);
    let mut indented = false;
    for line in help.lines().filter(|line| *line != "Examples:") {
        let now = line.starts_with(' ');
        if now != indented {
            section.control(if now { "nf" } else { "fi" }, []);
            indented = now;
        }
        if line.is_empty() {
            section.control("PP", []);
        } else {
            section.text([roman(line)]);
        }
    }
    if indented {
        section.control("fi", []);
    }
    section
}
