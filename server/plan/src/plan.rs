//! The plan as its file states it.

use crate::{CheckItem, ContextLink, Order, Problem, Range, Stated, Task, TaskIndex, Tier, Unread};
use rustc_hash::FxHashSet;

/// A plan. What the file does not say is `None` or empty.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Plan {
    /// What it is called.
    pub title: Option<Stated<String>>,
    /// The name of the format it is written in, as its reader has it: `spec`, `spec-kit`, ….
    pub format: &'static str,
    /// Why the file as a whole cannot be read, and where: what the plan holds is what could be made out.
    pub syntax_error: Option<Stated<String>>,
    /// Values of its own fields that say nothing to a reader of this format.
    pub unread: Vec<Unread>,
    /// Ids that its tasks cite, and that it declares nowhere, though others of their kind.
    pub undeclared: Vec<Stated<String>>,
    /// The tier that the file states. [`Plan::tier`] also looks at the files.
    pub stated_tier: Option<Stated<Tier>>,
    /// The status, as written (`READY_FOR_EXECUTION`, `In progress`, …).
    pub status: Option<Stated<String>>,
    /// How sure the author is, from 0 to 1.
    pub confidence: Option<Stated<f64>>,
    /// The tasks, in the order of the file. Their places are their [`TaskIndex`].
    pub tasks: Vec<Task>,
    /// Phases, stories and sections, in the order of the file.
    pub groups: Vec<Group>,
    /// What one task hands to another.
    pub contracts: Vec<Contract>,
    /// What may go wrong with the whole.
    pub risks: Vec<Risk>,
    /// Where a person has to say yes.
    pub gates: Vec<Gate>,
    /// Commands that prove the whole.
    pub validation: Vec<Stated<String>>,
    /// A command that says whether the surroundings are healthy, before the validation.
    pub health: Option<Stated<String>>,
    /// Commands whose output is compared between variants.
    pub compare: Vec<Stated<String>>,
    /// What must be true when all is done.
    pub acceptance: Vec<Stated<String>>,
    /// Links whose sections every task needs as context.
    pub context: Vec<ContextLink>,
    /// What is asked for before the start (`${input:name}`).
    pub inputs: Vec<Input>,
    /// Questions that the file lists as open.
    pub questions: Vec<Stated<String>>,
    /// What has to be cleared up first: `[NEEDS CLARIFICATION: …]`.
    pub clarifications: Vec<Stated<String>>,
    /// The headings of sections that the format wants, and that say nothing.
    pub empty_sections: Vec<Stated<String>>,
    /// Ids that the file declares beside those of its tasks (requirements, files, tests).
    pub declared: Vec<Stated<String>>,
    /// Ids that stand where tasks are meant (in a graph), and that no task has.
    pub strangers: Vec<Stated<String>>,
    /// Ids that stand in a graph a second time.
    pub repeated: Vec<Stated<String>>,
    /// Where the file says what shall be learnt afterwards.
    pub learning: Option<Range>,
    /// The Mermaid diagrams in it.
    pub diagrams: Vec<Diagram>,
    /// Tools that a prompt's header grants, where it has the list.
    pub tools: Option<Vec<String>>,
    /// Models that the header names, in order of preference.
    pub models: Vec<Stated<String>>,
}

impl Plan {
    /// The waves, the cycles and the critical path. Linear in tasks and dependencies.
    #[must_use]
    pub fn order(&self) -> Order {
        Order::of(self)
    }

    /// What contradicts itself, in the order of the file.
    #[must_use]
    pub fn problems(&self, order: &Order) -> Vec<Problem> {
        crate::problem::of(self, order)
    }

    /// A task by its place.
    #[must_use]
    pub fn get(&self, task: TaskIndex) -> Option<&Task> {
        self.tasks.get(task.get())
    }

