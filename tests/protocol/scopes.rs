//! What globs match and what is loaded for a file, as an editor shows it.

use crate::client::{Client, Folder, pull_capabilities};
use serde_json::json;

const TS: &str = ".github/instructions/ts.instructions.md";

const GUIDED: &str = "//- .github/instructions/ts.instructions.md
---
description: TypeScript
applyTo: 'src/**/*.ts'
---
Be strict.
//- AGENTS.md
Be brief.
//- src/a.ts
export {}
";

fn hover(client: &mut Client, uri: &str) -> String {
    let params = json!({ "textDocument": { "uri": uri }, "position": { "line": 2, "character": 14 } });
    client.request("textDocument/hover", params)["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

/// Guard: `matches::at` in `outline::hover`, `Memo::paths_changed` in the host.
#[test]
fn a_glob_says_which_files_match_and_follows_them() {
    let folder = Folder::new(GUIDED);
    let mut client = Client::pull(&folder);
    let uri = folder.uri(TS);
    client.open(&uri, 1, &folder.read(TS));
    client.pull_until(&uri, |report| Client::codes(report).is_empty());
    let mut shown = hover(&mut client, &uri);
    // Before all files are known it says so.
    while shown.contains("still being read") {
        shown = hover(&mut client, &uri);
    }
    assert!(
        shown.contains("VS Code") && shown.contains("**1 file**") && shown.contains("`src/a.ts`"),
        "{shown}"
    );
    folder.write("web/src/b.ts", "");
    client.touch(&[folder.uri("web/src/b.ts")]);
    let shown = hover(&mut client, &uri);
    assert!(shown.contains("**2 files**") && shown.contains("`web/src/b.ts`: VS Code only"), "{shown}");
    folder.remove("src/a.ts");
    client.touch(&[folder.uri("src/a.ts")]);
    let shown = hover(&mut client, &uri);
    assert!(shown.contains("**1 file**") && shown.contains("**no file**"), "{shown}");
}

/// Guard: `context::show`; it waits for the first scan itself.
#[test]
fn the_effective_context_is_a_document() {
    let folder = Folder::new(GUIDED);
    let mut capabilities = pull_capabilities();
    capabilities["window"] = json!({ "showDocument": { "support": true } });
    let mut client = Client::on(&folder, capabilities);
    let show = json!({ "command": "segue.showEffectiveContext", "arguments": [folder.uri("src/a.ts")] });
    client.request("workspace/executeCommand", show);
    client.wait_for("the page", |client| client.shown.len() == 1);
    let page = client.shown[0]["uri"].as_str().unwrap().strip_prefix("file://").unwrap();
    let page = std::fs::read_to_string(page.replace("%20", " ")).unwrap();
    for expected in
        ["# Effective context of `src/a.ts`", "`src/**/*.ts` matches", "1. `AGENTS.md`: always", "o200k"]
    {
        assert!(page.contains(expected), "{expected} in {page}");
    }
}

/// Guard: the text of the buffer counts in `World::text`.
#[test]
fn an_open_buffer_counts_and_a_message_does_where_documents_cannot_be_shown() {
    let folder = Folder::new("//- a.prompt.md\nRead [b](b.memory.md).\n//- b.memory.md\n# B\n");
    let mut client = Client::push(&folder);
    let uri = folder.uri("b.memory.md");
    client.open(&uri, 1, "# B\n\nSee [gone](gone.md) and [back](a.prompt.md).\n");
    let show = json!({ "command": "segue.showEffectiveContext", "arguments": [folder.uri("a.prompt.md")] });
    client.request("workspace/executeCommand", show);
    client.wait_for("the page", |client| client.shown.len() == 1);
    let page = client.shown[0]["message"].as_str().unwrap().to_owned();
    for expected in
        ["`gone.md`: is not there", "`a.prompt.md`: leads back: a cycle", "With its links: 2 files"]
    {
        assert!(page.contains(expected), "{expected} in {page}");
    }
    for wrong in [json!([]), json!(["untitled:x"]), json!([7])] {
        let params = json!({ "command": "segue.showEffectiveContext", "arguments": wrong });
        let id = client.ask("workspace/executeCommand", params);
        assert_eq!(client.answer(id)["error"]["code"], -32602);
    }
}
