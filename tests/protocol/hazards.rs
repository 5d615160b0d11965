//! One test for each way in which the stack is known to fail, named after it.
//!
//! Each guard of ours was taken away once, and its test was red, save where a row says that two guards do
//! alone and where the guard is the library's.
//!
//! | row | test | guard |
//! |---|---|---|
//! | 300 `didChange` + hover, a burst of 3,000 | `a_change_is_seen_by_the_request_behind_it`, `burst_of_ten_thousand_changes` | no await before `Session::change` in `did_change`; the batch that `Session::ticket` seals |
//! | 4 slow requests, then hover; a handler that blocks its thread | `slow_requests_do_not_starve_a_hover` | `concurrency_level(usize::MAX)`; `spawn_blocking` and the two semaphores of `compute::Lanes` |
//! | … then `$/cancelRequest` | `a_slow_request_is_cancelled` | `concurrency_level(usize::MAX)`; `CancelOnDrop` |
//! | panic in a handler | `a_panic_is_an_answer` | `spawn_blocking` and `JoinError` in `Lanes::compute` |
//! | | `a_lost_index_is_made_again` | `Session::rescue` |
//! | handlers await the client, `didChange`, then answers | `a_silent_client_does_not_stop_the_session` | questions from spawned tasks, and `concurrency_level(usize::MAX)`: each would do alone, without both it is red |
//! | EOF with a request in flight, or with a handler awaiting the client | `the_end_of_input_ends_the_process_whatever_is_under_way` | `serve::ended`, `GRACE` |
//! | `shutdown` with `params: null`, then `exit`, input open | `shutdown_with_null_then_exit_ends_with_input_open` | none of ours: the library since 0.23 |
//! | `exit` | `exit_ends_although_nobody_reads` | `framing` telling `Input::Exit` |
//! | all at once, before the first answer | `a_hasty_client_loses_nothing` | `LONGEST_BEGINNING` in `framing::read_on_thread` |
//! | `exit` without `shutdown` | `exit_without_shutdown_is_a_failure` | the status in `serve::run` |
//! | broken JSON, no method, an array | `broken_messages_are_dropped` | `framing::sound` |
//! | bad or lower-case header | `headers_in_any_case_and_order`, `broken_messages_are_dropped` | `framing::stated_length` |
//! | a message without end | `a_message_of_a_hundred_megabytes_is_skipped` | `LONGEST_BODY` |
//! | lone surrogate in `didChange` | `half_a_surrogate_pair_is_repaired` | `framing::repair` |
//! | unknown id, method, parameters | `unknown_answers_methods_and_wrong_parameters` | none of ours: the library |
//! | the client dies | `the_death_of_the_client_ends_the_process`, `a_client_that_was_never_seen_alive_is_not_missed` | `serve::parent_gone`, `serve::seen_alive` |

use crate::client::{Client, Folder, LIMIT, pull_capabilities, push_capabilities};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

const SELF_TEST: &[(&str, &str)] = &[("SEGUE_SELF_TEST", "1")];

pub const PROMPT: &str = "//- .github/prompts/a.prompt.md
---
description: x
---
# One

[gone](gone.md)
";

pub const A: &str = ".github/prompts/a.prompt.md";

fn slow(milliseconds: u64) -> Value {
    json!({ "block": milliseconds })
}

fn one_symbol(client: &mut Client, uri: &str) -> i64 {
    client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }))
}

fn heading(answer: &Value) -> String {
    answer[0]["name"].as_str().unwrap().to_owned()
}

/// A request behind a change sees the change, and none that comes after it.
#[test]
fn a_change_is_seen_by_the_request_behind_it() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    let uri = folder.uri(A);
    client.open(&uri, 0, "# 0\n");
    let mut asked = Vec::new();
    for version in 1..=300_i64 {
        client.change(&uri, version, json!([{ "text": format!("# {version}\n") }]));
        asked.push((version, one_symbol(&mut client, &uri)));
    }
    for (version, id) in asked {
        assert_eq!(heading(&client.result(id)), version.to_string());
    }
}

/// The same with 10,000 changes, most of them without a request behind them.
#[test]
fn burst_of_ten_thousand_changes() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    let uri = folder.uri(A);
    client.open(&uri, 0, "# 0\n");
    let mut asked = Vec::new();
    let mut width = 1;
    for version in 1..=10_000_i64 {
        let end = json!({ "line": 0, "character": 2 + width });
        let range = json!({ "start": { "line": 0, "character": 2 }, "end": end });
        client.change(&uri, version, json!([{ "range": range, "text": version.to_string() }]));
        width = version.to_string().len();
        if version % 7 == 0 {
            asked.push((version, one_symbol(&mut client, &uri)));
        }
    }
    for (version, id) in asked {
        assert_eq!(heading(&client.result(id)), version.to_string());
    }
}

