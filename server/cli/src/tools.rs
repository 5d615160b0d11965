//! `segue tools`: the MCP servers of a workspace, and what they offer.
//!
//! `refresh` is the only command that starts what a repository names, so it shows each command or address
//! first, and asks. A yes is remembered for exactly that, outside of the repository.

mod print;
mod refresh;

use crate::format::Format;
use crate::progress::Meter;
use crate::{Failure, output, places};
use clap::{Parser, Subcommand};
use segue_analysis::live::{self, LiveTools};
use segue_analysis::servers::{self, Configuration};
use segue_analysis::user::{self, Home};
use segue_analysis::{Host, Options, RealDisk};
use segue_mcp::{Server, Words};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Know the MCP servers of this workspace, and ask them for their tools.
#[derive(Clone, Debug, Parser)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Subcommand)]
enum Command {
    Refresh(refresh::Args),
    List(ListArgs),
}

/// List the configured servers, and what they told when they were last asked; starts nothing.
#[derive(Clone, Debug, Parser)]
struct ListArgs {
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Runs the command that was named.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    match &args.command {
        Command::Refresh(args) => refresh::run(args),
        Command::List(args) => list(args),
    }
}

/// What the servers of the workspace at `folder` told when they were last asked.
pub fn told(folder: &Path) -> Arc<LiveTools> {
    let cache = segue_mcp::places::cache();
    let live = cache.map(|cache| live::read(&segue_mcp::cache::folder(&cache, folder)));
    Arc::new(live.unwrap_or_default())
}

/// A workspace and the servers that its files configure, and those of the user's own files.
struct Workspace {
    folder: PathBuf,
    servers: Vec<Configuration>,
}

impl Workspace {
    /// That of the current folder.
    fn here() -> Result<Self, Failure> {
        let folder = places::root_of(&places::current_folder()?);
        let meter = Meter::start();
        let disk = Arc::new(RealDisk::new(&folder));
        let world = Host::open(disk, Options::default(), &|progress| meter.scan(progress)).snapshot();
        drop(meter);
        if let Some(limit) = world.left_out_after {
            output::note(&format!("note: only the first {limit} files and folders were looked at"));
        }
        let mut servers = servers::all(&world);
        if world.config("").user_files != Some(false) {
            servers.extend(Home::of_process().map(|home| user::servers(&home, &folder)).unwrap_or_default());
        }
        Ok(Self { folder, servers })
    }

    fn server(&self, own: &Configuration) -> Server {
        let words = if own.vscode_words { Words::Vscode } else { Words::Shell };
        Server::read(&own.name, &own.path, &self.folder, words, &own.entry, own.fingerprint())
    }
}

fn list(args: &ListArgs) -> Result<ExitCode, Failure> {
    let workspace = Workspace::here()?;
    let told = told(&workspace.folder);
    let rows = workspace.servers.iter().map(|own| (own, told.of(&own.fingerprint()).map(|answer| &**answer)));
    print::known(&rows.collect::<Vec<_>>(), args.format)?;
    Ok(ExitCode::SUCCESS)
}
