//! What a run knows of its plan: the part of it that decides, kept in the journal, so that a run goes
//! on without its file and never changes because the file did.

use crate::{doubts, variants};
use segue_plan::{Action, GateAt, Order, Plan, Policy, Task, TaskIndex, Tier, files};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The id of a task, as its plan has it. Unique in a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(pub String);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for TaskId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}

/// What decides how a plan is run.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// What the plan is called.
    pub title: String,
    /// The tier's word (`SMALL`), where there is one.
    pub tier: Option<String>,
    /// The tasks, in the order of the file.
    pub tasks: Vec<TaskFacts>,
    /// Who looks at the plan before anything runs, in order.
    pub reviews: Vec<PlanReviewer>,
    /// The parts of such looks that its tier asks for and that no agent takes.
    pub unreviewed: Vec<String>,
    /// What has to be cleared up before the start: titles with their open approvals.
    pub start: Vec<NamedGate>,
    /// Approvals that are named for the end.
    pub completion: Vec<String>,
    /// Commands that prove the whole; empty: those of the wave's tasks do.
    pub validation: Vec<String>,
    /// The command that says whether the surroundings are healthy.
    pub health: Option<String>,
    /// The agent that can revise the plan.
    pub planner: Option<String>,
    /// The agent that judges what a task changed.
    pub reviewer: Option<String>,
    /// The agents of the plan of whom there may be a file: of its tasks and of its parts.
    pub agent_files: Vec<String>,
    /// What its author says against it: sentences that are shown before it begins.
    pub doubts: Vec<String>,
    /// Whether its author does not answer for it, so that only a person can let it begin.
    pub abstained: bool,
    /// What the run may start and use, a line each, as it was asked about; `None` where nobody said it.
    pub list: Option<Vec<String>>,
    /// The hash of everything that the launch gate lists. Another hash asks again.
    pub list_hash: String,
}

/// A task, as far as it decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskFacts {
    /// Its id.
    pub id: TaskId,
    /// What it is called.
    pub title: String,
    /// Its wave, counted from 1.
    pub wave: u32,
    /// Whom it waits for.
    pub before: Vec<TaskId>,
    /// The files it may write; empty: it is not said.
    pub writes: BTreeSet<String>,
    /// The files that it says it reads or judges, so that they have to be there.
    #[serde(default)]
    pub needs: BTreeSet<String>,
    /// Whether it only reads: an empty diff is then no failure.
    pub read_only: bool,
    /// Whether it is marked as destructive: it gets a gate of its own.
    pub destructive: bool,
    /// Whether the plan is complete without it.
    pub optional: bool,
    /// Whether the file says that it is done.
    pub done: bool,
    /// Commands that prove it; empty: nothing does.
    pub validation: Vec<String>,
    /// The agent that does it, by the name it has in the settings.
    pub agent: String,
    /// The models it may use, in order of preference; empty: the agent's own.
    pub models: Vec<String>,
    /// The approvals that are asked for after a read-only planning turn; `None`: there is no such turn.
    pub plan_first: Option<Vec<String>>,
    /// The approvals that are asked for once it is done.
    pub approvals: Vec<String>,
    /// The ids under which its variants are tried side by side; empty: it is done once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<TaskId>,
    /// The task that it is a variant of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_of: Option<TaskId>,
    /// Commands whose output helps to choose, where it is a variant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compare: Vec<String>,
}

/// Someone who looks at the plan before anything runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanReviewer {
    /// The part: `plan-auditor`, `assumption-verifier`, `executability-verifier`.
    pub part: String,
    /// The agent that takes it.
    pub agent: String,
    /// How often it looks at most.
    pub rounds: u64,
}

/// A gate that the plan names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedGate {
    /// What it is called.
    pub title: String,
    /// What has to be approved.
    pub approvals: Vec<String>,
}

