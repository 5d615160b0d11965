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
    let anchor_at = position(written, b'#');
    let (file, anchor) = match anchor_at {
        Some(at) => (&written[..at], Some(decode(&written[at + 1..]))),
        None => (written, None),
    };
    let file = position(file, b'?').map_or(file, |query| &file[..query]);
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
    if drive || bytes.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"file:")) {
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
    let absolute = written.starts_with('/') && home.iter().any(|prefix| written.starts_with(prefix));
    absolute.then_some(Target::Absolute)
}

/// Where an ASCII character first stands. Destinations are short: a plain walk beats a clever search.
fn position(text: &str, wanted: u8) -> Option<usize> {
    text.bytes().position(|byte| byte == wanted)
}

/// Whether it begins with `scheme:` (RFC 3986), two letters or more so that drives are none.
fn has_scheme(written: &str) -> bool {
    let Some(colon) = position(written, b':') else { return false };
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
    let stem = written.trim_start_matches(['.', '/']);
    written.is_empty()
        || has_mark(written, written.len() - stem.len())
        || STAND_INS.iter().any(|word| stem.eq_ignore_ascii_case(word))
        || (written.contains(char::is_whitespace) && !written.contains(['/', '.']))
}

fn starts_with(bytes: &[u8], word: &str) -> bool {
    bytes.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether some mark in it says "fill me in", or one of its segments does; the first begins at `stem`.
/// This runs for every link of a workspace, so it looks at each byte once.
fn has_mark(written: &str, stem: usize) -> bool {
    let bytes = written.as_bytes();
    let mut before = b'/';
    bytes.iter().enumerate().any(|(at, byte)| {
        let begins = at == stem || before == b'/';
        before = *byte;
        (begins && STAND_IN_SEGMENTS.iter().any(|segment| starts_with(&bytes[at..], segment)))
            || match byte {
                b'{' | b'}' | b'<' | b'>' | b'$' | b'*' | b'|' | b'[' | b']' => true,
                b'.' => bytes[at..].starts_with(b"..."),
                b'%' => bytes.get(at + 1) == Some(&b's'),
                b'y' | b'Y' => starts_with(&bytes[at..], "yyyy"),
                b'x' | b'X' => starts_with(&bytes[at..], "xxx"),
                // `…` and `“`, in UTF-8.
                0xE2 => {
                    bytes[at..].starts_with("…".as_bytes()) || bytes[at..].starts_with("\u{201c}".as_bytes())
                }
                _ => false,
            }
    })
}

fn decode(text: &str) -> String {
    if position(text, b'%').is_none() {
        return text.to_owned();
    }
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Into::into)
}

/// The places a path may mean, decoded first, then as it stands, then with Windows' slashes.
fn candidates(file: &str, from: &str, base: Base) -> Vec<String> {
    let mut found: Vec<String> = Vec::with_capacity(1);
    // Most destinations have neither escapes nor backslashes, and one spelling.
    if !file.bytes().any(|byte| matches!(byte, b'%' | b'\\')) {
        add_candidates(&mut found, file, from, base);
        return found;
    }
    let decoded = decode(file);
    add_candidates(&mut found, &decoded, from, base);
    if decoded != file {
        add_candidates(&mut found, file, from, base);
    }
    if decoded.contains('\\') {
        add_candidates(&mut found, &decoded.replace('\\', "/"), from, base);
    }
    found
}

/// Adds what one spelling may mean, below each folder to try, likeliest first.
fn add_candidates(found: &mut Vec<String>, spelling: &str, from: &str, base: Base) {
    let mut add = |folder: &str, spelling: &str| {
        if let Some(joined) = path::join(folder, spelling)
            && !found.contains(&joined)
        {
            found.push(joined);
        }
    };
    if spelling.starts_with('/') {
        // The top of the repository, and of a project nested in it (an example, a template).
        let spelling = spelling.trim_start_matches('/');
        add("", spelling);
        if let Some(top) = nested_top(from) {
            add(top, spelling);
        }
        return;
    }
    if base != Base::Top {
        add(path::parent(from), spelling);
    }
    if base != Base::Link {
        add("", spelling);
    }
    if base == Base::FileThenTop
        && let Some(top) = nested_top(from)
    {
        add(top, spelling);
    }
}

/// The folder above the first client folder of a path: the top of the project that it configures.
#[must_use]
pub fn nested_top(from: &str) -> Option<&str> {
    [".github", ".claude", ".vscode", ".copilot", ".apm", ".agents", ".kiro", ".specify"]
        .iter()
        .filter_map(|folder| {
            let at = from.match_indices(folder).map(|(at, _)| at).find(|at| {
                (*at == 0 || from[..*at].ends_with('/')) && from[at + folder.len()..].starts_with('/')
            })?;
            Some(from[..at].strip_suffix('/').unwrap_or_default())
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
