//! `segue context`: for people and as data.

use crate::workspace::Workspace;
use serde_json::{Value, json};

#[test]
fn a_source_file() {
    let workspace = Workspace::sample();
    let ran = workspace.run(&["context", "auth/tokens.ts"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out);
}

#[test]
fn a_spec_with_its_links() {
    insta::assert_snapshot!(
        Workspace::sample().run_in("specs", &["context", "sign-in.spec.md", "--client", "claude"]).out
    );
}

#[test]
fn as_data() {
    let workspace = Workspace::sample();
    let ran = workspace.run(&["context", "specs/sign-in.spec.md", "--format", "json", "--client", "vscode"]);
    insta::assert_snapshot!(ran.out);
    let found = ran.json();
    assert_eq!(
        found.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["version", "file", "tokenizer", "clients", "closure"]
    );
    // A file that is no primitive has no closure; the key is there all the same.
    let other = workspace.run(&["context", "auth/tokens.ts", "--format", "json"]).json();
    assert_eq!(other["closure"], Value::Null);
    assert_eq!(other["clients"].as_array().unwrap().len(), 4);
    let tokens = |found: &Value| -> u64 {
        let files = found["files"].as_array().unwrap().iter();
        files.filter(|file| file["when"] == "loaded").map(|file| file["tokens"].as_u64().unwrap()).sum()
    };
    for client in other["clients"].as_array().unwrap() {
        assert_eq!(client["tokens"], json!(tokens(client)), "{client}");
    }
}

#[test]
fn settings_choose_the_clients() {
    let workspace = Workspace::sample();
    workspace.write("segue.toml", "clients = [\"github\"]\n");
    let ran = workspace.run(&["context", "auth/tokens.ts"]);
    assert!(ran.out.contains("\nGitHub: ") && !ran.out.contains("\nVS Code: "), "{}", ran.out);
}

#[test]
fn what_cannot_be_shown_is_said() {
    let workspace = Workspace::sample();
    for (arguments, said) in [
        (vec!["context", "gone.ts"], "segue: `gone.ts` cannot be read: there is no such file or folder.\n"),
        (vec!["context", "auth"], "segue: `auth` is a folder; name a file.\n"),
    ] {
        let ran = workspace.run(&arguments);
        assert_eq!((ran.status, ran.err.as_str()), (2, said), "{arguments:?}");
    }
    assert_eq!(workspace.run(&["context", "AGENTS.md", "--client", "emacs"]).status, 2);
    assert!(workspace.run(&["context", "--help"]).out.contains("Examples:"));
}

#[test]
fn colour_is_for_terminals_and_for_who_insists() {
    let workspace = Workspace::sample();
    assert!(!workspace.run(&["context", "AGENTS.md"]).out.contains('\u{1b}'));
    let forced =
        workspace.command("", &["context", "AGENTS.md"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(String::from_utf8_lossy(&forced.stdout).contains('\u{1b}'));
}
