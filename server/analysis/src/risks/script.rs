//! Scripts that are fetched and run unread: `curl … | sh`, `bash <(curl …)`, `irm … | iex`.

use super::{Risk, What, line_around};
use segue_syntax::Span;
use std::ops::Range;

/// Words that fetch.
pub(super) const FETCHERS: &[&str] =
    &["curl ", "wget ", "irm ", "iwr ", "Invoke-RestMethod", "Invoke-WebRequest", "DownloadString("];

/// Shells, which run what they read.
const SHELLS: &[&str] = &["sh", "bash", "zsh", "dash", "ksh", "fish", "pwsh"];

/// Interpreters, which run what they read unless they are told what to do with it.
const INTERPRETERS: &[&str] = &["python", "python3", "perl", "ruby", "node", "php", "deno"];

/// PowerShell's words for running a text.
const RUNNERS: &[&str] = &["iex", "invoke-expression"];

/// Words of a text that forbids such a command, or shows what an attack looks like.
const WARNINGS: &[&str] = &[
    "never",
    "don't",
    "do not",
    "don’t",
    "avoid",
    "must not",
    "bad",
    "❌",
    "🚫",
    "⛔",
    "danger",
    "unsafe",
    "insecure",
    "malicious",
    "block",
    "deny",
    "denied",
    "forbid",
    "disallow",
    "instead of",
    "refuse",
    "attack",
    "evil",
    "reject",
    "risk",
    "wrong",
    "suspicious",
    "detect",
];

/// The command around a word that fetches, where what it fetches is run.
pub(super) fn at(text: &str, fetcher: Range<usize>) -> Option<Risk> {
    let line = line_around(text, fetcher.start);
    let before = text.get(line.start..fetcher.start)?;
    let after = text.get(fetcher.start..line.end)?;
    if before
        .chars()
        .next_back()
        .is_some_and(|before| before.is_alphanumeric() || matches!(before, '-' | '_'))
    {
        return None;
    }
    let address = address(after)?;
    let (start, end) = piped(after)
        .map(|length| (fetcher.start, fetcher.start + length))
        .or_else(|| Some((line.start + substituted(before)?, fetcher.start + command_length(after))))?;
    if is_own_machine(address) || is_warned_of(text, &line) {
        return None;
    }
    Some(Risk {
        what: What::RemoteScript { plain_http: address.starts_with("http:") },
        span: Span::new(start, end),
    })
}

/// What is fetched: the first address, or a variable that holds one.
fn address(command: &str) -> Option<&str> {
    let starts = ["https://", "http://", "$"];
    let at = starts.iter().filter_map(|start| command.find(start)).min()?;
    let rest = command.get(at..)?;
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '|' | '"' | '\'' | '`' | ')' | '>'));
    rest.get(..end.unwrap_or(rest.len())).filter(|address| address.len() > 1)
}

/// Up to the end of the shell into which the command is piped.
fn piped(command: &str) -> Option<usize> {
    let mut from = 0;
    for (bar, _) in command.match_indices('|') {
        // `||` is no pipe, and what is fetched stands before it.
        let is_or = command.get(bar + 1..).is_some_and(|rest| rest.starts_with('|')) || bar < from;
        from = if is_or { bar + 2 } else { from };
        if is_or || address(command.get(..bar)?).is_none() {
            continue;
        }
        let rest = command.get(bar + 1..)?;
        if let Some(length) = runner(rest) {
            return Some(bar + 1 + length);
        }
    }
    None
}

/// The length of the beginning of a command that runs what it reads.
fn runner(command: &str) -> Option<usize> {
    let mut words = command
        .split_inclusive([' ', '\t'])
        .scan(0, |at, word| {
            let start = *at;
            *at += word.len();
            Some((start, word.trim_end()))
        })
        .filter(|(_, word)| !word.is_empty())
        .skip_while(|(_, word)| {
            *word == "sudo"
                || *word == "env"
                || *word == "-E"
                || *word == "&"
                || word.split_once('=').is_some()
        })
        .peekable();
    let (start, word) = words.next()?;
    let bare = word.trim_end_matches(['`', '"', '\'', ')', ';', '.', ',', '\\', '*', '|', '\r']);
    let name = bare.rsplit('/').next().unwrap_or(bare);
    let next = words.next().map(|(_, word)| word);
    let ended = bare.len() < word.len();
    let runs = if SHELLS.contains(&name) {
        ended || next.is_none_or(|next| next != "-c")
    } else if INTERPRETERS.contains(&name) {
        ended || next.is_none_or(|next| next == "-" || !next.starts_with('-'))
    } else {
        RUNNERS.contains(&name.to_ascii_lowercase().as_str())
    };
    runs.then_some(start + bare.len())
}

