//! One attempt: its worktree, its turns, its commits, its commands.

use crate::agent::{Listener, Turn};
use crate::card::{Ask, Card};
use crate::driver::{Failed, Job};
use crate::event::{AttemptKey, Class, Diff, Event, Evidence, Exit, TurnEnd, TurnKind};
use crate::facts::TaskId;
use crate::git::{self, GitError, changes, evidence, include, sparse, worktree};
use crate::list::copied_line;
use crate::state::{Attempt, Outcome, State};
use crate::time;
use crate::workshop::listener::Scribe;
use crate::workshop::{Workshop, attempt_failed, seconds, title_of};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most of a difference that is searched for secrets, in bytes.
const SEARCHED: usize = 4 << 20;

/// What an agent is told after an interruption, whether or not it remembers.
const INTERRUPTED: &str = "A session at this task was interrupted. What it did lies in another folder, and \
nothing of it is here: do the task in this one.";

/// The most of what a session changed in the user's checkout that goes into the evidence, in bytes.
const DIFFERENCE: usize = 3000;

impl Workshop {
    /// Makes the worktree, with the ignored files that belong into it, and sets it up.
    pub(super) async fn prepare(self: &Arc<Self>, job: &Job, key: AttemptKey) -> Result<Event, Failed> {
        let place = self.place_of(&job.state, &key);
        let attempt = attempt_of(job, &key)?;
        let base = attempt.base.clone();
        let (at, from) = (place.clone(), base.clone());
        let agreed = job.state.agreed.clone();
        let files = files_of(&job.state, Some(&key.task));
        let made = self
            .blocking(move |own| {
                let folder = match worktree::add(&own.repository, &at, &from) {
                    // That is in the way of this attempt alone.
                    Err(error @ (GitError::PathTaken(_) | GitError::BranchTaken { .. })) => {
                        return Ok(Err(error));
                    }
                    added => added?,
                };
                sparse::widen(&own.repository, &folder, &files)?;
                own.copy_what_was_agreed(agreed.as_ref(), &folder)?;
                Ok(Ok(folder))
            })
            .await?;
        let folder =
            made.map_err(|error| attempt_failed(Class::Escalate, Evidence::new(error.to_string())))?;
        let limit = seconds(job.state.policy().command_time);
        let checks = self.checks(&self.setup, &folder, &place.to_string(), limit, &job.stop).await;
        if let Some(failed) = checks.iter().find(|check| !check.passed()) {
            let shows = crate::decide::of_check(failed);
            let summary = format!("The setup command {}", shows.summary);
            return Err(attempt_failed(Class::Transient, Evidence { summary, ..shows }));
        }
        let worktree = folder.to_string_lossy().into_owned();
        Ok(Event::AttemptPrepared { key, worktree, branch: place.branch(), base })
    }

    /// Copies the ignored files that belong into a worktree. Patterns may have changed since somebody looked
    /// at what they match: what nobody saw is left out.
    fn copy_what_was_agreed(&self, agreed: Option<&BTreeSet<String>>, folder: &Path) -> Result<(), GitError> {
        let begins_so = copied_line("");
        if agreed.is_some_and(|agreed| !agreed.iter().any(|line| line.starts_with(&begins_so))) {
            return Ok(());
        }
        let mut included = include::list(&self.repository)?;
        if let Some(agreed) = agreed {
            let shown = |file: &include::Included| include::shown(std::slice::from_ref(file)).concat();
            included.retain(|file| agreed.contains(&copied_line(&shown(file))));
        }
        include::copy(&self.repository, &included, folder)
    }

