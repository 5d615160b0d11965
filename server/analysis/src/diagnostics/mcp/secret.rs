//! `mcp/secret`: credentials in clear text.

use super::{Context, Report, part};
use segue_catalog::Secret;
use segue_syntax::yaml::Node;

/// Words that say: put yours here.
const STAND_INS: &[&str] = &[
    "example",
    "xxxx",
    "your",
    "placeholder",
    "changeme",
    "change-me",
    "dummy",
    "sample",
    "redacted",
    "secret-here",
    "abcdef",
    "123456",
    "test",
    "fake",
    "....",
    "****",
];

pub(super) fn check(context: &mut Context<'_>, node: &Node, text: &str) {
    let found =
        context.catalog.secrets.iter().find_map(|row| find(row, text).map(|(at, length)| (row, at, length)));
    if let Some((row, at, length)) = found {
        let message = format!(
            "This looks like {}. Whoever can read the file has it: use an input or an environment variable, and revoke it.",
            row.title
        );
        context.send(Report::new("mcp/secret", part(node, text, at, length), message));
    }
}

/// Where the credential stands, and how long it is.
fn find(row: &Secret, text: &str) -> Option<(usize, usize)> {
    text.match_indices(&row.prefix).find_map(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        if before.is_some_and(char::is_alphanumeric) {
            return None;
        }
        let rest = text.get(at + row.prefix.len()..)?;
        let length = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || row.also.as_bytes().contains(byte))
            .count();
        let body = rest.get(..length)?;
        (length >= row.at_least && !is_stand_in(body) && (!row.random || looks_random(body)))
            .then_some((at, row.prefix.len() + length))
    })
}

fn is_stand_in(body: &str) -> bool {
    let lower = body.to_ascii_lowercase();
    STAND_INS.iter().any(|word| lower.contains(word)) || distinct(body) < 8
}

fn distinct(body: &str) -> usize {
    let mut bytes: Vec<u8> = body.bytes().collect();
    bytes.sort_unstable();
    bytes.dedup();
    bytes.len()
}

/// Digits among letters: words and sentences have none.
fn looks_random(body: &str) -> bool {
    body.bytes().any(|byte| byte.is_ascii_digit()) && body.bytes().any(|byte| byte.is_ascii_alphabetic())
}
