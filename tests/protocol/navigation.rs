//! Definition, references, highlights and document links as a client sees them.

use crate::client::{Client, Folder, pull_capabilities, push_capabilities};
use serde_json::{Value, json};

const HUB: &str = "docs/hub.memory.md";
const A: &str = ".github/prompts/a.prompt.md";

const LINKED: &str = "//- .github/prompts/a.prompt.md
---
description: x
agent: Planner
---
😀ö [one](../../docs/hub.memory.md#größe), [two][ref] and #file:../../docs/hub.memory.md

[ref]: ../../docs/hub.memory.md#größe
//- .github/agents/planner.agent.md
---
name: Planner
description: x
---
//- docs/hub.memory.md
# Größe

[up](#größe)
//- README.md
[in the readme](docs/hub.memory.md#größe)
";

fn at(uri: &str, line: u64, character: u64) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

fn range(line: u64, start: u64, end: u64) -> Value {
    json!({ "start": { "line": line, "character": start }, "end": { "line": line, "character": end } })
}

fn with_encoding(mut capabilities: Value, encoding: &str) -> Value {
    capabilities["general"]["positionEncodings"] = json!([encoding]);
    capabilities
}

/// Guard: `Locator`, `Places`; trap 9.
#[test]
fn definitions_and_references_in_every_encoding() {
    // Where the anchor of the first link begins, and how long the word with two umlauts is.
    for (encoding, start, width) in [("utf-8", 38, 7), ("utf-16", 35, 5), ("utf-32", 34, 5)] {
        let folder = Folder::new(LINKED);
        let mut client = Client::on(&folder, with_encoding(push_capabilities(), encoding));
        let (a, hub) = (folder.uri(A), folder.uri(HUB));
        client.open(&a, 1, &folder.read(A));
        let found = client.request("textDocument/definition", at(&a, 4, start + 2));
        assert_eq!(found, json!([{ "uri": hub, "range": range(0, 2, 2 + width) }]), "{encoding}");
        assert_eq!(client.request("textDocument/declaration", at(&a, 4, start + 2)), found);
        let mut params = at(&hub, 0, 4);
        params["context"] = json!({ "includeDeclaration": true });
        let found = client.request("textDocument/references", params.clone());
        let expected = json!([
            { "uri": a, "range": range(4, start, start + width) },
            { "uri": a, "range": range(6, 32, 32 + width) },
            { "uri": folder.uri("README.md"), "range": range(0, 35, 35 + width) },
            { "uri": hub, "range": range(0, 2, 2 + width) },
            { "uri": hub, "range": range(2, 6, 6 + width) },
        ]);
        assert_eq!(found, expected, "{encoding}");
        params["context"] = json!({ "includeDeclaration": false });
        assert_eq!(client.request("textDocument/references", params).as_array().unwrap().len(), 4);
    }
}

/// Guard: `origin_selection_range`, `target_range`.
#[test]
fn a_client_that_takes_links_gets_the_whole_section() {
    let folder = Folder::new(LINKED);
    let mut capabilities = push_capabilities();
    capabilities["textDocument"]["definition"] = json!({ "linkSupport": true });
    let mut client = Client::on(&folder, capabilities);
    let a = folder.uri(A);
    client.open(&a, 1, &folder.read(A));
    let found = client.request("textDocument/definition", at(&a, 4, 36));
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 3, "character": 0 } });
    let expected = json!([{
        "originSelectionRange": range(4, 35, 40), "targetUri": folder.uri(HUB),
        "targetRange": whole, "targetSelectionRange": range(0, 2, 7),
    }]);
    assert_eq!(found, expected);
    let agent = client.request("textDocument/definition", at(&a, 2, 9));
    assert_eq!(agent[0]["targetUri"], folder.uri(".github/agents/planner.agent.md"));
    assert_eq!(agent[0]["targetSelectionRange"], range(1, 6, 13));
    assert_eq!(client.request("textDocument/definition", at(&a, 1, 2)), Value::Null);
}

