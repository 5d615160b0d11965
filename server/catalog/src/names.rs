//! Tool names, by hash: what a word in `tools` or after `#tool:` is to each client.
//!
//! VS Code keeps a map from every name that a tool ever had to its present full name. The rows hold
//! only the names under which tools were registered; the others follow from them as VS Code derives
//! them, and are added to the table's old names when it is loaded, so that a loop over the old names
//! sees them all.

use crate::{AliasSet, Catalog, ClientId, OldTool, Tool, ToolSet, ToolTable};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a name is to VS Code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VscodeName<'a> {
    /// A set of tools.
    Set(&'a ToolSet),
    /// A single tool, by its full name or one that is as right.
    Tool(&'a Tool),
    /// A name that was once right.
    Old(&'a OldTool),
}

/// What a name is to Claude Code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaudeName<'a> {
    /// A tool.
    Tool(&'a Tool),
    /// A name that was once right.
    Old(&'a OldTool),
}

#[derive(Clone, Copy, Debug)]
enum Slot {
    Set(usize),
    Tool(usize),
    Old(usize),
}

/// The names of each client; the numbers are places in the client's [`ToolTable`].
#[derive(Clone, Debug, Default)]
pub(crate) struct NameIndex {
    vscode: FxHashMap<String, Slot>,
    claude: FxHashMap<String, Slot>,
    /// Lower case, as the clients compare them.
    aliases: FxHashMap<String, usize>,
    runtime: FxHashMap<String, usize>,
}

impl NameIndex {
    pub(crate) fn new(catalog: &Catalog) -> Self {
        let slots = |client| catalog.tools(client).map(slots).unwrap_or_default();
        let mut index = NameIndex {
            vscode: slots(ClientId::Vscode),
            claude: slots(ClientId::Claude),
            ..NameIndex::default()
        };
        for (at, alias) in
            catalog.tools(ClientId::Github).into_iter().flat_map(|table| &table.aliases).enumerate()
        {
            for name in alias.aliases.iter().chain([&alias.name]) {
                index.aliases.insert(name.to_ascii_lowercase(), at);
            }
        }
        for (at, tool) in
            catalog.tools(ClientId::CopilotCli).into_iter().flat_map(|table| &table.tools).enumerate()
        {
            for name in tool.also.iter().chain([&tool.name]) {
                index.runtime.insert(name.to_ascii_lowercase(), at);
            }
        }
        index
    }
}

fn slots(table: &ToolTable) -> FxHashMap<String, Slot> {
    let mut slots = FxHashMap::default();
    // What is right today is put in last, so that it wins over an old name of the same spelling.
    slots.extend(table.old.iter().enumerate().map(|(at, old)| (old.name.clone(), Slot::Old(at))));
    let mut full_names = FxHashMap::default();
    for (at, tool) in table.tools.iter().enumerate() {
        slots.extend(tool.also.iter().chain([&tool.name]).map(|name| (name.clone(), Slot::Tool(at))));
        full_names.insert(tool.name.as_str(), at);
    }
    for (at, set) in table.sets.iter().enumerate() {
        slots.insert(set.name.clone(), Slot::Set(at));
        for member in set.members.iter().filter(|_| set.hidden) {
            if let Some(tool) = full_names.get(member.as_str()) {
                slots.insert(format!("{}/{}", set.name, last_part(member)), Slot::Tool(*tool));
            }
        }
    }
    slots
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Adds the old names that follow from the present and the legacy ones. A row that is written out
/// wins over what would follow.
pub(crate) fn derive_old_names(table: &mut ToolTable) {
    let written: FxHashSet<String> = table.old.iter().map(|old| old.name.clone()).collect();
    let right: FxHashSet<&String> =
        table.tools.iter().flat_map(|tool| tool.also.iter().chain([&tool.name])).collect();
    let mut derived: Vec<OldTool> = Vec::new();
    let mut add = |old: String, now: &str, unsettled: Option<&String>| {
        if old == now || written.contains(&old) || right.contains(&old) {
            return;
        }
        match derived.iter_mut().find(|row| row.name == old) {
            Some(row) if row.now.iter().any(|name| name == now) => {}
            Some(row) => {
                row.now.push(now.to_string());
                row.unsettled = None;
            }
            None => derived.push(OldTool {
                name: old,
                now: vec![now.to_string()],
                hint: None,
                unsettled: unsettled.cloned(),
            }),
        }
    };
    // A set's old name is taken before a tool's: `runSubagent` means the set `agent`.
    for set in &table.sets {
        set.legacy.iter().for_each(|old| add(old.clone(), &set.name, None));
    }
    let set_legacy = |name: &str| table.sets.iter().any(|set| set.legacy.iter().any(|old| old == name));
    for tool in &table.tools {
        for old in names_before(tool, table) {
            if !set_legacy(&old) {
                add(old, &tool.name, tool.unsettled.as_ref());
            }
        }
    }
    table.old.extend(derived);
}

/// The names that VS Code maps to this tool: its bare name, each legacy name, the last part of that,
/// the legacy name below its present set, and the legacy group where no set has that name today.
fn names_before(tool: &Tool, table: &ToolTable) -> Vec<String> {
    let set = tool.name.split_once('/').map(|(set, _)| set);
    let mut names: Vec<String> = set.map(|_| last_part(&tool.name).to_string()).into_iter().collect();
    for legacy in &tool.legacy {
        names.push(legacy.clone());
        match (legacy.split_once('/'), set) {
            (Some((group, last)), _) => {
                names.push(last.to_string());
                if !table.sets.iter().any(|set| set.name == group) {
                    names.push(group.to_string());
                }
            }
            (None, Some(set)) => names.push(format!("{set}/{legacy}")),
            (None, None) => {}
        }
    }
    names
}

impl Catalog {
    /// What `name` is to VS Code, which compares exactly.
    #[must_use]
    pub fn vscode_tool(&self, name: &str) -> Option<VscodeName<'_>> {
        let table = self.tools(ClientId::Vscode)?;
        match *self.names.vscode.get(name)? {
            Slot::Set(at) => table.sets.get(at).map(VscodeName::Set),
            Slot::Tool(at) => table.tools.get(at).map(VscodeName::Tool),
            Slot::Old(at) => table.old.get(at).map(VscodeName::Old),
        }
    }

    /// What `name` is to Claude Code, which compares exactly. Without `(…)`.
    #[must_use]
    pub fn claude_tool(&self, name: &str) -> Option<ClaudeName<'_>> {
        let table = self.tools(ClientId::Claude)?;
        match *self.names.claude.get(name)? {
            Slot::Tool(at) => table.tools.get(at).map(ClaudeName::Tool),
            Slot::Old(at) => table.old.get(at).map(ClaudeName::Old),
            Slot::Set(_) => None,
        }
    }

    /// The idea that `name` stands for on GitHub and in Copilot CLI, ignoring case.
    #[must_use]
    pub fn copilot_alias(&self, name: &str) -> Option<&AliasSet> {
        let at = *self.names.aliases.get(&name.to_ascii_lowercase())?;
        self.tools(ClientId::Github)?.aliases.get(at)
    }

    /// The tool of Copilot CLI's runtime of that name, ignoring case.
    #[must_use]
    pub fn cli_runtime_tool(&self, name: &str) -> Option<&Tool> {
        let at = *self.names.runtime.get(&name.to_ascii_lowercase())?;
        self.tools(ClientId::CopilotCli)?.tools.get(at)
    }

    /// The name that `tools` should use for an MCP server: `github` for `github-mcp-server`.
    #[must_use]
    pub fn canonical_server<'a>(&'a self, name: &'a str) -> &'a str {
        self.servers
            .iter()
            .find(|server| server.name == name || server.aliases.iter().any(|alias| alias == name))
            .map_or(name, |server| server.name.as_str())
    }

    /// The full names of the tools that a set grants; nothing where `set` is none.
    #[must_use]
    pub fn set_members(&self, set: &str) -> &[String] {
        match self.vscode_tool(set) {
            Some(VscodeName::Set(set)) => &set.members,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    /// Current name, and every old name that VS Code maps to it.
    const OLD_NAMES: &[(&str, &[&str])] = &[
        ("agent", &["custom-agent", "runSubagent"]),
        ("edit/createDirectory", &["createDirectory"]),
        ("edit/createFile", &["createFile"]),
        (
            "edit/createJupyterNotebook",
            &["createJupyterNotebook", "newJupyterNotebook", "edit/newJupyterNotebook"],
        ),
        ("edit/editFiles", &["editFiles"]),
        ("edit/editNotebook", &["editNotebook"]),
        ("edit/rename", &["rename"]),
        ("execute", &["shell"]),
        ("execute/runInTerminal", &["runInTerminal", "runCommands/runInTerminal"]),
        ("execute/getTerminalOutput", &["getTerminalOutput", "runCommands/getTerminalOutput"]),
        ("execute/sendToTerminal", &["sendToTerminal"]),
        ("execute/killTerminal", &["killTerminal"]),
        ("execute/createAndRunTask", &["createAndRunTask", "runTasks/createAndRunTask"]),
        ("execute/runTask", &["runTask", "runTasks/runTask"]),
        ("execute/runNotebookCell", &["runNotebookCell", "runCell", "runNotebooks/runCell"]),
        ("execute/runTests", &["runTests"]),
        ("execute/testFailure", &["testFailure"]),
        ("execute/executionSubagent", &["executionSubagent"]),
        ("read/readFile", &["readFile", "search/readFile"]),
        ("read/problems", &["problems"]),
        ("read/viewImage", &["viewImage"]),
        ("read/getNotebookSummary", &["getNotebookSummary", "runNotebooks/getNotebookSummary"]),
        ("read/readNotebookCellOutput", &["readNotebookCellOutput", "runNotebooks/readNotebookCellOutput"]),
        ("read/terminalLastCommand", &["terminalLastCommand", "runCommands/terminalLastCommand"]),
        ("read/terminalSelection", &["terminalSelection", "runCommands/terminalSelection"]),
        ("read/getTaskOutput", &["getTaskOutput", "runTasks/getTaskOutput"]),
        ("read/skill", &["skill"]),
        ("search/codebase", &["codebase"]),
        ("search/fileSearch", &["fileSearch"]),
        ("search/textSearch", &["textSearch"]),
        ("search/listDirectory", &["listDirectory"]),
        ("search/changes", &["changes"]),
        ("search/usages", &["usages"]),
        ("search/searchSubagent", &["searchSubagent"]),
        ("vscode/askQuestions", &["askQuestions", "vscode_askQuestions", "vscode/vscode_askQuestions"]),
        ("vscode/extensions", &["extensions"]),
        ("vscode/installExtension", &["installExtension", "new/installExtension"]),
        ("vscode/getProjectSetupInfo", &["getProjectSetupInfo", "new/getProjectSetupInfo"]),
        ("vscode/newWorkspace", &["newWorkspace", "new/newWorkspace"]),
        ("vscode/runCommand", &["runCommand", "runVscodeCommand", "new/runVscodeCommand"]),
        ("vscode/vscodeAPI", &["vscodeAPI"]),
        ("vscode/memory", &["memory"]),
        ("vscode/resolveMemoryFileUri", &["resolveMemoryFileUri"]),
        ("vscode/switchAgent", &["switchAgent"]),
        ("vscode/toolSearch", &["toolSearch"]),
        ("web/fetch", &["fetch"]),
        ("web/githubRepo", &["githubRepo"]),
        ("web/githubTextSearch", &["githubTextSearch"]),
        ("todo", &["todos"]),
        ("artifacts", &["Set Session Artifacts"]),
    ];

    const SPLIT: &[(&str, &[&str])] = &[
        (
            "runCommands",
            &[
                "execute/getTerminalOutput",
                "execute/runInTerminal",
                "read/terminalLastCommand",
                "read/terminalSelection",
            ],
        ),
        ("runTasks", &["execute/createAndRunTask", "execute/runTask", "read/getTaskOutput"]),
        (
            "runNotebooks",
            &["execute/runNotebookCell", "read/getNotebookSummary", "read/readNotebookCellOutput"],
        ),
        (
            "new",
            &[
                "vscode/getProjectSetupInfo",
                "vscode/installExtension",
                "vscode/newWorkspace",
                "vscode/runCommand",
            ],
        ),
    ];

    fn old(name: &str) -> &'static OldTool {
        match catalog().vscode_tool(name) {
            Some(VscodeName::Old(old)) => old,
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn every_old_name_leads_to_the_new_one() {
        for (now, names) in OLD_NAMES {
            for name in *names {
                assert_eq!(old(name).now, [*now], "{name}");
            }
        }
        for (name, wanted) in SPLIT {
            let mut now = old(name).now.clone();
            now.sort();
            assert_eq!(now, *wanted, "{name}");
            assert_eq!(old(name).unsettled, None, "{name}");
        }
    }

    #[test]
    fn removed_names_say_what_to_do() {
        for name in [
            "findTestFiles",
            "openSimpleBrowser",
            "vscode/openSimpleBrowser",
            "think",
            "searchResults",
            "terminalCommand",
        ] {
            assert!(old(name).now.is_empty(), "{name}");
            assert!(old(name).hint.is_some(), "{name}");
        }
    }

    #[test]
    fn what_is_not_settled_never_looks_certain() {
        for name in
            ["testFailure", "memory", "githubRepo", "todos", "VSCodeAPI", "skill", "github", "searchResults"]
        {
            assert!(old(name).unsettled.is_some(), "{name}");
        }
        for name in [
            "execute/testFailure",
            "vscodeGeneral/testFailure",
            "vscode/memory",
            "web/githubRepo",
            "read/skill",
            "browser/openBrowserPage",
            "openBrowserPage",
            "vscodeBrowser/readPage",
            "search/searchResults",
        ] {
            let Some(VscodeName::Tool(tool)) = catalog().vscode_tool(name) else { panic!("{name}") };
            assert!(tool.unsettled.is_some(), "{name}");
        }
        assert!(matches!(catalog().vscode_tool("vscode/VSCodeAPI"), Some(VscodeName::Tool(_))));
    }

    #[test]
    fn hidden_sets_give_second_full_names() {
        let Some(VscodeName::Tool(tool)) = catalog().vscode_tool("vscodeTasks/problems") else { panic!() };
        assert_eq!(tool.name, "read/problems");
        assert!(catalog().set_members("vscodeTasks").contains(&"execute/runTask".to_string()));
        assert!(matches!(catalog().vscode_tool("browser"), Some(VscodeName::Set(set)) if !set.hidden));
        for name in ["Search", "search/", "", "vscodeTasks/nothing", "runSubagents"] {
            assert_eq!(catalog().vscode_tool(name), None, "{name}");
        }
    }

    #[test]
    fn other_clients_have_their_own_words() {
        let catalog = catalog();
        for (name, wanted) in [
            ("bash", "execute"),
            ("Shell", "execute"),
            ("EXECUTE", "execute"),
            ("NotebookRead", "read"),
            ("grep", "search"),
            ("websearch", "web"),
            ("task", "agent"),
            ("todowrite", "todo"),
        ] {
            assert_eq!(catalog.copilot_alias(name).unwrap().name, wanted, "{name}");
        }
        assert_eq!(catalog.copilot_alias("codebase"), None);
        assert!(catalog.copilot_alias("web").unwrap().not_on.contains(&ClientId::Github));
        assert_eq!(catalog.tools(ClientId::CopilotCli).unwrap().aliases.len(), 7);
        assert_eq!(catalog.cli_runtime_tool("rg").unwrap().name, "grep");
        assert_eq!(catalog.cli_runtime_tool("str_replace_editor").unwrap().name, "str_replace_editor");
        assert!(matches!(catalog.claude_tool("Agent"), Some(ClaudeName::Tool(_))));
        assert!(
            matches!(catalog.claude_tool("Task"), Some(ClaudeName::Tool(tool)) if tool.maps_to == ["agent"])
        );
        assert!(matches!(catalog.claude_tool("KillShell"), Some(ClaudeName::Old(_))));
        assert_eq!(catalog.claude_tool("bash"), None);
        assert_eq!(catalog.canonical_server("io.github.github/github-mcp-server"), "github");
        assert_eq!(catalog.canonical_server("mine"), "mine");
    }
}
