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

#[cfg(test)]
mod tests {
    use crate::fixture::findings;

    #[test]
    fn what_waits_to_be_written_says_nothing() {
        let spec = |problem: &str, more: &str| {
            findings(&format!(
                "//- x.spec.md\n# Feature: X\n\n## Problem Statement\n{problem}\n\n## Approach\nTokens.\n\n\
                 ## Implementation Requirements\n### Core Components\n- [ ] Tokens (`src/tokens.rs`)\n{more}"
            ))
        };
        for nothing in [
            "",
            "<!-- Why? -->",
            "<!-- Why?\nFor whom? -->",
            "[Describe it]",
            "**Objective:** TBD",
            "- [ ] [Component]",
            "| Who | What |\n|---|---|\n| [who] | [description] |",
            "_TODO_",
        ] {
            let said = spec(nothing, "");
            assert!(
                said.contains("information spec/missing-section `Problem Statement`"),
                "{nothing}: {said}"
            );
        }
        for something in [
            "People cannot sign in.",
            "```\ntrace\n```",
            "[the ticket](https://example.com)",
            "| Who | What |\n|---|---|\n| all | slow |",
            "[a] and [b]",
            "**Objective:** keep tokens",
        ] {
            assert_eq!(spec(something, ""), "", "{something}");
        }
        let said = spec("People cannot sign in.", "\n## Handoff Checklist\n<!-- later -->\n");
        assert!(said.contains("information spec/missing-section `Handoff Checklist`"), "{said}");
    }
}
