//! Renames and moves as a client makes them: the answers are applied as the protocol says, and then
//! nothing is broken.

use crate::client::{Client, Folder, pull_capabilities, push_capabilities};
use serde_json::{Value, json};

const AGENT: &str = ".github/agents/planner.agent.md";
const SHIP: &str = ".github/prompts/ship.prompt.md";
const HUB: &str = "docs/hub.memory.md";

const TIED: &str = "//- .github/agents/planner.agent.md
---
name: Planner
description: x
---
😀 [hub](../../docs/hub.memory.md#one)
//- .github/prompts/ship.prompt.md
---
description: x
agent: Planner
---
Ask @planner. [hub](../../docs/hub.memory.md#one) [a](../agents/planner.agent.md)
//- docs/hub.memory.md
# One

# Two
//- README.md
[hub](docs/hub.memory.md#one)
";

fn at(uri: &str, line: u64, character: u64) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

fn named(mut at: Value, new: &str) -> Value {
    at["newName"] = json!(new);
    at
}

fn with_everything(mut capabilities: Value) -> Value {
    capabilities["workspace"]["workspaceEdit"] = json!({
        "documentChanges": true, "resourceOperations": ["create", "rename", "delete"],
        "changeAnnotationSupport": { "groupsOnLabel": true },
    });
    capabilities["textDocument"]["rename"] = json!({ "prepareSupport": true });
    capabilities
}

/// Makes an edit on disk as a client would; the files that were edited, with the versions told.
fn make(folder: &Folder, edit: &Value) -> Vec<(String, Value)> {
    let root = folder.uri("");
    let path = |uri: &Value| {
        let uri = uri.as_str().unwrap().replace("%20", " ");
        uri.strip_prefix(&format!("{root}/")).unwrap().to_owned()
    };
    let mut edited = Vec::new();
    let edit_file = |uri: &Value, edits: &Value| {
        let mut text = folder.read(&path(uri));
        let mut edits: Vec<&Value> = edits.as_array().unwrap().iter().collect();
        edits.sort_by_key(|edit| {
            let start = &edit["range"]["start"];
            (start["line"].as_u64(), start["character"].as_u64())
        });
        for edit in edits.iter().rev() {
            let start = byte(&text, &edit["range"]["start"]);
            let end = byte(&text, &edit["range"]["end"]);
            text.replace_range(start..end, edit["newText"].as_str().unwrap());
        }
        folder.write(&path(uri), &text);
        path(uri)
    };
    for change in edit["documentChanges"].as_array().into_iter().flatten() {
        match change["kind"].as_str() {
            None => {
                let document = &change["textDocument"];
                edited.push((edit_file(&document["uri"], &change["edits"]), document["version"].clone()));
            }
            Some("rename") => {
                let to = folder.at(&path(&change["newUri"]));
                std::fs::create_dir_all(to.parent().unwrap()).unwrap();
                std::fs::rename(folder.at(&path(&change["oldUri"])), to).unwrap();
            }
            Some(other) => panic!("{other}"),
        }
    }
    for (uri, edits) in edit["changes"].as_object().into_iter().flatten() {
        edited.push((edit_file(&json!(uri), edits), Value::Null));
    }
    edited.sort_by(|one, other| one.0.cmp(&other.0));
    edited
}

/// The byte of a position in UTF-16.
fn byte(text: &str, position: &Value) -> usize {
    let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut units = position["character"].as_u64().unwrap();
    let mut end = start;
    for c in text[start..].chars() {
        if units == 0 {
            break;
        }
        units -= c.len_utf16() as u64;
        end += c.len_utf8();
    }
    end
}

/// Guard: `rename::rename`, `changes::written`.
#[test]
fn a_heading_is_renamed_with_every_link_to_it() {
    let folder = Folder::new(TIED);
    let mut client = Client::on(&folder, with_everything(push_capabilities()));
    let ship = folder.uri(SHIP);
    client.open(&ship, 7, &folder.read(SHIP));
    let prepared = client.request("textDocument/prepareRename", at(&ship, 4, 46));
    let range = json!({ "start": { "line": 4, "character": 45 }, "end": { "line": 4, "character": 48 } });
    assert_eq!(prepared, json!({ "range": range, "placeholder": "One" }));
    let edit = client.request("textDocument/rename", named(at(&ship, 4, 46), "Über uns"));
    let edited = make(&folder, &edit);
    let files: Vec<(&str, &Value)> = edited.iter().map(|(path, version)| (path.as_str(), version)).collect();
    let (seven, closed) = (json!(7), Value::Null);
    assert_eq!(files, [(AGENT, &closed), (SHIP, &seven), ("README.md", &closed), (HUB, &closed)]);
    assert!(folder.read(HUB).starts_with("# Über uns\n"));
    for path in [AGENT, SHIP, "README.md"] {
        assert!(folder.read(path).contains("hub.memory.md#über-uns)"), "{}", folder.read(path));
    }
    let annotations = edit["changeAnnotations"].as_object().unwrap();
    let labels: Vec<&str> = annotations.values().map(|own| own["label"].as_str().unwrap()).collect();
    assert_eq!((labels.len(), annotations.values().any(|own| own["needsConfirmation"] == true)), (2, false));
}

/// Guard: `rename::refused`.
#[test]
fn what_cannot_be_renamed_says_why() {
    let folder = Folder::new(TIED);
    let mut client = Client::on(&folder, with_everything(push_capabilities()));
    let (ship, hub) = (folder.uri(SHIP), folder.uri(HUB));
    client.open(&ship, 1, "---\nagent: Nobody\n---\n[x](../../docs/hub.memory.md#gone)\n");
    for (position, reason) in [(at(&ship, 1, 9), "Nobody"), (at(&ship, 3, 32), "#gone")] {
        let id = client.ask("textDocument/prepareRename", position);
        let error = client.answer(id)["error"].clone();
        assert_eq!(error["code"], -32803, "{error}");
        assert!(error["message"].as_str().unwrap().contains(reason), "{error}");
    }
    let id = client.ask("textDocument/rename", named(at(&hub, 0, 3), "two"));
    assert!(client.answer(id)["error"]["message"].as_str().unwrap().contains("`#two` already"));
    assert_eq!(client.request("textDocument/prepareRename", at(&ship, 1, 2)), Value::Null);
}

/// Guard: `RenameFile`, annotations that need a word, `MovesTold`.
#[test]
fn an_agent_is_renamed_with_its_file_and_every_use() {
    let folder = Folder::new(TIED);
    let mut client = Client::on(&folder, with_everything(push_capabilities()));
    let ship = folder.uri(SHIP);
    client.open(&ship, 1, &folder.read(SHIP));
    let edit = client.request("textDocument/rename", named(at(&ship, 2, 9), "Architect"));
    let last = edit["documentChanges"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["kind"], "rename", "edits come before moves");
    let confirmed: Vec<&Value> = edit["changeAnnotations"]
        .as_object()
        .unwrap()
        .values()
        .filter(|own| own["needsConfirmation"] == true)
        .map(|own| &own["label"])
        .collect();
    assert_eq!(confirmed, ["Mentions in text"]);
    make(&folder, &edit);
    let new = ".github/agents/architect.agent.md";
    assert!(folder.read(new).contains("name: Architect\n"));
    let text = folder.read(SHIP);
    assert!(text.contains("agent: Architect\n") && text.contains("Ask @architect. "), "{text}");
    assert!(text.contains("[a](../agents/architect.agent.md)"), "{text}");
    // The editor made the edits, and asks what follows the move that it makes next: it knows already.
    let whole = json!([{ "text": text }]);
    client.change(&ship, 2, whole);
    let files = json!({ "files": [{ "oldUri": last["oldUri"], "newUri": last["newUri"] }] });
    assert_eq!(client.request("workspace/willRenameFiles", files.clone()), Value::Null);
    client.notify("workspace/didRenameFiles", files);
    client.touch(&[folder.uri(new), folder.uri(AGENT)]);
    let found = client.request("textDocument/definition", at(&ship, 2, 9));
    assert_eq!(found[0]["uri"], folder.uri(new));
}

/// Guard: `Written::left`.
#[test]
fn where_the_editor_moves_no_files_it_is_told_what_to_move() {
    let folder = Folder::new(TIED);
    let mut capabilities = push_capabilities();
    capabilities["workspace"]["workspaceEdit"] = json!({});
    let mut client = Client::on(&folder, capabilities);
    let ship = folder.uri(SHIP);
    client.open(&ship, 1, &folder.read(SHIP));
    let edit = client.request("textDocument/rename", named(at(&ship, 2, 9), "Architect"));
    assert!(edit.get("documentChanges").is_none() && edit.get("changeAnnotations").is_none(), "{edit}");
    make(&folder, &edit);
    assert!(folder.read(AGENT).contains("name: Architect\n"));
    assert!(folder.read(SHIP).contains("(../agents/architect.agent.md)"));
    client.wait_for("a message", |client| !client.shown.is_empty());
    let message = client.shown[0]["message"].as_str().unwrap();
    assert!(
        message.contains(&format!("Move `{AGENT}` to `.github/agents/architect.agent.md`.")),
        "{message}"
    );
}

/// Guard: `wait::until_ready` in `rename::rename`; trap 1.
#[test]
fn the_first_rename_is_whole() {
    const FILES: usize = 1_000;
    let mut fixture = "//- docs/hub.memory.md\n# Hub\n".to_owned();
    for n in 0..FILES {
        fixture += &format!("//- specs/{n}.spec.md\n# S\n\n[hub](../docs/hub.memory.md#hub)\n");
    }
    let folder = Folder::new(&fixture);
    let mut client = Client::on(&folder, with_everything(pull_capabilities()));
    // Straight after `initialized`.
    let edit = client.request("textDocument/rename", named(at(&folder.uri(HUB), 0, 3), "Center"));
    assert_eq!(edit["documentChanges"].as_array().unwrap().len(), FILES + 1);
}

/// Guard: `wait::look_again`.
#[test]
fn what_changed_on_disk_untold_is_in_the_answer_all_the_same() {
    let folder = Folder::new(TIED);
    let mut client = Client::on(&folder, with_everything(pull_capabilities()));
    let (ship, hub) = (folder.uri(SHIP), folder.uri(HUB));
    client.open(&ship, 1, &folder.read(SHIP));
    client.request("textDocument/prepareRename", at(&ship, 4, 46));
    let before = "A line before.\n\n";
    let moved = folder.read(AGENT).replace("😀 [hub]", &format!("{before}[hub]"));
    folder.write(AGENT, &moved);
    let mut params = at(&hub, 0, 3);
    params["context"] = json!({ "includeDeclaration": false });
    let found = client.request("textDocument/references", params);
    let own = found.as_array().unwrap().iter().find(|one| one["uri"] == folder.uri(AGENT)).unwrap();
    assert_eq!(own["range"]["start"], json!({ "line": 6, "character": 31 }));
    folder.write(AGENT, &moved.replace(before, ""));
    let edit = client.request("textDocument/rename", named(at(&hub, 0, 3), "Other"));
    make(&folder, &edit);
    assert!(folder.read(AGENT).ends_with("---\n[hub](../../docs/hub.memory.md#other)\n"));
    folder.write(AGENT, &folder.read(AGENT).replace("[hub]", "* [hub]"));
    let moves = files(&[(folder.uri(HUB), folder.uri("hub.memory.md"))]);
    make(&folder, &client.request("workspace/willRenameFiles", moves));
    assert!(folder.read(AGENT).ends_with("---\n* [hub](../../hub.memory.md#other)\n"));
}

fn files(pairs: &[(String, String)]) -> Value {
    let files: Vec<Value> = pairs.iter().map(|(old, new)| json!({ "oldUri": old, "newUri": new })).collect();
    json!({ "files": files })
}

/// Guard: `moves::will_rename`, `moves::did_rename`; traps 6, 18, 20.
#[test]
fn links_follow_files_and_folders_that_the_editor_moves() {
    let folder = Folder::new(TIED);
    let mut client = Client::on(&folder, with_everything(pull_capabilities()));
    let ship = folder.uri(SHIP);
    client.open(&ship, 3, &folder.read(SHIP));
    for (version, from, to, link) in [
        (4, "docs/hub.memory.md", "docs/deep er/hub.memory.md", "../../docs/deep%20er/hub.memory.md#one"),
        (5, "docs", "handbook", "../../handbook/deep%20er/hub.memory.md#one"),
    ] {
        let moves = files(&[(folder.uri(from), folder.uri(to))]);
        let edit = client.request("workspace/willRenameFiles", moves.clone());
        make(&folder, &edit);
        std::fs::create_dir_all(folder.at(to).parent().unwrap()).unwrap();
        std::fs::rename(folder.at(from), folder.at(to)).unwrap();
        let text = folder.read(SHIP);
        assert!(text.contains(&format!("({link})")), "{text}");
        assert!(folder.read(AGENT).contains(&format!("({link})")), "{}", folder.read(AGENT));
        client.change(&ship, version, json!([{ "text": text }]));
        client.notify("workspace/didRenameFiles", moves);
        client.touch(&[folder.uri(AGENT), folder.uri("README.md")]);
        let report = client.pull_of(&ship);
        assert_eq!(Client::codes(&report), [""; 0], "{report}");
        let line = text.lines().nth(4).unwrap();
        let end = line.find("#one").unwrap() as u64 + 2;
        let found = client.request("textDocument/definition", at(&ship, 4, end));
        assert!(found[0]["uri"].as_str().unwrap().contains("/deep%20er/hub.memory.md"), "{found}");
    }
    // Nothing leads there, so nothing follows.
    let none = files(&[(folder.uri(SHIP), folder.uri(".github/prompts/go.prompt.md"))]);
    assert_eq!(client.request("workspace/willRenameFiles", none), Value::Null);
}

/// Guard: `watch::look_at`.
#[test]
fn files_that_the_editor_creates_and_deletes_are_noticed() {
    let folder = Folder::new(TIED);
    let mut client = Client::on(&folder, with_everything(pull_capabilities()));
    let ship = folder.uri(SHIP);
    client.open(&ship, 1, "---\ndescription: x\n---\n[n](../../docs/new.memory.md)\n");
    client.pull_until(&ship, |report| Client::codes(report) == ["link/missing-file"]);
    folder.write("docs/new.memory.md", "# New\n");
    let new = json!({ "files": [{ "uri": folder.uri("docs/new.memory.md") }] });
    client.notify("workspace/didCreateFiles", new);
    client.pull_until(&ship, |report| Client::codes(report).is_empty());
    folder.remove("docs");
    client.notify("workspace/didDeleteFiles", json!({ "files": [{ "uri": folder.uri("docs") }] }));
    client.pull_until(&ship, |report| Client::codes(report) == ["link/missing-file"]);
}

/// Guard: `astray::fixes`, `Host::settle_moves`.
#[test]
fn a_move_outside_of_the_editor_is_offered_where_it_broke_links() {
    let folder = Folder::new(TIED);
    let mut client = Client::on(&folder, with_everything(pull_capabilities()));
    let ship = folder.uri(SHIP);
    client.open(&ship, 1, &folder.read(SHIP));
    // Answered after the first scan: what moves before it is not seen to move.
    client.request("textDocument/prepareRename", at(&ship, 4, 46));
    std::fs::create_dir(folder.at("notes")).unwrap();
    std::fs::rename(folder.at(HUB), folder.at("notes/center.memory.md")).unwrap();
    client.touch(&[folder.uri("notes/center.memory.md")]);
    client.touch(&[folder.uri(HUB)]);
    client.pull_until(&ship, |report| Client::codes(report) == ["link/missing-file"]);
    let range = json!({ "start": { "line": 4, "character": 24 }, "end": { "line": 4, "character": 24 } });
    let params = json!({ "textDocument": { "uri": ship }, "range": range, "context": { "diagnostics": [] } });
    let actions = client.request("textDocument/codeAction", params);
    let fix = &actions[0];
    assert_eq!(fix["title"], "Link to `../../notes/center.memory.md`, to where it was moved");
    assert_eq!(fix["diagnostics"][0]["code"], "link/missing-file");
    make(&folder, &fix["edit"]);
    assert!(folder.read(SHIP).contains("[hub](../../notes/center.memory.md#one)"));
}

/// Guard: `moves::will_create`, `moves::will_delete`.
#[test]
fn links_are_kept_from_what_comes_and_freed_of_what_goes() {
    let folder = Folder::new("//- a.spec.md\n[x](docs/b) [y](docs/b.md)\n//- docs/b.md\n# B\n");
    let one = |path: &str| json!({ "files": [{ "uri": folder.uri(path) }] });
    let mut client = Client::on(&folder, with_everything(pull_capabilities()));
    make(&folder, &client.request("workspace/willCreateFiles", one("docs/b")));
    assert_eq!(folder.read("a.spec.md"), "[x](docs/b.md) [y](docs/b.md)\n");
    client.touch(&[folder.uri("a.spec.md")]);
    assert_eq!(client.request("workspace/willCreateFiles", one("docs/new.md")), Value::Null);
    let edit = client.request("workspace/willDeleteFiles", one("docs"));
    let annotations = edit["changeAnnotations"].as_object().unwrap();
    assert!(annotations.values().all(|own| own["needsConfirmation"] == true), "{edit}");
    make(&folder, &edit);
    assert_eq!(folder.read("a.spec.md"), "x y\n");
    // Who cannot ask somebody first is told nothing.
    let mut client = Client::on(&folder, push_capabilities());
    assert_eq!(client.request("workspace/willDeleteFiles", one("docs")), Value::Null);
}
