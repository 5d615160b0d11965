//! Every position of `tests/fixtures/completion.txt` over the pipe: the items as a client gets them.

use crate::client::{Client, Folder, push_capabilities};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

const FIXTURE: &str = include_str!("../fixtures/completion.txt");

pub struct Case {
    pub title: String,
    pub path: String,
    pub text: String,
    pub position: Value,
}

/// The cases, with positions in units of UTF-16.
pub fn cases() -> Vec<Case> {
    let read = |case: &str| {
        let (title, rest) = case.split_once("\n@ ").unwrap();
        let (path, marked) = rest.split_once('\n').unwrap();
        let marked = match marked.strip_suffix("\\eof") {
            Some(marked) => marked.to_owned(),
            None => format!("{}\n", marked.strip_suffix("\\eof\n").unwrap_or(marked)),
        };
        let marked = marked.replace("\\r", "\r").replace("\\ufeff", "\u{feff}");
        let before = marked.split('‸').next().unwrap();
        let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
        let position = json!({ "line": before.matches('\n').count(), "character": character });
        Case { title: title.to_owned(), path: path.to_owned(), text: marked.replacen('‸', "", 1), position }
    };
    FIXTURE.split("\n== ").skip(2).map(read).collect()
}

pub fn workspace() -> Folder {
    Folder::new(&format!("{}\n", FIXTURE.split("\n== ").nth(1).unwrap().split_once('\n').unwrap().1))
}

pub fn capabilities() -> Value {
    let mut capabilities = push_capabilities();
    capabilities["textDocument"]["completion"] = json!({
        "completionItem": {
            "snippetSupport": true,
            "insertReplaceSupport": true,
            "documentationFormat": ["markdown"],
            "resolveSupport": { "properties": ["documentation"] },
        },
    });
    capabilities
}

pub fn asked(client: &mut Client, uri: &str, position: &Value) -> Value {
    let params = json!({ "textDocument": { "uri": uri }, "position": position });
    client.request("textDocument/completion", params)
}

fn place(position: &Value) -> String {
    format!("{}:{}", position["line"], position["character"])
}

/// The count, the first item whole, and what marks the rest.
fn drawn(title: &str, list: &Value) -> String {
    let items = list["items"].as_array().unwrap();
    let mut drawn = format!("{title}\n    {} items", items.len());
    let snippets = items.iter().filter(|item| item["insertTextFormat"] == 2).count();
    let _ = write!(drawn, ", {snippets} snippets");
    let Some(first) = items.first() else { return drawn + "\n" };
    let edit = &first["textEdit"];
    let text = edit["newText"].as_str().unwrap().replace("\r\n", "␍⏎").replace('\n', "⏎");
    let range = |range: &Value| format!("{}-{}", place(&range["start"]), place(&range["end"]));
    let ranges = match edit.get("range") {
        Some(own) => range(own),
        None => format!("{} or {}", range(&edit["insert"]), range(&edit["replace"])),
    };
    let _ = write!(drawn, "\n    {} at {ranges}: `{text}`", first["label"]);
    if let Some(also) = first.get("additionalTextEdits") {
        let _ = write!(drawn, ", and at {}: {}", range(&also[0]["range"]), also[0]["newText"]);
    }
    drawn + "\n"
}

/// Guard: `completion::list`.
#[test]
fn every_position_is_answered() {
    let folder = workspace();
    let mut client = Client::on(&folder, capabilities());
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let mut groups: BTreeMap<String, String> = BTreeMap::new();
    let all = cases();
    assert!(all.len() >= 150);
    for case in all {
        let uri = folder.uri(&case.path);
        client.open(&uri, 1, &case.text);
        let list = asked(&mut client, &uri, &case.position);
        assert_eq!(list["isIncomplete"], false, "{}", case.title);
        let group = case.title.split(':').next().unwrap().replace(' ', "-").to_lowercase();
        *groups.entry(group).or_default() += &drawn(&case.title, &list);
        client.close(&uri);
    }
    for (group, drawn) in groups {
        insta::assert_snapshot!(group, drawn);
    }
}

