//! Waves, cycles and problems: what a person would count, and random graphs against a naive model.

#![allow(clippy::unwrap_used)]
#![expect(clippy::single_range_in_vec_init, reason = "ranges of tasks are meant")]

use proptest::prelude::*;
use segue_plan::{
    Action, Dependency, File, Order, Plan, Range, Report, State, Stated, Task, TaskIndex, Tier,
};
use std::collections::BTreeSet;

fn stated<T>(value: T) -> Stated<T> {
    Stated::new(value, Range::default())
}

/// A task with an id and what it waits for, as ranges of indices.
fn task(id: usize, depends_on: &[std::ops::Range<u32>], after: &[std::ops::Range<u32>]) -> Task {
    Task {
        id: stated(format!("t{id}")),
        id_is_stated: true,
        depends_on: depends_on
            .iter()
            .map(|on| Dependency::new(stated(format!("{on:?}")), on.clone()))
            .collect(),
        after: after.to_vec(),
        ..Task::default()
    }
}

/// A plan of tasks, each given by the indices that it waits for.
fn plan(waits: &[&[u32]]) -> Plan {
    let tasks = waits.iter().enumerate().map(|(id, on)| {
        let on: Vec<_> = on.iter().map(|one| *one..*one + 1).collect();
        task(id, &on, &[])
    });
    Plan { tasks: tasks.collect(), ..Plan::default() }
}

fn numbers(tasks: &[TaskIndex]) -> Vec<u32> {
    tasks.iter().map(|task| task.0).collect()
}

fn waves(order: &Order) -> Vec<Vec<u32>> {
    order.waves().iter().map(|wave| numbers(wave)).collect()
}

fn said(plan: &Plan) -> Vec<String> {
    plan.problems(&plan.order()).iter().map(|problem| problem.message(plan)).collect()
}

#[test]
fn a_task_comes_after_the_last_it_waits_for() {
    let order = plan(&[&[], &[0], &[0], &[1, 2], &[], &[4, 3]]).order();
    assert_eq!(waves(&order), [vec![0, 4], vec![1, 2], vec![3], vec![5]]);
    assert_eq!(numbers(order.critical_path()), [0, 1, 3, 5]);
    assert_eq!(numbers(&order.before(TaskIndex(3))), [1, 2]);
    assert_eq!(numbers(&order.waiting_for(TaskIndex(0))), [1, 2]);
    assert_eq!(order.wave_of(TaskIndex(5)), 4);
    assert_eq!(order.wave_of(TaskIndex(99)), 0);
    assert!(order.before(TaskIndex(99)).is_empty() && order.waiting_for(TaskIndex(99)).is_empty());
}

#[test]
fn an_empty_plan_has_no_waves() {
    let order = Plan::default().order();
    assert!(order.waves().is_empty() && order.critical_path().is_empty() && order.cycles().is_empty());
}

#[test]
fn a_cycle_is_told_as_a_path_and_the_rest_is_in_order() {
    let plan = plan(&[&[], &[3], &[1], &[2], &[3], &[5]]);
    let order = plan.order();
    assert_eq!(order.cycles().iter().map(|path| numbers(path)).collect::<Vec<_>>(), [vec![1, 3, 2], vec![5]]);
    assert_eq!(waves(&order), [vec![0, 1, 2, 3, 5], vec![4]]);
    assert_eq!(
        said(&plan),
        [
            "These tasks wait for one another, so none can ever start: t1 → t3 → t2 → t1.",
            "`t5` waits for itself, so it can never start.",
        ]
    );
}

#[test]
fn a_stated_wave_holds_where_it_is_not_too_early() {
    let mut plan = plan(&[&[], &[0], &[], &[1]]);
    for (index, wave) in [(0, 2), (1, 5), (2, 2), (3, 4)] {
        plan.tasks[index].wave = Some(stated(wave));
    }
    let order = plan.order();
    assert_eq!(waves(&order), [vec![0, 2], vec![1], vec![3]]);
    assert_eq!(said(&plan), ["Wave 4 is too early: it waits for `t1`, so 6 is the earliest."]);
}

