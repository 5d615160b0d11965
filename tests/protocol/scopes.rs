//! What globs match and what is loaded for a file, as an editor shows it.

use crate::client::{Client, Folder, pull_capabilities, push_capabilities};
use crate::traps::{held, release};
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

/// Waits until the workspace is read.
fn read(client: &mut Client) {
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
}

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
    read(&mut client);
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

/// Runs the command on a file and waits for its page, the client's `number`th from 1.
fn page(client: &mut Client, uri: &str, number: usize) -> String {
    let show = json!({ "command": "segue.showEffectiveContext", "arguments": [uri] });
    client.request("workspace/executeCommand", show);
    client.wait_for("the page", |client| client.shown.len() == number);
    client.shown[number - 1]["message"].as_str().unwrap().to_owned()
}

/// Trap 1. Guard: `World::alone` in `matches::told`, `until_ready` in `context::show`.
#[test]
fn nothing_is_counted_before_the_workspace_is_read() {
    let folder = Folder::new(GUIDED);
    let mut client = held(&folder, push_capabilities());
    let uri = folder.uri(TS);
    client.open(&uri, 1, &folder.read(TS));
    let shown = hover(&mut client, &uri);
    assert!(shown.contains("known when the workspace is read") && !shown.contains("no file"), "{shown}");
    let show = json!({ "command": "segue.showEffectiveContext", "arguments": [folder.uri("src/a.ts")] });
    client.request("workspace/executeCommand", show);
    assert!(client.shown.is_empty());
    release(&mut client);
    client.wait_for("the page", |client| !client.shown.is_empty());
    let page = client.shown[0]["message"].as_str().unwrap().to_owned();
    assert!(page.contains("`src/**/*.ts` matches") && page.contains("`AGENTS.md`: always"), "{page}");
    let shown = hover(&mut client, &uri);
    assert!(shown.contains("**1 file**") && !shown.contains("known when"), "{shown}");
}

/// Traps 4, 5 and 7. Guard: `read_inside` in `Read::of`, `World::buffer`.
#[test]
fn the_page_is_of_the_buffer_and_else_of_the_disk_as_it_is() {
    let folder = Folder::new("//- a.prompt.md\nRead [b](b.memory.md).\n//- b.memory.md\n# B\n");
    let mut client = Client::push(&folder);
    let (a, b) = (folder.uri("a.prompt.md"), folder.uri("b.memory.md"));
    let words = |count: usize| format!("# B\n\n{}\n", "word ".repeat(count));
    let tokens = |page: &str| -> usize {
        let line = page.lines().find(|line| line.contains("`b.memory.md`:")).unwrap();
        line.rsplit(' ').nth(1).unwrap().replace(',', "").parse().unwrap()
    };
    assert!(tokens(&page(&mut client, &a, 1)) < 5);
    // Nobody tells of this.
    folder.write("b.memory.md", &words(300));
    assert!(tokens(&page(&mut client, &a, 2)) > 300);
    client.open(&b, 1, &words(50));
    let open = tokens(&page(&mut client, &a, 3));
    assert!((50..100).contains(&open), "{open}");
    client.close(&b);
    assert!(tokens(&page(&mut client, &a, 4)) > 300);
}

/// Trap 6. Guard: `Memo::paths_changed` for each file below a folder.
#[test]
fn counts_follow_when_a_folder_goes() {
    let folder = Folder::new(&format!("{GUIDED}//- src/deep/b.ts\n//- src/deep/c/d.ts\n"));
    let mut client = Client::pull(&folder);
    let uri = folder.uri(TS);
    client.open(&uri, 1, &folder.read(TS));
    read(&mut client);
    assert!(hover(&mut client, &uri).contains("**3 files**"));
    std::fs::remove_dir_all(folder.at("src/deep")).unwrap();
    client.touch(&[folder.uri("src/deep")]);
    let shown = hover(&mut client, &uri);
    assert!(shown.contains("**1 file**") && !shown.contains("deep"), "{shown}");
}

/// Trap 9. Guard: the span of `globs::of_value`, `Places::range`.
#[test]
fn a_glob_is_marked_by_its_own_columns() {
    let folder = Folder::new("//- .github/instructions/x.instructions.md\nText.\n//- 日本/a.ts\n");
    let mut client = Client::pull(&folder);
    let uri = folder.uri(".github/instructions/x.instructions.md");
    client.open(&uri, 1, "---\napplyTo: '🎭/**, 日本/**, **/*.md'\n---\nText.\n");
    read(&mut client);
    let at = |client: &mut Client, character: u32| {
        let position = json!({ "line": 1, "character": character });
        client.request("textDocument/hover", json!({ "textDocument": { "uri": uri }, "position": position }))
    };
    let shown = at(&mut client, 20);
    assert_eq!(
        (shown["range"]["start"]["character"].clone(), shown["range"]["end"]["character"].clone()),
        (json!(17), json!(22))
    );
    assert!(shown["contents"]["value"].as_str().unwrap().contains("`日本/a.ts`"), "{shown}");
    assert_eq!(at(&mut client, 11)["range"]["end"]["character"], 15);
}

/// Trap 31, and what leads out of the folder. Guard: `World::probe` in `resolve::there`, the look at
/// folders in `World::any_text`.
#[test]
fn ignored_files_come_along_and_others_stay_out() {
    let folder = Folder::new(
        "//- a.prompt.md\n[b](out/b.md) [c](linked/secret.md) [d](../d.md)\n//- out/b.md\n# B\n//- .gitignore\nout/\n",
    );
    #[cfg(unix)]
    let outside = {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.md"), "# Secret\n").unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.at("linked")).unwrap();
        outside
    };
    let mut client = Client::pull(&folder);
    let page = page(&mut client, &folder.uri("a.prompt.md"), 1);
    assert!(page.contains("- `out/b.md`: 3 tokens"), "{page}");
    #[cfg(unix)]
    assert!(page.contains("- `linked/secret.md`: no text"), "{page}");
    assert!(page.contains("With its links: 2 files") && !page.contains("d.md`: "), "{page}");
    #[cfg(unix)]
    drop(outside);
}