/// Guard: `wait::until_ready`; trap 1.
#[test]
fn the_first_answer_is_complete() {
    const FILES: usize = 2_000;
    let mut fixture = "//- docs/hub.memory.md\n# Hub\n".to_owned();
    for n in 0..FILES {
        fixture += &format!("//- specs/{n}.spec.md\n# S\n\n[hub](../docs/hub.memory.md#hub)\n");
    }
    let folder = Folder::new(&fixture);
    let mut capabilities = pull_capabilities();
    capabilities["window"] = json!({ "workDoneProgress": true });
    let mut client = Client::on(&folder, capabilities);
    let mut params = at(&folder.uri(HUB), 0, 3);
    params["context"] = json!({ "includeDeclaration": false });
    params["workDoneToken"] = json!("mine");
    // Straight after `initialized`, of a file that is not open.
    let found = client.request("textDocument/references", params.clone());
    assert_eq!(found.as_array().unwrap().len(), FILES);
    let spec = folder.uri("specs/7.spec.md");
    client.open(&spec, 1, "[hub](../docs/hub.memory.md#hub) [hub](../docs/hub.memory.md#hub)\n");
    assert_eq!(client.request("textDocument/references", params).as_array().unwrap().len(), FILES + 1);
}

/// Guard: `Answers::redeem`: what is written beside the library comes under its own number, whole.
#[test]
fn large_answers_among_small_ones() {
    const FILES: u64 = 300;
    let mut fixture = "//- docs/hub.memory.md\n# Hub\n".to_owned();
    for n in 0..FILES {
        fixture += &format!("//- specs/{n:03} é.spec.md\n# S\n\n[\"hub\"](../docs/hub.memory.md#hub)\n");
    }
    let folder = Folder::new(&fixture);
    let mut client = Client::on(&folder, push_capabilities());
    let hub = at(&folder.uri(HUB), 0, 3);
    let mut params = hub.clone();
    params["context"] = json!({ "includeDeclaration": false });
    client.request("textDocument/references", params.clone());
    let rename =
        json!({ "newName": "Core", "textDocument": hub["textDocument"], "position": hub["position"] });
    let large =
        [client.ask("textDocument/references", params.clone()), client.ask("textDocument/rename", rename)];
    let small = client.ask("textDocument/documentSymbol", json!({ "textDocument": hub["textDocument"] }));
    let dropped = client.ask("textDocument/references", params.clone());
    client.notify("$/cancelRequest", json!({ "id": dropped }));
    let again = client.ask("textDocument/references", params);
    client.answer(dropped);
    let wanted: Vec<Value> = (0..FILES)
        .map(|n| json!({ "uri": folder.uri(&format!("specs/{n:03}%20%C3%A9.spec.md")), "range": range(2, 30, 33) }))
        .collect();
    // Too long to be shown where they differ.
    assert!(client.result(large[0]) == json!(wanted));
    assert!(client.result(again) == json!(wanted));
    assert_eq!(client.result(small)[0]["name"], "Hub");
    let edit = client.result(large[1]);
    let files = edit["documentChanges"].as_array().unwrap();
    assert_eq!(files.len() as u64, FILES + 1);
    assert!(files.iter().all(|file| matches!(file["edits"][0]["newText"].as_str(), Some("core" | "Core"))));
    client.finish();
}

