//! What a launch would do, before anything does it: the list that a person says yes to.

mod list;

use crate::open::{place_of, redactor};
use crate::runner::{Kept, owner};
use crate::variants::{self, Variant};
use crate::workspace::Committed;
use crate::{Failure, confine, parts, settings};
use segue_analysis::config::Config;
use segue_orchestrator::agent::Agent;
use segue_orchestrator::driver::now;
use segue_orchestrator::event::{By, Event, RunCreated};
use segue_orchestrator::facts::{Facts, Surroundings, TaskId};
use segue_orchestrator::git::survey::{Survey, survey};
use segue_orchestrator::git::{Git, Repository, merge};
use segue_orchestrator::journal::{Journal, Place, state_folder};
use segue_orchestrator::list::{List, Means};
use segue_orchestrator::os::OwnerLock;
use segue_orchestrator::workspace::Workspace;
use segue_plan::{Input, Plan, Policy, TaskIndex};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};
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
    /// What an agent file shall do, where the file is one.
    pub prompt: Option<String>,
    /// The variants in which the tasks of `only`, or the only task of the plan, are tried; empty: as the
    /// plan says.
    pub variants: Vec<Variant>,
}

/// How a run shall ask.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// Gates are taken as answered, destructive ones excepted.
    pub yes: bool,
    /// Tasks that nothing proves are taken as done without a question.
    pub accept_unproved: bool,
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
    /// Whether the plan differs from what is run: its file is not committed as it is.
    is_changed: bool,
    /// What people should know of the repository.
    notes: Vec<String>,
    /// What it may start and use.
    list: List,
    has_open_high_risk: bool,
    /// What the static checks say of the plan, a sentence each.
    findings: Vec<String>,
    /// Of tasks that were chosen those that they wait for and that are neither chosen nor done.
    left_out: BTreeMap<TaskId, Vec<String>>,
    /// How many at the same time were asked for, where that is more than may be.
    jobs_cut_from: Option<u64>,
    plan: String,
}

