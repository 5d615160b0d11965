//! Files that a plan names: code spans and words that look like paths, and what happens to them.

use super::named;
use super::page::range;
use segue_plan::{Action, File, Stated};
use segue_syntax::Span;

/// The contents of the code spans within a span.
pub(crate) fn code_spans(text: &str, span: Span) -> Vec<Span> {
    let content = span.of(text);
    let start = span.start as usize;
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(open) =
        content.get(at..).and_then(|rest| memchr::memchr(b'`', rest.as_bytes())).map(|found| at + found)
    {
        let width = content.get(open..).map_or(1, |rest| rest.len() - rest.trim_start_matches('`').len());
        let inside = open + width;
        let find = |rest: &str| match width {
            1 => memchr::memchr(b'`', rest.as_bytes()),
            _ => rest.find(&"`".repeat(width)),
        };
        let Some(close) = content.get(inside..).and_then(find).map(|found| inside + found) else { break };
        spans.push(super::page::trimmed(text, Span::new(start + inside, start + close)));
        at = close + width;
    }
    spans
}

/// What looks like a path within a span: code spans, and where `words` is set also plain words with a
/// slash. In order, each with where it stands.
pub(crate) fn paths(text: &str, span: Span, words: bool) -> Vec<Span> {
    let code = code_spans(text, span);
    let mut found: Vec<Span> = code.iter().filter_map(|one| path_in(text, *one, true)).collect();
    let content = span.of(text);
    if words {
        // Only a word with a slash may be a path.
        let mut last = 0;
        for slash in memchr::memchr_iter(b'/', content.as_bytes()) {
            if slash < last {
                continue;
            }
            let (before, after) = content.split_at_checked(slash).unwrap_or_default();
            let start = before.rfind(divides).map_or(0, |at| at + 1);
            last = slash + after.find(divides).unwrap_or(after.len());
            let word = Span::new(span.start as usize + start, span.start as usize + last);
            if !code.iter().any(|one| one.overlaps(word)) {
                found.extend(path_in(text, word, false));
            }
        }
        found.sort_unstable();
    }
    found
}

/// Whether a character stands between words.
fn divides(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'
            | '\n'
            | '\r'
            | ','
            | ';'
            | '('
            | ')'
            | '['
            | ']'
            | '`'
            | '"'
            | '\''
            | '<'
            | '>'
            | '|'
            | '*'
    )
}

/// The path in a code span or a word, if that is what it is.
pub(super) fn path_in(text: &str, span: Span, in_code: bool) -> Option<Span> {
    let own = without_place(text, span)?;
    let path = own.of(text);
    let is_one = is_path(path, in_code) || (in_code && is_windows_path(path));
    is_one.then_some(own)
}

/// A path without what follows it: signs of a sentence, and a place in the file.
pub(super) fn without_place(text: &str, span: Span) -> Option<Span> {
    let whole = span.of(text);
    let mut path = whole.trim_end_matches(['.', ',', ':', ';', '!', '?']);
    // `src/a.rs:12`, `src/a.rs#L3`
    if let Some((before, after)) = path.rsplit_once(':')
        && !before.is_empty()
        && after.chars().all(|c| c.is_ascii_digit() || c == '-')
    {
        path = before;
    }
    path = path.split('#').next()?;
    Some(Span::new(span.start as usize, span.start as usize + path.len()))
}

/// Whether text is a path of a file or folder, and not a call, an address, a type or a fraction.
pub(crate) fn is_path(path: &str, in_code: bool) -> bool {
    if path.is_empty() || !has_letters_of_paths(path) || path.ends_with("()") {
        return false;
    }
    // Placeholders of templates.
    if path.starts_with(['{', '*', '@', '~']) {
        return false;
    }
    let relative = path.strip_prefix("./").unwrap_or(path);
    // `/auth/refresh` is an address of an interface.
    if relative.starts_with('/') {
        return false;
    }
    let name = relative.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.');
    let has_extension = extension.is_some_and(|(_, extension)| {
        (1..=10).contains(&extension.len())
            && extension.starts_with(|c: char| c.is_ascii_alphabetic())
            && extension.chars().all(|c| c.is_ascii_alphanumeric())
    });
    if !relative.contains('/') {
        let known = extension.is_some_and(|(_, own)| is_known_ending(own));
        return in_code && (known || BARE_NAMES.contains(&name));
    }
    let first = relative.split('/').next().unwrap_or_default();
    // `github.com/a/b.git`
    if first.contains('.') && !first.starts_with('.') {
        return false;
    }
    has_extension
        || (in_code && (relative.ends_with('/') || name.starts_with('.') || BARE_NAMES.contains(&name)))
}

