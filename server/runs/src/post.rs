//! What people want of a run, handed to whoever owns it.

use crate::Failure;
use crate::open::{Runs, is_owned};
use crate::runner;
use segue_orchestrator::driver::now;
use segue_orchestrator::event::{By, Event, Record};
use segue_orchestrator::facts::TaskId;
use segue_orchestrator::git::Repository;
use segue_orchestrator::journal::{Command, Outcome, Place};
use segue_orchestrator::os::WakeClient;
use segue_orchestrator::state::{State, Status};
use std::time::{Duration, Instant};

/// How long an owner gets to deal with a command before we say that it has not.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a step of a runner is waited for before we say that it goes on: some take an hour.
const FIRST_STEP: Duration = Duration::from_secs(5);
/// How often is looked.
const LOOK: Duration = Duration::from_millis(50);

/// Posts a command and waits until it is dealt with; what became of it. A run that nobody works on is
/// resumed for it.
pub fn post(runs: &mut Runs, run: &str, command: &Command, by: &By) -> Result<Outcome, Failure> {
    let before = runs.journal.state(run)?.seq;
    let id = runs.journal.post(run, command, by, now())?;
    hand_over(&runs.repository, &runs.place, run)?;
    let start = Instant::now();
    let mut begun_again = false;
    loop {
        if let Some(outcome) = runs.journal.outcome(id)? {
            return Ok(outcome);
        }
        if gave_up(runs, run, before)? {
            watch_the_beginning(runs, run, before)?;
        }
        if start.elapsed() > PATIENCE {
            return Err(Failure::said(format!(
                "The run `{run}` has not answered within {} s; the command stays posted, `segue runs show {run}` tells.",
                PATIENCE.as_secs()
            )));
        }
        // It ended between our look and its own.
        if !begun_again && start.elapsed() > Duration::from_secs(2) && !runs.is_owned(run) {
            runner::start(&runs.repository, run)?;
            begun_again = true;
        }
        std::thread::sleep(LOOK);
    }
}

/// Has whoever works on a run look at what was posted; a run that nobody works on gets a process of its own.
pub fn hand_over(repository: &Repository, place: &Place, run: &str) -> Result<(), Failure> {
    match is_owned(place, run) {
        true => wake(place, run),
        false => runner::start(repository, run)?,
    }
    Ok(())
}

/// What came of the wish that a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumed {
    /// A process of its own works on it now.
    Begun,
    /// One did already.
    Worked,
    /// It is over.
    Over,
}

/// Goes on with a run that nobody works on, in a process of its own. Whether that can go on is waited for,
/// unless the run is `handed` over: then for its beginning alone.
pub fn resume(runs: &Runs, run: &str, handed: bool) -> Result<Resumed, Failure> {
    let state = runs.journal.state(run)?;
    if state.is_over() {
        return Ok(Resumed::Over);
    }
    if runs.is_owned(run) {
        return Ok(Resumed::Worked);
    }
    runner::start(&runs.repository, run)?;
    wait_for_a_runner(runs, run, &state)?;
    if !handed {
        watch_the_beginning(runs, run, state.seq)?;
    }
    Ok(Resumed::Begun)
}

