//! `plan/*`: what contradicts itself in a plan (ids, dependencies, cycles, waves, files), who carries
//! it out, and what its format asks for ([`form`]).

mod form;
mod values;

use super::mcp::lower_first;
use super::{Context, Finding, Report, agent, near};
use crate::plans::Planned;
use rustc_hash::FxHashMap;
use segue_catalog::{Severity, catalog};
use segue_plan::files::overlap;
use segue_plan::{Plan, Problem, Range, TaskIndex};
use segue_syntax::Span;
use std::sync::Arc;

/// Plans with more tasks get no "did you mean".
const MOST_COMPARED: usize = 500;

pub(super) fn check(context: &mut Context<'_>) {
    let Some(plan) = context.state.plan.clone() else { return };
    for report in reports(&plan, &context.path) {
        context.send(report);
    }
    agents(context, &plan);
}

/// Agents that tasks name. Those of users, organisations and extensions cannot be seen.
fn agents(context: &mut Context<'_>, plan: &Plan) {
    let mut said: Vec<&str> = Vec::new();
    for stated in plan.tasks.iter().filter_map(|task| task.agent.as_ref()) {
        let name = stated.trim_start_matches('@');
        let is_name = !name.is_empty() && !name.contains(['{', '<', '$', '|', '/']);
        if !is_name || said.contains(&name) {
            continue;
        }
        if agent::is_known(context, name) {
            if agent::is_out_of_reach(context, name) {
                said.push(name);
                let message = format!(
                    "`{name}` is hidden: neither people nor models can start it, and no agent lists it in `agents`."
                );
                let report = Report::new("plan/unknown-agent", span(stated.range), message);
                context.send(report.severity(Severity::Warning));
            }
            continue;
        }
        said.push(name);
        let report = match agent::meant(context, name) {
            Some(meant) => {
                let message = format!("No agent is called `{name}`. Did you mean `{meant}`?");
                let report = Report::new("plan/unknown-agent", span(stated.range), message);
                report.severity(Severity::Warning)
            }
            None => {
                let message = format!(
                    "No agent of this workspace is called `{name}`: one of a user, an organisation or an extension cannot be verified here."
                );
                Report::new("plan/unknown-agent", span(stated.range), message)
            }
        };
        context.send(report);
    }
}

/// What is said of a plan that is no file of a workspace, by the rules' own severities. `path` is
/// where it lies.
#[must_use]
pub fn of_plan(plan: &Planned, path: &Arc<str>) -> Vec<Finding> {
    let catalog = catalog();
    let found = reports(plan, path).into_iter();
    found.filter_map(|report| report.by_default(catalog)).collect()
}

fn reports(plan: &Planned, path: &Arc<str>) -> Vec<Report> {
    let mut slips = Slips::default();
    let problems = plan.problems(plan.order());
    let mut reports: Vec<Report> =
        problems.iter().filter_map(|problem| contradiction(plan, path, problem, &mut slips)).collect();
    reports.extend(plan.syntax_error.as_ref().map(|error| {
        let message = format!("This is no JSON: {}.", lower_first(error.value.trim_end_matches('.')));
        Report::new("plan/invalid-json", span(error.range), message)
    }));
    reports.extend(values::reports(plan, path));
    // What a half-written file leaves out is only not there yet.
    if plan.syntax_error.is_none() {
        reports.extend(form::reports(plan, path));
    }
    reports.extend(plan.repeated.iter().map(|id| {
        let message = format!("`{}` stands in the graph already: its first wave counts.", id.value);
        Report::new("plan/duplicate-id", span(id.range), message).severity(Severity::Warning)
    }));
    reports.extend(plan.strangers.iter().map(|id| {
        let message = format!("No task of this plan is called `{}`.", id.value);
        Report::new("plan/unknown-dependency", span(id.range), message)
    }));
    reports
}

fn span(range: Range) -> Span {
    Span { start: range.start, end: range.end }
}

/// Which id is meant by what is written: the same words stand in many tasks, and comparing takes its time.
type Slips<'p> = FxHashMap<&'p str, Option<&'p str>>;

