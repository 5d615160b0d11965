//! What a link leads to and is not there: a file, from the template of its kind, or a heading.

use super::{Offer, Refusal, Source, Way};
use crate::changes::{Changes, Why};
use crate::diagnostics::link::is_special_anchor;
use crate::disk::Probe;
use crate::path;
use crate::resolve;
use crate::world::World;
use crate::written::{self, What, Written};
use crate::{names, target};
use segue_catalog::{Kind, catalog};
use segue_syntax::slug::slug_text;
use segue_syntax::{Facts, Span};
use std::sync::Arc;

pub(super) fn offer(source: &Source<'_>, range: Span, offers: &mut Vec<Offer>) {
    for written in source.touched(range) {
        let at = written.span.start;
        let mut add = |title, way| offers.push(Offer { title, span: written.span, way });
        if let Some(path) = missing_file(source, &written) {
            add(format!("Create `{path}`"), Way::CreateFile { at });
        } else if let Some((path, heading)) = missing_heading(source, &written) {
            let place = if *path == *source.path { "this file" } else { path::file_name(&path) };
            add(format!("Create the heading *{heading}* in {place}"), Way::CreateHeading { at });
        }
    }
}

/// The Markdown file that a destination means and that nothing is at.
fn missing_file(source: &Source<'_>, written: &Written<'_>) -> Option<String> {
    if matches!(written.what, What::Image | What::Worker) {
        return None;
    }
    let lead = resolve::lead(source.world, &source.path, written).filter(|lead| lead.there.is_none())?;
    let path = lead.candidates.into_iter().next()?;
    let named = path::file_name(&path).strip_suffix(".md").is_some_and(|name| !name.is_empty());
    let free = path::ancestors(&path).all(|folder| source.world.probe(folder) != Probe::File);
    let spelt = !path.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) && !path.contains(char::is_control);
    (named && free && spelt).then_some(path)
}

pub(super) fn file(source: &Source<'_>, at: u32) -> Result<Changes, Refusal> {
    let written = source.beginning_at(at).ok_or(Refusal::Changed)?;
    let path = missing_file(source, &written).ok_or(Refusal::Changed)?;
    Ok(Changes::of_new(&path, text_of(source.world, &path)))
}

/// What a new file at `path` begins with: the template of its kind, and the headings that links to it
/// want.
fn text_of(world: &World, path: &str) -> String {
    let base = path::file_name(path);
    let kind = catalog().kind_of(path);
    let name = match kind {
        Some((Kind::Skill, _)) => path::folder_name(path),
        _ => names::stem(path),
    };
    let template = kind.and_then(|(kind, dialect)| catalog().template_for(kind, dialect, base));
    let mut text =
        template.map_or_else(|| format!("# {}\n", title_of(name)), |template| template.plain(name));
    for anchor in wanted_anchors(world, path) {
        if resolve::anchored(&Facts::of(&text), &anchor).is_none()
            && let Some(heading) = heading_for(&anchor)
        {
            text.push_str(&format!("\n## {heading}\n"));
        }
    }
    text
}

/// The anchors that primitives want of the file at `path`, each once, in the order of their files.
fn wanted_anchors(world: &World, path: &str) -> Vec<String> {
    let Some(id) = world.id(path) else { return Vec::new() };
    let mut anchors: Vec<String> = Vec::new();
    for referrer in world.referrers(id) {
        let Some(state) = world.file(*referrer) else { continue };
        let Some(facts) = state.facts() else { continue };
        let own = state.refs.iter().filter(|own| own.target == id);
        for written in own.filter_map(|own| written::get(state.kind, facts, own.site)) {
            let understood = target::understand(written.text, &world.path(*referrer), written.base);
            if let target::Target::Path { anchor: Some(anchor), .. } = understood
                && !anchors.contains(&anchor)
                && !is_special_anchor(&anchor)
            {
                anchors.push(anchor);
            }
        }
    }
    anchors
}

/// The file and the heading that a destination names and that the file does not have.
fn missing_heading(source: &Source<'_>, written: &Written<'_>) -> Option<(Arc<str>, String)> {
    if !matches!(written.what, What::Link | What::FileReference) {
        return None;
    }
    let lead = resolve::lead(source.world, &source.path, written)?;
    let there = lead.there.filter(|there| !there.folder && path::extension(&there.path) == "md")?;
    let anchor = lead.anchor.filter(|anchor| !anchor.is_empty() && !is_special_anchor(anchor))?;
    let heading = heading_for(&anchor)?;
    let (_, state) = source.world.file_at(&there.path)?;
    let facts = state.facts()?;
    resolve::anchored(facts, &anchor).is_none().then(|| (there.path.into(), heading))
}

pub(super) fn heading(source: &Source<'_>, at: u32) -> Result<Changes, Refusal> {
    let written = source.beginning_at(at).ok_or(Refusal::Changed)?;
    let (path, heading) = missing_heading(source, &written).ok_or(Refusal::Changed)?;
    let text = source.world.any_text(&path).ok_or(Refusal::Changed)?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let kept = text.trim_end_matches(['\n', '\r', ' ', '\t']);
    let mut changes = Changes::default();
    let gap = if kept.is_empty() { String::new() } else { end.repeat(2) };
    let insert = format!("{gap}## {heading}{end}");
    changes.add(&path, &text, Span::new(kept.len(), text.len()), insert, Why::Asked);
    // In a fence that nobody closed it would be no heading.
    let after = changes.files.get(&path).and_then(|file| file.applied()).ok_or(Refusal::Changed)?;
    let wanted = slug_text(&heading);
    let made = Facts::of(&after).headings.iter().any(|own| *own.slug == *wanted);
    if made { Ok(changes) } else { Err(Refusal::Reason("A heading at the end of that file would be none.")) }
}

/// The heading text whose anchor is `anchor`, as somebody would write it: `oauth-tokens` is *Oauth tokens*.
pub(in crate::features) fn heading_for(anchor: &str) -> Option<String> {
    let wanted = anchor.to_lowercase();
    let title = title_of(&wanted);
    [title, wanted.clone()].into_iter().find(|text| !text.is_empty() && slug_text(text) == wanted)
}

/// Words with hyphens as a title: the first letter large.
pub(in crate::features) fn title_of(name: &str) -> String {
    let spaced = name.replace('-', " ");
    let mut letters = spaced.trim().chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_for_anchors() {
        for (anchor, heading) in [
            ("oauth-v2", Some("Oauth v2")),
            ("Intro", Some("Intro")),
            ("über-uns", Some("Über uns")),
            ("a--b", Some("A  b")),
            ("-x", Some("-x")),
            ("a.b", None),
            ("", None),
        ] {
            assert_eq!(heading_for(anchor).as_deref(), heading, "{anchor}");
        }
    }
}
