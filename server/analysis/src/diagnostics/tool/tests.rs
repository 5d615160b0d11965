//! What a user sees of `tool/*`: false alarms first, then every sentence of the rules.

use crate::diagnostics::{Edit, Finding, of_file};
use crate::{Host, Options, fixture};
use std::sync::Arc;

/// The findings of this family on a workspace, as `severity code token`.
fn of(fixture: &str) -> Vec<String> {
    fixture::findings(fixture)
        .lines()
        .filter(|line| line.contains(" tool/"))
        .map(|line| {
            let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
            let end = rest.match_indices('`').nth(1).map_or(rest.len(), |(at, _)| at);
            rest[..end].replace("tool/", "").replace('`', "")
        })
        .collect()
}

/// The same on a prompt, which VS Code alone reads.
fn prompt(tools: &str) -> Vec<String> {
    of(&format!("//- p.prompt.md\n---\ndescription: d\ntools: {tools}\n---\nText\n"))
}

/// The same on an agent that VS Code, Copilot CLI and GitHub read.
fn agent(tools: &str) -> Vec<String> {
    of(&format!("//- .github/agents/a.agent.md\n---\ndescription: d\ntools: {tools}\n---\nText\n"))
}

fn claude(tools: &str) -> Vec<String> {
    of(&format!("//- .claude/agents/a.md\n---\nname: a\ndescription: d\ntools: {tools}\n---\nText\n"))
}

fn skill(tools: &str) -> Vec<String> {
    of(&format!(
        "//- .claude/skills/a/SKILL.md\n---\nname: a\ndescription: d\nallowed-tools: {tools}\n---\nText\n"
    ))
}

const NONE: [String; 0] = [];

/// The first file of a workspace with all safe fixes of its findings applied at once, and the titles of
/// all fixes.
fn fixed(fixture: &str) -> (String, Vec<String>) {
    let files = fixture::files(fixture, "");
    let host = Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ());
    let world = host.snapshot();
    let id = world.id(&files[0].path).unwrap();
    let findings: Vec<Finding> =
        of_file(&world, id).into_iter().filter(|finding| finding.code.starts_with("tool/")).collect();
    let titles = findings.iter().flat_map(|finding| &finding.fixes).map(|fix| fix.title.clone()).collect();
    let safe = findings.iter().filter_map(|finding| finding.fixes.iter().find(|fix| fix.safe));
    let mut edits: Vec<&Edit> = safe.flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.span);
    for pair in edits.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "{:?} overlaps {:?}", pair[0], pair[1]);
    }
    let mut text = files[0].text.clone();
    for edit in edits.into_iter().rev() {
        text.replace_range(edit.span.range(), &edit.insert);
    }
    (text, titles)
}

fn header(value: &str) -> String {
    format!("//- p.prompt.md\n---\ndescription: d\n{value}\n---\nText\n")
}

/// What the safe fixes make of a value of a prompt.
fn mended(value: &str) -> String {
    let (text, _) = fixed(&header(value));
    let text = text.strip_prefix("---\ndescription: d\n").unwrap();
    text.strip_suffix("\n---\nText\n").unwrap().to_owned()
}

#[test]
fn what_is_right_stays_silent() {
    for tools in [
        "['search', 'edit/editFiles', 'web/fetch', 'todo', 'agent']",
        "search, read, 'execute'",
        "[]",
        "",
        "[github/*, playwright/browser_click]",
        "['vscodeTasks/runTask', vscode/VSCodeAPI, vscode/vscodeAPI2]",
        "['<tool>', '{{tools}}', '...']",
        "\n  search: true",
        "['search/codebase', [x]]",
    ] {
        let found: Vec<String> = prompt(tools).into_iter().filter(|row| !row.starts_with("hint")).collect();
        assert_eq!(found, NONE, "{tools}");
    }
    assert_eq!(prompt("['search', 'edit/editFiles']"), NONE);
    assert_eq!(agent("['execute', 'read', 'edit', 'search', 'agent', 'web', 'todo', 'github/*']"), NONE);
    // No client reads a header that is not at the start, or never closed.
    assert_eq!(of("//- p.prompt.md\nText\n---\ntools: [codebase]\n---\n"), NONE);
    assert_eq!(of("//- p.prompt.md\n---\ntools: [codebase]\nText\n"), NONE);
    // Workflows have tools of their own.
    assert_eq!(of("//- .github/workflows/w.md\n---\non: push\ntools:\n  serach:\n---\nText\n"), NONE);
}

