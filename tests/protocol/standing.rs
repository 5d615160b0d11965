//! How a run stands, beside the text of its plan, in VS Code, in Neovim and in Helix: as a lens and as hints, drawn
//! anew on our word where the editor takes that, and in each by the code action that shows the run. Helix 25.01 has
//! no lenses, and is never told to draw anything anew.

use crate::client::{Client, LIMIT};
use crate::editor::{EDITORS, Editor};
use crate::world::World;
use serde_json::{Value, json};
use std::time::Instant;

/// An editor, and whether it draws lenses and takes our word for what to draw anew.
struct Face {
    editor: Editor,
    draws: bool,
}

impl Face {
    fn on(world: &World, capabilities: Value) -> Self {
        let draws = capabilities["workspace"]["codeLens"]["refreshSupport"] == true;
        Self { editor: Editor::steered(world, capabilities), draws }
    }

    /// Asks for what is drawn until it is as wished: again when the editor is told to, and where nobody tells it as
    /// often as its user scrolls.
    #[track_caller]
    fn until(&mut self, view: &str, wished: &[String], drawn: impl Fn(&Value) -> Option<String>) {
        let deadline = Instant::now() + LIMIT;
        let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
        let params = json!({ "textDocument": { "uri": self.editor.uri }, "range": whole });
        let told = |client: &Client| client.redrawn.get(&format!("workspace/{view}/refresh")).copied();
        loop {
            let before = told(&self.editor.client);
            let answer = self.editor.client.request(&format!("textDocument/{view}"), params.clone());
            let found: Vec<String> = answer.as_array().unwrap().iter().filter_map(&drawn).collect();
            if found == wished {
                return;
            }
            assert!(Instant::now() < deadline, "{found:?} is not {wished:?}");
            if self.draws {
                let what = format!("a word to draw anew: {found:?} is not {wished:?}");
                self.editor.client.wait_for(&what, |client| told(client) > before);
            }
        }
    }

    /// Waits until the run stands so, wherever this editor shows it.
    #[track_caller]
    fn stands(&mut self, run: &str, word: &str, done: usize, tasks: [&str; 2]) {
        let waves = |label: &&str| !label.starts_with("wave ");
        let hint = |hint: &Value| hint["label"].as_str().filter(waves).map(str::to_owned);
        self.until("inlayHint", &tasks.map(str::to_owned), hint);
        let action = format!("Show run {run} ({word})");
        crate::handed::shows(&mut self.editor, &action);
        if self.draws {
            let of_run =
                |lens: &Value| Some(lens["command"].clone()).filter(|own| own["command"] == "segue.showRun");
            let title = |lens: &Value| of_run(lens)?["title"].as_str().map(str::to_owned);
            let wished = format!("{run}: {}, {done} of 2 tasks", word.replace('-', " "));
            self.until("codeLens", &[wished], title);
            let document = json!({ "textDocument": { "uri": self.editor.uri } });
            let lenses = self.editor.client.request("textDocument/codeLens", document);
            let command = lenses.as_array().unwrap().iter().find_map(of_run).unwrap();
            self.editor.execute("segue.showRun", command["arguments"][0].clone());
        } else {
            self.editor.act(&action);
        }
        let page = self.editor.page(&format!("run {run}"));
        for (place, (id, label)) in ["first", "second"].into_iter().zip(tasks).enumerate() {
            let state = label.split(" +").next().unwrap();
            assert!(page.contains(&format!("| {id} | {} | {state} |", place + 1)), "{label} in {page}");
        }
    }
}

/// Guard: `of_run` and `hints` in `views`, `words` and `draw_anew` in `hear`.
#[test]
fn a_run_is_shown_as_it_stands_from_its_launch_to_its_end() {
    for capabilities in EDITORS {
        let folder = tempfile::tempdir().unwrap();
        let sign = folder.path().join("go");
        let script = format!(
            "tasks:\n  first:\n    - - ask: {{ question: Which one?, options: [left, right] }}\n      - run: 'while [ ! -e {} ]; do sleep 0.02; done'\n      - write: {{ path: first.txt, text: \"{{answer}}\\n\" }}\n",
            sign.display()
        );
        let fails = "  second:\n    - - fail: { class: escalate, text: I am lost. }\n";
        let world = World::scripted(&format!("{script}{fails}"));
        let mut face = Face::on(&world, capabilities());
        face.editor.launch();
        face.editor.asked(", launch: ");
        let run = world.run();
        face.stands(&run, "needs-you", 0, ["queued", "queued"]);
        face.editor.act("Approve launch");
        face.editor.asked("first asks: Which one?");
        face.stands(&run, "needs-you", 0, ["needs you", "queued"]);
        face.editor.act("Answer first: left");
        face.stands(&run, "working", 0, ["working", "queued"]);
        std::fs::write(&sign, "").unwrap();
        face.editor.asked("after wave 1");
        face.stands(&run, "needs-you", 1, ["done +1 −0", "queued"]);
        face.editor.act("Approve after wave 1");
        face.editor.asked("completion: 1 of 2 tasks");
        face.stands(&run, "needs-you", 1, ["done +1 −0", "failed"]);
        face.editor.act("Approve completion");
        face.editor.told("is escalated");
        face.stands(&run, "escalated", 1, ["done +1 −0", "failed"]);
        // The agent can do it by now.
        world.write("actor.yaml", &script);
        face.editor.act("Retry what failed");
        face.editor.asked("completion: ");
        face.stands(&run, "needs-you", 2, ["done +1 −0", "done +1 −0"]);
        face.editor.act("Approve completion");
        face.editor.told("is complete");
        face.stands(&run, "complete", 2, ["done +1 −0", "done +1 −0"]);
        let told: Vec<&str> = face.editor.client.redrawn.keys().map(String::as_str).collect();
        let expected: &[&str] =
            if face.draws { &["workspace/codeLens/refresh", "workspace/inlayHint/refresh"] } else { &[] };
        assert_eq!(told, expected);
    }
}

/// Guard: `owned` in `word` and `session_word`.
#[test]
fn a_run_whose_process_is_gone_is_shown_as_interrupted_and_what_is_cancelled_as_that() {
    for capabilities in EDITORS {
        let world = World::scripted("tasks:\n  first:\n    - - run: 'while true; do sleep 0.1; done'\n");
        let run = world.interrupted();
        let mut face = Face::on(&world, capabilities());
        crate::handed::shows(&mut face.editor, &format!("Resume run {run}"));
        face.stands(&run, "interrupted", 0, ["interrupted", "queued"]);
        face.editor.act("Resume run");
        face.stands(&run, "working", 0, ["working", "queued"]);
        face.editor.act("Cancel run");
        face.editor.told("is cancelled");
        face.stands(&run, "cancelled", 0, ["cancelled", "cancelled"]);
    }
}
