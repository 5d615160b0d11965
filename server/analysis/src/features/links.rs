//! Document links: what an editor underlines, and where a click leads.

use super::at::{self, Symbol};
use crate::disk::Probe;
use crate::sites::{self, Sign};
use crate::target::{Target, understand};
use crate::world::World;
use segue_syntax::facts::LinkKind;
use segue_syntax::{Lines, Span};
use std::sync::Arc;

/// A place that can be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentLink {
    /// Where it stands.
    pub span: Span,
    /// Where it leads.
    pub to: LeadsTo,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeadsTo {
    /// An address.
    Address(String),
    /// A file or folder of the workspace, with the line of the anchor, from 0.
    File(Arc<str>, Option<usize>),
}

/// The links of the file at `path`, in order. What leads to nothing is no link: a diagnostic says so.
#[must_use]
pub fn of(world: &World, path: &str) -> Vec<DocumentLink> {
    let found = at::with_page(world, path, |page| {
        let mut links: Vec<DocumentLink> = Vec::new();
        for site in sites::all(page) {
            let (Sign::Path(written) | Sign::Anchor(written)) = &site.what else { continue };
            let to = match understand(written.text, path, written.base) {
                Target::External => Some(LeadsTo::Address(address(written.text))),
                _ => at::meaning(world, page, &site).and_then(|symbol| place(world, &symbol)),
            };
            if let Some(to) = to {
                links.push(DocumentLink { span: written.span, to });
            }
        }
        let facts = page.facts.map(|facts| facts.links.as_slice()).unwrap_or_default();
        for link in facts.iter().filter(|link| link.kind() == LinkKind::Autolink) {
            links.push(DocumentLink { span: link.target_span, to: LeadsTo::Address(address(&link.target)) });
        }
        // A destination with an anchor has two sites; the one that knows the line wins.
        links.sort_by_key(|link| {
            let line = if let LeadsTo::File(_, line) = &link.to { *line } else { None };
            (link.span, std::cmp::Reverse(line))
        });
        links.dedup_by_key(|link| link.span);
        links
    });
    found.unwrap_or_default()
}

/// An address as a URI: `//host` means whatever scheme the page has.
fn address(written: &str) -> String {
    if written.starts_with("//") { format!("https:{written}") } else { written.to_owned() }
}

fn place(world: &World, symbol: &Symbol) -> Option<LeadsTo> {
    match symbol {
        Symbol::Path(path) if world.probe(path) != Probe::Missing => Some(LeadsTo::File(path.clone(), None)),
        Symbol::Anchor { path, .. } if world.probe(path) != Probe::Missing => {
            let place = at::definitions(world, symbol).into_iter().next();
            let line = place.filter(|place| place.span.start > 0).and_then(|place| {
                let text = world.any_text(&place.path)?;
                Some(Lines::of(&text).line_of(place.span.start as usize))
            });
            Some(LeadsTo::File(path.clone(), line))
        }
        _ => None,
    }
}
