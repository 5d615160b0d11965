//! What servers told of their tools, as a user meets it: in completion, in hovers, in findings, and not at
//! all where it is about another configuration.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use segue_analysis::features::completion::{Request, completion};
use segue_analysis::features::{hover, shown};
use segue_analysis::live::LiveTools;
use segue_analysis::{Change, Host, Options, World, diagnostics, fixture, servers};
use segue_catalog::Answerers;
use std::sync::Arc;

const DAY: u64 = 1_795_219_200;

const SERVERS: &str = "//- .vscode/mcp.json
{ \"servers\": { \"files\": { \"command\": \"files-server\", \"args\": [\"--root\", \".\"] } } }
";

/// What `files` told, with more of the answer.
fn answer(more: &str) -> String {
    format!(
        r#"{{"version": 1, "asked": {DAY}, {more} "tools": [
            {{"name": "read_file", "title": "Read", "description": "Reads a <b>file</b>. ![x](http://y)", "read_only": true,
              "arguments": [{{"name": "path", "kind": "string", "required": true, "description": "Where"}}]}},
            {{"name": "write.file", "destructive": true, "read_only": false}}]}}"#
    )
}

/// The workspace, where every server of the name `files` told that.
fn world(fixture: &str, told: &str) -> Arc<World> {
    let mut host = Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ());
    let mut live = LiveTools::default();
    for server in servers::all(&host.snapshot()).iter().filter(|server| &*server.name == "files") {
        live.take(&server.fingerprint(), told.as_bytes());
    }
    assert!(!live.is_empty());
    let effects = host.apply([Change::Live(Arc::new(live.clone()))]);
    assert!(effects.everything);
    let again = host.apply([Change::Live(Arc::new(live))]);
    assert!(!again.everything, "nothing is new");
    let first = fixture::files(fixture, "").remove(0);
    host.apply([Change::Buffer { path: first.path, text: first.text.into(), version: None }]);
    host.snapshot()
}

fn agent(tools: &str) -> String {
    format!("//- .github/agents/a.agent.md\n---\ndescription: d\ntools: {tools}\n---\nText\n{SERVERS}")
}

fn findings(world: &World, path: &str) -> Vec<String> {
    let id = world.id(path).unwrap();
    let text = world.text(id).unwrap();
    let all = diagnostics::of_file(world, id).into_iter().filter(|finding| finding.code.starts_with("tool/"));
    all.map(|own| {
        let fix = own.fixes.first().map(|fix| format!(" → {}", fix.edits[0].insert)).unwrap_or_default();
        format!("{} {} {} {}{fix}", own.severity.name(), own.code, own.span.of(&text), own.message)
    })
    .collect()
}

fn of_agent(tools: &str, told: &str) -> Vec<String> {
    findings(&world(&agent(tools), told), ".github/agents/a.agent.md")
}

