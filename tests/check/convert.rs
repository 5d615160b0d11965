//! `segue convert`: what it writes, what it tells, and that a second time nothing changes.

use crate::workspace::Workspace;

const CHAT_MODE: &str = ".github/chatmodes/tester.chatmode.md";
const AGENT: &str = ".github/agents/tester.agent.md";

fn workspace() -> Workspace {
    Workspace::new(&[
        (CHAT_MODE, "---\ndescription: Tests\ntools: ['search', 'ms.azure/x']\n---\nTest.\n"),
        ("AGENTS.md", "Ask the [tester](.github/chatmodes/tester.chatmode.md).\n"),
        ("README.md", "Not a primitive; see [it](.github/chatmodes/tester.chatmode.md).\n"),
    ])
}

#[test]
fn a_chat_mode_moves_and_a_patch_shows_it_first() {
    let workspace = workspace();
    let shown = workspace.run(&["convert", CHAT_MODE, "--to", "agent", "--diff"]);
    assert_eq!(shown.status, 0, "{shown:?}");
    assert!(shown.out.contains("--- /dev/null\n+++ b/.github/agents/tester.agent.md\n"), "{}", shown.out);
    assert!(workspace.read(CHAT_MODE).contains("Test."), "a patch changes nothing");

    let ran = workspace.run(&["convert", CHAT_MODE, "--to", "agent"]);
    assert_eq!(
        (ran.status, ran.out.as_str()),
        (
            0,
            "Wrote .github/agents/tester.agent.md\nWrote AGENTS.md\nWrote README.md\nRemoved .github/chatmodes/tester.chatmode.md\n"
        )
    );
    assert_eq!(workspace.read("AGENTS.md"), "Ask the [tester](.github/agents/tester.agent.md).\n");
    assert_eq!(
        workspace.read("README.md"),
        "Not a primitive; see [it](.github/agents/tester.agent.md).\n",
        "a page that no client reads links there too"
    );
    let again = workspace.run(&["convert", AGENT, "--to", "agent"]);
    assert_eq!(again.status, 2, "{again:?}");
    assert!(again.err.contains("it is one already"), "{}", again.err);
}

#[test]
fn what_is_lost_is_told_and_a_second_time_changes_nothing() {
    let workspace = workspace();
    workspace.run(&["convert", CHAT_MODE, "--to", "agent"]);
    let ran = workspace.run(&["convert", AGENT, "--to", "claude"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "Wrote .claude/agents/tester.md\n"), "{ran:?}");
    assert!(ran.err.contains("Lost: Claude Code has no counterpart of `ms.azure/x`."), "{}", ran.err);
    let made = workspace.read(".claude/agents/tester.md");
    assert_eq!(made, "---\nname: tester\ndescription: Tests\ntools: Glob, Grep\n---\nTest.\n");
    let again = workspace.run(&["convert", AGENT, "--to", "claude"]);
    assert_eq!(
        (again.status, again.out.as_str()),
        (0, "Nothing to do: `.claude/agents/tester.md` is as it would be.\n")
    );
    assert_eq!(workspace.read(".claude/agents/tester.md"), made);
}

#[test]
fn without_a_target_it_says_what_each_client_makes_of_the_file() {
    let workspace = workspace();
    let ran = workspace.run(&["convert", CHAT_MODE]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.out.contains("Claude Code  does not read it\n"), "{}", ran.out);
    assert!(
        ran.out.contains("segue convert .github/chatmodes/tester.chatmode.md --to agent\n"),
        "{}",
        ran.out
    );
}

#[test]
fn what_cannot_be_converted_fails_with_a_sentence() {
    let workspace = workspace();
    for (arguments, said) in [
        (&["convert", "README.md"][..], "is no agent primitive"),
        (&["convert", "gone.md"], "there is no such file"),
        (&["convert", CHAT_MODE, "--to", "skill"], "there is no conversion of a chat mode to `skill`"),
        (&["convert", CHAT_MODE, "--to", "nobody"], "it is one of agent, skill"),
    ] {
        let ran = workspace.run(arguments);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains(said), "{}", ran.err);
    }
}
