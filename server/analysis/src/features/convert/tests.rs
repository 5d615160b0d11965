//! What a user sees of conversions: the texts that come out, and that a second time changes nothing.

use super::{Conversion, Reads, Refusal, To, convert, targets};
use crate::changes::Changes;
use crate::fixture::{self, MemoryDisk};
use crate::{Host, Options, World};
use std::sync::Arc;

fn world(files: &str) -> World {
    let disk = MemoryDisk::default();
    for file in fixture::files(files, "1") {
        disk.write(&file.path, file.text);
    }
    Host::open(Arc::new(disk), Options::default(), &|_| ()).snapshot().as_ref().clone()
}

fn converted(world: &World, path: &str, to: &str) -> Result<Conversion, Refusal> {
    let id = world.id(path).expect("the file");
    convert(world, id, To::from_name(to).expect("a target"))
}

/// The workspace's texts after a conversion, changed ones only.
fn after(files: &str, path: &str, to: &str) -> String {
    let world = world(files);
    let conversion = converted(&world, path, to).expect("a conversion");
    let read = |path: &str| world.id(path).and_then(|id| world.text(id)).map(|text| text.to_string());
    let texts = conversion.changes.outcome(&read).expect("steps that fit");
    let mut shown = String::new();
    for (path, text) in texts {
        match text {
            Some(text) => shown.push_str(&format!("//- {path}\n{text}")),
            None => shown.push_str(&format!("//- {path} (gone)\n")),
        }
    }
    for said in conversion.lost {
        shown.push_str(&format!("lost: {said}\n"));
    }
    for said in conversion.look_at {
        shown.push_str(&format!("look: {said}\n"));
    }
    shown
}

