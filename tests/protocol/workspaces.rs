//! Roots, settings, and files that change under the server.

use crate::client::{Client, Folder, pull_capabilities, push_capabilities, uri_of};
use crate::hazards::{A, PROMPT};
use serde_json::{Value, json};

const LINKED: &str = "//- .github/prompts/a.prompt.md
---
description: x
---
[b](../../docs/b.md#one)
//- docs/b.md
# One
";

fn no_findings(told: &Value) -> bool {
    Client::codes(told).is_empty()
}

fn missing_file(told: &Value) -> bool {
    Client::codes(told) == ["link/missing-file"]
}

/// Guard: `named_folders`, `Session::place`.
#[test]
fn every_way_to_name_the_root() {
    let folder = Folder::new(PROMPT);
    let (uri, path) = (folder.uri(""), folder.path());
    for params in [
        json!({ "rootUri": null, "workspaceFolders": [{ "uri": uri, "name": "x" }] }),
        json!({ "rootUri": uri, "workspaceFolders": null }),
        json!({ "rootUri": uri }),
        json!({ "rootUri": format!("{uri}/") }),
        json!({ "rootUri": null, "rootPath": path }),
        json!({ "rootUri": uri, "workspaceFolders": [] }),
    ] {
        let mut client = Client::start();
        let mut params = params;
        params["processId"] = Value::Null;
        params["capabilities"] = push_capabilities();
        client.initialize(params);
        assert!(missing_file(&client.diagnostics(&folder.uri(A))));
    }
}

/// Guard: `single_root`.
#[test]
fn single_files_without_a_root() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::begin(Client::start(), &[], push_capabilities());
    let uri = folder.uri(A);
    client.open(&uri, 1, &folder.read(A));
    client.diagnostics_where(&uri, missing_file);
    let other = Folder::new("//- x.prompt.md\n[gone](gone.md)\n");
    let uri = other.uri("x.prompt.md");
    client.open(&uri, 1, "[gone](gone.md)\n");
    client.diagnostics_where(&uri, |told| Client::codes(told).contains(&"link/missing-file".to_owned()));
}

/// Guard: the second host in `Session::add_root`; trap 30.
#[test]
fn roots_are_apart_and_come_and_go() {
    let one = Folder::new(
        "//- .github/prompts/a.prompt.md\n---\ndescription: x\n---\n[b](/docs/b.md)\n//- docs/b.md\n# B\n",
    );
    let two = Folder::new(
        "//- .github/prompts/a.prompt.md\n---\ndescription: x\n---\n[b](/docs/b.md) [c](/docs/c.md)\n//- docs/c.md\n# C\n",
    );
    let mut client = Client::begin(Client::start(), &[&one, &two], pull_capabilities());
    let codes = |client: &mut Client, uri: &str| {
        client.open(uri, 1, "---\ndescription: x\n---\n[b](/docs/b.md) [c](/docs/c.md)\n");
        let items =
            client.request("workspace/diagnostic", json!({ "previousResultIds": [] }))["items"].clone();
        let own = items.as_array().unwrap().iter().find(|item| item["uri"] == uri).cloned();
        own.map_or_else(String::new, |item| item["items"][0]["message"].as_str().unwrap().to_owned())
    };
    assert!(codes(&mut client, &one.uri(A)).contains("c.md"));
    assert!(codes(&mut client, &two.uri(A)).contains("b.md"));
    let folders = json!({ "event": { "added": [], "removed": [{ "uri": one.uri(""), "name": "w" }] } });
    client.notify("workspace/didChangeWorkspaceFolders", folders);
    let folders = json!({ "event": { "added": [{ "uri": one.uri(""), "name": "w" }], "removed": [] } });
    client.notify("workspace/didChangeWorkspaceFolders", folders);
    assert!(codes(&mut client, &one.uri(A)).contains("c.md"));
    client.allow_log("was opened while it was open");
}

