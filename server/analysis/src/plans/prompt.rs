//! `.prompt.md`: a plan of one task.

use super::fields;
use super::page::{Page, range};
use super::shared;
use crate::arguments;
use segue_plan::{GateAt, Input, Plan, Range, Stated, Task};
use segue_syntax::Span;
use segue_syntax::facts::TokenKind;
use segue_syntax::slug::slug_text;
use segue_syntax::yaml::{Map, Node};

/// A section in which the answer of a planning turn is approved.
const GATE: &[&str] =
    &["Human Validation Gate", "Human Validation", "Human Approval Gate", "Human Review Gate"];
const CRITERIA: &[&str] = &["Success Criteria", "Acceptance Criteria", "Validation Criteria"];

/// The most letters of a description that is a title too.
const LONGEST_TITLE: usize = 72;

pub(super) fn read(page: &Page<'_>) -> Plan {
    let facts = page.facts;
    let mut plan = Plan::default();
    if !facts.has_body {
        return plan;
    }
    let map = facts.header.yaml.map();
    let stem = crate::names::stem(page.path);
    let first = facts.first_line;
    let said = |key| map.and_then(|map| Some(stated(map.value(key)?))).filter(|text| !text.is_empty());
    let description = said("description");
    let short = description.clone().filter(|text| text.chars().count() <= LONGEST_TITLE);
    let by_file = || Stated::new(stem.to_owned(), range(first));
    let title = page.head().or_else(|| said("name")).or(short).unwrap_or_else(by_file);
    let body = Range { start: facts.header.body, end: facts.len };
    plan.title = Some(title.clone());
    plan.models = map.map(models).unwrap_or_default();
    plan.tools = map.and_then(|map| tools(map.value("tools")?));
    shared::head(page, 0..page.lines.len(), &mut plan);
    let line = page
        .lines
        .iter()
        .position(|line| line.span.start >= facts.header.body && !page.str(line.span).trim().is_empty());
    let line = line.unwrap_or_default();
    let agent = map.and_then(|map| map.value("agent").or_else(|| map.value("mode"))).map(stated);
    let mut acceptance = Vec::new();
    for section in page.called(CRITERIA) {
        let items = shared::outermost(page, section.body.clone());
        acceptance.extend(items.into_iter().map(|(_, item)| page.stated(item.text)));
    }
    plan.tasks.push(Task {
        id: Stated::new(slug_text(stem), range(first)),
        title,
        objective: description,
        // The mode in which VS Code's chat answers and changes nothing.
        read_only: agent.as_ref().is_some_and(|agent| agent.eq_ignore_ascii_case("ask")),
        agent: agent.filter(|agent| !agent.is_empty() && !fields::is_nothing(agent)),
        context: shared::links(page, body),
        acceptance,
        validation: std::mem::take(&mut plan.validation),
        line: shared::line(line),
        head: page.line(line).map(|line| range(page.trimmed(line))).unwrap_or_default(),
        range: page.block(line, page.lines.len()),
        ..Task::default()
    });
    plan.inputs = inputs(page);
    plan.gates = gates(page);
    plan.diagrams = shared::diagrams(page);
    plan.clarifications = shared::clarifications(page);
    plan
}

fn stated(node: &Node) -> Stated<String> {
    Stated::new(node.as_str().unwrap_or_default().trim().to_owned(), range(node.inner_span()))
}

/// `model:` is one name or several.
fn models(map: &Map) -> Vec<Stated<String>> {
    let Some(value) = map.value("model") else { return Vec::new() };
    let nodes: Vec<&Node> = value.as_seq().map_or_else(|| vec![value], |seq| seq.items.iter().collect());
    nodes.into_iter().map(stated).filter(|name| !name.is_empty()).collect()
}

fn tools(value: &Node) -> Option<Vec<String>> {
    let items = &value.as_seq()?.items;
    Some(items.iter().filter_map(Node::as_str).map(str::to_owned).collect())
}

/// `${input:name:placeholder}`, each name once; of a command of Claude Code what is typed after it.
fn inputs(page: &Page<'_>) -> Vec<Input> {
    if arguments::is_command(page.path) {
        return of_command(page).into_iter().collect();
    }
    let mut inputs: Vec<Input> = Vec::new();
    for token in page.facts.tokens.iter().filter(|token| token.kind == TokenKind::Variable) {
        let Some(rest) = token.name.strip_prefix("input:") else { continue };
        let (name, placeholder) = match rest.split_once(':') {
            Some((name, placeholder)) => (name, Some(placeholder.to_owned())),
            None => (rest, None),
        };
        if name.is_empty() || inputs.iter().any(|own| *own.name == name) {
            continue;
        }
        let start = token.name_span.start as usize + "input:".len();
        let span = Span::new(start, start + name.len());
        inputs.push(Input { name: Stated::new(name.to_owned(), range(span)), placeholder });
    }
    inputs
}

/// The arguments of a command, where it takes some: asked for at once, as they are typed.
fn of_command(page: &Page<'_>) -> Option<Input> {
    let facts = page.facts;
    if !arguments::asks(facts, page.str(Span { start: facts.header.body, end: facts.len })) {
        return None;
    }
    let hint = facts.header.yaml.map().and_then(|map| map.value("argument-hint"));
    // People write `[issue] [file]` without quotes, which is a list and something more: the line says it.
    let placeholder = hint.and_then(|hint| {
        let rest = page.str(Span { start: hint.span.start, end: facts.header.body });
        let line = rest.lines().next()?.trim();
        let bare = ['"', '\''].iter().find_map(|mark| line.strip_prefix(*mark)?.strip_suffix(*mark));
        Some(bare.unwrap_or(line).to_owned())
    });
    let token = facts.tokens.iter().find(|token| token.kind == TokenKind::Argument);
    let at = token.map_or(facts.first_line, |token| token.name_span);
    Some(Input { name: Stated::new(arguments::INPUT.to_owned(), range(at)), placeholder })
}

fn gates(page: &Page<'_>) -> Vec<segue_plan::Gate> {
    page.called(GATE).map(|section| shared::gate(page, section, GateAt::Planning)).collect()
}
