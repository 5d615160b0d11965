//! The effective context of a file: which guidance each client loads when it is worked on, in which
//! order and why, and for a primitive what its links bring along, with the tokens that all of it costs.
//!
//! What each client loads are rows of `grammars/clients/*.toml`. Clients are taken as started in the top
//! folder, and the user's own folders are left out: a repository's answer is the same for everybody.

mod closure;
mod guidance;
mod page;

pub(in crate::features) use closure::section as section_of;
pub use closure::{Closure, Node, Standing};
pub use guidance::{Guidance, Loaded, When};
pub use page::{count_of, page};

use crate::world::World;
use segue_catalog::{ClientId, ClientSet, Kind};
use segue_syntax::Facts;
use std::sync::Arc;

/// The effective context of a file.
#[derive(Clone, Debug)]
pub struct Context {
    /// The file.
    pub path: Arc<str>,
    /// What each client loads when somebody works on the file.
    pub guidance: Vec<Guidance>,
    /// What comes along with a primitive.
    pub closure: Option<Closure>,
}

/// The effective context of the file at `path` for `clients`; where nobody named some, for those of the
/// settings.
#[must_use]
pub fn of(world: &World, path: &str, clients: Option<ClientSet>) -> Context {
    let wanted = clients.or(world.config(path).clients).unwrap_or(ClientSet::ALL);
    let guidance = ClientId::ALL.into_iter().filter(|client| wanted.has(*client));
    Context {
        path: path.into(),
        guidance: guidance.filter_map(|client| guidance::of(world, path, client)).collect(),
        closure: closure_of(world, path, &|| true),
    }
}

/// What comes along with the primitive at `path`; `None` for other files. `wanted` is asked now and then
/// whether somebody still waits for the answer.
#[must_use]
pub fn closure_of(world: &World, path: &str, wanted: &dyn Fn() -> bool) -> Option<Closure> {
    let (_, state) = world.file_at(path)?;
    let kind = state.kind.filter(|kind| *kind != Kind::Mcp)?;
    state.facts()?;
    Some(closure::of(world, path, kind, state, wanted))
}

/// A text with what is read from it.
struct Read {
    text: Arc<str>,
    facts: Facts,
}

impl Read {
    /// Reads a file of the root, as the disk has it now where it is not open; `None` where it is no text.
    fn of(world: &World, path: &str) -> Option<Self> {
        let text = world.any_text(path).or_else(|| world.read_inside(path))?;
        let facts = if path.ends_with(".md") { Facts::of(&text) } else { Facts::default() };
        Some(Self { text, facts })
    }

    /// What a model reads of it: all behind the header.
    fn body(&self) -> &str {
        self.text.get(self.facts.header.body as usize..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
