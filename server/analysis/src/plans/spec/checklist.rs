//! Specs without a breakdown: the checklists under the requirements, and the components that they list.

use super::{COMPONENTS, CONTRACTS, CRITERIA, HANDOFF, REFERENCES, REQUIREMENTS};
use crate::plans::page::{Check, Form, Page, plain, range, trimmed};
use crate::plans::{fields, names, shared};
use segue_plan::{Group, Plan, Stated, Task};
use segue_syntax::Span;
use segue_syntax::slug::slug_text;

/// The checkboxes under the requirements: each outermost one is a task.
pub(super) fn read(page: &Page<'_>, plan: &mut Plan) {
    let in_requirements = |line: usize| {
        let mut around = page.sections_around(line);
        around.any(|section| section.is_called(REQUIREMENTS) || section.is_called(COMPONENTS))
    };
    let is_other = |line: usize| {
        let mut around = page.sections_around(line);
        around.any(|section| {
            [CRITERIA, CONTRACTS, REFERENCES, HANDOFF].iter().any(|names| section.is_called(names))
        })
    };
    let mut open: Option<(usize, usize)> = None;
    let mut group: Option<usize> = None;
    for (number, line) in page.numbered(0..page.lines.len()) {
        let Form::Item(item) = line.form else {
            if matches!(line.form, Form::Heading(_)) {
                open = None;
            }
            continue;
        };
        if !in_requirements(number) || is_other(number) {
            continue;
        }
        let below =
            open.filter(|(_, indent)| item.indent > *indent).and_then(|(index, _)| plan.tasks.get_mut(index));
        if let Some(parent) = below {
            parent.steps.push(page.stated(item.text));
            parent.range = parent.range.cover(range(item.text));
            continue;
        }
        let Some(check) = item.check else {
            open = None;
            continue;
        };
        let section = page.section_of(number);
        if section != group.take() {
            let of = section.and_then(|index| page.sections.get(index));
            plan.groups.extend(of.map(|section| Group {
                title: page.stated(section.text),
                head: range(section.head),
                tasks: shared::tasks(plan.tasks.len(), plan.tasks.len()),
                ..Group::default()
            }));
        }
        group = section;
        open = Some((plan.tasks.len(), item.indent));
        plan.tasks.push(component(page, number, line.span, item.text, check));
        if let Some(last) = plan.groups.last_mut() {
            last.tasks.end += 1;
        }
        let own_group = plan.groups.len().checked_sub(1).map(shared::line);
        if let Some(task) = plan.tasks.last_mut() {
            task.group = own_group;
        }
    }
    names::make_ids_differ(plan);
}

/// The outermost items without boxes of the sections that list components: `**Name**: what it does`.
pub(in crate::plans) fn components(page: &Page<'_>) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    for section in page.called(COMPONENTS) {
        let outer = shared::outermost(page, section.own.clone());
        let first = tasks.len();
        for (number, item) in page.items(section.own.clone()) {
            if outer.iter().any(|(own, _)| *own == number) {
                let name = fields::labelled(page.text, item.text).map_or(item.text, |(name, _)| name);
                let title = page.stated(without_file(page, name).0);
                let mut task = Task {
                    id: Stated::new(slug_text(&title), title.range),
                    title,
                    line: shared::line(number),
                    head: range(item.text),
                    range: range(item.text),
                    ..Task::default()
                };
                shared::files_from(page, &mut task, &[item.text], false);
                let said = fields::labelled(page.text, item.text).map(|(_, said)| said);
                task.steps.extend(said.filter(|said| !said.is_empty()).map(|said| page.stated(said)));
                tasks.push(task);
            } else if let Some(task) = tasks.get_mut(first..).and_then(<[Task]>::last_mut) {
                task.steps.push(page.stated(item.text));
                task.range = task.range.cover(range(item.text));
            }
        }
    }
    tasks
}

fn component(page: &Page<'_>, number: usize, line: Span, text: Span, check: Check) -> Task {
    let (title, _) = without_file(page, text);
    let title_text = page.stated(title);
    let mut task = Task {
        id: Stated::new(slug_text(&plain(&without_files(page.str(title)))), title_text.range),
        title: title_text,
        context: shared::links(page, range(text)),
        ..shared::row(page, number, line, check)
    };
    shared::files_from(page, &mut task, &[text], false);
    task
}

/// A title without the files in brackets within it.
fn without_files(title: &str) -> String {
    let mut kept = String::with_capacity(title.len());
    let mut rest = title;
    while let Some((before, after)) = rest.split_once("(`") {
        let Some((_, behind)) = after.split_once("`)") else { break };
        kept.push_str(before);
        rest = behind;
    }
    kept.push_str(rest);
    kept
}

/// `Title (`file`)`: the title, and whether a file was there.
fn without_file(page: &Page<'_>, text: Span) -> (Span, bool) {
    let content = page.str(text);
    let inside = content.strip_suffix(')').and_then(|rest| Some((rest.rfind("(`")?, rest.len())));
    // One piece of code and nothing else: what follows another one belongs to the title.
    let is_file = |(open, end): &(usize, usize)| {
        let code = content.get(open + 1..*end).unwrap_or_default();
        code.ends_with('`') && code.matches('`').count() == 2
    };
    match inside.filter(is_file) {
        Some((open, _)) if open > 0 => {
            let start = text.start as usize;
            (trimmed(page.text, Span::new(start, start + open)), true)
        }
        _ => (text, false),
    }
}