#[test]
fn what_nobody_can_verify_is_a_hint_and_one_a_line() {
    assert_eq!(prompt("[terminal, context7, get_issue]"), ["hint unknown terminal"]);
    assert_eq!(prompt("\n  - terminal\n  - context7"), ["hint unknown terminal", "hint unknown context7"]);
    assert_eq!(prompt("[acme.tools/run, terminal]"), ["hint server-unknown acme.tools/run"]);
    assert_eq!(prompt("[Microsoft Docs]"), ["hint unknown Microsoft Docs"]);
    assert_eq!(prompt("[search/*]"), ["hint unknown search/*"]);
    assert_eq!(prompt("[execute/getTaskOutput]"), ["hint unknown execute/getTaskOutput"]);
    // The words are near, but other words.
    for name in ["match", "research", "patch", "reads", "websearch2", "runInTerminal2"] {
        assert_eq!(prompt(&format!("[{name}]")), [format!("hint unknown {name}")]);
    }
}

#[test]
fn words_of_other_clients_are_never_unknown() {
    for name in
        ["Bash", "Read", "Grep", "view", "str_replace_editor", "Task", "WebFetch", "websearch", "Search"]
    {
        assert_eq!(prompt(&format!("[{name}]")), [format!("hint client {name}")]);
    }
    assert_eq!(agent("[Bash, Read]"), ["hint client Bash"]);
    assert_eq!(agent("[search/codebase, edit/editFiles]"), ["hint client search/codebase"]);
    assert_eq!(agent("[shell]"), ["hint deprecated shell"]);
    assert_eq!(prompt("[shell]"), ["information deprecated shell"]);
}

#[test]
fn clients_that_are_set_are_told_of_every_name() {
    let workspace = |clients: &str| {
        format!(
            "//- .github/agents/a.agent.md\n---\ndescription: d\ntools: [web, search/codebase, Bash, codebase]\n---\nText\n//- segue.toml\nclients = [{clients}]\n"
        )
    };
    assert_eq!(of(&workspace("\"vscode\"")), ["information client Bash", "information deprecated codebase"]);
    let all = of(&workspace("\"vscode\", \"github\""));
    assert!(all.contains(&"information client web".to_owned()), "{all:?}");
    assert!(all.contains(&"information client search/codebase".to_owned()), "{all:?}");
    // Old names of VS Code are nobody's business where it does not read.
    let github = of(&workspace("\"github\""));
    assert!(!github.iter().any(|row| row.contains("deprecated")), "{github:?}");
}

#[test]
fn slips_are_warnings() {
    for (name, now) in [
        ("serach", "search"),
        ("Codebase", "search/codebase"),
        ("editfiles", "edit/editFiles"),
        ("usage", "search/usages"),
        ("runInTermnial", "execute/runInTerminal"),
        ("search/codebse", "search/codebase"),
        ("edit/editfiles", "edit/editFiles"),
        ("read/readFiles", "read/readFile"),
        ("serach/codebase", "search/codebase"),
        ("serach/codebse", "search/codebase"),
        ("Edit/editFiles", "edit/editFiles"),
        ("vs-code/runCommand", "vscode/runCommand"),
        ("runCommand/runInTerminal", "execute/runInTerminal"),
    ] {
        assert_eq!(prompt(&format!("[{name}]")), [format!("warning unknown {name}")]);
        let (_, titles) = fixed(&header(&format!("tools: [{name}]")));
        assert_eq!(titles, [format!("Replace by `{now}`")]);
    }
}

