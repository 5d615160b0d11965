//! Ids of tasks: everywhere in the file, and the links to the headings that hold them.
//!
//! What would make another plan of the file is refused: the file with the new id is read again, and the
//! tasks, their groups, their order and whom they wait for have to be what they were.

use super::{Refusal, heading, refuse, rewrite};
use crate::changes::{Changes, Why};
use crate::features::at::Symbol;
use crate::plans::{self, Planned, signs};
use crate::world::World;
use segue_plan::Plan;
use segue_syntax::Facts;
use std::sync::Arc;

/// Whether the id of a task can be another one at all.
///
/// # Errors
/// Why it cannot.
pub(super) fn check(world: &World, path: &Arc<str>, id: &str) -> Result<Arc<Planned>, Refusal> {
    let plan = world.file_at(path).and_then(|(_, state)| state.plan.clone()).ok_or(Refusal::Changed)?;
    let mut own = plan.tasks.iter().filter(|task| *task.id == id);
    if let Some(first) = own.next() {
        if !first.id_is_stated {
            return refuse(format!(
                "This task states no id: `{id}` is made of its title, and becomes another one with it."
            ));
        }
        if let Some(second) = own.next() {
            return refuse(format!(
                "Two tasks are called `{id}` (lines {} and {}): nobody can tell which of them is meant elsewhere.",
                first.line + 1,
                second.line + 1
            ));
        }
    }
    Ok(plan)
}

pub(super) fn rename(
    world: &World,
    path: &Arc<str>,
    id: &str,
    new: &str,
    wanted: &(dyn Fn() -> bool + Sync),
) -> Result<Changes, Refusal> {
    let plan = check(world, path, id)?;
    let text = world.any_text(path).ok_or(Refusal::Changed)?;
    let all = signs::of(&plan, Some(&text));
    if all.iter().any(|named| named.id != id && named.id.eq_ignore_ascii_case(new)) {
        return refuse(format!("`{new}` is the id of something else in this plan already."));
    }
    let renamed = |old: &str| renamed(&plan, old, id, new);
    let mut changes = Changes::default();
    for named in all.iter().filter(|named| named.exact) {
        if let Some(insert) = renamed(named.id) {
            let why = if named.defines { Why::Name } else { Why::Use };
            changes.add(path, &text, named.span, insert, why);
        }
    }
    follow_headings(world, path, &mut changes, wanted)?;
    let same = match changes.files.get(path) {
        Some(file) => {
            let after = file.applied().ok_or(Refusal::Changed)?;
            let after = plans::of_text(path, &after);
            after.format == plan.format && shape(&after, &|_| None) == shape(&plan, &renamed)
        }
        None => true,
    };
    if !same {
        let in_words = all.iter().find(|named| named.id == id && !named.exact);
        return refuse(match in_words {
            Some(named) => {
                format!("`{}` means it too, and would mean another task then.", named.span.of(&text))
            }
            None => format!("With the id `{new}` the file would be read as another plan."),
        });
    }
    Ok(changes)
}

/// What an id becomes: the one that is renamed, and those that say that they are below it.
fn renamed(plan: &Plan, old: &str, id: &str, new: &str) -> Option<String> {
    let rest = old.strip_prefix(id)?;
    let below = signs::has_ids_of_groups(plan) && rest.starts_with('.');
    (rest.is_empty() || below).then(|| format!("{new}{rest}"))
}

/// Links to headings whose anchors become others with the ids in them.
pub(in crate::features) fn follow_headings(
    world: &World,
    path: &Arc<str>,
    changes: &mut Changes,
    wanted: &(dyn Fn() -> bool + Sync),
) -> Result<(), Refusal> {
    let Some(facts) = world.file_at(path).and_then(|(_, state)| state.facts()) else { return Ok(()) };
    let Some(after) = changes.files.get(path).and_then(|file| file.applied()) else { return Ok(()) };
    let after = Facts::of(&after);
    if facts.headings.len() != after.headings.len() {
        return refuse("With this id the headings of the file would be others.");
    }
    let pairs = facts.headings.iter().zip(&after.headings);
    for (old, new) in pairs.filter(|(old, new)| old.slug != new.slug) {
        if facts.html_ids.iter().any(|own| own.id == new.slug) {
            return refuse(format!("An HTML element has the anchor `#{}` already.", new.slug));
        }
        let symbol = Symbol::Anchor { path: path.clone(), anchor: old.slug.clone() };
        rewrite(world, &symbol, changes, wanted, |written| heading::anchor_like(written, &new.slug))?;
    }
    Ok(())
}

/// What a plan is beside its words: ids, whom each task waits for, waves, groups, states.
fn shape(plan: &Plan, renamed: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let id = |own: &str| renamed(own).unwrap_or_else(|| own.to_owned());
    let tasks = plan.tasks.iter().map(|task| {
        let on: Vec<_> = task.depends_on.iter().map(|dependency| &dependency.on).collect();
        let wave = task.wave.as_ref().map(|wave| wave.value);
        let (name, after, state) = (id(&task.id), &task.after, task.state);
        format!("{name} {on:?} {after:?} {wave:?} {:?} {state:?} {}", task.group, task.files.len())
    });
    let groups = plan.groups.iter().map(|group| {
        let own = group
            .id
            .as_ref()
            .map(|own| if signs::has_ids_of_groups(plan) { id(own) } else { own.value.clone() });
        format!("{own:?} {:?}", group.tasks)
    });
    let declared = plan.declared.iter().map(|own| id(own));
    tasks.chain(groups).chain(declared).chain(plan.strangers.iter().map(|own| own.value.clone())).collect()
}