/// Many slow requests, and a hover that does not wait for them: in the other lane, and in its own up to
/// the number of permits.
#[test]
fn slow_requests_do_not_starve_a_hover() {
    let folder = Folder::new(PROMPT);
    let client = Client::start_with(&["lsp"], SELF_TEST);
    let mut client = Client::begin(client, &[&folder], pull_capabilities());
    let uri = folder.uri(A);
    client.open(&uri, 1, &folder.read(A));
    let slow: Vec<i64> = (0..8)
        .map(|_| client.ask("segue/selfTest", json!({ "block": 600_000, "lane": "background" })))
        .collect();
    let hover = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 0 } });
    assert_eq!(client.request("textDocument/hover", hover), Value::Null);
    for id in slow {
        client.notify("$/cancelRequest", json!({ "id": id }));
        assert_eq!(client.answer(id)["error"]["code"], -32800);
    }
}

/// The work behind a cancelled request stops, and gives its place free.
#[test]
fn a_slow_request_is_cancelled() {
    let folder = Folder::new(PROMPT);
    let client = Client::start_with(&["lsp"], SELF_TEST);
    let mut client = Client::begin(client, &[&folder], pull_capabilities());
    let asked: Vec<i64> = (0..20).map(|_| client.ask("segue/selfTest", slow(600_000))).collect();
    for id in asked {
        client.notify("$/cancelRequest", json!({ "id": id }));
        assert_eq!(client.answer(id)["error"]["code"], -32800);
    }
    client.request("segue/selfTest", slow(0));
}

#[test]
fn a_panic_is_an_answer() {
    let folder = Folder::new(PROMPT);
    let client = Client::start_with(&["lsp"], SELF_TEST);
    let mut client = Client::begin(client, &[&folder], pull_capabilities());
    let id = client.ask("segue/selfTest", json!({ "panic": true }));
    assert_eq!(client.answer(id)["error"]["code"], -32603);
    client.expect_log("on purpose");
    client.request("segue/selfTest", slow(0));
}

#[test]
fn a_lost_index_is_made_again() {
    let folder = Folder::new(PROMPT);
    let client = Client::start_with(&["lsp"], SELF_TEST);
    let mut client = Client::begin(client, &[&folder], pull_capabilities());
    let uri = folder.uri(A);
    let gone = |report: &Value| Client::codes(report) == ["link/missing-file"];
    client.open(&uri, 1, "# Dirty\n\n[gone](gone.md)\n");
    client.pull_until(&uri, gone);
    client.request("segue/selfTest", json!({ "lose": true }));
    client.change(&uri, 2, json!([{ "text": "# Dirty\n\nMore.\n\n[gone](gone.md)\n" }]));
    let report = client.pull_until(&uri, gone);
    assert_eq!(report["items"][0]["range"]["start"]["line"], 4, "the buffer, not the disk: {report}");
}

/// A client that answers none of our questions is served all the same.
#[test]
fn a_silent_client_does_not_stop_the_session() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::start();
    client.hold_answers();
    let mut client = Client::begin(client, &[&folder], push_capabilities());
    let uri = folder.uri(A);
    client.open(&uri, 0, "# 0\n");
    for version in 1..=3_000 {
        client.change(&uri, version, json!([{ "text": "# x\n" }]));
        client.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    }
    let id = one_symbol(&mut client, &uri);
    assert_eq!(heading(&client.result(id)), "x");
    client.wait_for("a question", |client| client.held() > 1_000);
    client.answer_held();
    client.diagnostics_of(&uri, 3_000);
}

#[test]
fn the_end_of_input_ends_the_process_whatever_is_under_way() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::start_with(&["lsp"], SELF_TEST);
    client.hold_answers();
    let mut client = Client::begin(client, &[&folder], push_capabilities());
    client.ask("segue/selfTest", slow(600_000));
    client.ask("workspace/diagnostic", json!({ "previousResultIds": [], "partialResultToken": 1 }));
    client.close_input();
    assert_eq!(client.wait().code(), Some(1));
}

#[test]
fn shutdown_with_null_then_exit_ends_with_input_open() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::push(&folder);
    assert_eq!(client.request("shutdown", Value::Null), Value::Null);
    let id = client.ask("textDocument/hover", json!({}));
    assert_eq!(client.answer(id)["error"]["code"], -32600, "nothing is served after shutdown");
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(0));
}

#[test]
fn exit_without_shutdown_is_a_failure() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::push(&folder);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(1));
}

