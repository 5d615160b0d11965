//! Expressions in the body of an agentic workflow: those that the compiler lets through.

use super::context::Context;
use super::{Piece, Proposal, ProposalKind};
use crate::workflows::{self, Taken};
use segue_catalog::Kind;
use segue_syntax::Span;
use segue_syntax::yaml::{Map, Node};

/// What may stand behind `${{`; `None` where the line has no expression open at its end.
pub(super) fn propose(context: &Context<'_>, line: &str) -> Option<Vec<Proposal>> {
    if context.kind != Kind::Workflow {
        return None;
    }
    let inner = line.rsplit_once("${{").map(|(_, inner)| inner).filter(|inner| !inner.contains("}}"))?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | ']');
    let typed: usize = inner.chars().rev().take_while(|c| is_name(*c)).map(char::len_utf8).sum();
    let rest = context.text.get(context.offset..).unwrap_or_default();
    let behind: usize = rest.chars().take_while(|c| is_name(*c)).map(char::len_utf8).sum();
    let after = rest.get(behind..).and_then(|rest| rest.split(['\n', '\r']).next()).unwrap_or_default();
    let close = match after.find("}}") {
        Some(_) => "",
        None => " }}",
    };
    let open = if inner.is_empty() { " " } else { "" };
    let (start, end) = (context.offset - typed, context.offset + behind);
    let proposal = |(name, doc): (String, String)| Proposal {
        label: name.clone(),
        detail: Some(doc),
        kind: ProposalKind::Variable,
        filter: name.clone(),
        pieces: vec![Piece::Text(format!("{open}{name}{close}"))],
        typed: Span::new(start, context.offset),
        whole: Span::new(start, end),
        also: None,
        about: None,
    };
    Some(names(context).into_iter().map(proposal).collect())
}

/// All names with what they are, those of the events that start the workflow before the others.
fn names(context: &Context<'_>) -> Vec<(String, String)> {
    let map = context.facts.header.yaml.map();
    let mut found = own(map);
    let on = map.and_then(|map| map.value("on"));
    let starts = |event: &str| {
        let as_map = on.and_then(Node::as_map).is_some_and(|map| {
            map.get(event).is_some()
                || event == "issue" && map.entries.iter().any(|own| own.key.text.starts_with("issue"))
        });
        as_map
            || on
                .and_then(Node::as_str)
                .is_some_and(|own| own.trim_end_matches('s') == event.trim_end_matches('s'))
    };
    let known = context.catalog.expressions.iter().filter(|row| !row.refused && !row.name.ends_with('*'));
    let mut known: Vec<_> = known.collect();
    known.sort_by_key(|row| {
        let event = row.name.strip_prefix("github.event.").and_then(|rest| rest.split('.').next());
        event.is_some_and(|event| !starts(event))
    });
    found.push((
        "needs.activation.outputs.text".to_owned(),
        "The cleaned text of what started the run.".to_owned(),
    ));
    found.extend(known.into_iter().map(|row| (row.name.clone(), row.doc.clone())));
    found
}

/// Inputs that the header asks for, and outputs of its steps.
fn own(map: Option<&Map>) -> Vec<(String, String)> {
    let Some(map) = map else { return Vec::new() };
    let mut found = Vec::new();
    for event in ["workflow_dispatch", "workflow_call"] {
        if let Taken::Yes(inputs) = workflows::takes(map, event) {
            for (name, _) in inputs.names {
                let name = format!("inputs.{name}");
                if found.iter().all(|(own, _)| *own != name) {
                    found.push((name, "An input of this workflow.".to_owned()));
                }
            }
        }
    }
    let steps = map.value("steps").and_then(Node::as_seq).into_iter().flat_map(|seq| &seq.items);
    let ids = steps.filter_map(Node::as_map).filter_map(|step| step.str("id"));
    found.extend(ids.map(|id| (format!("steps.{id}.outputs."), "An output of this step.".to_owned())));
    found
}