    /// Has the agent do one turn.
    pub(super) async fn turn(
        self: &Arc<Self>,
        job: &Job,
        key: AttemptKey,
        number: u32,
    ) -> Result<Event, Failed> {
        let attempt = attempt_of(job, &key)?;
        let Some(agent) = self.agents.get(&attempt.agent) else {
            let why = format!("there is no agent called `{}` in the settings", attempt.agent);
            let end = TurnEnd { exit: Exit::NotStarted(why), ..TurnEnd::default() };
            return Ok(Event::TurnEnded { key, turn: number, end: Box::new(end) });
        };
        let card = self.card(job, &key, attempt)?;
        let turn = self.the_turn(job, &key, attempt, number, &card)?;
        let before = self.blocking(|own| evidence::look(&own.repository)).await?;
        let name = self.place_of(&job.state, &key).name();
        let scribe = Scribe::new(&self.place.output(&self.run, &name), &job.talk, &self.redact);
        let turn = self.with_servers(job, attempt, turn, &scribe).await?;
        let mut end = agent.turn(&turn, &scribe).await;
        let said = scribe.ended();
        let trespass = self.trespass(&before, said).await?;
        end.trespass = match (end.trespass, trespass) {
            (Some(own), Some(found)) => Some(format!("{own}\n{found}")),
            (own, found) => own.or(found),
        };
        Ok(Event::TurnEnded { key, turn: number, end: Box::new(end) })
    }

    fn card(&self, job: &Job, key: &AttemptKey, attempt: &Attempt) -> Result<Card, Failed> {
        let stated = job.state.facts.stated(&key.task);
        let told = self.workspace.task_card(stated, &attempt.base);
        let mut card = told.map_err(|why| attempt_failed(Class::NeedsReplan, Evidence::new(why)))?;
        // A task that begins from the tip has its plan from there, and its agent file as it was agreed to.
        let agreed = agreed_commit(&job.state, key, attempt);
        if agreed != attempt.base {
            let own = self.workspace.task_card(stated, &agreed).unwrap_or_default();
            (card.role, card.tools) = (own.role, own.tools);
        }
        let policy = job.state.policy();
        card.budget = format!(
            "{} for the whole task, {} without a word.",
            time::duration(policy.attempt_time * 1000),
            time::duration(policy.silence_time * 1000)
        );
        if let Some(created) = &job.state.created
            && !card.allowed.contains(&created.plan)
        {
            card.forbidden.push(format!("{}: the plan, which the run ticks itself", created.plan));
        }
        card.notes.clone_from(&job.state.notes);
        card.hint.clone_from(&attempt.hint);
        if !interrupted_before(&job.state, key, attempt).is_empty() {
            let before = card.hint.take().map(|hint| hint + "\n\n").unwrap_or_default();
            card.hint = Some(before + INTERRUPTED);
        }
        Ok(card)
    }

    fn the_turn(
        &self,
        job: &Job,
        key: &AttemptKey,
        attempt: &Attempt,
        number: u32,
        card: &Card,
    ) -> Result<Turn, Failed> {
        let kind = attempt.kind.clone().unwrap_or(TurnKind::Work);
        let prompt = card.text(match &kind {
            TurnKind::Plan => Ask::Plan,
            TurnKind::Work => Ask::Work,
            TurnKind::Answer { answer } => Ask::Answer(answer),
        });
        let task = job.state.task(&key.task);
        let counted = task.map_or(0, |task| task.failures.len());
        let facts = job.state.facts.find(&key.task).map(|(_, facts)| facts.clone());
        // A task whose plan was approved in an earlier attempt begins with the work at once.
        let planned_first = facts.as_ref().is_some_and(|facts| facts.plan_first.is_some())
            && number > 1
            && !(number == 2 && matches!(kind, TurnKind::Answer { .. }));
        let name = self.place_of(&job.state, key);
        let prompt_file = self.prompt_file(&format!("{}-{}-{number}", name.task, name.attempt), &prompt)?;
        let policy = job.state.policy();
        let left = (policy.attempt_time * 1000).saturating_sub(attempt.worked).max(1000);
        Ok(Turn {
            key: key.clone(),
            stated: job.state.facts.stated(&key.task).clone(),
            counted,
            number,
            kind,
            planned_first,
            model: attempt.model.clone(),
            worktree: attempt.worktree.as_ref().map(PathBuf::from).unwrap_or_default(),
            prompt,
            allowed: facts.as_ref().map(|facts| facts.writes.iter().cloned().collect()).unwrap_or_default(),
            tools: card.tools.clone(),
            servers: Vec::new(),
            read_only: facts.is_some_and(|facts| facts.read_only),
            confinement: self.confinement(
                attempt.worktree.as_ref().map(Path::new).unwrap_or(Path::new("")),
                Some(&attempt.agent),
                Some(&prompt_file),
            ),
            prompt_file,
            marker: name.to_string(),
            interrupted: interrupted_before(&job.state, key, attempt)
                .into_iter()
                .map(|number| git::Place::new(&self.run, name.task.as_str(), number).to_string())
                .collect(),
            total: std::time::Duration::from_millis(left),
            silence: seconds(policy.silence_time),
            stop: job.stop.clone(),
        })
    }

