//! What formatting changes, what it leaves, and that a second time changes nothing.

use super::*;
use crate::{Host, Options, fixture};
use std::sync::Arc;

const ORDER: &[&str] = &["name", "description", "tools", "model"];

/// The header after formatting, or `None` where nothing changes.
fn formatted(header: &str) -> Option<String> {
    let text = format!("---\n{header}---\n\n# Body  \n\ntools : x\n");
    let edit = super::header(&text, &Facts::of(&text), ORDER)?;
    let mut after = text.clone();
    after.replace_range(edit.span.range(), &edit.insert);
    assert_eq!(super::header(&after, &Facts::of(&after), ORDER), None, "a second time:\n{after}");
    let rest = after.strip_prefix("---\n").unwrap().strip_suffix("---\n\n# Body  \n\ntools : x\n");
    Some(rest.expect("nothing but the header changes").to_owned())
}

#[test]
fn blanks_and_lists() {
    for (before, after) in [
        ("name:   x\n", "name: x\n"),
        ("name : x  \n", "name: x\n"),
        ("name:\t'x'\n", "name: 'x'\n"),
        ("tools: [a,b ,  c]\n", "tools: [a, b, c]\n"),
        ("tools: [ 'a' , 'b' ]   # why \n", "tools: ['a', 'b']   # why\n"),
        ("tools:\n- a\n- b\n", "tools:\n  - a\n  - b\n"),
        ("tools:\n- a # one\n# two\n- b\n", "tools:\n  - a # one\n  # two\n  - b\n"),
        ("tools:   # why\n  - a  \n", "tools: # why\n  - a\n"),
        ("\nname: x\n\n\n\nmodel: y\n\n", "name: x\n\nmodel: y\n"),
        ("hooks:\n  a:\n  - b: c  \n", "hooks:\n  a:\n  - b: c\n"),
    ] {
        assert_eq!(formatted(before).as_deref(), Some(after), "{before}");
    }
}

#[test]
fn a_list_has_quotes_of_one_kind() {
    for (before, after) in [
        ("tools: [a, 'b', \"c\"]\n", "tools: ['a', 'b', 'c']\n"),
        ("tools: [\"a\", b/c, 'd/*']\n", "tools: [\"a\", \"b/c\", \"d/*\"]\n"),
        ("tools:\n  - \"a\n    b\"\n  - 'c'\n", "tools:\n  - \"a\n    b\"\n  - \"c\"\n"),
        ("tools: [\"it's\", 'b']\n", "tools: [\"it's\", \"b\"]\n"),
        ("tools:\n  - a # why\n  - 'b'\n", "tools:\n  - 'a' # why\n  - 'b'\n"),
        ("tools:\n- \"a\"\n- 'b'\n", "tools:\n  - \"a\"\n  - \"b\"\n"),
    ] {
        assert_eq!(formatted(before).as_deref(), Some(after), "{before}");
    }
    // What means something else in quotes, or cannot be in these, stays; so does what has none.
    for header in [
        "tools: [true, 'b']\n",
        "tools: [1.0, 'b']\n",
        "tools: ['b', \"it's\"]\n",
        "tools: ['b', \"a\\tb\"]\n",
        "tools: [a, b]\n",
        "tools: [[a, 'b'], 'c']\n",
        "tools: []\n",
    ] {
        assert_eq!(formatted(header), None, "{header}");
    }
}

#[test]
fn keys_go_where_they_belong_and_comments_with_them() {
    assert_eq!(
        formatted("zeta: 1\nmodel: m # fast\n# What it may use\ntools: [a]\nname: n\nalpha: 2\n").unwrap(),
        "name: n\n# What it may use\ntools: [a]\nmodel: m # fast\nzeta: 1\nalpha: 2\n"
    );
    // What a blank line parts from the first key is about the whole file, and stays.
    assert_eq!(
        formatted("# Owned by us\n\n# the model\nmodel: m\nname: n\n# the end\n").unwrap(),
        "# Owned by us\n\nname: n\n# the model\nmodel: m\n# the end\n"
    );
    // An indented comment belongs to what it is indented below.
    assert_eq!(formatted("tools:\n  - a\n  # - b\nname: n\n").unwrap(), "name: n\ntools:\n  - a\n  # - b\n");
    assert_eq!(
        formatted("description: >-\n  One\n\n    two  \n  three\nname: n\n").unwrap(),
        "name: n\ndescription: >-\n  One\n\n    two  \n  three\n"
    );
}

