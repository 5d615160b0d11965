//! What each client makes of a file is said for the clients that the file is for: those that find it where
//! it lies, less what `target` and the settings leave out. Whoever is named gets information, else hints.

#![allow(clippy::unwrap_used)]

use segue_analysis::fixture;

/// The codes of the family that tell clients apart.
const CODES: &[&str] = &["frontmatter/ignored-by-client", "tool/client", "model/", "frontmatter/portability"];

/// `severity code token message` of a file, with `clients` in the settings where they are named.
fn said(path: &str, header: &str, clients: &[&str]) -> Vec<String> {
    let mut text = format!("//- {path}\n---\n{header}\n---\nText\n");
    if !clients.is_empty() {
        text.push_str(&format!("//- segue.toml\nclients = {clients:?}\n"));
    }
    let rows = fixture::findings(&text);
    let own = rows.lines().filter(|row| CODES.iter().any(|code| row.contains(code)));
    own.map(|row| row.split_once(' ').unwrap().1.to_owned()).collect()
}

const AGENT: &str = ".github/agents/a.agent.md";

#[test]
fn keys_that_a_client_drops_are_told_for_the_clients_of_the_file() {
    let handoffs = "description: d\nhandoffs:\n  - { label: Go, agent: ask, prompt: x }";
    let ignored = |severity: &str, who: &str| {
        let verb = if who.contains("and") { "ignore" } else { "ignores" };
        vec![format!("{severity} frontmatter/ignored-by-client `handoffs` {who} {verb} `handoffs`.")]
    };
    assert_eq!(said(AGENT, handoffs, &[]), ignored("hint", "Copilot CLI and GitHub"));
    assert_eq!(said(AGENT, handoffs, &["vscode"]), Vec::<String>::new());
    assert_eq!(said(AGENT, handoffs, &["github"]), ignored("information", "GitHub"));
    assert_eq!(said(AGENT, handoffs, &["vscode", "copilot-cli"]), ignored("information", "Copilot CLI"));
    // The header names clients too.
    assert_eq!(said(AGENT, &format!("target: vscode\n{handoffs}"), &[]), Vec::<String>::new());
    let github = format!("target: github-copilot\n{handoffs}");
    assert_eq!(said(AGENT, &github, &[]), ignored("information", "Copilot CLI and GitHub"));
    assert_eq!(said(AGENT, &github, &["github", "vscode"]), ignored("information", "GitHub"));
    // So does the place: only Copilot CLI looks so deep.
    assert_eq!(said(".github/agents/deep/a.agent.md", handoffs, &[]), ignored("hint", "Copilot CLI"));

    let servers = "description: d\nmcp-servers: { x: { command: y } }";
    let vscode = "hint frontmatter/ignored-by-client `mcp-servers` VS Code ignores `mcp-servers`.";
    assert_eq!(said(AGENT, servers, &[]), [vscode]);
    assert_eq!(said(AGENT, servers, &["github", "copilot-cli"]), Vec::<String>::new());
}

#[test]
fn keys_of_the_other_dialect_are_told_alike() {
    let header = "name: b\ndescription: d\nhandoffs: []";
    let told = |clients: &[&str]| said(".claude/agents/b.md", header, clients).concat();
    let of = "`handoffs` is a key of a custom agent;";
    assert_eq!(
        told(&[]),
        format!(
            "hint frontmatter/ignored-by-client `handoffs` {of} VS Code, Copilot CLI and Claude Code ignore it here."
        )
    );
    assert_eq!(
        told(&["claude"]),
        format!("information frontmatter/ignored-by-client `handoffs` {of} Claude Code ignores it here.")
    );
}

#[test]
fn tools_and_models_are_told_for_the_same_clients() {
    let tools = "description: d\ntools: ['search/codebase', 'Bash']";
    let one = |clients: &[&str]| said(AGENT, tools, clients);
    assert_eq!(one(&[]), ["hint tool/client `Bash` `Bash` means nothing to VS Code."]);
    assert_eq!(
        one(&["github"]),
        ["information tool/client `search/codebase` `search/codebase` means nothing to GitHub."]
    );
    assert_eq!(one(&["vscode"]), ["information tool/client `Bash` `Bash` means nothing to VS Code."]);

    // Claude Code's words for models are right where it finds the file, whoever is named.
    let skill = "name: s\ndescription: d\nmodel: sonnet";
    let model = |folder: &str, clients: &[&str]| {
        let rows = said(&format!("{folder}/s/SKILL.md"), skill, clients);
        rows.iter().filter(|row| row.contains("model/unknown")).count()
    };
    assert_eq!(model(".claude/skills", &[]), 0);
    assert_eq!(model(".claude/skills", &["copilot-cli"]), 0);
    assert_eq!(model(".github/skills", &[]), 1);
}

