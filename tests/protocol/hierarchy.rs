//! Who leads to whom, and what is drawn around the text.

use crate::client::{Client, Folder, pull_capabilities};
use serde_json::{Value, json};

const LEAD: &str = ".github/agents/lead.agent.md";
const WORKER: &str = ".github/agents/worker.agent.md";

const FILES: &str = "//- .github/agents/lead.agent.md
---
name: Lead
description: x
agents: [worker]
---
Ask @worker for [the steps](../skills/deploy/SKILL.md#steps).
//- .github/agents/worker.agent.md
---
description: x
---
# Work
Text.
//- .github/skills/deploy/SKILL.md
---
name: deploy
description: x
---
# Steps
Hello world
//- .github/prompts/go.prompt.md
---
description: x
agent: Lead
---
Go.
//- .github/instructions/a.instructions.md
---
description: x
applyTo: '**/*.ts'
---
See [work](../agents/worker.agent.md#work).
//- a.ts
";

fn prepared(client: &mut Client, uri: &str, line: u32, character: u32) -> Value {
    let params =
        json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } });
    client.request("textDocument/prepareCallHierarchy", params)
}

fn names(calls: &Value, end: &str) -> Vec<String> {
    let name = |call: &Value| call[end]["name"].as_str().unwrap().to_owned();
    calls.as_array().unwrap().iter().map(name).collect()
}

/// Guard: `hierarchy::told` waits for the scan; `calls`.
#[test]
fn calls_lead_from_prompts_to_agents_to_skills_and_back() {
    let folder = Folder::new(FILES);
    let mut client = Client::pull(&folder);
    // Asked before anything can be known: the answers wait.
    let lead = prepared(&mut client, &folder.uri(LEAD), 5, 0);
    assert_eq!(lead.as_array().unwrap().len(), 1);
    let lead = &lead[0];
    assert_eq!((lead["name"].as_str(), lead["detail"].as_str()), (Some("Lead"), Some(LEAD)));
    assert_eq!(lead["selectionRange"]["start"], json!({ "line": 1, "character": 6 }));
    let calls = client.request("callHierarchy/outgoingCalls", json!({ "item": lead }));
    assert_eq!(names(&calls, "to"), ["worker", "deploy"]);
    let starts: Vec<&Value> =
        calls[0]["fromRanges"].as_array().unwrap().iter().map(|r| &r["start"]).collect();
    assert_eq!(starts, [&json!({ "line": 3, "character": 9 }), &json!({ "line": 5, "character": 5 })]);
    let callers = client.request("callHierarchy/incomingCalls", json!({ "item": lead }));
    assert_eq!(names(&callers, "from"), ["go"]);
    // At a name, who has it is meant; the callers are of all kinds.
    let worker = prepared(&mut client, &folder.uri(LEAD), 5, 6);
    assert_eq!(worker[0]["uri"], folder.uri(WORKER));
    let callers = client.request("callHierarchy/incomingCalls", json!({ "item": worker[0] }));
    assert_eq!(names(&callers, "from"), ["Lead", "a"]);
    // An unsaved caller counts.
    let go = folder.uri(".github/prompts/go.prompt.md");
    client.open(&go, 1, "---\ndescription: x\nagent: worker\n---\nGo.\n");
    let callers = client.request("callHierarchy/incomingCalls", json!({ "item": worker[0] }));
    assert_eq!(names(&callers, "from"), ["Lead", "a", "go"]);
    assert_eq!(prepared(&mut client, &folder.uri("a.ts"), 0, 0), Value::Null);
}

fn started(folder: &Folder, settings: Value, more: Value) -> Client {
    let mut capabilities = pull_capabilities();
    capabilities["workspace"]["codeLens"] = json!({ "refreshSupport": true });
    capabilities["workspace"]["inlayHint"] = json!({ "refreshSupport": true });
    capabilities["experimental"] = more;
    let mut client = Client::on(folder, capabilities);
    client.settings = settings;
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "segue": client.settings } }));
    client
}

fn lenses(client: &mut Client, uri: &str) -> Value {
    client.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri } }))
}

