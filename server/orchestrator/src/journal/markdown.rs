//! A run for people: a Markdown report of what was done, by whom, at whose word, and at which cost.

use crate::event::{Answer, Event, GateKind, Record};
use crate::facts::{TaskFacts, TaskId};
use crate::state::{Attempt, Gate, Leftover, Outcome, State, Status, TaskState};
use crate::time::{duration, utc};
use crate::variants::tried;
use std::fmt::Write;

/// The report of a run.
#[must_use]
pub fn markdown(records: &[Record]) -> String {
    let state = State::fold(records);
    let mut page = String::new();
    let title = if state.facts.title.is_empty() { "A run" } else { state.facts.title.as_str() };
    let _ = writeln!(page, "# {}\n", line(title));
    head(&mut page, &state);
    tasks(&mut page, &state);
    waves(&mut page, &state);
    for (facts, task) in state.all().filter(|(_, task)| !task.attempts.is_empty()) {
        attempts(&mut page, &state, facts, task);
    }
    gates(&mut page, &state);
    questions(&mut page, &state);
    lessons(&mut page, &state);
    notes(&mut page, records);
    page
}

/// A text in one line of a page.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text within a cell of a table.
fn cell(text: &str) -> String {
    line(text).replace('|', "\\|")
}

/// Code that may hold backticks itself.
fn code(text: &str) -> String {
    let text = line(text);
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn head(page: &mut String, state: &State) {
    let Some(created) = &state.created else { return };
    let phase = state.phase.map_or("", |phase| phase.name());
    let _ = writeln!(page, "- Run: {}, {}", code(&created.run), phase.replace('_', " "));
    let _ = writeln!(page, "- Plan: {} at {}", code(&created.plan), code(&created.base));
    let _ = writeln!(page, "- Begun: {} by {}", utc(state.began), created.by);
    let _ = writeln!(
        page,
        "- Time: {}; in attempts {}",
        duration(state.at.since(state.began)),
        duration(state.attempts_time(state.at))
    );
    let used = state.used;
    if used.input + used.output > 0 {
        let _ = writeln!(page, "- Tokens: {} read, {} written", used.input, used.output);
    }
    if used.micros > 0 {
        let _ = writeln!(page, "- Cost, as the agents report it: {}", cost(used.micros));
    }
    page.push('\n');
}

/// An amount of money, as the agents report it.
#[must_use]
pub fn cost(micros: u64) -> String {
    format!("{}.{:02}", micros / 1_000_000, micros / 10_000 % 100)
}

/// The word for how a task stands.
#[must_use]
pub fn status_word(status: &Status) -> &'static str {
    match status {
        Status::Queued => "queued",
        Status::Working => "working",
        Status::Failing => "failed, to be decided",
        Status::Accepted { .. } => "waits to be merged",
        Status::Merging { .. } => "is being merged",
        Status::Done { proved: true } => "done",
        Status::Done { proved: false } => "done, unproved",
        Status::Choosing { .. } => "waits for a choice",
        Status::Chosen => "chosen",
        Status::Unchosen => "not chosen",
        Status::NeedsReplan { .. } => "waits for another plan",
        Status::Escalated { .. } => "failed",
        Status::Skipped { .. } => "skipped",
        Status::Cancelled => "cancelled",
    }
}

fn why(status: &Status) -> String {
    match status {
        Status::Escalated { reason } | Status::NeedsReplan { reason } => reason.clone(),
        Status::Skipped { because } => format!("{because} is not done"),
        _ => String::new(),
    }
}

fn tasks(page: &mut String, state: &State) {
    page.push_str("## Tasks\n\n| task | wave | state | attempts | files | + | − | time |\n|---|---|---|---|---|---|---|---|\n");
    for (facts, task) in state.all() {
        let diff = state.last_attempt_of(facts, task).map(|attempt| attempt.diff.clone()).unwrap_or_default();
        let time = state.time_of(facts, task);
        let _ = writeln!(
            page,
            "| {} {} | {} | {} | {} | {} | {} | {} | {} |",
            code(&facts.id.0),
            cell(&facts.title),
            facts.wave,
            status_word(&task.status),
            task.attempts.len(),
            diff.files.len(),
            diff.added,
            diff.removed,
            duration(time),
        );
    }
    page.push('\n');
}

