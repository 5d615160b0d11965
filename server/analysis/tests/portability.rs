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
