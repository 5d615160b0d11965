//! What a run may start and use: the part of the launch list that is asked about again whenever there is
//! something new in it, within a run too. A list is lines for people, and one is compared with another
//! by them.

use crate::facts::Facts;
use crate::git::{GitError, Repository, include};
use crate::workspace::Workspace;
use std::collections::{BTreeMap, BTreeSet};

/// What a list is made of, beside the plan.
pub struct Means<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// Its agent files.
    pub workspace: &'a dyn Workspace,
    /// The command lines of agents by their names in the settings; empty for what starts nothing.
    pub agents: &'a BTreeMap<String, String>,
    /// The agent that plays agent files.
    pub default_agent: &'a str,
    /// Commands that are run in each new worktree.
    pub setup: &'a [String],
}

/// A list, in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Every command that may be started.
    pub commands: Vec<String>,
    /// Every ignored file that is copied into worktrees.
    pub copied: Vec<String>,
    /// Every agent file that takes part, with what it grants and the name of its content.
    pub agent_files: Vec<String>,
}

impl List {
    /// What a run of this plan may start and use, as the workspace stands in `commit` and the settings
    /// stand now.
    ///
    /// # Errors
    /// Git fails.
    pub fn of(facts: &Facts, commit: &str, means: &Means<'_>) -> Result<Self, GitError> {
        let copied = include::shown(&include::list(means.repository)?);
        Ok(Self {
            commands: commands(facts, means),
            copied: copied.iter().map(|file| copied_line(file)).collect(),
            agent_files: agent_files(facts, commit, means)?,
        })
    }

    /// All lines.
    #[must_use]
    pub fn lines(self) -> Vec<String> {
        [self.commands, self.copied, self.agent_files].concat()
    }
}

/// How a file that is copied stands in a list.
#[must_use]
pub fn copied_line(file: &str) -> String {
    format!("copied: {file}")
}

fn commands(facts: &Facts, means: &Means<'_>) -> Vec<String> {
    let open = || facts.tasks.iter().filter(|task| !task.done);
    let of_parts = facts.reviews.iter().map(|own| &own.agent).chain(&facts.reviewer).chain(&facts.planner);
    let of_parts = of_parts
        .map(|name| if means.agents.contains_key(name) { name.as_str() } else { means.default_agent });
    let runners: BTreeSet<&str> = of_parts.chain(open().map(|task| task.agent.as_str())).collect();
    let agents = runners.into_iter().filter_map(|name| {
        let line = means.agents.get(name).filter(|line| !line.is_empty())?;
        Some(format!("{name}: {line}"))
    });
    let setup = means.setup.iter().map(|command| format!("setup: {command}"));
    let health = facts.health.iter().map(|command| format!("health: {command}"));
    let proofs = open().flat_map(|task| &task.validation).chain(&facts.validation);
    let proofs = proofs.map(|command| format!("proof: {command}"));
    let mut lines: Vec<String> = Vec::new();
    for line in agents.chain(setup).chain(health).chain(proofs) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn agent_files(facts: &Facts, commit: &str, means: &Means<'_>) -> Result<Vec<String>, GitError> {
    let mut lines = Vec::new();
    for name in &facts.agent_files {
        let Some(file) = means.workspace.agent(name, commit) else { continue };
        let tools = file.tools.as_ref().map_or_else(|| "any".to_owned(), |tools| tools.join(", "));
        let models = if file.models.is_empty() { "any".to_owned() } else { file.models.join(", ") };
        let content = means.repository.name_of(file.body.as_bytes())?;
        let content = content.get(..12).unwrap_or(&content).to_owned();
        lines.push(format!("agent file {name}: tools {tools}; models {models}; content {content}"));
    }
    Ok(lines)
}
