//! What is told and answered: diagnostics sent and asked for, of documents and of the workspace, fixes,
//! outlines, hovers, pages.

use crate::client::{Client, Folder, pull_capabilities, push_capabilities};
use crate::hazards::{A, PROMPT};
use serde_json::{Value, json};

const LINKED: &str = "//- .github/prompts/a.prompt.md
---
description: x
---
[one](../../docs/b.md#one), [two][ref]

[ref]: ../../docs/b.md#two
//- docs/b.md
# One

# Two
//- .github/prompts/closed.prompt.md
---
description: x
---
[one](../../docs/b.md#one)
";

/// Guard: `publish::run` started by `initialized`; versions in `Memory::send`.
#[test]
fn an_opened_document_gets_its_diagnostics() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::push(&folder);
    let uri = folder.uri(A);
    client.open(&uri, 1, &folder.read(A));
    let told = client.diagnostics_where(&uri, |told| told["version"] == 1 && Client::codes(told).len() == 1);
    assert_eq!(Client::codes(&told), ["link/missing-file"]);
    let range = json!({ "start": { "line": 5, "character": 7 }, "end": { "line": 5, "character": 14 } });
    assert_eq!(told["diagnostics"][0]["range"], range);
    assert_eq!(told["diagnostics"][0]["source"], "segue");
}

/// Guard: `Memory::closed_files`.
#[test]
fn a_file_that_nobody_opened_is_told_of_without_hints() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::push(&folder);
    let told = client.diagnostics(&folder.uri(A));
    assert_eq!(Client::codes(&told), ["link/missing-file"]);
    assert_eq!(told.get("version"), None);
}

/// Guard: `Effects::dependents` in `look_at`.
#[test]
fn a_heading_edited_in_a_hub_is_told_to_who_links_there() {
    let folder = Folder::new(LINKED);
    let mut client = Client::push(&folder);
    let (a, closed, hub) =
        (folder.uri(A), folder.uri(".github/prompts/closed.prompt.md"), folder.uri("docs/b.md"));
    client.open(&a, 1, &folder.read(A));
    client.diagnostics_of(&a, 1);
    client.open(&hub, 1, "# One\n\n# Two\n");
    client.change(&hub, 2, json!([{ "text": "# Eins\n\n# Zwei\n" }]));
    let anchors = |told: &Value| Client::codes(told) == ["link/missing-anchor", "link/missing-anchor"];
    client.diagnostics_where(&a, anchors);
    client.diagnostics_where(&closed, |told| Client::codes(told) == ["link/missing-anchor"]);
    client.change(&hub, 3, json!([{ "text": "# One\n\n# Two\n" }]));
    client.diagnostics_where(&a, |told| Client::codes(told).is_empty());
    client.diagnostics_where(&closed, |told| Client::codes(told).is_empty());
}

/// Guard: `related` and `pulled` in `diagnostics::document`.
#[test]
fn asking_brings_result_ids_and_other_documents_along() {
    let folder = Folder::new(LINKED);
    let mut capabilities = pull_capabilities();
    capabilities["workspace"]["diagnostics"] = json!({});
    let mut client = Client::on(&folder, capabilities);
    let (a, hub) = (folder.uri(A), folder.uri("docs/b.md"));
    client.open(&a, 1, &folder.read(A));
    client.open(&hub, 1, "# One\n\n# Two\n");
    let report = client.pull_of(&a);
    assert_eq!(report["kind"], "full");
    assert!(Client::codes(&report).is_empty());
    let id = report["resultId"].as_str().unwrap().to_owned();
    let again = json!({ "textDocument": { "uri": a }, "previousResultId": id });
    let report = client.request("textDocument/diagnostic", again.clone());
    assert_eq!((report["kind"].as_str(), report["resultId"].as_str()), (Some("unchanged"), Some(&*id)));
    client.change(&hub, 2, json!([{ "text": "# One\n" }]));
    let report = client.pull_of(&hub);
    assert_eq!(Client::codes(&report["relatedDocuments"][&a]), ["link/missing-anchor"]);
    // What was brought along is known to be known.
    let report = client.pull_of(&hub);
    assert!(report.get("relatedDocuments").is_none(), "{report}");
    let report = client.request("textDocument/diagnostic", again);
    assert_eq!(report["kind"], "full");
}

