//! What primitives add to Markdown, odd characters, and comments that silence.

mod support;

use support::{check, ignores, oddities, tokens};

#[test]
fn tools_and_files() {
    check(
        tokens,
        &[
            ("Use #tool:edit/editFiles.", r##"Tool "#tool:edit/editFiles" "edit/editFiles""##),
            ("#tool:github/* now", r##"Tool "#tool:github/*" "github/*""##),
            (
                "#tool:github/*, #tool:x/*.",
                "Tool \"#tool:github/*\" \"github/*\"\nTool \"#tool:x/*\" \"x/*\"",
            ),
            ("**#tool:a** _#tool:b_c_", "Tool \"#tool:a\" \"a\"\nTool \"#tool:b_c\" \"b_c\""),
            ("#TOOL:Todo (#tool:x)", "Tool \"#TOOL:Todo\" \"Todo\"\nTool \"#tool:x\" \"x\""),
            ("#tool:a-b.c/d_e,", r##"Tool "#tool:a-b.c/d_e" "a-b.c/d_e""##),
            ("text#tool:x", ""),
            ("\\#tool:x", ""),
            ("\\\\#tool:x", r##"Tool "#tool:x" "x""##),
            ("`#tool:x`\n\n    #tool:y\n\n```\n#tool:z\n```\n", ""),
            ("<!-- #tool:x --> <b title=\"#tool:y\">", ""),
            ("<!--\n#tool:x\n-->\n", ""),
            ("[#tool:x](#tool:y \"#tool:z\")", r##"Tool "#tool:x" "x""##),
            ("#tool: x #tool:...", ""),
            ("<rules>\nUse #tool:x\n</rules>\n", r##"Tool "#tool:x" "x""##),
            ("<pre>\nUse #tool:x\n</pre>\n", ""),
            ("---\ndescription: '#tool:x'\n---\n", ""),
            ("#file:foo.md,", r##"File "#file:foo.md" "foo.md""##),
            ("#file:\"a b.md\".", r##"File "#file:\"a b.md\"" "a b.md""##),
            ("#file:'a b.md'", r##"File "#file:'a b.md'" "a b.md""##),
            ("(see #file:./a/b.md)", r##"File "#file:./a/b.md" "./a/b.md""##),
            ("#file:a(1).md)", r##"File "#file:a(1).md" "a(1).md""##),
            ("#file:a.md#part", r##"File "#file:a.md" "a.md""##),
            ("#file:a.md... #file:.", r##"File "#file:a.md" "a.md""##),
            ("#file:_a_/b*.md*", r##"File "#file:_a_/b*.md" "_a_/b*.md""##),
            ("**#file:a.md**", r##"File "#file:a.md" "a.md""##),
            ("#file:\"open\n", ""),
            ("x#file:a.md \\#file:b.md", ""),
            ("Read\n#FILE:../b.md\nnow", r##"File "#FILE:../b.md" "../b.md""##),
        ],
    );
}

#[test]
fn what_workflows_take_in() {
    check(
        tokens,
        &[
            ("{{#import shared/a.md}}", r##"Include "#import shared/a.md}}" "shared/a.md""##),
            ("{{#import: a.md }} x", r##"Include "#import: a.md }}" "a.md""##),
            ("{{#import? a b.md}}", r##"OptionalInclude "#import? a b.md}}" "a b.md""##),
            ("x {{#runtime-import a.md:1-20}}", r##"Include "#runtime-import a.md:1-20}}" "a.md""##),
            ("{{#importa.md}} {{#import }} {{#import x\n}}", ""),
            ("{{#if x}} {{#each y}}", ""),
            ("@include shared/a_b_c.md", r#"Include "@include shared/a_b_c.md" "shared/a_b_c.md""#),
            ("a\n@import? a.md#Part  \nb", r##"OptionalInclude "@import? a.md#Part" "a.md#Part""##),
            ("@include two words.md", r#"Include "@include two words.md" "two words.md""#),
            ("@include two words", r#"Mention "@include" "include""#),
            ("`{{#import a.md}}`\n\n```\n@include a.md\n```\n", ""),
        ],
    );
}

#[test]
fn variables_and_arguments() {
    check(
        tokens,
        &[
            ("${selection}", r#"Variable "${selection}" "selection""#),
            ("a${input:name:Say *what*}b", r#"Variable "${input:name:Say *what*}" "input:name:Say *what*""#),
            ("${props => x}", r#"Variable "${props => x}" "props => x""#),
            ("`${input:x}`", r#"Variable "${input:x}" "input:x" in code"#),
            ("```sh\n${A} ${B\n${{ c }}\n```", r#"Variable "${A}" "A" in code"#),
            ("${input:x", r#"UnclosedVariable "${input:x" "input:x""#),
            ("${ and\n${5 and\n$ {x}", ""),
            ("${a\n}", r#"UnclosedVariable "${a" "a""#),
            ("${{ github.ref }}", ""),
            ("\\${x}", ""),
            ("[x](${workspaceFolder}/a)", ""),
            ("${}", r#"Variable "${}" """#),
            ("<!-- ${x} -->", ""),
            (
                "Do $ARGUMENTS[0] and $ARGUMENTS, $1.",
                "Argument \"$ARGUMENTS[0]\" \"ARGUMENTS[0]\"\nArgument \"$ARGUMENTS\" \"ARGUMENTS\"\nArgument \"$1\" \"1\"",
            ),
            ("$ARGUMENTS[x] $ARGUMENTSX", r#"Argument "$ARGUMENTS" "ARGUMENTS""#),
            ("$4.88M $100 $5,000 $1k \\$1 US$5 $$1", ""),
            ("`$1` `$ARGUMENTS`", ""),
        ],
    );
}

#[test]
fn imports_mentions_and_commands() {
    check(
        tokens,
        &[
            ("@docs/a.md", r#"Import "@docs/a.md" "docs/a.md""#),
            (
                "See @./x and @../y, @~/z.",
                "Import \"@./x\" \"./x\"\nImport \"@../y\" \"../y\"\nImport \"@~/z\" \"~/z\"",
            ),
            ("@~/a and @~/b", "Import \"@~/a\" \"~/a\"\nImport \"@~/b\" \"~/b\""),
            (
                "@/abs/path @README.md.",
                "Import \"@/abs/path\" \"/abs/path\"\nImport \"@README.md\" \"README.md\"",
            ),
            ("@docs/a\\ b.md", r#"Import "@docs/a\\ b.md" "docs/a\\ b.md" "docs/a b.md""#),
            (
                "@a/__init__.py and @b/__main__.py",
                "Import \"@a/__init__.py\" \"a/__init__.py\"\nImport \"@b/__main__.py\" \"b/__main__.py\"",
            ),
            ("- @.github/x.md", r#"Import "@.github/x.md" ".github/x.md""#),
            ("@scope/package and @playwright/test", ""),
            ("a@b.c <d@e.md> f+g@h.io", ""),
            ("`@docs/a.md` \\@docs/a.md", ""),
            ("https://x.y/@z", ""),
            ("@mcp.tool", r#"Mention "@mcp.tool" "mcp.tool""#),
            (
                "(@user-name), **@bot**. @x.",
                "Mention \"@user-name\" \"user-name\"\nMention \"@bot\" \"bot\"\nMention \"@x\" \"x\"",
            ),
            ("@ @- @@x {{@index}} \\@x", ""),
            ("/plan the work", r#"Command "/plan" "plan""#),
            ("Run /my-plugin:go-1.", r#"Command "/my-plugin:go-1" "my-plugin:go-1""#),
            ("- /a\n- (/b)\n- and/or 1 / 2", r#"Command "/a" "a""#),
            ("/usr/bin /API /{x} /a<b> /a=b /fooBar \\/x", ""),
            ("{{#if x}} a {{ /if }}", r#"Command "/if" "if""#),
            ("`/plan`\n\n[/plan](x) <!-- /plan -->", ""),
        ],
    );
}

#[test]
fn odd_characters() {
    check(
        oddities,
        &[
            ("plain \u{2014} text \u{E9}", ""),
            ("a\u{202E}b\u{2066}\u{2069}", "Bidirectional 1..4 '\\u{202e}'\nBidirectional 5..11 '\\u{2066}'"),
            ("a\u{200E}\u{61C}", "Bidirectional 1..6 '\\u{200e}'"),
            ("a\u{E0041}\u{E0042}", "Tag 1..9 '\\u{e0041}'"),
            // The flag of Wales, and a flag that hides a sentence.
            ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}", ""),
            ("\u{1F3F4}\u{E0068}\u{E0069}\u{E0020}\u{E0069}\u{E007F}", "Tag 4..24 '\\u{e0068}'"),
            ("\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}", "Tag 4..16 '\\u{e0067}'"),
            (
                "a\u{200B}b\u{AD}c\u{2060}\u{FEFF}",
                "ZeroWidth 1..4 '\\u{200b}'\nZeroWidth 5..7 '\\u{ad}'\nZeroWidth 8..14 '\\u{2060}'",
            ),
            ("\u{FEFF}a\u{FEFF}", "ZeroWidth 4..7 '\\u{feff}'"),
            ("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{2764}\u{FE0F}\u{200D}\u{1F525}", ""),
            ("\u{1F9D1}\u{1F3FD}\u{200D}\u{1F4BB} \u{2764}\u{FE0F}", ""),
            ("a\u{200D}b \u{1F468}\u{200D}x", "ZeroWidth 1..4 '\\u{200d}'\nZeroWidth 10..13 '\\u{200d}'"),
            ("\u{645}\u{6CC}\u{200C}\u{62E}\u{648} \u{915}\u{94D}\u{200D}\u{937}", ""),
            ("a\u{200C}b", "ZeroWidth 1..4 '\\u{200c}'"),
            ("\u{E01}\u{200B}\u{E02}", ""),
            (
                "\u{FFFD}\u{FFFD} \u{FFFD}\n\u{FFFD}",
                "Replacement 0..3 '\u{FFFD}'\nReplacement 11..14 '\u{FFFD}'",
            ),
            (
                "`a\u{200B}`\n\n```\n\u{202E}\n```\n\u{2060}",
                "ZeroWidth 2..5 '\\u{200b}' in code\nBidirectional 12..15 '\\u{202e}' in code\nZeroWidth 20..23 '\\u{2060}'",
            ),
            ("---\na: \u{200B}x\n---\n", "ZeroWidth 7..10 '\\u{200b}'"),
        ],
    );
}

#[test]
fn comments_that_silence() {
    check(
        ignores,
        &[
            (
                "<!-- segue-ignore a/b -->\n\nline one\nline two\n",
                r#""<!-- segue-ignore a/b -->" [a/b] "line one""#,
            ),
            (
                "<!-- segue-ignore a/b, c d -- because -- x -->\nl",
                r#""<!-- segue-ignore a/b, c d -- because -- x -->" [a/b c d] "l""#,
            ),
            ("<!--segue-ignore-->\n```sh\nx\n```\n", r#""<!--segue-ignore-->" [] "```sh""#),
            ("a\n\n<!-- segue-ignore-file a -->\n", r#""<!-- segue-ignore-file a -->" [a] file"#),
            ("<!-- segue-ignore-file -- why -->", r#""<!-- segue-ignore-file -- why -->" [] file"#),
            (
                "<!-- segue-ignore a -->\n<!-- segue-ignore b -->\nl\n",
                "\"<!-- segue-ignore a -->\" [a] \"l\"\n\"<!-- segue-ignore b -->\" [b] \"l\"",
            ),
            ("<!-- segue-ignore a -->", r#""<!-- segue-ignore a -->" [a] """#),
            ("<!--\n  segue-ignore\n  a\n-->\nl", r#""<!--\n  segue-ignore\n  a\n-->" [a] "l""#),
            ("- <!-- segue-ignore a -->\n  l\n", r#""<!-- segue-ignore a -->" [a] "  l""#),
            ("x <!-- segue-ignored a --> <!-- do not segue-ignore --> `<!-- segue-ignore a -->`\n", ""),
            ("```\n<!-- segue-ignore a -->\n```\n", ""),
            ("---\n# segue-ignore a\n\ntools: [x]\n---\n", r##""# segue-ignore a" [a] "tools: [x]""##),
            (
                "---\ntools: [x] # segue-ignore a b -- r\nz: 1\n---\n",
                r##""# segue-ignore a b -- r" [a b] "tools: [x] # segue-ignore a b -- r""##,
            ),
            (
                "---\n# segue-ignore-file a\nb: c#segue-ignore d\n---\n",
                r##""# segue-ignore-file a" [a] file"##,
            ),
            (
                "---\r\n# segue-ignore a\r\nb: 1\r\n---\r\n<!-- segue-ignore c -->\r\nl\r\n",
                "\"# segue-ignore a\" [a] \"b: 1\"\n\"<!-- segue-ignore c -->\" [c] \"l\"",
            ),
        ],
    );
}
