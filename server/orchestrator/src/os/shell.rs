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

impl Program {
    /// A command line for the shell of this system.
    #[must_use]
    pub fn shell(line: &str, folder: &Path, marker: &str) -> Self {
        let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        Self::new(shell, folder, marker).with_arguments([flag, line])
    }

    /// Without the variables whose names say that they hold somebody's tokens.
    #[must_use]
    pub fn without_tokens(self) -> Self {
        let names = std::env::vars_os().map(|(name, _)| name);
        let secret: Vec<OsString> = names.filter(|name| is_secret(&name.to_string_lossy())).collect();
        self.without(secret)
    }
}

/// Whether the name of a variable says that it holds somebody's token.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRET.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tokens() {
        for name in [
            "GITHUB_TOKEN",
            "npm_config__authToken",
            "OPENAI_API_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "SSH_AUTH_SOCK",
            "DB_PASSWORD",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["PATH", "HOME", "CARGO_HOME", "KEYBOARD", "XAUTHORITY"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
