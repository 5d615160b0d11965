//! ControlFlow's plans in JSON (`*.plan.json` with `phases`).

use super::names::{self, Names};
use super::page::range;
use super::shared;
use segue_plan::{
    Action, Contract, Dependency, Diagram, FailureExpectation, File, Impact, Plan, Risk, Stated, Task, Tier,
    Unread,
};
use segue_syntax::Lines;
use segue_syntax::json::Document;
use segue_syntax::yaml::{Map, Node};

/// Reads a document. `text` is what its spans count in.
pub(super) fn read(document: &Document, text_of_file: &str) -> Plan {
    let syntax_error = document.error.clone().map(|(span, reason)| Stated::new(reason, range(span)));
    let mut plan = Plan { format: super::JSON_FORMAT, syntax_error, ..Plan::default() };
    let Some(root) = document.root.as_ref().and_then(Node::as_map) else { return plan };
    plan.title = text(root, "task_title").or_else(|| text(root, "title"));
    plan.status = text(root, "status");
    let unread = &mut plan.unread;
    plan.stated_tier =
        shared::parsed("complexity_tier", text(root, "complexity_tier"), Tier::from_name, unread);
    plan.confidence = shared::parsed("confidence", text(root, "confidence"), shared::confidence, unread);
    plan.tasks = maps(root, "phases").map(|(node, phase)| task(node, phase)).collect();
    let lines = Lines::of(text_of_file);
    for task in &mut plan.tasks {
        task.line = shared::line(lines.line_of(task.range.start as usize));
    }
    shared::mark_gated(&mut plan.tasks);
    resolve(root, &mut plan);
    plan.contracts = maps(root, "contracts")
        .map(|(node, map)| Contract {
            from: text(map, "from_phase"),
            to: text(map, "to_phase"),
            interface: text(map, "interface"),
            format: text(map, "format"),
            range: range(node.span),
        })
        .collect();
    plan.risks = maps(root, "risk_review").map(|(node, map)| risk(node, map, &mut plan.unread)).collect();
    plan.risks.extend(maps(root, "risks").filter_map(|(node, map)| {
        Some(Risk {
            category: text(map, "risk")?,
            disposition: text(map, "mitigation"),
            range: range(node.span),
            ..Risk::default()
        })
    }));
    plan.acceptance = texts(root, "success_criteria");
    plan.clarifications = shared::clarifications_in(text_of_file);
    plan.questions = maps(root, "open_questions").filter_map(|(_, map)| text(map, "question")).collect();
    plan.diagrams = maps(root, "diagrams")
        .filter_map(|(node, map)| Some(Diagram { kind: text(map, "type")?, range: range(node.span) }))
        .collect();
    plan
}

fn task(node: &Node, phase: &Map) -> Task {
    let id = phase
        .value("phase_id")
        .map(|id| Stated::new(id.as_str().unwrap_or_default().to_owned(), range(id.span)));
    let title = text(phase, "title").unwrap_or_default();
    let mut unread = Vec::new();
    let number = |text: &str| text.parse().ok().filter(|wave| *wave > 0);
    let wave = shared::parsed("wave", text(phase, "wave"), number, &mut unread);
    let files = maps(phase, "files").filter_map(|(_, file)| file_row(file, &mut unread)).collect();
    Task {
        id_is_stated: id.is_some(),
        id: id.unwrap_or_else(|| title.clone()),
        title,
        objective: text(phase, "objective"),
        agent: text(phase, "executor_agent"),
        wave,
        files,
        acceptance: texts(phase, "acceptance_criteria"),
        tests: texts(phase, "tests"),
        validation: texts(phase, "validation_commands"),
        gates: texts(phase, "quality_gates"),
        failures: maps(phase, "failure_expectations").filter_map(|(_, map)| failure(map)).collect(),
        steps: texts(phase, "steps"),
        read_only: phase.str("phase_type") == Some("read_only"),
        head: phase
            .get("phase_id")
            .or(phase.get("title"))
            .map_or(range(node.span), |entry| range(entry.span())),
        range: range(node.span),
        fields: phase.entries.iter().map(|entry| range(entry.key.span)).collect(),
        unread,
        ..Task::default()
    }
}

fn file_row(file: &Map, unread: &mut Vec<Unread>) -> Option<File> {
    let written = text(file, "path")?;
    let action = shared::parsed("action", text(file, "action"), Action::from_name, unread);
    let action = action.map(|action| action.value).unwrap_or_default();
    let path = Stated::new(super::paths::normal(&written), written.range);
    Some(File { path, action, is_stated: true })
}

fn failure(map: &Map) -> Option<FailureExpectation> {
    Some(FailureExpectation {
        scenario: text(map, "scenario")?,
        class: text(map, "classification"),
        mitigation: text(map, "mitigation"),
    })
}

fn risk(node: &Node, map: &Map, unread: &mut Vec<Unread>) -> Risk {
    Risk {
        category: text(map, "category").unwrap_or_default(),
        is_category: true,
        applicability: text(map, "applicability"),
        impact: shared::parsed("impact", text(map, "impact"), Impact::from_name, unread),
        evidence: text(map, "evidence_source"),
        disposition: text(map, "disposition"),
        range: range(node.span),
    }
}

/// Finds the phases that dependencies name.
fn resolve(root: &Map, plan: &mut Plan) {
    let mut known = Names::default();
    for (index, task) in plan.tasks.iter().enumerate() {
        known.add(&task.id, names::at(index));
    }
    for (task, (_, phase)) in plan.tasks.iter_mut().zip(maps(root, "phases")) {
        task.depends_on = texts(phase, "dependencies")
            .into_iter()
            .map(|written| {
                let on = known.get(&written).unwrap_or(0..0);
                Dependency::new(written, on)
            })
            .collect();
    }
}

fn stated(node: &Node) -> Option<Stated<String>> {
    Some(Stated::new(node.as_str()?.to_owned(), range(node.inner_span())))
}

fn text(map: &Map, key: &str) -> Option<Stated<String>> {
    stated(map.value(key)?)
}

fn texts(map: &Map, key: &str) -> Vec<Stated<String>> {
    let items = map.value(key).and_then(Node::as_seq).map(|seq| seq.items.as_slice()).unwrap_or_default();
    items.iter().filter_map(stated).collect()
}

fn maps<'m>(map: &'m Map, key: &str) -> impl Iterator<Item = (&'m Node, &'m Map)> + use<'m> {
    let items = map.value(key).and_then(Node::as_seq).map(|seq| seq.items.as_slice()).unwrap_or_default();
    items.iter().filter_map(|node| Some((node, node.as_map()?)))
}
