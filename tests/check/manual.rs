//! `segue man`: pages that the programs which show pages read without a complaint.

use crate::workspace::Workspace;
use std::path::Path;
use std::process::Command;

#[test]
fn a_page_of_all_and_of_one_command() {
    let workspace = Workspace::new(&[]);
    let all = workspace.run(&["man"]);
    assert_eq!((all.status, all.err.as_str()), (0, ""));
    for part in [".TH segue 1", ".SH NAME", ".SH SYNOPSIS", ".SH SUBCOMMANDS", "segue\\-check(1)"] {
        assert!(all.out.contains(part), "{part} in {}", all.out);
    }
    assert!(!all.out.contains("runner"), "what help hides has no page: {}", all.out);
    let one = workspace.run(&["man", "runs", "merge"]);
    assert!(one.out.contains(".TH segue-runs-merge 1"), "{}", one.out);
    let none = workspace.run(&["man", "runs", "marge"]);
    assert_eq!((none.status, none.err.as_str()), (2, "segue: There is no command `runs marge`.\n"));
}

#[test]
fn all_pages_in_a_folder() {
    let workspace = Workspace::new(&[("taken/segue.1/file", "")]);
    assert_eq!(workspace.run(&["man", "--out", "man/man1"]).status, 0);
    for page in ["segue.1", "segue-check.1", "segue-runs.1", "segue-runs-merge.1", "segue-tools-refresh.1"] {
        assert!(workspace.read(&format!("man/man1/{page}")).contains(".SH SYNOPSIS"), "{page}");
    }
    assert!(!workspace.path("man/man1/segue-runner.1").exists());
    let refused = workspace.run(&["man", "--out", "taken"]);
    assert!(
        refused.status == 2 && refused.err.contains("The pages cannot be written to `taken`"),
        "{refused:?}"
    );
}

/// Each page as a reader sees it, 80 columns wide, by the first of these programs that is here.
fn shown(page: &Path) -> Option<(String, String)> {
    let path = page.to_str().unwrap();
    let programs: &[&[&str]] = &[
        &["groff", "-Kutf8", "-man", "-ww", "-Tutf8", "-P-cbou", "-rLL=80n", path],
        &["mandoc", "-Wwarning", "-Tutf8", "-Owidth=80", path],
        &["nroff", "-man", path],
    ];
    let output = programs.iter().find_map(|words| Command::new(words[0]).args(&words[1..]).output().ok())?;
    Some((String::from_utf8_lossy(&output.stdout).into(), String::from_utf8_lossy(&output.stderr).into()))
}

#[test]
fn pages_are_shown_without_a_complaint() {
    let workspace = Workspace::new(&[]);
    assert_eq!(workspace.run(&["man", "--out", "."]).status, 0);
    for page in std::fs::read_dir(workspace.path("")).unwrap().map(Result::unwrap) {
        let Some((out, err)) = shown(&page.path()) else {
            println!("neither groff nor mandoc is here: no page is shown");
            return;
        };
        assert_eq!(err, "", "{}", page.path().display());
        assert!(out.contains("NAME") && out.contains("SYNOPSIS"), "{out}");
        if page.file_name() == "segue-explain.1" {
            // Examples keep their columns.
            assert!(out.contains("\n         segue explain link/missing-anchor    one rule\n"), "{out}");
        }
    }
}
