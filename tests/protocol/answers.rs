//! What is answered and told when all goes well.

use crate::client::{Client, Folder};
use serde_json::json;

const ONE: &str = "//- .github/prompts/a.prompt.md
---
description: x
---
# One

[gone](gone.md)
";

/// Guard: `publish::run` started by `initialized`.
#[test]
fn an_opened_document_gets_its_diagnostics() {
    let folder = Folder::new(ONE);
    let mut client = Client::push(&folder);
    let uri = folder.uri(".github/prompts/a.prompt.md");
    client.open(&uri, 1, &folder.read(".github/prompts/a.prompt.md"));
    let told = client.diagnostics_where(&uri, |told| !told["diagnostics"].as_array().unwrap().is_empty());
    assert_eq!(Client::codes(&told), ["link/missing-file"]);
    assert_eq!(
        told["diagnostics"][0]["range"],
        json!({
            "start": { "line": 5, "character": 7 }, "end": { "line": 5, "character": 14 }
        })
    );
    assert_eq!(told["version"], 1);
}
