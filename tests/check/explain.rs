//! `segue explain`, and the pages that are made by it.

use crate::workspace::{Workspace, segue};
use segue_catalog::catalog;
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn a_rule() {
    let ran = Workspace::new(&[]).run(&["explain", "link/missing-anchor"]);
    assert_eq!(ran.status, 0);
    for expected in
        ["link/missing-anchor\n", "Severity: warning.", "\nReported\n", "\nRight\n", "«", "\nSources\n"]
    {
        assert!(ran.out.contains(expected), "{expected:?} in {}", ran.out);
    }
    let ran = Workspace::new(&[]).run(&["explain", "link/missing-anchor", "--format", "markdown"]);
    assert!(ran.out.starts_with("# link/missing-anchor\n"), "{}", ran.out);
}

#[test]
fn every_rule_and_family() {
    let workspace = Workspace::new(&[]);
    let list = workspace.run(&["explain"]).out;
    for rule in &catalog().rules {
        assert!(list.contains(&format!("- `{}` (", rule.code)), "{}", rule.code);
    }
    let ran = workspace.run(&["explain", "link"]);
    assert!(ran.status == 0 && ran.out.contains("link/absolute") && !ran.out.contains("apply-to/"));
}

#[test]
fn a_code_that_does_not_exist() {
    let workspace = Workspace::new(&[]);
    for (typed, said) in [
        ("link/missing-flie", "did you mean `link/missing-file`?"),
        ("missing-ancor", "did you mean `link/missing-anchor`?"),
        ("xyzzy", "`segue explain` lists all rules."),
    ] {
        let ran = workspace.run(&["explain", typed]);
        assert_eq!((ran.status, ran.err), (2, format!("segue: There is no rule `{typed}`: {said}\n")));
    }
}

#[test]
fn sources_with_their_days() {
    let ran = Workspace::new(&[]).run(&["explain", "--sources"]);
    for table in catalog().sources() {
        assert!(ran.out.contains(&format!("\n{}\n", table.file)), "{} in {}", table.file, ran.out);
    }
    assert!(ran.out.contains("(read 20"), "{}", ran.out);
}

/// Files below a folder, with their texts.
fn pages(folder: &Path) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(current) = open.pop() {
        for entry in std::fs::read_dir(&current).into_iter().flatten().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                pages.insert(name, std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n"));
            }
        }
    }
    pages
}

#[test]
fn the_pages_in_docs_are_up_to_date() {
    let made = tempfile::tempdir().unwrap();
    let status = segue(made.path(), &["explain", "--write-docs", "."]).status().unwrap();
    assert!(status.success());
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = top.join("docs/rules");
    if std::env::var_os("SEGUE_UPDATE").is_some() {
        let _ = std::fs::remove_dir_all(&docs);
        let status = segue(top, &["explain", "--write-docs", "docs/rules"]).status().unwrap();
        assert!(status.success());
    }
    let (made, shipped) = (pages(made.path()), pages(&docs));
    let stale: Vec<&String> = shipped.keys().filter(|name| !made.contains_key(*name)).collect();
    let old: Vec<&String> =
        made.iter().filter(|(name, text)| shipped.get(*name) != Some(text)).map(|(name, _)| name).collect();
    assert!(
        stale.is_empty() && old.is_empty(),
        "docs/rules is out of date. Run `SEGUE_UPDATE=1 cargo test --test check the_pages_in_docs`\n\
         (or `cargo run -- explain --write-docs docs/rules`).\nPages without a rule: {stale:?}\nPages to be written: {old:?}"
    );
}
