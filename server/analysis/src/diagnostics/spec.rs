//! `spec/*`: the sections of a spec that has the form of one.

use super::{Context, Report, first_token};
use crate::plans::SPEC_SECTIONS;
use segue_catalog::Kind;
use segue_plan::Range;
use segue_syntax::Span;

pub(super) fn check(context: &mut Context<'_>) {
    let facts = context.facts;
    let Some(plan) = context.state.plan.clone().filter(|_| context.kind == Kind::Spec) else { return };
    let is_there = |name: &&&str| {
        facts.headings.iter().any(|heading| heading.level <= 3 && is_called(&heading.text, name))
    };
    let there = SPEC_SECTIONS.iter().filter(is_there).count();
    // Many files are called specs; two of the sections say that it is meant to be this form.
    if there < 2 {
        return;
    }
    let missing: Vec<String> =
        SPEC_SECTIONS.iter().filter(|name| !is_there(name)).map(|name| format!("`{name}`")).collect();
    if !missing.is_empty() {
        let message = format!("A spec of this form also has {}.", missing.join(", "));
        context.send(Report::new("spec/missing-section", first_token(facts), message));
    }
    for section in &plan.empty_sections {
        let Range { start, end } = section.range;
        let message = format!("`{}` says nothing yet.", section.value);
        context.send(Report::new("spec/missing-section", Span { start, end }, message));
    }
}

/// Whether a heading is called so, numbers and signs before it aside.
fn is_called(title: &str, name: &str) -> bool {
    title
        .trim_start_matches(|c: char| !c.is_alphabetic())
        .trim_end_matches([':', ' '])
        .eq_ignore_ascii_case(name)
}
