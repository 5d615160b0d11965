//! Which kind a file is of: from its path, and where the path leaves it open, from its neighbours
//! and its header.

use crate::path;
use segue_catalog::{Candidate, Dialect, Kind, catalog};
use segue_syntax::{Facts, json};

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
    /// One key of a GitHub agentic workflow.
    WorkflowPart,
    /// `goal:`.
    Goal,
    /// A JSON object with `phases`.
    Phases,
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

/// Keys that say so of a part that workflows import, besides those.
const PART_KEYS: &[&str] = &["on", "import-schema", "jobs", "services", "runtimes"];

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
            Condition::WorkflowPart => WORKFLOW_KEYS.iter().chain(PART_KEYS).any(|key| has(key)),
            Condition::Phases => false,
        }
    }

    /// Whether the file is JSON, not Markdown.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.kind == Kind::Mcp || self.condition == Condition::Phases
    }

    /// [`Recognised::confirmed`] for JSON.
    #[must_use]
    pub fn confirmed_by_json(&self, document: &json::Document) -> bool {
        let root = document.root.as_ref().and_then(|root| root.as_map());
        self.condition != Condition::Phases || root.is_some_and(|map| map.get("phases").is_some())
    }
}

/// What a path says; `exists` tells of files beside it.
#[must_use]
pub fn by_path(path: &str, exists: &dyn Fn(&str) -> bool) -> Option<Recognised> {
    if path::file_name(path).eq_ignore_ascii_case("README.md") {
        return None;
    }
    if let Some((kind, dialect)) = catalog().kind_of(path) {
        return Some(Recognised { kind, dialect, condition: Condition::None });
    }
    let candidate = catalog().candidate_of(path)?;
    let condition = match candidate {
        Candidate::WorkflowHeader => Condition::Workflow,
        Candidate::WorkflowPartHeader => Condition::WorkflowPart,
        Candidate::GoalKey => Condition::Goal,
        Candidate::PhasesKey => Condition::Phases,
        Candidate::SiblingSpecOrPlan => {
            let there = DECIDES_ITS_NEIGHBOUR.iter().any(|name| exists(&path::beside(path, name)));
            return there.then_some(Recognised {
                kind: candidate.kind(),
                dialect: Dialect::Copilot,
                condition: Condition::None,
            });
        }
    };
    Some(Recognised { kind: candidate.kind(), dialect: Dialect::Copilot, condition })
}

/// Files that make a plan of the `tasks.md` beside them.
const DECIDES_ITS_NEIGHBOUR: &[&str] = &["spec.md", "plan.md"];