/// What the settings and the workspace add to a plan.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Of each task its agent and models, by id.
    pub agents: BTreeMap<TaskId, (String, Vec<String>)>,
    /// The agent of a task of which nothing is said.
    pub default_agent: String,
    /// Commands that prove a task where neither it nor its plan states any.
    pub validate: Vec<String>,
    /// The agents that take the parts of reviewers, by part; [`REVIEWER`] and [`PLANNER`] too.
    pub parts: BTreeMap<String, String>,
    /// Of each task that is tried in variants the agent and the models of each, by id.
    pub variants: BTreeMap<TaskId, Vec<(String, Vec<String>)>>,
    /// Only these tasks; empty: all.
    pub only: Vec<TaskId>,
    /// The hash of the launch list.
    pub list_hash: String,
}

/// The parts of the plan's reviewers, in their order, and the smallest tier that asks for each.
pub const PLAN_REVIEWERS: [(&str, Tier); 3] = [
    ("plan-auditor", Tier::Small),
    ("assumption-verifier", Tier::Medium),
    ("executability-verifier", Tier::Large),
];
/// The part of who judges what a task changed.
pub const REVIEWER: &str = "reviewer";
/// The part of who revises a plan that does not hold.
pub const PLANNER: &str = "planner";

impl Facts {
    /// What decides about this plan. Tasks whose id another one had before are left out: such a plan is
    /// refused before it gets here.
    #[must_use]
    pub fn of(plan: &Plan, order: &Order, around: &Surroundings, policy: &Policy) -> Self {
        let wanted = |task: &Task| around.only.is_empty() || around.only.contains(&id_of(task));
        let mut seen = BTreeSet::new();
        let indices = (0..plan.tasks.len()).map(TaskIndex::new);
        let tasks: Vec<TaskFacts> = indices
            .filter_map(|index| plan.get(index).map(|task| (index, task)))
            .filter(|(_, task)| wanted(task) && seen.insert(id_of(task)))
            .map(|(index, task)| task_facts(plan, order, around, index, task))
            .collect();
        let tasks = variants::with_variants(tasks, &around.variants, &words(&plan.compare));
        let approvals = |at: GateAt| {
            let gates = plan.gates.iter().filter(move |gate| gate.at == at && !gate.is_passed());
            gates.map(|gate| NamedGate { title: gate.title.value.clone(), approvals: open_approvals(gate) })
        };
        let reviews = reviews(plan, around, policy);
        Self {
            title: plan.title.as_ref().map(|title| title.value.clone()).unwrap_or_default(),
            tier: plan.tier().map(|tier| tier.name().to_owned()),
            unreviewed: reviews
                .iter()
                .filter(|(_, own)| own.is_none())
                .map(|(part, _)| part.clone())
                .collect(),
            reviews: reviews.into_iter().filter_map(|(_, own)| own).collect(),
            start: approvals(GateAt::Start).collect(),
            completion: approvals(GateAt::Completion).flat_map(|gate| gate.approvals).collect(),
            validation: words(&plan.validation),
            health: plan.health.as_ref().map(|health| health.value.clone()),
            planner: around.parts.get(PLANNER).cloned(),
            reviewer: around.parts.get(REVIEWER).cloned(),
            agent_files: agent_files(plan, around),
            doubts: doubts::of(plan),
            abstained: doubts::abstains(plan),
            list: None,
            list_hash: around.list_hash.clone(),
            tasks,
        }
    }

    /// The task with this id, and its place.
    #[must_use]
    pub fn find(&self, id: &TaskId) -> Option<(usize, &TaskFacts)> {
        self.tasks.iter().enumerate().find(|(_, task)| task.id == *id)
    }

    /// The id that the plan knows a task by: of a variant that of its task.
    #[must_use]
    pub fn stated<'a>(&'a self, id: &'a TaskId) -> &'a TaskId {
        self.find(id).map_or(id, |(_, task)| task.stated())
    }

    /// The tasks that the plan has: without their variants.
    pub fn without_variants(&self) -> impl Iterator<Item = &TaskFacts> + Clone {
        self.tasks.iter().filter(|task| task.variant_of.is_none())
    }

