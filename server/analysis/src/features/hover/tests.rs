//! One hover of each kind, drawn whole.

use super::*;
use crate::features::shown::{self, View};
use crate::fixture;
use crate::host::{Change, Host, Options};
use segue_catalog::Answerers;
use std::fmt::Write;
use std::sync::Arc;

const WORKSPACE: &str = "//- .github/agents/builder.agent.md
---
name: Builder
description: Builds what was planned
tools: ['edit', 'execute']
handoffs:
  - label: Review
    agent: agent
    prompt: Review it
---

Build it.
//- .github/prompts/release.prompt.md
---
description: Prepares a release
---

Prepare.
//- .github/skills/pdf/SKILL.md
---
name: pdf
description: Fills in PDF forms
---

Fill in.
//- .mcp.json
{ \"mcpServers\": { \"wiki\": { \"type\": \"http\", \"url\": \"https://wiki.example.com\", \"tools\": [\"read_page\"] } } }
//- .github/workflows/fix.md
---
name: Fixer
description: Mends what an issue tells of
on:
  workflow_dispatch:
    inputs:
      issue:
        description: The number of the issue
        required: true
      dry: {}
---

Fix.
//- docs/guide.md
# Guide

## Setup

Do this:

```sh
make
```

## Other

More.
";

/// What is shown at the cursor of a file.
fn drawn(path: &str, marked: &str) -> String {
    drawn_beside(path, marked, Answerers::NONE)
}

/// The same beside these parts of an editor.
fn drawn_beside(path: &str, marked: &str, editor: Answerers) -> String {
    let mut host = Host::open(Arc::new(fixture::disk(WORKSPACE)), Options::default(), &|_| ());
    let offset = marked.find('‸').expect("a cursor");
    let text = marked.replacen('‸', "", 1);
    host.apply([Change::Buffer { path: path.to_owned(), text: text.as_str().into(), version: None }]);
    let world = host.snapshot();
    let shown = shown::of_file(&world, path, View { open: true, complete: true, editor: Answerers::NONE })
        .expect("shown");
    match at(&world, path, &shown, u32::try_from(offset).expect("small"), editor) {
        Some(hover) => format!("[{}]\n{}", hover.span.of(&text), hover.markdown),
        None => "nothing".to_owned(),
    }
}

const AGENT: &str = ".github/agents/new.agent.md";

fn in_header(header: &str) -> String {
    drawn(AGENT, &format!("---\ndescription: y\n{header}\n---\n\nText.\n"))
}

fn in_body(path: &str, body: &str) -> String {
    drawn(path, &format!("---\ndescription: y\n---\n\n{body}\n"))
}

#[test]
fn cards_of_a_header() {
    let mut all = String::new();
    for header in [
        "mod‸el: GPT-5",
        "tar‸get: vscode",
        "target: vs‸code",
        "infer‸: false",
        "reasoning-effort‸: low",
        "tools: ['se‸arch']",
        "tools: ['search/code‸base']",
        "tools: ['run‸Commands']",
        "tools: ['Ba‸sh']",
        "tools: ['wiki/read_‸page']",
        "tools: search, ed‸it",
        "tools:\n  - we‸b",
        "model: GPT-5.2 (cop‸ilot)",
        "agents: ['Buil‸der']",
        "handoffs:\n  - la‸bel: Go\n    agent: Builder\n    prompt: x",
        "handoffs:\n  - label: Go\n    agent: as‸k\n    prompt: x",
        "handoffs:\n  - label: Go\n    agent: agent\n    pro‸mpt: x",
        "mcp-servers:\n  mine:\n    comm‸and: x",
        "github:\n  permissions:\n    iss‸ues: read",
        "hooks:\n  PreTool‸Use:\n    - type: command\n      command: x",
        "hooks:\n  PreToolUse:\n    - type: command\n      comm‸and: x",
        "# a comm‸ent",
        "argument-hint: some te‸xt",
        "bogus‸: 1",
    ] {
        let _ = writeln!(all, "== {header}\n{}\n", in_header(header));
    }
    insta::assert_snapshot!("header", all);
}

#[test]
fn cards_of_other_headers() {
    let mut all = String::new();
    for (path, text) in [
        (
            ".claude/agents/new.md",
            "---\nname: new\ndescription: y\ntools: Read, Ba‸sh(git *)\n---\n\nText.\n",
        ),
        (
            ".claude/agents/new.md",
            "---\nname: new\ndescription: y\ntools: Read, Agent(x, Bui‸lder)\n---\n\nText.\n",
        ),
        (
            ".claude/agents/new.md",
            "---\nname: new\ndescription: y\ntools: Read, Agent(un‸known)\n---\n\nText.\n",
        ),
        (".claude/agents/new.md", "---\nname: new\ndescription: y\nmodel: so‸nnet\n---\n\nText.\n"),
        (".claude/agents/new.md", "---\nname: new\ndescription: y\npermission‸Mode: plan\n---\n\nText.\n"),
        (
            ".github/skills/x/SKILL.md",
            "---\nname: x\ndescription: y\nallowed-tools: mcp__wi‸ki__read_page\n---\n\nText.\n",
        ),
        (".github/instructions/x.instructions.md", "---\napply‸To: '**/*.md'\n---\n\nText.\n"),
        (".github/prompts/x.prompt.md", "---\ndescription: y\nagent: Bui‸lder\n---\n\nText.\n"),
        (".github/prompts/x.prompt.md", "---\ndescription: y\nmo‸de: agent\n---\n\nText.\n"),
        (".github/workflows/x.md", "---\non:\n  issues:\n    typ‸es: [opened]\n---\n\nText.\n"),
        (".github/workflows/x.md", "---\non: push\nengine: cop‸ilot\n---\n\nText.\n"),
        (".github/workflows/x.md", "---\non: push\npermissions: {issues: wr‸ite}\n---\n\nText.\n"),
        (".github/workflows/x.md", "---\non: push\nsafe-outputs:\n  dispatch-work‸flow: [a]\n---\n\nText.\n"),
        (".github/workflows/x.md", "---\non: push\nnetwork:\n  allowed:\n    - no‸de\n---\n\nText.\n"),
        (
            ".github/workflows/x.md",
            "---\non: push\nsafe-outputs:\n  dispatch-workflow: [fi‸x, y]\n---\n\nText.\n",
        ),
        (".github/workflows/x.md", "---\non: push\nimports: [../../docs/gui‸de.md]\n---\n\nText.\n"),
        (".github/workflows/x.md", "---\non: push\n---\n\nBy ${{ github.ac‸tor || secrets.X }}.\n"),
        (".github/workflows/x.md", "---\non: push\n---\n\nBy ${{ github.actor || secr‸ets.X }}.\n"),
        (
            ".github/workflows/x.md",
            "---\non:\n  workflow_dispatch:\n    inputs:\n      n: {description: A number}\n---\n${{ inputs.‸n }}\n",
        ),
    ] {
        let _ = writeln!(all, "== {text}\n{}\n", drawn(path, text));
    }
    insta::assert_snapshot!("other-headers", all);
}

#[test]
fn cards_of_settings() {
    let mut all = String::new();
    for text in [
        "cli‸ents = ['vscode']",
        "clients = ['vs‸code'",
        "[kno‸wn",
        "[known]\ntoo‸ls = [",
        "format.front‸matter = true",
        "rules = { \"link/missing‸-file\" = 'off' }",
        "[rules]\n'apply-to/‸*' = 'off'",
        "[rules]\n'apply-to/*' = 'o‸ff'",
        "[[overrides]]\npa‸ths = []",
        "[agents.mi‸ne]\npreset = 'codex'",
        "[agents.mine]\npreset = 'cod‸ex'",
        "[orchestrator]\nbackoff-fi‸rst = 2",
        "[orchestrator]\nsilence-time = 6‸0",
        "[review]\nplan-auditor‸ = 'x'",
        "excludes‸ = []",
        "# cli‸ents",
        "a.b.c‸ = 1",
        "clients = ‸",
    ] {
        let _ = writeln!(all, "== {text}\n{}\n", drawn("segue.toml", text));
    }
    insta::assert_snapshot!("settings", all);
}

#[test]
fn cards_of_a_body() {
    let prompt = ".github/prompts/new.prompt.md";
    let mut all = String::new();
    for (path, body) in [
        (AGENT, "Use #tool:search/code‸base."),
        (AGENT, "Use #tool:wiki/read_‸page."),
        (prompt, "On ${input:to‸pic:What about} and ${input:topic}."),
        (prompt, "On ${selec‸tion}."),
        (AGENT, "On ${input:to‸pic}."),
        (prompt, "Then /rele‸ase or /pdf."),
        (prompt, "Then /p‸df."),
        (prompt, "Ask @buil‸der."),
        (AGENT, "See [the guide](../../docs/gui‸de.md#setup)."),
        (AGENT, "See [the gu‸ide](../../docs/guide.md)."),
        (AGENT, "See [x][gu‸ide].\n\n[guide]: ../../docs/guide.md#other"),
        (AGENT, "# Here\n\nText\n\nSee [x](#he‸re)."),
        (AGENT, "See #file:../../docs/gui‸de.md"),
        (AGENT, "See [x](../../../outs‸ide.md)."),
        (AGENT, "See [x](https://exa‸mple.com)."),
        (AGENT, "See [x](../../docs/no‸ne.md)."),
        (AGENT, "`#tool:se‸arch`"),
    ] {
        let _ = writeln!(all, "== {body}\n{}\n", in_body(path, body));
    }
    insta::assert_snapshot!("body", all);
}

#[test]
fn half_typed_text_is_hovered_without_harm() {
    let text = "---\ntools: ['a', \"b\nhandoffs:\n- label: [x\n---\n\n[a](b#c ${input: @x /y #tool:";
    let mut host = Host::open(Arc::new(fixture::disk(WORKSPACE)), Options::default(), &|_| ());
    host.apply([Change::Buffer { path: AGENT.to_owned(), text: text.into(), version: None }]);
    let world = host.snapshot();
    let shown = shown::of_file(&world, AGENT, View { open: true, complete: true, editor: Answerers::NONE })
        .expect("shown");
    for offset in 0..=text.len() + 2 {
        let _ = at(&world, AGENT, &shown, u32::try_from(offset).expect("small"), Answerers::NONE);
    }
}

/// What VS Code says of a key, a model, an agent and a tool is not said again; who reads the key is.
#[test]
fn what_the_editor_explains_is_not_explained_again() {
    let editor = Answerers { prompts: true, markdown: true };
    let beside = |path, marked| drawn_beside(path, marked, editor);
    let key = beside(AGENT, "---\ndescri‸ption: X\n---\n");
    assert!(key.contains("| VS Code |") && !key.contains("What the agent does"), "{key}");
    let tool = beside(AGENT, "---\ndescription: X\ntools: [edit‸]\n---\n");
    assert!(!tool.contains("· set of tools"), "{tool}");
    let wrong = beside(AGENT, "---\ndescription: X\ntools: [serch‸]\n---\n");
    assert!(wrong.contains("tool/unknown"), "{wrong}");
    assert_eq!(beside(AGENT, "---\ndescription: X\n---\nSee #tool:edit‸.\n"), "nothing");
    assert_eq!(
        beside(".github/prompts/x.prompt.md", "---\ndescription: X\nagent: Buil‸der\n---\n"),
        "nothing"
    );
    let agents = beside(AGENT, "---\ndescription: X\nagents: [Buil‸der]\ntools: [agent]\n---\n");
    assert!(agents.contains("Builds what was planned"), "{agents}");
}
