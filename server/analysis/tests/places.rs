//! What is said of files as wholes, of variables, and of the configuration of servers.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use segue_analysis::fixture::{self, MemoryDisk};
use segue_analysis::{Host, Options, diagnostics};
use std::sync::Arc;

fn said(fixture: &str) -> Vec<String> {
    let families = [" file/", " variable/", " mcp/"];
    fixture::findings(fixture)
        .lines()
        .filter(|row| families.iter().any(|family| row.contains(family)))
        .filter_map(|row| {
            let (before, rest) = row.split_once('`')?;
            Some(format!("{before}`{}", rest.split('`').next()?))
        })
        .collect()
}

fn none() -> Vec<String> {
    Vec::new()
}

fn agent(path: &str, name: &str) -> String {
    format!("//- {path}\n---\nname: {name}\ndescription: x\n---\nText\n")
}

#[test]
fn libraries_are_left_alone() {
    for paths in [
        ["agents/a.agent.md", "docs/ja-JP/agents/a.agent.md"],
        ["examples/one/.github/agents/a.agent.md", "examples/two/.github/agents/a.agent.md"],
        ["plugins/x/agents/a.agent.md", ".github/agents/a.agent.md"],
        ["templates/a.agent.md", "agents/deep/er/a.agent.md"],
    ] {
        let fixture: String = paths.iter().map(|path| agent(path, "a")).collect();
        assert_eq!(said(&fixture), none(), "{paths:?}");
    }
    let skill = |path: &str| format!("//- {path}\n---\nname: s\ndescription: x\n---\nText\n");
    assert_eq!(said(&[skill("skills/s/SKILL.md"), skill("plugins/p/skills/s/SKILL.md")].concat()), none());
    assert_eq!(said(&skill("SKILL.md")), none());
}

#[test]
fn names_that_clash() {
    let both =
        [agent(".github/agents/a.agent.md", "One"), agent(".github/agents/b.agent.md", "One")].concat();
    assert_eq!(
        said(&both),
        [
            ".github/agents/a.agent.md:2:7 warning file/duplicate-name `One",
            ".github/agents/b.agent.md:2:7 warning file/duplicate-name `One"
        ]
    );
    // GitHub and Copilot CLI go by the file, VS Code by the name.
    let files = [agent(".github/agents/a.agent.md", "One"), agent(".github/agents/a.md", "Two")].concat();
    assert_eq!(said(&files).len(), 2);
    let twins = [agent(".github/agents/a.agent.md", "a"), agent(".claude/agents/a.md", "a")].concat();
    assert!(said(&twins).iter().all(|row| row.contains(" hint ")), "{:?}", said(&twins));
    let excluded = format!("//- segue.toml\nexclude = [\".github/agents/b*\"]\n{both}");
    assert_eq!(said(&excluded), none());
}

/// Which of the two a client loads is said where it is known.
#[test]
fn who_wins_of_two_with_one_name() {
    let told = |fixture: &str| -> Vec<String> {
        let all = fixture::findings(fixture);
        let own = all.lines().filter(|line| line.contains("file/duplicate-name"));
        own.filter_map(|line| Some(line.split_once(" too: ")?.1.to_owned())).collect()
    };
    let unsure = "only one of them, or cannot tell them apart";
    // An agent's name is what VS Code goes by, its file what Copilot CLI does.
    let twins = [agent(".github/agents/a.agent.md", "One"), agent(".claude/agents/a.md", "Two")].concat();
    let cli = "Copilot CLI loads only `.github/agents/a.agent.md`.";
    assert_eq!(told(&twins), [cli, cli]);
    let names = [agent(".github/agents/a.agent.md", "One"), agent(".claude/agents/b.md", "One")].concat();
    assert_eq!(told(&names)[0], format!("VS Code loads {unsure}."));
    let skill = |folder: &str| format!("//- {folder}/s/SKILL.md\n---\nname: s\ndescription: x\n---\nText\n");
    let skills = [skill(".claude/skills"), skill(".agents/skills")].concat();
    let wanted =
        format!("Copilot CLI loads only `.agents/skills/s/SKILL.md`; VS Code and GitHub load {unsure}.");
    assert_eq!(told(&skills), [wanted.as_str(), wanted.as_str()]);
    let narrowed = format!("//- segue.toml\nclients = [\"copilot-cli\"]\n{skills}");
    assert_eq!(told(&narrowed)[0], "Copilot CLI loads only `.agents/skills/s/SKILL.md`.");
    // Nothing tells two of one folder apart.
    let files = [agent(".github/agents/a.agent.md", "One"), agent(".github/agents/a.md", "Two")].concat();
    assert_eq!(told(&files)[0], format!("Copilot CLI and GitHub load {unsure}."));
}