#[test]
fn what_is_right_or_cannot_be_read_stays() {
    for header in [
        "name: x\ndescription: 'y'\ntools: ['a', 'b']\nmodel: \"m\"\n",
        "name: x\ntools:\n  - a\n  - b\n",
        "description: |\n  One  \n\n  two\n",
        "",
        "# nothing but a comment\n",
        // Not readable, twice, in braces, indented, or with blank lines that count.
        "tools : [a,\nname: x\n",
        "name:  x\nname: y\n",
        "{ name:  x }\n",
        "description: |+\n  One\n\nname: x\n",
        "tools: [a,\n  b]\n",
    ] {
        assert_eq!(formatted(header), None, "{header}");
    }
    // An alias has to stay behind its anchor.
    assert_eq!(formatted("model:  &m x\nname: *m\n").unwrap(), "model: &m x\nname: *m\n");
    for text in ["", "---\n", "---\nname:  x\n", "\n---\nname:  x\n---\n", "# Heading\n"] {
        assert_eq!(super::header(text, &Facts::of(text), ORDER), None, "{text:?}");
    }
}

#[test]
fn line_ends_and_marks_are_kept() {
    let text = "\u{feff}---\r\nmodel:  m\r\nname: n\r\n---\r\nBody\r\n";
    let edit = super::header(text, &Facts::of(text), ORDER).unwrap();
    assert_eq!(edit.insert, "name: n\r\nmodel: m\r\n");
    let mixed = "---\r\nmodel:  m\nname: n\r\n---\r\n";
    assert_eq!(super::header(mixed, &Facts::of(mixed), ORDER), None);
    // Lines that stay are not in the edit.
    let text = "---\nname: n\ndescription: d\ntools: [a,b]\nmodel: m\n---\n";
    let edit = super::header(text, &Facts::of(text), ORDER).unwrap();
    assert_eq!((edit.span.of(text), edit.insert.as_str()), ("tools: [a,b]\n", "tools: [a, b]\n"));
}

#[test]
fn nothing_happens_unless_it_is_asked_for() {
    let file = "//- .github/agents/a.agent.md\n---\ntools: [a,b]\ndescription: d\n---\nText\n";
    let formats = |settings: &str| {
        let host =
            Host::open(Arc::new(fixture::disk(&format!("{file}{settings}"))), Options::default(), &|_| ());
        let world = host.snapshot();
        (world.formats(), of_file(&world, ".github/agents/a.agent.md").map(|edit| edit.insert))
    };
    let done = Some("description: d\ntools: [a, b]\n".to_owned());
    assert_eq!(formats(""), (false, None));
    assert_eq!(formats("//- segue.toml\n[format]\nfrontmatter = false\n"), (false, None));
    assert_eq!(formats("//- segue.toml\n[format]\nfrontmatter = true\n"), (true, done));
    assert_eq!(formats("//- segue.toml\nexclude = [\"**\"]\nformat.frontmatter = true\n"), (true, None));
}

/// Whatever stands in a header, it says the same afterwards: [`says_the_same`] is asked of every edit, so
/// here it counts that nothing panics and that a second time nothing happens.
#[test]
fn any_header_is_formatted_once() {
    const PARTS: &[&str] = &[
        "name: x\n",
        "tools:\n- a\n",
        "tools: [a,'b',\"c\"]\n",
        "description: >\n  t\n\n  u\n",
        "# c\n",
        "  # d\n",
        "\n",
        "model : m \n",
        "  - z\n",
        "x: {a: [1 ,2]}\n",
        "\t\n",
        "y: \"a\n  b\"\n",
        "agents: [ ]\n",
        "- q\n",
    ];
    let mut state = 7_u64;
    for _ in 0..20_000 {
        let mut header = String::new();
        for _ in 0..6 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            header.push_str(PARTS[usize::try_from(state >> 33).unwrap() % PARTS.len()]);
        }
        let _ = formatted(&header);
    }
}