#[test]
fn a_tool_that_the_server_does_not_have_is_told() {
    assert_eq!(of_agent("['files/read_file', 'files/*']", &answer("")), Vec::<String>::new());
    assert_eq!(
        of_agent("['files/raed_file']", &answer("")),
        [
            "warning tool/not-in-server files/raed_file `files` told of no tool `raed_file` when it was asked on \
          2026-11-21. Did you mean `files/read_file`? → files/read_file"
        ]
    );
    assert_eq!(
        of_agent("['files/other']", &answer("")),
        [
            "warning tool/not-in-server files/other `files` told of no tool `other` when it was asked on 2026-11-21."
        ]
    );
    assert_eq!(
        of_agent("['files/other']", &answer("\"dynamic\": true,")),
        [
            "hint tool/not-in-server files/other `files` told of no tool `other` when it was asked on 2026-11-21, and \
          its list may change."
        ]
    );
    // Of a list that was cut nobody knows the end.
    assert_eq!(of_agent("['files/other']", &answer("\"cut\": true,")), Vec::<String>::new());
    let body = format!("//- a.prompt.md\n---\ndescription: d\n---\nUse #tool:files/other now.\n{SERVERS}");
    let found = findings(&world(&body, &answer("")), "a.prompt.md");
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn claude_spells_it_another_way() {
    let claude = |tools: &str| {
        let file =
            format!("//- .claude/agents/a.md\n---\nname: a\ndescription: d\ntools: {tools}\n---\nText\n");
        let server = "//- .mcp.json\n{ \"mcpServers\": { \"files\": { \"command\": \"files-server\" } } }\n";
        findings(&world(&format!("{file}{server}"), &answer("")), ".claude/agents/a.md")
    };
    for tools in ["mcp__files__read_file, mcp__files__write_file", "mcp__files", "mcp__files__*"] {
        assert_eq!(claude(tools), Vec::<String>::new(), "{tools}");
    }
    assert_eq!(
        claude("mcp__files__read_fiel"),
        [
            "warning tool/not-in-server mcp__files__read_fiel `files` told of no tool `read_fiel` when it was asked on \
          2026-11-21. Did you mean `mcp__files__read_file`? → mcp__files__read_file"
        ]
    );
}

/// Each of these says that another answer would be needed.
#[test]
fn nothing_is_said_of_what_was_not_asked() {
    let path = ".github/agents/a.agent.md";
    let mut host =
        Host::open(Arc::new(fixture::disk(&agent("['files/other']"))), Options::default(), &|_| ());
    let mut live = LiveTools::default();
    live.take(&servers::all(&host.snapshot())[0].fingerprint(), answer("").as_bytes());
    host.apply([Change::Live(Arc::new(live))]);
    assert_eq!(findings(&host.snapshot(), path).len(), 1);
    let write = |host: &mut Host, path: &str, text: &str| {
        host.apply([Change::Buffer { path: path.to_owned(), text: text.into(), version: None }]);
    };
    // The same in another order, with another limit on tools: still the configuration that was asked.
    write(
        &mut host,
        ".vscode/mcp.json",
        r#"{ "servers": { "files": { "args": ["--root", "."], "command": "files-server", "tools": ["*"] } } }"#,
    );
    assert_eq!(findings(&host.snapshot(), path).len(), 1);
    // Another argument.
    write(
        &mut host,
        ".vscode/mcp.json",
        r#"{ "servers": { "files": { "command": "files-server", "args": ["--root", "/"] } } }"#,
    );
    assert_eq!(findings(&host.snapshot(), path), Vec::<String>::new());
    host.apply([Change::Closed(".vscode/mcp.json".to_owned())]);
    // A second server of that name, which nobody asked.
    write(&mut host, ".mcp.json", r#"{ "mcpServers": { "files": { "command": "another" } } }"#);
    assert_eq!(findings(&host.snapshot(), path), Vec::<String>::new());
    write(&mut host, ".mcp.json", "{}");
    assert_eq!(findings(&host.snapshot(), path).len(), 1);
    // The team wants what CI sees.
    write(&mut host, "segue.toml", "userFiles = false\n");
    assert_eq!(findings(&host.snapshot(), path), Vec::<String>::new());
}

fn proposed(header: &str, body: &str) -> Vec<String> {
    let marked = format!("---\ndescription: d\n{header}---\n{body}\n");
    let offset = marked.find('‸').unwrap();
    let text = marked.replace('‸', "");
    let path = ".github/agents/a.agent.md";
    let world = world(&format!("//- {path}\n{text}{SERVERS}"), &answer(""));
    let editor = Answerers::default();
    let found =
        completion(Request { world: &world, path, text: &text, offset: offset.try_into().unwrap(), editor });
    found.proposals.into_iter().map(|own| own.label).filter(|label| label.contains("files/")).collect()
}

#[test]
fn tools_that_were_told_are_proposed() {
    let all = ["files/*", "files/read_file", "files/write.file"];
    assert_eq!(proposed("tools: ['files/‸']\n", ""), all);
    assert_eq!(proposed("tools: [‸]\n", ""), all);
    assert_eq!(proposed("tools: ['files/read_file', files/‸]\n", ""), ["files/write.file"]);
    assert_eq!(proposed("tools: ['files/*', ‸]\n", ""), Vec::<String>::new());
    assert_eq!(proposed("", "Use #tool:files/‸"), all);
    assert_eq!(proposed("tools: ['files/read_file']\n", "Use #tool:‸"), ["files/read_file"]);
    assert_eq!(proposed("tools: ['files/*']\n", "Use #tool:files/‸"), all);
}

#[test]
fn a_hover_says_what_the_server_told() {
    let world =
        world(&agent("['files/read_file', 'files/write.file', 'files/*']"), &answer("\"dynamic\": true,"));
    let path = ".github/agents/a.agent.md";
    let view = shown::View { open: true, complete: true, editor: Answerers::default() };
    let shown = shown::of_file(&world, path, view).unwrap();
    let card = |token: &str| {
        let start = shown.text.find(token).unwrap();
        let offset = start + token.len() - 1;
        let found = hover::at(&world, path, &shown, offset.try_into().unwrap(), Answerers::NONE);
        found.unwrap_or_else(|| panic!("nothing about {token}")).markdown
    };
    let read = card("files/read_file");
    let expected = "**files/read_file** · tool of an MCP server\n\nSays of itself: read-only.\n\nRead\n\n\
        Reads a \\<b>file\\</b>. \\!\\[x\\](http://y)\n\nArguments:\n\n- `path` string, required: Where\n\n\
        Asked on 2026-11-21. Its list may change.";
    assert!(read.starts_with(expected), "{read}");
    assert!(card("files/write.file").contains("Says of itself: may destroy something."));
    let server = card("files/*");
    assert!(server.contains("Tools: `read_file`, `write.file`\n\nAsked on 2026-11-21."), "{server}");
}
