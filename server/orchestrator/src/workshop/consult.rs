//! Agents that judge and revise instead of doing: reviewers of plans and of changes, the planner.

use crate::agent::{Agent, Turn};
use crate::driver::{Failed, Job};
use crate::event::{AttemptKey, Event, Exit, Phase, TurnEnd, TurnKind, Verdict};
use crate::facts::{Facts, PLANNER, TaskId};
use crate::git::merge::{self, Edit};
use crate::git::{Place, worktree};
use crate::report::ASKS_FOR_A_VERDICT;
use crate::state::State;
use crate::workshop::attempt::{agreed_commit, attempt_of};
use crate::workshop::listener::Scribe;
use crate::workshop::{Workshop, seconds, title_of};
use std::path::PathBuf;
use std::sync::Arc;

/// Somebody who is asked for one turn, outside of any attempt.
struct Consultant {
    /// The name in the settings.
    name: String,
    agent: Arc<dyn Agent>,
    /// What the agent file says.
    role: String,
    model: Option<String>,
}

/// What somebody is asked.
struct Question {
    /// The part that is taken: what a rehearsal's script and the log call it.
    part: String,
    prompt: String,
    folder: PathBuf,
    /// How often this was asked before.
    before: u64,
    /// The files that may be written; empty: none.
    writes: Vec<String>,
}

impl Workshop {
    /// Who takes the part called `name`: an agent of the settings, else the default one in the role of an
    /// agent file.
    fn consultant(&self, name: &str, commit: &str) -> Option<Consultant> {
        let file = self.workspace.agent(name, commit);
        let (name, agent) = match self.agents.get(name) {
            Some(agent) => (name, agent),
            None => (
                self.default_agent.as_str(),
                file.as_ref().and_then(|_| self.agents.get(&self.default_agent))?,
            ),
        };
        let file = file.unwrap_or_default();
        let model = file.models.into_iter().next();
        Some(Consultant { name: name.to_owned(), agent: Arc::clone(agent), role: file.body, model })
    }

    /// Asks somebody for one turn in a folder.
    async fn consult(
        self: &Arc<Self>,
        job: &Job,
        asked: Consultant,
        question: Question,
    ) -> Result<(TurnEnd, String), Failed> {
        let policy = job.state.policy();
        let name = crate::git::reduced(&question.part);
        let prompt_file = self.prompt_file(&name, &question.prompt)?;
        let turn = Turn {
            key: AttemptKey { task: TaskId(question.part.clone()), attempt: 1 },
            stated: TaskId(question.part),
            counted: usize::try_from(question.before).unwrap_or_default(),
            number: 1,
            kind: TurnKind::Work,
            planned_first: false,
            model: asked.model,
            confinement: self.confinement(&question.folder, Some(&asked.name), Some(&prompt_file)),
            worktree: question.folder,
            prompt_file,
            prompt: question.prompt,
            read_only: question.writes.is_empty(),
            allowed: question.writes,
            tools: None,
            // Who judges is handed nothing to work with.
            servers: Vec::new(),
            marker: self.own_marker(&name),
            interrupted: Vec::new(),
            total: seconds(policy.attempt_time),
            silence: seconds(policy.silence_time),
            stop: job.stop.clone(),
        };
        let log = self.place.output(&self.run, &name);
        let scribe = Scribe::new(&log, &job.talk, &self.redact);
        let end = asked.agent.turn(&turn, &scribe).await;
        Ok((end, scribe.ended()))
    }

    /// A reviewer looks at what an attempt changed.
    pub(super) async fn review(self: &Arc<Self>, job: &Job, key: AttemptKey) -> Result<Event, Failed> {
        let attempt = attempt_of(job, &key)?;
        let name = job.state.facts.reviewer.clone().unwrap_or_default();
        let Some(asked) = self.consultant(&name, &agreed_commit(&job.state, &key, attempt)) else {
            let notes = format!("There is no agent called `{name}`.");
            return Ok(Event::Reviewed { key, verdict: Verdict::Abstain, notes });
        };
        let folder = attempt.worktree.as_ref().map(PathBuf::from).unwrap_or_default();
        let prompt = format!(
            "# Review of task {}: {}\n\n{}\n\nJudge what `git diff {}` shows in this folder against \
             the task.\n{ASKS_FOR_A_VERDICT}",
            job.state.facts.stated(&key.task),
            title_of(&job.state, &key.task),
            asked.role,
            attempt.base
        );
        let part = format!("review-{key}");
        let question = Question { part, prompt, folder, before: 0, writes: Vec::new() };
        let (end, said) = self.consult(job, asked, question).await?;
        let (verdict, notes) = verdict_of(&end, &said);
        Ok(Event::Reviewed { key, verdict, notes })
    }

