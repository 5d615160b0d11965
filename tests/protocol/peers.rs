//! One test for each defect that was reproduced in the nearest peer, named after it. Each guard was taken
//! away once, and its test was red.
//!
//! | defect there | test here, guard |
//! |---|---|
//! | 1 columns are bytes | `sync::columns_count_in_the_negotiated_unit` (`Places`) |
//! | 2 a stale fix edits the wrong text | `a_fix_is_made_for_the_text_that_is` (the batch that `Session::ticket` seals; `Locator::version`) |
//! | 3 only the first of several changes | `sync::all_changes_of_a_notification_are_made_in_order` (the loop in `Documents::change`) |
//! | 4 `exit` does not end the process | `hazards::shutdown_with_null_then_exit_ends_with_input_open` (`Input::Exit`) |
//! | 5 no reload, no watching | `workspaces::segue_toml_applies_at_once`, `…the_client_tells_of_files` |
//! | 6 no root without `rootUri` | `workspaces::every_way_to_name_the_root` (`named_folders`) |
//! | 7 closing wipes what was known | `closing_keeps_what_is_true_of_the_file` (`Pending::Closed`, `closed_paths`) |
//! | 8 silence at 10,000 files | `a_workspace_of_many_files_is_not_passed_over` (`MOST_ENTRIES`) |
//! | 9 a finding on a folder | `findings_are_on_files` (`World::config_findings`) |

use crate::client::{Client, Folder};
use crate::hazards::{A, PROMPT};
use serde_json::{Value, json};
use std::fmt::Write;

#[test]
fn a_fix_is_made_for_the_text_that_is() {
    let folder = Folder::new(
        "//- .github/prompts/a.prompt.md\n---\ndescription: x\n---\n# H\n\n[b](../../docs/B.md)\n//- docs/b.md\n# B\n",
    );
    let mut client = Client::pull(&folder);
    let uri = folder.uri(A);
    client.open(&uri, 1, &folder.read(A));
    let report = client.pull_until(&uri, |report| !Client::codes(report).is_empty());
    // The diagnostic of the old text is asked about in the new one.
    client.change(&uri, 2, json!([
        { "range": { "start": { "line": 3, "character": 3 }, "end": { "line": 3, "character": 3 } }, "text": "\n\nmore\n" }
    ]));
    let old = &report["items"][0];
    let ask = |client: &mut Client, range: &Value| {
        let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": { "diagnostics": [old], "only": ["quickfix"] } });
        client.request("textDocument/codeAction", params).as_array().unwrap().clone()
    };
    assert!(ask(&mut client, &old["range"]).is_empty(), "nothing is wrong at that place any more");
    let now = client.pull_of(&uri)["items"][0]["range"].clone();
    let found = ask(&mut client, &now);
    let change = &found[0]["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], 2);
    assert_eq!(change["edits"][0]["range"]["start"]["line"], now["start"]["line"]);
}

#[test]
fn closing_keeps_what_is_true_of_the_file() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::push(&folder);
    let uri = folder.uri(A);
    let gone = |told: &Value| Client::codes(told) == ["link/missing-file"];
    client.diagnostics_where(&uri, gone);
    client.open(&uri, 1, "# Fine\n\nText.\n");
    client.diagnostics_of(&uri, 1);
    client.close(&uri);
    let told = client.diagnostics_where(&uri, gone);
    assert_eq!(told.get("version"), None, "it is the disk's again");
}

#[test]
fn a_workspace_of_many_files_is_not_passed_over() {
    let mut fixture = String::new();
    let broken: Vec<String> = (0..100).map(|folder| format!("docs/{folder}/z.prompt.md")).collect();
    for (folder, path) in broken.iter().enumerate() {
        for number in 0..101 {
            let _ = writeln!(fixture, "//- docs/{folder}/{number}.md\n# {number}");
        }
        let _ = write!(fixture, "//- {path}\n---\ndescription: x\n---\n[gone](gone.md)\n");
    }
    let folder = Folder::new(&fixture);
    let mut client = Client::push(&folder);
    for path in broken {
        assert_eq!(Client::codes(&client.diagnostics(&folder.uri(&path))), ["link/missing-file"]);
    }
}

#[test]
fn findings_are_on_files() {
    let folder = Folder::new(&format!("{PROMPT}//- segue.toml\nno-such = 1\n//- AGENTS.md\n[x](gone.md)\n"));
    let mut client = Client::pull(&folder);
    let items = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }))["items"].clone();
    let mut uris: Vec<_> =
        items.as_array().unwrap().iter().map(|item| item["uri"].as_str().unwrap().to_owned()).collect();
    uris.sort();
    assert_eq!(uris, [folder.uri(A), folder.uri("AGENTS.md"), folder.uri("segue.toml")]);
    for item in items.as_array().unwrap().iter().flat_map(|item| item["items"].as_array().unwrap()) {
        assert_ne!(item["range"]["start"], item["range"]["end"], "a finding has a place: {item}");
    }
}

/// Guard: nothing but `diagnostics::of_file` makes findings.
#[test]
fn the_command_line_says_the_same() {
    let folder = Folder::new(
        "//- .github/prompts/a.prompt.md\n---\ndescription: \u{1F600} x\nmode: agent\nlink: [gone](gone.md)\n---\n\
         \u{1F600} [a](gone.md) [b](../../docs/b.md#no) [c][d] #tool:serach `[e](gone.md)`\n\
         //- .github/agents/b.agent.md\n---\ntools: [codebase, serach]\n---\n```\nopen [a](gone.md)\n\
         //- docs/b.md\n# B\n\n[nobody judges me](gone.md)\n\
         //- .vscode/mcp.json\n{ \"servers\": { \"é\": {} } }\n",
    );
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_segue"))
        .args(["check", "--format", "json"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let printed: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let mut client = Client::pull(&folder);
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let names = ["", "error", "warning", "information", "hint"];
    let mut told = Vec::new();
    for path in [".github/prompts/a.prompt.md", ".github/agents/b.agent.md", "docs/b.md", ".vscode/mcp.json"]
    {
        let uri = folder.uri(path);
        client.open(&uri, 1, &folder.read(path));
        for one in client.pull_of(&uri)["items"].as_array().unwrap() {
            let severity = names[one["severity"].as_u64().unwrap() as usize];
            told.push((path.to_owned(), one["code"].clone(), one["range"].clone(), json!(severity)));
        }
    }
    let mut said: Vec<_> = printed["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let path = one["path"].as_str().unwrap().to_owned();
            (path, one["code"].clone(), one["range"].clone(), one["severity"].clone())
        })
        .collect();
    let order = |one: &(String, Value, Value, Value)| format!("{one:?}");
    said.sort_by_key(order);
    told.sort_by_key(order);
    assert!(said.len() > 6, "{said:?}");
    assert_eq!(told, said);
}
