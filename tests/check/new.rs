//! `segue new`: where each file goes, what stands in it, and what is refused.

use crate::workspace::Workspace;

#[test]
fn a_name_alone_goes_where_the_kind_belongs() {
    let workspace = Workspace::repository(&[("src/main.rs", "fn main() {}\n")]);
    let ran = workspace.run(&["new", "agent", "tester"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "Wrote .github/agents/tester.agent.md\n"), "{ran:?}");
    assert_eq!(ran.err, "VS Code, Copilot CLI and GitHub find it there.\n");
    let text = workspace.read(".github/agents/tester.agent.md");
    assert!(text.starts_with("---\ndescription: What the agent does"), "{text}");

    // From a folder of the repository, seen from there.
    let ran = workspace.run_in("src", &["new", "skill", "pdf-forms", "--client", "claude"]);
    assert_eq!(
        (ran.status, ran.out.as_str()),
        (0, "Wrote ../.claude/skills/pdf-forms/SKILL.md\n"),
        "{ran:?}"
    );
    assert!(workspace.read(".claude/skills/pdf-forms/SKILL.md").contains("name: pdf-forms\n"));
    let ran = workspace.run(&["new", "CLAUDE.md"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "Wrote CLAUDE.md\n"), "{ran:?}");
}

#[test]
fn a_folder_before_the_name_counts_from_here_whatever_slash_it_has() {
    let workspace = Workspace::repository(&[("docs/a.md", "# A\n")]);
    for (typed, wanted) in [
        ("features/sign-in", "features/sign-in.spec.md"),
        (r"features\sign-out.spec.md", "features/sign-out.spec.md"),
        ("../top", "../top.spec.md"),
        ("./here", "here.spec.md"),
    ] {
        let ran = workspace.run_in("docs", &["new", "spec", typed]);
        assert_eq!((ran.status, ran.out), (0, format!("Wrote {wanted}\n")), "{typed}: {}", ran.err);
        assert!(ran.err.contains("No client loads it by itself"), "{}", ran.err);
    }
    assert!(workspace.path("docs/features/sign-out.spec.md").is_file());
    assert!(workspace.path("top.spec.md").is_file());
}

#[test]
fn every_kind_that_is_listed_makes_a_file_without_errors_and_warnings() {
    let workspace = Workspace::repository(&[]);
    let listed = workspace.run(&["new"]);
    assert_eq!(listed.status, 0, "{listed:?}");
    let kinds: Vec<&str> = listed.out.lines().take_while(|line| !line.is_empty()).collect();
    assert!(kinds.len() > 12, "{}", listed.out);
    for line in kinds {
        let mut words = line.split_whitespace();
        let (kind, path) = (words.next().unwrap(), words.next().unwrap());
        let mut arguments = vec!["new", kind];
        arguments.extend(path.contains("NAME").then_some("example"));
        let ran = workspace.run(&arguments);
        let path = path.replace("NAME", "example");
        assert_eq!((ran.status, ran.out), (0, format!("Wrote {path}\n")), "{}", ran.err);
        assert!(!ran.err.contains("Look at it"), "{kind}: {}", ran.err);
    }
    let checked = workspace.run(&["check", "--deny", "warning"]);
    assert_eq!(checked.status, 0, "{}", checked.out);
}

#[test]
fn a_patch_writes_nothing() {
    let workspace = Workspace::repository(&[]);
    let ran = workspace.run(&["new", "memory", "release", "--diff"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.out.starts_with("--- /dev/null\n+++ b/release.memory.md\n@@ -0,0 +1,"), "{}", ran.out);
    assert!(!workspace.path("release.memory.md").exists());
    std::fs::write(workspace.path("p.patch"), &ran.out).unwrap();
    workspace.git(&["apply", "p.patch"]);
    assert!(workspace.read("release.memory.md").starts_with("# Topic\n"));
}

#[test]
fn what_is_there_stays_as_it_is() {
    let path = ".github/agents/tester.agent.md";
    let workspace = Workspace::repository(&[(path, "Mine.\n")]);
    for extra in [&[][..], &["--diff"]] {
        let ran = workspace.run(&[&["new", "agent", "tester"], extra].concat());
        assert_eq!(ran.status, 2, "{ran:?}");
        assert_eq!(ran.err, format!("segue: Nothing is written: `{path}` is there already.\n"));
    }
    assert_eq!(workspace.read(path), "Mine.\n");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_behind_a_link() {
    let outside = Workspace::new(&[("kept.md", "")]);
    let workspace = Workspace::repository(&[]);
    std::os::unix::fs::symlink(outside.path(""), workspace.path(".github")).unwrap();
    let ran = workspace.run(&["new", "agent", "tester"]);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(ran.err.contains("behind a symbolic link"), "{}", ran.err);
    assert!(!outside.path("agents").exists());
}

#[test]
fn what_cannot_be_is_refused_in_a_sentence() {
    let workspace = Workspace::repository(&[]);
    for (arguments, said) in [
        (&["new", "agnt", "x"][..], "there is no kind `agnt`; `segue new` lists them."),
        (&["new", "chat-mode", "x"], "`segue new agent NAME`"),
        (&["new", "agent"], "a custom agent needs a name"),
        (&["new", "skill", "PDF Forms"], "the name cannot be one"),
        (&["new", "agent", "a?b"], "cannot stand in one"),
        (&["new", "claude-agent", "docs/x"], "such files lie in `.claude/agents`"),
        (&["new", "agent", "docs/x", "--client", "vscode"], "VS Code would not read `docs/x.agent.md`"),
        (&["new", "spec", "x", "--client", "claude"], "Claude Code would not read `x.spec.md`"),
    ] {
        let ran = workspace.run(arguments);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
    assert_eq!(std::fs::read_dir(workspace.path("")).unwrap().count(), 1, "only the repository is there");
}
