//! What is said of headers: first what must not be, then what must.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use segue_analysis::{Host, Options, diagnostics, fixture};
use std::sync::Arc;

/// The findings of the families in question, a line each: `line:column severity code token`.
fn said(fixture: &str) -> Vec<String> {
    let families = ["frontmatter/", "file/", "variable/", "mcp/"];
    fixture::findings(fixture)
        .lines()
        .filter_map(|row| {
            let (place, rest) = row.split_once(' ')?;
            let (severity, rest) = rest.split_once(' ')?;
            let (code, rest) = rest.split_once(' ')?;
            let token = rest.split('`').nth(1)?;
            let (above, column) = place.rsplit_once(':')?;
            let (_, line) = above.rsplit_once(':')?;
            families
                .iter()
                .any(|family| code.starts_with(family))
                .then(|| format!("{line}:{column} {severity} {code} {token}"))
        })
        .collect()
}

fn header(path: &str, header: &str) -> String {
    format!("//- {path}\n---\n{header}---\n\nDo the work.\n")
}

#[track_caller]
fn check(path: &str, lines: &str, expected: &[&str]) {
    assert_eq!(said(&header(path, lines)), expected, "{path}\n{lines}");
}

const AGENT: &str = ".github/agents/a.agent.md";
const CLAUDE_AGENT: &str = ".claude/agents/a.md";
const PROMPT: &str = ".github/prompts/p.prompt.md";
const RULES: &str = ".github/instructions/r.instructions.md";
const SKILL: &str = ".github/skills/query-plans/SKILL.md";

#[test]
fn nothing_is_said_of_headers_that_are_right() {
    for (path, lines) in [
        (AGENT, "description: Writes tests\n"),
        (AGENT, "description: Writes tests\ntools: []\nagents: []\n"),
        (AGENT, "description: Writes tests\ntools: search, edit\n"),
        (AGENT, "description: >\n  Writes tests:\n  many\nuser-invocable: false\n"),
        (
            AGENT,
            "# a comment\ndescription: Writes tests # and one more\nmodel: ['A (copilot)', 'B (copilot)']\n",
        ),
        (AGENT, "description: 'It''s fine'\nmetadata:\n  any: {thing: [1, 2]}\n"),
        (AGENT, "description: Writes tests\ntarget: vscode\n"),
        (
            AGENT,
            "description: Writes tests\ntarget: github-copilot\nmcp-servers:\n  a:\n    command: x\n    args: []\n    tools: ['*']\n    whatever: [1]\n    env: {}\n",
        ),
        (
            CLAUDE_AGENT,
            "name: a\ndescription: Writes tests\ntools: Read, Grep\npermissionMode: auto\nmodel: fable\n",
        ),
        (PROMPT, "agent: ask\n"),
        (PROMPT, "description: x\nmodel: GPT-9 (copilot)\ntools: ['search']\n"),
        (RULES, "applyTo: '**/*.rs'\nexcludeAgent: code-review\ntarget-is-elsewhere: x\n"),
        (SKILL, "name: query-plans\ndescription: Reads plans\nmetadata:\n  version: '1'\nlicense: MIT\n"),
        (".claude/rules/r.md", "paths: '**/*.rs'\n"),
        (".claude/commands/c.md", "description: x\nuser-invocable: yes\nallowed-tools: Bash(git:*) Read\n"),
        // Kinds that nobody reads a header of.
        ("docs/x.context.md", "anything: goes\n"),
        ("docs/x.memory.md", "description:\nname: A B\n"),
        ("AGENTS.md", "applyTo: '**'\n"),
    ] {
        let loud: Vec<String> = said(&header(path, lines))
            .into_iter()
            .filter(|row| {
                !row.contains(" hint frontmatter/ignored-by-client ") && !row.contains("target-is-elsewhere")
            })
            .collect();
        assert_eq!(loud, Vec::<String>::new(), "{path}\n{lines}");
    }
}

#[test]
fn kinds_without_a_header_need_none() {
    for path in [
        PROMPT,
        "CLAUDE.md",
        "AGENTS.md",
        ".github/copilot-instructions.md",
        "x.spec.md",
        ".claude/commands/c.md",
    ] {
        assert_eq!(
            said(&format!("//- {path}\n# Title\n\nText\n\n---\n\nMore: text\n\n---\n")),
            Vec::<String>::new(),
            "{path}"
        );
    }
    assert_eq!(said("//- .github/agents/README.md\n# Agents\n"), Vec::<String>::new());
}

