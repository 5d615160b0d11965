//! `handoffs`: entries that VS Code drops, and buttons that lead nowhere.

use super::called;
use crate::diagnostics::{Context, Report};
use crate::names;
use segue_catalog::Severity;
use segue_syntax::Span;
use segue_syntax::yaml::{Map, Node};

pub(super) fn check(context: &mut Context<'_>, map: &Map) {
    let entries =
        map.value("handoffs").and_then(Node::as_seq).map(|seq| seq.items.as_slice()).unwrap_or_default();
    let mut labels: Vec<(String, Span)> = Vec::new();
    for node in entries {
        let Some(entry) = node.as_map() else { continue };
        incomplete(context, entry);
        if let Some(label) = entry.value("label") {
            duplicate_label(context, label, &mut labels);
        }
        if let Some(agent) = entry.value("agent") {
            hidden(context, agent);
        }
    }
}

/// An entry without agent, label or prompt is not shown, and nothing says so (VS Code 1.138).
fn incomplete(context: &mut Context<'_>, entry: &Map) {
    let place = entry.entries.first().map_or(Span::default(), |first| first.key.span);
    let blank = |key: &str| {
        entry.value(key).is_none_or(|node| node.as_str().is_some_and(|text| text.trim().is_empty()))
    };
    let missing: Vec<&str> = ["label", "agent"].into_iter().filter(|key| blank(key)).collect();
    // The validator and the runtime want `prompt`, if only an empty one; the documentation calls it optional.
    let no_prompt = entry.get("prompt").is_none();
    if !missing.is_empty() {
        let all: Vec<String> = missing
            .iter()
            .copied()
            .chain(no_prompt.then_some("prompt"))
            .map(|key| format!("`{key}`"))
            .collect();
        let message = format!("VS Code drops this handoff: it has no {}.", all.join(" and no "));
        context.send(Report::new("agent/handoff-incomplete", place, message));
        return;
    }
    if let Some(label) = entry.value("label").filter(|node| node.as_str().is_some_and(is_wordless)) {
        let message = "VS Code refuses this handoff: its label needs a letter or digit of ASCII.";
        context.send(Report::new("agent/handoff-incomplete", label.inner_span(), message));
    }
    if no_prompt {
        let message = "VS Code drops this handoff: it has no `prompt`, which may be an empty string.";
        context.send(Report::new("agent/handoff-incomplete", place, message).severity(Severity::Warning));
    }
}

fn is_wordless(label: &str) -> bool {
    !label.chars().any(|c| c.is_ascii_alphanumeric())
}

fn duplicate_label(context: &mut Context<'_>, label: &Node, labels: &mut Vec<(String, Span)>) {
    let Some(text) = label.as_str().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty())
    else {
        return;
    };
    if let Some((_, first)) = labels.iter().find(|(other, _)| *other == text) {
        let message = "Another handoff of this file has the same label.";
        let report = Report::new("agent/handoff-duplicate-label", label.inner_span(), message);
        context.send(report.related(context.path.clone(), *first, "the first with this label"));
        return;
    }
    labels.push((text, label.inner_span()));
}

/// A handoff needs an agent that people can pick.
fn hidden(context: &mut Context<'_>, agent: &Node) {
    let Some(name) = agent.as_str().map(str::trim) else { return };
    let world = context.world;
    let mut all = world.definers(crate::file::Space::Agent, name).peekable();
    if all.peek().is_none() || !all.all(|(_, state)| state.exports.hidden) {
        return;
    }
    let message =
        format!("`{name}` is hidden from people (`user-invocable: false`), and a handoff cannot reach it.");
    let mut report = Report::new("agent/handoff-hidden", agent.inner_span(), message);
    // By path, so that the order in which files were seen does not matter.
    let by_path = |(id, _): &(crate::PathId, _)| world.path(*id);
    if let Some((id, state)) = world.definers(crate::file::Space::Agent, name).min_by_key(by_path) {
        let flag =
            state.facts().and_then(|facts| facts.header.yaml.map()).and_then(|map| map.get("user-invocable"));
        if let Some(flag) = flag {
            let path = world.path(id);
            let message = format!("hides {}", called(&path));
            report = report.related(path, flag.span(), message);
        }
    }
    context.send(report);
}

/// The handoffs that an agent's file really offers: whom they lead to, and whether unasked.
pub(super) fn offered(map: &Map) -> Vec<(&Node, &str, bool)> {
    names::handoffs(map)
        .filter_map(|entry| {
            let node = entry.value("agent")?;
            let sends = entry.value("send").and_then(Node::as_bool) == Some(true);
            Some((node, node.as_str()?.trim(), sends))
        })
        .collect()
}
