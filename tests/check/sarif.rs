//! SARIF 2.1.0 by the requirements that code scanning and viewers depend on, section by section of the
//! standard.

use crate::workspace::{Workspace, agent};
use serde_json::Value;
use std::collections::BTreeSet;

fn sample() -> Workspace {
    Workspace::repository(&[
        (
            ".github/agents/a b,c.agent.md",
            "---\ndescription: Prüft\n---\n中😀 [x](gone.md) [x](gone.md), [y](../../docs/api.md#secrity).\n",
        ),
        ("docs/api.md", "# API\n\n## Security\n"),
        (
            ".github/instructions/web.instructions.md",
            "---\r\ndescription: Web\r\napplyTo: ['src/**', 'web/**']\r\n---\r\nBe brief.\r\n",
        ),
        ("src/a.ts", ""),
        ("web/b.ts", ""),
        ("sub/c.prompt.md", &agent("Fine.")),
    ])
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// §3.4: a relative reference (no scheme, no leading slash, nothing unescaped) with a declared base.
fn check_artifact(location: &Value, bases: &Value) {
    let uri = text(&location["uri"]);
    assert!(!uri.starts_with('/') && !uri.contains(':') && !uri.contains('\\'), "{uri}");
    assert!(
        uri.is_ascii() && !uri.contains([' ', '"', '<', '>', '[', ']', '{', '}', '|', '^', '`']),
        "{uri}"
    );
    assert!(bases.get(text(&location["uriBaseId"])).is_some(), "{location}");
}

/// §3.30: numbers from 1, the end not before the start.
fn check_region(region: &Value) {
    let number = |name: &str| region[name].as_u64().unwrap_or_else(|| panic!("{name} in {region}"));
    let (start, end) =
        ((number("startLine"), number("startColumn")), (number("endLine"), number("endColumn")));
    assert!(start.0 >= 1 && start.1 >= 1 && end.1 >= 1 && start <= end, "{region}");
}

fn check_location(location: &Value, bases: &Value) {
    let physical = &location["physicalLocation"];
    check_artifact(&physical["artifactLocation"], bases);
    if let Some(region) = physical.get("region") {
        check_region(region);
    }
}

/// Everything that a log must be.
fn check_log(log: &Value) {
    // §3.13
    assert_eq!(log["version"], "2.1.0");
    assert!(text(&log["$schema"]).ends_with("sarif-2.1.0.json"));
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let run = &runs[0];
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    // §3.19, §3.49: rules have unique ids, texts, a level.
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "segue");
    let rules = driver["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| text(&rule["id"])).collect();
    assert_eq!(ids.len(), rules.len());
    for rule in rules {
        assert!(!text(&rule["shortDescription"]["text"]).is_empty());
        assert!(!text(&rule["help"]["text"]).is_empty() && !text(&rule["help"]["markdown"]).is_empty());
        assert!(["error", "warning", "note"].contains(&text(&rule["defaultConfiguration"]["level"])));
    }
    let mut prints = BTreeSet::new();
    for result in run["results"].as_array().unwrap() {
        check_result(result, rules, &run["originalUriBaseIds"]);
        let print = text(&result["partialFingerprints"]["segueFinding/v1"]);
        assert!(print.len() == 16 && prints.insert(print.to_owned()), "{print} twice");
    }
}

/// §3.27, and §3.55–3.57 for fixes.
fn check_result(result: &Value, rules: &[Value], bases: &Value) {
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], result["ruleId"]);
    assert!(["error", "warning", "note"].contains(&text(&result["level"])));
    assert!(!text(&result["message"]["text"]).is_empty());
    assert_eq!(result["locations"].as_array().unwrap().len(), 1);
    check_location(&result["locations"][0], bases);
    let mut ids = BTreeSet::new();
    for related in result.get("relatedLocations").and_then(Value::as_array).into_iter().flatten() {
        check_location(related, bases);
        assert!(ids.insert(related["id"].as_u64().unwrap()) && !text(&related["message"]["text"]).is_empty());
    }
    for fix in result.get("fixes").and_then(Value::as_array).into_iter().flatten() {
        assert!(!text(&fix["description"]["text"]).is_empty());
        for change in fix["artifactChanges"].as_array().unwrap() {
            check_artifact(&change["artifactLocation"], bases);
            let replacements = change["replacements"].as_array().unwrap();
            assert!(!replacements.is_empty());
            for replacement in replacements {
                check_region(&replacement["deletedRegion"]);
                assert!(replacement["insertedContent"]["text"].is_string());
            }
        }
    }
}

#[test]
fn logs_are_as_the_standard_wants_them() {
    let workspace = sample();
    for arguments in [&["--level", "hint"][..], &[], &["--level", "error"], &["sub"]] {
        let mut all = vec!["check", "--format", "sarif"];
        all.extend(arguments);
        check_log(&workspace.run(&all).json());
    }
    check_log(&Workspace::new(&[]).run(&["check", "--format", "sarif"]).json());
}

#[test]
fn results() {
    // Paths are from the repository's top wherever we stand.
    let log = sample().run_in("sub", &["check", "--format", "sarif", "--level", "hint"]).json();
    let mut results = log["runs"][0]["results"].clone();
    for result in results.as_array_mut().unwrap() {
        // Moves with every new rule, and is compared with the rule's id above.
        result.as_object_mut().unwrap().shift_remove("ruleIndex");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&results).unwrap());
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let workspace = sample();
    let prints = || -> Vec<Value> {
        let log = workspace.run(&["check", "--format", "sarif"]).json();
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        results.map(|result| result["partialFingerprints"].clone()).collect()
    };
    let before = prints();
    let path = ".github/agents/a b,c.agent.md";
    let moved = workspace.read(path).replace("---\n中", "---\nA new line.\n\n中");
    workspace.write(path, &moved);
    assert_eq!(prints(), before);
}