    /// A reviewer looks at the plan.
    pub(super) async fn review_plan(
        self: &Arc<Self>,
        job: &Job,
        reviewer: usize,
        round: u64,
    ) -> Result<Event, Failed> {
        let state = &job.state;
        let Some(reviewer) = state.facts.reviews.get(reviewer).cloned() else {
            return Err(Failed::Run("The plan has no such reviewer.".to_owned()));
        };
        let part = reviewer.part.clone();
        let Some(asked) = self.consultant(&reviewer.agent, &state.tip) else {
            let notes = format!("There is no agent called `{}`.", reviewer.agent);
            return Ok(Event::PlanReviewed { part, round, verdict: Verdict::Abstain, notes });
        };
        let folder = self.integration_folder(job).await?;
        let plan = state.created.as_ref().map(|created| created.plan.clone()).unwrap_or_default();
        let prompt = format!(
            "# Review of the plan `{plan}`\n\n{}\n\nYour part is that of the {part}. Judge whether the plan \
             can be carried out.\n{ASKS_FOR_A_VERDICT}",
            asked.role
        );
        let before = round.saturating_sub(1);
        let question = Question { part: part.clone(), prompt, folder, before, writes: Vec::new() };
        let (end, said) = self.consult(job, asked, question).await?;
        let (verdict, notes) = verdict_of(&end, &said);
        Ok(Event::PlanReviewed { part, round, verdict, notes })
    }

    async fn integration_folder(self: &Arc<Self>, job: &Job) -> Result<PathBuf, Failed> {
        let state = Arc::clone(&job.state);
        self.blocking(move |own| {
            own.integration_branch(&state)?;
            let tip = merge::tip(&own.repository, &own.run)?;
            worktree::for_integration(&own.repository, &own.run, &tip)
        })
        .await
    }

    /// The planner revises the plan, in its own file, on the integration branch.
    pub(super) async fn revise_plan(self: &Arc<Self>, job: &Job) -> Result<Event, Failed> {
        let state = Arc::clone(&job.state);
        let failed = |reason: String| Ok(Event::RevisionFailed { reason });
        let (Some(name), Some(created)) = (state.facts.planner.clone(), state.created.clone()) else {
            return failed("There is no planner.".to_owned());
        };
        // While a wave goes on, what it merged is not yet looked at.
        let agreed = match state.phase {
            Some(Phase::Acting(wave)) => state.waves.get(&wave).and_then(|wave| wave.base.clone()),
            _ => None,
        };
        let Some(asked) = self.consultant(&name, agreed.as_ref().unwrap_or(&state.tip)) else {
            return failed(format!("There is no agent called `{name}`."));
        };
        let reason = state.revising.as_ref().map(|own| own.reason.clone()).unwrap_or_default();
        let plan = created.plan.clone();
        let prompt = format!(
            "# Revise the plan `{plan}`\n\n{}\n\nIt does not hold:\n\n{reason}\n\nChange this file and \
             no other. Keep the ids and the ticks of finished tasks.\n",
            asked.role
        );
        let folder = self.integration_folder(job).await?;
        let before = (state.review.revisions + state.replans).saturating_sub(1);
        let writes = vec![plan.clone()];
        let part = PLANNER.to_owned();
        let question = Question { part, prompt, folder: folder.clone(), before, writes };
        let (end, _) = self.consult(job, asked, question).await?;
        if let Some((_, evidence)) = crate::decide::judge_turn(&end) {
            return failed(evidence.summary);
        }
        let Ok(content) = std::fs::read(folder.join(&plan)) else {
            return failed(format!("`{plan}` is gone."));
        };
        let path = plan.clone();
        let number = u32::try_from(state.review.revisions + state.replans).unwrap_or(u32::MAX);
        // No task has such a name: they have no underscore.
        let revision = Place::new(&self.run, "plan_revision", number);
        let from = created.base.clone();
        let (revised, commit) = self
            .blocking(move |own| {
                let edit = Edit { path: PathBuf::from(&path), content };
                merge::edit(&own.repository, &revision, "Revise the plan", |_| Ok(vec![edit]))?;
                // Told from the branch: after a kill the revision may be there already.
                let name = revision.to_string();
                let steps = merge::steps(&own.repository, &own.run, &from)?;
                let revised = steps.iter().any(|step| step.attempt.as_deref() == Some(&name));
                Ok((revised, merge::tip(&own.repository, &own.run)?))
            })
            .await?;
        if !revised {
            return failed("The planner left the plan as it is.".to_owned());
        }
        let read = self.blocking(move |own| Ok(own.revised(&state, &plan, &commit))).await?;
        match read {
            Ok(facts) => Ok(Event::PlanRevised { facts: Box::new(facts) }),
            Err(why) => failed(why),
        }
    }

