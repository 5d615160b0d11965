//! The order of a plan: waves, cycles, and the chain that decides how long it takes.
//!
//! A task belongs to the wave after the last of those it waits for: the longest path over the file's
//! dependencies and the format's order rules. A wave that the file states is kept where it is not
//! too early, so a task may be later than it has to be. Waves that stay empty are left out.
//!
//! "Everything of phase 1 before anything of phase 2" is one extra node, not a product of edges, so
//! the work stays linear in tasks and dependencies. Edges within a cycle are left out of the waves. Nearly no
//! plan has a cycle, and then the order is found without looking for knots.

use crate::lists::Lists;
use crate::{Plan, TaskIndex};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::collections::hash_map::Entry;

/// The order of a plan.
#[derive(Clone, Debug, Default)]
pub struct Order {
    waves: Vec<Vec<TaskIndex>>,
    wave_of: Vec<u32>,
    cycles: Vec<Vec<TaskIndex>>,
    critical_path: Vec<TaskIndex>,
    edges: Edges,
}

/// Who waits for whom. The first nodes are the tasks; each further one stands for a range of tasks
/// that others wait for as a whole.
#[derive(Clone, Debug, Default)]
struct Edges {
    tasks: usize,
    before: Lists,
    after: Lists,
    /// Of each range its last tasks: those that no other task of it waits for.
    last: Vec<Vec<TaskIndex>>,
}

/// The edges while they are found.
struct Pairs {
    /// Of each node the last one that it was said to wait for.
    last: Vec<Option<u32>>,
    /// Who is waited for, and who waits.
    all: Vec<(u32, u32)>,
}

impl Pairs {
    fn add(&mut self, from: usize, to: usize) {
        let (TaskIndex(from), TaskIndex(number)) = (TaskIndex::new(from), TaskIndex::new(to));
        let Some(last) = self.last.get_mut(to) else { return };
        if *last != Some(from) {
            *last = Some(from);
            self.all.push((from, number));
        }
    }

    fn add_range(&mut self, start: usize, end: usize) -> usize {
        let node = self.last.len();
        self.last.push(None);
        self.all.reserve(end - start);
        for member in start..end {
            self.add(member, node);
        }
        node
    }

    fn into_edges(self, tasks: usize) -> Edges {
        let nodes = self.last.len();
        let backwards = self.all.iter().map(|(from, to)| (*to, *from));
        let before = Lists::of(nodes, backwards);
        Edges { tasks, before, after: Lists::of(nodes, self.all.iter().copied()), last: Vec::new() }
    }
}

/// Nodes that wait for one another, knot by knot, those waited for first. Most are knots of one.
struct Knots {
    nodes: Vec<usize>,
    ends: Vec<usize>,
}

impl Knots {
    fn iter(&self) -> impl Iterator<Item = &[usize]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).filter_map(|(start, end)| self.nodes.get(start..*end))
    }

    /// The number of each node's knot.
    fn of_nodes(&self) -> Vec<usize> {
        let mut of = vec![0; self.nodes.len()];
        for (number, knot) in self.iter().enumerate() {
            for node in knot {
                if let Some(place) = of.get_mut(*node) {
                    *place = number;
                }
            }
        }
        of
    }
}

impl Order {
    pub(crate) fn of(plan: &Plan) -> Self {
        let edges = Edges::of(plan);
        let knots = edges.knots();
        let cycles = knots.iter().filter_map(|knot| edges.cycle_in(knot)).collect();
        let within = knots.of_nodes();
        let levels = edges.levels(plan, &knots, &within);
        let (waves, wave_of) = waves(plan.tasks.len(), &levels);
        let critical_path = edges.longest_chain(&knots, &within);
        let mut order = Self { waves, wave_of, cycles, critical_path, edges };
        order.cycles.sort();
        order
    }

    /// The tasks of each wave, in the order of the file. The first is wave 1.
    #[must_use]
    pub fn waves(&self) -> &[Vec<TaskIndex>] {
        &self.waves
    }

    /// The wave of a task, counted from 1; 0 for an index that the plan does not have.
    #[must_use]
    pub fn wave_of(&self, task: TaskIndex) -> u32 {
        self.wave_of.get(task.get()).copied().unwrap_or_default()
    }

    /// The cycles, each as a path: every task waits for the next one, the last for the first. At most
    /// one for each knot of tasks, the shortest through its first task that has one.
    #[must_use]
    pub fn cycles(&self) -> &[Vec<TaskIndex>] {
        &self.cycles
    }

    /// The longest chain of tasks that wait for one another, first to last.
    #[must_use]
    pub fn critical_path(&self) -> &[TaskIndex] {
        &self.critical_path
    }

    /// Whom a task waits for directly, sorted: what its file states, and what the order rules add. Of
    /// a phase as a whole only its last tasks.
    #[must_use]
    pub fn before(&self, task: TaskIndex) -> Vec<TaskIndex> {
        let mut all: Vec<TaskIndex> = Vec::new();
        if task.get() < self.edges.tasks {
            all.extend(self.edges.before.indices(task.get()).flat_map(|node| self.edges.last_of(node)));
        }
        all.sort_unstable();
        all.dedup();
        all.retain(|other| *other != task);
        all
    }