fn contradiction<'p>(
    plan: &'p Plan,
    path: &Arc<str>,
    problem: &Problem,
    slips: &mut Slips<'p>,
) -> Option<Report> {
    let (at, message) = (span(problem.range(plan)), problem.message(plan));
    if at.is_empty() {
        return None;
    }
    let id_of = |task: TaskIndex| plan.get(task).map(|task| span(task.id.range));
    Some(match problem {
        Problem::DuplicateId { first, .. } => {
            let report = Report::new("plan/duplicate-id", at, message);
            match id_of(*first) {
                Some(first) => report.related(path.clone(), first, "The first task of this id"),
                None => report,
            }
        }
        Problem::UnknownDependency { task, dependency } => unknown(plan, *task, *dependency, at, slips)?,
        Problem::Cycle { path: cycle } => {
            let mut report = Report::new("plan/cycle", at, message);
            for (task, next) in cycle.iter().zip(cycle.iter().cycle().skip(1)).skip(1) {
                let stated = plan.get(*task)?.depends_on.iter().find(|one| one.on.contains(&next.0));
                let place = stated.map(|one| span(one.written.range)).or_else(|| id_of(*task))?;
                let words = format!("`{}` waits for `{}`", plan.id(*task), plan.id(*next));
                report = report.related(path.clone(), place, words);
            }
            report
        }
        Problem::WaveOrder { task, needs, earliest, .. } => {
            let mut report = Report::new("plan/wave-order", at, message);
            if let Some(other) = plan.get(*needs) {
                let place = other.wave.as_ref().map_or(other.id.range, |wave| wave.range);
                report = report.related(path.clone(), span(place), format!("`{}`", other.id.value));
            }
            // A graph of waves in JSON is mended by moving the id, not by writing a number over it.
            let is_number = plan.get(*task).and_then(|task| task.wave.as_ref()).is_some_and(|wave| {
                wave.range.bytes().len() == wave.value.to_string().len() && plan.format != "kiro"
            });
            if is_number {
                report = report.offered_fix(format!("Write {earliest}"), at, earliest.to_string());
            }
            report
        }
        Problem::FileConflict { path: file, tasks, .. } => {
            let severity =
                if is_meant_side_by_side(plan, tasks) { Severity::Warning } else { Severity::Hint };
            let mut report = Report::new("plan/file-conflict", at, message).severity(severity);
            for task in tasks.iter().rev().skip(1) {
                let mut files = plan.get(*task)?.written_files();
                let place = files.find(|own| overlap(&own.path, file)).map(|own| span(own.path.range));
                let words = format!("`{}` writes it too", plan.id(*task));
                report = report.related(path.clone(), place.or_else(|| id_of(*task))?, words);
            }
            report
        }
        Problem::OutsideFile { .. } => Report::new("plan/outside-file", at, message),
    })
}

/// A dependency that names nothing of the plan. Only an id is surely meant for a task: words may
/// speak of a service or a decision, and so may code in a spec.
fn unknown<'p>(
    plan: &'p Plan,
    task: TaskIndex,
    dependency: usize,
    at: Span,
    slips: &mut Slips<'p>,
) -> Option<Report> {
    let stated = plan.get(task)?.depends_on.get(dependency)?;
    let written = stated.written.as_str();
    // Comparing with very many takes its time at each key.
    let comparable = plan.tasks.len() <= MOST_COMPARED;
    let ids = plan.tasks.iter().map(|task| task.id.as_str()).filter(|_| comparable);
    let meant = *slips.entry(written).or_insert_with(|| near::meant(written, ids));
    let meant = meant.filter(|id| *id != plan.id(task));
    let mut message = format!("No task of this plan is called `{written}`.");
    if let Some(meant) = meant {
        message.push_str(&format!(" Did you mean `{meant}`?"));
    }
    let is_free = plan.format == "spec";
    // `Issue 9` can mean nothing but a task of this file.
    let is_numbered =
        written.to_lowercase().starts_with("issue ") && written.ends_with(|c: char| c.is_ascii_digit());
    let severity = match (stated.is_id, is_free && !is_numbered, meant) {
        (true, false, _) | (true, true, Some(_)) => Severity::Error,
        _ => Severity::Hint,
    };
    let report = Report::new("plan/unknown-dependency", at, message).severity(severity);
    Some(match meant.filter(|_| stated.is_id && written.len() == at.len()) {
        Some(meant) => report.offered_fix(format!("Replace by `{meant}`"), at, meant),
        None => report,
    })
}

