//! One hover of each kind over the pipe: what stands at the place, its range, and which client reads it.

use crate::client::{Client, Folder, pull_capabilities};
use serde_json::{Value, json};
use std::fmt::Write;

const WORKSPACE: &str = "//- .github/agents/builder.agent.md
---
name: Builder
description: Builds what was planned
tools: ['edit', 'execute']
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
//- docs/guide.md
# Guide

## Setup

Run make.
//- src/main.ts
export {}
";

const AGENT: &str = ".github/agents/new.agent.md";
const PROMPT: &str = ".github/prompts/new.prompt.md";
const SKILL: &str = ".github/skills/new/SKILL.md";
const SUBAGENT: &str = ".claude/agents/new.md";

/// Kind, file, header with the cursor, body with the cursor. A description is there already.
const HOVERS: &[(&str, &str, &str, &str)] = &[
    ("key: every client reads it", AGENT, "mod‸el: GPT-5", ""),
    ("key: only VS Code reads it", AGENT, "hand‸offs: []", ""),
    ("key: VS Code ignores it", AGENT, "mcp-ser‸vers: {}", ""),
    ("key: nested", AGENT, "handoffs:\n  - la‸bel: Go\n    agent: Builder\n    prompt: x", ""),
    ("key: old, with its successor", PROMPT, "mo‸de: agent", ""),
    ("key: of an event", AGENT, "hooks:\n  PreTool‸Use:\n    - type: command\n      command: x", ""),
    ("key: of a hook", AGENT, "hooks:\n  PreToolUse:\n    - type: command\n      comm‸and: x", ""),
    ("key: of Claude Code", SUBAGENT, "permission‸Mode: plan", ""),
    ("key: nobody's", AGENT, "bogus‸: 1", ""),
    ("value: a word of the key", AGENT, "target: vs‸code", ""),
    (
        "value: one that VS Code alone reads is for it alone",
        AGENT,
        "target: vscode\ntools: ['search/code‸base']",
        "",
    ),
    ("tool: of VS Code", AGENT, "tools: ['search/code‸base']", ""),
    ("tool: of GitHub and Copilot CLI", AGENT, "tools: ['Ba‸sh']", ""),
    ("tool: an old name", AGENT, "tools: ['fet‸ch']", ""),
    ("tool: of a server", AGENT, "tools: ['wiki/read_‸page']", ""),
    ("tool: of Claude Code", SUBAGENT, "tools: Read, Ba‸sh(git *)", ""),
    ("set: that all read", AGENT, "tools: ['sea‸rch']", ""),
    ("set: not on GitHub", AGENT, "tools: ['we‸b']", ""),
    ("model: by its name", AGENT, "model: GPT-5.2 (cop‸ilot)", ""),
    ("model: a word of Claude Code", SUBAGENT, "model: so‸nnet", ""),
    ("agent: of the workspace", AGENT, "agents: ['Buil‸der']", ""),
    ("agent: built in", AGENT, "handoffs:\n  - label: Go\n    agent: as‸k\n    prompt: x", ""),
    ("agent: of a prompt", PROMPT, "agent: Buil‸der", ""),
    ("agent: in the text", PROMPT, "", "Ask @buil‸der."),
    ("glob: what it matches for whom", ".github/instructions/x.instructions.md", "applyTo: '**/*.t‸s'", ""),
    ("input: what is asked", PROMPT, "", "On ${input:to‸pic:What about} and ${input:topic}."),
    ("input: where nobody asks", AGENT, "", "On ${input:to‸pic}."),
    ("variable", PROMPT, "", "On ${selec‸tion}."),
    ("argument: in a skill", SKILL, "name: new", "On $ARGU‸MENTS."),
    ("prompt: by its slash", PROMPT, "", "Then /rele‸ase it."),
    ("skill: by its slash", PROMPT, "", "Then /p‸df."),
    ("tool: in the text", AGENT, "", "Use #tool:search/code‸base."),
    ("link: to a section", AGENT, "", "See [the guide](../../docs/gui‸de.md#setup)."),
    ("link: to a file", AGENT, "", "See [the gui‸de](../../docs/guide.md)."),
    ("link: by a label", AGENT, "", "See [x][gui‸de].\n\n[guide]: ../../docs/guide.md"),
    ("link: to nothing", AGENT, "", "See [x](../../docs/no‸ne.md)."),
    ("file: behind its word", AGENT, "", "See #file:../../docs/gui‸de.md"),
    ("nothing: in code", AGENT, "", "`#tool:sea‸rch`"),
    ("nothing: in a comment", AGENT, "# a comm‸ent", ""),
    ("nothing: in prose", AGENT, "", "Some te‸xt."),
    ("nothing: in a file of no kind", "README.md", "", "Use #tool:sea‸rch."),
];

fn drawn(hover: &Value) -> String {
    if hover.is_null() {
        return "nothing".to_owned();
    }
    let at = |at: &Value| format!("{}:{}", at["line"], at["character"]);
    let (range, contents) = (&hover["range"], &hover["contents"]);
    assert_eq!(contents["kind"], "markdown");
    format!("{}-{}\n{}", at(&range["start"]), at(&range["end"]), contents["value"].as_str().unwrap())
}

/// Guard: `outline::hover`; each kind is one of `hover::meaning`.
#[test]
fn each_kind_of_place_is_told_about() {
    let folder = Folder::new(WORKSPACE);
    let mut capabilities = pull_capabilities();
    capabilities["textDocument"]["hover"] = json!({ "contentFormat": ["markdown"] });
    let mut client = Client::on(&folder, capabilities);
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let mut all = String::new();
    for (title, path, header, body) in HOVERS {
        let marked = format!("---\ndescription: y\n{header}\n---\n\n{body}\n");
        let before = marked.split('‸').next().unwrap();
        let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
        let position = json!({ "line": before.matches('\n').count(), "character": character });
        let uri = folder.uri(path);
        client.open(&uri, 1, &marked.replacen('‸', "", 1));
        let params = json!({ "textDocument": { "uri": uri }, "position": position });
        let hover = client.request("textDocument/hover", params);
        assert_eq!(hover.is_null(), title.starts_with("nothing"), "{title}");
        let _ = writeln!(all, "== {title}\n{}\n", drawn(&hover));
        client.close(&uri);
    }
    insta::assert_snapshot!("hover", all);
}

/// Guard: `facts.markdown` in `outline::hover`.
#[test]
fn a_client_without_markdown_gets_plain_text() {
    let folder = Folder::new(WORKSPACE);
    let mut capabilities = pull_capabilities();
    capabilities["textDocument"]["hover"] = json!({ "contentFormat": ["plaintext"] });
    let mut client = Client::on(&folder, capabilities);
    let uri = folder.uri(AGENT);
    client.open(&uri, 1, "---\ndescription: y\nmodel: GPT-5\n---\n\nText.\n");
    let at = json!({ "textDocument": { "uri": uri }, "position": { "line": 2, "character": 2 } });
    let hover = client.request("textDocument/hover", at);
    assert_eq!(hover["contents"]["kind"], "plaintext");
}
