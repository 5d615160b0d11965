//! The plan as JSON: what `segue plan --format json` prints, and its schema.
//!
//! Absent is `null` or an empty list, never a missing key. Waves count from 1, lines from 0.

use crate::{Action, Gate, GateAt, Impact, Order, Plan, Range, Stated, Task, TaskIndex};
use schemars::JsonSchema;
use serde::Serialize;

/// A plan, its order and what is said of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this form: 1.
    pub version: u32,
    /// What the plan is called.
    pub title: Option<String>,
    /// The format it is written in.
    pub format: String,
    /// `TRIVIAL`, `SMALL`, `MEDIUM` or `LARGE`: stated, else by the files that its tasks write.
    pub tier: Option<String>,
    /// The status, as written.
    pub status: Option<String>,
    /// How sure the author is, from 0 to 1.
    pub confidence: Option<f64>,
    /// The tasks, in the order of the file.
    pub tasks: Vec<TaskRow>,
    /// The ids of each wave's tasks; the first is wave 1.
    pub waves: Vec<Vec<String>>,
    /// The ids of the longest chain of tasks that wait for one another.
    pub critical_path: Vec<String>,
    /// Where a person has to say yes.
    pub gates: Vec<GateRow>,
    /// What may go wrong with the whole.
    pub risks: Vec<RiskRow>,
    /// What one task hands to another.
    pub contracts: Vec<ContractRow>,
    /// What must be true when all is done.
    pub acceptance: Vec<String>,
    /// Commands that prove the whole.
    pub validation: Vec<String>,
    /// What is asked for before the start.
    pub inputs: Vec<String>,
    /// Questions that are still open.
    pub questions: Vec<String>,
    /// What is said of the file, as in `segue check`.
    pub diagnostics: Vec<Finding>,
}

/// A task.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TaskRow {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The phase, story or section it belongs to.
    pub group: Option<String>,
    /// The wave in which it runs, counted from 1.
    pub wave: u32,
    /// What the file says it waits for: ids, or the words of the file where they name no task.
    pub depends_on: Vec<String>,
    /// Everything it waits for directly: what the file says and what the format's order rules add.
    pub after: Vec<String>,
    /// The agent that shall do it.
    pub agent: Option<String>,
    /// The files it touches.
    pub files: Vec<FileRow>,
    /// Links to sections that it needs.
    pub context: Vec<String>,
    /// What must be true when it is done.
    pub acceptance: Vec<String>,
    /// Tests to be written or changed.
    pub tests: Vec<String>,
    /// Commands that prove it.
    pub validation: Vec<String>,
    /// Named gates that it has to pass.
    pub gates: Vec<String>,
    /// How risky it is.
    pub risk: Option<Impact>,
    /// Whether it only reads.
    pub read_only: bool,
    /// Whether the plan is complete without it.
    pub optional: bool,
    /// The line on which it begins, counted from 0.
    pub line: u32,
    /// Whether it is done.
    pub done: bool,
}

/// A file that a task touches.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FileRow {
    /// The path.
    pub path: String,
    /// What happens to it.
    pub action: Action,
}

/// Where a person has to say yes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GateRow {
    /// What it is called.
    pub title: String,
    /// `start`, `planning`, `after` or `completion`.
    pub at: String,
    /// The task after which it is asked, for `after`.
    pub task: Option<String>,
    /// The named approvals.
    pub approvals: Vec<ApprovalRow>,
    /// The line on which it begins, counted from 0.
    pub line: u32,
}

/// A named approval.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ApprovalRow {
    /// What is approved.
    pub text: String,
    /// Whether it is ticked.
    pub done: bool,
}

/// A risk of the whole plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RiskRow {
    /// The category, or the risk in words.
    pub category: String,
    /// `applicable`, `not_applicable`, `uncertain`, as written.
    pub applicability: Option<String>,
    /// How bad it would be.
    pub impact: Option<Impact>,
    /// What the judgement rests on.
    pub evidence: Option<String>,
    /// What became of it, as written.
    pub disposition: Option<String>,
    /// Whether it is of high impact and not resolved.
    pub open_high: bool,
    /// The line on which it stands, counted from 0.
    pub line: u32,
}

/// What one task hands to another.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ContractRow {
    /// Who provides it.
    pub from: Option<String>,
    /// Who needs it.
    pub to: Option<String>,
    /// What is handed over.
    pub interface: Option<String>,
    /// In which form.
    pub format: Option<String>,
    /// The line on which it stands, counted from 0.
    pub line: u32,
}

/// A finding, as `segue check --format json` has it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Finding {
    /// The file, relative to the current folder.
    pub path: String,
    /// Where it is.
    pub range: Rows,
    /// `error`, `warning`, `information` or `hint`.
    pub severity: String,
    /// The rule.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Whether there is a certain fix.
    pub fixable: bool,
}

