//! `segue graph`, run as people run it.

use crate::workspace::Workspace;
use serde_json::Value;

#[test]
fn the_sample_as_mermaid() {
    insta::assert_snapshot!(Workspace::sample().run(&["graph"]).out);
}

#[test]
fn the_sample_for_graphviz() {
    insta::assert_snapshot!(Workspace::sample().run(&["graph", "--format", "dot", "--no-tools"]).out);
}

#[test]
fn the_sample_as_data() {
    let workspace = Workspace::sample();
    let ran = workspace.run(&["graph", "--format", "json", "--no-tools"]);
    insta::assert_snapshot!(ran.out);
    let whole: Value = serde_json::from_str(&workspace.run(&["graph", "--format", "json"]).out).unwrap();
    let ids: Vec<&Value> = whole["nodes"].as_array().unwrap().iter().map(|node| &node["id"]).collect();
    for edge in whole["edges"].as_array().unwrap() {
        assert!(ids.contains(&&edge["from"]) && ids.contains(&&edge["to"]), "{edge}");
    }
}

const QUOTED: &str = "---\nname: \"A \\\"quoted\\\" <b>name</b>\\n& `more`\"\nhandoffs:\n  - label: 'x\"]; y'\n    agent: '\\N|end'\n    prompt: ''\n---\nText\n";

#[test]
fn names_stay_names_in_each_format() {
    let workspace = Workspace::new(&[(".github/agents/a.agent.md", QUOTED)]);
    insta::assert_snapshot!(
        [["graph", "--format", "mermaid"], ["graph", "--format", "dot"]]
            .map(|arguments| workspace.run(&arguments).out)
            .join("\n")
    );
    let data: Value = serde_json::from_str(&workspace.run(&["graph", "--format", "json"]).out).unwrap();
    assert_eq!(data["nodes"][0]["name"], "A \"quoted\" <b>name</b>\n& `more`");
    assert_eq!(data["edges"][0]["labels"][0], "x\"]; y");
}

#[test]
fn a_path_narrows_and_paths_are_those_of_the_reader() {
    let workspace = Workspace::sample();
    let ran = workspace.run_in(".github/agents", &["graph", "reviewer.agent.md", "--format", "json"]);
    let data: Value = serde_json::from_str(&ran.out).unwrap();
    let ids: Vec<&str> =
        data["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"reviewer.agent.md") && ids.contains(&"builder.agent.md"), "{ids:?}");
    assert!(!ids.contains(&"../skills/token-review/SKILL.md"), "{ids:?}");
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let workspace = Workspace::new(&[("README.md", "Nothing here.\n")]);
    let ran = workspace.run(&["graph"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "flowchart LR\n"));
    assert!(ran.err.contains("no prompts, agents or skills"), "{}", ran.err);
    assert_eq!(workspace.run(&["graph", "gone"]).status, 2);
    assert!(workspace.run(&["graph", "--help"]).out.contains("Examples:"));
    let other = Workspace::sample();
    let ran = workspace.run(&["graph", ".", other.path("").to_str().unwrap()]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("several repositories"), "{}", ran.err);
}

#[test]
fn mermaid_is_told_when_it_is_too_much() {
    let mut files = Vec::new();
    for index in 0..24 {
        let all: Vec<String> = (0..24).map(|other| format!("A{other}")).collect();
        let text = format!("---\nname: A{index}\ntools: [agent]\nagents: [{}]\n---\nText\n", all.join(", "));
        files.push((format!(".github/agents/a{index}.agent.md"), text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let workspace = Workspace::new(&files);
    assert!(workspace.run(&["graph"]).err.contains("Mermaid draws 500 arrows at most, and these are 576"));
    assert_eq!(workspace.run(&["graph", "--format", "dot"]).err, "");
}
