//! The waves of a plan beside its text: a hint at each task, a lens at the title.

use super::{Why, all, plan_of, span, told, why};
use crate::features::hints::Hint;
use crate::file::FileState;
use crate::world::World;
use segue_plan::TaskIndex;
use segue_syntax::Span;

/// The wave of each task whose first line `range` touches. Where all go side by side there is nothing
/// to tell.
#[must_use]
pub fn hints(state: &FileState, range: Span) -> Vec<Hint> {
    let Some(plan) = plan_of(state) else { return Vec::new() };
    let order = plan.order();
    if order.waves().len() < 2 {
        return Vec::new();
    }
    let mut hints = Vec::new();
    for index in all(plan) {
        let Some(task) = plan.get(index) else { continue };
        let head = span(task.head);
        if head.start > range.end || head.end < range.start {
            continue;
        }
        let tooltip = match why(plan, index) {
            Why::First => "Waits for nobody.".to_owned(),
            Why::After(last) => format!("After {}.", plan.id(last)),
            Why::Stated => "As the file says; it could be earlier.".to_owned(),
            Why::Circle => "Waits for itself by way of others.".to_owned(),
        };
        hints.push(Hint { at: head.end, label: format!("wave {}", order.wave_of(index)), tooltip });
    }
    hints
}

/// What a lens of a plan is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanLens {
    /// The plan: how many tasks and waves.
    Plan,
    /// A task that can be ticked, by the byte with which it begins.
    Tick {
        /// Where its first line begins.
        at: u32,
    },
}

/// The lenses of a plan: where each stands, what it says, what it is about. `ticks` adds one a task.
#[must_use]
pub fn lenses(world: &World, path: &str, ticks: bool) -> Vec<(Span, String, PlanLens)> {
    let Some((_, state)) = world.file_at(path) else { return Vec::new() };
    let Some(plan) = plan_of(state) else { return Vec::new() };
    let title = plan.title.as_ref().map_or(Span::at(0), |title| span(title.range));
    let mut found = vec![(title, told(plan), PlanLens::Plan)];
    for task in plan.tasks.iter().filter(|task| ticks && task.tick.is_some()) {
        let says = if task.is_done() { "mark as open" } else { "mark as done" };
        found.push((span(task.head), says.to_owned(), PlanLens::Tick { at: task.head.start }));
    }
    found
}

/// The task whose first line `range` touches.
pub(in crate::features) fn task_at(state: &FileState, range: Span) -> Option<TaskIndex> {
    let plan = plan_of(state)?;
    let touches = |task: &segue_plan::Task| task.head.start <= range.end && range.start <= task.head.end;
    plan.tasks.iter().position(touches).map(TaskIndex::new)
}
