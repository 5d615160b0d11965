//! The traps that trackers of Markdown servers are full of, by number.
//!
//! | trap | test, guard |
//! |---|---|
//! | 1, 2 cold index | `nothing_is_said_of_other_files_before_they_are_known` (`alone::can_judge`, `until_ready`) |
//! | 3 a heading edited elsewhere | `answers::a_heading_edited_in_a_hub_is_told_to_who_links_there` |
//! | 4 dirty buffers | `workspaces::a_dirty_buffer_wins_and_closing_falls_back_to_the_disk` |
//! | 5 agreement after an outside write | `answers_agree_after_a_write_from_outside` (no cache beside the index) |
//! | 6 folders | `workspaces::the_client_tells_of_files` |
//! | 7 no watchers | `workspaces::our_own_watcher…`, `…targets_are_looked_at_where_nobody_watches` |
//! | 8 versions | `answers::an_opened_document_gets_its_diagnostics`, and the client, which fails on one that goes back |
//! | 9, 10 columns | `sync::columns…`, `sync::positions…` |
//! | 11 inconsistent edits | `sync::random_sessions_are_survived` |
//! | 12, 13 order, back-pressure | `hazards::burst_of_ten_thousand_changes`, `shutdown_gets_through_a_storm` (`concurrency_level`) |
//! | 14, 15 incremental trees | `server/syntax/tests/sync.rs`, `tests/facts_hold.rs`: facts are never incremental |
//! | 16 large files | `a_large_document_is_served` (one pass over the text a key) |
//! | 17 huge roots | `peers::a_workspace_of_many_files…`, `initialize_does_not_wait_for_the_scan` |
//! | 27 Windows URIs | `spellings_of_a_drive_are_one_document` (`uri::to_path`, `Documents::get`) |
//! | 28 other schemes | `documents_that_are_no_files` (`Document::place` being `None`) |
//! | 29 case | `a_link_in_the_wrong_case_is_told` |
//! | 30 roots | `workspaces::roots_are_apart_and_come_and_go` |
//! | 31 ignored targets | `an_ignored_target_is_not_missing` (`World::probe`) |
//! | 36 symbolic links | `two_spellings_of_one_file_are_one_document` (`uri::real`, `Documents::tell`) |

use crate::client::{Client, Folder, pull_capabilities, push_capabilities, uri_of};
use crate::hazards::{A, PROMPT};
use serde_json::{Value, json};
use std::fmt::Write;

fn many(prompt: &str) -> Folder {
    let mut fixture = prompt.to_owned();
    for number in 0..3_000 {
        let _ = writeln!(fixture, "//- docs/{}/{number}.md\n# {number}", number % 100);
    }
    Folder::new(&fixture)
}

/// An agent that nobody knows of until the workspace is read.
const PLANNER: &str =
    "//- .github/agents/Planner.agent.md\n---\nname: Planner\ndescription: Plans.\n---\nPlan.\n";

#[test]
fn nothing_is_said_of_other_files_before_they_are_known() {
    let text = "---\ndescription: x\nagent: Planner\n---\n[a](../../docs/1/1.md#no) [b](../../docs/2/2.md#2) [c][none] [d](../../docs/3/3.md)\n";
    for push in [true, false] {
        let folder = many(&format!("//- .github/prompts/a.prompt.md\n{text}{PLANNER}"));
        let mut client = if push { Client::push(&folder) } else { Client::pull(&folder) };
        let uri = folder.uri(A);
        client.open(&uri, 1, text);
        // Whatever is said first is true, and what is said in the end is all of it.
        let all = ["link/missing-anchor", "link/undefined-reference"];
        let true_part = |told: &Value| Client::codes(told).iter().all(|code| all.contains(&&**code));
        if push {
            let told = client.diagnostics_where(&uri, |told| {
                assert!(true_part(told), "{told}");
                Client::codes(told).len() == 2
            });
            assert_eq!(Client::codes(&told), all);
        } else {
            client.pull_until(&uri, |report| {
                assert!(true_part(report), "{report}");
                Client::codes(report) == all
            });
        }
    }
}