    /// Who waits for a task directly, sorted: the other side of [`Order::before`].
    #[must_use]
    pub fn waiting_for(&self, task: TaskIndex) -> Vec<TaskIndex> {
        let mut all: Vec<TaskIndex> = Vec::new();
        let own = Some(task.get()).filter(|own| *own < self.edges.tasks);
        for node in own.into_iter().flat_map(|own| self.edges.after.indices(own)) {
            if node < self.edges.tasks {
                all.push(TaskIndex::new(node));
            } else if self.edges.last_of(node).contains(&task) {
                all.extend(self.edges.after.indices(node).map(TaskIndex::new));
            }
        }
        all.sort_unstable();
        all.dedup();
        all.retain(|other| *other != task);
        all
    }
}

impl Edges {
    fn of(plan: &Plan) -> Self {
        let tasks = plan.tasks.len();
        let mut pairs = Pairs { last: vec![None; tasks], all: Vec::with_capacity(tasks) };
        let mut ranges: FxHashMap<(usize, usize), usize> = FxHashMap::default();
        for (index, task) in plan.tasks.iter().enumerate() {
            let stated = task.depends_on.iter().map(|dependency| &dependency.on);
            for range in stated.chain(&task.after) {
                let (start, end) = (range.start as usize, (range.end as usize).min(tasks));
                match end.saturating_sub(start) {
                    0 => {}
                    1 => pairs.add(start, index),
                    _ => {
                        let known = ranges.get(&(start, end)).copied();
                        let node = known.unwrap_or_else(|| pairs.add_range(start, end));
                        ranges.insert((start, end), node);
                        pairs.add(node, index);
                    }
                }
            }
        }
        let mut last: Vec<((usize, usize), usize)> = ranges.into_iter().collect();
        last.sort_unstable_by_key(|(_, node)| *node);
        let mut edges = pairs.into_edges(tasks);
        edges.last = last.into_iter().map(|((start, end), _)| edges.last_in(start, end)).collect();
        edges
    }

    /// The tasks of a range that no other task of it waits for; all where they wait in circles.
    fn last_in(&self, start: usize, end: usize) -> Vec<TaskIndex> {
        let inside = |node: usize| (start..end).contains(&node);
        let is_waited_for = |member: usize| {
            self.after.indices(member).any(|node| {
                if node < self.tasks {
                    return node != member && inside(node);
                }
                // Users of a range are added in the order of the tasks, so they are sorted.
                let users = self.after.get(node);
                let first = users.partition_point(|user| (*user as usize) < start);
                users.get(first).is_some_and(|user| inside(*user as usize))
            })
        };
        let last: Vec<TaskIndex> =
            (start..end).filter(|member| !is_waited_for(*member)).map(TaskIndex::new).collect();
        if last.is_empty() { (start..end).map(TaskIndex::new).collect() } else { last }
    }

    /// The tasks that a node stands for.
    fn last_of(&self, node: usize) -> Vec<TaskIndex> {
        match node.checked_sub(self.tasks) {
            None => vec![TaskIndex::new(node)],
            Some(range) => self.last.get(range).cloned().unwrap_or_default(),
        }
    }

    fn knots(&self) -> Knots {
        if let Some(nodes) = self.in_order() {
            return Knots { ends: (1..=nodes.len()).collect(), nodes };
        }
        let (mut nodes, mut ends) = (Vec::with_capacity(self.before.count()), Vec::new());
        for component in self.components() {
            nodes.extend(component);
            ends.push(nodes.len());
        }
        Knots { nodes, ends }
    }

