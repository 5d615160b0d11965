//! Text as the client has it, whatever it sends.

use crate::client::{Client, Folder, pull_capabilities};
use crate::hazards::{A, PROMPT};
use crate::support::{Random, number, seed};
use serde_json::{Value, json};

fn with_encodings(encodings: Value) -> (Folder, Client) {
    let folder = Folder::new(PROMPT);
    let mut capabilities = pull_capabilities();
    capabilities["general"]["positionEncodings"] = encodings;
    let client = Client::on(&folder, capabilities);
    (folder, client)
}

/// Guard: the choice in `ClientFacts::of`.
#[test]
fn the_position_encoding_is_negotiated() {
    for (offered, taken) in [
        (json!(["utf-16"]), "utf-16"),
        (json!(["utf-16", "utf-8"]), "utf-8"),
        (json!(["utf-32", "utf-8", "utf-16"]), "utf-8"),
        (json!(["utf-32"]), "utf-32"),
        (json!(["utf-16", "utf-32"]), "utf-16"),
        (json!([]), "utf-16"),
        (json!(["ebcdic"]), "utf-16"),
    ] {
        let mut client = Client::start();
        let answer = client.initialize(json!({
            "processId": null, "rootUri": null, "capabilities": { "general": { "positionEncodings": offered } }
        }));
        assert_eq!(answer["capabilities"]["positionEncoding"], taken, "{offered}");
    }
}

/// Guard: `Places` and `Text::apply` in the unit that was negotiated.
#[test]
fn columns_count_in_the_negotiated_unit() {
    // Each line: what stands before the link, and its width in the three units.
    let before = "🚀🚀 漢字 é e\u{301} ";
    let widths = |text: &str| [text.len(), text.encode_utf16().count(), text.chars().count()];
    for (index, unit) in ["utf-8", "utf-16", "utf-32"].into_iter().enumerate() {
        let (folder, mut client) = with_encodings(json!([unit]));
        let uri = folder.uri(A);
        client.open(&uri, 1, &format!("{before}[x](gone.md)\n"));
        let report = client.pull_until(&uri, |report| Client::codes(report) == ["link/missing-file"]);
        let start = widths(&format!("{before}[x]("))[index];
        assert_eq!(report["items"][0]["range"]["start"]["character"], start, "{unit}");
        // The link's target is edited in the same unit, behind a wide character that comes first.
        client.change(&uri, 2, json!([
            { "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } }, "text": "🚀" },
            { "range": {
                "start": { "line": 0, "character": start + widths("🚀")[index] },
                "end": { "line": 0, "character": start + widths("🚀gone")[index] }
            }, "text": "away" },
        ]));
        let report = client.pull_of(&uri);
        let message = report["items"][0]["message"].as_str().unwrap();
        assert!(message.contains("away.md"), "{unit}: {message}");
    }
}

/// Versions that clients leave out, or that are none: the edits count all the same. Guard:
/// `framing::with_no_version`, `from_lsp::version`.
#[test]
fn edits_without_a_version_are_made() {
    let folder = Folder::new(PROMPT);
    for version in [json!(null), json!(1.5), json!("x"), json!(1_u64 << 40)] {
        let mut client = Client::push(&folder);
        let uri = folder.uri(A);
        client.know(&uri);
        let text = "[gone](gone.md)\n";
        let item = json!({ "uri": uri, "languageId": "markdown", "version": version, "text": text });
        client.notify("textDocument/didOpen", json!({ "textDocument": item }));
        client.diagnostics_where(&uri, |told| Client::codes(told).contains(&"link/missing-file".to_owned()));
        let start = json!({ "line": 0, "character": 0 });
        let change = json!([{ "range": { "start": start, "end": start }, "text": "# a\n\n" }]);
        let mut document = json!({ "uri": uri, "version": version });
        client
            .notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": change }));
        assert_eq!(heading(&mut client, &uri), "a");
        document.as_object_mut().unwrap().remove("version");
        let change = json!([{ "text": "# b\n\nfine\n" }]);
        client
            .notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": change }));
        assert_eq!(heading(&mut client, &uri), "b");
        let told = client
            .diagnostics_where(&uri, |told| !Client::codes(told).contains(&"link/missing-file".to_owned()));
        assert_eq!(told.get("version"), None, "a version that nobody gave: {told}");
        // One that gives them later is understood.
        client.change(&uri, 7, json!([{ "text": text }]));
        client.diagnostics_of(&uri, 7);
    }
}

/// Guard: the loop over changes in `Documents::change`.
#[test]
fn all_changes_of_a_notification_are_made_in_order() {
    let (folder, mut client) = with_encodings(json!(["utf-16"]));
    let uri = folder.uri(A);
    client.open(&uri, 1, "# a\n");
    let at = |character: u64, text: &str| {
        let place = json!({ "line": 0, "character": character });
        json!({ "range": { "start": place, "end": place }, "text": text })
    };
    client.change(&uri, 2, json!([{ "text": "# \n" }, at(2, "one"), at(5, " two"), at(2, "zero ")]));
    assert_eq!(heading(&mut client, &uri), "zero one two");
    client.change(&uri, 3, json!([]));
    assert_eq!(heading(&mut client, &uri), "zero one two");
}

fn heading(client: &mut Client, uri: &str) -> String {
    let symbols = client.request("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } }));
    symbols[0]["name"].as_str().unwrap_or_default().to_owned()
}

/// Guard: the clamps of `Text::offset`.
#[test]
fn positions_outside_of_the_text_are_clamped() {
    let (folder, mut client) = with_encodings(json!(["utf-16"]));
    let uri = folder.uri(A);
    client.allow_log("outside of the text");
    client.open(&uri, 1, "# 😀\r\n");
    let change = |from: (u64, u64), to: (u64, u64), text: &str| {
        let place = |(line, character): (u64, u64)| json!({ "line": line, "character": character });
        json!([{ "range": { "start": place(from), "end": place(to) }, "text": text }])
    };
    // Inside the pair, beyond the line's end, beyond the text, end before start, the largest numbers.
    client.change(&uri, 2, change((0, 3), (0, 3), "a"));
    assert_eq!(heading(&mut client, &uri), "a😀");
    client.change(&uri, 3, change((0, 99), (0, 99), "b"));
    assert_eq!(heading(&mut client, &uri), "a😀b");
    client.change(&uri, 4, change((99, 0), (99, 5), "x\n"));
    client.change(&uri, 5, change((0, 5), (0, 3), "-"));
    let largest = u64::from(u32::MAX);
    client.change(&uri, 6, change((largest, largest), (largest, largest), ""));
    heading(&mut client, &uri);
    for (line, character) in [(0, 3), (0, 99), (99, 0), (largest, largest)] {
        let at =
            json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } });
        client.request("textDocument/hover", at);
    }
}

