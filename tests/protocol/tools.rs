//! Asking servers for their tools from an editor: what is shown, who is asked, what changes at once, and
//! that nothing is ever started by itself.

use crate::client::{Client, Folder, LIMIT, pull_capabilities, push_capabilities};
use crate::mcp;
use serde_json::{Value, json};
use std::time::Instant;

const AGENT: &str = ".github/agents/a.agent.md";
const SERVERS: &str = ".vscode/mcp.json";

/// A folder with a server that behaves so, an agent that uses it, and homes of its own.
struct Place {
    folder: Folder,
    home: tempfile::TempDir,
}

impl Place {
    fn new(words: &[&str]) -> Self {
        let agent = "---\ndescription: d\ntools: ['files/raed_file']\n---\nDo something.\n";
        let folder = Folder::new(&format!("//- {AGENT}\n{agent}"));
        let place = Self { folder, home: tempfile::tempdir().unwrap() };
        place.configure(json!({ "files": mcp::entry(words) }));
        place
    }

    fn configure(&self, servers: Value) {
        self.folder.write(SERVERS, &json!({ "servers": servers }).to_string());
    }

    fn client(&self, capabilities: Value) -> Client {
        let (state, cache) = (self.home.path().join("state"), self.home.path().join("cache"));
        let environment = [
            ("XDG_STATE_HOME", state.to_str().unwrap()),
            ("XDG_CACHE_HOME", cache.to_str().unwrap()),
            ("HOME", self.home.path().to_str().unwrap()),
        ];
        let client = Client::start_with(&["lsp"], &environment);
        Client::begin(client, &[&self.folder], capabilities)
    }

    /// A client with the agent open, in a workspace that is known.
    fn begin(&self, capabilities: Value) -> (Client, String) {
        let mut client = self.client(capabilities);
        let uri = self.folder.uri(AGENT);
        client.open(&uri, 1, &self.folder.read(AGENT));
        client.request("workspace/symbol", json!({ "query": "" }));
        (client, uri)
    }

    fn is_started(&self) -> bool {
        self.folder.at("number").exists()
    }

    fn wait_for_start(&self) {
        let deadline = Instant::now() + LIMIT;
        while !self.is_started() || self.folder.read("number").is_empty() {
            assert!(Instant::now() < deadline, "no server is started");
            std::thread::yield_now();
        }
    }

    /// Whether the server that wrote its number is gone, or waits for its parent to notice.
    fn is_gone(&self) -> bool {
        let number = self.folder.read("number");
        let output =
            std::process::Command::new("ps").args(["-o", "stat=", "-p", number.trim()]).output().unwrap();
        let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        state.is_empty() || state.starts_with('Z')
    }
}

fn asking() -> Value {
    let mut capabilities = pull_capabilities();
    capabilities["window"] = json!({ "showMessage": { "messageActionItem": {} }, "workDoneProgress": true });
    capabilities
}

fn refresh(client: &mut Client, arguments: Value) {
    client.request(
        "workspace/executeCommand",
        json!({ "command": "segue.refreshTools", "arguments": arguments }),
    );
}

/// What was told of the asking: the first scan of a folder may be told too.
fn steps(client: &Client) -> Vec<&Value> {
    let ours = |own: &&Value| own["token"].as_str().unwrap().starts_with("segue/tools/");
    client.progress.iter().filter(ours).collect()
}

fn last_words(client: &mut Client) -> String {
    client.wait_for("a message", |client| !client.shown.is_empty());
    client.shown.remove(0)["message"].as_str().unwrap().to_owned()
}

fn findings(report: &Value) -> Vec<String> {
    let items = report["items"].as_array().unwrap().iter();
    let ours = items.filter(|item| item["code"] == "tool/not-in-server");
    ours.map(|item| item["message"].as_str().unwrap().to_owned()).collect()
}

/// Guard: nobody but `tools::refresh` calls `segue_mcp::refresh`.
#[test]
fn opening_a_folder_starts_nothing() {
    let place = Place::new(&["--pid", "number", "well"]);
    let (mut client, uri) = place.begin(asking());
    let servers = place.folder.uri(SERVERS);
    client.open(&servers, 1, &place.folder.read(SERVERS));
    client.pull_of(&uri);
    client.pull_of(&servers);
    let at = json!({ "textDocument": { "uri": uri }, "position": { "line": 2, "character": 12 } });
    for method in ["textDocument/hover", "textDocument/completion", "textDocument/definition"] {
        client.request(method, at.clone());
    }
    client.actions(&servers, 0, 20, None);
    client.touch(std::slice::from_ref(&servers));
    client.change(&uri, 2, json!([{ "text": "---\ntools: ['files/*']\n---\nText\n" }]));
    client.pull_of(&uri);
    assert!(client.finish().success());
    assert!(!place.is_started());
    assert_eq!(std::fs::read_dir(place.home.path()).unwrap().count(), 0, "nothing is written");
}

