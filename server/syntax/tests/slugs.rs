//! Anchors of headings, from Markdown to the anchor that GitHub gives it.

use segue_syntax::Facts;
use segue_syntax::slug::{Slugger, slug_text};

/// One document whose headings stand in the order of the table: `heading TAB anchor` per line, as
/// github.com renders it. Anchors depend on the headings before.
#[test]
fn anchors_are_those_that_github_renders() {
    let table: Vec<(&str, &str)> = include_str!("data/github-slugs.tsv")
        .lines()
        .map(|line| line.split_once('\t').expect("two columns"))
        .collect();
    assert_eq!(table.len(), 78);
    let document: String = table.iter().map(|(heading, _)| format!("# {heading}\n\n")).collect();
    let facts = Facts::of(&document);
    assert_eq!(facts.headings.len(), table.len());
    let wrong: Vec<String> = table
        .iter()
        .zip(&facts.headings)
        .filter(|((_, expected), heading)| **expected != *heading.slug)
        .map(|((source, expected), heading)| {
            let at = expected.chars().zip(heading.slug.chars()).position(|(a, b)| a != b);
            format!("{source:.60}: expected {expected:.60}, found {:.60}, differs at {at:?}", heading.slug)
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

#[test]
fn anchors_with_their_counter_are_taken_too() {
    let mut slugger = Slugger::default();
    let slugs: Vec<String> = ["Foo", "Foo", "Foo 1", "foo", "Errors", "errors", "errors-1", ""]
        .into_iter()
        .map(|text| slugger.slug(text))
        .collect();
    assert_eq!(slugs, ["foo", "foo-1", "foo-1-1", "foo-2", "errors", "errors-1", "errors-1-1", ""]);
}

#[test]
fn slugs_of_plain_text() {
    for (text, slug) in [
        ("OAuth 2.0 / PKCE", "oauth-20--pkce"),
        ("\u{1F680} Launch", "-launch"),
        ("\u{2764}\u{FE0F} Love", "\u{FE0F}-love"),
        ("AT&T", "att"),
        ("{#id}", "id"),
        ("a\tb\u{A0}c", "abc"),
        ("\u{130}stanbul", "i\u{307}stanbul"),
        ("  x  ", "--x--"),
    ] {
        assert_eq!(slug_text(text), slug, "{text}");
    }
}
