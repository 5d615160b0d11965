//! What an agent remembers, over an interruption.

use crate::acp;
use crate::world::World;
use std::process::Stdio;
use std::time::{Duration, Instant};

const PLAN: &str = "# Feature: X\n\n## Component Breakdown\n\n\
    ### Issue 1: First (`first`)\n\n**Scope:** The first.\n**Dependencies:** None\n**Files:** `written.txt`, `loaded.txt`\n**Validation:** `test -s written.txt`\n";

/// Waits until a task's log holds these words.
fn until(world: &World, words: &str) -> String {
    let end = Instant::now() + Duration::from_secs(120);
    loop {
        if let Some(run) = world.runs().first().and_then(|run| run["run"].as_str()) {
            let log = world.segue(&["runs", "logs", &format!("{run}/first")]).out;
            if log.contains(words) {
                return run.to_owned();
            }
        }
        assert!(Instant::now() < end, "{words}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The runner is killed while the agent works; the next one takes a worktree of its own, the agent's session,
/// and says what is to be known of it.
#[test]
fn the_attempt_after_an_interruption_goes_on_with_the_session_of_the_agent() {
    let settings = format!(
        "[agents.peer]\nacp = {}\n[orchestrator]\nagent = \"peer\"\nbackoff-first = 0\n",
        acp::line(&["waits"])
    );
    let world = World::new(&[("x.spec.md", PLAN), ("segue.toml", &settings)]);
    let mut terminal = world.command(&["run", "x.spec.md", "--yes"]).stdout(Stdio::null()).spawn().unwrap();
    let run = until(&world, "I begin.");
    terminal.kill().unwrap();
    terminal.wait().unwrap();
    world.ends(0, &["runs", "resume", &run]);
    let log = world.waits(&run);
    assert!(log.contains("first: attempt 2 by peer") && log.contains("first: merged"), "{log}");
    let show = |file: &str| world.git(&["show", &format!("segue/{run}/integration:{file}")]);
    assert_eq!(show("loaded.txt"), "session/load session-new");
    let told = show("written.txt");
    assert!(told.contains("nothing of it is here: do the task in this one."), "{told}");
    assert!(!world.state_file(&format!("{run}/first-1-1.prompt.md")).contains("was interrupted"));
    let said = world.ends(0, &["runs", "logs", &format!("{run}/first")]).out;
    assert!(said.contains("[session] It goes on with its earlier session."), "{said}");
    assert_eq!(world.worktrees().iter().filter(|own| own.contains("/first-")).count(), 2, "both are kept");
}
