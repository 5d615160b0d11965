//! The traps that trackers of Markdown servers are full of, by number: those about text and what is edited in it.
//! The ones about state are in `tests/protocol/traps.rs`.
//!
//! | trap | test |
//! |---|---|
//! | 9 columns behind wide characters | `columns_behind_wide_characters`, `sync::columns_count_in_the_negotiated_unit` |
//! | 10 positions outside of the text | `text::ranges_out_of_order_or_beyond_the_text_mean_the_nearest_thing`, `text::a_change_inside_a_character_begins_where_it_starts`, `sync::positions_outside_of_the_text_are_clamped` |
//! | 14 incremental trees | `sync::random_edits_agree_with_the_model` |
//! | 15 grammar and library of different age | `blocks::blocks_come_with_their_kind_and_without_trailing_blanks` |
//! | 16 no quadratic reading | `facts_hold::time_grows_with_the_text`, `yaml::time_grows_with_the_text`, `traps::a_large_document_is_served` |
//! | 18 brackets and anchors of a link whose file moves | `main::renames_leave_everything_tied`, `suite::each_link_follows_what_moves`, `rename::links_follow_files_and_folders_that_the_editor_moves` |
//! | 19 link text over two lines | `link_text_over_lines`, `markdown::inline_links_and_their_targets`, `suite::each_link_follows_what_moves` |
//! | 20 a bar in brackets, an encoded target | `targets_stay_as_they_are_written`, `main::renames_leave_everything_tied` |
//! | 21 both ends of a link move at once | `main::moves_leave_everything_tied` |
//! | 22 repeated headings shift | `repeated_headings_have_numbers`, `main::renames_leave_everything_tied` |
//! | 23 GitHub's anchors | `anchors_are_github_s`, `slugs::anchors_are_those_that_github_renders`, `slugs::anchors_with_their_counter_are_taken_too` |
//! | 24 `{#id}` is none, `id=` and `name=` are | `anchors_in_attributes_and_html`, `markdown::anchors_in_html` |
//! | 25 a link, a picture, code in a heading | `links_in_headings`, `markdown::a_link_in_a_heading_is_both`, `markdown::headings_as_plain_text` |
//! | 26 odd names | `odd_names_of_files` |
//! | 29 case | `the_case_of_a_path` |
//! | 30 a leading slash | `a_slash_is_the_top_of_its_own_root`, `workspaces::roots_are_apart_and_come_and_go` |
//! | 31 ignored targets | `disk::an_ignored_target_is_there_and_nobodys_name` |
//! | 32 repeated headings are nobody's fault | `repeated_headings_have_numbers` |
//! | 33 the range of a broken anchor | `the_fragment_alone_is_marked` |
//! | 34 the command line and the editor agree | `peers::the_command_line_says_the_same` |
//! | 35 lines, folders, blocks, pictures | `anchors_that_are_no_headings` |
//! | 37 definitions of links in other files | `suite::each_link_follows_a_heading`, `main::renames_leave_everything_tied` |
//! | 38 the key under which clients announce that they refresh | `answers::the_capabilities_of_real_clients_are_understood` |

#![allow(clippy::unwrap_used)]

use segue_analysis::fixture::{self, disk};
use segue_analysis::{Host, Options, diagnostics};
use segue_syntax::{Encoding, Lines};
use std::sync::Arc;

const PROMPT: &str = ".github/prompts/p.prompt.md";

/// What is said of links in a prompt with that body, beside a page `b.md` with two headings and the
/// files `others`, each with its token.
fn said_beside(others: &str, body: &str) -> String {
    let page = "//- .github/prompts/b.md\n# Sec\n\n# Two words\n";
    let prompt = format!("//- {PROMPT}\n---\ndescription: x\n---\n{body}\n");
    let rows = fixture::findings(&format!("{page}{others}{prompt}"));
    let rows = rows.lines().filter_map(|row| row.strip_prefix(PROMPT)?.split_once(' '));
    let rows = rows.filter(|(_, row)| row.contains(" link/"));
    rows.filter_map(|(_, row)| row.match_indices('`').nth(1).map(|(end, _)| &row[..=end]))
        .collect::<Vec<_>>()
        .join("\n")
}

fn check(cases: &[(&str, &str)]) {
    for (body, expected) in cases {
        assert_eq!(said_beside("", body), *expected, "{body}");
    }
}

