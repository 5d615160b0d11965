//! Workflows that start others: `workflow/unknown-worker`, `dispatch-cycle`, `no-limit`, `no-timeout`,
//! `worker-dispatches`, `no-output`.

use super::way_back;
use crate::PathId;
use crate::diagnostics::near::meant_words;
use crate::diagnostics::{Context, Report};
use crate::path;
use crate::resolve;
use crate::target::{Base, Target, WORKFLOW_ENDINGS, understand};
use crate::workflows::{self, Inputs, Start, Taken};
use crate::world::World;
use segue_catalog::{Kind, Severity};
use segue_syntax::yaml::{Map, Node};
use segue_syntax::{Span, yaml};

pub(super) fn check(context: &mut Context<'_>, map: &Map) {
    let starts = workflows::starts(map);
    for start in &starts {
        granted(context, start);
    }
    named(context, &starts);
    given(context);
    // How often and how long is said by who imports it.
    if super::is_part(context) {
        return;
    }
    let circular = starts.iter().any(|start| cycle(context, start));
    let starters = starters(context.world, context.id);
    if let Some(first) = starts.first() {
        limit(context, map, first);
        if let Some((by, span)) = starters.first().filter(|_| !circular) {
            let message = format!(
                "This workflow is started by `{}` and starts others itself: workers do one thing, and deep chains are \
                 hard to follow.",
                name_of(context.world, *by)
            );
            let report = Report::new("workflow/worker-dispatches", first.output.key.span, message);
            context.send(report.related(context.world.path(*by), *span, "started here"));
        }
    }
    if !starts.is_empty() || !starters.is_empty() {
        timeout(context, map, starters.first());
    }
    if let Some(by) = starters.first() {
        output(context, map, by);
    }
}

fn name_of(world: &World, id: PathId) -> String {
    crate::names::stem(&world.path(id)).to_owned()
}

/// What a name leads to.
enum Worker {
    /// An agentic workflow.
    Agentic(PathId),
    /// A workflow of GitHub Actions, or what `gh aw` made of one.
    Actions(String),
    /// A file that is no workflow, or one that is not known.
    Other,
    Missing,
}

fn worker(world: &World, from: &str, name: &str) -> Option<Worker> {
    let Target::Path { candidates, .. } = understand(name, from, Base::Worker) else { return None };
    let Some(there) = resolve::there(world, &candidates) else { return Some(Worker::Missing) };
    let state = world.file_at(&there.path);
    Some(match state {
        Some((id, state)) if state.kind == Some(Kind::Workflow) => Worker::Agentic(id),
        _ if there.path.ends_with(".yml") || there.path.ends_with(".yaml") => Worker::Actions(there.path),
        _ => Worker::Other,
    })
}

fn header(world: &World, id: PathId) -> Option<&Map> {
    world.file(id)?.facts()?.header.yaml.map()
}

/// Whether a worker takes an event, with which inputs.
fn taken(world: &World, worker: &Worker, event: &str) -> Taken {
    match worker {
        Worker::Agentic(id) => header(world, *id).map_or(Taken::Unknown, |map| workflows::takes(map, event)),
        Worker::Actions(path) => {
            let Some(text) = world.read_inside(path) else { return Taken::Unknown };
            let read = yaml::parse(&text, Span::new(0, text.len()));
            let map = read.map().filter(|_| read.errors.is_empty());
            map.map_or(Taken::Unknown, |map| workflows::takes(map, event))
        }
        Worker::Other | Worker::Missing => Taken::Unknown,
    }
}

/// A worker in the header: it has to be there and to take the event.
fn granted(context: &mut Context<'_>, start: &Start<'_>) {
    let Some(found) = worker(context.world, &context.path, start.name) else { return };
    let span = start.node.inner_span();
    if matches!(found, Worker::Missing) {
        let others = siblings(context);
        let near = meant_words(start.name, others.iter().map(String::as_str));
        let mut message =
            format!("There is no workflow `{}` beside this one: `gh aw compile` stops here.", start.name);
        if let Some(near) = near {
            message += &format!(" Did you mean `{near}`?");
        }
        // Where no workflow of GitHub Actions is, it may have been left out of the checkout.
        let whole = near.is_some() || has_actions(context);
        let mut report = Report::new("workflow/unknown-worker", span, message).severity(if whole {
            Severity::Error
        } else {
            Severity::Hint
        });
        if let Some(near) = near {
            report = report.offered_fix(format!("Write `{near}`"), span, near);
        }
        context.send(report);
    } else if taken(context.world, &found, start.event) == Taken::No {
        let message = format!("`{}` does not take `{}`: nothing can start it so.", start.name, start.event);
        let mut report = Report::new("workflow/unknown-worker", span, message);
        if let Worker::Agentic(id) = found
            && let Some(on) = header(context.world, id).and_then(|map| map.get("on"))
        {
            report = report.related(context.world.path(id), on.key.span, "its events");
        }
        context.send(report);
    }
}

