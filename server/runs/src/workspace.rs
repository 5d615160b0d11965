//! The workspace as the run engine needs it, read from commits by git: what an editor has open and what
//! lies uncommitted in the checkout is not part of a run.

use crate::Failure;
use crate::launch::{Wish, surroundings};
use crate::settings::Source;
use crate::{servers, shell};
use segue_analysis::arguments::{self, Arguments};
use segue_analysis::config::Config;
use segue_analysis::features::{handed, run as texts};
use segue_analysis::plans;
use segue_analysis::servers::Configuration;
use segue_orchestrator::agent::Agent;
use segue_orchestrator::card::{Card, Context};
use segue_orchestrator::facts::{Surroundings, TaskId};
use segue_orchestrator::git::{Repository, reduced};
use segue_orchestrator::servers::Servers;
use segue_orchestrator::workspace::{AgentFile, Workspace};
use segue_plan::{ContextLink, Plan, Range, Stated, Task, files};
use std::path::Path;
use std::sync::Arc;

/// The most of one section that goes into a card, in bytes; the agent reads the rest itself.
const LONGEST_SECTION: usize = 16 << 10;
/// The most of what an agent shall do that is its title, in characters.
const LONGEST_TITLE: usize = 72;

/// The files of a repository, commit by commit.
pub struct Committed {
    repository: Repository,
    /// What was asked for: the plan's file, the inputs of a prompt.
    wish: Wish,
    /// The settings that hold for the plan.
    config: Arc<Config>,
    /// The commit that they are from; `None`: what lies in the checkout.
    settings_in: Option<String>,
}

impl Committed {
    /// The workspace of a run that somebody wants.
    pub fn new(repository: Repository, wish: Wish, config: Arc<Config>) -> Self {
        Self { repository, wish, config, settings_in: None }
    }

    /// The workspace of a run that was launched, by its settings.
    pub fn launched(repository: Repository, wish: Wish, source: &Source<'_>) -> Self {
        let settings_in = source.commit.map(str::to_owned);
        Self { settings_in, ..Self::new(repository, wish, Arc::clone(&source.config)) }
    }

    /// The agent with this name in the settings.
    pub fn runner(&self, name: &str) -> Result<Arc<dyn Agent>, Failure> {
        let (repository, commit) = (&self.repository, self.settings_in.as_deref());
        Source { repository, commit, config: Arc::clone(&self.config) }.agent(name)
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

    /// The plan's file, relative to the top.
    pub fn plan_file(&self) -> &str {
        &self.wish.plan
    }

    /// The servers that the files at the top of a commit configure, in the order of their paths.
    pub fn server_files(&self, commit: &str) -> Vec<Configuration> {
        let Ok(mut paths) = self.repository.paths(commit) else { return Vec::new() };
        paths.retain(|path| handed::configures(path));
        paths.sort();
        let files = self.repository.files(commit, &paths).unwrap_or_default();
        let read = |(path, bytes): (&String, Option<Vec<u8>>)| {
            Some(handed::of_file(path, &String::from_utf8_lossy(&bytes?)))
        };
        paths.iter().zip(files).filter_map(read).flatten().collect()
    }

    /// The agent files of a commit.
    pub fn agents(&self, commit: &str) -> Vec<texts::Agent> {
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

    /// What was typed after the command of Claude Code that `text` is, where it is one.
    fn arguments(&self, text: &str) -> Option<Arguments> {
        let given = self.wish.inputs.iter().find(|(name, _)| name == arguments::INPUT);
        let (_, typed) = given.filter(|_| arguments::is_command(&self.wish.plan))?;
        Some(Arguments::typed(text, typed))
    }

    /// A plan with its inputs filled in, wherever it is acted by or shown; in commands so that they stay what the
    /// shell takes as values. `text` is that of its file.
    fn with_inputs(&self, mut plan: Plan, text: &str) -> Result<Plan, String> {
        if self.wish.inputs.is_empty() {
            return Ok(plan);
        }
        let arguments = self.arguments(text);
        let commands =
            plan.validation.iter_mut().chain(plan.tasks.iter_mut().flat_map(|task| &mut task.validation));
        for command in commands {
            command.value = self.in_command(&command.value, arguments.as_ref())?;
        }
        let mut fill = |stated: &mut Stated<String>| {
            stated.value = match &arguments {
                Some(arguments) => arguments.fill(&stated.value),
                None => filled(&stated.value, &self.wish.inputs),
            }
        };
        plan.title.iter_mut().chain(&mut plan.acceptance).for_each(&mut fill);
        for task in &mut plan.tasks {
            fill(&mut task.title);
            let texts = task.objective.iter_mut().chain(&mut task.acceptance);
            texts.chain(&mut task.tests).chain(&mut task.steps).for_each(&mut fill);
        }
        Ok(plan)
    }

    /// A command with its inputs as the shell takes them.
    fn in_command(&self, command: &str, arguments: Option<&Arguments>) -> Result<String, String> {
        let mut wrong = None;
        let put = |before: &str, value: &str, words: Option<&[String]>| {
            let put = shell::put(before, value, words);
            if put.is_none() {
                wrong = Some(value.to_owned());
            }
            put.unwrap_or_default()
        };
        let command_with = match arguments {
            Some(arguments) => arguments.fill_by(command, put),
            None => filled_by(command, &self.wish.inputs, put),
        };
        match wrong {
            None => Ok(command_with),
            Some(value) => Err(format!(
                "`{value}` cannot be put into the command `{command}` so that it stays a value. Give one of letters, digits and `_./:@%+=,-`, or write the place for it in the plan outside of `$(…)`, backticks and comments."
            )),
        }
    }

    /// An agent file with what it shall do is a plan of one task.
    fn plan_of_agent(&self, path: &str, text: &str) -> Result<Plan, String> {
        let Some(prompt) = self.wish.prompt.as_deref().filter(|prompt| !prompt.trim().is_empty()) else {
            return Err(format!("`{path}` is an agent: say what it shall do with --prompt \"…\"."));
        };
        let agent = texts::agent(path, text).and_then(|agent| agent.names.into_iter().next());
        let agent = agent.ok_or_else(|| format!("`{path}` is an agent without a name."))?;
        let said = |text: &str| Stated::new(text.to_owned(), Range::default());
        let title: String =
            prompt.trim().lines().next().unwrap_or_default().chars().take(LONGEST_TITLE).collect();
        let task = Task {
            id: said(&reduced(&agent)),
            title: said(&title),
            objective: Some(said(prompt.trim())),
            agent: Some(said(&agent)),
            ..Task::default()
        };
        Ok(Plan { title: Some(said(&title)), format: "agent", tasks: vec![task], ..Plan::default() })
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
        if texts::is_agent(path) {
            return self.plan_of_agent(path, &text);
        }
        if self.wish.prompt.is_some() {
            return Err(format!("`--prompt` says what an agent file shall do, and `{path}` is none."));
        }
        let mut plan = self.with_inputs(plans::of_text(path, &text), &text)?;
        let files = || self.repository.paths(commit).unwrap_or_default();
        plans::beside::add(&mut plan, path, files, |file| self.text(file, commit));
        if let Some(error) = &plan.syntax_error {
            let line =
                text.get(..error.range.start as usize).map_or(0, |before| before.matches('\n').count()) + 1;
            return Err(format!(
                "`{path}` is no JSON in the commit {}, line {line}: {}",
                short(commit),
                error.value
            ));
        }
        if plan.tasks.is_empty() {
            return Err(texts::no_plan(path)
                .unwrap_or_else(|| format!("`{path}` holds no tasks in the commit {}.", short(commit))));
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
            objective: self.objective(&plan, own, commit),
            allowed: own.written_files().map(|file| file.path.value.clone()).collect(),
            forbidden: files_of_others(&plan, own),
            read_only: own.read_only,
            context: self.contexts(&links, commit),
            steps: values(&own.steps),
            tests: values(&own.tests),
            acceptance,
            validation: values(validation),
            role,
            // What a prompt says goes before what its agent says.
            tools: plan.tools.clone().or(tools),
            ..Card::default()
        })
    }

    fn agent(&self, name: &str, commit: &str) -> Option<AgentFile> {
        let mut named = self.agents(commit).into_iter();
        let found = named.find(|agent| agent.names.iter().any(|own| own.eq_ignore_ascii_case(name)))?;
        Some(AgentFile { name: name.to_owned(), body: found.body, tools: found.tools, models: found.models })
    }

    fn servers(&self, tasks: &[TaskId], commit: &str, worktree: &Path) -> Vec<Servers> {
        servers::of_tasks(self, tasks, commit, worktree)
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
            let body = texts::section(&self.wish.plan, &text, None).unwrap_or_else(|| text.clone());
            return match self.arguments(&text) {
                Some(arguments) => arguments.fill_body(&body),
                None => filled(&body, &self.wish.inputs),
            };
        }
        let mut parts: Vec<&str> =
            task.objective.iter().chain(&task.focus).map(|part| part.value.as_str()).collect();
        if parts.is_empty() {
            parts.push(&task.title.value);
        }
        filled(&parts.join("\n\n"), &self.wish.inputs)
    }
}

