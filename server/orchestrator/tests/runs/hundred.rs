//! A hundred sessions at once, in a repository of fifty files: what they take of memory, and what the
//! engine adds to each task.

use crate::fixture::{Fixture, person, task};
use crate::whole::to_the_end;
use segue_orchestrator::driver;
use segue_orchestrator::event::{Event, Record};
use segue_orchestrator::facts::Facts;
use segue_orchestrator::launch::{Launch, launch};
use segue_plan::Policy;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const FOLDER: &str = "SEGUE_TEST_HUNDRED";
/// The most that a runner may take, in bytes.
const MOST: u64 = 200 << 20;

/// A hundred tasks of one wave.
fn begin(fixture: &Fixture, jobs: u64, tasks: u32) -> String {
    let name = |number: u32| format!("t{number}");
    let one = |number: u32| task(&name(number), 1, &[], &format!("file{number}.txt"), "");
    let facts =
        Facts { tasks: (0..tasks).map(one).collect(), list_hash: "list".to_owned(), ..Facts::default() };
    let wanted = Launch {
        plan: "plan.md".to_owned(),
        base: fixture.repository().head().unwrap(),
        facts,
        policy: Policy { jobs, ..Policy::default() },
        jobs: None,
        yes: true,
        accept_unproved: true,
        by: person(),
    };
    launch(&mut fixture.journal(), wanted, driver::now(), |_| true).unwrap()
}

fn repository(folder: &Path) -> Fixture {
    let fixture = Fixture::new(folder);
    for number in 0..50 {
        std::fs::write(fixture.top().join(format!("source{number}.rs")), "fn main() {}\n".repeat(40))
            .unwrap();
    }
    fixture.git(&["add", "--all"]);
    fixture.git(&["commit", "--quiet", "-m", "Fifty files"]);
    fixture
}

/// What the test below starts this program again for: the runner that is measured.
#[test]
fn runner_of_a_hundred() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let fixture = Fixture::at(Path::new(&folder));
    let run = begin(&fixture, 100, 100);
    let script = "pace: 2000\ntasks: {}\n";
    assert_eq!(to_the_end(&fixture, &run, script).exit_status(), 0);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    println!("peak={}", peak.trim().trim_end_matches(" kB"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_hundred_sessions_fit_into_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    let began = std::time::Instant::now();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hundred::runner_of_a_hundred", "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let peak = said.lines().find_map(|line| line.split("peak=").nth(1)).unwrap();
    let peak: u64 = peak.parse::<u64>().unwrap() << 10;
    eprintln!("100 sessions at once: peak {} MB, {:?} in all", peak >> 20, began.elapsed());
    assert!(peak > 0 && peak <= MOST, "{} MB", peak >> 20);
}

/// Prints what the engine adds to a task: worktree, journal, commit, merge. Without a bound: that is
/// measured, not tested.
#[test]
fn what_the_engine_adds_to_a_task() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = repository(folder.path());
    let run = begin(&fixture, 4, 24);
    let began = std::time::Instant::now();
    assert_eq!(to_the_end(&fixture, &run, "tasks: {}\n").exit_status(), 0);
    let took = began.elapsed();
    let records = fixture.journal().records(&run, 0).unwrap();
    let stages = overheads(&records);
    let median = |of: &dyn Fn(&[u64; 3]) -> u64| {
        let mut all: Vec<u64> = stages.values().map(of).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    assert_eq!(stages.len(), 24);
    eprintln!(
        "added to a task, median: {} ms (worktree {}, commit and proof {}, merge {}); 24 tasks in {took:?}",
        median(&|stages| stages.iter().sum()),
        median(&|stages| stages[0]),
        median(&|stages| stages[1]),
        median(&|stages| stages[2]),
    );
}

/// Of each task the time in which the engine did something for it alone, in milliseconds: until its
/// first turn, from the end of that until it holds, and for its merge.
fn overheads(records: &[Record]) -> BTreeMap<String, [u64; 3]> {
    let mut added: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    let mut since: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    for record in records {
        let (key, begins) = match &record.event {
            Event::AttemptPlanned(planned) => (&planned.key, Some(0)),
            Event::TurnEnded { key, .. } => (key, Some(1)),
            Event::MergePlanned { key } => (key, Some(2)),
            Event::TurnPlanned { key, .. }
            | Event::AttemptAccepted { key, .. }
            | Event::Merged { key, .. } => (key, None),
            _ => continue,
        };
        let task = key.task.0.clone();
        if let Some(stage) = begins {
            since.insert(task, (stage, record.at.0));
        } else if let Some((stage, began)) = since.remove(&task) {
            added.entry(task).or_default()[stage] += record.at.0 - began;
        }
    }
    added
}
