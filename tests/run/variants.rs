//! A task that is tried several times side by side, from the launch to the choice.

use crate::world::World;

const PLAN: &str = "# Feature: X\n\n**Compare:** `wc -c < first.txt`, `cat segue-has-no-such-file`\n\n## Component Breakdown\n\n\
    ### Issue 1: First (`first`)\n\n**Scope:** The first.\n**Dependencies:** None\n**Files:** `first.txt`\n**Validation:** `test -s first.txt`\n**Variants:** 3\n\n\
    ### Issue 2: Second (`second`)\n\n**Scope:** The second.\n**Dependencies:** First\n**Files:** `second.txt`\n**Validation:** `test -s second.txt`\n";

const SCRIPT: &str = "tasks:\n  first~1:\n    - - write: { path: first.txt, text: long one }\n  first~2:\n    - - stop: refusal\n  first~3:\n    - - write: { path: first.txt, text: short }\n";

fn world(plan: &str) -> World {
    let settings = "[agents.actor]\nrehearsal = \"actor.yaml\"\n[agents.other]\nrehearsal = \"actor.yaml\"\n[orchestrator]\nagent = \"actor\"\nbackoff-first = 0\n";
    World::new(&[("x.spec.md", plan), ("actor.yaml", SCRIPT), ("segue.toml", settings)])
}

#[test]
fn a_plan_asks_for_variants_and_a_person_chooses_one() {
    let world = world(PLAN);
    let before = world.checkout();
    // `--yes` is no choice.
    let ran = world.ends(3, &["run", "x.spec.md", "--yes"]);
    for part in [
        "2 tasks in 2 waves",
        "    variant first~1 [actor]\n    variant first~2 [actor]\n    variant first~3 [actor]\n",
        "compare: wc -c < first.txt\n",
        "It was tried in 3 variants; 2 of them hold. Which one goes on?",
        "segue runs choose",
    ] {
        assert!(ran.out.contains(part), "{part} in {ran:?}");
    }
    let run = world.run();
    let task = format!("{run}/first");
    let compared = world.ends(0, &["runs", "compare", &task]).out;
    for part in [
        "first~1 by actor: holds; 1 file, +1 −0; 1 of 1 command passed",
        "`wc -c < first.txt`: 8",
        "first~2 by actor: failed: The agent refused.",
        "  first.txt  +1 −0\n  wc -c < first.txt\n    5\n  cat segue-has-no-such-file, which failed\n",
    ] {
        assert!(compared.contains(part), "{part} in {compared}");
    }
    let data = world.ends(0, &["runs", "compare", &task, "--format", "json"]).out;
    let data: serde_json::Value = serde_json::from_str(&data).unwrap();
    assert_eq!(data[2]["compared"][0]["output"], "5");
    assert_eq!([&data[0]["holds"], &data[1]["holds"]], [true, false]);
    assert!(world.ends(0, &["runs", "diff", &format!("{task}~1")]).out.contains("+long one"));

    let wrong = world.ends(2, &["runs", "choose", &task, "2"]);
    assert!(wrong.err.contains("`2` is none of first~1, first~3, none of them."), "{wrong:?}");
    world.ends(0, &["runs", "choose", &task, "3"]);
    let log = world.waits(&run);
    assert!(log.contains("first: first~3 was chosen by Ada (terminal)"), "{log}");
    assert!(log.contains("second: merged"), "{log}");
    let late = world.ends(1, &["runs", "choose", &task, "1"]);
    assert!(late.out.contains("Too late: Ada (terminal) answered “first~3”"), "{late:?}");
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "short");
    let plan = world.git(&["show", &format!("segue/{run}/integration:x.spec.md")]);
    assert!(plan.contains("### [x] Issue 1: First"), "{plan}");

    // The losers are gone, and what they changed is kept.
    let branches = world.branches();
    assert_eq!(branches.iter().filter(|own| own.contains("/task/first/")).count(), 1, "{branches:?}");
    let gone = world.ends(2, &["runs", "diff", &format!("{task}~1")]);
    assert!(
        gone.err.contains("was not chosen, and its branch is gone. What it changed is kept in "),
        "{gone:?}"
    );
    let patch = gone.err.split("kept in ").nth(1).unwrap().trim().trim_end_matches('.');
    assert!(std::fs::read_to_string(patch).unwrap().contains("+long one"));
    let report = world.ends(0, &["runs", "export", &run]).out;
    assert!(report.contains("- Variant first~3 by actor: chosen;"), "{report}");
    assert_eq!(world.runs()[0]["done"], 2);
    assert_eq!(world.checkout(), before);

    // The attempt of the one that was chosen lies with the task, and is found by either name.
    let said = world.ends(0, &["runs", "logs", &format!("{task}~3")]).out;
    assert!(said.contains("first.txt"), "{said}");
    let shown = world.ends(0, &["runs", "show", &run, "--format", "json"]).out;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let of = |id: &str| shown["tasks"].as_array().unwrap().iter().find(|own| own["id"] == id).unwrap();
    assert!(of("first~3")["branch"].is_string(), "{shown}");
    let stats = world.ends(0, &["runs", "stats"]).out;
    assert!(stats.contains("2 tasks: 2 done"), "{stats}");
}

