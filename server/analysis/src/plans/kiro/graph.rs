//! Kiro's graph of waves: JSON in a fence, below a heading of its own.

use crate::plans::page::{Page, range};
use crate::plans::shared;
use segue_plan::Stated;
use segue_syntax::yaml::{Map, Node};
use segue_syntax::{Span, json};

/// The graph of a file.
pub(crate) struct Graph {
    /// The number that the file gives to its first wave; `None` where waves have no numbers.
    pub base: Option<u32>,
    /// Its waves, as they stand in the file.
    pub waves: Vec<Wave>,
    /// Whether it is JSON to its end; else it is only half written yet.
    pub whole: bool,
}

/// A wave of a graph.
pub(crate) struct Wave {
    /// Its number, counted from 1.
    pub number: u32,
    /// All of it.
    pub span: Span,
    /// Its number as it is written, without quotes.
    pub written: Option<Span>,
    /// The list of its tasks, with the brackets.
    pub list: Option<Span>,
    /// Its tasks.
    pub tasks: Vec<Named>,
}

/// A task in a graph.
pub(crate) struct Named {
    /// Its id.
    pub id: Stated<String>,
    /// The same with its quotes.
    pub whole: Span,
}

impl Graph {
    /// The graph of a page that has one.
    pub fn of(page: &Page<'_>) -> Option<Self> {
        let bodies: Vec<Span> = page
            .called(&["Task Dependency Graph"])
            .map(|section| {
                let last = page.line(section.body.end.saturating_sub(1));
                let end = last.map_or(section.head.end, |line| line.span.end);
                Span { start: section.head.end, end: end.max(section.head.end) }
            })
            .collect();
        let fence = page.facts.fences.iter().find(|fence| {
            bodies.iter().any(|body| body.contains(Span { start: fence.span.start, end: fence.open.end }))
        })?;
        let start = fence.open.end as usize;
        let inside = page.text.get(start..fence.span.end as usize)?;
        let document = json::parse_half_written(inside.trim_end().trim_end_matches(fence.mark));
        let whole = document.error.is_none();
        let root = document.root?;
        let waves = root.as_map()?.value("waves").and_then(Node::as_seq)?;
        let rows: Vec<(&Node, &Map)> =
            waves.items.iter().filter_map(|node| Some((node, node.as_map()?))).collect();
        let base = rows.iter().filter_map(|(_, map)| Some(number(map)?.1)).min();
        let waves = rows.iter().enumerate().map(|(place, (node, map))| wave(place, node, map, base, start));
        Some(Self { base, waves: waves.collect(), whole })
    }
}

fn number(map: &Map) -> Option<(&Node, u32)> {
    let node = map.value("id").or_else(|| map.value("wave"))?;
    Some((node, node.as_str()?.parse().ok()?))
}

fn wave(place: usize, node: &Node, map: &Map, base: Option<u32>, start: usize) -> Wave {
    let own = number(map);
    let counted =
        own.map_or(shared::line(place + 1), |(_, number)| (number - base.unwrap_or(0)).saturating_add(1));
    let list = map.value("tasks").filter(|list| list.as_seq().is_some());
    let items = list.and_then(Node::as_seq).map(|seq| seq.items.as_slice()).unwrap_or_default();
    let tasks = items.iter().filter_map(|item| {
        let id = Stated::new(item.as_str()?.to_owned(), range(item.inner_span().shift(start)));
        Some(Named { id, whole: item.span.shift(start) })
    });
    Wave {
        number: counted,
        span: node.span.shift(start),
        written: own.map(|(node, _)| node.inner_span().shift(start)),
        list: list.map(|list| list.span.shift(start)),
        tasks: tasks.collect(),
    }
}