pub(super) fn is_known_ending(ending: &str) -> bool {
    EXTENSIONS.split(' ').any(|known| known.eq_ignore_ascii_case(ending))
}

/// `src\auth\tokens.ts`: a file in a folder, as Windows writes it.
fn is_windows_path(path: &str) -> bool {
    path.contains('\\') && !path.contains('/') && is_path(&path.replace('\\', "/"), false)
}

/// Whether nothing stands in a text that no path has: blanks, most signs, `//`, `...`.
fn has_letters_of_paths(text: &str) -> bool {
    let allowed = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || !byte.is_ascii()
            || matches!(
                byte,
                b'/' | b'.'
                    | b'_'
                    | b'-'
                    | b'@'
                    | b'+'
                    | b'~'
                    | b'['
                    | b']'
                    | b'*'
                    | b'{'
                    | b'}'
                    | b'('
                    | b')'
                    | b','
            )
    };
    let (mut before, mut earlier) = (b' ', b' ');
    for byte in text.bytes() {
        let repeats = byte == before && (byte == b'/' || byte == b'.' && earlier == b'.');
        if repeats || !allowed(byte) {
            return false;
        }
        (earlier, before) = (before, byte);
    }
    text.is_ascii() || text.chars().all(|c| c.is_ascii() || c.is_alphanumeric())
}

/// Endings by which a name without a folder is a file.
const EXTENSIONS: &str = "md mdx txt rst adoc json jsonc json5 yaml yml toml ini cfg conf env xml html htm css scss sass \
    less js mjs cjs jsx ts mts cts tsx vue svelte astro py pyi ipynb rb php go rs java kt kts scala \
    swift m mm c h cc cpp cxx hpp cs csproj sln fs vb lua pl r jl ex exs erl hs clj dart sh bash zsh \
    fish ps1 bat cmd sql prisma graphql gql proto tf tfvars bicep dockerfile lock gradle cmake csv \
    tsv svg png ejs hbs tmpl razor cshtml zig nix el vim feature snap";

/// Names of files without an ending.
pub(super) const BARE_NAMES: &[&str] =
    &["Dockerfile", "Makefile", "Justfile", "LICENSE", "Gemfile", "Rakefile", "Procfile"];

/// A path as tasks share it: with `/`, and without steps that lead nowhere (`./a`, `a/./b`, `a/x/../b`).
pub(crate) fn stated(text: &str, span: Span) -> Stated<String> {
    let written = span.of(text);
    Stated::new(normal(written), range(span))
}

/// The same of a path that stands in no Markdown.
pub(crate) fn normal(written: &str) -> String {
    let plain = written.strip_prefix("./").unwrap_or(written);
    let is_plain = !plain.contains('\\') && !plain.contains("/.") && !plain.starts_with("..");
    if is_plain { plain.to_owned() } else { without_detours(plain) }
}

fn without_detours(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            _ => kept.push(part),
        }
    }
    kept.join("/")
}

/// Words that say what happens to a file.
const ACTIONS: &[(&str, Action)] = &[
    ("create", Action::Create),
    ("creates", Action::Create),
    ("created", Action::Create),
    ("new", Action::Create),
    ("add", Action::Create),
    ("modify", Action::Modify),
    ("modified", Action::Modify),
    ("update", Action::Modify),
    ("updates", Action::Modify),
    ("edit", Action::Modify),
    ("change", Action::Modify),
    ("extend", Action::Modify),
    ("delete", Action::Modify),
    ("review", Action::Review),
    ("reference", Action::Reference),
    ("read", Action::Reference),
    ("read-only", Action::Reference),
];

