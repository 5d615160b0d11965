//! `--since`: what a branch brought, in its own files and in others.

use crate::workspace::{Workspace, agent};

fn branch() -> Workspace {
    let workspace = Workspace::repository(&[
        ("old.prompt.md", &agent("[always broken](never.md)")),
        ("user.prompt.md", &agent("[always broken](never.md) [b](docs/b.md) [c](docs/c.md#there)")),
        ("docs/b.md", "# B\n"),
        ("docs/c.md", "# There\n"),
        ("edited.prompt.md", &agent("Hello.")),
    ]);
    workspace.git(&["checkout", "-q", "-b", "topic"]);
    workspace
}

#[test]
fn nothing_changed_nothing_reported() {
    let workspace = branch();
    assert_eq!(workspace.found(&["--since", "main"]), [""; 0]);
    assert_eq!(workspace.found(&[]).len(), 2);
}

#[test]
fn committed_uncommitted_and_untracked_files_are_new() {
    let workspace = branch();
    workspace.write("committed.prompt.md", &agent("[x](1.md)"));
    workspace.commit();
    workspace.write("edited.prompt.md", &agent("[x](2.md)"));
    workspace.write("ü ntracked.prompt.md", &agent("[x](3.md)"));
    workspace.write("staged.prompt.md", &agent("[x](4.md)"));
    workspace.git(&["add", "staged.prompt.md"]);
    // What happens on main after the branch left does not count.
    assert_eq!(
        workspace.found(&["--since", "main"]),
        [
            "committed.prompt.md:3:4 link/missing-file",
            "edited.prompt.md:3:4 link/missing-file",
            "staged.prompt.md:3:4 link/missing-file",
            "ü ntracked.prompt.md:3:4 link/missing-file",
        ]
    );
}

#[test]
fn what_the_branch_broke_elsewhere_is_reported_there() {
    let workspace = branch();
    std::fs::remove_file(workspace.path("docs/b.md")).unwrap();
    workspace.write("docs/c.md", "# Elsewhere\n");
    workspace.commit();
    assert_eq!(
        workspace.found(&["--since", "main"]),
        ["user.prompt.md:3:30 link/missing-file", "user.prompt.md:3:54 link/missing-anchor"]
    );
    assert_eq!(workspace.found(&["--since", "HEAD"]), [""; 0]);
}

#[test]
fn a_whole_new_folder_and_a_moved_file() {
    let workspace = branch();
    workspace.git(&["mv", "docs", "guide"]);
    assert_eq!(
        workspace.found(&["--since", "main"]),
        ["user.prompt.md:3:30 link/missing-file", "user.prompt.md:3:45 link/missing-file"]
    );
}

#[test]
fn settings_of_the_branch_count() {
    let workspace = branch();
    workspace.write("segue.toml", "[rules]\n\"link/missing-file\" = \"off\"\n");
    workspace.commit();
    workspace.write("segue.toml", "");
    let found = workspace.found(&["--since", "HEAD"]);
    assert_eq!(found, ["old.prompt.md:3:16 link/missing-file", "user.prompt.md:3:16 link/missing-file"]);
}

#[test]
fn references_that_lead_nowhere_are_said() {
    let workspace = branch();
    for reference in ["nowhere", "--output=x", "HEAD:old.prompt.md"] {
        let ran = workspace.run(&["check", &format!("--since={reference}")]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains(&format!("git knows no commit `{reference}`")), "{}", ran.err);
    }
    let outside = Workspace::new(&[("a.prompt.md", &agent("Hi."))]);
    assert_eq!(outside.run(&["check", "--since", "main"]).status, 2);
}

#[test]
fn the_repository_is_left_untouched() {
    let workspace = branch();
    workspace.write("edited.prompt.md", &agent("[x](2.md)"));
    workspace.write(".git/hooks/post-index-change", "#!/bin/sh\ntouch ran\n");
    let index = std::fs::read(workspace.path(".git/index")).unwrap();
    workspace.found(&["--since", "main"]);
    assert_eq!(std::fs::read(workspace.path(".git/index")).unwrap(), index);
    assert!(!workspace.path("ran").exists());
}
