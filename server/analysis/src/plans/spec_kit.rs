//! spec-kit's `tasks.md`: `- [ ] T012 [P] [US1] Description with a path`.
//!
//! Phases are done one after another, except those of user stories, which go side by side. Inside a
//! phase tasks keep the order of the file; a run of `[P]` tasks is one wave. A task that says on whom
//! it depends is free of the order inside its phase.

use super::names::{self, Names};
use super::page::{Form, Item, Page, boxes, range, trimmed};
use super::{fields, paths, shared};
use segue_plan::{Action, CheckItem, Dependency, File, Gate, GateAt, Group, Plan, Stated, Task, TaskIndex};
use segue_syntax::Span;
use std::ops::Range;

/// What the order rules need to know of a task.
struct Row {
    parallel: bool,
    story: bool,
}

pub(super) fn read(page: &Page<'_>) -> Plan {
    let mut plan = Plan { title: page.title(), ..Plan::default() };
    plan.tasks.reserve(boxes(page));
    let mut rows = Vec::new();
    for (number, line) in page.numbered(0..page.lines.len()) {
        match line.form {
            Form::Heading(index) => plan.groups.extend(phase(page, index, plan.tasks.len())),
            Form::Item(item) => {
                if let Some((task, row)) = task(page, number, line.span, item, plan.groups.len()) {
                    plan.tasks.push(task);
                    rows.push(row);
                    if let Some(group) = plan.groups.last_mut() {
                        group.tasks.end = shared::line(plan.tasks.len());
                    }
                }
            }
            Form::Text => phase_field(page, page.trimmed(line), &mut plan),
            _ => {}
        }
    }
    if plan.tasks.is_empty() {
        return plan;
    }
    resolve(page, &mut plan);
    order(&mut plan, &rows);
    plan.clarifications = shared::clarifications(page);
    plan.diagrams = shared::diagrams(page);
    plan
}

/// `## Phase 3: User Story 1 - Title (Priority: P1)`.
fn phase(page: &Page<'_>, index: usize, tasks: usize) -> Option<Group> {
    let section = page.sections.get(index)?;
    let content = page.str(section.text);
    let rest = content.strip_prefix("Phase ").filter(|_| section.level <= 3)?;
    let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '.')).unwrap_or(rest.len());
    let after = rest.get(length..)?.trim_start_matches([':', ' ', '-', '–', '—']);
    let start = section.text.end as usize - rest.len();
    Some(Group {
        id: Some(page.stated(Span::new(start, start + length))),
        title: page.stated(trimmed(
            page.text,
            Span::new(section.text.end as usize - after.len(), section.text.end as usize),
        )),
        head: range(section.head),
        tasks: shared::tasks(tasks, tasks),
        ..Group::default()
    })
}

/// `**Goal**: …`, `**Independent Test**: …`, `**Checkpoint**: …`.
fn phase_field(page: &Page<'_>, span: Span, plan: &mut Plan) {
    let Some((label, value)) = fields::labelled(page.text, span) else { return };
    let (Some(group), false) = (plan.groups.last_mut(), value.is_empty()) else { return };
    match page.str(label).to_lowercase().as_str() {
        "goal" | "purpose" => group.goal = Some(page.stated(value)),
        "independent test" => group.test = Some(page.stated(value)),
        "checkpoint" => {
            let Some(last) = plan.tasks.len().checked_sub(1) else { return };
            let text = page.stated(value);
            let approvals: Vec<CheckItem> = Vec::new();
            plan.gates.push(Gate { title: text, at: GateAt::After(TaskIndex::new(last)), approvals });
        }
        _ => {}
    }
}

fn task(page: &Page<'_>, number: usize, line: Span, item: Item, groups: usize) -> Option<(Task, Row)> {
    let check = item.check?;
    let content = page.str(item.text);
    let unmarked = content.trim_start_matches("**");
    let digits = unmarked.strip_prefix('T')?;
    let length = digits.len() - digits.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let suffix = digits.get(length..)?.chars().next().filter(|c| c.is_ascii_lowercase());
    if length < 2 || digits.get(length..)?.starts_with(char::is_alphanumeric) && suffix.is_none() {
        return None;
    }
    let start = item.text.start as usize + (content.len() - unmarked.len());
    let id = Span::new(start, start + 1 + length + suffix.map_or(0, char::len_utf8));
    let mut rest = trimmed(page.text, Span { start: id.end, end: item.text.end });
    let mut row = Row { parallel: false, story: false };
    let after_marks = page.str(rest).trim_start_matches(['*', ':', '.']);
    rest = trimmed(page.text, Span::new(rest.end as usize - after_marks.len(), rest.end as usize));
    while let Some((mark, after)) = page.str(rest).strip_prefix('[').and_then(|inside| inside.split_once(']'))
    {
        match mark {
            "P" => row.parallel = true,
            story if story.starts_with("US") || story.starts_with("Story") => row.story = true,
            _ => break,
        }
        rest = trimmed(page.text, Span::new(rest.end as usize - after.len(), rest.end as usize));
    }
    let mut task = Task {
        id: page.stated(id),
        id_is_stated: true,
        title: page.stated(rest),
        group: groups.checked_sub(1).map(shared::line),
        context: shared::links(page, range(rest)),
        ..shared::row(page, number, line, check)
    };
    task.files = files(page, rest, &task.title);
    Some((task, row))
}

