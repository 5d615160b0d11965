//! Single faults, and what a person sees of them.

use crate::world::{Fate, Scene, Task, World, person};
use segue_orchestrator::decide::decide;
use segue_orchestrator::effect::due;
use segue_orchestrator::event::{Event, GateKind, Millis};
use segue_orchestrator::facts::Facts;
use segue_orchestrator::state::State;

fn one(fates: &[Fate]) -> Scene {
    let sample = Scene::sample();
    let task = Task { fates: fates.to_vec(), plan_first: false, ..sample.plan.tasks[0].clone() };
    Scene {
        plan: crate::Plan { tasks: vec![task] },
        verdicts: Vec::new(),
        yes: true,
        planner: false,
        unhealthy: 0,
        ..sample
    }
}

fn end(scene: &Scene) -> State {
    let mut world = World::new(scene, 3);
    world.run_to_end();
    world.state
}

fn attempts(state: &State) -> usize {
    state.tasks[0].attempts.len()
}

#[test]
fn each_class_has_its_budget() {
    use Fate::*;
    for (fates, ended, tries) in [
        (vec![Good], "complete", 1),
        (vec![Dies, RateLimit, Silent], "complete", 4),
        (vec![Dies; 4], "escalated", 4),
        (vec![FailsProof], "complete", 2),
        (vec![FailsProof, ChangesNothing], "escalated", 2),
        (vec![Conflicts], "complete", 2),
        (vec![BreaksTheWhole], "complete", 2),
        (vec![BreaksTheWhole, BreaksTheWhole], "escalated", 2),
        (vec![NoModel, NoModel], "complete", 3),
        (vec![NoModel, NoModel, NoModel], "escalated", 3),
        (vec![Refuses], "escalated", 1),
        (vec![ChangesOthers], "escalated", 1),
        (vec![Dies, FailsProof, NoModel, Dies, Dies], "escalated", 5),
        (vec![Asks], "complete", 1),
        (vec![ReviewerSaysNo], "complete", 2),
        (vec![SaysItFailed], "complete", 2),
    ] {
        let state = end(&one(&fates));
        let phase = state.phase.map(|phase| phase.name());
        assert_eq!((phase, attempts(&state)), (Some(ended), tries), "{fates:?}");
    }
}

#[test]
fn a_planner_is_asked_once() {
    let scene = Scene { planner: true, ..one(&[Fate::ChangesOthers]) };
    assert_eq!(end(&scene).exit_status(), 0);
    let scene = Scene { planner: true, ..one(&[Fate::ChangesOthers, Fate::ChangesOthers]) };
    assert_eq!(end(&scene).exit_status(), 1);
}

#[test]
fn what_failed_stops_only_what_waits_for_it() {
    let mut scene = Scene::sample();
    scene.plan.tasks[1].fates = vec![Fate::Refuses];
    let mut world = World::new(&scene, 3);
    world.run_to_end();
    let tasks = world.result().tasks;
    let of_the_plan = tasks.iter().filter(|(id, _)| !id.0.contains('~'));
    let words: Vec<&str> = of_the_plan.map(|(_, word)| *word).collect();
    assert_eq!(
        words,
        ["done", "escalated", "done", "done", "skipped", "skipped", "skipped", "skipped", "skipped"],
    );
    assert_eq!(world.result().phase, "escalated");
}

#[test]
fn a_person_is_asked_about_what_nothing_proved_even_under_yes() {
    let mut scene = one(&[Fate::Good]);
    scene.plan.tasks[0].proved = false;
    let asked = |scene: &Scene| {
        let state = end(scene);
        let gate = state.gate(&GateKind::Completion).unwrap();
        gate.answer.as_ref().unwrap().by.how.clone()
    };
    assert_eq!(asked(&scene), "terminal");
    scene.accept_unproved = true;
    assert_eq!(asked(&scene), "option");
}

#[test]
fn a_task_can_be_tried_again_after_the_end() {
    let scene = one(&[Fate::Refuses]);
    let mut world = World::new(&scene, 3);
    world.run_to_end();
    assert_eq!(world.result().phase, "escalated");
    world.add(Event::RetryAsked { task: "t0".into(), note: Some("Please.".to_owned()), by: person() });
    // Its failures are forgotten, so the same fate comes again; this one asks a second time.
    world.run_to_end();
    assert_eq!(world.state.tasks[0].attempts.len(), 2);
    assert_eq!(world.state.tasks[0].attempts[1].hint.as_deref(), Some("Please."));
}

#[test]
fn a_cancelled_run_leaves_nothing_under_way() {
    let scene = Scene::sample();
    for at in [3, 10, 20, 30, 45, 60] {
        let mut world = World::new(&scene, 3);
        world.run_until(at);
        world.taken_over_by_cancel();
        let result = world.result();
        assert_eq!(result.phase, "cancelled", "cancelled after event {at}");
        assert!(result.tasks.values().all(|word| *word != "not over"));
        assert!(world.state.tasks.iter().all(|task| task.active().is_none()));
        assert_eq!(world.state.open_gates().count(), 0);
    }
}

