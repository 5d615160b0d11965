//! What an editor draws and looks through: workspace symbols, growing selections, colours.

use crate::client::{Client, Folder, pull_capabilities};
use serde_json::{Value, json};

const AGENTS: &str = "//- .github/agents/plan.agent.md
---
name: Planner
description: x
tools: [codebase]
agents: [Builder]
---
# Plan é😀 the [work](../../docs/a.md)

Ask @builder for #tool:search.
//- .github/agents/build.agent.md
---
name: Builder
description: x
---
# Build
";

const PLAN: &str = ".github/agents/plan.agent.md";

fn names(symbols: &Value) -> Vec<String> {
    let list = symbols.as_array().unwrap().iter();
    list.map(|symbol| symbol["name"].as_str().unwrap().to_owned()).collect()
}

/// Guard: `until_ready` in `search::symbols`; the first question may come before the scan is done.
#[test]
fn symbols_of_the_workspace_are_complete_from_the_first_question_on() {
    let many: String = (0..400).map(|n| format!("//- docs/n{n}.memory.md\n# Note {n}\n")).collect();
    let folder = Folder::new(&format!("{AGENTS}{many}"));
    let mut client = Client::pull(&folder);
    let found = client.request("workspace/symbol", json!({ "query": "build" }));
    assert_eq!(names(&found), ["Builder", "Build"], "the agent, then its heading");
    assert_eq!(found[0]["containerName"], ".github/agents/build.agent.md");
    assert_eq!(found[0]["location"]["uri"], folder.uri(".github/agents/build.agent.md"));
    assert_eq!(found[0]["location"]["range"]["start"], json!({ "line": 1, "character": 6 }));
    let found = client.request("workspace/symbol", json!({ "query": "note" }));
    assert_eq!(names(&found).len(), 128, "bounded");
    // An unsaved heading is found, a deleted one is not.
    let uri = folder.uri(".github/agents/build.agent.md");
    client.open(&uri, 1, "---\ndescription: x\n---\n\n# Unsaved\n");
    let found = client.request("workspace/symbol", json!({ "query": "unsaved" }));
    assert_eq!(found[0]["location"]["range"]["start"]["line"], 4);
    assert!(names(&client.request("workspace/symbol", json!({ "query": "Builder" }))).is_empty());
}

/// Guard: `resolves_symbols` in `search::rendered`; `search::resolve`.
#[test]
fn places_of_symbols_are_told_later_where_the_client_takes_that() {
    let folder = Folder::new(AGENTS);
    let mut capabilities = pull_capabilities();
    capabilities["workspace"]["symbol"] = json!({ "resolveSupport": { "properties": ["location.range"] } });
    let mut client = Client::on(&folder, capabilities);
    let found = client.request("workspace/symbol", json!({ "query": "planner" }));
    assert_eq!(found[0]["location"], json!({ "uri": folder.uri(PLAN) }));
    let whole = client.request("workspaceSymbol/resolve", found[0].clone());
    assert_eq!(whole["location"]["range"]["start"], json!({ "line": 1, "character": 6 }));
    assert_eq!(whole["location"]["range"]["end"], json!({ "line": 1, "character": 13 }));
}

fn selected(client: &mut Client, uri: &str, line: u32, character: u32, text: &str) -> Vec<String> {
    let params = json!({ "textDocument": { "uri": uri },
        "positions": [{ "line": line, "character": character }, { "line": 0, "character": 0 }] });
    let answer = client.request("textDocument/selectionRange", params);
    assert_eq!(answer.as_array().unwrap().len(), 2, "one a position");
    let mut steps = Vec::new();
    let mut at = &answer[0];
    while at.is_object() {
        steps.push(cut(text, &at["range"]));
        at = &at["parent"];
    }
    steps
}

fn cut(text: &str, range: &Value) -> String {
    let offset = |at: &Value| {
        let line = usize::try_from(at["line"].as_u64().unwrap()).unwrap();
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let units: Vec<u16> = text[start..].encode_utf16().collect();
        let character = usize::try_from(at["character"].as_u64().unwrap()).unwrap();
        start + String::from_utf16(&units[..character]).unwrap().len()
    };
    text[offset(&range["start"])..offset(&range["end"])].to_owned()
}

/// Guard: `Trees::grown` takes the edits in; `EditLog::note` in `Documents::change`.
#[test]
fn a_selection_grows_also_after_edits() {
    let folder = Folder::new(AGENTS);
    let mut client = Client::pull(&folder);
    let (uri, text) = (folder.uri(PLAN), folder.read(PLAN));
    client.open(&uri, 1, &text);
    let steps = selected(&mut client, &uri, 6, 19, &text);
    assert_eq!(steps[..3], ["work", "[work](../../docs/a.md)", "Plan é😀 the [work](../../docs/a.md)"]);
    assert_eq!(*steps.last().unwrap(), text);
    // Typed in above, in two notifications; the tree of before is brought after them.
    let at = json!({ "line": 6, "character": 0 });
    let top = json!({ "range": { "start": at, "end": at }, "text": "> quoted\n\n" });
    client.change(&uri, 2, json!([top]));
    let below = json!({ "line": 10, "character": 0 });
    client.change(&uri, 3, json!([{ "range": { "start": below, "end": below }, "text": "- item 😀 one\n" }]));
    let now = text.replace("# Plan", "> quoted\n\n# Plan").replace("Ask", "- item 😀 one\nAsk");
    let steps = selected(&mut client, &uri, 10, 11, &now);
    assert_eq!(steps[0], "one");
    assert!(steps.contains(&"- item 😀 one\nAsk @builder for #tool:search.".to_owned()), "{steps:?}");
    assert_eq!(*steps.last().unwrap(), now);
    client.change(&uri, 4, json!([{ "text": "alone" }]));
    assert_eq!(selected(&mut client, &uri, 9, 9, "alone"), ["alone"]);
}

