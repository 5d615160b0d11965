//! A terminal before a run that lives elsewhere: in a process of its own, begun by an editor or another
//! terminal. It shows the run, answers what it asks, and leaves without ending it.

use super::runner::{News, Posts};
use super::{face, tell_end};
use crate::Failure;
use crate::output::note;
use segue_orchestrator::driver::Ended;
use segue_orchestrator::state::State;
use segue_runs::open::Runs;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

/// How often is looked for news.
const LOOK: Duration = Duration::from_millis(250);

/// Shows a run until it is over, nobody works on it any more, or who sits here leaves.
pub fn attach(runs: Runs, run: &str) -> Result<ExitCode, Failure> {
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let (sender, news) = mpsc::channel();
    let again = Runs::of(runs.repository.top())?;
    let again = again.ok_or_else(|| Failure::said("The journal of this repository is gone."))?;
    let mut posts = Posts::elsewhere(again, run, sender.clone());
    let (own, to) = (run.to_owned(), sender.clone());
    std::thread::spawn(move || follow(&runs, &own, terminal, &to));
    let (ended, state) = face::show(run, &news, &sender, &mut posts, terminal)?;
    match ended {
        Some(ended) => tell_end(run, ended, &state),
        None => note(&format!("The run `{run}` goes on; segue runs attach {run} shows it again.")),
    }
    Ok(ExitCode::from(state.exit_status()))
}

/// Tells what happens in a run, whoever works on it, to its end.
fn follow(runs: &Runs, run: &str, answers: bool, to: &Sender<News>) {
    let mut state = State::default();
    let mut alone = false;
    loop {
        // Asked before the reading: what an owner wrote before it went is read then.
        let owned = runs.is_owned(run);
        let records = match runs.journal.records(run, state.seq) {
            Ok(records) => records,
            Err(error) => return drop(to.send(News::Ended(Err(error.to_string())))),
        };
        let is_quiet = records.is_empty();
        records.iter().for_each(|record| state.apply(record));
        if !is_quiet && to.send(News::Records(records)).is_err() {
            return;
        }
        let ended = match owned {
            true => None,
            false if state.is_over() => Some(Ended::Over),
            false if state.needs_a_person() => (!answers).then_some(Ended::Parked),
            // Somebody may have begun, and parked, since we looked: nobody works on it where the next look
            // finds the same.
            false => (alone && is_quiet).then_some(Ended::Interrupted),
        };
        alone = !owned;
        if let Some(ended) = ended {
            return drop(to.send(News::Ended(Ok(ended))));
        }
        std::thread::sleep(LOOK);
    }
}