#[test]
fn a_phase_is_waited_for_as_a_whole() {
    // 0 → 1, 2; then 3 and 4 after all of them, of which 1 and 2 are the last.
    let tasks = vec![
        task(0, &[], &[]),
        task(1, &[0..1], &[]),
        task(2, &[], &[0..1]),
        task(3, &[], &[0..3]),
        task(4, &[0..3], &[]),
    ];
    let plan = Plan { tasks, ..Plan::default() };
    let order = plan.order();
    assert_eq!(waves(&order), [vec![0], vec![1, 2], vec![3, 4]]);
    assert_eq!(numbers(&order.before(TaskIndex(3))), [1, 2]);
    assert_eq!(numbers(&order.waiting_for(TaskIndex(2))), [3, 4]);
    assert_eq!(numbers(&order.waiting_for(TaskIndex(0))), [1, 2]);
}

#[test]
fn who_waits_for_the_phase_it_is_in_waits_for_itself() {
    let plan = Plan { tasks: vec![task(0, &[], &[]), task(1, &[0..2], &[])], ..Plan::default() };
    assert_eq!(said(&plan), ["`t1` waits for itself, so it can never start."]);
}

#[test]
fn ids_and_dependencies_that_mean_nothing() {
    let mut plan = plan(&[&[], &[], &[]]);
    plan.tasks[2].id = stated("t0".to_owned());
    plan.tasks[1].depends_on = vec![Dependency::new(stated("T9".to_owned()), 0..0)];
    assert_eq!(
        said(&plan),
        ["`t0` is already the id of the task on line 1.", "No task of this plan is called `T9`."]
    );
    assert!(plan.problems(&plan.order()).iter().all(|problem| problem.is_fatal(&plan)));
    plan.tasks[2].id_is_stated = false;
    assert_eq!(said(&plan), ["No task of this plan is called `T9`."]);
}

#[test]
fn two_writers_of_a_file_in_one_wave() {
    let file = |path: &str, action| File { path: stated(path.to_owned()), action, is_stated: true };
    let mut plan = plan(&[&[], &[], &[0], &[], &[]]);
    for index in [0, 1, 2, 4] {
        plan.tasks[index].files = vec![file("src/a.rs", Action::Modify), file("src/a.rs", Action::Create)];
    }
    plan.tasks[3].files = vec![file("src/a.rs", Action::Reference)];
    plan.tasks[4].state = State::Done;
    assert_eq!(
        said(&plan),
        ["`src/a.rs` is written by `t0` and `t1` in the same wave (1): they will be run one after another."]
    );
    assert_eq!(plan.tier(), Some(Tier::Trivial));
}

