//! What can be done in plans and specs: each is made, read back, brings no finding, and done again changes
//! nothing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

#[path = "support/examples.rs"]
#[allow(dead_code, reason = "what is counted in each is another test's")]
mod examples_of_all_formats;

use examples_of_all_formats::examples;
use segue_analysis::features::refactor::{self, Offer, Way};
use segue_analysis::{Host, Options, World, diagnostics, fixture, plans};
use segue_plan::Plan;
use segue_syntax::Span;
use std::sync::Arc;

fn open(path: &str, text: &str) -> Arc<World> {
    let disk = fixture::disk("");
    disk.write(path, text);
    disk.write("guide.context.md", "# Guide\n");
    let folder = path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    if path.ends_with("tasks.md") {
        disk.write(&format!("{folder}spec.md"), "# Spec\n");
    }
    Host::open(Arc::new(disk), Options::default(), &|_| ()).snapshot()
}

fn findings(world: &World, path: &str) -> Vec<String> {
    let Some(id) = world.id(path) else { return Vec::new() };
    let all = diagnostics::of_file(world, id).into_iter();
    all.map(|finding| format!("{} {}", finding.code, finding.message)).collect()
}

fn offered(world: &World, path: &str, at: usize, title: &str) -> Option<Offer> {
    let offers = refactor::offers(world, path, Span::at(at), &|_| true);
    offers.into_iter().find(|offer| offer.title.starts_with(title))
}

/// The text after an action that is offered at a byte.
fn done(path: &str, text: &str, at: usize, title: &str) -> String {
    let world = open(path, text);
    let offer = offered(&world, path, at, title).unwrap_or_else(|| panic!("no {title} in {path}\n{text}"));
    let changes = refactor::change(&world, path, &offer.way, &|| true);
    let changes = changes.unwrap_or_else(|refusal| panic!("{title} in {path}: {refusal}\n{text}"));
    let after = match changes.files.get(path) {
        Some(file) => file.applied().unwrap(),
        None => text.to_owned(),
    };
    let mut worse = findings(&open(path, &after), path);
    let had = findings(&world, path);
    // What a task lacks both of its parts lack, and a message that counts counts one more.
    let code = |row: &str| row.split(' ').next().map(str::to_owned);
    let doubled = |row: &String| title == "Split" && had.iter().any(|own| code(own) == code(row));
    // More tasks may ask for a picture, and for another tier.
    let counted = |row: &String| {
        title == "Split" && ["plan/diagram ", "plan/tier "].iter().any(|own| row.starts_with(own))
    };
    worse.retain(|row| !had.contains(row) && !doubled(row) && !counted(row));
    assert!(worse.is_empty(), "{title} in {path}: {worse:#?}\n{after}");
    after
}

/// Offsets at the title, and the plan.
fn read(path: &str, text: &str) -> Plan {
    plans::of_text(path, text)
}

fn title_of(plan: &Plan) -> usize {
    plan.title.as_ref().map_or(0, |title| title.range.start as usize)
}

/// The plans that a workspace has as such.
fn all() -> Vec<(String, String, Plan)> {
    let all = examples().into_iter().filter_map(|example| {
        let world = open(&example.path, &example.text);
        world.file_at(&example.path)?.1.plan.as_ref()?;
        let plan = read(&example.path, &example.text);
        Some((example.path, example.text, plan))
    });
    all.collect()
}

