//! The runner is killed, as hard as can be, before and after events are durable. The next one goes on:
//! nothing that was finished is lost or done twice, nothing is left behind.

use crate::fixture::{Fixture, SCRIPT, facts, variants};
use crate::whole::to_the_end;
use segue_orchestrator::event::Event;
use segue_orchestrator::facts::Facts;
use segue_orchestrator::state::{Leftover, TaskState};
use segue_orchestrator::{git, os};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

const FOLDER: &str = "SEGUE_TEST_FOLDER";
const RUN: &str = "SEGUE_TEST_RUN";

/// What the other tests start this program again for: a runner that somebody kills.
#[test]
fn runner() {
    let (Ok(folder), Ok(run)) = (std::env::var(FOLDER), std::env::var(RUN)) else { return };
    to_the_end(&Fixture::at(Path::new(&folder)), &run, SCRIPT);
}

/// Starts a runner that ends itself at `point`; whether it came to that.
fn killed(fixture: &Fixture, run: &str, point: &str) -> bool {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kills::runner", "--quiet"])
        .env(FOLDER, &fixture.folder)
        .env(RUN, run)
        .env("SEGUE_KILL", point)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(9)
}

/// What a run that nobody kills leaves.
struct Whole {
    tree: String,
    events: u64,
}

fn whole(facts: &Facts) -> Whole {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let run = fixture.launch_of(facts.clone());
    let state = to_the_end(&fixture, &run, SCRIPT);
    assert_eq!(state.exit_status(), 0);
    Whole { tree: tree(&fixture, &run), events: state.seq }
}

fn tree(fixture: &Fixture, run: &str) -> String {
    fixture.git(&["rev-parse", &format!("segue/{run}/integration^{{tree}}")])
}

/// One point: killed there, taken over, and looked at.
/// Gives whether the run came to it.
fn survives(point: &str, whole: &Whole, facts: &Facts) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let (head, status) = (fixture.git(&["rev-parse", "HEAD"]), fixture.git(&["status", "--porcelain"]));
    let run = fixture.launch_of(facts.clone());
    let was_killed = killed(&fixture, &run, point);
    let finished = merged(&fixture, &run);
    let state = to_the_end(&fixture, &run, SCRIPT);
    let records = fixture.journal().records(&run, 0).unwrap();
    let asked: Vec<&str> = state.gates.iter().map(|gate| gate.opened.text.as_str()).collect();
    let page = || format!("{}\n{asked:#?}", segue_orchestrator::journal::markdown(&records));
    assert_eq!(state.exit_status(), 0, "{point}\n{}", page());
    assert_eq!(tree(&fixture, &run), whole.tree, "{point}\n{}", page());
    // Nothing that was finished is done again: only what was taken out is merged twice.
    let after = merged(&fixture, &run);
    for (task, times) in &after {
        let most = if task == "six" { 2 } else { 1 };
        assert!(*times <= most, "{point}: {task} was merged {times} times\n{}", page());
    }
    assert!(finished.iter().all(|(task, times)| after[task] >= *times), "{point}");
    // Nothing is left behind.
    assert_eq!(os::marked(&run), Vec::<u32>::new(), "{point}");
    let repository = fixture.repository();
    // Of a variant that was not chosen neither worktree nor branch is left.
    let is_there = |task: &&TaskState| task.leftover == Leftover::Stays;
    let attempts: Vec<_> = state.tasks.iter().filter(is_there).flat_map(|task| &task.attempts).collect();
    let known: Vec<String> = attempts.iter().filter_map(|own| own.worktree.clone()).collect();
    for worktree in git::worktree::of_run(&repository, &run).unwrap() {
        let path = worktree.folder.to_string_lossy().into_owned();
        assert!(known.contains(&path) || path.ends_with("/integration"), "{point}: {path} is nobody's");
    }
    let branches = fixture.git(&["for-each-ref", "--format=%(refname:short)", "refs/heads/segue"]);
    let own: Vec<String> = attempts.iter().filter_map(|own| own.branch.clone()).collect();
    for branch in branches.lines().filter(|branch| !branch.ends_with("/integration")) {
        assert!(own.iter().any(|known| known == branch), "{point}: {branch} is nobody's");
    }
    assert_eq!(fixture.git(&["rev-parse", "HEAD"]), head, "{point}");
    assert_eq!(fixture.git(&["status", "--porcelain"]), status, "{point}");
    was_killed
}

/// How often each task was merged.
fn merged(fixture: &Fixture, run: &str) -> BTreeMap<String, usize> {
    let mut merged = BTreeMap::new();
    for record in fixture.journal().records(run, 0).unwrap() {
        if let Event::Merged { key, .. } = record.event {
            *merged.entry(key.task.0).or_default() += 1;
        }
    }
    merged
}

fn points(events: u64, most: usize) -> Vec<String> {
    let all: Vec<String> =
        (3..=events).flat_map(|event| [format!("before:{event}"), format!("after:{event}")]).collect();
    let asked = std::env::var("SEGUE_KILLS").unwrap_or_default();
    let count = match asked.as_str() {
        "all" => return all,
        asked => asked.parse().unwrap_or(most),
    };
    let seed = std::env::var("SEGUE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_121_u64);
    eprintln!("SEGUE_SEED={seed}");
    let mut state = seed;
    let mut drawn = || {
        state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        all[usize::try_from(state >> 33).unwrap() % all.len()].clone()
    };
    (0..count).map(|_| drawn()).collect()
}

#[test]
fn a_runner_killed_anywhere_loses_nothing() {
    loses_nothing(&facts(), 12);
}

#[test]
fn a_runner_killed_while_variants_are_tried_and_chosen_loses_nothing() {
    loses_nothing(&variants(), 8);
}

fn loses_nothing(facts: &Facts, most: usize) {
    let whole = whole(facts);
    let points = points(whole.events, most);
    let began = std::time::Instant::now();
    let (next, kills) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(point) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                    kills.fetch_add(usize::from(survives(point, &whole, facts)), Ordering::Relaxed);
                }
            });
        }
    });
    let (kills, count, took) = (kills.into_inner(), points.len(), began.elapsed());
    eprintln!("{kills} kills at {count} points of {} events in {took:?}", whole.events);
    // A run that is faster or slower has an event more or less.
    assert!(kills * 10 >= count * 9, "only {kills} of {count} points were reached");
}

/// An agent that is killed with all its group is a transient failure, and the task is done all the same.
#[test]
fn a_killed_agent_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let run = fixture.launch();
    let script = SCRIPT.replace("      - exit: 1", "      - run: 'kill -9 0'");
    let state = to_the_end(&fixture, &run, &script);
    assert_eq!(state.exit_status(), 0);
    assert_eq!(state.tasks[0].attempts.len(), 2);
    assert_eq!(os::marked(&run), Vec::<u32>::new());
}
