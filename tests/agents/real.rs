//! Real agents: `tests/agents/real.sh` installs them, takes the network away, and runs these.

use crate::mcp;
use crate::table::{ROWS, Row};
use crate::world::{PLAN, World};
use crate::{ONE, check, ended, eventually, script, survivors};
use segue_test_model::Model;
use serde_json::{Value, json};
use std::process::{Command, Stdio};

/// What an agent is told of its model, by files in the repository and at home.
fn settle(world: &World, model: &Model) {
    let address = model.address();
    let settings = json!({
        "$schema": "https://opencode.ai/config.json", "autoupdate": false, "share": "disabled", "snapshot": false,
        "model": "scripted/scripted", "small_model": "scripted/scripted", "enabled_providers": ["scripted"],
        "provider": { "scripted": {
            "npm": "@ai-sdk/openai-compatible", "name": "Scripted", "options": { "baseURL": address, "apiKey": "none" },
            "models": { "scripted": { "name": "Scripted", "limit": { "context": 200_000, "output": 16_000 }, "cost": { "input": 1, "output": 5 } } },
        } },
    });
    world.write("../.config/opencode/opencode.json", &settings.to_string());
    let settings = format!(
        "model = \"scripted\"\nmodel_provider = \"scripted\"\napproval_policy = \"never\"\ncheck_for_update_on_startup = false\n\
         web_search = \"disabled\"\n[analytics]\nenabled = false\n[feedback]\nenabled = false\n[features]\napps = false\nplugins = false\n\
         [model_providers.scripted]\nname = \"Scripted\"\nbase_url = \"{address}\"\nwire_api = \"responses\"\n\
         request_max_retries = 1\nstream_max_retries = 1\nsupports_websockets = false\n"
    );
    world.write("../.codex/config.toml", &settings);
}

/// A repository with a plan, done by an agent of this name.
fn world(plan: &str, agent: &str, settings: &str) -> World {
    let settings =
        format!("[orchestrator]\nagent = \"{agent}\"\nbackoff-first = 0\nattempt-time = 240\n{settings}");
    World::new(&[("x.spec.md", plan), ("segue.toml", &settings)])
}

