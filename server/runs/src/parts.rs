//! Who takes which part beside the tasks: looks at the plan, judges what a task changed, revises the
//! plan. `[review]` of the settings says it, else the name of an agent file does.

use crate::Failure;
use crate::workspace::Committed;
use segue_analysis::config::Config;
use segue_orchestrator::facts::{PLAN_REVIEWERS, PLANNER, REVIEWER};
use std::collections::BTreeMap;

/// The agents by the parts they take, as the workspace stands in `commit`.
pub fn parts(
    workspace: &Committed,
    commit: &str,
    config: &Config,
) -> Result<BTreeMap<String, String>, Failure> {
    let known: Vec<&str> = PLAN_REVIEWERS.iter().map(|(part, _)| *part).chain([REVIEWER, PLANNER]).collect();
    if let Some(unknown) = config.review.keys().find(|part| !known.contains(&part.as_str())) {
        return Err(Failure::said(format!(
            "`[review]` in segue.toml knows no part `{unknown}`; it knows {}.",
            known.join(", ")
        )));
    }
    let files = workspace.agent_names(commit);
    let mut parts = BTreeMap::new();
    for part in known {
        let Some(named) = config.review.get(part) else {
            let own = files.iter().find(|name| is_called(name, part)).cloned();
            parts.extend(own.map(|name| (part.to_owned(), name)));
            continue;
        };
        let is_there = files.iter().any(|name| name.eq_ignore_ascii_case(named));
        if !is_there && !config.agents.contains_key(named) {
            return Err(Failure::said(format!(
                "`[review]` in segue.toml gives the part `{part}` to `{named}`, and neither a committed agent file nor an `[agents.{named}]` has that name."
            )));
        }
        parts.insert(part.to_owned(), named.clone());
    }
    Ok(parts)
}

/// Whether an agent is called as the part that it takes: `PlanAuditor` and `PlanAuditor-subagent` take
/// that of the `plan-auditor`, `CodeReviewer` that of the `reviewer`.
fn is_called(name: &str, part: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let name = plain(name);
    let name = name.strip_suffix("subagent").unwrap_or(&name);
    name == plain(part) || (part == REVIEWER && name == "codereviewer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_known_by_the_names_of_their_parts() {
        for (name, part) in [
            ("plan-auditor", "plan-auditor"),
            ("PlanAuditor", "plan-auditor"),
            ("PlanAuditor-subagent", "plan-auditor"),
            ("Executability Verifier", "executability-verifier"),
            ("Planner", PLANNER),
            ("code-reviewer", REVIEWER),
        ] {
            assert!(is_called(name, part), "{name}");
        }
        for name in ["security-auditor", "plan", "planners", "", "frontend-reviewer", "subagent"] {
            assert!(
                !is_called(name, "plan-auditor") && !is_called(name, PLANNER) && !is_called(name, REVIEWER)
            );
        }
    }
}
