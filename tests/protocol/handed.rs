//! Runs that go from hand to hand: prompts and agents launched with what they need, runs that outlive
//! their editor, and editors that sit down at a run that somebody else began.

use crate::client::LIMIT;
use crate::editor::{Editor, helix, neovim, titles, vscode};
use crate::world::{PLAN, World};
use serde_json::{Value, json};
use std::time::Instant;

/// A prompt with inputs, and an agent that keeps what it was told.
fn prompts() -> World {
    let settings = "[agents.keeper]\ncommand = [\"sh\", \"-c\", \"cat '{prompt_file}' > card.txt\"]\n[orchestrator]\nagent = \"keeper\"\n";
    World::new(&[
        ("x.spec.md", PLAN),
        (
            "add.prompt.md",
            "---\ndescription: Add\n---\n\n# Add a file\n\nAdd `${input:file:path/of/it}` for ${input:who}.\n",
        ),
        (
            ".github/agents/Builder.agent.md",
            "---\nname: Builder\ndescription: Builds.\n---\n\nYou build with care.\n",
        ),
        ("segue.toml", settings),
    ])
}

/// What the agent of the newest run was told, once it is merged.
#[track_caller]
fn card(world: &World, editor: &mut Editor) -> String {
    editor.told(", launch: 1 task");
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    world.git(&["show", &format!("segue/{run}/integration:card.txt")])
}

/// Guard: `inputs_wanted` and `inputs` in `launch`.
#[test]
fn a_prompt_is_launched_with_the_inputs_that_it_asks_for() {
    let world = prompts();
    let mut editor = Editor::on(&world, helix(), Value::Null);
    let uri = editor.uri.replace("x.spec.md", "add.prompt.md");
    editor.client.open(&uri, 1, &world.read("add.prompt.md"));
    let actions = editor.client.actions(&uri, 4, 0, Some("segue.run"));
    assert_eq!(titles(&actions)[..2], ["Launch prompt", "Rehearse"]);
    // An editor without a place to type.
    let mut argument = actions[0]["command"]["arguments"][0].clone();
    editor.execute("segue.launch", argument.clone());
    let text = editor.told("Nothing was launched");
    assert!(
        text.contains(
            "`add.prompt.md` asks for `file` (path/of/it), `who`. A terminal asks for it: segue run"
        ),
        "{text}"
    );
    assert!(!world.state_folder().exists());
    // One that knows them.
    argument["inputs"] = json!({ "file": "a.txt", "who": "${input:file}" });
    editor.execute("segue.launch", argument);
    let card = card(&world, &mut editor);
    assert!(card.contains("Add `a.txt` for ${input:file}."), "{card}");
}

/// Guard: `prompt` in `launch`.
#[test]
fn an_agent_file_is_launched_with_what_it_shall_do() {
    let world = prompts();
    let mut editor = Editor::on(&world, helix(), Value::Null);
    let uri = editor.uri.replace("x.spec.md", ".github/agents/Builder.agent.md");
    editor.execute("segue.launch", json!({ "uri": uri }));
    editor.told("is an agent: say what it shall do");
    editor.execute("segue.launch", json!({ "uri": uri, "prompt": "Add tests\n\nAll of them." }));
    let card = card(&world, &mut editor);
    assert!(
        card.contains("## Objective\n\nAdd tests\n\nAll of them.\n") && card.contains("You build with care."),
        "{card}"
    );
}

/// The first task goes on once there is a file, and then asks.
fn waits_for_a_sign(sign: &std::path::Path) -> World {
    World::scripted(&format!(
        "tasks:\n  first:\n    - - run: 'while [ ! -e {} ]; do sleep 0.02; done'\n      - ask: {{ question: Which one?, options: [left, right] }}\n      - write: {{ path: first.txt, text: \"{{answer}}\\n\" }}\n",
        sign.display()
    ))
}

/// Asks for the actions at the title until one begins so: what a run does shows a moment later.
#[track_caller]
pub fn shows(editor: &mut Editor, begin: &str) {
    let deadline = Instant::now() + LIMIT;
    while !titles(&editor.actions()).iter().any(|title| title.starts_with(begin)) {
        assert!(Instant::now() < deadline, "no {begin:?}");
    }
}