    /// Hands the agent the servers that its task names and that were agreed to, as the workspace stands where
    /// its agent file does. What is left out is told.
    async fn with_servers(
        self: &Arc<Self>,
        job: &Job,
        attempt: &Attempt,
        mut turn: Turn,
        scribe: &Scribe<'_>,
    ) -> Result<Turn, Failed> {
        let takes = self.agents.get(&attempt.agent).is_some_and(|agent| agent.takes_servers());
        if !takes {
            return Ok(turn);
        }
        let commit = agreed_commit(&job.state, &turn.key, attempt);
        let (task, worktree) = (turn.stated.clone(), turn.worktree.clone());
        let found = self.blocking(move |own| Ok(own.workspace.servers(&[task], &commit, &worktree))).await?;
        let mut left_out = Vec::new();
        for own in found {
            left_out.extend(own.left_out);
            for server in own.handed {
                let listed = server.listed();
                if job.state.agreed.as_ref().is_some_and(|agreed| agreed.contains(&listed)) {
                    turn.servers.push(server);
                } else {
                    left_out.push(format!("{}: nobody agreed to it as it is now", server.name));
                }
            }
        }
        for why in left_out {
            scribe.said(&format!("[mcp] not handed: {why}\n"));
        }
        Ok(turn)
    }