#[test]
fn shapes_of_headers() {
    for (fixture, expected) in [
        // A rule at the top of a document is no header.
        ("//- docs/a.plan.md\n---\ntitle: x\n\n# Plan\n\nText\n", vec!["1:1 hint frontmatter/unclosed ---"]),
        (
            "//- .github/agents/a.agent.md\n---\ndescription: x\n\n# A\n",
            vec!["1:1 error frontmatter/unclosed ---"],
        ),
        (
            "//- .github/agents/a.agent.md\n\n---\ndescription: x\n---\nText\n",
            vec!["2:1 warning frontmatter/not-at-start ---"],
        ),
        (
            "//- .github/prompts/a.prompt.md\nUse with care.\n\n---\ndescription: x\nagent: ask\n---\nText\n",
            vec!["3:1 warning frontmatter/not-at-start ---"],
        ),
        (
            "//- .github/prompts/a.prompt.md\n```prompt\n---\nagent: ask\n---\nText\n```\n",
            vec!["1:1 warning frontmatter/fenced "],
        ),
        ("//- docs/a.memory.md\n```yaml\n---\nname: x\n---\n```\n", vec![]),
        (
            "//- .github/copilot-instructions.md\n---\napplyTo: '**'\n---\nText\n",
            vec!["1:1 hint frontmatter/ignored-by-client ---"],
        ),
        (
            "//- .github/skills/a/SKILL.md\n# Skill\n\nText\n",
            vec!["1:1 warning frontmatter/missing-key # Skill"],
        ),
        ("//- .github/skills/a/SKILL.md\n---\n---\nText\n", vec!["1:1 warning frontmatter/missing-key ---"]),
        (
            "//- .github/agents/a.agent.md\nDo the work.\n",
            vec!["1:1 warning frontmatter/missing-key Do the work."],
        ),
    ] {
        assert_eq!(said(fixture), expected, "{fixture}");
    }
    let both = fixture::findings("//- .github/skills/a/SKILL.md\n# Skill\n\nText\n");
    assert!(both.contains("`name` and `description`"), "{both}");
}

#[test]
fn what_cannot_be_read() {
    check(AGENT, "description: x\ntools: [a, b\n", &["3:8 error frontmatter/invalid-yaml ["]);
    check(AGENT, "description: 'x\n", &["2:14 error frontmatter/invalid-yaml 'x"]);
    check(AGENT, "description: x\nname: a\nname: b\n", &["4:1 error frontmatter/duplicate-key name"]);
    check(
        AGENT,
        "description: x\nhandoffs:\n  - label: a\n    label: b\n    agent: c\n    prompt: d\n",
        &["3:1 hint frontmatter/ignored-by-client handoffs", "5:5 error frontmatter/duplicate-key label"],
    );
    check(
        AGENT,
        "description: x: y\nname: @z\n",
        &["2:14 information frontmatter/portability x: y", "3:7 information frontmatter/portability @z"],
    );
    // One finding a line, and its fix mends the line.
    check(AGENT, "description: x\nagents: [@a, *b]\n", &["3:10 information frontmatter/portability @a"]);
}

#[test]
fn a_named_client_with_a_strict_parser_makes_it_an_error() {
    for (clients, severity) in [("\"github\"", "error"), ("\"vscode\"", "information")] {
        let fixture =
            format!("//- segue.toml\nclients = [{clients}]\n{}", header(AGENT, "description: x: y\n"));
        assert_eq!(said(&fixture), [format!("2:14 {severity} frontmatter/portability x: y")], "{clients}");
    }
}

#[test]
fn keys_that_nobody_reads() {
    check(AGENT, "description: x\nmaturity: high\n", &["3:1 hint frontmatter/unknown-key maturity"]);
    check(
        AGENT,
        "description: x\nargument_hint: y\n",
        &["3:1 warning frontmatter/unknown-key argument_hint"],
    );
    check(AGENT, "Description: x\n", &["2:1 warning frontmatter/unknown-key Description"]);
    check(AGENT, "desciption: x\n", &["2:1 hint frontmatter/unknown-key desciption"]);
    check(
        AGENT,
        "description: x\nuser-invokable: true\n",
        &["3:1 warning frontmatter/unknown-key user-invokable"],
    );
    check(AGENT, "description: x\napplyTo: '**'\n", &["3:1 hint frontmatter/unknown-key applyTo"]);
    check(AGENT, "description: x\nmode: subagent\n", &["3:1 hint frontmatter/unknown-key mode"]);
    check(
        AGENT,
        "description: x\ndisallowedTools: Bash\n",
        &["3:1 hint frontmatter/ignored-by-client disallowedTools"],
    );
    check(
        SKILL,
        "name: query-plans\ndescription: x\ninfer: true\n",
        &["4:1 hint frontmatter/unknown-key infer"],
    );
    let known = header(AGENT, "description: x\nmaturity: high\nx-team: y\n");
    assert_eq!(
        said(&format!("//- segue.toml\n[known]\nkeys = [\"maturity\", \"x-*\"]\n{known}")),
        Vec::<String>::new()
    );
    check(
        AGENT,
        "description: x\ntarget: vscode\nhandoffs:\n  - label: a\n    agent: agent\n    prompt: p\n    sent: true\n",
        &["8:5 warning frontmatter/unknown-key sent"],
    );
}

