//! MCP servers that agents are handed: shown before the yes, handed after it, and asked about again.

use crate::world::{PLAN, Ran, World};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// An agent of the protocol, of shell: it writes down how its sessions begin, and does what is asked.
const AGENT: &str = r##"
while IFS= read -r line; do
  id=$(printf '%s' "$line" | sed 's/.*"id":\("[^"]*"\|[0-9][0-9]*\).*/\1/')
  answer() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$1"; }
  case $line in
    *'"session/prompt"'*)
      id=$(printf '%s' "$line" | sed 's/^{"jsonrpc":"2.0","id":\("[^"]*"\|[0-9][0-9]*\),.*/\1/')
      for task in first second; do
        case $line in *"# Task $task:"*) echo one > $task.txt; sh "$0.$task" ;; esac
      done
      printf '{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"tool_call","toolCallId":"1","title":"write","kind":"edit","status":"completed"}}}\n'
      answer '{"stopReason":"end_turn"}' ;;
    *'"session/new"'*) printf '%s\n' "$line" >> "$1"; answer '{"sessionId":"s"}' ;;
    *'"initialize"'*) answer '{"protocolVersion":1,"agentCapabilities":{},"authMethods":[]}' ;;
  esac
done
"##;

const BUILDER: &str = ".github/agents/Builder.agent.md";

struct Handed {
    world: World,
    /// What the agent wrote down.
    sessions: PathBuf,
}

impl Handed {
    /// Both tasks are done by an agent file, whose tools name servers.
    fn new() -> Self {
        let plan = PLAN
            .replace("**Files:** `first.txt`", "**Agent:** Builder\n**Files:** `first.txt`, `.mcp.json`")
            .replace("**Files:** `second.txt`", "**Agent:** Builder\n**Files:** `second.txt`");
        let builder = "---\nname: Builder\ntools: [read, edit, 'files/*', 'asks/*', 'tree/get']\n\
            mcp-servers:\n  tree:\n    type: local\n    command: ./bin/tree\n  other:\n    command: other\n---\n\nYou build.\n";
        let world = World::new(&[("x.spec.md", &plan), (BUILDER, builder)]);
        let agent = world.top().with_file_name("agent.sh");
        let sessions = world.top().with_file_name("sessions");
        std::fs::write(&agent, AGENT).unwrap();
        for task in ["first", "second"] {
            std::fs::write(agent.with_extension(format!("sh.{task}")), "").unwrap();
        }
        world.write(
            "segue.toml",
            &format!(
                "[agents.peer]\nacp = [\"sh\", {agent:?}, {sessions:?}]\n[orchestrator]\nagent = \"peer\"\nbackoff-first = 0\n"
            ),
        );
        let own = Self { world, sessions };
        own.configure(&files("on"));
        own.world.write(
            ".vscode/mcp.json",
            &json!({ "servers": {
                "asks": { "command": "sh", "args": ["${input:api-key}"] },
                "nobody": { "command": "sh", "args": ["nobody"] },
            } })
            .to_string(),
        );
        own.world.commit("Configure");
        own
    }

    fn configure(&self, files: &Value) {
        self.world.write(".mcp.json", &json!({ "mcpServers": { "files": files } }).to_string());
    }

    /// What the agent does besides in a task.
    fn also(&self, task: &str, script: &str) {
        std::fs::write(self.world.top().with_file_name(format!("agent.sh.{task}")), script).unwrap();
    }

    /// The binary, with a token in its environment.
    #[track_caller]
    fn ends(&self, status: i32, arguments: &[&str]) -> Ran {
        let output = self.world.command(arguments).env("TOKEN", "s3cret-token").output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ran = Ran {
            status: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert_eq!(ran.status, status, "segue {arguments:?}: {ran:?}");
        ran
    }

    /// The servers of each session that began.
    fn handed(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.sessions).unwrap_or_default();
        let sessions = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        sessions.map(|session| session["params"]["mcpServers"].clone()).collect()
    }
}

fn files(mode: &str) -> Value {
    json!({
        "command": "sh", "args": ["-c", "serve \"$0\"", "a b"],
        "env": { "KEY": "${TOKEN}", "MODE": mode },
    })
}

/// All files below a folder that hold a text; a socket holds none.
fn holding(folder: &Path, text: &str) -> Vec<PathBuf> {
    let has = |bytes: &[u8]| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, text));
        } else if has(&std::fs::read(&path).unwrap_or_default()) {
            found.push(path);
        }
    }
    found
}

