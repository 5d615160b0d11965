//! Tasks of plans as a client sees them.

use crate::client::{Client, Folder, push_capabilities};
use serde_json::{Value, json};

const SPEC: &str = "a.spec.md";

const SPECS: &str = "//- a.spec.md
# Feature: Sign in
### Issue 1: User model (`user-model`)
**Scope:** the 😀 model
### Issue 2: Login (`login`)
**Dependencies:** `user-model`
";

const IN_JSON: &str = "//- plans/x.plan.json
{ \"phases\": [
  { \"phase_id\": \"p1\", \"title\": \"One\" },
  { \"phase_id\": \"p2\", \"title\": \"Two\", \"dependencies\": [\"p1\"] }
] }
";

fn at(uri: &str, line: u64, character: u64) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

fn range(line: u64, start: u64, end: u64) -> Value {
    json!({ "start": { "line": line, "character": start }, "end": { "line": line, "character": end } })
}

/// Guard: `Sign::Task`; `rename::task`.
#[test]
fn ids_are_followed_and_renamed() {
    let folder = Folder::new(&format!("{SPECS}{IN_JSON}"));
    let mut client = Client::on(&folder, push_capabilities());
    let uri = folder.uri(SPEC);
    client.open(&uri, 1, &folder.read(SPEC));
    let there = json!([{ "uri": uri, "range": range(1, 26, 36) }]);
    assert_eq!(client.request("textDocument/definition", at(&uri, 4, 21)), there);
    let marks = client.request("textDocument/documentHighlight", at(&uri, 1, 30));
    assert_eq!(marks.as_array().unwrap().len(), 2);
    let prepared = client.request("textDocument/prepareRename", at(&uri, 4, 21));
    assert_eq!(prepared, json!({ "range": range(4, 19, 29), "placeholder": "user-model" }));
    let mut params = at(&uri, 4, 21);
    params["newName"] = json!("people");
    let edit = client.request("textDocument/rename", params.clone());
    let edits = edit["documentChanges"][0]["edits"].as_array().unwrap();
    assert_eq!(edits.len(), 2, "{edit}");
    params["newName"] = json!("login");
    let asked = client.ask("textDocument/rename", params);
    let refused = client.answer(asked);
    assert!(refused["error"]["message"].as_str().unwrap().contains("already"), "{refused}");

    let json_path = "plans/x.plan.json";
    let uri = folder.uri(json_path);
    client.open(&uri, 1, &folder.read(json_path));
    let there = json!([{ "uri": uri, "range": range(1, 17, 19) }]);
    assert_eq!(client.request("textDocument/definition", at(&uri, 2, 58)), there);
    let mut params = at(&uri, 1, 18);
    params["newName"] = json!("first");
    let edit = client.request("textDocument/rename", params);
    assert_eq!(edit["documentChanges"][0]["edits"].as_array().unwrap().len(), 2, "{edit}");
}

/// Guard: `card::at_id`, `outline::add`, `waves::hints`; on without a setting, and off by one.
#[test]
fn waves_and_who_waits_are_shown() {
    let folder = Folder::new(SPECS);
    let mut client = Client::on(&folder, push_capabilities());
    let uri = folder.uri(SPEC);
    client.open(&uri, 1, &folder.read(SPEC));
    let hover = client.request("textDocument/hover", at(&uri, 4, 21));
    assert_eq!(hover["range"], range(4, 19, 29));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("Waited for by: `login`"), "{hover}");
    let document = json!({ "textDocument": { "uri": uri } });
    let outline = client.request("textDocument/documentSymbol", document.clone());
    let login = &outline[0]["children"][1];
    assert_eq!((login["name"].as_str(), login["detail"].as_str()), (Some("Login"), Some("login · wave 2")));
    let mut params = document.clone();
    params["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let hints = client.request("textDocument/inlayHint", params.clone());
    let told: Vec<_> = hints.as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap()).collect();
    assert_eq!(told, ["wave 1", "wave 2"]);
    assert_eq!(hints[0]["position"], json!({ "line": 1, "character": 38 }));
    let lenses = client.request("textDocument/codeLens", document.clone());
    assert_eq!(lenses[0]["command"]["title"], "2 tasks in 2 waves");
    assert_eq!(lenses[0]["command"]["command"], "segue.showPlan");
    let run = json!({ "command": "segue.showPlan", "arguments": lenses[0]["command"]["arguments"] });
    client.request("workspace/executeCommand", run);
    client.wait_for("the page", |client| {
        client.shown.iter().any(|page| page.to_string().contains("subgraph wave2"))
    });

    client.settings = json!({ "inlay": { "waves": false }, "lens": { "plans": false } });
    let settings = json!({ "settings": { "segue": client.settings } });
    client.notify("workspace/didChangeConfiguration", settings);
    assert_eq!(client.request("textDocument/codeLens", document), Value::Null);
    assert_eq!(client.request("textDocument/inlayHint", params), Value::Null);
}

