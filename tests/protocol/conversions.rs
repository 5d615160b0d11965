//! Conversions as an editor sees them.

use crate::client::{Client, Folder, pull_capabilities};
use serde_json::{Value, json};

const CHAT_MODE: &str = ".github/chatmodes/tester.chatmode.md";
const FILES: &str = "\
//- .github/chatmodes/tester.chatmode.md
---
description: Tests
tools: ['codebase', 'fetch', 'read']
---
See [the lead](./lead.chatmode.md) and [nothing](./gone.md).
//- .github/chatmodes/lead.chatmode.md
---
description: Leads
tools: ['usages']
---
Ask the [tester](./tester.chatmode.md).
";

fn capabilities(operations: &[&str], apply: bool) -> Value {
    let mut capabilities = pull_capabilities();
    capabilities["workspace"]["workspaceEdit"]["resourceOperations"] = json!(operations);
    capabilities["workspace"]["applyEdit"] = json!(apply);
    capabilities
}

fn actions(client: &mut Client, uri: &str, line: u64, character: u64, only: Option<&str>) -> Vec<Value> {
    client.actions(uri, line, character, only)
}

fn begin(folder: &Folder, capabilities: Value) -> (Client, String) {
    let mut client = Client::on(folder, capabilities);
    let uri = folder.uri(CHAT_MODE);
    client.open(&uri, 7, &folder.read(CHAT_MODE));
    // A missing file is told when the whole workspace is known.
    client.pull_until(&uri, |report| Client::codes(report).contains(&"link/missing-file".to_owned()));
    (client, uri)
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

/// Guard: the order of the changes: edits for the version that was looked at, then the move.
#[test]
fn a_chat_mode_moves_in_one_edit_that_can_be_undone() {
    let folder = Folder::new(FILES);
    let (mut client, uri) = begin(&folder, capabilities(&["create", "rename"], false));
    let found = actions(&mut client, &uri, 0, 0, Some("refactor"));
    assert_eq!(titles(&found), ["Convert to a custom agent", "Convert to a Claude subagent"]);
    assert_eq!(found[0]["kind"], "refactor.rewrite");
    let moved = folder.uri(".github/agents/tester.agent.md");
    let changes = found[0]["edit"]["documentChanges"].as_array().unwrap();
    assert_eq!(changes.len(), 3, "{changes:?}");
    assert_eq!(changes[0]["textDocument"]["uri"], folder.uri(".github/chatmodes/lead.chatmode.md"));
    assert_eq!(changes[0]["edits"][0]["newText"], "../agents/tester.agent.md");
    assert_eq!(changes[1]["textDocument"], json!({ "uri": uri, "version": 7 }));
    assert_eq!(changes[1]["edits"][0]["newText"], "../chatmodes/lead.chatmode.md");
    assert_eq!(changes[2], json!({ "kind": "rename", "oldUri": uri, "newUri": moved }));
    // In the body nobody is bothered with it.
    assert_eq!(titles(&actions(&mut client, &uri, 4, 1, Some("refactor"))), [""; 0]);
}

/// Guard: `renames_files`, `creates_files`.
#[test]
fn an_editor_that_cannot_move_files_is_offered_no_move() {
    let folder = Folder::new(FILES);
    let (mut client, uri) = begin(&folder, capabilities(&["create"], false));
    let found = actions(&mut client, &uri, 0, 0, Some("refactor"));
    assert_eq!(titles(&found), ["Convert to a Claude subagent"]);
    let changes = found[0]["edit"]["documentChanges"].as_array().unwrap();
    assert_eq!(changes[0], json!({ "kind": "create", "uri": folder.uri(".claude/agents/tester.md") }));
    assert!(
        changes[1]["edits"][0]["newText"].as_str().unwrap().contains("tools: Glob, Grep, WebFetch, Read\n")
    );
}

/// Guard: `rename_tools`.
#[test]
fn old_tool_names_are_replaced_in_a_file_and_everywhere() {
    let folder = Folder::new(FILES);
    let (mut client, uri) = begin(&folder, capabilities(&[], true));
    let found = actions(&mut client, &uri, 2, 10, Some("quickfix"));
    let file =
        found.iter().find(|action| action["title"] == "Replace all old tool names in this file").unwrap();
    let edits = file["edit"]["documentChanges"][0]["edits"].as_array().unwrap();
    let new: Vec<&str> = edits.iter().map(|edit| edit["newText"].as_str().unwrap()).collect();
    assert_eq!(new, ["search/codebase", "web/fetch"]);
    let all =
        found.iter().find(|action| action["title"].as_str().unwrap().contains("whole workspace")).unwrap();
    let command = &all["command"];
    client.request(
        "workspace/executeCommand",
        json!({ "command": command["command"], "arguments": command["arguments"] }),
    );
    client.wait_for("the edit and a word about it", |client| {
        !client.applied.is_empty() && !client.shown.is_empty()
    });
    let changed = client.applied[0]["documentChanges"].as_array().unwrap();
    assert_eq!(changed.len(), 2, "{changed:?}");
    assert_eq!(changed[0]["edits"][0]["newText"], "search/usages");
    assert_eq!(changed[1]["textDocument"], json!({ "uri": uri, "version": 7 }));
    assert_eq!(client.shown[0]["message"], "Old tool names were replaced in 2 files.");
}
