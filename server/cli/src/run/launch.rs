//! What a launch would do, before anything does it: the list that a person says yes to.

use super::workspace::Committed;
use crate::Failure;
use crate::output::visible;
use crate::runs::open::place_of;
use crate::runs::sentence::short;
use segue_analysis::config::Config;
use segue_analysis::diagnostics;
use segue_analysis::features::context::count_of;
use segue_analysis::plans::Planned;
use segue_catalog::Severity;
use segue_orchestrator::event::By;
use segue_orchestrator::facts::{Facts, Surroundings, TaskId};
use segue_orchestrator::git::survey::{Survey, survey};
use segue_orchestrator::git::{Git, Repository};
use segue_orchestrator::journal::Journal;
use segue_orchestrator::list::{List, Means};
use segue_orchestrator::workspace::Workspace;
use segue_plan::{Plan, Policy, TaskIndex};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// The built-in agent that replays a script.
pub const REHEARSAL: &str = "rehearsal";

/// What somebody asks for.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The plan's file, relative to the top.
    pub plan: String,
    /// The agent for tasks of which nothing else is said.
    pub agent: Option<String>,
    /// Only these tasks.
    pub only: Vec<String>,
    /// How many at the same time.
    pub jobs: Option<u64>,
    /// Inputs of a prompt.
    pub inputs: Vec<(String, String)>,
}

/// A launch as it would be.
pub struct Launch {
    /// The repository.
    pub repository: Repository,
    /// The commit it begins from.
    pub base: String,
    /// The branch that was checked out.
    pub branch: Option<String>,
    /// What decides.
    pub facts: Facts,
    /// The numbers.
    pub policy: Policy,
    /// How many at the same time.
    pub jobs: u64,
    /// What people should know of the repository.
    notes: Vec<String>,
    /// What it may start and use.
    list: List,
    has_open_high_risk: bool,
    confidence: Option<f64>,
    /// What the static checks say of the plan, a sentence each.
    findings: Vec<String>,
    plan: String,
}

/// Looks at the repository that `folder` lies in; what stands in the way is said all at once.
pub fn surveyed(folder: &Path, config: &Config) -> Result<Survey, Failure> {
    let found = survey(Git::default(), folder, |repository| super::settings::placed(repository, config));
    let obstacles: Vec<&str> = found.obstacles().map(|obstacle| obstacle.message.as_str()).collect();
    match obstacles.as_slice() {
        [] => Ok(found),
        [one] => Err(Failure::said(*one)),
        several => Err(Failure::said(format!("no run can begin here:\n- {}", several.join("\n- ")))),
    }
}

impl Launch {
    /// What `wish` would do in this repository.
    pub fn of(found: Survey, wish: &Wish, config: &Arc<Config>) -> Result<Self, Failure> {
        let notes = found.notes().map(|note| note.message.clone()).collect();
        let (Some(repository), Some(base)) = (found.repository, found.base) else {
            return Err(Failure::said("there is no commit to start from."));
        };
        let workspace = Committed::new(repository.clone(), wish.clone(), Arc::clone(config));
        let plan = workspace.plan(&wish.plan, &base).map_err(Failure::said)?;
        refuse_what_cannot_run(&plan, wish)?;
        let policy = super::settings::policy(config)?;
        let jobs = policy.jobs_for(wish.jobs.or(config.orchestrator.jobs.map(u64::from)));
        let (around, agents) = surroundings(&plan, &workspace, &base, wish, config)?;
        let mut facts = Facts::of(&plan, &plan.order(), &around, &policy);
        let setup: Vec<String> = config.orchestrator.setup.iter().cloned().collect();
        let means = Means {
            repository: &repository,
            workspace: &workspace,
            agents: &agents,
            default_agent: &around.default_agent,
            setup: &setup,
        };
        let list = List::of(&facts, &base, &means)?;
        facts.list = Some(list.clone().lines());
        let mut launch = Self {
            base,
            branch: found.branch,
            facts,
            policy,
            jobs,
            notes,
            list,
            has_open_high_risk: plan.has_open_high_risk(),
            confidence: plan.confidence.as_ref().map(|confidence| confidence.value),
            findings: findings(&wish.plan, plan),
            plan: wish.plan.clone(),
            repository,
        };
        launch.facts.list_hash = launch.hash(&workspace)?;
        Ok(launch)
    }

    /// Whether nothing is left to be done.
    pub fn is_done(&self) -> bool {
        self.facts.tasks.iter().all(|task| task.done)
    }

    /// The name of the list: whatever changes it (plan, agents, commands, files) gives it another.
    fn hash(&self, workspace: &Committed) -> Result<String, Failure> {
        let mut whole = format!("{}\n{}\n", self.list(), self.policy.jobs);
        let facts = Facts { list_hash: String::new(), ..self.facts.clone() };
        whole += &serde_json::to_string(&facts).map_err(|error| Failure::said(error.to_string()))?;
        for task in &self.facts.tasks {
            let card = workspace.task_card(&task.id, &self.base).map_err(Failure::said)?;
            let _ = write!(whole, "\n{card:?}");
        }
        Ok(self.repository.name_of(whole.as_bytes())?)
    }