#[test]
fn the_report_has_every_key() {
    let mut plan = plan(&[&[], &[0]]);
    plan.tasks[1].depends_on.push(Dependency::new(stated("nobody".to_owned()), 0..0));
    plan.tasks[1].after.push(0..1);
    let report = Report::of(&plan, &plan.order(), &|_| 7, Vec::new());
    let json = serde_json::to_value(&report).unwrap();
    for key in ["version", "title", "format", "tier", "confidence", "tasks", "waves", "gates", "risks"] {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert_eq!(json["tier"], serde_json::Value::Null);
    assert_eq!(json["waves"], serde_json::json!([["t0"], ["t1"]]));
    assert_eq!(json["tasks"][1]["depends_on"], serde_json::json!(["t0", "nobody"]));
    assert_eq!(json["tasks"][1]["after"], serde_json::json!(["t0"]));
    assert_eq!(json["tasks"][0]["agent"], serde_json::Value::Null);
}

/// What a task waits for, written out task by task.
fn naive_before(plan: &Plan, index: usize) -> BTreeSet<usize> {
    let task = &plan.tasks[index];
    let stated = task.depends_on.iter().map(|dependency| &dependency.on);
    let all = stated.chain(&task.after).flat_map(|range| range.clone());
    all.map(|one| one as usize).filter(|one| *one < plan.tasks.len()).collect()
}

/// Everything that has to come before each task, by repeating until nothing changes.
fn naive_closure(plan: &Plan) -> Vec<BTreeSet<usize>> {
    let direct: Vec<BTreeSet<usize>> = (0..plan.tasks.len()).map(|index| naive_before(plan, index)).collect();
    let mut closure = direct.clone();
    loop {
        let mut changed = false;
        for index in 0..closure.len() {
            let more: BTreeSet<usize> =
                closure[index].iter().flat_map(|other| closure[*other].clone()).collect();
            let size = closure[index].len();
            closure[index].extend(more);
            changed |= closure[index].len() != size;
        }
        if !changed {
            return closure;
        }
    }
}

fn random_plan() -> impl Strategy<Value = Plan> {
    let range = (0_u32..14, 0_u32..5).prop_map(|(start, length)| start..start + length);
    let ranges = prop::collection::vec(range, 0..3);
    prop::collection::vec((ranges.clone(), ranges, prop::option::of(1_u32..6)), 0..14).prop_map(|rows| {
        let tasks = rows.into_iter().enumerate().map(|(id, (depends_on, after, wave))| {
            // The order rules never name the task itself.
            let after: Vec<_> =
                after.into_iter().filter(|range| !range.contains(&TaskIndex::new(id).0)).collect();
            Task { wave: wave.map(stated), ..task(id, &depends_on, &after) }
        });
        Plan { tasks: tasks.collect(), ..Plan::default() }
    })
}

/// The same without cycles: a task waits only for earlier ones.
fn ordered_plan() -> impl Strategy<Value = Plan> {
    random_plan().prop_map(|mut plan| {
        for (index, task) in plan.tasks.iter_mut().enumerate() {
            let limit = TaskIndex::new(index).0;
            let cut = |range: &std::ops::Range<u32>| range.start.min(limit)..range.end.min(limit);
            task.depends_on.iter_mut().for_each(|dependency| dependency.on = cut(&dependency.on));
            task.after.iter_mut().for_each(|range| *range = cut(range));
            task.wave = None;
        }
        plan
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn waves_are_the_longest_path(plan in ordered_plan()) {
        let order = plan.order();
        let mut longest = vec![1_u32; plan.tasks.len()];
        for index in 0..plan.tasks.len() {
            let needed = naive_before(&plan, index).into_iter().map(|other| longest[other] + 1).max();
            longest[index] = needed.unwrap_or(1);
        }
        let found: Vec<u32> = (0..plan.tasks.len()).map(|i| order.wave_of(TaskIndex::new(i))).collect();
        prop_assert_eq!(&found, &longest);
        prop_assert!(order.cycles().is_empty());
        prop_assert_eq!(order.critical_path().len(), order.waves().len());
        for pair in order.critical_path().windows(2) {
            prop_assert!(naive_before(&plan, pair[1].get()).contains(&pair[0].get()));
        }
    }

    #[test]
    fn cycles_are_real_and_none_is_missed(plan in random_plan()) {
        let order = plan.order();
        let closure = naive_closure(&plan);
        let waits_for_itself = |index: usize| closure[index].contains(&index);
        prop_assert_eq!(order.cycles().is_empty(), !(0..plan.tasks.len()).any(waits_for_itself));
        for path in order.cycles() {
            for (index, one) in path.iter().enumerate() {
                let next = path[(index + 1) % path.len()];
                prop_assert!(naive_before(&plan, one.get()).contains(&next.get()), "{:?}", path);
            }
        }
    }

    #[test]
    fn every_task_is_in_one_wave_after_what_it_waits_for(plan in random_plan()) {
        let order = plan.order();
        let mut seen: Vec<u32> = order.waves().iter().flatten().map(|task| task.0).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..TaskIndex::new(plan.tasks.len()).0).collect::<Vec<_>>());
        let closure = naive_closure(&plan);
        for index in 0..plan.tasks.len() {
            let own = order.wave_of(TaskIndex::new(index));
            for other in naive_before(&plan, index).into_iter().filter(|other| !closure[*other].contains(&index)) {
                prop_assert!(order.wave_of(TaskIndex::new(other)) < own);
            }
        }
        // Total on anything.
        for problem in plan.problems(&order) {
            prop_assert!(!problem.message(&plan).is_empty());
        }
    }

    #[test]
    fn direct_prerequisites_imply_all_others(plan in ordered_plan()) {
        let order = plan.order();
        let closure = naive_closure(&plan);
        for (index, all) in closure.iter().enumerate() {
            let direct: BTreeSet<usize> =
                order.before(TaskIndex::new(index)).iter().map(|task| task.get()).collect();
            let implied: BTreeSet<usize> =
                direct.iter().flat_map(|other| closure[*other].iter().copied()).chain(direct.iter().copied()).collect();
            prop_assert_eq!(&implied, all);
            for other in direct {
                prop_assert!(order.waiting_for(TaskIndex::new(other)).contains(&TaskIndex::new(index)));
            }
        }
    }
}
