//! What a client makes of the proposals: each is accepted as an editor would, by its edits and its
//! snippet, and the file has no finding then that it did not have before.

use crate::client::{Client, pull_capabilities};
use crate::completion::{Case, asked, capabilities, cases, workspace};
use serde_json::{Value, json};
use std::fmt::Write;

/// Kinds of items after which something has to follow: folders and words such as `#tool:`.
const HALVES: &[u64] = &[19, 14];

/// Kinds of items that are keys: properties and events.
const KEYS: &[u64] = &[10, 23];

/// Hints that tell who does not read something which another client of the file does.
const TOLD: &[&str] = &["frontmatter/ignored-by-client", "tool/client"];

fn offset(text: &str, at: &Value) -> usize {
    let line = usize::try_from(at["line"].as_u64().unwrap()).unwrap();
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut units = usize::try_from(at["character"].as_u64().unwrap()).unwrap();
    let mut end = start;
    for c in text[start..].chars().take_while(|c| *c != '\n') {
        let Some(rest) = units.checked_sub(c.len_utf16()) else { break };
        if units == 0 {
            break;
        }
        units = rest;
        end += c.len_utf8();
    }
    end
}

/// What a snippet writes where nobody fills in anything: the words of its placeholders, the first choice.
fn written(snippet: &str) -> String {
    let (mut text, mut rest, mut depth) = (String::new(), snippet, 0);
    while let Some(c) = rest.chars().next() {
        if let Some(escaped) = rest.strip_prefix('\\') {
            let own = escaped.chars().next().unwrap();
            text.push(own);
            rest = &escaped[own.len_utf8()..];
        } else if let Some(inside) = rest.strip_prefix("${") {
            let after = inside.trim_start_matches(|c: char| c.is_ascii_digit());
            if let Some(choices) = after.strip_prefix('|') {
                let (choices, behind) = choices.split_once("|}").unwrap();
                text.push_str(choices.split(',').next().unwrap());
                rest = behind;
            } else {
                rest = after.strip_prefix(':').unwrap();
                depth += 1;
            }
        } else if depth > 0 && c == '}' {
            depth -= 1;
            rest = &rest[1..];
        } else {
            assert_ne!(c, '$', "a bare tab stop in {snippet}");
            text.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    assert_eq!(depth, 0, "{snippet}");
    text
}

/// The text after an item was accepted, with `instead` in the place of what it writes where that is given.
fn accepted(text: &str, item: &Value, instead: Option<&str>) -> String {
    let edit = &item["textEdit"];
    let range = edit.get("range").unwrap_or(&edit["replace"]);
    let new = edit["newText"].as_str().unwrap();
    let new = if item["insertTextFormat"] == 2 { written(new) } else { new.to_owned() };
    let mut edits = vec![(range.clone(), instead.map_or(new, str::to_owned))];
    for more in item["additionalTextEdits"].as_array().into_iter().flatten() {
        edits.push((more["range"].clone(), more["newText"].as_str().unwrap().to_owned()));
    }
    edits.sort_by_key(|(range, _)| offset(text, &range["start"]));
    let mut after = text.to_owned();
    for (range, new) in edits.iter().rev() {
        after.replace_range(offset(text, &range["start"])..offset(text, &range["end"]), new);
    }
    after
}

/// Whether an editor still shows the item beside what is typed: its characters stand in it in that order.
fn is_shown(text: &str, item: &Value, position: &Value) -> bool {
    let edit = &item["textEdit"];
    let start = edit.get("range").unwrap_or(&edit["insert"]);
    let typed = &text[offset(text, &start["start"])..offset(text, position)];
    let filter = item.get("filterText").unwrap_or(&item["label"]).as_str().unwrap();
    let mut left = filter.chars().flat_map(char::to_lowercase);
    typed.chars().flat_map(char::to_lowercase).all(|c| left.any(|own| own == c))
}

struct Document<'c> {
    client: &'c mut Client,
    uri: String,
    version: i64,
}

impl Document<'_> {
    /// The codes that are said of a text, sorted.
    fn codes(&mut self, text: &str) -> Vec<String> {
        self.version += 1;
        self.client.change(&self.uri, self.version, json!([{ "text": text }]));
        let report = self.client.pull_of(&self.uri);
        let items = report["items"].as_array().unwrap().iter();
        let untold = items.filter(|item| {
            let told = TOLD.contains(&item["code"].as_str().unwrap());
            !(told && item["severity"] == 4)
        });
        untold.map(|item| item["code"].as_str().unwrap().to_owned()).collect()
    }

    /// What is said before: of the text as it is, and with a key of nobody's in the place of a half-typed
    /// one, because in a header that cannot be read nothing is found missing.
    fn before(&mut self, case: &Case, items: &[Value]) -> Vec<String> {
        let mut found = self.codes(&case.text);
        let is_key = |item: &&Value| KEYS.contains(&item["kind"].as_u64().unwrap());
        if let Some(key) = items.iter().find(is_key) {
            let more = self.codes(&accepted(&case.text, key, Some("zz: 1")));
            let more = more.into_iter().filter(|code| code != "frontmatter/unknown-key");
            let more: Vec<String> = more.filter(|code| !found.contains(code)).collect();
            found.extend(more);
        }
        found
    }
}

/// Guard: the edits of `completion::item`; the proposals themselves are tried one by one beside the
/// feature.
#[test]
fn an_accepted_item_brings_no_finding() {
    let folder = workspace();
    let mut capabilities = capabilities();
    capabilities["textDocument"]["diagnostic"] = pull_capabilities()["textDocument"]["diagnostic"].clone();
    let mut client = Client::on(&folder, capabilities);
    client.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let (mut wrong, mut count) = (String::new(), 0);
    for case in cases() {
        let uri = folder.uri(&case.path);
        client.open(&uri, 1, &case.text);
        let list = asked(&mut client, &uri, &case.position);
        let items = list["items"].as_array().unwrap();
        let mut document = Document { client: &mut client, uri: uri.clone(), version: 1 };
        let before = document.before(&case, items);
        for item in items {
            let half = HALVES.contains(&item["kind"].as_u64().unwrap());
            if half || !is_shown(&case.text, item, &case.position) {
                continue;
            }
            count += 1;
            let mut left = before.clone();
            for code in document.codes(&accepted(&case.text, item, None)) {
                match left.iter().position(|own| *own == code) {
                    Some(at) => drop(left.remove(at)),
                    None => {
                        let _ = writeln!(wrong, "{}: {} brings {code}", case.title, item["label"]);
                    }
                }
            }
        }
        client.close(&uri);
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count > 2500, "only {count} items were accepted");
}

#[test]
fn snippets_are_read_as_editors_do() {
    assert_eq!(written(r"a: ${1:b\}c} \${input:${2:x}\} ${3|one,two|}!"), "a: b}c ${input:x} one!");
}