/// What each took: its time, and tokens and cost where its agent tells them; all of that of its tries together.
#[test]
fn variants_are_compared_by_time_and_cost_too() {
    let world = world(PLAN);
    world.write(
        "actor.yaml",
        "tasks:\n  first~1:\n    - - wait: 20\n      - usage: { input: 1200, output: 34, micros: 250000 }\n      - write: { path: first.txt, text: one }\n  first~2:\n    - - stop: refusal\n  first~3:\n    - - wait: 20\n      - write: { path: first.txt, text: two }\n",
    );
    world.commit("It costs");
    let ran = world.ends(3, &["run", "x.spec.md", "--yes"]).out;
    let task = format!("{}/first", world.run());
    let compared = world.ends(0, &["runs", "compare", &task]).out;
    for page in [&ran, &compared] {
        let line = |id: &str| {
            let found =
                page.lines().find(|line| line.trim_start().starts_with(&format!("{id} by actor: holds")));
            found.unwrap_or_else(|| panic!("{id} in {page}")).to_owned()
        };
        assert!(line("first~1").contains(" s; 1234 tokens; cost 0.25; `wc -c"), "{page}");
        assert!(!line("first~3").contains("tokens") && !line("first~3").contains("cost"), "{page}");
    }
    let data = world.ends(0, &["runs", "compare", &task, "--format", "json"]).out;
    let data: serde_json::Value = serde_json::from_str(&data).unwrap();
    assert_eq!((&data[0]["tokens"], &data[0]["micros"]), (&1234.into(), &250_000.into()));
    assert_eq!((&data[2]["tokens"], &data[2]["micros"]), (&0.into(), &0.into()));
    for own in [&data[0], &data[2]] {
        assert!(own["milliseconds"].as_u64().unwrap() > 0, "{own}");
    }
}

#[test]
fn variants_are_asked_for_at_the_launch() {
    let world = world(&PLAN.replace("**Variants:** 3\n", ""));
    let ran = world.ends(2, &["run", "x.spec.md", "--variants", "2"]);
    assert!(ran.err.contains("Say so with `--only`: it has first, second."), "{ran:?}");
    let ran = world.ends(2, &["run", "x.spec.md", "--only", "second", "--variants", "11"]);
    assert!(ran.err.contains("At most 10 variants"), "{ran:?}");
    let ran = world.ends(2, &["run", "x.spec.md", "--only", "second", "--variants", "999999999999"]);
    assert!(ran.err.contains("At most 10 variants"), "{ran:?}");
    let ran = world.ends(2, &["run", "x.spec.md", "--only", "second", "--variant", "actor"]);
    assert!(ran.err.contains("One variant is none"), "{ran:?}");
    let of = ["--only", "second", "--variant", "actor", "--variant", "other:small", "--yes"];
    let ran = world.ends(3, &[&["run", "x.spec.md"], &of[..]].concat());
    assert!(
        ran.out.contains("    variant second~1 [actor]\n    variant second~2 [other with small]\n"),
        "{ran:?}"
    );
    assert!(ran.out.contains("all hold. Which one goes on?"), "{ran:?}");
    // Whoever takes none gets the task back.
    let run = world.run();
    world.ends(0, &["runs", "choose", &format!("{run}/second"), "none"]);
    let log = world.waits(&run);
    assert!(log.contains("None of its variants was taken."), "{log}");
    assert_eq!(world.branches().iter().filter(|own| own.contains("/task/second/")).count(), 2, "both stay");
    world.ends(0, &["runs", "retry", &format!("{run}/second")]);
    world.waits(&run);
    let shown = world.ends(0, &["runs", "show", &run]).out;
    assert!(shown.contains("segue runs choose"), "{shown}");
}

#[test]
fn where_one_variant_holds_it_is_taken_under_yes() {
    let world = world(PLAN);
    world
        .write("actor.yaml", &SCRIPT.replace("- write: { path: first.txt, text: short }", "- stop: refusal"));
    world.commit("One holds");
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("first: first~1 was chosen by --yes (option)"), "{ran:?}");
}
