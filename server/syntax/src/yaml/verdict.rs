//! What a strict YAML 1.2 parser makes of a text: its tree, or where it stops.

use super::node::{Node, Value};
use saphyr_parser::{Event, Parser};

/// A tree without spans: all that two readers can be compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing, or a scalar with its text; an absent value and an empty one are the same.
    Scalar(String),
    /// Items.
    Seq(Vec<Shape>),
    /// Pairs in the order of the text. A key that is no scalar is kept as it is.
    Map(Vec<(Shape, Shape)>),
    /// Something that our dialect has no name for: an alias, an anchor, a tag.
    Foreign,
}

/// Where a strict parser stopped, and why.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// The line, from 0.
    pub line: usize,
    /// The parser's own words.
    pub reason: String,
}

/// Reads `text` as a strict parser does; the tree of its first and only document.
pub(super) fn read_strictly(text: &str) -> Result<Shape, Refusal> {
    let mut stack: Vec<(bool, Vec<Shape>)> = Vec::new();
    let mut roots = Vec::new();
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| Refusal {
            line: error.marker().line().saturating_sub(1),
            reason: error.info().to_owned(),
        })?;
        let done = match event {
            Event::Scalar(_, _, anchor, tag) if anchor != 0 || tag.is_some() => Shape::Foreign,
            Event::Scalar(text, ..) => Shape::Scalar(text.into_owned()),
            Event::Alias(_) => Shape::Foreign,
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag)
                if anchor != 0 || tag.is_some() =>
            {
                // The collection itself follows; the mark in it makes the trees differ.
                stack.push((false, vec![Shape::Foreign]));
                continue;
            }
            Event::SequenceStart(..) => {
                stack.push((false, Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                stack.push((true, Vec::new()));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                Some((is_map, children)) => close(is_map, children),
                None => Shape::Foreign,
            },
            Event::DocumentStart(_) => {
                documents += 1;
                continue;
            }
            Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => continue,
        };
        match stack.last_mut() {
            Some((_, children)) => children.push(done),
            None => roots.push(done),
        }
    }
    match roots.pop() {
        None => Ok(Shape::Scalar(String::new())),
        Some(root) if documents <= 1 && roots.is_empty() => Ok(root),
        Some(_) => Ok(Shape::Foreign),
    }
}

fn close(is_map: bool, children: Vec<Shape>) -> Shape {
    if !is_map {
        return Shape::Seq(children);
    }
    let mut pairs = Vec::with_capacity(children.len() / 2);
    let mut children = children.into_iter();
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        pairs.push((key, value));
    }
    Shape::Map(pairs)
}

/// The shape of our own tree.
pub(super) fn shape(node: Option<&Node>) -> Shape {
    match node.map(|node| &node.value) {
        None => Shape::Scalar(String::new()),
        Some(Value::Scalar(scalar)) => Shape::Scalar(scalar.text.to_string()),
        Some(Value::Seq(seq)) => Shape::Seq(seq.items.iter().map(|item| shape(Some(item))).collect()),
        Some(Value::Map(map)) => Shape::Map(
            map.entries
                .iter()
                .map(|entry| (Shape::Scalar(entry.key.text.to_string()), shape(entry.value.as_ref())))
                .collect(),
        ),
    }
}
