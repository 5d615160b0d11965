//! What people want of runs, done in VS Code, in Neovim and in Helix: by the commands behind code actions, and
//! by `segue/runs/do`, as a view of runs has it.

use crate::editor::{EDITORS, Editor, titles};
use crate::handed::shows;
use crate::world::{PLAN, World};
use serde_json::{Value, json};

const GOOD: &str = "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n";

/// The first task is handed to a person.
const FAILS: &str = "tasks:\n  first:\n    - - fail: { class: escalate, text: I am lost. }\n";

/// The first task works until it is ended.
const WORKS: &str = "tasks:\n  first:\n    - - run: 'while true; do sleep 0.1; done'\n";

/// The ways by which an editor steers: an action, at the title or at a task's line, or a request.
#[derive(Clone, Copy, Debug)]
enum By {
    Title,
    Line,
    Request,
}

const FIRST: u64 = 4;

/// Does a verb to a run, or to its first task; `begin` is how the action's title does.
#[track_caller]
fn does(editor: &mut Editor, by: By, verb: &str, begin: &str, run: &str) {
    let to = match by {
        By::Title => {
            shows(editor, begin);
            return editor.act(begin);
        }
        By::Line => return at_the_first(editor, begin),
        By::Request => json!({ "run": run }),
    };
    let done = editor.client.request("segue/runs/do", json!({ "verb": verb, "to": [to] }));
    assert_eq!(done["outcomes"][0]["done"], true, "{done}");
}

/// Chooses the action at the line of the first task.
#[track_caller]
fn at_the_first(editor: &mut Editor, begin: &str) {
    let actions = editor.actions_at(FIRST);
    let found = actions.iter().find(|own| own["title"].as_str().unwrap().starts_with(begin));
    let found = found.unwrap_or_else(|| panic!("no {begin:?} in {:?}", titles(&actions)));
    let command = found["command"].clone();
    editor.execute(command["command"].as_str().unwrap(), command["arguments"][0].clone());
}

/// Launches the plan and says yes to it.
fn launched(world: &World, capabilities: Value) -> (Editor, String) {
    assert!(PLAN.lines().nth(4).unwrap().starts_with("### Issue 1"));
    let mut editor = Editor::steered(world, capabilities);
    editor.launch();
    editor.agree("launch");
    (editor, world.run())
}

/// Each editor with each of these ways.
fn each<W: Copy>(ways: &[W]) -> Vec<(Value, W)> {
    EDITORS.iter().flat_map(|editor| ways.iter().map(|way| (editor(), *way))).collect()
}

/// Guard: `retry` in `perform`; `to_be_retried`.
#[test]
fn what_failed_is_tried_again() {
    for (capabilities, by) in each(&[By::Title, By::Line, By::Request]) {
        let world = World::scripted(FAILS);
        let (mut editor, run) = launched(&world, capabilities);
        editor.told("is escalated");
        // The agent can do it by now.
        world.write("actor.yaml", GOOD);
        does(&mut editor, by, "retry", "Retry ", &run);
        editor.agree("after wave 1");
        editor.agree("completion");
        editor.told("is complete");
        let log = world.ends(0, &["runs", "logs", &run]).out;
        assert!(log.contains("first: attempt 2 by actor") && log.contains("first: merged"), "{by:?}: {log}");
        // What did not fail is not tried again, and it is said why.
        editor.execute("segue.retry", json!({ "run": run }));
        let why = editor.told("failed.");
        assert!(why.contains(&format!("No task of the run `{run}` failed.")), "{why}");
    }
}

/// Guard: `resume` in `perform`.
#[test]
fn what_was_interrupted_goes_on() {
    for (capabilities, by) in each(&[By::Title, By::Request]) {
        let folder = tempfile::tempdir().unwrap();
        let sign = folder.path().join("go");
        let world = World::scripted(&format!(
            "tasks:\n  first:\n    - - run: 'while [ ! -e {} ]; do sleep 0.02; done'\n      - write: {{ path: first.txt, text: one }}\n",
            sign.display()
        ));
        let run = world.interrupted();
        let mut editor = Editor::steered(&world, capabilities);
        shows(&mut editor, &format!("Resume run {run}"));
        does(&mut editor, by, "resume", "Resume run", &run);
        shows(&mut editor, &format!("Show run {run} (working)"));
        // Who wants that again is told that it is so.
        editor.execute("segue.resume", json!({ "run": run }));
        editor.told("It is being worked on.");
        std::fs::write(&sign, "").unwrap();
        editor.told("is complete");
        let log = world.waits(&run);
        assert!(log.contains("Resumed by process") && log.contains("first: merged"), "{log}");
        editor.execute("segue.resume", json!({ "run": run }));
        editor.told("It is over; what failed can be retried.");
    }
}

