//! Links that lead nowhere since something was moved outside of the editor, and what puts them right.

use super::actions::{Action, What};
use super::at::with_page;
use super::moves::{self, Rewrite};
use super::shown::Shown;
use crate::diagnostics::{Edit, Finding};
use crate::resolve::{self, Lead, Spelling, There};
use crate::sites::Page;
use crate::target::{Target, understand};
use crate::world::World;
use crate::written::{self, Written};
use segue_syntax::Span;

/// Fixes of the links that `range` touches, and one of all links of the file where more are astray.
#[must_use]
pub fn fixes(world: &World, path: &str, shown: &Shown, range: Span) -> Vec<Action> {
    let leads_nowhere =
        |finding: &Finding| matches!(finding.code, "link/missing-file" | "link/outside-workspace");
    if !shown.findings.iter().any(leads_nowhere) {
        return Vec::new();
    }
    let missing = |span: Span| {
        shown.findings.iter().position(|finding| leads_nowhere(finding) && finding.span.overlaps(span))
    };
    let found = with_page(world, path, |page| astray(world, page)).unwrap_or_default();
    let mut actions = Vec::new();
    for link in &found {
        let touched = link.whole.overlaps(range) || link.whole.touches(range.start as usize);
        let Some(index) = missing(link.edit.span).filter(|_| touched) else { continue };
        let offered = shown.findings.get(index).is_some_and(|finding| {
            finding.fixes.iter().any(|fix| fix.edits.iter().any(|edit| edit.insert == link.edit.insert))
        });
        if !offered {
            actions.push(Action {
                title: format!("Link to `{}`, to where it was moved", link.edit.insert),
                what: What::Fix { safe: false },
                finding: Some(index),
                edits: vec![link.edit.clone()],
            });
        }
    }
    let touched =
        found.iter().any(|link| link.whole.overlaps(range) || link.whole.touches(range.start as usize));
    if found.len() > 1 && touched {
        actions.push(Action {
            title: format!("Let the {} links of this file follow what was moved", found.len()),
            what: What::Fix { safe: false },
            finding: None,
            edits: found.into_iter().map(|link| link.edit).collect(),
        });
    }
    actions
}

/// A link, and what it should be.
struct Astray {
    whole: Span,
    edit: Edit,
}

fn astray(world: &World, page: &Page<'_>) -> Vec<Astray> {
    let Some(facts) = page.facts else { return Vec::new() };
    // Its own links may be written for where the file was.
    let origin = world.moved_from(page.path);
    let origin = origin.as_deref().unwrap_or(page.path);
    let mut found = Vec::new();
    for (_, written) in written::all(page.kind, facts) {
        let nowhere = resolve::lead(world, page.path, &written).is_none_or(|lead| lead.there.is_none());
        let Some((lead, target)) = nowhere.then(|| meant(world, origin, &written)).flatten() else {
            continue;
        };
        let rewrite = Rewrite { world, moves: &[], created: &[], origin, from: page.path };
        if let Some((span, insert)) = moves::rewritten(&rewrite, page, &written, &lead, &target) {
            found.push(Astray { whole: written.whole, edit: Edit { span, insert } });
        }
    }
    found.sort_by_key(|link| link.edit.span);
    found
}

/// What a destination led to from `origin`, and where that is now.
fn meant(world: &World, origin: &str, written: &Written<'_>) -> Option<(Lead, String)> {
    let Target::Path { candidates, anchor, .. } = understand(written.text, origin, written.base) else {
        return None;
    };
    if let Some(there) = resolve::there(world, &candidates) {
        let target = there.path.clone();
        return Some((Lead { candidates, there: Some(there), anchor }, target));
    }
    let moved = candidates.iter().enumerate().find_map(|(candidate, path)| {
        let was = |path: String, spelling| {
            let to = world.moved_to(&path)?;
            Some((There { path, folder: false, candidate, spelling }, to.to_string()))
        };
        was(path.clone(), Spelling::Same).or_else(|| was(format!("{path}.md"), Spelling::WithoutEnding))
    });
    let (there, target) = moved?;
    Some((Lead { candidates, there: Some(there), anchor }, target))
}
