//! The engine over a table instead of agents and git, in virtual time: random plans, random failures,
//! a runner that is killed at random.

#![allow(clippy::unwrap_used, clippy::panic)]

mod rules;
mod scenes;
mod world;

use proptest::prelude::*;
use world::{Plan, Scene, World, scene};

/// More in the full sweep: `SEGUE_CASES=20000 cargo test -p segue-orchestrator --test engine`.
fn cases(default: u32) -> ProptestConfig {
    let asked = std::env::var("SEGUE_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(default), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(400))]

    /// No schedule breaks dependencies, limits, budgets or the rest of an agent; every run ends, and
    /// its journal read back is its state.
    #[test]
    fn no_schedule_breaks_a_rule(scene in scene(), salt in any::<u64>()) {
        let mut world = World::new(&scene, salt);
        world.run_to_end();
        rules::hold(&scene, &world.records);
        rules::journal_is_the_state(&world);
    }

    /// Killed anywhere and taken over by another runner, a run ends as one that was not killed.
    #[test]
    fn a_killed_run_ends_as_if_it_had_not_been(
        scene in scene(),
        salt in any::<u64>(),
        kills in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
    ) {
        let mut whole = World::new(&scene, salt);
        whole.run_to_end();
        let mut killed = World::new(&scene, salt ^ 1);
        for kill in kills {
            let at = kill.index(whole.records.len()) as u64 + 1;
            killed.run_until(at);
            killed = killed.taken_over();
        }
        killed.run_to_end();
        rules::hold(&scene, &killed.records);
        prop_assert_eq!(killed.result(), whole.result());
    }
}

/// Killed at every single event of one large run.
#[test]
fn killed_at_each_event_it_ends_the_same() {
    let scene = Scene::sample();
    let mut whole = World::new(&scene, 7);
    whole.run_to_end();
    assert!(whole.records.len() > 80, "{} events", whole.records.len());
    for at in 1..=whole.records.len() as u64 {
        let mut killed = World::new(&scene, 7);
        killed.run_until(at);
        let mut killed = killed.taken_over();
        killed.run_to_end();
        assert_eq!(killed.result(), whole.result(), "killed after event {at}");
    }
}

#[test]
fn who_is_faster_does_not_matter() {
    let scene = Scene::sample();
    let results: Vec<_> = (0..20)
        .map(|salt| {
            let mut world = World::new(&scene, salt);
            world.run_to_end();
            world.result()
        })
        .collect();
    assert!(results.windows(2).all(|pair| pair[0] == pair[1]), "{results:#?}");
}

#[test]
fn a_plan_without_tasks_is_complete_at_once() {
    let scene = Scene { plan: Plan::default(), ..Scene::sample() };
    let mut world = World::new(&scene, 1);
    world.run_to_end();
    assert_eq!(world.result().phase, "complete");
}
