//! `segue context`: what clients load for a file, and what a primitive's links bring along.

use crate::check::Client;
use crate::format::Format;
use crate::output::{self, Output};
use crate::progress::Meter;
use crate::{Failure, markdown, places};
use clap::Parser;
use segue_analysis::features::context::{self, Context, Guidance, Loaded, Node, Standing, When};
use segue_analysis::{Host, Options, RealDisk, tokens};
use segue_catalog::{ClientSet, LoadOrder};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  segue context src/auth/tokens.ts                  what each client loads when it works on the file
  segue context src/auth/tokens.ts --client claude  the same for Claude Code alone
  segue context .github/prompts/ship.prompt.md      with all that the prompt's links bring along
  segue context specs/login.spec.md --format json   as data, with token counts";

/// Show the effective context of a file: what clients load for it, why, and how many tokens it costs.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The file that is worked on: source code, or a prompt, an agent, a spec
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only these clients [default: those of segue.toml, else all]
    #[arg(long = "client", value_name = "NAME", value_enum, value_delimiter = ',')]
    pub clients: Vec<Client>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Prints the context.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let current = places::current_folder()?;
    let (folder, path) = places::file(&current, &args.file)?;
    let meter = Meter::start();
    let disk = Arc::new(RealDisk::new(&folder));
    let world = Host::open(disk, Options::default(), &|progress| meter.scan(progress)).snapshot();
    drop(meter);
    if let Some(limit) = world.left_out_after {
        output::note(&format!("note: only the first {limit} files and folders were looked at"));
    }
    let clients: Option<ClientSet> =
        (!args.clients.is_empty()).then(|| args.clients.iter().map(|client| client.0).collect());
    let context = context::of(&world, &path, clients);
    let shown = |path: &str| places::seen_from(&current, &folder.join(path));
    let mut output = Output::lock();
    match args.format {
        Format::Human => markdown::print(&context::page(&context, &shown), output.colour, &mut output)?,
        Format::Json => writeln!(output, "{:#}", object(&context, &shown))?,
    }
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

fn object(context: &Context, shown: &dyn Fn(&str) -> String) -> Value {
    let clients: Vec<Value> = context.guidance.iter().map(|guidance| client(guidance, shown)).collect();
    let closure = context.closure.as_ref().map(|closure| {
        json!({
            "files": closure.files,
            "tokens": closure.tokens,
            "cut": closure.cut,
            "root": node(&closure.root, shown),
        })
    });
    json!({
        "version": 1,
        "file": shown(&context.path),
        "tokenizer": tokens::TOKENIZER,
        "clients": clients,
        "closure": closure,
    })
}

fn client(guidance: &Guidance, shown: &dyn Fn(&str) -> String) -> Value {
    let order = match guidance.order {
        LoadOrder::Unknown => "unknown",
        LoadOrder::FolderByFolder => "later-counts-more",
    };
    let files: Vec<Value> = guidance.files.iter().map(|file| loaded(file, shown)).collect();
    json!({ "client": guidance.client.name(), "order": order, "tokens": guidance.tokens, "files": files })
}

fn loaded(file: &Loaded, shown: &dyn Fn(&str) -> String) -> Value {
    let (when, setting) = match &file.when {
        When::Loaded => ("loaded", None),
        When::OnRequest => ("on-request", None),
        When::Setting(setting) => ("with-setting", Some(setting)),
        When::Unknown => ("unknown", None),
    };
    json!({
        "path": shown(&file.path),
        "when": when,
        "setting": setting,
        "why": file.why,
        "glob": file.glob,
        "imported_by": file.importer.as_ref().map(|importer| shown(importer)),
        "tokens": file.tokens,
    })
}

fn node(this: &Node, shown: &dyn Fn(&str) -> String) -> Value {
    let (what, section) = match &this.standing {
        Standing::Whole => ("file", None),
        Standing::Section(title) => ("section", Some(title)),
        Standing::Again => ("again", None),
        Standing::Cycle => ("cycle", None),
        Standing::NoAnchor => ("no-anchor", None),
        Standing::Missing => ("missing", None),
        Standing::NoText => ("no-text", None),
    };
    let links: Vec<Value> = this.links.iter().map(|link| node(link, shown)).collect();
    json!({
        "path": shown(&this.path),
        "anchor": this.anchor,
        "what": what,
        "section": section,
        "tokens": this.tokens,
        "links": links,
    })
}
