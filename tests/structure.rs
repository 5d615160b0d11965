//! The arrows between the crates, and who may know what: the invariants of the house, written as
//! absences. A new crate or a new arrow is a change of this table, made on purpose.

#![allow(clippy::expect_used)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a face uses: the terminal, the language server.
const FACE: &[&str] = &[
    "segue-runs",
    "segue-analysis",
    "segue-orchestrator",
    "segue-mcp",
    "segue-plan",
    "segue-catalog",
    "segue-syntax",
];

/// The crates and which of ours each may use. Crates that do not exist yet stand here too: the
/// table is the plan.
const ARROWS: &[(&str, &[&str])] = &[
    ("segue", &["segue-cli", "segue-lsp"]),
    ("segue-cli", FACE),
    ("segue-lsp", FACE),
    ("segue-runs", &["segue-analysis", "segue-orchestrator", "segue-mcp", "segue-plan", "segue-catalog"]),
    ("segue-analysis", &["segue-syntax", "segue-catalog", "segue-plan"]),
    ("segue-orchestrator", &["segue-plan"]),
    ("segue-mcp", &[]),
    ("segue-syntax", &[]),
    ("segue-catalog", &[]),
    ("segue-plan", &[]),
    // A server for tests, built on the protocol's own SDK.
    ("segue-test-mcp", &[]),
    // An agent for tests, by hand: it breaks rules.
    ("segue-test-acp", &[]),
    // A model for tests of real agents.
    ("segue-test-model", &[]),
    // Drives the built binary from outside; no part of it.
    ("segue-bench", &[]),
];

/// A dependency and the only crates that may have it.
const KNOWN_BY: &[(&str, &[&str])] = &[
    ("tower-lsp", &["segue-lsp"]),
    ("tower-lsp-server", &["segue-lsp"]),
    ("lsp-types", &["segue-lsp"]),
    (
        "tokio",
        &[
            "segue-lsp",
            "segue-cli",
            "segue-runs",
            "segue-mcp",
            "segue-orchestrator",
            "segue-test-mcp",
            "segue",
        ],
    ),
    ("rmcp", &["segue-mcp", "segue-test-mcp"]),
    ("ropey", &["segue-syntax"]),
    ("tree-sitter", &["segue-syntax"]),
    ("pulldown-cmark", &["segue-syntax"]),
    ("globset", &["segue-analysis"]),
    ("clap", &["segue-cli"]),
    ("clap_complete", &["segue-cli"]),
    ("clap_mangen", &["segue-cli"]),
    ("rusqlite", &["segue-orchestrator"]),
    ("agent-client-protocol", &["segue-orchestrator"]),
    ("futures-util", &["segue-orchestrator"]),
    ("serde-saphyr", &["segue-orchestrator"]),
    ("landlock", &["segue-orchestrator"]),
];

/// A word and the only source files that may have it.
const NAMED_IN: &[(&str, &[&str])] = &[
    ("ropey::", &["server/syntax/src/text.rs"]),
    ("globset::", &["server/analysis/src/scope.rs"]),
    ("tiktoken::", &["server/analysis/src/tokens.rs", "server/analysis/src/tokens/"]),
    ("pulldown_cmark::", &["server/syntax/src/markdown.rs", "server/syntax/src/markdown/"]),
    ("gen_lsp_types", &["server/lsp/"]),
    ("saphyr_parser::", &["server/syntax/src/yaml/"]),
    ("toml_parser::", &["server/analysis/src/config/words.rs"]),
    ("rusqlite::", &["server/orchestrator/src/journal/"]),
    ("agent_client_protocol::", &["server/orchestrator/src/agent/acp/"]),
    ("serde_saphyr::", &["server/orchestrator/src/agent/rehearsal/"]),
    ("use ::landlock", &["server/orchestrator/src/os/landlock.rs"]),
];

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(top())
        .output()
        .expect("cargo metadata runs");
    serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON")
}

/// The normal dependencies of each package of the workspace.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages
        .map(|package| {
            let normal = package["dependencies"]
                .as_array()
                .expect("dependencies")
                .iter()
                .filter(|dependency| dependency["kind"].is_null())
                .filter_map(|dependency| dependency["name"].as_str())
                .map(str::to_owned)
                .collect();
            (package["name"].as_str().unwrap_or_default().to_owned(), normal)
        })
        .collect()
}

fn sources() -> Vec<PathBuf> {
    below(&["server"])
}

/// All Rust files below these folders of the project.
fn below(folders: &[&str]) -> Vec<PathBuf> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                below(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    for folder in folders {
        below(&top().join(folder), &mut found);
    }
    found
}

/// Whether a file, or a file of a folder, named `place` has a function `name`.
fn has_function(files: &[(PathBuf, String)], place: &str, name: &str) -> bool {
    files.iter().any(|(path, text)| {
        let here = path.with_extension("").iter().any(|part| part == place);
        here && text.contains(&format!("fn {name}("))
    })
}

