//! Tasks in the outline of a file: each below the heading that it stands under, or that heading itself.

use super::{all, span};
use crate::features::symbols::{Symbol, SymbolKind};
use crate::plans::Planned;
use segue_plan::TaskIndex;

/// Puts the tasks of a plan into the outline of its file.
pub(in crate::features) fn add(plan: &Planned, symbols: &mut Vec<Symbol>) {
    // Groups that are lines, not headings.
    for group in plan.groups.iter().filter(|group| plan.format == "kiro" && !group.tasks.is_empty()) {
        let last = group.tasks.end.checked_sub(1).and_then(|last| plan.get(TaskIndex(last)));
        let symbol = Symbol {
            name: name(&group.title, "(empty)"),
            detail: group.id.as_ref().map(|id| id.value.clone()),
            kind: SymbolKind::Heading,
            span: last.map_or(span(group.head), |last| span(group.head.cover(last.range))),
            name_span: span(group.head),
            children: Vec::new(),
        };
        insert(symbol, symbols);
    }
    for task in all(plan) {
        put(plan, task, symbols);
    }
}

/// Puts a task where it belongs: a heading that is its own becomes the task.
fn put(plan: &Planned, index: TaskIndex, symbols: &mut Vec<Symbol>) {
    let Some(task) = plan.get(index) else { return };
    let (own, head) = (span(task.range), span(task.head));
    let symbol = Symbol {
        name: name(&task.title, &task.id),
        detail: Some(detail(plan, index)),
        kind: SymbolKind::Task,
        span: own,
        name_span: if own.contains(span(task.title.range)) { span(task.title.range) } else { head },
        children: Vec::new(),
    };
    insert(symbol, symbols);
}

/// Puts an entry below the heading around it, after those before it.
fn insert(symbol: Symbol, symbols: &mut Vec<Symbol>) {
    let after = symbols.partition_point(|own| own.span.start <= symbol.span.start);
    let around = after.checked_sub(1).and_then(|at| symbols.get_mut(at));
    match around.filter(|around| around.kind == SymbolKind::Heading && around.span.contains(symbol.span)) {
        Some(around) if around.span.start == symbol.span.start => {
            *around = Symbol { span: around.span, children: std::mem::take(&mut around.children), ..symbol };
        }
        Some(around) => insert(symbol, &mut around.children),
        None => symbols.insert(after, symbol),
    }
}

fn name(title: &str, or: &str) -> String {
    if title.trim().is_empty() { or.to_owned() } else { title.to_owned() }
}

/// `user-model · wave 2 · done`
fn detail(plan: &Planned, index: TaskIndex) -> String {
    let task = plan.get(index);
    let id = task.filter(|task| task.id_is_stated).map(|task| format!("{} · ", task.id.value));
    let done = if task.is_some_and(segue_plan::Task::is_done) { " · done" } else { "" };
    format!("{}wave {}{done}", id.unwrap_or_default(), plan.order().wave_of(index))
}
