//! Runs in an editor: launched, asked, steered and shown, for clients that can do much and little.
//!
//! Each test that says so is played with what VS Code 1.139, Neovim 0.12 and Helix 25.01 announce: the
//! last takes no message requests, shows no documents, and draws no lenses.

use crate::client::{Client, LIMIT, push_capabilities};
use crate::editor::{Editor, helix, neovim, path_in, titles, vscode};
use crate::world::{PLAN, World};
use serde_json::{Value, json};
use std::time::Instant;

/// The first task asks, the second does as it likes.
pub const ASKS: &str = "tasks:\n  first:\n    - - ask: { question: Which one?, options: [left, right], recommendation: left }\n      - write: { path: first.txt, text: \"{answer}\\n\" }\n";

/// Nobody is asked but at gates.
const WRITES: &str = "tasks:\n  first:\n    - - write: { path: first.txt, text: \"one\\n\" }\n";

/// Guard: `here` in `actions`.
#[test]
fn plans_are_launched_from_titles_and_tasks_and_never_from_prose() {
    let plan =
        format!("{PLAN}\n### Issue 3: Third (`third`)\n\n**Scope:** The third.\n**Dependencies:** None\n");
    let world = World::new(&[("x.spec.md", &plan)]);
    let (asks, says) =
        (["Launch variants…"].as_slice(), ["Launch 2 variants", "Launch 3 variants"].as_slice());
    for (capabilities, variants) in [(vscode(), asks), (neovim(), asks), (helix(), says)] {
        let mut editor = Editor::on(&world, capabilities, Value::Null);
        assert_eq!(titles(&editor.actions()), ["Launch plan (3 tasks, 2 waves)", "Rehearse"]);
        for (line, text) in plan.lines().enumerate().skip(1) {
            let actions = editor.actions_at(line as u64);
            let expected: &[&str] = match text {
                text if text.starts_with("### Issue 2") => &["Launch this task"],
                text if text.starts_with("### Issue") => {
                    &["Launch this task", "Launch its wave (wave 1, 2 tasks)"]
                }
                _ => &[],
            };
            let variants = if expected.is_empty() { &[] } else { variants };
            assert_eq!(titles(&actions), [expected, variants].concat(), "{text}");
        }
    }
    assert!(!world.state_folder().exists(), "looking writes nothing");
}

/// Guard: `facts.asks` and `show_document` in `ask_one`, `launch` and `tell_end`.
#[test]
fn every_question_is_asked_where_the_editor_can_ask() {
    for capabilities in [vscode(), neovim()] {
        let world = World::scripted(ASKS);
        let mut editor = Editor::on(&world, capabilities, Value::Null);
        editor.client.hold_answers();
        editor.launch();
        editor.is_asked();
        assert!(world.worktrees().is_empty() && world.branches().is_empty(), "nothing begins before the yes");
        let waiting = titles_of_run(&mut editor);
        assert!(waiting.iter().any(|title| title.starts_with("Approve launch (")), "{waiting:?}");
        editor.choose(&["Approve", "left", "Approve", "Approve"]);
        editor.client.answer_held();
        let end = editor.told("is complete");
        assert!(end.starts_with("X (") || end.starts_with("Feature: X ("), "{end}");
        assert!(end.contains("2 of 2 tasks done"), "{end}");
        let asked: Vec<&str> =
            editor.client.questions.iter().map(|own| own["message"].as_str().unwrap()).collect();
        assert_eq!(asked.len(), 4, "{asked:?}");
        assert!(
            asked[0].contains(", launch: 2 tasks in 2 waves.")
                && asked[0].contains("proof: test -s first.txt")
        );
        assert!(asked[1].ends_with("first asks: Which one?\nIt would choose: left"), "{}", asked[1]);
        assert!(asked[2].contains("after wave 1") && asked[3].contains("completion"));
        // The list before the question, the report at the end.
        let shown = |client: &Client, end: &str| {
            client
                .shown
                .iter()
                .filter(|own| own["uri"].as_str().is_some_and(|uri| uri.ends_with(end)))
                .count()
        };
        assert_eq!(shown(&editor.client, "list.txt"), 1);
        let run = world.run();
        assert_eq!(shown(&editor.client, &format!("report%20of%20{run}.md")), 1);
        let tip = format!("segue/{run}/integration");
        assert_eq!(world.git(&["show", &format!("{tip}:first.txt")]), "left");
        assert!(!world.exists("first.txt"), "the checkout is not touched");
        let kinds: Vec<&str> =
            editor.progress().iter().map(|own| own["value"]["kind"].as_str().unwrap()).collect();
        assert_eq!((kinds.first(), kinds.last()), (Some(&"begin"), Some(&"end")));
        // What would be lost is asked about too.
        for choice in ["Keep it", "Discard it"] {
            let asked = editor.client.questions.len();
            editor.choose(&[choice]);
            assert_eq!(world.runs().len(), 1);
            editor.act("Discard run");
            editor.client.wait_for("a question", |client| client.questions.len() > asked);
        }
        editor.told("Discarded.");
        assert!(world.runs().is_empty() && world.branches().is_empty());
    }
}

