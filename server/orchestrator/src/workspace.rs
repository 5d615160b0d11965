//! What the engine needs of the workspace. The binary implements it over the analysis, tests over a
//! table.

use crate::card::Card;
use crate::facts::{Surroundings, TaskId};
use crate::servers::Servers;
use segue_plan::Plan;
use std::path::Path;

/// The files of the workspace, as they stand in a commit. Calls may take a while; the engine makes them
/// off its own thread.
pub trait Workspace: Send + Sync {
    /// The plan at `path` (relative to the repository's top) as it stands in `commit`.
    ///
    /// # Errors
    ///
    /// A sentence: it is not there, or is no plan.
    fn plan(&self, path: &str, commit: &str) -> Result<Plan, String>;

    /// What the settings and the agent files add to a plan, as it stands in `commit`.
    ///
    /// # Errors
    ///
    /// A sentence: an agent that it names is not there.
    fn surroundings(&self, plan: &Plan, commit: &str) -> Result<Surroundings, String>;

    /// What the agent of a task is told, as it stands in `commit`.
    ///
    /// # Errors
    ///
    /// A sentence: the plan is not there, or has no such task.
    fn task_card(&self, task: &TaskId, commit: &str) -> Result<Card, String>;

    /// The agent file called `name` as it stands in `commit`, where there is one.
    fn agent(&self, name: &str, commit: &str) -> Option<AgentFile>;

    /// The servers that the agents of these tasks are handed, in their order, as the workspace stands in
    /// `commit`, for work in `worktree`. Nothing is started by it.
    fn servers(&self, tasks: &[TaskId], _commit: &str, _worktree: &Path) -> Vec<Servers> {
        vec![Servers::default(); tasks.len()]
    }

    /// The text of the plan's file with these tasks ticked; `None` where its format has no ticks for
    /// them, or they are ticked.
    fn tick(&self, path: &str, text: &str, tasks: &[TaskId]) -> Option<String>;
}

/// An agent file of the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AgentFile {
    /// Its name.
    pub name: String,
    /// What it says.
    pub body: String,
    /// The tools that it grants; `None`: it does not say.
    pub tools: Option<Vec<String>>,
    /// The models it names, in order of preference.
    pub models: Vec<String>,
}