/// A range of positions.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Rows {
    /// Where it begins.
    pub start: Place,
    /// Where it ends.
    pub end: Place,
}

/// A position, counted from 0 in UTF-16 units as in the language server protocol.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The character within the line.
    pub character: u32,
}

impl Report {
    /// The report of a plan. `line_of` tells the line of a byte of its file, counted from 0.
    #[must_use]
    pub fn of(plan: &Plan, order: &Order, line_of: &dyn Fn(u32) -> u32, diagnostics: Vec<Finding>) -> Self {
        let ids = |tasks: &[TaskIndex]| tasks.iter().map(|task| plan.id(*task).to_owned()).collect();
        let line = |range: Range| line_of(range.start);
        Self {
            version: 1,
            title: text(plan.title.as_ref()),
            format: plan.format.to_owned(),
            tier: plan.tier().map(|tier| tier.name().to_owned()),
            status: text(plan.status.as_ref()),
            confidence: plan.confidence.as_ref().map(|confidence| confidence.value),
            tasks: (0..plan.tasks.len())
                .map(TaskIndex::new)
                .filter_map(|index| Some(task_row(plan, order, index, plan.get(index)?)))
                .collect(),
            waves: order.waves().iter().map(|wave| ids(wave)).collect(),
            critical_path: ids(order.critical_path()),
            gates: plan.gates.iter().map(|gate| gate_row(plan, gate, line(gate.title.range))).collect(),
            risks: plan.risks.iter().map(|risk| risk_row(risk, line(risk.range))).collect(),
            contracts: plan
                .contracts
                .iter()
                .map(|contract| ContractRow {
                    from: text(contract.from.as_ref()),
                    to: text(contract.to.as_ref()),
                    interface: text(contract.interface.as_ref()),
                    format: text(contract.format.as_ref()),
                    line: line(contract.range),
                })
                .collect(),
            acceptance: texts(&plan.acceptance),
            validation: texts(&plan.validation),
            inputs: plan.inputs.iter().map(|input| input.name.value.clone()).collect(),
            questions: texts(&plan.questions).into_iter().chain(texts(&plan.clarifications)).collect(),
            diagnostics,
        }
    }
}

/// The JSON Schema of a report.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Report)
}

fn text(stated: Option<&Stated<String>>) -> Option<String> {
    stated.map(|stated| stated.value.clone())
}

fn texts(stated: &[Stated<String>]) -> Vec<String> {
    stated.iter().map(|stated| stated.value.clone()).collect()
}

fn task_row(plan: &Plan, order: &Order, index: TaskIndex, task: &Task) -> TaskRow {
    let mut depends_on = Vec::new();
    for dependency in &task.depends_on {
        if dependency.is_unknown() {
            depends_on.push(dependency.written.value.clone());
        }
        depends_on.extend(dependency.tasks().map(|task| plan.id(task).to_owned()));
    }
    let group = task.group.and_then(|group| plan.groups.get(group as usize));
    TaskRow {
        id: task.id.value.clone(),
        title: task.title.value.clone(),
        group: group.map(|group| group.title.value.clone()),
        wave: order.wave_of(index),
        depends_on,
        after: order.before(index).into_iter().map(|task| plan.id(task).to_owned()).collect(),
        agent: text(task.agent.as_ref()),
        files: task
            .files
            .iter()
            .map(|file| FileRow { path: file.path.value.clone(), action: file.action })
            .collect(),
        context: task.context.iter().map(|link| link.target.value.clone()).collect(),
        acceptance: texts(&task.acceptance),
        tests: texts(&task.tests),
        validation: texts(&task.validation),
        gates: texts(&task.gates),
        risk: task.risk.as_ref().map(|risk| risk.value),
        read_only: task.read_only,
        optional: task.optional,
        line: task.line,
        done: task.is_done(),
    }
}

fn gate_row(plan: &Plan, gate: &Gate, line: u32) -> GateRow {
    let (at, task) = match gate.at {
        GateAt::Start => ("start", None),
        GateAt::Planning => ("planning", None),
        GateAt::After(task) => ("after", Some(plan.id(task).to_owned())),
        GateAt::Completion => ("completion", None),
    };
    let approvals = gate
        .approvals
        .iter()
        .map(|item| ApprovalRow { text: item.text.value.clone(), done: item.done })
        .collect();
    GateRow { title: gate.title.value.clone(), at: at.to_owned(), task, approvals, line }
}

fn risk_row(risk: &crate::Risk, line: u32) -> RiskRow {
    RiskRow {
        category: risk.category.value.clone(),
        applicability: text(risk.applicability.as_ref()),
        impact: risk.impact.as_ref().map(|impact| impact.value),
        evidence: text(risk.evidence.as_ref()),
        disposition: text(risk.disposition.as_ref()),
        open_high: risk.is_open_and_high(),
        line,
    }
}
