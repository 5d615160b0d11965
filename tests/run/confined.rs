//! Agents and commands that are confined touch their worktree, and nothing of the user.

use crate::acp;
use crate::whole::GOOD;
use crate::world::{PLAN, World};

/// A world whose runs are confined; `None` where this machine cannot, which then has to be said.
fn confined(script: &str, rows: &str) -> Option<World> {
    let world = World::scripted(script);
    world.write("segue.toml", &format!("{}confine = true\n{rows}", world.read("segue.toml")));
    world.commit("Confine");
    let ran = world.segue(&["run", "x.spec.md"]);
    if ran.status == 2 {
        assert!(ran.err.contains("here nothing can be confined: confinement needs "), "{ran:?}");
        assert!(world.worktrees().is_empty());
        return None;
    }
    let id = world.run();
    world.ends(0, &["runs", "reject", &id]);
    world.waits(&id);
    Some(world)
}

#[test]
fn what_an_agent_writes_into_the_checkout_fails_in_the_agent() {
    let Some(world) = confined("", "") else { return };
    let top = world.top();
    let script = format!(
        "tasks:\n  first:\n    - - write_outside: {{ path: '{0}/stray.txt', text: '?' }}\n      - run: '(echo ? >> \"{0}/x.spec.md\") 2> refused.txt; rm -f refused.txt; (rm -rf \"{0}/.git/refs\"; echo ? > \"{0}/.git/hooks/pre-commit\") 2> /dev/null; true'\n      - write: {{ path: first.txt, text: one }}\n  second:\n    - - run: 'cat \"{0}/x.spec.md\" > second.txt 2> /dev/null || echo two > second.txt'\n",
        top.display()
    );
    world.write("actor.yaml", &script);
    world.commit("Play");
    let before = world.checkout();
    let ran = world.ends(0, &["run", "x.spec.md", "--yes"]);
    assert!(ran.out.contains("Complete."), "{ran:?}");
    assert_eq!(world.checkout(), before);
    assert!(!world.exists("stray.txt") && !world.exists(".git/hooks/pre-commit"));
    let run = world.run();
    let log = world.ends(0, &["runs", "logs", &format!("{run}/first")]).out;
    assert!(log.contains("That did not work: Permission denied"), "{log}");
    assert_eq!(world.git(&["show", &format!("segue/{run}/integration:second.txt")]), "two", "nor is it read");
}

#[test]
fn a_headless_agent_and_the_commands_that_prove_are_confined_too() {
    let Some(world) = confined(GOOD, "") else { return };
    let top = world.top();
    let plan = PLAN.replace(
        "**Validation:** `test -s first.txt`",
        &format!(
            "**Validation:** `! touch \"{}/proof.txt\" && test -n \"$TMPDIR\" && touch \"$TMPDIR/own\"`",
            top.display()
        ),
    );
    let settings = format!(
        "[agents.actor]\ncommand = [\"sh\", \"-c\", \"touch '{0}/agent.txt'; cat '{{prompt_file}}' > card.txt && mv card.txt first.txt\"]\n[orchestrator]\nagent = \"actor\"\nconfine = true\n",
        top.display()
    );
    world.write("x.spec.md", &plan);
    world.write("segue.toml", &settings);
    world.commit("Headless");
    let ran = world.segue(&["run", "x.spec.md", "--yes", "--only", "first"]);
    assert!(ran.out.contains("first: merged"), "{ran:?}");
    assert!(!world.exists("proof.txt") && !world.exists("agent.txt"));
}

