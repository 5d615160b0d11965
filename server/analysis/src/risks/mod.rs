//! What should not stand in a text that programs act on: credentials, and scripts that are fetched and
//! run unread.
//!
//! One pass over the text finds where one of them may begin; only there it is looked at closely.

mod script;
mod secret;

use aho_corasick::{AhoCorasick, MatchKind};
use segue_catalog::{Secret, catalog};
use segue_syntax::Span;
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
    let (mut found, mut from) = (Vec::<Risk>::new(), 0);
    let Some(beginnings) = beginnings() else { return found };
    let rows = &catalog().secrets;
    for start in beginnings.find_iter(text) {
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

/// The line around an offset.
fn line_around(text: &str, at: usize) -> std::ops::Range<usize> {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length);
    start..end
}
