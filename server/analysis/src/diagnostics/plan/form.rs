//! What a format asks of its plans: executors, criteria, a review of risks, diagrams, gates. Each only
//! where the plan is of that format, and half-made templates are left alone.

use super::{near, span};
use crate::diagnostics::Report;
use crate::plans::words::{GATES, RISKS};
use segue_catalog::Severity;
use segue_plan::{GateAt, Plan, Risk, State, Stated, Task, Tier};
use segue_syntax::Span;
use std::sync::Arc;

/// From so many phases on a plan shows their order as a flowchart.
const PHASES_WITH_CHART: usize = 3;

pub(super) fn reports(plan: &Plan, path: &Arc<str>) -> Vec<Report> {
    let mut reports = gates(plan);
    if plan.tasks.iter().any(|task| task.title.contains(['{', '<'])) {
        return reports;
    }
    let is_controlflow = matches!(plan.format, "controlflow" | "controlflow-json");
    if is_controlflow {
        reports.extend(executors(plan));
        reports.extend(risks(plan, path));
        reports.extend(tier(plan));
        reports.extend(diagrams(plan));
        reports.extend(contracts(plan));
        reports.extend(quality_gates(plan));
        let has_tests = |task: &Task| !task.tests.is_empty() || task.read_only;
        reports.extend(left_out(plan, has_tests, "plan/no-tests", "tests"));
    }
    if is_controlflow || plan.format == "spec" {
        let has_criteria = |task: &Task| !task.acceptance.is_empty();
        reports.extend(left_out(plan, has_criteria, "plan/no-acceptance", "acceptance criteria"));
    }
    reports
}

/// The title of a task, else its id: where what it lacks is told.
fn name(task: &Task) -> Span {
    if task.title.range.is_empty() { span(task.id.range) } else { span(task.title.range) }
}

/// Unfinished tasks without something that others of the plan have.
fn left_out(plan: &Plan, has: fn(&Task) -> bool, code: &'static str, what: &str) -> Vec<Report> {
    // The schema asks for it; in Markdown those who leave it out everywhere mean to.
    let asked = plan.format == "controlflow-json";
    if !asked && !plan.tasks.iter().any(has) {
        return Vec::new();
    }
    let why = if asked { "the schema asks for them" } else { "other tasks of this plan do" };
    let bare = plan.tasks.iter().filter(|task| !has(task) && !task.is_done());
    let message = |task: &Task| format!("`{}` states no {what}; {why}.", task.id.value);
    bare.map(|task| Report::new(code, name(task), message(task))).collect()
}

fn executors(plan: &Plan) -> Vec<Report> {
    if plan.format == "controlflow" && plan.tasks.iter().all(|task| task.agent.is_none()) {
        return Vec::new();
    }
    let bare = plan.tasks.iter().filter(|task| task.agent.is_none() && !task.is_done());
    let message = |task: &Task| format!("`{}` names no agent that carries it out.", task.id.value);
    bare.map(|task| Report::new("plan/no-executor", name(task), message(task))).collect()
}

fn risks(plan: &Plan, path: &Arc<str>) -> Vec<Report> {
    let reviewed: Vec<&Risk> = plan.risks.iter().filter(|risk| risk.is_category).collect();
    let Some(first) = reviewed.first() else { return no_review(plan).into_iter().collect() };
    let mut reports = Vec::new();
    let mut seen: Vec<(&str, Span)> = Vec::new();
    for risk in &reviewed {
        let category = risk.category.trim().to_lowercase().replace([' ', '-'], "_");
        let at = span(risk.category.range);
        let Some(known) = RISKS.iter().find(|known| **known == category) else {
            reports.push(unknown_risk(&risk.category, at));
            continue;
        };
        match seen.iter().find(|(name, _)| name == known) {
            Some((_, earlier)) => reports.push(
                Report::new("plan/risk-review", at, format!("`{known}` is reviewed twice.")).related(
                    path.clone(),
                    *earlier,
                    "The first review of it",
                ),
            ),
            None => seen.push((known, at)),
        }
        if risk.is_open_and_high() {
            let at = risk.impact.as_ref().map_or(at, |impact| span(impact.range));
            let message =
                format!("`{known}` is of high impact and not resolved: the plan gets the full review.");
            reports.push(Report::new("plan/risk-review", at, message).severity(Severity::Information));
        }
    }
    let missing: Vec<String> = RISKS
        .iter()
        .filter(|name| !seen.iter().any(|(own, _)| own == *name))
        .map(|name| format!("`{name}`"))
        .collect();
    if !missing.is_empty() {
        let message = format!("The review of risks leaves out {}.", missing.join(", "));
        reports.push(Report::new("plan/risk-review", span(first.category.range), message));
    }
    reports
}