#[test]
fn what_may_be_a_server_is_no_slip() {
    for name in [
        "editor/editFiles",
        "reader/readFile",
        "searcher/codebase",
        "webs/fetch",
        "serach/find",
        "tools/codebase",
    ] {
        assert_eq!(prompt(&format!("[{name}]")), [format!("hint server-unknown {name}")]);
    }
    let server = "//- .vscode/mcp.json\n{ \"servers\": { \"serach\": { \"command\": \"x\" } } }\n";
    let both = format!("//- p.prompt.md\n---\ndescription: d\ntools: [serach/codebase]\n---\nText\n{server}");
    assert_eq!(of(&both), NONE);
    assert_eq!(
        of("//- p.prompt.md\n---\ndescription: d\n---\n#tool:serach/codebase\n"),
        ["warning unknown serach/codebase"]
    );
}

#[test]
fn what_the_team_knows_is_silent() {
    let text = "//- p.prompt.md\n---\ndescription: d\ntools: [serach, acme/x, own]\n---\n#tool:own\n//- segue.toml\n[known]\ntools = [\"serach\", \"acme/*\", \"own\"]\n";
    assert_eq!(of(text), NONE);
}

#[test]
fn old_names_are_information_and_struck() {
    assert_eq!(prompt("[codebase]"), ["information deprecated codebase"]);
    assert_eq!(
        prompt("'codebase, fetch'"),
        ["information deprecated codebase", "information deprecated fetch"]
    );
    assert_eq!(prompt("[findTestFiles]"), ["information deprecated findTestFiles"]);
    assert_eq!(prompt("[vscode/openSimpleBrowser]"), ["information deprecated vscode/openSimpleBrowser"]);
    for name in ["testFailure", "githubRepo", "todos", "github", "searchResults", "memory"] {
        assert_eq!(prompt(&format!("[{name}]")), [format!("hint deprecated {name}")]);
    }
    assert_eq!(
        prompt("[github/github-mcp-server/list_issues]"),
        ["information deprecated github/github-mcp-server/list_issues"]
    );
}

#[test]
fn old_names_are_put_right_in_the_list_s_own_style() {
    for (value, wanted) in [
        (
            "tools: ['codebase', \"fetch\", usages]",
            "tools: ['search/codebase', \"web/fetch\", search/usages]",
        ),
        ("tools: codebase, fetch", "tools: search/codebase, web/fetch"),
        ("tools: 'codebase, fetch'", "tools: 'search/codebase, web/fetch'"),
        (
            "tools: ['runTasks', 'x']",
            "tools: ['execute/createAndRunTask', 'execute/runTask', 'read/getTaskOutput', 'x']",
        ),
        ("tools: runTasks, x", "tools: execute/createAndRunTask, execute/runTask, read/getTaskOutput, x"),
        (
            "tools:\n  - 'runTasks' # tasks\n  - x",
            "tools:\n  - 'execute/createAndRunTask'\n  - 'execute/runTask'\n  - 'read/getTaskOutput' # tasks\n  - x",
        ),
        ("tools:\n- fetch\n- x", "tools:\n- web/fetch\n- x"),
        // What the list grants already is not written again.
        ("tools: [codebase, search/codebase]", "tools: [search/codebase]"),
        ("tools: [search, codebase, x]", "tools: [search, x]"),
        ("tools: [x, codebase, fetch, search, web]", "tools: [x, search, web]"),
        ("tools: [search, web, x, codebase, fetch]", "tools: [search, web, x]"),
        ("tools:\n  - search\n  - codebase\n  - x", "tools:\n  - search\n  - x"),
        ("tools: search, codebase", "tools: search"),
        (
            "tools: [runTasks, getTaskOutput, runTask]",
            "tools: [execute/createAndRunTask, execute/runTask, read/getTaskOutput]",
        ),
        ("tools: [execute, runTasks]", "tools: [execute, read/getTaskOutput]"),
        ("tools: [fetch, 'fetch', search, search]", "tools: [web/fetch, search]"),
        ("tools: [agent/runSubagent, runSubagent]", "tools: [agent/runSubagent]"),
        // A note on the line would be lost; removed and unsettled names wait for a person.
        ("tools:\n  - search\n  - codebase # why", "tools:\n  - search\n  - codebase # why"),
        ("tools: [findTestFiles, todos, github]", "tools: [findTestFiles, todos, github]"),
        ("tools: [>-\n  codebase]", "tools: [>-\n  codebase]"),
    ] {
        assert_eq!(mended(value), wanted, "{value}");
    }
    let crlf = "//- p.prompt.md\r\n---\r\ntools:\r\n  - runTasks\r\n---\r\nText\r\n";
    let (text, _) = fixed(crlf);
    assert_eq!(
        text,
        "---\r\ntools:\r\n  - execute/createAndRunTask\r\n  - execute/runTask\r\n  - read/getTaskOutput\r\n---\r\nText\r\n"
    );
}

