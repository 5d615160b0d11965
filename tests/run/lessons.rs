//! What agents learnt, as changes of the files that a plan links.

use crate::world::{PLAN, World};

/// Both tasks tell lessons; the second fails for good after it has told some.
const TELLS: &str = r#"tasks:
  first:
    - - write: { path: first.txt, text: one }
      - report: { status: COMPLETE, summary: "\e[31mDone.", lessons: "- Keep tokens short.\n- Names are **short**\n- \e[31mMind\e[0m the \u202Egap\a # not a heading\n" }
  second:
    - - report: { status: FAILED, summary: No., lessons: "- keep tokens short!\n- # The build wants \e]0;owned\a`--locked`.\n- Ask first." }
      - fail: { class: escalate, text: not allowed }
"#;

const MEMORY: &str = "# What we know\n\n## Auth patterns\n\n- Names are short.\n\n## Builds\n\nThey take long.\n\n### Slow ones\n\nAll.\n";

/// A repository whose plan links a memory, the second task a section of its own.
fn world() -> World {
    let world = World::scripted(TELLS);
    let plan = PLAN.replace(
        "# Feature: X\n",
        "# Feature: X\n\nMind [what we know](docs/auth.memory.md#auth-patterns).\n",
    );
    let plan = plan.replace("The second.\n", "The second, see [builds](./docs/auth.memory.md#builds).\n");
    world.write("x.spec.md", &plan);
    world.write("docs/auth.memory.md", MEMORY);
    world.commit("Link");
    world
}

