//! Runs that nobody kills.

use crate::fixture::{Fixture, SCRIPT, facts, person};
use segue_orchestrator::driver::{self, Ended};
use segue_orchestrator::event::{Answer, Event, GateKind, Record, Verdict};
use segue_orchestrator::facts::{Facts, PlanReviewer, TaskFacts};
use segue_orchestrator::journal::Command;
use segue_orchestrator::os;
use segue_orchestrator::state::Status;
use std::sync::atomic::{AtomicBool, Ordering};

/// Drives a run to its end while somebody answers.
pub fn to_the_end(fixture: &Fixture, run: &str, script: &str) -> segue_orchestrator::state::State {
    let gone = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| fixture.somebody_answers(run, &gone));
        let _leaves = Leaves(&gone);
        fixture.drive(run, script, false).unwrap().1
    })
}

/// Says that the runner is gone, also when the test breaks.
struct Leaves<'a>(&'a AtomicBool);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_run_of_three_waves_comes_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let (head, status) = (fixture.git(&["rev-parse", "HEAD"]), fixture.git(&["status", "--porcelain"]));
    let run = fixture.launch();
    let state = to_the_end(&fixture, &run, SCRIPT);
    let page = segue_orchestrator::journal::markdown(&fixture.journal().records(&run, 0).unwrap());
    let asked: Vec<&str> = state.gates.iter().map(|gate| gate.opened.text.as_str()).collect();
    let page = format!("{page}\n{asked:#?}");
    assert_eq!(state.exit_status(), 0, "{page}");
    let integration = format!("segue/{run}/integration");
    let shown = |file: &str| fixture.git(&["show", &format!("{integration}:{file}")]);
    assert_eq!(shown("one.txt"), "one");
    assert_eq!(shown("three.txt"), "3 a");
    assert_eq!(shown("shared.txt"), "four five");
    assert_eq!(shown("six.txt"), "good");
    assert!(!shown("plan.md").contains("[ ]"), "{}", shown("plan.md"));
    // The user's checkout is as it was.
    assert_eq!(fixture.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(fixture.git(&["status", "--porcelain"]), status);
    assert_eq!(os::marked(&run), Vec::<u32>::new());
    let attempts: Vec<usize> = state.tasks.iter().map(|task| task.attempts.len()).collect();
    assert_eq!(attempts, [2, 2, 1, 1, 1, 2, 2], "{page}");
}

#[test]
fn without_a_terminal_a_run_parks_and_goes_on_when_it_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let run = fixture.launch();
    let (ended, state) = fixture.drive(&run, SCRIPT, true).unwrap();
    assert_eq!((ended, state.exit_status()), (Ended::Parked, 3));
    let question = state.open_questions().next().unwrap().asked.clone();
    assert_eq!((question.text.as_str(), question.options.len()), ("Which?", 2));
    let mut journal = fixture.journal();
    let reply = Command::Reply { question: None, answer: "2".to_owned() };
    journal.post(&run, &reply, &person(), driver::now()).unwrap();
    let (ended, state) = fixture.drive(&run, SCRIPT, true).unwrap();
    assert_eq!((ended, state.exit_status()), (Ended::Over, 0));
    assert_eq!(fixture.git(&["show", &format!("segue/{run}/integration:three.txt")]), "3 b");
}

#[test]
fn a_cancelled_run_keeps_what_it_did_and_leaves_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let run = fixture.launch();
    let script = "tasks:\n  one:\n    - - write: { path: one.txt, text: half }\n      - run: sleep 600\n";
    let state = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut journal = fixture.journal();
            // As soon as the command of the session is there.
            while os::marked(&format!("{run}/one")).is_empty() {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            journal.post(&run, &Command::Cancel { task: None }, &person(), driver::now()).unwrap();
        });
        fixture.drive(&run, script, false).unwrap().1
    });
    assert_eq!(state.phase.unwrap().name(), "cancelled");
    assert!(state.tasks.iter().all(|task| task.status.is_over()));
    assert_eq!(os::marked(&run), Vec::<u32>::new());
    let worktree = state.tasks[0].attempts[0].worktree.clone().unwrap();
    assert_eq!(std::fs::read_to_string(format!("{worktree}/one.txt")).unwrap(), "half");
}

