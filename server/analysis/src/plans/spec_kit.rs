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

/// Words before ids that are waited for, in lower case, and whether other words may stand between. Longer
/// ones first.
const LEADS: &[(&str, bool)] =
    &[("depends on", true), ("depends:", true), ("blocked by", false), ("requires", false), ("after", false)];

/// The ids behind such words: `(depends on T012, T013)`, `after T004–T006`.
fn dependencies(page: &Page<'_>, span: Span, known: &Names) -> Vec<Dependency> {
    let content = page.str(span);
    let mut found = Vec::new();
    // Most tasks name no other.
    let is_lead = |at: usize| content.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
    if !memchr::memchr_iter(b'T', content.as_bytes()).any(is_lead) {
        return found;
    }
    let lower = content.to_ascii_lowercase();
    let mut taken = 0;
    let mut leads: Vec<(usize, usize, bool)> = LEADS
        .iter()
        .flat_map(|(words, loose)| lower.match_indices(words).map(|(at, _)| (at, words.len(), *loose)))
        .filter(|(at, ..)| !lower.get(..*at).is_some_and(|before| before.ends_with(char::is_alphanumeric)))
        .collect();
    leads.sort_unstable();
    for (at, length, loose) in leads {
        let from = at + length;
        if at < taken || lower.get(from..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric)) {
            continue;
        }
        let list = content.get(from..).unwrap_or_default();
        let end = list.find([')', ']', '.']).unwrap_or(list.len());
        taken = from + listed(page, span.start as usize + from, end, loose, known, &mut found);
    }
    found
}

/// Reads the ids of a list of `length` bytes, up to the first other word unless those may stand between;
/// how far it got.
fn listed(
    page: &Page<'_>,
    start: usize,
    length: usize,
    loose: bool,
    known: &Names,
    found: &mut Vec<Dependency>,
) -> usize {
    let list = page.text.get(start..start + length).unwrap_or_default();
    let is_part = |c: char| c.is_alphanumeric();
    let (mut at, mut last, mut ranging): (usize, Option<Span>, bool) = (0, None, false);
    while let Some(c) = list.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = list.get(at..).unwrap_or_default();
        if !is_part(c) {
            // A range goes on: `T001-T003`, `T001 – T003`.
            ranging = last.is_some() && (matches!(c, '-' | '–' | '—') || (ranging && c == ' '));
            at += c.len_utf8();
            continue;
        }
        let word = rest.get(..rest.find(|c| !is_part(c)).unwrap_or(rest.len())).unwrap_or_default();
        let here = Span::new(start + at, start + at + word.len());
        if is_id(word) {
            if let Some(first) = last.filter(|_| ranging && known.get(word).is_some()) {
                between(page, first, here, known, found);
            }
            found.push(dependency(page, here, known));
            (last, ranging) = (Some(here), false);
        } else if last.is_some() && matches!(word, "to" | "through") {
            ranging = true;
        } else if loose || matches!(word, "and" | "or" | "task" | "tasks" | "all" | "of") {
            (last, ranging) = (None, false);
        } else {
            break;
        }
        at += word.len();
    }
    at
}

/// `T012`, `T012a`.
fn is_id(word: &str) -> bool {
    let digits = word.strip_prefix('T').map(|rest| rest.trim_end_matches(|c: char| c.is_ascii_lowercase()));
    digits.is_some_and(|digits| digits.len() >= 2 && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn dependency(page: &Page<'_>, id: Span, known: &Names) -> Dependency {
    let on = known.get(page.str(id)).unwrap_or(0..0);
    Dependency::new(Stated::new(page.str(id).to_owned(), range(id)), on)
}

/// The tasks whose numbers lie between two ids; not every number has to be there.
fn between(page: &Page<'_>, first: Span, last: Span, known: &Names, found: &mut Vec<Dependency>) {
    let number = |id: Span| page.str(id).trim_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok();
    let (Some(from), Some(to)) = (number(first), number(last)) else { return };
    let width = page.str(first).trim_matches(|c: char| !c.is_ascii_digit()).len();
    // More would be a slip of the finger.
    for number in (from.saturating_add(1)..to).take(1_000) {
        let id = format!("T{number:0width$}");
        if let Some(on) = known.get(&id) {
            found.push(Dependency::new(Stated::new(id, range(first.cover(last))), on));
        }
    }
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