/// A plan that reviews no risk at all: in the schema always, in Markdown where the section is there, or the
/// tier is one that gets the full review.
fn no_review(plan: &Plan) -> Option<Report> {
    let large = plan.stated_tier.as_ref().filter(|tier| tier.value >= Tier::Medium);
    let first = plan.tasks.first().map(|task| span(task.head));
    let (at, message) = match (plan.empty_sections.first(), large) {
        _ if plan.format == "controlflow-json" => {
            (first?, "The plan has no `risk_review`, which the schema asks for.".to_owned())
        }
        (Some(section), _) => (span(section.range), format!("`{}` reviews no risk yet.", section.value)),
        (None, Some(tier)) => (
            span(tier.range),
            format!("A {} plan reviews seven risks, and this one none.", tier.value.name()),
        ),
        (None, None) => return None,
    };
    Some(Report::new("plan/risk-review", at, message).severity(Severity::Information))
}

fn unknown_risk(category: &Stated<String>, at: Span) -> Report {
    let message = format!("`{}` is none of the seven risks that a plan reviews.", category.value);
    let report = Report::new("plan/risk-review", at, message);
    match near::meant(&category.value, RISKS.iter().copied()) {
        Some(meant) => report.offered_fix(format!("Replace by `{meant}`"), at, meant),
        None => report,
    }
}

fn tier(plan: &Plan) -> Option<Report> {
    let stated = plan.stated_tier.as_ref()?;
    let files = plan.written_files().len();
    let by_files = Tier::of_files(files);
    let message = format!(
        "The tasks write {files} files, which is {}: {} gets less review.",
        by_files.name(),
        stated.value.name()
    );
    (by_files > stated.value).then(|| Report::new("plan/tier", span(stated.range), message))
}

fn diagrams(plan: &Plan) -> Vec<Report> {
    let Some(stated) = plan.stated_tier.as_ref() else { return Vec::new() };
    let has = |kinds: &[&str]| {
        plan.diagrams.iter().any(|diagram| kinds.iter().any(|kind| diagram.kind.starts_with(kind)))
    };
    let mut reports = Vec::new();
    if plan.tasks.len() >= PHASES_WITH_CHART && !has(&["flowchart", "graph"]) {
        let message = format!("A plan of {} phases shows their order as a flowchart.", plan.tasks.len());
        reports.push(Report::new("plan/diagram", span(stated.range), message));
    }
    if stated.value == Tier::Large && !has(&["sequenceDiagram"]) {
        let message = "A large plan shows who talks to whom as a sequence diagram.";
        reports.push(Report::new("plan/diagram", span(stated.range), message));
    }
    reports
}

/// What one phase hands to another needs both: who makes it, and who takes it.
fn contracts(plan: &Plan) -> Vec<Report> {
    let is_task = |end: &Stated<String>| plan.tasks.iter().any(|task| task.id.value == end.value);
    let mut reports = Vec::new();
    for contract in &plan.contracts {
        let ends = [("comes from", &contract.from), ("goes to", &contract.to)];
        if ends.iter().all(|(_, end)| end.is_none()) {
            // In Markdown one of which neither end is a phase is about something else.
            if plan.format == "controlflow-json" {
                let message = "The contract says neither from which phase it comes nor to which it goes.";
                reports.push((span(contract.range), message.to_owned(), Severity::Warning));
            }
            continue;
        }
        for (what, end) in ends {
            match end {
                Some(end) if is_task(end) => {}
                Some(end) => {
                    let message = format!(
                        "No phase of this plan is called `{}`: the contract {what} nobody.",
                        end.value
                    );
                    reports.push((span(end.range), message, Severity::Warning));
                }
                None => {
                    let other = contract.from.as_ref().or(contract.to.as_ref());
                    let Some(other) = other else { continue };
                    let message =
                        format!("The contract {what} no phase: say both ends, `Phase 1 → Phase 2`.");
                    // It may be a person, or something outside of the plan.
                    reports.push((span(other.range), message, Severity::Information));
                }
            }
        }
    }
    reports.retain(|(at, ..)| !at.is_empty());
    let report = |(at, message, severity)| Report::new("plan/contract", at, message).severity(severity);
    reports.into_iter().map(report).collect()
}

