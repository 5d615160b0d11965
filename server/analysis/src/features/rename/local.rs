//! Things that live in one file: link definitions and inputs.

use super::scalar::scalar_text;
use super::{Refusal, refuse};
use crate::changes::{Changes, Why};
use crate::features::at::{self, Symbol};
use crate::features::navigate;
use crate::sites::{self, Page, Sign, Site};
use crate::world::World;
use segue_syntax::facts::LinkKind;
use segue_syntax::{Facts, Span};
use std::sync::Arc;

/// A label: the text that a reader sees stays what it is, so `[text][]` and `[text]` become
/// `[text][new]`.
pub(super) fn label(world: &World, symbol: &Symbol, new: &str) -> Result<Changes, Refusal> {
    let Symbol::Label { path, .. } = symbol else { return Err(Refusal::Changed) };
    if new.contains(['[', ']', '\\']) || new.starts_with('^') || new.len() > 900 {
        return refuse(format!("`{new}` cannot be a label."));
    }
    let changes = edits(world, path, symbol, |page, site, text| {
        let span = site.span;
        let links = page.facts.map(|facts| facts.links.as_slice()).unwrap_or_default();
        let link = links.iter().find(|link| {
            link.target_span == span && matches!(link.kind(), LinkKind::Reference | LinkKind::ImageReference)
        });
        let at_end = |end: u32| Span { start: end, end };
        match link.filter(|link| !site.defines && link.text_span() == span) {
            Some(link) if link.span.of(text).ends_with("[]") => {
                Some((at_end(link.span.end - 1), new.to_owned()))
            }
            Some(link) => Some((at_end(link.span.end), format!("[{new}]"))),
            None => Some((span, new.to_owned())),
        }
    })?;
    // Every link still leads where it led, and no other word became one.
    let told = |text: &str| {
        Facts::of(text).links.iter().map(|link| (link.kind(), link.target.clone())).collect::<Vec<_>>()
    };
    let same = changes
        .files
        .values()
        .all(|file| file.applied().is_some_and(|after| told(&file.text) == told(&after)));
    if !same {
        return refuse(format!("The label `{new}` would make other links of this file lead elsewhere."));
    }
    Ok(changes)
}

/// An input.
pub(super) fn input(world: &World, symbol: &Symbol, new: &str) -> Result<Changes, Refusal> {
    let Symbol::Input { path, .. } = symbol else { return Err(Refusal::Changed) };
    if new.contains(|c: char| c.is_whitespace() || "{}:$\"'\\".contains(c)) {
        return refuse(format!("`{new}` cannot be the name of an input."));
    }
    let other = at::with_page(world, path, |page| {
        sites::all(page).iter().any(|site| matches!(site.what, Sign::Input(own) if own == new))
    });
    if other.ok_or(Refusal::Changed)? {
        return refuse(format!("There is an input `{new}` already."));
    }
    edits(world, path, symbol, |_, site, _| site.exact.then(|| (site.span, scalar_text(new, site.style))))
}

/// Edits at all sites of a file that name a thing; refused where one of them cannot be edited.
fn edits(
    world: &World,
    path: &Arc<str>,
    symbol: &Symbol,
    edit: impl Fn(&Page<'_>, &Site<'_>, &str) -> Option<(Span, String)>,
) -> Result<Changes, Refusal> {
    let text = world.any_text(path).ok_or(Refusal::Changed)?;
    let mut changes = Changes::default();
    let whole = at::with_page(world, path, |page| {
        for site in sites::all(page).iter().filter(|site| navigate::names_it(world, page, site, symbol)) {
            let Some((span, insert)) = edit(page, site, &text) else { return false };
            let why = if site.defines { Why::Name } else { Why::Use };
            changes.add(path, &text, span, insert, why);
        }
        true
    });
    match whole {
        Some(true) => Ok(changes),
        Some(false) => refuse("One of its uses is written with escapes and cannot be changed by itself."),
        None => Err(Refusal::Changed),
    }
}