#[test]
fn waves_are_drawn_once_and_brought_up_to_date() {
    let mut drawn = 0;
    for (path, text, plan) in all() {
        let world = open(&path, &text);
        if offered(&world, &path, title_of(&plan), "Insert Mermaid").is_none() {
            continue;
        }
        if refactor::change(&world, &path, &Way::InsertWaves, &|| true).is_err() {
            assert!(
                text.trim_end().ends_with("[\"1\""),
                "only in a fence that nobody closed: {path}\n{text}"
            );
            continue;
        }
        let after = done(&path, &text, title_of(&plan), "Insert Mermaid");
        let crlf = text.contains("\r\n");
        assert!(
            after.contains(&format!("```mermaid{}flowchart LR", if crlf { "\r\n" } else { "\n" })),
            "{after}"
        );
        let again = open(&path, &after);
        let plan = read(&path, &after);
        assert!(offered(&again, &path, title_of(&plan), "Insert Mermaid").is_none(), "{after}");
        assert!(offered(&again, &path, title_of(&plan), "Update the Mermaid").is_none(), "{after}");
        drawn += 1;
    }
    assert!(drawn > 25, "{drawn}");
    let spec = "# F\n### Issue 1: A (`aa`)\n### Issue 2: B (`bb`)\n";
    let drawn = done("a.spec.md", spec, 3, "Insert Mermaid");
    let waiting = drawn.replace("(`bb`)\n", "(`bb`)\n**Dependencies:** `aa`\n");
    let updated = done("a.spec.md", &waiting, 3, "Update the Mermaid");
    assert_eq!(updated.matches("```mermaid").count(), 1);
    assert!(updated.contains("t0 --> t1") && updated.contains("subgraph wave2"), "{updated}");
    let closed = "# F\n### Issue 1: A (`aa`)\n### Issue 2: B (`bb`)\n```\nopen fence\n";
    let world = open("a.spec.md", closed);
    assert!(refactor::change(&world, "a.spec.md", &Way::InsertWaves, &|| true).is_err());
}

#[test]
fn waves_are_numbered_as_they_come() {
    let text = "# F\n### Issue 1: A (`aa`)\n**Wave:** 2\n### Issue 2: B (`bb`)\n**Wave:** 1\n**Dependencies:** `aa`\n\
        ### Issue 3: C (`cc`)\n**Wave:** 9\n**Dependencies:** `bb`\n### Issue 4: D (`dd`)\n";
    let after = done("a.spec.md", text, 3, "Renumber waves");
    let waves: Vec<_> =
        read("a.spec.md", &after).tasks.iter().map(|task| task.wave.as_ref().map(|own| own.value)).collect();
    assert_eq!(waves, [Some(2), Some(3), Some(4), None], "{after}");
    assert!(offered(&open("a.spec.md", &after), "a.spec.md", 3, "Renumber").is_none());
    let on_wave = text.find("**Wave:** 1").unwrap() + 10;
    assert_eq!(done("a.spec.md", text, on_wave, "Renumber waves"), after);
    let json = "{ \"phases\": [\n { \"phase_id\": 1, \"title\": \"A\", \"wave\": 3, \"executor_agent\": \"x\" },\n\
        { \"phase_id\": 2, \"title\": \"B\", \"wave\": 3, \"dependencies\": [1], \"executor_agent\": \"x\" }\n] }\n";
    let after = done("plans/a.plan.json", json, 0, "Renumber waves");
    assert!(after.contains("\"wave\": 1,") && after.contains("\"wave\": 2,"), "{after}");
}

/// Every task of every format that can say that one part waits for another.
#[test]
fn a_task_is_split_in_two() {
    let (mut split, mut refused, mut shown) = (0, String::new(), String::new());
    for (path, text, plan) in all() {
        let mut first = true;
        for (index, task) in plan.tasks.iter().enumerate() {
            let world = open(&path, &text);
            let at = task.head.start as usize;
            let Some(offer) = offered(&world, &path, at, "Split") else { continue };
            match refactor::change(&world, &path, &offer.way, &|| true) {
                Ok(_) => {}
                Err(refusal) => {
                    refused.push_str(&format!("{path} {}: {refusal}\n", task.id.value));
                    continue;
                }
            }
            let after = done(&path, &text, at, "Split");
            let now = read(&path, &after);
            assert_eq!(now.tasks.len(), plan.tasks.len() + 1);
            assert_eq!(now.tasks[index + 1].id.value, task.id.value);
            for (own, other) in now.tasks.iter().skip(index + 2).zip(plan.tasks.iter().skip(index + 1)) {
                assert_eq!(own.depends_on.len(), other.depends_on.len(), "{path}\n{after}");
            }
            if first {
                let diff: Vec<&str> =
                    after.lines().filter(|line| !text.lines().any(|own| own == *line)).collect();
                shown.push_str(&format!("{path}\n  {}\n", diff.join("\n  ")));
                first = false;
            }
            split += 1;
        }
    }
    insta::assert_snapshot!(format!("{split} split, refused:\n{refused}\n{shown}"));
}