/// The waves as a flowchart; tasks that are not done are dashed.
fn waves(page: &mut String, state: &State) {
    page.push_str("## Waves\n\n```mermaid\nflowchart LR\n");
    for wave in 1..=state.facts.last_wave() {
        let all = state.without_variants().enumerate();
        let mut of_wave = all.filter(|(_, (facts, _))| facts.wave == wave).peekable();
        if of_wave.peek().is_none() {
            continue;
        }
        let _ = writeln!(page, "  subgraph wave{wave}[\"Wave {wave}\"]");
        for (place, (facts, _)) in of_wave {
            let _ = writeln!(page, "    t{place}[\"{}\"]", segue_plan::in_mermaid(&facts.id.0));
        }
        page.push_str("  end\n");
    }
    let place_of = |id: &TaskId| state.facts.without_variants().position(|task| task.id == *id);
    for (place, facts) in state.facts.without_variants().enumerate() {
        for other in facts.before.iter().filter_map(place_of) {
            let _ = writeln!(page, "  t{other} --> t{place}");
        }
    }
    let is_open = |task: &TaskState| !matches!(task.status, Status::Done { .. });
    let open = state.without_variants().map(|(_, task)| task).enumerate().filter(|(_, task)| is_open(task));
    let open: Vec<String> = open.map(|(place, _)| format!("t{place}")).collect();
    if !open.is_empty() {
        let _ = writeln!(page, "  classDef open stroke-dasharray:4 3\n  class {} open", open.join(","));
    }
    page.push_str("```\n\n");
}

fn attempts(page: &mut String, state: &State, facts: &TaskFacts, task: &TaskState) {
    let _ = writeln!(page, "## {}\n\n{}\n", code(&facts.id.0), cell(&facts.title));
    let why = why(&task.status);
    if !why.is_empty() {
        let _ = writeln!(page, "{}: {}\n", status_word(&task.status), line(&why));
    }
    for attempt in &task.attempts {
        one_attempt(page, attempt);
    }
    for own in tried(state, &facts.id) {
        let _ = writeln!(page, "- Variant {}", line(&own.line(state)));
    }
    if let Leftover::Removed(kept) = &task.leftover {
        for patch in kept.iter().filter_map(|one| one.patch.as_ref()) {
            let _ = writeln!(page, "- What it changed is kept in {}", code(patch));
        }
    }
    page.push('\n');
}

fn one_attempt(page: &mut String, attempt: &Attempt) {
    let model = attempt.model.as_ref().map(|model| format!(" with {}", code(model))).unwrap_or_default();
    let how = match &attempt.outcome {
        None => "under way".to_owned(),
        Some(Outcome::Accepted) => "holds".to_owned(),
        Some(Outcome::Failed { class, evidence }) => {
            format!("{}: {}", class.name().replace('_', " "), line(&evidence.summary))
        }
        Some(Outcome::Interrupted) => "interrupted".to_owned(),
        Some(Outcome::Stopped) => "stopped".to_owned(),
    };
    let _ = writeln!(
        page,
        "- Attempt {} by {}{model}, {}: {how}",
        attempt.number,
        code(&attempt.agent),
        duration(attempt.worked)
    );
    if let Some(Outcome::Failed { evidence, .. }) = &attempt.outcome {
        block(page, &evidence.detail);
    }
    if let Some(branch) = &attempt.branch {
        let commit =
            attempt.commit.as_ref().map(|commit| format!(" at {}", code(commit))).unwrap_or_default();
        let _ = writeln!(page, "  - Branch: {}{commit}", code(branch));
    }
    let mut lines = attempt.diff.lines.iter();
    for file in &attempt.diff.files {
        let lines = match lines.next() {
            Some(Some((added, removed))) => format!(", +{added} −{removed}"),
            Some(None) => ", binary".to_owned(),
            None => String::new(),
        };
        let _ = writeln!(page, "  - Changed: {}{lines}", code(file));
    }
    for check in &attempt.checks {
        let word = if check.passed() { "passed" } else { "failed" };
        let _ = writeln!(page, "  - {} {word} in {}", code(&check.command), duration(check.millis));
    }
    if let Some(report) = attempt.end.as_ref().and_then(|end| end.report.as_ref()) {
        for (label, text) in [("Summary", &report.summary), ("Tests", &report.tests)] {
            if !text.is_empty() {
                let _ = writeln!(page, "  - {label}: {}", line(text));
            }
        }
    }
}

