//! `workflow/write-permission`: an agent that writes through `safe-outputs` needs no right to write.

use crate::diagnostics::{Context, Report};
use segue_syntax::Span;
use segue_syntax::yaml::{Map, Node};

/// Scopes by which nothing of the repository is changed.
const HARMLESS: &[&str] = &["id-token", "copilot-requests", "models", "metadata"];

pub(super) fn check(context: &mut Context<'_>, map: &Map) {
    let Some(permissions) = map.value("permissions") else { return };
    let outputs = map.value("safe-outputs").and_then(Node::as_map);
    if outputs.is_none_or(|outputs| outputs.entries.is_empty()) {
        return;
    }
    let mut send = |span: Span, what: &str, instead: &str| {
        let message = format!(
            "{what}, and what it writes goes through `safe-outputs`: reading is enough for the agent."
        );
        let report = Report::new("workflow/write-permission", span, message);
        context.send(report.offered_fix(format!("Write `{instead}`"), span, instead));
    };
    if let Some(text) = permissions.as_str() {
        let instead = match text.trim() {
            "write-all" => "read-all",
            "write" => "read",
            _ => return,
        };
        send(permissions.inner_span(), "The agent may write everything", instead);
        return;
    }
    let scopes = permissions.as_map().map(|map| map.entries.as_slice()).unwrap_or_default();
    for scope in scopes.iter().filter(|scope| !HARMLESS.contains(&&*scope.key.text)) {
        let Some(level) = scope.value.as_ref() else { continue };
        if level.as_str().map(str::trim) == Some("write") {
            send(level.inner_span(), &format!("The agent may write `{}`", scope.key.text), "read");
        }
    }
}