    /// Keeps what an agent is told in a file beside the journal.
    pub(super) fn prompt_file(&self, name: &str, prompt: &str) -> Result<PathBuf, Failed> {
        let file = self.place.output(&self.run, name).with_extension("prompt.md");
        let made = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| std::fs::write(&file, prompt))
            .map_err(|error| Failed::Run(format!("{} cannot be written: {error}", file.display())))?;
        Ok(file)
    }

    /// What shows that a session wrote into the user's checkout: it differs, and the session named it.
    /// What the user did there meanwhile is nobody's failure.
    async fn trespass(
        self: &Arc<Self>,
        before: &evidence::Checkout,
        said: String,
    ) -> Result<Option<String>, Failed> {
        let before = before.clone();
        self.blocking(move |own| {
            if !evidence::names_the_checkout(&own.repository, &said) {
                return Ok(None);
            }
            let after = evidence::look(&own.repository)?;
            let difference = evidence::compare(&own.repository, &before, &after)?;
            let named: Vec<PathBuf> = difference
                .paths
                .into_iter()
                .filter(|path| evidence::names_file(&own.repository, &said, path))
                .collect();
            if named.is_empty() {
                return Ok(None);
            }
            let names: Vec<String> = named.iter().map(|path| path.display().to_string()).collect();
            let text = changes::since_head(&own.repository, &named, DIFFERENCE)?;
            Ok(Some(format!("It named and changed {}.\n\n{text}", names.join(", ")).trim_end().to_owned()))
        })
        .await
    }

    /// Makes a commit of what the turn left.
    pub(super) async fn commit(
        self: &Arc<Self>,
        job: &Job,
        key: AttemptKey,
        turn: u32,
    ) -> Result<Event, Failed> {
        let place = self.place_of(&job.state, &key);
        let base = attempt_of(job, &key)?.base.clone();
        let message = title_of(&job.state, &key.task);
        let (state, task) = (Arc::clone(&job.state), key.task.clone());
        self.still_as_made(place.folder(self.repository.worktrees())).await?;
        let folder = place.folder(self.repository.worktrees());
        let made = self
            .blocking(move |own| {
                worktree::mend(&own.repository, &folder)?;
                if !worktree::is_ours(&own.repository, &folder) {
                    return Ok(Err(no_worktree(&folder)));
                }
                let commit = || git::commit::after_turn(&own.repository, &place, &base, &message);
                let mut turned = match commit() {
                    // The others can go on without it, as long as the repository itself answers.
                    Err(error) if error.is_of_one_worktree() => {
                        own.integration_branch(&state)?;
                        return Ok(Err(not_committed(&folder, &error)));
                    }
                    turned => turned?,
                };
                let (mut changed, mut text) = changes::with_text(&own.repository, &base, &turned.tip)?;
                if own.unticks(&state, &task, &folder, &base, &changed)? {
                    turned = commit()?;
                    (changed, text) = changes::with_text(&own.repository, &base, &turned.tip)?;
                }
                let (added, removed) = changes::total(&changed);
                let files = changed.iter().map(|file| file.path.to_string_lossy().into_owned()).collect();
                let lines = changed.iter().map(|file| file.lines).collect();
                let searched = text.get(..text.floor_char_boundary(SEARCHED)).unwrap_or(&text);
                let secret = own.secret_in(searched);
                let has_modules = changed.iter().any(|file| file.path.ends_with(".gitmodules"));
                match changed.iter().find(|file| file.is_repository()) {
                    Some(inner) if !has_modules => Ok(Err(repository_inside(&inner.path))),
                    _ => Ok(Ok((turned.tip, Diff { files, added, removed, lines, secret }))),
                }
            })
            .await?;
        let (commit, diff) = made.map_err(|evidence| attempt_failed(Class::Fixable, evidence))?;
        Ok(Event::Committed { key, turn, commit: Some(commit), diff })
    }

    /// Puts the plan back as it was where an agent did nothing but tick it, as many do by habit: the run ticks what
    /// is proved. Whether it did.
    fn unticks(
        &self,
        state: &State,
        task: &TaskId,
        folder: &Path,
        base: &str,
        changed: &[changes::Changed],
    ) -> Result<bool, GitError> {
        let Some(created) = &state.created else { return Ok(false) };
        let plan = Path::new(&created.plan);
        let is_its_own =
            state.facts.find(task).is_some_and(|(_, facts)| facts.writes.contains(&created.plan));
        if is_its_own || !changed.iter().any(|file| file.path == plan) {
            return Ok(false);
        }
        let file = folder.join(plan);
        let (Some(before), Ok(now)) = (self.repository.file(base, plan)?, std::fs::read(&file)) else {
            return Ok(false);
        };
        let is_ticked = unticked(&before) == unticked(&now);
        if is_ticked {
            std::fs::write(&file, before).map_err(|error| GitError::file(&file, error))?;
        }
        Ok(is_ticked)
    }

    /// The file in whose added lines a secret stands.
    fn secret_in(&self, difference: &str) -> Option<String> {
        let mut file = "";
        for line in difference.lines() {
            if let Some(name) = line.strip_prefix("+++ ") {
                file = name.strip_prefix("b/").unwrap_or(name);
            } else if let Some(added) = line.strip_prefix('+')
                && (self.redact)(added).is_some()
            {
                return Some(file.to_owned());
            }
        }
        None
    }

    /// Runs the task's commands in its worktree.
    pub(super) async fn validate(self: &Arc<Self>, job: &Job, key: AttemptKey) -> Result<Event, Failed> {
        let attempt = attempt_of(job, &key)?;
        let folder = attempt.worktree.as_ref().map(PathBuf::from).unwrap_or_default();
        let commands = job.state.facts.find(&key.task).map(|(_, facts)| facts.validation.clone());
        let marker = self.place_of(&job.state, &key).to_string();
        let limit = seconds(job.state.policy().command_time);
        let checks = self.checks(&commands.unwrap_or_default(), &folder, &marker, limit, &job.stop).await;
        Ok(Event::Validated { key, checks })
    }
}

