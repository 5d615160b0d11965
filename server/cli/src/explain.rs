//! `segue explain`: what a rule means, with a bad and a good example; what the tables rest on.

use crate::output::Output;
use crate::rule_page;
use crate::{Failure, markdown, places};
use clap::{Parser, ValueEnum};
use segue_catalog::{Source, catalog};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  segue explain                        all rules, by family
  segue explain link/missing-anchor    one rule
  segue explain link                   the rules of a family
  segue explain --sources              where the tables come from, and how old they are";

/// Explain a rule: why it matters, a bad and a good example, how to fix it.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A rule's code, such as `link/missing-file`, or a family
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
    /// How the page is printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// List the tables of the catalog with their sources and the days they were read
    #[arg(long, conflicts_with = "code")]
    pub sources: bool,
    /// Write the pages of all rules, and their index, to DIR
    #[arg(long, hide = true, value_name = "DIR", conflicts_with_all = ["code", "sources"])]
    pub write_docs: Option<PathBuf>,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, with headings in bold on a terminal
    Human,
    /// As Markdown
    Markdown,
}

/// Prints the page, the list or the sources.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    if let Some(folder) = &args.write_docs {
        return write_docs(folder);
    }
    let text = match &args.code {
        None if args.sources => sources(),
        None => rule_page::index(&catalog().rules, None),
        Some(code) => page(code)?,
    };
    let mut output = Output::lock();
    match args.format {
        Format::Human => markdown::print(&text, output.colour, &mut output)?,
        Format::Markdown => output.write_all(text.as_bytes())?,
    }
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

fn page(code: &str) -> Result<String, Failure> {
    let code = code.trim().trim_matches(['[', ']', '`']);
    if let Some((_, rule)) = catalog().rule(code) {
        return Ok(segue_analysis::features::explain::page(rule));
    }
    let family = code.trim_end_matches(['/', '*']);
    if rule_page::families(&catalog().rules).contains_key(family) {
        return Ok(rule_page::index(&catalog().rules, Some(family)));
    }
    let hint = match nearest(code) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`segue explain` lists all rules.".to_owned(),
    };
    Err(Failure::said(format!("There is no rule `{code}`: {hint}")))
}

/// The code most like what was typed: the whole, or its last part alone.
fn nearest(typed: &str) -> Option<&'static str> {
    let likeness = |code: &str| {
        let name = code.split('/').next_back().unwrap_or(code);
        strsim::jaro_winkler(code, typed).max(strsim::jaro_winkler(name, typed))
    };
    let codes = catalog().rules.iter().map(|rule| rule.code.as_str());
    codes
        .map(|code| (likeness(code), code))
        .filter(|(like, _)| *like > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, code)| code)
}

fn write_docs(folder: &Path) -> Result<ExitCode, Failure> {
    let failure = |path: &Path, error: &io::Error| {
        Failure::said(format!("`{}` cannot be written: {}.", path.display(), places::reason(error)))
    };
    for (name, text) in rule_page::all(&catalog().rules) {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent).map_err(|error| failure(parent, &error))?;
        std::fs::write(&path, text).map_err(|error| failure(&path, &error))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Every table with what it was made from, and the day when that was last read.
fn sources() -> String {
    let mut tables: BTreeMap<&str, &[Source]> = BTreeMap::new();
    for table in catalog().sources() {
        tables.insert(table.file, &table.source);
    }
    let mut text = "# Sources of the tables\n".to_owned();
    for (table, sources) in tables {
        // The same document may have been read for several rows: the oldest reading is told.
        let mut read: BTreeMap<&str, &str> = BTreeMap::new();
        for source in sources {
            let oldest = read.entry(&source.from).or_insert(&source.read);
            *oldest = (*oldest).min(&source.read);
        }
        text.push_str(&format!("\n## {table}\n\n"));
        for (from, day) in read {
            text.push_str(&format!("- {from} (read {day})\n"));
        }
    }
    text
}
