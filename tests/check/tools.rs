//! `segue tools`: what is shown before anything is started, who is asked, what is remembered, what is kept.

use crate::mcp;
use crate::workspace::{Ran, Workspace};
use serde_json::json;

const AGENT: &str =
    "---\ndescription: d\ntools: ['files/raed_file', 'files/write_file']\n---\nDo something.\n";

/// A repository that configures `files` with these words, an agent that uses it, and homes of its own.
struct Place {
    workspace: Workspace,
}

impl Place {
    fn new(words: &[&str]) -> Self {
        let place = Self { workspace: Workspace::new(&[("repo/.github/agents/a.agent.md", AGENT)]) };
        std::fs::create_dir_all(place.workspace.path("repo/.git")).unwrap();
        place.configure(json!({ "files": mcp::with(words, &[("THE_KEY", "s3cret")]) }));
        place
    }

    fn configure(&self, servers: serde_json::Value) {
        self.workspace.write("repo/.vscode/mcp.json", &json!({ "servers": servers }).to_string());
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.workspace.command("repo", arguments);
        command
            .env("XDG_STATE_HOME", self.workspace.path("state"))
            .env("XDG_CACHE_HOME", self.workspace.path("cache"))
            .env("HOME", self.workspace.path("home"))
            .env("SEGUE_INPUT_KNOWN", "typed");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    fn findings(&self, arguments: &[&str]) -> Vec<String> {
        let mut all = vec!["check", "--format", "json"];
        all.extend(arguments);
        let found = self.run(&all).json();
        let all = found["diagnostics"].as_array().unwrap().iter();
        let ours = all.filter(|own| own["code"] == "tool/not-in-server");
        ours.map(|own| format!("{} {}", own["severity"].as_str().unwrap(), own["message"].as_str().unwrap()))
            .collect()
    }

    fn files_of(&self, folder: &str) -> usize {
        let mut open = vec![self.workspace.path(folder)];
        let mut count = 0;
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.path().is_dir() {
                    true => open.push(entry.path()),
                    false => count += 1,
                }
            }
        }
        count
    }
}