#[test]
fn columns_behind_wide_characters() {
    let text = "\u{1F600}\u{1F600} ööö 漢e\u{301} [x](gone.md) [y](b.md#no)\n";
    let disk = disk(&format!("//- AGENTS.md\n{text}//- b.md\n# Sec\n"));
    let world = Host::open(Arc::new(disk), Options::default(), &|_| ()).snapshot();
    let (id, _) = world.file_at("AGENTS.md").unwrap();
    let lines = Lines::of(text);
    let found: Vec<_> = diagnostics::of_file(&world, id)
        .iter()
        .map(|one| {
            let column = |encoding| lines.position(text, one.span.start as usize, encoding).character;
            let columns = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32].map(column);
            (one.code, one.span.of(text).to_owned(), columns)
        })
        .collect();
    let expected = [
        ("link/missing-file", "gone.md".to_owned(), [27, 17, 15]),
        ("link/missing-anchor", "#no".to_owned(), [44, 34, 32]),
    ];
    assert_eq!(found, expected);
}

#[test]
fn link_text_over_lines() {
    check(&[
        ("[one\ntwo](b.md) and [one\r\ntwo](b.md#sec)", ""),
        ("[one\ntwo](gone.md)", "warning link/missing-file `gone.md`"),
        ("> [one\n> two](b.md#no)", "warning link/missing-anchor `#no`"),
        ("- [one\n  two](\n  gone.md\n  'title')", "warning link/missing-file `gone.md`"),
    ]);
}

#[test]
fn targets_stay_as_they_are_written() {
    let others = "//- .github/prompts/Hello World.md\n# A\n";
    for body in ["[|label](Hello%20World.md)", "[label](<Hello World.md>)", "[|label](Hello World)"] {
        assert_eq!(said_beside(others, body), "", "{body}");
    }
    assert_eq!(
        said_beside(others, "[|label](Hello%20Moon.md)"),
        "warning link/missing-file `Hello%20Moon.md`"
    );
}

#[test]
fn repeated_headings_have_numbers() {
    let headings = "# Dup\n\n# Dup\n\n## Dup\n\n";
    for (body, expected) in [
        ("", ""),
        ("[a](#dup) [b](#dup-1) [c](#dup-2)", ""),
        ("[d](#dup-3)", "warning link/missing-anchor `#dup-3`"),
    ] {
        assert_eq!(said_beside("", &format!("{headings}{body}")), expected, "{body}");
    }
    // One of them gone, the last number is gone.
    check(&[("# Dup\n\n## Dup\n\n[c](#dup-2)", "warning link/missing-anchor `#dup-2`")]);
}

#[test]
fn anchors_are_github_s() {
    check(&[
        ("# Foo\n\n# Foo\n\n# Foo 1\n\n[a](#foo-1) [b](#foo-1-1)", ""),
        ("# Foo\n\n# Foo\n\n# Foo 1\n\n[a](#foo-2)", "warning link/missing-anchor `#foo-2`"),
        (
            "# \u{1F680} Launch\n\n# OAuth 2.0 / PKCE\n\n# AT&amp;T\n\n[a](#-launch) [b](#oauth-20--pkce) [c](#att)",
            "",
        ),
        ("# \u{1F680} Launch\n\n[a](#launch)", "warning link/missing-anchor `#launch`"),
        ("# Über uns\n\n[a](#über-uns) [b](#%C3%BCber-uns)", ""),
        ("# a_b *c* `d`\n\n[a](#a_b-c-d)", ""),
    ]);
}

#[test]
fn anchors_in_attributes_and_html() {
    check(&[
        ("# A {#own}\n\n[a](#a-own)", ""),
        ("# A {#own}\n\n[a](#own)", "warning link/missing-anchor `#own`"),
        ("<a id=\"own\"></a> <a name='old'></a>\n\n<h2 id=big>B</h2>\n\n[a](#own) [b](#old) [c](#big)", ""),
        ("`<a id=\"own\">`\n\n[a](#own)", "warning link/missing-anchor `#own`"),
    ]);
}

#[test]
fn links_in_headings() {
    check(&[
        ("# See [it](./b.md#sec)\n\n[a](#see-it)", ""),
        ("# See [it](./gone.md)\n\n[a](#see-it)", "warning link/missing-file `./gone.md`"),
        ("# ![alt](https://a.b/c.png) A `c`\n\n[a](#-a-c)", ""),
        (
            "[`a](b`](gone.md) [a [b] c](gone.md)",
            "warning link/missing-file `gone.md`\nwarning link/missing-file `gone.md`",
        ),
        ("[![alt](https://a.b/c.png)](gone.md)", "warning link/missing-file `gone.md`"),
    ]);
}

