//! Where lessons go, and what becomes of the files.

use super::*;

/// The text after these lessons were added to the section of `anchor`.
fn after(text: &str, anchor: Option<&str>, lessons: &[&str]) -> String {
    let mut draft = Draft::of(text);
    for lesson in lessons {
        draft.add(anchor, lesson).unwrap();
    }
    let mut by_edits = text.to_owned();
    for edit in draft.edits().iter().rev() {
        by_edits.insert_str(edit.span.start as usize, &edit.insert);
    }
    assert_eq!(by_edits, draft.text(), "the edits bring the same");
    draft.text()
}

fn paths(plan: &str, text: &str, task: Option<&str>) -> Vec<String> {
    let shown = |place: Place| {
        let anchor = place.anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
        format!("{}{anchor}", place.paths[0])
    };
    places(plan, text, task).into_iter().map(shown).collect()
}

#[test]
fn the_learning_section_goes_before_the_memory_that_is_linked_elsewhere() {
    let text = "# Add\n\nMind [what we know](../a.memory.md#tokens) and [the rules](r.instructions.md).\n\n\
        ## Post-Implementation Learning\n\nUpdate [the rules](../i/a.instructions.md), then [memory](../b.memory.md).\n\n\
        ## Other\n\n[web](https://x.dev/c.memory.md) [out](../../../d.memory.md) [again](../a.memory.md#tokens)\n";
    assert_eq!(
        paths("p/add.prompt.md", text, None),
        ["b.memory.md", "i/a.instructions.md", "a.memory.md#tokens"]
    );
    assert_eq!(paths("p/add.prompt.md", "# Add\n\n[the rules](r.instructions.md)\n", None), [""; 0]);
    assert_eq!(paths("x.plan.json", "{\"phases\": []}", None), [""; 0]);
}

#[test]
fn a_task_of_several_goes_by_its_own_memory_first() {
    let issue = |number: u8, name: &str, more: &str| {
        format!("### Issue {number}: {name} (`{name}`)\n\n**Scope:** It. {more}\n**Dependencies:** None\n\n")
    };
    let text = format!(
        "# Feature: X\n\nSee [all](all.memory.md).\n\n## Component Breakdown\n\n{}{}",
        issue(1, "one", "[its](one.memory.md#part)"),
        issue(2, "two", "")
    );
    assert_eq!(paths("x.spec.md", &text, Some("one")), ["one.memory.md#part", "all.memory.md"]);
    assert_eq!(paths("x.spec.md", &text, Some("two")), ["all.memory.md", "one.memory.md#part"]);
}

#[test]
fn what_is_not_there_is_made_where_a_title_is_enough() {
    let place = |path: &str| Place { paths: vec![path.to_owned(), format!("docs/{path}")], anchor: None };
    assert_eq!(place("a.memory.md").path(&|_| false), Some("a.memory.md"));
    assert_eq!(place("a.memory.md").path(&|path| path.starts_with("docs")), Some("docs/a.memory.md"));
    assert_eq!(place("a.prompt.md").path(&|_| false), None);
    let mut draft = Draft::fresh("docs/sign-in.memory.md");
    draft.add(Some("short-tokens"), "One.").unwrap();
    draft.add(Some("short-tokens"), "Two.").unwrap();
    assert_eq!(draft.text(), "# Sign in\n\n## Short tokens\n\n- One.\n- Two.\n");
}

#[test]
fn lessons_stand_at_the_end_of_what_their_section_says_itself() {
    for (text, wanted) in [
        (
            "# A\n\n## S\n\nSays.\n\n### Below\n\nx\n\n## T\n",
            "# A\n\n## S\n\nSays.\n\n- New.\n\n### Below\n\nx\n\n## T\n",
        ),
        ("## S\n\n- one\n- two\n\n## T\n", "## S\n\n- one\n- two\n- New.\n\n## T\n"),
        ("## S\n\n* one\n  more\n", "## S\n\n* one\n  more\n* New.\n"),
        ("## S\n\n1. one\n", "## S\n\n1. one\n\n- New.\n"),
        ("## S", "## S\n\n- New."),
        ("## S\n## T\n", "## S\n\n- New.\n## T\n"),
        ("S\n---\n\nSays.\r\n", "S\n---\n\nSays.\r\n\r\n- New.\r\n"),
        ("\u{feff}## S\r\n\r\n- one\r\n", "\u{feff}## S\r\n\r\n- one\r\n- New.\r\n"),
        ("## S\n\n| a |\n|---|\n| - b |\n", "## S\n\n| a |\n|---|\n| - b |\n\n- New.\n"),
        ("## S\n\n```sh\n- x\n```\n", "## S\n\n```sh\n- x\n```\n\n- New.\n"),
    ] {
        assert_eq!(after(text, Some("s"), &["New."]), wanted, "{text:?}");
    }
}

