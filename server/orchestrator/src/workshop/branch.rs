//! The integration branch: what has to be there before a wave, merging, taking out, proving.

use crate::driver::{Failed, Job};
use crate::event::{AttemptKey, Event, Evidence, Exit, MergedAgain};
use crate::git::condition::Condition;
use crate::git::merge::{self, Edit, Merged};
use crate::git::predict::Conflict;
use crate::git::{self, GitError, sparse, survey, worktree};
use crate::state::State;
use crate::workshop::attempt::files_of;
use crate::workshop::{Workshop, seconds, title_of};
use segue_plan::files::covers;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most of a contested file that goes into the evidence, in bytes.
const SHOWN: usize = 3000;

impl Workshop {
    /// Looks whether a wave can begin, and from where.
    pub(super) async fn preflight(self: &Arc<Self>, job: &Job, wave: u32) -> Result<Event, Failed> {
        let state = Arc::clone(&job.state);
        let mut missing: Vec<String> = Vec::new();
        for (facts, task) in state.of_wave(wave).filter(|(_, task)| !task.status.is_over()) {
            if !self.agents.contains_key(&facts.agent) {
                missing.push(format!(
                    "`{}` needs the agent `{}`, which is not in the settings",
                    task.id, facts.agent
                ));
            }
        }
        let (base, obstacles, list) = self
            .blocking(move |own| {
                own.integration_branch(&state)?;
                let base = merge::tip(&own.repository, &own.run)?;
                let looked = survey::survey(own.repository.git.clone(), own.repository.top(), |_| {
                    own.repository.clone()
                });
                // The run has a base of its own, wherever the checkout went meanwhile.
                let obstacles = looked.obstacles().filter(|own| own.condition != Condition::NoCommits);
                let obstacles: Vec<String> = obstacles.map(|finding| finding.message.clone()).collect();
                let list = own.list_of(&state.facts, &base)?;
                let absent = own.absent(&state, wave, &base)?;
                Ok((base, obstacles.into_iter().chain(absent).collect::<Vec<String>>(), list))
            })
            .await?;
        missing.extend(obstacles);
        Ok(Event::PreflightDone { wave, base, missing, list })
    }

    /// The integration branch, with all that the journal knows of: whoever deleted it meanwhile took nothing away.
    pub(super) fn integration_branch(&self, state: &State) -> Result<(), GitError> {
        let base = state.created.as_ref().map(|created| created.base.as_str()).unwrap_or_default();
        merge::begin(&self.repository, &self.run, base, &state.tip)
    }

    /// What the tasks of a wave read and nobody has made, nor is to make.
    fn absent(&self, state: &State, wave: u32, base: &str) -> Result<Vec<String>, GitError> {
        let open: Vec<_> = state.of_wave(wave).filter(|(_, task)| !task.status.is_over()).collect();
        if open.iter().all(|(facts, _)| facts.needs.is_empty()) {
            return Ok(Vec::new());
        }
        let there: BTreeSet<String> = self.repository.paths(base)?.into_iter().collect();
        let to_come = |path: &String| {
            state.all().any(|(facts, task)| {
                !task.status.is_over() && facts.writes.iter().any(|own| covers(own, path))
            })
        };
        let needs = open.iter().flat_map(|(facts, _)| facts.needs.iter().map(|path| (&facts.id, path)));
        let absent = needs.filter(|(_, path)| !there.contains(*path) && !to_come(path));
        Ok(absent
            .map(|(task, path)| format!("`{task}` reads `{path}`, which is not there and is made by no task"))
            .collect())
    }

    /// The plan's file with a task ticked, as it stands in a tree.
    fn ticked(&self, state: &State, tree: &str, ids: &[crate::facts::TaskId]) -> Result<Vec<Edit>, GitError> {
        let Some(created) = &state.created else { return Ok(Vec::new()) };
        let Some(bytes) = self.repository.file(tree, Path::new(&created.plan))? else {
            return Ok(Vec::new());
        };
        let Ok(text) = String::from_utf8(bytes) else { return Ok(Vec::new()) };
        let ticked = self.workspace.tick(&created.plan, &text, ids);
        let edit = |text: String| Edit { path: PathBuf::from(&created.plan), content: text.into_bytes() };
        Ok(ticked.map(edit).into_iter().collect())
    }

    /// The plan's file as it stands in a commit.
    fn plan_as_in(&self, state: &State, commit: &str) -> Result<Vec<Edit>, GitError> {
        let Some(created) = &state.created else { return Ok(Vec::new()) };
        let path = PathBuf::from(&created.plan);
        let content = self.repository.file(commit, &path)?;
        Ok(content.map(|content| Edit { path, content }).into_iter().collect())
    }

