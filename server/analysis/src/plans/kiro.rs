//! Kiro's `tasks.md`: numbered checkboxes, sub-tasks below them, and a graph of waves in JSON.
//!
//! A parent is done when its sub-tasks are, so only those are tasks; a parent without any is one.
//! Without a graph the tasks are worked off in order; with one its waves hold, and a checkpoint,
//! which the graph leaves out, waits for everything above it.

pub(crate) mod graph;

use super::names::{self, Names};
use super::openspec::id_length;
use super::page::{Form, Item, Page, boxes, range};
use super::{fields, paths, shared};
use graph::Graph;
use rustc_hash::FxHashMap;
use segue_plan::{Dependency, Group, Plan, Stated, Task};
use segue_syntax::Span;
use std::collections::BTreeMap;

/// What the order rules need to know of a task.
struct Row {
    parallel: bool,
    checkpoint: bool,
}

pub(super) fn read(page: &Page<'_>) -> Plan {
    let mut plan = Plan { title: page.title(), ..Plan::default() };
    plan.tasks.reserve(boxes(page));
    let mut rows: Vec<Row> = Vec::new();
    // Of each open item its indent and its task: the first sub-task turns its parent into a group.
    let mut open: Vec<(usize, Option<usize>)> = Vec::new();
    for (number, line) in page.numbered(0..page.lines.len()) {
        match line.form {
            Form::Heading(_) => open.clear(),
            Form::Item(item) => {
                while open.last().is_some_and(|(indent, _)| *indent >= item.indent) {
                    open.pop();
                }
                let Some((task, row)) = task(page, number, line.span, item) else {
                    detail(page, item.text, &mut plan, !open.is_empty());
                    continue;
                };
                let parent = open.last_mut().and_then(|(_, parent)| parent.take());
                if parent.is_some_and(|index| index + 1 == plan.tasks.len()) || is_below_last(&plan, &task) {
                    become_group(&mut plan, &mut rows);
                }
                open.push((item.indent, Some(plan.tasks.len())));
                plan.tasks.push(task);
                rows.push(row);
                add_to_group(&mut plan);
            }
            Form::Text => detail(page, page.trimmed(line), &mut plan, !open.is_empty()),
            _ => {}
        }
    }
    resolve(page, &mut plan);
    plan.clarifications = shared::clarifications(page);
    match Graph::of(page) {
        Some(graph) => order_by_graph(&mut plan, &rows, graph),
        None => order_by_lines(&mut plan, &rows),
    }
    plan
}

/// Whether the last task is the parent of this one by its number, wherever they stand.
fn is_below_last(plan: &Plan, task: &Task) -> bool {
    let last = plan.tasks.last();
    last.is_some_and(|last| task.id.strip_prefix(last.id.as_str()).is_some_and(|rest| rest.starts_with('.')))
}

/// The last task has a sub-task: it is a group from now on.
fn become_group(plan: &mut Plan, rows: &mut Vec<Row>) {
    let Some(parent) = plan.tasks.pop() else { return };
    rows.pop();
    if parent.group.is_some()
        && let Some(group) = plan.groups.last_mut()
    {
        group.tasks.end = shared::line(plan.tasks.len()).max(group.tasks.start);
    }
    plan.groups.push(Group {
        id: Some(parent.id),
        title: parent.title,
        head: parent.head,
        tasks: shared::tasks(plan.tasks.len(), plan.tasks.len()),
        ..Group::default()
    });
}

/// Puts the last task into the last group where its id says that it belongs there.
fn add_to_group(plan: &mut Plan) {
    let Some(last) = plan.tasks.len().checked_sub(1) else { return };
    let index = plan.groups.len().checked_sub(1).map(shared::line);
    let (Some(task), Some(group)) = (plan.tasks.get_mut(last), plan.groups.last_mut()) else { return };
    let prefix = group.id.as_ref().map(|id| format!("{}.", id.value)).unwrap_or_default();
    if task.id.starts_with(&prefix) && group.tasks.end as usize == last {
        task.group = index;
        group.tasks.end = shared::line(last + 1);
    }
}

