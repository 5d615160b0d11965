//! What globs match and what is loaded for a file, as an editor shows it.

use crate::client::{Client, Folder};
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
    let shown = hover(&mut client, &uri);
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