    /// Merges an attempt's branch, and ticks its task in the same commit.
    pub(super) async fn merge(self: &Arc<Self>, job: &Job, key: AttemptKey) -> Result<Event, Failed> {
        let place = self.place_of(&job.state, &key);
        let state = Arc::clone(&job.state);
        let task = key.task.clone();
        let title = title_of(&state, &task);
        let (merged, evidence, tip) = self
            .blocking(move |own| {
                own.integration_branch(&state)?;
                let ids = [task];
                let edits = |tree: &str| own.ticked(&state, tree, &ids);
                let merged = merge::merge(&own.repository, &place, &title, edits)?;
                let evidence = match &merged {
                    Merged::Conflict(conflict) => Some(own.of_conflict(conflict)?),
                    Merged::Already { commit: None } => {
                        let edits = |tree: &str| own.ticked(&state, tree, &ids);
                        merge::edit(&own.repository, &place, &title, edits)?;
                        None
                    }
                    _ => None,
                };
                Ok((merged, evidence, merge::tip(&own.repository, &own.run)?))
            })
            .await?;
        match (merged, evidence) {
            (Merged::Conflict(_), evidence) => {
                Ok(Event::MergeConflicted { key, evidence: evidence.unwrap_or_default() })
            }
            _ => Ok(Event::Merged { key, commit: tip }),
        }
    }

    /// Both sides of what cannot be merged.
    fn of_conflict(&self, conflict: &Conflict) -> Result<Evidence, GitError> {
        let names: Vec<String> = conflict.files.iter().map(|file| file.path.display().to_string()).collect();
        let summary = format!("It cannot be merged; both sides changed {}.", names.join(", "));
        let mut detail = conflict.said.join("\n");
        for file in &conflict.files {
            // The file of the conflicted tree holds both sides between markers.
            if let Some(bytes) = self.repository.file(&conflict.tree, &file.path)? {
                let shown = bytes.get(..SHOWN.min(bytes.len())).unwrap_or_default();
                detail += &format!("\n\n{}:\n{}", file.path.display(), String::from_utf8_lossy(shown));
            }
        }
        Ok(Evidence { summary, detail })
    }

    /// Takes a merge out, and merges again what came after it. What was done before a kill is told from
    /// the branch.
    pub(super) async fn unmerge(self: &Arc<Self>, job: &Job, key: AttemptKey) -> Result<Event, Failed> {
        let place = self.place_of(&job.state, &key);
        let state = Arc::clone(&job.state);
        let culprit = key.clone();
        let (commit, again, conflicted) = self
            .blocking(move |own| {
                let before = merge::tip(&own.repository, &own.run)?;
                let edits = |later: &git::Place, tree: &str| match own.key_of(&state, later) {
                    Some(key) => own.ticked(&state, tree, &[key.task]),
                    // A revision of the plan stays.
                    None => own.plan_as_in(&state, &before),
                };
                merge::take_out(&own.repository, &place, edits)?;
                let tip = merge::tip(&own.repository, &own.run)?;
                let place = state.merges.iter().position(|merge| merge.key == culprit);
                let later = place.map(|place| state.merges.split_at(place)).unwrap_or_default().1;
                let Some(first) = later.first() else { return Ok((tip, Vec::new(), Vec::new())) };
                let steps = merge::steps(&own.repository, &own.run, &first.before)?;
                let (mut again, mut conflicted) = (Vec::new(), Vec::new());
                let mut last = first.before.clone();
                for merge in later.iter().skip(1) {
                    let name = own.place_of(&state, &merge.key).to_string();
                    let step = steps.iter().find(|step| step.attempt.as_deref() == Some(&name));
                    match step {
                        Some(step) => last.clone_from(&step.commit),
                        // It brought nothing, so there is nothing to bring again.
                        None if merge.before == merge.commit => {}
                        None => {
                            conflicted.push(merge.key.clone());
                            continue;
                        }
                    }
                    again.push(MergedAgain { key: merge.key.clone(), commit: last.clone() });
                }
                Ok((tip, again, conflicted))
            })
            .await?;
        Ok(Event::Unmerged { key, commit, again, conflicted })
    }

    /// Proves a commit of the integration branch in a worktree of its own.
    pub(super) async fn integrate(
        self: &Arc<Self>,
        job: &Job,
        wave: u32,
        commit: String,
    ) -> Result<Event, Failed> {
        let at = commit.clone();
        self.still_as_made(self.repository.worktrees().join(&self.run).join("integration")).await?;
        let files = files_of(&job.state, None);
        let folder = self
            .blocking(move |own| {
                let folder = worktree::for_integration(&own.repository, &own.run, &at)?;
                sparse::widen(&own.repository, &folder, &files)?;
                Ok(folder)
            })
            .await?;
        let limit = seconds(job.state.policy().command_time);
        let marker = self.own_marker("integration");
        let health: Vec<String> = job.state.facts.health.iter().cloned().collect();
        let looked = self.checks(&health, &folder, &marker, limit, &job.stop).await;
        if looked.iter().any(|check| !check.passed()) {
            return Ok(Event::Integrated { wave, commit, healthy: false, checks: looked });
        }
        let commands = job.state.proofs_of(wave, &commit);
        let checks = self.checks(&commands, &folder, &marker, limit, &job.stop).await;
        // A command that could not even be started says nothing about the code.
        let healthy = !checks.iter().any(|check| matches!(check.exit, Exit::NotStarted(_)));
        Ok(Event::Integrated { wave, commit, healthy, checks })
    }
}
