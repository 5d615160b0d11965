//! `segue graph`: prompts, agents, skills, tools and servers as a picture or as data.

mod draw;

use crate::output::{self, Output};
use crate::progress::Meter;
use crate::{Failure, places};
use clap::{Parser, ValueEnum};
use segue_analysis::features::graph::{self, ArrowKind, Graph, Node, NodeKind, Origin};
use segue_analysis::{Host, Options, RealDisk};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  segue graph                                     the whole repository, for a page that draws Mermaid
  segue graph .github/agents/planner.agent.md     one agent, all it leads to and all that leads to it
  segue graph --no-tools                          without tools and servers: who hands over to whom
  segue graph --format dot | dot -Tsvg > all.svg  a picture, with Graphviz
  segue graph --format json                       as data";

/// Draw who leads to whom: prompts, agents, subagents, handoffs, skills, tools and MCP servers.
#[derive(Clone, Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Show only these files or folders, what they lead to and what leads to them
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    pub format: Format,
    /// Leave out tools and servers
    #[arg(long)]
    pub no_tools: bool,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A Mermaid flowchart, as Markdown pages draw it
    Mermaid,
    /// A graph for Graphviz
    Dot,
    /// One object, documented in docs/graph.md
    Json,
}

/// Mermaid refuses to draw more arrows, unless the page that shows them says otherwise.
const MOST_ARROWS_OF_MERMAID: usize = 500;

/// Prints the graph.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let current = places::current_folder()?;
    let roots = places::roots(&current, &args.paths)?;
    let [root] = roots.as_slice() else {
        return Err(Failure::said("The paths are in several repositories; name those of one."));
    };
    let meter = Meter::start();
    let disk = Arc::new(RealDisk::new(&root.folder));
    let world = Host::open(disk, Options::default(), &|progress| meter.scan(progress)).snapshot();
    drop(meter);
    if let Some(limit) = world.left_out_after {
        output::note(&format!("note: only the first {limit} files and folders were looked at"));
    }
    let mut graph = graph::of(&world);
    if args.no_tools {
        graph = graph.without_tools();
    }
    if !args.paths.is_empty() {
        let scopes: Vec<String> = root.scopes.iter().map(|scope| scope.path.clone()).collect();
        graph = graph.narrowed(&scopes);
    }
    if graph.nodes.is_empty() {
        output::note("note: no prompts, agents or skills here");
    }
    if args.format == Format::Mermaid && graph.arrows.len() > MOST_ARROWS_OF_MERMAID {
        output::note(&format!(
            "note: Mermaid draws {MOST_ARROWS_OF_MERMAID} arrows at most, and these are {}; name a PATH, or take `--no-tools` or `--format dot`",
            graph.arrows.len()
        ));
    }
    let shown = |path: &str| places::seen_from(&current, &root.folder.join(path));
    let mut output = Output::lock();
    match args.format {
        Format::Mermaid => draw::mermaid(&graph, &mut output)?,
        Format::Dot => draw::dot(&graph, &shown, &mut output)?,
        Format::Json => {
            let written = serde_json::to_writer_pretty(&mut output, &Object(&graph, &shown));
            written.map_err(std::io::Error::from)?;
            writeln!(output)?;
        }
    }
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// The object, written piece by piece: a large graph as one value would need twice its memory again.
struct Object<'g>(&'g Graph, &'g dyn Fn(&str) -> String);
struct Nodes<'o, 'g>(&'o Object<'g>);
struct Edges<'o, 'g>(&'o Object<'g>);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(3))?;
        object.serialize_entry("version", &1)?;
        object.serialize_entry("nodes", &Nodes(self))?;
        object.serialize_entry("edges", &Edges(self))?;
        object.end()
    }
}

impl Serialize for Nodes<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Object(graph, shown) = self.0;
        serializer.collect_seq(graph.nodes.iter().map(|node| of_node(node, shown)))
    }
}

impl Serialize for Edges<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Object(graph, shown) = self.0;
        let id = |index: usize| graph.nodes.get(index).map(|node| id(node, shown));
        serializer.collect_seq(graph.arrows.iter().map(|arrow| {
            json!({
                "from": id(arrow.from),
                "to": id(arrow.to),
                "kind": word(arrow.kind).0,
                "labels": arrow.labels,
            })
        }))
    }
}

fn of_node(node: &Node, shown: &dyn Fn(&str) -> String) -> Value {
    let origin = match node.origin {
        Origin::Workspace => "workspace",
        Origin::Client => "client",
        Origin::Elsewhere => "elsewhere",
    };
    json!({
        "id": id(node, shown),
        "kind": kind(node.kind),
        "name": node.name,
        "path": node.path.as_ref().map(|path| shown(path)),
        "origin": origin,
        "orphan": node.orphan,
        "unreachable": node.unreachable,
    })
}

/// The path of what is a file, else kind and name.
fn id(node: &Node, shown: &dyn Fn(&str) -> String) -> String {
    match &node.path {
        Some(path) if node.kind != NodeKind::Server => shown(path),
        _ => format!("{}:{}", kind(node.kind), node.name),
    }
}

fn kind(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Prompt => "prompt",
        NodeKind::Agent => "agent",
        NodeKind::Skill => "skill",
        NodeKind::Tool => "tool",
        NodeKind::Server => "server",
    }
}

/// What an arrow is called in data, and what is written beside it in a picture.
fn word(kind: ArrowKind) -> (&'static str, &'static str) {
    match kind {
        ArrowKind::RunsAs => ("runs-as", "runs as"),
        ArrowKind::Starts => ("starts", "may start"),
        ArrowKind::HandsOff => ("hands-off", "hands off"),
        ArrowKind::Calls => ("calls", "calls"),
        ArrowKind::Loads => ("loads", "loads"),
        ArrowKind::Mentions => ("mentions", "mentions"),
        ArrowKind::Links => ("links", "links"),
        ArrowKind::Uses => ("uses", ""),
    }
}