/// Whether some file beside this one is a workflow of GitHub Actions: what `gh aw compile` makes of this
/// one at least.
fn has_actions(context: &Context<'_>) -> bool {
    let mut found = false;
    context.world.each_child(path::parent(&context.path), |name, is_folder| {
        found |= !is_folder && (name.ends_with(".yml") || name.ends_with(".yaml"));
    });
    found
}

/// The names of the workflows beside this one.
fn siblings(context: &Context<'_>) -> Vec<String> {
    let mut names = Vec::new();
    context.world.each_child(path::parent(&context.path), |name, is_folder| {
        let stem = WORKFLOW_ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
        if let Some(stem) = stem.filter(|_| !is_folder && !name.eq_ignore_ascii_case("README.md")) {
            names.push(stem.to_owned());
        }
    });
    names.sort();
    names.dedup();
    names
}

/// Workers that the body tells the agent to dispatch: the header has to grant them.
fn named(context: &mut Context<'_>, starts: &[Start<'_>]) {
    let Some(body) = &context.state.workflow else { return };
    let own = crate::names::stem(&context.path).to_owned();
    for (name, span) in &body.named {
        if **name == *own || starts.iter().any(|start| *start.name == **name) {
            continue;
        }
        let found = worker(context.world, &context.path, name);
        let is_worker = matches!(&found, Some(found @ Worker::Agentic(_))
            if matches!(taken(context.world, found, "workflow_dispatch"), Taken::Yes(_)));
        if !is_worker {
            continue;
        }
        let (message, severity) = if starts.is_empty() {
            (
                format!(
                    "The header lets the agent start no workflow: `{name}` needs `dispatch-workflow` below `safe-outputs`."
                ),
                Severity::Hint,
            )
        } else {
            (
                format!("`{name}` is not among the workflows that the header lets the agent start."),
                Severity::Warning,
            )
        };
        let mut report = Report::new("workflow/unknown-worker", *span, message).severity(severity);
        if let Some(first) = starts.first() {
            report = report.related(context.path.clone(), first.output.key.span, "what it may start");
        }
        context.send(report);
    }
}

/// Inputs in examples of the body: the worker has to ask for them, and what it needs must be given.
fn given(context: &mut Context<'_>) {
    let Some(body) = &context.state.workflow else { return };
    for given in &body.given {
        let Some(found) = worker(context.world, &context.path, &given.worker) else { continue };
        let Taken::Yes(Inputs { names }) = taken(context.world, &found, "workflow_dispatch") else {
            continue;
        };
        for (name, span) in &given.inputs {
            if names.iter().any(|(own, _)| own == name) {
                continue;
            }
            let near = meant_words(name, names.iter().map(|(own, _)| &**own));
            let mut message = format!("`{}` has no input `{name}`: the start is refused.", given.worker);
            if let Some(near) = near {
                message += &format!(" Did you mean `{near}`?");
            }
            let mut report =
                Report::new("workflow/unknown-worker", *span, message).severity(Severity::Warning);
            if let Some(near) = near {
                report = report.offered_fix(format!("Write `{near}`"), *span, near);
            }
            context.send(report);
        }
        let lacks =
            |(name, needed): &&(Box<str>, bool)| *needed && !given.inputs.iter().any(|(own, _)| own == name);
        let missing: Vec<String> = names.iter().filter(lacks).map(|(name, _)| format!("`{name}`")).collect();
        if given.complete && !missing.is_empty() {
            let message = format!("`{}` needs {} and is not given it.", given.worker, missing.join(" and "));
            let report = Report::new("workflow/unknown-worker", given.span, message);
            context.send(report.severity(Severity::Warning));
        }
    }
}