#[test]
fn places_where_clients_do_not_look() {
    for (path, found) in [
        (".github/agents/a.agent.md", 0),
        (".github/agents/deep/a.agent.md", 1),
        (".github/prompts/a.agent.md", 1),
        ("packages/web/.github/agents/a.agent.md", 0),
        ("agents/deep/a.agent.md", 0),
        ("a.agent.md", 0),
    ] {
        let rows = said(&agent(path, "a"));
        assert_eq!(rows.len(), found, "{rows:?}");
        assert!(rows.iter().all(|row| row.contains("hint file/not-discovered `---")), "{rows:?}");
    }
    let skill = "//- .github/skills/group/s/SKILL.md\n---\nname: s\ndescription: x\n---\nText\n";
    assert_eq!(said(skill), [".github/skills/group/s/SKILL.md:1:1 hint file/not-discovered `---"]);
    let rule = "//- .github/instructions/deep/er/r.instructions.md\n---\napplyTo: '**/*.rs'\n---\nText\n";
    assert_eq!(said(rule), none());
}

/// VS Code reads instructions and rules five folders below theirs; the others as deep as they lie.
#[test]
fn instructions_that_lie_deeper_than_vscode_reads() {
    let told = |path: &str, settings: &str| -> Vec<String> {
        let key = if path.contains("rules") { "paths: ['**/*.rs']" } else { "applyTo: '**/*.rs'" };
        let rows = fixture::findings(&format!("//- {path}\n---\n{key}\n---\nText\n{settings}"));
        let own = rows.lines().filter(|row| row.contains("file/not-discovered"));
        own.filter_map(|row| Some(row.split_once("`---` ")?.1.to_owned())).collect()
    };
    assert_eq!(told(".github/instructions/1/2/3/4/5/r.instructions.md", ""), none());
    assert_eq!(told(".claude/rules/1/2/3/4/5/r.md", ""), none());
    let deeper = ".github/instructions/1/2/3/4/5/6/r.instructions.md";
    let end = "VS Code does not look so deep (5 folders are the most).";
    assert_eq!(told(deeper, ""), [format!("Copilot CLI and GitHub find this file; {end}")]);
    assert_eq!(
        told(".claude/rules/1/2/3/4/5/6/r.md", ""),
        [format!("Copilot CLI and Claude Code find this file; {end}")]
    );
    let alone = "//- segue.toml\nclients = [\"vscode\"]\n";
    let here = "VS Code does not look here: the file lies too deep in its folder (5 folders are the most).";
    assert_eq!(told(deeper, alone), [here]);
    assert_eq!(told(deeper, "//- segue.toml\nclients = [\"github\"]\n"), none());
}

/// Whoever works with one client alone hears of what it does not find, though others do.
#[test]
fn a_file_that_only_others_find_concerns_the_client_it_is_too_deep_for() {
    let told = |path: &str, client: &str| {
        let agent = format!("//- {path}\n---\ndescription: x\nzz: 1\n---\nText\n");
        let rows = fixture::findings(&format!("{agent}//- segue.toml\nclients = [\"{client}\"]\n"));
        rows.lines().filter_map(|row| row.split(' ').nth(2)).map(str::to_owned).collect::<Vec<_>>()
    };
    let deep = ".github/agents/team/a.agent.md";
    assert_eq!(told(deep, "vscode"), ["file/not-discovered", "frontmatter/unknown-key"]);
    assert_eq!(told(deep, "copilot-cli"), ["frontmatter/unknown-key"]);
    // Claude Code has nothing to do with that folder.
    assert_eq!(told(deep, "claude"), none());
    assert_eq!(told(".github/agents/a.agent.md", "claude"), none());
}

#[test]
fn old_kinds_name_their_new_path() {
    for (old, new) in [
        (".github/chatmodes/a.chatmode.md", ".github/agents/a.agent.md"),
        ("chatmodes/a.chatmode.md", "agents/a.agent.md"),
        ("lib/a.chatmode.md", "lib/a.agent.md"),
        ("a.chatmode.md", "a.agent.md"),
    ] {
        let rows = fixture::findings(&format!("//- {old}\nText\n"));
        assert!(rows.contains(&format!("information file/deprecated-kind `Text` A chat mode is a custom agent today: rename the file to `{new}`.")), "{rows}");
    }
}

