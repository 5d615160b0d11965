//! Names in the header of an agentic workflow: parts that it may import, workflows that it may start.

use super::context::Context;
use super::write::Value;
use super::{Piece, Proposal, ProposalKind};
use crate::features::about::About;
use crate::target::workflows_folder;
use crate::workflows::{self, Taken};
use crate::{names, path};
use segue_catalog::Kind;
use segue_syntax::Span;

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

/// What the body may say: parts behind `{{#import`, workflows where it speaks of dispatching, and the inputs
/// of the one that a command starts.
pub(super) fn in_body(context: &Context<'_>, line: &str) -> Option<Vec<Proposal>> {
    if context.kind != Kind::Workflow {
        return None;
    }
    let (values, typed) = wanted(context, line)?;
    let rest = context.text.get(context.offset..).unwrap_or_default();
    let belongs = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let behind: usize = rest.chars().take_while(belongs).map(char::len_utf8).sum();
    let start = context.offset - typed.len();
    let proposal = |value: Value| Proposal {
        filter: value.text.clone(),
        pieces: vec![Piece::Text(value.text.clone())],
        label: value.text,
        detail: value.detail,
        kind: value.kind,
        typed: Span::new(start, context.offset),
        whole: Span::new(start, context.offset + behind),
        also: None,
        about: value.about,
    };
    Some(values.into_iter().map(proposal).collect())
}

fn wanted<'l>(context: &Context<'_>, line: &'l str) -> Option<(Vec<Value>, &'l str)> {
    if let Some((_, inner)) = line.rsplit_once("{{#").filter(|(_, inner)| !inner.contains("}}")) {
        let rest = inner.strip_prefix("import")?;
        let rest = rest.strip_prefix('?').unwrap_or(rest);
        let typed = rest.trim_start_matches([':', ' ']);
        return (typed.len() < rest.len()).then(|| (parts(context), typed));
    }
    if let Some((_, rest)) = line.rsplit_once("gh workflow run ") {
        let Some((worker, fields)) = rest.split_once(' ') else {
            return Some((workers(context, "workflow_dispatch"), rest));
        };
        let (lead, typed) = fields.rsplit_once(' ').unwrap_or(("", fields));
        let flag = lead.split_whitespace().next_back()?;
        let is_field = matches!(flag, "-f" | "-F" | "--field" | "--raw-field") && !typed.contains('=');
        return is_field.then(|| (inputs(context, worker), typed));
    }
    let speaks = line.to_ascii_lowercase().contains("dispatch") && !line.trim_start().starts_with("```");
    let (before, typed) = line.rsplit_once('`')?;
    let is_open = before.matches('`').count() % 2 == 0;
    (is_open && speaks).then(|| (workers(context, "workflow_dispatch"), typed))
}

/// The inputs of the agentic workflow of that name.
fn inputs(context: &Context<'_>, worker: &str) -> Vec<Value> {
    let folder = workflows_folder(context.path).unwrap_or_else(|| path::parent(context.path));
    let stem = worker.trim_end_matches(".yml").trim_end_matches(".lock").trim_end_matches(".md");
    let state = context.world.file_at(&format!("{folder}/{stem}.md")).map(|(_, state)| state);
    let map = state.and_then(|state| state.facts()).and_then(|facts| facts.header.yaml.map());
    let Some(Taken::Yes(asked)) = map.map(|map| workflows::takes(map, "workflow_dispatch")) else {
        return Vec::new();
    };
    let named = asked.names.into_iter().map(|(name, needed)| Value {
        text: format!("{name}="),
        kind: ProposalKind::Variable,
        detail: needed.then(|| "needed".to_owned()),
        about: None,
    });
    named.collect()
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