/// Guard: `stale` in `publish`.
#[test]
fn a_client_that_asks_is_told_to_ask_again() {
    for key in ["diagnostics", "diagnostic"] {
        let folder = Folder::new(LINKED);
        let mut capabilities = pull_capabilities();
        capabilities["workspace"]["diagnostics"] = json!({});
        capabilities["workspace"][key] = json!({ "refreshSupport": true });
        let mut client = Client::on(&folder, capabilities);
        let (a, hub) = (folder.uri(A), folder.uri("docs/b.md"));
        client.open(&a, 1, &folder.read(A));
        client.open(&hub, 1, "# One\n\n# Two\n");
        // After the first scan, whose end is a reason to ask again too.
        client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
        assert!(Client::codes(&client.pull_of(&a)).is_empty());
        let before = client.refreshes;
        client.change(&hub, 2, json!([{ "text": "# Other\n" }]));
        client.wait_for("a refresh", |client| client.refreshes > before);
        assert_eq!(Client::codes(&client.pull_of(&a)).len(), 2);
    }
}

fn workspace(client: &mut Client, previous: Value) -> Vec<Value> {
    let report = client.request("workspace/diagnostic", json!({ "previousResultIds": previous }));
    report["items"].as_array().unwrap().clone()
}

/// Guard: `diagnostics::item`.
#[test]
fn the_workspace_is_reported_with_result_ids() {
    let folder = Folder::new(&format!("{PROMPT}//- AGENTS.md\n# Fine\n"));
    let mut client = Client::pull(&folder);
    let items = workspace(&mut client, json!([]));
    assert_eq!(items.len(), 1, "nothing is said of files with nothing to say: {items:?}");
    assert_eq!(items[0]["uri"], folder.uri(A));
    assert_eq!(items[0]["kind"], "full");
    assert_eq!(items[0]["version"], Value::Null);
    assert_eq!(Client::codes(&items[0]), ["link/missing-file"]);
    let previous = json!([{ "uri": folder.uri(A), "value": items[0]["resultId"] }]);
    let items = workspace(&mut client, previous.clone());
    assert_eq!((items.len(), items[0]["kind"].as_str()), (1, Some("unchanged")));
    client.open(&folder.uri(A), 7, "# Fine\n\nNow.\n");
    let items = workspace(&mut client, previous);
    assert_eq!((items[0]["kind"].as_str(), items[0]["version"].as_i64()), (Some("full"), Some(7)));
    assert!(Client::codes(&items[0]).is_empty());
}

/// Guard: the loop of `diagnostics::workspace`; `compute` and not the wait holds a permit.
#[test]
fn a_stream_of_workspace_diagnostics_goes_on_and_holds_nothing_up() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    let uri = folder.uri(A);
    let ask = |client: &mut Client, token: &str| {
        client.ask("workspace/diagnostic", json!({ "previousResultIds": [], "partialResultToken": token }))
    };
    let first = ask(&mut client, "t1");
    client.wait_for("the first part", |client| client.progress.len() == 1);
    assert_eq!(Client::codes(&client.progress[0]["value"]["items"][0]), ["link/missing-file"]);
    client.open(&uri, 1, "[a](x.md)\n\n[b](y.md)\n");
    client.wait_for("the second part", |client| client.progress.len() == 2);
    assert_eq!(client.progress[1]["token"], "t1");
    assert_eq!(Client::codes(&client.progress[1]["value"]["items"][0]).len(), 2);
    // The background lane has one permit at least, and the stream does not sit on it.
    client.request("textDocument/foldingRange", json!({ "textDocument": { "uri": uri } }));
    // Asked anew, the older one ends.
    let second = ask(&mut client, "t2");
    assert_eq!(client.result(first), json!({ "items": [] }));
    client.notify("$/cancelRequest", json!({ "id": second }));
    assert_eq!(client.answer(second)["error"]["code"], -32800);
}

fn actions(client: &mut Client, uri: &str, line: u64, only: Option<&str>) -> Vec<Value> {
    client.actions(uri, line, 8, only)
}

fn titled<'a>(actions: &'a [Value], start: &str) -> &'a Value {
    let found = actions.iter().find(|action| action["title"].as_str().unwrap().starts_with(start));
    found.unwrap_or_else(|| panic!("no {start} in {actions:?}"))
}

/// The text after the edits of an action, made from the last to the first.
fn applied(text: &str, action: &Value) -> String {
    let mut text = text.to_owned();
    let edits = action["edit"]["documentChanges"][0]["edits"].as_array().unwrap();
    for edit in edits.iter().rev() {
        let offset = |at: &Value| {
            let line = at["line"].as_u64().unwrap() as usize;
            let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
            let rest = &text[start..];
            let units = at["character"].as_u64().unwrap() as usize;
            let mut passed = 0;
            start
                + rest
                    .char_indices()
                    .find(|(_, c)| {
                        let here = passed == units;
                        passed += c.len_utf16();
                        here
                    })
                    .map_or(rest.len(), |(at, _)| at)
        };
        let (start, end) = (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]));
        text.replace_range(start..end, edit["newText"].as_str().unwrap());
    }
    text
}

