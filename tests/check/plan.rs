//! `segue plan`, run as people run it.

use crate::workspace::Workspace;
use serde_json::Value;

const PLAN: &str = "## Plan: Sign in

**Status:** READY_FOR_EXECUTION
**Complexity Tier:** SMALL
**Confidence:** 0.95

#### Phase 1 — Schema
- **Objective:** Create the tables
- **Executor Agent:** Builder
- **Wave:** 1
- **Dependencies:** None
- **Files:** create `src/schema.sql`
- **Quality Gates:** `tests_pass`

#### Phase 2 — Interface
- **Executor Agent:** Builder
- **Wave:** 1
- **Dependencies:** [1]
- **Files:** `src/api.ts`, `src/api.test.ts`

#### Phase 3 — \"Handbook\" | `docs`
- **Wave:** 2
- **Dependencies:** Phase 1

### Open Questions
- Which tone?
";

#[test]
fn a_table_by_waves() {
    let workspace = Workspace::new(&[("plans/sign-in-plan.md", PLAN)]);
    let ran = workspace.run(&["plan", "plans/sign-in-plan.md"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn nothing_is_cut_where_no_terminal_shows_it() {
    let files: Vec<String> =
        (0..9).map(|number| format!("`src/a/rather/long/folder/file-{number}.rs`")).collect();
    let text = format!("### Issue 1: One (`one`)\n**Files:** {}\n", files.join(", "));
    let out = Workspace::new(&[("x.spec.md", &text)]).run(&["plan", "x.spec.md"]).out;
    assert!(out.contains("src/a/rather/long/folder/file-8.rs") && !out.contains('…'), "{out}");
}

#[test]
fn the_sample_spec() {
    insta::assert_snapshot!(Workspace::sample().run(&["plan", "specs/sign-in.spec.md"]).out);
}

#[test]
fn a_picture_of_the_waves() {
    let workspace = Workspace::new(&[("plans/sign-in-plan.md", PLAN)]);
    insta::assert_snapshot!(workspace.run(&["plan", "plans/sign-in-plan.md", "--format", "mermaid"]).out);
}

#[test]
fn as_data_with_paths_of_the_reader() {
    let workspace = Workspace::new(&[("plans/sign-in-plan.md", PLAN)]);
    let ran = workspace.run_in("plans", &["plan", "sign-in-plan.md", "--format", "json"]);
    let data: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(data["waves"], serde_json::json!([["1"], ["2", "3"]]));
    assert_eq!(data["critical_path"], serde_json::json!(["1", "2"]));
    assert_eq!(data["tasks"][1]["files"][0], serde_json::json!({"path": "src/api.ts", "action": "modify"}));
    assert_eq!(data["tasks"][2]["agent"], Value::Null);
    let finding = &data["diagnostics"][0];
    assert_eq!((&finding["path"], &finding["code"]), (&"sign-in-plan.md".into(), &"plan/wave-order".into()));
    assert_eq!(finding["range"]["start"], serde_json::json!({"line": 16, "character": 12}));
    // Nothing that the shipped schema requires is missing.
    let schema = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plan.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    for name in schema["properties"].as_object().unwrap().keys() {
        assert!(data.get(name).is_some(), "{name}");
    }
    for name in schema["$defs"]["TaskRow"]["properties"].as_object().unwrap().keys() {
        assert!(data["tasks"][0].get(name).is_some(), "{name}");
    }
}

#[test]
fn a_plan_that_cannot_run_is_told_by_the_status() {
    let text = "### Issue 1: A (`a`)\n**Dependencies:** `b`\n### Issue 2: B (`b`)\n**Dependencies:** `a`\n";
    let workspace = Workspace::new(&[("x.spec.md", text), ("notes/todo.md", text)]);
    for file in ["x.spec.md", "notes/todo.md"] {
        let ran = workspace.run(&["plan", file]);
        assert_eq!(ran.status, 1, "{file}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(&format!("error[plan/cycle] {file}:2:20: ")), "{}", ran.out);
    }
}

#[test]
fn a_half_written_plan_in_json_shows_what_it_has() {
    let text = "{\"phases\": [\n  {\"phase_id\": 1, \"title\": \"One\"},\n  {\"phase_id\": 2, \"dependencies\": [1\n";
    let workspace = Workspace::new(&[("plans/a.plan.json", text), ("notes/todo.json", text)]);
    for file in ["plans/a.plan.json", "notes/todo.json"] {
        let ran = workspace.run(&["plan", file]);
        assert_eq!(ran.status, 1, "{file}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("2 tasks") && ran.out.contains("error[plan/invalid-json]"), "{}", ran.out);
    }
}

#[test]
fn what_is_no_plan_is_said() {
    let workspace = Workspace::new(&[("README.md", "# Hello\n"), ("picture.md", "\u{0}")]);
    workspace.write("specs/broken.txt", "x");
    std::fs::write(workspace.path("latin.md"), b"caf\xe9").unwrap();
    let ran = workspace.run(&["plan", "README.md"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, "note: `README.md` holds no tasks\n"));
    assert!(ran.out.contains("none · no tasks"), "{}", ran.out);
    let ran = workspace.run(&["plan", "latin.md"]);
    assert_eq!((ran.status, ran.err.as_str()), (2, "segue: `latin.md` is no text in UTF-8.\n"));
    let ran = workspace.run(&["plan", "nothing.md"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("there is no such file"), "{}", ran.err);
}
