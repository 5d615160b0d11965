//! What a user sees of `agent/*`: false alarms first, then every sentence of the rules.

use crate::diagnostics::of_file;
use crate::{Host, Options, fixture};
use std::sync::Arc;

/// The findings of this family, as `severity code token`.
fn of(fixture: &str) -> Vec<String> {
    fixture::findings(fixture)
        .lines()
        .filter(|line| line.contains(" agent/"))
        .map(|line| {
            let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
            let end = rest.match_indices('`').nth(1).map_or(rest.len(), |(at, _)| at);
            rest[..end].replace("agent/", "").replace('`', "")
        })
        .collect()
}

const NONE: [String; 0] = [];

/// Agents that the others name: `Doc Writer` in `doc-writer.agent.md`, hidden `Auditor`, `reviewer`.
const OTHERS: &str = "\
//- .github/agents/doc-writer.agent.md
---
name: Doc Writer
description: d
---
Text
//- .github/agents/auditor.agent.md
---
name: Auditor
description: d
user-invocable: false
---
Text
//- .github/agents/reviewer.agent.md
---
description: d
---
Text
";

fn agent(header: &str) -> Vec<String> {
    of(&format!("//- .github/agents/a.agent.md\n---\ndescription: d\n{header}\n---\nText\n{OTHERS}"))
}

fn prompt(header: &str) -> Vec<String> {
    of(&format!("//- p.prompt.md\n---\ndescription: d\n{header}\n---\nText\n{OTHERS}"))
}

fn handoff(agent_name: &str) -> Vec<String> {
    agent(&format!("handoffs:\n  - label: Go\n    agent: {agent_name}\n    prompt: Go."))
}

#[test]
fn names_that_are_there_stay_silent() {
    for name in
        ["agent", "ask", "edit", "Plan", "plan", "Doc Writer", "'Doc Writer'", "reviewer", "<agent>", "''"]
    {
        let found: Vec<String> = handoff(name).into_iter().filter(|row| row.contains("unknown")).collect();
        assert_eq!(found, NONE, "{name}");
    }
    assert_eq!(agent("agents: ['*', Doc Writer, Auditor, Explore]"), NONE);
    assert_eq!(agent("agents: []"), NONE);
    assert_eq!(prompt("agent: Doc Writer"), NONE);
    assert_eq!(prompt("mode: agent"), NONE);
    // Claude's agents and skills have other keys of that name.
    assert_eq!(
        of("//- .claude/agents/a.md\n---\nname: a\ndescription: d\nagents: [Raeder]\n---\nText\n"),
        NONE
    );
    // Copilot CLI and GitHub call an agent by its file.
    assert_eq!(agent("target: github-copilot\nagents: [doc-writer]"), NONE);
    let known = "//- p.prompt.md\n---\nagent: Doc Wrtier\n---\nText\n//- segue.toml\n[known]\nagents = [\"Doc W*\"]\n";
    assert_eq!(of(&format!("{known}{OTHERS}")), NONE);
}

#[test]
fn names_that_nobody_here_has_are_hints() {
    assert_eq!(handoff("Task Planner"), ["hint unknown Task Planner"]);
    assert_eq!(handoff("Doc Reader"), ["hint unknown Doc Reader"]);
    assert_eq!(handoff("Explorer"), ["hint unknown Explorer"]);
    assert_eq!(agent("agents: [One, Two]"), ["hint unknown One"]);
    assert_eq!(agent("agents:\n  - One\n  - Two"), ["hint unknown One", "hint unknown Two"]);
    assert_eq!(prompt("agent: speckit.plan"), ["hint unknown speckit.plan"]);
}

#[test]
fn names_that_are_meant_for_one_here_are_warnings() {
    for name in [
        "doc-writer",
        "doc writer",
        "Doc Wrtier",
        "doc-writer.agent.md",
        "./doc-writer.agent.md",
        "Reviewer",
        "Agent",
        "Ask",
    ] {
        assert_eq!(handoff(name), [format!("warning unknown {name}")]);
    }
    assert_eq!(prompt("agent: nobody.agent.md"), ["warning unknown nobody.agent.md"]);
    assert_eq!(prompt("mode: Agent"), ["warning unknown Agent"]);
    assert_eq!(
        fixes("handoffs:\n  - label: Go\n    agent: 'doc-writer.agent.md'\n    prompt: Go."),
        ["Doc Writer"]
    );
    assert_eq!(fixes("agents: [auditor]"), ["Auditor"]);
}

/// What the fixes of the first agent insert.
fn fixes(header: &str) -> Vec<String> {
    let text = format!("//- .github/agents/a.agent.md\n---\ndescription: d\n{header}\n---\nText\n{OTHERS}");
    let host = Host::open(Arc::new(fixture::disk(&text)), Options::default(), &|_| ());
    let world = host.snapshot();
    let id = world.id(".github/agents/a.agent.md").unwrap();
    let findings = of_file(&world, id);
    let ours = findings.iter().filter(|finding| finding.code.starts_with("agent/"));
    ours.flat_map(|finding| &finding.fixes).map(|fix| fix.edits[0].insert.clone()).collect()
}

