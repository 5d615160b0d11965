//! Tasks as an editor shows them: hovers, the outline, hints, lenses, the page; and how they are ticked.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used)]

#[path = "support/examples.rs"]
#[allow(dead_code, reason = "what is counted in each is another test's")]
mod examples_of_all_formats;

use examples_of_all_formats::examples;
use segue_analysis::features::hints::{self, Wanted};
use segue_analysis::features::hover::{self, Hover};
use segue_analysis::features::refactor::{self, Family, Way};
use segue_analysis::features::shown::{self, View};
use segue_analysis::features::symbols::{self, Symbol};
use segue_analysis::features::tasks::{card, page, waves};
use segue_analysis::features::workspace_symbols;
use segue_analysis::{Host, Options, World, fixture};
use segue_catalog::Answerers;
use segue_syntax::Span;
use std::fmt::Write;
use std::sync::Arc;

const SPEC: &str = "//- a.spec.md
# Feature: Sign in

### Issue 1: User *model* (`user-model`)
**Scope:** Fields in `src/user.rs`
**Dependencies:** None

### [x] Issue 2: Token store (`token-store`)
**Files:** `src/tokens.rs` (new)
**Dependencies:** `user-model`
**Agent:** Builder
**Acceptance:** Tokens end
**Risk:** high

### Issue 3: Login (`login`)
**Dependencies:** Token store, `user-model`

### Issue 4: Handbook (`handbook`)
**Wave:** 2
";

fn open(fixture: &str) -> Arc<World> {
    Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ()).snapshot()
}

fn hovered(world: &World, path: &str, token: &str) -> Option<Hover> {
    let view = View { open: true, complete: true, editor: Answerers::NONE };
    let mut shown = shown::of_file(world, path, view).unwrap();
    shown.text = world.any_text(path).unwrap();
    shown.findings.clear();
    let plain = token.replace('‸', "");
    let at = shown.text.find(&plain).unwrap_or_else(|| panic!("no {plain}")) + token.find('‸').unwrap();
    hover::at(world, path, &shown, u32::try_from(at).unwrap(), Answerers::NONE)
}

#[test]
fn a_hover_says_why_a_task_is_where_it_is() {
    let world = open(SPEC);
    let told =
        |token: &str| hovered(&world, "a.spec.md", token).map_or("nothing".to_owned(), |own| own.markdown);
    insta::assert_snapshot!("hover_on_an_id", told("`token-‸store`)"));
    assert_eq!(told("Issue 2: Tok‸en"), told("`token-‸store`)"), "anywhere on its first line");
    insta::assert_snapshot!("hover_where_others_wait", told("`user-‸model`\n**Agent"));
    insta::assert_snapshot!("hover_on_a_stated_wave", told("Han‸dbook"));
    assert_eq!(told("**Ri‸sk"), "nothing");
}

#[test]
fn a_hover_tells_of_the_agent() {
    let world = open(
        "//- .github/agents/builder.agent.md\n---\nname: Builder\ndescription: Builds all of it\n---\nBuild.\n\
         //- plans/a.plan.json\n{\"phases\": [{\"phase_id\": 1, \"executor_agent\": \"Builder\"}]}\n\
         //- plans/a-plan.md\n# Plan\n#### Phase 1 — One\n- **Executor Agent:** Builder\n",
    );
    for path in ["plans/a.plan.json", "plans/a-plan.md"] {
        let hover = hovered(&world, path, "Bui‸lder").unwrap();
        assert!(hover.markdown.contains("Builds all of it"), "{path}: {}", hover.markdown);
    }
}

#[test]
fn a_group_is_told_of_too() {
    let path = ".kiro/specs/x/tasks.md";
    let world =
        open(&format!("//- {path}\n- [ ] 1. Basis\n  - [ ] 1.1 One\n  - [ ] 1.2 Two\n- [ ] 2. End\n"));
    let told = hovered(&world, path, "‸1. Basis").unwrap().markdown;
    assert_eq!(told, "**Basis**\n\n`1`, waves 1 to 2\n\n- Tasks: `1.1`, `1.2`");
    assert!(hovered(&world, path, "Tw‸o").unwrap().markdown.contains("by the order that the format gives"));
}

fn drawn(symbols: &[Symbol], depth: usize, into: &mut String) {
    for symbol in symbols {
        let detail = symbol.detail.as_deref().unwrap_or_default();
        let _ = writeln!(into, "{}{:?} {} ({detail})", "  ".repeat(depth), symbol.kind, symbol.name);
        assert!(symbol.span.contains(symbol.name_span), "{symbol:?}");
        for pair in symbol.children.windows(2) {
            assert!(pair[0].span.start <= pair[1].span.start, "{pair:?}");
        }
        assert!(symbol.children.iter().all(|child| symbol.span.contains(child.span)), "{symbol:?}");
        drawn(&symbol.children, depth + 1, into);
    }
}

