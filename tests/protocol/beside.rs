//! Beside an editor that reports things itself: what is left out, and what is not.

use crate::client::{Client, Folder, pull_capabilities, push_capabilities};
use serde_json::{Value, json};

const AGENT: &str = ".github/agents/lead.agent.md";

/// Of each sort one: the same in VS Code, a part that it has, a part that it has not, none.
const TEXT: &str = "---
description: Leads
target: vscode
tools: ['search', 'codebase', 'serach', 'acme_frobnicate']
agents: ['Explore']
handoffs:
  - { label: Go on, agent: agent, prompt: Go on. }
  - { label: go on, agent: ask, prompt: Explain. }
---

Read the [plan](gone.md) and the [notes][].

![A picture](gone.png)

[notes]: gone-too.md
";

fn codes(diagnostics: &Value) -> Vec<String> {
    let mut codes = Client::codes(diagnostics);
    codes.sort();
    codes
}

fn beside(folder: &Folder, capabilities: Value, announced: &Value) -> Client {
    let mut client = Client::start();
    client.initialize(json!({
        "processId": null,
        "capabilities": capabilities,
        "workspaceFolders": [{ "uri": folder.uri(""), "name": "w" }],
        "initializationOptions": announced,
    }));
    client
}

const WITHOUT: &[&str] = &[
    "agent/handoff-duplicate-label",
    "agent/missing-agent-tool",
    "link/missing-file",
    "link/missing-file",
    "link/missing-file",
    "tool/deprecated",
    "tool/unknown",
    "tool/unknown",
];

/// What VS Code does not say: the slip is only a hint to it, and it reads no reference links and no images.
const BESIDE: &[&str] = &["link/missing-file", "link/missing-file", "tool/unknown"];

/// Guard: `answered::by_editor` in `shown::of_file`, `editor_answers` in `judge::judge`.
#[test]
fn an_open_file_is_told_what_the_editor_does_not_say() {
    for (announced, wanted) in [
        (json!(null), WITHOUT),
        (json!({ "editorAnswers": [] }), WITHOUT),
        (json!({ "editorAnswers": ["markdown"] }), WITHOUT),
        (json!({ "editorAnswers": ["prompts", "markdown", "something-new"] }), BESIDE),
    ] {
        let folder = Folder::new(&format!("//- {AGENT}\n{TEXT}"));
        let uri = folder.uri(AGENT);
        let mut client = beside(&folder, pull_capabilities(), &announced);
        client.open(&uri, 1, TEXT);
        let pulled = client.pull_until(&uri, |report| codes(&report["items"]).len() == wanted.len());
        assert_eq!(codes(&pulled["items"]), wanted, "{announced}");

        let mut client = beside(&folder, push_capabilities(), &announced);
        client.open(&uri, 1, TEXT);
        let pushed = client.diagnostics_where(&uri, |items| codes(items).len() == wanted.len());
        assert_eq!(codes(&pushed), wanted, "{announced}");
    }
}

/// Guard: `judge::shown` for actions takes all findings.
#[test]
fn what_is_left_out_can_still_be_mended() {
    let folder = Folder::new(&format!("//- {AGENT}\n{TEXT}"));
    let uri = folder.uri(AGENT);
    let mut client = beside(&folder, pull_capabilities(), &json!({ "editorAnswers": ["prompts"] }));
    client.open(&uri, 1, TEXT);
    client.pull_until(&uri, |report| codes(&report["items"]).len() == BESIDE.len());
    let at = json!({ "line": 4, "character": 10 });
    let actions = client.request(
        "textDocument/codeAction",
        json!({ "textDocument": { "uri": uri }, "range": { "start": at, "end": at }, "context": { "diagnostics": [] } }),
    );
    let titles: Vec<&str> =
        actions.as_array().unwrap().iter().filter_map(|action| action["title"].as_str()).collect();
    assert!(titles.iter().any(|title| title.contains("`agent`")), "{titles:?}");
}

/// Guard: `view.open` in `shown::of_file`; VS Code judges no closed file.
#[test]
fn a_closed_file_is_told_whole() {
    let folder = Folder::new(&format!("//- {AGENT}\n{TEXT}"));
    let uri = folder.uri(AGENT);
    let mut client = beside(&folder, pull_capabilities(), &json!({ "editorAnswers": ["prompts"] }));
    let of_workspace = |client: &mut Client| {
        let answer = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
        let items = answer["items"].as_array().unwrap();
        let own = items.iter().find(|report| report["uri"] == uri.as_str()).unwrap();
        codes(&own["items"])
    };
    let closed = of_workspace(&mut client);
    assert!(closed.contains(&"tool/deprecated".to_owned()), "{closed:?}");
    client.open(&uri, 1, TEXT);
    assert_eq!(of_workspace(&mut client), BESIDE);
    client.close(&uri);
    assert_eq!(of_workspace(&mut client), closed);
}

/// VS Code's Markdown support leads from a link to its heading; two answers would be a list to choose from.
#[test]
fn a_link_is_followed_by_the_editor_and_a_name_by_us() {
    let text = TEXT.replace("['Explore']", "['lead']");
    let text = format!("{text}\nSee [this](#here) and #file:lead.agent.md.\n\n# Here\n");
    for (announced, wanted) in [(json!([]), [1, 1, 1]), (json!(["prompts", "markdown"]), [0, 1, 1])] {
        let folder = Folder::new(&format!("//- {AGENT}\n{text}"));
        let uri = folder.uri(AGENT);
        let mut client = beside(&folder, pull_capabilities(), &json!({ "editorAnswers": announced }));
        client.open(&uri, 1, &text);
        let line = text.lines().position(|line| line.starts_with("See")).unwrap();
        for ((line, character), count) in [(line, 12), (line, 32), (4, 11)].into_iter().zip(wanted) {
            let at = json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } });
            let found = client.request("textDocument/definition", at);
            let length = found.as_array().map_or(0, Vec::len);
            assert_eq!(length, count, "{announced} {line}:{character} {found}");
        }
    }
}
