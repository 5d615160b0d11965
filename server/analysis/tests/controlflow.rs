//! The checks that ControlFlow's own evals make of its agents, tables of grants and section order: the same
//! verdicts on its files in the corpus, and on one mutation a check. The mutations are made here, at run time.

#![allow(clippy::panic, clippy::expect_used, reason = "helpers of tests fail by panicking")]
#![allow(clippy::print_stdout, reason = "says what it skips")]

use segue_analysis::disk::Disk;
use segue_analysis::fixture::MemoryDisk;
use segue_analysis::{Change, Host, Options, RealDisk, World, diagnostics};
use segue_catalog::Severity;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

const TOOL_GRANTS: &str = "governance/tool-grants.json";
const AGENT_GRANTS: &str = "governance/agent-grants.json";

/// The agents that the evals hold to be read-only, whatever header and table say.
const READ_ONLY: &[&str] = &[
    "PlanAuditor-subagent.agent.md",
    "AssumptionVerifier-subagent.agent.md",
    "ExecutabilityVerifier-subagent.agent.md",
    "CodeMapper-subagent.agent.md",
    "Researcher-subagent.agent.md",
    "CodeReviewer-subagent.agent.md",
];

fn folder() -> Option<PathBuf> {
    let folder =
        std::env::var_os("SEGUE_CORPUS").map(|corpus| PathBuf::from(corpus).join("Smithbox-ai+ControlFlow"));
    let folder = folder.filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: no corpus");
    }
    folder
}

fn texts(folder: &std::path::Path) -> BTreeMap<String, String> {
    let real = RealDisk::new(folder);
    let found = real.walk("", 50_000).files;
    let read = |path: &str| String::from_utf8(real.read(path, 1_000_000).ok()?).ok();
    found
        .iter()
        .filter(|found| !found.link)
        .filter_map(|one| Some((one.path.clone(), read(&one.path)?)))
        .collect()
}

fn open(files: &BTreeMap<String, String>) -> Host {
    let disk = MemoryDisk::default();
    files.iter().for_each(|(path, text)| disk.write(path, text.clone()));
    Host::open(Arc::new(disk), Options::default(), &|_| ())
}

