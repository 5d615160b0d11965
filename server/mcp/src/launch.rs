//! What exactly is run or called, and how a person is told.

use serde::Serialize;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// A text with variables filled in, and the same as it may be shown: what came from the environment or
/// from an input stays a name there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Text {
    /// What is used.
    pub value: String,
    /// What is shown.
    pub shown: String,
}

/// What is run or called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launch {
    /// A program.
    Process {
        /// The program.
        program: Text,
        /// Its arguments.
        args: Vec<Text>,
        /// What is added to its environment.
        env: Vec<(String, Text)>,
        /// Where it starts.
        folder: PathBuf,
    },
    /// An address.
    Http {
        /// The address.
        url: Text,
        /// What is sent along.
        headers: Vec<(String, Text)>,
    },
}

impl Launch {
    /// What a person has to see before a yes: what it is, and the words. Values of the environment and of
    /// headers are never among them, and no character of it can hide another.
    #[must_use]
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = self.own_lines();
        let names = variables(self.texts());
        if !names.is_empty() {
            lines.push(("given from your environment", names.join(", ")));
        }
        lines
    }

    /// Every text of it.
    fn texts(&self) -> Vec<&Text> {
        let (first, more, pairs) = match self {
            Self::Process { program, args, env, .. } => (program, args.as_slice(), env),
            Self::Http { url, headers } => (url, &[][..], headers),
        };
        std::iter::once(first).chain(more).chain(pairs.iter().map(|(_, text)| text)).collect()
    }

    fn own_lines(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Process { program, args, env, folder } => {
                let words = std::iter::once(program).chain(args).map(|text| quoted(&text.shown));
                let mut lines = vec![
                    ("command", words.collect::<Vec<_>>().join(" ")),
                    ("folder", plain(&folder.display().to_string())),
                ];
                if !env.is_empty() {
                    let names: Vec<String> = env.iter().map(|(name, _)| plain(name)).collect();
                    lines.push(("environment", format!("{} (values not shown)", names.join(", "))));
                }
                lines
            }
            Self::Http { url, headers } => {
                let mut lines = vec![("address", plain(&without_password(&url.shown)))];
                if !headers.is_empty() {
                    let names: Vec<String> = headers.iter().map(|(name, _)| plain(name)).collect();
                    lines.push(("headers", format!("{} (values not shown)", names.join(", "))));
                }
                lines
            }
        }
    }

    /// What a yes is about: anything else asks again. Values that come from the environment count by their
    /// names, so that a token may change; everything else by what it is.
    #[must_use]
    pub(crate) fn fingerprint(&self, about: &[&str]) -> String {
        #[derive(Serialize)]
        struct Whole<'a> {
            about: &'a [&'a str],
            kind: &'static str,
            words: Vec<&'a Text>,
            pairs: Vec<(&'a str, &'a str)>,
            folder: String,
        }
        let whole = match self {
            Self::Process { program, args, env, folder } => Whole {
                about,
                kind: "process",
                words: std::iter::once(program).chain(args).collect(),
                pairs: env.iter().map(|(name, text)| (name.as_str(), text.shown.as_str())).collect(),
                folder: folder.display().to_string(),
            },
            Self::Http { url, headers } => Whole {
                about,
                kind: "http",
                words: vec![url],
                pairs: headers.iter().map(|(name, text)| (name.as_str(), text.shown.as_str())).collect(),
                folder: String::new(),
            },
        };
        hash(&serde_json::to_vec(&whole).unwrap_or_default())
    }
}

