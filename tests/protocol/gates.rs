//! What only a person answers, in an editor that can do much and in one that can do little: leave, what
//! cannot be undone, a wave for which something is missing, and a choice among variants.

use crate::editor::{Editor, helix, neovim, path_in, titles, vscode};
use crate::world::{PLAN, World};
use serde_json::{Value, json};

const LEAVE: &str = "tasks:\n  first:\n    - - permit: { text: 'Run npm install?' }\n      - write: { path: first.txt, text: \"one\\n\" }\n";

/// The first task is destructive and wants leave, the second reads what is not there.
fn guarded() -> World {
    let plan = PLAN
        .replace("**Scope:** The first.\n", "**Scope:** The first.\n**Gate:** destructive\n")
        .replace("**Files:** `second.txt`", "**Files:** `second.txt`, `notes.md` (read)");
    let world = World::scripted(LEAVE);
    world.write("x.spec.md", &plan);
    world.commit("It is guarded");
    world
}

/// Guard: `words` and `ask_one`; `unanswered`.
#[test]
fn leave_and_gates_of_every_sort_are_answered_where_the_editor_asks() {
    for capabilities in [vscode(), neovim()] {
        let world = guarded();
        let mut editor = Editor::on(&world, capabilities, Value::Null);
        editor.choose(&["Approve", "Approve", "once", "Approve", "Approve", "Reject"]);
        editor.launch();
        editor.told("is rejected");
        let asked = editor.client.questions.iter().map(|own| own["message"].as_str().unwrap());
        let asked: Vec<&str> = asked.collect();
        let parts = [
            "launch:",
            "destructive task first",
            "Run npm install?",
            "after wave 1",
            "before wave 2",
            "before wave 2",
        ];
        for (text, part) in asked.iter().zip(parts) {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(asked.len(), parts.len(), "{asked:?}");
        assert!(asked[5].contains("`second` reads `notes.md`, which is not there"), "{}", asked[5]);
        let offered = |place: usize| titles(editor.client.questions[place]["actions"].as_array().unwrap());
        assert_eq!(offered(2), ["once", "for this run", "deny"]);
        assert_eq!(offered(1), ["Approve", "Reject", "Show"]);
        assert_eq!(world.git(&["show", &format!("segue/{}/integration:first.txt", world.run())]), "one");
    }
}

/// Guard: the message in `ask_one`, the actions of `of_run` and `of_task`.
#[test]
fn leave_and_gates_of_every_sort_are_answered_by_actions_where_the_editor_cannot_ask() {
    let world = guarded();
    let mut editor = Editor::on(&world, helix(), Value::Null);
    editor.launch();
    editor.told(", launch: 2 tasks");
    editor.act("Approve launch");
    let told = editor.told("destructive task first");
    assert!(told.contains("Answer by a code action at the title of x.spec.md"), "{told}");
    assert!(world.worktrees().is_empty(), "it does not begin before the yes");
    let head = world.read("x.spec.md").lines().position(|line| line.starts_with("### Issue 1")).unwrap();
    let at_its_line = editor.actions_at(head as u64);
    let at_its_line: Vec<&str> = titles(&at_its_line);
    assert!(
        at_its_line.iter().any(|title| title.starts_with("Approve destructive task first")),
        "{at_its_line:?}"
    );
    editor.act("Approve destructive task first");
    editor.told("first asks: Run npm install?");
    editor.act("Answer first: once");
    editor.told("after wave 1");
    editor.act("Approve after wave 1");
    editor.told("before wave 2: Before wave 2 can begin: `second` reads `notes.md`");
    editor.act("Approve before wave 2");
    editor.told("before wave 2");
    editor.act("Reject before wave 2");
    editor.told("is rejected");
}

fn in_variants() -> World {
    let script = "tasks:\n  first~1:\n    - - write: { path: first.txt, text: \"one\\n\" }\n  first~2:\n    - - write: { path: first.txt, text: \"two\\n\" }\n";
    World::scripted(script)
}

fn line_of_the_first(world: &World) -> u64 {
    world.read("x.spec.md").lines().position(|line| line.starts_with("### Issue 1")).unwrap() as u64
}

/// Guard: `variants::asked`; the options of a choice.
#[test]
fn variants_are_launched_and_chosen_among_where_the_editor_asks() {
    for capabilities in [vscode(), neovim()] {
        let world = in_variants();
        let mut editor = Editor::on(&world, capabilities, Value::Null);
        editor.choose(&["2 variants", "Approve", "first~2", "Approve"]);
        let actions = editor.actions_at(line_of_the_first(&world));
        let own = actions.iter().find(|own| own["title"] == "Launch variants…").unwrap()["command"].clone();
        editor.execute(own["command"].as_str().unwrap(), own["arguments"][0].clone());
        editor.told("is complete");
        let asked = editor.client.questions[2]["message"].as_str().unwrap();
        assert!(
            asked.contains(
                "It was tried in 2 variants; all hold. Which one goes on?\nfirst~1 by actor: holds"
            ),
            "{asked}"
        );
        let offered = editor.client.questions[2]["actions"].as_array().unwrap();
        assert_eq!(titles(offered), ["first~1", "first~2", "none of them"]);
        assert_eq!(world.git(&["show", &format!("segue/{}/integration:first.txt", world.run())]), "two");
    }
}

/// By two agents, each of which writes its name.
fn by_agents() -> World {
    let world = World::scripted("");
    let agent =
        |name: &str| format!("[agents.{name}]\ncommand = [\"sh\", \"-c\", \"echo {name} > first.txt\"]\n");
    world.write(
        "segue.toml",
        &format!("{}{}[orchestrator]\nagent = \"ada\"\nbackoff-first = 0\n", agent("ada"), agent("bob")),
    );
    world.commit("Two agents");
    world
}

/// Guard: `by_agents` of `variants`, typed and chosen.
#[test]
fn agents_of_variants_are_chosen_or_typed_where_the_editor_asks() {
    let chosen = ["By several agents…", "bob", "ada", "No more"];
    for (options, first) in [(Value::Null, chosen.as_slice()), (json!({ "inputs": true }), &chosen[..1])] {
        let types = !options.is_null();
        let world = by_agents();
        let mut editor = Editor::on(&world, vscode(), options);
        editor.choose(first);
        if types {
            editor.choose(&["bob, ada:large"]);
        }
        editor.choose(&["Approve", "first~1", "Approve"]);
        let actions = editor.actions_at(line_of_the_first(&world));
        let own = actions.iter().find(|own| own["title"] == "Launch variants…").unwrap()["command"].clone();
        editor.execute(own["command"].as_str().unwrap(), own["arguments"][0].clone());
        editor.told("is complete");
        let run = world.run();
        let log = world.ends(0, &["runs", "logs", &run]).out;
        let second = if types { "first~2: attempt 2 by ada with large" } else { "first~2: attempt 2 by ada" };
        assert!(log.contains("first~1: attempt 1 by bob") && log.contains(second), "{log}");
        assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "bob");
    }
}

