//! An event as a line for people.

use segue_analysis::features::context::count_of;
use segue_orchestrator::event::{Answer, AttemptKey, Event, Exit, Phase, TurnKind};
use segue_orchestrator::facts::TaskId;
use segue_orchestrator::journal::gate_words;
use segue_orchestrator::state::{BreakerKey, Caution, State};
use segue_orchestrator::time::duration;

/// What an event says, in the state after it; `None` for what only the engine needs.
pub fn of(state: &State, event: &Event) -> Option<String> {
    Some(match event {
        Event::RunCreated(created) => {
            format!("Run {} of {} begins at {}.", created.run, created.plan, short(&created.base))
        }
        Event::Planned { facts } => {
            format!(
                "{} in {}.",
                count_of(facts.without_variants().count(), "task"),
                count_of(facts.waves(), "wave")
            )
        }
        Event::RunnerStarted { pid, .. } if state.runners > 1 => format!("Resumed by process {pid}."),
        Event::PhaseEntered { phase } => phase_words(*phase),
        Event::GateOpened(gate) => {
            let mut text = format!("Gate {}, {}: {}", gate.gate, gate_words(&gate.kind), gate.text);
            for approval in &gate.approvals {
                text += &format!("\n  [ ] {approval}");
            }
            text
        }
        Event::GateAnswered { gate, answer, note, by } => {
            let word = if *answer == Answer::Approve { "approved" } else { "rejected" };
            let note = note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            format!("Gate {gate} {word} by {by}{note}")
        }
        Event::GateWithdrawn { gate } => format!("Gate {gate} is no longer asked."),
        Event::PlanReviewed { part, verdict, notes, .. } => format!("{part}: {} {notes}", verdict.name()),
        Event::RevisionPlanned { reason, .. } => format!("The plan is to be revised: {reason}"),
        Event::PlanRevised { .. } => "The plan was revised.".to_owned(),
        Event::RevisionFailed { reason } => format!("The plan could not be revised: {reason}"),
        Event::PreflightDone { wave, missing, .. } if !missing.is_empty() => {
            format!("Before wave {wave} something is missing: {}", missing.join("; "))
        }
        Event::IntegrationPlanned { wave, .. } => format!("Wave {wave} is being proved as a whole."),
        Event::Integrated { wave, healthy, checks, .. } => {
            match checks.iter().find(|check| !check.passed()) {
                _ if !healthy => format!("The surroundings of wave {wave} are not healthy."),
                Some(check) => format!("Wave {wave} as a whole fails: `{}`", check.command),
                None => format!("Wave {wave} as a whole holds."),
            }
        }
        Event::IntegrationAccepted { wave } => format!("Wave {wave} stands although it is not proved."),
        Event::Throttled { wave, jobs } => format!("Wave {wave} goes on with {jobs} at the same time."),
        Event::BudgetSpent { what } => format!("Spent: {what}"),
        Event::CancelAsked { task: None, by } => format!("Cancelled by {by}."),
        Event::RunnerStopped { why } => format!("The runner cannot go on: {why}"),
        Event::Noted { text, .. } => text.clone(),
        event => {
            let (task, text) = of_task(state, event)?;
            format!("{task}: {text}")
        }
    })
}

/// What stands behind the line of an event: the output of a command that failed, both sides of a conflict.
pub fn detail(event: &Event) -> Option<&str> {
    let detail = match event {
        Event::AttemptFailed { evidence, .. }
        | Event::MergeConflicted { evidence, .. }
        | Event::CulpritFound { evidence, .. } => &evidence.detail,
        // That of an attempt's own commands comes with its failure.
        Event::Integrated { checks, .. } => &checks.iter().find(|check| !check.passed())?.tail,
        _ => return None,
    };
    Some(detail.trim_end()).filter(|detail| !detail.is_empty())
}

/// How many lines of a detail are shown beside a whole run; the log of its task has all of them.
pub const SHOWN: usize = 20;

/// The last lines of a detail, at most so many, each on a line of its own below another line.
pub fn indented(detail: &str, most: usize) -> String {
    let lines: Vec<&str> = detail.trim_end().lines().collect();
    let before = lines.len().saturating_sub(most);
    let mut text = String::new();
    if before > 0 {
        text += &format!("\n    … {} before", count_of(before, "line"));
    }
    for line in lines.into_iter().skip(before) {
        text += &format!("\n    {line}");
    }
    text
}