/// Guard: `Memory::follow_roots`.
#[test]
fn a_folder_that_leaves_takes_its_diagnostics_along() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::push(&folder);
    let uri = folder.uri(A);
    client.diagnostics_where(&uri, missing_file);
    let folders = json!({ "event": { "added": [], "removed": [{ "uri": folder.uri(""), "name": "w" }] } });
    client.notify("workspace/didChangeWorkspaceFolders", folders);
    client.diagnostics_where(&uri, no_findings);
}

/// Guard: `watch::register`, `watch::told`.
#[test]
fn the_client_tells_of_files() {
    let folder = Folder::new(LINKED);
    let mut client = Client::push(&folder);
    client
        .wait_for("registration", |client| client.registered.contains_key("workspace/didChangeWatchedFiles"));
    let uri = folder.uri(A);
    client.open(&uri, 1, &folder.read(A));
    client.diagnostics_where(&uri, no_findings);
    folder.write("docs/b.md", "# Other\n");
    client.touch(&[folder.uri("docs/b.md")]);
    client.diagnostics_where(&uri, |told| Client::codes(told) == ["link/missing-anchor"]);
    folder.remove("docs/b.md");
    client.touch(&[folder.uri("docs/b.md")]);
    client.diagnostics_where(&uri, missing_file);
    folder.write("docs/b.md", "# One\n");
    client.touch(&[folder.uri("docs/b.md")]);
    client.diagnostics_where(&uri, no_findings);
    // The folder alone is told of (trap 6).
    folder.remove("docs");
    client.touch(&[folder.uri("docs")]);
    client.diagnostics_where(&uri, missing_file);
    folder.write("docs/b.md", "# One\n");
    client.touch(&[folder.uri("docs")]);
    client.diagnostics_where(&uri, no_findings);
}

/// Guard: the hash that `Host::refresh` compares, and the one in `Memory::say`; each would do alone. That such an
/// event does no work either: `disk::an_event_without_a_change_does_nothing`.
#[test]
fn an_event_without_a_change_says_nothing() {
    let folder = Folder::new(LINKED);
    let mut client = Client::push(&folder);
    let uri = folder.uri(A);
    client.open(&uri, 1, &folder.read(A));
    client.diagnostics_where(&uri, no_findings);
    client.touch(&[
        folder.uri("docs/b.md"),
        folder.uri(A),
        folder.uri(""),
        folder.uri("node_modules/x/y.md"),
        uri_of(std::path::Path::new("/elsewhere")),
    ]);
    // The next word about the file is about its next version.
    client.change(&uri, 2, json!([{ "text": "[gone](gone.md)\n" }]));
    let told = client.diagnostics(&uri);
    assert_eq!(told["version"], 2, "{told}");
}

/// Guard: the buffers of `Host`; trap 4.
#[test]
fn a_dirty_buffer_wins_and_closing_falls_back_to_the_disk() {
    let folder = Folder::new(LINKED);
    let mut client = Client::push(&folder);
    let (uri, hub) = (folder.uri(A), folder.uri("docs/b.md"));
    client.open(&uri, 1, &folder.read(A));
    client.diagnostics_where(&uri, no_findings);
    client.open(&hub, 1, "# Dirty\n");
    client.diagnostics_where(&uri, |told| Client::codes(told) == ["link/missing-anchor"]);
    folder.write("docs/b.md", "# One\n\nagain\n");
    client.touch(std::slice::from_ref(&hub));
    client.change(&uri, 2, json!([{ "text": "---\ndescription: y\n---\n[b](../../docs/b.md#one)\n" }]));
    assert_eq!(Client::codes(&client.diagnostics_of(&uri, 2)), ["link/missing-anchor"]);
    client.close(&hub);
    client.diagnostics_where(&uri, no_findings);
}

fn without_watching(capabilities: Value) -> Value {
    let mut capabilities = capabilities;
    capabilities["workspace"]["didChangeWatchedFiles"] = json!({ "dynamicRegistration": false });
    capabilities
}

