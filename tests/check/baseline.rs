//! Baselines: what was known stays hidden, what is new is seen, what went away is said.

use crate::workspace::{Workspace, agent};

#[test]
fn known_findings_are_hidden_wherever_their_lines_move() {
    let workspace = Workspace::new(&[("a.prompt.md", &agent("[x](gone.md)\n[y](lost.md)"))]);
    let ran = workspace.run(&["check", "--write-baseline"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, "Wrote 2 findings to `segue-baseline.json`.\n"));
    insta::assert_snapshot!(workspace.read("segue-baseline.json"));
    let known = ["--baseline", "segue-baseline.json"];
    assert_eq!(workspace.found(&known), [""; 0]);
    // Lines move, one more of the same comes, another is put right.
    workspace.write("a.prompt.md", &agent("New.\n\n[x](gone.md) and [x](gone.md) again"));
    let ran = workspace.run(&["check", "--format", "json", "--deny", "warning", known[0], known[1]]);
    assert_eq!((ran.status, ran.found()), (1, vec!["a.prompt.md:5:21 link/missing-file".to_owned()]));
    assert!(ran.err.contains("1 entry of the baseline no longer applies"), "{}", ran.err);
    assert!(ran.err.contains("a.prompt.md: link/missing-file `lost.md`"), "{}", ran.err);
    // Stale entries alone fail nothing, and only those of what is reported are said.
    workspace.write("a.prompt.md", &agent("Hello."));
    workspace.write("sub/b.prompt.md", &agent("Hello."));
    assert_eq!(workspace.run(&["check", "--baseline", "segue-baseline.json"]).status, 0);
    assert_eq!(workspace.run(&["check", "--baseline", "segue-baseline.json", "sub"]).err, "");
}

#[test]
fn a_baseline_is_written_where_it_is_named() {
    let workspace = Workspace::new(&[("a.prompt.md", &agent("[x](gone.md)")), ("sub/x", "")]);
    workspace.run(&["check", "--write-baseline", "sub/known.json"]);
    workspace.write("a.prompt.md", &agent("[x](other.md)"));
    // Written anew to the file that is read; what the old one knew does not matter.
    let ran = workspace.run(&["check", "--baseline", "sub/known.json", "--write-baseline"]);
    assert_eq!(ran.err, "Wrote 1 finding to `sub/known.json`.\n");
    assert_eq!(workspace.found(&["--baseline", "sub/known.json"]), [""; 0]);
    let ran = workspace.run(&["check", "--write-baseline", "sub"]);
    assert_eq!((ran.status, ran.err.as_str()), (2, "segue: `sub` cannot be written: it is a folder.\n"));
}

#[test]
fn a_baseline_that_is_none_is_said() {
    let workspace = Workspace::new(&[
        ("a.prompt.md", &agent("Hi.")),
        ("bad.json", "[]"),
        ("new.json", "{\"version\":9,\"findings\":[]}"),
    ]);
    for (file, said) in [
        ("gone.json", "cannot be read: there is no such file or folder"),
        ("bad.json", "is no baseline"),
        ("new.json", "has version 9"),
    ] {
        let ran = workspace.run(&["check", "--baseline", file]);
        assert!(ran.status == 2 && ran.err.contains(said), "{ran:?}");
    }
}
