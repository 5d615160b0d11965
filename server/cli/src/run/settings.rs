//! The settings of a run: the nearest `segue.toml` of the plan, as it lies in the checkout now.

use super::launch::REHEARSAL;
use crate::Failure;
use segue_analysis::config::file::{NAME, load};
use segue_analysis::config::{AgentSettings, Config};
use segue_orchestrator::agent::Agent;
use segue_orchestrator::agent::command::Command;
use segue_orchestrator::agent::rehearsal::{Rehearsal, Script};
use segue_orchestrator::git::Repository;
use segue_plan::Policy;
use std::path::Path;
use std::sync::Arc;

/// The settings that hold for the plan at `plan`, relative to the top.
pub fn of(top: &Path, plan: &str) -> Arc<Config> {
    let read = |path: &str| std::fs::read_to_string(top.join(path)).ok().map(Arc::<str>::from);
    let folders = Path::new(plan).ancestors().skip(1);
    let mut files = folders.map(|folder| crate::places::slashed(&folder.join(NAME)));
    let found = files.find_map(|path| Some((read(&path)?, path)));
    found.map(|(text, path)| load(&path, text, &read).config).unwrap_or_default()
}

/// The repository with its worktrees where the settings want them.
pub fn placed(repository: Repository, config: &Config) -> Repository {
    match &config.orchestrator.worktrees {
        Some(folder) => repository.with_worktrees(Path::new(folder)),
        None => repository,
    }
}

/// The numbers by which a run is run.
pub fn policy(config: &Config) -> Result<Policy, Failure> {
    let mut policy = Policy::default();
    for (name, number) in &config.orchestrator.numbers {
        policy.set(name, *number).map_err(|refused| Failure::said(format!("segue.toml: {refused}.")))?;
    }
    Ok(policy)
}

/// The agent with this name.
pub fn agent(name: &str, top: &Path, config: &Config) -> Result<Arc<dyn Agent>, Failure> {
    let settings = config.agents.get(name);
    match settings {
        Some(AgentSettings { command: Some(line), .. }) => match Command::new(line.clone()) {
            Some(command) => Ok(Arc::new(command)),
            None => Err(Failure::said(format!("`[agents.{name}]` names no program in its `command`."))),
        },
        Some(AgentSettings { rehearsal: Some(script), .. }) => {
            let script = Script::read(&top.join(config.folder()).join(script));
            Ok(Arc::new(Rehearsal::new(script.map_err(|error| Failure::said(format!("{error}.")))?)))
        }
        Some(_) => Err(Failure::said(format!(
            "`[agents.{name}]` has neither `command` nor `rehearsal`; this version starts agents by those."
        ))),
        None if name == REHEARSAL => Ok(Arc::new(Rehearsal::default())),
        None => Err(Failure::said(format!("there is no `[agents.{name}]` in segue.toml."))),
    }
}
