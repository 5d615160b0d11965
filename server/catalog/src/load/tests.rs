//! What must hold between the tables: names are unique, every name that a row mentions exists, and
//! every text that people read is one.

use super::*;
use crate::{Key, KindRow, VscodeName};
use std::collections::BTreeSet;
use std::time::Instant;

fn unique<'a>(what: &str, names: impl IntoIterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(seen.insert(name), "{what}: {name} is there twice");
    }
}

fn sentence(what: &str, text: &str) {
    assert!(text.ends_with('.'), "{what}: {text:?} does not end with a full stop");
    assert!(!text.starts_with(char::is_whitespace) && !text.contains("  "), "{what}: {text:?}");
    assert!(text.chars().filter(|&c| c == '`').count() % 2 == 0, "{what}: {text:?} has an odd backtick");
}

fn every_row() -> impl Iterator<Item = &'static KindRow> {
    catalog().kinds.iter().map(|row| catalog().whole(row))
}

fn every_key() -> impl Iterator<Item = (&'static KindRow, &'static Key)> {
    every_row().flat_map(|row| row.keys.iter().map(move |key| (row, key)))
}

#[test]
fn every_table_loads() {
    let start = Instant::now();
    let catalog = Catalog::load().unwrap_or_else(|error| panic!("{error}"));
    println!("loaded in {:?}", start.elapsed());
    assert_eq!(catalog.clients.len(), 4);
    assert_eq!(catalog.kinds.len(), 14);
    assert_eq!(catalog.tools.len(), 4);
    for kind in [
        Kind::Agent,
        Kind::ChatMode,
        Kind::Prompt,
        Kind::Instructions,
        Kind::AlwaysOn,
        Kind::Skill,
        Kind::Spec,
        Kind::Plan,
        Kind::Memory,
        Kind::Context,
        Kind::Workflow,
    ] {
        assert!(catalog.keys(kind, Dialect::Copilot).is_some(), "{kind:?}");
    }
    for list in [catalog.models.len(), catalog.model_forms.len(), catalog.mcp_files.len()] {
        assert!(list > 0);
    }
    for list in [catalog.hook_events.len(), catalog.hook_fields.len(), catalog.variables.len()] {
        assert!(list > 0);
    }
}

#[test]
fn the_many_keys_of_workflows_wait_until_they_are_needed() {
    let catalog = Catalog::load().unwrap();
    assert!(catalog.rule("link/missing-file").is_some() && catalog.kind_of("a.agent.md").is_some());
    assert!(catalog.keys(Kind::Agent, Dialect::Copilot).unwrap().get("tools").is_some());
    assert!(catalog.more.get().is_none());
    More::load(&catalog.kinds).unwrap_or_else(|error| panic!("{error}"));
    assert!(catalog.keys(Kind::Workflow, Dialect::Copilot).unwrap().get("safe-outputs").is_some());
    assert!(catalog.sources().any(|table| table.file == "primitives/workflow/on.toml"));
}

/// The table that others read: the cases of the lexer and of the grammars of editors.
const READ_ELSEWHERE: &[&str] = &["cases.toml"];

#[test]
fn every_file_of_the_folder_is_a_table() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../grammars");
    let known: BTreeSet<&str> = [
        CLIENTS,
        KINDS,
        MORE_KEYS,
        TOOLS,
        RULES,
        MODELS,
        MCP,
        HOOKS,
        AGENTS,
        SERVERS,
        VARIABLES,
        EXPRESSIONS,
        COMPLETION,
    ]
    .into_iter()
    .flatten()
    .map(|table| table.0)
    .collect();
    for folder in ["", "clients/", "primitives/", "primitives/workflow/", "tools/", "rules/"] {
        for entry in std::fs::read_dir(format!("{root}/{folder}")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".toml") {
                let path = format!("{folder}{name}");
                let is_elsewhere = READ_ELSEWHERE.contains(&path.as_str());
                assert!(is_elsewhere || known.contains(path.as_str()), "{path} is not loaded");
            }
        }
    }
}

