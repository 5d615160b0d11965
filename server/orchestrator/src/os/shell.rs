//! Commands as people write them, and what must not be in their environment.

use super::Program;
use std::ffi::OsString;
use std::path::Path;

/// Words in the names of variables that hold what nobody else may have.
const SECRET: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "CREDENTIAL",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "AUTH_SOCK",
];

/// Whole parts of such names: parts of other words they mean nothing.
const SECRET_PARTS: &[&str] = &["PAT", "PASS", "PASSPHRASE", "AUTH", "DSN"];

/// Where a password in an address is nobody's secret: a database that a test starts on this machine.
const HERE: &[&str] = &["localhost", "127.0.0.1", "[::1]", "0.0.0.0"];

impl Program {
    /// A command line for the shell of this system.
    #[must_use]
    pub fn shell(line: &str, folder: &Path, marker: &str) -> Self {
        let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        Self::new(shell, folder, marker).with_arguments([flag, line])
    }

    /// Without the variables whose names say that they hold somebody's tokens, and addresses with a password.
    #[must_use]
    pub fn without_tokens(self) -> Self {
        let secret = std::env::vars_os().filter(|(name, value)| {
            is_secret(&name.to_string_lossy()) || has_password(&value.to_string_lossy())
        });
        self.without(secret.map(|(name, _)| name).collect::<Vec<OsString>>())
    }
}

/// Words as a shell would need them written: others are never the same line.
#[must_use]
pub fn joined<S: AsRef<str>>(words: &[S]) -> String {
    words.iter().map(|word| quoted(word.as_ref())).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let is_bare = |sign: char| sign.is_alphanumeric() || "-_./:=@,+%^{}".contains(sign);
    match !word.is_empty() && word.chars().all(is_bare) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// Whether the name of a variable says that it holds somebody's token.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let mut parts = name.split(['_', '-', '.']);
    SECRET.iter().any(|word| name.contains(word)) || parts.any(|part| SECRET_PARTS.contains(&part))
}

/// Whether a value is an address with somebody's password, of another machine than this.
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((who, host)) = authority.rsplit_once('@') else { return false };
    let is_here = HERE
        .iter()
        .any(|here| host.strip_prefix(here).is_some_and(|port| port.is_empty() || port.starts_with(':')));
    !is_here && who.split_once(':').is_some_and(|(_, password)| !password.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_words_are_another_line() {
        let claude = ["claude", "-p", "{prompt}", "--model={model}"];
        assert_eq!(joined(&claude), "claude -p {prompt} --model={model}");
        assert_eq!(joined(&["sh", "-c", "echo 'a'; b", ""]), "sh -c 'echo '\\''a'\\''; b' ''");
        assert_ne!(joined(&["sh", "-c", "true; x"]), joined(&["sh", "-c", "true;", "x"]));
    }

    #[test]
    fn names_of_tokens() {
        for name in [
            "GITHUB_TOKEN",
            "npm_config__authToken",
            "OPENAI_API_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "SSH_AUTH_SOCK",
            "DB_PASSWORD",
            "DB_PASS",
            "GH_PAT",
            "NPM_AUTH",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["PATH", "HOME", "CARGO_HOME", "KEYBOARD", "XAUTHORITY", "PATTERN", "COMPASS", "PWD"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn addresses_with_a_password() {
        for value in ["postgres://ada:pw@db.example.com:5432/x", "https://x:y@host", "redis://:pw@cache/0"] {
            assert!(has_password(value), "{value}");
        }
        for value in [
            "postgres://postgres:postgres@localhost:5432/test",
            "https://example.com/a:b@c",
            "https://ada@example.com",
            "http://proxy:3128",
            "a:b@c",
            "redis://:pw@127.0.0.1",
        ] {
            assert!(!has_password(value), "{value}");
        }
    }
}
