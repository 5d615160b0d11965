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
    /// What an agentic workflow imports: its own folder; what begins with `.github/` or `/` from the top.
    Part,
    /// The name of a workflow of GitHub Actions: a file beside this one.
    Worker,
}

/// Understands `written`, which stands in the file at `from`.
#[must_use]
pub fn understand(written: &str, from: &str, base: Base) -> Target {
    let written = trimmed(written);
    if base == Base::Worker {
        return worker(written, from);
    }
    if base == Base::Part && is_remote_part(written) {
        return Target::Placeholder;
    }
    if let Some(anchor) = written.strip_prefix('#') {
        return Target::SameFile { anchor: decode(anchor) };
    }
    let marks = Marks::of(written);
    if let Some(special) = special(written, &marks) {
        return special;
    }
    let (file, anchor) = match marks.hash {
        Some(at) => (&written[..at], Some(decode(&written[at + 1..]))),
        None => (written, None),
    };
    let file = marks.query.map_or(file, |query| &file[..query]);
    let candidates = candidates(file, from, base, marks.escapes);
    if candidates.is_empty() {
        return Target::Outside;
    }
    Target::Path { candidates, anchor, anchor_at: marks.hash, folder: file.ends_with('/') }
}

/// Without blanks around it; nearly all have none.
fn trimmed(written: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_graphic());
    let bytes = written.as_bytes();
    if is_plain(bytes.first()) && is_plain(bytes.last()) { written } else { written.trim() }
}

/// What a walk over a destination finds. It is made for every link of a workspace, so all that there is
/// to see is seen in one.
#[derive(Default)]
struct Marks {
    /// The first `#`.
    hash: Option<usize>,
    /// The first `?`, before it.
    query: Option<usize>,
    /// The first `:`.
    colon: Option<usize>,
    /// Whether it has `%` or a backslash before the `#`.
    escapes: bool,
    /// Whether something in it says "fill me in": a character, a run of them, or a segment.
    fill: bool,
}

/// What a byte may be part of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Nothing of interest.
    Plain,
    /// A sign of a stand-in: braces and brackets of all kinds, `$`, `*`, `|`.
    Fill,
    /// May begin one, or end a segment.
    Look,
    /// Divides the destination.
    Divide,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let (fill, look, divide) = (b"{}<>$*|[]", b"./%yYxX\\\xE2", b"#?:");
    let mut at = 0;
    while at < fill.len() {
        classes[fill[at] as usize] = Class::Fill;
        at += 1;
    }
    at = 0;
    while at < look.len() {
        classes[look[at] as usize] = Class::Look;
        at += 1;
    }
    at = 0;
    while at < divide.len() {
        classes[divide[at] as usize] = Class::Divide;
        at += 1;
    }
    classes
};

impl Marks {
    fn of(written: &str) -> Self {
        let bytes = written.as_bytes();
        let mut marks = Self::default();
        let stem = written.len() - stem(written).len();
        marks.fill = is_stand_in_segment(&bytes[stem..]);
        for (at, byte) in bytes.iter().enumerate() {
            match CLASSES[usize::from(*byte)] {
                Class::Plain => {}
                Class::Fill => marks.fill = true,
                Class::Look => {
                    let rest = &bytes[at..];
                    marks.escapes |= matches!(byte, b'%' | b'\\') && marks.hash.is_none();
                    marks.fill |= match byte {
                        b'.' => matches!(rest, [_, b'.', b'.', ..]),
                        b'/' => is_stand_in_segment(&rest[1..]),
                        b'%' => rest.get(1) == Some(&b's'),
                        b'y' | b'Y' => starts_with(rest, "yyyy"),
                        b'x' | b'X' => starts_with(rest, "xxx"),
                        b'\\' => false,
                        // `…` and `“`, in UTF-8.
                        _ => rest.starts_with("…".as_bytes()) || rest.starts_with("\u{201c}".as_bytes()),
                    };
                }
                Class::Divide => {
                    let first = match byte {
                        b'#' => &mut marks.hash,
                        b'?' if marks.hash.is_none() => &mut marks.query,
                        b':' => &mut marks.colon,
                        _ => continue,
                    };
                    *first = first.or(Some(at));
                }
            }
        }
        marks
    }
}

/// The files that hold a workflow of that name: what is written, what is compiled of it, or one of
/// GitHub Actions.
fn worker(name: &str, from: &str) -> Target {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || !name.chars().all(is_name) {
        return Target::Placeholder;
    }
    let folder = workflows_folder(from).unwrap_or_else(|| path::parent(from));
    let there = |ending| path::join(folder, &format!("{name}{ending}"));
    let candidates = WORKFLOW_ENDINGS.iter().filter_map(there).collect();
    Target::Path { candidates, anchor: None, anchor_at: None, folder: false }
}

/// The folder of workflows that a part of theirs lies below: what it names counts from there.
#[must_use]
pub fn workflows_folder(from: &str) -> Option<&str> {
    const FOLDER: &str = ".github/workflows/";
    let at = from.rfind(FOLDER).filter(|at| *at == 0 || from[..*at].ends_with('/'))?;
    from[at + FOLDER.len()..].contains('/').then(|| &from[..at + FOLDER.len() - 1])
}

