//! The runs of the repository here: its journal, and what people mean by what they type.

use super::list::session_word;
use crate::{Failure, places};
use segue_analysis::features::run::redacted;
use segue_orchestrator::event::{By, Millis};
use segue_orchestrator::facts::TaskId;
use segue_orchestrator::git::{Git, Repository, unique};
use segue_orchestrator::journal::{Journal, JournalError, Place, state_folder};
use segue_orchestrator::os::OwnerLock;
use segue_orchestrator::state::{State, Status};
use std::time::{SystemTime, UNIX_EPOCH};

/// The runs of a repository.
pub struct Runs {
    /// The repository.
    pub repository: Repository,
    /// Where its journal lies.
    pub place: Place,
    /// Its journal.
    pub journal: Journal,
}

/// What somebody means: a run, or a task of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant {
    /// The run.
    pub run: String,
    /// The task.
    pub task: Option<TaskId>,
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::said(error.to_string())
    }
}

impl From<segue_orchestrator::git::GitError> for Failure {
    fn from(error: segue_orchestrator::git::GitError) -> Self {
        Self::said(error.to_string())
    }
}

/// Where the journal of a repository lies.
pub fn place_of(repository: &Repository) -> Result<Place, Failure> {
    let folder = state_folder(|name| std::env::var_os(name))?;
    Ok(Place::new(&folder, repository.common_directory(), &repository.first_commit()?))
}

/// Takes secrets out of what goes into a journal.
pub fn redactor() -> Box<segue_orchestrator::journal::Redact> {
    Box::new(redacted)
}

/// Who sits at this terminal: by the name that git knows, else the system's.
pub fn person(repository: &Repository) -> By {
    let name = repository.user_name();
    let name = name.or_else(|| std::env::var("USER").ok()).unwrap_or_else(|| "somebody".to_owned());
    By { who: name, how: "terminal".to_owned() }
}

/// This moment.
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

impl Runs {
    /// The runs of the repository that the current folder lies in; `None` where none was ever launched.
    pub fn here() -> Result<Option<Self>, Failure> {
        let repository = Repository::open(Git::default(), &places::current_folder()?)?;
        let place = place_of(&repository)?;
        let journal = Journal::open(&place, redactor())?;
        Ok(journal.map(|journal| Self { repository, place, journal }))
    }

    /// The same, where there has to be one.
    pub fn some() -> Result<Self, Failure> {
        Self::here()?.ok_or_else(|| {
            Failure::said("No run was ever launched in this repository. `segue run FILE` launches one.")
        })
    }

    /// Whether a process owns the run: works on it.
    pub fn is_owned(&self, run: &str) -> bool {
        is_owned(&self.place, run)
    }

    /// What is meant by `typed`: a run's id or the beginning of one, and after a slash a task's.
    pub fn meant(&self, typed: &str) -> Result<Meant, Failure> {
        let (run, task) = typed.split_once('/').map_or((typed, None), |(run, task)| (run, Some(task)));
        let runs = self.journal.runs()?;
        let mut found = runs.iter().filter(|row| row.run == run);
        let exact = found.next();
        let mut begin = runs.iter().filter(|row| !run.is_empty() && row.run.starts_with(run));
        let run = match (exact, begin.next(), begin.next()) {
            (Some(row), _, _) | (None, Some(row), None) => row.run.clone(),
            (None, None, _) => {
                return Err(Failure::said(format!("There is no run `{run}` here; `segue runs` lists them.")));
            }
            (None, Some(_), Some(_)) => {
                return Err(Failure::said(format!(
                    "More than one run begins with `{run}`; type more of it."
                )));
            }
        };
        let Some(task) = task else { return Ok(Meant { run, task: None }) };
        let state = self.journal.state(&run)?;
        let names = unique(state.facts.tasks.iter().map(|task| task.id.0.as_str()));
        let known = state.facts.tasks.iter().zip(&names);
        let known = known
            .filter(|(own, name)| own.id.0 == task || name.as_str() == task)
            .map(|(own, _)| own.id.clone());
        match known.into_iter().next() {
            Some(task) => Ok(Meant { run, task: Some(task) }),
            None => Err(Failure::said(format!(
                "The run `{run}` has no task `{task}`; `segue runs show {run}` lists them."
            ))),
        }
    }

    /// All that is meant: what was typed, and the runs that stand in one of these states. Where nothing
    /// was typed the newest run.
    pub fn all_meant(&self, typed: &[String], states: &[String]) -> Result<Vec<Meant>, Failure> {
        let mut meant = typed.iter().map(|typed| self.meant(typed)).collect::<Result<Vec<_>, _>>()?;
        if !states.is_empty() {
            if meant.is_empty() {
                meant.extend(self.journal.runs()?.into_iter().map(|row| Meant { run: row.run, task: None }));
            }
            let mut kept = Vec::new();
            for one in meant {
                let state = self.journal.state(&one.run)?;
                if states.iter().any(|wanted| wanted.eq_ignore_ascii_case(self.word(&one.run, &state))) {
                    kept.push(one);
                }
            }
            return Ok(kept);
        }
        if meant.is_empty() {
            let newest = self.journal.runs()?.into_iter().next();
            let newest = newest.ok_or_else(|| Failure::said("There is no run here."))?;
            meant.push(Meant { run: newest.run, task: None });
        }
        Ok(meant)
    }

    /// Of what is meant the tasks that stand in one of these states.
    pub fn tasks_of(&self, meant: Vec<Meant>, states: &[String]) -> Result<Vec<Meant>, Failure> {
        let mut kept = Vec::new();
        for one in meant {
            let state = self.journal.state(&one.run)?;
            let owned = self.is_owned(&one.run);
            for (facts, task) in state.all() {
                let word = task_word(session_word(&state, facts, task, owned));
                let is_meant = one.task.as_ref().is_none_or(|own| *own == facts.id);
                if is_meant && states.contains(&word) {
                    kept.push(Meant { run: one.run.clone(), task: Some(facts.id.clone()) });
                }
            }
        }
        Ok(kept)
    }

    /// The word for how a run stands.
    pub fn word(&self, run: &str, state: &State) -> &'static str {
        word(state, self.is_owned(run))
    }
}

/// Whether a process owns the run.
pub fn is_owned(place: &Place, run: &str) -> bool {
    OwnerLock::is_held(&place.lock(run))
}

/// The word for how a run stands: told from the lock of its owner, never from the last event alone.
pub fn word(state: &State, owned: bool) -> &'static str {
    match state.phase {
        Some(phase) if phase.is_over() => phase.name(),
        _ if state.needs_a_person() => "needs-you",
        _ if !owned => "interrupted",
        Some(_) if state.tasks.iter().any(|task| task.status == Status::Working) => "working",
        Some(_) => "queued",
        None => "planning",
    }
}

/// How a task stands, as one word that can be typed: `done-unproved`.
fn task_word(shown: &str) -> String {
    shown.replace(", ", "-").replace(' ', "-")
}

/// The words by which tasks are chosen.
pub const TASK_WORDS: &[&str] = &[
    "queued",
    "working",
    "needs-you",
    "interrupted",
    "waits-to-be-merged",
    "waits-for-another-plan",
    "done",
    "done-unproved",
    "failed",
    "skipped",
    "cancelled",
];

/// The words that [`word`] can give.
pub const WORDS: &[&str] = &[
    "planning",
    "queued",
    "working",
    "needs-you",
    "interrupted",
    "complete",
    "rejected",
    "abstained",
    "escalated",
    "cancelled",
];