#[test]
fn bodies_that_are_empty() {
    for (path, severity) in [
        (".github/prompts/p.prompt.md", "warning"),
        (".github/agents/a.agent.md", "hint"),
        (".github/instructions/r.instructions.md", "information"),
        (".github/skills/s/SKILL.md", "information"),
    ] {
        let rows = said(&format!(
            "//- {path}\n---\nname: s\ndescription: x\napplyTo: '**/*.rs'\n---\n\n<!-- later -->\n"
        ));
        assert_eq!(rows, [format!("{path}:1:1 {severity} file/empty-body `---")]);
    }
    assert_eq!(said("//- x.memory.md\n---\na: b\n---\n"), none());
    // A file that was just created.
    let rows = said("//- .github/prompts/p.prompt.md\n");
    assert!(rows.iter().all(|row| row.contains(" hint ")), "{rows:?}");
}

#[test]
fn long_bodies_matter_where_github_reads() {
    let body = "Wörter. ".repeat(3_749);
    for (path, length, found) in [
        (".github/agents/a.agent.md", "12345678", 0),
        (".github/agents/a.agent.md", "123456789", 1),
        ("agents/a.agent.md", "123456789", 0),
        (".claude/agents/a.md", "123456789", 0),
    ] {
        let rows = said(&format!("//- {path}\n---\nname: a\ndescription: x\n---\n{body}{length}"));
        assert_eq!(rows.len(), found, "{path} {} {rows:?}", length.len());
    }
}

#[test]
fn encodings() {
    let cases: [(&[u8], &str); 3] = [
        (b"---\ndescription: caf\xe9\n---\nText\n", "error"),
        (b"\xff\xfe-\0-\0-\0\n\0", "error"),
        (b"Text\0Text", "warning"),
    ];
    for (bytes, severity) in cases {
        let disk = MemoryDisk::default();
        disk.write(".github/agents/a.agent.md", bytes);
        let world = Host::open(Arc::new(disk), Options::default(), &|_| ()).snapshot();
        let (id, _) = world.primitives().next().unwrap();
        let found = diagnostics::of_file(&world, id);
        let told: Vec<_> = found.iter().map(|one| (one.code, one.severity.name())).collect();
        assert_eq!(told, [("file/encoding", severity)], "{found:?}");
        let text = world.text(id).unwrap();
        assert!(text.get(found[0].span.range()).is_some_and(|token| !token.is_empty()), "{found:?}");
    }
    let lost = "//- AGENTS.md\nOne \u{fffd} two \u{fffd}\n\n```\n\u{fffd}\n```\n";
    assert_eq!(
        said(lost),
        ["AGENTS.md:1:5 warning file/encoding `\u{fffd}", "AGENTS.md:4:1 hint file/encoding `\u{fffd}"]
    );
}

fn prompt(text: &str) -> String {
    format!("//- .github/prompts/p.prompt.md\n{text}\n")
}

#[test]
fn other_peoples_variables_are_text() {
    for text in [
        "${props => props.x} ${a.b} ${{ github.actor }} ${HOME} ${API_KEY:-none} \\${selecton}",
        "`${name}` and ```${other}```",
        "```bash\necho ${name} ${userHome}\n```",
        "${input:topic} ${input:topic:What is it about} ${selection} ${file} ${workspaceFolder}",
        "Costs $5, or ${",
        "An open ${brace of something",
        "${index + 1} ${fn()} ${items[0]}",
        "${env:HOME_OF_SOMETHING_ELSE:x}",
    ] {
        let loud: Vec<_> =
            said(&prompt(text)).into_iter().filter(|row| !row.contains(" information ")).collect();
        assert_eq!(loud, none(), "{text}");
    }
    for path in ["x.spec.md", "x.context.md", "docs/x.memory.md", "AGENTS.md"] {
        assert_eq!(said(&format!("//- {path}\nA prompt asks with ${{input:name}}.\n")), none(), "{path}");
    }
    assert_eq!(
        said(
            "//- .github/skills/s/SKILL.md\nA prompt asks with `${input:name}` or\n\n```\n${input:x}\n```\n"
        ),
        none()
    );
}

