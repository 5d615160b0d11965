//! GitHub agentic workflows: what starts them, what they start, what they import, and what their bodies
//! say to who runs them.

mod body;
pub(crate) mod expressions;

pub(crate) use body::WorkflowBody;

use crate::written::What;
use segue_catalog::Kind;
use segue_syntax::Facts;
use segue_syntax::facts::HeaderShape;
use segue_syntax::yaml::{Entry, Map, Node, Value};

/// The outputs by which a workflow starts others, with the event that those must take.
const STARTING: &[(&str, &str)] =
    &[("dispatch-workflow", "workflow_dispatch"), ("call-workflow", "workflow_call")];

/// Words below `on` that stand for more than one event: `gh aw` adds `workflow_dispatch` to a schedule in
/// words and to a command.
const PLAIN_EVENTS: &[&str] = &["push", "pull_request", "issues", "issue_comment", "release", "discussion"];

/// A workflow that another one may start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start<'f> {
    /// Where it is named.
    pub node: &'f Node,
    /// What it is called.
    pub name: &'f str,
    /// The event by which it is started.
    pub event: &'static str,
    /// The output that grants it: `dispatch-workflow` or `call-workflow`.
    pub output: &'f Entry,
}

/// The workflows that a header grants, in its order.
#[must_use]
pub(crate) fn starts(map: &Map) -> Vec<Start<'_>> {
    let Some(outputs) = map.value("safe-outputs").and_then(Node::as_map) else { return Vec::new() };
    let mut found = Vec::new();
    for (key, event) in STARTING {
        let Some(output) = outputs.get(key) else { continue };
        let value = output.value.as_ref();
        let list = value.and_then(Node::as_map).map_or(value, |map| map.value("workflows"));
        for node in items(list) {
            if let Some(name) = node.as_str().map(str::trim).filter(|name| !name.is_empty()) {
                found.push(Start { node, name, event, output });
            }
        }
    }
    found
}

/// The items of a list, or the one scalar in its place.
fn items(node: Option<&Node>) -> impl Iterator<Item = &Node> {
    let (one, many) = match node.map(|node| &node.value) {
        Some(Value::Scalar(_)) => (node, None),
        Some(Value::Seq(seq)) => (None, Some(&seq.items)),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten())
}

/// What a workflow asks for when an event starts it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Inputs {
    /// Each input, and whether it must be given.
    pub names: Vec<(Box<str>, bool)>,
}

/// Whether an event starts a workflow, and with which inputs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Taken {
    /// It does.
    Yes(Inputs),
    /// It does not.
    No,
    /// The header does not tell.
    Unknown,
}

/// Whether `event` is among the triggers of a header, of an agentic workflow or of GitHub Actions.
#[must_use]
pub(crate) fn takes(map: &Map, event: &str) -> Taken {
    let Some(on) = map.value("on") else { return Taken::Unknown };
    match &on.value {
        Value::Scalar(scalar) => match scalar.text.trim() {
            own if own == event => Taken::Yes(Inputs::default()),
            own if PLAIN_EVENTS.contains(&own) => Taken::No,
            _ => Taken::Unknown,
        },
        Value::Seq(seq) => {
            let listed = seq.items.iter().any(|item| item.as_str().map(str::trim) == Some(event));
            if listed { Taken::Yes(Inputs::default()) } else { Taken::No }
        }
        Value::Map(events) => match events.get(event) {
            Some(entry) => Taken::Yes(inputs(entry)),
            // A schedule in words, and a command, bring `workflow_dispatch` along.
            None if ["schedule", "slash_command", "command", "label_command"]
                .iter()
                .any(|key| events.get(key).is_some()) =>
            {
                Taken::Unknown
            }
            None => Taken::No,
        },
    }
}

fn inputs(event: &Entry) -> Inputs {
    let map = event.value.as_ref().and_then(Node::as_map).and_then(|map| map.value("inputs"));
    let entries = map.and_then(Node::as_map).map(|map| map.entries.as_slice()).unwrap_or_default();
    let needed = |entry: &Entry| {
        let input = entry.value.as_ref().and_then(Node::as_map);
        input.is_some_and(|input| {
            input.value("required").and_then(Node::as_bool) == Some(true) && input.get("default").is_none()
        })
    };
    Inputs { names: entries.iter().map(|entry| (entry.key.text.clone(), needed(entry))).collect() }
}

/// The inputs that a header asks for, where each is named.
pub(crate) fn asked(map: &Map) -> Vec<(&Entry, &str)> {
    let on = map.value("on").and_then(Node::as_map);
    let of_event = |event: &str| on?.value(event)?.as_map()?.value("inputs")?.as_map();
    let events = STARTING.iter().filter_map(|(_, event)| of_event(event));
    events.flat_map(|inputs| &inputs.entries).map(|entry| (entry, &*entry.key.text)).collect()
}

/// The values of a header that lead to other files: imports, and workflows that are started.
#[must_use]
pub(crate) fn destinations(kind: Option<Kind>, facts: &Facts) -> Vec<(&Node, What)> {
    if kind != Some(Kind::Workflow) || facts.header.shape != HeaderShape::Closed {
        return Vec::new();
    }
    let Some(map) = facts.header.yaml.map() else { return Vec::new() };
    let parts = parts(map).into_iter().map(|node| (node, What::Part));
    parts.chain(starts(map).into_iter().map(|start| (start.node, What::Worker))).collect()
}

/// The values that name what is imported.
fn parts(map: &Map) -> Vec<&Node> {
    let imports = map.value("imports");
    let nested = imports.and_then(Node::as_map).and_then(|map| map.value("aw"));
    let mut found = Vec::new();
    for item in items(imports).chain(items(nested)) {
        match item.as_map() {
            Some(map) => found.extend(map.value("uses").or_else(|| map.value("path"))),
            None => found.push(item),
        }
    }
    found.retain(|node| node.as_scalar().is_some());
    found
}

/// What the rules about other workflows see of this one's header.
#[must_use]
pub(crate) fn seen(facts: &Facts) -> (Vec<Taken>, Vec<Box<str>>) {
    let Some(map) = facts.header.yaml.map() else { return Default::default() };
    let taken = STARTING.iter().map(|(_, event)| takes(map, event)).collect();
    (taken, starts(map).into_iter().map(|start| start.name.into()).collect())
}
