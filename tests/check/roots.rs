//! Which folder is indexed, and what of it is reported.

use crate::workspace::{Workspace, agent};

const A: &str = ".github/agents/a.agent.md";

#[test]
fn the_repository_is_the_root_and_paths_narrow_the_report() {
    let target = "# There\n";
    let workspace = Workspace::repository(&[
        (A, &agent("[x](../../docs/there.md) [y](../../docs/gone.md)")),
        ("sub/b.prompt.md", &agent("[z](gone.md)")),
        ("docs/there.md", target),
    ]);
    let all = [
        ".github/agents/a.agent.md:3:29 link/missing-file".to_owned(),
        "sub/b.prompt.md:3:4 link/missing-file".to_owned(),
    ];
    assert_eq!(workspace.found(&[]), all);
    assert_eq!(workspace.found(&["sub"]), all[1..]);
    assert_eq!(workspace.found(&[A, "sub/b.prompt.md"]), all);
    // The index is the whole repository wherever we stand; paths are as seen from here.
    let ran = workspace.run_in("sub", &["check", "--format", "json", "../.github"]);
    assert_eq!(ran.found(), ["../.github/agents/a.agent.md:3:29 link/missing-file"]);
    assert_eq!(ran.json()["files"], 1);
}

#[test]
fn another_repository_is_judged_by_itself() {
    let workspace = Workspace::new(&[
        ("one/a.prompt.md", &agent("[x](gone.md)")),
        ("one/nested/b.prompt.md", &agent("[x](../a.prompt.md)")),
        ("two/.git/HEAD", "ref: refs/heads/main\n"),
        ("two/deep/c.prompt.md", &agent("[x](/top.md)\n[y](../top.md)")),
        ("two/top.md", ""),
    ]);
    std::fs::create_dir_all(workspace.path("one/.git")).unwrap();
    workspace.write("one/nested/.git", "gitdir: elsewhere\n");
    // A checkout of its own is left alone, said, and checked on demand.
    let ran = workspace.run_in("one", &["check", "--format", "json"]);
    assert_eq!(ran.found(), ["a.prompt.md:3:4 link/missing-file"]);
    assert!(ran.err.contains("`nested` is a checkout of its own"), "{}", ran.err);
    let ran = workspace.run_in("one", &["check", "--format", "json", "../two/deep"]);
    assert_eq!((ran.status, ran.json()["files"].as_u64()), (0, Some(1)));
    let ran = workspace.run_in("one", &["check", "--format", "json", "nested"]);
    assert_eq!(ran.json()["files"], 1);
}

#[test]
fn what_cannot_be_checked_is_said() {
    let workspace = Workspace::new(&[("README.md", "[x](gone.md)\n")]);
    let ran = workspace.run(&["check"]);
    assert_eq!(ran.status, 0);
    assert!(ran.out.starts_with("No primitives found"), "{}", ran.out);
    let ran = workspace.run(&["check", "--format", "json"]);
    assert_eq!(ran.out, "{\"files\": 0, \"diagnostics\": []}\n");
    let ran = workspace.run(&["check", "README.md"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, "note: nothing in `README.md` is a primitive\n"));
    let ran = workspace.run(&["check", "nowhere"]);
    assert_eq!(ran.status, 2);
    assert_eq!(ran.err, "segue: `nowhere` cannot be checked: there is no such file or folder.\n");
    assert_eq!(workspace.run(&["check", "--format", "pdf"]).status, 2);
}

#[test]
fn settings_that_are_wrong_are_findings() {
    let workspace =
        Workspace::new(&[(A, &agent("Hello.")), ("segue.toml", "clients = [\"vscode\"]\ncolour = true\n")]);
    let found = workspace.found(&[]);
    assert!(found.iter().any(|line| line.starts_with("segue.toml:1:0 ")), "{found:?}");
    assert_eq!(workspace.found(&[".github"]), [""; 0]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_out_of_the_repository() {
    let workspace = Workspace::new(&[
        ("repo/a.prompt.md", &agent("Hello.")),
        ("outside/b.instructions.md", "---\napplyTo: ['a', 'b']\n---\nHello.\n"),
    ]);
    std::fs::create_dir_all(workspace.path("repo/.git")).unwrap();
    std::os::unix::fs::symlink(workspace.path("outside"), workspace.path("repo/link")).unwrap();
    let before = workspace.read("outside/b.instructions.md");
    let ran = workspace.run_in("repo", &["check", "--fix", "--format", "json"]);
    assert_eq!(ran.json()["files"], 1);
    // Named by its link it is read, and not written.
    let ran = workspace.run_in("repo", &["check", "--fix", "--format", "json", "link"]);
    assert_eq!(ran.json()["files"], 1);
    assert_eq!(workspace.read("outside/b.instructions.md"), before);
}

#[test]
fn the_users_own_files_are_known_only_on_demand() {
    let workspace = Workspace::new(&[
        ("home/.copilot/agents/mine.agent.md", "---\nname: mine\ndescription: Mine\n---\nHello.\n"),
        ("repo/a.agent.md", "---\ndescription: A\ntools: ['agent']\nagents: ['mine']\n---\nHello.\n"),
    ]);
    std::fs::create_dir_all(workspace.path("repo/.git")).unwrap();
    let unknown = |arguments: &[&str]| {
        let mut command = workspace.command("repo", arguments);
        let output =
            command.env("HOME", workspace.path("home")).env("USERPROFILE", workspace.path("home")).output();
        String::from_utf8(output.unwrap().stdout).unwrap().contains("agent/unknown")
    };
    assert!(unknown(&["check", "--format", "json"]));
    assert!(!unknown(&["check", "--format", "json", "--user"]));
}