/// What an event says of a task.
fn of_task<'e>(state: &State, event: &'e Event) -> Option<(&'e TaskId, String)> {
    Some(match event {
        Event::AttemptPlanned(planned) => {
            let model = planned.model.as_ref().map(|model| format!(" with {model}")).unwrap_or_default();
            (&planned.key.task, format!("attempt {} by {}{model}", planned.key.attempt, planned.agent))
        }
        Event::TurnPlanned { key, kind, .. } => match kind {
            TurnKind::Plan => (&key.task, "says how it will be done".to_owned()),
            TurnKind::Work => return None,
            TurnKind::Answer { .. } => (&key.task, "goes on with the answer".to_owned()),
        },
        Event::QuestionAsked(asked) => {
            let mut text = format!("question {}: {}", asked.question, asked.text);
            for (number, option) in asked.options.iter().enumerate() {
                let recommended = asked.recommendation.as_deref() == Some(option);
                text += &format!(
                    "\n  {}. {option}{}",
                    number + 1,
                    if recommended { " (recommended)" } else { "" }
                );
            }
            (&asked.key.task, text)
        }
        Event::TurnEnded { key, end, .. } => match &end.exit {
            Exit::Fine => return None,
            exit => (&key.task, format!("the agent {}", exit_words(exit))),
        },
        Event::Committed { key, diff, .. } => {
            (&key.task, format!("{}, +{} −{}", count_of(diff.files.len(), "file"), diff.added, diff.removed))
        }
        Event::Validated { key, checks } => {
            let time = checks.iter().map(|check| check.millis).sum();
            match checks.iter().find(|check| !check.passed()) {
                Some(check) => {
                    (&key.task, format!("`{}` fails after {}", check.command, duration(check.millis)))
                }
                None => (&key.task, format!("proved in {}", duration(time))),
            }
        }
        Event::Reviewed { key, verdict, notes } => {
            (&key.task, format!("reviewed: {} {notes}", verdict.name()))
        }
        Event::AttemptFailed { key, class, evidence } => (
            &key.task,
            format!(
                "attempt {} failed ({}): {}",
                key.attempt,
                class.name().replace('_', " "),
                evidence.summary
            ) + &rest(state, key),
        ),
        Event::AttemptInterrupted { key } => (&key.task, format!("attempt {} was interrupted", key.attempt)),
        Event::AttemptStopped { key } => (&key.task, format!("attempt {} was stopped", key.attempt)),
        Event::RetryPlanned { task, not_before, .. } => {
            let wait = not_before.since(state.at);
            let when = if wait < 1000 { String::new() } else { format!(" in {}", duration(wait)) };
            (task, format!("is tried again{when}"))
        }
        Event::RetryAsked { task, by, .. } => (task, format!("is tried again for {by}")),
        Event::ReplanWanted { task, reason } => (task, format!("needs another plan: {reason}")),
        Event::TaskCancelled { task } => (task, "cancelled".to_owned()),
        Event::CancelAsked { task: Some(task), by } => (task, format!("cancelled by {by}")),
        Event::TaskEscalated { task, reason } => (task, format!("is handed to you: {reason}")),
        Event::TaskSkipped { task, because } => (task, format!("skipped, because {because} is not done")),
        Event::Merged { key, commit } => (&key.task, format!("merged ({})", short(commit))),
        Event::MergeConflicted { key, evidence } => {
            (&key.task, format!("cannot be merged: {}", evidence.summary))
        }
        Event::CulpritFound { key, evidence } => {
            (&key.task, format!("broke the whole: {}", evidence.summary))
        }
        Event::Unmerged { key, .. } => (&key.task, "was taken out again".to_owned()),
        Event::Compared { key, checks } => {
            (&key.task, format!("compared by {}", count_of(checks.len(), "command")))
        }
        Event::VariantChosen { task, variant, by, .. } => {
            let what = variant.as_ref().map_or("no variant", |variant| variant.task.0.as_str());
            (task, format!("{what} was chosen by {by}"))
        }
        Event::VariantRemoved { task, kept } => match kept.iter().find_map(|one| one.why.as_ref()) {
            Some(why) => (task, format!("is not removed: {why}")),
            None => {
                (task, "its worktrees and branches are gone; what it changed is kept as patches".to_owned())
            }
        },
        Event::QuestionAnswered { .. } => return None,
        _ => return None,
    })
}

/// That the agent of an attempt rests from this failure on.
fn rest(state: &State, key: &AttemptKey) -> String {
    let mut attempts = state.task(&key.task).into_iter().flat_map(|task| &task.attempts);
    let Some(attempt) = attempts.rfind(|attempt| attempt.number == key.attempt) else {
        return String::new();
    };
    let agent = BreakerKey { agent: attempt.agent.clone(), model: attempt.model.clone() };
    let cool_down = state.policy().breaker_cool_down;
    match state.breakers.get(&agent).map(|breaker| breaker.caution) {
        Some(Caution::Open { until }) if until == state.at.plus_seconds(cool_down) => format!(
            "\n  {} failed several times in a row: its tasks wait for {}",
            agent.agent,
            duration(cool_down.saturating_mul(1000))
        ),
        _ => String::new(),
    }
}

fn phase_words(phase: Phase) -> String {
    match phase {
        Phase::Planning => "It is being put together.".to_owned(),
        Phase::WaitingApproval => "It waits for a person.".to_owned(),
        Phase::PlanReview => "The plan is reviewed.".to_owned(),
        Phase::Acting(wave) => format!("Wave {wave} begins."),
        Phase::Reviewing(wave) => format!("Wave {wave} is over."),
        Phase::Complete => "Complete.".to_owned(),
        Phase::Rejected => "Rejected.".to_owned(),
        Phase::Abstained => "Ended without a judgement.".to_owned(),
        Phase::Escalated => "Ended; not all of it is done.".to_owned(),
        Phase::Cancelled => "Cancelled.".to_owned(),
    }
}

/// How a process ended, as it reads after its name.
fn exit_words(exit: &Exit) -> String {
    match exit {
        Exit::Fine => "ended well".to_owned(),
        Exit::Status(status) => format!("ended with status {status}"),
        Exit::Signal(signal) => format!("was ended by signal {signal}"),
        Exit::TimedOut => "took too long".to_owned(),
        Exit::Silent => "said nothing for too long".to_owned(),
        Exit::NotStarted(why) => format!("could not be started: {why}"),
        Exit::Stopped => "was stopped".to_owned(),
    }
}

/// The beginning of a commit's name.
pub fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
