//! Globs: `applyTo`, `paths`, and those of `segue.toml`. The only user of globset.
//!
//! Each client matches in its own way; the ways differ in how a pattern is normalised before it is
//! compiled, never in the engine. The options are those under which globset and VS Code's matcher
//! agree: `*` stays within a segment, case is ignored, a backslash is a character, alternates may
//! be empty.

use globset::{GlobBuilder, GlobMatcher};

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
    GlobBuilder::new(pattern)
        .literal_separator(true)
        .case_insensitive(ignore_case)
        .backslash_escape(false)
        .empty_alternates(true)
        .build()
        .map(|glob| glob.compile_matcher())
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

/// Compiled globs and what they match, remembered between snapshots.
#[derive(Debug, Default)]
pub(crate) struct Memo {}