/// Agents give the servers that they start little of their own environment: where temporary files may lie
/// comes with what they are handed.
#[test]
fn servers_that_a_confined_agent_starts_are_told_its_folder_for_temporary_files() {
    let Some(world) = confined(GOOD, "") else { return };
    let files = "**Agent:** Builder\n**Files:** `servers.json`, `written.txt`";
    let plan = PLAN.replace("**Files:** `first.txt`", files).replace("-s first.txt", "-s written.txt");
    let program = std::env::current_exe().unwrap();
    let settings = format!(
        "[agents.peer]\nacp = {}\n[orchestrator]\nagent = \"peer\"\nconfine = true\nconfine-read = [{:?}]\n",
        acp::line(&["good"]),
        program.parent().unwrap()
    );
    world.write("x.spec.md", &plan);
    world.write("segue.toml", &settings);
    world.write(
        ".mcp.json",
        r#"{ "mcpServers": { "files": { "command": "true", "env": { "TMP": "/own" } } } }"#,
    );
    world.write(
        ".github/agents/Builder.agent.md",
        "---\nname: Builder\ntools: [edit, 'files/*']\n---\n\nYou build.\n",
    );
    world.commit("Servers");
    let ran = world.segue(&["run", "x.spec.md", "--yes", "--only", "first"]);
    assert!(ran.out.contains("first: merged"), "{ran:?}");
    let handed = world.git(&["show", &format!("segue/{}/integration:servers.json", world.run())]);
    let handed: serde_json::Value = serde_json::from_str(&handed).unwrap();
    let told = |name: &str| {
        let found = handed[0]["env"].as_array().unwrap().iter().filter(|own| own["name"] == name);
        found.map(|own| own["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let [folder] = told("TMPDIR").try_into().unwrap();
    assert!(std::path::Path::new(&folder).is_absolute() && told("TEMP") == [folder.clone()], "{handed}");
    assert!(!std::path::Path::new(&folder).exists(), "it goes with the agent");
    assert_eq!(told("TMP"), ["/own"], "what the settings say stays");
}

#[test]
fn a_repository_in_the_way_of_our_own_git_runs_nothing() {
    let Some(world) = confined("", "") else { return };
    let marker = world.top().with_file_name("it-ran");
    let hostile = |place: &str| {
        format!(
            "mkdir -p {place} && cd {place} && rm -rf .git && git init -q . && git config core.fsmonitor \"touch '{}'; false\" && echo x > file",
            marker.display()
        )
    };
    for (place, told) in [(".", "`.git`"), ("inner", "`inner/`")] {
        let run = serde_json::to_string(&hostile(place)).unwrap();
        let file = "      - write: { path: first.txt, text: one }\n";
        world.write("actor.yaml", &format!("tasks:\n  first:\n    - - run: {run}\n{file}"));
        world.commit("Play");
        let ran = world.ends(1, &["run", "x.spec.md", "--yes", "--only", "first"]);
        assert!(ran.out.contains("It put a repository of its own at"), "{ran:?}");
        assert!(ran.out.contains(told.trim_matches('`')), "{ran:?}");
        let id = world.run();
        // Nor does it run when somebody clears up.
        let ran = world.segue(&["runs", "archive", &id]);
        assert!(ran.status != 0 && ran.err.contains("holds work that is nowhere else"), "{ran:?}");
        world.ends(0, &["runs", "discard", &id, "--yes"]);
        assert!(!marker.exists(), "{place}");
    }
}

#[test]
fn the_list_says_it_and_who_takes_it_away_is_asked() {
    let Some(world) = confined(GOOD, "confine-read = [\"../shared\"]\nconfine-write = [\"~/.cache/tool\"]\n")
    else {
        return;
    };
    let ran = world.ends(3, &["run", "x.spec.md"]).out;
    let lines = [
        "Confined\n  all of it may change its worktree and a folder for temporary files alone\n",
        "  all of it may read ../shared\n",
        "  all of it may change ~/.cache/tool\n",
    ];
    for line in lines {
        assert!(ran.contains(line), "{line} in {ran}");
    }
    let run = world.run();
    world.write("segue.toml", &world.read("segue.toml").replace("confine = true\n", ""));
    world.ends(0, &["runs", "approve", &run]);
    let log = world.waits(&run);
    assert!(log.contains("[ ] no longer confined: all of it may read and change whatever you may"), "{log}");
    assert!(world.worktrees().is_empty() && world.state() == "needs-you");
}