/// What is typed and is no agent launches nothing, and says why.
#[test]
fn variants_by_nobody_are_refused_with_a_sentence() {
    let world = by_agents();
    let mut editor = Editor::on(&world, vscode(), json!({ "inputs": true }));
    editor.choose(&["By several agents…", "bob nobody"]);
    let uri = editor.uri.clone();
    editor.execute("segue.launchVariants", json!({ "uri": uri, "tasks": ["first"] }));
    editor.told("there is no `[agents.nobody]` in segue.toml, and no preset `nobody`");
    assert!(world.runs().is_empty());
}

/// Guard: the actions of `variants` and `of_task`; `compared` in the page of a task.
#[test]
fn variants_are_launched_and_chosen_among_by_actions_where_the_editor_cannot_ask() {
    let world = in_variants();
    let mut editor = Editor::on(&world, helix(), Value::Null);
    let line = line_of_the_first(&world);
    let at_its_line = |editor: &mut Editor, title: &str| {
        let actions = editor.actions_at(line);
        let own = actions.iter().find(|own| own["title"].as_str().unwrap().starts_with(title));
        let own = own.unwrap_or_else(|| panic!("{title} in {:?}", titles(&actions)))["command"].clone();
        editor.execute(own["command"].as_str().unwrap(), own["arguments"][0].clone());
    };
    at_its_line(&mut editor, "Launch 2 variants");
    editor.told(", launch: 1 task in 1 wave. first is tried in 2 variants.");
    editor.act("Approve launch");
    editor.told("It was tried in 2 variants; all hold.");
    at_its_line(&mut editor, "Answer first: first~1");
    editor.told("completion");
    at_its_line(&mut editor, "Show this task");
    let page = editor.told("The run ");
    let page = std::fs::read_to_string(path_in(&page)).unwrap();
    assert!(page.contains("## Its variants") && page.contains("first~1 by actor: chosen"), "{page}");
    editor.act("Approve completion");
    editor.told("is complete");
}