#[test]
fn without_a_section_they_stand_under_lessons() {
    assert_eq!(after("# A\n\nText.\n", None, &["x y"]), "# A\n\nText.\n\n## Lessons\n\n- x y\n");
    assert_eq!(after("# A\n\nText.", None, &["x y"]), "# A\n\nText.\n\n## Lessons\n\n- x y\n");
    assert_eq!(after("", None, &["x y", "z"]), "## Lessons\n\n- x y\n- z\n");
    let known = "# A\n\n## 3. Lessons learned:\n\n- a b\n\n## End\n";
    assert_eq!(after(known, None, &["x y"]), "# A\n\n## 3. Lessons learned:\n\n- a b\n- x y\n\n## End\n");
    assert_eq!(
        after("---\napplyTo: '**'\n---\n", None, &["x"]),
        "---\napplyTo: '**'\n---\n\n## Lessons\n\n- x\n"
    );
}

#[test]
fn what_a_file_says_is_not_said_again() {
    let text = "# A\n\nKeep **tokens** short.\n\n## S\n\n- Use `--locked` always,\n  in every build.\n- [ ] Ask *first*!\n";
    let mut draft = Draft::of(text);
    for known in
        ["keep tokens short", "Use --locked always, in every build", "Ask first.", "Use `--locked` always"]
    {
        assert_eq!(draft.add(Some("s"), known), Ok(Added::Known), "{known}");
    }
    for new in ["tokens short", "Do not ask first"] {
        assert_eq!(draft.add(Some("s"), new), Ok(Added::New("S".into())), "{new}");
        assert_eq!(draft.add(Some("s"), &format!("{}!", new.to_uppercase())), Ok(Added::Known), "{new}");
    }
}

#[test]
fn several_sections_of_a_file_get_theirs() {
    let mut draft = Draft::of("## A\n\n- a\n\n## B\n\nb\n");
    for (anchor, lesson) in [
        (Some("b"), "b1"),
        (Some("a"), "a1"),
        (Some("c-d"), "c1"),
        (Some("b"), "b2"),
        (Some("c-d"), "c2"),
        (None, "l1"),
    ] {
        draft.add(anchor, lesson).unwrap();
    }
    let wanted =
        "## A\n\n- a\n- a1\n\n## B\n\nb\n\n- b1\n- b2\n\n## C d\n\n- c1\n- c2\n\n## Lessons\n\n- l1\n";
    assert_eq!(draft.text(), wanted);
    let mut by_edits = "## A\n\n- a\n\n## B\n\nb\n".to_owned();
    for edit in draft.edits().iter().rev() {
        by_edits.insert_str(edit.span.start as usize, &edit.insert);
    }
    assert_eq!(by_edits, wanted);
}

#[test]
fn a_lesson_is_words_and_nothing_else() {
    for (lesson, item) in [
        ("# no heading", "\\# no heading"),
        ("- no list", "\\- no list"),
        ("1. no number", "1\\. no number"),
        ("3.5 is a number", "3.5 is a number"),
        ("> no quotation", "\\> no quotation"),
        ("``` no fence", "\\``` no fence"),
        ("`code` first", "`code` first"),
        ("<!-- no comment", "\\<!-- no comment"),
        ("`Vec<T>` is not <b>bold</b> if 1 < 2", "`Vec<T>` is not \\<b>bold\\</b> if 1 < 2"),
        ("a ` tick and <script>", "a ` tick and \\<script>"),
        ("[x]: no definition", "\\[x]: no definition"),
        ("[a link](b.md)", "[a link](b.md)"),
        ("**bold**", "**bold**"),
    ] {
        assert_eq!(as_item(lesson), item);
        let text = after("# T\n\n## S\n\nSays.\n\n## End\n\nLast.\n", Some("s"), &[lesson]);
        let facts = Facts::of(&text);
        let headings: Vec<&str> = facts.headings.iter().map(|heading| &*heading.text).collect();
        assert_eq!(headings, ["T", "S", "End"], "{text}");
        assert_eq!((facts.fences.len(), facts.definitions.len(), facts.html_ids.len()), (0, 0, 0));
        let mut again = Draft::of(&text);
        assert_eq!(again.add(Some("s"), lesson), Ok(Added::Known), "{text}");
    }
}

#[test]
fn nothing_is_put_where_nobody_would_read_it() {
    for text in ["## S\n\n```sh\nx\n", "# A\n\n<!-- hidden\n\nx\n"] {
        let mut draft = Draft::of(text);
        assert_eq!(draft.add(Some("s"), "x y"), Err(Unfit::Swallowed), "{text:?}");
        assert_eq!(draft.text(), text);
    }
    assert_eq!(Draft::of("# A\n").add(Some("a.b"), "x y"), Err(Unfit::NoSection("a.b".into())));
}