/// A text of several lines as code within a list. Its fence is longer than any that stands in it.
fn block(page: &mut String, text: &str) {
    if text.trim().is_empty() {
        return;
    }
    let longest = text.split(|sign| sign != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = writeln!(page, "\n  {fence}text");
    for line in text.trim_end().lines() {
        let _ = writeln!(page, "  {line}");
    }
    let _ = writeln!(page, "  {fence}\n");
}

/// The words for what a gate decides.
#[must_use]
pub fn gate_words(kind: &GateKind) -> String {
    match kind {
        GateKind::Launch => "launch".to_owned(),
        GateKind::Start => "before the start".to_owned(),
        GateKind::Review { verdict } => format!("plan review: {}", verdict.name()),
        GateKind::Plan => "revised plan".to_owned(),
        GateKind::List => "changed list".to_owned(),
        GateKind::Preflight { wave } => format!("before wave {wave}"),
        GateKind::Destructive { task } => format!("destructive task {task}"),
        GateKind::Planning { task } => format!("plan of {task}"),
        GateKind::Integration { wave } => format!("integration of wave {wave}"),
        GateKind::Wave { wave } => format!("after wave {wave}"),
        GateKind::Completion => "completion".to_owned(),
    }
}

fn gates(page: &mut String, state: &State) {
    if state.gates.is_empty() {
        return;
    }
    page.push_str("## Gates\n\n| gate | asked | answer | by | at |\n|---|---|---|---|---|\n");
    for gate in &state.gates {
        let (answer, by, at) = answer(gate);
        let what = cell(&gate_words(&gate.opened.kind));
        let _ = writeln!(page, "| {what} | {} | {answer} | {by} | {at} |", utc(gate.at));
    }
    page.push('\n');
}

fn answer(gate: &Gate) -> (String, String, String) {
    match &gate.answer {
        None if gate.withdrawn => ("withdrawn".to_owned(), String::new(), String::new()),
        None => ("open".to_owned(), String::new(), String::new()),
        Some(own) => {
            let word = if own.answer == Answer::Approve { "approved" } else { "rejected" };
            let note = own.note.as_ref().map(|note| format!(": {}", cell(note))).unwrap_or_default();
            (format!("{word}{note}"), cell(&own.by.to_string()), utc(own.at))
        }
    }
}

fn questions(page: &mut String, state: &State) {
    if state.questions.is_empty() {
        return;
    }
    page.push_str("## Questions\n\n");
    for question in &state.questions {
        let asked = &question.asked;
        let answer = match &question.answer {
            Some((answer, by, _)) => format!("{} ({by})", line(answer)),
            None => "no answer".to_owned(),
        };
        let _ = writeln!(page, "- {}: {} — {answer}", code(&asked.key.to_string()), line(&asked.text));
    }
    page.push('\n');
}

/// What agents learnt, also those that failed.
fn lessons(page: &mut String, state: &State) {
    if state.lessons.is_empty() {
        return;
    }
    page.push_str("## Lessons\n\n");
    for lesson in &state.lessons {
        let failed = if state.has_failed(&lesson.key) { ", which failed" } else { "" };
        let _ = writeln!(page, "- {}{failed}: {}", code(&lesson.key.to_string()), lesson.text);
    }
    let run = state.created.as_ref().map(|created| created.run.as_str()).unwrap_or_default();
    let _ = writeln!(page, "\n`segue runs lessons {run}` proposes them for the files that the plan links.\n");
}

fn notes(page: &mut String, records: &[Record]) {
    let noted = records.iter().filter_map(|record| match &record.event {
        Event::Noted { text, .. } => Some((record.at, text)),
        _ => None,
    });
    let noted: Vec<_> = noted.collect();
    if !noted.is_empty() {
        page.push_str("## Notes\n\n");
        for (at, text) in noted {
            let _ = writeln!(page, "- {}: {}", utc(at), line(text));
        }
    }
}
