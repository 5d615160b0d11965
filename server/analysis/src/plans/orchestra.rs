//! Plans of the conductors (copilot-orchestra, Atlas): phases one after another, each with its files,
//! tests and steps.

use super::page::Page;
use super::{controlflow, phases, shared};
use segue_plan::{Impact, Plan, Risk, Stated};

pub(super) fn read(page: &Page<'_>) -> Plan {
    let (mut tasks, _) = phases::read(page);
    for (index, task) in tasks.iter_mut().enumerate().skip(1) {
        task.after.push(shared::tasks(index - 1, index));
    }
    let mut plan = Plan { title: controlflow::title(page), tasks, ..Plan::default() };
    shared::head(page, 0..page.lines.len(), &mut plan);
    plan.risks = risks(page);
    plan.acceptance = shared::items_of(page, &["Success Criteria"]);
    plan.questions.extend(shared::items_of(page, &["Open Questions"]));
    plan.clarifications = shared::clarifications(page);
    plan.diagrams = shared::diagrams(page);
    plan
}

/// Risks in words; one that begins with how bad it is says so.
fn risks(page: &Page<'_>) -> Vec<Risk> {
    let mut risks = shared::risks_in_words(page, &["Risks", "Risks & Mitigation", "Risks and Mitigation"]);
    for risk in &mut risks {
        let word = risk.category.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        risk.impact = Impact::from_name(word).map(|impact| Stated::new(impact, risk.category.range));
    }
    risks
}