fn task(page: &Page<'_>, number: usize, line: Span, item: Item) -> Option<(Task, Row)> {
    let check = item.check?;
    let content = page.str(item.text);
    let length = id_length(content);
    if length == 0 {
        return None;
    }
    let start = item.text.start as usize;
    let mut rest = content.get(length..)?.trim_start_matches(['.', ')', ':', ' ', '\t']);
    let parallel = rest.starts_with("(P)");
    rest = rest.strip_prefix("(P)").unwrap_or(rest).trim_start();
    let title_span = Span::new(item.text.end as usize - rest.len(), item.text.end as usize);
    let title = page.stated(title_span);
    let is_checkpoint = title
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("checkpoint"));
    let mut task = Task {
        id: page.stated(Span::new(start, start + length)),
        id_is_stated: true,
        title,
        optional: item.starred,
        ..shared::row(page, number, line, check)
    };
    shared::files_from(page, &mut task, &[title_span], false);
    Some((task, Row { parallel, checkpoint: is_checkpoint }))
}

/// A line below a task: requirements, dependencies, files, properties, steps.
fn detail(page: &Page<'_>, span: Span, plan: &mut Plan, below: bool) {
    let Some(task) = plan.tasks.last_mut().filter(|_| below) else { return };
    task.range = task.range.cover(range(span));
    let content = page.str(span);
    let inner = content.strip_prefix('_').and_then(|rest| rest.strip_suffix('_'));
    let inner_span = inner.map_or(span, |_| Span { start: span.start + 1, end: span.end - 1 });
    let labelled = fields::labelled(page.text, inner_span);
    let label = labelled.map(|(label, _)| page.str(label).to_lowercase()).unwrap_or_default();
    let (word, value) = (label.as_str(), labelled.map_or(span, |(_, value)| value));
    match word {
        "requirements" => {
            let parts = names::parts(page.text, value);
            task.requirements.extend(parts.into_iter().map(|part| page.stated(part)));
        }
        "depends" | "depends on" => {
            let parts = names::parts(page.text, value).into_iter().map(|part| page.stated(part));
            let ids = parts.filter(|part| id_length(part) > 0);
            task.depends_on.extend(ids.map(|id| Dependency::new(id, 0..0)));
        }
        "files" => {
            task.files.retain(|file| file.is_stated);
            task.files.extend(paths::files(page.text, value, None, true));
        }
        "boundary" => {}
        _ if word.starts_with("property") || word == "validates" => task.tests.push(page.stated(span)),
        _ if content.starts_with("**Property") || content.starts_with("**Validates") => {
            task.tests.push(page.stated(span))
        }
        _ => {
            task.steps.push(page.stated(span));
            let before = std::mem::take(&mut task.files);
            shared::files_from(page, task, &[span], false);
            let new = std::mem::replace(&mut task.files, before);
            for file in new {
                let is_stated = task.files.iter().any(|own| own.is_stated || *own.path == *file.path);
                task.files.extend((!is_stated).then_some(file));
            }
        }
    }
}

/// The tasks that an id means: one, or all of a group, also of groups within it.
fn known(plan: &Plan) -> Names {
    let mut known = Names::default();
    for (index, task) in plan.tasks.iter().enumerate() {
        known.add(&task.id, names::at(index));
    }
    let mut groups: FxHashMap<&str, std::ops::Range<u32>> = FxHashMap::default();
    for (index, task) in plan.tasks.iter().enumerate() {
        for (dot, _) in task.id.match_indices('.') {
            let own = names::at(index);
            let group = task.id.get(..dot).unwrap_or_default();
            groups.entry(group).and_modify(|all| all.end = own.end).or_insert(own);
        }
    }
    for (id, tasks) in groups {
        known.add(id, tasks);
    }
    known
}

fn resolve(page: &Page<'_>, plan: &mut Plan) {
    let known = known(plan);
    for task in &mut plan.tasks {
        for dependency in &mut task.depends_on {
            let id: String = dependency.written.chars().take(id_length(&dependency.written)).collect();
            dependency.on = known.get(&id).unwrap_or(0..0);
        }
        let whole = task.range;
        task.context = shared::links(page, whole);
    }
}

