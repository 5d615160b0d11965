//! What can be folded away: the header, sections, fenced code.

use segue_syntax::{Facts, Lines};

/// A range of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// The line that stays.
    pub first: u32,
    /// The last line that goes.
    pub last: u32,
    /// What it is.
    pub kind: FoldKind,
}

/// What a fold hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FoldKind {
    /// The frontmatter.
    Header,
    /// A heading's section.
    Section,
    /// Fenced code.
    Fence,
}

/// The folds of a file, by line.
#[must_use]
pub fn of(text: &str, facts: &Facts) -> Vec<Fold> {
    let lines = Lines::of(text);
    let line = |offset: u32| u32::try_from(lines.line_of(offset as usize)).unwrap_or(u32::MAX);
    let mut folds = Vec::new();
    if !facts.header.span.is_empty() {
        folds.push(Fold {
            first: line(facts.header.span.start),
            last: line(facts.header.span.end),
            kind: FoldKind::Header,
        });
    }
    for (index, heading) in facts.headings.iter().enumerate() {
        let next = facts.headings.iter().skip(index + 1).find(|next| next.level <= heading.level);
        let end = next.map_or(facts.len, |next| next.span.start);
        let section = text.get(heading.span.start as usize..end as usize).unwrap_or_default();
        let written = heading.span.start as usize + section.trim_end().len();
        let last = u32::try_from(written.saturating_sub(1)).unwrap_or(u32::MAX);
        folds.push(Fold { first: line(heading.span.end), last: line(last), kind: FoldKind::Section });
    }
    for fence in &facts.fences {
        let last = fence.span.end.saturating_sub(1).max(fence.span.start);
        folds.push(Fold { first: line(fence.span.start), last: line(last), kind: FoldKind::Fence });
    }
    folds.retain(|fold| fold.first < fold.last);
    folds.sort_unstable();
    folds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_sections_and_fences_fold() {
        let text = "---\na: 1\n---\n# One\n\n```\nx\n```\n\n## Two\n\ny\n\n# Three\n";
        let folds: Vec<_> =
            of(text, &Facts::of(text)).into_iter().map(|f| (f.first, f.last, f.kind)).collect();
        assert_eq!(
            folds,
            [
                (0, 2, FoldKind::Header),
                (3, 11, FoldKind::Section),
                (5, 7, FoldKind::Fence),
                (9, 11, FoldKind::Section),
            ]
        );
    }
}