/// A text with the boxes of all tasks alike, and without what ends its lines.
fn unticked(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    let line = |line: &str| match line.split_once('[') {
        Some((before, after))
            if before.trim_matches(|mark: char| " \t>-*+.)0123456789".contains(mark)).is_empty() =>
        {
            let mut rest = after.chars();
            rest.next();
            format!("{before}[ {}", rest.as_str())
        }
        _ => line.to_owned(),
    };
    text.lines().map(line).collect()
}

/// That the folder of an attempt is none that git would make a commit of.
fn no_worktree(folder: &Path) -> Evidence {
    let shown = folder.display();
    let summary = if folder.exists() {
        format!("The `.git` of its worktree `{shown}` leads elsewhere.")
    } else {
        format!("Its worktree `{shown}` is gone.")
    };
    let detail = "Leave that folder and its `.git` as they are: what is done is taken from there.".to_owned();
    Evidence { summary, detail }
}

/// That git makes no commit of what an attempt left.
fn not_committed(folder: &Path, error: &GitError) -> Evidence {
    let summary = format!("What it left in `{}` cannot be committed.", folder.display());
    Evidence { summary, detail: error.to_string() }
}

/// That what an attempt left would reach the branch without its files.
fn repository_inside(path: &Path) -> Evidence {
    let shown = path.display();
    let summary = format!(
        "It made a repository of its own at `{shown}`: the files in there are in no commit of the task."
    );
    let detail = format!("Make them ordinary files: without `{shown}/.git`.");
    Evidence { summary, detail }
}

/// The attempts that were interrupted just before this one, by the same agent, the newest first: what they
/// know is in the agent's session, what they did is not in the worktree of this one.
fn interrupted_before(state: &State, key: &AttemptKey, attempt: &Attempt) -> Vec<u32> {
    let attempts = state.task(&key.task).map(|task| task.attempts.as_slice()).unwrap_or_default();
    let before = attempts.iter().rev().filter(|own| own.number < key.attempt);
    let is_so = |own: &&Attempt| own.outcome == Some(Outcome::Interrupted) && own.agent == attempt.agent;
    before.take_while(is_so).map(|own| own.number).collect()
}

/// The commit whose agent files were agreed to for an attempt: that from which its wave began.
pub(super) fn agreed_commit(state: &State, key: &AttemptKey, attempt: &Attempt) -> String {
    let wave = state.facts.find(&key.task).and_then(|(_, facts)| state.waves.get(&facts.wave));
    wave.and_then(|wave| wave.base.clone()).unwrap_or_else(|| attempt.base.clone())
}

/// The files that a task, or all of them, reads and writes.
pub(super) fn files_of(state: &State, task: Option<&TaskId>) -> Vec<String> {
    let tasks = state.facts.tasks.iter().filter(|own| task.is_none_or(|task| own.id == *task));
    tasks.flat_map(|own| own.writes.iter().chain(&own.needs)).cloned().collect()
}

/// The attempt that a job is about.
pub(super) fn attempt_of<'j>(job: &'j Job, key: &AttemptKey) -> Result<&'j Attempt, Failed> {
    let attempts = job.state.task(&key.task).into_iter().flat_map(|task| &task.attempts);
    let mut own = attempts.filter(|attempt| attempt.number == key.attempt);
    own.next().ok_or_else(|| Failed::Run(format!("The run has no attempt {key}.")))
}
