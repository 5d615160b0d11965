//! Tasks of plans as a client sees them.

use crate::client::{Client, Folder, push_capabilities};
use serde_json::{Value, json};

const SPEC: &str = "a.spec.md";

const PLANS: &str = "//- a.spec.md
# Feature: Sign in
### Issue 1: User model (`user-model`)
**Scope:** the 😀 model
### Issue 2: Login (`login`)
**Dependencies:** `user-model`
//- plans/x.plan.json
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
    let folder = Folder::new(PLANS);
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
