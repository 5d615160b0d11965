//! What a run may start and use: the part of the launch list that is asked about again whenever there is
//! something new in it, within a run too. A list is lines for people, and one is compared with another
//! by them.

use crate::agent::Agent;
use crate::confine::Confine;
use crate::facts::{Facts, TaskFacts, TaskId};
use crate::git::{GitError, Repository, include};
use crate::workspace::Workspace;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What a list is made of, beside the plan.
pub struct Means<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// Its agent files.
    pub workspace: &'a dyn Workspace,
    /// The agents by their names in the settings.
    pub agents: &'a BTreeMap<String, Arc<dyn Agent>>,
    /// The agent that plays agent files.
    pub default_agent: &'a str,
    /// Commands that are run in each new worktree.
    pub setup: &'a [String],
    /// Where all of it may read and write; `None`: wherever the user may.
    pub confine: Option<&'a Confine>,
}

/// A list, in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Every command that may be started.
    pub commands: Vec<String>,
    /// Every MCP server that an agent is handed.
    pub servers: Vec<String>,
    /// The servers that are meant and not handed to anybody, with the reason; for people alone.
    pub left_out: Vec<String>,
    /// Every ignored file that is copied into worktrees.
    pub copied: Vec<String>,
    /// Where what is started may read and write.
    pub confined: Vec<String>,
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
        let (servers, left_out) = servers(facts, commit, means);
        Ok(Self {
            commands: commands(facts, means),
            servers,
            left_out,
            copied: copied.iter().map(|file| copied_line(file)).collect(),
            confined: confined(facts, means),
            agent_files: agent_files(facts, commit, means)?,
        })
    }

    /// All lines that are agreed to.
    #[must_use]
    pub fn lines(self) -> Vec<String> {
        [self.commands, self.servers, self.copied, self.confined, self.agent_files].concat()
    }
}

/// How a file that is copied stands in a list.
#[must_use]
pub fn copied_line(file: &str) -> String {
    format!("copied: {file}")
}

/// How a line about confinement begins.
pub const CONFINED: &str = "confined: ";
const NO_LONGER: &str = "no longer confined: all of it may read and change whatever you may";

/// Who takes confinement away adds something too.
fn confined(facts: &Facts, means: &Means<'_>) -> Vec<String> {
    let mut agreed = facts.list.iter().flatten();
    let Some(confine) = means.confine else {
        let was = agreed.any(|line| line.starts_with(CONFINED));
        return was.then(|| NO_LONGER.to_owned()).into_iter().collect();
    };
    let own = "all of it may change its worktree and a folder for temporary files alone".to_owned();
    let lines = [own].into_iter().chain(confine.opened.iter().cloned());
    lines.map(|line| format!("{CONFINED}{line}")).collect()
}

fn commands(facts: &Facts, means: &Means<'_>) -> Vec<String> {
    let open = || facts.tasks.iter().filter(|task| !task.done);
    let of_parts = facts.reviews.iter().map(|own| &own.agent).chain(&facts.reviewer).chain(&facts.planner);
    let of_parts = of_parts
        .map(|name| if means.agents.contains_key(name) { name.as_str() } else { means.default_agent });
    let runners: BTreeSet<&str> = of_parts.chain(open().map(|task| task.agent.as_str())).collect();
    let agents = runners.into_iter().flat_map(|name| {
        let lines = means.agents.get(name).map(|agent| agent.shown()).unwrap_or_default();
        let kept = means.confine.map(|confine| confine.kept_by(name)).unwrap_or_default();
        let kept: Vec<String> = kept.iter().map(|path| path.display().to_string()).collect();
        let changes =
            if kept.is_empty() { String::new() } else { format!(", may change {}", kept.join(", ")) };
        lines.into_iter().map(move |line| format!("{name}: {line}{changes}"))
    });
    let setup = means.setup.iter().map(|command| format!("setup: {command}"));
    let health = facts.health.iter().map(|command| format!("health: {command}"));
    let proofs = open().flat_map(|task| &task.validation).chain(&facts.validation);
    let proofs = proofs.map(|command| format!("proof: {command}"));
    let compares = open().flat_map(|task| &task.compare).map(|command| format!("compare: {command}"));
    each_once(agents.chain(setup).chain(health).chain(proofs).chain(compares).collect())
}

/// What stands for the worktree of a task where none is made yet.
const WORKTREE: &str = "{worktree}";

/// The servers that are handed to some agent, and those that are meant and handed to none. Which task
/// gets which is not said: who is done takes nothing from the list.
fn servers(facts: &Facts, commit: &str, means: &Means<'_>) -> (Vec<String>, Vec<String>) {
    let open = || facts.tasks.iter().filter(|task| !task.done);
    let ids: BTreeSet<&TaskId> = open().map(TaskFacts::stated).collect();
    let ids: Vec<TaskId> = ids.into_iter().cloned().collect();
    let of_tasks = means.workspace.servers(&ids, commit, Path::new(WORKTREE));
    let (mut handed, mut left_out) = (Vec::new(), Vec::new());
    // A task that is tried in variants is done by those.
    for task in open().filter(|task| task.variants.is_empty()) {
        let at = ids.binary_search(task.stated()).ok();
        let Some(own) = at.and_then(|at| of_tasks.get(at)) else { continue };
        let takes = means.agents.get(&task.agent).is_some_and(|agent| agent.takes_servers());
        for server in &own.handed {
            if takes {
                handed.push(server.listed());
            } else {
                left_out.push(format!("{}: `{}` takes none from a run", server.name, task.agent));
            }
        }
        left_out.extend(own.left_out.iter().cloned());
    }
    (each_once(handed), each_once(left_out))
}

fn each_once(lines: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    lines.into_iter().filter(|line| seen.insert(line.clone())).collect()
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
