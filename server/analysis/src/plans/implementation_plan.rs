//! Implementation plans: phases one after another, each a table of `TASK-001` rows. The tasks of a
//! phase go side by side, unless a description cites another task.

use super::names;
use super::page::{Form, Line, Page, range, trimmed};
use super::{paths, shared};
use rustc_hash::{FxHashMap, FxHashSet};
use segue_plan::{Dependency, File, Group, Plan, Risk, State, Stated, Task, Tick};
use segue_syntax::Span;

/// Whether a page may hold such tasks.
pub(super) fn may(page: &Page<'_>) -> bool {
    memchr::memmem::find(page.text.as_bytes(), b"TASK-").is_some()
}

pub(super) fn read(page: &Page<'_>) -> Plan {
    let mut plan = Plan::default();
    // Each task is large: a list that grows would move them again and again.
    plan.tasks.reserve(page.lines.iter().filter(|line| line.form == Form::Row).count());
    let mut columns = Columns::default();
    for (number, line) in page.numbered(0..page.lines.len()) {
        match line.form {
            Form::Heading(index) => {
                plan.groups.extend(phase(page, index, plan.tasks.len()));
                columns = Columns::default();
            }
            Form::Row => {
                if let Some(task) = row(page, number, line, &mut columns, plan.groups.len()) {
                    plan.tasks.push(task);
                    if let Some(group) = plan.groups.last_mut() {
                        group.tasks.end = shared::line(plan.tasks.len());
                    }
                }
            }
            Form::Item(item) => declaration(page, item.text, &mut plan),
            _ => columns = Columns::default(),
        }
    }
    if plan.tasks.is_empty() {
        return Plan { title: page.title(), ..Plan::default() };
    }
    head(page, &mut plan);
    cite(page, &mut plan);
    order(&mut plan);
    plan.clarifications = shared::clarifications(page);
    plan.diagrams = shared::diagrams(page);
    plan
}

/// Title and status from the header.
fn head(page: &Page<'_>, plan: &mut Plan) {
    let map = page.facts.header.yaml.map();
    let value = |key: &str| {
        let node = map?.value(key)?;
        let text = node.as_str()?.trim();
        (!text.is_empty()).then(|| Stated::new(text.to_owned(), range(node.inner_span())))
    };
    plan.title = value("goal").or_else(|| page.title());
    plan.status = value("status");
}

/// `### Implementation Phase 2`.
fn phase(page: &Page<'_>, index: usize, tasks: usize) -> Option<Group> {
    let section = page.sections.get(index)?;
    let title = section.title.to_lowercase();
    let rest = title.strip_prefix("implementation phase").or_else(|| title.strip_prefix("phase"))?;
    let number: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    if number.is_empty() {
        return None;
    }
    let at = page.str(section.text).find(&number)?;
    let start = section.text.start as usize + at;
    Some(Group {
        id: Some(page.stated(Span::new(start, start + number.len()))),
        title: page.stated(section.text),
        head: range(section.head),
        tasks: shared::tasks(tasks, tasks),
        ..Group::default()
    })
}

/// Which column is which: by the table's head, else as the template has them.
#[derive(Default)]
struct Columns {
    description: Option<usize>,
    completed: Option<usize>,
}

/// A row of a task, or the head of the table.
fn row(page: &Page<'_>, number: usize, line: Line, columns: &mut Columns, groups: usize) -> Option<Task> {
    let cells = page.cells(line);
    let first = *cells.first()?;
    let Some(id) = id_in(page, first).filter(|id| page.str(*id).starts_with("TASK-")) else {
        for (index, cell) in cells.iter().enumerate() {
            let word = page.str(*cell).trim_matches('*').to_lowercase();
            match word.as_str() {
                "description" => columns.description = Some(index),
                "completed" | "done" | "status" => columns.completed = Some(index),
                _ => {}
            }
        }
        return None;
    };
    let description =
        cells.get(columns.description.unwrap_or(1)).copied().unwrap_or(Span::at(first.end as usize));
    let completed = cells.get(columns.completed.unwrap_or(2)).copied();
    let mark = completed.map(|cell| page.str(cell)).unwrap_or_default();
    let done = !mark.is_empty() && DONE.iter().any(|word| word.eq_ignore_ascii_case(mark));
    let mut task = Task {
        id: page.stated(id),
        id_is_stated: true,
        title: page.stated(description),
        state: if done { State::Done } else { State::Open },
        tick: completed.map(|cell| Tick { range: range(cell), done: "✅", open: "" }),
        group: groups.checked_sub(1).map(shared::line),
        line: shared::line(number),
        head: range(page.trimmed(line)),
        range: range(page.trimmed(line)),
        context: shared::links(page, range(description)),
        ..Task::default()
    };
    shared::files_from(page, &mut task, &[description], true);
    Some(task)
}

/// What stands in the column of what is completed.
const DONE: &[&str] = &["✅", "✓", "✔", "☑", "x", "[x]", "yes", "done", "completed"];

/// An id alone in a cell, perhaps in bold or code.
fn id_in(page: &Page<'_>, cell: Span) -> Option<Span> {
    let marks: &[char] = &['*', '`', ' '];
    let content = page.str(cell).trim_start_matches(marks);
    let start = cell.end as usize - content.len();
    let inside = content.trim_end_matches(marks);
    is_id(inside).then(|| Span::new(start, start + inside.len()))
}