/// Whether the file says that these tasks go side by side, and which files they write: else it is our
/// reading of it, and the run puts them in sequence anyway.
fn is_meant_side_by_side(plan: &Plan, tasks: &[TaskIndex]) -> bool {
    tasks.iter().filter_map(|task| plan.get(*task)).all(|task| {
        let ordered = task.wave.is_some() || plan.format == "spec-kit" || !task.fields.is_empty();
        ordered && plan.format != "orchestra" && task.written_files().all(|file| file.is_stated)
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::findings;

    fn spec(text: &str) -> String {
        let all = findings(&format!("//- x.spec.md\n{text}"));
        all.lines().filter(|line| line.contains(" plan/")).map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn a_way_round_is_told_once_as_a_path() {
        let text = "### Issue 1: A (`a`)\n**Dependencies:** `c`\n### Issue 2: B (`b`)\n**Dependencies:** `a`\n### Issue 3: C (`c`)\n**Dependencies:** `b`\n";
        let said = spec(text);
        assert!(said.contains("a → c → b → a") && said.lines().count() == 1, "{said}");
    }

    #[test]
    fn what_is_no_task_is_a_hint_unless_it_is_nearly_one() {
        let text = |id: &str| {
            format!(
                "### Issue 1: Token store (`token-store`)\n### Issue 2: B (`b`)\n**Dependencies:** {id}\n"
            )
        };
        assert!(
            spec(&text("`redis`")).contains("hint plan/unknown-dependency"),
            "{}",
            spec(&text("`redis`"))
        );
        assert!(spec(&text("the payment provider")).contains("hint plan/unknown-dependency"));
        assert!(spec(&text("`token-stroe`")).contains("error plan/unknown-dependency"));
        assert_eq!(spec(&text("`token-store`")), "");
        assert_eq!(spec(&text("None (may start now)")), "");
    }

    #[test]
    fn an_agent_that_nobody_can_start_carries_nothing_out() {
        let agent = |switch: &str| {
            format!(
                "//- .github/agents/b.agent.md\n---\nname: B\ndescription: Builds\nuser-invocable: false\n{switch}---\nBuild.\n"
            )
        };
        let plan = "//- plans/a-plan.md\n#### Phase 1 — One\n- **Executor:** B\n- **Wave:** 1\n";
        let lists = "//- .github/agents/o.agent.md\n---\nname: O\ndescription: Leads\nagents: [B]\ntools: [agent]\n---\nLead.\n";
        let off = agent("disable-model-invocation: true\n");
        assert!(findings(&format!("{off}{plan}")).contains("warning plan/unknown-agent `B`"));
        assert!(!findings(&format!("{}{plan}", agent(""))).contains("plan/"));
        assert!(!findings(&format!("{off}{lists}{plan}")).contains("plan/"));
    }

    #[test]
    fn a_graph_names_each_task_once() {
        let plan = |waves: &str| {
            findings(&format!(
                "//- .kiro/specs/a/tasks.md\n- [ ] 1. One\n- [ ] 2. Two\n## Task Dependency Graph\n```json\n{{\"waves\": {waves}}}\n```\n"
            ))
        };
        assert_eq!(plan("[{\"id\": 0, \"tasks\": [\"1\"]}, {\"id\": 1, \"tasks\": [\"2\"]}]"), "");
        let said = plan("[{\"id\": 0, \"tasks\": [\"1\", \"1\"]}, {\"id\": 1, \"tasks\": [\"2\", \"1\"]}]");
        assert_eq!(said.matches("warning plan/duplicate-id `1`").count(), 2, "{said}");
    }

    #[test]
    fn a_numbered_issue_that_is_not_there_is_an_error() {
        let text = "### Issue 1: A (`a`)\n### Issue 2: B (`b`)\n**Dependencies:** Issue 9\n";
        assert!(spec(text).contains("error plan/unknown-dependency"), "{}", spec(text));
    }

    #[test]
    fn a_file_that_was_only_found_in_a_text_is_a_hint() {
        let text = "### Issue 1: A (`a`)\n**Scope:** all of `src/x.rs`\n### Issue 2: B (`b`)\n**Scope:** `src/x.rs`\n";
        assert!(spec(text).contains("hint plan/file-conflict"), "{}", spec(text));
        let stated = text.replace("**Scope:** all of", "**Files:**").replace("**Scope:**", "**Files:**");
        assert!(spec(&stated).contains("warning plan/file-conflict"), "{}", spec(&stated));
    }
}