const CASE: &str = "//- .github/prompts/a.prompt.md
---
description: x
---
é😀 see [b](../../docs/B.md) and [b](../../docs/B.md#one)

[gone](gone.md)
//- docs/b.md
# One
";

/// Guard: `Place::edit`, `preferred`.
#[test]
fn a_fix_carries_its_version_and_puts_it_right() {
    let folder = Folder::new(CASE);
    let mut client = Client::pull(&folder);
    let uri = folder.uri(A);
    let text = folder.read(A);
    client.open(&uri, 3, &text);
    client.pull_until(&uri, |report| Client::codes(report).contains(&"link/case-mismatch".to_owned()));
    let line = json!({ "line": 3, "character": 14 });
    let params = json!({ "textDocument": { "uri": uri }, "range": { "start": line, "end": line },
        "context": { "diagnostics": [], "only": ["quickfix"] } });
    let found = client.request("textDocument/codeAction", params).as_array().unwrap().clone();
    let fix = titled(&found, "Write");
    assert_eq!(fix["isPreferred"], true);
    assert_eq!(fix["kind"], "quickfix");
    assert_eq!(fix["diagnostics"][0]["code"], "link/case-mismatch");
    assert_eq!(fix["edit"]["documentChanges"][0]["textDocument"], json!({ "uri": uri, "version": 3 }));
    let fixed = applied(&text, fix);
    client.change(&uri, 4, json!([{ "text": fixed }]));
    assert_eq!(Client::codes(&client.pull_of(&uri)), ["link/case-mismatch", "link/missing-file"], "{fixed}");
    // All at once.
    client.change(&uri, 5, json!([{ "text": text }]));
    let found = actions(&mut client, &uri, 0, Some("source.fixAll"));
    let all = titled(&found, "Fix everything");
    assert_eq!(all["kind"], "source.fixAll.segue");
    let fixed = applied(&text, all);
    client.change(&uri, 6, json!([{ "text": fixed }]));
    assert_eq!(Client::codes(&client.pull_of(&uri)), ["link/missing-file"], "{fixed}");
}

/// Guard: `actions::ignore`, `actions::of`.
#[test]
fn ignoring_and_explaining_a_code() {
    let folder = Folder::new(PROMPT);
    let mut capabilities = pull_capabilities();
    capabilities["window"] = json!({ "showDocument": { "support": true } });
    let mut client = Client::on(&folder, capabilities);
    let uri = folder.uri(A);
    let text = folder.read(A);
    client.open(&uri, 1, &text);
    client.pull_until(&uri, |report| Client::codes(report).len() == 1);
    let found = actions(&mut client, &uri, 5, None);
    let ignored = applied(&text, titled(&found, "Ignore link/missing-file here"));
    assert!(ignored.contains("<!-- segue-ignore link/missing-file -->\n[gone]"), "{ignored}");
    client.change(&uri, 2, json!([{ "text": ignored }]));
    assert!(Client::codes(&client.pull_of(&uri)).is_empty());

    let command = titled(&found, "Explain link/missing-file")["command"].clone();
    let params = json!({ "command": command["command"], "arguments": command["arguments"] });
    client.request("workspace/executeCommand", params);
    client.wait_for("the page", |client| client.shown.len() == 1);
    let page = client.shown[0]["uri"].as_str().unwrap().strip_prefix("file://").unwrap().to_owned();
    assert!(std::fs::read_to_string(page).unwrap().contains("# link/missing-file"));
    for wrong in [json!({ "command": "rm" }), json!({ "command": "segue.explain", "arguments": ["no/such"] })]
    {
        let id = client.ask("workspace/executeCommand", wrong);
        assert_eq!(client.answer(id)["error"]["code"], -32602);
    }
}

/// Guard: `features::actions::ignore_in_json`, `shown::comments_of`.
#[test]
fn ignoring_in_json_where_its_clients_read_comments() {
    const SERVERS: &str = "{\n  \"servers\": {\n    \"s\": { \"type\": \"stdio\" }\n  }\n}\n";
    let folder = Folder::new(&format!("//- .vscode/mcp.json\n{SERVERS}"));
    let mut client = Client::pull(&folder);
    let uri = folder.uri(".vscode/mcp.json");
    client.open(&uri, 1, SERVERS);
    let report = client.pull_until(&uri, |report| !Client::codes(report).is_empty());
    let code = Client::codes(&report)[0].clone();
    let offered = |client: &mut Client, uri: &str, report: &Value| {
        let params = json!({ "textDocument": { "uri": uri }, "range": report["items"][0]["range"], "context": { "diagnostics": [] } });
        client.request("textDocument/codeAction", params).as_array().unwrap().clone()
    };
    let found = offered(&mut client, &uri, &report);
    let ignored = applied(SERVERS, titled(&found, "Ignore "));
    assert!(ignored.contains(&format!("// segue-ignore {code}\n")), "{ignored}");
    client.change(&uri, 2, json!([{ "text": ignored }]));
    assert!(!Client::codes(&client.pull_of(&uri)).contains(&code), "{ignored}");

    // Claude's file is plain JSON: a comment would break it.
    let plain = "{\n  \"mcpServers\": {\n    \"s\": { \"type\": \"stdio\" }\n  }\n}\n";
    let uri = folder.uri(".mcp.json");
    client.open(&uri, 1, plain);
    let report = client.pull_until(&uri, |report| !Client::codes(report).is_empty());
    let found = offered(&mut client, &uri, &report);
    titled(&found, "Explain ");
    assert!(found.iter().all(|action| !action["title"].as_str().unwrap().starts_with("Ignore")), "{found:?}");
}

/// Guard: `as_command` and `apply` in `actions.rs`.
#[test]
fn a_client_that_knows_commands_alone_gets_commands() {
    let folder = Folder::new(CASE);
    let uri = folder.uri(A);
    let text = folder.read(A);
    let mut capabilities = pull_capabilities();
    capabilities["textDocument"]["codeAction"] = json!({});
    capabilities["workspace"]["applyEdit"] = json!(true);
    let mut client = Client::on(&folder, capabilities.clone());
    client.open(&uri, 3, &text);
    client.pull_until(&uri, |report| Client::codes(report).contains(&"link/case-mismatch".to_owned()));
    let line = json!({ "line": 3, "character": 14 });
    let ask = |client: &mut Client| {
        let params = json!({ "textDocument": { "uri": uri }, "range": { "start": line, "end": line }, "context": { "diagnostics": [] } });
        client.request("textDocument/codeAction", params).as_array().unwrap().clone()
    };
    let found = ask(&mut client);
    assert!(
        found.iter().all(|command| command["command"].is_string() && command.get("edit").is_none()),
        "{found:?}"
    );
    let fix = titled(&found, "Write").clone();
    let params = json!({ "command": fix["command"], "arguments": fix["arguments"] });
    client.request("workspace/executeCommand", params.clone());
    client.wait_for("the edit", |client| client.applied.len() == 1);
    let fixed = applied(&text, &json!({ "edit": client.applied[0] }));
    client.change(&uri, 4, json!([{ "text": fixed }]));
    assert_eq!(Client::codes(&client.pull_of(&uri)), ["link/case-mismatch", "link/missing-file"], "{fixed}");
    // The same once more would be made on another text.
    let id = client.ask("workspace/executeCommand", params);
    assert_eq!(client.answer(id)["error"]["code"], -32801);
    for wrong in [json!([]), json!([uri, 4]), json!([uri, 4, 7]), json!([7, 4, {}])] {
        let id = client
            .ask("workspace/executeCommand", json!({ "command": "segue.applyFix", "arguments": wrong }));
        assert_eq!(client.answer(id)["error"]["code"], -32602);
    }
    drop(client);
    // Who makes no edits on our word is offered none.
    capabilities["workspace"]["applyEdit"] = json!(false);
    let mut client = Client::on(&folder, capabilities);
    client.open(&uri, 3, &text);
    client.pull_until(&uri, |report| Client::codes(report).contains(&"link/case-mismatch".to_owned()));
    let found = ask(&mut client);
    assert!(found.iter().all(|command| command["command"] == "segue.explain"), "{found:?}");
}

/// Guard: `show` in `actions.rs`.
#[test]
fn a_page_is_a_message_where_documents_cannot_be_shown() {
    let folder = Folder::new("//- AGENTS.md\n# x\n");
    let mut client = Client::push(&folder);
    let params = json!({ "command": "segue.explain", "arguments": ["link/missing-file"] });
    client.request("workspace/executeCommand", params);
    client.wait_for("the page", |client| client.shown.len() == 1);
    assert!(client.shown[0]["message"].as_str().unwrap().contains("# link/missing-file"));
}

/// Guard: `outline.rs`.
#[test]
fn outline_folds_and_hover() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    let uri = folder.uri(A);
    let document = json!({ "textDocument": { "uri": uri } });
    client.open(&uri, 1, &folder.read(A));
    client.pull_until(&uri, |report| Client::codes(report).len() == 1);
    let symbols = client.request("textDocument/documentSymbol", document.clone());
    assert_eq!(
        (&symbols[0]["name"], &symbols[0]["children"][0]["name"]),
        (&json!("frontmatter"), &json!("description"))
    );
    assert_eq!(symbols[1]["name"], "One");
    let folds = client.request("textDocument/foldingRange", document);
    let lines: Vec<_> =
        folds.as_array().unwrap().iter().map(|fold| (&fold["startLine"], &fold["endLine"])).collect();
    assert_eq!(lines, [(&json!(0), &json!(2)), (&json!(3), &json!(5))]);
    let hover = |client: &mut Client, character: u64| {
        let position = json!({ "line": 5, "character": character });
        client.request("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": position }))
    };
    let shown = hover(&mut client, 9);
    assert!(shown["contents"]["value"].as_str().unwrap().contains("`link/missing-file`"), "{shown}");
    assert_eq!(shown["range"]["start"]["character"], 7);
    assert_eq!(hover(&mut client, 2), Value::Null);
}