#[test]
fn servers_are_shown_before_the_yes_and_handed_after_it_without_a_value_on_disk() {
    let own = Handed::new();
    let list = own.ends(3, &["run", "x.spec.md"]).out;
    for line in [
        "\nMCP servers that are handed to agents\n",
        "  mcp: files sh -c 'serve \"$0\"' 'a b' (from .mcp.json; environment KEY, MODE (values not shown); given from your environment TOKEN; content ",
        "  mcp: tree ./bin/tree (from .github/agents/Builder.agent.md; content ",
        "\nMCP servers that are named and not handed to anybody\n  asks (.vscode/mcp.json): it asks for the input `api-key`: set SEGUE_INPUT_API_KEY to give it\n",
    ] {
        assert!(list.contains(line), "{line} in {list}");
    }
    assert!(!list.contains("nobody") && !list.contains("mcp: other"), "only what the tools name: {list}");
    assert_eq!(own.handed(), [Value::Null; 0]);
    let run = own.world.run();
    own.ends(0, &["runs", "approve", &run]);
    let log = own.world.waits(&run);
    assert!(log.contains("first: merged"), "{log}");
    let handed = own.handed().remove(0);
    let folder = own.world.worktrees().into_iter().find(|folder| folder.ends_with("first-1")).unwrap();
    assert_eq!(handed.as_array().unwrap().len(), 2, "{handed}");
    assert_eq!(handed[0]["command"], format!("{folder}/./bin/tree"));
    let shell = Path::new(handed[1]["command"].as_str().unwrap());
    assert!(shell.is_absolute() && shell.ends_with("sh"), "{handed}");
    assert_eq!(handed[1]["args"], json!(["-c", "serve \"$0\"", "a b"]));
    assert_eq!(handed[1]["env"][0], json!({ "name": "KEY", "value": "s3cret-token" }));
    assert_eq!(handed[1]["env"][2], json!({ "name": "SEGUE_RUN", "value": format!("{run}/first/1") }));
    let said = own.world.ends(0, &["runs", "logs", &format!("{run}/first")]).out;
    assert!(said.contains("[mcp] handed: tree, files") && said.contains("[mcp] not handed: asks "), "{said}");
    assert_eq!(holding(&own.world.state_folder(), "s3cret-token"), Vec::<PathBuf>::new());
}

#[test]
fn servers_that_change_are_asked_about_again_at_a_launch_and_within_a_run() {
    let own = Handed::new();
    own.ends(3, &["run", "x.spec.md"]);
    let run = own.world.run();
    own.ends(0, &["runs", "reject", &run]);
    own.world.waits(&run);
    // A value that is not shown, and does what another command would.
    own.configure(&files("off"));
    own.world.commit("Pulled");
    let changes = r#"sed -i 's/"off"/"other"/' .mcp.json"#;
    own.also("first", changes);
    let other = own.ends(3, &["run", "x.spec.md"]).out;
    assert!(other.contains("this list was not run before"), "{other}");
    assert_eq!(own.handed(), [Value::Null; 0]);
    let run = own.world.run();
    own.ends(0, &["runs", "approve", &run]);
    own.world.waits(&run);
    // The first task changed it, and the second waits for a word about that.
    own.ends(0, &["runs", "approve", &run]);
    let log = own.world.waits(&run);
    assert!(log.contains("[ ] mcp: files sh -c ") && !log.contains("second: attempt"), "{log}");
    assert_eq!(own.handed().len(), 1);
    own.ends(0, &["runs", "approve", &run]);
    let log = own.world.waits(&run);
    assert!(log.contains("second: merged"), "{log}");
    let value = |at: usize| own.handed()[at][1]["env"][1]["value"].clone();
    assert_eq!([value(0), value(1)], ["off", "other"]);
}

#[test]
fn a_server_that_cannot_be_handed_any_more_is_left_out() {
    let own = Handed::new();
    own.ends(3, &["run", "x.spec.md"]);
    let run = own.world.run();
    // Without the variable there is nothing to hand; nobody is asked, for nothing is new.
    own.world.ends(0, &["runs", "approve", &run]);
    let log = own.world.waits(&run);
    assert!(log.contains("first: merged"), "{log}");
    let names: Vec<Value> =
        own.handed()[0].as_array().unwrap().iter().map(|own| own["name"].clone()).collect();
    assert_eq!(names, ["tree"]);
    let said = own.world.ends(0, &["runs", "logs", &format!("{run}/first")]).out;
    assert!(
        said.contains("[mcp] not handed: files (.mcp.json): the environment variable `TOKEN` is not set"),
        "{said}"
    );
}

#[test]
fn agents_that_take_none_are_named() {
    let own = Handed::new();
    let list = own.ends(3, &["run", "x.spec.md", "--agent", "rehearsal"]).out;
    assert!(
        list.contains("  files: `rehearsal` takes none from a run\n") && !list.contains("mcp: "),
        "{list}"
    );
}
