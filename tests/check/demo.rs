//! The tour: what it prints is found in the sample at that moment, nothing of it is written down before.

use crate::workspace::{Ran, Workspace};
use std::path::{Path, PathBuf};

const PROMPT: &str = ".github/prompts/implement.prompt.md";

fn bundled() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/sign-in")
}

/// The sample with one text in its prompt replaced.
fn changed(from: &str, to: &str) -> Workspace {
    fn copy(folder: &Path, top: &Path, into: &Workspace) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                copy(&entry.path(), top, into);
            } else {
                let path = entry.path();
                let text = std::fs::read_to_string(&path).unwrap();
                into.write(path.strip_prefix(top).unwrap().to_str().unwrap(), &text);
            }
        }
    }
    let workspace = Workspace::new(&[]);
    copy(&bundled(), &bundled(), &workspace);
    let text = workspace.read(PROMPT);
    assert!(text.contains(from), "the sample has {from}");
    workspace.write(PROMPT, &text.replace(from, to));
    workspace
}

fn tour(from: &Path) -> Ran {
    let ran = Workspace::new(&[]).run(&["demo", "--from", from.to_str().unwrap()]);
    assert_eq!((ran.status, ran.err.contains("segue:")), (0, false), "{ran:?}");
    ran
}

/// What the editor's session printed.
fn session(ran: &Ran) -> &str {
    let start = ran.out.find("$ segue lsp\n").expect("the session");
    let session = &ran.out[start..];
    &session[..session.find("the server has ended").expect("its end")]
}

/// The lines that the server sent between one line of the editor and the next.
fn told<'a>(session: &'a str, asked: &str) -> Vec<&'a str> {
    let mut lines = session.lines().skip_while(|line| !line.starts_with(asked)).skip(1);
    let told: Vec<&str> = lines.by_ref().take_while(|line| line.starts_with("← ")).collect();
    assert!(!told.is_empty(), "{asked} in {session}");
    told
}

#[test]
fn the_editor_s_session_opens_types_and_fixes() {
    let ran = tour(&bundled());
    let session = session(&ran);
    let opened = told(session, "→ open ");
    let typed = told(session, "→ type ");
    assert!(opened.iter().any(|line| line.contains("[frontmatter/deprecated-key]")), "{session}");
    assert_eq!(typed.len(), opened.len() + 1, "{session}");
    assert!(typed.iter().any(|line| line.contains("design.context.md")), "{session}");
    let offered = told(session, "→ what can be done");
    assert!(offered.contains(&"← Explain frontmatter/deprecated-key"), "{session}");
    let fixed = told(session, &format!("→ {}", offered[0].trim_start_matches("← ")));
    assert_eq!(fixed.len(), typed.len() - 1, "{session}");
}

#[test]
fn one_planted_mistake_less_is_seen_in_the_session() {
    let (before, after) =
        (tour(&bundled()), tour(changed("#pasword-hashing", "#password-hashing").path("").as_path()));
    let (before, after) = (session(&before), session(&after));
    let mistake = |line: &&str| line.contains("#pasword-hashing");
    for asked in ["→ open ", "→ type "] {
        let (before, after) = (told(before, asked), told(after, asked));
        let without: Vec<&str> = before.iter().filter(|line| !mistake(line)).copied().collect();
        assert_eq!(before.len(), without.len() + 1);
        assert_eq!(after, without);
    }
}

#[test]
fn another_mistake_gets_another_fix() {
    let mended = changed("mode: Builder", "agent: Builder");
    let ran = tour(&mended.path(""));
    let session = session(&ran);
    assert_eq!(told(session, "→ what can be done")[0], "← Replace by `#password-hashing`");
    let left = told(session, "→ Replace by `#password-hashing`");
    assert!(left.iter().all(|line| !line.contains("pasword")), "{session}");
}
