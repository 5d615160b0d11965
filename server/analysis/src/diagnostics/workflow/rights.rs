//! `workflow/write-permission`: an agent that writes through `safe-outputs` needs no right to write.

use crate::diagnostics::{Context, Report};
use segue_syntax::Span;
use segue_syntax::yaml::{Map, Node};

/// Scopes by which nothing of the repository is changed.
const HARMLESS: &[&str] = &["id-token", "copilot-requests", "models", "metadata"];

/// Whether what the agent writes goes through jobs of their own.
pub(crate) fn writes_by_outputs(map: &Map) -> bool {
    map.value("safe-outputs").and_then(Node::as_map).is_some_and(|outputs| !outputs.entries.is_empty())
}

/// Whether a level of a scope lets the agent change something in the repository.
pub(crate) fn changes_something(scope: &str, level: &str) -> bool {
    level == "write" && !HARMLESS.contains(&scope)
}

pub(super) fn check(context: &mut Context<'_>, map: &Map) {
    let Some(permissions) = map.value("permissions") else { return };
    if !writes_by_outputs(map) {
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
    for scope in scopes {
        let Some(level) = scope.value.as_ref() else { continue };
        if level.as_str().is_some_and(|text| changes_something(&scope.key.text, text.trim())) {
            send(level.inner_span(), &format!("The agent may write `{}`", scope.key.text), "read");
        }
    }
}
