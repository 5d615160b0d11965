//! Findings that the editor reports by itself, so that nothing is said twice.
//!
//! The rows of the rules say what VS Code's own diagnostics have. They count in open files alone: VS Code
//! judges no others.

use crate::diagnostics::Finding;
use crate::file::FileState;
use segue_catalog::{Answer, Answerers, Dialect, Rule, VscodePart, catalog};
use segue_syntax::Span;
use segue_syntax::facts::{Facts, HeaderShape, LinkKind, TokenKind};

/// Whether the editor says the same of an open file.
#[must_use]
pub fn by_editor(state: &FileState, finding: &Finding, editor: Answerers) -> bool {
    let (Some(facts), Some(kind)) = (state.facts().filter(|_| editor.prompts), state.kind) else {
        return false;
    };
    let row =
        catalog().rule(finding.code).map(|(_, rule)| rule).filter(|rule| rule.in_vscode != Answer::None);
    let Some(part) = row.and_then(|rule: &Rule| rule.vscode_part.as_ref()) else { return false };
    part.kinds.contains(&kind) && is_judged(state, facts) && has(part, finding, facts)
}

/// Whether VS Code judges such a file with the rules that the rows speak of: it leaves most of them out
/// in files of other clients, and all where it finds no header.
fn is_judged(state: &FileState, facts: &Facts) -> bool {
    let target = facts.header.yaml.map().and_then(|map| map.str("target"));
    state.dialect == Dialect::Copilot
        && facts.header.shape == HeaderShape::Closed
        && target.is_none_or(|target| target == "vscode")
}

fn has(part: &VscodePart, finding: &Finding, facts: &Facts) -> bool {
    if part.up_to.is_some_and(|most| finding.severity > most)
        || part.paths && !is_plain_path(finding.span, facts)
    {
        return false;
    }
    let key = key_at(finding.span, facts);
    let is = |keys: &[String]| key.is_some_and(|key| keys.iter().any(|own| own == key));
    (part.keys.is_empty() || is(&part.keys)) && !is(&part.except_keys)
}

/// The key of the header, not of a map in it, in whose entry a place lies.
fn key_at(span: Span, facts: &Facts) -> Option<&str> {
    let mut entries = facts.header.yaml.map()?.entries.iter();
    entries.find(|entry| entry.span().contains(span)).map(|entry| &*entry.key.text)
}

/// Whether the path is that of an inline link or of `#file:`.
fn is_plain_path(span: Span, facts: &Facts) -> bool {
    facts.links.iter().any(|link| link.kind() == LinkKind::Inline && link.target_span.contains(span))
        || facts.tokens.iter().any(|token| token.kind == TokenKind::File && token.name_span.contains(span))
}
