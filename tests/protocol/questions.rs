//! Every question that a run has for a person, in VS Code, in Neovim and in Helix: each kind of gate, and
//! what agents ask. The first two are asked by messages, the last answers by code actions alone.

use crate::editor::{Editor, helix, neovim, vscode};
use crate::world::{PLAN, World};
use serde_json::{Value, json};

/// What a person says.
enum Says {
    Yes,
    No,
    /// One of the options.
    Option(&'static str),
    /// Words of their own.
    Words(&'static str),
}
use Says::{No, Option as One, Words, Yes};

/// A run, all that it asks, and how it ends.
struct Case {
    name: &'static str,
    world: fn() -> World,
    /// The file that is launched.
    file: &'static str,
    /// Of each question a part of its text, and the answer. Of a gate the part is its name.
    asks: &'static [(&'static str, Says)],
    end: &'static str,
}

const GOOD: &str = "tasks:\n  first:\n    - - write: { path: first.txt, text: one }\n";
const SETTINGS: &str =
    "[agents.actor]\nrehearsal = \"actor.yaml\"\n[orchestrator]\nagent = \"actor\"\nbackoff-first = 0\n";
const AUDITOR: (&str, &str) = (
    ".github/agents/PlanAuditor.agent.md",
    "---\nname: PlanAuditor\ndescription: Judges plans.\n---\n\nYou judge plans.\n",
);
const PLANNER: (&str, &str) =
    (".github/agents/Planner.agent.md", "---\nname: Planner\ndescription: Plans.\n---\n\nYou plan.\n");

/// The plan with something else in it.
fn planned(from: &str, to: &str) -> World {
    let world = World::scripted(GOOD);
    world.write("x.spec.md", &PLAN.replace(from, to));
    world.commit("Another plan");
    world
}

/// A plan of so many files that an auditor looks at it, who judges as this script says.
fn audited(files: &[(&str, &str)], script: &str) -> World {
    let plan = PLAN.replace("`first.txt`\n", "`first.txt`, `one.txt`\n");
    let plan = plan.replace("`second.txt`\n", "`second.txt`, `two.txt`\n");
    let script = format!("{GOOD}{script}");
    let mut all =
        vec![("x.spec.md", plan.as_str()), ("segue.toml", SETTINGS), ("actor.yaml", &script), AUDITOR];
    all.extend(files);
    World::new(&all)
}

fn revised() -> World {
    let script = "  plan-auditor:\n    - - say: \"Verdict: NEEDS_REVISION\\nThe proof is weak.\"\n    - - say: 'Verdict: APPROVED'\n  planner:\n    - - append: { path: x.spec.md, text: \"\\n\" }\n";
    audited(&[PLANNER], script)
}

/// The first task grants the agent of the second more than stood on the list.
fn grants() -> World {
    let plan = PLAN
        .replace("**Files:** `first.txt`", "**Files:** `first.txt`, `.github/agents/Builder.agent.md`")
        .replace("**Files:** `second.txt`", "**Agent:** Builder\n**Files:** `second.txt`");
    let builder = |tools: &str| {
        format!("---\nname: Builder\ndescription: Builds.\ntools: [{tools}]\n---\n\nYou build.\n")
    };
    let more = serde_json::to_string(&builder("read, execute")).unwrap();
    let script = format!("{GOOD}      - write: {{ path: .github/agents/Builder.agent.md, text: {more} }}\n");
    World::new(&[
        ("x.spec.md", &plan),
        ("segue.toml", SETTINGS),
        ("actor.yaml", &script),
        (".github/agents/Builder.agent.md", &builder("read")),
    ])
}

/// A prompt that shall be planned before anything is changed.
fn prompt() -> World {
    let world = World::scripted("tasks:\n  add:\n    - - write: { path: a.txt, text: one }\n");
    let text = "---\ndescription: Add a file\n---\n\n# Add a file\n\nAdd `a.txt`.\n\n**Validation:** `test -s a.txt`\n\n## Human Validation Gate\n\n- [ ] The approach is right\n";
    world.write("add.prompt.md", text);
    world.commit("A prompt");
    world
}

/// What proves the first task holds where it was done, and nowhere else.
fn whole_fails() -> World {
    planned("`test -s first.txt`", "`test -s first.txt && git branch --show-current | grep -q /task/`")
}

