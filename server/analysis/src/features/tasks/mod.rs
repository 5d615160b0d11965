//! What is told of the tasks of a plan: whom each waits for and why, in hovers, the outline, hints,
//! lenses and as a page.

pub mod card;
pub mod launch;
pub(super) mod outline;
pub mod page;
pub mod waves;

use crate::file::FileState;
use crate::plans::Planned;
use segue_plan::TaskIndex;
use segue_syntax::Span;

/// Why a task is in its wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It waits for nobody.
    First,
    /// It comes after this task, which is the last to be done of those it waits for.
    After(TaskIndex),
    /// The file says so: it could be earlier.
    Stated,
    /// It waits for itself by way of others, so no wave is right.
    Circle,
}

/// Why a task is in its wave.
#[must_use]
pub fn why(plan: &Planned, task: TaskIndex) -> Why {
    let order = plan.order();
    if order.cycles().iter().any(|cycle| cycle.contains(&task)) {
        return Why::Circle;
    }
    let before = order.before(task);
    let last = before.iter().max_by_key(|own| (order.wave_of(**own), std::cmp::Reverse(**own)));
    match last {
        Some(last) if order.wave_of(*last) + 1 == order.wave_of(task) => Why::After(*last),
        None if order.wave_of(task) <= 1 => Why::First,
        _ => Why::Stated,
    }
}

/// The plan of a file, where it has tasks.
pub(super) fn plan_of(state: &FileState) -> Option<&Planned> {
    state.plan.as_deref().filter(|plan| !plan.tasks.is_empty())
}

/// All tasks of a plan, in the order of the file.
pub(super) fn all(plan: &Planned) -> impl Iterator<Item = TaskIndex> + use<> {
    (0..plan.tasks.len()).map(TaskIndex::new)
}

/// A range of a plan as a span of the text.
pub(super) fn span(range: segue_plan::Range) -> Span {
    Span { start: range.start, end: range.end }
}

/// `4 tasks in 2 waves, 1 done`: a plan in a line.
#[must_use]
pub fn told(plan: &Planned) -> String {
    let count = |count: usize, what: &str| match count {
        1 => format!("one {what}"),
        count => format!("{count} {what}s"),
    };
    let done = plan.tasks.iter().filter(|task| task.is_done()).count();
    let done = if done > 0 { format!(", {done} done") } else { String::new() };
    format!("{} in {}{done}", count(plan.tasks.len(), "task"), count(plan.order().waves().len(), "wave"))
}
