//! `tool/too-broad` of a role that says that it only reads.

use super::{Context, Report};
use crate::diagnostics::Tag;
use crate::diagnostics::tool::list::{ToolList, Words};
use segue_catalog::{Catalog, ClaudeName, ClientId, Dialect, Kind, Severity, VscodeName};
use segue_syntax::Span;
use segue_syntax::yaml::{Map, Node};

/// How a description says it.
const READS_ONLY: &[&str] = &[
    "read-only",
    "readonly",
    "read only",
    "never edits",
    "never modifies",
    "does not edit",
    "does not modify",
];

/// A role that only reads and may change files all the same.
pub(super) fn check(context: &mut Context<'_>, list: Option<&ToolList<'_>>) {
    if !matches!(context.kind, Kind::Agent | Kind::ChatMode) {
        return;
    }
    let Some(map) = context.facts.header.yaml.map() else { return };
    let Some(said) = Said::by(map) else { return };
    let severity = if said.by_key { Severity::Information } else { Severity::Hint };
    let is_tools = |list: &&ToolList<'_>| &*list.entry.key.text == "tools";
    let Some(list) = list.filter(is_tools) else {
        // Claude Code takes tools away by other keys too.
        let mode = map.str("permissionMode").map(str::trim);
        let narrowed = context.dialect == Dialect::Claude
            && (map.get("disallowedTools").is_some()
                || matches!(mode, Some("plan" | "dontAsk" | "delegate" | "manual")));
        if map.get("tools").is_none() && !narrowed {
            let message = "The role is said to be read-only, and without `tools` it may do everything.";
            context.send(Report::new("tool/too-broad", said.span, message).severity(severity));
        }
        return;
    };
    let catalog = context.catalog;
    let writing: Vec<_> = list.items.iter().filter(|item| may_edit(catalog, list.words, item.name)).collect();
    for item in writing {
        let message = format!("The role is said to be read-only, and `{}` lets it change files.", item.name);
        context.send(Report::new("tool/too-broad", item.span, message).severity(severity));
    }
}

/// `tools` of a prompt that runs as one of VS Code's agents that take none.
pub(super) fn passed_by(context: &mut Context<'_>, map: &Map) {
    let (Some(agent), Some(tools)) = (without_tools(map), map.get("tools")) else { return };
    if context.kind == Kind::Prompt
        && context.dialect == Dialect::Copilot
        && context.clients.has(ClientId::Vscode)
    {
        let message = format!("VS Code ignores `tools` where the agent is `{agent}`.");
        let report = Report::new("frontmatter/ignored-by-client", tools.key.span, message);
        context.send(report.severity(Severity::Warning).tag(Tag::Unnecessary));
    }
}

/// Whether an agent of VS Code's own takes no tools.
pub(crate) fn takes_no_tools(agent: &str) -> bool {
    matches!(agent, "ask" | "edit")
}

/// The agent of a prompt where it takes no tools.
pub(crate) fn without_tools(map: &Map) -> Option<&str> {
    let agent = ["agent", "mode"].iter().find_map(|key| map.str(key)).map(str::trim);
    agent.filter(|agent| takes_no_tools(agent))
}

/// Where a header says that the role only reads.
struct Said {
    span: Span,
    by_key: bool,
}

impl Said {
    fn by(map: &Map) -> Option<Self> {
        let readonly =
            map.get("readonly").filter(|entry| entry.value.as_ref().and_then(Node::as_bool) == Some(true));
        if let Some(entry) = readonly {
            return Some(Said { span: entry.span(), by_key: true });
        }
        let entry = map.get("description")?;
        let lower = entry.value.as_ref()?.as_str()?.to_lowercase();
        READS_ONLY
            .iter()
            .any(|words| lower.contains(words))
            .then_some(Said { span: entry.key.span, by_key: false })
    }
}

/// Whether a name lets whoever has it change files.
pub(super) fn may_edit(catalog: &Catalog, words: Words, name: &str) -> bool {
    let edits = |name: &str| name == "edit" || name.starts_with("edit/");
    if words == Words::Copilot {
        let by_vscode = match catalog.vscode_tool(name) {
            Some(VscodeName::Set(set)) => edits(&set.name),
            Some(VscodeName::Tool(tool)) => edits(&tool.name),
            Some(VscodeName::Old(old)) => old.now.iter().any(|now| edits(now)),
            None => false,
        };
        return by_vscode
            || name == "*"
            || catalog.copilot_alias(name).is_some_and(|alias| edits(&alias.name));
    }
    matches!(catalog.claude_tool(name), Some(ClaudeName::Tool(tool)) if tool.maps_to.iter().any(|tool| edits(tool)))
}
