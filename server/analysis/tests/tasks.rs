//! Tasks by their ids, in plans of our own in all formats: where they are given and named, and what a
//! rename makes of the file.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

#[path = "support/examples.rs"]
#[allow(dead_code, reason = "what is counted in each is another test's")]
mod examples_of_all_formats;

use examples_of_all_formats::{Example, examples};
use segue_analysis::features::at::{self, Symbol};
use segue_analysis::features::{navigate, rename};
use segue_analysis::{Change, Host, Options, World, fixture};
use std::sync::Arc;

const GO_ON: &(dyn Fn() -> bool + Sync) = &|| true;

fn world(path: &str, text: &str) -> Arc<World> {
    host(path, text).snapshot()
}

fn host(path: &str, text: &str) -> Host {
    let disk = fixture::disk("");
    disk.write(path, text);
    let folder = path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    disk.write(&format!("{folder}spec.md"), "# Spec\n");
    Host::open(Arc::new(disk), Options::default(), &|_| ())
}

/// The plans that a workspace has as such, and their worlds.
fn plans() -> impl Iterator<Item = (Example, Arc<World>)> {
    let opened = examples().into_iter().map(|example| (world(&example.path, &example.text), example));
    opened.filter_map(|(world, example)| {
        let known = world.file_at(&example.path).is_some_and(|(_, state)| state.plan.is_some());
        known.then_some((example, world))
    })
}

/// Another id of the same form.
fn other(id: &str, format: &str) -> String {
    match format {
        "spec-kit" => "T907".to_owned(),
        "implementation-plan" => "TASK-907".to_owned(),
        "spec" => "nine-oh-seven".to_owned(),
        _ => match id.rsplit_once('.') {
            Some((group, _)) => format!("{group}.907"),
            None => "907".to_owned(),
        },
    }
}

fn findings(world: &World, path: &str) -> Vec<&'static str> {
    let found = segue_analysis::diagnostics::of_file(world, world.id(path).unwrap());
    found.into_iter().map(|finding| finding.code).collect()
}