/// Guard: `Locator::remembered`; trap 5.
#[test]
fn answers_agree_after_others_wrote() {
    let folder = Folder::new(LINKED);
    let mut client = Client::on(&folder, push_capabilities());
    let (a, hub, readme) = (folder.uri(A), folder.uri(HUB), folder.uri("README.md"));
    client.open(&a, 1, &folder.read(A));
    let mut params = at(&a, 4, 36);
    params["context"] = json!({ "includeDeclaration": true });
    let before = client.request("textDocument/references", params.clone());
    assert_eq!(before.as_array().unwrap().len(), 5);
    folder.write(HUB, "A line before.\n\n# Größe\n");
    folder.write("README.md", "Another.\n\n[x](docs/hub.memory.md#größe)\n");
    client.touch(&[hub.clone(), readme.clone()]);
    let found = client.request("textDocument/definition", at(&a, 4, 36));
    assert_eq!(found, json!([{ "uri": hub, "range": range(2, 2, 7) }]));
    let found = client.request("textDocument/references", params.clone());
    let ours = |uri: &str| {
        let all = found.as_array().unwrap().iter();
        all.filter(|one| one["uri"] == uri).map(|one| one["range"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ours(&hub), [range(2, 2, 7)]);
    assert_eq!(ours(&readme), [range(2, 23, 28)]);
    let hover = client.request("textDocument/hover", at(&a, 4, 36));
    assert!(hover["contents"]["value"].as_str().unwrap().ends_with("# Größe"), "{hover}");
    folder.remove(HUB);
    client.touch(&[hub]);
    assert_eq!(client.request("textDocument/definition", at(&a, 4, 36)), Value::Null);
    let hover = client.request("textDocument/hover", at(&a, 4, 36));
    assert!(!hover.to_string().contains("Größe"), "{hover}");
}

/// Guard: `navigate::highlights`.
#[test]
fn a_thing_is_highlighted_where_its_file_names_it() {
    let folder = Folder::new("//- a.spec.md\n# One\n\n[x](#one) [y][r] [z](#other)\n\n[r]: b.md\n");
    let mut client = Client::on(&folder, push_capabilities());
    let uri = folder.uri("a.spec.md");
    client.open(&uri, 1, &folder.read("a.spec.md"));
    let found = client.request("textDocument/documentHighlight", at(&uri, 0, 3));
    let expected = json!([{ "range": range(0, 2, 5), "kind": 3 }, { "range": range(2, 5, 8), "kind": 2 }]);
    assert_eq!(found, expected);
    let found = client.request("textDocument/documentHighlight", at(&uri, 2, 14));
    let expected = json!([{ "range": range(2, 14, 15), "kind": 2 }, { "range": range(4, 1, 2), "kind": 3 }]);
    assert_eq!(found, expected);
}

/// Guard: `links::of`.
#[test]
fn links_can_be_followed() {
    let folder = Folder::new(
        "//- a.spec.md\n# One\n\n[x](docs/b%20c.md#two) <https://a.b> [y](#one) [gone](gone.md) ![i](docs)\n//- docs/b c.md\n# One\n\n# Two\n",
    );
    let mut client = Client::on(&folder, push_capabilities());
    let uri = folder.uri("a.spec.md");
    client.open(&uri, 1, &folder.read("a.spec.md"));
    let found = client.request("textDocument/documentLink", json!({ "textDocument": { "uri": uri } }));
    let expected = json!([
        { "range": range(2, 4, 21), "target": format!("{}#L3", folder.uri("docs/b c.md")) },
        { "range": range(2, 24, 35), "target": "https://a.b" },
        { "range": range(2, 41, 45), "target": format!("{uri}#L1") },
        { "range": range(2, 68, 72), "target": folder.uri("docs") },
    ]);
    assert_eq!(found, expected);
}

/// Guard: `at::at`: clamping; traps 10 and 28.
#[test]
fn places_outside_of_the_text_have_an_answer() {
    let folder = Folder::new("//- a.spec.md\n😀[x](b.md)\r\n//- b.md\n# B\n");
    let mut client = Client::on(&folder, push_capabilities());
    let uri = folder.uri("a.spec.md");
    client.open(&uri, 1, "😀[x](b.md)\r\n");
    for (line, character) in [(0, 1), (0, 2_000_000_000), (9, 0), (u64::from(u32::MAX), u64::from(u32::MAX))]
    {
        let mut params = at(&uri, line, character);
        client.request("textDocument/definition", params.clone());
        client.request("textDocument/documentHighlight", params.clone());
        params["context"] = json!({ "includeDeclaration": true });
        client.request("textDocument/references", params);
    }
    client.open("untitled:Untitled-1", 1, "[x](b.md)\n");
    assert_eq!(client.request("textDocument/definition", at("untitled:Untitled-1", 0, 5)), Value::Null);
}
