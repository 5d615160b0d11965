//! In plans: ids where others are waited for, agents, gates, words of a format, waves, files.
//!
//! Nothing is proposed that would be told of at once: a task does not wait for itself, for whoever waits for
//! it, or for what its own wave comes before.

use super::body::{At, Before};
use super::context::Context;
use super::{Completion, Proposal, ProposalKind, agents, limited, paths};
use crate::features::about::About;
use crate::file::Space;
use crate::plans::{self, Planned, words};
use rustc_hash::FxHashSet;
use segue_plan::{TaskIndex, Tier};
use segue_syntax::Span;
use std::sync::Arc;

/// What a place of a plan wants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Ids,
    Ends,
    Agents,
    Wave,
    Paths,
    Words(&'static [&'static str]),
}

const GATES: Wish = Wish::Words(words::GATES);
const LEVELS: Wish = Wish::Words(words::LEVELS);
const TIERS: Wish = Wish::Words(words::TIERS);

/// Fields of plans: the formats that have one, its labels, what it wants.
type Field = (&'static [&'static str], &'static [&'static str], Wish);

const PHASES: &[&str] = &["controlflow", "orchestra"];
const FIELDS: &[Field] = &[
    (&["spec", "controlflow", "orchestra"], &["dependencies", "depends on"], Wish::Ids),
    (&["kiro"], &["depends", "depends on"], Wish::Ids),
    (&["spec"], &["agent"], Wish::Agents),
    (PHASES, &["executor agent", "executor_agent", "executor", "owner", "agent"], Wish::Agents),
    (PHASES, &["quality gates", "gates"], GATES),
    (&["spec"], &["gate", "gates"], Wish::Words(&["approval", "destructive"])),
    (&["spec", "controlflow", "orchestra"], &["risk"], LEVELS),
    (&["spec", "controlflow", "orchestra"], &["complexity tier", "tier"], TIERS),
    (&["spec"], &["status"], Wish::Words(&["open", "in progress", "done"])),
    (PHASES, &["status"], Wish::Words(words::STATUSES)),
    (PHASES, &["phase type", "phase_type"], Wish::Words(words::PHASE_TYPES)),
    (&["spec"], &["read-only", "read only", "destructive"], Wish::Words(&["yes", "no"])),
    (&["spec"], &["variants"], Wish::Words(&["2", "3", "4"])),
    (&["spec", "controlflow"], &["wave"], Wish::Wave),
    (&["spec", "kiro"], &["files"], Wish::Paths),
    (PHASES, &["files", "files to modify", "files to create", "files to modify/create"], Wish::Paths),
];

/// Columns of tables: the format, a part of the column's name, what it wants.
const COLUMNS: &[(&str, &str, Wish)] = &[
    ("controlflow", "category", Wish::Words(words::RISKS)),
    ("controlflow", "applicab", Wish::Words(words::APPLICABILITIES)),
    ("controlflow", "impact", Wish::Words(words::IMPACTS)),
    ("controlflow", "disposition", Wish::Words(words::DISPOSITIONS)),
    ("implementation-plan", "completed", Wish::Words(&["✅"])),
    ("implementation-plan", "description", Wish::Ids),
];

/// Lines above the cursor that are looked through for the field that it belongs to.
const FARTHEST_FIELD: usize = 40;

/// What may be written at the end of `line`, the line up to the cursor.
pub(super) fn propose(context: &Context<'_>, line: &str) -> Option<Completion> {
    let plan = plan_of(context)?;
    let offset = u32::try_from(context.offset).ok()?;
    let fence = context.facts.fences.iter().find(|own| own.span.start < offset && offset <= own.span.end);
    let wish = match fence {
        Some(fence) => of_graph(context, &plan, fence.open.end)?,
        None => of_line(context, plan.format, line)?,
    };
    let typed = match wish {
        Wish::Agents => value_of(line),
        Wish::Words(words) if words.iter().any(|word| word.contains(' ')) => value_of(line),
        Wish::Paths => last_word(line, is_of_path),
        Wish::Wave => last_word(line, |c| c.is_ascii_digit()),
        _ => last_word(line, |c| belongs(plan.format, c)),
    };
    let cites = plan.format == "implementation-plan" && wish == Wish::Ids && !is_begun_id(line, typed);
    let at = At {
        context,
        typed: Span::new(context.offset - typed.len(), context.offset),
        before: Before::default(),
    };
    if cites {
        return declared(&at, &plan);
    }
    let own = own_task(&plan, context.offset);
    let before = line.get(..line.len() - typed.len()).unwrap_or_default();
    let proposals = match wish {
        Wish::Ids => ids(&plan, own, offset, fence.is_some())
            .into_iter()
            .map(|task| id(&at, &plan, task, before, fence.is_some()))
            .collect(),
        Wish::Ends => {
            let all = (0..plan.tasks.len()).map(TaskIndex::new);
            all.map(|task| id(&at, &plan, task, before, false)).collect()
        }
        Wish::Agents => of_agents(&at),
        Wish::Wave => wave(&at, &plan, own?).into_iter().collect(),
        Wish::Paths => return Some(of_paths(&at, &plan, own)),
        Wish::Words(words) => of_words(&at, &plan, own, words, before),
    };
    Some(limited(proposals, context))
}