#[test]
fn a_session_that_writes_into_the_checkout_is_told_and_the_user_is_not_disturbed() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let run = fixture.launch();
    let script = format!(
        "tasks:\n  one:\n    - - write: {{ path: one.txt, text: one }}\n      - say: 'I write {0}/astray.txt'\n      - write_outside: {{ path: '{0}/astray.txt', text: oops }}\n",
        fixture.top().display()
    );
    std::fs::write(fixture.top().join("users.txt"), "the user goes on").unwrap();
    let state = to_the_end(&fixture, &run, &script);
    let Status::Escalated { reason } = &state.tasks[0].status else { panic!("{:?}", state.tasks[0].status) };
    assert!(reason.contains("wrote into your checkout"), "{reason}");
    assert!(fixture.top().join("astray.txt").exists(), "nothing in the checkout is reverted");
    assert_eq!(state.exit_status(), 1);
    assert!(matches!(state.tasks[1].status, Status::Escalated { .. } | Status::Done { .. }));
}

#[test]
fn two_runs_live_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let (one, other) = (fixture.launch(), fixture.launch());
    let states = std::thread::scope(|scope| {
        let first = scope.spawn(|| to_the_end(&fixture, &one, SCRIPT));
        [to_the_end(&fixture, &other, SCRIPT), first.join().unwrap()]
    });
    assert_eq!(states.map(|state| state.exit_status()), [0, 0]);
    let tree = |run: &str| fixture.git(&["rev-parse", &format!("segue/{run}/integration^{{tree}}")]);
    assert_eq!(tree(&one), tree(&other));
}

#[test]
fn a_gate_that_is_rejected_ends_the_run_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let run = fixture.launch();
    let mut journal = fixture.journal();
    // Posted before the runner looks: its first answer.
    let no = Command::Cancel { task: None };
    journal.post(&run, &no, &person(), driver::now()).unwrap();
    let late = Command::Decide { gate: Some(1), answer: Answer::Approve, note: None };
    let late = journal.post(&run, &late, &person(), driver::now()).unwrap();
    let (ended, state) = fixture.drive(&run, SCRIPT, true).unwrap();
    assert_eq!((ended, state.exit_status()), (Ended::Over, 1));
    assert!(journal.outcome(late).unwrap().is_some(), "everybody is told");
    assert!(state.tasks.iter().all(|task| task.attempts.is_empty()));
}

#[test]
fn leave_that_was_given_while_the_run_was_parked_is_heard_by_the_next_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let run = fixture.launch();
    let script = "tasks:\n  one:\n    - - permit: { text: 'Run npm install?' }\n      - write: { path: one.txt, text: one }\n  two:\n    - - write: { path: two.txt, text: right }\n  three:\n    - - write: { path: three.txt, text: '3' }\n  five:\n    - - append: { path: shared.txt, text: 'four five' }\n";
    let (ended, state) = fixture.drive(&run, script, true).unwrap();
    assert_eq!(ended, Ended::Parked);
    assert!(state.open_questions().next().unwrap().asked.permission);
    let reply = Command::Reply { question: None, answer: "1".to_owned() };
    fixture.journal().post(&run, &reply, &person(), driver::now()).unwrap();
    let (ended, state) = fixture.drive(&run, script, true).unwrap();
    assert_eq!((ended, state.exit_status()), (Ended::Over, 0));
    let heard: Vec<_> =
        state.questions.iter().map(|own| (own.asked.key.attempt, own.answer.is_some())).collect();
    assert_eq!(heard, [(1, true), (2, true)], "asked once, and written down for who heard the answer");
}

