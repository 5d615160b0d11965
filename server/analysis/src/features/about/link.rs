//! What a link leads to: the beginning of the file, or the section behind the anchor.

use crate::features::at;
use crate::features::context::count_of;
use crate::path;
use crate::resolve::{self, Anchored};
use crate::world::World;
use segue_syntax::Facts;
use std::borrow::Cow;
use std::sync::Arc;

/// At most so many lines of a target are shown.
const MOST_LINES: usize = 16;

/// At most so many bytes of them.
const MOST_BYTES: usize = 1_600;

/// The tokens of more bytes are not counted while somebody waits for a card.
const LARGEST_COUNTED: usize = 256 * 1024;

/// The beginning of a file, in one card.
pub(super) fn file(world: &World, path: &str) -> Option<String> {
    section(world, path, None)
}

/// The section behind `anchor` of a file of the workspace, or the file's beginning. What leads out of it
/// is not read.
pub(in crate::features) fn section(world: &World, path: &str, anchor: Option<&str>) -> Option<String> {
    if path::extension(path) != "md" {
        return None;
    }
    let anchor = anchor.filter(|anchor| !anchor.is_empty());
    let (text, facts) = text_of(world, path, anchor.is_some())?;
    let (start, end) = match anchor {
        Some(anchor) => place_of(&facts, anchor, text.len())?,
        None => (facts.header.body as usize, text.len()),
    };
    let whole = text.get(start..end)?;
    let name = anchor.map_or_else(|| path.to_owned(), |anchor| format!("{path}#{anchor}"));
    let mut card = format!("`{name}`");
    if whole.len() <= LARGEST_COUNTED {
        card.push_str(&format!(" · {} (o200k)", count_of(world.tokens.of(whole), "token")));
    }
    let shown = excerpt(whole);
    if !shown.is_empty() {
        card.push_str(&format!("\n\n---\n\n{shown}"));
    }
    Some(card)
}

/// From where to where the section of an anchor goes.
fn place_of(facts: &Facts, anchor: &str, end: usize) -> Option<(usize, usize)> {
    match resolve::anchored(facts, anchor)? {
        Anchored::Heading(index) => {
            let section = at::section(facts, index);
            Some((section.start as usize, section.end as usize))
        }
        Anchored::Html(index) => {
            let start = facts.html_ids.get(index)?.span.end;
            let next = facts.headings.iter().find(|next| next.span.start > start);
            Some((start as usize, next.map_or(end, |next| next.span.start as usize)))
        }
    }
}

/// The text of a file that is known or open, or that lies in the workspace unread. One that changed on
/// disk and was not looked at again has none: what is known of it would not fit. Of what is known for its
/// anchors alone the index has no more than those.
fn text_of<'w>(world: &'w World, path: &str, anchors: bool) -> Option<(Arc<str>, Cow<'w, Facts>)> {
    let Some((id, state)) = world.file_at(path) else {
        let text = world.buffer(path).or_else(|| world.read_inside(path))?;
        let facts = Facts::of(&text);
        return Some((text, Cow::Owned(facts)));
    };
    let text = world.text(id)?;
    let known = state.facts().filter(|_| anchors || state.kind.is_some());
    let facts = known.map_or_else(|| Cow::Owned(Facts::of(&text)), Cow::Borrowed);
    Some((text, facts))
}

/// The first lines, with a fence that they leave open closed again.
fn excerpt(text: &str) -> String {
    let mut shown = String::new();
    let mut fence: Option<&str> = None;
    let lines: Vec<&str> = text.trim().lines().collect();
    for line in lines.iter().take(MOST_LINES) {
        if shown.len() + line.len() > MOST_BYTES {
            break;
        }
        let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        fence = match (fence, mark) {
            (None, opened) => opened,
            (Some(open), Some(mark)) if open == mark => None,
            (open, _) => open,
        };
        shown.push_str(line);
        shown.push('\n');
    }
    if let Some(mark) = fence {
        shown.push_str(mark);
        shown.push('\n');
    }
    if shown.lines().count() < lines.len() {
        shown.push_str("\n…\n");
    }
    shown.trim_end().to_owned()
}