/// The plan in the text as it is now.
fn plan_of(context: &Context<'_>) -> Option<Arc<Planned>> {
    let known = context.world.file_at(context.path).map(|(_, state)| state);
    let known = known
        .filter(|state| state.text.as_deref() == Some(context.text))
        .and_then(|state| state.plan.clone());
    known.or_else(|| {
        let read = plans::of_facts(context.path, Some(context.kind), context.text, &context.facts)?;
        Some(Arc::new(Planned::new(read)))
    })
}

/// Whether an id of a format goes on with a character. Kiro's fields stand between underscores.
fn belongs(format: &str, c: char) -> bool {
    c.is_alphanumeric() || c == '.' || (format != "kiro" && matches!(c, '-' | '_'))
}

/// What is typed of a field's value, blanks in it and behind it included.
fn value_of(line: &str) -> &str {
    let value = plans::labelled(line).map_or("", |(_, value)| value);
    line.rfind(value).filter(|_| !value.is_empty()).and_then(|at| line.get(at..)).unwrap_or_default()
}

fn last_word(line: &str, belongs: impl Fn(char) -> bool) -> &str {
    let length: usize = line.chars().rev().take_while(|c| belongs(*c)).map(char::len_utf8).sum();
    line.get(line.len() - length..).unwrap_or_default()
}

/// A table describes in words: only who begins an id, or says that something comes after, wants one.
fn is_begun_id(line: &str, typed: &str) -> bool {
    let said = line.get(..line.len() - typed.len()).unwrap_or_default().trim_end().to_lowercase();
    let after = said.ends_with(" after") || said.ends_with(" depends on");
    (!typed.is_empty() && ("TASK-".starts_with(typed) || typed.starts_with("TASK-")))
        || (after && typed.is_empty())
}

/// What the line wants: by the field that it begins or belongs to, by the column, by the words before.
fn of_line(context: &Context<'_>, format: &str, line: &str) -> Option<Wish> {
    if line.trim_start().starts_with('|') {
        return of_column(context, format, line);
    }
    if format == "spec-kit" {
        return of_task_line(line);
    }
    if PHASES.contains(&format) && is_item(line) && is_behind_arrow(line) {
        return Some(Wish::Ends);
    }
    if let Some((label, _)) = plans::labelled(line) {
        return of_label(format, label);
    }
    let (is_item, own) = (is_item(line), indent(line));
    let start = context.offset.saturating_sub(line.len());
    for above in context.text.get(..start)?.lines().rev().take(FARTHEST_FIELD) {
        if above.trim().is_empty() || above.starts_with('#') {
            return None;
        }
        let holds = if self::is_item(above) { indent(above) < own } else { is_item };
        if let Some((label, _)) = plans::labelled(above).filter(|_| holds) {
            return of_label(format, label);
        }
    }
    None
}

/// In a task of spec-kit: an id behind `depends on`, a path where one is begun.
fn of_task_line(line: &str) -> Option<Wish> {
    let lower = line.to_ascii_lowercase();
    let from = lower.rfind("depends on").map(|at| at + "depends on".len());
    let list = from.and_then(|from| line.get(from..));
    if list.is_some_and(|rest| rest.starts_with(' ') && !rest.contains([')', ']'])) {
        return Some(Wish::Ids);
    }
    let begun = last_word(line, is_of_path);
    let is_path = begun.contains('/') && !begun.starts_with('/') && !begun.contains("://");
    (is_path && is_item(line)).then_some(Wish::Paths)
}

/// Whether the second end of a contract is written: `- **Phase 1 → Phase `.
fn is_behind_arrow(line: &str) -> bool {
    let behind =
        ["→", "->", "=>", "⇒"].iter().find_map(|arrow| line.rsplit_once(arrow)).map(|(_, rest)| rest);
    behind.is_some_and(|rest| {
        let rest = rest.trim_start();
        let digits = rest
            .get(.."phase ".len())
            .filter(|word| word.eq_ignore_ascii_case("phase "))
            .map_or(rest, |word| rest.get(word.len()..).unwrap_or_default());
        digits.bytes().all(|b| b.is_ascii_digit())
    })
}

