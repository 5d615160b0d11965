//! What contradicts itself in a plan: the checks that need nothing but the plan.

use crate::{Order, Plan, Range, TaskIndex, files};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// A contradiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Two tasks have the same id: what depends on it depends on the first.
    DuplicateId {
        /// The later task.
        task: TaskIndex,
        /// The task that had it first.
        first: TaskIndex,
    },
    /// A dependency names nothing of the plan.
    UnknownDependency {
        /// Who depends.
        task: TaskIndex,
        /// Which of its [`crate::Task::depends_on`].
        dependency: usize,
    },
    /// Tasks wait for one another in a circle: none of them can ever start.
    Cycle {
        /// Each task waits for the next one, the last for the first.
        path: Vec<TaskIndex>,
    },
    /// A task's stated wave is not after that of a task it waits for.
    WaveOrder {
        /// The task whose wave is too early.
        task: TaskIndex,
        /// The task it waits for.
        needs: TaskIndex,
        /// The wave it states.
        stated: u32,
        /// The earliest wave that would be right.
        earliest: u32,
    },
    /// Tasks of one wave write the same file.
    FileConflict {
        /// The wave, counted from 1.
        wave: u32,
        /// The file, the folder or the pattern that they share.
        path: String,
        /// Who writes it, in the order of the file; at least two.
        tasks: Vec<TaskIndex>,
    },
    /// A task shall write a file outside of the repository, where no task can.
    OutsideFile {
        /// The task.
        task: TaskIndex,
        /// The file.
        path: String,
    },
}

impl Problem {
    /// Whether the plan cannot run as it stands.
    #[must_use]
    pub fn is_fatal(&self, plan: &Plan) -> bool {
        match self {
            Self::DuplicateId { .. } | Self::Cycle { .. } | Self::OutsideFile { .. } => true,
            Self::UnknownDependency { task, dependency } => {
                let stated = plan.get(*task).and_then(|task| task.depends_on.get(*dependency));
                stated.is_some_and(|dependency| dependency.is_id)
            }
            Self::WaveOrder { .. } | Self::FileConflict { .. } => false,
        }
    }

    /// The name by which rules speak of it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::DuplicateId { .. } => "duplicate-id",
            Self::UnknownDependency { .. } => "unknown-dependency",
            Self::Cycle { .. } => "cycle",
            Self::WaveOrder { .. } => "wave-order",
            Self::FileConflict { .. } => "file-conflict",
            Self::OutsideFile { .. } => "outside-file",
        }
    }

    /// The bytes of the file that are at fault.
    #[must_use]
    pub fn range(&self, plan: &Plan) -> Range {
        let id = |task: &TaskIndex| plan.get(*task).map(|task| task.id.range);
        let found = match self {
            Self::DuplicateId { task, .. } => id(task),
            Self::UnknownDependency { task, dependency } => {
                let stated = plan.get(*task).and_then(|task| task.depends_on.get(*dependency));
                stated.map(|dependency| dependency.written.range)
            }
            Self::Cycle { path } => path.first().and_then(|first| {
                let next = path.get(1).unwrap_or(first);
                let stated = plan.get(*first)?.depends_on.iter();
                let mut means_next = stated.filter(|dependency| dependency.on.contains(&next.0));
                means_next.next().map(|dependency| dependency.written.range).or_else(|| id(first))
            }),
            Self::WaveOrder { task, .. } => {
                plan.get(*task).and_then(|task| task.wave.as_ref()).map(|wave| wave.range)
            }
            Self::FileConflict { path, tasks, .. } => tasks.last().and_then(|last| {
                let mut own = plan.get(*last)?.written_files();
                let shared = own.find(|file| files::overlap(&file.path, path));
                shared.map(|file| file.path.range).or_else(|| id(last))
            }),
            Self::OutsideFile { task, path } => plan.get(*task).and_then(|own| {
                let mut own = own.written_files();
                own.find(|file| *file.path == *path).map(|file| file.path.range).or_else(|| id(task))
            }),
        };
        found.unwrap_or_default()
    }

    /// One sentence that says what is wrong.
    #[must_use]
    pub fn message(&self, plan: &Plan) -> String {
        match self {
            Self::DuplicateId { task, first } => {
                let line = plan.get(*first).map_or(0, |task| task.line + 1);
                format!("`{}` is already the id of the task on line {line}.", plan.id(*task))
            }
            Self::UnknownDependency { task, dependency } => {
                let stated = plan.get(*task).and_then(|task| task.depends_on.get(*dependency));
                let written = stated.map_or("", |dependency| dependency.written.as_str());
                format!("No task of this plan is called `{written}`.")
            }
            Self::Cycle { path } if path.len() < 2 => {
                let id = path.first().map_or("", |task| plan.id(*task));
                format!("`{id}` waits for itself, so it can never start.")
            }
            Self::Cycle { path } => {
                let ids = path.iter().chain(path.first()).map(|task| plan.id(*task));
                let way: Vec<&str> = ids.collect();
                format!("These tasks wait for one another, so none can ever start: {}.", way.join(" → "))
            }
            Self::WaveOrder { needs, stated, earliest, .. } => {
                let other = plan.id(*needs);
                format!("Wave {stated} is too early: it waits for `{other}`, so {earliest} is the earliest.")
            }
            Self::FileConflict { wave, path, tasks } => {
                let ids: Vec<String> = tasks.iter().map(|task| format!("`{}`", plan.id(*task))).collect();
                let what = if files::is_pattern(path) { "Files of " } else { "" };
                let are = if files::is_pattern(path) { "are" } else { "is" };
                format!(
                    "{what}`{path}` {are} written by {} in the same wave ({wave}): they will be run one after another.",
                    ids.join(" and ")
                )
            }
            Self::OutsideFile { path, .. } => {
                format!("`{path}` lies outside of the repository: no task can write it.")
            }
        }
    }
}