    /// Who said yes to the same list before.
    pub fn known(&self, journal: &Journal) -> Result<Option<By>, Failure> {
        Ok(journal.kept_yes(&self.facts.list_hash)?)
    }

    /// The list, for people.
    pub fn list(&self) -> String {
        let mut page = String::new();
        let title = if self.facts.title.is_empty() { self.plan.as_str() } else { self.facts.title.as_str() };
        let tier = self.facts.tier.as_ref().map(|tier| format!(", {tier}")).unwrap_or_default();
        let open = self.facts.tasks.iter().filter(|task| !task.done).count();
        let _ =
            writeln!(page, "{} ({}{tier}), from {}", visible(title), visible(&self.plan), short(&self.base));
        let _ = writeln!(
            page,
            "{} in {}, at most {} at the same time",
            count_of(open, "task"),
            count_of(self.facts.last_wave() as usize, "wave"),
            self.jobs
        );
        if let Some(confidence) = self.confidence.filter(|confidence| *confidence < 0.9) {
            let _ = writeln!(page, "Its author is sure of it by {confidence}.");
        }
        for wave in 1..=self.facts.last_wave() {
            let _ = writeln!(page, "\nWave {wave}");
            for task in self.facts.tasks.iter().filter(|task| task.wave == wave) {
                let mark = if task.done { "done " } else { "" };
                let _ = writeln!(
                    page,
                    "  {mark}{}: {} [{}]",
                    visible(&task.id.0),
                    visible(&task.title),
                    visible(&task.agent)
                );
                if !task.writes.is_empty() {
                    let files: Vec<&str> = task.writes.iter().map(String::as_str).collect();
                    let _ = writeln!(page, "    writes {}", visible(&files.join(", ")));
                }
                if task.destructive {
                    let _ = writeln!(page, "    is marked as destructive: it asks before it begins");
                }
            }
        }
        self.reviews(&mut page);
        self.commands(&mut page);
        if !self.list.copied.is_empty() {
            let _ = writeln!(page, "\nIgnored files that are copied into each worktree");
            for line in &self.list.copied {
                let _ = writeln!(page, "  {}", visible(line.strip_prefix("copied: ").unwrap_or(line)));
            }
        }
        if !self.list.agent_files.is_empty() {
            let _ = writeln!(page, "\nAgent files that take part");
            for line in &self.list.agent_files {
                let _ = writeln!(page, "  {}", visible(line.strip_prefix("agent file ").unwrap_or(line)));
            }
        }
        let unproved = self.unproved();
        if !unproved.is_empty() {
            let _ = writeln!(page, "\nNothing proves {}", visible(&unproved.join(", ")));
        }
        if !self.notes.is_empty() {
            let _ = writeln!(page, "\nGood to know");
            for note in &self.notes {
                let _ = writeln!(page, "  {}", visible(note));
            }
        }
        page
    }

    /// Who looks at the plan and at what is done; where nobody does, what the static checks say.
    fn reviews(&self, page: &mut String) {
        let facts = &self.facts;
        let mut lines: Vec<String> = Vec::new();
        for own in &facts.reviews {
            let times = count_of(usize::try_from(own.rounds).unwrap_or(usize::MAX), "time");
            lines.push(format!("{} by {}, at most {times}", own.part, own.agent));
        }
        if !facts.unreviewed.is_empty() {
            let found = match self.findings.len() {
                0 => "they found nothing".to_owned(),
                number => format!("they found {}", count_of(number, "thing")),
            };
            let parts = facts.unreviewed.join(", ");
            lines.push(format!(
                "{parts}: no agent of that name, so the static checks are the review; {found}"
            ));
            lines.extend(self.findings.iter().map(|finding| format!("  {finding}")));
        }
        lines.extend(facts.reviewer.iter().map(|agent| format!("each task by {agent}")));
        lines.extend(
            facts.planner.iter().map(|agent| format!("a plan that does not hold is revised by {agent}")),
        );
        if !lines.is_empty() {
            let _ = writeln!(page, "\nReviews");
        }
        for line in lines {
            let _ = writeln!(page, "  {}", visible(&line));
        }
    }

    fn commands(&self, page: &mut String) {
        if self.list.commands.is_empty() {
            let _ = writeln!(page, "\nNo command runs.");
            return;
        }
        let _ = writeln!(page, "\nCommands that may run, in worktrees of their own");
        for line in &self.list.commands {
            let _ = writeln!(page, "  {}", visible(line));
        }
    }

    fn unproved(&self) -> Vec<&str> {
        let open = self
            .facts
            .tasks
            .iter()
            .filter(|task| !task.done && !task.read_only && task.validation.is_empty());
        open.map(|task| task.id.0.as_str()).collect()
    }