fn is_of_path(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '`' | ',' | ';' | '(' | '"')
}

fn is_item(line: &str) -> bool {
    let content = line.trim_start();
    content.starts_with("- ") || content.starts_with("* ") || content.starts_with("+ ")
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn of_label(format: &str, label: &str) -> Option<Wish> {
    let is_meant = |(formats, labels, _): &&Field| {
        formats.contains(&format) && labels.iter().any(|own| own.eq_ignore_ascii_case(label))
    };
    FIELDS.iter().find(is_meant).map(|(_, _, wish)| *wish)
}

/// What a cell of a table wants, by the head of the table.
fn of_column(context: &Context<'_>, format: &str, line: &str) -> Option<Wish> {
    let column = line.matches('|').count().checked_sub(1)?;
    let start = context.offset.saturating_sub(line.len());
    let above = context.text.get(..start)?.lines().rev();
    let head = above.take_while(|own| own.trim_start().starts_with('|')).last()?;
    let name = head.trim().trim_matches('|').split('|').nth(column)?.to_lowercase();
    let meant = COLUMNS.iter().find(|(own, part, _)| *own == format && name.contains(part));
    meant.map(|(_, _, wish)| *wish)
}

/// Whether the cursor stands among the tasks of a wave in Kiro's graph.
fn of_graph(context: &Context<'_>, plan: &Planned, open: u32) -> Option<Wish> {
    let inside = context.text.get(open as usize..context.offset).filter(|_| plan.format == "kiro")?;
    let (_, list) = inside.rsplit_once("\"tasks\"")?;
    let (_, items) = list.split_once('[')?;
    (!items.contains(']')).then_some(Wish::Ids)
}

/// The task that a place belongs to.
pub(super) fn own_task(plan: &Planned, offset: usize) -> Option<TaskIndex> {
    let own = plan.tasks.iter().rposition(|task| task.range.start as usize <= offset)?;
    Some(TaskIndex::new(own))
}

/// Whom a task can wait for, the nearest before it first.
pub(super) fn ids(plan: &Planned, own: Option<TaskIndex>, offset: u32, in_graph: bool) -> Vec<TaskIndex> {
    let all = (0..plan.tasks.len()).map(TaskIndex::new);
    if in_graph {
        // The graph names each task once.
        return all.filter(|other| plan.get(*other).is_some_and(|other| other.wave.is_none())).collect();
    }
    let Some(own) = own else { return all.collect() };
    let Some(task) = plan.get(own) else { return Vec::new() };
    let mut waiting = FxHashSet::default();
    let mut next = vec![own];
    while let Some(task) = next.pop() {
        if waiting.insert(task) {
            next.extend(plan.order().waiting_for(task));
        }
    }
    let there =
        task.depends_on.iter().filter(|dependency| !dependency.written.range.touches(offset as usize));
    let there: FxHashSet<u32> = there.flat_map(|dependency| dependency.on.clone()).collect();
    let wave = |task: &segue_plan::Task| task.wave.as_ref().map_or(1, |wave| wave.value);
    let too_late = |other: &segue_plan::Task| task.wave.is_some() && wave(other) >= wave(task);
    let mut found: Vec<TaskIndex> = all
        .filter(|other| !waiting.contains(other) && !there.contains(&other.0))
        .filter(|other| plan.get(*other).is_some_and(|other| !too_late(other)))
        .collect();
    found.sort_by_key(|other| (*other > own, other.0.abs_diff(own.0)));
    found
}

/// An id as its format writes it where others wait for it.
fn id(at: &At<'_, '_>, plan: &Planned, task: TaskIndex, before: &str, in_graph: bool) -> Proposal {
    let own = plan.id(task);
    let text = match plan.format {
        "spec" if !before.ends_with('`') => format!("`{own}`"),
        "controlflow" | "orchestra" => {
            let lower = before.to_lowercase();
            let listed =
                before.contains('[') || lower.trim_end().ends_with("phase") || lower.contains("phase ");
            if listed { own.to_owned() } else { format!("Phase {own}") }
        }
        _ if in_graph && !before.ends_with('"') => format!("\"{own}\""),
        _ => own.to_owned(),
    };
    let mut proposal = at.proposal(own, text, ProposalKind::Task, |c| belongs(plan.format, c));
    let title = plan.get(task).map_or("", |task| task.title.as_str());
    proposal.filter = if proposal.typed.is_empty() { own.to_owned() } else { filter(at, own, title) };
    proposal.detail = Some(format!("{title} · wave {}", plan.order().wave_of(task)));
    proposal
}

/// What an implementation plan declares beside its tasks, where an id of that kind is begun: `REQ-`, `FILE-0`.
fn declared(at: &At<'_, '_>, plan: &Planned) -> Option<Completion> {
    let typed = at.typed.of(at.context.text);
    let is_begun =
        typed.len() >= 2 && typed.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    let ids = plan.declared.iter().filter(|id| is_begun && id.starts_with(typed));
    let proposals: Vec<Proposal> = ids
        .map(|id| at.proposal(id.as_str(), id.as_str(), ProposalKind::Task, |c| belongs(plan.format, c)))
        .collect();
    (!proposals.is_empty()).then(|| limited(proposals, at.context))
}

/// What is typed is compared with the id, or with the title where it begins that.
fn filter(at: &At<'_, '_>, id: &str, title: &str) -> String {
    let typed = at.typed.of(at.context.text).to_lowercase();
    let fits_id = id.to_lowercase().starts_with(&typed);
    let by_title = !fits_id && title.to_lowercase().starts_with(&typed);
    if by_title { title.to_owned() } else { id.to_owned() }
}

fn of_agents(at: &At<'_, '_>) -> Vec<Proposal> {
    let belongs = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let agent = |name: String| {
        let mut proposal = at.proposal(name.clone(), name.clone(), ProposalKind::Agent, belongs);
        proposal.about = Some(About::Name { space: Space::Agent, name });
        proposal
    };
    agents::of_task(at.context.world, at.context.path).into_iter().map(agent).collect()
}

/// The earliest wave that a task can have.
fn wave(at: &At<'_, '_>, plan: &Planned, own: TaskIndex) -> Option<Proposal> {
    let before = plan.order().before(own);
    let stated = |task: &TaskIndex| plan.get(*task)?.wave.as_ref().map(|wave| wave.value);
    let last = before.iter().map(|task| stated(task).unwrap_or(plan.order().wave_of(*task))).max();
    let wave = last.unwrap_or(0).checked_add(1)?.to_string();
    let mut proposal = at.proposal(wave.clone(), wave, ProposalKind::Value, |c| c.is_ascii_digit());
    proposal.detail = Some("the earliest".to_owned());
    Some(proposal)
}

/// Files and folders, without those that another task of the same wave writes.
fn of_paths(at: &At<'_, '_>, plan: &Planned, own: Option<TaskIndex>) -> Completion {
    let mut found = paths::propose(at, paths::Style::Top);
    let Some(own) = own else { return found };
    let beside = plan.order().waves().iter().find(|wave| wave.contains(&own));
    let others = beside.into_iter().flatten().filter(|task| **task != own).filter_map(|task| plan.get(*task));
    let mut taken: FxHashSet<&str> =
        others.flat_map(|task| task.written_files()).map(|file| file.path.as_str()).collect();
    let offset = at.context.offset;
    let here = plan.get(own).into_iter().flat_map(|task| &task.files);
    taken.extend(here.filter(|file| !file.path.range.touches(offset)).map(|file| file.path.as_str()));
    let is_free =
        |own: &Proposal| !matches!(&own.about, Some(About::Path(path)) if taken.contains(path.as_str()));
    found.proposals.retain(is_free);
    found
}

fn of_words(
    at: &At<'_, '_>,
    plan: &Planned,
    own: Option<TaskIndex>,
    words: &'static [&'static str],
    before: &str,
) -> Vec<Proposal> {
    let offset = at.context.offset;
    let gates = own.and_then(|own| plan.get(own)).into_iter().flat_map(|task| &task.gates);
    let risks = plan
        .risks
        .iter()
        .filter(|risk| risk.is_category && words == plans::words::RISKS)
        .map(|risk| &risk.category);
    let there: Vec<&str> =
        gates.chain(risks).filter(|own| !own.range.touches(offset)).map(|own| own.value.as_str()).collect();
    let in_code = before.ends_with('`');
    let is_gate = Wish::Words(words) == GATES;
    let belongs = |c: char| c.is_alphanumeric() || c == '_';
    let free = words.iter().filter(|word| !there.contains(*word)).filter(|word| can_be_tier(plan, word));
    free.map(|word| {
        let text = if is_gate && !in_code { format!("`{word}`") } else { (*word).to_owned() };
        at.proposal(*word, text, ProposalKind::Value, belongs)
    })
    .collect()
}

/// Whether a word is no tier, or one that fits the files that the tasks write and the diagrams that are there.
fn can_be_tier(plan: &Planned, word: &str) -> bool {
    let Some(tier) = Tier::from_name(word) else { return true };
    let files = plan.written_files().len();
    let draws_talk = plan.diagrams.iter().any(|diagram| diagram.kind.starts_with("sequenceDiagram"));
    tier >= Tier::of_files(files) && (tier != Tier::Large || draws_talk || plan.format != "controlflow")
}
