//! What is said of the place under the pointer.

use super::explain;
use super::shown::Shown;
use segue_catalog::catalog;
use segue_syntax::Span;

/// Something to show beside a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// Markdown.
    pub markdown: String,
}

/// What to show at a byte of a file: the rules behind the findings there.
#[must_use]
pub fn at(shown: &Shown, offset: u32) -> Option<Hover> {
    let here: Vec<_> =
        shown.findings.iter().filter(|finding| finding.span.touches(offset as usize)).collect();
    let smallest = here.iter().map(|finding| finding.span).min_by_key(|span| span.len())?;
    let mut texts: Vec<String> =
        here.iter().filter_map(|finding| Some(explain::short(catalog().rule(finding.code)?.1))).collect();
    texts.dedup();
    Some(Hover { span: smallest, markdown: texts.join("\n\n---\n\n") })
}