/// Guard: `Watching::watch`; trap 7.
#[test]
fn our_own_watcher_where_the_client_has_none() {
    let folder = Folder::new(LINKED);
    let mut client = Client::on(&folder, without_watching(push_capabilities()));
    let uri = folder.uri(A);
    client.open(&uri, 1, &folder.read(A));
    client.expect_log("watching");
    client.diagnostics_where(&uri, no_findings);
    folder.write("docs/b.md", "# Other\n");
    client.diagnostics_where(&uri, |told| Client::codes(told) == ["link/missing-anchor"]);
    folder.remove("docs");
    client.diagnostics_where(&uri, missing_file);
    folder.write("docs/b.md", "# One\n");
    client.diagnostics_where(&uri, no_findings);
    folder.write("segue.toml", "[rules]\n\"link/missing-anchor\" = \"error\"\n");
    folder.write("docs/b.md", "# Other\n");
    let error = |told: &Value| told["diagnostics"][0]["severity"] == 1;
    client.diagnostics_where(&uri, error);
}

/// Guard: `Watching::look_at_targets`; trap 7.
#[test]
fn targets_are_looked_at_where_nobody_watches() {
    let folder = Folder::new(LINKED);
    let mut client = Client::start();
    client.initialize(json!({
        "processId": null, "rootUri": folder.uri(""), "capabilities": without_watching(pull_capabilities()),
        "initializationOptions": { "watch": "none" },
    }));
    let uri = folder.uri(A);
    client.open(&uri, 1, &folder.read(A));
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    assert!(no_findings(&client.pull_of(&uri)));
    folder.write("docs/b.md", "# Something else\n");
    assert_eq!(Client::codes(&client.pull_of(&uri)), ["link/missing-anchor"]);
    folder.remove("docs/b.md");
    assert!(missing_file(&client.pull_of(&uri)));
}

/// Guard: `Host::load_settings` for buffers and events.
#[test]
fn segue_toml_applies_at_once() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::push(&folder);
    let (uri, toml) = (folder.uri(A), folder.uri("segue.toml"));
    client.open(&uri, 1, &folder.read(A));
    client.diagnostics_where(&uri, missing_file);
    // On disk.
    folder.write("segue.toml", "[rules]\n\"link/missing-file\" = \"off\"\n");
    client.touch(std::slice::from_ref(&toml));
    client.diagnostics_where(&uri, no_findings);
    // In a buffer, with a mistake that is told where it is.
    client.open(&toml, 1, "[rules]\n\"link/missing-file\" = \"error\"\nno-such = 1\n");
    client.diagnostics_where(&uri, |told| told["diagnostics"][0]["severity"] == 1);
    let told = client.diagnostics_where(&toml, |told| !no_findings(told));
    assert_eq!((&told["diagnostics"][0]["range"]["start"]["line"], &told["version"]), (&json!(2), &json!(1)));
    client.change(&toml, 2, json!([{ "text": "" }]));
    client.diagnostics_where(&uri, |told| told["diagnostics"][0]["severity"] == 2);
    client.diagnostics_where(&toml, no_findings);
    // Gone.
    client.close(&toml);
    folder.remove("segue.toml");
    client.touch(&[toml]);
}

/// Guard: `config::take`, and `segue.toml` before it.
#[test]
fn settings_of_the_editor_hold_where_no_file_does() {
    let folder = Folder::new(&format!("{PROMPT}//- sub/segue.toml\n//- sub/b.prompt.md\n[gone](gone.md)\n"));
    let mut client = Client::start();
    client.settings = json!({ "rules": { "link/missing-file": "off" } });
    let mut client = Client::begin(client, &[&folder], push_capabilities());
    let (uri, other) = (folder.uri(A), folder.uri("sub/b.prompt.md"));
    client.open(&uri, 1, &folder.read(A));
    client.open(&other, 1, "[gone](gone.md)\n");
    client.diagnostics_where(&uri, no_findings);
    let gone = |told: &Value| Client::codes(told).contains(&"link/missing-file".to_owned());
    client.diagnostics_where(&other, gone);
    // Changed, and asked for.
    client.settings = json!({ "rules": { "link/missing-file": "error" } });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    client.diagnostics_where(&uri, |told| told["diagnostics"][0]["severity"] == 1);
    // Changed, and told.
    client.settings = json!({ "rules": { "link/missing-file": "off" } });
    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "segue": client.settings } }));
    client.diagnostics_where(&uri, no_findings);
}