/// The files of one value of a field. A word before a path (`create a.rs, b.rs`) holds until the next
/// such word; a word after it (`a.rs (new)`) is its own. Where the field `lists` files and nothing else, code
/// is a path whatever it looks like.
pub(crate) fn files(text: &str, span: Span, heading_action: Option<Action>, lists: bool) -> Vec<File> {
    let mut found = paths(text, span, true);
    if lists {
        let named = named::in_code(text, span);
        found.retain(|path| !named.iter().any(|own| own.overlaps(*path)));
        found.extend(named);
        found.sort_unstable();
    }
    let mut files: Vec<File> = Vec::new();
    let mut carried = heading_action;
    let mut before = span.start as usize;
    for (index, path) in found.iter().enumerate() {
        let next = found.get(index + 1).map_or(span.end as usize, |next| next.start as usize);
        let lead = text.get(before..path.start as usize).unwrap_or_default();
        // What stands before a comma was said of the path before.
        let lead = if index == 0 { lead } else { lead.rsplit([',', ';', '\n']).next().unwrap_or_default() };
        if let Some(action) = action_in(lead) {
            carried = Some(action);
        }
        let tail = text.get(path.end as usize..next).unwrap_or_default();
        let tail = tail.split([',', ';', '\n']).next().unwrap_or_default();
        let own = first_action(tail);
        files.push(File {
            path: stated(text, *path),
            action: own.or(carried).unwrap_or_default(),
            is_stated: true,
        });
        before = path.end as usize;
    }
    files
}

/// The action that the last such word of a text names.
pub(crate) fn action_in(text: &str) -> Option<Action> {
    words(text).filter_map(action_of).last()
}

/// The action that a text begins with, after signs: `(new)`, `— create the model`.
fn first_action(text: &str) -> Option<Action> {
    words(text).next().and_then(action_of)
}

pub(super) fn action_of(word: &str) -> Option<Action> {
    ACTIONS.iter().find(|(own, _)| own.eq_ignore_ascii_case(word)).map(|(_, action)| *action)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '-'))
        .map(|word| word.trim_matches('-'))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_what_only_looks_like_one() {
        for path in [
            "src/a.rs",
            "./src/a.tsx",
            "README.md",
            "Dockerfile",
            "src/auth/",
            ".github/CODEOWNERS.md",
            "src/**/*.ts",
            "app/[id]/page.tsx",
        ] {
            assert!(is_path(path, true), "{path}");
        }
        for text in [
            "POST /auth",
            "/auth/refresh",
            "User.save",
            "save()",
            "and/or",
            "https://a.b/c.md",
            "github.com/a/b.git",
            "v1.2",
            "1/2",
            "{file}",
            "src/...",
            "@scope/pkg",
            "tests_pass",
        ] {
            assert!(!is_path(text, true), "{text}");
        }
        assert!(
            !is_path("README.md", false) && is_path("docs/README.md", false) && !is_path("and/or", false)
        );
    }

    #[test]
    fn paths_in_a_line() {
        let text = "Create model in src/models/user.py (see `docs/a.md#x`, `POST /x`), then `src/b.rs:12`.";
        let found: Vec<&str> =
            paths(text, Span::new(0, text.len()), true).iter().map(|span| span.of(text)).collect();
        assert_eq!(found, ["src/models/user.py", "docs/a.md", "src/b.rs"]);
    }

    #[test]
    fn one_file_has_one_name() {
        let text = r"`src/./a.rs`, `./src/a.rs`, `src/b/../a.rs`, `src\a.rs`, `../x/a.rs`, `\d+\.md`, `src/.env`, `src/`";
        let found: Vec<String> = files(text, Span::new(0, text.len()), None, true)
            .into_iter()
            .map(|file| file.path.value)
            .collect();
        assert_eq!(found, ["src/a.rs", "src/a.rs", "src/a.rs", "src/a.rs", "../x/a.rs", "src/.env", "src/"]);
    }

    #[test]
    fn what_happens_to_each_file() {
        let text = "Create `a/x.rs`, `a/y.rs`; modify `b.rs`, `c.rs` (new), review docs/d.md";
        let found: Vec<(String, Action)> = files(text, Span::new(0, text.len()), None, false)
            .into_iter()
            .map(|file| (file.path.value, file.action))
            .collect();
        let row = |path: &str, action| (path.to_owned(), action);
        assert_eq!(
            found,
            [
                row("a/x.rs", Action::Create),
                row("a/y.rs", Action::Create),
                row("b.rs", Action::Modify),
                row("c.rs", Action::Create),
                row("docs/d.md", Action::Review),
            ]
        );
    }
}
