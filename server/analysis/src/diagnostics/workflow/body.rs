//! `workflow/expression` and `workflow/waits`: what the body asks for that it cannot have.

use crate::diagnostics::near::meant;
use crate::diagnostics::{Context, Report};
use crate::workflows::expressions::{Operand, operands};
use crate::workflows::{self, Taken};
use segue_catalog::Severity;
use segue_syntax::Span;
use segue_syntax::yaml::Map;

/// Names of expressions that read an input.
const INPUTS: &[&str] = &["github.event.inputs.", "inputs."];

pub(super) fn expressions(context: &mut Context<'_>, map: &Map) {
    let Some(body) = &context.state.workflow else { return };
    for expression in &body.expressions {
        for operand in operands(&expression.inner) {
            let start = expression.start + operand.at;
            let span = Span::new(start, start + operand.name.len());
            judge(context, map, operand, span);
        }
    }
}

fn judge(context: &mut Context<'_>, map: &Map, operand: Operand<'_>, span: Span) {
    let name = operand.name;
    if operand.is_function {
        let message = format!(
            "Functions are not among the expressions that a body may have; `{name}(…)` may be refused by `gh aw compile`."
        );
        context.send(Report::new("workflow/expression", span, message).severity(Severity::Hint));
        return;
    }
    let row = context.catalog.expressions.iter().find(|row| row.is_about(name));
    match row {
        Some(row) if row.refused => {
            let message = format!("`{name}` is refused in a body. {}", row.doc);
            context.send(Report::new("workflow/expression", span, message));
        }
        Some(_) => input(context, map, name, span),
        None => unknown(context, name, span),
    }
}

fn unknown(context: &mut Context<'_>, name: &str, span: Span) {
    let all = context.catalog.expressions.iter().filter(|row| !row.refused && !row.name.ends_with('*'));
    let near = meant(name, all.map(|row| row.name.as_str()));
    let mut message = format!("`{name}` is not among the expressions that a body may have.");
    if let Some(near) = near {
        message += &format!(" Did you mean `{near}`?");
    }
    let mut report = Report::new("workflow/expression", span, message).severity(Severity::Hint);
    if let Some(near) = near {
        report = report.offered_fix(format!("Write `{near}`"), span, near);
    }
    context.send(report);
}

/// An input that the header does not ask for: nothing stands there when it runs.
fn input(context: &mut Context<'_>, map: &Map, name: &str, span: Span) {
    let Some(own) = INPUTS.iter().find_map(|start| name.strip_prefix(start)) else { return };
    // What a part is given is asked for by who imports it.
    if super::is_part(context) {
        return;
    }
    let own = own.split(['.', '[']).next().unwrap_or(own);
    let mut asked: Vec<Box<str>> = Vec::new();
    for event in ["workflow_dispatch", "workflow_call"] {
        match workflows::takes(map, event) {
            Taken::Yes(inputs) => asked.extend(inputs.names.into_iter().map(|(name, _)| name)),
            Taken::No => {}
            Taken::Unknown => return,
        }
    }
    if own.is_empty() || own == "*" || asked.iter().any(|name| **name == *own) || may_bring(context, map, own)
    {
        return;
    }
    let near = meant(own, asked.iter().map(|name| &**name));
    let at = span.start as usize + name.find(own).unwrap_or(0);
    let span = Span::new(at, at + own.len());
    let mut message = format!("The header asks for no input `{own}`: the expression will be empty.");
    if let Some(near) = near {
        message += &format!(" Did you mean `{near}`?");
    }
    let mut report = Report::new("workflow/expression", span, message);
    if let Some(near) = near {
        report = report.offered_fix(format!("Write `{near}`"), span, near);
    }
    context.send(report);
}

/// Whether an import may ask for an input: one that cannot be read from here may.
fn may_bring(context: &Context<'_>, map: &Map, input: &str) -> bool {
    if map.get("imports").is_none() {
        return false;
    }
    let Some(parts) = super::import::all_imported(context.world, context.id) else { return true };
    parts.into_iter().any(|id| {
        let facts = context.world.file(id).and_then(|state| state.facts());
        let Some(map) = facts.and_then(|facts| facts.header.yaml.map()) else { return false };
        ["workflow_dispatch", "workflow_call"].iter().any(|event| match workflows::takes(map, event) {
            Taken::Yes(inputs) => inputs.names.iter().any(|(name, _)| **name == *input),
            Taken::No => false,
            Taken::Unknown => map.get("on").is_some(),
        })
    })
}

/// An orchestrator that waits for what it started: its own minutes run out meanwhile.
pub(super) fn waits(context: &mut Context<'_>, map: &Map) {
    let dispatches = workflows::starts(map).iter().any(|start| start.event == "workflow_dispatch");
    let Some(body) = context.state.workflow.as_ref().filter(|_| dispatches) else { return };
    for span in &body.waits {
        let message = "What is dispatched runs on its own: a run that waits for it spends its own minutes, and nothing \
                       ends the wait. Let the workers report in issues, or start another workflow by `workflow_run`.";
        context.send(Report::new("workflow/waits", *span, message));
    }
}