#[test]
fn names_are_there_once() {
    let catalog = catalog();
    unique("clients", catalog.clients.iter().map(|row| row.id.name()));
    unique("rules", catalog.rules.iter().map(|row| row.code.as_str()));
    unique("models", catalog.models.iter().map(|row| row.name.as_str()));
    unique("forms", catalog.model_forms.iter().map(|row| row.form.as_str()));
    unique("mcp files", catalog.mcp_files.iter().map(|row| row.path.as_str()));
    unique("mcp properties", catalog.mcp_properties.iter().map(|row| row.name.as_str()));
    unique("hook events", catalog.hook_events.iter().map(|row| row.name.as_str()));
    unique("hook fields", catalog.hook_fields.iter().map(|row| row.name.as_str()));
    unique("agents", catalog.builtin_agents.iter().map(|row| row.0.as_str()));
    unique("variables", catalog.variables.iter().map(|row| row.name.as_str()));
    unique(
        "servers",
        catalog.servers.iter().flat_map(|row| row.aliases.iter().chain([&row.name])).map(String::as_str),
    );
    unique("suffixes", catalog.kinds.iter().flat_map(|row| &row.suffixes).map(String::as_str));
    unique("names", catalog.kinds.iter().flat_map(|row| &row.names).map(String::as_str));
    let kinds: Vec<String> =
        catalog.kinds.iter().map(|row| format!("{} {:?}", row.kind.name(), row.dialect)).collect();
    unique("kinds", kinds.iter().map(String::as_str));
    for row in every_row() {
        unique(&row.title, row.keys.iter().map(|key| key.name.as_str()));
        unique(&row.title, row.keys.iter().flat_map(|key| &key.misspelled).map(String::as_str));
        for key in &row.keys {
            unique(&key.name, key.values.iter().map(|value| value.value.as_str()));
        }
    }
    for table in &catalog.tools {
        let name = table.client.name();
        let sets = table.sets.iter().map(|set| &set.name);
        let tools = table.tools.iter().flat_map(|tool| tool.also.iter().chain([&tool.name]));
        let old = table.old.iter().map(|old| &old.name);
        unique(name, sets.chain(tools).chain(old).map(String::as_str));
        let aliases = table.aliases.iter().flat_map(|row| row.aliases.iter().chain([&row.name]));
        // An alias may differ from the primary name by its case only, as `Read` from `read`.
        unique(name, aliases.map(String::as_str));
    }
}

#[test]
fn what_a_row_mentions_exists() {
    let catalog = catalog();
    let is_current = |name: &str| {
        let server = name.strip_suffix("/*");
        matches!(catalog.vscode_tool(name), Some(VscodeName::Set(_) | VscodeName::Tool(_)))
            || server.is_some_and(|server| catalog.servers.iter().any(|row| row.name == server))
    };
    for table in &catalog.tools {
        for set in &table.sets {
            assert!(!set.members.is_empty(), "{}", set.name);
            for member in &set.members {
                assert!(table.tools.iter().any(|tool| &tool.name == member), "{}: {member}", set.name);
                assert!(
                    set.hidden || member.starts_with(&format!("{}/", set.name)),
                    "{}: {member}",
                    set.name
                );
            }
        }
        for tool in &table.tools {
            let set = tool.name.split_once('/').map(|(set, _)| set);
            let listed =
                |set: &str| table.sets.iter().any(|row| row.name == set && row.members.contains(&tool.name));
            assert!(set.is_none_or(listed), "{} is not in its set", tool.name);
            assert!(tool.maps_to.iter().all(|name| is_current(name)), "{}: {:?}", tool.name, tool.maps_to);
        }
        for old in &table.old {
            assert!(!old.now.is_empty() || old.hint.is_some(), "{} leads nowhere", old.name);
            for now in &old.now {
                match table.client {
                    ClientId::Claude => assert!(catalog.claude_tool(now).is_some(), "{}: {now}", old.name),
                    _ => assert!(is_current(now), "{}: {now}", old.name),
                }
            }
        }
    }
    for (row, key) in every_key() {
        if let Some(new) = &key.replaced_by {
            let named: Vec<&str> = new.split('`').skip(1).step_by(2).collect();
            let named = if named.is_empty() { vec![new.as_str()] } else { named };
            for name in named {
                assert!(row.keys.iter().any(|key| key.name == name), "{}: {name}", key.name);
            }
        }
        for value in &key.values {
            let known = |new: &String| key.values.iter().any(|value| &value.value == new);
            assert!(value.replaced_by.as_ref().is_none_or(known), "{}: {}", key.name, value.value);
        }
    }
}

#[test]
fn every_nested_key_hangs_below_a_row() {
    for (row, key) in every_key() {
        let Some((above, _)) = key.name.rsplit_once('.') else { continue };
        let above = above.strip_suffix("[]").unwrap_or(above);
        assert!(row.keys.iter().any(|other| other.name == above), "{}: nothing at {above}", key.name);
    }
}

