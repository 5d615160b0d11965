//! Which kind a file is of: from its path, and where the path leaves it open, from its neighbours
//! and its header.

use crate::path;
use segue_catalog::{Candidate, Dialect, Kind, catalog};
use segue_syntax::Facts;

/// What a path says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The kind.
    pub kind: Kind,
    /// Whose keys its header has.
    pub dialect: Dialect,
    /// What its header must show before it is of that kind.
    pub condition: Condition,
}

/// What a header must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    None,
    /// `on:`, or two other keys of a GitHub agentic workflow.
    Workflow,
    /// `goal:`.
    Goal,
}

/// Keys that together say "agentic workflow" where `on:` is missing.
const WORKFLOW_KEYS: &[&str] = &[
    "engine",
    "safe-outputs",
    "permissions",
    "tools",
    "network",
    "timeout-minutes",
    "imports",
    "mcp-servers",
    "steps",
];

impl Recognised {
    /// Whether the header bears it out.
    #[must_use]
    pub fn confirmed(&self, facts: &Facts) -> bool {
        let map = facts.header.yaml.map();
        let has = |key: &str| map.is_some_and(|map| map.get(key).is_some());
        match self.condition {
            Condition::None => true,
            Condition::Goal => has("goal"),
            Condition::Workflow => has("on") || WORKFLOW_KEYS.iter().filter(|key| has(key)).count() >= 2,
        }
    }
}

/// What a path says; `exists` tells of files beside it.
#[must_use]
pub fn by_path(path: &str, exists: &dyn Fn(&str) -> bool) -> Option<Recognised> {
    let catalog = catalog();
    if let Some((kind, dialect)) = catalog.kind_of(path) {
        return Some(Recognised { kind, dialect, condition: Condition::None });
    }
    let candidate = catalog.candidate_of(path)?;
    let condition = match candidate {
        Candidate::WorkflowHeader => Condition::Workflow,
        Candidate::GoalKey => Condition::Goal,
        Candidate::SiblingSpecOrPlan => {
            let folder = path::parent(path);
            let beside =
                |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            let found = exists(&beside("spec.md")) || exists(&beside("plan.md"));
            if !found {
                return None;
            }
            Condition::None
        }
        // Plans written as JSON are read by the plan readers, not as Markdown.
        Candidate::PhasesKey => return None,
    };
    Some(Recognised { kind: candidate.kind(), dialect: Dialect::Copilot, condition })
}
