//! What follows when agents fail, the same table twice: by rehearsal, and with a real agent against a
//! scripted model. The second needs agents and a network of loopback alone: `tests/agents/real.sh`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]
#![cfg(target_os = "linux")]

#[path = "../run/world.rs"]
#[allow(dead_code)]
mod world;

#[path = "../support/mcp.rs"]
mod mcp;
mod real;
mod table;

use segue_test_model::Model;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};
use table::{Expected, ROWS, Row};
use world::World;

/// One task, proved by a command.
const ONE: &str = "# Feature: X\n\n## Component Breakdown\n\n\
    ### Issue 1: First (`first`)\n\n**Scope:** The first.\n**Dependencies:** None\n**Files:** `first.txt`\n**Validation:** `test -s first.txt`\n";

/// Puts the places of this world into a text.
fn filled(text: &str, world: &World) -> String {
    text.replace("{top}", &world.top().to_string_lossy())
}

/// A script for the model: these steps for the task `first`.
fn script(steps: &str, world: &World) -> Value {
    let steps: Value = serde_json::from_str(&filled(steps, world)).unwrap();
    json!({ "rules": [{ "when": "# Task first:", "steps": steps }] })
}

/// The processes of a world's runs: those that carry the variable of a run, and work below its folder.
fn survivors(world: &World) -> Vec<(u32, String)> {
    let below = world.top().parent().unwrap().canonicalize().unwrap();
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter_map(|number| {
            let environment = std::fs::read(format!("/proc/{number}/environ")).ok()?;
            let is_run = environment.split(|byte| *byte == 0).any(|own| own.starts_with(b"SEGUE_RUN="));
            let folder = std::fs::read_link(format!("/proc/{number}/cwd")).ok()?;
            let words = std::fs::read(format!("/proc/{number}/cmdline")).ok()?;
            let words = String::from_utf8_lossy(&words).replace('\0', " ");
            (is_run && folder.starts_with(&below)).then_some((number, words))
        })
        .collect()
}

/// Waits until something is so; what it is.
fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Whether a file of this name lies somewhere below a folder.
fn has_file(folder: &Path, name: &str) -> bool {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let is_there = |entry: std::fs::DirEntry| {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        entry.file_name() == name || is_folder && has_file(&entry.path(), name)
    };
    entries.into_iter().any(is_there)
}

/// What a run came to, against what is expected of it.
fn check(world: &World, row: &Row, who: &str, status: i32, before: &str) {
    let run = world.run();
    let log = world.ends(0, &["runs", "logs", &run]).out;
    let name = format!("{} by {who}", row.name);
    let expected: &Expected = &row.expected;
    assert!(expected.status.contains(&status), "{name}: status {status}\n{log}");
    let told = expected.told.iter().any(|words| words.iter().all(|part| log.contains(part)));
    assert!(told, "{name}: none of {:?} in\n{log}", expected.told);
    for part in expected.untold {
        assert!(!log.contains(part), "{name}: {part:?} in\n{log}");
    }
    let said = world.ends(0, &["runs", "logs", &format!("{run}/first")]).out;
    for part in expected.said {
        assert!(said.contains(part), "{name}: no {part:?} in\n{said}");
    }
    let report = world.ends(0, &["runs", "export", &run]).out;
    for part in expected.shown {
        assert!(report.contains(part), "{name}: no {part:?} in\n{report}");
    }
    assert!(!has_file(world.top().parent().unwrap(), "outside.txt"), "{name}: it wrote outside\n{log}");
    assert_eq!(survivors(world), [], "{name}: something lives\n{log}");
    if row.spares_checkout {
        assert_eq!(world.checkout(), before, "{name}: the checkout is as it was");
    }
}

/// The child's exit status, once it has ended.
fn ended(mut child: Child) -> i32 {
    child.wait().unwrap().code().unwrap_or(-1)
}

#[test]
fn by_rehearsal() {
    for row in ROWS {
        let settings = format!(
            "[agents.actor]\nrehearsal = \"actor.yaml\"\n[orchestrator]\nagent = \"actor\"\nbackoff-first = 0\n{}",
            row.settings
        );
        let world = World::new(&[("x.spec.md", ONE), ("segue.toml", &settings)]);
        world.write("actor.yaml", &filled(row.rehearsal, &world));
        world.commit("Script");
        let before = world.checkout();
        let ran = world.segue(&["run", "x.spec.md", "--yes"]);
        check(&world, row, "rehearsal", ran.status, &before);
        let log = world.ends(0, &["runs", "logs", &world.run()]).out;
        for part in row.rehearsed {
            assert!(log.contains(part), "{}: it did not go wrong: no {part:?} in\n{log}", row.name);
        }
        println!("{}: ok", row.name);
    }
}

/// The model by itself: the steps of a script go on with the calls that the conversation holds.
#[test]
fn the_model_does_as_its_script_says() {
    use std::io::{Read, Write};
    let model = Model::scripted(
        r#"{ "rules": [{ "when": "do it", "steps": [
            { "do": { "shell": "ls" }, "fault": "overloaded", "times": 1 }, { "do": { "say": "It is done." } } ] }] }"#,
    );
    let ask = |path: &str, body: &Value| {
        let place = model.address().replace("http://", "").replace("/v1", "");
        let mut stream = std::net::TcpStream::connect(place).unwrap();
        let body = body.to_string();
        let head = format!("POST /v1/{path} HTTP/1.1\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let tools = json!([{ "type": "function", "function": { "name": "bash", "parameters": { "properties": { "command": {} } } } }]);
    let user = json!({ "role": "user", "content": [{ "type": "text", "text": "Please do it." }] });
    let first = json!({ "stream": true, "messages": [user], "tools": tools });
    assert!(ask("chat/completions", &first).starts_with("HTTP/1.1 429"));
    let called = ask("chat/completions", &first);
    assert!(called.contains(r#""finish_reason":"tool_calls""#) && called.contains("[DONE]"), "{called}");
    let call = json!({ "role": "assistant", "tool_calls": [{ "id": "1", "function": { "name": "bash" } }] });
    let second = json!({ "messages": [user, call, { "role": "tool", "content": "a" }], "tools": tools });
    assert!(ask("chat/completions", &second).contains("It is done."));
    let tools = json!([{ "type": "function", "name": "exec_command", "parameters": { "properties": { "cmd": {} } } }]);
    let input = json!([{ "type": "message", "role": "user", "content": [{ "type": "input_text", "text": "do it" }] }]);
    let told = ask("responses", &json!({ "stream": true, "input": input, "tools": tools }));
    assert!(told.contains("event: response.completed") && told.contains(r#"\"cmd\":\"ls\""#), "{told}");
    let steps: Vec<usize> = model.asked().iter().map(|asked| asked.step).collect();
    assert_eq!(steps, [0, 0, 1, 0]);
}
