//! `segue.toml`: what a team sets for its files.

use crate::scope::GlobList;
use rustc_hash::FxHashMap;
use segue_catalog::{ClientSet, RuleId, Severity};

/// The settings that hold for a file: its nearest `segue.toml`, or the defaults.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Root-relative path of the file it was read from; `None` for the defaults.
    pub path: Option<String>,
    /// The clients that findings are about; `None` means all that could read a file.
    pub clients: Option<ClientSet>,
    /// Files that are not judged.
    pub exclude: GlobList,
    /// Severities set by rule; `None` turns the rule off.
    pub rules: FxHashMap<RuleId, Option<Severity>>,
    /// Severities by path, later ones winning.
    pub overrides: Vec<Override>,
    /// What the team knows better.
    pub known: Known,
    /// Whether agents, skills and servers of the user's own folders are known too.
    pub user_files: Option<bool>,
}

/// A `[[overrides]]` table.
#[derive(Clone, Debug, Default)]
pub struct Override {
    /// For these files, relative to the `segue.toml`'s folder,
    pub paths: GlobList,
    /// these severities hold.
    pub rules: FxHashMap<RuleId, Option<Severity>>,
}

/// The `[known]` table: names that are right although nothing in the workspace shows it. An entry may
/// end in `*`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Tool names.
    pub tools: Vec<String>,
    /// Header keys.
    pub keys: Vec<String>,
    /// Agent names.
    pub agents: Vec<String>,
    /// Model names.
    pub models: Vec<String>,
    /// MCP servers.
    pub servers: Vec<String>,
}

impl Known {
    /// Whether `name` is one of `entries`.
    #[must_use]
    pub fn has(entries: &[String], name: &str) -> bool {
        entries.iter().any(|entry| match entry.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix),
            None => entry == name,
        })
    }
}

impl Config {
    /// The severity of a rule for the file at the root-relative `path`; `None` where it is off.
    #[must_use]
    pub fn severity(&self, rule: RuleId, default: Severity, path: &str) -> Option<Severity> {
        let relative = self.relative(path);
        let overridden = self
            .overrides
            .iter()
            .rev()
            .filter_map(|set| set.rules.get(&rule).filter(|_| set.paths.matches(relative)))
            .next();
        overridden.or_else(|| self.rules.get(&rule)).copied().unwrap_or(Some(default))
    }

    /// Keeps of the clients only those in `wanted`.
    pub(crate) fn narrow(&mut self, wanted: Option<ClientSet>) {
        if let Some(wanted) = wanted {
            self.clients = Some(self.clients.map_or(wanted, |own| own.and(wanted)));
        }
    }

    /// Whether the file is not judged at all.
    #[must_use]
    pub fn excludes(&self, path: &str) -> bool {
        !self.exclude.is_empty() && self.exclude.matches(self.relative(path))
    }

    /// The path as the `segue.toml` writes it: relative to its own folder.
    fn relative<'a>(&self, path: &'a str) -> &'a str {
        let folder = self.path.as_deref().map_or("", crate::path::parent);
        path.strip_prefix(folder).map_or(path, |rest| rest.strip_prefix('/').unwrap_or(rest))
    }
}