#[test]
fn handoffs_need_their_parts() {
    let entry = |rest: &str| agent(&format!("handoffs:\n  - {rest}"));
    assert_eq!(entry("{ label: Go, agent: ask, prompt: '' }"), NONE);
    assert_eq!(entry("{ label: '🚀 1', agent: ask, prompt: x, send: true }"), NONE);
    assert_eq!(entry("{ agent: ask, prompt: x }"), ["error handoff-incomplete agent"]);
    assert_eq!(entry("{ label: ' ', agent: ask, prompt: x }"), ["error handoff-incomplete label"]);
    assert_eq!(entry("{ label: Go, prompt: x }"), ["error handoff-incomplete label"]);
    assert_eq!(entry("{ label: Go, agent: ask }"), ["warning handoff-incomplete label"]);
    assert_eq!(entry("{ label: 🚀, agent: ask, prompt: x }"), ["error handoff-incomplete 🚀"]);
    // Only VS Code reads them.
    assert_eq!(agent("target: github-copilot\nhandoffs:\n  - { agent: ask }"), NONE);
    // Their shape is another rule's.
    assert_eq!(agent("handoffs: [ask]"), NONE);
    assert_eq!(agent("handoffs: ask"), NONE);
}

#[test]
fn labels_differ() {
    let two = |one: &str, two: &str| {
        agent(&format!(
            "handoffs:\n  - {{ label: {one}, agent: ask, prompt: x }}\n  - {{ label: {two}, agent: edit, prompt: x }}"
        ))
    };
    assert_eq!(two("Go", "Go on"), NONE);
    assert_eq!(two("Go", "' go '"), ["error handoff-duplicate-label  go "]);
}

#[test]
fn hidden_agents_are_no_targets() {
    assert_eq!(handoff("Auditor"), ["warning handoff-hidden Auditor"]);
    assert_eq!(handoff("Doc Writer"), NONE);
    assert_eq!(agent("agents: [Auditor]"), NONE);
    // One of two agents with that name is shown.
    let second = "//- sub/.github/agents/auditor.agent.md\n---\nname: Auditor\ndescription: d\n---\nText\n";
    let text = format!(
        "//- .github/agents/a.agent.md\n---\ndescription: d\nhandoffs:\n  - {{ label: Go, agent: Auditor, prompt: x }}\n---\nText\n{OTHERS}{second}"
    );
    assert_eq!(of(&text), NONE);
}

#[test]
fn agents_need_the_tool() {
    for tools in [
        "['agent']",
        "agent, read",
        "[agent/runSubagent]",
        "[runSubagent]",
        "['*']",
        "[Task]",
        "[custom-agent]",
        "[agent/*]",
    ] {
        assert_eq!(agent(&format!("agents: [Auditor]\ntools: {tools}")), NONE, "{tools}");
    }
    assert_eq!(agent("agents: [Auditor]"), NONE);
    assert_eq!(agent("agents: []\ntools: [read]"), NONE);
    assert_eq!(agent("agents: []"), NONE);
    assert_eq!(agent("agents: []\ntools: ['*']"), NONE);
    assert_eq!(agent("agents: []\ntools: [read, agent]"), ["hint nobody-to-start []"]);
    assert_eq!(fixes("agents: []\ntools: [read, agent/runSubagent]"), ["['*']"]);
    assert_eq!(agent("target: github-copilot\nagents: [auditor]\ntools: [read]"), NONE);
    for (tools, insert) in [
        ("['read']", ", 'agent'"),
        ("[read]", ", agent"),
        ("[]", "['agent']"),
        ("read, search", ", agent"),
        ("\n  - read # why", "\n  - agent"),
        ("\n- 'read'", "\n- 'agent'"),
    ] {
        let header = format!("tools: {tools}\nagents: [Auditor]");
        assert_eq!(agent(&header), ["warning missing-agent-tool [Auditor]"], "{tools}");
        assert_eq!(fixes(&header), [insert], "{tools}");
    }
}

#[test]
fn circles_without_a_way_out() {
    let ring = |first: &str, second: &str| {
        of(&format!(
            "//- .github/agents/a.agent.md\n---\nname: A1\ndescription: d\nhandoffs:\n{first}\n---\nText\n//- .github/agents/b.agent.md\n---\nname: B1\ndescription: d\nhandoffs:\n{second}\n---\nText\n"
        ))
    };
    let to = |name: &str, rest: &str| format!("  - {{ label: Go {name}, agent: {name}, prompt: x{rest} }}");
    let sent = ", send: true";
    assert_eq!(ring(&to("B1", sent), &to("A1", sent)), ["hint cycle B1", "hint cycle A1"]);
    assert_eq!(ring(&to("B1", sent), &to("A1", "")), NONE);
    assert_eq!(ring(&to("B1", sent), &format!("{}\n{}", to("A1", sent), to("ask", sent))), NONE);
    assert_eq!(ring(&to("B1", sent), &to("B1", sent)), ["hint cycle B1"]);
}

#[test]
fn what_nobody_can_start() {
    let off = "user-invocable: false\ndisable-model-invocation: true";
    let skill = |header: &str| {
        of(&format!("//- .github/skills/s/SKILL.md\n---\nname: s\ndescription: d\n{header}\n---\nText\n"))
    };
    assert_eq!(skill("user-invocable: false"), NONE);
    assert_eq!(skill("disable-model-invocation: true"), NONE);
    assert_eq!(skill(off), ["hint unreachable disable-model-invocation: true"]);
    assert_eq!(agent(off), ["hint unreachable disable-model-invocation: true"]);
    let listed = format!(
        "//- .github/agents/a.agent.md\n---\nname: Quiet\ndescription: d\n{off}\n---\nText\n//- .github/agents/b.agent.md\n---\ndescription: d\nagents: [Quiet]\n---\nText\n"
    );
    assert_eq!(of(&listed), NONE);
    let run = format!(
        "//- .github/agents/a.agent.md\n---\nname: Quiet\ndescription: d\n{off}\n---\nText\n//- p.prompt.md\n---\ndescription: d\nagent: Quiet\n---\nText\n"
    );
    assert_eq!(of(&run), NONE);
}