#[test]
fn what_is_fixed_has_nothing_left_to_fix() {
    for tools in [
        "[changes, codebase, editFiles, extensions, fetch, findTestFiles, githubRepo, new, problems, runCommands, runTasks, runTests, search, terminalLastCommand, terminalSelection, testFailure, usages, vscodeAPI]",
        "[runCommands, terminalLastCommand, execute, new, installExtension, runNotebooks]",
        "['search', 'search', codebase, codebase, fetch, web, web]",
    ] {
        let text = mended(&format!("tools: {tools}"));
        assert_eq!(mended(&text), text);
        let left: Vec<String> =
            of(&header(&text)).into_iter().filter(|row| !row.starts_with("hint")).collect();
        assert!(left.iter().all(|row| row.ends_with("findTestFiles")), "{left:?} of {text}");
    }
}

#[test]
fn twice_and_granted_already() {
    assert_eq!(prompt("[search, read, search]"), ["hint duplicate search"]);
    assert_eq!(prompt("[search, search/codebase]"), ["hint redundant search/codebase"]);
    assert_eq!(prompt("[search/codebase, search]"), ["hint redundant search/codebase"]);
    assert_eq!(prompt("[execute/runTask, vscodeTasks/runTask]"), ["hint redundant vscodeTasks/runTask"]);
    // What is in the set in one version and not in another is not redundant.
    assert_eq!(prompt("[execute, execute/testFailure]"), NONE);
    assert_eq!(skill("Bash(git *), Bash(git *)"), ["hint duplicate Bash"]);
    assert_eq!(skill("Read, Read(./docs/**)"), ["hint redundant Read(./docs/**)"]);
}

#[test]
fn the_text_asks_for_what_is_not_granted() {
    let with = |tools: &str, body: &str| {
        of(&format!("//- p.prompt.md\n---\ndescription: d\n{tools}\n---\n{body}\n"))
    };
    for (tools, body) in [
        ("tools: [search]", "Use #tool:search/codebase."),
        ("tools: [search/codebase]", "Use #tool:search and #tool:search/codebase"),
        ("tools: ['*']", "Use #tool:web/fetch"),
        ("tools: [fetch]", "Use #tool:web/fetch"),
        ("tools: [vscodeTasks]", "Use #tool:execute/runTask"),
        ("model: GPT-5", "Use #tool:web/fetch"),
        (
            "tools: [search]",
            "Use `#tool:web/fetch`.\n\n```\n#tool:web/fetch\n```\n\n<!-- #tool:web/fetch -->",
        ),
    ] {
        let found = with(tools, body);
        assert!(!found.iter().any(|row| row.contains("not-granted")), "{tools} {body}: {found:?}");
    }
    assert_eq!(with("tools: [search]", "Use #tool:web/fetch."), ["warning not-granted web/fetch"]);
    assert_eq!(with("tools: []", "Use #tool:search"), ["warning not-granted search"]);
    // A set of the user's own may hold it; what is not settled may have another name there.
    assert!(with("tools: [mine]", "#tool:search").contains(&"hint not-granted search".to_owned()));
    assert_eq!(
        with("tools: [search]", "#tool:execute/testFailure"),
        ["hint not-granted execute/testFailure"]
    );
}

