//! Conversions: a file as another kind, or as a file of another client.
//!
//! A conversion is plain data: the changes that make it, and what does not survive it, told as
//! sentences. It is made from one state of the workspace and changes nothing by itself, so that an
//! editor can preview and undo it and the command line can print it as a patch. Whoever has carried it
//! out and asks again is told that there is nothing to do.

mod agent;
mod bridge;
mod chat_mode;
mod header;
mod mcp;
mod portability;
mod skill;
#[cfg(test)]
mod tests;
mod tools;
mod words;
mod yaml;

pub(in crate::features) use portability::knows;
pub use portability::{ClientView, Reads, of_file as portability};
pub use tools::{in_findings as old_names_in, old_names};
pub(in crate::features) use yaml::is_plain as is_plain_yaml;

use crate::changes::Changes;
use crate::intern::PathId;
use crate::world::World;
use crate::{names, path};
use segue_catalog::{ClientId, Dialect, Kind};
use std::sync::Arc;

/// What a file is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// A file that this client reads.
    Client(ClientId),
    /// A file of this kind.
    Kind(Kind),
}

impl To {
    /// The target of that name: a client's or a kind's.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        const KINDS: [Kind; 2] = [Kind::Agent, Kind::Skill];
        let kind = KINDS.into_iter().find(|kind| kind.name() == name).map(To::Kind);
        ClientId::from_name(name).map(To::Client).or(kind)
    }

    /// Its name, as [`To::from_name`] reads it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            To::Client(client) => client.name(),
            To::Kind(kind) => kind.name(),
        }
    }
}

/// A conversion, not carried out yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversion {
    /// As a command to the editor: `Convert to a custom agent`.
    pub title: String,
    /// What makes it. Empty where it was carried out before.
    pub changes: Changes,
    /// The path of what comes out of it.
    pub result: String,
    /// What does not survive, or means less than it did: sentences.
    pub lost: Vec<String>,
    /// What a person should look at afterwards: sentences.
    pub look_at: Vec<String>,
}

/// Why a file is not converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The file is gone, or was changed on disk since it was read.
    #[error("it cannot be read")]
    Unread,
    /// It is that already.
    #[error("it is one already")]
    Already,
    /// No conversion leads there.
    #[error("there is no conversion of {from} to `{to}`{hint}")]
    NoWay {
        /// What it is, with its article.
        from: String,
        /// What was asked for.
        to: &'static str,
        /// Where conversions lead, as the end of the sentence.
        hint: String,
    },
    /// Its header cannot be rewritten without guessing.
    #[error("its header {0}; put that right first")]
    Header(&'static str),
    /// It is not what its name says.
    #[error("it is no JSON")]
    NoJson,
    /// Something else is where the result would be.
    #[error("`{0}` is there already, and is something else")]
    Taken(String),
}

/// What a conversion reads.
#[derive(Clone, Copy)]
struct Source<'w> {
    world: &'w World,
    id: PathId,
    path: &'w Arc<str>,
    text: &'w Arc<str>,
    state: &'w crate::file::FileState,
    kind: Kind,
}

