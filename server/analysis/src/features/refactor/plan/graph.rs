//! The graph of waves of a file of Kiro's, written anew: each wave keeps what else is said of it.

use super::Source;
use crate::plans::graph::{Graph, Wave};
use crate::plans::{self, Planned};
use segue_plan::TaskIndex;
use segue_syntax::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The ids of each wave, as they are written.
pub(super) type Waves = Vec<Vec<Written>>;

/// An id in a graph, and the wave it stood in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub text: String,
    /// The place of its wave in [`Graph::waves`]; `None` for one that is new.
    from: Option<usize>,
}

/// Whether the waves of a plan are stated by a graph.
pub(super) fn has_one(plan: &Planned) -> bool {
    plan.format == "kiro" && plan.tasks.iter().any(|task| task.wave.is_some())
}

/// Whether each id of the graph means one task: whole groups, strangers and repetitions are for people to move.
pub(super) fn is_plain(plan: &Planned) -> bool {
    let mut places = BTreeSet::new();
    let mut stated = plan.tasks.iter().filter_map(|task| task.wave.as_ref());
    plan.strangers.is_empty()
        && plan.repeated.is_empty()
        && stated.all(|wave| places.insert(wave.range.start))
}

/// Of each task in the graph the wave that it comes to, counted among those of the graph.
pub(super) fn due(plan: &Planned) -> BTreeMap<TaskIndex, u32> {
    let order = plan.order();
    let indices = (0..plan.tasks.len()).map(TaskIndex::new);
    let own: Vec<(TaskIndex, u32)> = indices
        .filter(|index| plan.get(*index).is_some_and(|task| task.wave.is_some()))
        .map(|index| (index, order.wave_of(index)))
        .collect();
    let all: BTreeSet<u32> = own.iter().map(|(_, wave)| *wave).collect();
    let ranks: BTreeMap<u32, u32> = all.into_iter().zip(1..).collect();
    own.into_iter().filter_map(|(index, wave)| Some((index, *ranks.get(&wave)?))).collect()
}

/// The graph with every task in the wave it comes to.
pub(super) fn renumbered(source: &Source<'_>, plan: &Planned) -> Option<(Span, String)> {
    let graph = graph(source)?;
    let wave_at: BTreeMap<u32, u32> = due(plan)
        .into_iter()
        .filter_map(|(index, wave)| Some((plan.get(index)?.wave.as_ref()?.range.start, wave)))
        .collect();
    let mut waves: Waves = vec![Vec::new(); *wave_at.values().max()? as usize];
    for (place, wave) in graph.waves.iter().enumerate() {
        for task in &wave.tasks {
            let due = wave_at.get(&task.id.range.start)?.checked_sub(1)?;
            waves.get_mut(due as usize)?.push(written(source.text, place, task.whole));
        }
    }
    rewritten(source.text, &graph, &waves)
}

/// The graph with `id` in the place of the task that stands at `at`, and that task in a wave of its own after it.
pub(super) fn split(source: &Source<'_>, at: Span, id: &str) -> Option<(Span, String)> {
    let graph = graph(source)?;
    let mut places: Vec<usize> = (0..graph.waves.len()).collect();
    places.sort_by_key(|place| graph.waves.get(*place).map(|wave| wave.number));
    let mut waves = Waves::new();
    for place in places {
        let wave = graph.waves.get(place)?;
        let mut own: Vec<Written> =
            wave.tasks.iter().map(|task| written(source.text, place, task.whole)).collect();
        let split = wave.tasks.iter().position(|task| task.id.range.start == at.start);
        let Some(first) = split.and_then(|index| own.get_mut(index)) else {
            waves.push(own);
            continue;
        };
        let second = Written { from: None, ..first.clone() };
        first.text = first.text.replace(at.of(source.text), id);
        waves.extend([own, vec![second]]);
    }
    rewritten(source.text, &graph, &waves)
}

fn graph(source: &Source<'_>) -> Option<Graph> {
    let graph = plans::graph_of(&source.path, source.text, source.facts)?;
    let numbers: BTreeSet<u32> = graph.waves.iter().map(|wave| wave.number).collect();
    let is_whole = |wave: &Wave| wave.list.is_some() && wave.written.is_some() == graph.base.is_some();
    (graph.whole && numbers.len() == graph.waves.len() && graph.waves.iter().all(is_whole)).then_some(graph)
}

fn written(text: &str, place: usize, whole: Span) -> Written {
    Written { text: whole.of(text).to_owned(), from: Some(place) }
}

fn rewritten(text: &str, graph: &Graph, waves: &Waves) -> Option<(Span, String)> {
    let (first, last) = (graph.waves.first()?, graph.waves.last()?);
    let between = match graph.waves.get(1) {
        Some(second) => Span { start: first.span.end, end: second.span.start }.of(text).to_owned(),
        None => format!(",{}", before(text, first.span.start)),
    };
    let mut taken = BTreeSet::new();
    let mut rows = Vec::with_capacity(waves.len());
    for (number, tasks) in (graph.base.unwrap_or(0)..).zip(waves) {
        let ids: Vec<&str> = tasks.iter().map(|task| task.text.as_str()).collect();
        // What else is said of a wave goes with its first task.
        let from = tasks.first().and_then(|task| task.from).filter(|from| taken.insert(*from));
        rows.push(match from.and_then(|from| graph.waves.get(from)) {
            Some(old) => kept(text, old, number, &ids)?,
            None => new(text, first, number, &ids)?,
        });
    }
    Some((Span { start: first.span.start, end: last.span.end }, rows.join(&between)))
}

/// A wave that stood there, with another number and other tasks.
fn kept(text: &str, old: &Wave, number: u32, ids: &[&str]) -> Option<String> {
    let list = old.list?;
    let same = old.tasks.iter().map(|task| task.whole.of(text)).eq(ids.iter().copied());
    let list_text = if same { list.of(text).to_owned() } else { format!("[{}]", ids.join(", ")) };
    let mut edits = vec![(list, list_text)];
    edits.extend(old.written.map(|written| (written, number.to_string())));
    edits.sort_by_key(|(span, _)| span.start);
    let mut row = String::new();
    let mut from = old.span.start;
    for (span, insert) in edits {
        row.push_str(Span { start: from, end: span.start }.of(text));
        row.push_str(&insert);
        from = span.end;
    }
    row.push_str(Span { start: from, end: old.span.end }.of(text));
    Some(row)
}

/// A wave that was not there, written as the first one is.
fn new(text: &str, like: &Wave, number: u32, ids: &[&str]) -> Option<String> {
    let key = |name: &str| like.span.of(text).contains(&format!("\"{name}\""));
    let quote = like.written.map_or("", |written| {
        let is_quoted = text.get(..written.start as usize).is_some_and(|before| before.ends_with('"'));
        if is_quoted { "\"" } else { "" }
    });
    let named = like.written.map(|_| {
        let name = if key("id") { "id" } else { "wave" };
        format!("\"{name}\": {quote}{number}{quote}, ")
    });
    Some(format!("{{ {}\"tasks\": [{}] }}", named.unwrap_or_default(), ids.join(", ")))
}

/// The line break and the blanks before a place; a blank where it does not begin its line.
fn before(text: &str, place: u32) -> &str {
    let head = text.get(..place as usize).unwrap_or_default();
    let blanks = head.trim_end_matches([' ', '\t']);
    let lines = blanks.trim_end_matches(['\n', '\r']);
    if lines.len() == blanks.len() { " " } else { head.get(lines.len()..).unwrap_or(" ") }
}