#[test]
fn the_outline_has_every_task_once() {
    let mut spec = String::new();
    let world = open(SPEC);
    let (_, state) = world.file_at("a.spec.md").unwrap();
    drawn(&symbols::of_file(state), 0, &mut spec);
    insta::assert_snapshot!("outline_of_a_spec", spec);
    let mut of_formats = String::new();
    for example in examples() {
        let disk = fixture::disk("");
        disk.write(&example.path, example.text.as_str());
        let folder =
            example.path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
        disk.write(&format!("{folder}spec.md"), "# Spec\n");
        let world = Host::open(Arc::new(disk), Options::default(), &|_| ()).snapshot();
        let Some((_, state)) = world.file_at(&example.path) else { continue };
        let Some(plan) = &state.plan else { continue };
        let mut outline = String::new();
        drawn(&symbols::of_file(state), 0, &mut outline);
        assert_eq!(
            outline.lines().filter(|line| line.trim_start().starts_with("Task ")).count(),
            plan.tasks.len(),
            "{}\n{outline}",
            example.path
        );
        if !of_formats.contains(&format!("# {}\n", example.format)) {
            let _ = write!(of_formats, "# {}\n{outline}", example.format);
        }
    }
    insta::assert_snapshot!("outlines_of_all_formats", of_formats);
}

#[test]
fn tasks_are_found_in_the_workspace() {
    let found = workspace_symbols::of(&open(SPEC), "token", &|| true);
    let names: Vec<_> = found.iter().map(|own| (own.name.as_str(), own.kind)).collect();
    assert_eq!(names, [("token-store Token store", workspace_symbols::WorkspaceSymbolKind::Task)]);
}

#[test]
fn waves_stand_beside_the_tasks() {
    let world = open(SPEC);
    let text = world.any_text("a.spec.md").unwrap();
    let wanted = Wanted { waves: true, ..Wanted::default() };
    let all = Span::new(0, text.len());
    let mut drawn = text.to_string();
    for hint in hints::of(&world, "a.spec.md", all, wanted, &|| true).iter().rev() {
        drawn.insert_str(hint.at as usize, &format!("«{} · {}»", hint.label, hint.tooltip));
    }
    insta::assert_snapshot!("hints_of_waves", drawn);
    let first = hints::of(&world, "a.spec.md", Span::new(0, 40), wanted, &|| true);
    assert_eq!(first.len(), 1, "what is not shown is not told");
    let side_by_side = open("//- a.spec.md\n## Implementation Requirements\n- [ ] One\n- [ ] Two\n");
    assert!(hints::of(&side_by_side, "a.spec.md", all, wanted, &|| true).is_empty());
}

#[test]
fn the_lens_counts_and_the_page_draws() {
    let world = open(SPEC);
    let text = world.any_text("a.spec.md").unwrap();
    let lenses = waves::lenses(&world, "a.spec.md", true);
    let told: Vec<_> = lenses.iter().map(|(span, title, _)| (span.of(&text), title.as_str())).collect();
    assert_eq!(told[0], ("Sign in", "4 tasks in 3 waves, 1 done"));
    assert_eq!((told[2].1, told[3].1), ("mark as open", "mark as done"));
    assert_eq!(waves::lenses(&world, "a.spec.md", false).len(), 1);
    insta::assert_snapshot!("page_of_a_plan", page::of(&world, "a.spec.md").unwrap());
    let (_, state) = world.file_at("a.spec.md").unwrap();
    assert!(card::of_task(state.plan.as_ref().unwrap(), segue_plan::TaskIndex(9)).is_none());
}

/// Each task of each format: ticked with the mark that its reader takes for one, and back.
#[test]
fn a_tick_is_read_back() {
    let mut ticked = 0;
    for example in examples() {
        let disk = fixture::disk("");
        disk.write(&example.path, example.text.as_str());
        let folder =
            example.path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
        disk.write(&format!("{folder}spec.md"), "# Spec\n");
        let world = Host::open(Arc::new(disk), Options::default(), &|_| ()).snapshot();
        let path = example.path.as_str();
        let Some(plan) = world.file_at(path).and_then(|(_, state)| state.plan.clone()) else { continue };
        for (index, task) in plan.tasks.iter().enumerate().filter(|(_, task)| task.tick.is_some()) {
            let changes =
                refactor::change(&world, path, &Way::Tick { at: task.head.start }, &|| true).unwrap();
            let after = changes.files[path].applied().unwrap();
            let read = segue_analysis::plans::of_text(path, &after);
            assert_eq!(read.tasks.len(), plan.tasks.len(), "{path}\n{after}");
            assert_eq!(read.tasks[index].is_done(), !task.is_done(), "{path} {}\n{after}", task.id.value);
            assert_eq!(read.tasks[index].id.value, task.id.value);
            ticked += 1;
        }
    }
    assert!(ticked > 50, "{ticked}");
}

#[test]
fn the_anchor_of_a_ticked_heading_is_followed() {
    let fixture = "//- a.spec.md\n[one](#issue-1-one-one)\n### Issue 1: One (`one`)\n**Scope:** x\n";
    let world = open(fixture);
    let text = world.any_text("a.spec.md").unwrap();
    let at = Span::at(text.find("Issue 1").unwrap());
    let offers = refactor::offers(&world, "a.spec.md", at, &|family| family == Family::Rewrite);
    let titles: Vec<_> = offers.iter().map(|offer| offer.title.as_str()).collect();
    assert_eq!(titles, ["Mark `one` as done", "Split `one` into two tasks"]);
    let changes = refactor::change(&world, "a.spec.md", &offers[0].way, &|| true).unwrap();
    let after = changes.files["a.spec.md"].applied().unwrap();
    assert_eq!(after, "[one](#x-issue-1-one-one)\n### [x] Issue 1: One (`one`)\n**Scope:** x\n");
    let prose = Span::at(text.find("Scope").unwrap());
    assert!(refactor::offers(&world, "a.spec.md", prose, &|family| family == Family::Rewrite).is_empty());
}