#[test]
fn a_key_says_what_its_clients_do() {
    for (row, key) in every_key() {
        assert!(!key.shapes.is_empty(), "{}", key.name);
        for client in key.clients.keys() {
            assert!(ClientId::from_name(client).is_some(), "{}: {client}", key.name);
        }
        let readers: BTreeSet<&str> = row.clients.iter().map(|at| at.client.name()).collect();
        let told: BTreeSet<&str> = key.clients.keys().map(String::as_str).collect();
        assert!(told.is_superset(&readers), "{} {}: {told:?} of {readers:?}", row.title, key.name);
        assert!(!key.deprecated || key.replaced_by.is_some(), "{}", key.name);
        for wrong in &key.misspelled {
            assert!(row.keys.iter().all(|other| &other.name != wrong), "{wrong}");
        }
    }
}

#[test]
fn texts_are_sentences() {
    let catalog = catalog();
    for row in &catalog.clients {
        sentence(&row.title, &row.doc);
    }
    for row in &catalog.kinds {
        sentence(&row.title, &row.doc);
        assert!(!row.title.is_empty());
    }
    for (_, key) in every_key() {
        sentence(&key.name, &key.doc);
        key.values
            .iter()
            .filter(|value| !value.doc.is_empty())
            .for_each(|value| sentence(&value.value, &value.doc));
    }
    for table in &catalog.tools {
        table.sets.iter().for_each(|row| sentence(&row.name, &row.doc));
        table.tools.iter().for_each(|row| sentence(&row.name, &row.doc));
        table.aliases.iter().for_each(|row| sentence(&row.name, &row.doc));
        table
            .tools
            .iter()
            .filter_map(|row| row.unsettled.as_ref())
            .for_each(|text| sentence("unsettled", text));
        table
            .old
            .iter()
            .filter_map(|row| row.unsettled.as_ref())
            .for_each(|text| sentence("unsettled", text));
        table.old.iter().filter_map(|row| row.hint.as_ref()).for_each(|text| sentence("hint", text));
    }
    catalog.mcp_properties.iter().for_each(|row| sentence(&row.name, &row.doc));
    catalog.hook_events.iter().for_each(|row| sentence(&row.name, &row.doc));
    catalog.hook_fields.iter().for_each(|row| sentence(&row.name, &row.doc));
    catalog.builtin_agent_rows.iter().for_each(|row| sentence(&row.name, &row.doc));
    catalog.servers.iter().for_each(|row| sentence(&row.name, &row.doc));
    catalog.variables.iter().for_each(|row| sentence(&row.name, &row.doc));
    catalog.expressions.iter().for_each(|row| sentence(&row.name, &row.doc));
    for rule in &catalog.rules {
        assert!(!rule.title.is_empty() && !rule.explain.is_empty(), "{}", rule.code);
    }
}

#[test]
fn every_table_names_its_sources() {
    for table in catalog().sources() {
        let may_be_empty = table.file.starts_with("rules/");
        assert!(may_be_empty || !table.source.is_empty(), "{}", table.file);
        for source in &table.source {
            assert!(!source.from.is_empty(), "{}", table.file);
            let date: Vec<&str> = source.read.split('-').collect();
            assert!(
                matches!(date.as_slice(), [year, month, day] if year.len() == 4 && month.len() == 2 && day.len() == 2)
            );
        }
    }
    for rule in &catalog().rules {
        assert!(!rule.source.is_empty(), "{}", rule.code);
        assert_eq!(catalog().rule(&rule.code).map(|found| found.1), Some(rule));
    }
}

#[test]
fn a_chat_mode_has_the_keys_of_an_agent() {
    let agent = catalog().keys(Kind::Agent, Dialect::Copilot).unwrap();
    let old = catalog().keys(Kind::ChatMode, Dialect::Copilot).unwrap();
    assert!(agent.get("description").unwrap().required);
    assert!(!old.get("description").unwrap().required);
    assert!(old.get("handoffs[].label").unwrap().required);
    assert_eq!(agent.top().count(), old.top().count());
    assert_eq!(agent.below("handoffs[]").count(), 6);
    assert_eq!(agent.below("github.permissions").count(), 9);
    assert_eq!(old.row.keys.len(), agent.row.keys.len());
}