    /// Every node after those it waits for; `None` where some wait for one another.
    fn in_order(&self) -> Option<Vec<usize>> {
        let mut missing: Vec<usize> =
            (0..self.before.count()).map(|node| self.before.get(node).len()).collect();
        let mut order = Vec::with_capacity(missing.len());
        order.extend(missing.iter().enumerate().filter(|(_, count)| **count == 0).map(|(node, _)| node));
        let mut at = 0;
        while let Some(node) = order.get(at).copied() {
            at += 1;
            for next in self.after.indices(node) {
                if let Some(count) = missing.get_mut(next) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        order.push(next);
                    }
                }
            }
        }
        (order.len() == missing.len()).then_some(order)
    }

    /// The knots of nodes that wait for one another, those waited for first.
    fn components(&self) -> Vec<Vec<usize>> {
        let mut graph: DiGraph<(), (), u32> = DiGraph::default();
        for _ in 0..self.before.count() {
            graph.add_node(());
        }
        for from in 0..self.after.count() {
            for to in self.after.indices(from) {
                graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), ());
            }
        }
        let mut components: Vec<Vec<usize>> = kosaraju_scc(&graph)
            .into_iter()
            .map(|component| component.into_iter().map(NodeIndex::index).collect())
            .collect();
        // Ranges before tasks: within a knot a range still stands for those of it that are outside.
        components.iter_mut().for_each(|component| component.sort_unstable_by_key(|node| Reverse(*node)));
        components.reverse();
        components
    }

    /// A node's predecessors outside its own knot, and the ranges it waits for.
    fn outside<'e>(&'e self, node: usize, within: &'e [usize]) -> impl Iterator<Item = usize> + 'e {
        let own = within.get(node).copied();
        self.before
            .indices(node)
            .filter(move |other| *other >= self.tasks || within.get(*other).copied() != own)
    }

    /// The wave of each node before empty waves are left out.
    fn levels(&self, plan: &Plan, knots: &Knots, within: &[usize]) -> Vec<u64> {
        let mut levels = vec![0_u64; self.before.count()];
        let highest = |levels: &[u64], nodes: &mut dyn Iterator<Item = usize>| {
            nodes.filter_map(|node| levels.get(node).copied()).max().unwrap_or(0)
        };
        for knot in knots.iter() {
            for node in knot {
                let needed = highest(&levels, &mut self.outside(*node, within));
                let level = match plan.tasks.get(*node) {
                    None => needed,
                    Some(task) => {
                        let stated = task.wave.as_ref().map_or(1, |wave| u64::from(wave.value));
                        stated.max(needed + 1)
                    }
                };
                if let Some(place) = levels.get_mut(*node) {
                    *place = level;
                }
            }
            // Whoever is outside waits for the whole of a range, the knot's own tasks included.
            for node in knot.iter().filter(|node| **node >= self.tasks) {
                let whole = highest(&levels, &mut self.before.indices(*node));
                if let Some(place) = levels.get_mut(*node) {
                    *place = whole;
                }
            }
        }
        levels
    }

    fn longest_chain(&self, knots: &Knots, within: &[usize]) -> Vec<TaskIndex> {
        let mut depth = vec![0_usize; self.before.count()];
        let mut through: Vec<Option<usize>> = vec![None; self.before.count()];
        for node in &knots.nodes {
            // Of equals the first: their numbers are the order of the file.
            let deepest =
                self.outside(*node, within).max_by_key(|other| (depth.get(*other).copied(), Reverse(*other)));
            let reached = deepest.and_then(|other| depth.get(other).copied()).unwrap_or(0);
            if let (Some(own), Some(before)) = (depth.get_mut(*node), through.get_mut(*node)) {
                *own = reached + usize::from(*node < self.tasks);
                *before = deepest;
            }
        }
        let deepest = (0..self.tasks).max_by_key(|node| (depth.get(*node).copied(), Reverse(*node)));
        let mut chain = Vec::new();
        let mut next = deepest;
        while let Some(node) = next {
            if node < self.tasks {
                chain.push(TaskIndex::new(node));
            }
            next = through.get(node).copied().flatten();
        }
        chain.reverse();
        chain
    }

    /// The shortest way from a task of a knot back to itself, against the order of work.
    fn cycle_in(&self, component: &[usize]) -> Option<Vec<TaskIndex>> {
        let first = component.iter().copied().filter(|node| *node < self.tasks).min()?;
        if component.len() == 1 {
            let waits_for_itself = self.before.indices(first).any(|node| node == first);
            return waits_for_itself.then(|| vec![TaskIndex::new(first)]);
        }
        let members: FxHashSet<usize> = component.iter().copied().collect();
        let mut reached_from: FxHashMap<usize, usize> = FxHashMap::default();
        let mut queue = VecDeque::from([first]);
        while let Some(node) = queue.pop_front() {
            for other in self.before.indices(node).filter(|other| members.contains(other)) {
                if other == first {
                    return Some(self.path_to(node, first, &reached_from));
                }
                if let Entry::Vacant(place) = reached_from.entry(other) {
                    place.insert(node);
                    queue.push_back(other);
                }
            }
        }
        None
    }

    fn path_to(&self, end: usize, first: usize, reached_from: &FxHashMap<usize, usize>) -> Vec<TaskIndex> {
        let mut path = vec![end];
        let mut node = end;
        while node != first
            && let Some(before) = reached_from.get(&node)
        {
            node = *before;
            path.push(node);
        }
        path.reverse();
        path.into_iter().filter(|node| *node < self.tasks).map(TaskIndex::new).collect()
    }
}

/// The waves that have tasks, and the wave of each task, counted from 1.
fn waves(tasks: usize, levels: &[u64]) -> (Vec<Vec<TaskIndex>>, Vec<u32>) {
    let mut used: Vec<u64> = levels.iter().take(tasks).copied().collect();
    used.sort_unstable();
    used.dedup();
    let mut waves = vec![Vec::new(); used.len()];
    let mut wave_of = Vec::with_capacity(tasks);
    for (index, level) in levels.iter().take(tasks).enumerate() {
        let place = used.partition_point(|other| other < level);
        wave_of.push(u32::try_from(place + 1).unwrap_or(u32::MAX));
        if let Some(wave) = waves.get_mut(place) {
            wave.push(TaskIndex::new(index));
        }
    }
    (waves, wave_of)
}
