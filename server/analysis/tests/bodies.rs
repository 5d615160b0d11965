//! What stands in bodies, read where VS Code's own reader (1.138, run) goes wrong.
//!
//! | VS Code | test |
//! |---|---|
//! | looks into indented code and comments | `code_and_comments_are_text`, `markdown::what_is_no_link`, `tokens::tools_and_files` |
//! | `[h](#heading)` is a file `#heading` | `an_anchor_alone_is_this_file_s` |
//! | `[x](b.md#sec)` is a file `b.md#sec` | `a_fragment_is_no_part_of_the_path` |
//! | `[x](./a.md "title")` has the title in its path | `a_title_is_no_part_of_the_path`, `markdown::inline_links_and_their_targets` |
//! | `[x](my%20file.md)` is encoded twice | `percent_signs_are_decoded` |
//! | `[m](mailto:a@b.c)` is a file | `schemes_lead_elsewhere` |
//! | `[a](/docs/a.md)` is the file system's root | `a_slash_is_the_top` |
//! | `[p](path/{name}.md)`, `${workspaceFolder}/x` are not found | `stand_ins_wait_for_somebody` |
//! | `[a](b(c).md)` ends at the first `)` | `brackets_are_balanced` |
//! | definitions, images, `<url>` are passed by | `definitions_images_and_angle_brackets_count` |
//! | `#file:foo.md,` takes the comma along | `a_file_ends_before_the_sentence_does`, `tokens::tools_and_files` |
//! | `#file:"a b.md"` ends at the blank | `a_file_in_quotes_has_blanks` |
//! | `Use #tool:edit/editFiles.` takes the point along | `a_tool_ends_before_the_sentence_does`, `tokens::tools_and_files` |
//! | `#tool:github/*` loses its star | `a_star_is_part_of_a_tool`, `tokens::tools_and_files` |
//! | `text#tool:x`, `\#tool:x` are tools | `words_and_escapes_are_no_tools`, `tokens::tools_and_files` |
//! | `~/x.md` may be a folder `~` | `a_tilde_is_the_users_folder`, `target::destinations` |

use segue_analysis::fixture;

/// What the bodies below can point at.
const BESIDE: &str = "//- .github/prompts/b.md\n# Sec\n\n## Two words\n\
    //- .github/prompts/my file.md\n# Part\n\
    //- .github/prompts/b(c).md\n# Sec\n\
    //- .github/prompts/x.png\n\
    //- docs/a.md\n# A\n";

/// What is said of links and tools in a prompt with that body, each with its token.
fn said(body: &str) -> String {
    let prompt = ".github/prompts/p.prompt.md";
    let rows = fixture::findings(&format!("{BESIDE}//- {prompt}\n---\ndescription: x\n---\n{body}\n"));
    let rows = rows.lines().filter_map(|row| row.strip_prefix(prompt)?.split_once(' '));
    let rows = rows.filter(|(_, row)| row.contains(" link/") || row.contains(" tool/"));
    rows.filter_map(|(_, row)| row.match_indices('`').nth(1).map(|(end, _)| &row[..=end]))
        .collect::<Vec<_>>()
        .join("\n")
}

fn check(cases: &[(&str, &str)]) {
    for (body, expected) in cases {
        assert_eq!(said(body), *expected, "{body}");
    }
}

#[test]
fn code_and_comments_are_text() {
    check(&[
        ("```\n[x](gone.md) #file:gone.md #tool:serach\n```", ""),
        ("~~~\n[x](gone.md) #file:gone.md #tool:serach\n~~~", ""),
        ("Text\n\n    [x](gone.md) #file:gone.md #tool:serach", ""),
        ("`[x](gone.md)` `#file:gone.md` `#tool:serach` ``[x](gone.md) ` #tool:serach``", ""),
        ("<!-- [x](gone.md) #file:gone.md #tool:serach -->", ""),
        ("Text <!-- [x](gone.md)\n#file:gone.md --> text", ""),
        ("~~~\n```\n~~~\n\n[x](gone.md)", "warning link/missing-file `gone.md`"),
        ("```md\n[x](gone.md)\n```\n#file:gone.md", "warning link/missing-file `gone.md`"),
    ]);
}

#[test]
fn an_anchor_alone_is_this_file_s() {
    check(&[
        ("# Heading\n\n[h](#heading)", ""),
        ("# Heading\n\n[h](#sec)", "warning link/missing-anchor `#sec`"),
        ("[below](#heading)\n\n# Heading", ""),
        ("[top](#)", ""),
    ]);
}

#[test]
fn a_fragment_is_no_part_of_the_path() {
    check(&[
        ("[x](b.md#sec) [y](./b.md#two-words)", ""),
        ("[x](b.md#no)", "warning link/missing-anchor `#no`"),
        ("[x](gone.md#sec)", "warning link/missing-file `gone.md`"),
        ("[x](b.md?plain=1#sec)", ""),
    ]);
}