#[test]
fn a_chat_mode_moves_and_links_follow() {
    let files = "//- .github/chatmodes/tester.chatmode.md\n---\ndescription: Tests\n---\nSee [it](./lead.chatmode.md) and [docs](../../docs/a.md#x).\n\
        //- .github/chatmodes/lead.chatmode.md\n---\ndescription: Leads\n---\nLead.\n\
        //- docs/a.md\n# X\n\
        //- AGENTS.md\nAsk the [tester](.github/chatmodes/tester.chatmode.md).\n";
    insta::assert_snapshot!(after(files, ".github/chatmodes/tester.chatmode.md", "agent"), @r"
    //- .github/agents/tester.agent.md
    ---
    description: Tests
    ---
    See [it](../chatmodes/lead.chatmode.md) and [docs](../../docs/a.md#x).
    //- .github/chatmodes/tester.chatmode.md (gone)
    //- AGENTS.md
    Ask the [tester](.github/agents/tester.agent.md).
    ");
}

#[test]
fn a_prompt_becomes_a_skill_and_what_is_lost_is_told() {
    let files = "//- .github/prompts/Fix It.prompt.md\n---\n# how to fix\nmode: agent\ntools:\n  - search\n  - edit\ndescription: Fixes it\nmodel: GPT-5\n---\n\
        Fix ${input:what} as [told](../../docs/a.md).\n\
        //- docs/a.md\n# X\n";
    insta::assert_snapshot!(after(files, ".github/prompts/Fix It.prompt.md", "skill"), @r"
    //- .github/prompts/Fix It.prompt.md (gone)
    //- .github/skills/fix-it/SKILL.md
    ---
    name: fix-it
    disable-model-invocation: true
    # how to fix
    # mode: agent
    # tools:
    #   - search
    #   - edit
    description: Fixes it
    # model: GPT-5
    ---
    Fix ${input:what} as [told](../../../docs/a.md).
    lost: Skills have no `mode`; it stays as a comment.
    lost: Skills have no `tools`; it stays as a comment.
    lost: Skills have no `model`; it stays as a comment.
    lost: `${input:what}` is plain text in a skill.
    look: Only people start it, as before; without `disable-model-invocation` models may too.
    look: It is called `/fix-it` now; it was `/Fix-It`.
    ");
}

#[test]
fn a_prompt_without_a_header_gets_one() {
    let files = "//- .github/prompts/a.prompt.md\n# Explain\n\nExplain it.\n";
    insta::assert_snapshot!(after(files, ".github/prompts/a.prompt.md", "skill"), @r"
    //- .github/prompts/a.prompt.md (gone)
    //- .github/skills/a/SKILL.md
    ---
    name: a
    description: Explain
    disable-model-invocation: true
    ---

    # Explain

    Explain it.
    look: The description was made from the first heading: say when to use it.
    look: Only people start it, as before; without `disable-model-invocation` models may too.
    ");
}

const AGENT: &str = "//- .github/agents/code-lead.agent.md\n---\nname: Code Lead\ndescription: Leads\n\
    tools: ['codebase', 'edit/editFiles', 'github/*', 'ms.azure/plan']\nmodel: [GPT-5, Claude Opus 4.6 (copilot)]\n\
    handoffs:\n  - label: Go\n    agent: agent\n    prompt: Go\n---\nLead. See [b](./b.agent.md).\n\
    //- .github/agents/b.agent.md\n---\ndescription: B\n---\nB\n";

#[test]
fn an_agent_of_copilot_for_claude_and_a_second_time_changes_nothing() {
    let path = ".github/agents/code-lead.agent.md";
    insta::assert_snapshot!(after(AGENT, path, "claude"), @r"
    //- .claude/agents/code-lead.md
    ---
    name: code-lead
    description: Leads
    tools: Glob, Grep, Edit, mcp__github
    model: opus
    # handoffs:
    #   - label: Go
    #     agent: agent
    #     prompt: Go
    ---
    Lead. See [b](../../.github/agents/b.agent.md).
    lost: Claude Code has no counterpart of `ms.azure/plan`.
    lost: `handoffs` means nothing to Claude Code; it stays as a comment.
    ");
    let first = world(AGENT);
    let conversion = converted(&first, path, "claude").expect("a conversion");
    let Some((new, text)) = conversion.changes.creates.iter().next() else { panic!("one file") };
    let again = world(&format!("{AGENT}//- {new}\n{text}"));
    assert_eq!(converted(&again, path, "claude").expect("a conversion").changes, Changes::default());
    let other = world(&format!("{AGENT}//- {new}\nSomething else.\n"));
    assert_eq!(converted(&other, path, "claude"), Err(Refusal::Taken(new.to_string())));
}

#[test]
fn whom_an_agent_may_start_goes_along_both_ways() {
    let files = "//- .github/agents/lead.agent.md\n---\nname: lead\ndescription: Leads\ntools: ['read', 'agent']\n\
        agents: ['Doc Writer', tester]\n---\nUse #tool:search/codebase and `#tool:web`.\n";
    insta::assert_snapshot!(after(files, ".github/agents/lead.agent.md", "claude"), @r"
    //- .claude/agents/lead.md
    ---
    name: lead
    description: Leads
    tools: Read, Agent(doc-writer, tester)
    ---
    Use #tool:search/codebase and `#tool:web`.
    lost: `#tool:search/codebase` is plain text to Claude Code.
    look: `Agent(doc-writer, tester)` names the agents as they are called once they are subagents too, and limits only an agent that a session runs as.
    ");
    let files = "//- .claude/agents/lead.md\n---\nname: lead\ndescription: Leads\ntools: Read, Agent(doc-writer, tester)\n---\nLead.\n";
    insta::assert_snapshot!(after(files, ".claude/agents/lead.md", "vscode"), @r"
    //- .github/agents/lead.agent.md
    ---
    name: lead
    description: Leads
    tools: ['read', 'agent']
    agents: ['doc-writer', 'tester']
    ---
    Lead.
    ");
}

#[test]
fn an_agent_of_claude_for_copilot() {
    let files = "//- .claude/agents/checker.md\n---\nname: checker\ndescription: >\n  Checks.\n  All.\n\
        tools: Read, Grep, Bash(git *), LSP\nmodel: sonnet\ncolor: red\neffort: high\n---\nCheck.\n";
    insta::assert_snapshot!(after(files, ".claude/agents/checker.md", "vscode"), @r"
    //- .github/agents/checker.agent.md
    ---
    name: checker
    description: >
      Checks.
      All.
    tools: ['read', 'search', 'execute']
    model: Claude Sonnet 4.5 (copilot)
    # color: red
    reasoning-effort: high
    ---
    Check.
    lost: Copilot has no counterpart of `LSP`.
    lost: Copilot cannot limit `Bash(git *)`: the whole tool is granted.
    lost: `color` means nothing to Copilot; it stays as a comment.
    ");
    let files = "//- .claude/agents/a.md\n---\nname: a\ndescription: A\ndisallowedTools: Write, Edit\nmodel: inherit\n---\nA\n";
    insta::assert_snapshot!(after(files, ".claude/agents/a.md", "github"), @r"
    //- .github/agents/a.agent.md
    ---
    name: a
    description: A
    tools: ['execute', 'read', 'search', 'agent', 'web', 'todo']
    ---
    A
    lost: Copilot has no `disallowedTools`: `tools` lists all others instead, and no server's.
    ");
}

#[test]
fn a_list_that_loses_all_its_names_grants_nothing() {
    let files = "//- .github/agents/a.agent.md\n---\ndescription: A\ntools: ['ms.azure/plan']\n---\nA\n";
    assert!(after(files, ".github/agents/a.agent.md", "claude").contains("\ntools: []\n"));
    let files = "//- .github/agents/a.agent.md\n---\ndescription: A\ntools: ['*']\n---\nA\n";
    assert!(after(files, ".github/agents/a.agent.md", "claude").contains("\n# tools: ['*']\n"));
}

#[test]
fn line_ends_and_the_mark_stay() {
    let files =
        "//- .github/agents/a.agent.md\n\u{feff}---\r\ndescription: A\r\ntools: ['read']\r\n---\r\nA\r\n";
    assert_eq!(
        after(files, ".github/agents/a.agent.md", "claude"),
        "//- .claude/agents/a.md\n\u{feff}---\r\nname: a\r\ndescription: A\r\ntools: Read\r\n---\r\nA\r\n"
    );
}

/// Old Macs end lines by a character of their own.
#[test]
fn line_ends_of_old_macs_are_line_ends() {
    let files = "//- .github/prompts/a.prompt.md\n---\rdescription: A\rtools:\r  - read\r---\rA\r";
    let out = after(files, ".github/prompts/a.prompt.md", "skill");
    let header =
        "---\rname: a\rdisable-model-invocation: true\rdescription: A\r# tools:\r#   - read\r---\rA\r";
    assert!(out.contains(header), "{out:?}");
}

#[test]
fn a_description_of_nothing_is_made_from_the_name() {
    let out = after("//- .github/agents/quiet.agent.md\nText.\n", ".github/agents/quiet.agent.md", "claude");
    assert!(out.contains("\ndescription: quiet\n"), "{out}");
    assert!(
        out.contains("look: The description was made from the file's name: say when to use it."),
        "{out}"
    );
}

#[test]
fn servers_are_copied_once() {
    let source = "//- .vscode/mcp.json\n{\n  // ours\n  \"inputs\": [{ \"id\": \"docs-key\", \"type\": \"promptString\" }],\n  \"servers\": {\n\
        \"docs\": { \"command\": \"npx\", \"args\": [\"-y\", \"${workspaceFolder}/x\"], \"env\": { \"K\": \"${input:docs-key}\", \"N\": 3 }, \"dev\": {} },\n\
        \"web\": { \"url\": \"https://a.dev/${env:TEAM}\", \"oauth\": { \"clientId\": \"segue\", \"enterpriseManaged\": true } },\n  }\n}\n";
    let out = after(source, ".vscode/mcp.json", "claude");
    insta::assert_snapshot!(out, @r#"
    //- .mcp.json
    {
      "mcpServers": {
        "docs": {
          "command": "npx",
          "args": [
            "-y",
            "./x"
          ],
          "env": {
            "K": "${DOCS_KEY}",
            "N": "3"
          }
        },
        "web": {
          "type": "http",
          "url": "https://a.dev/${TEAM}",
          "oauth": {
            "clientId": "segue"
          },
          "oauthClientId": "segue"
        }
      }
    }
    lost: `docs`: `dev` is VS Code's own.
    lost: `web`: `oauth.enterpriseManaged` is VS Code's own.
    look: Nobody asks for `docs-key`: set the environment variable `DOCS_KEY`.
    "#);
    let made = out.split("lost:").next().unwrap_or_default();
    let again = world(&format!("{source}{made}"));
    assert_eq!(
        converted(&again, ".vscode/mcp.json", "claude").expect("a conversion").changes,
        Changes::default()
    );
    let beside =
        format!("{source}//- .mcp.json\n{{ \"mcpServers\": {{ \"web\": {{ \"command\": \"x\" }} }} }}\n");
    let out = after(&beside, ".vscode/mcp.json", "claude");
    assert!(out.contains("{ \"mcpServers\": { \"web\": { \"command\": \"x\" },\n    \"docs\": {"), "{out}");
    assert!(out.contains("`web` is in `.mcp.json` already"), "{out}");
    let text: String = out.lines().skip(1).take_while(|line| !line.starts_with("lost")).collect();
    serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
}

#[test]
fn the_bridge_for_claude() {
    let agents = "//- AGENTS.md\n# Rules\n";
    assert_eq!(after(agents, "AGENTS.md", "claude"), "//- CLAUDE.md\n@AGENTS.md\n");
    let beside = format!("{agents}//- CLAUDE.md\n# Mine\n");
    assert_eq!(after(&beside, "AGENTS.md", "claude"), "//- CLAUDE.md\n@AGENTS.md\n\n# Mine\n");
    for bridged in ["//- CLAUDE.md\n@AGENTS.md\n", "//- .claude/CLAUDE.md\nSee\n\n@../AGENTS.md\n"] {
        assert_eq!(after(&format!("{agents}{bridged}"), "AGENTS.md", "claude"), "");
    }
}

#[test]
fn what_cannot_be_converted_is_refused_with_a_reason() {
    let broken = world("//- .github/agents/a.agent.md\n---\ndescription: A\n");
    assert!(matches!(converted(&broken, ".github/agents/a.agent.md", "claude"), Err(Refusal::Header(_))));
    let skill = world("//- .github/skills/a/SKILL.md\n---\nname: a\ndescription: A\n---\nA\n");
    assert_eq!(converted(&skill, ".github/skills/a/SKILL.md", "skill"), Err(Refusal::Already));
    let refused = converted(&skill, ".github/skills/a/SKILL.md", "agent").expect_err("no way");
    assert_eq!(refused.to_string(), "there is no conversion of a skill to `agent`");
    assert_eq!(targets(&skill, skill.id(".github/skills/a/SKILL.md").expect("it")), []);
}

#[test]
fn a_configuration_of_servers_has_readers_too() {
    let files = "//- .vscode/mcp.json\n{ \"servers\": {} }\n//- .mcp.json\n{ \"mcpServers\": {} }\n";
    let world = world(files);
    let reads = |path: &str| -> Vec<Reads> {
        let views = super::portability(&world, world.id(path).expect("it"));
        views.iter().map(|view| view.reads).collect()
    };
    let (here, elsewhere, never) = (Reads::Here, Reads::Elsewhere, Reads::Never);
    assert_eq!(reads(".vscode/mcp.json"), [here, elsewhere, never, elsewhere]);
    assert_eq!(reads(".mcp.json"), [elsewhere, here, never, here]);
}

#[test]
fn each_client_makes_something_else_of_a_file() {
    let files = "//- .github/agents/a.agent.md\n---\ndescription: A\ntools: ['search/codebase', 'web', 'Bash', 'x/*']\nhandoffs: []\ncolor: red\n---\nA\n";
    let world = world(files);
    let views = super::portability(&world, world.id(".github/agents/a.agent.md").expect("it"));
    let shown: Vec<String> = views
        .iter()
        .map(|view| {
            format!(
                "{} {:?} {:?} {:?}",
                view.client.name(),
                view.reads,
                view.ignored_keys,
                view.ignored_tools
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "vscode Here [\"color\"] [\"Bash\"]",
            "copilot-cli Here [\"handoffs\", \"color\"] [\"search/codebase\"]",
            "github Here [\"handoffs\", \"color\"] [\"search/codebase\", \"web\"]",
            "claude Never [] []",
        ]
    );
}