fn titles_of_run(editor: &mut Editor) -> Vec<String> {
    titles(&editor.actions()).into_iter().map(str::to_owned).collect()
}

/// Guard: the message in `ask_one`, the actions of `of_run`, the path in `tell_end` and `page`.
#[test]
fn every_question_can_be_answered_where_the_editor_can_neither_ask_nor_show() {
    let world = World::scripted(ASKS);
    let mut editor = Editor::on(&world, helix(), Value::Null);
    editor.launch();
    let text = editor.told(", launch: 2 tasks");
    let run = world.run();
    assert!(text.contains(&format!("or: segue runs approve {run} --gate 1")), "{text}");
    let list = std::fs::read_to_string(path_in(&text)).unwrap();
    assert!(list.contains("proof: test -s first.txt"), "{list}");
    assert!(world.worktrees().is_empty(), "nothing begins before the yes");
    let head = PLAN.lines().position(|line| line.starts_with("### Issue 1")).unwrap() as u64;
    let head = editor.actions_at(head);
    let cancel = format!("Cancel this task ({run})");
    assert_eq!(titles(&head), [&cancel, "Launch this task", "Launch 2 variants", "Launch 3 variants"]);
    editor.act("Approve launch");
    editor.told("first asks: Which one?");
    let waiting = titles_of_run(&mut editor);
    for title in ["Answer first: left", "Answer first: right", &format!("Cancel run {run}")] {
        assert!(waiting.iter().any(|own| own == title), "{title} in {waiting:?}");
    }
    editor.act("Answer first: right");
    editor.told("after wave 1");
    editor.act("Approve after wave 1");
    editor.told("completion");
    editor.act("Show run");
    let page = editor.told("The run ");
    let page = std::fs::read_to_string(path_in(&page)).unwrap();
    assert!(page.contains("| first | 1 | done | 1 | 1 | 0 |") && page.contains("## What happened"), "{page}");
    editor.act("Approve completion");
    let end = editor.told("is complete");
    let report = std::fs::read_to_string(path_in(&end)).unwrap();
    assert!(report.contains("second"), "{report}");
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "right");
    let over = titles_of_run(&mut editor);
    assert!(over.iter().any(|title| *title == format!("Merge run {run}")), "{over:?}");
    assert!(
        !over.iter().any(|title| title.starts_with("Cancel") || title.starts_with("Approve")),
        "{over:?}"
    );
    editor.act(&format!("Discard run {run}"));
    let kept = editor.told("would be lost");
    assert!(kept.contains(&format!("`segue runs discard {run} --yes` removes it.")), "{kept}");
    editor.act("Merge run");
    editor.told("Merged into main.");
    assert_eq!(world.read("first.txt"), "right\n");
    editor.act(&format!("Discard run {run}"));
    editor.told("Discarded.");
    assert!(world.runs().is_empty());
}