    /// Which way to run it is proposed, and why.
    pub fn proposal(&self, known: Option<&By>) -> String {
        let mut reasons = Vec::new();
        if known.is_none() {
            reasons.push("this list was not run before");
        }
        if self.has_open_high_risk {
            reasons.push("a risk of high impact is open");
        }
        if !self.unproved().is_empty() {
            reasons.push("nothing proves some of its tasks");
        }
        match (reasons.as_slice(), known) {
            ([], Some(by)) => {
                format!("Proposed: --yes, because {by} said yes to this very list, and everything is proved.")
            }
            _ => format!("Proposed: with gates, because {}.", reasons.join(", and ")),
        }
    }
}

/// What the static checks say of a plan: its warnings and worse.
fn findings(path: &str, plan: Plan) -> Vec<String> {
    let found = diagnostics::of_plan(&Planned::new(plan), &path.into()).into_iter();
    let found = found.filter(|finding| finding.severity >= Severity::Warning);
    found.map(|finding| format!("{}: {}", finding.code, finding.message)).collect()
}

fn refuse_what_cannot_run(plan: &Plan, wish: &Wish) -> Result<(), Failure> {
    let order = plan.order();
    if let Some(problem) = order.cycles().first() {
        let names: Vec<&str> = problem.iter().map(|task| plan.id(*task)).collect();
        return Err(Failure::said(format!("these tasks wait for each other: {}.", names.join(", "))));
    }
    if let Some(fatal) = plan.problems(&order).iter().find(|problem| problem.is_fatal(plan)) {
        return Err(Failure::said(format!("`{}` cannot be run: {}", wish.plan, fatal.message(plan))));
    }
    for wanted in &wish.only {
        if plan.find(wanted).is_none() {
            let known: Vec<&str> = (0..plan.tasks.len()).map(|task| plan.id(TaskIndex::new(task))).collect();
            return Err(Failure::said(format!(
                "`{}` has no task `{wanted}`; it has {}.",
                wish.plan,
                known.join(", ")
            )));
        }
    }
    if let Some(question) = plan.clarifications.first() {
        return Err(Failure::said(format!("`{}` still asks: {}", wish.plan, question.value)));
    }
    for input in &plan.inputs {
        if !wish.inputs.iter().any(|(name, _)| *name == input.name.value) {
            let name = &input.name.value;
            return Err(Failure::said(format!("`{}` asks for an input: --input {name}=…", wish.plan)));
        }
    }
    Ok(())
}

/// Who does what, by the plan, the agent files and the settings; and the command lines of all that take
/// part.
pub fn surroundings(
    plan: &Plan,
    workspace: &Committed,
    base: &str,
    wish: &Wish,
    config: &Config,
) -> Result<(Surroundings, BTreeMap<String, String>), Failure> {
    let default = wish.agent.clone().or_else(|| config.orchestrator.agent.clone());
    let mut lines = BTreeMap::new();
    let mut agents = BTreeMap::new();
    for task in &plan.tasks {
        let role = task.agent.as_ref().map(|agent| agent.value.trim_start_matches('@').to_owned());
        let runner = role.clone().filter(|name| config.agents.contains_key(name) && wish.agent.is_none());
        let runner = runner.or_else(|| default.clone()).ok_or_else(no_agent)?;
        let models = role.and_then(|role| workspace.agent(&role, base)).map(|agent| agent.models);
        let agent = super::settings::agent(&runner, workspace.top(), config)?;
        lines.insert(runner.clone(), agent.shown());
        agents.insert(TaskId(task.id.value.clone()), (runner, models.unwrap_or_default()));
    }
    let mut parts = super::parts::parts(workspace, base, config)?;
    for name in parts.values_mut().filter(|name| config.agents.contains_key(*name)) {
        // Who was asked for in place of the settings' own takes their parts too.
        if let Some(agent) = &wish.agent {
            name.clone_from(agent);
        }
    }
    for name in parts.values() {
        let runner = Some(name).filter(|name| config.agents.contains_key(*name) || *name == REHEARSAL);
        let runner = runner.or(default.as_ref()).ok_or_else(no_agent)?;
        let agent = super::settings::agent(runner, workspace.top(), config)?;
        lines.insert(runner.clone(), agent.shown());
    }
    let around = Surroundings {
        agents,
        default_agent: default.unwrap_or_default(),
        validate: config.orchestrator.validate.clone().unwrap_or_default(),
        parts,
        only: wish.only.iter().map(|task| TaskId(task.clone())).collect(),
        list_hash: String::new(),
    };
    Ok((around, lines))
}

fn no_agent() -> Failure {
    Failure::said(
        "no agent is set. `segue agents` shows which are here. Name one: --agent opencode, or in segue.toml:\n\n  [orchestrator]\n  agent = \"opencode\"\n\nor try the plan without one: --agent rehearsal",
    )
}

/// The journal of a repository, made where there is none: a launch does that.
pub fn journal(repository: &Repository) -> Result<(segue_orchestrator::journal::Place, Journal), Failure> {
    let place = place_of(repository)?;
    let journal = Journal::create(&place, crate::runs::open::redactor())?;
    Ok((place, journal))
}