/// The agent leaves a mark when it is started, and so would the server.
#[test]
fn servers_for_agents_are_on_the_list_of_an_editor_and_another_value_asks_again() {
    let plan = PLAN.replace("**Files:** `first.txt`", "**Agent:** Builder\n**Files:** `first.txt`");
    let builder =
        "---\nname: Builder\ndescription: Builds.\ntools: [read, edit, 'files/*']\n---\n\nYou build.\n";
    let world = World::new(&[("x.spec.md", &plan), (".github/agents/Builder.agent.md", builder)]);
    let (agent, server) =
        (world.top().with_file_name("agent-began"), world.top().with_file_name("server-began"));
    world.write(
        "segue.toml",
        &format!(
            "[agents.peer]\nacp = [\"touch\", {agent:?}]\n[orchestrator]\nagent = \"peer\"\ntransient-retries = 0\n"
        ),
    );
    let configure = |mode: &str| {
        let own = json!({ "command": "touch", "args": [server], "env": { "MODE": mode } });
        world.write(".vscode/mcp.json", &json!({ "servers": { "files": own } }).to_string());
        world.commit("Configure");
    };
    configure("on");
    let mut editor = Editor::on(&world, helix(), Value::Null);
    editor.launch();
    let text = editor.told(", launch: 2 tasks");
    for part in
        ["\nmcp: files touch ", "(from .vscode/mcp.json; environment MODE (values not shown); content "]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!agent.exists() && !server.exists() && world.worktrees().is_empty());
    editor.act("Approve launch");
    editor.told("is escalated");
    // It is no agent, and nobody was there to start the server.
    assert!(agent.exists() && !server.exists());
    std::fs::remove_file(&agent).unwrap();
    // A value that is not shown makes another list.
    configure("off");
    editor.launch();
    editor.told(", launch: 2 tasks");
    assert!(!agent.exists() && !server.exists());
    editor.act("Reject launch");
    editor.told("is rejected");
    assert!(!agent.exists() && !server.exists());
}

/// Guard: `MOST_AGENTS` in `actions`.
#[test]
fn variants_by_the_agents_of_the_settings_are_an_action_where_the_editor_cannot_ask() {
    let world = by_agents();
    let mut editor = Editor::on(&world, helix(), Value::Null);
    let actions = editor.actions_at(line_of_the_first(&world));
    let own = actions.iter().find(|own| own["title"] == "Launch variants by ada, bob");
    let own = own.unwrap_or_else(|| panic!("{:?}", titles(&actions)))["command"].clone();
    editor.execute(own["command"].as_str().unwrap(), own["arguments"][0].clone());
    editor.told(", launch: 1 task in 1 wave. first is tried in 2 variants.");
    let log = world.ends(0, &["runs", "show", &world.run()]).out;
    assert!(log.contains("first~1") && log.contains("first~2"), "{log}");
    editor.act("Reject launch");
    editor.told("is rejected");
}
