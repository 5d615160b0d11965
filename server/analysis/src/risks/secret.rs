//! Credentials, by the rows of the catalog.

use segue_catalog::{Secret, SecretForm, catalog};
use segue_syntax::Span;

/// Words that say: put yours here. Compared with the lower-cased token.
const STAND_INS: &[&str] = &[
    "example",
    "xxxx",
    "your",
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "replace",
    "insert",
    "dummy",
    "sample",
    "redacted",
    "secret-here",
    "token-here",
    "key-here",
    "abcdef",
    "123456",
    "test",
    "fake",
    "mock",
    "deadbeef",
    "foobar",
    "....",
    "****",
    // The token that GitHub's documentation shows.
    "16c7e42f292c6912e7710c838347ae178b4a",
];

/// Words of a line that shows what a token looks like.
const EXAMPLES: &[&str] = &[
    "example",
    "e.g.",
    "placeholder",
    "fake",
    "dummy",
    "sample",
    "looks like",
    "format:",
    "pattern",
    "regex",
];

/// The first credential in a value of a configuration, with its row.
pub(crate) fn find(text: &str) -> Option<(&'static Secret, Span)> {
    catalog().secrets.iter().find_map(|row| {
        let span = text.match_indices(&row.prefix).find_map(|(at, _)| at_place(row, text, at))?;
        Some((row, span))
    })
}

/// The credential of that row whose beginning stands at `at`, where it is one.
pub(super) fn at(row: &Secret, text: &str, at: usize) -> Option<Span> {
    match row.form {
        SecretForm::Token => at_place(row, text, at),
        SecretForm::PrivateKey => private_key(row, text, at),
    }
}

fn at_place(row: &Secret, text: &str, at: usize) -> Option<Span> {
    if row.form == SecretForm::PrivateKey {
        return private_key(row, text, at);
    }
    let before = text.get(..at)?.chars().next_back();
    if before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '_' | '-' | '.')) {
        return None;
    }
    let rest = text.get(at + row.prefix.len()..)?;
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || row.also.as_bytes().contains(byte);
    let length = rest.bytes().take_while(belongs).count();
    let body = rest.get(..length)?;
    let fits = length >= row.at_least && row.at_most.is_none_or(|most| length <= most);
    (fits && !is_stand_in(body) && (!row.random || looks_random(body)))
        .then(|| Span::new(at, at + row.prefix.len() + length))
}

/// The first line of a private key with its key below it.
fn private_key(row: &Secret, text: &str, at: usize) -> Option<Span> {
    let rest = text.get(at + row.prefix.len()..)?;
    let (name, after) = rest.split_once("PRIVATE KEY")?;
    if name.len() > 24 || !name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ') {
        return None;
    }
    let after = after.strip_prefix(" BLOCK").unwrap_or(after).strip_prefix("-----")?;
    // In JSON the lines of a key are one string, with `\n` between them.
    let lines =
        after.split('\n').flat_map(|line| line.split("\\n")).map(str::trim).filter(|line| !line.is_empty());
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let key: String = lines.take(3).take_while(|line| line.bytes().all(is_key)).collect();
    let first_line = text.len() - after.len();
    (key.len() >= row.at_least && !is_stand_in(&key) && looks_random(&key)).then(|| Span::new(at, first_line))
}

/// Whether the line, or the word before, says that this is what a token looks like.
pub(super) fn is_said_to_be_an_example(text: &str, span: Span) -> bool {
    let line = super::line_around(text, span.start as usize);
    let line = text.get(line).unwrap_or_default().to_ascii_lowercase();
    EXAMPLES.iter().any(|word| line.contains(word))
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

#[cfg(test)]
mod tests {
    use super::super::{What, of_text};

    fn found(text: &str) -> Vec<String> {
        of_text(text)
            .into_iter()
            .filter(|risk| matches!(risk.what, What::Secret { .. }))
            .map(|risk| risk.span.of(text).to_owned())
            .collect()
    }

    #[test]
    fn a_token_of_each_row_is_found() {
        let letters: String = "k3Jq9vXw2mZt7RbY5nHd4LpC8s".chars().cycle().take(400).collect();
        for row in &segue_catalog::catalog().secrets {
            if row.form == segue_catalog::SecretForm::PrivateKey || row.only_in_configuration {
                continue;
            }
            let token = format!("{}{}", row.prefix, &letters[..row.at_least]);
            let text = format!("export TOKEN=\"{token}\"\n");
            assert_eq!(found(&text), [token], "{}", row.title);
        }
    }

    #[test]
    fn stand_ins_are_none() {
        for text in [
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_${GITHUB_TOKEN}",
            "`ghp_[A-Za-z0-9]{36}`",
            "sk-your-openai-key-goes-here-0123456789",
            "risk-0123a56789b123c56789d123e56789f1",
            "GITHUB_TOKEN=ghp_your1token2goes3here4abcd5efgh6ijkl7",
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
            "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr7c2Vb5p8Yq1\n",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_private_key_is_told_at_its_first_line() {
        let key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
        let text = format!(
            "```\r\n-----BEGIN RSA PRIVATE KEY-----\r\n{key}\r\n-----END RSA PRIVATE KEY-----\r\n```"
        );
        assert_eq!(found(&text), ["-----BEGIN RSA PRIVATE KEY-----"]);
    }

    #[test]
    fn a_line_can_say_that_it_shows_an_example() {
        let token = "ghp_k3Jq9vXw2mZt7RbY5nHd4LpC8sk3Jq9vXw2m";
        for (text, expected) in [(format!("Use {token}."), false), (format!("It looks like {token}."), true)]
        {
            let example =
                of_text(&text).iter().any(|risk| matches!(risk.what, What::Secret { example: true, .. }));
            assert_eq!(example, expected, "{text}");
        }
    }
}