#[test]
fn a_client_that_cannot_be_told_again_waits_for_the_whole_answer() {
    let folder = many("//- .github/prompts/a.prompt.md\n");
    let mut capabilities = pull_capabilities();
    capabilities["workspace"]["diagnostics"] = json!({});
    let mut client = Client::on(&folder, capabilities);
    let uri = folder.uri(A);
    client.open(&uri, 1, "---\ndescription: x\n---\n[a](../../docs/1/1.md#no)\n");
    assert_eq!(Client::codes(&client.pull_of(&uri)), ["link/missing-anchor"]);
}

#[test]
fn initialize_does_not_wait_for_the_scan() {
    let folder = many(PROMPT);
    let mut client = Client::pull(&folder);
    let uri = folder.uri(A);
    client.open(&uri, 1, "# Here\n");
    let symbols = client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(symbols[0]["name"], "Here");
    client.request("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(0));
}

#[test]
fn answers_agree_after_a_write_from_outside() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    let uri = folder.uri(A);
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    folder.write(A, "---\ndescription: x\n---\n# New\n\nfine\n");
    client.touch(std::slice::from_ref(&uri));
    assert!(Client::codes(&client.pull_of(&uri)).is_empty());
    let symbols = client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(symbols[1]["name"], "New");
    let items = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }))["items"].clone();
    assert_eq!(items, json!([]));
}

#[test]
fn shutdown_gets_through_a_storm() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::push(&folder);
    let uri = folder.uri(A);
    let text = "word [gone](gone.md)\n\n".repeat(13_000);
    client.open(&uri, 0, &text);
    let start = json!({ "line": 0, "character": 0 });
    for version in 1..=500 {
        client.change(&uri, version, json!([{ "range": { "start": start, "end": start }, "text": "x" }]));
    }
    // All of it is taken in, and the last state is told.
    client.diagnostics_of(&uri, 500);
    assert_eq!(client.finish().code(), Some(0));
}

#[test]
fn a_large_document_is_served() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    let uri = folder.uri(A);
    let text =
        format!("{}\n[gone](gone.md)\n", "A line of text with `code` and *emphasis* in it.\n".repeat(30_000));
    client.open(&uri, 1, &text);
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    for version in 2..=12 {
        let at = json!({ "line": 15_000, "character": 3 });
        client.change(&uri, version, json!([{ "range": { "start": at, "end": at }, "text": "y" }]));
        let report = client.pull_of(&uri);
        assert!(Client::codes(&report).contains(&"link/missing-file".to_owned()));
    }
}

#[test]
fn spellings_of_a_drive_are_one_document() {
    let mut client = Client::start();
    client.initialize(json!({
        "processId": null, "rootUri": "file:///c%3A/w", "capabilities": pull_capabilities(),
    }));
    let (one, other) =
        ("file:///c%3A/w/.github/prompts/a.prompt.md", "file:///C:/w/.github/prompts/a.prompt.md");
    client.open(one, 1, "# x\n\n```\nunclosed\n");
    client.change(other, 2, json!([{ "text": "# y\n\n[a][b]\n" }]));
    for uri in [one, other] {
        let symbols =
            client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
        assert_eq!(symbols[0]["name"], "y");
    }
    let items = client.request("workspace/diagnostic", json!({ "previousResultIds": [] }))["items"].clone();
    let uris: Vec<_> = items.as_array().unwrap().iter().map(|item| item["uri"].as_str().unwrap()).collect();
    assert_eq!(uris, [one], "in the spelling of the client");
}

#[test]
fn documents_that_are_no_files() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    for uri in [
        "untitled:Untitled-1",
        "buffer://7",
        "git:/x/a.prompt.md?ref",
        "",
        "x",
        "file:",
        "file://%",
        "vscode-notebook-cell:/a#1",
    ] {
        client.open(uri, 1, "---\n[gone](gone.md)\n");
        client.change(uri, 2, json!([{ "text": "# x\n" }]));
        assert!(Client::codes(&client.pull_of(uri)).is_empty());
        let at = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 0 } });
        assert_eq!(client.request("textDocument/hover", at), Value::Null);
        client.close(uri);
    }
}