/// `REQ-001`: capitals, a hyphen, digits.
fn is_id(word: &str) -> bool {
    word.split_once('-').is_some_and(|(letters, digits)| {
        letters.len() >= 2
            && letters.bytes().all(|b| b.is_ascii_uppercase())
            && !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// `- **REQ-001**: text` and `- GOAL-001: text`.
fn declaration(page: &Page<'_>, item: Span, plan: &mut Plan) {
    let content = page.str(item);
    let Some((label, value)) = content.split_once(':') else { return };
    let Some(id) =
        id_in(page, trimmed(page.text, Span::new(item.start as usize, item.start as usize + label.len())))
    else {
        return;
    };
    let value_span = trimmed(page.text, Span::new(item.end as usize - value.len(), item.end as usize));
    let value_span = if page.str(value_span).starts_with("**") {
        trimmed(page.text, Span { start: value_span.start + 2, end: value_span.end })
    } else {
        value_span
    };
    let stated_id = page.stated(id);
    match page.str(id).split('-').next().unwrap_or_default() {
        "GOAL" => {
            if let Some(group) = plan.groups.last_mut() {
                group.goal = Some(page.stated(value_span));
            }
        }
        "RISK" => {
            plan.risks.push(Risk { category: page.stated(value_span), range: range(item), ..Risk::default() })
        }
        _ => {}
    }
    plan.declared.push(Stated::new(stated_id.value, stated_id.range));
}

/// Reads what the descriptions cite: other tasks, files, tests.
fn cite(page: &Page<'_>, plan: &mut Plan) {
    let mut known: FxHashMap<&str, std::ops::Range<u32>> = FxHashMap::default();
    for (index, task) in plan.tasks.iter().enumerate() {
        let id = Span { start: task.id.range.start, end: task.id.range.end };
        known.entry(page.str(id)).or_insert_with(|| names::at(index));
    }
    let described = described(page, plan);
    let declared: FxHashSet<&str> = plan.declared.iter().map(|id| id.as_str()).collect();
    let kinds: FxHashSet<&str> = declared.iter().filter_map(|id| id.split('-').next()).collect();
    let mut undeclared = Vec::new();
    for (index, task) in plan.tasks.iter_mut().enumerate() {
        let span = Span { start: task.title.range.start, end: task.title.range.end };
        for id in ids_in(page, span) {
            let name = page.str(id);
            let text = described.get(name).copied();
            // `UTF-8` is an id by its form: only where others of the kind are declared it is one.
            let kind = name.split('-').next().unwrap_or_default();
            if kind != "TASK" && kinds.contains(kind) && !declared.contains(name) {
                undeclared.push(page.stated(id));
            }
            match name.split('-').next().unwrap_or_default() {
                "TASK" if known.get(name) != Some(&names::at(index)) => {
                    let on = known.get(name).cloned().unwrap_or(0..0);
                    task.depends_on.push(Dependency::new(page.stated(id), on));
                }
                "FILE" => {
                    let files = text.map(|text| paths::paths(page.text, text, true)).unwrap_or_default();
                    task.files.extend(files.into_iter().map(|path| File {
                        path: paths::stated(page.text, path),
                        action: Default::default(),
                        is_stated: true,
                    }));
                }
                "TEST" => task.tests.extend(text.map(|text| page.stated(text))),
                "REQ" | "SEC" | "CON" | "GUD" | "PAT" => task.requirements.push(page.stated(id)),
                _ => {}
            }
        }
    }
    plan.undeclared = undeclared;
}

/// Where each declared id is described.
fn described<'p>(page: &Page<'p>, plan: &Plan) -> FxHashMap<&'p str, Span> {
    let mut described = FxHashMap::default();
    for id in &plan.declared {
        let start = id.range.start as usize;
        let end = page
            .text
            .get(start..)
            .and_then(|rest| rest.find(['\n', '\r']))
            .map_or(page.text.len(), |length| start + length);
        let span = Span::new(id.range.end as usize, end);
        let text = page.str(span).trim_start_matches(['*', ':', ' ', '`']);
        let own = Span { start: id.range.start, end: id.range.end };
        described.entry(page.str(own)).or_insert(Span::new(end - text.len(), end));
    }
    described
}

/// The ids that a text names.
fn ids_in(page: &Page<'_>, span: Span) -> Vec<Span> {
    let content = page.str(span);
    let mut found = Vec::new();
    let mut at = 0;
    for word in content.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        let id = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if is_id(id) {
            let start = span.start as usize + at;
            found.push(Span::new(start, start + id.len()));
        }
        at += word.len();
    }
    found
}

/// Each phase after the one before it.
fn order(plan: &mut Plan) {
    let phases: Vec<_> =
        plan.groups.iter().map(|group| group.tasks.clone()).filter(|tasks| !tasks.is_empty()).collect();
    for pair in phases.windows(2) {
        let [before, own] = pair else { continue };
        for index in own.clone() {
            if let Some(task) = plan.tasks.get_mut(index as usize) {
                task.after.push(before.clone());
            }
        }
    }
}
