//! Findings: what the rules say of one file in one state of the workspace.
//!
//! A rule is a row of `grammars/rules/*.toml` and a function here, in the file of its family. It
//! reads the file's facts and asks the world; it never touches the disk's contents and never knows
//! a protocol. [`of_file`] runs all of them and then applies settings and ignores.

mod agent;
mod apply_to;
mod file;
mod frontmatter;
mod import;
pub(crate) mod link;
mod markdown;
mod mcp;
mod model;
mod near;
mod part;
mod plan;
mod security;
mod sink;
mod spec;
pub(crate) mod tool;
mod variable;
pub(crate) mod workflow;

pub(crate) use agent::graph::{is_out_of_reach, may_be_switched_off};
pub(crate) use agent::{grants_agents, starts_agents};
pub(crate) use file::renamed;
pub(crate) use mcp::row_of as mcp_file;
pub use plan::of_plan;
pub(crate) use sink::{Context, Report};
pub use sink::{Edit, Finding, Fix, Related, Tag};
pub(crate) use tool::{
    Lines as ToolLines, lists as tool_lists, names as tool_names, takes_no_tools, without_tools,
};

use crate::intern::PathId;
use crate::world::World;
use segue_syntax::{Facts, Span};

/// What the rules say of a file, in the order of the text. Empty for hubs and excluded files.
#[must_use]
pub fn of_file(world: &World, file: PathId) -> Vec<Finding> {
    let Some(mut context) = Context::new(world, file) else { return Vec::new() };
    for family in FAMILIES {
        family(&mut context);
    }
    context.finish()
}

/// The families, each a function over the file.
const FAMILIES: &[fn(&mut Context<'_>)] = &[
    tool::check,
    model::check,
    agent::check,
    frontmatter::check,
    file::check,
    variable::check,
    mcp::check,
    link::check,
    apply_to::check,
    markdown::check,
    security::check,
    plan::check,
    spec::check,
    part::check,
    workflow::check,
];

/// `a custom agent`, `an instructions file`.
pub(crate) fn with_article(title: &str) -> String {
    let vowel = title.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {title}", if vowel { "an" } else { "a" })
}

/// The first words of the file, for findings about what is not there: the header's opening line, else
/// the first heading, else the first line's beginning.
fn first_token(facts: &Facts) -> Span {
    if !facts.header.open.is_empty() {
        return facts.header.open;
    }
    match facts.headings.first() {
        Some(heading) => heading.span,
        None => facts.first_line,
    }
}