/// Guard: `agree` in `tools/refresh.rs`.
#[test]
fn nothing_is_started_without_a_yes() {
    let place = Place::new(&["--pid", "started", "well"]);
    let ran = place.run(&["tools", "refresh"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.starts_with("files (.vscode/mcp.json)\n  command: "), "{}", ran.err);
    assert!(ran.err.contains("mcp::server_process --exact --nocapture --quiet\n  folder: "), "{}", ran.err);
    assert!(ran.err.contains("environment: SEGUE_TEST_MCP, THE_KEY (values not shown)"), "{}", ran.err);
    assert!(ran.err.contains("there is no terminal to ask on. `--yes` agrees"), "{}", ran.err);
    assert!(!ran.err.contains("s3cret"), "{}", ran.err);
    assert!(!place.workspace.path("repo/started").exists());
    for command in [&["tools", "list"][..], &["check"], &["graph"], &["tools", "list", "--format", "json"]] {
        place.run(command);
        assert!(!place.workspace.path("repo/started").exists(), "{command:?}");
    }
    assert_eq!((place.files_of("state"), place.files_of("cache")), (0, 0));
}

/// Guard: `Launch::fingerprint`, `Consents`.
#[test]
fn a_yes_is_remembered_until_something_changes() {
    let place = Place::new(&["well"]);
    let ran = place.run(&["tools", "refresh", "--yes"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(ran.out, "files  .vscode/mcp.json  3 tools, 1 of them say that they change nothing\n");
    let again = place.run(&["tools", "refresh"]);
    assert_eq!((again.status, again.err.as_str()), (0, ""), "{again:?}");
    assert_eq!(place.files_of("state"), 1);
    assert_eq!(place.files_of("repo"), 2, "nothing is written into the repository");
    place.configure(json!({ "files": mcp::entry(&["pages", "2"]) }));
    assert_eq!(place.run(&["tools", "refresh"]).status, 2);
}

/// Guard: `live::read`, `Settings::options`.
#[test]
fn what_was_told_is_used_where_the_users_files_are() {
    let place = Place::new(&["well"]);
    assert_eq!(place.findings(&["--user"]), [""; 0]);
    assert_eq!(place.run(&["tools", "refresh", "--yes"]).status, 0);
    let found = place.findings(&["--user"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("warning `files` told of no tool `raed_file` when it was asked on 2"),
        "{found:?}"
    );
    assert!(found[0].ends_with("Did you mean `files/read_file`?"), "{found:?}");
    // What CI sees.
    assert_eq!(place.findings(&[]), [""; 0]);
    place.workspace.write("repo/segue.toml", "userFiles = false\n");
    assert_eq!(place.findings(&["--user"]), [""; 0]);
    let list = place.run(&["tools", "list"]).out;
    assert!(list.contains(": list_files, read_file, write_file\n"), "{list}");
    place.configure(json!({ "files": mcp::entry(&["pages", "2"]) }));
    assert!(place.run(&["tools", "list"]).out.contains("no answer is kept of it as it is configured now"));
}

#[test]
fn each_server_is_told_by_itself() {
    let place = Place::new(&["well"]);
    place.configure(json!({
        "files": mcp::entry(&["well"]),
        "typed": mcp::with(&["environment", "GIVEN"], &[("GIVEN", "${input:known}")]),
        "asks": mcp::with(&["well"], &[("KEY", "${input:the-key}")]),
        "dies": mcp::entry(&["die"]),
        "old": { "type": "sse", "url": "https://example.com" },
        "missing": { "command": "no-such-program-anywhere" }
    }));
    let ran = place.run(&["tools", "refresh", "--yes", "--format", "json"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    let all = ran.json();
    let shown: Vec<String> = all["servers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| {
            let reason = own["reason"].as_str().unwrap_or("-");
            format!(
                "{} {} {} {reason}",
                own["name"].as_str().unwrap(),
                own["status"].as_str().unwrap(),
                own["tools"].as_array().unwrap().len()
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "files answered 3 -",
            "typed answered 1 -",
            "asks not-asked 0 it asks for the input `the-key`: set SEGUE_INPUT_THE_KEY to give it",
            "dies failed 0 it ended before it answered; it said: no key: set THE_KEY",
            "old not-asked 0 it is reached by `sse`, which is not spoken here",
            "missing failed 0 it cannot be started: there is no program `no-such-program-anywhere`, or not the folder it starts in",
        ]
    );
    let write = &all["servers"][0]["tools"][2];
    assert_eq!(write["name"], "write_file");
    assert_eq!((&write["destructive"], &write["arguments"][0]["required"]), (&json!(true), &json!(true)));
    // One by its name.
    let ran = place.run(&["tools", "refresh", "files"]);
    assert_eq!((ran.status, ran.out.lines().count()), (0, 1), "{ran:?}");
    let ran = place.run(&["tools", "refresh", "fiels"]);
    assert_eq!(ran.status, 2);
    assert_eq!(
        ran.err,
        "segue: No server `fiels` is configured here. There are: files, typed, asks, dies, old, missing.\n"
    );
}

#[test]
fn a_folder_without_servers_is_no_failure() {
    let place = Place::new(&["well"]);
    place.configure(json!({}));
    let ran = place.run(&["tools", "refresh"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, "No MCP server is configured in this workspace.\n"));
}

/// Guard: the prompt of `agree`.
#[cfg(target_os = "linux")]
#[test]
fn a_person_is_asked_on_the_terminal() {
    use crate::terminal::Terminal;
    let place = Place::new(&["well"]);
    let mut terminal = Terminal::start(&mut place.command(&["tools", "refresh"]));
    terminal.wait_for("[q]uit:");
    terminal.type_line("n");
    let (status, drawn) = terminal.end();
    assert_eq!(status, 1, "{drawn}");
    assert!(drawn.contains("not asked: nobody agreed"), "{drawn}");
    let mut terminal = Terminal::start(&mut place.command(&["tools", "refresh"]));
    terminal.wait_for("[q]uit:");
    terminal.type_line("y");
    let (status, drawn) = terminal.end();
    assert_eq!(status, 0, "{drawn}");
    assert!(drawn.contains("3 tools"), "{drawn}");
    assert_eq!(place.run(&["tools", "refresh"]).status, 0, "the yes is remembered");
}

/// Guard: `interrupted`, `process::end_all`.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_command_leaves_no_server() {
    let place = Place::new(&["--pid", "number", "hang"]);
    let mut child = place
        .command(&["tools", "refresh", "--yes"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let file = place.workspace.path("repo/number");
    while !std::fs::read_to_string(&file).is_ok_and(|text| !text.is_empty()) {
        std::thread::yield_now();
    }
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let number = std::fs::read_to_string(&file).unwrap();
    let state = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
}

/// Guard: `user::servers` in `tools.rs`.
#[test]
fn the_servers_of_ones_own_files_are_asked_too() {
    let place = Place::new(&["well"]);
    let own =
        json!({ "mcpServers": { "mine": mcp::entry(&["well"]), "files": { "command": "/not/there" } } });
    place.workspace.write("home/.copilot/mcp-config.json", &own.to_string());
    let listed = place.run(&["tools", "list"]).out;
    assert!(listed.contains("mine (~/.copilot/mcp-config.json): "), "{listed}");
    let ran = place.run(&["tools", "refresh", "mine", "--yes"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.err.contains("mine (~/.copilot/mcp-config.json)\n  command: "), "{}", ran.err);
    assert!(ran.out.contains("~/.copilot/mcp-config.json  3 tools"), "{}", ran.out);
    let shown = |file: &str| format!("files ({file})");
    let asked = place.run(&["tools", "refresh"]).err;
    assert!(asked.contains(&shown(".vscode/mcp.json")), "{asked}");
    assert!(asked.contains(&shown("~/.copilot/mcp-config.json")), "{asked}");
    place.workspace.write("repo/segue.toml", "userFiles = false\n");
    let listed = place.run(&["tools", "list"]).out;
    assert!(listed.contains("files") && !listed.contains("~/"), "{listed}");
}
