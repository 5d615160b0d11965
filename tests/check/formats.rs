//! What each format prints, and the exit status.

use crate::workspace::{Workspace, agent};

fn sample() -> Workspace {
    Workspace::repository(&[
        (
            ".github/agents/a b,c.agent.md",
            "---\ndescription: Überprüft\n---\n\tcode\n\nSiehe 中文 😀 [x](gone%20.md), [y](../../docs/api.md#secrity).\r\n",
        ),
        ("docs/api.md", "# API\n\n## Security\n"),
        (
            ".github/instructions/web.instructions.md",
            "---\ndescription: Web\napplyTo: ['src/**', 'web/**']\n---\nBe brief.\n",
        ),
        ("src/a.ts", ""),
        ("web/b.ts", ""),
        ("sub/c.prompt.md", &agent("Fine.\n\n[unused]: gone.md\n")),
    ])
}

#[test]
fn human() {
    let ran = sample().run(&["check"]);
    assert_eq!(ran.status, 1);
    insta::assert_snapshot!(ran.out);
}

/// A name or a text of a file never moves the cursor of whoever looks at the report.
#[test]
fn control_characters_are_signs() {
    let instructions =
        "---\ndescription: x\napplyTo: 'a\u{1b}[2J\\b'\n---\n[\u{1b}[1mx](\u{1b}[2Jgone.md) [y](gone.md)\n";
    let workspace = Workspace::new(&[(".github/instructions/a\u{9b}2J.instructions.md", instructions)]);
    for format in ["human", "github"] {
        let ran = workspace.run(&["check", "--level", "hint", "--format", format]);
        assert!(ran.out.contains("a␛[2J"), "{}", ran.out);
        assert!(!ran.out.chars().any(|c| c.is_control() && c != '\n'), "{:?}", ran.out);
    }
}

#[test]
fn human_with_hints() {
    insta::assert_snapshot!(sample().run(&["check", "--level", "hint", "sub"]).out);
}

#[test]
fn json() {
    let workspace = sample();
    let ran = workspace.run_in("sub", &["check", "--format", "json"]);
    insta::assert_snapshot!(ran.out);
    let json = ran.json();
    assert_eq!(json.as_object().unwrap().keys().collect::<Vec<_>>(), ["files", "diagnostics"]);
    // Levels filter what people see, never what scripts get.
    assert_eq!(workspace.run_in("sub", &["check", "--format", "json", "--level", "error"]).out, ran.out);
}

#[test]
fn github() {
    insta::assert_snapshot!(sample().run_in("sub", &["check", "--format", "github", "--level", "hint"]).out);
}

#[test]
fn the_exit_status_is_about_what_is_denied() {
    let warning = Workspace::new(&[("a.prompt.md", &agent("[x](gone.md)"))]);
    let hint = Workspace::new(&[("a.prompt.md", &agent("Hello.\n\n[d]: https://example.org"))]);
    for (workspace, deny, status) in [
        (&warning, "error", 0),
        (&warning, "warning", 1),
        (&warning, "hint", 1),
        (&hint, "warning", 0),
        (&hint, "information", 0),
        (&hint, "hint", 1),
    ] {
        for format in ["human", "json", "sarif", "github"] {
            let ran = workspace.run(&["check", "--deny", deny, "--format", format]);
            assert_eq!(ran.status, status, "{deny} {format}: {}", ran.out);
        }
    }
    // What makes the command fail is shown.
    assert!(hint.run(&["check", "--deny", "hint"]).out.contains("hint[link/unused-definition]"));
    assert!(!hint.run(&["check"]).out.contains("hint["));
}

#[test]
fn colour_is_for_terminals_and_for_who_insists() {
    let workspace = sample();
    assert!(!workspace.run(&["check"]).out.contains('\u{1b}'));
    let forced = workspace.command("", &["check"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(String::from_utf8_lossy(&forced.stdout).contains('\u{1b}'));
    let json =
        workspace.command("", &["check", "--format", "json"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(!String::from_utf8_lossy(&json.stdout).contains('\u{1b}'));
}

#[test]
fn a_line_of_ten_megabytes_is_cut_to_a_window() {
    let long = format!("{} [x](gone.md) {}", "word ".repeat(2_000_000), "word ".repeat(2000));
    let workspace = Workspace::new(&[("a.prompt.md", &agent(&long))]);
    let ran = workspace.run(&["check"]);
    assert!(ran.out.contains("a.prompt.md:4:10000006"), "{}", ran.out);
    assert!(ran.out.len() < 1500, "{} bytes", ran.out.len());
}

#[test]
fn clients_narrow_what_is_found() {
    let workspace = Workspace::new(&[(
        ".github/instructions/web.instructions.md",
        "---\ndescription: Web\napplyTo: ['src/**', 'web/**']\n---\nBe brief.\n",
    )]);
    let found = |arguments: &[&str]| {
        workspace.found(arguments).iter().any(|line| line.contains("apply-to/wrong-type"))
    };
    assert!(found(&[]));
    assert!(found(&["--client", "vscode"]));
    assert!(found(&["--client", "claude,vscode"]));
    assert!(found(&["--client", "claude", "--client", "vscode"]));
    assert!(!found(&["--client", "claude"]));
    assert_eq!(workspace.run(&["check", "--client", "emacs"]).status, 2);
}