/// Converts a file.
///
/// # Errors
/// Where it is that already, where no conversion leads there, or where the file or its surroundings
/// do not allow it.
pub fn convert(world: &World, id: PathId, to: To) -> Result<Conversion, Refusal> {
    let state = world.file(id).ok_or(Refusal::Unread)?;
    let text = world.text(id).ok_or(Refusal::Unread)?;
    let own = world.path(id);
    let no_way = || Refusal::NoWay { from: what_it_is(world, id), to: to.name(), hint: hint(world, id) };
    let kind = state.kind.ok_or_else(no_way)?;
    let source = Source { world, id, path: &own, text: &text, state, kind };
    let copilot = matches!(to, To::Client(ClientId::Vscode | ClientId::CopilotCli | ClientId::Github));
    match (kind, state.dialect, to) {
        (Kind::ChatMode, _, To::Client(ClientId::Claude)) => agent::to_claude(source),
        (Kind::ChatMode, _, To::Kind(Kind::Agent) | To::Client(_)) => chat_mode::to_agent(source),
        (Kind::Agent, Dialect::Copilot, To::Client(ClientId::Claude)) => agent::to_claude(source),
        (Kind::Agent, Dialect::Claude, _) if copilot => agent::to_copilot(source),
        (Kind::Prompt, _, To::Kind(Kind::Skill)) => skill::of_prompt(source),
        (Kind::Mcp, _, To::Client(ClientId::Claude | ClientId::CopilotCli)) => {
            mcp::to_shared_file(source).unwrap_or_else(|| Err(no_way()))
        }
        (Kind::AlwaysOn, _, To::Client(ClientId::Claude)) if path::file_name(&own) == "AGENTS.md" => {
            bridge::for_claude(source)
        }
        (Kind::Agent, Dialect::Copilot, _) if copilot => Err(Refusal::Already),
        (Kind::Agent, Dialect::Claude, To::Client(ClientId::Claude)) => Err(Refusal::Already),
        (own, _, To::Kind(kind)) if own == kind => Err(Refusal::Already),
        _ => Err(no_way()),
    }
}

/// The conversions that a file could go through, in the order in which they are offered.
#[must_use]
pub fn targets(world: &World, id: PathId) -> Vec<To> {
    let Some(state) = world.file(id) else { return Vec::new() };
    let own = world.path(id);
    match (state.kind, state.dialect) {
        (Some(Kind::ChatMode), _) => vec![To::Kind(Kind::Agent), To::Client(ClientId::Claude)],
        (Some(Kind::Agent), Dialect::Copilot) => vec![To::Client(ClientId::Claude)],
        (Some(Kind::Agent), Dialect::Claude) => vec![To::Client(ClientId::Vscode)],
        (Some(Kind::Prompt), _) => vec![To::Kind(Kind::Skill)],
        (Some(Kind::Mcp), _) if crate::names::ends_with_path(&own, mcp::FROM) => {
            vec![To::Client(ClientId::Claude)]
        }
        (Some(Kind::AlwaysOn), _) if path::file_name(&own) == "AGENTS.md" => {
            vec![To::Client(ClientId::Claude)]
        }
        _ => Vec::new(),
    }
}

/// The conversions that can be made now and change something.
#[must_use]
pub fn offers(world: &World, id: PathId) -> Vec<Conversion> {
    targets(world, id)
        .into_iter()
        .filter_map(|to| convert(world, id, to).ok())
        .filter(|conversion| !conversion.changes.is_empty())
        .collect()
}

fn what_it_is(world: &World, id: PathId) -> String {
    let row = world.file(id).and_then(|state| segue_catalog::catalog().kind_row(state.kind?, state.dialect));
    row.map_or_else(|| "such a file".to_owned(), |row| crate::diagnostics::with_article(&row.title))
}

fn hint(world: &World, id: PathId) -> String {
    let names: Vec<String> = targets(world, id).iter().map(|to| format!("`{}`", to.name())).collect();
    if names.is_empty() { String::new() } else { format!("; there is one to {}", names.join(" and ")) }
}

impl Source<'_> {
    /// What writes `text` at `path`; nothing where it stands there already.
    fn create(&self, path: &str, text: String) -> Result<Changes, Refusal> {
        if self.world.probe(path) == crate::disk::Probe::Missing {
            return Ok(Changes::of_new(path, text));
        }
        let there = self.world.id(path).and_then(|id| self.world.text(id));
        match there {
            Some(there) if *there == *text => Ok(Changes::default()),
            _ => Err(Refusal::Taken(path.to_owned())),
        }
    }
}

/// A name of lower-case letters, digits and single hyphens, at most 64 of them.
fn slug(text: &str) -> String {
    let mut slug = names::slug(text);
    slug.truncate(64);
    slug.trim_end_matches('-').to_owned()
}

/// The folder `name` beside the folder in which the file lies, where that is called `beside`; else
/// below the file's own.
fn sibling(file: &str, beside: &str, name: &str) -> String {
    let folder = path::parent(file);
    if path::file_name(folder) == beside {
        return path::beside(folder, name);
    }
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