/// Looks at the repository that `folder` lies in; what stands in the way is said all at once.
pub fn surveyed(folder: &Path, config: &Config) -> Result<Survey, Failure> {
    let mut found = survey(Git::default(), folder, |repository| settings::placed(repository, config));
    if let Ok(state) = state_folder(|name| std::env::var_os(name)) {
        found.also_writes(&state);
    }
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
        let mut notes: Vec<String> = found.notes().map(|note| note.message.clone()).collect();
        let (Some(repository), Some(base)) = (found.repository, found.base) else {
            return Err(Failure::said("there is no commit to start from."));
        };
        let is_changed = found.uncommitted.contains(&wish.plan);
        notes.extend(settings::looked_at(repository.top(), &wish.plan)?);
        let workspace = Committed::new(repository.clone(), wish.clone(), Arc::clone(config));
        let plan = workspace.plan(&wish.plan, &base).map_err(Failure::said)?;
        refuse_what_cannot_run(&plan, wish)?;
        variants::refuse_wrong(&plan, wish)?;
        let policy = settings::policy(config)?;
        let jobs = policy.jobs_for(wish.jobs.or(config.orchestrator.jobs.map(u64::from)));
        let (around, agents) = surroundings(&plan, &workspace, &base, wish, config)?;
        let mut facts = Facts::of(&plan, &plan.order(), &around, &policy);
        let setup: Vec<String> = config.orchestrator.setup.iter().cloned().collect();
        let confine = confine::of(config, repository.top(), agents.keys().map(String::as_str))?;
        let means = Means {
            repository: &repository,
            workspace: &workspace,
            agents: &agents,
            default_agent: &around.default_agent,
            setup: &setup,
            confine: confine.as_ref(),
        };
        let list = List::of(&facts, &base, &means)?;
        facts.list = Some(list.clone().lines());
        let mut launch = Self {
            base,
            branch: found.branch,
            facts,
            policy,
            jobs,
            is_changed,
            notes,
            list,
            has_open_high_risk: plan.has_open_high_risk(),
            left_out: list::left_out(&plan, wish),
            jobs_cut_from: wish.jobs.filter(|asked| *asked > jobs),
            findings: list::findings(&wish.plan, plan, wish),
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
        let mut whole = format!("{}\n{}\n", self.what_may_run(), self.policy.jobs);
        let facts = Facts { list_hash: String::new(), ..self.facts.clone() };
        whole += &serde_json::to_string(&facts).map_err(|error| Failure::said(error.to_string()))?;
        for task in self.facts.without_variants() {
            let card = workspace.task_card(&task.id, &self.base).map_err(Failure::said)?;
            let _ = write!(whole, "\n{card:?}");
        }
        Ok(self.repository.name_of(whole.as_bytes())?)
    }

    /// Makes the run durable, and gives its id and the lock of its owner: nobody else carries it on while
    /// that is held. Nothing is begun.
    pub fn begin(
        &self,
        journal: &mut Journal,
        place: &Place,
        wish: &Wish,
        how: How,
        by: By,
    ) -> Result<(String, OwnerLock), Failure> {
        let run = self.new_run(journal)?;
        let created = RunCreated {
            run: run.clone(),
            plan: wish.plan.clone(),
            base: self.base.clone(),
            policy: self.policy.clone(),
            jobs: self.jobs,
            seed: random(),
            yes: how.yes,
            accept_unproved: how.accept_unproved,
            launch_known: self.known(journal)?,
            by,
        };
        let Some(owner) = owner(place, &run)? else {
            return Err(Failure::said(format!("the run `{run}` is another's.")));
        };
        let kept = Kept {
            inputs: wish.inputs.clone(),
            prompt: wish.prompt.clone(),
            branch: self.branch.clone(),
            agent: wish.agent.clone(),
            only: wish.only.clone(),
            variants: wish.variants.clone(),
        };
        kept.write(place, &run)?;
        // For who is asked about it elsewhere.
        let list = self.list();
        let file = list_file(place, &run);
        std::fs::write(&file, redactor()(&list).unwrap_or(list))
            .map_err(|error| Failure::said(format!("`{}` cannot be written: {error}.", file.display())))?;
        let facts = Box::new(self.facts.clone());
        journal.append(
            &run,
            0,
            vec![Event::RunCreated(Box::new(created)), Event::Planned { facts }],
            now(),
        )?;
        Ok((run, owner))
    }

    /// A short id that no run of the repository has.
    fn new_run(&self, journal: &Journal) -> Result<String, Failure> {
        // Without letters and digits that look alike.
        const SIGNS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
        let taken = journal.runs()?;
        loop {
            let mut number = random();
            let mut id = String::new();
            for _ in 0..4 {
                let sign =
                    usize::try_from(number % SIGNS.len() as u64).ok().and_then(|place| SIGNS.get(place));
                id.push(char::from(*sign.unwrap_or(&b'x')));
                number /= SIGNS.len() as u64;
            }
            let is_free = taken.iter().all(|row| row.run != id) && merge::tip(&self.repository, &id).is_err();
            if is_free {
                return Ok(id);
            }
        }
    }

    /// Who said yes to the same list before.
    pub fn known(&self, journal: &Journal) -> Result<Option<By>, Failure> {
        Ok(journal.kept_yes(&self.facts.list_hash)?)
    }
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
    refuse_wrong_inputs(plan, wish)
}

/// What is asked for and not given, all of it, and what is given and not asked for.
fn refuse_wrong_inputs(plan: &Plan, wish: &Wish) -> Result<(), Failure> {
    let options = |inputs: &mut dyn Iterator<Item = &Input>| -> String {
        let one = |input: &Input| {
            let placeholder = input.placeholder.as_deref().map(str::trim).filter(|text| !text.is_empty());
            format!("--input {}={}", input.name.value, placeholder.unwrap_or("…"))
        };
        inputs.map(one).collect::<Vec<_>>().join("\n  ")
    };
    if let Some((name, _)) =
        wish.inputs.iter().find(|(name, _)| !plan.inputs.iter().any(|own| *own.name == *name))
    {
        let known = match plan.inputs.is_empty() {
            true => "it asks for none.".to_owned(),
            false => format!("it asks for:\n  {}", options(&mut plan.inputs.iter())),
        };
        return Err(Failure::said(format!("`{}` asks for no input `{name}`; {known}", wish.plan)));
    }
    let missing = missing(plan, wish);
    match missing.as_slice() {
        [] => Ok(()),
        [_] => {
            let option = options(&mut missing.into_iter());
            Err(Failure::said(format!("`{}` asks for an input: {option}", wish.plan)))
        }
        several => {
            let (count, options) = (several.len(), options(&mut several.iter().copied()));
            Err(Failure::said(format!("`{}` asks for {count} inputs:\n  {options}", wish.plan)))
        }
    }
}