/// Guard: `nested_symbols` in `ClientFacts`.
#[test]
fn a_client_without_nested_symbols_gets_a_list() {
    let folder = Folder::new(PROMPT);
    let mut capabilities = push_capabilities();
    capabilities["textDocument"]["documentSymbol"] = json!({});
    let mut client = Client::on(&folder, capabilities);
    client.know(&folder.uri(A));
    let symbols =
        client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": folder.uri(A) } }));
    // Nobody opened it, and before the first scan is done nothing is known of it.
    if let Some(symbols) = symbols.as_array() {
        assert!(symbols.iter().all(|symbol| symbol["location"]["uri"] == folder.uri(A)));
    }
}

/// Guard: `state.kind?` in `outline::file` and `shown::judged`.
#[test]
fn a_document_of_no_kind_is_left_alone() {
    let folder = Folder::new("//- README.md\n# x\n");
    let mut client = Client::push(&folder);
    let uri = folder.uri("README.md");
    client.notify(
        "textDocument/didOpen",
        json!({ "textDocument": {
        "uri": uri, "languageId": "markdown", "version": 1, "text": "[gone](gone.md)\n" } }),
    );
    for method in ["documentSymbol", "foldingRange"] {
        let params = json!({ "textDocument": { "uri": uri } });
        assert_eq!(client.request(&format!("textDocument/{method}"), params), Value::Null);
    }
}