/// What files of workflows end in.
pub const WORKFLOW_ENDINGS: &[&str] = &[".md", ".lock.yml", ".yml", ".yaml"];

/// `owner/repo/path@ref`: fetched from GitHub when the workflow is compiled.
fn is_remote_part(written: &str) -> bool {
    let before = written.rsplit_once('@').map(|(path, _)| path);
    before.is_some_and(|path| path.matches('/').count() >= 2 && !path.starts_with(['.', '/']))
}

/// Everything that is not a path of the workspace.
fn special(written: &str, marks: &Marks) -> Option<Target> {
    if let Some(colon) = marks.colon {
        let bytes = written.as_bytes();
        let drive =
            colon == 1 && bytes[0].is_ascii_alphabetic() && matches!(bytes.get(2), Some(b'\\' | b'/'));
        if drive || (colon == 4 && starts_with(bytes, "file:")) {
            return Some(Target::Absolute);
        }
        if is_scheme(&written[..colon]) {
            return Some(Target::External);
        }
    }
    if written.starts_with("//") {
        return Some(Target::External);
    }
    if is_placeholder(written, marks) {
        return Some(Target::Placeholder);
    }
    if written.starts_with("~/") || written == "~" {
        return Some(Target::Home);
    }
    let home = ["/Users/", "/home/", "/root/", "/tmp/", "/mnt/", "/etc/", "/var/", "/opt/"];
    let absolute = written.starts_with('/') && home.iter().any(|prefix| written.starts_with(prefix));
    absolute.then_some(Target::Absolute)
}

/// Whether it can stand before the colon of an address (RFC 3986); two letters or more, so that drives
/// do not.
fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
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

const LONGEST_STAND_IN: usize = 12;

/// Segments that nobody's folders are called.
const STAND_IN_SEGMENTS: &[&str] =
    &["path/to", "path-to", "relative/path", "your-", "some/path", "link-to", "link-here", "xxx"];

/// Whether the destination waits for somebody to fill it in. When in doubt it does: a finding on a
/// template would be a false alarm.
fn is_placeholder(written: &str, marks: &Marks) -> bool {
    let stem = stem(written);
    marks.fill
        || written.is_empty()
        || (stem.len() <= LONGEST_STAND_IN && STAND_INS.iter().any(|word| stem.eq_ignore_ascii_case(word)))
        || (written.contains(char::is_whitespace) && !written.contains(['/', '.']))
}

/// What follows `./`, `../` and the like.
fn stem(written: &str) -> &str {
    written.trim_start_matches(['.', '/'])
}

fn is_stand_in_segment(bytes: &[u8]) -> bool {
    // Their first letters; of most segments no more is looked at.
    matches!(bytes.first().map(u8::to_ascii_lowercase), Some(b'p' | b'r' | b'y' | b's' | b'l' | b'x'))
        && STAND_IN_SEGMENTS.iter().any(|segment| starts_with(bytes, segment))
}

fn starts_with(bytes: &[u8], word: &str) -> bool {
    bytes.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
}

fn decode(text: &str) -> String {
    if !text.as_bytes().contains(&b'%') {
        return text.to_owned();
    }
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Into::into)
}

/// The places a path may mean, decoded first, then as it stands, then with Windows' slashes.
fn candidates(file: &str, from: &str, base: Base, escapes: bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::with_capacity(1);
    // Most destinations have neither escapes nor backslashes, and one spelling.
    if !escapes {
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
    if base == Base::Part {
        let top = nested_top(from).unwrap_or_default();
        if spelling.starts_with(".github/") || spelling.starts_with(".agents/") {
            add(top, spelling);
            add("", spelling);
        } else {
            add(path::parent(from), spelling);
            if let Some(folder) = workflows_folder(from) {
                add(folder, spelling);
            }
            // What is read when the workflow runs is looked for below `.github`.
            add(top, &format!(".github/{spelling}"));
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
    fn workflows_and_their_parts() {
        let from = "app/.github/workflows/triage.md";
        for (written, base, expected) in [
            ("shared/a.md?", Base::Part, Some("app/.github/workflows/shared/a.md app/.github/shared/a.md")),
            ("../agents/a.md#Tools", Base::Part, Some("app/.github/agents/a.md app/agents/a.md")),
            (".github/agents/a.md", Base::Part, Some("app/.github/agents/a.md .github/agents/a.md")),
            ("/.github/a.md", Base::Part, Some(".github/a.md app/.github/a.md")),
            ("owner/repo/shared/a.md@v1.0", Base::Part, None),
            ("https://x.y/a.md", Base::Part, None),
            (
                "fix",
                Base::Worker,
                Some(
                    "app/.github/workflows/fix.md app/.github/workflows/fix.lock.yml \
                     app/.github/workflows/fix.yml app/.github/workflows/fix.yaml",
                ),
            ),
            ("${{ x }}", Base::Worker, None),
            ("../fix", Base::Worker, None),
        ] {
            let found = match understand(written, from, base) {
                Target::Path { candidates, .. } => Some(candidates.join(" ")),
                _ => None,
            };
            assert_eq!(found.as_deref(), expected, "{written}");
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