/// Where a command begins that runs what stands in `<(…)`, `$(…)` or `iex (…)`.
fn substituted(before: &str) -> Option<usize> {
    let last_word = |text: &str| {
        let text = text.trim_end();
        let start = text.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'))).map_or(0, |at| {
            at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        });
        (start, text.get(start..).unwrap_or_default().to_ascii_lowercase())
    };
    let open = before.trim_end();
    if let Some(shell) = open.strip_suffix("<(") {
        let (start, word) = last_word(shell);
        return (SHELLS.contains(&word.as_str()) || word == "source").then_some(start);
    }
    if let Some(command) = open.strip_suffix("$(").or_else(|| open.strip_suffix('`')) {
        let command = command.trim_end_matches(['"', '\'']).trim_end();
        let (start, word) = last_word(command);
        if word == "eval" {
            return Some(start);
        }
        let (start, shell) = last_word(command.strip_suffix("-c")?);
        return SHELLS.contains(&shell.as_str()).then_some(start);
    }
    let lower = open.to_ascii_lowercase();
    RUNNERS.iter().find_map(|runner| lower.find(&format!("{runner} "))).filter(|_| open.contains('('))
}

/// Up to the end of the command that fetches.
fn command_length(command: &str) -> usize {
    let end = command.find([')', '`', '|', ';']).unwrap_or(command.len());
    command.get(..end).unwrap_or(command).trim_end().len()
}

fn is_own_machine(address: &str) -> bool {
    let host = address.split("://").nth(1).unwrap_or_default();
    ["localhost", "127.0.0.1", "0.0.0.0", "[::1]", "host.docker.internal"]
        .iter()
        .any(|own| host.starts_with(own))
}

/// Whether the line or the three before it tell people not to do that.
fn is_warned_of(text: &str, line: &Range<usize>) -> bool {
    let before = text.get(..line.start).unwrap_or_default();
    let start = before.rmatch_indices('\n').nth(3).map_or(0, |(at, _)| at);
    let lower = text.get(start..line.end).unwrap_or_default().to_lowercase();
    WARNINGS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::{What, of_text};

    fn found(text: &str) -> Option<String> {
        let risks = of_text(text);
        let risk = risks.iter().find(|risk| matches!(risk.what, What::RemoteScript { .. }))?;
        Some(risk.span.of(text).to_owned())
    }

    #[test]
    fn what_is_fetched_and_run_is_found_with_its_range() {
        for (text, expected) in [
            ("curl -fsSL https://get.acme.dev | sh", "curl -fsSL https://get.acme.dev | sh"),
            ("Run `curl https://a.dev/x.sh | sudo -E bash -`.", "curl https://a.dev/x.sh | sudo -E bash"),
            ("| Install | `curl https://a.dev \\| sh` |", "curl https://a.dev \\| sh"),
            ("wget -qO- http://a.dev/i | bash -s -- --yes", "wget -qO- http://a.dev/i | bash"),
            ("curl https://a.dev/x | DIR=~/bin sh", "curl https://a.dev/x | DIR=~/bin sh"),
            ("curl -s \"$BASE/x.sh\" | tee x | /bin/bash", "curl -s \"$BASE/x.sh\" | tee x | /bin/bash"),
            ("bash <(curl -s https://a.dev/x)", "bash <(curl -s https://a.dev/x"),
            ("sh -c \"$(curl -fsSL https://a.dev/x)\"", "sh -c \"$(curl -fsSL https://a.dev/x"),
            ("irm https://a.dev/x.ps1 | iex\r\n", "irm https://a.dev/x.ps1 | iex"),
            ("iex (irm https://a.dev/x.ps1)", "iex (irm https://a.dev/x.ps1"),
            ("curl https://a.dev/x.py | python3", "curl https://a.dev/x.py | python3"),
        ] {
            assert_eq!(found(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_only_read_is_none() {
        for text in [
            "curl | sh",
            "curl -s https://a.dev/x.json | jq .",
            "curl -s https://a.dev/x.json | python3 -m json.tool",
            "curl -s https://a.dev/x.json | node -e 'x'",
            "curl -s https://a.dev/x.json || sh fallback.sh",
            "curl -o x.sh https://a.dev/x.sh && sh x.sh",
            "Never run `curl https://a.dev/x | sh`.",
            "Don't do this:\n\n```sh\ncurl https://a.dev/x | sh\n```",
            "curl http://localhost:8080/x | sh",
            "curl https://a.dev/x | shasum",
            "libcurl https://a.dev | sh",
            "TOKEN=$(curl -s https://a.dev/token)",
            "curl ",
            "wget \r\n",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