/// Guard: `note_answer`, `tell_answers`; `Outcome::Late`.
#[test]
fn two_editors_and_a_terminal_answer_one_run_and_the_first_answer_holds() {
    let world = World::scripted(ASKS);
    let mut one = Editor::on(&world, vscode(), Value::Null);
    let mut other = Editor::on(&world, neovim(), Value::Null);
    for editor in [&mut one, &mut other] {
        editor.client.hold_answers();
    }
    one.launch();
    for editor in [&mut one, &mut other] {
        editor.is_asked();
    }
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    for editor in [&mut one, &mut other] {
        editor.told("launch: approved by Ada (terminal).");
    }
    one.choose(&["Reject", "left", "Approve", "Approve"]);
    one.client.answer_held();
    let late = one.told("Too late");
    assert!(late.starts_with("Too late: Ada (terminal) answered “approve”"), "{late}");
    one.told("is complete");
    other.told("first: answered “left” by Ada (Test Editor).");
    other.choose(&["Approve", "right", "Approve", "Approve"]);
    other.client.answer_held();
    other.told("Too late: Ada (terminal) answered “approve”");
    other.told("Too late: Ada (Test Editor) answered “left”");
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "left");
}

/// Guard: `launch` begins nothing but the runner, and the gate of the run holds it.
#[test]
fn a_workspace_that_configures_programs_starts_none_before_the_yes_and_asks_again_when_the_list_changes() {
    let world = World::scripted(WRITES);
    let started = world.state_folder().with_file_name("started");
    let settings = |more: &str| {
        format!(
            "[agents.marker]\ncommand = [\"sh\", \"-c\", \"touch '{0}'; echo one > first.txt\"]\n\
             [orchestrator]\nagent = \"marker\"\nsetup = \"touch '{0}'{more}\"\nvalidate = [\"touch '{0}'\"]\n",
            started.display()
        )
    };
    world.write("segue.toml", &settings(""));
    world.write(
        ".vscode/mcp.json",
        &json!({ "servers": { "s": { "command": "touch", "args": [started] } } }).to_string(),
    );
    world.commit("Configure");
    let mut editor = Editor::on(&world, helix(), Value::Null);
    editor.actions();
    assert!(!world.state_folder().exists(), "opening and looking write nothing");
    editor.launch();
    let text = editor.told(", launch: 2 tasks");
    for line in ["marker: sh -c", "setup: touch", "proof: test -s first.txt"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(!started.exists() && world.worktrees().is_empty());
    editor.act("Reject launch");
    editor.told("is rejected");
    assert!(!started.exists(), "a no starts nothing");
    // A yes holds for the same list,
    editor.launch();
    editor.told(", launch: 2 tasks");
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    editor.told("after wave 1");
    assert!(started.exists());
    world.ends(0, &["runs", "cancel", &run]);
    editor.told("is cancelled");
    std::fs::remove_file(&started).unwrap();
    editor.launch();
    editor.told("said yes to the same list before");
    editor.told("after wave 1");
    world.ends(0, &["runs", "cancel", &world.run()]);
    editor.told("is cancelled");
    std::fs::remove_file(&started).unwrap();
    // and not for another one.
    world.write("segue.toml", &settings("; true"));
    editor.launch();
    editor.told(", launch: 2 tasks");
    assert!(!started.exists());
    let run = world.run();
    world.ends(0, &["runs", "cancel", &run]);
    editor.told("is cancelled");
}

/// Guard: `progress::cancelled`.
#[test]
fn progress_of_a_run_has_an_end_that_cancels() {
    for (capabilities, asks) in [(vscode(), true), (neovim(), true), (helix(), false)] {
        let world = World::scripted(
            "tasks:\n  first:\n    - - run: 'while true; do sleep 0.1; done'\n      - write: { path: first.txt, text: one }\n",
        );
        let mut editor = Editor::on(&world, capabilities, Value::Null);
        if asks {
            editor.client.hold_questions();
            // Said when it is late: somebody was faster.
            editor.choose(&["Approve"]);
        }
        editor.launch();
        if asks {
            editor.is_asked();
        } else {
            editor.told(", launch: 2 tasks");
        }
        // Already while its gate waits for somebody: who looks away sees that it does.
        let waits = |own: &Value| own["value"]["message"] == "0/2 tasks, needs you";
        editor.client.wait_for("what waits", |client| client.progress.iter().any(waits));
        editor.act("Approve launch");
        let works = |own: &Value| own["value"]["message"] == "0/2 tasks, working: first";
        editor.client.wait_for("work", |client| client.progress.iter().any(works));
        let token = editor.client.progress.iter().find(|own| works(own)).unwrap()["token"].clone();
        editor.client.notify("window/workDoneProgress/cancel", json!({ "token": token }));
        editor.told("is cancelled");
        editor.client.wait_for("the end", |client| client.progress.last().unwrap()["value"]["kind"] == "end");
        assert_eq!(world.state(), "cancelled");
    }
}

/// Guard: `hear::notify`, `requests`, `views`.
#[test]
fn a_view_of_runs_has_data_verbs_differences_and_logs() {
    let world = World::scripted(WRITES);
    let mut capabilities = push_capabilities();
    for what in ["codeLens", "inlayHint"] {
        capabilities["workspace"][what] = json!({ "refreshSupport": true });
    }
    let mut editor = Editor::on(&world, capabilities, json!({ "runs": true }));
    let list = editor.client.request("segue/runs/list", json!({}));
    assert_eq!(list, json!({ "repositories": [] }));
    editor.launch();
    editor.told(", launch: 2 tasks");
    let last = editor.client.runs.last().unwrap().clone();
    let run = last["runs"][0]["run"].as_str().unwrap().to_owned();
    assert_eq!(last["folder"], editor.uri.trim_end_matches("/x.spec.md"));
    assert_eq!(last["runs"][0]["uri"], editor.uri);
    assert_eq!((&last["runs"][0]["state"], &last["runs"][0]["over"]), (&json!("needs-you"), &json!(false)));
    assert_eq!(last["runs"][0]["gates"][0]["kind"], "launch");
    // Beside the text.
    let document = json!({ "textDocument": { "uri": editor.uri } });
    let lenses = editor.client.request("textDocument/codeLens", document.clone());
    let title = lenses.as_array().unwrap().iter().map(|lens| lens["command"]["title"].as_str().unwrap());
    let title: Vec<&str> = title.filter(|title| title.starts_with(&run)).collect();
    assert_eq!(title, [format!("{run}: needs you, 0 of 2 tasks")]);
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let hints = json!({ "textDocument": { "uri": editor.uri }, "range": whole });
    let found = editor.client.request("textDocument/inlayHint", hints.clone());
    let labels = |found: &Value| -> Vec<String> {
        found.as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(labels(&found).iter().filter(|label| *label == "queued").count(), 2, "{found}");
    // A verb, and what follows from it.
    let act = |editor: &mut Editor, verb: &str, more: Value| {
        let mut params = json!({ "verb": verb, "to": [{ "run": run }] });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        editor.client.request("segue/runs/do", params)["outcomes"][0].clone()
    };
    let done = act(&mut editor, "approve", json!({ "note": "Go." }));
    assert_eq!(done, json!({ "run": run, "task": null, "done": true, "text": "Done." }));
    editor.told("after wave 1");
    let late = act(&mut editor, "answer", json!({ "answer": "1" }));
    assert_eq!((&late["done"], &late["text"]), (&json!(false), &json!("No question is open.")));
    let shown = editor.client.request("segue/runs/show", json!({ "run": run }));
    assert_eq!((&shown["tasks"][0]["state"], &shown["tasks"][0]["added"]), (&json!("done"), &json!(1)));
    assert_eq!(shown["done"], 1);
    assert!(editor.client.redrawn.values().all(|count| *count > 0) && editor.client.redrawn.len() == 2);
    let found = editor.client.request("textDocument/inlayHint", hints);
    assert!(labels(&found).contains(&"done +1 −0".to_owned()), "{found}");
    let diff = editor.client.request("segue/runs/diff", json!({ "run": run, "task": "first" }));
    assert_eq!(diff["files"], json!([{ "path": "first.txt", "added": 1, "removed": 0, "binary": false }]));
    assert!(diff["text"].as_str().unwrap().contains("+one"));
    // The log of a task, read on from a cursor; a follower hears of what is new.
    let log = editor.client.request("segue/runs/log", json!({ "run": run, "task": "first" }));
    assert!(log["lines"].to_string().contains("attempt 1 by actor") && log["over"] == true, "{log}");
    let rest = json!({ "run": run, "task": "first", "from": log["next"] });
    assert_eq!(editor.client.request("segue/runs/log", rest)["lines"], json!([]));
    let all = editor.client.request("segue/runs/log", json!({ "run": run }));
    let follow = |from: &Value| json!({ "run": run, "from": from, "follow": true });
    let mut follows = editor.client.ask("segue/runs/log", follow(&all["next"]));
    world.ends(0, &["runs", "approve", &run]);
    loop {
        let news = editor.client.result(follows);
        if news["lines"].to_string().contains("approved by Ada (terminal)") {
            break;
        }
        assert_eq!(news["over"], false, "{news}");
        follows = editor.client.ask("segue/runs/log", follow(&news["next"]));
    }
    editor.told("completion");
    act(&mut editor, "approve", json!({}));
    editor.told("is complete");
    assert!(act(&mut editor, "export", json!({}))["text"].as_str().unwrap().contains("second"));
    let lost = act(&mut editor, "discard", json!({}));
    assert!(lost["done"] == false && !lost["lost"].as_array().unwrap().is_empty(), "{lost}");
    assert_eq!(act(&mut editor, "archive", json!({}))["done"], true);
    assert_eq!(act(&mut editor, "discard", json!({ "yes": true }))["text"], "Discarded.");
    editor.client.wait_for("its end", |client| client.runs.last().unwrap()["gone"] == json!([run]));
    let wrong = editor.client.ask("segue/runs/show", json!({ "run": run }));
    assert!(editor.client.answer(wrong)["error"]["message"].as_str().unwrap().starts_with("There is no run"));
}

/// Guard: `watch_roots`, `say_what_waits`; gates of before are state, and are not asked anew.
#[test]
fn what_waits_since_before_is_there_when_a_folder_is_opened() {
    let world = World::scripted(WRITES);
    let parked = world.command(&["run", "x.spec.md"]).output().unwrap();
    assert_eq!(parked.status.code(), Some(3));
    let run = world.run();
    let mut editor = Editor::on(&world, vscode(), Value::Null);
    let text = editor.told("waits for you");
    assert!(text.contains("x.spec.md") && text.contains(&run), "{text}");
    let deadline = Instant::now() + LIMIT;
    while !titles_of_run(&mut editor).iter().any(|title| *title == format!("Reject launch ({run})")) {
        assert!(Instant::now() < deadline);
    }
    assert!(editor.client.questions.is_empty());
    editor.act("Reject launch");
    editor.told("is rejected");
    assert_eq!(world.state(), "rejected");
}

/// Guard: `untrusted` in `actions`, `launch` and `watch_roots`.
#[test]
fn nothing_is_launched_in_a_workspace_that_is_not_trusted() {
    let world = World::scripted(WRITES);
    let mut editor = Editor::on(&world, helix(), json!({ "trusted": false }));
    assert!(editor.actions().is_empty());
    let uri = editor.uri.clone();
    editor.execute("segue.launch", json!({ "uri": uri }));
    editor.told("Nothing is started in a workspace that is not trusted.");
    assert!(!world.state_folder().exists());
}