fn asking(step: &str) -> World {
    World::scripted(&format!(
        "tasks:\n  first:\n    - - {step}\n      - write: {{ path: first.txt, text: \"{{answer}}\\n\" }}\n"
    ))
}

const CASES: &[Case] = &[
    Case {
        name: "the launch, refused",
        world: || World::scripted(GOOD),
        file: "x.spec.md",
        asks: &[("launch", No)],
        end: "is rejected",
    },
    Case {
        name: "a wave and the completion",
        world: || World::scripted(GOOD),
        file: "x.spec.md",
        asks: &[("launch", Yes), ("after wave 1", Yes), ("completion", Yes)],
        end: "is complete",
    },
    Case {
        name: "a checklist before the start",
        world: || planned("## Component", "## Handoff Checklist\n\n- [ ] It is agreed\n\n## Component"),
        file: "x.spec.md",
        asks: &[("launch", Yes), ("before the start", Yes), ("after wave 1", No)],
        end: "is rejected",
    },
    Case {
        name: "a plan that its review rejects",
        world: || audited(&[], "  plan-auditor:\n    - - say: \"Verdict: REJECTED\\nNobody wants it.\"\n"),
        file: "x.spec.md",
        asks: &[("launch", Yes), ("plan review: REJECTED", Yes), ("after wave 1", No)],
        end: "is rejected",
    },
    Case {
        name: "a plan that was revised",
        world: revised,
        file: "x.spec.md",
        asks: &[("launch", Yes), ("revised plan", Yes), ("after wave 1", No)],
        end: "is rejected",
    },
    Case {
        name: "a list that changes on the way",
        world: grants,
        file: "x.spec.md",
        asks: &[("launch", Yes), ("after wave 1", Yes), ("changed list", Yes), ("completion", Yes)],
        end: "is complete",
    },
    Case {
        name: "something that a wave misses",
        world: || planned("**Files:** `second.txt`", "**Files:** `second.txt`, `notes.md` (read)"),
        file: "x.spec.md",
        asks: &[("launch", Yes), ("after wave 1", Yes), ("before wave 2", No)],
        end: "is rejected",
    },
    Case {
        name: "a destructive task",
        world: || planned("**Scope:** The first.\n", "**Scope:** The first.\n**Gate:** destructive\n"),
        file: "x.spec.md",
        asks: &[("launch", Yes), ("destructive task first", Yes), ("after wave 1", Yes), ("completion", Yes)],
        end: "is complete",
    },
    Case {
        name: "the plan of a prompt",
        world: prompt,
        file: "add.prompt.md",
        asks: &[("launch", Yes), ("plan of add", Yes), ("completion", Yes)],
        end: "is complete",
    },
    Case {
        name: "a whole that nobody broke",
        world: whole_fails,
        file: "x.spec.md",
        asks: &[("launch", Yes), ("integration of wave 1", Yes), ("after wave 1", No)],
        end: "is rejected",
    },
    Case {
        name: "a question with options",
        world: || asking("ask: { question: Which one?, options: [left, right] }"),
        file: "x.spec.md",
        asks: &[("launch", Yes), ("first asks: Which one?", One("right")), ("after wave 1", No)],
        end: "is rejected",
    },
    Case {
        name: "a question without options",
        world: || asking("ask: { question: Which name? }"),
        file: "x.spec.md",
        asks: &[("launch", Yes), ("first asks: Which name?", Words("The second")), ("after wave 1", No)],
        end: "is rejected",
    },
    Case {
        name: "leave to do something",
        world: || asking("permit: { text: 'Run npm install?' }"),
        file: "x.spec.md",
        asks: &[("launch", Yes), ("first asks: Run npm install?", One("for this run")), ("after wave 1", No)],
        end: "is rejected",
    },
    Case {
        name: "a choice among variants",
        world: || planned("**Scope:** The first.\n", "**Scope:** The first.\n**Variants:** 2\n"),
        file: "x.spec.md",
        asks: &[("launch", Yes), ("first asks: It was tried in 2", One("first~2")), ("after wave 1", No)],
        end: "is rejected",
    },
];

