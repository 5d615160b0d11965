//! Agents that judge and revise instead of doing: reviewers of plans and of changes, the planner.

use crate::agent::{Agent, Turn};
use crate::driver::{Failed, Job};
use crate::event::{AttemptKey, Event, Exit, TurnEnd, TurnKind, Verdict};
use crate::facts::{Facts, TaskId};
use crate::git::merge::{self, Edit};
use crate::git::{Place, worktree};
use crate::workshop::attempt::attempt_of;
use crate::workshop::listener::Scribe;
use crate::workshop::{Workshop, seconds, title_of};
use std::path::PathBuf;
use std::sync::Arc;

const VERDICT: &str = "\n\nEnd with one line `Verdict:` and one of APPROVED, NEEDS_REVISION, REJECTED or \
ABSTAIN, then why in a few sentences. Change no file.\n";

impl Workshop {
    /// Who takes the part called `name`: an agent of the settings, else the default one in the role of an
    /// agent file.
    fn consultant(&self, name: &str, commit: &str) -> Option<(Arc<dyn Agent>, String)> {
        if let Some(agent) = self.agents.get(name) {
            return Some((Arc::clone(agent), String::new()));
        }
        let role = self.workspace.agent(name, commit)?.body;
        Some((Arc::clone(self.agents.get(&self.surroundings.default_agent)?), role))
    }

    /// Asks an agent for one turn in a folder, outside of any attempt.
    async fn consult(
        self: &Arc<Self>,
        job: &Job,
        part: &str,
        agent: Arc<dyn Agent>,
        folder: PathBuf,
        prompt: String,
    ) -> Result<(TurnEnd, String), Failed> {
        let policy = job.state.policy();
        let marker = self.own_marker(&crate::git::reduced(part));
        let turn = Turn {
            key: AttemptKey { task: TaskId(part.to_owned()), attempt: 1 },
            counted: usize::try_from(job.state.review.revisions + job.state.replans).unwrap_or_default(),
            number: 1,
            kind: TurnKind::Work,
            planned_first: false,
            model: None,
            worktree: folder,
            prompt_file: self.prompt_file(&crate::git::reduced(part), &prompt)?,
            prompt,
            allowed: Vec::new(),
            read_only: true,
            marker,
            total: seconds(policy.attempt_time),
            silence: seconds(policy.silence_time),
            stop: job.stop.clone(),
        };
        let log = self.place.output(&self.run, &crate::git::reduced(part));
        let scribe = Scribe::new(&log, &job.talk, &self.redact);
        let end = agent.turn(&turn, &scribe).await;
        Ok((end, scribe.ended()))
    }

    /// A reviewer looks at what an attempt changed.
    pub(super) async fn review(self: &Arc<Self>, job: &Job, key: AttemptKey) -> Result<Event, Failed> {
        let attempt = attempt_of(job, &key)?;
        let name = job.state.facts.reviewer.clone().unwrap_or_default();
        let Some((agent, role)) = self.consultant(&name, &attempt.base) else {
            let notes = format!("There is no agent called `{name}`.");
            return Ok(Event::Reviewed { key, verdict: Verdict::Abstain, notes });
        };
        let folder = attempt.worktree.as_ref().map(PathBuf::from).unwrap_or_default();
        let prompt = format!(
            "# Review of task {}: {}\n\n{role}\n\nJudge what `git diff {}` shows in this folder against \
             the task.\n{VERDICT}",
            key.task,
            title_of(&job.state, &key.task),
            attempt.base
        );
        let (end, said) = self.consult(job, &format!("review-{key}"), agent, folder, prompt).await?;
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
        let Some((agent, role)) = self.consultant(&reviewer.agent, &state.tip) else {
            let notes = format!("There is no agent called `{}`.", reviewer.agent);
            return Ok(Event::PlanReviewed { part, round, verdict: Verdict::Abstain, notes });
        };
        let folder = self.integration_folder(job).await?;
        let plan = state.created.as_ref().map(|created| created.plan.clone()).unwrap_or_default();
        let prompt = format!(
            "# Review of the plan `{plan}`\n\n{role}\n\nJudge whether it can be carried out.\n{VERDICT}"
        );
        let (end, said) = self.consult(job, &part, agent, folder, prompt).await?;
        let (verdict, notes) = verdict_of(&end, &said);
        Ok(Event::PlanReviewed { part, round, verdict, notes })
    }

    async fn integration_folder(self: &Arc<Self>, job: &Job) -> Result<PathBuf, Failed> {
        let from = job.state.created.as_ref().map(|created| created.base.clone()).unwrap_or_default();
        self.blocking(move |own| {
            merge::begin(&own.repository, &own.run, &from)?;
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
        let Some((agent, role)) = self.consultant(&name, &state.tip) else {
            return failed(format!("There is no agent called `{name}`."));
        };
        let reason = state.revising.as_ref().map(|own| own.reason.clone()).unwrap_or_default();
        let plan = created.plan.clone();
        let prompt = format!(
            "# Revise the plan `{plan}`\n\n{role}\n\nIt does not hold:\n\n{reason}\n\nChange this file and \
             no other. Keep the ids and the ticks of finished tasks.\n"
        );
        let folder = self.integration_folder(job).await?;
        let (end, _) = self.consult(job, "planner", agent, folder.clone(), prompt).await?;
        if let Some((_, evidence)) = crate::decide::judge_turn(&end) {
            return failed(evidence.summary);
        }
        let Ok(content) = std::fs::read(folder.join(&plan)) else {
            return failed(format!("`{plan}` is gone."));
        };
        let path = plan.clone();
        let number = state.revising.as_ref().map_or(1, |own| own.round);
        let revision = Place::new(&self.run, "plan", u32::try_from(number).unwrap_or(u32::MAX));
        let commit = self
            .blocking(move |own| {
                let edit = Edit { path: PathBuf::from(&path), content };
                merge::edit(&own.repository, &revision, "Revise the plan", |_| Ok(vec![edit]))?;
                merge::tip(&own.repository, &own.run)
            })
            .await?;
        let own = Arc::clone(self);
        let read = tokio::task::spawn_blocking(move || own.workspace.plan(&plan, &commit)).await;
        match read {
            Ok(Ok(plan)) => {
                let policy = state.policy();
                let mut facts = Facts::of(&plan, &plan.order(), &self.surroundings, &policy);
                facts.list_hash = format!("{}+{}", state.facts.list_hash, state.seq);
                let fatal = plan.problems(&plan.order()).iter().any(|problem| problem.is_fatal(&plan));
                if fatal || facts.tasks.is_empty() {
                    return failed("The revised plan cannot be run.".to_owned());
                }
                Ok(Event::PlanRevised { facts: Box::new(facts) })
            }
            Ok(Err(why)) => failed(why),
            Err(error) => Err(Failed::Run(error.to_string())),
        }
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
