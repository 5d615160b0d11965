//! Others beside a run: who ends the process that began it, other runs, other terminals, a language
//! server, and the user in the checkout.

use crate::client::Client;
use crate::terminal::Screen;
use crate::world::{PLAN, World};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::process::Stdio;

/// The children of a process, by what the system says of parents.
fn children(of: u32) -> Vec<u32> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let all = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    all.filter(|id| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // `id (name) state parent …`: the name may have spaces in it.
        let after = stat.rsplit(')').next().unwrap_or_default();
        after.split_whitespace().nth(1).and_then(|parent| parent.parse().ok()) == Some(of)
    })
    .collect()
}

/// Ends a process as VS Code's client ends its server: all below it first, found by their parents.
fn terminate_tree(process: u32) {
    for child in children(process) {
        terminate_tree(child);
    }
    let pid = Pid::from_raw(i32::try_from(process).unwrap()).unwrap();
    let _ = kill_process(pid, Signal::KILL);
}

/// A server begins a runner as its own child, by the intermediate process that leaves it to the system. Who
/// ends the server and all below it does not find the runner there.
#[test]
fn a_run_goes_on_when_the_tree_of_who_began_it_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (begun, go) = (folder.path().join("begun"), folder.path().join("go"));
    let script = format!(
        "tasks:\n  first:\n    - - run: 'touch {}; while [ ! -e {} ]; do sleep 0.02; done'\n      - write: {{ path: first.txt, text: one }}\n  second:\n    - - write: {{ path: second.txt, text: two }}\n",
        begun.display(),
        go.display()
    );
    let world = World::scripted(&script);
    // A run that was interrupted, for the server to carry on.
    let mut terminal = world.command(&["run", "x.spec.md", "--yes"]).stdout(Stdio::null()).spawn().unwrap();
    while !begun.exists() {
        std::thread::yield_now();
    }
    terminal.kill().unwrap();
    terminal.wait().unwrap();
    std::fs::remove_file(&begun).unwrap();
    let run = world.run();
    assert_eq!(world.state(), "interrupted");
    let line = "\"$1\" runner --aside \"$2\" \"$3\" & exec \"$1\" lsp";
    let (binary, top) = (env!("CARGO_BIN_EXE_segue"), world.top());
    let mut shell = world.program("sh", &["-c", line, "sh", binary, top.to_str().unwrap(), &run]);
    let mut server = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let words = format!("/proc/{}/cmdline", server.id());
    while !begun.exists() || !std::fs::read_to_string(&words).unwrap().ends_with("lsp\0") {
        assert!(server.try_wait().unwrap().is_none(), "the server ended by itself");
        std::thread::yield_now();
    }
    terminate_tree(server.id());
    server.wait().unwrap();
    assert_eq!(world.state(), "working", "the run is not of its tree");
    std::fs::write(&go, "").unwrap();
    let log = world.waits(&run);
    assert_eq!(log.matches("was interrupted").count(), 1, "by its terminal, and not again: {log}");
    assert_eq!(world.state(), "complete");
}

#[test]
fn two_runs_two_terminals_a_server_and_a_user_share_a_repository() {
    let world = World::scripted(
        "tasks:\n  first:\n    - - ask: { question: Which one?, options: [left, right] }\n      - write: { path: first.txt, text: \"{answer}\" }\n",
    );
    let mut server = Client::start();
    let top = crate::client::uri_of(&world.top());
    server.initialize(json!({
        "processId": null, "rootUri": null, "workspaceFolders": [{ "uri": top, "name": "w" }],
        "capabilities": {},
    }));
    let uri = format!("{top}/x.spec.md");
    server.open(&uri, 1, PLAN);
    let plan = json!({ "textDocument": { "uri": uri } });
    let tasks = |server: &mut Client| server.request("textDocument/documentSymbol", plan.clone()).to_string();
    assert!(tasks(&mut server).contains("First"));
    let mut screens = [Screen::of(&world, &["run", "x.spec.md"]), Screen::of(&world, &["run", "x.spec.md"])];
    for screen in &mut screens {
        screen.until("launch? yes or no");
    }
    for screen in &mut screens {
        screen.types("yes\n");
    }
    // The user commits and goes to another branch while both are at work.
    for (number, screen) in screens.iter_mut().enumerate() {
        screen.until("first, your answer:");
        world.write("mine.txt", &format!("{number}"));
        world.commit(&format!("Mine {number}"));
        world.git(&["switch", "--quiet", "-c", &format!("side-{number}")]);
        world.write("open.txt", &format!("not committed {number}"));
    }
    assert_eq!(world.runs().iter().filter(|run| run["state"] == "needs-you").count(), 2);
    let checkout = world.checkout();
    screens[0].types("1\n");
    screens[1].types("2\n");
    for words in ["after wave 1? yes or no", "completion? yes or no"] {
        for screen in &mut screens {
            screen.until(words);
        }
        assert!(tasks(&mut server).contains("First"), "the server answers all the while");
        for screen in &mut screens {
            screen.types("yes\n");
        }
    }
    for screen in screens {
        screen.ends_with(0);
    }
    assert_eq!(world.checkout(), checkout, "the user's work is as they left it");
    assert_eq!(world.read("open.txt"), "not committed 1");
    let runs: Vec<String> = world.runs().iter().map(|run| run["run"].as_str().unwrap().to_owned()).collect();
    let mut answers = Vec::new();
    for run in &runs {
        assert_eq!(
            world.git(&["ls-tree", "--name-only", &format!("segue/{run}/integration"), "--", "mine.txt"]),
            ""
        );
        answers.push(world.git(&["show", &format!("segue/{run}/integration:first.txt")]));
    }
    answers.sort();
    assert_eq!(answers, ["left", "right"], "each terminal answered its own run");
    server.finish();
}