#[test]
fn every_id_is_found_where_it_is_given() {
    let mut seen = 0;
    for (example, world) in plans() {
        let plan = world.file_at(&example.path).unwrap().1.plan.clone().unwrap();
        for task in plan.tasks.iter().filter(|task| task.id_is_stated) {
            let offset = task.id.range.end - u32::from(example.format == "controlflow-json");
            let at = at::at(&world, &example.path, offset).unwrap();
            let expected = Symbol::Task { path: example.path.as_str().into(), id: task.id.as_str().into() };
            assert_eq!(at.symbol, expected, "{}", example.path);
            let places = at::definitions(&world, &at.symbol);
            let given = places.iter().map(|place| place.span.of(&example.text));
            assert!(given.clone().all(|text| text == task.id.value) && given.count() > 0, "{}", example.path);
            // Whoever waits for it is among those that name it.
            let named = navigate::references(&world, &at.symbol, GO_ON);
            for waiting in plan.tasks.iter().flat_map(|task| &task.depends_on) {
                let on = plan.tasks.iter().position(|own| own.id == task.id).unwrap();
                if waiting.on == (on as u32..on as u32 + 1) {
                    let there = named.iter().any(|own| {
                        waiting.written.range.start <= own.span.start
                            && own.span.end <= waiting.written.range.end
                    });
                    assert!(there, "{}: {:?} is not among {named:?}", example.path, waiting.written);
                }
            }
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn a_rename_leaves_the_plan_what_it_is_and_can_be_taken_back() {
    let mut refused = String::new();
    let mut done = 0;
    for (example, world_before) in plans() {
        let path = example.path.as_str();
        let plan = world_before.file_at(path).unwrap().1.plan.clone().unwrap();
        for task in plan.tasks.iter().filter(|task| task.id_is_stated) {
            let offset = task.id.range.end - u32::from(task.id.range.bytes().len() > task.id.len());
            let new = other(&task.id, example.format);
            let changes = match rename::rename(&world_before, path, offset, &new, GO_ON) {
                Ok(changes) => changes.unwrap_or_else(|| panic!("{path}: {} has no name", task.id.value)),
                Err(refusal) => {
                    refused.push_str(&format!("{path} {}: {refusal}\n", task.id.value));
                    continue;
                }
            };
            let after = changes.files[path].applied().unwrap();
            let world_after = world(path, &after);
            assert_eq!(findings(&world_before, path), findings(&world_after, path), "{path} {new}\n{after}");
            let renamed = world_after.file_at(path).unwrap().1.plan.clone().unwrap();
            let place = renamed.tasks.iter().find(|task| *task.id == new).unwrap().id.range;
            let offset = place.end - u32::from(place.bytes().len() > new.len());
            let back = rename::rename(&world_after, path, offset, &task.id, GO_ON).unwrap().unwrap();
            assert_eq!(back.files[path].applied().unwrap(), example.text, "{path} {new}");
            done += 1;
        }
    }
    insta::assert_snapshot!(format!("{done} renamed, refused:\n{refused}"));
}

#[test]
fn what_cannot_be_renamed_says_why() {
    let refusal = |path: &str, text: &str, token: &str, new: &str| {
        let world = world(path, text);
        let offset = u32::try_from(text.find(token).unwrap()).unwrap();
        let prepared = rename::prepare(&world, path, offset);
        match prepared.and_then(|_| rename::rename(&world, path, offset, new, GO_ON)) {
            Err(refusal) => refusal.to_string(),
            Ok(changes) => format!("{:?}", changes.map(|changes| changes.files[path].applied())),
        }
    };
    let boxes = "## Implementation Requirements\n- [ ] One thing\n";
    assert!(refusal("a.spec.md", boxes, "One", "two").contains("made of its title"));
    let twice = "### Issue 1: A (`aa-1`)\n### Issue 2: B (`aa-1`)\n### Issue 3: C (`cc`)\n";
    assert!(refusal("a.spec.md", twice, "aa-1", "x").contains("lines 1 and 2"));
    assert!(refusal("a.spec.md", twice, "cc", "AA-1").contains("already"));
    assert!(refusal("a.spec.md", twice, "cc", "not an id").contains("another plan"));
    let table = "---\ngoal: x\n---\n| Task | Description | Done |\n|--|--|--|\n| TASK-1 | One | |\n";
    assert!(refusal("plan/a.md", table, "TASK-1", "ITEM-1").contains("another plan"));
}

#[test]
fn links_and_diagrams_follow() {
    let text = "# Feature\n[one](#issue-1-one-part-one)\n### Issue 1: One (`part-one`)\n### Issue 2: Two (`part-two`)\n\
        **Dependencies:** `part-one`, Issue 1\n\nSee `part-one`, part-one.\n```mermaid\nflowchart LR\n  part-one --> x[\"part-one: One\"]\n```\n";
    let disk = fixture::disk("");
    disk.write("a.spec.md", text);
    disk.write("b.spec.md", "[there](a.spec.md#issue-1-one-part-one)\n");
    let world = Host::open(Arc::new(disk), Options::default(), &|_| ()).snapshot();
    let offset = u32::try_from(text.find("`part-one`").unwrap() + 3).unwrap();
    let at = at::at(&world, "a.spec.md", offset).unwrap();
    let named = navigate::references(&world, &at.symbol, GO_ON);
    assert_eq!(named.iter().filter(|own| &*own.path == "b.spec.md").count(), 1);
    assert_eq!(navigate::highlights(&world, "a.spec.md", &at).len(), 6, "{named:?}");
    let changes = rename::rename(&world, "a.spec.md", offset, "first", GO_ON).unwrap().unwrap();
    let after = changes.files["a.spec.md"].applied().unwrap();
    let expected = text
        .replace("`part-one`", "`first`")
        .replace("#issue-1-one-part-one", "#issue-1-one-first")
        .replace("part-one -->", "first -->")
        .replace("\"part-one:", "\"first:");
    assert_eq!(after, expected);
    assert_eq!(changes.files["b.spec.md"].applied().unwrap(), "[there](a.spec.md#issue-1-one-first)\n");
}

/// What is typed and taken away at random, with what makes and breaks tasks, headings and fences.
const TYPED: &[&str] = &[
    "x",
    " ",
    "\n",
    "\r\n",
    "`",
    "**",
    "|",
    "\n## Phase 2: More\n",
    "\n- [ ] T099 [P] Write src/x.rs\n",
    "\n- [x] 1.9 More\n",
    "\n### Issue 9: More (`more`)\n**Dependencies:** `more`\n",
    "\n```\n",
    "<!--",
    "-->",
    "é",
    "[a](b.md)",
];

/// Somebody types: the plan, its order and what is said of it are those of a fresh reading of the text.
#[test]
fn a_plan_that_is_typed_into_is_that_of_a_fresh_reading() {
    let mut seed = 20_261_121_u64;
    let mut random = move |limit: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % limit.max(1)
    };
    let mut compared = 0;
    for example in examples() {
        let mut host = host(&example.path, &example.text);
        let mut text = example.text.clone();
        for step in 0..24 {
            let near =
                |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let start = near(random(text.len() + 1));
            let taken = if random(3) == 0 { near(start + random(40)).max(start) } else { start };
            text.replace_range(start..taken, TYPED[random(TYPED.len())]);
            host.apply([Change::Buffer {
                path: example.path.clone(),
                text: text.as_str().into(),
                version: None,
            }]);
            if step % 4 != 3 {
                continue;
            }
            let (typed, fresh) = (host.snapshot(), world(&example.path, &text));
            let plan = |world: &World| {
                let (_, state) = world.file_at(&example.path)?;
                let plan = state.plan.clone()?;
                Some(((**plan).clone(), plan.order().waves().to_vec()))
            };
            let said = |world: &World| {
                let all = world.id(&example.path).map(|id| segue_analysis::diagnostics::of_file(world, id));
                all.unwrap_or_default()
            };
            assert_eq!(plan(&typed), plan(&fresh), "{} at step {step}:\n{text}", example.path);
            assert_eq!(said(&typed), said(&fresh), "{} at step {step}:\n{text}", example.path);
            compared += 1;
        }
    }
    assert!(compared > 250, "{compared}");
}

/// Agents that tasks name are those of their files: found, told of, and renamed with them.
#[test]
fn agents_of_tasks_are_agents() {
    let files = "//- .github/agents/builder.agent.md\n---\nname: Core Builder\ndescription: Builds\n---\nBuild.\n\
        //- plans/a-plan.md\n# Plan\n#### Phase 1 — One\n- **Executor Agent:** `Core Builder`\n- **Wave:** 1\n\
        //- plans/b.plan.json\n{\"phases\": [{\"phase_id\": 1, \"title\": \"One\", \"executor_agent\": \"Core Builder\"}]}\n\
        //- x.spec.md\n### Issue 1: A (`a`)\n**Agent:** @Core Builder\n";
    let host = Host::open(Arc::new(fixture::disk(files)), Options::default(), &|_| ());
    let world = host.snapshot();
    let agent = ".github/agents/builder.agent.md";
    let places = ["plans/a-plan.md", "plans/b.plan.json", "x.spec.md"];
    for path in places {
        let offset = world.any_text(path).unwrap().find("Builder").unwrap() as u32;
        let at = at::at(&world, path, offset).unwrap();
        let leads_to: Vec<_> =
            at::definitions(&world, &at.symbol).into_iter().map(|place| place.path).collect();
        assert_eq!(leads_to, [agent.into()], "{path}");
    }
    let offset = world.any_text(agent).unwrap().find("Core").unwrap() as u32;
    let named = navigate::references(&world, &at::at(&world, agent, offset).unwrap().symbol, GO_ON);
    let found: Vec<&str> = named.iter().filter(|own| !own.defines).map(|own| &*own.path).collect();
    assert_eq!(found, places);
    let changes = rename::rename(&world, agent, offset, "Master Builder", GO_ON).unwrap().unwrap();
    for path in places {
        let after = changes.files[path].applied().unwrap();
        assert_eq!(after, world.any_text(path).unwrap().replace("Core Builder", "Master Builder"), "{path}");
    }
}