/// The file whose kind hangs on whether `path` is there.
#[must_use]
pub fn decided_by(path: &str) -> Option<String> {
    DECIDES_ITS_NEIGHBOUR.contains(&path::file_name(path)).then(|| path::beside(path, "tasks.md"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_path() {
        let cases = [
            (".github/agents/planner.agent.md", "agent"),
            (".github/agents/planner.md", "agent"),
            ("packages/api/.github/agents/planner.md", "agent"),
            (".github/agents/README.md", "-"),
            (".github/agents/readme.md", "-"),
            (".github/agents/sub/planner.md", "-"),
            (".github/agents/sub/planner.agent.md", "agent"),
            (".claude/agents/planner.md", "agent claude"),
            (".claude/agents/planner.agent.md", "agent claude"),
            (".claude/agents/README.md", "-"),
            (".copilot/agents/x.md", "agent"),
            ("docs/anywhere.agent.md", "agent"),
            ("agents/planner.md", "-"),
            (".agent.md", "agent"),
            ("x.agent.txt", "-"),
            ("x.agent", "-"),
            (".github/chatmodes/old.chatmode.md", "chat-mode"),
            ("old.chatmode.md", "chat-mode"),
            (".github/prompts/make.prompt.md", "prompt"),
            ("make.prompt.md", "prompt"),
            (".github/prompts/make.md", "-"),
            (".claude/commands/ship.md", "prompt claude"),
            (".claude/commands/README.md", "-"),
            (".github/instructions/a/b.instructions.md", "instructions"),
            (".github/copilot-instructions.md", "instructions"),
            ("sub/copilot-instructions.md", "instructions"),
            (".claude/rules/deep/er/rust.md", "instructions claude"),
            (".claude/rules/README.md", "-"),
            ("rules/rust.md", "-"),
            ("AGENTS.md", "always-on"),
            ("a/b/AGENTS.md", "always-on"),
            ("CLAUDE.md", "always-on"),
            ("CLAUDE.local.md", "always-on"),
            ("GEMINI.md", "always-on"),
            ("AGENTS.txt", "-"),
            (".github/skills/x/SKILL.md", "skill"),
            (".claude/skills/x/skill.md", "skill"),
            ("anything/SKILL.md", "skill"),
            ("SKILLS.md", "-"),
            ("login.spec.md", "spec"),
            ("spec.md", "-"),
            ("login.spec", "-"),
            ("login.plan.md", "plan"),
            ("plans/login-plan.md", "plan"),
            ("a/plans/login-plan.md", "plan"),
            ("plans/login.md", "-"),
            ("other/login-plan.md", "-"),
            ("plan/login.md", "plan if Goal"),
            ("plan/README.md", "-"),
            ("login.plan.json", "plan if Phases"),
            ("plan.json", "-"),
            (".kiro/specs/login/tasks.md", "plan"),
            (".kiro/specs/tasks.md", "-"),
            (".kiro/specs/login/design.md", "-"),
            ("openspec/changes/login/tasks.md", "plan"),
            ("specs/001/tasks.md", "plan"),
            ("has-plan/tasks.md", "plan"),
            ("lonely/tasks.md", "-"),
            ("tasks.md", "-"),
            ("lessons.memory.md", "memory"),
            ("api.context.md", "context"),
            (".github/workflows/triage.md", "workflow if Workflow"),
            (".github/workflows/triage.yml", "-"),
            (".github/workflows/shared/triage.md", "workflow if WorkflowPart"),
            (".github/workflows/shared/mcp/triage.md", "workflow if WorkflowPart"),
            (".github/workflows/shared/README.md", "-"),
            (".github/workflows/README.md", "-"),
            (".vscode/mcp.json", "mcp"),
            ("sub/.vscode/mcp.json", "mcp"),
            (".mcp.json", "mcp"),
            (".github/mcp.json", "mcp"),
            (".cursor/mcp.json", "mcp"),
            ("mcp.json", "-"),
            ("my.mcp.json", "-"),
            ("README.md", "-"),
            ("src/main.rs", "-"),
            ("", "-"),
        ];
        let there = ["specs/001/spec.md", "has-plan/plan.md"];
        for (path, expected) in cases {
            let found = by_path(path, &|beside| there.contains(&beside)).map(|what| {
                let mut told = what.kind.name().to_owned();
                if what.dialect == Dialect::Claude {
                    told += " claude";
                }
                if what.condition != Condition::None {
                    told += &format!(" if {:?}", what.condition);
                }
                told
            });
            assert_eq!(found.as_deref().unwrap_or("-"), expected, "{path}");
        }
    }

    #[test]
    fn a_header_can_decide() {
        let json = |text: &str| json::parse(text);
        let phases = Recognised { kind: Kind::Plan, dialect: Dialect::Copilot, condition: Condition::Phases };
        assert!(phases.confirmed_by_json(&json(r#"{"phases": []}"#)));
        assert!(
            !phases.confirmed_by_json(&json(r#"{"steps": []}"#)) && !phases.confirmed_by_json(&json("[]"))
        );
        let workflow =
            Recognised { kind: Kind::Workflow, dialect: Dialect::Copilot, condition: Condition::Workflow };
        let goal = Recognised { kind: Kind::Plan, dialect: Dialect::Copilot, condition: Condition::Goal };
        let header = |text: &str| Facts {
            header: segue_syntax::facts::Header {
                yaml: segue_syntax::yaml::parse(text, segue_syntax::Span::new(0, text.len())),
                ..Default::default()
            },
            ..Facts::default()
        };
        for (text, expected) in [
            ("on: push\n", (true, false)),
            ("engine: copilot\npermissions: read-all\n", (true, false)),
            ("engine: copilot\n", (false, false)),
            ("goal: ship\n", (false, true)),
            ("title: x\n", (false, false)),
        ] {
            let facts = header(text);
            assert_eq!((workflow.confirmed(&facts), goal.confirmed(&facts)), expected, "{text}");
        }
    }
}
