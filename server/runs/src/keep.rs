//! What is done with the work of runs: seen, merged, archived, discarded.

use crate::Failure;
use crate::open::{Meant, Runs};
use segue_orchestrator::facts::TaskId;
use segue_orchestrator::git::changes::{self, Changed};
use segue_orchestrator::git::deliver::{self, Delivered};
use segue_orchestrator::git::merge;
use segue_orchestrator::git::tidy::{self, Loss};
use segue_orchestrator::git::{Place, integration_branch};
use segue_orchestrator::state::{Leftover, State};

/// The most of a difference that is shown, in bytes.
const MOST: usize = 64 << 20;

/// What a run, or the last attempt of a task, changed, as text.
pub fn diff(runs: &Runs, meant: &Meant) -> Result<String, Failure> {
    let (old, new) = ends(runs, meant)?;
    Ok(changes::text(&runs.repository, &old, &new, MOST)?)
}

/// The files that a run, or the last attempt of a task, changed.
pub fn changed(runs: &Runs, meant: &Meant) -> Result<Vec<Changed>, Failure> {
    let (old, new) = ends(runs, meant)?;
    Ok(changes::between(&runs.repository, &old, &new)?)
}

/// Where the work of a run or task began, and where it is now.
fn ends(runs: &Runs, meant: &Meant) -> Result<(String, String), Failure> {
    let state = runs.journal.state(&meant.run)?;
    let Some(task) = &meant.task else {
        let base = state.created.as_ref().map(|created| created.base.clone()).unwrap_or_default();
        return Ok((base, integration_branch(&meant.run)));
    };
    let found = state.all().find(|(facts, _)| facts.id == *task);
    let attempt = found.and_then(|(facts, own)| state.last_attempt_of(facts, own));
    let attempt = attempt.ok_or_else(|| Failure::said(format!("Nothing was done for `{task}` yet.")))?;
    let branch = Place::new(&meant.run, &state.name_of(task), attempt.number).branch();
    if let Some(gone) = removed(&state, task) {
        return Err(Failure::said(gone));
    }
    Ok((attempt.base.clone(), branch))
}

/// That a variant which was not chosen has no branch any more, and what is left of it.
fn removed(state: &State, task: &TaskId) -> Option<String> {
    let Leftover::Removed(kept) = &state.task(task)?.leftover else { return None };
    let patch = kept.iter().rev().find_map(|one| one.patch.as_ref());
    let is_there = kept.iter().rev().any(|one| one.why.is_some());
    let kept = patch.map(|patch| format!(" What it changed is kept in {patch}.")).unwrap_or_default();
    (!is_there).then(|| format!("The variant `{task}` was not chosen, and its branch is gone.{kept}"))
}

/// Merges a run into the branch that is checked out.
pub fn merge(runs: &Runs, run: &str, into: Option<&str>) -> Result<Delivered, Failure> {
    let state = runs.journal.state(run)?;
    if runs.is_owned(run) && !state.is_over() {
        return Err(Failure::said(format!(
            "The run `{run}` is not over; wait for it, or end it with `segue runs cancel {run}`."
        )));
    }
    if state.created.is_some() {
        merge::bring_back(&runs.repository, run, &state.tip)?;
    }
    let title = if state.facts.title.is_empty() { "run" } else { state.facts.title.as_str() };
    let message = format!("Merge {title} ({run})");
    let delivered = deliver::deliver(&runs.repository, run, into, &message)?;
    if !delivered.is_new && state.merges.is_empty() {
        return Err(Failure::said(format!("The run `{run}` brought nothing that could be merged.")));
    }
    Ok(delivered)
}

/// Removes the worktrees of a run, and keeps its branches and journal; how many bytes that freed.
pub fn archive(runs: &Runs, run: &str) -> Result<u64, Failure> {
    refuse_if_alive(runs, run)?;
    end_leftovers(run);
    Ok(tidy::archive(&runs.repository, run)?)
}

/// What [`discard`] would take away that is nowhere else.
pub fn would_lose(runs: &Runs, run: &str) -> Result<Vec<Loss>, Failure> {
    refuse_if_alive(runs, run)?;
    Ok(tidy::would_lose(&runs.repository, run)?)
}

/// Removes worktrees, branches and journal of a run.
pub fn discard(runs: &mut Runs, run: &str) -> Result<(), Failure> {
    refuse_if_alive(runs, run)?;
    end_leftovers(run);
    tidy::discard(&runs.repository, run)?;
    runs.journal.forget(run)?;
    let folder = runs.place.folder();
    let _ = std::fs::remove_dir_all(folder.join(run));
    for file in [runs.place.lock(run), runs.place.socket(run)] {
        let _ = std::fs::remove_file(file);
    }
    Ok(())
}

/// Ends what a runner that was killed left alive: nobody could find it once its folder or journal is gone.
fn end_leftovers(run: &str) {
    let _ = segue_orchestrator::os::sweep(run);
}

fn refuse_if_alive(runs: &Runs, run: &str) -> Result<(), Failure> {
    if runs.is_owned(run) {
        return Err(Failure::said(format!(
            "The run `{run}` is being worked on; end it first with `segue runs cancel {run}`."
        )));
    }
    Ok(())
}
