//! Names in the header of an agentic workflow: parts that it may import, workflows that it may start.

use super::ProposalKind;
use super::context::Context;
use super::write::Value;
use crate::features::about::About;
use crate::target::workflows_folder;
use crate::workflows::{self, Taken};
use crate::{names, path};
use segue_catalog::Kind;

/// How deep below the folder of workflows parts are looked for.
const DEEPEST: usize = 3;

/// At most so many parts are proposed.
const MOST_PARTS: usize = 200;

/// What the key of that name may say.
pub(super) fn named(context: &Context<'_>, key: &str) -> Vec<Value> {
    let (parent, last) = key.rsplit_once('.').unwrap_or(("", key));
    match (parent, last) {
        ("", "imports") | ("imports[]", "uses" | "path") | ("imports", "aw") => parts(context),
        ("safe-outputs", "dispatch-workflow") | ("safe-outputs.dispatch-workflow", "workflows") => {
            workers(context, "workflow_dispatch")
        }
        ("safe-outputs", "call-workflow") | ("safe-outputs.call-workflow", "workflows") => {
            workers(context, "workflow_call")
        }
        _ => Vec::new(),
    }
}

fn value(text: String, kind: ProposalKind, path: String) -> Value {
    Value { text, kind, detail: None, about: Some(About::Path(path)) }
}

/// Markdown in the folders below the workflow's own, and the agents beside it.
fn parts(context: &Context<'_>) -> Vec<Value> {
    let own = path::parent(context.path);
    let mut found = Vec::new();
    below(context, own, DEEPEST, &mut found);
    found.retain(|file| path::parent(file) != own);
    if let Some(top) = own.strip_suffix("workflows") {
        below(context, &format!("{top}agents"), 0, &mut found);
    }
    found.sort();
    found.truncate(MOST_PARTS);
    let written = |file: String| {
        let relative = path::relative(own, &file);
        let text = match file.strip_prefix(own) {
            Some(_) => relative.strip_prefix("./").unwrap_or(&relative).to_owned(),
            None => relative,
        };
        value(text, ProposalKind::File, file)
    };
    found.into_iter().map(written).collect()
}

fn below(context: &Context<'_>, folder: &str, deeper: usize, found: &mut Vec<String>) {
    let mut folders = Vec::new();
    context.world.each_child(folder, |name, is_folder| {
        let path = format!("{folder}/{name}");
        if is_folder {
            folders.push(path);
        } else if name.ends_with(".md") && !name.eq_ignore_ascii_case("README.md") && found.len() < MOST_PARTS
        {
            found.push(path);
        }
    });
    if deeper > 0 {
        folders.iter().for_each(|folder| below(context, folder, deeper - 1, found));
    }
}

/// The agentic workflows beside this one that take the event, or may.
fn workers(context: &Context<'_>, event: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let folder = workflows_folder(context.path).unwrap_or_else(|| path::parent(context.path));
    context.world.each_child(folder, |name, is_folder| {
        if !is_folder && name.ends_with(".md") {
            found.push(format!("{folder}/{name}"));
        }
    });
    found.sort();
    found.retain(|file| {
        let state = context.world.file_at(file).map(|(_, state)| state);
        let state = state.filter(|state| state.kind == Some(Kind::Workflow) && **file != *context.path);
        let map = state.and_then(|state| state.facts()).and_then(|facts| facts.header.yaml.map());
        map.is_some_and(|map| workflows::takes(map, event) != Taken::No)
    });
    let written = |file: String| value(names::stem(&file).to_owned(), ProposalKind::Value, file);
    found.into_iter().map(written).collect()
}