#[test]
fn tools_in_the_text() {
    let body = |text: &str| of(&format!("//- i.instructions.md\n---\napplyTo: '**'\n---\n{text}\n"));
    assert_eq!(body("Use #tool:search, `#tool:nothing` and #tool:github/*."), NONE);
    assert_eq!(body("Use #tool:codebase."), ["information deprecated codebase"]);
    assert_eq!(body("Use #tool:serach."), ["warning unknown serach"]);
    assert_eq!(
        body("#tool:mine #tool:mine #tool:acme/x"),
        ["hint unknown mine", "hint server-unknown acme/x"]
    );
    assert_eq!(body("#tool:Bash"), ["hint client Bash"]);
    assert_eq!(of("//- .claude/agents/a.md\n---\nname: a\ndescription: d\n---\n#tool:codebase\n"), NONE);
    let (text, _) =
        fixed("//- i.instructions.md\n---\napplyTo: '**'\n---\nUse #tool:codebase, #tool:codebase.\n");
    assert!(text.contains("Use #tool:search/codebase, #tool:search/codebase."), "{text}");
}

#[test]
fn servers_are_looked_for_everywhere() {
    let with = |tools: &str, rest: &str| {
        of(&format!("//- p.prompt.md\n---\ndescription: d\ntools: [{tools}]\n---\nText\n{rest}"))
    };
    let code = "//- .vscode/mcp.json\n{ \"servers\": { \"plans\": {} } }\n";
    let cli = "//- sub/.mcp.json\n{ \"mcpServers\": { \"plans\": { \"tools\": [\"list\"] } } }\n";
    let open = "//- sub/.mcp.json\n{ \"mcpServers\": { \"plans\": { \"tools\": [\"*\"] } } }\n";
    let header = "//- .github/agents/a.agent.md\n---\ndescription: d\nmcp-servers:\n  plans:\n    command: x\n---\nText\n";
    let known = "//- segue.toml\n[known]\nservers = [\"plans\"]\n";
    for rest in [code, cli, open, header, known] {
        assert_eq!(with("plans/list, plans/*", rest), NONE, "{rest}");
    }
    assert_eq!(with("plans/drop", cli), ["hint not-in-server plans/drop"]);
    for rest in [code, open, header, known] {
        assert_eq!(with("plans/drop", rest), NONE, "{rest}");
    }
    // One configuration without a list is enough.
    assert_eq!(with("plans/drop", &format!("{cli}{code}")), NONE);
    assert_eq!(with("plans/list", ""), ["hint server-unknown plans/list"]);
    assert_eq!(with("plans", code), ["hint deprecated plans"]);
}

#[test]
fn everything_is_too_broad() {
    assert_eq!(prompt("['*']"), ["hint too-broad *"]);
    assert_eq!(
        of(
            "//- .github/agents/a.agent.md\n---\ndescription: d\ntarget: github-copilot\ntools: ['*']\n---\nText\n"
        ),
        NONE
    );
    assert_eq!(skill("Bash, Read"), ["hint too-broad Bash"]);
    assert_eq!(skill("Bash(git *), Read"), NONE);
    assert_eq!(claude("Bash, Read"), NONE);
}