/// Guard: `views::tick`; `Way::Tick` for clients of all capabilities.
#[test]
fn a_task_is_ticked_by_an_action_and_by_a_lens() {
    let path = ".kiro/specs/x/tasks.md";
    let folder = Folder::new(&format!("//- {path}\n- [ ] 1. One\n- [-] 2. Two\n"));
    let mut capabilities = push_capabilities();
    capabilities["workspace"]["applyEdit"] = json!(true);
    let mut client = Client::on(&folder, capabilities);
    let uri = folder.uri(path);
    client.open(&uri, 7, &folder.read(path));
    client.request("workspace/symbol", json!({ "query": "" }));
    let actions = client.actions(&uri, 1, 8, Some("refactor.rewrite"));
    let tick = actions.iter().find(|action| action["title"] == "Mark `2` as done").unwrap();
    let edit = &tick["edit"]["documentChanges"][0]["edits"][0];
    assert_eq!((&edit["range"], &edit["newText"]), (&range(1, 3, 4), &json!("x")));
    client.settings = json!({ "lens": { "ticks": true } });
    let settings = json!({ "settings": { "segue": client.settings } });
    client.notify("workspace/didChangeConfiguration", settings);
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri } }));
    let command = &lenses[1]["command"];
    assert_eq!(command["title"], "mark as done");
    let run = json!({ "command": command["command"], "arguments": command["arguments"] });
    client.request("workspace/executeCommand", run.clone());
    client.wait_for("the edit", |client| !client.applied.is_empty());
    assert_eq!(client.applied[0]["documentChanges"][0]["edits"][0]["range"], range(0, 3, 4));
    client.change(&uri, 8, json!([{ "text": "- [ ] 2. Two\n" }]));
    let asked = client.ask("workspace/executeCommand", run);
    assert_eq!(client.answer(asked)["error"]["code"], -32801, "another text by now");
}

/// Guard: `Way::MakePlan`, `Way::InsertWaves`, `Way::takes_its_time`; worked out when one is chosen.
#[test]
fn a_spec_becomes_a_plan_from_its_title() {
    let path = ".kiro/specs/x/login.spec.md";
    let text = "# Login\n\n## Implementation Requirements\n- [ ] User model\n- [ ] Token store\n";
    let folder = Folder::new(&format!("//- a.spec.md\n{text}//- {path}\n{text}"));
    let mut capabilities = push_capabilities();
    let action = &mut capabilities["textDocument"]["codeAction"];
    action["dataSupport"] = json!(true);
    action["resolveSupport"] = json!({ "properties": ["edit"] });
    let mut client = Client::on(&folder, capabilities);
    let uri = folder.uri(SPEC);
    client.open(&uri, 1, &folder.read(SPEC));
    client.request("workspace/symbol", json!({ "query": "" }));
    let named = |actions: Vec<Value>, title: &str| {
        let found = actions.iter().find(|action| action["title"].as_str().unwrap().starts_with(title));
        found.cloned()
    };
    let actions = client.actions(&uri, 0, 3, None);
    let make = named(actions, "Make a plan from this spec (2 tasks)").unwrap();
    assert!(make["edit"].is_null() && make["kind"] == "refactor.rewrite", "{make}");
    let made = client.request("codeAction/resolve", make);
    let edit = &made["edit"]["documentChanges"][0]["edits"][0];
    assert!(edit["newText"].as_str().unwrap().contains("### Issue 2: Token store (`token-store`)"), "{edit}");
    let text = format!("{text}{}", edit["newText"].as_str().unwrap());
    client.change(&uri, 2, json!([{ "text": text }]));
    let actions = client.actions(&uri, 0, 3, None);
    assert!(named(actions.clone(), "Make a plan").is_none());
    let draw = named(actions, "Insert Mermaid of the waves").unwrap();
    let drawn = client.request("codeAction/resolve", draw);
    assert!(drawn["edit"].to_string().contains("subgraph wave1"), "{drawn}");
    // A client that creates no files is not offered one.
    let uri = folder.uri(path);
    client.open(&uri, 1, &folder.read(path));
    assert!(named(client.actions(&uri, 0, 3, None), "Make a plan").is_none());
}

/// Guard: `completion::plan`, `completion::plan_json`.
#[test]
fn whom_a_task_waits_for_is_proposed() {
    let folder = Folder::new(&format!("{SPECS}{IN_JSON}"));
    let mut client = Client::on(&folder, push_capabilities());
    let uri = folder.uri(SPEC);
    client.open(&uri, 1, &folder.read(SPEC).replace("**Dependencies:** `user-model`", "**Dependencies:** "));
    let list = client.request("textDocument/completion", at(&uri, 4, 18));
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "never itself: {list}");
    assert_eq!(
        (&items[0]["label"], &items[0]["detail"]),
        (&json!("user-model"), &json!("User model · wave 1"))
    );
    assert_eq!(items[0]["textEdit"]["newText"], "`user-model`");
    let path = "plans/x.plan.json";
    let uri = folder.uri(path);
    client.open(&uri, 1, &folder.read(path).replace("[\"p1\"]", "[\"\"]"));
    let list = client.request("textDocument/completion", at(&uri, 2, 56));
    assert_eq!(list["items"][0]["textEdit"]["newText"], "p1", "{list}");
}