    /// The number of the last wave; 0 where there is no task.
    #[must_use]
    pub fn last_wave(&self) -> u32 {
        self.tasks.iter().map(|task| task.wave).max().unwrap_or_default()
    }

    /// How many waves have a task.
    #[must_use]
    pub fn waves(&self) -> usize {
        self.tasks.iter().map(|task| task.wave).collect::<BTreeSet<u32>>().len()
    }
}

impl TaskFacts {
    /// The id that the plan knows it by: of a variant that of its task.
    #[must_use]
    pub fn stated(&self) -> &TaskId {
        self.variant_of.as_ref().unwrap_or(&self.id)
    }

    /// Whether both write some file in the same branch in the end. Of the variants of a task one is merged.
    #[must_use]
    pub fn conflicts_with(&self, other: &Self) -> bool {
        let shares = |own: &String| other.writes.iter().any(|theirs| files::overlap(own, theirs));
        self.stated() != other.stated() && self.writes.iter().any(shares)
    }
}

/// Each agent that a task names or that takes a part, once, by name.
fn agent_files(plan: &Plan, around: &Surroundings) -> Vec<String> {
    let named = plan.tasks.iter().filter_map(|task| task.agent.as_ref());
    let named = named.map(|agent| agent.value.trim_start_matches('@').to_owned());
    let all: BTreeSet<String> = named.chain(around.parts.values().cloned()).collect();
    all.into_iter().collect()
}

fn id_of(task: &Task) -> TaskId {
    TaskId(task.id.value.clone())
}

fn words(stated: &[segue_plan::Stated<String>]) -> Vec<String> {
    stated.iter().map(|word| word.value.clone()).collect()
}

fn open_approvals(gate: &segue_plan::Gate) -> Vec<String> {
    gate.approvals.iter().filter(|item| !item.done).map(|item| item.text.value.clone()).collect()
}

fn task_facts(plan: &Plan, order: &Order, around: &Surroundings, index: TaskIndex, task: &Task) -> TaskFacts {
    let id = id_of(task);
    let (agent, models) =
        around.agents.get(&id).cloned().unwrap_or_else(|| (around.default_agent.clone(), Vec::new()));
    let before = order.before(index).into_iter().filter_map(|other| plan.get(other)).map(id_of);
    let proof = [&task.validation, &plan.validation].into_iter().find(|commands| !commands.is_empty());
    let planning = plan.gates.iter().find(|gate| gate.at == GateAt::Planning && index.0 == 0);
    let after = plan.gates.iter().filter(|gate| gate.at == GateAt::After(index));
    TaskFacts {
        title: task.title.value.clone(),
        wave: order.wave_of(index),
        before: before.filter(|id| around.only.is_empty() || around.only.contains(id)).collect(),
        writes: task.written_files().map(|file| file.path.value.clone()).collect(),
        needs: needed(task),
        read_only: task.read_only,
        destructive: task.destructive.is_some(),
        optional: task.optional,
        done: task.is_done(),
        validation: proof.map_or_else(|| around.validate.clone(), |commands| words(commands)),
        plan_first: planning.map(open_approvals),
        approvals: after.flat_map(open_approvals).collect(),
        variants: Vec::new(),
        variant_of: None,
        compare: Vec::new(),
        agent,
        models,
        id,
    }
}

/// What a task changes may be what it makes: many formats do not tell one from the other. Patterns and
/// folders are not looked for, nor are files that only the task's text mentions.
fn needed(task: &Task) -> BTreeSet<String> {
    let reads = |action| matches!(action, Action::Review | Action::Reference);
    let stated = task.files.iter().filter(|file| file.is_stated && reads(file.action));
    let paths = stated.map(|file| file.path.value.trim_start_matches("./"));
    paths
        .filter(|path| !path.ends_with('/') && !path.contains(['*', '?', '{', '[']))
        .map(str::to_owned)
        .collect()
}