/// Versions that lie, edits that do not fit, documents that nobody opened: the server goes on, and is
/// right again with the next full text. Guard: everything in `Documents` that is total.
#[test]
fn random_sessions_are_survived() {
    let sessions = number("SEGUE_SESSIONS", 100);
    let mut random = Random::new(seed());
    let (folder, mut client) = with_encodings(json!(["utf-16"]));
    client.allow_log("");
    let uris = [folder.uri(A), folder.uri("AGENTS.md"), folder.uri("docs/x.md"), "untitled:1".to_owned()];
    uris.iter().for_each(|uri| client.know(uri));
    for session in 0..sessions {
        let mut pending = Vec::new();
        for _ in 0..1 + random.below(12) {
            let uri = random.pick(&uris).clone();
            let version = random.below(9) as i64 - 2;
            match random.below(8) {
                0 => {
                    let text: &&str = random.pick(TEXTS);
                    client.open(&uri, version, text);
                }
                1 => client.close(&uri),
                2 => pending
                    .push(client.ask("textDocument/diagnostic", json!({ "textDocument": { "uri": uri } }))),
                3 => pending
                    .push(client.ask("textDocument/foldingRange", json!({ "textDocument": { "uri": uri } }))),
                _ => {
                    let changes: Vec<Value> =
                        (0..random.below(4)).map(|_| wild_change(&mut random)).collect();
                    client.change(&uri, version, json!(changes));
                }
            }
        }
        for id in pending {
            client.result(id);
        }
        let uri = &uris[0];
        client.open(uri, 1, &format!("# session {session}\n"));
        assert_eq!(heading(&mut client, uri), format!("session {session}"));
    }
}

const TEXTS: &[&str] = &[
    "",
    "---\ndescription: x\n---\n# One\n\n[x](gone.md)\n",
    "# 😀 a\r\n\r\n```\nfence",
    "---\nname: [a, b\n",
    "a\rb\u{2028}c\0d\n- [ ] x\n",
];

fn wild_change(random: &mut Random) -> Value {
    let text = *random.pick(&["", "x", "😀", "\r", "\n", "---\n", "```", "[a](b.md)", "# h\n"]);
    if random.below(6) == 0 {
        return json!({ "text": text });
    }
    let mut place = || json!({ "line": random.below(9), "character": random.below(14) });
    let (start, end) = (place(), place());
    json!({ "range": { "start": start, "end": end }, "rangeLength": 3, "text": text })
}