fn with_colours() -> Value {
    let mut capabilities = pull_capabilities();
    capabilities["workspace"]["semanticTokens"] = json!({ "refreshSupport": true });
    capabilities
}

/// Tokens as words: `class @builder`.
fn coloured(data: &Value, legend: &Value, text: &str) -> Vec<String> {
    let numbers: Vec<u64> = data.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    let (mut line, mut character) = (0, 0);
    let told = numbers.chunks(5).map(|token| {
        character = if token[0] == 0 { character + token[1] } else { token[1] };
        line += token[0];
        let range = json!({ "start": { "line": line, "character": character },
            "end": { "line": line, "character": character + token[2] } });
        let kind = legend["tokenTypes"][usize::try_from(token[3]).unwrap()].as_str().unwrap();
        let old = if token[4] == 1 { " deprecated" } else { "" };
        format!("{kind}{old} {}", cut(text, &range))
    });
    told.collect()
}

/// Guard: `colours::tokens`, `colours::difference`, `names_revision`.
#[test]
fn colours_are_told_whole_in_part_and_as_a_difference() {
    let folder = Folder::new(AGENTS);
    let mut client = Client::start();
    let answer = client
        .initialize(json!({ "processId": null, "rootUri": folder.uri(""), "capabilities": with_colours() }));
    let legend = &answer["capabilities"]["semanticTokensProvider"]["legend"];
    let (uri, text) = (folder.uri(PLAN), folder.read(PLAN));
    client.open(&uri, 1, &text);
    let document = json!({ "textDocument": { "uri": uri } });
    let whole = client.request("textDocument/semanticTokens/full", document.clone());
    let expected = ["function deprecated codebase", "class Builder", "keyword #tool:", "function search"];
    assert_eq!(coloured(&whole["data"], legend, &text), expected);
    let mut part = document.clone();
    part["range"] = json!({ "start": { "line": 4, "character": 0 }, "end": { "line": 5, "character": 0 } });
    let part = client.request("textDocument/semanticTokens/range", part);
    assert_eq!(coloured(&part["data"], legend, &text), ["class Builder"]);
    // An agent of that name appears: the client is told to ask again, and gets the difference.
    let other = folder.uri(".github/agents/other.agent.md");
    client.open(&other, 1, "---\nname: builder\ndescription: x\n---\nText.\n");
    client.wait_for("new colours", |client| client.redrawn.contains_key("workspace/semanticTokens/refresh"));
    let mut delta = document.clone();
    delta["previousResultId"] = whole["resultId"].clone();
    let change = client.request("textDocument/semanticTokens/full/delta", delta.clone());
    let edits = change["edits"].as_array().unwrap();
    assert_eq!(edits.len(), 1, "{change}");
    let mut data = whole["data"].as_array().unwrap().clone();
    let (start, gone) = (edits[0]["start"].as_u64().unwrap(), edits[0]["deleteCount"].as_u64().unwrap());
    let range = usize::try_from(start).unwrap()..usize::try_from(start + gone).unwrap();
    data.splice(range, edits[0]["data"].as_array().unwrap().clone());
    let expected = [
        "function deprecated codebase",
        "class Builder",
        "class @builder",
        "keyword #tool:",
        "function search",
    ];
    assert_eq!(coloured(&Value::Array(data), legend, &text), expected);
    // What is no longer remembered is told whole.
    let again = client.request("textDocument/semanticTokens/full/delta", delta);
    assert_eq!(coloured(&again["data"], legend, &text), expected);
}

/// Guard: `is_coloured_elsewhere`.
#[test]
fn what_vs_code_colours_itself_is_left_to_it() {
    let folder = Folder::new(AGENTS);
    let mut client = Client::on(&folder, with_colours());
    let uri = folder.uri(PLAN);
    for (language, ours) in [("chatagent", false), ("markdown", true)] {
        let item = json!({ "uri": uri, "languageId": language, "version": 1, "text": folder.read(PLAN) });
        client.notify("textDocument/didOpen", json!({ "textDocument": item }));
        let answer =
            client.request("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": uri } }));
        assert_eq!(answer.is_object(), ours, "{language}: {answer}");
        client.close(&uri);
    }
    // A document of no kind has no colours at all.
    let plain = folder.uri("docs/plain.md");
    client.open(&plain, 1, "Ask @builder for #tool:search.\n");
    let answer =
        client.request("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": plain } }));
    assert_eq!(answer, Value::Null);
}
