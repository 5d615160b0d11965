//! `model/*`: how models are written. Which exist depends on the day and the account, so a name that
//! the table does not have is a hint; wrong is what cannot be one name.

use super::{Context, Report};
use crate::clients::discovering;
use crate::config::Known;
use segue_catalog::{ClientId, ClientSet, Dialect, Kind, Severity};
use segue_syntax::facts::HeaderShape;
use segue_syntax::yaml::{Node, Value};

pub(super) fn check(context: &mut Context<'_>) {
    let facts = context.facts;
    let judged = matches!(context.kind, Kind::Agent | Kind::ChatMode | Kind::Prompt | Kind::Skill);
    if !judged || facts.header.shape != HeaderShape::Closed {
        return;
    }
    let Some(map) = facts.header.yaml.map() else { return };
    if let Some(node) = map.value("model") {
        match &node.value {
            Value::Scalar(_) => name(context, node),
            Value::Seq(seq) => {
                list(context, node);
                seq.items.iter().for_each(|item| name(context, item));
            }
            Value::Map(_) => {}
        }
    }
    if context.dialect == Dialect::Copilot && context.clients.has(ClientId::Vscode) {
        for handoff in crate::names::handoffs(map) {
            if let Some(node) = handoff.value("model") {
                name(context, node);
            }
        }
    }
}

/// A list is an order of preference to VS Code alone.
fn list(context: &mut Context<'_>, node: &Node) {
    let strict = context.clients.and(ClientSet::of(&[ClientId::CopilotCli, ClientId::Github]));
    let shared = context.kind == Kind::Agent && context.dialect == Dialect::Copilot && !strict.is_empty();
    if !shared || node.as_seq().is_none_or(|seq| seq.items.is_empty()) {
        return;
    }
    let message = "Only VS Code reads a list of models; Copilot CLI and GitHub want one name.";
    context.send(Report::new("model/form", node.span, message).severity(Severity::Information));
}

fn name(context: &mut Context<'_>, node: &Node) {
    let Some(text) = node.as_str().map(str::trim).filter(|text| !text.is_empty()) else { return };
    if text.contains(['{', '}', '$', '<', '>']) {
        return;
    }
    if let Some(names) = several(text) {
        let message = format!("`{text}` is read as the name of one model, which does not exist.");
        let mut report = Report::new("model/form", node.inner_span(), message);
        if let Some(first) = names.first() {
            report = report.offered_fix(format!("Write only `{first}`"), node.span, *first);
        }
        if context.kind != Kind::Agent || context.clients == ClientSet::of(&[ClientId::Vscode]) {
            let list = names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
            report = report.offered_fix("Write a list", node.span, format!("[{list}]"));
        }
        context.send(report);
    } else if !is_known(context, text) && !context.said_once("model/unknown") {
        let word = context.catalog.models.iter().any(|row| row.claude_word && row.name == text);
        let message = if word {
            format!("`{text}` is a word of Claude Code, which does not read this file.")
        } else {
            format!("`{text}` is no model known here; which models exist cannot be verified.")
        };
        context.send(Report::new("model/unknown", node.inner_span(), message));
    }
}

/// The names in a value that is surely more than one: `GPT-4.1 | 'gpt-5'`.
fn several(text: &str) -> Option<Vec<&str>> {
    let around = |c: char| c.is_whitespace() || matches!(c, '\'' | '"');
    let split = if text.contains('|') {
        text.split('|')
    } else if text.contains(['\'', '"']) {
        text.split(',')
    } else {
        return None;
    };
    Some(split.map(|part| part.trim_matches(around)).filter(|part| !part.is_empty()).collect())
}

/// Whether the table has it: by its name or id, without vendor, ignoring case.
fn is_known(context: &Context<'_>, text: &str) -> bool {
    if Known::has(&context.config.known.models, text) {
        return true;
    }
    // Its words are right where Claude Code finds the file, also for a team that has named other clients.
    let found = discovering(&context.path, context.kind, context.dialect);
    let claude = context.clients.or(found).has(ClientId::Claude);
    // Claude Code takes any full id of its maker.
    if claude && text.starts_with("claude-") {
        return true;
    }
    let mut name = text;
    loop {
        let same = |known: &str| known.eq_ignore_ascii_case(name);
        let mut rows = context.catalog.models.iter().filter(|row| !row.claude_word || claude);
        if rows.any(|row| same(&row.name) || row.id.as_deref().is_some_and(same)) {
            return true;
        }
        // `Name (vendor)`, `vendor/name`.
        match (name.strip_suffix(')').and_then(|rest| rest.rfind(" (")), name.split_once('/')) {
            (Some(at), _) => name = name[..at].trim_end(),
            (None, Some((_, rest))) => name = rest,
            (None, None) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::findings;

    fn of(value: &str) -> String {
        findings(&format!("//- .github/agents/a.agent.md\n---\ndescription: d\nmodel: {value}\n---\nText\n"))
            .lines()
            .filter(|line| line.contains("model/"))
            .map(|line| line.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ") + "\n")
            .collect()
    }

    #[test]
    fn names_that_are_right_stay_silent() {
        for value in [
            "GPT-4.1",
            "gpt-4.1",
            "Claude Sonnet 4.5 (copilot)",
            "'Gemini 3 Pro (Preview) (copilot)'",
            "anthropic/claude-sonnet-4",
            "${{ vars.MODEL }}",
            "<model>",
            "{}",
            "",
        ] {
            assert_eq!(of(value), "", "{value}");
        }
    }

    #[test]
    fn what_cannot_be_one_name_is_wrong() {
        for value in ["GPT-4.1 | 'gpt-5' | 'Claude Sonnet 4.5'", "\"GPT-4.1 | gpt-5\"", "a 'b', 'c'"] {
            assert_eq!(of(value), "warning model/form\n", "{value}");
        }
        assert_eq!(of("['GPT-4.1', 'GPT-5']"), "information model/form\n");
        assert_eq!(of("Mega-9000"), "hint model/unknown\n");
        assert_eq!(of("['GPT-4.1', 'Mega-1', 'Mega-2']"), "information model/form\nhint model/unknown\n");
    }

    #[test]
    fn claudes_words_are_claudes() {
        assert_eq!(of("sonnet"), "hint model/unknown\n");
        let text = "//- .claude/agents/a.md\n---\nname: a\ndescription: d\nmodel: sonnet\n---\nText\n";
        assert!(!findings(text).contains("model/"), "{}", findings(text));
        assert!(!findings(&text.replace("sonnet", "claude-opus-9")).contains("model/"));
    }

    #[test]
    fn lists_are_right_where_only_vs_code_reads() {
        let text = "//- p.prompt.md\n---\ndescription: d\nmodel: [GPT-4.1, GPT-5]\n---\nText\n";
        assert!(!findings(text).contains("model/"), "{}", findings(text));
    }
}