#[test]
fn claude_s_lists_are_claude_s() {
    for tools in [
        "Read, Grep, Glob",
        "Read Grep Glob",
        "[Read, 'Bash(npm run test *)']",
        "Bash(git add *) Bash(git commit -m \"a, b\") Read",
        "\"Agent(worker, researcher), Read\"",
        "mcp__github__list_issues",
        "mcp__github",
    ] {
        assert_eq!(claude(tools), NONE, "{tools}");
    }
    assert_eq!(claude("[Read, bash]"), ["hint client bash"]);
    assert_eq!(claude("[search/codebase]"), ["hint client search/codebase"]);
    assert_eq!(claude("[askuserquestion]"), ["warning unknown askuserquestion"]);
    assert_eq!(claude("Raed, WebFecth"), ["hint unknown Raed", "warning unknown WebFecth"]);
    assert_eq!(claude("[KillShell]"), ["hint deprecated KillShell"]);
    assert_eq!(claude("[mcp__plans__list]"), ["hint server-unknown mcp__plans__list"]);
    let spelled = "//- .claude/agents/a.md\n---\nname: a\ndescription: d\ntools: mcp__my_plans__list\n---\nText\n//- .mcp.json\n{ \"mcpServers\": { \"my plans\": {} } }\n";
    assert_eq!(of(spelled), NONE);
    let denied = "//- .claude/agents/a.md\n---\nname: a\ndescription: d\ndisallowedTools: Wriet, Notebokedit\n---\nText\n";
    assert_eq!(of(denied), ["warning unknown Wriet", "warning unknown Notebokedit"]);
}

#[test]
fn skills_know_the_words_of_two_clients() {
    for tools in ["Read, Bash(git:*)", "['Bash(npm:*)', view]", "shell(git:*) write url(github.com)"] {
        let found: Vec<String> = skill(tools).into_iter().filter(|row| !row.contains("client")).collect();
        assert_eq!(found, NONE, "{tools}");
    }
    let copilot = "//- .github/skills/a/SKILL.md\n---\nname: a\ndescription: d\nallowed-tools: shell(git:*), write, view\n---\nText\n";
    assert_eq!(of(copilot), NONE);
    assert_eq!(skill("Read, Mystery"), ["hint unknown Mystery"]);
    assert_eq!(skill("'*'"), ["hint too-broad *"]);
}

#[test]
fn a_role_that_only_reads_is_told_what_lets_it_write() {
    let role = |header: &str| of(&format!("//- .github/agents/a.agent.md\n---\n{header}---\nText\n"));
    let said = "description: Read-only review.\n";
    assert_eq!(role(&format!("{said}tools: ['search', 'edit']\n")), ["hint too-broad edit"]);
    assert_eq!(role(&format!("{said}tools: ['search', 'read']\n")), NONE);
    assert_eq!(role(said), ["hint too-broad description"]);
    assert_eq!(role("description: Writes code.\ntools: ['edit']\n"), NONE);
    assert_eq!(
        role("description: Maps code.\nreadonly: true\ntools: ['read', 'edit']\n"),
        ["information too-broad edit"]
    );
    let claude = |tools: &str| {
        of(&format!(
            "//- .claude/agents/a.md\n---\nname: a\ndescription: Never edits a file.\ntools: {tools}\n---\nText\n"
        ))
    };
    assert_eq!(claude("Read, Write"), ["hint too-broad Write"]);
    assert_eq!(claude("Read, Grep"), NONE);
    let without = |header: &str| {
        of(&format!(
            "//- .claude/agents/a.md\n---\nname: a\ndescription: Never edits a file.\n{header}---\nText\n"
        ))
    };
    assert_eq!(without(""), ["hint too-broad description"]);
    assert_eq!(without("permissionMode: plan\n"), NONE);
    assert_eq!(without("permissionMode: acceptEdits\n"), ["hint too-broad description"]);
    assert_eq!(without("disallowedTools: Edit, Write\n"), NONE);
}

#[test]
fn tools_beside_an_agent_that_takes_none() {
    let found = |header: &str| {
        fixture::findings(&format!(
            "//- .github/prompts/a.prompt.md\n---\ndescription: d\n{header}---\nText\n"
        ))
    };
    assert!(
        found("agent: ask\ntools: ['search']\n").contains("VS Code ignores `tools` where the agent is `ask`")
    );
    assert!(found("agent: edit\ntools: ['search']\n").contains("where the agent is `edit`"));
    for silent in ["agent: agent\ntools: ['search']\n", "tools: ['search']\n", "agent: ask\n"] {
        assert_eq!(found(silent), "", "{silent}");
    }
}
