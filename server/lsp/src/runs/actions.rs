//! Code actions at the title of a plan and at its tasks: launch it, and while it runs what it needs.

use super::launch::{LAUNCH, REHEARSE, VARIANTS};
use super::lessons::LESSONS;
use super::verbs::SHOW;
use super::{Faces, Watched};
use crate::convert::from_lsp;
use crate::convert::to_lsp::Place;
use crate::convert::uri;
use crate::session::facts::ClientFacts;
use segue_analysis::features::tasks::launch::{Here, TaskHere, here};
use segue_orchestrator::facts::TaskId;
use segue_orchestrator::journal::gate_words;
use segue_orchestrator::state::Gate;
use segue_runs::follow::Seen;
use segue_runs::open::{unanswered, word};
use segue_runs::{post, visible};
use segue_syntax::Span;
use serde_json::{Value, json};
use tower_lsp::gen_lsp_types as lsp;

/// The kind of these actions.
const KIND: &str = "segue.run";

/// The most runs of a plan that have actions at its title.
const MOST_RUNS: usize = 3;

/// The most agents that are proposed to try the same task.
const MOST_AGENTS: usize = 4;

/// The actions at a place: of a plan and its runs; in prose those alone that answer with what is selected.
pub fn actions(
    runs: &Faces,
    place: &Place<'_>,
    range: Span,
    only: Option<&[lsp::CodeActionKind]>,
) -> Vec<lsp::CodeAction> {
    if !from_lsp::wants(only, KIND) || place.facts.untrusted || crate::self_test::withholds("runs") {
        return Vec::new();
    }
    let mut list = List { actions: Vec::new() };
    list.selected(runs, place, range);
    let Some(here) = here(&place.snapshot.world, place.path, range) else { return list.actions };
    let file = uri::real(&place.root.folder.join(place.path));
    let known = runs.of_plan(&file);
    if let Some((watched, seen)) = &known {
        for own in seen.iter().take(MOST_RUNS) {
            match &here.task {
                None => list.of_run(watched, own, place.facts),
                Some(task) => list.of_task(watched, own, &TaskId(task.id.clone()), place.facts),
            }
        }
    }
    let config = place.snapshot.world.config(place.path);
    let agents: Vec<&str> = config.agents.keys().map(String::as_str).collect();
    launches(&mut list, place.uri, &here, (!place.facts.asks).then_some(&agents));
    list.actions
}

/// `agents` are those of the settings, where nobody can be asked for one.
fn launches(list: &mut List, uri: &str, here: &Here, agents: Option<&Vec<&str>>) {
    match &here.task {
        Some(TaskHere { id, done: false, wave, of_wave }) => {
            list.add("Launch this task".to_owned(), LAUNCH, json!({ "uri": uri, "tasks": [id] }));
            if of_wave.len() > 1 {
                let title = format!("Launch its wave (wave {wave}, {} tasks)", of_wave.len());
                list.add(title, LAUNCH, json!({ "uri": uri, "tasks": of_wave }));
            }
            list.variants(json!({ "uri": uri, "tasks": [id] }), agents);
        }
        None if here.open > 0 => {
            let count = |count: usize, what: &str| match count {
                1 => format!("1 {what}"),
                count => format!("{count} {what}s"),
            };
            let title = match here.is_prompt {
                true => "Launch prompt".to_owned(),
                false => {
                    format!("Launch plan ({}, {})", count(here.open, "task"), count(here.waves, "wave"))
                }
            };
            list.add(title, LAUNCH, json!({ "uri": uri }));
            list.add("Rehearse".to_owned(), REHEARSE, json!({ "uri": uri }));
            if here.open == 1 {
                list.variants(json!({ "uri": uri }), agents);
            }
        }
        _ => {}
    }
}

/// The actions so far.
pub struct List {
    actions: Vec<lsp::CodeAction>,
}

impl List {
    /// One that executes a command.
    pub fn add(&mut self, title: String, command: &str, argument: Value) {
        let command = lsp::Command {
            title: title.clone(),
            command: command.to_owned(),
            arguments: Some(vec![argument]),
            ..lsp::Command::default()
        };
        let kind = Some(lsp::CodeActionKind::Custom(KIND.into()));
        self.actions.push(lsp::CodeAction {
            title,
            kind,
            command: Some(command),
            ..lsp::CodeAction::default()
        });
    }

