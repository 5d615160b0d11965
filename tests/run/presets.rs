//! Known agents: what their rows say of them holds, for programs of their names that are agents of ours.
#![cfg(unix)]

use crate::acp;
use crate::world::{Ran, World};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// A prompt that is planned first, and then done by the file that the agent writes.
const ADD: &str = "---\ndescription: Add\n---\n\n# Add\n\nAdd `written.txt`, `set-mode.txt`, `loaded.txt`, `seen.txt`.\n\n\
    **Validation:** `test -s written.txt`\n\n## Human Validation Gate\n\n- [ ] It is right\n";

struct Known {
    world: World,
    programs: PathBuf,
}

impl Known {
    fn new() -> Self {
        let world = World::new(&[("add.prompt.md", ADD)]);
        let programs = world.top().with_file_name("programs");
        std::fs::create_dir(&programs).unwrap();
        Self { world, programs }
    }

    /// Has a program of this name behave so; `before` is shell.
    fn plays(&self, name: &str, words: &[&str], before: &str) {
        let line: Vec<String> = serde_json::from_str(&acp::line(words)).unwrap();
        let line: Vec<String> = line.iter().map(|word| format!("'{word}'")).collect();
        let text = format!(
            "#!/bin/sh\n[ \"$1\" = --version ] && echo 'v7.8.9' && exit\n{before}\nexec {}\n",
            line.join(" ")
        );
        let file = self.programs.join(name);
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn ends(&self, status: i32, arguments: &[&str]) -> Ran {
        let path = format!("{}:{}", self.programs.display(), std::env::var("PATH").unwrap());
        let output = self.world.command(arguments).env("PATH", path).output().unwrap();
        let ran = Ran {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        assert_eq!(ran.status, status, "{arguments:?}: {ran:?}");
        ran
    }

    /// Hands the prompt to an agent of this name; a file of what it did, and the log of its task.
    fn adds(&self, agent: &str) -> (impl Fn(&str) -> String, String) {
        self.ends(0, &["run", "add.prompt.md", "--agent", agent, "--yes"]);
        let run = self.world.run();
        let log = self.world.ends(0, &["runs", "logs", &format!("{run}/add")]).out;
        let files = self.world.git(&["ls-tree", "--name-only", &format!("segue/{run}/integration")]);
        let show = move |file: &str| match files.lines().any(|own| own == file) {
            true => self.world.git(&["show", &format!("segue/{run}/integration:{file}")]),
            false => String::new(),
        };
        (show, log)
    }
}

#[test]
fn a_known_agent_works_and_plans_in_the_modes_of_its_row_and_is_told_to_ask() {
    let known = Known::new();
    let modes = ["modes", "build plan"];
    known.plays("opencode", &modes, "printenv OPENCODE_PERMISSION >> seen.txt");
    let (show, log) = known.adds("opencode");
    // Once for the turn that plans, once for the one that works.
    assert_eq!(show("set-mode.txt"), "plan\nbuild", "{log}");
    let asks = "{\"edit\":\"ask\",\"bash\":\"ask\",\"webfetch\":\"ask\"}";
    assert_eq!(show("seen.txt"), format!("{asks}\n{asks}"), "{log}");
    // Another mode is the settings' affair.
    known.plays("claude-agent-acp", &["modes", "acceptEdits plan"], "");
    known.world.write("segue.toml", "[agents.mine]\npreset = \"claude\"\nmode = \"acceptEdits\"\n");
    let (show, log) = known.adds("mine");
    assert_eq!(show("set-mode.txt"), "plan\nacceptEdits", "{log}");
}

#[test]
fn an_agent_that_says_that_it_loads_and_cannot_is_not_asked_to() {
    let known = Known::new();
    for (program, preset, loaded) in
        [("claude-agent-acp", "claude", "session/load session-new"), ("gemini", "gemini", "")]
    {
        known.plays(program, &["loads"], "");
        let (show, log) = known.adds(preset);
        assert_eq!(show("loaded.txt"), loaded, "{preset}: {log}");
    }
}

#[test]
fn words_by_which_an_agent_tells_of_a_failure_are_read_where_its_row_says_so() {
    let known = Known::new();
    known.world.write("segue.toml", "[orchestrator]\ntransient-retries = 0\nfixable-retries = 0\n");
    for (program, preset, class) in [
        ("copilot", "copilot", "(transient): Error: Failed to get response"),
        ("gemini", "gemini", "(transient): The turn had neither"),
    ] {
        known.plays(program, &["words"], "");
        known.ends(1, &["run", "add.prompt.md", "--agent", preset, "--yes"]);
        let log = known.world.ends(0, &["runs", "logs", &known.world.run()]).out;
        assert!(log.contains(&format!("attempt 1 failed {class}")), "{preset}: {log}");
    }
}

#[test]
fn agents_that_are_found_missing_or_silent_are_told() {
    let known = Known::new();
    known.plays("opencode", &["loads"], "");
    known.plays("claude-agent-acp", &["dead"], "");
    known.world.write("segue.toml", "[agents.away]\nacp = [\"segue-has-no-such-program\", \"--acp\"]\n");
    let line = |page: &str, name: &str| {
        let found = page.lines().find(|line| line.split_whitespace().next() == Some(name));
        let words = found.unwrap_or_else(|| panic!("{name} in {page}")).split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    };
    let listed = known.ends(0, &["agents"]).out;
    assert_eq!(line(&listed, "opencode"), "opencode acp found 7.8.9 opencode acp");
    assert_eq!(line(&listed, "away"), "away acp missing segue-has-no-such-program --acp (segue.toml)");
    assert!(listed.contains("`segue agents --probe` starts those that are found"), "{listed}");
    // What holds is the file that is nearest.
    std::fs::create_dir_all(known.world.top().join("sub")).unwrap();
    let below = known.world.command(&["agents"]).current_dir(known.world.top().join("sub")).output().unwrap();
    assert!(String::from_utf8(below.stdout).unwrap().starts_with("away "));
    let probed = known.ends(1, &["agents", "--probe", "--yes", "opencode", "claude", "away"]).out;
    assert_eq!(
        line(&probed, "opencode"),
        "opencode acp found 7.8.9 answers: peer 1.2.3, protocol 1, can go on with a session"
    );
    assert_eq!(line(&probed, "claude"), "claude acp found 7.8.9 does not answer: it ended with status 3");
    assert_eq!(line(&probed, "away"), "away acp missing segue-has-no-such-program --acp (segue.toml)");
    let none = known.ends(2, &["agents", "--probe", "opencode"]);
    assert!(none.err.contains("nothing was started: there is no terminal to ask on"), "{none:?}");
}
