//! Where a plan can be launched from: its title, and the first line of each task. Nothing can be launched
//! from a line of prose.

use super::waves::task_at;
use super::{all, span};
use crate::plans::{self, Planned};
use crate::world::World;
use segue_catalog::Kind;
use segue_plan::TaskIndex;
use segue_syntax::Span;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What stands at a place of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    /// Whether it is a prompt: a plan of one task.
    pub is_prompt: bool,
    /// How many tasks are not done.
    pub open: usize,
    /// In how many waves these are.
    pub waves: usize,
    /// The task whose line it is; `None` at the title.
    pub task: Option<TaskHere>,
}

/// A task, where somebody stands on its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskHere {
    /// Its id.
    pub id: String,
    /// Whether it is done.
    pub done: bool,
    /// Its wave, counted from 1.
    pub wave: u32,
    /// The tasks of that wave that are not done, itself included.
    pub of_wave: Vec<String>,
}

/// What of a plan stands where `range` is; `None` in prose, and where no plan is.
#[must_use]
pub fn here(world: &World, path: &str, range: Span) -> Option<Here> {
    let plan = plan(world, path)?;
    let order = plan.order();
    let open: Vec<_> =
        all(&plan).filter(|task| plan.get(*task).is_some_and(|task| !task.is_done())).collect();
    let waves: BTreeSet<_> = open.iter().map(|task| order.wave_of(*task)).collect();
    let here = Here { is_prompt: plan.format == "prompt", open: open.len(), waves: waves.len(), task: None };
    let text = world.text(world.id(path)?)?;
    if touches_line(&text, title_of(&plan), range) {
        return Some(here);
    }
    if here.is_prompt {
        return None;
    }
    let on_its_line =
        |index: &TaskIndex| plan.get(*index).is_some_and(|task| touches_line(&text, span(task.head), range));
    let index = task_at(world.file_at(path)?.1, range).or_else(|| all(&plan).find(on_its_line))?;
    let task = plan.get(index)?;
    let wave = order.wave_of(index);
    let of_wave = open.iter().filter(|other| order.wave_of(**other) == wave);
    let task = TaskHere {
        id: task.id.value.clone(),
        done: task.is_done(),
        wave,
        of_wave: of_wave.map(|other| plan.id(*other).to_owned()).collect(),
    };
    Some(Here { task: Some(task), ..here })
}

/// The plan of a file, where it has tasks. A prompt is one of one task, and is read when it is asked for.
fn plan(world: &World, path: &str) -> Option<Arc<Planned>> {
    let (id, state) = world.file_at(path)?;
    if state.kind == Some(Kind::Prompt) {
        let plan = plans::of_read(path, &world.text(id)?, state.facts()?);
        return (!plan.tasks.is_empty()).then(|| Arc::new(Planned::new(plan)));
    }
    state.plan.clone().filter(|plan| !plan.tasks.is_empty())
}

/// Where the title of a plan stands; where it has none its first byte.
#[must_use]
pub fn title(world: &World, path: &str) -> Option<Span> {
    plan(world, path).map(|plan| title_of(&plan))
}

fn title_of(plan: &Planned) -> Span {
    plan.title.as_ref().map_or(Span::at(0), |title| span(title.range))
}

/// The first lines of the tasks of a plan, with their ids, in the order of the file.
#[must_use]
pub fn heads(world: &World, path: &str) -> Vec<(Span, String)> {
    let Some(plan) = plan(world, path) else { return Vec::new() };
    plan.tasks.iter().map(|task| (span(task.head), task.id.value.clone())).collect()
}

/// Whether `range` touches the line that `place` stands on.
fn touches_line(text: &str, place: Span, range: Span) -> bool {
    let start = text.get(..place.start as usize).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let rest = text.get(place.start as usize..).unwrap_or_default();
    let end = place.start as usize + rest.find('\n').unwrap_or(rest.len());
    range.start as usize <= end && start <= range.end as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Host, Options, fixture};

    const PLAN: &str = "//- x.spec.md\n# Feature: X\n\nProse.\n\n## Component Breakdown\n\n\
        ### Issue 1: First (`first`)\n\n**Scope:** The first.\n**Dependencies:** None\n\n\
        ### Issue 2: Second (`second`)\n\n**Scope:** The second.\n**Dependencies:** First\n\n\
        ### Issue 3: Third (`third`)\n\n**Scope:** The third.\n**Dependencies:** None\n";

    fn at(path: &str, fixture: &str, words: &str) -> Option<Here> {
        let world = Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ()).snapshot();
        let text = world.text(world.id(path).unwrap()).unwrap();
        let place = text.find(words).unwrap();
        here(&world, path, Span::at(place))
    }

    #[test]
    fn a_plan_is_launched_from_its_title_and_its_tasks() {
        let title = at("x.spec.md", PLAN, "# Feature").unwrap();
        assert_eq!((title.open, title.waves, title.task, title.is_prompt), (3, 2, None, false));
        let task = at("x.spec.md", PLAN, "### Issue 3").unwrap().task.unwrap();
        assert_eq!((task.id.as_str(), task.wave), ("third", 1));
        assert_eq!(task.of_wave, ["first", "third"]);
        for prose in ["Prose.", "## Component", "**Scope:** The first"] {
            assert_eq!(at("x.spec.md", PLAN, prose), None, "{prose}");
        }
    }

    #[test]
    fn a_task_is_launched_from_anywhere_in_its_line() {
        let phase = |number: u8| {
            format!(
                "    {{\n      \"phase_id\": {number},\n      \"title\": \"T\",\n      \"wave\": 1,\n      \"dependencies\": []\n    }}"
            )
        };
        let plan = format!(
            "//- x.plan.json\n{{\n  \"title\": \"J\",\n  \"phases\": [\n{},\n{}\n  ]\n}}\n",
            phase(1),
            phase(2)
        );
        for words in ["      \"phase_id\": 2", "phase_id\": 2", ": 2,"] {
            let task = at("x.plan.json", &plan, words).and_then(|here| here.task);
            assert_eq!(task.map(|task| task.id).as_deref(), Some("2"), "{words:?}");
        }
        assert_eq!(at("x.plan.json", &plan, "      \"title\": \"T\""), None);
    }

    #[test]
    fn a_prompt_is_launched_from_its_title_alone() {
        let prompt = "//- .github/prompts/x.prompt.md\n---\ndescription: d\n---\n# Do it\n\nProse.\n";
        let path = ".github/prompts/x.prompt.md";
        let title = at(path, prompt, "# Do it").unwrap();
        assert!(title.is_prompt && title.task.is_none());
        assert_eq!(at(path, prompt, "Prose."), None);
    }
}
