//! The arguments of `segue check`: as typed, and as meant.

use super::baseline::{self, Baseline};
use crate::{Failure, places};
use clap::{Parser, ValueEnum};
use segue_analysis::Options;
use segue_analysis::user::{self, Home};
use segue_catalog::{ClientId, ClientSet, Severity};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  segue check                          everything in this repository
  segue check .github/agents           only the findings in that folder
  segue check --level hint             information and hints too
  segue check --client vscode,claude   only what concerns these clients
  segue check --format json            for scripts
  segue check --format sarif > r.sarif for code scanning
  segue check --fix --diff             what --fix would do, as a patch
  segue check --since origin/main      only what this branch brought
  segue check --write-baseline         take today's findings for known, then
  segue check --baseline segue-baseline.json

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
    /// Apply the fixes that are certain, then report what remains
    #[arg(long)]
    pub fix: bool,
    /// With --fix: print a patch and write nothing
    #[arg(long, requires = "fix", conflicts_with = "watch")]
    pub diff: bool,
    /// Only what changed since the branch left REF, with what that caused in other files
    #[arg(long, value_name = "REF")]
    pub since: Option<String>,
    /// Hide the findings that FILE knows
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all findings to FILE, to be known from then on [default: the file of --baseline, else
    /// segue-baseline.json]
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with_all = ["fix", "watch", "since"])]
    pub write_baseline: Option<Option<PathBuf>>,
    /// Know the agents, skills and servers in your own folders too, and the tools that `segue tools
    /// refresh` asked for
    #[arg(long)]
    pub user: bool,
    /// Check again whenever a file changes
    #[arg(long)]
    pub watch: bool,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: each finding with its source
    Human,
    /// One object with all findings of every level
    Json,
    /// SARIF 2.1.0, for code scanning; paths from the repository's top
    Sarif,
    /// Commands to a GitHub workflow, shown at the lines; paths from the repository's top
    Github,
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
    /// Whether safe fixes are applied,
    pub fix: bool,
    /// or only shown.
    pub diff: bool,
    /// The reference since whose merge base findings count.
    pub since: Option<String>,
    /// What is known.
    pub baseline: Option<Baseline>,
    /// Where all findings are to be written, to be known from then on.
    pub write_baseline: Option<PathBuf>,
    /// Where the user's own files lie, where they are to be known.
    pub user: Option<Home>,
    /// Whether to check again and again.
    pub watch: bool,
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
        let write_baseline = args.write_baseline.as_ref().map(|file| {
            let file = file.as_ref().or(args.baseline.as_ref());
            current.join(file.map_or(Path::new(baseline::DEFAULT_FILE), PathBuf::as_path))
        });
        // Who writes a baseline anew wants all findings in it, whatever the old one knew.
        let baseline = match (&args.baseline, &write_baseline) {
            (Some(file), None) => Some(Baseline::read(file)?),
            _ => None,
        };
        Ok(Self {
            fix: args.fix,
            diff: args.diff,
            since: args.since.clone(),
            baseline,
            write_baseline,
            user: if args.user { Some(home()?) } else { None },
            watch: args.watch,
            roots: places::roots(&current, &args.paths)?,
            current,
            format: args.format,
            deny,
            level,
            clients,
        })
    }

    /// How the root at `folder` is opened.
    pub fn options(&self, folder: &Path) -> Options {
        let live = self.user.as_ref().map_or_else(Arc::default, |_| crate::tools::told(folder));
        let user = self.user.as_ref().map(|home| user::read(home, folder)).unwrap_or_default();
        Options { clients: self.clients, user, live, ..Options::default() }
    }
}

fn home() -> Result<Home, Failure> {
    Home::of_process().ok_or_else(|| Failure::said("There is no home folder for --user."))
}
