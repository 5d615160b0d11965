//! What agents learnt, proposed in editors that can do much and little.

use crate::editor::{Editor, helix, neovim, path_in, titles, vscode};
use crate::world::{PLAN, World};
use serde_json::{Value, json};

const TELLS: &str = "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n      - report: { status: COMPLETE, lessons: \"- Keep tokens short.\\n- Names are short\" }\n";
const MEMORY: &str = "# What we know\n\n## Auth patterns\n\n- Names are short.\n";

/// A run that is over, whose plan links a memory.
fn world(more: &str) -> (World, String) {
    let world = World::scripted(TELLS);
    world.write("x.spec.md", &PLAN.replace("# Feature: X\n", &format!("# Feature: X\n\n{more}\n")));
    world.write("docs/auth.memory.md", MEMORY);
    world.commit("Link");
    world.ends(0, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    (world, run)
}

const LINK: &str = "Mind [what we know](docs/auth.memory.md#auth-patterns).";

fn that_edits(mut capabilities: Value, annotates: bool) -> Value {
    capabilities["workspace"]["applyEdit"] = json!(true);
    let mut edits = json!({ "documentChanges": true, "resourceOperations": ["create", "rename", "delete"] });
    if annotates {
        edits["changeAnnotationSupport"] = json!({ "groupsOnLabel": true });
    }
    capabilities["workspace"]["workspaceEdit"] = edits;
    capabilities
}

fn on(world: &World, run: &str, capabilities: Value) -> Editor {
    let mut editor = Editor::on(world, capabilities, Value::Null);
    let begin = format!("Propose its lessons ({run})");
    let deadline = std::time::Instant::now() + crate::client::LIMIT;
    while !titles(&editor.actions()).iter().any(|title| *title == begin) {
        assert!(std::time::Instant::now() < deadline, "{begin} never comes");
    }
    editor
}

/// The lines that an edit of one place inserts, and the line that it is at.
fn inserted(edit: &Value) -> (u64, &str) {
    let edits = edit["documentChanges"][0]["edits"].as_array().unwrap();
    assert_eq!(edits.len(), 1, "{edit}");
    assert_eq!(edits[0]["range"]["start"], edits[0]["range"]["end"]);
    (edits[0]["range"]["start"]["line"].as_u64().unwrap(), edits[0]["newText"].as_str().unwrap())
}

/// Guard: `is_previewed`, `Why::Lesson` in `changes`, the open text in `read`.
#[test]
fn an_editor_that_shows_changes_first_is_sent_them() {
    let (world, run) = world(LINK);
    let mut editor = on(&world, &run, that_edits(vscode(), true));
    // What stands in the editor counts, not what lies on disk.
    let memory = editor.uri.replace("x.spec.md", "docs/auth.memory.md");
    editor.client.open(&memory, 7, &MEMORY.replace("- Names", "One more.\n\n- Names"));
    editor.act("Propose its lessons");
    editor.client.wait_for("the edit", |client| !client.applied.is_empty());
    let edit = &editor.client.applied[0];
    let document = &edit["documentChanges"][0]["textDocument"];
    assert_eq!((&document["uri"], &document["version"]), (&json!(memory), &json!(7)));
    assert_eq!(inserted(edit), (6, "\n- Keep tokens short."));
    let id = edit["documentChanges"][0]["edits"][0]["annotationId"].as_str().unwrap();
    assert_eq!(edit["changeAnnotations"][id]["needsConfirmation"], true);
    assert!(editor.client.questions.is_empty());
    assert_eq!(world.read("docs/auth.memory.md"), MEMORY, "the server writes nothing");
}

/// Guard: `agrees` in `bring`.
#[test]
fn an_editor_that_asks_is_asked_first() {
    let (world, run) = world(LINK);
    let mut editor = on(&world, &run, that_edits(neovim(), false));
    editor.choose(&["Leave it"]);
    editor.act("Propose its lessons");
    editor.client.wait_for("a question", |client| client.questions.len() == 1);
    let asked = editor.client.questions[0]["message"].as_str().unwrap();
    assert!(asked.ends_with(": add to docs/auth.memory.md?\n- Keep tokens short."), "{asked}");
    editor.choose(&["Show", "Add"]);
    editor.act("Propose its lessons");
    editor.client.wait_for("the edit", |client| !client.applied.is_empty());
    assert_eq!(editor.client.questions.len(), 3);
    let page = editor.client.shown.iter().find_map(|own| own["uri"].as_str()).unwrap();
    assert!(page.ends_with(&format!("lessons%20of%20{run}.md")), "{page}");
    assert_eq!(inserted(&editor.client.applied[0]), (4, "\n- Keep tokens short."));
}

/// Guard: the page and the second action where an editor can neither ask nor show.
#[test]
fn an_editor_that_can_neither_ask_nor_show_has_an_action_that_adds() {
    let (world, run) = world(LINK);
    let mut editor = on(&world, &run, that_edits(helix(), false));
    editor.act("Propose its lessons");
    let page = editor.told("The lessons of");
    let page = std::fs::read_to_string(path_in(&page)).unwrap();
    assert!(
        page.contains("+- Keep tokens short.") && page.contains("docs/auth.memory.md says it already."),
        "{page}"
    );
    let how = editor.told("nothing was written");
    assert!(how.contains(&format!("segue runs lessons {run} --apply")), "{how}");
    assert!(editor.client.applied.is_empty());
    editor.act("Add its lessons");
    editor.client.wait_for("the edit", |client| !client.applied.is_empty());
    assert_eq!(inserted(&editor.client.applied[0]), (4, "\n- Keep tokens short."));
}

/// Guard: `request`; `Place::path`, `nothing`.
#[test]
fn lessons_as_data_and_files_that_are_not_there() {
    let (world, run) = world("[new](docs/new.memory.md#tokens)");
    let mut editor = on(&world, &run, that_edits(vscode(), true));
    let data = editor.client.request("segue/runs/lessons", json!({ "run": run }));
    let told = json!({
        "task": "first", "attempt": 1, "failed": false, "text": "Keep tokens short.", "state": "new",
        "path": "docs/new.memory.md", "section": "Tokens", "why": null,
    });
    assert_eq!(data["lessons"][0], told);
    assert_eq!(editor.client.request("segue/runs/show", json!({ "run": run }))["lessons"], 2);
    let file = &data["files"][0];
    assert_eq!((&file["path"], &file["new"]), (&json!("docs/new.memory.md"), &json!(true)));
    assert_eq!(file["uri"], editor.uri.replace("x.spec.md", "docs/new.memory.md"));
    assert!(
        file["diff"].as_str().unwrap().starts_with("--- /dev/null\n+++ b/docs/new.memory.md\n"),
        "{file}"
    );
    let into =
        editor.client.request("segue/runs/lessons", json!({ "run": run, "into": "docs/auth.memory.md" }));
    assert_eq!(into["lessons"][1]["state"], "known");
    let outside = editor.client.ask("segue/runs/lessons", json!({ "run": run, "into": "../a.memory.md" }));
    let outside = editor.client.answer(outside);
    assert!(
        outside["error"]["message"].as_str().unwrap().contains("lies outside of the repository"),
        "{outside}"
    );
    // A new file is no change that an editor shows first: it is asked about.
    editor.choose(&["Add"]);
    editor.act("Propose its lessons");
    editor.client.wait_for("the edit", |client| !client.applied.is_empty());
    let made = editor.client.applied[0]["documentChanges"].as_array().unwrap();
    assert_eq!(made[0]["kind"], "create");
    let plan = editor.uri.clone();
    editor.client.change(&plan, 2, json!([{ "text": PLAN }]));
    editor.execute("segue.lessons", json!({ "run": run }));
    let why = editor.told("links no memory");
    assert!(why.contains("`--to FILE#SECTION`"), "{why}");
}
