//! A task in a few lines: its wave and why, whom it waits for, who waits for it, files, state.

use super::{Why, plan_of, span, why};
use crate::features::about::{self, About};
use crate::features::hover::Hover;
use crate::file::{FileState, Space};
use crate::plans::{Planned, signs};
use crate::world::World;
use segue_plan::{Action, State, Stated, Task, TaskIndex};
use std::fmt::Write;

/// Of a list no more than so many are named.
const MOST_NAMED: usize = 8;

/// The card of the task or group whose id stands at a byte.
pub(in crate::features) fn at_id(state: &FileState, text: &str, offset: usize) -> Option<Hover> {
    let plan = plan_of(state)?;
    let named = signs::of(plan, Some(text)).into_iter().filter(|named| named.exact);
    let named = named.filter(|named| named.span.touches(offset)).min_by_key(|named| named.span.len())?;
    let markdown = match plan.find(named.id) {
        Some(task) => of_task(plan, task)?,
        None => of_group(plan, named.id)?,
    };
    Some(Hover { span: named.span, markdown })
}

/// The card of the agent that a task names at a byte.
pub(in crate::features) fn at_agent(
    world: &World,
    state: &FileState,
    text: &str,
    offset: usize,
) -> Option<Hover> {
    let named = signs::executors(plan_of(state)?, Some(text));
    let named = named.into_iter().find(|named| named.span.touches(offset))?;
    let space = [Space::Agent, Space::AgentFile];
    let space = space.into_iter().find(|space| world.definers(*space, named.name).next().is_some())?;
    let markdown = about::card(world, &About::Name { space, name: named.name.to_owned() })?;
    Some(Hover { span: named.span, markdown })
}

/// The card of the task on whose first line a byte stands.
pub(in crate::features) fn at_head(state: &FileState, offset: usize) -> Option<Hover> {
    let plan = plan_of(state)?;
    let task = plan.tasks.iter().position(|task| task.head.touches(offset)).map(TaskIndex::new)?;
    Some(Hover { span: span(plan.get(task)?.head), markdown: of_task(plan, task)? })
}

/// What is told of a task.
#[must_use]
pub fn of_task(plan: &Planned, index: TaskIndex) -> Option<String> {
    let task = plan.get(index)?;
    let order = plan.order();
    let mut card = format!("**{}**", escaped(&task.title));
    let _ = write!(card, "\n\n{}, wave {} of {}", code(&task.id), order.wave_of(index), order.waves().len());
    if order.critical_path().len() > 1 && order.critical_path().contains(&index) {
        card.push_str(", on the critical path");
    }
    card.push_str(match task.state {
        State::Open => "",
        State::InProgress => ", begun",
        State::Done => ", done",
    });
    card.push_str(if task.optional { ", optional" } else { "" });
    let _ = write!(card, "\n\n{}", reason(plan, index, task));
    let mut line = |label: &str, values: Vec<String>| {
        if !values.is_empty() {
            let _ = write!(card, "\n- {label}: {}", listed(&values));
        }
    };
    let ids = |tasks: Vec<TaskIndex>| tasks.into_iter().map(|task| code(plan.id(task))).collect::<Vec<_>>();
    line("Waits for", ids(order.before(index)));
    line("Waited for by", ids(order.waiting_for(index)));
    line("Agent", task.agent.iter().map(|agent| code(agent)).collect());
    line(
        "Files",
        task.files.iter().map(|file| format!("{}{}", code(&file.path), done_to(file.action))).collect(),
    );
    let texts = |texts: &[Stated<String>]| texts.iter().map(|text| escaped(text)).collect::<Vec<_>>();
    line("Gates", task.gates.iter().map(|gate| code(gate)).collect());
    line("Proved by", task.validation.iter().map(|command| code(command)).collect());
    line("Accepted when", texts(&task.acceptance));
    line("Risk", task.risk.iter().map(|risk| format!("{:?}", risk.value).to_lowercase()).collect());
    card.truncate(card.trim_end().len());
    Some(card)
}

/// Why it is in its wave, as a sentence.
fn reason(plan: &Planned, index: TaskIndex, task: &Task) -> String {
    match why(plan, index) {
        Why::First => "It waits for nobody.\n".to_owned(),
        Why::Stated => "The file says which wave; it could be earlier.\n".to_owned(),
        Why::Circle => "It waits for itself by way of others: it can never start.\n".to_owned(),
        Why::After(last) => {
            let stated = task.depends_on.iter().any(|dependency| dependency.on.contains(&last.0));
            let how = if stated { "which it depends on" } else { "by the order that the format gives" };
            format!("Its wave is decided by {}, {how}.\n", code(plan.id(last)))
        }
    }
}

/// What is told of a group of tasks.
fn of_group(plan: &Planned, id: &str) -> Option<String> {
    let group = plan.groups.iter().find(|group| group.id.as_ref().is_some_and(|own| own.value == id))?;
    let tasks: Vec<TaskIndex> = group.tasks.clone().map(TaskIndex).collect();
    let waves = tasks.iter().map(|task| plan.order().wave_of(*task));
    let (first, last) = (waves.clone().min()?, waves.max()?);
    let ids: Vec<String> = tasks.iter().map(|task| code(plan.id(*task))).collect();
    let waves = if first == last { format!("wave {first}") } else { format!("waves {first} to {last}") };
    Some(format!("**{}**\n\n{}, {waves}\n\n- Tasks: {}", escaped(&group.title), code(id), listed(&ids)))
}

fn done_to(action: Action) -> &'static str {
    match action {
        Action::Create => " (create)",
        Action::Modify => "",
        Action::Review => " (review)",
        Action::Reference => " (read)",
    }
}

fn listed(values: &[String]) -> String {
    let shown = values.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
    match values.len().saturating_sub(MOST_NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Text of a file as code.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// Text of a file as text: none of it is a mark of Markdown.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '#' | '|' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