#[test]
fn keys_that_a_client_passes_by() {
    let handoffs = "handoffs:\n  - label: a\n    agent: agent\n    prompt: p\n";
    check(
        AGENT,
        &format!("description: x\n{handoffs}"),
        &["3:1 hint frontmatter/ignored-by-client handoffs"],
    );
    check(AGENT, &format!("description: x\ntarget: vscode\n{handoffs}"), &[]);
    check(
        AGENT,
        &format!("description: x\ntarget: github-copilot\n{handoffs}"),
        &["4:1 information frontmatter/ignored-by-client handoffs"],
    );
    check(
        AGENT,
        "description: x\ntarget: vscode\nmcp-servers:\n  a:\n    command: b\n",
        &["4:1 information frontmatter/ignored-by-client mcp-servers"],
    );
    let named = header(AGENT, &format!("description: x\n{handoffs}"));
    assert_eq!(
        said(&format!("//- segue.toml\nclients = [\"copilot-cli\", \"vscode\"]\n{named}")),
        ["3:1 information frontmatter/ignored-by-client handoffs"]
    );
}

#[test]
fn old_keys_and_values() {
    check(PROMPT, "mode: agent\n", &["2:1 warning frontmatter/deprecated-key mode"]);
    check(PROMPT, "mode: agent\nagent: ask\n", &["2:1 warning frontmatter/deprecated-key mode"]);
    check(AGENT, "description: x\ninfer: false\n", &["3:1 warning frontmatter/deprecated-key infer"]);
    check(
        RULES,
        "applyTo: '**/*.rs'\nexcludeAgent: 'coding-agent'\n",
        &[
            "3:1 hint frontmatter/ignored-by-client excludeAgent",
            "3:15 information frontmatter/deprecated-key 'coding-agent'",
        ],
    );
}

#[test]
fn values_of_another_shape() {
    for (line, token) in [
        ("user-invocable: yes", "3:17 error frontmatter/wrong-type yes"),
        ("user-invocable: True", "3:17 error frontmatter/wrong-type True"),
        ("user-invocable: 'true'", "3:17 error frontmatter/wrong-type 'true'"),
        ("user-invocable: maybe", "3:17 error frontmatter/wrong-type maybe"),
        ("agents: '*'", "3:9 error frontmatter/wrong-type '*'"),
        ("tools: {a: b}", "3:8 error frontmatter/wrong-type {a: b}"),
        ("tools:\n  allowed:\n    - a", "3:1 error frontmatter/wrong-type tools"),
        ("tools: [[a], b]", "3:9 error frontmatter/wrong-type [a]"),
        ("name: [a]", "3:7 error frontmatter/wrong-type [a]"),
    ] {
        check(AGENT, &format!("description: x\n{line}\n"), &[token]);
    }
    check(AGENT, "description: x\ntarget: vscode\nhandoffs: [a]\n", &["4:12 error frontmatter/wrong-type a"]);
    check(
        AGENT,
        "description: x\ntarget: vscode\nhandoffs:\n  - label: a\n    agent: agent\n    prompt: p\n    send: 'yes'\n",
        &["8:11 error frontmatter/wrong-type 'yes'"],
    );
    check(
        AGENT,
        "description: x\ntarget: github-copilot\nmcp-servers:\n  a:\n    command: b\n    args: c\n    tools: []\n",
        &["7:11 warning frontmatter/wrong-type c"],
    );
    check(AGENT, "description: x\ntarget: vscode\nhooks: [a]\n", &["4:8 error frontmatter/wrong-type [a]"]);
}

