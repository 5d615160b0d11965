//! What is said of the place under the pointer: what it means, and the rules behind the findings there.

mod body;
mod header;
mod settings;
#[cfg(test)]
mod tests;
mod workflow;

use super::shown::Shown;
use super::tasks::card;
use super::{completion, explain, matches};
use crate::config::file::NAME;
use crate::file::FileState;
use crate::path;
use crate::world::World;
use segue_catalog::{Answerers, Kind, catalog};
use segue_syntax::Span;

/// Something to show beside a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// Markdown.
    pub markdown: String,
}

/// What is said beside numbers that will grow.
const UNCOUNTED: &str = "\n\n*The workspace is still being read: more files may match.*";

/// What to show at a byte of a file: what stands there means, then why there are findings. What these parts
/// of the editor explain there is left to them.
#[must_use]
pub fn at(world: &World, path: &str, shown: &Shown, offset: u32, editor: Answerers) -> Option<Hover> {
    let mut glob = matches::at(world, path, offset);
    if let Some(glob) = glob.as_mut().filter(|_| !shown.complete) {
        glob.markdown.push_str(UNCOUNTED);
    }
    let meaning = glob.or_else(|| meaning(world, path, &shown.text, offset as usize, editor));
    let here: Vec<_> =
        shown.findings.iter().filter(|finding| finding.span.touches(offset as usize)).collect();
    let smallest = here.iter().map(|finding| finding.span).min_by_key(|span| span.len());
    let mut texts: Vec<String> =
        here.iter().filter_map(|finding| Some(explain::short(catalog().rule(finding.code)?.1))).collect();
    texts.dedup();
    let span = meaning.as_ref().map(|own| own.span).or(smallest)?;
    let markdown: Vec<String> = meaning.into_iter().map(|own| own.markdown).chain(texts).collect();
    Some(Hover { span, markdown: markdown.join("\n\n---\n\n") })
}

/// What stands there means.
fn meaning(world: &World, path: &str, text: &str, offset: usize, editor: Answerers) -> Option<Hover> {
    if path::file_name(path) == NAME {
        return settings::meaning(text, offset);
    }
    let (_, state) = world.file_at(path)?;
    state.kind?;
    let task = || card::at_id(state, text, offset).or_else(|| card::at_agent(world, state, text, offset));
    let text = || text_of(world, path, state, text, offset, editor);
    task().or_else(text).or_else(|| card::at_head(state, offset))
}

/// What stands in a header or in the text means.
fn text_of(
    world: &World,
    path: &str,
    state: &FileState,
    text: &str,
    offset: usize,
    editor: Answerers,
) -> Option<Hover> {
    let facts = state.facts()?;
    if state.kind == Some(Kind::Workflow)
        && let Some(found) = workflow::meaning(world, path, state, facts, offset)
    {
        return Some(found);
    }
    if let Some(content) = completion::header_content(text)
        && content.touches(offset)
        && completion::is_line_of(text, content, offset)
    {
        return header::meaning(world, path, state, text, (content, offset), editor);
    }
    body::meaning(world, path, state, facts, offset, editor)
}
