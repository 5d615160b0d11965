//! `#tool:name` in the body: VS Code's names, in whatever it reads.

use super::list::{ToolList, Words};
use super::{for_vscode, is_granted, is_known, is_placeholder, old_message, quoted};
use crate::diagnostics::{Context, Report, Tag};
use segue_catalog::{Dialect, Kind, Severity, VscodeName};
use segue_syntax::facts::{Token, TokenKind};

pub(super) fn check(context: &mut Context<'_>, list: Option<&ToolList<'_>>) {
    let read = matches!(
        context.kind,
        Kind::Agent | Kind::ChatMode | Kind::Prompt | Kind::Instructions | Kind::AlwaysOn | Kind::Skill
    );
    if !read || context.dialect == Dialect::Claude || !for_vscode(context) {
        return;
    }
    let list = list.filter(|list| list.words == Words::Copilot);
    let facts = context.facts;
    let mut doubted: Vec<&str> = Vec::new();
    for token in facts.tokens.iter().filter(|token| token.kind == TokenKind::Tool && !token.in_code) {
        let name = &*token.name;
        if name.is_empty() || is_placeholder(name) || is_known(context, name) {
            continue;
        }
        match context.catalog.vscode_tool(name) {
            Some(VscodeName::Old(old)) => deprecated(context, token, old),
            Some(VscodeName::Set(_) | VscodeName::Tool(_)) => {
                if let Some(list) = list {
                    not_granted(context, token, list);
                }
            }
            // One hint a name is enough, however often the text says it.
            None if doubted.contains(&name) => {}
            None => {
                doubted.push(name);
                unknown(context, token);
            }
        }
    }
}

fn deprecated(context: &mut Context<'_>, token: &Token, old: &segue_catalog::OldTool) {
    let message = old_message(&token.name, old);
    let mut report = Report::new("tool/deprecated", token.name_span, message).tag(Tag::Deprecated);
    if old.unsettled.is_some() {
        report = report.severity(Severity::Hint);
    }
    if let [now] = old.now.as_slice() {
        let title = format!("Replace by `{now}`");
        report = if old.unsettled.is_none() {
            report.safe_fix(title, token.name_span, now)
        } else {
            report.offered_fix(title, token.name_span, now)
        };
    }
    context.send(report);
}

fn unknown(context: &mut Context<'_>, token: &Token) {
    let name = &*token.name;
    let doubt = if name.contains('/') {
        super::server::judge(context, name, token.name_span)
    } else if super::copilot::is_somebodys_word(context, name) {
        let message = format!("VS Code, which reads `#tool:`, has no tool `{name}`.");
        Some(super::copilot::Doubt { code: "tool/client", span: token.name_span, message })
    } else if let Some([now]) = super::copilot::meant(context, name).as_deref() {
        let message = format!("There is no tool `{name}`. Did you mean `{now}`?");
        let title = format!("Replace by `{now}`");
        context.send(Report::new("tool/unknown", token.name_span, message).offered_fix(
            title,
            token.name_span,
            *now,
        ));
        None
    } else {
        let message =
            format!("{} is in no table of known tools, which cannot be verified here.", quoted([name]));
        Some(super::copilot::Doubt { code: "tool/unknown", span: token.name_span, message })
    };
    if let Some(doubt) = doubt {
        context.send(Report::new(doubt.code, doubt.span, doubt.message).severity(Severity::Hint));
    }
}

/// VS Code enables what `tools` lists and nothing else, whatever the text asks for.
fn not_granted(context: &mut Context<'_>, token: &Token, list: &ToolList<'_>) {
    let catalog = context.catalog;
    if is_granted(catalog, list, &token.name) {
        return;
    }
    // A name that is not VS Code's may be a tool set of the user's, which may hold the tool.
    let certain = list
        .items
        .iter()
        .all(|item| item.name.contains('/') || catalog.vscode_tool(item.name).is_some())
        && !matches!(catalog.vscode_tool(&token.name), Some(VscodeName::Tool(tool)) if tool.unsettled.is_some());
    let message = format!("`tools` of this file does not grant `{}`: VS Code leaves it out.", token.name);
    let mut report = Report::new("tool/not-granted", token.name_span, message).related(
        context.path.clone(),
        list.entry.key.span,
        "the tools that the file grants",
    );
    if !certain {
        report = report.severity(Severity::Hint);
    }
    if let Some(edit) = list.append(&token.name, super::lines(context)) {
        let title = format!("Add `{}` to `tools`", token.name);
        report = report.fix(crate::diagnostics::Fix { title, edits: vec![edit], safe: false });
    }
    context.send(report);
}
