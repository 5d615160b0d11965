//! Claude Code's names: `tools` and `disallowedTools` of its agents, `allowed-tools` of its commands
//! and of skills, where Copilot CLI reads them too.

use super::copilot::{Doubt, tell_doubts};
use super::list::{Item, ToolList, Words};
use super::{clients_are_set, is_known, is_placeholder, lines, old_message, quoted};
use crate::diagnostics::{Context, Fix, Report, Tag, near};
use crate::file::Space;
use crate::servers::{self, spelled_by_claude};
use segue_catalog::{ClaudeName, ClientId, Severity};

pub(super) fn check(context: &mut Context<'_>, list: &ToolList<'_>) {
    let again = super::repeated(list);
    let allows = list.entry.key.text.starts_with("allowed");
    let (mut doubts, mut foreign) = (Vec::new(), None);
    for (at, item) in list.items.iter().enumerate() {
        if again[at] || is_placeholder(item.name) || is_known(context, item.name) {
            continue;
        }
        match context.catalog.claude_tool(item.name) {
            Some(ClaudeName::Tool(_)) => {
                redundant(context, list, at);
                if allows {
                    unlimited(context, item);
                }
            }
            Some(ClaudeName::Old(old)) => {
                let report = Report::new("tool/deprecated", item.span, old_message(item.name, old));
                context.send(report.severity(Severity::Hint).tag(Tag::Deprecated));
            }
            None if item.name == "*" => everything(context, list, item),
            None if item.name.starts_with("mcp__") => {
                let doubt = mcp(context, item);
                if doubt.is_none() {
                    not_in_server(context, item);
                }
                doubts.extend(doubt);
            }
            None if is_word_of_copilot(context, list.words, item.name) => {
                if context.clients.has(ClientId::Claude) {
                    foreign = foreign.or(Some(at));
                }
            }
            None => doubts.extend(unknown(context, list, at)),
        }
    }
    tell_doubts(context, list.form, doubts);
    if let Some(at) = foreign {
        tell_foreign(context, list, at);
    }
}

/// Words of Copilot CLI and VS Code; in skills the kinds of its permissions too.
fn is_word_of_copilot(context: &Context<'_>, words: Words, name: &str) -> bool {
    const PERMISSIONS: &[&str] = &["write", "url", "memory"];
    let catalog = context.catalog;
    catalog.copilot_alias(name).is_some()
        || catalog.cli_runtime_tool(name).is_some()
        || catalog.vscode_tool(name).is_some()
        || name.contains('/')
        || (words == Words::Skill && PERMISSIONS.contains(&name))
}

/// `Bash(git *)` beside `Bash`.
fn redundant(context: &mut Context<'_>, list: &ToolList<'_>, at: usize) {
    let item = &list.items[at];
    let Some(by) = list.items.iter().find(|other| other.text == item.name) else { return };
    if item.text == item.name {
        return;
    }
    let message = format!("`{}` in the same list covers `{}` already.", by.name, item.text);
    let report = Report::new("tool/redundant", item.whole, message).tag(Tag::Unnecessary);
    context.send(report.related(context.path.clone(), by.span, "covers it"));
}

fn unlimited(context: &mut Context<'_>, item: &Item<'_>) {
    if item.name == "Bash" && item.text == item.name && !context.said_once("tool/too-broad") {
        let message = "`Bash` allows every command without a question; `Bash(git *)` would allow some.";
        context.send(Report::new("tool/too-broad", item.span, message));
    }
}

fn everything(context: &mut Context<'_>, list: &ToolList<'_>, item: &Item<'_>) {
    if list.words == Words::Skill
        && context.clients.has(ClientId::CopilotCli)
        && !context.said_once("tool/too-broad")
    {
        let message = "`*` allows every tool without a question in Copilot CLI.";
        context.send(Report::new("tool/too-broad", item.span, message));
    }
}

/// `mcp__server`, `mcp__server__tool`.
fn mcp(context: &Context<'_>, item: &Item<'_>) -> Option<Doubt> {
    let rest = item.name.strip_prefix("mcp__")?;
    let server = rest.split("__").next().unwrap_or(rest);
    if server.is_empty() || super::server::defined_as(context, server).is_some() {
        return None;
    }
    // Claude Code writes a server's name with underscores for whatever else stands in it.
    if context.world.names(Space::Server).iter().any(|name| spelled_by_claude(name) == server) {
        return None;
    }
    let message = format!(
        "Nothing in this workspace configures the server `{server}`: it may exist elsewhere, which cannot be verified here."
    );
    Some(Doubt { code: "tool/server-unknown", span: item.span, message })
}

/// `mcp__server__tool` of a server that told its tools.
fn not_in_server(context: &mut Context<'_>, item: &Item<'_>) {
    if !item.exact || item.name.ends_with("__*") {
        return;
    }
    if let Some((server, tool)) = servers::named(context.world, &context.path, item.name) {
        let write = |tool: &str| format!("mcp__{}__{}", spelled_by_claude(&server), spelled_by_claude(tool));
        super::server::not_in_server(context, &server, &tool, item.span, write);
    }
}

fn unknown(context: &mut Context<'_>, list: &ToolList<'_>, at: usize) -> Option<Doubt> {
    let item = &list.items[at];
    if super::server::defined_as(context, item.name).is_some() {
        return None;
    }
    let table = context.catalog.tools(ClientId::Claude)?;
    let settled = table.tools.iter().filter(|tool| tool.unsettled.is_none()).map(|tool| tool.name.as_str());
    if let Some(name) = near::meant(item.name, settled) {
        let message = format!("There is no tool `{}`. Did you mean `{name}`?", item.name);
        let mut report = Report::new("tool/unknown", item.span, message);
        if let Some(edit) = list.replace(at, &[name], lines(context)) {
            report =
                report.fix(Fix { title: format!("Replace by `{name}`"), edits: vec![edit], safe: false });
        }
        context.send(report);
        return None;
    }
    let message =
        format!("{} is in no table of known tools, which cannot be verified here.", quoted([item.name]));
    Some(Doubt { code: "tool/unknown", span: item.span, message })
}

/// A word of Copilot in a list that Claude Code reads, which compares exactly.
fn tell_foreign(context: &mut Context<'_>, list: &ToolList<'_>, at: usize) {
    let item = &list.items[at];
    let mut report =
        Report::new("tool/client", item.span, format!("`{}` means nothing to Claude Code.", item.name));
    if clients_are_set(context) {
        report = report.severity(Severity::Information);
    }
    let table = context.catalog.tools(ClientId::Claude);
    let same = table
        .into_iter()
        .flat_map(|table| &table.tools)
        .find(|tool| tool.name.eq_ignore_ascii_case(item.name));
    if let Some(tool) = same
        && let Some(edit) = list.replace(at, &[&tool.name], lines(context))
    {
        let title = format!("Replace by `{}`", tool.name);
        report = report.fix(Fix { title, edits: vec![edit], safe: false });
    }
    context.send(report);
}
