//! How runs stand, beside the text of their plans: a lens at the title, a hint at each task.

use super::verbs::SHOW;
use super::{Faces, Watched};
use crate::convert::position::Places;
use segue_analysis::World;
use segue_analysis::features::tasks::launch;
use segue_orchestrator::facts::TaskId;
use segue_runs::follow::Seen;
use segue_runs::open::{session_word, word};
use segue_runs::value;
use segue_syntax::Span;
use serde_json::json;
use std::path::Path;
use tower_lsp::gen_lsp_types as lsp;

/// The most runs that a title tells of.
const MOST: usize = 3;

/// The lenses at the title of a plan: one a run, the newest first.
pub fn lenses(runs: &Faces, world: &World, path: &str, file: &Path, places: &Places) -> Vec<lsp::CodeLens> {
    let title = launch::title(world, path);
    let (Some(title), Some((watched, seen))) = (title, runs.of_plan(file)) else { return Vec::new() };
    let lens = |own: &Seen| lsp::CodeLens {
        range: places.range(title),
        command: Some(of_run(&watched, own)),
        data: None,
    };
    seen.iter().take(MOST).map(lens).collect()
}

fn of_run(watched: &Watched, seen: &Seen) -> lsp::Command {
    let state = &seen.state;
    let words = word(state, seen.owned).replace('-', " ");
    let title = format!("{}: {words}, {} of {} tasks", seen.run, value::done(state), value::total(state));
    lsp::Command {
        title,
        command: SHOW.to_owned(),
        arguments: Some(vec![json!({ "run": seen.run, "folder": watched.folder })]),
        ..lsp::Command::default()
    }
}

/// The hints at the tasks of a plan that `range` touches: how each stands in the newest run.
pub fn hints(
    runs: &Faces,
    world: &World,
    path: &str,
    file: &Path,
    range: Span,
    places: &Places,
) -> Vec<lsp::InlayHint> {
    let Some((_, seen)) = runs.of_plan(file) else { return Vec::new() };
    let Some(newest) = seen.first() else { return Vec::new() };
    let heads = launch::heads(world, path).into_iter();
    let hint = |(head, id): (Span, String)| {
        let id = TaskId(id);
        let (facts, task) = newest.state.all().find(|(facts, _)| facts.id == id)?;
        let mut label = session_word(&newest.state, facts, task, newest.owned).to_owned();
        if let Some(diff) = task.current().map(|own| &own.diff).filter(|diff| diff.added + diff.removed > 0) {
            label += &format!(" +{} −{}", diff.added, diff.removed);
        }
        Some(lsp::InlayHint {
            position: places.position(head.end),
            label: lsp::Label::String(label),
            kind: None,
            text_edits: None,
            tooltip: Some(lsp::Tooltip::String(format!("In the run {}.", newest.run))),
            padding_left: Some(true),
            padding_right: None,
            data: None,
        })
    };
    heads.filter(|(head, _)| head.start <= range.end && range.start <= head.end).filter_map(hint).collect()
}