/// What contradicts itself, in the order of the file.
pub(crate) fn of(plan: &Plan, order: &Order) -> Vec<Problem> {
    let mut problems = duplicate_ids(plan);
    let mut waves = StatedWaves::of(plan, order);
    for (index, task) in plan.tasks.iter().enumerate() {
        let unknown = task.depends_on.iter().enumerate().filter(|(_, dependency)| dependency.is_unknown());
        problems.extend(
            unknown.map(|(dependency, _)| Problem::UnknownDependency {
                task: TaskIndex::new(index),
                dependency,
            }),
        );
        problems.extend(waves.too_early(TaskIndex::new(index)));
    }
    problems.extend(order.cycles().iter().map(|path| Problem::Cycle { path: path.clone() }));
    problems.extend(file_conflicts(plan, order));
    problems.extend(outside_files(plan));
    problems.sort_by_key(|problem| problem.range(plan));
    problems
}

fn duplicate_ids(plan: &Plan) -> Vec<Problem> {
    let mut first_with: FxHashMap<&str, TaskIndex> = FxHashMap::default();
    let mut problems = Vec::new();
    for (index, task) in plan.tasks.iter().enumerate() {
        let task_index = TaskIndex::new(index);
        // An id that is made from the title is nobody's mistake; readers make those differ.
        if !task.id_is_stated {
            continue;
        }
        match first_with.get(task.id.as_str()) {
            Some(first) => problems.push(Problem::DuplicateId { task: task_index, first: *first }),
            None => drop(first_with.insert(task.id.as_str(), task_index)),
        }
    }
    problems
}

/// Compares the waves that the file states with those of what a task waits for.
struct StatedWaves<'p> {
    plan: &'p Plan,
    in_cycles: FxHashSet<TaskIndex>,
    /// The latest wave of the tasks of a range, and the first task that has it: a whole phase is
    /// often waited for by all of the next.
    latest: FxHashMap<(u32, u32), Option<(u32, TaskIndex)>>,
}

impl<'p> StatedWaves<'p> {
    fn of(plan: &'p Plan, order: &Order) -> Self {
        let in_cycles = order.cycles().iter().flatten().copied().collect();
        Self { plan, in_cycles, latest: FxHashMap::default() }
    }