/// Waits until the runner of a run that was just taken up has done something behind event `after`, or waits
/// for a person, or is gone: what it cannot go on for is said to who wanted it to.
///
/// # Errors
/// It is gone, and the run neither over nor waiting for a person.
pub fn watch_the_beginning(runs: &Runs, run: &str, after: u64) -> Result<(), Failure> {
    let start = Instant::now();
    let (mut state, mut has_stepped) = (State::default(), false);
    loop {
        // Asked before the reading: what an owner wrote before it went is read then.
        let is_owned = runs.is_owned(run);
        for record in runs.journal.records(run, state.seq)? {
            state.apply(&record);
            has_stepped |= record.seq > after && is_a_step(&record);
        }
        if state.is_over() || state.needs_a_person() {
            return Ok(());
        }
        if !is_owned {
            let log = runs.place.folder().join(format!("{run}.log"));
            let why = state.stopped.unwrap_or_else(|| format!("`{}` may say why.", log.display()));
            return Err(Failure::said(format!(
                "The run `{run}` cannot go on: {why}\nOnce that is mended: segue runs resume {run}"
            )));
        }
        if start.elapsed() > FIRST_STEP || has_stepped {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
}

/// Whether something was done, not only decided.
fn is_a_step(record: &Record) -> bool {
    matches!(
        record.event,
        Event::PreflightDone { .. }
            | Event::AttemptPrepared { .. }
            | Event::TurnEnded { .. }
            | Event::Committed { .. }
            | Event::Validated { .. }
            | Event::Reviewed { .. }
            | Event::AttemptFailed { .. }
            | Event::AttemptStopped { .. }
            | Event::Merged { .. }
            | Event::MergeConflicted { .. }
            | Event::Integrated { .. }
            | Event::Unmerged { .. }
            | Event::Compared { .. }
            | Event::VariantRemoved { .. }
            | Event::PlanReviewed { .. }
            | Event::PlanRevised { .. }
            | Event::RevisionFailed { .. }
    )
}

/// The gate that is meant: the one of that number, else the only open one, of the task where one is named.
/// `None` where none is open, or several are.
///
/// # Errors
/// The task that is named has no open gate.
pub fn gate_of(state: &State, task: Option<&TaskId>, named: Option<u32>) -> Result<Option<u32>, Failure> {
    let is_of = |own: Option<&TaskId>| task.is_none_or(|task| own == Some(task));
    let open = state.open_gates().filter(|gate| is_of(gate.opened.kind.task()));
    only_one(open.map(|gate| gate.opened.gate), task, named, "gate")
}

/// The same for questions.
///
/// # Errors
/// The task that is named has no open question.
pub fn question_of(state: &State, task: Option<&TaskId>, named: Option<u32>) -> Result<Option<u32>, Failure> {
    let open = state.open_questions().filter(|own| task.is_none_or(|task| own.asked.key.task == *task));
    only_one(open.map(|own| own.asked.question), task, named, "question")
}

fn only_one(
    mut open: impl Iterator<Item = u32>,
    task: Option<&TaskId>,
    named: Option<u32>,
    what: &str,
) -> Result<Option<u32>, Failure> {
    match (named, open.next(), open.next(), task) {
        (Some(number), ..) => Ok(Some(number)),
        (None, None, _, Some(task)) => Err(Failure::said(format!("No {what} of `{task}` is open."))),
        (None, only, None, _) => Ok(only),
        _ => Ok(None),
    }
}

/// The tasks that are tried again where a whole run is meant: those that are over and not done. Whoever
/// was skipped comes along with those they waited for.
pub fn to_be_retried(state: &State) -> Vec<TaskId> {
    let lost = state
        .without_variants()
        .filter(|(_, task)| task.status.is_lost() && !matches!(task.status, Status::Skipped { .. }));
    lost.map(|(_, task)| task.id.clone()).collect()
}

/// Waits until a runner has taken the run over, or could not, since it was as in `before`: who looks then
/// sees what it does.
fn wait_for_a_runner(runs: &Runs, run: &str, before: &State) -> Result<(), Failure> {
    let start = Instant::now();
    let has_begun = || -> Result<bool, Failure> {
        let new = runs.journal.records(run, before.seq)?;
        Ok(new.iter().any(|record| matches!(record.event, Event::RunnerStarted { .. })))
    };
    while !has_begun()? && !gave_up(runs, run, before.seq)? {
        if start.elapsed() > PATIENCE {
            let log = runs.place.folder().join(format!("{run}.log"));
            return Err(Failure::said(format!(
                "The run `{run}` was not taken up within {} s; `{}` may say why.",
                PATIENCE.as_secs(),
                log.display()
            )));
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// Whether a runner has said since event `after` that it cannot go on, and is gone.
fn gave_up(runs: &Runs, run: &str, after: u64) -> Result<bool, Failure> {
    if runs.is_owned(run) {
        return Ok(false);
    }
    let state = runs.journal.state(run)?;
    Ok(state.seq > after && state.stopped.is_some())
}

/// Taps the owner; it would look by itself a moment later.
fn wake(place: &Place, run: &str) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let socket = place.socket(run);
    runtime.block_on(async {
        if let Ok(owner) = WakeClient::connect(&socket).await {
            owner.wake();
        }
    });
}