    /// One task in variants: how many, or by whom, is asked, or said beforehand.
    fn variants(&mut self, argument: Value, agents: Option<&Vec<&str>>) {
        let Some(agents) = agents else {
            return self.add("Launch variants…".to_owned(), VARIANTS, argument);
        };
        for number in [2, 3] {
            let mut argument = argument.clone();
            argument["variants"] = number.into();
            self.add(format!("Launch {number} variants"), LAUNCH, argument);
        }
        if (2..=MOST_AGENTS).contains(&agents.len()) {
            let mut argument = argument;
            argument["variants"] = json!(agents);
            self.add(format!("Launch variants by {}", visible(&agents.join(", "))), LAUNCH, argument);
        }
    }

    /// What a run needs, then what can be done with it.
    fn of_run(&mut self, watched: &Watched, seen: &Seen, facts: &ClientFacts) {
        let (run, state) = (&seen.run, &seen.state);
        let to = |more: Value| {
            let mut to = json!({ "run": run, "folder": watched.folder });
            if let (Some(all), Some(more)) = (to.as_object_mut(), more.as_object()) {
                all.extend(more.clone());
            }
            to
        };
        if !state.is_over() {
            for gate in unanswered(state) {
                self.gate(watched, run, gate);
            }
        }
        for question in state.open_questions() {
            self.answers(watched, run, question, facts);
        }
        self.add(format!("Show run {run} ({})", word(state, seen.owned)), SHOW, to(json!({})));
        if !post::to_be_retried(state).is_empty() {
            self.add(format!("Retry what failed ({run})"), "segue.retry", to(json!({})));
        }
        if !state.lessons.is_empty() && facts.apply_edit {
            self.add(format!("Propose its lessons ({run})"), LESSONS, to(json!({})));
            if !facts.asks {
                self.add(format!("Add its lessons ({run})"), LESSONS, to(json!({ "yes": true })));
            }
        }
        if state.is_over() {
            self.add(format!("Merge run {run}"), "segue.merge", to(json!({})));
            self.add(format!("Discard run {run}"), "segue.discard", to(json!({})));
            if !facts.asks {
                let title = format!("Discard run {run}, and what is only there");
                self.add(title, "segue.discard", to(json!({ "yes": true })));
            }
            return;
        }
        if !seen.owned && !state.needs_a_person() {
            self.add(format!("Resume run {run}"), "segue.resume", to(json!({})));
        }
        self.add(format!("Cancel run {run}"), "segue.cancel", to(json!({})));
    }

    /// What a task of a run needs.
    fn of_task(&mut self, watched: &Watched, seen: &Seen, id: &TaskId, facts: &ClientFacts) {
        let (run, state) = (&seen.run, &seen.state);
        let Some(task) = state.task(id) else { return };
        let to = json!({ "run": run, "folder": watched.folder, "task": id.0 });
        // What its variants ask stands at its line too.
        let is_own = |task: &TaskId| state.facts.stated(task) == id;
        if !state.is_over() {
            for gate in unanswered(state).filter(|gate| gate.opened.kind.task().is_some_and(is_own)) {
                self.gate(watched, run, gate);
            }
        }
        for question in state.open_questions().filter(|own| is_own(&own.asked.key.task)) {
            self.answers(watched, run, question, facts);
        }
        if !task.attempts.is_empty() {
            self.add(format!("Show this task ({run})"), SHOW, to.clone());
        }
        if task.status.is_lost() {
            self.add(format!("Retry this task ({run})"), "segue.retry", to.clone());
        }
        if !state.is_over() && !task.status.is_over() {
            self.add(format!("Cancel this task ({run})"), "segue.cancel", to);
        }
    }

    /// A yes and a no to a gate.
    fn gate(&mut self, watched: &Watched, run: &str, gate: &Gate) {
        let words = visible(&gate_words(&gate.opened.kind));
        let argument = json!({ "run": run, "folder": watched.folder, "gate": gate.opened.gate });
        self.add(format!("Approve {words} ({run})"), "segue.approve", argument.clone());
        self.add(format!("Reject {words} ({run})"), "segue.reject", argument);
    }
}
