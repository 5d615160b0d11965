//! The traps that trackers of Markdown servers are full of, by number.
//!
//! | trap | test, guard |
//! |---|---|
//! | 1 cold index | `an_answer_about_the_workspace_waits…`, `a_client_that_cannot_be_told_again…` (`until_ready`), `scopes::nothing_is_counted…` |
//! | 2 nothing said too early | `nothing_is_said_of_other_files_before_they_are_known` (`alone::can_judge`) |
//! | 3 a heading edited elsewhere | `answers::a_heading_edited_in_a_hub_is_told_to_who_links_there` |
//! | 4 dirty buffers | `workspaces::a_dirty_buffer_wins_and_closing_falls_back_to_the_disk`, `scopes::the_page_is_of_the_buffer…` |
//! | 5 agreement after an outside write | `answers_agree_after_a_write_from_outside` (no cache beside the index) |
//! | 6 folders | `workspaces::the_client_tells_of_files`, `scopes::counts_follow_when_a_folder_goes` |
//! | 7 no watchers | `workspaces::our_own_watcher…`, `…targets_are_looked_at_where_nobody_watches` |
//! | 8 versions | `answers::an_opened_document_gets_its_diagnostics`, and the client, which fails on one that goes back |
//! | 9, 10 columns | `sync::columns…`, `sync::positions…` |
//! | 11 inconsistent edits | `sync::random_sessions_are_survived` |
//! | 12 order | `hazards::burst_of_ten_thousand_changes` |
//! | 13 back-pressure | `nothing_is_held_up_by_a_storm_over_slow_work` (`concurrency_level`), `hazards::a_slow_request_is_cancelled` |
//! | 14, 15 incremental trees | `answers_after_edits_are_those_of_a_fresh_document` (`Text::apply`) |
//! | 16 large files | `a_large_document_is_served`, `no_shape_of_text_holds_the_server_up` (one pass over the text a key) |
//! | 17 huge roots | `peers::a_workspace_of_many_files…`, `what_is_left_out_of_a_huge_root_is_said`, `nothing_waits_for_the_scan_that_needs_not` (the runtime borrowed in `main`) |
//! | 27 Windows URIs | `spellings_of_a_drive_are_one_document` (`uri::to_path`, `Documents::get`) |
//! | 28 other schemes | `documents_that_are_no_files` (the scheme in `uri::to_path`) |
//! | 29 case | `a_link_in_the_wrong_case_is_told` |
//! | 30 roots | `workspaces::roots_are_apart_and_come_and_go` |
//! | 31 ignored targets | `an_ignored_target_is_not_missing` (`World::probe`), `scopes::ignored_files_come_along…` |
//! | 36 symbolic links | `two_spellings_of_one_file_are_one_document` (`uri::real`, `Documents::tell`) |

use crate::client::{Client, Folder, pull_capabilities, push_capabilities, uri_of};
use crate::hazards::{A, PROMPT};
use crate::support::{Random, seed};
use serde_json::{Value, json};

/// An agent that nobody knows of until the workspace is read.
const PLANNER: &str =
    "//- .github/agents/Planner.agent.md\n---\nname: Planner\ndescription: Plans.\n---\nPlan.\n";

/// A server that does not begin to scan before [`release`].
pub fn held(folder: &Folder, capabilities: Value) -> Client {
    let client = Client::start_with(&["lsp"], &[("SEGUE_SELF_TEST", "hold-scan")]);
    Client::begin(client, &[folder], capabilities)
}

pub fn release(client: &mut Client) {
    client.request("segue/selfTest", json!({ "release": true }));
}

/// What the file alone says of [`cold`], and what the workspace says.
const ALONE: &[&str] = &["link/undefined-reference"];
const ALL: &[&str] = &["link/missing-anchor", "link/undefined-reference"];

/// A prompt that refers to an agent and to other files, one of them wrongly.
fn cold() -> (Folder, &'static str) {
    let text = "---\ndescription: x\nagent: Planner\n---\n[a](../../docs/1.md#no) [b](../../docs/2.md#2) [c][none] [d](../../docs/3.md)\n";
    let hubs = "//- docs/1.md\n# 1\n//- docs/2.md\n# 2\n//- docs/3.md\n# 3\n";
    (Folder::new(&format!("//- .github/prompts/a.prompt.md\n{text}{PLANNER}{hubs}")), text)
}

