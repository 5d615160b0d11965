//! A generated workspace with defects planted from the rule table: what is found of them, and what
//! is said of files without any.
//!
//! Every rule's row carries a `bad` example with the tokens at fault marked, and a `good` one. Copies
//! of both, with names made unique, fill the workspace; the marks are the manifest.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use segue_analysis::diagnostics::of_file;
use segue_analysis::fixture::{self, FixtureFile, MemoryDisk};
use segue_analysis::{Host, Options};
use segue_catalog::{Rule, Severity, catalog};
use segue_syntax::Span;
use std::collections::BTreeMap;
use std::sync::Arc;
use support::{Random, number, seed};

/// What was planted where: path, code and range.
#[derive(Default)]
struct Manifest {
    planted: Vec<(String, String, Span)>,
    /// For each file the rule whose example it comes from, and whether it is a bad one.
    files: BTreeMap<String, (String, bool)>,
}

/// Writes a copy of an example. Examples with settings stand in a folder of their own with them.
fn plant(disk: &MemoryDisk, manifest: &mut Manifest, rule: &Rule, bad: bool, copy: usize) {
    let name = format!("{}{copy}", if bad { 'b' } else { 'g' });
    let folder = if has_settings(rule) {
        format!("own-{}-{name}/", rule.code.replace('/', "-"))
    } else {
        String::new()
    };
    if let Some(config) = &rule.config {
        disk.write(&format!("{folder}segue.toml"), config.as_bytes());
    }
    for FixtureFile { path, text, marks } in fixture::files(if bad { &rule.bad } else { &rule.good }, &name) {
        let path = format!("{folder}{path}");
        if bad {
            manifest.planted.extend(marks.into_iter().map(|mark| (path.clone(), rule.code.clone(), mark)));
        }
        disk.write(&path, text);
        manifest.files.insert(path, (rule.code.clone(), bad));
    }
}

/// Whether an example brings settings or a team's tables, which would hold for everything beside it.
fn has_settings(rule: &Rule) -> bool {
    let holds_for_all =
        |example: &&String| ["segue.toml", "//- governance/"].iter().any(|own| example.contains(own));
    rule.config.is_some() || [&rule.bad, &rule.good].iter().any(holds_for_all)
}

/// Rules whose example cannot be copied side by side, because the file's name is the point of it.
fn can_be_copied(rule: &Rule) -> bool {
    let names = |fixture: &str, n: &str| {
        fixture::files(fixture, n).into_iter().map(|file| file.path).collect::<Vec<_>>()
    };
    has_settings(rule)
        || [&rule.bad, &rule.good]
            .iter()
            .all(|example| names(example, "1").iter().all(|path| !names(example, "2").contains(path)))
}

#[test]
fn planted_defects_are_found_and_nothing_else() {
    let (wanted, mut random) = (number("SEGUE_FILES", 1_000) as usize, Random::new(seed()));
    let (disk, mut manifest) = (MemoryDisk::default(), Manifest::default());
    let rules = &catalog().rules;
    let alone: Vec<&str> =
        rules.iter().filter(|rule| !can_be_copied(rule)).map(|rule| rule.code.as_str()).collect();
    println!("planted once: {alone:?}");
    let mut copy = 0;
    // Every rule once, then as it comes, until the workspace is large enough.
    for rule in rules {
        plant(&disk, &mut manifest, rule, true, copy);
        copy += 1;
    }
    while manifest.files.len() < wanted {
        let rule = random.pick(rules);
        if can_be_copied(rule) {
            plant(&disk, &mut manifest, rule, random.below(3) == 0, copy);
            copy += 1;
        }
    }
    let world = Host::open(Arc::new(disk), Options::default(), &|_| ()).snapshot();
    let mut found: BTreeMap<String, Vec<(&'static str, Span, Severity, String)>> = BTreeMap::new();
    for (id, _) in world.primitives() {
        let rows = of_file(&world, id)
            .into_iter()
            .map(|one| (one.code, one.span, one.severity, one.message))
            .collect();
        found.insert(world.path(id).to_string(), rows);
    }
    for (path, finding) in world.config_findings() {
        found.entry(path.to_string()).or_default().push((
            finding.code,
            finding.span,
            finding.severity,
            finding.message,
        ));
    }
    let missed: Vec<_> = manifest
        .planted
        .iter()
        .filter(|(path, code, span)| {
            !found.get(path).is_some_and(|rows| rows.iter().any(|row| row.0 == code && row.1 == *span))
        })
        .collect();
    let false_alarms: Vec<_> = found
        .iter()
        .flat_map(|(path, rows)| rows.iter().map(move |row| (path, row)))
        .filter(|(path, (code, span, severity, _))| {
            *severity >= Severity::Warning
                && manifest.files.get(*path).is_none_or(|(rule, bad)| {
                    // In a bad example its own rule may speak, and others about the same token.
                    !bad || (rule != code
                        && !manifest
                            .planted
                            .iter()
                            .any(|(own, _, mark)| own == *path && (mark.overlaps(*span) || mark == span)))
                })
        })
        .collect();
    let planted = manifest.planted.len();
    println!(
        "{} files, {planted} planted, {} missed, {} false alarms",
        manifest.files.len(),
        missed.len(),
        false_alarms.len()
    );
    for row in missed.iter().take(20) {
        println!("missed: {row:?}");
    }
    for row in false_alarms.iter().take(20) {
        println!("false alarm: {row:?}");
    }
    assert!(missed.len() * 100 <= planted, "recall below 0.99");
    assert!(false_alarms.is_empty(), "{} false errors or warnings", false_alarms.len());
}
