//! Paths and anchors: what lies in the folder that is typed, and the headings of the file that is named.
//!
//! Only the folder is looked at, through the index by folder, and no more is kept than is shown: ten
//! thousand files beside the document are no reason to wait.

use super::body::At;
use super::{Completion, MOST_PROPOSALS, Proposal, ProposalKind};
use crate::features::about::About;
use crate::path;
use crate::target::{self, Base, Target};
use segue_catalog::EditorPlace;
use segue_syntax::Facts;

/// How a path is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `[text](path)`: percent-encoded, relative to the file, `/` from the top.
    Link,
    /// `#file:path`: blanks between quotes.
    File,
    /// `@path`: blanks behind backslashes.
    Import,
    /// In a plan: from the top, as it is.
    Top,
}

/// What lies where the typed path leads.
pub(super) fn propose(at: &At<'_, '_>, style: Style) -> Completion {
    let typed = at.typed.of(at.context.text);
    if style == Style::Link
        && let Some(hash) = typed.find('#')
    {
        return anchors(at, hash);
    }
    if typed.contains("://") || typed.starts_with("~") || typed.contains(['#', '?', '*', '{', '$']) {
        return Completion::default();
    }
    let (folder_written, begun) = typed.rfind('/').map_or(("", typed), |slash| typed.split_at(slash + 1));
    let Some(folder) = folder_of(at, style, folder_written) else { return Completion::default() };
    let begun_plain = unwritten(begun, style);
    let mut found = Vec::new();
    let own = at.context.path;
    let mut left_out = false;
    at.context.world.each_child(&folder, |name, is_folder| {
        let rank = rank(name, &begun_plain, is_folder, at.before.picture);
        let Some(rank) = rank else { return };
        let whole = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        if !is_folder && whole == own || is_hidden(name, &begun_plain, &folder) {
            return;
        }
        found.push((rank, name.to_owned(), is_folder, whole));
        if found.len() >= MOST_PROPOSALS * 4 {
            left_out |= keep_best(&mut found);
        }
    });
    left_out |= keep_best(&mut found);
    let proposals = found
        .into_iter()
        .map(|(_, name, is_folder, whole)| proposal(at, style, folder_written, &name, is_folder, &whole));
    Completion { proposals: proposals.collect(), incomplete: left_out }
}

type Entry = (u8, String, bool, String);

/// Sorts, and drops what nobody will look at; true where something was dropped.
fn keep_best(found: &mut Vec<Entry>) -> bool {
    found.sort_unstable_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    let dropped = found.len() > MOST_PROPOSALS;
    found.truncate(MOST_PROPOSALS);
    dropped
}

/// How well an entry fits: what begins as typed first, then Markdown, pictures or folders before the rest;
/// `None` where what is typed is no part of it.
fn rank(name: &str, begun: &str, is_folder: bool, picture: bool) -> Option<u8> {
    let begins = name.get(..begun.len()).is_some_and(|start| start.eq_ignore_ascii_case(begun));
    if !begins && !super::fits(name, begun) {
        return None;
    }
    const PICTURES: &[&str] = &["png", "jpg", "jpeg", "gif", "svg", "webp", "avif"];
    let ending = path::extension(name).to_ascii_lowercase();
    let liked = if picture { PICTURES.contains(&&*ending) } else { ending == "md" };
    let kind = match (is_folder, liked) {
        (false, true) => 0,
        (true, _) => 1,
        (false, false) => 2,
    };
    Some(kind + if begins { 0 } else { 3 })
}

/// Names that begin with a dot are shown to whoever asks for them, and the folders of clients always.
fn is_hidden(name: &str, begun: &str, folder: &str) -> bool {
    const SHOWN: &[&str] = &[".github", ".claude", ".vscode", ".agents", ".copilot"];
    name.starts_with('.') && !begun.starts_with('.') && !(folder.is_empty() && SHOWN.contains(&name))
}

/// The folder that the written part means, where it is one of the workspace.
fn folder_of(at: &At<'_, '_>, style: Style, written: &str) -> Option<String> {
    let plain = unwritten(written, style);
    let from = path::parent(at.context.path);
    let (base, rest) = match plain.strip_prefix('/') {
        Some(rest) if style == Style::Link => ("", rest.to_owned()),
        Some(_) => return None,
        None if style == Style::Top => ("", plain),
        None => (from, plain),
    };
    path::join(base, &rest)
}