/// Reports where a start leads back here; true where it does.
fn cycle(context: &mut Context<'_>, start: &Start<'_>) -> bool {
    let world = context.world;
    let Some(Worker::Agentic(first)) = worker(world, &context.path, start.name) else { return false };
    let Some(way) = way_back(first, context.id, |id| started(world, id)) else { return false };
    let names: Vec<String> =
        [context.id].iter().chain(&way).map(|id| format!("`{}`", name_of(world, *id))).collect();
    let message = if way.len() == 1 {
        "A workflow that starts itself never comes to an end.".to_owned()
    } else {
        format!("These workflows start each other and never come to an end: {}.", names.join(" → "))
    };
    let mut report = Report::new("workflow/dispatch-cycle", start.node.inner_span(), message);
    for id in way.iter().filter(|id| **id != context.id) {
        if let Some(next) = header(world, *id).and_then(|map| workflows::starts(map).first().copied()) {
            report = report.related(world.path(*id), next.node.inner_span(), "goes on from here");
        }
    }
    context.send(report);
    true
}

/// The agentic workflows that one starts.
fn started(world: &World, id: PathId) -> Vec<PathId> {
    let from = world.path(id);
    let starts = header(world, id).map(workflows::starts).unwrap_or_default();
    let agentic = starts.iter().filter_map(|start| match worker(world, &from, start.name) {
        Some(Worker::Agentic(next)) => Some(next),
        _ => None,
    });
    agentic.collect()
}

/// The workflows that start this one, and where each says so.
fn starters(world: &World, id: PathId) -> Vec<(PathId, Span)> {
    let is_it = |from: &str, start: &Start<'_>| matches!(worker(world, from, start.name), Some(Worker::Agentic(own)) if own == id);
    let mut found: Vec<(PathId, Span)> = Vec::new();
    for other in world.referrers(id).iter().copied().filter(|other| *other != id) {
        let is_workflow = world.file(other).is_some_and(|state| state.kind == Some(Kind::Workflow));
        let Some(map) = header(world, other).filter(|_| is_workflow) else { continue };
        let from = world.path(other);
        let own = workflows::starts(map).into_iter().find(|start| is_it(&from, start));
        found.extend(own.map(|start| (other, start.node.inner_span())));
    }
    found.sort_by_cached_key(|(other, _)| world.path(*other));
    found
}

/// How many runs a run may start has to be said: by `max`, or by a group of runs that wait for each other.
fn limit(context: &mut Context<'_>, map: &Map, first: &Start<'_>) {
    let output = first.output.value.as_ref().and_then(Node::as_map);
    let has_max = output.is_some_and(|output| output.get("max").is_some());
    if has_max || first.event != "workflow_dispatch" || map.get("concurrency").is_some() {
        return;
    }
    let message = "Nothing in this file says how many workers a run may start: write `max` here, or `concurrency` at the top.";
    context.send(Report::new("workflow/no-limit", first.output.key.span, message));
}

/// Who starts others, and who is started, has to end by itself.
fn timeout(context: &mut Context<'_>, map: &Map, starter: Option<&(PathId, Span)>) {
    if map.get("timeout-minutes").is_some() || map.get("timeout_minutes").is_some() {
        return;
    }
    let Some(on) = map.get("on") else { return };
    let who = if starter.is_some() { "A worker" } else { "A workflow that starts others" };
    let message = format!("{who} has to end by itself: say `timeout-minutes`.");
    let mut report = Report::new("workflow/no-timeout", on.key.span, message);
    if let Some((by, span)) = starter {
        report = report.related(context.world.path(*by), *span, "started here");
    }
    context.send(report);
}

/// A worker whose work nobody sees.
fn output(context: &mut Context<'_>, map: &Map, by: &(PathId, Span)) {
    // An import may bring outputs along, and steps of its own may write without them.
    let other_ways = ["imports", "post-steps", "jobs"].iter().any(|key| map.get(key).is_some());
    let outputs = map.value("safe-outputs").and_then(Node::as_map);
    let has_one = outputs.is_some_and(|outputs| !outputs.entries.is_empty());
    let includes = context.facts.tokens.iter().any(|token| {
        use segue_syntax::facts::TokenKind;
        matches!(token.kind, TokenKind::Include | TokenKind::OptionalInclude)
    });
    let Some(on) = map.get("on").filter(|_| !other_ways && !has_one && !includes) else { return };
    let message = format!(
        "`{}` starts this worker, and it has no `safe-outputs`: nobody sees how it ended.",
        name_of(context.world, by.0)
    );
    let report = Report::new("workflow/no-output", on.key.span, message);
    context.send(report.related(context.world.path(by.0), by.1, "started here"));
}
