//! Plans: one reader a format, one model for all.
//!
//! A reader is a file here and a row in [`READERS`]. It takes a page (the lines of a file) and gives
//! the tasks it finds, each field with its range. Readers are tolerant: a half-written file gives
//! what it has, and a file without tasks gives a plan without tasks.

pub mod beside;
mod controlflow;
mod controlflow_json;
mod fields;
mod implementation_plan;
mod kiro;
mod line;
mod named;
mod names;
mod openspec;
mod orchestra;
mod page;
mod paths;
mod phases;
mod plain;
mod prompt;
mod shared;
pub(crate) mod signs;
mod spec;
mod spec_kit;
pub(crate) mod words;

use crate::file::{Name, Space};
pub(crate) use kiro::graph;
use page::{Page, has_boxes};
use segue_catalog::Kind;
use segue_plan::Task;
use segue_plan::{Order, Plan};
use segue_syntax::{Facts, Span, json};
pub(crate) use spec::SECTIONS as SPEC_SECTIONS;
use std::ops::Deref;
use std::sync::OnceLock;

/// A plan with its order, which is worked out when somebody first asks and then shared by all readers.
#[derive(Debug)]
pub struct Planned {
    plan: Plan,
    order: OnceLock<Order>,
}

impl Planned {
    /// A plan whose order nobody has asked for yet.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self { plan, order: OnceLock::new() }
    }

    /// The order of its tasks.
    pub fn order(&self) -> &Order {
        self.order.get_or_init(|| self.plan.order())
    }
}

impl Deref for Planned {
    type Target = Plan;

    fn deref(&self) -> &Plan {
        &self.plan
    }
}

/// A format.
struct Reader {
    /// Its name.
    format: &'static str,
    /// The kind whose files are always of this format.
    kind: Option<Kind>,
    /// A piece of a path by which a file is surely of this format.
    place: Option<&'static str>,
    /// Whether a page may hold tasks of this format, at a glance: reading is not tried where it cannot.
    may: fn(&Page<'_>) -> bool,
    /// Reads a page; no tasks where it is of another format.
    read: fn(&Page<'_>) -> Plan,
}

/// The formats in Markdown, in the order in which they are tried on a plan whose path does not say.
const READERS: &[Reader] = &[
    Reader { format: "spec", kind: Some(Kind::Spec), place: None, may: spec::may, read: spec::read },
    Reader { format: "prompt", kind: Some(Kind::Prompt), place: None, may: |_| false, read: prompt::read },
    Reader { format: "kiro", kind: None, place: Some(".kiro/specs/"), may: has_boxes, read: kiro::read },
    Reader {
        format: "openspec",
        kind: None,
        place: Some("openspec/changes/"),
        may: has_boxes,
        read: openspec::read,
    },
    Reader {
        format: "implementation-plan",
        kind: None,
        place: None,
        may: implementation_plan::may,
        read: implementation_plan::read,
    },
    Reader { format: "spec-kit", kind: None, place: None, may: has_boxes, read: spec_kit::read },
    Reader { format: "controlflow", kind: None, place: None, may: phases::may, read: controlflow::read },
    Reader { format: "orchestra", kind: None, place: None, may: phases::may, read: orchestra::read },
];

/// The section that says what shall be learnt afterwards, in any format.
const LEARNING: &[&str] = &["Post-Implementation Learning", "Post Implementation Learning"];

/// The name of the format in JSON.
const JSON_FORMAT: &str = "controlflow-json";

/// The plan that Markdown of this kind holds; `None` for kinds that hold none. A prompt is a plan too,
/// but nobody asks for it while it is written: [`of_text`] reads it.
pub(crate) fn of_facts(path: &str, kind: Option<Kind>, text: &str, facts: &Facts) -> Option<Plan> {
    matches!(kind, Some(Kind::Spec | Kind::Plan)).then(|| of_markdown(path, kind, text, facts))
}

/// The graph of waves of a file of Kiro's, where it has one.
pub(crate) fn graph_of(path: &str, text: &str, facts: &Facts) -> Option<graph::Graph> {
    graph::Graph::of(&Page::of(path, text, facts))
}

/// The plan that a document holds. `text` is what its ranges count in.
pub(crate) fn of_json(document: &json::Document, text: &str) -> Plan {
    controlflow_json::read(document, text)
}

/// The agents that the tasks of a plan name, as names that the file uses.
pub(crate) fn agents_of(plan: &Plan) -> Vec<Name> {
    let named = plan.tasks.iter().filter_map(|task| task.agent.as_ref());
    named.map(|agent| Name { space: Space::Agent, text: agent.trim_start_matches('@').into() }).collect()
}

/// The label and the value of a line that begins a field, whatever mark of a list stands before it.
pub(crate) fn labelled(line: &str) -> Option<(&str, &str)> {
    let content = line.trim_start();
    let item =
        content.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '*' | '+' | '.' | ')'));
    let is_item = item.starts_with([' ', '\t']) && !content.starts_with("**");
    let content = if is_item { item.trim_start() } else { content };
    let closed = content.matches('_').count() > 1;
    let content = if closed { content } else { content.trim_start_matches('_') };
    let (label, value) = fields::labelled(content, Span::new(0, content.len()))?;
    Some((label.of(content), value.of(content)))
}

/// The components that a spec lists without boxes, as tasks.
pub(crate) fn components_of(path: &str, text: &str, facts: &Facts) -> Vec<Task> {
    spec::components(&Page::of(path, text, facts))
}

/// The plan in a text that somebody points at, wherever it lies: by its path where that says what it
/// is, else by what it holds. Without tasks where it holds none.
#[must_use]
pub fn of_text(path: &str, text: &str) -> Plan {
    if path.ends_with(".json") || path.ends_with(".jsonc") {
        return of_json(&json::parse_half_written(text), text);
    }
    of_read(path, text, &Facts::of(text))
}

/// The same of Markdown that is read already.
pub(crate) fn of_read(path: &str, text: &str, facts: &Facts) -> Plan {
    let kind = segue_catalog::catalog().kind_of(path).map(|(kind, _)| kind);
    of_markdown(path, kind, text, facts)
}

fn of_markdown(path: &str, kind: Option<Kind>, text: &str, facts: &Facts) -> Plan {
    let page = Page::of(path, text, facts);
    let learning = page.called(LEARNING).next().map(|section| shared::body(&page, section));
    Plan { learning, ..by_format(path, kind, &page) }
}

fn by_format(path: &str, kind: Option<Kind>, page: &Page<'_>) -> Plan {
    let certain = READERS.iter().find(|reader| {
        reader.kind.is_some_and(|own| Some(own) == kind)
            || reader.place.is_some_and(|place| is_in(path, place))
    });
    if let Some(reader) = certain {
        return Plan { format: reader.format, ..(reader.read)(page) };
    }
    let of_any_kind = READERS.iter().filter(|reader| (reader.may)(page));
    let mut read = of_any_kind.map(|reader| (reader.format, (reader.read)(page)));
    match read.find(|(_, plan)| !plan.tasks.is_empty()) {
        Some((format, plan)) => Plan { format, ..plan },
        None => Plan { title: page.title(), format: "none", ..Plan::default() },
    }
}

/// Whether `place` stands in a path at the beginning of a folder's name.
fn is_in(path: &str, place: &str) -> bool {
    path.starts_with(place) || path.contains(&format!("/{place}"))
}
