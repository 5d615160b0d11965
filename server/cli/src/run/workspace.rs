//! The workspace as the run engine needs it, read from commits by git: what an editor has open and what
//! lies uncommitted in the checkout is not part of a run.

use super::launch::{Wish, surroundings};
use segue_analysis::config::Config;
use segue_analysis::features::run as texts;
use segue_analysis::plans;
use segue_orchestrator::card::{Card, Context};
use segue_orchestrator::facts::{Surroundings, TaskId};
use segue_orchestrator::git::Repository;
use segue_orchestrator::workspace::{AgentFile, Workspace};
use segue_plan::{ContextLink, Plan, Stated, Task};
use std::path::Path;
use std::sync::Arc;

/// The most of one section that goes into a card, in bytes; the agent reads the rest itself.
const LONGEST_SECTION: usize = 16 << 10;

/// The files of a repository, commit by commit.
pub struct Committed {
    repository: Repository,
    /// What was asked for: the plan's file, the inputs of a prompt.
    wish: Wish,
    /// The settings that hold for the plan.
    config: Arc<Config>,
}

impl Committed {
    /// The workspace of a run that somebody wants.
    pub fn new(repository: Repository, wish: Wish, config: Arc<Config>) -> Self {
        Self { repository, wish, config }
    }

    /// The top of the user's checkout.
    pub fn top(&self) -> &Path {
        self.repository.top()
    }

    /// The text of a file in a commit.
    fn text(&self, path: &str, commit: &str) -> Option<String> {
        let bytes = self.repository.file(commit, Path::new(path)).ok()??;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The agent files of a commit.
    fn agents(&self, commit: &str) -> Vec<texts::Agent> {
        let Ok(mut paths) = self.repository.paths(commit) else { return Vec::new() };
        paths.retain(|path| texts::is_agent(path));
        let files = self.repository.files(commit, &paths).unwrap_or_default();
        let read =
            |(path, bytes): (&String, Option<Vec<u8>>)| texts::agent(path, &String::from_utf8_lossy(&bytes?));
        paths.iter().zip(files).filter_map(read).collect()
    }

    /// The names of all agent files of a commit, each once, in the order of their paths.
    pub fn agent_names(&self, commit: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for agent in self.agents(commit) {
            names.extend(agent.names.into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>());
        }
        names
    }

    fn filled(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.wish.inputs {
            // `${input:name}` and `${input:name:placeholder}`.
            while let Some(start) = text.find(&format!("${{input:{name}")) {
                let Some(length) = text.get(start..).and_then(|rest| rest.find('}')) else { break };
                let inner = text.get(start..start + length).unwrap_or_default();
                let is_whole =
                    inner.get(8 + name.len()..).is_none_or(|rest| rest.is_empty() || rest.starts_with(':'));
                if !is_whole {
                    break;
                }
                text.replace_range(start..=start + length, value);
            }
        }
        text
    }

    fn contexts(&self, links: &[ContextLink], commit: &str) -> Vec<Context> {
        let mut contexts: Vec<Context> = Vec::new();
        for link in links {
            let (paths, anchor) = texts::destination(&self.wish.plan, &link.target.value);
            let found = paths.iter().find_map(|path| Some((path, self.text(path, commit)?)));
            let Some((path, text)) = found else { continue };
            let text = texts::section(path, &text, anchor.as_deref()).unwrap_or_default();
            let text = if text.len() > LONGEST_SECTION { String::new() } else { text };
            let source = anchor.map_or_else(|| path.clone(), |anchor| format!("{path}#{anchor}"));
            if !contexts.iter().any(|context| context.source == source) {
                contexts.push(Context { source, text });
            }
        }
        contexts
    }
}

impl Workspace for Committed {
    fn plan(&self, path: &str, commit: &str) -> Result<Plan, String> {
        let text = self.text(path, commit).ok_or_else(|| {
            format!("`{path}` is not in the commit {}; commit it, and launch again.", short(commit))
        })?;
        let plan = plans::of_text(path, &text);
        if plan.tasks.is_empty() {
            return Err(format!("`{path}` holds no tasks in the commit {}.", short(commit)));
        }
        Ok(plan)
    }

    fn surroundings(&self, plan: &Plan, commit: &str) -> Result<Surroundings, String> {
        let found = surroundings(plan, self, commit, &self.wish, &self.config);
        found.map(|(around, _)| around).map_err(|failure| failure.to_string())
    }

    fn task_card(&self, task: &TaskId, commit: &str) -> Result<Card, String> {
        let plan = self.plan(&self.wish.plan, commit)?;
        let found = plan.find(&task.0).and_then(|index| plan.get(index));
        let own = found.ok_or_else(|| format!("`{}` has no task `{task}` any more.", self.wish.plan))?;
        let agent =
            own.agent.as_ref().and_then(|agent| self.agent(agent.value.trim_start_matches('@'), commit));
        let mut links = own.context.clone();
        links.extend(plan.context.iter().cloned());
        let validation = if own.validation.is_empty() { &plan.validation } else { &own.validation };
        let mut acceptance = values(&own.acceptance);
        acceptance.extend(values(&plan.acceptance));
        let (role, tools) = agent.map(|agent| (agent.body, agent.tools)).unwrap_or_default();
        Ok(Card {
            task: task.0.clone(),
            title: own.title.value.clone(),
            objective: self.filled(&self.objective(&plan, own, commit)),
            allowed: own.written_files().map(|file| file.path.value.clone()).collect(),
            forbidden: files_of_others(&plan, own),
            read_only: own.read_only,
            context: self.contexts(&links, commit),
            steps: values(&own.steps).iter().map(|step| self.filled(step)).collect(),
            tests: values(&own.tests),
            acceptance,
            validation: values(validation),
            role,
            tools: tools.or_else(|| plan.tools.clone()),
            ..Card::default()
        })
    }

    fn agent(&self, name: &str, commit: &str) -> Option<AgentFile> {
        let mut named = self.agents(commit).into_iter();
        let found = named.find(|agent| agent.names.iter().any(|own| own.eq_ignore_ascii_case(name)))?;
        Some(AgentFile { name: name.to_owned(), body: found.body, tools: found.tools, models: found.models })
    }

    fn tick(&self, path: &str, text: &str, tasks: &[TaskId]) -> Option<String> {
        let ids: Vec<&str> = tasks.iter().map(|task| task.0.as_str()).collect();
        texts::ticked(&plans::of_text(path, text), text, &ids)
    }
}

impl Committed {
    /// What a task shall reach: what the file says of it; of a prompt all that stands in it.
    fn objective(&self, plan: &Plan, task: &Task, commit: &str) -> String {
        if plan.format == "prompt" {
            let text = self.text(&self.wish.plan, commit).unwrap_or_default();
            return texts::section(&self.wish.plan, &text, None).unwrap_or(text);
        }
        let mut parts: Vec<&str> =
            task.objective.iter().chain(&task.focus).map(|part| part.value.as_str()).collect();
        if parts.is_empty() {
            parts.push(&task.title.value);
        }
        parts.join("\n\n")
    }
}

/// What other tasks of the plan write, and this one does not.
fn files_of_others(plan: &Plan, task: &Task) -> Vec<String> {
    let own: Vec<&str> = task.written_files().map(|file| file.path.as_str()).collect();
    let mut others: Vec<String> = plan.written_files().into_iter().map(str::to_owned).collect();
    others.retain(|path| !own.contains(&path.as_str()));
    others.sort();
    others
}

fn values(stated: &[Stated<String>]) -> Vec<String> {
    stated.iter().map(|text| text.value.clone()).collect()
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