/// The user goes on in the checkout while a run lives: edits, commits, another branch.
#[test]
fn a_user_at_work_in_the_checkout_is_not_disturbed_and_disturbs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let run = fixture.launch();
    let gone = AtomicBool::new(false);
    let work = || {
        let mut times = 0;
        while !gone.load(Ordering::Relaxed) {
            times += 1;
            std::fs::write(fixture.top().join("mine.txt"), format!("{times}")).unwrap();
            fixture.git(&["add", "mine.txt"]);
            fixture.git(&["commit", "--quiet", "-m", &format!("Mine {times}")]);
            fixture.git(&["switch", "--quiet", "-c", &format!("side-{times}")]);
            std::fs::write(fixture.top().join("open.txt"), format!("{times}")).unwrap();
        }
        times
    };
    let (state, times) = std::thread::scope(|scope| {
        let user = scope.spawn(work);
        let leaves = Leaves(&gone);
        let state = to_the_end(&fixture, &run, SCRIPT);
        drop(leaves);
        (state, user.join().unwrap())
    });
    assert_eq!(state.exit_status(), 0);
    assert!(times > 3, "the user was busy: {times}");
    assert_eq!(fixture.git(&["branch", "--show-current"]), format!("side-{times}"));
    assert_eq!(fixture.git(&["log", "-1", "--format=%s"]), format!("Mine {times}"));
    assert_eq!(fixture.git(&["status", "--porcelain"]), "?? open.txt");
    // The run began from where the user was then.
    let shown = fixture.git(&["ls-tree", "--name-only", &format!("segue/{run}/integration")]);
    assert!(!shown.contains("mine.txt") && shown.contains("seven.txt"), "{shown}");
}

/// Agents that judge: one looks at the plan, one at what each task changed.
#[test]
fn reviewers_look_at_the_plan_and_at_each_task() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    let auditor = PlanReviewer { part: "plan-auditor".to_owned(), agent: "auditor".to_owned(), rounds: 2 };
    let one = TaskFacts { validation: Vec::new(), ..facts().tasks[0].clone() };
    let reviewer = Some("reviewer".to_owned());
    let plan =
        Facts { reviews: vec![auditor], reviewer, tasks: vec![one], validation: Vec::new(), ..facts() };
    let run = fixture.launch_of(plan);
    let script = "tasks:\n  one:\n    - - write: { path: one.txt, text: half }\n    - - write: { path: one.txt, text: whole }\n";
    let state = to_the_end(&fixture, &run, script);
    assert_eq!(state.exit_status(), 0);
    assert_eq!(fixture.git(&["show", &format!("segue/{run}/integration:one.txt")]), "whole");
    let hint = state.tasks[0].attempts[1].hint.clone().unwrap();
    assert!(hint.contains("did not approve") && hint.contains("Only half."), "{hint}");
    let records = fixture.journal().records(&run, 0).unwrap();
    let approved = |record: &&Record| matches!(&record.event, Event::PlanReviewed { verdict: Verdict::Approved, part, .. } if part == "plan-auditor");
    assert_eq!(records.iter().filter(approved).count(), 1);
}

/// A task that cannot be done as planned: the planner writes the plan anew, and the run goes on with it.
#[test]
fn a_planner_revises_the_plan_in_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    let fixture = Fixture::new(folder.path());
    // Nothing but its files shows that it does not do what was planned.
    let one = TaskFacts { validation: Vec::new(), ..facts().tasks[0].clone() };
    let planner = Some("planner".to_owned());
    let plan = Facts { tasks: vec![one], planner, validation: Vec::new(), ..facts() };
    let run = fixture.launch_of(plan);
    let script = "tasks:\n  one:\n    - - write: { path: extra.txt, text: '?' }\n    - - write: { path: one.txt, text: one }\n";
    let state = to_the_end(&fixture, &run, script);
    let page = segue_orchestrator::journal::markdown(&fixture.journal().records(&run, 0).unwrap());
    assert_eq!(state.exit_status(), 0, "{page}");
    let ids: Vec<&str> = state.tasks.iter().map(|task| task.id.0.as_str()).collect();
    assert_eq!((ids, state.replans), (vec!["one", "extra"], 1));
    let shown = |file: &str| fixture.git(&["show", &format!("segue/{run}/integration:{file}")]);
    assert_eq!(shown("plan.md"), "- [x] one\n- [x] extra");
    assert_eq!(shown("extra.txt"), "Rehearsed: extra");
    assert!(state.gate(&GateKind::Plan).is_some(), "a person sees the plan again");
    assert_eq!(std::fs::read_to_string(fixture.top().join("plan.md")).unwrap().lines().count(), 7);
}