#[test]
fn exit_ends_at_once_also_before_initialize_and_with_work_under_way() {
    let mut client = Client::start();
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(1));

    let folder = Folder::new(PROMPT);
    let client = Client::start_with(&["lsp"], SELF_TEST);
    let mut client = Client::begin(client, &[&folder], push_capabilities());
    let id = client.ask("segue/selfTest", slow(600_000));
    client.request("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(0));
    let _ = id;
}

/// A client that reads no more: the library, which has an answer on its hands, does not come to `exit`.
#[test]
fn exit_ends_although_nobody_reads() {
    let folder = Folder::new(PROMPT);
    let mut server = Command::new(env!("CARGO_BIN_EXE_segue"))
        .arg("lsp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, mut stdout) =
        (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
    let text = "# A heading\n\n".repeat(20_000);
    let item = json!({ "uri": folder.uri(A), "languageId": "markdown", "version": 1, "text": text });
    for message in [
        json!({ "id": 1, "method": "initialize", "params": { "processId": null, "rootUri": null, "capabilities": {} } }),
        json!({ "method": "initialized", "params": {} }),
        json!({ "method": "textDocument/didOpen", "params": { "textDocument": item } }),
        json!({ "id": 2, "method": "textDocument/documentSymbol", "params": { "textDocument": { "uri": folder.uri(A) } } }),
    ] {
        write_message(&mut stdin, message);
    }
    // The beginning of the large answer is read, and nothing after it.
    let mut line = String::new();
    // A body ends without a line end, so that the next header stands behind it.
    while line.rsplit_once("Content-Length: ").is_none_or(|(_, length)| length.trim().len() < 7) {
        line.clear();
        assert!(stdout.read_line(&mut line).unwrap() > 0, "the server ended");
    }
    write_message(&mut stdin, json!({ "method": "exit" }));
    // Its log ends when it does.
    let (sender, ended) = channel();
    let mut log = server.stderr.take().unwrap();
    std::thread::spawn(move || sender.send(log.read_to_end(&mut Vec::new())));
    if ended.recv_timeout(LIMIT).is_err() {
        server.kill().unwrap();
    }
    assert_eq!(server.wait().unwrap().code(), Some(1));
    drop(stdout);
}

/// The whole beginning comes in one piece, as from a file.
#[test]
fn a_hasty_client_loses_nothing() {
    let folder = Folder::new(PROMPT);
    let item =
        json!({ "uri": folder.uri(A), "languageId": "markdown", "version": 1, "text": "# A heading\n" });
    let document = json!({ "textDocument": { "uri": folder.uri(A) } });
    let mut server = Command::new(env!("CARGO_BIN_EXE_segue"))
        .arg("lsp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut stdin, stdout) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
    let mut all = Vec::new();
    for message in [
        json!({ "id": 1, "method": "initialize", "params": { "processId": null, "rootUri": null, "capabilities": {} } }),
        json!({ "method": "initialized", "params": {} }),
        json!({ "method": "textDocument/didOpen", "params": { "textDocument": item } }),
        json!({ "id": 2, "method": "textDocument/documentSymbol", "params": document }),
    ] {
        write_message(&mut all, message);
    }
    stdin.write_all(&all).unwrap();
    let mut stdout = BufReader::new(stdout);
    let answer = loop {
        let message = read_message(&mut stdout);
        if message["id"] == 2 {
            break message;
        }
    };
    assert_eq!(heading(&answer["result"]), "A heading");
    write_message(&mut stdin, json!({ "method": "exit" }));
    assert_eq!(server.wait().unwrap().code(), Some(1));
}

fn read_message(stdout: &mut impl BufRead) -> Value {
    let (mut line, mut length) = (String::new(), 0);
    while line != "\r\n" {
        line.clear();
        assert!(stdout.read_line(&mut line).unwrap() > 0, "the server ended");
        if let Some(stated) = line.strip_prefix("Content-Length: ") {
            length = stated.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stdout.read_exact(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap()
}

fn write_message(stdin: &mut impl Write, mut message: Value) {
    message["jsonrpc"] = json!("2.0");
    let body = message.to_string();
    write!(stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    stdin.flush().unwrap();
}

#[test]
fn broken_messages_are_dropped() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    let frame = |body: &[u8]| [format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat();
    client.allow_log("dropped");
    client.allow_log("noise");
    client.allow_log("skipped");
    for body in [
        "{",
        "",
        "nonsense",
        "[]",
        "[{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}]",
        "7",
        "null",
        "{}",
        "{\"jsonrpc\":\"2.0\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1}",
        "{\"jsonrpc\":\"1.0\",\"method\":\"exit\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"shutdown\"}",
        "{\"jsonrpc\":\"2.0\",\"method\":7}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"exit\"",
    ] {
        client.raw(&frame(body.as_bytes()));
    }
    client.raw(&frame(&[b'{'; 5_000]));
    client.raw(b"no header at all\r\n\r\n");
    client.raw(b"Content-Length: nine\r\n\r\n");
    client.raw(b"Content-Length: 3 7\r\n\r\n");
    let id = client.ask("textDocument/hover", hover_at(&folder));
    client.result(id);
    client.expect_log("no JSON-RPC object");
}

fn hover_at(folder: &Folder) -> Value {
    json!({ "textDocument": { "uri": folder.uri(A) }, "position": { "line": 0, "character": 0 } })
}

#[test]
fn headers_in_any_case_and_order() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    let request = |id: i64| {
        json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": hover_at(&folder) })
            .to_string()
    };
    for (id, header) in [
        (1000, "content-length: NUMBER\r\n\r\n"),
        (1001, "CONTENT-LENGTH:NUMBER\r\n\r\n"),
        (1002, "Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: NUMBER\r\n\r\n"),
        (1003, "Content-Length: NUMBER\r\nContent-Type: text/plain\r\nX-More: 1\r\nX-Again: 2\r\n\r\n"),
        (1004, "Content-Length: NUMBER\n\n"),
    ] {
        client.allow_log("noise");
        let body = request(id);
        client.raw(header.replace("NUMBER", &body.len().to_string()).as_bytes());
        client.raw(body.as_bytes());
        client.result(id);
    }
}

/// A message longer than the most is skipped, not kept in memory, and the next is read.
#[test]
fn a_message_of_a_hundred_megabytes_is_skipped() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    let length = 100 * 1024 * 1024;
    client.raw(format!("Content-Length: {length}\r\n\r\n").as_bytes());
    let chunk = vec![b'x'; 1024 * 1024];
    for _ in 0..100 {
        client.raw(&chunk);
    }
    client.expect_log("skipped");
    client.request("textDocument/hover", hover_at(&folder));
}

#[test]
fn half_a_surrogate_pair_is_repaired() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    let uri = folder.uri(A);
    client.open(&uri, 1, "# 0\n");
    let body = format!(
        r##"{{"jsonrpc":"2.0","method":"textDocument/didChange","params":{{"textDocument":{{"uri":"{uri}","version":2}},"contentChanges":[{{"text":"# a\ud83db \ud83d\ude00\n"}}]}}}}"##
    );
    client.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    let id = one_symbol(&mut client, &uri);
    assert_eq!(heading(&client.result(id)), "a\u{fffd}b 😀");
}

#[test]
fn unknown_answers_methods_and_wrong_parameters() {
    let folder = Folder::new(PROMPT);
    let mut client = Client::pull(&folder);
    client.allow_log("");
    client.send(&json!({ "jsonrpc": "2.0", "id": 4711, "result": null }));
    client.send(&json!({ "jsonrpc": "2.0", "id": "x", "error": { "code": 1, "message": "", "more": 1 } }));
    let id = client.ask("no/such", json!({}));
    assert_eq!(client.answer(id)["error"]["code"], -32601);
    let id = client.ask("textDocument/hover", json!({ "position": 7 }));
    assert_eq!(client.answer(id)["error"]["code"], -32602);
    client.notify("$/whatever", json!({}));
    client.notify("textDocument/didChange", json!({ "wrong": true }));
    client.request("textDocument/hover", hover_at(&folder));
}

#[cfg(target_os = "linux")]
#[test]
fn the_death_of_the_client_ends_the_process() {
    let mut parent = Command::new("sleep").arg("600").spawn().unwrap();
    let environment = [("SEGUE_PARENT_POLL_MS", "50")];
    let mut client = Client::start_with(&["lsp"], &environment);
    client.initialize(json!({ "processId": parent.id(), "rootUri": null, "capabilities": {} }));
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert_eq!(client.wait().code(), Some(1));
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_that_was_never_seen_alive_is_not_missed() {
    let environment = [("SEGUE_PARENT_POLL_MS", "1")];
    let mut client =
        Client::start_with(&["lsp", "--stdio", "--clientProcessId=4194305", "--what=ever"], &environment);
    client.allow_log("is not to be seen from here");
    client.initialize(json!({ "processId": 4_194_304, "rootUri": null, "capabilities": {} }));
    client.expect_log("what=ever");
    client.expect_log("is not to be seen from here");
    for _ in 0..200 {
        let id = client.ask("no/such", json!({}));
        assert_eq!(client.answer(id)["error"]["code"], -32601);
    }
}
