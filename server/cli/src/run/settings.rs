//! The settings of a run: the nearest `segue.toml` of the plan, as it lies in the checkout now.

use super::launch::REHEARSAL;
use crate::Failure;
use segue_analysis::config::file::{NAME, load};
use segue_analysis::config::{AgentSettings, Config};
use segue_catalog::{Preset, catalog};
use segue_orchestrator::agent::Agent;
use segue_orchestrator::agent::acp::Acp;
use segue_orchestrator::agent::command::Command;
use segue_orchestrator::agent::rehearsal::{Rehearsal, Script};
use segue_orchestrator::git::Repository;
use segue_plan::Policy;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

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

/// The agent with this name: as `segue.toml` has it, else the preset of that name.
pub fn agent(name: &str, top: &Path, config: &Config) -> Result<Arc<dyn Agent>, Failure> {
    let no_program = |key: &str| Failure::said(format!("`[agents.{name}]` names no program in its `{key}`."));
    match config.agents.get(name) {
        Some(AgentSettings { command: Some(line), .. }) => match Command::new(line.clone()) {
            Some(command) => Ok(Arc::new(command)),
            None => Err(no_program("command")),
        },
        Some(AgentSettings { acp: Some(line), mode, .. }) => match Acp::new(line.clone()) {
            Some(agent) => Ok(Arc::new(Acp { mode: mode.clone(), ..agent })),
            None => Err(no_program("acp")),
        },
        Some(AgentSettings { preset: Some(word), mode, .. }) => match preset(word) {
            Some(row) => started_by(row, mode.clone()),
            None => Err(Failure::said(format!(
                "`[agents.{name}]` names the preset `{word}`, which there is not; `segue agents` lists them."
            ))),
        },
        Some(AgentSettings { rehearsal: Some(script), .. }) => {
            let script = Script::read(&top.join(config.folder()).join(script));
            Ok(Arc::new(Rehearsal::new(script.map_err(|error| Failure::said(format!("{error}.")))?)))
        }
        Some(_) => Err(Failure::said(format!(
            "`[agents.{name}]` has none of `preset`, `acp`, `command` and `rehearsal`."
        ))),
        None if name == REHEARSAL => Ok(Arc::new(Rehearsal::default())),
        None => match preset(name) {
            Some(row) => started_by(row, None),
            None => Err(Failure::said(format!(
                "there is no `[agents.{name}]` in segue.toml, and no preset `{name}`."
            ))),
        },
    }
}

/// The row of a preset.
pub fn preset(name: &str) -> Option<&'static Preset> {
    catalog().presets.iter().find(|row| row.name == name)
}

/// An agent as the table knows it.
fn started_by(row: &Preset, mode: Option<String>) -> Result<Arc<dyn Agent>, Failure> {
    let command = row.command.clone().and_then(Command::new).map(|own| Arc::new(own) as Arc<dyn Agent>);
    let agent = command.or_else(|| Some(Arc::new(of_preset(row, mode)?) as Arc<dyn Agent>));
    agent.ok_or_else(|| Failure::said(format!("the preset `{}` names no program.", row.name)))
}

/// An agent of the Agent Client Protocol as the table knows it; `None` where it is another kind.
pub fn of_preset(row: &Preset, mode: Option<String>) -> Option<Acp> {
    let known = Acp::new(row.acp.clone()?)?;
    Some(Acp {
        environment: row.environment.clone(),
        mode: mode.or_else(|| row.mode.clone()),
        plan_mode: row.plan_mode.clone(),
        loads: row.load,
        start: Duration::from_secs(row.start_seconds),
        failure_words: row.failure_words.clone(),
        ..known
    })
}
