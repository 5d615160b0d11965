//! What a written destination means: `./a.md#b`, `/docs`, `https://…`, `path/to/{name}.md`.
//!
//! Pure: it knows the folder of the file it stands in and nothing of what exists.

use crate::path;
use percent_encoding::percent_decode_str;

/// A destination, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `#anchor` of the same file.
    SameFile {
        /// The anchor, percent-decoded.
        anchor: String,
    },
    /// A path in the workspace.
    Path {
        /// Where it may lie, the likeliest first, as root-relative paths.
        candidates: Vec<String>,
        /// The anchor, percent-decoded.
        anchor: Option<String>,
        /// Offset of `#` in the written destination, where there is one.
        anchor_at: Option<usize>,
        /// Whether it is written as a folder, with a slash at the end.
        folder: bool,
    },
    /// It climbs above the root.
    Outside,
    /// A path of one machine: `C:\x`, `file:///x`, `/Users/me/x`.
    Absolute,
    /// Below the user's home: `~/x`.
    Home,
    /// Something else than a file: `https:`, `mailto:`, `//host`.
    External,
    /// A stand-in that somebody is to fill: `{name}.md`, `path/to/file`, `url`.
    Placeholder,
}

/// Against which folders a path is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// A Markdown link: the file's own folder; `/x` from the top.
    Link,
    /// `#file:` and `@import`: the file's own folder, then the top.
    FileThenTop,
    /// From the top alone.
    Top,
}

/// Understands `written`, which stands in the file at `from`.
#[must_use]
pub fn understand(written: &str, from: &str, base: Base) -> Target {
    let written = written.trim();
    if let Some(anchor) = written.strip_prefix('#') {
        return Target::SameFile { anchor: decode(anchor) };
    }
    if let Some(special) = special(written) {
        return special;
    }
    let anchor_at = written.find('#');
    let (file, anchor) = match anchor_at {
        Some(at) => (&written[..at], Some(decode(&written[at + 1..]))),
        None => (written, None),
    };
    let file = file.split('?').next().unwrap_or_default();
    let candidates = candidates(file, from, base);
    if candidates.is_empty() {
        return Target::Outside;
    }
    Target::Path { candidates, anchor, anchor_at, folder: file.ends_with('/') }
}

/// Everything that is not a path of the workspace.
fn special(written: &str) -> Option<Target> {
    let bytes = written.as_bytes();
    let drive = bytes.len() > 2
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'\\' | b'/');
    if drive || written.to_ascii_lowercase().starts_with("file:") {
        return Some(Target::Absolute);
    }
    if has_scheme(written) || written.starts_with("//") {
        return Some(Target::External);
    }
    if is_placeholder(written) {
        return Some(Target::Placeholder);
    }
    if written.starts_with("~/") || written == "~" {
        return Some(Target::Home);
    }
    let home = ["/Users/", "/home/", "/root/", "/tmp/", "/mnt/", "/etc/", "/var/", "/opt/"];
    home.iter().any(|prefix| written.starts_with(prefix)).then_some(Target::Absolute)
}

/// Whether it begins with `scheme:` (RFC 3986), two letters or more so that drives are none.
fn has_scheme(written: &str) -> bool {
    let Some(colon) = written.find(':') else { return false };
    let scheme = &written[..colon];
    scheme.len() > 1
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Words that stand for a destination in templates and examples, whole or as a segment of it.
const STAND_INS: &[&str] = &[
    "url",
    "link",
    "href",
    "uri",
    "path",
    "file",
    "filename",
    "file-path",
    "filepath",
    "target",
    "source",
    "src",
    "todo",
    "tbd",
    "xxx",
    "placeholder",
    "example",
    "dest",
    "destination",
    "image",
    "image-url",
    "link-url",
    "issue",
    "pr",
    "id",
    "slug",
    "name",
    "docs-url",
    "doc-link",
];

/// Segments that nobody's folders are called.
const STAND_IN_SEGMENTS: &[&str] =
    &["path/to", "path-to", "relative/path", "your-", "some/path", "link-to", "link-here", "xxx"];

/// Whether the destination waits for somebody to fill it in. When in doubt it does: a finding on a
/// template would be a false alarm.
fn is_placeholder(written: &str) -> bool {
    let lower = written.to_lowercase();
    let stem = lower.trim_start_matches(['.', '/']);
    let marks = ["{", "}", "<", ">", "$", "...", "…", "*", "|", "[", "]", "%s", "yyyy", "xxx", "\u{201c}"];
    lower.is_empty()
        || marks.iter().any(|mark| lower.contains(mark))
        || STAND_INS.contains(&stem)
        || STAND_IN_SEGMENTS.iter().any(|segment| {
            stem.starts_with(segment)
                || lower.match_indices(segment).any(|(at, _)| lower[..at].ends_with('/'))
        })
        || (lower.contains(char::is_whitespace) && !lower.contains(['/', '.']))
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Into::into)
}