#[test]
fn nothing_is_said_of_other_files_before_they_are_known() {
    let (folder, text) = cold();
    let mut client = held(&folder, push_capabilities());
    let uri = folder.uri(A);
    client.open(&uri, 1, text);
    assert_eq!(Client::codes(&client.diagnostics(&uri)), ALONE);
    client.change(&uri, 2, json!([{ "text": format!("{text}\nMore.\n") }]));
    assert_eq!(Client::codes(&client.diagnostics_of(&uri, 2)), ALONE);
    release(&mut client);
    assert_eq!(Client::codes(&client.diagnostics(&uri)), ALL);

    let mut client = held(&folder, pull_capabilities());
    client.open(&uri, 1, text);
    assert_eq!(Client::codes(&client.pull_of(&uri)), ALONE);
    let before = client.refreshes;
    release(&mut client);
    client.wait_for("a refresh", |client| client.refreshes > before);
    assert_eq!(Client::codes(&client.pull_of(&uri)), ALL);
}

#[test]
fn an_answer_about_the_workspace_waits_until_it_is_known() {
    let (folder, text) = cold();
    let mut client = held(&folder, pull_capabilities());
    let uri = folder.uri(A);
    let id = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] }));
    // Others are answered meanwhile, that one is not.
    client.open(&uri, 1, text);
    client.pull_of(&uri);
    assert!(!client.is_answered(id));
    release(&mut client);
    let items = client.result(id)["items"].clone();
    assert_eq!(items.as_array().map(Vec::len), Some(1), "{items}");
    let codes = Client::codes(&items[0]);
    assert!(codes.contains(&"link/missing-anchor".to_owned()), "{codes:?}");
}

#[test]
fn a_client_that_cannot_be_told_again_waits_for_the_whole_answer() {
    let (folder, text) = cold();
    let mut capabilities = pull_capabilities();
    capabilities["workspace"]["diagnostics"] = json!({});
    let mut client = held(&folder, capabilities);
    let uri = folder.uri(A);
    client.open(&uri, 1, text);
    let id = client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }));
    client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
    assert!(!client.is_answered(id));
    release(&mut client);
    assert_eq!(Client::codes(&client.result(id)), ALL);
}