/// Guard: `cancel` in `perform`.
#[test]
fn a_run_or_a_task_of_it_is_cancelled() {
    let ways = [(By::Title, "Cancel run"), (By::Line, "Cancel this task"), (By::Request, "")];
    for (capabilities, (by, begin)) in each(&ways) {
        let world = World::scripted(WORKS);
        let (mut editor, run) = launched(&world, capabilities);
        shows(&mut editor, &format!("Show run {run} (working)"));
        does(&mut editor, by, "cancel", begin, &run);
        // Of a task those that wait for it are left out, and nothing is left to do.
        let end = if matches!(by, By::Line) { "escalated" } else { "cancelled" };
        editor.told(&format!("is {end}"));
        let shown = editor.client.request("segue/runs/show", json!({ "run": run }));
        assert_eq!(shown["tasks"][0]["state"], "cancelled", "{by:?}: {shown}");
        assert_eq!((&shown["state"], &shown["over"]), (&json!(end), &json!(true)), "{by:?}");
        let log = world.waits(&run);
        assert!(log.contains("by Ada (Test Editor)") && !log.contains("merged"), "{log}");
        editor.execute("segue.cancel", json!({ "run": run }));
        editor.told("The run is over.");
    }
}

/// Guard: `do_and_say`, `page`.
#[test]
fn what_is_over_is_exported_merged_archived_and_discarded() {
    for capabilities in EDITORS {
        let world = World::scripted(GOOD);
        world.ends(0, &["run", "x.spec.md", "--yes"]);
        let run = world.run();
        let mut editor = Editor::steered(&world, capabilities());
        shows(&mut editor, &format!("Merge run {run}"));
        editor.execute("segue.export", json!({ "run": run }));
        let report = editor.page(&format!("report of {run}"));
        assert!(report.contains("second"), "{report}");
        editor.act("Merge run");
        editor.told("Merged into main.");
        assert_eq!(world.read("first.txt"), "one");
        editor.execute("segue.archive", json!({ "run": run }));
        editor.told("kB freed; its branches are kept.");
        assert!(world.worktrees().is_empty() && !world.branches().is_empty());
        // All of it is merged: nobody has to be asked.
        editor.act("Discard run");
        editor.told("Discarded.");
        assert!(world.runs().is_empty() && world.branches().is_empty());
    }
}

/// Guard: `REHEARSE` in `launch`.
#[test]
fn a_plan_is_rehearsed_without_its_agent() {
    for (capabilities, by_command) in each(&[false, true]) {
        let world = World::scripted(FAILS);
        let began = world.top().with_file_name("began");
        let settings =
            format!("[agents.own]\ncommand = [\"touch\", {began:?}]\n[orchestrator]\nagent = \"own\"\n");
        world.write("segue.toml", &settings);
        world.commit("Another agent");
        let mut editor = Editor::steered(&world, capabilities);
        if by_command {
            let uri = editor.uri.clone();
            editor.execute("segue.rehearse", json!({ "uri": uri }));
        } else {
            editor.act("Rehearse");
        }
        let list = editor.agree("launch");
        assert!(list.contains("2 tasks") && !list.contains("own: touch"), "{list}");
        editor.agree("after wave 1");
        editor.agree("completion");
        editor.told("is complete");
        let log = world.ends(0, &["runs", "logs", &world.run()]).out;
        for task in ["first", "second"] {
            assert!(log.contains(&format!("{task}: attempt 1 by rehearsal")), "{log}");
        }
        assert!(!began.exists(), "the agent of the settings was not started");
    }
}

/// Guard: `tasks` in `Wanted`, and those of `of_wave` in `launches`.
#[test]
fn a_task_or_its_wave_is_launched_alone() {
    let plan = format!(
        "{PLAN}\n### Issue 3: Third (`third`)\n\n**Scope:** The third.\n**Dependencies:** None\n**Files:** `third.txt`\n**Validation:** `test -s third.txt`\n"
    );
    let ways =
        [("Launch this task", &["first"][..]), ("Launch its wave (wave 1, 2 tasks)", &["first", "third"])];
    for (capabilities, (begin, tasks)) in each(&ways) {
        let world = World::scripted(GOOD);
        world.write("x.spec.md", &plan);
        world.commit("Three");
        let mut editor = Editor::steered(&world, capabilities);
        at_the_first(&mut editor, begin);
        let list = editor.agree("launch");
        assert!(list.contains(&format!(", launch: {} task", tasks.len())), "{list}");
        editor.agree("completion");
        editor.told("is complete");
        let run = world.run();
        let files = world.git(&["ls-tree", "--name-only", &format!("segue/{run}/integration")]);
        for task in ["first", "second", "third"] {
            let made = files.lines().any(|file| file == format!("{task}.txt"));
            assert_eq!(made, tasks.contains(&task), "{begin}: {task} in {files}");
        }
    }
}