#[test]
fn hooks_say_what_to_run() {
    let hooks = |lines: &str| format!("description: x\nhooks:\n  Stop:\n{lines}");
    for right in [
        "    - type: command\n      command: ./a.sh\n      cwd: x\n      env: { A: b, C: '' }\n      timeout: 20\n",
        "    - matcher: Bash\n      hooks:\n        - { type: command, bash: ./a.sh }\n        - windows: a.cmd\n",
        "    - { type: http, url: 'https://a.example' }\n",
        "    - command: x\n      somethingNew: [a]\n",
    ] {
        check(AGENT, &hooks(right), &["3:1 hint frontmatter/ignored-by-client hooks"]);
    }
    for (wrong, expected) in [
        ("    - type: command\n", "5:7 warning frontmatter/missing-key type"),
        ("    - matcher: Bash\n      hooks:\n        - cwd: x\n", "7:11 warning frontmatter/missing-key cwd"),
        ("    - command: [a, b]\n", "5:16 error frontmatter/wrong-type [a, b]"),
        ("    - command: x\n      env: A=b\n", "6:12 error frontmatter/wrong-type A=b"),
        ("    - command: x\n      timeout: soon\n", "6:16 error frontmatter/wrong-type soon"),
        ("    - matcher: a\n      hooks: x\n", "6:14 error frontmatter/wrong-type x"),
        ("    - hooks:\n        - bash: { a: b }\n", "6:17 error frontmatter/wrong-type { a: b }"),
        ("    - x.sh\n", "5:7 error frontmatter/wrong-type x.sh"),
    ] {
        check(AGENT, &hooks(wrong), &["3:1 hint frontmatter/ignored-by-client hooks", expected]);
    }
    // Claude Code has forms of its own.
    check(CLAUDE_AGENT, &format!("name: a\n{}", hooks("    - type: agent\n")), &[]);
}

#[test]
fn values_that_are_none() {
    check(AGENT, "description: x\ntarget: vs-code\n", &["3:9 error frontmatter/invalid-value vs-code"]);
    check(AGENT, "description: x\ntarget: '{{target}}'\n", &[]);
    check(
        AGENT,
        "description: x\nreasoning-effort: extreme\n",
        &["3:19 warning frontmatter/invalid-value extreme"],
    );
    check(
        CLAUDE_AGENT,
        "name: a\ndescription: x\nmemory: team\n",
        &["4:9 warning frontmatter/invalid-value team"],
    );
    check(SKILL, "name: Query Plans\ndescription: x\n", &["2:7 error frontmatter/invalid-value Query Plans"]);
    check(
        SKILL,
        "name: query_plans\ndescription: x\ncontext: spoon\n",
        &["2:7 error frontmatter/invalid-value query_plans", "4:10 warning frontmatter/invalid-value spoon"],
    );
}

#[test]
fn values_that_are_empty_or_long() {
    check(
        AGENT,
        "description:\nname: ''\n",
        &["2:1 warning frontmatter/empty-value description", "3:1 warning frontmatter/empty-value name"],
    );
    check(AGENT, "description: x\nmaturity:\n", &["3:1 hint frontmatter/unknown-key maturity"]);
    // Counted in characters: three bytes each would be far beyond the limit.
    check(SKILL, &format!("name: query-plans\ndescription: {}\n", "界".repeat(1024)), &[]);
    let long = "界".repeat(1025);
    check(
        SKILL,
        &format!("name: query-plans\ndescription: {long}\n"),
        &[&format!("3:14 warning frontmatter/too-long {long}")],
    );
    check(
        SKILL,
        &format!("name: query-plans\ndescription: >\n  {long}\n"),
        &["3:1 warning frontmatter/too-long description"],
    );
}

/// The first file of a fixture after the first fix of the first finding of that code; and whether it is safe.
fn fixed(fixture: &str, code: &str) -> (String, bool) {
    let world = Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ()).snapshot();
    let (id, _) = world.primitives().next().unwrap();
    let found = diagnostics::of_file(&world, id);
    let fix = found.iter().filter(|one| one.code == code).find_map(|one| one.fixes.first()).expect(code);
    let mut text = world.text(id).unwrap().to_string();
    for edit in fix.edits.iter().rev() {
        text.replace_range(edit.span.range(), &edit.insert);
    }
    (text, fix.safe)
}

