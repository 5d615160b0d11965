//! Plans of the conductors (copilot-orchestra, Atlas): phases one after another, each with its files,
//! tests and steps.

use super::page::Page;
use super::{controlflow, phases, shared};
use segue_plan::{Impact, Plan, Risk, Stated};

/// What is asked before the start, as a heading or as a line in bold.
const QUESTIONS: &str = "Open Questions";

pub(super) fn read(page: &Page<'_>) -> Plan {
    let (mut tasks, _) = phases::read(page);
    for (index, task) in tasks.iter_mut().enumerate().skip(1) {
        task.after.push(shared::tasks(index - 1, index));
    }
    let mut plan = Plan { title: controlflow::title(page), tasks, ..Plan::default() };
    shared::head(page, 0..page.lines.len(), &mut plan);
    plan.risks = risks(page);
    plan.acceptance = shared::items_of(page, &["Success Criteria"]);
    plan.questions.extend(shared::items_of(page, &[QUESTIONS]));
    plan.questions.extend(shared::items_below(page, QUESTIONS));
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

#[cfg(test)]
mod tests {
    #[test]
    fn open_questions_are_a_heading_a_field_or_a_line_in_bold() {
        for head in
            ["## Open Questions\n", "**Open Questions:**", "**Open Questions**", "**Open Questions**\n"]
        {
            let text = format!(
                "# Plan: X\n\n**Phases**\n1. **Phase 1: One**\n    - **Objective:** Write\n    - **Steps:**\n        1. First\n\n{head}\n1. Which store? A / B\n2. Which name?\n"
            );
            let plan = super::super::of_text("plans/x-plan.md", &text);
            let asked: Vec<&str> = plan.questions.iter().map(|own| own.value.as_str()).collect();
            assert_eq!((plan.format, plan.tasks.len()), ("orchestra", 1), "{head}");
            assert_eq!(asked, ["Which store? A / B", "Which name?"], "{head}");
        }
    }
}
