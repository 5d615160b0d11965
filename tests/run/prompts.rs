//! Prompts and agent files that are run as they stand.

use crate::world::World;

const SETTINGS: &str = "[agents.actor]\nrehearsal = \"actor.yaml\"\n[agents.named]\ncommand = [\"sh\", \"-c\", \"cat '{prompt_file}' > card.txt; echo {model} > model.txt\"]\n[orchestrator]\nagent = \"actor\"\nbackoff-first = 0\n";
const ADD: &str = "---\ndescription: Add a file\nagent: Builder\nmodel: Big One\ntools: ['edit']\n---\n\n# Add a file\n\nAdd `${input:file:path/of/it}`, as [the rules](rules.md#naming) say, for ${input:who}.\n\n**Validation:** `test -s ${input:file}`\n";
const BUILDER: &str = "---\nname: Builder\ndescription: Builds.\ntools: ['read']\nmodel: Small One\n---\n\nYou build with care.\n";
const RULES: &str = "# Rules\n\n## Naming\n\nNames are short.\n\n## Other\n\nNot this.\n";
const GATE: &str = "\n## Human Validation Gate\n\nShow the plan first.\n\n- [ ] The approach is right\n- [ ] The risks are known\n";

fn world(prompt: &str) -> World {
    let script = "tasks:\n  add:\n    - - write: { path: a.txt, text: one }\n";
    World::new(&[
        ("add.prompt.md", prompt),
        ("rules.md", RULES),
        (".github/agents/Builder.agent.md", BUILDER),
        ("segue.toml", SETTINGS),
        ("actor.yaml", script),
    ])
}

#[test]
fn inputs_that_are_missing_are_listed_and_strangers_are_told() {
    let world = world(ADD);
    let ran = world.ends(2, &["run", "add.prompt.md"]);
    assert!(ran.err.contains("asks for 2 inputs:\n  --input file=path/of/it\n  --input who=…"), "{ran:?}");
    let ran = world.ends(2, &["run", "add.prompt.md", "--input", "file=a.txt"]);
    assert!(ran.err.contains("asks for an input: --input who=…"), "{ran:?}");
    let ran = world.ends(2, &["run", "add.prompt.md", "--input", "fiel=a.txt"]);
    assert!(ran.err.contains("asks for no input `fiel`; it asks for:\n  --input file="), "{ran:?}");
}

#[test]
fn a_prompt_is_carried_out_as_its_header_its_links_and_its_inputs_say() {
    let world = world(ADD);
    let given = ["--input", "file=model.txt", "--input", "who=${input:who}", "--agent", "named"];
    let ran = world.ends(3, &[&["run", "add.prompt.md"], &given[..]].concat());
    assert!(ran.out.contains("proof: test -s model.txt\n"), "what runs is shown as it will run: {ran:?}");
    let run = world.run();
    // Whoever answers is another process: it knows the inputs too.
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("add: merged"), "{log}");
    let show = |file: &str| world.git(&["show", &format!("segue/{run}/integration:{file}")]);
    let card = show("card.txt");
    for part in [
        "Add `model.txt`, as",
        "for ${input:who}.",
        "## Context: rules.md#naming\n\n## Naming\n\nNames are short.",
        "You build with care.",
        "## Tools you may use\n\n- edit\n",
        "- `test -s model.txt`",
    ] {
        assert!(card.contains(part), "{part} in {card}");
    }
    assert!(!card.contains("Not this.") && !card.contains("- read\n"), "{card}");
    assert_eq!(show("model.txt"), "Big One");
}

#[test]
fn a_validation_gate_shows_a_plan_before_anything_changes() {
    let world = world(&format!("{ADD}{GATE}"));
    let given = ["run", "add.prompt.md", "--input", "file=a.txt", "--input", "who=us"];
    world.ends(3, &given);
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("plan of add: I will do add as its card says."), "{log}");
    assert!(log.contains("[ ] The approach is right") && log.contains("[ ] The risks are known"), "{log}");
    assert!(!log.contains("add: merged"), "{log}");
    let card = world.state_file(&format!("{run}/add-1-1.prompt.md"));
    assert!(card.contains("Do not change anything yet."), "{card}");
    world.ends(0, &["runs", "approve", &run, "--note", "Keep it short"]);
    let log = world.waits(&run);
    assert!(log.contains("add: merged"), "{log}");
    let card = world.state_file(&format!("{run}/add-1-2.prompt.md"));
    assert!(card.contains("Keep it short") && !card.contains("Do not change anything yet."), "{card}");
    // Said no, nothing is done.
    world.ends(3, &given);
    let run = world.run();
    let log = world.waits(&run);
    assert!(log.contains("plan of add"), "the same list is not asked about twice: {log}");
    world.ends(0, &["runs", "reject", &run]);
    let log = world.waits(&run);
    assert!(log.contains("Its plan was refused.") && !log.contains("add: merged"), "{log}");
}

#[test]
fn a_prompt_that_only_asks_changes_nothing() {
    let world = World::new(&[("why.prompt.md", "---\nagent: ask\n---\n\nWhy is it so?\n")]);
    world.ends(0, &["run", "why.prompt.md", "--agent", "rehearsal", "--yes", "--accept-unproved"]);
    let told = world.ends(0, &["runs", "diff", &world.run(), "--stat"]).out;
    assert!(!told.contains("rehearsal"), "{told}");
}

