//! `security/*`: characters that show nothing and say something, credentials, scripts run unread.

use super::{Context, Report};
use crate::risks::What;
use crate::servers;
use segue_catalog::Severity;
use segue_syntax::facts::OddityKind;

pub(super) fn check(context: &mut Context<'_>) {
    hidden_unicode(context);
    risks(context);
}

/// What was found when the text was read.
fn risks(context: &mut Context<'_>) {
    let state = context.state;
    // What is wrong with a server is told by the rules about servers.
    let header = context.facts.header.yaml.map();
    let servers = header.and_then(|map| servers::written_in(map).next()).map(|node| node.span);
    for risk in &state.risks {
        let report = match risk.what {
            What::Secret { example, .. } => {
                if servers.is_some_and(|servers| servers.contains(risk.span)) {
                    continue;
                }
                let Some(row) = risk.what.secret() else { continue };
                let message = format!(
                    "This looks like {}. Whoever can read the file has it, and so has every model that is given it: take it from the environment, and revoke it.",
                    row.title
                );
                let severity = if example { Severity::Hint } else { Severity::Warning };
                Report::new("security/secret", risk.span, message).severity(severity)
            }
            What::RemoteScript { plain_http: true } => Report::new(
                "security/remote-script",
                risk.span,
                "This runs what a server answers over plain HTTP, which anybody on the way can change.",
            )
            .severity(Severity::Warning),
            What::RemoteScript { plain_http: false } => Report::new(
                "security/remote-script",
                risk.span,
                "This runs what a server answers, unread. Fetch it to a file, and pin its version or check its sum, before it is run.",
            ),
        };
        context.send(report);
    }
}

fn hidden_unicode(context: &mut Context<'_>) {
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
