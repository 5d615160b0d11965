//! Every row of the rule table is tried on its own examples: the bad one gives exactly the marked
//! ranges, the good one nothing, and a fix that may be applied unasked leaves nothing behind.

use segue_analysis::diagnostics::{self, Finding, Fix};
use segue_analysis::features::shown::{self, View};
use segue_analysis::fixture::{self, MemoryDisk};
use segue_analysis::{Host, Options, World};
use segue_catalog::{Answer, Answerers, Rule, Severity, catalog};
use segue_syntax::Span;
use std::sync::Arc;

/// Rows whose code is not written yet. Must become empty.
const NOT_WRITTEN: &[&str] = &[];

fn disk(fixture: &str, config: Option<&str>) -> MemoryDisk {
    let disk = MemoryDisk::default();
    for file in fixture::files(fixture, "1") {
        disk.write(&file.path, file.text);
    }
    if let Some(config) = config {
        disk.write("segue.toml", config);
    }
    disk
}

fn world(disk: MemoryDisk) -> World {
    Host::open(Arc::new(disk), Options::default(), &|_| ()).snapshot().as_ref().clone()
}

/// The findings with the text of their files, by path.
fn findings(world: &World) -> Vec<(String, String, Vec<Finding>)> {
    let mut all: Vec<_> = world
        .primitives()
        .map(|(id, _)| {
            let text = world.text(id).map(|text| text.to_string()).unwrap_or_default();
            (world.path(id).to_string(), text, diagnostics::of_file(world, id))
        })
        .collect();
    for (path, finding) in world.config_findings() {
        let text = world.config_text(&path).map(|text| text.to_string()).unwrap_or_default();
        all.push((path.to_string(), text, vec![finding]));
    }
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

fn shown(found: &[(String, String, Vec<Finding>)]) -> String {
    found
        .iter()
        .flat_map(|(path, text, findings)| {
            findings.iter().map(move |finding| {
                let token = finding.span.of(text);
                format!(
                    "  {path} {:?} {} {} `{token}` {}\n",
                    finding.span,
                    finding.severity.name(),
                    finding.code,
                    finding.message
                )
            })
        })
        .collect()
}

/// What is wrong with a row's examples, in words.
fn complaints(rule: &Rule) -> Vec<String> {
    let mut wrong = Vec::new();
    let config = rule.config.as_deref();
    let bad = findings(&world(disk(&rule.bad, config)));
    let expected: Vec<(String, Span)> = fixture::files(&rule.bad, "1")
        .into_iter()
        .flat_map(|file| file.marks.into_iter().map(move |span| (file.path.clone(), span)))
        .collect();
    let mut got: Vec<(String, Span)> = bad
        .iter()
        .flat_map(|(path, _, all)| {
            all.iter().filter(|one| one.code == rule.code).map(move |one| (path.clone(), one.span))
        })
        .collect();
    got.sort();
    let mut sorted = expected.clone();
    sorted.sort();
    if expected.is_empty() || got != sorted {
        wrong.push(format!("bad: marked {sorted:?}, found {got:?}\n{}", shown(&bad)));
    }
    for (path, text, all) in &bad {
        for one in all {
            if one.span.is_empty() || text.get(one.span.range()).is_none() {
                wrong.push(format!("{path}: the range {:?} of {} is no text", one.span, one.code));
            }
        }
    }
    let good = findings(&world(disk(&rule.good, config)));
    let loud = good
        .iter()
        .flat_map(|file| &file.2)
        .any(|one| one.code == rule.code || one.severity >= Severity::Warning);
    if loud {
        wrong.push(format!("good:\n{}", shown(&good)));
    }
    wrong.extend(fixes_complaints(rule, &bad));
    wrong
}

/// Safe fixes: each alone takes its finding away; all of a file together, as `--fix` applies them,
/// bring none, and a second time they find nothing to do.
fn fixes_complaints(rule: &Rule, bad: &[(String, String, Vec<Finding>)]) -> Vec<String> {
    let mut wrong = Vec::new();
    let config = rule.config.as_deref();
    let has_fix = |one: &Finding| one.code == rule.code && !one.fixes.is_empty();
    if bad.iter().flat_map(|file| &file.2).any(has_fix) && !rule.fixable {
        wrong.push("it has a fix and its row says that there is none".to_owned());
    }
    let count = |all: &[Finding], code: &str| all.iter().filter(|one| one.code == code).count();
    let together = disk(&rule.bad, config);
    for (path, text, all) in bad {
        let fixes = safe_fixes(rule, all);
        for fix in &fixes {
            let alone = disk(&rule.bad, config);
            alone.write(path, applied(text, &[fix]));
            let after = findings(&world(alone));
            let now = after.iter().find(|file| &file.0 == path).map_or(0, |file| count(&file.2, &rule.code));
            if now >= count(all, &rule.code) {
                wrong.push(format!("`{}` leaves its finding:\n{}", fix.title, shown(&after)));
            }
        }
        together.write(path, applied(text, &fixes));
    }
    for (path, text, now) in &findings(&world(together)) {
        let before =
            bad.iter().find(|file| &file.0 == path).map(|file| file.2.as_slice()).unwrap_or_default();
        if let Some(new) = now.iter().find(|new| count(now, new.code) > count(before, new.code)) {
            wrong.push(format!("fixed, it has {}: {}\n{text}", new.code, new.message));
        }
        if !safe_fixes(rule, now).is_empty() {
            wrong.push(format!("fixed once, {path} wants fixing again:\n{text}"));
        }
    }
    wrong
}

fn safe_fixes<'f>(rule: &Rule, findings: &'f [Finding]) -> Vec<&'f Fix> {
    let own = findings.iter().filter(|one| one.code == rule.code);
    own.filter_map(|one| one.fixes.iter().find(|fix| fix.safe)).collect()
}