#[test]
fn variables_that_mean_nothing() {
    for (text, expected) in [
        ("${selecton}", "1:1 hint variable/unknown `${selecton}"),
        ("${topic}", "1:1 hint variable/unknown `${topic}"),
        ("${userHome}", "1:1 information variable/unknown `${userHome}"),
        ("${input:}", "1:1 warning variable/unknown `${input:}"),
        ("${input}", "1:1 warning variable/unknown `${input}"),
        ("Ask ${input:topic now", "1:5 warning variable/unclosed `${input:topic"),
    ] {
        assert_eq!(said(&prompt(text)), [format!(".github/prompts/p.prompt.md:{expected}")], "{text}");
    }
    let agent = "//- .github/agents/a.agent.md\nAsk ${input:a} and ${input:b}.\n";
    assert_eq!(
        said(agent),
        [".github/agents/a.agent.md:1:5 information variable/not-in-prompts `${input:a}"]
    );
}

#[test]
fn servers_that_are_right() {
    for (path, text) in [
        (
            ".vscode/mcp.json",
            r#"{ "servers": { "a": { "command": "x" }, "b": { "url": "https://x.example" }, "c": { "type": "sse", "url": "https://x.example" } } /* c */, }"#,
        ),
        (
            ".mcp.json",
            r#"{ "mcpServers": { "a": { "command": "x", "args": ["${Y}"] }, "b": { "type": "streamable-http", "url": "https://x.example" } } }"#,
        ),
        (
            ".github/mcp.json",
            r#"{ "mcpServers": { "b": { "url": "https://x.example" }, "w": { "serverUrl": "https://x.example" } } }"#,
        ),
        (
            ".vscode/mcp.json",
            r#"{ "inputs": [{ "id": "k", "type": "promptString" }], "servers": { "a": { "command": "x", "env": { "K": "${input:k}", "H": "${env:HOME}" } } } }"#,
        ),
        (
            ".mcp.json",
            r#"{ "mcpServers": { "a": { "command": "x", "env": { "K": "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "L": "sk-your-key-here-0123456789012345678901", "M": "Bearer ${TOKEN}", "N": "<token>", "O": "AKIAIOSFODNN7EXAMPLE" } } } }"#,
        ),
        (".vscode/mcp.json", ""),
        ("package.json", r#"{ "mcpServers": { "a": {} } }"#),
    ] {
        let loud: Vec<_> = said(&format!("//- {path}\n{text}\n"))
            .into_iter()
            .filter(|row| !text.is_empty() || !row.contains("invalid-json"))
            .collect();
        assert_eq!(loud, none(), "{text}");
    }
    let agent = "//- .github/agents/a.agent.md\n---\ndescription: x\nmcp-servers:\n  github:\n    tools: ['*']\n  a:\n    type: local\n    command: x\n  b:\n    type: http\n    url: https://x.example\n---\nText\n";
    assert_eq!(said(agent), none());
}

#[test]
fn servers_that_are_wrong() {
    for (path, text, expected) in [
        (".vscode/mcp.json", r#"{ "servers": { "a": {} } }"#, r#"1:16 error mcp/missing-command `"a""#),
        (
            ".vscode/mcp.json",
            r#"{ "servers": { "a": { "type": "http", "command": "x" } } }"#,
            r#"1:16 error mcp/missing-command `"a""#,
        ),
        (
            ".mcp.json",
            r#"{ "mcpServers": { "a": { "type": "stdio", "url": "https://x.example" } } }"#,
            r#"1:19 error mcp/missing-command `"a""#,
        ),
        (
            ".mcp.json",
            r#"{ "mcpServers": { "a": { "url": "https://x.example" } } }"#,
            r#"1:26 warning mcp/missing-type `"url""#,
        ),
        (
            ".vscode/mcp.json",
            r#"{ "servers": { "a": { "command": "x", "env": { "K": "a ${input:k}" } } } }"#,
            "1:56 warning mcp/undefined-input `${input:k}",
        ),
        (
            ".mcp.json",
            r#"{ "mcpServers": { "a": { "command": "x", "args": ["${input:y}"] } } }"#,
            "1:52 information mcp/undefined-input `${input:y}",
        ),
        (".mcp.json", "{ \"mcpServers\": {} // note\n}", "1:20 information mcp/invalid-json `// note"),
        (".mcp.json", r#"{ "mcpServers": {}, }"#, "1:19 information mcp/invalid-json `,"),
        (
            ".mcp.json",
            r#"{ "mcpServers": { "a": { "command": "x" "args": [] } } }"#,
            "1:40 error mcp/invalid-json ` ",
        ),
    ] {
        assert_eq!(said(&format!("//- {path}\n{text}\n")), [format!("{path}:{expected}")], "{text}");
    }
    let agent = "//- .github/agents/a.agent.md\n---\ndescription: x\nmcp-servers:\n  a:\n    args: ['x']\n---\nText\n";
    assert_eq!(said(agent), [".github/agents/a.agent.md:4:3 error mcp/missing-command `a"]);
}

#[test]
fn values_of_servers_have_their_types() {
    for (path, text, expected) in [
        (".mcp.json", r#"{ "mcpServers": [] }"#, &[r#"1:3 warning mcp/wrong-type `"mcpServers""#] as &[&str]),
        (".mcp.json", r#"{ "mcpServers": { "a": "npx" } }"#, &[r#"1:24 warning mcp/wrong-type `"npx""#]),
        (
            ".mcp.json",
            r#"{ "mcpServers": { "a": { "command": ["npx", "-y"] } } }"#,
            &[r#"1:26 warning mcp/wrong-type `"command""#],
        ),
        (
            ".mcp.json",
            r#"{ "mcpServers": { "a": { "command": "x", "args": "-y" } } }"#,
            &[r#"1:50 warning mcp/wrong-type `"-y""#],
        ),
        (
            ".mcp.json",
            r#"{ "mcpServers": { "a": { "command": "x", "args": ["a", ["b"]] } } }"#,
            &[r#"1:42 warning mcp/wrong-type `"args""#],
        ),
        (
            ".vscode/mcp.json",
            r#"{ "servers": { "a": { "command": "x", "args": ["--port", 80] } } }"#,
            &["1:58 warning mcp/wrong-type `80"],
        ),
        (
            ".vscode/mcp.json",
            r#"{ "inputs": {}, "servers": { "a": { "command": "x" } } }"#,
            &[r#"1:3 warning mcp/wrong-type `"inputs""#],
        ),
        (
            ".vscode/mcp.json",
            r#"{ "servers": { "a": { "command": "x", "env": ["A=b"] } } }"#,
            &[r#"1:39 warning mcp/wrong-type `"env""#],
        ),
        (
            ".vscode/mcp.json",
            r#"{ "servers": { "a": { "command": "x", "env": { "A": {} }, "cwd": 1 } } }"#,
            &[r#"1:48 warning mcp/wrong-type `"A""#, "1:66 warning mcp/wrong-type `1"],
        ),
        (
            ".vscode/mcp.json",
            r#"{ "servers": { "a": { "url": "https://x.example", "headers": "A: b" } } }"#,
            &[r#"1:62 warning mcp/wrong-type `"A: b""#],
        ),
        // Right, or nothing that a schema known here is about.
        (
            ".vscode/mcp.json",
            r#"{ "servers": { "a": { "command": "x", "env": { "A": 1, "B": null }, "args": [], "envFile": null } } }"#,
            &[],
        ),
        (
            ".mcp.json",
            r#"{ "mcpServers": { "a": { "command": "x", "args": ["--port", 80], "timeout": "1", "tools": "*", "own": [] } } }"#,
            &[],
        ),
        ("settings.json", r#"{ "mcpServers": [] }"#, &[]),
    ] {
        let expected: Vec<_> = expected.iter().map(|row| format!("{path}:{row}")).collect();
        assert_eq!(said(&format!("//- {path}\n{text}\n")), expected, "{text}");
    }
}

#[test]
fn a_secret_is_not_repeated() {
    let token = format!("gh{}_{}", "p", "k3Jq9vXw2mZt7RbY5nHd4LpC8sVf1GaE6uTi");
    let fixture = format!(
        "//- .mcp.json\n{{ \"mcpServers\": {{ \"a\": {{ \"command\": \"x\", \"args\": [\"--token={token}\"] }} }} }}\n"
    );
    let world = Host::open(Arc::new(fixture::disk(&fixture)), Options::default(), &|_| ()).snapshot();
    let (id, _) = world.primitives().next().unwrap();
    let found = diagnostics::of_file(&world, id);
    assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), ["mcp/secret"]);
    assert!(!found[0].message.contains("k3Jq"), "{}", found[0].message);
    assert_eq!(found[0].span.of(&world.text(id).unwrap()), token);
}