/// Guard: `Views::of`, `views::resolve_lens`, `views::refresh` in the publisher.
#[test]
fn lenses_count_uses_where_they_are_wanted() {
    let folder = Folder::new(FILES);
    let peek = json!({ "commands": { "commands": ["segue.peekLocations"] } });
    let mut client = started(&folder, json!({ "lens": { "uses": true } }), peek);
    let uri = folder.uri(WORKER);
    client.open(&uri, 1, &folder.read(WORKER));
    let found = lenses(&mut client, &uri);
    assert_eq!(found.as_array().unwrap().len(), 2);
    assert!(found[0].get("command").is_none(), "counted later");
    let own = client.request("codeLens/resolve", found[0].clone());
    assert_eq!(own["command"]["title"], "used 3 times by primitives");
    assert_eq!(own["command"]["command"], "segue.peekLocations");
    assert_eq!(own["command"]["arguments"][2][0]["uri"], folder.uri(LEAD));
    let heading = client.request("codeLens/resolve", found[1].clone());
    assert_eq!(heading["command"]["title"], "used once by primitives");
    assert_eq!(heading["range"]["start"]["line"], 3);
    // An agent comes: the client is told to ask again.
    let before = client.redrawn.get("workspace/codeLens/refresh").copied().unwrap_or_default();
    let new = folder.uri(".github/agents/new.agent.md");
    client.open(&new, 1, "---\ndescription: x\nagents: [worker]\n---\nText.\n");
    client.wait_for("new lenses", |client| {
        client.redrawn.get("workspace/codeLens/refresh").is_some_and(|count| *count > before)
    });
    let own = client.request("codeLens/resolve", found[0].clone());
    assert_eq!(own["command"]["title"], "used 4 times by primitives");
}

/// Guard: `views::show_uses`.
#[test]
fn a_lens_shows_a_page_where_the_editor_has_no_command_for_it() {
    let folder = Folder::new(FILES);
    let mut client = started(&folder, json!({ "lens": { "uses": true } }), Value::Null);
    let uri = folder.uri(WORKER);
    let found = lenses(&mut client, &uri);
    let own = client.request("codeLens/resolve", found[0].clone());
    let command = &own["command"];
    client.request(
        "workspace/executeCommand",
        json!({ "command": command["command"], "arguments": command["arguments"] }),
    );
    client.wait_for("the page", |client| !client.shown.is_empty());
    let page = client.shown[0]["message"].as_str().unwrap();
    assert!(page.contains(&format!("- `{LEAD}:4`\n- `{LEAD}:6`")), "{page}");
}

/// Guard: `lenses::context_title`, `views::context`.
#[test]
fn a_lens_says_what_comes_along_and_opens_the_page() {
    let folder = Folder::new("//- a.prompt.md\nRead [b](b.memory.md).\n//- b.memory.md\n# B\n");
    let mut client = started(&folder, json!({ "lens": { "context": true } }), Value::Null);
    let uri = folder.uri("a.prompt.md");
    client.open(&uri, 1, "Read [b](b.memory.md), at last.\n");
    let found = lenses(&mut client, &uri);
    assert_eq!(found.as_array().unwrap().len(), 1);
    let command = client.request("codeLens/resolve", found[0].clone())["command"].clone();
    assert_eq!(command["title"], "14 tokens with its links: 2 files");
    let run = json!({ "command": command["command"], "arguments": command["arguments"] });
    client.request("workspace/executeCommand", run);
    client.wait_for("the page", |client| !client.shown.is_empty());
    let page = client.shown[0]["message"].as_str().unwrap();
    assert!(page.contains("## With its links: 2 files, 14 tokens"), "{page}");
}

/// Guard: `Views::of`, `views::inlay_hints`.
#[test]
fn hints_are_shown_where_they_are_wanted() {
    let folder = Folder::new(FILES);
    let mut client = started(&folder, json!({}), Value::Null);
    let uri = folder.uri(".github/instructions/a.instructions.md");
    let text = folder.read(".github/instructions/a.instructions.md");
    client.open(&uri, 1, &text);
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let params = json!({ "textDocument": { "uri": uri }, "range": whole });
    assert_eq!(client.request("textDocument/inlayHint", params.clone()), Value::Null);
    assert_eq!(lenses(&mut client, &uri), Value::Null);
    client.settings = json!({ "inlay": { "tokens": true, "matches": true } });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "segue": client.settings } }));
    client.wait_for("new hints", |client| client.redrawn.contains_key("workspace/inlayHint/refresh"));
    let hints = client.request("textDocument/inlayHint", params);
    let told: Vec<_> =
        hints.as_array().unwrap().iter().map(|hint| (&hint["label"], &hint["position"])).collect();
    assert_eq!(
        told,
        [
            (&json!("1 file"), &json!({ "line": 2, "character": 17 })),
            (&json!("5 tokens"), &json!({ "line": 4, "character": 42 })),
        ]
    );
}