/// Guard: `runner::start` in `launch`; `watch_roots`.
#[test]
fn a_run_outlives_its_editor_and_another_one_sits_down_at_it() {
    let folder = tempfile::tempdir().unwrap();
    let sign = folder.path().join("go");
    let world = waits_for_a_sign(&sign);
    let mut editor = Editor::on(&world, helix(), Value::Null);
    editor.launch();
    editor.told(", launch: 2 tasks");
    editor.act("Approve launch");
    shows(&mut editor, "Show run");
    let run = world.run();
    shows(&mut editor, &format!("Show run {run} (working)"));
    editor.client.kill();
    assert_eq!(world.state(), "working", "its runner is a process of its own");
    let mut other = Editor::on(&world, vscode(), Value::Null);
    shows(&mut other, &format!("Show run {run} (working)"));
    other.choose(&["right", "Approve", "Approve"]);
    std::fs::write(&sign, "").unwrap();
    let end = other.told("is complete");
    assert!(end.contains("2 of 2 tasks done"), "{end}");
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "right");
    let log = world.waits(&run);
    assert!(!log.contains("was interrupted"), "{log}");
}

/// Guard: `handed` in `resume`; `ask` for a run that was begun elsewhere.
#[test]
fn a_run_is_handed_to_a_process_of_its_own_and_answered_from_an_editor() {
    let folder = tempfile::tempdir().unwrap();
    let sign = folder.path().join("go");
    let world = waits_for_a_sign(&sign);
    let run = world.interrupted();
    let mut editor = Editor::on(&world, neovim(), Value::Null);
    shows(&mut editor, &format!("Resume run {run}"));
    let resumed = world.ends(0, &["runs", "resume", &run, "--detach"]);
    assert!(resumed.out.contains(&format!("`segue runs attach {run}` shows it")), "{resumed:?}");
    shows(&mut editor, &format!("Show run {run} (working)"));
    assert!(editor.client.questions.is_empty());
    editor.choose(&["left"]);
    std::fs::write(&sign, "").unwrap();
    editor.told("is complete");
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "left");
    let again = world.ends(1, &["runs", "resume", &run, "--detach"]);
    assert!(again.out.contains("it is over"), "{again:?}");
}

/// Guard: `typed` in `begun` and `ask_one`.
#[test]
fn an_editor_with_a_place_to_type_is_asked_for_words() {
    let world = prompts();
    let mut editor = Editor::on(&world, helix(), json!({ "inputs": true }));
    let at = |path: &str| editor.uri.replace("x.spec.md", path);
    let (prompt, agent) = (at("add.prompt.md"), at(".github/agents/Builder.agent.md"));
    // Who types nothing launches nothing.
    editor.execute("segue.launch", json!({ "uri": prompt }));
    editor.told("Nothing was launched: `add.prompt.md` asks for");
    assert!(!world.state_folder().exists());
    editor.client.questions.clear();
    editor.choose(&["a.txt", "us"]);
    editor.execute("segue.launch", json!({ "uri": prompt }));
    let told = card(&world, &mut editor);
    assert!(told.contains("Add `a.txt` for us."), "{told}");
    let asked = json!({ "message": "add.prompt.md asks for `file`", "placeholder": "path/of/it" });
    assert_eq!((editor.client.questions.len(), &editor.client.questions[0]), (2, &asked));
    editor.choose(&["Add tests"]);
    editor.execute("segue.launch", json!({ "uri": agent }));
    let told = card(&world, &mut editor);
    assert!(told.contains("## Objective\n\nAdd tests\n"), "{told}");
}

/// Guard: `typed` in `ask_one`.
#[test]
fn a_question_without_options_is_answered_in_words() {
    let world = World::scripted(
        "tasks:\n  first:\n    - - ask: { question: Which name? }\n      - write: { path: first.txt, text: \"{answer}\" }\n",
    );
    let mut editor = Editor::on(&world, helix(), json!({ "inputs": true }));
    editor.choose(&["Ada's own"]);
    editor.launch();
    editor.told(", launch: 2 tasks");
    editor.act("Approve launch");
    editor.told("after wave 1");
    assert!(editor.client.questions[0]["message"].as_str().unwrap().ends_with("first asks: Which name?"));
    let run = world.run();
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "Ada's own");
}