#[test]
fn odd_names_of_files() {
    let others: String = ["š.md", "n (1).md", "100%.md", "a#b.md", "a&b.md", "sub dir/x.md", "...md"]
        .map(|name| format!("//- .github/prompts/{name}\n# Sec\n"))
        .concat();
    for body in [
        "[a](%C5%A1.md) [a](š.md#sec)",
        "[a](<n (1).md>) [a](n%20(1).md) [a](n%20%281%29.md#sec) [a](<./n (1).md#sec>)",
        "[a](100%.md) [a](100%25.md#sec)",
        "[a](a%23b.md) [a](a&amp;b.md) [a](a&b.md)",
        "[a](sub%20dir/x.md) [a](<sub dir/../b.md>) [a](.\\sub%20dir\\x.md)",
    ] {
        assert_eq!(said_beside(&others, body), "", "{body}");
    }
    for (body, token) in [
        ("[a](%C5%A0.md#x)", "%C5%A0.md"),
        ("[a](<./n (2).md#x>)", "./n (2).md"),
        ("[a](99%.md)", "99%.md"),
        ("[a](a%23c.md)", "a%23c.md"),
    ] {
        let rows = said_beside(&others, body);
        let told = rows.contains("warning link/missing-file") || rows.contains("warning link/case-mismatch");
        assert!(told && rows.ends_with(&format!("`{token}`")), "{body}: {rows}");
    }
}

#[test]
fn the_case_of_a_path() {
    check(&[
        ("[a](B.md)", "warning link/case-mismatch `B.md`"),
        ("[a](../Prompts/b.md#sec)", "warning link/case-mismatch `../Prompts/b.md`"),
        ("[a](b.md#SEC)", ""),
    ]);
}

#[test]
fn a_slash_is_the_top_of_its_own_root() {
    let others = "//- docs/a.md\n# A\n//- examples/app/docs/c.md\n# C\n\
        //- examples/app/.github/prompts/q.prompt.md\n---\ndescription: x\n---\n\
        [a](/docs/a.md) [c](/docs/c.md) [d](/docs/d.md)\n";
    assert_eq!(said_beside(others, "[a](/docs/a.md)"), "");
    assert_eq!(said_beside(others, "[c](/docs/c.md)"), "warning link/missing-file `/docs/c.md`");
    // A project in the project, as examples and templates are, has a top of its own.
    let rows = fixture::findings(others);
    assert_eq!(rows.lines().filter(|row| row.contains("link/")).count(), 1, "{rows}");
    assert!(rows.contains("link/missing-file `/docs/d.md`"), "{rows}");
}

#[test]
fn the_fragment_alone_is_marked() {
    check(&[
        ("[a](b.md#no)", "warning link/missing-anchor `#no`"),
        ("[a](<b.md#no such>)", "warning link/missing-anchor `#no such`"),
        ("[a](./b.md#two-word \"t\")", "warning link/missing-anchor `#two-word`"),
        ("[a][]\n\n[a]: ./b.md#no 'title'", "warning link/missing-anchor `#no`"),
        ("[a](#no)", "warning link/missing-anchor `#no`"),
    ]);
}

#[test]
fn anchors_that_are_no_headings() {
    check(&[
        ("[a](b.md#L12) [a](b.md#L5-L8) [a](b.md#L5C1-L8C2) [a](b.md#^block) [a](b.md#:~:text=x)", ""),
        ("[a](../prompts) [a](../prompts/) [a](./#readme) [a](b.md#top) [a](#fn1) [^1]\n\n[^1]: note", ""),
        (
            "[a](../../LICENSE#no) [a](../../x.rs#L3)\n",
            "warning link/missing-file `../../LICENSE`\nwarning link/missing-file `../../x.rs`",
        ),
    ]);
    let others = "//- x.rs\nfn main() {}\n//- x.png\n//- LICENSE\nText\n";
    assert_eq!(
        said_beside(
            others,
            "[a](../../x.rs#L3) [a](../../x.rs#main) ![a](../../x.png#dark) [a](../../LICENSE#no)"
        ),
        ""
    );
}