/// Launches what the case is about.
fn launched(case: &Case, capabilities: Value, options: Value) -> (World, Editor) {
    let world = (case.world)();
    let mut editor = Editor::on(&world, capabilities, options);
    if case.file != "x.spec.md" {
        editor.title = 4;
        editor.uri = editor.uri.replace("x.spec.md", case.file);
        let uri = editor.uri.clone();
        editor.client.open(&uri, 1, &world.read(case.file));
    }
    (world, editor)
}

/// Everything was answered here, as it was said.
fn is_answered(case: &Case, world: &World) {
    let run = world.run();
    let log = world.waits(&run);
    let report = world.ends(0, &["runs", "export", &run]).out;
    let gate = |name: &str, answer: &str| {
        let row = format!("| {name} |");
        let mut rows = report.lines().filter(|line| line.starts_with(&row));
        rows.any(|line| line.contains(&format!("| {answer} | Ada (Test Editor) |")))
    };
    for (text, says) in case.asks {
        let is_so = match says {
            Yes => gate(text, "approved"),
            No => gate(text, "rejected"),
            One(answer) | Words(answer) => report.contains(&format!("— {answer} (Ada (Test Editor))")),
        };
        assert!(is_so, "{}: {text} in\n{log}\n{report}", case.name);
    }
}

/// In an editor that asks and has a place to type.
fn by_messages(capabilities: fn() -> Value) {
    for case in CASES {
        let (world, mut editor) = launched(case, capabilities(), json!({ "inputs": true }));
        let says = case.asks.iter().map(|(_, says)| match says {
            Yes => "Approve",
            No => "Reject",
            One(answer) | Words(answer) => answer,
        });
        editor.choose(&says.collect::<Vec<_>>());
        editor.act("Launch p");
        editor.told(case.end);
        let asked: Vec<&str> =
            editor.client.questions.iter().map(|own| own["message"].as_str().unwrap()).collect();
        assert_eq!(asked.len(), case.asks.len(), "{}: {asked:?}", case.name);
        for (text, (part, _)) in asked.iter().zip(case.asks) {
            assert!(text.contains(part), "{}: {part:?} in {text}", case.name);
        }
        is_answered(case, &world);
    }
}

/// Guard: `words` and `ask_one`; `typed`.
#[test]
fn every_question_is_answered_in_vs_code() {
    by_messages(vscode);
}

/// Guard: the same.
#[test]
fn every_question_is_answered_in_neovim() {
    by_messages(neovim);
}

/// Guard: the actions of `of_run` and `answers`; `selected`.
#[test]
fn every_question_is_answered_in_helix() {
    for case in CASES {
        let (world, mut editor) = launched(case, helix(), Value::Null);
        editor.act("Launch p");
        for (part, says) in case.asks {
            let told = editor.told(part);
            let title = told.split_once("Answer by a code action at the title of ").map(|(_, title)| title);
            assert!(title.is_some_and(|title| title.starts_with(case.file)), "{}: {told}", case.name);
            match says {
                Yes => editor.act(&format!("Approve {part}")),
                No => editor.act(&format!("Reject {part}")),
                One(answer) => editor.act(&format!("Answer first: {answer}")),
                Words(answer) => select(&mut editor, &world.read(case.file), answer),
            }
        }
        editor.told(case.end);
        is_answered(case, &world);
    }
}

/// The actions where these words of a text are selected.
fn selected(editor: &mut Editor, text: &str, words: &str) -> Vec<Value> {
    let from = text.find(words).unwrap();
    let at = |offset: usize| {
        let before = &text[..offset];
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        json!({ "line": before.matches('\n').count(), "character": offset - begin })
    };
    let range = json!({ "start": at(from), "end": at(from + words.len()) });
    let context = json!({ "diagnostics": [], "only": ["segue.run"] });
    let params = json!({ "textDocument": { "uri": editor.uri }, "range": range, "context": context });
    editor.client.request("textDocument/codeAction", params).as_array().unwrap().clone()
}

/// Answers with these words of the text.
fn select(editor: &mut Editor, text: &str, words: &str) {
    let actions = selected(editor, text, words);
    let is_answer = |own: &&Value| own["title"].as_str().unwrap().contains("with the selected text");
    let command = actions.iter().find(is_answer).unwrap_or_else(|| panic!("{actions:?}"))["command"].clone();
    editor.execute(command["command"].as_str().unwrap(), command["arguments"][0].clone());
}