#[test]
fn a_header_that_only_some_can_read_is_an_error_for_who_cannot() {
    let header = "description: d\napplyTo: **/*.md";
    let severity = |clients: &[&str]| -> Vec<String> {
        let rows = said(".github/instructions/i.instructions.md", header, clients);
        rows.iter().map(|row| row.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
    };
    assert_eq!(severity(&[]), ["information frontmatter/portability"]);
    assert_eq!(severity(&["vscode"]), ["information frontmatter/portability"]);
    assert_eq!(severity(&["github"]), ["error frontmatter/portability"]);
}

/// What is said of a file for these clients alone, without its place.
fn rows(path: &str, text: &str, clients: &[&str]) -> Vec<String> {
    let fixture = format!("//- {path}\n{text}//- segue.toml\nclients = {clients:?}\n");
    let rows = fixture::findings(&fixture);
    rows.lines().filter_map(|row| Some(row.split_once(' ')?.1.to_owned())).collect()
}

#[test]
fn what_is_required_is_so_for_somebody() {
    let agent = "---\nname: a\n---\nText\n";
    let missing = |clients: &[&str]| rows(AGENT, agent, clients).concat();
    assert!(missing(&["github"]).starts_with("warning frontmatter/missing-key"), "{}", missing(&["github"]));
    assert!(missing(&["github", "copilot-cli"]).contains("for Copilot CLI and GitHub"));
    assert!(
        missing(&["vscode"]).starts_with("information frontmatter/missing-key"),
        "{}",
        missing(&["vscode"])
    );
    let skill = "---\ndescription: d\n---\nText\n";
    let path = ".claude/skills/s/SKILL.md";
    assert!(rows(path, skill, &["vscode"]).concat().starts_with("warning"), "VS Code warns of it");
    assert!(rows(path, skill, &["claude"]).concat().starts_with("information"), "Claude Code does without");

    let servers = "---\ndescription: d\nmcp-servers:\n  x:\n    command: y\n---\nText\n";
    let told = "information frontmatter/missing-key `x` GitHub needs `tools` here.";
    assert_eq!(rows(AGENT, servers, &["github"]), [told]);
    assert_eq!(rows(AGENT, servers, &["copilot-cli"]), Vec::<String>::new());
}

#[test]
fn forms_and_limits_are_those_of_a_client() {
    let skill = |name: &str, rest: &str| format!("---\nname: {name}\ndescription: d\n{rest}---\nText\n");
    let path = ".claude/skills/my-skill/SKILL.md";
    let wrong = |clients: &[&str]| {
        rows(path, &skill("my:skill", ""), clients).iter().filter(|row| row.contains("may have")).count()
    };
    assert_eq!((wrong(&["vscode"]), wrong(&["copilot-cli"]), wrong(&["claude"])), (1, 0, 0));

    let long = format!("compatibility: {}\n", "x".repeat(501));
    let told = rows(path, &skill("my-skill", &long), &["vscode", "claude"]);
    assert!(told.iter().any(|row| row.contains("refused by Claude Code.")), "{told:?}");
    assert!(!rows(path, &skill("my-skill", &long), &["vscode"]).iter().any(|row| row.contains("too-long")));

    let both = |length: usize| {
        let text = skill("my-skill", &format!("when_to_use: {}\n", "x".repeat(length)));
        rows(path, &text, &["claude"]).iter().filter(|row| row.contains("together")).count()
    };
    assert_eq!((both(1535), both(1536)), (0, 1));

    let agent = "---\nname: 'a:b'\ndescription: d\n---\nText\n";
    let told = rows(".claude/agents/a.md", agent, &["claude"]).concat();
    assert!(told.contains("`a:b`: name must not have a colon."), "{told}");
}

#[test]
fn values_and_shapes_that_one_client_knows() {
    let agent = "---\nname: a\ndescription: d\npermissionMode: auto\n---\nText\n";
    let path = ".claude/agents/a.md";
    let told = "information frontmatter/invalid-value `auto` VS Code does not know `auto` as a value of `permissionMode`.";
    assert_eq!(rows(path, agent, &["vscode"]), [told]);
    assert_eq!(rows(path, agent, &["vscode", "claude"]), Vec::<String>::new());

    let rule = "---\npaths: '*.md'\n---\nText\n";
    let wrong = |clients: &[&str]| {
        let rows = rows(".claude/rules/a.md", rule, clients);
        rows.into_iter().find(|row| row.contains("apply-to/wrong-type")).unwrap_or_default()
    };
    assert!(wrong(&["vscode"]).starts_with("error"), "{}", wrong(&["vscode"]));
    assert_eq!(wrong(&["claude"]), "");

    // The names of servers and servers themselves stand side by side.
    let servers = "---\nname: a\ndescription: d\ntools: mcp__own__x\nmcpServers:\n  - known\n  - own:\n      command: y\n---\nText\n";
    let text = rows(path, servers, &["claude"]).concat();
    assert!(!text.contains("wrong-type") && !text.contains("server-unknown"), "{text}");
}

#[test]
fn types_of_servers_are_those_of_the_clients_of_a_file() {
    let file = |kind: &str| {
        format!(
            "{{ \"mcpServers\": {{ \"x\": {{ \"type\": \"{kind}\", \"command\": \"y\", \"url\": \"https://y.dev\" }} }} }}\n"
        )
    };
    let told = |path: &str, kind: &str| rows(path, &file(kind), &["copilot-cli", "claude"]);
    assert_eq!(told(".mcp.json", "ws"), Vec::<String>::new());
    let wrong = told(".mcp.json", "stdoi").concat();
    assert!(
        wrong.contains("mcp/wrong-type") && wrong.contains("`stdoi` is no type of a server here"),
        "{wrong}"
    );
    assert!(
        told(".github/mcp.json", "ws").concat().contains("`ws` is no type"),
        "Claude Code does not read it"
    );
}
