//! What people want of a run, handed to whoever owns it.

use super::open::{Runs, now, person};
use crate::Failure;
use crate::output::{Output, visible};
use segue_orchestrator::journal::{Command, Outcome};
use segue_orchestrator::os::WakeClient;
use std::io::Write;
use std::time::{Duration, Instant};

/// How long an owner gets to deal with a command before we say that it has not.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often is looked.
const LOOK: Duration = Duration::from_millis(50);

/// Posts a command and waits until it is dealt with; whether it was done. A run that nobody works on is
/// resumed for it.
pub fn post(runs: &mut Runs, run: &str, command: &Command) -> Result<bool, Failure> {
    let by = person(&runs.repository);
    let id = runs.journal.post(run, command, &by, now())?;
    if runs.is_owned(run) {
        wake(runs, run);
    } else {
        crate::run::runner::start(&runs.repository, run)?;
    }
    let start = Instant::now();
    let mut begun_again = false;
    let outcome = loop {
        if let Some(outcome) = runs.journal.outcome(id)? {
            break outcome;
        }
        if start.elapsed() > PATIENCE {
            return Err(Failure::said(format!(
                "The run `{run}` has not answered within {} s; the command stays posted, `segue runs show {run}` tells.",
                PATIENCE.as_secs()
            )));
        }
        // It ended between our look and its own.
        if !begun_again && start.elapsed() > Duration::from_secs(2) && !runs.is_owned(run) {
            crate::run::runner::start(&runs.repository, run)?;
            begun_again = true;
        }
        std::thread::sleep(LOOK);
    };
    let mut output = Output::lock();
    writeln!(output, "{run}: {}", visible(&outcome.text()))?;
    output.finish()?;
    Ok(outcome == Outcome::Done)
}

/// Waits until a runner has taken the run over, beside the `before` that did so earlier: who looks then
/// sees what it does.
pub fn wait_for_a_runner(runs: &Runs, run: &str, before: u32) -> Result<(), Failure> {
    let start = Instant::now();
    while runs.journal.state(run)?.runners <= before {
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

/// Taps the owner; it would look by itself a moment later.
fn wake(runs: &Runs, run: &str) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let socket = runs.place.socket(run);
    runtime.block_on(async {
        if let Ok(owner) = WakeClient::connect(&socket).await {
            owner.wake();
        }
    });
}