fn runs(world: &World, unasked: bool) -> Command {
    let mut command = world.command(&["run", "x.spec.md", "--yes"]);
    if unasked {
        let all = r#"{"edit":"allow","bash":"allow","external_directory":"allow"}"#;
        command.env("OPENCODE_PERMISSION", all);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn plays(row: &Row) {
    let world = world(ONE, "opencode", row.settings);
    let model = Model::start(serde_json::from_value(script(row.model, &world)).unwrap());
    settle(&world, &model);
    let before = world.checkout();
    let child = runs(&world, row.unasked).spawn().unwrap();
    if row.killed {
        eventually("its command runs", || {
            survivors(&world).into_iter().find(|(_, words)| words.contains("sleep 317"))
        });
        let agent = survivors(&world).into_iter().find(|(_, words)| words.contains("opencode acp"));
        let (agent, _) = agent.expect("the agent");
        assert!(Command::new("kill").args(["-9", &agent.to_string()]).status().unwrap().success());
    }
    let status = ended(child);
    check(&world, row, "opencode", status, &before);
    let faults = model.asked().iter().filter(|asked| asked.fault.is_some()).count();
    assert!(faults >= row.faults, "{}: it went wrong {faults} times: {:?}", row.name, model.asked());
}

/// Two tasks after each other: each writes its file.
fn two_tasks() -> Value {
    let rule = |task: &str| {
        json!({ "when": format!("# Task {task}:"), "steps": [
            { "do": { "read": "x.spec.md" } },
            { "do": { "write": { "path": format!("{task}.txt"), "text": format!("{task}\n") } } },
            { "do": { "say": "Status: COMPLETE\nSummary: Written." } },
        ] })
    };
    json!({ "rules": [rule("first"), rule("second")] })
}

/// A spec of two waves, from the launch to the user's branch.
fn carries_out(agent: &str) {
    let world = world(PLAN, agent, "");
    let model = Model::start(serde_json::from_value(two_tasks()).unwrap());
    settle(&world, &model);
    let before = world.checkout();
    let ran = world.segue(&["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let log = world.ends(0, &["runs", "logs", &format!("{run}/first")]).out;
    assert_eq!(ran.status, 0, "{}\n{}\n{log}\n{:?}", ran.out, ran.err, model.asked());
    assert_eq!(world.checkout(), before, "the checkout is as it was");
    assert_eq!(survivors(&world), []);
    world.ends(0, &["runs", "merge", &run]);
    assert_eq!((world.read("first.txt"), world.read("second.txt")), ("first\n".into(), "second\n".into()));
    let author = world.git(&["log", "-1", "--format=%an", "--", "second.txt"]);
    assert_eq!(author, "Ada");
}

#[test]
#[ignore = "tests/agents/real.sh runs it, with agents and without a network"]
fn opencode_carries_out_a_spec_over_the_protocol() {
    carries_out("opencode");
}

#[test]
#[ignore = "tests/agents/real.sh runs it, with agents and without a network"]
fn codex_carries_out_a_spec_headless() {
    carries_out("codex-exec");
}

/// The server is started by the agent, works in its worktree, and is gone with it.
#[test]
#[ignore = "tests/agents/real.sh runs it, with agents and without a network"]
fn opencode_uses_the_servers_that_it_is_handed() {
    let plan = ONE.replace("**Files:**", "**Agent:** Builder\n**Files:**");
    let world = world(&plan, "opencode", "");
    let pid = world.top().with_file_name("pid");
    let words = ["--pid", pid.to_str().unwrap(), "well"];
    let servers =
        json!({ "files": mcp::with(&words, &[("KEY", "${HOME}")]), "other": mcp::entry(&["well"]) });
    world.write(".mcp.json", &json!({ "mcpServers": servers }).to_string());
    let builder = "---\nname: Builder\ntools: [read, edit, 'files/write_file']\n---\n\nYou build.\n";
    world.write(".github/agents/Builder.agent.md", builder);
    world.commit("Configure");
    let steps = json!([
        { "do": { "tool": { "name": "write_file", "input": { "path": "first.txt", "text": "by the server\n" } } } },
        { "do": { "say": "Status: COMPLETE\nSummary: Written." } },
    ]);
    let model = Model::start(serde_json::from_value(script(&steps.to_string(), &world)).unwrap());
    settle(&world, &model);
    let ran = world.segue(&["run", "x.spec.md", "--yes"]);
    let run = world.run();
    let log = world.ends(0, &["runs", "logs", &format!("{run}/first")]).out;
    assert_eq!(ran.status, 0, "{}\n{}\n{log}\n{:?}", ran.out, ran.err, model.asked());
    assert!(ran.out.contains("mcp: files ") && !ran.out.contains("mcp: other "), "{}", ran.out);
    assert!(log.contains("[mcp] handed: files\n"), "{log}");
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:first.txt")]), "by the server");
    let server = std::fs::read_to_string(&pid).unwrap();
    assert!(!std::path::Path::new("/proc").join(server.trim()).exists(), "{log}");
    assert_eq!(survivors(&world), []);
}

/// The agents and the program that they are run by lie where a developer's home does, not the system's.
fn confined_settings() -> String {
    let path = std::env::var("PATH").unwrap();
    let folder = |name: &str| {
        let found =
            path.split(':').map(|folder| std::path::Path::new(folder).join(name)).find(|own| own.exists());
        found.unwrap_or_else(|| panic!("no {name} on the PATH"))
    };
    let agents = folder("opencode").parent().unwrap().parent().unwrap().to_owned();
    let node = folder("node").canonicalize().unwrap().parent().unwrap().parent().unwrap().to_owned();
    // The sandbox of Codex (bubblewrap) does not start in ours: it leaves that to us.
    let open = "[agents.open]\ncommand = [\"codex\", \"exec\", \"--dangerously-bypass-approvals-and-sandbox\", \"--cd\", \"{worktree}\", \"{prompt}\"]\n";
    format!("transient-retries = 0\nconfine = true\nconfine-read = [{agents:?}, {node:?}]\n{open}")
}

/// The same with the kernel in the way: what the agent keeps at home is what its row says, nothing else of
/// the home can be changed, and neither can the checkout.
fn carries_out_confined(agent: &str, keeps: &[&str]) {
    let world = world(ONE, agent, &confined_settings());
    let steps = script(
        r#"[{ "do": { "shell": "echo x > '{top}/mine.txt' || echo x > \"$HOME/mine.txt\" || echo refused" } },
            { "do": { "write": { "path": "first.txt", "text": "one\n" } } }]"#,
        &world,
    );
    let model = Model::start(serde_json::from_value(steps).unwrap());
    settle(&world, &model);
    // As on a machine where the agent ran before: what is not there is not opened.
    for kept in keeps {
        std::fs::create_dir_all(world.top().join("..").join(kept)).unwrap();
    }
    let before = world.checkout();
    let status = ended(runs(&world, true).spawn().unwrap());
    let log = world.ends(0, &["runs", "logs", &format!("{}/first", world.run())]).out;
    assert_eq!(status, 0, "{log}\n{:?}", model.asked());
    assert_eq!(world.checkout(), before, "the checkout is as it was");
    assert!(!world.exists("mine.txt") && !world.exists("../mine.txt"), "{log}");
    assert_eq!(world.git(&["show", &format!("segue/{}/integration:first.txt", world.run())]), "one");
    assert_eq!(survivors(&world), []);
}

#[test]
#[ignore = "tests/agents/real.sh runs it, with agents and without a network"]
fn opencode_works_confined() {
    // Where states lie is said by a variable here.
    let keeps = [".config/opencode", ".local/share/opencode", "state/opencode", ".cache/opencode"];
    carries_out_confined("opencode", &keeps);
}

#[test]
#[ignore = "tests/agents/real.sh runs it, with agents and without a network"]
fn codex_works_confined() {
    carries_out_confined("open", &[".codex"]);
}

#[test]
#[ignore = "tests/agents/real.sh runs it, with agents and without a network"]
fn codex_without_its_model_is_transient() {
    let world = world(ONE, "codex-exec", "transient-retries = 0\n");
    let model = Model::start(serde_json::from_value(script(r#"[{ "fault": "broken" }]"#, &world)).unwrap());
    settle(&world, &model);
    let status = ended(runs(&world, false).spawn().unwrap());
    let log = world.ends(0, &["runs", "logs", &world.run()]).out;
    assert!(
        status == 1 && log.contains("attempt 1 failed (transient): The agent ended with status 1."),
        "{log}"
    );
}

#[test]
#[ignore = "tests/agents/real.sh runs it, with agents and without a network"]
fn the_table_with_opencode() {
    let wanted = std::env::var("SEGUE_ROW").unwrap_or_default();
    for row in ROWS.iter().filter(|row| row.name.contains(&wanted)) {
        let began = std::time::Instant::now();
        plays(row);
        println!("{}: ok, {} s", row.name, began.elapsed().as_secs());
    }
}

#[test]
#[ignore = "tests/agents/real.sh runs it, with agents and without a network"]
fn agents_are_found_and_answer() {
    let world = world(ONE, "opencode", "");
    let ran = world.ends(0, &["agents", "--probe", "--yes", "--format", "json", "opencode"]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    let agent = &told["agents"][0];
    assert_eq!((&agent["version"], &agent["probe"]["answers"]), (&json!("1.18.33"), &json!(true)), "{told}");
    assert_eq!(agent["probe"]["loads"], true, "{told}");
}
