//! Comments that silence findings, in each form, and those that silence nothing.

use segue_analysis::fixture::findings;

/// The codes that are reported on a workspace, in order.
fn codes(fixture: &str) -> Vec<String> {
    findings(fixture).lines().filter_map(|row| row.split(' ').nth(2)).map(str::to_owned).collect()
}

#[test]
fn in_the_body_the_line_before() {
    let file = |before: &str| format!("//- docs/a.memory.md\n# A\n\n{before}[x](gone.md)\n\n[y](lost.md)\n");
    assert_eq!(codes(&file("")), ["link/missing-file", "link/missing-file"]);
    assert_eq!(codes(&file("<!-- segue-ignore link/missing-file -->\n")), ["link/missing-file"]);
    assert_eq!(codes(&file("<!-- segue-ignore -->\n")), ["link/missing-file"]);
    assert_eq!(codes(&file("<!-- segue-ignore link/* -->\n")), ["link/missing-file"]);
    assert_eq!(codes(&file("<!-- segue-ignore-file link/missing-file -->\n")), Vec::<String>::new());
}

#[test]
fn in_the_header_before_and_behind() {
    let file = |before: &str, behind: &str| {
        format!(
            "//- .github/prompts/a.prompt.md\n---\ndescription: A\n{before}mode: agent{behind}\n---\nDo it.\n"
        )
    };
    assert_eq!(codes(&file("", "")), ["frontmatter/deprecated-key"]);
    assert_eq!(codes(&file("# segue-ignore frontmatter/deprecated-key\n", "")), Vec::<String>::new());
    assert_eq!(
        codes(&file("", " # segue-ignore frontmatter/deprecated-key -- old clients")),
        Vec::<String>::new()
    );
}

#[test]
fn in_json_before_and_behind() {
    let file = |before: &str, behind: &str| {
        format!(
            "//- .vscode/mcp.json\n{{\n  \"servers\": {{\n{before}    \"a\": {{ \"type\": \"stdio\" }}{behind}\n  }}\n}}\n"
        )
    };
    assert_eq!(codes(&file("", "")), ["mcp/missing-command"]);
    assert_eq!(codes(&file("    // segue-ignore mcp/missing-command\n", "")), Vec::<String>::new());
    assert_eq!(codes(&file("", " // segue-ignore mcp/missing-command")), Vec::<String>::new());
    assert_eq!(codes(&file("    /* segue-ignore-file mcp/missing-command */\n", "")), Vec::<String>::new());
}

#[test]
fn what_silences_nothing_is_a_hint() {
    let rows = findings("//- docs/a.memory.md\n<!-- segue-ignore link/missing-file -->\nNothing.\n");
    assert!(rows.contains("hint segue/unused-ignore `link/missing-file`"), "{rows}");
    let rows = findings("//- docs/a.memory.md\n<!-- segue-ignore no/rule -->\nNothing.\n");
    assert!(rows.contains("There is no rule `no/rule`"), "{rows}");
}
