//! A plan as a page of Markdown: its waves as a picture, then its tasks by waves.

use super::card::{code, escaped};
use super::{plan_of, told};
use crate::world::World;
use std::fmt::Write;

/// The page of the plan at `path`; `None` where it holds none.
#[must_use]
pub fn of(world: &World, path: &str) -> Option<String> {
    let (_, state) = world.file_at(path)?;
    let plan = plan_of(state)?;
    let order = plan.order();
    let title = plan.title.as_ref().map_or(path, |title| title.as_str());
    let mut page = format!("# {}\n\n{}: {}.\n", escaped(title), code(path), told(plan));
    let _ = write!(page, "\n```mermaid\n{}```\n", segue_plan::mermaid(plan, order));
    for (number, wave) in order.waves().iter().enumerate() {
        let _ = write!(page, "\n## Wave {}\n\n", number + 1);
        for index in wave {
            let Some(task) = plan.get(*index) else { continue };
            let mark = if task.is_done() { 'x' } else { ' ' };
            let _ = write!(page, "- [{mark}] {} {}", code(&task.id), escaped(&task.title));
            let before: Vec<String> =
                order.before(*index).into_iter().map(|own| code(plan.id(own))).collect();
            if !before.is_empty() {
                let _ = write!(page, " after {}", before.join(", "));
            }
            if let Some(agent) = &task.agent {
                let _ = write!(page, ", by {}", code(agent));
            }
            page.push('\n');
        }
    }
    Some(page)
}
