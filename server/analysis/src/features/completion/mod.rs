//! What may be written at a place: proposals for headers, bodies and empty files.
//!
//! [`completion`] is a pure function of a state, a text and a byte in it. It first finds out where the byte
//! stands ([`spot`] for headers, [`body`] for text, [`settings`] for `segue.toml`) and then asks the table of what can stand there; one
//! file a context. Proposals are made of pieces, so that whoever shows them can write a snippet or plain
//! text; what is told about one is made when somebody looks at it ([`super::about`]).

mod agents;
mod body;
mod context;
mod expressions;
mod flow;
mod globs;
mod header;
mod hooks;
mod keys;
mod models;
mod paths;
mod plan;
mod plan_json;
mod rest;
mod settings;
mod spot;
mod template;
mod tools;
mod values;
mod workflows;
mod write;

#[cfg(test)]
mod tests;

use super::about::About;
use crate::config::file::NAME;
use crate::diagnostics::Edit;
use crate::path;
use crate::world::World;
use context::Context;
use segue_catalog::Answerers;
use segue_syntax::Span;

pub(in crate::features) use agents::in_tool as agent_in_tool;
pub(in crate::features) use context::{header_content, is_line_of};
pub(in crate::features) use header::own_key;
pub(in crate::features) use spot::{Role, Spot, at as spot_at};
pub(in crate::features) use values::part;

/// At most so many proposals are given at once; more come when more is typed.
pub const MOST_PROPOSALS: usize = 100;

/// Where something is to be proposed.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The state of the workspace.
    pub world: &'a World,
    /// The file.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The cursor, as a byte of the text.
    pub offset: u32,
    /// The parts of the editor that propose things themselves.
    pub editor: Answerers,
}

/// What may be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The proposals, the likeliest first.
    pub proposals: Vec<Proposal>,
    /// Whether there are more than these, so that it has to be asked again when more is typed.
    pub incomplete: bool,
}

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What is shown in the list.
    pub label: String,
    /// A few words beside it.
    pub detail: Option<String>,
    /// What kind of thing it is.
    pub kind: ProposalKind,
    /// What is typed is compared with this.
    pub filter: String,
    /// What is written.
    pub pieces: Vec<Piece>,
    /// What is replaced, up to the cursor.
    pub typed: Span,
    /// What is replaced, the rest of the word behind the cursor included.
    pub whole: Span,
    /// What has to be written besides, elsewhere.
    pub also: Option<Edit>,
    /// What more can be told about it.
    pub about: Option<About>,
}

/// What kind of thing a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProposalKind {
    /// A key of a header.
    Key,
    /// A value out of a list.
    Value,
    /// A tool.
    Tool,
    /// A set of tools, or all tools of a server.
    ToolSet,
    /// A model.
    Model,
    /// An agent.
    Agent,
    /// A prompt or a skill.
    Command,
    /// A variable.
    Variable,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A heading or another anchor.
    Anchor,
    /// The label of a reference.
    Label,
    /// A glob.
    Glob,
    /// A word that something follows.
    Keyword,
    /// A whole file.
    Template,
    /// An event or a key of a hook.
    Hook,
    /// A task of a plan.
    Task,
}

/// A piece of what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// Words that the author will replace.
    Placeholder(String),
    /// One of several words, the first where nobody chooses.
    Choice(Vec<String>),
}

impl Proposal {
    /// What is written where nobody fills in anything.
    #[must_use]
    pub fn plain(&self) -> String {
        let words = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Placeholder(text) => text.clone(),
            Piece::Choice(words) => words.first().cloned().unwrap_or_default(),
        };
        self.pieces.iter().map(words).collect()
    }

    /// Whether something is left to fill in.
    #[must_use]
    pub fn has_placeholders(&self) -> bool {
        self.pieces.iter().any(|piece| !matches!(piece, Piece::Text(_)))
    }
}

/// What may be written at a place. Nothing in documents of no kind, in code, and where files are left
/// alone by the settings.
#[must_use]
pub fn completion(request: Request<'_>) -> Completion {
    if request.path.ends_with(".json") || request.path.ends_with(".jsonc") {
        return plan_json::propose(&request).unwrap_or_default();
    }
    if path::file_name(request.path) == NAME {
        return settings::propose(&request).unwrap_or_default();
    }
    let Some(context) = Context::of(&request) else { return Completion::default() };
    if context.is_blank() {
        return Completion { proposals: template::propose(&context), incomplete: false };
    }
    let offset = context.offset;
    if let Some(content) = context::header_content(context.text) {
        if content.touches(offset) && context::is_line_of(context.text, content, offset) {
            return limited(header::propose(&context, content), &context);
        }
        if offset < content.end as usize {
            return Completion::default();
        }
    }
    body::propose(&context)
}

/// The proposals that fit what is typed, no more than can be looked through.
fn limited(mut proposals: Vec<Proposal>, context: &Context<'_>) -> Completion {
    let begins = |own: &Proposal| {
        let typed = own.typed.of(context.text);
        own.filter.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed))
    };
    proposals.sort_by_key(|own| !begins(own));
    let incomplete = proposals.len() > MOST_PROPOSALS;
    if incomplete {
        proposals.retain(|proposal| fits(&proposal.filter, proposal.typed.of(context.text)));
    }
    let incomplete = incomplete && proposals.len() > MOST_PROPOSALS;
    proposals.truncate(MOST_PROPOSALS);
    Completion { proposals, incomplete }
}

/// Whether `name` may be meant by what is typed: its characters stand in it in that order, ignoring case.
fn fits(name: &str, typed: &str) -> bool {
    let mut left = name.chars().flat_map(char::to_lowercase);
    typed.chars().flat_map(char::to_lowercase).all(|c| left.any(|own| own == c))
}