/// A written path as the file system spells it.
fn unwritten(written: &str, style: Style) -> String {
    match style {
        Style::Link => percent_encoding::percent_decode_str(written)
            .decode_utf8()
            .map_or_else(|_| written.to_owned(), Into::into),
        Style::File | Style::Top => written.to_owned(),
        Style::Import => written.replace("\\ ", " "),
    }
}

/// A name as it is written in a path.
fn written(name: &str, style: Style, wrapped: bool) -> String {
    match style {
        Style::Link => {
            let mut text = String::with_capacity(name.len());
            for c in name.chars() {
                match c {
                    ' ' if !wrapped => text.push_str("%20"),
                    '%' => text.push_str("%25"),
                    '#' => text.push_str("%23"),
                    '?' => text.push_str("%3F"),
                    '(' | ')' if !wrapped => text.push_str(if c == '(' { "%28" } else { "%29" }),
                    '<' | '>' => text.push_str(if c == '<' { "%3C" } else { "%3E" }),
                    '\\' => text.push_str("%5C"),
                    other => text.push(other),
                }
            }
            text
        }
        Style::File | Style::Top => name.to_owned(),
        Style::Import => name.replace(' ', "\\ "),
    }
}

fn proposal(
    at: &At<'_, '_>,
    style: Style,
    folder_written: &str,
    name: &str,
    is_folder: bool,
    whole: &str,
) -> Proposal {
    let wrapped = at.before.wrapped.is_some();
    let mut text = format!("{folder_written}{}", written(name, style, wrapped));
    if is_folder {
        text.push('/');
    } else if style == Style::File && !wrapped && text.contains([' ', '#']) {
        text = format!("\"{text}\"");
    }
    let goes_on = move |c: char| {
        !c.is_whitespace() && !matches!(c, '/' | ')' | '>' | '"' | '`' | '#' | ']' | ',' | ';' | '<' | '(')
    };
    let label = if is_folder { format!("{name}/") } else { name.to_owned() };
    let kind = if is_folder { ProposalKind::Folder } else { ProposalKind::File };
    let mut proposal = at.proposal(label, text.clone(), kind, goes_on);
    // What is typed of the path is compared, not the last part alone.
    proposal.filter = format!("{folder_written}{name}");
    if !is_folder {
        proposal.about = Some(About::Path(whole.to_owned()));
    }
    proposal
}

/// The anchors of the file that is named before the `#`.
fn anchors(at: &At<'_, '_>, hash: usize) -> Completion {
    let typed = at.typed.of(at.context.text);
    if at.context.editor_proposes(EditorPlace::Anchor) {
        return Completion::default();
    }
    let file = typed.get(..hash).unwrap_or_default();
    let mut found = Vec::new();
    if file.is_empty() {
        of_facts(at, &at.context.facts, None, &mut found);
    } else if let Target::Path { candidates, .. } = target::understand(file, at.context.path, Base::Link) {
        for path in candidates {
            let world = at.context.world;
            if let Some(facts) = world.file_at(&path).and_then(|(_, state)| state.facts()) {
                of_facts(at, facts, Some(&path), &mut found);
            } else if let Some(facts) = world.look_into(&path) {
                of_facts(at, &facts, Some(&path), &mut found);
            }
            if !found.is_empty() {
                break;
            }
        }
    }
    let begun = typed.get(hash + 1..).unwrap_or_default();
    let mut incomplete = found.len() > MOST_PROPOSALS;
    if incomplete {
        found.retain(|own| super::fits(own.filter.get(hash + 1..).unwrap_or_default(), begun));
        incomplete = found.len() > MOST_PROPOSALS;
        found.truncate(MOST_PROPOSALS);
    }
    Completion { proposals: found, incomplete }
}

fn of_facts(at: &At<'_, '_>, facts: &Facts, path: Option<&str>, found: &mut Vec<Proposal>) {
    let typed = at.typed.of(at.context.text);
    let file = typed.split('#').next().unwrap_or_default();
    let belongs = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let headings = facts.headings.iter().filter(|heading| !heading.slug.is_empty()).map(|heading| {
        (heading.slug.clone(), heading.text.to_string(), format!("heading {}", heading.level))
    });
    let ids = facts.html_ids.iter().map(|id| (id.id.clone(), id.id.to_string(), "anchor".to_owned()));
    for (slug, label, detail) in headings.chain(ids) {
        let written = format!("{file}#{slug}");
        let mut one = at.proposal(label, written.clone(), ProposalKind::Anchor, belongs);
        one.filter = written;
        one.detail = Some(detail);
        let path = path.unwrap_or(at.context.path).to_owned();
        one.about = Some(About::Section { path, anchor: slug.to_string() });
        found.push(one);
    }
}
