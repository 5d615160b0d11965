//! The components of a spec, and what its text says of each.

use super::super::Source;
use crate::plans::{Planned, components_of};
use rustc_hash::FxHashSet;
use segue_plan::{Range, Stated, Task};
use segue_syntax::slug::slug_text;

/// A component, as a task of the plan to be.
pub(super) struct Component {
    pub id: String,
    pub title: String,
    /// What is said of it, in the words of the file.
    pub scope: Vec<String>,
    pub files: Vec<String>,
    /// Links in its text, as they are written.
    pub links: Vec<String>,
    pub acceptance: Vec<String>,
    /// Earlier ones that it waits for.
    pub waits_for: Vec<usize>,
    /// From 1.
    pub wave: usize,
    pub done: bool,
    /// The byte with which it begins in the spec.
    pub at: u32,
}

/// How many components a spec has.
pub(super) fn count(source: &Source<'_>, plan: &Planned) -> usize {
    if plan.tasks.is_empty() { listed(source).len() } else { plan.tasks.len() }
}

/// Components that are written without boxes, as tasks.
fn listed(source: &Source<'_>) -> Vec<Task> {
    components_of(&source.path, source.text, source.facts)
}

/// The components of a spec, in its order, with all that is filled in.
pub(super) fn all(source: &Source<'_>, plan: &Planned) -> Vec<Component> {
    let without_boxes = if plan.tasks.is_empty() { listed(source) } else { Vec::new() };
    let tasks = if plan.tasks.is_empty() { &without_boxes } else { &plan.tasks };
    let mut components: Vec<Component> = Vec::new();
    let mut taken: FxHashSet<String> = FxHashSet::default();
    for task in tasks {
        let base = if task.id.is_empty() { "task".to_owned() } else { slug_text(&task.id) };
        let numbered = (1_u32..).map(|n| if n == 1 { base.clone() } else { format!("{base}-{n}") });
        let id = numbered.take(10_000).find(|id| taken.insert(id.clone())).unwrap_or_default();
        components.push(component(source, task, id));
    }
    wait(&mut components);
    accept(&mut components, &plan.acceptance);
    components
}

fn component(source: &Source<'_>, task: &Task, id: String) -> Component {
    let text = |range: Range| source.text.get(range.bytes()).unwrap_or_default();
    let one_line = |range: Range| text(range).split_whitespace().collect::<Vec<_>>().join(" ");
    let mut scope: Vec<String> = task.steps.iter().map(|step| one_line(step.range)).collect();
    scope.iter_mut().for_each(|step| *step = without_box(step).to_owned());
    if scope.is_empty() {
        scope.push(one_line(task.title.range));
    }
    let own = |at: u32| task.range.start <= at && at < task.range.end;
    let links = source.facts.links.iter().filter(|link| own(link.span.start));
    Component {
        id,
        title: task.title.trim_end_matches([':', '.']).to_owned(),
        scope,
        files: task.files.iter().map(|file| file.path.value.clone()).collect(),
        links: links.map(|link| link.span.of(source.text).to_owned()).collect(),
        acceptance: Vec::new(),
        waits_for: Vec::new(),
        wave: 1,
        done: task.is_done(),
        at: task.range.start,
    }
}

/// A step without the box before it.
fn without_box(step: &str) -> &str {
    let boxes = ["[ ] ", "[x] ", "[X] ", "[-] "];
    boxes.iter().find_map(|mark| step.strip_prefix(mark)).unwrap_or(step)
}

/// Whom each waits for, and the wave that this makes.
fn wait(components: &mut [Component]) {
    for own in 0..components.len() {
        let (earlier, rest) = components.split_at_mut(own);
        let Some(component) = rest.first_mut() else { continue };
        let said = format!(" {} ", words_of(&component.scope.join(" ")).join(" "));
        for (index, other) in earlier.iter().enumerate() {
            let shares = component.files.iter().any(|file| other.files.contains(file));
            let name = words_of(&other.title).join(" ");
            let speaks = name.len() >= 4 && said.contains(&format!(" {name} "));
            if shares || speaks {
                component.waits_for.push(index);
                component.wave = component.wave.max(other.wave + 1);
            }
        }
    }
}

fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Each criterion goes to the component that it has most words with. Where some have criteria all have: who
/// is left has those that are nobody's, else all.
fn accept(components: &mut [Component], criteria: &[Stated<String>]) {
    let long =
        |text: &str| words_of(text).into_iter().filter(|word| word.len() >= 4).collect::<FxHashSet<_>>();
    let of_each: Vec<FxHashSet<String>> = components
        .iter()
        .map(|own| long(&format!("{} {} {}", own.title, own.scope.join(" "), own.files.join(" "))))
        .collect();
    let mut nobodys: Vec<String> = Vec::new();
    for criterion in criteria {
        let words = long(criterion);
        let shared = |at: usize| of_each.get(at).map_or(0, |own| own.intersection(&words).count());
        let best = (0..components.len()).max_by_key(|at| (shared(*at), std::cmp::Reverse(*at)));
        match best.filter(|at| shared(*at) > 0).and_then(|at| components.get_mut(at)) {
            Some(component) => component.acceptance.push(criterion.value.clone()),
            None => nobodys.push(criterion.value.clone()),
        }
    }
    if nobodys.is_empty() {
        nobodys = criteria.iter().map(|criterion| criterion.value.clone()).collect();
    }
    for component in components.iter_mut().filter(|component| component.acceptance.is_empty()) {
        component.acceptance.clone_from(&nobodys);
    }
}