/// Each task after the one before it; a run of `(P)` tasks goes side by side.
fn order_by_lines(plan: &mut Plan, rows: &[Row]) {
    let mut previous: Option<std::ops::Range<u32>> = None;
    let mut run = 0..0;
    let mut run_is_parallel = false;
    for (index, task) in plan.tasks.iter_mut().enumerate() {
        let parallel = rows.get(index).is_some_and(|row| row.parallel);
        if !(parallel && run_is_parallel) {
            previous = Some(run.clone()).filter(|run| !run.is_empty());
            run = shared::tasks(index, index);
            run_is_parallel = parallel;
        }
        run.end = shared::line(index + 1);
        if task.depends_on.is_empty() {
            task.after.extend(previous.clone());
        }
    }
}

fn order_by_graph(plan: &mut Plan, rows: &[Row], graph: Graph) {
    let known = known(plan);
    let mut wave_of: FxHashMap<u32, Stated<u32>> = FxHashMap::default();
    let named = graph
        .waves
        .into_iter()
        .flat_map(|wave| wave.tasks.into_iter().map(move |task| (wave.number, task.id)));
    for (wave, id) in named {
        let tasks = known.get(id.trim_start_matches("Task ")).unwrap_or(0..0);
        let mut is_again = false;
        for task in tasks.clone() {
            is_again |= wave_of.contains_key(&task);
            wave_of.entry(task).or_insert(Stated::new(wave, id.range));
        }
        if tasks.is_empty() {
            plan.strangers.push(id);
        } else if is_again {
            plan.repeated.push(id);
        }
    }
    // The highest wave of the graph above each line, and the checkpoint that closes it.
    let mut highest = 0;
    let mut barrier: Option<(u32, u32)> = None;
    // What the graph leaves out waits for all above it: for the last such one, and all since.
    let mut last_left_out = 0;
    let mut behind: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (index, task) in plan.tasks.iter_mut().enumerate() {
        let own = shared::line(index);
        task.wave = wave_of.get(&own).cloned();
        match &task.wave {
            Some(wave) => {
                if let Some((checkpoint, above)) = barrier
                    && wave.value > above
                {
                    task.after.push(checkpoint..checkpoint + 1);
                    behind.entry(wave.value).or_default().push(own);
                }
                highest = highest.max(wave.value);
            }
            None => {
                task.after.extend((own > 0).then_some(last_left_out..own));
                last_left_out = own;
                if rows.get(index).is_some_and(|row| row.checkpoint) {
                    barrier = Some((own, highest));
                }
            }
        }
    }
    after_the_wave_before(plan, &behind);
}

/// The most pairs of tasks that are told one by one to wait for each other.
const MOST_PAIRS: usize = 10_000;

/// Behind a checkpoint the number of a wave does not say that it is a later one: the numbers count no
/// checkpoints.
fn after_the_wave_before(plan: &mut Plan, behind: &BTreeMap<u32, Vec<u32>>) {
    for (before, own) in behind.values().zip(behind.values().skip(1)) {
        // Where there are very many, one of them holds the wave back.
        let few = before.len() * own.len() <= MOST_PAIRS;
        let first = if few { 0 } else { before.len() - 1 };
        for index in own {
            let waits = before.iter().skip(first).map(|index| *index..*index + 1);
            if let Some(task) = plan.tasks.get_mut(*index as usize) {
                task.after.extend(waits);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_syntax::Facts;

    #[test]
    fn files_of_steps_join_those_of_the_title() {
        let text = "- [ ] 1. Make `src/a.ts`\n  - test in `src/b.ts`\n  - Files: src/c.ts (new), src/d.ts\n";
        let facts = Facts::of(text);
        let page = Page::of(".kiro/specs/x/tasks.md", text, &facts);
        let plan = read(&page);
        let files: Vec<&str> = plan.tasks[0].files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(files, ["src/c.ts", "src/d.ts"]);
    }
}
