//! The settings of a run: the nearest `segue.toml` of the plan, as it lies in the checkout now; for a run that goes
//! on while the checkout is elsewhere, as it lay where the run was launched.

use crate::Failure;
use crate::launch::REHEARSAL;
use segue_analysis::config::file::{ConfigFile, NAME, load};
use segue_analysis::config::{AgentSettings, Config};
use segue_catalog::{Preset, catalog};
use segue_orchestrator::agent::Agent;
use segue_orchestrator::agent::acp::Acp;
use segue_orchestrator::agent::command::Command;
use segue_orchestrator::agent::rehearsal::{Rehearsal, Script};
use segue_orchestrator::git::Repository;
use segue_orchestrator::os::find_program;
use segue_plan::Policy;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The settings that hold for the plan at `plan`, relative to the top.
pub fn of(top: &Path, plan: &str) -> Arc<Config> {
    read(top, plan).map(|(_, file)| file.config).unwrap_or_default()
}

/// Refuses settings of which a part cannot be taken: a run by others than the ones that somebody wrote is
/// nobody's wish. What is merely not known is given back, for people.
///
/// # Errors
/// The file cannot be read, is not TOML, or holds a value of another sort, with the line of each.
pub fn looked_at(top: &Path, plan: &str) -> Result<Vec<String>, Failure> {
    let Some((path, file)) = read(top, plan) else { return Ok(Vec::new()) };
    if let Err(error) = std::fs::read_to_string(top.join(&path)) {
        return Err(Failure::said(format!("`{path}` cannot be read: {error}.")));
    }
    let at = |start: u32, message: &str| {
        let before = file.text.get(..start as usize).unwrap_or_default();
        format!("{path}:{}: {message}", before.matches('\n').count() + 1)
    };
    let lost: Vec<String> = file.lost.iter().map(|(span, message)| at(span.start, message)).collect();
    if !lost.is_empty() {
        return Err(Failure::said(format!("these settings cannot be taken: {}", lost.join("\n"))));
    }
    Ok(file.findings.iter().map(|finding| at(finding.span.start, &finding.message)).collect())
}

/// The nearest `segue.toml` of a plan and what it says. One that is there and cannot be read says nothing.
fn read(top: &Path, plan: &str) -> Option<(String, ConfigFile)> {
    let read = |path: &str| std::fs::read_to_string(top.join(path)).ok().map(Arc::<str>::from);
    nearest(plan, &|path| top.join(path).is_file(), &read)
}

fn nearest(
    plan: &str,
    is_there: &dyn Fn(&str) -> bool,
    read: &dyn Fn(&str) -> Option<Arc<str>>,
) -> Option<(String, ConfigFile)> {
    let folders = Path::new(plan).ancestors().skip(1);
    let slashed = |path: &Path| -> String {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    };
    let mut files = folders.map(|folder| slashed(&folder.join(NAME)));
    let path = files.find(|path| is_there(path))?;
    let text = read(&path).unwrap_or_default();
    let file = load(&path, text, &read);
    Some((path, file))
}

/// Where the settings of a run that was launched are taken from.
pub struct Source<'r> {
    /// The repository.
    pub repository: &'r Repository,
    /// The commit it was launched from; `None`: what lies in the checkout.
    pub commit: Option<&'r str>,
    /// What they say.
    pub config: Arc<Config>,
}

impl<'r> Source<'r> {
    /// The settings in the checkout, as far as they have the agents that the run uses; else those of the commit
    /// that it was launched from: the user may be on another branch by now.
    pub fn of_run(repository: &'r Repository, plan: &str, commit: &'r str, used: &[&str]) -> Self {
        let checkout = Self { repository, commit: None, config: of(repository.top(), plan) };
        let serves = |own: &Self| used.iter().all(|name| own.agent(name).is_ok());
        if read(repository.top(), plan).is_some() && serves(&checkout) {
            return checkout;
        }
        let read = |path: &str| text_in(repository, commit, Path::new(path)).map(Arc::<str>::from);
        let Some((_, file)) = nearest(plan, &|path| read(path).is_some(), &read) else { return checkout };
        let launched = Self { repository, commit: Some(commit), config: file.config };
        if serves(&launched) { launched } else { checkout }
    }

    /// The agent with this name.
    pub fn agent(&self, name: &str) -> Result<Arc<dyn Agent>, Failure> {
        let Some(commit) = self.commit else { return agent(name, self.repository.top(), &self.config) };
        agent_by(name, &self.config, &|path| {
            let text = text_in(self.repository, commit, path).unwrap_or_default();
            Script::of(&text).map_err(|why| format!("{}: {why}", path.display()))
        })
    }
}

fn text_in(repository: &Repository, commit: &str, path: &Path) -> Option<String> {
    let bytes = repository.file(commit, path).ok()??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
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
    agent_by(name, config, &|path| Script::read(&top.join(path)).map_err(|error| error.to_string()))
}

fn agent_by(
    name: &str,
    config: &Config,
    read: &dyn Fn(&Path) -> Result<Script, String>,
) -> Result<Arc<dyn Agent>, Failure> {
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
            let script = read(&Path::new(config.folder()).join(script));
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

/// The agents that somebody may choose among here: those of the settings, and the known ones of the protocol
/// that are installed. Nothing is started.
pub fn agents_here(config: &Config) -> Vec<String> {
    let installed = |row: &&Preset| {
        let program = row.acp.as_ref().and_then(|line| line.first());
        program.is_some_and(|program| find_program(program).is_some())
    };
    let presets = catalog().presets.iter().filter(installed).map(|row| &row.name);
    let presets = presets.filter(|name| !config.agents.contains_key(*name));
    config.agents.keys().chain(presets).cloned().collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_of_a_preset_has_all_that_its_row_says() {
        let of = |name: &str| of_preset(preset(name).unwrap(), None).unwrap();
        let (slow, usual) = (of("opencode"), of("claude"));
        assert_eq!((slow.start, usual.start), (Duration::from_secs(120), Duration::from_secs(60)));
        assert_eq!((slow.mode.as_deref(), slow.plan_mode.as_deref()), (Some("build"), Some("plan")));
        assert!(slow.environment.contains_key("OPENCODE_PERMISSION") && usual.environment.is_empty());
        assert!(usual.loads && !of("gemini").loads);
        assert_eq!(of("copilot").failure_words, ["Error: Failed to get response"]);
        let other = of_preset(preset("opencode").unwrap(), Some("own".to_owned())).unwrap();
        assert_eq!((other.mode.as_deref(), other.plan_mode.as_deref()), (Some("own"), Some("plan")));
        assert!(of_preset(preset("codex-exec").unwrap(), None).is_none(), "it is headless");
    }
}
