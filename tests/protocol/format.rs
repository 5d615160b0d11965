//! Formatting: what an editor gets, and when it is told that there is such a thing.

use crate::client::{Client, Folder, pull_capabilities};
use serde_json::{Value, json};

const AGENT: &str = ".github/agents/a.agent.md";
const TEXT: &str = "---\ntools: [a,b]\ndescription: 'ä😀'   # why\n---\n\nBody  \n";
const ON: &str = "[format]\nfrontmatter = true\n";

fn folder(settings: &str) -> Folder {
    Folder::new(&format!("//- {AGENT}\n{TEXT}//- segue.toml\n{settings}"))
}

fn formatting(client: &mut Client, uri: &str) -> Value {
    let options = json!({ "tabSize": 4, "insertSpaces": true });
    client.request("textDocument/formatting", json!({ "textDocument": { "uri": uri }, "options": options }))
}

/// Guard: `format::document`, and `format_frontmatter` in `format::of_file`.
#[test]
fn a_header_is_formatted_where_the_settings_ask_for_it() {
    let folder = folder("");
    let uri = folder.uri(AGENT);
    let mut client = Client::pull(&folder);
    client.open(&uri, 1, TEXT);
    assert_eq!(formatting(&mut client, &uri), Value::Null, "off by default");

    folder.write("segue.toml", ON);
    client.touch(&[folder.uri("segue.toml")]);
    let edits = formatting(&mut client, &uri);
    let wanted = json!([{
        "range": { "start": { "line": 1, "character": 0 }, "end": { "line": 3, "character": 0 } },
        "newText": "description: 'ä😀'   # why\ntools: [a, b]\n",
    }]);
    assert_eq!(edits, wanted);
    let formatted = "---\ndescription: 'ä😀'   # why\ntools: [a, b]\n---\n\nBody  \n";
    client.change(&uri, 2, json!([{ "text": formatted }]));
    assert_eq!(formatting(&mut client, &uri), Value::Null, "nothing is left to do");
    client.change(&uri, 3, json!([{ "text": "---\ntools: [a,\n---\n\nBody\n" }]));
    assert_eq!(formatting(&mut client, &uri), Value::Null, "half typed");
    assert_eq!(formatting(&mut client, &folder.uri("README.md")), Value::Null, "not ours");
}

/// Guard: `registers_formatting` in `capabilities`, `Announced::follow`.
#[test]
fn a_client_that_can_be_told_later_is_told_when_it_is_asked_for() {
    let provider = "documentFormattingProvider";
    let mut plain = Client::start();
    let answer = plain.initialize(json!({ "processId": null, "capabilities": pull_capabilities() }));
    assert_eq!(answer["capabilities"][provider], true);

    let mut capabilities = pull_capabilities();
    capabilities["textDocument"]["formatting"] = json!({ "dynamicRegistration": true });
    let folder = folder("");
    let mut client = Client::start();
    let answer = client.initialize(json!({
        "processId": null, "capabilities": capabilities,
        "workspaceFolders": [{ "uri": folder.uri(""), "name": "w" }],
    }));
    assert_eq!(answer["capabilities"].get(provider), None);
    let uri = folder.uri(AGENT);
    client.open(&uri, 1, TEXT);
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    assert!(!client.registered.contains_key("textDocument/formatting"));
    folder.write("segue.toml", ON);
    client.touch(&[folder.uri("segue.toml")]);
    let registered = |client: &Client| client.registered.contains_key("textDocument/formatting");
    client.wait_for("the registration", registered);
    assert_ne!(formatting(&mut client, &uri), Value::Null);
}
