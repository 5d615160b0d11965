//! Findings: what the rules say of one file in one state of the workspace.
//!
//! A rule is a row of `grammars/rules/*.toml` and a function here, in the file of its family. It
//! reads the file's facts and asks the world; it never touches the disk's contents and never knows
//! a protocol. [`of_file`] runs all of them and then applies settings and ignores.

mod sink;

pub(crate) use sink::{Context, Report};
pub use sink::{Edit, Finding, Fix, Related, Tag};

use crate::intern::PathId;
use crate::world::World;

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
const FAMILIES: &[fn(&mut Context<'_>)] = &[];
