//! `segue.toml`: what a team sets for its files.
//!
//! The nearest file upwards from a file holds for it, alone, unless it says `extend`. [`file`] reads
//! one, [`check`] says what is wrong with it, and both go by the rows of [`keys`]. [`words`] reads one
//! that is half typed, and [`meaning`] tells what a word of it means: for completion and hovers.

pub mod file;
pub mod keys;

pub(crate) mod meaning;
pub(crate) mod words;

mod check;

pub use file::ConfigFile;

use crate::path;
use crate::scope::GlobList;
use rustc_hash::FxHashMap;
use segue_catalog::{ClientSet, RuleId, Severity};
use std::collections::BTreeMap;

/// The settings that hold for a file: its nearest `segue.toml`, or the defaults.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Root-relative path of the file it was read from; `None` for the defaults.
    pub path: Option<String>,
    /// The clients that findings are about; `None` means all that could read a file.
    pub clients: Option<ClientSet>,
    /// Files that are not judged.
    pub exclude: Vec<Scoped>,
    /// Severities set by rule; `None` turns the rule off.
    pub rules: Severities,
    /// Severities by path, later ones winning.
    pub overrides: Vec<Override>,
    /// What the team knows better.
    pub known: Known,
    /// Whether agents, skills and servers of the user's own folders are known too.
    pub user_files: Option<bool>,
    /// Whether headers are formatted when an editor asks for that.
    pub format_frontmatter: Option<bool>,
    /// The `[agents.*]` tables by name.
    pub agents: BTreeMap<String, AgentSettings>,
    /// The `[orchestrator]` table.
    pub orchestrator: OrchestratorSettings,
    /// The `[review]` table: agents of the workspace by the part they take.
    pub review: BTreeMap<String, String>,
}

/// Severities by rule; `None` turns a rule off.
pub type Severities = FxHashMap<RuleId, Option<Severity>>;

/// Globs that count from a folder.
#[derive(Clone, Debug, Default)]
pub struct Scoped {
    /// The folder, as a root-relative path.
    pub folder: String,
    /// The globs.
    pub globs: GlobList,
}

/// A `[[overrides]]` table.
#[derive(Clone, Debug, Default)]
pub struct Override {
    /// For these files
    pub paths: Scoped,
    /// these severities hold.
    pub rules: Severities,
}

/// An `[agents.*]` table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentSettings {
    /// The command line of an agent that speaks the Agent Client Protocol.
    pub acp: Option<Vec<String>>,
    /// A command line that is run once an attempt.
    pub command: Option<Vec<String>>,
    /// A known agent.
    pub preset: Option<String>,
    /// A script that the built-in rehearsal agent replays, relative to the folder of the settings.
    pub rehearsal: Option<String>,
    /// The mode that an agent of the Agent Client Protocol works in.
    pub mode: Option<String>,
}

/// The `[orchestrator]` table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrchestratorSettings {
    /// The agent for tasks of which nothing else is said.
    pub agent: Option<String>,
    /// How many tasks run at the same time.
    pub jobs: Option<u32>,
    /// Commands that prove a task which states none.
    pub validate: Option<Vec<String>>,
    /// A command that runs in each new worktree.
    pub setup: Option<String>,
    /// The folder of all worktrees, relative to the repository's top.
    pub worktrees: Option<String>,
    /// Whether agents and commands are confined to what they need.
    pub confine: Option<bool>,
    /// What they may read besides.
    pub confine_read: Vec<String>,
    /// What they may change besides.
    pub confine_write: Vec<String>,
    /// The numbers by which plans are run, as far as they are set.
    pub numbers: BTreeMap<String, u64>,
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

impl Scoped {
    /// Whether one of the globs matches the file at the root-relative `path`.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let relative = match self.folder.as_str() {
            "" => Some(path),
            folder => path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
        };
        relative.is_some_and(|relative| self.globs.matches(relative))
    }
}

impl Config {
    /// The severity of a rule for the file at the root-relative `path`; `None` where it is off.
    #[must_use]
    pub fn severity(&self, rule: RuleId, default: Severity, path: &str) -> Option<Severity> {
        let overridden = self
            .overrides
            .iter()
            .rev()
            .find_map(|set| set.rules.get(&rule).filter(|_| set.paths.matches(path)));
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
        self.exclude.iter().any(|scoped| scoped.matches(path))
    }

    /// The folder from which its paths count.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.path.as_deref().map_or("", path::parent)
    }

    /// These settings, with those of `base` where they have none.
    #[must_use]
    pub fn over(mut self, base: Config) -> Self {
        let join =
            |base: Vec<String>, own: Vec<String>| -> Vec<String> { base.into_iter().chain(own).collect() };
        self.clients = self.clients.or(base.clients);
        self.user_files = self.user_files.or(base.user_files);
        self.format_frontmatter = self.format_frontmatter.or(base.format_frontmatter);
        self.exclude.splice(0..0, base.exclude);
        self.overrides.splice(0..0, base.overrides);
        self.rules = base.rules.into_iter().chain(self.rules).collect();
        self.known = Known {
            tools: join(base.known.tools, self.known.tools),
            keys: join(base.known.keys, self.known.keys),
            agents: join(base.known.agents, self.known.agents),
            models: join(base.known.models, self.known.models),
            servers: join(base.known.servers, self.known.servers),
        };
        self.agents = base.agents.into_iter().chain(self.agents).collect();
        self.review = base.review.into_iter().chain(self.review).collect();
        self.orchestrator = OrchestratorSettings {
            agent: self.orchestrator.agent.or(base.orchestrator.agent),
            jobs: self.orchestrator.jobs.or(base.orchestrator.jobs),
            validate: self.orchestrator.validate.or(base.orchestrator.validate),
            setup: self.orchestrator.setup.or(base.orchestrator.setup),
            worktrees: self.orchestrator.worktrees.or(base.orchestrator.worktrees),
            confine: self.orchestrator.confine.or(base.orchestrator.confine),
            confine_read: join(base.orchestrator.confine_read, self.orchestrator.confine_read),
            confine_write: join(base.orchestrator.confine_write, self.orchestrator.confine_write),
            numbers: base.orchestrator.numbers.into_iter().chain(self.orchestrator.numbers).collect(),
        };
        self
    }
}

#[cfg(test)]
mod tests;