/// The names of what was filled in: a repository that names a variable gets its value, so a person has to
/// see which.
fn variables(texts: Vec<&Text>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for text in texts.into_iter().filter(|text| text.value != text.shown) {
        for (at, _) in text.shown.match_indices('$') {
            let after = text.shown.get(at + 1..).unwrap_or_default();
            let name = match after.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
                Some((inside, _)) => inside.split(":-").next().unwrap_or(inside).trim_start_matches("env:"),
                None => {
                    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                    after.get(..end.unwrap_or(after.len())).unwrap_or_default()
                }
            };
            let name = plain(name);
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn hash(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A word as a shell would need it written, with nothing in it that is not seen.
pub(crate) fn quoted(word: &str) -> String {
    let bare = |c: char| c.is_alphanumeric() || "-_./:=@,+%~^".contains(c);
    let shown = plain(word);
    if !word.is_empty() && word.chars().all(bare) {
        return shown;
    }
    format!("'{}'", shown.replace('\'', "'\\''"))
}

/// A text in which every character is seen: controls, marks of direction and blanks without width are
/// written as their numbers.
pub(crate) fn plain(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(u32::from(c), 0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f
                | 0xfe00..=0xfe0f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe0fff)
    };
    text.chars().fold(String::with_capacity(text.len()), |mut all, c| {
        if hidden(c) {
            all.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        } else {
            all.push(c);
        }
        all
    })
}

/// An address without the password in front of its host and without the values of its query.
fn without_password(url: &str) -> String {
    let (front, query) = url.split_once('?').map_or((url, None), |(front, query)| (front, Some(query)));
    let front = match front.split_once("://") {
        Some((scheme, rest)) => {
            let end = rest.find(['/', '#']).unwrap_or(rest.len());
            let (host, path) = rest.split_at(end);
            match host.rsplit_once('@') {
                Some((_, host)) => format!("{scheme}://•••@{host}{path}"),
                None => front.to_owned(),
            }
        }
        None => front.to_owned(),
    };
    let Some(query) = query else { return front };
    let hidden = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if !value.is_empty() => format!("{name}=•••"),
        _ => pair.to_owned(),
    });
    format!("{front}?{}", hidden.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Text {
        Text { value: value.to_owned(), shown: value.to_owned() }
    }

    fn process(args: &[&str]) -> Launch {
        Launch::Process {
            program: text("npx"),
            args: args.iter().map(|word| text(word)).collect(),
            env: vec![(
                "TOKEN".to_owned(),
                Text { value: "s3cret".to_owned(), shown: "${env:T}".to_owned() },
            )],
            folder: "/home/me/project".into(),
        }
    }

    #[test]
    fn a_person_sees_every_word_and_no_value() {
        let launch = process(&["-y", "@acme/server", "a b", "it's", "", "x\u{202e}y", "$(rm)", "a;b"]);
        let lines = launch.lines();
        assert_eq!(
            lines[0],
            ("command", "npx -y @acme/server 'a b' 'it'\\''s' '' 'x\\u{202e}y' '$(rm)' 'a;b'".to_owned())
        );
        assert_eq!(lines[1].1, "/home/me/project");
        assert_eq!(lines[2].1, "TOKEN (values not shown)");
        assert_eq!(lines[3], ("given from your environment", "T".to_owned()));
        assert!(!format!("{lines:?}").contains("s3cret"));
        let launch = Launch::Http {
            url: text("https://me:pw@example.com/mcp?key=abc&flag"),
            headers: vec![("Authorization".to_owned(), text("Bearer abc"))],
        };
        assert_eq!(
            launch.lines(),
            [
                ("address", "https://•••@example.com/mcp?key=•••&flag".to_owned()),
                ("headers", "Authorization (values not shown)".to_owned())
            ]
        );
    }

    /// A header that sends a token somewhere is told by the token's name.
    #[test]
    fn what_is_given_away_is_named() {
        let filled = |shown: &str| Text { value: "s3cret".to_owned(), shown: shown.to_owned() };
        let launch = Launch::Http {
            url: filled("https://example.com/?k=${AWS_KEY:-none}"),
            headers: vec![
                ("X".to_owned(), filled("Bearer ${env:TOKEN} ${input:pass word}")),
                ("Y".to_owned(), filled("$HOME/x")),
                ("Z".to_owned(), text("costs $5")),
            ],
        };
        let told = "AWS_KEY, TOKEN, input:pass word, HOME".to_owned();
        assert_eq!(launch.lines()[2], ("given from your environment", told));
    }

    #[test]
    fn a_yes_is_for_one_thing() {
        let yes = process(&["-y", "a"]).fingerprint(&["server"]);
        assert_eq!(yes, process(&["-y", "a"]).fingerprint(&["server"]));
        assert_eq!(yes.len(), 64);
        assert_ne!(yes, process(&["-y", "b"]).fingerprint(&["server"]));
        assert_ne!(yes, process(&["-y a"]).fingerprint(&["server"]));
        assert_ne!(yes, process(&["-y", "a"]).fingerprint(&["another"]));
        let Launch::Process { program, args, mut env, folder } = process(&["-y", "a"]) else {
            unreachable!()
        };
        env[0].1.value = "another token".to_owned();
        let same = Launch::Process { program: program.clone(), args: args.clone(), env: env.clone(), folder };
        assert_eq!(yes, same.fingerprint(&["server"]));
        let other = Launch::Process { program, args, env, folder: "/elsewhere".into() };
        assert_ne!(yes, other.fingerprint(&["server"]));
    }
}