/// What real clients announce is understood: each of them gets an answer and diagnostics in its way.
#[test]
fn the_capabilities_of_real_clients_are_understood() {
    // The parts that matter here, as Helix 25.07, Neovim 0.12 and VS Code 1.139 write them.
    let clients = [
        json!({ "general": { "positionEncodings": ["utf-8", "utf-32", "utf-16"] },
            "textDocument": { "diagnostic": { "dynamicRegistration": false, "relatedDocumentSupport": true } },
            "workspace": { "diagnostic": { "refreshSupport": true }, "configuration": true,
                "didChangeConfiguration": { "dynamicRegistration": false },
                "didChangeWatchedFiles": { "dynamicRegistration": true, "relativePatternSupport": true } } }),
        json!({ "general": { "positionEncodings": ["utf-8", "utf-16", "utf-32"] },
            "textDocument": { "diagnostic": { "dynamicRegistration": true, "relatedDocumentSupport": true } },
            "workspace": { "diagnostics": { "refreshSupport": true }, "configuration": true,
                "didChangeWatchedFiles": { "dynamicRegistration": false, "relativePatternSupport": true } } }),
        json!({ "general": { "positionEncodings": ["utf-16"], "staleRequestSupport": { "cancel": true, "retryOnContentModified": [] } },
            "textDocument": { "diagnostic": { "relatedDocumentSupport": false, "markupMessageSupport": false } },
            "workspace": { "diagnostics": { "refreshSupport": true }, "configuration": true,
                "didChangeConfiguration": { "dynamicRegistration": true },
                "didChangeWatchedFiles": { "dynamicRegistration": true, "relativePatternSupport": true } } }),
    ];
    for capabilities in clients {
        let folder = Folder::new(PROMPT);
        let mut client = Client::on(&folder, capabilities);
        let uri = folder.uri(A);
        client.open(&uri, 1, &folder.read(A));
        client.pull_until(&uri, |report| Client::codes(report) == ["link/missing-file"]);
    }
}