fn until_it_asks(world: &World, capabilities: Value, options: Value) -> Editor {
    let mut editor = Editor::on(world, capabilities, options);
    editor.launch();
    editor.told(", launch: ");
    editor.act("Approve launch");
    editor
}

/// Guard: `LETTERS`, `takes_words` in `selected`; `USUAL`, and `SHOW` in `answers`.
#[test]
fn a_question_without_options_is_answered_by_usual_words_or_by_a_selection() {
    let world = asking("ask: { question: Which name? }");
    let mut editor = until_it_asks(&world, helix(), Value::Null);
    let told = editor.told("first asks: Which name?");
    assert!(told.contains("by one on words that you select, or: segue runs answer"), "{told}");
    let actions = editor.actions();
    let titles: Vec<&str> = crate::editor::titles(&actions);
    for title in [
        "Answer first: Yes",
        "Answer first: No",
        "Answer first: Decide yourself",
        "Answer… (first: Which name?)",
    ] {
        assert!(titles.contains(&title), "{title} in {titles:?}");
    }
    editor.act("Answer… (first");
    let page = editor.told("The run ");
    let page = std::fs::read_to_string(crate::editor::path_in(&page)).unwrap();
    assert!(page.contains("choose the code action *Answer first with the selected text*"), "{page}");
    // In Helix a cursor is a selection of one letter.
    let text = world.read("x.spec.md");
    assert!(selected(&mut editor, &text, "T").is_empty());
    let found = selected(&mut editor, &text, " The second.\n");
    assert_eq!(crate::editor::titles(&found), ["Answer first with the selected text (Which name?)"]);
    assert_eq!(found[0]["command"]["arguments"][0]["answer"], "The second.");
    editor.act("Answer first: Decide yourself");
    editor.told("after wave 1");
    let tip = format!("segue/{}/integration:first.txt", world.run());
    assert_eq!(world.git(&["show", &tip]), "Decide yourself");
    assert!(selected(&mut editor, &text, "The second.").is_empty(), "nobody asks any more");
}

/// Words answer neither a question for leave nor a choice: only what is offered does.
#[test]
fn a_selection_gives_no_leave() {
    let world = asking("permit: { text: 'Run npm install?' }");
    let mut editor = until_it_asks(&world, helix(), Value::Null);
    let told = editor.told("first asks: Run npm install?");
    assert!(!told.contains("select"), "{told}");
    assert!(selected(&mut editor, &world.read("x.spec.md"), "The second.").is_empty());
}

/// Guard: `USUAL` in `ask_one`.
#[test]
fn a_question_without_options_is_asked_with_usual_words_where_nothing_can_be_typed() {
    let world = asking("ask: { question: Which name? }");
    let mut editor = Editor::on(&world, neovim(), Value::Null);
    editor.choose(&["Approve", "Decide yourself", "Reject"]);
    editor.launch();
    editor.told("is rejected");
    let offered = editor.client.questions[1]["actions"].as_array().unwrap();
    assert_eq!(crate::editor::titles(offered), ["Yes", "No", "Decide yourself"]);
    let asked = editor.client.questions[1]["message"].as_str().unwrap();
    assert!(
        asked.ends_with(
            "For other words put this aside, select them in any file, and choose the code action."
        )
    );
}

/// Guard: `typed_answer`.
#[test]
fn a_question_that_was_put_aside_is_answered_in_words_later() {
    for step in ["ask: { question: Which name? }", "ask: { question: Which name?, options: [left] }"] {
        let world = asking(step);
        let parked = world.command(&["run", "x.spec.md"]).output().unwrap();
        assert_eq!(parked.status.code(), Some(3));
        world.ends(0, &["runs", "approve", &world.run()]);
        world.reaches("needs-you");
        let mut editor = Editor::on(&world, vscode(), json!({ "inputs": true }));
        editor.told("waits for you");
        crate::handed::shows(&mut editor, "Answer… (first");
        assert!(editor.client.questions.is_empty(), "it waited before");
        editor.choose(&["A third", "Reject"]);
        editor.act("Answer… (first");
        editor.told("is rejected");
        assert!(editor.client.questions[0]["message"].as_str().unwrap().contains("Which name?"));
        let tip = format!("segue/{}/integration:first.txt", world.run());
        assert_eq!(world.git(&["show", &tip]), "A third");
    }
}
