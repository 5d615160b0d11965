//! Globs: `applyTo`, `paths`, and those of `segue.toml`. The only user of globset.
//!
//! Each client matches in its own way; the ways differ in how a pattern is normalised before it is
//! compiled, never in the engine. The options are those under which globset and VS Code's matcher
//! agree: `*` stays within a segment, case is ignored, a backslash is a character, alternates may
//! be empty.

use crate::intern::PathId;
use crate::path;
use crate::world::World;
use globset::{Glob, GlobBuilder, GlobMatcher};
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, OnceLock};

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

/// One pattern of an `applyTo` or `paths`, as VS Code's Local agent understands it: the most
/// generous of the clients, so that what it never matches nobody matches.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// `*`, `**` and `**/*`: every file, without looking.
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
    glob: Glob,
    matcher: OnceLock<GlobMatcher>,
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

/// Understands one pattern.
#[must_use]
pub fn understand(pattern: &str) -> Pattern {
    if matches!(pattern, "*" | "**" | "**/*") {
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
    // Without a leading `**/` it matches at any depth all the same.
    let anywhere = if plain.starts_with("**/") { plain.to_owned() } else { format!("**/{plain}") };
    match parse(&anywhere, true) {
        Ok(glob) => Pattern::Glob(Box::new(LazyGlob { glob, matcher: OnceLock::new() })),
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

/// Whether a pattern matched some path, remembered until the set of paths changes.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    matched: Mutex<(u64, FxHashMap<String, bool>)>,
    endings: Mutex<(u64, Arc<Endings>)>,
}

/// The paths by their extension in lower case: most globs end in one, and most workspaces have few
/// files of it, so that a glob that matches nothing is not tried on every path.
type Endings = FxHashMap<String, Vec<PathId>>;

impl Memo {
    /// Whether `pattern` matches a path of `world`.
    pub fn matches_some(&self, world: &World, pattern: &str, matcher: &LazyGlob) -> bool {
        let lock = || self.matched.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        {
            let mut memo = lock();
            if memo.0 != world.paths_revision {
                *memo = (world.paths_revision, FxHashMap::default());
            }
            if let Some(known) = memo.1.get(pattern) {
                return *known;
            }
        }
        let found = match ending(pattern) {
            Some(ending) => {
                let endings = self.endings(world);
                let ids = endings.get(&ending).map_or(&[][..], Vec::as_slice);
                ids.iter().any(|id| matcher.is_match(&world.path(*id)))
            }
            None => world.any_path(|path| matcher.is_match(path)),
        };
        let mut memo = lock();
        if memo.0 == world.paths_revision {
            memo.1.insert(pattern.to_owned(), found);
        }
        found
    }

    fn endings(&self, world: &World) -> Arc<Endings> {
        let mut memo = self.endings.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if memo.0 != world.paths_revision {
            let mut endings = Endings::default();
            for id in world.discovered() {
                let path = world.path(id);
                if let Some((_, ending)) = path::file_name(&path).rsplit_once('.') {
                    endings.entry(ending.to_lowercase()).or_default().push(id);
                }
            }
            *memo = (world.paths_revision, Arc::new(endings));
        }
        memo.1.clone()
    }
}

/// The extension that every path has which a pattern matches, in lower case.
fn ending(pattern: &str) -> Option<String> {
    let (before, ending) = pattern.trim().rsplit_once('.')?;
    let plain = !ending.is_empty() && ending.chars().all(|c| c.is_ascii_alphanumeric());
    // In `{a.b,c}` the dot is one branch's alone.
    let whole = !before.contains('{') || before.matches('{').count() == before.matches('}').count();
    (plain && whole).then(|| ending.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        match understand(pattern) {
            Pattern::Always => true,
            // Clients match against absolute paths.
            Pattern::Glob(matcher) => matcher.is_match(path),
            Pattern::Never(_) | Pattern::Invalid(_) => false,
        }
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
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(matches(pattern, path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn the_ending_of_a_pattern_is_one_that_every_match_has() {
        let world = crate::Host::open(
            std::sync::Arc::new(crate::fixture::disk("//- a/b.TS\n//- .rs\n//- c.d.json\n//- plain\n")),
            crate::Options::default(),
            &|_| (),
        )
        .snapshot();
        for (pattern, expected, found) in [
            ("**/*.ts", Some("ts"), true),
            ("*.rs", Some("rs"), true),
            ("**/*.d.json", Some("json"), true),
            ("*.md", Some("md"), false),
            ("{a/b.ts,plain}", None, true),
            ("{x.y,plain", None, false),
            ("*.{ts,js}", None, true),
            ("a.b/*", None, false),
            ("plain", None, true),
        ] {
            assert_eq!(ending(pattern).as_deref(), expected, "{pattern}");
            let Pattern::Glob(matcher) = understand(pattern) else { continue };
            assert_eq!(world.globs.matches_some(&world, pattern, &matcher), found, "{pattern}");
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