    /// What decides about the plan as it is now.
    fn revised(&self, state: &State, path: &str, commit: &str) -> Result<Facts, String> {
        let plan = self.workspace.plan(path, commit)?;
        let order = plan.order();
        let around = self.workspace.surroundings(&plan, commit)?;
        let mut facts = Facts::of(&plan, &order, &around, &state.policy());
        if let Some(fatal) = plan.problems(&order).iter().find(|problem| problem.is_fatal(&plan)) {
            return Err(format!("The revised plan cannot be run: {}", fatal.message(&plan)));
        }
        if facts.tasks.is_empty() {
            return Err("The revised plan has no tasks.".to_owned());
        }
        facts.list_hash = format!("{}+{}", state.facts.list_hash, state.seq);
        facts.list.clone_from(&state.facts.list);
        facts.list = self.list_of(&facts, commit).map_err(|error| error.to_string())?;
        Ok(facts)
    }
}

/// What a reviewer says. One that could not be had, or says nothing of the kind, abstains.
fn verdict_of(end: &TurnEnd, said: &str) -> (Verdict, String) {
    if end.exit != Exit::Fine {
        return (Verdict::Abstain, "The reviewer could not be had.".to_owned());
    }
    let all = [Verdict::Approved, Verdict::NeedsRevision, Verdict::Rejected, Verdict::Abstain];
    let mut found = None;
    for (at, line) in said.lines().enumerate() {
        let plain = line.trim_start_matches([' ', '-', '*', '#', '>', '_']);
        let Some((label, rest)) = plain.split_once(':') else { continue };
        if !label.trim_end_matches(['*', '_']).eq_ignore_ascii_case("verdict") {
            continue;
        }
        let word = rest.trim_start_matches(['*', '_', ' ', '`']);
        let verdict = all.into_iter().find(|verdict| {
            word.get(..verdict.name().len()).is_some_and(|own| own.eq_ignore_ascii_case(verdict.name()))
        });
        found = verdict.map(|verdict| (verdict, at)).or(found);
    }
    match found {
        None => (Verdict::Abstain, "The reviewer gave no verdict.".to_owned()),
        Some((verdict, at)) => {
            let notes: Vec<&str> = said.lines().skip(at + 1).take(60).collect();
            (verdict, notes.join("\n").trim().to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_read_in_the_forms_that_agents_write() {
        let fine = TurnEnd::default();
        for (said, verdict, notes) in [
            ("Verdict: APPROVED\nGood.", Verdict::Approved, "Good."),
            (
                "**Verdict:** `needs_revision`\n\nTask 2 has no file.",
                Verdict::NeedsRevision,
                "Task 2 has no file.",
            ),
            ("Verdict: APPROVED\nno\n- Verdict: REJECTED", Verdict::Rejected, ""),
            ("All good.", Verdict::Abstain, "The reviewer gave no verdict."),
            ("Verdict: maybe", Verdict::Abstain, "The reviewer gave no verdict."),
        ] {
            assert_eq!(verdict_of(&fine, said), (verdict, notes.to_owned()), "{said:?}");
        }
        let died = TurnEnd { exit: Exit::Status(1), ..TurnEnd::default() };
        assert_eq!(verdict_of(&died, "Verdict: APPROVED").0, Verdict::Abstain);
    }
}