/// The files of a description. Where one follows an `in`, that is what is written, and others are what
/// it is about: `Unit tests for src/a.ts in tests/a.test.ts`.
fn files(page: &Page<'_>, text: Span, title: &str) -> Vec<File> {
    let found = paths::paths(page.text, text, true);
    let mut before = text.start as usize;
    let mut after_in = false;
    let mut placed: Vec<(Span, bool)> = Vec::new();
    for path in found {
        let lead = page.text.get(before..path.start as usize).unwrap_or_default();
        let mut words = lead.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let last = words.next_back();
        // A list goes on: `in a.ts and b.ts`.
        after_in = match last {
            None | Some("and") => after_in,
            Some(word) => word.eq_ignore_ascii_case("in"),
        };
        placed.push((path, after_in));
        before = path.end as usize;
    }
    let any = placed.iter().any(|(_, after_in)| *after_in);
    let mut files: Vec<File> = Vec::new();
    for (path, after_in) in placed {
        let stated = paths::stated(page.text, path);
        if files.iter().all(|own| *own.path != *stated) {
            let action = if any && !after_in { Action::Reference } else { action(title) };
            files.push(File { path: stated, action, is_stated: true });
        }
    }
    files
}

/// `Create …` makes its files.
fn action(title: &str) -> Action {
    let first = title.split_whitespace().next().unwrap_or_default();
    if first.eq_ignore_ascii_case("create") { Action::Create } else { Action::Modify }
}

/// Finds whom `(depends on T012, T013)` means.
fn resolve(page: &Page<'_>, plan: &mut Plan) {
    let mut known = Names::default();
    for (index, task) in plan.tasks.iter().enumerate() {
        known.add(&task.id, names::at(index));
    }
    for task in &mut plan.tasks {
        let span = Span { start: task.title.range.start, end: task.title.range.end };
        task.depends_on = dependencies(page, span, &known);
    }
}

/// The ids after "depends on".
fn dependencies(page: &Page<'_>, span: Span, known: &Names) -> Vec<Dependency> {
    let content = page.str(span);
    let lower = content.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, words) in lower.match_indices("depends on") {
        let from = at + words.len();
        let list = content.get(from..).unwrap_or_default();
        let end = list.find([')', ']', '.']).unwrap_or(list.len());
        let mut offset = 0;
        for word in list.get(..end).unwrap_or_default().split_inclusive([',', ' ', ';', '&', '+']) {
            let id = word.trim_matches([',', ' ', ';', '&', '+', '`', '*']);
            let place = word.find(id).unwrap_or(0);
            let start = span.start as usize + from + offset + place;
            offset += word.len();
            let is_id = id
                .strip_prefix('T')
                .is_some_and(|digits| digits.len() >= 2 && digits.starts_with(|c: char| c.is_ascii_digit()));
            if is_id {
                let stated = Stated::new(id.to_owned(), range(Span::new(start, start + id.len())));
                let on = known.get(id).unwrap_or(0..0);
                found.push(Dependency::new(stated, on));
            }
        }
    }
    found
}

/// Adds what the order rules say.
fn order(plan: &mut Plan, rows: &[Row]) {
    let groups = whole_groups(plan);
    let is_story: Vec<bool> = groups
        .iter()
        .map(|(group, tasks)| {
            let titled = group
                .and_then(|index| plan.groups.get(index))
                .is_some_and(|group| group.title.to_lowercase().contains("user story"));
            let labelled = rows.get(tasks.start as usize..tasks.end as usize).unwrap_or_default();
            titled || labelled.iter().any(|row| row.story)
        })
        .collect();
    // What the next phase waits for: the phase before it, or all stories before it.
    let mut before: Vec<Range<u32>> = Vec::new();
    let mut stories: Vec<Range<u32>> = Vec::new();
    for ((_, tasks), story) in groups.iter().zip(is_story) {
        let waits = if story || stories.is_empty() { before.clone() } else { std::mem::take(&mut stories) };
        in_phase(plan, rows, tasks, &waits);
        if story {
            stories.push(tasks.clone());
        } else {
            before = vec![tasks.clone()];
        }
    }
}

/// The phases that have tasks, with their tasks; tasks before the first phase are a phase too.
fn whole_groups(plan: &Plan) -> Vec<(Option<usize>, Range<u32>)> {
    let first = plan
        .groups
        .iter()
        .find(|group| !group.tasks.is_empty())
        .map_or(shared::line(plan.tasks.len()), |group| group.tasks.start);
    let loose = (first > 0).then_some((None, 0..first));
    let groups = plan.groups.iter().enumerate().filter(|(_, group)| !group.tasks.is_empty());
    loose.into_iter().chain(groups.map(|(index, group)| (Some(index), group.tasks.clone()))).collect()
}

/// The order inside a phase whose first tasks wait for `waits`.
fn in_phase(plan: &mut Plan, rows: &[Row], tasks: &Range<u32>, waits: &[Range<u32>]) {
    let mut previous: Option<Range<u32>> = None;
    let mut run = tasks.start..tasks.start;
    let mut run_is_parallel = false;
    for index in tasks.clone() {
        let parallel = rows.get(index as usize).is_some_and(|row| row.parallel);
        if !(parallel && run_is_parallel) {
            if !run.is_empty() {
                previous = Some(run.clone());
            }
            run = index..index;
            run_is_parallel = parallel;
        }
        run.end = index + 1;
        let Some(task) = plan.tasks.get_mut(index as usize) else { continue };
        match &previous {
            Some(previous) if task.depends_on.is_empty() => task.after.push(previous.clone()),
            _ => task.after.extend(waits.iter().cloned()),
        }
    }
}
