//! Refactorings as an editor gets them.

use crate::client::{Client, Folder, pull_capabilities};
use serde_json::{Value, json};

const SPEC: &str = "docs/a.spec.md";

const FILES: &str = "//- docs/a.spec.md
# Spec

[gone](gone.memory.md#why) [b](b.md#new)

## Parts

Read [b][y] and [c][x].

### Details

Text.

## Notes

[x]: b.md
[y]: b.md
//- docs/b.md
# B
[details](a.spec.md#details)
";

fn capabilities(later: bool) -> Value {
    let mut capabilities = pull_capabilities();
    capabilities["workspace"]["workspaceEdit"]["resourceOperations"] = json!(["create"]);
    if later {
        capabilities["textDocument"]["codeAction"]["dataSupport"] = json!(true);
        capabilities["textDocument"]["codeAction"]["resolveSupport"] = json!({ "properties": ["edit"] });
    }
    capabilities
}

fn begin(folder: &Folder, capabilities: Value) -> (Client, String) {
    let mut client = Client::on(folder, capabilities);
    let uri = folder.uri(SPEC);
    client.open(&uri, 7, &folder.read(SPEC));
    client.pull_until(&uri, |report| Client::codes(report).contains(&"link/missing-anchor".to_owned()));
    (client, uri)
}

fn actions(client: &mut Client, uri: &str, line: u64, character: u64, only: &str) -> Vec<Value> {
    client.actions(uri, line, character, Some(only))
}

fn titled<'a>(actions: &'a [Value], start: &str) -> &'a Value {
    let found = actions.iter().find(|action| action["title"].as_str().unwrap().starts_with(start));
    found.unwrap_or_else(|| panic!("no {start} in {actions:#?}"))
}

/// Guard: `refactors::action`, `refactors::actions`.
#[test]
fn what_is_missing_is_created_from_its_finding() {
    let folder = Folder::new(FILES);
    let (mut client, uri) = begin(&folder, capabilities(false));
    let found = actions(&mut client, &uri, 2, 8, "quickfix");
    let action = titled(&found, "Create `docs/gone.memory.md`");
    assert_eq!(action["diagnostics"][0]["code"], "link/missing-file");
    let steps = action["edit"]["documentChanges"].as_array().unwrap();
    assert_eq!(
        (&steps[0]["kind"], &steps[0]["uri"]),
        (&json!("create"), &json!(folder.uri("docs/gone.memory.md")))
    );
    assert!(steps[1]["edits"][0]["newText"].as_str().unwrap().ends_with("\n\n## Why\n"), "{steps:#?}");
    let found = actions(&mut client, &uri, 2, 30, "quickfix");
    let action = titled(&found, "Create the heading *New* in b.md");
    assert_eq!(action["diagnostics"][0]["code"], "link/missing-anchor");
    assert_eq!(action["edit"]["documentChanges"][0]["textDocument"]["uri"], folder.uri("docs/b.md"));
}

/// Guard: `refactors::resolve`, `resolves_edits`.
#[test]
fn a_section_is_extracted_when_it_is_chosen() {
    let folder = Folder::new(FILES);
    let (mut client, uri) = begin(&folder, capabilities(true));
    let found = actions(&mut client, &uri, 4, 4, "refactor.extract");
    assert_eq!(found.len(), 2, "{found:#?}");
    let action = titled(&found, "Extract section to a memory file");
    assert!(action.get("edit").is_none(), "worked out later");
    let whole = client.request("codeAction/resolve", action.clone());
    let steps = whole["edit"]["documentChanges"].as_array().unwrap();
    let touched: Vec<&Value> = steps.iter().skip(2).map(|step| &step["textDocument"]["uri"]).collect();
    assert_eq!(steps[0]["uri"], folder.uri("docs/parts.memory.md"));
    assert_eq!(touched, [&json!(uri), &json!(folder.uri("docs/b.md"))]);
    assert_eq!(steps[2]["textDocument"]["version"], 7);
    // For another text it is another section.
    client.change(&uri, 8, json!([{ "text": "# Other\n" }]));
    let id = client.ask("codeAction/resolve", action.clone());
    assert_eq!(client.answer(id)["error"]["code"], -32801);
}

/// Guard: `refused_for`.
#[test]
fn what_would_break_something_is_refused_with_its_reason() {
    let folder = Folder::new(FILES);
    let (mut client, uri) = begin(&folder, capabilities(true));
    let text = "# A\n\n[b](b.md#new)\n\n## B\n\nText[^1].\n\n[^1]: Note.\n";
    client.change(&uri, 8, json!([{ "text": text }]));
    let found = actions(&mut client, &uri, 4, 4, "refactor.extract");
    let id = client.ask("codeAction/resolve", found[0].clone());
    let error = &client.answer(id)["error"];
    assert_eq!(error["code"], -32803);
    assert!(error["message"].as_str().unwrap().contains("footnotes"), "{error}");
}

/// Guard: `makes_files` in `refactors::actions`; `as_command` for the edits.
#[test]
fn an_editor_that_creates_no_files_is_offered_the_rest() {
    let folder = Folder::new(FILES);
    let (mut client, uri) = begin(&folder, pull_capabilities());
    assert!(actions(&mut client, &uri, 4, 4, "refactor.extract").is_empty());
    let found = actions(&mut client, &uri, 2, 8, "quickfix");
    assert!(
        found.iter().all(|action| !action["title"].as_str().unwrap().starts_with("Create `")),
        "{found:#?}"
    );
    let text = "# A\n\n[b](b.md#new) [x][]\n\n[y]: b.md\n[x]: b.md\n";
    client.change(&uri, 8, json!([{ "text": text }]));
    let found = actions(&mut client, &uri, 4, 1, "source.organizeLinkDefinitions");
    assert_eq!(found.len(), 1, "{found:#?}");
    let edits = &found[0]["edit"]["documentChanges"][0]["edits"];
    assert_eq!(edits.as_array().unwrap().len(), 1);
    assert_eq!(edits[0]["range"]["start"], json!({ "line": 4, "character": 1 }));
    assert_eq!(edits[0]["newText"], "x]: b.md\n");
}
