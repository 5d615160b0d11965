//! One file as the workspace holds it.

use crate::four_sections::FourSections;
use crate::intern::PathId;
use crate::plans::Planned;
use crate::postings::Key;
use crate::risks::Risk;
use crate::workflows::WorkflowBody;
use crate::written::Ref;
use segue_catalog::{Dialect, Kind};
use segue_syntax::{Facts, json};
use std::sync::Arc;

/// Files beyond this many bytes are not read: nobody's primitive is a hundredth of it.
pub const LARGEST_FILE: usize = 16 * 1024 * 1024;

/// What is known of one file, immutable. Replaced whole when the file changes.
#[derive(Clone, Debug)]
pub struct FileState {
    /// What it is; `None` for a hub: Markdown that a primitive links to, known for its anchors only.
    pub kind: Option<Kind>,
    /// Whose keys its header has.
    pub dialect: Dialect,
    /// What was read from it.
    pub content: Content,
    /// The text, for an open buffer alone.
    pub text: Option<Arc<str>>,
    /// The version that the client gave an open buffer.
    pub version: Option<i32>,
    /// Hash of the bytes: an event that brings the same bytes changes nothing.
    pub hash: u64,
    /// What other files can see of it.
    pub exports: Exports,
    /// Which destination means which path, sorted: what references are found by.
    pub refs: Box<[Ref]>,
    /// The names it uses, sorted and without repetition.
    pub uses: Box<[Name]>,
    /// Names in its text, and those that only navigation follows, sorted. No finding hangs on them.
    pub(crate) mentions: Box<[Key]>,
    /// Credentials in its text, and remote scripts that it gives to a shell, in order. Found when the
    /// text is at hand: that of a closed file is not kept.
    pub(crate) risks: Box<[Risk]>,
    /// What the body of an agent in four sections says; `None` for others.
    pub(crate) four_sections: Option<Box<FourSections>>,
    /// What the body of an agentic workflow says to who runs it; `None` for other kinds.
    pub(crate) workflow: Option<Box<WorkflowBody>>,
    /// The plan that it holds, where its kind holds one; without tasks where it has none.
    pub plan: Option<Arc<Planned>>,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all files are Markdown, and a state is shared, never moved"
)]
pub enum Content {
    /// Markdown.
    Markdown(Facts),
    /// JSON with comments (configuration of MCP servers).
    Json(json::Document),
    /// Nothing that can be judged, and why.
    Unreadable(Unreadable),
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Not UTF-8, from this byte on.
    NotUtf8(usize),
    /// UTF-16, by its byte order mark.
    Utf16,
    /// It has NUL bytes.
    Binary,
    /// Longer than [`LARGEST_FILE`].
    TooLarge,
    /// The disk said no.
    Io(String),
}

/// A name in one of the name spaces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// Where it is a name.
    pub space: Space,
    /// The name, as it is compared.
    pub text: Box<str>,
}

/// The spaces in which names are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// Agents, by the name that handoffs and subagents use.
    Agent,
    /// Agents, by the stem of their file (what Copilot CLI and GitHub call them).
    AgentFile,
    /// Prompts, by their slash name.
    Prompt,
    /// Skills, by their folder.
    Skill,
    /// MCP servers.
    Server,
}

/// What other files can see of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exports {
    /// The names it defines.
    pub names: Box<[Name]>,
    /// Whether users can pick it (`user-invocable`), for agents.
    pub hidden: bool,
    /// Hash of all that a finding in another file may depend on: anchors, names, flags, and the
    /// graph of handoffs and imports. Equal fingerprints mean: no other file needs another look.
    pub fingerprint: u64,
}

impl FileState {
    /// The paths it refers to, sorted and without repetition: the forward side of the graph.
    pub fn targets(&self) -> impl Iterator<Item = PathId> {
        self.refs
            .chunk_by(|one, other| one.target == other.target)
            .filter_map(|same| Some(same.first()?.target))
    }

    /// The Markdown facts, where it is Markdown.
    #[must_use]
    pub fn facts(&self) -> Option<&Facts> {
        match &self.content {
            Content::Markdown(facts) => Some(facts),
            _ => None,
        }
    }
}
