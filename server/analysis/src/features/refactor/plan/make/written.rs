//! Components as each format writes its tasks.

use super::component::Component;
use std::fmt::Write;

/// The breakdown of a spec.
pub(super) fn breakdown(components: &[Component]) -> String {
    let mut out = String::from("## Component Breakdown\n");
    for (at, own) in components.iter().enumerate() {
        let done = if own.done { "[x] " } else { "" };
        let _ = write!(out, "\n### {done}Issue {}: {} (`{}`)\n", at + 1, own.title, own.id);
        let _ = writeln!(out, "**Scope:** {}", own.scope.join("; "));
        if !own.files.is_empty() {
            let _ = writeln!(out, "**Files:** {}", in_code(&own.files));
        }
        let waits: Vec<String> =
            own.waits_for.iter().filter_map(|at| Some(components.get(*at)?.id.clone())).collect();
        let waits = if waits.is_empty() { "None".to_owned() } else { in_code(&waits) };
        let _ = writeln!(out, "**Dependencies:** {waits}\n**Wave:** {}", own.wave);
        // What stands in the scope is context by that.
        let scope = own.scope.join("; ");
        let links: Vec<&str> =
            own.links.iter().map(String::as_str).filter(|link| !scope.contains(link)).collect();
        if !links.is_empty() {
            let _ = writeln!(out, "**Context:** {}", links.join(", "));
        }
        if !own.acceptance.is_empty() {
            out.push_str("**Acceptance:**\n");
            own.acceptance.iter().for_each(|criterion| {
                let _ = writeln!(out, "- {criterion}");
            });
        }
    }
    out
}

fn in_code(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn mark(done: bool) -> char {
    if done { 'x' } else { ' ' }
}

/// Kiro's list of tasks with its graph of waves.
pub(super) fn kiro(components: &[Component]) -> String {
    let mut out = String::from("# Implementation Plan\n\n");
    for (at, own) in components.iter().enumerate() {
        let _ = writeln!(out, "- [{}] {}. {}", mark(own.done), at + 1, own.title);
        details(own, &mut out);
        if !own.files.is_empty() {
            let _ = writeln!(out, "  - Files: {}", own.files.join(", "));
        }
        let waits: Vec<String> = own.waits_for.iter().map(|at| (at + 1).to_string()).collect();
        if !waits.is_empty() {
            let _ = writeln!(out, "  - _Depends: {}_", waits.join(", "));
        }
    }
    out.push_str("\n## Task Dependency Graph\n\n```json\n{\n  \"waves\": [\n");
    let last = components.iter().map(|own| own.wave).max().unwrap_or(0);
    for wave in 1..=last {
        let tasks = components.iter().enumerate().filter(|(_, own)| own.wave == wave);
        let tasks: Vec<String> = tasks.map(|(at, _)| format!("\"{}\"", at + 1)).collect();
        let comma = if wave < last { "," } else { "" };
        let _ = writeln!(out, "    {{ \"id\": {}, \"tasks\": [{}] }}{comma}", wave - 1, tasks.join(", "));
    }
    out.push_str("  ]\n}\n```\n");
    out
}

/// OpenSpec's list of tasks, which are worked off in order.
pub(super) fn open_spec(title: &str, components: &[Component]) -> String {
    let title = if title.is_empty() { "Implementation" } else { title };
    let mut out = format!("## 1. {title}\n\n");
    for (at, own) in components.iter().enumerate() {
        let files = if own.files.is_empty() { String::new() } else { format!(" ({})", in_code(&own.files)) };
        let _ = writeln!(out, "- [{}] 1.{} {}{files}", mark(own.done), at + 1, own.title);
        details(own, &mut out);
    }
    out
}

/// What has to be done, and what is true then, below a task.
fn details(own: &Component, out: &mut String) {
    let steps = own.scope.iter().filter(|step| **step != own.title);
    for line in steps.cloned().chain(own.acceptance.iter().map(|criterion| format!("Then: {criterion}"))) {
        let _ = writeln!(out, "  - {line}");
    }
}
