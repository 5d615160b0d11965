//! What should not stand in a text that programs act on: credentials, and scripts that are fetched and
//! run unread.
//!
//! One pass over the text finds where one of them may begin; only there it is looked at closely.

mod script;
mod secret;

use aho_corasick::{AhoCorasick, Input, MatchKind};
use segue_catalog::{Secret, catalog};
use segue_syntax::{Damage, Span};
use std::ops::Range;
use std::sync::OnceLock;

pub(crate) use secret::find as secret_in;

/// Something that should not stand in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Risk {
    /// What.
    pub what: What,
    /// Where.
    pub span: Span,
}

/// What should not stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A credential: the number of its row in the catalog, and whether the line says that it is an
    /// example.
    Secret { row: u16, example: bool },
    /// A script that is fetched and run; whether over a connection that nobody vouches for.
    RemoteScript { plain_http: bool },
}

impl What {
    /// The row of a credential.
    pub fn secret(self) -> Option<&'static Secret> {
        match self {
            What::Secret { row, .. } => catalog().secrets.get(usize::from(row)),
            What::RemoteScript { .. } => None,
        }
    }
}

/// The beginnings that are looked for: those of the rows first, then the words that fetch.
fn beginnings() -> Option<&'static AhoCorasick> {
    static BEGINNINGS: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let built = BEGINNINGS.get_or_init(|| {
        let words =
            catalog().secrets.iter().map(|row| row.prefix.as_str()).chain(script::FETCHERS.iter().copied());
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(words).ok()
    });
    built.as_ref()
}

/// The risks of a text, in order, none inside another.
pub(crate) fn of_text(text: &str) -> Vec<Risk> {
    of_lines(text, 0..text.len())
}

/// The risks that begin in some whole lines of a text.
fn of_lines(text: &str, lines: Range<usize>) -> Vec<Risk> {
    let (mut found, mut from) = (Vec::<Risk>::new(), 0);
    let Some(beginnings) = beginnings() else { return found };
    let rows = &catalog().secrets;
    for start in beginnings.find_iter(Input::new(text).range(lines)) {
        if start.start() < from {
            continue;
        }
        let risk = match rows.get(start.pattern().as_usize()) {
            Some(row) if row.only_in_configuration => None,
            Some(row) => secret::at(row, text, start.start()).map(|span| Risk {
                what: What::Secret {
                    row: u16::try_from(start.pattern().as_usize()).unwrap_or(u16::MAX),
                    example: secret::is_said_to_be_an_example(text, span),
                },
                span,
            }),
            None => script::at(text, start.start()..start.end()),
        };
        if let Some(risk) = risk.filter(|risk| risk.span.start as usize >= from) {
            from = risk.span.end as usize;
            found.push(risk);
        }
    }
    found
}

/// A risk is told from its own line, from so many before it (a warning), and from so many that are not
/// blank behind it (a key).
const LINES_AROUND: usize = 4;

/// The risks of `text`, where `old` are those of `before` and `damage` is where the two differ.
pub(crate) fn after(old: &[Risk], before: &str, text: &str, damage: Damage) -> Vec<Risk> {
    let Damage { start, old_end, new_end } = damage;
    // A line in front of the edit may depend on what stands behind it, and the other way round. The piece of
    // a line right before the edit counts as one.
    let in_front = before.get(..start).unwrap_or_default();
    let mut filled = 0;
    let lines = in_front.split_inclusive('\n').rev().take_while(|line| {
        filled += usize::from(!line.trim().is_empty());
        filled <= LINES_AROUND
    });
    let first = start - lines.map(str::len).sum::<usize>();
    let behind = before.get(old_end..).unwrap_or_default();
    let length: usize = behind.split_inclusive('\n').take(LINES_AROUND + 1).map(str::len).sum();
    let (old_last, last) = (old_end + length, new_end + length);
    let begins = |risk: &Risk| risk.span.start as usize;
    let mut risks: Vec<Risk> = old.iter().filter(|risk| begins(risk) < first).copied().collect();
    risks.extend(of_lines(text, first..last));
    risks.extend(old.iter().filter(|risk| begins(risk) >= old_last).map(|risk| {
        let moved = |offset: u32| damage.moved(offset as usize);
        Risk { span: Span::new(moved(risk.span.start), moved(risk.span.end)), ..*risk }
    }));
    risks
}

/// The line around an offset.
fn line_around(text: &str, at: usize) -> std::ops::Range<usize> {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length);
    start..end
}

#[cfg(test)]
mod tests {
    use super::{after, of_text};
    use proptest::prelude::*;
    use segue_syntax::Damage;

    const PIECES: &[&str] = &[
        "\n",
        "\n\n",
        "\r\n",
        "text ",
        "never do this\n",
        "curl https://a.example/x",
        " | sh\n",
        "bash <(",
        ")",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "MIIEowIBAAKCAQEAv3Kj9Qz7LmWxT2n8RbYc",
        "\n4gFh1sPqUeXo0VdJzN5kMtBaCi6lGrEwHy\n",
        "ghp_",
        "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5",
        "for instance an example: ",
        "é",
    ];

    proptest! {
        /// What is told after an edit is what the whole text tells.
        #[test]
        fn risks_after_an_edit(
            pieces in prop::collection::vec(0..PIECES.len(), 0..40),
            edits in prop::collection::vec((any::<u16>(), 0_u8..6, 0..PIECES.len()), 1..20),
        ) {
            let mut text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
            let mut risks = of_text(&text);
            for (place, length, piece) in edits {
                let before = text.clone();
                let start = text.floor_char_boundary(usize::from(place) % (text.len() + 1));
                let end = text.floor_char_boundary((start + usize::from(length) * 3).min(text.len()));
                text.replace_range(start..end, if length % 2 == 0 { PIECES[piece] } else { "" });
                risks = after(&risks, &before, &text, Damage::between(&before, &text));
                prop_assert_eq!(&risks, &of_text(&text), "{:?} → {:?}", before, text);
            }
        }
    }
}
