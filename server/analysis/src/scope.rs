//! Globs: `applyTo`, `paths`, and those of `segue.toml`. The only user of globset.
//!
//! Each client matches in its own way; the ways differ in how a pattern is normalised before it is
//! compiled, never in the engine. The options are those under which globset and VS Code's matcher
//! agree: `*` stays within a segment, case is ignored, a backslash is a character, alternates may
//! be empty.

mod memo;

use globset::{Glob, GlobBuilder, GlobMatcher};
pub(crate) use memo::Memo;
use segue_catalog::{ClientId, Globs, catalog};
use std::sync::OnceLock;

/// Patterns of `segue.toml`, matched against paths relative to its folder.
#[derive(Clone, Debug, Default)]
pub struct GlobList {
    matchers: Vec<GlobMatcher>,
}

/// A pattern that cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct GlobError {
    /// What is wrong with it, as a clause.
    pub reason: String,
}

fn compile(pattern: &str, ignore_case: bool) -> Result<GlobMatcher, GlobError> {
    parse(pattern, ignore_case).map(|glob| glob.compile_matcher())
}

/// The longest pattern that is read, in bytes: beyond it the engine may run out of its memory limit,
/// and nobody means such a pattern.
const LONGEST: usize = 2_000;

fn parse(pattern: &str, ignore_case: bool) -> Result<Glob, GlobError> {
    if pattern.len() > LONGEST {
        return Err(GlobError { reason: format!("it is longer than {LONGEST} bytes") });
    }
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .case_insensitive(ignore_case)
        .backslash_escape(false)
        .empty_alternates(true)
        .build()
        .map_err(|error| GlobError { reason: error.kind().to_string() })
}

impl GlobList {
    /// Compiles `patterns`; `dir/` and `dir` mean everything below it too.
    ///
    /// # Errors
    /// The index of the first pattern that is no glob, and why.
    pub fn new(patterns: &[String]) -> Result<Self, (usize, GlobError)> {
        let mut matchers = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            let plain = pattern.trim().trim_start_matches("./").trim_end_matches('/');
            let below = format!("{plain}/**");
            for text in [plain, &below] {
                matchers.push(compile(text, false).map_err(|error| (index, error))?);
            }
        }
        Ok(Self { matchers })
    }

    /// Whether there are no patterns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.matchers.is_empty()
    }

    /// Whether one of them matches.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.matchers.iter().any(|matcher| matcher.is_match(path))
    }
}

/// One pattern of an `applyTo` or `paths`, as a client understands it.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// `**` and the like: every file, without looking.
    Always,
    /// A glob.
    Glob(Box<LazyGlob>),
    /// A glob that no file of a workspace can match.
    Never(Never),
    /// No glob.
    Invalid(GlobError),
}

/// A glob that is known to be one, and compiled when a path is first tried on it: compiling costs more
/// than everything else about a glob, and most are asked of no path at all.
#[derive(Clone, Debug)]
pub struct LazyGlob {
    way: Way,
    /// As it was written.
    written: Box<str>,
    glob: Glob,
    matcher: OnceLock<GlobMatcher>,
}

/// What tells the clients' ways of matching apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Way {
    any_depth: bool,
    ignore_case: bool,
}

impl LazyGlob {
    /// Whether it matches a root-relative path.
    #[must_use]
    pub fn is_match(&self, path: &str) -> bool {
        self.matcher.get_or_init(|| self.glob.compile_matcher()).is_match(path)
    }
}

/// Why a well-formed pattern never matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Never {
    /// It begins with `./` or `../`: matched against absolute paths, which have no such segment.
    Dot,
    /// It begins with `/`: the root of the file system, not of the workspace.
    Root,
    /// It has a backslash: a character like any other here, in no path of a workspace.
    Backslash,
    /// It begins with `!`: there is no negation.
    Negation,
}

impl Never {
    /// The reason as a clause.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Never::Dot => "paths are matched without a leading `./`",
            Never::Root => "`/` is the root of the file system, not of the workspace",
            Never::Backslash => "a backslash is no separator in a glob",
            Never::Negation => "there is no negation in `applyTo`",
        }
    }
}