/// A text with its `${input:name}` and `${input:name:placeholder}` filled in, once: what is filled in may look
/// like an input itself.
fn filled(text: &str, inputs: &[(String, String)]) -> String {
    filled_by(text, inputs, |_, value, _| value.to_owned())
}

/// The same with each value as `put` writes it behind what stands before it.
fn filled_by(
    text: &str,
    inputs: &[(String, String)],
    mut put: impl FnMut(&str, &str, Option<&[String]>) -> String,
) -> String {
    const BEGIN: &str = "${input:";
    let mut page = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once(BEGIN) {
        page.push_str(before);
        let inner = from.split_once('}');
        let name = inner.map(|(inner, _)| inner.split_once(':').map_or(inner, |(name, _)| name));
        let value = inputs.iter().find(|(own, _)| Some(own.as_str()) == name).map(|(_, value)| value);
        match (value, inner) {
            (Some(value), Some((_, after))) => {
                let value = put(&page, value, None);
                page.push_str(&value);
                rest = after;
            }
            _ => {
                page.push_str(BEGIN);
                rest = from;
            }
        }
    }
    page + rest
}

/// What other tasks of the plan write, and this one does not.
fn files_of_others(plan: &Plan, task: &Task) -> Vec<String> {
    let own: Vec<&str> = task.written_files().map(|file| file.path.as_str()).collect();
    let mut others: Vec<String> = plan.written_files().into_iter().map(str::to_owned).collect();
    others.retain(|path| !own.iter().any(|own| files::overlap(own, path)));
    others.sort();
    others
}

fn values(stated: &[Stated<String>]) -> Vec<String> {
    stated.iter().map(|text| text.value.clone()).collect()
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_filled_in_once() {
        let given =
            [("file", "${input:file}"), ("to", "b")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        for (text, wanted) in [
            ("${input:file} ${input:filed} ${input:to:the place}.", "${input:file} ${input:filed} b."),
            ("${input:to", "${input:to"),
            ("${input:${input:to}", "${input:b"),
            ("", ""),
        ] {
            assert_eq!(filled(text, &given), wanted);
        }
    }
}
