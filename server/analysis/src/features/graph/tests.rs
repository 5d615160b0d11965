use super::*;
use crate::fixture;
use crate::{Host, Options};

fn graph(text: &str) -> Graph {
    of(&Host::open(Arc::new(fixture::disk(text)), Options::default(), &|_| ()).snapshot())
}

/// The graph in lines.
fn told(graph: &Graph) -> String {
    let mut text = String::new();
    for node in &graph.nodes {
        let origin = match (&node.path, node.origin) {
            (Some(path), _) => format!(" in {path}"),
            (None, Origin::Client) => " of a client".to_owned(),
            (None, _) => " from elsewhere".to_owned(),
        };
        let marks = [(node.orphan, ", an orphan"), (node.unreachable, ", unreachable")];
        let marks: String = marks.iter().filter(|(set, _)| *set).map(|(_, text)| *text).collect();
        text.push_str(&format!("{:?} {:?}{origin}{marks}\n", node.kind, node.name));
    }
    for arrow in &graph.arrows {
        let name = |index: usize| &graph.nodes[index].name;
        let (from, to) = (name(arrow.from), name(arrow.to));
        text.push_str(&format!("{from} → {to}: {:?} {:?}\n", arrow.kind, arrow.labels));
    }
    text
}

const WHOLE: &str = "//- ship.prompt.md
---
agent: Planner
tools: [search]
---
Then /check, @Reviewer and #tool:github/create_issue. [The style](.github/skills/style) [again](.github/skills/style/SKILL.md)
//- check.prompt.md
---
mode: ask
---
Check.
//- lonely.prompt.md
Nobody leads here.
//- .github/agents/planner.agent.md
---
name: Planner
tools: [search, agent, github/*, codebase, acme/thing]
agents: [Builder, Quiet, '*', '<name>']
handoffs:
  - { label: Build it, agent: Builder, prompt: /check it }
  - { label: Build more, agent: Builder, prompt: More. }
  - { label: Ask, agent: Somebody Else, prompt: x }
---
Plan. [The style](../skills/style/SKILL.md)
//- .github/agents/builder.agent.md
---
name: Builder
handoffs:
  - { label: Back, agent: Planner, prompt: x }
---
Build.
//- .github/agents/reviewer.agent.md
---
name: Reviewer
user-invocable: false
---
Review.
//- .github/agents/quiet.agent.md
---
name: Quiet
user-invocable: false
disable-model-invocation: true
---
Named by one.
//- .github/agents/off.agent.md
---
name: Off
user-invocable: false
disable-model-invocation: true
agents: [Off too]
---
Named by none.
//- .github/agents/off-too.agent.md
---
name: Off too
user-invocable: false
disable-model-invocation: true
---
Named by one that nobody can start.
//- .claude/agents/helper.md
---
name: helper
description: d
tools: Read, Agent(scout), mcp__github__list
disallowedTools: Write
skills: [style]
---
Help.
//- .claude/agents/scout.md
---
name: scout
description: d
---
Scout.
//- .github/skills/style/SKILL.md
---
name: style
description: d
---
Style.
//- .github/skills/sleeper/SKILL.md
---
name: sleeper
description: d
user-invocable: false
disable-model-invocation: true
---
Sleep.
//- .github/skills/told/SKILL.md
---
name: told
description: d
---
Instructions name it.
//- AGENTS.md
Read [this](.github/skills/told/SKILL.md), and call @Nobody.
//- .vscode/mcp.json
{ \"servers\": { \"github\": { \"command\": \"x\" } } }
";

#[test]
fn who_leads_to_whom() {
    insta::assert_snapshot!(told(&graph(WHOLE)));
}

#[test]
fn a_part_is_what_leads_there_and_what_it_leads_to() {
    let whole = graph(WHOLE);
    let part = |scope: &str| -> Vec<String> {
        whole.narrowed(&[scope.to_owned()]).nodes.into_iter().map(|node| node.name).collect()
    };
    assert_eq!(part(".github/skills/style"), ["ship", "Builder", "Planner", "helper", "style"]);
    assert_eq!(part("lonely.prompt.md"), ["lonely"]);
    assert_eq!(part(".claude/agents/scout.md"), ["helper", "scout"]);
    assert_eq!(part(".vscode"), ["ship", "Builder", "Planner", "helper", "github"]);
    assert_eq!(part("AGENTS.md"), Vec::<String>::new());
    assert_eq!(whole.narrowed(&[String::new()]), whole);
    let plain = whole.without_tools();
    assert!(plain.nodes.iter().all(|node| !matches!(node.kind, NodeKind::Tool | NodeKind::Server)));
    assert!(plain.arrows.len() > 8 && plain.arrows.iter().all(|arrow| arrow.to < plain.nodes.len()));
}

#[test]
fn cycles_end() {
    let mut text = String::new();
    for index in 0..30 {
        let (next, far) = ((index + 1) % 30, (index + 7) % 30);
        text.push_str(&format!(
            "//- .github/agents/a{index}.agent.md\n---\nname: A{index}\nagents: [A{next}, A{far}, A{index}]\nuser-invocable: false\ndisable-model-invocation: true\n---\nx\n"
        ));
    }
    let ring = graph(&text);
    assert_eq!((ring.nodes.len(), ring.arrows.len()), (30, 60));
    assert!(ring.nodes.iter().all(|node| node.unreachable && !node.orphan), "a ring that nobody can enter");
    let part = ring.narrowed(&[".github/agents/a3.agent.md".to_owned()]);
    assert_eq!(part, ring);
    let entered = graph(&format!("{text}//- go.prompt.md\n---\nagent: A5\n---\nx\n"));
    assert!(entered.nodes.iter().all(|node| !node.unreachable));
}

#[test]
fn two_files_with_one_name_and_half_typed_headers() {
    let twice = graph(
        "//- a.agent.md\n---\nname: Same\n---\nx\n//- b.agent.md\n---\nname: Same\n---\nx\n//- p.prompt.md\n---\nagent: Same\n---\nx\n",
    );
    assert_eq!((twice.nodes.len(), twice.arrows.len()), (3, 2));
    for header in [
        "agents: [",
        "handoffs:\n  - label: x\n    agent:",
        "handoffs: x",
        "tools: {a: b}",
        "agents: ['', {a: b}]",
    ] {
        let half = graph(&format!("//- a.agent.md\n---\n{header}\n---\nx\n"));
        assert_eq!(half.nodes.iter().filter(|node| node.path.is_some()).count(), 1, "{header}");
    }
}
