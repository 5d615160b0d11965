//! A section to a file of its own, with a link in its place. Links to its headings follow.

use super::relative::spelled;
use super::section::{Carried, Carry, shift_to};
use super::{Offer, Refusal, Source, Way};
use crate::changes::{Changes, Why};
use crate::disk::Probe;
use crate::features::{at, navigate};
use crate::intern::PathId;
use crate::sites::Page;
use crate::written::{self, Written};
use crate::{path, resolve};
use segue_catalog::{Dialect, Kind, catalog};
use segue_syntax::facts::Heading;
use segue_syntax::{Facts, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn offer(source: &Source<'_>, range: Span, offers: &mut Vec<Offer>) {
    let here = |heading: &&Heading| heading.span.start <= range.end && range.start <= heading.span.end;
    let Some(heading) = source.facts.headings.iter().find(here) else { return };
    if section(source, heading.span.start).is_err() {
        return;
    }
    for (memory, title) in [(false, "context"), (true, "memory")] {
        let way = Way::Extract { at: heading.span.start, memory };
        offers.push(Offer { title: format!("Extract section to a {title} file"), span: heading.span, way });
    }
}

/// A section that can be cut out: the index of its heading, and its text without blank lines behind it.
fn section(source: &Source<'_>, at: u32) -> Result<(usize, Span), Refusal> {
    let index = source.facts.headings.iter().position(|heading| heading.span.start == at);
    let index = index.ok_or(Refusal::Changed)?;
    let heading = source.facts.headings.get(index).ok_or(Refusal::Changed)?;
    let whole = at::section(source.facts, index);
    let text = whole.of(source.text);
    let span = Span::new(whole.start as usize, whole.start as usize + text.trim_end().len());
    let body = Span { start: heading.span.end.min(span.end), end: span.end }.of(source.text);
    if !source.begins_line(heading.span.start) || heading.text.trim().is_empty() {
        return Err(Refusal::Reason("It is no section of its own."));
    }
    if body.trim().is_empty() {
        return Err(Refusal::Reason("There is nothing in the section."));
    }
    Ok((index, span))
}

pub(super) fn change(
    source: &Source<'_>,
    at: u32,
    memory: bool,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<Changes, Refusal> {
    let (index, span) = section(source, at)?;
    let heading = source.facts.headings.get(index).ok_or(Refusal::Changed)?;
    let kind = if memory { Kind::Memory } else { Kind::Context };
    let to = free_path(source, kind, &heading.slug)
        .ok_or(Refusal::Reason("There is no free name for the file."))?;
    let shift = shift_to(source.facts, source.text, span, 1);
    let carry = Carry {
        world: source.world,
        page: source.page,
        facts: source.facts,
        text: source.text,
        span,
        to: &to,
        shift,
    };
    let carried = carry.carried()?;
    let text = new_text(source, &carried);
    let anchors = anchors(source, span, &text, &carried)?;
    let mut changes = Changes::of_new(&to, text);
    leave_link(source, heading, span, &to, &anchors, &mut changes);
    remove_definitions(source, span, &carried, &mut changes);
    links_follow(source, span, &to, &anchors, go_on, &mut changes)?;
    check_anchors(source, span, heading, &changes)?;
    Ok(changes)
}

/// An anchor before and after.
type Renamed = (Box<str>, Box<str>);

/// Where the new file goes: where most files of its kind are, else as near as it is one of its kind.
fn free_path(source: &Source<'_>, kind: Kind, slug: &str) -> Option<String> {
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for (id, _) in source.world.primitives().filter(|(_, state)| state.kind == Some(kind)) {
        *folders.entry(path::parent(&source.world.path(id)).to_owned()).or_default() += 1;
    }
    let usual = folders.iter().max_by_key(|(folder, count)| (**count, std::cmp::Reverse(*folder)));
    let usual = usual.map(|(folder, _)| folder.as_str());
    let near = path::ancestors(&source.path);
    let name = slug.trim_matches('-');
    let name = if name.is_empty() { "section" } else { name };
    let template = catalog().template_for(kind, Dialect::Copilot, "")?;
    let fits = |path: &String| {
        catalog().kind_of(path).is_some_and(|(own, _)| own == kind)
            && source.world.probe(path) == Probe::Missing
    };
    let below = |folder: &str, file: String| match folder {
        "" => file,
        folder => format!("{folder}/{file}"),
    };
    // Where a client takes every Markdown file for an agent or a rule, this one would be taken for one.
    let plain = |folder: &&str| catalog().kind_of(&below(folder, "x.md".to_owned())).is_none();
    usual.into_iter().chain(near.filter(plain)).find_map(|folder| {
        let names = std::iter::once(name.to_owned()).chain((2..100).map(|n| format!("{name}-{n}")));
        names.map(|name| below(folder, template.path_for(&name))).find(fits)
    })
}

fn new_text(source: &Source<'_>, carried: &Carried) -> String {
    let end = source.line_end();
    let mut text = format!("{}{end}", carried.text);
    if !carried.definitions.is_empty() {
        text.push_str(end);
        for (_, definition) in &carried.definitions {
            text.push_str(&format!("{definition}{end}"));
        }
    }
    text
}

/// The anchors of the section's headings before and after, in order.
fn anchors(source: &Source<'_>, span: Span, new: &str, carried: &Carried) -> Result<Vec<Renamed>, Refusal> {
    let new = Facts::of(new);
    let old: Vec<&Heading> = source.facts.headings.iter().filter(|own| span.contains(own.span)).collect();
    if old.len() != new.headings.len() {
        return Err(Refusal::Reason("Alone, the section would have other headings."));
    }
    let pairs: Vec<_> =
        old.iter().zip(&new.headings).map(|(old, new)| (old.slug.clone(), new.slug.clone())).collect();
    let differs = |anchor: &String| pairs.iter().any(|(old, new)| **old == **anchor && old != new);
    if carried.own_anchors.iter().any(differs) {
        return Err(Refusal::Reason("A link in it leads to a heading of it that would get another anchor."));
    }
    Ok(pairs)
}

/// The heading stays, with a link below it.
fn leave_link(
    source: &Source<'_>,
    heading: &Heading,
    span: Span,
    to: &str,
    anchors: &[Renamed],
    changes: &mut Changes,
) {
    let end = source.line_end();
    let title = heading.text.trim().replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    let anchor = anchors.first().map(|(_, new)| format!("#{new}")).unwrap_or_default();
    let link = spelled(&path::relative(path::parent(&source.path), to), &anchor, false);
    let body = Span { start: heading.span.end, end: span.end };
    changes.add(&source.path, source.text, body, format!("{end}{end}See [{title}]({link})."), Why::Asked);
}

/// The definitions that nothing else in the file uses go with the section.
fn remove_definitions(source: &Source<'_>, span: Span, carried: &Carried, changes: &mut Changes) {
    for (index, definition) in source.facts.definitions.iter().enumerate() {
        let taken = carried.definitions.iter().any(|(label, _)| *label == definition.label);
        let used_elsewhere = source.facts.links.iter().any(|link| {
            link.definition().map(|index| index as usize) == Some(index) && !span.contains(link.span)
        });
        if taken
            && !used_elsewhere
            && let Some(lines) = super::definitions::lines_of(source, definition)
        {
            changes.add(&source.path, source.text, lines, String::new(), Why::Asked);
        }
    }
}

/// Links to the headings below the first, which stays, lead to the new file.
fn links_follow(
    source: &Source<'_>,
    span: Span,
    to: &str,
    anchors: &[Renamed],
    go_on: &(dyn Fn() -> bool + Sync),
    changes: &mut Changes,
) -> Result<(), Refusal> {
    let mut moved: Vec<Renamed> = anchors.iter().skip(1).cloned().collect();
    let ids = source.facts.html_ids.iter().filter(|id| span.contains(id.span));
    moved.extend(ids.map(|id| (id.id.clone(), id.id.clone())));
    if moved.is_empty() {
        return Ok(());
    }
    let leaving = Leaving { source, span, to, moved: &moved };
    let mut add = |path: &Arc<str>, text: &Arc<str>, edits: Vec<(Span, String)>| {
        edits.into_iter().for_each(|(span, insert)| changes.add(path, text, span, insert, Why::Link));
    };
    add(&source.path, source.text, leaving.edits(&source.page));
    let world = source.world;
    let meant = navigate::aliases(world, &source.path).into_iter();
    let mut files: Vec<PathId> = meant.flat_map(|id| world.referrers(id)).copied().collect();
    files.sort_unstable();
    files.dedup();
    for id in files {
        let (path, Some(state)) = (world.path(id), world.file(id)) else { continue };
        if path != source.path {
            let text = world.text(id).ok_or(Refusal::Changed)?;
            add(&path, &text, leaving.edits(&Page::of(&path, state, Some(&text))));
        }
    }
    let hint = navigate::hint_of(&source.path);
    let outside = navigate::outside(world, &[hint], &|_| false, go_on, |page, _, text| {
        vec![(Arc::<str>::from(page.path), text.clone(), leaving.edits(page))]
    });
    outside.into_iter().for_each(|(path, text, edits)| add(&path, &text, edits));
    if go_on() { Ok(()) } else { Err(Refusal::Changed) }
}

/// Anchors that leave their file.
struct Leaving<'a> {
    source: &'a Source<'a>,
    /// The section, whose own links stay with it.
    span: Span,
    to: &'a str,
    moved: &'a [Renamed],
}

impl Leaving<'_> {
    /// The destinations of a file that lead to one of them, written for the new file.
    fn edits(&self, page: &Page<'_>) -> Vec<(Span, String)> {
        let (Some(facts), Some(text)) = (page.facts, page.text) else { return Vec::new() };
        let own = page.path == &*self.source.path;
        let all = written::all(page.kind, facts).map(|(_, written)| written);
        let leading =
            all.filter(|written| written.text.contains('#') && !(own && self.span.contains(written.whole)));
        let edit = |written: Written<'_>| {
            let lead = resolve::lead(self.source.world, page.path, &written)?;
            lead.there.filter(|there| there.path == *self.source.path)?;
            let anchor = resolve::canonical_anchor(self.source.facts, &lead.anchor?)?;
            let (_, new) = self.moved.iter().find(|(old, _)| *old == anchor)?;
            let angle = text.get(..written.span.start as usize)?.ends_with('<');
            let relative = path::relative(path::parent(page.path), self.to);
            Some((written.span, spelled(&relative, &format!("#{new}"), angle)))
        };
        leading.filter_map(edit).collect()
    }
}

/// Whether the headings that stay keep their anchors: a namesake's counter may hang on one that goes.
fn check_anchors(
    source: &Source<'_>,
    span: Span,
    heading: &Heading,
    changes: &Changes,
) -> Result<(), Refusal> {
    let after = changes.files.get(&source.path).and_then(|file| file.applied()).ok_or(Refusal::Changed)?;
    let stays = |own: &&Heading| own.span == heading.span || !span.contains(own.span);
    let before: Vec<&Box<str>> = source.facts.headings.iter().filter(stays).map(|own| &own.slug).collect();
    let after = Facts::of(&after);
    let now: Vec<&Box<str>> = after.headings.iter().map(|own| &own.slug).collect();
    if before == now {
        Ok(())
    } else {
        Err(Refusal::Reason("Headings that stay would get other anchors, because one of the same name goes."))
    }
}