/// Splits an `applyTo` at the commas outside braces and brackets: byte offset and text of each part,
/// blanks around it trimmed, empty ones left out (VS Code, `computeAutomaticInstructions`).
#[must_use]
pub fn split(apply_to: &str) -> Vec<(usize, &str)> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_i32);
    for (at, byte) in apply_to.bytes().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = (depth - 1).max(0),
            b',' if depth == 0 => {
                parts.push((start, &apply_to[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push((start, &apply_to[start..]));
    parts
        .into_iter()
        .map(|(at, part)| (at + part.len() - part.trim_start().len(), part.trim()))
        .filter(|(_, part)| !part.is_empty())
        .collect()
}

/// Understands one pattern as VS Code's Local agent does: the most generous of the clients, so that what
/// it never matches nobody matches.
#[must_use]
pub fn understand(pattern: &str) -> Pattern {
    static VSCODE: OnceLock<Globs> = OnceLock::new();
    understand_for(pattern, VSCODE.get_or_init(|| of_client(ClientId::Vscode)))
}

/// How a client matches globs.
#[must_use]
pub fn of_client(client: ClientId) -> Globs {
    let known = catalog().client(client).map(|row| row.globs.clone());
    known.unwrap_or(Globs {
        any_depth: true,
        ignore_case: true,
        always: Vec::new(),
        lists: true,
        doc: String::new(),
    })
}

/// Understands one pattern as a client with these ways does.
#[must_use]
pub fn understand_for(pattern: &str, globs: &Globs) -> Pattern {
    if globs.always.iter().any(|always| always == pattern) {
        return Pattern::Always;
    }
    if pattern.starts_with("./") || pattern.starts_with("../") {
        return Pattern::Never(Never::Dot);
    }
    if pattern.starts_with('!') {
        return Pattern::Never(Never::Negation);
    }
    if pattern.contains('\\') {
        return Pattern::Never(Never::Backslash);
    }
    if pattern.starts_with('/') {
        return Pattern::Never(Never::Root);
    }
    if nested_braces(pattern) {
        return Pattern::Invalid(GlobError {
            reason: "braces within braces are not read by every client".into(),
        });
    }
    let plain = pattern.strip_suffix('/').unwrap_or(pattern);
    let everywhere = globs.any_depth && !plain.starts_with("**/");
    let whole = if everywhere { format!("**/{plain}") } else { plain.to_owned() };
    let way = Way { any_depth: globs.any_depth, ignore_case: globs.ignore_case };
    match parse(&whole, globs.ignore_case) {
        Ok(glob) => {
            let written = pattern.into();
            Pattern::Glob(Box::new(LazyGlob { way, written, glob, matcher: OnceLock::new() }))
        }
        Err(error) => Pattern::Invalid(error),
    }
}

fn nested_braces(pattern: &str) -> bool {
    let mut depth = 0;
    pattern.bytes().any(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth > 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches_for(pattern: &str, path: &str, client: ClientId) -> bool {
        match understand_for(pattern, &of_client(client)) {
            Pattern::Always => true,
            Pattern::Glob(matcher) => matcher.is_match(path),
            Pattern::Never(_) | Pattern::Invalid(_) => false,
        }
    }

    fn matches(pattern: &str, path: &str) -> bool {
        matches_for(pattern, path, ClientId::Vscode)
    }

    /// The cases in which VS Code's matcher and globset's defaults differ, and the ordinary ones.
    #[test]
    fn apply_to_matches_as_vs_code_does() {
        let cases = [
            ("**", "a/b.md", true),
            ("*", "a/b.md", true),
            ("**/*", "a/b.md", true),
            ("*.ts", "src/a.ts", true),
            ("*.TS", "src/a.ts", true),
            ("src/*.ts", "src/a.ts", true),
            ("src/*.ts", "app/src/a.ts", true),
            ("src/*.ts", "src/deep/a.ts", false),
            ("src/**", "src/deep/a.ts", true),
            ("src/", "src", true),
            ("src/**/", "src/x", true),
            ("**/*.{ts,tsx}", "a/b.tsx", true),
            ("{,x}a.md", "a.md", true),
            ("{,x}a.md", "xa.md", true),
            ("**.ts", "a/b.ts", true),
            (".github/**", ".github/x/y.md", true),
            ("./x", "x", false),
            ("/x", "x", false),
            ("!x", "y", false),
            ("a\\*.md", "a/b.md", false),
            ("{a,{b,c}}", "b", false),
            ("*.{ts", "a.ts", false),
            ("[ab", "a", false),
            ("foo**bar", "x/foobar", true),
            ("foo**bar", "foo/bar", false),
            ("../x", "x", false),
            ("/src/**", "src/a.ts", false),
            ("**/", "a/b.md", true),
            ("**/src/**", "src/a.ts", true),
            ("**/src/**", "app/src/a.ts", true),
            ("SRC/**", "src/a.ts", true),
            ("src/**", "mysrc/a.ts", false),
            ("a?.md", "ab.md", true),
            ("a?.md", "a.md", false),
            ("[a-c].md", "b.md", true),
            ("[!a-c].md", "b.md", false),
            ("{src,lib}/**", "lib/x/a.ts", true),
            ("**/{*.tsx,*.jsx,components/**}", "a/components/b/c.css", true),
            ("a}b", "a}b", false),
            ("Makefile", "tools/Makefile", true),
            (".env*", ".env.local", true),
            ("*", ".hidden", true),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(matches(pattern, path), expected, "{pattern} on {path}");
        }
    }

    /// GitHub's and Anthropic's own examples: what VS Code takes for "anywhere" begins at the top there.
    #[test]
    fn other_clients_match_from_the_top() {
        let everyone = [ClientId::Vscode, ClientId::CopilotCli, ClientId::Github, ClientId::Claude];
        let cases: &[(&str, &str, &[ClientId])] = &[
            ("src/**/*.ts", "src/a/b.ts", &everyone),
            ("src/**/*.ts", "src/b.ts", &everyone),
            ("src/**/*.ts", "app/src/b.ts", &everyone[..1]),
            ("src/*.py", "src/foo.py", &everyone),
            ("src/*.py", "src/foo/bar.py", &[]),
            ("*.py", "a.py", &everyone),
            ("*.py", "src/a.py", &everyone[..1]),
            ("**/*.py", "src/a.py", &everyone),
            ("**/*.py", "a.py", &everyone),
            ("**/*.PY", "a.py", &everyone[..1]),
            ("**/subdir/**/*.py", "deep/subdir/nested/a.py", &everyone),
            ("**/subdir/**/*.py", "subdir/a.py", &everyone),
            ("**/subdir/**/*.py", "a.py", &[]),
            ("*", "src/a.py", &everyone[..3]),
            ("*", "a.py", &everyone),
            ("**", "src/a.py", &everyone),
            ("**/*", "src/a.py", &everyone),
            ("src/**/*.{ts,tsx}", "src/a/b.tsx", &everyone),
            ("src/components/*.tsx", "src/components/a.tsx", &everyone),
            ("*.md", "docs/a.md", &everyone[..1]),
            ("[x", "x", &[]),
        ];
        for (pattern, path, expected) in cases {
            let found: Vec<ClientId> =
                everyone.into_iter().filter(|client| matches_for(pattern, path, *client)).collect();
            assert_eq!(found, *expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn long_patterns_are_no_globs_and_the_longest_still_compile() {
        assert!(matches!(understand(&"*a".repeat(100_000)), Pattern::Invalid(_)));
        for unit in ["*a", "{a,b}", "[a-z]", "?"] {
            if let Pattern::Glob(glob) = understand(&unit.repeat(1_900 / unit.len())) {
                assert!(!glob.is_match("x/y"), "{unit}");
            }
        }
    }

    #[test]
    fn commas_split_outside_braces() {
        let texts = |apply_to| split(apply_to).into_iter().map(|(_, part)| part).collect::<Vec<_>>();
        assert_eq!(texts("**/*.ts, **/*.js"), ["**/*.ts", "**/*.js"]);
        assert_eq!(texts("**/*.{ts,js},x"), ["**/*.{ts,js}", "x"]);
        assert_eq!(texts(","), Vec::<&str>::new());
        assert_eq!(texts("[a,b]"), ["[a,b]"]);
        assert_eq!(split(" a , b"), [(1, "a"), (5, "b")]);
    }
}