    fn too_early(&mut self, index: TaskIndex) -> Option<Problem> {
        let task = self.plan.get(index)?;
        let stated = task.wave.as_ref()?.value;
        if self.in_cycles.contains(&index) {
            return None;
        }
        let latest = task.depends_on.iter().filter(|dependency| !dependency.on.contains(&index.0));
        let (wave, needs) = latest
            .filter_map(|dependency| self.latest_of(&dependency.on))
            .max_by_key(|(wave, needs)| (*wave, std::cmp::Reverse(*needs)))?;
        let earliest = wave.saturating_add(1);
        (stated < earliest).then_some(Problem::WaveOrder { task: index, needs, stated, earliest })
    }

    fn latest_of(&mut self, range: &std::ops::Range<u32>) -> Option<(u32, TaskIndex)> {
        let plan = self.plan;
        if range.len() == 1 {
            let only = TaskIndex(range.start);
            return Some((plan.get(only)?.wave.as_ref().map_or(1, |wave| wave.value), only));
        }
        *self.latest.entry((range.start, range.end)).or_insert_with(|| {
            let tasks = range.clone().map(TaskIndex);
            let waves = tasks.filter_map(|task| {
                let stated = plan.get(task)?.wave.as_ref();
                Some((stated.map_or(1, |wave| wave.value), task))
            });
            waves.max_by_key(|(wave, task)| (*wave, std::cmp::Reverse(*task)))
        })
    }
}

/// Files that two unfinished tasks of a wave write.
fn file_conflicts(plan: &Plan, order: &Order) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, wave) in order.waves().iter().enumerate().filter(|(_, wave)| wave.len() > 1) {
        let mut writers: FxHashMap<&str, Vec<TaskIndex>> = FxHashMap::default();
        for index in wave {
            let Some(task) = plan.get(*index).filter(|task| !task.is_done()) else { continue };
            for file in task.written_files() {
                let own = writers.entry(file.path.trim_end_matches('/')).or_default();
                if own.last() != Some(index) {
                    own.push(*index);
                }
            }
        }
        let wave = u32::try_from(number + 1).unwrap_or(u32::MAX);
        problems.extend(shared(&writers).into_iter().map(|(path, tasks)| Problem::FileConflict {
            wave,
            path: path.to_owned(),
            tasks,
        }));
    }
    problems
}

/// What several tasks write. Nearly every path is that of one file of one task: only folders that hold
/// another path, and patterns, are compared with others.
fn shared<'p>(writers: &FxHashMap<&'p str, Vec<TaskIndex>>) -> BTreeMap<&'p str, Vec<TaskIndex>> {
    let mut shared: BTreeMap<&str, Vec<TaskIndex>> = BTreeMap::new();
    let mut add = |path: &'p str, tasks: &[TaskIndex]| shared.entry(path).or_default().extend(tasks);
    for (path, tasks) in writers {
        if tasks.len() > 1 {
            add(path, tasks);
        }
        for (slash, _) in path.match_indices('/') {
            if let Some((folder, own)) = path.get(..slash).and_then(|folder| writers.get_key_value(folder)) {
                add(folder, own);
                add(folder, tasks);
            }
        }
        if files::is_pattern(path) {
            // Of two patterns the first says it.
            let is_told = |other: &str| !files::is_pattern(other) || *path < other;
            let others = writers.iter().filter(|(other, _)| *other != path && is_told(other));
            for (_, theirs) in others.filter(|(other, _)| files::overlap(path, other)) {
                add(path, tasks);
                add(path, theirs);
            }
        }
    }
    for tasks in shared.values_mut() {
        tasks.sort_unstable();
        tasks.dedup();
    }
    shared.retain(|_, tasks| tasks.len() > 1);
    shared
}

/// Files outside of the repository that tasks shall write.
fn outside_files(plan: &Plan) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, task) in plan.tasks.iter().enumerate().filter(|(_, task)| !task.is_done()) {
        let stated = task.written_files().filter(|file| file.is_stated && files::is_outside(&file.path));
        problems.extend(
            stated.map(|file| Problem::OutsideFile {
                task: TaskIndex::new(index),
                path: file.path.value.clone(),
            }),
        );
    }
    problems
}