/// Names of gates that are nearly one of the schema's.
fn quality_gates(plan: &Plan) -> Vec<Report> {
    let named = plan.tasks.iter().flat_map(|task| &task.gates);
    let slips = named.filter(|gate| !GATES.contains(&gate.as_str()));
    let report = |gate: &Stated<String>| {
        let meant = near::meant(gate, GATES.iter().copied())?;
        let message = format!("No quality gate is called `{}`. Did you mean `{meant}`?", gate.value);
        let report = Report::new("plan/gate", span(gate.range), message).severity(Severity::Warning);
        Some(report.offered_fix(format!("Replace by `{meant}`"), span(gate.range), meant))
    };
    slips.filter_map(report).collect()
}

/// What a person has to settle before anything runs.
fn gates(plan: &Plan) -> Vec<Report> {
    let mut reports = Vec::new();
    let has_begun = plan.tasks.iter().any(|task| task.state != State::Open);
    for gate in plan.gates.iter().filter(|gate| has_begun && gate.at == GateAt::Start) {
        let open = gate.approvals.iter().filter(|item| !item.done).count();
        let Some(first) = gate.approvals.iter().find(|item| !item.done) else { continue };
        let message = format!(
            "Tasks are begun, and {open} of {} items of `{}` are not ticked.",
            gate.approvals.len(),
            gate.title.value
        );
        reports.push(Report::new("plan/gate", span(first.text.range), message));
    }
    reports.extend(plan.clarifications.iter().map(|open| {
        let message = "This has to be cleared up before the plan starts.";
        Report::new("plan/gate", span(open.range), message)
    }));
    reports
}

#[cfg(test)]
mod tests {
    use crate::fixture::findings;

    #[test]
    fn a_checklist_is_missed_when_work_has_begun() {
        let spec = |done: &str, ticked: &str| {
            let text = format!(
                "//- x.spec.md\n## Implementation Requirements\n- [{done}] One\n## Handoff Checklist\n- [{ticked}] Agreed\n"
            );
            findings(&text)
        };
        assert!(spec("x", " ").contains("information plan/gate `Agreed`"), "{}", spec("x", " "));
        assert_eq!(spec(" ", " "), "");
        assert_eq!(spec("x", "x"), "");
    }

    #[test]
    fn what_the_schema_asks_for_is_missed_where_nobody_has_it() {
        let text = "//- plans/a.plan.json\n{\"phases\": [{\"phase_id\": 1, \"title\": \"One\", \"executor_agent\": \"Plan\"}],\n\
            \"contracts\": [{\"interface\": \"the schema\"}]}\n";
        let said = findings(text);
        for expected in [
            "information plan/no-acceptance",
            "hint plan/no-tests",
            "information plan/risk-review",
            "warning plan/contract",
        ] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
    }

    #[test]
    fn a_review_is_missed_in_larger_plans() {
        let plan = |tier: &str, review: &str| {
            findings(&format!(
                "//- plans/a-plan.md\n# Plan\n**Complexity Tier:** {tier}\n#### Phase 1 — One\n- **Executor:** Plan\n{review}"
            ))
        };
        assert!(
            plan("MEDIUM", "").contains("information plan/risk-review `MEDIUM`"),
            "{}",
            plan("MEDIUM", "")
        );
        assert!(!plan("SMALL", "").contains("risk-review"));
        let empty = plan("SMALL", "### Semantic Risk Review\n\n### Contracts\n- **Phase 1:** the schema\n");
        assert!(empty.contains("information plan/risk-review `Semantic Risk Review`"), "{empty}");
        assert!(empty.contains("information plan/contract `1`"), "{empty}");
    }

    #[test]
    fn templates_with_placeholders_are_left_alone() {
        let text = "//- plans/a-plan.md\n# Plan\n#### Phase 1 — {Title}\n- **Executor Agent:** A\n#### Phase 2 — {Title}\n- **Wave:** 2\n";
        assert!(!findings(text).contains("no-executor"), "{}", findings(text));
    }
}