/// Guard: `agree`, `Pending::Live`, `actions` of `tools.rs`.
#[test]
fn after_a_yes_an_open_file_knows_the_tools() {
    let place = Place::new(&["--pid", "number", "well"]);
    let (mut client, uri) = place.begin(asking());
    assert_eq!(findings(&client.pull_of(&uri)), [""; 0]);
    let servers = place.folder.uri(SERVERS);
    client.open(&servers, 1, &place.folder.read(SERVERS));
    let found = client.actions(&servers, 0, 20, Some("quickfix"));
    assert_eq!(found[0]["title"], "Ask `files` for its tools");
    let command = found[0]["command"].clone();
    assert_eq!(command["arguments"], json!([servers, "files"]));
    // A no.
    client.choices.push_back("Not this one".to_owned());
    refresh(&mut client, command["arguments"].clone());
    assert_eq!(last_words(&mut client), "`files` was not asked.");
    let question = client.questions[0]["message"].as_str().unwrap();
    assert!(question.starts_with("Ask `files` (.vscode/mcp.json) for its tools?\ncommand: "), "{question}");
    assert!(
        question.contains("\nfolder: ")
            && question.contains("\nenvironment: SEGUE_TEST_MCP (values not shown)")
    );
    assert!(!place.is_started());
    // A yes.
    client.choices.push_back("Ask it".to_owned());
    refresh(&mut client, command["arguments"].clone());
    assert_eq!(last_words(&mut client), "`files` has 3 tools.");
    let report = client.pull_until(&uri, |report| !findings(report).is_empty());
    assert!(findings(&report)[0].ends_with("Did you mean `files/read_file`?"), "{report}");
    assert!(place.is_gone());
    // The same again needs no question, and the tools are there for a new session.
    refresh(&mut client, json!([]));
    assert_eq!(last_words(&mut client), "`files` has 3 tools.");
    assert_eq!(client.questions.len(), 2);
    let kinds: Vec<&str> = steps(&client).iter().map(|own| own["value"]["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds[0], kinds[kinds.len() - 1]), ("begin", "end"), "{kinds:?}");
    client.finish();
    let (mut client, uri) = place.begin(pull_capabilities());
    client.pull_until(&uri, |report| !findings(report).is_empty());
    let at = json!({ "textDocument": { "uri": uri }, "position": { "line": 2, "character": 16 } });
    let found = client.request("textDocument/completion", at);
    let labels: Vec<&str> =
        found["items"].as_array().unwrap().iter().filter_map(|own| own["label"].as_str()).collect();
    assert!(labels.contains(&"files/read_file") && labels.contains(&"files/write_file"), "{labels:?}");
    let found = client.actions(&uri, 2, 12, Some("quickfix"));
    let titles: Vec<&str> = found.iter().map(|own| own["title"].as_str().unwrap()).collect();
    assert_eq!(titles[0], "Replace by `files/read_file`");
    assert!(titles.contains(&"Ask the servers for their tools again"), "{titles:?}");
}

/// Guard: `ClientFacts::asks`.
#[test]
fn a_client_that_cannot_ask_is_told_the_command() {
    let place = Place::new(&["--pid", "number", "well"]);
    let mut client = place.client(push_capabilities());
    refresh(&mut client, json!([]));
    let said = last_words(&mut client);
    assert!(
        said.starts_with("`files` was not asked: run `segue tools refresh files` in a terminal"),
        "{said}"
    );
    assert!(!place.is_started());
}

/// Guard: `untrusted`.
#[test]
fn a_workspace_that_is_not_trusted_is_left_alone() {
    let place = Place::new(&["--pid", "number", "well"]);
    let (mut client, _) = place.begin(asking());
    client.choices.push_back("Ask it".to_owned());
    refresh(&mut client, json!([]));
    assert_eq!(last_words(&mut client), "`files` has 3 tools.");
    client.finish();
    std::fs::remove_file(place.folder.at("number")).unwrap();
    let cache = place.home.path().join("cache");
    let mut client = Client::start_with(&["lsp"], &[("XDG_CACHE_HOME", cache.to_str().unwrap())]);
    client.initialize(json!({
        "processId": null, "rootUri": place.folder.uri(""), "capabilities": asking(),
        "initializationOptions": { "trusted": false },
    }));
    let uri = place.folder.uri(AGENT);
    client.open(&uri, 1, &place.folder.read(AGENT));
    client.request("workspace/symbol", json!({ "query": "" }));
    assert_eq!(findings(&client.pull_of(&uri)), [""; 0]);
    refresh(&mut client, json!([]));
    assert_eq!(last_words(&mut client), "Nothing is started in a workspace that is not trusted.");
    assert!(!place.is_started());
}

/// A client whose server hangs while it is asked.
fn asking_a_server_that_hangs(place: &Place) -> Client {
    let (mut client, _) = place.begin(asking());
    client.choices.push_back("Ask it".to_owned());
    refresh(&mut client, json!([]));
    client.wait_for("progress", |client| !steps(client).is_empty());
    place.wait_for_start();
    client
}

/// Guard: `cancelled`, and the custom method in `serve.rs`.
#[test]
fn asking_can_be_stopped() {
    let place = Place::new(&["--pid", "number", "hang"]);
    let mut client = asking_a_server_that_hangs(&place);
    let token = steps(&client)[0]["token"].clone();
    // Another one has to wait for its turn.
    refresh(&mut client, json!([]));
    assert_eq!(last_words(&mut client), "Servers are being asked already.");
    client.notify("window/workDoneProgress/cancel", json!({ "token": token }));
    assert_eq!(last_words(&mut client), "The servers were stopped.");
    assert!(place.is_gone());
}

/// Guard: `process::end_all` in `main` of the server.
#[test]
fn the_end_of_the_session_ends_its_servers() {
    let place = Place::new(&["--pid", "number", "hang"]);
    let mut client = asking_a_server_that_hangs(&place);
    client.close_input();
    client.wait();
    assert!(place.is_gone());
}

/// Guard: `told_to_end` in `serve.rs`.
#[cfg(unix)]
#[test]
fn a_server_that_is_told_to_end_ends_its_servers() {
    let place = Place::new(&["--pid", "number", "hang"]);
    let mut client = asking_a_server_that_hangs(&place);
    let killed = std::process::Command::new("kill").arg(client.pid().to_string()).status().unwrap();
    assert!(killed.success());
    client.wait();
    assert!(place.is_gone());
}

/// Guard: `user_files` and `prepared` in `tools.rs`, `World::user_files`.
#[test]
fn servers_of_ones_own_files_are_known_and_asked() {
    let place = Place::new(&["well"]);
    let own = json!({ "mcpServers": { "mine": mcp::entry(&["well"]) } });
    let file = place.home.path().join(".copilot/mcp-config.json");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, own.to_string()).unwrap();
    let agent = place.folder.read(AGENT).replace("files/raed_file", "mine/raed_file");
    place.folder.write(AGENT, &agent);
    let (mut client, uri) = place.begin(asking());
    let unknown = |report: &Value| report.to_string().contains("tool/server-unknown");
    assert!(!unknown(&client.pull_of(&uri)), "the server is known");
    client.choices.push_back("Ask it".to_owned());
    refresh(&mut client, json!([uri, "mine"]));
    assert_eq!(last_words(&mut client), "`mine` has 3 tools.");
    client.pull_until(&uri, |report| !findings(report).is_empty());
    place.folder.write("segue.toml", "userFiles = false\n");
    client.touch(&[place.folder.uri("segue.toml")]);
    client.pull_until(&uri, |report| findings(report).is_empty() && unknown(report));
}

/// Guard: `look_again` of `tools.rs`.
#[test]
fn what_a_terminal_asked_is_seen_when_a_file_is_saved() {
    let place = Place::new(&["well"]);
    let (mut client, uri) = place.begin(asking());
    assert_eq!(findings(&client.pull_of(&uri)), [""; 0]);
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_segue"))
        .args(["tools", "refresh", "--yes"])
        .current_dir(place.folder.path())
        .env("XDG_STATE_HOME", place.home.path().join("state"))
        .env("XDG_CACHE_HOME", place.home.path().join("cache"))
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri } }));
    client.pull_until(&uri, |report| !findings(report).is_empty());
}

#[test]
fn wrong_arguments_are_refused() {
    let place = Place::new(&["well"]);
    let mut client = place.client(asking());
    for arguments in [json!([7]), json!(["file:///elsewhere/x.md", "a", "b"])] {
        let params = json!({ "command": "segue.refreshTools", "arguments": arguments });
        let id = client.ask("workspace/executeCommand", params);
        assert_eq!(client.answer(id)["error"]["code"], -32602);
    }
    refresh(&mut client, json!([place.folder.uri(AGENT), "other"]));
    assert_eq!(last_words(&mut client), "No server `other` is configured in this workspace.");
}