#[test]
fn the_steps_of_a_split_task_are_shared_out() {
    let text = "# Plan\n**Complexity Tier:** TRIVIAL\n#### Phase 1 — One\n- **Executor Agent:** Plan\n- **Wave:** 1\n\
        - **Dependencies:** None\n- **Steps:**\n  1. First\n  2. Second\n#### Phase 2 — Two\n- **Executor Agent:** Plan\n\
        - **Wave:** 2\n- **Dependencies:** Phase 1\n- **Steps:**\n  - Third\n  - Fourth\n";
    let plan = read("plans/a-plan.md", text);
    for (index, waits) in [(0, "**Dependencies:** Phase 3\n"), (1, "**Dependencies:** Phase 3, Phase 1\n")] {
        let after = done("plans/a-plan.md", text, plan.tasks[index].head.start as usize, "Split");
        for step in ["First", "Second", "Third", "Fourth"] {
            assert_eq!(after.matches(step).count(), 1, "{after}");
        }
        assert!(after.contains(waits), "{after}");
    }
}

const GRAPH: &str = "# Plan\r
\r
- [ ] 1. Store\r
- [ ] 2. Routes\r
  - _Depends: 3_\r
- [ ] 3. Types\r
- [ ] 4. Checkpoint\r
- [ ] 5. Docs\r
\r
## Task Dependency Graph\r
\r
```json\r
{\r
  \"waves\": [\r
    { \"id\": 0, \"tasks\": [\"1\", \"2\"], \"description\": \"the base\" },\r
    { \"id\": 1, \"tasks\": [\"3\"] },\r
    { \"id\": 7, \"tasks\": [\"5\"], \"description\": \"the end\" }\r
  ]\r
}\r
```\r
";