#[test]
fn an_agent_file_is_told_what_it_shall_do() {
    let world = world(ADD);
    let file = ".github/agents/Builder.agent.md";
    let ran = world.ends(2, &["run", file]);
    assert!(ran.err.contains("is an agent: say what it shall do with --prompt"), "{ran:?}");
    let ran = world.ends(2, &["run", "add.prompt.md", "--prompt", "x"]);
    assert!(ran.err.contains("`--prompt` says what an agent file shall do"), "{ran:?}");
    let told = "Add tests for src/a.rs\n\nAll of them.";
    let ran = world.ends(3, &["run", file, "--prompt", told, "--agent", "named", "--accept-unproved"]);
    assert!(ran.out.contains("builder: Add tests for src/a.rs [named]\n"), "{ran:?}");
    assert!(ran.out.contains("Builder: tools read; models Small One; content "), "{ran:?}");
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    world.waits(&run);
    let show = |file: &str| world.git(&["show", &format!("segue/{run}/integration:{file}")]);
    let card = show("card.txt");
    assert!(card.contains("## Objective\n\nAdd tests for src/a.rs\n\nAll of them.\n"), "{card}");
    assert!(card.contains("You build with care.") && card.contains("- read\n"), "{card}");
    assert_eq!(show("model.txt"), "Small One");
}

#[cfg(target_os = "linux")]
#[test]
fn inputs_are_asked_for_on_a_terminal() {
    let world = world(ADD);
    let mut screen = crate::terminal::Screen::of(&world, &["run", "add.prompt.md", "--input", "who=us"]);
    screen.until("file (path/of/it): ");
    screen.types("a.txt\n");
    screen.until("proof: test -s a.txt");
    screen.until("launch? yes or no");
    screen.types("no\n");
    screen.ends_with(1);
}

const FIX: &str = "---\ndescription: Fix an issue\nmodel: opus\nargument-hint: [issue] [file]\narguments: [issue]\n---\n\n# Fix an issue\n\nFix $issue in $1 ($ARGUMENTS), for \\$1.\n\n**Validation:** `test -s $1`\n";

/// What is typed after a command of Claude Code is asked for as its hint says, and stands where it takes it.
#[test]
fn a_command_of_claude_code_takes_its_arguments() {
    let world = world(ADD);
    world.write(".claude/commands/fix.md", FIX);
    world.write(".claude/commands/tidy.md", "---\nmodel: opus\n---\n\nTidy all of it.\n");
    world.commit("Commands");
    let ran = world.ends(2, &["run", ".claude/commands/fix.md"]);
    assert!(ran.err.contains("asks for an input: --input arguments=[issue] [file]\n"), "{ran:?}");
    let given = ["--input", "arguments=12 'card.txt'", "--agent", "named"];
    let ran = world.ends(3, &[&["run", ".claude/commands/fix.md"], &given[..]].concat());
    assert!(ran.out.contains("proof: test -s card.txt\n"), "what runs is shown as it will run: {ran:?}");
    let run = world.run();
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("fix: merged"), "{log}");
    let card = world.git(&["show", &format!("segue/{run}/integration:card.txt")]);
    assert!(card.contains("Fix 12 in card.txt (12 'card.txt'), for $1.\n"), "{card}");
    // One that takes nothing is not asked, and refuses what it would not read.
    world.ends(3, &["run", ".claude/commands/tidy.md", "--agent", "named"]);
    let ran = world.ends(2, &["run", ".claude/commands/tidy.md", "--input", "arguments=x"]);
    assert!(ran.err.contains("asks for no input `arguments`; it asks for none."), "{ran:?}");
}

/// A value is never a command, wherever in one it stands.
#[cfg(unix)]
#[test]
fn an_input_stays_a_value_in_the_proof() {
    let prompt = |proof: &str| {
        format!("---\ndescription: Add it\n---\n\n# Add `${{input:what}}`\n\n**Validation:** `{proof}`\n")
    };
    let world = world(&prompt("test -n \"${input:what}\" -a -n ${input:what} -a -n '${input:what}'"));
    let mark = world.top().join("touched");
    for value in ["\"; touch X; \"", "'; touch X; '", "$(touch X)", "it's \"so\""] {
        let value = value.replace('X', mark.to_str().unwrap());
        let ran = world.ends(0, &["run", "add.prompt.md", "--yes", "--input", &format!("what={value}")]).out;
        assert!(ran.contains("Complete.") && !mark.exists(), "{ran}");
    }
    world.write("add.prompt.md", &prompt("test \"$(printf ${input:what})\" = a.txt"));
    world.commit("A command in a command");
    let refused = world.ends(2, &["run", "add.prompt.md", "--input", "what=a b"]).err;
    assert!(refused.contains("`a b` cannot be put into the command"), "{refused}");
    world.ends(0, &["run", "add.prompt.md", "--yes", "--input", "what=a.txt"]);
}

#[test]
fn a_prompt_or_change_without_a_title_is_called_by_what_names_it() {
    let change = "openspec/changes/add-login/tasks.md";
    let world = World::new(&[
        ("named.prompt.md", &format!("---\nname: Add a form\n---\n\nDo it.\n{GATE}")),
        ("told.prompt.md", &format!("---\ndescription: Add a field\n---\n\nDo it.\n{GATE}")),
        ("bare.prompt.md", &format!("Do it.\n{GATE}")),
        (change, "## 1. Group\n\n- [ ] 1.1 Write src/a.rs\n"),
    ]);
    for (file, title) in [
        ("named.prompt.md", "Add a form"),
        ("told.prompt.md", "Add a field"),
        ("bare.prompt.md", "bare"),
        (change, "add-login"),
    ] {
        let shown = world.ends(0, &["plan", file]).out;
        assert_eq!(shown.lines().next(), Some(title), "{shown}");
    }
}