#[test]
fn nothing_waits_for_the_scan_that_needs_not() {
    let folder = Folder::new(PROMPT);
    let mut client = held(&folder, pull_capabilities());
    let uri = folder.uri(A);
    client.open(&uri, 1, "# Here\n");
    let symbols = client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(symbols[0]["name"], "Here");
    client.request("textDocument/foldingRange", json!({ "textDocument": { "uri": uri } }));
    // And the end does not wait for it either.
    client.request("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(0));
}

/// Guard: `say_if_cut` in `progress::scan`.
#[test]
fn what_is_left_out_of_a_huge_root_is_said() {
    let files: String = (0..80).map(|number| format!("//- docs/{number}.md\n# {number}\n")).collect();
    let folder = Folder::new(&files);
    let client = Client::start_with(&["lsp"], &[("SEGUE_SELF_TEST", "few-entries")]);
    let mut client = Client::begin(client, &[&folder], push_capabilities());
    client.wait_for("a word about it", |client| client.shown.len() == 1);
    let said = client.shown[0]["message"].as_str().unwrap();
    assert!(said.starts_with("Only the first 50 entries of this folder were read"), "{said}");
}

/// Guard: `progress::report`.
#[test]
fn a_long_scan_shows_its_progress_from_beginning_to_end() {
    let folder = Folder::new(PROMPT);
    let mut capabilities = pull_capabilities();
    capabilities["window"] = json!({ "workDoneProgress": true });
    let mut client = held(&folder, capabilities);
    let kind = |said: &Value| said["value"]["kind"].as_str().unwrap().to_owned();
    client.wait_for("the beginning", |client| client.progress.len() == 1);
    let begin = client.progress[0].clone();
    assert_eq!((kind(&begin), &begin["value"]["percentage"]), ("begin".to_owned(), &json!(0)));
    release(&mut client);
    client.wait_for("the end", |client| client.progress.iter().any(|said| kind(said) == "end"));
    let kinds: Vec<String> = client.progress.iter().map(kind).collect();
    assert!(kinds[1..kinds.len() - 1].iter().all(|kind| kind == "report") && kinds.len() > 2, "{kinds:?}");
    assert_eq!(client.progress[kinds.len() - 2]["value"]["message"], "1/1 files");
    assert!(client.progress.iter().all(|said| said["token"] == begin["token"]));
}

/// Guard: `progress` in `ClientFacts`; the client fails on what it did not ask for.
#[test]
fn progress_is_for_who_wants_it() {
    let folder = Folder::new(PROMPT);
    let mut client = held(&folder, pull_capabilities());
    // Long enough for a word about it.
    client.request("segue/selfTest", json!({ "block": 400 }));
    release(&mut client);
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    assert!(client.progress.is_empty());
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
fn nothing_is_held_up_by_a_storm_over_slow_work() {
    let folder = Folder::new(PROMPT);
    let client = Client::start_with(&["lsp"], &[("SEGUE_SELF_TEST", "1")]);
    let mut client = Client::begin(client, &[&folder], push_capabilities());
    let slow = json!({ "block": 600_000, "lane": "background" });
    let asked: Vec<i64> = (0..8).map(|_| client.ask("segue/selfTest", slow.clone())).collect();
    let uri = folder.uri(A);
    let text = "word [gone](gone.md)\n\n".repeat(13_000);
    client.open(&uri, 0, &text);
    let start = json!({ "line": 0, "character": 0 });
    for version in 1..=500 {
        client.change(&uri, version, json!([{ "range": { "start": start, "end": start }, "text": "x" }]));
    }
    // All of it is taken in, and the last state is told.
    client.diagnostics_of(&uri, 500);
    for id in asked {
        client.notify("$/cancelRequest", json!({ "id": id }));
        assert_eq!(client.answer(id)["error"]["code"], -32800);
    }
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
        client.open(uri, 1, "[gone][none]\n");
        assert!(Client::codes(&client.pull_of(uri)).is_empty(), "{uri}");
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

/// Edits and the answers after each, compared with a document that is opened with the same text.
#[test]
fn answers_after_edits_are_those_of_a_fresh_document() {
    const PIECES: &[&str] = &[
        "# h\n",
        "\n",
        "text [a](gone.md)\n",
        "```\n",
        "- x\n",
        "  - y\n",
        "> q\n",
        "---\n",
        "description: z\n",
        "x",
        "[a]: b.md\n",
        "<!-- c -->\n",
        "é😀",
        "\r\n",
        "`",
        "*",
        "| a | b |\n",
        "    code\n",
        "<div>\n",
    ];
    let mut random = Random::new(seed());
    let folder = Folder::new(&format!("{PROMPT}//- .github/prompts/b.prompt.md\n"));
    let mut capabilities = pull_capabilities();
    capabilities["general"]["positionEncodings"] = json!(["utf-8"]);
    let mut client = Client::on(&folder, capabilities);
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let (edited, fresh) = (folder.uri(A), folder.uri(".github/prompts/b.prompt.md"));
    let mut text = "---\ndescription: x\n---\n# One\n\n[gone](gone.md)\n".to_owned();
    client.open(&edited, 0, &text);
    for version in 1..=400 {
        let (from, to) = (place(&mut random, &text), place(&mut random, &text));
        let (start, mut end) = (from.min(to), from.max(to));
        if end - start > 30 {
            end = start;
        }
        let piece = *random.pick(PIECES);
        let range = json!({ "start": position(&text, start), "end": position(&text, end) });
        client.change(&edited, version, json!([{ "range": range, "text": piece }]));
        text.replace_range(start..end, piece);
        if version % 8 != 0 {
            continue;
        }
        client.open(&fresh, version, &text);
        let [one, other] = [&edited, &fresh].map(|uri| {
            let document = json!({ "textDocument": { "uri": uri } });
            let symbols = client.request("textDocument/documentSymbol", document.clone());
            let folds = client.request("textDocument/foldingRange", document);
            let found = client.pull_of(uri)["items"].clone();
            let found: Vec<_> = found
                .as_array()
                .unwrap()
                .iter()
                .map(|item| (item["range"].clone(), item["code"].clone()))
                .collect();
            (symbols, folds, found)
        });
        assert_eq!(one, other, "{text:?}");
        client.close(&fresh);
    }
}

/// A place in a text where an edit may begin: not inside a character, nor between CR and LF.
fn place(random: &mut Random, text: &str) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) || (text[..at].ends_with('\r') && text[at..].starts_with('\n')) {
        at -= 1;
    }
    at
}

fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let line = before.replace("\r\n", "\n").matches(['\n', '\r']).count();
    json!({ "line": line, "character": at - start })
}

/// Nothing that a file may consist of takes more than one pass: the limit of the client is the guard.
#[test]
fn no_shape_of_text_holds_the_server_up() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    client.allow_log("");
    let uri = folder.uri(A);
    for shape in [
        "[",
        "![",
        "](",
        "`",
        "`a",
        "<a ",
        "<!--",
        "> ",
        "- ",
        "*",
        "_a_",
        "|",
        "&#",
        "\\",
        "[a](",
        "[a][",
        "---\n",
        "# \n",
        "#tool:",
        "@a",
        "${",
        "/x ",
        "\r",
        "\u{feff}",
        "```\n",
        "~~~ \n",
        "a: [\n",
        "[a]: b\n",
        "<div>\n",
        "{",
        "#file:a\n",
        "[x](y.md#z) ",
        "<a id=\"x\">",
        "  - ",
    ] {
        for head in ["", "---\n", "---\ndescription: x\n---\n"] {
            let text = format!("{head}{}", shape.repeat(40_000 / shape.len()));
            client.open(&uri, 1, &text);
            client.pull_of(&uri);
            client.close(&uri);
        }
    }
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
