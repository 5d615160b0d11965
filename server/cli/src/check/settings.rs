//! The arguments of `segue check`: as typed, and as meant.

use crate::{Failure, places};
use clap::{Parser, ValueEnum};
use segue_catalog::{ClientId, ClientSet, Severity};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  segue check                          everything in this repository
  segue check .github/agents           only the findings in that folder
  segue check --level hint             information and hints too
  segue check --client vscode,claude   only what concerns these clients
  segue check --format json            for scripts

Exit status: 0 nothing at or above --deny, 1 something, 2 the command itself failed.";

/// Check agents, prompts, instructions, skills, specs and plans.
///
/// Looks through the whole repository, so that links and names are known, and prints what is wrong.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Files and folders to report on; everything else is still read [default: the repository]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Fail at findings of this severity and above
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = Level::Error)]
    pub deny: Level,
    /// Show findings of this severity and above [default: warning; `json` has all of them]
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub level: Option<Level>,
    /// Only what concerns these clients
    #[arg(long = "client", value_enum, value_name = "NAME", value_delimiter = ',')]
    pub clients: Vec<Client>,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: each finding with its source
    Human,
    /// One object with all findings of every level
    Json,
}

/// A severity on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Cannot be verified, or taste
    Hint,
    /// Deprecated names and kinds, portability
    Information,
    /// Surely not what was meant
    Warning,
    /// A client misreads or refuses the file
    Error,
}

impl Level {
    fn severity(self) -> Severity {
        match self {
            Level::Hint => Severity::Hint,
            Level::Information => Severity::Information,
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
        }
    }
}

/// A client on the command line, by the catalog's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client(pub ClientId);

impl ValueEnum for Client {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: std::sync::OnceLock<Vec<Client>> = std::sync::OnceLock::new();
        ALL.get_or_init(|| ClientId::ALL.into_iter().map(Client).collect())
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

/// What is to be done, defaults filled in.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The current folder, absolute.
    pub current: PathBuf,
    /// What is indexed and reported.
    pub roots: Vec<places::Asked>,
    /// The form of output.
    pub format: Format,
    /// The severity from which on the exit status is 1.
    pub deny: Severity,
    /// The severity from which on findings are shown.
    pub level: Severity,
    /// The clients that findings are about, where they were named.
    pub clients: Option<ClientSet>,
}

impl Settings {
    /// Makes sense of what was typed.
    pub fn of(args: &Args) -> Result<Self, Failure> {
        let current = places::current_folder()?;
        let deny = args.deny.severity();
        // What makes the command fail is always shown.
        let level = args.level.map_or(Severity::Warning.min(deny), Level::severity);
        let clients =
            (!args.clients.is_empty()).then(|| args.clients.iter().map(|client| client.0).collect());
        Ok(Self {
            roots: places::roots(&current, &args.paths)?,
            current,
            format: args.format,
            deny,
            level,
            clients,
        })
    }
}