#[test]
fn a_link_in_the_wrong_case_is_told() {
    let folder = Folder::new(
        "//- .github/prompts/a.prompt.md\n---\ndescription: x\n---\n[b](../../docs/B.md)\n//- docs/b.md\n# B\n",
    );
    let mut client = Client::push(&folder);
    assert_eq!(Client::codes(&client.diagnostics(&folder.uri(A))), ["link/case-mismatch"]);
}

#[test]
fn an_ignored_target_is_not_missing() {
    let folder = Folder::new(
        "//- .github/prompts/a.prompt.md\n---\ndescription: x\n---\n[b](../../out/b.md) [c](../../out/c.md)\n//- out/b.md\n# B\n//- .gitignore\nout/\n",
    );
    let mut client = Client::push(&folder);
    let told = client.diagnostics(&folder.uri(A));
    assert_eq!(told["diagnostics"].as_array().unwrap().len(), 1);
    assert!(told["diagnostics"][0]["message"].as_str().unwrap().contains("c.md"));
}

#[cfg(unix)]
#[test]
fn two_spellings_of_one_file_are_one_document() {
    let folder = Folder::new(PROMPT);
    let link = tempfile::tempdir().unwrap();
    let other = link.path().canonicalize().unwrap().join("w");
    std::os::unix::fs::symlink(folder.path(), &other).unwrap();
    let mut client = Client::begin(Client::start(), &[&folder], push_capabilities());
    let (one, two) = (folder.uri(A), uri_of(&other.join(A)));
    client.open(&one, 1, "# Fine\n\nText.\n");
    client.diagnostics_of(&one, 1);
    // The other spelling is not told of: `know` is not called for it, so the client would fail.
    client.notify(
        "textDocument/didOpen",
        json!({ "textDocument": {
        "uri": two, "languageId": "markdown", "version": 5, "text": "[gone](gone.md)\n" } }),
    );
    client.diagnostics_where(&one, |told| Client::codes(told).contains(&"link/missing-file".to_owned()));
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": two } }));
    let told =
        client.diagnostics_where(&one, |told| !Client::codes(told).contains(&"link/missing-file".to_owned()));
    assert_eq!(told["uri"], one);
}

/// Guard: `progress::report`.
#[test]
fn a_long_scan_shows_progress_to_who_wants_it() {
    let mut fixture = String::new();
    for number in 0..12_000 {
        let _ = writeln!(
            fixture,
            "//- p/{}/{number}.prompt.md\n---\ndescription: {number}\n---\n[a](./{}.prompt.md)\n",
            number % 100,
            number % 100
        );
    }
    let folder = Folder::new(&fixture);
    let mut capabilities = pull_capabilities();
    capabilities["window"] = json!({ "workDoneProgress": true });
    let mut client = Client::on(&folder, capabilities);
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    // A fast machine may be done before there is anything to show; what is shown is whole.
    let kinds: Vec<_> =
        client.progress.iter().map(|said| said["value"]["kind"].as_str().unwrap().to_owned()).collect();
    assert!(kinds.is_empty() || kinds[0] == "begin", "{kinds:?}");
}

/// Guard: `session.wake` in `diagnostics::document`, and `had.stamp` in `publish::stale`.
#[test]
fn an_answer_given_while_the_scan_ends_is_followed_by_the_whole_one() {
    let text = "---\ndescription: x\n---\n[a](../../docs/1.md#no)\n";
    let folder = Folder::new(&format!("//- .github/prompts/a.prompt.md\n{text}//- docs/1.md\n# 1\n"));
    for _ in 0..40 {
        let mut client = Client::pull(&folder);
        let uri = folder.uri(A);
        client.open(&uri, 1, text);
        // As editors do: asked once, and again whenever the server says so.
        loop {
            let refreshes = client.refreshes;
            if Client::codes(&client.pull_of(&uri)) == ["link/missing-anchor"] {
                break;
            }
            client.wait_for("a refresh", |client| client.refreshes > refreshes);
        }
    }
}