#[test]
fn the_ids_of_a_graph_move_where_its_waves_are_renumbered() {
    let path = ".kiro/specs/a/tasks.md";
    let after = done(path, GRAPH, 3, "Renumber waves");
    let waves = "    { \"id\": 0, \"tasks\": [\"1\"], \"description\": \"the base\" },\r
    { \"id\": 1, \"tasks\": [\"3\"] },\r
    { \"id\": 2, \"tasks\": [\"2\"] },\r
    { \"id\": 3, \"tasks\": [\"5\"], \"description\": \"the end\" }\r
  ]";
    assert!(after.contains(waves), "{after}");
    assert!(offered(&open(path, &after), path, 3, "Renumber").is_none());
    // A whole group, or an id that nobody has, is for people to move.
    for other in ["\"9\"", "\"1\""] {
        let text = GRAPH.replace("[\"3\"]", &format!("[\"3\", {other}]"));
        assert!(offered(&open(path, &text), path, 3, "Renumber").is_none(), "{other}");
    }
}

#[test]
fn a_split_task_gets_a_wave_in_the_graph() {
    let path = ".kiro/specs/a/tasks.md";
    let text = GRAPH.replace("  - _Depends: 3_\r\n", "");
    let after = done(path, &text, text.find("3. Types").unwrap(), "Split");
    assert!(after.contains("- [ ] 6. Types, part 1\r\n- [ ] 3. Types\r\n"), "{after}");
    let waves = "    { \"id\": 1, \"tasks\": [\"6\"] },\r
    { \"id\": 2, \"tasks\": [\"3\"] },\r
    { \"id\": 3, \"tasks\": [\"5\"], \"description\": \"the end\" }\r";
    assert!(after.contains(waves), "{after}");
    assert!(!after.contains("\r\r"), "{after:?}");
}

#[test]
fn a_parent_is_ticked_with_its_last_task() {
    let path = ".kiro/specs/a/tasks.md";
    let open = "- [-] 1. Parent\n  - [x] 1.1 One\n  - [ ] 1.2 Two\n- [ ] 2. Next\n";
    let after = done(path, open, open.find("1.2").unwrap(), "Mark");
    assert_eq!(after, open.replace("[-]", "[x]").replace("[ ] 1.2", "[x] 1.2"));
    let again = done(path, &after, after.find("1.1").unwrap(), "Mark");
    assert_eq!(again, after.replace("[x] 1. ", "[ ] 1. ").replace("[x] 1.1", "[ ] 1.1"));
    let two = open.replace("[x]", "[ ]");
    let after = done(path, &two, two.find("1.2").unwrap(), "Mark");
    assert_eq!(after, two.replace("[ ] 1.2", "[x] 1.2"), "one is open yet");
}

#[test]
fn missing_sections_come_where_they_belong() {
    let spec =
        "# Feature: A\n\n## Approach\nSo.\n\n## Implementation Requirements\n- [ ] One\n\n## Notes\nx\n";
    let after = done("a.spec.md", spec, 3, "Add missing sections");
    assert!(after.contains("\n## Problem Statement\n\nTo be written: what is wrong"), "{after}");
    assert!(after.find("Problem Statement") < after.find("## Approach"));
    assert!(findings(&open("a.spec.md", &after), "a.spec.md").is_empty());
    let last = "## Problem Statement\r\nIt is.\r\n\r\n## Approach\r\nSo.";
    let after = done("a.spec.md", last, 3, "Add missing sections");
    assert!(after.contains("So.\r\n\r\n## Implementation Requirements\r\n\r\nTo be"), "{after:?}");
    let whole = open("a.spec.md", &after);
    assert!(offered(&whole, "a.spec.md", 3, "Add missing sections").is_none());
    assert!(offered(&open("a.spec.md", "## Approach\n"), "a.spec.md", 3, "Add missing").is_none());
}

const CHECKLIST: &str = "# Feature: Sessions

## Problem Statement
Sessions end too early.

## Implementation Requirements

### Core Components
- [ ] JWT middleware (`src/middleware/auth.ts`)
  - verify the signature as [the guide](/guide.context.md) says
  - reject expired ones
- [x] Refresh tokens (`src/services/refresh.ts`)
  - uses the JWT middleware
- [ ] Rate limiter

### Validation Criteria
- [ ] 401 without a token from the middleware
- [ ] Refresh works once

## Handoff Checklist
- [x] Reviewed
";

#[test]
fn a_spec_becomes_a_plan() {
    let after = done("a.spec.md", CHECKLIST, 3, "Make a plan from this spec (3 tasks)");
    insta::assert_snapshot!("breakdown", after);
    let world = open("a.spec.md", &after);
    assert!(offered(&world, "a.spec.md", 3, "Make a plan").is_none(), "once");
    let plan = read("a.spec.md", &after);
    assert_eq!(plan.tasks[0].context.len(), 1);
    assert!(plan.tasks[1].is_done() && plan.tasks.iter().all(|task| !task.acceptance.is_empty()));
    // Without boxes.
    let bullets = "# F\n\n## Implementation Requirements\n### Core Components\n- **Store:** keeps `src/s.rs`\n- **Gate:** asks the store\n";
    let after = done("b.spec.md", bullets, 3, "Make a plan from this spec (2 tasks)");
    assert!(
        after.contains(
            "### Issue 2: Gate (`gate`)\n**Scope:** asks the store\n**Dependencies:** `store`\n**Wave:** 2\n"
        ),
        "{after}"
    );
    assert!(offered(&open("c.spec.md", "# F\n\nText.\n"), "c.spec.md", 3, "Make a plan").is_none());
}

#[test]
fn the_format_next_to_it_is_written() {
    for (folder, format) in [(".kiro/specs/x", "kiro"), ("openspec/changes/x", "openspec")] {
        let path = format!("{folder}/a.spec.md");
        let world = open(&path, CHECKLIST);
        let offer = offered(&world, &path, 3, "Make a plan").unwrap();
        assert_eq!(offer.way, Way::MakePlan { file: true });
        let changes = refactor::change(&world, &path, &offer.way, &|| true).unwrap();
        let (made, text) = changes.creates.iter().next().unwrap();
        assert_eq!(&**made, format!("{folder}/tasks.md"));
        let plan = read(made, text);
        assert_eq!((plan.format, plan.tasks.len()), (format, 3), "{text}");
        assert!(plan.tasks[1].is_done());
        let waves = plan.order().waves().len();
        assert_eq!(waves, if format == "kiro" { 2 } else { 3 });
        insta::assert_snapshot!(format!("made_for_{format}"), text);
        let disk = fixture::disk("");
        disk.write(&path, CHECKLIST);
        disk.write(made, text.as_str());
        disk.write("guide.context.md", "# Guide\n");
        let world = Host::open(Arc::new(disk), Options::default(), &|_| ()).snapshot();
        assert!(findings(&world, made).is_empty(), "{:?}", findings(&world, made));
        assert!(offered(&world, &path, 3, "Make a plan").is_none(), "there is one");
    }
}
