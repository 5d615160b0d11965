//! OpenSpec's `tasks.md`: groups `## 1. Title` with `- [ ] 1.1 text`, worked off in order.

use super::names;
use super::page::{Form, Item, Page, boxes, range};
use super::shared;
use segue_plan::{Group, Plan, Stated, Task};
use segue_syntax::Span;
use segue_syntax::slug::slug_text;

pub(super) fn read(page: &Page<'_>) -> Plan {
    let mut plan = Plan { title: title(page), ..Plan::default() };
    plan.tasks.reserve(boxes(page));
    let mut open: Option<usize> = None;
    for (number, line) in page.numbered(0..page.lines.len()) {
        match line.form {
            Form::Heading(index) => {
                plan.groups.extend(group(page, index, plan.tasks.len()));
                open = None;
            }
            Form::Item(item) => {
                let below = open.is_some_and(|indent| item.indent > indent);
                if let (true, Some(parent)) = (below && !has_id(page, item), plan.tasks.last_mut()) {
                    parent.steps.push(page.stated(item.text));
                    parent.range = parent.range.cover(range(item.text));
                } else if item.check.is_some() && !plan.groups.is_empty() {
                    open = Some(item.indent);
                    plan.tasks.extend(task(page, number, line.span, item, plan.groups.len()));
                    if let Some(group) = plan.groups.last_mut() {
                        group.tasks.end = shared::line(plan.tasks.len());
                    }
                }
            }
            _ => {}
        }
    }
    // Boxes below numbered headings are anybody's, unless the path or a number says otherwise.
    if !page.path.contains("openspec/") && !plan.tasks.iter().any(|task| task.id_is_stated) {
        return Plan { title: plan.title, ..Plan::default() };
    }
    names::make_ids_differ(&mut plan);
    for (index, task) in plan.tasks.iter_mut().enumerate().skip(1) {
        task.after.push(shared::tasks(index - 1, index));
    }
    plan.clarifications = shared::clarifications(page);
    plan
}

/// What the page is called, else the change whose folder it lies in: its first heading is that of a group.
fn title(page: &Page<'_>) -> Option<Stated<String>> {
    let (folder, _) = page.path.rsplit_once('/').unwrap_or_default();
    let change = folder.rsplit('/').next().filter(|_| page.path.contains("openspec/"));
    let by_folder = || change.map(|name| Stated::new(name.to_owned(), segue_plan::Range::default()));
    page.head().or_else(by_folder).or_else(|| page.title())
}

/// `## 1. Title`.
fn group(page: &Page<'_>, index: usize, tasks: usize) -> Option<Group> {
    let section = page.sections.get(index).filter(|section| section.level >= 2)?;
    let content = page.str(section.text);
    let length = content.len() - content.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = content.get(length..)?;
    if length == 0 || !rest.starts_with(['.', ')', ' ']) {
        return None;
    }
    let title = rest.trim_start_matches(['.', ')', ' ']);
    let start = section.text.start as usize;
    Some(Group {
        id: Some(page.stated(Span::new(start, start + length))),
        title: page.stated(Span::new(section.text.end as usize - title.len(), section.text.end as usize)),
        head: range(section.head),
        tasks: shared::tasks(tasks, tasks),
        ..Group::default()
    })
}

fn has_id(page: &Page<'_>, item: Item) -> bool {
    item.check.is_some() && id_length(page.str(item.text)) > 0
}

/// The length of `1.2` or `1.2.3` at the beginning; 0 where there is none.
pub(super) fn id_length(text: &str) -> usize {
    let number = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let id = text.get(..number).unwrap_or_default().trim_end_matches('.');
    let after = text.get(number..).unwrap_or_default();
    let is_id = id.starts_with(|c: char| c.is_ascii_digit())
        && id.split('.').all(|part| !part.is_empty() && part.len() <= 6)
        && (after.is_empty() || after.starts_with([' ', '\t', ':', ')']));
    if is_id { id.len() } else { 0 }
}

fn task(page: &Page<'_>, number: usize, line: Span, item: Item, groups: usize) -> Option<Task> {
    let check = item.check?;
    let length = id_length(page.str(item.text));
    let start = item.text.start as usize;
    let rest =
        page.str(item.text).get(length..).unwrap_or_default().trim_start_matches(['.', ':', ')', ' ', '\t']);
    let title = page.stated(Span::new(item.text.end as usize - rest.len(), item.text.end as usize));
    let mut task = Task {
        id: if length > 0 {
            page.stated(Span::new(start, start + length))
        } else {
            Stated::new(slug_text(&title), title.range)
        },
        id_is_stated: length > 0,
        title,
        group: groups.checked_sub(1).map(shared::line),
        context: shared::links(page, range(item.text)),
        ..shared::row(page, number, line, check)
    };
    shared::files_from(page, &mut task, &[item.text], true);
    Some(task)
}
