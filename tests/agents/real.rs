//! Real agents: `tests/agents/real.sh` installs them, takes the network away, and runs these.

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