/// The parts that the plan's tier asks for, with who takes each.
fn reviews(plan: &Plan, around: &Surroundings, policy: &Policy) -> Vec<(String, Option<PlanReviewer>)> {
    let risky = plan.has_open_high_risk();
    let tier = plan.tier().unwrap_or(Tier::Trivial);
    let rounds = policy.rounds_for(tier, risky);
    let asked = PLAN_REVIEWERS.iter().filter(|(_, least)| rounds > 0 && (risky || tier >= *least));
    let taken = |part: &str| {
        let agent = around.parts.get(part)?.clone();
        Some(PlanReviewer { part: part.to_owned(), agent, rounds })
    };
    asked.map(|(part, _)| ((*part).to_owned(), taken(part))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_plan::{Dependency, File, Range, Stated};

    fn stated<T>(value: T) -> Stated<T> {
        Stated::new(value, Range::default())
    }

    fn task(id: &str, depends_on: &[u32], files: &[&str]) -> Task {
        let on = |n: &u32| Dependency::new(stated(n.to_string()), *n..*n + 1);
        let file = |path: &&str| File {
            path: stated((*path).to_owned()),
            action: segue_plan::Action::Modify,
            is_stated: true,
        };
        Task {
            id: stated(id.to_owned()),
            depends_on: depends_on.iter().map(on).collect(),
            files: files.iter().map(file).collect(),
            ..Task::default()
        }
    }

    fn facts(plan: &Plan, around: &Surroundings) -> Facts {
        Facts::of(plan, &plan.order(), around, &Policy::default())
    }

    #[test]
    fn proof_is_the_tasks_own_else_the_plans_else_the_settings() {
        let mut own = task("own", &[], &[]);
        own.validation = vec![stated("test own".to_owned())];
        let mut plan = Plan { tasks: vec![own, task("other", &[], &[])], ..Plan::default() };
        let around = Surroundings { validate: vec!["make".to_owned()], ..Surroundings::default() };
        let proofs = |plan: &Plan| -> Vec<String> {
            facts(plan, &around).tasks.iter().map(|task| task.validation.join(",")).collect()
        };
        assert_eq!(proofs(&plan), ["test own", "make"]);
        plan.validation = vec![stated("test all".to_owned())];
        assert_eq!(proofs(&plan), ["test own", "test all"]);
    }

    #[test]
    fn a_part_of_a_plan_waits_only_for_what_is_in_it() {
        let plan = Plan {
            tasks: vec![task("a", &[], &[]), task("b", &[0], &[]), task("c", &[1], &[])],
            ..Plan::default()
        };
        let only = Surroundings { only: vec!["b".into(), "c".into()], ..Surroundings::default() };
        let facts = facts(&plan, &only);
        let rows: Vec<(&str, u32, usize)> =
            facts.tasks.iter().map(|task| (task.id.0.as_str(), task.wave, task.before.len())).collect();
        assert_eq!(rows, [("b", 2, 0), ("c", 3, 1)]);
    }

    #[test]
    fn reviewers_are_those_of_the_tier_that_the_workspace_has() {
        let reviewers = [("plan-auditor", "Auditor"), ("executability-verifier", "Executor")];
        let around = Surroundings {
            parts: reviewers.iter().map(|(part, agent)| ((*part).to_owned(), (*agent).to_owned())).collect(),
            ..Surroundings::default()
        };
        let of_tier =
            |tier: Tier| facts(&Plan { stated_tier: Some(stated(tier)), ..Plan::default() }, &around);
        let of = |tier: Tier| -> Vec<(String, u64)> {
            of_tier(tier).reviews.iter().map(|row| (row.agent.clone(), row.rounds)).collect()
        };
        let row = |agent: &str, rounds: u64| (agent.to_owned(), rounds);
        assert_eq!(of(Tier::Trivial), []);
        assert_eq!(of(Tier::Small), [row("Auditor", 2)]);
        assert_eq!(of(Tier::Medium), [row("Auditor", 5)]);
        assert_eq!(of(Tier::Large), [row("Auditor", 5), row("Executor", 5)]);
        assert_eq!(of_tier(Tier::Small).unreviewed.len(), 0);
        assert_eq!(of_tier(Tier::Large).unreviewed, ["assumption-verifier"]);
    }
}