const AGENT: &str = ".github/agents/new.agent.md";

fn one(text: &str, capabilities: Value) -> (Folder, Client, String) {
    let folder = workspace();
    let mut client = Client::on(&folder, capabilities);
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let uri = folder.uri(AGENT);
    client.open(&uri, 1, text);
    (folder, client, uri)
}

/// Guard: `completion::resolve`.
#[test]
fn what_is_looked_at_is_told_about() {
    let (_folder, mut client, uri) = one("---\ndescription: y\n\n---\n\nText.\n", capabilities());
    let list = asked(&mut client, &uri, &json!({ "line": 2, "character": 0 }));
    let item = list["items"].as_array().unwrap().iter().find(|item| item["label"] == "tools").unwrap();
    assert!(item.get("documentation").is_none());
    let resolved = client.request("completionItem/resolve", item.clone());
    let text = resolved["documentation"]["value"].as_str().unwrap();
    assert!(text.contains("The tools the agent may use") && text.contains("| VS Code |"), "{text}");
    assert_eq!(resolved["textEdit"], item["textEdit"]);
    let stranger = json!({ "label": "x", "data": { "uri": "file:///none", "about": 7 } });
    assert_eq!(client.request("completionItem/resolve", stranger.clone())["label"], "x");
}

/// Guard: `snippet` in `completion::item`.
#[test]
fn a_client_without_snippets_gets_plain_text() {
    let mut plain = capabilities();
    plain["textDocument"]["completion"]["completionItem"] = json!({});
    let (_folder, mut client, uri) = one("", plain);
    let list = asked(&mut client, &uri, &json!({ "line": 0, "character": 0 }));
    let item = &list["items"][0];
    assert_eq!(item.get("insertTextFormat"), None);
    let text = item["textEdit"]["newText"].as_str().unwrap();
    assert!(text.starts_with("---\ndescription: What the agent does, and when to use it\n"), "{text}");
}

/// Guard: `insert_replace` in `completion::item`.
#[test]
fn a_client_with_one_range_has_the_whole_word_replaced() {
    let text = "---\ndescription: y\ntools: [search/codebase]\n---\n\nText.\n";
    let at = |character: u64| json!({ "line": 2, "character": character });
    let first = |insert_replace: bool| {
        let mut capabilities = capabilities();
        capabilities["textDocument"]["completion"]["completionItem"]["insertReplaceSupport"] =
            json!(insert_replace);
        let (_folder, mut client, uri) = one(text, capabilities);
        asked(&mut client, &uri, &at(11))["items"][0]["textEdit"].clone()
    };
    let (start, typed, end) = (at(8), at(11), at(23));
    assert_eq!(first(false)["range"], json!({ "start": start, "end": end }));
    assert_eq!(first(true)["insert"], json!({ "start": start, "end": typed }));
    assert_eq!(first(true)["replace"], json!({ "start": start, "end": end }));
}

/// Guard: `Places` in `completion::list`.
#[test]
fn positions_count_in_the_unit_that_was_agreed_on() {
    for (encoding, start) in [("utf-8", 17), ("utf-16", 14), ("utf-32", 13)] {
        let mut capabilities = capabilities();
        capabilities["general"]["positionEncodings"] = json!([encoding]);
        let (_folder, mut client, uri) =
            one("---\ndescription: y\n---\n\n𝒳ä Use #tool:search\n", capabilities);
        let list = asked(&mut client, &uri, &json!({ "line": 4, "character": start + 2 }));
        let at = |character: i32| json!({ "line": 4, "character": character });
        let expected = json!({
            "newText": "search",
            "insert": { "start": at(start), "end": at(start + 2) },
            "replace": { "start": at(start), "end": at(start + 6) },
        });
        assert_eq!(list["items"][0]["textEdit"], expected, "{encoding}");
    }
}