fn applied(text: &str, fixes: &[&Fix]) -> String {
    let mut edits: Vec<_> = fixes.iter().flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.span);
    let mut fixed = text.to_owned();
    let mut last = u32::MAX;
    for edit in edits.iter().rev() {
        assert!(edit.span.end <= last, "edits overlap in {text}");
        last = edit.span.start;
        fixed.replace_range(edit.span.range(), &edit.insert);
    }
    fixed
}

#[test]
fn every_row_holds_on_its_own_examples() {
    let mut failed = 0;
    for rule in &catalog().rules {
        if NOT_WRITTEN.contains(&rule.code.as_str()) {
            println!("not written yet: {}", rule.code);
            continue;
        }
        for complaint in complaints(rule) {
            println!("{}: {complaint}", rule.code);
            failed += 1;
        }
    }
    assert_eq!(failed, 0, "rules that do not hold");
}

/// Beside an editor with VS Code's prompt support, what it reports itself is left out of open files, and
/// nothing else is.
#[test]
fn what_vs_code_reports_is_left_out_beside_it() {
    let mut left_out = Vec::new();
    for rule in &catalog().rules {
        let world = world(disk(&rule.bad, rule.config.as_deref()));
        for (path, _, _) in findings(&world) {
            let prompts = Answerers { prompts: true, markdown: true };
            let shown = |open: bool, editor: Answerers| {
                let view = View { open, complete: true, editor };
                shown::of_file(&world, &path, view).map(|shown| shown.findings).unwrap_or_default()
            };
            let all = shown(true, Answerers::NONE);
            let beside = shown(true, prompts);
            for gone in all.iter().filter(|one| !beside.contains(one)) {
                let own = catalog().rule(gone.code).unwrap().1;
                assert_ne!(own.in_vscode, Answer::None, "{} in {path}", gone.code);
                left_out.push(gone.code);
            }
            let is_same = rule.in_vscode == Answer::Same;
            assert!(!is_same || beside.iter().all(|one| one.code != rule.code), "{} in {path}", rule.code);
            assert_eq!(shown(false, prompts), shown(false, Answerers::NONE), "closed: {path}");
        }
    }
    left_out.sort_unstable();
    left_out.dedup();
    assert!(left_out.contains(&"link/missing-file") && left_out.contains(&"tool/deprecated"), "{left_out:?}");
}

#[test]
fn what_is_not_written_is_a_row() {
    for code in NOT_WRITTEN {
        assert!(catalog().rule(code).is_some(), "{code}");
    }
}