#[test]
fn lessons_of_good_and_failed_tasks_are_proposed_and_written_on_request_alone() {
    let world = world();
    let ran = world.ends(1, &["run", "x.spec.md", "--yes"]);
    let run = world.run();
    assert!(
        ran.err.contains(&format!("Its agents told 6 lessons: segue runs lessons {run}.")),
        "{}",
        ran.err
    );
    let report = world.ends(0, &["runs", "export", &run]).out;
    for line in ["- `first-1`: Keep tokens short.\n", "- `second-1`, which failed: Ask first.\n"] {
        assert!(report.contains("## Lessons\n\n") && report.contains(line), "{line} in {report}");
    }
    let before = world.checkout();
    let told = world.ends(0, &["runs", "lessons", &run]).out;
    assert!(told.starts_with(&format!("{run}: 5 lessons\n")), "the same is told once: {told}");
    for part in [
        "  first-1: Keep tokens short.\n    for docs/auth.memory.md, section “Auth patterns”\n",
        "  first-1: Names are **short**\n    docs/auth.memory.md says it already\n",
        "  first-1: Mind the gap # not a heading\n",
        "  second-1, which failed: # The build wants `--locked`.\n    for docs/auth.memory.md, section “Builds”\n",
        "--- a/docs/auth.memory.md\n+++ b/docs/auth.memory.md\n",
        " - Names are short.\n+- Keep tokens short.\n+- Mind the gap # not a heading\n",
        " They take long.\n \n+- \\# The build wants `--locked`.\n+- Ask first.\n+\n ### Slow ones\n",
        &format!("Nothing was written. `segue runs lessons {run} --apply` writes it.\n"),
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let hidden = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert!(!told.contains(hidden) && !report.contains(hidden), "{told:?}");
    assert_eq!((world.checkout(), world.read("docs/auth.memory.md")), (before, MEMORY.to_owned()));
    let one = world.ends(0, &["runs", "lessons", &format!("{run}/second"), "--format", "json"]).out;
    let one: serde_json::Value = serde_json::from_str(&one).unwrap();
    let first = &one["lessons"][0];
    assert_eq!(
        (&first["task"], &first["attempt"], &first["failed"]),
        (&"second".into(), &1.into(), &true.into())
    );
    assert_eq!((&first["state"], &first["section"]), (&"new".into(), &"Builds".into()));
    assert!(one["files"][0]["diff"].as_str().unwrap().contains("+- keep tokens short!"), "{one}");
    let written = world.ends(0, &["runs", "lessons", &run, "--apply"]).out;
    assert!(written.contains("\nWritten: docs/auth.memory.md\n"), "{written}");
    let wanted = MEMORY
        .replace("short.\n", "short.\n- Keep tokens short.\n- Mind the gap # not a heading\n")
        .replace("long.\n", "long.\n\n- \\# The build wants `--locked`.\n- Ask first.\n");
    assert_eq!(world.read("docs/auth.memory.md"), wanted);
    // A file is not made for lessons that have no place in it.
    let nowhere = world.ends(1, &["runs", "lessons", &run, "--to", "new.memory.md#a.b"]).out;
    assert!(!nowhere.contains("+++ b/new.memory.md"), "{nowhere}");
    let again = world.ends(0, &["runs", "lessons", &run, "--apply"]).out;
    assert!(
        again.contains("first-1: Keep tokens short.\n    docs/auth.memory.md says it already"),
        "{again}"
    );
    assert_eq!(world.read("docs/auth.memory.md"), wanted, "a second time nothing changes");
    let nothing = world.ends(0, &["runs", "lessons", &run]).out;
    assert!(nothing.ends_with("\nThere is nothing to write.\n"), "{nothing}");
}

#[test]
fn without_a_link_it_is_said_what_to_do_and_a_place_can_be_named() {
    let world = World::scripted(TELLS);
    world.segue(&["run", "x.spec.md", "--yes"]);
    let ran = world.ends(1, &["runs", "lessons"]);
    let why = "`x.spec.md` links no memory, and nothing in a section *Post-Implementation Learning*. Link one, \
        as in `[lessons](lessons.memory.md#lessons)`, or name one: `--to FILE#SECTION`.";
    assert_eq!(ran.out.matches(why).count(), 1, "{}", ran.out);
    assert!(ran.out.contains("  first-1: Keep tokens short.\n"), "the lessons are told: {}", ran.out);
    let to = |to: &str, status: i32| world.ends(status, &["runs", "lessons", "--apply", "--to", to]);
    for outside in ["../x.memory.md", "/tmp/x.memory.md", "docs/../../x.memory.md"] {
        assert!(to(outside, 2).err.contains("lies outside of the repository"), "{outside}");
    }
    assert!(to("segue.toml", 2).err.contains("is no Markdown file"));
    assert!(to("README.md", 1).out.contains("`README.md`"), "only a memory is made");
    to("docs/new.memory.md#short-tokens", 0);
    let made = world.read("docs/new.memory.md");
    assert!(
        made.starts_with("# New\n\n## Short tokens\n\n- Keep tokens short.\n- Names are **short**\n"),
        "{made}"
    );
    // Where the plan links what is not there, that is what is made.
    world.write(
        "x.spec.md",
        &PLAN.replace("# Feature: X\n", "# Feature: X\n\n[all](all.memory.md#lessons)\n"),
    );
    let told = world.ends(0, &["runs", "lessons"]).out;
    assert!(
        told.contains("--- /dev/null\n+++ b/all.memory.md\n") && !world.exists("all.memory.md"),
        "{told}"
    );
    world.ends(0, &["runs", "lessons", "--apply"]);
    assert!(world.read("all.memory.md").starts_with("# All\n\n## Lessons\n\n- Keep tokens short.\n"));
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_out_of_the_checkout() {
    use std::os::unix::fs::symlink;
    let world = World::scripted(TELLS);
    let outside = world.top().with_file_name("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("a.memory.md"), "# A\n").unwrap();
    symlink(&outside, world.top().join("docs")).unwrap();
    symlink(outside.join("a.memory.md"), world.top().join("b.memory.md")).unwrap();
    world.segue(&["run", "x.spec.md", "--yes"]);
    for to in ["docs/a.memory.md", "docs/new.memory.md", "b.memory.md"] {
        let ran = world.ends(1, &["runs", "lessons", "--apply", "--to", to]);
        assert!(ran.out.contains(&format!("`{to}` lies behind a symbolic link.")), "{ran:?}");
    }
    assert_eq!(std::fs::read_to_string(outside.join("a.memory.md")).unwrap(), "# A\n");
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
}

#[test]
fn a_prompt_says_itself_where_its_lessons_go() {
    let prompt = "---\ndescription: Add\n---\n\n# Add\n\nMind [this](a.memory.md).\n\n## Post-Implementation Learning\n\nPut rules into [the instructions](.github/instructions/a.instructions.md#rules).\n";
    let rules = "---\napplyTo: '**'\n---\n\n# A\n\n## Rules\n\n1. One.\n";
    let settings = "[agents.teller]\ncommand = [\"sh\", \"-c\", \"echo one > one.txt; printf 'Status: COMPLETE\\nSummary: Done.\\nLessons: Use `--locked`.\\nTests: 1 passed\\n'\"]\n[orchestrator]\nagent = \"teller\"\n";
    let world = World::new(&[
        ("add.prompt.md", prompt),
        ("a.memory.md", "# A\n"),
        (".github/instructions/a.instructions.md", rules),
        ("segue.toml", settings),
    ]);
    world.ends(0, &["run", "add.prompt.md", "--yes", "--accept-unproved"]);
    world.ends(0, &["runs", "lessons", "--apply"]);
    let written = world.read(".github/instructions/a.instructions.md");
    assert_eq!(written, format!("{rules}\n- Use `--locked`.\n"));
    assert_eq!(world.read("a.memory.md"), "# A\n");
}

#[test]
fn a_run_without_lessons_says_so() {
    let world = World::scripted(crate::whole::GOOD);
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]);
    assert!(!ran.err.contains("lesson"), "{}", ran.err);
    let told = world.ends(0, &["runs", "lessons"]).out;
    assert!(told.ends_with(": no agent told a lesson.\n"), "{told}");
}