/// Codes of the family, warnings and worse, by file.
fn verdicts(world: &World) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    for (id, _) in world.primitives() {
        let path = world.path(id).to_string();
        for one in diagnostics::of_file(world, id) {
            if one.code.starts_with("part/") && one.severity >= Severity::Warning {
                found.push((path.clone(), one.code));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The agents of the team: those at the top.
fn agents(files: &BTreeMap<String, String>) -> Vec<String> {
    files.keys().filter(|path| path.ends_with(".agent.md") && !path.contains('/')).cloned().collect()
}

#[test]
fn its_own_files_pass() {
    let Some(folder) = folder() else { return };
    let files = texts(&folder);
    assert_eq!(agents(&files).len(), 13);
    assert_eq!(verdicts(open(&files).snapshot().as_ref()), []);
}

/// What is done, the replacements by file, and what is found in which file.
type Mutation<'m> = (&'m str, &'m [(&'m str, &'m str, &'m str)], &'m [(&'m str, &'m str)]);

/// Replaces in one file, and says what is found then.
fn mutated(files: &BTreeMap<String, String>, edits: &[(&str, &str, &str)]) -> Vec<(String, &'static str)> {
    let mut files = files.clone();
    for (path, from, to) in edits {
        let text = files.get_mut(*path).unwrap_or_else(|| panic!("no {path}"));
        assert!(text.contains(from), "{path} has no {from:?}");
        *text = text.replacen(from, to, 1);
    }
    verdicts(open(&files).snapshot().as_ref())
}

#[test]
fn one_mutation_a_check_fails() {
    let Some(folder) = folder() else { return };
    let files = texts(&folder);
    let core = "CoreImplementer-subagent.agent.md";
    let planner = "Planner.agent.md";
    let cases: &[Mutation<'_>] = &[
        (
            "a schema that is not there",
            &[(core, "`schemas/core-", "`schemas/gone-")],
            &[(core, "part/reference")],
        ),
        (
            "a document that is not there",
            &[(core, "`docs/agent-engineering/TOOL-ROUTING.md`", "`docs/agent-engineering/GONE.md`")],
            &[(core, "part/reference")],
        ),
        (
            "a tool less in the header",
            &[(core, "'runTasks', ", "")],
            &[(core, "part/grants"), (core, "part/tool-mismatch")],
        ),
        ("a tool more in the header", &[(core, "tools: [", "tools: ['todo', ")], &[(core, "part/grants")]),
        ("no tools at all", &[(core, "tools: [", "x-tools: [")], &[(core, "part/grants")]),
        (
            "a tool less in the table",
            &[(TOOL_GRANTS, "\"vscode/getProjectSetupInfo\",", "")],
            &[(planner, "part/grants")],
        ),
        (
            "an agent that the table lacks",
            &[(TOOL_GRANTS, "\"Planner.agent.md\"", "\"Other.agent.md\"")],
            &[(planner, "part/grants")],
        ),
        ("an agent less", &[(planner, "\"CodeMapper-subagent\", ", "")], &[(planner, "part/grants")]),
        (
            "all agents",
            &[(planner, "agents: [\"CodeMapper-subagent\", \"Researcher-subagent\"]", "agents: ['*']")],
            &[(planner, "part/grants")],
        ),
        ("no agents", &[(planner, "agents: [", "x-agents: [")], &[(planner, "part/grants")]),
        (
            "an agent more in the table",
            &[(AGENT_GRANTS, "\"CodeMapper-subagent\"\n  ]", "\"CodeMapper-subagent\", \"Planner\"\n  ]")],
            &[("Researcher-subagent.agent.md", "part/grants")],
        ),
        ("no Prompt", &[(core, "## Prompt", "## Mission")], &[(core, "part/missing-section")]),
        ("no Archive", &[(core, "## Archive", "## Notes")], &[(core, "part/missing-section")]),
        ("no Resources", &[(core, "## Resources", "## Files")], &[(core, "part/missing-section")]),
        ("no Tools", &[(core, "\n## Tools", "\n## Means")], &[(core, "part/missing-section")]),
        (
            "another order",
            &[
                (core, "## Archive", "## X"),
                (core, "## Resources", "## Archive"),
                (core, "## X", "## Resources"),
            ],
            &[(core, "part/order")],
        ),
        (
            "no routing",
            &[(core, "### External Tool Routing", "### Sources")],
            &[(core, "part/missing-section")],
        ),
    ];
    for (case, edits, expected) in cases {
        let found = mutated(&files, edits);
        let told: Vec<(&str, &str)> = found.iter().map(|(path, code)| (path.as_str(), *code)).collect();
        assert_eq!(&told, expected, "{case}");
    }
    // Nothing on what is unclear: every word of it gone.
    let mut mute = files.clone();
    let text = mute.get_mut(core).expect("the agent");
    for word in ["NEEDS_INPUT", "ABSTAIN", "Clarification", "larification is"] {
        *text = text.replace(word, "x");
    }
    for word in ["eturns findings", "eturn findings", "eturns verdict", "eturn verdict"] {
        *text = text.replace(word, "ells");
    }
    let found = verdicts(open(&mute).snapshot().as_ref());
    assert!(found.contains(&(core.to_owned(), "part/missing-section")), "{found:?}");
    let others: Vec<_> = found.iter().filter(|(_, code)| *code != "part/missing-section").collect();
    assert!(others.iter().all(|(path, _)| path == core), "{others:?}");
}

/// Header and table drift together: the role is read-only all the same.
#[test]
fn read_only_agents_get_no_edit_tools() {
    let Some(folder) = folder() else { return };
    let files = texts(&folder);
    for agent in READ_ONLY {
        for tool in ["edit", "edit/createFile", "edit/editFiles"] {
            let entry = format!("\"{agent}\": [");
            let in_table = format!("{entry}\"{tool}\", ");
            let in_header = format!("tools: ['{tool}', ");
            let found = mutated(&files, &[(agent, "tools: [", &in_header), (TOOL_GRANTS, &entry, &in_table)]);
            assert_eq!(found, [((*agent).to_owned(), "part/tool-mismatch")], "{agent} {tool}");
        }
    }
    for agent in agents(&files).iter().filter(|agent| !READ_ONLY.contains(&agent.as_str())) {
        let entry = format!("\"{agent}\": [");
        let in_table = format!("{entry}\"edit\", ");
        let found =
            mutated(&files, &[(agent, "tools: [", "tools: ['edit', "), (TOOL_GRANTS, &entry, &in_table)]);
        assert!(found.iter().all(|(_, code)| *code != "part/tool-mismatch"), "{agent}: {found:?}");
    }
}

/// A table that changes concerns the agents that it lists.
#[test]
fn a_table_that_changes_is_seen() {
    let Some(folder) = folder() else { return };
    let files = texts(&folder);
    let mut host = open(&files);
    let text = files.get(TOOL_GRANTS).expect("the table").replace("\"todo\"", "\"web\"");
    let change = Change::Buffer { path: TOOL_GRANTS.to_owned(), text: text.as_str().into(), version: None };
    let effects = host.apply([change]);
    let world = host.snapshot();
    let told: Vec<String> = effects.dependents.iter().map(|id| world.path(*id).to_string()).collect();
    assert!(told.iter().any(|path| path == "Orchestrator.agent.md"), "{told:?}");
    assert!(verdicts(&world).contains(&("Orchestrator.agent.md".to_owned(), "part/grants")));
}