#[test]
fn one_task_can_be_cancelled_while_the_others_go_on() {
    let scene = Scene::sample();
    let mut world = World::new(&scene, 3);
    world.run_until(25);
    world.unstopped();
    world.add(Event::CancelAsked { task: Some("t2".into()), by: person() });
    world.run_to_end();
    assert_eq!(world.result().tasks[&"t2".into()], "cancelled");
    assert_eq!(world.result().tasks[&"t3".into()], "done");
}

#[test]
fn a_budget_ends_the_run_and_a_person_can_give_another() {
    let mut scene = one(&[Fate::Good]);
    scene.policy.run_time = 1;
    let mut world = World::new(&scene, 3);
    world.run_to_end();
    assert_eq!(world.result().phase, "escalated");
    assert_eq!(world.result().tasks[&"t0".into()], "escalated");
    assert!(world.state.spent.as_deref().is_some_and(|what| what.contains("1 seconds")));
}

/// What people and machines read of the large run afterwards.
#[test]
fn a_run_can_be_read_afterwards() {
    let scene = Scene::sample();
    let mut world = World::new(&scene, 3);
    world.run_to_end();
    let page = segue_orchestrator::journal::markdown(&world.records);
    for part in [
        "# A plan\n",
        "- Begun: 1970-01-01 00:16:40Z by ada (terminal)",
        "| `t0` Task 0 | 1 | done | 2 |",
        "| `t8` Task 8 | 3 | failed | 1 |",
        "subgraph wave3[\"Wave 3\"]",
        "t0 --> t3",
        "class t8 open",
        "transient: The agent ended with status 1.",
        "| destructive task t4 |",
        "| approved | ada (terminal) |",
        "— yes (ada (terminal))",
    ] {
        assert!(page.contains(part), "no {part:?} in\n{page}");
    }
    let lines = segue_orchestrator::journal::json_lines(&world.records);
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (events, gates): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line["type"] == "event");
    assert_eq!(events.len(), world.records.len());
    let has = |event_type: &str, decision: &str| {
        gates.iter().any(|gate| gate["event_type"] == event_type && gate["decision"] == decision)
    };
    for (event_type, decision) in [
        ("PLAN_GATE", "BLOCKED"),
        ("PLAN_GATE", "GO"),
        ("PLAN_GATE", "REPLAN"),
        ("PREFLECT_GATE", "GO"),
        ("PHASE_REVIEW_GATE", "GO"),
        ("HIGH_RISK_APPROVAL_GATE", "GO"),
        ("COMPLETION_GATE", "GO"),
    ] {
        assert!(has(event_type, decision), "{event_type} {decision}");
    }
    let trace = gates[0]["trace_id"].as_str().unwrap();
    assert!(gates.iter().all(|gate| gate["trace_id"] == trace));
    let form: Vec<usize> = trace.split('-').map(str::len).collect();
    assert_eq!((form, trace.as_bytes()[14]), (vec![8, 4, 4, 4, 12], b'4'));
}

/// Taken over at any event by a runner that would start something new: nothing goes on before somebody has
/// answered, and then all does as if nothing had been.
#[test]
fn what_is_new_on_the_list_holds_a_run_that_is_taken_over() {
    let scene = Scene { yes: false, verdicts: Vec::new(), ..Scene::sample() };
    let listed = Facts { list: Some(Vec::new()), ..scene.facts() };
    let begun = || {
        let mut world = World::new(&scene, 3);
        world.add(Event::Planned { facts: Box::new(listed.clone()) });
        world
    };
    let mut whole = begun();
    whole.run_to_end();
    let mut asked = 0;
    for seq in 4..whole.state.seq {
        let mut world = begun();
        world.run_until(seq);
        let mut world = world.taken_over();
        if world.state.is_over() {
            break;
        }
        let list = Some(vec!["setup: something new".to_owned()]);
        world.add(Event::RunnerStarted { pid: 3, version: "1".to_owned(), list });
        let late = Millis(u64::MAX / 2);
        loop {
            assert_eq!(due(&world.state, late), [], "{seq}");
            let step = decide(&world.state, late);
            if step.events.is_empty() {
                assert_eq!(step.wake, None, "{seq}");
                break;
            }
            for event in step.events {
                let begins = matches!(
                    event,
                    Event::AttemptPlanned(_)
                        | Event::TurnPlanned { .. }
                        | Event::ValidationPlanned { .. }
                        | Event::ReviewPlanned { .. }
                        | Event::MergePlanned { .. }
                        | Event::IntegrationPlanned { .. }
                        | Event::RevisionPlanned { .. }
                );
                assert!(!begins, "{seq}: {event:?}");
                world.add(event);
            }
        }
        world.run_to_end();
        assert_eq!(world.result(), whole.result(), "{seq}");
        let gates = world.state.gates.iter().filter(|gate| gate.opened.kind == GateKind::List);
        asked += gates.inspect(|gate| assert_eq!(gate.opened.approvals, ["setup: something new"])).count();
    }
    assert!(asked > 50, "asked at {asked} events");
}