#[test]
fn arrows_are_the_ones_of_the_table() {
    let mut wrong = Vec::new();
    for (package, used) in dependencies() {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package) else {
            wrong.push(format!("{package} is not in the table"));
            continue;
        };
        for ours in used.iter().filter(|name| name.starts_with("segue")) {
            if !allowed.contains(&ours.as_str()) {
                wrong.push(format!("{package} → {ours}"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that the table does not have: {wrong:#?}");
}

#[test]
fn what_few_may_know_few_know() {
    let mut wrong = Vec::new();
    for (package, used) in dependencies() {
        for (dependency, knowers) in KNOWN_BY {
            if used.contains(*dependency) && !knowers.contains(&package.as_str()) {
                wrong.push(format!("{package} uses {dependency}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn words_stay_in_their_files() {
    let mut wrong = Vec::new();
    for path in sources() {
        let text = std::fs::read_to_string(&path).expect("a source file is text");
        let relative = path.strip_prefix(top()).expect("below the top").to_string_lossy().replace('\\', "/");
        for (word, places) in NAMED_IN {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            if code.into_iter().any(|line| line.contains(word))
                && !places
                    .iter()
                    .any(|place| relative == *place || (place.ends_with('/') && relative.starts_with(place)))
            {
                wrong.push(format!("{relative} names {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_can_be_held_in_mind() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter_map(|path| {
            let lines = std::fs::read_to_string(&path).ok()?.lines().count();
            (lines > 620).then(|| format!("{} has {lines} lines", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "split these: {long:#?}");
}

/// The project speaks of itself alone: no path of anybody's machine.
#[test]
fn no_path_of_a_machine() {
    let mut wrong = Vec::new();
    for path in sources() {
        let text = std::fs::read_to_string(&path).expect("a source file is text");
        for place in ["/root/", "/work/", "/tmp/w/"] {
            for line in text.lines().filter(|line| line.contains(place)) {
                // The rule about such paths has to name some.
                if !line.contains("\"/home/\"") {
                    wrong.push(format!("{}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Tables in the head of a test file say which test covers which case: `test`, or `file::test`, where the
/// file may be a folder.
#[test]
fn tests_that_tables_name_exist() {
    let files: Vec<(PathBuf, String)> = below(&["server", "tests"])
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source file is text");
            (path, text)
        })
        .collect();
    let (mut wrong, mut named) = (Vec::new(), 0);
    for place in ["server/analysis/tests/bodies.rs", "server/analysis/tests/traps.rs"] {
        let (path, text) = files.iter().find(|(path, _)| path.ends_with(place)).expect(place);
        for row in text.lines().filter_map(|line| line.strip_prefix("//! | ")).skip(1) {
            let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
            for test in tests.split('`').skip(1).step_by(2) {
                named += 1;
                let own = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
                let (file, name) = test.split_once("::").unwrap_or((own, test));
                if !has_function(&files, file, name) {
                    wrong.push(format!("{place}: {test}"));
                }
            }
        }
    }
    // The page about security names a test, or a table of one, in each row.
    let page = std::fs::read_to_string(top().join("docs/security.md")).expect("the page about security");
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| |"));
    let rows: Vec<&str> = rows.filter(|line| line.contains("::")).collect();
    for row in &rows {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        for test in tests.split('`').skip(1).step_by(2) {
            named += 1;
            let Some((file, name)) = test.split_once("::") else {
                // A script for an editor: all of it.
                if !is_run_in_an_editor(test) {
                    wrong.push(format!("docs/security.md: {test}"));
                }
                continue;
            };
            let is_table = files.iter().any(|(path, text)| {
                path.file_stem().is_some_and(|stem| stem == file) && text.contains(&format!("const {name}:"))
            });
            if !is_table && !has_function(&files, file, name) {
                wrong.push(format!("docs/security.md: {test}"));
            }
        }
    }
    assert!(rows.len() > 25, "only {} rows of docs/security.md name a test", rows.len());
    let untold = page.split("\n## Confinement").next().unwrap_or_default().lines();
    let untold: Vec<&str> = untold
        .filter(|line| line.starts_with("| ") && !line.contains("::") && !line.contains("| shown by |"))
        .collect();
    assert!(untold.is_empty(), "rows of docs/security.md without a test: {untold:#?}");
    assert!(named > 40, "only {named} tests are named");
    assert!(wrong.is_empty(), "tests that are not there: {wrong:#?}");
}

/// Whether it is a script of tests in an editor, and the command of that editor names it.
fn is_run_in_an_editor(script: &str) -> bool {
    let path = top().join(script);
    let (Some(folder), Some(name)) = (path.parent(), path.file_stem().and_then(|stem| stem.to_str())) else {
        return false;
    };
    let command = std::fs::read_to_string(folder.with_extension("sh")).unwrap_or_default();
    let parts = command.lines().filter(|line| line.starts_with("for part in "));
    path.is_file() && parts.flat_map(str::split_whitespace).any(|part| part.trim_end_matches(';') == name)
}

/// A test that no command runs tells nobody anything.
#[test]
fn the_test_command_runs_every_test() {
    let command = std::fs::read_to_string(top().join("tests/run.sh")).expect("the test command");
    let files =
        std::fs::read_dir(top().join("tests")).expect("the tests").map(|entry| entry.expect("one").path());
    let names = files.filter_map(|path| {
        let is_test =
            path.extension().is_some_and(|extension| extension == "rs") || path.join("main.rs").is_file();
        let name = path.file_stem()?.to_str()?.to_owned();
        (is_test && name != "bench").then_some(name)
    });
    let names: Vec<String> = names.collect();
    assert!(names.len() > 7, "{names:?}");
    let left_out: Vec<_> = names
        .iter()
        .filter(|name| {
            !command
                .split_whitespace()
                .zip(command.split_whitespace().skip(1))
                .any(|(flag, own)| flag == "--test" && own == name.as_str())
        })
        .collect();
    assert!(left_out.is_empty(), "tests/run.sh leaves out {left_out:?}");
}