/// The places a path may mean, decoded first, then as it stands, then with Windows' slashes.
fn candidates(file: &str, from: &str, base: Base) -> Vec<String> {
    let decoded = decode(file);
    let mut spellings = vec![decoded.as_str()];
    if decoded != file {
        spellings.push(file);
    }
    let slashed = decoded.replace('\\', "/");
    if slashed != decoded {
        spellings.push(&slashed);
    }
    let mut found: Vec<String> = Vec::new();
    for spelling in spellings {
        for folder in bases(spelling, from, base) {
            if let Some(joined) = path::join(folder, spelling.trim_start_matches('/'))
                && !found.contains(&joined)
            {
                found.push(joined);
            }
        }
    }
    found
}

/// The folders to try, likeliest first.
fn bases<'a>(spelling: &str, from: &'a str, base: Base) -> Vec<&'a str> {
    if spelling.starts_with('/') {
        // The top of the repository, and of a project nested in it (an example, a template).
        let mut tops = vec![""];
        tops.extend(nested_top(from));
        return tops;
    }
    match base {
        Base::Link => vec![path::parent(from)],
        Base::FileThenTop => {
            let mut folders = vec![path::parent(from), ""];
            folders.extend(nested_top(from));
            folders.dedup();
            folders
        }
        Base::Top => vec![""],
    }
}

/// The folder above the first client folder of a path: the top of the project that it configures.
#[must_use]
pub fn nested_top(from: &str) -> Option<&str> {
    [".github", ".claude", ".vscode", ".copilot", ".apm", ".agents", ".kiro", ".specify"]
        .iter()
        .filter_map(|folder| {
            let at = if from.starts_with(&format!("{folder}/")) {
                Some(0)
            } else {
                from.find(&format!("/{folder}/"))
            };
            at.map(|at| &from[..at])
        })
        .min_by_key(|top| top.len())
        .filter(|top| !top.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(written: &str) -> String {
        match understand(written, "a/b/c.md", Base::Link) {
            Target::Path { candidates, anchor, folder, .. } => {
                let mut told = candidates.join(" or ");
                if let Some(anchor) = anchor {
                    told += &format!(" #{anchor}");
                }
                if folder {
                    told += " (folder)";
                }
                told
            }
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn destinations() {
        let cases = [
            ("./d.md", "a/b/d.md"),
            ("d.md#sec", "a/b/d.md #sec"),
            ("../d.md?plain=1#L12", "a/d.md #L12"),
            ("my%20file.md", "a/b/my file.md or a/b/my%20file.md"),
            ("/docs/a.md", "docs/a.md"),
            ("b(c).md", "a/b/b(c).md"),
            ("d/", "a/b/d (folder)"),
            ("..", "a"),
            ("..\\d.md", "a/b/..\\d.md or a/d.md"),
            ("../../../d.md", "Outside"),
            ("https://x.y/z", "External"),
            ("mailto:a@b.c", "External"),
            ("//cdn/x", "External"),
            ("C:\\x\\y.md", "Absolute"),
            ("file:///x", "Absolute"),
            ("/Users/me/x.md", "Absolute"),
            ("~/x.md", "Home"),
            ("path/{name}.md", "Placeholder"),
            ("${workspaceFolder}/x", "Placeholder"),
            ("<url>", "Placeholder"),
            ("url", "Placeholder"),
            ("path/to/file.md", "Placeholder"),
            ("./path/to/x", "Placeholder"),
            ("...", "Placeholder"),
            ("#Some%20Anchor", "SameFile { anchor: \"Some Anchor\" }"),
        ];
        for (written, expected) in cases {
            assert_eq!(told(written), expected, "{written}");
        }
    }

    #[test]
    fn file_references_try_the_folder_and_then_the_top() {
        let Target::Path { candidates, .. } =
            understand("src/x.ts", "pkg/.github/prompts/p.prompt.md", Base::FileThenTop)
        else {
            panic!("a path");
        };
        assert_eq!(candidates, ["pkg/.github/prompts/src/x.ts", "src/x.ts", "pkg/src/x.ts"]);
    }
}