fn missing<'p>(plan: &'p Plan, wish: &Wish) -> Vec<&'p Input> {
    let is_given = |input: &&Input| !wish.inputs.iter().any(|(name, _)| *name == input.name.value);
    plan.inputs.iter().filter(is_given).collect()
}

/// What the plan asks for before the start and `wish` does not give: for who can be asked.
pub fn missing_inputs(found: &Survey, wish: &Wish, config: &Arc<Config>) -> Result<Vec<Input>, Failure> {
    let (Some(repository), Some(base)) = (&found.repository, &found.base) else { return Ok(Vec::new()) };
    let workspace = Committed::new(repository.clone(), wish.clone(), Arc::clone(config));
    let plan = workspace.plan(&wish.plan, base).map_err(Failure::said)?;
    Ok(missing(&plan, wish).into_iter().cloned().collect())
}

/// Agents by their names in the settings.
pub type Agents = BTreeMap<String, Arc<dyn Agent>>;

/// An agent takes part; it is made once.
pub(crate) fn joins(taking_part: &mut Agents, name: &str, workspace: &Committed) -> Result<(), Failure> {
    if !taking_part.contains_key(name) {
        taking_part.insert(name.to_owned(), workspace.runner(name)?);
    }
    Ok(())
}

/// Who does what, by the plan, the agent files and the settings; and all agents that take part.
pub fn surroundings(
    plan: &Plan,
    workspace: &Committed,
    base: &str,
    wish: &Wish,
    config: &Config,
) -> Result<(Surroundings, Agents), Failure> {
    let default = wish.agent.clone().or_else(|| config.orchestrator.agent.clone());
    let mut taking_part = Agents::new();
    let mut agents = BTreeMap::new();
    for task in &plan.tasks {
        let role = task.agent.as_ref().map(|agent| agent.value.trim_start_matches('@').to_owned());
        let runner = role.clone().filter(|name| config.agents.contains_key(name) && wish.agent.is_none());
        let runner = runner.or_else(|| default.clone()).ok_or_else(no_agent)?;
        let own: Vec<String> = plan.models.iter().map(|model| model.value.clone()).collect();
        let models = match own.is_empty() {
            true => role.and_then(|role| workspace.agent(&role, base)).map(|agent| agent.models),
            // What a prompt says goes before what its agent says.
            false => Some(own),
        };
        joins(&mut taking_part, &runner, workspace)?;
        agents.insert(TaskId(task.id.value.clone()), (runner, models.unwrap_or_default()));
    }
    let variants = variants::of(plan, &agents, wish, workspace, &mut taking_part)?;
    let mut parts = parts::parts(workspace, base, config)?;
    for name in parts.values_mut().filter(|name| config.agents.contains_key(*name)) {
        // Who was asked for in place of the settings' own takes their parts too.
        if let Some(agent) = &wish.agent {
            name.clone_from(agent);
        }
    }
    for name in parts.values() {
        let runner = Some(name).filter(|name| config.agents.contains_key(*name) || *name == REHEARSAL);
        let runner = runner.or(default.as_ref()).ok_or_else(no_agent)?;
        joins(&mut taking_part, runner, workspace)?;
    }
    let around = Surroundings {
        agents,
        default_agent: default.unwrap_or_default(),
        validate: config.orchestrator.validate.clone().unwrap_or_default(),
        parts,
        variants,
        only: wish.only.iter().map(|task| TaskId(task.clone())).collect(),
        list_hash: String::new(),
    };
    Ok((around, taking_part))
}

fn no_agent() -> Failure {
    Failure::said(
        "no agent is set. `segue agents` shows which are here. Name one: --agent opencode, or in segue.toml:\n\n  [orchestrator]\n  agent = \"opencode\"\n\nor try the plan without one: --agent rehearsal",
    )
}

/// Where the list of a run lies, as it was when the run began.
pub fn list_file(place: &Place, run: &str) -> PathBuf {
    place.folder().join(run).join("list.txt")
}

/// The journal of a repository, made where there is none: a launch does that.
pub fn journal(repository: &Repository) -> Result<(Place, Journal), Failure> {
    // So that its runs are found wherever the checkout goes: another root, a longer history.
    repository.keep_first_commit()?;
    let place = place_of(repository)?;
    let journal = Journal::create(&place, redactor())?;
    Ok((place, journal))
}

/// A number that nobody foresees.
fn random() -> u64 {
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}
