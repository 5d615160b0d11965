//! The runs of the repository here: its journal, and what people mean by what they type.

use crate::Failure;
use segue_analysis::features::run::redacted;
use segue_orchestrator::event::{AttemptKey, By};
use segue_orchestrator::facts::{TaskFacts, TaskId};
use segue_orchestrator::git::{Git, GitError, Repository, unique};
use segue_orchestrator::journal::{Journal, Place, state_folder, status_word};
use segue_orchestrator::os::OwnerLock;
use segue_orchestrator::state::{Gate, State, Status, TaskState};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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

/// The word for a run that nobody works on and that is neither over nor waiting for a person.
pub const INTERRUPTED: &str = "interrupted";

/// How somebody at a terminal answers.
pub const TERMINAL: &str = "terminal";

/// Where the journal of a repository lies.
pub fn place_of(repository: &Repository) -> Result<Place, Failure> {
    let folder = state_folder(|name| std::env::var_os(name))?;
    Ok(Place::new(&folder, repository.common_directory(), &repository.known_by()?))
}

/// When a journal came or went last, of any repository; `None` where there never was one.
pub fn journals_changed() -> Option<SystemTime> {
    let state = state_folder(|name| std::env::var_os(name)).ok()?;
    Place::all(&state).metadata().ok()?.modified().ok()
}

/// Whether runs may have been launched in the repository that `folder` lies in, as far as files tell: no
/// git is asked.
pub fn may_have_runs(folder: &Path) -> bool {
    let Some(dot_git) = folder.ancestors().map(|own| own.join(".git")).find(|own| own.exists()) else {
        return false;
    };
    let common = if dot_git.is_dir() { Some(dot_git) } else { common_of_worktree(&dot_git) };
    let state = state_folder(|name| std::env::var_os(name));
    matches!((common, state), (Some(common), Ok(state)) if Place::is_likely(&state, &common))
}

/// The common git directory that the `.git` file of a linked worktree or submodule leads to.
fn common_of_worktree(file: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(file).ok()?;
    let own = file.parent()?.join(text.strip_prefix("gitdir:")?.trim());
    let common = std::fs::read_to_string(own.join("commondir")).ok();
    let common = common.map_or_else(|| own.clone(), |common| own.join(common.trim()));
    common.canonicalize().ok()
}

/// Takes secrets out of what goes into a journal.
pub fn redactor() -> Box<segue_orchestrator::journal::Redact> {
    Box::new(redacted)
}

/// Who sits here, by the name that git knows, else the system's; `how` says where: [`TERMINAL`], or the
/// name of an editor.
pub fn person(repository: &Repository, how: &str) -> By {
    let name = repository.user_name();
    let name = name.or_else(|| std::env::var("USER").ok()).unwrap_or_else(|| "somebody".to_owned());
    By { who: name, how: how.to_owned() }
}

impl Runs {
    /// The runs of the repository that `folder` lies in; `None` where none was ever launched. Nothing is
    /// made by asking.
    pub fn of(folder: &Path) -> Result<Option<Self>, Failure> {
        let repository = Repository::open(Git::default(), folder)?;
        if matches!(repository.known_by(), Err(GitError::NoCommits)) {
            return Ok(None);
        }
        let place = place_of(&repository)?;
        let journal = Journal::open(&place, redactor())?;
        Ok(journal.map(|journal| Self { repository, place, journal }))
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
        let mut known = state.facts.tasks.iter().zip(&names);
        // Its id goes before the name of another one.
        let by_id = known.clone().find(|(own, _)| own.id.0 == task);
        let found = by_id.or_else(|| known.find(|(_, name)| name.as_str() == task));
        match found.map(|(own, _)| own.id.clone()) {
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

/// The open gates that nobody answered beforehand: by `--yes`, or by a yes to the same list.
pub fn unanswered(state: &State) -> impl Iterator<Item = &Gate> {
    state.open_gates().filter(|gate| state.answered_beforehand(gate).is_none())
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
        _ if !owned => INTERRUPTED,
        Some(_) if state.tasks.iter().any(|task| task.status == Status::Working) => "working",
        Some(_) => "queued",
        None => "planning",
    }
}

/// The word for how a task stands, as people see it.
pub fn session_word(state: &State, facts: &TaskFacts, task: &TaskState, owned: bool) -> &'static str {
    let is_tried = || state.variants_of(&facts.id).any(|(_, own)| own.status == Status::Working);
    let asks = state.open_questions().any(|question| question.asked.key.task == facts.id)
        || state.open_gates().any(|gate| gate.opened.kind.task() == Some(&facts.id));
    match &task.status {
        _ if asks => "needs you",
        Status::Working if !owned && !state.is_over() => "interrupted",
        Status::Queued if is_tried() => {
            if owned {
                "working"
            } else {
                "interrupted"
            }
        }
        Status::Accepted { .. } if facts.variant_of.is_some() => "holds",
        status => status_word(status),
    }
}

/// The name of an attempt in file names: its task as folders have it, and its number.
pub fn attempt_name(state: &State, key: &AttemptKey) -> String {
    format!("{}-{}", state.name_of(&key.task), key.attempt)
}

/// How a task stands, as one word that can be typed: `done-unproved`.
pub fn task_word(shown: &str) -> String {
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
    "waits-for-a-choice",
    "holds",
    "chosen",
    "not-chosen",
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
