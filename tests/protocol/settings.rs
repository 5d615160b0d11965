//! `segue.toml` as an editor sees it: proposals, cards and findings while it is typed.

use crate::client::{Client, Folder};
use crate::completion::{asked, capabilities};
use serde_json::{Value, json};

const PATH: &str = "segue.toml";

fn labels(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect()
}

fn insertion(line: u64, character: u64, text: &str) -> Value {
    let at = json!({ "line": line, "character": character });
    json!([{ "range": { "start": at, "end": at }, "text": text }])
}

/// Guard: `settings::propose` in `completion`, `About::Setting` and `About::Rule` in `about::card`.
#[test]
fn what_is_typed_key_by_key_is_proposed_told_about_and_judged() {
    let folder = Folder::new("//- a.prompt.md\nText\n");
    let mut client = Client::on(&folder, capabilities());
    let uri = folder.uri(PATH);
    // A header, typed without its end, over a table that is there already.
    client.open(&uri, 1, "# ä😀\n\n[known]\ntools = []\n");
    client.change(&uri, 2, insertion(1, 0, "["));
    let list = asked(&mut client, &uri, &json!({ "line": 1, "character": 1 }));
    assert_eq!(labels(&list), ["rules", "overrides", "format", "agents", "orchestrator", "review"]);
    assert_eq!(list["items"][0]["textEdit"]["newText"], "rules]");
    let told = client.diagnostics_of(&uri, 2);
    assert_eq!(
        (Client::codes(&told), &told["diagnostics"][0]["severity"]),
        (vec!["segue/config".to_owned()], &json!(1))
    );
    // A rule below it, with its card.
    client.change(&uri, 3, insertion(1, 1, "rules]\n\"link/missing-f\""));
    let list = asked(&mut client, &uri, &json!({ "line": 2, "character": 15 }));
    assert_eq!(labels(&list), ["link/missing-file"]);
    let item = list["items"][0].clone();
    assert_eq!(
        item["textEdit"]["newText"],
        "\"link/missing-file\" = \"${1|off,hint,information,warning,error|}\""
    );
    let told = client.request("completionItem/resolve", item);
    let card = told["documentation"]["value"].as_str().unwrap();
    assert!(card.contains("does not exist") && card.contains("Where nothing is set: `warning`."), "{card}");
    // Nothing is left to say of the whole, and what it sets holds.
    client.change(
        &uri,
        4,
        json!([{ "text": "[rules]\n\"link/missing-file\" = \"off\"\n\n[orchestrator]\nattempts = 3\n" }]),
    );
    client.diagnostics_where(&uri, |told| told["version"] == 4 && Client::codes(told).is_empty());
    let params = json!({ "textDocument": { "uri": uri }, "position": { "line": 4, "character": 2 } });
    let hover = client.request("textDocument/hover", params);
    let card = hover["contents"]["value"].as_str().unwrap();
    assert!(card.starts_with("**orchestrator.attempts** · a whole number from 1 to 100\n"), "{card}");
    assert_eq!(
        hover["range"],
        json!({ "start": { "line": 4, "character": 0 }, "end": { "line": 4, "character": 8 } })
    );
    // A number out of its bounds, and a key that is nearly one.
    client.change(&uri, 5, json!([{ "text": "[orchestrator]\nattempts = 300\nreplan = 1\n" }]));
    let told = client.diagnostics_of(&uri, 5);
    let messages: Vec<_> =
        told["diagnostics"].as_array().unwrap().iter().map(|own| own["message"].as_str().unwrap()).collect();
    assert_eq!(
        messages,
        [
            "`attempts` lies between 1 and 100.",
            "There is no setting `replan` in `orchestrator`. Did you mean `replans`?"
        ]
    );
    let titles: Vec<_> = client
        .actions(&uri, 2, 1, None)
        .iter()
        .map(|own| own["title"].as_str().unwrap().to_owned())
        .collect();
    assert!(titles.contains(&"Replace by `replans`".to_owned()), "{titles:?}");
}

/// A file that is told of while it is closed is told of again to who opens it. Guard: the dependents of
/// `buffer_changed` in `host::paths`.
#[test]
fn what_was_found_before_it_was_opened_is_told_with_its_version() {
    let folder = Folder::new("//- segue.toml\n[orchestrator]\nattempts = 300\n//- a.prompt.md\nText\n");
    let mut client = Client::on(&folder, capabilities());
    let uri = folder.uri(PATH);
    client
        .diagnostics_where(&uri, |told| told["version"].is_null() && Client::codes(told) == ["segue/config"]);
    client.open(&uri, 0, "[orchestrator]\nattempts = 300\n");
    let told = client.diagnostics_of(&uri, 0);
    assert_eq!(Client::codes(&told), ["segue/config"]);
}

/// Guard: the name of the file in `completion` and in `hover`.
#[test]
fn other_toml_is_left_alone() {
    let folder = Folder::new("//- Cargo.toml\n[package]\n//- a.prompt.md\nText\n");
    let mut client = Client::on(&folder, capabilities());
    let uri = folder.uri("Cargo.toml");
    client.open(&uri, 1, "[package]\nclients = 1\n[\n");
    assert_eq!(asked(&mut client, &uri, &json!({ "line": 2, "character": 1 }))["items"], json!([]));
    let params = json!({ "textDocument": { "uri": uri }, "position": { "line": 1, "character": 2 } });
    assert_eq!(client.request("textDocument/hover", params), Value::Null);
}