#[test]
fn a_title_is_no_part_of_the_path() {
    check(&[
        ("[x](./b.md \"title\") [x](b.md 'title') [x](b.md (title))", ""),
        ("[x](<./b.md> \"title\") [x](<my file.md>)", ""),
        ("[x](./gone.md \"title\")", "warning link/missing-file `./gone.md`"),
        ("[x](<./gone away.md> \"title\")", "warning link/missing-file `./gone away.md`"),
    ]);
}

#[test]
fn percent_signs_are_decoded() {
    check(&[
        ("[x](my%20file.md) [x](./my%20file.md#part) [x](b.md#two%2Dwords)", ""),
        ("[x](no%20file.md)", "warning link/missing-file `no%20file.md`"),
        ("[x](my%20file.md#no)", "warning link/missing-anchor `#no`"),
    ]);
}

#[test]
fn schemes_lead_elsewhere() {
    check(&[
        ("[m](mailto:a@b.c) [v](vscode:settings/x) [c](command:x.y) [t](tel:+1) [d](data:text/plain,x)", ""),
        ("[h](https://a.b/c.md#x) [h](HTTP://a.b) [h](//a.b/c) [g](git+ssh://a.b/c)", ""),
        ("[d](a:b.md)", "warning link/missing-file `a:b.md`"),
    ]);
}

#[test]
fn a_slash_is_the_top() {
    check(&[
        ("[a](/docs/a.md) [a](/docs/a.md#a)", ""),
        ("[a](/docs/b.md)", "warning link/missing-file `/docs/b.md`"),
        ("[a](/docs/a.md#b)", "warning link/missing-anchor `#b`"),
    ]);
}

#[test]
fn stand_ins_wait_for_somebody() {
    check(&[
        (
            "[p](path/{name}.md) [p](${workspaceFolder}/x) [p](<path/<name>.md>) [p](path/to/x.md) [p](...)",
            "",
        ),
        ("![p](images/{name}.png) [p][]\n\n[p]: ./{name}.md", ""),
        ("#file:{name}.md #file:path/to/x.md", ""),
    ]);
}

#[test]
fn brackets_are_balanced() {
    check(&[
        ("[a](b(c).md) [a](b\\(c\\).md) [a](<b(c).md>) [a](b%28c%29.md) [a](b(c).md#sec)", ""),
        ("[a](d(c).md)", "warning link/missing-file `d(c).md`"),
    ]);
}

#[test]
fn definitions_images_and_angle_brackets_count() {
    check(&[
        ("[x][] [y][x]\n\n[x]: ./b.md", ""),
        ("[x][]\n\n[x]: ./d.md \"title\"", "warning link/missing-file `./d.md`"),
        ("[x][]\n\n[x]: <./d e.md#f>", "warning link/missing-file `./d e.md`"),
        ("[x][]\n\n[x]: ./b.md#no", "warning link/missing-anchor `#no`"),
        // Nobody follows what no link uses: one finding, not two.
        ("[x]: ./d.md", "hint link/unused-definition `[x]: ./d.md`"),
        ("[x][]\n\n[x]: ./b.md\n[x]: ./d.md#no", "hint link/unused-definition `[x]: ./d.md#no`"),
        ("![i](x.png) ![i](gone.png)", "information link/missing-file `gone.png`"),
        ("<https://a.b/c.md> <a@b.c>", ""),
    ]);
}

#[test]
fn a_file_ends_before_the_sentence_does() {
    check(&[
        ("#file:b.md, #file:b.md. (#file:b.md) #file:./b.md; **#file:b.md** #file:b.md:", ""),
        ("See #file:foo.md, then", "warning link/missing-file `foo.md`"),
        ("#file:docs/a.md and #file:../../docs/a.md", ""),
    ]);
}

#[test]
fn a_file_in_quotes_has_blanks() {
    check(&[
        ("#file:\"my file.md\" #file:'my file.md'.", ""),
        ("#file:\"no file.md\",", "warning link/missing-file `no file.md`"),
    ]);
}

#[test]
fn a_tool_ends_before_the_sentence_does() {
    check(&[
        ("Use #tool:edit/editFiles. Use #tool:search/codebase, #tool:web/fetch... (#tool:edit)", ""),
        ("Use #tool:edit/editFile.", "warning tool/unknown `edit/editFile`"),
    ]);
}

#[test]
fn a_star_is_part_of_a_tool() {
    check(&[
        ("#tool:github/* and **#tool:github/*** and #tool:playwright/*.", ""),
        ("*a #tool:github/* b* and #tool:github/*, c", ""),
    ]);
}

#[test]
fn words_and_escapes_are_no_tools() {
    check(&[
        ("text#tool:serach \\#tool:serach text#file:gone.md \\#file:gone.md", ""),
        ("(#tool:serach)", "warning tool/unknown `serach`"),
    ]);
}

#[test]
fn a_tilde_is_the_users_folder() {
    check(&[("[x](~/x.md) ![x](~/x.png) [y][]\n\n[y]: ~/x.md\n\n#file:~/x.md", "")]);
}