fn in_variants(variants: &[&[Fate]], after: &[Fate]) -> Scene {
    let mut scene = one(after);
    scene.yes = false;
    scene.plan.tasks[0].variants = variants.iter().map(|fates| fates.to_vec()).collect();
    scene
}

fn words(state: &State) -> Vec<String> {
    state.tasks.iter().map(|task| format!("{:?}", task.status).replace(" { proved: true }", "")).collect()
}

#[test]
fn of_the_variants_that_hold_one_is_chosen_and_merged() {
    let scene = in_variants(&[&[Fate::Dies], &[Fate::Refuses], &[]], &[]);
    let state = end(&scene);
    let asked = &state.questions.last().unwrap().asked;
    assert_eq!(asked.options, ["t0~1", "t0~3", "none of them"]);
    assert!(asked.text.contains("3 variants; 2 of them hold"), "{}", asked.text);
    let chosen = state.tasks[0].chosen.clone().unwrap();
    let answer = &state.questions.last().unwrap().answer.as_ref().unwrap().0;
    assert_eq!((state.exit_status(), answer), (0, &chosen.0));
    assert_eq!(words(&state).iter().filter(|word| *word == "Chosen").count(), 1);
    // Its attempt is that of the task now, and is counted once.
    assert_eq!((state.tasks[0].attempts.len(), state.merges.len()), (1, 1));
    let numbers: Vec<u32> =
        state.tasks.iter().flat_map(|task| &task.attempts).map(|own| own.number).collect();
    assert_eq!(numbers.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "{numbers:?}");
}

#[test]
fn what_was_chosen_is_tried_again_by_who_did_it() {
    let state = end(&in_variants(&[&[], &[]], &[Fate::BreaksTheWhole]));
    let agents: Vec<&str> = state.tasks[0].attempts.iter().map(|own| own.agent.as_str()).collect();
    assert_eq!((state.exit_status(), agents.len()), (0, 2));
    assert_eq!(agents[0], agents[1]);
}

#[test]
fn where_one_variant_alone_holds_it_is_asked_about_unless_somebody_said_yes_before() {
    let alone = in_variants(&[&[], &[Fate::Refuses]], &[]);
    let asked = |state: &State| state.questions.iter().filter(|own| own.asked.choice).count();
    let state = end(&alone);
    assert_eq!(asked(&state), 1);
    assert_eq!(state.questions[0].asked.recommendation.as_deref(), Some("t0~1"));
    assert!(state.questions[0].asked.text.contains("only one of them holds"));
    let yes = end(&Scene { yes: true, ..alone.clone() });
    assert_eq!((asked(&yes), yes.exit_status()), (0, 0));
    let mut policy = alone.policy.clone();
    policy.choose_alone = 1;
    let by_setting = end(&Scene { policy, ..alone });
    assert_eq!((asked(&by_setting), by_setting.exit_status()), (0, 0));
    // A yes beforehand is no choice among several.
    let several = end(&Scene { yes: true, ..in_variants(&[&[], &[]], &[]) });
    assert_eq!(asked(&several), 1);
}

#[test]
fn a_task_of_which_no_variant_holds_is_handed_over_and_can_be_tried_again() {
    let scene = in_variants(&[&[Fate::Refuses], &[Fate::Refuses]], &[]);
    let mut world = World::new(&scene, 3);
    world.run_to_end();
    assert_eq!(world.result().phase, "escalated");
    assert!(format!("{:?}", world.state.tasks[0].status).contains("None of its 2 variants holds."));
    world.add(Event::RetryAsked { task: "t0".into(), note: None, by: person() });
    assert!(world.state.tasks.iter().all(|task| format!("{:?}", task.status) == "Queued"));
}

#[test]
fn a_person_may_take_no_variant() {
    let scene = in_variants(&[&[], &[]], &[]);
    let mut world = World::new(&scene, 3);
    while !world.state.needs_a_person() || world.state.questions.is_empty() {
        world.run_until(world.state.seq + 1);
    }
    world.unstopped();
    let question = world.state.questions[0].asked.question;
    let answer = segue_orchestrator::variants::NONE.to_owned();
    world.add(Event::QuestionAnswered { question, answer, by: person(), unheard: false });
    world.run_to_end();
    assert_eq!(world.result().phase, "escalated");
    assert_eq!(words(&world.state)[1..], ["Unchosen", "Unchosen"]);
}

#[test]
fn who_ends_a_task_ends_its_variants() {
    let scene = in_variants(&[&[], &[]], &[]);
    let mut world = World::new(&scene, 3);
    while !world.state.tasks.iter().any(|task| task.active().is_some()) {
        world.run_until(world.state.seq + 1);
    }
    world.unstopped();
    world.add(Event::CancelAsked { task: Some("t0".into()), by: person() });
    world.run_to_end();
    assert_eq!(words(&world.state), ["Cancelled", "Cancelled", "Cancelled"]);
}
