//! Headings, links, definitions and fences of small texts.

mod support;

use segue_syntax::Facts;
use support::{check, fences, headings, links};

fn lines(lines: &[&str]) -> String {
    lines.join("\n")
}

#[test]
fn headings_and_their_content() {
    check(
        headings,
        &[
            ("# A b\n", r##"1 "# A b" "A b" "A b" a-b"##),
            ("### A ###  \nx", r####"3 "### A ###  " "A" "A" a"####),
            ("# A#\n", r##"1 "# A#" "A#" "A#" a"##),
            ("# A \\#\n", r###"1 "# A \\#" "A \\#" "A #" a-"###),
            ("#\n", r##"1 "#" "" "" "##),
            ("## ##\n", r###"2 "## ##" "" "" "###),
            ("#A\n", ""),
            ("####### A\n", ""),
            ("   # A\n", r##"1 "# A" "A" "A" a"##),
            ("    # A\n", ""),
            ("A\n===\n", r#"1 "A\n===" "A" "A" a"#),
            ("A\nb\n---\nx", r#"2 "A\nb\n---" "A\nb" "A b" ab"#),
            ("> # A\n> x\n", r##"1 "# A" "A" "A" a"##),
            ("> A\n> ===\n", r#"1 "A\n> ===" "A" "A" a"#),
            ("- # A\n", r##"1 "# A" "A" "A" a"##),
            ("- A\n  ===\n", r#"1 "A\n  ===" "A" "A" a"#),
            ("# A\r\n\r\nB\r\n---\r\n", "1 \"# A\" \"A\" \"A\" a\n2 \"B\\r\\n---\" \"B\" \"B\" b"),
            ("```\n# A\n```\n<!--\n# B\n-->\n    # C\n", ""),
            ("---\nname: x\n---\n# A\n", r##"1 "# A" "A" "A" a"##),
            // A dash line after the header's place is a heading's underline, never a header again.
            ("# A\n\nB\n---\n", "1 \"# A\" \"A\" \"A\" a\n2 \"B\\n---\" \"B\" \"B\" b"),
        ],
    );
}

#[test]
fn headings_as_plain_text() {
    for (source, text, slug) in [
        (
            "# `code` *em* **st** ~~del~~ [link](x) <b>bold</b>",
            "code em st del link bold",
            "code-em-st-del-link-bold",
        ),
        ("# ![alt](x.png) A", " A", "-a"),
        ("# A ![alt *em* `c`][img]\n\n[img]: x.png", "A ", "a-"),
        ("# AT&amp;T &lt;b&gt;", "AT&T <b>", "att-b"),
        ("# A {#id}", "A {#id}", "a-id"),
        ("# &#x20;a&#x20;", " a ", "-a-"),
        ("# a_b __c__", "a_b c", "a_b-c"),
        ("# [x] y", "[x] y", "x-y"),
        ("# [[wiki]]", "[[wiki]]", "wiki"),
        ("# \"q\" -- ...", "\"q\" -- ...", "q----"),
        ("# $x$", "$x$", "x"),
        ("# a \\* b", "a * b", "a--b"),
        ("# <https://a.b>", "https://a.b", "httpsab"),
    ] {
        let facts = Facts::of(source);
        let found: Vec<(&str, &str)> = facts.headings.iter().map(|h| (&*h.text, &*h.slug)).collect();
        assert_eq!(found, [(text, slug)], "{source}");
    }
}

#[test]
fn inline_links_and_their_targets() {
    check(
        links,
        &[
            ("[a](b.md)", r#"Inline "[a](b.md)" text "a" target "b.md" "b.md""#),
            ("[h](#heading)", r##"Inline "[h](#heading)" text "h" target "#heading" "#heading""##),
            ("[x](b.md#sec)", r##"Inline "[x](b.md#sec)" text "x" target "b.md#sec" "b.md#sec""##),
            ("[x](./a.md \"title\")", r#"Inline "[x](./a.md \"title\")" text "x" target "./a.md" "./a.md""#),
            ("[x](<a b.md> 't')", r#"Inline "[x](<a b.md> 't')" text "x" target "a b.md" "a b.md""#),
            (
                "[x](my%20file.md)",
                r#"Inline "[x](my%20file.md)" text "x" target "my%20file.md" "my%20file.md""#,
            ),
            ("[x](%C5%A1.md)", r#"Inline "[x](%C5%A1.md)" text "x" target "%C5%A1.md" "%C5%A1.md""#),
            (
                "[m](mailto:a@b.c)",
                r#"Inline "[m](mailto:a@b.c)" text "m" target "mailto:a@b.c" "mailto:a@b.c""#,
            ),
            (
                "[p](path/{name}.md)",
                r#"Inline "[p](path/{name}.md)" text "p" target "path/{name}.md" "path/{name}.md""#,
            ),
            (
                "[p](${workspaceFolder}/x)",
                r#"Inline "[p](${workspaceFolder}/x)" text "p" target "${workspaceFolder}/x" "${workspaceFolder}/x""#,
            ),
            ("[a](b(c).md)", r#"Inline "[a](b(c).md)" text "a" target "b(c).md" "b(c).md""#),
            (
                "[a](<./a b/n (1).md#x>)",
                r##"Inline "[a](<./a b/n (1).md#x>)" text "a" target "./a b/n (1).md#x" "./a b/n (1).md#x""##,
            ),
            ("[a](b\\(c.md)", r#"Inline "[a](b\\(c.md)" text "a" target "b\\(c.md" "b(c.md""#),
            ("[a](b&amp;c.md)", r#"Inline "[a](b&amp;c.md)" text "a" target "b&amp;c.md" "b&c.md""#),
            ("[a]()", r#"Inline "[a]()" text "a" target "" """#),
            ("[a](<>)", r#"Inline "[a](<>)" text "a" target "" """#),
            ("[](b)", r#"Inline "[](b)" text "" target "b" "b""#),
            ("[a [b] c](d)", r#"Inline "[a [b] c](d)" text "a [b] c" target "d" "d""#),
            ("[`a](b`](./x)", r#"Inline "[`a](b`](./x)" text "`a](b`" target "./x" "./x""#),
            ("[a\\]](b)", r#"Inline "[a\\]](b)" text "a\\]" target "b" "b""#),
            ("[one\ntwo](b.md)", r#"Inline "[one\ntwo](b.md)" text "one\ntwo" target "b.md" "b.md""#),
            (
                "> [one\n> two](\n> b.md)",
                r#"Inline "[one\n> two](\n> b.md)" text "one\n> two" target "b.md" "b.md""#,
            ),
            ("[a](\nb.md\n'c')", r#"Inline "[a](\nb.md\n'c')" text "a" target "b.md" "b.md""#),
            ("[*a*](b)", r#"Inline "[*a*](b)" text "*a*" target "b" "b""#),
            ("![alt](x.png)", r#"Image "![alt](x.png)" text "alt" target "x.png" "x.png""#),
            (
                "[![alt](x.png)](y.md)",
                "Inline \"[![alt](x.png)](y.md)\" text \"![alt](x.png)\" target \"y.md\" \"y.md\"\n\
                 Image \"![alt](x.png)\" text \"alt\" target \"x.png\" \"x.png\"",
            ),
            (
                "<https://a.b/c>",
                r#"Autolink "<https://a.b/c>" text "" target "https://a.b/c" "https://a.b/c""#,
            ),
            ("<a@b.c>", r#"Autolink "<a@b.c>" text "" target "a@b.c" "mailto:a@b.c""#),
            (
                "| [a](b) |\n| - |\n| [c](d\\|e) |",
                "Inline \"[a](b)\" text \"a\" target \"b\" \"b\"\n\
                 Inline \"[c](d\\\\|e)\" text \"c\" target \"d\\\\|e\" \"d|e\"",
            ),
            ("\u{1F600}\u{4F60} [a](b)", r#"Inline "[a](b)" text "a" target "b" "b""#),
        ],
    );
}

#[test]
fn what_is_no_link() {
    for source in [
        "`[a](b)`",
        "``` \n[a](b)\n```",
        "    [a](b)",
        "<!-- [a](b) -->",
        "<!--\n[a](b)\n-->",
        "text <!-- [a](b) --> text",
        "- [ ] task\n- [x] done",
        "[a]",
        "[a] (b)",
        "\\[a](b)",
        "[a](b c)",
        "[^1]\n\n[^1]: note",
        "[[wiki]]",
        "https://a.b/c",
        "m[i][j] and f(x)[0][1]",
        "$map[$i][\"key\"] [$i][\"key\"]",
        "`[a][b]`",
        "---\nx: \"[a](b)\"\n---\n",
    ] {
        assert_eq!(links(source), "", "{source}");
    }
}

#[test]
fn a_link_in_a_heading_is_both() {
    let source = "# See [a](./a.md)\n";
    assert_eq!(headings(source), r##"1 "# See [a](./a.md)" "See [a](./a.md)" "See a" see-a"##);
    assert_eq!(links(source), r#"Inline "[a](./a.md)" text "a" target "./a.md" "./a.md""#);
}

#[test]
fn references_and_definitions() {
    let cases: Vec<(&str, String)> = vec![
        (
            "[t][L]\n\n[l]: ./d.md \"T\"\n",
            lines(&[
                r#"Reference "[t][L]" text "t" target "L" "./d.md" ->0"#,
                r#"def "l" "l" "[l]: ./d.md \"T\"" target "./d.md" "./d.md" used"#,
            ]),
        ),
        (
            "[l][] and [l]\n\n[l]: <a b>\n",
            lines(&[
                r#"Reference "[l][]" text "l" target "l" "a b" ->0"#,
                r#"Reference "[l]" text "l" target "l" "a b" ->0"#,
                r#"def "l" "l" "[l]: <a b>" target "a b" "a b" used"#,
            ]),
        ),
        (
            "![alt][i] ![i][] ![i]\n\n[i]: x.png",
            lines(&[
                r#"ImageReference "![alt][i]" text "alt" target "i" "x.png" ->0"#,
                r#"ImageReference "![i][]" text "i" target "i" "x.png" ->0"#,
                r#"ImageReference "![i]" text "i" target "i" "x.png" ->0"#,
                r#"def "i" "i" "[i]: x.png" target "x.png" "x.png" used"#,
            ]),
        ),
        (
            "[a]: x\n[b]: y\n[A]: z\n\n[t][a]\n",
            lines(&[
                r#"Reference "[t][a]" text "t" target "a" "x" ->0"#,
                r#"def "a" "a" "[a]: x" target "x" "x" used"#,
                r#"def "b" "b" "[b]: y" target "y" "y" unused"#,
                r#"def "a" "A" "[A]: z" target "z" "z" unused"#,
            ]),
        ),
        (
            "[b]: 1\n\n[b]: 2 't'\n\n[a]: 3\n\n[t][a]\n",
            lines(&[
                r#"Reference "[t][a]" text "t" target "a" "3" ->2"#,
                r#"def "b" "b" "[b]: 1" target "1" "1" unused"#,
                r#"def "b" "b" "[b]: 2 't'" target "2" "2" unused"#,
                r#"def "a" "a" "[a]: 3" target "3" "3" used"#,
            ]),
        ),
        (
            "- item\n\n  [a]: x\n\n> [a]: y\n> [b]:\n> z\n",
            lines(&[
                r#"def "a" "a" "[a]: x" target "x" "x" unused"#,
                r#"def "a" "a" "[a]: y" target "y" "y" unused"#,
                r#"def "b" "b" "[b]:\n> z" target "z" "z" unused"#,
            ]),
        ),
        // What looks like a second definition, but is text or code.
        (
            "[a]: x\n\ntext\n[a]: y\n\n```\n[a]: z\n```\n",
            lines(&[
                r#"Reference "[a]" text "a" target "a" "x" ->0"#,
                r#"def "a" "a" "[a]: x" target "x" "x" used"#,
            ]),
        ),
        (
            "[t][Two\n  words]\n\n[TWO  words]: x",
            lines(&[
                r#"Reference "[t][Two\n  words]" text "t" target "Two\n  words" "x" ->0"#,
                r#"def "two words" "TWO  words" "[TWO  words]: x" target "x" "x" used"#,
            ]),
        ),
        (
            "[t][\u{1E9E}]\n\n[SS]: x",
            lines(&[
                "Reference \"[t][\u{1E9E}]\" text \"t\" target \"\u{1E9E}\" \"x\" ->0",
                r#"def "ss" "SS" "[SS]: x" target "x" "x" used"#,
            ]),
        ),
    ];
    let cases: Vec<(&str, &str)> =
        cases.iter().map(|(source, expected)| (*source, expected.as_str())).collect();
    check(links, &cases);
}

#[test]
fn references_without_a_definition() {
    check(
        links,
        &[
            ("[text][Label]", r#"undefined "label" "Label" "[text][Label]""#),
            ("[label][]", r#"undefined "label" "label" "[label][]""#),
            (
                "![label][] ![a][b]",
                "undefined \"label\" \"label\" \"![label][]\"\nundefined \"b\" \"b\" \"![a][b]\"",
            ),
            ("# [a][b]", r#"undefined "b" "b" "[a][b]""#),
            ("[`c`][b]", r#"undefined "b" "b" "[`c`][b]""#),
            ("[a] [b]", ""),
            ("- [ ][]", ""),
        ],
    );
}

#[test]
fn fences_and_how_they_end() {
    check(
        fences,
        &[
            ("```rust\nx\n```\n", r#"`3 "```rust" info "rust" closed prose 0 "```rust\nx\n```""#),
            ("```\n```", r#"`3 "```" info "" closed prose 0 "```\n```""#),
            ("```", r#"`3 "```" info "" open prose 0 "```""#),
            ("```\n", r#"`3 "```" info "" open prose 0 "```""#),
            ("```\n\n\n", r#"`3 "```" info "" open prose 0 "```""#),
            ("~~~ a b \nx\n~~~~  \ny", r#"~3 "~~~ a b " info "a b" closed prose 0 "~~~ a b \nx\n~~~~  ""#),
            ("````\n```\n````", r#"`4 "````" info "" closed prose 0 "````\n```\n````""#),
            ("````\n```", r#"`4 "````" info "" open prose 0 "````\n```""#),
            ("```\n    ```", r#"`3 "```" info "" open prose 0 "```\n    ```""#),
            ("```\n``` x", r#"`3 "```" info "" open prose 1 "```\n``` x""#),
            ("   ```\n   x\n  ```", r#"`3 "```" info "" closed prose 0 "```\n   x\n  ```""#),
            ("```\r\nx\r\n```\r\n", r#"`3 "```" info "" closed prose 0 "```\r\nx\r\n```""#),
            ("- ```\n  x\n  ```\n", r#"`3 "```" info "" closed nested prose 0 "```\n  x\n  ```""#),
            ("- ```\n  x\n\ny", r#"`3 "```" info "" open nested prose 0 "```\n  x""#),
            ("> ```\n> x\n> ```\n", r#"`3 "```" info "" closed nested prose 0 "```\n> x\n> ```""#),
            (
                "> ```\n> x\n\n```\n",
                "`3 \"```\" info \"\" open nested prose 0 \"```\\n> x\"\n`3 \"```\" info \"\" open prose 0 \"```\"",
            ),
            (
                "```md\n# A\n- b\n1. c\n[d](e)\n```sh\nf\n#g\n",
                r#"`3 "```md" info "md" open prose 5 "```md\n# A\n- b\n1. c\n[d](e)\n```sh\nf\n#g""#,
            ),
            ("    ```\n    x\n", ""),
            ("`` ` ``", ""),
        ],
    );
}

#[test]
fn anchors_in_html() {
    let source = "<a id=\"one\"></a> x\n\n<div\n  name='two'>\n\n`<a id=\"no\">` <!-- <a id=\"no\"> -->\n\n```\n<a id=\"no\">\n```\n\n# A <a name=three></a>\n";
    let facts = Facts::of(source);
    let ids: Vec<&str> = facts.html_ids.iter().map(|id| &*id.id).collect();
    assert_eq!(ids, ["one", "two", "three"]);
    for id in &facts.html_ids {
        assert_eq!(&*id.id, id.span.of(source));
    }
}

#[test]
fn counts_and_what_a_body_is() {
    for (source, lines, chars, has_body) in [
        ("", 0, 0, false),
        ("a", 1, 1, true),
        ("a\n", 1, 2, true),
        ("a\r\nb\rc\n", 3, 7, true),
        ("\u{FEFF}\u{E9}", 1, 1, true),
        ("---\na: b\n---\n", 3, 0, false),
        ("---\na: b\n---\n\n<!-- c -->\n", 5, 12, false),
        ("---\na: b\n---\n<!-- c --> d", 4, 12, true),
        ("<!-- open", 1, 9, false),
        ("[a]: b", 1, 6, true),
    ] {
        let facts = Facts::of(source);
        assert_eq!((facts.lines, facts.body_chars, facts.has_body), (lines, chars, has_body), "{source:?}");
        assert_eq!(facts.len as usize, source.len());
        assert_eq!(facts.bom, source.starts_with('\u{FEFF}'));
    }
}
