//! `--fix`: what it writes, and what it leaves alone.

use crate::workspace::{Workspace, agent};

const WEB: &str = ".github/instructions/web.instructions.md";

/// Fixable: a list where clients expect a string.
fn broken(line_end: &str) -> String {
    ["---", "description: Web", "applyTo: ['src/**', 'web/**']", "---", "Be brief."].join(line_end) + line_end
}

fn fixed(line_end: &str) -> String {
    broken(line_end).replace("['src/**', 'web/**']", "'src/**, web/**'")
}

fn with(text: &str) -> Workspace {
    Workspace::new(&[(WEB, text), ("src/a.ts", ""), ("web/b.ts", "")])
}

#[test]
fn line_ends_marks_and_last_lines_stay_as_they_are() {
    for line_end in ["\n", "\r\n"] {
        for mark in ["", "\u{feff}"] {
            for last in [true, false] {
                let cut = |text: String| {
                    let text = format!("{mark}{text}");
                    if last { text } else { text.trim_end().to_owned() }
                };
                let workspace = with(&cut(broken(line_end)));
                let ran = workspace.run(&["check", "--fix"]);
                assert_eq!(ran.status, 0, "{ran:?}");
                assert_eq!(workspace.read(WEB), cut(fixed(line_end)), "{line_end:?} {mark:?} {last}");
                // A second time there is nothing to do.
                let again = workspace.run(&["check", "--fix"]);
                assert_eq!((again.err.as_str(), workspace.read(WEB)), ("", cut(fixed(line_end))));
            }
        }
    }
}

#[test]
fn what_remains_is_reported() {
    let workspace = with(&(broken("\n") + "[x](gone.md)\n"));
    let ran = workspace.run(&["check", "--fix"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, "Applied 1 fix, wrote 1 file.\n"));
    assert!(ran.out.contains("warning[link/missing-file]"), "{}", ran.out);
    assert!(!ran.out.contains("apply-to/wrong-type"), "{}", ran.out);
}

#[test]
fn fixes_go_on_until_nothing_changes() {
    // The list becomes a string, and only then is `./` seen to match nothing.
    let workspace = with(&broken("\n").replace("['src/**', 'web/**']", "['./src/**', 'web/**']"));
    let ran = workspace.run(&["check", "--fix"]);
    assert!(ran.err.starts_with("Applied "), "{ran:?}");
    let after = workspace.read(WEB);
    let again = workspace.run(&["check", "--fix"]);
    assert_eq!((again.err.as_str(), workspace.read(WEB)), ("", after));
}

#[test]
fn a_diff_writes_nothing_and_applies_with_git() {
    let workspace = Workspace::repository(&[(WEB, &broken("\n")), ("src/a.ts", ""), ("web/b.ts", "")]);
    let ran = workspace.run(&["check", "--fix", "--diff"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, "1 fix in 1 file would be applied.\n"));
    assert_eq!(workspace.read(WEB), broken("\n"));
    insta::assert_snapshot!(ran.out);
    workspace.write("patch", &ran.out);
    workspace.git(&["apply", "patch"]);
    assert_eq!(workspace.read(WEB), fixed("\n"));
    let ran = workspace.run(&["check", "--fix", "--diff"]);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "Nothing to fix.\n"));
    assert_eq!(workspace.run(&["check", "--diff"]).status, 2);
}

#[test]
fn a_read_only_file_is_said_and_the_others_are_fixed() {
    let workspace = with(&broken("\n"));
    let locked = ".github/instructions/locked.instructions.md";
    workspace.write(locked, &broken("\n"));
    let mut permissions = std::fs::metadata(workspace.path(locked)).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(workspace.path(locked), permissions).unwrap();
    let ran = workspace.run(&["check", "--fix"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains(&format!("`{locked}` is not fixed: it is read-only.")), "{}", ran.err);
    assert!(ran.err.contains("Applied 1 fix, wrote 1 file."), "{}", ran.err);
    assert_eq!((workspace.read(locked), workspace.read(WEB)), (broken("\n"), fixed("\n")));
    assert!(ran.out.contains(locked), "still reported: {}", ran.out);
}

#[cfg(unix)]
#[test]
fn permissions_are_kept_and_nothing_is_left_behind() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = with(&broken("\n"));
    std::fs::set_permissions(workspace.path(WEB), std::fs::Permissions::from_mode(0o640)).unwrap();
    workspace.run(&["check", "--fix"]);
    assert_eq!(std::fs::metadata(workspace.path(WEB)).unwrap().permissions().mode() & 0o777, 0o640);
    let names: Vec<_> = std::fs::read_dir(workspace.path(".github/instructions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["web.instructions.md"]);
}

#[test]
fn only_what_is_asked_for_is_fixed() {
    let workspace = with(&broken("\n"));
    workspace.write("sub/.github/instructions/x.instructions.md", &broken("\n"));
    workspace.write("sub/a.prompt.md", &agent("Hello."));
    workspace.run(&["check", "--fix", "sub"]);
    assert_eq!(workspace.read(WEB), broken("\n"));
    assert_eq!(workspace.read("sub/.github/instructions/x.instructions.md"), fixed("\n"));
}