#[test]
fn a_place_in_a_header_finds_its_key() {
    let agent = catalog().keys(Kind::Agent, Dialect::Copilot).unwrap();
    for (place, wanted) in [
        (&["name"][..], Some("name")),
        (&["handoffs[]", "label"], Some("handoffs[].label")),
        (&["handoffs", "label"], None),
        (&["mcp-servers", "mine"], Some("mcp-servers.*")),
        (&["mcp-servers", "mine", "command"], Some("mcp-servers.*.command")),
        (&["mcp-servers", "mine", "gallery"], Some("mcp-servers.*.*")),
        (&["mcp-servers", "mine", "env", "TOKEN"], Some("mcp-servers.*.env.*")),
        (&["mcp-servers", "mine", "env", "TOKEN", "x"], None),
        (&["github", "permissions", "issues"], Some("github.permissions.issues")),
        (&["github", "permissions", "wiki"], None),
        (&["title"], None),
        (&[], None),
    ] {
        assert_eq!(agent.at(place).map(|key| key.name.as_str()), wanted, "{place:?}");
    }
    assert_eq!(agent.misspelled("user-invokable").unwrap().name, "user-invocable");
    assert!(agent.misspelled("user-invocable").is_none());
}

#[test]
fn groups_of_keys_stand_below_each_key_that_names_them() {
    let workflow = catalog().keys(Kind::Workflow, Dialect::Copilot).unwrap();
    for (place, wanted) in [
        (&["jobs", "build", "steps[]", "uses"][..], Some("jobs.*.steps[].uses")),
        (&["steps[]", "run"], Some("steps[].run")),
        (&["steps", "run"], Some("steps.run")),
        (&["jobs", "build", "permissions", "issues"], Some("jobs.*.permissions.issues")),
        (
            &["safe-outputs", "threat-detection", "engine", "concurrency", "group"],
            Some("safe-outputs.threat-detection.engine.concurrency.group"),
        ),
        (&["runtimes", "node", "version"], Some("runtimes.node.version")),
        (&["runtimes", "zig", "version"], Some("runtimes.*.version")),
        (&["on.push"], None),
        (&["on", "*"], None),
    ] {
        assert_eq!(workflow.at(place).map(|key| key.name.as_str()), wanted, "{place:?}");
    }
    let scopes = |path: &str| workflow.below(path).map(|key| key.word()).collect::<Vec<_>>();
    assert_eq!(scopes("permissions"), scopes("jobs.*.permissions"));
    assert!(scopes("permissions").contains(&"contents"));
    for row in every_row() {
        for group in row.keys.iter().flat_map(|key| &key.groups) {
            let deeper = |key: &&Key| key.groups.contains(group);
            let above = row.keys.iter().find(deeper).unwrap();
            let below = row.keys.iter().filter(|key| key.name.starts_with(&above.name)).count();
            assert!(below > 1, "{}: no group {group}", above.name);
        }
    }
}

#[test]
fn expressions_are_known_by_name_or_by_their_beginning() {
    let refused =
        |name: &str| catalog().expressions.iter().find(|row| row.is_about(name)).map(|row| row.refused);
    for (name, expected) in [
        ("github.actor", Some(false)),
        ("inputs.issue", Some(false)),
        ("inputs.", None),
        ("inputs", None),
        ("secrets.TOKEN", Some(true)),
        ("github.event.issue.body", Some(true)),
        ("env.HOME", None),
    ] {
        assert_eq!(refused(name), expected, "{name}");
    }
    unique("expressions", catalog().expressions.iter().map(|row| row.name.as_str()));
}

#[test]
fn keys_that_no_client_reads_are_not_rows() {
    for (row, key) in every_key() {
        // The header of a plan is for people and for us.
        if row.kind == Kind::Plan {
            continue;
        }
        for name in ["title", "tags", "author", "hidden", "input", "mcp", "version", "user-invokable"] {
            assert_ne!(key.name, name, "{}", row.title);
        }
        assert!(key.name != "mode" || row.kind == Kind::Prompt);
    }
}

/// Each rule says what VS Code's own diagnostics have of it, in kinds and at keys that there are.
#[test]
fn rules_say_what_vs_code_reports() {
    for rule in &catalog().rules {
        let code = &rule.code;
        let part = match (rule.in_vscode, &rule.vscode_part) {
            (Answer::Same, None) => panic!("{code}: in which kinds?"),
            (Answer::None, Some(_)) => panic!("{code}: a part of nothing"),
            (_, None) => continue,
            (_, Some(part)) => part,
        };
        assert!(!part.kinds.is_empty(), "{code}: no kind");
        let narrowed = !part.keys.is_empty() || part.up_to.is_some() || part.paths;
        assert!(rule.in_vscode == Answer::Wider || !narrowed, "{code}: a part is not the same");
        for name in part.keys.iter().chain(&part.except_keys) {
            let has = |kind: &Kind| {
                let table = catalog().keys(*kind, Dialect::Copilot);
                table.is_some_and(|table| table.get(name).is_some())
            };
            assert!(part.kinds.iter().any(has), "{code}: `{name}` is no key of its kinds");
        }
    }
}