    /// The first task with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<TaskIndex> {
        self.tasks.iter().position(|task| *task.id == id).map(TaskIndex::new)
    }

    /// The id of a task; empty for an index that the plan does not have.
    #[must_use]
    pub fn id(&self, task: TaskIndex) -> &str {
        self.get(task).map_or("", |task| task.id.as_str())
    }

    /// The task whose lines hold byte `offset`.
    #[must_use]
    pub fn task_at(&self, offset: usize) -> Option<TaskIndex> {
        self.tasks.iter().position(|task| task.range.touches(offset)).map(TaskIndex::new)
    }

    /// Every path that some task creates or changes, without repetition.
    #[must_use]
    pub fn written_files(&self) -> FxHashSet<&str> {
        self.tasks.iter().flat_map(Task::written_files).map(|file| file.path.as_str()).collect()
    }

    /// The tier: the stated one, else by the files that the tasks write. `None` where the plan says
    /// neither.
    #[must_use]
    pub fn tier(&self) -> Option<Tier> {
        let stated = self.stated_tier.as_ref().map(|tier| tier.value);
        stated.or_else(|| {
            let files = self.written_files().len();
            (files > 0).then(|| Tier::of_files(files))
        })
    }

    /// Whether a risk of high impact is not yet resolved, which forces the full review.
    #[must_use]
    pub fn has_open_high_risk(&self) -> bool {
        self.risks.iter().any(Risk::is_open_and_high)
    }
}

/// A phase, a story or a section that holds tasks.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Group {
    /// Its number or id, where it has one.
    pub id: Option<Stated<String>>,
    /// What it is called.
    pub title: Stated<String>,
    /// Its goal.
    pub goal: Option<Stated<String>>,
    /// How it is seen that it works on its own.
    pub test: Option<Stated<String>>,
    /// Its heading or first line.
    pub head: Range,
    /// The tasks it holds, as a range of indices.
    pub tasks: std::ops::Range<u32>,
}

/// What one task hands to another.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Contract {
    /// Who provides it: an id as written.
    pub from: Option<Stated<String>>,
    /// Who needs it: an id as written.
    pub to: Option<Stated<String>>,
    /// What is handed over.
    pub interface: Option<Stated<String>>,
    /// In which form.
    pub format: Option<Stated<String>>,
    /// All of it.
    pub range: Range,
}

/// A risk of the whole plan.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Risk {
    /// Which kind of risk (`data_volume`, …), or what it is in words.
    pub category: Stated<String>,
    /// Whether it is one of a review's categories; else it is written in words.
    pub is_category: bool,
    /// `applicable`, `not_applicable`, `uncertain`, as written.
    pub applicability: Option<Stated<String>>,
    /// How bad it would be.
    pub impact: Option<Stated<Impact>>,
    /// What the judgement rests on.
    pub evidence: Option<Stated<String>>,
    /// What became of it (`resolved`, `open_question`, …), as written; in words the mitigation.
    pub disposition: Option<Stated<String>>,
    /// All of it.
    pub range: Range,
}

impl Risk {
    /// Whether it is of high impact and nothing is done about it yet.
    #[must_use]
    pub fn is_open_and_high(&self) -> bool {
        let is_high = self.impact.as_ref().is_some_and(|impact| impact.value == Impact::High);
        let settled = ["resolved", "not_applicable"];
        let is_settled = |field: &Option<Stated<String>>| {
            field.as_ref().is_some_and(|word| settled.iter().any(|own| word.eq_ignore_ascii_case(own)))
        };
        is_high && self.is_category && !is_settled(&self.disposition) && !is_settled(&self.applicability)
    }
}

/// How bad something would be.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Impact {
    /// A little.
    Low,
    /// Some.
    Medium,
    /// Very.
    High,
}

impl Impact {
    /// The impact of that name, in any case; `UNKNOWN` and the like are `None`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let known = [("low", Impact::Low), ("medium", Impact::Medium), ("high", Impact::High)];
        known.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, impact)| impact)
    }
}

/// Where a person has to say yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// What it is called.
    pub title: Stated<String>,
    /// When it is asked.
    pub at: GateAt,
    /// The named approvals: lines with a checkbox.
    pub approvals: Vec<CheckItem>,
}

impl Gate {
    /// Whether everything it asks for is ticked in the file.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        !self.approvals.is_empty() && self.approvals.iter().all(|item| item.done)
    }
}

/// When a gate is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GateAt {
    /// Before anything runs.
    Start,
    /// After a read-only planning turn of the first task, whose answer is shown.
    Planning,
    /// After this task.
    After(TaskIndex),
    /// When everything is done.
    Completion,
}

/// What is asked for before the start.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Input {
    /// The name.
    pub name: Stated<String>,
    /// What is shown while it is empty.
    pub placeholder: Option<String>,
}

/// A Mermaid diagram in the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagram {
    /// Its first word: `flowchart`, `sequenceDiagram`, ….
    pub kind: Stated<String>,
    /// All of it.
    pub range: Range,
}
