//! `security/hidden-unicode`: characters that show nothing and say something.

use super::{Context, Report};
use segue_catalog::Severity;
use segue_syntax::facts::OddityKind;

pub(super) fn check(context: &mut Context<'_>) {
    let facts = context.facts;
    for oddity in &facts.oddities {
        let code = oddity.character as u32;
        let (severity, what) = match oddity.kind {
            // Text that reads otherwise than it is shown: nobody writes that by hand.
            OddityKind::Tag => {
                (Severity::Error, "Tag characters are invisible and a model reads them as text")
            }
            OddityKind::Bidirectional if is_override(oddity.character) => (
                Severity::Warning,
                "A bidirectional control makes the text show in another order than it is read",
            ),
            OddityKind::Bidirectional => (Severity::Hint, "A direction mark is invisible"),
            OddityKind::ZeroWidth => (Severity::Hint, "A zero-width character is invisible"),
            OddityKind::Replacement => continue,
        };
        let severity =
            if oddity.in_code && oddity.kind != OddityKind::Tag { Severity::Hint } else { severity };
        let message = format!("{what} (U+{code:04X}).");
        let mut report = Report::new("security/hidden-unicode", oddity.span, message).severity(severity);
        // In code such a character is often put there on purpose, to keep a fence or a tag from acting.
        if !oddity.in_code || oddity.kind == OddityKind::Tag {
            report = report.offered_fix("Remove the invisible characters", oddity.span, "");
        }
        context.send(report);
    }
}

/// The controls that reorder (embeddings, overrides, isolates), not the marks.
fn is_override(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