#[test]
fn fixes_write_what_was_meant() {
    for (path, before, code, after, safe) in [
        (
            AGENT,
            "infer: false\n",
            "deprecated-key",
            "user-invocable: false\ndisable-model-invocation: true\n",
            false,
        ),
        (AGENT, "infer: true\nname: x\n", "deprecated-key", "name: x\n", false),
        (PROMPT, "'mode': ask # why\n", "deprecated-key", "agent: ask # why\n", true),
        (
            RULES,
            "excludeAgent: \"coding-agent\"\n",
            "deprecated-key",
            "excludeAgent: \"cloud-agent\"\n",
            true,
        ),
        (RULES, "excludeAgent: [coding-agent]\n", "deprecated-key", "excludeAgent: [cloud-agent]\n", true),
        (AGENT, "agents: '*'\n", "wrong-type", "agents: ['*']\n", false),
        (AGENT, "agents: a, b\n", "wrong-type", "agents: ['a', 'b']\n", false),
        (AGENT, "name: [a, b]\n", "wrong-type", "name: 'a, b'\n", false),
        (AGENT, "user-invocable: No\n", "wrong-type", "user-invocable: false\n", true),
        (AGENT, "name: x: y\n", "portability", "name: 'x: y'\n", true),
        (AGENT, "name: it's: y\n", "portability", "name: \"it's: y\"\n", true),
        (AGENT, "name: it's: \"y\"\n", "portability", "name: 'it''s: \"y\"'\n", false),
        (AGENT, "agents: [@a, *b]\n", "portability", "agents: ['@a', '*b']\n", true),
        (AGENT, "name: a\nname: b\n", "duplicate-key", "name: a\n", false),
        (AGENT, "name: a\nname: >\n  b\n  c\ntools: []\n", "duplicate-key", "name: a\ntools: []\n", false),
        (AGENT, "target: vs-code\n", "invalid-value", "target: vscode\n", false),
        (SKILL, "name: 'Query Plans'\n", "invalid-value", "name: 'query-plans'\n", true),
        (SKILL, "name: Plans of Queries\n", "invalid-value", "name: query-plans\n", false),
        (AGENT, "user-invokable: true\n", "unknown-key", "user-invocable: true\n", true),
        (AGENT, "argumentHint: x\n", "unknown-key", "argument-hint: x\n", false),
    ] {
        let (text, is_safe) = fixed(&header(path, before), &format!("frontmatter/{code}"));
        assert_eq!(
            (text.as_str(), is_safe),
            (format!("---\n{after}---\n\nDo the work.\n").as_str(), safe),
            "{before}"
        );
    }
}

#[test]
fn headers_move_to_the_top() {
    let header = "---\r\nagent: ask\r\n---\r\n";
    for (before, rest, after, safe) in [
        ("<!-- a\r\nb -->\r\n", "Text\r\n", "<!-- a\r\nb -->\r\nText\r\n", true),
        ("\r\n \r\n", "Text\r\n", "Text\r\n", true),
        ("Use with care.\r\n\r\n", "Text", "Use with care.\r\n\r\nText", false),
    ] {
        let fixture = format!("//- {PROMPT}\n{before}{header}{rest}");
        assert_eq!(
            fixed(&fixture, "frontmatter/not-at-start"),
            (format!("{header}{after}"), safe),
            "{before:?}"
        );
    }
    let unclosed = format!("//- {AGENT}\n---\ndescription: x\n\n# A\n");
    let (text, safe) = fixed(&unclosed, "frontmatter/unclosed");
    assert!(!safe && text.starts_with("---\ndescription: x\n---\n"), "{text:?}");
}

#[test]
fn infer_is_rewritten_as_each_client_read_it() {
    use segue_analysis::{Host, Options, diagnostics, fixture};
    let titles = |target: &str, value: &str| {
        let disk = fixture::MemoryDisk::default();
        let text = format!("---\ndescription: Reads\n{target}infer: {value}\n---\nRead.\n");
        disk.write(".github/agents/a.agent.md", text);
        let world = Host::open(std::sync::Arc::new(disk), Options::default(), &|_| ()).snapshot();
        let (id, _) = world.file_at(".github/agents/a.agent.md").expect("the agent");
        let findings = diagnostics::of_file(&world, id);
        let of_infer = findings.into_iter().find(|finding| finding.code == "frontmatter/deprecated-key");
        let fixes = of_infer.map(|finding| finding.fixes).unwrap_or_default();
        fixes.into_iter().map(|fix| fix.title).collect::<Vec<_>>()
    };
    let (both, one) =
        ("`user-invocable: false` and `disable-model-invocation: true`", "`disable-model-invocation: true`");
    assert_eq!(
        titles("", "false"),
        [
            format!("Rewrite as {both}, as VS Code reads it"),
            format!("Rewrite as {one}, as Copilot CLI and GitHub read it"),
        ]
    );
    assert_eq!(titles("target: github-copilot\n", "false"), [format!("Rewrite as {one}")]);
    assert_eq!(titles("target: vscode\n", "false"), [format!("Rewrite as {both}")]);
    assert_eq!(titles("", "true"), ["Remove `infer`"]);
}
