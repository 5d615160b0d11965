//! A plan from a spec: components become tasks, criteria their acceptance, links their context; ids, whom
//! each waits for and waves are filled in. Nothing is guessed that the text does not say: a component waits
//! for an earlier one whose file it shares or whose name it speaks of.
//!
//! The plan is the breakdown of the spec itself; beside Kiro's or OpenSpec's files it is the `tasks.md` that
//! is missing there.

mod component;
mod written;

use super::{Source, after, plan_of, with_line_ends};
use crate::changes::{Changes, Why};
use crate::disk::Probe;
use crate::features::at;
use crate::features::refactor::{Offer, Refusal, Way};
use crate::path;
use crate::plans::Planned;
use component::Component;
use segue_catalog::Kind;
use segue_syntax::Span;

/// Where a plan is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In the spec.
    Breakdown,
    /// `tasks.md` in a folder of Kiro's specs.
    Kiro,
    /// `tasks.md` in a folder of OpenSpec's changes.
    OpenSpec,
}

/// The form that the files beside a spec ask for; `None` where there is a plan beside it already.
fn form(source: &Source<'_>) -> Option<Form> {
    let place = |folder: &str| {
        let rest = source
            .path
            .strip_prefix(folder)
            .or_else(|| source.path.split_once(&format!("/{folder}")).map(|(_, rest)| rest));
        rest.is_some_and(|rest| rest.matches('/').count() == 1)
    };
    let form = match (place(".kiro/specs/"), place("openspec/changes/")) {
        (true, _) => Form::Kiro,
        (_, true) => Form::OpenSpec,
        _ => return Some(Form::Breakdown),
    };
    (source.world.probe(&tasks_path(source)) == Probe::Missing).then_some(form)
}

fn tasks_path(source: &Source<'_>) -> String {
    path::join(path::parent(&source.path), "tasks.md").unwrap_or_default()
}

pub(super) fn offer(source: &Source<'_>, plan: &Planned, title: Span, offers: &mut Vec<Offer>) {
    if source.state.kind != Some(Kind::Spec) || has_breakdown(source, plan) {
        return;
    }
    let components = component::count(source, plan);
    if let Some(form) = form(source).filter(|_| components > 0) {
        let way = Way::MakePlan { file: form != Form::Breakdown };
        let what = if components == 1 { "one task".to_owned() } else { format!("{components} tasks") };
        let title_of = format!("Make a plan from this spec ({what})");
        offers.push(Offer { title: title_of, span: title, way });
    }
}

/// Whether the tasks of a spec are headings already.
fn has_breakdown(source: &Source<'_>, plan: &Planned) -> bool {
    let heads: Vec<u32> = source.facts.headings.iter().map(|heading| heading.span.start).collect();
    plan.tasks.iter().any(|task| heads.binary_search(&task.head.start).is_ok())
}

pub(in crate::features::refactor) fn change(source: &Source<'_>) -> Result<Changes, Refusal> {
    let plan = plan_of(source)?;
    let form = form(source).filter(|_| !has_breakdown(source, plan)).ok_or(Refusal::Changed)?;
    let components = component::all(source, plan);
    let title = plan.title.as_ref().map_or("", |title| title.as_str());
    let text = match form {
        Form::Breakdown => return breakdown(source, plan, &components),
        Form::Kiro => written::kiro(&components),
        Form::OpenSpec => written::open_spec(title, &components),
    };
    Ok(Changes::of_new(&tasks_path(source), text))
}

/// The breakdown, behind the section that holds the components.
fn breakdown(source: &Source<'_>, plan: &Planned, components: &[Component]) -> Result<Changes, Refusal> {
    let last = components.last().ok_or(Refusal::Changed)?;
    let mut headings = source.facts.headings.iter().enumerate();
    let around = headings.rfind(|(_, heading)| heading.level <= 2 && heading.span.start < last.at);
    let end = around.map_or(source.facts.len, |(index, heading)| match heading.level {
        // The title is around everything.
        1 => source.facts.len,
        _ => at::section(source.facts, index).end,
    }) as usize;
    let kept = source.text.get(..end).ok_or(Refusal::Changed)?.trim_end().len();
    let rest = source.text.get(end..).unwrap_or_default();
    let tail = if rest.is_empty() { "\n" } else { "\n\n" };
    let section = format!("\n\n{}{tail}", written::breakdown(components).trim_end());
    let mut changes = Changes::default();
    let place = Span::new(kept, end);
    changes.add(&source.path, source.text, place, with_line_ends(source, &section), Why::Asked);
    let now = after(source, &changes)?;
    let ids = components.iter().map(|component| component.id.as_str());
    if now.tasks.iter().map(|task| task.id.as_str()).eq(ids) && now.diagrams.len() == plan.diagrams.len() {
        Ok(changes)
    } else {
        Err(Refusal::Reason("Behind the components of this spec its tasks would not be read as such."))
    }
}
